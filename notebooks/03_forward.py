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
# # 3 · Forward propagation
#
# **What you will see**: the way of an input through a network, layer by layer, first by hand and then recorded from the
# running model; and what happens if the activation between the layers is left out: any number of layers then
# does no more than a single one, which is measured here, too.

# %% [markdown] lang="zh"
# # 3 · 前向传播
#
# **这一节会看到什么**：一个输入怎样一层层穿过网络，先用手算，再从运行中的模型里记录下来；
# 以及去掉层与层之间的激活函数会怎样：无论叠多少层，都不比一层强，这一点这里也会测量。

# %%
import os

import torch
from torch import nn

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # the language of pictures and messages: "en" or "zh"
device = "cpu"  # or "cuda"

# %% [markdown] lang="en"
# ## One formula, again and again
#
# Number the layers $i = 1 \dots L$ and call the input $a_0 = x$. Then every layer does the same:
#
# $$z_i = W_i \, a_{i-1} + b_i, \qquad a_i = f_i(z_i),$$
#
# and $a_L$ is the network's output. For a batch the rows of $x$ are the examples, so in code the product stands the
# other way round: $Z = A W^\top + b$. Here are the article's model and five examples.

# %% [markdown] lang="zh"
# ## 同一个公式，反复使用
#
# 把各层编号为 $i = 1 \dots L$，把输入记作 $a_0 = x$。每一层做的事都一样：
#
# $$z_i = W_i \, a_{i-1} + b_i, \qquad a_i = f_i(z_i),$$
#
# 最后的 $a_L$ 就是网络的输出。对一批数据来说，$x$ 的每一行是一个样本，所以代码里的乘积要反过来写：$Z = A W^\top + b$。
# 下面是文章的模型和五个样本。

# %%
model = nb.ThreeLayerNet().to(device)
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(0)).to(device)
print(model)

# %% [markdown] lang="en"
# By hand, with the model's own six parameters:

# %% [markdown] lang="zh"
# 用模型自己的六个参数，亲手算一遍：

# %%
with torch.no_grad():
    a1 = torch.sigmoid(x @ model.linear1.weight.T + model.linear1.bias)
    a2 = torch.relu(a1 @ model.linear2.weight.T + model.linear2.bias)
    by_hand = torch.softmax(a2 @ model.out.weight.T + model.out.bias, dim=-1)
    print(by_hand)
    print("largest difference from model(x):", (by_hand - model(x)).abs().max().item())

# %% [markdown] lang="en"
# Two classes, so each row holds two probabilities, and they sum to 1.
#
# ## Recorded from the running model
#
# `nb.trace_forward` runs the model and keeps $z$ and $a$ of each layer. Follow the shapes: the batch of 5 stays, the
# last dimension goes 3, 3, 2, 2.

# %% [markdown] lang="zh"
# 有两个类别，所以每行是两个概率，和为 1。
#
# ## 从运行中的模型里记录
#
# `nb.trace_forward` 运行模型，把每一层的 $z$ 和 $a$ 都留下来。看形状的变化：批的大小 5 不变，最后一维依次是 3、3、2、2。

# %%
trace = nb.trace_forward(model, x)
trace

# %% [markdown] lang="en"
# The numbers of the first example. Compare each $z$ with its $a$: the sigmoid squeezes everything into (0, 1), ReLU
# lets positive numbers pass and turns negative ones into 0, softmax makes the last two a distribution.

# %% [markdown] lang="zh"
# 第一个样本的各个数。把每个 $z$ 和对应的 $a$ 比一比：sigmoid 把所有数压进 (0, 1)，ReLU 让正数通过、把负数变成 0，
# softmax 让最后两个数成为概率分布。

# %%
print(f"x        {[round(number, 3) for number in x[0].tolist()]}")
for layer in trace:
    print(f"{layer.name:8} z = {[round(number, 3) for number in layer.z[0].tolist()]}")
    print(f"{'':8} a = {[round(number, 3) for number in layer.a[0].tolist()]}")

# %% [markdown] lang="en"
# ## How that works: hooks
#
# A **forward hook** is a function that torch calls after a module has run. It is the honest way to look inside any
# model, also one that you did not write. Remove the hook when you have seen enough.

# %% [markdown] lang="zh"
# ## 它是怎么做到的：钩子
#
# **前向钩子**（forward hook）是一个函数，模块每次运行完，torch 都会调用它。想看任何模型的内部，都可以用这个办法，
# 哪怕模型不是你写的。看够了就把钩子移除。


# %%
def look(module, inputs, output):
    print(type(module).__name__, tuple(inputs[0].shape), "->", tuple(output.shape))


handles = [module.register_forward_hook(look) for module in model.modules()]  # the layers, and the model itself
output = model(x)

# %% [markdown] lang="en"
# **Pitfall.** Call the model, `model(x)`, and not its method, `model.forward(x)`: that skips the hooks of the model
# itself, without a word. The line of `ThreeLayerNet` is missing below; the layers, which the method calls, are there.

# %% [markdown] lang="zh"
# **坑。** 要写 `model(x)`，不要写 `model.forward(x)`：后者会一声不响地跳过模型自身的钩子。
# 下面就少了 `ThreeLayerNet` 那一行；里面的各层是由这个方法调用的，所以还在。

# %%
output = model.forward(x)
for handle in handles:
    handle.remove()

# %% [markdown] lang="en"
# ## A batch is many examples, not one
#
# No row looks at another: a batch gives what its rows give one by one. It is only faster, being one matrix product
# instead of many. (A layer that does mix the rows is `nn.BatchNorm1d`, in training mode.)

# %% [markdown] lang="zh"
# ## 一批是许多个样本，不是一个
#
# 各行之间互不相看：整批一起算，和一行一行算，结果相同，只是更快，因为许多次乘积合成了一次矩阵乘法。
# （会把各行混在一起的层也有，例如训练模式下的 `nn.BatchNorm1d`。）

# %%
with torch.no_grad():
    one_by_one = torch.stack([model(row) for row in x])
    print("largest difference:", (one_by_one - model(x)).abs().max().item())

# %% [markdown] lang="en"
# ## Why something must stand between two layers
#
# Leave the activation out of two layers:
#
# $$W_2 (W_1 x + b_1) + b_2 = W x + b \quad\text{for some } W \text{ and } b.$$
#
# A product of matrices is a matrix, so this is one linear layer, and a deeper stack is, too. Here are three layers from
# one number to one number, with the *same* weights, once with nothing between them and once with ReLU:

# %% [markdown] lang="zh"
# ## 为什么两层之间必须有点什么
#
# 把两层之间的激活函数去掉：
#
# $$W_2 (W_1 x + b_1) + b_2 = W x + b, \quad W \text{ 和 } b \text{ 由两层的参数决定。}$$
#
# 矩阵的乘积还是矩阵，所以这只是一个线性层，再叠多少层也一样。下面是从一个数到一个数的三层网络，权重*相同*，
# 一个中间什么也没有，一个中间用 ReLU：


# %%
def stack(between):
    def make():
        return nn.Sequential(nn.Linear(1, 16), between, nn.Linear(16, 16), between, nn.Linear(16, 1))

    return nb.seeded_model(make, seed=0)


def curve(network):
    return lambda numbers: network(numbers[:, None])[:, 0]


linear, bent = stack(nn.Identity()), stack(nn.ReLU())
ax = nb.plot_activation(curve(linear), with_derivative=False, label="Identity", color="gray")
nb.plot_activation(curve(bent), with_derivative=False, label="ReLU", color="purple", ax=ax).figure

# %% [markdown] lang="en"
# A continuous function is a straight line exactly if at the middle of any two points it takes the mean of its values
# there. How far off is the middle, for 1,000 pairs of points?

# %% [markdown] lang="zh"
# 一个连续函数是直线，当且仅当在任意两点的中点处，它的值等于两端的平均值。取 1000 对点，看中点偏离多少：

# %%
u, v = 3 * torch.randn(2, 1000, 1, generator=torch.Generator().manual_seed(0))
for name, network in {"Identity": linear, "ReLU": bent}.items():
    with torch.no_grad():
        off = network((u + v) / 2) - (network(u) + network(v)) / 2
    print(f"{name:9} farthest from the mean: {off.abs().max():.1e}")

# %% [markdown] lang="en"
# What is left for `Identity` is rounding. Does that matter in training? The experiment trains stacks of growing depth
# on two moons, each at its own best learning rate. One linear layer and four draw the same straight line; only ReLU
# between them bends it.

# %% [markdown] lang="zh"
# `Identity` 剩下的那一点是舍入误差。训练时这要紧吗？下面的实验用“双月”数据训练越来越深的网络，各用自己最好的学习率。
# 一个线性层和四个线性层画出同一条直线；层间加上 ReLU，线才弯得过来。

# %%
result = nb.run_experiment("linear-collapse", quick=True, device=device)
nb.draw_experiment("linear-collapse", result)

# %% [markdown] lang="en"
# The best that a *single* linear layer can do is known: Newton's method finds it. No linear stack gets below it,
# however deep.

# %% [markdown] lang="zh"
# *单个*线性层最好能做到多少，可以用牛顿法求出。线性的网络不管多深，损失都低不过它。

# %%
found = result.first
for depth, losses in zip(found.depths, found.losses["identity"], strict=True):
    print(f"{depth} x Linear {losses.median():.4f}")
print(f"Newton     {found.floor:.4f}")

# %% [markdown] lang="en"
# <!-- claim: activation-bends -->
# > **The article says:** The activation turns z into a by a transformation that is not linear.
# >
# > **Measured: it holds under a condition.** The layer is not the output of a regression, for which section 4 itself
# > takes the identity: there, a is z.
#
# The output layer of a regression hands on $z$ as it is (the *identity*): so it can reach every number. Here is what the
# section says, together with what section 4 says about stacked linear layers.

# %% [markdown] lang="zh"
# <!-- claim: activation-bends -->
# > **文章说：** 激活函数对 z 作非线性变换得到 a。
# >
# > **实测：有条件成立。** 回归的输出层除外：第四节自己也说那里用恒等函数，a 就是 z。
#
# 回归网络的输出层原样输出 $z$（*恒等函数*），这样才能取到所有的数。下面是这一节的各条说法，
# 以及第四节关于线性层叠加的说法。

# %%
nb.show_claims("forward-by-layer", "activation-bends", "linear-stack")

# %% [markdown] lang="en"
# ## Pitfalls
#
# **Two devices.** Model and data must be in the same place. `.to(device)` moves a *model* in place, but of a *tensor*
# it returns a copy: write `x = x.to(device)`. To show the error on any machine, the data here go to torch's `meta`
# device, which holds shapes without numbers; with a GPU you would read `cuda:0` and `cpu`.

# %% [markdown] lang="zh"
# ## 常见的坑
#
# **两个设备。** 模型和数据必须在同一个设备上。`.to(device)` 对*模型*是就地移动，对*张量*则是返回一份副本：
# 要写 `x = x.to(device)`。为了在任何机器上都能看到这个错误，这里把数据放到 torch 的 `meta` 设备上，
# 它只有形状，没有数；如果有 GPU，你读到的会是 `cuda:0` 和 `cpu`。

# %%
try:
    model(x.to("meta"))
except RuntimeError as error:
    print(str(error).splitlines()[0])

# %% [markdown] lang="en"
# **A wrong last dimension.** torch tells you two shapes, but not in which layer. `nb.trace_forward` does.

# %% [markdown] lang="zh"
# **最后一维不对。** torch 只给出两个形状，不说是哪一层；`nb.trace_forward` 会说。

# %%
wide = torch.ones(5, 4, device=device)
for run in (model, lambda data: nb.trace_forward(model, data)):
    try:
        run(wide)
    except (RuntimeError, ValueError) as error:
        print(str(error).splitlines()[0])

# %% [markdown] lang="en"
# **A graph that nobody wants.** Every forward pass records what backpropagation will need, which costs memory, and
# such a tensor is refused by NumPy. For predictions write `with torch.no_grad():` around it, or `.detach()` behind it.

# %% [markdown] lang="zh"
# **多余的计算图。** 每次前向传播都会记录反向传播要用的东西，占用内存，而且这样的张量 NumPy 不接受。
# 只做预测时，外面套一层 `with torch.no_grad():`，或者在后面加 `.detach()`。

# %%
try:
    model(x).cpu().numpy()
except RuntimeError as error:
    print(error)
with torch.no_grad():
    print(type(model(x).cpu().numpy()).__name__, "with no_grad")

# %% [markdown] lang="en"
# **Still in training mode.** Some layers behave differently in training. Dropout sets numbers to 0 by chance, so two
# calls differ; `model.eval()` turns that off, `model.train()` on again. It has nothing to do with `no_grad`.

# %% [markdown] lang="zh"
# **还在训练模式。** 有些层在训练时的行为不一样。Dropout 会随机把一些数置 0，所以两次调用结果不同；
# `model.eval()` 关掉它，`model.train()` 再打开。这和 `no_grad` 是两回事。

# %%
torch.manual_seed(0)
dropping = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5)).to(device)
print("training mode:  ", "equal" if torch.equal(dropping(x), dropping(x)) else "two calls, two answers")
dropping.eval()
print("evaluation mode:", "equal" if torch.equal(dropping(x), dropping(x)) else "two calls, two answers")

# %% [markdown] lang="en"
# ## Exercises
#
# First a whole layer for a batch; then find the single layer that two linear layers make.

# %% [markdown] lang="zh"
# ## 练习
#
# 先写出对一批数据计算的一整层；再求出两个线性层合起来的那一层。

# %%
nb.exercise("linear-layer")


# %%
def linear_layer(x, weight, bias):
    pass  # your code


nb.check("linear-layer", linear_layer)

# %%
nb.exercise("linear-collapse")


# %%
def linear_collapse(weight1, bias1, weight2, bias2):
    pass  # your code


nb.check("linear-collapse", linear_collapse)

# %% [markdown] lang="en"
# ## What to read next
#
# - [04_activations](04_activations.ipynb): which function to put between the layers.
# - [Module.register_forward_hook](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_forward_hook)
# - [torch.no_grad and the other modes](https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation)
# - Saxe, McClelland and Ganguli (2014), [arXiv:1312.6120](https://arxiv.org/abs/1312.6120): deep *linear* networks
#   compute no more than one layer, yet learn in a way of their own.

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - [04_activations](04_activations.ipynb)：层与层之间该放哪个函数。
# - [Module.register_forward_hook](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_forward_hook)
# - [torch.no_grad 和其他模式](https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation)
# - Saxe、McClelland、Ganguli (2014)，[arXiv:1312.6120](https://arxiv.org/abs/1312.6120)：
#   深层*线性*网络算出的东西不比一层多，学习的过程却自有特点。
