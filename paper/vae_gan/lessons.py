"""Who learns from what: the losses of Larsen et al. 2016 (arXiv 1512.09300), and those of a VAE and of a GAN.

Names are the paper's: z is a code of an image x, x_tilde what z is decoded to; z_p is a point of the prior N(0, I), x_p
what that is decoded to. Dis_l are the features of a layer of Dis.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from paper.parts.adversary import CHANCE, Lesson, Taught, deception, discriminator_loss
from paper.vae_gan.model import Codes, Features, Images, Networks

Scalar = Float[Tensor, ""]

# What the losses are made of, as means over images.


def pixel_term(x: Images, x_tilde: Images, sigma2: float) -> Scalar:
    """-log p(x | z) of a Gaussian around x_tilde, without its constant (eq. 4)."""
    return (x - x_tilde).square().flatten(1).sum(1).mean() / (2 * sigma2)


def feature_term(of_x: Features, of_x_tilde: Features) -> Scalar:
    """-log p(Dis_l(x) | z) of a Gaussian of variance 1 around Dis_l(x_tilde) (eq. 8); Dis_l(x) is held fixed."""
    return (of_x.detach() - of_x_tilde).square().sum(1).mean() / 2


# Who learns from what.


def vae(networks: Networks, x: Images, eps: Codes, sigma2: float) -> Taught:
    """A VAE: Enc and Dec learn from the bound."""
    z, kl_per_latent = networks.Enc(x, eps)
    reconstruction, kl = pixel_term(x, networks.Dec(z), sigma2), kl_per_latent.sum(1).mean()
    numbers = {"reconstruction": reconstruction, "kl": kl, "kl_per_latent": kl_per_latent.mean(0)}
    return Taught([Lesson(reconstruction + kl, [networks.Enc, networks.Dec])], numbers)


def gan(networks: Networks, x: Images, z_p: Codes) -> Taught:
    """A GAN: Dis learns to tell, Dec to deceive."""
    real, fake = networks.Dis(torch.cat([x, networks.Dec(z_p)])).logits.chunk(2)
    d_loss, deceived = discriminator_loss(real, fake) / CHANCE, deception(fake)
    lessons = [Lesson(d_loss, [networks.Dis]), Lesson(deceived, [networks.Dec])]
    return Taught(lessons, {"d_loss": d_loss, "d_real": real.mean(), "d_fake": fake.mean(), "deception": deceived})


def vae_gan(networks: Networks, x: Images, eps: Codes, z_p: Codes, gamma: float) -> Taught:
    """Algorithm 1. Dis is shown reconstructions and samples; Enc learns nothing from its verdict."""
    z, kl_per_latent = networks.Enc(x, eps)
    decoded = networks.Dec(torch.cat([z, z_p]))  # x_tilde and x_p
    features, logits = networks.Dis(torch.cat([x, decoded]))
    real, reconstructed, sampled = logits.chunk(3)
    of_x, of_x_tilde, _ = features.chunk(3)
    kl, similarity = kl_per_latent.sum(1).mean(), feature_term(of_x, of_x_tilde)
    d_loss = discriminator_loss(real, reconstructed, sampled) / CHANCE
    deceived = deception(reconstructed, sampled)
    lessons = [
        Lesson(kl + similarity, [networks.Enc]),
        Lesson(gamma * similarity + deceived, [networks.Dec]),
        Lesson(d_loss, [networks.Dis]),
    ]
    fake = torch.cat([reconstructed, sampled]).mean()
    numbers = {"d_loss": d_loss, "d_real": real.mean(), "d_fake": fake, "deception": deceived}
    return Taught(lessons, numbers | {"similarity": similarity, "kl": kl, "kl_per_latent": kl_per_latent.mean(0)})
