"""Wrong answers to exercise 41."""

from course.workbook.content import Misconception

LOOP = "for _ in range(steps):"
STEP_V = "        v = W.T @ u\n        u"
STEP_U = "u = W @ (v / np.linalg.norm(v))"
LENGTH_U = "u = u / np.linalg.norm(u)"
LAST = "    v = W.T @ u\n    return u, v / np.linalg.norm(v)"
RUN = "u, v = power_iteration(W, u, steps)"
OUTER = "return ds * np.outer(u, v)"
VALUE = "return (float(u @ W @ v), u), pullback"

MISCONCEPTIONS = (
    # The iteration.
    Misconception(
        "v of the step before",
        ((LAST, "    return u, v / np.linalg.norm(v)"),),
        "You returned the v from which the last u was made. After the last step v is made once more, from that u.",
    ),
    Misconception(
        "one step too many",
        ((LOOP, "for _ in range(steps + 1):"),),
        "You took a step more than asked for. Only v is made once more at the end, not u.",
    ),
    Misconception(
        "one step too few",
        ((LOOP, "for _ in range(max(1, steps - 1)):"),),
        "You took a step less than asked for.",
    ),
    Misconception(
        "a single step",
        ((LOOP, "for _ in range(1):"),),
        "You took one step, whatever steps says.",
    ),
    Misconception(
        "v not divided by its length",
        ((LAST, "    v = W.T @ u\n    return u, v"),),
        "The v that you return has the length s. Divide it by its length, or s = u^T W v is squared.",
    ),
    Misconception(
        "u not divided by its length",
        ((LENGTH_U, "u = 1.0 * u"),),
        "Your u has not the length 1. Divide it after each step, or it grows with the singular value, step by step.",
    ),
    Misconception(
        "divided by the sum of squares",
        ((LENGTH_U, "u = u / (u @ u)"),),
        "You divided u by the square of its length.",
    ),
    Misconception(
        "divided by the largest number",
        ((LENGTH_U, "u = u / np.abs(u).max()"),),
        "You divided u by its largest number. The direction is right, but (1) has the Euclidean length.",
    ),
    Misconception(
        "divided by the sum",
        ((LENGTH_U, "u = u / np.abs(u).sum()"),),
        "You divided u by the sum of its numbers. The direction is right, but (1) has the Euclidean length.",
    ),
    Misconception(
        "something added to the length",
        ((LENGTH_U, "u = u / (np.linalg.norm(u) + 1e-3)"),),
        "You added something to the length of u, so that it is not 1, and far from it where W is small.",
    ),
    Misconception(
        "constant start",
        ((LOOP, "u = np.ones(len(u))\n    for _ in range(steps):"),),
        "You began at ones. Go on from the u that comes in: it is where the last call has ended.",
    ),
    Misconception(
        "sign of u",
        ((LENGTH_U, "u = -u / np.linalg.norm(u)"),),
        "Your u changes its sign in each step. (1) has no minus.",
    ),
    Misconception(
        "vectors exchanged",
        ((LAST, "    v = W.T @ u\n    return v / np.linalg.norm(v), u"),),
        "The order is (u, v): first the vector with a number for each row.",
    ),
    Misconception(
        "singular vectors to the end",
        ((LOOP, "for _ in range(1000):"),),
        "You iterated until nothing changes. A call takes as many steps as it is told; in training one is enough: the "
        "next goes on from it.",
    ),
    # The value and the pullback.
    Misconception(
        "square of the singular value",
        ((VALUE, VALUE.replace("u @ W @ v", "(u @ W @ v) ** 2")),),
        "This is the square of (2), the largest eigenvalue of W W^T. The penalty is the singular value itself.",
    ),
    Misconception(
        "Frobenius norm",
        ((VALUE, VALUE.replace("u @ W @ v", "np.linalg.norm(W)")),),
        "This is the root of the sum of all squared weights. All singular values are in it; (2) is the largest alone.",
    ),
    Misconception(
        "exact singular value",
        ((VALUE, VALUE.replace("u @ W @ v", "np.linalg.norm(W, 2)")),),
        "You returned the exact value. (2) is what u and v give after these steps, and its gradient is theirs.",
    ),
    Misconception(
        "old u returned",
        ((RUN, "start = u\n    u, v = power_iteration(W, u, steps)"), (VALUE, VALUE.replace(", u), p", ", start), p"))),
        "You returned the u that came in. The new one is asked for: with the old one no iteration would ever go on.",
    ),
    Misconception(
        "v returned for u",
        ((VALUE, VALUE.replace(", u), p", ", v), p")),),
        "You returned v beside s. The next iteration starts from u, with a number for each row.",
    ),
    Misconception(
        "gradient transposed",
        ((OUTER, "return np.resize(ds * np.outer(v, u), W.shape)"),),
        "dW has the shape of W: a row for each number of u, a column for each of v.",
    ),
    Misconception(
        "gradient of the square",
        ((OUTER, "return 2 * ds * (u @ W @ v) * np.outer(u, v)"),),
        "This is the gradient of s^2. That of s is ds times the outer product of u and v.",
    ),
    Misconception(
        "gradient of a quotient",
        ((OUTER, "return ds * (np.outer(u, v) - (u @ W @ v) * W / (W**2).sum())"),),
        "You took something off for a length. u and v count as constants: s = sum_ij u_i W_ij v_j is linear in W.",
    ),
    Misconception(
        "gradient times the singular value",
        ((OUTER, "return ds * (u @ W @ v) * np.outer(u, v)"),),
        "s u v^T is the best matrix of rank 1 near W, not the gradient of s. That is u v^T, whatever s is.",
    ),
    Misconception(
        "the weights for their gradient",
        ((OUTER, "return ds * W"),),
        "This is the gradient of half the squared weights, as in weight decay. It shrinks all singular values; here "
        "only the largest is penalised.",
    ),
    Misconception(
        "upstream gradient forgotten",
        ((OUTER, "return np.outer(u, v)"),),
        "A pullback multiplies by what arrives: ds.",
    ),
    Misconception(
        "spectral normalisation",
        ((VALUE, "W = W / (u @ W @ v)\n    return (float(u @ W @ v), u), pullback"),),
        "You divided W by s first, so that s is always 1. That is spectral normalisation; here W stays as it is.",
    ),
    Misconception(
        "minus the singular value",
        ((VALUE, VALUE.replace("float(u @", "-float(u @")), (OUTER, "return -ds * np.outer(u, v)")),
        "Your s is negative. A singular value is at least 0, and the loss grows with it.",
    ),
    Misconception(
        "a whole decomposition",
        (
            (
                LOOP,
                "left, _, right = np.linalg.svd(W, full_matrices=False)\n    return left[:, 0], right[0]\n    " + LOOP,
            ),
        ),
        "You return the singular vectors themselves. Asked for is what power iteration has reached from this u "
        "after so many steps: it costs two products a step, and keeps the sign of u.",
    ),
)
