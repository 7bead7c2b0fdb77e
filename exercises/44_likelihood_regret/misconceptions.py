"""Wrong answers to exercise 44."""

from course.workbook.content import Misconception

DLOGITS = "dlogits, _ = likelihood_pullback(dy[:, None, None, None])"
KL = "dmu_kl, dlogvar_kl = kl_pullback(-dy[:, None])"
Z = "dmu_z, dlogvar_z = z_pullback(dz)"
SUM = "return dmu_z + dmu_kl, dlogvar_z + dlogvar_kl"
SLOPES = "dmu, dlogvar = elbo_of_q(params, x, mu, logvar, noise)[1](np.ones(len(x), mu.dtype))"
MOVED = "mu, logvar = mu + step_size * dmu, logvar + step_size * dlogvar"
LOOP = "for noise in eps:"
ENCODED = "encoded = encode(params, x)"
SEARCHED = "searched = search_q(params, x, *encoded, search_eps, step_size)"
MEANS = (
    "before, after = (np.mean([elbo_of_q(params, x, *q, one)[0] for one in eps], axis=0) for q in (encoded, searched))"
)
RETURN = "return np.maximum(after - before, 0)"

MISCONCEPTIONS = (
    Misconception(
        "search goes downhill",
        ((MOVED, MOVED.replace("+", "-")),),
        "You subtracted the gradient. That minimises the ELBO; the search for the best q adds it.",
    ),
    Misconception(
        "search divides by the batch",
        ((SLOPES, SLOPES.replace("np.ones(len(x), mu.dtype)", "np.ones(len(x), mu.dtype) / len(x)")),),
        "You climbed the mean ELBO of the batch. Then the steps of an image become shorter with every image beside "
        "it. Each climbs its own ELBO: dy is 1.",
    ),
    Misconception(
        "mean over the batch in the gradient",
        ((DLOGITS, "dy = dy / len(dy)\n        " + DLOGITS),),
        "You divided by the batch size. Nothing is averaged here: each image has an ELBO, and a q, of its own.",
    ),
    Misconception(
        "upstream gradient forgotten",
        ((DLOGITS, "dy = np.ones_like(dy)\n        " + DLOGITS),),
        "A pullback multiplies by what arrives: dy has a number for each image.",
    ),
    Misconception(
        "one upstream gradient for all images",
        ((DLOGITS, "dy = np.full_like(dy, dy.mean())\n        " + DLOGITS),),
        "You gave all images one number. Each has a dy of its own.",
    ),
    Misconception(
        "KL added",
        ((KL, KL.replace("-dy", "dy")),),
        "The ELBO is the reconstruction *minus* the KL, so the KL receives -dy.",
    ),
    Misconception(
        "gradient of the negative ELBO",
        ((SUM, "return -dmu_z - dmu_kl, -dlogvar_z - dlogvar_kl"),),
        "This is the gradient of the loss, -ELBO. Here it is the ELBO itself that is differentiated.",
    ),
    Misconception(
        "KL left out of the gradient",
        ((SUM, "return dmu_z, dlogvar_z"),),
        "Only the reconstruction is differentiated. mu and logvar stand in the KL too; without it q shrinks to a "
        "point.",
    ),
    Misconception(
        "reconstruction left out of the gradient",
        ((SUM, "return 1 * dmu_kl, 1 * dlogvar_kl"),),
        "Only the KL is differentiated. mu and logvar reach the reconstruction through z.",
    ),
    Misconception(
        "KL of logvar alone",
        ((SUM, "return 1 * dmu_z, dlogvar_z + dlogvar_kl"),),
        "The KL holds mu too: KL = (mu^2 + sigma^2 - 1 - logvar) / 2, so dmu has a part -dy mu.",
    ),
    Misconception(
        "logvar does not reach z",
        ((SUM, "return dmu_z + dmu_kl, 1 * dlogvar_kl"),),
        "z = mu + sigma eps holds logvar through sigma: dlogvar has a part from the reconstruction.",
    ),
    Misconception(
        "sigma for logvar",
        ((Z, "dmu_z, dlogvar_z = dz, dz * eps"),),
        "You differentiated by sigma: z = mu + sigma eps. By logvar there is the factor d sigma / d logvar = sigma "
        "/ 2 more.",
    ),
    Misconception(
        "one half of sigma forgotten",
        ((Z, Z + "\n        dlogvar_z = 2 * dlogvar_z"),),
        "sigma = exp(logvar / 2), so d sigma / d logvar = sigma / 2. The one half is missing.",
    ),
    Misconception(
        "only the means are searched for",
        ((MOVED, "mu = mu + step_size * dmu"),),
        "logvar stays where it was. q has a mean and a variance, and both are searched for.",
    ),
    Misconception(
        "only the variances are searched for",
        ((MOVED, "logvar = logvar + step_size * dlogvar"),),
        "mu stays where it was. q has a mean and a variance, and both are searched for.",
    ),
    Misconception(
        "logvar moved with the new mu",
        (
            (
                MOVED,
                "mu = mu + step_size * dmu\n"
                "        logvar = logvar + step_size * elbo_of_q(params, x, mu, logvar, noise)[1](np.ones(len(x)))[1]",
            ),
        ),
        "You moved mu first, and logvar by the gradient at the new mu. Both move by the gradient at one place.",
    ),
    Misconception(
        "first draw of the noise for all steps",
        ((SLOPES, SLOPES.replace("noise", "eps[0]")),),
        "Every step used eps[0]. Each step has a draw of its own; with one alone q fits itself to that draw.",
    ),
    Misconception(
        "last step forgotten",
        ((LOOP, "for noise in eps[: max(len(eps) - 1, 0)]:"),),
        "You made one step less than there are draws.",
    ),
    Misconception(
        "a single step",
        ((LOOP, "for noise in eps[:1]:"),),
        "You stopped after the first step, or began each anew at the start. Every step goes on where the one before"
        " ended.",
    ),
    Misconception(
        "one step of the summed gradients",
        (
            (
                LOOP,
                "start = mu, logvar\n    for noise in eps:",
            ),
            (SLOPES, SLOPES.replace("mu, logvar, noise", "*start, noise")),
        ),
        "All gradients are taken at the start. Gradient ascent takes each at the place that the step before has "
        "reached.",
    ),
    Misconception(
        "noise left out of the search",
        ((SLOPES, SLOPES.replace("noise", "0 * noise")),),
        "You searched with z = mu. The ELBO is an expectation over q: without noise nothing says how wide q may be.",
    ),
    Misconception(
        "steps of the length of the step size",
        (
            (
                MOVED,
                "mu, logvar = mu + step_size * np.sign(dmu), logvar + step_size * np.sign(dlogvar)",
            ),
        ),
        "You moved by the sign of the gradient. Plain ascent moves by the step size times the gradient itself.",
    ),
    Misconception(
        "regret of the batch",
        ((RETURN, "return np.full_like(after, np.maximum((after - before).mean(), 0))"),),
        "You averaged over images. A mean cannot say which image is the odd one: every image has a regret of its own.",
    ),
    Misconception(
        "encoder's bound less the searched one",
        ((RETURN, "return np.maximum(before - after, 0)"),),
        "You subtracted the other way about. The regret is what the searched q gains: its ELBO minus the encoder's.",
    ),
    Misconception(
        "negative regrets",
        ((RETURN, "return after - before"),),
        "A failed search gave a negative regret. The encoder's q is one that you know, so the best of the two gains"
        " at least 0.",
    ),
    Misconception(
        "absolute difference",
        ((RETURN, "return np.abs(after - before)"),),
        "You took the absolute value. A search that made things worse has found nothing: the regret is 0 there.",
    ),
    Misconception(
        "the searched bound itself",
        ((RETURN, "return np.maximum(after, before)"),),
        "This is the best ELBO, not what it gains on the encoder's. Subtract that.",
    ),
    Misconception(
        "sum over samples",
        ((MEANS, MEANS.replace("np.mean(", "np.sum(")),),
        "You summed over the samples of eps. The ELBO is a mean over them.",
    ),
    Misconception(
        "first sample alone",
        ((MEANS, MEANS.replace("for one in eps]", "for one in eps[:1]]")),),
        "You used one sample of eps. Take the mean over all of them.",
    ),
    Misconception(
        "noise of the search for the estimate",
        ((MEANS, MEANS.replace("for one in eps]", "for one in search_eps]")),),
        "You measured with the noise of the search. q has fitted itself to those draws, so the regret comes out too"
        " high: measure with eps.",
    ),
    Misconception(
        "search with the noise of the estimate",
        ((SEARCHED, SEARCHED.replace("search_eps", "eps")),),
        "You searched with eps, which is there to measure with. The search has draws of its own, search_eps.",
    ),
    Misconception(
        "best sample for the mean",
        ((MEANS, MEANS.replace("np.mean(", "np.max(")),),
        "You took the best sample. The ELBO is an expectation over q: a mean over samples.",
    ),
    Misconception(
        "search from the prior",
        ((SEARCHED, SEARCHED.replace("*encoded", "*(0 * one for one in encoded)")),),
        "The search began at N(0, I). It begins at the encoder's q.",
    ),
)
