# ---
# jupyter:
#   course:
#     week: 5 Discrete latents and sharp images
#     part: variants
#     gives: the VAE inside of Stable Diffusion, piece by piece
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
# # 15 The autoencoder of Stable Diffusion
#
# > **What you will be able to do**
# >
# > * read the autoencoder of Stable Diffusion as the VAE that you know, and name what is new in it;
# > * say where each halving happens, and why its padding stands on two sides only;
# > * write group normalisation with its pullback;
# > * explain why its KL has a weight of one millionth, and what that does to the latents;
# > * derive the scale factor 0.18215, and show what a wrong one does.
# >
# > **Time:** 60 minutes to read, {running} to run, 90 more for the exercises.
# > **Prerequisites:** notebooks 05 to 08.
# >
# > **Serves the checklist item:** visualise the latent space.

# %%
import numpy as np
import torch

from course.lesson import Stream, check, figure, generator, load, normal, slider, source
from paper.autoencoder_kl.model import AutoencoderKL, Configuration

SEED = 0

# %% [markdown]
# ## 1. A VAE whose latents are an image
#
# Stable Diffusion does not make pixels. Its diffusion model makes *latents*, and a decoder turns them into a picture
# ([Rombach et al. 2022]). Encoder and decoder are a VAE:
#
# $$
# \begin{aligned}
# q(z \mid x) &= \mathcal N\bigl(z; \mu(x), \operatorname{diag} \sigma^2(x)\bigr)
# && \text{notebook 01; here } \mu, \sigma \text{ and } z \text{ are small images} && (1) \\
# L(x) &= \lVert x - D(z) \rVert_1 + \lambda\, \mathrm{KL}\bigl(q(z \mid x) \,\Vert\, \mathcal N(0, I)\bigr)
# && \text{Rombach et al. 2022, section 3.1, without two of its terms} && (2)
# \end{aligned}
# $$
#
# The absolute error is a negative log likelihood, that of a Laplace distribution with scale 1, up to a constant. The two terms
# that are left out make the pictures sharp: a perceptual distance, and a critic.
#
# **Predict, then run.** A picture has 512 x 512 pixels in three colours. Its latents have 4 channels, and one place for each
# block of 8 x 8 pixels. By which factor are they fewer numbers? And which half has more parameters, encoder or decoder?
#
# <details><summary>Answer</summary>
#
# 786,432 numbers become 16,384: a factor of 48. The decoder is the larger half, 49 million parameters against 34 million: it
# has three residual blocks at each resolution, where the encoder has two.
#
# </details>
#
# The network is built below with the sizes of Stable Diffusion, on torch's device *meta*. Tensors there have a shape and no
# numbers, so it takes no memory, and no weights are needed.
#
# [Rombach et al. 2022]: ../docs/bibliography.md#rombach2022

# %%
with torch.device("meta"):
    large = AutoencoderKL(Configuration())
    picture = torch.empty(1, 3, 512, 512)
    latents = large.encode(picture).mean


def count(module):
    """The number of parameters."""
    return sum(parameter.numel() for parameter in module.parameters())


print(f"{picture.numel():,} numbers become {latents.numel():,}: {tuple(latents.shape)}")
print(f"{len(large.state_dict())} tensors with {count(large):,} parameters:")
for name, part in large.named_children():
    print(f"{name:16s} {count(part):12,}")

# %% tags=["hide-input"]
# as many tensors and parameters as the file of Stable Diffusion has
assert (len(large.state_dict()), count(large)) == (248, 83_653_863)
assert (count(large.encoder), count(large.decoder)) == (34_163_592, 49_490_179)
assert picture.numel() / latents.numel() == 48
assert tuple(large.decode(latents).shape) == (1, 3, 512, 512)

# %% [markdown]
# For the experiments of this notebook there is a small one: two halvings in place of three, 61,239 parameters, digits of 28 x
# 28 pixels with a margin of 2. It was trained twice, with two weights of the KL, and comes with the course. Every statement
# about the two is an example of one run each.

# %%
from common.data.batches import batch_indices
from course.lesson.kept import kept
from paper.autoencoder_kl.experiment import cut, padded
from paper.autoencoder_kl.model import loss
from paper.kit.initial import draw_parameters
from paper.kit.steps import descend, geometric

SMALL = Configuration(widths=(8, 16, 16), channels=1, latents=2, blocks=1, groups=4)
WEIGHTS = (1e-6, 1.0)
digits = load("digits")


def train(kl_weight, steps=600, M=32):
    """Minimise (2) on the training digits."""
    model, images = AutoencoderKL(SMALL), digits.train.images[:]
    draw_parameters(model, SEED)
    optimizer = torch.optim.Adam(model.parameters())
    for step in range(steps):
        x = padded(images[batch_indices(SEED, step, len(images), M)])
        eps = torch.from_numpy(normal(SEED, Stream.NOISE, step, (M, 2, 8, 8))).float()
        step_size = geometric(4e-3, 1e-4, step / steps)
        descend(loss(model, x, eps, kl_weight).mean(), optimizer, step_size, clip_norm=100)
    return model


def train_both():
    """Return the parameters of both, by weight and name."""
    states = {weight: train(weight).state_dict() for weight in WEIGHTS}
    return {
        f"{weight}/{name}": one.numpy()
        for weight in WEIGHTS
        for name, one in states[weight].items()
    }


# %%
arrays = kept("15_autoencoders", train_both)
models = {weight: AutoencoderKL(SMALL) for weight in WEIGHTS}
for weight, model in models.items():
    model.load_state_dict(
        {name: torch.from_numpy(arrays[f"{weight}/{name}"]) for name in model.state_dict()}
    )

x = padded(digits.test.images[:])
eps = torch.from_numpy(normal(SEED, Stream.EVALUATION_NOISE, 0, (len(x), 2, 8, 8))).float()
with torch.no_grad():
    q = {weight: model.encode(x) for weight, model in models.items()}
    z = {weight: q[weight].sample(eps) for weight in WEIGHTS}
    again = {weight: model.decode(z[weight]) for weight, model in models.items()}


def psnr(one, other):
    """Peak signal-to-noise ratio in decibels, a mean over images, without the margin."""
    return float(-10 * (cut(one) - cut(other)).square().mean(1).log10().mean())


for weight in WEIGHTS:
    print(f"weight {weight:g}: {psnr(x, again[weight]):.1f} dB on {len(x)} test images")

# %% tags=["hide-input"]
# the shipped parameters are those of trained models
assert count(models[1.0]) == 61_239
assert psnr(x, again[1e-6]) > 27 and 20 < psnr(x, again[1.0]) < 25  # found 28.3 and 22.4

# %% [markdown]
# ## 2. Where each halving happens
#
# The encoder has four levels. A level is two residual blocks, and between two levels a convolution with a kernel of 3 and
# stride 2 halves height and width. The middle works at the lowest resolution. The decoder is its mirror image: where the
# encoder halves, it copies every pixel four times and smooths the result by a convolution.


# %%
def watch(module, of, what):
    """Print the shape that a module returns."""
    module.register_forward_hook(
        lambda *args: print(f"{of:8s} {what:10s} {tuple(args[2].shape[1:])}")
    )


for half, levels in (("encoder", large.encoder.down_blocks), ("decoder", large.decoder.up_blocks)):
    for number, level in enumerate(levels, 1):
        watch(level, half, f"level {number}")
watch(large.encoder.mid_block, "encoder", "middle")
watch(large.decoder.mid_block, "decoder", "middle")
large.decode(large.encode(picture).mean)
# %% [markdown]
# The level's shape is printed after its halving, or doubling. Three halvings make the factor 8.
#
# How is the border treated? The usual padding is one row of zeros on each side. This layer has one below and one on the right,
# and none above and on the left. Output r then sees other rows:
#
# $$
# \begin{aligned}
# \text{zeros on all sides:} \quad & 2r - 1,\; 2r,\; 2r + 1 && \text{centre } 2r && (3) \\
# \text{zeros below and on the right:} \quad & 2r,\; 2r + 1,\; 2r + 2 && \text{centre } 2r + 1 && (4)
# \end{aligned}
# $$
#
# Source: the authors' code, which calls `F.pad(x, (0, 1, 0, 1))`. Both have the same shape. With even sizes the lower zeros of (3)
# are never seen, so (3) is the same as zeros above and on the left alone.
#
# **Predict, then run.** The image is a ramp: pixel (row, column) has the value *column*. The kernel takes the mean over three
# columns. Which values do the first outputs have under (3) and (4), away from the border? And how far apart are the two after
# three such layers, in pixels of the image?
#
# <details><summary>Answer</summary>
#
# The mean is the centre: 0, 2, 4, ... under (3), 1, 3, 5, ... under (4). They differ by one pixel, which is half a pixel of
# the output. The next layer adds a difference of one of *its* pixels, 2 of the image, and the third 4: 1 + 2 + 4 = 7.
#
# </details>

# %%
import torch.nn.functional as F

from paper.autoencoder_kl.model import downsample

source(downsample)

# %%
ramp = torch.arange(64.0).expand(1, 1, 64, 64)
kernel = torch.zeros(1, 1, 3, 3)
kernel[..., 1, :] = 1 / 3


def halve(image, two_sided):
    """The mean over three columns, with stride 2, padded as in (4) or as in (3)."""
    sides = (0, 1, 0, 1) if two_sided else (1, 1, 1, 1)
    return F.conv2d(F.pad(image, sides), kernel, stride=2)


two_sided, usual = ramp, ramp
for level in range(1, 4):
    two_sided, usual = halve(two_sided, True), halve(usual, False)
    print(
        f"after {level}: {tuple(two_sided.shape)} and {tuple(usual.shape)}",
        end="; columns 3 and 4 see ",
    )
    print(f"{two_sided[0, 0, 4, 3:5].tolist()} and {usual[0, 0, 4, 3:5].tolist()}")
difference = float((two_sided - usual)[0, 0, 4, 3])
print(f"difference after three layers: {difference:.0f} pixels of the image")

# %% tags=["hide-input"]
# the same shapes; 7 pixels apart
assert two_sided.shape == usual.shape
assert abs(difference - 7) < 1e-4

# %% [markdown]
# So the wrong padding raises no error, and no shape betrays it. What does it do to a trained model? The small one has two
# such layers. Here are its latents with the right padding and with the usual one, both decoded by the same decoder.
#
# **Predict, then run.** By how many pixels are the digits moved, and in which direction?
#
# <details><summary>Answer</summary>
#
# By 1 + 2 = 3 pixels, down and to the right: output r now sees what lies further up and to the left, so everything in the
# picture comes to stand at a larger index. The lowest strokes leave the picture, or are damaged.
#
# </details>


# %%
def usual_padding(model):
    """Return the model with zeros on all four sides of its halvings, and otherwise unchanged."""
    other = AutoencoderKL(SMALL)
    other.load_state_dict(model.state_dict())
    for module in other.modules():
        if isinstance(module, torch.nn.ZeroPad2d):
            module.padding = (1, 1, 1, 1)
    return other


with torch.no_grad():
    wrong = models[1e-6].decode(usual_padding(models[1e-6]).encode(x).mean)
    right = models[1e-6].decode(q[1e-6].mean)


def move(images, down, across):
    """Move images; what leaves on one side comes in on the other."""
    return torch.roll(images, (down, across), (2, 3))


moves = [(down, across) for down in range(-5, 6) for across in range(-5, 6)]
moved = min(moves, key=lambda one: float((move(right, *one) - wrong).abs().mean()))
print(f"decoded with the usual padding: moved by {moved}, {psnr(wrong, x):.1f} dB")
print(f"decoded with that of training:  {psnr(right, x):.1f} dB")

# %% tags=["hide-input"]
# moved down and to the right by 3 pixels
assert moved == (3, 3)
assert psnr(wrong, x) < psnr(right, x) - 8

# %% tags=["hide-input"]
# the picture
from common.plots.cells import draw_cells, name_cells
from common.plots.pixels import colour_images, margin_of
from common.plots.style import BLUE, RED, blank, style


def show_rows(rows, columns=12, name_width=1.5):
    """A figure with a row of images for each name."""
    shown = torch.cat([(one[:columns] + 1) / 2 for one in rows.values()]).clamp(0, 1)
    pixels = colour_images("images", shown.detach().numpy())
    with style():
        fig = blank(columns * 0.62 + name_width, len(rows) * 0.62)
        axes = fig.subplots()
        draw_cells(axes, pixels, columns, margin_of(pixels))
        name_cells(axes, "y", list(rows), 0.62)
    return fig


figure(
    show_rows({"x": x, "two sides": right, "four sides": wrong}),
    caption="Digits, decoded with the padding of training, and with the usual one.",
    alt="Three rows of digits. The second row is like the first; in the third the same digits lie "
    "further down and to the right, and their lowest strokes are damaged.",
)

# %% [markdown]
# **Now you.** Exercise 36: this layer with its pullback.

# %%
check("36")

# %% [markdown]
# ## 3. Group normalisation
#
# Before nearly every convolution the numbers are normalised ([Wu & He 2018]). The channels of an image are cut into groups, 32
# in Stable Diffusion. For the set $S$ of the $m$ numbers of one group in one image,
#
# $$
# \begin{aligned}
# \mu &= \frac{1}{m} \sum_{k \in S} x_k, \quad \sigma^2 = \frac{1}{m} \sum_{k \in S} (x_k - \mu)^2
# && \text{section 3.1 there} && (5) \\
# y_i &= w_c \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}} + b_c
# && \text{with a weight and a bias for each channel } c && (6)
# \end{aligned}
# $$
#
# The pullback has two terms besides the obvious one, because $\mu$ and $\sigma^2$ depend on every number of the group. At level
# 1 it is written out.
#
# [Wu & He 2018]: ../docs/bibliography.md#wu2018

# %%
from numpy_impl.group_norm import group_norm

source(group_norm)

# %% [markdown]
# **Predict, then run.** Torch's own $\epsilon$ is $10^{-5}$, that of Stable Diffusion $10^{-6}$. A port forgets that. By how much
# is y wrong where the standard deviation of a group is 1, and where it is 0.003?
#
# <details><summary>Answer</summary>
#
# The ratio is $\sqrt{(\sigma^2 + 10^{-6}) / (\sigma^2 + 10^{-5})}$. At 1 it is smaller than 1 by 4.5 millionths, which nobody sees. At 0.003
# the variance is 9 millionths, and y is 27 % too small. Whether there are such groups depends on the weights and on
# the picture. No shape and no error tells you.
#
# </details>

# %%
rng = generator(SEED, Stream.PICTURE, 0)
ones, zeros = np.ones(6), np.zeros(6)
too_small = {}
for std in (1.0, 0.003):
    images = rng.standard_normal((2, 6, 40, 40))
    images *= std / images.std()
    mine, theirs = (group_norm(images, ones, zeros, 3, epsilon)[0] for epsilon in (1e-6, 1e-5))
    too_small[std] = 1 - theirs.std() / mine.std()
    print(f"standard deviation {std:g}: y is too small by {too_small[std]:.2g}")

# %% tags=["hide-input"]
# epsilon; no image depends on the others of its batch; level 1 is the layer of the model
assert abs(too_small[1.0] - 4.5e-6) < 1e-7
assert 0.26 < too_small[0.003] < 0.28
alone = group_norm(images[:1], ones, zeros, 3, 1e-6)[0]
np.testing.assert_allclose(mine[:1], alone)
layer = models[1.0].encoder.conv_norm_out
h = torch.from_numpy(rng.standard_normal((2, 16, 8, 8))).float()
by_hand = group_norm(
    h.numpy(), *(one.detach().numpy() for one in layer.parameters()), 4, layer.eps
)[0]
np.testing.assert_allclose(by_hand, layer(h).detach().numpy(), atol=1e-4)
assert layer.eps == 1e-6

# %% [markdown]
# Two more pieces, and the network is complete. The activation is *swish*, also called SiLU. *Attention* ([Vaswani et al.
# 2017]), with a single head, stands in the middle only: every place asks all others what they hold.
#
# $$
# \begin{aligned}
# \operatorname{swish}(x) &= x\, \operatorname{sigmoid}(x) && \text{smooth, and not monotonic} && (7) \\
# \operatorname{attention}(x) &= x + \operatorname{softmax}\Bigl( \frac{Q K^\top}{\sqrt C} \Bigr) V
# && \text{Vaswani et al. 2017, eq. 1; rows are places, C channels} && (8)
# \end{aligned}
# $$
#
# Q, K and V are linear maps of the normalised x, and the result passes one more before it is added. The matrix in (8) has a
# row and a column for each place.
#
# **Predict, then run.** How many numbers does it have at the resolution of the latents, 64 x 64, and how many would it have at 512 x 512?
#
# <details><summary>Answer</summary>
#
# $4{,}096^2$, 17 million, and $262{,}144^2$, 69 billion: 4,096 times as many. That is why it stands at the lowest resolution.
#
# </details>
#
# [Vaswani et al. 2017]: ../docs/bibliography.md#vaswani2017

# %%
attention = models[1.0].encoder.mid_block.attentions[0]
with torch.no_grad():
    places = attention.group_norm(h).flatten(2).mT  # (images, places, channels)
    Q, K, V = (part(places) for part in (attention.to_q, attention.to_k, attention.to_v))
    shares = (Q @ K.mT / 16**0.5).softmax(dim=2)  # of each place: how it divides its attention
    written_out = h + attention.to_out(shares @ V).mT.unflatten(2, (8, 8))
print(
    f"shares of attention: {tuple(shares.shape)}, a row adds up to {float(shares[0, 0].sum()):.3f}"
)
for side in (64, 512):
    print(f"{side} x {side} places: {side**4:,} numbers")

# %% tags=["hide-input"]
# (8) is the layer, and (7) the activation
torch.testing.assert_close(written_out, attention(h).detach())
assert 512**4 / 64**4 == 4096 and 64**4 == 4096**2
torch.testing.assert_close(h * h.sigmoid(), F.silu(h))

# %% [markdown]
# **Now you.** Exercise 35: group normalisation, forward and backward.

# %%
check("35")

# %% [markdown]
# ## 4. A KL with the weight of one millionth
#
# The KL is the one that you know, for every place and channel of the latents:
#
# $$
# \mathrm{KL} = \frac12 \sum_{c, i, j} \bigl( \mu_{cij}^2 + \sigma_{cij}^2 - 1 - \log \sigma_{cij}^2 \bigr)
# \qquad \text{notebook 03} \quad (9)
# $$
#
# In (2) it is a *sum* over latents, and the error is a sum over pixels. Stable Diffusion's $\lambda = 10^{-6}$ belongs to these sums. Many
# programs take means in place of sums, over the $P$ numbers of the picture and the $Z$ numbers of the latents. Their weight
# $\lambda'$ means something else:
#
# $$
# \frac{1}{P} \lVert x - D(z) \rVert_1 + \frac{\lambda'}{Z} \mathrm{KL}
# \;\propto\; \lVert x - D(z) \rVert_1 + \lambda' \frac{P}{Z} \mathrm{KL}
# \qquad \lambda = \lambda' P / Z = 48\, \lambda' \text{ at Stable Diffusion's sizes} \quad (10)
# $$
#
# A program that takes the mean of the KL alone, and the sum of the error, divides it by $Z$: 16,384 for a picture of 512 x 512.
#
# What does such a weight leave of the KL? Here are the two small models.
#
# **Predict, then run.** What standard deviation do the sampled latents have with $\lambda = 1$, as in the ELBO? Is it larger or smaller
# with $10^{-6}$? And what about $\sigma$, the noise of the posterior?
#
# <details><summary>Answer</summary>
#
# With $\lambda = 1$ nearly 1: the mean over x of $q(z \mid x)$ lies near N(0, I). With $10^{-6}$ the latents are larger, and their noise
# nearly nothing: only the KL asks for noise, and the error is smaller without it. It is an autoencoder with a
# little noise.
#
# </details>

# %%
table = {}
print("weight      PSNR   KL, nats   std of z   std of means   mean sigma")
for weight in WEIGHTS:
    sigma = (q[weight].logvar / 2).exp().mean()
    numbers = (q[weight].kl().mean(), z[weight].std(), q[weight].mean.std(), sigma)
    table[weight] = [psnr(x, again[weight]), *map(float, numbers)]
    print(
        f"{weight:<8g} {{:7.1f}} {{:10.1f}} {{:10.2f}} {{:14.2f}} {{:12.2f}}".format(*table[weight])
    )

# %% tags=["hide-input"]
# z of the ELBO has standard deviation 1, most of it noise; with one millionth it has hardly any
assert abs(table[1.0][2] - 1) < 0.05 < 0.8 < table[1.0][4]
assert table[1e-6][2] > 1.3 and table[1e-6][4] < 0.1
assert table[1e-6][1] > 20 * table[1.0][1]
torch.testing.assert_close(  # (9) by torch
    q[1.0].kl(),
    torch.distributions.kl_divergence(
        torch.distributions.Normal(q[1.0].mean, (q[1.0].logvar / 2).exp()),
        torch.distributions.Normal(torch.zeros(2, 8, 8), torch.ones(2, 8, 8)),
    ).sum((1, 2, 3)),
    rtol=1e-4,
    atol=1e-2,
)

# %% tags=["hide-input"]
# the picture: copies, and what N(0, I) decodes to
with torch.no_grad():
    drawn = {weight: model.decode(eps[:12]) for weight, model in models.items()}
figure(
    show_rows(
        {
            "x": x,
            "1e-6: copy": again[1e-6],
            "1: copy": again[1.0],
            "1e-6: N(0, I)": drawn[1e-6],
            "1: N(0, I)": drawn[1.0],
        }
    ),
    caption="Copies of digits by the two models, and the same samples of N(0, I), decoded by each.",
    alt="Five rows. Digits; sharp copies; blurred copies; noise without strokes; strokes of digits "
    "that make none.",
)

# %% [markdown]
# Copies are good with the small weight, and samples from N(0, I) show nothing. With $\lambda = 1$ copies lose detail, and most
# samples have the strokes of a digit without being one. N(0, I) samples every place independently of its neighbours. Either way a second model must learn
# how latents are distributed, as in [notebook 13](13_discrete_latents.ipynb). With that model at hand, the first one need not follow the
# prior. The paper's reason for the rest of the KL is that latents should not have an arbitrarily high variance (section 3.1).
#
# ## 5. The scale factor
#
# A diffusion model mixes its data with noise of variance 1. So its data should have variance 1 too, and the latents of Stable Diffusion
# do not. Its authors measured their standard deviation once, and multiply the latents by
#
# $$
# s = \frac{1}{\operatorname{std}(z)}, \quad z \sim q(z \mid x), \quad \text{over images, places and channels}
# \qquad \text{Rombach et al. 2022, appendix G} \quad (11)
# $$
#
# For Stable Diffusion $s = 0.18215$. The decoder gets $z / s$.
#
# **Predict, then run.** What standard deviation did its latents have? And for which of our two models is it a mistake to measure (11) on
# the posterior *means*?
#
# <details><summary>Answer</summary>
#
# $1 / 0.18215 = 5.49$. For the model with $\lambda = 1$: its sampled latents have variance 1, of which the means have less than a fifth. With
# $10^{-6}$ the noise is so small that means and samples have the same standard deviation.
#
# </details>

# %%
print(f"Stable Diffusion: {1 / 0.18215:.2f}")
for weight in WEIGHTS:
    by_channel = z[weight].transpose(0, 1).flatten(1).std(1)
    print(
        f"weight {weight:g}: s = {1 / z[weight].std():.3f}, means {1 / q[weight].mean.std():.3f}",
        end="; ",
    )
    print("std of each channel", *(f"{one:.2f}" for one in by_channel))

# %% tags=["hide-input"]
# means and samples agree at 1e-6, and differ by more than a factor of two at 1
ratio = {weight: float(z[weight].std() / q[weight].mean.std()) for weight in WEIGHTS}
assert ratio[1e-6] < 1.01 and ratio[1.0] > 2 and 1 / ratio[1.0] ** 2 < 0.2
assert round(1 / 0.18215, 2) == 5.49
per_channel = z[1e-6].transpose(0, 1).flatten(1).std(1)
assert per_channel.max() > 1.5 * per_channel.min()  # one number serves all channels

# %% [markdown]
# One number serves all channels, although theirs differ. It belongs to the weights: another autoencoder needs another, and
# `config.json` beside the weights says which. Forgotten on one side, the decoder gets latents that are 5.49 times too large or
# too small. If you have the file of the weights, try it:
#
# ```
# vae autoencoder encode photograph.jpg --weights vae/diffusion_pytorch_model.safetensors
# vae autoencoder decode latents.safetensors --weights vae/diffusion_pytorch_model.safetensors
# ```
#
# `encode` prints the standard deviation of the latents of your picture, after the factor. It need not be 1: (11) is over many
# pictures.
#
# Here is the small model with a factor forgotten. Move the slider: the latents are multiplied by it before they are decoded.


# %% tags=["hide-input"]
# the picture and its slider
def draw_scaled(times):
    with torch.no_grad():
        return show_rows({f"z times {times:g}": models[1e-6].decode(times * z[1e-6][:12])})


slider(
    draw_scaled,
    caption="Digits, decoded from latents that are too small or too large.",
    alt="A row of digits, pale where latents are too small, overdrawn where they are too large.",
    static=(0.18, 1.0, 5.5),
    times=[0.18, 0.3, 0.5, 1.0, 2.0, 3.0, 5.5],
)

# %% [markdown]
# ## 6. What diffusion asks of latents
#
# A diffusion model learns to tell the noise in a mixture, at any angle t between data and noise. Sampling begins at noise alone and
# takes small steps back, as in [Song et al. 2021]:
#
# $$
# \begin{aligned}
# z_t &= \cos(t)\, s z + \sin(t)\, \epsilon && \text{Rombach et al. 2022, section 3.2, with angles for time} && (12) \\
# z_{t'} &= \cos(t')\, \frac{z_t - \sin(t)\, \hat\epsilon}{\cos(t)} + \sin(t')\, \hat\epsilon
# && \text{Song et al. 2021, eq. 12 with } \sigma = 0 && (13)
# \end{aligned}
# $$
#
# If $s z$ has variance 1, so has $z_t$ at every t. For a distribution that is simple enough, the best $\hat\epsilon$ can be computed, so that
# errors of training play no part. Take latents of two numbers that lie in eight clusters on a ring, with
# variance 1. Given $z_t$, each cluster has a posterior probability, and $\hat\epsilon$ is the mean over them.
#
# **Predict, then run.** The denoiser is perfect. Is there a factor for which its samples are wrong all the same, with 50 steps? Too small,
# too large, both?
#
# <details><summary>Answer</summary>
#
# Both. *Too small:* beside the noise all eight clusters look like one point until the very last steps, and the last step jumps to
# their mean. *Too large:* in Stable Diffusion and here a little of the data is left at the last angle, 0.07 of it. With a factor of 30
# that is more than the noise, so $z_t$ has a standard deviation of 2.3 there, and sampling begins at 1.
#
# </details>
#

# %%
from paper.autoencoder_kl import diffusion

WIDTH = 0.12  # the standard deviation of a cluster
around = 2 * np.pi * np.arange(8) / 8
radius = np.sqrt(2 * (1 - WIDTH**2))  # so that both numbers have variance 1
centres = torch.from_numpy(radius * np.stack([np.cos(around), np.sin(around)], axis=1))


def best_denoiser(s):
    """The expected noise given z_t, where s z lies in the clusters."""

    def eps_hat(z_t, t):
        points, cos, sin = z_t[:, :, 0, 0], t[0].cos(), t[0].sin()
        variance = (cos * s * WIDTH) ** 2 + sin**2
        apart = points[:, None] - cos * s * centres
        p = (-apart.square().sum(2) / (2 * variance)).softmax(dim=1)
        return (sin * (p[:, :, None] * apart).sum(1) / variance)[:, :, None, None]

    return eps_hat


noise = torch.from_numpy(normal(SEED, Stream.NOISE, 0, (4000, 2, 1, 1)))
FACTORS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
samples = {s: diffusion.sample(best_denoiser(s), noise, 50)[:, :, 0, 0] / s for s in FACTORS}
near = {}
print("factor   std of samples   within 3 widths of a cluster   std of z_t at the last angle")
for s, drawn_points in samples.items():
    to_nearest = torch.cdist(drawn_points, centres).min(1).values
    near[s] = float((to_nearest < 3 * WIDTH).double().mean())
    at_end = np.hypot(s * np.cos(diffusion.END), np.sin(diffusion.END))
    print(f"{s:6g} {drawn_points.std():16.2f} {near[s]:30.0%} {at_end:30.2f}")

# %% tags=["hide-input"]
# good within a factor of three around 1; wrong at both ends
assert min(near[0.3], near[1.0], near[3.0]) > 0.95
assert near[0.1] < 0.85 and near[0.03] < 0.2 and samples[0.01].std() < 0.3
assert near[30.0] < 0.9 and samples[30.0].std() < 0.87
assert abs(np.cos(diffusion.END) - 0.07) < 0.002
assert abs(np.hypot(30 * np.cos(diffusion.END), np.sin(diffusion.END)) - 2.3) < 0.05


# %% tags=["hide-input"]
# the picture and its slider
def draw_samples(s):
    with style():
        fig = blank(3.2, 3.2)
        axes = fig.subplots()
        axes.plot(*samples[s][:1500].T.numpy(), ".", color=BLUE, markersize=1.5)
        axes.plot(*centres.T.numpy(), "+", color=RED, markersize=8)
        axes.set(
            title=f"factor {s:g}", xlim=(-2.1, 2.1), ylim=(-2.1, 2.1), xlabel="z[0]", ylabel="z[1]"
        )
        axes.set_aspect("equal")
    return fig


slider(
    draw_samples,
    caption="Samples of a perfect diffusion model, divided by the factor, and the clusters (red).",
    alt="Points about red crosses on a ring; with a small factor they lie within the ring, "
    "with a large one they are dragged inwards.",
    static=(0.03, 1.0, 30.0),
    factor=list(FACTORS),
)

# %% [markdown]
# A factor that is wrong by 3 does little harm to a perfect denoiser. What does it do to one that must learn? The course has trained a
# small diffusion model on latents of Fashion-MNIST four times, with nothing changed but the factor: one run each, half an hour in all.
#
# **Predict, then run.** The factors are 1 / std = 0.48, a tenth of it, ten times as much, and 1. Bring them into an order.
#
# <details><summary>Answer</summary>
#
# 1 / std is the best, and 1, which is near, the next. A tenth is worse, ten times far worse. For a perfect denoiser it was the
# other way round: ten times did hardly any harm.
#
# </details>

# %%
from common.tracked import ROOT
from paper.kit.results import measurements_in

(row,) = (
    one
    for one in measurements_in(ROOT / "paper" / "autoencoder_kl" / "results")
    if one.budget == "short" and one.protocol["kl_weight"] == 1e-6
)
measured = {quantity.name: quantity.ours for quantity in row.quantities}
FRECHET = "Frechet distance to test images, "
for name in ("1 / std", "1", "0.1 / std", "10 / std"):
    print(f"factor {name:10s} {measured[f'{FRECHET}samples, factor {name}']:6.1f}")
print(f"training images   {measured[FRECHET + 'training images']:6.1f}")

# %% tags=["hide-input"]
# in this order, and 1 / std is 0.48
distances = [
    measured[f"{FRECHET}samples, factor {name}"]
    for name in ("1 / std", "1", "0.1 / std", "10 / std")
]
assert distances == sorted(distances) and distances[2] > 2 * distances[0] > distances[1]
assert round(measured["scale factor, 1 / std of sampled latents"], 2) == 0.48

# %% [markdown]
# [The page of the paper](../paper/autoencoder_kl/README.md) shows the samples.
#
# In (12) time is an angle. [Ho et al. 2020] count it in steps: the s-th mixes in noise of variance $\beta_s$, and after t of them
# the square of the cosine is $\bar\alpha_t = (1 - \beta_1) \cdots (1 - \beta_t)$.
#
# **Now you.** Exercise 50: an image made noisy at once, and what the predicted noise costs.
#
# [Ho et al. 2020]: ../docs/bibliography.md#ho2020

# %%
check("50")

# %% [markdown]
# ## Summary
#
# 1. Stable Diffusion's autoencoder is a VAE (1) whose latents are an image: 4 channels, an eighth of the height and width.
# 2. Each halving is a convolution of stride 2 with zeros on two sides (4). The usual padding keeps the shape and moves the image.
# 3. Group normalisation (6) takes mean and variance over a group of channels in one image, never over the batch.
# 4. A KL with a weight of $10^{-6}$, on sums, leaves hardly any noise; the latents then have a size of their own.
# 5. The factor (11), 0.18215 there, brings sampled latents to variance 1, which diffusion asks for (12).
#
# ## Checklist
#
# - [ ] I can name the pieces of this network, and say at which resolution each of them works.
# - [ ] I can say which rows an output of the halving sees, and what the usual padding would change.
# - [ ] I can derive the pullback of group normalisation.
# - [ ] I can convert a KL weight between sums and means.
# - [ ] I can measure a scale factor, and say what goes wrong with one that is too small or too large.
#
# ## Exercises
#
# * [35, group normalisation, forward and backward](../exercises/35_group_normalisation/README.md)
# * [36, half the size, padded on two sides](../exercises/36_asymmetric_padding/README.md)
# * [50, a step of a diffusion model's training](../exercises/50_noising_step_and_loss/README.md)
# * On paper: in (12) the data have variance $v$. At which angle are signal and noise of the same size? Where does it move for
#   $v = 0.01$ and $v = 100$?
# * On paper: which $\lambda$ makes (2) an ELBO, if the scale of the Laplace distribution is $b$ in place of 1?
#
# ## Further reading
#
# * [Rombach et al. 2022], sections 3 and 4.1, appendix G.
# * [Wu & He 2018]: normalisations compared, for batches of different sizes.
# * [Esser et al. 2021]: the same networks with a codebook in place of the KL.
#
# Next: [16 Matching the prior](16_matching_the_prior.ipynb).
#
# [Rombach et al. 2022]: ../docs/bibliography.md#rombach2022
