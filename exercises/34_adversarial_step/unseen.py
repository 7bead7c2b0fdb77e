"""Wrong answers to exercise 34 besides its misconceptions."""

import torch

from paper.vqgan.adversary import adaptive_weight, discriminator_loss, frozen, generator_loss


class MarginOfTwo:
    """discriminator_loss asks for logits beyond 2 and -2."""

    @staticmethod
    def discriminator_loss(real_logits, fake_logits):
        return ((2 - real_logits).relu().mean() + (2 + fake_logits).relu().mean()) / 2


class HingeOfTheMean:
    """discriminator_loss takes the mean first and the hinge of it afterwards."""

    @staticmethod
    def discriminator_loss(real_logits, fake_logits):
        return ((1 - real_logits.mean()).relu() + (1 + fake_logits.mean()).relu()) / 2


class LogOfTheSigmoid:
    """generator_loss is that of a usual adversary, -log sigmoid."""

    @staticmethod
    def generator_loss(fake_logits):
        return torch.nn.functional.softplus(-fake_logits).mean()


class MeanOfTheRatios:
    """adaptive_weight divides gradient by gradient, number by number."""

    @staticmethod
    def adaptive_weight(reconstruction, adversarial, last_layer):
        above, below = (torch.autograd.grad(a, last_layer, retain_graph=True)[0] for a in (reconstruction, adversarial))
        return (above.abs() / (below.abs() + 1e-4)).mean().clamp(max=1e4)


class AtMostOne:
    """adaptive_weight is limited to 1."""

    @staticmethod
    def adaptive_weight(reconstruction, adversarial, last_layer):
        above, below = (torch.autograd.grad(a, last_layer, retain_graph=True)[0] for a in (reconstruction, adversarial))
        return (above.norm() / (below.norm() + 1e-4)).clamp(0, 1)


class RealImagesOnly:
    """discriminator_step shows the discriminator no reconstructions."""

    @staticmethod
    def discriminator_step(discriminator, x, x_hat):
        return discriminator_loss(discriminator(x), -discriminator(x))


class WeightOfTheSum:
    """generator_step weighs by the gradient of both parts together."""

    @staticmethod
    def generator_step(discriminator, x_hat, reconstruction, last_layer, factor):
        with frozen(discriminator):
            adversarial = generator_loss(discriminator(x_hat))
        return (
            reconstruction
            + factor * adaptive_weight(reconstruction + adversarial, adversarial, last_layer) * adversarial
        )


class EncoderLeftOut:
    """generator_step lets the adversary teach nobody but the last layer."""

    @staticmethod
    def generator_step(discriminator, x_hat, reconstruction, last_layer, factor):
        with frozen(discriminator):
            adversarial = generator_loss(discriminator(x_hat))
        weight = adaptive_weight(reconstruction, adversarial, last_layer)
        (pull,) = torch.autograd.grad(adversarial, last_layer, retain_graph=True)
        held = (pull.detach() * last_layer).sum()
        return reconstruction + factor * weight * (adversarial.detach() + held - held.detach())
