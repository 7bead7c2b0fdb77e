"""Right answers to exercise 52 in other styles."""

import numpy as np

from numpy_impl.sequences import SequenceLoss


class Loops:
    """One token and one latent at a time."""

    @staticmethod
    def free_bits_on_sequences(log_p, counts, kl, beta, minimum):
        batch, nats, tokens = len(log_p), 0.0, 0
        for row, mask in zip(log_p, counts, strict=True):
            for value, there in zip(row, mask, strict=True):
                if there:
                    nats -= value
                    tokens += 1
        means = [sum(column) / batch for column in kl.T]
        loss = nats / batch + beta * sum(max(minimum, mean) for mean in means)
        return SequenceLoss(loss, -nats / batch - sum(means), (nats + batch * sum(means)) / tokens)


class Indexed:
    """What counts is cut out, and a plain tuple returned."""

    @staticmethod
    def free_bits_on_sequences(log_p, counts, kl, beta, minimum):
        nats, n = -log_p[counts].sum(), log_p.shape[0]
        k = kl.sum(0) / n
        return (
            nats / n + beta * np.clip(k, minimum, None).sum(),
            -(nats / n + k.sum()),
            (nats + kl.sum()) / counts.sum(),
        )


class Masked:
    """Masked arrays of NumPy, and the excess over the minimum."""

    @staticmethod
    def free_bits_on_sequences(log_p, counts, kl, beta, minimum):
        per_string = -np.ma.masked_array(log_p, ~counts).sum(axis=1).filled(0.0)
        mean = kl.mean(0)
        excess = np.where(mean > minimum, mean - minimum, 0.0)
        loss = per_string.mean() + beta * (minimum * mean.size + excess.sum())
        costs = per_string + kl.sum(1)
        return SequenceLoss(loss=loss, elbo=-costs.mean(), per_token=costs.sum() / np.count_nonzero(counts))


class Single:
    """In float32, with zeros written over padding in a copy."""

    @staticmethod
    def free_bits_on_sequences(log_p, counts, kl, beta, minimum):
        there = log_p.astype(np.float32)
        there[np.logical_not(counts)] = 0
        kl = kl.astype(np.float32)
        reconstruction, mean = -np.mean(np.sum(there, -1)), np.mean(kl, 0)
        elbo = -reconstruction - np.sum(mean)
        loss = reconstruction + np.float32(beta) * np.sum(np.maximum(mean, np.float32(minimum)))
        return SequenceLoss(loss, elbo, -elbo / np.mean(np.sum(counts, 1)))
