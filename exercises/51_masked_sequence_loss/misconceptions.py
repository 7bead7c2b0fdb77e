"""Wrong answers to exercise 51."""

from course.workbook.content import Misconception

COUNTS = "counts = targets != PADDING"
SHIFTED = "shifted = logits - logits.max(axis=2, keepdims=True)"
LOG_P = "log_p = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))"
CHOSEN = "chosen = targets[rows, places]"
SOFTMAX = "dlogits = np.exp(log_p) * counts[:, :, None]"
MINUS = "dlogits[rows, places, chosen] -= 1"
GRADIENT = "return dy / len(logits) * dlogits"
VALUE = "return -log_p[rows, places, chosen].sum() / len(logits), pullback"


def over(divisor: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Divide value and gradient by something else than the batch."""
    return (VALUE, VALUE.replace("len(logits)", divisor)), (GRADIENT, GRADIENT.replace("len(logits)", divisor))


MISCONCEPTIONS = (
    Misconception(
        "padding counted as the last token",
        ((COUNTS, "counts = np.ones(targets.shape, bool)"),),
        "You let every place count. At padding the index -1 silently picks the last token, and the model learns to "
        "write it after the end.",
    ),
    Misconception(
        "padding counted as the end",
        ((COUNTS, "counts = np.ones(targets.shape, bool)"), (CHOSEN, "chosen = np.maximum(targets[rows, places], 0)")),
        "You took padding for further ends of the string and let them count. A string ends once; what fills the array "
        "after it costs nothing.",
    ),
    Misconception(
        "end taken for padding",
        ((COUNTS, "counts = targets > 0"),),
        "You left out token 0 as well. It is a token: a model that is not taught where strings end never stops.",
    ),
    Misconception(
        "mean over tokens",
        over("counts.sum()"),
        "You divided by the number of tokens. Nats per string are a sum over the tokens of each string and a mean over "
        "strings. Beside a KL, a mean over tokens would multiply beta by the length of a string.",
    ),
    Misconception(
        "mean over the tokens of each string",
        (
            (VALUE, "return -(log_p[rows, places, chosen] / counts.sum(axis=1)[rows]).sum() / len(logits), pullback"),
            (GRADIENT, GRADIENT + " / np.maximum(counts.sum(axis=1), 1)[:, None, None]"),
        ),
        "You averaged over the tokens of each string. log p of a string is the sum over its tokens: a long string "
        "costs more than a short one.",
    ),
    Misconception(
        "mean over all places",
        over("targets.size"),
        "You divided by batch times places, padding included: the same strings in a wider array would cost less. "
        "Divide by the batch.",
    ),
    Misconception(
        "sum over the batch",
        over("1"),
        "You summed over the batch. Tokens are summed, strings are averaged.",
    ),
    Misconception(
        "mean over strings that have tokens",
        over("counts.any(axis=1).sum()"),
        "You left rows without a token out of the mean. Such a row costs 0 and is one of the batch all the same.",
    ),
    Misconception(
        "gradient at padding",
        ((SOFTMAX, "dlogits = np.exp(log_p)"),),
        "Your value is right, but padding has a gradient: the softmax there. What has no effect on the value has none.",
    ),
    Misconception(
        "upstream gradient forgotten",
        ((GRADIENT, GRADIENT.replace("dy /", "1 /")),),
        "A pullback multiplies by the gradient dy that comes from above. Here dy is not 1.",
    ),
    Misconception(
        "batch size forgotten in the gradient",
        ((GRADIENT, "return dy * dlogits"),),
        "The value has a mean over the batch, so every string gets 1 / batch of the gradient.",
    ),
    Misconception(
        "gradient divided by the tokens",
        ((GRADIENT, GRADIENT.replace("len(logits)", "counts.sum()")),),
        "You divided the gradient by the number of tokens and the value by the batch. Both have the batch.",
    ),
    Misconception(
        "target forgotten in the gradient",
        ((MINUS, "dlogits[rows, places, chosen] -= 0"),),
        "Your gradient is the softmax. The derivative of -log softmax is softmax - 1 at the target.",
    ),
    Misconception(
        "sign of the loss",
        ((VALUE, VALUE.replace("-log_p", "log_p")), (GRADIENT, GRADIENT.replace("dy /", "-dy /"))),
        "You returned log p. A loss is -log p, which falls when the model gets better.",
    ),
    Misconception(
        "sign of the gradient",
        ((GRADIENT, GRADIENT.replace("dy /", "-dy /")),),
        "The value is right, the gradient has the other sign: softmax - 1 at the target is below 0, since a "
        "larger logit there lowers the loss.",
    ),
    Misconception(
        "softmax over places",
        (
            (SHIFTED, SHIFTED.replace("axis=2", "axis=1")),
            (LOG_P, LOG_P.replace("axis=2", "axis=1")),
        ),
        "Your softmax runs over the places of a string. At each place the probabilities of all tokens add up to 1: the "
        "last axis.",
    ),
    Misconception(
        "largest logit for the normaliser",
        ((LOG_P, "log_p = shifted"),),
        "You subtracted the largest logit and left it there. The logarithm of the sum of exponentials is missing, so "
        "that the probabilities do not add up to 1.",
    ),
    Misconception(
        "softmax that overflows",
        ((SHIFTED, "shifted = logits"),),
        "exp(100000) overflows, and the loss is not a number any more. Subtract the largest logit of each place first.",
    ),
    Misconception(
        "first token not counted",
        ((COUNTS, "counts = (targets != PADDING) & (np.arange(targets.shape[1]) > 0)"),),
        "You left out the first place. `targets` is what is to be predicted: all of its tokens count, the first too.",
    ),
    Misconception(
        "last token not counted",
        ((COUNTS, "counts = np.column_stack([targets[:, 1:] != PADDING, np.zeros(len(targets), bool)])"),),
        "You left out the last token of every string, its end. It is to be predicted as all others are.",
    ),
    Misconception(
        "logits changed in place",
        ((SHIFTED, "logits -= logits.max(axis=2, keepdims=True)\n    shifted = logits"),),
        "You changed the logits of your caller. Subtract into a new array.",
    ),
    Misconception(
        "number of tokens for the batch",
        over("logits.shape[2]"),
        "You divided by the size of the alphabet. Strings are averaged: divide by the batch, logits.shape[0].",
    ),
    Misconception(
        "number of places for the batch",
        over("logits.shape[1]"),
        "You divided by the number of places. Strings are averaged: divide by the batch, logits.shape[0].",
    ),
)
