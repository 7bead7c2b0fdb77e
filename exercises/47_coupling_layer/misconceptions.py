"""Wrong answers to exercise 47."""

from course.workbook.content import Misconception

NETWORK = "\n    raw, shift = network(kept)"
SCALE = "\n    log_scale = bound * np.tanh(raw / bound)"
SPLIT = "kept, moved = np.split(x, [x.shape[1] // 2], axis=1)"
JOIN = "y = np.concatenate([kept, moved * np.exp(log_scale) + shift], axis=1)"
SUM = "return y, log_scale.sum(axis=(1, 2, 3))"
BACK_SPLIT = "kept, moved = np.split(y, [y.shape[1] // 2], axis=1)"
BACK = "return np.concatenate([kept, (moved - shift) * np.exp(-log_scale)], axis=1)"


def _scale(changed: str) -> tuple[tuple[str, str], ...]:
    """Return the edit of (1) in `couple`."""
    return ((SCALE + "\n    y =", f"\n    log_scale = {changed}\n    y ="),)


MISCONCEPTIONS = (
    # The determinant.
    Misconception(
        "log-determinant of the batch",
        ((SUM, "return y, np.full(len(x), log_scale.sum())"),),
        "You gave every image the sum over the whole batch. Each image has a density, and a determinant, of its own.",
    ),
    Misconception(
        "log-determinant a channel",
        ((SUM, "return y, log_scale.sum(axis=(0, 2, 3))"),),
        "You summed over images and pixels, and left the channels. Sum over all axes but that of the images.",
    ),
    Misconception(
        "mean for the log-determinant",
        ((SUM, "return y, log_scale.mean(axis=(1, 2, 3))"),),
        "You took a mean. A determinant is a product over all that is moved, so its logarithm is a sum.",
    ),
    Misconception(
        "mean over pixels for the log-determinant",
        ((SUM, "return y, log_scale.mean(axis=(2, 3)).sum(axis=1)"),),
        "You took a mean over the pixels. Every pixel of every moved channel is a factor of the determinant.",
    ),
    Misconception(
        "log-determinant of the inverse",
        ((SUM, "return y, -log_scale.sum(axis=(1, 2, 3))"),),
        "Your sign is that of the inverse, dx/dy. y is x times exp(log_scale), so log |det dy/dx| grows with it.",
    ),
    Misconception(
        "log-determinant of the raw numbers",
        ((SUM, "return y, raw.sum(axis=(1, 2, 3))"),),
        "You summed what the network returns. What x is multiplied by is exp(log_scale), after the bound (1).",
    ),
    Misconception(
        "sum of scales",
        ((SUM, "return y, np.exp(log_scale).sum(axis=(1, 2, 3))"),),
        "You summed the scales. Their product is the determinant; its logarithm is the sum of their logarithms.",
    ),
    Misconception(
        "determinant without its logarithm",
        ((SUM, "return y, np.exp(log_scale.sum(axis=(1, 2, 3)))"),),
        "This is the determinant itself. Its logarithm is asked for, which does not overflow with a thousand pixels.",
    ),
    Misconception(
        "absolute values of log-scales",
        ((SUM, "return y, np.abs(log_scale).sum(axis=(1, 2, 3))"),),
        "You took absolute values of the logarithms. The bars in (3) are around the determinant: a scale below 1 makes "
        "it smaller, and has a negative logarithm.",
    ),
    Misconception(
        "log-determinant in bits",
        ((SUM, "return y, log_scale.sum(axis=(1, 2, 3)) / np.log(2)"),),
        "These are bits. Nats are asked for: the natural logarithm, which log_scale is already.",
    ),
    Misconception(
        "shift counted in the log-determinant",
        ((SUM, "return y, (log_scale + shift).sum(axis=(1, 2, 3))"),),
        "You counted the shift too. Moving a space along does not stretch it.",
    ),
    Misconception(
        "log-determinant of the wrong half",
        ((SUM, "return y, np.log(np.abs(kept)).sum(axis=(1, 2, 3))"),),
        "You made the determinant of the kept half. That half stands in y as it is, so on the diagonal it has ones, "
        "whose logarithm is 0.",
    ),
    # y.
    Misconception(
        "scale without exp",
        ((JOIN, JOIN.replace("np.exp(log_scale)", "log_scale")),),
        "You multiplied by log_scale itself. It may be 0 or negative, and a layer that multiplies by 0 has no inverse: "
        "multiply by exp(log_scale).",
    ),
    Misconception(
        "divided by the scale",
        ((JOIN, JOIN.replace("np.exp(log_scale)", "np.exp(-log_scale)")),),
        "You divided by the scale, which is what the inverse does. couple multiplies.",
    ),
    Misconception(
        "shift before scale",
        ((JOIN, JOIN.replace("moved * np.exp(log_scale) + shift", "(moved + shift) * np.exp(log_scale)")),),
        "You shifted first, and scaled the shift with it. (2) multiplies, then adds t.",
    ),
    Misconception(
        "shift subtracted",
        ((JOIN, JOIN.replace("+ shift", "- shift")),),
        "You subtracted the shift, which is what the inverse does. couple adds it.",
    ),
    Misconception(
        "shift forgotten",
        ((JOIN, JOIN.replace(" + shift", "")),),
        "You left the shift out. The network returns two things, and (2) uses both.",
    ),
    Misconception(
        "network of the moved half",
        ((SPLIT + NETWORK, SPLIT + "\n    raw, shift = network(moved)"),),
        "You handed the moved half to the network. The inverse does not have it, as only its moved version is in y. "
        "And the determinant would no longer be that of (3). The network sees the kept half.",
    ),
    Misconception(
        "network of all channels",
        ((SPLIT + NETWORK, SPLIT + "\n    raw, shift = network(x)"),),
        "You handed all channels to the network. It may see the kept half alone, the one that the inverse has.",
    ),
    Misconception(
        "halves exchanged in y",
        ((JOIN, "y = np.concatenate([moved * np.exp(log_scale) + shift, kept], axis=1)"),),
        "You put the moved channels first. They stay where they are, after the kept ones.",
    ),
    Misconception(
        "first channels moved",
        (
            (SPLIT, "moved, kept = np.split(x, [x.shape[1] - x.shape[1] // 2], axis=1)"),
            (JOIN, "y = np.concatenate([moved * np.exp(log_scale) + shift, kept], axis=1)"),
        ),
        "You moved the first channels and kept the last. It is the first C // 2 that are kept.",
    ),
    Misconception(
        "kept half dropped",
        ((JOIN, "y = moved * np.exp(log_scale) + shift"),),
        "You returned the moved half alone. Without the kept half nothing can be inverted: y is as large as x.",
    ),
    # The bound.
    Misconception(
        "no bound",
        _scale("raw"),
        "You took what the network returns for log_scale. (1) keeps it between -bound and bound: without it a single "
        "large number makes exp overflow.",
    ),
    Misconception(
        "cut off at the bound",
        _scale("np.clip(raw, -bound, bound)"),
        "You cut raw off at the bound. There its gradient is 0, and training cannot undo it. (1) is smooth.",
    ),
    Misconception(
        "raw not divided by the bound",
        _scale("bound * np.tanh(raw)"),
        "You left out the division by the bound. With it log_scale is close to raw where raw is small.",
    ),
    Misconception(
        "not multiplied by the bound",
        _scale("np.tanh(raw / bound)"),
        "Your log_scale stays between -1 and 1. tanh is multiplied by the bound.",
    ),
    # The inverse.
    Misconception(
        "inverse in the same order",
        ((BACK, BACK.replace("(moved - shift) * np.exp(-log_scale)", "moved * np.exp(-log_scale) - shift")),),
        "You undid the scale first. What was done last is undone first: take the shift off, then divide by the scale.",
    ),
    Misconception(
        "scale not undone",
        ((BACK, BACK.replace("np.exp(-log_scale)", "np.exp(log_scale)")),),
        "You multiplied by the scale once more. The inverse divides by it.",
    ),
    Misconception(
        "shift not undone",
        ((BACK, BACK.replace("moved - shift", "moved + shift")),),
        "You added the shift once more. The inverse takes it off.",
    ),
    Misconception(
        "coupled once more",
        ((BACK, BACK.replace("(moved - shift) * np.exp(-log_scale)", "moved * np.exp(log_scale) + shift")),),
        "You coupled once more. The inverse solves y = x exp(log_scale) + shift for x.",
    ),
    Misconception(
        "inverse by the network of the moved half",
        ((BACK_SPLIT + NETWORK, BACK_SPLIT + "\n    raw, shift = network(moved)"),),
        "You handed the moved half of y to the network. couple made scale and shift of the kept half; so must you.",
    ),
    Misconception(
        "inverse by the network of all channels",
        ((BACK_SPLIT + NETWORK, BACK_SPLIT + "\n    raw, shift = network(y)"),),
        "You handed all channels of y to the network. couple made scale and shift of the kept half; so must you.",
    ),
    Misconception(
        "inverse without the bound",
        ((SCALE + "\n    return np", "\n    log_scale = raw\n    return np"),),
        "You took raw for log_scale in the inverse. It has to divide by the very scale of couple, with the bound (1).",
    ),
    Misconception(
        "halves exchanged in x",
        ((BACK, "return np.concatenate([(moved - shift) * np.exp(-log_scale), kept], axis=1)"),),
        "You put the moved channels first. They stay where they are, after the kept ones.",
    ),
    Misconception(
        "scale of the inverse without exp",
        ((BACK, BACK.replace("(moved - shift) * np.exp(-log_scale)", "(moved - shift) / (1 + np.abs(log_scale))")),),
        "You divided by something else than exp(log_scale). The inverse divides by exactly what couple multiplied by.",
    ),
)
