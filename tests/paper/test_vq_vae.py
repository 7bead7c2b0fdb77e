"""VQ-VAE: networks, quantisers, prior, and what is measured."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
import torch

from common.data import load
from common.errors import InvalidArgument
from common.streams import Stream
from paper.kit.place import Place
from paper.kit.results import Result
from paper.parts.codebook import AveragedCodebook, perplexity
from paper.parts.masked import MaskedConv2d
from paper.vq_vae.experiment import (
    Autoencoder,
    Independent,
    Priors,
    Protocol,
    encode,
    encode_all,
    reproduce,
    start,
    train,
    uniform,
)
from paper.vq_vae.pictures import draw
from paper.vq_vae.prior import Prior
from paper.vq_vae.quantizer import GumbelSoftmax, LearntCodebook

SMALL = {"channels": 4, "D": 3, "K": 5, "prior_channels": 6, "prior_blocks": 1, "M": 20}
FEW = {"samples": 200, "prior_samples": 160, "test_images": 140, "generated": 140, "classifier_steps": 3}
TINY = replace(Protocol(data="digits"), **SMALL, **FEW)
KINDS = {
    "averages": {},
    "codebook loss": {"codebook": "loss"},
    "relaxed": {"codebook": "gumbel"},
    "fine": {"side": 14},
    "two levels": {"levels": 2, "side": 14},
    "two relaxed levels": {"levels": 2, "side": 14, "codebook": "gumbel"},
}


def grid(rng: np.random.Generator, *shape: int) -> torch.Tensor:
    return torch.tensor(rng.standard_normal(shape), dtype=torch.float32)


# Quantisers.


def test_a_moving_average_is_that_of_the_encoder_outputs_that_chose_the_code():
    rng, decay = np.random.default_rng(0), 0.8
    codebook = AveragedCodebook(4, 3, beta=0.25, decay=decay, fewest=0.0)
    codebook.codebook.copy_(grid(rng, 4, 3))
    counts, sums = np.ones(4), codebook.codebook.numpy().astype(float).copy()
    for step in range(6):
        found = codebook(grid(rng, 2, 3, 2, 5))
        rows, codes = found.z_e.movedim(1, -1).reshape(-1, 3).numpy(), found.codes.flatten().numpy()
        for k in range(4):
            counts[k] = decay * counts[k] + (1 - decay) * (codes == k).sum()
            sums[k] = decay * sums[k] + (1 - decay) * rows[codes == k].sum(0)
        codebook.learn(found, 0, step)
        np.testing.assert_allclose(codebook.codebook, sums / counts[:, None], rtol=2e-5, atol=1e-6)
        np.testing.assert_allclose(codebook.counts, counts, rtol=1e-5)


def test_a_code_that_nobody_chooses_stays_where_it_is():
    codebook = AveragedCodebook(2, 1, beta=0.25, decay=0.5, fewest=0.0)
    codebook.codebook.copy_(torch.tensor([[0.0], [100.3]]))
    for step in range(300):  # 0.5^300 is far below what float32 can hold
        codebook.learn(codebook(torch.ones(1, 1, 2, 2)), 0, step)
    assert codebook.codebook.flatten().tolist() == pytest.approx([1.0, 100.3])


@pytest.mark.parametrize("kind", [LearntCodebook, AveragedCodebook])
def test_dead_codes_start_again_at_encoder_outputs_and_others_stay(kind):
    rng = np.random.default_rng(1)
    codebook = kind(3, 2, beta=0.25, decay=0.5, fewest=1.0)
    codebook.codebook.data.copy_(torch.tensor([[0.0, 0.0], [50.0, 50.0], [90.0, 0.0]]))
    z_e = grid(rng, 4, 2, 3, 3)
    codebook.learn(codebook(z_e), seed=0, step=0)
    rows = z_e.movedim(1, -1).reshape(-1, 2)
    for code in codebook.codebook[1:]:
        assert (rows == code).all(1).any()
    assert codebook.codebook[0].abs().max() < 1, "a code in use is not moved away"
    assert codebook.counts[1:].tolist() == [1, 1]


def test_without_restarts_dead_codes_stay():
    codebook = LearntCodebook(2, 1, beta=0.25, decay=0.5, fewest=0.0)
    codebook.codebook.data.copy_(torch.tensor([[0.0], [9.0]]))
    for step in range(9):
        codebook.learn(codebook(torch.zeros(1, 1, 2, 2)), 0, step)
    assert codebook.codebook.flatten().tolist() == [0, 9]
    assert codebook.counts[1] < 0.01


@pytest.mark.parametrize("K", [3, 40])
def test_a_codebook_starts_at_encoder_outputs_each_at_another_while_there_are_enough(K):
    codebook = LearntCodebook(K, 2, beta=0.25, decay=0.9, fewest=1.0)
    z_e = grid(np.random.default_rng(2), 2, 2, 3, 3)
    codebook.start(z_e, seed=3)
    rows = z_e.movedim(1, -1).reshape(-1, 2)
    assert all((rows == code).all(1).any() for code in codebook.codebook)
    assert len(codebook.codebook.unique(dim=0)) == 3 if K == 3 else 1 < len(codebook.codebook.unique(dim=0)) <= 18


def test_a_relaxed_draw_is_a_mean_of_codes_and_at_temperature_0_one_code_with_the_probability_of_q():
    torch.manual_seed(0)
    relaxed = GumbelSoftmax(3, 2)
    relaxed.codebook.data.copy_(torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    z_e = torch.randn(1, 2, 1, 1).expand(20_000, -1, -1, -1)
    gumbel = torch.tensor(np.random.default_rng(0).gumbel(size=(20_000, 3, 1, 1)), dtype=torch.float32)
    q = relaxed.logits(z_e[:1]).softmax(1).flatten()
    drawn = relaxed(z_e, gumbel, 0.0)
    assert torch.equal(drawn.z_q, relaxed.embed(drawn.codes))
    share = torch.bincount(drawn.codes.flatten(), minlength=3) / 20_000
    torch.testing.assert_close(share, q.detach(), atol=0.015, rtol=0)
    soft = relaxed(z_e, gumbel, 0.7)
    assert torch.equal(soft.codes, drawn.codes)
    assert soft.z_q.min() > 0
    assert soft.z_q.sum(1).max() < 1
    sharp = relaxed(z_e, gumbel, 1e-3)
    assert (sharp.z_q - drawn.z_q).abs().mean() < 1e-2
    entropy = -(q * q.log()).sum().item()
    assert drawn.entropy[0].item() == pytest.approx(entropy, rel=1e-5)
    assert drawn.loss[0].item() == pytest.approx(log(3) - entropy, rel=1e-4)


# The prior.


@pytest.mark.parametrize(("itself", "seen"), [(False, 0), (True, 1)])
def test_a_masked_convolution_sees_only_what_comes_before(itself, seen):
    layer = MaskedConv2d(2, 3, 5, itself=itself)
    x = torch.randn(1, 2, 6, 7, requires_grad=True)
    for row, column in ((0, 0), (2, 3), (5, 6), (3, 0)):
        (gradient,) = torch.autograd.grad(layer(x)[0, :, row, column].sum(), x)
        reached = gradient.abs().sum((0, 1)).flatten() > 0
        assert not reached[row * 7 + column + seen :].any()
        assert bool(reached[row * 7 + column]) is itself
        inside = [(r, c) for r in range(max(0, row - 2), row) for c in range(max(0, column - 2), min(7, column + 3))]
        assert all(reached[r * 7 + c] for r, c in inside)


@pytest.mark.parametrize("coarse_K", [0, 4])
def test_the_prior_knows_nothing_of_a_code_and_of_what_comes_after_it(coarse_K):
    torch.manual_seed(0)
    prior = Prior(3, (4, 5), channels=6, blocks=2, seed=0, coarse_K=coarse_K)
    coarse = torch.randint(0, 4, (1, 2, 2)) if coarse_K else None
    codes = torch.randint(0, 3, (1, 4, 5))
    before = prior(codes, coarse)
    for place in range(20):
        changed = codes.clone()
        changed.view(-1)[place] = (changed.view(-1)[place] + 1) % 3
        moved = (prior(changed, coarse) - before).abs().sum(1).flatten() > 1e-7
        assert not moved[: place + 1].any()
        assert place == 19 or moved[place + 1 :].any()


def test_the_probabilities_of_all_grids_add_up_to_1():
    torch.manual_seed(1)
    prior = Prior(2, (2, 3), channels=5, blocks=1, seed=4)
    for parameter in prior.parameters():
        parameter.data.add_(0.5 * torch.randn_like(parameter))
    grids = torch.cartesian_prod(*[torch.arange(2)] * 6).reshape(-1, 2, 3)
    assert (-prior.cost(grids)).exp().sum().item() == pytest.approx(1, rel=1e-5)


def test_samples_of_the_prior_have_its_probabilities():
    torch.manual_seed(2)
    prior = Prior(2, (1, 3), channels=5, blocks=1, seed=5)
    for parameter in prior.parameters():
        parameter.data.add_(0.7 * torch.randn_like(parameter))
    drawn = prior.sample(torch.tensor(np.random.default_rng(0).random((40_000, 1, 3)), dtype=torch.float32))
    grids = torch.cartesian_prod(*[torch.arange(2)] * 3).reshape(-1, 1, 3)
    expected = (-prior.cost(grids)).exp()
    share = torch.tensor([float((drawn == one).all((1, 2)).float().mean()) for one in grids])
    torch.testing.assert_close(share, expected.detach(), atol=0.012, rtol=0)


def test_a_fine_prior_depends_on_the_coarse_codes():
    prior = Prior(3, (4, 4), channels=6, blocks=1, seed=0, coarse_K=4)
    codes, coarse = torch.zeros(1, 4, 4, dtype=torch.long), torch.zeros(1, 2, 2, dtype=torch.long)
    assert (prior.cost(codes, coarse) != prior.cost(codes, coarse + 1)).all()


def test_independent_codes_cost_their_frequencies_and_are_drawn_with_them():
    codes = torch.tensor([[[0, 1]], [[0, 1]], [[0, 2]]])
    kind = Independent([codes], K=3)
    costs = kind.cost([torch.tensor([[[0, 1]], [[2, 2]]])])
    np.testing.assert_allclose(costs[:, 0], [-log(4 / 6 * 3 / 6), -log(1 / 6 * 2 / 6)], rtol=1e-6)
    (drawn,) = kind.sample(30_000, seed=0, index=0)
    assert float((drawn[:, 0, 0] == 0).float().mean()) == pytest.approx(4 / 6, abs=0.015)
    assert float((drawn[:, 0, 1] == 2).float().mean()) == pytest.approx(2 / 6, abs=0.015)


def test_uniform_codes_cost_log_k_each():
    protocol = replace(TINY, levels=2, side=14)
    codes = [torch.zeros(2, side, side, dtype=torch.long) for side in (7, 14)]
    np.testing.assert_allclose(uniform(protocol).cost(codes), [[49 * log(5), 196 * log(5)]] * 2, rtol=1e-5)


# What is measured.


def test_perplexity_and_dead_codes_are_those_of_all_images_together():
    used, unused = perplexity(torch.tensor([[[0, 0]], [[1, 1]]]), K=4)
    assert (used, unused) == (pytest.approx(2), 50)


@pytest.fixture(scope="module")
def averaged() -> Result:
    """What a run with a moving average finds."""
    return reproduce(TINY, Place(TINY))


def test_the_bound_adds_pixels_and_codes_and_gives_the_entropy_of_the_posterior_back(averaged):
    relaxed = replace(TINY, **KINDS["relaxed"])
    for kind, result in (("averages", averaged), ("relaxed", reproduce(relaxed, Place(relaxed)))):
        found = {quantity.name: quantity.ours for quantity in result.quantities}
        spent = found["-log p(x given codes), test"] + found["cost of the codes, learnt prior, test"]
        back = found.get("entropy of q(codes given x), test", 0.0)
        assert (kind == "relaxed") == (back > 0)
        assert found["-bound, test"] == pytest.approx(spent - back, rel=1e-5)
        assert found["cost of the codes, uniform prior, test"] == pytest.approx(49 * log(5), rel=1e-5)


def test_a_finished_run_can_be_drawn_after_it_moved_to_the_cpu(averaged):
    averaged.model.cpu()
    assert set(draw(averaged)) == {"digits_codes", "rate_distortion"}


def test_grey_images_are_measured_by_their_squared_error():
    digits = load("digits")
    protocol = replace(TINY, data="fashion_mnist")
    model = Autoencoder(protocol)
    found = encode(model, digits.test.images[:7], protocol, Stream.EVALUATION_BINARIZE, 0)
    output = model.decode(found.codes)
    expected = ((output - found.x) ** 2).flatten(1).sum(1) / (2 * protocol.sigma**2)
    torch.testing.assert_close(found.distortion, expected, rtol=1e-4, atol=1e-3)
    assert 0 < float(found.x.max()) <= 1
    assert len(found.x.unique()) > 2


@pytest.mark.parametrize("kind", ["averages", "fine", "two levels"])
def test_an_image_has_the_same_codes_alone_and_among_others_and_decodes_from_them(kind):
    protocol = replace(TINY, **KINDS[kind], data="fashion_mnist")  # grey: nothing is drawn
    model, images = Autoencoder(protocol), load("digits").test.images[:9]
    start(model, torch.rand(5, 1, 28, 28), seed=0)
    together = encode_all(model, images, protocol, 0)
    assert [grid.shape[1:] for grid in together.codes] == [(side, side) for side in protocol.sides]
    for number in range(9):
        alone = encode_all(model, images[number : number + 1], protocol, 0)
        assert all(torch.equal(a[0], b[number]) for a, b in zip(alone.codes, together.codes, strict=True))
    output, grids = model(together.x, list(model.quantizers))
    torch.testing.assert_close(model.decode([grid.codes for grid in grids]), output)


# Runs.


@pytest.mark.parametrize("kind", ["averages", "codebook loss", "relaxed", "two levels"])
def test_training_lowers_the_cost_of_the_pixels(kind):
    protocol = replace(TINY, **KINDS[kind], M=10, samples=1200, step_size=1e-2)
    model, digits = Autoencoder(protocol), load("digits")
    train(model, digits.train.images[:], protocol, Place(protocol))
    found = encode_all(model, digits.test.images[:100], protocol, 0)
    grey = digits.train.images[:].astype(float).mean() / 255
    coin = 784 * -(grey * log(grey) + (1 - grey) * log(1 - grey))
    assert float(found.distortion.mean()) < coin


@pytest.mark.trials(1, full=2)
def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice, trial):
    kind, stage, step = (("averages", "autoencoder", 6), ("two levels", "prior", 5))[trial]
    through, resumed, _ = run_twice(reproduce, replace(TINY, **KINDS[kind]), step, stage)
    assert resumed.quantities == through.quantities
    assert resumed.curve == through.curve
    for one, other in zip(through.model, resumed.model, strict=True):
        for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True):
            assert torch.equal(a, b)


def test_codes_of_two_levels_have_priors_of_two_levels():
    protocol = replace(TINY, levels=2, side=14)
    priors = Priors(protocol)
    coarse, fine = priors.sample(3, seed=0, index=0)
    assert (coarse.shape, fine.shape) == ((3, 7, 7), (3, 14, 14))
    assert priors.cost([coarse, fine]).shape == (3, 2)


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"samples": 10}, "samples"), ({"prior_samples": 10}, "prior_samples"), ({"levels": 2}, "side")],
)
def test_protocols_that_cannot_run_are_refused(fields, name):
    with pytest.raises(InvalidArgument, match=name):
        Protocol(**fields)
