"""Right answers to exercise 24 in other styles."""

import numpy as np


class WithLoops:
    """One pair and one weight after the other, with arccos."""

    @staticmethod
    def linear_interpolation(a, b, weights):
        return np.stack([a + w * (b - a) for w in weights], axis=-2)

    @staticmethod
    def spherical_interpolation(a, b, weights):
        latents = a.shape[-1]
        walks = [_walk(x, y, weights) for x, y in zip(a.reshape(-1, latents), b.reshape(-1, latents), strict=True)]
        return np.array(walks).reshape(*a.shape[:-1], len(weights), latents)


def _walk(a, b, weights):
    lengths = np.sqrt(a @ a) * np.sqrt(b @ b)
    t = 0.0 if lengths == 0 else np.arccos(np.clip(a @ b / lengths, -1, 1))
    if np.sin(t) < 1e-8:
        return [(1 - w) * a + w * b for w in weights]
    return [(np.sin((1 - w) * t) * a + np.sin(w * t) * b) / np.sin(t) for w in weights]


class WithEinsum:
    """Directions first; a matrix of two shares for every step; the linear walk put in afterwards."""

    @staticmethod
    def linear_interpolation(a, b, weights):
        shares = np.stack([1 - weights, weights], axis=1)
        return np.einsum("se,e...j->...sj", shares, np.stack([a, b]))

    @staticmethod
    def spherical_interpolation(a, b, weights):
        with np.errstate(all="ignore"):
            u, v = (x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (a, b))
            t = np.arccos(np.clip(np.einsum("...j,...j->...", u, v), -1, 1))[..., None]
            walk = np.einsum("...s,...j->...sj", np.sin((1 - weights) * t) / np.sin(t), a)
            walk += np.einsum("...s,...j->...sj", np.sin(weights * t) / np.sin(t), b)
        straight = ~(np.sin(t[..., 0]) > 1e-6)
        walk[straight] = WithEinsum.linear_interpolation(a, b, weights)[straight]
        return walk


class SinglePrecision:
    """From the tangent: the part of b that is at right angles to a, in float32."""

    @staticmethod
    def linear_interpolation(a, b, weights):
        a, b, w = (x.astype(np.float32) for x in (a, b, weights))
        return a[..., None, :] * (1 - w)[:, None] + b[..., None, :] * w[:, None]

    @staticmethod
    def spherical_interpolation(a, b, weights):
        a, b, w = (x.astype(np.float32) for x in (a, b, weights))
        inner = (a * b).sum(axis=-1)
        squares = (a * a).sum(axis=-1) * (b * b).sum(axis=-1)
        cosine = np.clip(inner / np.sqrt(np.where(squares > 0, squares, 1)), -1, 1)
        sine = np.sqrt(1 - cosine * cosine)
        t = np.arctan2(sine, cosine)[..., None]
        turns = (sine > 1e-5)[..., None] & (squares > 0)[..., None]
        safe = np.where(turns, np.sin(t), 1)
        from_a = np.where(turns, np.sin((1 - w) * t) / safe, 1 - w)
        from_b = np.where(turns, np.sin(w * t) / safe, w)
        return (from_a[..., None] * a[..., None, :] + from_b[..., None] * b[..., None, :]).astype(np.float32)
