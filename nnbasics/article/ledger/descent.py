"""Section 9: backpropagation and gradient descent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, optim
from torch.nn import functional as F

from ...model import ThreeLayerNet
from ...surfaces import descend
from ..claims import Claim, Outcome, Text
from ._trials import SEEDS, integers, normal

MakeOptimizer = Callable[..., optim.Optimizer]
SGD_PAGE = "https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html"
TUTORIAL = "https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html"


def problem(seed: int) -> tuple[ThreeLayerNet, Tensor, Tensor]:
    """The article's model before its softmax, 20 drawn inputs and their classes, in float64."""
    generator = torch.Generator().manual_seed(seed)
    model = ThreeLayerNet(output="logits", generator=generator, dtype=torch.float64).cpu()
    return model, normal(generator, 20, 3), integers(generator, 2, 20)


def iteration_complete(seed: int, *, steps: Sequence[str] = ("forward", "loss", "backward")) -> Outcome:
    """32 models, each through ten iterations of these steps alone: how far a bias moves, and whether the loss falls."""
    moved, fallen, growth = 0.0, 0, 0.0
    for s in range(SEEDS):
        model, x, y = problem(1000 * seed + s)
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        before, losses, norms = model.out.bias.detach().clone(), [], []
        for _ in range(10):
            if "clear" in steps:
                optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            if "update" in steps:
                optimizer.step()
            assert model.out.bias.grad is not None
            losses.append(float(loss.detach()))
            norms.append(float(model.out.bias.grad.norm()))
        moved = max(moved, float((model.out.bias.detach() - before).abs().max()))
        fallen += losses[-1] < losses[0]
        growth += norms[-1] / norms[0] / SEEDS
    return Outcome(fallen == SEEDS, False, {"moved": moved, "fallen": fallen, "models": SEEDS, "growth": growth})


def whole_model(model: ThreeLayerNet, x: Tensor) -> Tensor:
    """The forward pass as it is."""
    y: Tensor = model(x)
    return y


def backward_gradients(seed: int, *, forward: Callable[[ThreeLayerNet, Tensor], Tensor] = whole_model) -> Outcome:
    """The gradients of loss.backward() for all 26 parameters of 5 models, against central differences of the loss."""
    worst, count, h = 0.0, 0, 1e-6
    for s in range(5):
        model, x, y = problem(1000 * seed + s)
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
    # 1e-7: a difference of two losses of 16 digits over 2e-6 is right to about 1e-10; a kink passed is rare.
    return Outcome(worst < 1e-7, False, {"worst": worst, "count": count})


def gradient_steepest(seed: int, *, direction: Callable[[Tensor], Tensor] = lambda g: g) -> Outcome:
    """The slope along the gradient, at 60 points of drawn waves in 2 to 6 dimensions, and along 2,000 other ways."""
    generator = torch.Generator().manual_seed(seed)
    steepest, points, nearest, farther = 0, 0, 0.0, 0
    for size in (2, 3, 6):
        waves, phases = normal(generator, 8, size), normal(generator, 8)
        ways = F.normalize(normal(generator, 2000, size), dim=1)
        for point in normal(generator, 20, size):
            leaf = point.clone().requires_grad_()
            (gradient,) = torch.autograd.grad((leaf @ waves.T + phases).sin().sum(), leaf)
            tried = torch.cat([F.normalize(direction(gradient), dim=0)[None], ways])
            rises = {}
            for h in (1e-5, 1.0):
                ahead, behind = (((point + sign * h * tried) @ waves.T + phases).sin().sum(1) for sign in (1, -1))
                rises[h] = (ahead - behind) / (2 * h)
            slopes = rises[1e-5]
            # 1e-9: the error of such a difference.
            steepest += bool((slopes[1:] <= slopes[0] + 1e-9).all())
            nearest = max(nearest, float(slopes[1:].max() / slopes[0]))
            farther += bool((rises[1.0][1:] > rises[1.0][0]).any())
            points += 1
    return Outcome(steepest == points, False, {"steepest": steepest, "points": points, "near": nearest, "far": farther})


def sgd_update(seed: int, *, optimizer: MakeOptimizer = optim.SGD) -> Outcome:
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
    return Outcome(worst < 1e-13, False, {"worst": worst})


def step_lowers(seed: int, *, optimizer: MakeOptimizer = optim.SGD) -> Outcome:
    """The loss at each of 50 steps down 32 drawn bowls of greatest curvature L, at seven rates from 0.2/L to 4/L."""
    generator = torch.Generator().manual_seed(seed)
    curvatures, start = 10 ** normal(generator, SEEDS, 3), normal(generator, SEEDS, 3)
    greatest = 10 ** float(normal(generator, 1))  # the same L for all bowls, so that one rate serves them
    curvatures *= greatest / curvatures.max(dim=1, keepdim=True).values

    def bowls(points: Tensor) -> Tensor:
        return 0.5 * (curvatures * points**2).sum(-1)

    falls: dict[float, int] = {}
    for share in (0.1, 0.5, 0.9, 0.99, 1.1, 1.5, 2.0):
        heights = bowls(descend(bowls, start, partial(optimizer, lr=share * 2 / greatest), num_steps=50))
        falls[share] = int((heights[1:] < heights[:-1]).all(0).sum())
    below = [count for share, count in falls.items() if share < 1]
    above = [count for share, count in falls.items() if share > 1]
    amended = all(count == SEEDS for count in below)
    measured = {"below": min(below), "above": max(above), "bowls": SEEDS}
    return Outcome(amended and all(count == SEEDS for count in above), amended, measured)


CLAIMS: list[Claim] = [
    Claim(
        id="iteration-complete",
        section=9,
        statement=Text(
            "A full training iteration is a forward pass, the loss and a backward pass.",
            "一次完整的训练迭代由前向传播、计算损失和反向传播组成。",
        ),
        check=iteration_complete,
        evidence=Text(
            "ten such iterations move a bias by {moved:.4f} at most and lower the loss of {fallen:.0f} of {models:.0f} "
            "models; the gradient ends {growth:.1f} times as long as after the first",
            "这样迭代十次，偏置至多变化 {moved:.4f}，{models:.0f} 个模型中有 {fallen:.0f} 个损失下降；"
            "梯度则变为第一次的 {growth:.1f} 倍",
        ),
        correction=Text(
            "Without the update nothing learns: optimizer.zero_grad() before the backward pass, for torch adds "
            "gradients up, and optimizer.step() after it.",
            "没有参数更新就学不到东西：反向传播之前要调用 optimizer.zero_grad()，因为 torch 会累加梯度；之后要调用 "
            "optimizer.step()。",
        ),
        source=TUTORIAL,
    ),
    Claim(
        id="backward-gradients",
        section=9,
        statement=Text(
            "Backpropagation computes the gradient of the loss for every parameter.",
            "反向传播算出损失对每个参数的梯度。",
        ),
        check=backward_gradients,
        evidence=Text(
            "{count:.0f} gradients differ from central differences by at most {worst:.1e}",
            "{count:.0f} 个梯度与中心差分至多相差 {worst:.1e}",
        ),
    ),
    Claim(
        id="gradient-steepest",
        section=9,
        statement=Text(
            "The gradient points where a function rises fastest, its negative where it falls fastest.",
            "梯度指向函数上升最快的方向，负梯度指向下降最快的方向。",
        ),
        check=gradient_steepest,
        evidence=Text(
            "at {steepest:.0f} of {points:.0f} points no other of 2,000 directions is steeper (the best has {near:.4f} "
            "of the slope); over a distance of 1 another one wins at {far:.0f}",
            "{points:.0f} 个点中，有 {steepest:.0f} 个点在 2000 个方向里没有更陡的（最好的达到 {near:.4f}）；"
            "若走出距离 1，则有 {far:.0f} 个点另有更好的方向",
        ),
    ),
    Claim(
        id="sgd-update",
        section=9,
        statement=Text(
            "The update is w <- w - lr * gradient, and that is what torch.optim.SGD does.",
            "更新公式是 w <- w - lr * 梯度，torch.optim.SGD 就是这样做的。",
        ),
        check=sgd_update,
        evidence=Text(
            "twenty steps differ from the formula by at most {worst:.1e}",
            "二十步之后，与公式至多相差 {worst:.1e}",
        ),
        source=SGD_PAGE,
    ),
    Claim(
        id="step-lowers",
        section=9,
        statement=Text("A step against the gradient lowers the loss.", "沿负梯度方向走一步，损失就会下降。"),
        check=step_lowers,
        evidence=Text(
            "of {bowls:.0f} bowls of curvature at most L the loss falls at all of 50 steps: in {below:.0f} at any rate "
            "below 2/L, in at most {above:.0f} at rates above it",
            "{bowls:.0f} 个曲率至多为 L 的碗中，50 步里步步下降的：学习率小于 2/L 时有 {below:.0f} 个，"
            "大于 2/L 时至多 {above:.0f} 个",
        ),
        condition=Text(
            "The learning rate is below 2/L, L the greatest curvature: past that the step overshoots.",
            "学习率小于 2/L，L 为最大曲率；超过这个值就会越过谷底。",
        ),
        source="Nesterov (2004), Introductory Lectures on Convex Optimization, section 1.2.3",
    ),
]
