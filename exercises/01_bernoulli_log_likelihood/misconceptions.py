"""Wrong answers to exercise 01."""

from course.workbook.content import Misconception

VALUE = "return x * logits - np.maximum(logits, 0) - np.log1p(decay)"
PROBABILITY = "p = 1 / (1 + np.exp(-logits))\n    "

MISCONCEPTIONS = (
    Misconception(
        "overflow of the exponential",
        ((VALUE, "return x * logits - np.log(1 + np.exp(logits))"),),
        "exp(1000) is infinite in floating point. For a large logit log(1 + exp(l)) is l: take max(l, 0) out of the "
        "log, and only exp(-|l|) remains inside.",
    ),
    Misconception(
        "log of a rounded probability",
        ((VALUE, PROBABILITY + "return x * np.log(p) + (1 - x) * np.log(1 - p)"),),
        "The sigmoid of a logit above 37 is rounded to exactly 1, so that log(1 - p) is minus infinity. Work with the "
        "logits: x l - log(1 + exp(l)).",
    ),
    Misconception(
        "probability cut off",
        (
            (
                VALUE,
                "p = np.clip(1 / (1 + np.exp(-logits)), 1e-7, 1 - 1e-7)\n"
                "    return x * np.log(p) + (1 - x) * np.log(1 - p)",
            ),
        ),
        "You cut the probability off near 0 and 1. A pixel that the decoder gets completely wrong then costs 16 nats "
        "at most, and its gradient is 0. Work with the logits instead; nothing needs to be cut off.",
    ),
    Misconception(
        "small number inside the log",
        ((VALUE, PROBABILITY + "return x * np.log(p + 1e-8) + (1 - x) * np.log(1 - p + 1e-8)"),),
        "The small number that you add inside the log avoids log 0, but changes every value and puts a floor under the "
        "log likelihood. Work with the logits instead; nothing needs to be added.",
    ),
    Misconception(
        "logit cut off",
        ((VALUE, "l = np.clip(logits, -30, 30)\n    return x * l - np.log1p(np.exp(l))"),),
        "You cut the logits off, so that a pixel that is completely wrong costs no more than the limit. "
        "log(1 + exp(l)) = max(l, 0) + log(1 + exp(-|l|)) needs no limit.",
    ),
    Misconception(
        "logits taken for probabilities",
        ((VALUE, "return x * np.log(logits) + (1 - x) * np.log(1 - logits)"),),
        "The decoder gives logits, not probabilities: they may be negative or above 1. p = sigmoid(l).",
    ),
    Misconception(
        "sigmoid applied twice",
        ((VALUE, PROBABILITY + "return x * p - np.log1p(np.exp(p))"),),
        "You took the sigmoid, and then used the result as a logit. x l - log(1 + exp(l)) holds the sigmoid already.",
    ),
    Misconception(
        "sign of the likelihood",
        ((VALUE, VALUE.replace("return ", "return -(") + ")"),),
        "This is the cross entropy, a loss. The log likelihood of a pixel that is 0 or 1 is never positive.",
    ),
    Misconception(
        "black pixels forgotten",
        ((VALUE, "return x * (np.minimum(logits, 0) - np.log1p(decay))"),),
        "Pixels with x = 0 count too: (1 - x) log(1 - p) is missing. A decoder that paints everything white would win.",
    ),
    Misconception(
        "white pixels forgotten",
        ((VALUE, "return (1 - x) * (-np.maximum(logits, 0) - np.log1p(decay))"),),
        "Pixels with x = 1 count too: x log p is missing. A decoder that paints everything black would win.",
    ),
    Misconception(
        "black and white exchanged",
        ((VALUE, VALUE.replace("x * logits", "(1 - x) * logits")),),
        "p is the probability that the pixel is 1 (white). You took it for the probability of 0.",
    ),
    Misconception(
        "pixel forgotten",
        ((VALUE, VALUE.replace("x * logits", "logits")),),
        "The first term is x l: the logit counts where x is 1 alone. You took log p for every pixel.",
    ),
    Misconception(
        "squared error",
        ((VALUE, PROBABILITY + "return -0.5 * (x - p) ** 2"),),
        "The squared error belongs to a Gaussian likelihood. A pixel that is 0 or 1 has a Bernoulli likelihood.",
    ),
    Misconception(
        "probability in place of its log",
        ((VALUE, PROBABILITY + "return x * p + (1 - x) * (1 - p)"),),
        "This is the likelihood itself. Its log is asked for, so that pixels can be added up.",
    ),
    Misconception(
        "linear part forgotten",
        ((VALUE, VALUE.replace(" - np.maximum(logits, 0)", "")),),
        "log(1 + exp(l)) is max(l, 0) + log(1 + exp(-|l|)). You left max(l, 0) out, which counts for positive logits.",
    ),
    Misconception(
        "absolute value forgotten",
        ((VALUE, VALUE.replace("np.log1p(decay)", "np.log1p(np.exp(-logits))")),),
        "With max(l, 0) taken out, exp(-|l|) stays in the log. You have exp(-l), which is large for negative logits.",
    ),
    Misconception(
        "bits for nats",
        ((VALUE, VALUE.replace("return ", "return (") + ") / np.log(2)"),),
        "This is in bits (log to base 2). The course counts in nats, with the natural log.",
    ),
    Misconception(
        "summed over pixels",
        ((VALUE, VALUE.replace("return ", "return (") + ").sum(axis=tuple(range(1, x.ndim)))"),),
        "The log likelihood of every single pixel is asked for. The sum over pixels comes later, in the ELBO.",
    ),
    Misconception(
        "averaged over everything",
        ((VALUE, VALUE.replace("return ", "return (") + ").mean()"),),
        "The log likelihood of every single pixel is asked for. In the ELBO pixels are added up, never averaged.",
    ),
    Misconception(
        "overflow where the pixel is wrong",
        ((VALUE, "return -np.log1p(np.exp((1 - 2 * x) * logits))"),),
        "The sign is right, but exp(1000) is infinite where the decoder errs most. With a the number inside of exp, "
        "log(1 + exp(a)) = max(a, 0) + log(1 + exp(-|a|)).",
    ),
    Misconception(
        "overflow where the pixel is right",
        ((VALUE, "margin = (2 * x - 1) * logits\n    return margin - np.log1p(np.exp(margin))"),),
        "The sign is right, but exp(1000) is infinite where the decoder is very sure, and right. With a the number "
        "inside of exp, log(1 + exp(a)) = max(a, 0) + log(1 + exp(-|a|)).",
    ),
    Misconception(
        "0 times infinity",
        ((VALUE, "return -x * np.log1p(np.exp(-logits)) - (1 - x) * np.log1p(np.exp(logits))"),),
        "One of the two exponentials overflows for a large logit, and 0 times infinity is NaN. Take what is large out "
        "of the log first: max(l, 0) + log(1 + exp(-|l|)).",
    ),
    Misconception(
        "infinity replaced",
        ((VALUE, PROBABILITY + "return np.nan_to_num(x * np.log(p) + (1 - x) * np.log(1 - p))"),),
        "You replaced infinities and NaN after the fact. A pixel with logit 1000 costs 1000 nats, not the largest "
        "number a computer has. Work with the logits, so that no infinity comes up.",
    ),
    Misconception(
        "one largest logit for all pixels",
        (
            (
                VALUE,
                "m = max(logits.max(), 0)\n    return x * logits - m - np.log(np.exp(-m) + np.exp(logits - m))",
            ),
        ),
        "You took the largest logit of the whole array out of the log. For a pixel far below it both exponentials are "
        "0. Every pixel needs its own: max(l, 0).",
    ),
    Misconception(
        "shortcut for large logits",
        ((VALUE, "return x * logits - np.where(logits > 10, logits, np.maximum(logits, 0) + np.log1p(decay))"),),
        "Above some logit you took l for log(1 + exp(l)). That drops log(1 + exp(-l)), which is small but not 0. "
        "max(l, 0) + log(1 + exp(-|l|)) holds for all logits, without a border.",
    ),
    Misconception(
        "tiny number inside the log",
        ((VALUE, PROBABILITY + "return x * np.log(p + 1e-12) + (1 - x) * np.log(1 - p + 1e-12)"),),
        "The tiny number that you add inside the log avoids log 0, but puts a floor under the log likelihood: a pixel "
        "that is completely wrong costs no more than 28 nats. Work with the logits instead.",
    ),
    Misconception(
        "shortcut for large logits, too late for float32",
        ((VALUE, "return x * logits - np.where(logits > 500, logits, np.log1p(np.exp(np.minimum(logits, 500))))"),),
        "You take l for log(1 + exp(l)) above some large logit. In float64 that is right; in float32 exp overflows "
        "above 88 already. max(l, 0) + log(1 + exp(-|l|)) needs no border.",
    ),
)
