"""Wrong answers to exercise 02."""

from course.workbook.content import Misconception

MISCONCEPTIONS = (
    Misconception(
        "log variance taken for log sigma",
        (
            ("variance = np.exp(logvar)", "variance = np.exp(2 * logvar)"),
            ("variance - 1 - logvar)", "variance - 1 - 2 * logvar)"),
        ),
        "The encoder's second output is log sigma^2, not log sigma: sigma^2 is exp(logvar), without a factor of 2.",
    ),
    Misconception(
        "log sigma for log variance",
        (("variance - 1 - logvar)", "variance - 1 - 0.5 * logvar)"),),
        "The last term is log sigma^2, which is logvar itself. You took log sigma, which is half of it.",
    ),
    Misconception(
        "sigma for variance",
        (("= np.exp(logvar)", "= np.exp(0.5 * logvar)"),),
        "The second term is the variance sigma^2 = exp(logvar). You took the standard deviation, exp(logvar / 2).",
    ),
    Misconception(
        "one half forgotten",
        (("0.5 * (", "("),),
        "The factor 1/2 in front of the bracket is missing: it comes from the square in the exponent of the Gaussian.",
    ),
    Misconception(
        "sign of the KL",
        (("0.5 * (mu", "-0.5 * (mu"),),
        "The sign is reversed. A KL divergence is never negative; the common form -1/2 (1 + logvar - mu^2 - sigma^2) "
        "has its signs inside the bracket reversed too.",
    ),
    Misconception(
        "constant forgotten",
        (("+ variance - 1 - logvar", "+ variance - logvar"),),
        "The -1 is missing. Without it the KL is not 0 where q equals the prior (mu = 0, sigma = 1).",
    ),
    Misconception(
        "mean not squared",
        (("(mu**2 + variance", "(mu + variance"),),
        "The mean enters squared: moving it to the left costs as much as moving it to the right.",
    ),
    Misconception(
        "reverse KL",
        (
            (
                "0.5 * (mu**2 + variance - 1 - logvar)",
                "0.5 * ((mu**2 + 1) / variance - 1 + logvar)",
            ),
        ),
        "This is KL(prior || q), the other way round. The ELBO needs KL(q || prior): the average is over q.",
    ),
    Misconception(
        "summed over latents",
        (("return 0.5 * (mu**2 + variance - 1 - logvar)", "return 0.5 * (mu**2 + variance - 1 - logvar).sum(axis=1)"),),
        "The KL of every single latent is asked for. The sum over latents comes later, in the ELBO.",
    ),
)
