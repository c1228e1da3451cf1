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
# **What you will see**
#
# - momentum as torch computes it, and why its learning rate does not mean what it means without;
# - Adam, step by step, and what its bias correction corrects;
# - optimizers compared fairly: each at its own best learning rate;
# - schedules from the real schedulers, and the noise floor that they lower;
# - three ways to get a schedule or an optimizer wrong without an error message.

# %% [markdown] lang="zh"
# # 10 · 优化器与学习率调度
#
# **这一节会看到什么**
#
# - torch 的动量是怎样算的，以及为什么有了动量，学习率的含义就变了；
# - 一步一步地算 Adam，看看偏差修正修正了什么；
# - 公平地比较优化器：各自用各自最合适的学习率；
# - 由真正的调度器画出的学习率曲线，以及它们压低的“噪声下限”；
# - 三种不报错、却把调度器或优化器用错的写法。

# %%
import os
import warnings

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # the language of pictures and messages: "en" or "zh"
device = "cpu"  # or "cuda"

# %% [markdown] lang="en"
# ## Momentum
#
# In a ravine plain descent runs into a dilemma: a rate that is right for the steep direction is far too small for the
# flat one. Momentum lets the steps build up. Torch keeps a buffer $b$ for each parameter:
#
# $$b \leftarrow \mu\, b + g, \qquad w \leftarrow w - \eta\, b.$$
#
# Where gradients agree from step to step, the buffer grows; where they change sign, they cancel.

# %% [markdown] lang="zh"
# ## 动量
#
# 在狭长的“峡谷”里，普通的梯度下降左右为难：学习率对陡的方向合适，对平的方向就太小了。动量让每一步可以积累起来。
# torch 为每个参数保存一个缓存 $b$：
#
# $$b \leftarrow \mu\, b + g, \qquad w \leftarrow w - \eta\, b.$$
#
# 前后几步的梯度方向一致，缓存就增大；梯度来回变号，就互相抵消。

# %%
nb.draw_figure("momentum", device=device)

# %% [markdown] lang="en"
# Is $b$ an average? Feed the optimizer the same gradient, 1, again and again, and look at how long its steps get.

# %% [markdown] lang="zh"
# $b$ 是平均值吗？让梯度每次都等于 1，看看步长会变成多少。

# %%
for settings in ({}, {"momentum": 0.9}, {"momentum": 0.9, "dampening": 0.9}):
    w = torch.zeros(1, dtype=torch.float64, device=device, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=1.0, **settings)
    places = [0.0]
    for _ in range(60):
        w.grad = torch.ones_like(w)
        optimizer.step()
        places.append(-w.item())
    print([round(places[k] - places[k - 1], 3) for k in (1, 2, 3, 10, 60)], settings)

# %% [markdown] lang="en"
# <!-- claim: momentum-average -->
# > **The article says:** SGD with momentum=0.9 steps along the exponentially weighted average of the gradients.
# >
# > **Measured: it holds under a condition.** dampening equals momentum. By default torch adds gradients up without
# > the factor (1 - momentum): a weighted sum, a step ten times as long at 0.9, so that lr has another meaning.
#
# If you add momentum to a tuned run, lower the learning rate, or set `dampening`.

# %% [markdown] lang="zh"
# <!-- claim: momentum-average -->
# > **文章说：** SGD 取 momentum=0.9 时，沿梯度的指数加权平均前进。
# >
# > **实测：有条件成立。** dampening 与 momentum 相等。torch 默认累加梯度时不乘 (1 - momentum)：得到的是加权和，取 0.9 时步长是平均的十倍，lr 的含义也随之不同。
#
# 给已经调好的训练加上动量时，应当减小学习率，或者设置 `dampening`。

# %%
nb.show_claims("momentum-average", "momentum-faster", "momentum-damps")

# %% [markdown] lang="en"
# ## Adam
#
# Momentum has one rate for all parameters. RMSProp divides each gradient by the size that it usually has, so that every
# parameter moves at a similar pace. Adam does both, and keeps two running means, both of which start from 0:
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1-\beta_2)\, g^2,$$
# $$w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}, \qquad
# \hat m = \frac{m}{1-\beta_1^t}, \quad \hat v = \frac{v}{1-\beta_2^t}.$$
#
# The hats are the *bias correction*: after $t$ steps the weights of a mean that started from 0 sum to $1-\beta^t$ only.
# Here are the formulas beside `torch.optim.Adam`, with two gradients that differ a million times.

# %% [markdown] lang="zh"
# ## Adam
#
# 动量法的所有参数共用一个学习率。RMSProp 把每个梯度除以它平时的大小，让各个参数的步调接近。Adam 两者都用，
# 记录两个滑动平均，都从 0 开始：
#
# $$m \leftarrow \beta_1 m + (1-\beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1-\beta_2)\, g^2,$$
# $$w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}, \qquad
# \hat m = \frac{m}{1-\beta_1^t}, \quad \hat v = \frac{v}{1-\beta_2^t}.$$
#
# 带帽子的就是**偏差修正**：平均值从 0 开始，走了 $t$ 步之后，权重之和只有 $1-\beta^t$。
# 下面把公式与 `torch.optim.Adam` 对照，两个梯度相差一百万倍。

# %%
w = torch.zeros(2, dtype=torch.float64, device=device, requires_grad=True)
optimizer = torch.optim.Adam([w], lr=0.01)
m, v, mine = torch.zeros_like(w.detach()), torch.zeros_like(w.detach()), w.detach().clone()
for t in range(1, 5):
    g = torch.tensor([1000.0, 0.001], dtype=torch.float64, device=device) * (-1) ** (t // 3)
    w.grad = g
    optimizer.step()
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    mine = mine - 0.01 * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)
    print(t, [round(place, 6) for place in w.tolist()], [round(place, 6) for place in mine.tolist()])

# %% [markdown] lang="en"
# Both parameters take the same steps, and the first one is `lr` times the *sign* of the gradient, whatever its size. So
# Adam's `lr` is about how far a parameter goes, while SGD's multiplies a gradient: a rate that is good for one says
# nothing about the other.
#
# <!-- claim: adam-parts -->
# > **The article says:** Adam is momentum and RMSProp put together.
# >
# > **Measured: it holds under a condition.** Bias correction comes with it: both means start from zero, and the one
# > of the squares stays too small for longer.

# %% [markdown] lang="zh"
# 两个参数走的步子一样；第一步等于 `lr` 乘以梯度的**符号**，与梯度大小无关。所以 Adam 的 `lr` 大致就是参数每步走多远，
# 而 SGD 的 `lr` 是梯度前的倍数：对一个合适的学习率，不能照搬给另一个。
#
# <!-- claim: adam-parts -->
# > **文章说：** Adam 就是 Momentum 加 RMSProp。
# >
# > **实测：有条件成立。** 还要加上偏差修正：两个平均都从零开始，而平方的平均偏小的时间更长。

# %%
nb.show_claims("adam-parts", "adam-adaptive")

# %% [markdown] lang="en"
# ## Which optimizer is the best?
#
# A picture in which many optimizers run at *one* learning rate answers another question: whom that rate suits. Look:
# on the same surface, from the same start, for the same number of steps, each rate has another winner (the lowest
# height; `nan` is a run that diverged).

# %% [markdown] lang="zh"
# ## 哪个优化器最好？
#
# 如果一张图里各种优化器都用**同一个**学习率，它回答的其实是另一个问题：这个学习率适合谁。请看：
# 同样的曲面、同样的起点、同样的步数，学习率一换，胜者也换了（高度最低者胜；`nan` 表示发散）。

# %%
start = torch.tensor([-1.5, 2.0], device=device)
names = ("sgd", "momentum", "rmsprop", "adam")
print("      lr", *(f"{name:>9}" for name in names))
for lr in (0.001, 0.01, 0.1):
    makers = {name: lambda p, name=name, lr=lr: nb.OPTIMIZERS[name](p, lr=lr) for name in names}
    paths = nb.descend_all(nb.rosenbrock, start, makers, num_steps=500)
    print(f"{lr:8g}", *(f"{nb.rosenbrock(path[-1]).item():9.2g}" for path in paths.values()))

# %% [markdown] lang="en"
# So search a rate for each first, with the same search, and compare then (`nb.search_lr` does it for tasks of your own).
# The experiment does that in training networks, over several seeds.

# %% [markdown] lang="zh"
# 所以应当先用同样的办法给每个优化器找学习率，然后再比较。（自己的任务可以用 `nb.search_lr`。）
# 下面的实验就是这样做的：训练真正的网络，并用多个随机种子。

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
    print(f"{name:9}{lr:8.2g}{found.losses[name][:, -1].median():8.3f}{found.right[name].median():8.1%}")

# %% [markdown] lang="en"
# And on surfaces? The steps that each takes to arrive, at its own best learning rate on each of four (201: not in 200).

# %% [markdown] lang="zh"
# 在曲面上呢？四个曲面，各取最佳学习率，走到最低点附近所需的步数如下（201 表示 200 步内没有到）。

# %%
from nnbasics.experiments.optimizer_paths import GROUNDS, NAMES

found = nb.run_experiment("optimizer-paths", quick=True, device=device).first
print(" " * 10, *(f"{name:>9}" for name in NAMES))
for ground, steps in zip(GROUNDS, found.steps.median(dim=2).values, strict=True):
    print(f"{ground:10}", *(f"{count:9.0f}" for count in steps))

# %% [markdown] lang="en"
# ## Schedules
#
# A *scheduler* changes the optimizer's `lr` as training goes on. With $k$ the number of calls of `scheduler.step()`:
#
# | scheduler | rate after $k$ calls |
# |---|---|
# | `StepLR(step_size=s, gamma=γ)` | $\eta\,\gamma^{\lfloor k/s \rfloor}$ |
# | `MultiStepLR(milestones, gamma=γ)` | $\eta\,\gamma^n$, where $n$ milestones are not above $k$ |
# | `ExponentialLR(gamma=γ)` | $\eta\,\gamma^{k}$ |
# | `CosineAnnealingLR(T_max=T)` | $\eta\,\tfrac{1}{2}(1 + \cos(\pi k / T))$ |

# %% [markdown] lang="zh"
# ## 学习率调度
#
# **调度器**在训练过程中改变优化器的 `lr`。设 `scheduler.step()` 已调用 $k$ 次：
#
# | 调度器 | 调用 $k$ 次之后的学习率 |
# |---|---|
# | `StepLR(step_size=s, gamma=γ)` | $\eta\,\gamma^{\lfloor k/s \rfloor}$ |
# | `MultiStepLR(milestones, gamma=γ)` | $\eta\,\gamma^n$，其中 $n$ 是不大于 $k$ 的里程碑的个数 |
# | `ExponentialLR(gamma=γ)` | $\eta\,\gamma^{k}$ |
# | `CosineAnnealingLR(T_max=T)` | $\eta\,\tfrac{1}{2}(1 + \cos(\pi k / T))$ |

# %%
nb.draw_figure("learning-rate", device=device)

# %% [markdown] lang="en"
# In the loop a scheduler stands outside the updates: all updates of an epoch, *then* `scheduler.step()`, once.

# %% [markdown] lang="zh"
# 在训练循环里，调度器的位置在更新之外：先做完一轮中的所有更新，**然后**调用一次 `scheduler.step()`。

# %%
x, y = (t.to(device) for t in nb.moons(128))
model = nb.seeded_model(lambda: nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2)), seed=0).to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.4, momentum=0.9)
scheduler = lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
for epoch in range(6):
    for rows in torch.randperm(128, generator=torch.Generator().manual_seed(epoch)).to(device).split(16):
        optimizer.zero_grad()
        F.cross_entropy(model(x[rows]), y[rows]).backward()
        optimizer.step()
    print(epoch, scheduler.get_last_lr(), f"{F.cross_entropy(model(x), y).item():.4f}")
    scheduler.step()  # once an epoch, after its updates

# %% [markdown] lang="en"
# The schedule need not be one of the article's three. Much of today's training starts with a warm-up and then follows a
# cosine; torch puts schedulers one after the other. `nb.trace_lr` steps a real one and records the rates.

# %% [markdown] lang="zh"
# 不必只用文章里的三种。如今的训练常常先预热，再按余弦曲线下降；torch 可以把几个调度器接起来用。
# `nb.trace_lr` 让真正的调度器一步步走，并记下学习率。


# %%
def warm_up_then_cosine(optimizer):
    parts = [lr_scheduler.LinearLR(optimizer, 0.01, total_iters=10), lr_scheduler.CosineAnnealingLR(optimizer, 90)]
    return lr_scheduler.SequentialLR(optimizer, parts, milestones=[10])


nb.plot_lr(nb.trace_lr(warm_up_then_cosine, lr=0.1, num_steps=100)).figure

# %% [markdown] lang="en"
# ### What is a schedule for?
#
# Where mini-batches disagree even at the minimum, training at a constant rate does not settle: each noisy gradient kicks
# the weights about, and the loss stays above its minimum by an amount that grows with the rate, the *noise floor*. A
# large rate comes down quickly to a high floor, a small one slowly to a low floor; a schedule takes first the one, then
# the other.

# %% [markdown] lang="zh"
# ### 为什么要调度？
#
# 如果到了最小值处，各个小批量的梯度仍不一致，那么学习率不变时，训练就停不稳：带噪声的梯度一次次把权重踢开，
# 损失总比最小值高出一截，学习率越大，高出越多，这就是**噪声下限**。
# 学习率大，下降快，但下限高；学习率小，下降慢，但下限低。调度就是先用大的，再用小的。

# %%
result = nb.run_experiment("schedule-noise-floor", quick=True, device=device)
nb.draw_experiment("schedule-noise-floor", result)

# %% [markdown] lang="en"
# That is a bowl. And networks? The loss on all training rows at the end, each schedule from its own best learning rate:

# %% [markdown] lang="zh"
# 这是碗。网络呢？每种调度都从各自的最佳学习率开始，结束时全部训练数据上的损失是：

# %%
found = result.first
for side, lr in found.race.lr.items():
    print(f"{side:12} lr {lr:<5.2g} {found.end(side).median():.3f}")

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
# ## Pitfalls
#
# **1. `scheduler.step()` before `optimizer.step()`.** The first rate is skipped: the first update below should use 0.1.
# Torch warns, once.

# %% [markdown] lang="zh"
# ## 常见错误
#
# **1. 把 `scheduler.step()` 放在 `optimizer.step()` 之前。** 第一个学习率被跳过了：下面的第一次更新本应使用 0.1。
# torch 会警告一次。

# %%
w = torch.zeros(1, device=device, requires_grad=True)
w.grad = torch.zeros_like(w)
optimizer = torch.optim.SGD([w], lr=0.1)
scheduler = lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for update in range(3):
        scheduler.step()
        print(update, scheduler.get_last_lr())
        optimizer.step()
print(str(caught[0].message).split(". ")[0])

# %% [markdown] lang="en"
# **2. Calls are not epochs.**
#
# <!-- claim: multi-step-lr -->
# > **The article says:** MultiStepLR lowers the learning rate at chosen epochs.
# >
# > **Measured: it holds under a condition.** scheduler.step() is called once an epoch: the scheduler counts calls and
# > knows no epochs.
#
# Schedules that are *meant* for updates, such as OneCycleLR, are called after each of them.

# %% [markdown] lang="zh"
# **2. 调用次数不等于轮数。**
#
# <!-- claim: multi-step-lr -->
# > **文章说：** MultiStepLR 在指定的 epoch 衰减。
# >
# > **实测：有条件成立。** 每个 epoch 调用一次 scheduler.step()：调度器只数调用次数，并不知道 epoch。
#
# OneCycleLR 等本来就按更新次数设计的调度器，则应在每次更新后调用。

# %%
nb.show_claims("multi-step-lr")

# %% [markdown] lang="en"
# **3. A new optimizer for each epoch.** The buffers of momentum and Adam live in the optimizer. Who builds it anew in
# the loop throws them away, and loses the speed they had gathered. (For the same reason, save
# `optimizer.state_dict()` along with the model.) How far do 15 steps against a gradient of 1 go?

# %% [markdown] lang="zh"
# **3. 每轮都新建优化器。** 动量和 Adam 的缓存保存在优化器里。在循环中重新建立优化器，缓存就丢了，积累的速度也没有了。
# （同样的道理，保存模型时，也要保存 `optimizer.state_dict()`。）梯度恒为 1，走 15 步，能走多远？

# %%
for anew in (False, True):
    w = torch.zeros(1, device=device, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=1.0, momentum=0.9)
    for _ in range(3):
        optimizer = torch.optim.SGD([w], lr=1.0, momentum=0.9) if anew else optimizer
        for _ in range(5):
            w.grad = torch.ones_like(w)
            optimizer.step()
    print(f"anew={anew}: {-w.item():.1f}")

# %% [markdown] lang="en"
# ## Finding a rate
#
# Every recipe above begins with a learning rate. Where from? A *range test* raises the rate a little with each
# batch and watches where the loss falls fastest and where it begins to diverge. It costs one short run; a search over full runs
# costs many. How good is the short cut?

# %% [markdown] lang="zh"
# ## 怎样找学习率
#
# 上面的每种方法都要先有一个学习率。从哪里来？**学习率范围测试**让学习率随着批次一点点增大，
# 看损失在哪里下降最快，在哪里开始发散。它只需一次短短的训练，而搜索要完整地训练许多次。这条捷径好不好用？

# %%
result = nb.run_experiment("lr-finder", quick=True, device=device)
nb.draw_experiment("lr-finder", result)

# %% [markdown] lang="en"
# Two rules read a learning rate off the run: where the loss falls fastest, and a tenth of where it blows up. Beside the
# best of the search, the loss after training at each:

# %% [markdown] lang="zh"
# 从这次试跑里读出学习率，有两条规则：损失下降最陡的地方；开始发散处的十分之一。
# 分别用它们和搜索到的最佳值训练，最后的损失是：

# %%
found = result.first
for rule, lrs, losses in zip(("steepest", "tenth", "search"), found.chosen, found.final, strict=True):
    print(f"{rule:9} lr {lrs.median():<5.2g} {losses.median():.3f}")

# %% [markdown] lang="en"
# ## Exercises
#
# More of the same kind: `rmsprop-step`, `multistep-lr`, `exponential-lr`.

# %% [markdown] lang="zh"
# ## 练习
#
# 同类的练习还有：`rmsprop-step`、`multistep-lr`、`exponential-lr`。

# %%
nb.exercise("momentum-step")


# %%
def momentum_step(param, grad, buf, lr, momentum):
    pass  # your code


nb.check("momentum-step", momentum_step)

# %%
nb.exercise("adam-step")


# %%
def adam_step(param, grad, exp_avg, exp_avg_sq, step, lr, beta1, beta2, eps):
    pass  # your code


nb.check("adam-step", adam_step)

# %%
nb.exercise("cosine-lr")


# %%
def cosine_lr(lr, epoch, t_max, eta_min):
    pass  # your code


nb.check("cosine-lr", cosine_lr)

# %% [markdown] lang="en"
# ## What to read next
#
# - The best pictures of momentum there are: [Goh (2017), Why Momentum Really Works](https://distill.pub/2017/momentum)
# - Adam: [Kingma & Ba (2015)](https://arxiv.org/abs/1412.6980); with weight decay done right, AdamW:
#   [Loshchilov & Hutter (2019)](https://arxiv.org/abs/1711.05101)
# - On fair comparisons: [Choi et al. (2019)](https://arxiv.org/abs/1910.05446)
# - The range test: [Smith (2017)](https://arxiv.org/abs/1506.01186)
# - Torch: [torch.optim](https://docs.pytorch.org/docs/stable/optim.html), optimizers and schedulers on one page
# - More to try here: `nb.run_experiment("momentum-rates")`, `"adam-bias-correction"`, `"optimizer-paths"`, each drawn by
#   `nb.draw_experiment`
# - This was the last of the ten; `00_start_here.ipynb` leads back to all of them

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - 讲动量讲得最好的一篇，图可以动手拖：[Goh (2017), Why Momentum Really Works](https://distill.pub/2017/momentum)
# - Adam：[Kingma & Ba (2015)](https://arxiv.org/abs/1412.6980)；正确处理权重衰减的 AdamW：
#   [Loshchilov & Hutter (2019)](https://arxiv.org/abs/1711.05101)
# - 怎样比较才公平：[Choi et al. (2019)](https://arxiv.org/abs/1910.05446)
# - 学习率范围测试：[Smith (2017)](https://arxiv.org/abs/1506.01186)
# - torch 文档：[torch.optim](https://docs.pytorch.org/docs/stable/optim.html)，优化器和调度器都在这一页
# - 还可以试试：`nb.run_experiment("momentum-rates")`、`"adam-bias-correction"`、`"optimizer-paths"`，
#   结果都用 `nb.draw_experiment` 来画
# - 十节到此结束；`00_start_here.ipynb` 可以回到任何一节
