# ---
# jupyter:
#   course:
#     week: 1 Foundations
#     gives: the bound, derived three ways, and its gap measured
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
# # 01 The ELBO, derived
#
# > **What you will be able to do**
# > * compute log p(x), the ELBO and the gap between them by hand, for a latent with three states;
# > * derive the ELBO in three ways, and give the reason of every step;
# > * say exactly what is lost when q is not the posterior, and measure it where everything is known;
# > * tell what a better encoder can do for the bound from what a better decoder can do;
# > * put pixels and latents together to one loss, with the right sums, means and signs.
# >
# > **Time:** 75 minutes to read, {running} to run; 50 more for the two exercises.
# > **Prerequisites:** notebook 00; expectations,
# > Bayes' rule, the density of a Gaussian. No variational inference.
# >
# > **Serves the checklist item:** understand the ELBO derivation.
#
# Seven symbols return in every notebook. Logarithms are natural, so all figures are in *nats*.
#
# | symbol | name | in a VAE |
# |---|---|---|
# | $x$ | what is observed | an image |
# | $z$ | what is not observed, the *latent variable* | a few numbers behind the image |
# | $p(z)$ | the prior | $N(0, I)$, fixed |
# | $p(x \mid z)$ | the likelihood | the decoder |
# | $p(z \mid x)$ | the true posterior | nobody can compute it |
# | $q(z \mid x)$ | the approximate posterior, any distribution that we choose | the encoder |
# | $\mathbb{E}_q[\,\cdot\,]$ | the average over z drawn from q | estimated with one draw of z |

# %%
import numpy as np

from course.lesson import Stream, animation, check, figure, generator, load, normal, slider, source

DATA = "digits"  # "mnist" works too, where it is at hand; numbers in the text are of "digits"
SEED = 0

# %% [markdown]
# ## 1. A latent variable with three states
#
# We begin with a world so small that every sum can be written out. An image has 2 x 2 pixels, each 0 or 1. Behind it
# stands one of three shapes. The shape is the latent variable z.

# %%
PRIOR = np.array([1 / 2, 1 / 4, 1 / 4])
NAMES = ("left column", "top row", "diagonal")
ON = np.array([[[0.8, 0.2], [0.8, 0.2]], [[0.8, 0.8], [0.2, 0.2]], [[0.8, 0.2], [0.2, 0.8]]])
x = np.array([[1, 1], [1, 0]])

# %% tags=["hide-input"]
# The code of this picture.
from common.plots.style import BLUE, FAINT, INK, ORANGE, PALETTE, RED, blank, style


def draw_world():
    with style():
        fig = blank(8, 2.6)
        panels = fig.subplots(1, 4)
        titles = [f"{name}\np(z) = {p:.2f}" for name, p in zip(NAMES, PRIOR, strict=True)]
        for axes, image, title in zip(panels, [*ON, x], [*titles, "the image x\n"], strict=True):
            axes.imshow(image, cmap="gray", vmin=0, vmax=1)
            axes.set(xticks=[], yticks=[])
            axes.set_title(title, fontsize=10)
            for (row, column), value in np.ndenumerate(image):
                colour = "black" if value > 0.5 else "white"
                axes.text(column, row, f"{value:g}", ha="center", va="center", color=colour)
            for spine in axes.spines.values():
                spine.set_visible(True)
    return fig


figure(
    draw_world(),
    caption="A world of 2 x 2 pixels. For each of the three shapes z: the prior, and for every "
    "pixel the probability that it is 1. Right: the image that was observed. Two shapes explain "
    "it about equally well.",
    alt="Four small grids of pixels. Left column, top row and diagonal have 0.8 on two pixels "
    "and 0.2 on the others. The observed image has three white pixels, all but the lower right "
    "one.",
)

# %% [markdown]
# How probable is this image? Its pixels are independent once z is known, so their probabilities are multiplied. The
# shape is not known, so we add up over all three. That is all there is to log p(x):
#
# | z | p(z) | p(x given z) | p(x, z) | p(z given x) |
# |---|---|---|---|---|
# | left column | 1/2 | 0.8 · 0.2 · 0.8 · 0.8 = 0.1024 | 0.0512 | 32/49 |
# | top row | 1/4 | 0.8 · 0.8 · 0.2 · 0.8 = 0.1024 | 0.0256 | 16/49 |
# | diagonal | 1/4 | 0.8 · 0.2 · 0.2 · 0.2 = 0.0064 | 0.0016 | 1/49 |
# | sum | 1 | | **p(x) = 0.0784** | 1 |
#
# The last column is Bayes' rule: the *posterior* p(z given x) = p(x, z) / p(x). It is what we would like to know about
# an image: which shape is behind it?
#
# Here are the same numbers from the course's own functions. The decoder speaks in *logits*, log(p / (1 - p)), as all
# decoders of this course do.

# %%
from numpy_impl import discrete_latent as discrete
from numpy_impl.distributions import bernoulli_log_likelihood

LOGITS = np.log(ON / (1 - ON))


def log_joint_of(images):
    """log p(x, z) of every 2 x 2 image (rows) and every state (columns)."""
    per_pixel = bernoulli_log_likelihood(images[:, None], LOGITS)[0]
    return np.log(PRIOR) + per_pixel.sum(axis=(-2, -1))


log_joint = log_joint_of(x[None])
posterior = np.exp(log_joint - discrete.log_evidence(log_joint)[:, None])
print("p(x, z)     ", np.exp(log_joint[0]).round(4))
print("p(z given x)", posterior[0].round(4))
print("log p(x)    ", discrete.log_evidence(log_joint)[0].round(4))

EXACT = 1e-12  # sums of a few float64 numbers near 1: rounding is below 1e-15
assert np.allclose(np.exp(log_joint[0]), [0.0512, 0.0256, 0.0016], rtol=0, atol=EXACT)
assert np.allclose(posterior[0], np.array([32, 16, 1]) / 49, rtol=0, atol=EXACT)
assert abs(np.exp(discrete.log_evidence(log_joint)[0]) - 0.0784) < EXACT

# %% [markdown]
# ### A guess about z gives a lower bound
#
# Suppose we could not add up over all states. Suppose we only had a *guess* q(z): any three probabilities that sum to
# one. Two quantities belong to the guess:
#
# $$
# \mathrm{ELBO}(q) = \sum_z q(z)\,\bigl(\log p(x, z) - \log q(z)\bigr)
# \qquad
# \mathrm{gap}(q) = \sum_z q(z)\,\bigl(\log q(z) - \log p(z \mid x)\bigr)
# $$
#
# ELBO stands for *evidence lower bound*; log p(x) is the evidence. The gap is a Kullback-Leibler divergence, KL for
# short: it measures how far q is from the posterior. A state with q(z) = 0 adds nothing to either sum, since t log t goes
# to 0 with t. Sections 3 and 4 derive both. First look at what they do.
#
# **Predict, then run.** Guess A says 1/3 to each shape. Guess B says "left column, for sure". The posterior is
# (0.65, 0.33, 0.02). Which of the two guesses has the higher bound?
#
# <details><summary>Answer</summary>
#
# B. Its gap is log(49/32) = 0.43 nats. The gap of A is 0.71 nats: A wastes a third of its probability on the diagonal,
# which the image all but rules out. A certain guess is not punished for being certain. It is punished for probability
# that it puts where the posterior has little.
#
# </details>

# %%
GUESSES = {
    "1/3 each": [1 / 3, 1 / 3, 1 / 3],
    "left column for sure": [1, 0, 0],
    "diagonal for sure": [0, 0, 1],
    "the prior": PRIOR,
    "2/3, 1/3, 0": [2 / 3, 1 / 3, 0],
    "the posterior": posterior[0],
}
bounds = {
    name: (discrete.elbo(log_joint, np.array([q]))[0], discrete.gap(log_joint, np.array([q]))[0])
    for name, q in GUESSES.items()
}
print("guess q                   ELBO      gap   ELBO + gap")
for name, (bound, missing) in bounds.items():
    print(f"{name:22s} {bound:8.4f} {missing:z8.4f} {bound + missing:12.4f}")
    assert abs(bound + missing - discrete.log_evidence(log_joint)[0]) < EXACT

# %% tags=["hide-input"]
# The code of this picture.
assert abs(bounds["1/3 each"][1] - 0.71) < 0.005  # two decimals in the text, here and below
assert abs(bounds["left column for sure"][1] - np.log(49 / 32)) < EXACT
assert abs(np.log(49 / 32) - 0.43) < 0.005
assert abs(bounds["the posterior"][1]) < EXACT
assert abs(bounds["the prior"][1] - bounds["left column for sure"][1]) < EXACT  # a coincidence


def draw_bounds():
    top = discrete.log_evidence(log_joint)[0]
    with style():
        fig = blank(8, 3)
        axes = fig.subplots()
        for place, (bound, missing) in enumerate(reversed(bounds.values())):
            axes.plot(
                [bound, bound + missing],
                [place, place],
                color=ORANGE,
                linewidth=7,
                solid_capstyle="butt",
            )
            axes.plot(bound, place, "o", color=BLUE, markersize=9)
        axes.axvline(top, color=INK, linestyle="--")
        axes.annotate("log p(x)", (top, 5.6), ha="center", annotation_clip=False)
        axes.plot([], [], "o", color=BLUE, label="ELBO(q)")
        axes.plot([], [], color=ORANGE, linewidth=7, label="gap(q) = KL to the posterior")
        axes.set_yticks(range(len(bounds)), list(reversed(bounds)))
        axes.set(xlabel="nats", xlim=(-6.7, -2.3))
        axes.legend(loc="lower left")
    return fig


figure(
    draw_bounds(),
    caption="Every guess q gives a number below log p(x). What it lacks is exactly the KL from q "
    "to the posterior.",
    alt="Six horizontal lines, one for each guess. A blue dot marks the ELBO, an orange bar runs "
    "from it to the dashed line of log p(x) at -2.55. The bar is long for 'diagonal for sure' "
    "and vanishes for the posterior.",
)

# %% [markdown]
# All guesses about three states form a triangle: each corner is one state for sure. So the whole function ELBO(q) fits
# into one picture. It is a hill with a single top, and the top is the posterior.

# %%
CORNERS = np.array([[0, 0], [1, 0], [0.5, np.sqrt(3) / 2]])
steps = np.arange(61) / 60
TRIANGLE = np.array(
    [[a, b, max(0.0, 1 - a - b)] for a in steps for b in steps if a + b <= 1 + EXACT]
)
heights = discrete.elbo(np.repeat(log_joint, len(TRIANGLE), axis=0), TRIANGLE)


# %% tags=["hide-input"]
# The code of this picture.
def draw_triangle():
    with style():
        fig = blank(6.4, 4.6)
        axes = fig.subplots()
        hill = axes.tricontourf(*(TRIANGLE @ CORNERS).T, heights, levels=18, cmap="viridis")
        fig.colorbar(hill, ax=axes, label="ELBO(q), nats")
        axes.plot(*(posterior @ CORNERS).T, "*", color=RED, markersize=16)
        axes.annotate(
            "posterior", (posterior @ CORNERS)[0], (8, 4), textcoords="offset points", color=RED
        )
        for corner, name, align in zip(CORNERS, NAMES, ("right", "left", "center"), strict=True):
            below = -0.06 if corner[1] == 0 else 0.03
            axes.annotate(name, corner + np.array([0, below]), ha=align, annotation_clip=False)
        axes.set(xticks=[], yticks=[], aspect="equal")
        axes.set_xlabel("each point is a guess q: its weights on the three corners", labelpad=22)
        axes.spines[:].set_visible(False)
    return fig


figure(
    draw_triangle(),
    caption="The ELBO over all guesses about three states. Its highest value is log p(x) = "
    "-2.55, at the posterior.",
    alt="A triangle in colours from dark to bright. The corners are the three states. The "
    "brightest spot lies on the lower edge, nearer to 'left column', where a red star marks the "
    "posterior.",
)
assert heights.max() <= discrete.log_evidence(log_joint)[0]  # nowhere above
assert (
    np.abs(TRIANGLE[heights.argmax()] - posterior[0]).max() < 1 / 60
)  # at most one step of the grid away
assert abs(discrete.log_evidence(log_joint)[0] + 2.55) < 0.005

# %% [markdown]
# **Move the slider.** It walks in a straight line from one guess to the posterior. Watch the border between blue and
# orange: it moves to the right, and stops at log p(x).


# %% tags=["hide-input"]
# The code of this picture and its slider.
def draw_tightening(tightness):
    q = (1 - tightness) * np.array([[0.1, 0.2, 0.7]]) + tightness * posterior
    bound, missing = discrete.elbo(log_joint, q)[0], discrete.gap(log_joint, q)[0]
    top = discrete.log_evidence(log_joint)[0]
    with style():
        fig = blank(4.4, 3.4)
        above, below = fig.subplots(2, height_ratios=(3, 1))
        above.bar(np.arange(3) - 0.2, q[0], 0.4, color=BLUE, label="q")
        above.bar(
            np.arange(3) + 0.2, posterior[0], 0.4, color=FAINT, edgecolor=INK, label="posterior"
        )
        above.set_xticks(range(3), NAMES)
        above.set(ylim=(0, 1), ylabel="probability")
        above.legend(loc="upper right")
        below.barh(0, bound + 6, left=-6, color=BLUE)
        below.barh(0, missing, left=bound, color=ORANGE)
        below.axvline(top, color=INK, linestyle="--")
        below.set(
            yticks=[],
            xlim=(-6, -2),
            xlabel=f"ELBO {bound:.2f}, gap {missing:z.2f}, log p(x) {top:.2f}",
        )
    return fig


slider(
    draw_tightening,
    caption="A guess on its way to the posterior. Blue: the ELBO. Orange: the gap. Their sum "
    "never changes.",
    alt="Above, bars of q beside bars of the posterior for three states. Below, one bar, blue "
    "for the ELBO and orange for the gap, that ends at the dashed line of log p(x).",
    static=(0.0, 0.5, 1.0),
    tightness=[round(0.1 * step, 1) for step in range(11)],
)

# %% [markdown]
# ### The same sums on real images
#
# Nothing but the size changes for real images. Take three kinds of digits, 1, 4 and 7. As decoder we use the mean image
# of each kind. Then p(x) is again a sum over three states. Pixels must be 0 or 1 here, so each grey pixel is drawn: it
# becomes 1 with the probability of its grey level (`dynamic_binarization`). Notebook 03 says why.

# %%
from common.data.binarization import dynamic_binarization

data = load(DATA)
KINDS = (1, 4, 7)
means = np.array(
    [data.train.images[data.train.labels == kind].mean(axis=0) / 255 for kind in KINDS]
)
means = means.clip(0.01, 0.99)  # a pixel that was never white may still become white one day
shares = np.array([(data.train.labels == kind).sum() for kind in KINDS])

chosen = np.isin(data.test.labels, KINDS)
digits = dynamic_binarization(data.test.images[chosen], SEED, Stream.EVALUATION_BINARIZE, 0)
per_pixel = bernoulli_log_likelihood(digits[:, None], np.log(means / (1 - means)))[0]
log_joint_digits = np.log(shares / shares.sum()) + per_pixel.sum(axis=(-3, -2, -1))

guessed = np.array(KINDS)[log_joint_digits.argmax(axis=1)]
right = (guessed == data.test.labels[chosen]).mean()
print(f"{len(digits)} images; log p(x, z) of the first: {log_joint_digits[0].round(1)}")
print(f"mean log p(x): {discrete.log_evidence(log_joint_digits).mean():.1f} nats per image")
print(f"the most probable state is the right digit for {right:.0%} of the images")

with np.errstate(divide="ignore"):  # the log of 0 is what we want to see
    naive = np.log(np.exp(log_joint_digits.astype(np.float32)).sum(axis=1))
print(f"written as it stands, in float32: {naive[:3]}")
assert np.isinf(naive).mean() > 0.5  # exp(-104) and below is 0 in float32
assert np.isfinite(discrete.log_evidence(log_joint_digits)).all()

# %% [markdown]
# Two things to see. The posterior over a handful of states is a classifier that nobody trained as one. And with
# hundreds of pixels p(x, z) is too small for a float. `log_evidence` takes the largest term out of the sum first. You
# need the same step in the first exercise.
#
# ### Exercise 00: the three sums
#
# $$
# \log p(x) = \log \sum_z p(x, z)
# $$
#
# with ELBO and gap as above. Write all three; [the task](../exercises/00_elbo_gap/README.md) says what to mind. Then
# run the check below it. It says "not started" until you write something.

# %%
from jaxtyping import Float

from numpy_impl.operations import Array


def log_evidence(log_joint: Float[Array, "batch states"]) -> Float[Array, " batch"]:
    """log p(x) = log sum_z p(x, z) for every image, in nats."""
    raise NotImplementedError("write this part")


def elbo(
    log_joint: Float[Array, "batch states"], q: Float[Array, "batch states"]
) -> Float[Array, " batch"]:
    """E_q[log p(x, z) - log q(z | x)] for every image; a state with q = 0 adds nothing."""
    raise NotImplementedError("write this part")


def gap(
    log_joint: Float[Array, "batch states"], q: Float[Array, "batch states"]
) -> Float[Array, " batch"]:
    """KL(q(z | x) || p(z | x)) for every image, in nats."""
    raise NotImplementedError("write this part")


# %%
check("00", log_evidence, elbo, gap)

# %% [markdown]
# ## 2. Why nobody adds up log p(x) of a VAE
#
# In a VAE z is a vector of real numbers, and the sum becomes an integral:
#
# $$
# p(x) = \int p(x \mid z)\, p(z)\, dz
# $$
#
# A grid with 20 points for each of 10 latents has $20^{10}$ points, ten million million. Could we sample instead? Draw
# z from the prior, and average p(x given z). That is correct on average. Let us try it with a real VAE, trained in the
# next cell at level 1, in NumPy (a few seconds). Later notebooks take its training apart; here we only use the result.

# %%
import numpy_impl as level
from common.architecture import MLP
from common.model import bind
from common.state import initial_state
from common.training.loop import batches, train
from common.training.plan import TrainingPlan

assert 20**10 > 1e13

network = MLP(image_shape=data.train.images.shape[1:], hidden=200, latents=10)
plan = TrainingPlan(data=DATA, architecture=network, epochs=40 if DATA == "digits" else 2)
learner = level.start(network, initial_state(network, plan.seed, plan.dtype), plan.adam)
records = list(train(learner, batches(data.train, plan), plan.objective.at))
vae = bind(level, learner.state().parameters, network.image_shape)
print(f"{len(records)} steps, loss {records[-1]['loss']:.1f} nats per image")

# %% [markdown]
# For one test image we draw z 40,960 times from the prior, and compute log p(x given z) each time. For comparison we
# draw 5000 times from the encoder's q(z given x).
#
# Both give an estimate of log p(x): the log of a mean of weights. `importance_weighted_bound` computes it from the logs of
# the weights. A draw from the prior has the weight p(x given z). A draw from the encoder has the weight
# p(x, z) / q(z given x). Lines (7) to (9) of section 4 say why the mean of these is p(x) as well.
#
# **Predict, then run.** What share of the draws from the prior explains the image as well as a typical (the median) draw
# from the encoder does?
#
# <details><summary>Answer</summary>
#
# Fewer than one in ten thousand; here not a single one. Hardly any z behind this image is met by chance in a space of
# 10 dimensions. The encoder was trained to say where they are. That is its purpose: to look for z where p(x given z) is
# not negligible.
#
# </details>

# %%
from common.metrics import importance_weighted_bound

IMAGES = slice(0, 500)
binary = dynamic_binarization(data.test.images[IMAGES], SEED, Stream.EVALUATION_BINARIZE, 0)
image = binary[0]
REPEATS, MOST = 10, 4096


def log_likelihood_of(z):
    """log p(image given z), in nats, for many z."""
    logits = level.decode(vae.params, z.astype(np.float32), network.image_shape)
    return bernoulli_log_likelihood(image, logits)[0].sum(axis=(1, 2, 3))


from_prior = np.array(
    [
        log_likelihood_of(normal(SEED, Stream.PICTURE, turn, (MOST, network.latents)))
        for turn in range(REPEATS)
    ]
)
mu, logvar = vae.encode(image[None])
eps = normal(SEED, Stream.PICTURE, REPEATS, (5000, 1, network.latents))
from_encoder = log_likelihood_of(level.reparameterize(mu, logvar, eps)[:, 0])
reference = importance_weighted_bound(vae.log_weights(image[None], eps))[0]

print(f"best of {from_prior.size} from the prior: {from_prior.max():.1f} nats")
print(f"median of the draws from the encoder: {np.median(from_encoder):.1f} nats")
print(f"log p(x), estimated with 5000 draws from the encoder: {reference:.1f} nats")
as_good = (from_prior >= np.median(from_encoder)).mean()
print(f"share of the draws from the prior that are as good: {as_good:.1e}")
assert as_good < 1e-4

# %%
COUNTS = 2 ** np.arange(0, 13, 2)
estimates = np.array([importance_weighted_bound(from_prior[:, :n].T) for n in COUNTS])


# %% tags=["hide-input"]
# The code of this picture.
def draw_prior_sampling():
    with style():
        fig = blank(9, 3.2)
        left, right = fig.subplots(1, 2)
        bins = np.linspace(-700, -50, 80)
        for values, colour, name in (
            (from_prior.ravel(), ORANGE, "z from the prior"),
            (from_encoder, BLUE, "z from the encoder"),
        ):
            left.hist(values, bins, density=True, color=colour, alpha=0.8, label=name)
        left.set(xlabel="log p(x given z), nats", ylabel="density", yticks=[])
        left.legend(loc="upper left")
        right.plot(COUNTS, estimates, color=ORANGE, alpha=0.4)
        right.plot(COUNTS, estimates.mean(axis=1), "o-", color=RED, label="mean of ten repeats")
        right.axhline(reference, color=BLUE, linestyle="--", label="5000 draws from the encoder")
        right.set(xscale="log", xlabel="draws from the prior", ylabel="estimate of log p(x), nats")
        right.legend(loc="lower right")
    return fig


figure(
    draw_prior_sampling(),
    caption="Sampling from the prior. Left: how well a random z explains one image. Right: the "
    "estimates of log p(x). They are too low, and rise slowly: the draws that matter are "
    "missing.",
    alt="Left, two histograms: draws from the prior spread from -700 to -150 nats, those from "
    "the encoder form a narrow peak at the right. Right, ten orange lines rise with the number "
    "of draws and stay below a dashed line.",
)

# %%
shortfall = reference - estimates.mean(axis=1)
print("shortfall in nats:", dict(zip(COUNTS.tolist(), shortfall.round(1).tolist(), strict=True)))
assert (np.diff(shortfall) < 0).all() and shortfall[
    -1
] > 1  # still more than a nat after 4096 draws

# %% [markdown]
# The average of p(x given z) is right *in expectation*. But nearly all of it comes from rare z, and until one of them is
# drawn the estimate is too low. So log p(x) itself is out of reach. What we can do is bound it from below, and choose the
# distribution of z cleverly. Both come from one inequality.
#
# ## 3. Two inequalities
#
# Let w be a positive random number. Three lines give Jensen's inequality for the logarithm.
#
# | | step | reason |
# |---|---|---|
# | (1) | $\log t \le t - 1$ for $t > 0$, equality only at $t = 1$ | $t - 1 - \log t$ has derivative $1 - 1/t$: it falls before 1, rises after 1, and is 0 at 1 |
# | (2) | $\log w \le \log \bar w + \frac{w}{\bar w} - 1$, with $\bar w = \mathbb{E}[w]$ | (1) with $t = w / \bar w$: the tangent of the log at $\bar w$ |
# | (3) | $\mathbb{E}[\log w] \le \log \mathbb{E}[w]$ | expectation of (2), where $\mathbb{E}[w / \bar w] = 1$ |
#
# Equality in (3) needs equality in (1) always: w must be constant. Remember that. It will say when the ELBO is exact.

# %%
w = generator(SEED, Stream.PICTURE, 99).gamma(2.0, size=1000)
middle = w.mean()
tangent = np.log(middle) + w / middle - 1
assert (np.log(w) <= tangent).all()  # (2), draw by draw
assert abs(tangent.mean() - np.log(middle)) < EXACT  # the right side of (3)
print(f"E[log w] = {np.log(w).mean():.4f}   log E[w] = {np.log(middle):.4f}")
assert np.log(w).mean() < np.log(middle)


# %% tags=["hide-input"]
# The code of this picture.
def draw_jensen():
    values, spots = np.array([0.4, 3.2]), np.linspace(0.2, 4, 200)
    centre = values.mean()
    with style():
        fig = blank(6, 3.4)
        axes = fig.subplots()
        axes.plot(spots, np.log(spots), color=BLUE, label="log w")
        axes.plot(
            spots, np.log(centre) + spots / centre - 1, "--", color=INK, label="tangent at E[w]"
        )
        axes.plot(values, np.log(values), "o-", color=ORANGE, label="two values of w")
        axes.vlines(centre, np.log(values).mean(), np.log(centre), color=RED, linewidth=3)
        axes.annotate("log E[w]", (centre, np.log(centre)), (-62, 10), textcoords="offset points")
        axes.annotate(
            "E[log w]", (centre, np.log(values).mean()), (8, -14), textcoords="offset points"
        )
        axes.set(xlabel="w", ylabel="nats", ylim=(-1.8, 1.7))
        axes.legend(loc="lower right")
    return fig


figure(
    draw_jensen(),
    caption="The tangent lies above the logarithm. So the log of a mean is above the mean of "
    "logs; the red line is the difference for two equally probable values.",
    alt="The curve of log w with its dashed tangent at 1.8, which lies above it everywhere. A "
    "chord joins two points of the curve, and a red vertical line runs from the chord's middle "
    "up to the curve.",
)

# %% [markdown]
# The second inequality follows. For two distributions q and p, with the sum over the states that q allows:
#
# | | step | reason |
# |---|---|---|
# | (4) | $-\mathrm{KL}(q \,\Vert\, p) = \mathbb{E}_q\left[\log \frac{p(z)}{q(z)}\right]$ | definition of KL, with the sign inside the log |
# | (5) | $\le \log \mathbb{E}_q\left[\frac{p(z)}{q(z)}\right]$ | Jensen (3) with $w = p/q$ |
# | (6) | $= \log \sum_{z:\, q(z) > 0} p(z) \le \log 1 = 0$ | q cancels; probabilities sum to at most 1 |
#
# So KL(q || p) is never negative. It is 0 only if p/q is constant, which means q = p. And it is not symmetric: KL(q || p)
# weighs with q, KL(p || q) weighs with p.

# %%
q = np.array([0.6, 0.1, 0.3])
p = np.array([0.2, 0.5, 0.3])
assert abs(-(q * np.log(q / p)).sum() - (q * np.log(p / q)).sum()) < EXACT  # (4)
assert (q * np.log(p / q)).sum() <= np.log((q * (p / q)).sum())  # (5)
assert abs(np.log((q * (p / q)).sum())) < EXACT  # (6): every state has q > 0 here
print(
    f"KL(q || p) = {(q * np.log(q / p)).sum():.4f}   KL(p || q) = {(p * np.log(p / q)).sum():.4f}"
)

# %% [markdown]
# ## 4. The ELBO, three ways
#
# We write $q(z)$ for $q(z \mid x)$ while x is fixed. For continuous z read each sum as an integral. Sums go over the
# states that q allows. If q rules out a state, (8) leaves it out and becomes "at least", and the bound still holds. A
# Gaussian rules out nothing, so a VAE need not think about it.
#
# ### Way 1: Jensen
#
# | | step | reason |
# |---|---|---|
# | (7) | $\log p(x) = \log \sum_z p(x, z)$ | marginalise z: add up over all its states |
# | (8) | $= \log \sum_z q(z)\, \frac{p(x, z)}{q(z)}$ | multiply and divide by q(z) |
# | (9) | $= \log \mathbb{E}_q\left[\frac{p(x, z)}{q(z)}\right]$ | that sum is an expectation under q |
# | (10) | $\ge \mathbb{E}_q\left[\log \frac{p(x, z)}{q(z)}\right] = \mathrm{ELBO}(q)$ | Jensen (3) with $w(z) = p(x, z) / q(z)$ |
#
# The number $w(z)$ is called an *importance weight*. Jensen is an equality only if w is constant: $p(x, z) = c\, q(z)$,
# so q is the posterior. Way 1 is short. It does not say how much is lost.

# %%
q = np.array([0.5, 0.2, 0.3])
joint = np.exp(log_joint[0])
line_7 = np.log(joint.sum())
line_8 = np.log((q * (joint / q)).sum())
line_9 = np.log(np.average(joint / q, weights=q))
line_10 = np.average(np.log(joint / q), weights=q)
print(f"(7) {line_7:.4f}   (8) {line_8:.4f}   (9) {line_9:.4f}   (10) {line_10:.4f}")
assert abs(line_7 - line_8) < EXACT and abs(line_8 - line_9) < EXACT and line_9 > line_10
assert abs(line_10 - discrete.elbo(log_joint, q[None])[0]) < EXACT
weights_of_posterior = joint / posterior[0]
assert np.ptp(weights_of_posterior) < EXACT  # constant, and equal to p(x)
assert abs(weights_of_posterior[0] - 0.0784) < EXACT

# %% [markdown]
# ### Way 2: Bayes' rule
#
# | | step | reason |
# |---|---|---|
# | (11) | $p(x) = \frac{p(x, z)}{p(z \mid x)}$ for every z | Bayes' rule, solved for p(x) |
# | (12) | $\log p(x) = \log \frac{p(x, z)}{q(z)} + \log \frac{q(z)}{p(z \mid x)}$ for every z with q(z) > 0 | logarithm; add and subtract $\log q(z)$ |
# | (13) | $\log p(x) = \mathbb{E}_q\left[\log \frac{p(x, z)}{q(z)}\right] + \mathbb{E}_q\left[\log \frac{q(z)}{p(z \mid x)}\right]$ | expectation under q; the left side does not depend on z |
# | (14) | $\log p(x) = \mathrm{ELBO}(q) + \mathrm{KL}(q(z) \,\Vert\, p(z \mid x))$ | the names of the two terms |
# | (15) | $\log p(x) \ge \mathrm{ELBO}(q)$ | (6): a KL is never negative |
#
# This is the central identity of the course. There is no inequality until (15). The left side knows nothing of q. So
# raising the ELBO by changing q, and lowering the KL to the posterior, are one and the same, although nobody can compute
# that KL.

# %%
log_posterior = np.log(posterior[0])
line_11 = joint / posterior[0]
line_12 = np.log(joint / q) + (np.log(q) - log_posterior)
line_13 = np.average(np.log(joint / q), weights=q), np.average(np.log(q) - log_posterior, weights=q)
print("(12) for each of the three states:", line_12.round(4))
print("(13)", np.round(line_13, 4), "sum", round(sum(line_13), 4))

# %% tags=["hide-input"]
# Checks of what the text and the output above say.
assert np.allclose(line_11, 0.0784, rtol=0, atol=EXACT)
assert np.allclose(line_12, line_7, rtol=0, atol=EXACT)
assert abs(sum(line_13) - line_7) < EXACT
assert abs(line_13[1] - discrete.gap(log_joint, q[None])[0]) < EXACT and line_13[1] > 0

# %% [markdown]
# ### Way 3: two joint distributions
#
# So far x was one image. Now let images come from a distribution of data, $r(x)$. There are two ways to make a pair
# (x, z). The encoder's way: take an image from the data, then draw z from q. The decoder's way: draw z from the prior,
# then an image from p(x given z). Training makes the two alike.
#
# | | step | reason |
# |---|---|---|
# | (16) | $\mathrm{KL}(r(x)\, q(z \mid x) \,\Vert\, p(x, z)) = \mathbb{E}_r \mathbb{E}_q\left[\log \frac{r(x)\, q(z \mid x)}{p(x, z)}\right]$ | definition of KL for pairs |
# | (17) | $= \mathbb{E}_r[\log r(x)] - \mathbb{E}_r[\mathrm{ELBO}(x)]$ | log of a product; definition of the ELBO |
# | (18) | $= \mathrm{KL}(r(x) \,\Vert\, p(x)) + \mathbb{E}_r\left[\mathrm{KL}(q(z \mid x) \,\Vert\, p(z \mid x))\right]$ | write $p(x, z) = p(x)\, p(z \mid x)$ in (16) |
#
# In (17) the first term belongs to the data alone. So the highest mean ELBO is the smallest KL between the two joints.
# And (18) says what that costs: the model's images should be like the data, *and* the encoder should be the posterior.
#
# In the small world all 16 images and 3 states can be enumerated. We take any r and any q, at random.

# %%
everything = np.array([[(n >> bit) & 1 for bit in range(4)] for n in range(16)]).reshape(16, 2, 2)
random = generator(SEED, Stream.PICTURE, 5)
r, q_of_x = random.dirichlet(np.ones(16)), random.dirichlet(np.ones(3), 16)
log_joints = log_joint_of(everything)
log_px = discrete.log_evidence(log_joints)
assert abs(np.exp(log_px).sum() - 1) < EXACT  # p(x) is a distribution over the 16 images

pairs = r[:, None] * q_of_x
line_16 = (pairs * (np.log(pairs) - log_joints)).sum()
line_17 = r @ np.log(r) - r @ discrete.elbo(log_joints, q_of_x)
line_18 = r @ (np.log(r) - log_px), r @ discrete.gap(log_joints, q_of_x)
print(f"(16) {line_16:.4f}   (17) {line_17:.4f}   (18) {line_18[0]:.4f} + {line_18[1]:.4f}")
assert abs(line_16 - line_17) < EXACT and abs(line_17 - sum(line_18)) < EXACT

# %% [markdown]
# ### Three faces of one number
#
# The same ELBO is written in three forms. Each shows something else.
#
# | | form | reason | what it shows |
# |---|---|---|---|
# | (19) | $\log p(x) - \mathrm{KL}(q \,\Vert\, p(z \mid x))$ | (14) | it is a lower bound, and how tight |
# | (20) | $\mathbb{E}_q[\log p(x \mid z)] - \mathrm{KL}(q \,\Vert\, p(z))$ | (10) with $p(x, z) = p(x \mid z)\, p(z)$ | how to compute it; what a VAE trains |
# | (21) | $\mathbb{E}_q[\log p(x, z)] + \mathrm{H}(q)$, with $\mathrm{H}(q) = -\mathbb{E}_q[\log q]$ | (10), log of a quotient | q must not shrink to a point: its entropy counts |
#
# Form (20) needs no posterior and no p(x). The first term asks that z explain the image, the second charges for how far
# q is from the prior. Note that there are two different KLs in this section. The one in (20) is computed; the one in
# (19) never is.

# %%
log_likelihood = log_joint[0] - np.log(PRIOR)
form_19 = line_7 - discrete.gap(log_joint, q[None])[0]
form_20 = q @ log_likelihood - q @ np.log(q / PRIOR)
form_21 = q @ log_joint[0] - q @ np.log(q)
print(f"(19) {form_19:.4f}   (20) {form_20:.4f}   (21) {form_21:.4f}")
print(f"KL to the posterior {line_7 - form_19:.4f}, KL to the prior {q @ np.log(q / PRIOR):.4f}")
assert abs(form_19 - form_20) < EXACT and abs(form_20 - form_21) < EXACT

# %% [markdown]
# ## 5. A model where everything is known
#
# Three states are too small a world to believe in. Here is one with real numbers in which log p(x), the posterior and
# the gap still have closed forms. The decoder is linear, and its noise is Gaussian with the same $s$ for every pixel:
#
# $$
# p(z) = N(z;\, 0, I), \qquad p(x \mid z) = N(x;\, Wz + b,\; s^2 I)
# $$
#
# It is the model of probabilistic principal component analysis ([Tipping & Bishop 1999]). The course has it in
# `numpy_impl.linear_gaussian`. First a picture with one latent and two pixels: z moves x along a line, and noise carries
# it off the line.
#
# [Tipping & Bishop 1999]: ../docs/bibliography.md#tipping1999

# %%
from scipy.stats import norm

from numpy_impl import linear_gaussian as linear
from numpy_impl.distributions import gaussian_kl, gaussian_log_likelihood
from numpy_impl.linear_gaussian import LinearGaussian

small = LinearGaussian(np.array([[1.6], [0.9]]), np.array([0.2, -0.3]), 0.6)
point = np.array([[2.2, 0.1]])


# %% tags=["hide-input"]
# The code of this picture.
def draw_linear_world():
    z = normal(SEED, Stream.PICTURE, 20, (400, 1))
    noise = normal(SEED, Stream.PICTURE, 21, (400, 2))
    cloud = z @ small.weight.T + small.bias + small.scale * noise
    line = np.array([[-2.7], [2.7]]) @ small.weight.T + small.bias
    grid = np.linspace(-3.2, 3.2, 300)
    mean, covariance = (term.item() for term in linear.posterior(small, point))
    with style():
        fig = blank(9, 3.4)
        left, right = fig.subplots(1, 2)
        left.scatter(*cloud.T, s=7, color=PALETTE[3], label="images from the model")
        left.plot(*line.T, color=BLUE, label="Wz + b")
        left.plot(*point.T, "*", color=RED, markersize=14, label="the image x")
        left.set(xlabel="pixel 1", ylabel="pixel 2", aspect="equal")
        left.legend(fontsize=9)
        right.plot(grid, norm.pdf(grid), "--", color=INK, label="prior p(z)")
        spread = np.sqrt(covariance)
        right.fill_between(grid, norm.pdf(grid, mean, spread), color=BLUE, alpha=0.4)
        right.plot(grid, norm.pdf(grid, mean, spread), color=BLUE, label="posterior p(z given x)")
        right.set(xlabel="z", ylabel="density")
        right.legend(fontsize=9)
    return fig


figure(
    draw_linear_world(),
    caption="The linear-Gaussian world with one latent. Left: images from the model, and the one "
    "we look at. Right: what we believe about z before and after seeing it.",
    alt="Left, a cloud of grey points around a blue rising line with a red star right of its "
    "middle. Right, a wide dashed bell curve around 0 and a narrow blue bell curve around 1.",
)

# %% [markdown]
# ### Its evidence, posterior and ELBO in closed form
#
# As q we take what a VAE takes: a Gaussian with a mean $\mu_j$ and a variance $\sigma_j^2$ for each latent, independent of
# each other. "const" stands for terms without z.
#
# | | step | reason |
# |---|---|---|
# | (22) | $p(x) = N(x;\, b,\; W W^\top + s^2 I)$ | $x = Wz + b + s\,\varepsilon$ is a sum of independent Gaussians: means and covariances add |
# | (23) | $\log p(x, z) = -\frac{1}{2} z^\top z - \frac{1}{2 s^2} \lVert x - b - Wz \rVert^2 + \text{const}$ | the two Gaussian densities |
# | (24) | $= -\frac{1}{2} z^\top \left(I + \frac{1}{s^2} W^\top W\right) z + \frac{1}{s^2} z^\top W^\top (x - b) + \text{const}$ | multiply out, collect by powers of z |
# | (25) | $= -\frac{1}{2} (z - m)^\top S^{-1} (z - m) + \text{const}$, $S^{-1} = I + \frac{1}{s^2} W^\top W$, $m = \frac{1}{s^2} S W^\top (x - b)$ | complete the square |
# | (26) | $p(z \mid x) = N(z;\, m, S)$ | as a function of z, the posterior is proportional to p(x, z) |
# | (27) | $\mathbb{E}_q \lVert x - b - Wz \rVert^2 = \lVert x - b - W\mu \rVert^2 + \sum_j \sigma_j^2 \lVert w_j \rVert^2$ | $z - \mu$ has mean 0 and independent entries with variances $\sigma_j^2$; $w_j$ is column j of W |
# | (28) | $\mathrm{ELBO} = \log N(x;\, W\mu + b, s^2 I) - \frac{1}{2 s^2} \sum_j \sigma_j^2 \lVert w_j \rVert^2 - \mathrm{KL}(q \,\Vert\, p(z))$ | form (20) with (27) |
#
# S does not depend on x: in this world every image leaves the same uncertainty. The next cell checks each line with five
# pixels and two latents. For (25) and (26) it uses (11): prior times likelihood over posterior must be p(x), whatever z.

# %%
random = generator(SEED, Stream.PICTURE, 30)
world = LinearGaussian(0.9 * random.standard_normal((5, 2)), random.standard_normal(5), 0.7)
images = world.bias + 1.5 * random.standard_normal((4, 5))
W, b, s = world
evidence = linear.log_evidence(world, images)

z = random.standard_normal((400_000, 2))  # (22): moments of images drawn from the model
drawn = z @ W.T + b + s * random.standard_normal((len(z), 5))
difference = np.cov(drawn.T) - (W @ W.T + s**2 * np.eye(5))
variances = np.diag(W @ W.T + s**2 * np.eye(5))
limit = 5 * np.sqrt(2 / len(z)) * variances.max()  # 5 standard errors of the largest variance
assert np.abs(difference).max() < limit

m, S = linear.posterior(world, images)  # (23) to (26): log p(x, z) - log N(z; m, S) is log p(x)
precision = np.linalg.inv(S)
for spot in random.standard_normal((20, 2)):
    log_prior = gaussian_log_likelihood(spot, np.zeros(2), np.zeros(2))[0].sum()
    log_lik = gaussian_log_likelihood(images, W @ spot + b, np.full(5, 2 * np.log(s)))[0].sum(
        axis=1
    )
    square = np.einsum("ni,ij,nj->n", spot - m, precision, spot - m)
    log_post = -0.5 * (square + 2 * np.log(2 * np.pi) + np.linalg.slogdet(S)[1])
    assert np.abs(log_prior + log_lik - log_post - evidence).max() < 1e-10  # sums of about 100

mu, logvar = random.standard_normal((2, 4, 2))  # (27) and (28): the mean of 400,000 log weights
weights = linear.log_weights(world, images, mu, logvar, random.standard_normal((400_000, 4, 2)))
error = weights.std(axis=0) / np.sqrt(len(weights))
closed = linear.elbo(world, images, mu, logvar)
print("ELBO in closed form:      ", closed.round(3))
print("mean of 400,000 log w:    ", weights.mean(axis=0).round(3))
assert (np.abs(weights.mean(axis=0) - closed) < 5 * error).all()  # 5 standard errors, 4 images
source(linear.elbo)

# %% [markdown]
# ### The gap, measured
#
# Now the promise of (14), with real numbers. The gap is log p(x) minus the ELBO. The KL from q to the true posterior is
# computed in a way of its own: for one latent, by adding up $q \log(q / p(z \mid x))$ on a fine grid.

# %%
GRID = np.linspace(-25, 25, 20_001)
mus, logvars = random.uniform(-2, 3, 300), random.uniform(-4, 1, 300)
x_300 = np.repeat(point, 300, axis=0)
measured = linear.log_evidence(small, x_300) - linear.elbo(
    small, x_300, mus[:, None], logvars[:, None]
)

mean, covariance = (term.item() for term in linear.posterior(small, point))
log_post = norm.logpdf(GRID, mean, np.sqrt(covariance))
log_q = norm.logpdf(GRID, mus[:, None], np.exp(0.5 * logvars)[:, None])
kl_on_grid = np.trapezoid(np.exp(log_q) * (log_q - log_post), GRID, axis=1)
apart = np.abs(measured - kl_on_grid).max()
print(f"300 random q: the gap runs from {measured.min():.3f} to {measured.max():.1f} nats;")
print(f"gap and KL to the posterior differ by at most {apart:.0e}")
assert apart < 1e-10  # the sum on a fine grid is all but exact for smooth curves

many_mu, many_logvar = m[0] + random.standard_normal((2, 1000, 2))  # and with two latents
x_1000 = np.repeat(images[:1], 1000, axis=0)
total = linear.elbo(world, x_1000, many_mu, many_logvar)
total = total + linear.gap(world, x_1000, many_mu, many_logvar)
assert np.abs(total - evidence[0]).max() < 1e-10


# %% tags=["hide-input"]
# The code of this picture.
def draw_gap():
    with style():
        fig = blank(4.6, 4)
        axes = fig.subplots()
        axes.plot([1e-3, 100], [1e-3, 100], color=FAINT, linewidth=5, label="equal")
        axes.plot(kl_on_grid, measured, ".", color=BLUE, label="300 random q")
        axes.set(xscale="log", yscale="log", xlabel="KL from q to the posterior, nats")
        axes.set_ylabel("log p(x) - ELBO, nats")
        axes.legend()
    return fig


figure(
    draw_gap(),
    caption="The gap between log p(x) and the ELBO, against the KL from q to the true posterior. "
    "Two computations that share no formula.",
    alt="Blue points on a rising diagonal line in a plot with logarithmic axes, from about 0.01 "
    "to 50 nats.",
)

# %% [markdown]
# **Predict, then run.** Let q be exactly the true posterior of `small`. We draw five z from it and compute
# $\log w = \log p(x, z) - \log q(z)$ for each. How much do the five numbers differ?
#
# <details><summary>Answer</summary>
#
# Not at all. By (12) every one of them is log p(x), because the second term is 0 for each z. The estimate of the bound
# has no noise when q is the posterior. So a large scatter of log w is a sign of a poor q.
#
# </details>

# %%
q_mu, q_logvar = linear.best_diagonal(small, point)  # one latent: the posterior itself
five = normal(SEED, Stream.PICTURE, 40, (5, 1, 1))
exact_draws = linear.log_weights(small, point, q_mu, q_logvar, five)[:, 0]
poor_draws = linear.log_weights(small, point, q_mu - 1, q_logvar + 1, five)[:, 0]
print("q is the posterior: ", exact_draws.round(4))
print("another q:          ", poor_draws.round(4))
print("log p(x):           ", linear.log_evidence(small, point).round(4))
assert np.abs(exact_draws - linear.log_evidence(small, point)).max() < EXACT
assert np.ptp(poor_draws) > 1

# %% [markdown]
# ### Tightening q
#
# Training an encoder means: change q so that the ELBO rises. We do it here by plain gradient ascent on mu and log
# variance, starting from a q that is about as wide as the prior. The two latents of this world are correlated in the
# posterior. The q of a VAE has independent latents, so its ellipse can only lie along the axes.
#
# The code gets its derivatives from *pullbacks*, which notebook 04 explains. For now: a function of level 1 returns its
# value and a second function, and that one gives the derivatives. The cell after the next checks them by differences.


# %%
def two_columns(angle, scale=0.8):
    """A world of three pixels; the two columns of W meet at an angle in degrees."""
    turn = np.deg2rad(angle)
    columns = np.array([[1.8, 0, 0], [1.1 * np.cos(turn), 1.1 * np.sin(turn), 0]]).T
    return LinearGaussian(columns, np.zeros(3), scale)


def slope(model, x, mu, logvar):
    """Gradient of the ELBO (28) with respect to mu and logvar, from the course's pullbacks."""
    noise = np.full(x.shape[1], 2 * np.log(model.scale))
    likelihood_pullback = gaussian_log_likelihood(x, mu @ model.weight.T + model.bias, noise)[1]
    _, dmean, _ = likelihood_pullback(np.ones_like(x))
    dmu_kl, dlogvar_kl = gaussian_kl(mu, logvar)[1](np.ones_like(mu))
    spread = np.exp(logvar) * (model.weight**2).sum(axis=0) / (2 * model.scale**2)
    return dmean @ model.weight - dmu_kl, -spread - dlogvar_kl


tilted = two_columns(45)
seen = np.array([[1.8, 1.0, 0.3]])
mu, logvar = np.array([[-1.6, -1.4]]), np.array([[0.2, 0.2]])
path = [(mu, logvar)]
for _ in range(500):
    dmu, dlogvar = slope(tilted, seen, mu, logvar)
    mu, logvar = mu + 0.03 * dmu, logvar + 0.03 * dlogvar
    path.append((mu, logvar))

best = linear.best_diagonal(tilted, seen)
remaining = linear.gap(tilted, seen, *path[-1])[0]
print(
    f"gap at the start {linear.gap(tilted, seen, *path[0])[0]:.2f} nats, at the end {remaining:.3f}"
)
assert np.abs(path[-1][0] - best[0]).max() < 1e-3 and np.abs(path[-1][1] - best[1]).max() < 1e-3

# %%
moved = np.array([[0.3, -0.2]]), np.array([[-0.4, 0.1]])  # the gradient against differences
step = 1e-6
for place in range(2):
    shift = step * np.eye(2)[[place]]
    up = linear.elbo(tilted, seen, moved[0] + shift, moved[1])
    down = linear.elbo(tilted, seen, moved[0] - shift, moved[1])
    assert abs((up - down)[0] / (2 * step) - slope(tilted, seen, *moved)[0][0, place]) < 1e-6
    up = linear.elbo(tilted, seen, moved[0], moved[1] + shift)
    down = linear.elbo(tilted, seen, moved[0], moved[1] - shift)
    assert abs((up - down)[0] / (2 * step) - slope(tilted, seen, *moved)[1][0, place]) < 1e-6

# %%
bounds_on_path = np.array([linear.elbo(tilted, seen, *q)[0] for q in path])
top = linear.log_evidence(tilted, seen)[0]
m, S = linear.posterior(tilted, seen)


# %% tags=["hide-input"]
# The code of this animation.
def ellipse(mean, covariance, radius=2.0):
    """The points of an ellipse of `radius` standard deviations."""
    turns = np.linspace(0, 2 * np.pi, 80)
    circle = radius * np.array([np.cos(turns), np.sin(turns)])
    return mean[:, None] + np.linalg.cholesky(covariance) @ circle


def draw_ascent(at):
    with style():
        fig = blank(6.6, 3.1)
        left, right = fig.subplots(1, 2)
        left.fill(*ellipse(m[0], S), color=PALETTE[3], alpha=0.5, label="posterior")
        mu, logvar = path[at]
        left.plot(*ellipse(mu[0], np.diag(np.exp(logvar[0]))), color=BLUE, linewidth=2, label="q")
        left.set(xlim=(-4, 4), ylim=(-4, 4), aspect="equal", xlabel="z[0]", ylabel="z[1]")
        left.legend(loc="lower right", fontsize=8)
        right.axhline(top, color=INK, linestyle="--", label="log p(x)")
        right.plot(bounds_on_path[: at + 1], color=BLUE, label="ELBO")
        right.vlines(at, bounds_on_path[at], top, color=ORANGE, linewidth=4, label="gap")
        right.set(xlim=(-5, 205), ylim=(top - 12, top + 1.5), xlabel="step", ylabel="nats")
        right.legend(loc="lower right", fontsize=8)
    return fig


MOMENTS = [*range(8), 10, 12, 15, 18, 22, 27, 35, 45, 60, 80, 110, 150, 200, 200, 200]
animation(
    [draw_ascent(at) for at in MOMENTS],
    caption="Gradient ascent on the ELBO tightens q. Ellipses hold two standard deviations. The "
    "orange gap closes, but not quite: q has independent latents, the posterior has not.",
    alt="An animation. A blue circle moves onto a tilted grey ellipse and shrinks to an upright "
    "ellipse inside it. Beside it the blue curve of the ELBO rises to just below the dashed "
    "line of log p(x).",
    seconds=0.25,
)

# %% [markdown]
# The mean arrives exactly. The variances do not: they are those of the best axis-parallel q, $1 / (S^{-1})_{jj}$, which
# is narrower than the posterior's own marginals. How much is lost? Let $\rho$ be the off-diagonal entry of $S^{-1}$,
# divided by the square root of the product of its two diagonal entries.
#
# | | step | reason |
# |---|---|---|
# | (29) | $\mathrm{gap} = \frac{1}{2}\bigl(\sum_j \log (S^{-1})_{jj} - \log \det S^{-1}\bigr)$ | KL of two Gaussians with equal means, at the best variances (see below) |
# | (30) | $= -\frac{1}{2} \log(1 - \rho^2)$ for two latents | $\det S^{-1} = (S^{-1})_{11} (S^{-1})_{22} (1 - \rho^2)$ |
#
# For (29): with equal means and J latents, $\mathrm{KL}(q \,\Vert\, N(m, S)) = \frac{1}{2}\bigl(\sum_j (S^{-1})_{jj} \sigma_j^2 - J - \sum_j \log \sigma_j^2 - \log \det S^{-1}\bigr)$,
# from the two densities. Its derivative with respect to $\sigma_j^2$ is 0 at $\sigma_j^2 = 1 / (S^{-1})_{jj}$. Then every
# term of the first sum is 1, and the sum cancels J.
#
# **Move the slider**: it turns one column of W towards the other. At 90 degrees the two latents move x in different
# directions, and the posterior is upright. At small angles they do nearly the same, and only a weighted sum of them is
# known well.


# %% tags=["hide-input"]
# The code of this picture and its slider.
def draw_angle(angle):
    model = two_columns(angle)
    mean, covariance = linear.posterior(model, seen)
    mu, logvar = linear.best_diagonal(model, seen)
    lost = linear.gap(model, seen, mu, logvar)[0]
    with style():
        fig = blank(3.6, 3.6)
        axes = fig.subplots()
        axes.fill(*ellipse(mean[0], covariance), color=PALETTE[3], alpha=0.5, label="posterior")
        axes.plot(*ellipse(mu[0], np.diag(np.exp(logvar[0]))), color=BLUE, label="best q")
        axes.set(xlim=(-2.2, 3), ylim=(-2.2, 3), aspect="equal", xlabel="z[0]", ylabel="z[1]")
        axes.set_title(f"gap {lost:.3f} nats")
        axes.legend(loc="lower left", fontsize=8)
    return fig


slider(
    draw_angle,
    caption="The best q with independent latents, for two columns of W that meet at an angle. "
    "The smaller the angle, the more the posterior is tilted, and the larger the gap that stays.",
    alt="A grey ellipse, the posterior, with a blue upright ellipse, the best q, inside it.",
    static=(90, 45, 20),
    angle=[10, 20, 30, 45, 60, 75, 90],
)

# %%
for angle in (10, 20, 45, 90):
    model = two_columns(angle)
    precision = np.linalg.inv(linear.posterior(model, seen)[1])
    rho = precision[0, 1] / np.sqrt(precision[0, 0] * precision[1, 1])
    q = linear.best_diagonal(model, seen)
    lost = linear.gap(model, seen, *q)[0]
    by_29 = 0.5 * (np.log(np.diag(precision)).sum() - np.linalg.slogdet(precision)[1])
    assert abs(lost - by_29) < EXACT and abs(lost + 0.5 * np.log(1 - rho**2)) < EXACT
    print(f"{angle:3d} degrees: rho {rho:z.3f}, gap {lost:z.4f} nats")
    ends = linear.posterior(model, seen)[1].diagonal()
    assert (np.exp(q[1]) <= ends + EXACT).all()  # never wider than the marginals

# %% [markdown]
# ### More samples, a tighter bound
#
# There is another way to tighten: average several weights before the log,
# $L_k = \log \frac{1}{k} \sum_i w_i$. Its expectation is a lower bound too (Jensen (3) with the mean of the weights).
# It rises with k, and tends to log p(x) if the weights are bounded ([Burda et al. 2015], theorem 1). For k = 1 it is the
# ELBO.
# Notebook 12 is about this bound, with exercise 05. Here we see it where log p(x) is known. ($w_i$ is the importance
# weight of draw i, no longer a column of W.)
#
# [Burda et al. 2015]: ../docs/bibliography.md#burda2015

# %%
KS = (1, 2, 5, 10, 50, 200)
poor_mu, poor_logvar = (value + shift for value, shift in zip(best, (0.4, 0.5), strict=True))
draws = normal(SEED, Stream.PICTURE, 50, (200 * 2000, 1, 2))
log_w = linear.log_weights(tilted, seen, poor_mu, poor_logvar, draws).reshape(200, 2000)
by_k = np.array([importance_weighted_bound(log_w[:k]) for k in KS])
mean_by_k, error_by_k = by_k.mean(axis=1), by_k.std(axis=1) / np.sqrt(2000)
print(
    f"log p(x) = {top:.3f}, ELBO in closed form "
    f"{linear.elbo(tilted, seen, poor_mu, poor_logvar)[0]:.3f}"
)
for k, bound, spread in zip(KS, mean_by_k, error_by_k, strict=True):
    print(f"k = {k:3d}: {bound:.3f} +- {spread:.3f}")
assert abs(mean_by_k[0] - linear.elbo(tilted, seen, poor_mu, poor_logvar)[0]) < 5 * error_by_k[0]
assert (np.diff(mean_by_k) > 0).all() and top - mean_by_k[-1] < 0.05

# %% [markdown]
# ## 6. Two ways to raise the bound
#
# The ELBO depends on q and on the decoder. A better q closes the gap and leaves log p(x) where it is. A better decoder
# can do two things: raise log p(x), or change its own posterior so that q fits better.
#
# The picture shows it for one number of the decoder, the noise s. The data come from a world with s = 0.8. The black
# curve is the mean log p(x) of 200 images for every s. Each coloured curve is the ELBO for a q that was made tight at one
# s and then held fixed.

# %%
truth = two_columns(90)
z = normal(SEED, Stream.PICTURE, 60, (200, 2))
sample_of_truth = z @ truth.weight.T + truth.scale * normal(SEED, Stream.PICTURE, 61, (200, 3))
SCALES = np.linspace(0.45, 1.6, 116)
worlds = [truth._replace(scale=float(scale)) for scale in SCALES]
log_p = np.array([linear.log_evidence(one, sample_of_truth).mean() for one in worlds])
TOUCHES = (10, 35, 75)
fixed = [linear.best_diagonal(worlds[place], sample_of_truth) for place in TOUCHES]
lower = np.array([[linear.elbo(one, sample_of_truth, *q).mean() for one in worlds] for q in fixed])
print(
    f"log p(x) is highest at s = {SCALES[log_p.argmax()]:.2f}; the bounds at",
    SCALES[lower.argmax(axis=1)].round(2),
)


# %% tags=["hide-input"]
# The code of this picture.
def draw_two_ways():
    with style():
        fig = blank(7, 3.6)
        axes = fig.subplots()
        axes.plot(SCALES, log_p, color=INK, linewidth=2.5, label="mean log p(x)")
        for place, curve, colour in zip(TOUCHES, lower, (ORANGE, BLUE, RED), strict=True):
            axes.plot(
                SCALES, curve, color=colour, label=f"ELBO, q tight at s = {SCALES[place]:.2f}"
            )
            axes.plot(SCALES[place], curve[place], "o", color=colour)
        axes.set(xlabel="s, the noise of the decoder", ylabel="nats per image", ylim=(-7.5, -4.4))
        axes.legend(loc="lower right", fontsize=9)
    return fig


figure(
    draw_two_ways(),
    caption="Each q gives a curve below log p(x) that touches it where q is the posterior. There "
    "the two have the same slope; elsewhere the bound pulls s to another place.",
    alt="A black curve with a maximum near s = 0.8. Three coloured curves lie below it, and each "
    "touches it at one dot: at 0.55, 0.80 and 1.20.",
)
assert (lower <= log_p + EXACT).all()
for place, curve in zip(TOUCHES, lower, strict=True):
    assert abs(curve[place] - log_p[place]) < EXACT
    # central differences over steps of 0.01: errors of the order of 0.01^3
    assert abs((curve[place + 1] - curve[place - 1]) - (log_p[place + 1] - log_p[place - 1])) < 1e-3

# %% [markdown]
# The equal slope at the touching point is no accident: the gap is at its minimum 0 there, so its derivative is 0, and by
# (14) the two derivatives agree. If q is tight, the gradient of the ELBO *is* the gradient of log p(x). If it is loose,
# the bound prefers decoders whose posterior q can match. Training goes to and fro: tighten q, move the decoder, tighten
# again. A VAE takes both steps at once, with one network that gives q for all images: the encoder.

# %% [markdown]
# ## 7. Sums, means and the sign of the loss
#
# Form (20) is what a VAE computes. For an image of many pixels and several latents it becomes a sum of parts. For a
# batch of images it becomes an average.
#
# | | step | reason |
# |---|---|---|
# | (31) | $\log p(x \mid z) = \sum_{\text{pixels}} \log p(x_i \mid z)$ | pixels are independent given z; the log of a product |
# | (32) | $\mathrm{KL}(q \,\Vert\, p(z)) = \sum_j \mathrm{KL}(q(z_j) \,\Vert\, p(z_j))$ | latents are independent in q and in p; same reason |
# | (33) | $\mathbb{E}_q[\log p(x \mid z)] \approx \log p(x \mid z)$ with one $z \sim q$ | an unbiased estimate; the batch averages its noise |
# | (34) | $\mathrm{reconstruction} = -\frac{1}{B} \sum_{\text{images}} \sum_{\text{pixels}} \log p(x_i \mid z)$ | (31), (33), the mean over a batch of B, and a minus, because one minimises |
# | (35) | $\mathrm{kl} = \frac{1}{B} \sum_{\text{images}} \sum_j \mathrm{KL}_j$ | (32) and the mean over the batch |
# | (36) | $\mathrm{loss} = \mathrm{reconstruction} + \beta\, \mathrm{kl}$, $\mathrm{ELBO} = -(\mathrm{reconstruction} + \mathrm{kl})$ | $\beta = 1$: the loss is minus the ELBO |
#
# $\beta$ is new. It is a weight that we choose: with $\beta > 1$ the KL costs more than it does in the ELBO, with
# $\beta < 1$ less. The derivation asks for 1. Notebooks 03 and 09 show what other values do.
#
# Parts of one image are *summed*, because logs of probabilities of parts add up. Different images are *averaged*, so
# that the figure does not depend on the batch. Both signs are fixed once, and never again. Notebook 03 derives the two
# terms inside the sums, and shows what a mean in the wrong place does.

# %%
from numpy_impl import objective

small_batch = binary[:100]
eps = normal(SEED, Stream.EVALUATION_NOISE, 0, (100, network.latents))
mu, logvar = vae.encode(small_batch)
logits = level.decode(
    vae.params, level.reparameterize(mu, logvar, eps).astype(np.float32), network.image_shape
)
per_pixel, per_latent = bernoulli_log_likelihood(small_batch, logits)[0], gaussian_kl(mu, logvar)[0]
print("shapes:", per_pixel.shape, per_latent.shape)

parts = objective.reduce_elbo(per_pixel, per_latent)
for name, value in parts._asdict().items():
    print(f"{name:15s} {value:9.2f} nats per image")
print(f"loss, beta = 1  {objective.beta_loss(parts, 1.0):9.2f}")
print(f"loss, beta = 4  {objective.beta_loss(parts, 4.0):9.2f}")

by_hand = -sum(per_pixel[i].sum() for i in range(100)) / 100
assert abs(parts.reconstruction - by_hand) < 1e-3  # float32 sums of about 130
assert abs(parts.elbo + objective.beta_loss(parts, 1.0)) < 1e-4
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
# Write both functions; [the task](../exercises/04_elbo/README.md) has the signs in a table. The terms themselves
# are exercises 01 and 02, in notebook 03.

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
# ## 8. The bound of a real VAE
#
# Back to the VAE of section 2. Its log p(x) is unknown, so its gap cannot be measured. But every $L_k$ is a lower bound
# on average. So $L_k - L_1$ tells how large the gap is *at least*, but for the noise of the draws.

# %%
REAL_KS = (1, 2, 10, 50, 100, 500)  # each divides the next
eps = normal(SEED, Stream.EVALUATION_NOISE, 1, (500, 50, network.latents))
log_w = np.concatenate([vae.log_weights(binary[:50], chunk) for chunk in np.split(eps, 10)])
log_w = log_w.astype(np.float64)
real_bounds = np.array(
    [
        np.mean([importance_weighted_bound(group) for group in np.split(log_w, 500 // k)], axis=0)
        for k in REAL_KS
    ]
)
for k, bound in zip(REAL_KS, real_bounds.mean(axis=1), strict=True):
    print(f"k = {k:3d}: {bound:.2f} nats per image")
gap_at_least = real_bounds[-1] - real_bounds[0]
print(
    f"the gap is at least {gap_at_least.mean():.1f} nats on average, "
    f"from {gap_at_least.min():.1f} to {gap_at_least.max():.1f}"
)
# each group is made of whole smaller groups: by Jensen (3) no bound falls, on any sample
assert (np.diff(real_bounds.mean(axis=1)) > 0).all()
assert gap_at_least.mean() > 1


# %% tags=["hide-input"]
# The code of this picture.
def draw_real_bound():
    with style():
        fig = blank(8.6, 3.2)
        left, right = fig.subplots(1, 2)
        left.plot(REAL_KS, real_bounds.mean(axis=1), "o-", color=BLUE)
        left.set(
            xscale="log", xlabel="k samples before the log", ylabel="mean bound, nats per image"
        )
        order = gap_at_least.argsort()
        right.bar(range(50), gap_at_least[order], color=ORANGE)
        right.set(xlabel="50 test images, sorted", ylabel="gap of the ELBO, at least (nats)")
    return fig


figure(
    draw_real_bound(),
    caption="A trained VAE on test images. Left: the bound rises with k; at k = 1 it is the "
    "ELBO. Right: for each image, the gap is at least about this large (the draws leave some "
    "noise). For some images q is much poorer than for others.",
    alt="Left, a blue curve that rises steeply and then flattens, over k from 1 to 500. Right, "
    "orange bars sorted by height, from about one nat to several nats.",
)

# %% [markdown]
# The gap of a VAE has two causes. The true posterior is not a Gaussian with independent latents (section 5 showed one
# such case). And one network has to give q for every image, so hardly any gets its best Gaussian (*amortisation*).
# Notebook 12 measures with larger k.
#
# ## Summary
#
# 1. log p(x) = ELBO(q) + KL(q || p(z given x)), for every q. It is Bayes' rule, averaged over q.
# 2. A KL is never negative, so the ELBO is a lower bound. It is exact only if q is the posterior.
# 3. ELBO = E_q[log p(x given z)] - KL(q || p(z)): this form needs neither p(x) nor the posterior.
# 4. In the linear-Gaussian model all terms are known, and the measured gap is the KL, to ten digits.
# 5. Sum over pixels and latents, average over images; the loss is minus the ELBO when beta is 1.
#
# ## Checklist
#
# - [ ] I can write (11) to (15) on an empty page, with reasons.
# - [ ] I can say which of the two KLs in the ELBO's forms is computed, and which is not.
# - [ ] I can compute ELBO and gap by hand for three states.
# - [ ] I can explain why a tight q gives the gradient of log p(x).
# - [ ] I know what to sum and what to average, and why.
#
# ## Exercises
#
# * [00 The ELBO and its gap](../exercises/00_elbo_gap/README.md), in section 1
# * [04 From pixels and latents to the ELBO](../exercises/04_elbo/README.md), in section 7
# * On paper: derive (30) from (29). Then show that the best q is never wider than the posterior's marginals.
#
# ## Further reading
#
# * [Kingma & Welling 2013], *Auto-Encoding Variational Bayes*, sections 2.1 and 2.2: the bound, eq. 1 to 3.
# * [Burda, Grosse & Salakhutdinov 2015], *Importance Weighted Autoencoders*, section 3: the bound with k samples.
# * [Bishop 2006], *Pattern Recognition and Machine Learning*, section 9.4 (the identity, for EM) and section 10.1
#   (independent latents; figure 10.2 is our tilted ellipse).
# * [Tipping & Bishop 1999], *Probabilistic Principal Component Analysis*, section 3: the linear-Gaussian model.
#
# [Kingma & Welling 2013]: ../docs/bibliography.md#kingma2013
# [Burda, Grosse & Salakhutdinov 2015]: ../docs/bibliography.md#burda2015
# [Bishop 2006]: ../docs/bibliography.md#bishop2006
# [Tipping & Bishop 1999]: ../docs/bibliography.md#tipping1999
