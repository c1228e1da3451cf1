"""Whether a lower training loss means a better network: the loss on the rows that it learns from, and on new ones.

A linear fit of P parameters to N rows has, on new rows, a loss of about 1 + P/N times the noise that no fit removes:
with ten rows for each parameter it stays within a tenth. With fewer, training longer may fit the noise. What is lost is
measured as the loss on new rows where the training loss is lowest, over that where rows held back would have stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .._device import resolve_device
from .._setup import check_seeds
from ..data import as_tensors, moons
from ..ensemble import train_many
from ..fair import best_lr
from ..plotting.bands import band_text, plot_band
from ..plotting.functions import label_ends
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now
from ..text import Text
from ._common import track
from ._rows import Rows, all_digits, rows_of, waves
from .race import SEARCHED, mean_loss, seeds_apart
from .verdicts import OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, keeps, title

SIDES: dict[str, tuple[type[nn.Module], Callable[..., Any]]] = {  # the activation, and the start that suits it
    "relu": (nn.ReLU, partial(nn.init.kaiming_normal_, nonlinearity="relu")),
    "tanh": (nn.Tanh, partial(nn.init.xavier_normal_, gain=5 / 3)),
    "sigmoid": (nn.Sigmoid, partial(nn.init.xavier_normal_, gain=4.0)),
}
ALL, OVERLAPPING = tuple(SIDES), partial(moons, noise=0.3)
WORLDS: dict[str, Rows] = {
    "few moons": Rows(Text("overlapping moons, 64 rows", "重叠的 moons，64 行"), OVERLAPPING, 64, ALL),
    "many moons": Rows(Text("overlapping moons, 2048 rows", "重叠的 moons，2048 行"), OVERLAPPING, 2048),
    "few": Rows(Text("a noisy wave, 32 rows", "带噪声的波，32 行"), waves, 32, ALL),
    "more": Rows(Text("a noisy wave, 128 rows", "带噪声的波，128 行"), waves, 128, ALL),
    "many": Rows(Text("a noisy wave, 2048 rows", "带噪声的波，2048 行"), waves, 2048),
    "clean": Rows(Text("a wave without noise, 32 rows", "没有噪声的波，32 行"), partial(waves, noise=0.0), 32),
    "digits": Rows(Text("digits, 900 rows", "手写数字，900 行"), all_digits, 900),
}
"""Every seed draws its own rows; of a finite set of data, its own share."""

RATES = (0.01, 0.03, 0.1, 0.3, 1.0)
QUICK: dict[str, Any] = {"seeds": range(8), "worlds": ["few moons"], "num_updates": 128}


class Course(NamedTuple):
    """One training of S seeds: after some epochs its losses, shape (S, M), and the right answers on the test rows."""

    epochs: list[int]
    train: Tensor
    held: Tensor
    test: Tensor
    right: Tensor
    lr: float

    @property
    def rise(self) -> Tensor:
        """The logarithm of the loss on new rows at the lowest training loss over that at the stop, shape (S,)."""
        return (at_lowest(self.train, self.test) / at_lowest(self.held, self.test)).log()


class Overfitting(NamedTuple):
    """The courses of a world, "relu" first, and whether it has ten rows for each parameter."""

    world: Rows
    courses: dict[str, Course]
    enough: bool


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    hidden: int = 32,
    num_updates: int = 256,
    batch_size: int = 128,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Train networks with Adam, each activation at the learning rate with the lowest training loss on the way.

    Args:
        seeds: The networks and their rows; the learning rate is searched with 8 others, on rows of their own.
        data: A pair of tensors (x, y) or a `Dataset`, then the only world: half of its rows are learned from.
        worlds: Names of `WORLDS`; None takes all.
        hidden, num_updates, batch_size: Units of the hidden layer; updates, about; as in `train`.
        rates: The learning rates to choose from.
        device, progress: Where torch computes; whether to show a bar with the time left.

    Returns:
        A `Result` with an `Overfitting` for each world.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds, data), check_seeds(seeds), resolve_device(device)
    given = None if data is None else as_tensors(data)
    found = {}
    for name in track(names, progress, "overfitting"):
        world = WORLDS[name] if given is None else Rows(OWN_WORLD, lambda **_: given, len(given[0]) // 2, ALL)
        parts, others = rows_of(world, seeds, where), seeds_apart(seeds, SEARCHED)
        search_x, search_y = (part[0] for part in rows_of(world, others[:1], where)[0])
        x, y = parts[0]
        classes = y.dtype == torch.int64
        outputs = int(max(part.max() for _, part in parts)) + 1 if classes else y.shape[2]
        settings: dict[str, Any] = {"loss_fn": "cross_entropy" if classes else "mse", "optimizer": "adam"}
        settings["batch_size"] = batch_size if batch_size < world.rows else None
        moments = [2**n for n in range(max(1, round(num_updates / -(-world.rows // batch_size))).bit_length())]
        courses = {}
        for side in world.sides:
            make = partial(model, side, x.shape[2], hidden, outputs, where)
            search: dict[str, Any] = {"rates": rates, "seeds": others, "score": mean_loss, "num_epochs": moments[-1]}
            lr = best_lr(make, search_x, search_y, **search, **settings).best
            seen = []
            for moment in moments:  # the same seeds and batches: a longer training goes through the shorter ones
                run = train_many(make, x, y, seeds=seeds, lr=lr, num_epochs=moment, own_data=True, **settings)
                each = [seen_of(run.predict(new_x, own_data=True), new_y) for new_x, new_y in parts]
                seen.append([*(loss for loss, _ in each), each[-1][1]])
            train, held, test, right = (torch.stack(kept, 1).double().cpu() for kept in zip(*seen, strict=True))
            courses[side] = Course(moments, train, held, test, right, lr)
        parameters = sum(each[0].numel() for each in run.params.values())
        found[name] = Overfitting(world, courses, world.rows >= 10 * parameters)
    return Result("overfitting", found, here=len(names) == 1)


def model(side: str, inputs: int, hidden: int, outputs: int, device: torch.device) -> nn.Module:
    """One hidden layer, with the start that its activation asks for."""
    activation, start = SIDES[side]
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)  # drawn on the CPU: the same everywhere
    first, last = linear(inputs, hidden), linear(hidden, outputs)
    start(first.weight)
    nn.init.zeros_(first.bias)
    return nn.Sequential(first, activation(), last).to(device)


def seen_of(predicted: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The mean loss of each network on its rows and its share of right answers (NaN without classes), shape (S,)."""
    if y.dtype != torch.int64:
        loss = (predicted - y).square().flatten(1).mean(1)
        return loss, torch.full_like(loss, torch.nan)
    loss = F.cross_entropy(predicted.transpose(1, 2), y, reduction="none").mean(1)
    return loss, (predicted.argmax(2) == y).float().mean(1)


def at_lowest(loss: Tensor, values: Tensor) -> Tensor:
    """For each seed the value at the moment of the lowest loss, from shape (S, M) to (S,)."""
    return values.gather(1, loss.argmin(1, keepdim=True)).squeeze(1)


def lowest_is_best(result: Result) -> Finding:
    """Whether the loss on new rows, where the training loss is lowest, is still what it was at the stop."""
    found = result.worlds.values()
    return Finding([keeps(each.world.label, "loss", each.courses["relu"].rise, inside=each.enough) for each in found])


def lower_is_righter(result: Result) -> Finding:
    """Right answers on new rows at the stop, less those after one epoch and, where rows are few, at the end."""
    worlds, numbers = [], dict[str, float]()
    for name, found in result.worlds.items():
        course = found.courses["relu"]
        stop = at_lowest(course.held, course.right)
        if name == "few moons":
            numbers = {"rise": float(course.rise.mean().exp()), "lost": float((stop - course.right[:, -1]).mean())}
        for place in () if stop.isnan().any() else (0,) if found.enough else (0, -1):
            label = Text(*(OVER[place].say(lang, data=found.world.label.say(lang)) for lang in ("en", "zh")))
            worlds.append(compare(label, "accuracy", stop - course.right[:, place]))
    return Finding(worlds, numbers, bool(numbers) and numbers["rise"] > 2 and numbers["lost"] < 0.05)


def relu_overfits_less(result: Result) -> Finding:
    """How much farther than with ReLU the loss on new rows rises with another activation, after the same updates."""
    worlds, noted = [], False
    for name, found in result.worlds.items():
        for side in list(found.courses)[1:]:
            label = Text(*(RIVAL.say(lang, data=found.world.label.say(lang), side=side) for lang in ("en", "zh")))
            worlds.append(compare(label, "loss", found.courses[side].rise - found.courses["relu"].rise))
            noted |= (name, side, worlds[-1].outcome) == ("few moons", "sigmoid", "opposite")
    return Finding(worlds, {}, noted)


OVER = {
    0: Text("{data}, the stop over the first epoch", "{data}，应停之时与第一轮相比"),
    -1: Text("{data}, the stop over the end", "{data}，应停之时与最后相比"),
}
RIVAL = Text("{data}, {side} over ReLU", "{data}，{side} 与 ReLU 相比")

CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="loss-goal",
        section=8,
        kind="measured",
        statement=Text("The model's goal is to minimize the loss.", "模型的目标就是最小化损失函数的值。"),
        judge=lowest_is_best,
        evidence=Text(
            "loss on new data where the training loss is lowest, over that where held-back rows would have stopped",
            "新数据上的损失：训练损失最低时，与按留出数据应停时之比",
        ),
        condition=Text(
            "There are ten training rows for each parameter; with fewer, training may go on to fit the noise.",
            "每个参数至少有十行训练数据；再少，训练下去可能只是在拟合噪声。",
        ),
        source="Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, 7.2 and 7.4",
    ),
    Claim(
        id="loss-evaluates",
        section=8,
        kind="measured",
        statement=Text(
            "The lower the loss on new data, the more answers are right.", "新数据上的损失越低，答对的越多。"
        ),
        judge=lower_is_righter,
        evidence=Text("right answers on new data, lower loss minus higher", "新数据上的正确率，损失低减损失高"),
        remark=Text(
            "With few rows the loss on new data rose {rise:.1f}-fold, while right answers fell by less than 5 points.",
            "数据少时，新数据上的损失升到 {rise:.1f} 倍，正确率却只降了不到 5 个百分点。",
        ),
        source="Guo, Pleiss, Sun & Weinberger (2017), On Calibration of Modern Neural Networks",
    ),
    Claim(
        id="relu-overfitting",
        section=4,
        kind="measured",
        statement=Text("ReLU reduces overfitting, because it is sparse.", "ReLU 引入稀疏性，从而减少过拟合。"),
        judge=relu_overfits_less,
        evidence=Text(
            "how far the loss on new data rises from the stop to the lowest training loss, the other over ReLU",
            "从应停之时到训练损失最低时，新数据上损失的升幅：另一个激活函数与 ReLU 之比",
        ),
        remark=Text("On few rows of moons it overfits more than sigmoid.", "半月的样本少时，它比 sigmoid 过拟合更重。"),
        source="Glorot, Bordes & Bengio (2011), Deep sparse rectifier neural networks, which claims other benefits",
    ),
)

TITLES = {
    "holds": Text("The lowest training loss is as good as any on new data", "训练损失最低时，新数据上的损失也最低"),
    "holds if": Text(
        "On few rows, training loss falls but loss on new data rises", "数据少，训练损失降，新数据的损失却升"
    ),
    "wrong": Text("The training loss falls on while the loss on new data rises", "训练损失还在降，新数据的损失却在升"),
    "not supported": Text("A lower training loss need not mean a better network", "训练损失更低，网络不一定更好"),
    "open": Text("It is not clear whether the lowest training loss is the best", "训练损失最低时是否最好，还不清楚"),
}
EPOCH, LOSS = Text("epoch", "训练轮次 epoch"), Text("loss", "损失")
NAMES = {"training": Text("training data", "训练数据"), "validation": Text("new data", "新数据")}
STOP = Text("best to stop here", "该在这里停")


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The loss by epoch on the rows that are learned from, and on new ones, in the first world."""
    figure, course = new_figure(), result.first.courses["relu"]
    with page_style():
        ax, ends = figure.add_axes((0.09, 0.2, 0.74, 0.66)), []
        for concept, values in (("training", course.train), ("validation", course.test)):
            style: dict[str, Any] = {"color": color_of(concept), "marker": "o", "markersize": 3.5}
            plot_band(torch.tensor(course.epochs).double(), values, ax=ax, lang=lang, **style)
            ends.append((float(values[:, -1].quantile(0.5)), NAMES[concept].say(lang), color_of(concept)))
        if verdicts["loss-goal"].worlds[0].outcome == "opposite":
            low, stop = course.test.quantile(0.5, dim=0).min(0)
            at, arrow = (course.epochs[stop], float(low)), {"arrowstyle": "->", "color": now().quiet, "shrinkB": 7}
            ax.plot(*at, "o", markersize=8, color=color_of("validation"))
            ax.annotate(STOP.say(lang), at, (0, 50), textcoords="offset points", ha="center", arrowprops=arrow)
        ax.set_xscale("log")
        ax.set_xticks(course.epochs, map(str, course.epochs))
        ax.minorticks_off()
        ax.set(ylim=(0, None), xlim=(1, max(course.epochs[-1], 2)))
        ax.locator_params(axis="y", nbins=5)
        label_ends(ax, ends)
        set_labels(ax, EPOCH.say(lang), LOSS.say(lang))
        set_title(figure, title(TITLES, verdicts["loss-goal"], lang))
        figure.text(0.09, 0.02, result.first.world.label.say(lang), fontsize=9.5, color=now().quiet)
        figure.text(0.98, 0.02, band_text(len(course.train), lang), ha="right", fontsize=9.5, color=now().quiet)
    return figure
