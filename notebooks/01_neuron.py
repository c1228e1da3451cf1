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
# **What you will see**: a neuron multiplies, adds, and sends the sum through one function. You will compute one on
# paper, write it in five lines of Python, find the same in `nn.Linear`, see what its weights and its bias mean (not
# quite what one usually reads), and find the first thing that a single neuron cannot do.
#
# **What you need**: Python lists, loops and functions; from school, the straight line $y = kx + m$ and the exponential
# function $e^x$. No derivatives yet. If tensors, torch's arrays of numbers, are new to you, read [Data
# manipulation](https://d2l.ai/chapter_preliminaries/ndarray.html) first; it takes a quarter of an hour.

# %% [markdown] lang="zh"
# # 1 · 神经元
#
# **这一节会看到什么**：神经元只做三件事：相乘、相加、过一次激活函数。先在纸上算一个，再用五行 Python 写出来，然后到
# `nn.Linear` 里找到同样的计算；看看权重和偏置到底表示什么（和常见的说法不完全一样）；最后找到单个神经元做不到的第一件
# 事。
#
# **需要先会什么**：Python 的列表、循环和函数；中学数学里的直线 $y = kx + m$ 和指数函数 $e^x$。这一节还用不到导数。如果
# 没有用过张量（torch 里存放一组数的东西），先花一刻钟读《动手学深度学习》的[数据操
# 作](https://zh.d2l.ai/chapter_preliminaries/ndarray.html)一节。

# %%
import math
import os

import matplotlib.pyplot as plt
import torch
from torch import nn

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # ⟦the language of pictures and messages: "en" or "zh"|图和消息的语言："en" 或 "zh"⟧
device = "cpu"  # ⟦or "cuda"|或者 "cuda"⟧
nb.use_fonts()  # ⟦for Chinese labels in plots of your own|自己画的图里也能写中文⟧

# %% [markdown] lang="en"
# ## A decision, in points
#
# Shall I go to the cinema tonight? Three questions matter, and each is answered with 1 (yes) or 0 (no):
#
# - $x_1$: is the film good? That is worth 3 points.
# - $x_2$: is a friend coming along? 2 points.
# - $x_3$: is it raining? That speaks against going: −2 points.
#
# I am tired, too, so I start at −4 before anybody has asked anything. I go if the total is above 0.
#
# | film, friend, rain | points | total | decision |
# |---|---|---|---|
# | 1, 0, 0 | 3 − 4 | −1 | stay |
# | 1, 1, 0 | 3 + 2 − 4 | 1 | go |
# | 1, 1, 1 | 3 + 2 − 2 − 4 | −1 | stay |
#
# That is a neuron already. The answers are its **inputs**. The points are its **weights**: a positive one speaks for, a
# negative one against, and a large one counts for much. The −4 is its **bias**: where I stand before the first input
# arrives. And "above 0 or not" is the simplest **activation function**.

# %% [markdown] lang="zh"
# ## 用打分来做决定
#
# 今晚要不要去看电影？有三个问题要考虑，每个问题的回答是 1（是）或 0（否）：
#
# - $x_1$：片子好不好看？好看加 3 分。
# - $x_2$：有没有朋友一起去？有，加 2 分。
# - $x_3$：下不下雨？下雨就不太想去：减 2 分。
#
# 我今天还很累，所以什么都没问，就先扣 4 分。总分大于 0，我就去。
#
# | 片子、朋友、下雨 | 分数 | 总分 | 决定 |
# |---|---|---|---|
# | 1、0、0 | 3 − 4 | −1 | 不去 |
# | 1、1、0 | 3 + 2 − 4 | 1 | 去 |
# | 1、1、1 | 3 + 2 − 2 − 4 | −1 | 不去 |
#
# 这已经是一个神经元了。三个回答是它的**输入**。每个问题的分值是它的**权重**：正的表示赞成，负的表示反对，绝对值越大，影
# 响越大。先扣的 4 分是它的**偏置**：一个输入都还没有时，我站在哪里。而“是否大于 0”，就是最简单的**激活函数**。

# %% [markdown] lang="en"
# ## Where the idea comes from
#
# The name is borrowed from biology. A nerve cell receives signals on its dendrites. Each signal arrives across a
# synapse, and a synapse can be strong or weak, can excite or inhibit. The cell body gathers everything. If enough comes
# together, the cell fires a pulse along its axon, which passes it on to other cells at its terminals.

# %% [markdown] lang="zh"
# ## 灵感从哪里来
#
# “神经元”这个名字借自生物学。神经细胞用树突接收信号。每一路信号都要经过一个突触；突触有强有弱，有的使细胞兴奋，有的起抑
# 制作用。细胞体把各路信号汇总起来。汇总的结果够强，细胞就放电：一个脉冲沿轴突传出去，在轴突末梢传给别的细胞。

# %%
nb.draw_figure("biological-neuron", device=device)

# %% [markdown] lang="en"
# The artificial neuron keeps these four stations, in the same places, so compare the two pictures column by column: the
# synapse became a weight, the cell body a sum, the axon a function.

# %% [markdown] lang="zh"
# 人工神经元保留了这四站，位置也一样，两张图可以一列一列对照着看：突触变成了权重，细胞体变成了求和，轴突变成了一个函数。

# %%
nb.draw_figure("artificial-neuron", device=device)

# %% [markdown] lang="en"
# It is an inspiration, not a model of the brain. A living cell sends pulses in time and changes with chemistry; the
# artificial one takes some numbers and gives one number. All that it does fits in two lines:
#
# $$z = w_1 x_1 + w_2 x_2 + \dots + w_n x_n + b, \qquad a = f(z).$$
#
# - $x_1, \dots, x_n$ are the inputs, $w_1, \dots, w_n$ the weights, $b$ is the bias.
# - $z$ is the weighted sum with the bias. One writes it $z = w \cdot x + b$ for short; $w \cdot x$ is the **dot
#   product**: multiply in pairs, then add up.
# - $f$ is the activation function, and $a$, the activation, is what the neuron passes on.
#
# **Why is there an $f$ at all?** For two reasons. First, $z$ may be any number, −1000 as well as 1000, while an answer
# often has to have a certain form: "how strongly yes, between 0 and 1". Second, without $f$ a whole network of neurons
# could do no more than a single one. That is less obvious, and [notebook 3](03_forward.ipynb) shows it.

# %% [markdown] lang="zh"
# 这只是灵感的来源，并不是大脑的模型。活的细胞发放的是脉冲，有先有后，还受化学物质调节；人工神经元只是收进几个数，给出一
# 个数。它做的全部事情，两个式子就写完了：
#
# $$z = w_1 x_1 + w_2 x_2 + \dots + w_n x_n + b, \qquad a = f(z).$$
#
# - $x_1, \dots, x_n$ 是输入，$w_1, \dots, w_n$ 是权重，$b$ 是偏置。
# - $z$ 是加权和再加偏置，常简写成 $z = w \cdot x + b$。其中 $w \cdot x$ 叫**点积**：对应的数两两相乘，再全部加起来。
# - $f$ 是激活函数；$a$ 叫激活值，就是神经元的输出。
#
# **为什么要有 $f$？** 有两个理由。第一，$z$ 可以是任何数，−1000 也行，1000 也行；而我们想要的回答常常有固定的样子，例如
# “有多大把握说‘是’，用 0 到 1 之间的数表示”。第二，如果没有 $f$，很多神经元连成的网络，本领不会超过一个神经元。这一点不
# 容易一眼看出来，到[第 3 个笔记本](03_forward.ipynb)再讲清楚。

# %% [markdown] lang="en"
# ## On paper
#
# Take two inputs, $x = (2, 1)$, weights $w = (3, -4)$ and bias $b = -2$:
#
# $$z = 3 \times 2 + (-4) \times 1 + (-2) = 6 - 4 - 2 = 0.$$
#
# For $f$ we take the function of the picture, the **sigmoid**, $\sigma(z) = \dfrac{1}{1 + e^{-z}}$. Here it gives
# $\sigma(0) = \dfrac{1}{1 + e^0} = \dfrac{1}{1 + 1} = \dfrac12$: exactly undecided.
#
# Why does $\sigma$ always land between 0 and 1? Read the formula for large numbers. If $z$ is large and positive,
# $e^{-z}$ is almost 0, and the fraction is almost $\frac11 = 1$. If $z$ is large and negative, $e^{-z}$ is huge, and
# the fraction is almost 0. In between it rises smoothly.
#
# Now in code. Plain Python is enough, and each line is a step that you have just done on paper.

# %% [markdown] lang="zh"
# ## 在纸上算一遍
#
# 取两个输入 $x = (2, 1)$，权重 $w = (3, -4)$，偏置 $b = -2$：
#
# $$z = 3 \times 2 + (-4) \times 1 + (-2) = 6 - 4 - 2 = 0.$$
#
# $f$ 就用图里的那个函数，它叫 **sigmoid**：$\sigma(z) = \dfrac{1}{1 + e^{-z}}$。代进
# 去，$\sigma(0) = \dfrac{1}{1 + e^0} = \dfrac{1}{1 + 1} = \dfrac12$：正好一半对一半，拿不定主意。
#
# 为什么 $\sigma$ 的值总在 0 和 1 之间？看看 $z$ 很大时公式会怎样。$z$ 是很大的正数时，$e^{-z}$ 几乎是 0，分数几乎是
# $\frac11 = 1$。$z$ 是绝对值很大的负数时，$e^{-z}$ 非常大，分数就几乎是 0。在两者之间，它平滑地上升。
#
# 再写成代码。普通的 Python 就够了，每一行都是刚才在纸上做过的一步。

# %%
x, w, b = [2, 1], [3, -4], -2

z = b  # ⟦start from the bias|从偏置开始⟧
for i in range(2):
    z = z + w[i] * x[i]  # ⟦add one weighted input after the other|把加权后的输入一个一个加上去⟧
a = 1 / (1 + math.exp(-z))  # ⟦the sigmoid|过一次 sigmoid⟧
print("z =", z)
print("a =", a)

# %% [markdown] lang="en"
# Other activation functions are in use, and [notebook 4](04_activations.ipynb) compares them. Here you need only one
# more, **ReLU**: $\mathrm{relu}(z) = \max(0, z)$, so what is negative becomes 0, and the rest passes unchanged. See
# what both make of seven numbers:

# %% [markdown] lang="zh"
# 激活函数不止这一个，[第 4 个笔记本](04_activations.ipynb)会逐个比较。这里只需要再认识一
# 个：**ReLU**，$\mathrm{relu}(z) = \max(0, z)$，负数变成 0，其余原样通过。看看两个函数对七个数各做了什么：

# %%
numbers = torch.tensor([-6.0, -2.0, -1.0, 0.0, 1.0, 2.0, 6.0], device=device)
print("z         ", *(f"{value:7.3f}" for value in numbers))
print("sigmoid(z)", *(f"{value:7.3f}" for value in torch.sigmoid(numbers)))
print("relu(z)   ", *(f"{value:7.3f}" for value in torch.relu(numbers)))

# %% [markdown] lang="en"
# ## With tensors
#
# A loop over every weight is slow, and real neurons have hundreds of inputs. torch keeps all the numbers in one
# **tensor** and computes with them at once. Here are the numbers of the picture. `x * w` multiplies in pairs, `.sum()`
# adds up.

# %% [markdown] lang="zh"
# ## 换成张量
#
# 每个权重都循环一次，太慢；实际的神经元常有成百上千个输入。torch 把所有的数放进一个**张量**，一次算完。下面用的是图里的
# 数。`x * w` 把对应的数两两相乘，`.sum()` 求和。

# %%
x = torch.tensor([1.0, 2.0, -1.5], device=device)
w = torch.tensor([0.8, -0.5, 0.4], device=device)
b = torch.tensor(0.3, device=device)

products = x * w  # ⟦three products, still three numbers|三个乘积，仍是三个数⟧
z = products.sum() + b  # ⟦now one number|现在只剩一个数⟧
a = torch.sigmoid(z)  # 1 / (1 + exp(-z))
print("⟦products|各个乘积⟧:", [round(value, 4) for value in products.tolist()])
print(f"z = {z:.4f}, a = {a:.4f}")
print(f"⟦the same as a dot product|写成点积，结果相同⟧: z = {w @ x + b:.4f}")

# %% [markdown] lang="en"
# `w @ x` is torch's sign for the dot product; you will see `@` again for matrices.
#
# **Predict first, then run.** Raise the second input from 2 to 4 and leave everything else as it is. Will $a$ rise or
# fall? By how much will $z$ change? You can tell from $w_2 = -0.5$ alone.

# %% [markdown] lang="zh"
# `w @ x` 就是 torch 里点积的写法；后面算矩阵时还会用到 `@`。
#
# **先猜再跑。** 把第二个输入从 2 改成 4，别的都不动。$a$ 会变大还是变小？$z$ 会变化多少？只看 $w_2 = -0.5$ 就能回答。

# %%
changed = torch.tensor([1.0, 4.0, -1.5], device=device)
z_changed = w @ changed + b
a_changed = torch.sigmoid(z_changed)
print(f"⟦before|原来⟧: z = {z:.4f}, a = {a:.4f}")
print(f"⟦after|改后⟧: z = {z_changed:.4f}, a = {a_changed:.4f}")

# %% [markdown] lang="en"
# This is what a weight says, in one sentence: **if $x_i$ grows by 1 and everything else stays, $z$ grows by $w_i$.**
# Here $x_2$ grew by 2, so $z$ changed by $2 \times (-0.5) = -1$.
#
# The package has the same computation as one function. It checks its inputs, and the activation may be a name or any
# function:

# %% [markdown] lang="zh"
# 权重的含义，一句话就能说清：**别的都不变，$x_i$ 增加 1，$z$ 就增加 $w_i$。** 这里 $x_2$ 增加了 2，所以 $z$ 变化了
# $2 \times (-0.5) = -1$。
#
# 同样的计算，本包写成了一个函数。它会检查输入；激活函数可以写名字，也可以直接给一个函数：

# %%
nb.neuron(x, w, b, "sigmoid")

# %% [markdown] lang="en"
# ## In torch's own words
#
# In torch nobody writes the sum by hand. `nn.Linear(3, 1)` is a neuron with three inputs and one output, without its
# activation; the activation is an object of its own, `nn.Sigmoid()`. Line by line:
#
# - `nn.Linear(3, 1)` makes the weights and the bias and fills them with random numbers. Why random? Because later they
#   are to be *learned*, and learning has to start somewhere.
# - Its weight is a table of one row, of shape (1, 3). A single neuron would not need a table, but the same module also
#   holds many neurons, one per row (next notebook).
# - `with torch.no_grad():` says: do not keep a record of the following lines. torch watches everything that happens to
#   weights, since learning needs that. When we write numbers into them ourselves, there is nothing to watch, and
#   without this line torch would refuse.
# - `layer(x)` gives $z$, and `activation(...)` gives $a$.

# %% [markdown] lang="zh"
# ## 用 torch 自己的写法
#
# 用 torch 时，没有人亲手写求和。`nn.Linear(3, 1)` 就是一个三个输入、一个输出的神经元，只是还没有激活函数；激活函数是另
# 一个对象，`nn.Sigmoid()`。逐行来看：
#
# - `nn.Linear(3, 1)` 建好权重和偏置，填上随机数。为什么是随机数？因为这些数以后要靠学习得到，而学习总要有个起点。
# - 它的权重是一张只有一行的表，形状是 (1, 3)。单个神经元本来用不着表，但同一个模块也可以装很多个神经元，每行一个（见下
#   一个笔记本）。
# - `with torch.no_grad():` 的意思是：下面这几行不用记录。权重参与的每一步计算，torch 都会记下来，因为学习时要用。现在是
#   我们自己往里写数，没有什么可记的；不加这一行，torch 会报错。
# - `layer(x)` 给出 $z$，`activation(...)` 再给出 $a$。

# %%
layer = nn.Linear(3, 1, device=device)  # ⟦3 inputs, 1 neuron|3 个输入，1 个神经元⟧
activation = nn.Sigmoid()
print("⟦shape of the weight|权重的形状⟧:", tuple(layer.weight.shape))
print("⟦shape of the bias|偏置的形状⟧:", tuple(layer.bias.shape))

with torch.no_grad():
    layer.weight[0] = w  # ⟦our weights into row 0|我们的权重写进第 0 行⟧
    layer.bias[0] = b

z = layer(x)
a = activation(z)
# ⟦.item(): the number in a tensor that holds only one|.item()：取出张量里唯一的那个数⟧
print(f"z = {z.item():.4f}, a = {a.item():.4f}")

# %% [markdown] lang="en"
# Now you have met the same neuron four times: on paper, in a loop, as a dot product, and as `nn.Linear`. The last one
# is what everybody uses.
#
# ## Many samples at once
#
# Data come in large numbers, and one set of inputs is called a **sample**. Write the samples one below the other, and
# the neuron takes them all at once: the last dimension holds the inputs, all others just come along.
#
# **Predict first, then run.** The second sample below is all zeros. What will its $z$ be?

# %% [markdown] lang="zh"
# 同一个神经元，到这里已经见了四次：纸上一次，循环一次，点积一次，`nn.Linear` 一次。实际工作中用的是最后一种。
#
# ## 一次处理多个样本
#
# 数据总是很多份。一份输入叫作一个**样本**。把样本一个一个往下写，神经元可以一次全部算完：最后一维放各个输入，前面的维度
# 原样保留。
#
# **先猜再跑。** 下面的第二个样本全是 0。它的 $z$ 会是多少？

# %%
samples = torch.tensor([[1.0, 2.0, -1.5], [0.0, 0.0, 0.0], [2.0, 1.0, 0.0]], device=device)
z = layer(samples)
a = activation(z)
print("⟦shape of the samples|样本的形状⟧:", tuple(samples.shape))
print("⟦shape of z|z 的形状⟧:", tuple(z.shape), "⟦(3 samples, 1 neuron)|（3 个样本，1 个神经元）⟧")
for i in range(3):
    print(f"⟦sample|样本⟧ {samples[i].tolist()}: z = {z[i].item():.4f}, a = {a[i].item():.4f}")

# %% [markdown] lang="en"
# Where all inputs are 0, every product is 0, and what remains is the bias. So the bias is what the neuron "thinks"
# before it has seen anything.
#
# Your turn to play: change the numbers below and run the cell again. Can you find weights that make $a$ exactly 0?

# %% [markdown] lang="zh"
# 输入全为 0，每个乘积就都是 0，剩下的只有偏置。所以偏置就是神经元什么都没看见时的“想法”。
#
# 轮到你动手：改一改下面的数，重新运行。你能找到让 $a$ 恰好等于 0 的权重吗？

# %%
my_x = torch.tensor([3.0, 0.5], device=device)
my_w = torch.tensor([1.0, -2.0], device=device)
my_b = torch.tensor(-1.0, device=device)
nb.plot_neuron(my_x, my_w, my_b, "relu").figure

# %% [markdown] lang="en"
# ## What the bias does
#
# Take one input with weight 1, and ReLU. The neuron fires, that is, gives more than 0, where $z$ is positive:
#
# $$x + b > 0 \quad\Longleftrightarrow\quad x > -b.$$
#
# **Predict first, then run.** Three neurons have $b = -2$, $b = 0$ and $b = 2$. From which $x$ on does each of them
# fire? Which is the most eager?

# %% [markdown] lang="zh"
# ## 偏置的作用
#
# 取一个输入，权重为 1，激活函数用 ReLU。神经元输出大于 0，就说它“激活”了，这要求 $z$ 为正：
#
# $$x + b > 0 \quad\Longleftrightarrow\quad x > -b.$$
#
# **先猜再跑。** 三个神经元的偏置分别是 $b = -2$、$b = 0$、$b = 2$。它们各从哪个 $x$ 开始激活？哪一个最容易激活？

# %%
inputs = torch.linspace(-4, 4, 81, device=device)
figure, ax = plt.subplots(figsize=(6, 3))
for bias in (-2.0, 0.0, 2.0):
    ax.plot(inputs.cpu(), torch.relu(inputs + bias).cpu(), label=f"b = {bias:.0f}")
ax.set(xlabel="⟦input x|输入 x⟧", ylabel="a = relu(x + b)")
ax.legend()
plt.show()

# %% [markdown] lang="en"
# The bias shifts the curve sideways: to the left where it is positive, to the right where it is negative. The neuron
# with $b = -2$ needs an input above 2; the one with $b = 2$ fires from −2 on.
#
# <!-- claim: bias-threshold -->
# > **The article says:** The bias is the threshold that the weighted inputs must pass for the neuron to fire.
# >
# > **Measured: it is wrong.** The sign is the other one: the threshold is -b. The larger the bias, the more readily
# > the neuron fires.
#
# The pictures at the start say "threshold = bias", as the article does, and that is fine as a rough comparison, but
# mind the sign. A large threshold means: hard to rouse. A large *bias* means: easy to rouse. In the cinema example the
# bias was −4, so the points for going had to pass the threshold 4.
#
# **Another way to see the bias**: it is the weight of an input that is always 1, since $b = b \times 1$. Many textbooks
# write it so and need no extra letter.

# %% [markdown] lang="zh"
# 偏置让曲线左右平移：偏置为正，向左移；偏置为负，向右移。$b = -2$ 的神经元要等输入超过 2，$b = 2$ 的从 −2 起就激活。
#
# <!-- claim: bias-threshold -->
# > **文章说：** 偏置就是加权输入必须越过、神经元才会激活的阈值。
# >
# > **实测：不成立。** 符号相反：阈值是 -b。偏置越大，神经元越容易激活。
#
# 开头的图里写着“阈值 = 偏置”，这是沿用文章的比方。大致对应可以这么说，但要注意差一个负号。阈值大，意思是难激活；偏置
# 大，意思是容易激活。看电影的例子里，偏置是 −4，所以加分必须超过阈值 4 才会去。
#
# **换个角度看偏置**：因为 $b = b \times 1$，它其实就是一个特殊输入的权重，这个输入永远等于 1。许多教材干脆这样写，省掉
# 一个字母。

# %% [markdown] lang="en"
# ## What a weight says, and what it does not
#
# The article says that a weight tells how important its input is. Try it: the same neuron rates a person by height and
# mass, once with the height in metres and once in centimetres. In centimetres the number is 100 times as large, so for
# the same result its weight must be a hundredth.

# %% [markdown] lang="zh"
# ## 权重说明什么，不说明什么
#
# 文章说，权重表示输入的重要性。我们来试一试：同一个神经元，根据身高和体重给人打分，一次身高以米为单位，一次以厘米为单
# 位。换成厘米，数值变成 100 倍，要得到同样的结果，权重就只能是原来的百分之一。

# %%
person = {"⟦height in metres|身高用米⟧": [1.75, 70.0], "⟦height in centimetres|身高用厘米⟧": [175.0, 70.0]}
weights = {"⟦height in metres|身高用米⟧": [20.0, 0.1], "⟦height in centimetres|身高用厘米⟧": [0.2, 0.1]}
for unit in person:
    x_unit, w_unit = torch.tensor(person[unit], device=device), torch.tensor(weights[unit], device=device)
    print(f"{unit}: ⟦weight of the height|身高的权重⟧ {weights[unit][0]}, z = {w_unit @ x_unit:.4f}")

# %% [markdown] lang="en"
# Both lines describe the same neuron, with the same answer for everybody. Yet once the height has by far the larger
# weight, and once nearly the same as the mass. So the bare number says nothing about importance; it also contains the
# unit.
#
# <!-- claim: weight-importance -->
# > **The article says:** A weight tells how important its input is.
# >
# > **Measured: it holds under a condition.** The inputs have the same scale, and what counts is an input that changes
# > by itself: the same length in smaller units needs a smaller weight for the same effect.
#
# Before comparing weights, one therefore brings all inputs to a common scale: from each input subtract its mean over
# all samples and divide by its standard deviation. This is called **standardizing**. Afterwards "one more" means the
# same for every input: one standard deviation more.
#
# This project keeps a ledger of the article's statements, each tried by computation. Its entries for this section, with
# what was measured:

# %% [markdown] lang="zh"
# 两行说的是同一个神经元，给每个人的回答都一样。可是身高的权重，一次远远大于体重的，一次又和体重的差不多。可见光看这个
# 数，看不出重要不重要，因为单位也混在里面。
#
# <!-- claim: weight-importance -->
# > **文章说：** 权重的大小表示对应输入的重要性。
# >
# > **实测：有条件成立。** 各输入的尺度相同，而且问的是单独改变一个输入的影响：同一个长度换成更小的单位，数值变大，同样的影响只需更小的权重。
#
# 所以，比较权重之前，要先把各个输入换到同一个尺度上：每个输入减去它在所有样本上的平均值，再除以标准差。这叫**标准化**。
# 这样一来，“增加 1”对每个输入都是同一个意思：增加一个标准差。
#
# 文章的每条论断都用计算检验过，结果记在论断核查表里。本节的几条，连同实测的数字：

# %%
nb.show_claims("neuron-linear", "weight-importance", "bias-threshold")

# %% [markdown] lang="en"
# ## What one neuron can do
#
# Let a neuron say *yes* where $z > 0$ and *no* elsewhere. With inputs of 0 and 1 it can then compute logic. Take AND:
# *yes* only if both inputs are 1. We need numbers with
#
# $$z(0,0) \le 0, \qquad z(0,1) \le 0, \qquad z(1,0) \le 0, \qquad z(1,1) > 0.$$
#
# Try $w_1 = w_2 = 2$. Then the four sums without the bias are 0, 2, 2, 4, and only the 4 may end above 0. A bias of −3
# puts the threshold right between 2 and 4:
#
# | $x_1, x_2$ | $2 x_1 + 2 x_2 - 3$ | $z > 0$? |
# |---|---|---|
# | 0, 0 | −3 | no |
# | 0, 1 | −1 | no |
# | 1, 0 | −1 | no |
# | 1, 1 | 1 | yes |
#
# **Predict first, then run.** Leave both weights as they are and change only the bias, from −3 to −1. Which logical
# function do you get?

# %% [markdown] lang="zh"
# ## 一个神经元能做什么
#
# 规定 $z > 0$ 时神经元回答“是”，否则回答“否”。输入只取 0 和 1 时，它就能做逻辑运算。先看 AND（与）：两个输入都是 1，才
# 回答“是”。需要的是
#
# $$z(0,0) \le 0, \qquad z(0,1) \le 0, \qquad z(1,0) \le 0, \qquad z(1,1) > 0.$$
#
# 试试 $w_1 = w_2 = 2$。不算偏置，四个和是 0、2、2、4，只有 4 可以落到 0 以上。偏置取 −3，阈值就是 3，正好在 2 和 4 中
# 间：
#
# | $x_1, x_2$ | $2 x_1 + 2 x_2 - 3$ | $z > 0$？ |
# |---|---|---|
# | 0, 0 | −3 | 否 |
# | 0, 1 | −1 | 否 |
# | 1, 0 | −1 | 否 |
# | 1, 1 | 1 | 是 |
#
# **先猜再跑。** 两个权重都不动，只把偏置从 −3 改成 −1。这时得到的是哪一种逻辑运算？

# %%
bits = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], device=device)
both = torch.tensor([2.0, 2.0], device=device)
for bias in (-3.0, -1.0):
    z = bits @ both + bias  # ⟦the four samples at once|四个样本一次算完⟧
    answers = ["⟦yes|是⟧" if value > 0 else "⟦no|否⟧" for value in z]
    print(f"⟦bias|偏置⟧ {bias:.0f}: z = {z.tolist()} -> {answers}")

# %% [markdown] lang="en"
# It is OR: *yes* if at least one input is 1. With a lower threshold, one vote is enough.
#
# A picture makes this clearer. The border between *yes* and *no* is where $z = 0$:
#
# $$2 x_1 + 2 x_2 + b = 0 \quad\Longleftrightarrow\quad x_2 = -x_1 - \tfrac{b}{2}.$$
#
# That is the straight line of school. The weights turn it, the bias shifts it. A neuron cuts the plane in two halves
# with one straight cut.

# %% [markdown] lang="zh"
# 得到的是 OR（或）：至少有一个输入是 1，就回答“是”。阈值降低了，有一票就够。
#
# 画出来更清楚。“是”与“否”的分界在 $z = 0$ 处：
#
# $$2 x_1 + 2 x_2 + b = 0 \quad\Longleftrightarrow\quad x_2 = -x_1 - \tfrac{b}{2}.$$
#
# 这正是中学里的直线。权重决定它的方向，偏置让它平移。一个神经元所做的，就是用一条直线把平面切成两半。

# %%
figure, axes = plt.subplots(1, 3, figsize=(7, 2.6), sharey=True)
tables = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "XOR": [0, 1, 1, 0]}
line = torch.tensor([-0.4, 1.4])
for ax, name in zip(axes, tables, strict=True):  # ⟦strict: both equally long|strict：两边必须一样长⟧
    table = tables[name]
    for i in range(4):
        marker, color = ("o", "tab:blue") if table[i] else ("x", "tab:orange")
        ax.plot(bits[i, 0].item(), bits[i, 1].item(), marker, color=color, markersize=9)
    if name != "XOR":
        ax.plot(line, -line + (1.5 if name == "AND" else 0.5), color="black")  # x2 = -x1 - b/2
    ax.set(title=name, xlabel="x1", xlim=(-0.4, 1.4), ylim=(-0.4, 1.4), xticks=[0, 1], yticks=[0, 1])
axes[0].set_ylabel("x2")
figure.tight_layout()
plt.show()

# %% [markdown] lang="en"
# Circles should be *yes*, crosses *no*. For AND and OR the line is drawn.
#
# ## What one neuron cannot do
#
# The third table is XOR, "either, or, but not both". Take a ruler and try to put a straight line between its circles
# and its crosses.
#
# Perhaps we are only not clever enough. So let chance try: 100,000 neurons with random weights and biases. **Predict
# first, then run**: what share of them gets all four samples of each table right?

# %% [markdown] lang="zh"
# 圆点应当回答“是”，叉应当回答“否”。AND 和 OR 的分界线已经画出。
#
# ## 一个神经元做不到的事
#
# 第三张表是 XOR（异或）：两个输入恰好有一个是 1，才回答“是”。拿一把尺子试试，能不能用一条直线把它的圆点和叉分开？
#
# 也许只是我们不够聪明。那就让运气来试：取 100000 个神经元，权重和偏置都是随机数。**先猜再跑**：每张表，四个样本全答对的
# 神经元占多少？

# %%
torch.manual_seed(0)  # ⟦the same random numbers each time|每次运行都得到同样的随机数⟧
random_w = torch.randn(100_000, 2).to(device)  # ⟦w1 and w2 of each neuron|每个神经元的 w1、w2⟧
random_b = torch.randn(100_000, 1).to(device)
yes = random_w @ bits.T + random_b > 0  # ⟦(100000, 4): their answers to the four samples|(100000, 4)：对四个样本的回答⟧
for name, table in tables.items():
    right = (yes == torch.tensor(table, dtype=torch.bool, device=device)).all(dim=1)
    print(f"{name:4} ⟦right in all four|四个全对⟧: {right.float().mean():.2%}")

# %% [markdown] lang="en"
# Not one gets XOR right, and no search will ever find one that does. Here is the proof, which needs nothing but
# addition. XOR demands
#
# $$z(0,0) \le 0, \qquad z(1,1) \le 0, \qquad z(0,1) > 0, \qquad z(1,0) > 0.$$
#
# Write the four sums down: $z(0,0) = b$, $z(1,1) = w_1 + w_2 + b$, $z(0,1) = w_2 + b$, $z(1,0) = w_1 + b$. Add the
# first two, and add the last two:
#
# $$z(0,0) + z(1,1) = w_1 + w_2 + 2b, \qquad z(0,1) + z(1,0) = w_1 + w_2 + 2b.$$
#
# It is the same number. By the first pair it is at most 0, by the second it is above 0. Both cannot be, so there are no
# such weights.
#
# In 1969 Minsky and Papert published a whole book, Perceptrons, on such limits, and for years the enthusiasm for neural
# networks cooled. The way out is simple, and you will build it in the next notebook: put two more neurons in front.

# %% [markdown] lang="zh"
# 全部答对 XOR 的，一个也没有；而且再怎么找也找不到。证明只用到加法。XOR 要求
#
# $$z(0,0) \le 0, \qquad z(1,1) \le 0, \qquad z(0,1) > 0, \qquad z(1,0) > 0.$$
#
# 把四个和写出来：$z(0,0) = b$，$z(1,1) = w_1 + w_2 + b$，$z(0,1) = w_2 + b$，$z(1,0) = w_1 + b$。前两个相加，后两个也相
# 加：
#
# $$z(0,0) + z(1,1) = w_1 + w_2 + 2b, \qquad z(0,1) + z(1,0) = w_1 + w_2 + 2b.$$
#
# 两边是同一个数。按前一对的要求，它不大于 0；按后一对的要求，它大于 0。两者不能同时满足，所以这样的权重不存在。
#
# 1969 年，Minsky 和 Papert 出了一本书，书名就叫 Perceptrons（感知机），专讲这类局限。此后好些年，神经网络的热潮都冷了下
# 来。出路其实很简单，下一个笔记本就来搭：在前面再加两个神经元。

# %% [markdown] lang="en"
# ## Pitfalls
#
# **Integers.** `torch.tensor([1, 2, 3])` holds integers, and a layer's weights are floats of 32 bits. torch does not
# convert for you, because a silent conversion could lose digits. Write `1.0`, or `.float()`. NumPy's numbers have the
# same trouble: they usually have 64 bits.

# %% [markdown] lang="zh"
# ## 常见的坑
#
# **整数。** `torch.tensor([1, 2, 3])` 里是整数，而层的权重是 32 位浮点数。torch 不会替你转换，因为悄悄转换可能丢掉精
# 度。要写成 `1.0`，或者用 `.float()`。NumPy 的数也有同样的问题：它们通常是 64 位的。

# %%
for wrong in (torch.tensor([1, 2, 3], device=device), x.double()):
    try:
        layer(wrong)
    except RuntimeError as error:
        print(f"{wrong.dtype} ⟦is refused|被拒绝⟧: {str(error).splitlines()[0]}")
z = layer(torch.tensor([1, 2, 3], device=device).float())
print(f"torch.float32 ⟦is taken|可以接收⟧: z = {z.item():.4f}")

# %% [markdown] lang="en"
# **A column where a row should be.** If `x` has the shape (3, 1), three rows of one number, `x * w` raises no error. It
# makes a (3, 3) table ([notebook 7](07_broadcasting.ipynb) explains why), and its sum is a number that looks quite
# reasonable. `nb.neuron` and `nn.Linear` refuse such an `x`. So look at `x.shape` whenever a result surprises you.

# %% [markdown] lang="zh"
# **该写成行，却写成了列。** 如果 `x` 的形状是 (3, 1)，也就是三行、每行一个数，`x * w` 不会报错。它会得到一张 (3, 3) 的
# 表（原因见[第 7 个笔记本](07_broadcasting.ipynb)），再求和，得到的数看上去还挺像样。`nb.neuron` 和 `nn.Linear` 则会拒
# 绝这样的 `x`。所以结果出乎意料时，先看一眼 `x.shape`。

# %%
column = x[:, None]  # ⟦a column of it|变成一列⟧
print(f"⟦right|正确⟧: {(x * w).sum() + b:.4f}")
print(f"⟦with a column|写成列⟧: {(column * w).sum() + b:.4f}")
try:
    nb.neuron(column, w, b, "sigmoid")
except ValueError as error:
    print(error)

# %% [markdown] lang="en"
# ## Questions of understanding
#
# **1.** All weights of a neuron are 0, the bias is 2. What does it answer?
#
# <details><summary>Answer</summary>
#
# $z = 2$ for every input, so it always gives $f(2)$. It has stopped listening and only repeats its prejudice. An input
# with weight 0 is ignored; here all of them are.
#
# </details>
#
# **2.** Somebody leaves the bias out. Which of AND and OR can a neuron still compute?
#
# <details><summary>Answer</summary>
#
# OR, but not AND. Without a bias $z(0,0) = 0$, a *no*, which suits both. OR then only needs $w_1 > 0$ and $w_2 > 0$.
# AND needs $w_1 \le 0$ and $w_2 \le 0$ (each alone must be a *no*), but $w_1 + w_2 > 0$, and that is impossible. Seen
# as a picture: without a bias the line has to go through the point (0, 0), and no such line cuts off (1, 1) alone.
#
# </details>
#
# **3.** You double all weights and the bias. Does the border between *yes* and *no* move? What becomes of the sigmoid's
# output?
#
# <details><summary>Answer</summary>
#
# The border stays: $2z = 0$ exactly where $z = 0$. But $\sigma(2z)$ lies closer to 0 or 1 than $\sigma(z)$: same
# decisions, more confidence.
#
# </details>
#
# ## Exercise
#
# Your turn. Run the cell as it is first, and read the report: it tells you that nothing came back. Then write the
# function, with torch's functions or with your own arithmetic.

# %% [markdown] lang="zh"
# ## 思考题
#
# **1.** 一个神经元的权重全是 0，偏置是 2。它会怎样回答？
#
# <details><summary>答案</summary>
#
# 无论输入是什么，$z$ 都等于 2，所以输出永远是 $f(2)$。它已经不听任何意见，只重复自己的成见。权重为 0 的输入会被忽略；这
# 里所有输入都被忽略了。
#
# </details>
#
# **2.** 如果不用偏置，AND 和 OR，一个神经元还能做哪一个？
#
# <details><summary>答案</summary>
#
# 能做 OR，做不了 AND。没有偏置时 $z(0,0) = 0$，回答“否”，对两者都合适。OR 接下来只要求 $w_1 > 0$、$w_2 > 0$。AND 则要求
# $w_1 \le 0$、$w_2 \le 0$（单独一个必须回答“否”），同时 $w_1 + w_2 > 0$，这不可能。从图上看：没有偏置，分界线必须经过点
# (0, 0)，而这样的直线没有一条能单独切出 (1, 1)。
#
# </details>
#
# **3.** 把所有权重和偏置都乘以 2，“是”与“否”的分界会移动吗？sigmoid 的输出会怎样变？
#
# <details><summary>答案</summary>
#
# 分界不动，因为 $2z = 0$ 的地方就是 $z = 0$ 的地方。但 $\sigma(2z)$ 比 $\sigma(z)$ 更靠近 0 或 1：决定没有变，只是更有
# 把握。
#
# </details>
#
# ## 练习
#
# 轮到你了。先原样运行一次，读一读报告：它会告诉你函数什么都没有返回。然后再写这个函数，用 torch 的函数，或者自己写算
# 式，都可以。

# %%
nb.exercise("neuron")


# %%
def neuron(x, weight, bias):
    pass  # ⟦your code|在这里写代码⟧


nb.check("neuron", neuron)

# %% [markdown] lang="en"
# ## What to read next
#
# - [02_network](02_network.ipynb): many neurons, side by side and in layers.
# - [torch.nn.Linear](https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html)
# - Dive into Deep Learning, [Linear regression](https://d2l.ai/chapter_linear-regression/linear-regression.html): a
#   neuron without $f$, and how its weights are learned.
# - Rosenblatt (1958), [The perceptron](https://doi.org/10.1037/h0042519): the threshold neuron, long before torch.
# - Goodfellow, Bengio and Courville (2016), Deep Learning, [chapter
#   6](https://www.deeplearningbook.org/contents/mlp.html): it begins with XOR.

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - [02_network](02_network.ipynb)：很多神经元，并排放，再一层层叠起来。
# - [torch.nn.Linear 的中文文档](https://docs.pytorch.ac.cn/docs/stable/generated/torch.nn.Linear.html)，以及[英文原
#   文](https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html)
# - 《动手学深度学习》的[线性回归](https://zh.d2l.ai/chapter_linear-networks/linear-regression.html)一节：不带 $f$ 的一
#   个神经元，以及怎样学出它的权重。
# - 邱锡鹏[《神经网络与深度学习》](https://nndl.github.io/)，第 4 章“前馈神经网络”从神经元讲起。
# - 李宏毅的[机器学习课程](https://speech.ee.ntu.edu.tw/~hylee/ml/2023-spring.php)：中文视频，第一讲就讲怎样从一条直线走
#   到神经网络。
# - Rosenblatt (1958)，[The perceptron](https://doi.org/10.1037/h0042519)：torch 出现之前的阈值神经元（英文）。
