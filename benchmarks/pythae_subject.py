"""The `mlp` VAE in the pythae package, trained by pythae's own trainer."""

# pythae is an extra of its own: make lint must pass without it.
# pyright: reportMissingImports=false

import contextlib
import io
import logging
import tempfile
from collections.abc import Callable, Iterator

import numpy as np
import torch
from pythae.data.datasets import BaseDataset, DatasetOutput
from pythae.models import VAE, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.trainers import BaseTrainer, BaseTrainerConfig
from torch import Tensor, nn

from common.architecture import MLP
from paper.vae.networks import MLPDecoder, MLPEncoder


class Encoder(BaseEncoder):
    """The course's encoder behind pythae's interface."""

    def __init__(self) -> None:
        BaseEncoder.__init__(self)
        self.network = MLPEncoder(MLP())

    def forward(self, x: Tensor) -> ModelOutput:
        """Return mu and logvar."""
        mu, logvar = self.network(x)
        return ModelOutput(embedding=mu, log_covariance=logvar)


class Decoder(BaseDecoder):
    """The course's decoder behind pythae's interface, which asks for probabilities."""

    def __init__(self) -> None:
        BaseDecoder.__init__(self)
        self.network = nn.Sequential(MLPDecoder(MLP()), nn.Sigmoid())

    def forward(self, z: Tensor) -> ModelOutput:
        """Return the mean images."""
        return ModelOutput(reconstruction=self.network(z))


class Binarized(BaseDataset):
    """Images whose pixels are drawn anew at each access."""

    def __getitem__(self, index: int) -> DatasetOutput:
        """Return an image of 0 and 1."""
        return DatasetOutput(data=torch.bernoulli(self.data[index]), labels=self.labels[index])


def trainer_epoch(images: np.ndarray, batch_size: int) -> Callable[[], object]:
    """Return the function that trains for one epoch on grey images."""
    trainer = _trainer(BaseDataset(torch.from_numpy(images) / 255, torch.zeros(len(images))), batch_size)
    return lambda: _without_progress_bar(trainer)


def binarizing_epochs(images: np.ndarray, batch_size: int, seed: int) -> Iterator[dict[str, np.ndarray]]:
    """Train on images that are binarised anew at each draw; yield the parameters after every epoch."""
    torch.manual_seed(seed)
    trainer = _trainer(Binarized(torch.from_numpy(images) / 255, torch.zeros(len(images))), batch_size, seed)
    networks = {"encoder": trainer.model.encoder.network, "decoder": trainer.model.decoder.network[0]}
    while True:
        _without_progress_bar(trainer)
        yield {
            f"{part}.{name}": value.numpy()
            for part, net in networks.items()
            for name, value in net.state_dict().items()
        }


def _trainer(data: BaseDataset, batch_size: int, seed: int = 0) -> BaseTrainer:
    logging.getLogger("pythae").setLevel(logging.ERROR)
    config = VAEConfig(input_dim=(1, 28, 28), latent_dim=20, reconstruction_loss="bce")
    trainer = BaseTrainer(
        VAE(config, encoder=Encoder(), decoder=Decoder()),
        train_dataset=data,
        training_config=BaseTrainerConfig(
            output_dir=tempfile.mkdtemp(),
            per_device_train_batch_size=batch_size,
            optimizer_cls="Adam",
            learning_rate=1e-3,
            seed=seed,
            no_cuda=True,
        ),
    )
    trainer.prepare_training()
    return trainer


def _without_progress_bar(trainer: BaseTrainer) -> None:
    with contextlib.redirect_stderr(io.StringIO()):
        trainer.train_step(1)
