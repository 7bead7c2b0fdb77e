"""The training loop that most tutorials write."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset


class TutorialVAE(nn.Module):
    """784-400-20 with ReLU, mu and logvar, and a sigmoid at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(784, 400)
        self.mu = nn.Linear(400, 20)
        self.logvar = nn.Linear(400, 20)
        self.decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784), nn.Sigmoid())

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return mean images, mu and logvar."""
        h = torch.relu(self.hidden(x))
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
        return self.decoder(z), mu, logvar


def tutorial_epoch(images: np.ndarray, batch_size: int) -> Callable[[], object]:
    """Return the function that trains for one epoch."""
    data = TensorDataset(torch.from_numpy(images).flatten(1) / 255)
    loader = DataLoader(data, batch_size=batch_size, shuffle=True)
    model = TutorialVAE()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def epoch() -> float:
        total = 0.0
        for (x,) in loader:
            mean, mu, logvar = model(x)
            kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
            loss = F.binary_cross_entropy(mean, x, reduction="sum") + kl
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        return total / len(data)

    return epoch
