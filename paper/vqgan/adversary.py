"""The adversary of Esser et al. 2021 (arXiv 2012.09841): a patch discriminator, hinge losses, the adaptive weight.

Two steps alternate, and each teaches one of two players. The discriminator learns from real images and from
reconstructions that are held fixed. The autoencoder learns through a discriminator that is held fixed.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor, nn

from paper.kit.initial import draw_parameters
from paper.kit.precision import widened

SMALLEST = 1e-4
"""What is added to the norm below the line of eq. 7."""

LARGEST = 1e4
"""The largest adaptive weight. Both as in the authors' code."""


class PatchDiscriminator(nn.Module):
    """A logit for each of many overlapping patches: positive for real, negative for reconstructed (Isola et al. 2017).

    ``layers`` convolutions halve the image, of ``width`` channels and twice as many each time; the third sees patches
    of 46 x 46 pixels.
    """

    def __init__(self, channels: int, width: int, layers: int, seed: int) -> None:
        super().__init__()
        found = [nn.Conv2d(channels, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        for layer in range(1, layers):
            inputs, outputs = width * 2 ** (layer - 1), width * 2**layer
            found += [nn.Conv2d(inputs, outputs, 4, stride=2, padding=1, bias=False), nn.BatchNorm2d(outputs)]
            found += [nn.LeakyReLU(0.2)]
        self.logits = nn.Sequential(*found, nn.Conv2d(width * 2 ** (layers - 1), 1, 4, padding=1))
        draw_parameters(self, seed)

    def forward(self, x: Float[Tensor, "M c H W"]) -> Float[Tensor, "M 1 h w"]:
        """Return a logit for every patch."""
        return widened(self.logits(x))


def discriminator_loss(real_logits: Float[Tensor, "*r"], fake_logits: Float[Tensor, "*f"]) -> Float[Tensor, ""]:
    """Return the hinge loss: half of the mean of max(0, 1 - real) and of the mean of max(0, 1 + fake)."""
    return ((1 - real_logits).relu().mean() + (1 + fake_logits).relu().mean()) / 2


def generator_loss(fake_logits: Float[Tensor, "*f"]) -> Float[Tensor, ""]:
    """Return minus the mean logit of reconstructions: least where all patches look real."""
    return -fake_logits.mean()


def adaptive_weight(
    reconstruction: Float[Tensor, ""], adversarial: Float[Tensor, ""], last_layer: Float[Tensor, "*kernel"]
) -> Float[Tensor, ""]:
    """Return lambda = |grad L_rec| / (|grad L_GAN| + SMALLEST), at most LARGEST, as a constant (eq. 7).

    Both gradients are those of the kernel of the decoder's last layer, and the norms are over all of its numbers: the
    two losses then pull equally hard at it. Both losses can still be differentiated afterwards.
    """
    losses = reconstruction, adversarial
    pulls = [torch.autograd.grad(loss, last_layer, retain_graph=True)[0] for loss in losses]
    return (pulls[0].norm() / (pulls[1].norm() + SMALLEST)).clamp(max=LARGEST)


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Hold the parameters of a network fixed in the block: gradients pass through it, none is left in it."""
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    for parameter in parameters:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in parameters:
            parameter.requires_grad_(True)


@contextmanager
def heard(network: nn.Module) -> Iterator[list[Tensor]]:
    """Collect the mean of every answer that a network gives in the block, in order."""
    answers: list[Tensor] = []
    handle = network.register_forward_hook(lambda *call: answers.append(call[-1].detach().mean()))
    try:
        yield answers
    finally:
        handle.remove()


def discriminator_step(
    discriminator: nn.Module, x: Float[Tensor, "M c H W"], x_hat: Float[Tensor, "M c H W"]
) -> Float[Tensor, ""]:
    """Return the loss of the discriminator; no gradient of it reaches what has made the reconstructions."""
    return discriminator_loss(discriminator(x), discriminator(x_hat.detach()))


def generator_step(
    discriminator: nn.Module,
    x_hat: Float[Tensor, "M c H W"],
    reconstruction: Float[Tensor, ""],
    last_layer: Float[Tensor, "*kernel"],
    factor: float,
) -> Float[Tensor, ""]:
    """Return L_rec + factor lambda L_GAN (eq. 6); no gradient of it reaches the discriminator's parameters."""
    with frozen(discriminator):
        adversarial = generator_loss(discriminator(x_hat))
    return reconstruction + factor * adaptive_weight(reconstruction, adversarial, last_layer) * adversarial
