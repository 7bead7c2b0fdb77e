"""Wrong answers to exercise 08."""

from course.workbook.content import Misconception

STABLE = "probability = np.maximum(decay, logits >= 0) / (1 + decay)"
NAIVE = "probability = 1 / (1 + np.exp(-logits))"
RESULT = "return dy * (x - probability)"

MISCONCEPTIONS = (
    Misconception(
        "sign of the gradient",
        ((RESULT, "return dy * (probability - x)"),),
        "p - x is the gradient of the cross-entropy, -log p(x | l). This function returns log p(x | l), which rises "
        "when the probability moves towards x. The minus sign is made once, in the loss.",
    ),
    Misconception(
        "upstream gradient forgotten",
        ((RESULT, "return x - probability"),),
        "You return the derivative alone. A pullback returns dy times the derivative. In the VAE dy holds the minus "
        "sign and the 1 / batch of the loss.",
    ),
    Misconception(
        "sigmoid forgotten",
        ((RESULT, "return dy * (x - logits)"),),
        "You subtract the logit from x. The derivative of log(1 + exp(l)) is the probability sigmoid(l), not l.",
    ),
    Misconception(
        "derivative with respect to the probability",
        ((RESULT, "return dy * (x / probability - (1 - x) / (1 - probability))"),),
        "x / p - (1 - x) / (1 - p) is the gradient with respect to the probability p. The logit is one step further "
        "back: multiply by dp/dl = p (1 - p), and everything but x - p cancels.",
    ),
    Misconception(
        "sigmoid's derivative twice",
        ((RESULT, "return dy * (x - probability) * probability * (1 - probability)"),),
        "x - p is already the gradient with respect to the logit. You multiplied by p (1 - p), the derivative of the "
        "sigmoid, once more. So it is for a squared error, not for a likelihood from logits.",
    ),
    Misconception(
        "logits taken for probabilities",
        ((RESULT, "return dy * (x / logits - (1 - x) / (1 - logits))"),),
        "You treat the logits as if they were probabilities. They are any numbers; p = sigmoid(l).",
    ),
    Misconception(
        "first term forgotten",
        ((RESULT, "return -dy * probability"),),
        "The term x l of formula (1) has a derivative too: x. Without it the gradient does not depend on the image.",
    ),
    Misconception(
        "probability of black",
        ((STABLE, "probability = np.where(logits >= 0, decay, 1) / (1 + decay)"),),
        "You took 1 / (1 + exp(l)), the probability that the pixel is black. The sigmoid has exp(-l).",
    ),
    Misconception(
        "overflow",
        ((STABLE, "probability = np.exp(logits) / (1 + np.exp(logits))"),),
        "exp(l) overflows above l = 709, and infinity / infinity is NaN. Use this form for negative logits only.",
    ),
    Misconception(
        "logits clipped",
        ((STABLE, NAIVE.replace("-logits", "-np.clip(logits, -10, 10)")),),
        "You cut the logits off before the sigmoid. So a confident pixel gets the gradient of a less confident one. "
        "The stable form of the sigmoid needs no clipping.",
    ),
    Misconception(
        "averaged over the batch",
        ((RESULT, "return dy * (x - probability) / len(x)"),),
        "You divide by the batch size. The mean over the batch is made in the loss; its 1 / batch arrives in dy.",
    ),
    Misconception(
        "averaged over everything",
        ((RESULT, "return dy * (x - probability) / x.size"),),
        "You divide by the number of all pixels. This function works pixel by pixel. The loss sums over pixels and "
        "averages over the batch; what that needs arrives in dy.",
    ),
    Misconception(
        "summed over pixels",
        ((RESULT, "return (dy * (x - probability)).sum(axis=(1, 2, 3))"),),
        "Every pixel has a logit of its own, so dlogits has the shape of the logits. The value is summed over pixels "
        "later; the pullback of a sum hands the same number to every pixel.",
    ),
    Misconception(
        "gradient of x returned too",
        ((RESULT, "return dy * logits, dy * (x - probability)"),),
        "Only dlogits is asked for: the image x is data, and nobody needs its gradient.",
    ),
    Misconception(
        "dy summed",
        ((RESULT, "return dy.sum() * (x - probability)"),),
        "You make one number of dy before you multiply. That is right only where dy is one number. Every pixel has a "
        "dy of its own; broadcasting takes care of the shape (1, 1, 1, 1).",
    ),
    Misconception(
        "white pixels only",
        ((RESULT, "return dy * x * (1 - probability)"),),
        "Black pixels get no gradient from you. x (1 - p) is right where x = 1; where x = 0 the slope is -p. "
        "x - p covers both.",
    ),
    Misconception(
        "black pixels only",
        ((RESULT, "return -dy * (1 - x) * probability"),),
        "White pixels get no gradient from you. -(1 - x) p is right where x = 0; where x = 1 the slope is 1 - p. "
        "x - p covers both.",
    ),
    Misconception(
        "NaN replaced by 0",
        (
            (STABLE, "probability = np.exp(logits) / (1 + np.exp(logits))"),
            (RESULT, "return dy * np.nan_to_num(x - probability)"),
        ),
        "exp(l) overflows above l = 709, and infinity / infinity is NaN. You replace the NaN by 0, but there the "
        "slope is x - 1: a black pixel with l = 1000 needs the slope -1.",
    ),
    Misconception(
        "branch of the sigmoid left out",
        ((STABLE, "probability = 1 / (1 + decay)"),),
        "1 / (1 + decay) is sigmoid(l) for l >= 0 only, since decay is exp(-|l|). For negative logits it is "
        "decay / (1 + decay): ask for the sign of the logits, not of x.",
    ),
    Misconception(
        "side of the logit for its sigmoid",
        (("return dy * (x - probability)", "return dy * (x - (logits > 0))"),),
        "You compare x with a pixel that is 0 or 1. What is subtracted from x is the probability, sigmoid(l), "
        "between 0 and 1.",
    ),
    Misconception(
        "probability 0 at a logit of 0",
        (("np.maximum(decay, logits >= 0)", "np.where(logits > 0, 1, np.where(logits < 0, decay, 0))"),),
        "A logit of exactly 0 belongs to neither of your branches. Its probability is 1/2.",
    ),
    Misconception(
        "probability of negative logits alone",
        ((STABLE, "probability = decay / (1 + decay)"),),
        "exp(-|l|) / (1 + exp(-|l|)) is sigmoid(l) for negative l alone. For positive l it is 1 / (1 + exp(-|l|)).",
    ),
    Misconception(
        "first number of dy alone",
        ((RESULT, "return np.ravel(dy)[0] * (x - probability)"),),
        "You took dy for one number. The VAE does pass one number, but dy may hold another one for every pixel: "
        "multiply by all of dy.",
    ),
    Misconception(
        "dy times the pixel alone",
        ((RESULT, "return dy * x - probability"),),
        "You multiplied dy with x and not with the probability. A pullback returns dy times the whole slope: "
        "dy * (x - p), with the brackets.",
    ),
    Misconception(
        "size of the error without its sign",
        ((RESULT, "return dy * np.abs(x - probability)"),),
        "You took |x - p|. The slope is x - p, which is negative for a black pixel: its logit is to fall.",
    ),
)
