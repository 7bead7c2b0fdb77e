"""Wrong answers to exercise 04."""

from course.workbook.content import Misconception

RECONSTRUCTION = "reconstruction = -log_likelihood.sum(axis=PIXELS).mean()"
KL = "kl_per_image = kl.sum(axis=1).mean()"
ELBO = "return Elbo(-(reconstruction + kl_per_image), reconstruction, kl_per_image)"
LOSS = "return elbo.reconstruction + beta * elbo.kl"

MISCONCEPTIONS = (
    Misconception(
        "mean over pixels",
        ((RECONSTRUCTION, "reconstruction = -log_likelihood.mean()"),),
        "You averaged over pixels. An image is all of its pixels together, so their log likelihoods are added. With "
        "the mean, the KL weighs as many times more as there are pixels: a hidden beta that depends on the image "
        "size.",
    ),
    Misconception(
        "mean over latents",
        ((KL, "kl_per_image = kl.mean()"),),
        "You averaged the KL over latents. The latents are independent parts of one z, so their KLs are added.",
    ),
    Misconception(
        "reconstruction summed over the batch",
        ((RECONSTRUCTION, "reconstruction = -log_likelihood.sum()"),),
        "You summed the reconstruction over images too. It then grows with the batch size; take the mean over images.",
    ),
    Misconception(
        "KL summed over the batch",
        ((KL, "kl_per_image = kl.sum()"),),
        "You summed the KL over images too. Beside a mean of the reconstruction that is a beta as large as the batch.",
    ),
    Misconception(
        "reconstruction divided by the batch twice",
        ((RECONSTRUCTION, RECONSTRUCTION + " / len(log_likelihood)"),),
        "The reconstruction is divided by the batch size twice. mean() has done it once already.",
    ),
    Misconception(
        "KL divided by the batch twice",
        ((KL, KL + " / len(kl)"),),
        "The KL is divided by the batch size twice. mean() has done it once already.",
    ),
    Misconception(
        "KL divided by the number of pixels",
        ((KL, KL + " / log_likelihood[0].size"),),
        "You divided the KL by the number of pixels. Nats per image are asked for, without any weight: the KL is "
        "summed over latents and averaged over images.",
    ),
    Misconception(
        "mean over channels",
        ((RECONSTRUCTION, "reconstruction = -log_likelihood.sum(axis=(-2, -1)).mean()"),),
        "You summed over height and width alone, and averaged over channels. A pixel's channels are added as well.",
    ),
    Misconception(
        "one row of pixels",
        ((RECONSTRUCTION, "reconstruction = -log_likelihood.sum(axis=-1).mean()"),),
        "You summed over the last axis alone. An image has three axes: channels, height and width.",
    ),
    Misconception(
        "KL summed over the wrong axis",
        ((KL, "kl_per_image = kl.sum(axis=0).mean()"),),
        "You summed the KL over images and averaged over latents: axes 0 and 1 changed their parts.",
    ),
    Misconception(
        "first image alone",
        (
            (RECONSTRUCTION, "reconstruction = -log_likelihood[0].sum()"),
            (KL, "kl_per_image = kl[0].sum()"),
        ),
        "You used the first image and left the others out. Take the mean over the whole batch.",
    ),
    Misconception(
        "no mean over images",
        (
            (RECONSTRUCTION, "reconstruction = -log_likelihood.sum(axis=PIXELS)"),
            (KL, "kl_per_image = kl.sum(axis=1)"),
        ),
        "These are the numbers of every single image. The mean over the batch is missing.",
    ),
    Misconception(
        "sign of the reconstruction",
        ((RECONSTRUCTION, "reconstruction = log_likelihood.sum(axis=PIXELS).mean()"),),
        "reconstruction is a cost, minus the log likelihood; for binary pixels it is never negative.",
    ),
    Misconception(
        "sign of the log likelihood in the ELBO",
        ((ELBO, ELBO.replace("-(reconstruction + kl_per_image)", "reconstruction - kl_per_image")),),
        "In the ELBO the log likelihood counts with a plus, so the reconstruction, which is minus that, with a minus.",
    ),
    Misconception(
        "KL added to the ELBO",
        ((ELBO, ELBO.replace("-(reconstruction + kl_per_image)", "-reconstruction + kl_per_image")),),
        "The ELBO is the log likelihood minus the KL. You added the KL, which rewards a q far from the prior.",
    ),
    Misconception(
        "loss for ELBO",
        ((ELBO, ELBO.replace("-(reconstruction + kl_per_image)", "reconstruction + kl_per_image")),),
        "This is the loss, minus the ELBO. The ELBO is a lower bound of log p(x), which is negative for binary pixels.",
    ),
    Misconception(
        "KL forgotten in the ELBO",
        ((ELBO, ELBO.replace("-(reconstruction + kl_per_image)", "-reconstruction")),),
        "This is the expected log likelihood alone. The ELBO is that minus the KL.",
    ),
    Misconception(
        "parts exchanged",
        ((ELBO, ELBO.replace("reconstruction, kl_per_image)", "kl_per_image, reconstruction)")),),
        "The order of the three is elbo, reconstruction, kl. You exchanged the last two.",
    ),
    Misconception(
        "ELBO last",
        ((ELBO, "return Elbo(reconstruction, kl_per_image, -(reconstruction + kl_per_image))"),),
        "The order of the three is elbo, reconstruction, kl. You put the ELBO last.",
    ),
    Misconception(
        "beta on the reconstruction",
        ((LOSS, "return beta * elbo.reconstruction + elbo.kl"),),
        "beta multiplies the KL. On the reconstruction a large beta does the opposite of what is meant.",
    ),
    Misconception(
        "beta ignored",
        ((LOSS, "return elbo.reconstruction + elbo.kl"),),
        "This is minus the ELBO; beta has no effect. Multiply the KL by beta.",
    ),
    Misconception(
        "beta on everything",
        ((LOSS, "return beta * (elbo.reconstruction + elbo.kl)"),),
        "You multiplied the whole loss by beta. That changes the length of a step, not the balance of the two terms.",
    ),
    Misconception(
        "sign of the loss",
        ((LOSS, "return -elbo.reconstruction - beta * elbo.kl"),),
        "This is what is maximised. A loss is minimised: reconstruction + beta kl, both with a plus.",
    ),
    Misconception(
        "KL rewarded",
        ((LOSS, "return elbo.reconstruction - beta * elbo.kl"),),
        "The KL is a cost, like the reconstruction: both have a plus in the loss. The minus belongs to the ELBO.",
    ),
    Misconception(
        "KL counted twice",
        ((LOSS, "return -elbo.elbo + beta * elbo.kl"),),
        "elbo.elbo holds the KL already, with weight 1. With beta kl on top its weight is 1 + beta.",
    ),
    Misconception(
        "weights that sum to 1",
        ((LOSS, "return (1 - beta) * elbo.reconstruction + beta * elbo.kl"),),
        "The reconstruction has weight 1, whatever beta is. Only the KL is weighed.",
    ),
    Misconception(
        "KL divided by beta",
        ((LOSS, "return elbo.reconstruction + elbo.kl / (beta or 1)"),),
        "You divided by beta. A larger beta makes the KL count more: multiply.",
    ),
    Misconception(
        "ELBO for the reconstruction",
        ((LOSS, "return elbo.elbo + beta * elbo.kl"),),
        "elbo.elbo is what is maximised, and holds the KL already. The loss is reconstruction + beta kl.",
    ),
    Misconception(
        "weights divided by their sum",
        ((LOSS, "return (elbo.reconstruction + beta * elbo.kl) / (1 + beta)"),),
        "You divided by 1 + beta. The reconstruction has weight 1, whatever beta is.",
    ),
    Misconception(
        "absolute value for the minus",
        ((RECONSTRUCTION, "reconstruction = np.abs(log_likelihood.sum(axis=PIXELS)).mean()"),),
        "You took the absolute value. That is minus the log likelihood only where that is negative. A density may be "
        "above 1, and its log positive: write the minus.",
    ),
    Misconception(
        "784 pixels assumed",
        ((RECONSTRUCTION, "reconstruction = -784 * log_likelihood.mean()"),),
        "You multiplied the mean over pixels by 784. That is right for images of 28 by 28 alone: sum over the three "
        "axes of the image, whatever its size.",
    ),
    Misconception(
        "beta 0 taken for no beta",
        ((LOSS, "return elbo.reconstruction + (beta or 1) * elbo.kl"),),
        "You replaced a beta of 0 by 1. In Python 0 counts as false, but here 0 is a weight like any other: the KL "
        "then costs nothing.",
    ),
)
