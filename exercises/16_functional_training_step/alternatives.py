"""Right answers to exercise 16 in other styles."""

import torch

from common.objective import Loss
from pytorch_lowlevel.adam import adam_step, clip_by_global_norm
from pytorch_lowlevel.distributions import gaussian_kl
from pytorch_lowlevel.likelihood import log_likelihood
from pytorch_lowlevel.objective import kl_penalty
from pytorch_lowlevel.vae import decode, encode, value_and_grad


class WithBackward:
    """Copies of the parameters, backward and .grad; one sum, divided by the batch; plain numbers returned."""

    @staticmethod
    def value_and_grad(params, x, eps, objective):
        leaves = {}
        for name in params:
            leaves[name] = params[name].clone().detach()
            leaves[name].requires_grad = True
        mu, logvar = encode(leaves, x)
        z = mu + eps * torch.exp(logvar / 2)
        logits = decode(leaves, z, tuple(x.shape[1:]))
        reconstruction = -log_likelihood(leaves, x, logits).sum() / x.shape[0]
        kl = -0.5 * (1 + logvar - mu.pow(2) - logvar.exp())
        loss = reconstruction + kl_penalty(kl, objective)
        loss.backward()
        parts = (loss.item(), reconstruction.item(), kl.sum().item() / len(x))
        return parts, {name: leaf.grad for name, leaf in leaves.items()}

    @staticmethod
    def training_step(state, x, eps, objective, settings):
        (loss, reconstruction, kl), grads = value_and_grad(state.parameters, x, eps, objective)
        grads = clip_by_global_norm(grads, settings.clip_norm)
        adam_step(state, grads, settings)
        return [float(loss), float(reconstruction), float(kl)]


class WithFunctionTransforms:
    """torch.func.grad of a function of the parameters; Adam written out, with new tensors put into the state."""

    @staticmethod
    def value_and_grad(params, x, eps, objective):
        def loss_of(p):
            mu, logvar = encode(p, x)
            logits = decode(p, mu + torch.exp(0.5 * logvar) * eps, x.shape[1:])
            reconstruction = -log_likelihood(p, x, logits).flatten(1).sum(1).mean()
            kl = gaussian_kl(mu, logvar)
            loss = reconstruction + kl_penalty(kl, objective)
            return loss, Loss(loss, reconstruction, kl.mean(0).sum())

        grads, parts = torch.func.grad(loss_of, has_aux=True)(dict(params))
        return parts, grads

    @staticmethod
    def training_step(state, x, eps, objective, settings):
        loss, grads = value_and_grad(state.parameters, x, eps, objective)
        if settings.clip_norm is not None:
            norm = torch.cat([grad.flatten() for grad in grads.values()]).norm()
            grads = {name: grad * min(1.0, settings.clip_norm / (float(norm) + 1e-6)) for name, grad in grads.items()}
        state.step += 1
        for name, grad in grads.items():
            m = settings.beta1 * state.first_moment[name] + (1 - settings.beta1) * grad
            v = settings.beta2 * state.second_moment[name] + (1 - settings.beta2) * grad**2
            state.first_moment[name], state.second_moment[name] = m, v
            m_hat, v_hat = m / (1 - settings.beta1**state.step), v / (1 - settings.beta2**state.step)
            update = settings.learning_rate * m_hat / (v_hat.sqrt() + settings.epsilon)
            state.parameters[name] = state.parameters[name] - update
        return loss


class SinglePrecision:
    """The gradients in float32, with the caller's tensors switched on and off again."""

    @staticmethod
    def value_and_grad(params, x, eps, objective):
        single = {name: value.float().requires_grad_(True) for name, value in params.items()}
        mu, logvar = encode(single, x.float())
        logits = decode(single, mu + (0.5 * logvar).exp() * eps.float(), x.shape[1:])
        reconstruction = -log_likelihood(single, x.float(), logits).sum(dim=(1, 2, 3)).mean(dim=0)
        kl = gaussian_kl(mu, logvar)
        loss = reconstruction + kl_penalty(kl, objective)
        loss.backward(retain_graph=True)
        with torch.no_grad():
            return Loss(loss + 0, reconstruction + 0, kl.sum(1).mean()), {k: v.grad for k, v in single.items()}
