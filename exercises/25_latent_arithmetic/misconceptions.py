"""Wrong answers to exercise 25."""

from course.workbook.content import Misconception

DIRECTION = "return codes[has_attribute].mean(axis=0) - codes[~has_attribute].mean(axis=0)"
SHIFT = "return codes[:, None] + strengths[:, None] * direction"

MISCONCEPTIONS = (
    Misconception(
        "direction reversed",
        ((DIRECTION, "return codes[~has_attribute].mean(axis=0) - codes[has_attribute].mean(axis=0)"),),
        "Your direction takes the attribute away. It leads to the codes with the attribute: their mean comes first.",
    ),
    Misconception(
        "mean without the attribute not subtracted",
        ((DIRECTION, "return codes[has_attribute].mean(axis=0)"),),
        "This is the mean code with the attribute: a place, not a direction. It also holds what all images have in "
        "common. Subtract the mean of those without.",
    ),
    Misconception(
        "mean of all codes subtracted",
        ((DIRECTION, "return codes[has_attribute].mean(axis=0) - codes.mean(axis=0)"),),
        "You subtracted the mean of all codes, in which those with the attribute count too. The direction then gets "
        "shorter the more of them there are. Subtract the mean of the codes without.",
    ),
    Misconception(
        "sums for means",
        ((DIRECTION, "return codes[has_attribute].sum(axis=0) - codes[~has_attribute].sum(axis=0)"),),
        "You subtracted sums. The groups have unequal sizes, so the larger one wins: divide each sum by the size of "
        "its own group.",
    ),
    Misconception(
        "both sums divided by the number of all",
        (
            (
                DIRECTION,
                "return (codes[has_attribute].sum(axis=0) - codes[~has_attribute].sum(axis=0)) / len(codes)",
            ),
        ),
        "You divided both sums by n. Each mean divides by the size of its own group.",
    ),
    Misconception(
        "both sums divided by half of all",
        (
            (
                DIRECTION,
                "return (codes[has_attribute].sum(axis=0) - codes[~has_attribute].sum(axis=0)) / (len(codes) / 2)",
            ),
        ),
        "You divided both sums by n / 2, as if half of the codes had the attribute. Each mean divides by the size of "
        "its own group.",
    ),
    Misconception(
        "groups cut to one size",
        (
            (
                DIRECTION,
                "size = min(has_attribute.sum(), (~has_attribute).sum())\n"
                "    return codes[has_attribute][:size].mean(axis=0) - codes[~has_attribute][:size].mean(axis=0)",
            ),
        ),
        "You left out codes of the larger group until both had one size. A mean may be over any number of codes: use "
        "all of each group.",
    ),
    Misconception(
        "codes of the other group counted as 0",
        (
            (
                DIRECTION,
                "return (codes * has_attribute[:, None]).mean(axis=0) - codes[~has_attribute].mean(axis=0)",
            ),
        ),
        "You multiplied by the truth values and averaged over all n codes, so the codes without the attribute count as "
        "zeros. Select codes[has_attribute], or divide by their number.",
    ),
    Misconception(
        "truth values taken for indices",
        (
            (
                DIRECTION,
                "has = has_attribute.astype(int)\n    return codes[has].mean(axis=0) - codes[1 - has].mean(axis=0)",
            ),
        ),
        "As whole numbers the truth values are indices: codes[0] and codes[1], over and over. Keep them as truth "
        "values, which select rows, and turn them round with ~.",
    ),
    Misconception(
        "medians for means",
        ((DIRECTION, "return np.median(codes[has_attribute], axis=0) - np.median(codes[~has_attribute], axis=0)"),),
        "You took medians. Formula (1) has means.",
    ),
    Misconception(
        "direction of length 1",
        (
            (
                DIRECTION,
                "direction = codes[has_attribute].mean(axis=0) - codes[~has_attribute].mean(axis=0)\n"
                "    return direction / np.linalg.norm(direction)",
            ),
        ),
        "You divided the direction by its length. Keep it: strength 1 then means the distance between the two means.",
    ),
    Misconception(
        "direction in standard deviations",
        (
            (
                DIRECTION,
                "direction = codes[has_attribute].mean(axis=0) - codes[~has_attribute].mean(axis=0)\n"
                "    return direction / codes.std(axis=0)",
            ),
        ),
        "You divided each latent by its standard deviation. The direction is added to codes, so it is measured as they "
        "are.",
    ),
    Misconception(
        "mean over latents too",
        ((DIRECTION, "return codes[has_attribute].mean() - codes[~has_attribute].mean()"),),
        "Without an axis, `mean` takes all numbers together. Average over codes, axis 0: a number for each latent.",
    ),
    Misconception(
        "first code for the mean",
        ((DIRECTION, "return codes[has_attribute][0] - codes[~has_attribute][0]"),),
        "This is the difference of two single codes, in which everything else differs too. The means cancel that.",
    ),
    Misconception(
        "strength subtracted",
        ((SHIFT, "return codes[:, None] - strengths[:, None] * direction"),),
        "You move against the direction. A positive strength adds it.",
    ),
    Misconception(
        "walk towards the direction",
        ((SHIFT, "return (1 - strengths[:, None]) * codes[:, None] + strengths[:, None] * direction"),),
        "You interpolated between the code and the direction. The direction is no place to walk to: the code stays "
        "whole, and strength * direction is added.",
    ),
    Misconception(
        "code not added",
        ((SHIFT, "return 0 * codes[:, None] + strengths[:, None] * direction"),),
        "You returned the shifts alone: the same for every code. Add the code.",
    ),
    Misconception(
        "code scaled by the strength",
        ((SHIFT, "return strengths[:, None] * (codes[:, None] + direction)"),),
        "The strength multiplies the direction alone. You multiplied the code by it too, and at strength 0 nothing of "
        "the image is left.",
    ),
    Misconception(
        "strength added to every latent",
        ((SHIFT, "return codes[:, None] + strengths[:, None] + 0 * direction"),),
        "You added the strength to every latent. Multiply it by the direction first, which says how far each latent "
        "goes.",
    ),
    Misconception(
        "strength ignored",
        ((SHIFT, "return codes[:, None] + 0 * strengths[:, None] + direction"),),
        "You added the whole direction at each step. Multiply it by the strength of the step.",
    ),
    Misconception(
        "shift of length strength",
        ((SHIFT, "return codes[:, None] + strengths[:, None] * direction / np.linalg.norm(direction)"),),
        "You divided the direction by its length. It is to be used as it is given.",
    ),
    Misconception(
        "latents scaled by the direction",
        ((SHIFT, "return codes[:, None] * (1 + strengths[:, None] * direction)"),),
        "You multiplied the codes by the shift. It is added: arithmetic with codes is a sum.",
    ),
    Misconception(
        "strengths replaced by equal steps",
        (
            (
                SHIFT,
                "return codes[:, None] + np.linspace(strengths[0], strengths[-1], len(strengths))[:, None] * direction",
            ),
        ),
        "You made strengths of your own, at equal distances. Use the given ones: they need not be in order.",
    ),
    Misconception(
        "strengths accumulated",
        ((SHIFT, "return codes[:, None] + np.cumsum(strengths)[:, None] * direction"),),
        "Each step begins where the one before it ended, perhaps because the code is changed in place. Each strength "
        "counts from the code itself.",
    ),
    Misconception(
        "steps before codes",
        ((SHIFT, "return codes + (strengths[:, None] * direction)[:, None]"),),
        "The steps are the first axis of your result. The codes come first: (n, steps, latents).",
    ),
    Misconception(
        "latents before steps",
        ((SHIFT, "return (codes[:, None] + strengths[:, None] * direction).swapaxes(1, 2)"),),
        "The last two axes of your result are exchanged: (n, steps, latents) is asked for, one code in a row.",
    ),
    Misconception(
        "codes and steps in one axis",
        ((SHIFT, "return (codes[:, None] + strengths[:, None] * direction).reshape(-1, len(direction))"),),
        "You flattened codes and steps into one axis. Keep both: (n, steps, latents).",
    ),
    Misconception(
        "strengths cut off at 0 and 1",
        (("strengths[:, None]", "np.clip(strengths, 0, 1)[:, None]"),),
        "You cut the strengths off at 0 and 1. Below 0 the attribute is taken away, above 1 it is more than added: the "
        "strengths are used as they are.",
    ),
    Misconception(
        "median of the codes with the attribute",
        (("codes[has_attribute].mean(axis=0)", "np.median(codes[has_attribute], axis=0)"),),
        "You took the median of the codes with the attribute. (1) asks for the mean of each group.",
    ),
)
