# ---
# jupyter:
#   course:
#     week: 1 Foundations
#     gives: gradients through a random sample, and their variance
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
# > * say why a random sample has no gradient, and what is differentiated instead;
# > * derive two estimators of the gradient of an expectation, and show that both are unbiased;
# > * predict the variance of each, and measure it, in a toy and in a real VAE;
# > * name cases in which the reparameterisation fails or has the larger variance, and what to do with discrete latents;
# > * sample images from a VAE correctly, and recognise images that are not samples from the model.
# >
# > **Time:** 70 minutes to read, {running} to run; 45 more for the two exercises, and 10 for the part marked *second
# > reading*, which can wait until notebook 13.
# > **Prerequisites:** notebook 01; the chain rule; variance.
# >
# > **Serves the checklist item:** understand the reparameterisation trick.

# %%
import numpy as np

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

SEED = 0
EXACT = 1e-12  # a few float64 operations on numbers near 1

# %% [markdown]
# ## 1. The gradient that we need
#
# The ELBO is an expectation over $z \sim q(z \mid x) = N(\mu, \sigma^2)$, and the encoder gives $\mu$ and $\sigma$. To train
# the encoder we need to know how the expectation changes when $\mu$ and $\sigma$ do:
#
# $$
# \frac{\partial}{\partial \mu}\, \mathbb{E}_{q}[f(z)], \qquad
# \frac{\partial}{\partial \log \sigma^2}\, \mathbb{E}_{q}[f(z)], \qquad f(z) = \log p(x \mid z)
# $$
#
# We write down one latent; the formulas hold for each of several. The KL, the other half of the ELBO, has a formula
# (notebook 03), and a formula is easy to differentiate. The difficulty is the expectation of f. Its parameters are not
# inside f. They decide *where z falls*. If we sample a z and compute f(z), the sample is just a number: nothing connects
# it with $\mu$ any more.
#
# We start with an f for which everything is known: $f(z) = (z - a)^2$ with a = 3. Then $\mathbb{E}_q[f]$ is the squared
# distance from the mean to a, plus the variance.
#
# | | step | reason |
# |---|---|---|
# | (1) | $\mathbb{E}_q[(z - a)^2] = (\mu - a)^2 + \sigma^2$ | $z - a = (\mu - a) + (z - \mu)$; the mixed term has expectation 0 |
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
        left.plot(z, f(z), "o", color=BLUE, label="samples from q")
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
        right.set_title("we want this slope, from samples alone", fontsize=10)
    return fig


figure(
    draw_problem(),
    caption="Left: what we can do, evaluate f at samples from q (the curve of q is enlarged six "
    "times). Right: what we want, the slope of the expectation when q moves.",
    alt="Left, a falling curve f with twelve blue dots on it, above a blue bell. Right, the "
    "expectation of f as a parabola over the mean of q, with a dashed tangent of slope -6 at mean "
    "0.",
)

# %% [markdown]
# PyTorch samples z in two ways. The first, `sample`, returns a number that does not know where it came from. The second,
# `rsample`, does what section 3 derives.

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
# One way out leaves the sample alone and asks how its *probability* changes. Let $\lambda$ stand for $\mu$ or
# $\log \sigma^2$.
#
# | | step | reason |
# |---|---|---|
# | (3) | $\frac{\partial}{\partial \lambda} \int q(z) f(z)\, dz = \int \frac{\partial q(z)}{\partial \lambda} f(z)\, dz$ | f does not depend on $\lambda$; derivative and integral may be exchanged, as q is smooth in $\lambda$ with thin tails |
# | (4) | $\frac{\partial q(z)}{\partial \lambda} = q(z)\, \frac{\partial \log q(z)}{\partial \lambda}$ | chain rule for the log |
# | (5) | $\frac{\partial}{\partial \lambda} \mathbb{E}_q[f] = \mathbb{E}_q\left[f(z)\, \frac{\partial \log q(z)}{\partial \lambda}\right]$ | (4) in (3): an expectation over q again |
# | (6) | $\mathbb{E}_q\left[\frac{\partial \log q(z)}{\partial \lambda}\right] = \frac{\partial}{\partial \lambda} \int q(z)\, dz = 0$ | (5) with f = 1; a density integrates to 1 |
# | (7) | $\frac{\partial}{\partial \lambda} \mathbb{E}_q[f] = \mathbb{E}_q\left[(f(z) - c)\, \frac{\partial \log q(z)}{\partial \lambda}\right]$ | (6) times any constant c, a *baseline*, changes no expectation |
#
# The factor $\partial \log q / \partial \lambda$ is called the *score*. For a Gaussian, with $\varepsilon = (z - \mu) / \sigma$:
#
# | | step | reason |
# |---|---|---|
# | (8) | $\log q(z) = -\frac{1}{2}\left(\log 2\pi + \log \sigma^2 + \varepsilon^2\right)$ | the Gaussian density |
# | (9) | $\frac{\partial \log q}{\partial \mu} = \frac{z - \mu}{\sigma^2} = \frac{\varepsilon}{\sigma}$ | derivative of (8); $\varepsilon$ contains $\mu$ |
# | (10) | $\frac{\partial \log q}{\partial \log \sigma^2} = \frac{1}{2}(\varepsilon^2 - 1)$ | derivative of (8), with $\varepsilon^2 = (z - \mu)^2 e^{-\log \sigma^2}$ |
#
# Read (5) as a rule: sample z, see how good f(z) is, and move q towards z in proportion. It needs f only as a number. It
# is also known as REINFORCE.

# %%
EPS = (GRID - MU) / SIGMA
score_mu, score_logvar = EPS / SIGMA, 0.5 * (EPS**2 - 1)
print(f"by (5):        d/dmu = {expectation(f(GRID) * score_mu):.6f}")
print(f"with baseline: d/dmu = {expectation((f(GRID) - 9.25) * score_mu):.6f}, by (7)")

# %% tags=["hide-input"]
# Checks of (5) to (10).
h = 1e-5  # central differences of log q; it is quadratic in mu, so only rounding is left there
mu_slope = (norm.logpdf(GRID, MU + h, SIGMA) - norm.logpdf(GRID, MU - h, SIGMA)) / (2 * h)
wider, narrower = SIGMA * np.exp(0.5 * h), SIGMA * np.exp(-0.5 * h)
logvar_slope = (norm.logpdf(GRID, MU, wider) - norm.logpdf(GRID, MU, narrower)) / (2 * h)
assert np.abs(mu_slope - score_mu).max() < 1e-6  # (9); numbers up to 60
assert np.abs(logvar_slope - score_logvar).max() < 1e-6  # (10); numbers up to 450
# the integrals on the grid are exact to about 1e-12: smooth functions that vanish at both ends
assert abs(expectation(f(GRID) * score_mu) - TRUE_DMU) < 1e-9  # (5)
assert abs(expectation(f(GRID) * score_logvar) - TRUE_DLOGVAR) < 1e-9
assert abs(expectation(score_mu)) < 1e-9 and abs(expectation(score_logvar)) < 1e-9  # (6)
for c in (-7.0, 1.0, 9.25):
    assert abs(expectation((f(GRID) - c) * score_mu) - TRUE_DMU) < 1e-9  # (7)

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
    z = mu + sigma * NOISE
    spots = np.linspace(-6, 6, 300)
    with style():
        fig = blank(4.6, 3.2)
        axes = fig.subplots()
        for eps, where in zip(NOISE, z, strict=True):
            axes.plot([eps, where], [1, 0], color=PALETTE[3], linewidth=0.9)
        axes.plot(NOISE, np.ones_like(NOISE), "o", color=ORANGE)
        axes.plot(z, np.zeros_like(NOISE), "o", color=BLUE)
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
# As a graph, the random node moves from the path of the gradient to its edge.

# %% tags=["hide-input"]
# The code of these two pictures.
from common.plots.graph import Arrow, computation_graph

figure(
    computation_graph(
        {"μ, σ": (0, 0), "z": (2.6, 0), "f(z)": (5.2, 0)},
        [Arrow("μ, σ", "z", "sample z ~ N(μ, σ²)"), Arrow("z", "f(z)", "decoder", "f'(z)")],
    ),
    caption="`sample`: z is sampled, and the gradient (red) ends there. Nothing reaches mu "
    "and sigma.",
    alt="Three boxes in a row, mu and sigma, z, and f of z, joined by blue arrows forward. A "
    "dashed red arrow goes back from f of z to z, and none from z to mu and sigma.",
)
figure(
    computation_graph(
        {"μ, σ": (0, 0), "ε": (1.3, -1.3), "z": (2.6, 0), "f(z)": (5.2, 0)},
        [
            Arrow("μ, σ", "z", "z = μ + σ ε", "f'(z), f'(z) ε"),
            Arrow("ε", "z"),
            Arrow("z", "f(z)", "decoder", "f'(z)"),
        ],
    ),
    caption="`rsample`: all randomness is in eps, which has no parameters. The gradient passes "
    "through z to mu, and times eps to sigma.",
    alt="The same three boxes, and a fourth, epsilon, below, with a blue arrow to z. Dashed red "
    "arrows go back from f of z to z, and from z to mu and sigma.",
)

# %% [markdown]
# Two things have to be shown: that this z has the right distribution, and that we may differentiate through it.
#
# | | step | reason |
# |---|---|---|
# | (11) | $z = \mu + \sigma \varepsilon$ has the density $n\!\left(\frac{z - \mu}{\sigma}\right) \frac{1}{\sigma} = N(z;\, \mu, \sigma^2) = q(z)$ | change of variables, with n the density of N(0, 1) |
# | (12) | $\mathbb{E}_{q}[f(z)] = \mathbb{E}_{\varepsilon}[f(\mu + \sigma \varepsilon)]$ | (11); the expectation on the right is over a distribution without parameters |
# | (13) | $\frac{\partial}{\partial \lambda} \mathbb{E}_{\varepsilon}[f(\mu + \sigma \varepsilon)] = \mathbb{E}_{\varepsilon}\left[\frac{\partial}{\partial \lambda} f(\mu + \sigma \varepsilon)\right]$ | exchange of derivative and integral; f must be continuous, with a derivative everywhere but at kinks, and not grow too fast |
# | (14) | $= \mathbb{E}_{\varepsilon}\left[f'(z)\, \frac{\partial z}{\partial \lambda}\right]$ | chain rule |
# | (15) | $\frac{\partial z}{\partial \mu} = 1$, $\frac{\partial z}{\partial \log \sigma^2} = \frac{1}{2} \sigma \varepsilon$ | $\sigma = e^{\frac{1}{2} \log \sigma^2}$ |
#
# This is the *pathwise* estimator: it follows f along the path of each sample. It uses $f'$, which the score estimator
# does not know. In a VAE $f'$ is the backward pass of the decoder.
#
# How does the course compute (15)? A function of level 1 returns two things: its value, and a *pullback*. The pullback
# takes the gradient that arrives at the result (the red arrow into z), and returns the gradients for the arguments (the
# red arrow out of it). In the source below it is two lines: dmu = dz, and dlogvar = dz times (15). When
# several results are added up, a gradient of 1 arrives at each: that is what `np.ones_like` stands for below. Notebook 04
# is about nothing else.

# %%
from numpy_impl import distributions

source(distributions.reparameterize)
value, pullback = distributions.reparameterize(
    np.array([[MU]]), np.array([[2 * np.log(SIGMA)]]), np.array([[1.3]])
)
arriving = 2 * (value - A)  # f'(z): the red arrow into z
dmu, dlogvar = pullback(arriving)
print(f"z = {value.item():.2f}, f'(z) = {arriving.item():.2f}")
print(f"one sample of the gradient: dmu = {dmu.item():.2f}, dlogvar = {dlogvar.item():.4f}")
assert abs(dlogvar.item() - arriving.item() * 0.5 * SIGMA * 1.3) < EXACT  # (14), (15)

# %% tags=["hide-input"]
# Checks of (11) to (15).
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
# How do the two estimators fit together? Integrate by parts. If f grows more slowly than the Gaussian decays, the boundary
# terms vanish:
#
# | | step | reason |
# |---|---|---|
# | (16) | $\mathbb{E}_q[f'(z)] = \int q(z) f'(z)\, dz = -\int q'(z) f(z)\, dz$ | integration by parts |
# | (17) | $= \mathbb{E}_q\left[f(z)\, \frac{z - \mu}{\sigma^2}\right]$ | $q'(z) = -q(z)\, \frac{z - \mu}{\sigma^2}$ |
# | (18) | $\frac{\partial}{\partial \log \sigma^2} \mathbb{E}_q[f] = \frac{1}{2} \sigma \mathbb{E}_{\varepsilon}[f'(z)\, \varepsilon] = \frac{1}{2} \sigma^2\, \mathbb{E}_q[f''(z)]$ | (14), (15); then (17) with f' in place of f |
#
# The left side of (16) is the pathwise gradient for $\mu$, (17) is the score gradient. Their expectations are equal, for
# every f that is differentiable and does not grow too fast. Sample by sample they are very different. (16) and (17) are
# known as *Stein's lemma*. That the derivative for $\mu$ is $\mathbb{E}[f']$ is *Bonnet's theorem*, (18) is *Price's
# theorem*: a third estimator for $\log \sigma^2$, if one has second derivatives.

# %%
sigmoid = 1 / (1 + np.exp(-GRID))
for name, value, first, second in (
    ("(z - 3)^2", f(GRID), 2 * (GRID - A), np.full_like(GRID, 2.0)),
    ("sin z", np.sin(GRID), np.cos(GRID), -np.sin(GRID)),
    ("log(1 + e^z)", np.logaddexp(0, GRID), sigmoid, sigmoid * (1 - sigmoid)),
):
    pathwise_mean, score_mean = expectation(first), expectation(value * score_mu)
    print(f"{name:13s} for mu: pathwise {pathwise_mean:.6f}   score {score_mean:.6f}")
    assert abs(pathwise_mean - score_mean) < 1e-9  # (16), (17)
    by_score, by_price = expectation(value * score_logvar), 0.5 * SIGMA**2 * expectation(second)
    by_path = expectation(first * 0.5 * SIGMA * EPS)
    print(f"{'':13s} for log sigma^2: {by_path:.6f} {by_score:.6f}   Price {by_price:.6f}")
    assert abs(by_score - by_price) < 1e-9 and abs(by_path - by_price) < 1e-9  # (18)

# %% [markdown]
# ### Exercise 03: reparameterize
#
# $$
# z = \mu + \sigma\, \varepsilon, \qquad \sigma = e^{\frac{1}{2} \mathrm{logvar}}
# $$
#
# [The task](../exercises/03_reparameterize/README.md) adds a leading axis of samples. Do not generate noise
# yourself: the same eps must always give the same z.

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
# ## 4. Both are unbiased, one has far less variance
#
# For $f(z) = (z - a)^2$ the variances can be computed. Write $d = \mu - a$, so $z - a = d + \sigma \varepsilon$. The
# moments of N(0, 1) are $\mathbb{E}[\varepsilon^2] = 1$, $\mathbb{E}[\varepsilon^4] = 3$, $\mathbb{E}[\varepsilon^6] = 15$,
# and odd ones are 0. All for the derivative with respect to $\mu$:
#
# | | step | reason |
# |---|---|---|
# | (19) | pathwise: $g = 2(d + \sigma \varepsilon)$, so $\mathrm{Var}[g] = 4 \sigma^2$ | (14), (15); $f' = 2(z - a)$ |
# | (20) | score: $g = (d + \sigma\varepsilon)^2 \frac{\varepsilon}{\sigma} = \frac{1}{\sigma}\left(d^2 \varepsilon + 2 d \sigma \varepsilon^2 + \sigma^2 \varepsilon^3\right)$ | (5), (9), multiplied out |
# | (21) | $\mathbb{E}[g^2] = \frac{1}{\sigma^2}\left(d^4 + 12 d^2 \sigma^2 + 15 \sigma^4 + 6 d^2 \sigma^2\right)$ | squares of the three terms, and twice the product of the first and third; the other products are odd |
# | (22) | $\mathrm{Var}[g] = \frac{d^4}{\sigma^2} + 14 d^2 + 15 \sigma^2$ | (21) minus $\mathbb{E}[g]^2 = 4 d^2$ |
# | (23) | score with baseline $c = \mathbb{E}_q[f]$: $\mathrm{Var}[g] = 8 d^2 + 10 \sigma^2$ | $f - c = 2 d \sigma \varepsilon + \sigma^2 (\varepsilon^2 - 1)$, and the same steps |
#
# **Predict, then run.** Let q become very narrow, $\sigma \to 0$, far from a. What do the three variances do? Which
# estimators are still useful with a single sample?
#
# <details><summary>Answer</summary>
#
# The pathwise variance goes to 0: all samples see the same slope. The plain score variance goes to infinity like
# $d^4 / \sigma^2$: f is nearly the same for all samples, and a constant, times $\varepsilon / \sigma$ with a small $\sigma$, is
# pure noise. The baseline removes that constant. What remains is $8 d^2$, twice the square of the gradient itself. A trained
# encoder has small $\sigma$ for each latent that it uses. (A latent that it does not use has $\sigma = 1$.)
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
print(
    "                      mean   variance   derived   samples for the noise of one pathwise sample"
)
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
        left.set(yscale="log", xlabel="gradient for mu from one sample", ylabel="density")
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
        right.set(xscale="log", yscale="log", xlabel="sigma of q", ylabel="variance of one sample")
    return fig


figure(
    draw_gradients(),
    caption="Gradients of E[(z - 3)^2] with respect to mu. Left: their distribution over a "
    "million samples; the dashed line is the true gradient, -6. Right: the variance over sigma; "
    "lines are (19), (22) and (23), dots are measured.",
    alt="Left, three histograms around a dashed line at -6 on a logarithmic scale: a narrow blue "
    "peak, a wider red one with a long tail, and a very wide orange one. Right, three curves: "
    "orange falls steeply with sigma, red is flat, blue rises from far below.",
)

# %% [markdown]
# The pathwise gradient has a standard deviation of 1 around the true value, -6. The score gradient has 21.3. Its sign is
# that of the noise, because f is never negative: wrong half of the time. With a baseline the standard deviation is 8.6. To
# reach the noise of one pathwise sample, the score estimator needs 454 samples, and 74.5 with the baseline. In practice
# the score estimator is hardly ever used without a baseline.

# %%
assert abs(gradients["pathwise"].std() - 1.0) < 0.01  # a million samples: relative error 0.0007
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
# (13) needs a continuous f. Take a step: $f(z) = 1$ if z > 0, else 0. Its expectation is the probability that z > 0, which
# certainly depends on $\mu$. But its derivative is 0 wherever it exists.
#
# **Predict, then run.** What does each estimator give for the step function? And which has the lower variance for the
# rapidly oscillating $f(z) = \sin 20 z$, with $\sigma = 0.1$? Compare the sizes of f and of f' first.
#
# <details><summary>Answer</summary>
#
# For the step the pathwise estimator gives exactly 0, which is wrong, without any warning. The score estimator is right.
# For $\sin 20 z$ both are unbiased, and the score estimator has a quarter of the variance: f stays between -1 and 1, while
# f' swings between -20 and 20 within the width of q. The pathwise estimator has the lower variance where f is smooth over
# the width of q.
#
# </details>
#
# For $f = \sin kz$ everything can be computed, from $\mathbb{E}[e^{i t \varepsilon}] = e^{-t^2 / 2}$:
#
# | | step | reason |
# |---|---|---|
# | (24) | $\frac{\partial}{\partial \mu} \mathbb{E}_q[\sin kz] = k \cos(k\mu)\, e^{-k^2 \sigma^2 / 2}$ | $\mathbb{E}_q[\sin kz] = \sin(k\mu)\, e^{-k^2 \sigma^2 / 2}$ |
# | (25) | pathwise: $\mathbb{E}[g^2] = \frac{k^2}{2} \left(1 + \cos(2k\mu)\, e^{-2 k^2 \sigma^2}\right)$ | $\cos^2 = \frac{1}{2}(1 + \cos 2kz)$ |
# | (26) | score: $\mathbb{E}[g^2] = \frac{1}{2 \sigma^2} \left(1 - \cos(2k\mu) (1 - 4 k^2 \sigma^2)\, e^{-2 k^2 \sigma^2}\right)$ | $\mathbb{E}[\varepsilon^2 e^{i t \varepsilon}] = (1 - t^2)\, e^{-t^2 / 2}$ with $t = 2k\sigma$ |
#
# For large $k \sigma$ the ratio of the two variances is $k^2 \sigma^2$: what counts is how many waves of f fit into q.


# %%
def sine(k, mu, sigma):
    """(24) to (26): the true gradient, and the variances: pathwise, score."""
    truth = k * np.cos(k * mu) * np.exp(-0.5 * (k * sigma) ** 2)
    fading = np.cos(2 * k * mu) * np.exp(-2 * (k * sigma) ** 2)
    along = 0.5 * k**2 * (1 + fading)
    score = 0.5 / sigma**2 * (1 - fading * (1 - 4 * (k * sigma) ** 2))
    return truth, along - truth**2, score - truth**2


eps = normal(SEED, Stream.PICTURE, 11, (DRAWS,))
mu = 0.4
by_score = (mu + eps > 0) * eps  # the step, with sigma = 1
true_step = norm.pdf(mu)  # the derivative of P(z > 0) = Phi(mu)
print(f"step: true {true_step:.4f}, score {by_score.mean():.4f}, pathwise 0 for every sample")

sines = []
print("f = sin(kz)               true    pathwise mean, variance     score mean, variance")
for k, sigma in ((1, 1.0), (1, 0.1), (20, 0.1)):
    z = mu + sigma * eps
    along, score = k * np.cos(k * z), np.sin(k * z) * eps / sigma
    sines.append((sine(k, mu, sigma), along, score))
    print(
        f"k = {k:2d}, sigma = {sigma:.1f} {sines[-1][0][0]:12.4f} {along.mean():12.4f} "
        f"{along.var():12.4f} {score.mean():12.4f} {score.var():9.2f}"
    )

# %% tags=["hide-input"]
# Checks: means and variances within 5 standard errors; the true gradients are not 0.
assert abs(by_score.mean() - true_step) < 5 * by_score.std() / np.sqrt(DRAWS)
for (truth, *variances), *both in sines:
    for g, variance in zip(both, variances, strict=True):
        fourth = ((g - g.mean()) ** 4).mean()
        assert abs(g.mean() - truth) < 5 * g.std() / np.sqrt(DRAWS)
        assert abs(g.var() - variance) < 5 * np.sqrt((fourth - variance**2) / DRAWS)
        assert abs(truth) > 15 * g.std() / np.sqrt(DRAWS)  # neither 0 nor the wrong sign passes
smooth, narrow, wiggly = (one[0][1:] for one in sines)
assert smooth[0] < smooth[1] and narrow[0] < 0.01 * narrow[1]
assert abs(wiggly[0] / wiggly[1] - 4) < 0.2  # a quarter, in the answer

# %% [markdown]
# **Move the sliders.** At which $k \sigma$ do the two curves cross?


# %% tags=["hide-input"]
# The code of this picture and its slider.
def draw_sine(k, sigma):
    spots, widths = np.linspace(-2, 3, 1000), np.geomspace(0.02, 2, 200)
    with style():
        fig = blank(7.6, 3)
        left, right = fig.subplots(1, 2)
        left.plot(spots, np.sin(k * spots), color=INK, linewidth=1)
        bell = np.exp(-0.5 * ((spots - mu) / sigma) ** 2)
        left.fill_between(spots, bell, color=BLUE, alpha=0.35)
        left.set(xlabel="z", ylabel="sin kz, and q", ylim=(-1.2, 1.2))
        _, along, score = sine(k, mu, widths)
        right.plot(widths, along, color=BLUE, label="pathwise")
        right.plot(widths, score, color=ORANGE, label="score")
        for value, colour in zip(sine(k, mu, sigma)[1:], (BLUE, ORANGE), strict=True):
            right.plot(sigma, value, "o", color=colour)
        right.set(xscale="log", yscale="log", xlabel="sigma of q", ylabel="variance of one sample")
        right.set(ylim=(1e-4, 1e4))
        right.legend(fontsize=9)
    return fig


slider(
    draw_sine,
    caption="Left: sin kz, and the width of q (not to scale in height). Right: the variances (25) "
    "and (26), less the squared mean. The curves cross near k sigma = 1.",
    alt="Left, a sine wave and a blue bell. Right, two curves on logarithmic axes: the blue one "
    "rises with sigma and levels off, the orange one falls. Dots mark the chosen sigma.",
    static=((1, 0.3), (5, 0.3), (20, 0.1)),
    k=[1, 2, 5, 10, 20],
    sigma=[0.05, 0.1, 0.2, 0.3, 0.5, 1.0],
)

# %% tags=["hide-input"]
# Check of the caption: the variances cross between k sigma = 0.5 and 2, for every k of the slider.
for k in (1, 2, 5, 10, 20):
    assert sine(k, mu, 0.5 / k)[1] < sine(k, mu, 0.5 / k)[2]
    assert sine(k, mu, 2 / k)[1] > sine(k, mu, 2 / k)[2]

# %% [markdown]
# ### Discrete latents
#
# *Second reading.* If z has a handful of *states*, there is no path at all: z cannot move a little. Take the three shapes
# of notebook 01: the encoder gives three logits $\varphi$, and $q = \mathrm{softmax}(\varphi)$. There are three ways out.
#
# * **The exact sum**, if the states are few: with $f_k = \log p(x \mid z = k)$,
#
# $$
# \frac{\partial}{\partial \varphi_k} \sum_j q_j f_j = q_k \Big(f_k - \sum_j q_j f_j\Big) \qquad (27)
# $$
#
# * **The score estimator with a leave-one-out baseline**: take several samples, and subtract from each f the mean of the
#   *others*. They are independent of the sample, so (7) holds: unbiased.
# * **Gumbel-softmax** ([Jang, Gu & Poole 2017]; [Maddison, Mnih & Teh 2017]): replace the state by a smooth mixture of
#   states. Take independent noise $G_k = -\log(-\log u_k)$, with u uniform on (0, 1). The k with the largest
#   $\varphi_k + G_k$ is a sample from q. Replace "the largest" by a softmax, and there is a path:
#
# $$
# y = \mathrm{softmax}\big((\varphi + G) / \tau\big) \qquad (28)
# $$
#
# As the *temperature* $\tau$ goes to 0, y approaches one state, and the expectation of f(y) that of f(z). At any
# $\tau > 0$ the decoder sees mixtures that are no states, and the gradient is biased. *Straight-through* Gumbel-softmax
# ([Jang, Gu & Poole 2017], section 2.2) shows the decoder the state itself, and uses the derivative of (28) on the way back.
# That is biased as well: the two halves belong to different functions. The idea is older: the straight-through estimator of
# [Bengio, Léonard & Courville 2013] takes the derivative of the identity instead, and needs no $\tau$.
#
# **Predict, then run.** What do bias and variance do as $\tau \to 0$?
#
# <details><summary>Answer</summary>
#
# The variance grows without limit: y jumps from state to state, and the derivative of a jump is 0 nearly everywhere and
# very large elsewhere. In the limit it is the step function again. The bias of Gumbel-softmax goes to 0. That of
# straight-through goes to 0 as well, but only here: between two states a and b it becomes the error of a trapezoid rule,
# $\frac{1}{2}(f'(a) + f'(b))(b - a)$ in place of $f(b) - f(a)$. The two are equal for pixels of probability 0.8 and 0.2,
# whose logits are opposite; in general a bias remains. (At a small $\tau$ the printed bias is partly chance: see the
# column beside it.) In practice one starts with a large $\tau$ and lowers it, or accepts the bias.
#
# </details>
#
# [Jang, Gu & Poole 2017]: ../docs/bibliography.md#jang2017
# [Maddison, Mnih & Teh 2017]: ../docs/bibliography.md#maddison2017
# [Bengio, Léonard & Courville 2013]: ../docs/bibliography.md#bengio2013

# %%
from numpy_impl.distributions import bernoulli_log_likelihood

ON = np.array([[0.8, 0.2, 0.8, 0.2], [0.8, 0.8, 0.2, 0.2], [0.8, 0.2, 0.2, 0.8]])  # three shapes
STATE_LOGITS, SEEN = np.log(ON / (1 - ON)), np.array([1.0, 1.0, 1.0, 0.0])
PHI = np.log(np.array([0.2, 0.3, 0.5]))
SAMPLES = 200_000


def value_and_slope_of(mixture):
    """log p(x | mixture of states), and its derivative with respect to the mixture."""
    per_pixel, pullback = bernoulli_log_likelihood(SEEN, mixture @ STATE_LOGITS)
    return per_pixel.sum(axis=-1), pullback(np.ones_like(per_pixel)) @ STATE_LOGITS.T


q = np.exp(PHI)
of_states = value_and_slope_of(np.eye(3))[0]
exact = q * (of_states - q @ of_states)  # (27)
gumbel = generator(SEED, Stream.PICTURE, 60).gumbel(size=(SAMPLES, 2, 3))
states = np.eye(3)[(PHI + gumbel).argmax(axis=-1)]  # two samples for each gradient
values = value_and_slope_of(states)[0]
leave_one_out = ((values - values[:, ::-1])[..., None] * (states - q)).mean(axis=1)


def relaxed(temperature, straight_through=False):
    """Gradients of Gumbel-softmax, or straight-through; each from the same two samples."""
    raised = np.exp((PHI + gumbel - (PHI + gumbel).max(axis=-1, keepdims=True)) / temperature)
    y = raised / raised.sum(axis=-1, keepdims=True)
    slope = value_and_slope_of(states if straight_through else y)[1]
    return (y * (slope - (y * slope).sum(axis=-1, keepdims=True)) / temperature).mean(axis=1)


# %%
def bias_and_variance(g):
    return np.linalg.norm(g.mean(axis=0) - exact), g.var(axis=0).sum()


print("exact gradient", exact.round(3))
discrete = {"score, leave one out": bias_and_variance(leave_one_out)}
temperatures = (4.0, 2.0, 1.0, 0.5, 0.25, 0.1)
for temperature in temperatures:
    discrete["Gumbel-softmax", temperature] = bias_and_variance(relaxed(temperature))
    discrete["straight-through", temperature] = bias_and_variance(relaxed(temperature, True))
print("estimator                     bias  its error  variance")
for name, (bias, variance) in discrete.items():
    label = name if isinstance(name, str) else f"{name[0]}, {name[1]:g}"
    print(f"{label:26s} {bias:7.3f} {np.sqrt(variance / SAMPLES):10.3f} {variance:9.2f}")

# %% tags=["hide-input"]
# Checks of (27) and of the answer.
h = 1e-6
for k, moved in enumerate(np.eye(3) * h):
    up, down = (np.exp(PHI + sign * moved) for sign in (1, -1))
    slope_k = ((up / up.sum() - down / down.sum()) @ of_states) / (2 * h)
    assert abs(slope_k - exact[k]) < 1e-8  # (27)
assert np.abs(states.mean(axis=(0, 1)) - q).max() < 5 * 0.5 / np.sqrt(2 * SAMPLES)  # samples of q
error = np.sqrt(leave_one_out.var(axis=0).sum() / SAMPLES)
assert discrete["score, leave one out"][0] < 5 * error < 0.1 * np.linalg.norm(exact)
slopes_of_states = value_and_slope_of(np.eye(3))[1]
for a, b in ((0, 1), (0, 2), (1, 2)):  # the trapezoid rule is exact in this world
    trapezoid = 0.5 * (slopes_of_states[a] + slopes_of_states[b]) @ (np.eye(3)[b] - np.eye(3)[a])
    assert abs(trapezoid - (of_states[b] - of_states[a])) < EXACT
ends = np.log([0.95 / 0.05, 0.2 / 0.8])  # but not in one whose logits are not opposite
values_there, pull = bernoulli_log_likelihood(np.zeros(2), ends)
assert abs(pull(np.ones(2)).mean() * np.diff(ends)[0] - np.diff(values_there)[0]) > 0.2
for name in ("Gumbel-softmax", "straight-through"):
    biases, variances = np.array([discrete[name, temperature] for temperature in temperatures]).T
    assert (np.diff(biases[:4]) < 0).all() and (np.diff(variances) > 0).all()
    assert (
        biases[0] > 0.5 * np.linalg.norm(exact)
        and (biases[4:] < 0.05 * np.linalg.norm(exact)).all()
    )


# %% tags=["hide-input"]
# The code of this picture.
def draw_temperatures():
    with style():
        fig = blank(7.6, 3)
        left, right = fig.subplots(1, 2)
        for name, colour in (("Gumbel-softmax", BLUE), ("straight-through", RED)):
            rows = np.array([discrete[name, temperature] for temperature in temperatures])
            left.plot(temperatures, rows[:, 0], "o-", color=colour, label=name)
            right.plot(temperatures, rows[:, 1], "o-", color=colour, label=name)
        left.axhline(0, color=ORANGE, linestyle="--", label="score, leave one out")
        right.axhline(discrete["score, leave one out"][1], color=ORANGE, linestyle="--")
        left.set(xscale="log", xlabel="temperature", ylabel="bias")
        right.set(xscale="log", yscale="log", xlabel="temperature", ylabel="variance")
        left.legend(fontsize=8)
    return fig


figure(
    draw_temperatures(),
    caption="Three estimators of the gradient for the logits of three states, each from two "
    "samples. A low temperature has little bias and much variance, a high one the reverse.",
    alt="Left, the bias rises with the temperature for both relaxations; a dashed line for the "
    "score estimator lies at zero. Right, on logarithmic axes, their variance falls with the "
    "temperature and crosses the dashed line of the score estimator.",
)

# %% [markdown]
# ## 6. The two estimators in a real VAE
#
# Now $f(z) = \log p(x \mid z)$ with a decoder of 784 pixels, and z has ten latents. We take the VAE that comes with the
# course, trained at level 1, take one test image, and sample 4000 z from its q. For each sample we compute both gradients with
# respect to the ten means. $f'$ is the decoder's pullback: the backward pass that notebook 04 derives.

# %%
import numpy_impl as level
from common.data.binarization import dynamic_binarization
from numpy_impl import mlp

data, vae = load("digits"), shipped("digits")
binary = dynamic_binarization(data.test.images[:100], SEED, Stream.EVALUATION_BINARIZE, 0)
exact_params = {name: value.astype(np.float64) for name, value in vae.params.items()}


def value_and_slope(image, z):
    """log p(image given z) in nats, and its derivative with respect to z, for every z."""
    logits, decoder_pullback = mlp.decode(exact_params, z, vae.image_shape)
    per_pixel, pixel_pullback = distributions.bernoulli_log_likelihood(image, logits)
    return per_pixel.sum(axis=(1, 2, 3)), decoder_pullback(pixel_pullback(np.ones_like(logits)))[0]


def gradients_for(image, samples, noise):
    """Gradients for mu from single samples, by each estimator, and the noise."""
    mu, logvar = level.encode(exact_params, image.astype(np.float64))
    sd = np.exp(0.5 * logvar)
    eps, others = (normal(SEED, Stream.PICTURE, noise + k, (samples, vae.latents)) for k in (0, 1))
    values, slopes = value_and_slope(image, mu + sd * eps)
    baseline = value_and_slope(image, mu + sd * others)[0].mean()
    return {
        "pathwise": slopes,
        "score": values[:, None] * eps / sd,
        "score with baseline": (values - baseline)[:, None] * eps / sd,
    }


one_image = gradients_for(binary[:1], 4000, 20)
slopes = one_image["pathwise"]
print("median over the ten latents of the variance of one sample:")
for name, g in one_image.items():
    print(f"  {name:20s} {np.median(g.var(axis=0)):12.1f}")

# %% [markdown]
# A sample of the baseline must not be the one from which it is subtracted, or (7) no longer holds: c would depend on z. That
# is why `baseline` comes from other samples. One image proves little, so we repeat it for twenty.

# %%
ratios = {"score": [], "score with baseline": []}
for number in progress(range(20)):
    found = gradients_for(binary[number : number + 1], 1000, 200 + 2 * number)
    for name, some in ratios.items():
        some.append(found[name].var(axis=0) / found["pathwise"].var(axis=0))
for name, some in ratios.items():
    by_image = np.median(some, axis=1)
    print(
        f"{name:20s} times the pathwise variance: median {np.median(by_image):8.1f}, "
        f"from {by_image.min():.1f} to {by_image.max():.1f}; lowest of 200: {np.min(some):.1f}"
    )

# %% tags=["hide-input"]
# All three estimate the same gradient: 5 standard errors of the difference, for ten latents.
for name in ("score", "score with baseline"):
    difference = one_image[name] - slopes
    limit = 5 * difference.std(axis=0) / np.sqrt(len(slopes))
    assert (np.abs(difference.mean(axis=0)) < limit).all()
assert np.abs(slopes.mean(axis=0)).max() > 5 * slopes.std(axis=0).max() / np.sqrt(len(slopes))
# orders of magnitude, not digits
assert np.median(ratios["score"], axis=1).min() > 1000
assert np.min(ratios["score with baseline"]) > 2
assert 5 < np.median(ratios["score with baseline"]) < 30

# %% [markdown]
# For each of the 20 images and each of the ten latents the pathwise gradient has the lower variance: over the width of its q
# the decoder is smooth enough.


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
        fig.axes[0].set_ylabel("4000 samples")
    return fig


figure(
    draw_real_gradients(),
    caption="One latent of one test image in a trained VAE: gradients from one sample each. "
    "The panels have different scales. The dashed line is the mean of the pathwise gradients.",
    alt="Three bell-shaped histograms in panels of their own. The first spans more than a "
    "thousand units, the second some tens, the third about ten; a dashed vertical line marks the "
    "mean of the third.",
)

# %% [markdown]
# Variance has a price: with the same step size a noisier gradient stays further from the top, and a smaller step takes
# longer to get there. Let the estimators climb the same hill: the linear-Gaussian ELBO of notebook 01, section 5,
# where we know the top. Each step uses *one* sample for the gradient of $\mathbb{E}_q[\log p(x \mid z)]$, and the
# exact gradient of the KL. All use the same noise and the same step size.

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
            average = bound + kl  # ELBO + KL is E_q[log p(x | z)], the c of (23)
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
    caption="Four climbs of the same hill with each estimator, 300 steps with one sample each. The "
    "star is the top. In expectation all three go uphill.",
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
# A wrong reparameterisation raises no error, and the loss still falls. Each of these mistakes is one word in the code. Each
# has a symptom that can be measured.
#
# | mistake | symptom | a test that notices |
# |---|---|---|
# | `sigma = exp(logvar)` | the standard deviation of z is $\sigma^2$ instead of $\sigma$ | variance of many samples against `exp(logvar)`, at a logvar that is not 0 |
# | one `eps` for all latents | latents of one image move together | correlation between latents over many samples |
# | z cut off from the graph (`detach`, a copy) | only the KL trains the encoder, and it gives every image the prior | the gradient of the reconstruction with respect to mu must not be 0 |

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
# A fourth mistake belongs here. In evaluation it is tempting to skip the noise and use z = mu. The result is not the ELBO,
# and it looks better: the ELBO is an expectation over q, and mu is the centre of q, where the decoder usually explains the
# image best.

# %%
noise = normal(SEED, Stream.EVALUATION_NOISE, 0, (len(binary), vae.latents))
sampled, at_mu = vae.elbo(binary, noise), vae.elbo(binary, np.zeros_like(noise))
print(f"ELBO with sampled z: {sampled.elbo:.1f} nats per image; with z = mu: {at_mu.elbo:.1f}")
print(
    f"the second looks better by {at_mu.elbo - sampled.elbo:.1f} nats; the KL is the same: "
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
# | (29) | $z \sim N(0, I)$ | the prior, not q: there is no x to condition on |
# | (30) | $x_i \sim \mathrm{Bernoulli}(\mathrm{sigmoid}(\mathrm{logits}_i(z)))$ for every pixel | that is $p(x \mid z)$ |
# | (31) | then $x \sim p(x)$ | a pair (z, x) with density $p(z)\, p(x \mid z)$, of which z is dropped: the integral over z |
#
# No gradient is needed here, so nothing has to be reparameterised. `common.sampling.generate` does just this.
#
# Papers usually print the means $\mathbb{E}[x \mid z]$ instead of (30). They look smooth and grey, but they are not
# samples from the model.

# %%
from common.sampling import generate

images = generate(vae, 4000, generator(SEED, Stream.PICTURE, 40))
means = vae.sample(normal(SEED, Stream.PICTURE, 41, (4000, vae.latents)))
test = dynamic_binarization(data.test.images, SEED, Stream.EVALUATION_BINARIZE, 0)
rows = np.concatenate([test[:12], means[:12].astype(np.float64), images[:12]])

# %% tags=["hide-input"]
# The code of this picture.
figure(
    image_grid(rows.astype(np.float64), columns=12),
    caption="Top: test images, binarised. Middle: mean images of z from the prior. Bottom: samples "
    "from the model, with other z.",
    alt="Three rows of twelve small images. Top, digits in black and white with ragged edges. "
    "Middle, soft grey shapes like digits. Bottom, black and white shapes like digits with "
    "ragged edges.",
)

# %% [markdown]
# Two numbers describe a set of binary images: the share of white pixels, and how often two different images agree in a
# pixel. Thresholding the means at 1/2 is a common substitute for (30).
#
# **Predict, then run.** How do thresholded means compare with samples in these two numbers? Think of a pixel that is white
# with probability 0.3 whatever z is.
#
# <details><summary>Answer</summary>
#
# The threshold makes that pixel black in every image, (30) makes it white in three of ten. So thresholded images agree
# with each other more often, and have fewer white pixels where most probabilities are below 1/2.
#
# </details>


# %%
def white_and_agreement(images):
    """The share of white pixels, and of pixels in which two different images agree."""
    half = len(images) // 2
    return np.array([images.mean(), (images[:half] == images[half : 2 * half]).mean()])


wanted = white_and_agreement(test)
measured = {
    "test images": wanted,
    "samples": white_and_agreement(images),
    "thresholded means": white_and_agreement(means > 0.5),
}
for name, (white, agreement) in measured.items():
    print(f"{name:18s} white {white:.3f}   agreement {agreement:.3f}")

# %% [markdown]
# In both numbers the samples are nearer to the test images. The threshold makes images that are too much alike.
#
# Is that always so? It holds for a model that is trained to the end. We train the same network three times anew, with other
# seeds, stop early, and measure as we go.

# %%
from dataclasses import replace

from common.model import bind
from common.state import initial_state
from common.training.loop import batches, train
from course.lesson.models import recipe

STOPS, SEEDS = (450, 1200), (1, 2, 3)
never = (data.train.images == 0).all(axis=0)  # pixels that are black in every training image


def stopped(seed):
    """The model after each of STOPS steps of a new training, which goes on in place."""
    plan = replace(recipe("digits").plan, seed=seed, epochs=40)
    state = initial_state(plan.architecture, plan.seed, plan.dtype)
    learner = level.start(plan.architecture, state, plan.adam)
    steps = train(learner, batches(data.train, plan), plan.objective.at)
    for step, _ in enumerate(progress(steps, STOPS[-1]), start=1):
        if step in STOPS:
            yield bind(level, learner.state().parameters, vae.image_shape)


def numbers(model):
    """White and agreement of samples and of thresholded means, and the haze on black pixels."""
    samples = generate(model, 4000, generator(SEED, Stream.PICTURE, 40))
    means = model.sample(normal(SEED, Stream.PICTURE, 41, (4000, model.latents)))
    both = white_and_agreement(samples), white_and_agreement(means > 0.5)
    return *both, np.full(2, means[:, never].mean())


found = np.array([[numbers(model) for model in stopped(seed)] for seed in SEEDS])
early, haze = found[:, :, :2], found[:, :, 2, 0]  # seed, stop, samples or thresholded, number
print("               samples              thresholded means")
print("steps  seed    white  agreement    white  agreement    white where all images are black")
for place, steps in enumerate(STOPS):
    for seed, (honest, cut), mist in zip(SEEDS, early[:, place], haze[:, place], strict=True):
        print(f"{steps:5d} {seed:5d}  {honest[0]:7.3f} {honest[1]:10.3f}", end="")
        print(f"  {cut[0]:7.3f} {cut[1]:10.3f} {mist:12.4f}")

# %% tags=["hide-input"]
# Checks of the text above and below: distances from the test images.
apart = np.abs(early - wanted)
assert (apart[:, 1, 0] < apart[:, 1, 1]).all()  # after 1200 steps samples are nearer, in both
assert (apart[:, 0, 0] > apart[:, 0, 1]).all()  # after 450 steps they are further away, in both
honest, thresholded = (np.abs(measured[one] - wanted) for one in ("samples", "thresholded means"))
assert (honest < thresholded).all() and honest[1] < 0.5 * thresholded[1]
assert measured["thresholded means"][1] > wanted[1] + 0.01  # too much alike
assert (early[:, :, 1, 1] > wanted[1]).all()  # at every stop, too
assert (haze[:, 0] > 0.02).all() and (haze[:, 1] < 0.003).all()
assert (early[:, 0, 0, 0] > wanted[0]).all() and (early[:, 0, 0, 1] < wanted[1]).all()


# %% tags=["hide-input"]
# The code of this picture.
def draw_numbers():
    with style():
        fig = blank(6, 3.6)
        axes = fig.subplots()
        for kind, name, colour in ((0, "samples", BLUE), (1, "thresholded means", ORANGE)):
            for runs in early[:, :, kind]:
                path = np.vstack([runs, measured[name]])
                axes.plot(*path.T, "-", color=colour, linewidth=0.8)
            for place, mark, when in ((0, "v", "450 steps"), (1, "s", "1200 steps")):
                axes.plot(*early[:, place, kind].T, mark, color=colour, label=f"{name}, {when}")
            axes.plot(*measured[name], "o", color=colour, label=f"{name}, shipped model")
        axes.plot(*wanted, "*", color=INK, markersize=14, label="test images")
        axes.set(xlabel="share of white pixels", ylabel="agreement of two images")
        axes.legend(fontsize=8)
    return fig


figure(
    draw_numbers(),
    caption="Training moves the samples (blue) towards the test images (star), in both numbers. "
    "The thresholded means (orange) agree with each other too much at every stage.",
    alt="A plane with the share of white pixels across and the agreement upwards. Three blue "
    "triangles lie far to the lower right of a star; blue squares and a circle lie close to it. "
    "All orange marks lie close together above and to the left of it.",
)

# %% [markdown]
# After 450 steps the order is *reversed*: the samples are too bright and too varied, and the threshold looks better in both
# numbers. The last column shows most of the reason. For z from the prior the young decoder gives a few per cent of white
# to pixels that are black in every training image. The samples show this haze, and the threshold hides it. So judge a model by honest
# samples: they improve as the model does. What thresholded images show is partly the threshold.

# %% [markdown]
# ### Exercise 28: a bug hunt
#
# [A function that samples images](../exercises/28_bug_hunt_sampling/README.md) runs without an error, and its images look
# sharp. They are not samples from the model. The task shows these two numbers for them. Type `vae start 28` in a
# terminal, find what is wrong in `my_solutions/28_bug_hunt_sampling.py`, repair it, and run the check.

# %%
check("28")

# %% [markdown]
# ## Summary
#
# 1. We need the gradient of an expectation over q. A sample from q has none: the parameters decide where it falls.
# 2. Score function: the expectation of f(z) times the score. Needs f only as a number; high variance, less with a baseline.
# 3. Pathwise: z = mu + sigma eps, then differentiate through z. Needs f'; low variance where f is smooth over q.
# 4. Discrete states have no path: add up, use the score with a baseline, or Gumbel-softmax and its bias.
# 5. To generate: z from the prior, then every pixel from its Bernoulli. The ELBO always uses sampled z.
#
# ## Checklist
#
# - [ ] I can derive (3) to (5) and (11) to (15), and say what each needs of f.
# - [ ] I can show that a baseline changes the variance and not the expectation.
# - [ ] I can name an f for which the pathwise estimator is wrong, and one for which it is worse.
# - [ ] I know a test for each of the silent mistakes of section 7.
# - [ ] I can sample an image from a VAE, and say why a mean image is not a sample.
#
# ## Exercises
#
# * [03 The reparameterisation](../exercises/03_reparameterize/README.md), in section 3
# * [28 Bug hunt: samples that are not from the model](../exercises/28_bug_hunt_sampling/README.md), in section 8
# * On paper: derive (23), and (18) from (10) by integrating by parts twice. Then find the constant c that makes the score variance smallest for this f.
#
# ## Further reading
#
# * [Kingma & Welling 2013], *Auto-Encoding Variational Bayes*, section 2.4: the trick, and which distributions allow it.
# * [Rezende, Mohamed & Wierstra 2014], *Stochastic Backpropagation and Approximate Inference in Deep Generative Models*:
#   the same idea, found at the same time, by way of (16) and (18).
# * [Williams 1992], *Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning*: the score
#   estimator and baselines.
# * [Mohamed, Rosca, Figurnov & Mnih 2020], *Monte Carlo Gradient Estimation in Machine Learning*: a survey of all of these,
#   with variances compared, and of their history in simulation.
# * [Jang, Gu & Poole 2017] and [Maddison, Mnih & Teh 2017]: Gumbel-softmax, found twice at the same time.
# * [Bengio, Léonard & Courville 2013], *Estimating or Propagating Gradients Through Stochastic Neurons*: straight-through.
#
# [Kingma & Welling 2013]: ../docs/bibliography.md#kingma2013
# [Rezende, Mohamed & Wierstra 2014]: ../docs/bibliography.md#rezende2014
# [Williams 1992]: ../docs/bibliography.md#williams1992
# [Mohamed, Rosca, Figurnov & Mnih 2020]: ../docs/bibliography.md#mohamed2020
# [Jang, Gu & Poole 2017]: ../docs/bibliography.md#jang2017
# [Bengio, Léonard & Courville 2013]: ../docs/bibliography.md#bengio2013
