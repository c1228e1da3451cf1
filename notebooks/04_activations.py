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
# A neuron first adds up, $z = w \cdot x + b$, and then sends $z$ through a function: $a = f(z)$. This notebook is about that $f$:
#
# - what is it for, and how can something as simple as a bend make a network powerful?
# - sigmoid, tanh, ReLU, softmax: what does each do, and what does its *slope* mean for training?
# - why do gradients fade on their way through many sigmoids, and how does a ReLU unit "die"?
# - which function belongs where?
#
# **What you need.** $e^x$, the derivative as the slope of a curve, and the chain rule, from school or from
# [d2l: calculus](https://d2l.ai/chapter_preliminaries/calculus.html); the neuron and the layer from
# notebooks [1](01_neuron.ipynb) to [3](03_forward.ipynb). Gradients and training steps appear here as ideas only; they get their turn in
# [notebook 9](09_gradient_descent.ipynb).

# %% [markdown] lang="zh"
# # 4 · 激活函数
#
# 神经元先求和，$z = w \cdot x + b$，再把 $z$ 送进一个函数：$a = f(z)$。这一节讲的就是这个 $f$：
#
# - 它有什么用？不过是让直线拐个弯，网络怎么就变强了？
# - sigmoid、tanh、ReLU、softmax 各做什么？它们的**斜率**对训练意味着什么？
# - 梯度穿过许多层 sigmoid，为什么越来越小？ReLU 单元又是怎么“死”的？
# - 什么地方该用哪一个？
#
# **需要先会什么。** $e^x$，导数就是曲线的斜率，还有链式法则。这些可以看高中或大一的课本，也可以看《动手学深度学习》的[微积分](https://zh.d2l.ai/chapter_preliminaries/calculus.html)一节。神经元和层见第 [1](01_neuron.ipynb) 到 [3](03_forward.ipynb) 节。梯度和训练在这里只需要一个印象，[第 9 节](09_gradient_descent.ipynb)会细讲。

# %%
import os

import matplotlib.pyplot as plt
import torch
from torch import nn

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # ⟦the language of pictures and messages: "en" or "zh"|图和消息的语言："en" 或 "zh"⟧
device = "cpu"  # ⟦or "cuda"|或者 "cuda"⟧
nb.use_fonts()  # ⟦so that our own plots can show Chinese|让自己画的图能显示中文⟧

# %% [markdown] lang="en"
# ## Why a network needs a bend
#
# Two layers without a function between them are one layer. On paper, with one number each: the first computes
# $h = 2x + 1$, the second $y = 3h - 4$. Put together, $y = 3(2x + 1) - 4 = 6x - 1$: a straight line again, which a
# single neuron could have drawn. [Notebook 3](03_forward.ipynb) shows the same with matrices, for any number of layers.
#
# With a bend between them it is different. Take the simplest bend there is, **ReLU**: positive numbers pass, negative ones become 0. Add three
# of them, shifted and weighted:
#
# $$y = \mathrm{ReLU}(x) - 2\,\mathrm{ReLU}(x - 1) + \mathrm{ReLU}(x - 2).$$
#
# | $x$ | $\mathrm{ReLU}(x)$ | $\mathrm{ReLU}(x-1)$ | $\mathrm{ReLU}(x-2)$ | $y$ |
# |---:|---:|---:|---:|---:|
# | $-1$ | 0 | 0 | 0 | $0$ |
# | $0$ | 0 | 0 | 0 | $0$ |
# | $1$ | 1 | 0 | 0 | $1$ |
# | $2$ | 2 | 1 | 0 | $2 - 2 = 0$ |
# | $3$ | 3 | 2 | 1 | $3 - 4 + 1 = 0$ |
#
# A little hat: it rises between 0 and 2, is highest at $x = 1$, where it is 1, and is 0 everywhere else. That is a network with three hidden units. With many hats of any height, side by side, you can
# trace any curve, as one traces a circle with short straight pieces. This is what people mean by "activations make the network
# nonlinear, so it can fit complicated functions".

# %% [markdown] lang="zh"
# ## 网络为什么要“拐弯”
#
# 两层之间如果什么函数都没有，就等于一层。用最简单的数在纸上算：第一层 $h = 2x + 1$，第二层 $y = 3h - 4$。合起来 $y = 3(2x + 1) - 4 = 6x - 1$，还是一条直线，一个神经元就能画出来。[第 3 节](03_forward.ipynb)用矩阵说明了，多少层都是这样。
#
# 中间拐一个弯，情况就不同了。最简单的弯是 **ReLU**：正数原样通过，负数变成 0。把三个 ReLU 错开，乘上系数，再加起来：
#
# $$y = \mathrm{ReLU}(x) - 2\,\mathrm{ReLU}(x - 1) + \mathrm{ReLU}(x - 2).$$
#
# | $x$ | $\mathrm{ReLU}(x)$ | $\mathrm{ReLU}(x-1)$ | $\mathrm{ReLU}(x-2)$ | $y$（合计） |
# |---:|---:|---:|---:|---:|
# | $-1$ | 0 | 0 | 0 | $0$ |
# | $0$ | 0 | 0 | 0 | $0$ |
# | $1$ | 1 | 0 | 0 | $1$ |
# | $2$ | 2 | 1 | 0 | $2 - 2 = 0$ |
# | $3$ | 3 | 2 | 1 | $3 - 4 + 1 = 0$ |
#
# 得到一顶小尖帽：从 0 到 2 鼓起来，在 $x = 1$ 处最高，是 1；别处都是 0。这就是一个有三个隐藏单元的网络。把许多顶高低不同的尖帽并排放好，就能描出任意一条曲线，就像用短短的直线段拼成一个圆。常说的“激活函数引入非线性，使网络能够拟合复杂的函数”，说的就是这件事。

# %%
x = torch.linspace(-1, 4, 101)
hat = torch.relu(x) - 2 * torch.relu(x - 1) + torch.relu(x - 2)  # ⟦bare torch, as in the table|和表里一样⟧

figure, ax = plt.subplots(figsize=(6, 2.4))
ax.plot(x, hat)
ax.set_xlabel("x")
ax.set_title("⟦three ReLUs make a hat|三个 ReLU 拼成一顶尖帽⟧")
plt.show()

# %% [markdown] lang="en"
# <!-- claim: any-function -->
# > **The article says:** With a nonlinear activation a network can fit functions as complicated as you like.
# >
# > **Measured: it holds under a condition.** There are hidden units enough, the activation is not a polynomial, and
# > the inputs stay within bounds.
#
# **Question 1.** How many ReLU units do you need for $|x|$, and how?
#
# <details><summary>Answer</summary>
#
# Two: $|x| = \mathrm{ReLU}(x) + \mathrm{ReLU}(-x)$. The first gives the right half, the second the left one.
#
# </details>

# %% [markdown] lang="zh"
# <!-- claim: any-function -->
# > **文章说：** 引入非线性因素，神经网络就能拟合任意复杂的函数。
# >
# > **实测：有条件成立。** 隐藏单元要足够多，激活函数不能是多项式，输入要在有界的范围内。
#
# **思考题 1。** 要得到 $|x|$，需要几个 ReLU 单元？怎么拼？
#
# <details><summary>答案</summary>
#
# 两个：$|x| = \mathrm{ReLU}(x) + \mathrm{ReLU}(-x)$。前一个给出右半边，后一个给出左半边。
#
# </details>

# %% [markdown] lang="en"
# ## Sigmoid: squeezed between 0 and 1
#
# Imagine a dimmer for a lamp: turn it far to the left and it is off, far to the right and it is fully on; only in the middle does
# turning do much. That is the sigmoid:
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}}.$$
#
# On paper: $\sigma(0) = \frac{1}{1+1} = \frac12$. For large $x$ the term $e^{-x}$ is nearly 0, so $\sigma(x)$ is nearly 1. For
# very negative $x$ it is huge, so $\sigma(x)$ is nearly 0. And $\sigma(-x) = 1 - \sigma(x)$: what is missing to 1 on
# the right is there on the left.
#
# In torch there are three ways to write it. Each gives the same numbers.

# %% [markdown] lang="zh"
# ## Sigmoid：压到 0 和 1 之间
#
# 想象一个调光旋钮：一直往左拧，灯全灭；一直往右拧，灯全亮；只有在中间那一段，拧一点才有明显的变化。sigmoid 就是这样：
#
# $$\sigma(x) = \frac{1}{1 + e^{-x}}.$$
#
# 在纸上算几个值：$\sigma(0) = \frac{1}{1+1} = \frac12$。$x$ 很大时，$e^{-x}$ 几乎是 0，所以 $\sigma(x)$ 接近 1。$x$ 是绝对值很大的负数时，$e^{-x}$ 很大，所以 $\sigma(x)$ 接近 0。还有 $\sigma(-x) = 1 - \sigma(x)$：右边离 1 还差多少，左边就有多少。
#
# 在 torch 里有三种写法，结果一样。

# %%
x = torch.tensor([-6.0, -2.0, 0.0, 2.0, 6.0])
print("⟦inputs x          |输入 x            ⟧", x)
print("⟦by the formula    |按公式            ⟧", 1 / (1 + torch.exp(-x)))
print("torch.sigmoid     ", torch.sigmoid(x))  # ⟦a function: give it a tensor|一个函数，给它张量⟧
layer = nn.Sigmoid()  # ⟦a layer without parameters: build it once, then call it|没有参数的层：先创建，再调用⟧
print("nn.Sigmoid()      ", layer(x))

# %% [markdown] lang="en"
# ### Its slope
#
# Training asks again and again: if $z$ changes a little, how much does $a$ change? That is the slope, the derivative. For sigmoid
# it comes out nicely. Write $s = (1 + e^{-x})^{-1}$ and use the chain rule:
#
# 1. outside: the derivative of $u^{-1}$ is $-u^{-2}$; inside: the derivative of $1 + e^{-x}$ is $-e^{-x}$;
# 2. together: $s' = -\dfrac{1}{(1+e^{-x})^2}\cdot(-e^{-x}) = \dfrac{e^{-x}}{(1+e^{-x})^2}$;
# 3. take it apart: $s' = \dfrac{1}{1+e^{-x}}\cdot\dfrac{e^{-x}}{1+e^{-x}}$. The first factor is $s$, the second is $1 - s$.
#
# So $\sigma'(x) = \sigma(x)\,\bigl(1 - \sigma(x)\bigr)$. How large can it be? $s(1-s) = \frac14 - (s - \frac12)^2$, a quarter minus a
# square. So it is **at most $\frac14$**, namely at $s = \frac12$, that is at $x = 0$.
#
# torch can find slopes by itself (*autograd*). Its `backward()` starts from **one** number, but we have five outputs. The trick: add them up. The
# third output depends on the third input only, so the slope of the *sum* with respect to $x_3$ is just $\sigma'(x_3)$.

# %% [markdown] lang="zh"
# ### 它的斜率
#
# 训练时总在问同一个问题：$z$ 变一点点，$a$ 会变多少？这就是斜率，也就是导数。sigmoid 的导数很整齐。记 $s = (1 + e^{-x})^{-1}$，用链式法则：
#
# 1. 外层：$u^{-1}$ 的导数是 $-u^{-2}$；内层：$1 + e^{-x}$ 的导数是 $-e^{-x}$；
# 2. 相乘：$s' = -\dfrac{1}{(1+e^{-x})^2}\cdot(-e^{-x}) = \dfrac{e^{-x}}{(1+e^{-x})^2}$；
# 3. 拆成两个因子：$s' = \dfrac{1}{1+e^{-x}}\cdot\dfrac{e^{-x}}{1+e^{-x}}$，前一个就是 $s$，后一个就是 $1 - s$。
#
# 所以 $\sigma'(x) = \sigma(x)\,\bigl(1 - \sigma(x)\bigr)$。它最大是多少？$s(1-s) = \frac14 - (s - \frac12)^2$，四分之一减去一个平方，所以**最大是 $\frac14$**，在 $s = \frac12$ 时取到，也就是 $x = 0$ 处。
#
# torch 能自动求斜率（autograd）。不过 `backward()` 要从**一个**数出发，而我们有五个输出。办法是把它们加起来：第三个输出只和第三个输入有关，所以“总和”对 $x_3$ 的斜率，正好就是 $\sigma'(x_3)$。

# %%
x = torch.tensor([-6.0, -2.0, 0.0, 2.0, 6.0], requires_grad=True)  # ⟦we want slopes with respect to x|要对 x 求斜率⟧
torch.sigmoid(x).sum().backward()
s = torch.sigmoid(x).detach()  # ⟦detach: only the numbers|detach：只要数值⟧
print("⟦slopes by autograd       |autograd 求得的斜率 ⟧", x.grad)
print("⟦by the formula s(1 - s)  |按公式 s(1 - s)     ⟧", s * (1 - s))
print("⟦the same in one line     |本包的一行写法      ⟧", nb.derivative("sigmoid", x))

# %% [markdown] lang="en"
# Look at the ends: at $\pm 6$ the slope is 0.0025, a hundredth of the one in the middle. There the unit is
# **saturated**: its input may change, but its output hardly does. The dimmer is at its stop. And where the output hardly reacts, the
# gradient is nearly 0, and training makes hardly any progress.

# %% [markdown] lang="zh"
# 看两头：在 $\pm 6$ 处，斜率只有 0.0025，是中间的百分之一。这时单元**饱和**了：输入还在变，输出几乎不动，就像旋钮已经拧到了头。输出几乎没有反应，梯度就几乎是 0，训练也就几乎没有进展。

# %%
nb.draw_figure("sigmoid", device=device)

# %% [markdown] lang="en"
# **Predict first, then run.** In mathematics $\sigma(x)$ is smaller than 1, however large $x$ is. Is it for `torch`, too, at $x = 20$?

# %% [markdown] lang="zh"
# **先猜再跑。** 在数学上，不管 $x$ 多大，$\sigma(x)$ 总小于 1。在 `torch` 里也是吗？$x = 20$ 时呢？

# %%
for number in (5.0, 10.0, 20.0):
    a = torch.sigmoid(torch.tensor(number))
    print(f"⟦x|输入⟧ {number:4}: ⟦output|输出⟧ {a.item():.9f}, ⟦smaller than 1|小于 1⟧: {(a < 1).item()}")

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# Not at 20. A float32 keeps about seven digits, and $1 - 0.000000002$ is rounded to exactly 1. That matters when somebody takes
# $\log(1 - a)$; see the pitfalls.
#
# </details>
#
# <!-- claim: sigmoid-range -->
# > **The article says:** Sigmoid lies strictly between 0 and 1.
# >
# > **Measured: it holds under a condition.** In real numbers, or while x is small: rounding makes it exactly 1, and
# > log(1 - a) infinite.
#
# <!-- claim: sigmoid-saturation -->
# > **The article says:** Outside [-6, 6] sigmoid is nearly saturated.
# >
# > **Measured: it holds.** Here, nearly saturated means a slope below a hundredth of its peak. The article adds that
# > information gets lost: what is lost there is gradient; outputs of whole numbers stay apart much longer.
#
# **Question 2.** A sigmoid unit at the output should say 0, but has $z = 10$, so it says 1. It could not be more wrong. The loss is $(a - 0)^2$.
# Does it learn fast?
#
# <details><summary>Answer</summary>
#
# No, slowly. The gradient is $2(a - 0)\cdot\sigma'(10) \approx 2\cdot 1\cdot 0.00005$. The large error is multiplied by a tiny slope. That is one
# reason why one does not combine sigmoid with the squared error, but with the cross-entropy of [notebook 8](08_losses.ipynb), in
# which this slope cancels.
#
# </details>

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# $x = 20$ 时就不是了。float32 大约只有七位有效数字，$1 - 0.000000002$ 舍入之后恰好是 1。如果接着要算 $\log(1 - a)$，就会出问题，见后面的“常见的坑”。
#
# </details>
#
# <!-- claim: sigmoid-range -->
# > **文章说：** Sigmoid 的输出范围是开区间 (0, 1)。
# >
# > **实测：有条件成立。** 在实数中，或 x 不大时成立：舍入会使它恰为 1，于是 log(1 - a) 变成无穷。
#
# <!-- claim: sigmoid-saturation -->
# > **文章说：** 输入超出 [-6, 6] 时，sigmoid 几乎饱和。
# >
# > **实测：成立。** 这里把“几乎饱和”理解为斜率不到峰值的百分之一。文中说会导致信息丢失：丢失的是梯度，相邻整数的输出在更远的地方仍可区分。
#
# **思考题 2。** 输出层的一个 sigmoid 单元应该输出 0，可是 $z = 10$，它输出的是 1，错得不能再错。损失是 $(a - 0)^2$。它学得快吗？
#
# <details><summary>答案</summary>
#
# 不快，很慢。梯度是 $2(a - 0)\cdot\sigma'(10) \approx 2\cdot 1\cdot 0.00005$：误差虽大，却乘上了极小的斜率。sigmoid 一般不和平方误差搭配，而是和[第 8 节](08_losses.ipynb)的交叉熵搭配，这是原因之一：在交叉熵里，这个斜率正好被约掉。
#
# </details>

# %% [markdown] lang="en"
# ## Not centred on zero: why that makes the path zig-zag
#
# The article says that sigmoid's outputs are not centred on zero, and that this slows training. Why should it? Follow one unit
# of the *next* layer: $z = w_1a_1 + w_2a_2$. Its inputs $a_1, a_2$ are outputs of sigmoids, so both are **positive**.
#
# Let $\delta = \partial L/\partial z$ say how the loss changes with $z$. It is one number for the whole unit. By the chain rule
#
# $$\frac{\partial L}{\partial w_1} = \delta\,a_1, \qquad \frac{\partial L}{\partial w_2} = \delta\,a_2.$$
#
# With positive $a_1$ and $a_2$, both gradients have the sign of $\delta$: **both positive or both negative**. So in one step, *all* weights of the
# unit go up together or *all* go down together. On paper: $a = (0.5, 0.8)$. With $\delta = 2$ the gradients are $(1.0, 1.6)$, with
# $\delta = -2$ they are $(-1.0, -1.6)$. There is no $\delta$ for which one is positive and the other negative.
#
# Now suppose that $w_1$ should grow and $w_2$ should shrink. It is like a town in which you may drive to the north-east or to the
# south-west only, and want to go south-east. You get there, but in a zig-zag.
#
# With tanh the inputs have both signs, so all directions are open. Let us draw both: a unit that starts at $w = (0, 0)$ and should
# reach $(1, -1)$, one sample per step. Left, its inputs lie between 0 and 1; right, the same inputs minus $\tfrac12$. Those are at most half as
# long. How much a step changes the output goes with the square of that length, so four times the learning rate is as safe.

# %% [markdown] lang="zh"
# ## 不以 0 为中心：为什么会走“之”字形
#
# 文章说，sigmoid 的输出不以 0 为中心，影响收敛速度。这是为什么？我们来看**下一层**的一个单元：$z = w_1a_1 + w_2a_2$。它的输入 $a_1, a_2$ 是 sigmoid 的输出，所以都是**正数**。
#
# 用 $\delta = \partial L/\partial z$ 表示 $z$ 变一点、损失变多少。整个单元只有这一个 $\delta$。由链式法则
#
# $$\frac{\partial L}{\partial w_1} = \delta\,a_1, \qquad \frac{\partial L}{\partial w_2} = \delta\,a_2.$$
#
# $a_1$ 和 $a_2$ 都是正数，所以两个梯度的正负号都跟 $\delta$ 一样：**要么都正，要么都负**。也就是说，走一步时，这个单元的权重要么**一起**变大，要么**一起**变小。用数来看：$a = (0.5, 0.8)$，$\delta = 2$ 时梯度是 $(1.0, 1.6)$，$\delta = -2$ 时是 $(-1.0, -1.6)$。不管 $\delta$ 是多少，都不会一正一负。
#
# 假如现在需要 $w_1$ 变大、$w_2$ 变小呢？好比一座城市，只准往东北开，或者往西南开，而你要去东南。到得了，但只能走“之”字形。
#
# 换成 tanh，输入有正有负，各个方向就都可以走。下面画出来看：一个单元从 $w = (0, 0)$ 出发，要走到 $(1, -1)$，每一步用一个样本。左图的输入在 0 和 1 之间，右图是同样的输入减去 $\tfrac12$。减去之后，输入的长度最多只有原来上限的一半。走一步，输出变多少，与这个长度的平方成正比，所以学习率大到四倍也同样安全。


# %%
def walk(inputs, lr):
    """⟦The path of w, and in how many steps both gradients had one sign|w 走过的路，以及有多少步两个梯度同号⟧"""
    goal, w, path, same_sign = torch.tensor([1.0, -1.0]), torch.zeros(2), [torch.zeros(2)], 0
    for a in inputs:
        # ⟦output minus target; the loss is half its square|输出减真实值；损失是它的平方的一半⟧
        delta = w @ a - goal @ a
        gradient = delta * a
        same_sign += int(gradient[0] * gradient[1] > 0)
        w = w - lr * gradient
        path.append(w)
    return torch.stack(path), same_sign


torch.manual_seed(0)
positive = torch.rand(40, 2)
figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), sharex=True, sharey=True)
for ax, inputs, lr, name in (
    (axes[0], positive, 0.5, "⟦all inputs positive|输入都是正数⟧"),
    (axes[1], positive - 0.5, 2.0, "⟦inputs centred on 0|输入以 0 为中心⟧"),
):
    path, same_sign = walk(inputs, lr)
    ax.plot(*path.T, ".-")
    ax.plot(1, -1, "r*", markersize=12)
    ax.set(title=name, xlabel="$w_1$", ylabel="$w_2$")
    print(f"{name}: ⟦steps with gradients of one sign|梯度同号的步数⟧ {same_sign} / {len(inputs)}")
plt.show()

# %% [markdown] lang="en"
# One caution: for *one* sample the signs are strictly equal. In a batch, $\delta$ differs from sample to sample, so the mean gradients may have different
# signs; but they are still drawn towards the common direction. What that costs was measured on networks that train:
#
# <!-- claim: sigmoid-not-centred -->
# > **The article says:** Sigmoid's outputs are not centred on zero.
# >
# > **Measured: it holds.**
#
# <!-- claim: sigmoid-centre-slows -->
# > **The article says:** That sigmoid's outputs are not centred on zero slows convergence.
# >
# > **Measured: it holds.**
#
# ## Tanh: the same shape, centred on zero
#
# $$\tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}.$$
#
# On paper: $\tanh(0) = 0$; for large $x$ the terms $e^{-x}$ hardly count, so it is nearly $e^x/e^x = 1$; and $\tanh(-x) = -\tanh(x)$. It is
# a stretched sigmoid, $\tanh(x) = 2\,\sigma(2x) - 1$: divide numerator and denominator by $e^x$, and you get
# $\frac{1 - e^{-2x}}{1 + e^{-2x}} = \frac{2}{1 + e^{-2x}} - 1$.
#
# From that follows the slope at 0: the factor 2 in front and the factor 2 inside give $2\cdot 2\cdot\sigma'(0) = 4\cdot\frac14 = 1$, **four times that of
# sigmoid**. At the ends it saturates just as sigmoid does.

# %% [markdown] lang="zh"
# 有一点要说准确：对**一个**样本来说，正负号一定相同。一批样本的 $\delta$ 各不相同，平均之后的梯度可以一正一负，不过仍然会被拉向共同的方向。这到底有多大影响，在真正训练的网络上测过：
#
# <!-- claim: sigmoid-not-centred -->
# > **文章说：** Sigmoid 的输出不以 0 为中心。
# >
# > **实测：成立。**
#
# <!-- claim: sigmoid-centre-slows -->
# > **文章说：** Sigmoid 的输出不以 0 为中心，会影响收敛速度。
# >
# > **实测：成立。**
#
# ## Tanh：形状一样，以 0 为中心
#
# $$\tanh(x) = \frac{e^x - e^{-x}}{e^x + e^{-x}}.$$
#
# 在纸上看：$\tanh(0) = 0$；$x$ 很大时，$e^{-x}$ 可以忽略，所以接近 $e^x/e^x = 1$；还有 $\tanh(-x) = -\tanh(x)$。它其实就是拉伸了的 sigmoid，$\tanh(x) = 2\,\sigma(2x) - 1$：分子分母同除以 $e^x$，得到 $\frac{1 - e^{-2x}}{1 + e^{-2x}} = \frac{2}{1 + e^{-2x}} - 1$。
#
# 由此可以知道 0 处的斜率：外面一个 2，里面一个 2，$2\cdot 2\cdot\sigma'(0) = 4\cdot\frac14 = 1$，**是 sigmoid 的四倍**。不过到了两头，它和 sigmoid 一样会饱和。

# %%
x = torch.tensor([-2.0, 0.0, 2.0])
print("torch.tanh(x)         ", torch.tanh(x))
print("2 * sigmoid(2x) - 1   ", 2 * torch.sigmoid(2 * x) - 1)
print("nn.Tanh()(x)          ", nn.Tanh()(x))
print("⟦slopes                |斜率                  ⟧", nb.derivative("tanh", x))

# %%
nb.draw_figure("tanh", device=device)

# %% [markdown] lang="en"
# Does training become faster with it? For a fair comparison each side got its own best learning rate; otherwise one would be comparing
# learning rates.
#
# <!-- claim: tanh-faster -->
# > **The article says:** Networks with tanh converge faster than those with sigmoid.
# >
# > **Measured: it holds.**
#
# ## ReLU: a bend, and nothing else
#
# $$\mathrm{ReLU}(x) = \max(0, x).$$
#
# On paper: ReLU turns $-3, -1, 0, 2, 5$ into $0, 0, 0, 2, 5$. The slope is 1 on the right, however large $x$ is, so nothing saturates there. On the left it is 0.
#
# And exactly at 0? There the curve has a corner, so it has no derivative. torch has to take *some* number and takes 0. In practice it hardly
# matters: $z$ is almost never exactly 0.

# %% [markdown] lang="zh"
# 换成 tanh，训练会更快吗？要比得公平，双方都用各自最好的学习率，否则比的就是学习率了。
#
# <!-- claim: tanh-faster -->
# > **文章说：** 用 tanh 的网络比用 sigmoid 的收敛更快。
# >
# > **实测：成立。**
#
# ## ReLU：拐一个弯，别的什么也不做
#
# $$\mathrm{ReLU}(x) = \max(0, x).$$
#
# 在纸上：ReLU 把 $-3, -1, 0, 2, 5$ 变成 $0, 0, 0, 2, 5$。右半边的斜率是 1，不管 $x$ 多大都是 1，所以不会饱和；左半边的斜率是 0。
#
# 恰好在 0 处呢？曲线在这里折了一下，是一个尖点，不可导。torch 总得给个数，它取 0。实际上关系不大，因为 $z$ 几乎不会恰好等于 0。

# %%
x = torch.tensor([-3.0, -1.0, 0.0, 2.0, 5.0])
print("torch.relu(x)  ", torch.relu(x))  # ⟦or nn.ReLU()(x), or x.clamp(min=0)|也可以写 nn.ReLU()(x)，或 x.clamp(min=0)⟧
print("⟦slopes         |斜率           ⟧", nb.derivative("relu", x))
torch.manual_seed(0)
z = torch.randn(10_000)
print(f"⟦share of outputs that are exactly 0|输出恰好为 0 的比例⟧: {(torch.relu(z) == 0).float().mean():.2f}")

# %%
nb.draw_figure("relu", device=device)

# %% [markdown] lang="en"
# The last number above shows what is called **sparse**: of random numbers around zero, about half become exactly 0. The picture shows all three
# together. Look at the right half, the slopes: it explains most of what follows.

# %% [markdown] lang="zh"
# 上面最后一个数说明了什么叫**稀疏**：以 0 为中心的随机数，大约一半变成了恰好是 0。下图把三个函数放在一起。请着重看右边的斜率，后面要讲的，大半都能从这里看出来。

# %%
nb.draw_figure("activations", device=device)

# %% [markdown] lang="en"
# If the left half should not be quite flat, give it a small slope $s$: that is **Leaky ReLU**. In torch, `nn.LeakyReLU(0.01)`; negative
# numbers are multiplied by 0.01. Why that might be wanted, you will see in "Dead ReLUs".

# %% [markdown] lang="zh"
# 如果不想让左半边完全平坦，就给它一个小小的斜率 $s$，这就是 **Leaky ReLU**。在 torch 里写作 `nn.LeakyReLU(0.01)`，负数会乘上 0.01。为什么要这样做，讲到“死掉的 ReLU”时就明白了。

# %%
leaky = nn.LeakyReLU(0.01)
x = torch.tensor([-3.0, -1.0, 0.0, 2.0, 5.0])
print("nn.LeakyReLU(0.01)(x)", leaky(x))
print("⟦slopes               |斜率                 ⟧", nb.derivative(leaky, x))

# %% [markdown] lang="en"
# ## Through many layers
#
# In a deep network the slopes are **multiplied**. Think of a message that is whispered from one child to the next, and each child
# passes on only a quarter of what it understood. After two children a sixteenth is left, after three a sixty-fourth.
#
# The chain rule does just that. Let $z_1, \dots, z_{10}$ be the sums in ten layers of one unit each, with $a_i = f(z_i)$ and
# $z_{i+1} = w_{i+1}\,a_i$. To go back from $z_{i+1}$ to $z_i$, multiply by $w_{i+1}\,f'(z_i)$:
#
# $$\frac{\partial L}{\partial z_1} = \frac{\partial L}{\partial z_{10}}\cdot w_{10}\,f'(z_9)\cdot w_9\,f'(z_8)\cdots w_2\,f'(z_1).$$
#
# Count the factors $f'$: from $f'(z_9)$ down to $f'(z_1)$ there are **nine**; ten layers have nine gaps between them, as ten fence posts do. With sigmoid each of
# them is at most $\frac14$, so together at most $(\frac14)^9 \approx 0.0000038$, before the weights have had their say.
#
# **Predict first, then run.** Ten layers of 64 units, weights by Xavier's rule (the topic of the next notebook: they are chosen so that the *weights* neither
# enlarge nor shrink much). How large is the gradient at the first layer, compared with the last: with sigmoid, with tanh, with ReLU?

# %% [markdown] lang="zh"
# ## 穿过许多层
#
# 在深层网络里，斜率是要**连乘**的。想想传话游戏：一个孩子悄悄告诉下一个，每个孩子只传出自己听到的四分之一。传过两个孩子，只剩十六分之一；传过三个，只剩六十四分之一。
#
# 链式法则做的正是这件事。设有十层，每层一个单元，$a_i = f(z_i)$，$z_{i+1} = w_{i+1}\,a_i$。从 $z_{i+1}$ 往回走到 $z_i$，就要乘上 $w_{i+1}\,f'(z_i)$：
#
# $$\frac{\partial L}{\partial z_1} = \frac{\partial L}{\partial z_{10}}\cdot w_{10}\,f'(z_9)\cdot w_9\,f'(z_8)\cdots w_2\,f'(z_1).$$
#
# 数一数有几个 $f'$：从 $f'(z_9)$ 到 $f'(z_1)$，一共**九个**。十层之间有九个间隔，就像十根篱笆桩之间有九段篱笆。用 sigmoid 时，每个都不超过 $\frac14$，乘起来至多是 $(\frac14)^9 \approx 0.0000038$，这还没有算权重的作用。
#
# **先猜再跑。** 十层，每层 64 个单元，权重用 Xavier 初始化（下一节的内容，它的用意就是让**权重**这一部分既不放大、也不怎么缩小）。第一层的梯度与最后一层相比，还剩多少？sigmoid、tanh、ReLU 各猜一个数。

# %%
torch.manual_seed(0)
samples = torch.randn(32, 64)
layers = [nn.Linear(64, 64) for _ in range(10)]
for layer in layers:
    nn.init.xavier_normal_(layer.weight)
    nn.init.zeros_(layer.bias)

print(f"(1/4)^9 = {0.25**9:.1e}")
for f in (torch.sigmoid, torch.tanh, torch.relu):
    a, sums = samples, []
    for layer in layers:
        z = layer(a)
        z.retain_grad()  # ⟦keep the gradient of this z, to look at it|保留这个 z 的梯度，好拿来看⟧
        sums.append(z)
        a = f(z)
    a.square().mean().backward()
    # ⟦norm: the length of all gradients of a layer together|norm：一层所有梯度合起来的长度⟧
    left = sums[0].grad.norm() / sums[-1].grad.norm()
    print(f"{f.__name__:8} ⟦first layer / last layer|第一层 / 最后一层⟧: {left:.1e}")

# %% [markdown] lang="en"
# With sigmoid a few millionths are left: the first layers hardly learn. tanh keeps much more, because its slope near zero is 1.
# ReLU loses a part here too, and that is not its slope's fault alone: half of its units are silent, and Xavier's weights are too small for that. [The
# next notebook](05_initialization.ipynb) finds the weights that suit it.
#
# One network is one draw. This is what came out over many networks and starts:
#
# <!-- claim: sigmoid-vanishes -->
# > **The article says:** With sigmoid, gradients vanish easily.
# >
# > **Measured: it holds under a condition.** From torch's default, Xavier's or Kaiming's initialization. Sigmoid's
# > own gain of 4 brings the gradient to the edge of vanishing; from N(0, 1) it does not vanish.
#
# <!-- claim: tanh-vanishes -->
# > **The article says:** Gradients vanish with tanh too.
# >
# > **Measured: it holds under a condition.** From weights much smaller than Xavier's, and those of nn.Linear itself
# > are: their variance is a third of it. From Xavier's initialization gradients do not vanish.
#
# <!-- claim: relu-relieves-vanishing -->
# > **The article says:** ReLU relieves vanishing gradients.
# >
# > **Measured: it holds under a condition.** From Kaiming's initialization. From torch's default ReLU's gradient
# > vanishes as well; and what it relieves is sigmoid's, for tanh's does not vanish from its own initialization.

# %% [markdown] lang="zh"
# 用 sigmoid，只剩下百万分之几，前面的几层几乎学不到东西。tanh 剩得多得多，因为它在 0 附近的斜率是 1。ReLU 在这里也损失了一部分，这不能只怪它的斜率：它有一半的单元不出声，而 Xavier 的权重没有把这一点算进去，偏小了。适合它的权重，[下一节](05_initialization.ipynb)会推导出来。
#
# 一个网络只是一次抽样。用许多网络、许多起点来测，结果是这样的：
#
# <!-- claim: sigmoid-vanishes -->
# > **文章说：** 使用 sigmoid 容易出现梯度消失。
# >
# > **实测：有条件成立。** 用 torch 默认、Xavier 或 Kaiming 初始化时如此。用 sigmoid 的 gain 4，正在消失的边缘；用 N(0, 1) 不消失。
#
# <!-- claim: tanh-vanishes -->
# > **文章说：** Tanh 仍有梯度消失的问题。
# >
# > **实测：有条件成立。** 权重要比 Xavier 小得多；nn.Linear 自己的初始化就是这样，方差只有 Xavier 的三分之一。用 Xavier 初始化，梯度不会消失。
#
# <!-- claim: relu-relieves-vanishing -->
# > **文章说：** ReLU 能缓解梯度消失。
# >
# > **实测：有条件成立。** 要用 Kaiming 初始化；用 torch 默认的，ReLU 的梯度同样消失。缓解是相对 sigmoid 说的：tanh 用合适的初始化，梯度也不消失。

# %% [markdown] lang="en"
# ## Dead ReLUs
#
# ReLU's flat left half has its price. If a unit's $z$ is negative for **every** sample, then its output is 0 and its slope is 0 for every sample. Its weights get
# the gradient 0. A step along a gradient of 0 is no step. Such a unit is called **dead**.
#
# How does it get there? By too large a step. On paper: one unit, $a = \mathrm{ReLU}(wx + b)$ with $w = 1$, $b = 0$, and the inputs are positive. For the sample
# $x = 1$ the output is $a = 1$, but it should be 0; the loss is $a^2$.
#
# - The gradients: $\partial L/\partial w = 2a\cdot 1\cdot x = 2$, and $\partial L/\partial b = 2a\cdot 1 = 2$.
# - Learning rate 0.1: $w = 1 - 0.2 = 0.8$, $b = -0.2$. At $x = 1$ now $z = 0.6$. Better, and alive.
# - Learning rate 1: $w = 1 - 2 = -1$, $b = -2$. Now $z = -x - 2$ is negative for *all* positive inputs. Dead, by a single step.

# %% [markdown] lang="zh"
# ## 死掉的 ReLU
#
# ReLU 的左半边是平的，这是有代价的。如果一个单元对**每一个**样本，$z$ 都是负的，那么对每个样本，它的输出都是 0，斜率也都是 0，权重得到的梯度就是 0。梯度为 0，走一步等于没走。这样的单元就叫作**死**了。
#
# 它怎么会走到这一步？因为步子迈得太大。在纸上算：一个单元 $a = \mathrm{ReLU}(wx + b)$，$w = 1$，$b = 0$，输入都是正数。样本 $x = 1$ 的输出是 $a = 1$，可是应该是 0，损失是 $a^2$。
#
# - 梯度：$\partial L/\partial w = 2a\cdot 1\cdot x = 2$，$\partial L/\partial b = 2a\cdot 1 = 2$。
# - 学习率 0.1：$w = 1 - 0.2 = 0.8$，$b = -0.2$。$x = 1$ 时 $z = 0.6$，比原来好，而且还活着。
# - 学习率 1：$w = 1 - 2 = -1$，$b = -2$。这时 $z = -x - 2$，对**所有**正的输入都是负的。一步就死了。

# %%
inputs = torch.tensor([0.5, 1.0, 2.0, 3.0])
for f in (torch.relu, nn.LeakyReLU(0.01)):
    w, b = torch.tensor(-1.0, requires_grad=True), torch.tensor(-2.0, requires_grad=True)  # ⟦the dead unit|死掉的单元⟧
    a = f(w * inputs + b)
    ((a - inputs) ** 2).mean().backward()  # ⟦now it should say x itself|现在要它输出 x 本身⟧
    print("ReLU      " if f is torch.relu else "Leaky ReLU", "⟦outputs|输出⟧:", a.detach())
    print(f"           ⟦gradient of w|w 的梯度⟧: {w.grad.item():.4f}   ⟦gradient of b|b 的梯度⟧: {b.grad.item():.4f}")

# %% [markdown] lang="en"
# With ReLU both gradients are 0, although the outputs are all wrong. With Leaky ReLU they are small, but not 0: the unit can walk back.
#
# "Dead" does not always mean "for ever". Its *own* weights do not move any more. If the unit stands in the first layer, its inputs are the data,
# which do not change either: then plain gradient steps never wake it. But if a trainable layer lies below, that layer may move its inputs.
#
# **Predict first, then run.** A hidden value $h = w x$ goes two ways: directly to the output, and through the unit $\mathrm{ReLU}(h - 3)$. So
# $\hat y = h + \mathrm{ReLU}(h - 3)$. At the start $w = 1$, the samples are $x = 1$ and $x = 2$, and the targets are $4x$. Is the unit dead? Does
# one step with learning rate 0.05 change that?

# %% [markdown] lang="zh"
# 用 ReLU 时，虽然输出全错，两个梯度却都是 0。用 Leaky ReLU 时，梯度很小，但不是 0，单元可以慢慢走回来。
#
# “死”不一定是“永远”。它**自己的**权重不会再动了。如果它在第一层，输入就是数据，数据也不会变，那么普通的梯度下降再也唤不醒它。可是如果它下面还有一层在训练，那一层就可能改变它的输入。
#
# **先猜再跑。** 隐藏值 $h = w x$ 分两路走：一路直接到输出，一路经过单元 $\mathrm{ReLU}(h - 3)$，所以 $\hat y = h + \mathrm{ReLU}(h - 3)$。开始时 $w = 1$，样本是 $x = 1$ 和 $x = 2$，真实值是 $4x$。这个单元死了吗？用学习率 0.05 走一步，会有变化吗？

# %%
x = torch.tensor([1.0, 2.0])
w = torch.tensor(1.0, requires_grad=True)  # ⟦the layer below|下面的那一层⟧
for step in range(3):
    h = w * x
    unit = torch.relu(h - 3)
    loss = ((h + unit - 4 * x) ** 2).mean()
    w.grad = None  # ⟦forget the last gradient|清掉上一步的梯度⟧
    loss.backward()
    outputs = [round(a, 2) for a in unit.tolist()]
    print(f"⟦step|第几步⟧ {step}: w = {w.item():.2f}, ⟦outputs of the unit|单元的输出⟧ {outputs}")
    with torch.no_grad():  # ⟦the step itself is not to be differentiated|更新这一步本身不求导⟧
        w -= 0.05 * w.grad

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# At first it is dead: $h$ is 1 and 2, so $h - 3$ is negative for both samples. But the direct way asks for a larger $w$. There
# the error is $h - 4x = -3x$, so the gradient is the mean of $2\cdot(-3x)\cdot x$, that is $-6\cdot\frac{1 + 4}{2} = -15$, and the step makes
# $w = 1 + 0.05\cdot 15 = 1.75$. Now $h = 3.5$ at $x = 2$: the unit is awake again.
#
# </details>
#
# How many units die in a real training run depends on the learning rate, and on the bias that they start from:

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 一开始是死的：$h$ 是 1 和 2，$h - 3$ 对两个样本都是负的。但直接的那一路要求 $w$ 变大：那里的误差是 $h - 4x = -3x$，梯度是 $2\cdot(-3x)\cdot x$ 的平均，即 $-6\cdot\frac{1 + 4}{2} = -15$，走一步得 $w = 1 + 0.05\cdot 15 = 1.75$。这时 $x = 2$ 处 $h = 3.5$，单元又醒了。
#
# </details>
#
# 真正训练时会死多少单元，要看学习率，也要看偏置从多少开始：

# %%
result = nb.run_experiment("dead-relu", quick=True, device=device)
nb.draw_experiment("dead-relu", result)

# %% [markdown] lang="en"
# Before any training it depends on the bias. A thousand units for each, with Kaiming's weights, on the moons:

# %% [markdown] lang="zh"
# 还没有训练时，要看偏置。每种偏置各取一千个单元，权重用 Kaiming 初始化，数据用 moons：

# %%
points, _ = nb.moons(128)
for bias in (1.0, 0.0, -0.5, -1.0, -2.0, -4.0):
    units = nb.init_weights(nn.Linear(2, 1000), "kaiming_normal", bias=bias)
    dead = (units(points) <= 0).all(dim=0).double().mean()
    print(f"⟦bias|偏置⟧ {bias:4.1f}: {dead:6.1%} ⟦of the units are dead|的单元是死的⟧")

# %% [markdown] lang="en"
# <!-- claim: relu-dies -->
# > **The article says:** A ReLU unit can die: it then gives 0 on all data, and learns no more.
# >
# > **Measured: it holds under a condition.** The learning rate is far too high, as at ten times the best one. At the
# > best one, in some of these networks hardly any unit dies.
#
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
# <!-- claim: relu-dies -->
# > **文章说：** ReLU 神经元可能“死亡”：对所有数据都输出 0，不再学习。
# >
# > **实测：有条件成立。** 学习率过大，例如是最佳值的十倍；在最佳值处，有的网络几乎没有单元死亡。
#
# <!-- claim: leaky-relu-lives -->
# > **文章说：** Leaky ReLU 可以防止神经元死亡。
# >
# > **实测：成立。** 由定义就能看出：它的斜率不是 1 就是 0.01，从不为 0。
#
# <!-- claim: relu-overfitting -->
# > **文章说：** ReLU 引入稀疏性，从而减少过拟合。
# >
# > **实测：未获支持。** 半月的样本少时，它比 sigmoid 过拟合更重。

# %% [markdown] lang="en"
# ## Softmax: from scores to probabilities
#
# Sigmoid, tanh and ReLU work number by number. Softmax does not: it takes *several* numbers and makes shares of them, like dividing a cake.
# A network that tells three classes apart ends in three scores (**logits**). They may be negative and sum to anything. We want probabilities: none negative,
# sum 1. Softmax does it in two steps:
#
# 1. $e^x$ makes every score positive, and a higher score stays higher;
# 2. dividing by the sum makes the sum 1.
#
# $$\mathrm{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}.$$
#
# On paper, with scores for which the powers are whole numbers: $x = (\ln 1, \ln 2, \ln 5)$. Step 1 gives $1, 2, 5$, with sum 8. Step 2 gives
# $\frac18, \frac28, \frac58$, that is $0.125, 0.25, 0.625$. Now the article's example, with its scores and the same two steps. Below it is torch's one line.
#
# **Predict first, then run.** The article prints 0.0212, 0.0638, 0.7392. Can that be right? You need no computer for this.

# %% [markdown] lang="zh"
# ## Softmax：把得分变成概率
#
# sigmoid、tanh、ReLU 都是一个数一个数地算。softmax 不是：它拿**几个**数，算出各占多少份，像分蛋糕一样。要分三个类别的网络，最后给出三个得分（logits）。得分可以是负数，加起来是多少也不一定。我们想要的是概率：不能是负数，总和为 1。softmax 分两步：
#
# 1. 取 $e^x$，每个得分都变成正数，而且原来高的还是高；
# 2. 除以总和，加起来就是 1。
#
# $$\mathrm{softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}.$$
#
# 先在纸上算一个，取 $e^x$ 之后恰好是整数的：$x = (\ln 1, \ln 2, \ln 5)$。第一步得 $1, 2, 5$，总和是 8。第二步得 $\frac18, \frac28, \frac58$，即 $0.125, 0.25, 0.625$。下面是文章的例子，同样的两步，再加上 torch 的一行写法。
#
# **先猜再跑。** 文章里印出的结果是 0.0212、0.0638、0.7392。这可能对吗？不用电脑就能判断。

# %%
scores = torch.tensor([0.2, 1.3, 3.75])
powers = torch.exp(scores)
print("⟦step 1, all positive|第一步，全部变成正数⟧:", powers, "⟦sum|总和⟧", powers.sum())
print("⟦step 2, divided by the sum|第二步，除以总和⟧:", powers / powers.sum())

# ⟦the article's line; dim says along which dimension|文章的写法；dim 表示沿哪一维⟧
probabilities = torch.softmax(scores, dim=0)
print("torch.softmax:", probabilities, "⟦sum|总和⟧", probabilities.sum())
print("⟦sum of the article's three numbers|文章的三个数之和⟧:", round(0.0212 + 0.0638 + 0.7392, 4))

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# No. The three numbers do not sum to 1, so they are no softmax of three scores.
#
# </details>
#
# <!-- claim: softmax-printed -->
# > **The article says:** The softmax of [0.2, 1.3, 3.75] prints [0.0212, 0.0638, 0.7392].
# >
# > **Measured: it is wrong.** A softmax sums to 1. The printed numbers stand in the right proportion, but belong to a
# > longer input, whose other scores are missing.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 不可能。三个数加起来不是 1，所以不会是三个得分的 softmax。
#
# </details>
#
# <!-- claim: softmax-printed -->
# > **文章说：** [0.2, 1.3, 3.75] 的 softmax 输出 [0.0212, 0.0638, 0.7392]。
# >
# > **实测：不成立。** softmax 之和必为 1。文中数字之间的比例是对的，但属于一个更长的输入，其余得分漏掉了。

# %%
nb.draw_figure("softmax", device=device)

# %% [markdown] lang="en"
# **Question 3.** What happens to the softmax if 100 is added to *every* score? And which function do you get from two scores, of which one is always 0?
#
# <details><summary>Answer</summary>
#
# Nothing happens: $e^{x + 100} = e^{100}\,e^x$, so numerator and denominator get the same factor, which cancels. Only the *differences* of the scores count. And
# $\frac{e^{z}}{e^{z} + e^0} = \frac{1}{1 + e^{-z}} = \sigma(z)$: sigmoid is a softmax with two classes. That is why a network with two classes needs just one output.
#
# </details>
#
# How sharply softmax decides can be adjusted by dividing the scores first by a **temperature** $T$. A small $T$ enlarges the differences, a large one makes
# them small.

# %% [markdown] lang="zh"
# **思考题 3。** **每个**得分都加上 100，softmax 会怎样？如果只有两个得分，其中一个总是 0，得到的是哪个函数？
#
# <details><summary>答案</summary>
#
# 什么都不变：$e^{x + 100} = e^{100}\,e^x$，分子分母多了同一个因子，约掉了。所以起作用的只是得分之**差**。而 $\frac{e^{z}}{e^{z} + e^0} = \frac{1}{1 + e^{-z}} = \sigma(z)$，sigmoid 就是只有两个类别的 softmax。所以二分类的网络只要一个输出就够了。
#
# </details>
#
# softmax 的决定有多“果断”，可以调节：先把得分除以一个**温度** $T$。$T$ 小，差距被放大；$T$ 大，差距被缩小。

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
# | output, many classes | softmax | probabilities with sum 1 |
# | output, regression | none (the identity) | targets lie anywhere |
#
# In a model the activation stands between the layers, as a layer of its own:

# %% [markdown] lang="zh"
# ## 用在哪里
#
# | 层 | 激活函数 | 原因 |
# |---|---|---|
# | 隐藏层 | ReLU 或 Leaky ReLU（文章的首选）、tanh | 单元工作的地方，斜率接近 1 |
# | 输出层，二分类 | sigmoid | 一个数 $p$，另一类就是 $1 - p$ |
# | 输出层，多分类 | softmax | 一组概率，和为 1 |
# | 输出层，回归 | 不加（恒等函数） | 真实值可以是任何数 |
#
# 在模型里，激活函数放在层与层之间，自己也算一层：

# %%
torch.manual_seed(0)
model = nn.Sequential(
    nn.Linear(4, 8),  # ⟦4 inputs, 8 hidden units|4 个输入，8 个隐藏单元⟧
    nn.ReLU(),  # ⟦the bend|拐弯⟧
    nn.Linear(8, 3),  # ⟦3 scores, one per class|3 个得分，每个类别一个⟧
)
scores = model(torch.randn(2, 4))  # ⟦2 samples|2 个样本⟧
print("⟦scores|得分⟧:", scores.detach(), sep="\n")
print("⟦probabilities|概率⟧:", torch.softmax(scores, dim=1).detach(), sep="\n")

# %% [markdown] lang="en"
# The softmax is *not* part of this model, on purpose. When you train, torch's loss `nn.CrossEntropyLoss` wants the scores and contains the softmax;
# with a second one in the model you would apply it twice. [Notebook 8](08_losses.ipynb) returns to that.
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
# 这个模型里**故意**没有放 softmax。训练时，torch 的损失 `nn.CrossEntropyLoss` 要的就是得分，softmax 已经包含在它里面；模型里再放一个，就做了两次。[第 8 节](08_losses.ipynb)还会讲到。
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
# **1. `nn.ReLU(x)` instead of `nn.ReLU()(x)`.** `nn.ReLU` is a class. `nn.ReLU()` builds the layer, and the layer is called with data. What you pass to the class itself is taken for
# its option `inplace`, and nothing is computed. With `torch.relu(x)` this cannot happen.

# %% [markdown] lang="zh"
# ## 常见的坑
#
# **1. 把 `nn.ReLU()(x)` 写成 `nn.ReLU(x)`。** `nn.ReLU` 是一个类，`nn.ReLU()` 才创建出一层，再用数据去调用它。直接传给类的东西，会被当成选项 `inplace`，什么也没有算。用 `torch.relu(x)` 就不会犯这个错。

# %%
x = torch.tensor([-1.0])
print("nn.ReLU()(x):", nn.ReLU()(x))
print("nn.ReLU(x):  ", type(nn.ReLU(x)).__name__, "⟦(a layer, not a number)|（是一层，不是数）⟧")

# %% [markdown] lang="en"
# **2. Softmax along the wrong dimension.** Each row is a sample, each column a class. So it must be `dim=1`, or `dim=-1`. With
# `dim=0` the samples compete with each other, and nothing complains. The sums of the rows tell.

# %% [markdown] lang="zh"
# **2. softmax 的维度写错。** 一行是一个样本，一列是一个类别，所以要用 `dim=1` 或 `dim=-1`。写成 `dim=0`，就成了样本之间互相竞争，而且不会报错。看看每行的和就知道了。

# %%
logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]])
print("⟦sums of the rows, dim=1|每行的和，dim=1⟧:", torch.softmax(logits, dim=1).sum(dim=1))
print("⟦sums of the rows, dim=0|每行的和，dim=0⟧:", torch.softmax(logits, dim=0).sum(dim=1))

# %% [markdown] lang="en"
# **3. Computing what overflows.** $e^{1000}$ is too large for a computer's number: it becomes `inf`, and `inf / inf` is `nan`, "not a number". torch's functions
# rearrange the formula so that this does not happen. (Question 3 shows how: subtract the largest score from all of them.) Likewise the logarithm of
# $1 - \sigma(20)$ is $\log 0$ in float32; use $1 - \sigma(x) = \sigma(-x)$.

# %% [markdown] lang="zh"
# **3. 照公式硬算，结果溢出。** $e^{1000}$ 太大，电脑的浮点数装不下，变成 `inf`，而 `inf / inf` 就是 `nan`（不是数）。torch 的函数会把公式变形，避开这个问题。（办法就在思考题 3 里：所有得分都减去最大的那个。）同样，在 float32 里，$1 - \sigma(20)$ 的对数成了 $\log 0$；这时要利用 $1 - \sigma(x) = \sigma(-x)$。

# %%
large = torch.tensor([1000.0, 0.0])
print("⟦softmax by the formula|照公式算 softmax⟧:", large.exp() / large.exp().sum())
print("torch.softmax:", torch.softmax(large, dim=0))
z = torch.tensor(20.0)
print("log(1 - sigmoid(20)):", torch.log(1 - torch.sigmoid(z)))
print("nn.LogSigmoid()(-20):", nn.LogSigmoid()(-z))

# %% [markdown] lang="en"
# > **Further: activations that overwrite.** `torch.relu_` with an underscore, and `nn.ReLU(inplace=True)`, write their result over the input to save
# > memory. But autograd may still need the old numbers: sigmoid's slope $s(1 - s)$ is computed from its *output* $s$. So
# > `torch.relu_(torch.sigmoid(x))` makes `backward()` fail with "modified by an inplace operation". Write it without the underscore.
#
# ## Exercises
#
# Fill in the functions without `torch.sigmoid`, `torch.softmax` and so on, and run the cell. The check compares with torch, shows the smallest input that goes
# wrong, and often knows why. Mind the large numbers of pitfall 3. (The exercise `relu` is in [00_start_here](00_start_here.ipynb).)

# %% [markdown] lang="zh"
# > **进阶：会改写输入的激活函数。** 带下划线的 `torch.relu_` 和 `nn.ReLU(inplace=True)` 为了省内存，会把结果直接写在输入上。可是 autograd 也许还要用原来的数：sigmoid 的斜率 $s(1 - s)$ 就是用它的**输出** $s$ 算的。所以 `torch.relu_(torch.sigmoid(x))` 会让 `backward()` 报错，提示里有 “modified by an inplace operation”。去掉下划线就好了。
#
# ## 练习
#
# 不用 `torch.sigmoid`、`torch.softmax` 这些现成的函数，把下面几个函数补上，再运行单元格。检查时会与 torch 比较，给出最小的反例，往往还能指出原因。注意第 3 个坑里的大数。（练习 `relu` 在[从这里开始](00_start_here.ipynb)里。）

# %%
nb.exercise("sigmoid")


# %%
def sigmoid(x):
    # ⟦your code|在这里写代码⟧
    ...


nb.check("sigmoid", sigmoid)

# %%
nb.exercise("sigmoid-gradient")


# %%
def sigmoid_gradient(x):
    # ⟦your code|在这里写代码⟧
    ...


nb.check("sigmoid-gradient", sigmoid_gradient)

# %%
nb.exercise("softmax")


# %%
def softmax(x, dim):
    # ⟦your code|在这里写代码⟧
    ...


nb.check("softmax", softmax)

# %%
nb.exercise("leaky-relu")


# %%
def leaky_relu(x, negative_slope):
    # ⟦your code|在这里写代码⟧
    ...


nb.check("leaky-relu", leaky_relu)

# %% [markdown] lang="en"
# **Question 4.** Above we took slopes by `f(x).sum().backward()`. Try it with softmax: every gradient is 0, up to rounding. Why?
#
# <details><summary>Answer</summary>
#
# The sum of a softmax is always 1, whatever the scores are. A constant has slope 0. The trick needs outputs that depend on their own input only, and in softmax each output
# depends on all inputs.
#
# </details>
#
# ## What to read next
#
# - [05_initialization](05_initialization.ipynb): how large the weights must start, so that the signal survives these functions.
# - torch: [activations](https://docs.pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity),
#   [softmax](https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html)
# - d2l: [Multilayer perceptrons](https://d2l.ai/chapter_multilayer-perceptrons/mlp.html), the section on activation functions
# - LeCun, Bottou, Orr & Müller (1998), [Efficient BackProp](http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf): why inputs should be centred
# - Glorot, Bordes & Bengio (2011), [Deep sparse rectifier neural networks](https://proceedings.mlr.press/v15/glorot11a.html): ReLU
# - Hinton, Vinyals & Dean (2015), [Distilling the knowledge in a neural network](https://arxiv.org/abs/1503.02531): temperature

# %% [markdown] lang="zh"
# **思考题 4。** 前面用 `f(x).sum().backward()` 求斜率。对 softmax 也这样做，除了舍入误差，得到的梯度全是 0。为什么？
#
# <details><summary>答案</summary>
#
# 不管得分是多少，softmax 的总和永远是 1，而常数的斜率是 0。那个办法要求每个输出只与自己的输入有关，而 softmax 的每个输出都与所有输入有关。
#
# </details>
#
# ## 接下来读什么
#
# - [05_initialization](05_initialization.ipynb)：权重从多大开始，信号才能穿过这些函数。
# - 《动手学深度学习》：[多层感知机](https://zh.d2l.ai/chapter_multilayer-perceptrons/mlp.html)里的激活函数，[softmax 回归](https://zh.d2l.ai/chapter_linear-networks/softmax-regression.html)
# - 邱锡鹏《神经网络与深度学习》（[nndl.github.io](https://nndl.github.io/)），“前馈神经网络”一章
# - 李宏毅[机器学习课程](https://speech.ee.ntu.edu.tw/~hylee/ml/2021-spring.php)：从 sigmoid 和 ReLU 讲到深度学习
# - torch.nn.Softmax 的[中文文档](https://docs.pytorch.ac.cn/docs/stable/generated/torch.nn.Softmax.html)；[全部激活函数](https://docs.pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity)（英文）
# - 几篇原始论文：LeCun 等 (1998)，[Efficient BackProp](http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf)，讲输入为什么要以 0 为中心；Glorot 等 (2011)，[Deep sparse rectifier neural networks](https://proceedings.mlr.press/v15/glorot11a.html)，讲 ReLU；Hinton 等 (2015)，[Distilling the knowledge in a neural network](https://arxiv.org/abs/1503.02531)，讲温度
