"""Wrong answers to exercise 32."""

from course.workbook.content import Misconception

SHIFTED = "logits - logits.max(axis=1, keepdims=True)"
LOG_P = "log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))"
PICKED = "np.take_along_axis(log_p, codes[:, None], axis=1)"
COST = f"return -{PICKED}.sum(axis=(1, 2, 3))"
LOG_Q = "np.log(np.where(q > 0, q, 1))"
TERMS = "(q * log_q).sum(axis=(1, 2, 3))"
BOUND = f"return distortion + cost + {TERMS}"

MISCONCEPTIONS = (
    Misconception(
        "log K for every place",
        ((COST, "return np.full(len(codes), codes[0].size * np.log(logits.shape[1]))"),),
        "Every code costs log K, whatever the prior says: that is the price under a uniform prior. Under this one a "
        "probable code costs less, and an improbable one more.",
    ),
    Misconception(
        "mean over places",
        ((COST, f"return -{PICKED}.mean(axis=(1, 2, 3))"),),
        "You took the mean over the places. All codes of an image must be sent, so their costs are added up. Beside a "
        "distortion that is summed over pixels, a mean would make codes nearly free.",
    ),
    Misconception(
        "bits for nats",
        ((COST, COST + " / np.log(2)"),),
        "This is in bits. The course counts in nats, the natural logarithm: the distortion that it is added to is in "
        "nats too.",
    ),
    Misconception(
        "sign of the cost",
        ((COST, COST.replace("-np", "np")),),
        "This is log p(codes), which is negative. The cost is -log p(codes).",
    ),
    Misconception(
        "logits taken for log probabilities",
        ((LOG_P, "log_p = logits"),),
        "You added up logits. Only after a log softmax are they log probabilities.",
    ),
    Misconception(
        "largest logit taken off, and no more",
        ((LOG_P, "log_p = shifted"),),
        "You took the largest logit off. The log softmax takes off log sum exp of them.",
    ),
    Misconception(
        "probabilities for their logarithms",
        ((PICKED, PICKED.replace("log_p", "np.exp(log_p)")),),
        "You added up probabilities. A code of probability p costs -log p.",
    ),
    Misconception(
        "softmax over places",
        ((LOG_P, LOG_P.replace("axis=1", "axis=(2, 3)")), (SHIFTED, SHIFTED.replace("axis=1", "axis=(2, 3)"))),
        "Your probabilities add up to 1 over the places. At every place they must do so over the K codes, axis 1.",
    ),
    Misconception(
        "softmax over the batch",
        ((LOG_P, LOG_P.replace("axis=1", "axis=0")), (SHIFTED, SHIFTED.replace("axis=1", "axis=0"))),
        "Your probabilities add up to 1 over the images. At every place they must do so over the K codes, axis 1.",
    ),
    Misconception(
        "one number for the batch",
        ((COST, f"return np.full(len(codes), -{PICKED}.sum(axis=(1, 2, 3)).mean())"),),
        "Every image has the mean cost of the batch. Each has a cost of its own.",
    ),
    Misconception(
        "product of probabilities before the logarithm",
        ((COST, f"return -np.log(np.exp({PICKED}).prod(axis=(1, 2, 3)))"),),
        "You multiplied the probabilities of all places, and took the logarithm of that. The product of many "
        "small numbers is 0 for a computer: add up logarithms instead.",
    ),
    Misconception(
        "softmax before the logarithm",
        ((LOG_P, "log_p = np.log(np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True))"),),
        "You took the softmax first and then its logarithm. A probability below 1e-308 is 0 by then. Work with "
        "logarithms throughout: l - log sum exp(l).",
    ),
    Misconception(
        "exp of large logits",
        ((SHIFTED, "logits"),),
        "exp(1000) is infinite for a computer. Take the largest logit of every place out first: it falls out of the "
        "softmax.",
    ),
    Misconception(
        "a small number added to the probability",
        ((LOG_P, "log_p = np.log(np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True) + 1e-9)"),),
        "You add a small number to the probability, so that its logarithm is finite. It also cuts the cost off, at "
        "about 20 nats here. The log softmax needs no such thing.",
    ),
    Misconception(
        "sigmoid for softmax",
        ((LOG_P, "log_p = -np.logaddexp(0, -logits)"),),
        "You took the sigmoid of each logit, so that the probabilities of the K codes do not add up to 1. One code of "
        "K is sent: softmax.",
    ),
    Misconception(
        "frequencies in the batch for the prior",
        (
            (
                COST,
                "n = np.bincount(codes.ravel(), minlength=logits.shape[1])\n"
                "    return -np.log(n / n.sum())[codes].sum(axis=(1, 2))",
            ),
        ),
        "You price a code by how often it occurs in the batch. The receiver does not know that. What counts is the "
        "prior's probability at this place, the softmax of the logits.",
    ),
    Misconception(
        "expected cost under the prior",
        ((COST, "return -(np.exp(log_p) * log_p).sum(axis=(1, 2, 3))"),),
        "This is the entropy of the prior, what codes drawn from the prior would cost. Here the codes are given: pick "
        "the entry of each.",
    ),
    Misconception(
        "cost of the most probable codes",
        ((COST, "return -log_p.max(axis=1).sum(axis=(1, 2))"),),
        "You price the most probable code at every place. The codes are given: the encoder has named them.",
    ),
    Misconception(
        "all codes priced",
        ((COST, "return -log_p.sum(axis=(1, 2, 3))"),),
        "You added up -log p of all K codes at every place. Only the code that is sent is paid for.",
    ),
    Misconception(
        "logits of the place before",
        (
            (
                COST,
                "flat = log_p.reshape(*log_p.shape[:2], -1)\n"
                "    following = np.roll(codes.reshape(len(codes), -1), -1, axis=1)\n"
                "    return -np.take_along_axis(flat, following[:, None], axis=1).sum(axis=(1, 2))",
            ),
        ),
        "You price each code with the logits of the place before it. The logits at a place are those of the code at "
        "this place: the mask of the prior sees to it that they know nothing of it.",
    ),
    Misconception(
        "first place for nothing",
        (
            (
                COST,
                f"return -{PICKED}.reshape(len(codes), -1)[:, 1:].sum(axis=1)",
            ),
        ),
        "The first place is missing. Nothing comes before it, but its code must be sent as well.",
    ),
    Misconception(
        "codes in the order of columns",
        ((PICKED, PICKED.replace("codes[:", "codes.swapaxes(1, 2).reshape(codes.shape)[:")),),
        "You read the grid column by column, and the logits row by row. Both have the axes (height, width).",
    ),
    Misconception(
        "entropy not given back",
        ((BOUND, "return distortion + cost"),),
        "The entropy of q is missing. Where codes are drawn from q, the sender picks them with bits of another "
        "message. The receiver gets these bits, so H(q) nats of the cost come back.",
    ),
    Misconception(
        "entropy paid once more",
        ((BOUND, BOUND.replace("+ (", "- (")),),
        "You add the entropy of q. It comes back, so it is taken off: + sum of q log q, which is negative.",
    ),
    Misconception(
        "mean entropy of a place",
        ((TERMS, "(q * log_q).sum(axis=1).mean(axis=(1, 2))"),),
        "You took the mean of the entropy over the places. It is added up, as the cost is.",
    ),
    Misconception(
        "entropy in bits",
        ((TERMS, TERMS + " / np.log(2)"),),
        "The entropy is in bits, and the rest in nats. Take the natural logarithm.",
    ),
    Misconception(
        "entropy for a certain code",
        (("log_q = np", "q = np.exp(q) / np.exp(q).sum(axis=1, keepdims=True)\n    log_q = np"),),
        "You took q for logits, and made a softmax of it. q holds probabilities. An encoder that names one code "
        "has no entropy, and gets nothing back.",
    ),
    Misconception(
        "0 log 0",
        ((LOG_Q, "np.log(q)"),),
        "0 times log 0 is no number for a computer. Such a code adds 0 to the entropy: put another number in its place "
        "before you take the logarithm.",
    ),
    Misconception(
        "entropy of the batch's mean q",
        (("log_q = np", "q = 0 * q + q.mean(axis=0)\n    log_q = np"),),
        "You averaged q over the batch first. The entropy is that of q(codes given x), for each image by itself.",
    ),
    Misconception(
        "cost of the most probable code under q",
        ((TERMS, "np.log(q.max(axis=1)).sum(axis=(1, 2))"),),
        "You give back -log q of the most probable code at every place. The entropy is the mean of -log q over all "
        "codes, weighed with q.",
    ),
    Misconception(
        "a coin for every code",
        ((TERMS, "(q * log_q + (1 - q) * np.log(np.where(q < 1, 1 - q, 1))).sum(axis=(1, 2, 3))"),),
        "You took every q for a coin of its own, with q log q + (1 - q) log(1 - q). One code of K is drawn at a place: "
        "-sum of q log q.",
    ),
    Misconception(
        "entropy without its weights",
        ((TERMS, "log_q.sum(axis=(1, 2, 3))"),),
        "You added up log q. The entropy weighs it with q: -sum of q log q.",
    ),
    Misconception(
        "cost forgotten",
        ((BOUND, BOUND.replace(" + cost", "")),),
        "The cost of the codes is missing: an image needs its codes and then its pixels.",
    ),
    Misconception(
        "cost taken off",
        ((BOUND, BOUND.replace("+ cost", "- cost")),),
        "You take the cost off. It is paid, as the distortion is.",
    ),
    Misconception(
        "distortion forgotten",
        ((BOUND, BOUND.replace("distortion + ", "")),),
        "The distortion is missing: the codes alone do not say what the pixels are.",
    ),
    Misconception(
        "sign of the bound",
        ((BOUND, f"return -(distortion + cost + {TERMS})"),),
        "This is the bound. Its negative is asked for, the number of nats that an image costs.",
    ),
    Misconception(
        "KL to a uniform prior for the cost",
        ((BOUND, f"return distortion + q[0, 0].size * np.log(q.shape[1]) + {TERMS}"),),
        "You charge log K for every place. `cost` is there: what the codes cost under the learnt prior.",
    ),
    Misconception(
        "mean over the batch",
        ((BOUND, f"return 0 * cost + (distortion + cost + {TERMS}).mean()"),),
        "Every image has the mean of the batch. Each has a number of its own.",
    ),
    Misconception(
        "softmax over the row of places",
        ((LOG_P, LOG_P.replace("axis=1", "axis=3")), (SHIFTED, SHIFTED.replace("axis=1", "axis=3"))),
        "Your probabilities add up to 1 over a row of places, axis 3. At every place they must do so over the K codes, "
        "axis 1.",
    ),
    Misconception(
        "one softmax for codes and places",
        ((LOG_P, LOG_P.replace("axis=1", "axis=(1, 2, 3)")), (SHIFTED, SHIFTED.replace("axis=1", "axis=(1, 2, 3)"))),
        "Your probabilities add up to 1 over all codes and places of an image together. At every place they must do so "
        "over the K codes, axis 1.",
    ),
    Misconception(
        "p cut off before the log",
        ((COST, f"return -np.maximum({PICKED}, np.log(1e-12)).sum(axis=(1, 2, 3))"),),
        "You keep p above a small number before the log. A code that the prior finds improbable then costs too little, "
        "27.6 nats at most: subtract the log of the sum from the logit, and no p is needed.",
    ),
    Misconception(
        "small q left out",
        ((LOG_Q, "np.log(np.where(q > 0.01, q, 1))"),),
        "You leave out codes with a small q, not only those with q = 0. Many of them together have much entropy.",
    ),
)
