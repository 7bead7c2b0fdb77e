"""Wrong answers to exercise 48."""

from course.workbook.content import Misconception

COVARIANCE = "np.atleast_2d(np.cov(rows, rowvar=False))"
ROOTS = "roots = np.sqrt(np.maximum(np.linalg.eigvals(c1 @ c2).real, 0))"
VALUE = "return float(((m1 - m2) ** 2).sum() + np.trace(c1) + np.trace(c2) - 2 * roots.sum())"
MEANS = "((m1 - m2) ** 2).sum()"

MISCONCEPTIONS = (
    Misconception(
        "biased covariances",
        ((COVARIANCE, "np.atleast_2d(np.cov(rows, rowvar=False, ddof=0))"),),
        "Your covariances divide by n. The unbiased ones divide by n - 1: np.cov does unless you say ddof=0, np.var "
        "and np.std do not.",
    ),
    Misconception(
        "square root of every entry",
        ((ROOTS, "roots = np.sqrt(np.abs(np.diag(c1 @ c2)))"),),
        "You took the root of every number of C1 C2. (1) has the root of the matrix: R with R R = C1 C2. Its trace is "
        "the sum of the roots of the eigenvalues of C1 C2.",
    ),
    Misconception(
        "root of the trace",
        ((ROOTS, "roots = np.sqrt(np.trace(c1 @ c2))"),),
        "You took the root of the trace of C1 C2. The root comes first: the trace of the matrix root is the sum of the "
        "roots of all eigenvalues.",
    ),
    Misconception(
        "variances alone",
        ((ROOTS, "roots = np.sqrt(np.diag(c1) * np.diag(c2))"),),
        "This is right for features that do not depend on each other. These do: the root of C1 C2 is not made of the "
        "variances alone.",
    ),
    Misconception(
        "product of the two roots",
        (
            (
                ROOTS,
                "root = lambda c: (lambda l, v: v * np.sqrt(np.maximum(l, 0)) @ v.T)(*np.linalg.eigh(c))\n"
                "    roots = np.trace(root(c1) @ root(c2))",
            ),
        ),
        "You multiplied the roots of C1 and of C2. That is the root of C1 C2 only where the two commute. Take the "
        "product first, or the root of C1^(1/2) C2 C1^(1/2).",
    ),
    Misconception(
        "eigenvalues of each matrix by themselves",
        ((ROOTS, "roots = np.sqrt(np.maximum(np.linalg.eigvalsh(c1) * np.linalg.eigvalsh(c2), 0))"),),
        "You multiplied eigenvalues of C1 by those of C2. The eigenvalues of a product are those products only where "
        "both matrices have the same eigenvectors.",
    ),
    Misconception(
        "product taken for symmetric",
        ((ROOTS, ROOTS.replace("eigvals(", "eigvalsh(")),),
        "eigvalsh reads one triangle and takes the matrix for symmetric. C1 C2 is not, though both factors are: use "
        "eigvals, or the symmetric C1^(1/2) C2 C1^(1/2).",
    ),
    Misconception(
        "root left out",
        ((ROOTS, "roots = np.diag(c1 @ c2)"),),
        "You took the trace of C1 C2. (1) has that of its root, which has the units of a covariance.",
    ),
    Misconception(
        "2 left out",
        ((VALUE, VALUE.replace("- 2 * roots", "- roots")),),
        "The root counts twice in (1): with equal covariances the trace is C + C - 2 C = 0.",
    ),
    Misconception(
        "root added",
        ((VALUE, VALUE.replace("- 2 * roots", "+ 2 * roots")),),
        "You added the root. With equal covariances the trace must vanish: C + C - 2 C.",
    ),
    Misconception(
        "trace of the first covariance forgotten",
        ((VALUE, VALUE.replace("np.trace(c1) + ", "")),),
        "The trace of C1 is missing: (1) has both covariances, and twice the root of their product.",
    ),
    Misconception(
        "trace of the second covariance forgotten",
        ((VALUE, VALUE.replace(" + np.trace(c2)", "")),),
        "The trace of C2 is missing: (1) has both covariances, and twice the root of their product.",
    ),
    Misconception(
        "means alone",
        ((VALUE, f"return float({MEANS})"),),
        "You compared the means alone. Samples that are all alike may have the right mean: the covariances tell.",
    ),
    Misconception(
        "covariances alone",
        ((VALUE, VALUE.replace(f"{MEANS} + ", "")),),
        "You left out the means. Two clouds of the same form at different places are not the same.",
    ),
    Misconception(
        "distance of means not squared",
        ((VALUE, VALUE.replace(MEANS, "np.sqrt(((m1 - m2) ** 2).sum())")),),
        "You added the distance of the means. (1) has its square: both parts are in squared units of the features.",
    ),
    Misconception(
        "root of the whole",
        ((VALUE, VALUE.replace("return float(", "return float(np.sqrt(max(0.0, ") + "))"),),
        "You returned d. (1), and what papers print, is d^2.",
    ),
    Misconception(
        "mean over features",
        ((VALUE, VALUE.replace(MEANS, "((m1 - m2) ** 2).mean()")),),
        "You averaged over features. The squared distance of the means is a sum over them.",
    ),
    Misconception(
        "sum of the differences squared",
        ((VALUE, VALUE.replace(MEANS, "(m1 - m2).sum() ** 2")),),
        "You squared the sum of the differences, in which they cancel. Square every difference, then add up.",
    ),
    Misconception(
        "second moments for covariances",
        ((COVARIANCE, "rows.T @ rows / (len(rows) - 1)"),),
        "You did not subtract the mean before you multiplied: these are second moments. A covariance is about the "
        "mean.",
    ),
    Misconception(
        "correlations for covariances",
        (
            (
                COVARIANCE,
                "(lambda c: c / np.sqrt(np.outer(np.diag(c), np.diag(c)) + 1e-300))(np.atleast_2d("
                "np.cov(rows, rowvar=False)))",
            ),
        ),
        "You compared correlations. They do not say how far a feature varies; (1) has covariances.",
    ),
    Misconception(
        "one covariance for both",
        (
            (
                ROOTS,
                "c1 = c2 = (c1 + c2) / 2\n    " + ROOTS,
            ),
        ),
        "You took one covariance for both sets, so all that is left are the means. Each set has its own.",
    ),
    Misconception(
        "covariance of the smaller sample for both",
        ((ROOTS, "c2 = c1\n    " + ROOTS),),
        "You took the covariance of the first set for the second, too. Each set has its own.",
    ),
    Misconception(
        "squared difference of the covariances",
        ((VALUE, f"return float({MEANS} + ((c1 - c2) ** 2).sum() + 0 * roots.sum())"),),
        "You took the squared difference of the covariances, entry by entry. It has the fourth power of the features' "
        "units, and is another measure: (1) has tr(C1 + C2 - 2 (C1 C2)^(1/2)).",
    ),
    Misconception(
        "sets cut to the same number of rows",
        (
            (
                "(m1, c1), (m2, c2) = (",
                "one, other = one[: min(len(one), len(other))], other[: min(len(one), len(other))]\n"
                "    (m1, c1), (m2, c2) = (",
            ),
        ),
        "You dropped rows until both sets had the same number. Nothing pairs the rows: use all of them.",
    ),
)
