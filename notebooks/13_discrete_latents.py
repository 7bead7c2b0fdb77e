# ---
# jupyter:
#   course:
#     week: 5 Discrete latents
#     part: variants
#     gives: codes in place of Gaussians, what they cost, and how they are learnt
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
# # 13 Discrete latents
#
# > **What you will be able to do**
# >
# > * replace a Gaussian latent by a code from a list, and say why the gradient stops there;
# > * write the straight-through estimator and the two terms that train codes and encoder;
# > * make a codebook die, and cure it;
# > * price a grid of codes in nats, and compare the result with the bound of a VAE;
# > * say why samples of a VQ-VAE need a second model.
# >
# > **Time:** 60 minutes to read, {running} to run, 120 more for the exercises.
# > **Prerequisites:** notebooks 01 to 06; notebook 12 for the bound in nats.
# >
# > **Serves the checklist item:** visualise the latent space.

# %%
from itertools import product

import numpy as np
import torch

from course.lesson import Stream, check, figure, generator, normal, progress, slider, source

SEED = 0

# %% [markdown]
# ## 1. A code from a list
#
# Until now the encoder named a Gaussian, and z was a sample of it. In a *vector-quantised* VAE ([van den Oord et al.
# 2017]) the encoder names a point $z_e(x)$, and z is the nearest of K vectors $e_1, \ldots, e_K$, the *codebook*:
#
# $$
# \begin{aligned}
# k(x) &= \arg\min_k \lVert z_e(x) - e_k \rVert^2 && \text{van den Oord et al. 2017, eq. 1} && (1) \\
# z_q(x) &= e_{k(x)} && \text{eq. 2} && (2)
# \end{aligned}
# $$
#
# An image has a whole grid of such codes, 7 x 7 say, one for each place of a convolutional encoder's output. All places
# share the codebook. What is stored of the image is a grid of whole numbers.
#
# Take two numbers for each code and look at the plane. The codebook cuts it into cells, and every point of a cell is
# replaced by the same vector.
#
# **Predict, then run.** Points fill a square evenly. By which factor does the mean squared error fall when K grows from 16
# to 64?
#
# <details><summary>Answer</summary>
#
# By about 4. Four times as many cells have a quarter of the area, so half the side, and the error is quadratic in the
# side. Points that fill D dimensions gain a factor of $4^{2/D}$ only. A single code for a whole image would need a codebook
# that nobody can store: K vectors name K images. A grid of 49 codes names $K^{49}$ images with the same K vectors.
#
# </details>
#
# [van den Oord et al. 2017]: ../docs/bibliography.md#vandenoord2017

# %%
from sklearn.cluster import KMeans

square = generator(SEED, Stream.PICTURE, 0).uniform(-1, 1, (4000, 2))


def best_codes(points, K):
    """The codebook with the least squared error that k-means finds, and that error."""
    found = KMeans(K, n_init=3, random_state=SEED).fit(points)
    return found.cluster_centers_, found.inertia_ / len(points)


errors = {K: best_codes(square, K)[1] for K in (16, 64)}
print(f"squared error: {errors[16]:.4f} with 16 codes, {errors[64]:.4f} with 64")

# %% tags=["hide-input"]
# four times the codes, a quarter of the error
assert 3.5 < errors[16] / errors[64] < 4.7  # found 4.2

# %% tags=["hide-input"]
# the picture and its slider
from common.plots.style import BLUE, ORANGE, PALETTE, RED, blank, style


def draw_cells_of(K):
    codes, error = best_codes(square, K)
    side = np.linspace(-1, 1, 161)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    nearest = ((grid[:, None] - codes) ** 2).sum(axis=2).argmin(axis=1)
    with style():
        fig = blank(3.4, 3.6)
        axes = fig.subplots()
        shades = generator(SEED, Stream.PICTURE, 1).permutation(K)[nearest].reshape(161, 161)
        axes.imshow(shades, extent=(-1, 1, -1, 1), origin="lower", cmap="Pastel2", alpha=0.7)
        axes.plot(*codes.T, "o", color=RED, markersize=4)
        axes.set(title=f"K = {K}: error {error:.4f}", xlabel="z[0]", ylabel="z[1]")
    return fig


slider(
    draw_cells_of,
    caption="A codebook cuts the plane into cells. Every point of a cell becomes its red code.",
    alt="A square in patches of pale colours, each with a red dot in the middle.",
    static=(4, 16, 64),
    K=[2, 4, 8, 16, 32, 64],
)

# %% [markdown]
# ## 2. The gradient stops at the argmin
#
# Move $z_e$ a little. The nearest code stays the same, so $z_q$ stays the same, and so does the loss. The derivative of
# $z_q$ by $z_e$ is 0 almost everywhere, and at the border of two cells there is none. With it the encoder would learn nothing.
#
# The *straight-through estimator* pretends that $z_q$ is $z_e$ plus a constant:
#
# $$
# \begin{aligned}
# \tilde z &= z_e + \mathrm{sg}[z_q - z_e] && \text{sg, the stop-gradient, holds its argument fixed} && (3) \\
# \frac{\partial L}{\partial z_e} &:= \frac{\partial L}{\partial \tilde z} \Big|_{\tilde z = z_q}
# && \text{the value is that of } z_q \text{, the derivative that of the identity} && (4)
# \end{aligned}
# $$
#
# At level 1 the pullback says it in one line: the gradient goes through unchanged.

# %%
from numpy_impl.vector_quantization import codebook_loss, straight_through

source(straight_through)

# %% [markdown]
# **Predict, then run.** The loss is $(z - 0.3)^2$, the codes are -1, 0, 1 and 2. What are the true slope and the slope of
# (4) at $z_e = 0.9$?
#
# <details><summary>Answer</summary>
#
# The true slope is 0: 0.8 and 1.0 have the same code. The nearest code is 1, and (4) takes the slope of the loss *there*:
# $2 (1 - 0.3) = 1.4$. It is not the slope at 0.9, which would be 1.2.
#
# </details>

# %%
codebook = np.array([[-1.0], [0.0], [1.0], [2.0]])
TARGET = 0.3


def loss_of(z):
    """(z - target)^2 and its derivative."""
    return (z - TARGET) ** 2, 2 * (z - TARGET)


z_e = np.linspace(-1.8, 2.8, 461)[:, None]
z_q, codes, pullback = straight_through(z_e, codebook)
value, slope = loss_of(z_q)
pretended = pullback(slope)

STEP = 1e-4
above, below = (loss_of(straight_through(z_e + d, codebook)[0])[0] for d in (STEP, -STEP))
true = (above - below) / (2 * STEP)
inside = np.abs(z_e % 1 - 0.5)[:, 0] > 0.02  # not at a border of two cells
at = np.abs(z_e - 0.9).argmin()
print(f"at z_e = 0.9: true slope {true[at, 0]:.1f}, straight-through {pretended[at, 0]:.1f}")

# %% tags=["hide-input"]
# inside of a cell the true slope is 0; (4) is the slope of the surrogate (3)
assert (true[inside] == 0).all()
assert np.isclose(pretended[at, 0], 1.4)
held = z_q - z_e  # sg: held fixed while z_e moves
above, below = (loss_of(z_e + d + held)[0] for d in (STEP, -STEP))
np.testing.assert_allclose(pretended, (above - below) / (2 * STEP), atol=1e-8)

# %% tags=["hide-input"]
# the picture
with style():
    fig = blank(7.6, 3.0)
    axes = fig.subplots()
    axes.plot(z_e, loss_of(z_e)[0], color=PALETTE[3], label="loss of z_e itself")
    axes.plot(z_e, np.where(inside[:, None], value, np.nan), color=BLUE, label="loss of z_q")
    for place in range(20, 461, 35):
        x, y, tilt = z_e[place, 0], value[place, 0], pretended[place, 0]
        axes.plot([x - 0.1, x + 0.1], [y - 0.1 * tilt, y + 0.1 * tilt], color=ORANGE)
    axes.plot([], [], color=ORANGE, label="slope that is passed on (4)")
    axes.set(xlabel="z_e", ylabel="loss")
    axes.legend(fontsize=8)
figure(
    fig,
    caption="The loss of the code is a staircase, whose slope is 0. The straight-through estimator "
    "passes on the slope of the smooth loss at the code.",
    alt="A parabola, a staircase that crosses it at the codes, and short orange strokes on the "
    "steps with the slope that the parabola has at the code of each step.",
)

# %% [markdown]
# Is the pretended slope of any use? It is if the code that lies in its direction is better. Ask for every $z_e$ whether the
# neighbouring code *downhill* by (4) has a lower loss than the present one. For the parabola the answer is yes unless the
# present code is already the best. For a loss that bends within one step of the codebook it can be no: here the waves have a
# period of 1.26, and a step of 1 from code to code passes the minimum and climbs again.

# %%
losses = {
    "parabola": lambda z: ((z - TARGET) ** 2, 2 * (z - TARGET)),
    "waves": lambda z: (np.cos(5 * z), -5 * np.sin(5 * z)),
}
places, SPACINGS = np.linspace(-2, 2, 401), (1, 0.25, 0.05)
right = {}
print("share of places at which the neighbour downhill is better, by the distance of the codes")
for name, both in losses.items():
    here, tilt = both(places)
    right[name] = [(both(places - d * np.sign(tilt))[0] < here).mean() for d in SPACINGS]
    print(
        f"{name:10s}",
        *(f"{share:.0%} at {d}" for d, share in zip(SPACINGS, right[name], strict=True)),
    )

# %% tags=["hide-input"]
# the closer the codes the better; for the waves at a distance of 1 it is worse than a coin (50 %)
assert all(np.diff(shares).min() > 0.03 and shares[-1] > 0.9 for shares in right.values())
assert right["waves"][0] < 0.3 < 0.7 < right["parabola"][0]

# %% [markdown]
# So (4) is no gradient of anything that (1) and (2) compute. It is a guess which is good when codes lie close to one another,
# compared with the bends of the loss. It is also the slope at $z_q$, not at $z_e$: the two agree when $z_e$ lies near its code.
#
# ## 3. Three terms, three addressees
#
# With (3) the encoder learns, but the codebook does not: no gradient of the likelihood reaches it. So the loss has a term
# for the codes and one for the encoder:
#
# $$
# L = -\log p(x \mid z_q) + \lVert \mathrm{sg}[z_e] - e_k \rVert^2 + \beta\, \lVert z_e - \mathrm{sg}[e_k] \rVert^2
# \qquad \text{van den Oord et al. 2017, eq. 3} \quad (5)
# $$
#
# The second term, the *codebook loss*, moves codes to the outputs that chose them. The third, the *commitment*, keeps
# outputs near their codes: without it they may move faster than the codes can follow, and grow without end (the paper's
# reason, section 3.2). But for $\beta$ the two have the same value. They differ in what they hold fixed.

# %%
source(codebook_loss)

# %% [markdown]
# **Predict, then run.** Which of encoder, codebook and decoder gets a gradient from which term? Fill in the 3 x 3 table
# before you look.
#
# <details><summary>Answer</summary>
#
# The likelihood teaches the decoder and, by (4), the encoder. The codebook loss teaches the codebook alone, the commitment
# the encoder alone. Four of the nine entries are not 0.
#
# </details>

# %%
from paper.vq_vae.quantizer import LearntCodebook

rng = generator(SEED, Stream.PICTURE, 2)
torch.manual_seed(SEED)
encoder, decoder = torch.nn.Linear(5, 3), torch.nn.Linear(3, 5)
quantizer = LearntCodebook(K=7, D=3, beta=0.25, decay=0.99, fewest=0.0)
x = torch.tensor(rng.standard_normal((40, 5)), dtype=torch.float32)
quantizer.start(encoder(x)[:, :, None, None], SEED)
grid = quantizer(encoder(x)[:, :, None, None])
e = quantizer.embed(grid.codes)
terms = {
    "likelihood": (decoder(grid.z_q[:, :, 0, 0]) - x).square().sum(1).mean(),
    "codebook loss": (grid.z_e.detach() - e).square().sum(1).mean(),
    "commitment": (grid.z_e - e.detach()).square().sum(1).mean(),
}
parts = {"encoder": encoder.weight, "codebook": quantizer.codebook, "decoder": decoder.weight}
norms = {}
print("gradient norm of".ljust(18), *(name.rjust(10) for name in parts))
for term, term_value in terms.items():
    grads = torch.autograd.grad(
        term_value, list(parts.values()), retain_graph=True, allow_unused=True
    )
    norms[term] = [0.0 if one is None else one.norm().item() for one in grads]
    print(term.ljust(18), *(f"{one:10.3f}" for one in norms[term]))

# %% tags=["hide-input"]
# which term trains which part
reached = {term: [norm > 0 for norm in row] for term, row in norms.items()}
assert reached == {
    "likelihood": [True, False, True],
    "codebook loss": [False, True, False],
    "commitment": [True, False, False],
}

# %% [markdown]
# **Now you.** Exercise 30: the three pullbacks.

# %%
check("30")

# %% [markdown]
# ## 4. Codes that die, and how to keep them alive
#
# A code that is nobody's nearest gets no gradient, so it does not move. It is *dead*, unless the outputs or the other codes
# move in such a way that it becomes the nearest of some output. How many die depends on where codes begin and on how they
# learn. Three ways to learn:
#
# * the *codebook loss*, the second term of (5);
# * a *moving average* of the outputs that chose the code, which needs no gradient at all;
# * the same with *restarts*: a code that is hardly used begins again at an output of the encoder.
#
# $$
# N_k \leftarrow \gamma N_k + (1 - \gamma)\, n_k, \qquad
# e_k \leftarrow \frac{\gamma N_k\, e_k + (1 - \gamma) \sum_{i: k(i) = k} z_{e,i}}{\gamma N_k + (1 - \gamma)\, n_k}
# \qquad \text{appendix A.1} \quad (6)
# $$
#
# $n_k$ is the number of outputs in the minibatch that chose code k, and $N_k$ on the right is the old one. It begins at 1: from
# 0 on, a code that waits for its first output would be 0 / 0.
#
# Here are 600 points in five clusters, 32 codes, and two places to begin: near 0, all in one heap, or at points of the data.
# Every seed draws its own clusters.

# %%
from paper.vq_vae.quantizer import AveragedCodebook

K, SEEDS = 32, range(5)


def centres_of(seed):
    """Five centres in the plane."""
    return 3 * normal(seed, Stream.PICTURE, 3, (5, 2))


def clusters(seed):
    """600 points about five centres, with a standard deviation of 0.4."""
    points = centres_of(seed)[np.arange(600) % 5]
    points = points + 0.4 * normal(seed, Stream.PICTURE, 4, (600, 2))
    return torch.from_numpy(points).float()[:, :, None, None]


# %%
def learn(kind, seed, at_data, fewest, steps=600):
    """Train a codebook on a fixed encoder's outputs; return the share of dead codes, the error."""
    z_e = clusters(seed)
    quantizer = kind(K, 2, beta=0.25, decay=0.9, fewest=fewest)
    heap = 0.05 * normal(seed, Stream.INITIAL, 0, (K, 2))
    quantizer.codebook.data = torch.from_numpy(heap).float()
    if at_data:
        quantizer.start(z_e, seed)
    trainable = list(quantizer.parameters())
    optimizer = torch.optim.Adam(trainable, 3e-2) if trainable else None
    for step in range(steps):
        batch = z_e[generator(seed, Stream.SHUFFLE, step).choice(600, 64, replace=False)]
        found = quantizer(batch)
        if optimizer:
            optimizer.zero_grad()
            found.loss.mean().backward()
            optimizer.step()
        quantizer.learn(found, seed, step)
    with torch.no_grad():
        e, codes = quantizer.nearest(z_e)
    return 1 - len(codes.unique()) / K, (z_e - e).square().sum(1).mean().item()


# %%
WAYS = {
    "codebook loss": (LearntCodebook, 0.0),
    "moving average": (AveragedCodebook, 0.0),
    "moving average, restarts": (AveragedCodebook, 0.3),
}
outcome = {}
for way, begin in progress(list(product(WAYS, ("heap", "data"))), 6):
    kind, fewest = WAYS[way]
    outcome[way, begin] = np.array([learn(kind, seed, begin == "data", fewest) for seed in SEEDS])
print("dead codes and squared error, mean of 5 seeds".ljust(48), "heap".rjust(14), "data".rjust(14))
for way in WAYS:
    cells = (outcome[way, begin].mean(axis=0) for begin in ("heap", "data"))
    print(way.ljust(48), *(f"{100 * dead:6.0f} % {error:6.3f}" for dead, error in cells))

dead = {key: rows[:, 0] for key, rows in outcome.items()}
gap = np.array([np.linalg.norm(centres_of(seed), axis=1).min() for seed in SEEDS])
print("\nof 32 codes from the heap, dead by seed".ljust(49), *(f"{seed:5d}" for seed in SEEDS))
print("distance of the nearest cluster's centre".ljust(48), *(f"{far:5.1f}" for far in gap))
for way in WAYS:
    print(way.ljust(48), *(f"{round(K * share):5d}" for share in dead[way, "heap"]))
later = {seed: learn(AveragedCodebook, seed, False, 0.0, steps=2400)[0] for seed in (0, 3)}
print("moving average, four times as many steps".ljust(48), end=" ")
print(*(f"{round(K * later[seed]):5d}" if seed in later else "     " for seed in SEEDS))

# %% tags=["hide-input"]
# a heap loses most codes where no cluster reaches it (0.4 is the clusters' standard deviation)
for way in ("codebook loss", "moving average"):
    assert dead[way, "heap"][gap > 4 * 0.4].min() > 0.6
    assert dead[way, "heap"][gap < 3 * 0.4].max() < 0.5
    assert (dead[way, "data"] == 0).all()
assert abs(K * later[0] - 27) < 1.5 and abs(K * later[3] - 24) < 1.5  # they stay dead
assert (dead["moving average, restarts", "heap"] == 0).all()
with_restarts = outcome["moving average, restarts", "heap"][:, 1]
assert (with_restarts < outcome["moving average", "heap"][:, 1]).all()

# %% [markdown]
# From a heap it depends on where the heap lies. On seeds 0 and 3 no cluster reaches it: the code that is nearest to a cluster
# takes all of its points and moves there, and the others are nobody's nearest. About one code for each cluster is left. On
# the other seeds the heap begins within a cluster or at its border, and few codes die or none. $N_k$ of an unused code goes to
# 0, so by (6) the first point to choose it would carry it off. But no point does: on seeds 0 and 3 four times as many steps
# leave 27 and 24 codes dead. A start at data lost none, and restarts lost none from either place, on all five seeds.
#
# The outputs of the encoder stood still here. In a VQ-VAE they move while codes learn, and can leave codes behind that began
# well. So the runs of the next section use both, a start at outputs and restarts.
#
# **Now you.** Exercise 31: the moving averages and the restarts.

# %%
check("31")

# %% [markdown]
# ## 5. What a grid of codes costs
#
# To send an image, send its codes, then its pixels given the codes. The cost of the codes depends on the *prior* that sender
# and receiver share. It gives a bound:
#
# $$
# \begin{aligned}
# p(x) &= \sum_{c} p(c)\, p(x \mid c) \ge p(k(x))\, p(x \mid k(x)) && \text{c, k(x): whole grids; one term of a positive sum} && (7) \\
# -\log p(x) &\le -\log p(x \mid z_q) - \log p(k(x)) && \text{pixels, then codes} && (8) \\
# \log p(c) &= \sum_{i} \log p(c_i \mid c_1, \ldots, c_{i-1}) && \text{the places in the order of rows} && (9)
# \end{aligned}
# $$
#
# A uniform prior charges log K for each code. The paper learns (9) with masked convolutions ([van den Oord et al. 2016]):
# the output at a place sees only the places before it, since the kernel is 0 where it would see others. In the first layer
# the place itself is hidden as well (mask A). Later layers see what the first one made of the places before, so they may look
# at their own place (mask B).
#
# Two checks: the derivative of an output by its own and later inputs must be 0, and the probabilities of all grids must add
# up to 1.
#
# [van den Oord et al. 2016]: ../docs/bibliography.md#vandenoord2016

# %%
from paper.vq_vae.prior import MaskedConv2d, Prior

masks = {"A": False, "B": True}
for name, itself in masks.items():
    print(f"mask {name}")
    print(MaskedConv2d(1, 1, 5, itself=itself).mask.int().numpy())

# %% tags=["hide-input"]
# no output sees its own place or a later one, and all 81 grids of 2 x 2 codes out of 3 add up to 1
masked = MaskedConv2d(1, 1, 5, itself=False)
image = torch.zeros(1, 1, 6, 7, requires_grad=True)
for place in range(42):
    (seen,) = torch.autograd.grad(masked(image).flatten()[place], image)
    assert (seen.flatten()[place:] == 0).all()
    assert place < 1 or (seen.flatten()[:place] != 0).any()
tiny = Prior(K=3, grid=(2, 2), channels=8, blocks=2, seed=SEED)
grids = torch.tensor(list(product(range(3), repeat=4))).view(-1, 2, 2)
with torch.no_grad():
    assert np.isclose((-tiny.cost(grids)).exp().sum().item(), 1, atol=1e-5)

# %% [markdown]
# **Now you.** Exercise 33: the mask, and a convolution that does not look ahead.

# %%
check("33")

# %% [markdown]
# The course has trained such models on binarised MNIST, with codebooks of different sizes and nothing else changed: 30
# passes for the autoencoder, 15 for the prior, one run each. Here are their numbers.
#
# **Predict, then run.** Codebooks have 2, 4, 8, 32, 128 and 512 codes. Which one has the best bound?
#
# <details><summary>Answer</summary>
#
# Of these six, the one with 4. More codes make the pixels cheaper and the codes dearer, and from 8 on the codes cost more
# than they save. With 512 the pixels cost 18 nats and the codes 215.
#
# Must many codes be so dear? No. The codes are a function of the image, so their entropy is at most that of the
# images, and this is below 85 nats: [an IWAE](../paper/iwae/README.md) describes test images with 84.1. So at 512 codes at
# least 131 of the 215 nats are due to *our prior*, a small network after 15 passes, which does not predict such codes well.
# They are hard to predict: the random pixels of the binarisation are 45.5 nats of noise ((24) of notebook 12, on MNIST), so
# where the pixels cost 18 given the codes, the codes carry at least 27 nats of that noise.
#
# </details>

# %%
from common.tracked import ROOT
from paper.kit.results import measurements_in

rows = {}
for row in measurements_in(ROOT / "paper" / "vq_vae" / "results"):
    if row.protocol["data"] == "mnist" and row.budget == "short":
        rows[row.protocol["K"], row.protocol["codebook"]] = {q.name: q.ours for q in row.quantities}
PIXELS, BOUND = "-log p(x given codes), test", "-bound, test"
PRIORS = ("uniform", "independent", "learnt")
print("  K    pixels   codes: uniform  independent  learnt     -bound")
for (size, kind), row in sorted(rows.items()):
    prices = [row[f"cost of the codes, {prior} prior, test"] for prior in PRIORS]
    if kind == "average":
        columns = [row[PIXELS], *prices, row[BOUND]]
        print(f"{size:4d}", "{:8.1f} {:14.1f} {:12.1f} {:8.1f} {:9.1f}".format(*columns))

# %% tags=["hide-input"]
# K = 4 is the best of these; at 512 nine tenths of the bound is the codes, most of it needlessly
nearest = {size: row for (size, kind), row in rows.items() if kind == "average"}
assert min(nearest, key=lambda size: nearest[size][BOUND]) == 4
assert nearest[512]["cost of the codes, learnt prior, test"] > 0.9 * nearest[512][BOUND]
for size, row in nearest.items():
    assert abs(row["cost of the codes, uniform prior, test"] - 49 * np.log(size)) < 0.01
iwae = [
    quantity.ours
    for row in measurements_in(ROOT / "paper" / "iwae" / "results")
    for quantity in row.quantities
    if quantity.name == "-L_5000, test" and row.budget == "gpu"
]
assert abs(nearest[512]["cost of the codes, learnt prior, test"] - min(iwae) - 131) < 0.5
assert abs(min(iwae) - 84.1) < 0.05 and abs(45.5 - nearest[512][PIXELS] - 27) < 0.5

# %% [markdown]
# ## 6. Samples need a prior
#
# The KL term draws the codes of a VAE towards its prior. Nothing of the kind stands in (5): the grids that the encoder names
# may be any small part of all $K^{49}$, and no distribution over them has been learnt. So a VQ-VAE alone has nothing to
# sample codes from. We sample them from three priors and decode.

# %% tags=["hide-input"]
# the picture of the run with four codes, made with the row
from matplotlib.image import imread

with style():
    fig = blank(9.0, 3.6)
    axes = fig.subplots()
    axes.imshow(imread(ROOT / "paper" / "vq_vae" / "results" / "mnist_codes.png"))
    axes.axis("off")
figure(
    fig,
    caption="Test images, their copies from 49 codes, and samples with codes from a uniform, an "
    "independent and a learnt prior.",
    alt="Five rows of digits: binarised test images, smooth copies, scribbles, broken strokes, "
    "digits.",
)

# %%
FRECHET = "Frechet distance to test images, samples, {} codes"
four = rows[4, "average"]
for prior in PRIORS:
    print(f"{prior:12s} codes: Frechet distance {four[FRECHET.format(prior)]:6.1f}")
floor = four["Frechet distance to test images, training images"]
print(f"training images, the floor:      {floor:6.1f}")

# %% tags=["hide-input"]
# the learnt prior is far ahead of independent codes with every codebook
for row in rows.values():
    assert row[FRECHET.format("learnt")] < row[FRECHET.format("independent")] / 2

# %% [markdown]
# Independent codes have the right frequency at each place, and no neighbours that fit. The learnt prior is where the model
# of images is; the autoencoder below it is a dictionary. Stable Diffusion is built in the same two stages: an autoencoder,
# and a generative model of its latents, which are continuous there.
#
# ## 7. A distribution over codes, and bits back
#
# The best bound of section 5 is 96.8. The VAE on [the page of IWAE](../paper/iwae/README.md) is near 88 after 200 to 400
# passes. Networks and passes differ, and 88 is $-L_{5000}$, a tighter bound than the ELBO. But one reason can be read off
# the formulas. Compare (8) with the ELBO:
#
# $$
# \log p(x) \ge E_{q(c \mid x)}\bigl[ \log p(x \mid c) + \log p(c) \bigr] + H\bigl(q(c \mid x)\bigr)
# \qquad \text{notebook 01, for codes} \quad (10)
# $$
#
# The nearest code is a q with all its mass on one grid: its entropy is 0. A q that gives mass to several grids gets its
# entropy back. This is known as *bits back*: the sender picks the grid with bits of some other message. The receiver decodes
# x, computes $q(c \mid x)$ and reads those bits off the grid, so they were sent free of charge.
#
# To train such a q, relax the choice ([Jang et al. 2017]): add Gumbel noise $g$ to the log probabilities and take a softmax,
#
# $$
# y_k = \frac{\exp\bigl((\log q_k + g_k) / \tau\bigr)}{\sum_j \exp\bigl((\log q_j + g_j) / \tau\bigr)}
# \qquad \text{Jang et al. 2017, eq. 2} \quad (11)
# $$
#
# For $\tau \to 0$ it becomes one-hot, and its index is an exact sample of q; for larger $\tau$ it is a mixture of codes, through
# which a gradient passes. Below is one run with 8 codes. It differs from the run with the nearest of 4 codes in more than the
# entropy: in K, and in its training, whose prior is uniform.
#
# [Jang et al. 2017]: ../docs/bibliography.md#jang2017

# %%
relaxed = rows[8, "gumbel"]
given_back = relaxed["entropy of q(codes given x), test"]
print(f"nearest of 4 codes:  -bound {four[BOUND]:6.1f}")
print(f"sampled, 8 codes:    -bound {relaxed[BOUND]:6.1f} = {relaxed[PIXELS]:.1f} pixels", end=" ")
print(f"+ {relaxed['cost of the codes, learnt prior, test']:.1f} codes - {given_back:.1f} entropy")

q = np.array([0.5, 0.3, 0.15, 0.05])
noise = generator(SEED, Stream.PICTURE, 5).gumbel(size=(100_000, 4))
shares = np.bincount((np.log(q) + noise).argmax(axis=1), minlength=4) / 100_000
print("shares of the argmax of (11):", shares.round(3), "for q =", q)

# %% tags=["hide-input"]
# the argmax of (11) is a sample of q; with the entropy it has the better bound of the two runs
assert np.abs(shares - q).max() < 0.006  # four standard errors
assert relaxed[BOUND] < four[BOUND]
assert given_back > 0.5 * relaxed["cost of the codes, learnt prior, test"]

# %% [markdown]
# **Now you.** Exercise 32: the cost of a grid of codes, and the bound.

# %%
check("32")

# %% [markdown]
# ## Summary
#
# 1. A VQ-VAE replaces each vector of a grid by the nearest code of a list (1), (2).
# 2. The derivative of that choice is 0 almost everywhere. The straight-through estimator (4) passes on the slope at the code instead.
# 3. Codes learn by a term of their own or by a moving average, and stand still while they are nobody's nearest; restarts cure it.
# 4. A code costs its negative log probability under a prior (8), and with many codes and our small prior this is nearly all of the bound.
# 5. Samples need a learnt prior on the codes; a distribution over codes gets its entropy back (10).
#
# ## Checklist
#
# - [ ] I can say what the straight-through estimator computes, and why it is not a gradient of the model.
# - [ ] I can name the three terms of (5), and say which part each of them trains.
# - [ ] I can count dead codes, and name two remedies.
# - [ ] I can price a grid of codes, and say why (8) is a bound.
#
# ## Exercises
#
# * [30, the straight-through estimator and its two companions](../exercises/30_straight_through/README.md)
# * [31, a codebook that learns by moving averages](../exercises/31_moving_average_codebook/README.md)
# * [32, what a grid of codes costs](../exercises/32_cost_of_a_code/README.md)
# * [33, a convolution that does not look ahead](../exercises/33_masked_convolution/README.md)
# * On paper: what does (8) become when the prior is uniform, and from which K on can it not be better than 88 nats, with 49
#   places?
# * On paper: derive (6) as the minimiser of a weighted squared error.
#
# ## Further reading
#
# * [van den Oord et al. 2017], sections 3 and 4, appendix A.1.
# * [Razavi et al. 2019]: two grids, a coarse and a fine one.
# * [Ramesh et al. 2021], section 2.1: a discrete VAE with relaxed codes, under a text-to-image model.
#
# Next: [14 Sharpness](14_sharpness.ipynb).
#
# [van den Oord et al. 2017]: ../docs/bibliography.md#vandenoord2017
# [Ramesh et al. 2021]: ../docs/bibliography.md#ramesh2021
