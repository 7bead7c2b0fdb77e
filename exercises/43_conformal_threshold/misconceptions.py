"""Wrong answers to exercise 43."""

from course.workbook.content import Misconception

PLACE = "place = math.ceil((n + 1) * (1 - false_alarm_rate) - _ROUNDING)"
RETURN = "return float(np.sort(normal_scores)[place - 1]) if place <= n else math.inf"
TAKEN = "np.sort(normal_scores)[place - 1]"

MISCONCEPTIONS = (
    Misconception(
        "plain quantile",
        ((RETURN, "return float(np.quantile(normal_scores, 1 - false_alarm_rate))"),),
        "This is the quantile of the n scores, which lies between two of them and a little too low: on average its "
        "rate of false alarms is above the one that you promise. Take score number ceil((n + 1)(1 - rate)).",
    ),
    Misconception(
        "one for the new score forgotten",
        ((PLACE, "place = math.ceil(n * (1 - false_alarm_rate) - _ROUNDING)"),),
        "You took place ceil(n (1 - rate)). A new score has n + 1 places among n scores, so it is (n + 1)(1 - rate)"
        " that is rounded up. Without the 1 the promise is broken, most of all where n is small.",
    ),
    Misconception(
        "place rounded down",
        ((PLACE, "place = max(math.floor((n + 1) * (1 - false_alarm_rate)), 1)"),),
        "You rounded the place down. Then more places lie above the threshold than the rate allows; round up.",
    ),
    Misconception(
        "place rounded to the nearest",
        ((PLACE, "place = max(round((n + 1) * (1 - false_alarm_rate)), 1)"),),
        "You rounded the place to the nearest whole number. Where that is down, more places lie above the threshold"
        " than the rate allows; always round up.",
    ),
    Misconception(
        "next place where the place is whole",
        ((PLACE, "place = math.floor((n + 1) * (1 - false_alarm_rate) + _ROUNDING) + 1"),),
        "You rounded down and added 1. That is right between two whole numbers, but a place that is whole stays as "
        "it is: there the promise holds with equality.",
    ),
    Misconception(
        "place counted from 0",
        ((RETURN, "return float(np.sort(normal_scores)[place]) if place < n else math.inf"),),
        "Place k of (1) is counted from 1, and an index from 0: score number k stands at index k - 1. Yours is one "
        "score too high, and gives fewer alarms than it may.",
    ),
    Misconception(
        "one place too low",
        ((TAKEN, "np.sort(normal_scores)[max(place - 2, 0)]"),),
        "Your threshold is one score too low, as if 1 had been taken off twice: number k stands at index k - 1.",
    ),
    Misconception(
        "infinity one place too early",
        ((RETURN, RETURN.replace("place <= n", "place < n")),),
        "You returned infinity where the place is n. There is a score number n, the highest; only from n + 1 on "
        "there is none.",
    ),
    Misconception(
        "highest score where there are too few",
        ((RETURN, "return float(np.sort(normal_scores)[min(place, n) - 1])"),),
        "Where the place is above n you took the highest score. A new score exceeds that with probability 1 / (n + "
        "1), which is more than the rate allows: only infinity keeps the promise.",
    ),
    Misconception(
        "lowest number where there are too few",
        ((RETURN, RETURN.replace("else math.inf", "else -math.inf")),),
        "Where the place is above n you returned minus infinity, which every score exceeds: that is an alarm for "
        "every case. Plus infinity raises none.",
    ),
    Misconception(
        "not a number where there are too few",
        ((RETURN, RETURN.replace("else math.inf", "else math.nan")),),
        "Where the place is above n you returned nan. The contract is infinity: the threshold that no score exceeds.",
    ),
    Misconception(
        "lower tail",
        ((PLACE, "place = math.ceil((n + 1) * false_alarm_rate - _ROUNDING)"),),
        "You took the place of the rate itself. High scores are suspicious, so a share of 1 - rate of the places "
        "lies at or below the threshold.",
    ),
    Misconception(
        "counted from the highest",
        ((TAKEN, "np.sort(normal_scores)[::-1][place - 1]"),),
        "You counted from the highest score down. Place k of (1) is counted from the lowest.",
    ),
    Misconception(
        "scores not sorted",
        ((TAKEN, "normal_scores[place - 1]"),),
        "You took a score by its place in the array. The scores come in no order: sort them first.",
    ),
    Misconception(
        "raised level with a line between scores",
        ((RETURN, "return float(np.quantile(normal_scores, place / n)) if place <= n else math.inf"),),
        "You asked np.quantile for the level k / n. It draws a line between two scores, and by its count that level"
        " lies below score number k. Sort, and take number k itself.",
    ),
    Misconception(
        "line between two places",
        (
            (
                RETURN,
                "return float(np.quantile(normal_scores, 1 - false_alarm_rate, method='weibull')) "
                "if place <= n else math.inf",
            ),
        ),
        "You went along the line between the two scores around place (n + 1)(1 - rate). A threshold between two "
        "scores has as many places above it as the lower one: too many. Round the place up.",
    ),
    Misconception(
        "middle of two scores",
        (
            (
                RETURN,
                "ascending = np.append(np.sort(normal_scores), math.inf)\n"
                "    return float(ascending[place - 1 : place + 1].mean()) if place <= n else math.inf",
            ),
        ),
        "You took the middle between score number k and the next. Number k itself is enough for the promise; above "
        "it you only lose alarms.",
    ),
    Misconception(
        "equal scores counted once",
        (
            (
                RETURN,
                "ascending = np.unique(normal_scores)\n"
                "    place = math.ceil((len(ascending) + 1) * (1 - false_alarm_rate) - _ROUNDING)\n"
                "    return float(ascending[place - 1]) if place <= len(ascending) else math.inf",
            ),
        ),
        "You counted equal scores once, as np.unique and a set do. Each score is a case of its own.",
    ),
    Misconception(
        "both tails",
        ((PLACE, "place = math.ceil((n + 1) * (1 - false_alarm_rate / 2) - _ROUNDING)"),),
        "You halved the rate, as for a test with two sides. Only high scores raise an alarm: the whole rate belongs"
        " to the upper side.",
    ),
    Misconception(
        "rate in per cent",
        ((PLACE, "place = math.ceil((n + 1) * (1 - false_alarm_rate / 100) - _ROUNDING)"),),
        "You divided the rate by 100. It is a share already: 5 % is 0.05.",
    ),
    Misconception(
        "one score left out",
        ((PLACE, "place = max(math.ceil((n - 1) * (1 - false_alarm_rate) - _ROUNDING), 1)"),),
        "You counted with n - 1, as np.quantile does for its line between scores. A new score has n + 1 places.",
    ),
    Misconception(
        "one added after rounding",
        ((PLACE, "place = math.ceil(n * (1 - false_alarm_rate) - _ROUNDING) + 1"),),
        "You added the 1 to the place. It belongs to n: ceil((n + 1)(1 - rate)). Your threshold is often one score "
        "too high.",
    ),
    Misconception(
        "normal distribution fitted",
        (
            (
                RETURN,
                "from statistics import NormalDist\n"
                "    quantile = NormalDist().inv_cdf(1 - false_alarm_rate)\n"
                "    return float(normal_scores.mean() + quantile * normal_scores.std())",
            ),
        ),
        "You fitted a normal distribution. The promise of (1) needs no distribution; that of a fitted one breaks "
        "where scores have a long tail, as here.",
    ),
    Misconception(
        "absolute value of the scores",
        ((TAKEN, "np.sort(np.abs(normal_scores))[place - 1]"),),
        "You took absolute values. Where p(x | z) is a density a score may be negative, and the lower, the more "
        "normal.",
    ),
)
