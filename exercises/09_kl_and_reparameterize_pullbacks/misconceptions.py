"""Wrong answers to exercise 09."""

from course.workbook.content import Misconception

KL = "return dy * mu, dy * 0.5 * (variance - 1)"
Z = "return dz, dz * 0.5 * spread"

MISCONCEPTIONS = (
    Misconception(
        "upstream gradient forgotten in the KL",
        ((KL, "return mu, 0.5 * (variance - 1)"),),
        "You return the derivatives alone. A pullback multiplies them by dy, which holds beta and the 1 / batch of "
        "the loss.",
    ),
    Misconception(
        "factor of the square kept",
        ((KL, "return dy * 2 * mu, dy * 0.5 * (variance - 1)"),),
        "The KL has mu^2 / 2. The 2 that comes from the square and the 1/2 cancel: the derivative is mu.",
    ),
    Misconception(
        "one half forgotten in dlogvar of the KL",
        ((KL, "return dy * mu, dy * (variance - 1)"),),
        "The factor 1/2 in front of the bracket stays in dlogvar. Nothing cancels it there, because sigma^2 = "
        "exp(logvar) is its own derivative.",
    ),
    Misconception(
        "derivative with respect to sigma^2",
        ((KL, "return dy * mu, dy * 0.5 * (1 - 1 / variance)"),),
        "(1 - 1 / sigma^2) / 2 is the derivative with respect to sigma^2. The encoder's output is logvar, log sigma^2: "
        "multiply by d sigma^2 / d logvar = sigma^2.",
    ),
    Misconception(
        "derivative with respect to sigma",
        ((KL, "return dy * mu, dy * (np.sqrt(variance) - 1 / np.sqrt(variance))"),),
        "sigma - 1 / sigma is the derivative with respect to sigma. The encoder's output is logvar = log sigma^2: "
        "multiply by d sigma / d logvar = sigma / 2.",
    ),
    Misconception(
        "derivative of logvar forgotten",
        ((KL, "return dy * mu, dy * 0.5 * variance"),),
        "The term -logvar / 2 has a derivative too: -1/2. Without it the KL would push every variance to 0.",
    ),
    Misconception(
        "sigma for variance",
        ((KL, "return dy * mu, dy * 0.5 * (np.sqrt(variance) - 1)"),),
        "You have sigma where sigma^2 = exp(logvar) belongs.",
    ),
    Misconception(
        "logvar for variance",
        ((KL, "return dy * mu, dy * 0.5 * (logvar - 1)"),),
        "You have logvar where sigma^2 = exp(logvar) belongs: the derivative of an exponential is the exponential.",
    ),
    Misconception(
        "sign of the KL",
        ((KL, "return -dy * mu, -dy * 0.5 * (variance - 1)"),),
        "This is the gradient of minus the KL, which is what stands in the ELBO. The function returns the KL itself.",
    ),
    Misconception(
        "KL averaged over the batch",
        ((KL, "return dy * mu / len(mu), dy * 0.5 * (variance - 1) / len(mu)"),),
        "You divide by the batch size. The mean over the batch is made later, in the loss; its 1 / batch is in dy.",
    ),
    Misconception(
        "gradients of the KL exchanged",
        ((KL, "return dy * 0.5 * (variance - 1), dy * mu"),),
        "A pullback returns the gradients in the order of the arguments: dmu, dlogvar. Yours are exchanged.",
    ),
    Misconception(
        "upstream gradient forgotten in the reparameterisation",
        ((Z, "return np.ones_like(dz), 0.5 * spread"),),
        "You return the derivatives alone. A pullback multiplies them by dz, which comes from the decoder.",
    ),
    Misconception(
        "log sigma for log variance",
        ((Z, "return dz, dz * spread"),),
        "The factor 1/2 is missing in dlogvar. sigma = exp(logvar / 2), because logvar is log sigma^2: the 1/2 of "
        "the exponent comes out as a factor.",
    ),
    Misconception(
        "derivative of z with respect to sigma",
        ((Z, "return dz, dz * eps"),),
        "dz eps is the gradient with respect to sigma. The encoder's output is logvar: multiply by d sigma / d logvar "
        "= sigma / 2.",
    ),
    Misconception(
        "sigma ignored",
        ((Z, "return dz, dz * 0.5 * eps"),),
        "The factor sigma is missing in dlogvar: d sigma / d logvar = sigma / 2.",
    ),
    Misconception(
        "eps ignored",
        ((Z, "return dz, dz * 0.5 * np.exp(0.5 * logvar)"),),
        "eps is missing in dlogvar. It says how far from mu, in sigmas, the sample lies, so it says how far the "
        "sample moves when sigma grows.",
    ),
    Misconception(
        "variance for sigma",
        ((Z, "return dz, dz * 0.5 * np.exp(logvar) * eps"),),
        "You have sigma^2 = exp(logvar) where sigma = exp(logvar / 2) belongs.",
    ),
    Misconception(
        "z differentiated with its mean",
        ((Z, "return dz, dz * 0.5 * (mu + spread)"),),
        "You multiplied by z / 2. mu does not depend on logvar: only the part sigma eps does.",
    ),
    Misconception(
        "path to mu cut",
        ((Z, "return np.zeros_like(dz), dz * 0.5 * spread"),),
        "dmu is 0 in your answer. z moves with mu, one to one, so dmu is dz. This path carries most of what the "
        "encoder learns.",
    ),
    Misconception(
        "path to logvar cut",
        ((Z, "return dz, np.zeros_like(dz)"),),
        "dlogvar is 0 in your answer. The noise eps is fixed, but its scale sigma is the encoder's: z moves with it.",
    ),
    Misconception(
        "gradients of the reparameterisation exchanged",
        ((Z, "return dz * 0.5 * spread, dz"),),
        "A pullback returns the gradients in the order of the arguments: dmu, dlogvar. Yours are exchanged.",
    ),
    Misconception(
        "dmu times sigma",
        ((Z, "return dz * np.exp(0.5 * logvar), dz * 0.5 * spread"),),
        "z = mu + sigma eps: mu enters with the factor 1, so dmu is dz. sigma belongs to eps.",
    ),
    Misconception(
        "logvar for variance - 1",
        ((KL, "return dy * mu, dy * 0.5 * logvar"),),
        "logvar / 2 is close to the right slope only where logvar is close to 0. The derivative of exp(logvar) is "
        "exp(logvar) = sigma^2 everywhere, so the slope is (sigma^2 - 1) / 2.",
    ),
    Misconception(
        "dz overwritten",
        ((Z, "dmu = dz\n        dz *= 0.5 * spread\n        return dmu, dz"),),
        "dz *= ... changes the caller's array in place. dmu is the same array, so it changes too. Write "
        "dz * 0.5 * spread, which makes a new one.",
    ),
    Misconception(
        "sign of eps lost",
        ((Z, "return dz, dz * 0.5 * np.abs(spread)"),),
        "You take eps without its sign. With a negative eps the sample lies below mu, and a larger sigma moves it "
        "further down.",
    ),
    Misconception(
        "narrow posteriors spared by the KL",
        ((KL, "return dy * mu, dy * 0.5 * np.maximum(variance - 1, 0)"),),
        "You cut the slope off at 0 where sigma is below 1. There it is negative: the KL pulls a narrow posterior "
        "wider.",
    ),
)
