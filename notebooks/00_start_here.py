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
# # 0 · Start here
#
# **What you will see**: whether everything is installed, a first picture, the map of the twelve notebooks, and the three
# things that stand beside them: a ledger that checks the article, a gallery of experiments, and exercises that
# are judged by torch.
#
# Run the cells from top to bottom, with Shift + Enter. The first code cell of every notebook is the same: it
# chooses the language and the device. Where a GPU is at hand, write `device = "cuda"` there; nothing else changes.
# Change numbers and run a cell again: that is what it is for. Nothing here needs the network.

# %% [markdown] lang="zh"
# # 0 · 从这里开始
#
# **这一节会看到什么**：软件是否装好，第一张图，十二个笔记本的地图，以及与它们配套的三样东西：
# 逐条检验文章的账本、实验图集、由 torch 来批改的练习。
#
# 从上到下依次运行各个单元格，按 Shift + Enter 即可。每个笔记本的第一个代码单元都一样：在那里选定语言和设备。
# 有 GPU 的话，把那一行改成 `device = "cuda"`，其余都不用动。多改改数再运行一遍，单元格就是给你改的。全程不需要联网。

# %%
import os

import torch

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # the language of pictures and messages: "en" or "zh"
device = "cpu"  # or "cuda"

# %% [markdown] lang="en"
# ## Is everything there?
#
# If the cell above stopped with a `ModuleNotFoundError`, the package is installed in another environment than the one
# that this notebook's kernel runs in: choose that kernel, or install it there. The next cell makes a tensor on your
# device. If it prints three lines, you are ready; if it stops, this machine has no such device.

# %% [markdown] lang="zh"
# ## 装好了吗？
#
# 如果上面的单元格报了 `ModuleNotFoundError`，说明这个包装在另一个环境里，与当前笔记本的内核不是同一个：
# 换一个内核，或者在这个环境里再装一次。下面的单元格会在你选的设备上建一个张量。能打印出三行，就一切就绪；
# 如果报错，就是本机没有这样的设备。

# %%
print("nnbasics", nb.__version__, "· torch", torch.__version__)
print("device:  ", torch.zeros(1, device=device).device)
print("language:", os.environ["NNBASICS_LANG"])

# %% [markdown] lang="en"
# ## A first picture
#
# A figure that ends a cell shows itself; it needs neither `plt.show()` nor `%matplotlib`. Nothing in it is painted
# by hand: $z$ and $a$ are computed by torch while it is drawn. `.savefig("neuron.svg")` writes it for a page or
# a slide.

# %% [markdown] lang="zh"
# ## 第一张图
#
# 单元格最后一行如果是一张图，它会自己显示出来，不需要 `plt.show()`，也不需要 `%matplotlib`。
# 图中的数没有一个是手写上去的：$z$ 和 $a$ 都是作图时由 torch 算出来的。想放进网页或幻灯片，用 `.savefig("neuron.svg")` 保存。

# %%
nb.draw_figure("artificial-neuron", device=device)

# %% [markdown] lang="en"
# ## Chinese in your own plots
#
# matplotlib's own font has no Chinese: a Chinese title becomes a row of boxes. `nb.use_fonts()` gives your plots
# the font that this package brings, on any machine, from here on; `with nb.fonts():` does it for a few lines.

# %% [markdown] lang="zh"
# ## 自己的图也能写中文
#
# matplotlib 自带的字体里没有汉字，标题写“损失”，画出来只是一排方框。`nb.use_fonts()` 把本包自带的字体交给 matplotlib，
# 在任何机器上，从这里起你自己画的图都能正确显示中文和负号；只想临时用，就写 `with nb.fonts():`。

# %%
import matplotlib.pyplot as plt

nb.use_fonts()
figure, ax = plt.subplots(figsize=(5, 2.5))
ax.plot([0, 1, 2, 3], [1.0, 0.2, -0.4, -0.6])
ax.set(xlabel="步数", ylabel="参数 w", title="你自己的图")
plt.show()

# %% [markdown] lang="en"
# ## The map
#
# | notebook | the question |
# |---|---|
# | [01_neuron](01_neuron.ipynb) | What does a single neuron compute, and what can it not? |
# | [02_network](02_network.ipynb) | What does it mean to connect neurons, and how many numbers does that take? |
# | [03_forward](03_forward.ipynb) | How does an input become an output, and why must something stand between two linear layers? |
# | [04_activations](04_activations.ipynb) | Which function stands there, and what does the choice cost? |
# | [05_initialization](05_initialization.ipynb) | Where do the weights start, and what becomes of the signal? |
# | [06_three_layer_model](06_three_layer_model.ipynb) | How does it all look in one `nn.Module`? |
# | [07_broadcasting](07_broadcasting.ipynb) | What happens when two shapes do not match? |
# | [08_losses](08_losses.ipynb) | How wrong is a prediction? |
# | [09_gradient_descent](09_gradient_descent.ipynb) | How do the weights learn from that? |
# | [10_optimizers_and_schedules](10_optimizers_and_schedules.ipynb) | How do they learn faster, and come to rest? |
# | [11_digits](11_digits.ipynb) | How does all of it become one project, from data to result? |
#
# Each has the same parts: the idea with its formula, the same in torch's own words, pictures, **measured** results
# with a box wherever the article is wrong or leaves out a condition, pitfalls that really happen, and exercises.
# These are the pictures by section, the article's own and their companions, drawn in the notebook of their section:

# %% [markdown] lang="zh"
# ## 地图
#
# | 笔记本 | 要回答的问题 |
# |---|---|
# | [01_neuron](01_neuron.ipynb) | 一个神经元算的是什么？哪些事它做不到？ |
# | [02_network](02_network.ipynb) | 把神经元连起来意味着什么？一共需要多少个数？ |
# | [03_forward](03_forward.ipynb) | 输入怎样变成输出？为什么两个线性层之间必须有点什么？ |
# | [04_activations](04_activations.ipynb) | 中间该放哪个函数？不同的选择各有什么代价？ |
# | [05_initialization](05_initialization.ipynb) | 权重从哪里出发？信号会变成什么样？ |
# | [06_three_layer_model](06_three_layer_model.ipynb) | 把这些写进一个 `nn.Module`，是什么样子？ |
# | [07_broadcasting](07_broadcasting.ipynb) | 两个形状对不上时会发生什么？ |
# | [08_losses](08_losses.ipynb) | 一个预测错了多少？ |
# | [09_gradient_descent](09_gradient_descent.ipynb) | 权重怎样从错误中学习？ |
# | [10_optimizers_and_schedules](10_optimizers_and_schedules.ipynb) | 怎样学得更快，最后又稳得下来？ |
# | [11_digits](11_digits.ipynb) | 怎样把这一切合成一个项目，从数据做到结果？ |
#
# 每个笔记本的结构都一样：思想和公式，用 torch 自己的写法再做一遍，图，
# **实测**结果（文章有误或缺少条件的地方用引用框标出），真实会遇到的坑，以及练习。
# 下面按小节列出各张图，文章里的和补充的都在内，各在自己那一节的笔记本里画出：

# %%
for section in range(1, 11):
    names = [name for name, figure in nb.FIGURES.items() if figure.section == section]
    if names:
        print(f"{section:2}  ", ", ".join(names))

# %% [markdown] lang="en"
# ## The ledger
#
# Every statement of the article that can be true or false is a computation here, which could come out either way. A
# formula is checked exactly. What training does is tried in several ordinary worlds (a depth, a width, a data set), with
# 32 random starts in each. There are five verdicts: `holds`, `holds if` (with the condition), `wrong` (with what is
# right), `not supported` (the worlds do not agree), `not judged` (with the reason). The page `CLAIMS.md` in the
# repository has them all. `nb.show_claims` shows one by its name; `nb.run_claims(section=7)` measures a whole section
# again and gives you the numbers as data:

# %% [markdown] lang="zh"
# ## 账本
#
# 文章中每一条可以判断真假的论断，在这里都对应一个计算，其结果事先并不确定。公式要严格验证；训练有什么结果，
# 则在几种普通的情形（不同的深度、宽度、数据）下各用 32 个随机起点来试。结论有五种：`成立`、`有条件成立`（给出条件）、
# `不成立`（给出正确的说法）、`未获支持`（各种情形得不出一致的结果）、`不作判断`（说明原因）。
# 全部论断见仓库里的 `CLAIMS.zh.md`。`nb.show_claims` 按名字显示一条；`nb.run_claims(section=7)` 重新测量一整节，
# 并把各个数作为数据返回：

# %%
nb.show_claims("softmax-printed")

# %% [markdown] lang="en"
# ## The gallery
#
# An experiment asks one question many times, from many random starts, and not of one lucky seed. `nb.EXPERIMENTS`
# names them, with the section that each belongs to; the README shows all the pictures. `quick=True` takes fewer seeds
# and shorter runs, enough for a look; leave it out for the full experiment. What comes back are numbers, and the
# picture is drawn from them. This one belongs to notebook 10; you need not understand it yet.

# %% [markdown] lang="zh"
# ## 实验图集
#
# 每个实验只问一个问题，而且从许多个随机起点反复地问，不靠一个碰巧好看的随机种子。
# `nb.EXPERIMENTS` 列出它们的名字和所属的小节；全部图片见 README。
# `quick=True` 用更少的种子、更短的训练，足够看个大概；去掉它就是完整的实验。实验返回的是数，图再由这些数画出。
# 下面这个属于笔记本 10，现在看不懂也没有关系。

# %%
for name, experiment in sorted(nb.EXPERIMENTS.items(), key=lambda item: item[1].section):
    print(f"{experiment.section:2}  ", name)

# %%
result = nb.run_experiment("optimizer-paths", quick=True, device=device)
nb.draw_experiment("optimizer-paths", result)

# %% [markdown] lang="en"
# ## The exercises
#
# `nb.exercise(...)` shows a task, `nb.check(...)` judges your function: it runs it on edge cases and random inputs and
# compares with torch. If something is wrong it shows the **smallest input** on which your function fails, and often a
# hint that recognizes the mistake. Nothing is sent anywhere, and nobody counts your attempts.

# %% [markdown] lang="zh"
# ## 练习
#
# `nb.exercise(...)` 给出题目，`nb.check(...)` 批改你的函数：用边界情形和随机输入运行它，再与 torch 比较。如果不对，
# 它会给出让你的函数出错的**最小输入**，往往还能认出是哪一种错误，并给出提示。不会上传任何东西，也不会统计你试了几次。

# %%
nb.exercise("relu")

# %% [markdown] lang="en"
# This solution is nearly right. Read the report, mend the function, and run the cell again. (You need to know nothing
# about ReLU yet: the task and the report say enough.)

# %% [markdown] lang="zh"
# 下面的解答差一点就对了。先读报告，再改好函数，重新运行这个单元格。
# （现在还不认识 ReLU 也没关系：题目和报告里的信息已经够用。）


# %%
def relu(x):
    return torch.clamp(x, min=0), (x >= 0).to(x.dtype)


nb.check("relu", relu)

# %% [markdown] lang="en"
# ## When something goes wrong
#
# **A name.** A mistyped name is answered with the nearest one. Every error of the package names the argument, the
# value, and what is allowed: read the last line first.

# %% [markdown] lang="zh"
# ## 出了问题怎么办
#
# **名字写错。** 名字打错了，会告诉你最接近的那个。这个包的每条报错都会写明是哪个参数、给的是什么值、允许哪些值：
# 先读最后一行。

# %%
try:
    nb.draw_figure("sigmod")
except ValueError as error:
    print(error)

# %% [markdown] lang="en"
# **A strange result.** Cells that were run out of order leave old values behind. Choose *Restart kernel and run all
# cells* before you doubt anything else.
#
# ## What to read next
#
# - [01_neuron](01_neuron.ipynb): one neuron, by hand and in torch.
# - PyTorch's own first steps: [Learn the Basics](https://docs.pytorch.org/tutorials/beginner/basics/intro.html).
# - If tensors are new to you: [Tensors](https://docs.pytorch.org/tutorials/beginner/basics/tensorqs_tutorial.html).

# %% [markdown] lang="zh"
# **结果奇怪。** 不按顺序运行单元格，会留下旧的变量。先选“重启内核并运行所有单元格”，再去怀疑别的。
#
# ## 接下来读什么
#
# - [01_neuron](01_neuron.ipynb)：一个神经元，先用手算，再用 torch。
# - PyTorch 官方的入门教程：[Learn the Basics](https://docs.pytorch.org/tutorials/beginner/basics/intro.html)。
# - 如果还不熟悉张量：[Tensors](https://docs.pytorch.org/tutorials/beginner/basics/tensorqs_tutorial.html)。
