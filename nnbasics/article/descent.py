"""Sections 9 and 10: real optimizers on known surfaces, and real schedulers."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from .._lookup import name_of
from ..optimizers import OPTIMIZERS
from ..plotting.paths import plot_lr, plot_path, plot_surface
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_title
from ..plotting.theme import now
from ..schedulers import SCHEDULERS, trace_lr
from ..surfaces import descend, quadratic
from ..text import Text

STEPS_SHOWN = 15  # of the two paths; more hide one another near the minimum, and cost the file its 120 KB


def gradient_descent(*, lang: str, device: torch.device) -> PageFigure:
    """The same bowl, start and number of steps; only the learning rate differs."""
    num_steps, surface = 10, quadratic(1.0)
    start = torch.tensor([-2.0], dtype=torch.float32, device=device)
    ws = torch.linspace(-5.6, 5.6, 121, dtype=torch.float32, device=device)[:, None]
    cases = (
        (0.1, Text("too small: it crawls", "太小：挪得很慢")),
        (0.5, Text("about right: it arrives", "合适：顺利到达")),
        (2.1, Text("too large: it climbs out", "太大：越走越高")),
    )
    figure = new_figure(height=3.6)
    with page_style():
        for column, (lr, verdict) in enumerate(cases):
            path = descend(surface, start, partial(OPTIMIZERS["sgd"], lr=lr), num_steps=num_steps)
            ax = figure.add_axes((0.075 + 0.312 * column, 0.265, 0.285, 0.455))
            ax.plot(ws[:, 0].tolist(), surface(ws).tolist(), color="#b9b9b9", linewidth=1.6)
            plot_path(torch.stack([path[:, 0], surface(path)], dim=-1), ax=ax, lang=lang, color=color_of("sgd"))
            end = float(surface(path[-1]))
            ax.text(0.5, 1.17, f"$\\eta$ = {lr:g}", transform=ax.transAxes, ha="center", va="bottom", fontsize=11)
            ax.text(0.5, 1.05, verdict.say(lang), transform=ax.transAxes, ha="center", va="bottom", color=now().quiet)
            text = Text("loss {start} → {end}", "损失 {start} → {end}").say(
                lang, start=_number(float(surface(start))), end=_number(end)
            )
            ax.text(0.5, -0.37, text, transform=ax.transAxes, ha="center", va="top", color=color_of("sgd"))
            ax.set(xlim=(-5.6, 5.6), ylim=(-0.8, 15.5), xticks=[-4, -2, 0, 2, 4], yticks=[0, 5, 10, 15])
            ax.set_xlabel(Text("parameter $w$", "参数 $w$").say(lang), labelpad=2)
            if column == 0:
                ax.set_ylabel(Text("loss", "损失").say(lang))
            else:
                ax.set_yticklabels([])
        title = Text(
            "The same start and {n} steps downhill: the learning rate $\\eta$ decides",
            "起点相同，都走 {n} 步：成败取决于学习率 $\\eta$",
        )
        set_title(figure, title.say(lang, n=num_steps))
    return figure


def momentum(*, lang: str, device: torch.device) -> PageFigure:
    """SGD without and with momentum in a ravine, each at the rate that theory calls fastest in the long run.

    For curvatures m < L the best plain step is 2/(m + L); the best heavy-ball step is (2/(√m + √L))^2
    with momentum ((√L - √m)/(√L + √m))^2 (Polyak, 1964; https://distill.pub/2017/momentum/).
    """
    low, high = 1.0, 40.0
    surface = quadratic(low, high)
    start = torch.tensor([-9.0, 0.5], dtype=torch.float32, device=device)
    root = (low**0.5, high**0.5)
    best = ((root[1] - root[0]) / (root[1] + root[0])) ** 2
    runs = {
        "sgd": partial(OPTIMIZERS["sgd"], lr=2 / (low + high)),
        "momentum": partial(OPTIMIZERS["momentum"], lr=(2 / sum(root)) ** 2, momentum=best),
    }
    names = {
        "sgd": Text("plain", "普通 SGD").say(lang),
        "momentum": Text("momentum {beta:.2f}", "动量 {beta:.2f}").say(lang, beta=best),
    }
    paths = {name: descend(surface, start, make, num_steps=400) for name, make in runs.items()}
    losses = {name: surface(path) / surface(start) for name, path in paths.items()}
    needed = {name: _first_below(loss, 1e-3) for name, loss in losses.items()}
    figure = new_figure(height=3.75)
    with page_style():
        left, right = figure.add_axes((0.085, 0.14, 0.475, 0.625)), figure.add_axes((0.665, 0.14, 0.315, 0.625))
        levels = [float(surface(start)) * 0.25**k for k in range(3)]
        plot_surface(
            surface, xlim=(-10, 2.4), ylim=(-1.8, 1.8), levels=sorted(levels), ax=left, lang=lang, device=device
        )
        for name, style in (("sgd", "--"), ("momentum", "-")):
            color = color_of(name)
            plot_path(
                paths[name][: STEPS_SHOWN + 1],
                ax=left,
                lang=lang,
                color=color,
                linestyle=style,
                linewidth=1.3,
                markersize=2.5,
            )
            right.plot(losses[name][:101].tolist(), color=color, linestyle=style)
            right.plot(needed[name], float(losses[name][needed[name]]), "o", color=color)
        shown = Text("the first {n} steps", "前 {n} 步").say(lang, n=STEPS_SHOWN)
        left.text(2.3, -1.72, shown, ha="right", va="bottom", fontsize=9.5, color=now().quiet)
        left.plot(0, 0, "*", color=now().ink, markersize=10, zorder=5)
        left.set(xticks=[-10, -5, 0], yticks=[-1, 0, 1])
        right.axhline(1e-3, color=now().quiet, linewidth=0.9, linestyle=":")
        right.set_yscale("log")
        right.minorticks_off()
        right.set(xlim=(0, 80), ylim=(1e-6, 3), yticks=[1, 1e-2, 1e-4, 1e-6], xticks=[0, 20, 40, 60, 80])
        right.set_xlabel(Text("step", "步数").say(lang))
        right.set_title(
            Text("loss, as a share of the first", "损失（与初始值之比）").say(lang), fontsize=10.5, loc="left"
        )
        right.text(43, 3.2e-2, names["sgd"], color=color_of("sgd"))
        right.text(30, 4e-6, names["momentum"], color=color_of("momentum"))
        title = Text(
            "Momentum swings wider at first, yet gets to a thousandth of the loss in {fast} steps;\n"
            "plain descent takes {slow}. Each runs at the rate that theory calls fastest",
            "动量法起初摆动更大，却只用 {fast} 步就把损失降到千分之一；\n"
            "普通梯度下降要 {slow} 步。两者都用理论上最快的学习率",
        )
        set_title(figure, title.say(lang, fast=needed["momentum"], slow=needed["sgd"]))
    return figure


def _number(value: float) -> str:
    """Two or three digits; a power of ten where zeros would hide them."""
    if 0 < abs(value) < 1e-3:
        digits, exponent = f"{value:.1e}".split("e")
        return f"{digits}×$10^{{{int(exponent)}}}$"
    return f"{value:.3g}"


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
    styles = {"step": "-", "multi_step": (0, (5, 2)), "exponential": "-"}
    widths = {"step": 2.4, "multi_step": 2.0, "exponential": 1.3}
    figure = new_figure()
    with page_style():
        ax = figure.add_axes((0.1, 0.135, 0.87, 0.745))
        for name, make in makers.items():
            rates = trace_lr(make, lr=lr, num_steps=num_epochs)
            settings = ", ".join(f"{key}={value}" for key, value in make.keywords.items())
            label = f"{name_of(make)}({settings}):  {rates[0]:.3g} → {rates[-1]:.3g}"
            plot_lr(
                rates,
                ax=ax,
                lang=lang,
                color=color_of(name),
                linestyle=styles[name],
                linewidth=widths[name],
                label=label,
            )
        ax.legend(loc="upper right", fontsize=9.5, handlelength=3)
        ax.set(
            xlim=(0, num_epochs), ylim=(0, 0.112), xticks=[0, 50, 100, 150, 200], yticks=[0, 0.025, 0.05, 0.075, 0.1]
        )
        title = Text("Three ways to lower the learning rate while training goes on", "训练过程中降低学习率的三种方式")
        set_title(figure, title.say(lang))
    return figure
