"""Wrong answers to exercise 40."""

from course.workbook.content import Misconception

EXCESS = "excess = np.expm1(delta_logvar)"
SLOPE = "slope = delta_mu * np.exp(-logvar)"
GRADIENTS = "return -0.5 * dy * delta_mu * slope, dy * slope, 0.5 * dy * excess"
VALUE = "return 0.5 * (delta_mu * slope + excess - delta_logvar), pullback"

MISCONCEPTIONS = (
    # The value and the gradients, of another quantity.
    Misconception(
        "N(0, 1) for the prior",
        ((SLOPE, "slope = delta_mu"), (GRADIENTS, "return 0 * dy, dy * slope, 0.5 * dy * excess")),
        "You measured delta_mu as if the prior had a variance of 1. It counts in standard deviations of p: "
        "delta_mu^2 / sigma^2, and logvar gets a gradient by way of it.",
    ),
    Misconception(
        "log variance taken for log sigma",
        (
            (EXCESS, "excess = np.expm1(2 * delta_logvar)"),
            (VALUE, VALUE.replace("- delta_logvar", "- 2 * delta_logvar")),
        ),
        "delta_logvar is log delta_sigma^2, not log delta_sigma: delta_sigma^2 is exp(delta_logvar), without a 2.",
    ),
    Misconception(
        "sigma for the variance of the prior",
        ((SLOPE, "slope = delta_mu * np.exp(-0.5 * logvar)"),),
        "You divided by sigma. (1) has sigma^2 = exp(logvar) below delta_mu^2.",
    ),
    Misconception(
        "multiplied by the variance of the prior",
        ((SLOPE, "slope = delta_mu * np.exp(logvar)"),),
        "You multiplied by sigma^2. A narrow prior makes a moved mean dearer, not cheaper: divide, with exp(-logvar).",
    ),
    Misconception(
        "distance in variances of the posterior",
        ((SLOPE, "slope = delta_mu * np.exp(-logvar - delta_logvar)"),),
        "You divided by the variance of q. The distance of the means counts in variances of p: they are those of "
        "its density.",
    ),
    Misconception(
        "reverse KL",
        (
            (EXCESS, "excess = np.expm1(-delta_logvar)"),
            (SLOPE, "slope = delta_mu * np.exp(-logvar - delta_logvar)"),
            (VALUE, VALUE.replace("- delta_logvar", "+ delta_logvar")),
        ),
        "This is KL(p || q), the other way round. The bound needs KL(q || p): the expectation is over q.",
    ),
    Misconception(
        "delta_logvar taken for the log variance of the posterior",
        (
            (EXCESS, "excess = np.expm1(delta_logvar - logvar)"),
            (VALUE, VALUE.replace("- delta_logvar", "- (delta_logvar - logvar)")),
        ),
        "You took delta_logvar for the log variance of q. It is what is added to that of p; the ratio of the variances "
        "is exp(delta_logvar).",
    ),
    # The value.
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
        ((VALUE, VALUE.replace("+ excess", "+ excess + 1")),),
        "The -1 is missing. Without it the KL is not 0 where nothing is added to the prior.",
    ),
    Misconception(
        "log forgotten",
        ((VALUE, VALUE.replace(" - delta_logvar", "")),),
        "The term log delta_sigma^2 is missing. Without it a posterior with a variance of 0 would cost least.",
    ),
    Misconception(
        "sign of the log",
        ((VALUE, VALUE.replace("- delta_logvar", "+ delta_logvar")),),
        "log delta_sigma^2 has a minus: a posterior that is narrower than the prior costs more.",
    ),
    Misconception(
        "half the log",
        ((VALUE, VALUE.replace("- delta_logvar", "- 0.5 * delta_logvar")),),
        "The log is that of the variance, delta_logvar itself. You took log delta_sigma, half of it.",
    ),
    Misconception(
        "mean not squared",
        ((VALUE, VALUE.replace("delta_mu * slope", "slope")),),
        "delta_mu enters squared: to the left it costs as much as to the right.",
    ),
    Misconception(
        "moved mean left out",
        ((VALUE, VALUE.replace("delta_mu * slope + ", "")),),
        "delta_mu^2 / sigma^2 is missing in the value: a posterior whose mean has moved from the prior's pays for it.",
    ),
    Misconception(
        "variance of the prior in the log",
        ((VALUE, VALUE.replace("- delta_logvar", "- delta_logvar - logvar")),),
        "log sigma^2 of the prior is in the log of both variances, and cancels: only their ratio counts.",
    ),
    Misconception(
        "variance of the posterior for the ratio",
        ((VALUE, VALUE.replace("+ excess", "+ np.exp(logvar + delta_logvar) - 1")),),
        "You added the variance of q. (1) has delta_sigma^2, the *ratio* of the variances of q and p.",
    ),
    Misconception(
        "summed over latents",
        ((VALUE, VALUE.replace("delta_logvar), pullback", "delta_logvar).sum(axis=-1), pullback")),),
        "The KL of every latent by itself is asked for. Nothing is summed here.",
    ),
    Misconception(
        "mean over the batch",
        ((VALUE, VALUE.replace("delta_logvar), pullback", "delta_logvar).mean(axis=0), pullback")),),
        "The KL of every latent of every image is asked for. The mean over images comes last, when a loss is made.",
    ),
    # The pullback.
    Misconception(
        "no gradient for the prior",
        ((GRADIENTS, GRADIENTS.replace("-0.5 * dy * delta_mu * slope", "0 * dy")),),
        "logvar gets no gradient from you. The prior is learnt too, and sigma^2 is below delta_mu^2 in (1).",
    ),
    Misconception(
        "sign of the prior's gradient",
        ((GRADIENTS, GRADIENTS.replace("-0.5 * dy * delta_mu", "0.5 * dy * delta_mu")),),
        "A wider prior makes a moved mean cheaper: the derivative of exp(-logvar) by logvar is minus itself.",
    ),
    Misconception(
        "one half forgotten in the prior's gradient",
        ((GRADIENTS, GRADIENTS.replace("-0.5 * dy * delta_mu", "-dy * delta_mu")),),
        "dlogvar lacks the factor 1/2 of (1). It stays there: exp(-logvar) is not squared.",
    ),
    Misconception(
        "one half kept in the gradient of the mean",
        ((GRADIENTS, GRADIENTS.replace("dy * slope,", "0.5 * dy * slope,")),),
        "The derivative of delta_mu^2 / 2 is delta_mu: the 2 of the square cancels the factor 1/2.",
    ),
    Misconception(
        "one half forgotten in the gradient of the log variance",
        ((GRADIENTS, GRADIENTS.replace("0.5 * dy * excess", "dy * excess")),),
        "ddelta_logvar lacks the factor 1/2 of (1).",
    ),
    Misconception(
        "log forgotten in the gradient",
        ((GRADIENTS, GRADIENTS.replace("dy * excess", "dy * (excess + 1)")),),
        "ddelta_logvar lacks the derivative of the log, -1: it has to be 0 where nothing is added.",
    ),
    Misconception(
        "gradient by the variance, not by its log",
        ((GRADIENTS, GRADIENTS.replace("dy * excess", "dy * excess * np.exp(-delta_logvar)")),),
        "This is the gradient by delta_sigma^2. The argument is its log: multiply by delta_sigma^2 once more.",
    ),
    Misconception(
        "gradient of the posterior's variance for the prior too",
        ((GRADIENTS, GRADIENTS.replace("* slope, dy * slope", "* slope + 0.5 * dy * excess, dy * slope")),),
        "You let logvar act on the ratio of the variances. It acts on both alike, so their ratio stays.",
    ),
    Misconception(
        "order of the gradients",
        ((GRADIENTS, "return dy * slope, 0.5 * dy * excess, -0.5 * dy * delta_mu * slope"),),
        "The order is that of the arguments: (dlogvar, ddelta_mu, ddelta_logvar). You put the prior's last.",
    ),
    Misconception(
        "upstream gradient forgotten",
        ((GRADIENTS, "return -0.5 * delta_mu * slope, slope, 0.5 * excess"),),
        "A pullback multiplies by what arrives: dy has a number for every latent.",
    ),
    Misconception(
        "log variances cut off",
        ((EXCESS, "excess = np.expm1(np.clip(delta_logvar, -5, 5))"),),
        "You limited delta_logvar. Whatever clamps it stands in the network, not in the KL: here it is taken as it is.",
    ),
    Misconception(
        "variance of the prior cut off",
        ((SLOPE, "slope = delta_mu * np.exp(-np.clip(logvar, -10, 10))"),),
        "You limited logvar. Whatever clamps it stands in the network, not in the KL: here it is taken as it is.",
    ),
)
