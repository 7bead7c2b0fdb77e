"""MusicVAE: who sees which tokens, what counts, and accuracies that mean what they say."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from common.data.batches import batch_indices
from common.data.music.melodies import Windows, load_melodies, windows
from common.data.music.tokens import BAR, HOLD, ONSET, REST, VOCABULARY, pitches_of
from common.errors import InvalidArgument
from paper.kit.place import Place
from paper.music_vae.experiment import (
    Protocol,
    drawn,
    greedy,
    gumbel,
    measure,
    music_vae,
    reproduce,
    tensors,
    train,
)
from paper.music_vae.model import Flat, Hierarchical, Parts, log_likelihood, loss
from paper.music_vae.pictures import draw

SMALL = {"d_z": 3, "hidden": 8, "embedding": 5, "M": 4}
TINY = Protocol(data="six_chorales", samples=32, **SMALL)
ROWS = [("flat", 2), ("language_model", 2), ("flat", 16), ("hierarchical", 16), ("language_model", 16)]
DECODERS = ("flat", "hierarchical")


def melodies(n: int, steps: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).integers(0, VOCABULARY, (n, steps)))


def decoder(kind: str, d_z: int = 3) -> torch.nn.Module:
    """Return a decoder whose parameters are away from their initial values, biases too."""
    torch.manual_seed(1)
    model = Hierarchical(5, 8, d_z) if kind == "hierarchical" else Flat(5, 8, d_z)
    for parameter in model.parameters():
        parameter.data.copy_(0.5 * torch.randn_like(parameter))
    return model


def codes(n: int, d_z: int = 3) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(3).standard_normal((n, d_z)).astype(np.float32))


# Who sees what.


def influence(kind: str) -> np.ndarray:
    """Return at [t, s] whether the logits of step t depend on the token of step s, in two bars of different tokens.

    The gradient of a token's embedding says so, since each stands at one step.
    """
    model, x = decoder(kind), torch.randperm(VOCABULARY, generator=torch.Generator().manual_seed(0))[None, : 2 * BAR]
    weight = (model.bar if kind == "hierarchical" else model).embed.weight
    logits = model(codes(1), x)
    rows = [torch.autograd.grad(one.square().sum(), weight, retain_graph=True)[0][x[0]] for one in logits[0]]
    return np.array([(row != 0).any(1).numpy() for row in rows])


def test_teacher_forcing_looks_at_all_earlier_tokens_and_only_at_those():
    t, s = np.indices((2 * BAR, 2 * BAR))
    np.testing.assert_array_equal(influence("flat"), s < t)


def test_the_decoder_of_a_bar_looks_at_earlier_tokens_of_its_own_bar_alone():
    t, s = np.indices((2 * BAR, 2 * BAR))
    np.testing.assert_array_equal(influence("hierarchical"), (s < t) & (s // BAR == t // BAR))


def test_a_changed_token_changes_what_the_flat_decoder_says_of_all_later_steps_and_of_one_bar_in_the_other():
    x, z = melodies(1, 3 * BAR), codes(1)
    other = x.clone()
    other[0, BAR + 4] = (x[0, BAR + 4] + 1) % VOCABULARY
    changed = {kind: (decoder(kind)(z, x) != decoder(kind)(z, other)).any(2)[0].nonzero()[:, 0] for kind in DECODERS}
    assert changed["flat"].tolist() == list(range(BAR + 5, 3 * BAR))
    assert changed["hierarchical"].tolist() == list(range(BAR + 5, 2 * BAR))


@pytest.mark.parametrize("kind", DECODERS)
def test_every_step_of_a_melody_depends_on_every_number_of_its_own_code(kind):
    model, x, z = decoder(kind), melodies(2, 2 * BAR), codes(2).requires_grad_()
    logits = model(z, x)
    for step in range(2 * BAR):
        (gradient,) = torch.autograd.grad(logits[0, step].square().sum(), z, retain_graph=True)
        assert (gradient[0] != 0).all()
        assert not gradient[1].any()


def test_bars_of_one_code_differ_by_the_conductor_alone():
    model, x = decoder("hierarchical"), melodies(1, BAR).repeat(1, 3)
    bars = model(codes(1), x).reshape(3, BAR, -1)
    assert not torch.allclose(bars[0], bars[1])
    assert not torch.allclose(bars[1], bars[2])


# Free running.


@pytest.mark.parametrize("kind", DECODERS)
def test_free_running_on_the_true_tokens_gives_the_logits_of_teacher_forcing(kind):
    model, x, z = decoder(kind), melodies(3, 2 * BAR), codes(3)
    urged = 1e6 * torch.nn.functional.one_hot(x, VOCABULARY).float()
    found = model.generate(z, urged)
    assert torch.equal(found.tokens, x)
    torch.testing.assert_close(found.logits, model(z, x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", DECODERS)
def test_free_running_feeds_back_its_own_most_probable_tokens(kind):
    model, z = decoder(kind), codes(3)
    tokens = model.generate(z, torch.zeros(3, 2 * BAR, VOCABULARY)).tokens
    assert torch.equal(model(z, tokens).argmax(2), tokens)
    assert len(tokens.unique()) > 1


def test_gumbel_noise_makes_samples_of_the_softmax():
    model = decoder("flat")
    z = codes(1).repeat(4000, 1)
    noise = torch.from_numpy(np.random.default_rng(0).gumbel(size=(4000, 1, VOCABULARY)).astype(np.float32))
    found = model.generate(z, noise)
    shares = torch.bincount(found.tokens[:, 0], minlength=VOCABULARY) / 4000
    torch.testing.assert_close(shares, found.logits[0, 0].softmax(0), rtol=0, atol=0.03)


# The bound.


def test_log_likelihood_is_a_sum_over_the_steps_that_count():
    x, logits = melodies(3, 7), torch.randn(3, 7, VOCABULARY, generator=torch.Generator().manual_seed(0))
    counted = torch.tensor([7 * [True], 4 * [True] + 3 * [False], 7 * [False]])
    each = logits.log_softmax(2).gather(2, x[..., None])[..., 0]
    expected = [each[0].sum(), each[1, :4].sum(), torch.tensor(0.0)]
    torch.testing.assert_close(log_likelihood(logits, x, counted), torch.stack(expected))


def test_what_fills_a_window_up_teaches_the_decoder_nothing():
    model, z = decoder("flat"), codes(1)
    x = melodies(1, 9)
    counted = torch.arange(9)[None] < 6
    gradients = []
    for filling in (x, torch.cat([x[:, :6], 1 + 0 * x[:, 6:]], dim=1)):
        model.zero_grad()
        log_likelihood(model(z, filling), filling, counted).sum().backward()
        gradients.append(torch.cat([one.grad.flatten() for one in model.parameters()]))
    torch.testing.assert_close(*gradients)


def test_the_bound_has_the_kl_of_a_gaussian_summed_over_latents_and_z_made_of_eps():
    model = music_vae(TINY)
    for parameter in model.parameters():
        parameter.data.add_(0.3 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(2)))
    x, counted, eps = melodies(4, 32), torch.ones(4, 32, dtype=torch.bool), codes(4)
    q = model.encoder(x)
    found = model.bound(x, counted, eps)
    torch.testing.assert_close(found.kl, kl_divergence(q, Normal(torch.zeros(4, 3), torch.ones(4, 3))))
    torch.testing.assert_close(found.log_p, log_likelihood(model.decoder(q.loc + q.scale * eps, x), x, counted))


def test_the_encoder_reads_the_whole_melody_both_ways():
    encoder = music_vae(TINY).encoder
    x = melodies(1, 32)
    for step in (0, 15, 31):
        other = x.clone()
        other[0, step] = (x[0, step] + 1) % VOCABULARY
        assert not torch.equal(encoder(x).loc, encoder(other).loc)
    (encoder(x).loc.sum() + encoder(x).scale.sum()).backward()
    assert all(parameter.grad.any() for parameter in encoder.parameters()), "of both directions"


def test_free_nats_are_those_of_a_whole_melody_and_each_has_its_own():
    parts = Parts(torch.tensor([-10.0, -20.0]), torch.tensor([[1.0, 2.0], [9.0, 0.0]], requires_grad=True))
    value = loss(parts, beta=0.5, free=4.0)
    assert value.item() == pytest.approx((10 + 20 + 0.5 * 5) / 2)
    value.backward()
    assert parts.kl.grad.tolist() == [[0.0, 0.0], [0.25, 0.25]]


def test_a_language_model_has_no_code_and_its_bound_no_kl():
    model = music_vae(replace(TINY, decoder="language_model"))
    x, counted = melodies(4, 32), torch.ones(4, 32, dtype=torch.bool)
    found = model.bound(x, counted, torch.zeros(4, 0))
    assert not found.kl.any()
    assert model.decoder.gru.hidden_size == music_vae(TINY).decoder.gru.hidden_size
    tokens = model.decoder.generate(torch.zeros(4, 0), torch.zeros(4, 32, VOCABULARY)).tokens
    assert (tokens == tokens[0]).all(), "without a code it says the same of every melody"


# Data in training.


def test_a_minibatch_is_transposed_by_up_to_five_semitones_and_nothing_else_changes():
    found, protocol = windows(load_melodies("six_chorales").train, 2), replace(TINY, M=32)
    batch = drawn(found, protocol, 3)
    originals = found.tokens[batch_indices(protocol.seed, 3, len(found), 32)]
    by = [set((one - other)[other >= ONSET]) for one, other in zip(batch.tokens, originals, strict=True)]
    assert all(len(moved) == 1 for moved in by), "a melody moves as one"
    assert set().union(*by) == set(range(-5, 6))
    np.testing.assert_array_equal(batch.tokens[originals < ONSET], originals[originals < ONSET])
    np.testing.assert_array_equal(batch.tokens, drawn(found, protocol, 3).tokens)


def test_no_window_of_a_test_chorale_is_trained_on_whole():
    melodies_ = load_melodies("six_chorales")
    assert not {tuple(one) for one in melodies_.train} & {tuple(one) for one in melodies_.test}


# Measures.


class Always(torch.nn.Module):
    """A decoder that says the same melody, whatever it is fed."""

    def __init__(self, tokens: torch.Tensor) -> None:
        super().__init__()
        self.tokens = tokens

    def forward(self, z: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return 50.0 * torch.nn.functional.one_hot(self.tokens.expand_as(x), VOCABULARY)

    def generate(self, z: torch.Tensor, noise: torch.Tensor):
        return type("Found", (), {"tokens": self.tokens.expand(len(z), -1)})


def test_accuracy_of_onsets_is_the_share_of_begun_notes_that_are_begun_at_the_same_step_and_pitch():
    x = np.array([[10, HOLD, 12, REST, 14, HOLD], [10, HOLD, HOLD, HOLD, 12, 14]])
    counted = np.array([6 * [True], 4 * [True] + 2 * [False]])
    model = music_vae(TINY)
    model.decoder = Always(torch.tensor([10, HOLD, 13, HOLD, 14, HOLD]))
    found = {one.name: one.ours for one in measure(model, Windows(x, counted), TINY)}
    assert found["onset accuracy, free-running, %"] == pytest.approx(100 * 3 / 4)  # 10, 14 and 10, of four that count
    assert found["onset accuracy, teacher-forced, %"] == pytest.approx(100 * 3 / 4)
    assert found["accuracy of all steps, free-running, %"] == pytest.approx(100 * 7 / 10)
    assert found["accuracy of all steps, always hold, %"] == pytest.approx(100 * 5 / 10)


@pytest.mark.parametrize(("kind", "bars"), ROWS)
def test_every_row_is_measured_with_the_bound_a_step(kind, bars):
    protocol = replace(TINY, decoder=kind, bars=bars)
    test = windows(load_melodies("six_chorales").test, bars)
    model = music_vae(protocol)
    found = {one.name: one.ours for one in measure(model, test, protocol)}
    assert found["-bound, test, nats a step"] == pytest.approx(np.log(VOCABULARY), abs=0.5), "at first it knows nothing"
    assert (found["KL, test, nats a melody"] == 0) == (kind == "language_model")
    assert 0 <= found["onset accuracy, free-running, %"] <= 100


# Runs.


def test_training_makes_the_bound_better():
    protocol = replace(TINY, samples=4 * 25, step_size=2e-2)
    found = windows(load_melodies("six_chorales").train, 2)
    curve = train(music_vae(protocol), found, protocol, Place(protocol))
    assert curve["reconstruction"][-1] < 0.85 * curve["reconstruction"][0]


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    through, resumed, _ = run_twice(reproduce, TINY, 2, "melodies")
    assert resumed.quantities == through.quantities
    assert resumed.curve == through.curve


@pytest.mark.parametrize(("kind", "bars"), [("flat", 2), ("hierarchical", 16), ("language_model", 2)])
def test_a_run_draws_melodies_and_what_became_of_them(kind, bars):
    protocol = replace(TINY, decoder=kind, bars=bars, samples=4)
    figures = draw(reproduce(protocol, Place(protocol)))
    assert f"six_chorales_{kind}_{bars}" in figures


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"samples": 3}, "samples"), ({"decoder": "hierarchical", "bars": 2}, "decoder"), ({"M": 0}, "M")],
)
def test_protocols_that_cannot_run_are_refused(fields, name):
    with pytest.raises(InvalidArgument, match=name):
        Protocol(**{**SMALL, "bars": 2, **fields})


def test_samples_of_a_seed_are_the_same_at_each_call_and_melodies_can_be_heard():
    protocol = replace(TINY, decoder="hierarchical", bars=16)
    model, noise = music_vae(protocol), gumbel(protocol, 0, 2)
    tokens = model.decoder.generate(codes(2), noise).tokens
    assert torch.equal(tokens, model.decoder.generate(codes(2), gumbel(protocol, 0, 2)).tokens)
    assert pitches_of(tokens[0].numpy()).shape == (256,)
    x, counted = tensors(windows(load_melodies("six_chorales").test, 16))
    assert greedy(x).shape == (*counted.shape, VOCABULARY)
