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
# # 7 · Broadcasting
#
# **What you will see**: three rules decide what happens when two tensors of different shapes meet. You will apply them
# by hand, let the package explain any case, and find them at work in every layer; and you will see the mistake
# that raises no error and ruins a training run.

# %% [markdown] lang="zh"
# # 7 · 广播机制
#
# **这一节会看到什么**：两个形状不同的张量相遇，结果由三条规则决定。先亲手用一遍，再让这个包来解释任意的例子，
# 然后在每一层网络里找到它；最后看一个不报错、却会毁掉整个训练的错误。

# %%
import os
import warnings

import numpy as np
import torch
from torch import nn

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # the language of pictures and messages: "en" or "zh"
device = "cpu"  # or "cuda"

# %% [markdown] lang="en"
# ## The picture
#
# A matrix of shape (2, 3) plus a row of shape (3). The pale cells are not there: they are copies.

# %% [markdown] lang="zh"
# ## 先看图
#
# 形状 (2, 3) 的矩阵，加上形状 (3) 的一行。颜色浅的格子并不真的存在：它们是复制出来的。

# %%
nb.draw_figure("broadcasting", device=device)

# %% [markdown] lang="en"
# In code it is just a plus sign. NumPy, which the article uses here, follows the same rules.

# %% [markdown] lang="zh"
# 写成代码，就是一个加号。文章这里用的是 NumPy，规则完全一样。

# %%
a = torch.tensor([[1, 2, 3], [4, 5, 6]], device=device)
b = torch.tensor([10, 20, 30], device=device)
print(a + b)
print(np.array([[1, 2, 3], [4, 5, 6]]) + np.array([10, 20, 30]))

# %% [markdown] lang="en"
# ## The three rules
#
# Write the two shapes one under the other, flush **right**.
#
# 1. The shape with fewer dimensions is filled up with 1s on its **left**.
# 2. Where one size is 1, it is repeated to the other's size.
# 3. Sizes that still differ are refused.

# %% [markdown] lang="zh"
# ## 三条规则
#
# 把两个形状上下对齐，靠**右**写好。
#
# 1. 维数少的那个，在**左边**补 1。
# 2. 某一维的大小是 1 的，重复扩展到另一个的大小。
# 3. 这样之后大小仍不相等的，报错。

# %%
nb.explain_broadcast((2, 3), (3,))

# %% [markdown] lang="en"
# Both may be repeated at once, and there may be any number of dimensions. Cover the answer and try it by hand:

# %% [markdown] lang="zh"
# 两个张量可以同时被重复，维数也不限。先遮住答案，自己试一遍：

# %%
nb.explain_broadcast((5, 1, 3), (4, 1))

# %% [markdown] lang="en"
# A column plus a row fills a table, which is a short way to "every one with every other":

# %% [markdown] lang="zh"
# 一列加一行，填满一张表。要“每一个和每一个”配对，这样写最短：

# %%
column, row = torch.tensor([[10], [20], [30]], device=device), torch.tensor([1, 2, 3, 4], device=device)
nb.plot_broadcasting(column, row).figure

# %% [markdown] lang="en"
# ## Refused
#
# The article's second example, (4) and (2, 3). torch counts dimensions from the left in its message, the
# explanation counts them from the right, as the rules do.

# %% [markdown] lang="zh"
# ## 报错的情形
#
# 文章的第二个例子：(4) 和 (2, 3)。torch 的报错从左边数维度，下面的解释则和规则一样，从右边数。

# %%
try:
    torch.ones(4, device=device) + torch.ones(2, 3, device=device)
except RuntimeError as error:
    print(error)
nb.explain_broadcast((4,), (2, 3))

# %% [markdown] lang="en"
# Which of these fit? Decide first, then run the cell. The last two look most alike.

# %% [markdown] lang="zh"
# 下面哪些可以相加？先想好，再运行。最后两对看起来最像。

# %%
for pair in [((2, 3), ()), ((2, 1), (1, 3)), ((6, 4, 3), (4, 3)), ((2, 3), (2,)), ((2, 3), (2, 1))]:
    shape = nb.explain_broadcast(*pair).shape
    print(*pair, "->", shape)

# %% [markdown] lang="en"
# A vector of one number for each *row* must become a column: `v[:, None]` or `v.unsqueeze(1)` adds the dimension
# that rule 1 would put on the wrong side.

# %% [markdown] lang="zh"
# 如果向量是给每一*行*一个数，就要先变成一列：用 `v[:, None]` 或 `v.unsqueeze(1)` 添上那一维，
# 否则规则 1 会把它补到错的一边。

# %%
per_row = torch.tensor([100, 200], device=device)
a + per_row[:, None]

# %% [markdown] lang="en"
# ## Repeated, yet not copied
#
# Nothing is written twice in memory. `expand` shows how: the repeated dimension has **stride** 0, so a step along it
# stays on the same number. Only the *result* is as large as its shape says.

# %% [markdown] lang="zh"
# ## 重复，但没有复制
#
# 内存里没有一个数被写两遍。用 `expand` 可以看到做法：被重复的那一维**步幅**（stride）是 0，沿着它走一步还是同一个数。
# 只有*结果*真的有它的形状那么大。

# %%
wide = b.expand(1000, 3)
print("shape", tuple(wide.shape), "· strides", wide.stride())
print("numbers in memory:", wide.untyped_storage().nbytes() // wide.element_size())

# %% [markdown] lang="en"
# ## Where networks use it
#
# **The bias.** $Z = X W^\top + b$ adds a vector of shape $(n)$ to a batch of shape $(N, n)$: the same bias for every
# row. On the way back the repetition becomes a **sum**: what was used $N$ times collects $N$ gradients,
# $\partial L / \partial b = \sum_{r} \partial L / \partial Z_r$.

# %% [markdown] lang="zh"
# ## 网络里哪些地方用到它
#
# **偏置。** $Z = X W^\top + b$ 把形状 $(n)$ 的向量加到形状 $(N, n)$ 的一批数据上：每一行用同一个偏置。
# 反向传播时，重复就变成了**求和**：用了 $N$ 次，就收集 $N$ 份梯度，$\partial L / \partial b = \sum_{r} \partial L / \partial Z_r$。

# %%
g = torch.Generator().manual_seed(0)
x, upstream = torch.randn(8, 3, generator=g).to(device), torch.randn(8, 2, generator=g).to(device)
layer = nn.Linear(3, 2, device=device)
layer(x).backward(upstream)  # upstream plays dL/dZ
print("gradient of the bias:", layer.bias.grad, "\nsum over the rows:   ", upstream.sum(dim=0))

# %% [markdown] lang="en"
# **Standardizing.** One mean and one deviation for each column, (3), against the data, (8, 3):

# %% [markdown] lang="zh"
# **标准化。** 每列一个均值、一个标准差，形状 (3)，对上数据的 (8, 3)：

# %%
standardized = (x - x.mean(dim=0)) / x.std(dim=0)
print("largest mean:", f"{standardized.mean(dim=0).abs().max():.1e}", "· deviations:", standardized.std(dim=0))

# %% [markdown] lang="en"
# **All pairs.** Distances between 8 points and 4 others: (8, 1, 3) − (4, 3) → (8, 4, 3), then the last dimension is
# summed.

# %% [markdown] lang="zh"
# **两两配对。** 8 个点与另外 4 个点的距离：(8, 1, 3) − (4, 3) → (8, 4, 3)，再对最后一维求和。

# %%
others = x[:4] + 1
distances = (x[:, None, :] - others).square().sum(dim=-1).sqrt()
off = (distances - torch.cdist(x, others)).abs().max()
print("shape", tuple(distances.shape), f"· largest difference from torch.cdist: {off:.1e}")

# %% [markdown] lang="en"
# ## Measured
#
# All that the article says about broadcasting holds. The ledger compares the three rules with torch on hundreds of
# pairs of shapes:

# %% [markdown] lang="zh"
# ## 实测
#
# 文章关于广播的说法全部成立。账本拿三条规则与 torch 对照了几百对形状：

# %%
nb.show_claims("broadcast-rules", "broadcast-example", "broadcast-refused")

# %% [markdown] lang="en"
# > **What the article leaves out.** An error is the lucky case. Broadcasting is dangerous where shapes do *fit*, but
# > not in the way that you meant. The first two pitfalls are of this
# > kind.
#
# ## Pitfalls
#
# **A loss of (N, 1) against (N).** A model with one output gives a column; the targets often are a flat vector. Their
# difference is an $N \times N$ table of every prediction with every target, and its mean is a number like any other.

# %% [markdown] lang="zh"
# > **文章没有讲到的。** 能报错，反而是运气好。广播的危险在于形状*对得上*，意思却不是你想要的。下面前两个坑就是这样。
#
# ## 常见的坑
#
# **(N, 1) 的预测对 (N) 的目标。** 只有一个输出的模型给出一列；目标却往往是一个一维的向量。
# 两者相减，得到一张 $N \times N$ 的表，每个预测对每个目标都减了一遍，求个平均，看上去和普通的损失没有两样。

# %%
inputs = torch.randn(64, 1, generator=torch.Generator().manual_seed(0)).to(device)
flat = 3 * inputs[:, 0] + 1  # the line to learn, shape (64,)
perfect = 3 * inputs + 1  # what a perfect model predicts, shape (64, 1)
table = perfect - flat
print("shape", tuple(table.shape), f"· loss of a perfect model: {(table**2).mean():.2f}")

# %% [markdown] lang="en"
# What does such a loss teach? Each prediction is drawn to *all* targets at once, so the best answer is their mean,
# whatever the input: a slope of 0.

# %% [markdown] lang="zh"
# 用这样的损失训练，会学到什么？每个预测都被*所有*目标同时拉扯，最好的答案就是目标的均值，与输入无关：斜率为 0。


# %%
def squared(prediction, target):
    return ((prediction - target) ** 2).mean()


for name, target in {"(64, 1)": flat[:, None], "(64,)": flat}.items():
    line = nb.seeded_model(lambda: nn.Linear(1, 1), seed=0).to(device)
    losses, _, _ = nb.train(line, inputs, target, loss_fn=squared, lr=0.1, num_epochs=200)
    print(f"targets {name:8} slope {line.weight.item():5.2f}, bias {line.bias.item():5.2f}, last loss {losses[-1]:.4f}")
print(f"mean of the targets: {flat.mean():.2f}")

# %% [markdown] lang="en"
# `nn.MSELoss` at least warns, once, and goes on. `nb.train` with a loss by its name refuses such targets. The
# remedy is one of `target[:, None]` and `prediction.squeeze(1)`.

# %% [markdown] lang="zh"
# `nn.MSELoss` 至少会警告一次，然后照常运行。`nb.train` 按名字使用损失时，会拒绝这样的目标。
# 改法有两种：`target[:, None]`，或者 `prediction.squeeze(1)`。

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    nn.MSELoss()(perfect, flat)
print(caught[0].message)
try:
    nb.train(line, inputs, flat, loss_fn="mse", lr=0.1, num_epochs=1)
except ValueError as error:
    print(str(error).split(":")[0])

# %% [markdown] lang="en"
# **A square hides it.** To take its mean from each *row*, `s - s.mean(dim=1)` is refused for a matrix of shape (2, 3).
# On a square one it runs and subtracts along the wrong axis. `keepdim=True` keeps the shape (3, 1), and is right for
# both.

# %% [markdown] lang="zh"
# **方阵会掩盖错误。** 想让每一*行*减去自己的均值，写 `s - s.mean(dim=1)`，对 (2, 3) 的矩阵会报错。
# 换成方阵，它却能运行，只是沿错误的方向减了。加上 `keepdim=True`，形状保持 (3, 1)，两种情形都对。

# %%
s = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 9.0], [7.0, 8.0, 9.0]], device=device)
print("row sums, wrong:", (s - s.mean(dim=1)).sum(dim=1).tolist())
print("row sums, right:", (s - s.mean(dim=1, keepdim=True)).sum(dim=1).tolist())

# %% [markdown] lang="en"
# **In place, the left side cannot grow.** `b += a` must put the result into `b`, and `b` has room for three numbers
# only.

# %% [markdown] lang="zh"
# **就地运算时，左边不能变大。** `b += a` 要把结果放进 `b`，而 `b` 只有三个数的位置。

# %%
try:
    b += a
except RuntimeError as error:
    print(error)

# %% [markdown] lang="en"
# **Memory.** Inputs that take nothing can make a result that takes everything:

# %% [markdown] lang="zh"
# **内存。** 输入几乎不占地方，结果却可能把内存占满：

# %%
rows, columns = torch.broadcast_shapes((30_000, 1), (30_000,))
print(f"({rows}, {columns}) in float32: {rows * columns * 4 / 1e9:.1f} GB")

# %% [markdown] lang="en"
# ## Exercise

# %% [markdown] lang="zh"
# ## 练习

# %%
nb.exercise("broadcast-shape")


# %%
def broadcast_shape(a, b):
    pass  # your code


nb.check("broadcast-shape", broadcast_shape)

# %% [markdown] lang="en"
# ## What to read next
#
# - [08_losses](08_losses.ipynb): where the pitfall of (N, 1) and (N) waits for you.
# - [Broadcasting semantics in torch](https://docs.pytorch.org/docs/stable/notes/broadcasting.html)
# - [Broadcasting in NumPy](https://numpy.org/doc/stable/user/basics.broadcasting.html)
# - Harris and others (2020), [Array programming with NumPy](https://doi.org/10.1038/s41586-020-2649-2).

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - [08_losses](08_losses.ipynb)：(N, 1) 对 (N) 这个坑，就在那里等着你。
# - [torch 的广播规则](https://docs.pytorch.org/docs/stable/notes/broadcasting.html)
# - [NumPy 的广播](https://numpy.org/doc/stable/user/basics.broadcasting.html)
# - Harris 等 (2020)，[Array programming with NumPy](https://doi.org/10.1038/s41586-020-2649-2)。
