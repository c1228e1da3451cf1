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
# So far we have looked at parts: a neuron, a layer, an activation, an initialization. Now we write them down as *one*
# thing that can be run, counted, changed, copied and later trained: a class of our own.
#
# **What you will see**
#
# - one sample taken through the model on paper, with small whole numbers;
# - the article's class in full, and then line by line: what each line is for, and what happens without it;
# - its 26 parameters, counted on paper, by torch, and by `torchsummary`;
# - `state_dict`: taking the numbers out of a model and pouring others in;
# - the class changed: layers of any size, and scores instead of probabilities at its end.
#
# **What you should know**: what a Python class is (`class`, `__init__`, `self`; if that is new, read
# [Classes](https://docs.python.org/3/tutorial/classes.html) in the Python tutorial, the first half will do), how a layer
# computes $z = xW^\top + b$ ([03_forward](03_forward.ipynb)), sigmoid, ReLU and softmax
# ([04_activations](04_activations.ipynb)), and why initial weights are random
# ([05_initialization](05_initialization.ipynb)).

# %% [markdown] lang="zh"
# # 6 · 三层模型
#
# 到现在为止，我们看的都是零件：一个神经元、一层、一个激活函数、一种初始化。现在把它们写成一个东西：
# 可以运行，可以数参数，可以修改，可以复制，以后还可以训练。这个东西就是我们自己写的一个类。
#
# **这一节会看到什么**
#
# - 在纸上把一个样本送过整个模型，用的都是小整数；
# - 文章里的类，先整个写出来，再一行一行地讲：每一行有什么用，少了它会怎样；
# - 它的 26 个参数：在纸上数，让 torch 数，再让 `torchsummary` 数；
# - `state_dict`：把模型里的数取出来，再倒进别的数；
# - 动手修改这个类：每层大小随意，最后输出得分而不是概率。
#
# **需要先知道什么**：Python 的类（`class`、`__init__`、`self`；没学过的话，先读 Python 教程里的
# [类](https://docs.python.org/zh-cn/3/tutorial/classes.html)，读前半部分就够），一层怎样计算 $z = xW^\top + b$
# （[03_forward](03_forward.ipynb)），sigmoid、ReLU 和 softmax（[04_activations](04_activations.ipynb)），
# 初始权重为什么要随机（[05_initialization](05_initialization.ipynb)）。

# %%
import os

import torch
import torchsummary
from torch import nn

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # ⟦the language of pictures and messages: "en" or "zh"|图和消息的语言："en" 或 "zh"⟧
device = "cpu"  # ⟦or "cuda"|或者 "cuda"⟧

# %% [markdown] lang="en"
# ## 1. What the model computes
#
# Three numbers go in, two probabilities come out. Between them stand two hidden layers:
#
# $$a_1 = \sigma(W_1 x + b_1), \qquad a_2 = \mathrm{ReLU}(W_2 a_1 + b_2), \qquad p = \mathrm{softmax}(W_3 a_2 + b_3).$$
#
# Each layer does the same two things: a weighted sum, then a function. Only the function differs: a sigmoid in the first
# layer, ReLU in the second, softmax at the end. It is called a *three*-layer model because there are three layers with
# weights. The input is not counted: it computes nothing.
#
# ### On paper first
#
# Take the sample $x = (1, 2, 1)$ and these weights, chosen so that the sums are easy:
#
# $$W_1 = \begin{pmatrix} 1 & 0 & -1 \\ 2 & -1 & 0 \\ 0 & 1 & -2 \end{pmatrix},\;
# b_1 = \begin{pmatrix} 0 \\ 0 \\ 0 \end{pmatrix}, \quad
# W_2 = \begin{pmatrix} 4 & 2 & 0 \\ 2 & -4 & -2 \end{pmatrix},\;
# b_2 = \begin{pmatrix} 1 \\ 1 \end{pmatrix}, \quad
# W_3 = \begin{pmatrix} 1 & 5 \\ 1 & -3 \end{pmatrix},\;
# b_3 = \begin{pmatrix} -2 \\ -4 \end{pmatrix}.$$
#
# **First layer.** Row by row: $1 \cdot 1 + 0 \cdot 2 - 1 \cdot 1 = 0$, $\;2 \cdot 1 - 1 \cdot 2 + 0 \cdot 1 = 0$,
# $\;0 \cdot 1 + 1 \cdot 2 - 2 \cdot 1 = 0$. And $\sigma(0) = \frac{1}{2}$, so
# $a_1 = (\frac12, \frac12, \frac12)$.
#
# **Second layer.** $4 \cdot \frac12 + 2 \cdot \frac12 + 0 \cdot \frac12 + 1 = 4$ and
# $2 \cdot \frac12 - 4 \cdot \frac12 - 2 \cdot \frac12 + 1 = -1$. ReLU lets the 4 pass and makes the $-1$ a 0:
# $a_2 = (4, 0)$.
#
# **Output layer.** $1 \cdot 4 + 5 \cdot 0 - 2 = 2$ and $1 \cdot 4 - 3 \cdot 0 - 4 = 0$. These two numbers are the
# *scores* (logits). Softmax makes probabilities of them:
#
# $$p = \left( \frac{e^2}{e^2 + e^0},\; \frac{e^0}{e^2 + e^0} \right) \approx (0.881,\; 0.119).$$
#
# Notice that the weights 5 and $-3$ had no effect at all: they are multiplied by the unit that ReLU has silenced. For
# another sample they may matter. Keep this sheet of paper: in section 5 torch will have to agree with it.

# %% [markdown] lang="zh"
# ## 1. 这个模型算的是什么
#
# 进去三个数，出来两个概率，中间有两个隐藏层：
#
# $$a_1 = \sigma(W_1 x + b_1), \qquad a_2 = \mathrm{ReLU}(W_2 a_1 + b_2), \qquad p = \mathrm{softmax}(W_3 a_2 + b_3).$$
#
# 每一层都做同样的两件事：先加权求和，再套上一个函数。不同的只是函数：第一层用 sigmoid，第二层用 ReLU，最后用 softmax。
# 之所以叫“三层”模型，是因为带权重的有三层。输入不算一层：它什么也不计算。
#
# ### 先在纸上算
#
# 取样本 $x = (1, 2, 1)$，权重如下，都挑好了，算起来不费劲：
#
# $$W_1 = \begin{pmatrix} 1 & 0 & -1 \\ 2 & -1 & 0 \\ 0 & 1 & -2 \end{pmatrix},\;
# b_1 = \begin{pmatrix} 0 \\ 0 \\ 0 \end{pmatrix}, \quad
# W_2 = \begin{pmatrix} 4 & 2 & 0 \\ 2 & -4 & -2 \end{pmatrix},\;
# b_2 = \begin{pmatrix} 1 \\ 1 \end{pmatrix}, \quad
# W_3 = \begin{pmatrix} 1 & 5 \\ 1 & -3 \end{pmatrix},\;
# b_3 = \begin{pmatrix} -2 \\ -4 \end{pmatrix}.$$
#
# **第一层。** 一行一行地算：$1 \cdot 1 + 0 \cdot 2 - 1 \cdot 1 = 0$，$\;2 \cdot 1 - 1 \cdot 2 + 0 \cdot 1 = 0$，
# $\;0 \cdot 1 + 1 \cdot 2 - 2 \cdot 1 = 0$。而 $\sigma(0) = \frac{1}{2}$，所以 $a_1 = (\frac12, \frac12, \frac12)$。
#
# **第二层。** $4 \cdot \frac12 + 2 \cdot \frac12 + 0 \cdot \frac12 + 1 = 4$，
# $2 \cdot \frac12 - 4 \cdot \frac12 - 2 \cdot \frac12 + 1 = -1$。ReLU 放过 4，把 $-1$ 变成 0，所以 $a_2 = (4, 0)$。
#
# **输出层。** $1 \cdot 4 + 5 \cdot 0 - 2 = 2$，$1 \cdot 4 - 3 \cdot 0 - 4 = 0$。这两个数叫**得分（logits）**。softmax 把它们变成概率：
#
# $$p = \left( \frac{e^2}{e^2 + e^0},\; \frac{e^0}{e^2 + e^0} \right) \approx (0.881,\; 0.119).$$
#
# 注意，权重 5 和 $-3$ 一点作用也没起：和它们相乘的那个单元，被 ReLU 关掉了。换一个样本，它们也许就有用了。
# 这张纸请留着，到第 5 小节，torch 得和它对上。

# %% [markdown] lang="en"
# ## 2. Why a class?
#
# One could write the three lines as a function `model(x, W1, b1, W2, b2, W3, b3)`. With three layers that is tedious,
# with fifty it is hopeless. A model consists of two things that belong together:
#
# - **numbers that stay**: weights and biases. They are still there after a call, and training changes them;
# - **a rule**: how an input goes through these numbers.
#
# That is what a class is for: the object keeps the numbers, the method holds the rule. Think of a kitchen scale. You set
# it up once (`__init__`), and then put one thing after another on it (`forward`). Nobody builds a new scale for each
# apple.
#
# torch's class for this is `nn.Module`. Ours *inherits* from it (`class Model(nn.Module)`), and thereby gets what we do
# not have to write: a list of all parameters, moving to a GPU, saving, loading.
#
# ## 3. The class in full
#
# This is the model of the article, in plain torch. You can copy it into any program.

# %% [markdown] lang="zh"
# ## 2. 为什么要写成类？
#
# 上面三个式子也可以写成一个函数 `model(x, W1, b1, W2, b2, W3, b3)`。三层已经很啰唆，五十层就没法写了。
# 一个模型由两样东西组成，它们本来就该放在一起：
#
# - **留下来的数**：权重和偏置。调用完它们还在，训练改的就是它们；
# - **一条规则**：输入怎样经过这些数，一步步变成输出。
#
# 类正好适合做这件事：对象保存数，方法保存规则。好比厨房里的一台秤：先装好（`__init__`），再一样一样地放上去称（`forward`）。
# 谁也不会每称一个苹果就造一台新秤。
#
# torch 为此准备的类叫 `nn.Module`。我们的类**继承**它（`class Model(nn.Module)`），许多事就不用自己写了：
# 列出所有参数、搬到 GPU 上、保存、读取。
#
# ## 3. 完整的类
#
# 这就是文章里的模型，用纯 torch 写成。可以原样抄进任何程序。


# %%
class Model(nn.Module):
    def __init__(self):
        super().__init__()

        self.linear1 = nn.Linear(3, 3)
        nn.init.xavier_normal_(self.linear1.weight)
        nn.init.ones_(self.linear1.bias)

        self.linear2 = nn.Linear(3, 2)
        nn.init.kaiming_normal_(self.linear2.weight, nonlinearity="relu")
        nn.init.ones_(self.linear2.bias)

        self.out = nn.Linear(2, 2)

    def forward(self, x):
        x = torch.sigmoid(self.linear1(x))
        x = torch.relu(self.linear2(x))
        return torch.softmax(self.out(x), dim=-1)


torch.manual_seed(25)  # ⟦the same random weights in every run|每次运行，随机权重都相同⟧
model = Model().to(device)
print(model)

# %% [markdown] lang="en"
# ## 4. Line by line
#
# **`super().__init__()`** lets `nn.Module` set itself up: it creates the empty lists in which layers and parameters
# will be registered. It must come first. (The article writes `super(Model, self).__init__()`, the older form of the same.)
# Without it torch stops at the first layer; the next cell shows the message, so that you recognize it.
#
# **`self.linear1 = nn.Linear(3, 3)`** does three things at once: it creates a weight of shape $(3, 3)$ and a bias of
# shape $(3)$, fills both with random numbers, and, because the name begins with `self.`, registers the layer.
# The first number says how many numbers come in, the second how many go out.
#
# **`nn.init.xavier_normal_(self.linear1.weight)`** draws the weights anew. The underscore at the end means "in place":
# the tensor itself is overwritten, nothing has to be assigned. With 3 inputs and 3 outputs the standard deviation is
# $\sqrt{2/(3+3)} \approx 0.58$. Xavier's initialization goes with the sigmoid, Kaiming's with the ReLU in the second
# layer, $\sqrt{2/3} \approx 0.82$; notebook 5 derives both.
#
# **`nn.init.ones_(self.linear1.bias)`** sets all biases to 1. Most programs take 0 here; it works with either, for biases
# need not be random as long as the weights are.
#
# **`self.linear2 = nn.Linear(3, 2)`**: the 3 has to be the 3 that comes out of `linear1`. Layers fit together like
# pipes: the output of one is the input of the next.
#
# **`self.out = nn.Linear(2, 2)`** is not initialized by hand, so it keeps what `nn.Linear` draws by itself.
#
# **`forward`** is the rule. Each line is one of the three formulas: `self.linear1(x)` is $z_1 = xW_1^\top + b_1$, and
# `torch.sigmoid` makes $a_1$ of it. The name `x` is used again and again for what is on its way.
#
# **`dim=-1`** says along which dimension softmax makes the sum 1: the last one, that is, within each sample. With `dim=0`
# the *samples* would have to share the probability among themselves, which makes no sense.
#
# Where is `forward` called? Nowhere in our code. You write `model(x)`, and `nn.Module` calls `forward` for you.

# %% [markdown] lang="zh"
# ## 4. 一行一行地看
#
# **`super().__init__()`** 让 `nn.Module` 先把自己准备好：建起几张空的登记表，层和参数以后都要登记进去。它必须写在最前面。
# （文章写的是 `super(Model, self).__init__()`，是同一句话的老写法。）少了它，torch 到第一层就会停下；下面演示一次，让你认得这条报错。
#
# **`self.linear1 = nn.Linear(3, 3)`** 一次做了三件事：建一个形状 $(3, 3)$ 的权重和一个形状 $(3)$ 的偏置；用随机数填满它们；
# 又因为名字以 `self.` 开头，这一层就登记进了表里。第一个数说进来几个数，第二个数说出去几个数。
#
# **`nn.init.xavier_normal_(self.linear1.weight)`** 把权重重新抽一遍。末尾的下划线表示“就地修改”：直接改写这个张量，不用再赋值。
# 3 个输入、3 个输出，标准差就是 $\sqrt{2/(3+3)} \approx 0.58$。Xavier 初始化配 sigmoid；第二层是 ReLU，配 Kaiming 初始化，
# 标准差是 $\sqrt{2/3} \approx 0.82$。这两个公式第 5 篇都推导过。
#
# **`nn.init.ones_(self.linear1.bias)`** 把偏置全设为 1。多数程序在这里用 0；两种都行，因为只要权重是随机的，偏置就不必随机。
#
# **`self.linear2 = nn.Linear(3, 2)`**：这里的 3 必须就是 `linear1` 出来的那个 3。层和层像水管一样接起来，前一根的出口就是后一根的入口。
#
# **`self.out = nn.Linear(2, 2)`** 没有手动初始化，所以留着 `nn.Linear` 自己抽的数。
#
# **`forward`** 就是那条规则。每一行对应一个公式：`self.linear1(x)` 是 $z_1 = xW_1^\top + b_1$，
# `torch.sigmoid` 再把它变成 $a_1$。名字 `x` 反复使用，指的总是“正在路上的那个东西”。
#
# **`dim=-1`** 说明 softmax 沿哪一维让总和等于 1：最后一维，也就是在每个样本内部。要是写成 `dim=0`，就变成各个样本来瓜分概率，毫无道理。
#
# 那么，`forward` 是在哪里调用的？我们的代码里没有。你写 `model(x)`，`nn.Module` 就会替你调用 `forward`。


# %%
class Forgetful(nn.Module):
    def __init__(self):  # ⟦super().__init__() is missing|少了 super().__init__()⟧
        self.linear1 = nn.Linear(3, 3)


try:
    Forgetful()
except AttributeError as error:
    print("⟦without super().__init__()|少了 super().__init__()⟧:", error)

# %% [markdown] lang="en"
# ### Run it
#
# **Predict first, then run.** `x` holds 5 samples of 3 numbers. What is the shape of `output`? Which sums will be 1, those
# of the rows or those of the columns?
#
# <details><summary>Answer</summary>
#
# Follow the shapes: $(5, 3) \to (5, 3) \to (5, 2) \to (5, 2)$. The 5 goes through untouched; only the last dimension has
# to fit. Each row belongs to one sample and is a probability distribution, so the five row sums are 1. The column sums
# mean nothing.
#
# </details>

# %% [markdown] lang="zh"
# ### 运行一次
#
# **先猜再跑。** `x` 里有 5 个样本，每个 3 个数。`output` 的形状是什么？和为 1 的，是每一行，还是每一列？
#
# <details><summary>答案</summary>
#
# 跟着形状走：$(5, 3) \to (5, 3) \to (5, 2) \to (5, 2)$。5 一路不变，只有最后一维要对得上。
# 每一行属于一个样本，是一个概率分布，所以五个行和都是 1。列和没有什么意义。
#
# </details>

# %%
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(0)).to(device)
with torch.no_grad():  # ⟦no gradients are needed here|这里用不到梯度⟧
    output = model(x)
print("⟦shapes of input and output|输入和输出的形状⟧:", tuple(x.shape), tuple(output.shape))
print("⟦output|输出⟧:", output, sep="\n")
print("⟦sums of the rows|每一行的和⟧:", output.sum(dim=1))
print("⟦sums of the columns|每一列的和⟧:", output.sum(dim=0))

# %% [markdown] lang="en"
# This is the same model as a picture. Each arrow is one of its real weights: blue if it is positive, orange and hollow if it
# is negative, wide if it is large. The squares are the biases. Count them: $3 \times 3 + 3 \times 2 + 2 \times 2 = 19$
# arrows and $3 + 2 + 2 = 7$ squares.

# %% [markdown] lang="zh"
# 同一个模型，画成图。每个箭头都是它真实的一个权重：蓝色为正，橙色空心为负，越粗越大。方块是偏置。
# 数一数：箭头 $3 \times 3 + 3 \times 2 + 2 \times 2 = 19$ 个，方块 $3 + 2 + 2 = 7$ 个。

# %%
nb.plot_network(model, weights=True, x=x).figure

# %% [markdown] lang="en"
# ### 26 parameters
#
# How many numbers can training change? Count them on paper, layer by layer. Every output unit has a weight for each
# input, and *one* bias.
#
# | layer | weights | biases | together |
# |---|---|---|---|
# | `linear1`, 3 → 3 | 3 × 3 = 9 | 3 | 12 |
# | `linear2`, 3 → 2 | 3 × 2 = 6 | 2 | 8 |
# | `out`, 2 → 2 | 2 × 2 = 4 | 2 | 6 |
# | | 19 | 7 | **26** |
#
# <!-- claim: model-count -->
# > **The article says:** The model has 26 parameters in all.
# >
# > **Measured: it holds.**
#
# Now let torch count. `named_parameters()` walks through everything that was registered. Look at
# `linear2.weight`: its shape is $(2, 3)$, outputs first, although we wrote `nn.Linear(3, 2)`. torch stores one *row* per
# output unit, like the $W_2$ on our sheet of paper, and transposes it in the calculation.

# %% [markdown] lang="zh"
# ### 26 个参数
#
# 训练能改动多少个数？先在纸上一层一层地数。每个输出单元，对每个输入有一个权重，另外只有一个偏置。
#
# | 层 | 权重 | 偏置 | 合计 |
# |---|---|---|---|
# | `linear1`，3 → 3 | 3 × 3 = 9 | 3 | 12 |
# | `linear2`，3 → 2 | 3 × 2 = 6 | 2 | 8 |
# | `out`，2 → 2 | 2 × 2 = 4 | 2 | 6 |
# | | 19 | 7 | **26** |
#
# <!-- claim: model-count -->
# > **文章说：** 模型共有 26 个参数。
# >
# > **实测：成立。**
#
# 再让 torch 来数。`named_parameters()` 会把登记表走一遍。看看 `linear2.weight`：形状是 $(2, 3)$，输出在前，
# 虽然我们写的是 `nn.Linear(3, 2)`。torch 给每个输出单元存一行权重，和我们纸上的 $W_2$ 一样，计算时再转置。

# %%
total = 0
for name, parameter in model.named_parameters():
    print(f"{name:15} ⟦shape|形状⟧ {tuple(parameter.shape)!s:8} ⟦numbers|个数⟧ {parameter.numel()}")
    total += parameter.numel()
print("⟦in all|合计⟧:", total)

# %% [markdown] lang="en"
# The article counts a third time, with the small package `torchsummary`. It sends a made-up input through the model and
# writes one line for each *module* that it passes. `input_size` is the shape of **one** sample, without the batch
# dimension; in the table the batch appears as $-1$, "any number".
#
# Sigmoid, ReLU and softmax have no line. They are functions in `forward`, not modules in `__init__`, and they have no
# parameters.
#
# <!-- claim: summary-cuda -->
# > **The article says:** summary(model, input_size=(3,)) of torchsummary confirms the 26 parameters.
# >
# > **Measured: it holds under a condition.** The machine has no CUDA, or the call says device="cpu". By default
# > torchsummary makes its inputs on CUDA wherever there is one, while the article's model is on the CPU.
#
# So we write `device="cpu"`, and hand it a copy on the CPU.

# %% [markdown] lang="zh"
# 文章还数了第三遍，用的是一个小软件包 `torchsummary`。它造一个假输入送进模型，每经过一个**模块**就写一行。
# `input_size` 是一个样本的形状，不含批量那一维；在表里，批量显示为 $-1$，意思是“多少都行”。
#
# sigmoid、ReLU、softmax 都没有单独的一行。它们是 `forward` 里的函数，不是 `__init__` 里的模块，也没有参数。
#
# <!-- claim: summary-cuda -->
# > **文章说：** 用 torchsummary 的 summary(model, input_size=(3,)) 可以验证这 26 个参数。
# >
# > **实测：有条件成立。** 机器上没有 CUDA，或者调用时写明 device="cpu"。只要有 CUDA，torchsummary 就默认在 CUDA 上造输入，而文中的模型在 CPU 上。
#
# 所以我们写上 `device="cpu"`，并且给它一个放在 CPU 上的模型。

# %%
torchsummary.summary(Model(), input_size=(3,), device="cpu")

# %% [markdown] lang="en"
# The same in one line: `nb.count_parameters(model)` counts and shows the formula, on any device.

# %% [markdown] lang="zh"
# 同样的事，一行写完：`nb.count_parameters(model)` 会数，也会写出算式，在哪个设备上都行。

# %%
nb.count_parameters(model)

# %% [markdown] lang="en"
# ## 5. `state_dict`: the numbers by themselves
#
# Build the class twice, and you get two models with the same rule and different numbers, because the weights are drawn
# anew. The numbers of a model can be taken out: `model.state_dict()` is a dictionary from names to tensors. The names are
# those of the attributes: `linear1` and, in it, `weight`.
#
# And numbers can be poured in, with `load_state_dict`. Names and shapes must agree exactly, or torch refuses. Let us pour
# in the numbers from our sheet of paper. The result there was $(0.881, 0.119)$.

# %% [markdown] lang="zh"
# ## 5. `state_dict`：只要那些数
#
# 同一个类建两次，就得到两个模型：规则相同，数不同，因为权重是重新抽的。模型里的数可以取出来：
# `model.state_dict()` 是一本字典，键是名字，值是张量。名字就是属性名：`linear1`，以及它里面的 `weight`。
#
# 数也可以倒进去，用 `load_state_dict`。名字和形状必须完全一致，否则 torch 不肯收。我们就把纸上的那些数倒进去。纸上的结果是 $(0.881, 0.119)$。

# %%
paper = Model()
before = paper(torch.tensor([[1.0, 2.0, 1.0]])).detach()
paper.load_state_dict(
    {
        "linear1.weight": torch.tensor([[1.0, 0.0, -1.0], [2.0, -1.0, 0.0], [0.0, 1.0, -2.0]]),
        "linear1.bias": torch.tensor([0.0, 0.0, 0.0]),
        "linear2.weight": torch.tensor([[4.0, 2.0, 0.0], [2.0, -4.0, -2.0]]),
        "linear2.bias": torch.tensor([1.0, 1.0]),
        "out.weight": torch.tensor([[1.0, 5.0], [1.0, -3.0]]),
        "out.bias": torch.tensor([-2.0, -4.0]),
    }
)
print("⟦with random weights|随机权重的输出⟧:     ", before)
print("⟦with the weights on paper|纸上权重的输出⟧:", paper(torch.tensor([[1.0, 2.0, 1.0]])).detach())

# %% [markdown] lang="en"
# `nb.trace_forward` shows all that happens on the way, $z$ and $a$ of each layer. Compare it with the paper, step by step.

# %% [markdown] lang="zh"
# `nb.trace_forward` 能看到途中的每一步，也就是各层的 $z$ 和 $a$。请和纸上的一步一步对照。

# %%
for step in nb.trace_forward(paper, torch.tensor([[1.0, 2.0, 1.0]])):
    z, a = step.z.numpy().round(4), step.a.numpy().round(4)
    print(f"{step.name:8} z = {z}   a = {a}")

# %% [markdown] lang="en"
# This is also how a trained model is kept: `torch.save(model.state_dict(), "model.pt")` writes the dictionary to a file.
# [11_digits](11_digits.ipynb) does it, and reads it back safely.
#
# ## 6. Change it
#
# A class is there to be changed. Two changes are worth making at once.
#
# **First: sizes as arguments.** The 3, 3, 2, 2 are buried in the code. If they become arguments of `__init__`, one class
# serves for any number of inputs, hidden units and classes. Note where each number stands *twice*: as the output of one
# layer and as the input of the next. With a name it cannot go wrong.
#
# **Second: no softmax at the end.** The article ends with softmax, and in section 8 uses `nn.CrossEntropyLoss`. These two
# do not go together:
#
# <!-- claim: double-softmax -->
# > **Beside the article:** The model as it is built, with a softmax at its end, is ready for CrossEntropyLoss.
# >
# > **Measured: it is wrong.** CrossEntropyLoss takes a softmax itself: two of them keep the loss above ln(1 + (C -
# > 1)/e) for C classes and damp the gradient. Train on logits and take the softmax for predictions only.
#
# Why is there a floor? Let us see it on paper. The **loss** measures how bad a prediction is; cross-entropy takes the
# probability of the right class and computes $-\ln p$. If the model is right and absolutely sure, $p = 1$, and the loss
# is $-\ln 1 = 0$. Now suppose that the model has a softmax and gives the *perfect* answer $(1, 0)$. The loss does not know
# that these are probabilities already. It takes them for scores, and applies softmax again:
#
# $$\frac{e^1}{e^1 + e^0} = \frac{2.718}{3.718} \approx 0.731, \qquad -\ln 0.731 \approx 0.313.$$
#
# A perfect answer is punished with 0.313, and nothing better exists. So the model hands over its scores, and softmax is
# applied only when *we* want to read probabilities. [08_losses](08_losses.ipynb) measures what this means for training.

# %% [markdown] lang="zh"
# 训练好的模型也是这样保存的：`torch.save(model.state_dict(), "model.pt")` 把这本字典写进文件。
# [11_digits](11_digits.ipynb) 会这样做一遍，再安全地读回来。
#
# ## 6. 动手修改
#
# 类写出来，就是给人改的。有两处值得马上改。
#
# **第一处：把大小变成参数。** 3、3、2、2 这些数埋在代码里。把它们改成 `__init__` 的参数，一个类就能用于任意多个输入、隐藏单元和类别。
# 注意有的数要出现两次：是前一层的输出，又是后一层的输入。给它起个名字，就不会写错了。
#
# **第二处：末尾不做 softmax。** 文章的模型以 softmax 结尾，第八节又用 `nn.CrossEntropyLoss`。这两样放在一起不合适：
#
# <!-- claim: double-softmax -->
# > **文章之外：** 按文中的写法，末尾带 softmax 的模型可以直接配上 CrossEntropyLoss。
# >
# > **实测：不成立。** CrossEntropyLoss 自带 softmax：做两次 softmax，C 类的损失就不会低于 ln(1 + (C - 1)/e)，梯度也被削弱。训练时用 logits，只在预测时取 softmax。
#
# 为什么会有一个下限？在纸上算算就明白了。**损失**衡量预测有多差；交叉熵取出正确类别的概率 $p$，算 $-\ln p$。
# 模型要是判对了，而且百分之百肯定，那么 $p = 1$，损失就是 $-\ln 1 = 0$。
# 现在假设模型末尾带着 softmax，给出了完美的答案 $(1, 0)$。损失函数不知道这已经是概率，把它当成得分，又做了一次 softmax：
#
# $$\frac{e^1}{e^1 + e^0} = \frac{2.718}{3.718} \approx 0.731, \qquad -\ln 0.731 \approx 0.313.$$
#
# 完美的答案也要罚 0.313，再好的答案又没有。所以，模型应当交出得分；只有人要看概率的时候，才做 softmax。
# 这对训练有什么影响，[08_losses](08_losses.ipynb) 会测给你看。


# %%
class FlexibleModel(nn.Module):
    def __init__(self, in_features=3, hidden1=3, hidden2=2, num_classes=2):
        super().__init__()
        self.linear1 = nn.Linear(in_features, hidden1)
        self.linear2 = nn.Linear(hidden1, hidden2)
        self.out = nn.Linear(hidden2, num_classes)
        nn.init.xavier_normal_(self.linear1.weight)
        nn.init.kaiming_normal_(self.linear2.weight, nonlinearity="relu")
        nn.init.ones_(self.linear1.bias)
        nn.init.ones_(self.linear2.bias)

    def forward(self, x):
        x = torch.sigmoid(self.linear1(x))
        x = torch.relu(self.linear2(x))
        return self.out(x)  # ⟦scores (logits), no softmax|得分（logits），不做 softmax⟧


flexible = FlexibleModel().to(device)
flexible.load_state_dict(model.state_dict())  # ⟦the same names and shapes, so they fit|名字和形状都相同，倒得进去⟧
with torch.no_grad():
    scores = flexible(x)
print("⟦softmax of the scores is the old output|对得分做 softmax，就是原来的输出⟧:", end=" ")
print(torch.allclose(torch.softmax(scores, dim=-1), output))
print("⟦class with the highest score|得分最高的类别⟧:      ", scores.argmax(dim=1).tolist())
print("⟦class with the highest probability|概率最高的类别⟧:", output.argmax(dim=1).tolist())

# %% [markdown] lang="en"
# The last two lines agree, and must: softmax keeps the order. If you only want to know *which* class it is, you need
# no softmax at all.
#
# Here is the perfect answer in both forms. The criterion is the object that we will meet in section 8.

# %% [markdown] lang="zh"
# 最后两行相同，而且必然相同：softmax 不改变大小次序。只想知道是哪一类的话，根本不用做 softmax。
#
# 下面把完美的答案用两种形式各交一次。`criterion` 这个对象，第 8 篇会细讲。

# %%
criterion = nn.CrossEntropyLoss()
target = torch.tensor([0])  # ⟦the right class is number 0|正确的类别是 0 号⟧
given_probabilities = criterion(torch.tensor([[1.0, 0.0]]), target).item()
given_scores = criterion(torch.tensor([[100.0, 0.0]]), target).item()
print(f"⟦loss, if it is given the probabilities (1, 0)|交给它概率 (1, 0)，损失⟧: {given_probabilities:.4f}")
print(f"⟦loss, if it is given the scores (100, 0)|交给它得分 (100, 0)，损失⟧: {given_scores:.4f}")

# %% [markdown] lang="en"
# **Predict first, then run.** How many parameters does `FlexibleModel(3, 16, 8, 2)` have? And
# `FlexibleModel(64, 32, 16, 10)`, which could read the digits of notebook 11? Use the table above as a pattern, then run the cell.
#
# <details><summary>Answer</summary>
#
# First: $3 \cdot 16 + 16 = 64$, $\;16 \cdot 8 + 8 = 136$, $\;8 \cdot 2 + 2 = 18$; together 218.
#
# Second: $64 \cdot 32 + 32 = 2080$, $\;32 \cdot 16 + 16 = 528$, $\;16 \cdot 10 + 10 = 170$; together 2778. Three quarters of
# them are in the first layer: where both sides are wide, the product is large.
#
# </details>

# %% [markdown] lang="zh"
# **先猜再跑。** `FlexibleModel(3, 16, 8, 2)` 有多少个参数？`FlexibleModel(64, 32, 16, 10)` 呢？后者可以用来认第 11 篇里的数字。
# 照上面那张表先算好，再运行。
#
# <details><summary>答案</summary>
#
# 第一个：$3 \cdot 16 + 16 = 64$，$\;16 \cdot 8 + 8 = 136$，$\;8 \cdot 2 + 2 = 18$；合计 218。
#
# 第二个：$64 \cdot 32 + 32 = 2080$，$\;32 \cdot 16 + 16 = 528$，$\;16 \cdot 10 + 10 = 170$；合计 2778。
# 其中四分之三在第一层：两边都宽，乘积就大。
#
# </details>

# %%
for sizes in ((3, 16, 8, 2), (64, 32, 16, 10)):
    count = sum(parameter.numel() for parameter in FlexibleModel(*sizes).parameters())
    print(f"FlexibleModel{sizes}: ⟦parameters|参数个数⟧ {count}")

# %% [markdown] lang="en"
# ### The same in one line
#
# The package has this class as `nb.ThreeLayerNet`, with the sizes as arguments and `output="softmax"` or
# `output="logits"`. Its weights come from a generator of their own, so they are the same in every run. Its layers have the
# same names as ours; therefore our numbers fit.

# %% [markdown] lang="zh"
# ### 同样的事，一行写完
#
# 本包里也有这个类，叫 `nb.ThreeLayerNet`：大小是参数，`output="softmax"` 或 `output="logits"` 任选。
# 它的权重由自己的生成器来抽，所以每次运行都一样。各层的名字和我们的相同，因此我们的数倒得进去。

# %%
ours = nb.ThreeLayerNet(3, (3, 2), 2, output="logits").to(device)
ours.load_state_dict(model.state_dict())
with torch.no_grad():
    print("⟦same scores as FlexibleModel|得分和 FlexibleModel 相同⟧:", torch.allclose(ours(x), scores))

# %% [markdown] lang="en"
# So far the 26 numbers are random, and the outputs mean nothing. How they are changed until the outputs *do* mean something
# is the subject of [09_gradient_descent](09_gradient_descent.ipynb); a whole project with a model of this kind is
# [11_digits](11_digits.ipynb).
#
# > **Further**: why `model(x)` and not `model.forward(x)`? Both give the same numbers. But `model(x)` goes through
# > `nn.Module.__call__`, which, besides calling `forward`, runs what others have attached to the model, the so-called
# > *hooks*. `torchsummary` and `nb.trace_forward` work this way: they attach a listener to each layer. If you
# > call `forward` directly, they are skipped, without any message. So always write `model(x)`.

# %% [markdown] lang="zh"
# 到现在为止，那 26 个数还是随机的，输出也就没有意义。怎样一步步改动它们，直到输出有了意义，
# 是 [09_gradient_descent](09_gradient_descent.ipynb) 的内容；用这样的模型做一个完整的项目，见 [11_digits](11_digits.ipynb)。
#
# > **进阶**：为什么写 `model(x)`，不写 `model.forward(x)`？两者给出的数相同。但 `model(x)` 走的是 `nn.Module.__call__`，
# > 它除了调用 `forward`，还会运行别人挂在模型上的东西，叫做“钩子”（hook）。`torchsummary` 和 `nb.trace_forward` 靠的就是它：
# > 在每一层挂上一个“监听器”。直接调用 `forward`，就把它们绕过去了，而且没有任何提示。所以，总是写 `model(x)`。

# %% [markdown] lang="en"
# ## Common pitfalls
#
# **1. The pipes do not fit.** The last dimension of the input must be the first number of the first layer. Learn to read
# the message: `mat1` is the input, `mat2` the transposed weight, and the two numbers in the middle have to be equal.
#
# **2. The wrong dtype.** NumPy's numbers are float64 by default, torch's layers hold float32. The remedy is
# `x = x.float()`, or `torch.tensor(array, dtype=torch.float32)`.

# %% [markdown] lang="zh"
# ## 常见的坑
#
# **1. 水管接不上。** 输入的最后一维，必须等于第一层的第一个数。要学会读这条报错：`mat1` 是输入，`mat2` 是转置后的权重，中间两个数必须相等。
#
# **2. 类型不对。** NumPy 的数默认是 float64，torch 的层里是 float32。办法是写 `x = x.float()`，或者 `torch.tensor(array, dtype=torch.float32)`。

# %%
four_numbers = torch.ones(5, 4, device=device)
for what, wrong in (("⟦samples of 4 numbers|每个样本 4 个数⟧", four_numbers), ("float64", x.double())):
    try:
        model(wrong)
    except RuntimeError as error:
        print(f"{what}:", str(error).splitlines()[0])

# %% [markdown] lang="en"
# **3. Layers in a plain list.** `nn.Module` registers layers only if they are attributes. torch does not
# look into a Python list. There is no error message; the optimizer simply gets nothing to train. The remedy is `nn.ModuleList`, a list
# that registers its layers.

# %% [markdown] lang="zh"
# **3. 把层放进普通列表。** 只有作为属性的层，才会登记到 `nn.Module` 的表里；Python 列表里面，torch 是不看的。
# 不会报错，只是优化器拿不到任何要训练的东西。办法是用 `nn.ModuleList`，它会把里面的层登记上。


# %%
class Stack(nn.Module):
    def __init__(self, list_class):
        super().__init__()
        self.layers = list_class([nn.Linear(3, 3), nn.Linear(3, 2)])


for list_class in (list, nn.ModuleList):
    count = sum(parameter.numel() for parameter in Stack(list_class).parameters())
    print(f"{list_class.__name__}: ⟦parameters found|找到的参数⟧ {count}")

# %% [markdown] lang="en"
# **4. A layer made in `forward`.** If `nn.Linear(3, 3)` stands in `forward` instead of `__init__`, every call makes a new
# layer with new random weights. The output changes from call to call, and nothing is ever learned.
#
# **5. `Model` and `Model()`.** The first is the class, the second an object. `Model(x)` does not run the model, but tries to
# build one from `x`.
#
# ## Think about it
#
# **1.** Yesterday the batch had 5 samples, today it has 500. How many parameters does the model have now? Where in the code does
# the 5 stand?
#
# <details><summary>Answer</summary>
#
# Still 26. The 5 stands nowhere. The weights say what to do with *one* sample, and the same is done with each of them.
# That is why a model can learn in batches of 64 and be used on a single picture.
#
# </details>
#
# **2.** Somebody swaps the two lines `self.linear1 = ...` and `self.linear2 = ...` in `__init__`. Somebody else swaps the
# first two lines of `forward`. What happens in each case?
#
# <details><summary>Answer</summary>
#
# In `__init__` the order does not matter for the calculation: there the layers are only made (with another draw of random
# numbers, and another order in `print`). In `forward` it is the order of calculation. Then `linear2` gets the input first,
# $3 \to 2$, and `linear1` should take 2 numbers, but expects 3: an error about shapes. If all sizes were 3, there would be
# *no* error, just another model. Beware of square layers: they hide mistakes.
#
# </details>
#
# **3.** Two people build `Model()` on two computers, without a seed, and get different outputs for the same input. Whose
# program is wrong? How can one check that both have written the same class?
#
# <details><summary>Answer</summary>
#
# Neither: the weights were drawn at random. Give one of them the other's `state_dict()`. If it can be poured in, names and
# shapes agree; if then the outputs agree as well, the rule in `forward` is the same, at least on these inputs. That is what
# we did with `nb.ThreeLayerNet`.
#
# </details>

# %% [markdown] lang="zh"
# **4. 在 `forward` 里建层。** `nn.Linear(3, 3)` 要是不写在 `__init__` 里，而写在 `forward` 里，每调用一次就会建一个新层，权重又是新抽的。
# 输出次次不同，什么也学不到。
#
# **5. `Model` 和 `Model()`。** 前者是类，后者才是对象。`Model(x)` 并不是运行模型，而是想用 `x` 去建一个模型。
#
# ## 思考题
#
# **1.** 昨天一批有 5 个样本，今天一批有 500 个。模型现在有多少个参数？代码里，5 写在哪里？
#
# <details><summary>答案</summary>
#
# 还是 26 个。5 哪里也没写。权重说的是拿一个样本怎么办，对每个样本都照此办理。
# 正因为这样，模型可以每批 64 个样本来学，学完了又可以只用在一张图片上。
#
# </details>
#
# **2.** 有人把 `__init__` 里 `self.linear1 = ...` 和 `self.linear2 = ...` 两行对调了；另一个人把 `forward` 的头两行对调了。各会发生什么？
#
# <details><summary>答案</summary>
#
# 在 `__init__` 里，次序不影响计算：那里只是把层建出来（随机数抽得不同，`print` 的次序也不同）。在 `forward` 里，次序就是计算的次序。
# 对调以后，输入先进 `linear2`，$3 \to 2$；`linear1` 接到 2 个数，可它要的是 3 个，于是报形状错误。
# 要是各层大小都是 3，就不会报错，只是变成了另一个模型。要当心方的层：它们会掩盖错误。
#
# </details>
#
# **3.** 两个人在两台电脑上各自建了 `Model()`，都没有设种子，同样的输入得到不同的输出。谁的程序错了？怎样检查两人写的类是不是一样？
#
# <details><summary>答案</summary>
#
# 谁也没错：权重是随机抽的。把其中一个的 `state_dict()` 给另一个。倒得进去，说明名字和形状一致；
# 倒进去以后输出也一样，说明 `forward` 里的规则也一样，至少在这些输入上如此。我们对 `nb.ThreeLayerNet` 就是这样做的。
#
# </details>

# %% [markdown] lang="en"
# ## Exercises
#
# **Write a class of your own.** It is called `Flower`, takes 4 numbers, has one hidden layer of 8 units with ReLU, and
# gives scores for 3 classes. Write it without looking up, and let the lines below check it. (`Flower = None` is only
# there so that the cell runs before you have begun.)

# %% [markdown] lang="zh"
# ## 练习
#
# **自己写一个类。** 名字叫 `Flower`，输入 4 个数，一个有 8 个单元的隐藏层，激活函数用 ReLU，输出 3 个类别的得分。
# 不要翻回去看，写完让下面几行来检查。（`Flower = None` 只是为了让这个单元格在你动笔之前也能运行。）

# %%
Flower = None  # ⟦replace this line by your class|把这一行换成你的类⟧

if Flower is not None:
    flower = Flower()
    answers = flower(torch.randn(7, 4))
    print("⟦shape of the output, should be (7, 3)|输出的形状，应为 (7, 3)⟧:", tuple(answers.shape))
    print("⟦parameters, should be 67|参数个数，应为 67⟧:", sum(p.numel() for p in flower.parameters()))
    print("⟦scores, not probabilities|是得分，不是概率⟧:", not torch.allclose(answers.sum(dim=1), torch.ones(7)))

# %% [markdown] lang="en"
# <details><summary>A solution</summary>
#
# ```python
# class Flower(nn.Module):
#     def __init__(self):
#         super().__init__()
#         self.hidden = nn.Linear(4, 8)
#         self.out = nn.Linear(8, 3)
#
#     def forward(self, x):
#         return self.out(torch.relu(self.hidden(x)))
# ```
#
# $4 \cdot 8 + 8 = 40$ and $8 \cdot 3 + 3 = 27$, together 67.
#
# </details>
#
# **Count for any network.** Now as a function, for as many layers as you like:

# %% [markdown] lang="zh"
# <details><summary>参考答案</summary>
#
# ```python
# class Flower(nn.Module):
#     def __init__(self):
#         super().__init__()
#         self.hidden = nn.Linear(4, 8)
#         self.out = nn.Linear(8, 3)
#
#     def forward(self, x):
#         return self.out(torch.relu(self.hidden(x)))
# ```
#
# $4 \cdot 8 + 8 = 40$，$8 \cdot 3 + 3 = 27$，合计 67。
#
# </details>
#
# **任意网络的参数个数。** 这回写成函数，层数随意：

# %%
nb.exercise("count-parameters")


# %%
def count_parameters(sizes):
    # ⟦your code|在这里写代码⟧
    ...


nb.check("count-parameters", count_parameters)

# %% [markdown] lang="en"
# ## What to read next
#
# - [07_broadcasting](07_broadcasting.ipynb): how a bias of shape $(n)$ can be added to sums of shape (batch, $n$).
# - torch: [Build the Neural Network](https://docs.pytorch.org/tutorials/beginner/basics/buildmodel_tutorial.html),
#   [nn.Module](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html),
#   [nn.Linear](https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html)
# - Dive into Deep Learning: [Layers and Modules](https://d2l.ai/chapter_builders-guide/model-construction.html),
#   [Parameter Management](https://d2l.ai/chapter_builders-guide/parameters.html)

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - [07_broadcasting](07_broadcasting.ipynb)：形状为 $(n)$ 的偏置，怎么能加到形状为（批量, $n$）的加权和上。
# - 《动手学深度学习》：[层和块](https://zh.d2l.ai/chapter_deep-learning-computation/model-construction.html)、
#   [参数管理](https://zh.d2l.ai/chapter_deep-learning-computation/parameters.html)
# - 邱锡鹏[《神经网络与深度学习》](https://nndl.github.io/)第 4 章“前馈神经网络”
# - torch 中文文档：[torch.nn.Linear](https://docs.pytorch.ac.cn/docs/stable/generated/torch.nn.Linear.html)；
#   英文教程：[Build the Neural Network](https://docs.pytorch.org/tutorials/beginner/basics/buildmodel_tutorial.html)、
#   [nn.Module](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html)
