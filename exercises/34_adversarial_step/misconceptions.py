"""Wrong answers to exercise 34."""

from course.workbook.content import Misconception

HINGE = "return ((1 - real_logits).relu().mean() + (1 + fake_logits).relu().mean()) / 2"
DECEIVE = "return -fake_logits.mean()"
PULLS = "pulls = [torch.autograd.grad(loss, last_layer, retain_graph=True)[0] for loss in losses]"
WEIGHT = "return (pulls[0].norm() / (pulls[1].norm() + SMALLEST)).clamp(max=LARGEST)"
JUDGE = "return discriminator_loss(discriminator(x), discriminator(x_hat.detach()))"
FROZEN = "with frozen(discriminator):\n        adversarial = generator_loss(discriminator(x_hat))"
SUM = "return reconstruction + factor * adaptive_weight(reconstruction, adversarial, last_layer) * adversarial"

MISCONCEPTIONS = (
    Misconception(
        "real and fake the wrong way round",
        ((HINGE, HINGE.replace("1 - real", "1 + real").replace("1 + fake", "1 - fake")),),
        "This teaches the discriminator to call reconstructions real. In (1) a logit of a real image, x, costs nothing "
        "above 1, one of a reconstruction, x_hat, nothing below -1.",
    ),
    Misconception(
        "half forgotten",
        ((HINGE, HINGE.removesuffix(" / 2")),),
        "(1) is half of the sum of both means.",
    ),
    Misconception(
        "margin at 0",
        ((HINGE, HINGE.replace("(1 - real_logits)", "(-real_logits)").replace("(1 + fake_logits)", "fake_logits")),),
        "The hinge has a margin: it asks for logits beyond 1 and -1, not only for the right sign. Without it, logits "
        "of 0 everywhere cost nothing.",
    ),
    Misconception(
        "no hinge",
        ((HINGE, HINGE.replace(".relu()", "")),),
        "Without max(0, .) a patch that is judged right long since still pulls, and the logits grow without end.",
    ),
    Misconception(
        "sums for means",
        ((HINGE, HINGE.replace(".mean()", ".sum()")),),
        "You added up patches. (1) takes means, so that it does not depend on how many there are.",
    ),
    Misconception(
        "one mean of all logits",
        (
            (
                HINGE,
                "return torch.cat([(1 - real_logits).relu().flatten(), (1 + fake_logits).relu().flatten()]).mean()",
            ),
        ),
        "You took one mean of real and fake patches together. Each has a mean of its own: otherwise those of which "
        "there are more count more.",
    ),
    Misconception(
        "cross-entropy for the hinge",
        (
            (
                HINGE,
                "return (torch.nn.functional.softplus(-real_logits).mean() "
                "+ torch.nn.functional.softplus(fake_logits).mean()) / 2",
            ),
        ),
        "This is the cross-entropy of a usual adversary. (1) is the hinge: straight lines with a corner at 1 and -1.",
    ),
    Misconception(
        "sign of the generator",
        ((DECEIVE, "return fake_logits.mean()"),),
        "The autoencoder wants its patches to look real, so large logits must make its loss small: minus the mean.",
    ),
    Misconception(
        "hinge for the generator",
        ((DECEIVE, "return (1 - fake_logits).relu().mean()"),),
        "(2) has no hinge. It would take away the gradient of every patch that deceives already.",
    ),
    Misconception(
        "sum for the generator's mean",
        ((DECEIVE, "return -fake_logits.sum()"),),
        "(2) is a mean over patches and images, not their sum.",
    ),
    Misconception(
        "discriminator's hinge with the other sign",
        ((DECEIVE, "return -(1 + fake_logits).relu().mean()"),),
        "You turned the sign of the discriminator's hinge round. Patches below -1 then have no gradient, and these "
        "are the ones that need it most. (2) is minus the mean.",
    ),
    Misconception(
        "fraction upside down",
        ((WEIGHT, WEIGHT.replace("pulls[0].norm() / (pulls[1]", "pulls[1].norm() / (pulls[0]")),),
        "Your lambda is large where the adversary pulls hardest already. The gradient of L_rec belongs above the line "
        "of (3), that of L_GAN below.",
    ),
    Misconception(
        "losses for their gradients",
        ((WEIGHT, "return (reconstruction.abs() / (adversarial.abs() + SMALLEST)).detach().clamp(max=LARGEST)"),),
        "You compared the losses. (3) compares how hard they pull: the norms of their gradients at the last layer.",
    ),
    Misconception(
        "squares of the norms",
        ((WEIGHT, WEIGHT.replace("[0].norm()", "[0].square().sum()").replace("[1].norm()", "[1].square().sum()")),),
        "You took squared norms. (3) has the norms themselves: with these the two gradients become equally long.",
    ),
    Misconception(
        "sum of absolute values for the norm",
        ((WEIGHT, WEIGHT.replace("[0].norm()", "[0].abs().sum()").replace("[1].norm()", "[1].abs().sum()")),),
        "You added up absolute values. The norm of (3) is the root of the sum of squares.",
    ),
    Misconception(
        "nothing added below",
        ((WEIGHT, WEIGHT.replace("(pulls[1].norm() + SMALLEST)", "pulls[1].norm()")),),
        "(3) adds SMALLEST to the norm below the line, so that a small gradient does not give a huge weight.",
    ),
    Misconception(
        "no limit",
        ((WEIGHT, WEIGHT.removesuffix(".clamp(max=LARGEST)")),),
        "Where the discriminator has no slope, your lambda is beyond every limit. (3) cuts it off at LARGEST.",
    ),
    Misconception(
        "lambda with a gradient",
        ((PULLS, PULLS.replace("retain_graph=True", "create_graph=True")),),
        "Your lambda is a function of the parameters, and the autoencoder now also learns to change it. It is a "
        "constant: detach it, or do without create_graph.",
    ),
    Misconception(
        "reconstructions not detached",
        ((JUDGE, JUDGE.replace("x_hat.detach()", "x_hat")),),
        "The discriminator's loss reaches encoder and decoder, and teaches them to be found out. Its step sees "
        "x_hat.detach().",
    ),
    Misconception(
        "logits detached for reconstructions",
        ((JUDGE, JUDGE.replace("discriminator(x_hat.detach())", "discriminator(x_hat).detach()")),),
        "You detached the judgement in place of what is judged. The discriminator then learns nothing from "
        "reconstructions, and calls everything real.",
    ),
    Misconception(
        "discriminator not frozen",
        ((FROZEN, "adversarial = generator_loss(discriminator(x_hat))"),),
        "Your step leaves a gradient in the discriminator: it would learn to be deceived. Gradients go through it, "
        "and none stays there.",
    ),
    Misconception(
        "discriminator's loss for the generator's",
        (
            (
                FROZEN,
                "with frozen(discriminator):\n        adversarial = (1 + discriminator(x_hat)).relu().mean()",
            ),
        ),
        "This is what the discriminator makes small. The autoencoder wants the contrary: (2).",
    ),
    Misconception(
        "factor forgotten",
        ((SUM, SUM.replace("factor * ", "")),),
        "The weight of L_GAN in (4) is factor times lambda. You left the factor out.",
    ),
    Misconception(
        "lambda forgotten",
        ((SUM, "return reconstruction + factor * adversarial"),),
        "The weight of L_GAN in (4) is factor times lambda. Without lambda the two parts pull with unlike strength.",
    ),
    Misconception(
        "reconstruction left out",
        ((SUM, SUM.replace("return reconstruction + ", "return ")),),
        "(4) has two parts. An autoencoder that is only to deceive need not resemble its image.",
    ),
    Misconception(
        "all of it multiplied by the factor",
        ((SUM, SUM.replace("reconstruction + factor * ", "factor * (reconstruction + ") + ")"),),
        "The factor of (4) belongs to L_GAN alone.",
    ),
    Misconception(
        "reconstruction detached",
        ((SUM, SUM.replace("return reconstruction +", "return reconstruction.detach() +")),),
        "The value is right, and encoder and decoder learn nothing from L_rec: you detached it.",
    ),
    Misconception(
        "adversary detached",
        ((SUM, SUM.removesuffix("adversarial") + "adversarial.detach()"),),
        "The value is right, and the adversary teaches nobody: you detached L_GAN. Only lambda is a constant.",
    ),
)
