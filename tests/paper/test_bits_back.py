"""Bits back: a coder that is a stack, distributions in whole numbers, and images that come back bit for bit."""

import random
from dataclasses import replace
from math import log2

import numpy as np
import pytest
import torch
from scipy.stats import betabinom, norm

from common.errors import InvalidArgument, OperationFailed
from paper.bits_back import pictures
from paper.bits_back.coding import decode, encode
from paper.bits_back.experiment import Protocol, initial_stack, one_thread, read, reproduce, symbols, write
from paper.bits_back.model import VAE, BetaBinomial, Tables
from paper.bits_back.rivals import mosaic, sizes
from paper.bits_back.stack import LEAST, TOTAL, Stack, filled, from_bytes, peek, pop, push, to_bytes
from paper.bits_back.tables import pop_all, push_all, table_of
from paper.kit.place import Place
from paper.kit.results import Measurement, Quantity, write_measurement

SMALL = {"channels": 2, "hidden": 8, "latents": 3, "bits": 6, "M": 20, "samples": 100, "test_images": 5}
TINY = Protocol(data="digits", **SMALL)


def copied(stack: Stack) -> Stack:
    return Stack(stack.head, list(stack.words))


def pieces(seed: int, count: int) -> list[tuple[int, int]]:
    """Return random starts and frequencies, with the smallest and the largest among them."""
    draws = random.Random(seed)
    found = [(0, 1), (TOTAL - 1, 1), (0, TOTAL), (1, TOTAL - 1), (0, TOTAL - 1)]
    for _ in range(count):
        frequency = draws.randint(1, 1 << draws.randint(0, 24))
        found.append((draws.randint(0, TOTAL - frequency), frequency))
    draws.shuffle(found)
    return found


# The stack.


@pytest.mark.trials(5, full=300)
def test_a_pop_restores_the_stack_as_it_was_before_the_push(trial):
    stack, before = filled(3, trial), []
    for piece in pieces(trial, 200):
        before.append((piece, copied(stack)))
        push(stack, *piece)
        assert LEAST <= stack.head < LEAST**2
        assert all(0 <= word < LEAST for word in stack.words)
    for (start, frequency), earlier in reversed(before):
        assert start <= peek(stack) < start + frequency, "the symbol on top is seen in the head"
        pop(stack, start, frequency)
        assert stack == earlier


@pytest.mark.trials(5, full=300)
def test_a_push_restores_the_stack_as_it_was_before_the_pop(trial):
    stack, before = filled(200, trial), []
    for frequency in (1, TOTAL, 5, TOTAL // 2, TOTAL // 3, *(1 << bits for bits in range(24))):
        start = min(peek(stack) // frequency * frequency, TOTAL - frequency)
        before.append(((start, frequency), copied(stack)))
        pop(stack, start, frequency)
        assert LEAST <= stack.head < LEAST**2
    for piece, earlier in reversed(before):
        push(stack, *piece)
        assert stack == earlier


@pytest.mark.parametrize(("below", "words"), [(1, 0), (0, 1)])
def test_a_word_leaves_the_head_at_the_very_border_and_not_below_it(below, words):
    frequency = 12345
    stack = Stack((frequency << 40) - below, [])
    push(stack, 77, frequency)
    assert len(stack.words) == words
    assert LEAST <= stack.head < LEAST**2


def test_the_centre_of_an_interval_has_as_much_prior_mass_on_either_side():
    seen = []
    model = VAE("binary", 2, 8, 1, seed=0)
    model.decoder.register_forward_pre_hook(lambda _, given: seen.append(float(given[0])))
    for z in range(4):
        Tables(model, bits=2).likelihood(np.array([z]))
    np.testing.assert_allclose(norm.cdf(seen), [0.125, 0.375, 0.625, 0.875], atol=1e-6)


def test_a_symbol_that_is_sure_costs_nothing_and_one_of_frequency_1_costs_24_bits():
    stack = filled(0, 0)
    earlier = copied(stack)
    push(stack, 0, TOTAL)
    assert stack == earlier
    for _ in range(40):
        push(stack, 7, 1)
    assert stack.bits - earlier.bits == 40 * 24 // 32 * 32


def test_the_size_is_within_a_word_of_the_entropy_of_what_was_pushed():
    stack, found = filled(0, 0), pieces(0, 3000)
    for piece in found:
        push(stack, *piece)
    ideal = sum(log2(TOTAL / frequency) for _, frequency in found)
    assert 0 <= stack.bits - 64 - ideal + 32 < 64 + 1e-3 * ideal


def test_an_empty_stack_has_nothing_to_pop_and_stays_as_it_was():
    stack = Stack(LEAST, [])
    with pytest.raises(OperationFailed, match="empty"):
        pop(stack, 0, 1)
    assert stack == Stack(LEAST, [])


@pytest.mark.parametrize("piece", [(0, 0), (0, -1), (-1, 5), (TOTAL, 1), (TOTAL - 1, 2), (0, TOTAL + 1)])
def test_a_piece_that_does_not_fit_is_refused_and_the_stack_stays_as_it_was(piece):
    stack = filled(2, 0)
    with pytest.raises(InvalidArgument, match="start, frequency"):
        push(stack, *piece)
    assert stack == filled(2, 0)


def test_a_symbol_that_is_not_on_top_cannot_be_popped():
    stack = filled(2, 0)
    push(stack, 100, 50)
    for piece in ((0, 100), (150, 9)):
        with pytest.raises(InvalidArgument, match="the piece around 1"):
            pop(stack, *piece)


# Files.


@pytest.mark.parametrize("words", [0, 1, 9])
def test_a_file_gives_the_stack_back(words):
    stack = filled(words, 1)
    content = to_bytes(stack)
    assert from_bytes(content) == stack
    assert 8 * len(content) == stack.bits + 8 * 12


def test_a_file_with_any_bit_flipped_or_cut_off_is_refused():
    content = to_bytes(filled(3, 0))
    for bit in range(8 * len(content)):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        with pytest.raises(OperationFailed, match="damaged"):
            from_bytes(bytes(damaged))
    for length in range(len(content)):
        with pytest.raises(OperationFailed, match="damaged"):
            from_bytes(content[:length])


# Tables.


def test_every_symbol_of_a_table_has_a_frequency_and_they_add_up():
    sure = np.array([0.0, 0.0, 1.0, 1.0, 1.0])  # all probability on one of four symbols
    equal = np.linspace(0, 1, 5)
    found = np.diff(table_of(np.stack([sure, equal])))
    assert found.tolist() == [[1, TOTAL - 3, 1, 1], [TOTAL // 4] * 4]


@pytest.mark.parametrize("shape", [(0, 5), (1, 1), (7, 1), (13, 2), (5, 300)])
def test_symbols_come_back_whatever_their_number_and_alphabet(shape):
    places, alphabet = shape
    rng = np.random.default_rng(places)
    p = rng.dirichlet(np.full(alphabet, 0.05), places)
    table = table_of(np.concatenate([np.zeros((places, 1)), np.cumsum(p, axis=1)], axis=1).clip(0, 1))
    chosen, stack = rng.integers(0, alphabet, places), filled(2, 0)
    push_all(stack, table, chosen)
    assert pop_all(stack, table).tolist() == chosen.tolist()
    assert stack == filled(2, 0)


@pytest.mark.parametrize(("log_alpha", "log_beta"), [(-3.0, 2.0), (0.5, -9.0), (6.0, 6.5), (-20.0, 3.0)])
def test_the_beta_binomial_is_that_of_scipy(log_alpha, log_beta):
    a, b = np.exp(np.clip([log_alpha, log_beta], -10, 7))
    expected = betabinom(255, a, b)
    cdf = BetaBinomial.cdf(np.array([[log_alpha], [log_beta]]))
    np.testing.assert_allclose(cdf[0], np.r_[0, expected.cdf(np.arange(256))], atol=1e-9)
    x = torch.arange(256.0, dtype=torch.float64).reshape(256, 1, 1, 1)
    numbers = torch.tensor([log_alpha, log_beta], dtype=torch.float64).reshape(1, 2, 1, 1).expand(256, 2, 1, 1)
    np.testing.assert_allclose(BetaBinomial.log_prob(numbers, x), expected.logpmf(np.arange(256)), atol=1e-9)


# Bits back.


class TwoValues:
    """One latent of two values, three pixels: all numbers can be checked by hand."""

    prior = table_of(np.array([[0, 0.5, 1.0]]))
    of_z = ((0.25, 0.5, 0.75), (0.875, 0.125, 0.5))

    def posterior(self, x):
        return table_of(np.array([[0, 0.25 if x[0] else 0.625, 1.0]]))

    def likelihood(self, z):
        return table_of(np.array([[0, off, 1.0] for off in self.of_z[int(z[0])]]))


def test_an_image_costs_what_p_and_q_say():
    model, x, stack = TwoValues(), np.array([1, 0, 1]), filled(4, 0)
    z = int(pop_all(copied(stack), model.posterior(x))[0])
    before = stack.head
    encode(stack, x, model)
    q = (0.25, 0.75)[z]
    off = model.of_z[z]
    p = 0.5 * (1 - off[0]) * off[1] * (1 - off[2])
    assert log2(stack.head) - log2(before) == pytest.approx(log2(q / p), abs=0.01)
    assert decode(stack, model).tolist() == [1, 0, 1]
    assert stack == filled(4, 0)


def test_the_latents_that_are_popped_are_samples_of_the_posterior():
    model, x = TwoValues(), np.array([0, 1, 1])
    popped = [int(pop_all(filled(1, seed), model.posterior(x))[0]) for seed in range(2000)]
    assert np.mean(popped) == pytest.approx(0.375, abs=5 * 0.011)


@pytest.mark.parametrize("pixels", ["binary", "grey"])
def test_images_come_back_bit_for_bit_in_their_order_with_the_initial_bits_below_them(pixels):
    torch.manual_seed(0)
    model = VAE(pixels, 2, 8, 3, seed=0)
    for parameter in model.parameters():
        parameter.data.add_(0.3 * torch.randn_like(parameter))
    levels = 2 if pixels == "binary" else 256
    images = list(np.random.default_rng(0).integers(0, levels, (4, 784)))
    images[1][:], images[2][:] = 0, levels - 1
    tables = Tables(model, bits=7)
    with one_thread():
        again, left = read(write(images, tables, initial_stack(3, 0)), 4, tables)
    assert [one.tolist() for one in again] == [one.tolist() for one in images]
    assert left == initial_stack(3, 0)


def test_a_stack_without_initial_bits_cannot_give_the_first_latents():
    model = Tables(VAE("binary", 2, 8, 30, seed=0), bits=10)
    with pytest.raises(OperationFailed, match="more random words"):
        encode(Stack(LEAST, []), np.zeros(784, np.int64), model)


def test_no_images_are_a_file_of_the_initial_bits():
    tables = Tables(VAE("binary", 2, 8, 3, seed=0), bits=5)
    again, left = read(write([], tables, initial_stack(3, 0)), 0, tables)
    assert again == []
    assert left == initial_stack(3, 0)


def test_intervals_of_a_latent_have_equal_prior_mass_and_the_prior_as_posterior_costs_nothing():
    model = VAE("binary", 2, 8, 3, seed=0)
    for parameter in model.encoder[-1].parameters():
        torch.nn.init.zeros_(parameter)  # q(z | x) = N(0, 1)
    tables = Tables(model, bits=4)
    assert np.diff(tables.prior).tolist() == 3 * [16 * [TOTAL // 16]]
    q = np.diff(tables.posterior(np.zeros(784, np.int64)))
    assert np.abs(q - TOTAL // 16).max() <= 2


def test_constriction_makes_files_of_the_same_size():
    reason = "needs another coder to compare with: pip install -e '.[compression]'"
    stream = pytest.importorskip("constriction", reason=reason).stream
    images = list(np.random.default_rng(0).integers(0, 2, (20, 784)))
    tables = Tables(VAE("binary", 2, 8, 3, seed=0), bits=6)
    ours = initial_stack(3, 0)
    coder = stream.stack.AnsCoder(np.array([*ours.words, ours.head % LEAST, 1], np.uint32))
    family = stream.model.Categorical(perfect=False)

    def p(table):
        return (np.diff(table) / TOTAL).astype(np.float32)

    for x in images:
        encode(ours, x, tables)
        z = coder.decode(family, p(tables.posterior(x)))
        coder.encode_reverse(x.astype(np.int32), family, p(tables.likelihood(z.astype(np.int64))))
        coder.encode_reverse(z, family, p(tables.prior))
    assert coder.num_bits() == pytest.approx(ours.bits, rel=0.003)


# Other compressors.


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8])
def test_a_mosaic_holds_every_image_and_all_sizes_are_measured(dtype):
    images = (np.random.default_rng(0).random((3, 28, 28)) < 0.2).astype(dtype)
    found = mosaic(images)
    assert found.shape == (56, 56)
    cells = [found[28 * row :, 28 * column :][:28, :28] for row in range(2) for column in range(2)]
    assert all(np.array_equal(cell, one) for cell, one in zip(cells, [*images, 0 * images[0]], strict=True))
    measured = dict(sizes(images))
    kinds = ("gzip", "bz2", "xz", "PNG", "WebP")
    assert list(measured) == [f"{kind}, {files}" for kind in kinds for files in ("one file", "each")]
    assert all(0.5 < size < 16 for size in measured.values())


def test_random_bits_cannot_be_compressed_below_one_bit_a_pixel():
    images = np.random.default_rng(0).integers(0, 2, (40, 28, 28)).astype(np.bool_)
    assert min(size for _, size in sizes(images)) > 1


# Runs.


def test_what_is_coded_is_one_fixed_draw_or_the_levels_themselves():
    images = np.random.default_rng(0).integers(0, 256, (3, 1, 28, 28)).astype(np.uint8)
    assert symbols(images, replace(TINY, pixels="grey"), 0) is images
    drawn = symbols(images, TINY, 0)
    assert np.array_equal(drawn, symbols(images, TINY, 0))
    assert set(np.unique(drawn)) == {0, 1}


def test_a_run_that_is_stopped_goes_on_bit_for_bit(run_twice):
    through, resumed, _ = run_twice(reproduce, replace(TINY, test_images=2), 3)
    assert resumed.quantities == through.quantities
    assert resumed.curve == through.curve


@pytest.mark.parametrize("pixels", ["binary", "grey"])
def test_a_run_restores_every_image_and_codes_them_at_the_price_of_the_bound(pixels):
    protocol = replace(TINY, pixels=pixels, test_images=20)
    found = {quantity.name: quantity.ours for quantity in reproduce(protocol, Place(protocol)).quantities}
    assert found["images restored bit for bit, %"] == 100
    assert found["initial bits restored, 1 = all"] == 1
    written = (found["initial bits"] + 96) / (20 * 784)  # the mark and the checksum too
    assert found["coded, bits a pixel"] - written == pytest.approx(found["-bound, bits a pixel"], rel=0.02)


def test_the_picture_has_a_bar_for_every_file_the_shortest_on_top(tmp_path):
    sizes_of = {"coded, bits a pixel": 0.2, "gzip, each, bits a pixel": 0.9, "initial bits": 192.0}
    quantities = [Quantity(name, size, no_paper_value="none") for name, size in sizes_of.items()]
    dated = {"commit": "", "date": "", "hardware": "", "checksum": "", "command": "", "budget": "short"}
    found = Measurement("", "", quantities, {}, seeds=[0], seconds=1.0, **dated)
    write_measurement(tmp_path / "mnist_pixels-grey_short.json", found)
    (grey,) = pictures.sizes(tmp_path).axes
    assert grey.get_title() == "MNIST, grey"
    assert [label.get_text() for label in grey.get_yticklabels()] == ["gzip, each", "coded"]
