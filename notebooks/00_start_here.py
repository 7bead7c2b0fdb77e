# ---
# jupyter:
#   course:
#     week: 1 Foundations
#     gives: what a VAE is, in pictures; how the course works
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
# # 00 Start here
#
# > **What you will be able to do**
# > * say what an encoder, a latent code and a decoder do;
# > * read a map of latent codes, and see on it what a VAE has that an autoencoder lacks;
# > * name the two terms of a VAE's loss;
# > * use this course: predict, run, write, check.
# >
# > **Time:** 30 minutes to read, {running} to run.
# > **Prerequisites:** Python, and what a normal distribution is. No variational inference.
# >
# > **Serves the checklist item:** visualise the latent space.
#
# VAE is short for *variational autoencoder*. This notebook shows in pictures what that is.
#
# Run the cells from top to bottom: Shift-Enter runs one and goes to the next. Nothing here needs a network or a GPU.
# Code that only draws or checks is folded into one grey line that ends in three dots. It runs like all others; click on
# the dots to read it.

# %%
import numpy as np

from course.lesson import Stream, check, figure, generator, load, normal, shipped, slider, source

SEED = 0
data = load("digits")
assert len(data.train) == 1500

# %% [markdown]
# ## 1. A picture from two numbers
#
# Each image below has 28 x 28 pixels. The digits are real handwriting, reduced to 8 x 8 pixels and enlarged again: hence
# their soft edges. They come with the course, so that nothing has to be downloaded. If every pixel is either black or white,
# there are $2^{784}$ images, and nearly all of them look like the bottom row.

# %%
digits = data.train.images[:20] / 255
noise = generator(SEED, Stream.PICTURE).integers(0, 2, (10, *digits.shape[1:])).astype(float)

# %% tags=["hide-input"]
# The code of this picture.
from matplotlib.patches import Ellipse
from matplotlib.patheffects import withStroke

from common import plots
from common.plots.style import BLUE, FAINT, INK, PALETTE, RED, blank, style

figure(
    plots.image_grid(np.concatenate([digits, noise]), columns=10),
    caption="Two rows of handwritten digits, and a row of images made by tossing a coin for every "
    "pixel.",
    alt="Twenty readable digits in two rows; below them ten squares of black and white noise.",
)

# %% [markdown]
# Very few of all these images are digits. We hope that a few numbers are enough to say which digit is meant and how it
# is written. We call these numbers the **latent code** $z$ of the image. Two networks lead from one to the other:
#
# * the **encoder** takes an image $x$ to its code;
# * the **decoder** takes a code to an image: for every pixel it gives the probability that the pixel is white.
#
# The two are trained together: here on 1500 digits, with codes of only *two* numbers, so that we can draw them on
# a map. The course ships the trained networks; from notebook 04 on you train your own.

# %%
vae = shipped("plane")
print(f"{vae.latents} latents, images of {vae.image_shape}")

# %% [markdown]
# **Predict, then run.** We lay a grid over the plane of codes and decode every point of it. Will neighbours on the grid
# look alike? What will stand between a 0 and a 6?
#
# <details><summary>Answer</summary>
#
# Neighbours look alike: the decoder is a continuous function, so a small step in z is a small change of the image, and on
# the way one digit turns into another. Continuity does not say whether what stands in between looks like a digit. That
# depends on what the decoder was trained for: section 3.
#
# </details>

# %%
from common.latent_space import manifold_grid

codes, _ = manifold_grid(10, coverage=0.98)

# %% tags=["hide-input"]
# The code of this picture.
figure(
    plots.manifold(vae.sample(codes), codes),
    caption="What the decoder makes of 10 x 10 codes. The grid is denser in the middle, where a "
    "standard normal distribution has most of its mass.",
    alt="A square of small digits that change slowly from cell to cell: regions of 2, 3, 0, 9, 4 "
    "and 6, with blurred shapes where they meet.",
)

# %% [markdown]
# Move the two numbers yourself. (On the web you see three places of the slider.)

# %%
from course.evaluation import posterior

mu, logvar = posterior(vae, data.train.images, SEED)


# %% tags=["hide-input"]
# The code of this picture and its slider.
def walk(z0: float, z1: float):
    with style():
        fig = blank(5.2, 2.5)
        plane, picture = fig.subplots(1, 2)
        plane.scatter(*mu.T, s=2, color=FAINT)
        plane.plot(z0, z1, "o", color=RED)
        plane.set(xlabel="z[0]", ylabel="z[1]", xlim=(-4, 4), ylim=(-4, 4), aspect="equal")
        picture.imshow(vae.sample(np.array([[z0, z1]]))[0, 0], cmap="gray", vmin=0, vmax=1)
        picture.set(xticks=[], yticks=[], title="decoded")
    return fig


places = np.linspace(-3, 3, 13)
slider(
    walk,
    caption="A code and its image. Grey: the codes of the training images. Red: the code that is "
    "decoded.",
    alt="Left, a plane with grey dots and one red dot; right, the digit decoded from the red dot.",
    static=[(0.0, 1.5), (-2.0, 1.5), (1.0, -1.5)],
    z0=places,
    z1=places,
)

# %% [markdown]
# ## 2. A picture becomes a cloud
#
# The encoder of a VAE does not answer with a point. It answers with a **cloud**: a normal distribution over codes, with
# a mean $\mu$ and a standard deviation $\sigma$ for each of the two numbers. A code is drawn from it:
#
# $$z = \mu + \sigma\,\varepsilon, \qquad \varepsilon \sim N(0, 1). \tag{1}$$
#
# The network gives $\log\sigma^2$ (`logvar`), which may be any number, and $\sigma = \exp(\text{logvar}/2)$.

# %%
chosen = [int(np.flatnonzero(data.train.labels == digit)[0]) for digit in (0, 3, 6)]
sigma = np.exp(logvar / 2)


# %% tags=["hide-input"]
# The code of this picture.
def draw_clouds():
    eps = normal(SEED, Stream.PICTURE, 1, (3, 5, 2))
    z = mu[chosen][:, None] + sigma[chosen][:, None] * eps  # equation (1)
    with style():
        fig = blank(8, 3.4)
        panels = fig.subplot_mosaic([["map", *"012345"], ["map", *"6789ab"], ["map", *"cdefgh"]],
                                    width_ratios=[4.5] + [1] * 6)  # fmt: skip
        panels["map"].scatter(*mu.T, s=2, color=FAINT)
        panels["map"].set(xlabel="z[0]", ylabel="z[1]", xlim=(-4, 4), ylim=(-4, 4), aspect="equal")
        names = iter("0123456789abcdefgh")
        for row, index in enumerate(chosen):
            panels["map"].plot(*z[row].T, ".", color=PALETTE[row], ms=5, label=f"image {row + 1}")
            images = [data.train.images[index, 0] / 255, *vae.sample(z[row])[:, 0]]
            for column, image in enumerate(images):
                axes = panels[next(names)]
                axes.imshow(image, cmap="gray", vmin=0, vmax=1)
                axes.set(xticks=[], yticks=[])
                axes.set_title(("image" if column == 0 else "decoded") if row == 0 else "", size=8)
        panels["map"].legend(loc="lower right", fontsize=8)
    return fig


figure(
    draw_clouds(),
    caption="Three images, five codes drawn from the cloud of each, and what the decoder makes of "
    "them.",
    alt="Left, a plane with three groups of five coloured dots. Right, three rows: a digit, and "
    "beside it five decoded "
    "images that resemble it.",
)

# %% [markdown]
# All codes of one cloud must decode to about the same image: the decoder is trained on samples from the cloud, not on
# its middle alone. Two numbers are few, so much of an image is lost, and what comes out is blurred.
#
# ## 3. An autoencoder, and its holes
#
# An **autoencoder** is the same pair of networks without clouds: $\sigma$ plays no part, the code is the point $\mu$,
# and the loss asks for one thing only, that the decoded image be like the original. The loss of a VAE asks for a second
# thing: that the clouds stay near the origin (section 4). Ours was trained as the VAE was, with the noise $\varepsilon$ and
# this second term switched off, and nothing else changed.

# %%
autoencoder = shipped("plane_autoencoder")
points, _ = posterior(autoencoder, data.train.images, SEED)

# %% [markdown]
# **Predict, then run.** Where on the plane will the codes of the autoencoder lie? Will they be near the origin, like
# those of the VAE? Does anything in its loss say so?
#
# <details><summary>Answer</summary>
#
# Nothing says so. They may lie anywhere, and they do: on these digits the region is more than six times as wide as
# the VAE's, and its middle is not at the origin.
#
# </details>

# %%
print("width of the region of codes: autoencoder", np.ptp(points, axis=0).round(1), end="")
print(
    ", VAE",
    np.ptp(mu, axis=0).round(1),
    "; middle of the autoencoder's",
    points.mean(axis=0).round(1),
)
assert (np.ptp(points, axis=0) > 6 * np.ptp(mu, axis=0)).all()
assert (np.abs(points.mean(axis=0)) > 5).all()  # the middle is not at the origin


# %% tags=["hide-input"]
# The code of this picture.
def ellipse(middle, radii, **look):
    return Ellipse(tuple(middle), 2 * radii[0], 2 * radii[1], **look)


def draw_maps():
    with style():
        fig = blank(9.6, 4.4)
        left, right = fig.subplots(1, 2)
        for label in range(10):
            own = np.flatnonzero(data.train.labels == label)[:150]
            left.scatter(*points[own].T, s=4, color=PALETTE[label])
            for i in own:
                cloud = ellipse(mu[i], 2 * sigma[i], fc=PALETTE[label], ec="none", alpha=0.12)
                right.add_patch(cloud)
            for axes, codes_of_digit in ((left, points[own]), (right, mu[own])):
                name = axes.text(*np.median(codes_of_digit, axis=0), str(label), ha="center")
                name.set(
                    va="center",
                    weight="bold",
                    path_effects=[withStroke(linewidth=3, foreground="w")],
                )
        left.set(title="autoencoder: a point for each image")
        left.yaxis.set_label_position("right")
        left.yaxis.tick_right()
        right.set(title="VAE: a cloud for each image", xlim=(-5, 5), ylim=(-5, 5))
        for axes in (left, right):
            axes.set(xlabel="z[0]", ylabel="z[1]", aspect="equal")
            for radius in (1, 2):
                axes.add_patch(ellipse((0, 0), (radius, radius), fc="none", ec=INK, ls="--"))
    return fig


# %% tags=["hide-input"]
# The picture itself, with its caption.
figure(
    draw_maps(),
    caption="The same digits on both maps, on different scales. A numeral stands in the middle of "
    "its digits. An ellipse reaches to two standard deviations of a cloud. The dashed circles have "
    "radius 1 and 2 on both maps: most samples from N(0, I) fall inside the larger one.",
    alt="Left, coloured dots over a region some 60 wide, with white gaps between them; two tiny "
    "dashed circles stand "
    "near its lower edge. Right, coloured ellipses that overlap and fill most of two dashed "
    "circles.",
)

# %% [markdown]
# Look at the white. On the left map every white spot is a **hole**: in training the decoder was never asked for an
# image there. It was asked at 1500 points, which cover no area at all. On the right map the clouds overlap, and the decoder
# was trained all over them. The right map has white spots as well, inside the dashed circles too. It has fewer holes, not
# none: some 4 % of the prior lies in none of the clouds, as the next cell measures. Notebook 11 looks into holes.
#
# There is a second difference, and it is the more important one. Suppose that we want a *new* digit. Which code shall
# we decode? For the VAE there is an answer before training begins: sample $z$ from the **prior** $N(0, I)$. The clouds
# were made to lie there. For the autoencoder nobody knows.

# %%
eps = normal(SEED, Stream.PICTURE, 2, (1000, 2))
distance = (((eps[:, None] - mu) / sigma) ** 2).sum(axis=-1).min(axis=1)
covered = float((distance < 2**2).mean())
print(
    f"{covered:.1%} of 1000 samples from the prior lie within two sigma of the middle of a cloud."
)
assert abs(covered - 0.96) < 0.005

# %% [markdown]
# **Predict, then run.** We decode the same samples from N(0, I) with both decoders. What will the autoencoder show?
#
# <details><summary>Answer</summary>
#
# The circle of N(0, I) is a small spot on its map. All samples fall into that spot, so it shows the few digits that happen
# to lie around it, again and again.
#
# </details>

# %%
rows = [model.sample(eps[:20]) for model in (autoencoder, vae)]

# %% tags=["hide-input"]
# The code of this picture.
figure(
    plots.image_grid(np.concatenate(rows), columns=10),
    caption="Decoded from the same twenty samples of N(0, I): above by the autoencoder, below by "
    "the VAE.",
    alt="Two rows of ten images by the autoencoder, which resemble each other; two rows of ten by "
    "the VAE, with "
    "different digits, some of them blurred.",
)

# %% [markdown]
# We count. Each of 1000 decoded images gets the label of the training image that differs from it in the fewest pixels. A
# kind of digit counts if it makes up 2 % or more.

# %%
real = (data.train.images > 127).reshape(len(data.train), -1).astype(np.float32)[:1500]


def unlikeness(images):
    """Count, for every pair, the pixels in which an image and a training image differ."""
    flat = (images > 0.5).reshape(len(images), -1).astype(np.float32)
    return flat.sum(axis=1)[:, None] + real.sum(axis=1) - 2 * flat @ real.T


def report(name, images):
    pixels = unlikeness(images)
    labels = data.train.labels[pixels.argmin(axis=1)]
    kinds = int((np.bincount(labels, minlength=10) >= 0.02 * len(labels)).sum())
    print(
        f"{name}: {kinds} kinds of digits; {pixels.min(axis=1).mean():.1f} pixels from the "
        f"nearest one"
    )
    return kinds, float(pixels.min(axis=1).mean())


kinds_autoencoder, far = report("autoencoder, N(0, I)", autoencoder.sample(eps))
kinds_vae, near = report("VAE, N(0, I)        ", vae.sample(eps))
assert kinds_autoencoder <= 5 < 9 <= kinds_vae

# %% [markdown]
# To be fair: one can first train an autoencoder, then look where its codes are, and fit a normal distribution to them.

# %%
factor = np.linalg.cholesky(np.cov(points.T))
fitted = points.mean(axis=0) + eps @ factor.T
kinds_fitted, fitted_pixels = report("autoencoder, fitted ", autoencoder.sample(fitted))
assert kinds_vae == 10 and 8 <= kinds_fitted <= 9
assert abs(fitted_pixels - near) < 0.5 and abs(near - 29.5) < 0.5

# %% [markdown]
# In this run that does about as well: its images are as near to real ones as the VAE's, some 30 pixels, and only a kind of
# digit or two is missing. (The count is coarse. It cuts mean images at 1/2, which hides how grey they are; notebook 02
# says how to sample pixels.) So an autoencoder *may* do something sensible in its holes. But nothing in its training asks for
# it, and the fit came after the fact. A VAE is trained for the samples that we will take. It is also a *probability
# model*: it gives every image a probability. The rest of the course rests on that.
#
# ## 4. What the loss asks for
#
# The loss of a VAE has two terms, both in nats per image (a *nat* is the unit of what is measured with natural
# logarithms, as a bit is that of logarithms to base 2):
#
# $$\text{loss} = \underbrace{-\,\mathbb{E}_{q(z \mid x)}\left[\log p(x \mid z)\right]}_{\text{reconstruction}}
# \; + \; \underbrace{\text{KL}\left(q(z \mid x) \,\|\, N(0, I)\right)}_{\text{how far the cloud is from the prior}}
# \tag{2}$$
#
# Read $q(z \mid x)$ as the cloud that the encoder gives for the image x. $p(x \mid z)$ is the probability that the decoder
# gives to the pixels of x when it sees the code z. $\mathbb{E}_q$ is the average over codes drawn from the cloud. KL is
# the *Kullback-Leibler divergence*: 0 if the two distributions are equal, and larger the more they differ.
#
# The first term wants clouds that are small and far apart, so that the decoder can tell images from each other. The second
# wants every cloud to be the prior itself, which would leave the decoder nothing to go on. Training strikes the balance.
# Notebook 01 derives (2) from one principle; it is not a recipe.
#
# For one latent with mean $\mu$ and variance $\sigma^2$ the second term is
#
# $$\text{KL} = \tfrac{1}{2}\left(\mu^2 + \sigma^2 - 1 - \log \sigma^2\right). \tag{3}$$
#
# Notebook 03 derives it. For now we take it on trust, and check it numerically. With $p(z)$ for the prior, the KL is the
# average of $\log q(z) - \log p(z)$ over the cloud $q$, so we sum that on a fine grid.

# %%
mean, deviation = 1.2, 0.4
z, step = np.linspace(-10, 10, 20001, retstep=True)
log_q = -0.5 * ((z - mean) / deviation) ** 2 - np.log(deviation * np.sqrt(2 * np.pi))
log_p = -0.5 * z**2 - 0.5 * np.log(2 * np.pi)
by_sum = float((np.exp(log_q) * (log_q - log_p)).sum() * step)
by_formula = 0.5 * (mean**2 + deviation**2 - 1 - np.log(deviation**2))
print(f"KL by the sum {by_sum:.6f}, by equation (3) {by_formula:.6f} nats")
assert (
    abs(by_sum - by_formula) < 1e-9
)  # the sum converges fast: the integrand is smooth and ends at zero


# %% tags=["hide-input"]
# The code of this picture and its slider.
def draw_kl(mu0: float, sigma0: float):
    density = np.exp(-0.5 * ((z - mu0) / sigma0) ** 2) / (sigma0 * np.sqrt(2 * np.pi))
    kl = 0.5 * (mu0**2 + sigma0**2 - 1 - np.log(sigma0**2))
    with style():
        fig = blank(4, 2.4)
        axes = fig.subplots()
        axes.fill_between(z, np.exp(log_p), color=FAINT, label="prior")
        axes.plot(z, density, color=BLUE, label="cloud")
        axes.set(
            xlabel="z", ylabel="density", xlim=(-4, 4), ylim=(0, 2), title=f"KL = {kl:.2f} nats"
        )
        axes.legend(loc="upper left", fontsize=8)
    return fig


slider(
    draw_kl,
    caption="What a cloud costs. It is free only where it is the prior. Away from the middle it "
    "costs half the square of the distance more; a narrow cloud costs nearly -log(sigma) - 1/2.",
    alt="A blue bell curve over the grey bell of the prior, and its KL in the title.",
    static=[(0.0, 1.0), (2.0, 1.0), (0.0, 0.25)],
    mu0=np.linspace(-2, 2, 9),
    sigma0=[0.2, 0.25, 0.5, 0.75, 1.0, 1.5],
)

# %% [markdown]
# ## 5. How this course works
#
# | | |
# |---|---|
# | **Derivations** | One step a line, with its reason. The next cell checks it with numbers. |
# | **Numbers in the text** | A cell asserts each of them. If the notebook runs, they are true on your machine. No cell can assert a reason: judge those yourself. |
# | **Predict, then run** | Guess first, then look. A wrong guess that you notice teaches more than a right answer you read. |
# | **Code** | It is the course's own, shown from its file. |
# | **Exercises** | A function with its body removed. You write it, `check` compares it with the original. |
#
# The same VAE is built three times: in NumPy with every gradient by hand (*level 1*), in PyTorch with autograd
# (*level 2*), and with modules as in papers (*level 3*). [The README](../README.md) has the map of their files.
# [CONVENTIONS.md](../CONVENTIONS.md) says what all three agree on. Here is equation (1) in the first of them.
# It returns the value, and beside it the *pullback*, which notebook 04 explains. How to read shapes such as
# "*samples batch latents" is on the page [notation](../docs/notation.md), beside all symbols; words are in the
# [glossary](../docs/glossary.md), all formulas on the [cheat sheet](../docs/cheat_sheet.md).

# %%
from numpy_impl import distributions

source(distributions.reparameterize)

# %% [markdown]
# | week | notebooks |
# |---|---|
# | 1 Foundations | [01](01_elbo_derivation.ipynb) the ELBO, [02](02_reparameterization.ipynb) gradients through a sample, [03](03_likelihoods_and_losses.ipynb) the loss |
# | 2 Architecture | [04](04_backprop_by_hand.ipynb) backprop, [05](05_convolutions_by_hand.ipynb) convolutions, [06](06_pytorch_low_level.ipynb) autograd, [07](07_modules_and_architectures.ipynb) modules |
# | 3 Variants | [08](08_training_dynamics.ipynb) training, [09](09_beta_vae_and_disentanglement.ipynb) beta, [10](10_conditional_vae.ipynb) labels |
# | 4 Applications | [11](11_latent_space.ipynb) latent space, [12](12_likelihood_and_evaluation.ipynb) likelihood, and [papers](../paper/README.md) |
#
# ## 6. Your first check
#
# Write equation (3). `logvar` is $\log\sigma^2$, an array like `mu`; return the KL of every entry. NumPy has `np.exp`.
#
# **Predict, then run.** First run the two cells below as they are. What will the checker say about a function that
# raises `NotImplementedError`?
#
# <details><summary>Answer</summary>
#
# "not started". Work that you have not begun is not a mistake. Once you have written something, it says "passed" or
# "not right yet", and then what it observed: for example that your numbers are exactly twice the expected ones.
#
# </details>


# %%
def gaussian_kl(mu, logvar):
    """KL(N(mu, exp(logvar)) || N(0, 1)), for every entry of mu and logvar."""
    raise NotImplementedError("write this part")


# %%
check("02", gaussian_kl)

# %% [markdown]
# The checker runs your function on inputs that nobody can guess, in a process of its own. If you are stuck, a terminal
# has hints: `vae hint 02`. The task in full, with its source:
# [exercise 02](../exercises/02_gaussian_kl/README.md). You will meet it again in
# [notebook 03](03_likelihoods_and_losses.ipynb).
#
# ## Summary
#
# 1. A decoder turns a code of a few numbers into an image; an encoder finds the code of an image.
# 2. An autoencoder's codes are points, lie anywhere, and leave holes between them.
# 3. A VAE's codes are clouds, kept near the prior N(0, I); so samples from the prior decode to digits of all kinds.
# 4. Its loss is reconstruction plus KL: tell images apart, but stay near the prior.
# 5. Predict, run, write, check.
#
# ## Checklist
#
# - [ ] I can say what $\mu$, $\sigma$ and $\varepsilon$ are in equation (1).
# - [ ] I can point at a hole on the map of an autoencoder, and say why the decoder is not trained there.
# - [ ] I can say which term of the loss makes clouds wide, and which makes them narrow.
# - [ ] I have run a check.
#
# ## Exercises
#
# [02 The KL divergence of a Gaussian posterior](../exercises/02_gaussian_kl/README.md), as a first try. All of them:
# [exercises](../exercises/README.md).
#
# ## Further reading
#
# * [Kingma & Welling 2013], "Auto-encoding variational Bayes": section 1 for the question, figure 4 for maps like ours.
# * [Kingma & Welling 2019], "An introduction to variational autoencoders": chapter 1.
# * [Doersch 2016], "Tutorial on variational autoencoders": section 1, for another first picture.
#
# [Kingma & Welling 2013]: ../docs/bibliography.md#kingma2013
# [Kingma & Welling 2019]: ../docs/bibliography.md#kingma2019
# [Doersch 2016]: ../docs/bibliography.md#doersch2016
