# ---
# jupyter:
#   course:
#     week: 3 Variants
#     gives: posterior collapse, made to happen, explained and cured
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
# # 08 Training dynamics
#
# > **What you will be able to do**
# >
# > * read a run from four numbers: reconstruction, KL, their sum, and the active units;
# > * make a posterior collapse happen, derive from the data, the noise and beta when it must, and learn the noise;
# > * tell a collapse that the objective wants from one that is only slow, and know which remedy helps which;
# > * write warm-up, free bits and the count of active units;
# > * name what is wrong with a run by looking at its curves.
# >
# > **Time:** 90 minutes to read, {running} to run, 65 more for the three exercises.
# > **Prerequisites:** notebooks 01, 03 and 07;
# > eigenvalues of a symmetric matrix.
# >
# > **Serves the checklist item:** understand the role of beta.

# %%
import numpy as np
import torch

from common.level import open_level
from course.lesson import Stream, check, figure, load, normal, progress, slider, source

DATA = "digits"  # "mnist" works too, where it is at hand (VAE_DATA or the cache)
SEED = 0
data = load(DATA)
level = open_level("paper")
EPOCHS = 20 if DATA == "digits" else 1

# %% [markdown]
# ## 1. Two forces, and the numbers that show them
#
# The loss has two parts, and their gradients pull in opposite directions. The reconstruction falls when the code carries
# more information about its image, the KL falls when it carries less. Here is a run in which both get their share.


# %%
from itertools import islice

from common.architecture import MLP
from common.model import bind
from common.optimizer import AdamSettings
from common.state import initial_state
from common.training.loop import batches, train
from common.training.plan import TrainingPlan


def run(plan, steps=None):
    """Train by a plan at level 3, or only its first steps; return the model and the records."""
    state = initial_state(plan.architecture, plan.seed, plan.dtype)
    learner = level.start(plan.architecture, state, plan.adam)
    records = list(islice(train(learner, batches(data.train, plan), plan.objective.at), steps))
    return bind(level, learner.state().parameters, plan.architecture.image_shape), records


PLAN = TrainingPlan(
    data=DATA,
    architecture=MLP(data.image_shape, hidden=128, latents=20),
    batch_size=100,
    epochs=EPOCHS,
    adam=AdamSettings(learning_rate=3e-3),
    seed=SEED,
)
plain, plain_records = run(PLAN)

# %% tags=["hide-input"]
# The code of this picture.
from common.plots.curves import loss_curves
from common.plots.style import BLUE, INK, ORANGE, PALETTE, RED, blank, style

figure(
    loss_curves(plain_records),
    caption="A healthy run. The reconstruction falls nearly all the time. The KL shoots up in the "
    "first steps, falls back, and rises again, slowly.",
    alt="Three curves over training steps. The reconstruction falls steeply and then slowly. The "
    "KL has a peak at the start, then a dip, then a slow rise. The negative ELBO falls.",
)

# %% [markdown]
# Is the peak information? The KL has three parts: the mean of $\mu$ over images, which all codes share; the variance of
# $\mu$ over images; and what $\sigma$ costs. Only codes that differ can tell images apart.

# %%
from common.data.binarization import dynamic_binarization

test_x = dynamic_binarization(data.test.images, SEED, Stream.EVALUATION_BINARIZE, 0)


def kl_in_parts(model):
    """The KL of test images: from the mean of mu over images, from its variance, and from sigma."""
    mu, logvar = (part.astype(np.float64) for part in model.encode(test_x))
    of_sigma = 0.5 * (np.exp(logvar) - 1 - logvar).sum(axis=1).mean()
    return 0.5 * (mu.mean(axis=0) ** 2).sum(), 0.5 * mu.var(axis=0).sum(), of_sigma


kls = [record["kl"] for record in plain_records]
PEAK = int(np.argmax(kls[:60])) + 1  # steps are counted from 1
print("step   KL of the batch   of test images: in common + differs + of sigma")
for step in (PEAK, 45, len(kls)):
    model = plain if step == len(kls) else run(PLAN, step)[0]
    common_to_all, differs, of_sigma = kl_in_parts(model)
    print(f"{step:4d} {kls[step - 1]:12.1f} {common_to_all:26.1f} {differs:10.1f} {of_sigma:10.1f}")
    if DATA == "digits":  # 48 against 1.3 nats at the peak, 0.7 against 5.8 at the end
        assert step != PEAK or (common_to_all > 10 * differs and common_to_all > 20)
        assert step != len(kls) or (differs > 2 * common_to_all and differs > 3)

# %% [markdown]
# Nearly all of the peak is one shift of all codes together. To the decoder that is one more bias, and no information
# about the image. The gradient of the KL removes it. (One run; other seeds differ in where the peak is.) Two lessons,
# before any theory:
#
# * **Look at the parts, not at the sum.** From the sum alone you would not see the peak and the dip.
# * **Codes come last.** In the first steps the decoder learns what all images have in common, and for that it needs no
#   code that differs. As long as the code is of little use, the KL pushes it down: that is the dip. Sometimes it never
#   comes up again. This notebook is about why.
#
# The fourth number, the active units, comes in section 2.
#
# ## 2. Posterior collapse and active units
#
# If the KL ends at 0, q(z given x) is the prior for every image. The code carries no information, and the decoder gives
# the same picture for all. That is *posterior collapse*. We make it happen where everything can be drawn: the data are
# points in the plane, with two latents and a linear decoder.

# %%
from paper.vae.tabular import TabularVAE

N, NOISE_VARIANCE = 300, 0.25
VARIANCES = np.array([4.0, 0.5])  # of the data, along its two axes
TURN = np.array([[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]])


def make_points():
    """Points in the plane whose covariance has the two variances for eigenvalues, exactly."""
    points = normal(SEED, Stream.PICTURE, 0, (N, 2))
    points -= points.mean(axis=0)
    points = points @ np.linalg.inv(np.linalg.cholesky(np.cov(points.T, bias=True))).T
    return points * np.sqrt(VARIANCES) @ TURN.T


points = torch.from_numpy(make_points()).float()
assert np.allclose(
    np.linalg.eigvalsh(np.cov(points.numpy().T, bias=True)), VARIANCES[::-1], atol=1e-5
)

# %%
from common.objective import BetaObjective
from paper.kit.initial import draw_parameters
from paper.vae.objective import kl_penalty

POINT_STEPS = 600


def numbered_anew(vae, order):
    """The same VAE, its latents in another order: the seed decides which of the two comes first."""
    with torch.no_grad():
        for layer in (vae.encoder.mu, vae.encoder.logvar):
            layer.weight.copy_(layer.weight[order])
            layer.bias.copy_(layer.bias[order])
        vae.decoder.out.weight.copy_(vae.decoder.out.weight[:, order])
    return vae


# %%
def fit_points(objective_at, points=points, noise_variance=NOISE_VARIANCE, learn_noise=False):
    """Train two latents; return the VAE and both KL at every step, the larger KL first in both."""
    vae, kls = TabularVAE(points.shape[1], (), 2), []
    draw_parameters(vae, SEED)
    vae.noise_logvar.requires_grad_(False).fill_(np.log(noise_variance))
    trainable = [parameter for parameter in vae.parameters() if parameter.requires_grad]
    # Adam divides by a running root mean square of gradients. The first gradients are very large;
    # a memory of 20 steps (0.95) in place of 1000 (0.999) forgets them soon.
    optimizer = torch.optim.Adam(trainable, 3e-2, betas=(0.9, 0.95), fused=True)
    for step in range(POINT_STEPS):
        optimizer.param_groups[0]["lr"] = 3e-2 * (1 - step / POINT_STEPS)
        eps = torch.from_numpy(normal(SEED, Stream.NOISE, step, (N, 2))).float()
        if learn_noise:
            vae.noise_logvar.fill_(squared_error(vae, points, eps).log())  # line (8), below
        log_likelihood, kl = vae(points, eps)
        loss = -log_likelihood.mean() + kl_penalty(kl, objective_at(step / POINT_STEPS))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        kls.append(kl.detach().mean(dim=0).numpy())
    kls = np.array(kls)
    order = kls[-50:].mean(axis=0).argsort()[::-1].tolist()
    return numbered_anew(vae, order), kls[:, order]


@torch.no_grad()
def squared_error(vae, points, eps):
    """The mean over points and columns of (x - decoder(z))^2."""
    mu, logvar = vae.encode(points)
    z = mu + torch.exp(0.5 * logvar) * eps
    return ((points - vae.decoder(z)) ** 2).mean()


BETAS = (1.0, 4.0, 40.0)
in_the_plane = {beta: fit_points(lambda _, beta=beta: BetaObjective(beta)) for beta in BETAS}


# %% tags=["hide-input"]
# The code of this picture.
def draw_plane():
    with style():
        fig = blank(8.6, 5.4)
        panels = fig.subplots(2, 3)
        for (above, below), (beta, (vae, _)) in zip(panels.T, in_the_plane.items(), strict=True):
            with torch.no_grad():
                mu = vae.encode(points)[0]
                means = vae.decoder(mu)
            above.scatter(*points.T, s=6, color=PALETTE[3], linewidths=0, label="points x")
            above.scatter(*means.T, s=6, color=ORANGE, linewidths=0, label="decoded from mu")
            above.set(title=f"beta = {beta:g}", xlim=(-6.5, 6.5), ylim=(-5, 5), xlabel="x[0]")
            above.set_aspect("equal")
            below.scatter(*mu.T, s=6, color=BLUE, linewidths=0)
            below.set(xlim=(-3.5, 3.5), ylim=(-3.5, 3.5), xlabel="mu[0]", aspect="equal")
        panels[0, 0].set_ylabel("x[1]")
        panels[1, 0].set_ylabel("mu[1]")
        panels[0, 0].legend(fontsize=8, loc="upper left", markerscale=2)
    return fig


figure(
    draw_plane(),
    caption="Collapse in the plane. Above: the points, and what is decoded from the means of their "
    "codes. Below: those means; the latent with the larger KL is number 0. At beta = 4 one latent "
    "has collapsed, at beta = 40 both have.",
    alt="Three columns. Beta 1: the decoded points fill the plane, the codes too. Beta 4: the "
    "decoded points lie on a line, the codes on a line along one axis. Beta 40: a single dot.",
)

# %% [markdown]
# Nothing is wrong with the program, and training has ended. So this is the *optimum* of the objective. We can derive when.
#
# ### When the optimum itself has collapsed
#
# Assume that each latent encodes one direction. ([Lucas et al. 2019] show that this is best; the trained VAEs will
# agree.) Let x be the coordinate of a point along it, with mean 0 and variance $\lambda$. The noise variance
# $\sigma^2$ of the decoder is fixed, here at 0.25. The encoder gives $q(z \mid x) = N(a x, s^2)$, with one $s^2$ for
# all x, and the decoder's mean is $w z$. All is Gaussian, so the mean loss over the data has no integral left in it:
#
# $$
# \begin{aligned}
# L &= \frac{\lambda (1 - a w)^2 + w^2 s^2}{2 \sigma^2} + \frac{\beta}{2}\bigl(\lambda a^2 + s^2 - 1 - \log s^2\bigr) + c
# && E[x^2] = \lambda \text{ and } z = a x + s \varepsilon \text{, put into both terms} && (1) \\
# 0 &= \frac{\partial L}{\partial s^2} = \frac{w^2}{2 \sigma^2} + \frac{\beta}{2}\Bigl(1 - \frac{1}{s^2}\Bigr)
# \;\Rightarrow\; s^2 = \frac{\beta \sigma^2}{w^2 + \beta \sigma^2} && \text{the best variance for a given } w && (2) \\
# 0 &= \frac{\partial L}{\partial a} = -\frac{\lambda w (1 - a w)}{\sigma^2} + \beta \lambda a
# \;\Rightarrow\; a = \frac{w}{w^2 + \beta \sigma^2} && \text{the best encoder for a given } w && (3) \\
# L &= \frac{\beta}{2}\Bigl(\frac{\lambda}{v} + \log v\Bigr) + c', \quad v = w^2 + \beta\sigma^2 \ge \beta \sigma^2
# && \text{(2) and (3) put into (1), term by term below} && (4) \\
# w^2 &= \max(0,\; \lambda - \beta\sigma^2) && \text{(4) falls until } v = \lambda \text{, then rises} && (5) \\
# \mathrm{KL} &= \max\Bigl(0,\; \tfrac12 \log \frac{\lambda}{\beta \sigma^2}\Bigr) && \text{(2), (3) and (5) put into the KL} && (6)
# \end{aligned}
# $$
#
# For (4), write $v = w^2 + \beta\sigma^2$. Then (3) is $a = w/v$, and (2) is $s^2 = \beta\sigma^2/v = 1 - a w$. The terms of (1)
# with $\lambda$ become
#
# * $\frac{\lambda (1 - aw)^2}{2\sigma^2} = \frac{\beta\lambda}{2} \cdot \frac{\beta\sigma^2}{v^2}$ from the reconstruction, and
#   $\frac{\beta}{2} \lambda a^2 = \frac{\beta\lambda}{2} \cdot \frac{w^2}{v^2}$ from the KL. Their sum is $\frac{\beta}{2} \cdot \frac{\lambda}{v}$.
#
# The terms with $s^2$ become
#
# * $\frac{w^2 s^2}{2\sigma^2} + \frac{\beta}{2} s^2 = \frac{\beta}{2} \cdot \frac{w^2 + \beta\sigma^2}{v} = \frac{\beta}{2}$, a constant, and
#   $-\frac{\beta}{2} \log s^2 = \frac{\beta}{2} \log v$ and a constant.
#
# Line (5) is the border. **A direction whose variance is below beta times the noise variance is not worth a
# latent.** In (5) and (6) beta and the noise act alike: only their product counts. Line (6) gives the nats that the latent
# carries. If that is more than 0, we call it *alive*.
#
# The next cells check each line: (1) against the exact model of notebook 01 on real numbers, (2) and (3) by
# the slope of (1), (4) to (6) by searching for the optimum.
#
# [Lucas et al. 2019]: ../docs/bibliography.md#lucas2019

# %%
from numpy_impl import linear_gaussian


def loss_1(a, w, s2, variance, beta, noise):
    """Line (1), without its constant."""
    error = (variance * (1 - a * w) ** 2 + w**2 * s2) / (2 * noise)
    return error + 0.5 * beta * (variance * a**2 + s2 - 1 - np.log(s2))


def best_s2(w, beta, noise):
    """Line (2)."""
    return beta * noise / (w**2 + beta * noise)


def best_a(w, beta, noise):
    """Line (3)."""
    return w / (w**2 + beta * noise)


a, w, s2, noise = 0.7, 0.9, 0.3, 0.4
column = normal(SEED, Stream.PICTURE, 1, (50, 1))
exact = linear_gaussian.LinearGaussian(np.array([[w]]), np.zeros(1), np.sqrt(noise))
bound = linear_gaussian.elbo(exact, column, a * column, np.full_like(column, np.log(s2))).mean()
constant_of_1 = 0.5 * np.log(2 * np.pi * noise)
found = loss_1(a, w, s2, (column**2).mean(), 1.0, noise) + constant_of_1
print(f"(1) {found:.10f}, minus the exact ELBO {-bound:.10f}")
assert abs(found + bound) < 1e-12  # rounding of float64

# %%
variance, beta, noise, STEP = 2.0, 1.7, 0.4, 1e-5
for w in (0.3, 1.0, 2.0):
    a, s2 = best_a(w, beta, noise), best_s2(w, beta, noise)
    up, down = (loss_1(a, w, s2 + d, variance, beta, noise) for d in (STEP, -STEP))
    right, left = (loss_1(a + d, w, s2, variance, beta, noise) for d in (STEP, -STEP))
    slopes = (up - down) / (2 * STEP), (right - left) / (2 * STEP)
    v = w**2 + beta * noise
    constant = loss_1(a, w, s2, variance, beta, noise) - 0.5 * beta * (variance / v + np.log(v))
    print(f"w = {w}: slopes {slopes[0]:.0e} (2), {slopes[1]:.0e} (3); c' of (4) {constant:.10f}")
    assert np.abs(slopes).max() < 1e-6  # zero, but for the step and rounding
    assert abs(constant + 0.5 * beta * np.log(beta * noise)) < 1e-12  # the same for each w

# %%
grid = np.linspace(0, 3, 30_001)
for beta in (0.5, 1.0, 4.0, 6.0):
    a, s2 = best_a(grid, beta, noise), best_s2(grid, beta, noise)
    place = loss_1(a, grid, s2, variance, beta, noise).argmin()
    kl = 0.5 * (variance * a**2 + s2 - 1 - np.log(s2))[place]
    expected = max(0, variance - beta * noise), max(0, 0.5 * np.log(variance / (beta * noise)))
    print(f"beta {beta}: w^2 {grid[place] ** 2:.3f}, (5) says {expected[0]:.3f}")
    print(f"          KL {kl:.4f}, (6) says {expected[1]:.4f}")
    assert abs(grid[place] ** 2 - expected[0]) < 1e-3 and abs(kl - expected[1]) < 1e-3  # the grid

# %% [markdown]
# **Move the slider.** It draws line (4), the loss that is left when $a$ and $s^2$ are at their best, as a function of
# the decoder's weight. At which beta do the two valleys become one, and what does (5) say?


# %% tags=["hide-input"]
# The code of this picture and its slider.
def draw_valleys(beta):
    w = np.linspace(-1.2, 1.2, 241)
    v = w**2 + beta * NOISE_VARIANCE
    height = 0.5 * (VARIANCES[1] / v + np.log(v))
    best = np.sqrt(max(0, VARIANCES[1] - beta * NOISE_VARIANCE))
    with style():
        fig = blank(4.6, 3)
        axes = fig.subplots()
        axes.plot(w, height - height.min(), color=BLUE)
        axes.plot([-best, best], [0, 0], "o", color=RED, label="optimum, line (5)")
        axes.set(xlabel="w, the weight of the decoder", ylabel="(loss - least loss) / beta")
        axes.set(ylim=(-0.02, 0.5), title=f"beta = {beta:g}")
        axes.legend(loc="upper center", fontsize=9)
    return fig


slider(
    draw_valleys,
    caption="The loss over the decoder's weight, for the weaker direction of the points: variance "
    "0.5, noise variance 0.25. From beta = 2 on the only valley is at 0.",
    alt="A curve with two valleys and a hump between them; for a large beta one valley at zero.",
    static=(1.0, 1.75, 3.0),
    beta=[0.5, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0],
)

# %% [markdown]
# Now (6) against the trained VAEs of the plane. (Here and below the latents stand in the order of their KL.)

# %%
print("beta   KL measured     KL by line (6)")
for beta, (_, kls) in in_the_plane.items():
    measured = kls[-50:].mean(axis=0)
    expected = np.maximum(0, 0.5 * np.log(VARIANCES / (beta * NOISE_VARIANCE)))
    print(f"{beta:4.0f}  {measured.round(2)}     {expected.round(2)}")
    assert np.abs(measured - expected).max() < 0.05  # noisy gradients end near the optimum

# %% [markdown]
# ### Is the KL to blame?
#
# It looks as if the KL had killed the latent. [Lucas et al. 2019] asked what the *marginal likelihood* has to say, in which
# there is no KL at all. Along our direction the model is $p(x) = N(x; 0, w^2 + \sigma^2)$, so
#
# $$
# E[\log p(x)] = -\tfrac12 \Bigl( \log 2\pi + \log(w^2 + \sigma^2) + \frac{\lambda}{w^2 + \sigma^2} \Bigr) . \quad (7)
# $$
#
# Compare (7) with (4) at beta = 1: up to a constant it is minus the same function of $v = w^2 + \sigma^2$.
#
# **Predict, then run.** At which w is log p(x) largest, for the variance 0.5 and the noise variances 0.25 and 1? And how far
# below it is the best ELBO?
#
# <details><summary>Answer</summary>
#
# At $w^2 = \lambda - \sigma^2 = 0.25$ for the smaller noise, and at 0 for the larger one: where the ELBO has its optimum.
# At beta = 1 the best q is the posterior itself, so the ELBO with the best encoder *is* log p(x), for every w.
#
# </details>
#
# [Lucas et al. 2019]: ../docs/bibliography.md#lucas2019

# %%
BETA_4, MANY_W = 4.0, np.linspace(0, 1.5, 301)
weak_axis = (make_points() @ TURN)[:, 1:]  # the coordinate along the weaker direction


def bounds_over_w(beta, noise):
    """The means of log p(x) and of the ELBO, with the best encoder for beta, for every w."""
    found = []
    for w in MANY_W:
        model = linear_gaussian.LinearGaussian(np.array([[w]]), np.zeros(1), np.sqrt(noise))
        mu = best_a(w, beta, noise) * weak_axis
        logvar = np.full_like(mu, np.log(best_s2(w, beta, noise)))
        evidence = linear_gaussian.log_evidence(model, weak_axis).mean()
        found.append((evidence, linear_gaussian.elbo(model, weak_axis, mu, logvar).mean()))
    return np.array(found).T


over_w = {noise: bounds_over_w(1.0, noise) for noise in (NOISE_VARIANCE, 1.0)}
for noise, (evidence, elbo) in over_w.items():
    best = MANY_W[evidence.argmax()] ** 2, MANY_W[elbo.argmax()] ** 2
    print(f"noise {noise}: best w^2 for log p(x) {best[0]:.3f}, for the ELBO {best[1]:.3f}")
    print(f"          largest gap between the two, over all w: {(evidence - elbo).max():.0e} nats")
    assert np.abs(evidence - elbo).max() < 1e-12  # the bound is tight, for every w
    assert abs(best[0] - max(0, VARIANCES[1] - noise)) < 0.01  # (5) without any KL; the grid of w


# %% tags=["hide-input"]
# The code of this picture.
def draw_blame():
    with style():
        fig = blank(8.6, 3)
        panels = fig.subplots(1, 2)
        for axes, (noise, (evidence, elbo)) in zip(panels, over_w.items(), strict=True):
            axes.plot(MANY_W, evidence, color=BLUE, linewidth=5, alpha=0.4, label="log p(x)")
            axes.plot(MANY_W, elbo, color=INK, linestyle="--", label="ELBO, best encoder, beta = 1")
            objective = (
                -BETA_4 * 0.5 * (VARIANCES[1] / (v := MANY_W**2 + BETA_4 * noise) + np.log(v))
            )
            shift = elbo.max() - objective.max()
            axes.plot(MANY_W, objective + shift, color=RED, label="objective at beta = 4, shifted")
            axes.set(
                xlabel="w, the weight of the decoder",
                ylim=(-2.2, -1),
                title=f"noise variance {noise:g}",
            )
        panels[0].set_ylabel("nats per point")
        panels[0].legend(fontsize=8, loc="lower left")
    return fig


figure(
    draw_blame(),
    caption="The weaker direction, variance 0.5. With a noise variance of 0.25 log p(x) itself is "
    "best with a living latent, with 1 it is best at w = 0. The ELBO follows it exactly. Only a "
    "beta above 1 has another optimum.",
    alt="Two panels. The dashed line of the ELBO lies on the blue line of log p(x) in both. Left "
    "both have a maximum near w = 0.5, right at 0. The red line of beta 4 has its maximum at 0.",
)

# %% [markdown]
# So at beta = 1 the KL is not to blame, and neither is the ELBO: **maximum likelihood wants the same.** A model whose noise
# is fixed at 1 explains a variance of 0.5 by the noise alone, and any signal would make the model's variance too large.
# [Lucas et al. 2019] prove more: for linear decoders the ELBO has no local maxima that log p(x) has not. (For deep decoders
# it may have some; the end of section 3 comes back to that.) What is to blame is a noise that is fixed too large. Beta above
# 1 does the same damage, and that one is the fault of the objective.
#
# ### The cure: learn the noise
#
# If a fixed noise is to blame, let training choose it. The best noise variance, for a given encoder and decoder, is what the
# decoder misses: for D columns that share one $\sigma^2$,
#
# $$
# 0 = \frac{\partial}{\partial \sigma^2} \Bigl( \frac D2 \log \sigma^2 + \frac{E \lVert x - \mathrm{decoder}(z) \rVert^2}{2\sigma^2} \Bigr)
# \;\Rightarrow\; \sigma^2 = \frac1D \, E \lVert x - \mathrm{decoder}(z) \rVert^2 , \qquad
# \sigma^2 = \frac{\sum_{\text{dead}} \lambda}{D - k \beta} \text{ at the optimum.} \quad (8)
# $$
#
# The first result is the *sigma-VAE* of [Rybkin et al. 2021]; in `fit_points` it is one line. The second is for our linear
# model with k living latents: put (2), (3) and (5) into the squared error, and a living direction leaves $\beta\sigma^2$, a
# dead one its $\lambda$, so $D\sigma^2 = k\beta\sigma^2 + \sum_{\text{dead}} \lambda$. At beta = 1 it is the noise of
# probabilistic PCA: the mean of the variances that are left out.
#
# In the plane two latents explain everything, and nothing is left for the noise. So take points in five dimensions, with
# variances 4, 0.5 and three times 0.05, and two latents.
#
# **Predict, then run.** With the noise variance fixed at 1, which is the squared error, the second latent is dead. What are the
# noise and the two KL when the noise is learnt? And can learnt noise mend beta = 4 as well?
#
# <details><summary>Answer</summary>
#
# By (8) with k = 2 the noise is 3 · 0.05 / 3 = 0.05, and by (6) the latents carry 2.19 and 1.15 nats: both live. At beta = 4
# two living latents are impossible, since D - 2 · 4 is negative. With k = 1 the noise is (0.5 + 0.15) / (5 - 4) = 0.65, far
# more than the 0.05 that two latents would leave, and the first latent keeps 0.21 nats. Learnt noise does not mend a beta
# above 1: the noise grows with it.
#
# </details>
#
# [Lucas et al. 2019]: ../docs/bibliography.md#lucas2019
# [Rybkin et al. 2021]: ../docs/bibliography.md#rybkin2021

# %%
DIMENSIONS = np.array([4.0, 0.5, 0.05, 0.05, 0.05])  # the variances of points in five dimensions
turn = np.linalg.qr(normal(SEED, Stream.PICTURE, 4, (5, 5)))[0]
cloud = normal(SEED, Stream.PICTURE, 3, (N, 5))
cloud -= cloud.mean(axis=0)
cloud = cloud @ np.linalg.inv(np.linalg.cholesky(np.cov(cloud.T, bias=True))).T
five = torch.from_numpy(cloud * np.sqrt(DIMENSIONS) @ turn.T).float()

cases = {(beta, learn): (beta, learn) for beta in (1.0, 4.0) for learn in (False, True)}
in_five = {
    (beta, learn): fit_points(lambda _, beta=beta: BetaObjective(beta), five, 1.0, learn)
    for beta, learn in cases
}
for (beta, learn), (vae, kls) in in_five.items():
    noise = float(vae.noise_logvar[0].exp())
    print(
        f"beta {beta:g}, noise {'learnt' if learn else 'fixed '}: "
        f"variance {noise:.3f}, KL {kls[-50:].mean(axis=0).round(2)}"
    )

# %% tags=["hide-input"]
# Checks of (8) and (6). The noise of one step is an estimate from 300 points.
for (beta, learn), noise in {
    (1.0, False): 1,
    (1.0, True): 0.05,
    (4.0, False): 1,
    (4.0, True): 0.65,
}.items():
    vae, kls = in_five[beta, learn]
    assert abs(np.log(float(vae.noise_logvar[0].exp()) / noise)) < 0.1
    expected = np.maximum(0, 0.5 * np.log(DIMENSIONS[:2] / (beta * noise)))
    assert np.abs(kls[-50:].mean(axis=0) - expected).max() < 0.05
assert abs(0.5 * np.log(4 / 0.05) - 2.19) < 0.005 and abs(0.5 * np.log(0.5 / 0.05) - 1.15) < 0.005
assert abs(0.5 * np.log(4 / (4 * 0.65)) - 0.21) < 0.01

# %% [markdown]
# With learnt noise the dead latent lives: this is the strongest remedy for a Gaussian decoder, and it needs no schedule and
# no allowance. It also takes away the choice of a weight, since beta = 1 is then right in any unit of x. (A Bernoulli has no
# noise to learn: its variance follows from its mean. And mind (9) of notebook 07: learnt noise and a flexible decoder need
# early stopping.)
#
# ### Active units
#
# On images nobody knows the variances. There one looks at the posterior means: a latent that carries information must
# differ from image to image. Its *activity* is the variance of its mean over images,
#
# $$
# A_j = \mathrm{Var}_x\bigl( \mu_j(x) \bigr), \qquad \text{active if } A_j > 0.01
# \qquad \text{(Burda et al. 2015, section 5.2)} \quad (9)
# $$

# %%
from common import metrics

with torch.no_grad():
    for beta, (vae, _) in in_the_plane.items():
        mu = vae.encode(points)[0].numpy()
        active = metrics.active_units(mu)
        expected = np.maximum(0, 1 - beta * NOISE_VARIANCE / VARIANCES)  # a^2 lambda, by (3), (5)
        print(f"beta {beta:4.0f}: activities {mu.var(axis=0).round(2)}, active {active}")
        print(f"   by (3) and (5) they are {expected.round(2)}")
        assert np.abs(mu.var(axis=0) - expected).max() < 0.1  # noisy gradients
found = [
    metrics.active_units(vae.encode(points)[0].detach().numpy()) for vae, _ in in_the_plane.values()
]
assert found == [2, 1, 0]

# %% [markdown]
# ### Exercise 19: active units and collapse
#
# Write (9), the count, and the border for a warning: at most a tenth of the latents is active.
# [The task](../exercises/19_active_units_and_collapse/README.md) has an example with three latents.

# %%
from jaxtyping import Float

from common.metrics.active_units import ACTIVE_ABOVE  # noqa: F401


def latent_activity(mu: Float[np.ndarray, "n latents"]) -> Float[np.ndarray, " latents"]:
    """Var_x(E_q[z_j | x]) of every latent; the variance divides by n."""
    raise NotImplementedError("write this part")


def active_units(mu: Float[np.ndarray, "n latents"]) -> int:
    """Count the latents whose activity is above ACTIVE_ABOVE."""
    raise NotImplementedError("write this part")


def has_collapsed(active: int, latents: int) -> bool:
    """Whether at most a tenth of the latents is active."""
    raise NotImplementedError("write this part")


# %%
check("19", latent_activity, active_units, has_collapsed)

# %% [markdown]
# ### The same on images: a mean in place of a sum
#
# In home-made code a frequent cause of collapse is a bug. Somebody writes `binary_cross_entropy(...)` with its default, the
# *mean* over pixels, and adds the KL as a sum. That is a beta of 784 (notebook 03, (32)). You know what its decoder draws: one
# mean digit. Now look at the run as its author does, who does not know of the bug. The author's loss is the cross-entropy of
# a pixel plus the KL of an image.
#
# **Predict, then run.** What does the loss of such a run look like? Which curve gives the bug away?
#
# <details><summary>Answer</summary>
#
# Like any other loss: it falls, and then it levels off, near 0.23. The number has no unit that could be compared with a
# right one. Converted to nats per image, its ELBO is some 30 nats worse, but the author has no right run beside it. Only the
# KL, at zero, and the active units, none, show what has happened.
#
# </details>

# %%
from dataclasses import replace

from common import schedule
from common.training.plan import BetaPlan

PIXELS = int(np.prod(data.image_shape))
buggy, buggy_records = run(replace(PLAN, objective=BetaPlan(schedule.constant(float(PIXELS)))))

# %%
shown = dynamic_binarization(data.test.images[:6], SEED, Stream.EVALUATION_BINARIZE, 9)
eps = normal(SEED, Stream.PICTURE, 2, (6, 20))
author_loss = np.array([r["reconstruction"] / PIXELS + r["kl"] for r in buggy_records])
print(
    f"the author's loss: {author_loss[0]:.2f} at first, {author_loss[-50:].mean():.3f} at the end"
)
assert DATA != "digits" or abs(author_loss[-50:].mean() - 0.23) < 0.01
rows = {"shown": shown, "sum": plain.reconstruct(shown, eps), "mean": buggy.reconstruct(shown, eps)}

# %% tags=["hide-input"]
# The code of this picture.
RUNS = {"sum": (plain_records, BLUE), "mean": (buggy_records, RED)}


def draw_bug():
    with style():
        fig = blank(9.6, 5.2)
        (left, author), (middle, right) = fig.subplots(2, 2)
        left.imshow(np.vstack([np.hstack(images[:, 0]) for images in rows.values()]), cmap="gray")
        height = data.image_shape[1]
        labels = ["image,\nbinarised", "sum over\npixels", "mean over\npixels"]
        left.set(xticks=[], yticks=height * np.array([0.5, 1.5, 2.5]), yticklabels=labels)
        author.plot(author_loss, color=RED)
        author.set(
            xlabel="step", title="what the author sees", ylabel="loss of the mean", ylim=(0, 1)
        )
        for name, (records, colour) in RUNS.items():
            kl = np.array([record["kl"] for record in records])
            cost = kl + [record["reconstruction"] for record in records]
            middle.plot(cost, color=colour, label=name)
            right.plot(kl, color=colour, label=name)
        middle.set(xlabel="step", ylabel="negative ELBO, nats", ylim=(100, 560))
        right.set(xlabel="step", ylabel="KL, nats (log above 1)")
        right.set(yscale="symlog", ylim=(0, 100))
        right.legend(title="over pixels")
    return fig


figure(
    draw_bug(),
    caption="The same VAE with the sum over pixels and with the mean. The mean makes the KL 784 "
    "times as heavy. Its own loss looks like a run that went well; its KL does not. Below, both "
    "runs in nats per image.",
    alt="Top left, three rows of six digits: the images, blurred but different reconstructions, "
    "and six grey blots, nearly equal. Top right, one falling curve that levels off near 0.23. "
    "Below left, two falling curves, the red one a little higher. Below right, the KL over steps: "
    "blue settles above 10 nats, red at 0.",
)

# %%
tests = {}
for name, model in (("sum", plain), ("mean", buggy)):
    active = metrics.active_units(model.encode(test_x)[0])
    tests[name] = metrics.evaluate_elbo(model, data.test.images, SEED)
    print(
        f"{name:5s} test ELBO {tests[name].elbo:.1f}, KL {tests[name].kl:.2f}, "
        f"active units {active} of 20"
    )
    assert active > 10 if name == "sum" else (active == 0 and tests[name].kl < 0.1)
if DATA == "digits":
    assert abs(tests["sum"].elbo - tests["mean"].elbo - 30) < 3  # a seed moves it by a nat or two
apart = {name: np.abs(rows[name] - rows[name][0]).mean() for name in ("sum", "mean")}
print("pixels differ from the first picture by", {k: f"{v:.3f}" for k, v in apart.items()})
assert apart["mean"] < 0.5 * apart["sum"]  # what is left in "mean" is the noise in z

# %% [markdown]
# The cure is to write the sum. No schedule mends a loss that is wrong.
#
# ## 3. Collapse that is only slow
#
# There is a second kind. The optimum is alive, but training starts where the code carries no information, and does not get
# away.
# One latent and one direction are enough to see it: the state of training is a point $(a, w)$ of the plane, if $s^2$ is
# always at its best (2). Let the steps be so small that they become a derivative in t, the sum of the step sizes. Then
# training follows the arrows of the next picture: the *flow*.


# %%
def velocity(a, w, beta, variance=VARIANCES[1], noise=NOISE_VARIANCE):
    """Minus the gradient of (1) with respect to a and w, with s2 at its best."""
    da = variance * w * (1 - a * w) / noise - beta * variance * a
    dw = variance * a * (1 - a * w) / noise - w * best_s2(w, beta, noise) / noise
    return da, dw


def flow(beta_at, start=(1e-3, 1e-3), time=40.0, step=0.01):
    """Follow the arrows; return the points (a, w) at every step."""
    path = [np.array(start)]
    for index in range(int(time / step)):
        path.append(path[-1] + step * np.array(velocity(*path[-1], beta_at(index * step))))
    return np.array(path)


def run_past_the_saddle(beta):
    return flow(lambda _: beta, start=(-0.65, 0.95))


nearest = [np.hypot(*run_past_the_saddle(beta).T).min() for beta in (0.5, 1.0, 1.5, 1.75)]
assert (np.diff(nearest) < 0).all() and nearest[2] < 0.1  # the larger beta, the nearer
assert np.hypot(*run_past_the_saddle(2.5)[-1]) < 0.01  # above the border it ends at the origin


# %% tags=["hide-input"]
# The code of this picture and its slider.
def draw_portrait(beta):
    across, up = np.meshgrid(np.linspace(-1.5, 1.5, 19), np.linspace(-1, 1, 19))
    da, dw = velocity(across, up, beta)
    path = run_past_the_saddle(beta)
    with style():
        fig = blank(4.6, 3.6)
        axes = fig.subplots()
        axes.streamplot(across, up, da, dw, color=PALETTE[3], density=0.9, linewidth=0.8)
        axes.plot(*path.T, color=BLUE, linewidth=2, label="a training run")
        axes.plot(*path[-1], "o", color=RED, label="where it ends")
        axes.set(xlim=(-1.5, 1.5), ylim=(-1, 1), xlabel="a, encoder", ylabel="w, decoder")
        axes.set_title(f"beta = {beta:g}")
        axes.legend(loc="lower right", fontsize=8, frameon=True)
    return fig


slider(
    draw_portrait,
    caption="Gradient descent on one latent. Below beta = 2 the origin, where the code is "
    "empty, is a saddle: runs are drawn towards it and turn off, the later the larger beta. "
    "Above beta = 2 all runs end there.",
    alt="Arrows in the plane of the encoder's and the decoder's weight. A blue path runs from the "
    "top towards the origin and turns off to a red dot.",
    static=(0.5, 1.5, 3.0),
    beta=[0.25, 0.5, 1.0, 1.5, 1.75, 2.5, 3.0],
)

# %% [markdown]
# How long does a run stay near the origin? There the arrows are linear in $(a, w)$, and along an eigenvector of the
# matrix with eigenvalue r the distance from the origin changes as $e^{rt}$:
#
# $$
# \begin{aligned}
# \frac{d}{dt}\begin{pmatrix} a \\ w \end{pmatrix} &=
# \begin{pmatrix} -\beta\lambda & \lambda/\sigma^2 \\ \lambda/\sigma^2 & -1/\sigma^2 \end{pmatrix}
# \begin{pmatrix} a \\ w \end{pmatrix}
# && \text{minus the gradient of (1), products of small numbers dropped, } s^2 = 1 && (10) \\
# \det &= \frac{\lambda}{\sigma^2}\Bigl(\beta - \frac{\lambda}{\sigma^2}\Bigr)
# && \text{of that matrix} && (11) \\
# \text{the code grows} &\iff \det < 0 \iff \lambda > \beta \sigma^2
# && \text{the trace is negative, so one eigenvalue is positive iff } \det < 0 && (12)
# \end{aligned}
# $$
#
# Line (12) is line (5) once more, now as a statement about training. And the positive eigenvalue is the speed at which a
# latent wakes up. Near the border it is close to zero, so the latent seems dead for a long time. (This is plain gradient
# descent. Adam takes other steps, past the same saddle.)


# %%
def at_origin(beta, variance=VARIANCES[1], noise=NOISE_VARIANCE):
    """The matrix of line (10)."""
    return np.array([[-beta * variance, variance / noise], [variance / noise, -1 / noise]])


TINY = 1e-6
for beta in (0.1, 1.0, 1.5, 1.9, 3.0):
    numeric = np.array([velocity(TINY, 0, beta), velocity(0, TINY, beta)]).T / TINY
    matrix = at_origin(beta)
    assert np.abs(numeric - matrix).max() < 1e-4  # what was dropped is of the size of TINY
    determinant = VARIANCES[1] / NOISE_VARIANCE * (beta - VARIANCES[1] / NOISE_VARIANCE)
    assert abs(np.linalg.det(matrix) - determinant) < 1e-12
    speed = np.linalg.eigvalsh(matrix).max()
    assert (speed > 0) == (VARIANCES[1] > beta * NOISE_VARIANCE)
    print(f"beta {beta:3.1f}: speed {speed:6.3f}")

slow, fast = (np.linalg.eigvalsh(at_origin(beta)).max() for beta in (1.9, 0.1))
print(f"at beta 0.1 a latent wakes up {fast / slow:.0f} times as fast as at beta 1.9")
assert abs(fast / slow - 20) < 1  # a rounded number in the text

# %% [markdown]
# At beta = 0 the matrix (10) no longer holds, since a code that costs nothing is best without noise: by (2) $s^2$ is 0, not 1.
# Then only $\dot a = \lambda w / \sigma^2$ and $\dot w = \lambda a / \sigma^2$ are left near the origin, and the speed is
# $\lambda / \sigma^2$, here 2. Beta = 0.1 has 0.79. Section 5 will use that: to a latent that carries little, free bits are a
# beta of 0.

# %%
without_price = flow(lambda _: 0.0, start=(1e-4, 1e-4), time=2.0, step=1e-3)
growth = np.hypot(*without_price[-1]) / np.hypot(*without_price[0])
print(f"speed at beta 0: {np.log(growth) / 2:.2f}; at beta 0.1: {fast:.2f}")
assert abs(np.log(growth) / 2 - VARIANCES[1] / NOISE_VARIANCE) < 0.01  # steps of 0.001
assert abs(fast - 0.79) < 0.005

# %% [markdown]
# So there are two kinds of collapse, and they need different remedies:
#
# | | the optimum has collapsed | training is slow to leave |
# |---|---|---|
# | why | beta times the noise variance is above the variance | near the origin the speed is small |
# | sign | KL falls to 0 and stays, however long you train | KL near 0 at first, rises late |
# | remedy | mend the loss; learnt noise; beta = 1; free bits | warm-up, patience; free bits (at small KL they act as beta = 0) |
#
# The linear model ends here, the literature goes on. Each of these remedies is for one of the two kinds, or for a third:
#
# | remedy | idea | for |
# |---|---|---|
# | learnt noise ([Lucas et al. 2019], [Rybkin et al. 2021]) | fit sigma, as above | collapsed optimum, by the noise |
# | weaker decoder ([Bowman et al. 2016], [Chen et al. 2017]) | a decoder that can predict x from x, word by word or pixel by pixel, does without z at no loss; take that sight away | collapsed optimum, by the decoder |
# | identifiable decoder ([Wang et al. 2021]) | collapse is a likelihood that does not depend on z; make that impossible | collapsed optimum, by the model |
# | skip connections ([Dieng et al. 2019]) | lead z to every layer of the decoder | both: the optimum has more information in z |
# | train the encoder more often ([He et al. 2019]) | early in training the encoder lags behind the true posterior | slow to leave |
# | warm-up, cyclical ([Fu et al. 2019]), free bits ([Kingma et al. 2016]) | sections 4 and 5 | slow to leave; free bits both |
# | a better start, a shallower network ([Dai et al. 2020]) | deep decoders have bad local optima that log p(x) does not ask for | a third kind: a local optimum |
#
# ## 4. Warm-up of the KL
#
# At beta = 0.1 the latent wakes up 20 times as fast as at 1.9. That is the idea of *warm-up*: begin with beta at 0, so
# that the codes become useful, and then let beta grow to where it belongs.
#
# [Lucas et al. 2019]: ../docs/bibliography.md#lucas2019
# [Rybkin et al. 2021]: ../docs/bibliography.md#rybkin2021
# [Bowman et al. 2016]: ../docs/bibliography.md#bowman2016
# [Chen et al. 2017]: ../docs/bibliography.md#chen2017
# [Wang et al. 2021]: ../docs/bibliography.md#wang2021
# [Dieng et al. 2019]: ../docs/bibliography.md#dieng2019
# [He et al. 2019]: ../docs/bibliography.md#he2019
# [Fu et al. 2019]: ../docs/bibliography.md#fu2019
# [Kingma et al. 2016]: ../docs/bibliography.md#kingma2016
# [Dai et al. 2020]: ../docs/bibliography.md#dai2020

# %%
SCHEDULES = {
    "no warm-up": schedule.constant(1.0),
    "linear, over 8 epochs": schedule.linear_warmup(8.0),
    "cyclical, 3 cycles of 5 epochs": schedule.cyclical_warmup(5.0, 3),
}


# %% tags=["hide-input"]
# The code of this picture.
def draw_schedules():
    epochs = np.linspace(0, 20, 2001)
    with style():
        fig = blank(8, 2.4)
        axes = fig.subplots()
        for (name, points_of), colour in zip(SCHEDULES.items(), (INK, BLUE, ORANGE), strict=True):
            axes.plot(
                epochs, [schedule.value_at(points_of, e) for e in epochs], color=colour, label=name
            )
        axes.set(xlabel="epoch", ylabel="beta", ylim=(-0.05, 1.1), xticks=range(0, 21, 5))
        axes.legend(loc="center right")
    return fig


figure(
    draw_schedules(),
    caption="Three schedules of beta. A schedule is a list of points (epoch, beta), joined by "
    "lines; two points at one epoch make a jump.",
    alt="Beta over epochs: a level line at 1, a line that rises from 0 to 1 over eight epochs, and "
    "a saw with three teeth that rise from 0, stay at 1 and fall back to 0.",
)

# %% [markdown]
# ### Exercise 17: warm-up
#
# $$
# \beta(t) = \mathrm{value} \cdot \min(1,\; t / \mathrm{epochs}), \qquad
# \beta(t) = \mathrm{value} \cdot \min\Bigl(1,\; \frac{t \bmod \mathrm{period}}{\mathrm{rising} \cdot \mathrm{period}}\Bigr)
# \quad (13)
# $$
#
# On the left is the linear one ([Sønderby et al. 2016]), on the right the cyclical one until its last cycle ends
# ([Fu et al. 2019]): its later cycles start from a decoder that has already learnt to read the code. A schedule is a tuple
# of pairs (epoch, value). Write the two schedules, and the function that reads one;
# [the task](../exercises/17_kl_warmup/README.md) says what happens at jumps and beyond the ends.
#
# [Sønderby et al. 2016]: ../docs/bibliography.md#sonderby2016
# [Fu et al. 2019]: ../docs/bibliography.md#fu2019


# %%
def value_at(schedule: tuple, epoch: float) -> float:
    """Return the value at ``epoch``, on the lines between the points; at a jump, the one after."""
    raise NotImplementedError("write this part")


def linear_warmup(epochs: float, value: float = 1.0) -> tuple:
    """Rise from 0 to ``value`` over ``epochs``, then stay."""
    raise NotImplementedError("write this part")


def cyclical_warmup(period: float, cycles: int, value: float = 1.0, rising: float = 0.5) -> tuple:
    """Rise from 0 to ``value`` in the first part of each period, hold it, start again at 0."""
    raise NotImplementedError("write this part")


# %%
check("17", value_at, linear_warmup, cyclical_warmup)

# %% [markdown]
# **Predict, then run.** Twice the weaker direction of the points, variance 0.5, whose border is beta = 2. First the flow of
# section 3, from a point next to the origin, with beta = 1.5 at the end: the optimum is alive. Then the trained VAE of
# the plane, with beta = 4 at the end: the optimum has collapsed. Each without and with warm-up. Which does warm-up help?
#
# <details><summary>Answer</summary>
#
# The first alone. With warm-up it is half-way to its optimum more than three times as soon. (It overshoots: by (6) the
# optimum is higher while beta is small.) The second lives while beta is small. Once beta is large, it dies. Warm-up
# changes the way, not the objective at its end, and here not the place where it ends. (A deep network has many valleys.
# There it may choose among them.)
#
# </details>


# %%
TIME, STEP_OF_TIME = 60.0, 0.01


def kl_along(beta_at, variance=VARIANCES[1]):
    """The KL of the latent along the flow, with s2 at its best for the beta of each moment."""
    a, w = flow(beta_at, time=TIME, step=STEP_OF_TIME).T
    betas = np.array([beta_at(index * STEP_OF_TIME) for index in range(len(a))])
    s2 = best_s2(w, betas, NOISE_VARIANCE)
    return 0.5 * (variance * a**2 + s2 - 1 - np.log(s2))


alive = {  # at beta = 0 the best s2 is 0, and its KL infinite: the warm-up starts just above
    "beta = 1.5": kl_along(lambda _: 1.5),
    "warm-up to 1.5": kl_along(lambda t: 1.5 * max(0.02, min(1, t / 20))),
}
plane_plans = {
    "beta = 4": lambda part: BetaObjective(4.0),
    "warm-up to 4": lambda part: BetaObjective(4 * min(1.0, part / 0.6)),
}
doomed = {name: fit_points(objective)[1][:, 1] for name, objective in plane_plans.items()}


# %% tags=["hide-input"]
# The code of this picture.
def draw_two_kinds():
    with style():
        fig = blank(8.6, 3.2)
        left, right = fig.subplots(1, 2)
        for (name, kl), colour in zip(alive.items(), (RED, BLUE), strict=True):
            left.plot(np.arange(len(kl)) * STEP_OF_TIME, kl, color=colour, label=name)
        left.axhline(0.5 * np.log(2 / 1.5), color=INK, linestyle=":", label="optimum, (6)")
        left.set(xlabel="time t of the flow", ylabel="KL, nats", title="slow to leave")
        for (name, kl), colour in zip(doomed.items(), (RED, BLUE), strict=True):
            right.plot(kl, color=colour, label=name)
        right.set(xlabel="step", title="collapsed at the optimum", ylim=(-0.05, 1))
        for axes in (left, right):
            axes.legend(fontsize=8)
    return fig


figure(
    draw_two_kinds(),
    caption="Warm-up against the two kinds of collapse. Left, it shortens the wait. Right, the "
    "latent lives while beta is small, and ends where it ended without.",
    alt="Left, two curves rise to the same dotted line; the blue one, with warm-up, far earlier. "
    "Right, the blue curve rises, falls to zero and stays there; the red one is soon at zero.",
)


# %%
def time_awake(kl):
    """When half of the optimal KL is reached, and stays."""
    below = np.flatnonzero(kl < 0.25 * np.log(2 / 1.5))
    return (below[-1] + 1) * STEP_OF_TIME


waits = {name: time_awake(kl) for name, kl in alive.items()}
for name, wait in waits.items():
    print(f"{name:15s} reaches half of its optimal KL at time {wait:.1f}")
assert all(abs(kl[-1] - 0.5 * np.log(2 / 1.5)) < 0.01 for kl in alive.values())
assert 3 < waits["beta = 1.5"] / waits["warm-up to 1.5"] < 4
for name, kl in doomed.items():
    last = kl[-50:].mean()
    print(f"{name:15s} KL of the doomed latent: highest {kl.max():.2f}, at last {last:.3f}")
    assert last < 0.02  # (6): 0
assert doomed["warm-up to 4"].max() > 2 * doomed["beta = 4"].max()  # it lived, for a while

# %% [markdown]
# On digits with 20 latents, three seeds each:

# %%
from scipy.stats import ttest_1samp

from numpy_impl.distributions import gaussian_kl


def measured(objective, seed=SEED):
    """Train, and return the test ELBO with its parts and the KL of every latent, largest first."""
    model, _ = run(replace(PLAN, objective=objective, seed=seed))
    return summary_of(model)


def summary_of(model):
    kl = gaussian_kl(*model.encode(test_x))[0].mean(axis=0)
    return metrics.evaluate_elbo(model, data.test.images, SEED), np.sort(kl)[::-1]


WARM = BetaPlan(schedule.linear_warmup(8.0))
without = [summary_of(plain), *(measured(BetaPlan(), seed) for seed in progress((1, 2)))]
warmed = [measured(WARM, seed) for seed in progress((0, 1, 2))]
for name, found in (("without", without), ("warm-up", warmed)):
    for seed, (elbo, kl) in enumerate(found):
        print(
            f"{name}, seed {seed}: test ELBO {elbo.elbo:7.1f}, KL {elbo.kl:5.1f}, "
            f"latents above 0.1 nats {(kl > 0.1).sum():2d}, above 0.5 {(kl > 0.5).sum():2d}"
        )
gains = np.array([w[0].elbo - p[0].elbo for p, w in zip(without, warmed, strict=True)])
print("gain by warm-up, seed by seed:", gains.round(1))
error = gains.std(ddof=1) / np.sqrt(3)
print(f"on average {gains.mean():.1f}, with a standard error of {error:.1f} from three seeds")
test = ttest_1samp(gains, 0)
print(f"t with two degrees of freedom: {test.statistic:.1f}, p = {test.pvalue:.2f}")
assert DATA != "digits" or ((gains > 0.5).all() and 0.02 < test.pvalue < 0.2)  # tenths move it
assert DATA != "digits" or min((kl > 0.1).sum() for _, kl in without + warmed) > 15

# %% [markdown]
# Warm-up gains on all three seeds, a few nats each, and yet p is about 0.07: three numbers of one sign can be consistent and
# not significant. It is a hint, no proof. And look at what is *not* there: a collapse. With or without warm-up, nearly
# all latents carry information. A shallow network on digits gets away from the origin by itself. Where warm-up was needed
# there were five layers of latents ([Sønderby et al. 2016]), or a decoder of text that can do without z
# ([Bowman et al. 2016]).
#
# ## 5. Free bits
#
# Warm-up is a matter of time. *Free bits* are a matter of price: each latent gets an allowance of nats that cost nothing
# more. Below the allowance a latent pays the full allowance whatever it does, so nothing pushes it further down.
#
# [Sønderby et al. 2016]: ../docs/bibliography.md#sonderby2016
# [Bowman et al. 2016]: ../docs/bibliography.md#bowman2016


# %% tags=["hide-input"]
# The code of this picture.
def draw_price():
    nats = np.linspace(0, 3, 301)
    with style():
        fig = blank(4.8, 2.8)
        axes = fig.subplots()
        axes.plot(nats, nats, color=INK, linestyle="--", label="KL")
        axes.plot(nats, np.maximum(1, nats), color=BLUE, label="max(1, KL)")
        axes.set(xlabel="mean KL of a latent, nats", ylabel="what it costs", ylim=(0, 3))
        axes.legend()
    return fig


figure(
    draw_price(),
    caption="The price of a latent with one free nat. To the left of the kink the slope is 0: no "
    "gradient pushes the KL down there.",
    alt="The dashed diagonal, and a blue line that is level at 1 until 1 and then follows the "
    "diagonal.",
)

# %% [markdown]
# The order of the operations is part of the definition: first the mean over the batch, then the maximum, then the sum
# over latents.
#
# $$
# y = \sum_j \max\Bigl(\mathrm{minimum},\; \operatorname{mean}_b \mathrm{KL}_{bj}\Bigr)
# \qquad \text{(Kingma et al. 2016, eq. 15)} \quad (14)
# $$
#
# Here b is an image of the batch and j a latent. The loss is the reconstruction plus $\beta y$. (Notebook 04 wrote
# $\lambda$ for the minimum; here $\lambda$ is a variance.)

# %%
from numpy_impl import objective

kl = np.array([[0.0, 0.2], [3.0, 0.4]])  # two images, two latents
value, pullback = objective.free_bits(kl, 1.0)
print("mean, then maximum:", value, "   maximum, then mean:", np.maximum(1, kl).mean(axis=0).sum())
print("gradient of every KL:\n", pullback(1.0))
assert (value, np.maximum(1, kl).mean(axis=0).sum()) == (2.5, 3.0)
assert (pullback(1.0) == [[0.5, 0], [0.5, 0]]).all()  # the first latent pays, for both images

# %% [markdown]
# ### Exercise 18: free bits
#
# Write (14) with its pullback; [the task](../exercises/18_free_bits/README.md) says what happens at equality.


# %%
def free_bits(kl: Float[np.ndarray, "batch latents"], minimum: float) -> tuple:
    """y = sum_j max(minimum, mean_b KL_bj), with its pullback dy -> dkl."""
    raise NotImplementedError("write this part")


# %%
check("18", free_bits)

# %% [markdown]
# **Predict, then run.** The weaker direction of the points, beta = 4: the latent that warm-up could not save. Now each
# latent has 0.1 free nats. Where will its KL end? And will the stronger latent, which pays 0.69 nats, change?
#
# <details><summary>Answer</summary>
#
# At 0.1 nats, and no. Up to 0.1 nats the code is free, and the reconstruction gains by it. Beyond, it costs more than it
# gains. The stronger latent is above its allowance and sees no difference.
#
# </details>

# %%
freed = {minimum: fit_points(lambda _, m=minimum: BetaObjective(4.0, m)) for minimum in (0.1, 0.3)}
for minimum, (vae, kls) in freed.items():
    strong, weak = np.abs(TURN.T @ vae.decoder.out.weight.detach().numpy())
    print(f"{minimum} free nats       latent 0   latent 1")
    for name, pair in (
        ("KL", kls[-50:].mean(axis=0)),
        ("|w|, strong", strong),
        ("|w|, weak", weak),
    ):
        print(f"  {name:16s} {pair[0]:8.2f} {pair[1]:10.2f}")
assert (strong > 5 * weak).all()  # of 0.3 free nats: both latents, the strong axis
expected = [0.5 * np.log(VARIANCES[0] / (4 * NOISE_VARIANCE)), 0.1]
assert np.abs(freed[0.1][1][-50:].mean(axis=0) - expected).max() < 0.05  # noisy gradients
assert abs(expected[0] - 0.69) < 0.005
assert np.abs(freed[0.3][1][-50:].mean(axis=0) - [0.33, 0.30]).max() < 0.05

# %% [markdown]
# With 0.1 free nats all is as predicted; the columns show which latent the decoder uses for which axis. But look at 0.3. Both
# latents are alive, with 0.33 and 0.30 nats, and *both encode the strong axis*. One latent would have to pay 0.69 nats for
# it. Split over two, nearly all of it is free. The weak axis is as lost as before. Free bits guarantee that a latent carries
# information. They do not guarantee that the information is new.
#
# So free bits do change the place where training ends, because they change the objective. Where a latent lies below its
# allowance, the loss is larger than minus the ELBO: still a bound, but a looser one. What we measure at the end is the
# ELBO, without free bits. On digits, three seeds each:

# %%
FREE = (0.25, 1.0)
remedies = {"no remedy": without, "warm-up": warmed}
for minimum in FREE:
    objective = BetaPlan(free_bits=minimum)
    remedies[f"free bits {minimum:g}"] = [measured(objective, seed) for seed in progress((0, 1, 2))]


# %% tags=["hide-input"]
# The code of this picture.
def draw_bars():
    first_seed = {name: found[0] for name, found in remedies.items()}
    with style():
        fig = blank(9, 2.8)
        for axes, (name, (elbo, kl)) in zip(
            fig.subplots(1, 4, sharey=True), first_seed.items(), strict=True
        ):
            axes.bar(range(len(kl)), kl, color=BLUE)
            axes.set_title(f"{name}\nELBO {elbo.elbo:.1f}, KL {elbo.kl:.1f}", fontsize=9)
            axes.set(xlabel="latent, sorted")
            if name.startswith("free"):
                axes.axhline(float(name.split()[-1]), color=RED, linestyle="--", linewidth=0.9)
        fig.axes[0].set_ylabel("KL, nats")
    return fig


figure(
    draw_bars(),
    caption="The KL of all 20 latents on test images, after the same number of steps, seed 0. The "
    "red line is the allowance. One nat for each of 20 latents is more than this model has to say.",
    alt="Four bar charts, bars falling from left to right. Without remedy many bars are small; "
    "with free bits no bar falls far below the red line.",
)

# %%
end = {
    name: np.array([(elbo.elbo, elbo.kl, elbo.reconstruction, kl[-1]) for elbo, kl in found])
    for name, found in remedies.items()
}
for name, by_seed in end.items():
    elbo, kl, reconstruction, least = by_seed.mean(axis=0)
    print(
        f"{name:15s} test ELBO {by_seed[:, 0].round(1)}, mean {elbo:.1f}; "
        f"reconstruction {reconstruction:.1f}, KL {kl:.1f}, smallest KL {least:.2f}"
    )

# %% tags=["hide-input"]
# Checks of what the text says.
if DATA == "digits":
    nothing, quarter, one = (end[name] for name in ("no remedy", "free bits 0.25", "free bits 1"))
    seeds_apart = np.ptp(nothing[:, 0])
    assert abs(quarter[:, 0].mean() - nothing[:, 0].mean()) < max(1.5, seeds_apart)
    assert quarter[:, 3].min() > 0.1 and one[:, 3].min() > 0.4  # no latent is idle
    assert abs(nothing[:, 1].mean() - 12) < 1.5 and abs(one[:, 1].mean() - 20) < 2
    assert -4 < one[:, 0].mean() - nothing[:, 0].mean() < 1  # "hardly lower"

# %% [markdown]
# A quarter of a nat for each latent leaves the ELBO where it was, within what a seed does, and no latent is idle. With one
# nat for each, the KL goes from 12 nats to 20. The reconstruction gains almost as much, so the ELBO is hardly lower. The latents are
# full, and nothing has been won: full latents are no end in themselves. (A bar may lie below the line, since the allowance
# is for the mean of a training batch, and these are test images.)
#
# ## 6. Reading a run from its curves
#
# Here are five runs on digits, with their names taken off. Four have a fault each, one has none. (One seed each: they are
# examples.)


# %%
from common.training.validation import validate

BATCHES = 15  # a validation bound every 15 steps
SMALL = replace(
    PLAN, architecture=MLP(data.image_shape, hidden=64, latents=10), epochs=EPOCHS // 2 or 1
)
few = data.train.take(np.arange(100))


def watched(plan, split):
    """Records, some with the validation ELBO (of test images: nothing is chosen by it here)."""
    state = initial_state(plan.architecture, plan.seed, plan.dtype)
    learner = level.start(plan.architecture, state, plan.adam)
    records = train(learner, batches(split, plan), plan.objective.at)
    shape = plan.architecture.image_shape

    def model():
        return bind(level, learner.state().parameters, shape)

    return list(validate(records, model, data.test, plan.seed, BATCHES))


five_runs = {
    "A": (replace(SMALL, adam=AdamSettings(learning_rate=1e-4)), data.train),
    "B": (replace(SMALL, objective=BetaPlan(schedule.constant(100.0))), data.train),
    "C": (SMALL, data.train),
    "D": (replace(SMALL, epochs=300, architecture=PLAN.architecture), few),
    "E": (replace(SMALL, adam=AdamSettings(learning_rate=0.1)), data.train),
}
mysteries = {name: watched(*case) for name, case in progress(five_runs.items())}


# %% tags=["hide-input"]
# The code of this picture.
def draw_mysteries():
    with style():
        fig = blank(9.4, 5)
        panels = fig.subplots(3, 5, sharey="row", sharex="col")
        for column, (name, records) in zip(panels.T, mysteries.items(), strict=True):
            step = np.array([record["step"] for record in records])
            reconstruction, kl = (
                np.array([record[key] for record in records]) for key in ("reconstruction", "kl")
            )
            column[0].plot(step, reconstruction, color=BLUE, linewidth=0.9)
            column[1].plot(step, kl, color=ORANGE, linewidth=0.9)
            column[2].plot(step, reconstruction + kl, color=RED, linewidth=0.9, label="training")
            seen = [record for record in records if "validation_elbo" in record]
            where, negative = zip(*((r["step"], -r["validation_elbo"]) for r in seen), strict=True)
            column[2].plot(where, negative, ".", color=INK, label="validation")
            column[0].set(title=name, ylim=(100, 560))
            column[1].set(yscale="symlog", ylim=(0, 10_000))
            column[2].set(xlabel="step", ylim=(100, 560))
        for axes, what in zip(panels[:, 0], ("reconstruction", "KL", "negative ELBO"), strict=True):
            axes.set_ylabel(f"{what}\n(nats per image)", fontsize=9)
        panels[2, 2].legend(fontsize=8, loc="upper right")
    return fig


figure(
    draw_mysteries(),
    caption="Five runs without names. Above the reconstruction, in the middle the KL (the axis is "
    "logarithmic above 1), below the negative ELBO with validation points.",
    alt="Fifteen panels in five columns. In A the reconstruction falls to the end, still high. In "
    "B the KL is zero. In C the KL has a peak, dips and rises. In D validation lies above "
    "training. In E the KL is in the hundreds and thousands, and the curves jump.",
)

# %% [markdown]
# **Predict, then run.** Which of the five is sound? Which has a learning rate that is too small, which one that is too
# large, which has collapsed, and which has learnt its few images by heart?
#
# <details><summary>Answer</summary>
#
# C is sound. A has a learning rate of 0.0001, and would need many more steps. B has a beta of 100: its KL is zero, and its
# reconstruction is that of one average picture for all. D had 100 images for 300 steps, and a larger network: it has
# begun to know them by heart, and is worse on others. E has a learning rate of 0.1: its KL is in the
# hundreds and thousands, and its curves jump.
#
# </details>


# %%
def end_of(name):
    """Means of the last ten steps, and the last validation bound."""
    last = mysteries[name][-10:]
    means = {key: float(np.mean([r[key] for r in last])) for key in ("reconstruction", "kl")}
    seen = [r["validation_elbo"] for r in mysteries[name] if "validation_elbo" in r]
    return {**means, "last validation": seen[-1], "best validation": max(seen)}


ends = {name: end_of(name) for name in mysteries}
for name, found in ends.items():
    print(name, {key: round(value, 1) for key, value in found.items()})

if DATA == "digits":
    assert ends["A"]["reconstruction"] > 250 > 170 > ends["C"]["reconstruction"]
    assert ends["B"]["kl"] < 0.1 < 5 < ends["C"]["kl"]
    gaps = {k: -v["last validation"] - v["reconstruction"] - v["kl"] for k, v in ends.items()}
    assert gaps["D"] > 8 > abs(gaps["C"])  # nats by which other images are worse
    assert ends["E"]["kl"] > 100

# %% [markdown]
# ### Let the machine look
#
# A training loop can look at these numbers itself. The loop of this course yields a record for every step. Small
# functions pass the records on, one of them stops at NaN, and two warn. They are in every `vae train`, the course's
# [command line](../README.md). The loop knows beta. If it is above 1, the warning names it first, since warm-up mends no
# collapsed optimum (section 4).

# %%
from common.training import guards
from common.training.validation import count_active_units

source(guards.warn_of_collapse)


# %%
def guarded(plan):
    """Train with the guards on; return what they said."""
    said = []
    state = initial_state(plan.architecture, plan.seed, plan.dtype)
    learner = level.start(plan.architecture, state, plan.adam)
    shape = plan.architecture.image_shape
    flow = train(learner, batches(data.train, plan), plan.objective.at)
    flow = count_active_units(
        guards.stop_at_nan(flow),
        lambda: bind(level, learner.state().parameters, shape),
        data.train,
        plan.seed,
        BATCHES,
    )
    flow = guards.warn_of_exploding_kl(flow, shape, said.append)
    for _ in guards.warn_of_collapse(flow, plan.architecture.latents, said.append):
        pass
    return said


SHORT = replace(SMALL, epochs=4 if DATA == "digits" else 1)
collapsing = guarded(replace(SHORT, objective=BetaPlan(schedule.constant(100.0))))
exploding = guarded(replace(SHORT, adam=AdamSettings(learning_rate=0.1)))
print("\n\n".join([*collapsing, *exploding]))
assert len(collapsing) == 1 and "posterior collapse: 0 of 10" in collapsing[0]
assert "beta is 100: lower it first" in collapsing[0] and "--warmup" not in collapsing[0]
assert len([warning for warning in exploding if "exploding" in warning]) == 1
assert abs(PIXELS * np.log(2) - 543) < 0.5  # rounded, in the table below

# %% [markdown]
# What to do, in the order in which to look:
#
# | what you see | what it is | what to do |
# |---|---|---|
# | a loss of NaN, or a KL above 784 log 2 = 543 nats | it explodes: no code is worth more, since a decoder that says 1/2 everywhere costs 543 nats without any | smaller learning rate, `--clip-norm` |
# | KL 0, no active units, from the first epoch to the last | collapsed optimum | sum or mean? beta = 1; learnt noise; free bits |
# | KL near 0 for long, then rising | slow to leave | warm-up, patience |
# | few latents active, KL of the others 0 | the model has more latents than it needs | often nothing; free bits if you want them used |
# | the validation bound falls behind the training bound | learnt by heart | more data, a smaller network; stop where validation turns (`--patience`) |
# | the negative ELBO still falls at the end | too few steps | train on, or a larger learning rate |
#
# ## Summary
#
# 1. Look at reconstruction and KL separately, and at the active units; the loss alone hides a collapse.
# 2. A direction whose variance is below beta times the noise variance is not worth a latent: there the optimum has
#    collapsed.
# 3. At beta = 1 maximum likelihood wants the same. The culprit is a noise that is fixed too large, and the cure is to learn
#    it. A beta above 1 is the objective's fault, and learnt noise does not mend that.
# 4. Near the origin training is slow, the slower the nearer beta is to that border: warm-up shortens the wait. Warm-up
#    changes the way, free bits change the objective: of the two, only free bits can save a latent whose optimum is dead.
# 5. In code of your own, look for a bug first: a mean over pixels in place of a sum is a beta of 784.
#
# ## Checklist
#
# - [ ] I can derive the border between a living and a collapsed latent, (1) to (5).
# - [ ] I can say why the KL is not to blame at beta = 1, and what learnt noise changes.
# - [ ] I can tell the two kinds of collapse apart, and name a remedy for each.
# - [ ] I can write a schedule for beta, and say what it can change and what it cannot.
# - [ ] I know the order of mean, maximum and sum in free bits, and why it matters.
# - [ ] I can say what is wrong with a run from its curves.
#
# ## Exercises
#
# * [17 Warm-up of the KL](../exercises/17_kl_warmup/README.md), in section 4
# * [18 Free bits](../exercises/18_free_bits/README.md), in section 5
# * [19 Active units and collapse](../exercises/19_active_units_and_collapse/README.md), in section 2
# * On paper: put (2), (3) and (5) into the KL, and get (6), and into the squared error, and get (8). Then show that with
#   free bits a latent with a direction to itself ends at the allowance, if (6) is below it.
#
# ## Further reading
#
# * [Lucas, Tucker, Grosse & Norouzi 2019], *Don't Blame the ELBO! A Linear VAE Perspective on Posterior Collapse*: lines (1)
#   to (7) for any number of latents, and what learnt noise does to deep VAEs.
# * [Rybkin et al. 2021], *Simple and Effective VAE Training with Calibrated Decoders*: line (8).
# * [Dai et al. 2020], *The Usual Suspects? Reassessing Blame for VAE Posterior Collapse*: where the linear story ends.
# * [Tipping & Bishop 1999], *Probabilistic Principal Component Analysis*, section 3: the same optimum without a VAE.
# * [Sønderby, Raiko, Maaløe, Sønderby & Winther 2016], *Ladder Variational Autoencoders*: warm-up.
# * [Kingma, Salimans, Jozefowicz, Chen, Sutskever & Welling 2016], *Improved Variational Inference with Inverse
#   Autoregressive Flow*: free bits, eq. 15.
# * [Bowman, Vilnis, Vinyals, Dai, Jozefowicz & Bengio 2016], *Generating Sentences from a Continuous Space*: a decoder that
#   can do without z.
# * [Fu et al. 2019], *Cyclical Annealing Schedule: A Simple Approach to Mitigating KL Vanishing*.
# * [Burda, Grosse & Salakhutdinov 2015], *Importance Weighted Autoencoders*, section 5.2: active units.
#
# Next: [09 beta-VAE and disentanglement](09_beta_vae_and_disentanglement.ipynb).
#
# [Lucas, Tucker, Grosse & Norouzi 2019]: ../docs/bibliography.md#lucas2019
# [Rybkin et al. 2021]: ../docs/bibliography.md#rybkin2021
# [Dai et al. 2020]: ../docs/bibliography.md#dai2020
# [Tipping & Bishop 1999]: ../docs/bibliography.md#tipping1999
# [Sønderby, Raiko, Maaløe, Sønderby & Winther 2016]: ../docs/bibliography.md#sonderby2016
# [Kingma, Salimans, Jozefowicz, Chen, Sutskever & Welling 2016]: ../docs/bibliography.md#kingma2016
# [Bowman, Vilnis, Vinyals, Dai, Jozefowicz & Bengio 2016]: ../docs/bibliography.md#bowman2016
# [Fu et al. 2019]: ../docs/bibliography.md#fu2019
# [Burda, Grosse & Salakhutdinov 2015]: ../docs/bibliography.md#burda2015
