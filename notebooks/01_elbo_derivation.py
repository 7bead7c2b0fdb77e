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
# > * distinguish what a better encoder does for the bound from what a better decoder does;
# > * say which Gaussian the ELBO prefers where the posterior is not a Gaussian.
# >
# > **Time:** 90 minutes to read, {running} to run; 30 more for the exercise, and 30 for the parts marked *second
# > reading*, which can wait until notebooks 07, 09 and 12 come back to them. After section 4 is a good place to stop for a day.
# > **Prerequisites:** notebook 00; expectations,
# > Bayes' rule, the density of a Gaussian. No variational inference.
# >
# > **Serves the checklist item:** understand the ELBO derivation.
#
# Seven symbols return in every notebook. Logarithms are natural, so all of these quantities are in *nats*.
#
# | symbol | name | in a VAE |
# |---|---|---|
# | $x$ | what is observed | an image |
# | $z$ | what is not observed, the *latent variable* | a few numbers behind the image |
# | $p(z)$ | the prior | $N(0, I)$, fixed |
# | $p(x \mid z)$ | the likelihood | the decoder |
# | $p(z \mid x)$ | the true posterior | no closed form |
# | $q(z \mid x)$ | the approximate posterior, any distribution that we choose | the encoder |
# | $\mathbb{E}_q[\,\cdot\,]$ | the expectation under q | estimated with one sample of z |

# %%
import numpy as np

from course.lesson import Stream, animation, check, figure, generator, load, normal, shipped, slider

SEED = 0

# %% tags=["hide-input"]
# The code of this picture.
from matplotlib.patches import FancyBboxPatch

from common.plots.graph import Arrow, computation_graph


def draw_model():
    places = {"θ": (-1.4, 0), "z": (2.4, 1.4), "x": (2.4, 0), "φ": (6.2, 1.4)}
    back_and_forth = Arrow("z", "x", "p(x given z)", "q(z given x)")
    shared = [Arrow("θ", "x", "decoder"), Arrow("φ", "z", "encoder")]
    fig = computation_graph(places, [back_and_forth, *shared])
    plate = FancyBboxPatch((1, -0.35), 2.8, 2.1, "round,pad=0.05", fc="none", ec="gray")
    fig.axes[0].add_patch(plate)
    fig.axes[0].text(3.8, -0.3, "N images", ha="right", color="gray")
    return fig


figure(
    draw_model(),
    caption="The model as a graph. The frame, called a *plate*, stands for N images: each has its "
    "own z and x. The weights θ of the decoder and φ of the encoder are outside: all images "
    "share them. Blue: how the model generates, z first, then x. Red, dashed: the way back, "
    "which the encoder approximates.",
    alt="Boxes z and x inside a frame labelled N images. A blue arrow leads from z down to x, "
    "p(x given z), and a dashed red arrow back, q(z given x). Outside are theta, with an arrow "
    "labelled decoder to x, and phi, with an arrow labelled encoder to z.",
)

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
    "it equally well: only the prior tells them apart.",
    alt="Four small grids of pixels. Left column, top row and diagonal have 0.8 on two pixels "
    "and 0.2 on the others. The observed image has three white pixels, all but the lower right "
    "one.",
)

# %% [markdown]
# How probable is this image? Its pixels are independent once z is known, so their probabilities are multiplied. The
# shape is not known, so we sum over all three. That is all there is to log p(x):
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
# Here are the same numbers from the course's own functions. The decoder gives *logits*, log(p / (1 - p)), as all
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
assert abs(np.diff(log_joint[0, :2] - np.log(PRIOR[:2]))[0]) < EXACT  # equally well: 0.1024 both

# %% [markdown]
# ### A guess about z gives a lower bound
#
# Suppose we could not sum over all states. Suppose we only had a *guess* q(z): any three probabilities that sum to
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
# B. Its gap is log(49/32) = 0.43 nats, that of A is 0.71 nats. Both guesses are charged. B pays for pretending to be
# sure: the posterior gives its one state only 32/49. A pays for putting a third of its probability on the diagonal, to
# which the posterior gives 2 %. The gap charges probability where the posterior is small much more steeply, so B wins here.
# Section 6 shows what follows from that.
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
# Checks of the numbers in the text.
assert abs(bounds["1/3 each"][1] - 0.71) < 0.005  # two decimals in the text, here and below
assert abs(bounds["left column for sure"][1] - np.log(49 / 32)) < EXACT
assert abs(np.log(49 / 32) - 0.43) < 0.005
assert abs(bounds["the posterior"][1]) < EXACT
assert abs(posterior[0, 2] - 0.02) < 0.005 and abs(posterior[0, 1] - 1 / 3) < 0.01
assert abs(bounds["the prior"][1] - bounds["left column for sure"][1]) < EXACT  # a coincidence


# %% tags=["hide-input"]
# The code of this picture.
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
# of each kind. Then p(x) is again a sum over three states. Pixels must be 0 or 1 here, so each grey pixel is *binarised*:
# it becomes 1 with the probability of its grey level (`dynamic_binarization`). Notebook 03 says why.

# %%
from common.data.binarization import dynamic_binarization

data = load("digits")
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
# Two things to see. The posterior over a handful of states is a classifier. (This one is called *naive Bayes*. It has
# seen the labels: they say which images go into which mean.) And with hundreds of pixels p(x, z) is too small for a
# float. `log_evidence` takes the largest term out of the sum first. You need the same step in the first exercise.
#
# ### Exercise 00: the three sums
#
# $$
# \log p(x) = \log \sum_z p(x, z)
# $$
#
# with ELBO and gap as above. Write all three; [the task](../exercises/00_elbo_gap/README.md) says what to watch for. Then
# run the check below. It says "not started" until you write something.

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
# A grid with 20 points for each of 10 latents has $20^{10}$ points, ten million million. Could we sample instead? Take
# z from the prior many times, and average p(x given z). That is correct in expectation. Let us try it with a real VAE. The
# course ships one, trained in NumPy on these digits: notebooks 02 to 06 use the same one, and notebook 04 takes its
# training apart. Its ELBO on the test images is -132.7 nats per image.

# %%
import numpy_impl as level
from common.metrics import evaluate_elbo, importance_weighted_bound

vae = shipped("digits")
binary = dynamic_binarization(data.test.images, SEED, Stream.EVALUATION_BINARIZE, 0)
image = binary[0]
measured = evaluate_elbo(vae, data.test.images, SEED)
print(f"{vae.latents} latents; ELBO on the test images {measured.elbo:.1f} nats per image")
assert 20**vae.latents > 1e13
assert abs(measured.elbo + 132.7) < 0.06

# %% [markdown]
# For one test image we take 40,960 samples of z from the prior, and compute log p(x given z) for each. For comparison we
# take 5000 samples from the encoder's q(z given x).
#
# Both give an estimate of log p(x): the log of a mean of weights. `importance_weighted_bound` computes it from the logs of
# the weights. A sample from the prior has the weight p(x given z). A sample from the encoder has the weight
# p(x, z) / q(z given x). Lines (7) to (9) of section 4 say why the mean of these is p(x) as well.
#
# **Predict, then run.** What share of the samples from the prior explains the image as well as a typical (the median)
# sample from the encoder does?
#
# <details><summary>Answer</summary>
#
# Fewer than one in ten thousand; here not a single one. In a space of 10 dimensions hardly any random z explains a given
# image. The encoder was trained to say where those are that do. That is its purpose: to look for z where p(x given z) is
# not negligible.
#
# </details>

# %%
REPEATS, MOST = 10, 4096


def log_likelihood_of(z):
    """log p(image given z), in nats, for many z."""
    logits = level.decode(vae.params, z.astype(np.float32), vae.image_shape)
    return bernoulli_log_likelihood(image, logits)[0].sum(axis=(1, 2, 3))


from_prior = np.array(
    [
        log_likelihood_of(normal(SEED, Stream.PICTURE, turn, (MOST, vae.latents)))
        for turn in range(REPEATS)
    ]
)
q_of_image = vae.encode(image[None])  # mu and logvar
eps = normal(SEED, Stream.PICTURE, REPEATS, (5000, 1, vae.latents))
from_encoder = log_likelihood_of(level.reparameterize(*q_of_image, eps)[:, 0])
reference = importance_weighted_bound(vae.log_weights(image[None], eps))[0]

print(f"best of {from_prior.size} from the prior: {from_prior.max():.1f} nats")
print(f"median of the samples from the encoder: {np.median(from_encoder):.1f} nats")
print(f"log p(x), estimated with 5000 samples from the encoder: {reference:.1f} nats")
as_good = (from_prior >= np.median(from_encoder)).mean()
print(f"share of the samples from the prior that are as good: {as_good:.1e}")
assert as_good == 0 and from_prior.size == 40_960

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
        right.axhline(reference, color=BLUE, linestyle="--", label="5000 samples from the encoder")
        right.set(
            xscale="log", xlabel="samples from the prior", ylabel="estimate of log p(x), nats"
        )
        right.legend(loc="lower right")
    return fig


figure(
    draw_prior_sampling(),
    caption="Sampling from the prior. Left: how well a random z explains one image. Right: the "
    "estimates of log p(x). They are too low, and rise slowly: the samples that matter are "
    "missing.",
    alt="Left, two histograms: samples from the prior lie between -700 and -150 nats, those from "
    "the encoder form a narrow peak at the right. Right, ten orange lines rise with the number "
    "of samples and stay below a dashed line.",
)

# %%
shortfall = reference - estimates.mean(axis=1)
print("shortfall in nats:", dict(zip(COUNTS.tolist(), shortfall.round(1).tolist(), strict=True)))
assert (np.diff(shortfall) < 0).all() and shortfall[-1] > 1  # after 4096 samples

# %% [markdown]
# Why are good samples so rare? *Markov's inequality*: a positive quantity with mean p(x) is $e^t$ or more in a share of at
# most $p(x) / e^t$ of all samples. Put in the numbers printed above: the mean is exp(-116.7), the encoder's typical sample
# reaches exp(-106.3), so at most 3 in 100,000 samples from the prior can be as good. Once p(x) is known, that needs no
# sample from the prior. (Here p(x) is itself an estimate, and if anything too low.)
#
# How many samples *would* do? About $e^{\mathrm{KL}}$, with the KL from the posterior to the distribution that is sampled
# ([Chatterjee & Diaconis 2018]). For this image the encoder's q, which stands in for the posterior, is 12.9 nats from the
# prior: some 400,000 samples, for one image, with 10 latents. Read a KL as a sample size on a logarithmic scale.
#
# So log p(x) is out of reach *from the prior*. What we can do is bound it from below, and choose the distribution of z
# cleverly, as the encoder did. Both come from one inequality.
#
# [Chatterjee & Diaconis 2018]: ../docs/bibliography.md#chatterjee2018

# %%
from numpy_impl.distributions import gaussian_kl

share_at_most = np.exp(reference - np.median(from_encoder))
kl_of_image = gaussian_kl(*q_of_image)[0].sum()
print(f"Markov: a share of {share_at_most:.1e} at most; KL {kl_of_image:.1f} nats", end="")
print(f", so some {np.exp(kl_of_image):,.0f} samples")
assert abs(reference + 116.7) < 0.1 and abs(np.median(from_encoder) + 106.3) < 0.1
assert 2e-5 < share_at_most < 3.5e-5 and as_good <= share_at_most
assert abs(kl_of_image - 12.9) < 0.1 and 3.5e5 < np.exp(kl_of_image) < 4.5e5

# %% [markdown]
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
assert (np.log(w) <= tangent).all()  # (2), for every sample
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
# So KL(q || p) is never negative. It is 0 only if both inequalities are equalities: p/q is constant on the states that q
# allows (5), and p has no probability elsewhere (6). Then the constant is 1, and q = p. The second condition counts:
# q = (1, 0) and p = (1/2, 1/2) have a constant ratio, and a KL of log 2. If p = 0 anywhere that q allows, the KL is
# infinite. And it is not symmetric: KL(q || p) weighs with q, KL(p || q) weighs with p. Section 6 shows both in a picture.


# %%
def kl(q, p):
    """KL(q || p), with the sum over the states that q allows."""
    return (q[q > 0] * np.log(q[q > 0] / p[q > 0])).sum()


some, other = np.array([0.6, 0.1, 0.3]), np.array([0.2, 0.5, 0.3])
sure, open_minded = np.array([1.0, 0.0]), np.array([0.5, 0.5])
print(f"KL(q || p) = {kl(some, other):.4f}   KL(p || q) = {kl(other, some):.4f}")
print(f"q = (1, 0), p = (1/2, 1/2): {kl(sure, open_minded):.4f} nats, and log 2 = {np.log(2):.4f}")
assert -kl(some, other) <= np.log((some * (other / some)).sum()) + EXACT  # (5)
assert abs(kl(sure, open_minded) - np.log(2)) < EXACT

# %% [markdown]
# ## 4. The ELBO, three ways
#
# We write $q(z)$ for $q(z \mid x)$ while x is fixed. For continuous z read each sum as an integral. Sums go over the
# states that q allows. If q rules out a state, (8) leaves it out and becomes "at least", and the bound still holds. If q
# allows a state with p(x, z) = 0, the ELBO is $-\infty$ and the gap $\infty$. A Gaussian is positive everywhere, so for a
# VAE neither question arises.
#
# ### Way 1: Jensen
#
# | | step | reason |
# |---|---|---|
# | (7) | $\log p(x) = \log \sum_z p(x, z)$ | marginalise z: sum over all its states |
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
line_9 = np.log(np.average(joint / q, weights=q))  # (8) is the same sum, written out
line_10 = np.average(np.log(joint / q), weights=q)
print(f"(7) {line_7:.4f}   (9) {line_9:.4f}   (10) {line_10:.4f}")
assert abs(line_7 - line_9) < EXACT and line_9 > line_10
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
# | (12) | $\log p(x) = \log \frac{p(x, z)}{q(z)} + \log \frac{q(z)}{p(z \mid x)}$ for every z with q(z) > 0 and p(z given x) > 0 | logarithm; add and subtract $\log q(z)$ |
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
# *Second reading.* So far x was one image. Now let images come from a distribution of data, $r(x)$. There are two ways
# to make a pair (x, z). The encoder's way: take an image from the data, then z from q. The decoder's way: take z from the prior, then an
# image from p(x given z). Training makes the two alike.
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
#
# Form (21) comes from physics, and so does its name: $-\mathrm{ELBO}$ is the *variational free energy*, an expected energy
# $-\mathbb{E}_q[\log p(x, z)]$ minus an entropy. Books on *variational inference* minimise it over a family of q.

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
# `numpy_impl.linear_gaussian`. First a picture with one latent and two pixels: z moves x along a line, and noise moves it
# off the line.
#
# [Tipping & Bishop 1999]: ../docs/bibliography.md#tipping1999

# %%
from scipy.stats import norm

from course.lesson import source
from numpy_impl import linear_gaussian as linear
from numpy_impl.distributions import gaussian_log_likelihood
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
# each other. A family of q with independent latents is called *mean field*, again after physics. "const" stands for
# terms without z.
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
# S does not depend on x: in this world every image leaves the same uncertainty. With one latent and one pixel of weight w,
# (25) says $S = 1 / (1 + w^2 / s^2)$ and $m = S\, w (x - b) / s^2$. *Precisions* (inverse variances) add: 1 from the prior,
# $w^2 / s^2$ from the image. A clear image ($s$ small) leaves little doubt; one that does not depend on z ($w = 0$) leaves
# the prior.
#
# The next cell checks each line with five pixels and two latents. For (25) and (26) it uses (11): prior times likelihood
# over posterior must be p(x), whatever z.

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
# **Predict, then run.** Let q be exactly the true posterior of `small`. We take five samples z from it and compute
# $\log w = \log p(x, z) - \log q(z)$ for each. How much do the five numbers differ?
#
# <details><summary>Answer</summary>
#
# Not at all. By (12) every one of them is log p(x), because the second term is 0 for each z. The estimate of the bound
# has no noise when q is the posterior. So a large variance of log w is a sign of a poor q.
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
# We need two derivatives of (28). With the KL of one latent, $\frac{1}{2}(\mu^2 + \sigma^2 - 1 - \log \sigma^2)$ (notebook 00,
# eq. 3), and $\sigma^2 = e^{\ell}$, so that $\mathrm{d} \sigma^2 / \mathrm{d} \ell = \sigma^2$:
#
# $$
# \frac{\partial\, \mathrm{ELBO}}{\partial \mu} = \frac{1}{s^2} W^\top (x - b - W\mu) - \mu
# \qquad
# \frac{\partial\, \mathrm{ELBO}}{\partial \ell_j} = -\frac{\sigma_j^2 \lVert w_j \rVert^2}{2 s^2} + \frac{1}{2} (1 - \sigma_j^2)
# $$
#
# In each, the first term comes from the image and the second from the prior: the image pulls $\mu$ to where it is
# explained, the prior pulls it to 0.


# %%
def two_columns(angle, scale=0.8):
    """A world of three pixels; the two columns of W meet at an angle in degrees."""
    turn = np.deg2rad(angle)
    columns = np.array([[1.8, 0, 0], [1.1 * np.cos(turn), 1.1 * np.sin(turn), 0]]).T
    return LinearGaussian(columns, np.zeros(3), scale)


def slope(model, x, mu, logvar):
    """Gradient of the ELBO (28) with respect to mu and logvar, for one image in every row."""
    W, b, s = model
    variance, columns = np.exp(logvar), (W**2).sum(axis=0)
    dmu = (x - b - mu @ W.T) @ W / s**2 - mu
    dlogvar = -variance * columns / (2 * s**2) + 0.5 * (1 - variance)
    return dmu, dlogvar


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


# %% tags=["hide-input"]
# A check of both derivatives against differences.
def by_differences(place, which, tiny=1e-6):
    moved = np.array([[[0.3, -0.2]], [[-0.4, 0.1]]])
    shift = np.zeros_like(moved)
    shift[which, 0, place] = tiny
    up, down = (linear.elbo(tilted, seen, *(moved + side * shift))[0] for side in (1, -1))
    return (up - down) / (2 * tiny), slope(tilted, seen, *moved)[which][0, place]


for place in range(2):
    for which in range(2):
        numerical, by_hand = by_differences(place, which)
        assert abs(numerical - by_hand) < 1e-6

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
# *Second reading.* There is another way to tighten: average several weights before the log,
# $L_k = \log \frac{1}{k} \sum_i w_i$. Its expectation is a lower bound too (Jensen (3) with the mean of the weights).
# It rises with k, and tends to log p(x) if the weights are bounded ([Burda et al. 2015], theorem 1). For k = 1 it is the
# ELBO. Notebook 12 is about this bound, with exercise 05. Here we see it where log p(x) is known. ($w_i$ is the importance
# weight of sample i, no longer a column of W.)
#
# [Burda et al. 2015]: ../docs/bibliography.md#burda2015

# %%
KS = (1, 2, 5, 10, 50, 200)
poor_mu, poor_logvar = (value + shift for value, shift in zip(best, (0.4, 0.5), strict=True))
draws = normal(SEED, Stream.PICTURE, 50, (200 * 2000, 1, 2))
log_w = linear.log_weights(tilted, seen, poor_mu, poor_logvar, draws).reshape(200, 2000)
by_k = np.array([importance_weighted_bound(log_w[:k]) for k in KS])
mean_by_k, error_by_k = by_k.mean(axis=1), by_k.std(axis=1) / np.sqrt(2000)  # standard errors
print(
    f"log p(x) = {top:.3f}, ELBO in closed form "
    f"{linear.elbo(tilted, seen, poor_mu, poor_logvar)[0]:.3f}"
)
for k, bound, error in zip(KS, mean_by_k, error_by_k, strict=True):
    print(f"k = {k:3d}: {bound:.3f} +- {error:.3f}")
assert abs(mean_by_k[0] - linear.elbo(tilted, seen, poor_mu, poor_logvar)[0]) < 5 * error_by_k[0]
assert (np.diff(mean_by_k) > 0).all() and top - mean_by_k[-1] < 0.05

# %% [markdown]
# ## 6. A posterior that is not Gaussian
#
# So far the posterior was a list of three numbers, or a Gaussian. That of a real decoder is neither. The smallest example
# bends the line of section 5 into a parabola:
#
# $$
# p(z) = N(z;\, 0, 1), \qquad p(x \mid z) = N(x;\, z^2, s^2), \qquad s = 0.3
# $$
#
# An image x = 1.5 was made by a z near +1.2, or by one near -1.2: nothing in it says which. The posterior has two *modes*.
# With one number z, sums on a fine grid give log p(x), the posterior and every KL. For a Gaussian q = N(μ, σ²) the ELBO
# even has a closed form:
#
# | | step | reason |
# |---|---|---|
# | (31) | $\mathbb{E}_q[(x - z^2)^2] = x^2 - 2x\,(\mu^2 + \sigma^2) + \mu^4 + 6 \mu^2 \sigma^2 + 3 \sigma^4$ | $\mathbb{E}_q[z^2] = \mu^2 + \sigma^2$; the last three terms are $\mathbb{E}_q[z^4]$ |
# | (32) | $\mathrm{ELBO} = -\frac{1}{2} \log(2 \pi s^2) - \frac{1}{2 s^2}\, \mathbb{E}_q[(x - z^2)^2] - \mathrm{KL}(q \,\Vert\, p(z))$ | form (20) |

# %%
from scipy.optimize import minimize

NOISE = 0.3
LINE = np.linspace(-4, 4, 8001)


def log_joint_on_line(x):
    """log p(x, z) for every z of LINE."""
    return norm.logpdf(LINE) + norm.logpdf(x, LINE**2, NOISE)


def log_evidence_of(x):
    return np.log(np.trapezoid(np.exp(log_joint_on_line(x)), LINE))


def elbo_of(x, mu, logvar):
    """Equation (32)."""
    v = np.exp(logvar)
    square = x**2 - 2 * x * (mu**2 + v) + mu**4 + 6 * mu**2 * v + 3 * v**2  # (31)
    kl_to_prior = 0.5 * (mu**2 + v - 1 - logvar)
    return -0.5 * np.log(2 * np.pi * NOISE**2) - square / (2 * NOISE**2) - kl_to_prior


def best_gaussian(x):
    """mu and logvar of the Gaussian with the highest ELBO, climbed to from a mode and from 0."""
    starts = [(np.sqrt(max(x, 0.01)), -3.0), (0.0, -1.0)]
    tops = [minimize(lambda q: -elbo_of(x, *q), start) for start in starts]
    return min(tops, key=lambda top: top.fun).x


# %% tags=["hide-input"]
# A check of (32) against the sum on the grid, for twenty q.
for mu_0, logvar_0 in generator(SEED, Stream.PICTURE, 70).uniform((-1, -4), (1, -1), (20, 2)):
    q_on_line = norm.pdf(LINE, mu_0, np.exp(0.5 * logvar_0))
    inside = log_joint_on_line(1.5) - norm.logpdf(LINE, mu_0, np.exp(0.5 * logvar_0))
    by_sum = np.trapezoid(q_on_line * inside, LINE)
    assert abs(by_sum - elbo_of(1.5, mu_0, logvar_0)) < 1e-6  # the grid ends where q is below 1e-6

# %% [markdown]
# **Predict, then run.** Take x = 1.5. Which Gaussian has the highest ELBO: a wide one in the middle that covers both modes,
# or a narrow one on one mode that misses the other? And how many nats does it lack?
#
# <details><summary>Answer</summary>
#
# The narrow one. $\mathrm{KL}(q \,\Vert\, p)$ weighs with q: wherever q has probability, it charges $\log(q/p)$. A wide q
# has much of its probability between the modes, where p is nearly 0. A q on one mode has none there, and nobody charges it
# for what it misses. It lacks about log 2 = 0.69 nats: on its mode, the posterior has half of the height that q has.
#
# </details>
#
# There is a second way to fit a Gaussian: minimise the *other* KL.
#
# | | step | reason |
# |---|---|---|
# | (33) | $\mathrm{KL}(p \,\Vert\, q) = \frac{1}{2} \log(2 \pi \sigma^2) + \frac{1}{2 \sigma^2}\, \mathbb{E}_p[(z - \mu)^2] + \text{const}$ | $-\mathbb{E}_p[\log q]$, with the density of q; $\mathbb{E}_p[\log p]$ does not depend on q |
# | (34) | smallest at $\mu = \mathbb{E}_p[z]$, $\sigma^2 = \mathrm{Var}_p[z]$ | both derivatives are 0 |
#
# So this q has the mean and the variance of the posterior. (Computing it takes expectations under the posterior, which a
# VAE cannot have. Here the grid gives them.)


# %%
def posterior_on_line(x):
    return np.exp(log_joint_on_line(x) - log_evidence_of(x))


def matching_gaussian(x):
    """mu and logvar of the Gaussian with the smallest KL from the posterior to it: (34)."""
    p = posterior_on_line(x)
    mean = np.trapezoid(p * LINE, LINE)
    return np.array([mean, np.log(np.trapezoid(p * (LINE - mean) ** 2, LINE))])


def gap_of(x, q):
    return log_evidence_of(x) - elbo_of(x, *q)


def other_kl(x, q):
    """KL(p || q), by the sum on the grid."""
    p, log_q = posterior_on_line(x), norm.logpdf(LINE, q[0], np.exp(0.5 * q[1]))
    log_p = log_joint_on_line(x) - log_evidence_of(x)
    return np.trapezoid(p * (log_p - log_q), LINE)


XS = (0.0, 0.3, 0.6, 0.8, 1.0, 1.5, 2.0, 3.0)
seeking = {x: best_gaussian(x) for x in XS}
matching = {x: matching_gaussian(x) for x in XS}
print("          smallest KL(q || p)          smallest KL(p || q)")
print("   x    mean   std     gap           mean   std     gap")
for x in XS:
    rows = [(abs(q[0]), np.exp(0.5 * q[1]), gap_of(x, q)) for q in (seeking[x], matching[x])]
    print(
        f"{x:4.1f}",
        *(f"  {mean:5.2f} {deviation:5.2f} {lost:7.3f}      " for mean, deviation, lost in rows),
    )

# %% tags=["hide-input"]
# Checks of what the text says about this table.
mean, deviation = seeking[1.5][0], np.exp(0.5 * seeking[1.5][1])
assert abs(mean - 1.19) < 0.005 and abs(deviation - 0.126) < 0.0005
assert abs(gap_of(1.5, seeking[1.5]) - 0.70) < 0.005
assert abs(gap_of(1.5, matching[1.5]) - 20.4) < 0.05
assert abs(other_kl(1.5, matching[1.5]) - 1.5) < 0.05 and other_kl(1.5, seeking[1.5]) > 80
assert abs(np.exp(0.5 * matching[1.5][1]) - 1.19) < 0.005 and abs(matching[1.5][0]) < 1e-9
assert all(abs(seeking[x][0]) < 0.01 for x in XS if x <= 0.6)  # one q over both
assert all(abs(seeking[x][0]) > 0.7 for x in XS if x >= 0.8)  # one mode
assert all(np.log(2) < gap_of(x, seeking[x]) < 0.75 for x in XS if x >= 0.8)
assert gap_of(3.0, seeking[3.0]) - np.log(2) < 0.003
for x in XS:  # each is best at its own KL
    nudged = matching[x] + np.array([0.05, 0.05])
    assert gap_of(x, seeking[x]) <= gap_of(x, matching[x]) and other_kl(x, matching[x]) < other_kl(
        x, nudged
    )


# %% tags=["hide-input"]
# The code of this picture and its slider.
HEIGHTS = np.linspace(-1, 4, 251)
SHOWN = (np.abs(LINE) < 2.4).nonzero()[0][::10]
WORLD = np.array([np.exp(log_joint_on_line(height)[SHOWN]) for height in HEIGHTS])


def draw_two_kls(x):
    with style():
        fig = blank(8, 3.4)
        left, right = fig.subplots(1, 2)
        left.contourf(LINE[SHOWN], HEIGHTS, np.sqrt(WORLD), levels=12, cmap="Greys")
        left.axhline(x, color=RED)
        left.set(xlabel="z", ylabel="x", title="p(x, z), and the image x")
        right.fill_between(LINE, posterior_on_line(x), color=FAINT, label="posterior")
        for q, colour, name in (
            (seeking[x], BLUE, "smallest KL(q || p)"),
            (matching[x], ORANGE, "smallest KL(p || q)"),
        ):
            right.plot(LINE, norm.pdf(LINE, q[0], np.exp(0.5 * q[1])), color=colour, label=name)
        right.set(xlim=(-2.4, 2.4), ylim=(0, 5), xlabel="z", ylabel="density")
        gaps = f"{gap_of(x, seeking[x]):.2f} and {gap_of(x, matching[x]):.2f}"
        right.set_title(f"x = {x:g}: gaps {gaps} nats")
        right.legend(fontsize=8, loc="upper left")
    return fig


slider(
    draw_two_kls,
    caption="Two Gaussians for one posterior. Left: the world, a parabola with noise, and the "
    "observed x. Right: its posterior (grey). Blue minimises KL(q || p), as a VAE does, and takes "
    "one mode where there are two. Orange minimises KL(p || q), and covers both.",
    alt="Left, a grey parabola-shaped density with a red horizontal line. Right, for x near 0 one "
    "grey hump with a blue and an orange bell curve nearly on it; for x = 1.5 two narrow grey "
    "peaks, a tall blue bell on the right one, and a low, wide orange bell over both.",
    static=(0.3, 0.6, 1.5),
    x=XS,
)

# %% [markdown]
# At x = 1.5 the best q has mean 1.19 and standard deviation 0.126: it sits on one mode, and its gap is 0.70 nats, nearly
# log 2. The q with the posterior's own mean and standard deviation, 0 and 1.19, has a gap of 20.4 nats: at a typical z of
# this q, the decoder's image z² is far from 1.5. Measured by the other KL the order is reversed, 1.5 nats against more than
# 80.
#
# * Minimising $\mathrm{KL}(q \,\Vert\, p)$ is **mode-seeking**: q must not be where p is not. It may miss what p has.
# * Minimising $\mathrm{KL}(p \,\Vert\, q)$ is **mass-covering**: q must be wherever p is. It may be where p is not.
#
# The ELBO belongs to the first. So the q of a VAE tends to be too narrow rather than too wide, as the upright ellipse of
# section 5 was.
#
# Move the slider to x = 0.6 and on to 0.8. First one q covers both humps, since the valley between them is shallow. Then
# it jumps onto one mode; its mirror image would be just as good. And the gap does not go away: from x = 0.8 to 3 the two
# modes become narrower, and it stays near log 2.

# %% [markdown]
# ## 7. Two ways to raise the bound
#
# The ELBO depends on q and on the decoder. A better q closes the gap and leaves log p(x) where it is. A better decoder
# can do two things: raise log p(x), or change its own posterior so that q fits better.
#
# The picture shows it for one number of the decoder, the noise s. The data come from a world with s = 0.8. The black
# curve is the mean log p(x) of 200 images for every s. Each coloured curve is the ELBO for a q that was made tight at one
# s and then held fixed.

# %%
truth = two_columns(90)
hidden = normal(SEED, Stream.PICTURE, 60, (200, 2))
sample_of_truth = hidden @ truth.weight.T
sample_of_truth = sample_of_truth + truth.scale * normal(SEED, Stream.PICTURE, 61, (200, 3))
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
    # central differences over steps of 0.01: errors of the order of 0.01^3 times third derivatives
    assert abs((curve[place + 1] - curve[place - 1]) - (log_p[place + 1] - log_p[place - 1])) < 1e-4

# %% [markdown]
# The equal slope at the touching point is no accident: the gap is at its minimum 0 there, so its derivative is 0, and by
# (14) the two derivatives agree. If q is tight, the gradient of the ELBO *is* the gradient of log p(x). If it is loose,
# the bound prefers decoders whose posterior q can match.
#
# ### EM, and what a VAE does instead
#
# The curves suggest an algorithm. Make q tight at the present s: the *E step*. Then move s to the top of that curve: the
# *M step*. Repeat. It is called **EM**, expectation-maximisation. By (14) log p(x) never falls: the E step lifts the
# bound to log p(x), the M step lifts the bound further, and log p(x) stays above it. Both steps raise the same number,
# minus the free energy ([Neal & Hinton 1998]). For the noise s the top has a closed form, from (27):
#
# | | step | reason |
# |---|---|---|
# | (35) | $\frac{\partial\, \mathrm{ELBO}}{\partial s} = -\frac{D}{s} + \frac{1}{s^3}\, \mathbb{E}_q \lVert x - b - Wz \rVert^2$ for D pixels | the expected log density of the image in (20); the KL does not depend on s |
# | (36) | $s^2 = \frac{1}{D}\, \mathrm{mean}_x\, \mathbb{E}_q \lVert x - b - Wz \rVert^2$ | where the mean of (35) over the images is 0 |
#
# [Neal & Hinton 1998]: ../docs/bibliography.md#neal1998


# %%
def m_step(model, x, mu, logvar):
    """The world with the noise of (36), its expectation from (27)."""
    squares = ((x - model.bias - mu @ model.weight.T) ** 2).sum(axis=1)
    squares = squares + np.exp(logvar) @ (model.weight**2).sum(axis=0)
    return model._replace(scale=float(np.sqrt(squares.mean() / x.shape[1])))


present, climbed = truth._replace(scale=1.4), []
for _ in range(30):
    tight = linear.best_diagonal(present, sample_of_truth)  # E step
    climbed.append((present.scale, linear.log_evidence(present, sample_of_truth).mean()))
    present = m_step(present, sample_of_truth, *tight)
for turn in (0, 1, 2, 3, 5, 10, 29):
    print(
        f"after {turn:2d} turns: s = {climbed[turn][0]:.4f}, mean log p(x) {climbed[turn][1]:.4f}"
    )
assert (np.diff([log for _, log in climbed]) > -EXACT).all()  # never falls
assert abs(climbed[-1][0] - SCALES[log_p.argmax()]) <= 0.006  # half a step of the grid, and a bit
assert climbed[-1][1] >= log_p.max() - 1e-9

# %% [markdown]
# A VAE cannot do either step. There is no closed form for the tight q, and no closed form for the best decoder. So it takes
# a small gradient step in both *at once*, and replaces a q for each image by one network that gives q for all images: the
# encoder. That is *amortised* inference.
#
# ## 8. The bound of a real VAE
#
# *Second reading.* Back to the VAE of section 2. Its log p(x) is unknown, so its gap cannot be measured. But every $L_k$
# of section 5 is a lower bound in expectation. So $L_k - L_1$ tells how large the gap is *at least*, up to sampling noise.

# %%
REAL_KS = (1, 2, 10, 50, 100, 500)  # each divides the next
eps = normal(SEED, Stream.EVALUATION_NOISE, 1, (500, 50, vae.latents))
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
    "ELBO. Right: for each image, the gap is at least about this large (500 samples leave some "
    "noise). For some images q is much poorer than for others.",
    alt="Left, a blue curve that rises steeply and then flattens, over k from 1 to 500. Right, "
    "orange bars sorted by height, from about one nat to several nats.",
)

# %% [markdown]
# Where does the gap come from? It has two parts, with names of their own ([Cremer, Li & Duvenaud 2018]):
#
# * The **approximation gap**: the true posterior is not a Gaussian with independent latents, so even the best q of that
#   family falls short. Sections 5 and 6 showed two such cases, a tilted posterior and one with two modes.
# * The **amortisation gap**: one network gives q for every image, and that q is seldom the best Gaussian for the image. For a
#   test image this includes a failure to generalise: the encoder was never trained on it.
#
# Notebook 12 measures the two apart, with larger k.
#
# ## Summary
#
# 1. log p(x) = ELBO(q) + KL(q || p(z given x)), for every q. It is Bayes' rule, averaged over q.
# 2. A KL is never negative, so the ELBO is a lower bound. It is exact only if q is the posterior.
# 3. ELBO = E_q[log p(x given z)] - KL(q || p(z)): this form needs neither p(x) nor the posterior.
# 4. In the linear-Gaussian model all terms are known, and the measured gap is the KL, to ten decimals.
# 5. The ELBO's KL is mode-seeking: a Gaussian q takes one of two equal modes, and lacks log 2.
#
# ## Checklist
#
# - [ ] I can write (11) to (15) on an empty page, with reasons.
# - [ ] I can say which of the two KLs in the ELBO's forms is computed, and which is not.
# - [ ] I can compute ELBO and gap by hand for three states.
# - [ ] I can explain why a tight q gives the gradient of log p(x).
# - [ ] I can draw a posterior with two modes, and the q that each of the two KLs prefers.
# - [ ] I can distinguish the amortisation gap from the approximation gap (second reading).
#
# ## Exercises
#
# * [00 The ELBO and its gap](../exercises/00_elbo_gap/README.md), in section 1
# * On paper: derive (30) from (29). Then show that the best q is never wider than the posterior's marginals.
# * On paper: a posterior has n equal modes, far apart. What does the best Gaussian q lack? What if the modes have different
#   weights?
#
# ## Further reading
#
# * [Kingma & Welling 2013], *Auto-Encoding Variational Bayes*, sections 2.1 and 2.2: the bound, eq. 1 to 3.
# * [Kingma & Welling 2019], *An Introduction to Variational Autoencoders*, chapter 2: the same with amortised inference.
# * [Bishop 2006], *Pattern Recognition and Machine Learning*, section 9.4 (the identity, for EM) and section 10.1
#   (independent latents; figure 10.2 is our tilted ellipse, figure 10.3 our two modes).
# * [Neal & Hinton 1998], *A View of the EM Algorithm that Justifies Incremental, Sparse, and Other Variants*: E and M
#   steps as ascent on one function.
# * [Cremer, Li & Duvenaud 2018], *Inference Suboptimality in Variational Autoencoders*: the two gaps.
# * [Burda, Grosse & Salakhutdinov 2015], *Importance Weighted Autoencoders*, section 3: the bound with k samples.
# * [Tipping & Bishop 1999], *Probabilistic Principal Component Analysis*, section 3: the linear-Gaussian model.
# * [Chatterjee & Diaconis 2018], *The Sample Size Required in Importance Sampling*: why it is about exp(KL), and when.
#
# [Cremer, Li & Duvenaud 2018]: ../docs/bibliography.md#cremer2018
# [Kingma & Welling 2013]: ../docs/bibliography.md#kingma2013
# [Kingma & Welling 2019]: ../docs/bibliography.md#kingma2019
# [Bishop 2006]: ../docs/bibliography.md#bishop2006
# [Neal & Hinton 1998]: ../docs/bibliography.md#neal1998
# [Burda, Grosse & Salakhutdinov 2015]: ../docs/bibliography.md#burda2015
# [Tipping & Bishop 1999]: ../docs/bibliography.md#tipping1999
# [Chatterjee & Diaconis 2018]: ../docs/bibliography.md#chatterjee2018
