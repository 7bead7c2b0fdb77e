"""Wrong answers to exercise 10."""

from course.workbook.content import Misconception

DFLAT = "dflat = np.reshape(dlogits, (len(dlogits), prod(image_shape)))"
DH = "da = h_pullback(dh)"
DHS = "da = h_pullback(dh_mu + dh_s)"
DS = "ds = logvar_pullback(dlogvar)"
DLOGITS = "np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype)"
DKL = "penalty_pullback(dloss)"
CARRIED = "for name, grad in grads.items():\n            total[name] = total.get(name, 0.0) + grad\n"
TO_ENCODER = "encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)"

MISCONCEPTIONS = (
    Misconception(
        "relu left out in the decoder",
        ((DH, "da = dh"),),
        "You go from h to a without the pullback of relu. Hidden units that were off (a <= 0) had no influence on the "
        "logits, so they get no gradient.",
    ),
    Misconception(
        "relu left out on the way to z",
        (("return dz, grads", "return a_pullback(dh)[0], grads"),),
        "The gradients of the hidden layer went through the pullback of relu, but dz did not. All three come from one "
        "call of a_pullback, with da.",
    ),
    Misconception(
        "relu of the gradient in the decoder",
        ((DH, "da = np.maximum(dh, 0)"),),
        "You let the gradient pass where it is positive. It passes where a, the number that relu got on the way "
        "forward, is positive.",
    ),
    Misconception(
        "order of the pixels",
        ((DFLAT, 'dflat = np.reshape(dlogits, (len(dlogits), prod(image_shape)), order="F")'),),
        "You flatten dlogits in another order than the one in which the value unfolds its rows into images. A reshape "
        "back is the pullback of a reshape, in the same order.",
    ),
    Misconception(
        "dlogits forgotten",
        ((DFLAT, "dflat = np.ones((len(dlogits), prod(image_shape)))"),),
        "dlogits does not enter your result. Every pullback begins with the gradient that it is given.",
    ),
    Misconception(
        "sigmoid in the decoder",
        (
            (
                "dh, grads[",
                "dflat = dflat * np.exp(flat) / (1 + np.exp(flat)) ** 2\n        dh, grads[",
            ),
        ),
        "You multiply by the derivative of a sigmoid. The decoder returns logits and has no sigmoid; it belongs to the "
        "likelihood, whose pullback has counted it already.",
    ),
    Misconception(
        "averaged over the batch in the decoder",
        ((DFLAT, "dflat = np.reshape(dlogits, (len(dlogits), prod(image_shape))) / len(dlogits)"),),
        "You divide by the batch size. The mean over the batch is made in the loss, once; its 1 / batch arrives in "
        "dlogits.",
    ),
    Misconception(
        "path to z cut",
        (("return dz, grads", "return np.zeros_like(dz), grads"),),
        "The gradient of z is 0 in your answer. Through it the encoder learns what the decoder needs.",
    ),
    Misconception(
        "dz and gradients exchanged",
        (("return dz, grads", "return grads, dz"),),
        "The pullback of decode returns the pair (dz, gradients of the decoder). Yours is the other way round.",
    ),
    Misconception(
        "gradients of the decoder carried over",
        (
            ("    flat, flat_pullback = linear(", "    total = {}\n    flat, flat_pullback = linear("),
            ("return dz, grads", f"{CARRIED}        return dz, total"),
        ),
        "The first call of the decoder's pullback is right; the second one adds to what the first has left. Make the "
        "dict of gradients inside of the pullback.",
    ),
    Misconception(
        "gradients of the encoder carried over",
        (
            ("    mu, mu_pullback = linear(", "    total = {}\n    mu, mu_pullback = linear("),
            ("a_pullback(da)\n        return grads", f"a_pullback(da)\n        {CARRIED}        return total"),
        ),
        "The first call of the encoder's pullback is right; the second one adds to what the first has left. Make the "
        "dict of gradients inside of the pullback.",
    ),
    Misconception(
        "clamp left out",
        ((DS, "ds = dlogvar"),),
        "You leave out the pullback of the clamp. Where logvar was cut off, a small change of s changes nothing, so "
        "the gradient is 0 there.",
    ),
    Misconception(
        "gradient clamped",
        ((DS, "ds = np.clip(dlogvar, LOGVAR_MIN, LOGVAR_MAX)"),),
        "You limit the gradient to the interval of logvar. The clamp limits the value; its derivative is 1 inside "
        "and 0 outside, however large dlogvar is.",
    ),
    Misconception(
        "clamp closed at its limits",
        ((DS, "ds = dlogvar * ((logvar > LOGVAR_MIN) & (logvar < LOGVAR_MAX))"),),
        "You let no gradient pass where logvar is exactly at a limit. In this course the clamp's derivative is 1 on "
        "the closed interval: compare s, not logvar, or use logvar_pullback.",
    ),
    Misconception(
        "mu stopped by the clamp",
        ((DS, "dmu, ds = logvar_pullback(dmu), logvar_pullback(dlogvar)"),),
        "You send dmu through the pullback of the clamp as well. Only logvar was clamped; mu was not, so dmu goes into "
        "its head as it is.",
    ),
    Misconception(
        "only the path through mu",
        ((DHS, "da = h_pullback(dh_mu)"),),
        "h feeds two heads, mu and logvar. You send back what comes from mu alone; the gradients of both uses add up.",
    ),
    Misconception(
        "only the path through logvar",
        ((DHS, "da = h_pullback(dh_s)"),),
        "h feeds two heads, mu and logvar. You send back what comes from logvar alone, perhaps because one variable dh "
        "was overwritten; the gradients of both uses add up.",
    ),
    Misconception(
        "heads averaged",
        ((DHS, "da = h_pullback(0.5 * (dh_mu + dh_s))"),),
        "You average the gradients of the two heads. The chain rule adds them.",
    ),
    Misconception(
        "relu left out in the encoder",
        ((DHS, "da = dh_mu + dh_s"),),
        "You go from h to a without the pullback of relu. Hidden units that were off (a <= 0) had no influence on mu "
        "and logvar, so they get no gradient.",
    ),
    Misconception(
        "heads exchanged",
        (
            ("= s_pullback(ds)", "= s_pullback(dmu)"),
            ("= mu_pullback(dmu)", "= mu_pullback(ds)"),
        ),
        "You send dmu into the head of logvar, and dlogvar into the head of mu.",
    ),
    Misconception(
        "averaged over the batch in the encoder",
        ((DS, "dmu = dmu / len(x)\n        ds = logvar_pullback(dlogvar / len(x))"),),
        "You divide by the batch size. The mean over the batch is made in the loss, once; its 1 / batch arrives in dmu "
        "and dlogvar.",
    ),
    Misconception(
        "dloss forgotten",
        ((DLOGITS, "np.full((1, 1, 1, 1), -1 / len(x), logits.dtype)"), (DKL, "penalty_pullback(1.0)")),
        "dloss does not enter your result. It is 1 where the loss is the end of the chain, but a pullback may be asked "
        "for any other number.",
    ),
    Misconception(
        "dloss forgotten in the penalty",
        ((DKL, "penalty_pullback(1.0)"),),
        "The reconstruction starts from dloss, but the penalty from 1. The loss is the sum of both, so both start "
        "from dloss.",
    ),
    Misconception(
        "dloss forgotten in the reconstruction",
        ((DLOGITS, "np.full((1, 1, 1, 1), -1 / len(x), logits.dtype)"),),
        "The penalty starts from dloss, but the reconstruction from 1. The loss is the sum of both, so both start "
        "from dloss.",
    ),
    Misconception(
        "sign of the reconstruction",
        ((DLOGITS, DLOGITS.replace("-dloss", "dloss")),),
        "The loss holds minus log p(x | z). Without the minus the decoder learns to make the images less likely.",
    ),
    Misconception(
        "reconstruction summed over the batch",
        ((DLOGITS, DLOGITS.replace(" / len(x)", "")),),
        "The reconstruction is a mean over the batch, so its pullback divides by the batch size. You left that out. "
        "Then the KL weighs less, the larger the batch.",
    ),
    Misconception(
        "reconstruction averaged over pixels",
        ((DLOGITS, DLOGITS.replace("len(x)", "x.size")),),
        "You divide by the number of pixels too. The reconstruction is summed over pixels; averaging it means a beta "
        "that is larger by the number of pixels.",
    ),
    Misconception(
        "KL divided by the batch size twice",
        ((DKL, "penalty_pullback(dloss / len(x))"),),
        "penalty_pullback has divided by the batch size already: the penalty is a mean over the batch. You divide once "
        "more.",
    ),
    Misconception(
        "KL summed over the batch",
        ((DKL, "penalty_pullback(dloss) * len(x)"),),
        "You take the division by the batch size out of the penalty again. The penalty is a mean over the batch, as "
        "the reconstruction is; else the KL weighs more, the larger the batch.",
    ),
    Misconception(
        "objective ignored",
        ((DKL, "np.full_like(kl, dloss / len(x))"),),
        "Your gradient is that of the plain KL: beta, free bits and capacity have no effect. penalty_pullback knows "
        "the objective.",
    ),
    Misconception(
        "sign of the penalty",
        ((DKL, "penalty_pullback(-dloss)"),),
        "The penalty enters the loss with a plus: loss = reconstruction + penalty. Its gradient has no minus sign.",
    ),
    Misconception(
        "z detached",
        ((TO_ENCODER, "encoder_pullback(dmu_kl, dlogvar_kl)"),),
        "What comes back through z does not reach your encoder. Then the encoder never learns from the reconstruction: "
        "it only obeys the KL, and the posterior collapses.",
    ),
    Misconception(
        "KL left out",
        ((TO_ENCODER, "encoder_pullback(dmu_z, dlogvar_z)"),),
        "mu and logvar enter the loss twice: through z and through the KL. You send back what comes through z alone.",
    ),
    Misconception(
        "noise scale detached",
        ((TO_ENCODER, "encoder_pullback(dmu_z + dmu_kl, dlogvar_kl)"),),
        "z depends on logvar too, through sigma eps. You send the gradient of z back to mu, but not to logvar. Then "
        "only the KL decides how wide the posterior is.",
    ),
    Misconception(
        "mu and logvar exchanged",
        ((TO_ENCODER, "encoder_pullback(dlogvar_z + dlogvar_kl, dmu_z + dmu_kl)"),),
        "The pullback of the encoder takes dmu first and dlogvar second. Yours are exchanged.",
    ),
    Misconception(
        "dloss twice in the KL",
        ((f"kl_pullback({DKL})", f"kl_pullback(dloss * {DKL})"),),
        "The path of the KL is multiplied by dloss twice. penalty_pullback(dloss) has it already; pass its result "
        "on as it is.",
    ),
    Misconception(
        "gradients of the likelihood dropped",
        (("**decoder_grads, **likelihood_grads}", "**decoder_grads}"),),
        "The gradients of the likelihood are not in your dict. A Bernoulli has no parameters, but a Gaussian has "
        "its sigma: put what likelihood_pullback returns beside the others.",
    ),
)
