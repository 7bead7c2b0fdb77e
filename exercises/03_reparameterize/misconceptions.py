"""Wrong answers to exercise 03."""

from course.workbook.content import Misconception

SPREAD = "spread = np.exp(0.5 * logvar) * eps"

MISCONCEPTIONS = (
    Misconception(
        "variance for sigma",
        ((SPREAD, "spread = np.exp(logvar) * eps"),),
        "exp(logvar) is the variance sigma^2. The noise is multiplied by the standard deviation sigma = exp(logvar / "
        "2).",
    ),
    Misconception(
        "log variance for sigma",
        ((SPREAD, "spread = logvar * eps"),),
        "The noise is multiplied by sigma. logvar is log sigma^2, which may be negative: sigma = exp(logvar / 2).",
    ),
    Misconception(
        "exp forgotten",
        ((SPREAD, "spread = 0.5 * logvar * eps"),),
        "logvar / 2 is log sigma. sigma itself is exp(logvar / 2).",
    ),
    Misconception(
        "half outside of exp",
        ((SPREAD, "spread = 0.5 * np.exp(logvar) * eps"),),
        "The half belongs inside: exp(logvar / 2) is the square root of the variance, exp(logvar) / 2 is half of it.",
    ),
    Misconception(
        "square root of the log variance",
        ((SPREAD, "spread = np.sqrt(logvar) * eps"),),
        "sigma is the square root of the variance, not of its log. The square root of exp(logvar) is exp(logvar / 2).",
    ),
    Misconception(
        "sigma ignored",
        ((SPREAD, "spread = eps"),),
        "logvar has no effect: this draws from N(mu, 1) for every image. Multiply the noise by sigma = exp(logvar / "
        "2).",
    ),
    Misconception(
        "noise ignored",
        ((SPREAD, "spread = 0 * eps"),),
        "This is z = mu, the picture of the mean. The bound needs a draw from q(z | x): add sigma times eps.",
    ),
    Misconception(
        "sigma in place of the noise",
        ((SPREAD, "spread = np.exp(0.5 * logvar) + 0 * eps"),),
        "You added sigma itself: always one standard deviation above the mean. Multiply it by eps.",
    ),
    Misconception(
        "mean forgotten",
        (("return mu + spread", "return spread"),),
        "mu is missing: every image is drawn around 0. Add mu to sigma times eps.",
    ),
    Misconception(
        "mean scaled by sigma",
        (("return mu + spread", "return mu * np.exp(0.5 * logvar) + spread"),),
        "You multiplied mu by sigma too. Only the noise is scaled: mu + sigma * eps, not (mu + eps) * sigma.",
    ),
    Misconception(
        "division by sigma",
        ((SPREAD, "spread = np.exp(-0.5 * logvar) * eps"),),
        "You divided the noise by sigma. Division by sigma makes a standard normal out of z; here it goes the other "
        "way.",
    ),
    Misconception(
        "standardisation",
        (("return mu + spread", "return (eps - mu) * np.exp(-0.5 * logvar)"),),
        "This is the inverse, (eps - mu) / sigma: it takes a draw of N(mu, sigma^2) back to N(0, 1).",
    ),
    Misconception(
        "sign of the noise",
        (("return mu + spread", "return mu - spread"),),
        "The noise is added. A minus gives draws of the same distribution, but other numbers for the same eps than "
        "everywhere else in the course.",
    ),
    Misconception(
        "one eps for all latents",
        ((SPREAD, "spread = np.exp(0.5 * logvar) * (eps[..., :1] + 0 * eps)"),),
        "All latents of an image share one number of the noise, so that they move together. Every latent has its own "
        "eps.",
    ),
    Misconception(
        "one eps for the whole batch",
        ((SPREAD, "spread = np.exp(0.5 * logvar) * (eps[..., :1, :] + 0 * eps)"),),
        "All images share the noise of the first. Every image has its own eps; if they share it, the gradients of a "
        "batch all carry the same error.",
    ),
    Misconception(
        "one variance for the whole batch",
        ((SPREAD, "spread = np.exp(0.5 * logvar[:1]) * eps"),),
        "All images use the variance of the first. Every image has a sigma of its own.",
    ),
    Misconception(
        "first sample alone",
        (("return mu + spread", "return mu + (spread if spread.ndim == mu.ndim else spread[0])"),),
        "eps may have a leading axis of samples, and z then has it too. You returned the first sample only.",
    ),
    Misconception(
        "average over the samples",
        (("return mu + spread", "return mu + (spread if spread.ndim == mu.ndim else spread.mean(axis=0))"),),
        "You averaged the samples. Each of them is a z of its own, that the decoder sees by itself.",
    ),
    Misconception(
        "same noise in every sample",
        (("return mu + spread", "return mu + (spread if spread.ndim == mu.ndim else spread[:1] + 0 * spread)"),),
        "All samples of an image use the noise of the first, so that they are copies. Every sample has its own eps.",
    ),
    Misconception(
        "logvar clamped again",
        ((SPREAD, "spread = np.exp(0.5 * np.clip(logvar, -10, 10)) * eps"),),
        "You limited logvar. The encoder has clamped it to [-20, 20] already, and only there; here it is taken as it "
        "is.",
    ),
    Misconception(
        "small number added to sigma",
        ((SPREAD, "spread = (np.exp(0.5 * logvar) + 1e-3) * eps"),),
        "You added a small number to sigma. Nothing is divided and no log is taken here, so nothing needs protection.",
    ),
    Misconception(
        "softplus for exp",
        ((SPREAD, "spread = np.log1p(np.exp(logvar)) * eps"),),
        "log(1 + exp(a)) is another way to make a number positive. In this course the encoder's output is log "
        "sigma^2, so sigma is exp(logvar / 2).",
    ),
    Misconception(
        "noise cut off",
        ((SPREAD, "spread = np.exp(0.5 * logvar) * np.clip(eps, -2, 2)"),),
        "You cut the noise off, so that the tails of q are missing. A normal draw may be far from 0: take eps as it "
        "is.",
    ),
    Misconception(
        "floor under sigma",
        ((SPREAD, "spread = np.maximum(np.exp(0.5 * logvar), 0.01) * eps"),),
        "You put a floor under sigma. A very certain posterior has a very small sigma, and nothing is divided by it "
        "here: take exp(logvar / 2) as it is.",
    ),
    Misconception(
        "noise standardised",
        ((SPREAD, "spread = np.exp(0.5 * logvar) * (eps - eps.mean()) / eps.std()"),),
        "You brought the noise to mean 0 and variance 1. It comes from N(0, 1) already; with this step the z of an "
        "image depends on the noise of all others.",
    ),
    Misconception(
        "one variance for all latents",
        ((SPREAD, "spread = np.exp(0.5 * logvar.mean(axis=1, keepdims=True)) * eps"),),
        "You averaged logvar over the latents of an image. Every latent has a sigma of its own.",
    ),
    Misconception(
        "sigma kept above a floor",
        ((SPREAD, "spread = np.maximum(np.exp(0.5 * logvar), 1e-3) * eps"),),
        "You keep sigma above a small number. An encoder that is sure of a latent has a smaller sigma, down to "
        "exp(-10). There is no division here that a floor would save.",
    ),
    Misconception(
        "noise of one image for another",
        (
            (
                SPREAD,
                "if eps.ndim == 3:\n"
                "        mu, logvar = (np.repeat(a, len(eps), axis=0).reshape(eps.shape) for a in (mu, logvar))\n"
                "    spread = np.exp(0.5 * logvar) * eps",
            ),
        ),
        "With several samples, images and noise are paired wrongly: np.repeat writes the first image several times, "
        "then the second. The samples are the first axis, so the whole batch comes again and again: "
        "broadcasting does that.",
    ),
)
