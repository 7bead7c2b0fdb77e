"""Wrong answers to exercise 19."""

from course.workbook.content import Misconception

MISCONCEPTIONS = (
    Misconception(
        "standard deviation for variance",
        (("return mu.var(axis=0)", "return mu.std(axis=0)"),),
        "The activity is a variance, and so is the threshold 0.01. You took the standard deviation, the square root: a "
        "latent of variance 0.0025 would then look active, for its standard deviation is 0.05.",
    ),
    Misconception(
        "variance over latents",
        (("return mu.var(axis=0)", "return mu.var(axis=1)"),),
        "Rows are images, columns are latents. The variance of a latent runs over images: axis 0.",
    ),
    Misconception(
        "one variance for all latents",
        (("return mu.var(axis=0)", "return mu.var()"),),
        "Every latent has an activity of its own. Without an axis, `var` takes all numbers together.",
    ),
    Misconception(
        "sample variance",
        (("return mu.var(axis=0)", "return mu.var(axis=0, ddof=1)"),),
        "You divided by n - 1. The activity is the variance of these images themselves: divide by n.",
    ),
    Misconception(
        "mean not subtracted",
        (("return mu.var(axis=0)", "return (mu**2).mean(axis=0)"),),
        "This is the mean square, not the variance. A latent that is 5 for every image says nothing about the image: "
        "subtract its mean over images first.",
    ),
    Misconception(
        "mean for variance",
        (("return mu.var(axis=0)", "return mu.mean(axis=0)"),),
        "This is the mean of a latent over images. What counts is how far it moves around that mean: its variance.",
    ),
    Misconception(
        "squares not averaged",
        (("return mu.var(axis=0)", "return ((mu - mu.mean(axis=0)) ** 2).sum(axis=0)"),),
        "The squared deviations are summed over images. Take their mean, or the activity grows with the number of "
        "images.",
    ),
    Misconception(
        "absolute deviation",
        (("return mu.var(axis=0)", "return np.abs(mu - mu.mean(axis=0)).mean(axis=0)"),),
        "This is the mean absolute deviation. A variance is the mean of the squared deviations.",
    ),
    Misconception(
        "squared threshold",
        (("> ACTIVE_ABOVE)", "> ACTIVE_ABOVE**0.5)"),),
        "The activity is a variance already, and so is the threshold 0.01: compare the two as they are.",
    ),
    Misconception(
        "mean activity for a count",
        (("int((latent_activity(mu) > ACTIVE_ABOVE).sum())", "float((latent_activity(mu) > ACTIVE_ABOVE).mean())"),),
        "The number of active latents is asked for. You returned their share.",
    ),
    Misconception(
        "inactive units counted",
        (("(latent_activity(mu) > ACTIVE_ABOVE)", "(latent_activity(mu) < ACTIVE_ABOVE)"),),
        "You counted the latents below the threshold. The active ones are those above it.",
    ),
    Misconception(
        "means compared with the threshold",
        (("(latent_activity(mu) > ACTIVE_ABOVE)", "(np.abs(mu.mean(axis=0)) > ACTIVE_ABOVE)"),),
        "You compared the mean of every latent. A mean far from 0 carries no information if it is the same for every "
        "image: compare the variance over images.",
    ),
    Misconception(
        "entries counted",
        (("(latent_activity(mu) > ACTIVE_ABOVE).sum()", "(mu**2 > ACTIVE_ABOVE).sum()"),),
        "You counted numbers of the array, image by image. A latent is active or not for the whole data set.",
    ),
    Misconception(
        "exactly a tenth is no collapse",
        (("active <= latents // 10", "active < latents // 10"),),
        "At most a tenth means that a tenth itself counts: with 2 of 20 latents active the posterior has collapsed.",
    ),
    Misconception(
        "collapse only where no latent is active",
        (("active <= latents // 10", "active == 0"),),
        "A posterior with 1 active latent of 20 has collapsed too: the border is a tenth, not zero.",
    ),
    Misconception(
        "any idle latent is a collapse",
        (("active <= latents // 10", "active < latents"),),
        "A few idle latents are usual and harmless. Collapse means that at most a tenth of them is active.",
    ),
    Misconception(
        "reversed judgement",
        (("active <= latents // 10", "active > latents // 10"),),
        "Your function is true where the latents are alive. It must be true where they have collapsed.",
    ),
    Misconception(
        "a tenth idle for a tenth active",
        (("active <= latents // 10", "latents - active >= latents / 10"),),
        "You ask whether a tenth of the latents is idle. Collapse is the other way round: at most a tenth is active.",
    ),
    Misconception(
        "mean of the image subtracted",
        (("return mu.var(axis=0)", "return ((mu - mu.mean(axis=1, keepdims=True)) ** 2).mean(axis=0)"),),
        "You subtracted the mean of every image over its latents. Subtract the mean of every latent over the images: "
        "mu.mean(axis=0).",
    ),
    Misconception(
        "one mean for all latents",
        (("return mu.var(axis=0)", "return ((mu - mu.mean()) ** 2).mean(axis=0)"),),
        "You subtracted one mean for all latents. Every latent has its own mean over the images: mu.mean(axis=0).",
    ),
    Misconception(
        "range for variance",
        (("return mu.var(axis=0)", "return mu.max(axis=0) - mu.min(axis=0)"),),
        "This is the range, largest less smallest. The activity is the variance, in which every image counts.",
    ),
    Misconception(
        "every latent counted, or its distance from 0",
        (("(latent_activity(mu) > ACTIVE_ABOVE)", "(np.abs(mu).mean(axis=0) > ACTIVE_ABOVE)"),),
        "Too many latents count as active. Perhaps you returned the length of the mask, where its sum is asked "
        "for; or you "
        "ask how far a latent is from 0, where it counts how much it moves from image to image: its variance.",
    ),
    Misconception(
        "threshold relative to the largest activity",
        (("> ACTIVE_ABOVE)", "> ACTIVE_ABOVE * latent_activity(mu).max())"),),
        "You compared with a hundredth of the largest activity. The threshold is 0.01 itself; else a collapsed model "
        "would always have an active latent.",
    ),
    Misconception(
        "fewer than a tenth",
        (("active <= latents // 10", "active < latents / 10"),),
        "At most a tenth means that a tenth itself counts: with 2 of 20 latents active the posterior has collapsed.",
    ),
    Misconception(
        "tenth rounded to the nearest",
        (("active <= latents // 10", "active <= round(latents / 10)"),),
        "You rounded the tenth to the nearest whole number. 1 of 7 latents is more than a tenth: round down.",
    ),
    Misconception(
        "one active latent always a collapse",
        (("active <= latents // 10", "active <= max(1, latents // 10)"),),
        "With fewer than ten latents one is more than a tenth: there it has collapsed only if none is active.",
    ),
    Misconception(
        "two of any number",
        (("active <= latents // 10", "active <= 2"),),
        "Your border is 2, which is right for 20 latents only. It is a tenth of `latents`.",
    ),
    Misconception(
        "idle latents compared with a tenth",
        (("active <= latents // 10", "latents - active <= latents // 10"),),
        "You counted the idle latents, latents - active. Collapse means that at most a tenth is active.",
    ),
    Misconception(
        "truth values for a count",
        (("int((latent_activity(mu) > ACTIVE_ABOVE).sum())", "latent_activity(mu) > ACTIVE_ABOVE"),),
        "You returned one truth value for every latent. Their number is asked for: sum them.",
    ),
)
