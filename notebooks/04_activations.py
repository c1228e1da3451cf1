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
#
# - that layers without an activation between them collapse into one layer;
# - sigmoid, tanh and ReLU with the slopes that training works with, and softmax with its temperature;
# - why a gradient fades on its way through sigmoids, and how a ReLU unit dies;
# - which statements of the article hold when they are measured, and which need a condition.

# %% [markdown] lang="zh"
# # 4 · 激活函数
#
# **这一节会看到什么**
#
# - 层与层之间没有激活函数时，多少层都等于一层；
# - sigmoid、tanh、ReLU 的曲线，以及训练真正用到的斜率；softmax 和它的温度；
# - 梯度穿过一层层 sigmoid 为什么会变小，ReLU 单元是怎样“死”的；
# - 文章里的说法，哪些经得起测量，哪些还要加条件。

# %%
import os

import torch
from torch import nn
from torch.nn import functional as F

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # the language of pictures and messages: "en" or "zh"
device = "cpu"  # or "cuda"

# %% [markdown] lang="en"
# ## Why a network needs a bend
#
# Two linear layers in a row are one linear layer:
#
# $$W_2\,(W_1 x + b_1) + b_2 = (W_2 W_1)\,x + (W_2 b_1 + b_2).$$
#
# The first number below is the largest difference between both sides: rounding, nothing else. The second is the same
# difference with a ReLU between the layers. Now no single layer can stand in for the two.

# %% [markdown] lang="zh"
# ## 网络为什么要“拐弯”
#
# 两个线性层连在一起，还是一个线性层：
#
# $$W_2\,(W_1 x + b_1) + b_2 = (W_2 W_1)\,x + (W_2 b_1 + b_2).$$
#
# 下面第一个数是等式两边的最大差，只是舍入误差。第二个数是在两层之间加上 ReLU 之后的差：这时再也不能用一层代替两层了。

# %%
torch.manual_seed(0)
first, second = nn.Linear(3, 4).to(device), nn.Linear(4, 2).to(device)
x = torch.randn(5, 3).to(device)
weight = second.weight @ first.weight
bias = second.weight @ first.bias + second.bias
single = F.linear(x, weight, bias)
print(f"{(second(first(x)) - single).abs().max():.1e}")
print(f"{(second(F.relu(first(x))) - single).abs().max():.1e}")

# %% [markdown] lang="en"
# ## Sigmoid
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}}, \qquad \sigma'(x) = \sigma(x)\,\bigl(1 - \sigma(x)\bigr) \le \tfrac14.$$
#
# The dashed curve is not typed in: autograd computed it. Where it lies on the axis, a unit is *saturated*: its input
# may change, its output hardly does.

# %% [markdown] lang="zh"
# ## Sigmoid
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}}, \qquad \sigma'(x) = \sigma(x)\,\bigl(1 - \sigma(x)\bigr) \le \tfrac14.$$
#
# 虚线不是照公式画的，而是 autograd 算出来的。虚线贴近横轴的地方，单元就*饱和*了：输入还在变，输出几乎不动。

# %%
nb.draw_figure("sigmoid", device=device)

# %% [markdown] lang="en"
# This is how autograd gets a derivative: sum the outputs, call `backward()`, and read the gradient at each input.
# `nb.derivative` is these lines with the errors spelled out.

# %% [markdown] lang="zh"
# autograd 是这样求导的：把输出加起来，调用 `backward()`，再到每个输入上读梯度。`nb.derivative` 做的就是这几行，只是把可能的错误都说清楚了。

# %%
x = torch.tensor([-6.0, -2.0, 0.0, 2.0, 6.0], device=device, requires_grad=True)
torch.sigmoid(x).sum().backward()
print(x.grad)
print(nb.derivative("sigmoid", x))

# %% [markdown] lang="en"
# What the article says of sigmoid, measured. `~` means: true under a condition, which stands below it.

# %% [markdown] lang="zh"
# 文章对 sigmoid 的说法，逐条实测。`~` 表示要加条件才成立，条件写在下面。

# %%
nb.show_claims("sigmoid-range", "sigmoid-saturation", "sigmoid-not-centred")

# %% [markdown] lang="en"
# ## Tanh
#
# $$\tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}} = 2\,\sigma(2x) - 1.$$
#
# So tanh is a sigmoid, stretched to $(-1, 1)$ and centred on zero. Its slope at 0 is 1, four times that of sigmoid.

# %% [markdown] lang="zh"
# ## Tanh
#
# $$\tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}} = 2\,\sigma(2x) - 1.$$
#
# 可见 tanh 就是拉伸到 $(-1, 1)$、以 0 为中心的 sigmoid。它在 0 处的斜率是 1，是 sigmoid 的四倍。

# %%
nb.draw_figure("tanh", device=device)

# %% [markdown] lang="en"
# Does that make training faster? Each side got its own best learning rate, or the comparison would compare rates.

# %% [markdown] lang="zh"
# 这样训练会更快吗？比较时每一方都用各自最好的学习率，否则比的就是学习率了。

# %%
nb.show_claims("tanh-faster", "sigmoid-centre-slows")

# %% [markdown] lang="en"
# ## ReLU, and a leak
#
# $$\mathrm{ReLU}(x) = \max(0, x), \qquad \mathrm{LeakyReLU}(x) = \max(0, x) + s \cdot \min(0, x).$$
#
# The slope is 1 on the right, however large $x$ is: nothing saturates there. At 0 there is a kink, and torch says 0.

# %% [markdown] lang="zh"
# ## ReLU 与 Leaky ReLU
#
# $$\mathrm{ReLU}(x) = \max(0, x), \qquad \mathrm{LeakyReLU}(x) = \max(0, x) + s \cdot \min(0, x).$$
#
# 在右半边，不管 $x$ 多大，斜率都是 1，不会饱和。0 处是个拐点，torch 在这里取 0。

# %%
nb.draw_figure("relu", device=device)

# %% [markdown] lang="en"
# The same function with a leak of $s = 0.2$ (torch's default is 0.01, too small to see): the dashed slope never
# reaches 0.

# %% [markdown] lang="zh"
# 换成 $s = 0.2$ 的 Leaky ReLU（torch 默认 0.01，太小，图上看不出来）：虚线画的斜率不会到 0。

# %%
nb.plot_activation(nn.LeakyReLU(0.2), torch.linspace(-4, 4, 201), label="leaky_relu(0.2)").figure

# %% [markdown] lang="en"
# ## Through many layers
#
# On its way back the gradient is multiplied by $f'(z)$ at every layer. Ten times at most $\tfrac14$ leaves at most
# $4^{-10} \approx 10^{-6}$, before the weights have their say. Below: how large $\partial L / \partial z$ is at the
# first of ten layers, compared with the last.

# %% [markdown] lang="zh"
# ## 穿过许多层
#
# 反向传播时，梯度每过一层就要乘一次 $f'(z)$。十个不超过 $\tfrac14$ 的数相乘，至多剩下 $4^{-10} \approx 10^{-6}$，这还没有算权重的作用。下面是十层网络里，第一层的 $\partial L / \partial z$ 与最后一层的之比。

# %%
layers = nb.init_weights(nn.ModuleList(nn.Linear(64, 64) for _ in range(10)), "xavier_normal").to(device)
x = torch.randn(32, 64, generator=torch.Generator().manual_seed(0)).to(device)
for f in (torch.sigmoid, torch.tanh, torch.relu):
    a, sums = x, []
    for layer in layers:
        sums.append(layer(a))
        a = f(sums[-1])
    first, *_, last = torch.autograd.grad(a.square().mean(), sums)
    print(f"{f.__name__:8}{first.norm() / last.norm():.1e}")

# %% [markdown] lang="en"
# One network is one draw; the ledger measures more of them. Note how much of ReLU's advantage comes from the
# initialization, which is the next notebook.
#
# <!-- claim: tanh-vanishes -->
# > **The article says:** Gradients vanish with tanh too.
# >
# > **Measured: it holds under a condition.** From weights much smaller than Xavier's, and those of nn.Linear itself
# > are: their variance is a third of it. From Xavier's initialization gradients do not vanish.

# %% [markdown] lang="zh"
# 一个网络只是一次抽样，论断账本里测得更多。请留意 ReLU 的优势有多少来自初始化，那是下一个笔记本的内容。
#
# <!-- claim: tanh-vanishes -->
# > **文章说：** Tanh 仍有梯度消失的问题。
# >
# > **实测：有条件成立。** 权重要比 Xavier 小得多；nn.Linear 自己的初始化就是这样，方差只有 Xavier 的三分之一。用 Xavier 初始化，梯度不会消失。

# %%
nb.show_claims("sigmoid-vanishes", "tanh-vanishes", "relu-relieves-vanishing")

# %% [markdown] lang="en"
# ## Dead ReLUs
#
# A unit whose $z$ is negative on *all* of the data has output 0 and slope 0 everywhere. No gradient reaches its
# weights, so no step along the gradient brings it back. The unit below has a bias of $-10$.

# %% [markdown] lang="zh"
# ## 死掉的 ReLU
#
# 如果一个单元在*全部*数据上 $z$ 都是负的，它的输出处处为 0，斜率也处处为 0。梯度到不了它的权重，只靠梯度走的优化器再也救不活它。下面这个单元的偏置是 $-10$。

# %%
x, _ = nb.moons(128)
for f in (F.relu, F.leaky_relu):
    unit = nb.init_weights(nn.Linear(2, 1), "constant", val=1.0, bias=-10.0).to(device)
    f(unit(x.to(device))).sum().backward()
    print(unit.weight.grad, unit.bias.grad)

# %% [markdown] lang="en"
# Nobody starts with such a bias, but a large step can lead there. How many units are dead after training depends on the
# learning rate:

# %% [markdown] lang="zh"
# 没有人会从这样的偏置开始，可是步子太大就会走到那里。训练之后死了多少单元，要看学习率：

# %%
result = nb.run_experiment("dead-relu", quick=True, device=device)
nb.draw_experiment("dead-relu", result)

# %% [markdown] lang="en"
# Before any training it depends on the bias. A thousand units for each, with Kaiming's weights:

# %% [markdown] lang="zh"
# 还没有训练时，要看偏置。每种偏置各取一千个单元，权重用 Kaiming 初始化：

# %%
for bias in (1.0, 0.0, -0.5, -1.0, -2.0, -4.0):
    units = nb.init_weights(nn.Linear(2, 1000), "kaiming_normal", bias=bias)
    dead = (units(x) <= 0).all(dim=0).double().mean()
    print(f"{bias:5.1f} {dead:7.1%}")

# %% [markdown] lang="en"
# <!-- claim: leaky-relu-lives -->
# > **The article says:** Leaky ReLU keeps units from dying.
# >
# > **Measured: it holds.** By definition: its slope is 1 or 0.01, never 0.
#
# <!-- claim: relu-overfitting -->
# > **The article says:** ReLU reduces overfitting, because it is sparse.
# >
# > **Measured: it is not supported.** On few rows of moons it overfits more than sigmoid.

# %% [markdown] lang="zh"
# <!-- claim: leaky-relu-lives -->
# > **文章说：** Leaky ReLU 可以防止神经元死亡。
# >
# > **实测：成立。** 由定义就能看出：它的斜率不是 1 就是 0.01，从不为 0。
#
# <!-- claim: relu-overfitting -->
# > **文章说：** ReLU 引入稀疏性，从而减少过拟合。
# >
# > **实测：未获支持。** 半月的样本少时，它比 sigmoid 过拟合更重。

# %%
nb.show_claims("relu-dies", "leaky-relu-lives", "relu-overfitting")

# %% [markdown] lang="en"
# ## Softmax
#
# $$\mathrm{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}.$$
#
# It turns scores into a distribution: nothing negative, sum 1. Unlike the others it does not work number by number:
# each output depends on all inputs.

# %% [markdown] lang="zh"
# ## Softmax
#
# $$\mathrm{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}.$$
#
# 它把得分变成概率分布：没有负数，和为 1。与前面几个函数不同，它不是逐个数计算的：每个输出都取决于所有的输入。

# %%
scores = torch.tensor([0.2, 1.3, 3.75], device=device)
probabilities = torch.softmax(scores, dim=0)
print(probabilities, probabilities.sum())

# %% [markdown] lang="en"
# <!-- claim: softmax-printed -->
# > **The article says:** The softmax of [0.2, 1.3, 3.75] prints [0.0212, 0.0638, 0.7392].
# >
# > **Measured: it is wrong.** A softmax sums to 1. The printed numbers stand in the right proportion, but belong to a
# > longer input, whose other scores are missing.

# %% [markdown] lang="zh"
# <!-- claim: softmax-printed -->
# > **文章说：** [0.2, 1.3, 3.75] 的 softmax 输出 [0.0212, 0.0638, 0.7392]。
# >
# > **实测：不成立。** softmax 之和必为 1。文中数字之间的比例是对的，但属于一个更长的输入，其余得分漏掉了。

# %%
nb.show_claims("softmax-printed")

# %% [markdown] lang="en"
# A *temperature* $T$ divides the scores first. A low one leaves all to the largest score, a high one makes all alike.

# %% [markdown] lang="zh"
# 先把得分除以*温度* $T$，再取 softmax。温度低，最大的得分独占全部；温度高，各类趋于相等。

# %%
result = nb.run_experiment("softmax-temperature", quick=True, device=device)
nb.draw_experiment("softmax-temperature", result)

# %% [markdown] lang="en"
# ## Which one where
#
# | layer | activation | why |
# |---|---|---|
# | hidden | ReLU or Leaky ReLU (the article's choice), tanh | slopes near 1 where the units work |
# | output, two classes | sigmoid | one number $p$; the other class has $1 - p$ |
# | output, many classes | softmax | a distribution |
# | output, regression | none (the identity) | targets lie anywhere |
#
# When you *train*, leave the last sigmoid or softmax out: torch's losses for logits contain it. See `08_losses`.
#
# <!-- claim: relu-first -->
# > **The article says:** ReLU is the first choice for hidden layers, above all in deep ones.
# >
# > **Measured: it is not supported.** In some of these networks tanh or sigmoid is ahead of ReLU; updates are
# > counted, not seconds.
#
# <!-- claim: avoid-sigmoid -->
# > **The article says:** Sigmoid is better avoided in hidden layers.
# >
# > **Measured: it holds.** Against ReLU alone it is not shown in every one of these networks.

# %% [markdown] lang="zh"
# ## 用在哪里
#
# | 层 | 激活函数 | 原因 |
# |---|---|---|
# | 隐藏层 | ReLU 或 Leaky ReLU（文章的首选）、tanh | 单元工作的地方，斜率接近 1 |
# | 输出层，二分类 | sigmoid | 一个数 $p$，另一类就是 $1 - p$ |
# | 输出层，多分类 | softmax | 得到概率分布 |
# | 输出层，回归 | 不加（恒等函数） | 目标可以是任何数 |
#
# *训练*时，最后的 sigmoid 或 softmax 要去掉：torch 中接收 logits 的损失函数已经包含了它，见 `08_losses`。
#
# <!-- claim: relu-first -->
# > **文章说：** 隐藏层首选 ReLU，尤其是深层网络。
# >
# > **实测：未获支持。** 有的网络里，tanh 或 sigmoid 领先于 ReLU。这里按更新次数计，不按时间计。
#
# <!-- claim: avoid-sigmoid -->
# > **文章说：** 隐藏层应尽量避免使用 sigmoid。
# >
# > **实测：成立。** 只和 ReLU 比，并非在每个网络里都测到 sigmoid 更慢。

# %% [markdown] lang="en"
# ## Pitfalls
#
# **1. Softmax along the wrong dimension.** Rows are samples, columns are classes: it must be `dim=1`, or `dim=-1`. With
# `dim=0` the samples compete with each other, and nothing complains. The sums of the rows tell.

# %% [markdown] lang="zh"
# ## 常见的坑
#
# **1. softmax 的维度写错。** 一行是一个样本，一列是一个类别，所以要用 `dim=1` 或 `dim=-1`。写成 `dim=0`，就成了样本之间互相竞争，而且没有任何报错。看看各行的和就知道了。

# %%
logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]], device=device)
print(torch.softmax(logits, dim=1).sum(dim=1))
print(torch.softmax(logits, dim=0).sum(dim=1))

# %% [markdown] lang="en"
# **2. Computing what overflows.** The formula as it is written gives `nan` for a score of 1000, and the logarithm of
# $1 - \sigma(20)$ is $-\infty$ in float32. `torch.softmax` and `F.logsigmoid` get both right, because
# $\log(1 - \sigma(x)) = \log \sigma(-x)$.

# %% [markdown] lang="zh"
# **2. 照公式硬算，结果溢出。** 得分为 1000 时，照公式算会得到 `nan`；在 float32 中，$1 - \sigma(20)$ 的对数是 $-\infty$。`torch.softmax` 和 `F.logsigmoid` 都能算对，后者利用了 $\log(1 - \sigma(x)) = \log \sigma(-x)$。

# %%
scores, z = torch.tensor([1000.0, 0.0], device=device), torch.tensor(20.0, device=device)
print(scores.exp() / scores.exp().sum(), torch.softmax(scores, dim=0))
print(torch.log(1 - torch.sigmoid(z)), F.logsigmoid(-z))

# %% [markdown] lang="en"
# **3. An in-place activation that overwrites what autograd needs.** Sigmoid's derivative is computed from its *output*.
# `relu_` with its underscore, like `nn.ReLU(inplace=True)`, writes over it.

# %% [markdown] lang="zh"
# **3. 原地操作改掉了 autograd 要用的数。** Sigmoid 的导数是用它的*输出*算的，而带下划线的 `relu_` 和 `nn.ReLU(inplace=True)` 一样，会把输出改写掉。

# %%
x = torch.randn(3, generator=torch.Generator().manual_seed(0)).to(device).requires_grad_()
try:
    torch.sigmoid(x).relu_().sum().backward()
except RuntimeError as error:
    print(str(error).split(":")[0])

# %% [markdown] lang="en"
# ## Exercises
#
# Fill in the functions without `torch.sigmoid`, `torch.softmax` and so on, and run the cell. The check compares with
# torch, shows the smallest input that goes wrong, and often knows why.

# %% [markdown] lang="zh"
# ## 练习
#
# 不用 `torch.sigmoid`、`torch.softmax` 这些现成的函数，把下面几个函数补上，再运行单元格。检查时会与 torch 比较，给出最小的反例，往往还能指出原因。

# %%
nb.exercise("sigmoid")


# %%
def sigmoid(x):
    # your code
    ...


nb.check("sigmoid", sigmoid)

# %%
nb.exercise("sigmoid-gradient")


# %%
def sigmoid_gradient(x):
    # your code
    ...


nb.check("sigmoid-gradient", sigmoid_gradient)

# %%
nb.exercise("softmax")


# %%
def softmax(x, dim):
    # your code
    ...


nb.check("softmax", softmax)

# %%
nb.exercise("leaky-relu")


# %%
def leaky_relu(x, negative_slope):
    # your code
    ...


nb.check("leaky-relu", leaky_relu)

# %% [markdown] lang="en"
# ## What to read next
#
# - `05_initialization`: how large the weights must start, so that the signal survives these functions.
# - torch: [activations](https://docs.pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity),
#   [softmax](https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html)
# - Glorot, Bordes & Bengio (2011), [Deep sparse rectifier neural networks](https://proceedings.mlr.press/v15/glorot11a.html)
# - Hinton, Vinyals & Dean (2015), [Distilling the knowledge in a neural network](https://arxiv.org/abs/1503.02531), on
#   temperature

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - `05_initialization`：权重从多大开始，信号才能穿过这些函数。
# - torch 文档：[激活函数](https://docs.pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity)、
#   [softmax](https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html)
# - Glorot, Bordes & Bengio (2011)，[Deep sparse rectifier neural networks](https://proceedings.mlr.press/v15/glorot11a.html)
# - Hinton, Vinyals & Dean (2015)，[Distilling the knowledge in a neural network](https://arxiv.org/abs/1503.02531)，讲温度
