"""Wrong answers to exercise 06."""

from course.workbook.content import Misconception

MISCONCEPTIONS = (
    Misconception(
        "bias forgotten",
        (("return x @ weight.T + bias, pullback", "return x @ weight.T, pullback"),),
        "The value is x W^T + b; you left out the bias.",
    ),
    Misconception(
        "upstream gradient forgotten",
        (
            (
                "return dy @ weight, dy.T @ x, dy.sum(axis=0)",
                "one = np.ones_like(dy)\n        return one @ weight, one.T @ x, one.sum(axis=0)",
            ),
        ),
        "dy does not enter your result. A pullback multiplies what arrives from the end of the chain, dy, by the "
        "derivative of the layer. Yours is right only where every number of dy is 1.",
    ),
    Misconception(
        "upstream gradient forgotten in dweight",
        (("dy.T @ x", "np.ones_like(dy).T @ x"),),
        "dweight does not depend on dy in your answer. Every weight's gradient is a sum over images of dy times x.",
    ),
    Misconception(
        "dweight transposed",
        (("dy.T @ x", "x.T @ dy"),),
        "The gradient of the weight has the shape of the weight, (outputs, inputs): dy^T x. You have x^T dy, "
        "which is its transpose. It belongs to layers that compute x W.",
    ),
    Misconception(
        "dweight averaged over the batch",
        (("dy.T @ x", "dy.T @ x / len(x)"),),
        "You divide dweight by the batch size. A weight's gradient is a sum over the images. "
        "Where the loss is a mean over the batch, its pullback has put 1 / batch into dy already.",
    ),
    Misconception(
        "dbias averaged over the batch",
        (("dy.sum(axis=0)", "dy.mean(axis=0)"),),
        "You average dbias over the batch. The bias is added to every image, so its gradient is the sum of dy over "
        "the images. Where the loss is a mean, its pullback has put 1 / batch into dy already.",
    ),
    Misconception(
        "all gradients averaged over the batch",
        (
            (
                "return dy @ weight, dy.T @ x, dy.sum(axis=0)",
                "return dy @ weight / len(x), dy.T @ x / len(x), dy.mean(axis=0)",
            ),
        ),
        "You divide all gradients by the batch size. The mean over the batch is no part of this layer: the pullback "
        "of the loss divides, once.",
    ),
    Misconception(
        "dbias not summed",
        (("dy.sum(axis=0)", "dy.copy()"),),
        "dbias has to have the shape of the bias, (outputs,). The value adds one bias to all images (broadcasting); "
        "the pullback of a broadcast is a sum over the axis that was added, here the batch.",
    ),
    Misconception(
        "dbias summed over the outputs",
        (("dy.sum(axis=0)", "dy.sum(axis=1)"),),
        "You sum dy over the outputs. Every output has its own bias; the bias is shared by the images, so the sum "
        "is over the images, axis 0.",
    ),
    Misconception(
        "axis kept in dbias",
        (("dy.sum(axis=0)", "dy.sum(axis=0, keepdims=True)"),),
        "dbias has to have the shape of the bias, (outputs,). With keepdims=True it has an axis of length 1 too many.",
    ),
    Misconception(
        "dbias one number",
        (("dy.sum(axis=0)", "dy.sum()"),),
        "You sum dy over images and outputs. Every output has a bias of its own, so the sum is over images alone.",
    ),
    Misconception(
        "dx and dweight in the wrong order",
        (("return dy @ weight, dy.T @ x,", "return dy.T @ x, dy @ weight,"),),
        "A pullback returns the gradients in the order of the arguments: dx, dweight, dbias.",
    ),
    Misconception(
        "first image only",
        (("dy.T @ x, dy.sum(axis=0)", "dy[:1].T @ x[:1], dy[0]"),),
        "The gradients of weight and bias take account of the first image only. All images use the same weight, so "
        "the gradient is a sum over all of them.",
    ),
    Misconception(
        "arguments kept in one place",
        (
            ("    def pullback(", "    linear.x, linear.weight = x, weight\n\n    def pullback("),
            ("dy @ weight, dy.T @ x", "dy @ linear.weight, dy.T @ linear.x"),
        ),
        "Every call of `linear` overwrites what the pullback of the call before it needs. A network computes all its "
        "layers before it calls the first pullback. Let the nested function `pullback` use x and weight themselves: "
        "it remembers those of its own call.",
    ),
    Misconception(
        "last image only",
        (("dy.T @ x, dy.sum(axis=0)", "dy[-1:].T @ x[-1:], dy[-1]"),),
        "The gradients of weight and bias are those of the last image alone. In a loop over images, add to them (+=); "
        "with = every image overwrites the one before.",
    ),
    Misconception(
        "value for dy in dbias",
        (("dy.sum(axis=0)", "(x @ weight.T + bias).sum(axis=0)"),),
        "You sum y, the value of the layer. dbias is the sum of dy, the gradient that the pullback is given.",
    ),
    Misconception(
        "gradients carried over",
        (
            ("    def pullback(", "    sums = [0.0, 0.0]\n\n    def pullback("),
            (
                "return dy @ weight, dy.T @ x, dy.sum(axis=0)",
                "sums[0], sums[1] = sums[0] + dy.T @ x, sums[1] + dy.sum(axis=0)\n"
                "        return dy @ weight, sums[0], sums[1]",
            ),
        ),
        "The first call of the pullback is right; the second one adds to what the first has left. Start the sums for "
        "dweight and dbias at 0 inside of the pullback, so that every call begins anew.",
    ),
)
