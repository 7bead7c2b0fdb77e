"""Wrong answers to exercise 52."""

from course.workbook.content import Misconception

RECONSTRUCTION = "reconstruction = -np.where(counts, log_p, 0).sum(axis=1).mean()"
PER_LATENT = "per_latent = kl.mean(axis=0)"
ELBO = "elbo = -(reconstruction + per_latent.sum())"
LOSS = "loss = reconstruction + beta * np.maximum(minimum, per_latent).sum()"
KL = "np.maximum(minimum, per_latent).sum()"
RETURN = "return SequenceLoss(loss, elbo, -elbo * len(counts) / counts.sum())"
PER_TOKEN = "-elbo * len(counts) / counts.sum()"


def penalty(other: str) -> tuple[tuple[str, str]]:
    """Put something else in place of the sum of maxima."""
    return ((LOSS, LOSS.replace(KL, other)),)


def per_token(other: str) -> tuple[tuple[str, str]]:
    """Put something else in place of nats per token."""
    return ((RETURN, RETURN.replace(PER_TOKEN, other)),)


MISCONCEPTIONS = (
    Misconception(
        "padding counted",
        ((RECONSTRUCTION, "reconstruction = -log_p.sum(axis=1).mean()"),),
        "You added up all places. What stands at padding is no token of the string and costs nothing.",
    ),
    Misconception(
        "mask as a factor",
        ((RECONSTRUCTION, "reconstruction = -(counts * log_p).sum(axis=1).mean()"),),
        "0 times infinity is not a number. Choose with np.where, or index with the mask, instead of multiplying by it.",
    ),
    Misconception(
        "reconstruction as a mean over tokens",
        ((RECONSTRUCTION, "reconstruction = -log_p[counts].mean()"),),
        "Your reconstruction is in nats per token, the KL beside it in nats per string. So beta is as many times "
        "larger as a string has tokens: a model that collapses although beta looks small.",
    ),
    Misconception(
        "reconstruction as a mean over each string",
        (
            (
                RECONSTRUCTION,
                RECONSTRUCTION.replace(".mean()", "").replace("-np", "-(np") + " / counts.sum(axis=1)).mean()",
            ),
        ),
        "You averaged over the tokens of each string. log p(x | z) is their sum.",
    ),
    Misconception(
        "reconstruction summed over the batch",
        ((RECONSTRUCTION, RECONSTRUCTION.replace(".sum(axis=1).mean()", ".sum()")),),
        "You summed over the batch. Tokens are summed, strings are averaged.",
    ),
    Misconception(
        "KL as a mean over latents",
        (*penalty("np.maximum(minimum, per_latent).mean()"), (ELBO, ELBO.replace(".sum()", ".mean()"))),
        "You averaged over latents, which makes beta smaller by their number. The KL of a string is the sum.",
    ),
    Misconception(
        "KL summed over the batch",
        ((PER_LATENT, "per_latent = kl.sum(axis=0)"),),
        "You summed the KL over the batch. The minimum is in nats per string: compare it with the mean.",
    ),
    Misconception(
        "maximum before the mean",
        penalty("np.maximum(minimum, kl).sum(axis=1).mean()"),
        "You took the maximum string by string. The minimum holds for the mean over the batch: one string may "
        "have less as long as another has more.",
    ),
    Misconception(
        "one minimum for all latents",
        penalty("np.maximum(minimum, per_latent.sum())"),
        "You compared the sum over latents with the minimum. Every latent has a minimum of its own.",
    ),
    Misconception(
        "minima added up before the maximum",
        penalty("np.maximum(minimum * kl.shape[1], per_latent.sum())"),
        "You compared the sum of the KLs with the sum of the minima. What one latent has above its minimum is no "
        "help to another.",
    ),
    Misconception(
        "minimum taken off the total",
        penalty("np.maximum(per_latent.sum() - minimum, 0)"),
        "You took the minimum off the total KL, as some libraries do under the same name. (1) has a maximum for each "
        "latent, and counts the minimum itself.",
    ),
    Misconception(
        "only the excess paid",
        penalty("np.maximum(per_latent - minimum, 0).sum()"),
        "You counted what is above the minimum. The gradient is the same, the loss is not: (1) counts the minimum too.",
    ),
    Misconception(
        "idle latents cost nothing",
        penalty("np.where(per_latent >= minimum, per_latent, 0).sum()"),
        "A latent below the minimum costs the minimum, not 0: else to fall below would be rewarded.",
    ),
    Misconception(
        "minimum for maximum",
        penalty("np.minimum(minimum, per_latent).sum()"),
        "You took the smaller of the two. A latent costs at least the minimum.",
    ),
    Misconception(
        "beta forgotten",
        ((LOSS, LOSS.replace("beta * ", "")),),
        "Your loss lacks beta, the weight of the KL.",
    ),
    Misconception(
        "beta within the maximum",
        ((LOSS, LOSS.replace("beta * np.maximum(minimum, per_latent)", "np.maximum(minimum, beta * per_latent)")),),
        "You weighed the KL before you compared it. The minimum is compared with the KL itself, and beta weighs the "
        "outcome.",
    ),
    Misconception(
        "ELBO with free bits",
        ((ELBO, "elbo = -(reconstruction + np.maximum(minimum, per_latent).sum())"),),
        "Your ELBO has the minimum in it. The bound knows nothing of free bits; with them it is no number to compare.",
    ),
    Misconception(
        "ELBO with beta",
        ((ELBO, "elbo = -(reconstruction + beta * per_latent.sum())"),),
        "Your ELBO has beta in it. With beta below 1 it is not a bound of log p(x).",
    ),
    Misconception(
        "loss for the ELBO",
        ((RETURN, "return SequenceLoss(loss, -loss, loss * len(counts) / counts.sum())"),),
        "You returned -loss for the ELBO. The loss has beta and the minimum in it, the ELBO has neither.",
    ),
    Misconception(
        "sign of the ELBO",
        ((RETURN, "return SequenceLoss(loss, -elbo, -elbo * len(counts) / counts.sum())"),),
        "The ELBO is a bound of log p(x), which is below 0. You returned -ELBO.",
    ),
    Misconception(
        "mean of the strings' nats per token",
        per_token("np.mean((kl.sum(axis=1) - np.where(counts, log_p, 0).sum(axis=1)) / counts.sum(axis=1))"),
        "You averaged the nats per token of the strings, which gives a token of a short string more weight. Divide all "
        "nats of the batch by all of its tokens.",
    ),
    Misconception(
        "places for tokens",
        per_token("-elbo / counts.shape[1]"),
        "You divided by the number of places, padding included: in a wider array a token would cost less.",
    ),
    Misconception(
        "reconstruction alone per token",
        per_token("reconstruction * len(counts) / counts.sum()"),
        "Your nats per token lack the KL. A string costs both: that of z, and that of its tokens given z.",
    ),
    Misconception(
        "loss per token",
        per_token("loss * len(counts) / counts.sum()"),
        "You divided the loss. What is compared between models is -ELBO per token, without beta and free bits.",
    ),
    Misconception(
        "batch forgotten per token",
        per_token("-elbo / counts.sum()"),
        "The ELBO is a mean over strings, the tokens are those of all. Multiply by the batch first.",
    ),
    Misconception(
        "end not counted as a token",
        per_token("-elbo * len(counts) / (counts.sum() - len(counts) + 1e-9)"),
        "You did not count the end of each string. It is predicted and paid for, so it is a token.",
    ),
)
