"""Wrong answers to exercise 22."""

from course.workbook.content import Misconception

TERMS = "(joint[seen] * np.log(joint[seen] / independent[seen])).sum()"
COUNTED = "    np.add.at(counts, (rows, columns), 1)\n"
GAP = "gaps.append((information[-1] - information[-2]) / entropy)"
UNREFUSED = "    if not gaps:\n        return 0.0\n        raise"

MISCONCEPTIONS = (
    Misconception(
        "nothing refused",
        (("if codes.shape[1] < 2:", "if codes.shape[1] < 1:"), ("    if not gaps:\n        raise", UNREFUSED)),
        "With one latent there is no second best, and if no factor ever changes, there is nothing to take the mean of. "
        "Raise InvalidArgument in both cases.",
    ),
    Misconception(
        "one latent accepted",
        (("if codes.shape[1] < 2:", "if codes.shape[1] < 1:"),),
        "With one latent there is no second best, and no gap. Raise InvalidArgument then.",
    ),
    Misconception(
        "no change accepted",
        (("    if not gaps:\n        raise", UNREFUSED),),
        "If no factor ever changes, there is nothing to take the mean of. Raise InvalidArgument then; "
        "0 would mean that the latents share their factors.",
    ),
    Misconception(
        "bits for nats",
        ((TERMS, "(joint[seen] * np.log2(joint[seen] / independent[seen])).sum()"),),
        "You took the logarithm to base 2, which gives bits. All information in this course is in nats: np.log.",
    ),
    Misconception(
        "joint entropy",
        ((TERMS, "-(joint[seen] * np.log(joint[seen])).sum()"),),
        "This is the entropy of the pair (a, b). The mutual information compares p_ij with p_i p_j, what it would be "
        "if a and b were independent.",
    ),
    Misconception(
        "sign of the information",
        ((TERMS, "(joint[seen] * np.log(independent[seen] / joint[seen])).sum()"),),
        "The fraction is upside down: p_ij stands above p_i p_j. Mutual information is never negative.",
    ),
    Misconception(
        "log ratio not weighted",
        ((TERMS, "np.log(joint[seen] / independent[seen]).sum()"),),
        "The factor p_ij in front of the logarithm is missing: each cell counts as often as it occurs.",
    ),
    Misconception(
        "weighted by the product",
        ((TERMS, "(independent[seen] * np.log(joint[seen] / independent[seen])).sum()"),),
        "The logarithm is weighted with p_i p_j. The average is over the pairs that occur, so the weight is p_ij.",
    ),
    Misconception(
        "empty cells kept",
        (("seen = joint > 0", "seen = joint >= 0"),),
        "A pair of values that never occurs gives 0 log 0, which NumPy computes as NaN. It adds 0: leave such cells "
        "out.",
    ),
    Misconception(
        "a small number added to the counts",
        (("joint = counts / counts.sum()", "joint = (counts + 1e-3) / (counts + 1e-3).sum()"),),
        "You added a small number so that no cell is empty. That changes the result: leave the empty cells out.",
    ),
    Misconception(
        "counts not divided",
        (("joint = counts / counts.sum()", "joint = counts"),),
        "You left the counts undivided. p_ij is a share of the pairs: all of them sum to 1.",
    ),
    Misconception(
        "each value counted once",
        (("np.add.at(counts, (rows, columns), 1)", "counts[rows, columns] += 1"),),
        "counts[rows, columns] += 1 adds 1 to a cell once, even if the cell is named many times. np.add.at adds "
        "each time.",
    ),
    Misconception(
        "one marginal forgotten",
        (("joint.sum(axis=1, keepdims=True) *", "np.ones_like(joint) *"),),
        "You compare p_ij with p_j alone. Independence means p_ij = p_i p_j: both are needed.",
    ),
    Misconception(
        "gap not normalised",
        ((GAP, "gaps.append(information[-1] - information[-2])"),),
        "The gap is not divided by the entropy of the factor. A factor with more values would count more.",
    ),
    Misconception(
        "normalised by the number of values",
        ((GAP, "gaps.append((information[-1] - information[-2]) / np.log(len(np.unique(factor))))"),),
        "You divided by log(number of values). That is the entropy only if all values are equally frequent; in general "
        "it is I(v; v).",
    ),
    Misconception(
        "normalised after the mean",
        (
            (GAP, "gaps.append((information[-1] - information[-2], entropy))"),
            ("float(np.mean(gaps))", "float(np.divide(*np.sum(gaps, axis=0)))"),
        ),
        "You divided the mean gap by the mean entropy. Each factor's gap is divided by its own entropy first.",
    ),
    Misconception(
        "second latent not subtracted",
        ((GAP, "gaps.append(information[-1] / entropy)"),),
        "This is how much the best latent tells. The gap subtracts what the second best tells: a factor that two "
        "latents share is not disentangled.",
    ),
    Misconception(
        "gap to the mean of the others",
        ((GAP, "gaps.append((information[-1] - np.mean(information[:-1])) / entropy)"),),
        "You subtracted the mean of all other latents. Only the second best counts: most others know nothing anyway.",
    ),
    Misconception(
        "latents not sorted",
        (("information = sorted(", "information = list("),),
        "You subtracted the last latent but one from the last. The two that tell most must be found first: sort.",
    ),
    Misconception(
        "least for most",
        ((GAP, "gaps.append((information[1] - information[0]) / entropy)"),),
        "You took the two latents that tell least. sorted() puts the largest last.",
    ),
    Misconception(
        "factors and latents exchanged",
        (
            ("for factor in factors.T", "for factor in latents"),
            ("for latent in latents)", "for latent in factors.T)"),
        ),
        "You asked, for each latent, which two factors it tells most about. MIG asks it the other way round: for each "
        "factor, which two latents.",
    ),
    Misconception(
        "sum over factors",
        (("np.mean(gaps)", "np.sum(gaps)"),),
        "You summed over the factors. The mean keeps the number between 0 and 1, whatever the number of factors.",
    ),
    Misconception(
        "constant factor counted as 0",
        (
            ("if entropy > 0:", "if True:"),
            (GAP, "gaps.append((information[-1] - information[-2]) / entropy if entropy > 0 else 0.0)"),
        ),
        "A factor that never changes counts as a gap of 0. Nothing can be known about it: leave it out of the mean.",
    ),
    Misconception(
        "one pair of latents for all factors",
        (
            (
                "    gaps = []\n",
                "    total = [sum(discrete_mutual_information(v, z) for v in factors.T) for z in latents]\n"
                "    latents = [latents[j] for j in np.argsort(total)]\n    gaps = []\n",
            ),
            ("information = sorted(", "information = list("),
        ),
        "You chose the two latents once, for all factors together. Each factor has a best latent of its own.",
    ),
    Misconception(
        "one added to the counts",
        (("joint = counts / counts.sum()", "joint = (counts + 1) / (counts + 1).sum()"),),
        "You added 1 to every cell so that none is empty. That changes the result: leave the empty cells out.",
    ),
    Misconception(
        "conditional entropy",
        ((TERMS, "-(joint[seen] * np.log((joint / joint.sum(axis=0))[seen])).sum()"),),
        "This is the entropy of a when b is known, what b does not tell. The mutual information is what b tells: "
        "p_ij is compared with p_i p_j.",
    ),
    Misconception(
        "a histogram of 20 bins",
        ((COUNTED, "    counts = np.histogram2d(a, b, bins=20)[0]\n"),),
        "You counted the pairs in 20 x 20 bins. Values that lie close together then fall into one bin: each value "
        "needs a row or column of its own.",
    ),
    Misconception(
        "equal latents merged",
        (
            (
                GAP,
                "information = sorted(set(information))\n"
                "            gaps.append((information[-1] - information[-2:][0]) / entropy)",
            ),
        ),
        "You merged equal numbers before you took the second. Two latents that tell the same share the factor: "
        "the gap is 0.",
    ),
    Misconception(
        "one pair of latents, without sign",
        (
            (
                "    gaps = []\n",
                "    total = [sum(discrete_mutual_information(v, z) for v in factors.T) for z in latents]\n"
                "    latents = [latents[j] for j in np.argsort(total)]\n    gaps = []\n",
            ),
            ("information = sorted(", "information = list("),
            (GAP, "gaps.append(abs(information[-1] - information[-2]) / entropy)"),
        ),
        "You chose the two latents once, for all factors together, and took the size of their difference. Each factor "
        "has a best latent of its own.",
    ),
    Misconception(
        "sorted along the factors",
        (
            (GAP, "gaps.append(entropy)"),
            (
                "    return float(np.mean(gaps))",
                "    changing = [v for v in factors.T if np.ptp(v) > 0]\n"
                "    table = [[discrete_mutual_information(v, z) for z in latents] for v in changing]\n"
                "    table = np.sort(table, axis=0)\n"
                "    return float(np.mean((table[:, -1] - table[:, -2]) / gaps))",
            ),
        ),
        "You sorted along the wrong axis: the factors were sorted for each latent. Sort the latents of each factor.",
    ),
    Misconception(
        "one range for all latents",
        (("[equal_width_bins(code) for code in codes.T]", "equal_width_bins(codes.ravel()).reshape(codes.shape).T"),),
        "All latents share the same bins, from the least to the greatest value of all. A narrow latent then falls into "
        "a few bins: cut each latent by itself.",
    ),
    Misconception(
        "constant factor in the mean",
        (("np.mean(gaps)", "np.sum(gaps) / factors.shape[1]"),),
        "You divided the sum of the gaps by the number of all factors. A factor that never changes is left out of the "
        "mean: divide by the number of factors that change.",
    ),
    Misconception(
        "gap to the least",
        ((GAP, "gaps.append((information[-1] - information[0]) / entropy)"),),
        "You subtracted what the least telling latent tells. Most latents know nothing about a factor; only the second "
        "best shows whether two share it.",
    ),
    Misconception(
        "divided by the joint entropy",
        (
            (
                "return float((joint[seen] * np.log(joint[seen] / independent[seen])).sum())",
                "return float((joint[seen] * np.log(joint[seen] / independent[seen])).sum() / max(-(joint[seen] "
                "* np.log(joint[seen])).sum(), 1e-300))",
            ),
        ),
        "You normalised the information by the entropy of the pair. (1) is in nats, as it stands; the gap is "
        "divided by an entropy later.",
    ),
    Misconception(
        "codes rounded in place of bins",
        (("equal_width_bins(code)", "np.round(code)"),),
        "You rounded the codes. How many bins a latent gets then depends on its spread: `equal_width_bins` gives "
        "every latent the same number.",
    ),
    Misconception(
        "numbers without their sign",
        (("_, rows = np.unique(a, ", "_, rows = np.unique(np.abs(a), "),),
        "You took the numbers without their sign, or squared, so that -3 and 3 are one value. Each whole number is a "
        "value of its own.",
    ),
    Misconception(
        "pairs numbered with collisions",
        (
            (
                "    _, rows = np.unique(a, return_inverse=True)\n",
                "    def entropy(values):\n"
                "        share = np.unique(values, return_counts=True)[1] / len(values)\n"
                "        return -(share * np.log(share)).sum()\n\n"
                "    return float(entropy(a) + entropy(b) - entropy(1000 * a + b))\n"
                "    _, rows = np.unique(a, return_inverse=True)\n",
            ),
        ),
        "You made one number of each pair, as 1000 a + b. For numbers below 0 or of many digits, different pairs then "
        "get one number. Number the values first: np.unique with return_inverse.",
    ),
    Misconception(
        "one pair of latents, chosen by shares",
        (
            (
                "    gaps = []\n",
                "    told = discrete_mutual_information\n"
                "    total = [sum(told(v, z) / told(v, v) for v in factors.T if np.ptp(v) > 0) for z in latents]\n"
                "    latents = [latents[j] for j in np.argsort(total)]\n    gaps = []\n",
            ),
            ("information = sorted(", "information = list("),
        ),
        "You chose the two latents once, for all factors together. Each factor has a best latent of its own.",
    ),
    Misconception(
        "divided by the best information",
        ((GAP, "gaps.append((information[-1] - information[-2]) / max(information[-1], 1e-12))"),),
        "You divided the gap by what the best latent tells. Divide by the entropy of the factor, the most that "
        "anything can tell: a latent that knows little, but more than the others, would score 1.",
    ),
    Misconception(
        "whole numbers made floats",
        (
            ("np.unique(a, return_inverse=True)", "np.unique(a.astype(float), return_inverse=True)"),
            ("np.unique(b, return_inverse=True)", "np.unique(b.astype(float), return_inverse=True)"),
        ),
        "You turn the whole numbers into floats. Above 2^53 several of them become the same float, and count as one "
        "value.",
    ),
    Misconception(
        "pairs numbered as if nothing were negative",
        (
            (
                "    _, rows = np.unique(a, return_inverse=True)\n",
                "    shares = [\n"
                "        np.unique(one, return_counts=True)[1] / len(a) for one in (a, b, a * (b.max() + 1) + b)\n"
                "    ]\n"
                "    entropies = [-(share * np.log(share)).sum() for share in shares]\n"
                "    return float(entropies[0] + entropies[1] - entropies[2])\n"
                "    _, rows = np.unique(a, return_inverse=True)\n",
            ),
        ),
        "You give every pair the number a (max b + 1) + b. With negative numbers two pairs can get the same one, and "
        "large ones overflow. Number the values first, with np.unique(..., return_inverse=True).",
    ),
)
