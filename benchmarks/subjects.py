"""What is timed: each subject prepares itself and returns a function that runs once and gives seconds.

A subject runs in a process of its own, because the thread pools of NumPy and torch disturb each other.
"""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter

import numpy as np

from common.architecture import ARCHITECTURES, MLP
from common.data import load
from common.data.dataset import Split
from common.level import LEVELS, open_level
from common.objective import BetaObjective
from common.optimizer import AdamSettings
from common.state import initial_state
from common.training.plan import TrainingPlan
from common.training.run import Run, records

Timing = Callable[[], list[float]]
BATCH = 128
IMAGES = 60_000


def step(level: str, architecture: str, steps: int) -> Timing:
    """Time training steps (gradient plus Adam, batch and noise given) at one level; seconds of each step."""
    network = ARCHITECTURES[architecture]()
    learner = open_level(level).start(network, initial_state(network, 0, np.float32), AdamSettings())
    random = np.random.default_rng(0)
    x = (random.random((BATCH, *network.image_shape)) < 0.2).astype(np.float32)
    eps = random.standard_normal((BATCH, network.latents)).astype(np.float32)
    return partial(_repeat, lambda: learner.step(x, eps, BetaObjective()), steps)


def matrix_products(steps: int) -> Timing:
    """Time the matrix products of one `mlp` step alone, into arrays that exist already: the physical floor."""
    import torch

    shapes = [shape for name, shape in MLP().parameter_shapes().items() if name.endswith("weight")]
    products = []
    for layer, (outputs, inputs) in enumerate(shapes):
        x, w, dy = torch.rand(BATCH, inputs), torch.rand(outputs, inputs), torch.rand(BATCH, outputs)
        products += [(x, w.T, torch.empty(BATCH, outputs)), (dy.T, x, torch.empty(outputs, inputs))]
        if layer > 0:  # nobody needs the gradient of the data
            products.append((dy, w, torch.empty(BATCH, inputs)))

    def multiply() -> None:
        for a, b, out in products:
            torch.mm(a, b, out=out)

    return partial(_repeat, multiply, steps)


def our_epoch() -> Timing:
    """Time an epoch of level 3 as the course runs it: binarisation, noise, step, guards, log and checkpoint."""
    epochs = _epochs_of_ours(Path(tempfile.mkdtemp()))
    return lambda: [next(epochs)]


def pythae_epoch() -> Timing:
    """Time an epoch of pythae's trainer: the same network, batch and optimiser."""
    from pythae_subject import trainer_epoch

    return partial(_repeat, trainer_epoch(grey_images(), BATCH), 1)


def dataloader_epoch() -> Timing:
    """Time an epoch of the loop of most tutorials: DataLoader, module, summed loss, Adam."""
    from tutorial_subject import tutorial_epoch

    return partial(_repeat, tutorial_epoch(grey_images(), BATCH), 1)


SUBJECTS: dict[str, Callable[[], Timing]] = {
    **{f"{level} mlp": partial(step, level, "mlp", 60) for level in LEVELS},
    **{f"{level} conv": partial(step, level, "conv", 15) for level in LEVELS},
    "matrix products": partial(matrix_products, 60),
    "our epoch": our_epoch,
    "pythae epoch": pythae_epoch,
    "dataloader epoch": dataloader_epoch,
}


def grey_images() -> np.ndarray:
    """Return the digits over and over: of noise there is nothing to learn, and a trainer that looks would say so."""
    return np.resize(load("digits").train.images, (IMAGES, 1, 28, 28))


def _epochs_of_ours(folder: Path) -> Iterator[float]:
    """Yield the seconds of one epoch after the other."""
    run = Run("paper", open_level("paper"), TrainingPlan(epochs=1000), Split(grey_images()), None, folder)
    flow = records(run)
    while True:
        start = perf_counter()
        for _ in islice(flow, IMAGES // BATCH):
            pass
        yield perf_counter() - start


def _repeat(action: Callable[[], object], times: int) -> list[float]:
    seconds = []
    for _ in range(times):
        start = perf_counter()
        action()
        seconds.append(perf_counter() - start)
    return seconds
