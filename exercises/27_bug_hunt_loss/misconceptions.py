"""Wrong versions of exercise 27: the bug, the bug half mended, and other mistakes in the same lines."""

from course.workbook.content import Misconception

Z = "reparameterize(mu, logvar, eps)"
PIXEL_SUM = "log_likelihood(params, x, logits).sum(dim=PIXELS).mean()"
PIXEL_MEAN = "log_likelihood(params, x, logits).mean(dim=PIXELS).mean()"
KL = "gaussian_kl(mu, logvar).sum(dim=1).mean()"
IN_TRAINING_ALONE = f"{Z} if torch.is_grad_enabled() else mu"

MISCONCEPTIONS = (
    Misconception(
        "both mistakes still in it",
        ((Z, IN_TRAINING_ALONE), (PIXEL_SUM, PIXEL_MEAN)),
        "One is in how the terms of all pixels become one number: how large should it be? The other is in what z is "
        "while no gradients are recorded: should the ELBO then change with eps?",
    ),
    Misconception(
        "mean over pixels",
        ((PIXEL_SUM, PIXEL_MEAN),),
        "The likelihood of an image is a product over its pixels, so its log is a sum. With the mean, the KL weighs as "
        "many times too much as there are pixels, and the encoder goes silent.",
    ),
    Misconception(
        "no noise in evaluation",
        ((Z, IN_TRAINING_ALONE),),
        "While no gradients are recorded, z is mu. The ELBO is an average over q(z | x): with z = mu it is no bound of "
        "log p(x), and looks better than it is.",
    ),
    Misconception(
        "no noise in training",
        ((Z, f"mu if torch.is_grad_enabled() else {Z}"),),
        "Now evaluation draws z, and training decodes mu. eps belongs in both: decode z = mu + sigma eps always.",
    ),
    Misconception(
        "no noise at all",
        ((Z, "mu"),),
        "z is always mu now. eps has no effect, sigma appears in the KL alone, and the encoder learns sigma = 1 "
        "whatever the image is.",
    ),
    Misconception(
        "both averaged",
        (
            (PIXEL_SUM, PIXEL_MEAN),
            (KL, "gaussian_kl(mu, logvar).mean()"),
        ),
        "Now the KL is averaged over the latents as well. That is no ELBO either: the two are divided by different "
        "numbers. Sum over pixels and over latents.",
    ),
    Misconception(
        "KL averaged over latents",
        ((KL, "gaussian_kl(mu, logvar).mean()"),),
        "The reconstruction is right. But the KL of an image is the sum over its latents; with the mean it weighs too "
        "little.",
    ),
    Misconception(
        "KL divided by the number of pixels",
        (
            (PIXEL_SUM, PIXEL_MEAN),
            (KL, "gaussian_kl(mu, logvar).sum(dim=1).mean() / x[0].numel()"),
        ),
        "Reconstruction and KL have the right proportion now, but both are per pixel. All numbers of the course are in "
        "nats per image: sum over the pixels instead of dividing the KL.",
    ),
    Misconception(
        "sum over the batch",
        ((PIXEL_SUM, "log_likelihood(params, x, logits).sum()"),),
        "The likelihood is summed over the images too, the KL is not. Sum over the pixels, then take the mean over the "
        "images.",
    ),
    Misconception(
        "both summed over the batch",
        (
            (PIXEL_SUM, "log_likelihood(params, x, logits).sum()"),
            (KL, "gaussian_kl(mu, logvar).sum()"),
        ),
        "Both are summed over the images of the batch. The numbers then grow with the batch size: take the mean over "
        "the images.",
    ),
    Misconception(
        "channels averaged",
        ((PIXEL_SUM, "log_likelihood(params, x, logits).sum(dim=(-2, -1)).mean()"),),
        "The sum goes over height and width alone, and the mean takes in the channels. Channels are pixels too.",
    ),
    Misconception(
        "one eps for the whole batch",
        ((Z, "reparameterize(mu, logvar, eps[:1])"),),
        "Every image gets the noise of the first one. The draws must be independent: each image has its row of eps.",
    ),
    Misconception(
        "log variance taken for log sigma",
        ((Z, "mu + torch.exp(logvar) * eps"),),
        "sigma is exp(logvar / 2): the encoder gives the log of the variance.",
    ),
    Misconception(
        "z detached",
        ((Z, "reparameterize(mu, logvar, eps).detach()"),),
        "The numbers are right. But z is cut from the encoder, which learns nothing from the reconstruction.",
    ),
    Misconception(
        "sign of the KL",
        (("Elbo(-(reconstruction + kl)", "Elbo(-reconstruction + kl"),),
        "The ELBO is log p(x | z) minus the KL. With the plus sign the KL would be a reward.",
    ),
    Misconception(
        "sign of the ELBO",
        (("Elbo(-(reconstruction + kl)", "Elbo((reconstruction + kl)"),),
        "You return the loss. The ELBO is its negative: a lower bound of log p(x), which rises.",
    ),
    Misconception(
        "square images of one channel",
        ((PIXEL_SUM, f"{PIXEL_MEAN} * x.shape[-1] ** 2"),),
        "You multiply the mean by width * width. That is the number of pixels of square images with one channel alone. "
        "A sum over the pixels needs no such number.",
    ),
    Misconception(
        "sum over the first three axes",
        ((PIXEL_SUM, "log_likelihood(params, x, logits).sum(dim=(0, 1, 2)).mean()"),),
        "Axis 0 is the batch. The pixels are the last three axes, (1, 2, 3): PIXELS.",
    ),
    Misconception(
        "KL summed over the batch, averaged over latents",
        ((KL, "gaussian_kl(mu, logvar).sum(dim=0).mean()"),),
        "The KL has the shape (batch, latents). You sum over the batch and average over the latents: it is the other "
        "way round.",
    ),
    Misconception(
        "KL without a gradient",
        (("gaussian_kl(mu, logvar).sum(dim=1).mean()", "gaussian_kl(mu, logvar).sum(dim=1).mean().detach()"),),
        "The KL is detached: its value is right, but nothing pulls the posterior to the prior in training.",
    ),
)
