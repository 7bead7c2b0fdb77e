"""Right answers to exercise 34 in other styles."""

import torch
from torch.nn import functional as F


class Written:
    """maximum and clamp for relu, norms by hand, a copy of the discriminator's parameters that is held fixed."""

    @staticmethod
    def discriminator_loss(real_logits, fake_logits):
        real = torch.maximum(torch.zeros_like(real_logits), 1 - real_logits)
        return 0.5 * real.mean() + 0.5 * torch.clamp(fake_logits + 1, min=0).mean()

    @staticmethod
    def generator_loss(fake_logits):
        return (-fake_logits).sum() / fake_logits.numel()

    @staticmethod
    def adaptive_weight(reconstruction, adversarial, last_layer):
        (above,) = torch.autograd.grad(reconstruction, [last_layer], retain_graph=True)
        (below,) = torch.autograd.grad(adversarial, [last_layer], retain_graph=True)
        ratio = (above**2).sum().sqrt() / ((below**2).sum().sqrt() + 1e-4)
        return torch.clamp(ratio, 0.0, 1e4).detach()

    @staticmethod
    def discriminator_step(discriminator, x, x_hat):
        with torch.no_grad():
            held = x_hat.clone()
        return Written.discriminator_loss(discriminator(x), discriminator(held))

    @staticmethod
    def generator_step(discriminator, x_hat, reconstruction, last_layer, factor):
        fixed = {name: value.detach() for name, value in discriminator.named_parameters()}
        deceived = -torch.func.functional_call(discriminator, fixed, (x_hat,)).mean()
        weight = Written.adaptive_weight(reconstruction, deceived, last_layer)
        return reconstruction + factor * weight * deceived


class Together:
    """One call of the discriminator for both kinds of images; switches turned by hand; a plain number for lambda."""

    @staticmethod
    def discriminator_loss(real_logits, fake_logits):
        return (F.relu(1.0 - real_logits).mean() + F.relu(1.0 + fake_logits).mean()).div(2)

    @staticmethod
    def generator_loss(fake_logits):
        return fake_logits.neg().flatten().mean()

    @staticmethod
    def adaptive_weight(reconstruction, adversarial, last_layer):
        norms = []
        for loss in (reconstruction, adversarial):
            gradient = torch.autograd.grad(loss, last_layer, retain_graph=True)[0]
            norms.append(float(torch.linalg.vector_norm(gradient)))
        return torch.tensor(min(norms[0] / (norms[1] + 1e-4), 1e4), dtype=last_layer.dtype)

    @staticmethod
    def discriminator_step(discriminator, x, x_hat):
        logits = discriminator(torch.cat([x, x_hat.detach()]))
        return Together.discriminator_loss(logits[: len(x)], logits[len(x) :])

    @staticmethod
    def generator_step(discriminator, x_hat, reconstruction, last_layer, factor):
        switches = [parameter.requires_grad for parameter in discriminator.parameters()]
        discriminator.requires_grad_(False)
        adversarial = Together.generator_loss(discriminator(x_hat))
        for parameter, switch in zip(discriminator.parameters(), switches, strict=True):
            parameter.requires_grad_(switch)
        return reconstruction + adversarial * factor * Together.adaptive_weight(reconstruction, adversarial, last_layer)
