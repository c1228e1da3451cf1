"""Section 9: one iteration of training, and how gradients come back through a small graph, in real numbers."""

from __future__ import annotations

import torch
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from torch import Tensor, nn

from .._rng import kept_rng
from ..activations import ACTIVATIONS
from ..losses import LOSSES
from ..optimizers import OPTIMIZERS
from ..plotting.neuron import arrow, number
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_title
from ..plotting.theme import mixed, now
from ..text import Text

FORWARD, BACK, STEP = "blue", "gradient", "green"  # what goes forward, what comes back, what moves the weight
MONO = "DejaVu Sans Mono"  # it comes with matplotlib


def training_loop(*, lang: str, device: torch.device) -> PageFigure:
    """Once round with a model of one weight: PyTorch's line and its number at each station.

    The old gradient is cleared after the loss and before the backward pass, as most loops have it; torch asks only
    that it happens between two backward passes.
    """
    lr = 0.05
    with torch.inference_mode(False), torch.enable_grad(), kept_rng():
        model = nn.Linear(1, 1, bias=False, dtype=torch.float32).to(device)
        nn.init.constant_(model.weight, -0.5)
        x, y = (torch.tensor([[v]], dtype=torch.float32, device=device) for v in (2.0, 4.0))
        optimizer = OPTIMIZERS["sgd"](model.parameters(), lr=lr)
        LOSSES["mse"](model(x), y).backward()  # the round before, which leaves its gradient behind
        optimizer.step()

        w, old = said(model.weight), said(model.weight.grad)
        pred = model(x)
        loss = LOSSES["mse"](pred, y)
        optimizer.zero_grad()
        cleared = said(model.weight.grad)
        loss.backward()
        grad = said(model.weight.grad)
        optimizer.step()
        new, after = said(model.weight), said(LOSSES["mse"](model(x), y))

    compared, moved = f"({said(pred)} − {said(y)})² = {said(loss)}", f"{w} − {lr} × {bracketed(grad)} = {new}"
    stations = (
        (2.35, 4.85, FORWARD, Text("1  forward", "1  前向传播"), "pred = model(x)", f"{w} × {said(x)} = {said(pred)}"),
        (7.0, 4.85, FORWARD, Text("2  loss", "2  计算损失"), "loss = loss_fn(pred, y)", compared),
        (11.65, 4.85, BACK, Text("3  clear", "3  清除旧梯度"), "optimizer.zero_grad()", f"w.grad: {old} → {cleared}"),
        (11.65, 1.25, BACK, Text("4  backward", "4  反向传播"), "loss.backward()", f"w.grad = {grad}"),
        (7.0, 1.25, STEP, Text("5  step", "5  更新权重"), "optimizer.step()", moved),
    )
    figure = new_figure(height=3.7)
    with page_style():
        ax = stage(figure, 6.5)
        for at_x, at_y, hue, name, code, live in stations:
            box(ax, (at_x, at_y), (4.0, 1.9), hue)
            ax.text(at_x, at_y + 0.55, name.say(lang), ha="center", va="center", color=now().ink)
            ax.text(at_x, at_y, code, ha="center", va="center", fontsize=9.2, fontfamily=MONO, color=now().ink)
            ax.text(at_x, at_y - 0.55, live, ha="center", va="center", fontsize=11, color=now().ink)
        box(ax, (2.35, 1.25), (4.0, 1.9), "")
        ax.text(2.35, 1.6, Text("the weight", "权重").say(lang), ha="center", va="center", color=now().ink)
        ax.text(2.35, 0.95, f"w: {w} → {new}", ha="center", va="center", fontsize=13, color=now().ink)
        ring = (
            ((4.4, 4.85), (4.95, 4.85)),
            ((9.05, 4.85), (9.6, 4.85)),
            ((11.65, 3.85), (11.65, 2.25)),
            ((9.6, 1.25), (9.05, 1.25)),
            ((4.95, 1.25), (4.4, 1.25)),
            ((2.35, 2.25), (2.35, 3.85)),
        )
        for start, end in ring:
            arrow(ax, start, end, linewidth=2.2, mutation_scale=14)
        given = Text("data x = {x}, y = {y}    learning rate η = {lr}", "数据 x = {x}，y = {y}    学习率 η = {lr}")
        ax.text(7, 2.7, given.say(lang, x=said(x), y=said(y), lr=lr), ha="center", va="center", color=now().quiet)
        again = Text("next round: loss {loss} → {after}", "下一圈：损失 {loss} → {after}")
        told = again.say(lang, loss=said(loss), after=after)
        ax.text(7, 3.4, told, ha="center", va="center", fontsize=12.5, color=color_of(STEP))
        title = Text(
            "One iteration: predict, compare, find the gradient, step, and round again",
            "一次迭代：预测、比较、求梯度、更新，周而复始",
        )
        set_title(figure, title.say(lang))
    return figure


def backprop(*, lang: str, device: torch.device) -> PageFigure:
    """A loss (sigmoid(w x + b) − y)², with the value and the gradient that autograd leaves in each node."""
    with torch.inference_mode(False), torch.enable_grad():
        x, y, w, b = (torch.tensor(v, dtype=torch.float32, device=device) for v in (2.0, 1.0, 0.5, -1.0))
        w.requires_grad_(), b.requires_grad_()
        z = w * x + b
        a = ACTIVATIONS["sigmoid"](z)
        loss = LOSSES["mse"](a, y)
        slopes = {}
        for after, before in ((loss, a), (a, z), (z, w), (z, b)):
            (slopes[before],) = torch.autograd.grad(after, before, retain_graph=True)
        for inner in (z, a, loss):
            inner.retain_grad()  # torch keeps the gradients of leaves only
        loss.backward()

    nodes = (
        (1.45, 5.5, "x", x, ""),
        (1.45, 3.6, "w", w, ""),
        (1.45, 1.6, "b", b, ""),
        (5.6, 3.6, "z", z, "$z = wx + b$"),
        (9.1, 3.6, "a", a, "$a = \\sigma(z)$"),
        (12.6, 3.6, "L", loss, "$L = (a - y)^2$"),
    )
    figure = new_figure()
    with page_style():
        ax = stage(figure, 6.86)
        for at_x, at_y, name, tensor, formula in nodes:
            box(ax, (at_x, at_y), (2.3, 1.4), "")
            ax.text(at_x, at_y + 0.3, f"${name}$ = {said(tensor)}", ha="center", va="center", color=color_of(FORWARD))
            told = Text("gradient {g}", "梯度 {g}").say(lang, g=said(tensor.grad)) if tensor.requires_grad else ""
            told, hue = (told, BACK) if told else (Text("data", "数据").say(lang), "grey")
            ax.text(at_x, at_y - 0.33, told, ha="center", va="center", color=color_of(hue))
            ax.text(at_x, at_y + 0.85, formula, ha="center", va="bottom", color=now().ink)
        forward = (
            ((2.65, 5.2), (4.4, 4.1)),
            ((2.65, 3.8), (4.4, 3.8)),
            ((2.65, 1.9), (4.4, 3.2)),
            ((6.8, 3.8), (7.9, 3.8)),
            ((10.3, 3.8), (11.4, 3.8)),
        )
        back = (
            ((4.4, 3.45), (2.65, 3.45), w),
            ((4.6, 2.85), (2.65, 1.4), b),
            ((7.9, 3.4), (6.8, 3.4), z),
            ((11.4, 3.4), (10.3, 3.4), a),
        )
        for start, end in forward:
            arrow(ax, start, end, color=color_of(FORWARD))
        for start, end, to in back:
            arrow(ax, start, end, color=color_of(BACK), linewidth=2)
            at = ((start[0] + end[0]) / 2 + (0.35 if to is b else 0), (start[1] + end[1]) / 2 - 0.12)
            ax.text(*at, f"× {bracketed(said(slopes[to]))}", ha="center", va="top", color=color_of(BACK))
        target = Text("target $y$ = {y}", "目标 $y$ = {y}").say(lang, y=said(y))
        ax.text(12.6, 2.75, target, ha="center", va="top", color=color_of("grey"))
        for y_at, ends, hue, word in (
            (5.6, (4.4, 13.7), FORWARD, Text("forward: values", "前向：数值")),
            (1.85, (13.7, 5.2), BACK, Text("backward: gradients", "反向：梯度")),
        ):
            arrow(ax, (ends[0], y_at), (ends[1], y_at), color=color_of(hue), linewidth=2.2, mutation_scale=14)
            ax.text(9.1, y_at + 0.12, word.say(lang), ha="center", va="bottom", color=color_of(hue))
        terms = " × ".join(bracketed(said(slopes[passed])) for passed in (a, z, w))
        chain = Text("gradient of $w$ = {terms} = {g}", "$w$ 的梯度 = {terms} = {g}")
        told = chain.say(lang, terms=terms, g=said(w.grad))
        ax.text(9.1, 1.1, told, ha="center", va="center", fontsize=12.5, color=color_of(BACK))
        title = Text(
            "Backpropagation: values go forward, gradients come back times the slopes",
            "反向传播：数值向前算，梯度往回传，每步乘一个斜率",
        )
        set_title(figure, title.say(lang))
    return figure


def said(tensor: Tensor | None) -> str:
    """The one number of a tensor, or None as torch has it."""
    return "None" if tensor is None else number(tensor.item())


def bracketed(number: str) -> str:
    """As a factor is written."""
    return f"({number})" if number.startswith("−") else number


def stage(figure: PageFigure, height: float) -> Axes:
    """The room under the title, 14 units wide."""
    ax = figure.add_axes((0, 0, 1, 0.88))
    ax.set(xlim=(0, 14), ylim=(0, height))
    ax.set_axis_off()
    return ax


def box(ax: Axes, at: tuple[float, float], size: tuple[float, float], hue: str) -> None:
    """A rounded box, filled with a little of its hue."""
    color, (width, height) = color_of(hue), size
    corner = (at[0] - width / 2, at[1] - height / 2)
    patch = FancyBboxPatch(corner, width, height, boxstyle="round,pad=0,rounding_size=0.25", linewidth=1.5)
    patch.set(facecolor=mixed(now().paper, color, 0.12 if hue else 0.04), edgecolor=color)
    ax.add_patch(patch)
