"""Wrong answers to exercise 38."""

from course.workbook.content import Misconception

SHARE_1 = "share_1 = np.exp(-np.logaddexp(0, logvar_1 - logvar_2))"
SHARE_2 = "share_2 = np.exp(-np.logaddexp(0, logvar_2 - logvar_1))"
SHIFTED = "shifted = dmu * share_1 * share_2 * (mu_1 - mu_2)"
GRADIENTS = "return dmu * share_1, dlogvar * share_1 - shifted, dmu * share_2, dlogvar * share_2 + shifted"
MU = "(share_1 * mu_1 + share_2 * mu_2, "
LOGVAR = "-np.logaddexp(-logvar_1, -logvar_2)), pullback"

MISCONCEPTIONS = (
    # The mean.
    Misconception(
        "weighed by variances",
        (
            (SHARE_1, SHARE_1.replace("logvar_1 - logvar_2", "logvar_2 - logvar_1")),
            (SHARE_2, SHARE_2.replace("logvar_2 - logvar_1", "logvar_1 - logvar_2")),
        ),
        "You weighed each mean by its variance, so that the less sure one decides. The weight is the precision, "
        "1 / sigma^2.",
    ),
    Misconception(
        "weighed by standard deviations",
        (
            (SHARE_1, SHARE_1.replace("logvar_1 - logvar_2", "(logvar_1 - logvar_2) / 2")),
            (SHARE_2, SHARE_2.replace("logvar_2 - logvar_1", "(logvar_2 - logvar_1) / 2")),
        ),
        "You weighed the means by 1 / sigma. (1) has 1 / sigma^2, and logvar is log sigma^2, not twice that.",
    ),
    Misconception(
        "log variance taken for log sigma",
        (
            (SHARE_1, SHARE_1.replace("logvar_1 - logvar_2", "2 * (logvar_1 - logvar_2)")),
            (SHARE_2, SHARE_2.replace("logvar_2 - logvar_1", "2 * (logvar_2 - logvar_1)")),
        ),
        "You squared exp(logvar) once more. logvar is log sigma^2 already, so the precision is exp(-logvar).",
    ),
    Misconception(
        "mean of the two means",
        ((MU, "((mu_1 + mu_2) / 2, "),),
        "You took both means for equally good. Each has its share of the total precision as its weight.",
    ),
    Misconception(
        "weighted sum not divided",
        ((MU, "(np.exp(-logvar_1) * mu_1 + np.exp(-logvar_2) * mu_2, "),),
        "You added the means, weighed by precisions, but did not divide by the total precision: the sigma^2 in front "
        "of the bracket of (1) is missing.",
    ),
    Misconception(
        "means added",
        ((MU, "(mu_1 + mu_2, "),),
        "You added the means. Precisions add up, means do not: mu lies between mu_1 and mu_2.",
    ),
    Misconception(
        "the surer one taken",
        ((MU, "(np.where(logvar_1 < logvar_2, mu_1, mu_2), "), (LOGVAR, "np.minimum(logvar_1, logvar_2)), pullback")),
        "You took the surer of the two and dropped the other. Both say something: the merged Gaussian is surer than "
        "either, and its mean lies between them.",
    ),
    Misconception(
        "precisions averaged over the batch",
        (
            (SHARE_1, SHARE_1.replace("logvar_1 - logvar_2", "(logvar_1 - logvar_2).mean(axis=0)")),
            (SHARE_2, SHARE_2.replace("logvar_2 - logvar_1", "(logvar_2 - logvar_1).mean(axis=0)")),
        ),
        "You averaged over the batch. Every latent of every image is merged by itself, with its own two precisions.",
    ),
    # The log variance.
    Misconception(
        "variances added",
        ((LOGVAR, "np.logaddexp(logvar_1, logvar_2)), pullback"),),
        "You added the variances, as for a sum of two independent numbers. Here precisions add up: with a second "
        "opinion one is surer, not less sure.",
    ),
    Misconception(
        "variances averaged",
        ((LOGVAR, "np.logaddexp(logvar_1, logvar_2) - np.log(2)), pullback"),),
        "You took the mean of the variances. Precisions add up: the merged Gaussian is surer than either.",
    ),
    Misconception(
        "precisions averaged",
        ((LOGVAR, "np.log(2) - np.logaddexp(-logvar_1, -logvar_2)), pullback"),),
        "You took the mean of the two precisions. They add up: two equal Gaussians make one of half the variance.",
    ),
    Misconception(
        "log precision for log variance",
        ((LOGVAR, "np.logaddexp(-logvar_1, -logvar_2)), pullback"),),
        "You returned the log of the precision. The log variance is minus that.",
    ),
    Misconception(
        "variance for log variance",
        ((LOGVAR, "np.exp(-np.logaddexp(-logvar_1, -logvar_2))), pullback"),),
        "You returned sigma^2. What is asked for is logvar, its log.",
    ),
    Misconception(
        "log sigma for log variance",
        ((LOGVAR, "-np.logaddexp(-logvar_1, -logvar_2) / 2), pullback"),),
        "You returned log sigma. What is asked for is logvar = log sigma^2, twice that.",
    ),
    Misconception(
        "log variances averaged",
        ((LOGVAR, "(logvar_1 + logvar_2) / 2), pullback"),),
        "You averaged the log variances. In (1) the precisions add up; take the log afterwards.",
    ),
    Misconception(
        "log variances weighed like means",
        ((LOGVAR, "share_1 * logvar_1 + share_2 * logvar_2), pullback"),),
        "You weighed the log variances as the means. sigma^2 comes from the sum of the precisions alone.",
    ),
    Misconception(
        "logvar clamped again",
        ((LOGVAR, "np.clip(-np.logaddexp(-logvar_1, -logvar_2), -10, 10)), pullback"),),
        "You limited logvar. Encoders clamp it to [-20, 20], and only there; here it is taken as it is.",
    ),
    Misconception(
        "mean and log variance exchanged",
        (
            (MU, "("),
            (LOGVAR, "-np.logaddexp(-logvar_1, -logvar_2), share_1 * mu_1 + share_2 * mu_2), pullback"),
        ),
        "You returned (logvar, mu). The order is (mu, logvar).",
    ),
    # The pullback.
    Misconception(
        "shares taken for constants",
        ((GRADIENTS, "return dmu * share_1, dlogvar * share_1, dmu * share_2, dlogvar * share_2"),),
        "You forgot that mu depends on the log variances too: a surer Gaussian draws mu towards itself. dlogvar_1 and "
        "dlogvar_2 have a part that comes from dmu.",
    ),
    Misconception(
        "sign of what moves the mean",
        ((GRADIENTS, GRADIENTS.replace("- shifted", "+ shifted").replace("share_2 + shifted", "share_2 - shifted")),),
        "The part of dlogvar that comes from dmu has the opposite sign: a larger logvar_1 makes the first one less "
        "sure, and moves mu away from mu_1.",
    ),
    Misconception(
        "only the first moves the mean",
        ((GRADIENTS, GRADIENTS.replace("dlogvar * share_2 + shifted", "dlogvar * share_2")),),
        "dlogvar_2 lacks the part that comes from dmu. Both shares depend on both log variances.",
    ),
    Misconception(
        "the same sign for both",
        ((GRADIENTS, GRADIENTS.replace("share_2 + shifted", "share_2 - shifted")),),
        "What dmu adds to dlogvar_1 and to dlogvar_2 has opposite signs: the shares add up to 1, so one falls as much "
        "as the other rises.",
    ),
    Misconception(
        "one share missing",
        ((SHIFTED, "shifted = dmu * share_1 * (mu_1 - mu_2)"),),
        "The derivative of a sigmoid s is s (1 - s). You have s alone.",
    ),
    Misconception(
        "derivative of a sigmoid doubled",
        ((SHIFTED, "shifted = 2 * dmu * share_1 * share_2 * (mu_1 - mu_2)"),),
        "The part that comes from dmu is twice too large. The shares are functions of logvar, not of log sigma.",
    ),
    Misconception(
        "derivative of a sigmoid halved",
        ((SHIFTED, "shifted = dmu * share_1 * share_2 * (mu_1 - mu_2) / 2"),),
        "The part that comes from dmu is half of what it should be. 1/2 would belong to a derivative by log sigma^2 of "
        "something made of sigma; the shares are made of sigma^2.",
    ),
    Misconception(
        "distance without its sign",
        ((SHIFTED, SHIFTED.replace("(mu_1 - mu_2)", "np.abs(mu_1 - mu_2)")),),
        "You took the distance of the means without its sign. Which way mu moves depends on which mean lies higher.",
    ),
    Misconception(
        "upstream gradient forgotten in what moves the mean",
        ((SHIFTED, SHIFTED.replace("dmu * ", "")),),
        "The part of dlogvar that comes through mu must be multiplied by dmu.",
    ),
    Misconception(
        "dmu not shared",
        ((GRADIENTS, GRADIENTS.replace("dmu * share_1", "dmu").replace("dmu * share_2", "dmu")),),
        "You sent dmu to both means as it came. mu moves with mu_1 only by the share of the first.",
    ),
    Misconception(
        "dlogvar not shared",
        ((GRADIENTS, GRADIENTS.replace("dlogvar * share_1", "dlogvar").replace("dlogvar * share_2", "dlogvar")),),
        "You sent dlogvar to both log variances as it came. logvar moves with logvar_1 only by the share of the first.",
    ),
    Misconception(
        "dlogvar halved for each",
        (
            (
                GRADIENTS,
                GRADIENTS.replace("dlogvar * share_1", "dlogvar / 2").replace("dlogvar * share_2", "dlogvar / 2"),
            ),
        ),
        "You shared dlogvar out in halves. The surer Gaussian decides logvar: each gets its share of the precision.",
    ),
    Misconception(
        "dlogvar forgotten",
        ((GRADIENTS, "return dmu * share_1, -shifted, dmu * share_2, shifted"),),
        "You used dmu alone. logvar is an output too, and its gradient goes to both log variances, by their shares.",
    ),
    Misconception(
        "shares exchanged in the gradients of the means",
        (
            (
                GRADIENTS,
                GRADIENTS.replace("dmu * share_1", "dmu * share_2", 1).replace(
                    "- shifted, dmu * share_2", "- shifted, dmu * share_1"
                ),
            ),
        ),
        "The gradients of the two means are exchanged: mu_1 enters with the share of the first.",
    ),
    Misconception(
        "order of the gradients",
        ((GRADIENTS, "return dmu * share_1, dmu * share_2, dlogvar * share_1 - shifted, dlogvar * share_2 + shifted"),),
        "You returned both gradients of means, then both of log variances. The order is that of the arguments: mu_1, "
        "logvar_1, mu_2, logvar_2.",
    ),
    Misconception(
        "small number added to the precisions",
        ((LOGVAR, "-np.log(np.exp(-logvar_1) + np.exp(-logvar_2) + 1e-8)), pullback"),),
        "You add a small number to the sum of the precisions. Of wide Gaussians the precisions are as small: 2e-9 "
        "each at logvar = 20. Nothing is divided by 0 here without it.",
    ),
)
