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
# # 5 · Initialization
#
# Training improves the weights step by step. But a first step needs weights to start from. Which ones? This notebook
# answers three questions:
#
# - why may the weights not all be equal, all zero for example?
# - if they are drawn at random, how large should they be, and where do the formulas of Xavier and Kaiming come from?
# - what does `nn.Linear` do if you say nothing at all?
#
# **What you need.** The layer $z = Wx + b$, $a = f(z)$ ([notebook 3](03_forward.ipynb)); sigmoid, tanh and ReLU with
# their derivatives ([notebook 4](04_activations.ipynb)); mean and variance, from school or from
# [d2l: probability](https://d2l.ai/chapter_preliminaries/probability.html). In two places we need a gradient: the
# number that says how much the loss changes when one weight changes a little. A rough idea of it is enough here; how
# it is computed is explained in [notebook 9](09_gradient_descent.ipynb).

# %% [markdown] lang="zh"
# # 5 · 参数初始化
#
# 训练是一步一步改进权重。可是走第一步之前，总得先有一组权重。从哪一组开始呢？这一节回答三个问题：
#
# - 权重为什么不能全都一样，比如全为 0？
# - 如果随机抽取，该抽多大的？Xavier 和 Kaiming 的公式是怎么来的？
# - 如果什么都不写，`nn.Linear` 自己会怎么做？
#
# **需要先会什么。** 一层的计算 $z = Wx + b$、$a = f(z)$（[第 3 节](03_forward.ipynb)）；sigmoid、tanh、ReLU 和它们的导数（[第 4 节](04_activations.ipynb)）；平均数和方差，中学学过，也可以看《动手学深度学习》的[概率](https://zh.d2l.ai/chapter_preliminaries/probability.html)一节。有两处要用到梯度：某个权重变化一点点，损失会跟着变多少，这个比值就是梯度。在这里有个大致的印象就够了，怎么算是[第 9 节](09_gradient_descent.ipynb)的内容。

# %%
import itertools
import os

import torch
from torch import nn

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # ⟦the language of pictures and messages: "en" or "zh"|图和消息的语言："en" 或 "zh"⟧
device = "cpu"  # ⟦or "cuda"|或者 "cuda"⟧

# %% [markdown] lang="en"
# ## The article's lines
#
# `nn.Linear(5, 3)` has 5 inputs and 3 outputs. Its `weight` has the shape (3, 5), its `bias` the shape (3). The functions of
# `torch.nn.init` fill a tensor with new numbers. Their names end in an underscore: in torch that means "changes the
# tensor that it is given", so nothing has to be assigned.
#
# **Predict first, then run.** The weight is filled twice below, first by Xavier's rule, then by Kaiming's. Which numbers does the layer
# have at the end: Xavier's, Kaiming's, or the sum of both?

# %% [markdown] lang="zh"
# ## 文章的几行代码
#
# `nn.Linear(5, 3)` 有 5 个输入、3 个输出。它的 `weight` 形状是 (3, 5)，`bias` 形状是 (3)。`torch.nn.init` 里的函数负责把新的数填进张量。它们的名字末尾都有下划线，这在 torch 里表示“直接改写传进来的张量”，所以不用再赋值。
#
# **先猜再跑。** 下面把权重填了两次，先用 Xavier，再用 Kaiming。最后这一层里是 Xavier 的数，Kaiming 的数，还是两者之和？

# %%
torch.manual_seed(0)  # ⟦the same random numbers at every run|每次运行都得到同样的随机数⟧
linear = nn.Linear(5, 3)

# ⟦a normal distribution, as wide as Xavier's rule says|正态分布，宽度按 Xavier 的公式⟧
nn.init.xavier_normal_(linear.weight)
print("⟦after Xavier, first row|Xavier 之后，第一行⟧:", linear.weight[0].data)

# ⟦the same with Kaiming's rule|同样是正态分布，宽度按 Kaiming 的公式⟧
nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
print("⟦after Kaiming, first row|Kaiming 之后，第一行⟧:", linear.weight[0].data)

nn.init.zeros_(linear.bias)  # ⟦all biases 0|偏置全为 0⟧
print("⟦bias|偏置⟧:", linear.bias.data)

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# Kaiming's. Each call overwrites what was there. The article puts the lines below each other to show both; in a program
# you choose **one** of them for each layer.
#
# </details>
#
# What does "as wide as the rule says" mean? The two rules give a standard deviation. With $m$ inputs and $n$ outputs
# they say $\sqrt{2/(m+n)}$ and $\sqrt{2/m}$. Fifteen numbers are too few to see that, so take a larger layer: 500 inputs,
# 300 outputs. On paper: $2/800 = 0.0025$, root $0.05$; and $2/500 = 0.004$, root about $0.0632$.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 是 Kaiming 的数。每次调用都会盖掉原来的数。文章把两行写在一起，是为了两种都介绍；真正写程序时，每一层只选**一种**。
#
# </details>
#
# “宽度按公式”是什么意思？两个公式给出的都是标准差。设有 $m$ 个输入、$n$ 个输出，一个是 $\sqrt{2/(m+n)}$，一个是 $\sqrt{2/m}$。十五个数太少，看不出来，我们换一个大一点的层：500 个输入，300 个输出。先在纸上算：$2/800 = 0.0025$，开方得 $0.05$；$2/500 = 0.004$，开方约为 $0.0632$。

# %%
wide = nn.Linear(500, 300)
nn.init.xavier_normal_(wide.weight)
print(f"⟦Xavier: measured|Xavier：测得⟧ {wide.weight.std():.4f}, ⟦formula|公式⟧ {(2 / (500 + 300)) ** 0.5:.4f}")
nn.init.kaiming_normal_(wide.weight, nonlinearity="relu")
print(f"⟦Kaiming: measured|Kaiming：测得⟧ {wide.weight.std():.4f}, ⟦formula|公式⟧ {(2 / 500) ** 0.5:.4f}")

# %% [markdown] lang="en"
# So we know *what* these lines do. The rest of the notebook is about *why*: why random at all, and why these two numbers.
#
# ## All equal: the symmetry problem
#
# Imagine a group of four pupils who are to solve a task together. All four know exactly the same, hear the same
# comments, and draw the same conclusion from them. Then four are no better than one. That is what happens to hidden units with equal
# weights. Let us follow it on paper.
#
# Two inputs, $x = (1, 2)$; two hidden units with ReLU; one output, the sum of both. **All weights are 1, all biases 0**;
# the target is $y = 10$, and the loss is $L = (\hat y - y)^2$.
#
# 1. Both hidden units compute $1\cdot 1 + 1\cdot 2 = 3$, and ReLU leaves 3 as it is.
# 2. The output is $\hat y = 1\cdot 3 + 1\cdot 3 = 6$, too small by 4.
# 3. How does the loss change with the output? $\partial L/\partial \hat y = 2(\hat y - y) = 2\cdot(6 - 10) = -8$.
# 4. An output weight is multiplied by the 3 of its unit, so its gradient is $-8\cdot 3 = -24$: the same for both.
# 5. On the way back to a hidden unit, $-8$ is multiplied by the output weight 1: again $-8$ for both.
# 6. The weights of a hidden unit are multiplied by the inputs 1 and 2: gradients $-8\cdot 1 = -8$ and $-8\cdot 2 = -16$. **The same for both units.**
#
# Equal weights, equal gradients, so equal steps: after the step the two units are equal again, and then the
# argument starts again. However long you train, they stay twins. torch gets the same numbers:

# %% [markdown] lang="zh"
# 这几行代码**做了什么**，现在清楚了。接下来都在讲**为什么**：为什么要随机，又为什么是这两个数。
#
# ## 全都一样：对称问题
#
# 设想四个学生组成一组，一起做一道题。四个人会的东西一模一样，听到的批评一模一样，得出的结论也一模一样。那么四个人并不比一个人强。权重相同的隐藏单元就是这样。我们在纸上走一遍。
#
# 两个输入 $x = (1, 2)$；两个隐藏单元，用 ReLU；一个输出，把两者加起来。**权重全为 1，偏置全为 0**，真实值 $y = 10$，损失 $L = (\hat y - y)^2$。
#
# 1. 两个隐藏单元都算出 $1\cdot 1 + 1\cdot 2 = 3$，ReLU 让 3 原样通过。
# 2. 输出 $\hat y = 1\cdot 3 + 1\cdot 3 = 6$，小了 4。
# 3. 输出变一点，损失变多少？$\partial L/\partial \hat y = 2(\hat y - y) = 2\cdot(6 - 10) = -8$。
# 4. 输出层的权重乘的是它那个单元的 3，所以梯度是 $-8\cdot 3 = -24$，两个权重相同。
# 5. 传回隐藏单元时，$-8$ 要乘上输出层的权重 1，还是 $-8$，两个单元相同。
# 6. 隐藏单元的两个权重乘的是输入 1 和 2，梯度是 $-8\cdot 1 = -8$ 和 $-8\cdot 2 = -16$，**两个单元又相同**。
#
# 权重相同，梯度就相同，走的一步也相同。走完之后两个单元还是一样，于是同样的道理再来一遍。训练多久，它们都是双胞胎。让 torch 算一遍，得到的正是这些数：

# %%
net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
for layer in (net[0], net[2]):
    nn.init.ones_(layer.weight)
    nn.init.zeros_(layer.bias)

prediction = net(torch.tensor([1.0, 2.0]))
loss = ((prediction - 10) ** 2).sum()
loss.backward()  # ⟦computes all gradients|算出所有的梯度⟧
print("⟦prediction|预测值⟧:", prediction.item(), "  ⟦loss|损失⟧:", loss.item())
print("⟦gradients of the hidden weights, one row per unit|隐藏层权重的梯度，一行是一个单元⟧:")
print(net[0].weight.grad)
print("⟦gradients of the output weights|输出层权重的梯度⟧:", net[2].weight.grad)

# %% [markdown] lang="en"
# Look back at steps 1 and 5: the argument used **two** things. Equal weights *into* the units make their outputs equal. Equal
# weights *out of* them make equal what comes back. What if only the first is true?
#
# **Predict first, then run.** Four sigmoid units learn whether two numbers have the same sign. In the first network all
# weights are 1. In the second only those into the hidden units are 1, and the output weights are random. Will the four
# rows of the hidden weight be equal after training? A step of training is three things here: compute the loss, compute
# the gradients, and move each parameter a little against its gradient.

# %% [markdown] lang="zh"
# 回头看第 1 步和第 5 步，这个推理用到了**两个**条件。进入单元的权重相同，输出才相同；从单元出去的权重相同，传回来的东西才相同。如果只满足第一个呢？
#
# **先猜再跑。** 四个 sigmoid 单元学习判断两个数是否同号。第一个网络的权重全为 1；第二个网络只有进入隐藏单元的权重是 1，输出层的权重是随机的。训练之后，隐藏层权重的四行还一样吗？这里训练的一步只有三件事：算损失，算梯度，把每个参数沿梯度的反方向挪一点点。

# %%
torch.manual_seed(0)
points = torch.randn(64, 2)
same_sign = (points[:, :1] * points[:, 1:] > 0).float()  # ⟦1 if the signs are equal, else 0|同号为 1，异号为 0⟧


def hidden_weights_after_training(output_weights_too):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(2, 4), nn.Sigmoid(), nn.Linear(4, 1))
    nn.init.ones_(net[0].weight)
    nn.init.zeros_(net[0].bias)
    if output_weights_too:
        nn.init.ones_(net[2].weight)
    for _ in range(1000):
        net.zero_grad()  # ⟦forget the last gradients|清掉上一步的梯度⟧
        ((net(points) - same_sign) ** 2).mean().backward()
        with torch.no_grad():  # ⟦a step is no part of the computation of the loss|更新参数，不算在损失的计算里⟧
            for parameter in net.parameters():
                parameter -= 0.2 * parameter.grad
    return net[0].weight.data


print("⟦all weights started at 1|权重全从 1 开始⟧:")
print(hidden_weights_after_training(True))
print("⟦only those into the hidden units started at 1|只有进入隐藏单元的权重从 1 开始⟧:")
print(hidden_weights_after_training(False))

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# In the first network the four rows are the same number for number: four units do the work of one. In the second they
# differ: what comes back was multiplied by different output weights, so every unit hears something else. Symmetry needs
# both conditions, the same weights in *and* the same weights out.
#
# </details>
#
# All weights **zero** satisfies both conditions, too, and with ReLU it is worse still. The hidden outputs are 0, so the
# output weights get the gradient "something times 0". The hidden weights get "something times an output weight of 0". Who is left?

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 第一个网络的四行一模一样：四个单元只做了一个单元的事。第二个网络的四行各不相同：传回来的东西乘了不同的输出权重，每个单元听到的就不一样。对称要两个条件都满足：进来的权重相同，**并且**出去的权重也相同。
#
# </details>
#
# 权重全为 **0**，两个条件同样满足，配上 ReLU 还要更糟。隐藏层的输出是 0，所以输出层权重的梯度是“某个数乘 0”；隐藏层权重的梯度是“某个数乘输出层的权重 0”。那么还有谁能得到梯度？

# %%
net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
for parameter in net.parameters():
    nn.init.zeros_(parameter)
((net(points) - same_sign) ** 2).mean().backward()
for name, parameter in net.named_parameters():
    print(f"{name:9} ⟦largest gradient|最大的梯度⟧: {parameter.grad.abs().max():.2f}")

# %% [markdown] lang="en"
# Only the last bias. It learns one number, the mean of the targets, and that is all this network will ever know. The
# experiment below compares equal starts with a random one, and with a network that has a single hidden unit: compare their losses.

# %% [markdown] lang="zh"
# 只有最后的偏置。它能学会的只是一个数：标签的平均值。这个网络一辈子就只会这一点。下面的实验把起点相同的网络、随机初始化的网络和只有一个隐藏单元的网络放在一起，请比较它们的损失。

# %%
result = nb.run_experiment("symmetry", quick=True, device=device)
nb.draw_experiment("symmetry", result)

# %% [markdown] lang="en"
# <!-- claim: zeros-symmetric -->
# > **The article says:** With all weights zero, units stay alike (symmetry), which makes the network useless.
# >
# > **Measured: it holds.** With tanh and ReLU not even a weight moves: the units hand on 0, so no weight gets a
# > gradient, and only the last bias learns. With sigmoid they move, all units alike.
#
# <!-- claim: ones-symmetric -->
# > **The article says:** With all weights one, units stay alike, too.
# >
# > **Measured: it holds.**
#
# <!-- claim: chance-breaks-symmetry -->
# > **The article says:** Small random weights, uniform or normal, do without the symmetry problem.
# >
# > **Measured: it holds.**
#
# **Question 1.** A network without a hidden layer, `nn.Linear(4, 3)`, tells three classes apart. May all of its weights
# start at 0?
#
# <details><summary>Answer</summary>
#
# Yes. The three output units stand for three different classes, so they have different targets, and from the first step on
# they get different gradients. Symmetry is a problem of *interchangeable* units, and those are the hidden ones: nobody tells them what
# each is for.
#
# </details>

# %% [markdown] lang="zh"
# <!-- claim: zeros-symmetric -->
# > **文章说：** 权重全为 0 时，各单元始终相同（对称问题），网络不可用。
# >
# > **实测：成立。** 用 tanh 和 ReLU 时，权重一个都不动：单元输出 0，权重得不到梯度，只有最后的偏置在学。用 sigmoid 时权重会变，但各单元变得一样。
#
# <!-- claim: ones-symmetric -->
# > **文章说：** 权重全为 1 时也有对称问题：各单元始终相同。
# >
# > **实测：成立。**
#
# <!-- claim: chance-breaks-symmetry -->
# > **文章说：** 小范围的随机初始化（均匀或正态）没有对称问题。
# >
# > **实测：成立。**
#
# **思考题 1。** 一个没有隐藏层的网络 `nn.Linear(4, 3)` 要分三个类别。它的权重可以全从 0 开始吗？
#
# <details><summary>答案</summary>
#
# 可以。三个输出单元对应三个不同的类别，标签不同，所以从第一步起，得到的梯度就不同。对称问题只出在**可以互换**的单元上，也就是隐藏单元：没有谁告诉它们各自该管什么。
#
# </details>

# %% [markdown] lang="en"
# ## Random, but how large?
#
# So the weights are drawn at random, half of them positive, half negative. What is left to choose is their scale, and much
# hangs on it, because the layers *multiply*. Think of a photocopier that makes every copy a bit paler, 90 percent of the
# original: a copy of a copy of a copy … after ten rounds 35 percent is left. One that enlarges every copy a
# little needs a sheet as large as a wall after a few dozen rounds. A deep network is such a chain of copies.
#
# Let us send 256 random inputs through ten layers of 100 units with ReLU, and measure how large the numbers $z$ are at the
# layers 1, 4, 7 and 10. As "size" we take the **root mean square**: square all numbers, take the mean, then the root. It is
# a mean in which signs do not cancel.
#
# **Predict first, then run.** The weights have the standard deviation 0.01, then 0.1, then 0.5. In which row do the numbers
# shrink, in which do they grow? Could one of the three be just right?

# %% [markdown] lang="zh"
# ## 要随机，可是该多大？
#
# 那么权重就随机抽取，正的负的各占一半。剩下要选的是尺度，也就是权重大概有多大。这件事关系重大，因为层与层之间是**相乘**的。想象一台复印机，每印一次都淡一点，只有原件的 90%。复印件再复印，印十次就只剩 35% 了。反过来，如果每次放大一点点，几十次之后一面墙都贴不下。深层网络就是这样一连串的复印。
#
# 我们让 256 个随机的样本穿过十层 ReLU，每层 100 个单元，看第 1、4、7、10 层的 $z$ 有多大。“大小”用**均方根**来量：先把所有的数平方，再取平均，最后开方。这样正数和负数就不会互相抵消。
#
# **先猜再跑。** 权重的标准差依次取 0.01、0.1、0.5。哪一行的数越来越小，哪一行越来越大？三个里面有没有刚刚好的？


# %%
def sizes(initialize, bias=False, **settings):
    """⟦The root mean square of z at layers 1, 4, 7, 10|第 1、4、7、10 层 z 的均方根⟧"""
    torch.manual_seed(0)
    a = torch.randn(256, 100)  # ⟦256 samples of 100 numbers|256 个样本，每个 100 个数⟧
    found = []
    with torch.no_grad():  # ⟦no gradients are needed here|这里用不到梯度⟧
        for _ in range(10):
            layer = nn.Linear(100, 100, bias=bias)
            if initialize:  # ⟦fill the weight; else leave it as torch made it|填写权重；否则保留 torch 默认的⟧
                initialize(layer.weight, **settings)
            z = layer(a)
            found.append(z.square().mean().sqrt().item())
            a = torch.relu(z)
    return "  ".join(f"{size:8.1e}" for size in found[::3])


head = "  ".join(f"{k:8}" for k in (1, 4, 7, 10))
print(f"{'⟦layer|第几层⟧':10}", head)
for std in (0.01, 0.1, 0.5):
    print(f"std {std:<6}", sizes(nn.init.normal_, std=std))

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# The first two shrink, the third grows, and each by much the same factor from layer to layer. None is just right: 0.1 is too small and
# 0.5 too large, so the right one lies between them. It will come out as $\sqrt{2/100} \approx 0.14$.
#
# </details>
#
# Numbers that vanish on the way forward carry nothing about the input any more, and the gradients on the way back shrink or
# grow in the same manner. So the task is: **find the scale at which a layer neither shrinks nor enlarges.**

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 前两行越来越小，第三行越来越大，而且每过一层的倍数都差不多。没有刚刚好的：0.1 太小，0.5 太大，合适的在两者之间。后面会算出，它是 $\sqrt{2/100} \approx 0.14$。
#
# </details>
#
# 往前走的数如果消失了，就不再带有输入的信息；往回走的梯度也是同样地缩小或者放大。所以任务就是：**找到一个尺度，使一层既不缩小，也不放大。**

# %% [markdown] lang="en"
# ## How large is $z$? On paper
#
# Start as small as possible: two inputs, $a = (3, 4)$, no bias, and each weight decided by a coin: $+1$ or $-1$. So
# $z = 3w_1 + 4w_2$, and there are four cases, all equally likely:
#
# | $w_1$ | $w_2$ | $z$ | $z^2$ | cross term $2\cdot 3w_1\cdot 4w_2$ |
# |---:|---:|---:|---:|---:|
# | $+1$ | $+1$ | $7$ | $49$ | $+24$ |
# | $+1$ | $-1$ | $-1$ | $1$ | $-24$ |
# | $-1$ | $+1$ | $1$ | $1$ | $-24$ |
# | $-1$ | $-1$ | $-7$ | $49$ | $+24$ |
# | | **mean** | $0$ | $25$ | $0$ |
#
# The mean of $z^2$ is $25 = 3^2 + 4^2$, just as in Pythagoras' theorem. The reason is the last column: from
# $(3w_1 + 4w_2)^2 = 9w_1^2 + 16w_2^2 + 24\,w_1w_2$ the squares stay, and the **cross term** is as often $+24$ as $-24$ and
# cancels. Two fair coins that do not influence each other: that is all it takes. The computer lists the four cases:

# %% [markdown] lang="zh"
# ## $z$ 有多大？先在纸上算
#
# 从最小的例子开始：两个输入 $a = (3, 4)$，没有偏置，每个权重抛硬币决定，不是 $+1$ 就是 $-1$。于是 $z = 3w_1 + 4w_2$，一共四种情形，机会均等：
#
# | $w_1$ | $w_2$ | $z$ | $z^2$ | 交叉项 $2\cdot 3w_1\cdot 4w_2$ |
# |---:|---:|---:|---:|---:|
# | $+1$ | $+1$ | $7$ | $49$ | $+24$ |
# | $+1$ | $-1$ | $-1$ | $1$ | $-24$ |
# | $-1$ | $+1$ | $1$ | $1$ | $-24$ |
# | $-1$ | $-1$ | $-7$ | $49$ | $+24$ |
# | | **平均** | $0$ | $25$ | $0$ |
#
# $z^2$ 的平均是 $25 = 3^2 + 4^2$，就像勾股定理一样。原因在最后一列：把 $(3w_1 + 4w_2)^2$ 展开成 $9w_1^2 + 16w_2^2 + 24\,w_1w_2$，平方项留了下来，**交叉项**一半是 $+24$，一半是 $-24$，平均起来正好抵消。只要两枚硬币互不影响，正反面机会相等，就够了。让电脑把四种情形列一遍：

# %%
z = [3 * w1 + 4 * w2 for w1, w2 in itertools.product((1, -1), repeat=2)]
print("⟦the four z|四个 z⟧:", z)
print("⟦mean of z|z 的平均⟧:", sum(z) / 4)
print("⟦mean of z squared|z² 的平均⟧:", sum(number**2 for number in z) / 4)

# %% [markdown] lang="en"
# ## The same with letters
#
# Now $m$ inputs $a_1, \dots, a_m$, and weights from any distribution. We ask for two things, those of the coins: the
# weights are **independent** of each other and of the inputs, and their **mean is 0**. Write $\mathrm{E}[\,\cdot\,]$ for the mean over all possible
# draws. The bias is 0.
#
# **Step 1.** Multiply out $z = w_1a_1 + \dots + w_ma_m$:
#
# $$z^2 = \underbrace{\textstyle\sum_j w_j^2\,a_j^2}_{\text{squares}} + \underbrace{\textstyle\sum_{j\ne k} w_jw_k\,a_ja_k}_{\text{cross terms}}.$$
#
# **Step 2.** Take the mean of a cross term. For independent numbers the mean of the product is the product of the means:
# $\mathrm{E}[w_jw_k] = \mathrm{E}[w_j]\cdot\mathrm{E}[w_k] = 0\cdot 0 = 0$. **All cross terms vanish.**
#
# **Step 3.** Take the mean of a square. With mean 0, the mean square *is* the variance: $\mathrm{E}[w_j^2] = \mathrm{Var}[w]$.
#
# **Step 4.** What is left is $m$ terms, each $\mathrm{Var}[w]\cdot\mathrm{E}[a_j^2]$. Write $\mathrm{E}[a^2]$ for the mean square of the inputs:
#
# $$\boxed{\;\mathrm{E}[z^2] = m \cdot \mathrm{Var}[w] \cdot \mathrm{E}[a^2]\;}$$
#
# In words: a layer multiplies the mean square by $m\,\mathrm{Var}[w]$. Test it on the coins: $m = 2$, $\mathrm{Var}[w] = 1$,
# $\mathrm{E}[a^2] = (9 + 16)/2 = 12.5$. Together 25. And this is why the *number* of inputs matters: a unit with more inputs adds up more terms,
# so each must be smaller.

# %% [markdown] lang="zh"
# ## 换成字母，再算一遍
#
# 现在有 $m$ 个输入 $a_1, \dots, a_m$，权重来自任意一种分布。要求只有两条，和硬币一样：各个权重之间、权重与输入之间**相互独立**，权重的**均值为 0**。用 $\mathrm{E}[\,\cdot\,]$ 表示对所有可能的抽取结果求平均。偏置取 0。
#
# **第一步。** 把 $z = w_1a_1 + \dots + w_ma_m$ 的平方展开：
#
# $$z^2 = \underbrace{\textstyle\sum_j w_j^2\,a_j^2}_{\text{平方项}} + \underbrace{\textstyle\sum_{j\ne k} w_jw_k\,a_ja_k}_{\text{交叉项}}.$$
#
# **第二步。** 对交叉项求平均。相互独立的数，乘积的平均等于平均的乘积：$\mathrm{E}[w_jw_k] = \mathrm{E}[w_j]\cdot\mathrm{E}[w_k] = 0\cdot 0 = 0$。**交叉项全部消失。**
#
# **第三步。** 对平方项求平均。均值为 0 时，平方的平均就是方差：$\mathrm{E}[w_j^2] = \mathrm{Var}[w]$。
#
# **第四步。** 剩下 $m$ 项，每一项是 $\mathrm{Var}[w]\cdot\mathrm{E}[a_j^2]$。把输入平方的平均记作 $\mathrm{E}[a^2]$，就得到
#
# $$\boxed{\;\mathrm{E}[z^2] = m \cdot \mathrm{Var}[w] \cdot \mathrm{E}[a^2]\;}$$
#
# 用一句话说：一层把均方变成 $m\,\mathrm{Var}[w]$ 倍。用硬币的例子验证一下：$m = 2$，$\mathrm{Var}[w] = 1$，$\mathrm{E}[a^2] = (9 + 16)/2 = 12.5$，乘起来是 25，没错。由此也能看出输入的**个数**为什么重要：输入越多，加起来的项就越多，每一项就应该越小。

# %%
torch.manual_seed(0)
a = torch.randn(100_000, 50)  # ⟦50 inputs, mean square 1|50 个输入，均方为 1⟧
# ⟦for each row new weights, variance 0.2² = 0.04|每一行都重新抽权重，方差 0.2² = 0.04⟧
w = 0.2 * torch.randn(100_000, 50)
z = (w * a).sum(dim=1)
print(f"⟦mean of z² measured|测得的 z² 的平均⟧: {z.square().mean():.3f}")
print(f"⟦formula 50 · 0.04 · 1|公式 50 · 0.04 · 1⟧: {50 * 0.04 * 1:.3f}")

# %% [markdown] lang="en"
# ## Kaiming: where the 2 comes from
#
# If there were no activation, the next layer would receive $a = z$, and the size would stay exactly if
# $m\,\mathrm{Var}[w] = 1$. But ReLU takes something away. How much? On paper: let $z$ take the values $-3, -1, 1, 3$.
#
# - before ReLU the mean square is $(9 + 1 + 1 + 9)/4 = 5$;
# - ReLU makes it $0, 0, 1, 3$, and the mean square is $(0 + 0 + 1 + 9)/4 = 2.5$: **half**.
#
# That is no accident. As positive and negative weights are equally likely, so are $z$ and $-z$. Both have the same square. ReLU keeps one of them and
# makes the other 0, so half of the sum of squares goes: $\mathrm{E}[a^2] = \tfrac12\,\mathrm{E}[z^2]$. Put that into the boxed
# formula of the next layer:
#
# $$\mathrm{E}[z_{\text{next}}^2] = m\,\mathrm{Var}[w]\cdot\tfrac12\,\mathrm{E}[z^2].$$
#
# The factor is 1 exactly if the weights make up for the lost half. This is **Kaiming's initialization** (also called He initialization):
#
# $$\mathrm{Var}[w] = \frac{2}{m}.$$
#
# The 2 is nothing but the half that ReLU throws away. Does it work? The same ten layers as above, now with
# standard deviation $\sqrt{2/100}$ by torch's function:

# %% [markdown] lang="zh"
# ## Kaiming：那个 2 从哪里来
#
# 如果没有激活函数，下一层收到的就是 $a = z$，只要 $m\,\mathrm{Var}[w] = 1$，大小就不变。但是 ReLU 会拿走一部分。拿走多少？先在纸上算，设 $z$ 取 $-3, -1, 1, 3$ 四个值：
#
# - 经过 ReLU 之前，均方是 $(9 + 1 + 1 + 9)/4 = 5$；
# - 经过 ReLU，变成 $0, 0, 1, 3$，均方是 $(0 + 0 + 1 + 9)/4 = 2.5$，正好**一半**。
#
# 这不是碰巧。权重取正取负的机会相等，所以 $z$ 和 $-z$ 的机会也相等，而两者的平方是一样的。ReLU 留下一个，把另一个变成 0，平方和就少了一半：$\mathrm{E}[a^2] = \tfrac12\,\mathrm{E}[z^2]$。代入下一层的那个方框里的公式：
#
# $$\mathrm{E}[z_{\text{下一层}}^2] = m\,\mathrm{Var}[w]\cdot\tfrac12\,\mathrm{E}[z^2].$$
#
# 要让倍数等于 1，权重就得把丢掉的一半补回来。这就是 **Kaiming 初始化**（又叫 He 初始化，何恺明提出）：
#
# $$\mathrm{Var}[w] = \frac{2}{m}.$$
#
# 公式里的 2，补的就是被 ReLU 丢掉的那一半。管用吗？还是上面那十层，标准差换成 $\sqrt{2/100}$，用 torch 的函数来填：

# %%
print(f"{'⟦layer|第几层⟧':10}", head)
print("Kaiming   ", sizes(nn.init.kaiming_normal_, nonlinearity="relu"))
print("Xavier    ", sizes(nn.init.xavier_normal_))

# %% [markdown] lang="en"
# With Kaiming's rule the numbers stay where they are. (They wobble a little: the formula speaks of the mean over all possible
# draws, and this is one draw.) Xavier's rule, which comes next, was not made for ReLU. Here it gives
# $\sqrt{2/200} = 0.1$, so its row is the one of 0.1 above: each layer loses half of the mean square, and about 0.7 of the
# size is left.

# %% [markdown] lang="zh"
# 用 Kaiming 的公式，大小基本不变。（会有些起伏：公式说的是所有可能结果的平均，这里只抽了一次。）下面要讲的 Xavier 不是为 ReLU 设计的。它在这里给出 $\sqrt{2/200} = 0.1$，所以和上面 0.1 的那一行一样：每过一层，均方少一半，大小约为原来的 0.7 倍。

# %% [markdown] lang="en"
# ## Xavier: a compromise between two directions
#
# Xavier Glorot asked the question five years earlier, when ReLU was not yet common. Think of tanh. Near 0 its curve is
# nearly the line $y = x$ with slope 1. So for small $z$ it takes nothing away, $a \approx z$, and the demand is the simple one:
# $m\,\mathrm{Var}[w] = 1$.
#
# But there is a way back, too. Training sends gradients through the same weights in the opposite direction. Let
# $\delta_k = \partial L/\partial z_k$ be what has arrived at unit $k$ of the $n$ output units. Input $a_j$ has its
# effect on *all* $n$ of them, so its gradient is a sum of $n$ terms:
#
# $$\frac{\partial L}{\partial a_j} = w_{1j}\,\delta_1 + w_{2j}\,\delta_2 + \dots + w_{nj}\,\delta_n.$$
#
# That is the sum from above, only with $n$ terms instead of $m$. So the same four steps give the factor $n\,\mathrm{Var}[w]$.
# Forwards we want $\mathrm{Var}[w] = 1/m$, backwards $1/n$. For the article's `nn.Linear(5, 3)` these are $1/5 = 0.2$ and
# $1/3 \approx 0.333$. Both at once is impossible. **Xavier's initialization** puts the mean of $m$ and $n$ in their place:
#
# $$\mathrm{Var}[w] = \frac{1}{(m+n)/2} = \frac{2}{m + n}, \qquad\text{here}\quad \frac{2}{5 + 3} = 0.25.$$
#
# It lies between both demands. Where a layer has as many outputs as inputs, all three agree.
#
# Does Kaiming forget the way back? Backwards his rule would need $2/n$. He showed that one of both is enough: through a chain of layers
# the outputs of one are the inputs of the next, so the factors $n/m$ of neighbours cancel, and only the widths of the first and the
# last are left.

# %% [markdown] lang="zh"
# ## Xavier：两个方向的折中
#
# Xavier Glorot 提出这个问题要早五年，那时 ReLU 还不流行。我们想着 tanh 就好。在 0 附近，它的曲线几乎就是直线 $y = x$，斜率是 1。所以 $z$ 不大时它不拿走什么，$a \approx z$，要求就是最简单的那个：$m\,\mathrm{Var}[w] = 1$。
#
# 可是还有回来的路。训练时，梯度要反着穿过同样的权重。设已经传到输出单元 $k$ 的是 $\delta_k = \partial L/\partial z_k$，一共 $n$ 个输出单元。输入 $a_j$ 对**全部** $n$ 个单元都有影响，所以它的梯度是 $n$ 项之和：
#
# $$\frac{\partial L}{\partial a_j} = w_{1j}\,\delta_1 + w_{2j}\,\delta_2 + \dots + w_{nj}\,\delta_n.$$
#
# 这和前面的和一模一样，只是从 $m$ 项变成了 $n$ 项。同样的四步，得到的倍数就是 $n\,\mathrm{Var}[w]$。往前要求 $\mathrm{Var}[w] = 1/m$，往回要求 $1/n$。对文章里的 `nn.Linear(5, 3)`，一个是 $1/5 = 0.2$，一个是 $1/3 \approx 0.333$，不可能同时满足。**Xavier 初始化**的办法是取 $m$ 和 $n$ 的平均数：
#
# $$\mathrm{Var}[w] = \frac{1}{(m+n)/2} = \frac{2}{m + n}, \qquad\text{这里}\quad \frac{2}{5 + 3} = 0.25.$$
#
# 它落在两个要求之间。如果一层的输入和输出一样多，三者就是同一个数。
#
# 那 Kaiming 不管回来的路吗？往回的话，公式应该是 $2/n$。何恺明说明了，只顾一头就够了：一层的输出就是下一层的输入，一路乘下去，中间的倍数 $n/m$ 前后抵消，最后只剩第一层和最后一层的宽度。

# %% [markdown] lang="en"
# ## What "gain" means
#
# Every activation takes its own share, and the weights have to make up for it. The number by which the standard deviation
# is enlarged for that purpose is called **gain**. Without any activation the gain is 1. ReLU leaves half of the mean square, so $\sqrt{1/2}$
# of the size, and its gain is $\sqrt 2$: that is Kaiming's 2 once more, under a root because a standard deviation is the root of a variance.
#
# One can measure a gain: let $z$ be normally distributed with mean square 1, apply the activation, and see how much of the
# size is left. The gain is 1 divided by that. torch keeps a table, `calculate_gain`:

# %% [markdown] lang="zh"
# ## 什么是“增益”
#
# 每个激活函数都会拿走自己的一份，权重就要补回来。为此把标准差放大的倍数，叫作**增益**（gain）。没有激活函数时，增益是 1。ReLU 只留下一半的均方，大小就只剩 $\sqrt{1/2}$，所以它的增益是 $\sqrt 2$。这还是 Kaiming 的那个 2，只不过标准差是方差的平方根，所以带上了根号。
#
# 增益可以测出来：让 $z$ 服从正态分布，均方为 1，经过激活函数，看大小还剩多少，取倒数就是增益。torch 也有一张现成的表，用 `calculate_gain` 查：

# %%
torch.manual_seed(0)
z = torch.randn(1_000_000)
for name, f in {"linear": lambda z: z, "relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}.items():
    measured = 1 / f(z).square().mean().sqrt()
    print(f"{name:8} ⟦gain measured|测得的增益⟧: {measured:.3f}   calculate_gain: {nn.init.calculate_gain(name):.3f}")

# %% [markdown] lang="en"
# The first two agree. For tanh, torch's table has $5/3$, a little more than we measured for a normally distributed $z$; its
# documentation does not say where the number comes from. For sigmoid the table has 1, and our measured number is worth nothing, and that
# is instructive: sigmoid's outputs lie around $\tfrac12$, so most of their mean square is the constant $(\tfrac12)^2$, the
# same for every sample. A constant may be large, but it carries no information. And the derivation asks for a function that
# goes through zero with slope 1; sigmoid does neither. What comes of giving it a large gain all the same is in a box below.
#
# In torch you pass the gain to Xavier's function: `nn.init.xavier_normal_(weight, gain=nn.init.calculate_gain("tanh"))`.
# Kaiming's function looks it up itself, from `nonlinearity="relu"`.
#
# **Question 2.** Leaky ReLU multiplies negative numbers by a slope $s$ instead of making them 0. Take $z = -3, -1, 1, 3$ and
# $s = 0.5$. How much of the mean square 5 is left? Does it need a larger or a smaller gain than ReLU?
#
# <details><summary>Answer</summary>
#
# It makes $-1.5, -0.5, 1, 3$. The mean square is $(2.25 + 0.25 + 1 + 9)/4 = 3.125$, which is more than ReLU's 2.5. There is less to make up for, so the gain is *smaller* than
# $\sqrt2$: here $\sqrt{5/3.125} = \sqrt{1.6} \approx 1.26$.
#
# </details>

# %% [markdown] lang="zh"
# 前两个对得上。tanh 在 torch 的表里是 $5/3$，比我们用正态分布测得的大一点，文档没有说明这个数的来历。sigmoid 在表里是 1，而我们测得的数其实没有意义，这一点很值得琢磨：sigmoid 的输出在 $\tfrac12$ 附近，均方的大头是常数 $(\tfrac12)^2$，对每个样本都一样。常数再大，也不带信息。何况推导要求函数过原点、在那里斜率为 1，它两条都不满足。硬给它一个大的增益会怎样？结果在后面的方框里。
#
# 用 torch 时，增益要传给 Xavier 的函数：`nn.init.xavier_normal_(weight, gain=nn.init.calculate_gain("tanh"))`。Kaiming 的函数会按 `nonlinearity="relu"` 自己去查。
#
# **思考题 2。** Leaky ReLU 不把负数变成 0，而是乘上斜率 $s$。取 $z = -3, -1, 1, 3$，$s = 0.5$，均方从 5 变成多少？它需要的增益比 ReLU 的大还是小？
#
# <details><summary>答案</summary>
#
# 得到 $-1.5, -0.5, 1, 3$，均方是 $(2.25 + 0.25 + 1 + 9)/4 = 3.125$，比 ReLU 的 2.5 多。要补的少了，所以增益比 $\sqrt2$ **小**，这里是 $\sqrt{5/3.125} = \sqrt{1.6} \approx 1.26$。
#
# </details>

# %% [markdown] lang="en"
# > **Further: uniform instead of normal.** The derivation asks only for the mean and the variance. So a uniform distribution on
# > $(-r, r)$ does as well, if its variance is right: it is $\frac{1}{2r}\int_{-r}^{r} w^2\,dw = r^2/3$. Set
# > $r^2/3 = 2/(m+n)$, and you have the bound of `nn.init.xavier_uniform_`: $r = \sqrt{6/(m+n)}$. In the same way
# > `kaiming_uniform_` takes $r = \sqrt{6/m}$. Then no weight can be larger than $r$.

# %% [markdown] lang="zh"
# > **进阶：用均匀分布代替正态分布。** 推导只用到均值和方差，所以换成 $(-r, r)$ 上的均匀分布也行，只要方差对。它的方差是 $\frac{1}{2r}\int_{-r}^{r} w^2\,dw = r^2/3$。令 $r^2/3 = 2/(m+n)$，就得到 `nn.init.xavier_uniform_` 的界限 $r = \sqrt{6/(m+n)}$；同理，`kaiming_uniform_` 用的是 $r = \sqrt{6/m}$。这样抽到的权重都不会超过 $r$。

# %% [markdown] lang="en"
# ## Does it last through many layers?
#
# The experiment sends signals through deeper networks, with several starts, and over several random draws. `quick=True` takes only a few seeds; so
# the sentence over the picture, which is chosen by the numbers, may be more careful than the boxes, which rest on 32 seeds.
# $N(0, 0.01^2)$ is short for a normal distribution with mean 0 and standard deviation 0.01.

# %% [markdown] lang="zh"
# ## 层数很多时还管用吗？
#
# 下面的实验让信号穿过更深的网络，比较几种不同的起点，并且重复抽取多次。`quick=True` 只用少数几个随机种子，而图上方的那句话是由数据决定的，所以可能比方框里 32 个种子的结论更谨慎。$N(0, 0.01^2)$ 表示均值 0、标准差 0.01 的正态分布。

# %%
result = nb.run_experiment("signal-by-depth", quick=True, device=device)
nb.draw_experiment("signal-by-depth", result)

# %% [markdown] lang="en"
# And the way back. It is the same story, with one more factor: at every layer the gradient is also multiplied by the slope
# $f'(z)$ of the activation ([notebook 4](04_activations.ipynb)). What arrives at the first layers is what their update
# would use. If it is $10^{-10}$, they do not move, whatever the loss is. If it is $10^{10}$, the first step throws the weights far
# away.

# %% [markdown] lang="zh"
# 再看回来的路。道理一样，只是多了一个因子：每过一层，梯度还要乘上激活函数的斜率 $f'(z)$（见[第 4 节](04_activations.ipynb)）。传到前几层的梯度，正是它们更新时要用的。如果只剩 $10^{-10}$，不管损失多大，它们都不动；如果是 $10^{10}$，一步就会把权重甩到天边。

# %%
result = nb.run_experiment("gradient-by-depth", quick=True, device=device)
nb.draw_experiment("gradient-by-depth", result)

# %% [markdown] lang="en"
# <!-- claim: small-weights-vanish -->
# > **The article says:** With weights too small, gradients vanish.
# >
# > **Measured: it holds.**
#
# <!-- claim: large-weights-explode -->
# > **The article says:** With weights too large, gradients explode.
# >
# > **Measured: it holds under a condition.** With ReLU and tanh. With sigmoid, whose slope is at most 1/4, it takes
# > far larger weights: N(0, 1) is not enough, N(0, 4²) in wide layers is.
#
# <!-- claim: kaiming-relu -->
# > **The article says:** Kaiming's initialization is made for ReLU: it keeps the signal's size.
# >
# > **Measured: it holds under a condition.** In layers of 64 units and more. In the mean over many networks the
# > signal stays at any width, but the typical narrow network loses it.
#
# <!-- claim: kaiming-variants -->
# > **The article says:** Kaiming's initialization suits the variants of ReLU too.
# >
# > **Measured: it holds under a condition.** For Leaky ReLU, its slope given as `a`, and layers of 64 units and more;
# > calculate_gain has nothing for ELU, GELU and SiLU.

# %% [markdown] lang="zh"
# <!-- claim: small-weights-vanish -->
# > **文章说：** 权重太小，梯度会消失。
# >
# > **实测：成立。**
#
# <!-- claim: large-weights-explode -->
# > **文章说：** 权重太大，梯度会爆炸。
# >
# > **实测：有条件成立。** ReLU 和 tanh 如此。Sigmoid 的斜率至多 1/4，要大得多的权重才会：N(0, 1) 还不够，层很宽时 N(0, 4²) 就够了。
#
# <!-- claim: kaiming-relu -->
# > **文章说：** Kaiming 初始化专为 ReLU 设计，使信号大小不变。
# >
# > **实测：有条件成立。** 每层要有 64 个以上的单元。对许多网络取平均，多窄都不变；但单看一个窄的网络，信号通常越来越小。
#
# <!-- claim: kaiming-variants -->
# > **文章说：** Kaiming 初始化也适合 ReLU 的变体。
# >
# > **实测：有条件成立。** 适合 Leaky ReLU，斜率要传给参数 a，且每层有 64 个以上的单元；对 ELU、GELU、SiLU，calculate_gain 没有给出 gain。

# %% [markdown] lang="en"
# ## A whole model
#
# A model has many layers, and only some of them have weights. torch's own way: write a function that initializes **one**
# layer, and let `model.apply` call it for every layer of the model. Copy these lines; they need nothing but torch.

# %% [markdown] lang="zh"
# ## 初始化整个模型
#
# 一个模型有许多层，其中只有一部分有权重。torch 自己的办法是：写一个函数，负责初始化**一**层，再用 `model.apply` 对模型的每一层调用它。下面几行可以照抄，除了 torch 什么都不需要。

# %%
model = nn.Sequential(nn.Linear(100, 50), nn.ReLU(), nn.Linear(50, 10))


def initialize(layer):
    if isinstance(layer, nn.Linear):  # ⟦a ReLU has nothing to initialize|ReLU 没有参数，不用初始化⟧
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)


torch.manual_seed(7)
model.apply(initialize)
for k in (0, 2):
    layer = model[k]
    expected = (2 / layer.in_features) ** 0.5
    print(f"⟦layer|层⟧ {k}: ⟦standard deviation|标准差⟧ {layer.weight.std():.4f}, ⟦formula|公式⟧ {expected:.4f}")

# %% [markdown] lang="en"
# The same in one line of this package: it goes through the layers and calls the same functions of torch, and its generator makes one seed
# give the same weights on every device.

# %% [markdown] lang="zh"
# 用本包写，是同样的事一行。它也是逐层调用 torch 的那些函数；用了自己的随机数发生器（generator），所以同一个种子在任何设备上都得到同样的权重。

# %%
nb.init_weights(model, "kaiming_normal", nonlinearity="relu", bias=0.0, generator=torch.Generator().manual_seed(7))
print(f"⟦first layer: standard deviation|第一层：标准差⟧ {model[0].weight.std():.4f}")
print("⟦first layer: some biases|第一层：几个偏置⟧", model[0].bias[:3].tolist())

# %% [markdown] lang="en"
# Why may the biases start at 0, when for the weights that was a catastrophe? Because the random weights make the units
# different already, and a gradient on its way back is multiplied by weights, never by biases. So a bias of 0 blocks nothing.

# %% [markdown] lang="zh"
# 权重从 0 开始是灾难，偏置为什么可以？因为随机的权重已经让各个单元不同了；而且梯度往回传时，乘的是权重，从来不乘偏置。所以偏置为 0，什么也不会堵住。

# %% [markdown] lang="en"
# ## And if you say nothing?
#
# Then `nn.Linear` initializes itself when it is built: it draws weights *and* biases uniformly between $-1/\sqrt m$ and
# $1/\sqrt m$. A uniform distribution on $(-r, r)$ has the variance $r^2/3$, here $\frac{1}{3m}$.
#
# **Predict first, then run.** Kaiming asks for $\frac{2}{m}$. How many times too small is torch's variance for ReLU? And
# what does that do to the numbers over ten layers?

# %% [markdown] lang="zh"
# ## 如果什么都不写？
#
# 那么 `nn.Linear` 在创建时就会自己初始化：权重**和**偏置都从 $-1/\sqrt m$ 到 $1/\sqrt m$ 之间均匀抽取。$(-r, r)$ 上的均匀分布，方差是 $r^2/3$，这里就是 $\frac{1}{3m}$。
#
# **先猜再跑。** Kaiming 要的是 $\frac{2}{m}$。torch 默认的方差对 ReLU 来说小到几分之一？穿过十层之后，数会变成什么样？

# %%
torch.manual_seed(0)
linear = nn.Linear(100, 400)
print(f"⟦largest weight|最大的权重⟧: {linear.weight.abs().max():.4f}   ⟦bound 1/√100|界限 1/√100⟧: {1 / 100**0.5:.4f}")
print(f"⟦largest bias|最大的偏置⟧: {linear.bias.abs().max():.4f}")
print(f"⟦variance of the weights|权重的方差⟧: {linear.weight.var():.5f}")
print(f"1/(3·100): {1 / 300:.5f}   2/100: {2 / 100:.5f}")
print(f"{'⟦layer|第几层⟧':10}", head)
print(f"{'⟦no bias|无偏置⟧':10}", sizes(None))
print(f"{'⟦biases|有偏置⟧':10}", sizes(None, bias=True))

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# A sixth: $\frac{1}{3m} : \frac{2}{m} = 1 : 6$. So each layer leaves $\sqrt{1/6} \approx 0.41$ of the size, and in the
# row without biases the numbers vanish. With biases the numbers do not fall so low. But what is left then is mostly the
# biases, the same for each sample: it says little about the input.
#
# </details>
#
# In a network of two or three layers a factor of 0.41 per layer is not much. In a deep one it adds up. So print the sizes,
# and if they fall, initialize the layers yourself.
#
# > **Further: a name that misleads.** In torch's source the default reads `kaiming_uniform_(weight, a=math.sqrt(5))`. That is *not*
# > Kaiming's rule for ReLU. The `a` is the slope of a Leaky ReLU; with $\sqrt5$ the gain becomes $\sqrt{2/(1+5)} = \sqrt{1/3}$, and the bound
# > $\sqrt3\cdot\sqrt{1/3}/\sqrt m = 1/\sqrt m$: an old rule in new clothes.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 六分之一：$\frac{1}{3m} : \frac{2}{m} = 1 : 6$。每过一层，大小只剩 $\sqrt{1/6} \approx 0.41$，所以没有偏置的那一行，数很快就消失了。有偏置时，数不会掉得那么低。但这时剩下的主要是偏置，对每个样本都一样，几乎不带输入的信息。
#
# </details>
#
# 网络只有两三层时，每层 0.41 倍还不算什么；层数一多，就越积越小。所以不妨把各层的大小打印出来看看，如果越来越小，就自己初始化。
#
# > **进阶：容易误会的名字。** torch 源码里，默认的初始化写作 `kaiming_uniform_(weight, a=math.sqrt(5))`。这**不是** Kaiming 给 ReLU 的公式。参数 `a` 是 Leaky ReLU 的斜率，取 $\sqrt5$ 时增益成了 $\sqrt{2/(1+5)} = \sqrt{1/3}$，界限就是 $\sqrt3\cdot\sqrt{1/3}/\sqrt m = 1/\sqrt m$：老规矩换了件新衣服。

# %% [markdown] lang="en"
# ## What the article says, checked
#
# The derivation explains the first two boxes: Xavier's rule wants a function that is nearly the identity. tanh is, but only
# near zero; sigmoid is not at all.
#
# <!-- claim: xavier-tanh -->
# > **The article says:** Xavier's initialization keeps the variance from layer to layer with tanh.
# >
# > **Measured: it is wrong.** It keeps half of it: with the gain 5/3 of calculate_gain('tanh') the variance stays on
# > the way forward, but gradients grow on the way back; with gain 1, the default of xavier_normal_, both shrink.
#
# <!-- claim: xavier-sigmoid -->
# > **The article says:** Xavier's initialization keeps the variance from layer to layer with sigmoid.
# >
# > **Measured: it is wrong.** It was derived for functions through 0 with slope 1. With sigmoid, whose slope is at
# > most 1/4 and whose output is around 1/2, gradients vanish and all inputs end up at one point; a gain of 4 does not
# > mend it.
#
# <!-- claim: biases-zero-or-one -->
# > **The article says:** Biases usually start at 0 or 1.
# >
# > **Not judged.** How usual something is, no computation tells. Keras starts them at 0; torch draws those of
# > nn.Linear from U(-1/√m, 1/√m), m being the number of inputs; 1 is known from an LSTM's forget gate.
#
# <!-- claim: prefer-scaled-laws -->
# > **The article says:** Deep networks had best start from Kaiming's or Xavier's initialization.
# >
# > **Measured: it is not supported.** With 6 hidden layers it beat N(0, 0.01²) and torch's default everywhere, but
# > not N(0, 1) at its own best learning rate.
#
# `nb.show_claims("xavier-tanh")` prints the networks in which a statement was measured, with all numbers. Try it.

# %% [markdown] lang="zh"
# ## 文章的说法，逐条核查
#
# 前两个方框可以用上面的推导来理解：Xavier 的公式要求激活函数近似恒等函数。tanh 只在 0 附近才是，sigmoid 则完全不是。
#
# <!-- claim: xavier-tanh -->
# > **文章说：** 配合 tanh 时，Xavier 初始化使各层方差保持一致。
# >
# > **实测：不成立。** 只保住一半：用 calculate_gain('tanh') 的 gain 5/3，前向的方差不变，往回的梯度却逐层增大；用 xavier_normal_ 默认的 1，两者都逐层减小。
#
# <!-- claim: xavier-sigmoid -->
# > **文章说：** 配合 sigmoid 时，Xavier 初始化使各层方差保持一致。
# >
# > **实测：不成立。** 它的推导要求函数过 0 点且斜率为 1。Sigmoid 的斜率至多 1/4，输出在 1/2 附近：梯度消失，所有输入最后挤到一点；gain 取 4 也不行。
#
# <!-- claim: biases-zero-or-one -->
# > **文章说：** 偏置通常初始化为 0 或 1。
# >
# > **不作判断。** 是否“通常”，无法用计算判断。Keras 从 0 开始；torch 从 U(-1/√m, 1/√m) 中抽取 nn.Linear 的偏置，m 是输入个数；取 1 的著名例子是 LSTM 的遗忘门。
#
# <!-- claim: prefer-scaled-laws -->
# > **文章说：** 现代深度学习中，优先使用 Kaiming 或 Xavier 初始化。
# >
# > **实测：未获支持。** 有 6 个隐藏层时，它处处胜过 N(0, 0.01²) 和 torch 默认；但 N(0, 1) 配上自己的最佳学习率后，并非处处不如它。
#
# 想知道一条说法在哪些网络里测过、数字是多少，可以运行 `nb.show_claims("xavier-tanh")`。

# %% [markdown] lang="en"
# **What should you do, then?** The derivations suggest: with ReLU or Leaky ReLU, Kaiming; with tanh, Xavier, perhaps with
# tanh's gain; for hidden layers, better no sigmoid; biases 0. And if you are not sure, measure as we did with `sizes`: send a batch through and
# print the root mean square per layer. If it falls or rises by powers of ten, the scale is wrong.
#
# ## Pitfalls
#
# **1. The gain of another activation.** `xavier_normal_` takes gain 1 unless told otherwise. `kaiming_normal_` takes that of
# ReLU unless told otherwise; its default reads `leaky_relu` with slope 0, which is the same function. Some activations, such as GELU, have no entry in
# torch's table. Then it says so:

# %% [markdown] lang="zh"
# **那么到底该怎么做？** 照推导的结果：用 ReLU 或 Leaky ReLU，就选 Kaiming；用 tanh，就选 Xavier，可以加上 tanh 的增益；隐藏层最好不用 sigmoid；偏置取 0。如果拿不准，就像上面的 `sizes` 那样量一量：让一批样本穿过网络，打印每一层的均方根。如果一层层按十倍、百倍地往下掉或往上涨，尺度就不对。
#
# ## 常见的坑
#
# **1. 增益与激活函数不配。** 不指定的话，`xavier_normal_` 的增益是 1。`kaiming_normal_` 默认用 ReLU 的增益，它的默认值写作 `leaky_relu`、斜率 0，其实是同一个函数。有的激活函数（例如 GELU）不在 torch 的表里，这时它会直接报错：

# %%
try:
    nn.init.calculate_gain("gelu")
except ValueError as error:
    print("⟦torch says|torch 的提示⟧:", error)

# %% [markdown] lang="en"
# **2. Going through `parameters()`.** Biases are among them. But these rules need a matrix: they read $m$ and $n$ from its two
# sizes, and a bias has only one. Go through the layers, as `initialize` does above, and treat biases by themselves.

# %% [markdown] lang="zh"
# **2. 对 `parameters()` 逐个初始化。** 里面也有偏置。可是这些公式要的是矩阵，$m$ 和 $n$ 是从它的两个维度读出来的，而偏置只有一个维度。应该像上面的 `initialize` 那样逐层处理，偏置单独设置。

# %%
try:
    for parameter in model.parameters():
        nn.init.xavier_normal_(parameter)
except ValueError as error:
    print("⟦torch says|torch 的提示⟧:", error)

# %% [markdown] lang="en"
# **3. A transposed weight.** torch stores $W$ as (outputs, inputs) and reads $m$ from the *second* size. A matrix of your own
# that you multiply as `x @ W` stands the other way round. Nothing complains, but Kaiming's rule takes the wrong number. For 400 inputs and 100
# outputs the standard deviation should be $\sqrt{2/400} \approx 0.071$:

# %% [markdown] lang="zh"
# **3. 权重放反了。** torch 中 $W$ 的形状是（输出, 输入），$m$ 取自**第二**维。自己写 `x @ W` 时，矩阵是反着放的。程序不会报错，但 Kaiming 会取错数。400 个输入、100 个输出，标准差应该是 $\sqrt{2/400} \approx 0.071$：

# %%
for shape in ((100, 400), (400, 100)):
    weight = torch.empty(shape)
    nn.init.kaiming_normal_(weight, nonlinearity="relu")
    print(f"⟦shape|形状⟧ {shape}: ⟦standard deviation|标准差⟧ {weight.std():.3f}")

# %% [markdown] lang="en"
# ## Exercises
#
# Two short functions: the standard deviations of both rules, with a gain and with a leak. Before you type, try to derive
# each on paper: for the first, what does a gain do to a standard deviation? For the second, use what you found in question 2, with $s$ instead of 0.5.

# %% [markdown] lang="zh"
# ## 练习
#
# 写两个短函数，分别求两个公式的标准差，一个带增益，一个带 Leaky ReLU 的斜率。动手之前先在纸上推一推：第一题，增益对标准差起什么作用？第二题，用思考题 2 的办法，把 0.5 换成 $s$。

# %%
nb.exercise("xavier-std")


# %%
def xavier_std(fan_in, fan_out, gain):
    # ⟦your code|在这里写代码⟧
    ...


nb.check("xavier-std", xavier_std)

# %%
nb.exercise("kaiming-std")


# %%
def kaiming_std(fan_in, negative_slope):
    # ⟦your code|在这里写代码⟧
    ...


nb.check("kaiming-std", kaiming_std)

# %% [markdown] lang="en"
# **Question 3.** A friend builds a network of 30 layers of 50 units with ReLU, uses `xavier_normal_`, and finds that the loss does not
# move. What would you guess, and which single change would you try first?
#
# <details><summary>Answer</summary>
#
# With $m = n = 50$, Xavier's variance is $2/100 = 1/50$, half of Kaiming's $2/50$. Each layer leaves half of the mean square,
# and thirty layers leave $2^{-30}$, about a billionth. The gradients shrink in the same way. Try
# `kaiming_normal_(weight, nonlinearity="relu")` first, or, which is the same here, `xavier_normal_(weight, gain=2**0.5)`.
#
# </details>
#
# ## What to read next
#
# - [06_three_layer_model](06_three_layer_model.ipynb): a model whose first layer starts from Xavier's initialization and its second from Kaiming's.
# - torch: [torch.nn.init](https://docs.pytorch.org/docs/stable/nn.init.html)
# - d2l: [Numerical stability and initialization](https://d2l.ai/chapter_multilayer-perceptrons/numerical-stability-and-init.html)
# - Glorot & Bengio (2010), [Understanding the difficulty of training deep feedforward neural
#   networks](https://proceedings.mlr.press/v9/glorot10a.html); He et al. (2015), [Delving deep into
#   rectifiers](https://arxiv.org/abs/1502.01852): the two papers behind the names. Both are readable after this notebook.

# %% [markdown] lang="zh"
# **思考题 3。** 朋友搭了一个 30 层的网络，每层 50 个单元，用 ReLU，用 `xavier_normal_` 初始化，结果损失一动不动。你猜是什么原因？如果只改一处，先试哪里？
#
# <details><summary>答案</summary>
#
# $m = n = 50$ 时，Xavier 的方差是 $2/100 = 1/50$，只有 Kaiming 的 $2/50$ 的一半。每过一层均方剩一半，三十层之后只剩 $2^{-30}$，大约十亿分之一；梯度也同样缩小。先改成 `kaiming_normal_(weight, nonlinearity="relu")`，或者 `xavier_normal_(weight, gain=2**0.5)`，在这里两者是一回事。
#
# </details>
#
# ## 接下来读什么
#
# - [06_three_layer_model](06_three_layer_model.ipynb)：一个完整的模型，第一层用 Xavier，第二层用 Kaiming。
# - 《动手学深度学习》：[数值稳定性和模型初始化](https://zh.d2l.ai/chapter_multilayer-perceptrons/numerical-stability-and-init.html)
# - 邱锡鹏《神经网络与深度学习》（[nndl.github.io](https://nndl.github.io/)），“网络优化与正则化”一章里的参数初始化
# - 李宏毅[机器学习课程](https://speech.ee.ntu.edu.tw/~hylee/ml/2021-spring.php)：训练不起来的时候怎么办
# - torch.nn.init 的[中文文档](https://docs.pytorch.ac.cn/docs/stable/nn.init.html)和[英文原文](https://docs.pytorch.org/docs/stable/nn.init.html)
# - 两篇原始论文，学完这一节就能读懂大半：Glorot & Bengio (2010)，[Understanding the difficulty of training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html)；He et al. (2015)，[Delving deep into rectifiers](https://arxiv.org/abs/1502.01852)
