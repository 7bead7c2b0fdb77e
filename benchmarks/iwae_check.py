"""-L_5000 of finished IWAE runs by code that shares nothing with theirs: ``python benchmarks/iwae_check.py RUN ...``.

A RUN is the folder of one seed, as `vae reproduce iwae` leaves it, with the parameters in ``model.safetensors``. This
file reads MNIST from $VAE_DATA/mnist, binarises it, builds the network and weighs the samples itself, in plain torch:
a mistake of `paper.iwae` in any of these is not made here. The test set is binarised anew for every seed, and the first
of them is measured in float64 too; the training set shows how much was learnt by heart. Rows are kept in
benchmarks/results/iwae_check.json.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from rich.console import Console
from rich.progress import track
from safetensors import safe_open
from torch import Tensor
from torch.nn import functional as F

from common.files import write_json
from common.provenance import provenance

RESULTS = Path(__file__).parent / "results" / "iwae_check.json"
HALF_LOG_TWO_PI = 0.5 * log(2 * torch.pi)


@dataclass(frozen=True)
class Network:
    """One stochastic layer of 50 latents: p(x, h) and q(h given x), by the names that the run gave its parameters."""

    weights: Mapping[str, Tensor]

    def layer(self, name: str, x: Tensor) -> Tensor:
        """Return W x + b."""
        return F.linear(x, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"])

    def two_tanh(self, name: str, x: Tensor) -> Tensor:
        """Return two hidden layers of x."""
        return self.layer(f"{name}.2", self.layer(f"{name}.0", x).tanh()).tanh()

    def log_weights(self, x: Tensor, eps: Tensor) -> Tensor:
        """Return log p(x, h) - log q(h given x), shape (k, n), for x of shape (n, 784) and eps of shape (k, n, 50)."""
        a = self.two_tanh("q.0.hidden", x)
        mu, log_sigma = self.layer("q.0.mu", a), self.layer("q.0.log_sigma", a)
        h = mu + log_sigma.exp() * eps
        log_q = -(0.5 * eps**2 + log_sigma + HALF_LOG_TWO_PI).sum(-1)
        log_prior = -(0.5 * h**2 + HALF_LOG_TWO_PI).sum(-1)
        logits = self.layer("x.1", self.two_tanh("x.0", h))
        log_x = (x * logits - F.softplus(logits)).sum(-1)
        return log_x + log_prior - log_q


def images_of(folder: Path, part: str) -> np.ndarray:
    """Return the grey levels of MNIST, shape (images, 784): of "train" or of "t10k"."""
    content = gzip.decompress((folder / f"{part}-images-idx3-ubyte.gz").read_bytes())
    return np.frombuffer(content, np.uint8, offset=16).reshape(-1, 784)


def binarised(grey: np.ndarray, seed: int) -> np.ndarray:
    """Draw every pixel as 1 with probability grey / 255."""
    return np.random.default_rng(seed).random(grey.shape) < grey / 255


@torch.no_grad()
def measure(network: Network, x: np.ndarray, samples: int, seed: int, what: str) -> dict[str, float]:
    """Return -L_samples and -L_1 of binary images in nats, and the standard error of the first over images."""
    some = next(iter(network.weights.values()))
    random = torch.Generator(some.device).manual_seed(seed)
    bounds = []
    for rows in track(torch.from_numpy(x).split(20), what, transient=True):
        batch, log_w = rows.to(some), []
        for part in torch.arange(samples).split(250):
            eps = torch.randn((len(part), len(rows), 50), generator=random, device=some.device, dtype=torch.float64)
            log_w.append(network.log_weights(batch, eps.to(some)).double())  # both precisions see the same noise
        every = torch.cat(log_w)
        bounds.append(torch.stack([every.logsumexp(0) - log(len(every)), every.mean(0)]))
    L, elbo = torch.cat(bounds, dim=1)
    return {"-L": -L.mean().item(), "error": L.std().item() / len(L) ** 0.5, "-L_1": -elbo.mean().item()}


def check(run: Path, data: Path, device: str, samples: int, images: int, trained: int) -> dict[str, Any]:
    """Return the row of one run: the test set by two draws of its pixels, the first in float64 too; training images."""
    with safe_open(run / "model.safetensors", framework="pt") as file:
        header = json.loads(file.metadata()["run"])
        found = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    parameters = {name.removeprefix("model/"): value for name, value in found.items() if name.startswith("model/")}
    protocol, row = header["protocol"], {"run": run.name, "step": header["step"], "samples": samples}
    if protocol["layers"] != 1 or protocol["data"] != "mnist":
        raise typer.BadParameter(f"{run} is not a run of one layer on MNIST")
    test, train = images_of(data, "t10k")[:images], images_of(data, "train")[:trained]
    for name, grey, seed, dtype in (
        ("test, draw 1", test, 1, torch.float32),
        ("test, draw 2", test, 2, torch.float32),
        ("test, draw 1, float64", test, 1, torch.float64),
        ("training", train, 3, torch.float32),
    ):
        network = Network({key: value.to(device, dtype) for key, value in parameters.items()})
        row[name] = measure(network, binarised(grey, seed), samples, seed, f"{run.name}: {name}")
    row |= {"images": len(test), "training images": len(train), "device": device}
    return {"protocol": protocol, **row, **provenance(torch.get_num_threads())}


def main(
    runs: Annotated[list[Path], typer.Argument(help="Folders of one seed each, with model.safetensors.")],
    data: Annotated[Path, typer.Option(envvar="VAE_DATA", help="The folder that holds mnist/.")],
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    samples: Annotated[int, typer.Option(min=1, help="Samples of the latents an image.")] = 5000,
    images: Annotated[int, typer.Option(min=2, help="First test images.")] = 10_000,
    trained: Annotated[int, typer.Option(min=2, help="First training images.")] = 60_000,
    out: Annotated[Path, typer.Option(help="The file of results.")] = RESULTS,
) -> None:
    """Measure finished runs, and write the results."""
    rows = []
    for run in runs:
        row = check(run, data / "mnist", device, samples, images, trained)
        rows.append(row)
        protocol = row["protocol"]
        Console().print(f"{protocol['objective']}, k = {protocol['k']}, step {row['step']}, -L_{samples} in nats:")
        for name, found in row.items():
            if isinstance(found, dict) and "-L" in found:
                Console().print(f"  {name:22s} {found['-L']:8.3f} +- {found['error']:.2f};  -L_1 {found['-L_1']:8.3f}")
    write_json(out, rows)


if __name__ == "__main__":
    typer.run(main)
