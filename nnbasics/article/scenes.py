"""What moves: every frame is a step that torch really takes, computed before the first is drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.text import Text as Label
from torch import Tensor, nn
from torch.nn import functional as F

from .._rng import kept_rng
from ..data import spirals
from ..initializers import init_weights
from ..optimizers import OPTIMIZERS
from ..plotting.motion import Motion
from ..plotting.paths import fill_levels
from ..plotting.style import color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import mixed, now
from ..surfaces import descend, descend_all, quadratic
from ..text import Text
from ..training import seeded_model

LINEAR = partial(nn.Linear, dtype=torch.float32, device="cpu")
LOSS, STEP, EPOCH = Text("loss", "损失"), Text("step", "步数"), Text("epoch", "轮次")


def lasting(num_frames: int, each: int, *, first: int = 800, last: int = 1800) -> list[int]:
    """Milliseconds a frame: the start and the end stand still for a while."""
    return [first, *[each] * (num_frames - 2), last]


def ball(ax: Axes, path: Tensor, color: str, *, tail: int) -> Callable[[int], None]:
    """A ball that has taken k steps of a path, and the way that it came, the older the paler."""
    points = path.tolist()
    way = LineCollection([], linewidths=1.6, capstyle="round", zorder=3)
    ax.add_collection(way, autolim=False)
    (past,) = ax.plot([], [], "o", color=color, alpha=0.35, markersize=3.5, markeredgewidth=0, zorder=3)
    (dot,) = ax.plot([], [], "o", color=color, markersize=11, markeredgecolor=now().paper, zorder=5)

    def move(k: int) -> None:
        way.set_segments([points[i : i + 2] for i in range(k)])
        way.set_color([to_rgba(color, max(0.45, 1 - (k - 1 - i) / tail)) for i in range(k)])
        past.set_data(*zip(*points[: k + 1], strict=True))
        dot.set_data(*([value] for value in points[k]))

    return move


def readout(figure: Figure, right: float, y: float, name: str, width: float, color: str, **style: Any) -> Label:
    """A number in its place: its name on the left, its last digit always at `right`."""
    figure.text(right - width, y, name, color=now().quiet, ha="left", va="baseline", fontsize=10.5)
    return figure.text(right, y, "", color=color, ha="right", va="baseline", **{"fontsize": 13, **style})


def gradient_descent(*, lang: str, device: torch.device) -> Motion:
    """The same bowl, start and number of steps; only the learning rate differs."""
    num_steps, surface = 8, quadratic(1.0)
    start = torch.tensor([-3.0], dtype=torch.float32, device=device)
    ws = torch.linspace(-7, 7, 141, dtype=torch.float32, device=device)[:, None]
    cases = (
        (0.1, "blue", Text("too small: it crawls", "太小：挪得很慢")),
        (0.5, "green", Text("about right: it arrives", "合适：顺利到达")),
        (2.1, "vermilion", Text("too large: it climbs out", "太大：越走越高")),
    )
    figure, moves = new_figure(height=3.5), []
    with page_style():
        for column, (lr, hue, verdict) in enumerate(cases):
            path = descend(surface, start, partial(OPTIMIZERS["sgd"], lr=lr), num_steps=num_steps)
            heights, color, left = surface(path), color_of(hue), 0.075 + 0.312 * column
            ax = figure.add_axes((left, 0.24, 0.285, 0.48))
            ax.fill_between(ws[:, 0].tolist(), surface(ws).tolist(), -3, color=now().shade, linewidth=0)
            ax.plot(ws[:, 0].tolist(), surface(ws).tolist(), color=now().faint, linewidth=1.6)
            move = ball(ax, torch.stack([path[:, 0], heights], dim=-1), color, tail=8)
            ax.text(0.5, 1.15, f"$\\eta$ = {lr:g}", transform=ax.transAxes, ha="center", va="bottom", fontsize=11)
            ax.text(0.5, 1.03, verdict.say(lang), transform=ax.transAxes, ha="center", va="bottom", color=color)
            number = readout(figure, left + 0.205, 0.04, LOSS.say(lang), 0.125, color)
            moves.append((move, number, heights.tolist()))
            ax.set(xlim=(-7, 7), ylim=(-1.5, 23), xticks=[-5, 0, 5], yticks=[0, 10, 20])
            set_labels(ax, Text("parameter $w$", "参数 $w$").say(lang), "" if column else LOSS.say(lang))
            ax.tick_params(labelleft=column == 0)
            ax.grid(False)
        title = Text("One bowl, one start: the learning rate decides", "同一个起点，成败取决于学习率")
        set_title(figure, title.say(lang))
        counter = readout(figure, 0.095, 0.04, STEP.say(lang), 0.075, now().ink)

    def draw(k: int) -> None:
        counter.set_text(f"{k}")
        for move, number, losses in moves:
            move(k)
            number.set_text(f"{losses[k]:.2f}")

    return Motion(figure, draw, lasting(num_steps + 1, 450), lang=lang, caption=title.say(lang))


def momentum(*, lang: str, device: torch.device) -> Motion:
    """SGD without and with momentum down one ravine, from one start, at the rate that is plain SGD's fastest."""
    low, high, goal = 1.0, 40.0, 1e-3
    surface = quadratic(low, high)
    start = torch.tensor([-9.0, 0.5], dtype=torch.float32, device=device)
    root = (low**0.5, high**0.5)
    beta = ((root[1] - root[0]) / (root[1] + root[0])) ** 2  # Polyak's, for a ravine of these curvatures
    lr = 2 / (low + high)
    makers = {
        "sgd": partial(OPTIMIZERS["sgd"], lr=lr),
        "momentum": partial(OPTIMIZERS["momentum"], lr=lr, momentum=beta),
    }
    names = {"sgd": Text("plain SGD", "普通 SGD"), "momentum": Text("with momentum {beta:.2f}", "加动量 {beta:.2f}")}
    paths = descend_all(surface, start, makers, num_steps=100)
    shares = {name: (surface(path) / surface(start)) for name, path in paths.items()}
    needed = {name: int((share >= goal).nonzero().max()) + 1 for name, share in shares.items()}
    num_steps = max(needed.values())
    xs, ys = np.linspace(-9.9, 1.5, 229), np.linspace(-1, 1, 101)
    heights = surface(torch.from_numpy(np.stack(np.meshgrid(xs, ys), axis=-1))).numpy()
    levels = [float(surface(start)) * 2.0**-k for k in range(7, -2, -1)]
    figure, moves = new_figure(height=3.9), []
    with page_style():
        for row, (name, path) in enumerate(paths.items()):
            bottom = 0.525 - 0.39 * row
            ax = figure.add_axes((0.085, bottom, 0.895, 0.282))
            fill_levels(ax, xs, ys, heights, levels)
            ax.plot(0, 0, "*", color=now().ink, markersize=9, zorder=2)
            move = ball(ax, path, color_of(name), tail=10)
            figure.text(0.085, bottom + 0.3, names[name].say(lang, beta=beta), color=color_of(name), fontsize=11)
            number = readout(figure, 0.98, bottom + 0.3, STEP.say(lang), 0.1, color_of(name))
            moves.append((move, number, needed[name]))
            ax.set(xlim=(-9.9, 1.5), ylim=(-1, 1), xticks=[-8, -6, -4, -2, 0], yticks=[-1, 0, 1], aspect="equal")
            ax.tick_params(labelbottom=row == 1)
            ax.grid(False)
            set_labels(ax, "", "$w_2$")
        ax.set_xlabel(Text("parameter $w_1$", "参数 $w_1$").say(lang), loc="left")
        note = Text("the count stops at a thousandth of the first loss", "损失降到初始的千分之一时停止计数")
        figure.text(0.98, 0.028, note.say(lang), ha="right", fontsize=9.5, color=now().quiet)
        title = Text(
            "At a high learning rate, momentum swings less and arrives first", "学习率偏大时，动量法摆动更小、到得更快"
        )
        set_title(figure, title.say(lang))

    def draw(k: int) -> None:
        for move, number, end in moves:
            move(k)
            number.set_text(f"{min(k, end)}")

    return Motion(figure, draw, lasting(num_steps + 1, 60), lang=lang, caption=title.say(lang))


def decision_boundary(*, lang: str, device: torch.device) -> Motion:
    """A network of two hidden layers of tanh units learns two spirals: every fifth epoch a frame."""
    every, num_epochs, side = 5, 250, 1.25
    x, y = (tensor.to(device) for tensor in spirals(192))
    xs = torch.linspace(-side, side, 101, dtype=torch.float32, device="cpu")
    plane = torch.cartesian_prod(xs, xs).flip(1).to(device)
    model = seeded_model(
        lambda: nn.Sequential(LINEAR(2, 16), nn.Tanh(), LINEAR(16, 16), nn.Tanh(), LINEAR(16, 2)), seed=1
    ).to(device)
    optimizer = OPTIMIZERS["adam"](model.parameters(), lr=0.01)
    seen = []  # epoch by epoch: loss, share of points in the right region, probability of class 1 over the plane
    for epoch in range(num_epochs + 1):
        scores = model(x)
        loss = F.cross_entropy(scores, y)
        if epoch % every == 0:
            with torch.no_grad():
                chance = model(plane).softmax(1)[:, 1].reshape(len(xs), -1).cpu().numpy()
            seen.append((loss.item(), float((scores.argmax(1) == y).double().mean()), chance))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    figure = new_figure(height=4.2)
    with page_style():
        ax = figure.add_axes((0.09, 0.12, 0.459, 0.765))
        for k, (sign, marker) in enumerate((("negative", "^"), ("positive", "o"))):
            points = x[y == k].T.tolist()
            ax.plot(
                *points, marker, color=color_of(sign), markersize=5.5, markeredgecolor=now().paper, mew=0.6, zorder=4
            )
        ax.set(xlim=(-side, side), ylim=(-side, side), xticks=[-1, 0, 1], yticks=[-1, 0, 1])
        ax.grid(False)
        set_labels(ax, Text("input $x_1$", "输入 $x_1$").say(lang), Text("input $x_2$", "输入 $x_2$").say(lang))
        title = Text("Training bends a straight boundary around the data", "训练让笔直的边界绕着数据弯起来")
        set_title(figure, title.say(lang))
        names = (EPOCH, LOSS, Text("correct", "正确率"))
        numbers = [
            readout(figure, 0.98, 0.8 - 0.105 * i, name.say(lang), 0.325, now().ink, fontsize=18)
            for i, name in enumerate(names)
        ]
        course = figure.add_axes((0.655, 0.12, 0.325, 0.37))
        epochs, losses = [k * every for k in range(len(seen))], [loss for loss, *_ in seen]
        course.plot(epochs, losses, color=now().faint, linewidth=1.6)
        (reached,) = course.plot([], [], color=now().ink, linewidth=2.2)
        (dot,) = course.plot([], [], "o", color=now().ink, markersize=7, clip_on=False)
        course.set(xlim=(0, num_epochs), ylim=(0, 0.8), xticks=[0, 100, 200], yticks=[0, 0.4, 0.8])
        said = Text("epoch (a frame every {n})", "轮次（每 {n} 轮一帧）").say(lang, n=every)
        set_labels(course, said, LOSS.say(lang))
        tones = [
            mixed(now().paper, color_of("negative" if k < 3 else "positive"), (0.34, 0.2, 0.1, 0.1, 0.2, 0.34)[k])
            for k in range(6)
        ]
    drawn: list[Any] = []

    def draw(k: int) -> None:
        loss, right, chance = seen[k]
        while drawn:
            drawn.pop().remove()
        drawn.append(ax.contourf(xs.numpy(), xs.numpy(), chance, [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1], colors=tones))
        drawn.append(ax.contour(xs.numpy(), xs.numpy(), chance, [0.5], colors=[now().ink], linewidths=1.8))
        reached.set_data(epochs[: k + 1], losses[: k + 1])
        dot.set_data([epochs[k]], [loss])
        for number, text in zip(numbers, (f"{k * every}", f"{loss:.2f}", f"{100 * right:.0f}%"), strict=True):
            number.set_text(text)

    return Motion(figure, draw, lasting(len(seen), 90), lang=lang, caption=title.say(lang))


def dead_relu(*, lang: str, device: torch.device) -> Motion:
    """The same network and the same batches at two learning rates: at ten times the rate its units die."""
    num_steps, columns, rows = 60, 6, 4
    x = torch.linspace(-2, 2, 64, dtype=torch.float32, device=device)[:, None]
    y = torch.sin(2 * x)
    figure, runs = new_figure(height=3.6), []
    with page_style():
        for column, lr in enumerate((0.01, 0.1)):
            outputs = _outputs(x, y, lr, columns * rows, num_steps)
            dead = (outputs == 0).all(axis=1)  # step by step, unit by unit
            left = 0.02 + 0.5 * column
            ax = figure.add_axes((left, 0.125, 0.46, 0.66))
            ax.set(xlim=(-0.06, columns - 0.06), ylim=(-0.1, rows + 0.02))
            ax.axis("off")
            corners = [(k % columns, rows - 1 - k // columns) for k in range(columns * rows)]
            boxes = [[(a, b), (a + 0.88, b), (a + 0.88, b + 0.88), (a, b + 0.88)] for a, b in corners]
            cells, lines = PolyCollection(boxes, linewidths=0), LineCollection([], linewidths=1.8)
            ax.add_collection(cells)
            ax.add_collection(lines)
            figure.text(left + 0.01, 0.81, f"$\\eta$ = {lr:g}", fontsize=11)
            number = readout(figure, left + 0.45, 0.81, Text("dead units", "死亡单元").say(lang), 0.17, now().ink)
            runs.append((cells, lines, corners, outputs, dead, number))
        title = Text("A learning rate ten times too high kills ReLU units", "学习率大十倍，ReLU 单元接连死亡")
        set_title(figure, title.say(lang))
        counter = readout(figure, 0.98, 0.045, STEP.say(lang), 0.09, now().ink)
        note = Text(
            "a box: one unit's output over the data; faded: 0 for all of it, so no gradient, ever",
            "每格是一个单元在全部数据上的输出；变淡：输出全是 0，从此没有梯度",
        )
        figure.text(0.02, 0.045, note.say(lang), fontsize=9.5, color=now().quiet)
        alive, purple = mixed(now().paper, color_of("relu"), 0.2), color_of("relu")

    def draw(k: int) -> None:
        counter.set_text(f"{k}")
        for cells, lines, corners, outputs, dead, number in runs:
            heights = (outputs[k] / outputs[0].max(axis=0)).clip(max=1).T
            across = np.linspace(0.06, 0.82, heights.shape[1])
            hinges = [
                np.column_stack([a + across, b + 0.08 + 0.72 * unit])
                for (a, b), unit in zip(corners, heights, strict=True)
            ]
            lines.set_segments(hinges)
            lines.set_color([now().faint if gone else purple for gone in dead[k]])
            cells.set_facecolor([now().shade if gone else alive for gone in dead[k]])
            number.set_text(f"{int(dead[k].sum())}")

    return Motion(figure, draw, lasting(num_steps + 1, 80), lang=lang, caption=title.say(lang))


def _outputs(x: Tensor, y: Tensor, lr: float, width: int, num_steps: int) -> Any:
    """What each ReLU unit gives for each row after 0, 1, 2, ... steps of SGD, as an array."""
    generator = torch.Generator().manual_seed(0)
    with kept_rng():  # nn.Linear draws from the global stream
        hidden, out = LINEAR(1, width), LINEAR(width, 1)
    init_weights(hidden, "kaiming_normal", generator=generator, nonlinearity="relu")
    init_weights(out, "kaiming_normal", generator=generator, nonlinearity="linear")
    model = nn.Sequential(hidden, nn.ReLU(), out).to(x.device)
    optimizer = OPTIMIZERS["sgd"](model.parameters(), lr=lr)
    seen = []
    for _ in range(num_steps + 1):
        with torch.no_grad():
            seen.append(hidden(x).relu().cpu())
        batch = torch.randperm(len(x), generator=generator)[:8].to(x.device)
        optimizer.zero_grad()
        F.mse_loss(model(x[batch]), y[batch]).backward()
        optimizer.step()
    return torch.stack(seen).numpy()
