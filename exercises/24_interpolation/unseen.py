"""Wrong answers to exercise 24, written without sight of its misconceptions."""

import numpy as np

from common.latent_space import PARALLEL


class WeightsClipped:
    """Weights below 0 or above 1 are cut off, so the walk never goes beyond its ends."""

    @staticmethod
    def linear_interpolation(a, b, weights):
        w = np.clip(weights, 0, 1)[:, None]
        return (1 - w) * a[..., None, :] + w * b[..., None, :]


class EvenlySpaced:
    """Only the number of weights is used; the steps are evenly spaced from 0 to 1."""

    @staticmethod
    def linear_interpolation(a, b, weights):
        w = np.linspace(0, 1, len(weights))[:, None]
        return (1 - w) * a[..., None, :] + w * b[..., None, :]


class EndsSwapped:
    """Weight 0 gives b and weight 1 gives a."""

    @staticmethod
    def linear_interpolation(a, b, weights):
        w = weights[:, None]
        return w * a[..., None, :] + (1 - w) * b[..., None, :]


class StepsFirst:
    """The axis for the steps comes first, before the pairs."""

    @staticmethod
    def linear_interpolation(a, b, weights):
        return np.stack([(1 - w) * a + w * b for w in weights])


class OnePairAxisOnly:
    """The axis for the steps is put at place 1 if there are pairs, which is right for one leading axis only."""

    @staticmethod
    def linear_interpolation(a, b, weights):
        w = weights[:, None]
        if a.ndim == 1:
            return (1 - w) * a + w * b
        return (1 - w) * a[:, None] + w * b[:, None]


class DifferenceNotAdded:
    """The walk is w (b - a) and does not start from a."""

    @staticmethod
    def linear_interpolation(a, b, weights):
        return weights[:, None] * (b - a)[..., None, :]


def _cosine(a, b):
    lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    return np.clip(np.sum(a * b, axis=-1) / np.where(lengths > 0, lengths, 1), -1, 1)


def _walk(a, b, weights, t, turns):
    t, turns = t[..., None, None], turns[..., None, None]
    w = weights[:, None]
    sine = np.where(turns, np.sin(t), 1)
    from_a = np.where(turns, np.sin((1 - w) * t) / sine, 1 - w)
    from_b = np.where(turns, np.sin(w * t) / sine, w)
    return (from_a * a[..., None, :] + from_b * b[..., None, :]).astype(np.result_type(a, b))


class LinearWithinTwoDegrees:
    """The walk is already straight where the cosine is above 0.9995, as in well-known programs."""

    @staticmethod
    def spherical_interpolation(a, b, weights):
        cosine = _cosine(a, b)
        return _walk(a, b, weights, np.arccos(cosine), np.abs(cosine) < 0.9995)


class OppositeForgotten:
    """Only parallel codes are walked straight; opposite ones are still divided by a sine of about 0."""

    @staticmethod
    def spherical_interpolation(a, b, weights):
        t = np.arccos(_cosine(a, b))
        return _walk(a, b, weights, t, t > PARALLEL)


class ZeroForgotten:
    """A code of length 0 gives 0 / 0 for the cosine, and the walk is NaN."""

    @staticmethod
    def spherical_interpolation(a, b, weights):
        cosine = np.sum(a * b, axis=-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))
        t = np.arccos(np.clip(cosine, -1, 1))
        return _walk(a, b, weights, t, ~(np.sin(t) <= PARALLEL))


class NotClipped:
    """The cosine is not clipped, so rounding above 1 makes the angle NaN."""

    @staticmethod
    def spherical_interpolation(a, b, weights):
        lengths = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
        t = np.arccos(np.sum(a * b, axis=-1) / np.where(lengths > 0, lengths, 1))
        return _walk(a, b, weights, t, ~(np.sin(t) <= PARALLEL))


class StraightForTheWholeBatch:
    """If a single pair is parallel, all pairs are walked straight."""

    @staticmethod
    def spherical_interpolation(a, b, weights):
        t = np.arccos(_cosine(a, b))
        turns = np.sin(t) > PARALLEL
        return _walk(a, b, weights, t, np.full_like(turns, turns.all()))


class ShortestWay:
    """As with quaternions, b is turned round where the angle is above 90 degrees."""

    @staticmethod
    def spherical_interpolation(a, b, weights):
        b = np.where((np.sum(a * b, axis=-1) < 0)[..., None], -b, b)
        t = np.arccos(_cosine(a, b))
        return _walk(a, b, weights, t, np.sin(t) > PARALLEL)


class OneAngleForAll:
    """All pairs share the angle between the two batches taken as long vectors."""

    @staticmethod
    def spherical_interpolation(a, b, weights):
        t = np.full(a.shape[:-1], np.arccos(_cosine(a.ravel(), b.ravel())))
        return _walk(a, b, weights, t, np.sin(t) > PARALLEL)


class LengthsLost:
    """The walk combines the codes scaled to length 1, so that all its codes have length 1."""

    @staticmethod
    def spherical_interpolation(a, b, weights):
        t = np.arccos(_cosine(a, b))
        turns = np.sin(t) > PARALLEL
        unit_a = np.where(turns[..., None], a / np.maximum(np.linalg.norm(a, axis=-1, keepdims=True), 1e-30), a)
        unit_b = np.where(turns[..., None], b / np.maximum(np.linalg.norm(b, axis=-1, keepdims=True), 1e-30), b)
        return _walk(unit_a, unit_b, weights, t, turns)


class LengthsLinear:
    """The directions turn and the lengths change evenly, which is the formula for codes of equal length only."""

    @staticmethod
    def spherical_interpolation(a, b, weights):
        t = np.arccos(_cosine(a, b))
        turns = np.sin(t) > PARALLEL
        length_a, length_b = np.linalg.norm(a, axis=-1, keepdims=True), np.linalg.norm(b, axis=-1, keepdims=True)
        safe_a, safe_b = np.where(length_a > 0, length_a, 1), np.where(length_b > 0, length_b, 1)
        unit = _walk(a / safe_a, b / safe_b, weights, t, turns)
        w = weights[:, None]
        lengths = (1 - w) * length_a[..., None, :] + w * length_b[..., None, :]
        straight = (1 - w) * a[..., None, :] + w * b[..., None, :]
        return np.where(turns[..., None, None], unit * lengths, straight).astype(np.result_type(a, b))


class StraightThenScaled:
    """The straight walk is scaled to the sphere afterwards, so it does not turn at constant speed."""

    @staticmethod
    def spherical_interpolation(a, b, weights):
        w = weights[:, None]
        straight = (1 - w) * a[..., None, :] + w * b[..., None, :]
        length_a, length_b = np.linalg.norm(a, axis=-1), np.linalg.norm(b, axis=-1)
        wanted = (1 - w) * length_a[..., None, None] + w * length_b[..., None, None]
        length = np.linalg.norm(straight, axis=-1, keepdims=True)
        turns = (np.sin(np.arccos(_cosine(a, b))) > PARALLEL)[..., None, None]
        return np.where(turns, straight / np.where(length > 0, length, 1) * wanted, straight).astype(a.dtype)


class SineOfTheWeight:
    """The angle of the sine in the denominator is multiplied by the weight too."""

    @staticmethod
    def spherical_interpolation(a, b, weights):
        t = np.arccos(_cosine(a, b))[..., None, None]
        w = weights[:, None]
        turns = np.sin(t) > PARALLEL
        sine = np.where(turns, np.sin(t), 1)
        from_a = np.where(turns, (1 - w) * np.sin(t) / sine, 1 - w)
        from_b = np.where(turns, np.sin(w * t) / sine, w)
        return (from_a * a[..., None, :] + from_b * b[..., None, :]).astype(a.dtype)


class EpsilonInTheDenominator:
    """Instead of a straight walk for parallel codes, a small number is added to the sine."""

    @staticmethod
    def spherical_interpolation(a, b, weights):
        t = np.arccos(_cosine(a, b))[..., None, None]
        w = weights[:, None]
        sine = np.sin(t) + 1e-8
        walk = np.sin((1 - w) * t) / sine * a[..., None, :] + np.sin(w * t) / sine * b[..., None, :]
        return walk.astype(a.dtype)


class AngleFromTheSine:
    """The angle is arcsin of the sine, which is right below 90 degrees only."""

    @staticmethod
    def spherical_interpolation(a, b, weights):
        t = np.arcsin(np.sqrt(1 - _cosine(a, b) ** 2))
        return _walk(a, b, weights, t, np.sin(t) > PARALLEL)
