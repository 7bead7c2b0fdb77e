# ---
# jupyter:
#   course:
#     week: 5 Discrete latents and sharp images
#     part: variants
#     gives: why reconstructions and samples blur, and what it costs to be sharp
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
# # 14 Sharpness
#
# > **What you will be able to do**
# >
# > * measure blur, and say what a measure of it misses;
# > * derive that the best decoder of a squared error is an average, and compute that average;
# > * say why a sample of p(x given z) is noisy and not sharp;
# > * compare four cures on the same images, and name the price of each;
# > * write an adversarial step, and say which parameters each of its losses may change.
# >
# > **Time:** 60 minutes to read, {running} to run, 90 more for the three exercises.
# > **Prerequisites:** notebooks 01 to 03 and 09; notebook 13 for codes.
# >
# > **Serves the checklist item:** understand the role of beta.

# %%
import numpy as np
import torch

from course.lesson import Stream, check, figure, generator, load, normal, shipped, slider, source
from course.lesson.kept import kept

SEED = 0

# %% [markdown]
# ## 1. Blur, measured
#
# "VAEs blur" is said so often that nobody measures it. We begin with a measure. The cosine transform writes an image as a
# sum of waves, $c = C x$, where the rows of C are orthonormal. So the squares of the coefficients add up to those of the
# pixels:
#
# $$
# \sum_k c_k^2 = \lVert x \rVert^2
# \qquad C^\top C = I \quad (1)
# $$
#
# The *energy* of a wave is the mean of $c_k^2$ over images. We add it up in rings of equal wavelength: a wave of number
# $(k_1, k_2)$ is in ring $\lfloor \sqrt{k_1^2 + k_2^2} \rfloor$, and at 28 pixels ring r has a wavelength of $56 / r$ pixels. *Detail*
# is the energy from ring 14 on, the waves of at most four pixels. We state it as a share of the detail of real images.
#
# The images are clothes, [Xiao et al. 2017]. Training on them takes minutes, and they have to be downloaded. So the course
# ships the results as arrays. `python -m course.authoring ship sharpness` makes them again
# ([the code](../course/lesson/studies/sharpness/training.py)).
#
# [Xiao et al. 2017]: ../docs/bibliography.md#xiao2017

# %%
from course.lesson.studies.sharpness import make
from course.lesson.studies.sharpness.measuring import QUANTITIES, RING, spectrum

arrays = kept("sharpness", make)
clothes = arrays["test images"] / 255
DETAIL = np.arange(39) >= 14


def detail(images, real=clothes):
    """The energy of the short waves, as a share of that of real images."""
    return spectrum(images)[DETAIL].sum() / spectrum(real)[DETAIL].sum()


assert np.isclose(spectrum(clothes).sum(), (clothes**2).sum(axis=(1, 2)).mean())  # (1)
share = spectrum(clothes)[DETAIL].sum() / spectrum(clothes).sum()
print(f"detail is {share:.1%} of the energy of these ten images")

# %% [markdown]
# **Predict, then run.** Blur the images with a Gaussian of one pixel. How much detail is left? And if you add noise with a
# standard deviation of 0.1?
#
# <details><summary>Answer</summary>
#
# Of the detail a few per cent are left. Noise *adds* detail: its energy is the same in every wave. So the measure alone calls
# noise sharp. Look at a second number too: the error, or the distance of the images from real ones.
#
# </details>

# %%
from scipy.ndimage import gaussian_filter

noise = 0.1 * normal(SEED, Stream.PICTURE, 0, clothes.shape)
blurred = {width: gaussian_filter(clothes, (0, width, width)) for width in (0, 0.5, 1, 1.5, 2)}
for width, images in blurred.items():
    print(f"blurred by {width:3} pixels: detail {detail(images):6.1%}")
print(f"with noise:             detail {detail(clothes + noise):6.1%}")

# %% tags=["hide-input"]
# a blur of one pixel leaves little, noise adds
assert detail(blurred[1]) < 0.1 and detail(clothes + noise) > 1.2
assert (np.diff([detail(images) for images in blurred.values()]) < 0).all()

# %% tags=["hide-input"]
# the slider
from common.plots.style import BLUE, INK, ORANGE, PALETTE, RED, blank, style


def draw_blur(width):
    images = blurred[width]
    with style():
        fig = blank(8.0, 2.6)
        left, right = fig.subplots(1, 2, width_ratios=(2, 1))
        left.imshow(
            np.concatenate([np.concatenate(row, 1) for row in images.reshape(2, 5, 28, 28)]),
            cmap="gray",
        )
        left.axis("off")
        right.semilogy(spectrum(clothes), color=INK, label="real")
        right.semilogy(spectrum(images), color=ORANGE, label="shown")
        right.axvspan(14, 38, color=PALETTE[3], alpha=0.2)
        right.set(xlabel="ring", ylabel="energy", ylim=(1e-4, 100))
        right.legend(fontsize=8)
        fig.suptitle(f"detail {detail(images):.0%}", fontsize=10)
    return fig


slider(
    draw_blur,
    caption="Blur takes the energy of the short waves, on the grey ground.",
    alt="Ten grey pictures of clothes and shoes, and two falling curves of energy over "
    "rings. With more blur the second curve falls below the first one, most at the "
    "right.",
    static=(0, 1, 2),
    width=list(blurred),
)

# %% [markdown]
# ## 2. One answer to a question with many
#
# A decoder names one image f(z) for each z. Many images may have led to this z. Which one should it name? Let
# $f^*(z) = \mathbb{E}[x \mid z]$ be their average, where x is an image of the data and z a sample of $q(z \mid x)$. For any other decoder f
#
# $$
# \begin{aligned}
# \mathbb{E} \lVert x - f(z) \rVert^2
# &= \mathbb{E} \lVert x - f^*(z) \rVert^2 + 2\, \mathbb{E} \bigl[ (x - f^*)^\top (f^* - f) \bigr] + \mathbb{E} \lVert f^*(z) - f(z) \rVert^2
# && \text{add and subtract } f^* && (2) \\
# &= \mathbb{E} \lVert x - f^*(z) \rVert^2 + \mathbb{E} \lVert f^*(z) - f(z) \rVert^2
# && \text{given z, } x - f^* \text{ is 0 on average} && (3)
# \end{aligned}
# $$
#
# So the average is the best decoder, and what it leaves is $\mathrm{Var}(x \mid z)$, summed over pixels: *what z does not say*. (See
# [Bishop 2006], section 1.5.5.) Take f = 0 in (3). The waves are linear in x, so the same holds for each of them:
#
# $$
# \mathbb{E}[c_k(x)^2] = \mathbb{E}[c_k(f^*)^2] + \mathbb{E}[c_k(x - f^*)^2]
# \qquad \text{real = decoded + left over, wave by wave} \quad (4)
# $$
#
# **The best decoder lacks exactly the energy of what z does not say.** That is blur. It is not a fault of the training; it is
# the optimum.
#
# And the Gaussian, and beta? With $p(x \mid z) = N(f(z), \sigma^2)$ the loss of a VAE is $\lVert x - f \rVert^2 / 2\sigma^2$, a term without f,
# and $\beta$ times a KL without f. So for a given q the best f is $f^*$, whatever $\sigma$ and $\beta$ are. They act on blur through
# *q alone*: they decide what z says.
#
# The smallest example: a line of pixels, black on the left, white on the right. The edge lies at u, uniform on
# $[-\delta, \delta]$, and z says nothing about u.
#
# **Predict, then run.** Three decoders: the average of all edges (a ramp), a sharp edge at 0, and a sharp edge at a random place,
# drawn like u. Sort them by their squared error. By which factor is each worse than the best?
#
# <details><summary>Answer</summary>
#
# The ramp has the least error, $\delta / 3$. The edge at 0 has $\delta / 2$, the random edge $2 \delta / 3$. The factors are 1.5 and 2. And
# the 2 holds in general, (5) below.
#
# </details>
#
# [Bishop 2006]: ../docs/bibliography.md#bishop2006

# %%
PLACES = np.linspace(-1, 1, 401)


def edges(delta, index, count=4000):
    """Lines of pixels with an edge at a random place."""
    u = generator(SEED, Stream.PICTURE, index).uniform(-delta, delta, (count, 1))
    return (u < PLACES).astype(float)


def answers(delta):
    """What three decoders draw, a line for each of 4000 samples."""
    ramp = np.clip((PLACES + delta) / (2 * delta), 0, 1)
    return {"average": ramp, "edge at 0": 1.0 * (PLACES > 0), "random edge": edges(delta, 2)}


errors = {}
for delta in (0.1, 0.25, 0.5):
    x = edges(delta, 1)
    errors[delta] = {
        name: ((x - f) ** 2).mean() * 2 for name, f in answers(delta).items()
    }  # the line is 2 long
    print(f"delta {delta}:", *(f"{name} {error:.3f}" for name, error in errors[delta].items()))

# %% tags=["hide-input"]
# the three errors are those of the answer, to within what 4000 samples leave
for delta, found in errors.items():
    np.testing.assert_allclose(list(found.values()), np.array([2, 3, 4]) * delta / 6, rtol=0.06)


# %% tags=["hide-input"]
# the slider
def draw_edges(delta):
    drawn = answers(delta)
    with style():
        fig = blank(6.4, 2.6)
        axes = fig.subplots()
        axes.plot(PLACES, edges(delta, 1)[:12].T, color=PALETTE[3], linewidth=0.6)
        axes.plot(PLACES, drawn["edge at 0"], color=BLUE, label=f"edge at 0: error {delta / 2:.2f}")
        axes.plot(PLACES, drawn["average"], color=ORANGE, label=f"average: error {delta / 3:.2f}")
        axes.set(xlabel="place", ylabel="grey", ylim=(-0.1, 1.1))
        axes.legend(fontsize=8, loc="upper left")
    return fig


slider(
    draw_edges,
    caption="Twelve edges (grey) that share one z, and two decoders. The less z says of the place, "
    "the wider the ramp of the best decoder.",
    alt="Thin grey steps at different places, a blue step in the middle, and an orange "
    "ramp over all the places at which there is a step.",
    static=(0.1, 0.25, 0.5),
    delta=[0.02, 0.05, 0.1, 0.25, 0.5, 0.8],
)

# %% [markdown]
# The random edge is sharp, and right in its statistics: it is a sample $x'$ of the true $p(x \mid z)$. Given z, x and $x'$ are two
# independent samples with the same mean, so
#
# $$
# \mathbb{E} \lVert x - x' \rVert^2 = \mathbb{E} \lVert x - f^* \rVert^2 + \mathbb{E} \lVert f^* - x' \rVert^2 = 2\, \mathbb{E} \lVert x - f^* \rVert^2
# \qquad \text{the steps of (3) with } f = x' \quad (5)
# $$
#
# ([Blau & Michaeli 2018].) This is the price of sharpness at a given z: **to look right costs at most a factor of 2 in squared error**, 3 dB of PSNR.
# Remember it when we come to the cures.
#
# ## 3. The average, computed
#
# On a training set with N images there is no need to guess $f^*$. The images are equally probable, so Bayes' rule
# gives each a weight, and
#
# $$
# f^*(z) = \sum_{n=1}^{N} w_n(z)\, x_n, \qquad w_n(z) = \frac{q(z \mid x_n)}{\sum_m q(z \mid x_m)}
# \qquad \text{E[x given z] of the training images} \quad (6)
# $$
#
# **The best decoder has nothing to draw with but averages of real images.** We take the encoder of notebook 00, digits in a
# plane. We compute (6), and train a new decoder on the squared error, with the encoder held fixed.
#
# [Blau & Michaeli 2018]: ../docs/bibliography.md#blau2018

# %%
from common.data.binarization import dynamic_binarization

data, plane = load("digits"), shipped("plane")
digits = data.train.images[:].reshape(-1, 784) / 255
binary = dynamic_binarization(data.train.images, SEED, Stream.EVALUATION_BINARIZE, 0)
mu, logvar = (part.astype(np.float64) for part in plane.encode(binary))


def weights(z, mu, logvar):
    """(6): a row for each z, a column for each training image."""
    log_q = -0.5 * ((z[:, None] - mu) ** 2 / np.exp(logvar) + logvar).sum(axis=2)
    w = np.exp(log_q - log_q.max(axis=1, keepdims=True))
    return w / w.sum(axis=1, keepdims=True)


z = mu + np.exp(0.5 * logvar) * normal(SEED, Stream.EVALUATION_NOISE, 0, mu.shape)
w = weights(z, mu, logvar)
average = w @ digits
print(f"an average is over {np.median(1 / (w**2).sum(axis=1)):.0f} images (1 / sum of w^2, median)")

# %%
STEPS = 1200
decoder = torch.nn.Sequential(
    *(torch.nn.Linear(2, 128), torch.nn.ReLU(), torch.nn.Linear(128, 128), torch.nn.ReLU()),
    *(torch.nn.Linear(128, 784), torch.nn.Sigmoid()),
)


def train_decoder(steps):
    """Train on the squared error, for samples z of the fixed encoder; yield now and then."""
    x, m, s = (torch.tensor(a, dtype=torch.float32) for a in (digits, mu, np.exp(0.5 * logvar)))
    optimizer = torch.optim.Adam(decoder.parameters(), fused=True)
    for step in range(steps + 1):
        if step in (0, 30, 100, 300, steps):
            with torch.no_grad():
                yield step, decoder(torch.tensor(z, dtype=torch.float32)).numpy()
        optimizer.param_groups[0]["lr"] = 3e-3 * (1 - step / steps)
        chosen = torch.from_numpy(generator(SEED, Stream.SHUFFLE, step).integers(0, 1500, 100))
        eps = torch.from_numpy(normal(SEED, Stream.NOISE, step, (100, 2))).float()
        loss = (decoder(m[chosen] + s[chosen] * eps) - x[chosen]).square().sum(1).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


# %%
from paper.kit.initial import draw_parameters

draw_parameters(decoder, SEED)
decoded = dict(train_decoder(STEPS))
left_over = ((digits - average) ** 2).sum(axis=1).mean()
print(f"left over by the average (6): {left_over:.2f}")
print("step   error of f   = left over + |f - f*|^2   (squared, of an image)")
for step, f in decoded.items():
    error, gap = (((a - f) ** 2).sum(axis=1).mean() for a in (digits, average))
    print(f"{step:4d} {error:12.2f}   {left_over + gap:26.2f}")

# %% tags=["hide-input"]
# (3) holds at every step, to within the one sample of z of an image; the gap to the average falls
gaps = [((average - f) ** 2).sum(axis=1).mean() for f in decoded.values()]
for gap, f in zip(gaps, decoded.values(), strict=True):
    np.testing.assert_allclose(((digits - f) ** 2).sum(axis=1).mean(), left_over + gap, rtol=0.05)
assert (np.diff(gaps) < 0).all() and gaps[-1] < 0.25 * left_over


# %% tags=["hide-input"]
# the picture: eight digits, the decoder along its way, the average
def draw_rows(rows):
    """A row of eight images for each name."""
    with style():
        fig = blank(5.2, 0.5 * len(rows))
        for axes, (name, images) in zip(fig.subplots(len(rows), 1), rows.items(), strict=True):
            strip = np.concatenate(list(images.reshape(-1, 28, 28)[:8]), axis=1)
            axes.imshow(strip, cmap="gray", vmin=0, vmax=strip.max())
            axes.set(xticks=[], yticks=[])
            axes.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=8)
    return fig


chosen = [np.flatnonzero(data.train.labels == digit)[3] for digit in range(8)]
steps = {f"step {step}": decoded[step][chosen] for step in (30, 300, STEPS)}
figure(
    draw_rows({"digits": digits[chosen], **steps, "average (6)": average[chosen]}),
    caption="The decoder goes to the average. Where the average mixes two classes, so "
    "does the decoder.",
    alt="Five rows of eight digits: sharp ones, four rows of soft ones; the last two "
    "rows look alike.",
)

# %% [markdown]
# The decoder had never been told of an average. Now the control: is it the *meaning* of z that decides? We replace the encoder by
# one that has not been trained: the same network with its initial values, and the same variances.

# %%
from common.architecture import MLP
from common.initial import initial_parameters
from common.level import open_level
from common.model import bind

untrained = bind(
    open_level("numpy"), initial_parameters(MLP(hidden=64, latents=2), SEED), (1, 28, 28)
)
mu_0 = untrained.encode(binary)[0].astype(np.float64)
mu_0 = (mu_0 - mu_0.mean(axis=0)) / mu_0.std(axis=0) * mu.std(axis=0)  # as far apart as before
z_0 = mu_0 + (z - mu)  # the same noise
average_0 = weights(z_0, mu_0, logvar) @ digits
variance = digits.var(axis=0).sum()
RINGS = np.arange(39) >= 8  # these digits were enlarged from 8 x 8: their short waves are empty
for name, f in {"trained": average, "untrained": average_0}.items():
    said = 1 - ((digits - f) ** 2).sum(axis=1).mean() / variance
    kept_waves = spectrum(f)[RINGS].sum() / spectrum(digits)[RINGS].sum()
    print(f"{name:10s} encoder: z says {said:4.0%} of the variance,", end=" ")
    print(f"and leaves {kept_waves:4.0%} of the energy from ring 8 on")

# %% tags=["hide-input"]
# what z says decides: the same average, over other images
said = [1 - ((digits - f) ** 2).sum(axis=1).mean() / variance for f in (average, average_0)]
assert said[0] > 0.5 > 0.25 > said[1]

# %% [markdown]
# The same formula, and a blurred digit, since this z says little. An encoder is as good as what it lets an average keep.
#
# ## 4. What z says, with 2, 8 and 32 numbers
#
# Now the clothes: 784-200-Z-200-784, grey pixels, a Gaussian with a learnt sigma, 1000 minibatches of 64. Each row is
# the mean of *three seeds of a short training*. What we say of the rows holds on each seed. All numbers are of 2000 test images, with z *sampled* from $q(z \mid x)$, as (4) demands. Beside it stands PCA with as many components:
# a decoder that is linear.
#
# **Predict, then run.** With 2, 8 and 32 latents, which share of the detail do reconstructions have? And if you add the detail
# of what is left over, $x - f(z)$?
#
# <details><summary>Answer</summary>
#
# Even 32 latents give back less than a quarter of the detail. By (4) decoded and left over add up to 100 % for the best decoder,
# and these come to within five per cent of it.
#
# </details>

# %%
ERROR, RATE, BOUND, AGAIN, SAMPLES, NOISY, FITTED_RATE, FITTED, SECONDS, PARAMETERS = range(10)
assert QUANTITIES[ERROR] == "squared error of a pixel" and QUANTITIES[SECONDS] == "seconds"
REAL = arrays["test images, spectrum"]


def shares(name):
    """Detail of decoded images and of what is left over, as shares of the real detail."""
    return arrays[f"{name}, spectra"][..., :2, DETAIL].sum(axis=-1) / REAL[DETAIL].sum()


LATENTS = {2: "vae, 2 latents", 8: "vae, 8 latents", 32: "vae"}
print("              error  rate   detail: decoded + left over = sum   ")
for latents, name in LATENTS.items():
    numbers, both = arrays[f"{name}, numbers"].mean(axis=0), shares(name).mean(axis=0)
    print(f"VAE, {latents:2d}  {numbers[ERROR]:11.4f} {numbers[RATE]:5.1f}", end="")
    print(f" {both[0]:15.0%} {both[1]:12.0%} {both.sum():7.0%}")
    both = shares(f"PCA, {latents}")
    print(f"PCA, {latents:2d}  {arrays[f'PCA, {latents}, numbers'][0]:11.4f}      ", end="")
    print(f" {both[0]:15.0%} {both[1]:12.0%} {both.sum():7.0%}")

# %% tags=["hide-input"]
# (4) in numbers; more latents say more
for latents, name in LATENTS.items():
    assert (abs(shares(name).sum(axis=1) - 1) < 0.05).all()
    assert abs(shares(f"PCA, {latents}").sum() - 1) < 0.05
decoded_detail = np.array(
    [shares(name)[:, 0] for name in LATENTS.values()]
)  # a column for each seed
assert (np.diff(decoded_detail, axis=0) > 0).all() and (decoded_detail[-1] < 0.25).all()

# %% tags=["hide-input"]
# the picture: what 2, 8 and 32 latents give back
again = {f"VAE, {latents}": arrays[f"{name}, images"][0] for latents, name in LATENTS.items()}
figure(
    draw_rows({"real": arrays["test images"], **again, "PCA, 32": arrays["PCA, 32, images"]}),
    caption="Test images, and what 2, 8 and 32 latents say of them.",
    alt="Five rows of eight clothes and shoes. With 2 latents a soft typical piece of "
    "each kind, with 32 the right shape without its pattern; the last row has "
    "shadows.",
)

# %% [markdown]
# Is it really the average (6) that the decoder of clothes draws? There are 60 000 training images to average.

# %%
print("              images in   error on test images of   |f - f*|^2")
print("              an average  f        f*")
BEST = {latents: arrays[f"{name}, best"] for latents, name in LATENTS.items()}
for latents, rows in BEST.items():
    error_best, gap, error, count = rows.mean(axis=0)
    print(f"{latents:2d} latents {count:12.0f}  {error:10.4f} {error_best:8.4f} {gap:12.4f}")

# %% tags=["hide-input"]
# with 2 latents the decoder is close to the average; with 32 the average is a memory of one image
assert (BEST[2][:, 1] < 0.3 * BEST[2][:, 2]).all()
for latents in (8, 32):
    assert (BEST[latents][:, 0] > BEST[latents][:, 2]).all() and (BEST[latents][:, 3] < 2).all()

# %% tags=["hide-input"]
# the picture: the decoder, and the average that it should be
best = {}
for latents, name in LATENTS.items():
    best[f"{latents}: decoder"] = arrays[f"{name}, images"][0]
    best[f"{latents}: average"] = arrays[f"{name}, best, images"]
figure(
    draw_rows({"real": arrays["test images"], **best}),
    caption="The decoder, and the average (6) of training images, for the same samples of z.",
    alt="Seven rows of eight clothes. With 2 latents decoder and average look alike. "
    "With 32 the average is a sharp image of another piece than the real one.",
)

# %% [markdown]
# With 2 latents the average is over many images, and decoder and average agree in what they show: averages of *real* images that
# share a z are as soft as the decoder's output. With 8 and 32 the clouds of q hardly overlap any more. The average is nearly one
# training image, remembered, and on test images its error is larger than the decoder's: sharp, and wrong. So there (6) explains
# nothing: the other images that would lead to the same z are not in the training set.
#
# Which part of the blur is due to z, then? PCA with 32 components has less error than the VAE. That alone decides nothing: its z
# is exact, and the VAE's is noisy and has to pay for its nats. The fair comparison is the autoencoder of section 6, without
# noise and KL.
#
# ## 5. A sample of p(x given z) is noisy, not sharp
#
# "The decoder's output is only the mean. Sample from $p(x \mid z)$, and you get the detail back." Do you? First the variance. For a
# given f, D pixels and one sigma for all, the expected $-\log p(x \mid z)$ is least where its derivative by $\sigma^2$ is 0:
#
# $$
# \frac{\partial}{\partial \sigma^2} \Bigl( \frac{D}{2} \log \sigma^2 + \frac{\mathbb{E} \lVert x - f \rVert^2}{2 \sigma^2} \Bigr) = 0
# \;\Rightarrow\; \sigma^2 = \frac{1}{D}\, \mathbb{E} \lVert x - f \rVert^2
# \qquad \text{Rybkin et al. 2021} \quad (7)
# $$
#
# The learnt variance is the error of a pixel. So if f is $f^*$, a sample $f + \sigma \varepsilon$ has, by (4), *exactly the energy of real images*.
#
# **Predict, then run.** In which waves does it have too much, and in which too little?
#
# <details><summary>Answer</summary>
#
# The noise of a Gaussian with one sigma is white: $\sigma^2$ in every wave. What is left over is not: there is more of it in long waves,
# since images have little energy in short ones. So samples have too little energy in the long waves and too much in the short ones. The sum is right.
#
# </details>
#

# %%
WAVES = np.bincount(RING.flat)  # in each ring
f_energy, rest, *_ = arrays["vae, spectra"].mean(axis=0)
sigma_2 = arrays["vae, numbers"][:, ERROR].mean()
white = sigma_2 * WAVES
print("rings     real   decoded   left over   noise of p(x | z)")
for first, end in ((0, 7), (7, 14), (14, 21), (21, 39)):
    sums = (part[first:end].sum() for part in (REAL, f_energy, rest, white))
    print(f"{first:2d} - {end - 1:2d}", "{:7.2f} {:9.2f} {:11.2f} {:12.2f}".format(*sums))

# %% tags=["hide-input"]
# the noise has the energy of what is left over, in other waves
assert np.isclose(white.sum(), rest.sum(), rtol=1e-3)
assert abs((f_energy + white).sum() / REAL.sum() - 1) < 0.05
assert white[:7].sum() < rest[:7].sum() / 2 and white[21:].sum() > 2 * rest[21:].sum()

# %% tags=["hide-input"]
# the picture: spectra, and what they look like
with style():
    fig = blank(6.6, 3.2)
    axes = fig.subplots()
    for name, energy, colour in (
        ("real", REAL, INK),
        ("decoded", f_energy, BLUE),
        ("left over", rest, RED),
        ("noise of p(x | z)", white, ORANGE),
    ):
        axes.semilogy(energy / WAVES, color=colour, label=name)
    axes.set(xlabel="ring", ylabel="energy of a wave", ylim=(1e-4, 100))
    axes.legend(fontsize=8)
figure(
    fig,
    caption="What is left over has the shape of the images. The noise of a Gaussian "
    "with one sigma is flat.",
    alt="Three falling curves and a flat one. The flat one lies below the curve of "
    "what is left over in long waves, and above the real images in short ones.",
)

# %% tags=["hide-input"]
# the picture: a mean image, and a sample around it
MEANS, FROM_PRIOR, FROM_FITTED, WITH_NOISE = range(4)
figure(
    draw_rows(
        {
            "mean f(z)": arrays["vae, images"][FROM_PRIOR],
            "sample of p(x | z)": arrays["vae, images"][WITH_NOISE],
        }
    ),
    caption="z from the prior. Above, what is usually called a sample of the VAE; below, a sample.",
    alt="Eight soft clothes, and the same under grey noise.",
)

# %% [markdown]
# Nobody would take the lower row for real. To put the energy where it belongs, either z says more, or the pixels of $p(x \mid z)$
# depend on each other given z: by a full covariance, or by a decoder that draws pixel after pixel.
#
# ## 6. Four cures, and what they cost
#
# Same images, same encoder and decoder, same 1000 minibatches, z of 32 numbers, three seeds. Each cure changes one thing:
#
# * **a smaller beta**, 0.1: z may say more;
# * **features**: the squared difference of what the first convolution of a classifier says is added to the loss, a *feature
#   reconstruction loss* ([Johnson et al. 2016]). Its weight, 1000, was chosen after a look at one short run;
# * **an adversary**: a discriminator of patches looks at reconstructions, [Esser et al. 2021]; section 7;
# * **codes**: the 32 numbers are 16 points of the plane, each replaced by the nearest of 64 codes, as in notebook 13.
#
# One more row is a control: the plain autoencoder, with beta = 0 and without noise.
#
# What we count: the squared error of a pixel; the *rate*, the KL in nats (for codes $16 \log 64 = 66.5$); $-$bound, the rate and the
# price of the pixels with the best sigma (7), comparable among these rows only; detail; the Fréchet distance of reconstructions and of
# samples to test images, in the features of *another* classifier than the one in the loss; processor seconds of the training, in
# units of the VAE's.
#
# Samples come from two priors: the one of the training, $N(0, I)$ or uniform codes, and one *fitted afterwards* to the z of
# training images: ten Gaussians ([Ghosh et al. 2020]), or masked convolutions for codes.
#
# **Predict, then run.** Which cure has the lowest squared error? Which one the most detail? Which one the best samples?
#
# <details><summary>Answer</summary>
#
# The adversary has by far the most detail, and the largest error. No other cure goes beyond a quarter of the real detail. The
# lowest errors are those of beta = 0.1 and of the autoencoder. With the prior of the training all samples are far off; with a
# fitted one those of the adversary are best.
#
# </details>
#
# [Johnson et al. 2016]: ../docs/bibliography.md#johnson2016
# [Esser et al. 2021]: ../docs/bibliography.md#esser2021
# [Ghosh et al. 2020]: ../docs/bibliography.md#ghosh2020

# %%
CURES = ("vae", "beta = 0.1", "features", "adversary", "codes")
CONTROLS = ("autoencoder",)
NUMBERS = {name: arrays[f"{name}, numbers"] for name in (*CURES, *CONTROLS)}  # a row for each seed
SHARPNESS = {name: shares(name)[:, 0] for name in NUMBERS}
second = NUMBERS["vae"][:, SECONDS].mean()
print("            error   rate  -bound  detail   Frechet distance of            seconds")
print("                                           again  samples  fitted prior   (VAE: 1)")
for name, rows in NUMBERS.items():  # means of the seeds
    numbers = rows.mean(axis=0)
    no_rate = name == "autoencoder"
    price = "     -       -" if no_rate else f"{numbers[RATE]:6.1f} {numbers[BOUND]:7.0f}"
    print(f"{name:11s} {numbers[ERROR]:.4f} {price} {SHARPNESS[name].mean():7.0%}", end="")
    print(f" {numbers[AGAIN]:8.3f} {numbers[SAMPLES]:8.3f} {numbers[FITTED]:9.3f}", end="")
    print(f" {numbers[SECONDS] / second:12.1f}")
floor, floor_blurred = arrays["distance of training images"]
print(f"training images: {floor:.3f}; the same, blurred by a pixel: {floor_blurred:.3f}")
print("by seed:     error / VAE's      detail            fitted prior")
for name, rows in NUMBERS.items():
    columns = rows[:, ERROR] / NUMBERS["vae"][:, ERROR], SHARPNESS[name], rows[:, FITTED]
    print(name.ljust(11), *("  " + " ".join(f"{one:5.2f}" for one in column) for column in columns))

# %% tags=["hide-input"]
# what the text says of the rows, on every seed
ratio = {name: rows[:, ERROR] / NUMBERS["vae"][:, ERROR] for name, rows in NUMBERS.items()}
rates = {name: rows[:, RATE] / NUMBERS["vae"][:, RATE] for name, rows in NUMBERS.items()}
priced = {name: rows[:, BOUND] for name, rows in NUMBERS.items() if name != "autoencoder"}
others = [name for name in NUMBERS if name != "adversary"]


def within(values, least, most):
    """Whether the values of all seeds lie between two numbers."""
    return least < values.min() and values.max() < most


assert within(SHARPNESS["adversary"], 0.7, 0.8)
assert all(within(SHARPNESS[name], 0.15, 0.25) for name in others)
assert (
    within(shares("adversary").sum(axis=1), 1.85, 2.1) and (shares("adversary")[:, 1] > 1.15).all()
)
assert within(ratio["adversary"], 1.4, 1.55) and within(ratio["codes"], 1.03, 1.06)
assert within(ratio["beta = 0.1"], 0.87, 0.92) and within(ratio["features"], 0.9, 0.93)
assert within(ratio["autoencoder"], 0.84, 0.89)
assert (NUMBERS["autoencoder"][:, ERROR] > arrays["PCA, 32, numbers"][0]).all()
assert within(priced["adversary"] - priced["vae"], 150, 175)
assert abs(SHARPNESS["features"] - SHARPNESS["beta = 0.1"]).max() < 0.01
assert within(rates["features"], 1.3, 1.37) and within(rates["beta = 0.1"], 2.9, 3.05)
for name in ("vae", "beta = 0.1", "features", "adversary"):
    assert (NUMBERS[name][:, FITTED_RATE] < 0.5 * NUMBERS[name][:, RATE]).all()
assert abs(NUMBERS["codes"][:, FITTED_RATE] / NUMBERS["codes"][:, RATE] - 0.5).max() < 0.02
for row in range(len(ratio["vae"])):
    assert min(NUMBERS, key=lambda name: NUMBERS[name][row, FITTED]) == "adversary"
    assert min(priced, key=lambda name: priced[name][row]) == "features"
    assert max(priced, key=lambda name: priced[name][row]) == "adversary"
assert all((rows[:, FITTED] < rows[:, SAMPLES] / 4).all() for rows in NUMBERS.values())
assert (NUMBERS["vae"][:, SAMPLES] > 10 * floor_blurred).all()
assert (NUMBERS["vae"][:, FITTED] < floor_blurred).all() and floor_blurred > 10 * floor

# %% tags=["hide-input"]
# the picture: what the cures give back, and what they make up
figure(
    draw_rows(
        {
            "real": arrays["test images"],
            **{name: arrays[f"{name}, images"][MEANS] for name in CURES},
        }
    ),
    caption="Reconstructions.",
    alt="Six rows of eight clothes: real ones, then reconstructions, soft but for the "
    "gritty ones of the adversary.",
)

# %% tags=["hide-input"]
# the picture of the samples
figure(
    draw_rows(
        {
            **{name: arrays[f"{name}, images"][FROM_PRIOR] for name in (*CURES, "autoencoder")},
            **{
                f"{name}, fitted": arrays[f"{name}, images"][FROM_FITTED]
                for name in (*CURES, "autoencoder")
            },
        }
    ),
    caption="Samples: z from the prior of the training, and from one fitted afterwards.",
    alt="Twelve rows of eight pictures: six rows of grey clouds, then six rows of clothes.",
)

# %% [markdown]
# Three seeds agree on all that follows. They share the networks, the images and the length of the training, so it is still an
# example of *these* settings.
#
# **A smaller beta.** z says more: the rate is three times the VAE's, and the error about 10 % lower. The bound is worse, since beta = 1
# is what it is best for. The detail hardly rises. The autoencoder pays no price on z, and shows why: its error is above that of PCA
# with as many numbers. So after this short training the decoder is still far from $f^*$, and the nats of z are not all that is missing.
#
# **Features.** The error falls by 8 to 9 %, and the distance of reconstructions falls too, for twice the seconds. But look at the rate: it
# rises by a third. A further term of reconstruction acts as a smaller beta, too. Here even the bound gains; we did not look into
# why. The detail is that of beta = 0.1, so these runs do not show a merit of the features beyond that.
#
# **An adversary.** It has three quarters of the detail, half the distance, and 1.45 to 1.52 times the error of the VAE. Decoded and
# left over add up to about 200 % of the detail. By (4) the best decoder has 100 %. What is left over alone is 119 to 127 %: in
# short waves an image without any detail would be closer to x. So this is not the detail of *this* image; most of it is made up, and
# it looks like grit. In nats it is the worst row, 154 to 170 behind the VAE, and it takes more than three times as long. Where the detail is evidence,
# in a scan say, that is not a cure.
#
# **Codes.** They have nearly the detail of the VAE, and 5 % more error. Quantising does not sharpen: by (3) the best decoder is still an
# average, of the images that share the codes. What codes change is the prior. Uniform codes cost 66.5 nats, and the fitted prior
# halves that. But a fitted prior more than halves the rate of each Gaussian too. And it lowers the distance of samples by a factor of
# four and more in every row, which no cure does.
#
# The last two columns are a lesson of their own. Real images, blurred by a pixel, are at 13.7. Samples of the VAE with $N(0, I)$ are
# more than ten times farther away. With a fitted prior the same decoder, as soft as before, comes below 13.7. **In these runs most of
# the distance of samples is due to the prior, not to blur.**
#
# **Now you.** Exercise 48: the Frechet distance, by which this table judges. Exercise 49: two shares that say *why* a distance is
# large, precision and recall.

# %%
check("48")

# %%
check("49")

# %% [markdown]
# ## 7. An adversary, in three steps
#
# There are three sets of parameters: encoder, decoder, discriminator. And there are two losses, of which no one may reach all three:
#
# $$
# \begin{aligned}
# \hat x &= f(z), \; z \sim q(z \mid x) && \text{step 1: reconstruct} && (8) \\
# L_D &= \tfrac12 \mathbb{E} \max(0, 1 - D(x)) + \tfrac12 \mathbb{E} \max(0, 1 + D(\mathrm{sg}[\hat x])) && \text{step 2: teach D} && (9) \\
# L &= -\log p(x \mid z) + \beta\, \mathrm{KL} - \lambda\, \mathbb{E}\, D(\hat x) && \text{step 3: teach encoder and decoder} && (10) \\
# \lambda &= \frac{\lVert \nabla_{w} \log p(x \mid z) \rVert}{\lVert \nabla_{w}\, \mathbb{E}\, D(\hat x) \rVert + 10^{-4}} && \text{w: the last layer; Esser et al. 2021, eq. 7} && (11)
# \end{aligned}
# $$
#
# D is a number for each patch, positive for real ones. In (9) the reconstruction is held fixed (sg). In (10) the parameters of D are.
# (11) makes both gradients of equal size where they meet the decoder, so no weight has to be found by trial.

# %%
from paper.vqgan.adversary import discriminator_step, generator_step

source(discriminator_step)
source(generator_step)

# %% [markdown]
# **Predict, then run.** Which of the three sets gets a gradient from (9), and which from (10)? And what would the decoder be taught by
# (9) if the sg were forgotten, and one optimiser held all parameters?
#
# <details><summary>Answer</summary>
#
# (9) teaches the discriminator alone, (10) encoder and decoder. Without sg the decoder gets the gradient of $\tfrac12 \mathbb{E} D(\hat x)$ from (9)
# wherever the hinge is active. That is $-\tfrac12$ times what it gets from $-\mathbb{E} D(\hat x)$ in (10): it is taught to be *found out*.
#
# </details>

# %%
from paper.vae.vae import VAE
from paper.vqgan.adversary import PatchDiscriminator, discriminator_loss, generator_loss

vae = VAE(MLP(hidden=64, latents=8, likelihood="gaussian"))
draw_parameters(vae, SEED)
D = PatchDiscriminator(1, 8, 2, SEED)
x = torch.from_numpy(digits[:64].reshape(-1, 1, 28, 28)).float()
mean, log_variance = vae.encode(x)
eps = torch.from_numpy(normal(SEED, Stream.NOISE, 0, (64, 8))).float()
p = vae.likelihood(vae.decode(mean + torch.exp(0.5 * log_variance) * eps))  # step 1
reconstruction = -p.log_prob(x).sum((1, 2, 3)).mean()
losses = {
    "(9)": discriminator_step(D, x, p.mean),
    "(10)": generator_step(D, p.mean, reconstruction, vae.decoder.logits.weight, factor=1.0),
    "(9) without sg": discriminator_loss(D(x), D(p.mean)),
}

# %%
SETS = {"encoder": vae.encoder, "decoder": vae.decoder, "discriminator": D}


def gradient(loss, module):
    """All gradients of a loss in one row; 0 where there is none."""
    parts = list(module.parameters())
    found = torch.autograd.grad(loss, parts, retain_graph=True, allow_unused=True)
    rows = [torch.zeros_like(a) if g is None else g for a, g in zip(parts, found, strict=True)]
    return torch.cat([row.flatten() for row in rows])


print("gradient norm of", *(name.rjust(14) for name in SETS))
for name, loss in losses.items():
    norms = [gradient(loss, module).norm().item() for module in SETS.values()]
    print(name.ljust(16), *(f"{norm:14.4f}" for norm in norms))
wrong = gradient(losses["(9) without sg"], vae.decoder)
right = gradient(generator_loss(D(p.mean)), vae.decoder)
cosine = torch.cosine_similarity(wrong, right, dim=0)
print(f"cosine of what (9) without sg and (10) teach the decoder: {cosine:.4f}")

# %% tags=["hide-input"]
# who is reached by which loss; without sg the decoder is taught the opposite
reached = {
    name: [gradient(loss, m).norm() > 0 for m in SETS.values()] for name, loss in losses.items()
}
assert reached["(9)"] == [False, False, True] and reached["(10)"] == [True, True, False]
assert reached["(9) without sg"] == [True, True, True]
assert cosine < -0.9  # -1 but for the patches that lie beyond the hinge

# %% [markdown]
# **Now you.** Exercise 34: the adversarial step.

# %%
check("34")

# %% [markdown]
# ## Summary
#
# 1. The best decoder of a squared error is the average of the images that share a z (3): it lacks exactly the detail that z does not
#    say (4).
# 2. Sigma and beta do not change the best decoder for a given q; they decide what z says.
# 3. A sample of $p(x \mid z)$ has the energy of real images in the wrong waves: it is noisy.
# 4. To look right at a given z costs up to twice the squared error (5). The adversary paid 1.45 to 1.52 times the VAE's error, and most of its detail is made up.
# 5. Smaller beta, features and codes sharpened little in these runs. What helped samples most was a prior fitted to z.
#
# ## Checklist
#
# - [ ] I can derive (3), and say when the average is of one image only.
# - [ ] I can say what a blur measure sees, and which second number must stand beside it.
# - [ ] I can name what each of the four cures costs.
# - [ ] I can say which parameters (9) and (10) may change, and what goes wrong without sg.
#
# ## Exercises
#
# * [34, an adversarial step](../exercises/34_adversarial_step/README.md)
# * [48, the Frechet distance](../exercises/48_frechet_distance/README.md)
# * [49, precision and recall of samples](../exercises/49_precision_and_recall/README.md)
# * On paper: which decoder is best for the *absolute* error of a pixel? Draw it for the edges of section 2, and compute its squared
#   error.
# * On paper: derive (5) from (3).
# * In code: train a way of your own, `Trained(Way(latents=64), ...)` of
#   [the study](../course/lesson/studies/sharpness/training.py). Predict its row first.
#
# ## Further reading
#
# * [Blau & Michaeli 2018], *The Perception-Distortion Tradeoff*: (5), and why no decoder has both.
# * [Esser et al. 2021], section 3.1: codes, features and an adversary together.
# * [Larsen et al. 2016]: the discriminator's own features in place of pixels.
# * [Ghosh et al. 2020]: autoencoders without noise, and a prior fitted afterwards.
#
# Next: [15 The autoencoder of Stable Diffusion](15_the_autoencoder_of_stable_diffusion.ipynb).
#
# [Blau & Michaeli 2018]: ../docs/bibliography.md#blau2018
# [Esser et al. 2021]: ../docs/bibliography.md#esser2021
