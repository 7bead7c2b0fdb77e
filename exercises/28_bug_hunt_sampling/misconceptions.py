"""Wrong versions of exercise 28: the bug, the bug half mended, and other ways to draw wrongly."""

from course.workbook.content import Misconception

EPS = "rng.standard_normal((count, model.latents))"
UNIFORM = "rng.random((count, model.latents))"
PROBABILITY = "model.sample(eps)"
DRAW = "(rng.random(probability.shape) < probability)"
THRESHOLD = "(probability > 0.5)"

MISCONCEPTIONS = (
    Misconception(
        "both mistakes still in it",
        ((EPS, UNIFORM), (DRAW, THRESHOLD)),
        "One is in the numbers that z is made of: which distribution has the prior? The other is in the pixels: given "
        "z, are they still random?",
    ),
    Misconception(
        "uniform z",
        ((EPS, UNIFORM),),
        "z is uniform on [0, 1): it is never negative and never above 1. The prior is N(0, 1), rng.standard_normal.",
    ),
    Misconception(
        "threshold for a draw",
        ((DRAW, THRESHOLD),),
        "A pixel is 1 wherever its probability is above 1/2. A draw makes it 1 with that probability: a pixel of "
        "probability 0.3 is 1 in three of ten images.",
    ),
    Misconception(
        "uniform z around 0",
        ((EPS, "rng.uniform(-1, 1, (count, model.latents))"),),
        "z is uniform between -1 and 1. Its mean is right, but the prior is N(0, 1): a third of its draws lie outside.",
    ),
    Misconception(
        "one z for all images",
        ((EPS, "np.repeat(rng.standard_normal((1, model.latents)), count, axis=0)"),),
        "All images of a call come from the same z. Each image needs a z of its own.",
    ),
    Misconception(
        "one number for all latents",
        ((EPS, "np.repeat(rng.standard_normal((count, 1)), model.latents, axis=1)"),),
        "All latents of an image get the same number. The latents of the prior are independent.",
    ),
    Misconception(
        "z from the encoder",
        (
            (
                PROBABILITY,
                "model.reconstruct(np.zeros((count, *model.image_shape)), eps)",
            ),
        ),
        "You draw z from q(z | x) for an empty image. There is no image to start from: z comes from the prior N(0, I).",
    ),
    Misconception(
        "sigmoid twice",
        ((PROBABILITY, "1 / (1 + np.exp(-model.sample(eps)))"),),
        "model.sample has made the sigmoid already: it returns probabilities. A second sigmoid maps them to numbers "
        "between 0.5 and 0.73.",
    ),
    Misconception(
        "mean images for draws",
        ((f"{DRAW}.astype(np.uint8)", "probability"),),
        "These are the mean images E[x | z], which are grey. An image of the model has pixels of 0 and 1: draw them.",
    ),
    Misconception(
        "one coin for all pixels of an image",
        ((DRAW, "(rng.random((count, 1, 1, 1)) < probability)"),),
        "All pixels of an image are compared with the same number. Given z, the pixels are independent: each has a "
        "number of its own.",
    ),
    Misconception(
        "one coin for all images",
        ((DRAW, "(rng.random(probability.shape[1:]) < probability)"),),
        "Every image is compared with the same numbers. The draws of different images must be independent.",
    ),
    Misconception(
        "black and white exchanged",
        ((DRAW, "(rng.random(probability.shape) > probability)"),),
        "A uniform number is below p with probability p. You take it above: the pixel is 1 with probability 1 - p.",
    ),
    Misconception(
        "normal numbers for the coins",
        ((DRAW, "(rng.standard_normal(probability.shape) < probability)"),),
        "A normal number is below p with another probability than p. The coin of a pixel is uniform on [0, 1).",
    ),
    Misconception(
        "a generator of its own",
        (("    eps = ", "    rng = np.random.default_rng(0)\n    eps = "),),
        "It makes a new generator at each call, so each call gives the same images. All random numbers come from the "
        "generator that is handed in.",
    ),
    Misconception(
        "z too close to 0",
        ((EPS, "0.7 * rng.standard_normal((count, model.latents))"),),
        "z has a standard deviation of 0.7 instead of 1. Such pictures look cleaner, but they are no samples of the "
        "model.",
    ),
    Misconception(
        "uniform z of variance 1",
        ((EPS, "rng.uniform(-np.sqrt(3), np.sqrt(3), (count, model.latents))"),),
        "z is uniform. Its mean and its variance are right, but it is never beyond 1.73; of normal numbers one in "
        "twelve is.",
    ),
    Misconception(
        "z cut off at 2",
        ((EPS, "np.clip(rng.standard_normal((count, model.latents)), -2, 2)"),),
        "z is cut off at -2 and 2. The far images are rare, but they belong to the model: the prior is N(0, I).",
    ),
    Misconception(
        "z of length 1",
        (
            (
                PROBABILITY,
                "model.sample(eps / np.linalg.norm(eps, axis=1, keepdims=True))",
            ),
        ),
        "Each z is scaled to length 1. Draws from N(0, I) have different lengths: leave them as they are.",
    ),
    Misconception(
        "z and -z",
        (
            (EPS, "rng.standard_normal(((count + 1) // 2, model.latents))"),
            (PROBABILITY, "model.sample(np.concatenate((eps, -eps))[:count])"),
        ),
        "Half of the images are made from -z of the other half. Each z is normal, but two such images are not "
        "independent.",
    ),
    Misconception(
        "each z used twice",
        ((EPS, "np.resize(rng.standard_normal(((count + 1) // 2, model.latents)), (count, model.latents))"),),
        "The same z makes several images. Each image needs a z of its own.",
    ),
    Misconception(
        "each coin used twice",
        (
            (
                DRAW,
                "(np.resize(rng.random(((count + 1) // 2, *probability.shape[1:])), probability.shape) < probability)",
            ),
        ),
        "Two images share the same numbers for their pixels. The draws of different images must be independent.",
    ),
    Misconception(
        "one coin for all channels",
        ((DRAW, "(rng.random((count, 1, *probability.shape[2:])) < probability)"),),
        "The channels of a pixel are compared with the same number. Given z, the channels are independent too.",
    ),
    Misconception(
        "coins from a generator of its own",
        ((DRAW, "(np.random.default_rng(0).random(probability.shape) < probability)"),),
        "z comes from rng, but the numbers for the pixels come from a generator made anew, the same at each call. All "
        "random numbers come from the generator that is handed in.",
    ),
    Misconception(
        "probabilities cut to whole numbers",
        ((DRAW, "probability"),),
        "The probabilities become whole numbers: all below 1 become 0, so that every image is black. Draw first: 1 "
        "with that probability.",
    ),
)
