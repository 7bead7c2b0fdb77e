"""Wrong answers to exercise 23."""

from course.workbook.content import Misconception

CENTERED = "centered = codes - codes.mean(axis=0)"
AXES = "axes = directions[:2].T"
SIGNS = "signs = np.sign(axes[largest, [0, 1]])"
PROJECTED = "return centered @ (axes * signs)"
VALUES = "values = ndtri(np.linspace(0.5 - coverage / 2, 0.5 + coverage / 2, side))"
MESH = "np.meshgrid(values, values[::-1])"
CODES = "np.stack([across.ravel(), up.ravel()], axis=1)"

MISCONCEPTIONS = (
    Misconception(
        "mean not subtracted",
        ((CENTERED, "centered = codes"),),
        "You projected the codes as they are. Without the mean subtracted, the first direction points from the origin "
        "to the middle of the cloud, not along the cloud.",
    ),
    Misconception(
        "mean not subtracted in the projection",
        ((PROJECTED, "return codes @ (axes * signs)"),),
        "The directions are right, but you projected the codes themselves. Project codes - mean: the middle of the "
        "cloud then lies at (0, 0).",
    ),
    Misconception(
        "one mean for all latents",
        ((CENTERED, "centered = codes - codes.mean()"),),
        "You subtracted one number. Every latent has a mean of its own: codes.mean(axis=0).",
    ),
    Misconception(
        "mean of every code subtracted",
        ((CENTERED, "centered = codes - codes.mean(axis=1, keepdims=True)"),),
        "You averaged over the latents of each code. The mean code is an average over codes: axis 0.",
    ),
    Misconception(
        "latents scaled to variance 1",
        ((CENTERED, CENTERED + "\n    centered = centered / centered.std(axis=0)"),),
        "You divided every latent by its standard deviation first. The formula does not: all latents are measured "
        "against the same prior, and a latent that hardly moves should not count as much as one that does.",
    ),
    Misconception(
        "projection scaled to variance 1",
        ((PROJECTED, "projected = centered @ (axes * signs)\n    return projected / projected.std(axis=0)"),),
        "You divided both columns by their standard deviations. The projection keeps lengths: the second direction "
        "varies less than the first, and the picture should show it.",
    ),
    Misconception(
        "singular values left out",
        (
            (
                PROJECTED,
                "projected = centered @ (axes * signs)\n    return projected / np.linalg.norm(projected, axis=0)",
            ),
        ),
        "You returned columns of U. The projection is U times S: without the singular values both columns have "
        "length 1, whatever the spread of the codes.",
    ),
    Misconception(
        "directions of least variance",
        ((AXES, "axes = directions[::-1][:2].T"),),
        "You took the two directions in which the codes vary least. np.linalg.eigh sorts eigenvalues in ascending "
        "order: the greatest are last.",
    ),
    Misconception(
        "second direction first",
        ((AXES, "axes = directions[1::-1].T"),),
        "The two directions are right, but in the wrong order: the one of most variance is the first.",
    ),
    Misconception(
        "rows for columns",
        ((AXES, "axes = np.linalg.svd(centered)[2][:, :2]"),),
        "np.linalg.svd returns V^T: the directions are its rows. You took the first two columns. (np.linalg.eigh has "
        "them as columns.)",
    ),
    Misconception(
        "first two latents",
        ((PROJECTED, "return centered[:, :2]"),),
        "You took the first two latents. The directions of most variance lie askew to the latents in general.",
    ),
    Misconception(
        "two latents left as they are",
        ((PROJECTED, "return centered @ (axes * signs) if codes.shape[1] > 2 else centered"),),
        "You left codes of two latents as they are, but for the mean. Project them too: the first direction is the one "
        "of most variance, not latent 0.",
    ),
    Misconception(
        "two latents of most variance",
        ((PROJECTED, "return centered[:, np.argsort(-centered.var(axis=0))[:2]]"),),
        "You chose two latents. A direction is a mixture of latents: the first right singular vectors of codes - mean.",
    ),
    Misconception(
        "signs left to chance",
        ((PROJECTED, "return centered @ axes"),),
        "The plane is right. But which way an axis points is left to the linear algebra library, and pictures of the "
        "same codes may be mirror images of each other. Make the entry that is largest in absolute value positive. "
        "(Without np.abs, argmax finds an entry that is positive already, and nothing is turned.)",
    ),
    Misconception(
        "signs as eigh returns them",
        (
            (AXES, "axes = np.linalg.eigh(centered.T @ centered)[1][:, :-3:-1]"),
            (PROJECTED, "return centered @ axes"),
        ),
        "The plane is right. But an eigenvector may point either way, and eigh does not care which. Make the entry "
        "that is largest in absolute value positive. (Without np.abs, argmax finds an entry that is positive already, "
        "and nothing is turned.)",
    ),
    Misconception(
        "one sign for both directions",
        ((SIGNS, "signs = np.sign(axes.ravel()[np.abs(axes).argmax()])"),),
        "You turned both directions together. Each has a largest entry of its own, and a sign of its own: "
        "argmax(axis=0).",
    ),
    Misconception(
        "sign of the largest score",
        ((SIGNS, "scores = centered @ axes\n    signs = np.sign(scores[np.abs(scores).argmax(axis=0), [0, 1]])"),),
        "You made the largest projected value positive. The rule is about the direction: its own largest entry.",
    ),
    Misconception(
        "sign of the sum",
        ((SIGNS, "signs = np.sign(axes.sum(axis=0))"),),
        "You made the sum of each direction's entries positive. The rule is about its largest entry alone.",
    ),
    Misconception(
        "sign of the first entry",
        ((SIGNS, "signs = np.sign(axes[0])"),),
        "You made the first entry of each direction positive. The rule is about the largest in absolute value: the "
        "first may be near 0, and its sign then depends on rounding.",
    ),
    Misconception(
        "largest entry negative",
        ((SIGNS, "signs = -np.sign(axes[largest, [0, 1]])"),),
        "Your largest entries are negative: turn both directions round.",
    ),
    Misconception(
        "equal steps of z",
        ((VALUES, "edge = ndtri(0.5 + coverage / 2)\n    values = np.linspace(-edge, edge, side)"),),
        "Your values are equally far apart. The steps are equal in probability, so the values are closer together "
        "near 0, where the prior is dense: apply Phi^-1 to each p, not to the ends alone.",
    ),
    Misconception(
        "Phi^-1 forgotten",
        ((VALUES, "values = np.linspace(0.5 - coverage / 2, 0.5 + coverage / 2, side)"),),
        "These are probabilities, all of them between 0 and 1. Phi^-1 turns each into a value of z.",
    ),
    Misconception(
        "Phi for its inverse",
        ((VALUES, "from scipy.special import ndtr\n    " + VALUES.replace("ndtri", "ndtr")),),
        "You applied Phi, which turns values into probabilities. Here probabilities are given: its inverse is ndtri.",
    ),
    Misconception(
        "logistic quantiles",
        ((VALUES, "p = np.linspace(0.5 - coverage / 2, 0.5 + coverage / 2, side)\n    values = np.log(p / (1 - p))"),),
        "log(p / (1 - p)) inverts the sigmoid, the distribution function of the logistic distribution. The prior is "
        "N(0, 1): take ndtri(p).",
    ),
    Misconception(
        "coverage as the upper probability",
        ((VALUES, "values = ndtri(np.linspace(1 - coverage, coverage, side))"),),
        "You went from 1 - coverage to coverage, which holds less: from 0.1 to 0.9 it is 80 %, not 90 %. Leave out "
        "half of the rest on each side.",
    ),
    Misconception(
        "coverage on each side of the middle",
        ((VALUES, "values = ndtri(np.clip(np.linspace(0.5 - coverage, 0.5 + coverage, side), 1e-6, 1 - 1e-6))"),),
        "You went from 1/2 - coverage to 1/2 + coverage, which spans twice the coverage. Half of it lies on each side.",
    ),
    Misconception(
        "coverage shared between the axes",
        ((VALUES, "each = np.sqrt(coverage)\n    values = ndtri(np.linspace(0.5 - each / 2, 0.5 + each / 2, side))"),),
        "You took the square root of the coverage, so that the whole square holds this share of the prior. Formula (2) "
        "uses the coverage as it is, along each axis.",
    ),
    Misconception(
        "coverage ignored",
        ((VALUES, "values = ndtri(np.linspace(0, 1, side))"),),
        "Your probabilities run from 0 to 1. Phi^-1 is infinite at both, and no decoder takes infinity: the coverage "
        "keeps the ends away from there.",
    ),
    Misconception(
        "coverage of 0.9 built in",
        ((VALUES, "values = ndtri(np.linspace(0.05, 0.95, side))"),),
        "Your grid always spans 90 %. That is only the default: use the argument `coverage`.",
    ),
    Misconception(
        "middles of cells",
        ((VALUES, "values = ndtri(0.5 - coverage / 2 + coverage * (np.arange(side) + 0.5) / side)"),),
        "You cut the probabilities into `side` pieces and took their middles. Formula (2) has the ends among the "
        "places: `side` places, side - 1 steps.",
    ),
    Misconception(
        "upper end left out",
        ((VALUES, VALUES.replace("side))", "side, endpoint=False))")),),
        "Your probabilities stop one step before the upper end, so the grid is not symmetric about 0. Of `side` places "
        "the last is the end itself: there are side - 1 steps.",
    ),
    Misconception(
        "bottom row first",
        ((MESH, "np.meshgrid(values, values)"),),
        "Your first code is at the bottom left. Text begins at the top: z[1] is greatest in the first row.",
    ),
    Misconception(
        "right column first",
        ((MESH, "np.meshgrid(values[::-1], values[::-1])"),),
        "Your rows run from right to left: z[0] must be least at the beginning of each row.",
    ),
    Misconception(
        "columns for rows",
        ((MESH, 'np.meshgrid(values, values[::-1], indexing="ij")'),),
        "Your codes run down the columns. They should run along the rows: z[0] changes from one code to the next, z[1] "
        "only from row to row.",
    ),
    Misconception(
        "z[0] and z[1] exchanged",
        ((CODES, "np.stack([up.ravel(), across.ravel()], axis=1)"),),
        "The two columns of the codes are exchanged: column 0 is z[0], which runs to the right.",
    ),
    Misconception(
        "codes as a square",
        ((CODES, "np.stack([across, up], axis=-1)"),),
        "The decoder takes a list of codes, shape (side * side, 2). You kept rows and columns as two axes.",
    ),
    Misconception(
        "latents as rows",
        ((CODES, "np.stack([across.ravel(), up.ravel()])"),),
        "Each code is a row of the result, so its shape is (side * side, 2). You have the codes as columns.",
    ),
    Misconception(
        "values descending",
        ((CODES + ", values", CODES + ", values[::-1]"),),
        "The codes are right, but the values along the axis should ascend.",
    ),
)
