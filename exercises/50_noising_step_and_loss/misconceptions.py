"""Wrong answers to exercise 50."""

from course.workbook.content import Misconception

CHECK = "if t.min() < 1 or t.max() > len(betas):"
PRODUCT = "alpha_bar = np.cumprod(1 - betas)[t - 1]"
SUM = "return np.sqrt(alpha_bar) * x_0 + np.sqrt(1 - alpha_bar) * eps"
OFF = "off = predicted - eps"
GRADIENT = "return 2 * dy * off / len(eps)"
VALUE = "return float((off**2).sum() / len(eps)), pullback"


def _product(instead: str) -> tuple[tuple[str, str], ...]:
    return ((PRODUCT, f"alpha_bar = {instead}"),)


def _sum(image: str, noise: str) -> tuple[tuple[str, str], ...]:
    return ((SUM, f"return {image} * x_0 + {noise} * eps"),)


def _loss(value: str, gradient: str) -> tuple[tuple[str, str], ...]:
    return ((VALUE, f"return float({value}), pullback"), (GRADIENT, f"return {gradient}"))


MISCONCEPTIONS = (
    Misconception(
        "alpha for alpha_bar",
        _product("(1 - betas)[t - 1]"),
        "You took 1 - beta_t, what the t-th step alone leaves. After t steps it is the product of t such factors.",
    ),
    Misconception(
        "index t for step t",
        _product("np.cumprod(1 - betas)[np.minimum(t, len(betas) - 1)]"),
        "You took alpha_bar of a step later. beta_1 stands at index 0, so alpha_bar_t stands at t - 1.",
    ),
    Misconception(
        "alpha_bar of the step before",
        _product("np.append(1.0, np.cumprod(1 - betas))[t - 1]"),
        "You took alpha_bar of a step earlier, so that t = 1 has no noise at all. The product goes up to beta_t.",
    ),
    Misconception(
        "times counted from the end",
        _product("np.cumprod(1 - betas)[len(betas) - t]"),
        "You counted t from the end. At t = 1 there is the least noise, at T the most.",
    ),
    Misconception(
        "betas added up in an exponential",
        _product("np.exp(-np.cumsum(betas))[t - 1]"),
        "You took exp of minus the sum of the betas. That is the limit for very small steps; here alpha_bar is the "
        "product of 1 - beta.",
    ),
    Misconception(
        "1 minus the product of the betas",
        _product("1 - np.cumprod(betas)[t - 1]"),
        "You multiplied the betas and took that from 1. The factors of the product are 1 - beta.",
    ),
    Misconception(
        "one time for the whole batch",
        _product("np.cumprod(1 - betas)[t[:1] - 1]"),
        "Your images all have the time of the first one. Every image has a time of its own.",
    ),
    Misconception(
        "mean of alpha_bar for the whole batch",
        _product("np.cumprod(1 - betas)[t - 1].mean(keepdims=True)"),
        "You averaged alpha_bar over the batch. Every image has a time, and so an alpha_bar, of its own.",
    ),
    Misconception(
        "both roots forgotten",
        _sum("alpha_bar", "(1 - alpha_bar)"),
        "You weighted with alpha_bar and 1 - alpha_bar. These are variances: what multiplies an image is their root.",
    ),
    Misconception(
        "root of the noise forgotten",
        _sum("np.sqrt(alpha_bar)", "(1 - alpha_bar)"),
        "The noise has the variance 1 - alpha_bar; what multiplies eps is the root of that.",
    ),
    Misconception(
        "root of the image forgotten",
        _sum("alpha_bar", "np.sqrt(1 - alpha_bar)"),
        "What multiplies x_0 is the root of alpha_bar: each of the t steps multiplies by sqrt(1 - beta).",
    ),
    Misconception(
        "image and noise exchanged",
        _sum("np.sqrt(1 - alpha_bar)", "np.sqrt(alpha_bar)"),
        "You gave the image's factor to the noise, and the other way round. At small t most of the image is left.",
    ),
    Misconception(
        "noise of the last step alone",
        _sum("np.sqrt(alpha_bar)", "np.sqrt(betas[t - 1]).reshape(alpha_bar.shape)"),
        "Your noise has the variance beta_t, that of the last step. That of all t steps together is 1 - alpha_bar_t.",
    ),
    Misconception(
        "factors that add up to 1",
        _sum("np.sqrt(alpha_bar)", "(1 - np.sqrt(alpha_bar))"),
        "Your two factors add up to 1. It is their squares, the variances, that must.",
    ),
    Misconception(
        "image not made smaller",
        _sum("1.0", "np.sqrt(1 - alpha_bar)"),
        "You added noise to the whole image. Each step also makes the image smaller, by sqrt(1 - beta), so that the "
        "variance stays at 1.",
    ),
    Misconception(
        "noise taken away",
        ((SUM, SUM.replace("x_0 + ", "x_0 - ")),),
        "You subtracted the noise. It is added: what the network is asked for is eps with this sign.",
    ),
    Misconception(
        "images changed in place",
        ((SUM, "x_0 *= np.sqrt(alpha_bar)\n    return x_0 + np.sqrt(1 - alpha_bar) * eps"),),
        "You multiplied x_0 itself. The caller's images are then other ones; make a new array.",
    ),
    Misconception(
        "times below 1 accepted",
        ((CHECK, "if t.max() > len(betas):"),),
        "A time of 0 or below is not refused. Its index is negative, and takes a step from the end of the chain.",
    ),
    Misconception(
        "0 taken for a time",
        ((CHECK, CHECK.replace("< 1", "< 0")),),
        "A time of 0 is not refused. Its index is -1, the last step: most noise in place of none.",
    ),
    Misconception(
        "times beyond T accepted",
        ((CHECK, "if t.min() < 1:"), *_product("np.cumprod(1 - betas)[np.minimum(t, len(betas)) - 1]")),
        "A time beyond T is taken for T. There is no such step; the task asks for InvalidArgument.",
    ),
    Misconception(
        "mean over pixels",
        _loss("(off**2).mean()", "2 * dy * off / off.size"),
        "You took the mean over pixels too. (3) adds up the pixels of an image, and takes the mean over images.",
    ),
    Misconception(
        "sum over images",
        _loss("(off**2).sum()", "2 * dy * off"),
        "You added up the images. (3) takes the mean over them, so that it does not depend on the size of the batch.",
    ),
    Misconception(
        "mean over pixels, sum over images",
        _loss("(off**2).sum() / off[0].size", "2 * dy * off / off[0].size"),
        "You exchanged the axes: a mean over pixels and a sum over images. (3) is the other way round.",
    ),
    Misconception(
        "mean over one axis of the image",
        _loss("(off**2).mean(axis=-1).sum() / len(eps)", "2 * dy * off / len(eps) / off.shape[-1]"),
        "You took the mean over the last axis of an image. All its axes are added up.",
    ),
    Misconception(
        "absolute error",
        _loss("np.abs(off).sum() / len(eps)", "dy * np.sign(off) / len(eps)"),
        "You added up absolute errors. (3) has their squares.",
    ),
    Misconception(
        "norm that is not squared",
        ((VALUE, "return float(np.sqrt((off.reshape(len(eps), -1) ** 2).sum(1)).mean()), pullback"),),
        "Your value is the mean norm. (3) has the square of the norm, to which your gradient belongs.",
    ),
    Misconception(
        "square of the mean error",
        _loss("(off.reshape(len(eps), -1).sum(1) ** 2).mean()", "2 * dy * off / len(eps)"),
        "You added up the errors before the square, so that they cancel. Square each of them first.",
    ),
    Misconception(
        "half of the squared error",
        _loss("(off**2).sum() / (2 * len(eps))", "dy * off / len(eps)"),
        "You took half of the squared error. That is handy for the gradient, but (3) has no half.",
    ),
    Misconception(
        "2 of the square forgotten in the gradient",
        ((GRADIENT, "return dy * off / len(eps)"),),
        "The derivative of a square has a factor of 2, which your gradient lacks.",
    ),
    Misconception(
        "sign of the gradient",
        ((GRADIENT, "return -2 * dy * off / len(eps)"),),
        "Your gradient is that of eps. The prediction's has the opposite sign: a descent must lower the error.",
    ),
    Misconception(
        "upstream gradient forgotten",
        ((GRADIENT, "return 2 * off / len(eps)"),),
        "A pullback multiplies by what arrives: here dy, one number.",
    ),
    Misconception(
        "mean forgotten in the gradient",
        ((GRADIENT, "return 2 * dy * off"),),
        "Your value is a mean over images, your gradient that of a sum. Divide it by n too.",
    ),
    Misconception(
        "gradient of the mean over pixels",
        ((GRADIENT, "return 2 * dy * off / off.size"),),
        "Your gradient is divided by all pixels of the batch. The value is divided by the number of images alone.",
    ),
)
