"""Where codes lie, and places in latent space worth decoding: grids, walks, single latents or attributes moved."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Float64
from scipy.special import ndtri

from common.errors import InvalidArgument
from common.finite import require_finite

# Where sin(angle) is below this the two directions count as parallel or opposite: the plane that a great
# circle would run in is then known to fewer than half of the digits of float64.
PARALLEL = 1e-8


def manifold_grid(
    side: int, coverage: float = 0.9
) -> tuple[Float64[np.ndarray, "codes 2"], Float64[np.ndarray, " side"]]:
    """Return the side * side codes of a grid on two latents, and the values along either axis, ascending.

    The values are quantiles of N(0, 1) at equal steps of probability, z = Phi^-1(p), and span the middle
    `coverage` of it, so that the grid is dense where the prior is (Kingma & Welling 2013, fig. 4). The codes
    run as lines of text do: from the top left of a plot, with least z[0] and greatest z[1], along the top row
    first.

    Raises
    ------
    InvalidArgument
        When `side` is below 2 or `coverage` is not between 0 and 1.
    """
    if side < 2:
        raise InvalidArgument("side", side, "a whole number from 2 up")
    if not 0.0 < coverage < 1.0:
        remedy = "Phi^-1 is infinite at probability 0 and 1."
        raise InvalidArgument("coverage", coverage, "a share above 0 and below 1", remedy)
    values = ndtri(np.linspace(0.5 - coverage / 2, 0.5 + coverage / 2, side))
    across, up = np.meshgrid(values, values[::-1])
    return np.stack([across.ravel(), up.ravel()], axis=1), values


def principal_components(codes: Float[np.ndarray, "n latents"]) -> Float[np.ndarray, "n 2"]:
    """Project codes onto the two directions in which they vary most, the greatest first: (codes - mean) @ axes.

    The two axes are columns of length 1, at right angles: the first two right singular vectors of codes - mean
    (Pearson 1901). Nothing is scaled: distances on the plane are distances between the projected codes. An axis may
    as well point the other way; here the entry of each axis that is largest in absolute value is positive.

    Raises
    ------
    InvalidArgument
        When there are fewer than two codes or two latents, or a number is not finite.
    """
    if codes.ndim != 2 or min(codes.shape) < 2:
        raise InvalidArgument("codes", f"shape {codes.shape}", "at least two codes of at least two latents")
    codes = _finite("codes", codes)
    centered = codes - codes.mean(axis=0)
    _, _, directions = np.linalg.svd(centered, full_matrices=False)
    axes = directions[:2].T
    largest = np.abs(axes).argmax(axis=0)
    signs = np.sign(axes[largest, [0, 1]])
    return centered @ (axes * signs)


def linear_interpolation(
    a: Float[np.ndarray, "*pairs latents"],
    b: Float[np.ndarray, "*pairs latents"],
    weights: Float[np.ndarray, " steps"],
) -> Float[np.ndarray, "*pairs steps latents"]:
    """Walk from a (weight 0) to b (weight 1) along a straight line: (1 - w) a + w b.

    Raises
    ------
    InvalidArgument
        When a and b differ in shape, `weights` is not a vector, or a number is not finite.
    """
    _check_walk(a, b, weights)
    w = weights[:, None]
    return (1 - w) * a[..., None, :] + w * b[..., None, :]


def spherical_interpolation(
    a: Float[np.ndarray, "*pairs latents"],
    b: Float[np.ndarray, "*pairs latents"],
    weights: Float[np.ndarray, " steps"],
) -> Float[np.ndarray, "*pairs steps latents"]:
    """Walk from a to b turning at constant speed: [sin((1 - w) t) a + sin(w t) b] / sin t, t their angle.

    Draws from N(0, I) in many dimensions lie near a sphere of radius sqrt(latents); a straight line between
    two of them cuts through its inside, where the decoder saw little (Shoemake 1985; White 2016, "Sampling
    generative networks"). Where a and b are parallel, opposite or zero, they span no plane to turn in and the
    formula is 0 / 0; where sin t is not above `PARALLEL` the walk is therefore linear, which is its limit for
    parallel codes, and passes through the origin for opposite ones.

    Raises
    ------
    InvalidArgument
        When a and b differ in shape, `weights` is not a vector, or a number is not finite.
    """
    _check_walk(a, b, weights)
    t = _angle(a, b)[..., None, None]
    w = weights.astype(np.float64)[:, None]
    turns = np.sin(t) > PARALLEL
    sine = np.where(turns, np.sin(t), 1.0)
    from_a = np.where(turns, np.sin((1 - w) * t) / sine, 1 - w)
    from_b = np.where(turns, np.sin(w * t) / sine, w)
    walk = from_a * a[..., None, :] + from_b * b[..., None, :]
    return walk.astype(np.result_type(a, b))


def traversal(
    center: Float[np.ndarray, " latents"], values: Float[np.ndarray, " steps"], dimensions: Sequence[int]
) -> Float[np.ndarray, "dimensions steps latents"]:
    """Copy `center`, and in row i let its latent `dimensions[i]` alone take each of the values.

    Raises
    ------
    InvalidArgument
        When a dimension is not an index of `center`, or an array is not a vector of finite numbers.
    """
    _check_vector("center", center)
    _check_vector("values", values)
    for dimension in dimensions:
        if not 0 <= dimension < len(center):
            raise InvalidArgument("dimensions", dimension, f"indices from 0 to {len(center) - 1}")
    codes = np.tile(center.astype(np.result_type(center, values)), (len(dimensions), len(values), 1))
    for row, dimension in enumerate(dimensions):
        codes[row, :, dimension] = values
    return codes


def attribute_direction(
    codes: Float[np.ndarray, "n latents"], has_attribute: Bool[np.ndarray, " n"]
) -> Float[np.ndarray, " latents"]:
    """Return the mean code with an attribute minus the mean code without it (Larsen et al. 2016).

    Raises
    ------
    InvalidArgument
        When every code has the attribute, or none; when `has_attribute` is no truth value (or 0 and 1) for each code,
        or a code is not finite.
    """
    has_attribute, codes = _truth_values(has_attribute, len(codes)), _finite("codes", codes)
    if has_attribute.all() or not has_attribute.any():
        given = "the attribute for all codes or for none"
        raise InvalidArgument("has_attribute", given, "codes with it and codes without it")
    return codes[has_attribute].mean(axis=0) - codes[~has_attribute].mean(axis=0)


def shift(
    codes: Float[np.ndarray, "n latents"],
    direction: Float[np.ndarray, " latents"],
    strengths: Float[np.ndarray, " steps"],
) -> Float[np.ndarray, "n steps latents"]:
    """Move every code along a direction, by each of the strengths: codes + strength * direction."""
    return codes[:, None] + strengths[:, None] * direction


def _angle(a: Float[np.ndarray, "*pairs latents"], b: Float[np.ndarray, "*pairs latents"]) -> np.ndarray:
    """Return the angle between a and b in [0, pi], 0 where either is zero.

    From the lengths of the sides of the rhombus of unit vectors, because arccos of the inner product loses
    half of the digits near 0 and pi (Kahan 2006, "How futile are mindless assessments of roundoff").
    """
    u, v = _unit(a), _unit(b)
    angle = 2 * np.arctan2(np.linalg.norm(u - v, axis=-1), np.linalg.norm(u + v, axis=-1))
    directed = np.any(a != 0, axis=-1) & np.any(b != 0, axis=-1)
    return np.where(directed, angle, 0.0)


def _unit(vectors: Float[np.ndarray, "*pairs latents"]) -> Float64[np.ndarray, "*pairs latents"]:
    # Divided by the largest entry first, so that squares neither overflow nor vanish.
    wide = vectors.astype(np.float64)
    largest = np.max(np.abs(wide), axis=-1, keepdims=True)
    scaled = wide / np.where(largest > 0, largest, 1.0)
    length = np.linalg.norm(scaled, axis=-1, keepdims=True)
    return scaled / np.where(length > 0, length, 1.0)


def _check_walk(a: np.ndarray, b: np.ndarray, weights: np.ndarray) -> None:
    if a.shape != b.shape:
        raise InvalidArgument("b", f"shape {b.shape}", f"the shape of a, {a.shape}")
    if a.ndim == 0 or a.shape[-1] == 0:
        raise InvalidArgument("a", f"shape {a.shape}", "codes with at least one latent, shape (..., latents)")
    _check_vector("weights", weights)
    for name, codes in (("a", a), ("b", b)):
        if not np.issubdtype(codes.dtype, np.floating):
            raise InvalidArgument(name, f"dtype {codes.dtype}", "codes of a floating type", ".astype(np.float64) does.")
        _finite(name, codes)


def _check_vector(name: str, values: np.ndarray) -> None:
    if values.ndim != 1 or len(values) == 0:
        raise InvalidArgument(name, f"shape {values.shape}", "a vector with at least one number")
    _finite(name, values)


def _finite(name: str, values: np.ndarray) -> Float64[np.ndarray, "..."]:
    require_finite(name, values)
    return values.astype(np.float64)


def _truth_values(has_attribute: np.ndarray, n: int) -> Bool[np.ndarray, " n"]:
    if has_attribute.shape != (n,):
        raise InvalidArgument("has_attribute", f"shape {has_attribute.shape}", f"({n},), a truth value for each code")
    if has_attribute.dtype != np.bool_ and not np.isin(has_attribute, (0, 1)).all():
        remedy = "Compare: labels == 1, for example."
        raise InvalidArgument(
            "has_attribute", f"numbers other than 0 and 1, {has_attribute.dtype}", "truth values", remedy
        )
    return has_attribute.astype(bool)
