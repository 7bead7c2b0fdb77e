"""Wrong answers to exercise 37."""

from course.workbook.content import Misconception

MOVED = "moved = 2 * dy[:, :, None] * difference"
BOTH = "return moved.sum(axis=1), -moved.sum(axis=0)"
SLOPE = "return -dy * (kernels**2 / C).sum(axis=0)"
CODES = "of_codes = (1 - np.eye(n)) / (n * (n - 1))"
POINTS = "of_points = (1 - np.eye(m)) / (m * (m - 1))"
VALUE = "value = (of_codes * k_codes).sum() + (of_points * k_points).sum() - 2 * k_across.mean()"
FIRST = "first, second = to_codes(pull_codes(dy * of_codes))"
THIRD = "third, _ = to_pairs(pull_across(np.full((n, m), -2 * dy / (n * m))))"
SUM = "return first + second + third"
AMONG = "among, to_codes = squared_distances(z, z)"
ACROSS = "across, to_pairs = squared_distances(z, prior)"
K_CODES = "k_codes, pull_codes = inverse_multiquadratic(among, D)"
K_ACROSS = "k_across, pull_across = inverse_multiquadratic(across, D)"
K_POINTS = "k_points, _ = inverse_multiquadratic(squared_distances(prior, prior)[0], D)"
NEGATIVE = "Why an estimate may be negative"

MISCONCEPTIONS = (
    Misconception(
        "2 of the square forgotten in the distances",
        ((MOVED, MOVED.replace("2 * ", "")),),
        "The derivative of a square has a factor 2: the derivative of (a - b)^2 by a is 2 (a - b).",
    ),
    Misconception(
        "signs of both points exchanged",
        ((BOTH, "return -moved.sum(axis=1), moved.sum(axis=0)"),),
        "The derivative of |a - b|^2 by a is 2 (a - b), by b it is -2 (a - b). Your signs are the other way about.",
    ),
    Misconception(
        "mean over pairs for the sum in the distances",
        ((BOTH, "return moved.mean(axis=1), -moved.mean(axis=0)"),),
        "You took means. A point that occurs in several pairs gets the sum of their gradients; what weight a pair "
        "has is in dy already.",
    ),
    Misconception(
        "upstream gradient forgotten in the distances",
        ((MOVED, "moved = 2 * difference"),),
        "A pullback multiplies by what arrives: dy has a number for each pair.",
    ),
    Misconception(
        "slope of the root for that of the square",
        ((MOVED, MOVED + " / (np.sqrt((difference**2).sum(axis=2)) + 1e-12)[:, :, None] / 2"),),
        "This is the gradient of the distance. The value is the *squared* distance, whose gradient is 2 (a - b).",
    ),
    Misconception(
        "sign of the kernel's slope",
        ((SLOPE, SLOPE.replace("-dy", "dy")),),
        "The kernel falls when the distance grows: the derivative of C / (C + d) is -C / (C + d)^2.",
    ),
    Misconception(
        "C forgotten in the kernel's slope",
        ((SLOPE, "return -dy * (kernels**2).sum(axis=0)"),),
        "The square of the kernel is C^2 / (C + d)^2, C times too large: the derivative is -C / (C + d)^2 = -k^2 / C.",
    ),
    Misconception(
        "kernel not squared in its slope",
        ((SLOPE, "return -dy * (kernels / C).sum(axis=0)"),),
        "The derivative of C / (C + d) has the square of C + d below the line: -C / (C + d)^2.",
    ),
    Misconception(
        "square of the summed kernel",
        ((SLOPE, "return -dy * kernels.sum(axis=0) ** 2 / (2 * D)"),),
        "You squared the sum of the seven kernels. Each kernel has a slope of its own, -k^2 / C with its own C; add "
        "up the slopes.",
    ),
    Misconception(
        "mean of the seven slopes",
        ((SLOPE, SLOPE.replace(".sum(", ".mean(")),),
        "The kernel is the sum of seven, so its slope is the sum of theirs, not their mean.",
    ),
    Misconception(
        "one width for the slope",
        ((SLOPE, "return -dy * kernels[3] ** 2 / C[3]"),),
        "This is the slope of one kernel, of scale 1. Each of the seven adds its own: far points and near ones are "
        "taught by different scales.",
    ),
    Misconception(
        "upstream gradient forgotten in the kernel",
        ((SLOPE, "return -(kernels**2 / C).sum(axis=0)"),),
        "A pullback multiplies by what arrives: dy has a number for each pair.",
    ),
    Misconception(
        "a point paired with itself",
        ((CODES, "of_codes = np.full((n, n), 1 / n**2)"), (POINTS, "of_points = np.full((m, m), 1 / m**2)")),
        "You averaged over all n^2 pairs, also those of a point with itself, where the kernel is at its largest. "
        "That estimate is never below 0 and too large on average: it has a bias of the order of 1 / n. Leave out i "
        "= j, and divide by n (n - 1).",
        section=NEGATIVE,
    ),
    Misconception(
        "diagonal left out of the sum but not of the count",
        ((CODES, CODES.replace("(n * (n - 1))", "n**2")), (POINTS, POINTS.replace("(m * (m - 1))", "m**2"))),
        "You left out the pairs with i = j, and divided by n^2 as if they were there. There are n (n - 1) pairs.",
        section=NEGATIVE,
    ),
    Misconception(
        "diagonal left out of the count but not of the sum",
        (
            (CODES, CODES.replace("(1 - np.eye(n))", "np.ones((n, n))")),
            (POINTS, POINTS.replace("(1 - np.eye(m))", "np.ones((m, m))")),
        ),
        "You divided by n (n - 1), but added up all n^2 pairs, also those of a point with itself.",
        section=NEGATIVE,
    ),
    Misconception(
        "n - 1 for the number of pairs",
        ((CODES, CODES.replace("(n * (n - 1))", "(n - 1)")), (POINTS, POINTS.replace("(m * (m - 1))", "(m - 1)"))),
        "You divided by n - 1. That is the number of partners of one code; there are n codes, and n (n - 1) pairs.",
    ),
    Misconception(
        "unordered pairs counted, ordered ones added up",
        (
            (CODES, CODES.replace("(n * (n - 1))", "(n * (n - 1) / 2)")),
            (POINTS, POINTS.replace("(m * (m - 1))", "(m * (m - 1) / 2)")),
        ),
        "Your sum holds every pair twice, (i, j) and (j, i), and you divided by the number of pairs counted once. "
        "With both orders in the sum there are n (n - 1).",
    ),
    Misconception(
        "2 of the pairs across forgotten in the value",
        ((VALUE, VALUE.replace("- 2 * k", "- k")),),
        "The mean kernel across is subtracted twice: |u - v|^2 = |u|^2 + |v|^2 - 2 u v. With it once, two equal "
        "distributions are not at 0.",
    ),
    Misconception(
        "minus the MMD",
        ((VALUE, VALUE.replace("value = ", "value = -(") + ")"), (SUM, "return -(first + second + third)")),
        "Your value and your gradient have the opposite sign. Whoever descends it drives codes away from the prior.",
    ),
    Misconception(
        "negative estimates cut off",
        (("return float(value), pullback", "return max(float(value), 0.0), pullback"),),
        "You replaced an estimate below 0 by 0. Where the distributions agree the estimate is 0 on average, so it "
        "has to be below 0 at times; without those it is too large on average.",
        section=NEGATIVE,
    ),
    Misconception(
        "root of the squared MMD",
        (("return float(value), pullback", "return float(np.sign(value) * np.sqrt(abs(value))), pullback"),),
        "You took the root. (2) estimates the *squared* MMD; its root has a bias, and no value where (2) is below 0.",
    ),
    Misconception(
        "kernel of distances for squared distances",
        (
            (K_CODES, "k_codes, pull_codes = inverse_multiquadratic(np.sqrt(among), D)"),
            (K_ACROSS, "k_across, pull_across = inverse_multiquadratic(np.sqrt(across), D)"),
            (K_POINTS, "k_points, _ = inverse_multiquadratic(np.sqrt(squared_distances(prior, prior)[0]), D)"),
        ),
        "You handed roots to the kernel. (1) has *squared* distances.",
    ),
    Misconception(
        "number of codes for their length",
        (("n, m, D = len(z), len(prior), z.shape[1]", "n, m, D = len(z), len(prior), len(z)"),),
        "The widths of the kernel come from D, the numbers of a code: z.shape[1]. You took the number of codes.",
    ),
    Misconception(
        "pairs among the prior's points forgotten",
        ((VALUE, VALUE.replace(" + (of_points * k_points).sum()", "")),),
        "Your value lacks the pairs of the prior's points. They have no gradient, but without them the value is no "
        "distance: it is not 0 where the distributions agree.",
    ),
    Misconception(
        "one side of a pair of codes forgotten",
        ((SUM, "return first + third"),),
        "A pair of codes (i, j) teaches both. z is both arguments of squared_distances(z, z), so both gradients "
        "belong to it.",
    ),
    Misconception(
        "codes do not repel one another",
        ((SUM, "return third"),),
        "Your gradient has the pairs across alone, which pull all codes to where the prior is densest. The pairs of "
        "codes drive them apart, and are part of the value.",
    ),
    Misconception(
        "codes are not drawn to the prior",
        ((SUM, "return first + second"),),
        "Your gradient lacks the pairs across: the value contains z there too.",
    ),
    Misconception(
        "2 of the pairs across forgotten in the gradient",
        ((THIRD, THIRD.replace("-2 * dy", "-dy")),),
        "The pairs across have the weight -2 / (n m) in the value, and so they have in the gradient.",
    ),
    Misconception(
        "sign of the pairs across in the gradient",
        ((THIRD, THIRD.replace("-2 * dy", "2 * dy")),),
        "The pairs across are subtracted in the value. With your sign the prior pushes codes away.",
    ),
    Misconception(
        "upstream gradient forgotten in the MMD",
        ((FIRST, FIRST.replace("dy * of_codes", "of_codes")), (THIRD, THIRD.replace("-2 * dy", "-2"))),
        "A pullback multiplies by what arrives: here dy, one number.",
    ),
    Misconception(
        "upstream gradient forgotten across",
        ((THIRD, THIRD.replace("-2 * dy", "-2")),),
        "The pairs across lack dy, which the pairs of codes have.",
    ),
    Misconception(
        "gradient of the prior's points for that of the codes",
        (
            (AMONG, "among, to_codes = squared_distances(prior, prior)"),
            (K_POINTS, "k_points, _ = inverse_multiquadratic(squared_distances(z, z)[0], D)"),
            (VALUE, "value = (of_codes * k_points).sum() + (of_points * k_codes).sum() - 2 * k_across.mean()"),
            (FIRST, FIRST.replace("of_codes)", "of_points)")),
            (THIRD, THIRD.replace("third, _ =", "_, third =")),
        ),
        "You returned the gradient of the prior's points, a row for each of them. What is asked for is dz, a row "
        "for each code.",
    ),
    Misconception(
        "samples without a pair accepted",
        (("if rows < 2:", "if rows < 1:"),),
        "A single code or a single point has no pair, so that you divide 0 by 0. The task asks for InvalidArgument.",
    ),
    Misconception(
        "only the codes counted for pairs",
        (('for name, rows in (("z", len(z)), ("prior", len(prior))):', 'for name, rows in (("z", len(z)),):'),),
        "You refuse a single code, but not a single point of the prior. Both samples need a pair.",
    ),
    Misconception(
        "pairs of codes for the pairs of points",
        ((POINTS, POINTS.replace("(m * (m - 1))", "(n * (n - 1))")),),
        "You divide the sum over the prior's points by n (n - 1), the pairs of codes. There are m points: m (m - 1).",
    ),
    Misconception(
        "equal codes left out",
        ((CODES, "of_codes = (squared_distances(z, z)[0] > 0) / (n * (n - 1))"),),
        "You leave out every pair at distance 0. Two codes may be equal: only a code with itself, i = j, is left out.",
    ),
    Misconception(
        "as many rows of both samples",
        (("n, m, D = len", "z, prior = z[: len(prior)], prior[: len(z)]\n    n, m, D = len"),),
        "You use only as many rows of the larger sample as the smaller one has. (2) holds for n and m that differ, and "
        "uses all.",
    ),
    Misconception(
        "n n pairs across",
        ((VALUE, VALUE.replace("k_across.mean()", "k_across.sum() / n**2")), (THIRD, THIRD.replace("(n * m)", "n**2"))),
        "You divide the pairs of a code and a point by n n. There are n of the one and m of the other: n m pairs.",
    ),
)
