"""The quantiser of a VQ-VAE at three levels: values, and gradients that go where eq. 3 says and nowhere else."""

import numpy as np
import pytest
import torch

import numpy_impl.vector_quantization as by_hand
import pytorch_lowlevel.vector_quantization as lowlevel
from paper.vq_vae.quantizer import AveragedCodebook, LearntCodebook

SHAPES = [(7, 3, 5), (1, 4, 1), (11, 1, 3), (23, 2, 6)]  # rows, numbers of a code, codes


@pytest.fixture(params=SHAPES, ids=str)
def case(request) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """z_e, a codebook, and cotangents of z_q and of the terms."""
    rows, D, K = request.param
    rng = np.random.default_rng(rows)
    return (
        1.7 * rng.standard_normal((rows, D)),
        0.8 * rng.standard_normal((K, D)) + 0.3,
        rng.standard_normal((rows, D)),
        rng.standard_normal(rows),
    )


def test_the_nearest_code_is_nearer_than_all_others(case):
    z_e, codebook, *_ = case
    codes = by_hand.nearest_codes(z_e, codebook)
    for row, code in zip(z_e, codes, strict=True):
        assert np.linalg.norm(row - codebook[code]) == min(np.linalg.norm(row - e) for e in codebook)


def test_of_codes_that_are_equally_near_the_first_is_taken():
    z_e, codebook = np.array([[0.0, 0.0], [5.0, 0.0]]), np.array([[9.0, 9.0], [3.0, 0.0], [0.0, 3.0], [3.0, 0.0]])
    for level, make in ((by_hand, np.asarray), (lowlevel, torch.from_numpy)):
        assert list(level.nearest_codes(make(z_e), make(codebook))) == [1, 1]


def test_level_2_has_the_values_and_all_gradients_of_level_1(case, relative_error):
    z_e, codebook, dz_q, dy = case
    a, b = torch.tensor(z_e, requires_grad=True), torch.tensor(codebook, requires_grad=True)
    z_q, codes, pullback = by_hand.straight_through(z_e, codebook)
    received, received_codes = lowlevel.straight_through(a, b)
    assert received_codes.tolist() == codes.tolist()
    assert relative_error(received, z_q) <= 1e-10
    to_encoder, to_codebook = torch.autograd.grad(received, (a, b), torch.tensor(dz_q), allow_unused=True)
    assert relative_error(to_encoder, pullback(dz_q)) <= 1e-10
    assert to_codebook is None, "the reconstruction must not move the codes"
    for name, moved, still in (("codebook_loss", b, a), ("commitment_loss", a, b)):
        value, pullback = getattr(by_hand, name)(z_e, codebook, codes)
        received = getattr(lowlevel, name)(a, b, received_codes)
        gradient, none = torch.autograd.grad(received, (moved, still), torch.tensor(dy), allow_unused=True)
        assert relative_error(received, value) <= 1e-10
        assert relative_error(gradient, pullback(dy)) <= 1e-10
        assert none is None


def test_level_3_has_the_values_and_all_gradients_of_level_1(case, relative_error):
    z_e, codebook, dz_q, _ = case
    beta = 0.37
    quantizer = LearntCodebook(*codebook.shape, beta=beta, decay=0.9, fewest=0.0).double()
    quantizer.codebook.data.copy_(torch.tensor(codebook))
    a = torch.tensor(z_e.T[None, :, None], requires_grad=True)  # one image with a row of places
    found = quantizer(a)
    z_q, codes, pullback = by_hand.straight_through(z_e, codebook)
    first, to_codebook = by_hand.codebook_loss(z_e, codebook, codes)
    second, to_encoder = by_hand.commitment_loss(z_e, codebook, codes)
    assert found.codes.flatten().tolist() == codes.tolist()
    assert relative_error(found.z_q[0, :, 0].T, z_q) <= 1e-10
    assert relative_error(found.loss, [(first + beta * second).sum()]) <= 1e-10
    loss = (found.z_q[0, :, 0].T * torch.tensor(dz_q)).sum() + found.loss.sum()
    dz_e, dcodebook = torch.autograd.grad(loss, (a, quantizer.codebook))
    ones = np.ones(len(z_e))
    assert relative_error(dz_e[0, :, 0].T, pullback(dz_q) + beta * to_encoder(ones)) <= 1e-10
    assert relative_error(dcodebook, to_codebook(ones)) <= 1e-10


def test_the_straight_through_gradient_is_that_of_z_e_plus_a_constant(case, relative_error):
    z_e, codebook, dz_q, _ = case
    z_q, _, pullback = by_hand.straight_through(z_e, codebook)
    constant, step, received = z_q - z_e, 1e-4, pullback(dz_q)

    def loss(z: np.ndarray) -> float:
        return float((np.sin(z) * dz_q).sum())  # any function of z_q

    for index in np.ndindex(z_e.shape):
        move = np.zeros_like(z_e)
        move[index] = step
        difference = (loss(z_e + constant + move) - loss(z_e + constant - move)) / (2 * step)
        chained = np.cos(z_q)[index] * received[index]
        assert abs(difference - chained) <= 1e-7 * max(1.0, abs(chained))


@pytest.mark.parametrize(("name", "moves"), [("codebook_loss", 1), ("commitment_loss", 0)])
def test_each_term_has_the_gradient_of_its_value_with_the_other_side_held_fixed(case, relative_error, name, moves):
    z_e, codebook, _, dy = case
    codes = by_hand.nearest_codes(z_e, codebook)
    function, arguments = getattr(by_hand, name), [z_e, codebook]
    _, pullback = function(z_e, codebook, codes)
    expected, step = np.zeros_like(arguments[moves]), 1e-5
    for index in np.ndindex(expected.shape):
        ends = []
        for sign in (1, -1):
            moved = [one.copy() for one in arguments]
            moved[moves][index] += sign * step
            ends.append(float((dy * function(*moved, codes)[0]).sum()))
        expected[index] = (ends[0] - ends[1]) / (2 * step)
    assert relative_error(pullback(dy), expected) <= 1e-7


def test_a_pullback_can_be_called_again_and_keeps_nothing():
    rng = np.random.default_rng(0)
    z_e, codebook = rng.standard_normal((6, 2)), rng.standard_normal((3, 2))
    codes = by_hand.nearest_codes(z_e, codebook)
    for name in ("codebook_loss", "commitment_loss"):
        _, pullback = getattr(by_hand, name)(z_e, codebook, codes)
        first = pullback(np.ones(6))
        kept = first.copy()
        np.testing.assert_array_equal(pullback(2 * np.ones(6)), 2 * kept)
        np.testing.assert_array_equal(first, kept)


# Moving averages.


@pytest.mark.parametrize("fewest", [0.0, 0.9])
def test_level_3_has_the_averages_and_restarts_of_level_1(fewest, relative_error):
    rng, K, D, decay = np.random.default_rng(4), 7, 3, 0.8
    codebook = rng.standard_normal((K, D))
    averaged = AveragedCodebook(K, D, beta=0.25, decay=decay, fewest=fewest).double()
    averaged.codebook.copy_(torch.tensor(codebook))
    (counts, sums), restarts = by_hand.start_averages(codebook), 0
    for step in range(8):
        z_e = rng.standard_normal((11, D)) + step
        found = averaged(torch.tensor(z_e.T[None, :, None]))  # one image with a row of places
        z_q, codes, counts, sums = by_hand.quantize_and_average(z_e, counts, sums, decay)
        averaged.learn(found, 0, step)
        rows = averaged.codebook.numpy()
        chosen = ((rows[:, None] - z_e) ** 2).sum(2).argmin(1)  # where level 3 has placed a dead code
        restarts += (counts < fewest).sum()
        counts, sums = by_hand.restart_dead_codes(counts, sums, z_e, chosen, fewest)
        assert found.codes.flatten().tolist() == codes.tolist()
        assert relative_error(found.z_q[0, :, 0].T, z_q) <= 1e-10
        assert relative_error(averaged.counts, counts) <= 1e-10
        assert relative_error(rows, sums / counts[:, None]) <= 1e-10
    assert restarts > 5 if fewest else restarts == 0


def test_a_start_with_averages_is_the_codebook_in_arrays_of_its_own():
    codebook = np.random.default_rng(5).standard_normal((5, 2))
    counts, sums = by_hand.start_averages(codebook)
    assert (sums / counts[:, None] == codebook).all()
    assert (counts == 1).all()
    assert not np.shares_memory(sums, codebook)


def test_a_code_that_no_row_chose_stays_while_others_come_to_the_mean_of_their_rows():
    counts, sums = by_hand.start_averages(np.array([[0.0, 0.0], [50.0, -7.0]]))
    z_e = np.array([[1.0, 2.0], [3.0, 0.0]])
    for _ in range(200):
        _, codes, counts, sums = by_hand.quantize_and_average(z_e, counts, sums, 0.9)
        assert codes.tolist() == [0, 0]
    np.testing.assert_allclose(sums / counts[:, None], [[2.0, 1.0], [50.0, -7.0]], rtol=1e-8)
    np.testing.assert_allclose(counts, [2, 0.9**200], rtol=1e-8)


def test_a_code_that_is_used_just_often_enough_is_not_dead():
    counts, sums = np.array([0.5, 0.4999, 3.0]), np.arange(6.0).reshape(3, 2)
    kept = counts.copy(), sums.copy()
    z_e, chosen = np.array([[9.0, 8.0], [7.0, 6.0]]), np.array([0, 1, 1])
    new_counts, new_sums = by_hand.restart_dead_codes(counts, sums, z_e, chosen, 0.5)
    assert new_counts.tolist() == [0.5, 1, 3]
    assert new_sums.tolist() == [[0, 1], [7, 6], [4, 5]]
    assert (counts == kept[0]).all()
    assert (sums == kept[1]).all()
