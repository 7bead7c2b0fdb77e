"""A run of all that may be kept: ``python two_stages.py FOLDER [SLOW]``.

First two networks play against each other, with a moving average, a norm, tied weights, a transposed buffer, two
optimisers and a schedule; then a second stage learns from the average. ``SLOW`` seconds are slept at every step, so
that a test can kill it. At the end the states lie in ``FOLDER/end.safetensors``, and the curves in its header.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from common.streams import Stream
from paper.kit.curve import note
from paper.kit.draws import noise
from paper.kit.initial import draw_parameters
from paper.kit.place import Place
from paper.kit.run import save
from paper.kit.steps import descend


@dataclass(frozen=True)
class Protocol:
    M: int = 5
    channels: tuple[int, ...] = (8, 4)
    adversarial: float = 0.0
    clipped: bool = False
    limit: int | None = None
    steps: int = 40
    prior_steps: int = 30


class Generator(nn.Module):
    """Convolutions with a norm; the last layer is the first one's weight again; a buffer that is not contiguous."""

    def __init__(self) -> None:
        super().__init__()
        self.into, self.norm = nn.Linear(6, 8), nn.GroupNorm(2, 8)
        self.batch_norm = nn.BatchNorm1d(8)
        self.out = nn.Linear(8, 6, bias=False)
        self.out.weight = nn.Parameter(self.into.weight.detach().clone().t())  # strides of a transpose
        self.again = nn.Linear(6, 8)
        self.again.weight = self.into.weight
        self.register_buffer("scale", torch.arange(6.0).reshape(2, 3).t())

    def forward(self, z: Tensor) -> Tensor:
        h = self.batch_norm(self.norm(self.into(z)) + self.again(z)).tanh()
        return self.out(h) * (1 + self.scale.flatten()) / 3


def run(place: Place, slow: float = 0.0) -> dict[str, nn.Module]:
    protocol = place.protocol
    g, d, prior = Generator(), nn.Sequential(nn.Linear(6, 7), nn.ReLU(), nn.Linear(7, 1)), nn.Linear(6, 6)
    for seed, module in enumerate((g, d, prior)):
        draw_parameters(module, seed)
    ema = AveragedModel(g, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
    g_adam, d_sgd = Adam(g.parameters(), 1e-2, fused=True), SGD(d.parameters(), 1e-2, momentum=0.9)
    plateau = ReduceLROnPlateau(g_adam, patience=1, factor=0.7)
    with place.stage("game", protocol.steps) as stage:
        stage.keep(g=g, d=d, ema=ema, g_adam=g_adam, d_sgd=d_sgd, plateau=plateau)
        for step in stage:
            sleep(slow)
            z, x = (noise(part, Stream.NOISE, step, (protocol.M, 6)) for part in range(2))
            descend(F.softplus(d(g(z).detach())).mean() + F.softplus(-d(3 * x)).mean(), d_sgd, clip_norm=0.5)
            loss = F.softplus(-d(g(z))).mean()
            descend(loss, g_adam)
            ema.update_parameters(g)
            plateau.step(loss.item())
            note(stage.curve, {"loss": loss.item(), "step size": g_adam.param_groups[0]["lr"]})
    optimizer = Adam(prior.parameters(), 1e-2)
    with place.stage("prior", protocol.prior_steps, images=3) as stage:
        stage.keep(prior=prior, optimizer=optimizer)
        for step in stage:
            sleep(slow)
            z = noise(7, Stream.NOISE, step, (3, 6))
            with torch.no_grad():
                target = ema.module.eval()(z)
            descend((prior(z) - target).square().mean(), optimizer, step_size=1e-2 / (1 + step))
    return {"g": g, "d": d, "ema": ema, "prior": prior}


if __name__ == "__main__":
    torch.set_num_threads(1)
    folder = Path(sys.argv[1])
    place = Place(Protocol(), folder, save_seconds=0)
    ends = run(place, float(sys.argv[2]) if len(sys.argv) > 2 else 0.0)
    save(folder / "end.safetensors", ends, {})
