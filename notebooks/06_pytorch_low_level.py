# ---
# jupyter:
#   course:
#     week: 2 Architecture
#     gives: the same model by autograd, equal to 1e-10
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
# # 06 PyTorch at a low level
#
# > **What you will be able to do**
# > * say which graph autograd builds, how it walks back through it, and put a pullback of your own into it;
# > * write encoder, decoder and ELBO as plain functions of a dict of tensors;
# > * write a training step without an optimizer object;
# > * check autograd against the gradients of notebook 04, to ten digits;
# > * say what autograd keeps in memory, what it costs, and which mistakes it does not notice.
# >
# > **Time:** 75 minutes to read, {running} to run; 70 more for the two exercises.
# > **Prerequisites:** notebooks 04 and 05.
# >
# > **Serves the checklist item:** understand the reparameterisation trick (what autograd needs of it).
#
# This is level 2 of the course. It uses autograd and functions of tensors: elementwise ones such as `F.logsigmoid`, and
# `F.linear`, `F.conv2d` and `F.conv_transpose2d`. It does without `nn.Module`, `torch.optim` and `torch.distributions`.
# What is left fits on a page, and you can see all of it.

# %%
import numpy as np
import torch

from course.lesson import Stream, check, figure, generator, load, normal, shipped, slider, source

DATA = "digits"  # "mnist" works too, where it is at hand (VAE_DATA or the cache)
SEED = 0


def draw(index, *shape):
    """Standard normal numbers in float64, the same in every run."""
    return normal(SEED, Stream.PICTURE, index, shape)


# %% [markdown]
# ## 1. What autograd writes down
#
# The chain of notebook 04 once more: loss = (σ(w x) - t)². This time the tensor w is marked as needing a gradient. Such
# a tensor, which was given and not computed, is called a *leaf*. `grad_fn` of the loss holds its pullback, and leads back
# to the pullbacks before it. `AccumulateGrad`, at the end of the chain, stands for the leaf.

# %%
x, t = torch.tensor(1.5, dtype=torch.float64), torch.tensor(1.0, dtype=torch.float64)
w = torch.tensor(-0.4, dtype=torch.float64, requires_grad=True)
loss = (torch.sigmoid(w * x) - t) ** 2

node, names = loss.grad_fn, []
while node is not None:
    names.append(type(node).__name__)
    node = node.next_functions[0][0] if node.next_functions else None
print("loss remembers how it was made:", " -> ".join(names))
(dw,) = torch.autograd.grad(loss, [w])
print(f"dw = {dw:.9f}")
assert names == [
    "PowBackward0",
    "SubBackward0",
    "SigmoidBackward0",
    "MulBackward0",
    "AccumulateGrad",
]
assert abs(dw.item() + 0.443147963) < 1e-9  # the digits that notebook 04 printed

# %% tags=["hide-input"]
# The code of this picture.
from common import plots
from common.plots.graph import Arrow, computation_graph
from common.plots.style import BLUE, ORANGE, RED, blank, style

TAPE = [
    Arrow("w", "w x", "mul", "MulBackward"),
    Arrow("w x", "σ", "sigmoid", "SigmoidBackward"),
    Arrow("σ", "σ - t", "sub", "SubBackward"),
    Arrow("σ - t", "loss", "pow", "PowBackward"),
]
figure(
    computation_graph(
        {"w": (0, 0), "w x": (2, 0), "σ": (4.2, 0), "σ - t": (6.2, 0), "loss": (8.2, 0)}, TAPE
    ),
    caption="Forward, autograd computes values as NumPy does, and notes for each the pullback "
    "that belongs to it (red). `torch.autograd.grad` begins at the loss with the cotangent 1 "
    "and calls them from right to left.",
    alt="Five boxes in a row from w to loss. Blue arrows forward with the operations; dashed "
    "red arrows back with the names MulBackward, SigmoidBackward, SubBackward and PowBackward.",
)

# %% [markdown]
# Each operation of PyTorch has a pullback that somebody wrote by hand, as you did. What level 1 has in nested functions,
# level 2 has in `grad_fn`.
#
# ### A graph, not a list
#
# In a chain each pullback leads to one other. Where a result has several arguments, its `next_functions` has several
# entries; where a value is used several times, several entries lead to its node. Here is the fork of notebook 04, section
# 7: h is used by two heads.

# %%
x_fork = torch.tensor(draw(14, 3, 5))
weights = [torch.tensor(draw(15 + k, *shape)) for k, shape in enumerate([(5, 7), (7, 2), (7, 2)])]
body, first, second = (weight.requires_grad_() for weight in weights)
h = x_fork @ body
a, b = torch.tanh(h @ first), torch.sigmoid(h @ second)
y = a + b


def edges(node):
    """All (from, to) of the graph behind this node, each node visited once."""
    found, visited, waiting = [], set(), [node]
    while waiting:
        node = waiting.pop()
        if node not in visited:
            visited.add(node)
            found += [(node, to) for to, _ in node.next_functions if to is not None]
            waiting += [to for to, _ in node.next_functions if to is not None]
    return found


into_h = [begin for begin, end in edges(y.grad_fn) if end is h.grad_fn]
print("y leads to:", [type(to).__name__ for to, _ in y.grad_fn.next_functions])
print("to h lead: ", [type(begin).__name__ for begin in into_h])
dy_fork = torch.tensor(draw(18, 3, 2))
(dh,) = torch.autograd.grad(y, [h], dy_fork, retain_graph=True)
by_a, by_b = (torch.autograd.grad(c, [h], dy_fork, retain_graph=True)[0] for c in (a, b))
assert [type(to).__name__ for to, _ in y.grad_fn.next_functions] == [
    "TanhBackward0",
    "SigmoidBackward0",
]
assert len(into_h) == 2
assert torch.allclose(dh, by_a + by_b, rtol=0, atol=1e-14)
assert min(by_a.abs().max(), by_b.abs().max()) > 0.01  # neither route alone would do

# %% [markdown]
# So autograd builds a *graph* of pullbacks while the forward runs. Backward goes through it in reverse topological order: a
# node is called when the gradients of all its uses have arrived, and it gets their sum. That is rule (2) of notebook 04,
# section 7, made by a program.
#
# The pullback of a whole piece of code, for any cotangent dy, is one call:
#
# $$
# \mathrm{d}x = J^\top \mathrm{d}y \qquad\text{is}\qquad \texttt{torch.autograd.grad(y, [x], dy)}
# \qquad (1)
# $$
#
# So we can check every operation of level 1 against autograd, with a *random* dy (notebook 04 says why not with ones). `PAIRS`
# below lists them: the function of level 1, that of PyTorch, and the arguments for both.

# %%
import torch.nn.functional as F

from numpy_impl import convolution, distributions, operations
from pytorch_lowlevel import distributions as lowlevel

bit = generator(SEED, Stream.PICTURE, 0).integers(0, 2, (3, 5)).astype(float)
eps = draw(1, 3, 5)
L = 6 * draw(2, 3, 5)  # large enough to be clamped at 4 in some places
IMAGE, KERNEL, SMALL = draw(3, 4, 2, 8, 12), draw(4, 5, 2, 3, 3), draw(5, 4, 5, 3, 4)

# %%
PAIRS = {  # name: level 1, level 2, arguments
    "linear": (operations.linear, F.linear, (draw(6, 3, 5), draw(7, 7, 5), draw(8, 7))),
    "relu": (operations.relu, torch.relu, (L,)),
    "sigmoid": (operations.sigmoid, torch.sigmoid, (L,)),
    "tanh": (operations.tanh, torch.tanh, (L,)),
    "softplus": (operations.softplus, F.softplus, (L,)),
    "clamp": (lambda x: operations.clamp(x, -4, 4), lambda x: x.clamp(-4, 4), (L,)),
    "log likelihood": (
        lambda logits: distributions.bernoulli_log_likelihood(bit, logits),
        lambda logits: lowlevel.bernoulli_log_likelihood(torch.tensor(bit), logits),
        (L,),
    ),
    "gaussian_kl": (
        distributions.gaussian_kl,
        lowlevel.gaussian_kl,
        (draw(9, 3, 5), draw(10, 3, 5)),
    ),
    "reparameterize": (
        lambda m, s: distributions.reparameterize(m, s, eps),
        lambda m, s: lowlevel.reparameterize(m, s, torch.tensor(eps)),
        (draw(9, 3, 5), draw(10, 3, 5)),
    ),
    "conv2d": (
        lambda *a: convolution.conv2d(*a, 2, 1),
        lambda *a: F.conv2d(*a, stride=2, padding=1),
        (IMAGE, KERNEL, draw(11, 5)),
    ),
    "conv_transpose2d": (
        lambda *a: convolution.conv_transpose2d(*a, 2, 1, 1),
        lambda *a: F.conv_transpose2d(*a, stride=2, padding=1, output_padding=1),
        (SMALL, KERNEL, draw(12, 2)),
    ),
}


# %%
def relative_error(received, expected):
    """max|a - b| / max|b|."""
    received, expected = np.asarray(received), np.asarray(expected)
    return float(np.abs(received - expected).max() / np.abs(expected).max())


def disagreement(by_hand, by_autograd, arguments):
    """The largest relative error of the value and of all gradients, for a random dy."""
    value, pullback = by_hand(*arguments)
    leaves = [torch.tensor(argument, requires_grad=True) for argument in arguments]
    result = by_autograd(*leaves)
    dy = draw(13, *value.shape)
    gradients = pullback(dy)
    gradients = gradients if isinstance(gradients, tuple) else (gradients,)
    expected = torch.autograd.grad(result, leaves, torch.tensor(dy))
    pairs = [(value, result.detach()), *zip(gradients, expected, strict=True)]
    return max(relative_error(*pair) for pair in pairs)


errors = {name: disagreement(*pair) for name, pair in PAIRS.items()}

# %% tags=["hide-input"]
# The code of this picture.
with style():
    fig = blank(7, 3.4)
    axes = fig.subplots()
    floor = 1e-17  # some agree in every bit, and zero has no place on this axis
    axes.plot([max(error, floor) for error in errors.values()], list(errors), "o", color=BLUE)
    axes.axvline(1e-10, color=RED, linestyle="--", linewidth=1)
    axes.set(xscale="log", xlim=(3e-18, 1e-8), xlabel="largest relative error, value and gradients")
    axes.invert_yaxis()
    axes.grid(visible=True, axis="x")
figure(
    fig,
    caption="Every operation of level 1, written by hand, against autograd, in float64. The "
    "dashed line is the bar of the course, 1e-10. (Points at 1e-17 agree in every bit.)",
    alt="Eleven points on a logarithmic axis, all left of 1e-14, far from the dashed line at "
    "1e-10.",
)

# %%
assert 0 < (np.abs(L) > 4).mean() < 1  # both branches of the clamp, and of relu
worst = max(errors, key=errors.get)
print(f"worst of {len(errors)}: {worst}, {errors[worst]:.0e}")
assert errors[worst] < 1e-10

# %% [markdown]
# **Predict, then run.** A kink has no derivative. What does autograd say for relu at 0, for clamp(x, -1, 1) at x = 1, and
# for |x| at 0? You cannot derive it; guess. Which numbers would at least not be absurd?
#
# <details><summary>Answer</summary>
#
# 0, 1 and 0. Every number between the slopes on both sides would do. These are conventions; each library picks its own.
# Where two levels are to agree to the last digit they must pick the same: the course takes 0 for relu at 0, and 1 for
# the clamp on the closed interval (CONVENTIONS.md).
#
# </details>

# %%
kinks = {
    "relu": (torch.relu, 0.0),
    "clamp": (lambda x: x.clamp(-1, 1), 1.0),
    "abs": (torch.abs, 0.0),
}
slopes = {}
for name, (function, place) in kinks.items():
    leaf = torch.tensor(place, requires_grad=True)
    (slope,) = torch.autograd.grad(function(leaf), [leaf])
    slopes[name] = slope.item()
print(slopes)
assert slopes == {"relu": 0.0, "clamp": 1.0, "abs": 0.0}

# %% [markdown]
# ### Your pullback in autograd's graph
#
# If each node is a pullback that somebody wrote, it can be one of yours. `torch.autograd.Function` asks for two functions:
# `forward`, and `backward`, the pullback. Here softplus of level 1, NumPy and all, becomes an operation of PyTorch. The
# control is the same with a pullback that ignores x. `torch.autograd.gradcheck` compares with finite differences, in float64.

# %%


class Softplus(torch.autograd.Function):
    """Softplus of level 1 as an operation of PyTorch."""

    @staticmethod
    def forward(ctx, x):
        value, ctx.pullback = operations.softplus(x.numpy())
        return torch.from_numpy(value)

    @staticmethod
    def backward(ctx, dy):
        return torch.from_numpy(ctx.pullback(dy.numpy()))


class WrongSoftplus(Softplus):
    """The same value; the pullback forgets the slope."""

    @staticmethod
    def backward(ctx, dy):
        return dy


leaf = torch.tensor(L, requires_grad=True)
verdicts = [
    torch.autograd.gradcheck(wrapped.apply, (leaf,), raise_exception=False)
    for wrapped in (Softplus, WrongSoftplus)
]
(mixed,) = torch.autograd.grad((torch.tanh(leaf) * Softplus.apply(leaf)).sum(), [leaf])
(theirs,) = torch.autograd.grad((torch.tanh(leaf) * F.softplus(leaf)).sum(), [leaf])
print("gradcheck: by hand", verdicts[0], "; slope forgotten", verdicts[1])
assert verdicts == [True, False]
assert (
    relative_error(mixed, theirs) < 1e-10
)  # between operations of PyTorch it works as one of them

# %% [markdown]
# ## 2. Networks without modules
#
# A network is a function of its parameters and its input. The parameters are the flat dict of CONVENTIONS.md, the same
# names and shapes as at level 1. Here is the whole fully connected network of level 2:

# %%
from pytorch_lowlevel import mlp

source(mlp.encode)
source(mlp.decode)

# %% [markdown]
# No object holds anything. Compare it with `numpy_impl/mlp.py`: the forward lines are the same, and the backward lines
# are gone. Because the dict is the same, parameters can be passed from one
# level to the other. And a model on another device is the dict with every tensor there: `{name: value.to("cuda") ...}`.

# %%
from common.architecture import MLP
from common.initial import initial_parameters
from pytorch_lowlevel.training import parameters

arrays = initial_parameters(MLP(hidden=7, latents=3), SEED, np.float64)
tensors = parameters(arrays)  # a copy
shared = torch.from_numpy(arrays["encoder.mu.bias"])  # no copy: the same memory
shared += 1.0
print("the array after the shared tensor was changed:", arrays["encoder.mu.bias"])
print("the copy:", tensors["encoder.mu.bias"].numpy())
assert (arrays["encoder.mu.bias"] == 1).all()
assert (tensors["encoder.mu.bias"] == 0).all()

# %% [markdown]
# `torch.from_numpy` shares memory with the array. An update in place would then change the parameters of both levels.
# The course copies, by `torch.tensor`.
#
# ### Exercise 15: encoder and decoder as functions
#
# Write the convolutional pair. [The task](../exercises/15_functional_encoder_decoder/README.md) has a table with a line
# for each layer. The bounds of logvar are in `common.objective`.


# %%
def encode(params, x):
    """Return mu and logvar of q(z | x), logvar clamped to [LOGVAR_MIN, LOGVAR_MAX]."""
    raise NotImplementedError("write this part")


def decode(params, z, image_shape):
    """Return the logits of p(x | z), the mirror image of `encode`."""
    raise NotImplementedError("write this part")


check("15", encode, decode)

# %% [markdown]
# ## 3. The two levels agree to ten digits
#
# Now the whole VAE. The same parameters, images and noise go to both levels, and the gradient of every parameter is
# compared: fully connected and convolutional; with a beta, with free bits (notebook 04, section 7), and with a *capacity*,
# which pulls the KL towards a number of nats of our choice (notebook 09).

# %%
import numpy_impl as level_1
import pytorch_lowlevel as level_2
from common.architecture import Conv
from common.objective import BetaObjective, CapacityObjective

NETWORKS = {"mlp": MLP(hidden=64, latents=5), "conv": Conv(channels=(4, 8), hidden=32, latents=5)}
OBJECTIVES = {
    "beta 4": BetaObjective(4.0),
    "free bits 18": BetaObjective(1.0, free_bits=18.0),
    "capacity 3": CapacityObjective(3.0, gamma=10.0),
}
data = load(DATA)
images = (data.train.images[:16] > 127).astype(np.float64)


def distant(network):
    """Parameters far from the initial ones; a part of logvar lies below its lower bound."""
    arrays = initial_parameters(network, SEED, np.float64)
    arrays = {name: 3 * a + 0.1 * draw(20, *a.shape) for name, a in arrays.items()}
    return arrays | {"encoder.logvar.bias": arrays["encoder.logvar.bias"] - 20}


def gradients_of(level, network, objective, dtype):
    """Loss and gradients of one level, as NumPy arrays."""
    arrays = distant(network)
    params = level.parameters({name: a.astype(dtype) for name, a in arrays.items()})
    x, eps = (level.asarray(a, params) for a in (images, draw(21, 16, 5)))
    loss, grads = level.value_and_grad(params, x, eps, objective)
    return float(loss.loss), {name: np.asarray(grad) for name, grad in grads.items()}


# %%
def compare(dtype):
    rows = {}
    for name, network in NETWORKS.items():
        for goal, objective in OBJECTIVES.items():
            loss_1, grads_1 = gradients_of(level_1, network, objective, dtype)
            loss_2, grads_2 = gradients_of(level_2, network, objective, dtype)
            worst = [relative_error(grads_2[key], grads_1[key]) for key in grads_1]
            rows[f"{name}, {goal}"] = [abs(loss_2 / loss_1 - 1), *worst]
    return rows


compared = {"float64": compare(np.float64), "float32": compare(np.float32)}
for name, row in compared["float64"].items():
    print(f"{name:20} loss {row[0]:.0e}, worst of {len(row) - 1} gradients {max(row[1:]):.0e}")
assert max(max(row) for row in compared["float64"].values()) < 1e-10

# %% tags=["hide-input"]
# Checks that the comparison reaches every branch.
from numpy_impl import conv as conv_1
from numpy_impl import mlp as mlp_1

for name, module in (("mlp", mlp_1), ("conv", conv_1)):
    (mu, logvar), _ = module.encode(distant(NETWORKS[name]), images)
    latent_kl = distributions.gaussian_kl(mu, logvar)[0].mean(axis=0)
    assert 0 < (logvar == -20).mean() < 1  # some are cut off, some are not
    assert latent_kl.min() < 18 < latent_kl.max()  # some latents are free, some pay

# %%
# Level 1 is broken on purpose: its clamp forgets the mask.
from unittest.mock import patch

with patch.object(mlp_1, "clamp", lambda x, low, high: (np.clip(x, low, high), lambda dy: dy)):
    broken = max(max(row[1:]) for name, row in compare(np.float64).items() if "mlp" in name)
print(f"with the mask of level 1's clamp forgotten, the gradients differ by {broken:.0e}")
assert broken > 1e-3

# %% tags=["hide-input"]
# The code of this picture.
with style():
    fig = blank(7.4, 3.2)
    axes = fig.subplots()
    for (dtype, rows), colour in zip(compared.items(), (BLUE, ORANGE), strict=True):
        for height, row in enumerate(rows.values()):
            shown = np.maximum(row[1:], 1e-17)
            label = dtype if height == 0 else None
            axes.plot(shown, np.full(len(shown), height), "o", color=colour, alpha=0.6, label=label)
    axes.axvline(1e-10, color=RED, linestyle="--", linewidth=1)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set(
        xscale="log",
        xlim=(1e-17, 1e-2),
        xlabel="relative error of a gradient, level 2 against level 1",
    )
    axes.invert_yaxis()
    axes.legend(loc="lower right")
figure(
    fig,
    caption="Autograd against the gradients by hand: one point for each parameter of each "
    "network under each objective. In float64 they agree far beyond ten digits (dashed).",
    alt="Six rows of points on a logarithmic axis. The float64 points lie around 1e-15, left of "
    "the dashed line at 1e-10. The float32 points lie around 1e-6.",
)
assert max(max(row) for row in compared["float32"].values()) < 1e-3

# %% [markdown]
# Why do they not agree in every bit? Both add up the same numbers, but in another order, and rounding depends on the
# order. In float64 a sum is right to about 16 digits, in float32 to about 7. **Agreement in float64 says that two
# formulas are the same. In float32 a small mistake and rounding look alike.**

# %% [markdown]
# ## 4. A training step
#
# A step needs gradients, and an update. Four lines make the gradients:
#
# 1. *Leaves.* `value.detach().requires_grad_()` for every parameter: the same memory, now marked as needing a
#    gradient. The caller's tensors stay as they are.
# 2. *Forward*, from the leaves to the loss.
# 3. `torch.autograd.grad(loss, leaves)`: the pullbacks, in reverse.
# 4. *Detach* what is returned. A loss that is kept for the log with its `grad_fn` keeps the graph of its step alive.
#
# Many programs call `loss.backward()` in place of line 3. It *adds* the gradients to a field `.grad` of each leaf.
#
# **Predict, then run.** The leaf w is used in two steps, with `backward()` in each, and nobody resets anything. What is in
# `w.grad` after the second step?
#
# <details><summary>Answer</summary>
#
# The sum of both gradients. This is why training loops are full of `zero_grad()`. `torch.autograd.grad` returns the
# gradients and stores nothing, so there is nothing to forget.
#
# </details>

# %%
w = torch.tensor(3.0, requires_grad=True)
(w**2).backward()
print("after one backward:", w.grad.item(), end="; ")
(w**2).backward()
print("after two:", w.grad.item(), "; by autograd.grad:", torch.autograd.grad(w**2, [w])[0].item())
assert w.grad.item() == 12.0

# %% [markdown]
# PyTorch has these lines as a function as well: `torch.func.grad(f)` takes a function of a dict and returns the function
# that gives the dict of its gradients. (For modules, `torch.func.functional_call` makes such a function; notebook 07 has
# modules.)

# %%
from pytorch_lowlevel import vae

few = level_2.parameters(distant(NETWORKS["mlp"]))
x_few, eps_few = torch.tensor(images), torch.tensor(draw(21, 16, 5))
by_func = torch.func.grad(lambda params: -vae.elbo(params, x_few, eps_few).elbo)(few)
_, by_leaves = level_2.value_and_grad(few, x_few, eps_few, BetaObjective())
difference = max(relative_error(by_func[name], by_leaves[name]) for name in few)
print(f"torch.func.grad and value_and_grad differ by {difference:.0e}")
assert difference < 1e-12

# %% [markdown]
# Between gradient and update there may be a bound on the norm of all gradients together, *clipping* (notebook 04, section
# 10). The update is Adam of notebook 04, here with the operations of PyTorch that work in place:

# %%
from common.optimizer import AdamSettings
from pytorch_lowlevel.adam import AdamState, adam_step

source(adam_step)

# %% [markdown]
# The state is a record that you can print: parameters, two moments, a number of steps. `torch.optim.Adam` hides the same
# in an object. Twenty steps of both, on the same gradients:

# %%
begin = draw(30, 3, 5)
ours = AdamState(
    {"theta": torch.tensor(begin)},
    {"theta": torch.zeros(3, 5, dtype=torch.float64)},
    {"theta": torch.zeros(3, 5, dtype=torch.float64)},
    step=0,
)
theta = torch.tensor(begin, requires_grad=True)
theirs = torch.optim.Adam([theta], lr=1e-3)
for step in range(20):
    g = torch.tensor(draw(31 + step, 3, 5))
    adam_step(ours, {"theta": g}, AdamSettings(1e-3))
    theta.grad = g
    theirs.step()
difference = relative_error(ours.parameters["theta"], theta.detach())
print(f"twenty steps of our Adam and of torch.optim.Adam differ by {difference:.0e}")
assert difference < 1e-12

# %% [markdown]
# ### Exercise 16: value, gradient and step
#
# Two functions. [The task](../exercises/16_functional_training_step/README.md) says what each
# returns, and what there is to import: encoder, decoder, formulas, clipping and Adam.


# %%
def value_and_grad(params, x, eps, objective):
    """Return the loss with its parts, and the gradient of the loss for every parameter."""
    raise NotImplementedError("write this part")


def training_step(state, x, eps, objective, settings):
    """Take one step of Adam down the gradient of the objective, clipped to `settings.clip_norm`."""
    raise NotImplementedError("write this part")


check("16", value_and_grad, training_step)

# %% [markdown]
# ### Many steps
#
# One step agrees to ten digits. Do 150? The batches, the binarisation and the noise are the same numbers at both levels,
# since each is a function of the seed and of the step.

# %%
from common.state import initial_state
from common.training.loop import batches
from common.training.plan import TrainingPlan

TRAIN = data.train.take(np.arange(1500))  # all of the digits; a part of MNIST
SHAPE = data.image_shape


def hidden_units(params, x, eps):
    """Which hidden units are on (images, units): the encoder's, then the decoder's."""

    def linear(name, value):
        return value @ params[f"{name}.weight"].T + params[f"{name}.bias"]

    first = linear("encoder.hidden", x.reshape(len(x), -1))
    h = np.maximum(first, 0)
    z = linear("encoder.mu", h) + np.exp(linear("encoder.logvar", h) / 2) * eps
    return np.hstack([first, linear("decoder.hidden", z)]) > 0


# %%
def drift(precision, steps=150):
    """After each step: how far the levels are apart, and how many hidden units differ (on, off)."""
    network = MLP(SHAPE, hidden=64, latents=5)
    plan = TrainingPlan(
        DATA, network, adam=AdamSettings(2e-3), epochs=5, batch_size=50, precision=precision
    )
    state = initial_state(network, SEED, plan.dtype)
    learners = [level.start(network, state, plan.adam) for level in (level_1, level_2)]
    apart, switched = [], []
    for batch in list(batches(TRAIN, plan))[:steps]:
        first, second = (
            hidden_units(learner.state().parameters, batch.x, batch.eps) for learner in learners
        )
        switched.append(np.count_nonzero(first != second))
        for learner in learners:
            learner.step(batch.x, batch.eps, plan.objective.at(batch.epoch))
        first, second = (learner.state().parameters for learner in learners)
        apart.append(max(relative_error(second[name], first[name]) for name in first))
    return np.array(apart), np.array(switched)


drifts = {precision: drift(precision) for precision in ("float64", "float32")}

# %% tags=["hide-input"]
# The code of this picture.
with style():
    fig = blank(7, 3.2)
    axes = fig.subplots()
    for (precision, (apart, switched)), colour in zip(drifts.items(), (BLUE, ORANGE), strict=True):
        axes.semilogy(range(1, 151), apart, color=colour, label=precision)
        at = np.flatnonzero(switched)
        axes.plot(at + 1, apart[at], "x", color=RED)
    axes.axhline(1e-10, color=RED, linestyle="--", linewidth=1)
    axes.set(xlabel="training step", ylabel="largest relative difference", ylim=(1e-17, 1))
    axes.grid(visible=True, axis="y")
    axes.legend(loc="center right")
figure(
    fig,
    caption="How far the parameters of the two levels are apart while both train (largest "
    "difference of a tensor, relative to its largest number). In float64 they are still the "
    "same to ten digits (dashed) after 150 steps. Crosses: a hidden unit of the encoder or of the "
    "decoder was on at one level and off at the other.",
    alt="Two curves over training steps on a logarithmic axis. Float64 stays far below the "
    "dashed line at 1e-10. Float32 begins below 1e-3, jumps to 1e-2 where the first cross is, and "
    "is at 1e-1 within twenty steps, with crosses from there on.",
)

# %%
for precision, (apart, switched) in drifts.items():
    print(f"{precision}: after 150 steps {apart[-1]:.0e}; units that differed: {switched.sum()}")
assert drifts["float64"][0][0] > 1e-15
assert drifts["float64"][0][-1] < 1e-10
assert drifts["float64"][1].sum() == 0
apart, switched = drifts["float32"]
assert apart[0] > 1e-6 and apart[-1] > 1e-2  # rounding alone would leave them near 1e-7
assert switched[0] == 0 and switched.sum() > 100

# %% [markdown]
# Why so far apart in float32, when one gradient is right to six digits? Two amplifiers are at work. Adam divides a
# gradient by its own size. Where the gradient is so small that it consists of rounding, the two levels take different steps:
# the curve begins at 3e-4, not at 1e-7. And a hidden unit whose input is nearly zero can be on at one level and off at the
# other: at the first cross the curve jumps. From then on the two runs learn from different gradients. Neither is wrong. In
# float64 the first amplifier works too: the blue curve begins well above 1e-16. But no unit differed within 150 steps.

# %% [markdown]
# ## 5. What autograd saves, and what it costs
#
# A pullback needs numbers from the forward: the one of a product needs both factors. Autograd keeps them alive until the
# backward is done. A hook lets us see each one.

# %%
network = Conv(SHAPE)  # the convolutional network of the course, 32 and 64 channels
params = level_2.parameters(initial_parameters(network, SEED))


def kept_by(params, batch, run):
    """What pullbacks keep of run(params, x, eps): (whose, shape, megabytes), largest first."""
    x = level_2.asarray((data.train.images[:batch] > 127).astype(np.float32), params)
    eps = level_2.asarray(draw(60, batch, 20), params)
    kept = {}

    def note(tensor):
        """Called for every tensor that a pullback keeps; the same memory is counted once."""
        kept[tensor.data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        run(params, x, eps)
    own = dict.fromkeys((value.data_ptr() for value in params.values()), "parameter")
    own |= {x.data_ptr(): "images", eps.data_ptr(): "noise"}
    rows = [
        (own.get(place, "made on the way"), tuple(t.shape), t.nelement() * 4 / 1e6)
        for place, t in kept.items()
    ]
    return sorted(rows, key=lambda row: -row[2])


# %%
def step(params, x, eps):
    level_2.value_and_grad(params, x, eps, BetaObjective())


def total(rows, whose):
    return sum(size for name, _, size in rows if name == whose)


by_batch = {batch: kept_by(params, batch, step) for batch in (32, 64, 128)}
for batch, rows in by_batch.items():
    print(
        f"{batch:3} images: {total(rows, 'made on the way'):5.1f} MB made on the way, "
        f"{total(rows, 'images'):.1f} MB of images, {total(rows, 'parameter'):.1f} MB of parameters"
    )
with torch.no_grad():
    without = kept_by(params, 128, vae.elbo)
print("without gradients (torch.no_grad):", len(without), "tensors")

# %% tags=["hide-input"]
# Checks of what the text and the output above say.
assert len(without) == 0
assert 10.0 < total(by_batch[128], "made on the way") < 12.5
for whose, factor in {"made on the way": 2, "images": 2, "parameter": 1}.items():
    assert np.isclose(total(by_batch[128], whose) / total(by_batch[64], whose), factor, rtol=0.01)


# %% tags=["hide-input"]
# The code of this picture and its slider.
COLOURS_OF = {"made on the way": BLUE, "images": RED, "noise": RED, "parameter": ORANGE}


def draw_kept(batch):
    shown = by_batch[batch][:12]
    with style():
        fig = blank(5.6, 3.4)
        axes = fig.subplots()
        colours = [COLOURS_OF[name] for name, *_ in shown]
        axes.barh(range(len(shown)), [size for *_, size in shown], color=colours)
        names = ["x".join(map(str, shape)) for _, shape, _ in shown]
        axes.set_yticks(range(len(shown)), names, fontsize=8)
        axes.invert_yaxis()
        axes.set(xlabel="megabytes", xlim=(0, 3.5))
    return fig


slider(
    draw_kept,
    caption="The twelve largest tensors that the pullbacks of one step keep. Blue: made on the "
    "way, and kept alive for the backward. Red: the images. Orange: parameters. Images and "
    "parameters are there anyway.",
    alt="Horizontal bars. With 128 images the longest are the activations of 128 x 32 x 14 x 14 "
    "numbers and two weights between images and hidden units; with 32 images the weights are.",
    static=(32, 128),
    batch=[32, 64, 128],
)

# %% [markdown]
# The blue and the red bars grow with the batch; the orange ones do not. This is where the memory of training goes.
# Evaluation needs none of what is blue, and `torch.no_grad()` says so.
#
# ### Arithmetic
#
# A linear layer is one product forward, and two backward: dx and dW. So forward and backward together should cost three
# times the forward, less one product: nobody asks for the gradient of the images. We count a multiplication and an
# addition for each product of two numbers, hence the 2 below.
#
# $$
# \text{forward and backward} = 3\,F - F_{\mathrm{first}}, \qquad F_{\mathrm{layer}} = 2 \cdot \mathrm{batch} \cdot \mathrm{inputs} \cdot \mathrm{outputs}
# \qquad (1)
# $$
#
# PyTorch can count the operations of its products.

# %%
from torch.utils.flop_counter import FlopCounterMode

tutorial = level_2.parameters(initial_parameters(MLP(), SEED))
x = level_2.asarray((data.train.images[:128] > 127).astype(np.float32), tutorial)
eps = level_2.asarray(draw(60, 128, 20), tutorial)
with FlopCounterMode(display=False) as forward, torch.no_grad():
    vae.elbo(tutorial, x, eps)
with FlopCounterMode(display=False) as both:
    level_2.value_and_grad(tutorial, x, eps, BetaObjective())
F_all, F_both = forward.get_total_flops(), both.get_total_flops()
F_first = 2 * 128 * 784 * 400
print(f"forward {F_all:,}; forward and backward {F_both:,}; ratio {F_both / F_all:.2f}")
if DATA in ("digits", "mnist"):  # images of 28 x 28
    assert F_all == 2 * 128 * (784 * 400 + 2 * 400 * 20 + 20 * 400 + 400 * 784)
    assert F_both == 3 * F_all - F_first  # (1), exactly
    assert round(F_both / F_all, 2) == 2.52

# %% [markdown]
# Loss and gradient together cost 2.52 evaluations of the loss; the backward alone costs 1.52. The number of parameters,
# 652,824 here, is not in (1). This is the *cheap gradient principle*: a gradient costs a small multiple of its function,
# however many parameters there are. Finite differences would cost 1,305,648 evaluations (notebook 04).
#
# ### Once, and unchanged
#
# Two errors of autograd are protections. It frees what it kept after the first backward. And it notices when a number
# that it kept has been changed in place.

# %%
w = torch.tensor([0.5, -1.0], requires_grad=True)


def backward_twice():
    loss = torch.sigmoid(w).sum()
    for _ in range(2):
        torch.autograd.grad(loss, [w])


def changed_in_place():
    y = torch.sigmoid(w)
    loss = (y**2).sum()
    y.mul_(2)  # the pullback of the square needs the y from before
    torch.autograd.grad(loss, [w])


messages = []
for attempt in (backward_twice, changed_in_place):
    try:
        attempt()
    except RuntimeError as error:
        messages.append(str(error))
        print(f"{attempt.__name__}: {str(error)[:88]}...")
assert "second time" in messages[0]
assert "inplace operation" in messages[1]

# %% [markdown]
# The pullbacks of level 1 may be called as often as you like; they keep what they need for as long as they live. In
# PyTorch, `retain_graph=True` asks for that.
#
# ## 6. What autograd does not notice
#
# Autograd differentiates what you wrote, not what you meant. It cannot see that a path was meant to be there. In a VAE
# the path is easily lost at z, which gets detached: by `.detach()`, by `.data`, or by a detour through
# NumPy.


# %%
def gradients(params, x, eps, detached):
    """The gradient of the negative ELBO, with z as it is or detached."""
    leaves = {name: value.detach().requires_grad_() for name, value in params.items()}
    mu, logvar = vae.encode(leaves, x)
    z = vae.reparameterize(mu, logvar, eps)
    logits = vae.decode(leaves, z.detach() if detached else z, x.shape[1:])
    kl = lowlevel.gaussian_kl(mu, logvar).sum(dim=1).mean()
    loss = kl - lowlevel.bernoulli_log_likelihood(x, logits).sum(dim=(1, 2, 3)).mean()
    return loss.item(), dict(
        zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True)
    )


# %% [markdown]
# **Predict, then run.** With z detached: is there an error? Is the loss another one? Which gradients are wrong, those of
# the encoder or those of the decoder? And what will the encoder learn?
#
# <details><summary>Answer</summary>
#
# No error, and the same loss. The decoder's gradients are right: nothing between its parameters and the loss was cut. The
# encoder gets the gradient of the KL alone. It learns mu = 0 and sigma = 1 for every image: the posterior collapses, and the decoder
# can do no better than the mean image.
#
# </details>

# %%
tutorial = level_2.parameters(initial_parameters(MLP(SHAPE, 64, 5), SEED, np.float64))
x64 = torch.tensor(images)
eps64 = torch.tensor(draw(61, 16, 5))
loss_right, right = gradients(tutorial, x64, eps64, detached=False)
loss_wrong, wrong = gradients(tutorial, x64, eps64, detached=True)
_, by_hand = level_1.value_and_grad(
    {name: value.numpy() for name, value in tutorial.items()},
    images,
    eps64.numpy(),
    BetaObjective(),
)
print(f"losses: {loss_right:.6f} and {loss_wrong:.6f}")
for name in tutorial:
    parts = relative_error(right[name], by_hand[name]), relative_error(wrong[name], by_hand[name])
    print(f"{name:22} against level 1: z as it is {parts[0]:.0e}, z detached {parts[1]:.0e}")
    assert parts[0] < 1e-10
    assert parts[1] > 0.1 if name.startswith("encoder") else parts[1] < 1e-10
assert loss_right == loss_wrong


# %%
def curve(detached, steps=240):
    """Train with plain functions; return reconstruction + KL of every step."""
    network = MLP(SHAPE, hidden=64, latents=5)
    plan = TrainingPlan(DATA, network, epochs=8, batch_size=50)
    begin = initial_state(network, SEED, np.float32)
    groups = [
        level_2.parameters(g) for g in (begin.parameters, begin.first_moment, begin.second_moment)
    ]
    state, losses = AdamState(*groups, step=0), []
    for batch in list(batches(TRAIN, plan))[:steps]:
        arrays = (level_2.asarray(a, state.parameters) for a in (batch.x, batch.eps))
        loss, grads = gradients(state.parameters, *arrays, detached)
        adam_step(state, grads, AdamSettings(2e-3))
        losses.append(loss)
    return np.array(losses)


curves = {"z as it is": curve(False), "z detached": curve(True)}

# %% tags=["hide-input"]
# The code of this picture.
with style():
    fig = blank(7, 3.0)
    axes = fig.subplots()
    for (name, values), colour in zip(curves.items(), (BLUE, RED), strict=True):
        axes.plot(values, color=colour, label=name)
    axes.set(xlabel="training step", ylabel="negative ELBO (nats per image)", ylim=(130, 300))
    axes.grid(visible=True, axis="y")
    axes.legend()
figure(
    fig,
    caption="The same loss, with a gradient that is right and with one that lacks the path "
    "through z. Both fall; the second stops at what the mean image alone can do.",
    alt="Two falling curves. The blue one goes on falling, the red one becomes flat well above it.",
)

# %%
ends = {name: values[-30:].mean() for name, values in curves.items()}
p = (TRAIN.images.mean(axis=0) / 255).clip(1e-3, 1 - 1e-3)  # the mean image
mean_image = -(p * np.log(p) + (1 - p) * np.log(1 - p)).sum()
print({name: round(float(end), 1) for name, end in ends.items()}, f"mean image: {mean_image:.1f}")
assert ends["z detached"] > ends["z as it is"] + 10
assert abs(ends["z detached"] - mean_image) < 4  # 30 batches, and not yet at the very end

# %% [markdown]
# So a check is needed at level 2 as well. The course has two: level 1, and finite differences
# (`torch.autograd.gradcheck` is PyTorch's own, in float64 of course).

# %%
tiny = level_2.parameters(initial_parameters(MLP((1, 2, 3), 4, 2), SEED, np.float64))
pixels = torch.tensor(bit[:, :1, None, None] * np.ones((1, 2, 3)))
noise = torch.tensor(draw(63, 3, 2))


def reconstruction(detached):
    def function(bias):
        mu, logvar = vae.encode({**tiny, "encoder.mu.bias": bias}, pixels)
        z = vae.reparameterize(mu, logvar, noise)
        logits = vae.decode(tiny, z.detach() if detached else z, (1, 2, 3))
        logits = logits + 0 * bias.sum()  # keeps a path to bias, or gradcheck refuses
        return lowlevel.bernoulli_log_likelihood(pixels, logits).sum()

    return function


bias = torch.tensor(draw(62, 2), requires_grad=True)
verdicts = [
    torch.autograd.gradcheck(reconstruction(detached), (bias,), raise_exception=False)
    for detached in (False, True)
]
print("gradcheck: z as it is", verdicts[0], "; z detached", verdicts[1])
assert verdicts == [True, False]

# %% [markdown]
# ## 7. A trained model at both levels
#
# Level 2 trains by the same loop as level 1; the loop sees only this object:

# %%
from pytorch_lowlevel.training import FunctionalLearner

source(FunctionalLearner)

# %%
from common.metrics import evaluate_elbo

test = data.test.take(np.arange(297))
found = {}
for name in ("numpy", "lowlevel"):
    model = shipped("digits", name)
    found[name] = evaluate_elbo(model, test.images, SEED)
    print(f"{name:9} test: -ELBO {-found[name].elbo:.4f}, KL {found[name].kl:.4f} nats per image")

# %% tags=["hide-input"]
# Checks of what the text and the output above say.
assert abs(found["lowlevel"].elbo - found["numpy"].elbo) < 1e-3  # float32
assert abs(found["lowlevel"].kl - found["numpy"].kl) < 1e-3
if DATA == "digits":
    assert abs(-found["lowlevel"].elbo - 132.7) < 0.1  # the number of notebook 04

# %% tags=["hide-input"]
# The code of this picture.
figure(
    plots.image_grid(model.sample(normal(SEED, Stream.PICTURE, 99, (20, 10))), columns=10),
    caption="Twenty images from the decoder, for z drawn from the prior, at level 2.",
    alt="Two rows of ten smooth handwritten digits. Many can be read; others are between two "
    "digits.",
)

# %% [markdown]
# The parameters that level 1 trained in notebook 04 work at level 2 as they are, and give the same number: 132.7 nats per
# image. You now know what happens between `loss` and
# `grad`, twice over. From here on autograd does it, and we look at models.
#
# ## Summary
#
# 1. Autograd is a graph of pullbacks that grows during the forward; `torch.autograd.grad` walks through it in reverse
#    topological order and adds where a value was used more than once.
# 2. A network is a function of a dict and an input; a training step is gradient, clip, update.
# 3. In float64 the gradients of both levels agree far beyond ten digits, for every parameter and objective.
# 4. The backward costs two forwards, less the gradient of the images (here one and a half), and needs the activations of the
#    forward kept in memory.
# 5. Autograd differentiates what was written: a detached z gives no error, the right loss and a collapsed posterior.
#
# ## Checklist
#
# - [ ] I can say what `grad_fn` holds, what a leaf is, and what happens at a fork.
# - [ ] I can wrap a pullback as a `torch.autograd.Function` and check it.
# - [ ] I can write a training step without `zero_grad`, `backward` and `optimizer.step`.
# - [ ] I can say why two right implementations differ in the last digits, and how to tell that from a mistake.
# - [ ] I can say which tensors are kept for the backward, and how to keep none.
# - [ ] I can name a mistake that autograd does not notice, and a check that does.
#
# ## Exercises
#
# | exercise | section |
# |---|---|
# | [15 Encoder and decoder as functions](../exercises/15_functional_encoder_decoder/README.md) | 2 |
# | [16 A training step without an optimizer object](../exercises/16_functional_training_step/README.md) | 4 |
#
# ## Further reading
#
# * [Baydin, Pearlmutter, Radul & Siskind 2018], *Automatic differentiation in machine learning: a survey*, section 3.
# * [Paszke et al. 2019], *PyTorch: an imperative style, high-performance deep learning library*, section 4.3
#   (automatic differentiation).
# * The PyTorch documentation, *Autograd mechanics*, on saved tensors and on operations in place.
# * [Kingma & Welling 2013], *Auto-encoding variational Bayes*, section 2.4 (what the reparameterisation needs).
#
# [Baydin, Pearlmutter, Radul & Siskind 2018]: ../docs/bibliography.md#baydin2018
# [Paszke et al. 2019]: ../docs/bibliography.md#paszke2019
# [Kingma & Welling 2013]: ../docs/bibliography.md#kingma2013
