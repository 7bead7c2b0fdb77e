"""Wrong answers to exercise 24."""

from course.workbook.content import Misconception

LINEAR = "return (1 - w) * a[..., None, :] + w * b[..., None, :]"
LINEAR_WEIGHTS = "w = weights[:, None]"
ANGLE = "t = _angle(a, b)[..., None, None]"
WEIGHTS = "w = weights.astype(np.float64)[:, None]"
TURNS = "turns = np.sin(t) > PARALLEL"
SINE = "sine = np.where(turns, np.sin(t), 1.0)"
FROM_A = "from_a = np.where(turns, np.sin((1 - w) * t) / sine, 1 - w)"
FROM_B = "from_b = np.where(turns, np.sin(w * t) / sine, w)"
WALK = "walk = from_a * a[..., None, :] + from_b * b[..., None, :]"
UNIT = "\n    from common.latent_space import _unit"
COSINE = "(a * b).sum(axis=-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))"

MISCONCEPTIONS = (
    Misconception(
        "weights exchanged",
        ((LINEAR, "return w * a[..., None, :] + (1 - w) * b[..., None, :]"),),
        "Your walk begins at b and ends at a. Weight 0 stands for a, weight 1 for b.",
    ),
    Misconception(
        "start not subtracted",
        ((LINEAR, "return a[..., None, :] + w * b[..., None, :]"),),
        "You added b to a. At weight 1 nothing of a may be left: a + w (b - a), which is (1 - w) a + w b.",
    ),
    Misconception(
        "difference reversed",
        ((LINEAR, "return a[..., None, :] + w * (a - b)[..., None, :]"),),
        "You walk away from b. The way from a to b is b - a.",
    ),
    Misconception(
        "walk from the origin",
        ((LINEAR, "return w * (b - a)[..., None, :]"),),
        "This is the way gone so far, w (b - a). Add a, where the walk begins.",
    ),
    Misconception(
        "weights replaced by equal steps",
        ((LINEAR_WEIGHTS, "w = np.linspace(0, 1, len(weights))[:, None]"),),
        "You made weights of your own. Use the ones that are given: they need not be equally far apart or in order.",
    ),
    Misconception(
        "weights cut off at 0 and 1",
        ((LINEAR_WEIGHTS, "w = np.clip(weights, 0, 1)[:, None]"),),
        "You cut the weights off at 0 and 1. A weight of 1.5 goes on beyond b, one of -0.5 begins before a: formula "
        "(1) holds for them too.",
    ),
    Misconception(
        "steps before pairs",
        ((LINEAR, "return np.moveaxis((1 - w) * a[..., None, :] + w * b[..., None, :], -2, 0)"),),
        "The steps are the first axis of your result. They come after the pairs, just before the latents: "
        "(..., steps, latents).",
    ),
    Misconception(
        "latents before steps",
        ((LINEAR, "return ((1 - w) * a[..., None, :] + w * b[..., None, :]).swapaxes(-1, -2)"),),
        "The last two axes of your result are exchanged: (..., steps, latents) is asked for, one code in a row.",
    ),
    # Early, because many other mistakes come together with it, and pairs are tried in this order.
    Misconception(
        "right angle for a code of zeros",
        (
            (
                ANGLE,
                ANGLE + "\n    directed = np.any(a != 0, axis=-1) & np.any(b != 0, axis=-1)"
                "\n    t = np.where(directed[..., None, None], t, np.pi / 2)",
            ),
        ),
        "A code of zeros has no direction, and your angle is 90 degrees there: the walk is not straight. Perhaps a "
        "tiny number that you add to the lengths makes the cosine 0.",
    ),
    Misconception(
        "straight line for the arc",
        ((WALK, "walk = (1 - w) * a[..., None, :] + w * b[..., None, :]"),),
        "This is the linear walk. The spherical one turns: its shares are sin((1 - w) t) / sin t and sin(w t) / sin t.",
    ),
    Misconception(
        "arc walked backwards",
        ((WALK, "walk = from_b * a[..., None, :] + from_a * b[..., None, :]"),),
        "Your walk begins at b and ends at a: sin((1 - w) t) belongs to a, sin(w t) to b.",
    ),
    Misconception(
        "arc with steps before pairs",
        ((WALK, WALK + "\n    walk = np.moveaxis(walk, -2, 0)"),),
        "The steps are the first axis of your result. They come after the pairs, just before the latents: "
        "(..., steps, latents).",
    ),
    Misconception(
        "arc in equal steps",
        ((WEIGHTS, "w = np.linspace(0, 1, len(weights))[:, None]"),),
        "You made weights of your own. Use the ones that are given: they need not be equally far apart or in order.",
    ),
    Misconception(
        "arc cut off at its ends",
        ((WEIGHTS, "w = np.clip(weights, 0, 1).astype(np.float64)[:, None]"),),
        "You cut the weights off at 0 and 1. A weight of 1.5 turns on beyond b, one of -0.5 begins before a: formula "
        "(2) holds for them too.",
    ),
    Misconception(
        "straight share of the start",
        ((FROM_A, "from_a = 1 - w + 0 * t"),),
        "Your share of a is 1 - w, as on the straight line. On the arc it is sin((1 - w) t) / sin t: 1 - w belongs "
        "inside the sine.",
    ),
    Misconception(
        "walk between directions unless parallel",
        (
            (ANGLE, ANGLE + UNIT),
            (
                WALK,
                WALK + "\n    units = from_a * _unit(a)[..., None, :] + from_b * _unit(b)[..., None, :]"
                f"\n    sine_of_arccos = np.sin(np.arccos(np.clip({COSINE}, -1, 1)))"
                "\n    walk = np.where(sine_of_arccos[..., None, None] <= PARALLEL, walk, units)",
            ),
        ),
        "All of your codes on an arc have length 1: you divided a and b by their lengths and walked between the "
        "directions. Only the angle is computed from directions; the shares multiply the codes themselves.",
    ),
    Misconception(
        "walk between directions",
        ((WALK, "walk = from_a * _unit(a)[..., None, :] + from_b * _unit(b)[..., None, :]"), (ANGLE, ANGLE + UNIT)),
        "All of your codes have length 1: you divided a and b by their lengths and walked between the directions. Only "
        "the angle is computed from directions; the shares multiply the codes themselves.",
    ),
    Misconception(
        "lengths interpolated apart",
        (
            (ANGLE, ANGLE + UNIT),
            (
                WALK,
                "lengths = [np.linalg.norm(x, axis=-1)[..., None, None] for x in (a, b)]\n"
                "    walk = from_a * _unit(a)[..., None, :] + from_b * _unit(b)[..., None, :]\n"
                "    walk = np.where(turns, ((1 - w) * lengths[0] + w * lengths[1]) * walk,\n"
                "                    from_a * a[..., None, :] + from_b * b[..., None, :])",
            ),
        ),
        "You turned the directions and interpolated the lengths apart. That is a walk too, but not formula (2), which "
        "weights the codes themselves. The two agree where a and b have one length.",
    ),
    Misconception(
        "straight line pushed out to the sphere",
        (
            (ANGLE, ANGLE + UNIT),
            (
                WALK,
                "lengths = [np.linalg.norm(x, axis=-1)[..., None, None] for x in (a, b)]\n"
                "    walk = (1 - w) * a[..., None, :] + w * b[..., None, :]\n"
                "    pushed = ((1 - w) * lengths[0] + w * lengths[1]) * _unit(walk)\n"
                "    walk = np.where(turns, pushed, walk)",
            ),
        ),
        "You scaled the points of the straight line to the length of a code. They lie on the sphere then, but the walk "
        "is slow at its ends and fast in the middle. Formula (2) turns at constant speed.",
    ),
    Misconception(
        "cosine without the lengths",
        ((ANGLE, "t = np.arccos(np.clip((a * b).sum(axis=-1), -1, 1))[..., None, None]"),),
        "The inner product is the cosine of the angle only for vectors of length 1. Divide it by |a| |b|.",
    ),
    Misconception(
        "cosine divided by one length",
        (
            (
                ANGLE,
                "size = np.linalg.norm(a, axis=-1)\n"
                "    size = np.where(size > 0, size, 1.0)\n"
                "    t = np.arccos(np.clip((a * b).sum(axis=-1) / size**2, -1, 1))[..., None, None]",
            ),
        ),
        "You divided the inner product by |a|^2. The cosine is a . b / (|a| |b|): the two lengths differ.",
    ),
    Misconception(
        "one angle for all pairs",
        (
            (
                ANGLE,
                "cosine = (a * b).sum() / (np.linalg.norm(a) * np.linalg.norm(b))\n"
                "    t = np.full((*a.shape[:-1], 1, 1), np.arccos(np.clip(cosine, -1, 1)))",
            ),
        ),
        "You computed one angle from all pairs together. Each pair has its own: sum and norm run over the last axis.",
    ),
    Misconception(
        "cosine for the angle",
        ((ANGLE, "t = np.cos(_angle(a, b))[..., None, None]"),),
        "Your t is the cosine of the angle. Take arccos of it first.",
    ),
    Misconception(
        "angle in degrees",
        ((ANGLE, "t = np.degrees(_angle(a, b))[..., None, None]"),),
        "You turned the angle into degrees. np.sin takes radians, which is what arccos returns.",
    ),
    Misconception(
        "half of the angle",
        ((ANGLE, "t = _angle(a, b)[..., None, None] / 2"),),
        "Your t is half of the angle between a and b. Take the whole.",
    ),
    Misconception(
        "shorter way of quaternions",
        (
            (
                ANGLE,
                "b = np.where((a * b).sum(axis=-1, keepdims=True) < 0, -b, b)\n    " + ANGLE,
            ),
        ),
        "You turned b round where the angle is obtuse. That is right for quaternions, where b and -b are the same "
        "rotation. For codes they are two places, and the walk must end at b.",
    ),
    Misconception(
        "acute angle instead of an obtuse one",
        ((ANGLE, "t = _angle(a, b)[..., None, None]\n    t = np.minimum(t, np.pi - t)"),),
        "You made the angle acute, perhaps by the absolute value of the inner product. The angle between two codes "
        "runs from 0 to 180 degrees, and a negative cosine is an angle above 90.",
    ),
    Misconception(
        "sine not divided out",
        ((FROM_A, FROM_A.replace(" / sine", "")), (FROM_B, FROM_B.replace(" / sine", ""))),
        "The division by sin t is missing. With it the shares are 1 and 0 at the beginning, 0 and 1 at the end.",
    ),
    Misconception(
        "cosines for sines",
        (
            (FROM_A, FROM_A.replace("np.sin((1 - w) * t) / sine", "np.cos(w * t)")),
            (FROM_B, FROM_B.replace("np.sin(w * t) / sine", "np.sin(w * t)")),
        ),
        "cos(w t) a + sin(w t) b is a turn from a to b only where they are at right angles. For other angles the "
        "shares are sin((1 - w) t) / sin t and sin(w t) / sin t.",
    ),
    Misconception(
        "sine of the share",
        ((FROM_A, FROM_A.replace("np.sin((1 - w) * t)", "(1 - np.sin(w * t))")),),
        "The share of a is sin((1 - w) t) / sin t. You took 1 - sin(w t) for its numerator.",
    ),
    Misconception(
        "shares that add up to 1",
        ((FROM_A, FROM_A.replace("np.sin((1 - w) * t) / sine", "1 - np.sin(w * t) / sine")),),
        "You took 1 minus the share of b for the share of a. On an arc the two shares add up to more than 1: that "
        "keeps the length.",
    ),
    Misconception(
        "nothing done about 0 / 0",
        (
            (ANGLE, "t = _angle(a, b)[..., None, None]".replace("_angle(a, b)", f"np.arccos({COSINE})")),
            (TURNS, "turns = np.full(t.shape, True)"),
        ),
        "Where a and b are parallel, opposite or zero, formula (2) is 0 / 0. Walk straight where sin t is not above "
        "PARALLEL.",
    ),
    Misconception(
        "opposite codes not caught",
        ((TURNS, "turns = t > PARALLEL"),),
        "You looked for a small angle alone. Opposite codes have an angle of 180 degrees, whose sine is 0 too: compare "
        "sin t, not t.",
    ),
    Misconception(
        "straight within a few degrees",
        ((TURNS, "turns = np.abs(np.cos(t)) < 0.9995"),),
        "You walk straight where the cosine is above 0.9995, an angle of almost two degrees. Formula (2) still holds "
        "there: the limit is PARALLEL, for sin t.",
    ),
    Misconception(
        "cosine above 1 by rounding",
        (
            (
                TURNS,
                f"cosine = {COSINE}\n"
                "    t = np.where(cosine[..., None, None] > 1, np.nan, t)\n"
                "    turns = ~(np.sin(t) <= PARALLEL)",
            ),
        ),
        "Rounding makes the cosine of parallel codes 1.0000000000000002 now and then. arccos of that is NaN, and NaN "
        "is not below PARALLEL. Clip the cosine to [-1, 1].",
    ),
    Misconception(
        "start kept where no plane is spanned",
        ((FROM_A, FROM_A.replace(", 1 - w)", ", 1.0)")), (FROM_B, FROM_B.replace(", w)", ", 0.0)"))),
        "Where a and b span no plane you stay at a. The walk goes on to b there too: straight.",
    ),
    Misconception(
        "one straight pair makes all straight",
        ((TURNS, "turns = np.full(t.shape, bool(np.all(np.sin(t) > PARALLEL)))"),),
        "One pair without a plane makes all walks of the batch straight. Decide for each pair: np.where.",
    ),
    Misconception(
        "length on a straight line",
        (
            (
                "    walk = from_a * a[..., None, :] + from_b * b[..., None, :]\n",
                "    walk = (1 - w) * a[..., None, :] + w * b[..., None, :]\n    norms = [np.linalg.norm(x, "
                "axis=-1, keepdims=True) for x in (a[..., None, :], b[..., None, :], walk)]\n    walk *= ((1 - "
                "w) * norms[0] + w * norms[1]) / np.where(norms[2] > 0, norms[2], 1)\n",
            ),
        ),
        "You walk straight and then stretch every code, to a length between those of a and b. (2) turns at constant "
        "speed: its weights are sines of parts of the angle.",
    ),
    Misconception(
        "roots of the weights",
        (
            (
                "    walk = from_a * a[..., None, :] + from_b * b[..., None, :]\n",
                "    from_a, from_b = np.where(turns, np.sqrt(np.maximum(1 - w, 0)), 1 - w), np.where(turns, "
                "np.sqrt(np.maximum(w, 0)), w)\n    walk = from_a * a[..., None, :] + from_b * b[..., None, :]\n",
            ),
        ),
        "You weigh a and b with the roots of 1 - w and w. That keeps the length where a and b are at right angles; "
        "(2) does so for every angle, with sines.",
    ),
    Misconception(
        "sine below a alone",
        (("np.where(turns, np.sin(w * t) / sine, w)", "np.where(turns, np.sin(w * t), w)"),),
        "Only the first term of (2) is divided by sin t. Both are.",
    ),
    Misconception(
        "walk of constant length",
        (
            (
                "    return walk.astype(np.result_type(a, b))",
                "    length = np.linalg.norm(a, axis=-1)[..., None, None]\n    walk = walk / "
                "np.maximum(np.linalg.norm(walk, axis=-1, keepdims=True), 1e-12) * length\n    return "
                "walk.astype(np.result_type(a, b))",
            ),
        ),
        "You scale every code to the length of a. (2) ends at b itself, whatever its length: nothing is scaled "
        "afterwards.",
    ),
    Misconception(
        "angle of the first pair for all",
        ((ANGLE, "t = np.full_like(_angle(a, b), np.ravel(_angle(a, b))[0])[..., None, None]"),),
        "You use the angle of the first pair for all pairs. Each pair has an angle of its own: the sums of the dot "
        "product and of the norms run over the last axis alone.",
    ),
    Misconception(
        "mean angle for all pairs",
        ((ANGLE, "t = np.full_like(_angle(a, b), _angle(a, b).mean())[..., None, None]"),),
        "All pairs turn by the mean angle of the batch. Each pair has an angle of its own.",
    ),
    Misconception(
        "walk of unit length",
        (
            (
                WALK,
                WALK + "\n    length = np.maximum(np.linalg.norm(walk, axis=-1, keepdims=True), 1e-12)"
                "\n    walk = np.where(turns, walk / length, walk)",
            ),
        ),
        "You made every code on the way a unit vector. Draws from N(0, I) in n dimensions are about sqrt(n) long: (2) "
        "goes from the length of a to that of b.",
    ),
)
