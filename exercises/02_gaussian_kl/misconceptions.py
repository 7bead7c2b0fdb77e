"""Wrong answers to exercise 02."""

from course.workbook.content import Misconception

BRACKET = "0.5 * (mu**2 + variance - 1 - logvar)"

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
    Misconception(
        "averaged over latents",
        ((BRACKET, f"({BRACKET})" + ".mean(axis=1)"),),
        "The KL of every single latent is asked for. Later the latents are added up in the ELBO, never averaged.",
    ),
    Misconception(
        "averaged over the batch",
        ((BRACKET, f"({BRACKET})" + ".mean(axis=0)"),),
        "The KL of every latent of every image is asked for. The mean over images comes later, in the ELBO.",
    ),
    Misconception(
        "sign of the log variance",
        (("variance - 1 - logvar)", "variance - 1 + logvar)"),),
        "log sigma^2 has a minus: a narrow q (a small sigma) carries much information and must cost more, not less.",
    ),
    Misconception(
        "sign of the variance",
        (("(mu**2 + variance", "(mu**2 - variance"),),
        "The variance has a plus. In the form -1/2 (1 + logvar - mu^2 - sigma^2) it has a minus inside of the bracket, "
        "and one in front.",
    ),
    Misconception(
        "sign of the squared mean",
        (("(mu**2 + variance", "(-(mu**2) + variance"),),
        "mu^2 has a plus: a mean far from 0 costs more, not less. In the form -1/2 (1 + logvar - mu^2 - sigma^2) it "
        "has a minus inside of the bracket, and one in front.",
    ),
    Misconception(
        "exp forgotten",
        (("= np.exp(logvar)", "= logvar"),),
        "You took logvar for the variance itself. The encoder gives the log: sigma^2 = exp(logvar).",
    ),
    Misconception(
        "variance squared",
        (("= np.exp(logvar)", "= np.exp(2 * logvar)"),),
        "exp(logvar) is sigma^2 already. You squared it once more.",
    ),
    Misconception(
        "log of the log variance",
        (
            ("variance = np.exp(logvar)", "variance = logvar"),
            ("variance - 1 - logvar)", "variance - 1 - np.log(logvar))"),
        ),
        "You treated logvar as the variance. It is the log of it: sigma^2 = exp(logvar), and log sigma^2 = logvar.",
    ),
    Misconception(
        "mean left out",
        (("(mu**2 + variance", "(variance"),),
        "mu^2 is missing: the KL also charges for moving the mean away from 0.",
    ),
    Misconception(
        "entropy left out",
        (("variance - 1 - logvar)", "variance)"),),
        "This is half of E_q[z^2], the part that comes from the prior. The entropy of q, -1 - log sigma^2, is missing.",
    ),
    Misconception(
        "log 2 pi left in",
        ((BRACKET, BRACKET + " + 0.5 * np.log(2 * np.pi)"),),
        "Both densities have the constant log(2 pi) / 2, so it cancels in the KL. You kept one of the two.",
    ),
    Misconception(
        "logvar clamped again",
        (("np.exp(logvar)", "np.exp(np.clip(logvar, -10, 10))"),),
        "You limited logvar before exp. The encoder has clamped it to [-20, 20] already, and only there; here it is "
        "taken as it is.",
    ),
    Misconception(
        "cut off below",
        ((BRACKET, "np.maximum(0.5 * (mu**2 + variance - 1 - logvar), 0.5)"),),
        "You put a floor under the KL. A floor (free bits) is an objective of its own; the KL itself may be 0.",
    ),
    Misconception(
        "one half on the squared mean alone",
        ((BRACKET, "0.5 * mu**2 + variance - 1 - logvar"),),
        "The factor 1/2 belongs to all four terms, not to the squared mean alone.",
    ),
    Misconception(
        "sign of the constant",
        (("+ variance - 1 - logvar", "+ variance + 1 - logvar"),),
        "The constant is -1. With +1 the KL is not 0 where q equals the prior (mu = 0, sigma = 1).",
    ),
    Misconception(
        "both terms with logvar clamped",
        (("variance = np.exp(logvar)", "logvar = np.clip(logvar, -10, 10)\n    variance = np.exp(logvar)"),),
        "You limited logvar before you used it. The encoder has clamped it to [-20, 20] already, and only there; here "
        "it is taken as it is.",
    ),
    Misconception(
        "mean over the image for every latent",
        ((BRACKET, f"np.broadcast_to(({BRACKET}).mean(axis=1, keepdims=True), mu.shape)"),),
        "Every latent of an image gets the same number, the mean over its latents. Return the KL of each latent by "
        "itself: nothing is summed or averaged here.",
    ),
    Misconception(
        "sum over the image for every latent",
        ((BRACKET, f"np.broadcast_to(({BRACKET}).sum(axis=1, keepdims=True), mu.shape)"),),
        "Every latent of an image gets the same number, the sum over its latents. Return the KL of each latent by "
        "itself: nothing is summed or averaged here.",
    ),
    Misconception(
        "mean of the batch subtracted",
        (("mu**2", "(mu - mu.mean(axis=0)) ** 2"),),
        "You subtracted the mean of mu over the batch. The prior is around 0 for every image: the distance from 0 "
        "costs, not the distance from the other images.",
    ),
    Misconception(
        "mean of mu^2 over the batch",
        ((BRACKET, BRACKET.replace("mu**2", "(mu**2).mean(axis=0)")),),
        "You averaged mu^2 over the images. Every image has a mean of its own, and pays for it by itself; the mean "
        "over the batch comes last, when a loss is made.",
    ),
)
