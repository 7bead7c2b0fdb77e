"""Wrong answers to exercise 20, written without sight of its misconceptions."""

import numpy as np


class MeanOverLatentsToo:
    """The KL is averaged over the latents as well, where it should be summed over them."""

    @staticmethod
    def distance_to_capacity(kl, capacity):
        excess = kl.mean() - capacity

        def pullback(dy):
            return np.full_like(kl, dy * np.sign(excess) / kl.size)

        return np.abs(excess), pullback


class DistancePerImage:
    """Each image gets its own distance to the capacity and the distances are averaged: the abs is inside the mean."""

    @staticmethod
    def distance_to_capacity(kl, capacity):
        excess = kl.sum(axis=1) - capacity

        def pullback(dy):
            return np.broadcast_to((dy * np.sign(excess) / len(kl))[:, None], kl.shape).copy()

        return np.abs(excess).mean(), pullback


class OnlyAboveCapacity:
    """Only a KL above the capacity counts; one below it costs nothing."""

    @staticmethod
    def distance_to_capacity(kl, capacity):
        excess = kl.sum(axis=1).mean() - capacity

        def pullback(dy):
            return np.full_like(kl, dy * float(excess > 0) / len(kl))

        return np.maximum(excess, 0), pullback


class PullbackIgnoresSizeOfDy:
    """The pullback takes only the sign of dy, so its size is lost."""

    @staticmethod
    def distance_to_capacity(kl, capacity):
        excess = kl.sum(axis=1).mean() - capacity

        def pullback(dy):
            return np.full_like(kl, np.sign(dy * excess) / len(kl))

        return np.abs(excess), pullback


class PullbackOneColumn:
    """The pullback returns one column, (batch, 1), instead of an entry for every latent."""

    @staticmethod
    def distance_to_capacity(kl, capacity):
        excess = kl.sum(axis=1).mean() - capacity

        def pullback(dy):
            return np.full((len(kl), 1), dy * np.sign(excess) / len(kl))

        return np.abs(excess), pullback


class PullbackOverwritesKl:
    """The pullback writes the gradient into kl itself, so the caller's kl is lost."""

    @staticmethod
    def distance_to_capacity(kl, capacity):
        excess = kl.sum(axis=1).mean() - capacity

        def pullback(dy):
            kl[:] = dy * np.sign(excess) / len(kl)
            return kl

        return np.abs(excess), pullback


class PullbackTimesExcess:
    """The pullback multiplies by the excess instead of its sign, as for half a square."""

    @staticmethod
    def distance_to_capacity(kl, capacity):
        excess = kl.sum(axis=1).mean() - capacity

        def pullback(dy):
            return np.full_like(kl, dy * excess / len(kl))

        return np.abs(excess), pullback


class StepsCountedFromOne:
    """The schedule counts steps from 1, so it is one step ahead and not 0 at step 0."""

    @staticmethod
    def capacity_at(step, steps, largest):
        return largest * min(step + 1, steps) / steps


class StartsAgain:
    """The schedule starts again at 0 after `steps` steps, instead of staying at the largest."""

    @staticmethod
    def capacity_at(step, steps, largest):
        return largest * (step % steps) / steps


class ComparedWithLargest:
    """The end of the rise is looked for at step `largest` instead of at step `steps`."""

    @staticmethod
    def capacity_at(step, steps, largest):
        if step >= largest:
            return largest
        return largest * step / steps


class WholeNats:
    """The capacity is rounded down to whole nats, so it rises in jumps."""

    @staticmethod
    def capacity_at(step, steps, largest):
        return largest * min(step, steps) // steps
