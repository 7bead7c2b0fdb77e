import itertools
from dataclasses import replace
from functools import partial

import pytest
import torch

from common.data import load
from common.errors import InvalidArgument
from paper.kit.place import Place
from paper.kit.results import Result
from paper.parts.autoregressive import samples
from paper.pixelcnn import pictures
from paper.pixelcnn.experiment import Protocol, reproduce, train
from paper.pixelcnn.model import Known, PixelCNN

TINY = Protocol(data="digits", h=2, blocks=1, M=20, samples=120, evaluated=10, generated=130, classifier_steps=3)


def model_of(h: int = 2, blocks: int = 1) -> PixelCNN:
    """Parameters away from their initial values."""
    generator = torch.Generator().manual_seed(1)
    model = PixelCNN(h, blocks, seed=2)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.3 * torch.randn(parameter.shape, generator=generator)
    return model.double()


def uniform(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(5), dtype=torch.float64)


def receptive_field(row: int, column: int, height: int, width: int, blocks: int) -> torch.Tensor:
    """The pixels from which a way leads to an output: a step of the first layer, then one of each block or none."""
    reached = {(row, column)}
    for reach, itself in [*[(1, True)] * blocks, (3, False)]:
        reached = {
            (r + dr, c + dc)
            for r, c in reached
            for dr in range(-reach, 1)
            for dc in range(-reach, reach + 1)
            if (dr < 0 or dc < 0 or (itself and dc == 0)) and 0 <= r + dr < height and 0 <= c + dc < width
        }
    return torch.tensor([[(r, c) in reached for c in range(width)] for r in range(height)])


def test_a_logit_depends_on_every_earlier_pixel_of_its_receptive_field_and_on_no_other():
    height, width, blocks = 7, 9, 2
    model, x = model_of(5, blocks), uniform(20, 1, height, width).requires_grad_()
    logits = model(x).sum(0)
    for row, column in itertools.product(range(height), range(width)):
        (gradient,) = torch.autograd.grad(logits[0, row, column], x, retain_graph=True)
        expected = receptive_field(row, column, height, width, blocks)
        assert not expected.flatten()[row * width + column :].any()
        assert torch.equal((gradient != 0).any(0)[0], expected), (row, column)


@pytest.fixture(scope="module")
def all_images() -> torch.Tensor:
    """The 64 images of 2 x 3 pixels, in the order of the binary numbers that they are."""
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=6)), dtype=torch.float64).view(-1, 1, 2, 3)


def test_probabilities_of_all_images_add_up_to_one(all_images):
    p = model_of().log_p(all_images).detach().exp()
    assert float(p.sum()) == pytest.approx(1, abs=1e-12)
    assert float(p.max() / p.min()) > 10, "far from a coin for every pixel"


def test_images_are_sampled_as_often_as_they_are_probable(all_images):
    model, n = model_of(), 20_000
    numbers = model.sample(uniform(n, 1, 2, 3)).flatten(1) @ 2.0 ** torch.arange(5, -1, -1, dtype=torch.float64)
    p = model.log_p(all_images).detach().exp()
    found = torch.bincount(numbers.long(), minlength=64) / n
    assert ((found - p).abs() / (p * (1 - p) / n).sqrt()).max() < 5


@pytest.mark.parametrize(("h", "blocks"), [(2, 0), (3, 2)])
def test_place_by_place_every_logit_is_that_of_the_whole_image(h, blocks):
    model, x = model_of(h, blocks), (uniform(3, 1, 9, 8) < 0.5).double()
    known, whole = Known(9, 8), model(x).detach()
    with torch.no_grad():
        for row, column in itertools.product(range(9), range(8)):
            logit = model(x[:, :, row, column, None, None], partial(known.at, row, column))
            torch.testing.assert_close(logit[:, :, 0, 0], whole[:, :, row, column], rtol=1e-12, atol=1e-12)


def test_a_pixel_is_sampled_by_the_logit_that_the_pixels_before_it_give():
    model, u = model_of(3, 2), uniform(11, 1, 9, 8)
    x = model.sample(u)
    assert torch.equal(x, (u < model(x).sigmoid()).double())
    assert 0.1 < float(x.mean()) < 0.9
    assert not x.requires_grad


def test_log_p_is_a_sum_over_the_pixels_of_an_image():
    model, x = model_of(), (uniform(3, 1, 5, 4) < 0.4).double()
    p = model(x).sigmoid()
    expected = torch.where(x == 1, p, 1 - p).log().sum((1, 2, 3))
    torch.testing.assert_close(model.log_p(x), expected, rtol=1e-10, atol=0)


def test_every_parameter_gets_a_gradient_and_no_weight_that_is_masked():
    model = model_of(3, 2)
    model.log_p((uniform(20, 1, 9, 8) < 0.5).double()).sum().backward()
    assert all(parameter.grad is not None and parameter.grad.any() for parameter in model.parameters())
    for layer in (model.first, *(block.masked for block in model.blocks)):
        assert not (layer.weight.grad * (1 - layer.mask)).any()
        assert (layer.weight.grad != 0).sum() == layer.weight[:, :, 0, 0].numel() * layer.mask.sum()


def test_the_network_has_the_sizes_and_masks_that_its_page_states():
    model = PixelCNN(16, 7, 0)
    shapes = {tuple(one.weight.shape) for one in model.modules() if isinstance(one, torch.nn.Conv2d)}
    assert shapes == {(32, 1, 7, 7), (16, 32, 1, 1), (16, 16, 3, 3), (32, 16, 1, 1), (32, 32, 1, 1), (1, 32, 1, 1)}
    assert len(model.blocks) == 7
    assert not model.first.mask[3, 3]
    assert all(block.masked.mask[1, 1] for block in model.blocks), "the way beside the block would hide the difference"


def test_samples_are_the_same_however_many_are_drawn():
    model = model_of().float()
    assert torch.equal(samples(model, 30, (1, 5, 4), 0)[:3], samples(model, 3, (1, 5, 4), 0))


def numbers(result: Result) -> dict[str, float]:
    return {one.name: one.ours for one in result.quantities}


def test_a_run_that_is_stopped_goes_on_bit_for_bit_and_reports_likelihood_costs_and_quality(run_twice):
    through, resumed, _ = run_twice(reproduce, TINY, 3, "model")
    found, expected = numbers(resumed), numbers(through)
    costs = ["processor seconds of training", "parameters", "processor seconds of 1,000 samples"]
    quality = ["Frechet distance to test images, samples", "precision, samples", "recall, samples"]
    assert list(expected)[:7] == ["-log p(x), test", *costs, *quality]
    assert list(found) == list(expected)
    assert all(found[name] == expected[name] for name in expected if not name.startswith("processor seconds"))
    assert resumed.curve == through.curve


def test_a_run_learns_and_is_drawn(monkeypatch):
    protocol, digits = replace(TINY, samples=1000, step_size=1e-2, final_step_size=1e-3), load("digits")
    model = PixelCNN(2, 1, 0)
    curve, seconds = train(model, digits, protocol, Place(protocol))
    assert curve["test"][-1] < 0.7 * curve["test"][0]
    monkeypatch.setattr(pictures, "samples", lambda model, count, shape, seed: uniform(count, *shape) < 0.5)
    assert list(pictures.draw(Result(protocol, [], curve, seconds, digits.checksum, model))) == ["digits_samples"]


def test_a_run_shorter_than_a_minibatch_is_refused():
    with pytest.raises(InvalidArgument, match="samples"):
        Protocol(samples=1)
