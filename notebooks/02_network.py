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
# # 2 · The network
#
# **What you will see**: a layer is neurons side by side, and its weights are one matrix; layers in a row are a network,
# and two of them already solve what one neuron cannot. You will count every weight and bias, see who is connected to
# whom by asking autograd, and watch hidden units bend the border between two classes.

# %% [markdown] lang="zh"
# # 2 · 神经网络
#
# **这一节会看到什么**：神经元并排放成一层，它们的权重就是一个矩阵；一层接一层就是网络，
# 两层就能解决单个神经元做不到的事。这里会数清每一个权重和偏置，用自动求导查明谁和谁相连，
# 再看隐藏单元怎样把两个类别的分界弄弯。

# %%
import os

import torch
from torch import nn

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # the language of pictures and messages: "en" or "zh"
device = "cpu"  # or "cuda"

# %% [markdown] lang="en"
# ## The picture
#
# The **input layer** only holds the data: it computes nothing. The **hidden layers** and the **output layer** are made
# of neurons. Each arrow below is one weight of a live model. Each unit that computes has a bias, the square on its head.

# %% [markdown] lang="zh"
# ## 先看图
#
# **输入层**只存放数据，什么也不计算。**隐藏层**和**输出层**才由神经元组成。图中每个箭头，都是一个真实模型里的
# 一个权重；每个做计算的单元头上有一个方块，是它的偏置。

# %%
nb.draw_figure("network", device=device)

# %% [markdown] lang="en"
# ## A layer is one matrix
#
# A layer from $m$ inputs to $n$ neurons computes $z = W x + b$ with $W$ of shape $(n, m)$ and $b$ of shape $(n)$.
# Row $j$ of $W$ and number $j$ of $b$ are neuron $j$, the same neuron as in the last notebook. `nb.seeded_model`
# builds a module from a seed and leaves torch's global random state alone.

# %% [markdown] lang="zh"
# ## 一层就是一个矩阵
#
# 从 $m$ 个输入到 $n$ 个神经元的一层，计算的是 $z = W x + b$，其中 $W$ 的形状是 $(n, m)$，$b$ 的形状是 $(n)$。
# $W$ 的第 $j$ 行和 $b$ 的第 $j$ 个数，就是第 $j$ 个神经元，与上一个笔记本里的完全一样。
# `nb.seeded_model` 用给定的种子建一个模块，不影响 torch 的全局随机状态。

# %%
layer = nb.seeded_model(lambda: nn.Linear(6, 4), seed=0).to(device)
x = torch.randn(6, generator=torch.Generator().manual_seed(0)).to(device)
print("W", tuple(layer.weight.shape), " b", tuple(layer.bias.shape))
with torch.no_grad():
    print("the layer: ", layer(x))
    neurons = [nb.neuron(x, layer.weight[j], layer.bias[j], "identity") for j in range(4)]
    print("one by one:", torch.stack([z for z, a in neurons]))

# %% [markdown] lang="en"
# ## Who is connected to whom?
#
# A connection from $x_i$ to $z_j$ exists if $z_j$ changes with $x_i$, that is if $\partial z_j / \partial x_i \ne 0$.
# Autograd gives all these derivatives at once. For a linear layer they are $W$ itself: every weight is a
# connection, and **fully connected** means that none of them is missing.

# %% [markdown] lang="zh"
# ## 谁和谁相连？
#
# 如果 $z_j$ 随 $x_i$ 变化，也就是 $\partial z_j / \partial x_i \ne 0$，那么从 $x_i$ 到 $z_j$ 就有一条连接。
# 自动求导可以一次给出所有这些导数。对线性层来说，它们正是 $W$ 本身：每个权重就是一条连接，
# 而**全连接**就是一条也不少。

# %%
jacobian = torch.autograd.functional.jacobian(layer, x)
print("equal to W:", torch.equal(jacobian, layer.weight))
print("connections:", int((jacobian != 0).sum()), "of", jacobian.numel())

# %% [markdown] lang="en"
# Inside a layer there are no connections, says the article. Ask autograd the same about the activation: does $a_i$
# change with the sum $z_j$ of *another* neuron?

# %% [markdown] lang="zh"
# 文章说，同一层内部没有连接。用同样的办法问一问激活函数：$a_i$ 会不会随*另一个*神经元的 $z_j$ 变化？

# %%
z = torch.tensor([0.5, -1.0, 2.0], device=device)
for name in ("relu", "softmax"):
    print(name, torch.autograd.functional.jacobian(nb.ACTIVATIONS[name], z), sep="\n")

# %% [markdown] lang="en"
# <!-- claim: no-lateral-connections -->
# > **The article says:** Neurons of the same layer are not connected.
# >
# > **Measured: it holds.** A softmax couples the units of its layer all the same: each output is divided by the sum
# > over all of them.
#
# ReLU, sigmoid and tanh work on each number by itself: only the diagonal is filled. Softmax divides by the sum over the
# whole layer, so each output depends on every $z$ of its layer, without any *weight* inside the layer.

# %% [markdown] lang="zh"
# <!-- claim: no-lateral-connections -->
# > **文章说：** 同一层的神经元无连接。
# >
# > **实测：成立。** 不过，softmax 会把同层的单元联系起来：每个输出都要除以全体之和。
#
# ReLU、sigmoid、tanh 对每个数分别计算：只有对角线上有值。softmax 要除以整层之和，所以每个输出都依赖本层所有的 $z$，
# 尽管同一层内部没有*权重*。

# %% [markdown] lang="en"
# ## Counting
#
# $n$ neurons with $m$ inputs each have $m \times n$ weights and $n$ biases, so $m \times n + n$ parameters. The model
# of the picture, which is the article's own (section 6):

# %% [markdown] lang="zh"
# ## 数一数参数
#
# $n$ 个神经元，每个有 $m$ 个输入，就有 $m \times n$ 个权重和 $n$ 个偏置，共 $m \times n + n$ 个参数。
# 图中的模型就是文章第六节的那个：

# %%
model = nb.ThreeLayerNet().to(device)
for name, parameter in model.named_parameters():
    print(f"{name:15} {tuple(parameter.shape)!s:8} {parameter.numel():2}")

# %%
nb.count_parameters(model)

# %% [markdown] lang="en"
# The products grow fast. A modest network for pictures of 28 × 28 pixels and ten classes:

# %% [markdown] lang="zh"
# 乘积涨得很快。下面是一个不大的网络，输入 28 × 28 像素的图片，分成十类：

# %%
digits_model = nn.Sequential(nn.Linear(28 * 28, 128), nn.ReLU(), nn.Linear(128, 10))
nb.count_parameters(digits_model)

# %% [markdown] lang="en"
# <!-- claim: bias-per-connection -->
# > **The article says:** Every connection has a weight and a bias.
# >
# > **Measured: it is wrong.** Every connection has a weight; a bias belongs to a neuron. From m to n units there are
# > m×n weights and n biases.
#
# <!-- claim: depth-hidden-layers -->
# > **The article says:** The depth of a network is the number of its hidden layers.
# >
# > **Not judged.** A matter of words: many count the output too, so that depth is the number of layers with weights
# > (the 16 of VGG-16). Say which you mean.
#
# <!-- claim: three-layers -->
# > **The article says:** A typical network has three layers: input, hidden and output.
# >
# > **Measured: it is wrong.** These are three kinds of layers, and there may be many hidden ones. Whoever says
# > “three-layer network”, as section 6 does, counts the layers with weights and leaves out the input, which has none.
#
# The article's own formula $m \times n + n$ counts a bias for each of the $n$ neurons. Count layers as you like, but say
# what you count: hidden layers, or layers with weights.

# %% [markdown] lang="zh"
# <!-- claim: bias-per-connection -->
# > **文章说：** 每条连接都有权重和偏置。
# >
# > **实测：不成立。** 每条连接有一个权重，偏置则属于神经元。从 m 到 n 个单元，共有 m×n 个权重、n 个偏置。
#
# <!-- claim: depth-hidden-layers -->
# > **文章说：** 网络的“深度”即隐藏层的数量。
# >
# > **不作判断。** 这是用词问题：许多人把输出层也算上，深度就是带权重的层数（VGG-16 的 16 便是如此）。用时要说明是哪一种。
#
# <!-- claim: three-layers -->
# > **文章说：** 典型的神经网络由三层构成：输入层、隐藏层、输出层。
# >
# > **实测：不成立。** 这是三类层，隐藏层可以有许多个。像第六节那样说“三层网络”，数的是带权重的层；输入层没有权重，不计在内。
#
# 文章自己的公式 $m \times n + n$ 里，$n$ 个神经元各有一个偏置。层数怎么数都可以，但要说清楚数的是什么：隐藏层，还是带权重的层。

# %%
nb.show_claims("fully-connected", "no-lateral-connections", "bias-per-connection", "depth-hidden-layers")

# %% [markdown] lang="en"
# ## Two neurons in front
#
# XOR, which no single neuron can compute, takes one hidden layer of two. These weights are written by hand:
# $h_1 = \mathrm{relu}(x_1 + x_2)$, $h_2 = \mathrm{relu}(x_1 + x_2 - 1)$, and the output is $h_1 - 2 h_2$.

# %% [markdown] lang="zh"
# ## 前面加两个神经元
#
# 单个神经元算不出 XOR（异或），加一个有两个单元的隐藏层就行。下面的权重是手写的：
# $h_1 = \mathrm{relu}(x_1 + x_2)$，$h_2 = \mathrm{relu}(x_1 + x_2 - 1)$，输出 $h_1 - 2 h_2$。

# %%
xor = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1)).to(device)
with torch.no_grad():
    xor[0].weight[:] = torch.tensor([[1.0, 1.0], [1.0, 1.0]])
    xor[0].bias[:] = torch.tensor([0.0, -1.0])
    xor[2].weight[:] = torch.tensor([[1.0, -2.0]])
    xor[2].bias[:] = 0.0
nb.plot_network(xor, weights=True).figure

# %%
bits = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], device=device)
hidden = xor[1](xor[0](bits))  # an nn.Sequential is a list of modules
for row in range(4):
    print(f"x = {bits[row].tolist()}  ->  h = {hidden[row].tolist()}  ->  y = {xor(bits[row]).item()}")

# %% [markdown] lang="en"
# Look at the column of $h$: the two rows that should say 1 have become **the same point**, (1, 0), and a straight line
# can now cut it off from (0, 0) and (2, 1). That is what hidden layers are for: they move the data to where
# the last layer's straight line is enough.
#
# Nobody writes weights by hand, of course. Can training find such weights? Sixty-four networks of each size start from
# random numbers; how they learn is the matter of notebook 9. The cell shows what share gets all four rows right.

# %% [markdown] lang="zh"
# 看 $h$ 那一列：应该输出 1 的两行，变成了**同一个点** (1, 0)，这时一条直线就能把它与 (0, 0)、(2, 1) 分开。
# 隐藏层的用处就在这里：把数据挪到最后一层用一条直线就够的地方。
#
# 当然，没有人真的手写权重。训练能自己找到这样的权重吗？每种大小各取 64 个网络，从随机数出发；
# 至于它们怎样学习，是笔记本 9 的内容。下面给出四行全对的网络所占的比例。

# %%
target = torch.tensor([[0.0], [1.0], [1.0], [0.0]], device=device)
settings = {"loss_fn": "bce_with_logits", "optimizer": "adam", "lr": 0.03, "num_epochs": 500}


def share_right(units):
    def make():
        return nn.Sequential(nn.Linear(2, units), nn.ReLU(), nn.Linear(units, 1)).to(device)

    many = nb.train_many(make, bits, target, seeds=range(64), **settings)
    return ((many.predict(bits) > 0) == (target > 0)).all(dim=1).float().mean().item()


{f"{units} hidden": f"{share_right(units):.0%}" for units in (1, 2, 4, 8)}

# %% [markdown] lang="en"
# One hidden unit cannot: whatever it does, the output only goes up or down along one direction. Two can, as we saw, but
# **that weights exist does not mean that training finds them**: from many starts it ends elsewhere. Units to
# spare make it easier, and that is why real networks have more than they would need.
#
# ## Hidden units bend the border
#
# The same with points instead of bits. Networks with 0 to 16 hidden units learn two kinds of data, with several seeds
# and the best learning rate for each size. The circles are closed by fewer units than the spirals need.

# %% [markdown] lang="zh"
# 一个隐藏单元不行：无论怎么取权重，输出只能沿一个方向一路升高或降低。两个就可以，上面已经看到了，
# 但是**存在这样的权重，不等于训练就能找到它**：从许多起点出发，都会停在别的地方。多给一些单元，找起来就容易，
# 实际的网络总比“刚好够用”要大，原因就在这里。
#
# ## 隐藏单元把分界弄弯
#
# 把比特换成平面上的点，再看一遍。隐藏单元从 0 到 16 个的网络去学两种数据，每种大小都用多个种子，
# 并且都用各自最好的学习率。同心圆用较少的单元就能围住，双螺旋则需要更多。

# %%
result = nb.run_experiment("decision-boundary", quick=True, device=device)
nb.draw_experiment("decision-boundary", result)

# %% [markdown] lang="en"
# ## Pitfalls
#
# **Sizes that do not meet.** A layer must take as many inputs as the one before it gives. `nn.Sequential` lets you
# build the wrong thing, and torch complains only when data comes. The two shapes in its message are those of the
# batch and of the transposed weight: the inner numbers, 4 and 5, should agree.

# %% [markdown] lang="zh"
# ## 常见的坑
#
# **大小接不上。** 每一层的输入个数，必须等于前一层的输出个数。`nn.Sequential` 允许你搭出错误的网络，
# 直到数据送进来 torch 才会报错。消息里的两个形状，一个是这批数据的，一个是权重转置之后的：
# 中间两个数，4 和 5，本应相等。

# %%
mismatched = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(5, 2)).to(device)
try:
    mismatched(torch.ones(8, 3, device=device))
except RuntimeError as error:
    print(error)

# %% [markdown] lang="en"
# **Layers in a Python list.** A module finds its parameters in its attributes, but does not look into a plain list. The
# model runs, and an optimizer trains nothing of it. Use `nn.ModuleList` or `nn.Sequential`.
#
# **One layer, three times.** `[layer] * 3` is a list of three names for *one* layer. The network has the shape that you
# wanted and a third of the parameters. Counting finds both mistakes at once.

# %% [markdown] lang="zh"
# **把层放进 Python 列表。** 模块会在自己的属性里找参数，但不会往普通列表里看。这样的模型照样能运行，
# 优化器却一个参数也训练不到。要用 `nn.ModuleList` 或 `nn.Sequential`。
#
# **同一层用了三次。** `[layer] * 3` 只是*同一个*层的三个名字。网络的形状看上去没错，参数却只有三分之一。
# 数一数参数，这两种错误马上就能发现。


# %%
class Lost(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(4, 4), nn.Linear(4, 4)]


thrice = nn.Sequential(*[nn.Linear(4, 4)] * 3)
print("in a list:", nb.count_parameters(Lost()).total, "of 40")
print("times 3:  ", nb.count_parameters(thrice).total, "of 60")

# %% [markdown] lang="en"
# ## Exercise

# %% [markdown] lang="zh"
# ## 练习

# %%
nb.exercise("count-parameters")


# %%
def count_parameters(sizes):
    pass  # your code


nb.check("count-parameters", count_parameters)

# %% [markdown] lang="en"
# ## What to read next
#
# - [03_forward](03_forward.ipynb): how data flows through the layers.
# - [torch.nn.Sequential](https://docs.pytorch.org/docs/stable/generated/torch.nn.Sequential.html),
#   [torch.nn.ModuleList](https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleList.html)
# - Cybenko (1989), [Approximation by superpositions of a sigmoidal function](https://doi.org/10.1007/BF02551274):
#   why one hidden layer is enough in principle.
# - Olah (2014), [Neural Networks, Manifolds, and
#   Topology](https://colah.github.io/posts/2014-03-NN-Manifolds-Topology/): hidden layers that move the data, drawn.

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - [03_forward](03_forward.ipynb)：数据怎样流过各层。
# - [torch.nn.Sequential](https://docs.pytorch.org/docs/stable/generated/torch.nn.Sequential.html)，
#   [torch.nn.ModuleList](https://docs.pytorch.org/docs/stable/generated/torch.nn.ModuleList.html)
# - Cybenko (1989)，[Approximation by superpositions of a sigmoidal function](https://doi.org/10.1007/BF02551274)：
#   为什么从原理上说一个隐藏层就够了。
# - Olah (2014)，
#   [Neural Networks, Manifolds, and Topology](https://colah.github.io/posts/2014-03-NN-Manifolds-Topology/)：隐藏层怎样移动数据，画给你看。
