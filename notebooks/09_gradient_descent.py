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
# A loss says how bad the predictions are. This notebook answers the next question: how should the weights change so
# that the loss falls?
#
# **What you will learn**
#
# - gradient descent: measure the slope, take a step against it, repeat; first on paper, then in Python;
# - backpropagation: the chain rule, walked from the loss back to the weights; for single numbers, then for matrices
#   and batches;
# - the five lines of a training loop in plain PyTorch, and what goes wrong when one of them is missing;
# - how large a learning rate may be, and why;
# - how many samples to use for one step.
#
# **What you need to know**
#
# - the derivative as a slope, and the rule $(u^2)' = 2u\,u'$: any calculus book, or
#   [calculus in *Dive into Deep Learning*](https://d2l.ai/chapter_preliminaries/calculus.html);
# - how to multiply two small matrices:
#   [linear algebra, same book](https://d2l.ai/chapter_preliminaries/linear-algebra.html);
# - from this series: the forward pass (`03_forward.ipynb`) and what a loss is (`08_losses.ipynb`).

# %% [markdown] lang="zh"
# # 9 · 反向传播与梯度下降
#
# 损失告诉我们预测有多差。这一节回答接下来的问题：怎样改变权重，损失才会变小？
#
# **这一节会学到什么**
#
# - 梯度下降：量出斜率，朝反方向走一步，再重复；先在纸上算，再用 Python 算；
# - 反向传播：从损失出发，用链式法则一路算回权重；先算单个的数，再算矩阵和一批样本；
# - 用最普通的 PyTorch 写出训练循环的五行代码，再看看每少一行会出什么错；
# - 学习率最大能取多少，为什么；
# - 每一步该用多少个样本。
#
# **需要先知道什么**
#
# - 导数就是斜率，会用公式 $(u^2)' = 2u\,u'$。忘了的话，任何一本微积分教材都行，
#   也可以读《动手学深度学习》的[微积分](https://zh.d2l.ai/chapter_preliminaries/calculus.html)一节；
# - 会算两个小矩阵的乘积，见同一本书的[线性代数](https://zh.d2l.ai/chapter_preliminaries/linear-algebra.html)；
# - 本系列的前向传播（`03_forward.ipynb`）和损失函数（`08_losses.ipynb`）。

# %%
import os

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # ⟦the language of pictures: "en" or "zh"|图和提示的语言："en" 或 "zh"⟧
device = "cpu"  # ⟦or "cuda", for the pictures and experiments of nb|或 "cuda"，供 nb 的图和实验使用⟧
nb.use_fonts()  # ⟦so that plots can be labelled in Chinese, too|让图里能显示中文⟧

# %% [markdown] lang="en"
# ## Slope, step, repeat
#
# You stand on a hillside in thick fog and want to get down to the valley. You cannot see the valley. But you can feel
# with your feet which way the ground slopes. So you take a step downhill, feel again, and step again. Training does
# exactly that: the height is the loss, and where you stand is given by the weights.
#
# **On paper.** The smallest model has one weight: $\hat y = w x$. There is one sample, $x = 2$ with true value
# $y = 4$, and the loss is the squared error:
#
# $$L(w) = (2w - 4)^2, \qquad L'(w) = 2\,(2w - 4) \cdot 2 = 8w - 16 = 8\,(w - 2).$$
#
# (The last factor 2 is the derivative of the inside, $2w - 4$.) Begin at $w = 0.5$. The slope there is
# $8 \cdot 0.5 - 16 = -12$. It is negative: if $w$ grows, the loss falls. So $w$ should grow. By how much? We take a
# small part of the slope, say $\eta = 0.05$ of it. This number is called the **learning rate**.
#
# $$w_{\text{new}} = w - \eta\,L'(w) = 0.5 - 0.05 \cdot (-12) = 1.1.$$
#
# The minus sign does the thinking: negative slope, step to the right; positive slope, step to the left; always
# downhill. And again:
#
# | step | $w$ | prediction $2w$ | loss $(2w-4)^2$ | slope $8w-16$ | new $w$ |
# |---|---|---|---|---|---|
# | 1 | 0.5 | 1 | 9 | −12 | 0.5 + 0.6 = 1.1 |
# | 2 | 1.1 | 2.2 | 3.24 | −7.2 | 1.1 + 0.36 = 1.46 |
# | 3 | 1.46 | 2.92 | ? | ? | ? |
#
# Fill in the third line yourself before you run the cell. Not one line of it needs PyTorch.

# %% [markdown] lang="zh"
# ## 量斜率，走一步，再重复
#
# 你站在山坡上，四周是大雾，想下到谷底。你看不见谷底在哪里，但脚能感觉到地面往哪边低。于是朝低的一边走一步，
# 再感觉一次，再走一步。训练做的就是这件事：高度是损失，你站的位置是权重。
#
# **先在纸上算。** 最小的模型只有一个权重：$\hat y = w x$。样本也只有一个：$x = 2$，真实值 $y = 4$。损失取误差的平方：
#
# $$L(w) = (2w - 4)^2, \qquad L'(w) = 2\,(2w - 4) \cdot 2 = 8w - 16 = 8\,(w - 2).$$
#
# （最后乘的 2，是括号里 $2w-4$ 的导数。）从 $w = 0.5$ 出发，这里的斜率是 $8 \times 0.5 - 16 = -12$。斜率是负数，
# 意思是：$w$ 变大，损失就变小。所以应当让 $w$ 变大。变大多少呢？取斜率的一小部分，比如 $\eta = 0.05$ 倍。
# 这个数叫**学习率**。
#
# $$w_{\text{新}} = w - \eta\,L'(w) = 0.5 - 0.05 \times (-12) = 1.1.$$
#
# 公式里的减号替我们定了方向：斜率为负，就往右走；斜率为正，就往左走；总之都是下坡。再走几步：
#
# | 步 | $w$ | 预测值 $2w$ | 损失 $(2w-4)^2$ | 斜率 $8w-16$ | 新的 $w$ |
# |---|---|---|---|---|---|
# | 1 | 0.5 | 1 | 9 | −12 | 0.5 + 0.6 = 1.1 |
# | 2 | 1.1 | 2.2 | 3.24 | −7.2 | 1.1 + 0.36 = 1.46 |
# | 3 | 1.46 | 2.92 | ? | ? | ? |
#
# 第三行请自己先填好，再运行下面的代码。这里连 PyTorch 都用不着。

# %%
w, lr = 0.5, 0.05
for step in range(1, 7):
    loss = (2 * w - 4) ** 2  # ⟦how bad is it here?|在这里有多差？⟧
    slope = 8 * w - 16  # ⟦which way does it fall?|往哪边会变小？⟧
    print(f"⟦step {step}|第 {step} 步⟧: w = {w:.4f}, ⟦loss|损失⟧ = {loss:.4f}, ⟦slope|斜率⟧ = {slope:.2f}")
    w = w - lr * slope  # ⟦a step downhill|下坡走一步⟧

# %% [markdown] lang="en"
# Look at the slope: it shrinks on its own. The nearer the bottom, the flatter the ground, and the shorter the steps.
# The learning rate stayed the same all the time.

# %% [markdown] lang="zh"
# 注意看斜率：它自己就变小了。离谷底越近，地面越平，步子也越短，而学习率始终没有变。

# %%
nb.draw_figure("gradient-descent", device=device)

# %% [markdown] lang="en"
# ### How large may the learning rate be?
#
# **Predict first, then run.** The same model, the same start, four learning rates: 0.05, 0.125, 0.25, 0.3. For each of
# them, write down what you expect of the loss: does it fall slowly, reach 0 at once, stay where it is, or grow? One
# hint: the distance to the best weight is $w - 2$, and the slope is 8 times that distance.

# %% [markdown] lang="zh"
# ### 学习率最大能取多少？
#
# **先猜再跑。** 模型和起点都不变，学习率取 0.05、0.125、0.25、0.3。请先写下你的猜测：每种学习率下，损失是慢慢变小，
# 一步到 0，一直不变，还是越来越大？提示：到最佳权重的距离是 $w - 2$，斜率是这段距离的 8 倍。

# %%
for lr in (0.05, 0.125, 0.25, 0.3):
    w, losses = 0.5, []
    for _ in range(6):
        losses.append(f"{(2 * w - 4) ** 2:.3f}")
        w = w - lr * (8 * w - 16)
    print(f"⟦learning rate|学习率⟧ {lr}: ⟦losses|损失⟧", " ".join(losses))

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# Subtract 2 on both sides of $w_{\text{new}} = w - \eta \cdot 8(w-2)$:
#
# $$w_{\text{new}} - 2 = (1 - 8\eta)\,(w - 2).$$
#
# Each step multiplies the distance by the same factor $1 - 8\eta$. For the four learning rates it is 0.6, 0, −1 and
# −1.4. With 0.6 the distance shrinks. With 0 you arrive in one step. With −1 you jump to the other side, just as far
# away, for ever. With −1.4 you jump too far each time, and each time farther.
#
# </details>
#
# The 8 in this factor is the second derivative $L''(w)$, the **curvature**: how quickly the slope itself changes. Call
# it $\lambda$. Then everything depends on the product $\eta\lambda$:
#
# | $\eta\lambda$ | factor $1 - \eta\lambda$ | what happens |
# |---|---|---|
# | near 0 | just below 1 | creeps |
# | 1 | 0 | there in one step |
# | between 1 and 2 | between 0 and −1 | swings from side to side, and arrives |
# | 2 | −1 | swings for ever |
# | above 2 | below −1 | diverges |
#
# So the limit is $\eta = 2/\lambda$. A sharply curved valley needs a small learning rate.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 把 $w_{\text{新}} = w - \eta \cdot 8(w-2)$ 两边都减去 2：
#
# $$w_{\text{新}} - 2 = (1 - 8\eta)\,(w - 2).$$
#
# 每走一步，距离都乘以同一个系数 $1 - 8\eta$。四种学习率的系数依次是 0.6、0、−1、−1.4。系数是 0.6，距离越来越短；
# 是 0，一步到位；是 −1，就跳到对面同样远的地方，永远跳下去；是 −1.4，每次都跳过头，而且一次比一次远。
#
# </details>
#
# 系数里的 8 是二阶导数 $L''(w)$，叫作**曲率**：它说的是斜率本身变得有多快。把它记作 $\lambda$，
# 一切就取决于乘积 $\eta\lambda$：
#
# | $\eta\lambda$ | 系数 $1 - \eta\lambda$ | 结果 |
# |---|---|---|
# | 接近 0 | 略小于 1 | 走得很慢 |
# | 1 | 0 | 一步到位 |
# | 1 和 2 之间 | 0 和 −1 之间 | 左右摆动，但能到达 |
# | 2 | −1 | 永远摆动 |
# | 大于 2 | 小于 −1 | 发散 |
#
# 所以学习率的上限是 $2/\lambda$。谷底弯得越急，学习率就要越小。

# %% [markdown] lang="en"
# ### Two weights: the ravine
#
# With several weights there is one slope for each. All slopes together form a list, the **gradient**, written
# $\nabla L$. The update looks the same as before, for each weight its own slope:
#
# $$w \leftarrow w - \eta\,\nabla L.$$
#
# Why is the opposite of the gradient the best direction? For a very small step $d$ the loss changes by about
# $\nabla L \cdot d$, each slope times its part of the step. For steps of equal length this product is smallest when
# $d$ points exactly against $\nabla L$. Note the words *very small*: the gradient knows the ground under your feet and
# nothing of the hill ahead.
#
# <!-- claim: gradient-steepest -->
# > **The article says:** The gradient points where a function rises fastest, its negative where it falls fastest.
# >
# > **Measured: it holds under a condition.** The step is very small: the gradient speaks of the slope at a point, not
# > of what lies a step further on.
#
# **On paper.** Take $L = w_1^2 + 10\,w_2^2$. The slopes are $2w_1$ and $20w_2$, the curvatures 2 and 20. At $(3, 1)$
# the gradient is $(6, 20)$. With $\eta = 0.05$ the step leads to $(3 - 0.3,\ 1 - 1) = (2.7,\ 0)$. The steep direction
# arrived at once; the flat one moved by a tenth. And there is only *one* learning rate for both. The steep direction
# sets the limit, $2/20 = 0.1$; the flat direction could bear ten times as much.
#
# **Predict first, then run.** What do the paths look like for 0.02, 0.09 and 0.101?

# %% [markdown] lang="zh"
# ### 两个权重：峡谷
#
# 权重不止一个时，每个权重都有自己的斜率。把所有斜率排在一起，就叫**梯度**，记作 $\nabla L$。更新公式和刚才一样，
# 每个权重用自己的斜率：
#
# $$w \leftarrow w - \eta\,\nabla L.$$
#
# 为什么要朝梯度的反方向走？如果走很小的一步 $d$，损失大约变化 $\nabla L \cdot d$，
# 也就是每个斜率乘以那个方向上走的距离，再加起来。步子长度一定时，$d$ 与 $\nabla L$ 正好相反，这个乘积最小，
# 损失下降得最多。注意“很小”两个字：梯度只知道脚下的坡度，不知道前面的地形。
#
# <!-- claim: gradient-steepest -->
# > **文章说：** 梯度指向函数上升最快的方向，负梯度指向下降最快的方向。
# >
# > **实测：有条件成立。** 步长极小：梯度说的是一点处的斜率，不管一步之外的情形。
#
# **先在纸上算。** 取 $L = w_1^2 + 10\,w_2^2$。两个斜率是 $2w_1$ 和 $20w_2$，曲率是 2 和 20。在 $(3, 1)$ 处，
# 梯度是 $(6, 20)$。取 $\eta = 0.05$，走一步到 $(3 - 0.3,\ 1 - 1) = (2.7,\ 0)$。陡的方向一步就到了，
# 平的方向只走了十分之一。可是学习率只有**一个**，两个方向共用。陡的方向定出上限 $2/20 = 0.1$；
# 平的方向却希望它再大十倍。
#
# **先猜再跑。** 学习率取 0.02、0.09、0.101，走出来的路线各是什么样子？


# %%
def gradient(w1, w2):
    return 2 * w1, 20 * w2


side1, side2 = torch.linspace(-4, 4, 81), torch.linspace(-1.6, 1.6, 65)
grid1, grid2 = torch.meshgrid(side1, side2, indexing="xy")
fig, ax = plt.subplots(figsize=(8, 3.4))
ax.contour(grid1, grid2, grid1**2 + 10 * grid2**2, levels=12, colors="0.8")
for lr, marker in {0.02: "s", 0.09: "o", 0.101: "^"}.items():
    w1, w2 = 3.0, 1.0
    path = [(w1, w2)]
    for _ in range(20):
        slope1, slope2 = gradient(w1, w2)
        w1, w2 = w1 - lr * slope1, w2 - lr * slope2
        path.append((w1, w2))
    ax.plot(*zip(*path, strict=True), marker=marker, markersize=4, label=f"⟦learning rate|学习率⟧ {lr}")
    print(f"⟦learning rate|学习率⟧ {lr}: ⟦after 20 steps|20 步之后⟧ w1 = {w1:.3f}, w2 = {w2:.3f}")
ax.set(
    xlabel="w1",
    ylabel="w2",
    title="⟦One learning rate for a steep and a flat direction|一个陡、一个平，学习率只有一个⟧",
)
ax.legend()
plt.show()

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# 0.02 is safe for $w_2$ (factor 0.6), but $w_1$ creeps (factor 0.96). 0.09 is better for $w_1$ (0.82), while $w_2$
# swings from wall to wall (−0.8) and calms down. 0.101 is beyond the limit: $w_2$ swings a little wider each time
# (−1.02), although the loss of $w_1$ still falls.
#
# </details>
#
# The picture of such a narrow valley, a **ravine**, is worth remembering: `10_optimizers_and_schedules.ipynb` is about
# better ways through it.
#
# A network is no bowl, and its curvature changes as it learns. But close to one point it looks like one. The
# experiment measures the greatest curvature $\lambda$ of small networks and trains them at multiples of $1/\lambda$.
# The picture shows the bowl first; the networks follow below it.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 0.02 对 $w_2$ 很稳（系数 0.6），但 $w_1$ 走得很慢（系数 0.96）。0.09 对 $w_1$ 好一些（0.82），
# $w_2$ 则在两壁之间来回摆动（−0.8），慢慢静下来。0.101 超过了上限：$w_1$ 还在往谷底走，
# $w_2$ 却一次比一次摆得更宽（−1.02）。
#
# </details>
#
# 这种又窄又长的谷，我们叫它**峡谷**。请记住这幅图：`10_optimizers_and_schedules.ipynb` 讲的就是怎样更好地走出峡谷。
#
# 神经网络不是一个碗，曲率也会随着学习而变。但只看一点附近，它很像碗。下面的实验量出小网络的最大曲率 $\lambda$，
# 再用 $1/\lambda$ 的各种倍数作学习率来训练。图上先画碗，下面再看网络。

# %%
result = nb.run_experiment("learning-rate-regimes", quick=True, device=device)
nb.draw_experiment("learning-rate-regimes", result)

# %% [markdown] lang="en"
# And the networks? The learning rate in multiples of $1/\lambda$, and the share of the updates that raise the loss:

# %% [markdown] lang="zh"
# 网络又怎样？学习率取 $1/\lambda$ 的若干倍，看有多少次更新反而使损失上升：

# %%
for multiple, share in result.first.raising.items():
    print(f"{multiple}/λ: ⟦updates that raise the loss|使损失上升的更新⟧ {share.mean():.0%}")

# %% [markdown] lang="en"
# ## Backpropagation: from the loss back to the weights
#
# So far we worked out the slope with pencil and paper. A network has thousands of weights. **Backpropagation** finds
# all their slopes in one go.
#
# - **Forward pass**: from the input to the output. It computes *values*.
# - **Backward pass**: from the loss back to the weights. It computes *slopes*: if this number grows a little, by how
#   many times as much does the loss grow?
#
# Think of gear wheels in a row. If one wheel turns the next half as fast, and that one turns the third four times as
# fast, the first turns the third $\tfrac12 \cdot 4 = 2$ times as fast. Ratios along a chain are multiplied. That is
# the whole **chain rule**.
#
# **On paper.** One neuron with a sigmoid, $x = 2$, $w = 0.5$, $b = -1$, true value $y = 1$. Forward, one small step
# after the other, and keep each value:
#
# | step | value |
# |---|---|
# | $z = wx + b$ | $0.5 \cdot 2 - 1 = 0$ |
# | $a = \sigma(z)$ | $\sigma(0) = 0.5$ |
# | $L = (a - y)^2$ | $(0.5 - 1)^2 = 0.25$ |
#
# Now backward, beginning at the loss. Each small step has a *local* slope that needs only its own values:
#
# | from → to | local slope | the loss's slope so far |
# |---|---|---|
# | $L$ → $a$ | $2(a - y) = -1$ | $\partial L/\partial a = -1$ |
# | $a$ → $z$ | $\sigma'(z) = a(1-a) = 0.25$ | $\partial L/\partial z = -1 \cdot 0.25 = -0.25$ |
# | $z$ → $w$ | $x = 2$ | $\partial L/\partial w = -0.25 \cdot 2 = -0.5$ |
# | $z$ → $b$ | 1 | $\partial L/\partial b = -0.25 \cdot 1 = -0.25$ |
#
# ($z = wx + b$ changes by $x$ when $w$ changes by 1, and by 1 when $b$ does.) The picture shows the same numbers.

# %% [markdown] lang="zh"
# ## 反向传播：从损失算回权重
#
# 到现在为止，斜率都是用笔算的。真正的网络有成千上万个权重。**反向传播**一趟就能求出全部斜率。
#
# - **前向传播**：从输入到输出，算的是**数值**；
# - **反向传播**：从损失回到权重，算的是**斜率**：这个数变大一点点，损失会变大它的几倍？
#
# 想象一排齿轮。第一个带动第二个，转速变成一半；第二个带动第三个，转速变成四倍。
# 那么第三个的转速就是第一个的 $\tfrac12 \times 4 = 2$ 倍。一环扣一环，倍数相乘。这就是**链式法则**的全部内容。
#
# **先在纸上算。** 一个带 sigmoid 的神经元，$x = 2$，$w = 0.5$，$b = -1$，真实值 $y = 1$。前向传播分成几小步，
# 每一步的值都记下来：
#
# | 小步 | 值 |
# |---|---|
# | $z = wx + b$ | $0.5 \times 2 - 1 = 0$ |
# | $a = \sigma(z)$ | $\sigma(0) = 0.5$ |
# | $L = (a - y)^2$ | $(0.5 - 1)^2 = 0.25$ |
#
# 再从损失往回走。每一小步都有一个**局部**的斜率，只用这一步自己的值就能算：
#
# | 从哪到哪 | 局部斜率 | 损失的斜率（乘到这里为止） |
# |---|---|---|
# | $L$ → $a$ | $2(a - y) = -1$ | $\partial L/\partial a = -1$ |
# | $a$ → $z$ | $\sigma'(z) = a(1-a) = 0.25$ | $\partial L/\partial z = -1 \times 0.25 = -0.25$ |
# | $z$ → $w$ | $x = 2$ | $\partial L/\partial w = -0.25 \times 2 = -0.5$ |
# | $z$ → $b$ | 1 | $\partial L/\partial b = -0.25 \times 1 = -0.25$ |
#
# （在 $z = wx + b$ 里，$w$ 增加 1，$z$ 增加 $x$；$b$ 增加 1，$z$ 增加 1。）下面的图就是这些数。

# %%
nb.draw_figure("backprop", device=device)

# %% [markdown] lang="en"
# Now let PyTorch do it. Two things are new. `requires_grad=True` says: I want a slope for this number. From then on
# torch keeps a record of each small step that the number takes part in, the **computational graph**. `loss.backward()`
# walks through the record from the end to the beginning and puts each slope into `.grad`. (For numbers in between,
# such as $z$, we have to ask with `retain_grad()`; normally torch keeps the slopes of the weights only.)

# %% [markdown] lang="zh"
# 现在让 PyTorch 来算。这里有两样新东西。`requires_grad=True` 的意思是：我要知道损失对这个数的斜率。从此，
# 凡是它参加的运算，torch 都记下来，这份记录叫**计算图**。`loss.backward()` 从计算图的末尾走回开头，
# 把算出的斜率放进 `.grad`。（像 $z$ 这样的中间结果，要先用 `retain_grad()` 说明；平时 torch 只为权重保留斜率。）

# %%
x, y = torch.tensor(2.0), torch.tensor(1.0)
w = torch.tensor(0.5, requires_grad=True)
b = torch.tensor(-1.0, requires_grad=True)

z = w * x + b  # ⟦forward: the values|前向传播：算数值⟧
a = torch.sigmoid(z)
loss = (a - y) ** 2
for between in (z, a):
    between.retain_grad()
loss.backward()  # ⟦backward: the slopes|反向传播：算斜率⟧

for name, number in {"a": a, "z": z, "w": w, "b": b}.items():
    print(f"{name}: ⟦value|值⟧ {number.item():5.2f}, ⟦slope of the loss|损失的斜率⟧ {number.grad.item():5.2f}")

# %% [markdown] lang="en"
# **Is it true?** A slope can always be checked without any theory: make the weight a little larger and look how much
# the loss changes.

# %% [markdown] lang="zh"
# **算得对不对？** 斜率总能直接检验，不需要任何理论：把权重改大一点点，看看损失变了多少。


# %%
def loss_at(w, b):
    return (torch.sigmoid(w * x + b) - y) ** 2


little = 0.001
with torch.no_grad():  # ⟦only values here, no record|这里只要数值，不必记录⟧
    nudged = (loss_at(w + little, b) - loss_at(w, b)) / little
print(f"⟦by nudging w|把 w 改大一点⟧: {nudged.item():.3f}")
print(f"⟦by backward()|用 backward()⟧: {w.grad.item():.3f}")

# %% [markdown] lang="en"
# Then why not always nudge? Because nudging needs one more forward pass *for each weight*. The model of
# `06_three_layer_model.ipynb` has 26 parameters, so 26 extra passes for one step; a large language model has billions.
# The backward pass gets all the slopes at once, for the price of a few forward passes, because every weight shares the
# same way back: $\partial L/\partial z$ is computed once and used for $w$ and for $b$.
#
# Two consequences:
#
# - The backward pass needs values of the forward pass: $a$ for $\sigma'(z) = a(1-a)$, and $x$ for the slope of $w$.
#   That is why torch keeps them until `backward()`, and why training takes more memory than prediction.
# - `backward()` starts from *one* number. "By how many times as much does the loss grow?" makes sense for one loss
#   only; so a loss per sample must first become a mean or a sum.
#
# ### Two ways to the loss: slopes are added
#
# What if a weight takes part twice? Let $u = 3w$, $v = w^2$ and $L = u + v$. If $w$ grows a little, $L$ grows through
# $u$ *and* through $v$. At $w = 2$: through $u$ three times as much, through $v$ it is $2w = 4$ times as much,
# together 7. So: **multiply along a way, add over the ways.** This one rule will explain three things below: the sum
# over the units of a layer, the sum over the samples of a batch, and why torch *adds* to `.grad`.

# %% [markdown] lang="zh"
# 那为什么不一直用这个办法？因为**每个权重**都要多做一次前向传播。`06_three_layer_model.ipynb` 的模型有 26 个参数，
# 走一步就要多算 26 次；大语言模型有几十亿个参数。反向传播一趟就得到全部斜率，只花相当于几次前向传播的时间，
# 因为各个权重共用同一条回来的路：$\partial L/\partial z$ 只算一次，$w$ 和 $b$ 都用它。
#
# 由此可以明白两件事：
#
# - 反向传播要用到前向传播的数值：算 $\sigma'(z) = a(1-a)$ 要用 $a$，算 $w$ 的斜率要用 $x$。
#   所以 torch 会把它们一直留到 `backward()`，训练也因此比预测更占内存。
# - `backward()` 要从**一个数**出发。“损失会变大几倍”，说的只能是一个损失。所以各个样本的损失要先取平均或求和。
#
# ### 两条路都通向损失：斜率相加
#
# 如果一个权重用了两次呢？设 $u = 3w$，$v = w^2$，$L = u + v$。$w$ 变大一点，$L$ 既通过 $u$ 变大，
# **也**通过 $v$ 变大。在 $w = 2$ 处，通过 $u$ 是 3 倍，通过 $v$ 是 $2w = 4$ 倍，合起来是 7 倍。所以：**沿一条路相乘，
# 几条路相加。** 这一条规则能解释下面三件事：为什么要对一层的各个单元求和，为什么要对一批样本求和，
# 以及 torch 为什么把斜率**加**到 `.grad` 上。

# %%
w = torch.tensor(2.0, requires_grad=True)
(3 * w + w**2).backward()
print("⟦slope over both ways|两条路合起来的斜率⟧:", w.grad.item())

# %% [markdown] lang="en"
# ## The same with matrices, and with a batch
#
# A layer is many neurons at once, a batch is many samples at once. Nothing new happens, only more of the same; but it
# is worth doing once by hand. Take a small network with ReLU:
#
# $$z = W_1 x + b_1, \qquad h = \max(0, z), \qquad \hat y = W_2 h + b_2,$$
# $$W_1 = \begin{pmatrix} 1 & 0 \\ -1 & 1 \end{pmatrix},\quad b_1 = (0, 1),
# \qquad W_2 = \begin{pmatrix} 2 & -1 \end{pmatrix},\quad b_2 = 1.$$
#
# **One sample, forward.** $x = (1, 2)$, true value 3. Then $z = (1,\ -1 + 2 + 1) = (1, 2)$, $h = (1, 2)$,
# $\hat y = 2 - 2 + 1 = 1$. For the loss take $L = \tfrac12(\hat y - y)^2$, so that the slope at the output is simply
# the error: $\delta_2 = \hat y - y = -2$.
#
# The letter $\delta$ (delta) always means: the slope of the loss at the input of an activation or at the output. Each
# layer asks three questions.
#
# 1. **Weights.** In $\hat y = 2h_1 - h_2 + 1$ a weight is multiplied by the $h$ on its wire. So its slope is
#    $\delta_2$ times that $h$: $(-2 \cdot 1,\ -2 \cdot 2) = (-2, -4)$.
# 2. **Bias.** It is added as it is, so its slope is $\delta_2 = -2$ itself.
# 3. **What to pass back.** $h_1$ is multiplied by the weight 2, $h_2$ by −1. So the slopes at $h$ are
#    $(-2 \cdot 2,\ -2 \cdot (-1)) = (-4, 2)$. With several outputs each $h$ has several ways to the loss; they are
#    added up.
#
# **Through the activation.** ReLU has slope 1 where $z > 0$, else 0. Both are positive here, so $\delta_1 = (-4, 2)$
# as well.
#
# **First layer, same questions.** The weight $w_{ji}$ leads from input $i$ to unit $j$, so its slope is
# $\delta_j x_i$. All of them make a table, one row for each unit:
#
# $$\frac{\partial L}{\partial W_1} = \begin{pmatrix} -4 \cdot 1 & -4 \cdot 2 \\ 2 \cdot 1 & 2 \cdot 2 \end{pmatrix}
# = \begin{pmatrix} -4 & -8 \\ 2 & 4 \end{pmatrix},
# \qquad \frac{\partial L}{\partial b_1} = (-4, 2).$$
#
# **A second sample.** $x = (-1, 1)$, true value −1. Try it on paper: $z = (-1, 3)$, $h = (0, 3)$, $\hat y = -2$,
# $\delta_2 = -1$, slopes at $h$: $(-2, 1)$. The first unit is switched off ($z < 0$), so $\delta_1 = (0, 1)$: through
# this unit nothing comes back.
#
# **The batch.** Both samples use the *same* weights, so each weight has two ways to the loss, and the slopes are
# added: for $W_2$ it is $(-2,-4) + (0,-3) = (-2,-7)$.
#
# In code the samples are the rows of `X`, shape (N, inputs), and `delta` has a row for each sample, too. Then the
# three answers are three short lines:
#
# | question | one sample | batch | shape |
# |---|---|---|---|
# | slope of the weights | $\delta_j x_i$ | `delta.T @ X`, the sum over samples is in the product | as `W` |
# | slope of the biases | $\delta_j$ | `delta.sum(dim=0)` | as `b` |
# | passed back to the inputs | $\sum_j \delta_j w_{ji}$ | `delta @ W` | as `X` |
#
# A good check: a gradient always has the shape of the thing it belongs to. If `W` is (2, 3) and your gradient is (3,
# 2), you transposed once too often.

# %% [markdown] lang="zh"
# ## 换成矩阵，换成一批样本
#
# 一层就是许多神经元同时算，一批就是许多样本同时算。没有新的道理，只是数目多了；但值得亲手算一遍。
# 取一个带 ReLU 的小网络：
#
# $$z = W_1 x + b_1, \qquad h = \max(0, z), \qquad \hat y = W_2 h + b_2,$$
# $$W_1 = \begin{pmatrix} 1 & 0 \\ -1 & 1 \end{pmatrix},\quad b_1 = (0, 1),
# \qquad W_2 = \begin{pmatrix} 2 & -1 \end{pmatrix},\quad b_2 = 1.$$
#
# **一个样本，前向传播。** $x = (1, 2)$，真实值是 3。于是 $z = (1,\ -1 + 2 + 1) = (1, 2)$，$h = (1, 2)$，
# $\hat y = 2 - 2 + 1 = 1$。损失取 $L = \tfrac12(\hat y - y)^2$，这样输出处的斜率正好就是误差：
# $\delta_2 = \hat y - y = -2$。
#
# 字母 $\delta$（读作 delta）指的总是：损失在输出处、或在激活函数输入处的斜率。到了每一层，都问三个问题。
#
# 1. **权重的斜率是多少？** 在 $\hat y = 2h_1 - h_2 + 1$ 里，每个权重乘的是它那条线上的 $h$。
#    所以斜率是 $\delta_2$ 乘这个 $h$：$(-2 \times 1,\ -2 \times 2) = (-2, -4)$。
# 2. **偏置的斜率是多少？** 偏置是直接加上去的，所以斜率就是 $\delta_2 = -2$。
# 3. **往回传多少？** $h_1$ 乘的权重是 2，$h_2$ 乘的是 −1。
#    所以 $h$ 处的斜率是 $(-2 \times 2,\ -2 \times (-1)) = (-4, 2)$。如果输出不止一个，每个 $h$ 就有几条路通向损失，
#    要加起来。
#
# **穿过激活函数。** ReLU 在 $z > 0$ 处斜率为 1，否则为 0。这里两个 $z$ 都是正数，所以 $\delta_1 = (-4, 2)$，
# 没有变化。
#
# **第一层，问同样的问题。** 权重 $w_{ji}$ 从输入 $i$ 连到单元 $j$，斜率是 $\delta_j x_i$。排成一张表，每个单元一行：
#
# $$\frac{\partial L}{\partial W_1} = \begin{pmatrix} -4 \times 1 & -4 \times 2 \\ 2 \times 1 & 2 \times 2 \end{pmatrix}
# = \begin{pmatrix} -4 & -8 \\ 2 & 4 \end{pmatrix},
# \qquad \frac{\partial L}{\partial b_1} = (-4, 2).$$
#
# **第二个样本。** $x = (-1, 1)$，真实值是 −1。请在纸上试一试：$z = (-1, 3)$，$h = (0, 3)$，$\hat y = -2$，
# $\delta_2 = -1$，$h$ 处的斜率是 $(-2, 1)$。第一个单元没有激活（$z < 0$），所以 $\delta_1 = (0, 1)$：
# 这个单元什么也不往回传。
#
# **合成一批。** 两个样本用的是**同一组**权重。对每个权重来说，就有两条路通向损失，斜率要相加：
# $W_2$ 的斜率是 $(-2,-4) + (0,-3) = (-2,-7)$。
#
# 在代码里，样本是 `X` 的行，形状 (N, 输入个数)；`delta` 也是每个样本一行。三个问题的答案就是三行短短的代码：
#
# | 问题 | 一个样本 | 一批样本 | 形状 |
# |---|---|---|---|
# | 权重的斜率 | $\delta_j x_i$ | `delta.T @ X`，矩阵乘法里已经对样本求和 | 同 `W` |
# | 偏置的斜率 | $\delta_j$ | `delta.sum(dim=0)` | 同 `b` |
# | 往回传给输入 | $\sum_j \delta_j w_{ji}$ | `delta @ W` | 同 `X` |
#
# 有个检查的好办法：谁的梯度，形状就和谁一样。如果 `W` 是 (2, 3)，算出的梯度却是 (3, 2)，那就是多转置了一次。

# %%
X = torch.tensor([[1.0, 2.0], [-1.0, 1.0]])  # ⟦two samples|两个样本⟧
Y = torch.tensor([[3.0], [-1.0]])
W1 = torch.tensor([[1.0, 0.0], [-1.0, 1.0]], requires_grad=True)
b1 = torch.tensor([0.0, 1.0], requires_grad=True)
W2 = torch.tensor([[2.0, -1.0]], requires_grad=True)
b2 = torch.tensor([1.0], requires_grad=True)

Z = X @ W1.T + b1  # ⟦forward|前向传播⟧
H = torch.relu(Z)
pred = H @ W2.T + b2
loss = (0.5 * (pred - Y) ** 2).sum()
loss.backward()  # ⟦backward by torch, for comparison|让 torch 反向传播，用来对照⟧

with torch.no_grad():  # ⟦backward by hand|自己动手反向传播⟧
    delta2 = pred - Y
    dW2, db2 = delta2.T @ H, delta2.sum(dim=0)
    delta1 = torch.where(Z > 0, delta2 @ W2, 0.0)  # ⟦passed back, then through ReLU|传回来，再穿过 ReLU⟧
    dW1, db1 = delta1.T @ X, delta1.sum(dim=0)

print("delta2 =", delta2.tolist(), "  delta1 =", delta1.tolist())
for name, mine, weight in (("W2", dW2, W2), ("b2", db2, b2), ("W1", dW1, W1), ("b1", db1, b1)):
    print(f"{name}: ⟦by hand|手算⟧ {mine.tolist()}, torch {weight.grad.tolist()}")

# %% [markdown] lang="en"
# These few lines *are* backpropagation. A deeper network repeats the block "weights, bias, pass back, through the
# activation" for each layer. Two things change with the task: where the loss is a *mean* over $N$ values, the first
# delta is divided by $N$; and another activation has another slope. The exercise `backward` at the end asks you for
# exactly that.
#
# > **Further**
# >
# > Why does torch go backwards and not forwards? Let the steps from the weights to the loss have the matrices of
# > slopes (Jacobians) $J_1, J_2, J_3$. The gradient is the product $J_3 J_2 J_1$. Since the loss is one number, $J_3$
# > is a single row; multiplied from the left, everything stays a row, and no large matrix is ever formed. From the
# > right it would be matrix times matrix each time. This is called *reverse mode*.

# %% [markdown] lang="zh"
# 这短短几行**就是**反向传播。网络再深，也只是每层重复一遍：求权重，求偏置，往回传，穿过激活函数。换一个任务，
# 只有两处不同：损失若是 $N$ 个值的**平均**，第一个 delta 就要除以 $N$；激活函数换了，斜率也跟着换。
# 最后的练习 `backward` 要你做的正是这件事。
#
# > **进阶**
# >
# > torch 为什么从后往前算，而不从前往后？设从权重到损失的几步，斜率排成的矩阵（雅可比矩阵）是 $J_1, J_2, J_3$，
# > 梯度就是乘积 $J_3 J_2 J_1$。损失只是一个数，所以 $J_3$ 只有一行；从左边乘起，每一步得到的都还是一行，
# > 不会出现大矩阵。从右边乘起，每一步都是矩阵乘矩阵。从后往前的这种算法叫作反向模式。

# %% [markdown] lang="en"
# ## The training loop in five lines
#
# Everything is at hand now: forward, loss, backward, step. Here is a whole training in plain PyTorch; you can copy it
# into an empty file. The task: points in the plane, does a point lie inside a circle (class 0) or outside (class 1)?
# No straight line can separate the two, so a hidden layer is needed.

# %% [markdown] lang="zh"
# ## 训练循环：五行代码
#
# 现在东西都齐了：前向传播，算损失，反向传播，走一步。下面是一次完整的训练，只用 PyTorch，复制到空文件里就能运行。
# 任务是：平面上的一个点，在圆内（类别 0）还是圆外（类别 1）？一条直线分不开这两类，所以需要一个隐藏层。

# %%
torch.manual_seed(0)
points = torch.randn(128, 2)  # ⟦128 samples with 2 features each|128 个样本，每个 2 个特征⟧
labels = (points.norm(dim=1) > 1.2).long()  # ⟦0 inside, 1 outside; whole numbers|圆内 0，圆外 1；必须是整数⟧


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(2, 16)  # ⟦2 features to 16 units|2 个特征到 16 个单元⟧
        self.out = nn.Linear(16, 2)  # ⟦16 units to 2 classes|16 个单元到 2 个类别⟧

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x)))  # ⟦logits; no softmax here|得分（logits），这里不做 softmax⟧


torch.manual_seed(1)
model = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)

losses = []
for epoch in range(200):
    logits = model(points)  # 1. ⟦forward|前向传播⟧
    loss = criterion(logits, labels)  # 2. ⟦loss|计算损失⟧
    optimizer.zero_grad()  # 3. ⟦clear the old gradients|清除旧梯度⟧
    loss.backward()  # 4. ⟦backward: new gradients|反向传播：新梯度⟧
    optimizer.step()  # 5. ⟦step: move the weights|更新权重⟧
    losses.append(loss.item())  # ⟦a plain number, for the plot|取出普通的数，画图用⟧
    if epoch % 50 == 0:
        print(f"⟦epoch {epoch}, loss|第 {epoch} 轮，损失⟧ {loss.item():.3f}")

right = (model(points).argmax(dim=1) == labels).float().mean()
print(f"⟦last loss|最后的损失⟧ {losses[-1]:.3f}, ⟦accuracy|正确率⟧ {right:.1%}")
fig, ax = plt.subplots(figsize=(6, 2.8))
ax.plot(losses)
ax.set(xlabel="⟦epoch|轮⟧", ylabel="⟦loss|损失⟧", title="⟦Training|训练过程⟧")
plt.show()

# %% [markdown] lang="en"
# Line by line:
#
# - `Net` says which layers there are (`__init__`) and how an input passes through them (`forward`).
#   `06_three_layer_model.ipynb` explains this form.
# - `criterion` is the loss as an object; call it with logits and labels.
# - `optimizer` gets the parameters once and for all. It will look at their `.grad` and change them. It never sees the
#   data or the loss.
# - Lines 1 and 2 go forward and build the computational graph. Line 4 walks back through it and fills `.grad`. Line 5
#   does, for each parameter, `p -= lr * p.grad`.
# - `loss.item()` takes the bare number out of the tensor. Storing `loss` itself would keep every graph alive and eat
#   up memory.
# - One pass through all the samples is an **epoch**. Here each epoch is one step, since all samples are used at once.
#
# The picture shows one round of the loop, with the very numbers of our first example on paper.

# %% [markdown] lang="zh"
# 逐行来看：
#
# - `Net` 说明有哪些层（`__init__`），输入怎样依次通过它们（`forward`）。这种写法见 `06_three_layer_model.ipynb`。
# - `criterion` 是损失函数对象，调用时给它得分和标签。
# - `optimizer` 一开始就拿到所有参数。它只看参数的 `.grad`，然后修改参数，从不接触数据和损失。
# - 第 1、2 行往前算，同时建起计算图。第 4 行沿计算图走回去，填好 `.grad`。第 5 行对每个参数做 `p -= lr * p.grad`。
# - `loss.item()` 从张量里取出普通的数。如果存 `loss` 本身，每一轮的计算图都会留在内存里，越积越多。
# - 把全部样本用过一遍，叫作一**轮**（epoch）。这里每次都用全部样本，所以一轮就是一步。
#
# 下面的图画的是循环一圈，用的正是我们最先在纸上算过的那几个数。

# %%
nb.draw_figure("training-loop", device=device)

# %% [markdown] lang="en"
# `nb.train` is the same loop, with checks and messages around it: the same in one line.

# %% [markdown] lang="zh"
# `nb.train` 就是这个循环，外面加了检查和提示。同样的事，只要一行：

# %%
torch.manual_seed(1)
run = nb.train(Net(), points, labels, loss_fn="cross_entropy", optimizer="sgd", lr=0.5, num_epochs=200)
gap = (run.losses - torch.tensor(losses)).abs().max().item()
print(f"⟦largest difference from our losses|与上面的损失最多相差⟧: {gap:.1e}")

# %% [markdown] lang="en"
# The article puts it like this:
#
# <!-- claim: iteration-complete -->
# > **The article says:** A full training iteration is a forward pass, the loss and a backward pass.
# >
# > **Measured: it is wrong.** Without the update nothing is learned. optimizer.zero_grad() comes before the backward
# > pass, for torch adds gradients up, and optimizer.step() after it.
#
# ### Take out one line at a time
#
# The surest way to understand the five lines is to take each of them out. **Predict first, then run**: what happens
# without line 1, 2, 3, 4, 5? An error? Or no error, and yet no learning? Write down five guesses. (The cell below does
# lines 1 and 2 once before the loop, so that the names exist.)

# %% [markdown] lang="zh"
# 文章是这样说的：
#
# <!-- claim: iteration-complete -->
# > **文章说：** 一次完整的训练迭代由前向传播、计算损失和反向传播组成。
# >
# > **实测：不成立。** 没有参数更新就学不到东西。反向传播之前要调用 optimizer.zero_grad()，因为 torch 会累加梯度；之后要调用 optimizer.step()。
#
# ### 每次去掉一行
#
# 想弄懂这五行，最可靠的办法是把它们一行行去掉。**先猜再跑**：去掉第 1、2、3、4、5 行，各会怎样？是报错，
# 还是不报错却学不到东西？请写下五个猜测。（下面的代码在循环之前先做一遍第 1、2 行，这样变量都有了值。）


# %%
def train_without(missing, batch_size=128):
    torch.manual_seed(1)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    rows = torch.arange(batch_size)
    logits = model(points[rows])
    loss = criterion(logits, labels[rows])
    try:
        for _ in range(200):
            if missing != 1:
                logits = model(points[rows])
            if missing != 2:
                loss = criterion(logits, labels[rows])
            if missing != 3:
                optimizer.zero_grad()
            if missing != 4:
                loss.backward()
            if missing != 5:
                optimizer.step()
            rows = torch.randperm(128)[:batch_size]  # ⟦the samples of the next step|下一步用的样本⟧
    except RuntimeError as error:
        return "⟦error|报错⟧: " + str(error)[:52] + "..."
    right = (model(points).argmax(dim=1) == labels).float().mean()
    return f"⟦loss at the end|最后的损失⟧ {criterion(model(points), labels):.3f}, ⟦accuracy|正确率⟧ {right:.1%}"


print("⟦all five lines|五行都在⟧:", train_without(missing=None))
for number, line in enumerate(["⟦forward|前向传播⟧", "⟦loss|计算损失⟧", "zero_grad", "backward", "step"], start=1):
    print(f"⟦without|去掉⟧ {number} {line}:", train_without(missing=number))

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# - **Without 1 (forward)**: an error. The logits stay those of the first round. The first `backward()` has used up
#   their graph, so the second one fails: torch frees the stored values after each backward pass to save memory.
# - **Without 2 (loss)**: the same error; the loss belongs to an old graph.
# - **Without 3 (clear)**: no error. `backward()` *adds* to `.grad`, so each step goes along the sum of all gradients
#   since the beginning.
# - **Without 4 (backward)**: no error. `.grad` stays empty (`None`), the optimizer has nothing to do, and the loss
#   stays where it was.
# - **Without 5 (step)**: no error. Gradients are computed and never used. The weights do not change.
#
# </details>
#
# Were you surprised by number 3? Its loss may even end lower than with all five lines! A sum of gradients gathers
# speed, like a ball that rolls without friction, and where all samples are used in each step that can go well for a
# while. But such a ball never comes to rest. Two looks at it: the model on paper without clearing; and the same
# network with only 16 samples in each step.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# - **去掉第 1 行（前向传播）**：报错。得分还是第一次的得分，第一次 `backward()` 已经把它的计算图用完了，
#   第二次就失败：为了节省内存，torch 每次反向传播之后都会释放存下的数值。
# - **去掉第 2 行（计算损失）**：同样的报错，因为损失属于旧的计算图。
# - **去掉第 3 行（清除旧梯度）**：不报错。`backward()` 是把梯度**加**到 `.grad` 上，
#   所以每一步走的都是从头到现在所有梯度之和。
# - **去掉第 4 行（反向传播）**：不报错。`.grad` 一直是空的（`None`），优化器无事可做，损失不变。
# - **去掉第 5 行（更新权重）**：不报错。梯度算出来却没有用，权重从不改变。
#
# </details>
#
# 第 3 行的结果是不是出乎意料？最后的损失甚至可能比五行都在时还低！梯度一直累加，速度就越来越快，像一个没有摩擦的球；
# 如果每一步都用全部样本，有时确实能顺利一阵子。可是这样的球永远停不下来。下面从两处看：一是纸上的那个模型，
# 不清除梯度会怎样；二是同一个网络，每步只用 16 个样本会怎样。

# %%
w, total, path = 0.5, 0.0, []
for _ in range(30):
    total = total + (8 * w - 16)  # ⟦never cleared|从不清除⟧
    w = w - 0.05 * total
    path.append(w)
print("⟦all five lines, 16 samples a step|五行都在，每步 16 个样本⟧:", train_without(missing=None, batch_size=16))
print("⟦without zero_grad, 16 samples a step|去掉 zero_grad，每步 16 个样本⟧:", train_without(missing=3, batch_size=16))

fig, ax = plt.subplots(figsize=(6, 2.6))
ax.plot(path, marker="o", markersize=3)
ax.axhline(2, color="0.6")
ax.set(
    xlabel="⟦step|步⟧",
    ylabel="w",
    title="⟦Without clearing: round the best weight 2, for ever|不清除梯度：绕着最佳权重 2 来回，停不下来⟧",
)
plt.show()

# %% [markdown] lang="en"
# Why does torch add at all, if that is so dangerous? Because of the rule from above: several ways, slopes are added.
# If a weight is used in two places, both must count. It also has a use of its own: if a batch does not fit into
# memory, send it through in parts, `backward()` after each, and step once at the end.

# %% [markdown] lang="zh"
# 既然这么危险，torch 为什么还要累加？因为上面那条规则：几条路，斜率相加。一个权重用在两处，两处都要算进去。
# 累加还有一个用处：一批样本太大、内存放不下时，可以分几份依次送进去，每份之后做 `backward()`，最后只走一步。

# %%
w = torch.tensor(3.0, requires_grad=True)
for number in (1, 2, 3):
    (w**2).backward()  # ⟦the slope of w² at 3 is 6|w² 在 3 处的斜率是 6⟧
    print(f"⟦after backward no. {number}|第 {number} 次 backward 之后⟧: w.grad = {w.grad.item()}")
w.grad = None  # ⟦what zero_grad() does|zero_grad() 做的就是这件事⟧
(w**2).backward()
print(f"⟦cleared, then once more|清除之后再来一次⟧: w.grad = {w.grad.item()}")

# %% [markdown] lang="en"
# **Common pitfalls: three messages of autograd.** Everybody meets these three once. Read the English message; then you
# will know it again.
#
# 1. A second `backward()` through a graph that is used up. Often a loss was kept from the step before.
# 2. Changing a weight while autograd is recording. Put your own update under `torch.no_grad()`, or leave it to the
#    optimizer.
# 3. The connection between loss and weights is cut, here by `.item()`, which turns a tensor into a plain number.

# %% [markdown] lang="zh"
# **常见的坑：autograd 的三个报错。** 人人都会碰到一次。报错是英文的，先见一次，以后就认得了。
#
# 1. 对已经用完的计算图再做一次 `backward()`，往往是留用了上一步的损失。
# 2. autograd 正在记录，却直接修改权重。自己写更新时，要放在 `torch.no_grad()` 里，或者交给优化器。
# 3. 损失与权重之间的联系断了。这里是因为用了 `.item()`，它把张量变成了普通的数。


# %%
def twice():
    loss = torch.exp(w)
    loss.backward()
    loss.backward()


def watched():
    w.sub_(0.1 * w.grad)


def cut_off():
    torch.tensor((w**2).item()).backward()


for number, mistake in enumerate((twice, watched, cut_off), start=1):
    try:
        mistake()
    except RuntimeError as error:
        print(f"⟦message|报错⟧ {number}:", str(error).split(". ")[0])

# %% [markdown] lang="en"
# ## How many samples for one step?
#
# To know how salty a pot of soup is, you need not drink it all. A spoonful will do, if the soup was stirred well. In
# the same way the gradient of a few random samples is an *estimate* of the gradient of all of them.
#
# **On paper.** Let the slopes of four samples be 2, 6, −1 and 5. All together: mean 3. Two batches of two:
# $(2 + 6)/2 = 4$ and $(-1 + 5)/2 = 2$. Neither is 3, but their mean is. So a batch is right on average, and wrong by
# some noise in each case.
#
# How large is the noise? Averaging $B$ independent numbers divides their standard deviation by $\sqrt B$. So four
# times as many samples halve the noise, and they cost four times as much. Small batches therefore buy *many rough
# steps* for the price of *one exact step*. The usual names:
#
# | name | samples per step | steps in an epoch, 128 samples |
# |---|---|---|
# | BGD, (full-)batch gradient descent | all | 1 |
# | mini-batch gradient descent | some, such as 16 | 8 |
# | SGD, stochastic gradient descent | 1 | 128 |
#
# These are the names of the article. In torch, and in most papers today, SGD means the update rule with *any* batch
# size:
#
# <!-- claim: sgd-single -->
# > **The article says:** SGD, stochastic gradient descent, takes one row at a time: its batch size is 1.
# >
# > **Measured: it holds under a condition.** The word is meant in its narrow sense, and the batches hold one row.
# > torch.optim.SGD knows no batch size: it steps along the gradient of whatever batch the loss was computed on.
#
# In PyTorch a `DataLoader` cuts the data into batches: `shuffle=True` stirs the soup anew in every epoch. The loop
# gets a second `for`; the five lines stay as they were.
#
# **Predict first, then run.** With 1,000 samples and `batch_size=32`, how many times does `optimizer.step()` run in
# one epoch? And with the loader below?

# %% [markdown] lang="zh"
# ## 每一步用多少个样本？
#
# 想知道一锅汤咸不咸，不必喝完，搅匀了尝一勺就行。同样，随机取几个样本，它们的梯度就是全部样本的梯度的一个**估计**。
#
# **先在纸上算。** 设四个样本的斜率是 2、6、−1、5，全部平均是 3。分成两批，每批两个：$(2 + 6)/2 = 4$，
# $(-1 + 5)/2 = 2$。两个都不是 3，但它们的平均是 3。也就是说，小批量的梯度平均起来是对的，每一次却都有些误差，
# 这种误差叫**噪声**。
#
# 噪声有多大？$B$ 个独立的数取平均，标准差就变成原来的 $1/\sqrt B$。所以样本数要变成四倍，噪声才减半，
# 而计算量也是四倍。小批量的意思就是：用**精确地走一步**的代价，换来**粗略地走许多步**。通常的名称是：
#
# | 名称 | 每步的样本数 | 128 个样本，一轮走几步 |
# |---|---|---|
# | BGD（批量梯度下降） | 全部 | 1 |
# | Mini-batch GD（小批量梯度下降） | 一部分，例如 16 | 8 |
# | SGD（随机梯度下降） | 1 | 128 |
#
# 这是文章里的叫法。而在 torch 和如今多数论文里，不论批量多大，这种更新方法都叫 SGD：
#
# <!-- claim: sgd-single -->
# > **文章说：** SGD（随机梯度下降）每次只取一个样本：批量大小为 1。
# >
# > **实测：有条件成立。** 这是狭义的用法，而且每批只有一行。torch.optim.SGD 并不知道批量大小：损失是在哪一批上算的，它就沿那一批的梯度走。
#
# 在 PyTorch 里，`DataLoader` 负责把数据切成一批一批，`shuffle=True` 表示每一轮都把“汤”重新搅匀。
# 循环里多了一层 `for`，那五行代码不变。
#
# **先猜再跑。** 有 1000 个样本，`batch_size=32`，一轮里 `optimizer.step()` 执行几次？用下面的 `loader` 又是几次？

# %%
torch.manual_seed(2)
loader = DataLoader(TensorDataset(points, labels), batch_size=16, shuffle=True)
model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
steps = 0
for epoch in range(20):
    total = 0.0
    for batch, targets in loader:  # ⟦16 samples and their labels|16 个样本和它们的标签⟧
        loss = criterion(model(batch), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        steps += 1
        total += loss.item() * len(batch)
    if epoch % 5 == 4:
        mean = total / len(points)
        print(f"⟦epoch {epoch + 1}, step {steps}|第 {epoch + 1} 轮，第 {steps} 步⟧: ⟦mean loss|平均损失⟧ {mean:.3f}")

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# $1000 / 32 = 31.25$, so 32 steps: 31 full batches and a last one of 8 samples. In the loader: $128 / 16 = 8$ steps in
# an epoch. Because the last batch may be smaller, the loop multiplies each loss by `len(batch)` before adding: the
# mean over all samples would be slightly wrong otherwise.
#
# </details>
#
# Now measure the noise. For batches of 1, 4, 16 and 64 samples, how far is the gradient from that of all 128, compared
# with its length?

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# $1000 / 32 = 31.25$，所以是 32 步：31 批是满的，最后一批只有 8 个样本。`loader` 是一轮 $128 / 16 = 8$ 步。
# 最后一批可能比较小，所以相加之前要先乘 `len(batch)`，否则全部样本的平均会有一点偏差。
#
# </details>
#
# 现在来量一量噪声。每批 1、4、16、64 个样本，算出的梯度与 128 个样本的梯度相差多远（与后者的长度相比）？


# %%
def gradient_of(rows):
    loss = criterion(model(points[rows]), labels[rows])
    return torch.cat([part.flatten() for part in torch.autograd.grad(loss, list(model.parameters()))])


exact = gradient_of(torch.arange(128))
for size in (1, 4, 16, 64):
    gaps = [(gradient_of(torch.randint(128, (size,))) - exact).norm() for _ in range(200)]
    noise = torch.stack(gaps).square().mean().sqrt() / exact.norm()
    print(f"⟦{size} samples|{size} 个样本⟧: ⟦noise / gradient|噪声/梯度⟧ = {noise:.2f}")

# %% [markdown] lang="en"
# From line to line the batch is four times as large and the noise about half. (`torch.autograd.grad` returns the
# gradients instead of adding them to `.grad`.)
#
# What does that mean for training? The picture goes down one surface three times: with all samples, with 16 of them,
# or with a single one for each update. The experiment behind its title trains networks, each batch size at its own
# best learning rate.

# %% [markdown] lang="zh"
# 每往下一行，批量变成四倍，噪声大约减半。（`torch.autograd.grad` 直接返回梯度，不往 `.grad` 上加。）
#
# 这对训练有什么影响？下面的图在同一个曲面上走了三遍：每次更新分别看全部样本、16 个、1 个。
# 标题背后的实验训练的是网络，每种批量大小都用各自最合适的学习率。

# %%
result = nb.run_experiment("batch-size", quick=True, device=device)
nb.draw_experiment("batch-size", result)

# %% [markdown] lang="en"
# So is it slow to use all samples? That depends on what is counted. The mean training loss of the networks, first over
# as many epochs (as much computing), then over as many updates:

# %% [markdown] lang="zh"
# 那么，用全部样本算慢吗？要看怎么数。网络训练全程的平均损失，先看轮数相同时（计算量相同），再看更新次数相同时：

# %%
found = result.first
for size, passes, updates in zip(found.sizes.tolist(), found.cost["passes"], found.cost["updates"], strict=True):
    print(
        f"⟦batch of|批量⟧ {size:3}: ⟦by epochs|按轮数⟧ {passes.median():.3f}   ⟦by updates|按更新次数⟧ {updates.median():.3f}"
    )

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
#
# <!-- claim: batch-mini -->
# > **The article says:** Mini-batches balance speed against steadiness.
# >
# > **Measured: it holds under a condition.** Speed is counted by passes over the data; by updates all rows at once
# > are no slower.

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
#
# <!-- claim: batch-mini -->
# > **文章说：** 小批量在速度与稳定之间取得平衡。
# >
# > **实测：有条件成立。** 速度是按遍历数据的轮数算；按更新次数算，用全部样本并不更慢。

# %% [markdown] lang="en"
# ## Questions to think about
#
# **1.** All weights of a network with one hidden layer are 0. Which gradients are 0 at the first step, without any
# computing?
#
# <details><summary>Answer</summary>
#
# What is passed back to the hidden layer is `delta @ W2`, and `W2` is 0. So nothing comes back: the gradients of `W1`
# and `b1` are 0, whatever the data. If $h$ is 0 as well (tanh or ReLU of 0), the gradient of `W2` is 0, too, and only
# `b2` can learn. `05_initialization.ipynb` shows what becomes of it.
#
# </details>
#
# **2.** A friend writes `optimizer.zero_grad()` between `loss.backward()` and `optimizer.step()`. What happens? And at
# the very end of the loop, after `step()`?
#
# <details><summary>Answer</summary>
#
# In between: the fresh gradients are deleted before they are used. No error, no learning. At the end: quite all right.
# Torch asks only that the gradients are cleared somewhere *after* a step and *before* the next `backward()`.
#
# </details>
#
# **3.** You trained well with the mean loss, 32 samples per batch, learning rate 0.1. Now you use the *sum* of the
# losses instead. Which learning rate makes the same steps?
#
# <details><summary>Answer</summary>
#
# The sum is 32 times the mean, and so are all slopes. $0.1 / 32 \approx 0.003$ makes the same steps.
#
# </details>
#
# ## Exercises
#
# Write the function yourself; `nb.check` tries it on edge cases and random ones and shows the smallest case that
# fails. Start with one step of descent. Then the gradient that `08_losses.ipynb` has derived for one sample, now for a
# batch. Then your own `backward`: take the block from above and change what differs.

# %% [markdown] lang="zh"
# ## 思考题
#
# **1.** 一个带一个隐藏层的网络，权重全是 0。不用计算就能知道：第一步时，哪些梯度是 0？
#
# <details><summary>答案</summary>
#
# 传回隐藏层的是 `delta @ W2`，而 `W2` 是 0，所以什么也传不回来：不论数据是什么，`W1` 和 `b1` 的梯度都是 0。
# 如果 $h$ 也是 0（例如 tanh 或 ReLU 在 0 处），`W2` 的梯度也是 0，就只剩 `b2` 能学。后来会怎样，
# 见 `05_initialization.ipynb`。
#
# </details>
#
# **2.** 有同学把 `optimizer.zero_grad()` 写在 `loss.backward()` 和 `optimizer.step()` 之间，会怎样？写在循环的最后、
# `step()` 之后呢？
#
# <details><summary>答案</summary>
#
# 写在中间：刚算好的梯度还没用就被清掉了，不报错，也学不到东西。写在最后：完全可以。
# torch 只要求在一次 `step()` **之后**、下一次 `backward()` **之前**清除梯度。
#
# </details>
#
# **3.** 用平均损失训练得很好，每批 32 个样本，学习率 0.1。现在改用损失之**和**，学习率取多少，
# 走出的每一步才和原来一样？
#
# <details><summary>答案</summary>
#
# 和是平均的 32 倍，所有斜率也都是 32 倍。取 $0.1 / 32 \approx 0.003$，每一步就和原来一样。
#
# </details>
#
# ## 练习
#
# 自己写出函数；`nb.check` 会用边界情况和随机数据来试，并给出最小的反例。先写梯度下降的一步。
# 再写 `08_losses.ipynb` 对一个样本推导过的那个梯度，这次是一批样本。然后写你自己的 `backward`：从上面那段代码出发，
# 改掉不同的地方。

# %%
nb.exercise("sgd-step")


# %%
def sgd_step(param, grad, lr):
    pass  # ⟦your code|在这里写代码⟧


nb.check("sgd-step", sgd_step)

# %%
nb.exercise("cross-entropy-gradient")


# %%
def cross_entropy_gradient(logits, target):
    pass  # ⟦your code|在这里写代码⟧


nb.check("cross-entropy-gradient", cross_entropy_gradient)

# %%
nb.exercise("backward")


# %%
def backward(x, target, weight1, bias1, weight2, bias2):
    pass  # ⟦your code|在这里写代码⟧


nb.check("backward", backward)

# %%
nb.exercise("training-step")


# %%
def training_step(model, loss_fn, optimizer, x, y):
    pass  # ⟦your code|在这里写代码⟧


nb.check("training-step", training_step)

# %% [markdown] lang="en"
# ## What to read next
#
# - *Dive into Deep Learning*: [backpropagation](https://d2l.ai/chapter_multilayer-perceptrons/backprop.html),
#   [gradient descent](https://d2l.ai/chapter_optimization/gd.html),
#   [mini-batches](https://d2l.ai/chapter_optimization/minibatch-sgd.html)
# - Torch: [a first look at autograd](https://docs.pytorch.org/tutorials/beginner/basics/autogradqs_tutorial.html),
#   [the training loop](https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html),
#   [SGD](https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html)
# - On mini-batches, from theory to practice: [Bottou, Curtis & Nocedal (2018)](https://arxiv.org/abs/1606.04838)
# - Next: `10_optimizers_and_schedules.ipynb`, on better steps than the plain one

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - 《动手学深度学习》：[前向传播、反向传播和计算图](https://zh.d2l.ai/chapter_multilayer-perceptrons/backprop.html)、
#   [自动微分](https://zh.d2l.ai/chapter_preliminaries/autograd.html)、
#   [梯度下降](https://zh.d2l.ai/chapter_optimization/gd.html)、
#   [小批量随机梯度下降](https://zh.d2l.ai/chapter_optimization/minibatch-sgd.html)
# - 邱锡鹏[《神经网络与深度学习》](https://nndl.github.io/)第 4 章，前馈神经网络，里面有反向传播的完整推导
# - 李宏毅的[机器学习课程](https://speech.ee.ntu.edu.tw/~hylee/ml/2022-spring.php)，视频讲解
# - torch 文档（英文）：[autograd 入门](https://docs.pytorch.org/tutorials/beginner/basics/autogradqs_tutorial.html)、
#   [训练循环](https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html)；
#   中文译本见 [PyTorch 中文文档](https://pytorch.apachecn.org/)
# - 小批量方法，从理论到实践（英文）：[Bottou, Curtis & Nocedal (2018)](https://arxiv.org/abs/1606.04838)
# - 下一节：`10_optimizers_and_schedules.ipynb`，看看怎样改进每一步的更新
