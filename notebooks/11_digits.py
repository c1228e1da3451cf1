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
# # 11 · Handwritten digits: a whole project
#
# Ten notebooks have taken a network apart. This one puts it together: from a pile of small pictures to a program that
# reads digits, with a number at the end that says how well it does.
#
# **What you will see**
#
# - data cut into three parts, and why two are not enough;
# - `Dataset` and `DataLoader`, which hand out the batches;
# - a class of your own, a loss, an optimizer, a schedule, and the whole training loop in plain torch;
# - the curves of a training, the confusion matrix, and the pictures that the model gets wrong;
# - weights saved to a file and read back safely;
# - overfitting, produced on purpose, and four remedies, measured.
#
# **What you should know**: how a class `nn.Module` is written
# ([06_three_layer_model](06_three_layer_model.ipynb)), what cross-entropy measures ([08_losses](08_losses.ipynb)), the
# lines of a training step ([09_gradient_descent](09_gradient_descent.ipynb)), and what momentum and a schedule are
# ([10_optimizers_and_schedules](10_optimizers_and_schedules.ipynb)). If one of them is hazy, read on and go back when
# you get stuck: here each of them is used once more, with a reminder of what it does.

# %% [markdown] lang="zh"
# # 11 · 手写数字：一个完整的项目
#
# 前十篇把神经网络拆开来讲。这一篇把它装起来：从一堆小图片开始，做出一个会认数字的程序，最后用一个数说明它认得多准。
#
# **这一节会看到什么**
#
# - 数据怎样分成三份，为什么两份不够；
# - `Dataset` 和 `DataLoader` 怎样一批一批地送出数据；
# - 自己写的类、损失函数、优化器、学习率调度，以及用纯 torch 写的完整训练循环；
# - 训练曲线、混淆矩阵，还有模型认错的那些图片；
# - 怎样把权重存进文件，再安全地读回来；
# - 故意造成一次过拟合，再把四种对策逐一测一遍。
#
# **需要先知道什么**：`nn.Module` 类怎么写（[06_three_layer_model](06_three_layer_model.ipynb)），
# 交叉熵衡量什么（[08_losses](08_losses.ipynb)），一步训练由哪几行组成（[09_gradient_descent](09_gradient_descent.ipynb)），
# 动量和学习率调度是什么（[10_optimizers_and_schedules](10_optimizers_and_schedules.ipynb)）。
# 哪一样记不清了也不要紧，先往下读，卡住了再回去查：这里每用到一样，都会再提醒一次它是做什么的。

# %%
import copy
import math
import os
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, Dataset, TensorDataset

import nnbasics as nb

os.environ["NNBASICS_LANG"] = "en"  # ⟦the language of pictures and messages: "en" or "zh"|图和消息的语言："en" 或 "zh"⟧
device = "cpu"  # ⟦or "cuda"|或 "cuda"⟧
nb.use_fonts()  # ⟦labels in any language in our own plots|自己画的图里也能写中文⟧

# %% [markdown] lang="en"
# ## 1. The question, before any code
#
# A project starts with three questions, and none of them is about networks.
#
# - **What goes in?** A picture of 8 × 8 grey pixels: 64 numbers.
# - **What comes out?** One of ten classes: the digit 0, 1, …, 9. So this is a classification, as in notebook 8.
# - **When is it good?** We count the **accuracy**: the share of pictures that are named correctly. And we need something
#   to compare it with. There are ten digits, about equally many of each. Somebody who guesses blindly is right in about
#   one case out of ten. A model with 10 % has learned nothing, whatever its loss looks like.
#
# Keep that 10 % in mind. It is the cheapest test of a program there is, and it finds many errors.

# %% [markdown] lang="zh"
# ## 1. 写代码之前，先问问题
#
# 一个项目从三个问题开始，三个都和网络无关。
#
# - **输入是什么？** 一张 8 × 8 的灰度图片，也就是 64 个数。
# - **输出是什么？** 十个类别之一：数字 0、1、……、9。所以这是分类问题，和第 8 篇一样。
# - **怎样才算好？** 我们看**正确率**：认对的图片占多少。还要有个东西和它比。数字有十种，每种的数量差不多。
#   闭着眼睛随机猜测，十次里大约能对一次。所以正确率只有 10% 的模型什么也没学到，不管它的损失看上去怎样。
#
# 请记住这个 10%。检查程序，没有比它更省事的办法了，而且能查出不少错误。

# %% [markdown] lang="en"
# ## 2. Look at the data
#
# scikit-learn brings 1,797 such digits with it, so nothing has to be downloaded. `load_digits()` returns an object with
# three fields that matter to us: `images` (the pictures), `data` (the same numbers, each picture as one row of 64), and
# `target` (the label: which digit it really is).

# %% [markdown] lang="zh"
# ## 2. 先看数据
#
# scikit-learn 自带 1797 张这样的数字图片，不用下载。`load_digits()` 返回一个对象，其中三个字段对我们有用：
# `images` 是图片；`data` 是同样的数，每张图片摊平成 64 个；`target` 是标签，也就是它到底是哪个数字。

# %%
found = load_digits()
print("⟦shape of images|images 的形状⟧:", found.images.shape)
print("⟦shape of data|data 的形状⟧:", found.data.shape, "  ⟦dtype|类型⟧:", found.data.dtype)
print("⟦smallest and largest pixel|像素的最小值和最大值⟧:", found.data.min(), found.data.max())
print("⟦how many of each digit, 0 to 9|0 到 9 各有多少张⟧:", [int((found.target == k).sum()) for k in range(10)])

# %%
figure, axes = plt.subplots(2, 8, figsize=(7, 2.2))
for k, ax in enumerate(axes.flat):
    ax.imshow(found.images[k], cmap="gray_r")
    ax.set_title(f"⟦label|标签⟧ {found.target[k]}", fontsize=9)
    ax.axis("off")
plt.show()

# %% [markdown] lang="en"
# Look at them for a while, as a person. Some are hard even for you. 8 × 8 pixels are very few. A project in which
# nobody has looked at the data often goes wrong in the data, not in the network.
#
# Three things must be done before torch can work with these numbers:
#
# 1. **dtype.** NumPy gives `float64`; torch's layers hold `float32`. Inputs and weights must have the same dtype.
# 2. **Scale.** Pixels run from 0 to 16. We divide by 16, so that they run from 0 to 1. Why? A weighted sum of 64 numbers
#    as large as 16 is far away from 0. Then the first steps are much too large, or units such as the sigmoid saturate. Notebook 5 set
#    up the initial weights on the assumption that the inputs are of the order of 1.
# 3. **Labels** must be whole numbers of dtype `int64`: the numbers of the classes, as `nn.CrossEntropyLoss` wants them.

# %% [markdown] lang="zh"
# 请用眼睛把它们好好看一遍。有几张连人也难认，因为 8 × 8 个像素实在太少。没有人看过数据的项目，毛病往往出在数据上，而不是出在网络上。
#
# 要让 torch 用上这些数，还得做三件事：
#
# 1. **类型。** NumPy 给的是 `float64`，torch 的层里是 `float32`。输入和权重的类型必须相同。
# 2. **大小。** 像素从 0 到 16。我们除以 16，让它落在 0 到 1 之间。为什么？64 个大到 16 的数加权求和，结果会离 0 很远。
#    这样一来，头几步会迈得太大，或者 sigmoid 这样的单元一开始就饱和。第 5 篇设计初始权重时，是假定输入的大小在 1 左右的。
# 3. **标签**要用 `int64` 类型的整数，也就是类别编号，`nn.CrossEntropyLoss` 要的就是它。

# %%
x = torch.tensor(found.data, dtype=torch.float32) / 16  # ⟦from 0..16 to 0..1|从 0..16 缩到 0..1⟧
y = torch.tensor(found.target, dtype=torch.int64)
print("x:", tuple(x.shape), x.dtype, "   y:", tuple(y.shape), y.dtype)

same_x, same_y = nb.digits()  # ⟦the same in one line|同样的事，一行写完⟧
print("⟦nb.digits() gives the same|nb.digits() 给出的完全相同⟧:", torch.equal(x, same_x) and torch.equal(y, same_y))

# %% [markdown] lang="en"
# ## 3. Three parts, as at school
#
# Why not train on all 1,797 pictures, and count how many are right? Because a model can learn *these* pictures by
# heart. What we want to know is how it does on pictures that it has never seen.
#
# Think of a student and an examination:
#
# - the **training set** is the exercise book: the student learns from it, with the answers at hand;
# - the **validation set** is the mock exam: it shows how far the learning has come. With it we *decide*: how many epochs,
#   which learning rate, how many hidden units;
# - the **test set** is the real exam: written once, at the very end.
#
# Why are two parts not enough? Suppose you try twenty settings and keep the one that does best in the mock exam. It
# won partly because it is good and partly because the questions happened to suit it. Its result in that exam is
# therefore a little too good. An honest number needs questions that had no part in any decision.
#
# We take about 60 %, 20 % and 20 %. On paper: $1797 \times 0.2 \approx 360$, so 360 for validation, 360 for the test,
# and $1797 - 360 - 360 = 1077$ are left for training. First the order is shuffled: neighbours in
# the file are often by the same hand, and the last 360 pictures may come from other hands than the first. (That means that our test asks about new
# *pictures*, not about new *writers*. A project for real use would have to ask the second question as well.)

# %% [markdown] lang="zh"
# ## 3. 分成三份，就像在学校里
#
# 为什么不用全部 1797 张来训练，再数数对了几张？因为模型可以把这些图片死记硬背下来。我们真正想知道的是，
# 遇到从没见过的图片，它做得怎样。
#
# 不妨想想学生和考试：
#
# - **训练集**是练习册：学生对着答案学；
# - **验证集**是模拟考：看学到什么程度了。我们靠它来做决定：训练几轮，学习率取多大，隐藏单元用几个；
# - **测试集**是正式考试：只在最后考一次。
#
# 为什么两份不够？假设你试了二十种设置，留下模拟考成绩最好的那一种。它能胜出，一半靠本事，一半靠题目碰巧合它的胃口。
# 所以它在这场模拟考里的成绩偏高。要得到一个诚实的数，就得用没有参与过任何决定的题目。
#
# 我们大约按 60%、20%、20% 来分。先在纸上算：$1797 \times 0.2 \approx 360$，于是验证集 360 张，测试集 360 张，
# 剩下 $1797 - 360 - 360 = 1077$ 张用来训练。分之前要先打乱：文件里挨在一起的图片，往往出自同一个人的手，最后 360 张的笔迹可能和前面的不一样。
# （打乱以后，我们测的是没见过的图片，不是没见过的人写的字。真要拿去用，后一个问题也得问。）

# %%
order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))  # ⟦0 to 1796, shuffled|打乱的 0 到 1796⟧
train_rows, val_rows, test_rows = order[:1077], order[1077:1437], order[1437:]
print("⟦training, validation, test|训练集、验证集、测试集的大小⟧:", len(train_rows), len(val_rows), len(test_rows))
print("⟦first five training rows|训练集的前五个编号⟧:", train_rows[:5].tolist())

# %% [markdown] lang="en"
# The generator has a fixed seed, so the parts are the same in every run. Otherwise a picture that was in the test set
# yesterday would be in the training set today, and a model saved yesterday would be tested on what it had learned.
#
# ## 4. `Dataset` and `DataLoader`: who hands out the batches?
#
# torch divides the work between two objects:
#
# - a **`Dataset`** knows two things: how many samples there are (`__len__`), and what sample number $k$ is
#   (`__getitem__`). Think of a shelf with numbered boxes;
# - a **`DataLoader`** goes through the shelf: it shuffles the numbers, fetches the samples, and packs a batch.
#
# Why so elaborate, when `x[rows]` would do? With 1,077 small pictures it would. With a million photographs in a folder
# it would not: they do not fit into memory. Then `__getitem__` opens *one* file, and everything else in the program
# stays as it is. That is why nearly all torch programs are written like this.

# %% [markdown] lang="zh"
# 生成器用了固定的种子，所以每次运行分法都相同。不然的话，昨天在测试集里的图片，今天可能跑到训练集里；
# 昨天存下的模型，今天就会拿它学过的图片来考。
#
# ## 4. `Dataset` 和 `DataLoader`：谁来分批？
#
# torch 把这件事分给两个对象：
#
# - **`Dataset`** 只知道两件事：一共有多少个样本（`__len__`），第 $k$ 个样本是什么（`__getitem__`）。可以把它想成一排编了号的抽屉；
# - **`DataLoader`** 负责去取：先打乱编号，再一个个拿出来，装成一批。
#
# 直接写 `x[rows]` 不就行了，何必这样麻烦？对 1077 张小图片，确实行。可要是文件夹里有一百万张照片，就不行了：内存装不下。
# 这时只要让 `__getitem__` 去打开一个文件，程序的其余部分一个字也不用改。所以，几乎所有的 torch 程序都这么写。


# %%
class DigitsDataset(Dataset):
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __len__(self):  # ⟦len(dataset) calls this|len(dataset) 调用的就是它⟧
        return len(self.x)

    def __getitem__(self, k):  # ⟦dataset[k] calls this|dataset[k] 调用的就是它⟧
        return self.x[k], self.y[k]


train_set = DigitsDataset(x[train_rows], y[train_rows])
val_set = TensorDataset(x[val_rows], y[val_rows])  # ⟦the same, ready-made|torch 里现成的，作用相同⟧
test_set = TensorDataset(x[test_rows], y[test_rows])
picture, label = train_set[0]
print("⟦samples|样本数⟧:", len(train_set))
print("⟦sample 0: shape of the picture|第 0 个样本：图片的形状⟧", tuple(picture.shape), "⟦label|标签⟧", label.item())

# %% [markdown] lang="en"
# **Predict first, then run.** The loader below packs batches of 64 from 1,077 samples. How many batches are there in an
# epoch, and how large is the last one? Work it out on paper before you run the cell.
#
# <details><summary>Answer</summary>
#
# $64 \times 16 = 1024$, and $1077 - 1024 = 53$. So there are 16 full batches and one more of 53: 17 batches, hence 17
# updates of the weights in each epoch.
#
# </details>
#
# Only the training set is shuffled. If the same samples always met in the same batch, the gradients would repeat the
# same accidents in every epoch. For validation the order does not matter: we only add up.

# %% [markdown] lang="zh"
# **先猜再跑。** 下面的 loader 从 1077 个样本里取，每批 64 个。一轮有几批？最后一批有多大？先在纸上算出来，再运行。
#
# <details><summary>答案</summary>
#
# $64 \times 16 = 1024$，$1077 - 1024 = 53$。所以有 16 个整批，再加一个 53 个样本的小批：共 17 批，也就是每一轮更新 17 次权重。
#
# </details>
#
# 只有训练集要打乱。如果总是同样的几个样本凑在一批，每一轮的梯度就会重复同样的偶然偏差。验证时顺序无所谓：反正只是加起来。

# %%
torch.manual_seed(0)  # ⟦the shuffling and the first weights come from here|打乱的次序和初始权重都由它决定⟧
train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
val_loader = DataLoader(val_set, batch_size=64)
sizes = [len(batch_y) for _, batch_y in train_loader]
print("⟦batches|批数⟧:", len(train_loader), "  ⟦sizes|各批大小⟧:", sizes)
batch_x, batch_y = next(iter(train_loader))
print("⟦one batch|其中一批⟧: x", tuple(batch_x.shape), " y", tuple(batch_y.shape))

# %% [markdown] lang="en"
# ## 5. The model
#
# 64 numbers go in, ten scores come out, and between them stands one hidden layer of 32 units with ReLU. The ten scores
# are **logits**: there is no softmax at the end, because `nn.CrossEntropyLoss` applies it itself (notebook 6 shows what two
# of them do).
#
# The parameters on paper: the hidden layer has $64 \times 32 + 32 = 2080$, the output layer $32 \times 10 + 10 = 330$.
# Together that is $2410$, more than twice as many as there are training samples. Remember this for section 10.

# %% [markdown] lang="zh"
# ## 5. 模型
#
# 进去 64 个数，出来 10 个得分，中间是一个有 32 个单元的隐藏层，激活函数用 ReLU。这 10 个数是**得分（logits）**：
# 末尾没有 softmax，因为 `nn.CrossEntropyLoss` 自己会做（做两次会怎样，见第 6 篇）。
#
# 在纸上数参数：隐藏层有 $64 \times 32 + 32 = 2080$ 个，输出层有 $32 \times 10 + 10 = 330$ 个。
# 合起来 $2410$ 个，比训练样本数的两倍还多。这一点请记住，第 10 小节要用。


# %%
class Net(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()  # ⟦always first|永远写在第一行⟧
        self.hidden = nn.Linear(64, hidden)
        self.out = nn.Linear(hidden, 10)

    def forward(self, x):
        a = torch.relu(self.hidden(x))  # ⟦(N, 64) -> (N, 32)|(N, 64) -> (N, 32)⟧
        return self.out(a)  # ⟦(N, 32) -> (N, 10): ten logits|(N, 32) -> (N, 10)：十个得分⟧


model = Net().to(device)
print(model)
print("⟦parameters|参数个数⟧:", sum(parameter.numel() for parameter in model.parameters()))

# %% [markdown] lang="en"
# ## 6. Loss, optimizer, schedule: three objects
#
# - `nn.CrossEntropyLoss()` compares ten logits with a class number and gives one number: minus the logarithm of the
#   probability that the model gives to the right class, averaged over the batch.
# - `torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)` gets the 2,410 numbers that it may change. If you build a new
#   model afterwards, it goes on moving the numbers of the old one.
# - `StepLR(optimizer, step_size=10, gamma=0.5)` halves the learning rate after every ten epochs: long strides first,
#   short ones near the goal. It is handed the optimizer, whose learning rate it sets.
#
# All three choices are those of the article's summary. Two of them have been compared with others in this project:
#
# <!-- claim: cross-entropy-first -->
# > **The article says:** Cross-entropy is the loss for classification.
# >
# > **Measured: it is not supported.** Beside the squared error of probabilities no advantage was found on any of the
# > data; beside that of the logits there was one on some.
#
# <!-- claim: optimizer-first -->
# > **The article says:** SGD with momentum or Adam is the optimizer to take.
# >
# > **Measured: it is not supported.** On the digits both lower the training loss faster, as Adagrad and RMSProp do;
# > on the moons it is hardly a tenth. A gain of a hundredth of the new rows is shown nowhere.
#
# So do not read them as laws. They are good places to start from, and that is how we use them.

# %% [markdown] lang="zh"
# ## 6. 损失、优化器、学习率调度：三个对象
#
# - `nn.CrossEntropyLoss()` 拿十个得分和一个类别编号相比，得出一个数：模型给正确类别的概率取负对数，再对这一批取平均。
# - `torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)` 拿到它可以改动的那 2410 个数。要是传完又新建了一个模型，
#   它改的还是旧模型的数。
# - `StepLR(optimizer, step_size=10, gamma=0.5)` 每过十轮把学习率减半：先迈大步，快到了再迈小步。
#   传给它的是优化器，它要改的就是优化器里的学习率。
#
# 这三样都照文章总结里的建议来选。其中两样，本项目拿别的做法比较过：
#
# <!-- claim: cross-entropy-first -->
# > **文章说：** 分类任务用交叉熵损失。
# >
# > **实测：未获支持。** 与概率的平方误差相比，在哪个数据集上都没有测到优势；与 logits 的平方误差相比，在部分数据集上有。
#
# <!-- claim: optimizer-first -->
# > **文章说：** 优化算法选 SGD 加 Momentum，或者 Adam。
# >
# > **实测：未获支持。** 在手写数字上，两者都让训练损失降得更快，Adagrad 和 RMSProp 也是如此；在 moons 上相差不过一成左右。新数据上的正确率，则都没有测到一个百分点以上的提高。
#
# 所以不要把它们当成定律。它们是不错的起点，我们也只这样用。

# %%
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=0.5)

# %% [markdown] lang="en"
# **Predict first, then run.** The model has not learned anything yet. How large is its loss, roughly, and what is its
# accuracy? One step of thought is enough: what probability does a model that knows nothing give to each class?
#
# <details><summary>Answer</summary>
#
# It has no reason to prefer a class, so each gets about $1/10$. The loss is $-\ln \frac{1}{10} = \ln 10 \approx 2.303$,
# and the accuracy is near 10 %. In any classification project this is worth a look: for $C$ classes the first
# loss should be near $\ln C$. If it is 20, the inputs or the weights are too large. If it is 0.1, the answer has probably got
# into the input.
#
# </details>

# %% [markdown] lang="zh"
# **先猜再跑。** 模型还什么都没学。它的损失大约是多少？正确率呢？想一步就够了：一个什么都不知道的模型，会给每个类别多大的概率？
#
# <details><summary>答案</summary>
#
# 它没有理由偏爱哪一类，所以每类大约 $1/10$。损失是 $-\ln \frac{1}{10} = \ln 10 \approx 2.303$，正确率在 10% 左右。
# 凡是做分类，都值得先看一眼：有 $C$ 个类别，最初的损失就该在 $\ln C$ 附近。如果是 20，说明输入或权重太大；如果是 0.1，多半是答案混进了输入。
#
# </details>

# %%
with torch.no_grad():
    logits = model(batch_x.to(device))
    first = criterion(logits, batch_y.to(device)).item()
print("⟦shape of the logits|得分的形状⟧:", tuple(logits.shape))
print(f"⟦first loss|最初的损失⟧: {first:.3f}   ln 10 = {math.log(10):.3f}")

# %% [markdown] lang="en"
# ## 7. The loop
#
# First a function that *judges* a model on a set. Three of its lines are easily forgotten:
#
# - `model.eval()` switches the layers that behave differently in training, such as dropout, to their quiet state;
# - `torch.no_grad()` tells torch not to remember the steps of the calculation, for there will be no `backward()` here;
# - `* len(batch_y)`: the loss of a batch is a *mean*, and the last batch is smaller. On paper: three samples with mean
#   loss 2 and one sample with loss 6. The mean over the four samples is $(3 \times 2 + 1 \times 6)/4 = 3$. The mean of the
#   two batch losses would be $(2 + 6)/2 = 4$, which is not the same.

# %% [markdown] lang="zh"
# ## 7. 训练循环
#
# 先写一个函数，用来在一份数据上评判模型。其中有三处容易忘：
#
# - `model.eval()`：有些层在训练时的做法和平时不同，例如 Dropout，这一句让它们回到平时的状态；
# - `torch.no_grad()`：告诉 torch 不必记下计算的每一步，因为这里不会调用 `backward()`；
# - `* len(batch_y)`：一批的损失是平均值，而最后一批比较小。在纸上算一个例子：一批三个样本，平均损失 2；另一批一个样本，损失 6。
#   四个样本的平均是 $(3 \times 2 + 1 \times 6)/4 = 3$。把两批的损失直接平均，却是 $(2 + 6)/2 = 4$，两者不相等。


# %%
def evaluate(model, loader):
    model.eval()
    loss_sum, right, count = 0.0, 0, 0
    with torch.no_grad():
        for batch_x, batch_y in loader:
            batch_x, batch_y = batch_x.to(device), batch_y.to(device)
            logits = model(batch_x)
            loss_sum += criterion(logits, batch_y).item() * len(batch_y)
            right += (
                (logits.argmax(dim=1) == batch_y).sum().item()
            )  # ⟦the class with the highest score|取得分最高的类别⟧
            count += len(batch_y)
    return loss_sum / count, right / count


loss, accuracy = evaluate(model, val_loader)
print(f"⟦before training, on the validation set: loss|训练前，在验证集上：损失⟧ {loss:.3f}", end=" ")
print(f"⟦accuracy|正确率⟧ {accuracy:.1%}")

# %% [markdown] lang="en"
# Now the loop itself, and nothing in it is hidden. The outer loop counts epochs, the inner one goes through the batches.
# The five lines in its middle are those of notebook 9. Two things are new: `model.train()` undoes the `model.eval()` of
# the evaluation, and `scheduler.step()` stands **after** the inner loop, because the schedule counts epochs here. Inside
# the inner loop it would count batches, and the learning rate would be gone after a few epochs.

# %% [markdown] lang="zh"
# 下面就是循环本身，里面没有藏任何东西。外层数轮数，内层走遍各批。中间那五行就是第 9 篇里的五行。
# 新东西有两样：`model.train()` 用来撤销评判时的 `model.eval()`；`scheduler.step()` 写在内层循环之后，因为这里的调度按轮计数。
# 要是写进内层循环，它就会按批计数，没过几轮学习率就小得没用了。

# %%
history = {"train_loss": [], "val_loss": [], "train_accuracy": [], "val_accuracy": [], "lr": []}
for epoch in range(1, 31):
    model.train()
    for batch_x, batch_y in train_loader:
        batch_x, batch_y = batch_x.to(device), batch_y.to(device)
        optimizer.zero_grad()  # ⟦forget the gradients of the last batch|清掉上一批的梯度⟧
        logits = model(batch_x)  # ⟦forward|前向传播⟧
        loss = criterion(logits, batch_y)  # ⟦how wrong?|错了多少？⟧
        loss.backward()  # ⟦a gradient for every parameter|求每个参数的梯度⟧
        optimizer.step()  # ⟦one step downhill|往下走一步⟧
    history["lr"].append(scheduler.get_last_lr()[0])
    scheduler.step()  # ⟦once an epoch|每轮一次⟧
    for name, loader in (("train", train_loader), ("val", val_loader)):
        loss, accuracy = evaluate(model, loader)
        history[f"{name}_loss"].append(loss)
        history[f"{name}_accuracy"].append(accuracy)
    if epoch in (1, 2, 5, 10, 20, 30):
        print(f"⟦epoch|轮⟧ {epoch:2}  ⟦learning rate|学习率⟧ {history['lr'][-1]:.3f}", end="  ")
        print(f"⟦validation: loss|验证集：损失⟧ {loss:.3f}  ⟦accuracy|正确率⟧ {accuracy:.1%}")

# %% [markdown] lang="en"
# ### The curves
#
# A training is judged by its curves, not by its last number. We plot what we have written down, on the left the loss
# and on the right the accuracy.

# %% [markdown] lang="zh"
# ### 训练曲线
#
# 判断训练得好不好，要看整条曲线，不能只看最后一个数。把刚才记下的数画出来，左边是损失，右边是正确率。

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
for ax, what, title in zip(axes, ("loss", "accuracy"), ("⟦loss|损失⟧", "⟦accuracy|正确率⟧"), strict=True):
    ax.plot(range(1, 31), history[f"train_{what}"], label="⟦training|训练集⟧")
    ax.plot(range(1, 31), history[f"val_{what}"], label="⟦validation|验证集⟧")
    ax.set(xlabel="⟦epoch|轮⟧", title=title)
    ax.legend()
plt.show()

# %% [markdown] lang="en"
# How to read such a pair of curves:
#
# | training loss | validation loss | what is going on | what to do |
# |---|---|---|---|
# | high and still falling | close to it | not finished | train longer |
# | high and flat | close to it | **underfitting**: the model cannot do better | more units, another learning rate |
# | low | a little above it, flat | all is well | stop here |
# | low and still falling | **rising** | **overfitting**: it learns by heart | section 10 |
#
# Which row describes your picture? Look at the two ends as well: a gap between training and validation is normal. The
# student does better on the exercises whose answers he has seen.
#
# **The same in one line.** `nb.train` is this loop, and it writes the same numbers down; `nb.plot_training` draws them.
# Use it when you try many settings. Write the loop yourself when something in it has to be different.

# %% [markdown] lang="zh"
# 这样一对曲线怎么读？
#
# | 训练损失 | 验证损失 | 说明什么 | 怎么办 |
# |---|---|---|---|
# | 高，还在降 | 和它接近 | 还没学完 | 多训练几轮 |
# | 高，已经平了 | 和它接近 | **欠拟合**：模型只有这点本事 | 加单元，换学习率 |
# | 低 | 略高一点，平稳 | 一切正常 | 到此为止 |
# | 低，还在降 | 回升 | **过拟合**：在死记硬背 | 见第 10 小节 |
#
# 你的图属于哪一行？再看看两条曲线的末端：训练集和验证集之间有差距，这很正常。看过答案的题目，学生当然做得更好。
#
# **同样的事，一行写完。** `nb.train` 就是这个循环，记下的数也一样；`nb.plot_training` 把它们画出来。
# 要试很多种设置时，用它省事；要改动循环里的某一步时，就自己写。

# %%
again = nb.seeded_model(Net, seed=0).to(device)
training = nb.train(
    again,
    DataLoader(train_set, batch_size=64, shuffle=True),
    val=val_loader,
    loss_fn=nn.CrossEntropyLoss(),
    optimizer=lambda parameters, lr: torch.optim.SGD(parameters, lr=lr, momentum=0.9),
    lr=0.1,
    num_epochs=30,
    scheduler=lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=0.5),
)
nb.plot_training(training, what="accuracy").figure

# %% [markdown] lang="en"
# ## 8. Which ones are wrong?
#
# The accuracy says how many. The **confusion matrix** says which: the number in row $i$ and column $j$ counts the
# samples that are really $i$ and were taken for $j$. What is right stands on the diagonal.
#
# On paper first, with three classes and six samples:
#
# | sample | 1 | 2 | 3 | 4 | 5 | 6 |
# |---|---|---|---|---|---|---|
# | really | 0 | 0 | 1 | 1 | 2 | 2 |
# | predicted | 0 | 1 | 1 | 1 | 2 | 0 |
#
# Go through them one by one and make a stroke in the table each time: $(0,0)$, $(0,1)$, $(1,1)$, $(1,1)$, $(2,2)$,
# $(2,0)$. That gives
#
# $$\begin{pmatrix} 1 & 1 & 0 \\ 0 & 2 & 0 \\ 1 & 0 & 1 \end{pmatrix}.$$
#
# The diagonal adds up to $1 + 2 + 1 = 4$, so the accuracy is $4/6$. Each row adds up to 2, the number of samples of
# that class. The code does nothing but make these strokes.

# %% [markdown] lang="zh"
# ## 8. 错在哪些图片上？
#
# 正确率只说对了多少。**混淆矩阵**还说错成了什么：第 $i$ 行第 $j$ 列的数，是真实类别为 $i$、却被认成 $j$ 的样本有多少个。
# 认对的都在对角线上。
#
# 先在纸上做一遍，三个类别，六个样本：
#
# | 样本 | 1 | 2 | 3 | 4 | 5 | 6 |
# |---|---|---|---|---|---|---|
# | 真实类别 | 0 | 0 | 1 | 1 | 2 | 2 |
# | 预测类别 | 0 | 1 | 1 | 1 | 2 | 0 |
#
# 一个一个看过去，每看一个就在表格里画一笔：$(0,0)$、$(0,1)$、$(1,1)$、$(1,1)$、$(2,2)$、$(2,0)$。于是得到
#
# $$\begin{pmatrix} 1 & 1 & 0 \\ 0 & 2 & 0 \\ 1 & 0 & 1 \end{pmatrix}.$$
#
# 对角线加起来是 $1 + 2 + 1 = 4$，所以正确率是 $4/6$。每一行加起来都是 2，也就是那一类的样本数。代码做的事，就是这样一笔一笔地画。


# %%
def count_pairs(true, predicted, num_classes):
    matrix = torch.zeros(num_classes, num_classes, dtype=torch.int64)
    for t, p in zip(true.tolist(), predicted.tolist(), strict=True):
        matrix[t, p] += 1  # ⟦one stroke|画一笔⟧
    return matrix


print(
    "⟦the example on paper|纸上的例子⟧:",
    count_pairs(torch.tensor([0, 0, 1, 1, 2, 2]), torch.tensor([0, 1, 1, 1, 2, 0]), 3),
    sep="\n",
)
val_x, val_y = x[val_rows].to(device), y[val_rows]
with torch.no_grad():
    predicted = model(val_x).argmax(dim=1).cpu()
matrix = count_pairs(val_y, predicted, 10)
print("⟦the digits of the validation set|验证集里的数字⟧:", matrix, sep="\n")
right = matrix.diagonal().sum().item()
print(f"⟦right|认对⟧: {right} / {len(val_y)} = {right / len(val_y):.1%}")

# %% [markdown] lang="en"
# The same in one line, with colour:

# %% [markdown] lang="zh"
# 同样的事，一行写完，还带颜色：

# %%
nb.plot_confusion(model, val_x, val_y).figure

# %% [markdown] lang="en"
# Now look at the pictures themselves. Above each stands what it is and what the model took it for. Would you have known?
# We look at the *validation* set, not at the test set: whoever studies the exam questions will also prepare for them.

# %% [markdown] lang="zh"
# 再看看这些图片本身。每张上面写着它其实是什么、被认成了什么。换成你，认得出吗？
# 注意看的是验证集，不是测试集：考题看多了，难免会照着考题去准备。

# %%
wrong = (predicted != val_y).nonzero()[:, 0]
figure, axes = plt.subplots(2, 8, figsize=(7.5, 2.6))
for ax in axes.flat:
    ax.axis("off")
for ax, k in zip(axes.flat, wrong.tolist(), strict=False):
    ax.imshow(val_x[k].reshape(8, 8).cpu(), cmap="gray_r")
    ax.set_title(f"{val_y[k]} ⟦taken for|认成⟧ {predicted[k]}", fontsize=8)
plt.show()

# %% [markdown] lang="en"
# **Think about it.** Somebody adds up a *column* of the confusion matrix instead of a row. What does that number count,
# and when would you want to know it?
#
# <details><summary>Answer</summary>
#
# Column $j$ counts how often the model *said* $j$, right or wrong. The number on the diagonal divided by the sum of the
# column tells how far you can trust the model when it says $j$ (this is called precision). Divided by the sum of the
# row, it tells how many of the real $j$ are found (recall). For a medical test the two questions are very different:
# "I was told that I am ill. Am I?" and "I am ill. Will it be noticed?"
#
# </details>

# %% [markdown] lang="zh"
# **思考题。** 有人把混淆矩阵的一列加起来，而不是一行。这个数数的是什么？什么时候会用到它？
#
# <details><summary>答案</summary>
#
# 第 $j$ 列数的是，模型说了多少次“是 $j$”，不管说得对不对。对角线上的数除以这一列的和，说明模型说 $j$ 的时候有多可信（叫查准率）；
# 除以这一行的和，说明真正的 $j$ 找出了多少（叫查全率）。对医学检查来说，这是两个很不一样的问题：
# “检查说我有病，我真的有病吗？”和“我有病，查得出来吗？”
#
# </details>

# %% [markdown] lang="en"
# ## 9. Keep what was learned: save and load
#
# When the kernel stops, the 2,410 numbers are gone. `model.state_dict()` is a dictionary from names to tensors, and
# `torch.save` writes it to a file. We save **the numbers, not the object**: to read them back, build the same class
# first and pour the numbers in. Later you may move the class to another file
# or give it another name; only the names of the layers have to stay.
#
# `weights_only=True` is for safety. A file of Python objects (a "pickle") can contain code, and opening it runs that
# code. With `weights_only=True` torch reads nothing but tensors and simple values. It is the default in recent versions;
# write it down all the same, above all for files that come from somebody else.
#
# `map_location` says where the tensors should go. Without it, weights saved on a GPU cannot be opened on a machine that
# has none.

# %% [markdown] lang="zh"
# ## 9. 学到的东西要留下来：保存与读取
#
# 内核一停，那 2410 个数就没了。`model.state_dict()` 是一本字典，键是名字，值是张量；`torch.save` 把它写进文件。
# 我们存的是数，不是对象。读回来的时候，先建一个同样的类，再把数倒进去。这样，以后把类挪到别的文件、给类改名都没关系，只有各层的名字要保持不变。
#
# `weights_only=True` 是为了安全。存 Python 对象的文件（叫 pickle）里可以藏代码，一打开就会运行。写上 `weights_only=True`，
# torch 就只读张量和简单的值。新版本默认就是这样，但还是写明为好，读别人给的文件时更要写。
#
# `map_location` 说明张量要放到哪里。不写的话，在 GPU 上存的权重，到了没有 GPU 的机器上就打不开。

# %%
with tempfile.TemporaryDirectory() as folder:  # ⟦a folder that vanishes afterwards|用完就删的临时目录⟧
    path = Path(folder) / "digits.pt"
    torch.save(model.state_dict(), path)
    print("⟦bytes in the file|文件的字节数⟧:", path.stat().st_size)
    print("⟦bytes of 2410 float32 numbers|2410 个 float32 数的字节数⟧:", 2410 * 4)
    loaded = Net().to(device)  # ⟦new random weights|新的随机权重⟧
    loaded.load_state_dict(torch.load(path, map_location=device, weights_only=True))

loaded.eval()
with torch.no_grad():
    print("⟦same logits as before|和存之前的得分相同⟧:", torch.equal(loaded(val_x), model(val_x)))

# %% [markdown] lang="en"
# ## 10. Overfitting: learning by heart
#
# Our model has 2,410 parameters and 1,077 samples. What if there are only 40 samples? We take 40 training pictures, a
# hidden layer of 64 units, all 40 in each batch, and 150 epochs of Adam (notebook 10), and write down both losses.
#
# **Predict first, then run.** What will the accuracy be at the end on the 40 pictures, and what on the validation set?
# And will the *validation loss* be lowest at the end?
#
# <details><summary>Answer</summary>
#
# With 64 × 64 + 64 + 64 × 10 + 10 = 4,810 parameters it is easy to name 40 pictures correctly. Nothing forces the model to find
# the rule "a seven has a bar on top": it is enough to recognize these four sevens. So expect (nearly) all of them right
# in training, and clearly fewer in validation. The cell marks the epoch with the lowest validation loss and prints it.
# If that epoch lies well before the end, all training after it made things worse, as far as this loss is concerned.
#
# </details>

# %% [markdown] lang="zh"
# ## 10. 过拟合：死记硬背
#
# 我们的模型有 2410 个参数，1077 个训练样本。要是只有 40 个样本，会怎样？取 40 张训练图片，隐藏层 64 个单元，每批就是全部 40 张，
# 用 Adam（第 10 篇）训练 150 轮，把两个损失都记下来。
#
# **先猜再跑。** 最后，在这 40 张图片上的正确率会是多少？在验证集上呢？还有，验证损失会在最后一轮最低吗？
#
# <details><summary>答案</summary>
#
# 参数有 64 × 64 + 64 + 64 × 10 + 10 = 4810 个，要认对 40 张图片太容易了。没有什么逼着模型去找“7 的上面有一横”这样的规律：
# 它只要认住这几张 7 就够了。所以，训练集上应当（几乎）全对，验证集上明显差一些。运行后会标出验证损失最低的那一轮，并打印出来。
# 如果它比最后一轮早得多，那么，单看这个损失，之后的训练都是在帮倒忙。
#
# </details>

# %%
torch.manual_seed(0)
few_x, few_y = x[train_rows[:40]].to(device), y[train_rows[:40]].to(device)
small_model = Net(hidden=64).to(device)
adam = torch.optim.Adam(small_model.parameters(), lr=0.01)
train_losses, val_losses = [], []
for _ in range(150):
    small_model.train()
    adam.zero_grad()
    few_loss = criterion(small_model(few_x), few_y)
    few_loss.backward()
    adam.step()
    train_losses.append(few_loss.item())
    val_losses.append(evaluate(small_model, val_loader)[0])

few_loader = DataLoader(TensorDataset(few_x, few_y), batch_size=40)
print(f"⟦accuracy on the 40 pictures|在 40 张图片上的正确率⟧: {evaluate(small_model, few_loader)[1]:.1%}")
print(f"⟦accuracy on the validation set|在验证集上的正确率⟧: {evaluate(small_model, val_loader)[1]:.1%}")
best = min(range(150), key=val_losses.__getitem__)
print(f"⟦lowest validation loss|最低的验证损失⟧: {val_losses[best]:.3f} (⟦epoch|轮次⟧ {best + 1})")
print(f"⟦validation loss at the end|最后一轮的验证损失⟧: {val_losses[-1]:.3f}")
figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
ax.plot(range(1, 151), train_losses, label="⟦training, 40 pictures|训练集（40 张）⟧")
ax.plot(range(1, 151), val_losses, label="⟦validation|验证集⟧")
ax.plot(best + 1, val_losses[best], "o", color="black", label="⟦lowest validation loss|验证损失的最低点⟧")
ax.set(xlabel="⟦epoch|轮⟧", ylabel="⟦loss|损失⟧")
ax.legend()
plt.show()

# %% [markdown] lang="en"
# ### Four remedies
#
# - **More data.** The most natural one: with 400 pictures to memorize, finding the rule is the easier way.
# - **Weight decay.** In every step each weight is also pulled a little towards 0:
#   $w \leftarrow w - \eta\,\lambda\,w$, besides the step of the optimizer. A weight stays large only if the data keep
#   pushing it. On paper: with $\eta = 0.01$ and $\lambda = 1$ a weight of 2 loses $0.01 \times 1 \times 2 = 0.02$ in a
#   step, one per cent. `torch.optim.AdamW` is Adam with just this.
# - **Dropout.** In training each hidden unit is switched off with probability $p$, anew in every step. No unit can rely
#   on a particular neighbour. The units that remain are divided by $1 - p$, so that the sum stays the same on average. In
#   `eval()` nothing is switched off. It takes one more layer in the class:

# %% [markdown] lang="zh"
# ### 四种对策
#
# - **增加数据。** 最自然的一种：要背 400 张图片，还不如去找规律。
# - **权重衰减。** 除了优化器走的那一步，每次还把权重往 0 拉一点：$w \leftarrow w - \eta\,\lambda\,w$。
#   只有数据一直在推，权重才能保持很大。在纸上算：$\eta = 0.01$，$\lambda = 1$，大小为 2 的权重，
#   一步减少 $0.01 \times 1 \times 2 = 0.02$，也就是百分之一。`torch.optim.AdamW` 就是带上这一项的 Adam。
# - **Dropout（暂退法）。** 训练时，每个隐藏单元都以概率 $p$ 被关掉，每一步重新抽签。这样，谁也不能总指望某个邻居。
#   留下的单元除以 $1 - p$，让总和平均来说不变。在 `eval()` 状态下，一个也不关。写起来，只是类里多一层：


# %%
class DropoutNet(nn.Module):
    def __init__(self, hidden=64, p=0.5):
        super().__init__()
        self.hidden = nn.Linear(64, hidden)
        self.dropout = nn.Dropout(p)  # ⟦works in train(), does nothing in eval()|train() 时起作用，eval() 时什么也不做⟧
        self.out = nn.Linear(hidden, 10)

    def forward(self, x):
        return self.out(self.dropout(torch.relu(self.hidden(x))))


# %% [markdown] lang="en"
# - **Early stopping.** Watch the validation loss and keep the weights of the epoch in which it was lowest. Note
#   `copy.deepcopy`: `state_dict()` hands out the living tensors, and without a copy they would go on changing.
#
# One run proves little: another draw of 40 pictures, other initial weights, and the ranking may be reversed. So the
# next cell tries everything with **eight seeds**. Each seed draws its own pictures and its own weights; all five variants of
# one seed get the same 40 pictures (the one with more data gets 400). They are judged on training pictures that *none*
# of them has seen, not on the validation set, for early stopping has already used that to decide. And the test set is
# still in its envelope.
#
# (You may object: if there are 360 labelled pictures for validation, why learn from only 40? Rightly so. With real data
# as scarce as that, nobody would put so many aside. Here we allow ourselves the luxury, in order to see clearly.)

# %% [markdown] lang="zh"
# - **提前停止。** 盯着验证损失，留下它最低那一轮的权重。注意 `copy.deepcopy`：`state_dict()` 给出的是正在使用的张量，
#   不复制一份，它们还会接着变。
#
# 只跑一次说明不了什么：换 40 张图片，换一组初始权重，名次也许就反过来了。所以下面把每种做法都用八个随机种子试一遍。
# 每个种子抽自己的图片和初始权重；同一个种子下，五种做法用的是同样的 40 张图片（增加数据的那种用 400 张）。
# 评判时，用的是训练集里它们都没见过的图片，而不用验证集，因为提前停止已经靠验证集做过决定了。至于测试集，仍然封在信封里。
#
# （也许你会问：验证集里明明有 360 张带标签的图片，为什么只用 40 张来学？问得对。真要是数据这么少，谁也舍不得留出那么多。
# 这里奢侈一回，只是为了看得清楚。）


# %%
def judge(seed, num_rows=40, weight_decay=0.0, p=0.0, stop_early=False):
    shuffled = train_rows[torch.randperm(len(train_rows), generator=torch.Generator().manual_seed(seed))]
    learn, unseen = shuffled[:num_rows], shuffled[400:]
    torch.manual_seed(seed)
    net = DropoutNet(p=p).to(device)
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01, weight_decay=weight_decay)
    lowest, kept = math.inf, None
    learn_x, learn_y = x[learn].to(device), y[learn].to(device)
    for _ in range(150):
        net.train()
        optimizer.zero_grad()
        criterion(net(learn_x), learn_y).backward()
        optimizer.step()
        if stop_early and (val_loss := evaluate(net, val_loader)[0]) < lowest:
            lowest, kept = val_loss, copy.deepcopy(net.state_dict())
    if stop_early:
        net.load_state_dict(kept)
    return evaluate(net, DataLoader(TensorDataset(x[unseen], y[unseen]), batch_size=len(unseen)))


variants = {
    "⟦nothing done|什么也不做⟧": {},
    "⟦400 pictures|400 张图片⟧": {"num_rows": 400},
    "⟦weight decay 1|权重衰减 1⟧": {"weight_decay": 1.0},
    "⟦dropout 0.5|Dropout 0.5⟧": {"p": 0.5},
    "⟦early stopping|提前停止⟧": {"stop_early": True},
}
results = {name: torch.tensor([judge(seed, **how) for seed in range(8)]) for name, how in variants.items()}

# %%
plain = results["⟦nothing done|什么也不做⟧"]
print("⟦on pictures never seen, mean of 8 seeds|在没见过的图片上，8 个种子的平均⟧")
for name, found in results.items():
    (loss, accuracy), better = found.mean(dim=0).tolist(), (found[:, 1] > plain[:, 1]).sum().item()
    lower = (found[:, 0] < plain[:, 0]).sum().item()
    print(f"⟦loss|损失⟧ {loss:.2f} (⟦lower in|更低的种子⟧ {lower}/8)", end="   ")
    print(f"⟦accuracy|正确率⟧ {accuracy:.1%} (⟦higher in|更高的种子⟧ {better}/8)   {name}")

# %% [markdown] lang="en"
# How to read the table: a mean alone can be the work of one lucky seed. Look at the numbers in brackets. A remedy that
# does better on 7 or 8 of the 8 seeds is worth believing; 4 or 5 may just as well be chance. And these are 40
# digits, one small network and one strength of each remedy: with other data the table may look different. That is why
# one measures, instead of learning the names of remedies by heart.
#
# **Think about it.** Compare the two columns. A remedy may lower the loss clearly and hardly raise the accuracy, or not raise it
# at all. How can that be?
#
# <details><summary>Answer</summary>
#
# Accuracy asks only *which* score is highest. The loss also asks *how sure* the model was. Take a picture for which the
# right class gets probability 0.001: wrong, and it costs $-\ln 0.001 \approx 6.9$. With 0.2 it is perhaps still wrong,
# but costs only $-\ln 0.2 \approx 1.6$. Weight decay keeps the weights small, and with them the logits; early stopping
# stops before they have grown. Both make the model less sure of its errors, whether or not it errs less often. New
# *knowledge* about digits comes only from new digits.
#
# </details>

# %% [markdown] lang="zh"
# 这张表怎么读？单看平均值，有可能全靠一个走运的种子。要看括号里的数。8 个种子里有 7、8 个更好，才值得相信；
# 只有 4、5 个更好，也可能是碰巧。而且，这里只有 40 个数字、一个小网络，每种对策也只取了一种强度；换一份数据，表就可能不一样。
# 所以要去测，而不是背下几种对策的名字。
#
# **思考题。** 比一比两列。有的对策可以让损失明显降低，正确率却几乎没有提高，甚至一点没提高。这怎么可能呢？
#
# <details><summary>答案</summary>
#
# 正确率只问哪个得分最高，损失还要问模型有多肯定。设想一张图片，正确类别只得到 0.001 的概率：判错了，代价是 $-\ln 0.001 \approx 6.9$。
# 如果得到 0.2，也许还是错的，但代价只有 $-\ln 0.2 \approx 1.6$。权重衰减让权重小，得分也就小；提前停止则在它们变大之前就收手。
# 这两种做法都让模型在犯错时不那么肯定，不管它犯错的次数少没少。至于关于数字的新知识，只能从新的数字里来。
#
# </details>

# %% [markdown] lang="en"
# ## 11. The exam
#
# All decisions are made. Now the envelope is opened, once. We also want to know how far to trust the result: with $n$
# test pictures and accuracy $p$, the standard error is $\sqrt{p(1-p)/n}$ (the formula of the binomial distribution from
# school). Roughly, the accuracy on very many new pictures lies within two of these errors of the number that we measure.

# %% [markdown] lang="zh"
# ## 11. 正式考试
#
# 该做的决定都做完了。现在拆开信封，只拆一次。我们还想知道这个结果有多可信：测试图片有 $n$ 张，正确率是 $p$，
# 标准误差就是 $\sqrt{p(1-p)/n}$（中学学过的二项分布的公式）。大致说来，换成非常多的新图片，正确率和测得的数相差不过两倍标准误差。

# %%
test_loss, p = evaluate(model, DataLoader(test_set, batch_size=64))
error = math.sqrt(p * (1 - p) / len(test_set))
print(f"⟦test: loss|测试集：损失⟧ {test_loss:.3f}  ⟦accuracy|正确率⟧ {p:.1%}")
print(f"⟦standard error|标准误差⟧ {error:.1%}", end="  ")
print(f"⟦so roughly from|所以大约从⟧ {p - 2 * error:.1%} ⟦to|到⟧ {min(1, p + 2 * error):.1%}")

# %% [markdown] lang="en"
# If somebody shows you a model that is half a per cent better on these 360 pictures, do the sum: half a per cent of 360
# is about two pictures. Two pictures can easily be chance.
#
# ## Common pitfalls
#
# - **`model.eval()` forgotten.** With dropout, each call then gives another answer. The next cell shows it.
# - **Softmax in `forward`, and `nn.CrossEntropyLoss` behind it.** No error message, only a loss that stays above a floor
#   (notebook 6).
# - **The test set looked at again and again.** After the tenth look it is a second validation set.
# - **Sorted data without shuffling.** First only zeros, then only ones: each batch pulls the model to a single class.
# - **Numbers for scaling taken from all the data.** Dividing by 16 is harmless, for 16 is a property of the format. A
#   mean, however, must come from the training set alone. Otherwise something of the test has got into the training.
# - **Optimizer built before the model was replaced.** It goes on moving the parameters of the old one.

# %% [markdown] lang="zh"
# 要是有人拿来一个模型，说它在这 360 张图片上好了半个百分点，不妨算一算：360 的千分之五，大约是两张图片。两张，很可能只是碰巧。
#
# ## 常见的坑
#
# - **忘了 `model.eval()`。** 模型里有 Dropout 时，每次调用的答案都不一样。下面演示给你看。
# - **`forward` 里做了 softmax，后面又接 `nn.CrossEntropyLoss`。** 不报错，只是损失总也降不到底（见第 6 篇）。
# - **反复看测试集。** 看过十次，它就成了第二个验证集。
# - **数据排着序，又不打乱。** 先全是 0，再全是 1：每一批都把模型往一个类别上拉。
# - **缩放用的数取自全部数据。** 除以 16 没有问题，因为 16 是格式本身规定的。平均值却只能用训练集来算，否则测试集的信息就漏进了训练。
# - **先建优化器，后换模型。** 它还在改旧模型的参数。

# %%
torch.manual_seed(0)
noisy = DropoutNet().to(device)
with torch.no_grad():
    for state in ("train", "eval"):
        getattr(noisy, state)()  # ⟦noisy.train(), then noisy.eval()|先 noisy.train()，再 noisy.eval()⟧
        first, second = noisy(val_x[:1]), noisy(val_x[:1])
        print(
            f"⟦two calls in|连着调用两次，状态是⟧ {state}()", "⟦give the same|，结果相同⟧:", torch.equal(first, second)
        )

# %% [markdown] lang="en"
# ## What to try next
#
# Now the project is yours. Write your guess down before each experiment; decide by the validation set; use three seeds
# or more before you believe a difference.
#
# 1. The size of the hidden layer: 2, 8, 32, 256 units. From where on does the validation accuracy stop rising?
# 2. Learning rate: 0.001, 0.01, 0.1, 1. What do the curves look like when it is too small, and when it is too large?
# 3. Leave out `scheduler.step()`. Look at the last ten epochs of both loss curves.
# 4. Two hidden layers instead of one. Count the parameters before you run it.
# 5. Set all initial weights to zero. Explain what you see by [notebook 5](05_initialization.ipynb).
# 6. Do not divide by 16. What happens to the first loss? To the best learning rate?
# 7. Give 20 % of the training pictures a wrong label. Which of the four remedies helps now?
# 8. Shift every picture by one pixel to get four new ones from each (`torch.roll`). Is that "more data"?
#
# ### On to MNIST
#
# The big sister of these digits is MNIST: 70,000 pictures of 28 × 28 pixels. It is not run here, because it needs a
# download of some megabytes. On your machine, after `pip install torchvision`:
#
# ```python
# from torchvision import datasets, transforms
#
# to_tensor = transforms.ToTensor()  # a picture becomes a tensor (1, 28, 28) with values from 0 to 1
# train_set = datasets.MNIST("data", train=True, download=True, transform=to_tensor)
# test_set = datasets.MNIST("data", train=False, download=True, transform=to_tensor)
# train_set, val_set = torch.utils.data.random_split(train_set, [55_000, 5_000])
# train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
# ```
#
# `datasets.MNIST` *is* a `Dataset`, so the loop stays as it is, word for word. Two lines of the model change: `x` becomes
# `torch.flatten(x, start_dim=1)` at the start of `forward`, and 64 becomes $28 \times 28 = 784$.

# %% [markdown] lang="zh"
# ## 接下来自己试什么
#
# 现在，这个项目是你的了。每做一个实验，先写下自己的猜测；用验证集做决定；至少换三个种子，再相信差别是真的。
#
# 1. 隐藏层的大小：2、8、32、256 个单元。从哪里开始，验证集的正确率不再上升？
# 2. 学习率：0.001、0.01、0.1、1。太小时曲线什么样？太大时呢？
# 3. 去掉 `scheduler.step()`。看看两条损失曲线的最后十轮。
# 4. 把一个隐藏层换成两个。运行之前，先数清参数。
# 5. 把初始权重全部设为零。用[第 5 篇](05_initialization.ipynb)的道理解释你看到的现象。
# 6. 不除以 16。最初的损失会怎样？合适的学习率会怎样？
# 7. 给 20% 的训练图片贴上错误的标签。这时四种对策里哪一种有用？
# 8. 把每张图片平移一个像素，由一张得到四张新的（`torch.roll`）。这算不算“增加数据”？
#
# ### 再往前：MNIST
#
# 这些数字有个大姐姐，叫 MNIST：7 万张 28 × 28 的图片。这里不运行它，因为要下载若干兆字节的数据。
# 在你自己的机器上，先 `pip install torchvision`，然后：
#
# ```python
# from torchvision import datasets, transforms
#
# to_tensor = transforms.ToTensor()  # 图片变成张量 (1, 28, 28)，值从 0 到 1
# train_set = datasets.MNIST("data", train=True, download=True, transform=to_tensor)
# test_set = datasets.MNIST("data", train=False, download=True, transform=to_tensor)
# train_set, val_set = torch.utils.data.random_split(train_set, [55_000, 5_000])
# train_loader = DataLoader(train_set, batch_size=64, shuffle=True)
# ```
#
# `datasets.MNIST` 就是一个 `Dataset`，所以训练循环一个字也不用改。模型里改两处：`forward` 的开头把 `x` 换成
# `torch.flatten(x, start_dim=1)`，64 换成 $28 \times 28 = 784$。

# %% [markdown] lang="en"
# ## Exercise
#
# Now without a model to copy from: other data (two half-moons instead of digits), another number of inputs and classes.
# You choose everything yourself: class, loss, optimizer, learning rate, epochs. If the check is not satisfied, its hint
# says what your training lacks.

# %% [markdown] lang="zh"
# ## 练习
#
# 这回没有现成的可抄：数据换了（不是数字，是两个月牙），输入的个数和类别数也换了。类、损失、优化器、学习率、轮数，全部自己决定。
# 没有通过的话，提示会说明你的训练缺了什么。

# %%
nb.exercise("train-model")


# %%
def train_model(x, y):
    # ⟦your code|在这里写代码⟧
    ...


nb.check("train-model", train_model)

# %% [markdown] lang="en"
# ## What to read next
#
# - torch: [Datasets & DataLoaders](https://docs.pytorch.org/tutorials/beginner/basics/data_tutorial.html),
#   [Optimizing Model Parameters](https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html),
#   [Save and Load the Model](https://docs.pytorch.org/tutorials/beginner/basics/saveloadrun_tutorial.html)
# - Dive into Deep Learning: [Generalization](https://d2l.ai/chapter_linear-regression/generalization.html),
#   [Weight Decay](https://d2l.ai/chapter_linear-regression/weight-decay.html),
#   [Dropout](https://d2l.ai/chapter_multilayer-perceptrons/dropout.html)
# - Networks that know that neighbouring pixels belong together:
#   [Convolutional Neural Networks](https://d2l.ai/chapter_convolutional-neural-networks/index.html)
# - scikit-learn: [load_digits](https://scikit-learn.org/stable/modules/generated/sklearn.datasets.load_digits.html)
#
# Back to the map: [00_start_here](00_start_here.ipynb).

# %% [markdown] lang="zh"
# ## 接下来读什么
#
# - 《动手学深度学习》：[模型选择、欠拟合和过拟合](https://zh.d2l.ai/chapter_multilayer-perceptrons/underfit-overfit.html)、
#   [权重衰减](https://zh.d2l.ai/chapter_multilayer-perceptrons/weight-decay.html)、
#   [暂退法（Dropout）](https://zh.d2l.ai/chapter_multilayer-perceptrons/dropout.html)、
#   [读写文件](https://zh.d2l.ai/chapter_deep-learning-computation/read-write.html)
# - 邱锡鹏[《神经网络与深度学习》](https://nndl.github.io/)第 7 章“网络优化与正则化”，讲了更多防止过拟合的方法
# - 李宏毅的[机器学习课程](https://speech.ee.ntu.edu.tw/~hylee/ml/2021-spring.php)，其中有一讲专门说训练不顺利时该查什么
# - 想让网络知道相邻的像素是连在一起的：
#   [卷积神经网络](https://zh.d2l.ai/chapter_convolutional-neural-networks/index.html)
# - torch 文档（英文）：[Datasets & DataLoaders](https://docs.pytorch.org/tutorials/beginner/basics/data_tutorial.html)、
#   [Save and Load the Model](https://docs.pytorch.org/tutorials/beginner/basics/saveloadrun_tutorial.html)
#
# 回到地图：[00_start_here](00_start_here.ipynb)。
