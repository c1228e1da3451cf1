# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown] lang="en"
# # 4 · Activations
#
# **What you will see**

# %% [markdown] lang="zh"
# # 4 · 激活函数
#
# **这一节会看到什么**

# %%
import os

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # the language of pictures and messages: "en" or "zh"
device = "cpu"  # or "cuda"

# %% [markdown] lang="en"
# ## Three curves

# %% [markdown] lang="zh"
# ## 三条曲线

# %%
nb.draw_figure("sigmoid")
