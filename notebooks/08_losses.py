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
# # 8 · Losses
#
# **What you will see**
#
# - cross-entropy, taken apart into its two halves, and the simplest gradient in deep learning;
# - what happens, without any error message, when a loss is given probabilities instead of logits;
# - a sigmoid that is so sure of a wrong answer that no gradient is left to correct it;
# - MAE, MSE and Smooth L1 with their gradients, and how far outliers pull a fit under each of them;
# - four mistakes of shape and type, made on purpose.

# %% [markdown] lang="zh"
# # 8 · 损失函数
#
# **这一节会看到什么**
#
# - 把交叉熵拆成两步来看，并得到深度学习中最简洁的一个梯度公式；
# - 损失函数要的是 logits，却给了概率：程序不报错，结果却是错的；
# - sigmoid 对错误答案“过于自信”时，连用来纠正它的梯度都没有了；
# - MAE、MSE、Smooth L1 的曲线和梯度，以及异常值会把拟合结果拉偏多少；
# - 故意犯四个形状和类型上的错误，看看会发生什么。

# %%
import os
import warnings

import torch
from torch.nn import functional as F

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # the language of pictures and messages: "en" or "zh"
device = "cpu"  # or "cuda"

# %% [markdown] lang="en"
# ## One number to go downhill on
#
# A loss $L(\text{prediction}, \text{target})$ turns a whole batch into one number: the smaller, the better. That number
# is what we report, but training never looks at it. Training uses its *gradient*, which says in which direction, and
# how hard, each prediction should be pushed. So two questions are worth asking of every loss: what is its value, and
# what is its slope?
#
# | task | last layer gives | loss in torch | target |
# |---|---|---|---|
# | a number | the number itself | `l1_loss`, `mse_loss`, `smooth_l1_loss` | a float of the same shape |
# | yes or no | 1 logit | `binary_cross_entropy_with_logits` | a float, 0 or 1 |
# | one of $K$ classes | $K$ logits | `cross_entropy` | an integer from 0 to $K-1$ |
# | several of $K$ labels | $K$ logits | `binary_cross_entropy_with_logits` | $K$ floats, 0 or 1 each |
#
# A *logit* is the raw output of the last linear layer: any real number, before a sigmoid or a softmax.

# %% [markdown] lang="zh"
# ## 一个数，指明往哪边走
#
# 损失函数 $L(\text{prediction}, \text{target})$ 把一整批预测变成一个数，越小越好。我们平时看的就是这个数，
# 但训练真正用到的是它的**梯度**：梯度说明每个预测值该往哪个方向推、推多大的力。
# 所以遇到任何一个损失函数，都要问两个问题：它的值是多少？它的斜率是多少？
#
# | 任务 | 最后一层的输出 | torch 中的损失函数 | 目标 |
# |---|---|---|---|
# | 预测一个数 | 这个数本身 | `l1_loss`、`mse_loss`、`smooth_l1_loss` | 形状相同的浮点数 |
# | 是或否 | 1 个 logit | `binary_cross_entropy_with_logits` | 浮点数 0 或 1 |
# | $K$ 类中选一类 | $K$ 个 logits | `cross_entropy` | 0 到 $K-1$ 的整数 |
# | $K$ 个标签中可选多个 | $K$ 个 logits | `binary_cross_entropy_with_logits` | $K$ 个浮点数，各为 0 或 1 |
#
# 所谓 logit，就是最后一个线性层的原始输出：可以是任意实数，还没有经过 sigmoid 或 softmax。

# %% [markdown] lang="en"
# ## Cross-entropy: minus the logarithm of the right class
#
# For logits $z$ and the right class $t$
#
# $$L = -\log \text{softmax}(z)_t = -z_t + \log \sum_j e^{z_j}.$$
#
# Softmax turns scores into probabilities, and the loss is the surprise at the right answer: 0 when its probability
# is 1, and without limit as it goes to 0. `cross_entropy` does both halves at once, and averages over the rows. These
# are the article's two rows of six scores.

# %% [markdown] lang="zh"
# ## 交叉熵：正确类别的概率取负对数
#
# 设 logits 为 $z$，正确类别为 $t$，则
#
# $$L = -\log \text{softmax}(z)_t = -z_t + \log \sum_j e^{z_j}.$$
#
# softmax 把分数变成概率；损失衡量的是看到正确答案时有多“意外”：正确类别的概率为 1 时损失为 0，
# 概率趋于 0 时损失没有上限。`cross_entropy` 把这两步合在一起做，再对各行取平均。
# 下面就是文章中的例子：两行，每行六个分数。

# %%
logits = torch.tensor([[0.1, 0.1, 0.3, 1.4, 0.05, 0.05], [0.02, 0.08, 0.2, 0.2, 0.05, 2.45]], device=device)
target = torch.tensor([3, 5], device=device)

log_p = torch.log_softmax(logits, dim=1)
each = -log_p[[0, 1], target]
print(each, each.mean(), F.cross_entropy(logits, target), sep="\n")

# %% [markdown] lang="en"
# Its gradient could hardly be simpler:
#
# $$\frac{\partial L}{\partial z_j} = \text{softmax}(z)_j - [\,j = t\,].$$
#
# What the model says minus what is true. The right class is pushed up, the others are pushed down, each in proportion
# to how wrong it is. (With a mean over $N$ rows, divide by $N$.)

# %% [markdown] lang="zh"
# 它的梯度非常简洁：
#
# $$\frac{\partial L}{\partial z_j} = \text{softmax}(z)_j - [\,j = t\,].$$
#
# 也就是“模型给出的概率”减去“真实答案”。正确类别被往上推，其余类别被往下压，错得越多，推得越用力。
# （对 $N$ 行取平均时，再除以 $N$。）

# %%
z = logits.clone().requires_grad_()
F.cross_entropy(z, target).backward()
by_hand = (torch.softmax(logits, dim=1) - F.one_hot(target, num_classes=6)) / 2
print(z.grad, by_hand, sep="\n")

# %% [markdown] lang="en"
# **Why one function for both halves?** Because the two steps one after the other break down in floating point. A
# softmax rounds small probabilities to 0, and $\log 0 = -\infty$; `log_softmax` never forms the small number.

# %% [markdown] lang="zh"
# **为什么要把两步合成一个函数？** 因为分开计算在浮点数里会出问题：softmax 会把很小的概率舍入成 0，
# 而 $\log 0 = -\infty$。`log_softmax` 根本不会产生那个很小的数。

# %%
far = torch.tensor([0.0, 200.0], device=device)
print(torch.log(torch.softmax(far, dim=0)), torch.log_softmax(far, dim=0), sep="\n")

# %% [markdown] lang="en"
# ## Logits or probabilities?
#
# `cross_entropy` cannot see what it is given: probabilities are numbers like any others. It takes a second softmax of
# them, the loss is wrong, and nothing complains.
#
# <!-- claim: cross-entropy-logits -->
# > **The article says:** CrossEntropyLoss wants logits, not probabilities.
# >
# > **Measured: it holds.**
#
# <!-- claim: double-softmax -->
# > **Beside the article:** The model as it is built, with a softmax at its end, is ready for CrossEntropyLoss.
# >
# > **Measured: it is wrong.** CrossEntropyLoss takes a softmax itself: two of them keep the loss above ln(1 + (C -
# > 1)/e) for C classes and damp the gradient. Train on logits and take the softmax for predictions only.
#
# Train on logits; take the softmax when you want to *read* probabilities.

# %% [markdown] lang="zh"
# ## 给 logits 还是给概率？
#
# `cross_entropy` 分辨不出拿到的是什么：概率也只是一些数。它会再做一次 softmax，损失算错了，却没有任何提示。
#
# <!-- claim: cross-entropy-logits -->
# > **文章说：** CrossEntropyLoss 需要的是 logits，而不是概率。
# >
# > **实测：成立。**
#
# <!-- claim: double-softmax -->
# > **文章之外：** 按文中的写法，末尾带 softmax 的模型可以直接配上 CrossEntropyLoss。
# >
# > **实测：不成立。** CrossEntropyLoss 自带 softmax：做两次 softmax，C 类的损失就不会低于 ln(1 + (C - 1)/e)，梯度也被削弱。训练时用 logits，只在预测时取 softmax。
#
# 训练时用 logits；需要**查看**概率时，再做 softmax。

# %%
probabilities = torch.softmax(logits, dim=1)
print(F.cross_entropy(logits, target), F.cross_entropy(probabilities, target), sep="\n")
nb.show_claims("double-softmax")

# %% [markdown] lang="en"
# How much does it cost in training? Both sides below get the same digits, the same seeds, and each its own best
# learning rate.

# %% [markdown] lang="zh"
# 训练时代价有多大？下面两种做法用同样的手写数字、同样的随机种子，各自用自己最合适的学习率。

# %%
result = nb.run_experiment("logits-or-probabilities", quick=True, device=device)
nb.draw_experiment("logits-or-probabilities", result)

# %% [markdown] lang="en"
# ## Yes or no: binary cross-entropy
#
# With one probability $p$ for "yes" and a target $y$ of 0 or 1
#
# $$L = -\,y \log p - (1-y) \log(1-p), \qquad p = \sigma(z).$$
#
# `binary_cross_entropy` takes $p$, `binary_cross_entropy_with_logits` takes $z$ and does the sigmoid itself. In the
# article's example both say the same.

# %% [markdown] lang="zh"
# ## 是或否：二元交叉熵
#
# 设“是”的概率为 $p$，目标 $y$ 为 0 或 1，则
#
# $$L = -\,y \log p - (1-y) \log(1-p), \qquad p = \sigma(z).$$
#
# `binary_cross_entropy` 接收 $p$；`binary_cross_entropy_with_logits` 接收 $z$，sigmoid 由它自己来做。
# 在文章的例子里，两者结果相同。

# %%
p, y = torch.tensor([0.6901, 0.5459, 0.2469], device=device), torch.tensor([0.0, 1.0, 0.0], device=device)
by_hand = -(y * p.log() + (1 - y) * (1 - p).log()).mean()
print(by_hand, F.binary_cross_entropy(p, y), F.binary_cross_entropy_with_logits(torch.logit(p), y), sep="\n")

# %% [markdown] lang="en"
# They part where the model is sure of itself and wrong. Below, the target is 0 and the logit grows: first the
# loss of the probability $\sigma(z)$ and its gradient, then the loss of the logit and its gradient.

# %% [markdown] lang="zh"
# 当模型很自信却答错时，两者就不同了。下面目标都是 0，logit 越来越大；
# 先是由概率 $\sigma(z)$ 算出的损失和梯度，再是由 logit 直接算出的损失和梯度。

# %%
z = torch.tensor([0.0, 4.0, 8.0, 16.0, 18.0, 20.0, 100.0], device=device, requires_grad=True)
columns = [z.detach()]
for loss_fn, pred in ((F.binary_cross_entropy, torch.sigmoid(z)), (F.binary_cross_entropy_with_logits, z)):
    loss = loss_fn(pred, torch.zeros_like(z), reduction="none")
    columns += [loss.detach(), torch.autograd.grad(loss.sum(), z)[0]]
print(("{:>12}" * 5).format("z", "BCE of σ(z)", "gradient", "BCE of z", "gradient"))
for row in torch.stack(columns, dim=1).tolist():
    print(("{:12.4f}" * 5).format(*row))

# %% [markdown] lang="en"
# <!-- claim: bce-saturated -->
# > **The article says:** For two classes, a sigmoid followed by binary cross-entropy is the loss.
# >
# > **Measured: it holds under a condition.** The logits stay below about 17, where float32 rounds the sigmoid to 1;
# > BCEWithLogitsLoss stays right.
#
# `binary_cross_entropy_with_logits` takes the logits themselves and needs no sigmoid before it.

# %% [markdown] lang="zh"
# <!-- claim: bce-saturated -->
# > **文章说：** 二分类的损失用 Sigmoid 加二分类交叉熵。
# >
# > **实测：有条件成立。** logit 小于约 17；再大，float32 就把 sigmoid 舍入成 1。改用 BCEWithLogitsLoss 就没有这个问题。
#
# `binary_cross_entropy_with_logits` 直接接收 logits，前面不需要 sigmoid。

# %%
result = nb.run_experiment("bce-saturation", quick=True, device=device)
nb.draw_experiment("bce-saturation", result)

# %% [markdown] lang="en"
# A model that starts there stays there. Below its bias is 24, so that it says "yes" to every row, and half of the rows
# are a "no"; after 200 updates with each loss the share that it gets right:

# %% [markdown] lang="zh"
# 从那里出发的模型，就停在那里。下面模型的偏置是 24，对每个样本都说“是”，而其中一半应当是“否”；
# 两种损失各更新 200 次之后，答对的比例如下：

# %%
x, classes = (part.to(device) for part in nb.moons(256))
for name, loss_fn in (
    ("BCE of σ(z)", lambda z, t: F.binary_cross_entropy(torch.sigmoid(z), t)),
    ("BCE of z", F.binary_cross_entropy_with_logits),
):
    w = torch.zeros(2, device=device, requires_grad=True)
    b = torch.full((1,), 24.0, device=device, requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr=1.0)
    for _ in range(200):
        optimizer.zero_grad()
        loss_fn(x @ w + b, classes.float()).backward()
        optimizer.step()
    print(f"{name:12} {((x @ w + b > 0) == classes).double().mean():.0%}")

# %% [markdown] lang="en"
# ## Numbers: MAE, MSE, Smooth L1
#
# With the error $e = \text{prediction} - \text{target}$:
#
# | loss | value | gradient |
# |---|---|---|
# | MAE, `l1_loss` | $\lvert e \rvert$ | $\text{sign}(e)$ |
# | MSE, `mse_loss` | $e^2$ | $2e$ |
# | Smooth L1, `smooth_l1_loss` | $e^2 / (2\beta)$ if $\lvert e \rvert < \beta$, else $\lvert e \rvert - \beta/2$ | $e/\beta$, else $\text{sign}(e)$ |
#
# MSE pushes harder the larger the error; MAE always pushes with the same force, right up to the target, where it jumps;
# Smooth L1 joins the two at $\beta$ (1 in torch). The mean over the article's three numbers, with the gradients:

# %% [markdown] lang="zh"
# ## 预测数值：MAE、MSE、Smooth L1
#
# 设误差 $e = \text{prediction} - \text{target}$：
#
# | 损失函数 | 值 | 梯度 |
# |---|---|---|
# | MAE，`l1_loss` | $\lvert e \rvert$ | $\text{sign}(e)$ |
# | MSE，`mse_loss` | $e^2$ | $2e$ |
# | Smooth L1，`smooth_l1_loss` | $\lvert e \rvert < \beta$ 时为 $e^2 / (2\beta)$，否则为 $\lvert e \rvert - \beta/2$ | $e/\beta$，否则为 $\text{sign}(e)$ |
#
# MSE 的误差越大，推力越大；MAE 的推力始终不变，到了目标处才突然变号；
# Smooth L1 在 $\beta$ 处（torch 默认为 1）把两者接起来。下面是文章的三个数：各损失的平均值和梯度。

# %%
nb.compare_losses(torch.tensor([2.0, 2.5, 5.0], device=device), torch.tensor([1.0, 2.0, 3.0], device=device))

# %%
nb.draw_figure("mae", device=device)

# %%
nb.draw_figure("mse", device=device)

# %%
nb.draw_figure("smooth-l1", device=device)

# %% [markdown] lang="en"
# <!-- claim: smooth-l1-pieces -->
# > **The article says:** Smooth L1 is like MSE for small errors and like MAE for large ones.
# >
# > **Measured: it holds.** Like, not equal: below beta it is MSE times 1/(2 beta), above it MAE less beta/2, so that
# > the two meet.
#
# ## Outliers
#
# Which single number fits 1, 2, 2.5, 4, 100 best? Each loss has its own answer: MSE takes the mean, MAE the median,
# Smooth L1 something close to the median.

# %% [markdown] lang="zh"
# <!-- claim: smooth-l1-pieces -->
# > **文章说：** Smooth L1 在误差小时像 MSE，大时像 MAE。
# >
# > **实测：成立。** 是像，不是相等：误差小于 beta 时是 MSE 乘以 1/(2 beta)，大于 beta 时是 MAE 减去 beta/2，这样两段才接得上。
#
# ## 异常值
#
# 只用一个数去拟合 1、2、2.5、4、100，哪个数最好？不同的损失函数有不同的答案：MSE 选平均数，MAE 选中位数，
# Smooth L1 选的数离中位数不远。

# %%
data = torch.tensor([1.0, 2.0, 2.5, 4.0, 100.0], device=device)
guess = torch.arange(0, 40, 0.01, device=device)
for name in ("mae", "mse", "smooth_l1"):
    each = nb.LOSSES[name](guess[:, None].expand(-1, 5), data.expand(len(guess), -1), reduction="none")
    print(f"{name:10} {guess[each.mean(dim=1).argmin()]:6.2f}")
print(f"mean {data.mean():6.2f}   median {data.median():6.2f}")

# %%
result = nb.run_experiment("outliers", quick=True, device=device)
nb.draw_experiment("outliers", result)

# %% [markdown] lang="en"
# <!-- claim: mae-outliers -->
# > **The article says:** MAE is not sensitive to outliers.
# >
# > **Measured: it holds under a condition.** They are outliers in y, at most a tenth of the rows, and not just the
# > rows at the end of x. Three tenths move the fit, and an outlier in x pulls with its whole distance.

# %% [markdown] lang="zh"
# <!-- claim: mae-outliers -->
# > **文章说：** MAE 对异常值不敏感。
# >
# > **实测：有条件成立。** 异常值出现在 y 上，不超过样本的一成，而且不集中在 x 的一端。达到三成，拟合就会移动；x 上的异常值则以它的全部距离拉动拟合。

# %%
nb.show_claims("mae-outliers", "mse-outliers", "smooth-l1-both")

# %% [markdown] lang="en"
# ## Pitfalls
#
# **1. Shapes `(4, 1)` and `(4,)`.** A model with one output gives `(N, 1)`, the targets are `(N,)`, and broadcasting
# makes a table of $N \times N$ differences out of them. Here the prediction is *perfect*, and the loss is not 0. Torch
# only warns. `pred.squeeze(1)` mends it.

# %% [markdown] lang="zh"
# ## 常见错误
#
# **1. 形状 `(4, 1)` 和 `(4,)`。** 只有一个输出的模型给出 `(N, 1)`，目标却是 `(N,)`，广播会算出 $N \times N$ 个差。
# 下面的预测**完全正确**，损失却不为 0，而 torch 只给一个警告。改用 `pred.squeeze(1)` 即可。

# %%
truth = torch.tensor([1.0, 2.0, 3.0, 4.0], device=device)
pred = truth[:, None].clone()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    print("(4, 1), (4,):", F.mse_loss(pred, truth))
print("(4,), (4,):  ", F.mse_loss(pred.squeeze(1), truth))
print(str(caught[0].message).replace(". ", ".\n"))

# %% [markdown] lang="en"
# **2. Targets of the wrong type.** `cross_entropy` wants class numbers as `torch.int64`, the binary losses want floats.
# Torch's messages do not say it in so many words, so it helps to have seen them once.

# %% [markdown] lang="zh"
# **2. 目标的类型不对。** `cross_entropy` 要 `torch.int64` 的类别编号，二元的损失函数要浮点数。
# torch 的报错并不直接这样说，先见一次，以后就认得了。

# %%
for wrong in (
    lambda: F.cross_entropy(logits, target.float()),
    lambda: F.binary_cross_entropy(p, y.long()),
    lambda: F.binary_cross_entropy(torch.tensor([3.0, -1.0, 2.0], device="cpu"), torch.tensor([1.0, 0.0, 1.0])),
):
    try:
        wrong()
    except RuntimeError as error:
        print(str(error).splitlines()[0])

# %% [markdown] lang="en"
# The third message is the mix-up the other way round: logits handed to a loss that wants probabilities. On the CPU it
# is an error. On CUDA it is an assertion inside the kernel, after which the process can no longer use the GPU; that is
# why the line above stays on the CPU.
#
# **3. `reduction="sum"`** makes the gradient as many times larger as there are rows, so a learning rate that was right
# for the mean is too large by that factor.

# %% [markdown] lang="zh"
# 第三条报错是反过来的混用：损失函数要概率，却给了 logits。在 CPU 上会报错；在 CUDA 上则是核函数内部的断言失败，
# 之后这个进程就不能再用 GPU 了，所以上面那一行留在 CPU 上。
#
# **3. `reduction="sum"`** 使梯度变大，变大的倍数就是行数；对平均值合适的学习率，这时就大了同样的倍数。

# %%
for reduction in ("mean", "sum"):
    z = torch.zeros(8, 2, device=device, requires_grad=True)
    F.cross_entropy(z, torch.zeros(8, dtype=torch.int64, device=device), reduction=reduction).backward()
    print(f"{reduction:5} {z.grad.norm():.4f}")

# %% [markdown] lang="en"
# ## Exercises
#
# Write the function yourself; `nb.check` tries it on edge cases and random ones, and compares with torch.

# %% [markdown] lang="zh"
# ## 练习
#
# 自己写出函数；`nb.check` 会用边界情况和随机数据来试，并与 torch 的结果比较。

# %%
nb.exercise("cross-entropy")


# %%
def cross_entropy(logits, target):
    pass  # your code


nb.check("cross-entropy", cross_entropy)

# %%
nb.exercise("bce-with-logits")


# %%
def bce_with_logits(logits, target):
    pass  # your code


nb.check("bce-with-logits", bce_with_logits)

# %%
nb.exercise("smooth-l1")


# %%
def smooth_l1(pred, target, beta):
    pass  # your code


nb.check("smooth-l1", smooth_l1)

# %% [markdown] lang="en"
# ## What to read next
#
# - Torch: [loss functions](https://docs.pytorch.org/docs/stable/nn.html#loss-functions),
#   [CrossEntropyLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html),
#   [BCEWithLogitsLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html)
# - Outliers, where it began: [Huber (1964)](https://doi.org/10.1214/aoms/1177703732); Smooth L1 in its first use:
#   [Girshick (2015)](https://arxiv.org/abs/1504.08083)
# - Is cross-entropy really needed? [Hui & Belkin (2021)](https://arxiv.org/abs/2006.07322)
# - Next: `09_gradient_descent.ipynb`, where these gradients begin to move the weights

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - torch 文档：[损失函数](https://docs.pytorch.org/docs/stable/nn.html#loss-functions)、
#   [CrossEntropyLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html)、
#   [BCEWithLogitsLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html)
# - 稳健估计的开端：[Huber (1964)](https://doi.org/10.1214/aoms/1177703732)；Smooth L1 的首次使用：
#   [Girshick (2015)](https://arxiv.org/abs/1504.08083)
# - 分类一定要用交叉熵吗？[Hui & Belkin (2021)](https://arxiv.org/abs/2006.07322)
# - 下一节：`09_gradient_descent.ipynb`，看这些梯度怎样推动权重
