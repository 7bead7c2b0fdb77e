"""Wrong answers to exercise 20."""

from course.workbook.content import Misconception

EXCESS = "excess = kl.sum(axis=1).mean() - capacity"
GRADIENT = "np.full_like(kl, dy * np.sign(excess) / len(kl))"
VALUE = "np.abs(excess), pullback"

MISCONCEPTIONS = (
    Misconception(
        "no absolute value",
        ((VALUE, "excess, pullback"), ("np.sign(excess) / ", "1 / ")),
        "You took KL - C without the bars. Minimised, this presses the KL down for ever, and C changes nothing about "
        "the gradient. The distance is never negative.",
    ),
    Misconception(
        "one side only",
        ((VALUE, "max(excess, 0.0), pullback"), ("np.sign(excess)", "(excess > 0)")),
        "You charge only for a KL above the capacity, max(KL - C, 0). A KL below it must be pulled up too: "
        "that is what makes the latents use their room.",
    ),
    Misconception(
        "gradient of one side only",
        (("np.sign(excess)", "(excess > 0)"),),
        "The distance is right. But its gradient is 0 where the KL lies below the capacity; there the distance falls "
        "when the KL rises, so the gradient is negative.",
    ),
    Misconception(
        "square for absolute value",
        ((VALUE, "excess**2, pullback"), ("np.sign(excess)", "2 * excess")),
        "You took the square of KL - C. The paper takes the absolute value: its gradient is as strong near the "
        "capacity as far from it.",
    ),
    Misconception(
        "absolute value of every image",
        (
            (EXCESS, "excess = kl.sum(axis=1) - capacity"),
            (VALUE, "np.abs(excess).mean(), pullback"),
            (GRADIENT, "np.broadcast_to((dy * np.sign(excess) / len(kl))[:, None], kl.shape)"),
        ),
        "You compare each image with the capacity and average the distances. The capacity is for the mean: one image "
        "may say more than another. Average first, then take the distance.",
    ),
    Misconception(
        "a capacity for every latent",
        (
            (EXCESS, "excess = kl.mean(axis=0) - capacity"),
            (VALUE, "np.abs(excess).sum(), pullback"),
            (GRADIENT, "np.broadcast_to(dy * np.sign(excess) / len(kl), kl.shape)"),
        ),
        "You compare each latent with the capacity. The capacity is for an image, that is for all latents together: "
        "sum over the latents before you subtract it.",
    ),
    Misconception(
        "mean over latents",
        ((EXCESS, "excess = kl.mean() - capacity"), (GRADIENT, "np.full_like(kl, dy * np.sign(excess) / kl.size)")),
        "You averaged the KL over the latents too. The KL of an image is the sum over its latents; only images "
        "are averaged. With the mean, the same C would mean more nats in a model with more latents.",
    ),
    Misconception(
        "sum over the batch",
        ((EXCESS, "excess = kl.sum() - capacity"), (" / len(kl))", ")")),
        "You summed the KL over the images of the batch. The capacity is in nats per image: average over the batch.",
    ),
    Misconception(
        "batch size forgotten in the gradient",
        ((" / len(kl))", ")"),),
        "The distance is right. But the mean over the batch gives each entry of the gradient a factor 1 / batch size.",
    ),
    Misconception(
        "gradient divided by all entries",
        ((" / len(kl))", " / kl.size)"),),
        "The distance is right. But its gradient is divided by the number of latents as well: over the latents there "
        "is a sum, and the gradient of a sum has the factor 1.",
    ),
    Misconception(
        "sign forgotten in the gradient",
        (("np.sign(excess) / ", "1 / "),),
        "The distance is right. But the derivative of |u| is the sign of u; yours is 1 everywhere, so a KL "
        "below the capacity would be pushed further down.",
    ),
    Misconception(
        "upstream gradient forgotten",
        (("dy * np.sign", "np.sign"),),
        "The pullback gets dy, the gradient of the loss with respect to the distance (gamma, in training), and must "
        "multiply with it.",
    ),
    Misconception(
        "a rise without end",
        (("largest * min(step, steps) / steps", "largest * step / steps"),),
        "The capacity goes on rising after `steps`. It must stay at its largest value from there on.",
    ),
    Misconception(
        "capacity of at most 1",
        (("largest * min(step, steps) / steps", "min(largest * step / steps, 1.0)"),),
        "You cut off the capacity at 1. The fraction step / steps ends at 1; the capacity ends at `largest`.",
    ),
    Misconception(
        "whole-number division",
        (("min(step, steps) / steps", "(min(step, steps) // steps)"),),
        "step // steps is 0 until the last step: the capacity jumps instead of rising. Use / for a fraction.",
    ),
    Misconception(
        "a falling capacity",
        (("min(step, steps) / steps", "(1 - min(step, steps) / steps)"),),
        "The capacity falls from its largest value to 0. It starts at 0, so that the model first learns what "
        "is worth the first nats.",
    ),
    Misconception(
        "constant capacity",
        (("largest * min(step, steps) / steps", "largest"),),
        "The capacity is at its largest value from the beginning. It must rise: step / steps of the way at each step.",
    ),
    Misconception(
        "counted from 1",
        (("min(step, steps)", "min(step + 1, steps)"),),
        "You count the steps from 1. At step 0 the capacity is 0, and at `steps` it has arrived.",
    ),
    Misconception(
        "size of the upstream gradient lost",
        (("dy * np.sign(excess)", "np.sign(dy * excess)"),),
        "You took the sign of dy times the excess. Only the excess loses its size; dy is multiplied as it is.",
    ),
    Misconception(
        "excess for its sign",
        (("np.sign(excess)", "excess"),),
        "The distance is right. But the gradient has the factor KL - C itself: that belongs to half its square. "
        "The derivative of |u| is the sign of u, 1 or -1.",
    ),
    Misconception(
        "a rise that starts again",
        (("min(step, steps) / steps", "(step % steps) / steps"),),
        "step % steps falls back to 0 at step `steps`, and the rise starts again. The capacity must stay at its "
        "largest value from there on.",
    ),
    Misconception(
        "step compared with the largest capacity",
        (("largest * min(step, steps) / steps", "largest if step >= largest else largest * step / steps"),),
        "You compare step with `largest`. Those are steps and nats; the rise ends when step reaches `steps`.",
    ),
    Misconception(
        "whole nats",
        (("min(step, steps) / steps", "min(step, steps) // steps"),),
        "The capacity is rounded down to whole nats, so it rises in jumps. Divide with /, and do not round.",
    ),
    Misconception(
        "side of every image",
        ((GRADIENT, "dy / len(kl) * np.sign(kl.sum(axis=1, keepdims=True) - capacity) * np.ones_like(kl)"),),
        "You compare every image with the capacity. It is the mean over the batch that lies below or above: all images "
        "are pulled to the same side.",
    ),
)
