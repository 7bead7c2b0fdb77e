"""Wrong answers to exercise 31."""

from course.workbook.content import Misconception

ONES = "np.ones(len(codebook), codebook.dtype)"
ADD_COUNTS = "np.add.at(n, codes, 1)"
ADD_ROWS = "np.add.at(total, codes, z_e)"
COUNTS = "decay * counts + (1 - decay) * n,"
SUMS = "decay * sums + (1 - decay) * total"
RETURNED = f"return codebook[codes], codes, {COUNTS} {SUMS}"
DEAD = "dead = counts < fewest"
NEW_COUNTS = "np.where(dead, 1, counts)"
ROWS = "z_e[chosen]"

MISCONCEPTIONS = (
    Misconception(
        "counts from 0",
        ((ONES, "np.zeros(len(codebook), codebook.dtype)"),),
        "N starts at 0, so that the first codes are m / 0. It starts at 1: a code that waits for its first row is then "
        "no dead one either.",
    ),
    Misconception(
        "sums from 0",
        (("codebook.copy()", "0 * codebook"),),
        "m starts at 0, so that every code (3) is 0 at first: they are all one and the same. With N = 1, m is the "
        "codebook.",
    ),
    Misconception(
        "the codebook itself for its sums",
        (("codebook.copy()", "codebook"),),
        "m is the array of the codebook itself. When that changes, m changes with it: return a copy.",
    ),
    Misconception(
        "shares for counts",
        ((ONES, "np.full(len(codebook), 1 / len(codebook))"),),
        "N is 1 / codes, a share. N is an average of numbers of rows, and starts at 1; with another N, m / N is not "
        "the codebook.",
    ),
    Misconception(
        "z_q of the codes after the step",
        ((RETURNED, f"new, m = {COUNTS} {SUMS}\n    return (m / new[:, None])[codes], codes, new, m"),),
        "z_q is made of the codes after the step. The decoder then sees codes that have moved towards the very rows "
        "that they stand for. Quantise first, and average afterwards.",
    ),
    Misconception(
        "chosen anew after the step",
        (
            (
                RETURNED,
                f"new, m = {COUNTS} {SUMS}\n    codebook = m / new[:, None]\n    codes = nearest_codes(z_e, codebook)\n"
                "    return codebook[codes], codes, new, m",
            ),
        ),
        "The averages are right, but you quantise after them: z_q and the indices are those of the next step. They "
        "belong to the codes that there were before it.",
    ),
    Misconception(
        "decay on the wrong side",
        ((COUNTS, "(1 - decay) * counts + decay * n,"), (SUMS, "(1 - decay) * sums + decay * total")),
        "decay and 1 - decay have changed places. decay is what is kept, nearly all of the old average; the minibatch "
        "comes in with 1 - decay.",
    ),
    Misconception(
        "only codes that were chosen decay",
        (
            (
                RETURNED,
                "kept = np.where(n > 0, decay, 1)\n    return codebook[codes], codes, kept * counts + (1 - decay) * n, "
                "kept[:, None] * sums + (1 - decay) * total",
            ),
        ),
        "You update only the codes that the minibatch chose. N of an unused code must fall, or nobody can tell that it "
        "is dead.",
    ),
    Misconception(
        "counts of unused codes do not decay",
        ((COUNTS, "np.where(n > 0, decay, 1) * counts + (1 - decay) * n,"),),
        "m of a code that no row chose decays, N does not: so the code m / N creeps towards 0. Both decay, and the "
        "code stays.",
    ),
    Misconception(
        "1 - decay forgotten",
        ((COUNTS, "decay * counts + n,"), (SUMS, "decay * sums + total")),
        "You add the minibatch whole. In a moving average it has the weight 1 - decay. The ratio m / N comes out "
        "nearly the same, but N is 1 / (1 - decay) times too large, so that no code ever falls below the threshold.",
    ),
    Misconception(
        "1 - decay forgotten in the sums",
        ((SUMS, "decay * sums + total"),),
        "The sums of the minibatch lack their weight 1 - decay, while the counts have it: the codes m / N grow.",
    ),
    Misconception(
        "1 - decay forgotten in the counts",
        ((COUNTS, "decay * counts + n,"),),
        "The counts of the minibatch lack their weight 1 - decay, while the sums have it: the codes m / N shrink.",
    ),
    Misconception(
        "mean of the rows for their sum",
        ((SUMS, "decay * sums + (1 - decay) * total / np.maximum(n, 1)[:, None]"),),
        "You averaged the rows of a code. m is an average of sums: the division by the number of rows happens once, in "
        "m / N.",
    ),
    Misconception(
        "divided by the rows of the minibatch",
        ((COUNTS, "decay * counts + (1 - decay) * n / len(z_e),"), (SUMS, f"{SUMS} / len(z_e)")),
        "You divided counts and sums by the number of rows. N would then be a share, and a threshold for it another "
        "one for every size of a minibatch.",
    ),
    Misconception(
        "counts divided by the rows of the minibatch",
        ((COUNTS, "decay * counts + (1 - decay) * n / len(z_e),"),),
        "n is the number of rows that chose a code, not their share of the minibatch. m holds sums, so the codes m / N "
        "become far too long.",
    ),
    Misconception(
        "smoothed counts written back",
        (
            (
                RETURNED,
                f"new, m = {COUNTS} {SUMS}\n    smooth = (new + 1e-5) / (new.sum() + len(new) * 1e-5) * new.sum()\n"
                "    return codebook[codes], codes, smooth, m",
            ),
        ),
        "You smooth N, so that it is never 0, and return that as the new N. So at every step a little of each count "
        "goes to the others. N starts at 1 here and needs no smoothing; if it did, only the N of m / N.",
    ),
    Misconception(
        "the counts of this minibatch alone",
        ((COUNTS, "n,"),),
        "You return n, the counts of this minibatch. N is their moving average (1).",
    ),
    Misconception(
        "chosen or not for the number of rows",
        ((ADD_COUNTS, "n[codes] = 1"),),
        "n is 1 where a code was chosen, by however many rows. Count the rows: a code that five rows chose has n = 5.",
    ),
    Misconception(
        "rows of one code not added up",
        ((ADD_ROWS, "total[codes] += z_e"),),
        "Where an index stands several times, `array[codes] += rows` keeps the last row alone. A code that several "
        "rows chose gets their sum: np.add.at.",
    ),
    Misconception(
        "average of codes for average of sums",
        (
            (
                RETURNED,
                f"new = {COUNTS[:-1]}\n    means = total / np.maximum(n, 1)[:, None]\n"
                "    means[n == 0] = codebook[n == 0]\n"
                "    return codebook[codes], codes, new, new[:, None] * (decay * codebook + (1 - decay) * means)",
            ),
        ),
        "You average the codes: each moves by 1 - decay towards the mean of its rows, however many those are. (2) "
        "averages sums, so that a code moves farther where many rows chose it.",
    ),
    Misconception(
        "sums do not decay",
        ((SUMS, "sums + (1 - decay) * total"),),
        "N decays, m does not: the codes m / N grow without end.",
    ),
    Misconception(
        "sums for codes",
        (("codebook = sums / counts[:, None]", "codebook = sums"),),
        "You quantise with m, the sums. The codes are m / N.",
    ),
    Misconception(
        "z_e for z_q",
        ((RETURNED, RETURNED.replace("codebook[codes], codes", "z_e.copy(), codes")),),
        "You returned z_e. z_q is the nearest code of every row; that its gradient goes to z_e is the straight-through "
        "estimator, which changes no value.",
    ),
    Misconception(
        "decay for every row",
        (
            (
                RETURNED,
                "N, m = counts.copy(), sums.copy()\n    for k, row in zip(codes, z_e):\n"
                "        N, m = decay * N, decay * m\n        N[k] += 1 - decay\n        m[k] += (1 - decay) * row\n"
                "    return codebook[codes], codes, N, m",
            ),
        ),
        "The averages decay once for every row. A step is a minibatch: they decay once, and all rows come in together.",
    ),
    Misconception(
        "codes for sums returned",
        ((RETURNED, f"new = {COUNTS[:-1]}\n    return codebook[codes], codes, new, ({SUMS}) / new[:, None]"),),
        "You returned m / N, the codes. m itself is the state; the next step divides it by N.",
    ),
    Misconception(
        "sum of the codes for the sum of the rows",
        ((ADD_ROWS, "np.add.at(total, codes, codebook[codes])"),),
        "You added up the codes that were chosen, so that they learn from themselves and stay. m collects the rows of "
        "z_e.",
    ),
    Misconception(
        "averages changed in place",
        (
            (
                RETURNED,
                "counts *= decay\n    sums *= decay\n"
                "    return codebook[codes], codes, counts + (1 - decay) * n, sums + (1 - decay) * total",
            ),
        ),
        "`counts *= decay` changes the array of the caller. Make new ones: decay * counts.",
    ),
    Misconception(
        "row k for row chosen[k]",
        ((ROWS, "z_e[np.arange(len(counts)) % len(z_e)]"),),
        "Code k starts again at row k of z_e. The rows to start at were drawn by lot: z_e[chosen[k]].",
    ),
    Misconception(
        "rows handed out in order",
        ((ROWS, "z_e[chosen[np.maximum(np.cumsum(dead) - 1, 0)]]"),),
        "The first dead code takes chosen[0], the second chosen[1]. `chosen` has an entry for every code, dead or "
        "alive: dead code k takes chosen[k].",
    ),
    Misconception(
        "one row for all dead codes",
        ((ROWS, "z_e[np.full_like(chosen, chosen[np.argmax(dead)])]"),),
        "All dead codes start at the same row, so that they are one code again. Each has a row of its own, chosen[k].",
    ),
    Misconception(
        "mean of z_e for a row",
        ((ROWS, "z_e.mean(axis=0)"),),
        "All dead codes start at the mean of z_e, so that they are one code again. Each has a row of its own: "
        "chosen[k].",
    ),
    Misconception(
        "the most used code for a row",
        ((ROWS, "(sums / counts[:, None])[counts.argmax()]"),),
        "Dead codes start at the place of the code that is used most. They start at outputs of the encoder: "
        "z_e[chosen[k]].",
    ),
    Misconception(
        "first dead code alone",
        ((DEAD, "dead = (counts < fewest) & (np.cumsum(counts < fewest) == 1)"),),
        "Only the first dead code starts again. All codes with N < fewest do, each at a row of its own.",
    ),
    Misconception(
        "N of a restarted code left as it was",
        ((NEW_COUNTS, "counts.copy()"),),
        "m is new, N is not: the code m / N is then not the row. A dead code starts again with N = 1.",
    ),
    Misconception(
        "code moved, still dead",
        (
            (NEW_COUNTS, "counts.copy()"),
            (ROWS, "counts[:, None] * z_e[chosen]"),
        ),
        "The code m / N is the row, but N is as small as it was, so it is dead again in the next step, before it had "
        "a chance. It starts with N = 1.",
    ),
    Misconception(
        "N of a restarted code is the threshold",
        ((NEW_COUNTS, "np.where(dead, fewest, counts)"),),
        "N starts at 1, not at the threshold; with m the row alone, m / N is not the row.",
    ),
    Misconception(
        "N of a restarted code is 0",
        ((NEW_COUNTS, "np.where(dead, 0, counts)"),),
        "N starts at 0, so that the code is m / 0. It starts at 1.",
    ),
    Misconception(
        "dead at the threshold",
        ((DEAD, "dead = counts <= fewest"),),
        "A code whose N is exactly `fewest` is used often enough: dead is N < fewest.",
    ),
    Misconception(
        "living codes started again",
        ((DEAD, "dead = counts > fewest"),),
        "You start the living codes again, and leave the dead ones. Dead is N < fewest.",
    ),
    Misconception(
        "threshold as a share of the average use",
        ((DEAD, "dead = counts < fewest * counts.mean()"),),
        "You compare N with a share of the average N. `fewest` is a number of rows: N < fewest.",
    ),
    Misconception(
        "all codes started again where one is dead",
        ((DEAD, "dead = np.full(len(counts), (counts < fewest).any())"),),
        "Where one code is dead, you start all of them again, and lose what the others have learnt.",
    ),
    Misconception(
        "the caller's arrays where no code is dead",
        ((DEAD, f"{DEAD}\n    if not dead.any():\n        return counts, sums"),),
        "Where no code is dead you return the very arrays that you were given. The numbers are right, but when the "
        "caller changes one of the two, the other changes with it. Both are new arrays at every call.",
    ),
    Misconception(
        "largest product for the nearest code",
        (("codes = nearest_codes(z_e, codebook)", "codes = (z_e @ codebook.T).argmax(axis=1)"),),
        "Every row takes the code with the largest product z_e . e. That favours long codes. It takes the nearest one: "
        "nearest_codes.",
    ),
    Misconception(
        "the last of equally near codes",
        (("nearest_codes(z_e, codebook)", "len(counts) - 1 - nearest_codes(z_e, codebook[::-1])"),),
        "Of equally near codes you take the last. A row takes the first of them, as nearest_codes does.",
    ),
    Misconception(
        "N of at least 1 in the codes",
        (("sums / counts[:, None]", "sums / np.maximum(counts, 1)[:, None]"),),
        "You divide m by at least 1. N is less than 1 for every code that is seldom chosen, and the code is m / N then "
        "too.",
    ),
    Misconception(
        "something small added to N",
        (("sums / counts[:, None]", "sums / (counts + 1e-5)[:, None]"),),
        "You add a small number to N before you divide, so that hardly used codes shrink towards 0. N starts at 1 and "
        "is never 0: the code is m / N.",
    ),
    Misconception(
        "a restart with the threshold for N",
        ((NEW_COUNTS, "np.where(dead, fewest, counts)"), (ROWS, "fewest * z_e[chosen]")),
        "Your restarted codes begin with N = fewest. The code is the right one, but N is 1: with less it moves on "
        "at once, and dies at the next step without a row.",
    ),
)
