# ---
# jupyter:
#   course:
#     week: 7 Latents in layers
#     part: variants
#     gives: several levels of latents that all carry something
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
# # 17 Latents in layers
#
# > **What you will be able to do**
# >
# > * write the bound of a VAE with several levels of latents, and the KL of each level against the right prior;
# > * say why the upper levels of a hierarchy die, and what keeps them alive;
# > * merge two Gaussians by their precisions, and use the merge on the way down;
# > * write the residual posterior of an NVAE and its KL, and find the largest singular value of a layer;
# > * sample at a lower temperature, and measure what it costs.
# >
# > **Time:** 70 minutes to read, {running} to run, 130 more for the four exercises.
# > **Prerequisites:** notebooks 01 to 06; notebook 08 for warm-up, notebook 09 for mutual information.
# >
# > **Serves the checklist items:** understand the ELBO derivation; compute the KL.

# %%
import numpy as np
import torch

from course.lesson import Stream, check, figure, load, normal, slider, source

SEED = 0

# %% [markdown]
# ## 1. One bound for all levels
#
# So far one Gaussian $N(0, I)$ was the prior of all latents. A *hierarchy* lets latents have latents: $z_2$ decides which prior
# $z_1$ has. With L levels, counted from the data upwards,
#
# $$
# p(x, z) = p(x \mid z_1) \prod_{i=1}^{L-1} p(z_i \mid z_{i+1}) \cdot p(z_L), \qquad
# p(z_i \mid z_{i+1}) = N\bigl(\mu_{p,i}(z_{i+1}), \operatorname{diag} \sigma_{p,i}^2(z_{i+1})\bigr), \quad p(z_L) = N(0, I)
# \qquad \text{Sønderby et al. 2016} \quad (1)
# $$
#
# Each $\mu_{p,i}$ and $\sigma_{p,i}$ is a network. Given $z_2$, the numbers of $z_1$ are independent. Without $z_2$ they are
# not: $p(z_1)$ is a mixture of as many Gaussians as $z_2$ has values.
#
# The bound of notebook 01 holds for any q over all latents together. Two ways to order q suggest themselves, each a product of
# Gaussians again:
#
# $$
# \begin{aligned}
# \log p(x) &\ge \mathbb{E}_{q(z \mid x)}[\log p(x, z) - \log q(z \mid x)] && \text{notebook 01, with } z = (z_1, \ldots, z_L) && (2) \\
# \text{bottom-up:} \quad q(z \mid x) &= q(z_1 \mid x)\, q(z_2 \mid z_1) \cdots q(z_L \mid z_{L-1}) && \text{the plain hierarchy} && (3) \\
# \text{top-down:} \quad q(z \mid x) &= q(z_L \mid x)\, q(z_{L-1} \mid z_L, x) \cdots q(z_1 \mid z_2, x) && \text{Sønderby et al. 2016} && (4)
# \end{aligned}
# $$
#
# Top-down, every level has a KL by the formula:
#
# | | step | reason |
# |---|---|---|
# | (5) | $\log p(x, z) - \log q(z \mid x) = \log p(x \mid z_1) - \sum_i \log \frac{q(z_i \mid z_{i+1}, x)}{p(z_i \mid z_{i+1})}$ | (1) and (4), paired level by level; nothing stands above $z_L$ |
# | (6) | $L(x) = \mathbb{E}_q[\log p(x \mid z_1)] - \sum_i \mathbb{E}_{q(z_{i+1} \mid x)} \mathrm{KL}\bigl(q(z_i \mid z_{i+1}, x) \,\Vert\, p(z_i \mid z_{i+1})\bigr)$ | the expectation over $z_i$ first, for a given $z_{i+1}$: it is a KL; [Vahdat & Kautz 2020] |
# | (7) | $\mathrm{KL}\bigl(N(\mu_q, \sigma_q^2) \Vert N(\mu_p, \sigma_p^2)\bigr) = \frac12 \Bigl[ \frac{\sigma_q^2}{\sigma_p^2} - 1 - \log \frac{\sigma_q^2}{\sigma_p^2} + \frac{(\mu_q - \mu_p)^2}{\sigma_p^2} \Bigr]$ | the KL of notebook 03, in units of $\sigma_p$ |
#
# Both arguments of (7) are learnt. *The prior of a level is the one that the level above gives, not $N(0, I)$.*
#
# Do it once by hand. Every level is one number: $z_2 \sim N(0, 1)$, $z_1 \sim N(z_2, 1)$, $x \sim N(z_1, 1)$, and we see
# $x = 2$. So $p(x) = N(0, 3)$, and the true posterior is Gaussian:
#
# | factor | mean | variance | its part of (6), in nats |
# |---|---|---|--:|
# | $q(z_2 \mid x)$ | 2/3 | 2/3 | $\mathrm{KL}_2 = \frac12 (\frac23 - 1 - \log \frac23 + \frac49) = 0.2583$ |
# | $q(z_1 \mid z_2, x)$ | $(z_2 + 2)/2$ | 1/2 | $\mathrm{KL}_1 = \frac12 (\frac12 - 1 - \log \frac12 + \frac14 \mathbb{E}(2 - z_2)^2) = 0.4021$, with $\mathbb{E}(2 - z_2)^2 = \frac{22}{9}$ |
# | $\log p(x \mid z_1)$ | | | $-\frac12 (\log 2\pi + \frac{10}{9}) = -1.4745$, as $x - z_1$ has mean 2/3 and variance 2/3 |
#
# **Predict, then run.** How far is $L = -1.4745 - 0.2583 - 0.4021$ below $\log p(2)$? And what comes out if a program takes the
# KL of $z_1$ against $N(0, 1)$, by the formula of the one-level VAE?
#
# <details><summary>Answer</summary>
#
# L is $\log p(2) = -2.1349$ exactly, because q is the true posterior. Against $N(0, 1)$ the KL of level 1 becomes 1.0688, and
# the sum -2.8016. That is a bound, but of another model: one in which $z_1 \sim N(0, 1)$ whatever $z_2$ is. There $z_2$ costs
# 0.2583 nats and buys nothing.
#
# </details>
#
# [Vahdat & Kautz 2020]: ../docs/bibliography.md#vahdat2020

# %%
from numpy_impl.ladder import kl_between_gaussians

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(
    20
)  # exact expectations of polynomials of N(0, 1)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
X = 2.0
z_2 = 2 / 3 + np.sqrt(2 / 3) * NODES
half = np.full_like(z_2, np.log(1 / 2))  # the log variance of q(z_1 | z_2, x)

kl_2 = kl_between_gaussians(np.float64(2 / 3), np.log(2 / 3), np.float64(0), np.float64(0))[0]
kl_1 = WEIGHTS @ kl_between_gaussians((z_2 + X) / 2, half, z_2, np.zeros_like(z_2))[0]
trap = WEIGHTS @ kl_between_gaussians((z_2 + X) / 2, half, 0 * z_2, np.zeros_like(z_2))[0]
reconstruction = -0.5 * (np.log(2 * np.pi) + 10 / 9)
log_p = -0.5 * (np.log(2 * np.pi * 3) + X**2 / 3)

print(f"KL of level 2 {kl_2:.4f}, of level 1 {kl_1:.4f}, against N(0, 1) {trap:.4f}")
print(f"bound {reconstruction - kl_2 - kl_1:.4f}, log p(2) {log_p:.4f}", end="; ")
print(f"with the wrong prior {reconstruction - kl_2 - trap:.4f}")

# %% tags=["hide-input"]
# the numbers of the table and of the answer
assert [round(float(one), 4) for one in (kl_2, kl_1, trap)] == [0.2583, 0.4021, 1.0688]
assert round(reconstruction, 4) == -1.4745
assert abs(reconstruction - kl_2 - kl_1 - log_p) < 1e-12
assert round(reconstruction - kl_2 - trap, 4) == -2.8016

# %% [markdown]
# The wrong prior raises no error. What does it do to a network? In a plain hierarchy $p(z_1 \mid z_2)$ occurs in the KL of
# level 1 and nowhere else in the bound.
#
# **Predict, then run.** With all levels against $N(0, I)$, which gradient do the weights of $p(z_1 \mid z_2)$ get? And what do
# samples from the model look like after training?
#
# <details><summary>Answer</summary>
#
# None: they do not occur in the loss. They keep their initial values, so that a sample of $z_2$ gives a $z_1$ that has to do
# with nothing. Reconstructions look fine, for they do not need $p(z_1 \mid z_2)$.
#
# </details>

# %%
from paper.ladder_vae.model import Plain, kl, standard

digits = load("digits").train.images
model = Plain((4, 2), (16, 8), digits[:], SEED)
x = torch.from_numpy(digits[:50].reshape(50, -1) > 127).float()
levels = model.infer(x, torch.from_numpy(normal(SEED, Stream.NOISE, 0, (50, 1, 6))).float())
sums = {
    "right": model.kl_of_levels(levels).sum(),
    "wrong": sum(kl(level.q, standard(x)).sum() for level in levels),
}
reached = {}
for name, loss in sums.items():
    gradients = torch.autograd.grad(
        loss, [*model.p.parameters()], retain_graph=True, allow_unused=True
    )
    reached[name] = sum(one is not None and bool(one.any()) for one in gradients)
    print(
        f"{name} KL: a gradient reaches {reached[name]} of {len(gradients)} tensors of p(z_1 | z_2)"
    )

# %% tags=["hide-input"]
# nothing reaches the prior's network with the wrong KL, and with the right one all of it is reached
assert reached == {"wrong": 0, "right": len([*model.p.parameters()])}

# %% [markdown]
# Bottom-up there is a second trap. In (3) $z_2$ is sampled *from* $z_1$, so the two depend on each other, and the term of level
# 1 is no KL for a given $z_2$:
#
# $$
# \mathbb{E}_{q(z_1 \mid x)\, q(z_2 \mid z_1)}\bigl[\log q(z_1 \mid x) - \log p(z_1 \mid z_2)\bigr]
# \qquad \text{estimated by its samples} \quad (8)
# $$
#
# In our example $q(z_1 \mid x) = N(\frac43, \frac23)$ and $q(z_2 \mid z_1) = N(\frac{z_1}{2}, \frac12)$ are the true posterior
# too. The next cell compares (8) with formula (7), applied to the sampled $z_2$ as if it had come from somewhere else.

# %%
samples = 200_000
eps_1, eps_2 = normal(SEED, Stream.PICTURE, 0, (2, samples))
z_1 = 4 / 3 + np.sqrt(2 / 3) * eps_1
z_2 = z_1 / 2 + np.sqrt(1 / 2) * eps_2
log_q = -0.5 * (np.log(2 * np.pi * 2 / 3) + eps_1**2)
by_samples = log_q + 0.5 * (np.log(2 * np.pi) + (z_1 - z_2) ** 2)
by_formula = kl_between_gaussians(
    np.full(samples, 4 / 3), np.full(samples, np.log(2 / 3)), z_2, np.zeros(samples)
)[0]
print(f"level 1 by (8): {by_samples.mean():.3f}; by (7): {by_formula.mean():.3f}", end="; ")
print(f"(8) must be 0.6604 - 0.4021 = {kl_2 + kl_1 - 0.4021:.3f}")

# %% tags=["hide-input"]
# (8) and the KL of the top add up to the same 0.6604; (7) is too large by a third of a nat
error = by_samples.std() / np.sqrt(samples)
assert abs(by_samples.mean() - (kl_2 + kl_1 - 0.4021)) < 5 * error < 0.02
assert abs(by_formula.mean() - by_samples.mean() - 1 / 3) < 0.02

# %% [markdown]
# The level above now costs $\mathbb{E}_{q(z_1 \mid x)} \mathrm{KL}(q(z_2 \mid z_1) \Vert N(0, 1)) = 0.4021$, and the two parts
# are the same 0.6604 in another order. The formula gives a bound that is too low by a third of a nat. It charges for $z_1$ and
# $z_2$ as if one did not help to guess the other.
#
# **Now you.** Exercise 39: the KL (7) of a level, and its pullback to all four arguments.

# %%
check("39")

# %% [markdown]
# ## 2. Why upper levels die
#
# What does a second level buy? The decoder sees $z_1$ alone, so $z_2$ cannot improve a reconstruction. It can make $z_1$
# cheaper:
#
# | | step | reason |
# |---|---|---|
# | (9) | $\mathrm{KL}(q(z_1, z_2 \mid x) \Vert p(z_1, z_2)) \ge \mathrm{KL}(q(z_1 \mid x) \Vert p(z_1))$ | chain rule of the KL; what is left out is $\mathbb{E}\, \mathrm{KL}(q(z_2 \mid z_1, x) \Vert p(z_2 \mid z_1)) \ge 0$ |
# | (10) | $\mathbb{E}_x\, \mathrm{KL}(q(z_1 \mid x) \Vert p(z_1)) = I(x; z_1) + \mathrm{KL}(q(z_1) \Vert p(z_1))$ | [Hoffman & Johnson 2016], as in notebook 09; $q(z_1) = \mathbb{E}_x\, q(z_1 \mid x)$ |
# | (11) | gain of all upper levels together, for a given $q(z_1 \mid x)$, $\le \mathrm{KL}(q(z_1) \Vert N^*)$ | without them $p(z_1)$ is one Gaussian, at best the one nearest to $q(z_1)$, $N^*$; with them the second term of (10) is 0 at best |
#
# So upper levels are a *learnt prior* of $z_1$, and what they can earn is the misfit of the aggregate posterior and a single
# Gaussian. Two clusters at $\pm m$, with standard deviation 0.5, make it concrete. Let $z_2$ say which cluster it is. It costs
# $\log 2 = 0.69$ nats, and then $p(z_1 \mid z_2)$ fits.
#
# **Predict, then run.** What does $z_2$ save on level 1, with m = 2? And with m = 0.3?
#
# <details><summary>Answer</summary>
#
# With m = 2 the best single Gaussian has variance $4 + \frac14$, and level 1 costs $\frac12 \log 17 = 1.42$ nats. With $z_2$ it
# costs nothing: 0.72 nats are gained. With m = 0.3 level 1 costs 0.15 nats *in all*. To say the cluster for 0.69 nats would be
# a bad bargain, and the most that any $z_2$ could gain is less than 0.001.
#
# </details>
#
# [Hoffman & Johnson 2016]: ../docs/bibliography.md#hoffman2016

# %%
WIDTH = 0.5
AXIS = np.linspace(-6, 6, 4001)


def density(at, mean, variance):
    return np.exp(-((at - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)


def two_clusters(m):
    """q(z_1) on the axis, the single Gaussian nearest to it, and what level 1 costs with that."""
    aggregate = (density(AXIS, m, WIDTH**2) + density(AXIS, -m, WIDTH**2)) / 2
    single = density(AXIS, 0, m**2 + WIDTH**2)
    return aggregate, single, 0.5 * np.log(1 + m**2 / WIDTH**2)


most = {}
for m in (0.3, 0.6, 1.0, 1.5, 2.0):
    aggregate, single, cost = two_clusters(m)
    most[m] = np.trapezoid(aggregate * np.log(aggregate / single), AXIS)
    print(f"m = {m}: level 1 costs {cost:.2f} nats; the most that z_2 can gain is {most[m]:.4f}")

# %% tags=["hide-input"]
# (11) is below the cost of level 1, and the numbers of the answer
assert all(0 < gain < two_clusters(m)[2] for m, gain in most.items())
assert round(two_clusters(2.0)[2], 2) == 1.42 and abs(most[2.0] - (1.4166 - np.log(2))) < 2e-3
assert round(two_clusters(0.3)[2], 2) == 0.15 and most[0.3] < 1e-3


# %% tags=["hide-input"]
# the picture and its slider
from common.plots.style import BLUE, INK, ORANGE, PALETTE, RED, blank, style


def draw_clusters(m):
    aggregate, single, _ = two_clusters(m)
    with style():
        fig = blank(4.2, 2.7)
        axes = fig.subplots()
        axes.fill_between(AXIS, aggregate, color=BLUE, alpha=0.4, label="q(z_1)")
        axes.plot(AXIS, single, color=RED, label="nearest Gaussian")
        axes.set(xlim=(-5, 5), ylim=(0, 0.75), xlabel="z_1", ylabel="density")
        axes.set_title(f"m = {m:g}: z_2 can gain {most[m]:.3f} nats", fontsize=10)
        axes.legend(fontsize=8, loc="upper right")
    return fig


slider(
    draw_clusters,
    caption="Codes in two clusters. A level above pays where they do not look like one Gaussian.",
    alt="A blue area, one hump where m is small and two humps where it is large, and the red bell "
    "of the nearest Gaussian, which fits the one hump and not the two.",
    static=(0.3, 1.0, 2.0),
    m=[0.3, 0.6, 1.0, 1.5, 2.0],
)

# %% [markdown]
# At the beginning of a training $z_1$ says nothing yet, and $q(z_1)$ is one hump. An upper level costs nats at once, and by
# (11) it can earn none. So gradient descent silences it: $q(z_2 \mid z_1)$ goes to the prior, and $p(z_1 \mid z_2)$ to a
# Gaussian that does not look at $z_2$. When $z_1$ has learnt to speak, it has done so with one Gaussian for a prior, and
# $q(z_1)$ has been fitted to that Gaussian. And where $q(z_2 \mid z_1)$ does not look at $z_1$, nor $p(z_1 \mid z_2)$ at $z_2$,
# neither of the two networks has a gradient without the other. Such a point is stationary: at best a saddle, which training
# leaves slowly.
#
# That is an argument. [Sønderby et al. 2016] observed the same, and gave two remedies. *Warm-up*: the weight of all KLs rises
# from 0 to 1, so that nothing costs at the beginning. *Batch norm* in all hidden layers. Do they help, and is one enough? The
# course has trained three levels of 16, 8 and 4 latents on MNIST with small MLPs: 1000 steps, with neither, one, and both of
# the remedies, three seeds each. All else is the same ([the code](../course/lesson/studies/layers/training.py)). The step size
# falls from 0.002 to 0.0001, so that the last numbers do not jump. With less than two passes through the images none of the
# models is trained to the end.
#
# **Predict, then run.** With neither: how many nats has the top level, $z_3$, in the end, 0.1, 1 or 10? How soon is it decided?
# Which of the two remedies does more for it, and which more for the bound?
#
# <details><summary>Answer</summary>
#
# About 0.1. It is decided in the first hundred steps, in which $z_2$ and $z_3$ fall below 0.1 nats; $z_2$ wakes later, and
# slowly. For $z_3$ batch norm does more: with it all levels live. For the bound warm-up does more: 15 nats against 8. With
# both, $z_3$ has most, about one nat, and the bound is what it is with warm-up alone.
#
# </details>
#
# [Sønderby et al. 2016]: ../docs/bibliography.md#sonderby2016

# %%
from course.lesson.kept import kept
from course.lesson.studies.layers import make
from course.lesson.studies.layers.training import HELP, SEEDS, STEPS, WARM_UP

arrays = kept("layers", make)


def show_table(kind):
    """-ELBO and the KL of the levels of test images: means over seeds +- standard deviation."""
    print(kind.ljust(10), *(f"{name:>16s}" for name in ("-ELBO", "KL of z_1", "z_2", "z_3")))
    for remedy in HELP:
        numbers = arrays[f"{kind}, {remedy}, test"]
        cells = zip(numbers.mean(0), numbers.std(0, ddof=1), strict=True)
        print(f"{remedy:10s}", *(f"{mean:7.2f} +- {error:4.2f}" for mean, error in cells))


show_table("plain")

# %% tags=["hide-input"]
# the dead top, and what revives it, on every seed
ends = {remedy: arrays[f"plain, {remedy}, test"] for remedy in HELP}
top = {remedy: numbers[:, 3] for remedy, numbers in ends.items()}
assert top["neither"].max() < 0.25 and top["warm-up"].max() < 0.35
assert 0.45 < top["batch norm"].min() < top["batch norm"].max() < top["both"].min()
assert (ends["warm-up"][:, 2] > 2 * ends["neither"][:, 2]).all()
gain = {remedy: (ends["neither"] - numbers)[:, 0] for remedy, numbers in ends.items()}
assert round(gain["warm-up"].mean()) == 15 and round(gain["batch norm"].mean()) == 8
assert gain["warm-up"].min() > gain["batch norm"].max()
assert abs((gain["both"] - gain["warm-up"]).mean()) < 1
early = arrays["steps"] <= 300
bottom = {remedy: arrays[f"plain, {remedy}, kl"][:, early] for remedy in HELP}
assert (bottom["neither"][:, :, 1:].min(1) < 0.1).all() and bottom["neither"][:, :, 0].min(
    1
).max() < 0.4
assert (bottom["warm-up"][:, :, 0].max(1) > 20).all()
assert (bottom["batch norm"][:, 0].sum(1) > 30).all() and (bottom["neither"][:, 0].sum(1) < 6).all()


# %% tags=["hide-input"]
# the picture
def draw_kl(kind):
    with style():
        fig = blank(8.8, 2.7)
        for axes, remedy in zip(fig.subplots(1, 4, sharey=True), HELP, strict=True):
            for level in range(3):
                for seed in range(len(SEEDS)):
                    axes.loglog(
                        arrays["steps"],
                        arrays[f"{kind}, {remedy}, kl"][seed, :, level],
                        color=(BLUE, ORANGE, RED)[level],
                        linewidth=0.9,
                        label=f"z_{level + 1}" if seed == 0 else None,
                    )
            if "warm" in remedy or remedy == "both":
                axes.axvspan(1, WARM_UP * STEPS, color=PALETTE[3], alpha=0.15, linewidth=0)
            axes.set(title=f"{kind}, {remedy}", xlabel="step", ylim=(5e-3, 100))
        fig.axes[0].set_ylabel("KL, nats")
        fig.axes[-1].legend(fontsize=8, loc="lower left")
    return fig


figure(
    draw_kl("plain"),
    caption="The KL of each level of a plain hierarchy while it learns, three seeds. Grey: "
    "warm-up. Estimates by samples (8) may fall below 0.",
    alt="Four panels with falling and rising lines. With neither, all three levels fall below one "
    "nat within twenty steps, z_1 rises again at once, z_2 much later, and z_3 hardly. With "
    "warm-up z_1 jumps above twenty nats, z_2 stays above one and z_3 falls to a tenth. With batch "
    "norm and with both no level falls far below one nat.",
)

# %% [markdown]
# Look at the first hundred steps. With neither, even $z_1$ falls to a few tenths of a nat, and by (11) the levels above it can
# earn no more than that. With warm-up $z_1$ soon has more than 20 nats, more than it will keep, so that there is something to
# earn. With batch norm the hidden units differ from image to image from the first step on: the three levels *begin* with more
# than 30 nats together, against less than 6 without.
#
# And look at the bound. With warm-up alone $z_3$ is nearly silent, with both it has a nat, and the two bounds are equal within
# a nat. A living level is no end in itself.
#
# These are 1000 steps of small networks. [The page of the paper](../paper/ladder_vae/README.md) has one ladder that was trained
# for 280 passes, and a comparison like this one, with larger networks and about 1200 steps. There the plain hierarchy with
# neither remedy does not train at all in two of three seeds: all its levels collapse and stay silent, at 205 nats. That is a
# failure at this step size, and says nothing about trained models. Here, with smaller networks and other settings of Adam, $z_1$
# wakes on every seed.
#
# ## 3. Merge by precision
#
# In (4) a level hears from two sides. The level above says what to expect, $p(z_1 \mid z_2) = N(\mu_p, \sigma_p^2)$. The image
# says what it shows, $N(\hat\mu, \hat\sigma^2)$. Bayes' rule multiplies a prior and a likelihood, and the product of two
# Gaussians is a Gaussian again, up to a factor. (The true likelihood of $z_1$ is no Gaussian. The network gives one in its
# place.) With the precisions $\hat\lambda = 1 / \hat\sigma^2$ and $\lambda_p = 1 / \sigma_p^2$:
#
# | | step | reason |
# |---|---|---|
# | (12) | $\log \bigl( N(z; \hat\mu, \hat\sigma^2)\, N(z; \mu_p, \sigma_p^2) \bigr) = -\frac12 \bigl[ \hat\lambda (z - \hat\mu)^2 + \lambda_p (z - \mu_p)^2 \bigr] + \text{const}$ | the Gaussian density, twice |
# | (13) | $= -\frac12 \bigl[ (\hat\lambda + \lambda_p)\, z^2 - 2 (\hat\lambda \hat\mu + \lambda_p \mu_p)\, z \bigr] + \text{const}$ | multiplied out; what has no z in it is constant |
# | (14) | $= -\frac{1}{2 \sigma_q^2} (z - \mu_q)^2 + \text{const}, \quad \frac{1}{\sigma_q^2} = \hat\lambda + \lambda_p, \quad \mu_q = \frac{\hat\lambda \hat\mu + \lambda_p \mu_p}{\hat\lambda + \lambda_p}$ | the square completed; [Sønderby et al. 2016] |
#
# Precisions add up, and weigh the means. By hand: the level above expects $N(1, 4)$, the image says $N(3, 1)$. The precisions
# are $\frac14$ and 1, together $\frac54$. So the variance is 0.8, and the mean $0.8 \cdot (\frac14 \cdot 1 + 1 \cdot 3) = 2.6$,
# four fifths of the way to the image.
#
# **Predict, then run.** Both have variance 1, and they contradict each other: means 0 and 10. Which variance has the merge? And
# what is the merge if the precision of one of them goes to 0?
#
# <details><summary>Answer</summary>
#
# 1/2, as for any two means: (14) does not see that they disagree, and puts its mass around 5, where neither of the two has any.
# If one precision goes to 0, the merge is the other Gaussian: what knows nothing has no vote. A latent of which the image says
# nothing then costs nothing, for q is p and the KL is 0.
#
# </details>
#
# [Sønderby et al. 2016]: ../docs/bibliography.md#sonderby2016

# %%
from numpy_impl.ladder import precision_weighted_merge


def merge(mean_1, variance_1, mean_2, variance_2):
    """Mean and variance of the merge, by the course's function of log variances."""
    numbers = (np.float64(one) for one in (mean_1, np.log(variance_1), mean_2, np.log(variance_2)))
    (mu, logvar), _ = precision_weighted_merge(*numbers)
    return float(mu), float(np.exp(logvar))


for one, other in (((1, 4), (3, 1)), ((0, 1), (10, 1)), ((0, 1), (10, 1e12))):
    mean, variance = merge(*one, *other)
    print(f"N{one} and N{other}: N({mean:.3g}, {variance:.3g})")

# %% tags=["hide-input"]
# the numbers of the text; and (14) is the product of the densities, normalised, on a grid
np.testing.assert_allclose(merge(1, 4, 3, 1), (2.6, 0.8), rtol=1e-12)
np.testing.assert_allclose(merge(0, 1, 10, 1), (5, 0.5), rtol=1e-12)
np.testing.assert_allclose(merge(0, 1, 10, 1e12), (0, 1), atol=1e-10)
product = density(AXIS, 1, 4) * density(AXIS, 3, 1)
product = product / np.trapezoid(product, AXIS)
np.testing.assert_allclose(product, density(AXIS, *merge(1, 4, 3, 1)), atol=1e-4)


# %% tags=["hide-input"]
# the picture and its slider
def draw_merge(variance):
    mean, merged_variance = merge(3, variance, 0, 1)
    with style():
        fig = blank(4.2, 2.7)
        axes = fig.subplots()
        axes.plot(AXIS, density(AXIS, 0, 1), color=ORANGE, label="p: the level above")
        axes.plot(AXIS, density(AXIS, 3, variance), color=BLUE, label="what the image says")
        axes.fill_between(
            AXIS, density(AXIS, mean, merged_variance), color=RED, alpha=0.4, label="q: merged"
        )
        axes.set(xlim=(-4, 6), ylim=(0, 1.4), xlabel="z_1", ylabel="density")
        axes.set_title(f"q = N({mean:.2f}, {merged_variance:.2f})", fontsize=10)
        axes.legend(fontsize=8, loc="upper right")
    return fig


slider(
    draw_merge,
    caption="What the level above expects, N(0, 1), what the image says, N(3, variance), and the "
    "merge of the two.",
    alt="Two bells, orange around 0 and blue around 3, and between them a red one, narrower than "
    "both. With a small variance it stands on the blue one, with a large one on the orange one.",
    static=(0.2, 1.0, 100.0),
    variance=[0.1, 0.2, 0.5, 1.0, 3.0, 10.0, 100.0],
)

# %% [markdown]
# **Now you.** Exercise 38: the merge and its pullback, for log variances of any size.

# %%
check("38")

# %% [markdown]
# ## 4. Top-down
#
# A ladder VAE ([Sønderby et al. 2016]) has the same p as the plain hierarchy. Only q is another one. On its way up it is
# deterministic, $d_i = \mathrm{MLP}(d_{i-1})$ with $d_0 = x$, and each $d_i$ gives $\hat\mu_i$ and $\hat\sigma_i^2$. Then it
# turns around, and samples downwards, with the networks of p and the merge (14):
#
# $$
# q(z_i \mid z_{i+1}, x) = \text{merge of } N(\hat\mu_i(x), \hat\sigma_i^2(x)) \text{ and } p(z_i \mid z_{i+1}), \qquad q(z_L \mid x) = N(\hat\mu_L(x), \hat\sigma_L^2(x))
# \quad (15)
# $$
#
# [Sønderby et al. 2016]: ../docs/bibliography.md#sonderby2016

# %% tags=["hide-input"]
# the picture of the plain hierarchy
from common.plots.graph import Arrow, computation_graph

BOXES = {"x": (0, 0), "z₁": (2.2, 0), "z₂": (4.4, 0), "p(x | z₁)": (0, -1.4)}
figure(
    computation_graph(
        BOXES | {"p(z₁ | z₂)": (2.2, -1.4)},
        [
            Arrow("x", "z₁", "q(z₁ | x)"),
            Arrow("z₁", "z₂", "q(z₂ | z₁)"),
            Arrow("z₂", "p(z₁ | z₂)"),
            Arrow("z₁", "p(x | z₁)"),
        ],
    ),
    caption="A plain hierarchy infers from sample to sample. The level above sees the image "
    "through the noise of the level below.",
    alt="Boxes x, z1 and z2 in a row, with arrows q from x to z1 and from z1 to z2. Below them p "
    "of z1, with an arrow from z2, and p of x, with an arrow from z1.",
)

# %% tags=["hide-input"]
# the picture of the ladder
BOXES = {"x": (0, 0), "d₁": (2.2, 0), "d₂": (4.4, 0), "z₂": (4.4, -1.4), "z₁": (2.2, -1.4)}
figure(
    computation_graph(
        BOXES | {"p(z₁ | z₂)": (3.3, -2.6), "p(x | z₁)": (0, -1.4)},
        [
            Arrow("x", "d₁", "MLP"),
            Arrow("d₁", "d₂", "MLP"),
            Arrow("d₂", "z₂", "sample"),
            Arrow("d₁", "z₁", "merge"),
            Arrow("z₂", "p(z₁ | z₂)"),
            Arrow("p(z₁ | z₂)", "z₁", "merge"),
            Arrow("z₁", "p(x | z₁)"),
        ],
    ),
    caption="A ladder: deterministic on its way up, sampled on its way down. p(z₁ | z₂) is the "
    "prior of z₁, and a part of q as well.",
    alt="Boxes x, d1 and d2 in a row. From d2 an arrow leads down to z2, from z2 to p of z1, and "
    "from there to z1. An arrow from d1 leads to z1 too; both are labelled merge. From z1 an arrow "
    "leads to p of x.",
)

# %% [markdown]
# Two things change. $z_2$ is inferred from a clean $d_2$ in place of a noisy $z_1$. And q knows p: where the image says nothing
# of a latent, q is the prior, at no cost. The whole pass:

# %%
from paper.ladder_vae.model import Ladder

source(Ladder.infer)

# %% [markdown]
# **Predict, then run.** The same trainings as in section 2, now as ladders. Does the top of a ladder live *without* warm-up and
# batch norm? With both, which of the two hierarchies reaches the better bound?
#
# <details><summary>Answer</summary>
#
# No. With neither *all* levels of a ladder fall below 0.1 nats within thirty steps, and then wake from the data upwards. Two of
# three tops stay near 0.1 nats. The third wakes to 2 nats, and its bound is the worst of all 24 trainings. The remedies act as
# before: batch norm keeps $z_3$ alive, and warm-up, which does more for the bound, leaves it silent. With both the two
# hierarchies are within 1.3 nats of each other on every seed, and the plain one is never behind.
#
# </details>

# %%
show_table("ladder")

# %% tags=["hide-input"]
# the ladder's top without help, and the comparison, seed by seed
alone, helped = (arrays[f"ladder, {remedy}, test"] for remedy in ("neither", "both"))
silent = arrays["ladder, neither, kl"][:, arrays["steps"] <= 30]
assert (silent.min(1) < 0.1).all() and (helped[:, 3] > 0.7).all()
assert sorted(alone[:, 3] > 1) == [False, False, True] and sorted(alone[:, 3])[1] < 0.15
bounds = {
    f"{kind}, {remedy}": arrays[f"{kind}, {remedy}, test"][:, 0]
    for kind in ("plain", "ladder")
    for remedy in HELP
}
assert alone[alone[:, 3].argmax(), 0] == max(bound.max() for bound in bounds.values())
tops = {remedy: arrays[f"ladder, {remedy}, test"][:, 3] for remedy in HELP}
assert tops["warm-up"].max() < 0.1 < 0.4 < tops["batch norm"].min()
assert (bounds["ladder, warm-up"] < bounds["ladder, batch norm"] - 5).all()
behind = bounds["ladder, both"] - bounds["plain, both"]
assert (behind > 0).all() and behind.max() < 1.3
assert (helped[:, 2] < arrays["plain, both, test"][:, 2]).all()

# %% tags=["hide-input"]
# the picture
figure(
    draw_kl("ladder"),
    caption="The KL of each level of a ladder while it learns, three seeds. Grey: warm-up.",
    alt="Four panels. With neither, all three levels fall to a hundredth of a nat within fifty "
    "steps, and rise again, z_1 first. With warm-up z_1 and z_2 end above one nat and z_3 falls. "
    "With batch norm and with both all three stay near one nat or above.",
)

# %% [markdown]
# So top-down inference alone saves no level here. [Sønderby et al. 2016] report a tighter bound for the ladder, with five
# levels, larger networks and far longer trainings; three small levels and 1000 steps do not show it. With the larger networks
# of [the paper's page](../paper/ladder_vae/README.md) the ladder's bound is ahead by 2 nats after five passes. So neither order
# is a general one. What the ladder changes here on every seed is where the nats are: with both remedies its $z_2$ has fewer than
# that of the plain hierarchy.
#
# ## 5. A residual posterior
#
# An NVAE ([Vahdat & Kautz 2020]) is a hierarchy with many levels, 15 for MNIST, each a small image of latents. It keeps the way
# down and drops the merge. A network sees both sides, the image's maps and those of the way down, and states q *relative to p*:
#
# $$
# \begin{aligned}
# p(z_i \mid \text{above}) &= N(\mu, \sigma^2), \qquad q(z_i \mid \text{above}, x) = N\bigl(\mu + \Delta\mu, (\sigma \cdot \Delta\sigma)^2\bigr)
# && \text{Vahdat and Kautz, section 3.2} && (16) \\
# \mathrm{KL} &= \frac12 \Bigl( \frac{\Delta\mu^2}{\sigma^2} + \Delta\sigma^2 - \log \Delta\sigma^2 - 1 \Bigr)
# && \text{(7) with (16)} && (17)
# \end{aligned}
# $$
#
# (In their paper $z_1$ is the top. Here levels count from the data upwards, as before.)
#
# Why relative? If p moves while it learns, an absolute q stays where it was, and the KL grows until q has followed. The
# relative q moves along. Their argument is that the KL then depends on the outputs of one network, the encoder's, as long as
# $\sigma$ is bounded from below, so that it is easier to keep small. The course has not tested the claim by a training; what
# (17) says can be seen without one.
#
# **Predict, then run.** q is p at first, $N(0, 1)$. Now a step of training moves p by 3, and nothing else changes. What is the
# KL with an absolute q, and with a relative one? And if p keeps its mean, and its $\sigma$ falls to 0.1, with
# $\Delta\mu = 0.5$?
#
# <details><summary>Answer</summary>
#
# $\frac12 \cdot 3^2 = 4.5$ nats for each latent against 0. But a smaller $\sigma$ does hurt the relative q too: (17) has
# $\Delta\mu^2 / \sigma^2$, which grows from 0.25 to 25. Hence *as long as $\sigma$ is bounded from below*.
#
# </details>
#
# [Sønderby et al. 2016]: ../docs/bibliography.md#sonderby2016
# [Vahdat & Kautz 2020]: ../docs/bibliography.md#vahdat2020

# %%
from paper.nvae.residual import Normal, residual, residual_kl


def both_kls(mu, sigma, delta_mu):
    """The KL when p has moved to N(mu, sigma^2): of q = N(delta mu, 1), and of the relative one."""
    absolute = kl_between_gaussians(
        np.float64(delta_mu), np.float64(0), np.float64(mu), np.float64(2 * np.log(sigma))
    )[0]
    p = Normal(torch.tensor(float(mu)), torch.tensor(float(np.log(sigma))))
    return float(absolute), float(residual_kl(p, Normal(torch.tensor(delta_mu), torch.tensor(0.0))))


for mu, sigma, delta_mu in ((3, 1, 0.0), (0, 1, 0.5), (0, 0.1, 0.5)):
    absolute, relative = both_kls(mu, sigma, delta_mu)
    print(f"p = N({mu}, {sigma}^2), delta mu = {delta_mu}: absolute {absolute:7.3f}", end=", ")
    print(f"relative {relative:7.3f} nats")

# %% tags=["hide-input"]
# the numbers of the answer, and (17) is (7) for random numbers
assert both_kls(3, 1, 0.0) == (4.5, 0.0)
assert abs(both_kls(0, 1, 0.5)[1] - 0.125) < 1e-6 and abs(both_kls(0, 0.1, 0.5)[1] - 12.5) < 1e-4
p, delta = (
    Normal(*torch.from_numpy(normal(SEED, Stream.PICTURE, 10 + i, (2, 7)))) for i in range(2)
)
q = residual(p, delta)
pairs = [one for normal_ in (q, p) for one in (normal_.mu.numpy(), 2 * normal_.log_sigma.numpy())]
np.testing.assert_allclose(residual_kl(p, delta), kl_between_gaussians(*pairs)[0], rtol=1e-12)

# %% [markdown]
# The merge of section 3 is a special case. By (14)
#
# $$
# \Delta\mu = \frac{\hat\lambda}{\hat\lambda + \lambda_p} (\hat\mu - \mu_p), \qquad \Delta\sigma^2 = \frac{\lambda_p}{\hat\lambda + \lambda_p} < 1
# \qquad \text{the merge, written as (16)} \quad (18)
# $$
#
# So a ladder's q is never wider than its p. A residual one may be: its network is free to say what it likes, and nobody
# guarantees that it says p where the image has nothing to say.

# %% tags=["hide-input"]
# (18), for random numbers
hat_mu, hat_logvar, mu_p, logvar_p = normal(SEED, Stream.PICTURE, 20, (4, 9))
(mu_q, logvar_q), _ = precision_weighted_merge(hat_mu, hat_logvar, mu_p, logvar_p)
share = np.exp(-hat_logvar) / (np.exp(-hat_logvar) + np.exp(-logvar_p))
np.testing.assert_allclose(mu_q - mu_p, share * (hat_mu - mu_p), rtol=1e-12)
np.testing.assert_allclose(np.exp(logvar_q - logvar_p), 1 - share, rtol=1e-12)
assert (logvar_q < logvar_p).all()

# %% [markdown]
# **Now you.** Exercise 40: the KL (17) and its pullback.

# %%
check("40")

# %% [markdown]
# ## 6. An NVAE cell
#
# Between two levels of an NVAE stand residual cells. The one of p widens C channels to E C, smooths each of them by a kernel of
# its own, and narrows them again:
#
# $$
# \text{cell}(h) = h + 0.1\; \text{gate} \odot \text{branch}(h), \qquad \text{branch: } 1 \times 1 \text{ to } E C \text{ channels},\; 5 \times 5 \text{ depthwise},\; 1 \times 1 \text{ to } C
# \qquad \text{Vahdat and Kautz, figure 3a; the factor from the authors' code} \quad (19)
# $$
#
# with batch norm and swish, $h \cdot \operatorname{sigmoid}(h)$, in between.
#
# A *depthwise* convolution has one kernel for each channel, and mixes no channels. The 1 x 1 convolutions mix channels, and see
# no neighbours.
#
# **Predict, then run.** With C = 32 and E = 6: how many weights has a 5 x 5 convolution from 192 channels to 192, and how many
# has a depthwise one?
#
# <details><summary>Answer</summary>
#
# $25 \cdot 192 \cdot 192 = 921{,}600$ against $25 \cdot 192 = 4{,}800$. The two 1 x 1 convolutions have 6,144 each. So the cell
# sees 5 x 5 places for 17,088 weights of convolutions.
#
# </details>

# %%
from paper.kit.initial import draw_parameters
from paper.nvae.cells import SqueezeExcitation, decoder_cell

cell = decoder_cell(channels=32, expansion=6, kernel=5).eval()
draw_parameters(cell, SEED)
convolutions = [one for one in cell.modules() if isinstance(one, torch.nn.Conv2d)]
weights = {}
for one in convolutions:
    name = f"{one.in_channels} to {one.out_channels}, {one.kernel_size[0]} x {one.kernel_size[1]}"
    weights[name] = one.weight.numel()
full = torch.nn.Conv2d(192, 192, 5, bias=False).weight.numel()
print(*(f"{name}: {number:,}" for name, number in weights.items()), sep="; ")
print(f"192 to 192, 5 x 5, all channels mixed: {full:,}")

# %% tags=["hide-input"]
# the numbers of the answer
assert list(weights.values()) == [6144, 4800, 6144] and full == 921_600
assert sum(weights.values()) == 17_088

# %% [markdown]
# The *gate* at the end of the branch is squeeze and excitation ([Hu et al. 2018]). It takes the mean of each channel over the
# whole image, and from these means a small network computes a factor between 0 and 1 for each channel:
#
# [Hu et al. 2018]: ../docs/bibliography.md#hu2018

# %%
source(SqueezeExcitation)

# %% [markdown]
# **Predict, then look.** Which pixels of h can change the middle of the cell's output, with the gate and without it?
#
# <details><summary>Answer</summary>
#
# Without it 5 x 5 pixels. With it all of them, for each pixel is part of the means. But it is one of 225 in a mean: in this
# untrained cell a pixel outside the 5 x 5 has less than a thousandth of the influence of one inside.
#
# </details>

# %%
h = torch.from_numpy(normal(SEED, Stream.PICTURE, 30, (1, 32, 15, 15))).float().requires_grad_()


def influence(branch):
    """How much each pixel of h moves the middle of the branch's output, added up over channels."""
    return torch.autograd.grad(branch(h)[0, :, 7, 7].sum(), h)[0].abs().sum((0, 1))


reach = {"without gate": influence(cell.branch[:-1]), "with gate": influence(cell.branch)}
for name, felt in reach.items():
    print(f"{name}: {int((felt > 0).sum())} of {felt.numel()} pixels; {felt[0, 0]:.1e} in a corner")

# %% tags=["hide-input"]
# 5 x 5 pixels, and all of them; those outside with little influence
assert [int((felt > 0).sum()) for felt in reach.values()] == [25, 225]
assert (reach["without gate"][5:10, 5:10] > 0).all()
inside = torch.zeros(15, 15, dtype=torch.bool)
inside[5:10, 5:10] = True
felt = reach["with gate"]
assert felt[~inside].max() < 1e-3 * felt[inside].min()

# %% tags=["hide-input"]
# the picture
with style():
    fig = blank(6.0, 2.7)
    for axes, (name, felt) in zip(fig.subplots(1, 2), reach.items(), strict=True):
        shown = axes.imshow(felt.clamp_min(1e-9).log10(), cmap="viridis", vmin=-9, vmax=0)
        axes.set(title=name, xticks=[], yticks=[])
    fig.colorbar(shown, ax=fig.axes, label="log10 of the influence")
figure(
    fig,
    caption="How much each pixel of h can change the middle of the output of an untrained cell.",
    alt="Two dark squares with a bright square of 5 x 5 pixels in the middle. With the gate the "
    "dark around it is a little brighter everywhere.",
)

# %% [markdown]
# ## 7. Spectral regularisation
#
# A KL has no upper bound: let a small change of x move $\Delta\mu$ by a lot, and one image can cost thousands of nats. How far
# can a layer stretch a change? By its largest singular value s:
#
# $$
# \lVert W (h + \delta) - W h \rVert \le s(W)\, \lVert \delta \rVert, \qquad s(W) = \max_{\lVert v \rVert = 1} \lVert W v \rVert
# \quad (20)
# $$
#
# NVAE adds the largest singular value of every layer to the loss, $\lambda \sum_i s(W_i)$ ([Vahdat & Kautz 2020], after
# [Yoshida & Miyato 2017]). An exact decomposition of each weight in each step would be dear. *Power iteration* takes two
# products:
#
# $$
# v \leftarrow \frac{W^\top u}{\lVert W^\top u \rVert}, \qquad u \leftarrow \frac{W v}{\lVert W v \rVert}, \qquad s \approx u^\top W v
# \quad (21)
# $$
#
# Write u in the left singular vectors of W. A step multiplies the part along the k-th one by $s_k^2$, so the parts along all
# others shrink against the first by $(s_k / s_1)^2$ each time. The error of s is quadratic in what is left, so it shrinks by
# $(s_2 / s_1)^4$.
#
# **Predict, then run.** A matrix has the singular values 2, 1.6 and 0.5. By which factor does the error of s fall with each
# step? How many steps to a millionth of what it was? And which start never gets to 2?
#
# <details><summary>Answer</summary>
#
# $(1.6 / 2)^4 = 0.41$; $\log 10^{-6} / \log 0.41$ is between 15 and 16. A start at a right angle to the first singular vector
# stays there, but for rounding: a random start is never one.
#
# </details>
#
# [Vahdat & Kautz 2020]: ../docs/bibliography.md#vahdat2020
# [Yoshida & Miyato 2017]: ../docs/bibliography.md#yoshida2017

# %%
from paper.nvae.spectral import power_iteration

left, right = (
    np.linalg.qr(normal(SEED, Stream.PICTURE, 40 + i, (n, 3)))[0] for i, n in enumerate((5, 4))
)
W = torch.from_numpy(left @ np.diag([2.0, 1.6, 0.5]) @ right.T)
start = torch.from_numpy(normal(SEED, Stream.PICTURE, 42, (5,)))
exact = np.linalg.svd(W.numpy(), compute_uv=False)
errors = []
for steps in range(1, 31):
    u, v = power_iteration(W, start, steps)
    errors.append(float(exact[0] - u @ W @ v))
print("singular values by numpy:", exact.round(4))
for steps in (1, 2, 3, 10, 20):
    print(f"after {steps:2d} steps: 2 - s = {errors[steps - 1]:.2e}")
print(f"the error falls by {errors[11] / errors[10]:.4f} in a step; (1.6 / 2)^4 = {0.8**4:.4f}")

# %% tags=["hide-input"]
# the rate, the limit, and the start that stays at the second singular value
assert abs(errors[11] / errors[10] - 0.8**4) < 1e-3
assert 0 <= errors[-1] < 1e-10 and exact[0] == np.linalg.norm(W.numpy(), 2)
u, v = power_iteration(W, torch.from_numpy(left[:, 1] + left[:, 2]), 30)
assert abs(float(u @ W @ v) - 1.6) < 1e-3

# %% [markdown]
# In two dimensions one can watch it: W turns the circle into an ellipse, and s is its long half axis.

# %% tags=["hide-input"]
# the picture and its slider
FLAT = torch.tensor([[1.4, 0.3], [0.2, 1.2]], dtype=torch.float64)
TURN = np.linspace(0, 2 * np.pi, 200)
ELLIPSE = FLAT.numpy() @ np.stack([np.cos(TURN), np.sin(TURN)])


def draw_iteration(steps):
    u = torch.tensor([-0.6, 0.8], dtype=torch.float64)  # of length 1
    _, v = power_iteration(FLAT, u, steps)
    along = FLAT @ v
    with style():
        fig = blank(3.2, 3.2)
        axes = fig.subplots()
        axes.plot(np.cos(TURN), np.sin(TURN), color=PALETTE[3])
        axes.plot(*ELLIPSE, color=BLUE)
        for end, colour in ((v, INK), (along, RED)):
            axes.annotate(
                "", end.tolist(), (0, 0), arrowprops={"arrowstyle": "->", "color": colour}
            )
        axes.set(xlim=(-2.1, 2.1), ylim=(-2.1, 2.1), aspect="equal")
        axes.set_title(f"{steps} steps: |W v| = {along.norm():.4f}", fontsize=10)
    return fig


slider(
    draw_iteration,
    caption="Power iteration: v on the circle (black), and W v on the ellipse (red), which comes "
    "to lie along the longest axis.",
    alt="A grey circle about the middle of a slanted blue ellipse, a black arrow to the circle and "
    "a red one to the ellipse. The more steps, the nearer the red one is to the long axis.",
    static=(1, 3, 6),
    steps=[1, 2, 3, 4, 6, 9],
)

# %% [markdown]
# From one step of training to the next W changes little. So u is kept, and few steps of (21) follow it from then on: one in the
# course, four in the authors' code. The gradient of s is $u v^\top$, as if u and v were constants.
#
# *Regularisation* is not *normalisation*. Normalisation puts $W / s$ in the place of W: every layer has s = 1, whatever the
# data ask for. Regularisation states a price: a layer may be steep, if that pays. A student re-implementation reports 80.33
# nats for regularisation and 87.06 for normalisation on MNIST ([its table](https://github.com/stevensdavid/nvae-tf)), but the
# first one trained for 104 hours and the second for 49. It decides nothing.
#
# One caution. The course and the authors take the kernel of a convolution as a matrix with a row for each output channel. Its s
# is not the s of the convolution: neighbouring patches share pixels. A 3 x 3 kernel of ones has s = 3 as a matrix, and
# multiplies a constant image by 9.

# %% tags=["hide-input"]
# the gradient is u v^T; and the kernel of ones
grown = W.clone().requires_grad_()
u, v = power_iteration(W, start, 60)
torch.linalg.matrix_norm(grown, 2).backward()
torch.testing.assert_close(grown.grad, torch.outer(u, v), atol=1e-8, rtol=0)
ones = torch.ones(1, 1, 3, 3)
assert abs(torch.linalg.matrix_norm(ones.flatten(1), 2) - 3) < 1e-5
assert torch.nn.functional.conv2d(torch.ones(1, 1, 28, 28), ones).unique() == 9

# %% [markdown]
# **Now you.** Exercise 41: power iteration and the penalty.

# %%
check("41")

# %% [markdown]
# ## 8. Samples at lower temperature
#
# To sample from a hierarchy, go down: $z_L$ from $N(0, I)$, then each level from its prior. Pictures in papers are often made
# with a *temperature* t below 1:
#
# $$
# z_i = \mu_{p,i}(z_{i+1}) + t\, \sigma_{p,i}(z_{i+1})\, \epsilon_i
# \qquad \text{the authors' code of Vahdat and Kautz} \quad (22)
# $$
#
# Such images are no samples of the model, and no bound belongs to them. They come from the denser parts of every p. What is
# gained, and what is lost? We take the two hierarchies with warm-up and batch norm, three seeds each, and 2000 samples at each
# t. A classifier that was trained on real digits looks at them: *confidence* is the mean probability of the class that it
# names. *Classes* is $\exp$ of the entropy of these names: 10 if all digits are equally frequent. *Variance* is that of the
# pixels, added up. A Frechet distance to training images, in the classifier's features, judges both sides at once.
#
# **Predict, then run.** From t = 1 to 0.6: which of the four numbers rise, and which fall? Which of them is for the better?
#
# <details><summary>Answer</summary>
#
# The distance rises, and the other three fall. None of it is for the better. That variance and classes fall was to be expected:
# it is the price. One would pay it for clearer digits, but here even the confidence falls.
#
# </details>

# %%
from course.lesson.studies.layers.measuring import NUMBERS, TEMPERATURES

print("".ljust(14), *(f"{name:>18s}" for name in NUMBERS))
for kind in ("ladder", "plain"):
    judged = arrays[f"{kind}, both, samples"]
    for t, mean, error in zip(TEMPERATURES, judged.mean(0), judged.std(0, ddof=1), strict=True):
        cells = (f"{one:9.2f} +- {other:5.2f}" for one, other in zip(mean, error, strict=True))
        print(f"{kind}, t = {t}".ljust(14), *cells)
print("test images".ljust(14), *(f"{number:9.2f}".ljust(18) for number in arrays["real"]))

# %% tags=["hide-input"]
# what falls and what rises, on every seed of both
for kind in ("ladder", "plain"):
    distance, variance, classes, confidence = np.moveaxis(arrays[f"{kind}, both, samples"], 2, 0)
    assert (np.diff(distance, axis=1) > 5).all() and (np.diff(classes, axis=1) < -0.4).all()
    assert (np.diff(variance, axis=1) < 0).all() and (
        confidence[:, 0] - confidence[:, 2] > 0.02
    ).all()
    assert 2.6 < (distance[:, 2] / distance[:, 0]).mean() < 2.9  # at t = 0.6
    assert (distance[:, 0] > 3.5 * arrays["real"][0]).all()

# %% tags=["hide-input"]
# the picture
with style():
    fig = blank(8.8, 3.6)
    for axes, t, images in zip(
        fig.subplots(len(TEMPERATURES), 1),
        TEMPERATURES,
        arrays["ladder, both, images"],
        strict=True,
    ):
        axes.imshow(np.concatenate(images[:16], axis=1), cmap="gray")
        axes.set(xticks=[], yticks=[], ylabel=f"t = {t}")
figure(
    fig,
    caption="The same noise at four temperatures, through a ladder: mean images, a column for "
    "each noise.",
    alt="Four rows of blurred digits, each column alike from row to row. The lower the "
    "temperature, the more of them become a blurred 8 or 9.",
)

# %% [markdown]
# At t = 0.6 the distance is 2.7 times that at 1. So here a lower temperature costs diversity and buys nothing. The authors of
# NVAE use it for photographs of faces, with far larger models. Ours are small, and their samples at t = 1 are poor: the
# distance of real images is a quarter of theirs. A guess, not tested: around z = 0 the decoder draws what lies between the
# digits.
#
# One thing is left out. The running statistics of batch norm were taken at t = 1, and lower temperatures have others. The
# authors' code measures them again before it samples; the study does not. So part of the loss may be due to them.
#
# ## Summary
#
# 1. In a hierarchy the prior of a level is what the level above gives (1); its KL (7) is taken against that, and never against $N(0, I)$.
# 2. Upper levels are a learnt prior of the level below, and earn no more than its misfit (11). In our short trainings with neither warm-up nor batch norm they fell silent in the first hundred steps.
# 3. Merging adds precisions, and weighs means by them (14). A ladder infers downwards with it (15), and q is p where the image says nothing.
# 4. A residual posterior (16) moves with its prior. Power iteration (21) finds the largest singular value, which NVAE adds to its loss.
# 5. A temperature below 1 (22) gives images that are no samples of the model. In ours it cost diversity, and bought nothing.
#
# ## Checklist
#
# - [ ] I can derive (6) for any number of levels, and name the prior of each.
# - [ ] I can say why the term of a lower level of a plain hierarchy is estimated by samples.
# - [ ] I can explain why an upper level falls silent at the beginning, and why it is slow to wake.
# - [ ] I can merge two Gaussians by hand, and say what happens when one precision goes to 0.
# - [ ] I can say how spectral regularisation differs from spectral normalisation.
# - [ ] I can name what a lower temperature is meant to buy, and what it cost here.
#
# Where you hesitated, read again: section 1 for the bound, section 2 for dead levels, sections 3 and 4 for the ladder, 5 to 7
# for NVAE, 8 for temperature.
#
# ## Exercises
#
# * [38, the precision-weighted merge](../exercises/38_precision_weighted_merge/README.md)
# * [39, the KL between two Gaussians](../exercises/39_kl_between_gaussians/README.md)
# * [40, the KL of a residual posterior](../exercises/40_residual_normal_kl/README.md)
# * [41, spectral regularisation](../exercises/41_spectral_regularisation/README.md)
# * On paper: show that in the example of section 1 the merge of $N(x, 1)$ and $p(z_1 \mid z_2)$ is the true $q(z_1 \mid z_2, x)$.
# * On paper: three Gaussians are merged, two first and then the third. Does the order matter?
# * On paper: which $\sigma_1, \ldots, \sigma_L$ do samples of a chain $z_i = z_{i+1} + \epsilon_i$ have at temperature t?
#
# ## Further reading
#
# * [Sønderby et al. 2016], on the ladder, and on what warm-up and batch norm do for it.
# * [Vahdat & Kautz 2020], section 3.
# * [Kingma et al. 2016], on a way down that shares samples between p and q, as NVAE has it.
# * [Yoshida & Miyato 2017]: the penalty on singular values.
#
# Next: [18 Anomalies](18_anomalies.ipynb).
#
# [Sønderby et al. 2016]: ../docs/bibliography.md#sonderby2016
# [Vahdat & Kautz 2020]: ../docs/bibliography.md#vahdat2020
# [Kingma et al. 2016]: ../docs/bibliography.md#kingma2016
