"""Wrong answers to exercise 30."""

from course.workbook.content import Misconception

NEAREST = "return ((z_e[:, None] - codebook) ** 2).sum(axis=2).argmin(axis=1)"
THROUGH = "return dz_q.copy()"
ADD = "np.add.at(dcodebook, codes, 2 * dy[:, None] * difference)"
COMMIT = "return 2 * dy[:, None] * difference\n"
SECTION = "The gradient stops at the argmin"

MISCONCEPTIONS = (
    Misconception(
        "most distant code",
        ((NEAREST, NEAREST.replace("argmin", "argmax")),),
        "You took the code that is farthest away. The nearest one has the least squared distance: argmin.",
    ),
    Misconception(
        "largest product for nearest",
        ((NEAREST, "return (z_e @ codebook.T).argmax(axis=1)"),),
        "The largest inner product is not the least distance: a long code wins for every row. |z - e|^2 = |z|^2 - 2 "
        "z e + |e|^2, and the term |e|^2 differs from code to code.",
    ),
    Misconception(
        "smallest angle for nearest",
        ((NEAREST, "return (z_e @ (codebook / np.linalg.norm(codebook, axis=1, keepdims=True)).T).argmax(axis=1)"),),
        "You compared directions. A code in the same direction may be far away: (1) counts lengths too.",
    ),
    Misconception(
        "absolute differences for squares",
        ((NEAREST, "return np.abs(z_e[:, None] - codebook).sum(axis=2).argmin(axis=1)"),),
        "You added up absolute differences. The distance of (1) is the sum of squares.",
    ),
    Misconception(
        "last of equally near codes",
        ((NEAREST, "return len(codebook) - 1 - ((z_e[:, None] - codebook[::-1]) ** 2).sum(axis=2).argmin(axis=1)"),),
        "Where several codes are equally near, the task asks for the first of them.",
    ),
    Misconception(
        "index of rows for index of codes",
        ((NEAREST, NEAREST.replace("argmin(axis=1)", "argmin(axis=0)")),),
        "You looked for the nearest row of each code. Every row needs its nearest code: argmin along the axis of "
        "codes.",
    ),
    Misconception(
        "vectors for indices",
        ((NEAREST, NEAREST.replace("return ", "return codebook[") + "]"),),
        "You returned the codes themselves. `nearest_codes` returns their indices.",
    ),
    Misconception(
        "derivative 0 of the choice",
        ((THROUGH, "return np.zeros_like(dz_q)"),),
        "0 is the true derivative of the choice, and with it the encoder learns nothing. The straight-through "
        "estimator takes z_q as z_e plus a constant, whose derivative is 1.",
        section=SECTION,
    ),
    Misconception(
        "commitment inside of the straight-through pullback",
        ((THROUGH, "return dz_q + 2 * (z_e - codebook[codes])"),),
        "The pullback of the straight-through estimator only hands dz_q on. The pull towards the code is the "
        "commitment, a term of its own.",
        section=SECTION,
    ),
    Misconception(
        "constant in the pullback",
        ((THROUGH, "return dz_q + codebook[codes] - z_e"),),
        "The constant z_q - z_e belongs to the value. Its derivative is 0, so it has no place in a pullback.",
        section=SECTION,
    ),
    Misconception(
        "sign of the straight-through gradient",
        ((THROUGH, "return -dz_q"),),
        "The gradient goes through unchanged, with its sign: z_q is z_e plus a constant.",
        section=SECTION,
    ),
    Misconception(
        "gradient weighted by the distance",
        ((THROUGH, "return dz_q * (z_e - codebook[codes])"),),
        "No factor belongs here: the derivative of z_e plus a constant is 1, however far the code is.",
        section=SECTION,
    ),
    Misconception(
        "gradients of one code not added up",
        ((ADD, "dcodebook[codes] += 2 * dy[:, None] * difference"),),
        "Where an index stands several times, `array[codes] += rows` keeps the last row alone. A code that several "
        "rows chose gets the sum of their gradients: np.add.at.",
    ),
    Misconception(
        "mean over the rows of a code",
        (
            (
                ADD,
                ADD + "\n        dcodebook /= np.maximum(np.bincount(codes, minlength=len(codebook)), 1)[:, None]",
            ),
        ),
        "You divided by the number of rows that chose a code. The loss adds up rows, so the gradient of a code is a "
        "sum.",
    ),
    Misconception(
        "sign of the codebook gradient",
        ((ADD, ADD.replace("2 * dy", "-2 * dy")),),
        "The derivative of |z_e - e|^2 by e is 2 (e - z_e): the codes come towards the rows that chose them.",
    ),
    Misconception(
        "2 of the square forgotten in the codebook gradient",
        ((ADD, ADD.replace("2 * dy", "dy")),),
        "The derivative of a square has a factor 2. There is no 1/2 in (3) that would cancel it.",
    ),
    Misconception(
        "upstream gradient forgotten in the codebook loss",
        ((ADD, ADD.replace("2 * dy[:, None]", "2")),),
        "A pullback multiplies by what arrives, here one number for each row: dy[:, None].",
    ),
    Misconception(
        "gradient of rows for gradient of codes",
        (
            (
                "dcodebook = np.zeros_like(codebook)\n        " + ADD + "\n        return dcodebook",
                "return 2 * dy[:, None] * difference",
            ),
        ),
        "This has a row for each row of z_e. The gradient of the codebook has a row for each code: add up the rows "
        "that chose it.",
    ),
    Misconception(
        "mean of the rows for the gradient",
        (
            (
                "dcodebook = np.zeros_like(codebook)\n        " + ADD,
                "dcodebook = codebook.copy()\n        for k in set(codes):\n"
                "            dcodebook[k] = z_e[codes == k].mean(axis=0)",
            ),
        ),
        "You returned where the codes should go, as a moving average finds it. A pullback returns the gradient of the "
        "loss: 2 dy (e - z_e), added up over the rows of each code.",
    ),
    Misconception(
        "distance for its square",
        ((COMMIT, "return dy[:, None] * difference / np.linalg.norm(difference, axis=1, keepdims=True)\n"),),
        "This is the gradient of the distance. (4) is the squared distance, whose gradient is 2 (z_e - e).",
    ),
    Misconception(
        "sign of the commitment",
        ((COMMIT, COMMIT.replace("2 * dy", "-2 * dy")),),
        "The derivative of |z_e - e|^2 by z_e is 2 (z_e - e). With the other sign the encoder runs away from its "
        "codes.",
    ),
    Misconception(
        "2 of the square forgotten in the commitment",
        ((COMMIT, COMMIT.replace("2 * dy", "dy")),),
        "The derivative of a square has a factor 2. There is no 1/2 in (4) that would cancel it.",
    ),
    Misconception(
        "upstream gradient forgotten in the commitment",
        ((COMMIT, COMMIT.replace("2 * dy[:, None]", "2")),),
        "A pullback multiplies by what arrives, here one number for each row: dy[:, None].",
    ),
)
