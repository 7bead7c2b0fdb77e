"""A mixture of Gaussians, fitted to codes when everything else is done (Ghosh et al. 2020)."""

import torch
from jaxtyping import Float
from sklearn.mixture import GaussianMixture
from torch import Tensor


def fitted(codes: Float[Tensor, "n d_z"], components: int, seed: int) -> GaussianMixture:
    """Fit a mixture of Gaussians with full covariances to codes of training images; one component is one Gaussian."""
    return GaussianMixture(components, random_state=seed).fit(codes.double().cpu().numpy())


def sample(mixture: GaussianMixture, count: int) -> Float[Tensor, "count d_z"]:
    """Sample codes, the same at each call; they come in the order of the components."""
    found, _ = mixture.sample(count)
    return torch.from_numpy(found).float()
