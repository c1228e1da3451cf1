"""Which optimizer learns the digits best? Each at its own best learning rate, and how much that matters to each.

What the summary recommends, momentum or Adam, is judged by what it brings to somebody who would take plain SGD.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter
from torch import Tensor

from .._device import resolve_device
from .._setup import check_seeds
from ..data import Data, digits, moons, split
from ..optimizers import OPTIMIZERS
from ..plotting import style
from ..plotting.bands import BAND, plot_band
from ..plotting.functions import label_ends
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
        "With momentum or Adam, training loss falls faster than with SGD",
        "用动量法或 Adam，训练损失比普通 SGD 降得快",
    ),
    "holds if": Text("Momentum and Adam bring more than plain SGD, under a condition", "动量法和 Adam 更好，但有条件"),
    "wrong": Text("Plain SGD does better than momentum or Adam", "普通 SGD 比动量法或 Adam 更好"),
    "not supported": Text(
        "What momentum and Adam bring depends on the task and on what counts", "动量法和 Adam 有没有用，要看任务和目标"
    ),
    "no effect": Text(
        "With momentum or Adam, training loss falls no faster than with SGD",
        "用动量法或 Adam，训练损失并不比普通 SGD 降得快",
    ),
    "open": Text(
        "No clear difference in training loss between plain SGD and both others",
        "普通 SGD 与另外两者的训练损失没有明显差别",
    ),
    "opposite": Text(
        "With momentum or Adam, training loss falls more slowly than with SGD",
        "用动量法或 Adam，训练损失比普通 SGD 降得慢",
    ),
}

SHOWN = {"sgd": "SGD", "momentum": "Momentum", "adam": "Adam"}  # whose loss is drawn: what is judged
OTHERS_SHOWN = {"nesterov": "Nesterov", "adagrad": "AdaGrad", "rmsprop": "RMSprop", "adamw": "AdamW"}
EPOCH, LOSS = Text("epoch", "训练轮次 epoch"), Text("training loss", "训练损失")
RIGHT = Text("right on new data", "新数据上的正确率")
NOTE = Text(
    "line, dot: median of {n} seeds    band, bar: the middle 80%", "线、点：{n} 个随机种子的中位数    带、条：中间 80%"
)


def plot_race(found: Race, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the training loss of plain SGD, momentum and Adam by epoch, at the best learning rate of each."""
    language, ax, ends = resolve_language(lang), style.new_axes(ax), []
    with style.page_style():
        for side, name in SHOWN.items():
            losses, color = found.losses[side], style.color_of(side)
            plot_band(
                torch.arange(1.0, 1 + losses.shape[1]),
                losses,
                ax=ax,
                lang=language,
                **{"color": color, **style.own(line_kwargs)},
            )
            ends.append((float(losses[:, -1].median()), name, color))
        ax.set(yscale="log", xlim=(1, losses.shape[1]))
        ax.minorticks_off()
        low, high = ax.get_ylim()
        ax.set_yticks([tick for tick in (0.01, 0.03, 0.1, 0.3, 1.0, 3.0) if low <= tick <= high])
        ax.yaxis.set_major_formatter("{x:g}")
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        label_ends(ax, ends)
        style.set_labels(ax, EPOCH.say(language), LOSS.say(language))
    return ax


def plot_accuracy(found: Race, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw how often each is right on new data: a dot at the median of the seeds, a bar over their middle."""
    language, ax, names = resolve_language(lang), style.new_axes(ax), {**SHOWN, **OTHERS_SHOWN}
    shares = torch.tensor([BAND[0], 0.5, BAND[1]], dtype=torch.float64, device="cpu")
    with style.page_style():
        for row, side in enumerate(names):
            low, middle, high = found.right[side].quantile(shares).tolist()
            color = style.color_of(side) if side in SHOWN else now().quiet
            line = {"color": color, "linewidth": 2.5, **style.own(line_kwargs)}
            ax.plot([low, high], [row, row], **line)
            ax.plot([middle], [row], "o", color=line["color"], markersize=8)
        ax.margins(x=0.06)
        ax.set(ylim=(len(names) - 0.5, -0.5), yticks=range(len(names)), yticklabels=names.values())
        for label, side in zip(ax.get_yticklabels(), names, strict=True):
            label.set_color(style.color_of(side) if side in SHOWN else now().quiet)
        ax.tick_params(axis="y", length=0)
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.spines["left"].set_visible(False)
        ax.grid(axis="y", visible=False)
        style.set_labels(ax, RIGHT.say(language), "")
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> style.PageFigure:
    """The training loss, which falls faster or not, and the share right on new data."""
    figure, found = style.new_figure(height=3.9), result.first
    with style.page_style():
        plot_race(found, ax=figure.add_axes((0.095, 0.225, 0.335, 0.64)), lang=lang)
        plot_accuracy(found, ax=figure.add_axes((0.665, 0.225, 0.31, 0.64)), lang=lang)
        style.set_title(figure, title(TITLES, verdicts["optimizer-first"], lang))
        note = NOTE.say(lang, n=len(found.right["sgd"]))
        figure.text(0.98, 0.02, note, ha="right", fontsize=9.5, color=now().quiet)
    return figure
