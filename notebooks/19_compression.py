# ---
# jupyter:
#   course:
#     week: 8 What a VAE is good for
#     part: applications
#     gives: a file that is as long as the bound says
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
# # 19 Compression
#
# > **What you will be able to do**
# >
# > * say how many bits a symbol costs, and what a wrong model costs;
# > * push symbols on a stack of bits by hand, and pop them again;
# > * code an image with a VAE although nobody knows p(x), and get the bits of its latents back;
# > * name what a file is longer by than the bound;
# > * say why a decoder must compute the very same floats, and break one that does not.
# >
# > **Time:** 75 minutes to read, {running} to run, 100 more for the exercises.
# > **Prerequisites:** notebooks 01 to 03.
# >
# > **Serves the checklist item:** understand the ELBO derivation (as the length of a file).

# %%
import numpy as np

from course.lesson import Stream, check, figure, load, normal, shipped, source

SEED = 0

# %% [markdown]
# ## 1. What a nat costs on disk
#
# A *code* writes every symbol as a word of bits. No word may begin another one, or nobody could tell where it ends. Words of
# $l_1, l_2, \ldots$ bits exist exactly if $\sum_i 2^{-l_i} \le 1$: short words for some symbols make the others long. So a code
# is a probability distribution, $p_i = 2^{-l_i}$, and a distribution is a code:
#
# $$
# l(x) = -\log_2 p(x) \qquad \text{Shannon 1948} \quad (1)
# $$
#
# If the symbols come from $p_*$, the code of $p$ takes on average
#
# $$
# \begin{aligned}
# \mathbb{E}_{p_*}[-\log_2 p(x)] &= H(p_*) + \mathrm{KL}(p_* \,\Vert\, p) / \log 2 && \text{the cross-entropy} && (2)
# \end{aligned}
# $$
#
# bits: the entropy, and the KL on top, for a wrong model. A loss of notebook 03, $-\log p(x)$, *is* the length of a file in nats;
# a nat is $1 / \log 2 = 1.44$ bits.
#
# Ten symbols, by hand, with $p(A) = 1/2$, $p(B) = 1/4$, $p(C) = p(D) = 1/8$:
#
# | message | A | A | B | A | C | A | A | B | A | D | all |
# |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
# | bits | 1 | 1 | 2 | 1 | 3 | 1 | 1 | 2 | 1 | 3 | 16 |
#
# **Predict, then run.** How many bits with a code that takes all four symbols for equally probable? And with one that has
# B and D exchanged?
#
# <details><summary>Answer</summary>
#
# 20, two for each. With B and D exchanged: the two Bs cost 3 each, the D costs 2: 17.
#
# </details>

# %%
MESSAGE = "AABACAABAD"
P = {"A": 1 / 2, "B": 1 / 4, "C": 1 / 8, "D": 1 / 8}
models = {
    "p": P,
    "all alike": dict.fromkeys("ABCD", 1 / 4),
    "B and D exchanged": P | {"B": P["D"], "D": P["B"]},
}
lengths = {name: sum(-np.log2(p[one]) for one in MESSAGE) for name, p in models.items()}
for name, bits in lengths.items():
    print(f"{name:18s} {bits:4.0f} bits")

# %% tags=["hide-input"]
# the numbers of the table and of the answer
assert lengths == {"p": 16, "all alike": 20, "B and D exchanged": 17}

# %% [markdown]
# Words of whole bits waste some wherever $-\log_2 p$ is no whole number: a pixel that is white with probability 0.99 needs 0.0145
# bits, and the shortest word has one. So we need a coder that shares bits among symbols.
#
# ## 2. A coder that is a stack
#
# *Asymmetric numeral systems* ([Duda 2009]) keep the whole message in one number, the *head* $h$. Give every symbol a piece of the
# numbers 0 to $M - 1$, that begins at $s$ and is $f$ long, with $p = f / M$. To *push* a symbol:
#
# $$
# h' = \lfloor h / f \rfloor \, M + s + (h \bmod f) \quad (3)
# $$
#
# $h'$ is about $h M / f = h / p$, so it has $-\log_2 p$ bits more. And nothing is lost: $h' \bmod M$ lies in the piece of the symbol,
# so the symbol can be seen, and then
#
# $$
# h = \lfloor h' / M \rfloor \, f + (h' \bmod M) - s \quad (4)
# $$
#
# With $M = 8$, A has the numbers 0 to 3, B 4 and 5, C 6, D 7. Push the ten symbols, from $h = 8$ on:
#
# [Duda 2009]: ../docs/bibliography.md#duda2009

# %%
M = 8
PIECES = {"A": (0, 4), "B": (4, 2), "C": (6, 1), "D": (7, 1)}
heads = [M]
for one in MESSAGE:
    start, frequency = PIECES[one]
    quotient, rest = divmod(heads[-1], frequency)
    heads.append(quotient * M + start + rest)
    print(f"push {one}: h = {heads[-1]:7d}, {heads[-1].bit_length():2d} bits")

# %% tags=["hide-input"]
# 16 bits more than h = 8 has, but for what the floor of (3) loses or gains
assert abs(np.log2(heads[-1] / heads[0]) - 16) < 0.7

# %% [markdown]
# **Predict, then run.** We pop all ten. In which order do they come? And what do we get if we go on after the tenth?
#
# <details><summary>Answer</summary>
#
# The last one first: it is a stack. After the tenth $h = 8$. Popping goes on for ever, because every number is the code of
# something: what comes out was never pushed.
#
# </details>

# %%
head, popped = heads[-1], ""
for _ in range(12):
    slot = head % M
    one = next(name for name, (s, f) in PIECES.items() if s <= slot < s + f)
    start, frequency = PIECES[one]
    head = head // M * frequency + slot - start
    popped += one
print(popped[:10], "and then", popped[10:], "; h =", head)

# %% tags=["hide-input"]
# the message backwards, then what was never there
assert popped[:10] == MESSAGE[::-1]
assert heads[0] == M

# %% [markdown]
# A number of a million bits is slow to divide. `paper/bits_back` keeps the head below $2^{64}$: whatever would go beyond moves to a
# list of words of 32 bits, and comes back when the head falls below $2^{32}$. $M$ is $2^{24}$ there.

# %%
from paper.bits_back.stack import TOTAL, Stack, filled, peek, pop, push, to_bytes

source(push)

# %% [markdown]
# **Now you.** Exercise 45: `push` and `pop`.

# %%
check("45")

# %% [markdown]
# Two properties will matter. A symbol that is sure, $f = M$, costs nothing. And `pop` is not only for what was pushed: popped off a
# stack of *random bits*, a symbol comes with exactly its probability, and takes $-\log_2 p$ bits off the stack. A decoder is a
# sampler.

# %%
THOUSAND = 4000
sampled, stack = [], filled(400, SEED)
before = stack.bits
for _ in range(THOUSAND):
    slot = peek(stack) * M // TOTAL
    one = next(name for name, (s, f) in PIECES.items() if s <= slot < s + f)
    start, frequency = (number * TOTAL // M for number in PIECES[one])
    pop(stack, start, frequency)
    sampled.append(one)
shares = {name: sampled.count(name) / THOUSAND for name in P}
print(shares, f"{(before - stack.bits) / THOUSAND:.2f} bits each")

# %% tags=["hide-input"]
# shares within four standard errors; the entropy of p is 1.75 bits
for name, share in shares.items():
    assert abs(share - P[name]) < 4 * np.sqrt(P[name] * (1 - P[name]) / THOUSAND)
assert abs((before - stack.bits) / THOUSAND - 1.75) < 0.08

# %% [markdown]
# ## 3. Bits back
#
# A VAE has no table of $p(x)$: it has $p(z)$, $p(x \mid z)$ and $q(z \mid x)$. To code $x$ with what it has, we must say a $z$ too,
# at a price of
#
# $$
# -\log_2 p(x \mid z) - \log_2 p(z) \;\ge\; -\log_2 p(x) \quad (5)
# $$
#
# bits, since $p(x, z) \le p(x)$. The excess is what $z$ says beyond $x$. By hand: $z$ is 0 or 1 with probability 1/2 each, and $x$ is
# one pixel, with $p(x = 1 \mid z) = 0.9$ and $0.2$. Take $x = 1$.
#
# | | z = 0 | z = 1 |
# |---|--:|--:|
# | $p(x, z)$ | 0.45 | 0.10 |
# | bits of (5) | 1.152 | 3.322 |
# | $p(z \mid x)$ | 0.818 | 0.182 |
#
# $p(x) = 0.55$ is worth 0.862 bits, and even the better z costs 0.29 more.
#
# **Predict, then run.** Suppose that we take z = 0 in 82 % of the cases, and z = 1 in the others, as $p(z \mid x)$ says. Does the
# price rise or fall?
#
# <details><summary>Answer</summary>
#
# It rises, to 1.547 bits on average. But the *choice* of z can carry a message. We may choose z by popping it off other data, which
# has to be stored anyway: $H(p(z \mid x)) = 0.684$ bits of it then lie in z, and the decoder, which finds x, finds z, and
# knows $p(z \mid x)$, pushes them back. 1.547 - 0.684 = 0.862, which is $-\log_2 p(x)$.
#
# </details>

# %%
prior, likelihood = np.array([0.5, 0.5]), np.array([0.9, 0.2])  # p(z), p(x = 1 | z)
joint = prior * likelihood
exact = joint / joint.sum()
price = -np.log2(joint)


def cost(q):
    """Bits for x on average, what q(z | x) gives back taken off."""
    return q @ price, -(q * np.log2(q)).sum()


costs = {
    "p(z | x)": cost(exact),
    "1/2, 1/2": cost(prior),
    "0.98, 0.02": cost(np.array([0.98, 0.02])),
}
for name, (paid, back) in costs.items():
    print(f"q = {name:10s}: {paid:.3f} paid - {back:.3f} back = {paid - back:.3f} bits")
print(f"-log2 p(x) = {-np.log2(joint.sum()):.3f}")

# %% tags=["hide-input"]
# the numbers of the answer; any other q costs its KL more
paid, back = costs["p(z | x)"]
assert (round(paid, 3), round(back, 3), round(paid - back, 3)) == (1.547, 0.684, 0.862)
assert np.isclose(paid - back, -np.log2(joint.sum()))
for name, q in (("1/2, 1/2", prior), ("0.98, 0.02", np.array([0.98, 0.02]))):
    paid, back = costs[name]
    assert np.isclose(paid - back, -np.log2(joint.sum()) + q @ np.log2(q / exact))

# %% [markdown]
# For any q the price is
#
# $$
# \mathbb{E}_{q}\bigl[-\log_2 p(x \mid z) - \log_2 p(z) + \log_2 q(z \mid x)\bigr]
# = \frac{-\mathrm{ELBO}(x)}{\log 2}
# \qquad \text{Townsend et al. 2019, section 2} \quad (6)
# $$
#
# The gap of the bound, $\mathrm{KL}(q(z \mid x) \Vert p(z \mid x))$, is the price of a q that is not exact. This is *bits back*
# ([Hinton & van Camp 1993]), and with a stack it is three lines:
#
# [Hinton & van Camp 1993]: ../docs/bibliography.md#hinton1993

# %%
from paper.bits_back.coding import decode, encode

source(encode)

# %% [markdown]
# The decoder runs the three lines backwards: it pops z with p(z), pops x with p(x | z), and *pushes* z with q(z | x). Then the stack
# is what it was before.
#
# **Now you.** Exercise 46.

# %%
check("46")

# %% [markdown]
# Where does the other data come from? From the images before. Every image is pushed on a stack that holds all earlier ones, and
# its z is popped off their bits. Only the first image needs bits of somebody else. Which is why the coder has to be a stack:
# whatever is popped must be what was pushed last.
#
# ## 4. Why a bound becomes a file
#
# Now a VAE that ships with the course, with ten latents, and test digits of 0 and 1. A latent is a real number, so it needs a table
# first. Cut the axis into $K$ intervals of equal prior mass:
#
# $$
# p(k) = 1 / K, \qquad q(k \mid x) = \Phi\Bigl(\frac{e_{k+1} - \mu}{\sigma}\Bigr) - \Phi\Bigl(\frac{e_k - \mu}{\sigma}\Bigr), \qquad
# e_k = \Phi^{-1}(k / K) \quad (7)
# $$
#
# and let the centre of an interval stand for it in $p(x \mid z)$. Does it not cost more and more bits to name ever finer intervals?
# It does, $\log_2 K$ each. But popping gives back the same number more: the refinement cancels in (6).

# %%
from scipy.special import ndtr, ndtri

from common.data.binarization import dynamic_binarization
from paper.bits_back.tables import table_of

vae = shipped("digits")
images = load("digits").test.images[:200]
digits = dynamic_binarization(images, SEED, Stream.PICTURE, 0).reshape(200, 784).astype(np.int64)


class Tables:
    """p(z), q(z | x) and p(x | z) as whole numbers, each image by itself."""

    def __init__(self, bits):
        K = 2**bits
        self.ends = ndtri(np.arange(K + 1) / K)
        self.centres = ndtri((np.arange(K) + 0.5) / K).astype(np.float32)
        self.prior = table_of(np.tile(np.arange(K + 1) / K, (vae.latents, 1)))

    def posterior(self, x):
        return self.of(*vae.encode(x.reshape(1, 1, 28, 28).astype(np.float32)))[0]

    def of(self, mu, logvar):
        mu, sigma = mu[..., None].astype(float), np.exp(logvar[..., None].astype(float) / 2)
        return [table_of(one) for one in ndtr((self.ends - mu) / sigma)]

    def likelihood(self, z):
        off = 1.0 - vae.sample(self.centres[z][None]).reshape(784).astype(float)
        return table_of(np.stack([np.zeros(784), off.clip(0, 1), np.ones(784)], axis=1))


# %% tags=["hide-input"]
# a table of the prior has equal frequencies
assert len(set(np.diff(Tables(10).prior).ravel())) == 1

# %% [markdown]
# All 200 digits, one after another, and the length of the stack after each:


# %%
def coded(images, tables, words=20):
    """Encode; return the stack, and its bits after each image."""
    stack = filled(words, SEED)
    sizes = [stack.bits]
    for x in images:
        encode(stack, x, tables)
        sizes.append(stack.bits)
    return stack, np.array(sizes)


tables = Tables(bits=10)
stack, sizes = coded(digits, tables)
x = digits.reshape(-1, 1, 28, 28).astype(np.float32)
eps = normal(SEED, Stream.PICTURE, 1, (100, len(x), vae.latents)).astype(np.float32)
elbo = vae.log_weights(x, eps).mean(axis=0).astype(float)
bound = -elbo.sum() / np.log(2)
print(f"bound {bound:.0f} bits, stack {sizes[-1]} bits, of which {sizes[0]} were there before")
print(f"a file of {len(to_bytes(stack))} bytes; {sizes[-1] / digits.size:.4f} bits a pixel")
grown = sizes[-1] - sizes[0]
print(
    f"above the bound: {sizes[-1] / bound - 1:.2%}, without the first bits {grown / bound - 1:.2%}"
)

# %% tags=["hide-input"]
# the growth of the stack is the bound, within its chance; the file is the stack and 12 bytes
assert abs(grown / bound - 1) < 0.01
assert 8 * len(to_bytes(stack)) == sizes[-1] + 96

# %% tags=["hide-input"]
# the picture
from common.plots.style import BLUE, ORANGE, blank, style

with style():
    fig = blank(7.6, 3.0)
    few, many = fig.subplots(1, 2)
    for axes, count in ((few, 6), (many, len(digits))):
        axes.plot(
            range(count + 1), sizes[: count + 1], color=BLUE, drawstyle="steps-post", label="stack"
        )
        expected = np.concatenate([[0], np.cumsum(-elbo / np.log(2))])[: count + 1]
        axes.plot(range(count + 1), expected, color=ORANGE, label="-ELBO, added up")
        axes.set(xlabel="images", ylabel="bits")
    few.legend()
figure(
    fig,
    caption="The stack after each image, and the bound. On the left the first six images.",
    alt="Two curves that rise together. On the left the stack begins some seven hundred bits "
    "higher; on the right, over two hundred images, the two lines are close neighbours.",
)

# %% [markdown]
# And back. The image that was pushed last comes first.


# %%
def decoded(stack, count, tables):
    stack = Stack(stack.head, list(stack.words))
    return [decode(stack, tables) for _ in range(count)][::-1], stack


again, left = decoded(stack, len(digits), tables)
restored = sum(np.array_equal(one, other) for one, other in zip(again, digits, strict=True))
print(f"{restored} of {len(digits)} restored bit for bit", end="; ")
print("first bits restored:", left == filled(20, SEED))

# %% tags=["hide-input"]
# all of them, and the random bits below
assert restored == len(digits)
assert left == filled(20, SEED)

# %% [markdown]
# ## 5. What a file is longer by
#
# * *First bits.* The first image pops its z off bits that had to come from somewhere: here 20 words and a head, 704 bits. They are
#   stored once, however many images follow, and whoever has something else to store may put it there.
# * *Intervals.* With few intervals z is coarse, and the centre of an interval stands for all of it.
# * *Whole numbers.* Every symbol has a frequency of at least 1 in $2^{24}$, and probabilities are rounded.
#
# **Predict, then run.** By how much is the file longer with 2, 4, 8, 16, 64, 256 and 1,024 intervals for each latent?
#
# <details><summary>Answer</summary>
#
# By about 9 % with two, which only say the sign of z, and 2 % with four. From eight on nothing is to be seen: that few intervals
# are enough for these latents. More cost nothing but time, since they come back.
#
# </details>

# %%
COUNT = 60
part = -elbo[:COUNT].sum() / np.log(2)
excess = {}
for bits in (1, 2, 3, 4, 6, 8, 10):
    sizes_of = coded(digits[:COUNT], Tables(bits))[1]
    excess[bits] = (sizes_of[-1] - sizes_of[0]) / part - 1
    print(f"{2**bits:5d} intervals: {excess[bits]:7.2%} above the bound")

# %% tags=["hide-input"]
# two and four are costly; the others lie within five standard errors of 0.22 %
assert 0.07 < excess[1] < 0.11
assert 0.01 < excess[2] < 0.04
assert max(abs(excess[bits]) for bits in (3, 4, 6, 8, 10)) < 0.012

# %% [markdown]
# The last numbers lie about the bound, not above it: with one sample of z for each of 60 images they have a standard error of
# 0.2 %.
#
# ## 6. The same floats, or nothing
#
# Encoder and decoder call the same networks, and must get the same *whole numbers* from them. Floats are not so obliging. A sum of
# floats depends on its order ($(a + b) + c \ne a + (b + c)$), and libraries choose another order for another batch size, number of
# threads, processor or version.
#
# Suppose the encoder is clever and computes all $q(z \mid x)$ in one batch, which is faster. The decoder cannot: it knows an image
# only when it has popped it. So it computes them one by one.
#
# **Predict, then run.** The two differ in the seventh digit. How many of the 200 images come back?
#
# <details><summary>Answer</summary>
#
# One, or a few: the image that was pushed last needs only p(z) and p(x | z), which agree. Then its z is pushed back with a table that is a little
# different, so the bits below are not what they were, and a stack of wrong bits is noise: nothing is right from there on.
#
# </details>


# %%
class InOneBatch(Tables):
    """q(z | x) of all images, computed together."""

    def __init__(self, bits, images):
        super().__init__(bits)
        batch = self.of(*vae.encode(images.reshape(-1, 1, 28, 28).astype(np.float32)))
        self.known = {one.tobytes(): table for one, table in zip(images, batch, strict=True)}

    def posterior(self, x):
        return self.known[x.tobytes()]


together = InOneBatch(10, digits)
one_by_one = np.array([tables.posterior(x) for x in digits])
in_batch = np.array([together.posterior(x) for x in digits])
print(f"frequencies that differ: {np.mean(one_by_one != in_batch):.1%}", end=", ")
print(f"by at most {np.abs(one_by_one - in_batch).max()} of {TOTAL}")
broken, _ = coded(digits, together)
noise, wrong = [], Stack(broken.head, list(broken.words))
for _ in range(8):
    noise.append(decode(wrong, tables))
right = [np.array_equal(one, other) for one, other in zip(noise, digits[::-1], strict=False)]
print("images restored, from the last one on:", right)

# %% tags=["hide-input"]
# the last image comes back, the eighth from the end does not; with the encoder's tables all do
assert right[0]
assert not right[-1]
both_ways = Stack(broken.head, list(broken.words))
assert all(np.array_equal(decode(both_ways, together), one) for one in digits[::-1])

# %% tags=["hide-input"]
# the picture
with style():
    fig = blank(7.6, 2.2)
    for row, (name, shown) in enumerate((("pushed", digits[::-1]), ("popped", noise))):
        for place in range(8):
            axes = fig.add_subplot(2, 8, 8 * row + place + 1)
            axes.imshow(shown[place].reshape(28, 28), cmap="gray_r", vmin=0, vmax=1)
            axes.set(xticks=[], yticks=[])
            if not place:
                axes.set_ylabel(name)
figure(
    fig,
    caption="Above: the last eight images, from the last one on. Below: what a decoder with other "
    "floats makes of the file.",
    alt="Two rows of eight small images. The first image of both rows is the same digit; further "
    "to the right the upper row has digits, the lower one others.",
)

# %% [markdown]
# The noise looks like digits, because the decoder samples: random bits, popped with the model's own distributions, are samples of
# the model. A checksum notices. What helps: one image at a time in both directions, one thread, the same
# machine and library; or networks of whole numbers. `paper/bits_back` does the former, and decodes every image to be sure.
#
# ## 7. Beside gzip, xz and PNG
#
# The same digits for compressors that know nothing of digits, eight pixels a byte:

# %%
from paper.bits_back.rivals import sizes as rivals

table = {"VAE, bits back": sizes[-1] / digits.size}
table |= dict(rivals(digits.reshape(-1, 28, 28).astype(bool)))
for name, bits in sorted(table.items(), key=lambda pair: pair[1]):
    print(f"{name:18s} {bits:.3f} bits a pixel")

# %% tags=["hide-input"]
# the VAE is shorter than all of them; a file for each image costs more than one for all
assert min(table, key=table.get) == "VAE, bits back"
for kind in ("gzip", "bz2", "xz", "PNG", "WebP"):
    assert table[f"{kind}, each"] > table[f"{kind}, one file"]

# %% [markdown]
# Read such a table with care:
#
# * Where is the model? A decoder needs its parameters, here far more bits than these digits. gzip brings none. The comparison is fair
#   only for a model that is there already, or for very many images.
# * How were rivals given the data? A file of 28 x 28 pixels is mostly header: one PNG for all is the fair one.
# * Were the bits written? A bound is not a file, until it has been decoded.
# * Is the best rival there? On grey digits the strongest of these is xz, in one stream.
#
# `paper/bits_back` has the table for all test images of MNIST, [binary and grey](../paper/bits_back/README.md).
#
# A *flow* is a model that has no latents to pay for. It is an invertible network whose determinant is known, so its density is
# too: exact for an image with noise, a bound for its grey levels. Its layers are couplings.
# [`paper/real_nvp`](../paper/real_nvp/README.md) trains one on grey digits.
#
# **Now you.** Exercise 47.

# %%
check("47")

# %% [markdown]
# ## Summary
#
# 1. A symbol of probability p costs $-\log_2 p$ bits (1); a wrong model costs its KL on top (2).
# 2. A stack coder keeps all symbols in one number; pushing (3) and popping (4) undo each other exactly.
# 3. Bits back pops z with q, pushes x and z, and so pays the negative ELBO (6), not the price of z.
# 4. Real latents become intervals of equal prior mass (7); finer ones cost nothing, since what is paid comes back.
# 5. A decoder must get the same whole numbers: a float that differs in its last digit makes noise of all images below.
#
# ## Checklist
#
# - [ ] I can compute the bits of a message, and of the same message under a wrong model.
# - [ ] I can push and pop three symbols by (3) and (4) on paper.
# - [ ] I can say what is popped and what is pushed when an image is encoded, and in which order it is undone.
# - [ ] I can explain why the length of the file is the bound and not $-\log p(x)$.
# - [ ] I can name three things by which a file is longer than the bound, and one that makes it unreadable.
#
# ## Exercises
#
# * [45, a coder that is a stack](../exercises/45_stack_coder/README.md)
# * [46, bits back](../exercises/46_bits_back/README.md)
# * [47, a coupling layer and its determinant](../exercises/47_coupling_layer/README.md)
# * On paper: show that (4) undoes (3), and that $h'$ lies between $h M / f - M$ and $h M / f + M$.
# * On paper: what would (6) be for a plain autoencoder, whose q is one point?
#
# ## Further reading
#
# * [Townsend et al. 2019]: bits back with a stack coder.
# * [Duda 2009]: the stack coder.
# * [Hinton & van Camp 1993]: where the bits come back for the first time.
# * [Shannon 1948]: all of section 1.
#
