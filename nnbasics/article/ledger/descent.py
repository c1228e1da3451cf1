"""Section 9: backpropagation and gradient descent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, optim
from torch.nn import functional as F

from ...experiments.verdicts import Claim, Finding, exactly
from ...model import ThreeLayerNet
from ...text import NOTHING, Text
from .draws import integers, linear, normal

MakeOptimizer = Callable[..., optim.Optimizer]
SGD_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html"
TUTORIAL = "https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html"
MODELS = 8
PRINTED = ("forward", "loss", "backward")
WHOLE = ("clear", *PRINTED, "update")


def problem(seed: int) -> tuple[ThreeLayerNet, Tensor, Tensor]:
    """The article's model before its softmax, 20 drawn inputs and their classes, in float64."""
    generator = torch.Generator().manual_seed(seed)
    model = ThreeLayerNet(output="logits", generator=generator, dtype=torch.float64).cpu()
    return model, normal(generator, 20, 3), integers(generator, 2, 20)


def iterate(seed: int, steps: Sequence[str]) -> tuple[float, bool, float]:
    """What ten iterations of these steps do: how far a bias moves, whether the loss falls, how the gradient grows."""
    model, x, y = problem(seed)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    bias = model.out.bias
    before, losses, norms = bias.detach().clone(), [], []
    for _ in range(10):
        if "clear" in steps:
            optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        if "update" in steps:
            optimizer.step()
        assert bias.grad is not None
        losses.append(float(loss.detach()))
        norms.append(float(bias.grad.norm()))
    return float((bias.detach() - before).abs().max()), losses[-1] < losses[0], norms[-1] / norms[0]


def iteration_complete(seed: int, *, steps: Sequence[str] = PRINTED) -> Finding:
    """Eight models, each through ten iterations of these steps alone, and through ten with the two others."""
    moved, fallen, growth = zip(*(iterate(MODELS * seed + s, steps) for s in range(MODELS)), strict=True)
    whole = sum(iterate(MODELS * seed + s, WHOLE)[1] for s in range(MODELS))
    found = {"models": MODELS, "moved": max(moved), "fallen": sum(fallen), "growth": max(growth), "whole": whole}
    # 1e-9: ten equal gradients, added up, are ten times as long.
    noted = found["moved"] == 0 and abs(found["growth"] - 10) < 1e-9 and whole == MODELS
    return Finding([exactly(NOTHING, found["fallen"] == MODELS)], found, noted)


def whole_model(model: ThreeLayerNet, x: Tensor) -> Tensor:
    """The forward pass as it is."""
    y: Tensor = model(x)
    return y


def backward_gradients(seed: int, *, forward: Callable[[ThreeLayerNet, Tensor], Tensor] = whole_model) -> Finding:
    """The gradients of loss.backward() for all 26 parameters of 5 models, against central differences of the loss."""
    worst, count, h = 0.0, 0, 1e-6
    for s in range(5):
        model, x, y = problem(5 * seed + s)
        F.cross_entropy(forward(model, x), y).backward()
        with torch.no_grad():
            for parameter in model.parameters():
                gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
                flat = parameter.view(-1)
                for place, found in enumerate(gradient.flatten().tolist()):
                    value, losses = float(flat[place]), []
                    for shifted in (value + h, value - h):
                        flat[place] = shifted
                        losses.append(float(F.cross_entropy(forward(model, x), y)))
                    flat[place] = value
                    worst, count = max(worst, abs((losses[0] - losses[1]) / (2 * h) - found)), count + 1
    # 1e-6: such a difference is right to about 1e-10, to h where it passes a kink of ReLU; a wrong one is far off.
    return Finding([exactly(NOTHING, worst < 1e-6)], {"worst": worst, "count": count})


def gradient_steepest(seed: int, *, direction: Callable[[Tensor], Tensor] = lambda g: g) -> Finding:
    """The rise along the gradient, at 60 points of drawn waves in 2 to 6 dimensions, against 2,000 other ways."""
    generator = torch.Generator().manual_seed(seed)
    points = 0
    beaten = {1e-5: 0, 1.0: 0}
    for size in (2, 3, 6):
        waves, phases = normal(generator, 8, size), normal(generator, 8)
        ways = F.normalize(normal(generator, 2000, size), dim=1)
        for point in normal(generator, 20, size):
            leaf = point.clone().requires_grad_()
            (gradient,) = torch.autograd.grad((leaf @ waves.T + phases).sin().sum(), leaf)
            tried = torch.cat([F.normalize(direction(gradient), dim=0)[None], ways])
            points += 1
            for h in beaten:
                ahead, behind = (((point + sign * h * tried) @ waves.T + phases).sin().sum(1) for sign in (1, -1))
                rises = (ahead - behind) / (2 * h)
                beaten[h] += bool((rises[1:] > rises[0] + 1e-9).any())  # 1e-9: the error of such a difference
    worlds = [
        exactly(Text("a step of 0.00001", "步长 0.00001"), beaten[1e-5] == 0, inside=True),
        exactly(Text("a step of 1", "步长 1"), beaten[1.0] == 0, inside=False),
    ]
    return Finding(worlds, {"points": points, "near": beaten[1e-5], "far": beaten[1.0]})


def sgd_update(seed: int, *, optimizer: MakeOptimizer = optim.SGD) -> Finding:
    """Twenty steps of the optimizer on drawn gradients of 100 weights against w - lr * gradient by hand."""
    generator = torch.Generator().manual_seed(seed)
    weight = normal(generator, 100)
    by_hand, worst = weight.clone(), 0.0
    made = optimizer([weight], lr=0.1)
    for _ in range(20):
        weight.grad = normal(generator, 100)
        by_hand = by_hand - 0.1 * weight.grad
        made.step()
        worst = max(worst, float((weight - by_hand).abs().max()))
    # 1e-13: the rounding of twenty float64 steps.
    return Finding([exactly(NOTHING, worst < 1e-13)], {"worst": worst})


def sgd_single(seed: int, *, batch_size: int = 32) -> Finding:
    """One step of torch.optim.SGD on a batch, against the mean gradient of its rows and the nearest row's own.

    Once on a batch of one row, once on one of this size; a linear layer of 5 inputs and MSE, lr = 1.
    """
    generator = torch.Generator().manual_seed(seed)
    worlds, found = [], {}
    for rows, inside in ((1, True), (batch_size, False)):
        layer, x, y = linear(5, 1, generator), normal(generator, rows, 5), normal(generator, rows, 1)
        weight = next(layer.parameters())
        before = weight.detach().clone()
        error = layer(x) - y
        alone = 2 * error.detach() * x  # the gradient of each row's squared error
        error.square().mean().backward()
        optim.SGD(layer.parameters(), lr=1.0).step()
        step = before - weight.detach()
        off = float((step - alone).norm(dim=1).min())
        found["one" if inside else "many"] = off
        found["mean"] = float((step - alone.mean(0)).norm())
        case = Text(f"a batch of {rows}", f"每批 {rows} 行")
        # 1e-12: the rounding of one float64 step.
        worlds.append(exactly(case, off < 1e-12, inside=inside))
    return Finding(worlds, found, noted=found["mean"] < 1e-12)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="iteration-complete",
        section=9,
        kind="identity",
        statement=Text(
            "A full training iteration is a forward pass, the loss and a backward pass.",
            "一次完整的训练迭代由前向传播、计算损失和反向传播组成。",
        ),
        judge=iteration_complete,
        evidence=Text(
            "Ten such iterations move a bias by {moved:.4f} and lower the loss of {fallen} of {models} "
            "models, while the gradient grows to {growth:.1f} times its length. With zero_grad and step it "
            "falls in {whole}.",
            "这样迭代十次，偏置变化 {moved:.4f}，{models} 个模型中有 {fallen} 个损失下降，"
            "梯度的长度则增至 {growth:.1f} 倍。加上 zero_grad 和 step，有 {whole} 个下降。",
        ),
        correction=Text(
            "Without the update nothing is learned. optimizer.zero_grad() comes before the backward pass, for torch "
            "adds gradients up, and optimizer.step() after it.",
            "没有参数更新就学不到东西。反向传播之前要调用 optimizer.zero_grad()，因为 torch 会累加梯度；之后要调用 "
            "optimizer.step()。",
        ),
        source=TUTORIAL,
    ),
    Claim(
        id="backward-gradients",
        section=9,
        kind="identity",
        statement=Text(
            "Backpropagation computes the gradient of the loss for every parameter.",
            "反向传播算出损失对每个参数的梯度。",
        ),
        judge=backward_gradients,
        evidence=Text(
            "{count} gradients differ from central differences of the loss by at most {worst:.1e}.",
            "{count} 个梯度与损失的中心差分至多相差 {worst:.1e}。",
        ),
    ),
    Claim(
        id="gradient-steepest",
        section=9,
        kind="identity",
        statement=Text(
            "The gradient points where a function rises fastest, its negative where it falls fastest.",
            "梯度指向函数上升最快的方向，负梯度指向下降最快的方向。",
        ),
        judge=gradient_steepest,
        evidence=Text(
            "Of 2,000 other directions, one rises more than the gradient's at {near} of {points} points for a step of "
            "0.00001, and at {far} for a step of 1.",
            "另取 2000 个方向：步长 0.00001 时，{points} 个点中有 {near} 个点存在比梯度方向上升更多的方向；步长为 1 "
            "时，有 {far} 个点。",
        ),
        condition=Text(
            "The step is very small: the gradient speaks of the slope at a point, not of what lies a step further on.",
            "步长极小：梯度说的是一点处的斜率，不管一步之外的情形。",
        ),
        source="Nocedal & Wright (2006), Numerical Optimization, section 2.2",
    ),
    Claim(
        id="sgd-update",
        section=9,
        kind="identity",
        statement=Text(
            "The update is w <- w - lr * gradient, and that is what torch.optim.SGD does.",
            "更新公式是 w <- w - lr * 梯度，torch.optim.SGD 就是这样做的。",
        ),
        judge=sgd_update,
        evidence=Text(
            "Twenty steps of torch.optim.SGD differ from the formula by at most {worst:.1e}.",
            "torch.optim.SGD 走二十步，与公式至多相差 {worst:.1e}。",
        ),
        source=SGD_PAGE,
    ),
    Claim(
        id="sgd-single",
        section=9,
        kind="identity",
        statement=Text(
            "SGD, stochastic gradient descent, takes one row at a time: its batch size is 1.",
            "SGD（随机梯度下降）每次只取一个样本：批量大小为 1。",
        ),
        judge=sgd_single,
        evidence=Text(
            "Handed one row, torch.optim.SGD steps along that row's gradient, to {one:.1e}. Handed 32 rows, its step "
            "is {many:.2f} away from the nearest row's, and equals the mean of all to {mean:.1e}.",
            "每次给 1 行，torch.optim.SGD 沿这一行的梯度走，相差 {one:.1e}。每次给 32 行，"
            "它走的一步与最接近的单行梯度相差 {many:.2f}，与 32 行的平均梯度相差 {mean:.1e}。",
        ),
        condition=Text(
            "The word is meant in its narrow sense, and the batches hold one row. torch.optim.SGD knows no batch size: "
            "it steps along the gradient of whatever batch the loss was computed on.",
            "这是狭义的用法，而且每批只有一行。torch.optim.SGD 并不知道批量大小：损失是在哪一批上算的，"
            "它就沿那一批的梯度走。",
        ),
        source="Goodfellow, Bengio & Courville (2016), Deep Learning, section 8.1.3; " + SGD_PAGE,
    ),
    Claim(
        id="batch-sizes-used",
        section=9,
        kind="convention",
        statement=Text("Mini-batches, of 32, 64 or 256 rows, are used most.", "小批量（如 32、64、256）最常用。"),
        judge=None,
        remark=Text(
            "How much something is used, no computation tells. Language models take batches of thousands of texts. "
            "What the batch size does to the training is measured in other entries.",
            "用得多不多，无法用计算判断。语言模型的一批有上千段文本。批量大小对训练的影响，另有条目实测。",
        ),
        source="Brown et al. (2020), Language Models are Few-Shot Learners, table 2.1, https://arxiv.org/abs/2005.14165",
    ),
)
