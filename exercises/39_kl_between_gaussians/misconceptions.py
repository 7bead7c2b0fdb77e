"""Wrong answers to exercise 39."""

from course.workbook.content import Misconception

EXCESS = "excess = np.expm1(logvar_q - logvar_p)"
SLOPE = "slope = distance * np.exp(-logvar_p)"
DISTANCE = "distance = mu_q - mu_p"
DQ = "dmu_q, dlogvar_q = dy * slope, 0.5 * dy * excess"
GRADIENTS = "return dmu_q, dlogvar_q, -dmu_q, -dlogvar_q - 0.5 * dy * distance * slope"
VALUE = "return 0.5 * (excess - (logvar_q - logvar_p) + distance * slope), pullback"

REVERSED = "mu_q, logvar_q, mu_p, logvar_p = mu_p, logvar_p, mu_q, logvar_q\n    " + EXCESS
"""What turns everything round, before anything is computed."""

MISCONCEPTIONS = (
    # The value.
    Misconception(
        "reverse KL",
        (
            (EXCESS, REVERSED),
            (GRADIENTS, "return -dmu_q, -dlogvar_q - 0.5 * dy * distance * slope, dmu_q, dlogvar_q"),
        ),
        "This is KL(p || q), the other way round. The bound needs KL(q || p): the expectation is over q, and the "
        "distance is measured in standard deviations of p.",
    ),
    Misconception(
        "N(0, 1) for p",
        (
            (EXCESS, "excess = np.expm1(logvar_q)"),
            (DISTANCE, "distance = mu_q"),
            (SLOPE, "slope = distance"),
            (VALUE, "return 0.5 * (excess - logvar_q + distance * slope), pullback"),
            (GRADIENTS, "return dmu_q, dlogvar_q, 0 * dmu_q, 0 * dmu_q"),
        ),
        "You took N(0, 1) for the prior, as in a VAE with one level. Here p has a mean and a variance of its own, and "
        "both get a gradient.",
    ),
    Misconception(
        "standard deviation of p taken for 1",
        (
            (EXCESS, "excess = np.expm1(logvar_q)"),
            (SLOPE, "slope = distance"),
            (VALUE, "return 0.5 * (excess - logvar_q + distance * slope), pullback"),
            (GRADIENTS, "return dmu_q, dlogvar_q, -dmu_q, 0 * dmu_q"),
        ),
        "You used the mean of p, but not its variance. Both the ratio of the variances and the distance depend on it.",
    ),
    Misconception(
        "one half forgotten",
        ((VALUE, VALUE.replace("0.5 * (", "(")),),
        "The factor 1/2 in front of the bracket of (1) is missing in the value.",
    ),
    Misconception(
        "sign of the KL",
        ((VALUE, VALUE.replace("return 0.5", "return -0.5")),),
        "The sign is reversed. A KL divergence is never negative.",
    ),
    Misconception(
        "constant forgotten",
        ((VALUE, VALUE.replace("(excess -", "(excess + 1 -")),),
        "The -1 is missing. Without it the KL is not 0 where q and p are equal.",
    ),
    Misconception(
        "sign of the log ratio",
        ((VALUE, VALUE.replace("(excess - (", "(excess + (")),),
        "The log of the ratio has a minus: a q that is narrower than p carries information and must cost, not earn.",
    ),
    Misconception(
        "log ratio left out",
        ((VALUE, VALUE.replace(" - (logvar_q - logvar_p)", "")),),
        "The log of the ratio of the variances is missing: the part of the KL that keeps q from becoming too narrow.",
    ),
    Misconception(
        "log of the standard deviations",
        ((VALUE, VALUE.replace(" - (logvar_q", " - 0.5 * (logvar_q")),),
        "You took the log of sigma_q / sigma_p inside of the bracket. With the 1/2 in front it has to be the log of "
        "the ratio of the variances, logvar_q - logvar_p.",
    ),
    Misconception(
        "ratio of standard deviations",
        ((EXCESS, EXCESS.replace("(logvar_q - logvar_p)", "((logvar_q - logvar_p) / 2)")),),
        "You took sigma_q / sigma_p. (1) has the ratio of the variances, exp(logvar_q - logvar_p).",
    ),
    Misconception(
        "log variance taken for log sigma",
        (
            (EXCESS, EXCESS.replace("(logvar_q - logvar_p)", "(2 * (logvar_q - logvar_p))")),
            (SLOPE, SLOPE.replace("-logvar_p", "-2 * logvar_p")),
            (VALUE, VALUE.replace(" - (logvar_q", " - 2 * (logvar_q")),
        ),
        "You took logvar for log sigma and squared it once more. sigma^2 is exp(logvar).",
    ),
    Misconception(
        "ratio of the variances reversed",
        ((EXCESS, EXCESS.replace("logvar_q - logvar_p", "logvar_p - logvar_q")),),
        "You divided the variance of p by that of q. (1) has sigma_q^2 / sigma_p^2.",
    ),
    Misconception(
        "distance in standard deviations of q",
        ((SLOPE, SLOPE.replace("logvar_p", "logvar_q")),),
        "You divided the squared distance by the variance of q. In KL(q || p) it is that of p: the question is how "
        "improbable q's samples are under p.",
    ),
    Misconception(
        "distance not divided",
        ((SLOPE, "slope = distance"),),
        "You did not divide the squared distance by the variance of p. A distance of 1 is far for a narrow p, and "
        "nothing for a wide one.",
    ),
    Misconception(
        "distance divided by sigma",
        ((SLOPE, SLOPE.replace("-logvar_p", "-logvar_p / 2")),),
        "You divided the squared distance by sigma_p. It is squared, so its unit is the variance.",
    ),
    Misconception(
        "distance not squared",
        ((VALUE, VALUE.replace("distance * slope", "slope")),),
        "The distance of the means enters squared: q may lie on either side of p.",
    ),
    Misconception(
        "distance left out",
        ((VALUE, VALUE.replace(" + distance * slope", "")),),
        "Your value lacks the distance of the means.",
    ),
    Misconception(
        "difference of the squared means",
        ((VALUE, VALUE.replace("distance * slope", "(mu_q**2 - mu_p**2) * np.exp(-logvar_p)")),),
        "You took mu_q^2 - mu_p^2. (1) has the square of the difference, (mu_q - mu_p)^2.",
    ),
    Misconception(
        "symmetric divergence",
        (
            (
                VALUE,
                "return 0.25 * (excess + np.expm1(logvar_p - logvar_q) + distance * (slope + distance * "
                "np.exp(-logvar_q))), pullback",
            ),
        ),
        "You took the mean of both directions. The bound needs KL(q || p) alone; it is not symmetric.",
    ),
    Misconception(
        "summed over latents",
        ((VALUE, VALUE.replace("distance * slope), ", "distance * slope).sum(axis=-1), ")),),
        "The KL of every single latent is asked for. The sum over latents comes later.",
    ),
    Misconception(
        "averaged over the batch",
        ((VALUE, VALUE.replace("distance * slope), ", "distance * slope).mean(axis=0), ")),),
        "The KL of every latent of every image is asked for. The mean over images comes later.",
    ),
    Misconception(
        "logvars clamped again",
        ((EXCESS, "logvar_q, logvar_p = np.clip(logvar_q, -10, 10), np.clip(logvar_p, -10, 10)\n    " + EXCESS),),
        "You limited the log variances. Encoders clamp them to [-20, 20], and only there; here they are taken as they "
        "are.",
    ),
    # The pullback.
    Misconception(
        "p taken for a constant",
        ((GRADIENTS, "return dmu_q, dlogvar_q, 0 * dmu_q, 0 * dlogvar_q"),),
        "You gave p no gradient. The prior of a level is computed by a network, which learns to expect what q says.",
    ),
    Misconception(
        "both means with the same sign",
        ((GRADIENTS, GRADIENTS.replace("-dmu_q,", "dmu_q,")),),
        "dmu_p has the sign of dmu_q. Only the difference of the means matters: what moves one towards the other has "
        "the opposite sign for the other.",
    ),
    Misconception(
        "distance left out of dlogvar_p",
        ((GRADIENTS, GRADIENTS.replace(" - 0.5 * dy * distance * slope", "")),),
        "dlogvar_p lacks the part of the distance: a wider p makes the same distance cheaper.",
    ),
    Misconception(
        "ratio left out of dlogvar_p",
        ((GRADIENTS, GRADIENTS.replace("-dlogvar_q - 0.5", "-0.5")),),
        "dlogvar_p lacks the part of the ratio of the variances and its log.",
    ),
    Misconception(
        "sign of the distance in dlogvar_p",
        ((GRADIENTS, GRADIENTS.replace("-dlogvar_q - 0.5", "-dlogvar_q + 0.5")),),
        "In dlogvar_p the part of the distance has the opposite sign: exp(-logvar_p) falls as logvar_p grows.",
    ),
    Misconception(
        "distance not halved in dlogvar_p",
        ((GRADIENTS, GRADIENTS.replace("- 0.5 * dy", "- dy")),),
        "In dlogvar_p the part of the distance lacks the factor 1/2 of the value.",
    ),
    Misconception(
        "sign of the ratio in dlogvar_p",
        ((GRADIENTS, GRADIENTS.replace("-dlogvar_q - 0.5", "dlogvar_q - 0.5")),),
        "In dlogvar_p the ratio and its log have the opposite sign: they depend on logvar_q - logvar_p.",
    ),
    Misconception(
        "dmu halved",
        ((DQ, DQ.replace("dy * slope,", "0.5 * dy * slope,")),),
        "The derivative of a square brings a factor 2, which cancels the 1/2 in front. You kept the 1/2 in dmu.",
    ),
    Misconception(
        "dmu doubled",
        ((DQ, DQ.replace("dy * slope,", "2 * dy * slope,")),),
        "You kept the factor 2 of the square, but the 1/2 in front of the bracket cancels it.",
    ),
    Misconception(
        "dlogvar not halved",
        ((DQ, DQ.replace("0.5 * dy * excess", "dy * excess")),),
        "dlogvar_q lacks the factor 1/2 of the value, and so does its part of dlogvar_p.",
    ),
    Misconception(
        "log forgotten in dlogvar",
        ((DQ, DQ.replace("0.5 * dy * excess", "0.5 * dy * (excess + 1)")),),
        "dlogvar lacks the -1 that comes from the log of the ratio. Where q and p are equal the gradient must be 0.",
    ),
    Misconception(
        "dlogvar of a standard prior",
        ((DQ, DQ.replace("excess", "np.expm1(logvar_q)")),),
        "You took sigma_q^2 - 1 for the slope, as in exercise 02. Here it is sigma_q^2 / sigma_p^2 - 1.",
    ),
    Misconception(
        "upstream gradient forgotten",
        ((DQ, DQ.replace("dy * slope, 0.5 * dy", "slope, 0.5")), (GRADIENTS, GRADIENTS.replace("0.5 * dy", "0.5"))),
        "A pullback multiplies by what arrives: here dy, a number for every latent.",
    ),
    Misconception(
        "upstream gradient forgotten in the distance",
        ((GRADIENTS, GRADIENTS.replace("0.5 * dy", "0.5")),),
        "In dlogvar_p the part of the distance lacks dy.",
    ),
    Misconception(
        "order of the gradients",
        ((GRADIENTS, "return dmu_q, -dmu_q, dlogvar_q, -dlogvar_q - 0.5 * dy * distance * slope"),),
        "You returned both gradients of means, then both of log variances. The order is that of the arguments: mu_q, "
        "logvar_q, mu_p, logvar_p.",
    ),
    Misconception(
        "variance of p kept above a limit",
        ((SLOPE, "slope = distance / np.maximum(np.exp(logvar_p), 1e-6)"),),
        "You keep the variance of p above a small number. logvar goes down to -20, a variance of 2e-9, and there the "
        "distance counts in full. exp(-logvar_p) needs no limit.",
    ),
)
