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
# **What you will see**
#
# - why weights that start equal stay equal, and what that costs;
# - why the *scale* of random weights decides what arrives after many layers, forwards and backwards;
# - where Xavier's and Kaiming's initializations come from, and for which activations they hold;
# - what `nn.Linear` does when you say nothing.

# %% [markdown] lang="zh"
# # 5 · 参数初始化
#
# **这一节会看到什么**
#
# - 权重一开始相同，为什么会一直相同，代价是什么；
# - 随机权重的*尺度*怎样决定信号和梯度穿过许多层之后还剩多少；
# - Xavier 和 Kaiming 的公式从哪里来，各适合哪些激活函数；
# - 什么都不写的时候，`nn.Linear` 自己是怎么做的。

# %%
import os

import torch
from torch import nn
from torch.nn import functional as F

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # the language of pictures and messages: "en" or "zh"
device = "cpu"  # or "cuda"

# %% [markdown] lang="en"
# ## All alike: symmetry
#
# Two hidden units with the same weights compute the same output, so they get the same gradient, take the same step, and
# are the same again. Here four sigmoid units start at 1 and train. Each row of the weight belongs to one unit.

# %% [markdown] lang="zh"
# ## 全都一样：对称问题
#
# 两个隐藏单元权重相同，输出就相同，得到的梯度也相同，走同样的一步，结果还是相同。下面四个 sigmoid 单元的权重都从 1 开始训练，权重矩阵的一行就是一个单元。

# %%
x, y = nb.moons(128)
x, y = x.to(device), y.to(device)
model = nn.Sequential(nn.Linear(2, 4), nn.Sigmoid(), nn.Linear(4, 2)).to(device)
nb.init_weights(model, "ones")
nb.train(model, x, y, loss_fn="cross_entropy", lr=1.0, num_epochs=200)
print(model[0].weight.data)

# %% [markdown] lang="en"
# With all weights *zero* and ReLU it is worse. The hidden outputs are 0, and the gradient on its way back is multiplied
# by weights of 0: of all the parameters only the last bias gets any gradient.

# %% [markdown] lang="zh"
# 权重全为 *0* 再加上 ReLU，情况更糟：隐藏层的输出是 0，梯度往回传又要乘上为 0 的权重。所有参数里，只有最后的偏置能得到梯度。

# %%
model = nb.init_weights(nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2)), "zeros").to(device)
F.cross_entropy(model(x[:5]), y[:5]).backward()
for name, parameter in model.named_parameters():
    print(f"{name:9}{parameter.grad.abs().max():.2f}")

# %% [markdown] lang="en"
# <!-- claim: zeros-symmetric -->
# > **The article says:** With all weights zero, units stay alike (symmetry), which makes the network useless.
# >
# > **Measured: it holds.** With tanh and ReLU not even a weight moves: the units hand on 0, so no weight gets a
# > gradient, and only the last bias learns. With sigmoid they move, all units alike.

# %% [markdown] lang="zh"
# <!-- claim: zeros-symmetric -->
# > **文章说：** 权重全为 0 时，各单元始终相同（对称问题），网络不可用。
# >
# > **实测：成立。** 用 tanh 和 ReLU 时，权重一个都不动：单元输出 0，权重得不到梯度，只有最后的偏置在学。用 sigmoid 时权重会变，但各单元变得一样。

# %%
nb.show_claims("zeros-symmetric", "ones-symmetric", "chance-breaks-symmetry")

# %% [markdown] lang="en"
# Many units that are the same are as good as one. Compare the loss with that of a network with a single hidden unit.

# %% [markdown] lang="zh"
# 许多个相同的单元，只顶一个用。请把图中的损失与只有一个隐藏单元的网络比一比。

# %%
result = nb.run_experiment("symmetry", quick=True, device=device)
nb.draw_experiment("symmetry", result)

# %% [markdown] lang="en"
# ## How large?
#
# So the weights must be drawn by chance. How large they should be follows from one line. With $m$ inputs $a_j$ and
# independent weights of mean 0,
#
# $$\mathrm{E}[z^2] = m \cdot \mathrm{Var}[w] \cdot \mathrm{E}[a^2].$$
#
# Every layer multiplies the mean square by the same factor $m\,\mathrm{Var}[w]$, and the activation takes its share. A
# factor $c$ becomes $c^L$ after $L$ layers. Below, ten layers of ReLU, 100 units each: the root mean square of $z$ at
# layers 1, 4, 7 and 10.

# %% [markdown] lang="zh"
# ## 该取多大？
#
# 所以权重要随机抽取。该取多大，一行式子就能说明。设有 $m$ 个输入 $a_j$，权重相互独立、均值为 0，则
#
# $$\mathrm{E}[z^2] = m \cdot \mathrm{Var}[w] \cdot \mathrm{E}[a^2].$$
#
# 每过一层，均方都要乘上同一个因子 $m\,\mathrm{Var}[w]$，激活函数再取走一部分。因子是 $c$，过 $L$ 层就成了 $c^L$。下面是十层 ReLU、每层 100 个单元的网络，列出第 1、4、7、10 层 $z$ 的均方根。

# %%
layers = nn.ModuleList(nn.Linear(100, 100) for _ in range(10)).to(device)
inputs = torch.randn(256, 100, generator=torch.Generator().manual_seed(1)).to(device)
schemes = {"normal": {"std": 0.01}, "xavier_normal": {}, "kaiming_normal": {"nonlinearity": "relu"}}
with torch.no_grad():
    for name, settings in schemes.items():
        nb.init_weights(layers, name, **settings)
        a, sizes = inputs, []
        for layer in layers:
            z = layer(a)
            sizes.append(z.square().mean().sqrt().item())
            a = torch.relu(z)
        print(f"{name:15}", *(f"{size:9.1e}" for size in sizes[::3]))

# %% [markdown] lang="en"
# **Kaiming's initialization** follows at once. ReLU drops the negative half of a symmetric $z$, so
# $\mathrm{E}[a^2] = \tfrac12 \mathrm{E}[z^2]$, and the factor is 1 when
#
# $$\mathrm{Var}[w] = \frac{2}{m}.$$
#
# **Xavier's initialization** is for functions that are nearly the identity around zero. Forwards that asks for $1/m$; backwards,
# where a unit hears from $n$ outputs, for $1/n$. Both at once is impossible unless $m = n$, so it takes the middle:
#
# $$\mathrm{Var}[w] = \frac{2}{m + n}.$$

# %% [markdown] lang="zh"
# **Kaiming 的公式**立刻可以推出：ReLU 去掉了对称分布的 $z$ 的负半边，所以 $\mathrm{E}[a^2] = \tfrac12 \mathrm{E}[z^2]$，要使因子为 1，就要
#
# $$\mathrm{Var}[w] = \frac{2}{m}.$$
#
# **Xavier 的公式**针对在 0 附近近似恒等的函数。前向传播要求 $1/m$；反向传播时，一个单元收到 $n$ 个输出传回的梯度，要求 $1/n$。除非 $m = n$，否则不能两全，于是取中间：
#
# $$\mathrm{Var}[w] = \frac{2}{m + n}.$$

# %%
result = nb.run_experiment("signal-by-depth", quick=True, device=device)
nb.draw_experiment("signal-by-depth", result)

# %% [markdown] lang="en"
# The way back is the same story with $f'(z)$ in it. What vanishes or explodes here is what the update would use.

# %% [markdown] lang="zh"
# 往回走也是一样的道理，只是多了 $f'(z)$。这里消失或者爆炸的，正是更新参数要用的梯度。

# %%
result = nb.run_experiment("gradient-by-depth", quick=True, device=device)
nb.draw_experiment("gradient-by-depth", result)

# %% [markdown] lang="en"
# ## In torch's words
#
# The functions of `torch.nn.init` end in an underscore: they write into the tensor that they are given. `nn.Linear(5, 3)`
# has $m = 5$ inputs and $n = 3$ outputs. Its 15 weights say little about a distribution, so we draw it a thousand times; beside
# the measured standard deviation stands the formula.

# %% [markdown] lang="zh"
# ## 用 torch 来写
#
# `torch.nn.init` 里的函数名末尾都有下划线，表示直接改写传进去的张量。`nn.Linear(5, 3)` 有 $m = 5$ 个输入、$n = 3$ 个输出。它只有 15 个权重，看不出分布，所以抽一千次；测得的标准差后面是公式给出的值。

# %%
generator = torch.Generator().manual_seed(0)
linear = nn.Linear(5, 3)
drawn = {"xavier": [], "kaiming": []}
for _ in range(1000):
    drawn["xavier"].append(nn.init.xavier_normal_(linear.weight, generator=generator).detach().clone())
    drawn["kaiming"].append(
        nn.init.kaiming_normal_(linear.weight, nonlinearity="relu", generator=generator).detach().clone()
    )
print(f"{torch.stack(drawn['xavier']).std():.4f}", f"{(2 / (5 + 3)) ** 0.5:.4f}")
print(f"{torch.stack(drawn['kaiming']).std():.4f}", f"{(2 / 5) ** 0.5:.4f}")

# %% [markdown] lang="en"
# For a whole model: `nb.init_weights(model, "kaiming_normal", nonlinearity="relu")` goes through its layers and calls
# just that, with a generator, so that one seed gives the same weights on every device. Measured, formula, biases:

# %% [markdown] lang="zh"
# 整个模型可以用 `nb.init_weights(model, "kaiming_normal", nonlinearity="relu")`：它逐层调用的就是上面的函数，并且用自己的 generator，同一个种子在任何设备上都得到同样的权重。下面依次是测得的标准差、公式给出的值和偏置：

# %%
model = nn.Sequential(nn.Linear(100, 50), nn.ReLU(), nn.Linear(50, 10)).to(device)
nb.init_weights(model, "kaiming_normal", nonlinearity="relu", bias=0.0, generator=torch.Generator().manual_seed(7))
print(f"{model[0].weight.std():.4f}", f"{(2 / 100) ** 0.5:.4f}", model[0].bias.data[:3])

# %% [markdown] lang="en"
# And if you say nothing? Then `nn.Linear` draws weight *and* bias from $U(-1/\sqrt m,\, 1/\sqrt m)$, whose variance is
# $1/(3m)$: a sixth of Kaiming's. The torch source calls it `kaiming_uniform_(a=sqrt(5))`, which is easily mistaken for
# Kaiming's initialization for ReLU. First line: the largest weight, the largest bias, the bound; second: the variance, and $1/(3m)$.

# %% [markdown] lang="zh"
# 如果什么都不写呢？`nn.Linear` 会从 $U(-1/\sqrt m,\, 1/\sqrt m)$ 中抽取权重*和*偏置，方差是 $1/(3m)$，只有 Kaiming 的六分之一。torch 源码里写的是 `kaiming_uniform_(a=sqrt(5))`，很容易被当成针对 ReLU 的 Kaiming 初始化。下面第一行是最大的权重、最大的偏置和界限，第二行是方差和 $1/(3m)$。

# %%
torch.manual_seed(0)
linear = nn.Linear(100, 400)
print(f"{linear.weight.abs().max():.4f}", f"{linear.bias.abs().max():.4f}", 1 / 100**0.5)
print(f"{linear.weight.var():.5f}", f"{1 / 300:.5f}")

# %% [markdown] lang="en"
# ## Where the article needs a correction
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

# %% [markdown] lang="zh"
# ## 文章需要更正的地方
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

# %%
ids = ["xavier-tanh", "xavier-sigmoid", "kaiming-relu", "kaiming-variants", "biases-zero-or-one"]
nb.show_claims(*ids)

# %% [markdown] lang="en"
# Too small and too large, with numbers:

# %% [markdown] lang="zh"
# 太小和太大，用数字来说：

# %%
nb.show_claims("small-weights-vanish", "large-weights-explode")

# %% [markdown] lang="en"
# ## Pitfalls
#
# **1. The gain of another activation.** `xavier_normal_` takes gain 1 unless told otherwise, and `kaiming_normal_` takes
# that of ReLU (it says `leaky_relu`, with a slope of 0). `calculate_gain` knows the gains; for some activations there is
# none, and it says so.

# %% [markdown] lang="zh"
# ## 常见的坑
#
# **1. gain 与激活函数不配。** 不指定的话，`xavier_normal_` 的 gain 是 1，`kaiming_normal_` 用的是 ReLU 的 gain（写作 `leaky_relu`，斜率为 0）。`calculate_gain` 能查到各种 gain；有的激活函数没有，它会直接报错。

# %%
for name in ("linear", "sigmoid", "tanh", "relu", "gelu"):
    try:
        print(f"{name:8}{nn.init.calculate_gain(name):.4f}")
    except ValueError as error:
        print(error)

# %% [markdown] lang="en"
# **2. Going through `parameters()`.** Biases are among them, and these initializations need a matrix: fan-in and fan-out are its
# sizes. Go through the layers, as `init_weights` does, and treat the biases by themselves.

# %% [markdown] lang="zh"
# **2. 对 `parameters()` 逐个初始化。** 其中也有偏置，而这些公式要的是矩阵，输入数和输出数就是矩阵的两个大小。应当像 `init_weights` 那样逐层处理，偏置另外设置。

# %%
try:
    for parameter in model.parameters():
        nn.init.xavier_normal_(parameter)
except ValueError as error:
    print(error)

# %% [markdown] lang="en"
# **3. A transposed weight.** torch stores $W$ as (outputs, inputs), and reads fan-in from the *second* size. A matrix of
# your own that is multiplied as `x @ W` is stored the other way round; then Kaiming's initialization takes the wrong fan. For 400
# inputs and 100 outputs the standard deviation should be $\sqrt{2/400} \approx 0.071$:

# %% [markdown] lang="zh"
# **3. 权重转置了。** torch 中 $W$ 的形状是（输出, 输入），输入数取自*第二*维。自己写 `x @ W` 时，矩阵是反着放的，Kaiming 就会取错。400 个输入、100 个输出，标准差应为 $\sqrt{2/400} \approx 0.071$：

# %%
for shape in ((100, 400), (400, 100)):
    weight = nn.init.kaiming_normal_(torch.empty(shape), nonlinearity="relu", generator=generator)
    print(shape, f"{weight.std():.3f}")

# %% [markdown] lang="en"
# ## Exercises

# %% [markdown] lang="zh"
# ## 练习

# %%
nb.exercise("xavier-std")


# %%
def xavier_std(fan_in, fan_out, gain):
    # your code
    ...


nb.check("xavier-std", xavier_std)

# %%
nb.exercise("kaiming-std")


# %%
def kaiming_std(fan_in, negative_slope):
    # your code
    ...


nb.check("kaiming-std", kaiming_std)

# %% [markdown] lang="en"
# ## What to read next
#
# - `06_three_layer_model`: a model whose first layer starts from Xavier's initialization and its second from Kaiming's.
# - torch: [torch.nn.init](https://docs.pytorch.org/docs/stable/nn.init.html)
# - Glorot & Bengio (2010), [Understanding the difficulty of training deep feedforward neural
#   networks](https://proceedings.mlr.press/v9/glorot10a.html)
# - He et al. (2015), [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852)
# - Schoenholz et al. (2017), [Deep information propagation](https://arxiv.org/abs/1611.01232): the theory in the figures

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - `06_three_layer_model`：一个模型，第一层用 Xavier，第二层用 Kaiming。
# - torch 文档：[torch.nn.init](https://docs.pytorch.org/docs/stable/nn.init.html)
# - Glorot & Bengio (2010)，[Understanding the difficulty of training deep feedforward neural networks](https://proceedings.mlr.press/v9/glorot10a.html)
# - He et al. (2015)，[Delving deep into rectifiers](https://arxiv.org/abs/1502.01852)
# - Schoenholz et al. (2017)，[Deep information propagation](https://arxiv.org/abs/1611.01232)，图中虚线的理论
