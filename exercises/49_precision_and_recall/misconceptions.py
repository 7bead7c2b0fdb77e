"""Wrong answers to exercise 49."""

from course.workbook.content import Misconception

RETURN = "return float(covered(generated, real, k).mean()), float(covered(real, generated, k).mean())"
RADII = "radii = np.concatenate([np.partition(part, k, axis=1)[:, k] for part in _distances(centres, centres)])"
INSIDE = "return np.concatenate([(part <= radii).any(axis=1) for part in _distances(points, centres)])"
MISCONCEPTIONS = (
    Misconception(
        "the point itself counted",
        ((RADII, RADII.replace("[:, k]", "[:, k - 1]")),),
        "You counted the point as its own nearest neighbour, at distance 0, so your radius is that of neighbour k - 1. "
        "With k = 1 all balls are empty. The k-th nearest *other* point is at place k of the sorted row, from 0 on.",
    ),
    Misconception(
        "one neighbour too far",
        (
            (
                RADII,
                "radii = np.concatenate([np.sort(part)[:, min(k + 1, len(centres) - 1)] for part in "
                "_distances(centres, centres)])",
            ),
        ),
        "Your radius reaches neighbour k + 1. The row of distances begins with the point itself at place 0, so the "
        "k-th other point is at place k.",
    ),
    Misconception(
        "every point at distance 0 left out",
        (
            (
                RADII,
                "table = np.concatenate([*_distances(centres, centres)])\n"
                "    table[table == 0] = np.inf\n"
                "    radii = np.sort(table)[:, k - 1]\n"
                "    radii[np.isinf(radii)] = 0",
            ),
        ),
        "You left out all distances of 0. Only the point itself is to be left out: another point in the same place is "
        "a neighbour.",
    ),
    Misconception(
        "radii measured to the other set",
        (
            (
                RADII,
                "radii = np.concatenate([np.partition(part, k - 1, axis=1)[:, k - 1] for part in "
                "_distances(centres, points)])",
            ),
        ),
        "Your radius is the distance to the k-th point of the *other* set. A ball says how dense its own set is: "
        "measure from a point to the others of the same set.",
    ),
    Misconception(
        "radii among both sets together",
        (
            (
                RADII,
                "both = np.concatenate([centres, points])\n"
                "    radii = np.concatenate([np.sort(part)[:, k] for part in _distances(centres, both)])",
            ),
        ),
        "You looked for neighbours among both sets together. The k-th nearest neighbour of a point is one of its own "
        "set.",
    ),
    Misconception(
        "precision and recall exchanged",
        ((RETURN, "return float(covered(real, generated, k).mean()), float(covered(generated, real, k).mean())"),),
        "Precision and recall are exchanged. Precision asks of generated points whether they lie among the real ones, "
        "recall of real points.",
    ),
    Misconception(
        "precision twice",
        ((RETURN, "return float(covered(generated, real, k).mean()), float(covered(generated, real, k).mean())"),),
        "Both of your numbers are the precision. For the recall the balls are those about generated points, and it is "
        "real points that are counted.",
    ),
    Misconception(
        "recall with the real points' balls",
        (
            (
                RETURN,
                "radii = np.concatenate([np.sort(part)[:, k] for part in _distances(real, real)])\n"
                "    reached = np.concatenate([*_distances(real, generated)]).min(axis=1) <= radii\n"
                "    return float(covered(generated, real, k).mean()), float(reached.mean())",
            ),
        ),
        "For the recall you asked whether a real point's own ball has a generated point in it. That is the coverage of "
        "a later paper. In (2) the balls are those about generated points.",
    ),
    Misconception(
        "a point on the surface outside",
        ((INSIDE, INSIDE.replace("<=", "<")),),
        "You took points on the surface of a ball for outside. (1) and (2) say: at most the radius.",
    ),
    Misconception(
        "in all balls",
        ((INSIDE, INSIDE.replace(".any(", ".all(")),),
        "You asked for points that lie in *all* balls. A set stands for the union of its balls: one is enough.",
    ),
    Misconception(
        "balls counted for points",
        ((INSIDE, "return np.concatenate([*_distances(points, centres)]).__le__(radii).any(axis=0)"),),
        "You counted balls with a point in them. The share is of points that lie in a ball: `any` along the centres, "
        "the mean along the points.",
    ),
    Misconception(
        "nearest centre alone",
        (
            (
                INSIDE,
                "table = np.concatenate([*_distances(points, centres)])\n"
                "    nearest = table.argmin(axis=1)\n"
                "    return table[np.arange(len(points)), nearest] <= radii[nearest]",
            ),
        ),
        "You looked at the ball of the nearest point alone. A point may lie outside of that one, which is small, and "
        "inside of the large ball of a point farther away.",
    ),
    Misconception(
        "one radius for all",
        ((INSIDE, INSIDE.replace("<= radii", "<= radii.mean()")),),
        "You took one radius for all balls, their mean. Every point has its own: small where points are dense.",
    ),
    Misconception(
        "largest radius for all",
        ((INSIDE, INSIDE.replace("<= radii", "<= radii.max()")),),
        "You took the largest radius for all balls. Every point has its own: small where points are dense.",
    ),
    Misconception(
        "share of pairs",
        ((INSIDE, INSIDE.replace(".any(axis=1)", ".mean(axis=1)")),),
        "You counted pairs of a point and a ball that has it. (1) and (2) count points: in a ball or in none.",
    ),
    Misconception(
        "how many balls a point is in",
        ((INSIDE, INSIDE.replace(".any(axis=1)", ".sum(axis=1) / k")),),
        "You counted the balls about each point and divided by k: the density of a later paper. In (1) and (2) a "
        "point counts once, however many balls have it.",
    ),
    Misconception(
        "mean distance of the k nearest",
        (
            (
                RADII,
                "radii = np.concatenate([np.sort(part)[:, 1 : k + 1].mean(axis=1) for part in "
                "_distances(centres, centres)])",
            ),
        ),
        "Your radius is the mean distance of the k nearest points. It is the distance of the k-th one alone.",
    ),
    Misconception(
        "k-th farthest for k-th nearest",
        ((RADII, "radii = np.concatenate([np.sort(part)[:, -k] for part in _distances(centres, centres)])"),),
        "You sorted the other way: this is the distance of the k-th *farthest* point.",
    ),
    Misconception(
        "half of the distance as radius",
        ((INSIDE, INSIDE.replace("<= radii", "<= radii / 2")),),
        "Your balls have half the size. The distance to the k-th neighbour is the radius, not the diameter.",
    ),
    Misconception(
        "squared distances beside radii that are none",
        ((INSIDE, INSIDE.replace("part <=", "part**2 <=")),),
        "You compared squared distances with radii that are not squared. Take both as distances, or both as squares.",
    ),
    Misconception(
        "city-block distance",
        (
            (RADII, "radii = np.sort(np.abs(centres[:, None] - centres).sum(-1), axis=1)[:, k]"),
            (INSIDE, "return (np.abs(points[:, None] - centres).sum(-1) <= radii).any(axis=1)"),
        ),
        "You added up absolute differences. Distances here are Euclidean: the root of the sum of squares.",
    ),
    Misconception(
        "largest difference of a feature",
        (
            (RADII, "radii = np.sort(np.abs(centres[:, None] - centres).max(-1), axis=1)[:, k]"),
            (INSIDE, "return (np.abs(points[:, None] - centres).max(-1) <= radii).any(axis=1)"),
        ),
        "You took the largest difference of a feature. Distances here are Euclidean: the root of the sum of squares.",
    ),
    Misconception(
        "k always 3",
        (
            (
                "if not (isinstance(k, int) and k >= 1):",
                "k = min(3, len(real) - 1, len(generated) - 1)\n    if not (isinstance(k, int) and k >= 1):",
            ),
        ),
        "You took 3 neighbours whatever k is. 3 is only what k is where it is left out.",
    ),
    Misconception(
        "percent for a share",
        (
            (
                RETURN,
                "pairs = (generated, real), (real, generated)\n"
                "    return tuple(100 * float(covered(*pair, k).mean()) for pair in pairs)",
            ),
        ),
        "You returned percent. Both are shares, between 0 and 1.",
    ),
    Misconception(
        "recall as 1 minus the precision",
        (
            (
                RETURN,
                "return float(covered(generated, real, k).mean()), 1 - float(covered(generated, real, k).mean())",
            ),
        ),
        "Your recall is 1 minus the precision. The two are independent: both may be 1, and both may be 0.",
    ),
)
