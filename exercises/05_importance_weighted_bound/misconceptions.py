"""Wrong answers to exercise 05."""

from course.workbook.content import Misconception

BOUND = "return np.logaddexp.reduce(log_weights, axis=0) - np.log(len(log_weights))"
LARGEST = "m = log_weights.max(axis=0)\n    "

MISCONCEPTIONS = (
    Misconception(
        "exponentials that are all 0",
        ((BOUND, "return np.log(np.exp(log_weights).mean(axis=0))"),),
        "exp(-1000) is 0 in floating point, and exp(1000) is infinite. Subtract the largest log weight of every image "
        "before exp, and add it again after log.",
    ),
    Misconception(
        "small number inside the log",
        ((BOUND, "return np.log(np.exp(log_weights).mean(axis=0) + 1e-12)"),),
        "Near -1000 every weight is 0, and all that is left is the small number that you added. Subtract the largest "
        "log weight of every image before exp, and add it again after log.",
    ),
    Misconception(
        "one largest weight for all images",
        ((BOUND, "m = log_weights.max()\n    return m + np.log(np.exp(log_weights - m).mean(axis=0))"),),
        "You subtracted the largest log weight of the whole batch. An image far below it still gives exp(...) = 0. "
        "Every image needs its own: max over axis 0.",
    ),
    Misconception(
        "largest weight not added again",
        ((BOUND, LARGEST + "return np.log(np.exp(log_weights - m).mean(axis=0))"),),
        "The largest log weight was subtracted before exp and never added again: log sum exp(a) = m + log sum exp(a - "
        "m).",
    ),
    Misconception(
        "mean of the logs",
        ((BOUND, "return log_weights.mean(axis=0)"),),
        "This is the ELBO, averaged over samples: the mean of the logs. The tighter bound is the log of the mean "
        "weight.",
    ),
    Misconception(
        "sum of the logs",
        ((BOUND, "return log_weights.sum(axis=0)"),),
        "You added the log weights, which multiplies the weights. The weights themselves are averaged, and the log is "
        "taken of the average.",
    ),
    Misconception(
        "number of samples forgotten",
        ((BOUND, "return np.logaddexp.reduce(log_weights, axis=0)"),),
        "You took the log of the sum of the weights. The mean needs division by k, in logs minus log k. Without it the "
        "result grows with k, above log p(x).",
    ),
    Misconception(
        "batch size for the number of samples",
        ((BOUND, BOUND.replace("len(log_weights)", "log_weights.shape[1]")),),
        "You subtracted the log of the batch size. The mean is over the k samples, axis 0.",
    ),
    Misconception(
        "number of samples without a log",
        ((BOUND, BOUND.replace("- np.log(len(log_weights))", "- len(log_weights)")),),
        "Division by k becomes minus log k in logs. You subtracted k itself.",
    ),
    Misconception(
        "division outside of the log",
        ((BOUND, BOUND.replace("- np.log(len(log_weights))", "/ len(log_weights)")),),
        "You divided the log by k. The weights are divided by k inside of the log: that is minus log k outside.",
    ),
    Misconception(
        "wrong axis",
        ((BOUND, "return np.logaddexp.reduce(log_weights, axis=1) - np.log(log_weights.shape[1])"),),
        "You averaged over images, and got a number a sample. The samples are axis 0; every image has a bound of its "
        "own.",
    ),
    Misconception(
        "averaged over everything",
        ((BOUND, "return np.logaddexp.reduce(log_weights, axis=None) - np.log(log_weights.size)"),),
        "You averaged the weights over images too. The likeliest image then decides alone; every image has its own "
        "bound.",
    ),
    Misconception(
        "averaged over the batch",
        ((BOUND, BOUND.replace("return ", "return (") + ").mean()"),),
        "One number an image is asked for. The mean over a test set comes later, over all batches.",
    ),
    Misconception(
        "best sample alone",
        ((BOUND, "return log_weights.max(axis=0)"),),
        "You took the best sample. That is above the log of the mean weight, and no bound of log p(x); the largest log "
        "weight is taken out of the sum only for the sake of precision.",
    ),
    Misconception(
        "first sample alone",
        ((BOUND, "return log_weights[0]"),),
        "You used the first sample only, which is the ELBO with one draw. All k samples enter the mean.",
    ),
    Misconception(
        "weighted mean of the logs",
        (
            (
                BOUND,
                LARGEST + "weights = np.exp(log_weights - m)\n"
                "    return (weights * log_weights).sum(axis=0) / weights.sum(axis=0)",
            ),
        ),
        "You averaged log w with the normalised weights. These weights belong to the gradient of the bound; the bound "
        "itself is the log of the plain mean of w.",
    ),
    Misconception(
        "sign of the bound",
        ((BOUND, BOUND.replace("return ", "return -(") + ")"),),
        "This is the negative log likelihood, a cost. The bound itself is asked for; for binary images it is negative.",
    ),
    Misconception(
        "sign of the log weights",
        ((BOUND, "return -(np.logaddexp.reduce(-log_weights, axis=0) - np.log(len(log_weights)))"),),
        "You averaged 1 / w: the sign of the log weights was turned before exp. The worst sample then decides, and the "
        "result is no lower bound.",
    ),
    Misconception(
        "log forgotten",
        ((BOUND, "return np.exp(log_weights).mean(axis=0)"),),
        "This is the mean weight, an estimate of p(x). Its log is asked for; p(x) of a real image is too small to "
        "store.",
    ),
    Misconception(
        "last sample lost",
        ((BOUND, "return np.logaddexp.reduce(log_weights[:-1], axis=0) - np.log(len(log_weights))"),),
        "One of the k samples is missing from the sum. All of them are in the array; the ELBO's draw is one of them.",
    ),
    Misconception(
        "another number than the largest taken out",
        ((BOUND, "m = log_weights.mean(axis=0)\n    return m + np.log(np.exp(log_weights - m).mean(axis=0))"),),
        "You took the mean or the smallest log weight out of the sum, or that of one sample. Where one sample is far "
        "better than the others, its exponential overflows. Take out the largest: then no exponential is above 1.",
    ),
    Misconception(
        "log of k added",
        ((BOUND, BOUND.replace("- np.log", "+ np.log")),),
        "The log of k is subtracted: the sum of the weights is divided by k.",
    ),
    Misconception(
        "k - 1 for k",
        ((BOUND, BOUND.replace("len(log_weights)", "max(len(log_weights) - 1, 1)")),),
        "You divided by k - 1, as for a sample variance. A mean is divided by k.",
    ),
    Misconception(
        "best sample divided by k",
        ((BOUND, "return log_weights.max(axis=0) - np.log(len(log_weights))"),),
        "You took the best sample for the whole sum. The other samples belong to it too; the largest log weight is "
        "taken out of the sum only for the sake of precision.",
    ),
    Misconception(
        "weights normalised first",
        ((BOUND, "return np.log(np.exp(log_weights - np.logaddexp.reduce(log_weights, axis=0)).mean(axis=0))"),),
        "You divided the weights by their sum before the mean, so that -log k comes out whatever the image. Normalised "
        "weights belong to the gradient of the bound; the bound is the log of the plain mean of w.",
    ),
    Misconception(
        "first log weight taken out",
        ((BOUND, "m = log_weights[0]\n    return m + np.log(np.exp(log_weights - m).mean(axis=0))"),),
        "You took the log weight of the first sample out of the sum. Where another sample is far better, its "
        "exponential overflows. Take out the largest: then no exponential is above 1.",
    ),
    Misconception(
        "number of samples fixed",
        ((BOUND, BOUND.replace("len(log_weights)", "5000")),),
        "You subtracted log 5000 whatever k is. The number of samples is the length of axis 0, len(log_weights).",
    ),
    Misconception(
        "cut off at 0",
        ((BOUND, BOUND.replace("return ", "return np.minimum(") + ", 0)"),),
        "You cut the bound off at 0. A log density may be above 0, and the bound of a single draw of samples may be "
        "above log p(x): nothing is cut off.",
    ),
    Misconception(
        "first sample lost",
        ((BOUND, "return np.logaddexp.reduce(log_weights[1:], axis=0) - np.log(len(log_weights))"),),
        "The first of the k samples is missing from the sum. Indices start at 0, and all samples count.",
    ),
    Misconception(
        "first of several samples lost",
        (
            (
                BOUND,
                "rest = log_weights[1:] if len(log_weights) > 1 else log_weights\n"
                "    return np.logaddexp.reduce(rest, axis=0) - np.log(len(log_weights))",
            ),
        ),
        "The first of the k samples is missing from the sum. Indices start at 0, and all samples count.",
    ),
    Misconception(
        "log weights cut off",
        ((BOUND, "return np.log(np.exp(np.clip(log_weights, -700, 700)).mean(axis=0))"),),
        "You cut the log weights off at -700 and 700, so that exp stays finite. Every image beyond that gets the limit "
        "for an answer. Subtract the largest log weight before exp, and add it again after log.",
    ),
    Misconception(
        "sum begun at a weight of 1",
        (("np.logaddexp.reduce(log_weights, axis=0)", "np.logaddexp.reduce(log_weights, axis=0, initial=0.0)"),),
        "Your running sum begins at log w = 0, which is a weight of 1: a sample that nobody drew. An empty sum is "
        "0, and its log is minus infinity.",
    ),
    Misconception(
        "last sample left out",
        (
            (
                "np.logaddexp.reduce(log_weights, axis=0)",
                "np.logaddexp.reduce(log_weights[: max(len(log_weights) - 1, 1)], axis=0)",
            ),
        ),
        "The last of the k samples is missing from the sum: a loop that ends one too early. All samples count.",
    ),
)
