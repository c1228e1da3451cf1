"""Sections 9 and 10: how gradient descent steps, what momentum does to its path, how a rate is lowered."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor

from .._lookup import name_of
from ..activations import derivative
from ..optimizers import OPTIMIZERS
from ..plotting.paths import fill_levels, plot_lr, plot_path, plot_surface
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import mixed, now
from ..schedulers import SCHEDULERS, trace_lr
from ..surfaces import descend, descend_all, quadratic
from ..text import Text

LR = 0.4  # of both panels of gradient descent: large enough for steps that can be told apart


def gradient_descent(*, lang: str, device: torch.device) -> PageFigure:
    """One weight: slope and step at a point, and the steps that follow. Two weights: the same, down a bowl."""
    figure = new_figure(height=3.7)
    with page_style():
        _one_weight(figure.add_axes((0.07, 0.135, 0.475, 0.725)), lang, device)
        _two_weights(figure.add_axes((0.56, 0.175, 0.43, 0.63)), lang, device)
        title = Text(
            "Gradient descent: measure the slope, step the other way, repeat",
            "梯度下降：量出斜率，朝反方向走一步，再重复",
        )
        set_title(figure, title.say(lang))
    return figure


def _one_weight(ax: Axes, lang: str, device: torch.device) -> None:
    bowl, orange, red = quadratic(1.0), color_of("sgd"), color_of("gradient")

    def loss(w: Tensor) -> Tensor:
        return bowl(w[..., None])

    start = torch.tensor([3.0], dtype=torch.float32, device=device)
    path = descend(bowl, start, partial(OPTIMIZERS["sgd"], lr=LR), num_steps=5)[:, 0]
    slope, weights, losses = float(derivative(loss, start)), path.tolist(), loss(path).tolist()
    everywhere = torch.linspace(-1.5, 3.9, 121, dtype=torch.float32, device=device)
    ax.plot(everywhere.tolist(), loss(everywhere).tolist(), color=now().faint, linewidth=2.6)
    reach = (-1.1, 0.75)
    ax.plot([weights[0] + x for x in reach], [losses[0] + slope * x for x in reach], color=red, linewidth=1.8)
    arrow = {"arrowstyle": "-|>", "color": orange, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
    for k in range(3):  # the step along w, and down to the loss there; further ones are too short to be drawn
        ax.annotate("", (weights[k + 1], losses[k]), xytext=(weights[k], losses[k]), arrowprops=arrow)
        ax.plot([weights[k + 1]] * 2, losses[k : k + 2], color=now().faint, linewidth=0.9)
    plot_path(torch.stack([path, loss(path)], dim=-1), ax=ax, lang=lang, color=orange, linewidth=0, markersize=7)
    _star(ax, lang, 0.55)
    said = Text("slope {slope}", "斜率 {slope}").say(lang, slope=_number(slope))
    ax.text(weights[0] + 0.22, losses[0] - 0.2, said, color=red, va="top")
    numbers = f"−{LR:g} × {_number(slope)} = {_number(weights[1] - weights[0])}"
    said = Text("step = $-\\eta$ × slope\n= {numbers}", "一步 = $-\\eta$ × 斜率\n= {numbers}").say(
        lang, numbers=numbers
    )
    middle: dict[str, Any] = {"va": "center", "linespacing": 1.35}
    ax.text(weights[1] - 0.15, losses[0], said, color=orange, ha="right", **middle)
    said = Text("($\\eta$: the learning rate)", "（$\\eta$：学习率）").say(lang)
    ax.text(weights[1] - 0.15, losses[0] - 1.05, said, color=now().quiet, ha="right", fontsize=9.5, **middle)
    said = Text("flatter ground,\nsmaller steps", "坡缓了\n步子也小了").say(lang)
    ax.text(2.25, 0.75, said, color=now().quiet, **middle)
    ax.grid(False)
    ax.set(xlim=(-1.5, 3.9), ylim=(-0.4, 7), xticks=[-1, 0, 1, 2, 3], yticks=[0, 2, 4, 6])
    set_labels(ax, Text("weight $w$", "权重 $w$").say(lang), Text("loss", "损失").say(lang))


def _two_weights(ax: Axes, lang: str, device: torch.device) -> None:
    """The bowl is seen from above and the side: what lies behind stands higher, and so does what is higher."""
    low, high, radius = 1.0, 2.0, 3.0
    surface = quadratic(low, high)
    start = torch.tensor([-2.2, 1.25], dtype=torch.float32, device=device)
    path = descend(surface, start, partial(OPTIMIZERS["sgd"], lr=LR), num_steps=8)
    angles = torch.linspace(0, 2 * torch.pi, 121, dtype=torch.float32, device=device)
    radii = torch.linspace(0, radius, 61, dtype=torch.float32, device=device)[:, None]
    bowl = torch.stack([radii * angles.cos(), radii * angles.sin() * (low / high) ** 0.5], dim=-1)

    def seen(points: Tensor) -> Tensor:
        return torch.stack([points[..., 0], 0.75 * points[..., 1] + 0.17 * surface(points)], dim=-1).cpu()

    x, y = seen(bowl).unbind(-1)
    fill_levels(ax, x, y, surface(bowl).cpu(), [low * radius**2 / 2 * (k / 10) ** 1.5 for k in range(1, 10)])
    ax.plot(x[-1], y[-1], color=now().quiet, linewidth=1.2, clip_on=False)
    ax.plot(x[24:, ::10], y[24:, ::10], color=now().faint, linewidth=0.5)
    plot_path(seen(path), ax=ax, lang=lang, color=color_of("sgd"))
    _star(ax, lang, -0.4)
    said = Text("two weights: the same, down a bowl", "两个权重：同样一步步走到碗底").say(lang)
    ax.text(0.5, -0.06, said, transform=ax.transAxes, ha="center", va="top")
    ax.set_aspect("equal")
    ax.axis("off")


def _star(ax: Axes, lang: str, label_at: float) -> None:
    """The minimum, which all surfaces here have at the origin, and its name above or below it."""
    ax.plot(0, 0, "*", color=now().ink, markersize=9, zorder=5)
    ax.text(0, label_at, Text("minimum", "最小值").say(lang), ha="center", va="center", fontsize=9.5)


def momentum(*, lang: str, device: torch.device) -> PageFigure:
    """SGD without and with momentum down one ravine, from one start, at one learning rate.

    For curvatures m < L the rate is the best of plain descent, 2/(m + L); it diverges from 2/L on. The momentum is the
    best of the heavy ball, ((√L - √m)/(√L + √m))^2 (Polyak, 1964; https://distill.pub/2017/momentum/).
    """
    low, high = 1.0, 40.0
    surface, lr, limit = quadratic(low, high), 2 / (low + high), 2 / high
    beta = ((high**0.5 - low**0.5) / (high**0.5 + low**0.5)) ** 2
    start = torch.tensor([-9.0, 0.5], dtype=torch.float32, device=device)

    def paths_at(lr: float, num_steps: int) -> dict[str, Tensor]:
        plain, heavy = partial(OPTIMIZERS["sgd"], lr=lr), partial(OPTIMIZERS["momentum"], lr=lr, momentum=beta)
        return descend_all(surface, start, {"sgd": plain, "momentum": heavy}, num_steps=num_steps)

    names = {
        "sgd": "SGD",
        "momentum": Text("SGD with momentum {beta:.2f}", "SGD + 动量 {beta:.2f}").say(lang, beta=beta),
    }
    figure = new_figure(height=4.1)
    with page_style():
        for row, (name, path) in enumerate(paths_at(lr, 100).items()):
            needed = _first_below(surface(path) / surface(start), 1e-3)
            ax = figure.add_axes((0.085, 0.545 - 0.35 * row, 0.895, 0.28))
            levels = [float(surface(start)) * (k / 8) ** 2 for k in range(1, 11)]
            plot_surface(
                surface, xlim=(-9.8, 2.2), ylim=(-1.1, 1.1), levels=levels, filled=True, ax=ax, lang=lang, device=device
            )
            plot_path(path[: needed + 1], ax=ax, lang=lang, color=color_of(name), linewidth=1.3, markersize=2.5)
            _star(ax, lang, -0.42)
            ax.text(0, 1.04, names[name], transform=ax.transAxes, color=color_of(name))
            steps = Text("{n} steps", "{n} 步").say(lang, n=needed)
            ax.text(0.3, 0, steps, color=color_of(name), va="center", fontsize=11.5)
            ax.set(aspect="equal", xticks=[-8, -6, -4, -2, 0, 2], yticks=[-1, 0, 1])
            if row == 0:
                ax.set(xlabel="", xticklabels=[])
        slower = 0.8 * limit  # farther from the limit plain descent is the calmer one: said, not hidden
        swings = [float(path[:, 1].abs().sum()) for path in paths_at(slower, 15).values()]
        wilder = Text("momentum", "动量法") if swings[0] < swings[1] else Text("plain SGD", "普通 SGD")
        note = Text(
            "Steps until 1/1000 of the loss is left. Rate {lr:.2g} (SGD diverges above {limit:.2g}); "
            "at {slower:.2g} {wilder} swings more.",
            "步数：到损失只剩千分之一。学习率 {lr:.2g}（超过 {limit:.2g}，SGD 就发散）；"
            "{slower:.2g} 时反而是{wilder}摆动更大。",
        )
        said = note.say(lang, lr=lr, limit=limit, slower=slower, wilder=wilder.say(lang))
        figure.text(0.02, 0.02, said, color=now().quiet, fontsize=9.5)
        title = Text(
            "At a high learning rate, momentum swings less and arrives sooner",
            "学习率偏大时，动量法摆动更小、到得更快",
        )
        set_title(figure, title.say(lang))
    return figure


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _first_below(losses: Tensor, bound: float) -> int:
    """The step from which on the loss stays below the bound."""
    return int((losses >= bound).nonzero().max()) + 1


def learning_rate(*, lang: str, device: torch.device) -> PageFigure:
    """StepLR, MultiStepLR and ExponentialLR, each traced from the real scheduler."""
    lr, num_epochs = 0.1, 200
    makers = {
        "step": partial(SCHEDULERS["step"], step_size=50, gamma=0.5),
        "multi_step": partial(SCHEDULERS["multi_step"], milestones=[30, 120], gamma=0.3),
        "exponential": partial(SCHEDULERS["exponential"], gamma=0.985),
    }
    rules = {
        "step": Text("×{gamma} every {step_size} epochs", "每 {step_size} 轮 ×{gamma}"),
        "multi_step": Text(
            "×{gamma} at epochs {milestones[0]} and {milestones[1]}", "第 {milestones[0]}、{milestones[1]} 轮 ×{gamma}"
        ),
        "exponential": Text("×{gamma} every epoch", "每轮 ×{gamma}"),
    }
    figure = new_figure(height=3.1)
    with page_style():
        for column, (name, make) in enumerate(makers.items()):
            ax = figure.add_axes((0.095 + 0.305 * column, 0.17, 0.27, 0.5))
            rates, color = trace_lr(make, lr=lr, num_steps=num_epochs), color_of(name)
            plot_lr(rates, ax=ax, lang=lang, color=color)
            tint = mixed(now().paper, color, 0.15)
            ax.fill_between(
                range(num_epochs + 1), [*rates.tolist(), float(rates[-1])], step="post", color=tint, zorder=0
            )
            ax.text(0, 1.2, name_of(make), transform=ax.transAxes, color=color, fontsize=11.5)
            ax.text(0, 1.06, rules[name].say(lang, **make.keywords), transform=ax.transAxes, color=now().quiet)
            drops = ((rates[1:] / rates[:-1] < 0.9).nonzero().flatten() + 1).tolist()  # not what sinks bit by bit
            for epoch in drops:
                before, after = rates[epoch - 1 : epoch + 1].tolist()
                ax.text(epoch + 5, (before + after) / 2, f"×{_number(after / before)}", color=color, va="center")
            ends = f"{_number(float(rates[0]))} → {_number(float(rates[-1]))}"
            ax.text(1, 0.88, ends, transform=ax.transAxes, color=color, ha="right")
            ax.plot(num_epochs, rates[-1], "o", color=color, markersize=5, clip_on=False)
            ax.set(xlim=(0, num_epochs), xticks=[0, *(drops or [100]), num_epochs])
            ax.set(ylim=(0, 1.09 * lr), yticks=[0, lr / 2, lr])
            ax.grid(False)
            if column:
                ax.set(ylabel="", yticklabels=[])
        title = Text(
            "Large steps first, small steps last: three ways to lower the learning rate",
            "先迈大步，后迈小步：降低学习率的三种方式",
        )
        set_title(figure, title.say(lang))
    return figure
