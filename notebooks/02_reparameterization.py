# ---
# jupyter:
#   course:
#     week: 1 Foundations
#     gives: gradients through a random draw, and their variance
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
# # 02 The reparameterisation trick
#
# > **What you will be able to do**
# > * say why a random draw has no gradient, and what is differentiated instead;
# > * derive two estimators of the gradient of an expectation, and show that both are unbiased;
# > * predict the variance of each, and measure it, in a toy and in a real VAE;
# > * name cases in which the reparameterisation fails or loses;
# > * draw images from a VAE correctly, and recognise samples that are not from the model.
# >
# > **Time:** 60 minutes to read, {running} to run; 45 more for the two exercises.
# > **Prerequisites:** notebook 01; the chain rule;
# > variance.
# >
# > **Serves the checklist item:** understand the reparameterisation trick.

# %%
import numpy as np

from course.lesson import Stream, check, figure, generator, load, normal, slider, source

DATA = "digits"  # "mnist" works too, where it is at hand; numbers in the text are of "digits"
SEED = 0
EXACT = 1e-12  # a few float64 operations on numbers near 1

# %% [markdown]
# ## 1. The gradient that we need
#
# The ELBO is an average over $z \sim q(z \mid x) = N(\mu, \sigma^2)$, and the encoder gives $\mu$ and $\sigma$. To train
# the encoder we need to know how the average changes when $\mu$ and $\sigma$ do:
#
# $$
# \frac{\partial}{\partial \mu}\, \mathbb{E}_{q}[f(z)], \qquad
# \frac{\partial}{\partial \log \sigma^2}\, \mathbb{E}_{q}[f(z)], \qquad f(z) = \log p(x \mid z)
# $$
#
# Here is one latent; the others go the same way. The KL is the other half of the ELBO, but it has a formula (notebook
# 03), and a formula is easy to differentiate. The trouble is the average of f. Its parameters are not inside of f. They
# decide *where z falls*. If we draw a z and compute f(z), the draw is just a number: nothing connects it with $\mu$ any
# more.
#
# We start with an f for which everything is known: $f(z) = (z - a)^2$ with a = 3. Then $\mathbb{E}_q[f]$ is the squared
# distance of the mean plus the variance.
#
# | | step | reason |
# |---|---|---|
# | (1) | $\mathbb{E}_q[(z - a)^2] = (\mu - a)^2 + \sigma^2$ | $z - a = (\mu - a) + (z - \mu)$; the mixed term has mean 0 |
# | (2) | $\frac{\partial}{\partial \mu} = 2(\mu - a)$, $\frac{\partial}{\partial \log \sigma^2} = \sigma^2$ | derivative of (1); the derivative of $e^u$ with respect to u is $e^u$ |

# %%
from scipy.stats import norm

A, MU, SIGMA = 3.0, 0.0, 0.5
GRID = np.linspace(-12, 15, 200_001)


def f(z):
    return (z - A) ** 2


def expectation(values, mu=MU, sigma=SIGMA):
    """E_q of a function given by its values on the grid: an integral, with no sampling."""
    return np.trapezoid(norm.pdf(GRID, mu, sigma) * values, GRID)


TRUE_DMU, TRUE_DLOGVAR = 2 * (MU - A), SIGMA**2
step = 1e-4  # central differences of an exact quadratic: only rounding, below 1e-10 / 1e-4
up, down = expectation(f(GRID), mu=MU + step), expectation(f(GRID), mu=MU - step)
assert abs(expectation(f(GRID)) - ((MU - A) ** 2 + SIGMA**2)) < 1e-9  # (1)
assert abs((up - down) / (2 * step) - TRUE_DMU) < 1e-5  # (2)
up = expectation(f(GRID), sigma=np.exp(0.5 * (np.log(SIGMA**2) + step)))
down = expectation(f(GRID), sigma=np.exp(0.5 * (np.log(SIGMA**2) - step)))
assert abs((up - down) / (2 * step) - TRUE_DLOGVAR) < 1e-5
print(f"E[f] = {expectation(f(GRID)):.3f}, d/dmu = {TRUE_DMU:.3f}, d/dlogvar = {TRUE_DLOGVAR:.3f}")

# %% tags=["hide-input"]
# The code of this picture.
from common.plots import image_grid
from common.plots.style import BLUE, FAINT, INK, ORANGE, PALETTE, RED, blank, style


def draw_problem():
    z = MU + SIGMA * normal(SEED, Stream.PICTURE, 1, (12,))
    spots = np.linspace(-2, 4, 200)
    with style():
        fig = blank(8.6, 3.3)
        left, right = fig.subplots(1, 2)
        left.plot(spots, f(spots), color=INK, label="f(z)")
        left.plot(z, f(z), "o", color=BLUE, label="draws from q")
        left.fill_between(
            spots, 6 * norm.pdf(spots, MU, SIGMA), color=BLUE, alpha=0.3, label="q(z)"
        )
        left.set(xlabel="z", ylabel="f(z)", ylim=(0, 16))
        left.legend(fontsize=9)
        means = np.linspace(-1, 4, 100)
        right.plot(means, (means - A) ** 2 + SIGMA**2, color=RED)
        right.plot(MU, A**2 + SIGMA**2, "o", color=RED)
        right.plot(means, A**2 + SIGMA**2 + TRUE_DMU * (means - MU), "--", color=INK)
        right.set(xlabel="mean of q", ylabel="E[f(z)]", ylim=(-1, 16))
        right.set_title("we want this slope, from draws alone", fontsize=10)
    return fig


figure(
    draw_problem(),
    caption="Left: what we can do, evaluate f at draws from q (q is drawn six times as high as it "
    "is). Right: what we want, the slope of the average when q moves.",
    alt="Left, a falling curve f with twelve blue dots on it, above a blue bell. Right, the "
    "average of f as a parabola over the mean of q, with a dashed tangent of slope -6 at mean 0.",
)

# %% [markdown]
# Frameworks do not solve this by magic. Here PyTorch draws z in two ways. The first, `sample`, gives a number without a
# past. The second, `rsample`, does what section 3 derives.

# %%
import torch
from torch.distributions import Normal

mean = torch.tensor(MU, requires_grad=True)
print("sample: ", Normal(mean, SIGMA).sample().requires_grad)
print("rsample:", Normal(mean, SIGMA).rsample().requires_grad)
assert (
    not Normal(mean, SIGMA).sample().requires_grad and Normal(mean, SIGMA).rsample().requires_grad
)

# %% [markdown]
# ## 2. The score-function estimator
#
# One way out leaves the draw alone and asks how its *probability* changes. Let $\lambda$ stand for $\mu$ or
# $\log \sigma^2$.
#
# | | step | reason |
# |---|---|---|
# | (3) | $\frac{\partial}{\partial \lambda} \int q(z) f(z)\, dz = \int \frac{\partial q(z)}{\partial \lambda} f(z)\, dz$ | f does not depend on $\lambda$; derivative and integral may be exchanged, as q is smooth in $\lambda$ with thin tails |
# | (4) | $\frac{\partial q(z)}{\partial \lambda} = q(z)\, \frac{\partial \log q(z)}{\partial \lambda}$ | chain rule for the log |
# | (5) | $\frac{\partial}{\partial \lambda} \mathbb{E}_q[f] = \mathbb{E}_q\left[f(z)\, \frac{\partial \log q(z)}{\partial \lambda}\right]$ | (4) in (3): an average over q again |
# | (6) | $\mathbb{E}_q\left[\frac{\partial \log q(z)}{\partial \lambda}\right] = \frac{\partial}{\partial \lambda} \int q(z)\, dz = 0$ | (5) with f = 1; a density integrates to 1 |
# | (7) | $\frac{\partial}{\partial \lambda} \mathbb{E}_q[f] = \mathbb{E}_q\left[(f(z) - c)\, \frac{\partial \log q(z)}{\partial \lambda}\right]$ | (6) times any constant c, a *baseline*, changes nothing on average |
#
# The factor $\partial \log q / \partial \lambda$ is called the *score*. For a Gaussian, with $\varepsilon = (z - \mu) / \sigma$:
#
# | | step | reason |
# |---|---|---|
# | (8) | $\log q(z) = -\frac{1}{2}\left(\log 2\pi + \log \sigma^2 + \varepsilon^2\right)$ | the Gaussian density |
# | (9) | $\frac{\partial \log q}{\partial \mu} = \frac{z - \mu}{\sigma^2} = \frac{\varepsilon}{\sigma}$ | derivative of (8); $\varepsilon$ contains $\mu$ |
# | (10) | $\frac{\partial \log q}{\partial \log \sigma^2} = \frac{1}{2}(\varepsilon^2 - 1)$ | derivative of (8), with $\varepsilon^2 = (z - \mu)^2 e^{-\log \sigma^2}$ |
#
# Read (5) as a rule: draw z, see how good f(z) is, and move q towards z in proportion. It needs f only as a number. It
# is also known as REINFORCE.
#
# The next cell checks (9) and (10) against the course. A function of level 1 returns two things: its value, and a
# *pullback*. Give the pullback a 1 for each value, and it returns the derivatives with respect to each argument. Notebook
# 04 is about nothing else.

# %%
from numpy_impl import distributions

EPS = (GRID - MU) / SIGMA
score_mu, score_logvar = EPS / SIGMA, 0.5 * (EPS**2 - 1)
_, pullback = distributions.gaussian_log_likelihood(GRID, np.array(MU), np.array(2 * np.log(SIGMA)))
_, dmean, dlogvar = pullback(np.ones_like(GRID))  # the course's own derivative of log q
assert np.allclose(dmean, score_mu, rtol=0, atol=1e-10)  # (9); numbers up to 60
assert np.allclose(dlogvar, score_logvar, rtol=0, atol=1e-9)  # (10); numbers up to 450

# the integrals on the grid are exact to about 1e-12: smooth functions that vanish at both ends
assert abs(expectation(f(GRID) * score_mu) - TRUE_DMU) < 1e-9  # (5)
assert abs(expectation(f(GRID) * score_logvar) - TRUE_DLOGVAR) < 1e-9
assert abs(expectation(score_mu)) < 1e-9 and abs(expectation(score_logvar)) < 1e-9  # (6)
for c in (-7.0, 1.0, 9.25):
    assert abs(expectation((f(GRID) - c) * score_mu) - TRUE_DMU) < 1e-9  # (7)
print("the score estimator is right on average, with any baseline")
source(distributions.gaussian_log_likelihood)

# %% [markdown]
# ## 3. z as a function of mu, sigma and noise
#
# The other way out moves the randomness. Let the noise come from outside, $\varepsilon \sim N(0, 1)$, and let
#
# $$
# z = \mu + \sigma \varepsilon
# $$
#
# Now z is an ordinary function. Look at it before you read the derivation. **Move the sliders**: the noise at the top
# stays where it is. The lines carry it to z. A change of $\mu$ shifts all the lines, a change of $\sigma$ spreads them.

# %% tags=["hide-input"]
# The code of this picture and its slider.
NOISE = normal(SEED, Stream.PICTURE, 2, (15,))


def draw_paths(mu, sigma):
    z = distributions.reparameterize(
        np.array([[mu]]), np.array([[2 * np.log(sigma)]]), NOISE[:, None, None]
    )
    spots = np.linspace(-6, 6, 300)
    with style():
        fig = blank(4.6, 3.2)
        axes = fig.subplots()
        for eps, where in zip(NOISE, z[0][:, 0, 0], strict=True):
            axes.plot([eps, where], [1, 0], color=PALETTE[3], linewidth=0.9)
        axes.plot(NOISE, np.ones_like(NOISE), "o", color=ORANGE)
        axes.plot(z[0][:, 0, 0], np.zeros_like(NOISE), "o", color=BLUE)
        axes.fill_between(spots, 1, 1 + norm.pdf(spots), color=ORANGE, alpha=0.35)
        axes.fill_between(spots, 0, -0.5 * norm.pdf(spots, mu, sigma), color=BLUE, alpha=0.35)
        axes.set_yticks([0, 1], ["z", "noise"])
        axes.set(xlim=(-6, 6), ylim=(-0.9, 1.5), xlabel="value")
    return fig


slider(
    draw_paths,
    caption="The same noise (orange) becomes z (blue) in different ways. Each line is a smooth "
    "function of mu and sigma.",
    alt="Fifteen orange dots on an upper line are joined by grey lines with fifteen blue dots on "
    "a lower line. A bell curve stands above the upper and hangs below the lower dots.",
    static=((0.0, 1.0), (2.0, 1.0), (-1.0, 0.25)),
    mu=[-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0],
    sigma=[0.25, 0.5, 1.0, 1.5],
)

# %% [markdown]
# Two things have to be shown: that this z has the right distribution, and that we may differentiate through it.
#
# | | step | reason |
# |---|---|---|
# | (11) | $z = \mu + \sigma \varepsilon$ has the density $n\!\left(\frac{z - \mu}{\sigma}\right) \frac{1}{\sigma} = N(z;\, \mu, \sigma^2) = q(z)$ | change of variables, with n the density of N(0, 1) |
# | (12) | $\mathbb{E}_{q}[f(z)] = \mathbb{E}_{\varepsilon}[f(\mu + \sigma \varepsilon)]$ | (11); the right average is over a distribution without parameters |
# | (13) | $\frac{\partial}{\partial \lambda} \mathbb{E}_{\varepsilon}[f(\mu + \sigma \varepsilon)] = \mathbb{E}_{\varepsilon}\left[\frac{\partial}{\partial \lambda} f(\mu + \sigma \varepsilon)\right]$ | exchange of derivative and integral; f must be continuous, with a derivative everywhere but at kinks, and not grow too fast |
# | (14) | $= \mathbb{E}_{\varepsilon}\left[f'(z)\, \frac{\partial z}{\partial \lambda}\right]$ | chain rule |
# | (15) | $\frac{\partial z}{\partial \mu} = 1$, $\frac{\partial z}{\partial \log \sigma^2} = \frac{1}{2} \sigma \varepsilon$ | $\sigma = e^{\frac{1}{2} \log \sigma^2}$ |
#
# This is the *pathwise* estimator: it follows f along the path of each draw. It uses $f'$, which the score estimator
# does not know. In a VAE $f'$ is the backward pass of the decoder.

# %%
rng_eps = normal(SEED, Stream.PICTURE, 3, (100_000, 1, 1))
one_mu, one_logvar = np.array([[MU]]), np.array([[2 * np.log(SIGMA)]])
z, _ = distributions.reparameterize(one_mu, one_logvar, rng_eps)
below = np.array([(z <= spot).mean() for spot in (-1.0, -0.5, 0.0, 0.5, 1.0)])
expected = norm.cdf([-1.0, -0.5, 0.0, 0.5, 1.0], MU, SIGMA)
assert np.abs(below - expected).max() < 5 * 0.5 / np.sqrt(
    100_000
)  # (11): 5 standard errors at most

on_grid = np.linspace(-10, 10, 200_001)  # (12) to (14): averages over the noise, as integrals
density, path = norm.pdf(on_grid), MU + SIGMA * on_grid
assert abs(np.trapezoid(density * f(path), on_grid) - expectation(f(GRID))) < 1e-9
slope = 2 * (path - A)  # f'(z)
assert abs(np.trapezoid(density * slope, on_grid) - TRUE_DMU) < 1e-9
assert abs(np.trapezoid(density * slope * 0.5 * SIGMA * on_grid, on_grid) - TRUE_DLOGVAR) < 1e-9

eps = normal(SEED, Stream.PICTURE, 4, (7, 3))  # (15): the course's pullback, against differences
mu, logvar, dz = (normal(SEED, Stream.PICTURE, 5 + k, (7, 3)) for k in range(3))
_, pullback = distributions.reparameterize(mu, logvar, eps)
dmu, dlogvar = pullback(dz)
h = 1e-6
raised = distributions.reparameterize(mu, logvar + h, eps)[0]
lowered = distributions.reparameterize(mu, logvar - h, eps)[0]
assert np.array_equal(dmu, dz)
assert np.abs(dlogvar - dz * (raised - lowered) / (2 * h)).max() < 1e-8  # h^2 and rounding / h

# %% [markdown]
# Where do the two estimators meet? Integrate by parts. The boundary terms vanish because a Gaussian has thin tails:
#
# | | step | reason |
# |---|---|---|
# | (16) | $\mathbb{E}_q[f'(z)] = \int q(z) f'(z)\, dz = -\int q'(z) f(z)\, dz$ | integration by parts |
# | (17) | $= \mathbb{E}_q\left[f(z)\, \frac{z - \mu}{\sigma^2}\right]$ | $q'(z) = -q(z)\, \frac{z - \mu}{\sigma^2}$ |
#
# The left side is the pathwise gradient for $\mu$, the right side the score gradient. They are equal on average, for
# every f with a derivative. Draw by draw they are very different.

# %%
for name, value, derivative in (
    ("(z - 3)^2", f(GRID), 2 * (GRID - A)),
    ("sin z", np.sin(GRID), np.cos(GRID)),
    ("log(1 + e^z)", np.logaddexp(0, GRID), 1 / (1 + np.exp(-GRID))),
):
    pathwise_mean, score_mean = expectation(derivative), expectation(value * score_mu)
    print(f"{name:13s} pathwise {pathwise_mean:.6f}   score {score_mean:.6f}")
    assert abs(pathwise_mean - score_mean) < 1e-9  # (16), (17)

# %% [markdown]
# ### Exercise 03: reparameterize
#
# $$
# z = \mu + \sigma\, \varepsilon, \qquad \sigma = e^{\frac{1}{2} \mathrm{logvar}}
# $$
#
# [The task](../exercises/03_reparameterize/README.md) adds a leading axis of samples. Draw no noise of your own: the same
# eps must always give the same z.

# %%
from jaxtyping import Float

from numpy_impl.operations import Array


def reparameterize(
    mu: Float[Array, "batch latents"],
    logvar: Float[Array, "batch latents"],
    eps: Float[Array, "*samples batch latents"],
) -> Float[Array, "*samples batch latents"]:
    """z = mu + sigma eps with sigma = exp(logvar / 2)."""
    raise NotImplementedError("write this part")


# %%
check("03", reparameterize)

# %% [markdown]
# ## 4. Both are right, one is quiet
#
# For $f(z) = (z - a)^2$ the variances can be computed. Write $d = \mu - a$, so $z - a = d + \sigma \varepsilon$. The
# moments of N(0, 1) are $\mathbb{E}[\varepsilon^2] = 1$, $\mathbb{E}[\varepsilon^4] = 3$, $\mathbb{E}[\varepsilon^6] = 15$,
# and odd ones are 0. All for the derivative with respect to $\mu$:
#
# | | step | reason |
# |---|---|---|
# | (18) | pathwise: $g = 2(d + \sigma \varepsilon)$, so $\mathrm{Var}[g] = 4 \sigma^2$ | (14), (15); $f' = 2(z - a)$ |
# | (19) | score: $g = (d + \sigma\varepsilon)^2 \frac{\varepsilon}{\sigma} = \frac{1}{\sigma}\left(d^2 \varepsilon + 2 d \sigma \varepsilon^2 + \sigma^2 \varepsilon^3\right)$ | (5), (9), multiplied out |
# | (20) | $\mathbb{E}[g^2] = \frac{1}{\sigma^2}\left(d^4 + 12 d^2 \sigma^2 + 15 \sigma^4 + 6 d^2 \sigma^2\right)$ | squares of the three terms, and twice the product of the first and third; the other products are odd |
# | (21) | $\mathrm{Var}[g] = \frac{d^4}{\sigma^2} + 14 d^2 + 15 \sigma^2$ | (20) minus $\mathbb{E}[g]^2 = 4 d^2$ |
# | (22) | score with baseline $c = \mathbb{E}_q[f]$: $\mathrm{Var}[g] = 8 d^2 + 10 \sigma^2$ | $f - c = 2 d \sigma \varepsilon + \sigma^2 (\varepsilon^2 - 1)$, and the same steps |
#
# **Predict, then run.** Let q become very narrow, $\sigma \to 0$, far from a. What do the three variances do? Which
# estimators still say something useful from one draw?
#
# <details><summary>Answer</summary>
#
# The pathwise variance goes to 0: all draws see the same slope. The plain score variance goes to infinity like
# $d^4 / \sigma^2$: f is nearly constant over the draws, and a constant, divided by a small $\sigma$, is pure noise. The
# baseline takes out that constant. What remains is $8 d^2$, which is still twice the square of the gradient itself.
# Trained encoders do have small $\sigma$.
#
# </details>

# %%
DRAWS = 1_000_000
d = MU - A
eps = normal(SEED, Stream.PICTURE, 10, (DRAWS,))
z = MU + SIGMA * eps
baseline = d**2 + SIGMA**2
gradients = {
    "pathwise": 2 * (z - A),
    "score": f(z) * eps / SIGMA,
    "score with baseline": (f(z) - baseline) * eps / SIGMA,
}
derived = {
    "pathwise": 4 * SIGMA**2,
    "score": d**4 / SIGMA**2 + 14 * d**2 + 15 * SIGMA**2,
    "score with baseline": 8 * d**2 + 10 * SIGMA**2,
}
print("                      mean   variance   derived   draws for the noise of one pathwise draw")
for name, g in gradients.items():
    ratio = derived[name] / derived["pathwise"]
    print(f"{name:20s} {g.mean():6.3f} {g.var():10.2f} {derived[name]:9.2f} {ratio:10.1f}")
    error = g.std() / np.sqrt(DRAWS)
    assert abs(g.mean() - TRUE_DMU) < 5 * error  # unbiased, within 5 standard errors
    fourth = ((g - g.mean()) ** 4).mean()
    assert abs(g.var() - derived[name]) < 5 * np.sqrt((fourth - g.var() ** 2) / DRAWS)  # likewise
assert derived["pathwise"] == 1.0 and derived["score"] == 453.75
assert derived["score with baseline"] == 74.5


# %% tags=["hide-input"]
# The code of this picture.
def draw_gradients():
    sigmas = np.geomspace(0.03, 3, 60)
    colours = {"pathwise": BLUE, "score": ORANGE, "score with baseline": RED}
    with style():
        fig = blank(9.4, 3.6)
        left, right = fig.subplots(1, 2)
        bins = np.linspace(-80, 80, 161)
        for name in ("score", "score with baseline", "pathwise"):
            g = gradients[name]
            look = {"color": colours[name], "label": f"{name}: sd {g.std():.1f}"}
            left.hist(g, bins, density=True, histtype="step", linewidth=1.6, **look)
        left.axvline(TRUE_DMU, color=INK, linestyle="--", linewidth=1)
        left.set(yscale="log", xlabel="gradient for mu from one draw", ylabel="density")
        left.legend(fontsize=8, loc="upper right")
        right.plot(sigmas, 4 * sigmas**2, color=BLUE)
        right.plot(sigmas, d**4 / sigmas**2 + 14 * d**2 + 15 * sigmas**2, color=ORANGE)
        right.plot(sigmas, 8 * d**2 + 10 * sigmas**2, color=RED)
        for sigma in (0.05, 0.2, 0.5, 2.0):
            few, at = eps[:20_000], MU + sigma * eps[:20_000]
            centred = f(at) - d**2 - sigma**2
            right.plot(sigma, (2 * (at - A)).var(), "o", color=BLUE)
            right.plot(sigma, (f(at) * few / sigma).var(), "o", color=ORANGE)
            right.plot(sigma, (centred * few / sigma).var(), "o", color=RED)
        right.set(xscale="log", yscale="log", xlabel="sigma of q", ylabel="variance of one draw")
    return fig


figure(
    draw_gradients(),
    caption="Gradients of E[(z - 3)^2] with respect to mu. Left: their distribution over a "
    "million draws; the dashed line is the true gradient, -6. Right: the variance over sigma; "
    "lines are (18), (21) and (22), dots are measured.",
    alt="Left, three histograms around a dashed line at -6 on a logarithmic scale: a narrow blue "
    "peak, a wider red one with a long tail, and a very wide orange one. Right, three curves: "
    "orange falls steeply with sigma, red is flat, blue rises from far below.",
)

# %% [markdown]
# The pathwise gradient has standard deviation 1 around a true value of -6. The score gradient has 21.3. Its sign is that
# of the noise, because f is never negative: wrong half of the time. With a baseline the standard deviation is 8.6. To get
# the noise of one pathwise draw, the score estimator needs 454 draws, and 74.5 with the baseline. The baseline is no
# detail: in practice the score estimator is hardly ever used without one.

# %%
assert abs(gradients["pathwise"].std() - 1.0) < 0.01  # a million draws: relative error 0.0007
assert abs(gradients["score"].std() - 21.3) < 0.1
assert abs(gradients["score with baseline"].std() - 8.6) < 0.1
wrong_sign = (gradients["score"] > 0).mean()
print(
    f"share of score gradients with the wrong sign: {wrong_sign:.0%}; "
    f"pathwise: {(gradients['pathwise'] > 0).mean():.1e}"
)
assert abs(wrong_sign - 0.5) < 0.005  # 10 standard errors of a fair coin

# %% [markdown]
# ## 5. Where the path is broken, and where the score wins
#
# (13) needs a continuous f. Take a step: $f(z) = 1$ if z > 0, else 0. Its average is the probability that z > 0, and
# that surely depends on $\mu$. But its derivative is 0 wherever it exists.
#
# **Predict, then run.** What does each estimator give for the step function? And which has the lower variance for the
# very wiggly $f(z) = \sin 20 z$? Compare the sizes of f and of f' first.
#
# <details><summary>Answer</summary>
#
# For the step the pathwise estimator gives exactly 0, which is wrong, without any warning. The score estimator is right.
# For the wiggly function both are right, and the score estimator is quieter by far: f stays between -1 and 1, while f'
# swings between -20 and 20. Pathwise gradients win where f is smooth over the width of q. A trained decoder is.
#
# </details>

# %%
eps = normal(SEED, Stream.PICTURE, 11, (DRAWS,))
mu, sigma = 0.4, 1.0
z = mu + sigma * eps

true_step = norm.pdf(mu / sigma) / sigma  # the derivative of P(z > 0) = Phi(mu / sigma)
by_score = (z > 0) * eps / sigma
print(f"step: true {true_step:.4f}, score {by_score.mean():.4f}, pathwise 0 for every draw")
assert abs(by_score.mean() - true_step) < 5 * by_score.std() / np.sqrt(DRAWS)

print("f = sin(kz)   true gradient   pathwise mean, variance     score mean, variance")
for k in (1, 20):
    # E[sin kz] = sin(k mu) exp(-(k sigma)^2 / 2), from E[exp(ikz)]; this is its slope in mu
    truth = k * np.cos(k * mu) * np.exp(-0.5 * (k * sigma) ** 2)
    along, score = k * np.cos(k * z), np.sin(k * z) * eps / sigma
    print(
        f"k = {k:2d}      {truth:13.4f} {along.mean():12.4f} {along.var():12.2f} "
        f"{score.mean():12.4f} {score.var():8.2f}"
    )
    for g in (along, score):
        assert abs(g.mean() - truth) < 5 * g.std() / np.sqrt(DRAWS)
    assert (along.var() < score.var()) == (k == 1)

# %% [markdown]
# If z has a handful of *states*, as in section 1 of notebook 01, there is no path at all: z cannot move a little. Then one
# adds up over the states, uses the score estimator, or replaces the states by something smooth.

# %% [markdown]
# ## 6. The two estimators in a real VAE
#
# Now $f(z) = \log p(x \mid z)$ with a decoder of 784 pixels, and z has ten latents. We train a VAE at level 1 for a few
# seconds, take one test image, and draw 4000 z from its q. For each draw we compute both gradients with respect to the
# ten means. $f'$ is the decoder's pullback: the backward pass that notebook 04 derives.

# %%
import numpy_impl as level
from common.architecture import MLP
from common.data.binarization import dynamic_binarization
from common.model import bind
from common.state import initial_state
from common.training.loop import batches, train
from common.training.plan import TrainingPlan
from numpy_impl import mlp

data = load(DATA)
network = MLP(image_shape=data.train.images.shape[1:], hidden=200, latents=10)
plan = TrainingPlan(data=DATA, architecture=network, epochs=40 if DATA == "digits" else 2)
learner = level.start(network, initial_state(network, plan.seed, plan.dtype), plan.adam)
records = list(train(learner, batches(data.train, plan), plan.objective.at))
vae = bind(level, learner.state().parameters, network.image_shape)
print(f"{len(records)} steps, loss {records[-1]['loss']:.1f} nats per image")

# %%
binary = dynamic_binarization(data.test.images[:100], SEED, Stream.EVALUATION_BINARIZE, 0)
exact_params = {name: value.astype(np.float64) for name, value in vae.params.items()}
image = binary[:1].astype(np.float64)
mu, logvar = level.encode(exact_params, image)
sd = np.exp(0.5 * logvar)
eps = normal(SEED, Stream.PICTURE, 20, (4000, network.latents))


def value_and_slope(z):
    """log p(image given z) in nats, and its derivative with respect to z, for every z."""
    logits, decoder_pullback = mlp.decode(exact_params, z, network.image_shape)
    per_pixel, pixel_pullback = distributions.bernoulli_log_likelihood(image, logits)
    return per_pixel.sum(axis=(1, 2, 3)), decoder_pullback(pixel_pullback(np.ones_like(logits)))[0]


values, slopes = value_and_slope(mu + sd * eps)
centre = value_and_slope(mu + sd * normal(SEED, Stream.PICTURE, 21, (1000, network.latents)))[
    0
].mean()
one_image = {
    "pathwise": slopes,
    "score": values[:, None] * eps / sd,
    "score with baseline": (values - centre)[:, None] * eps / sd,
}
print("median over the ten latents of the variance of one draw:")
for name, g in one_image.items():
    print(f"  {name:20s} {np.median(g.var(axis=0)):12.1f}")
ratio = np.median(one_image["score"].var(axis=0) / slopes.var(axis=0))
ratio_baseline = np.median(one_image["score with baseline"].var(axis=0) / slopes.var(axis=0))
print(
    f"the score estimator has {ratio:.0f} times the variance, {ratio_baseline:.1f} with a baseline"
)

# %% tags=["hide-input"]
# all three estimate the same gradient: 5 standard errors of the difference, for ten latents
for name in ("score", "score with baseline"):
    difference = one_image[name] - slopes
    limit = 5 * difference.std(axis=0) / np.sqrt(len(eps))
    assert (np.abs(difference.mean(axis=0)) < limit).all()
assert ratio > 1000 and 5 < ratio_baseline < 50  # orders of magnitude, not digits

# %% [markdown]
# A draw of the baseline must not come from the draw that it is subtracted from, or (7) no longer holds: c would depend on
# z. That is why `centre` was computed with noise of its own.


# %% tags=["hide-input"]
# The code of this picture.
def draw_real_gradients():
    shown = int(slopes.var(axis=0).argsort()[5])  # in the middle: five of the ten vary less
    panels_of = (("score", ORANGE), ("score with baseline", RED), ("pathwise", BLUE))
    with style():
        fig = blank(9.4, 3)
        for axes, (name, colour) in zip(fig.subplots(1, 3), panels_of, strict=True):
            g = one_image[name][:, shown]
            axes.hist(g, 60, color=colour)
            axes.axvline(slopes[:, shown].mean(), color=INK, linestyle="--", linewidth=1)
            axes.set_title(f"{name}\nsd {g.std():.1f}", fontsize=10)
            axes.set(xlabel=f"gradient for mu[{shown}]", yticks=[])
        fig.axes[0].set_ylabel("4000 draws")
    return fig


figure(
    draw_real_gradients(),
    caption="One latent of one test image in a trained VAE: gradients from one draw each. Mind "
    "the different scales. The dashed line is the mean of the pathwise gradients.",
    alt="Three bell-shaped histograms in panels of their own. The first spans hundreds of units, "
    "the second tens, the third a few tens at most; a dashed vertical line marks the mean close "
    "to zero.",
)

# %% [markdown]
# Variance is what training feels. Let both estimators climb the same hill: the linear-Gaussian ELBO of notebook 01,
# section 5, where we know the top. Each step uses *one* draw for the gradient of $\mathbb{E}_q[\log p(x \mid z)]$, and the
# exact gradient of the KL. Both use the same noise and the same step size.

# %%
from numpy_impl import linear_gaussian as linear
from numpy_impl.linear_gaussian import LinearGaussian

hill = LinearGaussian(np.array([[1.2, 0.5], [0.2, 1.1], [0.6, -0.4]]), np.zeros(3), 0.8)
seen = np.array([[1.9, 1.4, 0.2]])
top_mu, top_logvar = linear.best_diagonal(hill, seen)
pixel_noise = np.full(3, 2 * np.log(hill.scale))


def climb(estimator, turn, steps=300, rate=0.01):
    """The means that one climb visits; q keeps the variances of the best q."""
    mu, spread = np.array([[-1.5, -1.5]]), np.exp(0.5 * top_logvar)
    visited = [mu[0]]
    for eps in normal(SEED, Stream.PICTURE, 100 + turn, (steps, 1, 2)):
        z = mu + spread * eps
        per_pixel, pixel_pullback = distributions.gaussian_log_likelihood(
            seen, z @ hill.weight.T, pixel_noise
        )
        if estimator == "pathwise":
            gradient = pixel_pullback(np.ones_like(seen))[1] @ hill.weight
        else:
            bound = linear.elbo(hill, seen, mu, top_logvar)[0]
            kl = distributions.gaussian_kl(mu, top_logvar)[0].sum()
            average = bound + kl  # ELBO + KL is E_q[log p(x | z)], the c of (22)
            baseline = average if estimator == "score with baseline" else 0.0
            gradient = (per_pixel.sum() - baseline) * eps / spread
        mu = mu + rate * (gradient - mu)  # the gradient of the KL with respect to mu is mu
        visited.append(mu[0])
    return np.array(visited)


climbs = {name: np.array([climb(name, turn) for turn in range(20)]) for name in derived}
for name, paths in climbs.items():
    late = paths[:, 150:]
    distance = np.sqrt(((late - top_mu) ** 2).sum(axis=-1).mean())
    print(f"{name:20s} root mean square distance from the top in the second half: {distance:.2f}")


# %% tags=["hide-input"]
# The code of this picture.
def draw_climbs():
    across = np.linspace(-4, 4, 81)
    points = np.stack(np.meshgrid(across, across), axis=-1).reshape(-1, 2)
    many = np.repeat(seen, len(points), axis=0)
    heights = linear.elbo(hill, many, points, np.repeat(top_logvar, len(points), axis=0))
    names = ("score", "score with baseline", "pathwise")
    with style():
        fig = blank(9.4, 3.3)
        for axes, name in zip(fig.subplots(1, 3), names, strict=True):
            axes.contour(
                across,
                across,
                heights.reshape(81, 81),
                levels=heights.max() - np.arange(1, 60, 4)[::-1],
                colors=FAINT,
                linestyles="solid",
            )
            for path, colour in zip(climbs[name][:4], (BLUE, ORANGE, RED, PALETTE[4]), strict=True):
                axes.plot(*path.T, color=colour, linewidth=0.9)
            axes.plot(*top_mu.T, "*", color=INK, markersize=12)
            axes.set(xlim=(-4, 4), ylim=(-4, 4), aspect="equal", xlabel="mu[0]", title=name)
        fig.axes[0].set_ylabel("mu[1]")
    return fig


figure(
    draw_climbs(),
    caption="Four climbs of the same hill with each estimator, 300 steps with one draw each. The "
    "star is the top. On average all three go uphill.",
    alt="Three maps with grey contour lines and a star. Left, four coloured paths take long "
    "detours and swarm around the star. Middle, they reach it on crooked ways. Right, they run "
    "to it almost in a straight line.",
)

# %%
rms = {
    name: np.sqrt(((paths[:, 150:] - top_mu) ** 2).sum(axis=-1).mean())
    for name, paths in climbs.items()
}
assert rms["pathwise"] < rms["score with baseline"] < rms["score"]

# %% [markdown]
# ## 7. Three silent mistakes
#
# A wrong reparameterisation raises no error, and the loss still falls. Each of these is a matter of one word in the code.
# Each has a symptom that can be measured.
#
# | mistake | symptom | a test that notices |
# |---|---|---|
# | `sigma = exp(logvar)` | the spread of z is $\sigma^2$ instead of $\sigma$ | variance of many draws against `exp(logvar)`, at a logvar that is not 0 |
# | one `eps` for all latents | latents of one image move together | correlation between latents over many draws |
# | z cut off from its past (`detach`, a copy) | the encoder hears only the KL, and gives every image the prior | the gradient of the reconstruction with respect to mu must not be 0 |

# %%
mu, logvar = np.array([[0.5, -1.0]]), np.array([[-2.0, 1.0]])
eps = normal(SEED, Stream.PICTURE, 30, (50_000, 1, 2))
z = distributions.reparameterize(mu, logvar, eps)[0][:, 0]
relative = 5 * np.sqrt(2 / len(z))  # 5 standard errors of a sample variance
assert (np.abs(z.var(axis=0) / np.exp(logvar) - 1) < relative).all()

not_rooted = (mu + np.exp(logvar) * eps)[:, 0]
shared = (mu + np.exp(0.5 * logvar) * eps[..., :1])[:, 0]
print("variance wanted:     ", np.exp(logvar)[0].round(3))
print("sigma = exp(logvar): ", not_rooted.var(axis=0).round(3))
print("correlation, right:  ", np.corrcoef(z.T)[0, 1].round(3))
print("correlation, shared: ", np.corrcoef(shared.T)[0, 1].round(3))
assert (np.abs(not_rooted.var(axis=0) / np.exp(2 * logvar) - 1) < relative).all()
assert abs(np.corrcoef(z.T)[0, 1]) < 5 / np.sqrt(len(z)) and np.corrcoef(shared.T)[0, 1] > 1 - EXACT

mean = torch.tensor([0.5, -1.0], requires_grad=True)
latent = mean + torch.exp(0.5 * torch.tensor(logvar[0])) * torch.tensor(eps[0, 0])
(latent**2).sum().backward()  # stands for a reconstruction
print("gradient for mu:     ", mean.grad.numpy().round(3))
print("z.detach() has a past:", latent.detach().requires_grad)
assert mean.grad.abs().min() > 0 and not latent.detach().requires_grad

# %% [markdown]
# A fourth mistake belongs here. In evaluation it is tempting to skip the noise and use z = mu. That is another number than
# the ELBO, and a better looking one: the ELBO is an average over q, and mu is the middle of q, where the decoder
# mostly explains the image best.

# %%
noise = normal(SEED, Stream.EVALUATION_NOISE, 0, (len(binary), network.latents))
sampled, at_mu = vae.elbo(binary, noise), vae.elbo(binary, np.zeros_like(noise))
print(f"ELBO with sampled z: {sampled.elbo:.1f} nats per image; with z = mu: {at_mu.elbo:.1f}")
print(
    f"the second flatters by {at_mu.elbo - sampled.elbo:.1f} nats; the KL is the same: "
    f"{sampled.kl:.2f} and {at_mu.kl:.2f}"
)
assert at_mu.elbo - sampled.elbo > 2

# %% [markdown]
# ## 8. Drawing from the model
#
# So far z came from q, given an image. To *generate* there is no image. The model itself says what to do, in the order of
# its arrows:
#
# | | step | reason |
# |---|---|---|
# | (23) | $z \sim N(0, I)$ | the prior, not q: there is no x to condition on |
# | (24) | $x_i \sim \mathrm{Bernoulli}(\mathrm{sigmoid}(\mathrm{logits}_i(z)))$ for every pixel | that is $p(x \mid z)$ |
# | (25) | then $x \sim p(x)$ | a pair (z, x) with density $p(z)\, p(x \mid z)$, of which z is forgotten: the integral over z |
#
# No gradient is needed here, so nothing has to be reparameterised. `common.sampling.generate` does just this.
#
# Papers mostly print the means $\mathbb{E}[x \mid z]$ instead of (24). They are smooth and grey, and no draws.

# %%
from common.sampling import generate

images = generate(vae, 1000, generator(SEED, Stream.PICTURE, 40))
means = vae.sample(normal(SEED, Stream.PICTURE, 41, (1000, network.latents)))
test = dynamic_binarization(data.test.images[:1000], SEED, Stream.EVALUATION_BINARIZE, 0)
rows = np.concatenate([test[:12], means[:12].astype(np.float64), images[:12]])

# %% tags=["hide-input"]
# The code of this picture.
figure(
    image_grid(rows.astype(np.float64), columns=12),
    caption="Top: test images, binarised. Middle: mean images of z from the prior. Bottom: draws "
    "from the model, with other z.",
    alt="Three rows of twelve small images. Top, digits in black and white. Middle, soft grey "
    "shapes like digits. Bottom, grainy black and white shapes like digits, with stray pixels.",
)

# %% [markdown]
# Two numbers describe a set of binary images: the share of white pixels, and how often two different images agree in a
# pixel. Thresholding the means at 1/2 is a common substitute for (24).
#
# **Predict, then run.** How do thresholded means compare with draws in these two numbers? Think of a pixel that is white
# with probability 0.3 whatever z is.
#
# <details><summary>Answer</summary>
#
# The threshold makes that pixel black in every image, a draw makes it white in three of ten. So thresholded images agree
# with each other more often, and have fewer white pixels where most probabilities are below 1/2.
#
# </details>


# %%
def white_and_agreement(images):
    """The share of white pixels, and of pixels in which two different images agree."""
    half = len(images) // 2
    return images.mean(), (images[:half] == images[half : 2 * half]).mean()


thresholded = (means > 0.5).astype(np.uint8)
measured = {}
for name, some in (("test images", test), ("draws", images), ("thresholded means", thresholded)):
    measured[name] = white_and_agreement(some)
    print(f"{name:18s} white {measured[name][0]:.3f}   agreement {measured[name][1]:.3f}")
assert measured["thresholded means"][1] > measured["draws"][1] + 0.01
assert measured["thresholded means"][0] < measured["draws"][0]
if DATA == "digits":  # what the text below says of them
    assert measured["draws"][0] > measured["test images"][0] + 0.03
    assert measured["draws"][1] < measured["test images"][1] - 0.05
    wanted = np.array(measured["test images"])
    apart = {name: np.abs(np.array(two) - wanted) for name, two in measured.items()}
    assert (apart["thresholded means"] < apart["draws"]).all()  # nearer in both numbers

# %% [markdown]
# In both numbers the thresholded means are *nearer* to the test images than the honest draws are. Do not be taken in. The
# draws say something true about this small model: its images are brighter and more varied than digits. The reason is
# where z comes from. With z from the encoder, as in the next cell, the pixels are about as bright as the data. So the
# decoder is fine where there are codes, and z from the prior often lands where there are none (notebook 11). A threshold
# hides that, and makes a poor model look good.

# %%
noise = normal(SEED, Stream.EVALUATION_NOISE, 1, (len(test), network.latents))
near_codes = vae.reconstruct(test, noise)
drawn = generator(SEED, Stream.PICTURE, 42).random(near_codes.shape) < near_codes
white, agreement = white_and_agreement(drawn)
print(f"z from the encoder: white {white:.3f}   agreement {agreement:.3f}")
assert abs(white - measured["test images"][0]) < 0.01
assert abs(agreement - measured["test images"][1]) < 0.03

# %% [markdown]
# ### Exercise 28: a bug hunt
#
# [A function that draws images](../exercises/28_bug_hunt_sampling/README.md) runs without an error, and its images look
# sharp. They are no samples of the model. The two numbers above were measured on them too; the task shows them. Write
# `vae start 28` in a terminal, find what is wrong in `my_solutions/28_bug_hunt_sampling.py`, mend it, and run the check.

# %%
check("28")

# %% [markdown]
# ## Summary
#
# 1. The gradient of an average over q is needed, and a draw from q has none: the parameters decide where it falls.
# 2. Score function: average of f(z) times the score. Needs f only as a number; loud, quieter with a baseline.
# 3. Pathwise: z = mu + sigma eps, then differentiate through z. Needs the derivative of f; quiet where f is smooth.
# 4. Both are unbiased for smooth f. In a trained VAE one pathwise draw was worth thousands of score draws, and about a
#    dozen with a baseline.
# 5. To generate: z from the prior, then every pixel from its Bernoulli. The ELBO always uses sampled z.
#
# ## Checklist
#
# - [ ] I can derive (3) to (5) and (11) to (15), and say what each needs of f.
# - [ ] I can show that a baseline changes the variance and not the mean.
# - [ ] I can name an f for which the pathwise estimator is wrong, and one for which it is worse.
# - [ ] I know a test for each of the silent mistakes of section 7.
# - [ ] I can draw an image from a VAE, and say why a mean image is not one.
#
# ## Exercises
#
# * [03 The reparameterisation](../exercises/03_reparameterize/README.md), in section 3
# * [28 Bug hunt: samples that are not from the model](../exercises/28_bug_hunt_sampling/README.md), in section 8
# * On paper: derive (22). Then find the constant c that makes the score variance smallest for this f.
#
# ## Further reading
#
# * [Kingma & Welling 2013], *Auto-Encoding Variational Bayes*, section 2.4: the trick, and which distributions allow it.
# * [Rezende, Mohamed & Wierstra 2014], *Stochastic Backpropagation and Approximate Inference in Deep Generative Models*:
#   the same idea, found at the same time, by way of (16).
# * [Williams 1992], *Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning*: the score
#   estimator and baselines.
# * [Mohamed, Rosca, Figurnov & Mnih 2020], *Monte Carlo Gradient Estimation in Machine Learning*: a survey of all of these,
#   with variances compared.
#
# [Kingma & Welling 2013]: ../docs/bibliography.md#kingma2013
# [Rezende, Mohamed & Wierstra 2014]: ../docs/bibliography.md#rezende2014
# [Williams 1992]: ../docs/bibliography.md#williams1992
# [Mohamed, Rosca, Figurnov & Mnih 2020]: ../docs/bibliography.md#mohamed2020
