"""Wrong answers to exercise 16."""

from course.workbook.content import Misconception

LEAVES = "leaves = {name: value.detach().requires_grad_() for name, value in params.items()}"
LOGITS = "logits = decode(leaves, reparameterize(mu, logvar, eps), x.shape[1:])"
RECONSTRUCTION = "reconstruction = -log_likelihood(leaves, x, logits).sum(dim=PIXELS).mean()"
LOSS = "loss = reconstruction + kl_penalty(kl, objective)"
GRADS = "grads = torch.autograd.grad(loss, list(leaves.values()))"
PARTS = "parts = Loss(loss.detach(), reconstruction.detach(), kl.detach().sum(dim=1).mean())"
GRADIENTS = "return parts, dict(zip(leaves, grads, strict=True))"
CALL = "loss, grads = value_and_grad(state.parameters, x, eps, objective)"
STEP = "adam_step(state, clip_by_global_norm(grads, settings.clip_norm), settings)"
CLIPPED = "clip_by_global_norm(grads, settings.clip_norm)"

MISCONCEPTIONS = (
    Misconception(
        "z detached",
        ((LOGITS, LOGITS.replace("eps)", "eps).detach()")),),
        "You cut z off the graph (detach or no_grad). The loss is right, but the encoder gets no gradient from the "
        "reconstruction: it only learns to make the KL small.",
    ),
    Misconception(
        "noise left out",
        ((LOGITS, LOGITS.replace("reparameterize(mu, logvar, eps)", "mu")),),
        "You decoded mu instead of a sampled z. The bound needs z = mu + sigma eps; without eps nothing trains sigma "
        "but the KL.",
    ),
    Misconception(
        "noise drawn inside",
        ((LOGITS, LOGITS.replace("eps)", "torch.randn_like(eps))")),),
        "You drew noise of your own and ignored `eps`. Noise is an argument everywhere: that is why a run can be "
        "repeated, and why two levels can be compared number by number.",
    ),
    Misconception(
        "logvar detached",
        ((LOGITS, LOGITS.replace("logvar,", "logvar.detach(),")),),
        "You cut logvar off the graph where z is made. sigma then learns nothing from the reconstruction: the KL "
        "pulls it to 1, and nothing pulls back.",
    ),
    Misconception(
        "probabilities for logits",
        ((RECONSTRUCTION, RECONSTRUCTION.replace("logits", "logits.sigmoid()")),),
        "You gave the likelihood probabilities. It takes logits, and applies the sigmoid itself.",
    ),
    Misconception(
        "mean over pixels",
        ((RECONSTRUCTION, RECONSTRUCTION.replace(".sum(dim=PIXELS).mean()", ".mean()")),),
        "You averaged over pixels. The log likelihood of an image is the sum over its pixels. With a mean, the KL "
        "weighs as much as the image has pixels more: a beta-VAE with a beta that nobody chose.",
    ),
    Misconception(
        "reconstruction summed over the batch",
        ((RECONSTRUCTION, RECONSTRUCTION.replace(".sum(dim=PIXELS).mean()", ".sum()")),),
        "You summed the reconstruction over the batch. All figures are means over the batch, or else the KL, which "
        "is a mean, counts for less with every image more.",
    ),
    Misconception(
        "sign of the reconstruction",
        ((RECONSTRUCTION, RECONSTRUCTION.replace("= -", "= ")),),
        "The sign of the reconstruction is reversed. It is minus the log likelihood: what is minimised must fall "
        "when the likelihood rises.",
    ),
    Misconception(
        "sign of the KL",
        ((LOSS, LOSS.replace("+", "-")),),
        "You subtracted the KL. The ELBO subtracts it, and the loss is minus the ELBO: the KL is added to it.",
    ),
    Misconception(
        "KL divided by the batch twice",
        ((LOSS, LOSS.replace("objective)", "objective) / len(x)")),),
        "kl_penalty averages over the batch already. You divided by the batch size once more, and the KL counts too "
        "little. Adam hides such a factor in the whole loss, but not between its parts.",
    ),
    Misconception(
        "KL per pixel",
        ((LOSS, LOSS.replace("objective)", "objective) / x[0].numel()")),),
        "You divided the KL by the number of pixels. The reconstruction is a sum over pixels, so nothing is left to be "
        "balanced.",
    ),
    Misconception(
        "beta and free bits left out",
        ((LOSS, "loss = reconstruction + kl.sum(dim=1).mean()"),),
        "You added the plain KL. What the loss makes of it (beta, free bits, a capacity) is in the objective: "
        "kl_penalty(kl, objective).",
    ),
    Misconception(
        "free bits left out",
        ((LOSS, 'loss = reconstruction + getattr(objective, "beta", 1.0) * kl.sum(dim=1).mean()'),),
        "You multiplied the KL by beta yourself. An objective may also have free bits, or a capacity: leave that to "
        "kl_penalty(kl, objective).",
    ),
    Misconception(
        "penalty reported as KL",
        ((PARTS, PARTS.replace("kl.detach().sum(dim=1).mean()", "kl_penalty(kl, objective).detach()")),),
        "The third part is the KL itself, summed over latents and averaged over the batch, without beta or free "
        "bits. You reported the penalty.",
    ),
    Misconception(
        "mean KL over latents reported",
        ((PARTS, PARTS.replace(".sum(dim=1).mean()", ".mean()")),),
        "The reported KL is averaged over latents. The KL of an image is the sum over its latents.",
    ),
    Misconception(
        "loss with its graph",
        ((PARTS, "parts = Loss(loss, reconstruction, kl.sum(dim=1).mean())"),),
        "The loss that you return still holds its graph. Whoever adds up such losses keeps all graphs of the run in "
        "memory. Detach them, or take their numbers.",
    ),
    Misconception(
        "graph of the gradients",
        ((GRADS, GRADS.replace("())", "()), create_graph=True")),),
        "You asked for create_graph=True. It is for gradients of gradients; here it only keeps every graph in memory.",
    ),
    Misconception(
        "gradients accumulated",
        (
            (LEAVES, "leaves = {name: value.requires_grad_() for name, value in params.items()}"),
            (GRADS, "loss.backward()\n    grads = [leaf.grad for leaf in leaves.values()]"),
        ),
        "backward adds to what is in `.grad` already. You never emptied it, so the second gradient is the sum of both. "
        "Take fresh leaves (detach) for every call, or torch.autograd.grad, which keeps nothing.",
    ),
    Misconception(
        "parameters left requiring gradients",
        ((LEAVES, "leaves = {name: value.requires_grad_() for name, value in params.items()}"),),
        "requires_grad_ changes the caller's own tensor. Whatever is done with it later builds a graph, and Adam's "
        "update in place is refused. Detach first: value.detach().requires_grad_() is a new leaf on the same numbers.",
    ),
    Misconception(
        "encoder forgotten",
        (
            (
                GRADS,
                GRADS.replace("list(leaves.values())", '[v for k, v in leaves.items() if k.startswith("decoder")]'),
            ),
            (GRADIENTS, 'return parts, dict(zip([k for k in leaves if k.startswith("decoder")], grads, strict=True))'),
        ),
        "Only the decoder has gradients in your answer. The encoder is trained by the same loss: return all of them.",
    ),
    Misconception(
        "encoder with constant parameters",
        (
            ("mu, logvar = encode(leaves, x)", "mu, logvar = encode(params, x)"),
            (GRADS, GRADS.replace("())", "()), allow_unused=True")),
            (
                GRADIENTS,
                "return parts, {k: torch.zeros_like(v) if g is None else g "
                "for (k, v), g in zip(leaves.items(), grads, strict=True)}",
            ),
        ),
        "The encoder got `params`, not the leaves. Its gradients are then None, and zeros in their place hide the "
        "mistake.",
    ),
    Misconception(
        "likelihood of the constant parameters",
        (
            (RECONSTRUCTION, RECONSTRUCTION.replace("leaves", "params")),
            (GRADS, GRADS.replace("values())", "values()), allow_unused=True, materialize_grads=True")),
        ),
        "The likelihood got `params`, not the leaves. A Bernoulli has no parameters, but a Gaussian has its sigma: its "
        "gradient is then None, and zeros in its place hide the mistake.",
    ),
    Misconception(
        "gradient of the ELBO",
        ((GRADIENTS, "return parts, {name: -grad for name, grad in zip(leaves, grads, strict=True)}"),),
        "The gradients have the opposite sign: they are those of the ELBO. Those of the loss are asked for, and "
        "adam_step subtracts them already; a minus more, and the step goes up.",
    ),
    Misconception(
        "gradient of the reconstruction alone",
        ((GRADS, GRADS.replace("loss,", "reconstruction,")),),
        "You differentiated the reconstruction alone. The loss is right, but its KL trains nothing.",
    ),
    Misconception(
        "gradients divided by the batch",
        ((GRADIENTS, "return parts, {name: grad / len(x) for name, grad in zip(leaves, grads, strict=True)}"),),
        "You divided the gradients by the batch size. The loss is a mean already, and so is its gradient.",
    ),
    Misconception(
        "clipping left out",
        ((CLIPPED, "grads"),),
        "The gradients are not clipped. Between gradient and step stands clip_by_global_norm(grads, "
        "settings.clip_norm).",
    ),
    Misconception(
        "every tensor clipped by itself",
        (
            (
                CLIPPED,
                "{name: clip_by_global_norm({name: grad}, settings.clip_norm)[name] for name, grad in grads.items()}",
            ),
        ),
        "You clipped every gradient by itself, which turns the direction of the whole. All gradients together are "
        "scaled by one number.",
    ),
    Misconception(
        "entries clipped",
        (
            (
                CLIPPED,
                "{k: v if settings.clip_norm is None else v.clamp(-settings.clip_norm, settings.clip_norm) "
                "for k, v in grads.items()}",
            ),
        ),
        "You bounded every entry of the gradients. The norm of all gradients together is what is bounded: they are "
        "scaled by one number, and keep their direction.",
    ),
    Misconception(
        "state not changed",
        (
            (
                CALL,
                "state = AdamState(*({k: v.clone() for k, v in group.items()} for group in "
                "(state.parameters, state.first_moment, state.second_moment)), step=state.step)\n    " + CALL,
            ),
        ),
        "The state that was handed over is what it was before: adam_step is missing, or it worked on a copy that is "
        "gone at the end. adam_step changes the state in place if it is given that very state.",
    ),
    Misconception(
        "plain gradient descent",
        (
            (
                STEP,
                "state.step += 1\n    for name, grad in clip_by_global_norm(grads, settings.clip_norm).items():\n"
                "        state.parameters[name].sub_(grad, alpha=settings.learning_rate)",
            ),
        ),
        "This is a step of gradient descent. Adam divides by the root of the second moment, and both of its moments "
        "belong to the state: call adam_step.",
    ),
    Misconception(
        "decoder alone updated",
        (
            (
                CLIPPED,
                '{k: v for k, v in clip_by_global_norm(grads, settings.clip_norm).items() if k.startswith("decoder")}',
            ),
        ),
        "You updated the decoder alone. Encoder and decoder are trained together, by one loss.",
    ),
    Misconception(
        "step counted twice",
        ((STEP, STEP + "\n    state.step += 1"),),
        "adam_step counts the step itself. You counted it again, and the bias correction of the next steps is wrong.",
    ),
    Misconception(
        "two updates a step",
        ((STEP, f"{STEP}\n    {STEP}"),),
        "You updated twice with the same gradient. One step is one update.",
    ),
    Misconception(
        "loss after the step",
        ((STEP, STEP + "\n    loss, _ = value_and_grad(state.parameters, x, eps, objective)"),),
        "You computed the loss again after the update. The loss of a step is the one that its gradient belongs to: the "
        "one before.",
    ),
    Misconception(
        "KL summed before the penalty",
        ((LOSS, LOSS.replace("kl_penalty(kl,", "kl_penalty(kl.sum(dim=1, keepdim=True),")),),
        "You summed the KL over latents before kl_penalty. The free bits are then compared with the sum, though every "
        "latent has its own: hand over kl as it is, (batch, latents).",
    ),
    Misconception(
        "gradient of another objective",
        ((GRADS, GRADS.replace("loss,", "reconstruction + kl.sum(dim=1).mean(),")),),
        "The loss is right, but you differentiated the plain negative ELBO. The gradient must be that of the loss, "
        "with everything that the objective asks for.",
    ),
    Misconception(
        "names in another order",
        ((GRADIENTS, GRADIENTS.replace("zip(leaves,", "zip(sorted(leaves),")),),
        "The gradients stand under the wrong names. torch.autograd.grad returns them in the order of the tensors it "
        "got: take the names in that order too, and do not sort them.",
    ),
    Misconception(
        "clipped to 1 without a bound",
        ((CLIPPED, CLIPPED.replace("settings.clip_norm)", "settings.clip_norm or 1.0)")),),
        "Where clip_norm is None, you clipped to 1. None means no bound: clip_by_global_norm knows that itself.",
    ),
    Misconception(
        "moments forgotten",
        (
            (
                STEP,
                "for moments in (state.first_moment, state.second_moment):\n        for value in moments.values():\n"
                "            value.zero_()\n    " + STEP,
            ),
        ),
        "The moments are 0 again before every step. Adam remembers earlier gradients in them: they are part of the "
        "state, and stay from step to step.",
    ),
    Misconception(
        "step counted beforehand",
        ((STEP, "state.step += 1\n    " + STEP),),
        "adam_step counts the step itself. You counted it before, so the bias correction is that of the step after.",
    ),
)
