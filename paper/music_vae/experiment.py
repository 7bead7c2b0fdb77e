"""Roberts et al. 2018, "A hierarchical latent vector model for learning long-term structure in music" (arXiv
1803.05428), small, on the sopranos of Bach's chorales.

Does a decoder that writes bar by bar (``--decoder hierarchical``) rebuild 16 bars better than one that writes step by
step (``flat``)? ``language_model`` is the flat decoder without a code: what the notes before tell of the next one.

Two accuracies are measured on test windows, each with one z drawn from q(z | x), and the most probable token at every
step. Teacher-forced, the decoder reads the true tokens before; free-running, its own. That of onsets is the share of
the steps at which a note begins, over all windows, at which the decoder begins the same note. Of all steps about four
in five hold a note, so that accuracy stands beside the one of a decoder that always holds.

What is done otherwise than in the paper, or left open by it:

* GRUs of one layer for LSTMs of two and three; fewer units and numbers of a code; the data and all that follows from
  their size: M, step sizes, and beta, which rises on a line.
* Each bar begins with a start token and a new state: in its first steps a decoder knows nothing of the bar before.
* ``free`` nats a bar of the *whole* KL of a melody cost nothing. So it is in the authors' code, whose configurations
  for 16 bars name 256 bits, or 11 nats a bar, with beta 0.2. These are the values here, but for ``short``.
* Melodies are transposed by -5 to 5 semitones whenever they are drawn, in training only.
* No scheduled sampling: in training the decoder always reads true tokens. The paper samples tokens to rebuild a melody.

``short`` is a budget of five minutes of one processor core, with half the units and fewer free nats. ``paper`` reads
ten times the bars, and is meant for a GPU.
"""

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.optim import Adam

from common.allocator import keep_freed_memory
from common.data.batches import batch_indices
from common.data.music.melodies import Windows, load_melodies, windows
from common.data.music.tokens import BAR, HOLD, ONSET, VOCABULARY, transposed
from common.errors import InvalidArgument
from common.streams import Stream, generator
from paper.kit.curve import Curve, evenly, note
from paper.kit.draws import CPU, noise, parts
from paper.kit.health import gradient_norm
from paper.kit.place import Place
from paper.kit.protocol import Count, Minibatches, Positive, Share, Weight, Whole, protocol
from paper.kit.results import Quantity, Result
from paper.kit.steps import descend, geometric, weight_of_kl
from paper.music_vae.model import Encoder, Flat, Hierarchical, MusicVAE, NoEncoder, loss

TITLE = "Roberts et al. 2018"
HEADLINE = ("jsb_decoder-hierarchical_bars-16_short", "onset accuracy, free-running, %")
NO_NUMBER = "other data"
LARGEST_TRANSPOSITION = 5
PART = 250
"""Melodies that are measured at a time."""


@protocol
class Protocol(Minibatches):
    """Everything that decides a result."""

    data: Literal["jsb", "six_chorales"] = "jsb"
    """melodies"""
    decoder: Literal["flat", "hierarchical", "language_model"] = "flat"
    """what writes a melody: one network for all steps, a conductor and one for each bar, or one that has no code"""
    bars: Literal[2, 16] = 2
    """bars of a window"""
    d_z: Count = 64
    """numbers of a code"""
    hidden: Count = 256
    """units of each GRU"""
    embedding: Count = 64
    """numbers that stand for a token"""
    beta: Weight = 0.2
    """weight of the KL in the end"""
    warm_up: Share = 0.3
    """the part of the training in which this weight rises from 0"""
    free: Weight = 11.0
    """nats of the KL that cost nothing, for each bar"""
    M: Count = 32
    """windows of a minibatch"""
    step_size: Positive = 2e-3
    """step size of Adam at first"""
    final_step_size: Positive = 2e-4
    """step size of Adam at last"""
    clip_norm: Positive = 1.0
    """largest norm of a gradient"""
    samples: Count = 1_280_000
    """training windows, repeats included"""
    seed: Whole = 0
    """of all random numbers"""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.bars == 2 and self.decoder == "hierarchical":
            raise InvalidArgument("decoder", self.decoder, "flat or language_model where windows have 2 bars")

    @property
    def code(self) -> int:
        """Numbers of a code: none in a language model."""
        return 0 if self.decoder == "language_model" else self.d_z


PAPER = {name: Protocol(data=name) for name in ("jsb", "six_chorales")}


def long(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return as many windows as have 2,560,000 bars, so that both lengths train on as many notes."""
    return {"samples": 2_560_000 // given.get("bars", Protocol.bars)}


def short(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what changes for some minutes of one processor core: a tenth of the bars, and half of the units."""
    return {"hidden": 128, "free": 4.0, "M": 16, "samples": 256_000 // given.get("bars", Protocol.bars)}


BUDGETS = {"short": short, "paper": long}


def music_vae(protocol: Protocol) -> MusicVAE:
    """Return encoder and decoder with their initial values."""
    sizes, d_z = (protocol.embedding, protocol.hidden), protocol.code
    encoder = Encoder(*sizes, d_z) if d_z else NoEncoder()
    decoder = Hierarchical(*sizes, d_z) if protocol.decoder == "hierarchical" else Flat(*sizes, d_z)
    return MusicVAE(encoder, decoder, protocol.seed)


def drawn(melodies: Windows, protocol: Protocol, step: int) -> Windows:
    """Return the windows of a minibatch, each higher or lower by up to five semitones."""
    chosen = batch_indices(protocol.seed, step, len(melodies), protocol.M)
    semitones = generator(protocol.seed, Stream.NOISE, 2**40 + step)
    by = semitones.integers(-LARGEST_TRANSPOSITION, LARGEST_TRANSPOSITION + 1, protocol.M)
    return Windows(transposed(melodies.tokens[chosen], by), melodies.counted[chosen])


def tensors(melodies: Windows, device: torch.device = CPU) -> tuple[Tensor, Tensor]:
    """Return tokens, and which of them count, on a device."""
    return torch.from_numpy(melodies.tokens).to(device), torch.from_numpy(melodies.counted).to(device)


def train(model: MusicVAE, melodies: Windows, protocol: Protocol, place: Place) -> Curve:
    """Train encoder and decoder; return the parts of the bound along the way."""
    seed, device = protocol.seed, place.device
    optimizer = Adam(model.parameters(), fused=True)
    points = evenly(protocol.steps, 20)
    with place.stage("melodies", protocol.steps) as stage:
        stage.keep(model=model, optimizer=optimizer)
        for step in stage:
            x, counted = tensors(drawn(melodies, protocol, step), device)
            eps = noise(seed, Stream.NOISE, step, (protocol.M, protocol.code), device)
            progress = step / protocol.steps
            beta = protocol.beta * weight_of_kl(progress, protocol.warm_up)
            found = model.bound(x, counted, eps)
            of_batch = loss(found, beta, protocol.free * protocol.bars)
            step_size = geometric(protocol.step_size, protocol.final_step_size, progress)
            descend(of_batch, optimizer, step_size, protocol.clip_norm)
            reconstruction, kl = -found.log_p.mean(), found.kl.mean(0)
            if stage.logs:
                of_latents = {"kl_per_latent": kl} if protocol.code else {}
                gradient = gradient_norm(model)
                stage.log(loss=of_batch, reconstruction=reconstruction, beta=beta, gradient_norm=gradient, **of_latents)
            if step + 1 in points:
                of_melody = {"reconstruction": reconstruction.item(), "KL": kl.sum().item()}
                note(stage.curve, {"samples": (step + 1) * protocol.M, **of_melody})
    return stage.curve


class Counts:
    """What is added up over test windows, step by step and melody by melody."""

    def __init__(self) -> None:
        self.found: dict[str, float] = {}

    def add(self, **numbers: Tensor) -> None:
        """Add the sums of these numbers."""
        for name, values in numbers.items():
            self.found[name] = self.found.get(name, 0.0) + values.double().sum().item()

    def share(self, part: str, whole: str) -> float:
        """Return one sum in percent of another."""
        return 100 * self.found[part] / self.found[whole]


@torch.no_grad()
def measure(model: MusicVAE, melodies: Windows, protocol: Protocol, device: torch.device = CPU) -> list[Quantity]:
    """Measure the bound and the accuracies on windows that were not trained on."""
    counts = Counts()
    for index, rows in parts(len(melodies), PART):
        x, counted = tensors(Windows(melodies.tokens[rows], melodies.counted[rows]), device)
        eps = noise(protocol.seed, Stream.EVALUATION_NOISE, index, (len(x), protocol.code), device)
        q = model.encoder(x)
        z = q.loc + q.scale * eps
        forced, free = model.decoder(z, x).argmax(2), model.decoder.generate(z, greedy(x)).tokens
        begins = counted & (x >= ONSET)
        counts.add(steps=counted, onsets=begins, melodies=torch.ones(len(x)), held=counted & (x == HOLD))
        counts.add(forced_steps=counted & (forced == x), free_steps=counted & (free == x))
        counts.add(forced_onsets=begins & (forced == x), free_onsets=begins & (free == x))
        counts.add(**model.bound(x, counted, eps)._asdict())
    found = counts.found
    numbers = {
        "-bound, test, nats a step": (found["kl"] - found["log_p"]) / found["steps"],
        "KL, test, nats a melody": found["kl"] / found["melodies"],
        "onset accuracy, teacher-forced, %": counts.share("forced_onsets", "onsets"),
        "onset accuracy, free-running, %": counts.share("free_onsets", "onsets"),
        "accuracy of all steps, teacher-forced, %": counts.share("forced_steps", "steps"),
        "accuracy of all steps, free-running, %": counts.share("free_steps", "steps"),
        "accuracy of all steps, always hold, %": counts.share("held", "steps"),
    }
    return [Quantity(name, value, no_paper_value=NO_NUMBER) for name, value in numbers.items()]


def greedy(x: Int64[Tensor, "n T"]) -> Float[Tensor, "n T V"]:
    """Return the noise of a decoder that always takes the most probable token: none."""
    return torch.zeros(*x.shape, VOCABULARY, device=x.device)


def gumbel(protocol: Protocol, index: int, n: int) -> Float[Tensor, "n T V"]:
    """Draw the noise that makes samples of the most probable tokens."""
    draws = generator(protocol.seed, Stream.EVALUATION_NOISE, 2**41 + index)
    return torch.from_numpy(draws.gumbel(size=(n, protocol.bars * BAR, VOCABULARY)).astype(np.float32))


def reproduce(protocol: Protocol, place: Place) -> Result:
    """Train on the windows of some chorales, and measure on those of others."""
    keep_freed_memory()
    melodies = load_melodies(protocol.data)
    model = music_vae(protocol).to(place.device)
    curve = train(model, windows(melodies.train, protocol.bars), protocol, place)
    quantities = measure(model, windows(melodies.test, protocol.bars), protocol, place.device)
    return Result(protocol, quantities, curve, place.seconds, melodies.checksum, nn.ModuleList([model]))
