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
# # 9 · Backpropagation and gradient descent
#
# **What you will see**
#
# - the chain rule by hand on a network of two weights, and autograd arriving at the same numbers;
# - the five lines of a training step, and what each of them is needed for: we leave them out one by one;
# - how the curvature decides which learning rates creep, arrive, swing and diverge;
# - what the batch size trades for what;
# - four error messages and silent mistakes that everybody meets once.

# %% [markdown] lang="zh"
# # 9 · 反向传播与梯度下降
#
# **这一节会看到什么**
#
# - 在只有两个权重的网络上手算链式法则，再看 autograd 算出同样的数；
# - 一步训练的五行代码，逐行去掉，看看少了它会怎样；
# - 曲率怎样决定学习率：有的走得太慢，有的恰好到达，有的来回摆动，有的发散；
# - 批量大小是拿什么换什么；
# - 人人都会碰到一次的四个报错和“不报错的错”。

# %%
import os

import torch
from torch import nn
from torch.nn import functional as F

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # the language of pictures and messages: "en" or "zh"
device = "cpu"  # or "cuda"

# %% [markdown] lang="en"
# ## Backpropagation is the chain rule, from the loss backwards
#
# Take the smallest network with a hidden unit: $a = \sigma(w_1 x)$, $\hat y = w_2 a$, $L = (\hat y - y)^2$. How does $L$
# change with each weight? Start at the loss and walk back, multiplying by one local slope at each step:
#
# $$\frac{\partial L}{\partial \hat y} = 2(\hat y - y), \qquad
# \frac{\partial L}{\partial w_2} = \frac{\partial L}{\partial \hat y}\, a, \qquad
# \frac{\partial L}{\partial w_1} = \frac{\partial L}{\partial \hat y}\; w_2 \; a(1-a)\; x.$$
#
# Note what is needed: the values $a$ and $\hat y$ of the forward pass. That is why torch keeps them until `backward()`,
# and why training takes more memory than prediction.

# %% [markdown] lang="zh"
# ## 反向传播就是链式法则：从损失往回算
#
# 取一个最小的、带一个隐藏单元的网络：$a = \sigma(w_1 x)$，$\hat y = w_2 a$，$L = (\hat y - y)^2$。
# 每个权重变化一点，$L$ 会变多少？从损失出发往回走，每走一步就乘上一个局部的斜率：
#
# $$\frac{\partial L}{\partial \hat y} = 2(\hat y - y), \qquad
# \frac{\partial L}{\partial w_2} = \frac{\partial L}{\partial \hat y}\, a, \qquad
# \frac{\partial L}{\partial w_1} = \frac{\partial L}{\partial \hat y}\; w_2 \; a(1-a)\; x.$$
#
# 注意，这里要用到前向传播时的 $a$ 和 $\hat y$。所以 torch 会把它们一直留到 `backward()`，
# 这也是训练比预测更占内存的原因。

# %%
x, y = torch.tensor(1.5, device=device), torch.tensor(1.0, device=device)
w1 = torch.tensor(0.4, device=device, requires_grad=True)
w2 = torch.tensor(-0.8, device=device, requires_grad=True)

a = torch.sigmoid(w1 * x)
y_hat = w2 * a
loss = (y_hat - y) ** 2
loss.backward()

slope = 2 * (y_hat - y)
by_hand = {"w1": slope * w2 * a * (1 - a) * x, "w2": slope * a}
for name, weight in {"w1": w1, "w2": w2}.items():
    print(f"{name}: autograd {weight.grad:.6f}, by hand {by_hand[name]:.6f}")

# %% [markdown] lang="en"
# ## Downhill
#
# The gradient collects one such slope for every parameter. It points to where the loss grows fastest, so we go the
# other way:
#
# $$w \leftarrow w - \eta\, \nabla_w L.$$
#
# The learning rate $\eta$ (`lr`) says how far. "Fastest" holds for a *small* step only: the gradient knows the slope
# where it stands, and nothing of the hill ahead. That is why $\eta$ matters so much.

# %% [markdown] lang="zh"
# ## 往下走
#
# 把每个参数的斜率放在一起，就是梯度。它指向损失增大最快的方向，所以我们朝反方向走：
#
# $$w \leftarrow w - \eta\, \nabla_w L.$$
#
# 学习率 $\eta$（`lr`）决定走多远。“最快”只对**很小的一步**成立：梯度只知道脚下的坡度，不知道前面的地形。
# 正因为如此，$\eta$ 才如此重要。

# %%
nb.draw_figure("gradient-descent", device=device)

# %% [markdown] lang="en"
# ## One training step, in five lines
#
# Forward, loss, and *then*: clear the old gradients, compute the new ones, move the weights. Here is the whole of
# training, without any help from the package.

# %% [markdown] lang="zh"
# ## 一步训练，五行代码
#
# 前向传播、计算损失，**然后**：清除旧梯度，计算新梯度，更新权重。训练的全部内容就是下面这些，没有用到本包的任何功能。

# %%
x, y = (t.to(device) for t in nb.moons(128))
model = nb.seeded_model(lambda: nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2)), seed=0).to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

losses = []
for _ in range(200):
    logits = model(x)  # 1. forward
    loss = F.cross_entropy(logits, y)  # 2. loss
    optimizer.zero_grad()  # 3. clear the old gradients
    loss.backward()  # 4. new gradients
    optimizer.step()  # 5. w <- w - lr * gradient
    losses.append(loss.item())
print(f"{losses[0]:.4f} -> {losses[-1]:.4f}")

# %% [markdown] lang="en"
# `nb.train` is this loop and little more: open `nnbasics/training.py`, it fits on a screen. From the same seed it gives
# the same losses.

# %% [markdown] lang="zh"
# `nb.train` 就是这个循环，只多了一点点：打开 `nnbasics/training.py`，一屏就能读完。从同一个随机种子出发，两者的损失相同。

# %%
same = nb.seeded_model(lambda: nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2)), seed=0).to(device)
run = nb.train(same, x, y, loss_fn="cross_entropy", optimizer="sgd", lr=0.5, num_epochs=200)
torch.allclose(run.losses.cpu(), torch.tensor(losses), rtol=1e-3)

# %% [markdown] lang="en"
# <!-- claim: iteration-complete -->
# > **The article says:** A full training iteration is a forward pass, the loss and a backward pass.
# >
# > **Measured: it is wrong.** Without the update nothing is learned. optimizer.zero_grad() comes before the backward
# > pass, for torch adds gradients up, and optimizer.step() after it.

# %% [markdown] lang="zh"
# <!-- claim: iteration-complete -->
# > **文章说：** 一次完整的训练迭代由前向传播、计算损失和反向传播组成。
# >
# > **实测：不成立。** 没有参数更新就学不到东西。反向传播之前要调用 optimizer.zero_grad()，因为 torch 会累加梯度；之后要调用 optimizer.step()。

# %%
nb.show_claims("iteration-complete")

# %% [markdown] lang="en"
# **Pitfall 1: gradients add up.** `backward()` *adds* to `.grad`. That is meant so: it lets several losses, or several
# small batches, share one step. But whoever forgets `zero_grad()` steps along the sum of all gradients so far. The
# same loss, three backward passes:

# %% [markdown] lang="zh"
# **常见错误 1：梯度会累加。** `backward()` 是把梯度**加**到 `.grad` 上。这是有意的：几个损失、几个小批量可以合起来走一步。
# 但如果忘了 `zero_grad()`，每一步走的就是迄今所有梯度之和。同一个损失，反向传播三次：

# %%
w = torch.tensor(3.0, device=device, requires_grad=True)
for _ in range(3):
    (w**2).backward()
    print(w.grad.item())
w.grad = None  # what zero_grad() does
(w**2).backward()
print(w.grad.item())

# %% [markdown] lang="en"
# **Pitfalls 2 to 4: three messages of autograd.** A second `backward()` through a graph that has been used up (often
# a loss that was kept from the last step); an update that autograd is watching (write it under `torch.no_grad()`, or
# let the optimizer do it); a loss that has been cut off from the weights, here by `.item()`.

# %% [markdown] lang="zh"
# **常见错误 2 至 4：autograd 的三个报错。** 对已经用完的计算图再做一次 `backward()`（往往是留用了上一步的损失）；
# 在 autograd 的“监视”下直接修改权重（应放在 `torch.no_grad()` 里，或交给优化器）；
# 损失与权重之间的联系被切断，这里是因为用了 `.item()`。


# %%
def twice():
    loss = torch.exp(w)
    loss.backward()
    loss.backward()


def watched():
    w.sub_(0.1 * w.grad)


def cut_off():
    torch.tensor((w**2).item(), device=device).backward()


for mistake in (twice, watched, cut_off):
    try:
        mistake()
    except RuntimeError as error:
        print(str(error).split(". ")[0])

# %% [markdown] lang="en"
# ## Which learning rate?
#
# On a bowl $f(w) = \tfrac{1}{2}\lambda w^2$ the gradient is $\lambda w$, so one step gives $w \leftarrow
# (1 - \eta\lambda)\, w$, and everything follows from that one factor:
#
# | $\eta\lambda$ | factor | what happens |
# |---|---|---|
# | near 0 | just below 1 | creeps |
# | 1 | 0 | there in one step |
# | 1 to 2 | negative, above $-1$ | swings from side to side, and arrives |
# | above 2 | below $-1$ | diverges |
#
# With several parameters there is a $\lambda$ for each direction, and *one* rate for all of them. The steepest one sets
# the limit $2/\lambda_{\max}$; the flattest one then creeps. This is why ravines are slow.

# %% [markdown] lang="zh"
# ## 学习率取多大？
#
# 在“碗” $f(w) = \tfrac{1}{2}\lambda w^2$ 上，梯度是 $\lambda w$，走一步就是 $w \leftarrow (1 - \eta\lambda)\, w$。
# 一切都由这个系数决定：
#
# | $\eta\lambda$ | 系数 | 结果 |
# |---|---|---|
# | 接近 0 | 略小于 1 | 走得很慢 |
# | 1 | 0 | 一步到位 |
# | 1 到 2 | 负数，大于 $-1$ | 左右摆动，但能到达 |
# | 大于 2 | 小于 $-1$ | 发散 |
#
# 参数不止一个时，每个方向都有自己的 $\lambda$，学习率却只有**一个**。最陡的方向定出上限 $2/\lambda_{\max}$，
# 最平的方向就只能慢慢走。这就是“峡谷”里走得慢的原因。

# %%
bowl, start = nb.quadratic(1.0, 20.0), torch.tensor([-4.0, 1.0], device=device)  # the limit is 2/20 = 0.1
ax = nb.plot_surface(bowl, xlim=(-4.5, 3.5), ylim=(-1.5, 1.5), device=device)
for lr, marker in {0.02: "s", 0.09: "o", 0.101: "^"}.items():
    path = nb.descend(bowl, start, lambda p, lr=lr: torch.optim.SGD(p, lr=lr), num_steps=20)
    label = f"lr = {lr}: {bowl(path[0]):.1f} → {bowl(path[-1]):.2g}"
    nb.plot_path(path, ax=ax, label=label, marker=marker)
ax.legend(loc="upper right", fontsize=9)
ax.figure

# %% [markdown] lang="en"
# A network is no bowl, and its curvature changes as it learns; but close to a point it looks like one. The experiment
# measures the greatest curvature $\lambda$ of small networks and trains them at multiples of $1/\lambda$.

# %% [markdown] lang="zh"
# 神经网络不是一个碗，曲率也会随着学习而变；但在一点附近看，它很像碗。下面的实验量出小网络的最大曲率 $\lambda$，
# 再用 $1/\lambda$ 的各种倍数作学习率来训练。

# %%
result = nb.run_experiment("learning-rate-regimes", quick=True, device=device)
nb.draw_experiment("learning-rate-regimes", result)

# %% [markdown] lang="en"
# The picture shows the bowl. And the networks? For learning rates that are multiples of $1/\lambda$, the share of their
# updates that raise the loss:

# %% [markdown] lang="zh"
# 图里画的是碗。网络又怎样？学习率取 $1/\lambda$ 的若干倍，看有多少次更新反而使损失上升：

# %%
for multiple, share in result.first.raising.items():
    print(f"{multiple}/λ  {share.mean():.0%}")

# %%
nb.show_claims("gradient-steepest", "step-lowers")

# %% [markdown] lang="en"
# ## How many rows for a step?
#
# The gradient of a batch of $B$ rows is an estimate of the gradient of all $N$ rows. Its noise shrinks only like
# $1/\sqrt{B}$, while its cost grows like $B$: four times the rows for half the noise. Small batches buy many rough
# steps for the price of one exact one. In torch, only the rows that go into the loss change:

# %% [markdown] lang="zh"
# ## 一步用多少行数据？
#
# 一个批量有 $B$ 行，它的梯度是全部 $N$ 行梯度的一个估计。噪声只按 $1/\sqrt{B}$ 减小，计算量却按 $B$ 增长：
# 行数要变成四倍，噪声才减半。小批量就是用精确走一步的代价，换来粗略走许多步。
# 在 torch 里，变的只是参与计算损失的那些行：

# %%
generator = torch.Generator().manual_seed(0)
for rows in torch.randperm(len(x), generator=generator).to(device).split(32):  # one epoch
    loss = F.cross_entropy(model(x[rows]), y[rows])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(len(rows), f"{loss.item():.4f}")

# %% [markdown] lang="en"
# How far does the gradient of a batch stray from that of all rows? In multiples of the latter's length:

# %% [markdown] lang="zh"
# 一个批量的梯度，离全部样本的梯度有多远？以后者的长度为单位：


# %%
def gradient(rows):
    loss = F.cross_entropy(model(x[rows]), y[rows])
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(model.parameters()))])


whole = gradient(torch.arange(len(x)))
for size in (1, 4, 16, 64):
    strays = [gradient(torch.randperm(len(x), generator=generator)[:size]) - whole for _ in range(200)]
    print(f"B = {size:2}  {torch.stack(strays).square().sum(1).mean().sqrt() / whole.norm():.2f}")

# %% [markdown] lang="en"
# A word about words: the article calls $B = 1$ "SGD" and small batches "mini-batch GD". In torch, and in most of today's
# papers, SGD means the update rule with any batch size: `torch.optim.SGD` never sees how many rows there were.
#
# The picture goes down one surface three times, with all rows, 16 of them, or one for each update. The experiment
# behind its title trains networks, each batch size at its own best learning rate.

# %% [markdown] lang="zh"
# 先说一下名称：文章把 $B = 1$ 叫作 SGD，把小批量叫作 Mini-batch GD。而在 torch 和如今多数论文里，
# 不论批量多大，这种更新方法都叫 SGD：`torch.optim.SGD` 并不知道一步用了多少行。
#
# 图中在同一个曲面上走了三遍：每次更新分别看全部样本、16 个、1 个。标题背后的实验训练的是网络，
# 每种批量大小都用各自最合适的学习率。

# %%
result = nb.run_experiment("batch-size", quick=True, device=device)
nb.draw_experiment("batch-size", result)

# %% [markdown] lang="en"
# So is it slow to use all rows? That depends on what is counted: the mean loss of the training over as many passes over
# the data (left), and over as many updates (right).

# %% [markdown] lang="zh"
# 那么，用全部样本算慢吗？要看怎么数。左边：遍历数据的轮数相同；右边：更新次数相同。数字是训练全程的平均损失。

# %%
found = result.first
for size, passes, updates in zip(found.sizes.tolist(), found.cost["passes"], found.cost["updates"], strict=True):
    print(f"B = {size:3}  {passes.median():.3f}  {updates.median():.3f}")

# %% [markdown] lang="en"
# <!-- claim: batch-full -->
# > **The article says:** Descent on the whole data set is steady, but slow.
# >
# > **Measured: it holds under a condition.** It is slow by passes over the data. By updates it is not, and a machine
# > can compute the rows of an update all at once.
#
# <!-- claim: batch-single -->
# > **The article says:** Descent on one sample at a time is fast, but restless.
# >
# > **Measured: it is not supported.** Beside all rows at once it is both, by passes over the data. Beside batches of
# > 16 rows it is more restless everywhere, but not everywhere shown to be faster.

# %% [markdown] lang="zh"
# <!-- claim: batch-full -->
# > **文章说：** 用整个数据集做梯度下降，稳定但慢。
# >
# > **实测：有条件成立。** 慢是按遍历数据的轮数算。按更新次数算并不慢，而且一次更新中的各个样本可以并行计算。
#
# <!-- claim: batch-single -->
# > **文章说：** 每次只用一个样本做梯度下降，快但震荡。
# >
# > **实测：未获支持。** 与全部样本相比，按轮数算，确实快但震荡。与 16 个样本的小批量相比，处处更震荡，但没有测到它处处更快。

# %%
nb.show_claims("batch-full", "batch-single", "batch-mini")

# %% [markdown] lang="en"
# ## Exercises

# %% [markdown] lang="zh"
# ## 练习

# %%
nb.exercise("backward")


# %%
def backward(x, target, weight1, bias1, weight2, bias2):
    pass  # your code


nb.check("backward", backward)

# %%
nb.exercise("sgd-step")


# %%
def sgd_step(param, grad, lr):
    pass  # your code


nb.check("sgd-step", sgd_step)

# %%
nb.exercise("training-step")


# %%
def training_step(model, loss_fn, optimizer, x, y):
    pass  # your code


nb.check("training-step", training_step)

# %% [markdown] lang="en"
# ## What to read next
#
# - Torch: [a first look at autograd](https://docs.pytorch.org/tutorials/beginner/basics/autogradqs_tutorial.html),
#   [the training loop](https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html),
#   [SGD](https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html)
# - On mini-batches, from theory to practice: [Bottou, Curtis & Nocedal (2018)](https://arxiv.org/abs/1606.04838)
# - Next: `10_optimizers_and_schedules.ipynb`, on better steps than the plain one

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - torch 文档：[autograd 入门](https://docs.pytorch.org/tutorials/beginner/basics/autogradqs_tutorial.html)、
#   [训练循环](https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html)、
#   [SGD](https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html)
# - 小批量方法，从理论到实践：[Bottou, Curtis & Nocedal (2018)](https://arxiv.org/abs/1606.04838)
# - 下一节：`10_optimizers_and_schedules.ipynb`，看看怎样走得比普通的一步更好
