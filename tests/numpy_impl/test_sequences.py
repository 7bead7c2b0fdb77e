"""Losses of sequences against loops, and novelty by the canonical form of toy rings."""

import numpy as np
import pytest

from numpy_impl.sequences import PADDING, canonical_novelty, free_bits_on_sequences, masked_sequence_loss


def rows(seed: int, batch: int, places: int, tokens: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    targets = rng.integers(0, tokens, (batch, places))
    targets[np.arange(places) >= rng.integers(1, places + 1, batch)[:, None]] = PADDING
    return rng.normal(0, 2, (batch, places, tokens)), targets


def test_the_loss_is_the_cross_entropy_of_the_tokens_that_count():
    logits, targets = rows(0, 5, 7, 3)
    p = np.exp(logits) / np.exp(logits).sum(2, keepdims=True)
    each = [-np.log(p[b, t, k]) for b, row in enumerate(targets) for t, k in enumerate(row) if k != PADDING]
    value, _ = masked_sequence_loss(logits, targets)
    assert value == pytest.approx(sum(each) / 5)
    assert masked_sequence_loss(logits + 1e5, targets)[0] == pytest.approx(value, rel=1e-9)


def test_the_pullback_of_the_loss_matches_finite_differences(assert_pullback):
    logits, targets = rows(1, 3, 5, 4)
    assert_pullback(lambda moved: masked_sequence_loss(moved, targets), logits, seed=2)


def test_padding_has_neither_effect_nor_gradient():
    logits, targets = rows(2, 4, 6, 5)
    value, pullback = masked_sequence_loss(logits, targets)
    moved = np.where((targets == PADDING)[:, :, None], 1e4 * np.arange(5), logits)
    assert masked_sequence_loss(moved, targets)[0] == value
    assert (pullback(1.7)[targets == PADDING] == 0).all()


def test_free_bits_change_the_loss_and_not_the_bound():
    log_p = np.array([[-1.0, -2.0, np.nan], [-3.0, -1.0, -2.0]])
    counts, kl = ~np.isnan(log_p), np.array([[0.0, 4.0], [0.5, 2.0]])
    found = free_bits_on_sequences(log_p, counts, kl, beta=0.5, minimum=1.0)
    assert found == pytest.approx((4.5 + 0.5 * (1 + 3), -(4.5 + 3.25), 2 * 7.75 / 5))


def canonical(ring: str) -> str | None:
    """Return the first of all ways to write a ring of C, N and O; None of anything else."""
    if len(ring) < 3 or set(ring) - set("CNO"):
        return None
    return min(way[k:] + way[:k] for way in (ring, ring[::-1]) for k in range(len(ring)))


def test_other_spellings_of_a_known_ring_are_not_novel():
    written = ["CCN", "NCC", "CNC", "COO", "OCO", "CNO", "CX", ""]
    found = canonical_novelty(written, ["OON", "NCC", "OC", "OCO"], canonical)
    assert found == pytest.approx((6 / 8, 3 / 6, 1 / 3))


def test_a_part_of_nothing_is_nothing():
    assert canonical_novelty([], ["CCN"], canonical) == (0, 0, 0)
    assert canonical_novelty(["X"], ["CCN"], canonical) == (0, 0, 0)
    assert canonical_novelty(["CCN"], [], canonical) == (1, 1, 1)
