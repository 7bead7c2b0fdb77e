# ---
# jupyter:
#   course:
#     week: 2 Architecture
#     gives: initial values, and what width, depth and latent size buy
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
# # 07 Modules and architectures
#
# > **What you will be able to do**
# >
# > * write the VAE as a module of PyTorch, and show that it is the same function as the two levels before it;
# > * name two traps of modules and distributions that raise no error, and see them coming;
# > * say what a convolution knows about images that a fully connected layer does not, and measure it;
# > * choose initial values for layers with ReLU, and measure what width, depth and latents buy, over three seeds;
# > * fit a VAE to a table of numbers, compare it with simple models, and draw its latent space.
# >
# > **Time:** 75 minutes to read, {running} to run.
# > **Prerequisites:** notebooks 03 and 06; what a layer and a convolution are (04, 05).
# >
# > **Serves the checklist item:** visualise the latent space (of a table, in section 5).

# %%
import numpy as np
import torch

from course.lesson import Stream, figure, generator, load, normal, progress, slider, source

DATA = "digits"  # "mnist" works too, where it is at hand (VAE_DATA or the cache)
SEED = 0
data = load(DATA)

# %% [markdown]
# ## 1. The VAE as a module

# %% tags=["hide-input"]
# The code of this picture.
from common.plots.graph import Arrow, computation_graph
from common.plots.latent import latent_scatter
from common.plots.style import BLUE, FAINT, INK, ORANGE, PALETTE, RED, blank, style

PLACES = {
    "x": (0, 0.6),
    "h": (2.2, 0.6),
    "mu": (4.9, 1.2),
    "logvar": (4.9, 0),
    "z": (6.6, 0.6),
    "h ": (8.8, 0.6),
    "logits": (11.1, 0.6),
}
STEPS = [
    Arrow("x", "h", "encoder.hidden"),
    Arrow("h", "mu", "encoder.mu"),
    Arrow("h", "logvar", "encoder.logvar"),
    Arrow("mu", "z"),
    Arrow("logvar", "z", "eps"),
    Arrow("z", "h ", "decoder.hidden"),
    Arrow("h ", "logits", "decoder.logits"),
]
figure(
    computation_graph(PLACES, STEPS),
    caption="The fully connected VAE. Each arrow with a name is a module inside of a module, and "
    "the name is the path to it. The two arrows into z have no parameters.",
    alt="Boxes x, h, mu and logvar, z, h and logits from left to right. The arrows carry the "
    "names encoder.hidden, encoder.mu, encoder.logvar, decoder.hidden and decoder.logits.",
)

# %% [markdown]
# At level 2 the parameters were a dictionary, and you passed it to every function. A *module* keeps its parameters
# itself. That is all there is to `nn.Module`, plus three services:
#
# * it finds the parameters of all modules inside of it, and names them by their paths;
# * it moves all of them at once, to another precision or to a GPU;
# * it saves them and loads them (`state_dict`, `load_state_dict`).
#
# Here is the course's model at level 3, the whole of it.

# %%
from paper.vae.vae import VAE

source(VAE)

# %%
from paper.vae.networks import MLPDecoder, MLPEncoder

source(MLPEncoder)
source(MLPDecoder)

# %% [markdown]
# The paths are the names that all three levels share. So parameters trained at one level can be loaded at any other.

# %%
from common.architecture import MLP

small = MLP(data.image_shape, hidden=32, latents=5)
vae = VAE(small)
shapes = {name: tuple(value.shape) for name, value in vae.state_dict().items()}
for name, shape in shapes.items():
    print(f"{name:24s}{shape}")
assert shapes == small.parameter_shapes()  # what common.architecture says, for all levels

# %% [markdown]
# ### The formulas have moved into a library
#
# Level 1 wrote out every formula. Level 3 calls `torch.distributions`. It is the same mathematics, in other words:
#
# $$
# \begin{aligned}
# \texttt{Bernoulli(logits=l).log\_prob(x)} &= x\,l - \log(1 + e^{l}) && \text{notebook 03} && (1) \\
# \texttt{kl\_divergence(Normal(}\mu, \sigma\texttt{), PRIOR)} &=
# \tfrac12\,(\mu^2 + \sigma^2 - 1 - \log \sigma^2) && \text{notebook 03} && (2) \\
# \texttt{posterior.loc + posterior.scale * eps} &= \mu + \sigma\,\varepsilon && \text{notebook 02} && (3)
# \end{aligned}
# $$
#
# `PRIOR` is `Normal(0, 1)`, and `loc` and `scale` are the library's words for mean and standard deviation. The library
# takes a standard deviation where our encoder gives log sigma², so `paper.vae.vae` passes `exp(0.5 * logvar)`.
# The next cell compares (1) to (3) with level 1, on random numbers.

# %%
from torch.distributions import Bernoulli, Normal, kl_divergence

from numpy_impl import distributions

mu, logvar, eps, logits = (normal(SEED, Stream.PICTURE, index, (50, 7)) for index in range(4))
pixels = (normal(SEED, Stream.PICTURE, 4, (50, 7)) > 0).astype(float)
posterior = Normal(torch.from_numpy(mu), torch.from_numpy(np.exp(0.5 * logvar)))
pairs = {
    "(1)": (
        Bernoulli(logits=torch.from_numpy(logits)).log_prob(torch.from_numpy(pixels)),
        distributions.bernoulli_log_likelihood(pixels, logits)[0],
    ),
    "(2)": (kl_divergence(posterior, Normal(0.0, 1.0)), distributions.gaussian_kl(mu, logvar)[0]),
    "(3)": (
        posterior.loc + posterior.scale * torch.from_numpy(eps),
        distributions.reparameterize(mu, logvar, eps)[0],
    ),
}
for name, (library, level_1) in pairs.items():
    print(name, "largest difference", f"{np.abs(library.numpy() - level_1).max():.0e}")
    assert np.abs(library.numpy() - level_1).max() < 1e-12  # rounding of float64 numbers near 1

# %% [markdown]
# ### Two traps that raise no error
#
# **Predict, then run.** Somebody keeps three layers in a Python list, `self.layers = [nn.Linear(4, 4), ...]`, and a fourth
# one as `self.last = nn.Linear(4, 4)`. `model.parameters()` goes to Adam. How many of the 80 numbers will be trained?
#
# <details><summary>Answer</summary>
#
# 20, those of the last layer. A module finds what is assigned to it as a module or as a parameter. It does not look into
# a list. The model runs, and the loss falls, because the last layer learns; the other three keep their initial values. Only if
# *all* layers were in the list would Adam complain. `nn.ModuleList` is the list that a module looks into.
#
# </details>


# %%
from torch import nn


class Listed(nn.Module):
    def __init__(self, container):
        super().__init__()
        self.layers = container([nn.Linear(4, 4) for _ in range(3)])
        self.last = nn.Linear(4, 4)


def count(module):
    """How many numbers Adam is given."""
    return sum(parameter.numel() for parameter in module.parameters())


print("in a list:        ", count(Listed(list)))
print("in a ModuleList:  ", count(Listed(nn.ModuleList)))
assert (count(Listed(list)), count(Listed(nn.ModuleList))) == (20, 80)

try:
    torch.optim.Adam([])
    raise AssertionError("Adam took no parameters at all")
except ValueError as error:
    print("without any:      ", error)

# %% [markdown]
# The second trap is in the distributions. A `Normal` has two methods that return a sample: `sample` and `rsample`. The
# first one cuts the gradient without a warning. Then the encoder learns from the KL alone, and the KL is smallest where
# the code carries no information. The course uses neither: `eps` comes from outside, so that every run can be repeated.

# %%
for method in ("sample", "rsample"):
    scale = torch.ones(3, requires_grad=True)
    drawn = getattr(Normal(torch.zeros(3), scale), method)()
    print(f"{method:8s} passes gradients on to the encoder: {drawn.requires_grad}")
    assert drawn.requires_grad == (method == "rsample")

# %% [markdown]
# ## 2. Three levels, one function
#
# Three programs, one of them without any automatic differentiation. They should be one function: the same parameters, images and noise must give the same loss and the same gradients.

# %%
from common.architecture import Conv
from common.initial import initial_parameters
from common.level import LEVELS, open_level
from common.objective import BetaObjective
from common.training.loop import draw as draw_batch
from common.training.plan import TrainingPlan

levels = {name: open_level(name) for name in LEVELS}
TWO = {"fully connected": small, "convolutional": Conv(data.image_shape, (4, 8), 32, 5)}


def gradients(level, architecture, images):
    """The loss and the gradient of every parameter in float64, as NumPy arrays."""
    plan = TrainingPlan(architecture=architecture, batch_size=images)
    params = level.parameters(initial_parameters(architecture, SEED, np.float64))
    x, eps = (level.asarray(array, params) for array in draw_batch(data.train, plan, step=0))
    loss, grads = level.value_and_grad(params, x, eps, BetaObjective())
    return float(loss.loss), {name: np.asarray(grad) for name, grad in grads.items()}


differences = {}
for kind, architecture in TWO.items():
    found = {name: gradients(level, architecture, images=20) for name, level in levels.items()}
    print(kind, {name: round(loss, 9) for name, (loss, _) in found.items()})
    first = found["numpy"][1]
    differences[kind] = {
        name: max(np.abs(other[1][name] - first[name]).max() for other in found.values())
        / np.abs(first[name]).max()
        for name in first
    }
    assert max(differences[kind].values()) < 1e-10  # sums of float64 in another order


# %% tags=["hide-input"]
# The code of this picture.
def draw_differences():
    with style():
        fig = blank(8.6, 4)
        panels = fig.subplots(1, 2, sharex=True)
        for axes, (kind, by_name) in zip(panels, differences.items(), strict=True):
            places = range(len(by_name))
            axes.plot(np.maximum(list(by_name.values()), 1e-17), places, "o", color=BLUE)
            axes.axvline(1e-10, color=RED, linestyle="--")
            axes.set_yticks(places, by_name, fontsize=8)
            axes.invert_yaxis()
            axes.set(xscale="log", xlim=(1e-17, 1e-8), title=kind)
            axes.set_xlabel("largest relative difference")
    return fig


figure(
    draw_differences(),
    caption="The gradients of level 1, by hand, against those of levels 2 and 3, by automatic "
    "differentiation: the largest relative difference, parameter by parameter. The red line is "
    "the tolerance in the tests of the course.",
    alt="Two panels of blue dots on a logarithmic axis, one dot for each parameter. All lie "
    "near 1e-15, far to the left of a red dashed line at 1e-10.",
)

# %% [markdown]
# Equal gradients are not yet equal training. Each level also has its own Adam. So we take ten steps with each, and
# compare all parameters.

# %%
from common.optimizer import AdamSettings
from common.state import initial_state

ends = {}
for name, level in levels.items():
    learner = level.start(small, initial_state(small, SEED, np.float64), AdamSettings())
    plan = TrainingPlan(architecture=small, batch_size=20)
    for step in range(10):
        learner.step(*draw_batch(data.train, plan, step), BetaObjective())
    ends[name] = learner.state().parameters

apart = {
    name: max(np.abs(end[key] - ends["numpy"][key]).max() for key in end)
    for name, end in ends.items()
}
for name, difference in apart.items():
    print(f"{name:9s} largest difference of any parameter after ten steps: {difference:.0e}")
assert max(apart.values()) < 1e-9  # Adam divides by small numbers, which magnifies rounding

# %% [markdown]
# What each level is for:
#
# | | level 1, `numpy_impl` | level 2, `pytorch_lowlevel` | level 3, `paper` |
# |---|---|---|---|
# | gradients | by hand | automatic | automatic |
# | formulas | written out | written out | `torch.distributions` |
# | parameters | dictionary | dictionary | modules |
# | Adam | written out | written out | `torch.optim` |
# | you see | everything | the mathematics | the structure |
# | you can exchange a part | with work | with some work | in a line, section 4 |
#
# ## 3. Fully connected or convolutional?

# %%
from dataclasses import replace

PLAN = TrainingPlan(
    data=DATA,
    architecture=MLP(data.image_shape, hidden=128, latents=10),
    batch_size=100,
    epochs=20 if DATA == "digits" else 1,
    adam=AdamSettings(learning_rate=3e-3, clip_norm=100.0),
    seed=SEED,
)
CONV = replace(PLAN, architecture=Conv(data.image_shape, (8, 16), hidden=128, latents=10))


# %% tags=["hide-input"]
# The code of this picture.
def draw_parameter_counts():
    colours = {}
    with style():
        fig = blank(8.4, 2.6)
        axes = fig.subplots()
        for place, plan in enumerate((CONV, PLAN)):
            start = 0
            sizes = {k: np.prod(v) for k, v in plan.architecture.parameter_shapes().items()}
            weights = {k.removesuffix(".weight"): v for k, v in sizes.items() if v > 1000}
            for name, size in weights.items():
                colour = colours.setdefault(name, PALETTE[len(colours) % len(PALETTE)])
                axes.barh(place, size, left=start, color=colour, edgecolor="white")
                if size > 20_000:
                    label = name.replace(".", "\n")
                    axes.text(start + size / 2, place, label, ha="center", va="center", fontsize=8)
                start += size
        axes.set_yticks(range(2), ["convolutional", "fully connected"])
        axes.set(xlabel="weights, end to end (only tensors of more than 1000)")
    return fig


figure(
    draw_parameter_counts(),
    caption="Where the weights are. Both networks have about 200,000. Nearly all of those of the "
    "convolutional one are in its dense layers; its convolutions are slivers.",
    alt="Two horizontal bars of nearly equal length. The fully connected one consists of "
    "encoder.hidden and decoder.logits, the convolutional one of encoder.hidden and "
    "decoder.features; what else there is in both is a line wide.",
)

# %%
sizes = {
    "fully connected": count(VAE(PLAN.architecture)),
    "convolutional": count(VAE(CONV.architecture)),
}
kernels = sum(p.numel() for n, p in VAE(CONV.architecture).named_parameters() if "conv" in n)
print(sizes, "of which in conv1, conv2 and deconv1:", kernels)
assert all(abs(size - 200_000) < 10_000 for size in sizes.values()) or DATA != "digits"

# %% [markdown]
# The two networks have the same size. They differ in what they assume. A fully connected layer has a weight of its own
# for every pixel: it does not know which pixels are neighbours. A convolution looks at 3 x 3 neighbours at a time, with the
# same weights everywhere (notebook 05). But before we compare them, both must get a fair start.
#
# ### A fair start: initial values
#
# The course samples its weights with the variance 2 / (fan in + fan out) ([Glorot & Bengio 2010]). *Fan in* is the number n
# of products that are added up in one output, *fan out* the same for the way back. That variance was derived for units that are
# nearly linear at the start. A ReLU is not: it sets half of its inputs to 0. Follow the size of the signal through one layer
# $a = \sum_i w_i h_i$, $h' = \max(0, a)$, whose weights are independent of one another and of h, and symmetric about 0:
#
# $$
# \begin{aligned}
# E[a^2] &= n \, \mathrm{Var}(w) \, E[h^2] && \text{independent weights with mean 0} && (4) \\
# E[h'^2] &= \tfrac12 E[a^2] && a \text{ is symmetric about 0, and half of it is cut off} && (5) \\
# E[h'^2] &= E[h^2] \iff \mathrm{Var}(w) = 2 / n && \text{(4) and (5); [He et al. 2015]} && (6)
# \end{aligned}
# $$
#
# In a layer with as many outputs as inputs Glorot's variance is 1/n. So each such layer halves the signal's second moment,
# and on the way back that of the gradient. Six layers leave a 64th of it. Weights with the variance of (6) are known as *He's*
# initial values.
#
# One layer needs a thought. A transposed convolution of stride 2 adds up only a quarter of its kernel's products in one
# output, on average: its neighbours get the others.
#
# [Glorot & Bengio 2010]: ../docs/bibliography.md#glorot2010

# %%
from paper.kit.initial import draw_parameters
from paper.vae.tabular import hidden_layers

OUTPUTS = ("mu", "logvar", "logits", "out")  # no ReLU follows these layers


def fan_in(layer):
    """How many products are added up in one output of a layer (on average, at the borders)."""
    if isinstance(layer, nn.ConvTranspose2d):
        return layer.weight[:, 0].numel() / np.prod(layer.stride)
    return layer.weight[0].numel()


@torch.no_grad()
def draw_he(module, seed):
    """Sample as the course does; then scale each layer before a ReLU to the variance of (6)."""
    draw_parameters(module, seed)
    for name, layer in module.named_modules():
        if hasattr(layer, "weight") and name.rpartition(".")[2] not in OUTPUTS:
            layer.weight.mul_(np.sqrt(2 / fan_in(layer)) / layer.weight.std())


# %%
def second_moments(draw):
    """E[h^2] before and after each of six layers of 128 ReLU."""
    layers = hidden_layers((128,) * 7)
    h = torch.from_numpy(normal(SEED, Stream.PICTURE, 6, (500, 128))).float()
    draw(layers, SEED)
    moments = [float((h**2).mean())]
    with torch.no_grad():
        for layer in layers:
            h = layer(h)
            if isinstance(layer, nn.ReLU):
                moments.append(float((h**2).mean()))
    return np.array(moments)


shrinking, steady = second_moments(draw_parameters), second_moments(draw_he)
print("Glorot:", shrinking.round(3))
print("He:    ", steady.round(3))

# %% tags=["hide-input"]
# Checks of (4) to (6): each layer halves the moment, or keeps it, but for its random weights.
assert np.abs(np.log2(shrinking[1:] / shrinking[:-1]) + 1).max() < 0.5
assert np.abs(np.log2(steady[1:] / steady[:-1])).max() < 0.5
assert (
    abs(np.log2(shrinking[-1] / shrinking[0]) + 6) < 1 and abs(np.log2(steady[-1] / steady[0])) < 1
)

# %% [markdown]
# From here on all networks for images start with (6), but for one line of section 4. (The small networks of section 5 and the
# other notebooks keep Glorot's, which all three levels share.)
#
# A fair start needs two more things. The first gradients can be far larger than all later ones, and Adam remembers them for
# about a thousand steps. So the norm of the gradient is bounded, as `vae train --clip-norm` does. And the step size must
# suit each network, not only one of them. So each network tries two, with three seeds each, and takes the one with the
# better bound of the training images. (Two are few; a search would try more.)

# %%
from common.metrics.bound import evaluation_batches
from common.objective import Elbo
from common.training.loop import batches

SEEDS = (0, 1, 2)


def trained(vae, plan, split=data.train, draw=draw_he):
    """Train a VAE by a plan, and return it."""
    draw(vae, plan.seed)
    optimizer = torch.optim.Adam(vae.parameters(), plan.adam.learning_rate, fused=True)
    for batch in batches(split, plan):
        x, eps = (torch.from_numpy(array).float() for array in (batch.x, batch.eps))
        loss = -vae.elbo(x, eps).elbo
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(vae.parameters(), plan.adam.clip_norm)
        optimizer.step()
    return vae


@torch.no_grad()
def bound(vae, images, latents=10):
    """The ELBO of a set of images and its parts, nats per image."""
    total = np.zeros(3)
    for number, x in evaluation_batches(images, SEED):
        eps = normal(SEED, Stream.EVALUATION_NOISE, number, (len(x), latents))
        parts = vae.elbo(torch.from_numpy(x).float(), torch.from_numpy(eps).float())
        total += len(x) * np.array([float(part) for part in parts])
    return Elbo(*total / len(images))


# %%
STEP_SIZES = (3e-3, 6e-3)
PLANS = {"fully connected": PLAN, "convolutional": CONV}
plans = {
    (network, size, seed): replace(plan, seed=seed, adam=replace(plan.adam, learning_rate=size))
    for network, plan in PLANS.items()
    for size in STEP_SIZES
    for seed in SEEDS
}
starts = {key: trained(VAE(plan.architecture), plan) for key, plan in progress(plans.items())}

best_size = {}
for network in PLANS:
    on_training = {
        size: np.array(
            [bound(starts[network, size, seed], data.train.images).elbo for seed in SEEDS]
        )
        for size in STEP_SIZES
    }
    best_size[network] = max(STEP_SIZES, key=lambda size: on_training[size].mean())
    for size, elbo in on_training.items():
        print(f"{network:16s} step size {size}: training ELBO {elbo.round(1)}")
    print(f"{network:16s} chosen: {best_size[network]}")

# %% [markdown]
# ### What do neighbours tell?
#
# **Predict, then run.** We shuffle the 784 pixels: all images in the same way, so that nothing is lost. You could not read
# these images any more. Both networks are trained on the images as they are, and on the shuffled ones, with three seeds
# each. What happens to the bound of the fully connected one? And to that of the convolutional one?
#
# <details><summary>Answer</summary>
#
# The bound of the fully connected network hardly changes. Its first layer has a weight for each pixel, and if the pixels change
# places, the weights can do so too. The convolutional one loses: it looks for edges between neighbours, and the
# neighbours are strangers now.
#
# </details>

# %%
shuffled = generator(SEED, Stream.PICTURE, 5).permutation(np.prod(data.image_shape))


def shuffle(images):
    return images.reshape(len(images), -1)[:, shuffled].reshape(images.shape)


mixed = replace(data.train, images=shuffle(data.train.images))
networks = {
    (network, "as they are", seed): starts[network, best_size[network], seed]
    for network in PLANS
    for seed in SEEDS
}
for network, seed in progress([(network, seed) for network in PLANS for seed in SEEDS]):
    plan = plans[network, best_size[network], seed]
    networks[network, "shuffled", seed] = trained(VAE(plan.architecture), plan, mixed)

tests = {"as they are": data.test.images, "shuffled": shuffle(data.test.images)}
mixing = {
    (network, pixels_are): [
        bound(networks[network, pixels_are, seed], tests[pixels_are]) for seed in SEEDS
    ]
    for network in PLANS
    for pixels_are in tests
}
elbos = {case: np.array([found.elbo for found in by_seed]) for case, by_seed in mixing.items()}
for (network, pixels_are), found in elbos.items():
    print(
        f"{network:16s} pixels {pixels_are:12s} test ELBO {found.round(1)}, mean {found.mean():.1f}"
    )


# %% tags=["hide-input"]
# The code of this picture.
def draw_mixing():
    with style():
        fig = blank(8.6, 3.3)
        left, right = fig.subplots(1, 2, width_ratios=(1, 1.3))
        left.imshow(np.hstack([tests["as they are"][3, 0], tests["shuffled"][3, 0]]), cmap="gray")
        left.set(xticks=[14, 42], yticks=[])
        left.set_xticklabels(["as it is", "shuffled"])
        for place, found in enumerate(elbos.values()):
            colour = BLUE if place < 2 else ORANGE
            right.plot(-found, [place] * len(found), "o", color=colour, alpha=0.7)
            right.plot(-found.mean(), place, "|", color=INK, markersize=16)
        right.set_yticks(range(4), [f"{network}, {are}" for network, are in elbos])
        right.set_ylim(3.5, -0.5)
        right.set(xlabel="negative test ELBO, nats per image (less is better)")
    return fig


figure(
    draw_mixing(),
    caption="Left: an image, and the same image with its pixels shuffled. Right: what both "
    "networks make of either kind after the same 300 steps; a dot for each of three seeds, a line "
    "at their mean.",
    alt="Left, a digit and a cloud of dots. Right, four rows of three dots: those of the fully "
    "connected network lie in one place, those of the convolutional one farther right on shuffled "
    "pixels.",
)

# %%
costs = {network: elbos[network, "as they are"] - elbos[network, "shuffled"] for network in PLANS}
for network, cost in costs.items():
    print(f"{network:16s} shuffling the pixels costs {cost.round(1)} nats, mean {cost.mean():.1f}")
behind = elbos["fully connected", "as they are"] - elbos["convolutional", "as they are"]
print(f"the convolutional network is behind by {behind.round(1)} nats, mean {behind.mean():.1f}")

# %% tags=["hide-input"]
# Checks of what the text says.
if DATA == "digits":  # training on other processors ends a little elsewhere
    assert np.abs(costs["fully connected"]).max() < 3  # within a nat here
    assert costs["convolutional"].min() > 10 and abs(costs["convolutional"].mean() - 15) < 4
    assert 0.5 < behind.mean() < 7

# %% [markdown]
# The fully connected network changes by less than 1 nat, which is no more than another seed changes. The convolutional one
# loses 15 nats, and more than 10 on every seed. That is what its knowledge of neighbours was worth. On the ordinary images it
# is 4 nats *behind* the fully connected one, though one seed of three makes up most of that: on small, centred digits, after
# 300 steps and with the same number of weights, the assumption does not beat a weight for every pixel.
#
# ### Does a convolution know a digit wherever it lies?
#
# One often reads that convolutions do not care where a thing is. We move the test images to the right, a pixel at a time,
# and ask all six networks for the bound. None of them has seen such images.

# %%
SHIFTS = (0, 1, 2, 3)
shifted = {
    network: np.array(
        [
            [
                bound(
                    networks[network, "as they are", seed], np.roll(data.test.images, by, axis=3)
                ).elbo
                for by in SHIFTS
            ]
            for seed in SEEDS
        ]
    )
    for network in PLANS
}
lost = {network: bounds[:, :1] - bounds for network, bounds in shifted.items()}
for network, nats in lost.items():
    for by in SHIFTS[1:]:
        print(f"{network:16s} shifted by {by}: the bound falls by {nats[:, by].round(0)} nats")

# %% tags=["hide-input"]
# Checks of what the text says.
if DATA == "digits":  # training on other processors ends a little elsewhere
    for nats in lost.values():
        assert abs(nats[:, 1].mean() - 7) < 3 and abs(nats[:, 3].mean() - 56) < 15

# %% [markdown]
# They do care, the convolutional one as much as the other: one pixel costs either network about 7 nats, and three pixels
# cost some 56. A convolution with stride 1 treats all places alike. Ours have stride 2, twice: only a shift by four pixels is
# a shift of their output, and the dense layer behind them has weights of its own for each place anyway. And the model is right: all training digits lie in the
# middle, so a digit that does not *is* improbable.
#
# ## 4. Width, depth and the number of latents
#
# `VAE.encode` calls `self.encoder(x)`, and asks for nothing but mu and logvar. So any module that returns these two will
# do. This is what level 3 buys: we take the encoder out, and put another one in. The course has an encoder and a decoder
# with any number of hidden layers. They were written for the tables of section 5, but a flattened image is a row of
# numbers too.

# %%
from paper.vae.tabular import Decoder, Encoder

source(Encoder)
source(Decoder)


# %%
def assembled(hidden, latents):
    """A VAE with any number of hidden layers, from parts."""
    vae = VAE(MLP(data.image_shape, hidden[-1], latents))
    pixels = int(np.prod(data.image_shape))
    vae.encoder = nn.Sequential(nn.Flatten(), Encoder(pixels, hidden, latents))
    vae.decoder = nn.Sequential(Decoder(latents, hidden, pixels), nn.Unflatten(1, data.image_shape))
    return vae


def measured(hidden=(128,), latents=10, draw=draw_he, epochs=PLAN.epochs):
    """Train with three seeds; return the bounds of the training and of the test images of each."""
    architecture = MLP(data.image_shape, hidden[-1], latents)  # the noise has as many latents
    found = []
    for seed in SEEDS:
        plan = replace(PLAN, architecture=architecture, seed=seed, epochs=epochs)
        vae = trained(assembled(hidden, latents), plan, draw=draw)
        found.append([bound(vae, split.images, latents) for split in (data.train, data.test)])
    return found


def elbo_of(found, split=1):
    """The ELBO of every seed, of the test images unless told otherwise."""
    return np.array([bounds[split].elbo for bounds in found])


base = measured()
before = bound(starts["fully connected", PLAN.adam.learning_rate, SEED], data.test.images)
print("assembled:", elbo_of(base)[0], "   section 3:", before.elbo)
assert abs(elbo_of(base)[0] - before.elbo) < 1e-2  # float32 sums

# %% [markdown]
# The same network from parts is the same network. Now we change one thing at a time. Everything else stays: data, the
# three seeds, 300 steps, Adam and its step size of 0.003. Three seeds also answer a question that is often left out: how
# much does the bound move if *nothing* changes but the seed? A difference smaller than that says nothing.
#
# **Predict, then run.** Which of these helps most after 300 steps: four times the width (512 in place of 128), three
# hidden layers in place of one, or four times the latents (40 in place of 10)? And what of three hidden layers if the
# weights start with Glorot's variance, or if all of them get 1500 steps?
#
# <details><summary>Answer</summary>
#
# Only width helps, and only by 1 nat, hardly more than what another seed does. Three hidden layers lose 6 nats with He's
# values, and 19 with Glorot's: most of what looks like the harm of depth is done by initial values. With 1500 steps most of
# the rest is gone. Forty latents lose 7 nats, with the KL of ten.
#
# </details>

# %%
WIDTHS, DEPTHS, LATENTS = (8, 32, 128, 512), (1, 2, 3), (2, 10, 40)
by_width = {w: base if w == 128 else measured(hidden=(w,)) for w in progress(WIDTHS)}
by_latents = {k: base if k == 10 else measured(latents=k) for k in progress(LATENTS)}
by_depth = {d: base if d == 1 else measured(hidden=(128,) * d) for d in progress(DEPTHS)}
glorot = {d: measured((128,) * d, draw=draw_parameters) for d in progress(DEPTHS)}
longer = {d: measured((128,) * d, epochs=5 * PLAN.epochs) for d in progress((1, 3))}

POINTS = {
    "width": by_width,
    "latents": by_latents,
    "depth": by_depth,
    "depth, Glorot": glorot,
    "depth, 5 x steps": longer,
}
for what, by in POINTS.items():
    for value, found in by.items():
        test = elbo_of(found)
        kl = np.mean([bounds[1].kl for bounds in found])
        training = elbo_of(found, split=0).mean()
        print(
            f"{what:17s}{value:4d}: test ELBO {test.round(1)}, mean {test.mean():7.1f}; "
            f"KL {kl:4.1f}; training ELBO {training:7.1f}"
        )


# %% tags=["hide-input"]
# The code of this picture.
def draw_sizes():
    panels_of = {
        "width of the hidden layer": [("test", by_width, ORANGE)],
        "number of latents": [("test", by_latents, ORANGE)],
        "number of hidden layers": [
            ("300 steps, He", by_depth, ORANGE),
            ("300 steps, Glorot", glorot, RED),
            ("1500 steps, He", longer, BLUE),
        ],
    }
    with style():
        fig = blank(9, 3.3)
        panels = fig.subplots(1, 3, sharey=True)
        for axes, (what, curves) in zip(panels, panels_of.items(), strict=True):
            for name, by, colour in curves:
                values, found = list(by), np.array([elbo_of(found) for found in by.values()])
                axes.plot(values, found.mean(axis=1), "-", color=colour, label=name)
                axes.plot(values, found, "o", color=colour, markersize=3.5)
            if len(values) > 3:
                axes.set_xscale("log", base=2)
            axes.set_xticks(values, values)
            axes.minorticks_off()
            axes.set(xlabel=what)
        panels[0].set_ylabel("test ELBO, nats per image")
        panels[2].legend(fontsize=8, loc="lower left")
    return fig


figure(
    draw_sizes(),
    caption="One thing changed at a time, from 128 units, one hidden layer and ten latents. A dot "
    "for each of three seeds, lines through their means.",
    alt="Three panels. The ELBO rises with width, steeply at first. It rises from 2 to 10 latents "
    "and falls a little to 40. Over the number of hidden layers Glorot's line falls steeply, "
    "He's gently, and the line of 1500 steps is nearly level.",
)

# %% [markdown]
# What the picture shows, for this step size:
#
# * **Width** buys 40 nats from 8 to 128 units, and 1 more from 128 to 512. Hardly anything is learnt by heart yet: the
#   training images gain only 2 nats more than the test images.
# * **Latents** buy 22 nats from 2 to 10. Forty latents have the same KL as ten, and are 7 nats behind. (Do they end lower, or
#   do they only start more slowly? The exercises at the end ask.)
# * **Depth** costs 6 nats for three hidden layers in place of one, if the weights start with (6). With Glorot's it costs 19,
#   on every seed far more than with (6), and the codes are hardly in use: their KL is 3 nats, in place of 11.
#   With 1500 steps and (6) the cost is 2 nats, and of another kind: on the *training* images the deep network is now ahead.
#   So it has caught up, and begins to learn by heart.
#
# So the lesson is: **initial values and steps, not depth.** A comparison after a few steps measures how fast each network
# starts. Deeper networks than these need more help of the same kind: residual connections or normalisation layers, which
# keep the size of the signal from layer to layer (the exercises at the end).

# %% tags=["hide-input"]
# Checks of what the text says.
LOOSE = 2.5  # nats: other processors round otherwise, and training magnifies it


def gain(by, before, after):
    """By how much the mean bound of three seeds rises."""
    return elbo_of(by[after]).mean() - elbo_of(by[before]).mean()


if DATA == "digits":
    assert abs(gain(by_width, 8, 128) - 40) < 6 and abs(gain(by_width, 128, 512) - 1) < LOOSE
    on_training = elbo_of(by_width[512], 0).mean() - elbo_of(by_width[8], 0).mean()
    assert abs(on_training - gain(by_width, 8, 512) - 2) < LOOSE
    assert abs(gain(by_latents, 2, 10) - 22) < LOOSE
    assert abs(gain(by_latents, 10, 40) + 7) < LOOSE
    kl_of = {
        name: np.mean([b[1].kl for b in f]) for name, f in (("10", base), ("40", by_latents[40]))
    }
    assert abs(kl_of["40"] - kl_of["10"]) < 1
    costs_of = {
        name: elbo_of(by[1]) - elbo_of(by[3])
        for name, by in (("He", by_depth), ("Glorot", glorot), ("longer", longer))
    }
    assert abs(costs_of["He"].mean() - 6) < LOOSE and abs(costs_of["Glorot"].mean() - 19) < 5
    assert (costs_of["Glorot"] > 1.5 * costs_of["He"]).all()  # at least 2.1 times here
    assert abs(costs_of["longer"].mean() - 1.7) < 1.5
    assert elbo_of(longer[3], 0).mean() > elbo_of(longer[1], 0).mean()  # the training images
    kl_of_deep = np.mean([bounds[1].kl for bounds in glorot[3]])
    kl_of_shallow = np.mean([bounds[1].kl for bounds in glorot[1]])
    assert abs(kl_of_deep - 3) < 1 and abs(kl_of_shallow - 11) < 1

# %% [markdown]
# ## 5. A table of wines
#
# Nothing in a VAE is made for images. Here is a table: 178 wines from three cultivars (kinds of grape), and 13
# measurements of each. We drop the cultivars, and fit a VAE to the 13 columns.

# %%
from sklearn.datasets import load_wine

wine = load_wine()
COLUMNS = [name.replace("_", " ") for name in wine.feature_names]
COLUMNS[COLUMNS.index("od280/od315 of diluted wines")] = "od280/od315"
order = generator(SEED, Stream.SPLIT).permutation(len(wine.data))
TRAIN, VALIDATION, TEST = np.split(order, [100, 130])


# %% tags=["hide-input"]
# The code of this picture.
def draw_table():
    with style():
        fig = blank(8.6, 3.2)
        panels = fig.subplots(1, 3)
        for axes, name in zip(panels, ("alcohol", "flavanoids", "proline"), strict=True):
            column = wine.data[:, COLUMNS.index(name)]
            for kind in range(3):
                axes.hist(
                    column[wine.target == kind],
                    bins=np.linspace(column.min(), column.max(), 20),
                    color=PALETTE[kind],
                    alpha=0.7,
                    label=f"cultivar {kind}",
                )
            axes.set(xlabel=name, ylabel="wines")
        panels[2].legend(fontsize=8, loc="upper right")
    return fig


figure(
    draw_table(),
    caption="Three of the 13 columns. Their scales differ by a factor of hundreds. The colours "
    "are the cultivars, which the VAE will never see.",
    alt="Three histograms in three colours each. Alcohol runs from 11 to 15, flavanoids from "
    "0 to 5, proline from 300 to 1700. The colours overlap but lie apart.",
)

# %% [markdown]
# ### Before the network: scales
#
# Proline is in the hundreds, flavanoids are below 5. In a network that sees them as they are, proline alone would decide the
# gradients. So every column is *standardised*: the mean is subtracted, and the rest divided by the standard deviation, both from
# the training rows only. Nothing that is fitted may depend on rows of validation or test.
#
# Dividing changes a density. Write $u_c = (x_c - m_c) / s_c$ for the standardised columns. Then
#
# $$
# \log p(x) = \log p(u) - \sum_c \log s_c
# \qquad\text{(a density per unit of } x \text{ is one per unit of } u \text{, divided by } s\text{)} \quad (7)
# $$
#
# So a log density of a table means nothing without its units. Change metres to millimetres, and every row loses
# $\log 1000$ nats. Compare models in the same units only. All figures below are in standardised units. The next cell
# checks (7) with the simplest model, in which all columns are independent Gaussians.

# %%
from scipy.stats import multivariate_normal, norm

centre, deviation = wine.data[TRAIN].mean(axis=0), wine.data[TRAIN].std(axis=0)
rows = (wine.data - centre) / deviation

independent = multivariate_normal(np.zeros(13), np.eye(13))
in_original_units = multivariate_normal(centre, np.diag(deviation**2)).logpdf(wine.data[TEST])
change = in_original_units - independent.logpdf(rows[TEST])
print(f"independent columns, test: {independent.logpdf(rows[TEST]).mean():.2f} nats per row")
print(f"in the original units:     {in_original_units.mean():.2f}")
assert np.allclose(change, -np.log(deviation).sum(), rtol=0, atol=1e-9)  # (7), in float64

# %% [markdown]
# ### The likelihood: what is the noise?
#
# A column is a real number, so the decoder gives a Gaussian: a mean for each column, and a noise $\sigma_c$.
#
# $$
# -\log p(u \mid z) = \sum_c \Bigl( \underbrace{\tfrac12 \log 2\pi + \log \sigma_c}_{\text{the constant that most leave out}}
# + \frac{(u_c - \mathrm{mean}_c(z))^2}{2 \sigma_c^2} \Bigr) \quad (8)
# $$
#
# There are three choices for $\sigma_c$:
#
# * Fixed at 1: all that remains of (8) is half the squared error.
# * Learnt, one for each column: it says how much of a column the latents do not explain. The course takes this one.
# * Given by the decoder for every row: the noise can follow the data, and it can also shrink onto single rows.
#
# With learnt noise the likelihood of a flexible decoder has *no maximum*. Divide the prior into N regions of probability 1/N,
# and let the decoder's mean be the row $u_i$ everywhere in region i, with the same noise $\sigma$ in all columns. Then, for
# the D columns of each training row,
#
# $$
# p(u_i) = \int p(z) \, p(u_i \mid z) \, dz \;\ge\; \frac1N \, N(u_i; u_i, \sigma^2 I) = \frac{1}{N (2\pi\sigma^2)^{D/2}}
# \;\to\; \infty \quad\text{as } \sigma \to 0 . \quad (9)
# $$
#
# So the density of the training rows grows without limit, and that of new rows goes to 0
# ([Mattei & Frellsen 2018]). A noise for every row makes it easier: then one region and one row suffice. A linear decoder
# cannot do it. What saves the others is a small network, a floor under the noise, and above all *early stopping* on
# validation rows, which comes below.
#
# [Mattei & Frellsen 2018]: ../docs/bibliography.md#mattei2018

# %%
NOISES = np.array([1.0, 0.1, 0.01])


def two_rows(u):
    """log p(u) of (9): rows at -1 and 1, and a decoder that steps between them at z = 0."""
    return np.logaddexp(*(np.log(0.5) + norm.logpdf(u, mean, NOISES) for mean in (-1, 1)))


print("noise:        ", NOISES)
print("a training row:", two_rows(1.0).round(2), "nats")
print("a new row, 0.5:", two_rows(0.5).round(2), "nats")
found = two_rows(1.0)
assert abs(found[2] - found[1] - np.log(10)) < 1e-9  # (9): a tenth of the noise, log 10 nats more
assert two_rows(0.5)[2] < -1000  # at 50 standard deviations from the nearest training row

# %%
from paper.vae.tabular import TabularVAE

source(TabularVAE)

# %%
from common.metrics import importance_weighted_bound


def tensor(array):
    return torch.from_numpy(np.asarray(array)).float()


def fit_table(vae, steps, learning_rate, look=lambda step: None):
    """Train on all training rows at once; call ``look`` at the start and after every step."""
    draw_parameters(vae, SEED)
    trainable = [parameter for parameter in vae.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(trainable, learning_rate, fused=True)
    latents = vae.encoder.mu.out_features
    look(0)
    for step in range(steps):
        eps = tensor(normal(SEED, Stream.NOISE, step, (len(TRAIN), latents)))
        loss = -vae.elbo(tensor(rows[TRAIN]), eps).elbo
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        look(step + 1)


@torch.no_grad()
def log_p(vae, which, samples=200):
    """The importance-weighted bound of log p(u) of every row, in nats."""
    shape = (samples, len(which), vae.encoder.mu.out_features)
    eps = tensor(normal(SEED, Stream.EVALUATION_NOISE, 0, shape))
    weights = vae.log_weights(tensor(rows[which]), eps).double().numpy()
    return importance_weighted_bound(weights)


# %% [markdown]
# **Predict, then run.** Fix all noise at 1: by (8), the loss is then half the squared error and a constant. Give the VAE
# 13 latents and a linear decoder. How many latents will it use? Here is a hint: the covariance of the training rows has the
# eigenvalues 4.9, 2.4, 1.6, 0.9, 0.8 and smaller ones. Each is the variance of the rows along one direction, and the
# decoder adds noise of variance 1 to every direction.
#
# <details><summary>Answer</summary>
#
# Three. A direction of the data whose variance is below that of the noise is not worth a latent: the decoder explains it
# as noise. A noise of 1 has variance 1, and three eigenvalues are above 1. We even know what each of the three will cost: a latent
# for the eigenvalue $\lambda$ has a KL of $\tfrac12 \log(\lambda / \sigma^2)$, (6) of notebook 08 with beta = 1.
#
# </details>

# %%
eigenvalues = np.linalg.eigvalsh(np.cov(rows[TRAIN].T, bias=True))[::-1]
print("eigenvalues:     ", eigenvalues.round(2))
assert np.allclose(eigenvalues[:5], [4.9, 2.4, 1.6, 0.9, 0.8], rtol=0, atol=0.05)  # rounded so

squared_error = TabularVAE(13, (), 13)
squared_error.noise_logvar.requires_grad_(False)  # log 1 = 0, and it stays there
fit_table(squared_error, steps=1200, learning_rate=1e-2)
with torch.no_grad():
    mu, logvar = (part.numpy() for part in squared_error.encode(tensor(rows[TRAIN])))
kl = np.sort(distributions.gaussian_kl(mu, logvar)[0].mean(axis=0))[::-1]
predicted = 0.5 * np.log(np.maximum(eigenvalues, 1))
print("KL of the latents:", kl.round(2))
print("predicted:        ", predicted.round(2))
assert (eigenvalues > 1).sum() == (kl > 0.1).sum() == 3
assert np.abs(kl - predicted).max() < 0.1  # training with noisy gradients ends near the optimum

# %% [markdown]
# So the squared error is a likelihood, and it decides how much of a table the VAE will represent. Ten of 13 latents have
# *collapsed*, without any fault in the code. Notebook 08 explains why, and shows the cure: learnt noise.
#
# ### With learnt noise
#
# Now the real model: learnt noise, a hidden layer of 32, two latents so that we can draw them. A network of this size can
# learn 100 rows by heart. So the bound of the 30 validation rows is measured every 50 steps, and the parameters with the
# best one are kept. Beside it stands the same model without hidden layers, which is known as factor analysis.

# %%
from copy import deepcopy

EVERY = 50


def fit_and_keep_best(vae, steps, learning_rate):
    """Return the VAE at its best validation bound, and the bounds along the way."""
    curve, kept = [], {}

    def look(step):
        if step % EVERY == 0:
            curve.append((step, log_p(vae, TRAIN).mean(), log_p(vae, VALIDATION).mean()))
            if curve[-1][2] == max(point[2] for point in curve):
                kept.update(deepcopy(vae.state_dict()))

    fit_table(vae, steps, learning_rate, look)
    vae.load_state_dict(kept)
    return vae, np.array(curve)


deep, deep_curve = fit_and_keep_best(TabularVAE(13, (32,), 2), 1200, 3e-3)
linear, linear_curve = fit_and_keep_best(TabularVAE(13, (), 2), 1200, 1e-2)


# %% tags=["hide-input"]
# The code of this picture.
def draw_fits():
    with style():
        fig = blank(8.6, 3.2)
        panels = fig.subplots(1, 2, sharey=True)
        pairs = (("no hidden layer", linear_curve), ("one hidden layer of 32", deep_curve))
        for axes, (name, curve) in zip(panels, pairs, strict=True):
            step, train, validation = curve.T
            axes.plot(step, train, color=BLUE, label="training rows")
            axes.plot(step, validation, color=ORANGE, label="validation rows")
            axes.axvline(step[validation.argmax()], color=INK, linestyle=":", label="kept")
            axes.set(xlabel="step", title=name, ylim=(-19, -11.5))
        panels[0].set_ylabel("bound of log p(u), nats per row")
        panels[1].legend(loc="lower right", fontsize=8)
    return fig


figure(
    draw_fits(),
    caption="Two VAEs learn 100 wines. The one with a hidden layer goes on to learn its rows by "
    "heart, and gets worse on rows that it has not seen. The dotted line marks what is kept.",
    alt="Two panels with a blue and an orange curve over steps. Left, both rise and level off, "
    "side by side. Right, blue rises on and on, orange turns down after the dotted line.",
)

# %% [markdown]
# Is the VAE any good? Its number means something only beside those of simple models: independent columns, and a Gaussian
# with a full covariance matrix, which has all correlations. The VAE was stopped with the help of the validation rows, so
# its rivals may use them too. There is a *shrunk* covariance, a part of it replaced by the identity, and a mixture of
# Gaussians with independent columns; the part, and the number of Gaussians, are those with the best density of the
# validation rows. For the VAEs `log_p` gives the bound $L_k$ of notebook 01, section 5, with k = 1000 (200
# with the noise fixed).

# %%
from sklearn.mixture import GaussianMixture

covariance = np.cov(rows[TRAIN].T, bias=True)
gaussian = multivariate_normal(np.zeros(13), covariance)
shrunk = max(
    (
        multivariate_normal(np.zeros(13), (1 - part) * covariance + part * np.eye(13))
        for part in (0, 0.05, 0.1, 0.2, 0.3)
    ),
    key=lambda rival: rival.logpdf(rows[VALIDATION]).mean(),
)
mixture = max(
    (
        GaussianMixture(k, covariance_type="diag", random_state=SEED, n_init=5).fit(rows[TRAIN])
        for k in range(1, 7)
    ),
    key=lambda rival: rival.score(rows[VALIDATION]),
)

# %%
results = {
    "independent Gaussians": independent.logpdf(rows[TEST]),
    "Gaussian, full covariance": gaussian.logpdf(rows[TEST]),
    "Gaussian, shrunk": shrunk.logpdf(rows[TEST]),
    "mixture of Gaussians": mixture.score_samples(rows[TEST]),
    "VAE, noise fixed at 1": log_p(squared_error, TEST),
    "VAE, no hidden layer": log_p(linear, TEST, samples=1000),
    "VAE, a hidden layer": log_p(deep, TEST, samples=1000),
}
for name, value in results.items():
    ahead = results["VAE, a hidden layer"] - value
    error = ahead.std() / np.sqrt(len(TEST))
    print(
        f"{name:27s}{value.mean():8.2f} nats; the VAE is ahead by {ahead.mean():.2f} ± {error:.2f}"
    )

# %% [markdown]
# Read the last column with its error, the standard error over the 48 test rows. The lead over the full covariance, 0.9
# nats, is 2.5 errors, and looks like something. But it shrinks when the rivals get the same help: over the shrunk
# covariance it is 0.6, about two errors, and over the mixture 0.3, half an error. The lead over the VAE without hidden
# layers, 0.6, is 1.3 errors. So 48 rows do not tell the VAE from the mixture, nor from factor analysis. On a table of 100 rows
# a simple model can be as good, and then you should take it. (This is an example: one split, one seed. The numbers of the VAEs
# are lower bounds.)

# %% tags=["hide-input"]
# Checks of what the text and the output above say.
for name, mean in (
    ("independent Gaussians", -19.3),
    ("Gaussian, full covariance", -17.2),
    ("VAE, noise fixed at 1", -17.8),
    ("VAE, no hidden layer", -16.9),
    ("VAE, a hidden layer", -16.3),
):
    assert abs(results[name].mean() - mean) < 0.3, name  # training, on other processors
for name, mean, errors in (
    ("Gaussian, full covariance", 0.9, 2.5),
    ("Gaussian, shrunk", 0.6, 2.0),
    ("mixture of Gaussians", 0.3, 0.5),
    ("VAE, no hidden layer", 0.6, 1.3),
):
    ahead = results["VAE, a hidden layer"] - results[name]
    assert abs(ahead.mean() - mean) < 0.3
    found = ahead.mean() / ahead.std() * np.sqrt(len(TEST))
    assert abs(found - errors) < 0.5

# %% [markdown]
# ### Two latents, thirteen columns

# %%
with torch.no_grad():
    codes = deep.encode(tensor(rows))[0].numpy()
kinds = np.array([f"cultivar {kind}" for kind in wine.target])

# %% tags=["hide-input"]
# The code of this picture.
figure(
    latent_scatter(codes, kinds),
    caption="The posterior means of all 178 wines, coloured by cultivar. The VAE has seen neither "
    "colour nor label. Dashed: the prior.",
    alt="A scatter plot. Three groups, one for each cultivar, lie beside one another, all but two "
    "wines within the circle of three standard deviations, and hardly mix.",
)


# %%
def nearest_kind(codes):
    """The cultivar of the nearest training code, for every code."""
    distance = ((codes[:, None] - codes[TRAIN][None]) ** 2).sum(axis=-1)
    return wine.target[TRAIN][distance.argmin(axis=1)]


agreement = (nearest_kind(codes)[TEST] == wine.target[TEST]).mean()
print(f"test wines whose nearest training code is of their cultivar: {agreement:.0%}")
assert agreement > 0.85  # of 48 wines

# %% [markdown]
# **Move the slider.** It walks through latent space, and the decoder says what a wine at that place is like.


# %% tags=["hide-input"]
# The code of this picture and its slider.
def draw_wine(first, second):
    with torch.no_grad():
        mean = deep.decoder(tensor([first, second])).numpy()
        noise = np.exp(0.5 * deep.noise_logvar.numpy())
    with style():
        fig = blank(4.6, 3.6)
        axes = fig.subplots()
        axes.barh(range(13), mean, xerr=noise, color=BLUE, ecolor=FAINT)
        axes.set_yticks(range(13), COLUMNS, fontsize=8)
        axes.invert_yaxis()
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set(xlim=(-3, 3), xlabel="standard deviations from the mean", title="E[u | z]")
    return fig


STEPS_OF_Z = [-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0]
slider(
    draw_wine,
    caption="The mean of every column at one place of latent space; the grey lines are one "
    "standard deviation of the learnt noise to either side.",
    alt="Thirteen horizontal bars, one for each column, to the left or to the right of zero.",
    static=((-1.0, 0.0), (1.0, 0.0)),
    z0=STEPS_OF_Z,
    z1=STEPS_OF_Z,
)

# %% [markdown]
# Last, we sample new wines, and compare them with the real ones. A sampled row is a mean *and* its noise. If you forget
# the noise, you draw points on a curved two-dimensional sheet and call them data.

# %%
NEW = 178
z, noise = (tensor(normal(SEED, Stream.PICTURE, 10 + w, (NEW, w))) for w in (2, 13))
with torch.no_grad():
    drawn = {
        "real wines": rows,
        "VAE": deep.sample(z, noise).numpy(),
        "VAE without its noise": deep.decoder(z).numpy(),
        "Gaussian, full covariance": noise.numpy() @ np.linalg.cholesky(gaussian.cov).T,
    }
ACROSS, UP = COLUMNS.index("flavanoids"), COLUMNS.index("color intensity")


# %% tags=["hide-input"]
# The code of this picture.
def draw_wines():
    with style():
        fig = blank(8.8, 2.7)
        for axes, (name, table) in zip(fig.subplots(1, 4, sharey=True), drawn.items(), strict=True):
            table = table * deviation + centre
            axes.scatter(table[:, ACROSS], table[:, UP], s=9, color=BLUE, linewidths=0)
            axes.set(xlabel="flavanoids", xlim=(-1, 6), ylim=(-3, 14))
            axes.set_title(name, fontsize=9)
        fig.axes[0].set_ylabel("color intensity")
    return fig


figure(
    draw_wines(),
    caption="178 wines, real and sampled, two columns of 13. The VAE bends as the data do, the "
    "Gaussian fills an ellipse. Both sample some values below zero, where no wine can be.",
    alt="Four scatter plots. The real wines form a bent cloud, open upwards. The VAE's "
    "cloud bends likewise; without noise it is a thin sheet; the Gaussian is an ellipse.",
)

# %% [markdown]
# Values below zero have a cure of their own: fit the *logarithm* of a positive column, and add $-\log x_c$ to its log density,
# as (7) does for a scale. Tables in practice also mix kinds of columns and miss entries. A column of categories gets
# a softmax, a count a Poisson distribution, and the likelihood is still a sum over columns. An entry that is missing
# drops out of that sum, and the encoder sees a zero in its place ([Nazábal et al. 2020]).
#
# ## Summary
#
# 1. A module is the same function as a dictionary of parameters and a formula: the gradients agree to ten digits. But a list
#    hides its layers from `parameters()`, and `sample` cuts the gradient, and the model runs without a warning.
# 2. A convolution assumes that neighbours belong together. Shuffle the pixels, and you see what that was worth.
# 3. Initial values come before depth: with Glorot's, ReLU layers lose the signal, and three hidden layers look bad. With
#    He's two thirds of that loss are gone, and with more steps most of the rest.
# 4. Change one thing at a time, with several seeds, and give networks of different kinds a step size each. Width from 8 to
#    128 helped; after that neither width, nor depth, nor latents did much.
# 5. For a table: standardise with the training rows, learn the noise, stop early, since the likelihood has no maximum, and
#    compare with simple models that were chosen with equal care.
#
# ## Checklist
#
# - [ ] I can say how a module finds its parameters, and when it does not.
# - [ ] I can exchange the encoder of a VAE, and know what it must return.
# - [ ] I can say what a convolution assumes, and how I would test whether that helps.
# - [ ] I can derive He's initial values, and I check them before I blame depth.
# - [ ] I never report a difference between trainings without several seeds of each.
# - [ ] I know why a log density of a table needs its units, what a noise fixed at 1 does, and why learnt noise needs
#       early stopping.
#
# ## Exercises
#
# No exercise of the course belongs to this notebook. Two from notebook 06 are the step before it:
# [15](../exercises/15_functional_encoder_decoder/README.md) and
# [16](../exercises/16_functional_training_step/README.md). Then, with the code above:
#
# * Give Glorot's three hidden layers 1500 steps, and forty latents too. Do they catch up?
# * Let each hidden layer add its input to its output, a *residual connection* ([He et al. 2016]), or put a normalisation
#   behind it ([Ioffe & Szegedy 2015]). Both keep the size of the signal. Do initial values still matter?
# * Put a convolutional encoder in front of a fully connected decoder. Which of the two halves makes the difference?
# * Take `load_breast_cancer` in place of the wines. Its 30 columns are strongly correlated. How many latents pay?
#
# ## Further reading
#
# * [Kingma & Welling 2013], *Auto-Encoding Variational Bayes*, appendix C: Bernoulli and Gaussian decoders.
# * [Glorot & Bengio 2010], section 4.2, and [He et al. 2015], section 2.2: how large weights should be at the start.
# * [Mattei & Frellsen 2018], *Leveraging the Exact Likelihood of Deep Latent Variable Models*: why it has no maximum.
# * [Tipping & Bishop 1999], *Probabilistic Principal Component Analysis*, section 3: the VAE without hidden layers, if all
#   columns have one noise; with a noise for each column it is factor analysis.
# * [Lucas, Tucker, Grosse & Norouzi 2019], *Don't Blame the ELBO! A Linear VAE Perspective on Posterior Collapse*: why the
#   eigenvalues below the noise are lost.
# * The documentation of PyTorch: *torch.nn* (modules, parameters, state dicts) and *torch.distributions*.
#
# Next: [08 Training dynamics](08_training_dynamics.ipynb).
#
# [Nazábal et al. 2020]: ../docs/bibliography.md#nazabal2020
# [He et al. 2016]: ../docs/bibliography.md#he2016
# [Ioffe & Szegedy 2015]: ../docs/bibliography.md#ioffe2015
# [Kingma & Welling 2013]: ../docs/bibliography.md#kingma2013
# [Glorot & Bengio 2010]: ../docs/bibliography.md#glorot2010
# [He et al. 2015]: ../docs/bibliography.md#he2015
# [Mattei & Frellsen 2018]: ../docs/bibliography.md#mattei2018
# [Tipping & Bishop 1999]: ../docs/bibliography.md#tipping1999
# [Lucas, Tucker, Grosse & Norouzi 2019]: ../docs/bibliography.md#lucas2019
