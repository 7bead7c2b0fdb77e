# ---
# jupyter:
#   course:
#     week: 8 What a VAE is good for
#     part: applications
#     gives: a VAE of molecules that does not ignore z
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
# # 20 Sequences
#
# > **What you will be able to do**
# >
# > * compute the loss of a batch of strings of unequal length, and find the mistake when padding counts;
# > * say why a decoder that reads what it has written ignores z, and see it in the KL;
# > * keep z alive by free bits, and report a bound that has none;
# > * judge written molecules: valid, unique, novel.
# >
# > **Time:** 45 minutes to read, {running} to run, 80 more for the exercises.
# > **Prerequisites:** notebooks 03 and 08.
# >
# > **Serves the checklist item:** understand the role of beta (where the decoder can do without z).

# %%
import numpy as np

from course.lesson import check, figure, source
from course.lesson.kept import kept
from course.lesson.studies.sequences import ARMS, make

SEED = 0

# %% [markdown]
# ## 1. Padding and masks
#
# A molecule can be written as text. `CCO` is ethanol: two carbons and an oxygen in a chain, hydrogens are understood. Brackets
# open a branch, equal digits close a ring. This language is called SMILES, and here are four words of it:

# %%
from common.data.text import load_strings
from paper.sequence_vae.alphabet import PADDING, Alphabet, lengths

strings = load_strings("moses_few")
four = strings.train[:4]
alphabet = Alphabet(strings.train)
rows = alphabet.numbers(four)
for one, row in zip(four, rows, strict=True):
    print(f"{one:40s} {row[:6]} ... {row[-3:]}")

# %% tags=["hide-input"]
# every string comes back from its numbers, and its end is the last token that counts
assert alphabet.strings(rows) == list(four)
assert all(row[length - 1] == 0 for row, length in zip(rows, lengths(rows), strict=True))
assert (rows == PADDING).any()

# %% [markdown]
# Each row ends with token 0, the end. The end is a token: a model that never learns where strings end never stops. What comes after
# it, -1, is *padding*. It fills the array and belongs to no string. With $m_{bt} = 1$ for tokens and 0 for padding,
#
# $$
# -\log p(x_b \mid z_b) = -\sum_t m_{bt} \log p(x_{bt} \mid x_{b1}, \ldots, x_{b,t-1}, z_b) \qquad \text{[Bowman et al. 2016]} \quad (1)
# $$
#
# The sum has two traps. If padding counts, a model is praised for predicting nothing. And if the sum becomes a mean over tokens, beside
# a KL that stays a sum, then the KL weighs as many times more as a string has tokens.
#
# **Predict, then run.** A model that knows nothing gives each of its 25 tokens the probability 1/25. It learns one thing: after an
# end come more ends. Does its loss per place fall if padding is counted as ends, and by how much?
#
# <details><summary>Answer</summary>
#
# It falls, by the share of padding: padding costs next to nothing, and is divided by. A token costs log 25 = 3.22 nats as before.
#
# </details>
#

# %%
from numpy_impl.sequences import masked_sequence_loss

x = Alphabet(strings.train).numbers(strings.train)
tokens = alphabet.predicted
logits = np.zeros((*x.shape, tokens))
logits[x == PADDING, 0] = 20.0  # it has learnt that ends follow the end, and nothing else

masked, _ = masked_sequence_loss(logits, x)
as_ends, _ = masked_sequence_loss(logits, np.maximum(x, 0))
print(f"nats per token, padding masked:  {masked * len(x) / (x != PADDING).sum():.2f}")
print(f"nats per place, padding counted: {as_ends * len(x) / x.size:.2f}")

# %% tags=["hide-input"]
# masked it is the logarithm of the alphabet; counted as ends it looks a quarter better or more
assert abs(masked * len(x) / (x != PADDING).sum() - np.log(tokens)) < 1e-9
assert as_ends / x.size < 0.8 * masked / (x != PADDING).sum()

# %% [markdown]
# Nothing about molecules has been learnt, and the number looks a good deal better. In a wider array it would look better still.
#
# ### Exercise 51: what a batch of strings costs

# %%
source(masked_sequence_loss)

# %%
check("51", masked_sequence_loss)

# %% [markdown]
# ## 2. Why the decoder ignores z
#
# The decoder of (1) reads the tokens before the one that it predicts. By the chain rule
#
# $$
# \begin{aligned}
# p(x) &= \prod_t p(x_t \mid x_1, \ldots, x_{t-1}) && && (2)
# \end{aligned}
# $$
#
# holds for *every* distribution, so a strong enough decoder can be perfect without z. Then z only costs its KL. What z can offer
# at best is a shorter description of what the tokens before do not tell, and early in training, when the decoder uses z badly, the KL is
# cheaper to drop than z is to learn. [Bowman et al. 2016] saw it in sentences; here it is in molecules. Three ways to train the
# same small VAE (GRUs of 32 units, four latents, 400 molecules), three seeds each. With *warm-up* the weight of the KL rises from 0 to 1 over
# the first 30 %; with *free bits* each latent has 0.5 nats for nothing.
#
# **Predict, then run.** Where does the KL end in each of the three, and which way has the best bound?
#
# <details><summary>Answer</summary>
#
# Near 0 with the bound alone and with warm-up, near $4 \cdot 0.5 = 2$ nats with free bits. The bound alone and warm-up are level, within half a
# nat; with free bits it is one to two nats worse.
#
# </details>
#
# [Bowman et al. 2016]: ../docs/bibliography.md#bowman2016

# %%
study = kept("sequences", make)
for name in ARMS:
    bound, kl = study[name][:, -1].T
    print(f"{name:22s} KL {kl.round(2)} nats, -ELBO {bound.round(1)} nats")

# %% tags=["hide-input"]
# the code of the picture
from common.plots.style import BLUE, INK, ORANGE, blank, style

with style():
    fig = blank(7.6, 3.2)
    left, right = fig.subplots(1, 2)
    for name, color in zip(ARMS, (INK, ORANGE, BLUE), strict=True):
        for seed, run in enumerate(study[name]):
            label = name if seed == 0 else None
            left.plot(study["strings"], run[:, 1], color=color, linewidth=1, label=label)
            right.plot(study["strings"], run[:, 0], color=color, linewidth=1)
    left.set(xlabel="strings seen", ylabel="KL, nats per string", ylim=(0, 6))
    right.set(xlabel="strings seen", ylabel="-ELBO, nats per string", ylim=(45, 90))
    left.legend(fontsize=8)

figure(
    fig,
    caption="KL (left) and -ELBO (right) of test strings while a small VAE of molecules is "
    "trained in three ways, three seeds each.",
    alt="Left, two groups of lines end near a KL of 0, and a third near 2 nats. Right, the lines "
    "of all three groups fall together and end close to one another.",
)

# %% tags=["hide-input"]
# in every seed: collapse without free bits, about their sum with them, for a nat or two
ends = {name: study[name][:, -1] for name in ARMS}
assert ends["the bound alone"][:, 1].max() < 0.3
assert ends["warm-up"][:, 1].max() < 0.5
assert ends["warm-up and free bits"][:, 1].min() > 1.5
more = ends["warm-up and free bits"][:, 0] - ends["warm-up"][:, 0]
assert (more > 0.3).all()
assert (more < 3).all()

# %% [markdown]
# In each of the three seeds the KL of the first two ways ends near 0: the posterior is the prior, and the VAE is a language model with a
# useless input. Warm-up only delays it here. With free bits the KL stays at about their sum, $4 \cdot 0.5 = 2$ nats.
#
# Look at the bound as well. It is worse by one to two nats where z is used: the decoder pays for z, and does not yet earn as much by it.
# Here free bits made no better model of p(x), but one whose z says something. Whoever compares bounds must leave free bits
# out of them, as the picture does.
#
# What does z say? Take the codes of two test molecules and five points on the line between, and let the decoder write, each time the
# most probable token (an example: the first seed):

# %%
characters = [chr(code) for code in study["tokens"]]
for name in ("the bound alone", "warm-up and free bits"):
    print(name)
    for row in study[f"between, {name}"]:
        print("   ", "".join(characters[number - 1] for number in row if number))

# %% tags=["hide-input"]
# a collapsed decoder writes one string for every z
written = {name: {row.tobytes() for row in study[f"between, {name}"]} for name in ARMS}
assert len(written["the bound alone"]) == 1
assert len(written["warm-up and free bits"]) > 1

# %% [markdown]
# The collapsed decoder writes the same for every z. The other one changes its mind on the way. Both are very small and write no
# molecules yet; a larger model that saw a million strings does, in [paper/sequence_vae](../paper/sequence_vae/README.md).
#
# Three numbers are easily taken for one another: the loss with free bits, which is minimised; the ELBO without, which is compared; and
# the ELBO per token, which is compared between data sets.
#
# ### Exercise 52: free bits on sequences

# %%
from numpy_impl.sequences import free_bits_on_sequences

source(free_bits_on_sequences)

# %%
check("52", free_bits_on_sequences)

# %% [markdown]
# ## 3. Valid, unique, novel
#
# A generator of molecules is judged by what it writes ([Polykovskiy et al. 2020]): which strings are *valid* molecules, how many of
# these are *unique*, and which of those are *novel*, not known from training. One molecule has many spellings, so all three are about a
# *canonical form*. For molecules RDKit knows it. Rings of letters will do to see the point: a ring may be read from any letter on,
# in either direction, and its form is the first of all these spellings in the alphabet.
#
# **Predict, then run.** A generator has learnt the three rings `CCN`, `CCO` and `CNO`, and writes the seven strings of the next cell.
# Which parts of them are valid, unique and novel?
#
# <details><summary>Answer</summary>
#
# `CXC` is no ring, so 6 of 7 are valid. The six have four forms: `CCN` (twice), `CCO`, `CNO` and `NNO` (twice). Only `NNO` is new: one
# of four.
#
# </details>
#
# [Polykovskiy et al. 2020]: ../docs/bibliography.md#polykovskiy2020


# %%
from numpy_impl.sequences import canonical_novelty


def canonical(ring):
    """The first spelling of a ring of C, N and O, or None."""
    if not ring or set(ring) - set("CNO"):
        return None
    return min(way[k:] + way[:k] for way in (ring, ring[::-1]) for k in range(len(ring)))


training = ["CCN", "CCO", "CNO"]
seven = ["NCC", "CNC", "OCC", "CXC", "NNO", "ONN", "OCN"]
for one in seven:
    print(one, "->", canonical(one))
print(canonical_novelty(seven, training, canonical))
naive = len(set(seven) - set(training)) / len(set(seven))
print(f"novel by spelling: {naive:.2f}")

# %% tags=["hide-input"]
# six valid of seven, four forms, of which one is new; by spelling all seven are
assert canonical_novelty(seven, training, canonical) == (6 / 7, 4 / 6, 1 / 4)
assert naive == 1

# %% [markdown]
# By spelling everything is new, even what is no ring. By form one of four is.
#
# None of the three numbers says much alone. A generator that always writes `CNN` is valid and novel, and not unique. The training set is valid and unique, and
# not novel. A collapsed VAE can have all three: it is a good language model. So the KL belongs beside them.
#
# ### Exercise 53: valid, unique, novel

# %%
source(canonical_novelty)

# %%
check("53", canonical_novelty)

# %% [markdown]
# ## Summary
#
# 1. The loss of a string is a sum over its tokens (1), its end included; padding never counts.
# 2. A decoder that reads its own tokens can do without z (2); in each of three seeds the KL fell to nearly 0.
# 3. Free bits hold the KL at about their sum, for one or two nats of the bound. The bound that is compared has none in it.
# 4. Loss, ELBO and ELBO per token are three numbers; only the loss has beta and free bits in it.
# 5. Valid, unique and novel are counted by canonical form, and say nothing of z: look at the KL.
#
# ## Checklist
#
# - [ ] I can say what a mean over tokens does to beta.
# - [ ] I can explain by the chain rule why a decoder needs no z.
# - [ ] I can name two signs of a collapsed sequence VAE.
# - [ ] I can say why novelty by spelling is too high.
#
# ## Exercises
#
# * [51, what a batch of strings costs](../exercises/51_masked_sequence_loss/README.md)
# * [52, free bits on sequences](../exercises/52_free_bits_on_sequences/README.md)
# * [53, valid, unique, novel](../exercises/53_canonical_novelty/README.md)
# * On paper: a loss has the mean over 37 tokens and the sum of the KL with the weight 0.05. Which beta is that?
#
# ## Further reading
#
# * [Bowman et al. 2016]: warm-up and word dropout come from there.
# * [Polykovskiy et al. 2020]: the benchmark of molecules, with its data.
# * [Kingma et al. 2016]: free bits.
#
