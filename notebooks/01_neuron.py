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
# # 1 · The neuron
#
# **What you will see**: a neuron multiplies, adds, and bends the sum once. You will compute one by hand, find the same
# in `nn.Linear`, see what its weights and its bias mean (not quite what one reads), and find the first thing that
# a single neuron cannot do.

# %% [markdown] lang="zh"
# # 1 · 神经元
#
# **这一节会看到什么**：神经元只做三件事：相乘、相加、过一次激活函数。先亲手算一个，再到 `nn.Linear` 里找到同样的计算；
# 看看权重和偏置到底表示什么（和常见的说法不完全一样）；最后找到单个神经元做不到的第一件事。

# %%
import os

import torch
from torch import nn

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # the language of pictures and messages: "en" or "zh"
device = "cpu"  # or "cuda"

# %% [markdown] lang="en"
# ## Where the idea comes from

# %% [markdown] lang="zh"
# ## 灵感从哪里来

# %%
nb.draw_figure("biological-neuron", device=device)

# %% [markdown] lang="en"
# The picture is an inspiration and no model of the brain: a living cell fires in pulses, in time, and changes with
# chemistry. What is left of it here is one line of arithmetic,
#
# $$z = w_1 x_1 + w_2 x_2 + \dots + w_n x_n + b = w \cdot x + b, \qquad a = f(z).$$
#
# $x$ are the inputs, $w$ the **weights**, $b$ the **bias**, $z$ the weighted sum, $f$ the **activation** function
# and $a$ what the neuron hands on.

# %% [markdown] lang="zh"
# 这只是灵感的来源，并不是大脑的模型：活的神经细胞发放的是脉冲，有先有后，还受化学物质调节。留到这里的，只有一行算式：
#
# $$z = w_1 x_1 + w_2 x_2 + \dots + w_n x_n + b = w \cdot x + b, \qquad a = f(z).$$
#
# 其中 $x$ 是输入，$w$ 是**权重**，$b$ 是**偏置**，$z$ 是加权和，$f$ 是**激活函数**，$a$ 是神经元的输出。

# %%
nb.draw_figure("artificial-neuron", device=device)

# %% [markdown] lang="en"
# ## By hand
#
# The numbers of the picture, in tensors. `x * w` multiplies cell by cell, `.sum()` adds up.

# %% [markdown] lang="zh"
# ## 亲手算一遍
#
# 把图里的数写成张量。`x * w` 逐个相乘，`.sum()` 求和。

# %%
x = torch.tensor([1.0, 2.0, -1.5], device=device)
w = torch.tensor([0.8, -0.5, 0.4], device=device)
b = torch.tensor(0.3, device=device)

z = (x * w).sum() + b
a = 1 / (1 + torch.exp(-z))  # the sigmoid
print("products", x * w)
print(f"z = {z:.4f}, a = {a:.4f}")

# %% [markdown] lang="en"
# `nb.neuron` does the same and checks what it is given; the activation may be a name or any function.

# %% [markdown] lang="zh"
# `nb.neuron` 算的是同样的东西，还会检查输入；激活函数可以写名字，也可以直接给一个函数。

# %%
nb.neuron(x, w, b, "sigmoid")

# %% [markdown] lang="en"
# ## In torch's own words
#
# `nn.Linear(3, 1)` is one neuron with three inputs, without its activation. Its weight is a **matrix** of one row,
# shape (1, 3), because the same module also holds many neurons (next notebook). It starts with random numbers;
# here we write ours into it.

# %% [markdown] lang="zh"
# ## 用 torch 自己的写法
#
# `nn.Linear(3, 1)` 就是一个有三个输入的神经元，只是还没有激活函数。它的权重是一个只有一行的**矩阵**，形状 (1, 3)，
# 因为同一个模块也可以装很多个神经元（见下一个笔记本）。它的初值是随机的，这里换成我们自己的数。

# %%
layer = nn.Linear(3, 1, device=device)
print("weight", tuple(layer.weight.shape), "· bias", tuple(layer.bias.shape))
with torch.no_grad():  # to write into parameters is not something to differentiate
    layer.weight[0] = w
    layer.bias[0] = b
torch.sigmoid(layer(x))

# %% [markdown] lang="en"
# A neuron takes any number of rows at once: the last dimension holds the inputs, all others just come along.

# %% [markdown] lang="zh"
# 神经元可以一次处理任意多行：最后一维放各个输入，前面的维度原样保留。

# %%
rows = torch.tensor([[1.0, 2.0, -1.5], [0.0, 0.0, 0.0], [2.0, 1.0, 0.0]], device=device)
print("layer(rows):", tuple(rows.shape), "->", tuple(layer(rows).shape))
nb.neuron(rows, w, b, "sigmoid")

# %% [markdown] lang="en"
# The second row is all zeros, so its $z$ is the bias alone. Now change the numbers below and run the cell again. Can
# you find weights that make $a$ exactly 0?

# %% [markdown] lang="zh"
# 第二行全是 0，所以它的 $z$ 就等于偏置。现在改一改下面的数，重新运行。你能找到让 $a$ 恰好等于 0 的权重吗？

# %%
mine = torch.tensor([1.0, -2.0], device=device)
nb.plot_neuron(torch.tensor([3.0, 0.5], device=device), mine, torch.tensor(-1.0, device=device), "relu").figure

# %% [markdown] lang="en"
# ## What the bias does
#
# Take one input with weight 1, and ReLU, which hands on $z$ where it is positive and 0 elsewhere. With $b = -2$ the
# neuron stays silent until the input passes 2.

# %% [markdown] lang="zh"
# ## 偏置的作用
#
# 取一个输入，权重为 1，激活函数用 ReLU：$z$ 为正就原样输出，否则输出 0。当 $b = -2$ 时，输入超过 2 神经元才有输出。

# %%
nb.plot_activation(lambda x: torch.relu(x - 2), with_derivative=False, label="relu(x − 2)").figure

# %% [markdown] lang="en"
# <!-- claim: bias-threshold -->
# > **The article says:** The bias is the threshold that the weighted inputs must pass for the neuron to fire.
# >
# > **Measured: it is wrong.** The sign is the other one: the threshold is -b. The larger the bias, the more readily
# > the neuron fires.
#
# The neuron fires where $w \cdot x + b > 0$, that is where $w \cdot x > -b$. A *large* bias makes a neuron fire *more*
# easily, as the rows below show for inputs from -3 to 3.

# %% [markdown] lang="zh"
# <!-- claim: bias-threshold -->
# > **文章说：** 偏置就是加权输入必须越过、神经元才会激活的阈值。
# >
# > **实测：不成立。** 符号相反：阈值是 -b。偏置越大，神经元越容易激活。
#
# 神经元在 $w \cdot x + b > 0$ 时激活，也就是 $w \cdot x > -b$。偏置*越大*，神经元*越容易*激活。
# 下面几行的输入从 -3 到 3，看得很清楚。

# %%
inputs = torch.arange(-3.0, 4.0, device=device)
print("x       ", inputs.tolist())
for shift in (-2.0, 0.0, 2.0):
    print(f"b = {shift:4}", torch.relu(inputs + shift).tolist())

# %% [markdown] lang="en"
# ## What a weight says
#
# The same neuron judges a person by height and mass, once with the height in metres and once in centimetres.

# %% [markdown] lang="zh"
# ## 权重说明什么
#
# 同一个神经元，根据身高和体重给人打分：一次身高以米为单位，一次以厘米为单位。

# %%
person = {"metres": [1.75, 70.0], "centimetres": [175.0, 70.0]}
weights = {"metres": [20.0, 0.1], "centimetres": [0.2, 0.1]}
for unit in person:
    x_unit, w_unit = torch.tensor(person[unit], device=device), torch.tensor(weights[unit], device=device)
    print(f"{unit:12} weight of the height {weights[unit][0]:4}, z = {(x_unit * w_unit).sum():.4f}")

# %% [markdown] lang="en"
# <!-- claim: weight-importance -->
# > **The article says:** A weight tells how important its input is.
# >
# > **Measured: it holds under a condition.** The inputs have the same scale, and what counts is an input that changes
# > by itself: the same length in smaller units needs a smaller weight for the same effect.
#
# A weight a hundred times smaller makes the same neuron. Before comparing weights, give every input mean 0 and
# standard deviation 1 (*standardize* it).
#
# The ledger has measured all statements of this section:

# %% [markdown] lang="zh"
# <!-- claim: weight-importance -->
# > **文章说：** 权重的大小表示对应输入的重要性。
# >
# > **实测：有条件成立。** 各输入的尺度相同，而且问的是单独改变一个输入的影响：同一个长度换成更小的单位，数值变大，同样的影响只需更小的权重。
#
# 权重小了一百倍，神经元却还是同一个。要比较权重，先把每个输入变成均值 0、标准差 1（叫作*标准化*）。
#
# 这一节的论断，账本全都测量过：

# %%
nb.show_claims("neuron-linear", "weight-importance", "bias-threshold")

# %% [markdown] lang="en"
# ## What one neuron cannot do
#
# Let a neuron say *yes* where $z > 0$. With two inputs, the border between yes and no is
# $w_1 x_1 + w_2 x_2 + b = 0$, a straight line.
# Here 100,000 random neurons try four tables of two bits. What share of them gets all four rows right?

# %% [markdown] lang="zh"
# ## 一个神经元做不到的事
#
# 规定 $z > 0$ 时神经元回答“是”。有两个输入时，“是”与“否”的分界在 $w_1 x_1 + w_2 x_2 + b = 0$ 处：一条直线。
# 下面让 100000 个随机的神经元去试四张两个比特的真值表。四行全对的占多少？

# %%
bits = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
tables = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0], "XOR": [0, 1, 1, 0]}
neurons = torch.randn(100_000, 3, generator=torch.Generator().manual_seed(0))
yes = neurons[:, :2] @ bits.T + neurons[:, 2:] > 0  # (100000, 4)
for name, table in tables.items():
    print(f"{name:5}{(yes == torch.tensor(table, dtype=torch.bool)).all(1).float().mean():8.2%}")

# %% [markdown] lang="en"
# None of them is XOR, and no search will find one. XOR would need $z(0,0) \le 0$, $z(1,1) \le 0$, but $z(0,1) > 0$ and
# $z(1,0) > 0$. Yet $z(0,0) + z(1,1) = w_1 + w_2 + 2b = z(0,1) + z(1,0)$: the same number would be both at most 0
# and positive. Two neurons in a row of their own solve it, in the next notebook.

# %% [markdown] lang="zh"
# 没有一个是 XOR（异或），再怎么找也找不到。XOR 要求 $z(0,0) \le 0$，$z(1,1) \le 0$，而 $z(0,1) > 0$，$z(1,0) > 0$。
# 可是 $z(0,0) + z(1,1) = w_1 + w_2 + 2b = z(0,1) + z(1,0)$：同一个数不可能既不大于 0 又是正数。
# 在前面加一排，放两个神经元，就能解决它，见下一个笔记本。

# %% [markdown] lang="en"
# ## Pitfalls
#
# **Integers.** `torch.tensor([1, 2, 3])` holds integers, and a layer's weights are floats. torch does not convert
# them for you. Write `1.0`, or `.float()`. NumPy's numbers have the same trouble: they are float64, a layer is float32.

# %% [markdown] lang="zh"
# ## 常见的坑
#
# **整数。** `torch.tensor([1, 2, 3])` 里是整数，而层的权重是浮点数，torch 不会替你转换。要写成 `1.0`，或者用 `.float()`。
# NumPy 的数也有同样的问题：它们是 float64，而层是 float32。

# %%
for wrong in (torch.tensor([1, 2, 3], device=device), x.double()):
    try:
        layer(wrong)
    except RuntimeError as error:
        print(f"{wrong.dtype}: {str(error).splitlines()[0]}")

# %% [markdown] lang="en"
# **A column instead of a row.** With `x` of shape (3, 1), `x * w` raises no error: it makes a (3, 3) table (see
# `07_broadcasting`), and its sum is a number that looks quite reasonable. `nb.neuron` and `nn.Linear` refuse such
# an `x`.

# %% [markdown] lang="zh"
# **把行写成了列。** 如果 `x` 的形状是 (3, 1)，`x * w` 不会报错：它会得到一张 (3, 3) 的表（见 `07_broadcasting`），
# 再求和，得到的数看上去还挺像样。`nb.neuron` 和 `nn.Linear` 则会拒绝这样的 `x`。

# %%
column = x[:, None]
print(f"right: {(x * w).sum() + b:.4f}, with a column: {(column * w).sum() + b:.4f}")
try:
    nb.neuron(column, w, b, "sigmoid")
except ValueError as error:
    print(error)

# %% [markdown] lang="en"
# ## Exercise
#
# Your turn. Until you write something, the report says politely that nothing came back.

# %% [markdown] lang="zh"
# ## 练习
#
# 轮到你了。在动手写之前，报告只会客气地说：函数没有返回任何东西。

# %%
nb.exercise("neuron")


# %%
def neuron(x, weight, bias):
    pass  # your code


nb.check("neuron", neuron)

# %% [markdown] lang="en"
# ## What to read next
#
# - [02_network](02_network.ipynb): many neurons, side by side and in layers.
# - [torch.nn.Linear](https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html)
# - Rosenblatt (1958), [The perceptron](https://doi.org/10.1037/h0042519): the threshold neuron, before there was torch.
# - Goodfellow, Bengio and Courville (2016), Deep Learning,
#   [chapter 6](https://www.deeplearningbook.org/contents/mlp.html): it begins with XOR.

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - [02_network](02_network.ipynb)：很多神经元，并排放，再一层层叠起来。
# - [torch.nn.Linear](https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html)
# - Rosenblatt (1958)，[The perceptron](https://doi.org/10.1037/h0042519)：torch 出现之前的阈值神经元。
# - Goodfellow、Bengio、Courville (2016)，Deep Learning，
#   [第六章](https://www.deeplearningbook.org/contents/mlp.html)：开头讲的就是 XOR。
