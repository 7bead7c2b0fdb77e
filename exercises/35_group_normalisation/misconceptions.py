"""Wrong answers to exercise 35."""

from course.workbook.content import Misconception

GROUPED = "grouped = x.reshape(len(x), groups, -1)"
CENTRED = "centred = grouped - grouped.mean(axis=2, keepdims=True)"
VARIANCE = "(centred**2).mean(axis=2, keepdims=True)"
INVERSE = "inverse = 1 / np.sqrt((centred**2).mean(axis=2, keepdims=True) + epsilon)"
NORMAL = "normal = centred * inverse"
DNORMAL = "dnormal = (dy * weight[:, None, None]).reshape(normal.shape)"
THROUGH_MEAN = "through_mean = dnormal.mean(axis=2, keepdims=True)"
THROUGH_VARIANCE = "through_variance = normal * (dnormal * normal).mean(axis=2, keepdims=True)"
DX = "dx = inverse * (dnormal - through_mean - through_variance)"
DWEIGHT = "dweight = (dy * normal.reshape(x.shape)).sum(axis=(0, 2, 3))"
GRADIENTS = "return dx.reshape(x.shape), dweight, dy.sum(axis=(0, 2, 3))"
VALUE = "return weight[:, None, None] * normal.reshape(x.shape) + bias[:, None, None], pullback"

OWN_LAYOUT = f"""order = np.arange(x.shape[1]).reshape(-1, groups).T.reshape(-1)
    back = np.argsort(order)
    {GROUPED.replace("x.reshape", "x[:, order].reshape")}"""

MISCONCEPTIONS = (
    # Mean and variance.
    Misconception(
        "epsilon of torch",
        ((INVERSE, INVERSE.replace("epsilon", "1e-5")),),
        "You added 1e-5, the epsilon that torch takes if nothing is said. Stable Diffusion has 1e-6, and here it is an "
        "argument. Where the variance is small the difference is large.",
    ),
    Misconception(
        "epsilon outside of the root",
        ((INVERSE, "inverse = 1 / (np.sqrt((centred**2).mean(axis=2, keepdims=True)) + epsilon)"),),
        "You added epsilon to the standard deviation. In (2) it is added to the variance, under the root.",
    ),
    Misconception(
        "epsilon forgotten",
        ((INVERSE, "inverse = 1 / np.sqrt(np.maximum((centred**2).mean(axis=2, keepdims=True), 1e-300))"),),
        "You left epsilon out. A group whose numbers are all equal has variance 0, and epsilon keeps the division "
        "finite there.",
    ),
    Misconception(
        "variance divided by one less",
        (
            (
                INVERSE,
                INVERSE.replace("(centred**2).mean(axis=2, keepdims=True)", "grouped.var(2, ddof=1, keepdims=True)"),
            ),
        ),
        "You divided the variance by m - 1, as one does to estimate it from a sample. This layer divides by m, the "
        "number of numbers in the group.",
    ),
    Misconception(
        "no root",
        ((INVERSE, "inverse = 1 / ((centred**2).mean(axis=2, keepdims=True) + epsilon)"),),
        "You divided by the variance. (2) divides by its root, so that y has variance 1 before weight and bias.",
    ),
    Misconception(
        "mean absolute deviation",
        ((INVERSE, "inverse = 1 / (np.abs(centred).mean(axis=2, keepdims=True) + epsilon)"),),
        "You divided by the mean absolute deviation. (1) takes the mean of the squares, and (2) its root.",
    ),
    Misconception(
        "mean not subtracted",
        ((NORMAL, "normal = grouped * inverse"),),
        "You divided by the standard deviation, but did not subtract the mean.",
    ),
    Misconception(
        "mean square for the variance",
        ((INVERSE, INVERSE.replace("centred", "grouped")),),
        "You took the mean of x squared. The variance is the mean of (x - mean) squared.",
    ),
    # Over what they are taken.
    Misconception(
        "statistics over the batch",
        (
            (CENTRED, CENTRED.replace("axis=2", "axis=(0, 2)")),
            (INVERSE, INVERSE.replace("axis=2", "axis=(0, 2)")),
            (THROUGH_MEAN, THROUGH_MEAN.replace("axis=2", "axis=(0, 2)")),
            (THROUGH_VARIANCE, THROUGH_VARIANCE.replace("axis=2", "axis=(0, 2)")),
        ),
        "You took mean and variance over all images of the batch. Here every image has its own: that is what makes "
        "the layer independent of the batch.",
    ),
    Misconception(
        "a mean and a variance for each channel",
        ((GROUPED, "grouped = x.reshape(len(x), x.shape[1], -1)"),),
        "You gave every channel a mean and a variance of its own (instance normalisation). The channels of a group "
        "share them.",
    ),
    Misconception(
        "one group for all channels",
        ((GROUPED, "grouped = x.reshape(len(x), 1, -1)"),),
        "You took mean and variance over all channels of the image (layer normalisation). Every group has its own.",
    ),
    Misconception(
        "groups for channels of a group",
        ((GROUPED, "grouped = x.reshape(len(x), x.shape[1] // groups, -1)"),),
        "You read `groups` as the number of channels in a group. It is the number of groups.",
    ),
    Misconception(
        "every so-manyth channel in a group",
        (
            (GROUPED, OWN_LAYOUT),
            (DNORMAL, DNORMAL.replace("(dy * weight[:, None, None])", "(dy * weight[:, None, None])[:, order]")),
            (DWEIGHT, DWEIGHT.replace("normal.reshape(x.shape)", "normal.reshape(x.shape)[:, back]")),
            (GRADIENTS, GRADIENTS.replace("dx.reshape(x.shape)", "dx.reshape(x.shape)[:, back]")),
            (VALUE, VALUE.replace("normal.reshape(x.shape)", "normal.reshape(x.shape)[:, back]")),
        ),
        "You put channels 0, groups, 2 * groups, ... into one group. The channels of a group are neighbours: the "
        "first group is the first channels / groups of them.",
    ),
    Misconception(
        "statistics for each place",
        ((GROUPED, "grouped = x.reshape(len(x), groups, -1, *x.shape[2:])"),),
        "You took mean and variance over the channels alone, anew at each place. They are taken over rows and columns "
        "too.",
    ),
    # Weight and bias.
    Misconception(
        "weight forgotten",
        ((VALUE, VALUE.replace("weight[:, None, None] * ", "")),),
        "The weight is missing: every channel is multiplied by its own.",
    ),
    Misconception(
        "bias forgotten",
        ((VALUE, VALUE.replace(" + bias[:, None, None]", "")),),
        "The bias is missing: every channel gets its own added.",
    ),
    Misconception(
        "first weight of a group for all of it",
        (
            (
                VALUE,
                VALUE.replace(
                    "weight[:, None, None]",
                    "weight[:: len(weight) // groups].repeat(len(weight) // groups)[:, None, None]",
                ),
            ),
        ),
        "All channels of a group got the weight of its first channel. Mean and variance belong to a group, weight "
        "and bias to a channel.",
    ),
    Misconception(
        "x changed",
        ((CENTRED, "grouped -= grouped.mean(axis=2, keepdims=True)\n    centred = grouped"),),
        "You changed x itself: a reshape shares its memory, and -= writes there. Make a new array.",
    ),
    Misconception(
        "bias inside of the product",
        (
            (
                VALUE,
                "return weight[:, None, None] * (normal.reshape(x.shape) + bias[:, None, None]), pullback",
            ),
        ),
        "You added the bias before you multiplied by the weight. It is added last: y = w n + b.",
    ),
    # The pullback.
    Misconception(
        "norm left out of dx",
        ((DX, "dx = dnormal"),),
        "dx is weight * dy, as if nothing had been normalised. It must go back through the division, the mean and the "
        "variance.",
    ),
    Misconception(
        "variance for its root in dx",
        ((DX, DX.replace("inverse", "inverse**2")),),
        "You divided dx by the variance. n is divided by its root, and so is dx.",
    ),
    Misconception(
        "means over the batch in dx",
        (
            (THROUGH_MEAN, THROUGH_MEAN.replace("axis=2", "axis=(0, 2)")),
            (THROUGH_VARIANCE, THROUGH_VARIANCE.replace("axis=2", "axis=(0, 2)")),
        ),
        "In dx you took the two means over all images of the batch. A number acts on its own group in its own image: "
        "take them over that.",
    ),
    Misconception(
        "mean and variance held fixed",
        ((DX, "dx = inverse * dnormal"),),
        "You held mean and variance fixed in dx. Both depend on every number of the group, and each gives a term.",
    ),
    Misconception(
        "variance held fixed",
        ((DX, "dx = inverse * (dnormal - through_mean)"),),
        "dx has the term of the mean, but not that of the variance: n * mean(dn * n) is to be subtracted too, with "
        "dn = weight * dy.",
    ),
    Misconception(
        "mean held fixed",
        ((DX, "dx = inverse * (dnormal - through_variance)"),),
        "dx has the term of the variance, but not that of the mean: mean(dn) is to be subtracted too, with "
        "dn = weight * dy.",
    ),
    Misconception(
        "sign of the term of the variance",
        ((DX, "dx = inverse * (dnormal - through_mean + through_variance)"),),
        "The term of the variance has the wrong sign. A larger variance makes n smaller, so it is subtracted.",
    ),
    Misconception(
        "twice the term of the variance",
        ((DX, "dx = inverse * (dnormal - through_mean - 2 * through_variance)"),),
        "The term of the variance comes twice. The 2 of the square is cancelled by the 1/2 of the root.",
    ),
    Misconception(
        "sums in place of means in dx",
        (
            (THROUGH_MEAN, THROUGH_MEAN.replace("mean(axis", "sum(axis")),
            (THROUGH_VARIANCE, THROUGH_VARIANCE.replace("mean(axis", "sum(axis")),
        ),
        "The terms of mean and variance are sums over the group. They are means: mu and sigma^2 carry a factor 1/m.",
    ),
    Misconception(
        "means of each channel in dx",
        (
            (
                THROUGH_MEAN,
                "through_mean = np.broadcast_to((dy * weight[:, None, None]).mean((2, 3), keepdims=True), "
                "x.shape).reshape(normal.shape)",
            ),
            (
                THROUGH_VARIANCE,
                "through_variance = normal * np.broadcast_to((dy * weight[:, None, None] * normal.reshape(x.shape))"
                ".mean((2, 3), keepdims=True), x.shape).reshape(normal.shape)",
            ),
        ),
        "In dx you took the two means over each channel by itself. A number acts on its whole group: take them over "
        "the group.",
    ),
    Misconception(
        "weight forgotten in dx",
        ((DNORMAL, "dnormal = dy.reshape(normal.shape)"),),
        "dx lacks the weight. y = w n + b, so dn = w dy, and everything else goes on from dn.",
    ),
    Misconception(
        "weight after the means",
        (
            (DNORMAL, "dnormal = dy.reshape(normal.shape)"),
            (GRADIENTS, GRADIENTS.replace("dx.reshape(x.shape)", "weight[:, None, None] * dx.reshape(x.shape)")),
        ),
        "You multiplied by the weight at the end. The channels of a group have different weights, so the weight "
        "belongs inside of the means: dn = w dy first.",
    ),
    Misconception(
        "standard deviation forgotten in dx",
        ((DX, "dx = dnormal - through_mean - through_variance"),),
        "dx lacks the factor 1 / sqrt(variance + epsilon).",
    ),
    Misconception(
        "dweight with x",
        ((DWEIGHT, "dweight = (dy * x).sum(axis=(0, 2, 3))"),),
        "In dweight you multiplied dy by x. The weight meets n, the normalised number.",
    ),
    Misconception(
        "dweight before the division",
        ((DWEIGHT, "dweight = (dy * centred.reshape(x.shape)).sum(axis=(0, 2, 3))"),),
        "In dweight you multiplied dy by x - mean. The weight meets n, which is divided by sqrt(variance + "
        "epsilon) too.",
    ),
    Misconception(
        "dweight of each image",
        ((DWEIGHT, DWEIGHT.replace("axis=(0, 2, 3)", "axis=(2, 3)")),),
        "dweight has a row for each image. One weight serves all of them: add them up.",
    ),
    Misconception(
        "means in place of sums for weight and bias",
        (
            (DWEIGHT, DWEIGHT.replace("sum(axis", "mean(axis")),
            (GRADIENTS, GRADIENTS.replace("dy.sum", "dy.mean")),
        ),
        "dweight and dbias are sums over images, rows and columns. You took means.",
    ),
    Misconception(
        "gradients of weight and bias averaged over the batch",
        (
            (DWEIGHT, f"{DWEIGHT} / len(x)"),
            (GRADIENTS, f"{GRADIENTS} / len(x)"),
        ),
        "You divided dweight and dbias by the batch size. A pullback adds up over the batch; if the loss is a mean, "
        "the division is already in dy.",
    ),
    Misconception(
        "upstream gradient forgotten in dbias",
        ((GRADIENTS, GRADIENTS.replace("dy.sum(axis=(0, 2, 3))", "np.full_like(bias, x[:, 0].size)")),),
        "dbias counts the places of y. It is the sum of dy over images, rows and columns.",
    ),
)
