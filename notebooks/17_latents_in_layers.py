# ---
# jupyter:
#   course:
#     week: 7 Latents in layers
#     part: variants
#     gives: several levels of latents that all carry something
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
# # 17 Latents in layers
#
# > **What you will be able to do**
# >
# > * write the bound of a VAE with several levels of latents, and the KL of each level against the right prior;
# > * say why the upper levels of a plain hierarchy die, and what revives them;
# > * merge two Gaussians by their precisions, and use the merge in a top-down pass;
# > * write the residual posterior of an NVAE and its KL, and bound a layer by its largest singular value;
# > * sample at a lower temperature, and measure what it costs.
# >
# > **Time:** 70 minutes to read, {running} to run, 120 more for the exercises.
# > **Prerequisites:** notebooks 01 to 06; notebook 08 for warm-up.
# >
# > **Serves the checklist item:** derive the ELBO.

# %%
from course.lesson import check

SEED = 0

# %% [markdown]
# ## 1. One bound for all levels

# %%
check("39")

# %% [markdown]
# ## 2. Why upper levels die
#
# ## 3. Merge by precision

# %%
check("38")

# %% [markdown]
# ## 4. Top-down
#
# ## 5. A residual posterior

# %%
check("40")

# %% [markdown]
# ## 6. An NVAE cell
#
# ## 7. Spectral regularisation

# %%
check("41")

# %% [markdown]
# ## 8. Samples at lower temperature
#
# ## Summary
#
# ## Checklist
#
# ## Exercises
#
# ## Further reading
