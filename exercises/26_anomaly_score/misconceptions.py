"""Wrong answers to exercise 26."""

from course.workbook.content import Misconception

SCORE = "return reconstruction + kl.sum(axis=1)"
THRESHOLD = "return float(np.quantile(normal_scores, 1 - false_alarm_rate))"
SORTED = "ascending = np.sort(normal_scores)"
QUANTILE = "np.quantile(normal_scores, 1 - false_alarm_rate)"
DETECTED = "np.mean(anomalous_scores > anomaly_threshold(normal_scores, false_alarm_rate))"
AREA = "return float((below + not_above).mean() / 2 / len(normal_scores))"

MISCONCEPTIONS = (
    Misconception(
        "ELBO for its negative",
        ((SCORE, "return -(reconstruction + kl.sum(axis=1))"),),
        "This is the ELBO. It is low for an image that does not belong; the score is its negative, so that a high one "
        "is suspicious.",
    ),
    Misconception(
        "KL subtracted",
        ((SCORE, "return reconstruction - kl.sum(axis=1)"),),
        "The ELBO is -(reconstruction + KL). Both are costs, so both are added to the score.",
    ),
    Misconception(
        "reconstruction subtracted",
        ((SCORE, "return kl.sum(axis=1) - reconstruction"),),
        "`reconstruction` is -log p(x given z) already: it is high for a bad reconstruction. Add it.",
    ),
    Misconception(
        "KL left out",
        ((SCORE, "return reconstruction + 0 * kl.sum(axis=1)"),),
        "This is the reconstruction alone. An image can be decoded well from a code that the prior hardly ever gives: "
        "the KL charges for that.",
    ),
    Misconception(
        "reconstruction left out",
        ((SCORE, "return 0 * reconstruction + kl.sum(axis=1)"),),
        "This is the KL alone, which does not say how well the image is decoded. Add the reconstruction.",
    ),
    Misconception(
        "mean over latents",
        ((SCORE, "return reconstruction + kl.mean(axis=1)"),),
        "You averaged the KL over latents. An ELBO sums over them.",
    ),
    Misconception(
        "largest KL for the sum",
        ((SCORE, "return reconstruction + kl.max(axis=1)"),),
        "You added the largest KL alone. An ELBO sums over all latents.",
    ),
    Misconception(
        "negative scores cut off at 0",
        ((SCORE, "return np.maximum(reconstruction + kl.sum(axis=1), 0)"),),
        "You set negative scores to 0. A density may exceed 1, and -log p is negative then: such an image is described "
        "very well, and its score is right as it is.",
    ),
    Misconception(
        "mean over images",
        ((SCORE, "return (reconstruction + kl.sum(axis=1)).mean()"),),
        "You averaged over images, as the loss does. A mean cannot say which image is the suspect: keep a score for "
        "each.",
    ),
    Misconception(
        "KL of the whole batch",
        ((SCORE, "return reconstruction + kl.sum()"),),
        "You added the KL of all images to each of them. Sum over latents alone: axis 1.",
    ),
    Misconception(
        "mean KL of the batch",
        ((SCORE, "return reconstruction + kl.sum(axis=1).mean()"),),
        "You added the mean KL of the batch to every image. Each image has a KL of its own.",
    ),
    Misconception(
        "distance from the mean score",
        ((SCORE, "scores = reconstruction + kl.sum(axis=1)\n    return scores - scores.mean()"),),
        "You subtracted the mean over the batch. The score of an image would then depend on which images come with it.",
    ),
    Misconception(
        "scores in standard deviations",
        ((SCORE, "scores = reconstruction + kl.sum(axis=1)\n    return (scores - scores.mean()) / scores.std()"),),
        "You standardised the scores over the batch. The score of an image would then depend on which images come with "
        "it: leave it in nats.",
    ),
    Misconception(
        "at the threshold an alarm",
        ((DETECTED, DETECTED.replace(" > ", " >= ")),),
        "You counted scores exactly at the threshold as alarms. An alarm is a score above it.",
    ),
    Misconception(
        "lower tail",
        ((QUANTILE, "np.quantile(normal_scores, false_alarm_rate)"),),
        "You took the quantile at the rate itself: nearly all normal images lie above it. False alarms are the highest "
        "normal scores, so the quantile is at 1 - rate.",
    ),
    Misconception(
        "rate on both sides",
        ((QUANTILE, "np.quantile(normal_scores, 1 - false_alarm_rate / 2)"),),
        "You left half of the rate on each side. A low score raises no alarm: the whole rate belongs to the upper "
        "tail.",
    ),
    Misconception(
        "share taken for percent",
        ((QUANTILE, "np.percentile(normal_scores, 1 - false_alarm_rate)"),),
        "np.percentile counts from 0 to 100, so you asked for less than one percent. The share 1 - rate belongs to "
        "np.quantile.",
    ),
    Misconception(
        "percent taken for a share",
        ((QUANTILE, "np.quantile(normal_scores, 1 - false_alarm_rate / 100)"),),
        "The rate is a share already: 0.05 is 5 %. You divided it by 100.",
    ),
    Misconception(
        "mean and two standard deviations",
        ((QUANTILE, "(normal_scores.mean() + 2 * normal_scores.std() + 0 * false_alarm_rate)"),),
        "Mean + 2 standard deviations ignores the rate. It also supposes that scores are Gaussian; they have a long "
        "upper tail.",
    ),
    Misconception(
        "quantile of a Gaussian",
        (
            (
                THRESHOLD,
                "from statistics import NormalDist\n"
                "    share = min(max(1 - false_alarm_rate, 1e-9), 1 - 1e-9)\n"
                "    return NormalDist(float(normal_scores.mean()), float(normal_scores.std())).inv_cdf(share)",
            ),
        ),
        "You fitted a Gaussian to the scores and took its quantile. Scores have a long upper tail, so this gives more "
        "false alarms than asked for: take the quantile of the scores themselves.",
    ),
    Misconception(
        "share of the greatest score",
        ((QUANTILE, "(1 - false_alarm_rate) * normal_scores.max()"),),
        "This is a share of the greatest score. A quantile is the score below which a share of the images lies.",
    ),
    Misconception(
        "greatest normal score",
        ((QUANTILE, "(normal_scores.max() + 0 * false_alarm_rate)"),),
        "The greatest normal score belongs to a rate of 0. The given rate allows more alarms than none.",
    ),
    Misconception(
        "place rounded down",
        ((QUANTILE, 'np.quantile(normal_scores, 1 - false_alarm_rate, method="lower")'),),
        "You took the score below the place (n - 1) (1 - rate). Between two scores the threshold lies on the straight "
        "line from one to the other.",
    ),
    Misconception(
        "place rounded up",
        ((QUANTILE, 'np.quantile(normal_scores, 1 - false_alarm_rate, method="higher")'),),
        "You took the score above the place (n - 1) (1 - rate). Between two scores the threshold lies on the straight "
        "line from one to the other.",
    ),
    Misconception(
        "interpolated from the wrong end",
        (
            (
                THRESHOLD,
                "ascending = np.sort(normal_scores)\n"
                "    place = (len(ascending) - 1) * (1 - false_alarm_rate)\n"
                "    lower, upper = int(np.floor(place)), int(np.ceil(place))\n"
                "    return float(ascending[upper] + (place - lower) * (ascending[lower] - ascending[upper]))",
            ),
        ),
        "You went the right part of the way, but from the upper score down. With place 2.25 the threshold is a quarter "
        "of the way from score 2 up to score 3.",
    ),
    Misconception(
        "half-way between two scores",
        ((QUANTILE, 'np.quantile(normal_scores, 1 - false_alarm_rate, method="midpoint")'),),
        "You took the middle of the two scores beside the place. The threshold lies as far between them as the place "
        "does: at 2.25 a quarter of the way.",
    ),
    Misconception(
        "place among n instead of n - 1 steps",
        ((QUANTILE, 'np.quantile(normal_scores, 1 - false_alarm_rate, method="interpolated_inverted_cdf")'),),
        "Your places are n (1 - rate) - 1, so that the first score stands at a share of 1/n. Numbered from 0, n scores "
        "have n - 1 steps between them: the place is (n - 1) (1 - rate).",
    ),
    Misconception(
        "place n (1 - rate) counted from 0",
        (
            (
                THRESHOLD,
                "ascending = np.sort(normal_scores)\n"
                "    place = len(ascending) * (1 - false_alarm_rate)\n"
                "    return float(np.interp(place, np.arange(len(ascending)), ascending))",
            ),
        ),
        "Your place is n (1 - rate), which is up to one score too high. Numbered from 0, the last of n scores stands "
        "at place n - 1: the place is (n - 1) (1 - rate).",
    ),
    Misconception(
        "place among n + 1 steps",
        ((QUANTILE, 'np.quantile(normal_scores, 1 - false_alarm_rate, method="weibull")'),),
        "Your places are (n + 1) (1 - rate) - 1, which is another definition of a quantile. Here n scores, numbered "
        "from 0, have n - 1 steps between them: the place is (n - 1) (1 - rate).",
    ),
    Misconception(
        "scores not sorted",
        (
            (
                THRESHOLD,
                "place = (len(normal_scores) - 1) * (1 - false_alarm_rate)\n"
                "    return float(np.interp(place, np.arange(len(normal_scores)), normal_scores))",
            ),
        ),
        "You looked for the place in the scores as they come. Sort them first.",
    ),
    Misconception(
        "scores sorted downwards",
        (
            (
                THRESHOLD,
                "place = (len(normal_scores) - 1) * (1 - false_alarm_rate)\n"
                "    descending = np.sort(normal_scores)[::-1].astype(np.float64) + 0.0\n"
                "    return float(descending[round(place)])",
            ),
        ),
        "You sorted in descending order and rounded the place, which leads to the lower tail. Sort in ascending order "
        "and go between two scores where the place does.",
    ),
    Misconception(
        "low scores detected",
        ((DETECTED, DETECTED.replace(" > ", " < ")),),
        "You counted the anomalous images below the threshold. These are the ones that are missed.",
    ),
    Misconception(
        "number for a share",
        ((DETECTED, DETECTED.replace("np.mean", "np.sum")),),
        "You counted the detected images. Divide by the number of anomalous images: a share is asked for.",
    ),
    Misconception(
        "threshold from all images",
        (
            (
                DETECTED,
                "np.mean(anomalous_scores > anomaly_threshold(np.concatenate([normal_scores, anomalous_scores]), "
                "false_alarm_rate))",
            ),
        ),
        "You set the threshold on normal and anomalous scores together. Then it depends on how many anomalies there "
        "are, and the false-alarm rate is not the one asked for: only normal scores say where it is.",
    ),
    Misconception(
        "threshold from anomalous images",
        ((DETECTED, "np.mean(anomalous_scores > anomaly_threshold(anomalous_scores, false_alarm_rate))"),),
        "You set the threshold on the anomalous scores, so about the false-alarm rate itself comes out. Only normal "
        "scores say where it is.",
    ),
    Misconception(
        "false alarms for detections",
        (
            (
                DETECTED,
                "np.mean(normal_scores > anomaly_threshold(normal_scores, false_alarm_rate))",
            ),
        ),
        "You counted the normal images above the threshold: false alarms. Count the anomalous ones.",
    ),
    Misconception(
        "detections among all images",
        (
            (
                DETECTED,
                "(np.sum(anomalous_scores > anomaly_threshold(normal_scores, false_alarm_rate)) "
                "/ (len(normal_scores) + len(anomalous_scores)))",
            ),
        ),
        "You divided the detections by the number of all images. The detection rate is a share of the anomalous ones.",
    ),
    Misconception(
        "alarms among all images",
        (
            (
                DETECTED,
                "np.mean(np.concatenate([normal_scores, anomalous_scores]) "
                "> anomaly_threshold(normal_scores, false_alarm_rate))",
            ),
        ),
        "You took the share of alarms among normal and anomalous images together. The detection rate looks at the "
        "anomalous ones alone.",
    ),
    Misconception(
        "share of alarms that are right",
        (
            (
                "return float(" + DETECTED + ")",
                "threshold = anomaly_threshold(normal_scores, false_alarm_rate)\n"
                "    right, false = np.sum(anomalous_scores > threshold), np.sum(normal_scores > threshold)\n"
                "    return float(right / max(right + false, 1))",
            ),
        ),
        "This is the precision: of all alarms, the share that is right. The detection rate asks how many of the "
        "anomalous images are found.",
    ),
    Misconception(
        "decided by the mean of a batch",
        ((DETECTED, "(np.mean(anomalous_scores) > anomaly_threshold(normal_scores, false_alarm_rate))"),),
        "You compared the mean of all anomalous scores with the threshold. Compare every image, then take the share.",
    ),
    Misconception(
        "ties count as wins",
        ((AREA, "return float(2 * not_above.mean() / 2 / len(normal_scores))"),),
        "You counted equal scores as a win of the anomalous image. Equal scores say nothing: a tie counts one half.",
    ),
    Misconception(
        "ties count nothing",
        ((AREA, "return float(2 * below.mean() / 2 / len(normal_scores))"),),
        "You counted equal scores as lost. Equal scores say nothing: a tie counts one half.",
    ),
    Misconception(
        "normal score higher",
        ((AREA, "return float(1 - (below + not_above).mean() / 2 / len(normal_scores))"),),
        "You counted the pairs in which the normal image has the higher score. An area below 0.5 for a working score "
        "is the usual sign of this.",
    ),
    Misconception(
        "number of pairs for a share",
        ((AREA, "return float((below + not_above).sum() / 2)"),),
        "You counted pairs. Divide by the number of all pairs, n m.",
    ),
    Misconception(
        "divided by one group alone",
        ((AREA, "return float((below + not_above).mean() / 2)"),),
        "You divided by the number of anomalous images alone. There are n m pairs.",
    ),
    Misconception(
        "images paired one by one",
        (
            (
                AREA,
                "size = min(len(normal_scores), len(anomalous_scores))\n"
                "    return float(np.mean(anomalous_scores[:size] > normal_scores[:size]))",
            ),
        ),
        "You compared the first with the first, the second with the second. Every anomalous image is compared with "
        "every normal one.",
    ),
    Misconception(
        "images paired one by one, ties one half",
        (
            (
                AREA,
                "size = min(len(normal_scores), len(anomalous_scores))\n"
                "    ahead = anomalous_scores[:size] - normal_scores[:size]\n"
                "    return float(np.mean((ahead > 0) + (ahead == 0) / 2))",
            ),
        ),
        "You compared the first with the first, the second with the second. Every anomalous image is compared with "
        "every normal one.",
    ),
    Misconception(
        "searched in scores not sorted",
        ((SORTED, "ascending = normal_scores"),),
        "np.searchsorted supposes that the scores it looks in are sorted. Sort the normal scores first.",
    ),
    Misconception(
        "close scores count as ties",
        (
            (
                AREA,
                "tie = np.isclose(anomalous_scores[:, None], normal_scores)\n"
                "    higher = (anomalous_scores[:, None] > normal_scores) & ~tie\n"
                "    return float(np.mean(higher + tie / 2))",
            ),
        ),
        "You counted scores that are merely close as a tie, perhaps by np.isclose. Only equal scores are one.",
    ),
    Misconception(
        "never below one half",
        ((AREA, AREA.replace("return float(", "area = float(") + "\n    return max(area, 1 - area)"),),
        "You turned areas below 0.5 round. Such an area says something: the normal images have the higher scores. "
        "Return it as it is.",
    ),
    Misconception(
        "ranks of the other group subtracted",
        (
            (
                AREA,
                "n, m = len(normal_scores), len(anomalous_scores)\n"
                "    rank_sum = (below + not_above).sum() / 2 + m * (m + 1) / 2\n"
                "    return float((rank_sum - n * (n + 1) / 2) / (n * m))",
            ),
        ),
        "From the ranks of the m anomalous images you subtracted n (n + 1) / 2. What they would have at the very "
        "bottom is m (m + 1) / 2.",
    ),
    Misconception(
        "compared with the mean normal score",
        ((AREA, "return float(np.mean(anomalous_scores > normal_scores.mean()))"),),
        "You compared with the mean of the normal scores: that is one threshold. The area takes all of them, by "
        "comparing every pair.",
    ),
    Misconception(
        "means compared",
        ((AREA, "return float(anomalous_scores.mean() > normal_scores.mean())"),),
        "You compared the two means, which gives 0 or 1. Compare every pair of images, and take the share.",
    ),
    Misconception(
        "Gini coefficient",
        ((AREA, "return float((below + not_above).mean() / len(normal_scores) - 1)"),),
        "You returned 2 area - 1, which is 0 where scores say nothing. The area itself is 0.5 there.",
    ),
    Misconception(
        "absolute value of the score",
        (("return reconstruction + kl.sum(axis=1)", "return np.abs(reconstruction + kl.sum(axis=1))"),),
        "You took the absolute value. Where p(x | z) is a density a score may be negative, and the lower, the more "
        "normal.",
    ),
    Misconception(
        "area over a grid of thresholds",
        (
            (
                "    return float((below + not_above).mean() / 2 / len(normal_scores))",
                "    both = np.concatenate([ascending, anomalous_scores])\n    grid = np.linspace(both.max() + "
                "1, both.min() - 1, 31)[:, None]\n    rates = [(scores > grid).mean(axis=1) for scores in "
                "(ascending, anomalous_scores)]\n    return float(np.trapezoid(rates[1], rates[0]))",
            ),
        ),
        "You tried thresholds on a grid. Scores that lie between two of its points are taken for equal. (3) is "
        "exact: it compares every pair of scores.",
    ),
    Misconception(
        "area in steps of the lower corner",
        (
            (
                "    return float((below + not_above).mean() / 2 / len(normal_scores))",
                "    steps = np.unique(np.concatenate([ascending, anomalous_scores]))[::-1, None]\n    rates = "
                "[(scores > steps).mean(axis=1) for scores in (ascending, anomalous_scores)]\n    return "
                "float((np.diff(rates[0]) * rates[1][:-1]).sum())",
            ),
        ),
        "Your steps under the curve end before the lowest score, and take the lower corner: part of the area and "
        "half of each tie are lost. The curve runs from (0, 0) to (1, 1); count pairs, as (3) does.",
    ),
    Misconception(
        "mean over false-alarm rates",
        (
            (
                "    return float((below + not_above).mean() / 2 / len(normal_scores))",
                "    rates = np.linspace(0, 1, 101)\n    return float(np.mean([detection_rate(normal_scores, "
                "anomalous_scores, float(rate)) for rate in rates]))",
            ),
        ),
        "You averaged the detection rate over 101 false-alarm rates, which is near the area but not it: a quantile "
        "lies between scores. (3) is exact: it compares every pair.",
    ),
    Misconception(
        "close scores counted as equal",
        (
            (
                AREA,
                "gaps = np.subtract.outer(anomalous_scores, normal_scores)\n    close = np.isclose(gaps, 0, "
                "atol=1e-3 * np.abs(normal_scores).max())\n    return float(np.where(close, 0.5, gaps > 0).mean())",
            ),
        ),
        "You count scores that are close to each other as ties. Only equal scores are a tie; of two close ones the "
        "higher wins.",
    ),
    Misconception(
        "equal scores counted once",
        (
            (
                "ascending = np.sort(normal_scores)",
                "ascending, anomalous_scores = map(np.unique, (normal_scores, anomalous_scores))",
            ),
            ("/ 2 / len(normal_scores))", "/ 2 / len(ascending))"),
        ),
        "You counted equal scores once, as np.unique and a set do. (3) is a share of all pairs of images: two images "
        "with one score are two images.",
    ),
)
