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
# A model predicts, the truth is known: how bad was the prediction? A **loss** answers with one number. Training makes
# that number small, so the loss decides what the model learns at all.
#
# **What you will learn**
#
# - cross-entropy for classes: why the logarithm, and what its gradient is;
# - binary cross-entropy for yes or no;
# - MAE, MSE and Smooth L1 for numbers, and what outliers do to each of them;
# - PyTorch's loss objects, the shapes and types they want, and mistakes that raise no error.
#
# **What you need to know**
#
# - the logarithm: $\log(ab) = \log a + \log b$, $\log 1 = 0$, and the derivatives $(\log x)' = 1/x$, $(e^x)' = e^x$
#   ([calculus in *Dive into Deep Learning*](https://d2l.ai/chapter_preliminaries/calculus.html)); $\log$ is always the
#   natural one here;
# - softmax and sigmoid, from `04_activations.ipynb`.

# %% [markdown] lang="zh"
# # 8 · 损失函数
#
# 模型给出预测，真实值是已知的：预测得有多差？**损失**用一个数来回答。训练就是让这个数变小，所以模型学到什么，
# 是由损失函数决定的。
#
# **这一节会学到什么**
#
# - 多分类用的交叉熵：为什么要取对数，它的梯度是什么；
# - 二分类用的二元交叉熵；
# - 预测数值用的 MAE、MSE、Smooth L1，以及异常值对它们各有什么影响；
# - PyTorch 的损失函数对象，它们要求的形状和类型，以及不报错的错误。
#
# **需要先知道什么**
#
# - 对数：$\log(ab) = \log a + \log b$，$\log 1 = 0$；导数：$(\log x)' = 1/x$，$(e^x)' = e^x$。
#   可以读《动手学深度学习》的[微积分](https://zh.d2l.ai/chapter_preliminaries/calculus.html)一节。
#   这里的 $\log$ 都是自然对数；
# - softmax 和 sigmoid，见 `04_activations.ipynb`。

# %%
import os

import torch
from torch import nn

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # ⟦the language of pictures: "en" or "zh"|图和提示的语言："en" 或 "zh"⟧
device = "cpu"  # ⟦or "cuda", for the pictures and experiments of nb|或 "cuda"，供 nb 的图和实验使用⟧

# %% [markdown] lang="en"
# ## One number, and its slope
#
# A loss takes the prediction and the truth and returns one number: 0 or small if they agree, large if not. We use it
# twice. We *look* at the number to see how training goes. And training follows its *slope*: in which direction, and
# how hard, should each prediction be pushed? So ask two questions of every loss: what is its value, and what is its
# slope?
#
# Which loss to take depends on what is to be predicted:
#
# | task | last layer gives | loss in PyTorch | truth |
# |---|---|---|---|
# | one of $K$ classes | $K$ logits | `nn.CrossEntropyLoss()` | class number, an integer from 0 to $K-1$ |
# | yes or no | 1 logit | `nn.BCEWithLogitsLoss()` | a float, 0 or 1 |
# | yes or no | 1 probability | `nn.BCELoss()` | a float, 0 or 1 |
# | a number | the number | `nn.L1Loss()`, `nn.MSELoss()`, `nn.SmoothL1Loss()` | a float |
#
# **Logits** are the raw scores of the last linear layer: any real numbers, before softmax or sigmoid.
#
# All of them are used in the same way: build the object once, then call it with *prediction first, truth second*.

# %% [markdown] lang="zh"
# ## 一个数和它的斜率
#
# 损失函数拿到预测值和真实值，给出一个数：两者一致就是 0 或很小，不一致就大。这个数有两个用处。我们**看**它，
# 了解训练得怎么样；训练则**跟着它的斜率走**：每个预测值该往哪边推，推多大的力？所以遇到任何一个损失函数，
# 都要问两个问题：它的值是多少？它的斜率是多少？
#
# 用哪个损失函数，要看预测的是什么：
#
# | 任务 | 最后一层的输出 | PyTorch 中的损失函数 | 标签或真实值 |
# |---|---|---|---|
# | $K$ 类中选一类 | $K$ 个得分（logits） | `nn.CrossEntropyLoss()` | 类别编号，0 到 $K-1$ 的整数 |
# | 是或否 | 1 个得分 | `nn.BCEWithLogitsLoss()` | 浮点数 0 或 1 |
# | 是或否 | 1 个概率 | `nn.BCELoss()` | 浮点数 0 或 1 |
# | 预测一个数 | 这个数本身 | `nn.L1Loss()`、`nn.MSELoss()`、`nn.SmoothL1Loss()` | 浮点数 |
#
# **得分**（logits）就是最后一个线性层的原始输出：可以是任意实数，还没有经过 softmax 或 sigmoid。
#
# 它们的用法都一样：先建一个对象，再调用它，**预测值在前，真实值在后**。

# %% [markdown] lang="en"
# ## Classes: cross-entropy
#
# ### Surprise
#
# A forecaster says "rain with probability 0.9", and it rains. You are hardly surprised. The forecaster says 0.1, and
# it rains: you are. The loss for classes measures just that: how surprised is the model by the right answer? Only the
# probability $p$ counts that it gave to the *right* class:
#
# $$\text{loss} = -\log p.$$
#
# For $p = 1$ it is 0, no surprise at all. For $p = 0.5$ it is 0.69, for $p = 0.01$ it is 4.6, and near 0 there is no
# limit.

# %% [markdown] lang="zh"
# ## 多分类：交叉熵
#
# ### 意外的程度
#
# 天气预报说“下雨的概率是 0.9”，后来真的下了，你不觉得意外。预报说 0.1，却下了，你就很意外。分类的损失量的正是这个：
# 看到正确答案，模型有多意外？只看它给**正确**类别的概率 $p$：
#
# $$\text{损失} = -\log p.$$
#
# $p = 1$ 时是 0，一点也不意外；$p = 0.5$ 时是 0.69；$p = 0.01$ 时是 4.6；$p$ 接近 0 时，没有上限。

# %%
nb.draw_figure("cross-entropy", device=device)

# %% [markdown] lang="en"
# **Why the logarithm?** Suppose the model gives the right classes of three samples the probabilities $\tfrac12$,
# $\tfrac14$, $\tfrac12$. How likely does it find all three answers together? Independent probabilities are multiplied:
# $\tfrac12 \cdot \tfrac14 \cdot \tfrac12 = \tfrac1{16}$. This product is the **likelihood** of the data. A good model
# makes it large. But a product of thousands of numbers below 1 is so small that a computer rounds it to 0. The
# logarithm turns the product into a sum, and the minus sign turns "as large as possible" into "as small as possible":
#
# $$-\log\left(\tfrac12 \cdot \tfrac14 \cdot \tfrac12\right) = \log 2 + \log 4 + \log 2
# = (1 + 2 + 1)\log 2 = 4 \log 2.$$
#
# Divide by the number of samples: $\tfrac43 \log 2 \approx 0.92$. That is the cross-entropy. So *small loss* and
# *large likelihood* are the same thing.
#
# ### From scores to the loss
#
# The model gives scores $z$, not probabilities. Softmax makes probabilities of them (`04_activations.ipynb`), and for
# the right class $t$
#
# $$L = -\log \frac{e^{z_t}}{\sum_j e^{z_j}} = -z_t + \log \sum_j e^{z_j}.$$
#
# `nn.CrossEntropyLoss` does both, the softmax and the logarithm. This is the article's example: two samples with six
# scores each, right classes 3 and 5.

# %% [markdown] lang="zh"
# **为什么取对数？** 设模型给三个样本的正确类别的概率是 $\tfrac12$、$\tfrac14$、$\tfrac12$。
# 它认为三个答案同时出现的可能有多大？独立的概率要相乘：$\tfrac12 \times \tfrac14 \times \tfrac12 = \tfrac1{16}$。
# 这个乘积叫作数据的**似然**。模型好，似然就大。可是几千个小于 1 的数相乘，结果小到计算机会舍入成 0。取对数，
# 乘积就变成和；再加负号，“越大越好”就变成“越小越好”：
#
# $$-\log\left(\tfrac12 \times \tfrac14 \times \tfrac12\right) = \log 2 + \log 4 + \log 2
# = (1 + 2 + 1)\log 2 = 4 \log 2.$$
#
# 再除以样本数，得 $\tfrac43 \log 2 \approx 0.92$，这就是交叉熵。所以，**损失小**和**似然大**是一回事。
#
# ### 从得分到损失
#
# 模型给出的是得分 $z$，不是概率。softmax 把得分变成概率（见 `04_activations.ipynb`）。设正确类别是 $t$，则
#
# $$L = -\log \frac{e^{z_t}}{\sum_j e^{z_j}} = -z_t + \log \sum_j e^{z_j}.$$
#
# softmax 和取对数这两步，`nn.CrossEntropyLoss` 都包办了。下面是文章的例子：两个样本，每个六个得分，
# 正确类别是 3 和 5。

# %%
y_pred = torch.tensor([[0.1, 0.1, 0.3, 1.4, 0.05, 0.05], [0.02, 0.08, 0.2, 0.2, 0.05, 2.45]])
y_true = torch.tensor([3, 5])  # ⟦class numbers, no one-hot table|直接用类别编号，不必 one-hot⟧
criterion = nn.CrossEntropyLoss()  # ⟦the object|建立对象⟧
loss = criterion(y_pred, y_true)  # ⟦the call: prediction, truth|调用：预测值，标签⟧
print(f"CrossEntropyLoss: {loss:.4f}")

probabilities = torch.softmax(y_pred, dim=1)  # ⟦the same by hand|同样的事，自己动手⟧
right = probabilities[[0, 1], y_true]  # ⟦row 0, class 3; row 1, class 5|第 0 个样本的第 3 类，第 1 个样本的第 5 类⟧
print("⟦probabilities of the right classes|正确类别的概率⟧:", [round(p, 4) for p in right.tolist()])
print("⟦surprise of each sample|每个样本的意外程度⟧:", [round(s, 4) for s in (-right.log()).tolist()])
print(f"⟦mean|平均⟧: {-right.log().mean():.4f}")

# %% [markdown] lang="en"
# ### The gradient: what the model says minus what is true
#
# How should the scores be pushed? Differentiate $L = -z_t + \log \sum_j e^{z_j}$ in three lines:
#
# 1. The first part, $-z_t$, has slope $-1$ for the right class and 0 for the others.
# 2. The second part: by the chain rule, 1 over the sum, times the slope of the sum, $e^{z_j}$. Together
#    $e^{z_j} / \sum_k e^{z_k}$, and that is the softmax $p_j$.
# 3. Add: $\dfrac{\partial L}{\partial z_j} = p_j - 1$ for the right class, $p_j$ for the others.
#
# In one line: *softmax minus one-hot*, where one-hot means 1 for the right class and 0 elsewhere.
#
# **On paper.** Scores $(0, 0, \log 2)$. The exponentials are $1, 1, 2$, their sum is 4, so
# $p = (\tfrac14, \tfrac14, \tfrac12)$. Let class 0 be right. The gradient is
# $(\tfrac14 - 1, \tfrac14, \tfrac12) = (-\tfrac34, \tfrac14, \tfrac12)$. Since a step goes against the gradient, the
# right score is pushed up, the others down, and the one that was most wrong down the hardest. The three pushes add up
# to 0.
#
# **Predict first, then run.** Which gradient do you expect for the same scores if class 2 is right?

# %% [markdown] lang="zh"
# ### 梯度：模型说的减去真实的
#
# 得分该往哪边推？对 $L = -z_t + \log \sum_j e^{z_j}$ 求导，只要三步：
#
# 1. 前一项 $-z_t$：对正确类别的得分，斜率是 $-1$；对其余的，是 0。
# 2. 后一项：按链式法则，先是“和”的倒数，再乘以“和”的斜率 $e^{z_j}$。合起来是 $e^{z_j} / \sum_k e^{z_k}$，
#    正好是 softmax 的 $p_j$。
# 3. 相加：对正确类别，$\dfrac{\partial L}{\partial z_j} = p_j - 1$；对其余的，就是 $p_j$。
#
# 一句话：**softmax 减 one-hot**。one-hot 就是正确类别为 1、其余为 0 的一组数。
#
# **先在纸上算。** 得分是 $(0, 0, \log 2)$，取指数得 $1, 1, 2$，和是 4，所以 $p = (\tfrac14, \tfrac14, \tfrac12)$。
# 设正确类别是 0，梯度就是 $(\tfrac14 - 1, \tfrac14, \tfrac12) = (-\tfrac34, \tfrac14, \tfrac12)$。
# 更新时朝梯度的反方向走，所以正确类别的得分被往上推，其余的被往下压，错得最厉害的压得最重。三股力加起来是 0。
#
# **先猜再跑。** 得分不变，如果正确类别是 2，梯度是多少？

# %%
for target in (0, 2):
    z = torch.tensor([[1.0, 1.0, 2.0]]).log().requires_grad_()  # ⟦the scores 0, 0, log 2|得分 0、0、log 2⟧
    nn.CrossEntropyLoss()(z, torch.tensor([target])).backward()
    print(f"⟦right class|正确类别⟧ {target}: ⟦gradient|梯度⟧ {[round(g, 4) for g in z.grad[0].tolist()]}")

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# $(\tfrac14, \tfrac14, \tfrac12 - 1) = (\tfrac14, \tfrac14, -\tfrac12)$. The pushes are weaker, since the model was
# less wrong.
#
# </details>
#
# With a batch of $N$ samples the loss is the mean, so each gradient is divided by $N$.
#
# ### Why one function for both steps?
#
# Why not take the softmax first and then the logarithm? Because of rounding. With scores 0 and 200 the first
# probability is about $10^{-87}$, which a computer rounds to 0, and $\log 0 = -\infty$. `log_softmax` uses the formula
# $z_t - \log\sum_j e^{z_j}$ and never forms the tiny number.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# $(\tfrac14, \tfrac14, \tfrac12 - 1) = (\tfrac14, \tfrac14, -\tfrac12)$。模型错得没那么厉害，推力也就小一些。
#
# </details>
#
# 一批有 $N$ 个样本时，损失取平均，所以每个梯度都要除以 $N$。
#
# ### 为什么两步合成一个函数？
#
# 为什么不先做 softmax，再取对数？问题出在舍入上。得分是 0 和 200 时，前一个概率大约是 $10^{-87}$，
# 计算机把它舍入成 0，而 $\log 0 = -\infty$。`log_softmax` 用的公式是 $z_t - \log\sum_j e^{z_j}$，
# 根本不会产生那个极小的数。

# %%
far = torch.tensor([0.0, 200.0])
print("⟦softmax, then log|先 softmax 再取对数⟧:", torch.log(torch.softmax(far, dim=0)).tolist())
print("log_softmax:", torch.log_softmax(far, dim=0).tolist())

# %% [markdown] lang="en"
# ### Scores or probabilities?
#
# The article warns that `nn.CrossEntropyLoss` takes logits. **Predict first, then run**: what happens if you give it
# probabilities nevertheless? An error message? The right loss? Another one?

# %% [markdown] lang="zh"
# ### 给得分还是给概率？
#
# 文章提醒：`nn.CrossEntropyLoss` 接收的是得分（logits）。**先猜再跑**：如果偏偏给它概率，会怎样？报错？损失照样对？
# 还是变成另一个数？

# %%
print(f"⟦given the scores|给得分⟧: {criterion(y_pred, y_true):.4f}")
print(f"⟦given the probabilities|给概率⟧: {criterion(probabilities, y_true):.4f}")
sure = torch.tensor([[1.0, 0.0]])  # ⟦class 0, without doubt|毫无疑问是类别 0⟧
print(f"⟦a perfect answer, as probabilities|完全正确的答案，写成概率⟧: {criterion(sure, torch.tensor([0])):.4f}")

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# No message, and a wrong loss. The function cannot know that these numbers are probabilities already; it takes the
# softmax once more. Since probabilities lie between 0 and 1, the second softmax can never be sure: even a perfect
# answer of two classes ends at $e/(e+1) \approx 0.73$, and the loss cannot get below $-\log 0.73 \approx 0.31$.
#
# </details>
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
# So: no softmax at the end of a model that is trained with `nn.CrossEntropyLoss`. Take the softmax when you want to
# *read* the probabilities. What does the mistake cost in training? Below, both sides get the same data and each its
# own best learning rate.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 不报错，但损失是错的。函数并不知道这些数已经是概率，于是再做一次 softmax。概率都在 0 和 1 之间，
# 第二次 softmax 的结果永远不会很确定：两个类别时，就算答案完全正确，也只得到 $e/(e+1) \approx 0.73$，
# 损失不可能低于 $-\log 0.73 \approx 0.31$。
#
# </details>
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
# 所以，用 `nn.CrossEntropyLoss` 训练的模型，末尾不要加 softmax；要**查看**概率时再做。这个错误在训练中代价有多大？
# 下面两种做法用同样的数据，各自用自己最合适的学习率。

# %%
result = nb.run_experiment("logits-or-probabilities", quick=True, device=device)
nb.draw_experiment("logits-or-probabilities", result)

# %% [markdown] lang="en"
# ## Yes or no: binary cross-entropy
#
# With two classes one probability is enough: $p$ for "yes", $1 - p$ for "no". It is the same surprise: $-\log p$ if
# the truth is yes ($y = 1$), $-\log(1-p)$ if it is no ($y = 0$). Both cases in one formula, since one of the two terms
# is always multiplied by 0:
#
# $$L = -\,y \log p - (1-y) \log(1-p).$$
#
# The probability comes from a sigmoid, $p = \sigma(z)$. As the article does it, `nn.BCELoss` takes the probability:

# %% [markdown] lang="zh"
# ## 是或否：二元交叉熵
#
# 只有两类时，一个概率就够了：“是”的概率是 $p$，“否”的概率是 $1 - p$。量的还是意外的程度：真实答案是“是”（$y = 1$），
# 损失就是 $-\log p$；是“否”（$y = 0$），损失就是 $-\log(1-p)$。两种情况可以写成一个公式，因为两项中总有一项乘的是 0：
#
# $$L = -\,y \log p - (1-y) \log(1-p).$$
#
# 概率由 sigmoid 得到：$p = \sigma(z)$。文章用的 `nn.BCELoss` 接收概率：

# %%
p = torch.tensor([0.6901, 0.5459, 0.2469])  # ⟦outputs of a sigmoid|sigmoid 的输出⟧
yes = torch.tensor([0.0, 1.0, 0.0])  # ⟦floats this time|这次要用浮点数⟧
criterion = nn.BCELoss()
loss = criterion(p, yes)
print(f"BCELoss: {loss:.4f}")
surprise = -(yes * p.log() + (1 - yes) * (1 - p).log())
print("⟦by hand, each sample|自己算，每个样本⟧:", [round(s, 4) for s in surprise.tolist()])
print(f"⟦mean|平均⟧: {surprise.mean():.4f}")

z = torch.log(p / (1 - p))  # ⟦the scores that give these probabilities|得到这些概率的得分⟧
loss = nn.BCEWithLogitsLoss()(z, yes)
print(f"BCEWithLogitsLoss: {loss:.4f}")

# %% [markdown] lang="en"
# `nn.BCEWithLogitsLoss` takes the *score* and does the sigmoid itself. Here both agree. Why have two? **Predict first,
# then run.** The truth is "no", and the score for "yes" grows: 4, 8, 16, 18, 100. The model is ever more sure and ever
# more wrong. Loss and gradient should be large. Are they, with each of the two?

# %% [markdown] lang="zh"
# `nn.BCEWithLogitsLoss` 接收的是**得分**，sigmoid 由它自己来做。这里两者结果相同。那为什么要有两个？**先猜再跑。**
# 真实答案是“否”，而“是”的得分越来越大：4、8、16、18、100。模型越来越自信，也错得越来越厉害，损失和梯度都应当很大。
# 两个函数都是这样吗？

# %%
for score in (0.0, 4.0, 8.0, 16.0, 18.0, 100.0):
    row = []
    for with_logits in (False, True):
        z = torch.tensor([score], requires_grad=True)
        no = torch.zeros(1)
        loss = nn.BCEWithLogitsLoss()(z, no) if with_logits else nn.BCELoss()(torch.sigmoid(z), no)
        loss.backward()
        row += [loss.item(), z.grad.item()]
    print(f"⟦score|得分⟧ {score:5g}  BCELoss: ⟦loss|损失⟧ {row[0]:8.3f}, ⟦gradient|梯度⟧ {row[1]:.3f}", end="   ")
    print(f"BCEWithLogitsLoss: ⟦loss|损失⟧ {row[2]:8.3f}, ⟦gradient|梯度⟧ {row[3]:.3f}")

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# With the score both follow the rule "what the model says minus what is true", here $\sigma(z) - 0$, which goes to 1.
# But a float32 cannot tell $1 - 10^{-8}$ from 1. From about 17 on, the sigmoid is *exactly* 1, and the way back
# through it has slope 0. So `nn.BCELoss` has no gradient left, just where it would be needed most. (Its loss of 100 is
# a limit built in by torch, in place of infinity.)
#
# </details>
#
# <!-- claim: bce-saturated -->
# > **The article says:** For two classes, a sigmoid followed by binary cross-entropy is the loss.
# >
# > **Measured: it holds under a condition.** The logits stay below about 17, where float32 rounds the sigmoid to 1;
# > BCEWithLogitsLoss stays right.
#
# So prefer `nn.BCEWithLogitsLoss`, and a model without a sigmoid at its end.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# 梯度本来都是“模型说的减去真实的”，这里是 $\sigma(z) - 0$，应当趋于 1。可是 float32 分不清 $1 - 10^{-8}$ 和 1。
# 得分大约超过 17，sigmoid 就**恰好**等于 1，往回穿过它时斜率是 0。于是在最需要梯度的地方，
# `nn.BCELoss` 反而没有梯度了。（它的损失 100 是 torch 设的上限，用来代替无穷大。）
#
# </details>
#
# <!-- claim: bce-saturated -->
# > **文章说：** 二分类的损失用 Sigmoid 加二分类交叉熵。
# >
# > **实测：有条件成立。** logit 小于约 17；再大，float32 就把 sigmoid 舍入成 1。改用 BCEWithLogitsLoss 就没有这个问题。
#
# 所以应当优先用 `nn.BCEWithLogitsLoss`，模型末尾不加 sigmoid。

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
    ("sigmoid + BCELoss", lambda z, t: nn.BCELoss()(torch.sigmoid(z), t)),
    ("BCEWithLogitsLoss", nn.BCEWithLogitsLoss()),
):
    w = torch.zeros(2, device=device, requires_grad=True)
    b = torch.full((1,), 24.0, device=device, requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr=1.0)
    for _ in range(200):
        optimizer.zero_grad()
        loss_fn(x @ w + b, classes.float()).backward()
        optimizer.step()
    print(f"{name}: ⟦right|正确率⟧ {((x @ w + b > 0) == classes).double().mean():.0%}")

# %% [markdown] lang="en"
# ## Numbers: MAE, MSE, Smooth L1
#
# If a number is predicted, what counts is the error $e = \hat y - y$, prediction minus truth. The losses differ in how
# they weigh it.
#
# - **MAE**, mean absolute error, `nn.L1Loss`: $|e|$. Twice the error, twice the loss.
# - **MSE**, mean squared error, `nn.MSELoss`: $e^2$. Twice the error, *four* times the loss. Large errors dominate.
# - **Smooth L1**, `nn.SmoothL1Loss`: a parabola $e^2/2$ for small errors, $|e| - \tfrac12$ for large ones.
#
# **On paper,** the article's example: predictions 2, 2.5, 5, true values 1, 2, 3.
#
# | | | | | mean |
# |---|---|---|---|---|
# | error $e$ | 1 | 0.5 | 2 | |
# | MAE | 1 | 0.5 | 2 | 3.5 / 3 = 1.1667 |
# | MSE | 1 | 0.25 | 4 | 5.25 / 3 = 1.75 |
# | Smooth L1 | 0.5 | 0.125 | 1.5 | 2.125 / 3 = 0.7083 |
#
# Why the odd $\tfrac12$ in Smooth L1? The two pieces must meet without a jump or a kink. At $e = 1$ the parabola has
# the height $\tfrac12$ and the slope 1; the line $|e| - \tfrac12$ has exactly the same.

# %% [markdown] lang="zh"
# ## 预测数值：MAE、MSE、Smooth L1
#
# 预测的是一个数时，要紧的是误差 $e = \hat y - y$，也就是预测值减真实值。几种损失函数的区别，在于怎样看待误差的大小。
#
# - **MAE**，平均绝对误差，`nn.L1Loss`：$|e|$。误差变成两倍，损失也变成两倍。
# - **MSE**，均方误差，`nn.MSELoss`：$e^2$。误差变成两倍，损失变成**四**倍。大误差占主导。
# - **Smooth L1**，`nn.SmoothL1Loss`：误差小时是抛物线 $e^2/2$，误差大时是 $|e| - \tfrac12$。
#
# **先在纸上算。** 文章的例子：预测值是 2、2.5、5，真实值是 1、2、3。
#
# | | | | | 平均 |
# |---|---|---|---|---|
# | 误差 $e$ | 1 | 0.5 | 2 | |
# | MAE | 1 | 0.5 | 2 | 3.5 / 3 = 1.1667 |
# | MSE | 1 | 0.25 | 4 | 5.25 / 3 = 1.75 |
# | Smooth L1 | 0.5 | 0.125 | 1.5 | 2.125 / 3 = 0.7083 |
#
# Smooth L1 里的 $\tfrac12$ 从哪里来？两段要接得上，既不能断开，也不能有折角。在 $e = 1$ 处，
# 抛物线的高度是 $\tfrac12$，斜率是 1；直线 $|e| - \tfrac12$ 的高度和斜率正好也是这样。

# %%
prediction = torch.tensor([2.0, 2.5, 5.0], requires_grad=True)
truth = torch.tensor([1.0, 2.0, 3.0])
for name, criterion in {"MAE": nn.L1Loss(), "MSE": nn.MSELoss(), "Smooth L1": nn.SmoothL1Loss()}.items():
    loss = criterion(prediction, truth)
    prediction.grad = None
    loss.backward()
    slopes = [round(g, 4) for g in prediction.grad.tolist()]
    print(f"{name}: ⟦loss|损失⟧ {loss.item():.4f}, ⟦gradient|梯度⟧ {slopes}")

# %% [markdown] lang="en"
# Look at the gradients, the *pushes* (each divided by 3 because of the mean). MSE pushes in proportion to the error.
# MAE pushes always with the same force, however near the goal is, and at the goal its direction jumps. Smooth L1
# pushes like MSE when near and like MAE when far. The three pictures show value and slope of each.

# %% [markdown] lang="zh"
# 请看梯度，也就是**推力**（因为取平均，都除以了 3）。MSE 的推力与误差成正比。MAE 的推力始终不变，离目标再近也一样，
# 到了目标处才突然变号。Smooth L1 近处像 MSE，远处像 MAE。下面三幅图画的是它们的值和斜率。

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
# The point where the pieces meet is called `beta`; it is 1 unless you say otherwise, as in
# `nn.SmoothL1Loss(beta=0.5)`. For other values the parabola is $e^2/(2\beta)$ and the line $|e| - \beta/2$. Check that
# they meet!
#
# The same in one line, for all losses at once, together with the gradients. Two columns say which values a loss
# accepts. `huber` is a close relative of Smooth L1; at $\beta = 1$ the two are equal.

# %% [markdown] lang="zh"
# <!-- claim: smooth-l1-pieces -->
# > **文章说：** Smooth L1 在误差小时像 MSE，大时像 MAE。
# >
# > **实测：成立。** 是像，不是相等：误差小于 beta 时是 MSE 乘以 1/(2 beta)，大于 beta 时是 MAE 减去 beta/2，这样两段才接得上。
#
# 两段相接的位置叫 `beta`，不写就是 1，也可以自己指定，例如 `nn.SmoothL1Loss(beta=0.5)`。取别的值时，
# 抛物线是 $e^2/(2\beta)$，直线是 $|e| - \beta/2$。请验证一下，它们确实接得上。
#
# 同样的事，只要一行就能把几种损失和梯度都列出来。表里有两列说的是能接受什么样的值；`huber` 与 Smooth L1 很相近，
# $\beta = 1$ 时两者相等。

# %%
nb.compare_losses(torch.tensor([2.0, 2.5, 5.0], device=device), torch.tensor([1.0, 2.0, 3.0], device=device))

# %% [markdown] lang="en"
# ### Outliers
#
# An **outlier** is a value far from all others: a slip of the pen, a broken sensor. **Predict first, then run.** Five
# measurements: 1, 2, 2.5, 4, 100. If a model may say only *one* number for all of them, which one has the smallest
# MSE? Which one the smallest MAE? Two tries are worth it on paper: where do the pushes balance?

# %% [markdown] lang="zh"
# ### 异常值
#
# 离其他值很远的值叫作**异常值**：也许是笔误，也许是传感器坏了。**先猜再跑。** 有五个测量值：1、2、2.5、4、100。
# 如果模型只能说**一个**数来代表它们，说哪个数，MSE 最小？说哪个数，MAE 最小？不妨先在纸上想一想：推力在哪里平衡？

# %%
data = torch.tensor([1.0, 2.0, 2.5, 4.0, 100.0])
guesses = [k / 100 for k in range(4001)]  # ⟦0.00, 0.01, ... 40.00|从 0.00 到 40.00⟧
for name, criterion in {"MSE": nn.MSELoss(), "MAE": nn.L1Loss(), "Smooth L1": nn.SmoothL1Loss()}.items():
    losses = [criterion(torch.full((5,), guess), data).item() for guess in guesses]
    best = guesses[losses.index(min(losses))]
    print(f"{name}: ⟦best number|最好的数⟧ {best:.2f}")
print(f"⟦mean of the data|平均数⟧ {data.mean():.2f}, ⟦median|中位数⟧ {data.median():.2f}")

# %% [markdown] lang="en"
# <details><summary>Answer</summary>
#
# MSE balances errors: left and right must add up to the same, and that happens at the *mean*, 21.9, a number near none
# of the five. MAE counts heads: as many to the left as to the right, and that is the *median*, 2.5. For it, 100 is
# just "one to the right", as 5 would be. Smooth L1 counts heads too, except for the near ones.
#
# </details>
#
# The experiment fits lines to data with a few outliers. Watch which lines stay where the other points are.

# %% [markdown] lang="zh"
# <details><summary>答案</summary>
#
# MSE 让误差平衡：左右两边的误差之和要相等，这正是**平均数** 21.9，离哪个值都不近。MAE 只数个数：左边几个，
# 右边也要几个，这正是**中位数** 2.5。对它来说，100 不过是“右边的一个”，换成 5 也一样。Smooth L1 也是数个数，
# 只有近处的几个除外。
#
# </details>
#
# 下面的实验用带有少数异常值的数据来拟合直线。请看哪几条线没有被拉走。

# %%
result = nb.run_experiment("outliers", quick=True, device=device)
nb.draw_experiment("outliers", result)

# %% [markdown] lang="en"
# <!-- claim: mae-outliers -->
# > **The article says:** MAE is not sensitive to outliers.
# >
# > **Measured: it holds under a condition.** They are outliers in y, at most a tenth of the rows, and not just the
# > rows at the end of x. Three tenths move the fit, and an outlier in x pulls with its whole distance.
#
# <!-- claim: mse-outliers -->
# > **The article says:** MSE is sensitive to outliers.
# >
# > **Measured: it holds under a condition.** Their share times their distance is more than a third of the noise: that
# > product is how far they move a mean.
#
# <!-- claim: smooth-l1-both -->
# > **The article says:** Smooth L1 joins the virtues of MAE and MSE.
# >
# > **Measured: it holds under a condition.** MAE's virtue under MAE's own condition, and where the outliers' errors
# > exceed beta: below it Smooth L1 is MSE.

# %% [markdown] lang="zh"
# <!-- claim: mae-outliers -->
# > **文章说：** MAE 对异常值不敏感。
# >
# > **实测：有条件成立。** 异常值出现在 y 上，不超过样本的一成，而且不集中在 x 的一端。达到三成，拟合就会移动；x 上的异常值则以它的全部距离拉动拟合。
#
# <!-- claim: mse-outliers -->
# > **文章说：** MSE 对离群点敏感。
# >
# > **实测：有条件成立。** 异常值的比例乘以距离超过噪声的三分之一：均值正是移动这么多。
#
# <!-- claim: smooth-l1-both -->
# > **文章说：** Smooth L1 兼有 MAE 和 MSE 的优点。
# >
# > **实测：有条件成立。** 要得到 MAE 的优点，须满足 MAE 自己的条件，而且异常值的误差要大于 beta：小于 beta 时，Smooth L1 就是 MSE。

# %% [markdown] lang="en"
# ## Common pitfalls
#
# **1. The wrong type.** `nn.CrossEntropyLoss` wants class numbers as integers (`torch.int64`), the binary losses want
# floats. Torch's messages do not say it in so many words, so it helps to have seen them once. The third one comes from
# giving scores to a loss that wants probabilities. (Try that one on the CPU only: on a GPU it stops the whole
# program.)

# %% [markdown] lang="zh"
# ## 常见的坑
#
# **1. 类型不对。** `nn.CrossEntropyLoss` 要整数的类别编号（`torch.int64`），二元的损失函数要浮点数。
# torch 的报错并不直接这样说，先见一次，以后就认得了。第三条是把得分给了要概率的损失函数。（这一条只在 CPU 上试：
# 在 GPU 上，整个程序都会停掉。）

# %%
wrong_calls = {
    "⟦class numbers as floats|类别编号是浮点数⟧": lambda: nn.CrossEntropyLoss()(y_pred, y_true.float()),
    "⟦yes or no as integers|是或否写成整数⟧": lambda: nn.BCELoss()(p, yes.long()),
    "⟦scores to BCELoss|把得分给 BCELoss⟧": lambda: nn.BCELoss()(torch.tensor([3.0, -1.0, 2.0]), yes),
}
for label, call in wrong_calls.items():
    try:
        call()
    except RuntimeError as error:
        message = str(error).splitlines()[0]
        print(f"{label}: {message}")

# %% [markdown] lang="en"
# **2. The wrong shape.** A model with one output gives predictions of shape `(N, 1)`, while the true values are
# `(N,)`. Broadcasting then makes a table of $N \times N$ differences out of them, and `nn.MSELoss` averages them all.
# `07_broadcasting.ipynb` shows this trap; `prediction.squeeze(1)` mends it.
#
# **3. `reduction="sum"`.** By default a loss is the mean over the batch. With the sum all gradients are $N$ times as
# large, and a learning rate that was tuned for the mean is $N$ times too large.

# %% [markdown] lang="zh"
# **2. 形状不对。** 只有一个输出的模型，预测值的形状是 `(N, 1)`，真实值却是 `(N,)`。广播会由此算出 $N \times N$ 个差，
# `nn.MSELoss` 把它们全都平均进去。这个陷阱见 `07_broadcasting.ipynb`；改用 `prediction.squeeze(1)` 即可。
#
# **3. `reduction="sum"`。** 损失默认对一批样本取平均。改成求和，所有梯度都变成 $N$ 倍；按平均损失调好的学习率，
# 这时就偏大 $N$ 倍。

# %%
for reduction in ("mean", "sum"):
    scores = torch.zeros(8, 2, requires_grad=True)  # ⟦eight samples|八个样本⟧
    nn.CrossEntropyLoss(reduction=reduction)(scores, torch.zeros(8, dtype=torch.int64)).backward()
    print(f"reduction={reduction!r}: ⟦length of the gradient|梯度的长度⟧ {scores.grad.norm():.4f}")

# %% [markdown] lang="en"
# ## Questions to think about
#
# **1.** A new model with ten classes knows nothing and gives each class the same probability. What is its
# cross-entropy? Why is this a useful check at the start of training?
#
# <details><summary>Answer</summary>
#
# $-\log \tfrac1{10} = \log 10 \approx 2.30$. If the first loss is much larger, the model is *sure* and wrong from the
# start: the weights are too large, or the data are not scaled.
#
# </details>
#
# **2.** Add 5 to all scores of a sample. What happens to the softmax, to the loss, to the gradient?
#
# <details><summary>Answer</summary>
#
# Nothing. Each $e^{z_j}$ is multiplied by $e^5$, the sum as well, and the factor cancels. Only differences of scores
# count.
#
# </details>
#
# **3.** Two models classify four samples, all correctly. One gives the right class 0.51 each time, the other 0.99.
# Which has the higher accuracy, which the smaller loss?
#
# <details><summary>Answer</summary>
#
# The accuracy is the same, 100%. The losses are $-\log 0.51 \approx 0.67$ and $-\log 0.99 \approx 0.01$. Accuracy sees
# only which class is in front, the loss also sees how sure the model is. That is why training uses the loss; accuracy
# has slope 0 almost everywhere.
#
# </details>
#
# ## Exercises
#
# Write the functions yourself; `nb.check` tries them on edge cases and random ones and compares with torch. The last
# three ask for the gradient as well. (The gradient of the cross-entropy is an exercise of
# `09_gradient_descent.ipynb`.)

# %% [markdown] lang="zh"
# ## 思考题
#
# **1.** 一个刚建好的十分类模型什么也不知道，给每一类同样的概率。它的交叉熵是多少？训练开始时为什么值得看一眼这个数？
#
# <details><summary>答案</summary>
#
# $-\log \tfrac1{10} = \log 10 \approx 2.30$。如果第一个损失比它大得多，说明模型一开始就**自信**地答错：权重太大，
# 或者数据没有缩放。
#
# </details>
#
# **2.** 把一个样本的所有得分都加 5，softmax、损失、梯度各会怎样？
#
# <details><summary>答案</summary>
#
# 都不变。每个 $e^{z_j}$ 都乘了 $e^5$，和也乘了 $e^5$，正好约掉。起作用的只是得分之差。
#
# </details>
#
# **3.** 两个模型给四个样本分类，全都分对了。一个每次给正确类别 0.51，另一个给 0.99。谁的正确率高？谁的损失小？
#
# <details><summary>答案</summary>
#
# 正确率一样，都是 100%。损失是 $-\log 0.51 \approx 0.67$ 和 $-\log 0.99 \approx 0.01$。正确率只看哪一类排在最前面，
# 损失还看模型有多确信。所以训练时用损失；正确率几乎处处斜率为 0。
#
# </details>
#
# ## 练习
#
# 自己写出函数；`nb.check` 会用边界情况和随机数据来试，并与 torch 的结果比较。后三题还要求写出梯度。
# （交叉熵的梯度是 `09_gradient_descent.ipynb` 的练习。）

# %%
nb.exercise("cross-entropy")


# %%
def cross_entropy(logits, target):
    pass  # ⟦your code|在这里写代码⟧


nb.check("cross-entropy", cross_entropy)

# %%
nb.exercise("bce-with-logits")


# %%
def bce_with_logits(logits, target):
    pass  # ⟦your code|在这里写代码⟧


nb.check("bce-with-logits", bce_with_logits)

# %%
nb.exercise("mae")


# %%
def mae(pred, target):
    pass  # ⟦your code|在这里写代码⟧


nb.check("mae", mae)

# %%
nb.exercise("mse")


# %%
def mse(pred, target):
    pass  # ⟦your code|在这里写代码⟧


nb.check("mse", mse)

# %%
nb.exercise("smooth-l1")


# %%
def smooth_l1(pred, target, beta):
    pass  # ⟦your code|在这里写代码⟧


nb.check("smooth-l1", smooth_l1)

# %% [markdown] lang="en"
# ## What to read next
#
# - *Dive into Deep Learning*:
#   [softmax regression](https://d2l.ai/chapter_linear-classification/softmax-regression.html), with likelihood and
#   entropy
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
# - 《动手学深度学习》：[softmax 回归](https://zh.d2l.ai/chapter_linear-networks/softmax-regression.html)，
#   里面讲了似然和熵
# - 邱锡鹏[《神经网络与深度学习》](https://nndl.github.io/)第 3 章，线性模型，讲 logistic 回归和 softmax 回归
# - 李宏毅的[机器学习课程](https://speech.ee.ntu.edu.tw/~hylee/ml/2022-spring.php)，视频讲解
# - torch 文档（英文）：[损失函数](https://docs.pytorch.org/docs/stable/nn.html#loss-functions)、
#   [CrossEntropyLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html)、
#   [BCEWithLogitsLoss](https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html)；
#   中文译本见 [PyTorch 中文文档](https://pytorch.apachecn.org/)
# - 稳健估计的开端（英文）：[Huber (1964)](https://doi.org/10.1214/aoms/1177703732)；Smooth L1 的首次使用：
#   [Girshick (2015)](https://arxiv.org/abs/1504.08083)
# - 分类一定要用交叉熵吗（英文）？[Hui & Belkin (2021)](https://arxiv.org/abs/2006.07322)
# - 下一节：`09_gradient_descent.ipynb`，看这些梯度怎样推动权重
