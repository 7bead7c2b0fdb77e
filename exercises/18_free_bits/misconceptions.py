"""Wrong answers to exercise 18."""

from course.workbook.content import Misconception

VALUE = "return np.maximum(per_latent, minimum).sum(), pullback"
GRADIENT = "return np.broadcast_to(dy / len(kl) * paying, kl.shape)"
PAYING = "paying = (per_latent >= minimum).astype(kl.dtype)"

MISCONCEPTIONS = (
    Misconception(
        "maximum before the mean",
        (
            (VALUE, "return np.maximum(kl, minimum).mean(axis=0).sum(), pullback"),
            (PAYING, "paying = (kl >= minimum).astype(kl.dtype)"),
        ),
        "You took the maximum image by image, and averaged then. The minimum holds for the mean over the batch: an "
        "image may cost less than the minimum as long as another costs more.",
    ),
    Misconception(
        "mask of every image",
        ((PAYING, "paying = (kl >= minimum).astype(kl.dtype)"),),
        "The value is right, but in the pullback you asked every single KL whether it is above the minimum. What "
        "decides is the mean of the latent: all images of a latent have the gradient, or none has.",
    ),
    Misconception(
        "one minimum for all latents together",
        (
            (VALUE, "return np.maximum(per_latent.sum(), minimum), pullback"),
            (PAYING, "paying = np.full(kl.shape[1], float(per_latent.sum() >= minimum))"),
        ),
        "You summed over latents first and compared the sum with the minimum. Every latent has a minimum of its own: "
        "with one for all of them, a single latent may use it up and the rest collapse.",
    ),
    Misconception(
        "minimum for maximum",
        (
            ("np.maximum(", "np.minimum("),
            ("(per_latent >= minimum)", "(per_latent <= minimum)"),
        ),
        "You took the smaller of mean KL and minimum. A latent pays at least the minimum: the larger of the two.",
    ),
    Misconception(
        "only the excess paid",
        ((VALUE, "return np.maximum(per_latent - minimum, 0).sum(), pullback"),),
        "You returned the KL above the minimum. Its gradient is right, but the cost is not: eq. 15 counts the minimum "
        "itself too.",
    ),
    Misconception(
        "idle latents cost nothing",
        ((VALUE, "return np.where(per_latent >= minimum, per_latent, 0).sum(), pullback"),),
        "A latent below the minimum costs the minimum, not 0. As you have it, falling below is rewarded.",
    ),
    Misconception(
        "mean over latents",
        (
            (VALUE, "return np.maximum(per_latent, minimum).mean(), pullback"),
            ("dy / len(kl) * paying", "dy / kl.size * paying"),
        ),
        "Latents are summed, not averaged: the KL of an image is the sum over its latents.",
    ),
    Misconception(
        "sum over the batch",
        (
            ("per_latent = kl.mean(axis=0)", "per_latent = kl.sum(axis=0)"),
            ("dy / len(kl) * paying", "dy * paying"),
        ),
        "You summed over the batch. The minimum is in nats per image: compare it with the mean over the batch.",
    ),
    Misconception(
        "mean over the wrong axis",
        (
            ("per_latent = kl.mean(axis=0)", "per_latent = kl.mean(axis=1)"),
            (GRADIENT, "return np.broadcast_to((dy / kl.shape[1] * paying)[:, None], kl.shape)"),
        ),
        "You averaged over latents and have one number for every image. Axis 0 is the batch: average over that one.",
    ),
    Misconception(
        "batch size forgotten in the gradient",
        (("dy / len(kl) * paying", "dy * paying"),),
        "The value has a mean over the batch, so each image gets 1 / batch of the gradient.",
    ),
    Misconception(
        "latents in the gradient's divisor",
        (("dy / len(kl) * paying", "dy / kl.shape[1] * paying"),),
        "The mean runs over the batch, and the divisor is the batch size, len(kl). You divided by the number of "
        "latents.",
    ),
    Misconception(
        "gradient of every latent",
        ((PAYING, "paying = np.ones(kl.shape[1], kl.dtype)"),),
        "You let the gradient of every latent through. A latent below the minimum costs a constant, and the gradient "
        "of a constant is 0. That is the point of free bits: nothing pushes such a latent further down.",
    ),
    Misconception(
        "reversed mask",
        (("(per_latent >= minimum)", "(per_latent < minimum)"),),
        "The mask is reversed: the gradient flows where the mean KL is the larger of the two, at or above the minimum.",
    ),
    Misconception(
        "no gradient at equality",
        (("(per_latent >= minimum)", "(per_latent > minimum)"),),
        "At equality the course lets the gradient flow, as torch.clamp does: the mask is >=, not >. With a minimum of "
        "0, your mask would also stop a latent whose KL is exactly 0.",
    ),
    Misconception(
        "upstream gradient forgotten",
        (("dy / len(kl) * paying", "1 / len(kl) * paying"),),
        "A pullback multiplies by the gradient dy that comes from above. Here dy is not 1.",
    ),
    Misconception(
        "gradient without the batch axis",
        ((GRADIENT, "return dy / len(kl) * paying"),),
        "dkl has the shape of kl, (batch, latents): each image gets the same share. You returned one row.",
    ),
    Misconception(
        "per latent instead of their sum",
        ((VALUE, "return np.maximum(per_latent, minimum), pullback"),),
        "The cost is one number: sum over the latents after the maximum.",
    ),
    Misconception(
        "images below the minimum left out",
        ((PAYING, "paying = ((kl >= minimum) & (per_latent >= minimum)).astype(kl.dtype)"),),
        "The value is right, but a latent above the minimum has no gradient for some of its images. What decides is "
        "the mean of the latent alone: all of its images have the same gradient.",
    ),
    Misconception(
        "half the gradient at equality",
        ((PAYING, "paying = 0.5 * (1 + np.sign(per_latent - minimum))"),),
        "A latent whose mean is exactly the minimum gets half of the gradient. At equality the course lets all of it "
        "flow: the mask is >=.",
    ),
    Misconception(
        "allowance shared by all latents",
        (
            (VALUE, "return np.maximum(per_latent.sum(), kl.shape[1] * minimum), pullback"),
            (PAYING, "paying = np.full(kl.shape[1], float(per_latent.sum() >= kl.shape[1] * minimum))"),
        ),
        "You added up the KLs and the minimums and compared the sums. Every latent is compared with its own minimum: "
        "what one has above it is no help to another.",
    ),
    Misconception(
        "gradient divided by all entries",
        (("dy / len(kl) * paying", "dy / kl.size * paying"),),
        "You divided the gradient by batch and latents. The mean runs over the batch alone; the latents are summed.",
    ),
    Misconception(
        "gradient of the largest KL alone",
        ((GRADIENT, "return dy * (kl == kl.max(axis=0)) * paying"),),
        "The gradient goes to the image with the largest KL alone. There is no maximum over images here but a mean: "
        "each image gets dy / batch.",
    ),
    Misconception(
        "mask the other way round",
        (("per_latent >= minimum", "per_latent <= minimum"),),
        "Your gradient goes to the latents below the minimum. Those cost a constant; the gradient belongs to the "
        "ones above it.",
    ),
    Misconception(
        "one allowance for all latents together",
        (("np.maximum(per_latent, minimum).sum()", "np.maximum(per_latent.sum(), minimum * kl.shape[1])"),),
        "You compare the sum over all latents with the sum of their allowances. Every latent has an allowance of "
        "its own: first the maximum, latent by latent, then the sum.",
    ),
    Misconception(
        "bits for nats",
        (
            (
                "    per_latent = kl.mean(axis=0)\n",
                "    per_latent = kl.mean(axis=0)\n    minimum = minimum * np.log(2)\n",
            ),
        ),
        "You converted the minimum from bits to nats. In spite of the name it is in nats already, as the KL is.",
    ),
    Misconception(
        "no gradient at a mean of 0",
        ((PAYING, "paying = ((per_latent >= minimum) & (per_latent > 0)).astype(kl.dtype)"),),
        "Where the minimum is 0, a latent with a KL of 0 is exactly at the minimum, and at equality the gradient "
        "flows.",
    ),
)
