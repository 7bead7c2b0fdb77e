"""Wrong versions of exercise 29: the bug, the bug half mended or mended wrongly, and other mistakes in those lines."""

from course.workbook.content import Misconception

LIKELIHOOD = "likelihood_pullback(np.full((1, 1, 1, 1), -dloss / len(x), logits.dtype))"
TO_ENCODER = "encoder_pullback(dmu_z + dmu_kl, dlogvar_z + dlogvar_kl)"
KL = "kl_pullback(penalty_pullback(dloss))"
FROM_Z, FROM_KL = "dmu_z, dlogvar_z = z_pullback", "dmu_kl, dlogvar_kl = kl_pullback(penalty_pullback"
OVERWRITTEN = (
    (FROM_Z, "dmu_z, dlogvar = z_pullback"),
    (TO_ENCODER, "encoder_pullback(dmu_z + dmu_kl, dlogvar)"),
)

MISCONCEPTIONS = (
    Misconception(
        "both mistakes still in it",
        (*OVERWRITTEN, (f"{FROM_KL}(dloss)", "dmu_kl, dlogvar = kl_pullback(penalty_pullback(1.0)")),
        "One is in how the gradients of several paths come together: count them for mu and for logvar. The other is in "
        "where a path begins: it shows only if dloss is not 1.",
    ),
    Misconception(
        "logvar path of z dropped",
        (*OVERWRITTEN, (FROM_KL, "dmu_kl, dlogvar = kl_pullback(penalty_pullback")),
        "logvar has two ways to the loss, through the KL and through z. The gradient of the second is lost: sigma then "
        "never learns what the decoder needs.",
    ),
    Misconception(
        "upstream gradient forgotten in the KL",
        ((KL, "kl_pullback(penalty_pullback(1.0))"),),
        "The path of the KL begins with 1 instead of dloss. With dloss = 1 nobody notices; with any other, the "
        "KL has another weight than in the loss.",
    ),
    Misconception(
        "upstream gradient forgotten",
        ((KL, "kl_pullback(penalty_pullback(1.0))"), ("-dloss / len(x)", "-1.0 / len(x)")),
        "Both paths begin with 1 now. The pullback must multiply with the dloss that it gets.",
    ),
    Misconception(
        "logvar path of z with the wrong sign",
        ((TO_ENCODER, "encoder_pullback(dmu_z + dmu_kl, dlogvar_kl - dlogvar_z)"),),
        "The gradient of logvar through z is subtracted. Gradients of several paths are added; the sign is in them "
        "already.",
    ),
    Misconception(
        "logvar path of z halved again",
        ((TO_ENCODER, "encoder_pullback(dmu_z + dmu_kl, 0.5 * dlogvar_z + dlogvar_kl)"),),
        "The factor 1/2 of sigma = exp(logvar / 2) is in z_pullback already. Now it is there twice.",
    ),
    Misconception(
        "gradient of z taken for that of logvar",
        ((TO_ENCODER, "encoder_pullback(dmu_z + dmu_kl, dz + dlogvar_kl)"),),
        "dz is the gradient of z. On the way to logvar it gets the factor sigma eps / 2: z_pullback returns that.",
    ),
    Misconception(
        "KL path of logvar dropped",
        ((TO_ENCODER, "encoder_pullback(dmu_z + dmu_kl, dlogvar_z)"),),
        "Now the gradient of logvar through z is there and that through the KL is gone. Both are needed.",
    ),
    Misconception(
        "KL path of mu dropped",
        ((TO_ENCODER, "encoder_pullback(dmu_z, dlogvar_z + dlogvar_kl)"),),
        "mu has two ways to the loss, through z and through the KL. The second is missing, so nothing holds mu near 0.",
    ),
    Misconception(
        "mu path of z dropped",
        ((TO_ENCODER, "encoder_pullback(dmu_kl, dlogvar_z + dlogvar_kl)"),),
        "mu has two ways to the loss, through z and through the KL. The first is missing, so mu learns nothing of the "
        "image.",
    ),
    Misconception(
        "mu and logvar exchanged",
        ((TO_ENCODER, "encoder_pullback(dlogvar_z + dlogvar_kl, dmu_z + dmu_kl)"),),
        "The gradients of mu and logvar have changed places. The order is that of the outputs of encode.",
    ),
    Misconception(
        "batch size forgotten in the likelihood",
        (("-dloss / len(x)", "-dloss"),),
        "The reconstruction is a mean over the batch: its gradient has the factor 1 / batch size.",
    ),
    Misconception(
        "batch size twice in the KL",
        ((KL, "kl_pullback(penalty_pullback(dloss) / len(x))"),),
        "The KL is divided by the batch size twice. penalty_pullback has done it already.",
    ),
    Misconception(
        "sign of the likelihood",
        (("-dloss / len(x)", "dloss / len(x)"),),
        "The reconstruction is minus the log likelihood, so this path begins with -dloss. Yours would make the images "
        "less likely.",
    ),
    Misconception(
        "beta forgotten",
        ((KL, "kl_pullback(np.full_like(kl, dloss / len(x)))"),),
        "You go around penalty_pullback. It knows the objective: beta, free bits, or a capacity.",
    ),
    Misconception(
        "dloss multiplied twice",
        (
            (
                "return {**encoder_grads, **decoder_grads, **likelihood_grads}",
                "grads = {**encoder_grads, **decoder_grads, **likelihood_grads}\n"
                "        return {name: dloss * grad for name, grad in grads.items()}",
            ),
        ),
        "All gradients are multiplied with dloss at the end, but both paths began with it.",
    ),
    Misconception(
        "sign of the KL",
        ((KL, "kl_pullback(penalty_pullback(-dloss))"),),
        "The path of the KL begins with -dloss. The minus sign of the likelihood is there because the reconstruction "
        "is minus the log likelihood; the KL enters the loss with plus.",
    ),
    Misconception(
        "sign of dloss lost in the KL",
        ((KL, "kl_pullback(penalty_pullback(abs(dloss)))"),),
        "The path of the KL begins with the size of dloss. dloss can be negative: take it as it is.",
    ),
    Misconception(
        "dloss twice on the path of z",
        (
            (KL, "kl_pullback(penalty_pullback(1.0))"),
            (TO_ENCODER, "encoder_pullback(dloss * (dmu_z + dmu_kl), dloss * (dlogvar_z + dlogvar_kl))"),
        ),
        "You multiply both paths with dloss at the encoder. The path of z began with it already; only that of the KL "
        "began with 1.",
    ),
    Misconception(
        "KL path of logvar with the wrong sign",
        ((TO_ENCODER, "encoder_pullback(dmu_z + dmu_kl, dlogvar_z - dlogvar_kl)"),),
        "The gradient of logvar through the KL is subtracted. Gradients of several paths are added; the sign is in "
        "them already.",
    ),
    Misconception(
        "mean of the two paths of logvar",
        ((TO_ENCODER, "encoder_pullback(dmu_z + dmu_kl, (dlogvar_z + dlogvar_kl) / 2)"),),
        "You take the mean of the two gradients of logvar. The gradients of all uses are added.",
    ),
    Misconception(
        "mu and logvar of the KL exchanged",
        ((FROM_KL, "dlogvar_kl, dmu_kl = kl_pullback(penalty_pullback"),),
        "kl_pullback returns the gradient of mu first, then that of logvar. You unpack them the other way round.",
    ),
    Misconception(
        "KL path in place of that of z",
        ((TO_ENCODER, "encoder_pullback(dmu_kl, dlogvar_kl)"),),
        "The encoder gets the gradients of the KL alone: those through z are lost, so that it learns nothing of the "
        "images. Two dicts of gradients with the same names overwrite each other too: add before you call "
        "encoder_pullback.",
    ),
    Misconception(
        "gradients kept from call to call",
        (
            ("    def pullback(", "    dmu, dlogvar = np.zeros_like(mu), np.zeros_like(logvar)\n\n    def pullback("),
            (
                TO_ENCODER,
                "encoder_pullback(np.add(dmu, dmu_z + dmu_kl, out=dmu), "
                "np.add(dlogvar, dlogvar_z + dlogvar_kl, out=dlogvar))",
            ),
        ),
        "You add into arrays that were made outside of pullback, so each call adds to the calls before it. Begin "
        "anew in every call.",
    ),
    Misconception(
        "loss without its penalty",
        (("Loss(parts.reconstruction + penalty", "Loss(parts.reconstruction + parts.kl"),),
        "The loss was right before: reconstruction + penalty. The penalty is the KL itself with beta = 1 and no free "
        "bits alone.",
    ),
    Misconception(
        "dloss twice in the KL",
        ((KL, "kl_pullback(dloss * penalty_pullback(dloss))"),),
        "The path of the KL is multiplied by dloss twice. penalty_pullback(dloss) has it already; pass its result "
        "on as it is.",
    ),
    Misconception(
        "gradients of the likelihood dropped",
        (("**decoder_grads, **likelihood_grads}", "**decoder_grads}"),),
        "The gradients of the likelihood are not in your dict; they were before. A Bernoulli has no parameters, but a "
        "Gaussian has its sigma.",
    ),
    Misconception(
        "KL path of mu with the wrong sign",
        ((TO_ENCODER, "encoder_pullback(dmu_z - dmu_kl, dlogvar_z + dlogvar_kl)"),),
        "The gradient of mu through the KL is subtracted. Gradients of several paths are added; the sign is in them "
        "already.",
    ),
    Misconception(
        "upstream gradient without its sign",
        ((LIKELIHOOD, LIKELIHOOD.replace("-dloss", "-abs(dloss)")), (KL, "kl_pullback(penalty_pullback(abs(dloss)))")),
        "You took dloss without its sign. The pullback multiplies by it as it is: with a negative dloss all gradients "
        "are reversed.",
    ),
    Misconception(
        "gradients add up over calls",
        (
            ("    def pullback(dloss", "    total = {}\n\n    def pullback(dloss"),
            (
                "        return {**encoder_grads",
                "        for name, one in {**encoder_grads, **decoder_grads, **likelihood_grads}.items():\n"
                "            total[name] = total.get(name, 0) + one\n"
                "        return dict(total)\n"
                "        return {**encoder_grads",
            ),
        ),
        "Your gradients add up over the calls of the pullback: the second call still has those of the first. Make the "
        "dict inside of the pullback, anew for every call.",
    ),
)
