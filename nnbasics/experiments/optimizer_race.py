"""Which optimizer learns the digits best? Each at its own best learning rate, and how much that matters to each.

What the summary recommends, momentum or Adam, is judged by what it brings to somebody who would take plain SGD.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from .._device import resolve_device
from .._setup import check_seeds
from ..data import Data, digits, moons, split
from ..optimizers import OPTIMIZERS
from ..plotting import style
from ..plotting.bands import BAND, band_text, plot_band
from ..plotting.theme import now
from ..text import Text, resolve_language
from ._common import network, track
from .race import Race, race
from .verdicts import OWN, OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, title
from .worlds import World


class Task(NamedTuple):
    """A world: what is learned, units of the one hidden layer, and for how long."""

    label: Text
    hidden: int
    num_epochs: int
    batch_size: int


WORLDS: dict[str, Task] = {
    "short": Task(Text("digits, 10 epochs", "手写数字，10 轮"), 32, 10, 64),
    "long": Task(Text("digits, 30 epochs", "手写数字，30 轮"), 32, 30, 64),
    "moons": Task(Text("moons, 20 epochs", "moons，20 轮"), 16, 20, 16),
}
RATES = tuple(10 ** (place / 3) for place in range(-8, 2))  # 0.002 to 2.2
QUICK: dict[str, Any] = {"seeds": range(8), "num_epochs": 4, "rates": RATES[::2], "worlds": ["short"]}
RECOMMENDED, OTHERS = ("momentum", "adam"), ("adagrad", "rmsprop")


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    hidden: int | None = None,
    num_epochs: int | None = None,
    batch_size: int | None = None,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Train a classifier with every optimizer of `OPTIMIZERS`, each at its own best of the same learning rates.

    All settings but the learning rate are torch's defaults, momentum 0.9 apart. The worlds that the picture does not
    show train plain SGD and the recommended ones only.

    Args:
        seeds: The networks; the learning rates are searched with others. The first one draws or splits the data.
        data: A pair of tensors (x, classes) or a `Dataset`, which then is the one world.
        worlds: Names of `WORLDS`; None takes all.
        hidden, num_epochs, batch_size: In the place of the world's own.
        rates: The learning rates to choose from; by default three to a power of ten.
        device: Where torch computes.
        progress: Whether to show a bar.

    Source:
        Schmidt et al. (2021), Descending through a Crowded Valley, https://arxiv.org/abs/2007.01547
    """
    names, seeds, where = choose_worlds(WORLDS, worlds, data), check_seeds(seeds), resolve_device(device)
    found = {}
    for name in track(names, progress, "optimizer-race"):
        task = WORLDS.get(name, WORLDS["short"])
        train, test = rows(name, data, seeds[0])
        sizes = [train[0].shape[1], hidden or task.hidden, int(torch.cat([train[1], test[1]]).max()) + 1]
        sides = OPTIMIZERS if name == names[0] else ("sgd", *RECOMMENDED)
        found[name] = race(
            {side: {"make_model": partial(network, sizes, where), "optimizer": side} for side in sides},
            train, test, seeds=seeds, rates=rates, device=where,
            num_epochs=num_epochs or task.num_epochs, batch_size=batch_size or task.batch_size,
        )  # fmt: skip
    return Result("optimizer-race", found, here=len(names) == 1)


def rows(name: str, data: Any, seed: int) -> tuple[Data, Data]:
    """Rows to train on and to test on; the split of the digits, and the moons, are drawn from the seed."""
    generator = torch.Generator().manual_seed(seed)
    if name == "moons":
        return moons(256, generator=generator), moons(1024, generator=generator)
    return split(digits() if data is None else data, generator=generator)


def gain(found: Race) -> dict[str, Tensor]:
    """What the weaker of the recommended ones brings over plain SGD, by each criterion."""
    by = {
        "cost": {side: found.cost_ratio("sgd", side) for side in RECOMMENDED},
        "accuracy": {side: found.right[side] - found.right["sgd"] for side in RECOMMENDED},
    }
    return {measure: min(sides.values(), key=lambda each: float(each.mean())) for measure, sides in by.items()}


def brings(result: Result) -> Finding:
    """Both criteria in every world; and whether, in the first, others than the recommended ones bring as much."""
    found: list[World] = []
    for name, each in result.worlds.items():
        label = OWN_WORLD if name == OWN else WORLDS[name].label
        for measure, values in gain(each).items():
            said = Text(f"{label.en}: {CRITERIA[measure].en}", f"{label.zh}：{CRITERIA[measure].zh}")
            found.append(compare(said, measure, values))
    outcome = {(name, by): found[2 * place + by].outcome for place, name in enumerate(result.worlds) for by in (0, 1)}
    others = {compare(OWN_WORLD, "cost", result.first.cost_ratio("sgd", side)).outcome for side in OTHERS}
    faster = others == {outcome.get((name, 0)) for name in ("short", "long")} == {"holds"}
    no_gain = "holds" not in {outcome[name, 1] for name in result.worlds}
    return Finding(found, noted=faster and no_gain and outcome.get(("moons", 0), "holds") != "holds")


CRITERIA = {
    "cost": Text("training loss", "训练损失"),
    "accuracy": Text("right on new data", "新数据上的正确率"),
}
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="optimizer-first",
        section=11,
        kind="recommendation",
        statement=Text(
            "SGD with momentum or Adam is the optimizer to take.", "优化算法选 SGD 加 Momentum，或者 Adam。"
        ),
        judge=brings,
        evidence=Text(
            "plain SGD against momentum and Adam, the weaker of the two: mean training loss (ratio), and the share "
            "right on new data (difference)",
            "普通 SGD 与动量法、Adam 中较弱的一种相比：训练全程的平均损失（比值），新数据上的正确率（差值）",
        ),
        remark=Text(
            "On the digits both lower the training loss faster, as Adagrad and RMSProp do; on the moons it is hardly "
            "a tenth. A gain of a hundredth of the new rows is shown nowhere.",
            "在手写数字上，两者都让训练损失降得更快，Adagrad 和 RMSProp 也是如此；在 moons 上相差不过一成左右。"
            "新数据上的正确率，则都没有测到一个百分点以上的提高。",
        ),
        source="Schmidt et al. (2021), Descending through a Crowded Valley, https://arxiv.org/abs/2007.01547",
    ),
)
TITLES = {
    "holds": Text(
        "With momentum or Adam the training loss falls faster than with plain SGD",
        "用动量法或 Adam，训练损失比普通 SGD 降得快",
    ),
    "holds if": Text("Momentum and Adam bring more than plain SGD, under a condition", "动量法和 Adam 更好，但有条件"),
    "wrong": Text("Plain SGD does better than momentum or Adam", "普通 SGD 比动量法或 Adam 更好"),
    "not supported": Text(
        "What momentum and Adam bring depends on the task and on what counts", "动量法和 Adam 有没有用，要看任务和目标"
    ),
    "no effect": Text(
        "With momentum or Adam the training loss falls no faster than with plain SGD",
        "用动量法或 Adam，训练损失并不比普通 SGD 降得快",
    ),
    "open": Text(
        "No clear difference in training loss between plain SGD and both others",
        "普通 SGD 与另外两者的训练损失没有明显差别",
    ),
    "opposite": Text(
        "With momentum or Adam the training loss falls more slowly than with plain SGD",
        "用动量法或 Adam，训练损失比普通 SGD 降得慢",
    ),
}

LINES: dict[str, Any] = {
    "sgd": "-",
    "momentum": (0, (5, 1.5)),
    "nesterov": (0, (1, 1)),
    "adagrad": (0, (6, 1.5, 1, 1.5)),
    "rmsprop": (0, (3, 1, 1, 1, 1, 1)),
    "adam": (0, (9, 2)),
    "adamw": (0, (2, 1.5)),
}
BANDED = ("sgd", "adam")  # seven bands would hide one another
EPOCH, LOSS = Text("epoch", "训练轮次 epoch"), Text("cross-entropy, training data", "训练集上的交叉熵")
RATE, MEAN = Text("learning rate $\\eta$", "学习率 $\\eta$"), Text("mean loss, in the search", "搜索中的平均损失")
HEADS = (
    Text("best $\\eta$", "最佳 $\\eta$"),
    Text("loss at the end", "最终损失"),
    Text("right on test data [middle 80 %]", "测试集正确率 [居中的 80 %]"),
)


def plot_optimizer_race(found: Race, *, ax: Axes | None = None, lang: str | None = None, **kwargs: Any) -> Axes:
    """Draw the training loss of each optimizer by epoch, at its own best learning rate; a band for two of them."""
    language, ax = resolve_language(lang), style.new_axes(ax)
    with style.page_style():
        for name, losses in found.losses.items():
            epochs = torch.arange(1.0, 1 + losses.shape[1])
            line = {"color": style.color_of(name), "linestyle": LINES[name], "label": name, **style.own(kwargs)}
            if name in BANDED:
                plot_band(epochs, losses, ax=ax, lang=language, **line)
            else:
                ax.plot(epochs.numpy(), losses.median(dim=0).values.numpy(), **line)
        ax.set(yscale="log", xlim=(1, losses.shape[1]))
        ax.minorticks_off()
        style.set_labels(ax, EPOCH.say(language), LOSS.say(language))
    return ax


def plot_sensitivity(found: Race, *, ax: Axes | None = None, lang: str | None = None, **kwargs: Any) -> Axes:
    """Draw the mean score of the search by learning rate, with a ring at the best of each optimizer."""
    language, ax = resolve_language(lang), style.new_axes(ax)
    with style.page_style():
        for name, scores in found.scores.items():
            rates, mean = found.rates[name], scores.mean(0)
            line = {"color": style.color_of(name), "linestyle": LINES[name], "label": name, **style.own(kwargs)}
            ax.plot(rates.numpy(), mean.masked_fill(mean.isinf(), torch.nan).numpy(), **line)
            ring: dict[str, Any] = {"markerfacecolor": "white", "markeredgecolor": style.color_of(name), "zorder": 3}
            ax.plot(float(rates[mean.argmin()]), float(mean.min()), "o", markersize=6, **ring)
        ax.set(xscale="log", yscale="log")
        ax.minorticks_off()
        style.set_labels(ax, RATE.say(language), MEAN.say(language))
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> style.PageFigure:
    """The loss by epoch at each one's best learning rate, the search by learning rate, and a table of the ends."""
    found: Race = result.first
    figure = style.new_figure(height=5.9)
    with style.page_style():
        left, right = figure.add_axes((0.085, 0.475, 0.4, 0.405)), figure.add_axes((0.58, 0.475, 0.4, 0.405))
        plot_optimizer_race(found, ax=left, lang=lang)
        plot_sensitivity(found, ax=right, lang=lang)
        right.set_ylim(None, 3)
        for ax in (left, right):
            low, high = ax.get_ylim()
            ax.set_yticks([tick for tick in (0.03, 0.1, 0.3, 1.0, 3.0) if low <= tick <= high])
            ax.yaxis.set_major_formatter("{x:g}")
        draw_table(figure, found, lang)
        style.set_title(figure, title(TITLES, verdicts["optimizer-first"], lang))
        text = band_text(len(found.right["sgd"]), lang)
        figure.text(0.98, 0.015, text, ha="right", fontsize=9.5, color=now().quiet)
    return figure


def draw_table(figure: Figure, found: Race, lang: str) -> None:
    """A row for each optimizer: a piece of its line, its name, its rate, and its median on test data with its range."""
    ax = figure.add_axes((0.085, 0.065, 0.895, 0.3), label="table")
    ax.set(xlim=(0, 1), ylim=(len(found.lr) + 0.5, -0.5))
    ax.axis("off")
    columns: dict[str, Any] = {"ha": "center", "va": "center", "color": now().ink}
    shares = torch.tensor([BAND[0], 0.5, BAND[1]], dtype=torch.float64, device="cpu")
    for x, head in zip((0.4, 0.57, 0.84), HEADS, strict=True):
        ax.text(x, 0, head.say(lang), **columns)
    for row, (name, lr) in enumerate(found.lr.items(), start=1):
        low, middle, high = found.right[name].quantile(shares).tolist()
        ax.plot([0.0, 0.1], [row, row], color=style.color_of(name), linestyle=LINES[name], linewidth=2)
        ax.text(0.12, row, name, va="center", color=style.color_of(name))
        end = float(found.losses[name][:, -1].median())
        texts = (f"{lr:.2g}", f"{end:.3f}", f"{middle:.1%}  [{low:.1%}, {high:.1%}]")
        for x, text in zip((0.4, 0.57, 0.84), texts, strict=True):
            ax.text(x, row, text, **columns)
