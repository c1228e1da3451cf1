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
# **What you will see**: neurons side by side are a layer, and a layer is one matrix; layers in a row are a network, and
# two of them already solve what one neuron cannot. You will compute a layer on paper, count every weight and bias, find
# out by a nudge who is connected to whom, and build two networks by hand that draw a border no single line could draw.
#
# **What you need**: [notebook 1](01_neuron.ipynb), and how a table of numbers is multiplied by a list of numbers. That
# is explained below with small integers; for more, read [Linear
# algebra](https://d2l.ai/chapter_preliminaries/linear-algebra.html). How a network *learns* its weights comes in
# notebook 9. Here we set them ourselves.

# %% [markdown] lang="zh"
# # 2 · 神经网络
#
# **这一节会看到什么**：神经元并排放成一层，一层就是一个矩阵；一层接一层就是网络，两层就能解决单个神经元做不到的事。这里
# 先在纸上算一层，再数清每一个权重和偏置，用“推一下”的办法查明谁和谁相连，最后亲手搭两个网络，画出一条直线画不出的分界。
#
# **需要先会什么**：[第 1 个笔记本](01_neuron.ipynb)，以及一张数表怎样乘一列数。后者下面会用小整数讲一遍；想多看一些，读
# 《动手学深度学习》的[线性代数](https://zh.d2l.ai/chapter_preliminaries/linear-algebra.html)一节。网络怎样**学到**权
# 重，是第 9 个笔记本的内容；这里的权重都由我们自己来定。

# %%
import os

import matplotlib.pyplot as plt
import torch
from torch import nn

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # ⟦the language of pictures and messages: "en" or "zh"|图和消息的语言："en" 或 "zh"⟧
device = "cpu"  # ⟦or "cuda"|或者 "cuda"⟧
torch.manual_seed(0)  # ⟦layers start from random numbers: the same ones each time|层的初值是随机数；这样每次运行都一样⟧
nb.use_fonts()  # ⟦for Chinese labels in plots of your own|自己画的图里也能写中文⟧

# %% [markdown] lang="en"
# ## A committee
#
# Three members of a committee read the same application. Each has a different opinion of what matters: one looks at the
# marks, one at the letter of recommendation, one at both. Each writes down one number. Then the chair reads only the
# three numbers, not the application, and decides.
#
# Every member is a neuron: the same inputs, but weights of its own. The three together are a **layer**. The chair is a
# neuron, too, but its inputs are the members' outputs. That is a second layer, and both in a row are a **network**. The
# members' numbers appear neither in the application nor in the final decision; nobody outside sees them, so their layer
# is called **hidden**.

# %% [markdown] lang="zh"
# ## 评委会
#
# 三位评委读同一份申请材料。每个人看重的东西不同：一位看成绩，一位看推荐信，一位两样都看。每人写下一个分数。然后主席只看
# 这三个分数，不看材料，作出决定。
#
# 每位评委都是一个神经元：输入相同，权重各有一套。三位评委合起来就是一**层**。主席也是一个神经元，只不过它的输入是评委们
# 的输出。这是第二层；两层前后相接，就是一个**网络**。评委的分数既不在材料里，也不在最后的决定里，外面看不见，所以他们这
# 一层叫**隐藏层**。

# %%
nb.draw_figure("network", device=device)

# %% [markdown] lang="en"
# The picture shows the article's own network. Read it from left to right:
#
# - The **input layer** holds the data, one unit for each feature: a pixel, a mark, a height. It computes nothing and
#   has no weights; "unit" is only a word for "one number stands here".
# - The **hidden layers** and the **output layer** are made of neurons. A neuron in a layer is often called a **unit**,
#   too.
# - Each arrow is one weight. Each square on a unit's head is its bias.
#
# How many layers does this network have? People count differently, so be ready to ask:
#
# <!-- claim: three-layers -->
# > **The article says:** A typical network has three layers: input, hidden and output.
# >
# > **Measured: it is wrong.** These are three kinds of layers, and there may be many hidden ones. Whoever says
# > “three-layer network”, as section 6 does, counts the layers with weights and leaves out the input, which has none.
#
# <!-- claim: depth-hidden-layers -->
# > **The article says:** The depth of a network is the number of its hidden layers.
# >
# > **Not judged.** A matter of words: many count the output too, so that depth is the number of layers with weights
# > (the 16 of VGG-16). Say which you mean.

# %% [markdown] lang="zh"
# 图里是文章自己的网络。从左往右看：
#
# - **输入层**存放数据，每个特征一个单元：一个像素、一门成绩、一个身高。它什么也不计算，也没有权重；这里说“单元”，只是说
#   “此处有一个数”。
# - **隐藏层**和**输出层**由神经元组成。层里的一个神经元，也常叫一个**单元**。
# - 每个箭头是一个权重。每个单元头上的方块，是它的偏置。
#
# 这个网络有几层？各人数法不同，所以遇到时要问一句：
#
# <!-- claim: three-layers -->
# > **文章说：** 典型的神经网络由三层构成：输入层、隐藏层、输出层。
# >
# > **实测：不成立。** 这是三类层，隐藏层可以有许多个。像第六节那样说“三层网络”，数的是带权重的层；输入层没有权重，不计在内。
#
# <!-- claim: depth-hidden-layers -->
# > **文章说：** 网络的“深度”即隐藏层的数量。
# >
# > **不作判断。** 这是用词问题：许多人把输出层也算上，深度就是带权重的层数（VGG-16 的 16 便是如此）。用时要说明是哪一种。

# %% [markdown] lang="en"
# ## A layer on paper
#
# Two inputs, $x = (2, 1)$, go to three neurons. Each computes its own weighted sum, as in notebook 1:
#
# | neuron | weights | bias | $z$ |
# |---|---|---|---|
# | 1 | 1, −1 | 0 | $1 \times 2 + (-1) \times 1 + 0 = 1$ |
# | 2 | 3, 2 | −4 | $3 \times 2 + 2 \times 1 - 4 = 4$ |
# | 3 | 0, 1 | 1 | $0 \times 2 + 1 \times 1 + 1 = 2$ |
#
# There is nothing new here, only more of the same. Now write the weights as a table, **one row for each neuron**, and
# the biases as a list:
#
# $$W = \begin{pmatrix} 1 & -1 \\ 3 & 2 \\ 0 & 1 \end{pmatrix}, \qquad b = \begin{pmatrix} 0 \\ -4 \\ 1 \end{pmatrix}, \qquad z = W x + b = \begin{pmatrix} 1 \\ 4 \\ 2 \end{pmatrix}.$$
#
# Such a table is a **matrix**, and $W x$ means exactly what you did in the table: each row times $x$ (in pairs, then
# added up) gives one number. So "matrix times vector" is nothing but "all neurons of the layer at once".
#
# The **shape** of $W$ is (3, 2): three rows, two columns, that is *outputs first, inputs second*. The order is easy to
# mix up. Remember: a row is a neuron.

# %% [markdown] lang="zh"
# ## 在纸上算一层
#
# 两个输入 $x = (2, 1)$，送给三个神经元。每个神经元算自己的加权和，和第 1 个笔记本里一样：
#
# | 神经元 | 权重 | 偏置 | $z$ |
# |---|---|---|---|
# | 1 | 1、−1 | 0 | $1 \times 2 + (-1) \times 1 + 0 = 1$ |
# | 2 | 3、2 | −4 | $3 \times 2 + 2 \times 1 - 4 = 4$ |
# | 3 | 0、1 | 1 | $0 \times 2 + 1 \times 1 + 1 = 2$ |
#
# 没有任何新东西，只是同样的事多做了几遍。现在把权重写成一张表，**每个神经元占一行**；偏置写成一列：
#
# $$W = \begin{pmatrix} 1 & -1 \\ 3 & 2 \\ 0 & 1 \end{pmatrix}, \qquad b = \begin{pmatrix} 0 \\ -4 \\ 1 \end{pmatrix}, \qquad z = W x + b = \begin{pmatrix} 1 \\ 4 \\ 2 \end{pmatrix}.$$
#
# 这样的数表叫**矩阵**。$W x$ 的意思，就是刚才在表里做的事：每一行与 $x$ 对应相乘，再加起来，得到一个数。所以“矩阵乘向
# 量”没有什么神秘的，就是“把这一层的神经元一次全算完”。
#
# $W$ 的**形状**是 (3, 2)：三行两列，也就是先写输出个数，后写输入个数。这个顺序很容易弄反。记住一句话：一行就是一个神经
# 元。

# %%
x = torch.tensor([2.0, 1.0], device=device)
W = torch.tensor([[1.0, -1.0], [3.0, 2.0], [0.0, 1.0]], device=device)
b = torch.tensor([0.0, -4.0, 1.0], device=device)

one_by_one = [(W[j] @ x + b[j]).item() for j in range(3)]  # ⟦row j of W is neuron j|W 的第 j 行就是第 j 个神经元⟧
print("⟦neuron by neuron|逐个神经元算⟧:", one_by_one)
print("⟦as a matrix|用矩阵一次算⟧:", (W @ x + b).tolist())

layer = nn.Linear(2, 3, device=device)  # ⟦2 inputs, 3 neurons|2 个输入，3 个神经元⟧
with torch.no_grad():  # ⟦write our numbers into it, as in notebook 1|把我们的数写进去，同第 1 个笔记本⟧
    layer.weight[:] = W
    layer.bias[:] = b
print("nn.Linear:", layer(x).tolist())
print("⟦shape of its weight|它的权重的形状⟧:", tuple(layer.weight.shape))

# %% [markdown] lang="en"
# Mind the order: `nn.Linear(2, 3)` is written *inputs, outputs*, but the weight inside has the shape *outputs, inputs*.
#
# ## Layers in a row
#
# For a network, put one layer behind the other, with an activation function after each. `nn.Sequential` does just that:
# what comes out of one line goes into the next. Here is the network of the picture, which the article builds in its
# section 6:

# %% [markdown] lang="zh"
# 注意顺序：`nn.Linear(2, 3)` 里先写输入个数，后写输出个数；里面的权重，形状却是先输出、后输入。
#
# ## 一层接一层
#
# 把层一个接一个地放好，每层后面跟一个激活函数，就是网络。`nn.Sequential` 做的正是这件事：上一行的输出，就是下一行的输
# 入。下面就是图里的网络，文章在第六节搭的也是它：

# %%
model = nn.Sequential(
    nn.Linear(3, 3),  # ⟦3 inputs -> hidden layer 1 with 3 units|3 个输入 -> 隐藏层 1，3 个单元⟧
    nn.Sigmoid(),
    nn.Linear(3, 2),  # ⟦3 units -> hidden layer 2 with 2 units|3 个单元 -> 隐藏层 2，2 个单元⟧
    nn.ReLU(),
    nn.Linear(2, 2),  # ⟦2 units -> output layer with 2 units|2 个单元 -> 输出层，2 个单元⟧
    nn.Softmax(dim=-1),  # ⟦two shares that sum to 1: notebook 4|变成两个比例，和为 1：见第 4 个笔记本⟧
).to(device)
print(model)

# %% [markdown] lang="en"
# Each layer must take as many numbers as the one before it gives: 3, then 3, then 2. The article writes the same
# network as a class of its own, with a name for each layer. [Notebook 6](06_three_layer_model.ipynb) goes through that
# class line by line, and [notebook 3](03_forward.ipynb) follows the numbers on their way through.
#
# ## Who is connected to whom?
#
# The article says that neighbouring layers are **fully connected**, and that there are no connections inside a layer.
# How can we check that without trusting the picture? Give one input a nudge and see which sums move. If $z_j$ moves
# when $x_i$ does, they are connected.
#
# **Predict first, then run.** Below, the first input of a layer is raised by 1. Which of the four sums will change, and
# by how much? (In notebook 1 a weight had a meaning: "if $x_i$ grows by 1 …")

# %% [markdown] lang="zh"
# 每一层能接收几个数，必须等于前一层给出几个数：3，再是 3，再是 2。文章把同一个网络写成一个类，每一层都有名字。[第 6 个
# 笔记本](06_three_layer_model.ipynb)会逐行讲那个类，[第 3 个笔记本](03_forward.ipynb)会跟着数走完全程。
#
# ## 谁和谁相连？
#
# 文章说，相邻两层之间**全连接**，同一层内部没有连接。不相信图，怎样自己来查？把某个输入推一下，看哪些加权和跟着
# 动。$x_i$ 一动，$z_j$ 也动，它们就是相连的。
#
# **先猜再跑。** 下面把一层的第一个输入增加 1。四个加权和里，哪些会变？各变多少？（第 1 个笔记本讲过权重的含义：“$x_i$
# 增加 1……”）

# %%
layer = nn.Linear(3, 4, device=device)
x = torch.tensor([1.0, 2.0, 3.0], device=device)
nudged = torch.tensor([2.0, 2.0, 3.0], device=device)  # ⟦only the first input differs|只改了第一个输入⟧
change = layer(nudged) - layer(x)
print("⟦change of the four sums|四个加权和的变化⟧:", [round(value, 4) for value in change.tolist()])
print("⟦column 0 of the weight|权重的第 0 列⟧:     ", [round(value, 4) for value in layer.weight[:, 0].tolist()])

# %% [markdown] lang="en"
# All four move, each by its own weight for this input. None of these weights is 0, so none of the connections is
# missing; that is what "fully connected" means. Column $i$ of $W$ belongs to input $i$, row $j$ to neuron $j$.
#
# Now within the layer. Give one neuron quite different weights. Do its neighbours notice?

# %% [markdown] lang="zh"
# 四个都动了，各自的变化量，就是它对这个输入的权重。这些权重没有一个是 0，也就没有一条连接缺失；“全连接”说的就是这
# 个。$W$ 的第 $i$ 列属于第 $i$ 个输入，第 $j$ 行属于第 $j$ 个神经元。
#
# 再看同一层内部。给其中一个神经元换上完全不同的权重，它的邻居会受影响吗？

# %%
before = layer(x)
with torch.no_grad():
    layer.weight[0] = 100.0  # ⟦new weights for neuron 0 only|只给第 0 个神经元换权重⟧
after = layer(x)
for j in range(4):
    print(f"⟦neuron|神经元⟧ {j}: z ⟦before|原来⟧ {before[j].item():.4f}, ⟦after|改后⟧ {after[j].item():.4f}")

# %% [markdown] lang="en"
# They do not. Each neuron looks at the inputs only, never at its neighbours. Activations such as ReLU or sigmoid keep
# it so, because they treat every number by itself.
#
# <!-- claim: no-lateral-connections -->
# > **The article says:** Neurons of the same layer are not connected.
# >
# > **Measured: it holds.** A softmax couples the units of its layer all the same: each output is divided by the sum
# > over all of them.
#
# **Softmax** is the exception among the activations. It turns the numbers of a layer into shares of one cake: if one
# unit gets more, the others get less. Look at the first two shares when only the third number grows:

# %% [markdown] lang="zh"
# 不会。每个神经元只看输入，不看邻居。ReLU、sigmoid 这样的激活函数也不会改变这一点，因为它们对每个数分别计算。
#
# <!-- claim: no-lateral-connections -->
# > **文章说：** 同一层的神经元无连接。
# >
# > **实测：成立。** 不过，softmax 会把同层的单元联系起来：每个输出都要除以全体之和。
#
# 激活函数里的例外是 **softmax**。它把一层的各个数变成分蛋糕的比例：一个单元分得多，别的就分得少。只让第三个数变大，看看
# 前两个比例：

# %%
for scores in (torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 2.0, 5.0])):
    shares = torch.softmax(scores.to(device), dim=-1)
    print("⟦numbers|各数⟧:", scores.tolist(), " ⟦shares|比例⟧:", [round(share, 3) for share in shares.tolist()])

# %% [markdown] lang="en"
# > **Further.** If you know derivatives, you will have noticed that the nudge measures $\partial z_j / \partial x_i$.
# > `torch.autograd.functional.jacobian(layer, x)` gives all of these at once, as a table with a row for each output.
# > For `nn.Linear` it is the weight matrix itself; for ReLU only the diagonal can hold anything but 0; for softmax no
# > cell is 0.
#
# Three more statements of the article about the structure, with what was found:

# %% [markdown] lang="zh"
# > **进阶。** 学过导数的读者会看出，“推一下”测的就是
# > $\partial z_j / \partial x_i$。`torch.autograd.functional.jacobian(layer, x)` 能一次给出全部偏导数，排成一张表，每个
# > 输出一行。对 `nn.Linear`，这张表正是权重矩阵；对 ReLU，只有对角线上可能不是 0；对 softmax，每一格都不是 0。
#
# 文章关于结构还有三条说法，结果如下：

# %%
nb.show_claims("feature-neuron", "high-level-features", "fully-connected")

# %% [markdown] lang="en"
# ## Counting
#
# How many numbers must be found before such a network works? Count neuron by neuron: each has one weight for every
# input, and one bias.
#
# **Predict first, then run.** Count the network of the picture on paper, layer by layer: 3 inputs to 3 units, 3 units
# to 2, 2 units to 2. How many parameters does each layer have, and how many are there in all?

# %% [markdown] lang="zh"
# ## 数一数参数
#
# 这样一个网络，要定下多少个数才能工作？一个神经元一个神经元地数：每个输入一个权重，外加一个偏置。
#
# **先猜再跑。** 先在纸上数图里的网络：3 个输入到 3 个单元，3 个单元到 2 个，2 个单元到 2 个。每层各有几个参数？总共几
# 个？

# %%
total = 0
for name, parameter in model.named_parameters():
    print(f"{name}: ⟦shape|形状⟧ {tuple(parameter.shape)}, ⟦numbers|个数⟧ {parameter.numel()}")
    total = total + parameter.numel()  # ⟦numel: number of elements|numel：元素个数⟧
print("⟦total|合计⟧:", total)

# %% [markdown] lang="en"
# **Parameters** is the common name of weights and biases. torch finds them all by itself. The name in front of the dot
# is the place in `nn.Sequential`; places 1, 3 and 5 are activation functions, which have no parameters. In one line,
# and sorted by layers:

# %% [markdown] lang="zh"
# 权重和偏置合称**参数**。torch 会自己把它们全找出来。点号前面的数字是它在 `nn.Sequential` 里的位置；位置 1、3、5 是激活
# 函数，没有参数，所以没有列出。用本包的一行，还会按层排好：

# %%
nb.count_parameters(model)

# %% [markdown] lang="en"
# <!-- claim: bias-per-connection -->
# > **The article says:** Every connection has a weight and a bias.
# >
# > **Measured: it is wrong.** Every connection has a weight; a bias belongs to a neuron. From m to n units there are
# > m×n weights and n biases.
#
# In the table, the biases are the part behind the plus sign: 3, 2 and 2, one for each neuron, while the weights, the
# arrows of the picture, number 9, 6 and 4.
#
# The products grow fast. Here is a modest network that sorts pictures of 28 × 28 pixels into ten classes. Guess the
# size of the total before you run it: a thousand, ten thousand, a hundred thousand?

# %% [markdown] lang="zh"
# <!-- claim: bias-per-connection -->
# > **文章说：** 每条连接都有权重和偏置。
# >
# > **实测：不成立。** 每条连接有一个权重，偏置则属于神经元。从 m 到 n 个单元，共有 m×n 个权重、n 个偏置。
#
# 在上面的表里，加号后面是偏置：3、2、2，每个神经元一个；而箭头分别有 9、6、4 条。
#
# 乘积涨得很快。下面是一个不大的网络，把 28 × 28 像素的图片分成十类。运行之前先猜一猜总数：一千、一万，还是十万左右？

# %%
pictures = nn.Sequential(nn.Linear(28 * 28, 128), nn.ReLU(), nn.Linear(128, 10))
nb.count_parameters(pictures)

# %% [markdown] lang="en"
# Nearly all of them sit in the first layer, because every one of its 128 units looks at every pixel.
#
# ## Two neurons in front: XOR
#
# Notebook 1 ended with a proof that no single neuron computes XOR: *one or the other, but not both*. Read these words
# again, and they tell you how to build it: **XOR is OR, but not AND.** We already have an OR neuron and an AND neuron.
# Put them side by side as a hidden layer, and let a third neuron subtract:
#
# | $x_1, x_2$ | $h_1$ = OR | $h_2$ = AND | $h_1 - h_2$ |
# |---|---|---|---|
# | 0, 0 | 0 | 0 | 0 |
# | 0, 1 | 1 | 0 | 1 |
# | 1, 0 | 1 | 0 | 1 |
# | 1, 1 | 1 | 1 | 0 |
#
# The last column is XOR. With ReLU in place of yes or no, it works as well. Choose
#
# $$h_1 = \mathrm{relu}(x_1 + x_2), \qquad h_2 = \mathrm{relu}(x_1 + x_2 - 1), \qquad y = h_1 - 2 h_2.$$
#
# $h_1$ counts the ones: 0, 1, 1, 2. The answer for two ones would then be 2, which is too much by 2. $h_2$ is the
# correction: it stays at 0 until both inputs are 1, then it becomes 1, and the output takes away twice that.
#
# | $x_1, x_2$ | $h_1$ | $h_2$ | $y = h_1 - 2 h_2$ |
# |---|---|---|---|
# | 0, 0 | 0 | relu(−1) = 0 | 0 |
# | 0, 1 | 1 | relu(0) = 0 | 1 |
# | 1, 0 | 1 | relu(0) = 0 | 1 |
# | 1, 1 | 2 | relu(1) = 1 | 0 |
#
# In code:

# %% [markdown] lang="zh"
# 几乎所有参数都在第一层，因为那 128 个单元，每一个都要看每一个像素。
#
# ## 前面加两个神经元：XOR
#
# 第 1 个笔记本末尾证明了：单个神经元算不出 XOR（异或），也就是“有一个是 1，但不能两个都是 1”。把这句话再读一遍，办法就
# 在里面：**XOR 就是“OR，但不是 AND”**。OR 和 AND 的神经元我们都有了。把它们并排放成一个隐藏层，再用第三个神经元做减法：
#
# | $x_1, x_2$ | $h_1$ = OR | $h_2$ = AND | $h_1 - h_2$ |
# |---|---|---|---|
# | 0, 0 | 0 | 0 | 0 |
# | 0, 1 | 1 | 0 | 1 |
# | 1, 0 | 1 | 0 | 1 |
# | 1, 1 | 1 | 1 | 0 |
#
# 最后一列就是 XOR。把“是或否”换成 ReLU，同样可行。取
#
# $$h_1 = \mathrm{relu}(x_1 + x_2), \qquad h_2 = \mathrm{relu}(x_1 + x_2 - 1), \qquad y = h_1 - 2 h_2.$$
#
# $h_1$ 数出有几个 1：0、1、1、2。两个都是 1 时得到 2，多了 2。$h_2$ 负责纠正：平时都是 0，只有两个输入都是 1 时才变成
# 1，输出再减去它的两倍。
#
# | $x_1, x_2$ | $h_1$ | $h_2$ | $y = h_1 - 2 h_2$ |
# |---|---|---|---|
# | 0, 0 | 0 | relu(−1) = 0 | 0 |
# | 0, 1 | 1 | relu(0) = 0 | 1 |
# | 1, 0 | 1 | relu(0) = 0 | 1 |
# | 1, 1 | 2 | relu(1) = 1 | 0 |
#
# 写成代码：

# %%
xor = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1)).to(device)
with torch.no_grad():
    xor[0].weight[:] = torch.tensor([[1.0, 1.0], [1.0, 1.0]])  # ⟦one row for h1, one for h2|h1 一行，h2 一行⟧
    xor[0].bias[:] = torch.tensor([0.0, -1.0])
    xor[2].weight[:] = torch.tensor([[1.0, -2.0]])  # y = 1 * h1 - 2 * h2
    xor[2].bias[:] = 0.0

bits = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], device=device)
hidden = xor[1](xor[0](bits))  # ⟦first layer, then ReLU|先过第一层，再过 ReLU⟧
output = xor(bits)
for i in range(4):
    print(f"x = {bits[i].tolist()}  ⟦hidden|隐藏层⟧ h = {hidden[i].tolist()}  ⟦output|输出⟧ y = {output[i].item():.0f}")

# %% [markdown] lang="en"
# And drawn from these very weights: blue is positive, orange and hollow negative, and the wider the larger.

# %% [markdown] lang="zh"
# 照这些权重画出来：蓝色为正，橙色空心为负，越粗表示越大。

# %%
nb.plot_network(xor, weights=True).figure

# %% [markdown] lang="en"
# ## What the hidden layer has done
#
# Why does it work now, when the output is still a single neuron with its one straight cut? Because it no longer cuts
# the plane of the inputs. It cuts the plane of $h_1$ and $h_2$, and there the points lie differently. Draw both planes
# side by side:

# %% [markdown] lang="zh"
# ## 隐藏层做了什么
#
# 输出还是一个神经元，还是只能切一刀直的，为什么现在就行了？因为它切的不再是输入的平面，而是 $h_1$、$h_2$ 的平面；在那
# 里，点的位置变了。把两个平面并排画出来：

# %%
figure, axes = plt.subplots(1, 2, figsize=(7, 3.2))
planes = {
    "⟦the inputs|输入⟧": bits,
    "⟦after the hidden layer|经过隐藏层之后⟧": hidden.detach(),
}  # ⟦detach: the bare numbers|detach：只要数⟧
for ax, title in zip(axes, planes, strict=True):
    plane = planes[title]
    for i in range(4):
        # ⟦samples 1 and 2 should give 1|样本 1 和 2 应输出 1⟧
        marker, color = ("o", "tab:blue") if i in (1, 2) else ("x", "tab:orange")
        ax.plot(plane[i, 0].item(), plane[i, 1].item(), marker, color=color, markersize=9)
    ax.set(title=title, xlim=(-0.5, 2.5), ylim=(-0.5, 1.5), xticks=[0, 1, 2], yticks=[0, 1])
axes[0].set(xlabel="x1", ylabel="x2")
axes[1].set(xlabel="h1", ylabel="h2")
h1 = torch.tensor([-0.5, 2.5])
axes[1].plot(h1, (h1 - 0.5) / 2, color="black")  # h1 - 2 * h2 = 0.5
figure.tight_layout()
plt.show()

# %% [markdown] lang="en"
# The two circles, (0, 1) and (1, 0), have become **the same point**, (1, 0). The two crosses lie elsewhere, both on the
# other side of one straight line, so a single cut is enough. That is what hidden layers are for: they move the points
# until the last layer's straight cut suffices.
#
# ## Many units, a bent border
#
# With more hidden units one can do more than XOR. Take points on two rings, one inside the other. No straight line
# separates them, but a square standing on its corner would. Its border is
#
# $$|x_1| + |x_2| = 1,$$
#
# and an absolute value is two ReLUs: $|x| = \mathrm{relu}(x) + \mathrm{relu}(-x)$. (Try it with 3 and with −3.) So four
# hidden units are enough, one for each side of the square, and the output is $z = 1 - (h_1 + h_2 + h_3 + h_4)$:
# positive inside, negative outside.

# %% [markdown] lang="zh"
# 两个圆点 (0, 1) 和 (1, 0)，变成了**同一个点** (1, 0)。两个叉留在别处，都在直线的另一边，于是切一刀就够了。隐藏层的用处
# 就在这里：挪动各个点，直到最后一层切一刀直的就能分开。
#
# ## 单元多了，分界就能弯
#
# 隐藏单元再多一些，能做的就不只是 XOR 了。取两圈点，一圈套着一圈。任何直线都分不开它们，但一个立起来的正方形可以。它的
# 边界是
#
# $$|x_1| + |x_2| = 1,$$
#
# 而绝对值就是两个 ReLU：$|x| = \mathrm{relu}(x) + \mathrm{relu}(-x)$。（用 3 和 −3 各试一次。）所以四个隐藏单元就够了。
# 输出取 $z = 1 - (h_1 + h_2 + h_3 + h_4)$：里面为正，外面为负。

# %%
square = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
with torch.no_grad():
    square[0].weight[:] = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])  # x1, -x1, x2, -x2
    square[0].bias[:] = 0.0
    square[2].weight[:] = -1.0
    square[2].bias[:] = 1.0

# ⟦200 points and their labels, 0 for the outer ring, 1 for the inner|200 个点及其标签：外圈为 0，内圈为 1⟧
points, labels = nb.circles(200, generator=torch.Generator().manual_seed(0))
right = (square(points)[:, 0] > 0) == (labels == 1)
print(f"⟦accuracy|正确率⟧: {right.float().mean():.1%}")
nb.plot_boundary(square, points, labels, threshold=0).figure

# %% [markdown] lang="en"
# Each ReLU unit has one fold, the line on which its sum is 0. Along its fold the border can bend. More units give more
# folds, and with many short pieces a border can follow almost any curve.
#
# The next picture shows that with points on two spirals. These networks were not built by hand: they were **trained**,
# each several times from different random starts. How training works is the matter of notebook 9; here just look at the
# border and where it bends.

# %% [markdown] lang="zh"
# 每个 ReLU 单元都有一道折痕，就是它的加权和等于 0 的那条直线。分界可以在折痕处拐弯。单元越多，折痕越多；许多短短的直线
# 段接起来，就几乎能跟上任何曲线。
#
# 下图用两条螺旋线上的点来看这件事。这些网络不是手工搭的，而是**训练**出来的，每种大小都从不同的随机起点训练多次。训练怎
# 样进行，是第 9 个笔记本的内容；这里只看分界在哪里拐弯。

# %%
result = nb.run_experiment("decision-boundary", quick=True, device=device)
nb.draw_experiment("decision-boundary", result)

# %% [markdown] lang="en"
# ## Where do the weights come from?
#
# For XOR we set 9 numbers by hand. Nobody can do that for the hundred thousand numbers of the picture network. Might
# guessing help? Let 100,000 networks with random weights try XOR, with 1, 2, 4 and 8 hidden units. **Predict first,
# then run**: how many in a hundred thousand get all four samples right? And can one hidden unit do it at all?

# %% [markdown] lang="zh"
# ## 权重从哪里来？
#
# XOR 的 9 个数，是我们手工定的。识别图片的那个网络有十万个数，谁也没办法手工去定。那么碰运气行不行？取 100000 个权重随
# 机的网络去做 XOR，隐藏单元分别是 1、2、4、8 个。**先猜再跑**：十万个里，有几个能把四个样本全答对？只有一个隐藏单元，究
# 竟可不可能？

# %%
count = 100_000
target = torch.tensor([False, True, True, False], device=device)
for units in (1, 2, 4, 8):
    W1, b1 = torch.randn(count, units, 2).to(device), torch.randn(count, units, 1).to(device)
    W2, b2 = torch.randn(count, 1, units).to(device), torch.randn(count, 1, 1).to(device)
    # ⟦all the networks at once, a column for each sample|所有网络一次算完，每个样本一列⟧
    h = torch.relu(W1 @ bits.T + b1)
    z = W2 @ h + b2
    right = ((z > 0) == target).all(dim=-1)
    print(f"⟦hidden units|隐藏单元⟧ {units}: ⟦right in all four|四个全对⟧ {int(right.sum())}")

# %% [markdown] lang="en"
# With one unit there is no hit, and there cannot be any: $h$ depends on a single sum $w_1 x_1 + w_2 x_2 + b$, and the
# output only rises or only falls with it. So the border is one straight line again. With two units the weights exist,
# we have written them down; but chance hits on them very rarely. With a hundred thousand numbers to find, guessing is
# hopeless. Instead one starts anywhere and improves step by step. That is **learning**, and it needs a loss (notebook
# 8) and a direction to go (notebook 9).
#
# ## Pitfalls
#
# **Sizes that do not meet.** `nn.Sequential` lets you build the wrong thing, and torch complains only when data come.
# Read its message like this: the first shape is the data, 8 samples of 4 numbers. The second is the layer's weight,
# turned on its side (5 inputs, 2 outputs). The inner two numbers, 4 and 5, should be equal.

# %% [markdown] lang="zh"
# 只有一个单元时，一次也没有碰上，而且不可能碰上：$h$ 只取决于一个加权和 $w_1 x_1 + w_2 x_2 + b$，输出随着它要么一直不
# 减，要么一直不增，分界又成了一条直线。有两个单元时，合适的权重是存在的，我们刚才就写出了一组；可是靠运气，极少能碰上。
# 换成十万个数，碰运气就毫无希望了。正确的办法是：随便从哪里出发，再一步一步地改进。这就是**学习**。它需要一个衡量对错的
# 损失（第 8 个笔记本），还要知道往哪个方向走（第 9 个笔记本）。
#
# ## 常见的坑
#
# **大小接不上。** `nn.Sequential` 允许你搭出错误的网络，直到数据送进来，torch 才会报错。它的消息要这样读：第一个形状是
# 数据，8 个样本，每个 4 个数。第二个形状是层的权重，行列对调过了，5 个输入、2 个输出。中间的两个数，4 和 5，本应相等。

# %%
mismatched = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(5, 2)).to(device)
try:
    mismatched(torch.ones(8, 3, device=device))
except RuntimeError as error:
    print("⟦refused|被拒绝⟧:", error)

# %% [markdown] lang="en"
# **One layer, three times.** `[layer] * 3` is a list of three names for *one* layer, as with any Python list. The
# network looks as you wanted, but has a third of the parameters. Counting finds the mistake. (Notebook 6 has another
# one that counting finds: layers that torch cannot see.)

# %% [markdown] lang="zh"
# **同一层用了三次。** 和任何 Python 列表一样，`[layer] * 3` 只是**同一个**层的三个名字。网络的样子没错，参数却只有三分
# 之一。数一数参数，马上就能发现。（第 6 个笔记本里还有一种错误也能这样发现：torch 看不见的层。）

# %%
thrice = nn.Sequential(*[nn.Linear(4, 4)] * 3)
three = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4))
print("⟦one layer, three times|同一层用三次⟧:", nb.count_parameters(thrice).total, "⟦parameters|个参数⟧")
print("⟦three layers|三个层⟧:", nb.count_parameters(three).total, "⟦parameters|个参数⟧")

# %% [markdown] lang="en"
# ## Questions of understanding
#
# **1.** Suppose every *connection* had a bias of its own, as the article says. Could the network then do more?
#
# <details><summary>Answer</summary>
#
# No. A neuron would compute $w_1 x_1 + b_1 + w_2 x_2 + b_2 = w_1 x_1 + w_2 x_2 + (b_1 + b_2)$. Only the sum of its
# biases has an effect, and a sum of numbers is one number. So one bias for each neuron is all that is needed.
#
# </details>
#
# **2.** In the XOR network, swap the two hidden units: exchange the two rows of the first weight, the two biases, and
# the two columns of the second weight. What happens to the output?
#
# <details><summary>Answer</summary>
#
# Nothing: $-2h_2 + h_1$ is the same as $h_1 - 2h_2$. The order of the units in a hidden layer has no meaning. So for
# almost every network there are many others, with other numbers in other places, that compute exactly the same.
#
# </details>
#
# **3.** The picture network gets 256 hidden units instead of 128. Does the number of its parameters double exactly?
#
# <details><summary>Answer</summary>
#
# Nearly: all weights and the hidden biases double, but the output layer still has only 10 biases.
# $784 \times 256 + 256 + 256 \times 10 + 10 = 203{,}530$, and twice $101{,}770$ would be $203{,}540$.
#
# </details>
#
# ## Exercise
#
# Write a function that counts for you. Test it first on the two networks above, whose totals you know.

# %% [markdown] lang="zh"
# ## 思考题
#
# **1.** 假如像文章说的那样，每条**连接**都有自己的偏置，网络会因此更有本领吗？
#
# <details><summary>答案</summary>
#
# 不会。这时神经元算的是 $w_1 x_1 + b_1 + w_2 x_2 + b_2 = w_1 x_1 + w_2 x_2 + (b_1 + b_2)$。起作用的只有各个偏置的和，而
# 几个数的和还是一个数。所以每个神经元有一个偏置就够了。
#
# </details>
#
# **2.** 在 XOR 网络里，把两个隐藏单元对调：第一层权重的两行互换，两个偏置互换，第二层权重的两列也互换。输出会怎样？
#
# <details><summary>答案</summary>
#
# 没有变化：$-2h_2 + h_1$ 和 $h_1 - 2h_2$ 是一回事。隐藏层里单元的先后次序没有意义。因此，几乎每个网络都有许多“替身”：数
# 放在别的位置上，算出的结果却完全相同。
#
# </details>
#
# **3.** 识别图片的网络，隐藏单元从 128 个增加到 256 个。参数的总数正好变成两倍吗？
#
# <details><summary>答案</summary>
#
# 差一点点：所有权重和隐藏层的偏置都变成两倍，输出层的偏置却还是 10
# 个。$784 \times 256 + 256 + 256 \times 10 + 10 = 203530$，而 $101770$ 的两倍是 $203540$。
#
# </details>
#
# ## 练习
#
# 写一个函数，让它替你数。可以先拿上面两个网络试一试，它们的总数你已经知道了。

# %%
nb.exercise("count-parameters")


# %%
def count_parameters(sizes):
    pass  # ⟦your code|在这里写代码⟧


nb.check("count-parameters", count_parameters)

# %% [markdown] lang="en"
# ## What to read next
#
# - [03_forward](03_forward.ipynb): how data flow through the layers, and why something must stand between them.
# - [torch.nn.Sequential](https://docs.pytorch.org/docs/stable/generated/torch.nn.Sequential.html)
# - Dive into Deep Learning, [Multilayer perceptrons](https://d2l.ai/chapter_multilayer-perceptrons/mlp.html)
# - Cybenko (1989), [Approximation by superpositions of a sigmoidal function](https://doi.org/10.1007/BF02551274): why
#   one hidden layer is enough in principle.
# - Olah (2014), [Neural Networks, Manifolds, and
#   Topology](https://colah.github.io/posts/2014-03-NN-Manifolds-Topology/): hidden layers that move the points, drawn
#   beautifully.

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - [03_forward](03_forward.ipynb)：数据怎样流过各层，两层之间为什么必须有点什么。
# - [torch.nn.Sequential 的中文文档](https://docs.pytorch.ac.cn/docs/stable/generated/torch.nn.Sequential.html)，以及[英
#   文原文](https://docs.pytorch.org/docs/stable/generated/torch.nn.Sequential.html)
# - 《动手学深度学习》的[多层感知机](https://zh.d2l.ai/chapter_multilayer-perceptrons/mlp.html)一节：从一层到多层。
# - 邱锡鹏[《神经网络与深度学习》](https://nndl.github.io/)，第 4 章“前馈神经网络”。
# - 李宏毅的[机器学习课程](https://speech.ee.ntu.edu.tw/~hylee/ml/2023-spring.php)，中文视频。
# - Cybenko (1989)，[Approximation by superpositions of a sigmoidal function](https://doi.org/10.1007/BF02551274)：从原
#   理上说，一个隐藏层就够了（英文）。
# - Olah (2014)，[Neural Networks, Manifolds, and
#   Topology](https://colah.github.io/posts/2014-03-NN-Manifolds-Topology/)：隐藏层怎样挪动各个点，画得很漂亮（英文）。
