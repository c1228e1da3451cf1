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
# # 6 · The three-layer model
#
# **What you will see**
#
# - the article's model, written in torch, drawn from its own weights, and run;
# - its 26 parameters, counted in three ways;
# - that it trains, once its softmax is left to the loss;
# - the mistakes that a first model of one's own usually makes.

# %% [markdown] lang="zh"
# # 6 · 三层模型
#
# **这一节会看到什么**
#
# - 文章里的模型：用 torch 写出来，照它自己的权重画出来，再运行一次；
# - 它的 26 个参数，用三种办法数；
# - 把 softmax 交给损失函数之后，它是能训练的；
# - 第一次自己写模型时常犯的错误。

# %%
import inspect
import os
import warnings

import torch
from torch import nn
from torch.nn import functional as F

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # the language of pictures and messages: "en" or "zh"
device = "cpu"  # or "cuda"

# %% [markdown] lang="en"
# ## The model
#
# A `nn.Module` names its layers in `__init__` and says in `forward` how data goes through them:
#
# $$a_1 = \sigma(W_1 x + b_1), \qquad a_2 = \mathrm{ReLU}(W_2 a_1 + b_2), \qquad p = \mathrm{softmax}(W_3 a_2 + b_3).$$
#
# The package has it as `nb.ThreeLayerNet`, whose weights come from a generator of its own, so that they are the same
# each time. Its `forward` is a few lines of torch and nothing else:

# %% [markdown] lang="zh"
# ## 模型
#
# 写一个 `nn.Module`，就是在 `__init__` 里给各层起名字，在 `forward` 里说明数据怎样穿过它们：
#
# $$a_1 = \sigma(W_1 x + b_1), \qquad a_2 = \mathrm{ReLU}(W_2 a_1 + b_2), \qquad p = \mathrm{softmax}(W_3 a_2 + b_3).$$
#
# 包里的 `nb.ThreeLayerNet` 就是它，权重由自己的 generator 抽取，所以每次都一样。它的 `forward` 不过是这么几行 torch：

# %%
model = nb.ThreeLayerNet().to(device)
print(inspect.getsource(nb.ThreeLayerNet.forward))
print(model)

# %% [markdown] lang="en"
# Each arrow below is one of its real weights: blue where it is positive, orange and hollow where it is negative, wide
# where it is large. The squares are the biases.

# %% [markdown] lang="zh"
# 下图中每个箭头都是它真实的一个权重：蓝色为正，橙色空心为负，粗细表示大小。方块是偏置。

# %%
nb.plot_network(model, weights=True).figure

# %% [markdown] lang="en"
# ## Five samples go through
#
# $x$ has one row for each sample. Every row of the output is a distribution: it sums to 1.

# %% [markdown] lang="zh"
# ## 送进五个样本
#
# $x$ 的一行是一个样本。输出的每一行都是概率分布，和为 1。

# %%
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(0)).to(device)
with torch.no_grad():
    output = model(x)
print(output)
print(output.sum(dim=1))

# %% [markdown] lang="en"
# The batch size, 5, is nowhere in the model: only the last dimension has to fit. `trace_forward` listens at every layer.

# %% [markdown] lang="zh"
# 模型里没有写批量大小 5，只要求最后一维对得上。`trace_forward` 能看到每一层的 $z$ 和 $a$。

# %%
trace = nb.trace_forward(model, x)
print(trace)
print(trace[1].a)

# %% [markdown] lang="en"
# ## 26 parameters
#
# A layer from $m$ to $n$ units has $m \times n$ weights and $n$ biases, one bias a unit: $m \times n + n$. torch stores
# the weight as $(n, m)$, so that $z = x W^\top + b$.

# %% [markdown] lang="zh"
# ## 26 个参数
#
# 从 $m$ 个单元到 $n$ 个单元的一层，有 $m \times n$ 个权重；偏置每个单元一个，共 $n$ 个。合起来是 $m \times n + n$。torch 把权重存成 $(n, m)$ 的形状，于是 $z = x W^\top + b$。

# %%
for name, parameter in model.named_parameters():
    print(f"{name:15}{tuple(parameter.shape)}")
print(sum(parameter.numel() for parameter in model.parameters()))

# %%
nb.count_parameters(model)

# %% [markdown] lang="en"
# The article's third way is `torchsummary`. It lists *modules*: `torch.sigmoid` in `forward` is a function, so it has no
# line of its own. Called directly, `torchsummary.summary` makes its inputs on CUDA wherever there is one;
# `nb.summary` has it use the model's own device.

# %% [markdown] lang="zh"
# 文章的第三种办法是 `torchsummary`。它列出的是*模块*，而 `forward` 里的 `torch.sigmoid` 是函数，所以没有单独的一行。直接调用 `torchsummary.summary` 时，只要机器上有 CUDA，它就在 CUDA 上造输入；`nb.summary` 则让它用模型自己的设备。

# %%
nb.summary(model, (3,))

# %% [markdown] lang="en"
# What the article says of this model, measured:

# %% [markdown] lang="zh"
# 文章对这个模型的说法，逐条实测：

# %%
ids = ["model-output", "model-init", "model-parameters", "model-count", "linear-count", "summary-cuda"]
nb.show_claims(*ids)

# %% [markdown] lang="en"
# ## The softmax at its end
#
# <!-- claim: double-softmax -->
# > **Beside the article:** The model as it is built, with a softmax at its end, is ready for CrossEntropyLoss.
# >
# > **Measured: it is wrong.** CrossEntropyLoss takes a softmax itself: two of them keep the loss above ln(1 + (C -
# > 1)/e) for C classes and damp the gradient. Train on logits and take the softmax for predictions only.
#
# What that does is seen best on a *perfect* prediction, $p = (1, 0)$ for class 0. Its loss should be 0. The second
# softmax sees the numbers 1 and 0 and makes
#
# $$-\log \frac{e^1}{e^1 + e^0} = \log(1 + e^{-1}).$$
#
# The second line is the loss of logits that are as sure.

# %% [markdown] lang="zh"
# ## 末尾的 softmax
#
# <!-- claim: double-softmax -->
# > **文章之外：** 按文中的写法，末尾带 softmax 的模型可以直接配上 CrossEntropyLoss。
# >
# > **实测：不成立。** CrossEntropyLoss 自带 softmax：做两次 softmax，C 类的损失就不会低于 ln(1 + (C - 1)/e)，梯度也被削弱。训练时用 logits，只在预测时取 softmax。
#
# 拿一个*完全正确*的预测来看最清楚：类别是 0，$p = (1, 0)$，损失本应为 0。可是第二次 softmax 看到的是 1 和 0 这两个数，于是
#
# $$-\log \frac{e^1}{e^1 + e^0} = \log(1 + e^{-1}).$$
#
# 第二行是同样有把握的 logits 的损失。

# %%
perfect, target = torch.tensor([[1.0, 0.0]], device=device), torch.tensor([0], device=device)
print(F.cross_entropy(perfect, target))
print(F.cross_entropy(torch.tensor([[100.0, 0.0]], device=device), target))

# %%
nb.show_claims("double-softmax")

# %% [markdown] lang="en"
# No model gets below that floor. Here are networks with one hidden layer on the moons, some that return logits and some
# that return probabilities, each kind at its own best learning rate $\eta$:

# %% [markdown] lang="zh"
# 任何模型都降不到这个下限以下。下面在 moons 数据上比较有一个隐藏层的网络，一些输出 logits，一些输出概率，学习率 $\eta$ 各取最好的：

# %%
result = nb.run_experiment(
    "logits-or-probabilities",
    seeds=range(8),
    data=nb.moons(512),
    rates=(0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0),
    batch_size=32,
    device=device,
)
nb.draw_experiment("logits-or-probabilities", result)

# %% [markdown] lang="en"
# torch says nothing when the two are combined. `nb.train` looks at what the model returns and warns; here is that
# warning, caught:

# %% [markdown] lang="zh"
# 两者混用时 torch 不会有任何提示。`nb.train` 会检查模型的输出并发出警告，下面把这条警告捕获下来看看：

# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    nb.warn_double_softmax(model, "cross_entropy")
print(caught[0].message)

# %% [markdown] lang="en"
# ## It trains
#
# So: train on logits, and take the softmax for *predictions* only. The moons have two inputs, and we give the hidden
# layers a few units more than the article does. Printed: the loss at the start and at the end, and the share of right
# answers on points that were held back.

# %% [markdown] lang="zh"
# ## 它能训练
#
# 所以训练时用 logits，只在*预测*时取 softmax。moons 是两个月牙，输入只有两个数；隐藏层比文章里多几个单元。打印出来的是开始和结束时的损失，以及在留出的点上的正确率。

# %%
points, classes = nb.moons(256)
(x, y), (test_x, test_y) = nb.split((points.to(device), classes.to(device)))
model = nb.ThreeLayerNet(2, (16, 8), 2, output="logits").to(device)
training = nb.train(model, x, y, loss_fn="cross_entropy", optimizer="adam", lr=0.02, num_epochs=60, batch_size=32)
with torch.no_grad():
    probabilities = torch.softmax(model(test_x), dim=1)
print(f"{training.losses[0]:.3f} -> {training.losses[-6:].mean():.3f}")
print(f"{(probabilities.argmax(dim=1) == test_y).float().mean():.3f}")

# %% [markdown] lang="en"
# What `nb.train` does in each of its updates is five lines of torch. `09_gradient_descent` takes them apart.

# %% [markdown] lang="zh"
# `nb.train` 每次更新做的事，就是下面这几行 torch，`09_gradient_descent` 会逐行讲解。

# %%
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
optimizer.zero_grad()
loss = F.cross_entropy(model(x[:32]), y[:32])
loss.backward()
optimizer.step()
print(loss.item())

# %% [markdown] lang="en"
# ## Pitfalls
#
# **1. Shape, dtype, device.** torch refuses all three, and its messages are worth learning to read. NumPy makes float64
# and torch's layers are float32; `"meta"` stands here for a second device, which every machine has.

# %% [markdown] lang="zh"
# ## 常见的坑
#
# **1. 形状、dtype、设备不一致。** 三种情况 torch 都会拒绝，要学会读它的报错。NumPy 默认是 float64，而 torch 的层是 float32；这里用 `"meta"` 代替第二个设备，每台机器上都有它。

# %%
good = torch.ones(5, 2, device=device)
for bad in (torch.ones(5, 4, device=device), good.double(), good.to("meta")):
    try:
        model(bad)
    except RuntimeError as error:
        print(str(error).splitlines()[0])

# %% [markdown] lang="en"
# **2. Layers in a plain list.** `nn.Module` finds layers that are its attributes, or stand in a `nn.ModuleList`. It does
# not look into a Python list: the optimizer would get nothing to train, and `.to(device)` would leave them behind.

# %% [markdown] lang="zh"
# **2. 把层放进普通列表。** `nn.Module` 只认作为属性的层，或者放在 `nn.ModuleList` 里的层，不会去翻 Python 列表：优化器拿不到参数，`.to(device)` 也不会移动它们。

# %%
module = nn.Module()
module.layers = [nn.Linear(3, 3), nn.Linear(3, 2)]
print(sum(parameter.numel() for parameter in module.parameters()))
module.layers = nn.ModuleList(module.layers)
print(sum(parameter.numel() for parameter in module.parameters()))

# %% [markdown] lang="en"
# **3. Targets of the wrong dtype.** `cross_entropy` wants class numbers, and those are `int64`.

# %% [markdown] lang="zh"
# **3. 标签的 dtype 不对。** `cross_entropy` 要的是类别编号，dtype 为 `int64`。

# %%
try:
    F.cross_entropy(model(x), y.float())
except RuntimeError as error:
    print(str(error).splitlines()[0])

# %% [markdown] lang="en"
# ## Exercises

# %% [markdown] lang="zh"
# ## 练习

# %%
nb.exercise("count-parameters")


# %%
def count_parameters(sizes):
    # your code
    ...


nb.check("count-parameters", count_parameters)

# %% [markdown] lang="en"
# ## What to read next
#
# - `07_broadcasting`: how a bias of shape $(n,)$ is added to sums of shape (batch, $n$).
# - torch: [Build the neural network](https://docs.pytorch.org/tutorials/beginner/basics/buildmodel_tutorial.html),
#   [nn.Module](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html),
#   [CrossEntropyLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html)

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - `07_broadcasting`：形状为 $(n,)$ 的偏置，怎样加到形状为（批量, $n$）的加权和上。
# - torch 文档：[Build the neural network](https://docs.pytorch.org/tutorials/beginner/basics/buildmodel_tutorial.html)、
#   [nn.Module](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html)、
#   [CrossEntropyLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html)
