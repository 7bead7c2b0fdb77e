# ---
# jupyter:
#   course:
#     week: 1 Foundations
#     gives: the two terms of the loss in closed form
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 03 Likelihoods and losses
#
# > **What you will be able to do**
# > * write the Bernoulli log likelihood from logits so that it is right for logits of any size;
# > * say what the squared error leaves out of the Gaussian likelihood, and what that costs;
# > * derive the KL divergence of a Gaussian posterior line by line, and check it by sampling;
# > * put the two terms together, and compute the beta that hides in a loss with means in it;
# > * tell from the size of a loss, in nats or in bits per dimension, what a model can and cannot do.
# >
# > **Time:** 75 minutes to read, {running} to run; 85 more for the four exercises, and 20 for the parts marked *second
# > reading*, the last of section 4 and section 7.
# > **Prerequisites:** notebook 01; the Gaussian
# > density; the logarithm.
# >
# > **Serves the checklist items:** compute the KL; understand the role of beta.
#
# Notebook 01 split the ELBO into two terms: how well z explains the image, and the KL from q to the prior. This notebook
# derives a formula for each, one pixel and one latent at a time. Then it adds them up to the loss that is minimised.

# %%
import numpy as np
import torch
from scipy.stats import norm

import numpy_impl as level
from common.data.binarization import dynamic_binarization
from course.lesson import (
    Stream,
    check,
    figure,
    generator,
    load,
    normal,
    progress,
    shipped,
    slider,
    source,
)
from numpy_impl import distributions

SEED = 0
EXACT = 1e-12  # a few float64 operations on numbers near 1

data = load("digits")
PIXELS = data.train.images[0].size  # 784 for 28 x 28
binary = dynamic_binarization(data.test.images[:200], SEED, Stream.EVALUATION_BINARIZE, 0)
grey = data.test.images[:200] / 255

# %% [markdown]
# ## 1. A decoder's output is a distribution
#
# A decoder does not say "this pixel is 0.8". It gives the parameters of a distribution of that pixel. The reconstruction
# term asks one question: how probable was the pixel that was really there? The course uses two families:
#
# | family | for pixels that are | the decoder gives | section |
# |---|---|---|---|
# | Bernoulli | 0 or 1 | the logit $\ell$ | 2 |
# | Gaussian | real numbers | mean m and log variance | 3 |
#
# Others exist. A *discretised logistic* gives a probability to each of the 256 grey levels (section 7). A *Laplace*
# distribution charges $\lvert x - m \rvert$ instead of the square.


# %% tags=["hide-input"]
# The code of this picture.
from common.plots import image_grid
from common.plots.style import BLUE, FAINT, INK, ORANGE, PALETTE, RED, blank, style


def draw_families():
    logits, spots = np.linspace(-8, 8, 300), np.linspace(-3, 3, 300)
    with style():
        fig = blank(9, 3.2)
        left, right = fig.subplots(1, 2)
        for pixel, colour in ((1, ORANGE), (0, BLUE)):
            values = distributions.bernoulli_log_likelihood(np.full(300, pixel), logits)[0]
            left.plot(logits, values, color=colour, label=f"the pixel is {pixel}")
        left.set(xlabel="logit", ylabel="log likelihood, nats", title="Bernoulli")
        for sigma, colour in ((0.25, RED), (0.5, PALETTE[4]), (1.0, INK)):
            logvar = np.full(300, 2 * np.log(sigma))
            values = distributions.gaussian_log_likelihood(spots, np.zeros(300), logvar)[0]
            right.plot(spots, values, color=colour, label=f"sigma = {sigma}")
        right.set(xlabel="x - m", ylim=(-8, 1.5), title="Gaussian")
        for axes in (left, right):
            axes.axhline(0, color=FAINT)
            axes.legend(fontsize=9)
    return fig


figure(
    draw_families(),
    caption="What one pixel adds to the log likelihood. A Bernoulli pixel is never above 0. A "
    "Gaussian pixel can be: its density may exceed 1.",
    alt="Left, two curves over the logit: one rises from -8 to 0, the other falls from 0 to -8. "
    "Right, three parabolas; the narrowest peaks above zero and falls off steeply, the widest "
    "peaks below zero.",
)

# %% [markdown]
# ## 2. The Bernoulli likelihood from logits
#
# Let s be the probability that the pixel is 1. Any real number $\ell$ stands for one s:
#
# | | step | reason |
# |---|---|---|
# | (1) | $s = \frac{1}{1 + e^{-\ell}}$, so $\ell = \log \frac{s}{1 - s}$ | the sigmoid, and its inverse: the log of the odds |
# | (2) | $\log p(x \mid \ell) = x \log s + (1 - x) \log(1 - s)$ | x is 1 or 0, and picks one of the two |
# | (3) | $\log(1 - s) = -\log(1 + e^{\ell})$, $\log s = \ell - \log(1 + e^{\ell})$ | put (1) in; $1 - s = \frac{1}{1 + e^{\ell}}$, $s = \frac{e^{\ell}}{1 + e^{\ell}}$ |
# | (4) | $\log p(x \mid \ell) = x \ell - \log(1 + e^{\ell})$ | (3) in (2) |
# | (5) | $\log(1 + e^{\ell}) = \max(\ell, 0) + \log(1 + e^{-\lvert \ell \rvert})$ | for $\ell > 0$ take $e^{\ell}$ out of the log; else nothing changes |
# | (6) | $\frac{\partial}{\partial \ell} \log p(x \mid \ell) = x - s$ | derivative of (4), with (3) |
#
# (2), (4) and (5) are the same on paper. For a computer they are not.
#
# **Predict, then run.** The pixel is 0, the logit is 20, the arithmetic is float32. The true value is -20.000000002. What
# do (2), (4) and (5) give, and what does (2) give with s kept below 1 - 1e-7, as many programs do? Two facts help: next to
# 1 the numbers of float32 lie 6e-8 apart, and the largest is 3e38.
#
# <details><summary>Answer</summary>
#
# (2) gives minus infinity: in float32 the sigmoid of 20 is exactly 1, and 1 - s is 0. Cut off at 1e-7 it gives about -16,
# which is wrong, and its gradient is 0: the decoder is badly wrong and gets no signal to change. (4) and (5) are right. At a logit
# of 100 (4) fails too, because $e^{100}$ is more than a float32 can hold.
#
# </details>

# %%
LOGITS = np.array([2, 10, 20, 100], dtype=np.float32)
with np.errstate(divide="ignore", over="ignore"):  # the failures are what we want to see
    s = 1 / (1 + np.exp(-LOGITS))
    by_2 = np.log(1 - s)
    by_2_cut = np.log(1 - np.minimum(s, np.float32(1 - 1e-7)))
    by_4 = -np.log(1 + np.exp(LOGITS))
by_5 = distributions.bernoulli_log_likelihood(np.zeros(4, np.float32), LOGITS)[0]
truth = -np.log1p(np.exp(LOGITS.astype(np.float64)))
print("logit        (2)   (2) cut      (4)      (5)     true")
for row in zip(LOGITS, by_2, by_2_cut, by_4, by_5, truth, strict=True):
    print("{:5.0f} {:10.3f} {:9.3f} {:8.3f} {:8.3f} {:8.3f}".format(*row))
assert np.isinf(by_2[2]) and np.isinf(by_4[3]) and np.isfinite(by_4[2])
assert abs(by_2_cut[2] + 16) < 0.2 and abs(truth[2] + 20.000000002) < 1e-9
assert np.abs(by_5 / truth - 1).max() < 1e-6  # float32: 6e-8 and a few roundings

# %% tags=["hide-input"]
# Checks of (1) to (6), where float64 can do them all.
ells = np.linspace(-30, 30, 601)
s = 1 / (1 + np.exp(-ells))
assert np.abs(np.log(s[200:400] / (1 - s[200:400])) - ells[200:400]).max() < 1e-9  # (1)
h = 1e-5
for pixel in (0, 1):
    with np.errstate(divide="ignore", invalid="ignore"):
        line_2 = np.log(s) if pixel else np.log(1 - s)
    line_4 = pixel * ells - np.log(1 + np.exp(ells))
    value, pullback = distributions.bernoulli_log_likelihood(np.full(601, pixel), ells)
    near = np.abs(ells) < 10  # further out 1 - s has lost its digits
    assert np.abs(line_2 - line_4)[near].max() < 1e-10  # (3), (4)
    assert np.abs(line_4 - value).max() < 1e-10  # (5)
    above = distributions.bernoulli_log_likelihood(np.full(601, pixel), ells + h)[0]
    below = distributions.bernoulli_log_likelihood(np.full(601, pixel), ells - h)[0]
    assert np.abs((above - below) / (2 * h) - (pixel - s)).max() < 1e-8  # (6)
    assert np.allclose(pullback(np.ones(601)), pixel - s, rtol=0, atol=EXACT)


# %% tags=["hide-input"]
# The code of this picture.
def draw_cutting():
    logits = np.linspace(0, 30, 400, dtype=np.float32)
    with np.errstate(divide="ignore"):
        s = 1 / (1 + np.exp(-logits))
        naive, cut = np.log(1 - s), np.log(1 - np.minimum(s, np.float32(1 - 1e-7)))
    exact, pullback = distributions.bernoulli_log_likelihood(np.zeros_like(logits), logits)
    with style():
        fig = blank(9, 3.2)
        left, right = fig.subplots(1, 2)
        left.plot(logits, exact, color=BLUE, linewidth=4, alpha=0.5, label="from logits (5)")
        left.plot(logits, naive, color=RED, label="from s (2)")
        left.plot(logits, cut, "--", color=INK, label="from s, cut off")
        last = np.flatnonzero(np.isfinite(naive))[-1]  # beyond it (2) is minus infinity
        left.plot(logits[last], naive[last], "o", color=RED)
        left.set(xlabel="logit of a pixel that is 0", ylabel="log likelihood, nats")
        left.legend(fontsize=9)
        right.plot(logits, pullback(np.ones_like(logits)), color=BLUE, linewidth=4, alpha=0.5)
        right.plot(logits, np.where(s < np.float32(1 - 1e-7), -s, 0), "--", color=INK)
        right.set(
            xlabel="logit of a pixel that is 0", ylabel="gradient for the logit", ylim=(-1.1, 0.1)
        )
    return fig


figure(
    draw_cutting(),
    caption="Float32. Computed from s, the value breaks off into minus infinity at the red dot, "
    "near 17. Cut off, it stays at -16, and the gradient vanishes where the error is largest.",
    alt="Left, a straight line falls to -30. A red line follows it and ends in a dot near 17. A "
    "dashed line turns flat at -16. Right, the gradient from logits stays near -1, the dashed "
    "one jumps to 0 near 16.",
)

# %% [markdown]
# ### Exercise 01: the log likelihood of a pixel
#
# $$
# \log p(x \mid \ell) = x \ell - \log(1 + e^{\ell})
# $$
#
# For every pixel, in nats, right for logits from -1000 to 1000. [The task](../exercises/01_bernoulli_log_likelihood/README.md).

# %%
from jaxtyping import Float

from numpy_impl.operations import Array


def bernoulli_log_likelihood(
    x: Float[Array, "*#shape"], logits: Float[Array, "*#shape"]
) -> Float[Array, "*shape"]:
    """log p(x | logits) = x l - log(1 + exp(l)) for x in {0, 1}."""
    raise NotImplementedError("write this part")


# %%
check("01", bernoulli_log_likelihood)

# %% [markdown]
# ### Grey pixels are not 0 or 1
#
# Images come in grey levels g between 0 and 1. Many programs put g for x into (4) and call it a loss. What is it?
#
# | | step | reason |
# |---|---|---|
# | (7) | $\mathbb{E}_{x \sim \mathrm{Bernoulli}(g)}[\log p(x \mid \ell)] = g \ell - \log(1 + e^{\ell})$ | (4) is linear in x, and the mean of x is g |
# | (8) | $\int_0^1 e^{g \ell - \log(1 + e^{\ell})}\, dg = \frac{\tanh(\ell / 2)}{\ell} \le \frac{1}{2}$ | integrate the exponential; $\frac{e^{\ell} - 1}{e^{\ell} + 1} = \tanh(\ell / 2)$ |
# | (9) | $\max_{\ell}\, (g \ell - \log(1 + e^{\ell})) = g \log g + (1 - g) \log(1 - g)$ | by (6) the best s is g |
#
# (7) is the good news: for a given z, the loss on grey pixels is the average loss over *binarised* images, each pixel 1 with
# probability g. (8) is the bad news: read as a density of g, it does not integrate to 1. So a sum of it is no log p(x) of
# a grey image, and cannot be compared with one. (9) says that it does not go to 0 even for a perfect reconstruction.
#
# This course samples the pixels anew each time (*dynamic binarisation*), so that every figure we report is a proper log
# likelihood.

# %%
levels = np.linspace(0, 1, 20_001)
for ell in (0.3, 2.0, 10.0):
    as_density = np.exp(levels * ell - np.logaddexp(0, ell))
    mass = np.trapezoid(as_density, levels)
    assert (
        abs(mass - np.tanh(ell / 2) / ell) < 1e-8 and mass < 0.5
    )  # (8); step 5e-5, error ~ step^2
    print(f"logit {ell:4.1f}: the 'density' of a grey pixel integrates to {mass:.3f}")

random = generator(SEED, Stream.PICTURE, 1)
logits = random.normal(0, 2, grey[:20].shape)
on_grey = distributions.bernoulli_log_likelihood(grey[:20], logits)[0].sum()
on_draws = np.array(
    [
        distributions.bernoulli_log_likelihood(random.random(grey[:20].shape) < grey[:20], logits)[
            0
        ].sum()
        for _ in range(2000)
    ]
)
assert abs(on_draws.mean() - on_grey) < 5 * on_draws.std() / np.sqrt(2000)  # (7)

for g in (0.2, 0.5, 0.7):  # (9), on a grid of logits with a step of 0.1: off by 0.05^2 / 8 at most
    highest = (g * ells - np.logaddexp(0, ells)).max()
    assert abs(highest - g * np.log(g) - (1 - g) * np.log(1 - g)) < 5e-4

inside = grey.clip(1e-9, 1 - 1e-9)  # 0 log 0 counts as 0
floor = -(inside * np.log(inside) + (1 - inside) * np.log(1 - inside)).sum(axis=(1, 2, 3)).mean()
print(
    f"cross-entropy of perfectly reconstructed grey test images: {floor:.1f} nats per image, not 0"
)
assert floor > 30

# %% [markdown]
# ## 3. The Gaussian likelihood, with its constants
#
# For real-valued pixels the decoder gives a mean m and a variance. We write $\sigma_x$ for the standard deviation of a
# *pixel*; without the index, $\sigma$ is that of the encoder (section 4). With D pixels, and one variance for all of them:
#
# | | step | reason |
# |---|---|---|
# | (10) | $\log N(x;\, m, \sigma_x^2) = -\frac{1}{2}\left(\log 2\pi + \log \sigma_x^2 + \frac{(x - m)^2}{\sigma_x^2}\right)$ | log of the Gaussian density, for one pixel |
# | (11) | $\log p(x \mid z) = -\frac{D}{2} \log 2\pi - \frac{D}{2} \log \sigma_x^2 - \frac{\mathrm{SSE}}{2 \sigma_x^2}$ | sum over D pixels; SSE is the sum of squared errors |
# | (12) | $\frac{\partial}{\partial \log \sigma_x^2} = -\frac{D}{2} + \frac{\mathrm{SSE}}{2 \sigma_x^2} = 0$, so $\sigma_x^2 = \mathrm{SSE} / D$ | the best variance is the mean squared error |
# | (13) | $\log p(x \mid z) = -\frac{D}{2}\left(\log 2\pi + 1 + \log \mathrm{MSE}\right)$ | (12) in (11); MSE, the mean squared error, is SSE / D |
# | (14) | if $y = c\, x$, then $\log p(y) = \log p(x) - D \log c$ | change of variables: the density is spread over a wider range |
#
# Training with the squared error means: $\sigma_x$ is fixed, and the first two terms of (11) are dropped. For the *place* of the
# best m that does not matter. For everything else it does:
#
# * Which $\sigma_x$ was meant? $\mathrm{SSE}$ alone is $\sigma_x^2 = 1/2$. $\frac{1}{2}\mathrm{SSE}$ is $\sigma_x^2 = 1$. This decides how much the KL beside it weighs (section 5).
# * The figure is no longer a log likelihood. With 784 pixels $\frac{D}{2} \log 2\pi$ alone is 720.4 nats.
# * By (14) a Gaussian log likelihood depends on the unit. Grey levels 0..255 instead of 0..1 cost $784 \log 255 = 4344$ nats, for the same model.

# %%
centre = data.train.images.mean(axis=0) / 255  # the mean image: a decoder that ignores z
D, sse = PIXELS, ((grey - centre) ** 2).sum(axis=(1, 2, 3))
mse = sse.mean() / D


def mean_log_likelihood(logvar, scale=1.0):
    """Mean of log N(c x; c m, sigma^2) over the test images, c = scale, in nats per image."""
    x, m = scale * grey, scale * centre
    return (
        distributions.gaussian_log_likelihood(x, m, np.array(logvar))[0].sum(axis=(1, 2, 3)).mean()
    )


for logvar in (-3.0, 0.0):  # (11)
    by_11 = -D / 2 * np.log(2 * np.pi) - D / 2 * logvar - sse.mean() / (2 * np.exp(logvar))
    assert abs(mean_log_likelihood(logvar) - by_11) < 1e-8
best = np.log(mse)  # (12): lower on both sides; (13): its value
assert mean_log_likelihood(best) > max(
    mean_log_likelihood(best - 0.01), mean_log_likelihood(best + 0.01)
)
assert abs(mean_log_likelihood(best) + D / 2 * (np.log(2 * np.pi) + 1 + best)) < 1e-8
in_255 = mean_log_likelihood(best + 2 * np.log(255), scale=255.0)  # (14)
assert abs(mean_log_likelihood(best) - in_255 - D * np.log(255)) < 1e-6
if D == 784:
    assert abs(D / 2 * np.log(2 * np.pi) - 720.4) < 0.05 and abs(D * np.log(255) - 4344) < 0.5
source(distributions.gaussian_log_likelihood)
print(f"mean image as decoder: MSE {mse:.4f}, best sigma {np.sqrt(mse):.3f}")
print(
    f"log likelihood {mean_log_likelihood(best):.0f} nats per image; with sigma = 1 "
    f"{mean_log_likelihood(0.0):.0f}; with grey levels to 255 {in_255:.0f}"
)


# %% tags=["hide-input"]
# The code of this picture.
def draw_sigma():
    sigmas = np.geomspace(0.1, 2, 100)
    values = [mean_log_likelihood(2 * np.log(sigma)) for sigma in sigmas]
    with style():
        fig = blank(6, 3.2)
        axes = fig.subplots()
        axes.plot(sigmas, values, color=BLUE)
        axes.plot(np.sqrt(mse), mean_log_likelihood(best), "o", color=RED)
        axes.annotate(
            "sigma = root of the MSE",
            (np.sqrt(mse), mean_log_likelihood(best)),
            (10, 4),
            textcoords="offset points",
        )
        axes.axvline(1, color=INK, linestyle="--", linewidth=1)
        axes.annotate("sigma = 1", (1, -1300), (6, 0), textcoords="offset points")
        axes.set(
            xscale="log",
            xlabel="sigma of every pixel",
            ylabel="log likelihood, nats per image",
            ylim=(-1500, 350),
        )
    return fig


figure(
    draw_sigma(),
    caption="The same mean image as decoder, with different sigma. The usual choice, sigma = 1, "
    "claims far more noise than there is.",
    alt="A curve that rises steeply with sigma to a maximum near 0.18, marked by a red dot, and "
    "falls slowly after it. A dashed line stands at sigma = 1, where the curve is hundreds of "
    "nats lower.",
)

# %% [markdown]
# One warning. A pixel at the border is 0 in every image. A Gaussian with m = 0 and $\sigma_x \to 0$ gives it a density without
# limit, and each factor of ten in $\sigma_x$ adds $\log 10 = 2.3$ nats per pixel. A learnt variance needs a lower limit, and
# grey levels need noise within each level. Section 7 says how much of both.

# %%
for sigma in (1e-1, 1e-2, 1e-3):
    value = distributions.gaussian_log_likelihood(
        np.zeros(1), np.zeros(1), np.array([2 * np.log(sigma)])
    )[0][0]
    print(f"a pixel that is always 0, sigma = {sigma:g}: {value:.2f} nats")
    assert abs(value + 0.5 * np.log(2 * np.pi) + np.log(sigma)) < EXACT
constant = (data.train.images == 0).all(axis=0).mean()
print(f"pixels that are 0 in every training image: {constant:.0%}")

# %% [markdown]
# ## 4. The KL divergence in closed form
#
# Now the second term. The encoder gives $q = N(\mu, \sigma^2)$ for each latent, the prior is $p = N(0, 1)$. So $\sigma$ is
# now the width of q. First a picture.
# KL is the area under $q(z) \log \frac{q(z)}{p(z)}$: positive where q is above p, negative where it is below. **Move the
# sliders** and watch what costs more: to be far away, or to be narrow.


# %% tags=["hide-input"]
# The code of this picture and its slider.
def draw_kl(mu, sigma):
    z = np.linspace(-5, 5, 500)
    q, p = norm.pdf(z, mu, sigma), norm.pdf(z)
    integrand = q * (norm.logpdf(z, mu, sigma) - norm.logpdf(z))
    kl = distributions.gaussian_kl(np.array(mu), np.array(2 * np.log(sigma)))[0]
    with style():
        fig = blank(4.4, 3.4)
        above, below = fig.subplots(2, sharex=True)
        above.plot(z, p, "--", color=INK, label="prior")
        above.plot(z, q, color=BLUE, label="q")
        above.set(ylabel="density", ylim=(0, 1.7))
        above.legend(fontsize=8)
        below.fill_between(z, integrand, 0, where=integrand > 0, color=ORANGE)
        below.fill_between(z, integrand, 0, where=integrand <= 0, color=PALETTE[3])
        below.set(xlabel="z", ylabel="q log(q / p)", ylim=(-0.6, 5.6))
        below.set_title(f"area = KL = {kl:.2f} nats", fontsize=10)
    return fig


slider(
    draw_kl,
    caption="The KL from q to the prior as an area. To be narrow costs, and to be far away costs.",
    alt="Above, the dashed bell of the prior and the blue bell of q. Below, the curve q "
    "log(q/p), filled in orange where it is positive and in grey where it is negative.",
    static=((0.0, 0.5), (1.5, 1.0), (1.5, 0.25)),
    mu=[-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0],
    sigma=[0.25, 0.5, 0.75, 1.0, 1.5, 2.0],
)

# %% [markdown]
# The derivation needs two moments and no integral. Write a sample from q as $z = \mu + \sigma \varepsilon$ with
# $\varepsilon \sim N(0, 1)$.
#
# | | step | reason |
# |---|---|---|
# | (15) | $\mathrm{KL}(q \,\Vert\, p) = \mathbb{E}_q[\log q(z) - \log p(z)]$ | definition |
# | (16) | $\log q(z) = -\frac{1}{2}\left(\log 2\pi + \log \sigma^2 + \varepsilon^2\right)$ | Gaussian density (10), with $\varepsilon = (z - \mu) / \sigma$ |
# | (17) | $\log p(z) = -\frac{1}{2}\left(\log 2\pi + z^2\right)$ | Gaussian density with mean 0 and variance 1 |
# | (18) | $\log q(z) - \log p(z) = \frac{1}{2}\left(z^2 - \varepsilon^2 - \log \sigma^2\right)$ | (16) minus (17); $\log 2\pi$ cancels |
# | (19) | $\mathbb{E}[z^2] = \mu^2 + \sigma^2$, $\mathbb{E}[\varepsilon^2] = 1$ | mean squared plus variance |
# | (20) | $\mathrm{KL} = \frac{1}{2}\left(\mu^2 + \sigma^2 - 1 - \log \sigma^2\right)$ | expectation of (18) with (19) |
# | (21) | for several latents: the sum of (20) over the latents | q and p are products, so the log ratio is a sum, and each term depends on one latent |
# | (22) | $\frac{\partial \mathrm{KL}}{\partial \mu} = \mu$, $\frac{\partial \mathrm{KL}}{\partial \log \sigma^2} = \frac{1}{2}(\sigma^2 - 1)$ | derivative of (20): zero only at $\mu = 0$, $\sigma = 1$ |
# | (23) | one sample of (18) has variance $\mu^2 \sigma^2 + \frac{1}{2}(\sigma^2 - 1)^2$ | $z^2 - \varepsilon^2 = \mu^2 + 2\mu\sigma\varepsilon + (\sigma^2 - 1)\varepsilon^2$; $\mathrm{Var}[\varepsilon^2] = 2$, and $\varepsilon$, $\varepsilon^2$ are uncorrelated |
#
# (23) says how many samples a Monte Carlo check needs.
#
# **Predict, then run.** $\mu = 0$. What does each halving of $\sigma$ cost, once $\sigma$ is small?
#
# <details><summary>Answer</summary>
#
# Nearly $\log 2 = 0.69$ nats, one bit: of (20) only $-\frac{1}{2} \log \sigma^2 = -\log \sigma$ still changes. A z that is
# twice as precise can carry one bit more about the image, and the KL is the price of that bit. This is meant literally:
# with *bits-back coding* the KL is the net length of the message that transmits z ([Townsend, Bird & Barber 2019]).
#
# </details>
#
# [Townsend, Bird & Barber 2019]: ../docs/bibliography.md#townsend2019

# %%
DRAWS = 400_000
eps = normal(SEED, Stream.PICTURE, 2, (DRAWS,))
print("   mu  sigma   closed (20)   Monte Carlo   grid (15)")
for mu, sigma in ((0.0, 1.0), (0.0, 0.5), (1.5, 1.0), (-2.0, 0.1), (0.7, 2.0)):
    logvar, z = 2 * np.log(sigma), mu + sigma * eps
    log_q = -0.5 * (np.log(2 * np.pi) + logvar + eps**2)  # (16)
    log_p = -0.5 * (np.log(2 * np.pi) + z**2)  # (17)
    assert np.allclose(log_q, norm.logpdf(z, mu, sigma), rtol=0, atol=1e-10)
    assert np.allclose(log_p, norm.logpdf(z), rtol=0, atol=1e-10)
    difference = log_q - log_p
    assert np.allclose(difference, 0.5 * (z**2 - eps**2 - logvar), rtol=0, atol=1e-10)  # (18)
    closed = distributions.gaussian_kl(np.array(mu), np.array(logvar))[0]
    assert abs(closed - 0.5 * (mu**2 + sigma**2 - 1 - logvar)) < EXACT  # (20)
    spread = np.sqrt(mu**2 * sigma**2 + 0.5 * (sigma**2 - 1) ** 2)  # (23)
    assert abs(difference.mean() - closed) <= 5 * spread / np.sqrt(DRAWS) + EXACT
    assert (
        abs(difference.std() - spread) <= 0.02 * spread + EXACT
    )  # a standard deviation from 400,000 draws
    grid = np.linspace(mu - 12 * sigma, mu + 12 * sigma, 20_001)
    log_ratio = norm.logpdf(grid, mu, sigma) - norm.logpdf(grid)
    on_grid = np.trapezoid(norm.pdf(grid, mu, sigma) * log_ratio, grid)
    assert abs(on_grid - closed) < 1e-9
    print(f"{mu:5.1f} {sigma:6.2f} {closed:13.5f} {difference.mean():13.5f} {on_grid:11.5f}")

narrow = distributions.gaussian_kl(np.zeros(6), 2 * np.log(0.5 ** np.arange(6)))[0]
print("sigma = 1, 1/2, 1/4, ...: each halving costs", np.diff(narrow).round(3))
assert abs(np.diff(narrow)[-1] - np.log(2)) < 0.01

# %%
random = generator(SEED, Stream.PICTURE, 3)
mu, logvar = random.standard_normal((2, 5))
z = mu + np.exp(0.5 * logvar) * random.standard_normal((DRAWS, 5))
log_ratio = norm.logpdf(z, mu, np.exp(0.5 * logvar)).sum(axis=1) - norm.logpdf(z).sum(axis=1)
per_latent, pullback = distributions.gaussian_kl(mu, logvar)
error = log_ratio.std() / np.sqrt(DRAWS)
print(
    f"five latents: sum of (20) {per_latent.sum():.4f}, "
    f"Monte Carlo {log_ratio.mean():.4f} +- {error:.4f}"
)

# %% tags=["hide-input"]
# Checks of (21) and (22).
assert abs(log_ratio.mean() - per_latent.sum()) < 5 * error  # (21)
dmu, dlogvar = pullback(np.ones(5))
h = 1e-5
numeric = [distributions.gaussian_kl(mu, logvar + s * h)[0] for s in (1, -1)]
assert np.allclose(dmu, mu, rtol=0, atol=EXACT)
assert np.abs((numeric[0] - numeric[1]) / (2 * h) - dlogvar).max() < 1e-8  # (22)


# %% tags=["hide-input"]
# The code of this picture.
def draw_landscape():
    mus, logvars = np.meshgrid(np.linspace(-3, 3, 121), np.linspace(-5, 2, 121))
    kl = distributions.gaussian_kl(mus, logvars)[0]
    running = (0.5 * ((1.5 + 0.25 * eps) ** 2 - eps**2 - 2 * np.log(0.25))).cumsum()
    counts = np.unique(np.geomspace(10, DRAWS, 120).astype(int))
    exact = distributions.gaussian_kl(np.array(1.5), np.array(2 * np.log(0.25)))[0]
    band = 2 * np.sqrt(1.5**2 * 0.25**2 + 0.5 * (0.25**2 - 1) ** 2) / np.sqrt(counts)
    with style():
        fig = blank(9.4, 3.4)
        left, right = fig.subplots(1, 2)
        lines = left.contour(mus, logvars, kl, levels=[0.1, 0.5, 1, 2, 3, 4, 5, 6], cmap="viridis")
        left.clabel(lines, fontsize=8)
        left.plot(0, 0, "*", color=RED, markersize=12)
        left.set(xlabel="mu", ylabel="log variance", title="KL, nats")
        right.fill_between(
            counts, exact - band, exact + band, color=FAINT, label="2 standard errors, by (23)"
        )
        right.plot(counts, running[counts - 1] / counts, color=BLUE, label="Monte Carlo")
        right.axhline(exact, color=RED, linestyle="--", label="closed form (20)")
        right.set(xscale="log", xlabel="samples", title="mu = 1.5, sigma = 0.25")
        right.legend(fontsize=9)
    return fig


figure(
    draw_landscape(),
    caption="Left: the KL of one latent; the star is the prior, where it is 0. Right: the check "
    "by Monte Carlo, inside the error that (23) predicts.",
    alt="Left, closed contour lines around a red star at mu 0 and log variance 0, wider below "
    "than above. Right, a blue wiggly line that settles on a dashed red line within a narrowing "
    "grey band.",
)

# %% [markdown]
# ### The closed form is not always less noisy
#
# *Second reading.* (20) has no noise, and a sampled KL has. It does not follow that the ELBO is less noisy with (20). The two ways to
# estimate it from one sample z are
#
# $$
# \log p(x \mid z) - \mathrm{KL}_{(20)} \qquad \text{and} \qquad \log p(x \mid z) + \log p(z) - \log q(z).
# $$
#
# | | step | reason |
# |---|---|---|
# | (24) | if $q(z) = p(z \mid x)$, then $\log p(x \mid z) + \log p(z) - \log q(z) = \log p(x)$ for *every* z | Bayes: $p(x \mid z)\, p(z) = p(z \mid x)\, p(x)$ |
#
# With the exact posterior the second estimate has no variance at all: where the likelihood happens to be high, log q is
# high as well, and the two cancel. The first one leaves the noise of the likelihood as it is.
#
# **Predict, then run.** The encoder of a trained VAE is close to the posterior, not equal to it. Which estimate has the
# lower variance there?
#
# <details><summary>Answer</summary>
#
# The one that samples everything, for each of the 50 images below. The closed form about doubles the variance. Gradients have
# a counterpart: leave out the part of the gradient whose expectation is 0, and the noise vanishes as q approaches the
# posterior ([Roeder, Wu & Duvenaud 2017], *Sticking the Landing*). Both estimates are unbiased, and the average over a
# batch makes either of them usable. The course takes (20), as [Kingma & Welling 2013] do.
#
# </details>
#
# [Roeder, Wu & Duvenaud 2017]: ../docs/bibliography.md#roeder2017
# [Kingma & Welling 2013]: ../docs/bibliography.md#kingma2013

# %%
from numpy_impl import linear_gaussian as linear
from numpy_impl.linear_gaussian import LinearGaussian

one = LinearGaussian(np.array([[1.2], [0.2], [0.6]]), np.zeros(3), 0.8)  # one latent, three pixels
seen = np.array([[1.9, 1.4, 0.2]])
mu, logvar = linear.best_diagonal(one, seen)  # with one latent: the posterior
eps = normal(SEED, Stream.PICTURE, 6, (5000, 1))
z = mu + np.exp(0.5 * logvar) * eps
pixel_logvar = np.full(3, 2 * np.log(one.scale))
fits = distributions.gaussian_log_likelihood(seen, z @ one.weight.T, pixel_logvar)[0].sum(axis=1)
closed, sampled = (
    fits,
    fits - 0.5 * (z**2 - eps**2 - logvar)[:, 0],
)  # a constant changes no variance
print(f"exact posterior: sd {closed.std():.3f} with the closed form, {sampled.std():.0e} sampled")
assert closed.std() > 0.1 and sampled.std() < EXACT  # (24)

vae = shipped("digits")  # trained; it comes with the course
mu, logvar = vae.encode(binary[:50])
eps = normal(SEED, Stream.PICTURE, 7, (500, 50, vae.latents))
z = distributions.reparameterize(mu, logvar, eps)[0]
fits = np.stack(
    [
        distributions.bernoulli_log_likelihood(
            binary[:50], level.decode(vae.params, some, vae.image_shape)
        )[0].sum(axis=(1, 2, 3))
        for some in z.astype(np.float32)
    ]
)
sampled_kl = 0.5 * (z**2 - eps**2 - logvar).sum(axis=-1)
closed, sampled = fits.var(axis=0), (fits - sampled_kl).var(axis=0)
print(
    f"trained encoder: variance {closed.mean():.1f} with the closed form, {sampled.mean():.1f} "
    f"sampled; lower in {(sampled < closed).sum()} of {len(closed)} images"
)
assert (sampled < closed).all() and closed.mean() > 1.5 * sampled.mean()

# %% [markdown]
# ### Exercise 02: the KL of every latent
#
# $$
# \mathrm{KL} = \tfrac{1}{2}\left(\mu^2 + \sigma^2 - 1 - \log \sigma^2\right), \qquad \mathrm{logvar} = \log \sigma^2
# $$
#
# For every latent of every image, with nothing summed. [The task](../exercises/02_gaussian_kl/README.md).


# %%
def gaussian_kl(
    mu: Float[Array, "*shape"], logvar: Float[Array, "*shape"]
) -> Float[Array, "*shape"]:
    """KL(N(mu, exp(logvar)) || N(0, 1)) of every latent, in nats."""
    raise NotImplementedError("write this part")


# %%
check("02", gaussian_kl)

# %% [markdown]
# ## 5. Sums, means and what they weigh
#
# We have both terms: one number for every pixel, one for every latent. Training needs a single number for a batch.
#
# | | step | reason |
# |---|---|---|
# | (25) | $\log p(x \mid z) = \sum_{\text{pixels}} \log p(x_i \mid z)$ | pixels are independent given z; the log of a product |
# | (26) | $\mathrm{KL}(q \,\Vert\, p(z)) = \sum_j \mathrm{KL}(q(z_j) \,\Vert\, p(z_j))$ | (21) |
# | (27) | $\mathbb{E}_q[\log p(x \mid z)] \approx \log p(x \mid z)$ with one $z \sim q$ | an unbiased estimate; the batch averages its noise |
# | (28) | $\mathrm{reconstruction} = -\frac{1}{B} \sum_{\text{images}} \sum_{\text{pixels}} \log p(x_i \mid z)$ | (25), (27), the mean over a batch of B, and a minus, because one minimises |
# | (29) | $\mathrm{kl} = \frac{1}{B} \sum_{\text{images}} \sum_j \mathrm{KL}_j$ | (26) and the mean over the batch |
# | (30) | $\mathrm{loss} = \mathrm{reconstruction} + \beta\, \mathrm{kl}$, $\mathrm{ELBO} = -(\mathrm{reconstruction} + \mathrm{kl})$ | $\beta = 1$: the loss is minus the ELBO |
#
# $\beta$ is new. It is a weight that we choose: with $\beta > 1$ the KL costs more than it does in the ELBO, with
# $\beta < 1$ less. The derivation asks for 1. Notebook 09 shows what other values are good for.
#
# Parts of one image are *summed*, because logs of probabilities of parts add up. Different images are *averaged*, so that
# the figure does not depend on the batch.

# %%
from numpy_impl import objective

small_batch = binary[:100]
eps = normal(SEED, Stream.EVALUATION_NOISE, 0, (100, vae.latents))
mu, logvar = vae.encode(small_batch)
z = distributions.reparameterize(mu, logvar, eps)[0].astype(np.float32)
logits = level.decode(vae.params, z, vae.image_shape)
per_pixel = distributions.bernoulli_log_likelihood(small_batch, logits)[0]
per_latent = distributions.gaussian_kl(mu, logvar)[0]
print("shapes:", per_pixel.shape, per_latent.shape)

parts = objective.reduce_elbo(per_pixel, per_latent)
for name, value in parts._asdict().items():
    print(f"{name:15s} {value:9.2f} nats per image")
print(f"loss, beta = 1  {objective.beta_loss(parts, 1.0):9.2f}")
print(f"loss, beta = 4  {objective.beta_loss(parts, 4.0):9.2f}")

# %% tags=["hide-input"]
# Checks of (28) to (30).
by_hand = -sum(per_pixel[i].sum() for i in range(100)) / 100
assert abs(parts.reconstruction - by_hand) < 1e-3  # float32 sums of about 130
assert abs(parts.kl - sum(per_latent[i].sum() for i in range(100)) / 100) < 1e-4
assert abs(parts.elbo + objective.beta_loss(parts, 1.0)) < 1e-4
assert abs(objective.beta_loss(parts, 4.0) - parts.reconstruction - 4 * parts.kl) < 1e-3
assert abs(parts.elbo - vae.elbo(small_batch, eps).elbo) < 1e-2

# %% [markdown]
# **Predict, then run.** We hand in the same 100 images twice, as a batch of 200, with the same noise. What happens to
# the reconstruction, the KL and the loss? And what if all images had four times as many pixels, each pixel repeated?
#
# <details><summary>Answer</summary>
#
# A batch of twice the size changes nothing: the images are averaged. Four times as many pixels make the reconstruction
# four times as large, and leave the KL alone. That is right. The model now claims four times as many independent pixels,
# so the image weighs four times as much against the prior.
#
# </details>

# %%
twice = objective.reduce_elbo(np.tile(per_pixel, (2, 1, 1, 1)), np.tile(per_latent, (2, 1)))
larger = objective.reduce_elbo(per_pixel.repeat(2, axis=2).repeat(2, axis=3), per_latent)
print(
    f"reconstruction: {parts.reconstruction:.1f}, twice the batch {twice.reconstruction:.1f}, "
    f"four times the pixels {larger.reconstruction:.1f}"
)
assert abs(twice.reconstruction - parts.reconstruction) < 1e-3  # float32
assert abs(twice.kl - parts.kl) < 1e-4
assert abs(larger.reconstruction - 4 * parts.reconstruction) < 4e-3 and larger.kl == parts.kl

# %% [markdown]
# ### Exercise 04: one number for a batch
#
# $$
# \mathrm{reconstruction} = -\underset{\text{images}}{\mathrm{mean}} \sum_{\text{pixels}} \log p(x \mid z), \quad
# \mathrm{kl} = \underset{\text{images}}{\mathrm{mean}} \sum_{\text{latents}} \mathrm{KL}, \quad
# \mathrm{loss} = \mathrm{reconstruction} + \beta\, \mathrm{kl}
# $$
#
# Write both functions; [the task](../exercises/04_elbo/README.md) has the signs in a table. The terms themselves are
# exercises 01 and 02, above.

# %%
from common.objective import Elbo


def reduce_elbo(
    log_likelihood: Float[Array, "batch channels height width"], kl: Float[Array, "batch latents"]
) -> Elbo:
    """Sum over pixels and over latents, then average over the batch."""
    raise NotImplementedError("write this part")


def beta_loss(elbo: Elbo, beta: float) -> np.floating:
    """reconstruction + beta kl, in nats per image."""
    raise NotImplementedError("write this part")


# %%
check("04", reduce_elbo, beta_loss)

# %% [markdown]
# ### The beta that nobody chose
#
# Many programs average over pixels as well. It looks harmless: a constant factor. But it applies to only *one* of the
# two terms.
#
# | | step | reason |
# |---|---|---|
# | (31) | $\frac{1}{D} R + \mathrm{KL} = \frac{1}{D}\left(R + D\, \mathrm{KL}\right)$ | R is the summed reconstruction of D pixels; take 1/D out |
# | (32) | so a mean over pixels is $\beta = D$: 784 for 28 x 28 | a factor before the whole loss does not move its minimum |
# | (33) | $\mathrm{MSE} + w\, \mathrm{KL} = \frac{1}{D} \mathrm{SSE} + w\, \mathrm{KL} = \frac{2}{D}\left(\frac{1}{2} \mathrm{SSE} + \frac{w D}{2} \mathrm{KL}\right)$ | take 2/D out |
# | (34) | so, at $\sigma_x = 1$, $\beta = \frac{w D}{2}$ | by (11) with $\sigma_x = 1$, R is $\frac{1}{2}\mathrm{SSE}$ and a constant |
# | (35) | at another $\sigma_x$: $\beta = \frac{w D}{2 \sigma_x^2}$ | R is $\frac{1}{2\sigma_x^2} \mathrm{SSE}$ and a constant; take $2\sigma_x^2 / D$ out instead |
# | (36) | so it is minus the ELBO ($\beta = 1$) of a decoder with $\sigma_x^2 = \frac{w D}{2}$ | (35) with $\beta = 1$ |
#
# An example: a program trains on colour images of 64 x 64 with the mean squared error and w = 0.00025. That number looks
# tiny. Arithmetic says what it means: $D = 64 \cdot 64 \cdot 3 = 12288$ and
# $\beta = 0.00025 \cdot 12288 / 2 = 1.536$.
#
# There are two ways to read this number, and both are right. By (34) the program trains a beta-VAE with $\beta = 1.54$,
# whose decoder has $\sigma_x = 1$. By (36) it maximises an exact ELBO, and its decoder has $\sigma_x^2 = 1.536$, so
# $\sigma_x = 1.24$. **In a Gaussian decoder $\beta$ and $\sigma_x^2$ are one knob**: the loss fixes only the product
# $\beta \sigma_x^2 = w D / 2$ ([Lucas et al. 2019]). The second reading shows how odd the choice is: for pixels between 0 and
# 1, a noise of 1.24 is wider than their whole range. By (12) the variance that fits is the mean squared error. A decoder
# that learns $\sigma_x$ finds it, and then $\beta = 1$ needs no tuning ([Rybkin, Daniilidis & Levine 2021]). That is what the
# course does with photographs: `vae train --likelihood gaussian`. Section 7 trains one.
#
# **Predict, then run.** The same w = 0.00025 for (a) grey images of 28 x 28, (b) colour images of 128 x 128. (c) Which w is
# beta = 1 for colour images of 64 x 64? Compute on paper first.
#
# <details><summary>Answer</summary>
#
# (a) $0.00025 \cdot 784 / 2 = 0.098$. (b) $0.00025 \cdot 49152 / 2 = 6.144$: four times 1.536. (c)
# $w = 2 / 12288 = 0.000163$. The same line of code is the ELBO of three different decoders: by (36) $\sigma_x$ is 0.31 for
# (a), 1.24 for 64 x 64, and 2.48 for (b). A beta of 0.098 sounds as if the KL hardly counted. But 0.31 is still more than
# the 0.18 that fits the mean image of section 3, and a trained decoder is more exact than that. So even in (a) the KL
# counts more than it does beside a decoder that learns its $\sigma_x$.
#
# </details>
#
# [Lucas et al. 2019]: ../docs/bibliography.md#lucas2019
# [Rybkin, Daniilidis & Levine 2021]: ../docs/bibliography.md#rybkin2021


# %%
def hidden_beta(pixels, weight, sigma=1.0):
    """(35): the beta of `mean squared error + weight KL`."""
    return weight * pixels / (2 * sigma**2)


W = 0.00025
for side, channels in ((28, 1), (32, 3), (64, 3), (128, 3)):
    beta = hidden_beta(side * side * channels, W)
    print(
        f"{side:3d} x {side:<3d} x {channels}: D = {side * side * channels:6d}, beta = {beta:.3f}"
    )

# %% tags=["hide-input"]
# Checks of (31) to (36), and of the numbers in the text.
assert 64 * 64 * 3 == 12288 and abs(hidden_beta(12288, W) - 1.536) < EXACT
assert abs(hidden_beta(12288, W, sigma=np.sqrt(1.536)) - 1) < EXACT  # (36)
assert abs(np.sqrt(1.536) - 1.24) < 0.005
assert abs(np.sqrt(0.098) - 0.31) < 0.005 and abs(np.sqrt(6.144) - 2.48) < 0.005
assert abs(np.sqrt(mse) - 0.18) < 0.005  # the sigma of section 3, below 0.31
assert abs(hidden_beta(12288, W) - 1.54) < 0.005
assert (
    abs(hidden_beta(784, W) - 0.098) < EXACT and abs(hidden_beta(128 * 128 * 3, W) - 6.144) < EXACT
)
assert abs(2 / 12288 - 0.000163) < 5e-7 and abs(hidden_beta(12288, 2 / 12288) - 1) < EXACT

x, m = random.random((4, 12288)), random.random((4, 12288))
kl = random.random(4) * 30
mean_loss = ((x - m) ** 2).mean(axis=1) + W * kl
for sigma in (1.0, 0.3, np.sqrt(1.536)):  # (33) to (36) with real numbers, at three sigmas
    pixel_logvar = np.full_like(x, 2 * np.log(sigma))
    reconstruction = -distributions.gaussian_log_likelihood(x, m, pixel_logvar)[0].sum(axis=1)
    constant = 12288 / 2 * (np.log(2 * np.pi) + 2 * np.log(sigma))
    objective_at = reconstruction - constant + hidden_beta(12288, W, sigma) * kl
    assert np.abs(12288 / (2 * sigma**2) * mean_loss - objective_at).max() < 1e-7

# %% [markdown]
# **Move the sliders**: one line of code, a different $\beta$ for each size of image and each $\sigma_x$ that you believe in.


# %% tags=["hide-input"]
# The code of this picture and its slider.
def draw_hidden_beta(w, side, sigma):
    sides = np.array([28, 32, 48, 64, 96, 128, 192, 256])
    with style():
        fig = blank(4.8, 3.4)
        axes = fig.subplots()
        for channels, colour, name, up in ((1, INK, "grey", -14), (3, BLUE, "colour", 6)):
            axes.plot(sides, hidden_beta(channels * sides**2, w, sigma), color=colour, label=name)
            beta = hidden_beta(channels * side**2, w, sigma)
            axes.plot(side, beta, "o", color=colour)
            axes.annotate(f"{beta:.3g}", (side, beta), (4, up), textcoords="offset points")
        axes.axhline(1, color=RED, linestyle="--", label="the ELBO")
        axes.set(xscale="log", yscale="log", xlabel="side of the image, pixels", ylabel="beta")
        axes.set(ylim=(1e-3, 1e5), xlim=(24, 300))
        axes.set_xticks([28, 64, 128, 256], ["28", "64", "128", "256"], minor=False)
        axes.tick_params(axis="x", which="minor", labelbottom=False)
        axes.legend(fontsize=9, loc="upper left")
    return fig


slider(
    draw_hidden_beta,
    caption="The beta that hides in 'mean squared error + w KL', by (35). Move w until beta is 1, "
    "then change the side.",
    alt="Two rising straight lines on logarithmic axes, for grey and for colour images, three "
    "times as high; a dot on each marks the chosen side. A dashed red line stands at beta 1.",
    static=((0.00025, 64, 1.0), (0.00025, 64, 0.1), (0.00025, 28, 1.0)),
    w=[0.0001, 0.00025, 0.001, 0.01, 0.1, 1.0],
    side=[28, 32, 64, 128, 256],
    sigma=[0.05, 0.1, 0.3, 1.0],
)

# %% [markdown]
# ### All the ways to average
#
# B is the batch, D the pixels, J the latents. "Right" is the first row; the last column is what was trained instead.
#
# | reconstruction | KL | beta in effect |
# |---|---|---|
# | sum over pixels, mean over batch | sum over latents, mean over batch | 1 |
# | **mean** over pixels, mean over batch | sum over latents, mean over batch | D |
# | mean over pixels, mean over batch | **mean** over latents, mean over batch | D / J |
# | sum over pixels, mean over batch | sum over latents, **sum** over batch | B |
# | sum over pixels, **sum** over batch | sum over latents, sum over batch | 1, with gradients B times as large |
#
# In the last row only the scale of the whole loss differs. Adam, the optimiser of this course, divides by the size of
# the gradient (notebook 04), so it hardly notices. The factor *between* the terms is what changes the model.
#
# We check the second row with automatic differentiation (notebook 06): PyTorch's `backward()` computes the gradient of a
# loss and leaves it in `.grad` of each parameter. The gradient of the loss with a mean over pixels, times D, must be level
# 1's gradient with beta = D, for every parameter.

# %%
from common.architecture import MLP
from common.initial import initial_parameters
from common.objective import BetaObjective
from pytorch_lowlevel import distributions as torch_distributions
from pytorch_lowlevel import vae as torch_vae

tiny = MLP(image_shape=data.train.images.shape[1:], hidden=30, latents=5)
params = initial_parameters(tiny, SEED, np.float64)
x, eps = binary[:16].astype(np.float64), normal(SEED, Stream.PICTURE, 5, (16, 5))

leaves = {name: torch.tensor(value, requires_grad=True) for name, value in params.items()}
mu, logvar = torch_vae.encode(leaves, torch.tensor(x))
z = torch_distributions.reparameterize(mu, logvar, torch.tensor(eps))
logits = torch_vae.decode(leaves, z, tiny.image_shape)
per_pixel = torch_distributions.bernoulli_log_likelihood(torch.tensor(x), logits)
mean_loss = -per_pixel.mean() + torch_distributions.gaussian_kl(mu, logvar).sum(dim=1).mean()
mean_loss.backward()

loss, grads = level.value_and_grad(params, x, eps, BetaObjective(beta=float(PIXELS)))
print(
    f"mean over pixels {mean_loss.item():.6f}, level 1 with beta = {PIXELS}, over {PIXELS}: "
    f"{loss.loss / PIXELS:.6f}"
)

# %% tags=["hide-input"]
# Checks of what the text and the output above say.
assert abs(mean_loss.item() - loss.loss / PIXELS) < 1e-10
for name, grad in grads.items():
    assert np.abs(PIXELS * leaves[name].grad.numpy() - grad).max() < 1e-8 * max(
        1, np.abs(grad).max()
    )

# %% [markdown]
# Now the last row. We let Adam take one step from the gradients, and one from a thousand times the gradients. Both steps
# start from the same parameters. `adam_step` changes its state in place, so each gets a state of its own. As a control we
# take a third step, from random numbers: the comparison must notice that one.

# %%
from common.optimizer import AdamSettings
from common.state import initial_state
from numpy_impl.adam import adam_step


def first_move(gradients):
    """How far the first step of Adam moves each parameter."""
    after = adam_step(initial_state(tiny, SEED, np.float64), gradients, AdamSettings())
    return np.concatenate([(after.parameters[name] - params[name]).ravel() for name in params])


random = generator(SEED, Stream.PICTURE, 8)
move = first_move(grads)
moves = {
    "1000 times the gradients": first_move({name: 1000 * grad for name, grad in grads.items()}),
    "random numbers": first_move({name: random.normal(size=g.shape) for name, g in grads.items()}),
}
rate = np.abs(move).max()
differ = {name: np.abs(other - move) > 0.01 * rate for name, other in moves.items()}
print(f"the longest move is {rate:.4f}, the learning rate {AdamSettings().learning_rate}")
for name, some in differ.items():
    print(f"{name:25s} {some.sum():6d} of {some.size} parameters move differently")

# %% tags=["hide-input"]
# The move is one, the scale does not matter, and the comparison can fail.
assert abs(rate / AdamSettings().learning_rate - 1) < 0.01
# Adam's epsilon of 1e-8 tells the scales apart only where a gradient is that small
assert differ["1000 times the gradients"].mean() < 0.01
assert differ["random numbers"].mean() > 0.3

# %% [markdown]
# What does beta = 784 do to a model? We train the network of `shipped("digits")` once more, by the same plan, with this one
# change.

# %%
from dataclasses import replace

from common.metrics import evaluate_elbo
from common.model import bind
from common.schedule import constant as constant_schedule
from common.training.loop import batches, train
from common.training.plan import BetaPlan
from course.lesson.models import recipe


def trained(**changes):
    """A VAE trained by the plan of the shipped one, but for these changes."""
    plan = replace(recipe("digits").plan, **changes)
    state = initial_state(plan.architecture, plan.seed, plan.dtype)
    learner = level.start(plan.architecture, state, plan.adam)
    steps = train(learner, batches(data.train, plan), plan.objective.at)
    for _ in progress(steps, plan.epochs * (len(data.train.images) // plan.batch_size)):
        pass
    return bind(level, learner.state().parameters, plan.architecture.image_shape)


collapsed = trained(objective=BetaPlan(beta=constant_schedule(float(PIXELS))))

# %%
models = {1.0: vae, float(PIXELS): collapsed}
parts = {beta: evaluate_elbo(model, data.test.images, SEED) for beta, model in models.items()}
for beta, part in parts.items():
    print(
        f"beta {beta:5.0f}: reconstruction {part.reconstruction:6.1f}, KL {abs(part.kl):6.3f}, "
        f"ELBO {part.elbo:7.1f}, what was minimised {objective.beta_loss(part, beta):6.1f}"
    )
assert parts[float(PIXELS)].kl < 0.01
assert abs(parts[1.0].kl - 12) < 1  # 12 in the text
assert parts[1.0].elbo > parts[float(PIXELS)].elbo + 30

# %%
shown = binary[:10]
rows = [shown, *(model.reconstruct(shown, np.zeros((10, 10))) for model in models.values())]

# %% tags=["hide-input"]
# The code of this picture.
figure(
    image_grid(np.concatenate(rows).astype(np.float64), columns=10),
    caption="Ten test images; their reconstructions with beta = 1; and with a mean over pixels, "
    "which is beta = 784. In the third row the latents carry no information, and the decoder "
    "always shows the mean digit.",
    alt="Three rows of ten small images. Top, digits in black and white. Middle, soft but "
    "different digits that resemble them. Bottom, ten nearly equal grey smudges.",
)

# %%
deviation = {
    beta: model.reconstruct(binary, np.zeros((200, 10))).std(axis=0).mean()
    for beta, model in models.items()
}
print(
    "how much reconstructions differ from image to image:",
    {round(beta): round(float(value), 3) for beta, value in deviation.items()},
)
assert deviation[float(PIXELS)] < 0.2 * deviation[1.0]

# %% [markdown]
# No error was raised, and the loss fell. The KL in the log gives the mistake away: it is below a hundredth of a nat, where
# the model with beta = 1 has 12. That is *posterior collapse*; notebook 08 is about the cases in which it is not a bug.
#
# ### Exercise 27: a bug hunt
#
# [An ELBO of level 2](../exercises/27_bug_hunt_loss/README.md) trains, and its loss falls. It has two mistakes, and you have
# met both in these notebooks. Type `vae start 27` in a terminal. Read the table in the task before you read the code. Then
# repair the file in `my_solutions`, and run the check.

# %%
check("27")

# %% [markdown]
# ## 6. How large should a loss be?
#
# A loss in nats per image has a scale. Know a few points on it, and you notice most mistakes at the first epoch:
#
# * every pixel gets the probability 1/2: $D \log 2 = 543.4$ nats for 784 pixels;
# * every pixel gets the share of white pixels in the training data;
# * every pixel gets its own mean over the training data: the best without a latent, if pixels are independent;
# * the VAE: reconstruction plus KL;
# * the floor: what no model can go below.
#
# There is a floor because the binary pixels are sampled from grey levels g. Nobody can predict these coins. For
# each grey image, by the inequality of notebook 01 ($\mathrm{KL} \ge 0$),
#
# $$
# \mathbb{E}_{x \sim g}[-\log p(x)] \ \ge\ H(x \mid g) = -\sum_i \left(g_i \log g_i + (1 - g_i) \log(1 - g_i)\right)
# \qquad (37)
# $$
#
# and (9) has the sum. Notebook 12 says more about it.

# %%
share = data.train.images.mean() / 255
mean_image = (data.train.images.mean(axis=0) / 255).clip(1e-3, 1 - 1e-3)
test = dynamic_binarization(data.test.images, SEED, Stream.EVALUATION_BINARIZE, 0)


def cost_of(probability):
    """The mean -log p(x) over test images if pixels have this probability whatever z is."""
    logits = np.broadcast_to(np.log(probability / (1 - probability)), test.shape[1:])
    return -distributions.bernoulli_log_likelihood(test, logits)[0].sum(axis=(1, 2, 3)).mean()


g = (data.test.images / 255).clip(1e-9, 1 - 1e-9)  # 0 log 0 counts as 0
ladder = {
    "1/2 everywhere": cost_of(np.array(0.5)),
    f"{share:.2f} everywhere": cost_of(np.array(share)),
    "the mean image": cost_of(mean_image),
    "VAE, beta = 784": -parts[float(PIXELS)].elbo,
    "VAE, beta = 1": -parts[1.0].elbo,
    "the floor": -(g * np.log(g) + (1 - g) * np.log(1 - g)).sum(axis=(1, 2, 3)).mean(),
}
for name, nats in ladder.items():
    print(f"{name:18s} {nats:6.1f} nats, {nats - ladder['the floor']:6.1f} above the floor")

# %% tags=["hide-input"]
# Checks of these figures, and of those in the text.
assert abs(ladder["1/2 everywhere"] - PIXELS * np.log(2)) < 1e-6
assert PIXELS != 784 or abs(PIXELS * np.log(2) - 543.4) < 0.05
assert (
    abs(ladder["VAE, beta = 784"] - ladder["the mean image"]) < 10
)  # a collapsed VAE is the mean image
assert ladder["VAE, beta = 1"] < ladder["the mean image"] - 30
above = {name: nats - ladder["the floor"] for name, nats in ladder.items()}
assert abs(-parts[1.0].elbo - 132.7) < 0.1 and abs(ladder["the floor"] - 103.5) < 0.1  # in the text
assert above["VAE, beta = 1"] < 0.5 * above["the mean image"]


# %% tags=["hide-input"]
# The code of this picture.
def draw_ladder():
    with style():
        fig = blank(7.4, 2.8)
        axes = fig.subplots()
        names = list(ladder)[::-1]
        axes.barh(names, [ladder[name] for name in names], color=PALETTE[3])
        axes.barh(names[1], parts[1.0].reconstruction, color=BLUE, label="reconstruction")
        axes.barh(names[1], parts[1.0].kl, left=parts[1.0].reconstruction, color=ORANGE, label="KL")
        axes.axvline(ladder["the floor"], color=RED, linestyle="--", linewidth=1)
        for place, name in enumerate(names):
            axes.annotate(
                f"{ladder[name]:.0f}", (ladder[name], place), (4, -4), textcoords="offset points"
            )
        axes.set(
            xlabel="-ELBO, or -log p(x) where there is no latent; nats per image", xlim=(0, 590)
        )
        axes.legend(loc="lower right")
    return fig


figure(
    draw_ladder(),
    caption="How large a loss should be, on test images of 28 x 28 binary pixels. A VAE that "
    "does not beat the mean image has learnt nothing with its latents.",
    alt="Six horizontal bars. 1/2 everywhere is the longest, at 543 nats; a constant share is "
    "about two thirds of it; the mean image and the VAE with beta 784 are about equal; the "
    "VAE with beta 1 is shorter, most of it reconstruction, a small end KL. The floor is the "
    "shortest, and a dashed red line continues it upwards.",
)

# %% [markdown]
# The floor changes how the VAE looks. Of its 132.7 nats 103.5 are coin tossing, and nobody can save them. Above the floor
# it pays less than half of what the mean image pays.

# %% [markdown]
# ## 7. Grey levels: dequantisation and bits per dimension
#
# *Second reading.* A pixel of a photograph is not a real number. It is one of 256 levels k = 0, ..., 255. A density of such pixels can grow
# without limit, as the end of section 3 showed. There are two proper ways to give levels a probability. The *discretised
# likelihood* (38) integrates the decoder's density over the cell of each level. *Dequantisation* (40) adds noise within
# the cell, and evaluates the density there.
#
# | | step | reason |
# |---|---|---|
# | (38) | $P(k) = F\!\left(\frac{k + 1}{256}\right) - F\!\left(\frac{k}{256}\right)$ | F is the cumulative distribution function of the decoder's Gaussian (or logistic); the first cell takes the tail below it, the last one the tail above, so that all P(k) add up to 1 |
# | (39) | $P(k) \ge \frac{1}{256}\, \mathbb{E}_u\!\left[p\!\left(\frac{k + u}{256}\right)\right]$, u uniform on [0, 1) | the integral of p over the cell, with $x = (k + u) / 256$; equal but for the tails |
# | (40) | $\log P(k) \ge \mathbb{E}_u\!\left[\log p\!\left(\frac{k + u}{256}\right)\right] - \log 256$ | Jensen, as for the ELBO |
# | (41) | $\mathrm{bits\ per\ dimension} = -\frac{\log P}{D \log 2} \le \frac{\mathrm{nats}}{D \log 2} + 8$ | D pixels and channels; nats is minus the sum of $\mathbb{E}_u[\log p]$; $\log 256 = 8 \log 2$ |
#
# Unlike a density, bits per dimension do not depend on the unit of (14), nor do they grow with the size of the image. A
# model that knows nothing needs 8: all levels are equally probable. ([Theis et al. 2016] derive (40).
# [Kingma et al. 2016] use (38) with a logistic, whose F is a sigmoid.)
#
# **Predict, then run.** A pixel has the same level in all images, and the decoder knows it. It may choose any $\sigma_x$. How
# few bits can it claim with a density at the level itself? With the dequantised density? With the discretised Gaussian?
#
# <details><summary>Answer</summary>
#
# The density has no limit. The discretised Gaussian goes to 0 bits, and 0 is the truth. The dequantised one stops at 0.25
# bits: the noise u has the variance 1/12 of a cell squared, no decoder can predict it, and by (12) this variance is also the
# best $\sigma_x^2$. A smaller $\sigma_x$ costs bits. So the course lets no decoder go below $\sigma_x^2 = 1 / (12 \cdot 256^2)$.
#
# </details>
#
# [Theis et al. 2016]: ../docs/bibliography.md#theis2016
# [Kingma et al. 2016]: ../docs/bibliography.md#kingma2016

# %%
from common.likelihood import NOISE_LOGVAR_MIN


def end_cells(levels):
    """The lower and upper ends of the cells of these levels; the outermost reach to infinity."""
    low = np.where(levels == 0, -np.inf, levels / 256)
    return low, np.where(levels == 255, np.inf, (levels + 1) / 256)


def discretised_bits(levels, mean, sigma):
    """(38): bits for every pixel under a discretised Gaussian."""
    low, high = end_cells(levels)
    # above the mean the complement has more digits
    low, high = (
        np.where(low > mean, 2 * mean - high, low),
        np.where(low > mean, 2 * mean - low, high),
    )
    return -np.log2(norm.cdf(high, mean, sigma) - norm.cdf(low, mean, sigma))


def dequantised_bits(levels, mean, sigma):
    """(40), with the expectation over u done exactly: u has mean 1/2 and variance 1/12."""
    middle = (levels + 0.5) / 256
    square = (middle - mean) ** 2 + 1 / (12 * 256**2)
    return 8 + 0.5 * (np.log(2 * np.pi * sigma**2) + square / sigma**2) / np.log(2)


level_here, widths = np.array(100), np.geomspace(3e-4, 0.1, 400)
known = (level_here + 0.5) / 256
with np.errstate(divide="ignore"):
    bits = {
        "density at the level": 8 - norm.logpdf(0, 0, widths) / np.log(2),
        "dequantised (40)": dequantised_bits(level_here, known, widths),
        "discretised (38)": discretised_bits(level_here, known, widths),
    }
for name, some in bits.items():
    print(f"{name:21s} fewest bits {some.min():6.3f}, at sigma = {widths[some.argmin()]:.5f}")

# %% tags=["hide-input"]
# Checks of (38) to (40), and of the answer.
for mean, sigma in ((0.3, 0.1), (0.99, 0.4)):
    per_level = 2 ** -discretised_bits(np.arange(256), mean, sigma)
    assert abs(per_level.sum() - 1) < 1e-9  # (38): all levels together
    us = (np.arange(2000) + 0.5) / 2000
    for k in (0, 77, 255):
        inside_cell = norm.pdf((k + us) / 256, mean, sigma)
        tail = k in (0, 255)
        assert per_level[k] > inside_cell.mean() / 256 - 1e-12  # (39)
        assert tail or abs(per_level[k] - inside_cell.mean() / 256) < 1e-9
        by_noise = 8 - np.log2(inside_cell).mean()
        assert abs(dequantised_bits(np.array(k), mean, sigma) - by_noise) < 1e-5  # (40)
        assert -np.log2(per_level[k]) < by_noise
assert bits["density at the level"].min() < -2 and np.abs(bits["discretised (38)"]).min() < 1e-6
assert abs(bits["dequantised (40)"].min() - 0.5 * np.log2(2 * np.pi * np.e / 12)) < 1e-4
assert abs(bits["dequantised (40)"].min() - 0.25) < 0.01
best_width = widths[bits["dequantised (40)"].argmin()]
assert abs(best_width / np.exp(0.5 * NOISE_LOGVAR_MIN) - 1) < 0.02


# %% tags=["hide-input"]
# The code of this picture.
def draw_bits():
    with style():
        fig = blank(6.4, 3.4)
        axes = fig.subplots()
        for (name, some), colour in zip(bits.items(), (RED, BLUE, ORANGE), strict=True):
            axes.plot(widths * 256, some, color=colour, label=name)
        axes.axhline(0, color=FAINT)
        axes.axvline(1 / np.sqrt(12), color=INK, linestyle="--", linewidth=1)
        axes.annotate(
            "the floor of the course", (1 / np.sqrt(12), 5), (5, 0), textcoords="offset points"
        )
        axes.set(xscale="log", ylim=(-2.5, 6.5), xlabel="sigma, in grey levels", ylabel="bits")
        axes.legend(fontsize=9, loc="lower right")
    return fig


figure(
    draw_bits(),
    caption="What a decoder claims to need for a pixel whose level it knows. The density on the "
    "level itself falls below 0 without limit. Dequantised, a sigma that is too small costs bits.",
    alt="Three curves over sigma that lie on one another above two grey levels. To the left the "
    "red one goes on falling as a straight line below zero, the orange one settles at zero, and "
    "the blue one turns at a quarter of a bit and rises steeply.",
)

# %% [markdown]
# Now whole images. The course dequantises (`common.pixels`), and its Gaussian decoder learns one $\sigma_x$ for all pixels. We
# train it by the plan of the shipped VAE, on the grey digits themselves.

# %%
from common.pixels import PIXELS as PIXELS_OF

shape = data.train.images.shape[1:]
photographer = trained(architecture=MLP(shape, hidden=100, latents=10, likelihood="gaussian"))
gaussian_parts = evaluate_elbo(photographer, data.test.images, SEED)

# %%
from common.likelihood import NOISE, NOISE_GAIN, NOISE_LOGVAR_START

grey_pixels = PIXELS_OF["gaussian"]
above_floor = NOISE_LOGVAR_START - NOISE_LOGVAR_MIN + NOISE_GAIN * photographer.params[NOISE][0]
learnt_sigma = np.exp(0.5 * (NOISE_LOGVAR_MIN + np.logaddexp(0, above_floor)))
mean_nats = grey_pixels.baseline(data.train, data.test).nats
test_levels, mean_levels = data.test.images.astype(float), (centre * 255 + 0.5) / 256
sigma_of_mean = np.sqrt((((test_levels + 0.5) / 256 - mean_levels) ** 2).mean())
per_dimension = {
    "all levels alike": 8.0,
    "mean image, dequantised": grey_pixels.bits_per_dimension(mean_nats, shape),
    "mean image, discretised": discretised_bits(test_levels, mean_levels, sigma_of_mean).mean(),
    "VAE, dequantised": grey_pixels.bits_per_dimension(-gaussian_parts.elbo, shape),
}
for name, some in per_dimension.items():
    print(f"{name:24s} {some:5.2f} bits per dimension")
implied = 2 * learnt_sigma**2 / D
extremes = ((test_levels == 0) | (test_levels == 255)).mean()
print(f"pixels that are black or white: {extremes:.0%}")
print(f"the VAE: -ELBO {-gaussian_parts.elbo:.0f} nats (a density), KL {gaussian_parts.kl:.1f}")
print(f"its sigma is {learnt_sigma:.3f}: 'MSE + w KL' with w = {implied:.1e}, by (36)")

# %% tags=["hide-input"]
# Checks of the output, and of the text below.
by_hand = dequantised_bits(test_levels, mean_levels, sigma_of_mean).mean()
assert abs(by_hand - per_dimension["mean image, dequantised"]) < 0.01
assert per_dimension["VAE, dequantised"] < per_dimension["mean image, dequantised"] - 0.9
assert per_dimension["mean image, discretised"] < per_dimension["mean image, dequantised"] - 2
assert abs(learnt_sigma - 0.05) < 0.005 and 300 < 2 / D / implied < 450
assert extremes > 0.5

# %% [markdown]
# Two lessons.
#
# * **The bound can be loose.** The same mean image with the same $\sigma_x$ needs less than half of the bits if its Gaussian is
#   discretised. Here most pixels are black or white. A Gaussian around black puts half of its density below 0, where no
#   pixel is. (38) gives this tail to the level 0; dequantisation throws it away. So compare figures in bits per dimension
#   only if the likelihood is the same, tails included.
# * **The learnt sigma replaces the search for w.** The VAE arrives at $\sigma_x \approx 0.05$. With $\sigma_x = 1$, the $\beta = 1$
#   of somebody who writes $\frac{1}{2}\mathrm{SSE} + \mathrm{KL}$, the KL would weigh several hundred times as much.

# %% [markdown]
# ## Summary
#
# 1. The reconstruction is minus a log likelihood: Bernoulli for binary pixels, from logits; Gaussian for real ones.
# 2. The squared error is a Gaussian with a fixed, unstated sigma and no constants; a density depends on the unit.
# 3. KL = (mu^2 + sigma^2 - 1 - log sigma^2) / 2 for each latent; each bit of precision costs log 2 nats.
# 4. Sum over parts, average over images. A mean over D pixels is beta = D; MSE + w KL is beta sigma_x^2 = w D / 2.
# 5. Grey levels need dequantisation or a discretised likelihood; bits per dimension = nats / (D log 2) + 8.
#
# ## Checklist
#
# - [ ] I can go from (2) to (5), and say in which arithmetic each breaks.
# - [ ] I can derive (20) on an empty page.
# - [ ] I can compute the hidden beta of a loss that I find in somebody's program, and read it as a sigma too.
# - [ ] I know the loss of a decoder that says 1/2 everywhere, and why a VAE of binary pixels cannot reach 0.
# - [ ] I know two signs of a wrong reduction in a training log.
#
# ## Exercises
#
# * [01 The log likelihood of binary pixels](../exercises/01_bernoulli_log_likelihood/README.md), in section 2
# * [02 The KL divergence of a Gaussian posterior](../exercises/02_gaussian_kl/README.md), in section 4
# * [04 From pixels and latents to the ELBO, and to the loss](../exercises/04_elbo/README.md), in section 5
# * [27 Bug hunt: a loss that falls and says nothing](../exercises/27_bug_hunt_loss/README.md), in section 5
# * In [the explorer](../README.md#the-explorer), `vae explore`: task 4, whose ellipse is longer, and task 8, which term of the
#   ELBO tells that a drawing is no digit. Point at a pixel of the loss map: its nats are (5).
# * On paper: which w in "MSE + w KL" is beta = 1 for 28 x 28 grey images with sigma_x = 0.1?
#
# ## Further reading
#
# * [Kingma & Welling 2013], *Auto-Encoding Variational Bayes*, appendix B (the KL) and appendix C (Bernoulli and Gaussian
#   decoders).
# * [Higgins et al. 2017], *beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework*: what beta is
#   for, when it is meant.
# * [Loaiza-Ganem & Cunningham 2019], *The continuous Bernoulli: fixing a pervasive error in variational autoencoders*: the
#   missing constant of (8).
# * [Rybkin, Daniilidis & Levine 2021], *Simple and Effective VAE Training with Calibrated Decoders*: the best sigma of (12),
#   in training; beta and sigma as one knob.
# * [Lucas et al. 2019], *Don't Blame the ELBO!*: what sigma of the decoder has to do with collapse.
# * [Theis et al. 2016], *A Note on the Evaluation of Generative Models*: dequantisation, and what likelihoods do not say.
# * [Kingma et al. 2016], *Improved Variational Inference with Inverse Autoregressive Flow*: a discretised logistic.
# * [Roeder, Wu & Duvenaud 2017], *Sticking the Landing*: (24) for gradients.
# * [Townsend, Bird & Barber 2019], *Practical Lossless Compression with Latent Variables using Bits Back Coding*.
# * [Salakhutdinov & Murray 2008], *On the Quantitative Analysis of Deep Belief Networks*: where binarised MNIST comes from.
#
# [Kingma & Welling 2013]: ../docs/bibliography.md#kingma2013
# [Higgins et al. 2017]: ../docs/bibliography.md#higgins2017
# [Loaiza-Ganem & Cunningham 2019]: ../docs/bibliography.md#loaizaganem2019
# [Rybkin, Daniilidis & Levine 2021]: ../docs/bibliography.md#rybkin2021
# [Lucas et al. 2019]: ../docs/bibliography.md#lucas2019
# [Theis et al. 2016]: ../docs/bibliography.md#theis2016
# [Kingma et al. 2016]: ../docs/bibliography.md#kingma2016
# [Roeder, Wu & Duvenaud 2017]: ../docs/bibliography.md#roeder2017
# [Townsend, Bird & Barber 2019]: ../docs/bibliography.md#townsend2019
# [Salakhutdinov & Murray 2008]: ../docs/bibliography.md#salakhutdinov2008
