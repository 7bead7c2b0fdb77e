"""Wrong answers to exercise 07."""

from course.workbook.content import Misconception

RELU = "return dy * (x > 0)"
SIGMOID_VALUE = "y = np.maximum(decay, x >= 0) / (1 + decay)"
SIGMOID = "return dy * y * (1 - y)"
SOFTPLUS_VALUE = "return np.maximum(x, 0) + np.log1p(decay), pullback"
SOFTPLUS = "return dy * np.maximum(decay, x >= 0) / (1 + decay)"

MISCONCEPTIONS = (
    Misconception(
        "derivative of relu at 0",
        ((RELU, "return dy * (x >= 0)"),),
        "At x = 0 the derivative of relu is taken as 0 in this course (as in PyTorch); yours is 1 there. Zeros are not "
        "rare: black pixels make them.",
    ),
    Misconception(
        "relu of dy",
        ((RELU, "return np.maximum(dy, 0)"),),
        "You let dy pass where dy is positive. Whether it passes depends on x, the number that relu got on the way "
        "forward. dy may have either sign.",
    ),
    Misconception(
        "upstream gradient forgotten in relu",
        ((RELU, "return 1.0 * (x > 0)"),),
        "You return the derivative alone. A pullback returns dy times the derivative.",
    ),
    Misconception(
        "value of relu for its slope",
        ((RELU, "return dy * np.maximum(x, 0)"),),
        "You multiply dy by the value of relu. The slope of relu is 1 where x is positive, whatever x is.",
    ),
    Misconception(
        "dy changed in place",
        ((RELU, "dy[x <= 0] = 0\n        return dy"),),
        "The numbers are right, but you wrote zeros into the caller's dy. Where two branches of a network share "
        "that array, the other one now gets a wrong gradient. Return a new array.",
    ),
    Misconception(
        "x changed in place by relu",
        (("return np.maximum(x, 0), pullback", "return np.maximum(x, 0, out=x), pullback"),),
        "The numbers are right, but you overwrote the caller's x. The layer before may need it for its own pullback. "
        "Return a new array.",
    ),
    Misconception(
        "sigmoid applied twice",
        ((SIGMOID, "s = 1 / (1 + np.exp(-y))\n        return dy * s * (1 - s)"),),
        "In the pullback you take the sigmoid of y, which is a sigmoid already. The derivative is y (1 - y) with y "
        "itself.",
    ),
    Misconception(
        "x for y in the derivative of sigmoid",
        ((SIGMOID, "return dy * x * (1 - x)"),),
        "The derivative is y (1 - y) with y = sigmoid(x). You put x itself into it.",
    ),
    Misconception(
        "upstream gradient forgotten in sigmoid",
        ((SIGMOID, "return y * (1 - y)"),),
        "You return the derivative alone. A pullback returns dy times the derivative.",
    ),
    Misconception(
        "derivative of tanh for that of sigmoid",
        ((SIGMOID, "return dy * (1 - y**2)"),),
        "1 - y^2 is the derivative of tanh. That of sigmoid is y (1 - y).",
    ),
    Misconception(
        "sign in the exponent of sigmoid",
        ((SIGMOID_VALUE, "y = np.where(x >= 0, decay, 1) / (1 + decay)"),),
        "Your function falls from 1 to 0. The sigmoid is 1 / (1 + exp(-x)), with a minus in the exponent, and rises.",
    ),
    Misconception(
        "overflow in sigmoid",
        ((SIGMOID_VALUE, "y = np.exp(x) / (1 + np.exp(x))"),),
        "exp(x) overflows above x = 709, and infinity / infinity is NaN. Use this form for negative x only, and "
        "1 / (1 + exp(-x)) for the others.",
    ),
    Misconception(
        "sigmoid clipped",
        (
            (
                SIGMOID_VALUE,
                "y = np.clip(np.where(x >= 0, 1, decay) / (1 + decay), 1e-7, 1 - 1e-7)",
            ),
        ),
        "You keep y away from 0 and 1. That hides infinities in code that takes log(y) later, and makes every "
        "confident answer a little wrong. Nothing here needs it: the likelihood is computed from logits.",
    ),
    Misconception(
        "overflow in softplus",
        ((SOFTPLUS_VALUE, "return np.log1p(np.exp(x)), pullback"),),
        "exp(x) overflows above x = 709, though the result, about x, is harmless. "
        "Write log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)).",
    ),
    Misconception(
        "small values of softplus lost",
        ((SOFTPLUS_VALUE, "return np.maximum(x, 0) + np.log(1 + decay), pullback"),),
        "1 + exp(-40) is rounded to 1, and its logarithm is 0. np.log1p(e) computes log(1 + e) without that loss.",
    ),
    Misconception(
        "upstream gradient forgotten in softplus",
        ((SOFTPLUS, "return np.where(x >= 0, 1, decay) / (1 + decay)"),),
        "You return the derivative alone. A pullback returns dy times the derivative.",
    ),
    Misconception(
        "inner derivative of softplus forgotten",
        ((SOFTPLUS, "return dy * np.where(x >= 0, decay, 1) / (1 + decay)"),),
        "You have dy / (1 + exp(x)): the derivative of the logarithm alone. The chain rule multiplies it by the "
        "derivative of what stands inside, exp(x). Together they are sigmoid(x).",
    ),
    Misconception(
        "overflow in the pullback of softplus",
        ((SOFTPLUS, "return dy * np.exp(x) / (1 + np.exp(x))"),),
        "exp(x) overflows above x = 709, and infinity / infinity is NaN. The derivative is sigmoid(x), which has a "
        "form without overflow.",
    ),
    Misconception(
        "derivative of sigmoid for that of softplus",
        ((SOFTPLUS, "return dy * decay / (1 + decay) ** 2"),),
        "You multiply dy by sigmoid(x) (1 - sigmoid(x)). The derivative of softplus is sigmoid(x) itself.",
    ),
    Misconception(
        "relu for softplus",
        ((SOFTPLUS_VALUE, "return np.maximum(x, 0), pullback"),),
        "max(x, 0) is what softplus approaches far from 0. The other term, log(1 + exp(-|x|)), is missing: log 2 at "
        "x = 0.",
    ),
    Misconception(
        "negative dy cut off by relu",
        ((RELU, "return np.maximum(dy, 0) * (x > 0)"),),
        "You let dy pass only where it is positive too. Where x is positive, dy passes with either sign.",
    ),
    Misconception(
        "zero left out of sigmoid",
        ((SIGMOID_VALUE, "y = np.where(x > 0, 1, np.where(x < 0, decay, 0)) / (1 + decay)"),),
        "You treat x > 0 and x < 0, and x = 0 falls between the two. sigmoid(0) is 0.5: one of the comparisons needs "
        "the equals sign.",
    ),
    Misconception(
        "zero left out of softplus",
        ((SOFTPLUS_VALUE, "return np.where(x == 0, 0, np.maximum(x, 0) + np.log1p(decay)), pullback"),),
        "You treat x > 0 and x < 0, and x = 0 falls between the two. softplus(0) is log 2: one of the comparisons "
        "needs the equals sign.",
    ),
    Misconception(
        "zero left out of the derivative of softplus",
        ((SOFTPLUS, "return dy * np.where(x > 0, 1, np.where(x < 0, decay, 0)) / (1 + decay)"),),
        "You treat x > 0 and x < 0, and x = 0 falls between the two. The derivative of softplus at 0 is 0.5.",
    ),
    Misconception(
        "argument of sigmoid clipped",
        ((SIGMOID_VALUE, "y = 1 / (1 + np.exp(-np.clip(x, -30, 30)))"),),
        "You cut x off before exp. That avoids the overflow, but sigmoid(-45) becomes sigmoid of the limit, which is "
        "much larger. exp(-|x|) cannot overflow and needs no limit.",
    ),
    Misconception(
        "small values of sigmoid lost",
        ((SIGMOID_VALUE, "y = 0.5 * (1 + np.tanh(0.5 * x))"),),
        "The formula is right on paper, but for x = -40 you add 1 to a number that is rounded to -1 (a tanh, say), "
        "and 0 is left. Use e / (1 + e) with e = exp(x) for negative x.",
    ),
    Misconception(
        "softplus linear too soon",
        ((SOFTPLUS_VALUE, "return np.where(x > 10, x, np.log1p(np.exp(np.minimum(x, 10)))), pullback"),),
        "You replace softplus by x where x is large. Near 10 the part that you drop, exp(-x), is still 5e-5. "
        "max(x, 0) + log1p(exp(-|x|)) needs no threshold.",
    ),
    Misconception(
        "small slopes of softplus lost",
        ((SOFTPLUS, "return dy * (1 - np.exp(-np.maximum(x, 0) - np.log1p(decay)))"),),
        "1 - exp(-y) is the derivative on paper, but for a small y exp(-y) is rounded to 1, and 0 is left. Compute "
        "sigmoid(x) from exp(-|x|), or use -np.expm1(-y).",
    ),
    Misconception(
        "derivative of softplus even",
        ((SOFTPLUS, "return dy / (1 + decay)"),),
        "1 / (1 + exp(-|x|)) is sigmoid(x) for x >= 0 only. For negative x it is exp(-|x|) / (1 + exp(-|x|)).",
    ),
    Misconception(
        "slope 1/2 of relu at 0",
        ((RELU, "return dy * 0.5 * (1 + np.sign(x))"),),
        "The derivative of ReLU at 0 is 1/2 in your answer. Any number from 0 to 1 could be agreed on; here it is 0.",
    ),
)
