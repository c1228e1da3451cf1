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
# **What you will see**: how an input travels through a network, layer by layer. First you do it on paper, with small
# integers, then in a few lines of torch, then with many samples at once. After that comes the question that notebook 1
# left open: why must something stand between two linear layers?
#
# **What you need**: [notebook 1](01_neuron.ipynb) (a neuron) and [notebook 2](02_network.ipynb) (a layer is a matrix).
# Matrix times matrix is explained below on an example; for more, read [Linear
# algebra](https://d2l.ai/chapter_preliminaries/linear-algebra.html). Still no derivatives.

# %% [markdown] lang="zh"
# # 3 · 前向传播
#
# **这一节会看到什么**：一个输入怎样一层一层穿过网络。先用小整数在纸上走一遍，再用几行 torch 走一遍，然后许多样本一起
# 走。最后回答第 1 个笔记本留下的问题：两个线性层之间，为什么必须有点什么？
#
# **需要先会什么**：[第 1 个笔记本](01_neuron.ipynb)（一个神经元）和[第 2 个笔记本](02_network.ipynb)（一层就是一个矩
# 阵）。矩阵乘矩阵，下面会用例子讲；想多看一些，读《动手学深度学习》的[线性代
# 数](https://zh.d2l.ai/chapter_preliminaries/linear-algebra.html)一节。这里仍然用不到导数。

# %%
import os
import time

import matplotlib.pyplot as plt
import torch
from torch import nn

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # ⟦the language of pictures and messages: "en" or "zh"|图和消息的语言："en" 或 "zh"⟧
device = "cpu"  # ⟦or "cuda"|或者 "cuda"⟧
torch.manual_seed(0)  # ⟦the same random numbers each time|每次运行都得到同样的随机数⟧
nb.use_fonts()  # ⟦for Chinese labels in plots of your own|自己画的图里也能写中文⟧

# %% [markdown] lang="en"
# ## An assembly line
#
# Think of a factory. The raw material enters at one end, each station does its one job and hands its product to the
# next, and the finished thing leaves at the other end. No station looks ahead, none sends anything back.
#
# A network works in the same way. Each layer is a station with two jobs: form the weighted sums $z$, then apply the
# activation function to get $a$. Its $a$ is the next layer's input. This way through, from input to output, is called
# **forward propagation** or the forward pass. (There is a way back, too, on which the network learns: notebook 9.)
#
# In symbols: number the layers $1, 2, \dots, L$ and call the input $a_0 = x$. Then every layer $i$ does the same,
#
# $$z_i = W_i \, a_{i-1} + b_i, \qquad a_i = f_i(z_i),$$
#
# and $a_L$ is the network's output. The little number says which layer is meant. Each layer has its own $W_i$, its own
# $b_i$, and perhaps an activation function of its own.

# %% [markdown] lang="zh"
# ## 一条流水线
#
# 想象一座工厂。原料从一头进来，每一站只做自己的一道工序，做完交给下一站，成品从另一头出去。没有哪一站往前看，也没有哪一
# 站把东西往回送。
#
# 网络也是这样。每一层是一站，有两道工序：先算加权和 $z$，再过激活函数得到 $a$。这一层的 $a$，就是下一层的输入。从输入到
# 输出走的这一趟，叫**前向传播**。（还有往回走的一趟，网络就在那一趟里学习，见第 9 个笔记本。）
#
# 写成式子：把各层编号为 $1, 2, \dots, L$，把输入记作 $a_0 = x$。每一层 $i$ 做的事都一样：
#
# $$z_i = W_i \, a_{i-1} + b_i, \qquad a_i = f_i(z_i),$$
#
# 最后的 $a_L$ 就是网络的输出。右下角的小数字表示第几层。每一层有自己的 $W_i$、自己的 $b_i$，激活函数也可以各用各的。

# %% [markdown] lang="en"
# ## On paper
#
# Two inputs, a hidden layer of two units with ReLU, one output without an activation function. The numbers:
#
# $$W_1 = \begin{pmatrix} 1 & 1 \\ 2 & -2 \end{pmatrix}, \quad b_1 = \begin{pmatrix} 0 \\ 1 \end{pmatrix}, \qquad W_2 = \begin{pmatrix} 2 & 5 \end{pmatrix}, \quad b_2 = -4.$$
#
# Take a pencil and send $x = (1, 2)$ through. Remember: one row of $W$ is one neuron.
#
# | step | unit 1 | unit 2 |
# |---|---|---|
# | $z_1 = W_1 x + b_1$ | $1 \times 1 + 1 \times 2 + 0 = 3$ | $2 \times 1 - 2 \times 2 + 1 = -1$ |
# | $a_1 = \mathrm{relu}(z_1)$ | 3 | 0 |
# | $z_2 = W_2 a_1 + b_2$ | $2 \times 3 + 5 \times 0 - 4 = 2$ | |
#
# The output is 2. The second hidden unit was negative, so ReLU silenced it, and its weight of 5 had nothing to
# multiply.
#
# **Predict first, then run.** Now send $x = (2, 1)$ through, on paper. Is the second unit silent again? The cell below
# does both, one line for each line of the table.

# %% [markdown] lang="zh"
# ## 在纸上走一遍
#
# 两个输入；一个隐藏层，两个单元，用 ReLU；一个输出，不用激活函数。数是这些：
#
# $$W_1 = \begin{pmatrix} 1 & 1 \\ 2 & -2 \end{pmatrix}, \quad b_1 = \begin{pmatrix} 0 \\ 1 \end{pmatrix}, \qquad W_2 = \begin{pmatrix} 2 & 5 \end{pmatrix}, \quad b_2 = -4.$$
#
# 拿起铅笔，让 $x = (1, 2)$ 走一遍。记住：$W$ 的一行就是一个神经元。
#
# | 步骤 | 单元 1 | 单元 2 |
# |---|---|---|
# | $z_1 = W_1 x + b_1$ | $1 \times 1 + 1 \times 2 + 0 = 3$ | $2 \times 1 - 2 \times 2 + 1 = -1$ |
# | $a_1 = \mathrm{relu}(z_1)$ | 3 | 0 |
# | $z_2 = W_2 a_1 + b_2$ | $2 \times 3 + 5 \times 0 - 4 = 2$ | |
#
# 输出是 2。第二个隐藏单元的 $z$ 是负数，ReLU 让它沉默了，于是权重 5 没有东西可乘。
#
# **先猜再跑。** 再让 $x = (2, 1)$ 走一遍，先在纸上算。第二个单元这次还沉默吗？下面的代码两个输入都算，每一行对应表里的
# 一行。

# %%
W1 = torch.tensor([[1.0, 1.0], [2.0, -2.0]], device=device)
b1 = torch.tensor([0.0, 1.0], device=device)
W2 = torch.tensor([[2.0, 5.0]], device=device)
b2 = torch.tensor([-4.0], device=device)

for x in (torch.tensor([1.0, 2.0], device=device), torch.tensor([2.0, 1.0], device=device)):
    z1 = W1 @ x + b1  # ⟦layer 1: the sums|第 1 层：加权和⟧
    a1 = torch.relu(z1)  # ⟦layer 1: the activation|第 1 层：激活⟧
    z2 = W2 @ a1 + b2  # ⟦layer 2 takes what layer 1 gave|第 2 层接过第 1 层的输出⟧
    print("⟦input|输入⟧", x.tolist(), " z1 =", z1.tolist(), " a1 =", a1.tolist(), " ⟦output|输出⟧", z2.tolist())

# %% [markdown] lang="en"
# The same inputs in the other order, and quite another output, 17 instead of 2: this time the second unit was awake.
#
# ## The same as a module
#
# In torch, one writes such a network as a class. It has two parts, and they answer two questions: *what is it made of?*
# (`__init__`) and *how do the data go through?* (`forward`).

# %% [markdown] lang="zh"
# 还是 1 和 2，只换了次序，输出就从 2 变成了 17：这一次，第二个单元醒着。
#
# ## 写成一个模块
#
# 用 torch 时，这样的网络写成一个类。它有两部分，回答两个问题：由什么组成（`__init__`），数据怎样走（`forward`）。


# %%
class SmallNet(nn.Module):
    def __init__(self):
        super().__init__()  # ⟦let torch prepare the module: always the first line|让 torch 做好准备：总写在第一行⟧
        self.hidden = nn.Linear(2, 2)  # ⟦2 inputs, 2 units|2 个输入，2 个单元⟧
        self.out = nn.Linear(2, 1)  # ⟦2 units, 1 output|2 个单元，1 个输出⟧

    def forward(self, x):
        a1 = torch.relu(self.hidden(x))  # ⟦z1, then a1|先得 z1，再得 a1⟧
        return self.out(a1)  # z2


net = SmallNet().to(device)
with torch.no_grad():  # ⟦our numbers in place of the random ones|用我们的数换掉随机数⟧
    net.hidden.weight[:], net.hidden.bias[:] = W1, b1
    net.out.weight[:], net.out.bias[:] = W2, b2

x = torch.tensor([1.0, 2.0], device=device)
print("⟦output for (1, 2)|输入 (1, 2) 的输出⟧:", net(x).item())

# %% [markdown] lang="en"
# You write `forward`, but you call `net(x)`. torch then calls `forward` for you and does a little more around it, so
# never write `net.forward(x)`. [Notebook 6](06_three_layer_model.ipynb) takes a class like this apart line by line.
#
# ## Many samples at once
#
# Real data come in batches: 5 samples, or 64. One could send them through one by one. It is better to stack them and
# multiply once. How does that look on paper? Put each sample into a **row**:
#
# $$X = \begin{pmatrix} 1 & 2 \\ 2 & 1 \end{pmatrix}.$$
#
# The sum of unit $j$ for sample $n$ is "row $n$ of $X$ times row $j$ of $W$, in pairs, and add up". But the rule for
# matrix products says *row* of the left times *column* of the right. So $W$ must first be turned on its side, rows into
# columns. That is its **transpose** $W^\top$, in torch `W.T`:
#
# $$Z_1 = X W_1^\top + b_1 = \begin{pmatrix} 1 & 2 \\ 2 & 1 \end{pmatrix} \begin{pmatrix} 1 & 2 \\ 1 & -2 \end{pmatrix} + \begin{pmatrix} 0 & 1 \end{pmatrix} = \begin{pmatrix} 3 & -1 \\ 3 & 3 \end{pmatrix}.$$
#
# Look at the rows of the result: they are the two $z_1$ that you computed before. ($b_1$ is added to every row. Why
# torch allows that is the matter of [notebook 7](07_broadcasting.ipynb).) A layer also shows in its shapes what it
# does: (samples, inputs) goes in, (samples, units) comes out.

# %% [markdown] lang="zh"
# 你写的是 `forward`，调用时却写 `net(x)`。torch 会替你调用 `forward`，前后还要做一点别的事，所以不要写
# `net.forward(x)`。[第 6 个笔记本](06_three_layer_model.ipynb)会把这样一个类逐行拆开来讲。
#
# ## 许多样本一起走
#
# 实际的数据是一批一批来的：5 个样本，或者 64 个。当然可以一个一个地送进去；更好的办法是叠在一起，只乘一次。在纸上是什么
# 样子？每个样本占**一行**：
#
# $$X = \begin{pmatrix} 1 & 2 \\ 2 & 1 \end{pmatrix}.$$
#
# 第 $n$ 个样本在单元 $j$ 上的加权和，是“$X$ 的第 $n$ 行与 $W$ 的第 $j$ 行对应相乘，再加起来”。可是矩阵乘法的规则是：左
# 边的行乘右边的列。所以要先把 $W$ 的行变成列，这叫**转置**，记作 $W^\top$，torch 里写 `W.T`：
#
# $$Z_1 = X W_1^\top + b_1 = \begin{pmatrix} 1 & 2 \\ 2 & 1 \end{pmatrix} \begin{pmatrix} 1 & 2 \\ 1 & -2 \end{pmatrix} + \begin{pmatrix} 0 & 1 \end{pmatrix} = \begin{pmatrix} 3 & -1 \\ 3 & 3 \end{pmatrix}.$$
#
# 看结果的两行：正是前面算出的两个 $z_1$。（每一行都加上了 $b_1$；torch 为什么允许这样加，是[第 7 个笔记
# 本](07_broadcasting.ipynb)的内容。）一层做什么，从形状上也看得出来：进去的是（样本数，输入个数），出来的是（样本数，单
# 元个数）。

# %%
X = torch.tensor([[1.0, 2.0], [2.0, 1.0]], device=device)
Z1 = X @ W1.T + b1
A1 = torch.relu(Z1)
Z2 = A1 @ W2.T + b2
print("Z1 =", Z1.tolist())
print("A1 =", A1.tolist())
print("Z2 =", Z2.tolist())
print("⟦the module gives|模块给出⟧:", net(X).tolist())

# %% [markdown] lang="en"
# The samples do not influence one another: each row of the result depends on its own row of $X$ only. So a batch gives
# what its samples give one by one, up to rounding in the last digits. Why bother, then? Because of time. **Predict
# first, then run**: 2,000 samples, once in a loop, once as a batch. By which factor do the two differ?

# %% [markdown] lang="zh"
# 各个样本互不影响：结果的每一行，只取决于 $X$ 的同一行。所以整批一起算，和一个一个算，结果相同，最多在最后几位有舍入误
# 差。那又何必成批呢？为了省时间。**先猜再跑**：2000 个样本，一次用循环，一次整批算。两者的用时差多少倍？

# %%
many = torch.randn(2000, 2).to(device)
with torch.no_grad():  # ⟦we only predict: no record needed|只做预测，不必记录⟧
    start = time.perf_counter()
    one_by_one = torch.stack([net(sample) for sample in many])
    middle = time.perf_counter()
    at_once = net(many)
    end = time.perf_counter()
print(f"⟦largest difference of the results|结果的最大差别⟧: {(one_by_one - at_once).abs().max().item():.0e}")
print(f"⟦the loop takes|循环的用时是整批的⟧ {(middle - start) / (end - middle):.0f} ⟦times as long|倍⟧")

# %% [markdown] lang="en"
# The factor changes from run to run and from machine to machine. The arithmetic is the same; what the loop pays for,
# 2,000 times, is the trip from Python to the code that computes, and back.
#
# ## The article's model
#
# Now the network that the article builds in its section 6: 3 inputs, 3 units with a sigmoid, 2 units with ReLU, 2
# outputs with softmax. **Predict first, then run**: five samples go in. Which shape will each of the four steps below
# have?

# %% [markdown] lang="zh"
# 这个倍数每次运行、每台机器都不一样。要算的乘法和加法一样多；循环多花的时间，是 2000 次从 Python 走到计算代码、再走回来
# 的路费。
#
# ## 文章的模型
#
# 现在看第六节的网络：3 个输入，3 个单元用 sigmoid，2 个单元用 ReLU，2 个输出用 softmax。**先猜再跑**：送进五个样本，下
# 面每一步的形状各是什么？

# %%
linear1, linear2, out = nn.Linear(3, 3), nn.Linear(3, 2), nn.Linear(2, 2)
samples = torch.randn(5, 3)

with torch.no_grad():
    a1 = torch.sigmoid(linear1(samples))
    a2 = torch.relu(linear2(a1))
    # ⟦dim=-1: over the last dimension, that is, within each row|dim=-1：沿最后一维，也就是在每一行之内⟧
    p = torch.softmax(out(a2), dim=-1)
print("⟦input|输入⟧:  ", tuple(samples.shape))
print("a1:    ", tuple(a1.shape))
print("a2:    ", tuple(a2.shape))
print("⟦output|输出⟧: ", tuple(p.shape))
for i in range(5):
    print(f"⟦sample|样本⟧ {i}: {p[i, 0]:.4f} + {p[i, 1]:.4f} = {p[i].sum():.4f}")

# %% [markdown] lang="en"
# The 5 stays all the way; only the last number changes, 3, 3, 2, 2. Nothing in the network knows how many samples there
# are. In the end each sample has two numbers that sum to 1: softmax has made them into probabilities of two classes.
# They mean nothing yet, since the weights are random and nothing has been learned. (Nor are they drawn in the article's
# way; that is for [notebook 5](05_initialization.ipynb).)
#
# What happens *inside*? The package can watch any model at work. `nb.ThreeLayerNet` is the same network, and
# `nb.trace_forward` keeps $z$ and $a$ of each layer:

# %% [markdown] lang="zh"
# 5 从头到尾没有变，变的只是最后一个数：3、3、2、2。网络里没有任何东西写明有多少个样本。最后，每个样本得到两个数，和为
# 1：softmax 把它们变成了两个类别的概率。不过这些概率还没有意义：权重是随机的，什么也没有学过。（文章还给权重规定了随机
# 抽取的办法，见[第 5 个笔记本](05_initialization.ipynb)。）
#
# 里面发生了什么？本包可以旁观任何一个模型的运行。`nb.ThreeLayerNet` 就是同样的网络，`nb.trace_forward` 会留下每一层的
# $z$ 和 $a$：

# %%
model = nb.ThreeLayerNet().to(device)
samples = samples.to(device)
trace = nb.trace_forward(model, samples)
print(trace)
print("⟦the first sample|第一个样本⟧:", [round(number, 3) for number in samples[0].tolist()])
for layer in trace:
    z, a = layer.z[0].tolist(), layer.a[0].tolist()
    print(f"{layer.name} ⟦gives|给出⟧ z =", [round(number, 3) for number in z])
    print("        ⟦and|和⟧ a =", [round(number, 3) for number in a])

# %% [markdown] lang="en"
# Compare each $z$ with its $a$. The sigmoid presses every number into the range from 0 to 1. ReLU passes positive
# numbers and turns negative ones into 0. Softmax makes shares of the last two.
#
# > **Further.** `trace_forward` uses torch's **forward hooks**. A hook is a function that torch calls each time after a
# > module has run, so one can look inside models that somebody else wrote:
# >
# > `handle = linear1.register_forward_hook(lambda module, inputs, output: print(output.shape))`
# >
# > and `handle.remove()` when you have seen enough. Hooks are the reason to write `net(x)` and not `net.forward(x)`:
# > the latter silently skips the hooks of `net`.

# %% [markdown] lang="zh"
# 把每个 $z$ 和对应的 $a$ 比一比。sigmoid 把所有数压进 0 到 1 之间。ReLU 让正数通过，把负数变成 0。softmax 把最后两个数
# 变成比例。
#
# > **进阶。** `trace_forward` 用的是 torch 的**前向钩子**（forward hook）。钩子是一个函数，模块每次运行完，torch 都会调
# > 用它；别人写的模型，也能这样看到里面：
# >
# > `handle = linear1.register_forward_hook(lambda module, inputs, output: print(output.shape))`
# >
# > 看够了，用 `handle.remove()` 移除。应当写 `net(x)` 而不写 `net.forward(x)`，原因就在这里：后者会一声不响地跳过 `net`
# > 自己的钩子。

# %% [markdown] lang="en"
# ## Why something must stand between two layers
#
# Change yuan into euros: multiply by a rate, pay a fee. Then change the euros into dollars: multiply by a rate, pay a
# fee. Was the second counter any use? A single counter with the right rate and the right fee would have given the same
# dollars, whatever the amount. A linear layer is such a counter: multiply and add. Two in a row are one.
#
# In numbers: let the first layer be $z_1 = 2x + 1$ and the second $z_2 = 3 z_1 - 4$, with nothing between them. Put one
# into the other:
#
# $$z_2 = 3\,(2x + 1) - 4 = 6x + 3 - 4 = 6x - 1.$$
#
# That is one layer with weight 6 and bias −1. Put a ReLU between them, and see what happens:
#
# | $x$ | $z_1 = 2x + 1$ | without: $3 z_1 - 4$ | $\mathrm{relu}(z_1)$ | with: $3\,\mathrm{relu}(z_1) - 4$ |
# |---|---|---|---|---|
# | −2 | −3 | −13 | 0 | −4 |
# | −1 | −1 | −7 | 0 | −4 |
# | 0 | 1 | −1 | 1 | −1 |
# | 1 | 3 | 5 | 3 | 5 |
#
# Look at the steps from one row to the next. Without ReLU they are always 6, as they must be on a straight line. With
# ReLU they are 0, 3 and 6: the line has a bend, and no single layer can do that.
#
# It is no different with matrices: sums of multiples, put into sums of multiples, are again sums of multiples. You will
# find the single layer yourself in the exercise below. Here are three layers, from one number through 16 and 16 units
# to one number, with the *same* random weights both times: once with nothing between them and once with ReLU. **Predict
# first, then run**: what will the two curves look like?

# %% [markdown] lang="zh"
# ## 为什么两层之间必须有点什么
#
# 用人民币换欧元：乘一个汇率，扣一笔手续费。再用欧元换美元：又乘一个汇率，又扣一笔手续费。第二个柜台有什么用呢？只要汇率
# 和手续费定得合适，一个柜台就能换出同样多的美元，不管金额是多少。线性层就是这样的柜台：乘一个数，加一个数。两个连在一
# 起，还是一个。
#
# 用数来看：设第一层是 $z_1 = 2x + 1$，第二层是 $z_2 = 3 z_1 - 4$，中间什么也没有。把前一个式子代进后一个：
#
# $$z_2 = 3\,(2x + 1) - 4 = 6x + 3 - 4 = 6x - 1.$$
#
# 这就是一层，权重是 6，偏置是 −1。如果在中间放一个 ReLU，再看：
#
# | $x$ | $z_1 = 2x + 1$ | 不放：$3 z_1 - 4$ | $\mathrm{relu}(z_1)$ | 放：$3\,\mathrm{relu}(z_1) - 4$ |
# |---|---|---|---|---|
# | −2 | −3 | −13 | 0 | −4 |
# | −1 | −1 | −7 | 0 | −4 |
# | 0 | 1 | −1 | 1 | −1 |
# | 1 | 3 | 5 | 3 | 5 |
#
# 看相邻两行之差。不放 ReLU，差总是 6，直线本该如此。放了 ReLU，差是 0、3、6：线弯了，任何单独一层都做不到。
#
# 换成矩阵也一样：几个数的倍数之和，再取倍数、再相加，得到的仍然是倍数之和。合成的那一层是什么，留给你在后面的练习里去
# 求。下面是三层网络，每个隐藏层 16 个单元，两次用**同样**的随机权重，一次中间什么也没有，一次中间用 ReLU。**先猜再
# 跑**：两条曲线各是什么样子？

# %%
torch.manual_seed(10)  # ⟦other numbers give other curves: try some|换个数，曲线就不同：多试几个⟧
layer1, layer2, layer3 = nn.Linear(1, 16), nn.Linear(16, 16), nn.Linear(16, 1)
linear_stack = nn.Sequential(layer1, layer2, layer3)
relu_stack = nn.Sequential(layer1, nn.ReLU(), layer2, nn.ReLU(), layer3)  # ⟦the same three layers|还是这三个层⟧

numbers = torch.linspace(-5, 5, 201)[:, None]  # ⟦201 samples of one number each|201 个样本，每个一个数⟧
figure, ax = plt.subplots(figsize=(6, 3))
with torch.no_grad():
    ax.plot(numbers[:, 0], linear_stack(numbers)[:, 0], label="⟦nothing between|中间什么也没有⟧")
    ax.plot(numbers[:, 0], relu_stack(numbers)[:, 0], label="⟦ReLU between|中间用 ReLU⟧")
ax.set(xlabel="⟦input x|输入 x⟧", ylabel="⟦output|输出⟧")
ax.legend()
plt.show()

# %% [markdown] lang="en"
# Is the first one perfectly straight? On a straight line, equal steps to the right mean equal steps upwards. So let
# torch take the 200 differences between neighbours and see how far apart the smallest and the largest are:

# %% [markdown] lang="zh"
# 第一条真的是直线吗？在直线上，向右走同样的一步，升高也一样多。所以让 torch 求出相邻两点的 200 个差，看最大的和最小的相
# 差多少：

# %%
with torch.no_grad():
    for name, stack in {
        "⟦nothing between|中间什么也没有⟧": linear_stack,
        "⟦ReLU between|中间用 ReLU⟧": relu_stack,
    }.items():
        steps = stack(numbers).diff(dim=0)  # ⟦each value minus the one before it|每个值减去前一个值⟧
        low, high = steps.min().item(), steps.max().item()
        print(f"{name}: ⟦steps from|差从⟧ {low:.4f} ⟦to|到⟧ {high:.4f}, ⟦a range of|相差⟧ {high - low:.0e}")

# %% [markdown] lang="en"
# The range that is left in the first line is rounding. Does all this matter in practice? The next experiment trains
# stacks on two half moons of points; *how* one trains is the matter of notebook 9. One linear layer and four draw the
# same straight line, and are equally often right; with ReLU between the layers the line can bend.

# %% [markdown] lang="zh"
# 第一行末尾那一点差别，是舍入误差。这在实际中要紧吗？下面的实验，用两个月牙形的点集训练网络；怎样训练，是第 9 个笔记本的内容。
# 一个线性层和四个线性层画出的是同一条直线，正确率也一样；层间加上 ReLU，线才弯得过来。

# %%
result = nb.run_experiment("linear-collapse", quick=True, device=device)
nb.draw_experiment("linear-collapse", result)

# %% [markdown] lang="en"
# The best that a *single* linear layer can do is known exactly. No stack of linear layers gets below it, however deep:
# such a stack is one layer in disguise. (The loss measures the mistakes: lower is better.)

# %% [markdown] lang="zh"
# **单独**一个线性层最好能做到多少，可以精确算出来。线性的网络不管堆多深，损失都低不过它：它只是一个层换了个样子。
# （损失衡量错得多少，越低越好。）

# %%
found = result.first
for depth, losses in zip(found.depths, found.losses["identity"], strict=True):
    print(f"⟦linear layers: {depth}, loss|线性层 {depth} 个，损失⟧ {losses.median():.4f}")
print(f"⟦the best of one layer, loss|一个层的最好结果，损失⟧ {found.floor:.4f}")

# %% [markdown] lang="en"
# > **Further.** How does one know the best single layer? The loss of a single layer with a sigmoid is a bowl with one
# > lowest point, and Newton's method, which uses the curvature as well as the slope, finds it to the last digit.
#
# So between two linear layers there must be a function that is *not linear*. Must there be one after the last layer,
# too?
#
# <!-- claim: activation-bends -->
# > **The article says:** The activation turns z into a by a transformation that is not linear.
# >
# > **Measured: it holds under a condition.** The layer is not the output of a regression, for which section 4 itself
# > takes the identity: there, a is z.
#
# That makes sense: a network that predicts a temperature must be able to reach every number, and a sigmoid at its end
# would allow only those between 0 and 1. Nothing follows the last layer, so nothing there can collapse. The function
# $f(z) = z$ is called the **identity**.
#
# And two statements about forward propagation itself:

# %% [markdown] lang="zh"
# > **进阶。** 怎么知道单独一层最好能到哪里？带 sigmoid 的单层，损失像一只碗，只有一个最低点；牛顿法不但用斜率，还用弯曲
# > 的程度，能把最低点求到最后一位数字。
#
# 所以，两个线性层之间必须有一个**非线性**的函数。那么最后一层之后，也必须有吗？
#
# <!-- claim: activation-bends -->
# > **文章说：** 激活函数对 z 作非线性变换得到 a。
# >
# > **实测：有条件成立。** 回归的输出层除外：第四节自己也说那里用恒等函数，a 就是 z。
#
# 道理不难懂：预测气温的网络，必须能取到任何数；末尾放一个 sigmoid，就只能取 0 到 1 之间的数了。最后一层后面不再有别的
# 层，也就不会和谁合成一层。$f(z) = z$ 这个函数叫**恒等函数**。
#
# 关于前向传播本身，还有两条论断：

# %%
nb.show_claims("forward-by-layer", "linear-stack")

# %% [markdown] lang="en"
# ## Pitfalls
#
# **A wrong last dimension.** The number of inputs of a sample must fit the first layer. torch's message names two
# shapes, but not the layer; `nb.trace_forward` names it.

# %% [markdown] lang="zh"
# ## 常见的坑
#
# **最后一维不对。** 一个样本有几个数，必须和第一层的输入个数一致。torch 的消息给出两个形状，却不说是哪一
# 层；`nb.trace_forward` 会说。

# %%
wide = torch.ones(5, 4, device=device)
try:
    model(wide)
except RuntimeError as error:
    print("⟦torch says|torch 的消息⟧:", error)
try:
    nb.trace_forward(model, wide)
except ValueError as error:
    print("⟦trace_forward says|trace_forward 的消息⟧:", error)

# %% [markdown] lang="en"
# **A record that nobody wants.** Every forward pass records what learning will need later. That costs memory, and NumPy
# refuses such a tensor. When you only want to predict, write `with torch.no_grad():` around it; for a tensor that you
# already have, take `.detach()`.

# %% [markdown] lang="zh"
# **多余的记录。** 每次前向传播，torch 都会记录以后学习要用的东西。这要占内存，而且这样的张量 NumPy 不接受。只做预测时，
# 外面套一层 `with torch.no_grad():`；张量已经算出来了，就用 `.detach()`。

# %%
try:
    net(X).cpu().numpy()
except RuntimeError as error:
    print("⟦refused|被拒绝⟧:", error)
with torch.no_grad():
    print("⟦with no_grad|用了 no_grad⟧:", net(X).cpu().numpy().tolist())
print("⟦with detach|用了 detach⟧:", net(X).detach().cpu().numpy().tolist())

# %% [markdown] lang="en"
# **Two devices.** If there is a GPU, model and data must be in the same place, or torch complains of `cuda:0 and cpu`.
# The trap is in how things are moved: `model.to(device)` moves the *model* itself, but `x.to(device)` leaves the
# *tensor* where it is and returns a copy. So write `x = x.to(device)`.
#
# > **Further.** Without a GPU you can provoke the error with torch's `meta` device, which keeps shapes but no numbers:
# > `model(samples.to("meta"))`. And two kinds of layers behave differently while training: `nn.Dropout` sets numbers to
# > 0 at random, `nn.BatchNorm1d` makes the samples of a batch depend on one another. A model that has them needs
# > `model.eval()` before predicting and `model.train()` before training. This has nothing to do with `no_grad`, which
# > only switches the record off.

# %% [markdown] lang="zh"
# **两个设备。** 有 GPU 时，模型和数据必须在同一个设备上，否则 torch 会报错，提到 `cuda:0 and cpu`。坑在搬动的方式
# 上：`model.to(device)` 搬动的是**模型**本身；`x.to(device)` 却不动原来的**张量**，而是返回一份副本。所以要写
# `x = x.to(device)`。
#
# > **进阶。** 没有 GPU，也可以用 torch 的 `meta` 设备看到这个错误，它只有形状，没有数：`model(samples.to("meta"))`。另
# > 外，有两种层在训练时的行为不同：`nn.Dropout` 会随机把一些数变成 0，`nn.BatchNorm1d` 会让同一批里的样本互相影响。模型
# > 里如果有它们，预测之前要写 `model.eval()`，训练之前要写 `model.train()`。这和 `no_grad` 是两回事，后者只是关掉记录。

# %% [markdown] lang="en"
# ## Questions of understanding
#
# **1.** How many multiplications with weights does one sample need in the article's network, 3 inputs, 3, 2 and 2
# units? And a batch of five?
#
# <details><summary>Answer</summary>
#
# One for each weight: $9 + 6 + 4 = 19$. Five samples need $5 \times 19 = 95$. Each weight is used once for each sample;
# what a batch saves is not arithmetic but the trips there and back.
#
# </details>
#
# **2.** Somebody takes the ReLU out of the XOR network of notebook 2 and looks for better weights instead. Will they
# find any?
#
# <details><summary>Answer</summary>
#
# No. Without ReLU the two layers are one linear layer, and with one output that is a single neuron. By the proof in
# notebook 1 no single neuron computes XOR. A hundred layers would not help, either.
#
# </details>
#
# **3.** For $x = (2, 1)$ the small network at the start gives 17 with ReLU. Which value does it give for this input if
# the ReLU is left out? And for $x = (1, 2)$? Why do the answers differ in one case only?
#
# <details><summary>Answer</summary>
#
# For $(2, 1)$ it is 17 again: both $z_1$ are positive (3 and 3), and ReLU leaves positive numbers alone. For $(1, 2)$
# it is $2 \times 3 + 5 \times (-1) - 4 = -3$ instead of 2, because ReLU would have turned the −1 into 0. So in a region
# where no unit changes between silent and awake, a ReLU network is a linear one. Its bends lie where a unit falls
# silent or wakes up.
#
# </details>
#
# ## Exercises
#
# First write a whole layer for a batch. Then find the single layer that two linear layers make: take two small
# matrices, write out $W_2 (W_1 x + b_1) + b_2$, and sort what is multiplied by $x$ from what is not.

# %% [markdown] lang="zh"
# ## 思考题
#
# **1.** 文章的网络有 3 个输入，各层是 3、2、2 个单元。一个样本走一遍，要和权重相乘多少次？五个样本一批呢？
#
# <details><summary>答案</summary>
#
# 每个权重乘一次：$9 + 6 + 4 = 19$ 次。五个样本要 $5 \times 19 = 95$ 次。每个样本都要用到每个权重一次；成批计算省下的不
# 是乘法，而是来回的路费。
#
# </details>
#
# **2.** 有人把第 2 个笔记本里 XOR 网络的 ReLU 去掉，想另找一组更好的权重。找得到吗？
#
# <details><summary>答案</summary>
#
# 找不到。没有 ReLU，两层就合成一个线性层，只有一个输出，也就是一个神经元。第 1 个笔记本已经证明，单个神经元算不出 XOR。
# 叠一百层也没有用。
#
# </details>
#
# **3.** 开头的小网络，输入 $x = (2, 1)$ 时，用 ReLU 得到 17。去掉 ReLU，得到多少？$x = (1, 2)$ 呢？为什么只有一个变了？
#
# <details><summary>答案</summary>
#
# $(2, 1)$ 还是 17：两个 $z_1$ 都是正数（3 和 3），ReLU 不改变正数。$(1, 2)$ 则是
# $2 \times 3 + 5 \times (-1) - 4 = -3$，不再是 2，因为 ReLU 本来会把 −1 变成 0。可见，在没有任何单元由睡变醒、由醒变睡
# 的区域里，ReLU 网络就是线性的。它的折痕，都在某个单元刚要沉默或刚刚醒来的地方。
#
# </details>
#
# ## 练习
#
# 先为一批样本写出完整的一层。再求出两个线性层合起来的那一层：取两个小矩阵，把 $W_2 (W_1 x + b_1) + b_2$ 展开，看哪些项
# 乘了 $x$，哪些没有。

# %%
nb.exercise("linear-layer")


# %%
def linear_layer(x, weight, bias):
    pass  # ⟦your code|在这里写代码⟧


nb.check("linear-layer", linear_layer)

# %%
nb.exercise("linear-collapse")


# %%
def linear_collapse(weight1, bias1, weight2, bias2):
    pass  # ⟦your code|在这里写代码⟧


nb.check("linear-collapse", linear_collapse)

# %% [markdown] lang="en"
# ## What to read next
#
# - [04_activations](04_activations.ipynb): which function to put between the layers.
# - [torch.nn.Module](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html),
#   [torch.no_grad](https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html)
# - Dive into Deep Learning, [Multilayer perceptrons](https://d2l.ai/chapter_multilayer-perceptrons/mlp.html), which
#   begins with the same question: why linear layers are not enough.
# - Saxe, McClelland and Ganguli (2014), [arXiv:1312.6120](https://arxiv.org/abs/1312.6120): deep *linear* networks
#   compute no more than one layer, yet learn in a way of their own. For later.

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - [04_activations](04_activations.ipynb)：层与层之间该放哪个函数。
# - [torch.nn.Module 的中文文档](https://docs.pytorch.ac.cn/docs/stable/generated/torch.nn.Module.html)，以及[英文原
#   文](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html)
# - 《动手学深度学习》的[多层感知机](https://zh.d2l.ai/chapter_multilayer-perceptrons/mlp.html)一节：开头问的是同一个问
#   题，为什么只有线性层不够；[前向传播、反向传播和计算
#   图](https://zh.d2l.ai/chapter_multilayer-perceptrons/backprop.html)一节可以读完第 9 个笔记本再看。
# - 邱锡鹏[《神经网络与深度学习》](https://nndl.github.io/)，第 4 章“前馈神经网络”。
# - 李宏毅的[机器学习课程](https://speech.ee.ntu.edu.tw/~hylee/ml/2023-spring.php)，中文视频。
# - Saxe、McClelland、Ganguli (2014)，[arXiv:1312.6120](https://arxiv.org/abs/1312.6120)：深层线性网络算出的东西不比一层
#   多，学习的过程却自有特点（英文，以后再读）。
