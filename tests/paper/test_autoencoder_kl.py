"""Stable Diffusion's autoencoder, and the diffusion model of its latents."""

import importlib.util
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from common.data import load
from common.errors import InvalidArgument
from paper.autoencoder_kl import diffusion
from paper.autoencoder_kl.experiment import (
    FACTORS,
    Protocol,
    autoencoder,
    cut,
    padded,
    reproduce,
    scale_of,
    train,
)
from paper.autoencoder_kl.model import AutoencoderKL, Configuration, Posterior, downsample, loss
from paper.autoencoder_kl.pictures import draw
from paper.kit.place import Place

SMALL = {"widths": (2, 2, 4), "groups": 2, "latents": 2, "width": 8, "M": 4}
FEW = {"samples": 16, "diffusion_samples": 12, "denoising_steps": 2, "generated": 140, "classifier_steps": 2}
TINY = replace(Protocol(data="digits"), **SMALL, **FEW, test_images=140)

SIZES = {
    "stable diffusion": (Configuration(), (1, 3, 16, 24)),
    "one resolution": (Configuration(widths=(6,), latents=3, blocks=1, groups=3), (2, 3, 7, 5)),
    "no attention": (Configuration(widths=(6, 9, 12), latents=2, groups=3, attention=False), (2, 3, 12, 20)),
    "one channel": (Configuration(widths=(8, 4), channels=1, latents=5, blocks=3, groups=2), (2, 1, 10, 6)),
}

# Names and shapes, as `diffusers.AutoencoderKL` 0.42.1 has them.


def shapes_in_diffusers(size: Configuration) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield the names and shapes of all weights by a rule of its own; the biases are their first axes."""
    top, moments = size.widths[-1], 2 * size.latents

    def resnet(name: str, inputs: int, outputs: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield f"{name}.norm1", (inputs,)
        yield f"{name}.conv1", (outputs, inputs, 3, 3)
        yield f"{name}.norm2", (outputs,)
        yield f"{name}.conv2", (outputs, outputs, 3, 3)
        if inputs != outputs:
            yield f"{name}.conv_shortcut", (outputs, inputs, 1, 1)

    ways = (("encoder", "down", size.widths, size.blocks), ("decoder", "up", size.widths[::-1], size.blocks + 1))
    for half, way, widths, blocks in ways:
        before = widths[0]
        for level, width in enumerate(widths):
            for block in range(blocks):
                yield from resnet(f"{half}.{way}_blocks.{level}.resnets.{block}", before, width)
                before = width
            if level + 1 < len(widths):
                yield f"{half}.{way}_blocks.{level}.{way}samplers.0.conv", (width, width, 3, 3)
        for block in range(2):
            yield from resnet(f"{half}.mid_block.resnets.{block}", top, top)
        if size.attention:
            yield f"{half}.mid_block.attentions.0.group_norm", (top,)
            for part in ("to_q", "to_k", "to_v", "to_out.0"):
                yield f"{half}.mid_block.attentions.0.{part}", (top, top)
        yield f"{half}.conv_norm_out", (widths[-1],)
    yield "encoder.conv_in", (size.widths[0], size.channels, 3, 3)
    yield "encoder.conv_out", (moments, top, 3, 3)
    yield "decoder.conv_in", (top, size.latents, 3, 3)
    yield "decoder.conv_out", (size.channels, size.widths[0], 3, 3)
    yield "quant_conv", (moments, moments, 1, 1)
    yield "post_quant_conv", (size.latents, size.latents, 1, 1)


@pytest.mark.parametrize("name", SIZES)
def test_parameters_have_the_names_and_shapes_that_diffusers_gives_them(name):
    size, _ = SIZES[name]
    with torch.device("meta"):
        found = {key: tuple(value.shape) for key, value in AutoencoderKL(size).state_dict().items()}
    expected = {}
    for key, shape in shapes_in_diffusers(size):
        expected |= {f"{key}.weight": shape, f"{key}.bias": shape[:1]}
    assert found == expected
    if name == "stable diffusion":
        assert len(found) == 248
        assert sum(math.prod(shape) for shape in found.values()) == 83_653_863


@pytest.mark.skipif(
    importlib.util.find_spec("diffusers") is None,
    reason="compares with the library diffusers: pip install -e '.[parity]'",
)
@pytest.mark.filterwarnings("ignore")  # those of the library and of what it imports
@pytest.mark.parametrize("name", SIZES)
def test_posterior_kl_and_decoded_pixels_equal_those_of_diffusers(name, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL as Theirs

    size, shape = SIZES[name]
    levels = len(size.widths)
    with torch.device("meta"):  # their initial values would take longer than all that is compared
        theirs = Theirs(
            in_channels=size.channels,
            out_channels=size.channels,
            down_block_types=("DownEncoderBlock2D",) * levels,
            up_block_types=("UpDecoderBlock2D",) * levels,
            block_out_channels=size.widths,
            layers_per_block=size.blocks,
            latent_channels=size.latents,
            norm_num_groups=size.groups,
            mid_block_add_attention=size.attention,
        ).double()
        ours = AutoencoderKL(size)
    theirs.to_empty(device="cpu")
    torch.manual_seed(0)
    for name, parameter in theirs.named_parameters():  # norms too are away from where they start
        parameter.data.uniform_(-0.4, 0.4).add_("norm" in name)
    ours.load_state_dict(theirs.state_dict(), assign=True)
    x = torch.rand(shape, dtype=torch.float64) * 2 - 1
    with torch.no_grad():
        q, expected = ours.encode(x), theirs.encode(x).latent_dist
        z = q.sample(torch.randn_like(q.mean))
        pairs = {
            "mean": (q.mean, expected.mean),
            "logvar": (q.logvar, expected.logvar),
            "KL": (q.kl(), expected.kl()),
            "pixels": (ours.decode(z), theirs.decode(z).sample),
        }
    assert min(pairs["mean"][1].std(), pairs["pixels"][1].std()) > 0.1, "constants would say nothing"
    for quantity, (found, wanted) in pairs.items():
        assert float((found - wanted).abs().max() / wanted.abs().max()) < 1e-12, quantity


# The model.


def test_a_downsampled_pixel_sees_what_is_right_of_it_and_below_and_nothing_before():
    layer = downsample(1).double()
    x = torch.randn(1, 1, 8, 6, dtype=torch.float64, requires_grad=True)
    found = layer(x)
    assert found.shape == (1, 1, 4, 3)
    for row, column in ((0, 0), (1, 2), (3, 1)):
        (gradient,) = torch.autograd.grad(found[0, 0, row, column], x, retain_graph=True)
        seen = {tuple(place) for place in gradient[0, 0].nonzero().tolist()}
        rows, columns = range(2 * row, min(2 * row + 3, 8)), range(2 * column, min(2 * column + 3, 6))
        assert seen == {(r, c) for r in rows for c in columns}


def test_the_kl_is_that_of_torch_and_a_sum_over_places_and_channels():
    torch.manual_seed(1)
    q = Posterior(*torch.randn(2, 3, 2, 5, 7, dtype=torch.float64))
    normal = torch.distributions.Normal(q.mean, (q.logvar / 2).exp())
    wanted = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0.0, 1.0)).sum((1, 2, 3))
    torch.testing.assert_close(q.kl(), wanted)


def test_a_wide_posterior_is_clamped_as_in_diffusers():
    model = AutoencoderKL(Configuration(widths=(2,), latents=1, groups=1))
    model.quant_conv.weight.data.zero_()
    for logvar, wanted in ((99.0, 20.0), (-99.0, -30.0), (3.0, 3.0)):
        model.quant_conv.bias.data.copy_(torch.tensor([0.0, logvar]))
        assert model.encode(torch.zeros(1, 3, 4, 4)).logvar.unique().tolist() == [wanted]


def test_the_loss_sums_over_pixels_and_latents_and_weighs_the_kl_alone():
    torch.manual_seed(2)
    model = autoencoder(TINY).double()
    x, eps = torch.rand(3, 1, 32, 32, dtype=torch.float64), torch.randn(3, 2, 8, 8, dtype=torch.float64)
    q = model.encode(x)
    pixels = (x - model.decode(q.mean + (q.logvar / 2).exp() * eps)).abs().sum((1, 2, 3))
    torch.testing.assert_close(loss(model, x, eps, 0.0), pixels)
    torch.testing.assert_close(loss(model, x, eps, 0.3), pixels + 0.3 * q.kl())


def test_every_parameter_gets_a_gradient():
    model = autoencoder(TINY)
    torch.manual_seed(3)
    for parameter in model.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    loss(model, torch.rand(3, 1, 32, 32), torch.randn(3, 2, 8, 8), 1.0).sum().backward()
    silent = [
        name for name, parameter in model.named_parameters() if parameter.grad is None or not parameter.grad.any()
    ]
    assert silent == []


def test_images_come_back_from_padding_as_they_were():
    images = load("digits").test.images[:5]
    x = padded(images)
    assert x.shape == (5, 1, 32, 32)
    assert (float(x.min()), float(x.max())) == (-1, 1)
    torch.testing.assert_close(cut(x), torch.from_numpy(images).flatten(1) / 255)


# The scale factor.


def test_the_scale_factor_makes_sampled_latents_of_standard_deviation_one():
    torch.manual_seed(4)
    mean = torch.tensor([3.0, 0.5])[:, None, None] * torch.randn(4000, 2, 3, 3) + 7
    scale = scale_of(Posterior(mean, torch.full_like(mean, math.log(4.0))), seed=0)
    np.testing.assert_allclose(scale.by_channel, [math.sqrt(13), math.sqrt(4.25)], rtol=0.02)
    np.testing.assert_allclose(scale.of_means, [3, 0.5], rtol=0.02)
    assert scale.factor("1 / std") == pytest.approx(1 / math.sqrt((13 + 4.25) / 2), rel=0.02)
    assert scale.factor("10 / std") == pytest.approx(10 * scale.factor("1 / std"))
    assert scale.factor("1") == 1


# The diffusion model.


class Ideal(torch.nn.Module):
    """The noise that is expected when latents are N(m, s^2)."""

    def __init__(self, m: float, s: float) -> None:
        super().__init__()
        self.m, self.s = m, s

    def forward(self, z_t: Tensor, t: Tensor) -> Tensor:
        c, s = (f(t)[:, None, None, None] for f in (torch.cos, torch.sin))
        return s * (z_t - c * self.m) / (c**2 * self.s**2 + s**2)


def test_samples_of_an_ideal_denoiser_have_the_distribution_of_the_latents():
    noise = torch.tensor(np.random.default_rng(0).standard_normal((2000, 1, 3, 3)))
    drawn = diffusion.sample(Ideal(0.3, 1.0), noise, steps=100)
    assert float(drawn.mean()) == pytest.approx(0.3, abs=0.04)
    assert float(drawn.std()) == pytest.approx(1.0, abs=0.04)


def test_samples_of_latents_that_are_too_large_are_wrong_even_with_an_ideal_denoiser():
    noise = torch.tensor(np.random.default_rng(1).standard_normal((2000, 1, 3, 3)))
    drawn = diffusion.sample(Ideal(0.0, 10.0), noise, steps=100)
    left = math.hypot(10 * math.cos(diffusion.END), math.sin(diffusion.END))  # the std of z_t at END
    assert float(drawn.std()) == pytest.approx(10 / left, rel=0.1)
    assert float(drawn.std()) < 9


def test_the_diffusion_loss_is_that_of_an_ideal_denoiser_where_it_can_be_computed():
    rng = np.random.default_rng(2)
    z, eps = (torch.tensor(rng.standard_normal((20_000, 1, 1, 1))) for _ in range(2))
    u = torch.full((len(z),), 0.4, dtype=torch.float64)
    t = diffusion.START + 0.4 * (diffusion.END - diffusion.START)
    found = float(diffusion.loss(Ideal(0.0, 1.0), z, u, eps))
    assert found == pytest.approx(math.cos(t) ** 2, rel=0.05), "Var(eps | z_t) = cos(t)^2 where z is N(0, 1)"


def test_the_denoiser_depends_on_its_time_and_on_every_latent():
    torch.manual_seed(5)
    denoiser = diffusion.Denoiser(2, 8)
    z = torch.randn(3, 2, 8, 8)
    one, other = (denoiser(z, torch.full((3,), t)) for t in (0.2, 0.3))
    assert (one != other).all()
    assert one.shape == z.shape


# Runs.


@pytest.fixture
def few_images(monkeypatch):
    """A tenth of the training digits: all of them are encoded in every run."""
    digits = load("digits")
    few = replace(digits, train=digits.train.take(np.arange(150)))
    monkeypatch.setattr("paper.autoencoder_kl.experiment.load", lambda name: few)


def test_training_makes_reconstructions_better():
    protocol = replace(TINY, samples=80, step_size=6e-2)
    digits, model = load("digits"), autoencoder(protocol)
    x, eps = padded(digits.test.images[:40]), torch.randn(40, 2, 8, 8)
    before = loss(model, x, eps, 0.0).mean().item()
    train(model, digits.train.images[:], protocol, Place(protocol))
    assert loss(model, x, eps, 0.0).mean().item() < 0.5 * before


@pytest.mark.trials(1, full=2)
def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice, few_images, trial):
    stage, step = (("diffusion, factor 10 by std", 2), ("autoencoder", 3))[trial]
    through, resumed, _ = run_twice(reproduce, TINY, step, stage)
    assert resumed.quantities == through.quantities
    assert resumed.curve == through.curve
    for one, other in zip(through.model.parameters(), resumed.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_run_reports_and_draws_every_factor(few_images):
    result = reproduce(TINY, Place(TINY))
    found = [quantity.name for quantity in result.quantities]
    assert [name for name in found if name.startswith("Frechet")] == [
        f"Frechet distance to test images, {kind}"
        for kind in (*(f"samples, factor {name}" for name in FACTORS), "reconstructions", "training images")
    ]
    assert "scale factor, 1 / std of sampled latents" in found
    (axes,) = draw(replace(result, model=result.model.cpu()))["digits_latent_diffusion"].axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["x", "decoded", *map("factor {}".format, FACTORS)]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"samples": 10}, "samples"),
        ({"diffusion_samples": 10}, "diffusion_samples"),
        ({"widths": (32, 48, 64)}, "widths"),
        ({"width": 12}, "width"),
    ],
)
def test_protocols_that_cannot_run_are_refused(fields, name):
    with pytest.raises(InvalidArgument, match=name):
        Protocol(**fields)
