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
# # 10 · Optimizers and schedules
#
# Gradient descent has one weak spot: a single learning rate must serve every weight and the whole of training. This
# notebook shows three ways out. Each is a few lines of code.
#
# **What you will learn**
#
# - momentum: let the steps build up, like a ball that rolls downhill;
# - RMSProp and Adam: give each weight a step of its own;
# - how to compare optimizers fairly;
# - schedules: change the learning rate as training goes on, with PyTorch's own schedulers;
# - where `scheduler.step()` belongs, and three mistakes that raise no error.
#
# **What you need to know**
#
# - `09_gradient_descent.ipynb`: the update $w \leftarrow w - \eta g$, the ravine, the five lines of the training loop;
# - powers such as $0.9^t$, and the sum $1 + \mu + \mu^2 + \dots = 1/(1-\mu)$ for $0 < \mu < 1$ (geometric series, any
#   school book).
#
# **Letters**: $g$ gradient, $\eta$ learning rate, $v$ momentum buffer, $m$ mean of the gradients, $s$ mean of their
# squares, $t$ number of the step.

# %% [markdown] lang="zh"
# # 10 · 优化器与学习率调度
#
# 梯度下降有个弱点：学习率只有一个，所有权重都用它，从头到尾也都用它。这一节介绍三条出路，每一条都只要几行代码。
#
# **这一节会学到什么**
#
# - 动量法：让步子积累起来，像球滚下山坡；
# - RMSProp 和 Adam：让每个权重有自己的步长；
# - 怎样公平地比较优化器；
# - 学习率调度：在训练过程中改变学习率，用 PyTorch 自带的调度器；
# - `scheduler.step()` 应该写在哪里，以及三种不报错的错误。
#
# **需要先知道什么**
#
# - `09_gradient_descent.ipynb`：更新公式 $w \leftarrow w - \eta g$、峡谷、训练循环的五行代码；
# - 乘方，例如 $0.9^t$；等比级数的和 $1 + \mu + \mu^2 + \dots = 1/(1-\mu)$，其中 $0 < \mu < 1$（高中数学）。
#
# **记号**：$g$ 梯度，$\eta$ 学习率，$v$ 动量缓冲，$m$ 梯度的平均，$s$ 梯度平方的平均，$t$ 第几步。

# %%
import os
import warnings

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader, TensorDataset

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # ⟦the language of pictures: "en" or "zh"|图和提示的语言："en" 或 "zh"⟧
device = "cpu"  # ⟦or "cuda", for the pictures and experiments of nb|或 "cuda"，供 nb 的图和实验使用⟧
nb.use_fonts()  # ⟦so that plots can be labelled in Chinese, too|让图里能显示中文⟧

# %% [markdown] lang="en"
# ## The playground: a small ravine
#
# All methods walk on the same surface, the ravine of `09_gradient_descent.ipynb`:
#
# $$L = w_1^2 + 10\,w_2^2, \qquad g = (2w_1,\ 20w_2), \qquad \text{start } (3, 1).$$
#
# It is flat along $w_1$ and steep along $w_2$. The steep direction allows learning rates below $2/20 = 0.1$ only, and
# with those the flat direction is slow. First plain gradient descent, once by hand and once by `torch.optim.SGD`, so
# that we can see that the two are the same.

# %% [markdown] lang="zh"
# ## 试验场：一个小峡谷
#
# 所有方法都在同一个曲面上走，就是 `09_gradient_descent.ipynb` 里的峡谷：
#
# $$L = w_1^2 + 10\,w_2^2, \qquad g = (2w_1,\ 20w_2), \qquad \text{起点 } (3, 1).$$
#
# 它沿 $w_1$ 平缓，沿 $w_2$ 陡。陡的方向只允许学习率小于 $2/20 = 0.1$，而这样的学习率在平缓的方向上走得很慢。
# 先看普通的梯度下降：自己写一遍，再用 `torch.optim.SGD` 走一遍，看看两者是不是一样。

# %%
START = torch.tensor([3.0, 1.0])


def loss_of(w):
    return w[0] ** 2 + 10 * w[1] ** 2


def gradient(w):
    return torch.tensor([2.0, 20.0]) * w


def by_torch(make_optimizer, num_steps):  # ⟦the same walk with an optimizer of torch|用 torch 的优化器走同样的路⟧
    w = START.clone().requires_grad_()
    optimizer = make_optimizer([w])  # ⟦what it may move: a list of tensors|它可以移动的参数：张量的列表⟧
    path = [w.tolist()]
    for _ in range(num_steps):
        optimizer.zero_grad()
        loss_of(w).backward()
        optimizer.step()
        path.append(w.tolist())
    return path


w = START.clone()
for _ in range(30):
    w = w - 0.09 * gradient(w)  # ⟦plain gradient descent|普通的梯度下降⟧
theirs = by_torch(lambda params: torch.optim.SGD(params, lr=0.09), num_steps=30)[-1]
print("⟦after 30 steps, by hand|30 步之后，手写⟧:", [round(p, 5) for p in w.tolist()])
print("⟦after 30 steps, torch|30 步之后，torch⟧:", [round(p, 5) for p in theirs])

# %% [markdown] lang="en"
# ## Momentum: a ball instead of a walker
#
# A walker forgets each step at once. A ball keeps rolling: it has *momentum*. Where the ground slopes the same way for
# a while, it gets faster. Where the slope points now left, now right, the pushes cancel. That is just what a ravine
# asks for: along the valley the slopes agree, across it they alternate.
#
# In formulas the ball's speed is a second number beside each weight, the **momentum buffer** $v$. It begins at 0. In
# each step a part of the old speed is kept, and the new gradient is added:
#
# $$v \leftarrow \mu\, v + g, \qquad w \leftarrow w - \eta\, v.$$
#
# $\mu$ (say "mu") is the part that is kept; the rest is friction. $\mu = 0$ is plain gradient descent.
#
# **On paper,** with $\mu = 0.5$. First the gradients agree, then they alternate:
#
# | step | $g$ | $v$ | | $g$ | $v$ |
# |---|---|---|---|---|---|
# | 1 | 1 | 1 | | 1 | 1 |
# | 2 | 1 | 0.5 · 1 + 1 = 1.5 | | −1 | 0.5 · 1 − 1 = −0.5 |
# | 3 | 1 | 0.5 · 1.5 + 1 = 1.75 | | 1 | 0.5 · (−0.5) + 1 = 0.75 |
# | 4 | 1 | ? | | −1 | ? |
#
# On the left $v$ grows towards 2, on the right its size falls towards 2/3. The same gradients of size 1: twice as fast
# along the valley, slower across it.
#
# **Why 2?** Put the formula into itself a few times:
#
# $$v_t = g_t + \mu\, v_{t-1} = g_t + \mu\, g_{t-1} + \mu^2 v_{t-2}
# = g_t + \mu\, g_{t-1} + \mu^2 g_{t-2} + \mu^3 g_{t-3} + \dots$$
#
# So $v$ is a sum of all gradients so far, and older ones count less. With equal gradients it is
# $(1 + \mu + \mu^2 + \dots)\,g = g/(1-\mu)$. For $\mu = 0.5$ this is $2g$. For alternating ones the signs alternate,
# too: $g/(1+\mu)$, which is $\tfrac23 g$.
#
# **Predict first, then run.** The usual value is $\mu = 0.9$. The gradient is 1 in each step and $\eta = 1$. How long
# is the 60th step?

# %% [markdown] lang="zh"
# ## 动量法：换成一个会滚的球
#
# 走路的人每一步都从头开始，球却会一直滚下去：它有**动量**。坡一直朝一个方向，球就越滚越快；坡一会儿朝左，一会儿朝右，
# 推力就互相抵消。峡谷需要的正是这样：沿着谷的方向，前后几步的斜率一致；横着谷的方向，斜率来回变号。
#
# 写成公式，就是给每个权重再配一个数，表示球的速度，叫**动量缓冲** $v$，从 0 开始。每一步保留一部分旧速度，
# 再加上新的梯度：
#
# $$v \leftarrow \mu\, v + g, \qquad w \leftarrow w - \eta\, v.$$
#
# $\mu$（读作“缪”）是保留的比例，少掉的部分相当于摩擦。$\mu = 0$ 就是普通的梯度下降。
#
# **先在纸上算**，取 $\mu = 0.5$。左边梯度始终一致，右边梯度来回变号：
#
# | 步 | $g$ | $v$ | | $g$ | $v$ |
# |---|---|---|---|---|---|
# | 1 | 1 | 1 | | 1 | 1 |
# | 2 | 1 | 0.5 × 1 + 1 = 1.5 | | −1 | 0.5 × 1 − 1 = −0.5 |
# | 3 | 1 | 0.5 × 1.5 + 1 = 1.75 | | 1 | 0.5 × (−0.5) + 1 = 0.75 |
# | 4 | 1 | ? | | −1 | ? |
#
# 左边的 $v$ 越来越接近 2，右边的 $v$ 大小越来越接近 2/3。梯度的大小都是 1，沿着谷却快了一倍，横着谷反而慢了。
#
# **为什么是 2？** 把公式一次次代入自己：
#
# $$v_t = g_t + \mu\, v_{t-1} = g_t + \mu\, g_{t-1} + \mu^2 v_{t-2}
# = g_t + \mu\, g_{t-1} + \mu^2 g_{t-2} + \mu^3 g_{t-3} + \dots$$
#
# 可见 $v$ 是迄今所有梯度之和，越早的梯度分量越轻。梯度都相同时，和是 $(1 + \mu + \mu^2 + \dots)\,g = g/(1-\mu)$，
# $\mu = 0.5$ 时就是 $2g$。梯度来回变号时，各项的符号也来回变：和是 $g/(1+\mu)$，也就是 $\tfrac23 g$。
#
# **先猜再跑。** 通常取 $\mu = 0.9$。设每一步的梯度都是 1，$\eta = 1$。第 60 步有多长？

# %%
for name, signs in (("⟦equal gradients|梯度一致⟧", [1] * 60), ("⟦alternating gradients|梯度来回变号⟧", [1, -1] * 30)):
    v, sizes = 0.0, []
    for g in signs:
        v = 0.9 * v + g
        sizes.append(abs(v))
    picked = ", ".join(f"{sizes[step - 1]:.3f}" for step in (1, 2, 3, 10, 60))
    print(f"{name}: ⟦size of v at steps 1, 2, 3, 10, 60|第 1、2、3、10、60 步时 v 的大小⟧: {picked}")

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# Step 4 in the table: 1.875 and −0.625. And with $\mu = 0.9$ the limit is $1/(1 - 0.9) = 10$: with equal gradients the
# step becomes ten times as long. With alternating gradients it is $1/1.9 \approx 0.526$, about half.
#
# </details>
#
# That has a consequence in practice: adding `momentum=0.9` to a training that was well tuned makes the steps up to ten
# times as long. Lower the learning rate at the same time.
#
# The article calls $v$ an "exponentially weighted average". In an average the weights add up to 1; here they add up to
# $1/(1-\mu)$. So it is a weighted *sum*. Torch has a switch, `dampening`, that turns it into an average: it multiplies
# the new gradient by 1 − dampening.
#
# <!-- claim: momentum-average -->
# > **The article says:** SGD with momentum=0.9 steps along the exponentially weighted average of the gradients.
# >
# > **Measured: it holds under a condition.** dampening equals momentum. By default torch adds gradients up without
# > the factor (1 - momentum): a weighted sum, a step ten times as long at 0.9, so that lr has another meaning.
#
# Now the ravine: momentum in three lines, then in torch.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 表中第 4 步是 1.875 和 −0.625。$\mu = 0.9$ 时，极限是 $1/(1 - 0.9) = 10$：梯度一致时，步长变成十倍。
# 梯度来回变号时是 $1/1.9 \approx 0.526$，大约一半。
#
# </details>
#
# 这在实际中很要紧：给一个已经调好的训练加上 `momentum=0.9`，步长最多会变成十倍，所以要同时减小学习率。
#
# 文章把 $v$ 叫作“指数加权平均”。平均的各个权重加起来应当是 1，这里加起来却是 $1/(1-\mu)$，所以它是加权的**和**。
# torch 有一个选项 `dampening`，能把它变成平均：新的梯度先乘以 1 − dampening。
#
# <!-- claim: momentum-average -->
# > **文章说：** SGD 取 momentum=0.9 时，沿梯度的指数加权平均前进。
# >
# > **实测：有条件成立。** dampening 与 momentum 相等。torch 默认累加梯度时不乘 (1 - momentum)：得到的是加权和，取 0.9 时步长是平均的十倍，lr 的含义也随之不同。
#
# 现在回到峡谷：先用三行代码写动量法，再用 torch。

# %%
w, v = START.clone(), torch.zeros(2)
for _ in range(30):
    v = 0.5 * v + gradient(w)  # ⟦keep half of the speed, add the push|速度保留一半，再加上新的推力⟧
    w = w - 0.05 * v
theirs = by_torch(lambda params: torch.optim.SGD(params, lr=0.05, momentum=0.5), num_steps=30)[-1]
print("⟦after 30 steps, by hand|30 步之后，手写⟧:", [f"{p:.1e}" for p in w.tolist()])
print("⟦after 30 steps, torch|30 步之后，torch⟧:", [f"{p:.1e}" for p in theirs])

# %%
nb.draw_figure("momentum", device=device)

# %% [markdown] lang="en"
# Read the picture with care. Both runs use the *same* learning rate, and it is close to the limit, so plain descent
# swings from wall to wall. There momentum damps the swinging. At a small learning rate plain descent does not swing at
# all, and then it is the ball that does: it is fast at the bottom and rolls past it. The last line under the picture
# says so.
#
# <!-- claim: momentum-faster -->
# > **The article says:** Momentum speeds convergence up.
# >
# > **Measured: it is not supported.** In the ravines it arrives 1.4 to 18 times as fast, the more so the larger the
# > condition number. A network trained in batches of 8 shows no gain of a tenth.
#
# <!-- claim: momentum-damps -->
# > **The article says:** Momentum reduces oscillation.
# >
# > **Measured: it is not supported.** At the best settings of each both go equally far across. At one learning rate
# > it depends: momentum damps where plain descent all but diverges, and swings where plain descent does not.

# %% [markdown] lang="zh"
# 这幅图要仔细看。两次用的是**同一个**学习率，而且接近上限，所以普通的梯度下降在两壁之间来回摆动。这时动量能减小摆动。
# 如果学习率小，普通的梯度下降根本不摆动，会摆动的反而是球：它到谷底时速度很快，一下子就滚过去了。
# 图下面的那行小字说的就是这件事。
#
# <!-- claim: momentum-faster -->
# > **文章说：** 动量法加速收敛。
# >
# > **实测：未获支持。** 在峡谷里，它快 1.4 到 18 倍，条件数越大越明显。网络用批量 8 时，没有测到一成以上的好处。
#
# <!-- claim: momentum-damps -->
# > **文章说：** 动量法减少震荡。
# >
# > **实测：未获支持。** 各取最佳参数时，两者横穿的路程一样长。学习率相同时则不一定：普通梯度下降快要发散时，动量能减小摆动；普通梯度下降并不摆动时，动量反而带来摆动。

# %% [markdown] lang="en"
# ## RMSProp: divide each gradient by its usual size
#
# Momentum still has one learning rate for all weights. In the ravine the gradient is $(6, 20)$ at the start; the steep
# direction always gets the larger step, just where a smaller one would be wanted. The idea of **RMSProp**: watch how
# large the gradients of each weight usually are, and divide by that. Then it does not matter whether a weight has
# large or small gradients; all go at a similar pace.
#
# "How large usually" must not depend on the sign. So average the *squares*, then take the root (root mean square,
# hence RMS):
#
# $$s \leftarrow \alpha\, s + (1-\alpha)\, g^2, \qquad w \leftarrow w - \eta\, \frac{g}{\sqrt{s} + \epsilon}.$$
#
# - This time it is an average: the weights $\alpha$ and $1 - \alpha$ add up to 1. Old squares fade away, as in a
#   walking average of the temperature.
# - Everything is done for each weight by itself: each has its own $s$.
# - $\epsilon$ (epsilon) is a tiny number such as $10^{-8}$. It only prevents division by 0.
#
# **On paper,** with $\alpha = 0.75$ (so $1 - \alpha = \tfrac14$) and $s = 0$ at the start. For the gradients 6 and 20:
#
# | | $w_1$ | $w_2$ |
# |---|---|---|
# | $g$ | 6 | 20 |
# | $s = \tfrac14 g^2$ | 9 | 100 |
# | $\sqrt s$ | 3 | 10 |
# | $g / \sqrt s$ | 2 | 2 |
#
# The gradients differ by a factor of more than three, and the steps are equal: $2\eta$ each. (Later, when $s$ has
# grown to about $g^2$, they come down to about $\eta$. Why too long at first? Keep the question; Adam answers it.)

# %% [markdown] lang="zh"
# ## RMSProp：把梯度除以它平时的大小
#
# 动量法仍然只有一个学习率，所有权重共用。在峡谷的起点，梯度是 $(6, 20)$：陡的方向总是走得更远，
# 可偏偏是它应该走得小一些。**RMSProp** 的想法是：记下每个权重的梯度平时有多大，再除以这个大小。这样，
# 不管一个权重的梯度是大是小，大家的步调都差不多。
#
# “平时有多大”不应当受正负号影响。所以先对梯度的**平方**取平均，再开方，也就是均方根（root mean square，
# RMS 由此得名）：
#
# $$s \leftarrow \alpha\, s + (1-\alpha)\, g^2, \qquad w \leftarrow w - \eta\, \frac{g}{\sqrt{s} + \epsilon}.$$
#
# - 这次真的是平均：$\alpha$ 与 $1 - \alpha$ 加起来是 1。旧的平方渐渐淡出，好比只看最近一段日子的平均气温。
# - 每个权重各算各的，都有自己的 $s$。
# - $\epsilon$ 是一个很小的数，例如 $10^{-8}$，只用来防止除以 0。
#
# **先在纸上算**，取 $\alpha = 0.75$（于是 $1 - \alpha = \tfrac14$），$s$ 从 0 开始。两个梯度是 6 和 20：
#
# | | $w_1$ | $w_2$ |
# |---|---|---|
# | $g$ | 6 | 20 |
# | $s = \tfrac14 g^2$ | 9 | 100 |
# | $\sqrt s$ | 3 | 10 |
# | $g / \sqrt s$ | 2 | 2 |
#
# 两个梯度相差三倍多，走出的步子却一样，都是 $2\eta$。（以后 $s$ 增大到 $g^2$ 左右，步长就降到 $\eta$ 左右。
# 为什么一开始偏大？先记下这个问题，Adam 会回答。）

# %%
w, s = START.clone(), torch.zeros(2)
for step in range(1, 31):
    g = gradient(w)
    s = 0.75 * s + 0.25 * g**2
    move = 0.1 * g / (s.sqrt() + 1e-8)
    w = w - move
    if step in (1, 2, 3, 10):
        old, far = ([round(p, 3) for p in each.tolist()] for each in (g, move))
        print(f"⟦step {step}: gradient|第 {step} 步：梯度⟧ {old}, ⟦move|移动⟧ {far}")
theirs = by_torch(lambda params: torch.optim.RMSprop(params, lr=0.1, alpha=0.75), num_steps=30)[-1]
print("⟦after 30 steps, by hand|30 步之后，手写⟧:", [f"{p:.4f}" for p in w.tolist()])
print("⟦after 30 steps, torch|30 步之后，torch⟧:", [f"{p:.4f}" for p in theirs])

# %% [markdown] lang="en"
# ## Adam: both at once, with a correction
#
# **Adam** takes the mean of the gradients, as the ball does, *and* divides by their usual size, as RMSProp does:
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\, g, \qquad s \leftarrow \beta_2 s + (1-\beta_2)\, g^2.$$
#
# (Many books write $v$ for our $s$. We do not, since $v$ is the momentum buffer here.) The usual values are
# $\beta_1 = 0.9$ and $\beta_2 = 0.999$.
#
# Both means begin at 0, and at first they are too small. **On paper**: let the gradient be 6. After one step
# $m = 0.1 \cdot 6 = 0.6$, although the mean of all gradients so far is 6. How much is missing? Unroll the mean as we
# did with momentum. For a constant gradient
#
# $$m_t = (1-\beta)\,(1 + \beta + \dots + \beta^{t-1})\, g = (1 - \beta^t)\, g.$$
#
# So the weights add up to $1 - \beta^t$ only, and dividing by that makes up for it. This is the **bias correction**:
#
# $$\hat m = \frac{m}{1-\beta_1^t}, \qquad \hat s = \frac{s}{1-\beta_2^t},
# \qquad w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat s} + \epsilon}.$$
#
# Step 1 on paper: $\hat m = 0.6/0.1 = 6$; $s = 0.001 \cdot 36 = 0.036$ and $\hat s = 0.036/0.001 = 36$; so the move is
# $\eta \cdot 6/\sqrt{36} = \eta$. This is also the answer to the question above: RMSProp has no correction, so its
# first steps are too long.
#
# **Predict first, then run.** Two weights, one with gradient 1000, the other with 0.001, and $\eta = 0.01$. How far
# does each go in the first step?

# %% [markdown] lang="zh"
# ## Adam：两者都用，再加修正
#
# **Adam** 既像球那样对梯度取平均，**又**像 RMSProp 那样除以它平时的大小：
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\, g, \qquad s \leftarrow \beta_2 s + (1-\beta_2)\, g^2.$$
#
# （许多书把这里的 $s$ 写作 $v$。我们不这样写，因为 $v$ 已经用作动量缓冲了。）通常取 $\beta_1 = 0.9$，
# $\beta_2 = 0.999$。
#
# 两个平均都从 0 开始，所以起初偏小。**先在纸上算**：设梯度是 6。走一步之后 $m = 0.1 \times 6 = 0.6$，
# 可迄今梯度的平均明明是 6。差了多少？像动量法那样把公式展开。梯度不变时，
#
# $$m_t = (1-\beta)\,(1 + \beta + \dots + \beta^{t-1})\, g = (1 - \beta^t)\, g.$$
#
# 可见各个权重加起来只有 $1 - \beta^t$，除以它就补回来了。这就是**偏差修正**：
#
# $$\hat m = \frac{m}{1-\beta_1^t}, \qquad \hat s = \frac{s}{1-\beta_2^t},
# \qquad w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat s} + \epsilon}.$$
#
# 在纸上算第 1 步：$\hat m = 0.6/0.1 = 6$；$s = 0.001 \times 36 = 0.036$，$\hat s = 0.036/0.001 = 36$；
# 所以移动的距离是 $\eta \times 6/\sqrt{36} = \eta$。刚才的问题也有了答案：RMSProp 没有修正，所以最初几步偏大。
#
# **先猜再跑。** 有两个权重，一个的梯度是 1000，另一个的梯度是 0.001，$\eta = 0.01$。第一步各走多远？

# %%
w = torch.zeros(2, dtype=torch.float64, requires_grad=True)
optimizer = torch.optim.Adam([w], lr=0.01)
m, s, mine = torch.zeros(2, dtype=torch.float64), torch.zeros(2, dtype=torch.float64), w.detach().clone()
for t in range(1, 5):
    g = torch.tensor([1000.0, 0.001], dtype=torch.float64) * (1 if t < 3 else -1)
    m = 0.9 * m + 0.1 * g
    s = 0.999 * s + 0.001 * g**2
    m_hat, s_hat = m / (1 - 0.9**t), s / (1 - 0.999**t)
    mine = mine - 0.01 * m_hat / (s_hat.sqrt() + 1e-8)
    w.grad = g  # ⟦here we set the gradient ourselves|这里由我们直接给出梯度⟧
    optimizer.step()
    places = [[round(p, 5) for p in each.tolist()] for each in (mine, w)]
    print(f"⟦step {t}: w by hand|第 {t} 步：w 手写⟧ {places[0]}, torch {places[1]}")

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# Both go 0.01, which is $\eta$. Only the *sign* of the gradient counts in the first step: it is divided by its own
# size.
#
# </details>
#
# So the two learning rates mean different things. With SGD, $\eta$ is a factor before the gradient. With Adam, $\eta$
# is roughly the *distance* that a weight goes in one step. A learning rate that suits one of them tells you nothing
# about the other.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 都走 0.01，也就是 $\eta$。第一步里，只有梯度的**符号**起作用，因为它被自己的大小除掉了。
#
# </details>
#
# 所以两种学习率的含义不同。在 SGD 里，$\eta$ 是梯度前面的倍数；在 Adam 里，$\eta$ 大致就是一个权重一步走的**距离**。
# 适合其中一个的学习率，不能照搬给另一个。

# %%
nb.draw_figure("adam", device=device)

# %% [markdown] lang="en"
# <!-- claim: adam-parts -->
# > **The article says:** Adam is momentum and RMSProp put together.
# >
# > **Measured: it holds under a condition.** Bias correction comes with it: both means start from zero, and the one
# > of the squares stays too small for longer.
#
# <!-- claim: adam-adaptive -->
# > **The article says:** Adam adapts the learning rate, to each parameter by itself.
# >
# > **Measured: it holds.** It has that from RMSProp, which does the same.

# %% [markdown] lang="zh"
# <!-- claim: adam-parts -->
# > **文章说：** Adam 就是 Momentum 加 RMSProp。
# >
# > **实测：有条件成立。** 还要加上偏差修正：两个平均都从零开始，而平方的平均偏小的时间更长。
#
# <!-- claim: adam-adaptive -->
# > **文章说：** Adam 为每个参数自适应地调整学习率。
# >
# > **实测：成立。** 这一点来自 RMSProp，它也是这样做的。

# %% [markdown] lang="en"
# ## Which optimizer is the best?
#
# A common picture lets all optimizers run at *one* learning rate and crowns the winner. **Predict first, then run**:
# on our ravine, 40 steps, who wins at 0.003, at 0.03, at 0.1, at 1? (A number is the loss that is left; the smallest
# wins. `inf` and `nan` mean: diverged.)

# %% [markdown] lang="zh"
# ## 哪个优化器最好？
#
# 常见的做法是：所有优化器用**同一个**学习率，画一张图，选出赢家。**先猜再跑**：在我们的峡谷里走 40 步，
# 学习率取 0.003、0.03、0.1、1，各是谁赢？（表里是剩下的损失，最小的赢；`inf` 和 `nan` 表示发散了。）

# %%
RULES = {
    "SGD": lambda params, lr: torch.optim.SGD(params, lr=lr),
    "Momentum": lambda params, lr: torch.optim.SGD(params, lr=lr, momentum=0.9),
    "RMSProp": lambda params, lr: torch.optim.RMSprop(params, lr=lr, alpha=0.9),
    "Adam": lambda params, lr: torch.optim.Adam(params, lr=lr),
}


def left_after(name, lr, num_steps=40):
    path = by_torch(lambda params: RULES[name](params, lr), num_steps)
    return loss_of(torch.tensor(path[-1])).item()


print("⟦learning rate|学习率⟧".ljust(14), *(f"{name:>10}" for name in RULES))
for lr in (0.003, 0.03, 0.1, 1.0):
    row = [left_after(name, lr) for name in RULES]
    print(f"{lr:<14g}", *(f"{loss:10.2g}" for loss in row))

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# A different one each time: momentum, SGD, RMSProp, Adam. Such a picture tells you which optimizer the *learning rate*
# suits, and nothing else.
#
# </details>
#
# A fair comparison looks for a good learning rate for each, with the same effort, and compares then. Here are the
# paths with each one's own best learning rate out of twelve.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 每次都不一样：依次是动量法、SGD、RMSProp、Adam。这样的图只能说明这个**学习率**适合谁，别的什么也说明不了。
#
# </details>
#
# 公平的比较应当花同样的力气，给每个优化器各找一个好的学习率，然后再比。
# 下面每个优化器都从十二个学习率里选了自己最好的一个。

# %%
RATES = [k * 10.0**-n for n in (3, 2, 1) for k in (1, 2, 5, 9)]


def best_rate(name):
    left = {lr: left_after(name, lr) for lr in RATES}
    finite = {lr: loss for lr, loss in left.items() if loss < float("inf")}  # ⟦without inf and nan|去掉 inf 和 nan⟧
    return min(finite, key=finite.get)


def draw(ax, name):
    lr = best_rate(name)
    path = torch.tensor(by_torch(lambda params: RULES[name](params, lr), num_steps=40))
    ax.contour(grid1, grid2, grid1**2 + 10 * grid2**2, levels=10, colors="0.85")
    ax.plot(*path.T, marker="o", markersize=3)
    ax.set_title(f"{name}: ⟦learning rate|学习率⟧ {lr:g}, ⟦loss left|剩下的损失⟧ {loss_of(path[-1]):.1e}", fontsize=9)


grid1, grid2 = torch.meshgrid(torch.linspace(-3.5, 3.5, 81), torch.linspace(-1.3, 1.3, 61), indexing="xy")
fig, axes = plt.subplots(2, 2, figsize=(9, 4.6), sharex=True, sharey=True)
for ax, name in zip(axes.flat, RULES, strict=True):
    draw(ax, name)
plt.show()

# %% [markdown] lang="en"
# Look at the shapes. SGD zigzags across the steep direction. Momentum with $\mu = 0.9$ is a heavy ball in a small
# bowl: it rolls past the bottom and comes back in a spiral; in a much narrower ravine that weight would pay. RMSProp
# and Adam begin along the diagonal, since both directions get steps of the same length. One toy surface decides
# nothing, of course. The experiment repeats the fair comparison with a network and several seeds (`nb.search_lr` does
# the search for a task of your own).

# %% [markdown] lang="zh"
# 看看路线的形状。SGD 在陡的方向上来回折返。$\mu = 0.9$ 的动量法像一个很重的球放进小碗里，滚过谷底，再绕着圈回来；
# 换成一个窄得多的峡谷，重一些才划算。RMSProp 和 Adam 一开始沿着对角线走，因为两个方向的步子一样长。当然，
# 一个玩具曲面说明不了什么。下面的实验用神经网络和多个随机种子，把这种公平的比较再做一遍。
# （自己的任务可以用 `nb.search_lr` 来找学习率。）

# %%
result = nb.run_experiment("optimizer-race", quick=True, device=device)
nb.draw_experiment("optimizer-race", result)

# %% [markdown] lang="en"
# In numbers: the best learning rate of each, the training loss at the end, and how often it is right on new data.

# %% [markdown] lang="zh"
# 用数字说：各自的最佳学习率、最后的训练损失、新数据上的正确率。

# %%
found = result.first
for name, lr in found.lr.items():
    loss, right = found.losses[name][:, -1].median(), found.right[name].median()
    print(f"{name:9} ⟦learning rate|学习率⟧ {lr:<7.2g} ⟦loss|损失⟧ {loss:.3f}   ⟦right|正确率⟧ {right:.1%}")

# %% [markdown] lang="en"
# ## Schedules: large steps first, small steps later
#
# A golfer hits the ball far at first and taps it gently near the hole. Training does the same: large steps to get into
# the valley, small ones to settle. A **scheduler** changes the optimizer's learning rate as training goes on. You call
# `scheduler.step()` once in each epoch, and it counts its calls. The article names three:
#
# - **StepLR**: multiply by `gamma` after every `step_size` calls;
# - **MultiStepLR**: multiply by `gamma` at the calls that you list as `milestones`;
# - **ExponentialLR**: multiply by `gamma` at every call.
#
# **On paper**, beginning at 0.8, always with `gamma=0.5`. Fill in the missing places:
#
# | calls so far | 0 | 1 | 2 | 3 | 4 |
# |---|---|---|---|---|---|
# | `StepLR(step_size=2)` | 0.8 | 0.8 | 0.4 | 0.4 | ? |
# | `MultiStepLR(milestones=[1, 4])` | 0.8 | 0.4 | 0.4 | 0.4 | ? |
# | `ExponentialLR` | 0.8 | 0.4 | 0.2 | ? | ? |
#
# In pictures, over 200 epochs:

# %% [markdown] lang="zh"
# ## 学习率调度：先迈大步，后迈小步
#
# 打高尔夫球，先用力打远，到了洞边再轻轻推。训练也是这样：先迈大步走进谷里，再迈小步停稳。
# **调度器**在训练过程中改变优化器的学习率。每一轮调用一次 `scheduler.step()`，它自己数调用了几次。文章提到三种：
#
# - **StepLR**：每调用 `step_size` 次，乘一次 `gamma`；
# - **MultiStepLR**：调用次数到了 `milestones` 里列出的值，乘一次 `gamma`；
# - **ExponentialLR**：每次调用都乘 `gamma`。
#
# **先在纸上算。** 从 0.8 开始，`gamma` 都取 0.5。请把空格填上：
#
# | 已调用的次数 | 0 | 1 | 2 | 3 | 4 |
# |---|---|---|---|---|---|
# | `StepLR(step_size=2)` | 0.8 | 0.8 | 0.4 | 0.4 | ? |
# | `MultiStepLR(milestones=[1, 4])` | 0.8 | 0.4 | 0.4 | 0.4 | ? |
# | `ExponentialLR` | 0.8 | 0.4 | 0.2 | ? | ? |
#
# 画成图，共 200 轮：

# %%
nb.draw_figure("learning-rate", device=device)

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# `StepLR`: 0.2. `MultiStepLR`: 0.2. `ExponentialLR`: 0.1 and 0.05.
#
# </details>
#
# Now build a real one and step it: `StepLR` with the article's numbers, 50 and 0.5.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# `StepLR` 是 0.2，`MultiStepLR` 是 0.2，`ExponentialLR` 是 0.1 和 0.05。
#
# </details>
#
# 现在建立一个真正的调度器，一步步走。`StepLR` 用文章里的数：50 和 0.5。

# %%
weight = torch.zeros(1, requires_grad=True)  # ⟦something for the optimizer to hold|总得给优化器一个参数⟧
optimizer = torch.optim.SGD([weight], lr=0.1)
scheduler = lr_scheduler.StepLR(optimizer, step_size=50, gamma=0.5)  # ⟦it gets the optimizer|把优化器交给它⟧
for epoch in range(151):
    if epoch in (0, 1, 49, 50, 99, 100, 150):
        rate = optimizer.param_groups[0]["lr"]  # ⟦the learning rate lives in the optimizer|学习率存放在优化器里⟧
        print(f"⟦epoch {epoch}: learning rate|第 {epoch} 轮：学习率⟧ {rate}")
    optimizer.step()  # ⟦in real training: all updates of the epoch|真正训练时，这里是这一轮的所有更新⟧
    scheduler.step()  # ⟦then, once, the scheduler|然后调度器走一步，只走一次⟧

# %% [markdown] lang="en"
# Nothing else happens: the scheduler writes a number into the optimizer. So a schedule is easily plotted by hand: run
# the loop and note the number. A fourth one joins the article's three, because much of today's training uses it: the
# cosine, which begins gently, falls, and ends gently.

# %% [markdown] lang="zh"
# 调度器做的仅此而已：把一个数写进优化器。所以学习率的曲线很容易画：跑一遍循环，把这个数记下来。除了文章里的三种，
# 再画一种如今训练中常用的：余弦，开头平缓，中间下降，末尾又平缓。


# %%
def rates_of(make_scheduler, num_epochs=200):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
    scheduler = make_scheduler(optimizer)
    rates = []
    for _ in range(num_epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


schedules = {
    "StepLR(step_size=50, gamma=0.5)": lambda opt: lr_scheduler.StepLR(opt, step_size=50, gamma=0.5),
    "MultiStepLR([30, 120], gamma=0.3)": lambda opt: lr_scheduler.MultiStepLR(opt, milestones=[30, 120], gamma=0.3),
    "ExponentialLR(gamma=0.985)": lambda opt: lr_scheduler.ExponentialLR(opt, gamma=0.985),
    "CosineAnnealingLR(T_max=200)": lambda opt: lr_scheduler.CosineAnnealingLR(opt, T_max=200),
}
fig, ax = plt.subplots(figsize=(8, 3.4))
for (name, make), line in zip(schedules.items(), ("-", "--", ":", "-."), strict=True):
    rates = rates_of(make)
    ax.plot(rates, line, label=name)
    print(f"{name}: ⟦last learning rate|最后的学习率⟧ {rates[-1]:.5f}")
ax.set(xlabel="⟦epoch|轮⟧", ylabel="⟦learning rate|学习率⟧", title="⟦Four schedules|四种调度⟧")
ax.legend()
plt.show()

# %% [markdown] lang="en"
# The same in one line: `nb.trace_lr` records the rates of a real scheduler, `nb.plot_lr` draws them. Schedulers can
# also be put one after the other; here is a *warm-up*, in which the learning rate grows for ten epochs, followed by a
# cosine.

# %% [markdown] lang="zh"
# 同样的事，只要一行：`nb.trace_lr` 记下真正的调度器给出的学习率，`nb.plot_lr` 把它画出来。几个调度器还可以接起来用。
# 下面先**预热**十轮，学习率逐渐增大，然后按余弦下降。


# %%
def warm_up_then_cosine(optimizer):
    parts = [lr_scheduler.LinearLR(optimizer, 0.01, total_iters=10), lr_scheduler.CosineAnnealingLR(optimizer, 90)]
    return lr_scheduler.SequentialLR(optimizer, parts, milestones=[10])


nb.plot_lr(nb.trace_lr(warm_up_then_cosine, lr=0.1, num_steps=100)).figure

# %% [markdown] lang="en"
# ### The right place in the loop
#
# The optimizer steps after every *batch*, the scheduler after every *epoch*. So `scheduler.step()` stands outside the
# inner loop, after it. Below a network learns noisy data in small batches, once with a constant learning rate and once
# with StepLR. **Predict first**: how do the two loss curves differ towards the end?

# %% [markdown] lang="zh"
# ### 写在循环的什么地方
#
# 优化器每个**小批量**走一步，调度器每**轮**走一步。所以 `scheduler.step()` 写在里层循环的外面、后面。
# 下面用小批量训练一个网络，数据有噪声，一次学习率固定，一次用 StepLR。**先猜再跑**：到了后期，
# 两条损失曲线会有什么不同？

# %%
torch.manual_seed(0)
points = torch.randn(256, 2)
labels = (points[:, 0] * points[:, 1] + 0.5 * torch.randn(256) > 0).long()  # ⟦noisy|带噪声⟧
loader = DataLoader(TensorDataset(points, labels), batch_size=8, shuffle=True)
criterion = nn.CrossEntropyLoss()


def train(with_schedule):
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    scheduler = lr_scheduler.StepLR(optimizer, step_size=5, gamma=0.5)
    curve = []
    for _ in range(30):
        for batch, targets in loader:
            optimizer.zero_grad()
            criterion(model(batch), targets).backward()
            optimizer.step()  # ⟦after every batch|每个小批量之后⟧
        if with_schedule:
            scheduler.step()  # ⟦after every epoch, outside the inner loop|每轮之后，在里层循环外面⟧
        with torch.no_grad():
            curve.append(criterion(model(points), labels).item())
    return curve


fig, ax = plt.subplots(figsize=(7, 3))
for label, with_schedule, line in (("⟦constant|固定学习率⟧", False, "--"), ("StepLR", True, "-")):
    curve = train(with_schedule)
    ax.plot(range(1, 31), curve, line, label=label)
    ends = curve[-10:]
    low, high = min(ends), max(ends)
    print(f"{label}: ⟦last ten epochs, loss from|最后十轮，损失最小⟧ {low:.3f}, ⟦to|最大⟧ {high:.3f}")
ax.set(xlabel="⟦epoch|轮⟧", ylabel="⟦loss|损失⟧", title="⟦Both begin alike|两者开头相同⟧")
ax.legend()
plt.show()

# %% [markdown] lang="en"
# ### Why the loss does not settle by itself
#
# On the smooth bowl of `09_gradient_descent.ipynb` the steps got shorter on their own, because the slope went to 0 at
# the bottom. With mini-batches it does not! Each batch has a slightly different opinion where the bottom is. **On
# paper:** let the slope be $w$ plus a noise of $+1$ or $-1$. You stand exactly at the best place, $w = 0$. The next
# gradient is not 0 but $+1$ or $-1$, and you are kicked away by $\eta$. So the weight keeps trembling, the more the
# larger the learning rate. The loss stays above its minimum by an amount that is called the **noise floor**.
#
# A large learning rate comes down quickly to a high floor, a small one slowly to a low floor. A schedule takes first
# the one and then the other. Measure it:

# %% [markdown] lang="zh"
# ### 损失为什么自己停不稳
#
# 在 `09_gradient_descent.ipynb` 那个光滑的碗里，步子自己会变短，因为到了谷底，斜率就是 0。用小批量时却不是这样！
# 谷底在哪里，每个小批量的“看法”都略有不同。**先在纸上算**：设斜率是 $w$ 再加上噪声，噪声是 $+1$ 或 $-1$。
# 你正好站在最佳位置 $w = 0$。下一个梯度却不是 0，而是 $+1$ 或 $-1$，于是你被踢开了 $\eta$ 这么远。
# 所以权重会一直抖动，学习率越大，抖得越厉害，损失总比最小值高出一截。这一截叫**噪声下限**。
#
# 学习率大，下降快，但下限高；学习率小，下降慢，但下限低。调度就是先用大的，再用小的。量一量：

# %%
torch.manual_seed(0)
for lr in (0.8, 0.4, 0.2, 0.1):
    w, heights = 0.0, []
    for _ in range(5000):
        noise = 1.0 if torch.rand(1) < 0.5 else -1.0
        w = w - lr * (w + noise)
        heights.append(w**2)
    print(f"⟦learning rate|学习率⟧ {lr}: ⟦mean of w² while trembling|抖动时 w² 的平均⟧ {sum(heights) / 5000:.3f}")

# %% [markdown] lang="en"
# Half the learning rate, about half the trembling.
#
# > **Further**
# >
# > How large exactly? Let $V$ be the mean of $w^2$ when it no longer changes. From
# > $w_{\text{new}} = (1-\eta)\,w - \eta\,\text{noise}$, where the noise has mean 0, mean square 1 and nothing to do
# > with $w$, squaring and averaging gives $V = (1-\eta)^2 V + \eta^2$, so $V = \eta/(2-\eta)$. For 0.4 this is 0.25.
# > Compare with the printed numbers.

# %% [markdown] lang="zh"
# 学习率减半，抖动也大约减半。
#
# > **进阶**
# >
# > 到底有多大？设 $w^2$ 的平均不再变化时是 $V$。由 $w_{\text{新}} = (1-\eta)\,w - \eta \times \text{噪声}$，
# > 其中噪声的平均是 0，平方的平均是 1，又与 $w$ 无关，两边平方再取平均，得 $V = (1-\eta)^2 V + \eta^2$，
# > 于是 $V = \eta/(2-\eta)$。学习率取 0.4 时是 0.25。请与上面打印的数对照。

# %%
result = nb.run_experiment("schedule-noise-floor", quick=True, device=device)
nb.draw_experiment("schedule-noise-floor", result)

# %% [markdown] lang="en"
# That is a bowl. And networks? The loss on all training samples at the end, each schedule from its own best learning
# rate:

# %% [markdown] lang="zh"
# 这是碗。网络呢？每种调度都从各自的最佳学习率开始，结束时全部训练样本上的损失是：

# %%
found = result.first
for side, lr in found.race.lr.items():
    print(f"{side:12} ⟦learning rate|学习率⟧ {lr:<5.2g} ⟦loss|损失⟧ {found.end(side).median():.3f}")

# %% [markdown] lang="en"
# <!-- claim: decay-calms -->
# > **The article says:** A smaller learning rate late in training prevents oscillation.
# >
# > **Measured: it is not supported.** Where classes overlap, a network ends lower with decay, by 5% to 18%; in linear
# > regression a small constant learning rate does as well.

# %% [markdown] lang="zh"
# <!-- claim: decay-calms -->
# > **文章说：** 训练后期减小学习率，可以防止震荡。
# >
# > **实测：未获支持。** 两类重叠时，衰减使网络的损失更低，低 5% 到 18%；线性回归只要固定用较小的学习率，结果就一样好。

# %% [markdown] lang="en"
# ## Common pitfalls
#
# **1. `scheduler.step()` before `optimizer.step()`.** The first learning rate is skipped: the first update below
# should use 0.1. Torch warns, once; we catch the warning and print it.

# %% [markdown] lang="zh"
# ## 常见的坑
#
# **1. 把 `scheduler.step()` 写在 `optimizer.step()` 之前。** 第一个学习率就被跳过了：下面的第一次更新本应使用 0.1。
# torch 会警告一次，这里把警告接住并打印出来。

# %%
weight = torch.zeros(1, requires_grad=True)
weight.grad = torch.zeros(1)
optimizer = torch.optim.SGD([weight], lr=0.1)
scheduler = lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for update in (1, 2, 3):
        scheduler.step()
        print(f"⟦update {update}: learning rate|第 {update} 次更新：学习率⟧ {scheduler.get_last_lr()[0]}")
        optimizer.step()
print("⟦torch warns|torch 的警告⟧:", str(caught[0].message).split(". ")[0])

# %% [markdown] lang="en"
# **2. Calls are not epochs.**
#
# <!-- claim: multi-step-lr -->
# > **The article says:** MultiStepLR lowers the learning rate at chosen epochs.
# >
# > **Measured: it holds under a condition.** scheduler.step() is called once an epoch: the scheduler counts calls and
# > knows no epochs.
#
# Put `scheduler.step()` into the inner loop by mistake, and with 32 batches in an epoch the schedule runs 32 times too
# fast. (Schedules that are *meant* for updates, such as OneCycleLR, do belong there.)
#
# **3. A new optimizer for each epoch.** The buffers $v$, $m$ and $s$ live in the optimizer. If you build it anew
# inside the loop, they are thrown away, and with them the speed that was gathered. For the same reason save
# `optimizer.state_dict()` along with the model. How far do 15 steps against a gradient of 1 go?

# %% [markdown] lang="zh"
# **2. 调用次数不等于轮数。**
#
# <!-- claim: multi-step-lr -->
# > **文章说：** MultiStepLR 在指定的 epoch 衰减。
# >
# > **实测：有条件成立。** 每个 epoch 调用一次 scheduler.step()：调度器只数调用次数，并不知道 epoch。
#
# 如果误把 `scheduler.step()` 写进里层循环，而一轮有 32 个小批量，那么才过一轮，调度就走了 32 步。
# （OneCycleLR 等本来就按更新次数设计的调度器，才应当写在里层。）
#
# **3. 每轮都新建优化器。** $v$、$m$、$s$ 都保存在优化器里。在循环中重新建立优化器，它们就丢了，积累的速度也没有了。
# 同样的道理，保存模型时，也要保存 `optimizer.state_dict()`。设梯度恒为 1，走 15 步，能走多远？

# %%
for anew in (False, True):
    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=1.0, momentum=0.9)
    for _ in range(3):  # ⟦three epochs of five steps|三轮，每轮五步⟧
        if anew:
            optimizer = torch.optim.SGD([weight], lr=1.0, momentum=0.9)
        for _ in range(5):
            weight.grad = torch.ones(1)
            optimizer.step()
    label = "⟦a new optimizer each epoch|每轮新建优化器⟧" if anew else "⟦one optimizer throughout|始终用同一个优化器⟧"
    print(f"{label}: ⟦distance|走了⟧ {-weight.item():.1f}")

# %% [markdown] lang="en"
# ## Finding a learning rate
#
# Every method above begins with a learning rate. Where does it come from? The honest way is to try: 0.001, 0.01, 0.1,
# 1, a short run each, then finer steps around the best. Always multiply, do not add: between 0.001 and 0.01 there is
# as much to find as between 0.1 and 1.
#
# A **range test** is a short cut: raise the learning rate a little with each batch and watch where the loss falls
# fastest and where it blows up. One short run instead of many full ones. How good is it?

# %% [markdown] lang="zh"
# ## 怎样找学习率
#
# 上面的每种方法都要先有一个学习率。它从哪里来？最老实的办法是试：0.001、0.01、0.1、1，各训练一小段，
# 再在最好的附近试得细一些。试的时候要成倍地变，不要等差地变：从 0.001 到 0.01，和从 0.1 到 1 同样值得一试。
#
# **学习率范围测试**是一条捷径：每过一个小批量，就把学习率增大一点，看损失在哪里下降最快，在哪里突然变大。
# 只要短短训练一次，不必完整地训练许多次。这条捷径好不好用？

# %%
result = nb.run_experiment("lr-finder", quick=True, device=device)
nb.draw_experiment("lr-finder", result)

# %% [markdown] lang="en"
# Two rules read a learning rate off the run: where the loss falls fastest, and a tenth of where it blows up. Beside
# the best of a full search, the loss after training at each:

# %% [markdown] lang="zh"
# 从这次试跑里读出学习率，有两条规则：损失下降最陡的地方；开始发散处的十分之一。分别用它们和完整搜索得到的最佳值训练，
# 最后的损失是：

# %%
found = result.first
rules = ("⟦steepest fall|下降最陡处⟧", "⟦a tenth of the blow-up|发散处的十分之一⟧", "⟦full search|完整搜索⟧")
for rule, lrs, losses in zip(rules, found.chosen, found.final, strict=True):
    print(f"{rule}: ⟦learning rate|学习率⟧ {lrs.median():<5.2g} ⟦loss|损失⟧ {losses.median():.3f}")

# %% [markdown] lang="en"
# ## Questions to think about
#
# **1.** With $\mu = 0.9$, how much does a gradient from 10 steps ago still count in $v$, compared with today's? And
# from 50 steps ago?
#
# <details><summary>Answer</summary>
#
# $0.9^{10} \approx 0.35$ and $0.9^{50} \approx 0.005$. Roughly the last ten gradients decide.
#
# </details>
#
# **2.** Somebody multiplies the loss by 100. What changes for SGD, and what for Adam?
#
# <details><summary>Answer</summary>
#
# All gradients become 100 times as large. SGD's steps do, too; the learning rate must be divided by 100. For Adam
# $\hat m$ grows by 100 and $\sqrt{\hat s}$ as well, so the steps stay the same (as long as $\epsilon$ is negligible).
#
# </details>
#
# **3.** With RMSProp and a constant learning rate a weight may fail to come to rest at the minimum, even without
# noise. Why?
#
# <details><summary>Answer</summary>
#
# Near the minimum the gradient gets small, but so does $\sqrt s$, by which it is divided. The steps need not shrink as
# they do in plain descent. A schedule helps.
#
# </details>
#
# ## Exercises
#
# First the three update rules, then four schedules. If a check fails, read the smallest counterexample and work it out
# on paper. (To make and train a whole model of your own is the exercise of `11_digits.ipynb`.)

# %% [markdown] lang="zh"
# ## 思考题
#
# **1.** 取 $\mu = 0.9$。10 步之前的梯度，在 $v$ 里的分量是眼前这个梯度的几分之几？50 步之前的呢？
#
# <details><summary>答案</summary>
#
# $0.9^{10} \approx 0.35$，$0.9^{50} \approx 0.005$。大致由最近十个梯度决定。
#
# </details>
#
# **2.** 有人把损失乘了 100。对 SGD 有什么影响？对 Adam 呢？
#
# <details><summary>答案</summary>
#
# 所有梯度都变成 100 倍。SGD 的步子也变成 100 倍，学习率要除以 100。对 Adam 来说，$\hat m$ 变成 100 倍，
# $\sqrt{\hat s}$ 也变成 100 倍，步子不变（只要 $\epsilon$ 小到可以不计）。
#
# </details>
#
# **3.** 用 RMSProp，学习率固定，就算没有噪声，权重在最小值处也未必停得住。为什么？
#
# <details><summary>答案</summary>
#
# 接近最小值时，梯度变小了，可它要除以的 $\sqrt s$ 也变小了，所以步子不一定像普通的梯度下降那样自己变短。
# 用调度就好一些。
#
# </details>
#
# ## 练习
#
# 先写三种更新规则，再写四种调度。如果没有通过，就看最小的反例，在纸上算一算。（自己搭一个模型、把它训练好，
# 是 `11_digits.ipynb` 的练习。）

# %%
nb.exercise("momentum-step")


# %%
def momentum_step(param, grad, buf, lr, momentum):
    pass  # ⟦your code|在这里写代码⟧


nb.check("momentum-step", momentum_step)

# %%
nb.exercise("rmsprop-step")


# %%
def rmsprop_step(param, grad, square_avg, lr, alpha, eps):
    pass  # ⟦your code|在这里写代码⟧


nb.check("rmsprop-step", rmsprop_step)

# %%
nb.exercise("adam-step")


# %%
def adam_step(param, grad, exp_avg, exp_avg_sq, step, lr, beta1, beta2, eps):
    pass  # ⟦your code|在这里写代码⟧


nb.check("adam-step", adam_step)

# %%
nb.exercise("step-lr")


# %%
def step_lr(lr, epoch, step_size, gamma):
    pass  # ⟦your code|在这里写代码⟧


nb.check("step-lr", step_lr)

# %%
nb.exercise("multistep-lr")


# %%
def multistep_lr(lr, epoch, milestones, gamma):
    pass  # ⟦your code|在这里写代码⟧


nb.check("multistep-lr", multistep_lr)

# %%
nb.exercise("exponential-lr")


# %%
def exponential_lr(lr, epoch, gamma):
    pass  # ⟦your code|在这里写代码⟧


nb.check("exponential-lr", exponential_lr)

# %%
nb.exercise("cosine-lr")


# %%
def cosine_lr(lr, epoch, t_max, eta_min):
    pass  # ⟦your code|在这里写代码⟧


nb.check("cosine-lr", cosine_lr)

# %% [markdown] lang="en"
# ## What to read next
#
# - *Dive into Deep Learning*: [momentum](https://d2l.ai/chapter_optimization/momentum.html),
#   [RMSProp](https://d2l.ai/chapter_optimization/rmsprop.html), [Adam](https://d2l.ai/chapter_optimization/adam.html),
#   [learning rate scheduling](https://d2l.ai/chapter_optimization/lr-scheduler.html)
# - The best pictures of momentum there are: [Goh (2017), Why Momentum Really Works](https://distill.pub/2017/momentum)
# - Adam: [Kingma & Ba (2015)](https://arxiv.org/abs/1412.6980); with weight decay done right, AdamW:
#   [Loshchilov & Hutter (2019)](https://arxiv.org/abs/1711.05101)
# - On fair comparisons: [Choi et al. (2019)](https://arxiv.org/abs/1910.05446); the range test:
#   [Smith (2017)](https://arxiv.org/abs/1506.01186)
# - Torch: [torch.optim](https://docs.pytorch.org/docs/stable/optim.html), optimizers and schedulers on one page
# - More to try here: `nb.run_experiment("momentum-rates")`, `"adam-bias-correction"`, `"optimizer-paths"`, each drawn
#   by `nb.draw_experiment`
# - Next: `11_digits.ipynb`, where everything comes together in one project

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - 《动手学深度学习》：[动量法](https://zh.d2l.ai/chapter_optimization/momentum.html)、
#   [RMSProp](https://zh.d2l.ai/chapter_optimization/rmsprop.html)、
#   [Adam](https://zh.d2l.ai/chapter_optimization/adam.html)、
#   [学习率调度器](https://zh.d2l.ai/chapter_optimization/lr-scheduler.html)
# - 邱锡鹏[《神经网络与深度学习》](https://nndl.github.io/)第 7 章，网络优化与正则化
# - 李宏毅的[机器学习课程](https://speech.ee.ntu.edu.tw/~hylee/ml/2022-spring.php)，视频讲解
# - 讲动量讲得最好的一篇，图可以动手拖（英文）：
#   [Goh (2017), Why Momentum Really Works](https://distill.pub/2017/momentum)
# - Adam 的论文（英文）：[Kingma & Ba (2015)](https://arxiv.org/abs/1412.6980)；正确处理权重衰减的 AdamW：
#   [Loshchilov & Hutter (2019)](https://arxiv.org/abs/1711.05101)
# - 怎样比较才公平（英文）：[Choi et al. (2019)](https://arxiv.org/abs/1910.05446)；学习率范围测试：
#   [Smith (2017)](https://arxiv.org/abs/1506.01186)
# - torch 文档（英文）：[torch.optim](https://docs.pytorch.org/docs/stable/optim.html)，优化器和调度器都在这一页；
#   中文译本见 [PyTorch 中文文档](https://pytorch.apachecn.org/)
# - 还可以试试：`nb.run_experiment("momentum-rates")`、`"adam-bias-correction"`、`"optimizer-paths"`，
#   结果都用 `nb.draw_experiment` 来画
# - 下一节：`11_digits.ipynb`，把学过的合成一个完整的项目
