"""The models M1 and M2 of Kingma et al. 2014 (arXiv 1406.5298); what they are for is in `paper.semi_supervised`."""

from math import log, pi, sqrt

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn, relu
from torch.nn import functional as F

from common.objective import LOGVAR_MAX, LOGVAR_MIN
from paper.kit.initial import draw_parameters
from paper.kit.precision import widened
from paper.parts.bernoulli import log_likelihood
from paper.parts.blocks import two_layers
from paper.semi_supervised.few_labels import CLASSES

EVERY_CLASS = torch.eye(CLASSES)[None]
"""The one-hot classes, for all images: shape (1, 10, 10)."""

LAST_LAYERS = 0.1
"""The initial size of the last weights of q(z | y, x) and p(x | y, z): at first, x depends on y far more than on z."""

Masks = tuple[Float[Tensor, "n D"], Float[Tensor, "n hidden"]]
"""What dropout multiplies the inputs and the hidden units of q(y | x) by."""


class Posterior(nn.Module):
    """q(z | h) = N(mu(h), diag(sigma^2(h))) on top of hidden units h."""

    def __init__(self, hidden: int, latents: int) -> None:
        super().__init__()
        self.mu, self.logvar = nn.Linear(hidden, latents), nn.Linear(hidden, latents)

    def forward(self, h: Float[Tensor, "*n hidden"]) -> tuple[Float[Tensor, "*n z"], Float[Tensor, "*n z"]]:
        """Return mu and log sigma^2."""
        return widened(self.mu(h)), widened(self.logvar(h)).clamp(LOGVAR_MIN, LOGVAR_MAX)


def kl(mu: Float[Tensor, "*n z"], logvar: Float[Tensor, "*n z"]) -> Float[Tensor, "*n z"]:
    """Return KL(N(mu, sigma^2) to N(0, 1)) of every latent."""
    return (mu**2 + logvar.exp() - 1 - logvar) / 2


class M1(nn.Module):
    """p(z) = N(0, I), p(x | z) Bernoulli: eq. (1); q(z | x): eq. (3). Two hidden layers on either side."""

    def __init__(self, D: int, hidden: int, latents: int, seed: int) -> None:
        super().__init__()
        self.q_hidden, self.q = two_layers(D, hidden), Posterior(hidden, latents)
        self.p = nn.Sequential(two_layers(latents, hidden), nn.Linear(hidden, D))
        draw_parameters(self, seed)

    def encode(self, x: Float[Tensor, "n D"]) -> tuple[Float[Tensor, "n z"], Float[Tensor, "n z"]]:
        """Return mu and log sigma^2 of q(z | x)."""
        return self.q(self.q_hidden(x))

    @torch.no_grad()
    def encode_all(self, x: Float[Tensor, "n D"]) -> tuple[Float[Tensor, "n z"], Float[Tensor, "n z"]]:
        """Return what `encode` returns, some images at a time and without a gradient."""
        mu, logvar = zip(*(self.encode(part) for part in x.split(1000)), strict=True)
        return torch.cat(mu), torch.cat(logvar)

    def log_p_x(self, x: Float[Tensor, "n D"], z: Float[Tensor, "n z"]) -> Float[Tensor, " n"]:
        """Return log p(x | z)."""
        return log_likelihood(self.p(z)[:, None], x)[:, 0]

    def J(self, x: Float[Tensor, "n D"], eps: Float[Tensor, "n z"]) -> Float[Tensor, " n"]:  # noqa: N802
        """Return J(x), log p(x) >= -J(x): eq. (5)."""
        mu, logvar = self.encode(x)
        return kl(mu, logvar).sum(-1) - self.log_p_x(x, mu + (logvar / 2).exp() * eps)


class M2(nn.Module):
    """p(y) = 1/10, p(z) = N(0, I), p(x | y, z): eq. (2); q(z | y, x) and q(y | x): eq. (4). One hidden layer each.

    The first layer of q(z | y, x) is W x + V y, that of p(x | y, z) is W z + V y: the product with an image is
    computed once, and not once for each class.
    """

    numbers_per_input = 1

    def __init__(self, D: int, hidden: int, latents: int, seed: int) -> None:
        super().__init__()
        self.q_y_hidden, self.q_y = nn.Linear(D, hidden), nn.Linear(hidden, CLASSES)
        self.q_from_x, self.q_from_y = nn.Linear(D, hidden), nn.Linear(CLASSES, hidden, bias=False)
        self.q_z = Posterior(hidden, latents)
        self.p_from_z, self.p_from_y = nn.Linear(latents, hidden), nn.Linear(CLASSES, hidden, bias=False)
        self.p_x = nn.Linear(hidden, self.numbers_per_input * D)
        draw_parameters(self, seed)
        for layer in (self.q_from_y, self.p_from_y):
            layer.weight.data *= sqrt((CLASSES + hidden) / 2)  # from the variance of Glorot & Bengio to 1
        for layer in (self.q_z.mu, self.q_z.logvar, self.p_x):
            layer.weight.data *= LAST_LAYERS

    def log_q_y(self, x: Float[Tensor, "n D"], masks: Masks | None = None) -> Float[Tensor, "n 10"]:
        """Return log q(y | x) of every class; ``masks`` multiply the inputs and the hidden units (dropout)."""
        if masks is None:
            return widened(self.q_y(relu(self.q_y_hidden(x)))).log_softmax(-1)
        of_inputs, of_hidden = masks
        return widened(self.q_y(relu(self.q_y_hidden(x * of_inputs)) * of_hidden)).log_softmax(-1)

    def q(
        self, x: Float[Tensor, "n D"], y: Float[Tensor, "_n k 10"]
    ) -> tuple[Float[Tensor, "n k z"], Float[Tensor, "n k z"]]:
        """Return mu and log sigma^2 of q(z | y, x) for k one-hot classes of every image, or the same k of all."""
        return self.q_z(relu(self.q_from_x(x)[:, None] + self.q_from_y(y)))

    def p(self, y: Float[Tensor, "#n #k 10"], z: Float[Tensor, "#n #k z"]) -> Float[Tensor, "_n _k numbers"]:
        """Return the numbers that p(x | y, z) is made of."""
        return self.p_x(relu(self.p_from_z(z) + self.p_from_y(y)))

    def log_p_x(self, numbers: Float[Tensor, "n k numbers"], x: Float[Tensor, "n D"]) -> Float[Tensor, "n k"]:
        """Return log p(x | y, z): pixels are Bernoulli, and the numbers their logits."""
        return log_likelihood(numbers, x)

    def L(  # noqa: N802
        self, x: Float[Tensor, "n D"], y: Float[Tensor, "_n k 10"], eps: Float[Tensor, "n z"]
    ) -> Float[Tensor, "n k"]:
        """Return L(x, y), log p(x, y) >= -L(x, y), for k one-hot classes of every image: eq. (6)."""
        mu, logvar = self.q(x, y)
        z = mu + (logvar / 2).exp() * eps[:, None]
        log_p_y = -log(CLASSES)
        return kl(mu, logvar).sum(-1) - self.log_p_x(self.p(y, z), x) - log_p_y


class M2OnFeatures(M2):
    """M2 on M1's latents: p(z1 | y, z2) is Gaussian, and the numbers are its means and log variances."""

    numbers_per_input = 2

    def log_p_x(self, numbers: Float[Tensor, "n k numbers"], x: Float[Tensor, "n D"]) -> Float[Tensor, "n k"]:
        """Return log p(z1 | y, z2)."""
        mu, logvar = widened(numbers).chunk(2, dim=-1)
        logvar = logvar.clamp(LOGVAR_MIN, LOGVAR_MAX)
        return -(((x[:, None] - mu) ** 2 * (-logvar).exp() + logvar + log(2 * pi)) / 2).sum(-1)


def U(L: Float[Tensor, "n 10"], log_q_y: Float[Tensor, "n 10"]) -> Float[Tensor, " n"]:  # noqa: N802
    """Return U(x) = sum_y q(y | x) L(x, y) - H(q(y | x)), log p(x) >= -U(x): eq. (7)."""
    q_y = log_q_y.exp()
    return (q_y * L).sum(-1) + (q_y * log_q_y).sum(-1)


def J_alpha(  # noqa: N802
    model: M2,
    x: Float[Tensor, "n D"],
    y: Int[Tensor, " n_l"],
    eps: Float[Tensor, "n z"],
    share: float,
    alpha: float,
    masks: Masks | None = None,
) -> Float[Tensor, ""]:
    """Return J^alpha for each training image: eq. (8) and (9).

    The last images of the minibatch have the labels y. ``share`` of all training images have one.
    """
    unlabelled = len(x) - len(y)
    log_q_y = model.log_q_y(x, masks)
    of_unlabelled = U(model.L(x[:unlabelled], EVERY_CLASS.to(x), eps[:unlabelled]), log_q_y[:unlabelled])
    of_labelled = model.L(x[unlabelled:], F.one_hot(y, CLASSES).to(x)[:, None], eps[unlabelled:])
    classification = F.nll_loss(log_q_y[unlabelled:], y)
    return (1 - share) * of_unlabelled.mean() + share * of_labelled.mean() + alpha * classification
