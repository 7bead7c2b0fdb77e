"""The `mlp` VAE in the pyro package, trained by stochastic variational inference as its own tutorial does."""

# pyro is an extra of its own: make lint must pass without it.
# pyright: reportMissingImports=false

from collections.abc import Iterator

import numpy as np
import pyro
import torch
from pyro.distributions import Bernoulli, Normal
from pyro.infer import SVI, TraceMeanField_ELBO
from pyro.optim import Adam
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from common.architecture import MLP
from paper.vae.networks import MLPDecoder, MLPEncoder

PIXELS = 3


class PyroVAE(nn.Module):
    """The course's encoder and decoder in pyro's two programs."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder, self.decoder = MLPEncoder(MLP()), MLPDecoder(MLP())

    def model(self, x: Tensor) -> None:
        """p(z) p(x | z)."""
        pyro.module("decoder", self.decoder)
        with pyro.plate("images", len(x)):
            z = pyro.sample("z", Normal(x.new_zeros(len(x), MLP().latents), 1.0).to_event(1))
            pyro.sample("x", Bernoulli(logits=self.decoder(z), validate_args=False).to_event(PIXELS), obs=x)

    def guide(self, x: Tensor) -> None:
        """q(z | x)."""
        pyro.module("encoder", self.encoder)
        mu, logvar = self.encoder(x)
        with pyro.plate("images", len(x)):
            pyro.sample("z", Normal(mu, torch.exp(0.5 * logvar)).to_event(1))


def pyro_epochs(images: np.ndarray, batch_size: int, seed: int) -> Iterator[dict[str, np.ndarray]]:
    """Train on images that are binarised anew at each draw; yield the parameters after every epoch."""
    pyro.set_rng_seed(seed)
    pyro.clear_param_store()
    vae = PyroVAE()
    svi = SVI(vae.model, vae.guide, Adam({"lr": 1e-3}), TraceMeanField_ELBO())
    loader = DataLoader(TensorDataset(torch.from_numpy(images) / 255), batch_size=batch_size, shuffle=True)
    while True:
        for (grey,) in loader:
            svi.step(torch.bernoulli(grey))
        yield {name: value.numpy() for name, value in vae.state_dict().items()}
