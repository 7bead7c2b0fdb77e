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
