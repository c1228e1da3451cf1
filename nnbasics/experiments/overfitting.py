"""Whether a lower training loss means a better network: the loss on the rows that it learns from, and on new ones.

A linear fit of P parameters to N rows has, on new rows, a loss of about 1 + P/N times the noise that no fit removes:
with ten rows for each parameter it stays within a tenth. With fewer, training longer may fit the noise. What is lost is
measured as the loss on new rows where the training loss is lowest, over that where rows held back would have stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn
from torch.nn import functional as F

from .._device import resolve_device
from .._setup import check_seeds
from .._text import resolve_language
from ..data import Data, as_tensors, digits, moons
from ..fair import best_lr, train_whole
from ..plotting.bands import band_text, plot_band
from ..plotting.style import COLORS, QUIET, PageFigure, new_axes, new_figure, own, page_style, set_labels, set_title
from ..text import Text
from ._common import track
from .race import SEARCHED, mean_loss, seeds_apart
from .verdicts import OWN, OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, keeps, title
from .worlds import World

NEW = 400  # rows held back to stop by, and as many to judge by


def waves(num_rows: int, *, noise: float = 0.5, generator: torch.Generator) -> Data:
    """A wave: y = sin x1 + x2/2 + noise, where x is from N(0, 4)."""
    draw = partial(torch.randn, generator=generator, dtype=torch.float32, device="cpu")
    x = 2 * draw(num_rows, 2)
    return x, x[:, :1].sin() + x[:, 1:] / 2 + noise * draw(num_rows, 1)


class Rows(NamedTuple):
    """A world: how it is called, what draws its rows, how many are learned from, with which activations."""

    label: Text
    draw: Callable[..., Data]
    rows: int
    sides: Sequence[str] = ("relu",)


SIDES: dict[str, tuple[type[nn.Module], Callable[..., Any]]] = {  # the activation, and the start that suits it
    "relu": (nn.ReLU, partial(nn.init.kaiming_normal_, nonlinearity="relu")),
    "tanh": (nn.Tanh, partial(nn.init.xavier_normal_, gain=5 / 3)),
    "sigmoid": (nn.Sigmoid, partial(nn.init.xavier_normal_, gain=4.0)),
}
ALL, OVERLAPPING = tuple(SIDES), partial(moons, noise=0.3)
WORLDS: dict[str, Rows] = {
    "few moons": Rows(Text("two moons that overlap, 64 rows", "重叠的两个半月，64 行"), OVERLAPPING, 64, ALL),
    "many moons": Rows(Text("two moons that overlap, 2048 rows", "重叠的两个半月，2048 行"), OVERLAPPING, 2048),
    "few": Rows(Text("a noisy wave, 32 rows", "带噪声的波，32 行"), waves, 32, ALL),
    "more": Rows(Text("a noisy wave, 128 rows", "带噪声的波，128 行"), waves, 128, ALL),
    "many": Rows(Text("a noisy wave, 2048 rows", "带噪声的波，2048 行"), waves, 2048),
    "clean": Rows(Text("a wave without noise, 32 rows", "没有噪声的波，32 行"), partial(waves, noise=0.0), 32),
    "digits": Rows(Text("digits, 900 rows", "手写数字，900 行"), lambda **_: digits(), 900),
}
"""Every seed draws its own rows; of a finite set of data, its own share."""

RATES = (0.01, 0.03, 0.1, 0.3)
QUICK: dict[str, Any] = {"seeds": range(8), "worlds": ["few moons"], "num_updates": 128}


@dataclass(frozen=True, eq=False)
class Course:
    """One training, looked at after 1, 2, 4, ... epochs: M moments, S seeds.

    Attributes:
        epochs: The moments, shape (M,).
        train, held, test: The loss on the rows to learn from, to stop by, to judge by, shape (S, M).
        right: The share of right answers on the rows to judge by, shape (S, M); NaN without classes.
        lr: The learning rate.
    """

    epochs: Tensor
    train: Tensor
    held: Tensor
    test: Tensor
    right: Tensor
    lr: float

    def at(self, values: Tensor, by: Tensor) -> Tensor:
        """The values at the moment where `by` is lowest, for each seed, shape (S,)."""
        return values.gather(1, by.argmin(1, keepdim=True)).squeeze(1)

    @property
    def rise(self) -> Tensor:
        """The logarithm of the loss on new rows at the lowest training loss over that at the stop, shape (S,)."""
        return (self.at(self.test, self.train) / self.at(self.test, self.held)).log()


@dataclass(frozen=True, eq=False)
class Overfitting:
    """The courses of one world.

    Attributes:
        courses: Activation -> its course; "relu" first.
        rows: N, how many rows were learned from.
        parameters: P, how many numbers a network fits to them.
    """

    courses: dict[str, Course]
    rows: int
    parameters: int

    @property
    def enough(self) -> bool:
        """Whether there are ten rows for each parameter."""
        return self.rows >= 10 * self.parameters


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
        seeds: The networks and their rows; the learning rate is searched with 8 others.
        data: A pair of tensors (x, y) or a `Dataset`, which then is the only world; y are classes, or numbers of
            shape (N, outputs). Half of the rows are learned from.
        worlds: Names of `WORLDS`; None takes all.
        hidden: Units of the hidden layer.
        num_updates: How many updates each network gets, about.
        batch_size: As in `train`.
        rates: The learning rates to choose from.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        A `Result` with an `Overfitting` for each world.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds, data), check_seeds(seeds), resolve_device(device)
    given = None if data is None else as_tensors(data)
    found = {}
    for name in track(names, progress, "overfitting"):
        world = WORLDS[name] if given is None else Rows(OWN_WORLD, lambda **_: given, len(given[0]) // 2, ALL)
        found[name] = courses(world, seeds, where, hidden, num_updates, batch_size, rates)
    return Result("overfitting", found, here=len(names) == 1)


def rows_of(draw: Callable[..., Data], count: int, seeds: Sequence[int]) -> list[Data]:
    """For each seed rows to learn from (S, count, ...), to stop by and to judge by."""
    drawn: list[list[Data]] = [[], [], []]
    for seed in seeds:
        generator = torch.Generator(device="cpu").manual_seed(seed)
        x, y = draw(num_rows=count + 2 * NEW, generator=generator)
        order = torch.randperm(len(x), generator=generator, device="cpu").to(x.device)
        half = (len(x) - count) // 2
        for part, place in zip(drawn, order.split([count, half, len(x) - count - half]), strict=True):
            part.append((x[place], y[place]))
    return [(torch.stack([x for x, _ in part]), torch.stack([y for _, y in part])) for part in drawn]


def courses(
    world: Rows,
    seeds: Sequence[int],
    device: torch.device,
    hidden: int,
    num_updates: int,
    batch_size: int,
    rates: Sequence[float],
) -> Overfitting:
    """Train in one world; the learning rate is searched on rows that nothing is judged on."""
    rows = partial(rows_of, world.draw, world.rows)
    parts = [(x.to(device), y.to(device)) for x, y in rows(seeds)]
    others = seeds_apart(seeds, SEARCHED)
    search_x, search_y = (part[0].to(device) for part in rows(others[:1])[0])
    x, y = parts[0]
    classes = y.dtype == torch.int64
    outputs = int(max(part.max() for _, part in parts)) + 1 if classes else y.shape[2]
    per_epoch = -(-x.shape[1] // batch_size)
    moments = [2**n for n in range(max(1, round(num_updates / per_epoch)).bit_length())]
    settings: dict[str, Any] = {
        "loss_fn": "cross_entropy" if classes else "mse",
        "optimizer": "adam",
        "batch_size": batch_size if per_epoch > 1 else None,
    }
    found = {}
    for side in world.sides:
        make = partial(model, side, x.shape[2], hidden, outputs, device)
        search: dict[str, Any] = {"rates": rates, "seeds": others, "score": mean_loss, "num_epochs": moments[-1]}
        lr = best_lr(make, search_x, search_y, **search, **settings).best
        seen: list[list[Tensor]] = [[], [], [], []]
        for moment in moments:  # the same seeds and batches: a longer training goes through the shorter ones
            run = train_whole(make, x, y, seeds=seeds, lr=lr, num_epochs=moment, own_data=True, **settings)
            for kept, (new_x, new_y) in zip(seen, parts, strict=False):
                kept.append(losses(run.predict(new_x, own_data=True), new_y))
            seen[3].append(share_right(run.predict(parts[2][0], own_data=True), parts[2][1]))
        train, held, test, right = (torch.stack(kept, 1).double().cpu() for kept in seen)
        epochs = torch.tensor(moments, dtype=torch.float64, device="cpu")
        found[side] = Course(epochs, train, held, test, right, lr)
    return Overfitting(found, x.shape[1], sum(p.numel() for p in make().parameters()))


def model(side: str, inputs: int, hidden: int, outputs: int, device: torch.device) -> nn.Module:
    """One hidden layer, with the start that its activation asks for."""
    activation, start = SIDES[side]
    first = nn.Linear(inputs, hidden, device="cpu", dtype=torch.float32)  # drawn on the CPU: the same everywhere
    start(first.weight)
    nn.init.zeros_(first.bias)
    last = nn.Linear(hidden, outputs, device="cpu", dtype=torch.float32)
    return nn.Sequential(first, activation(), last).to(device)


def losses(predicted: Tensor, y: Tensor) -> Tensor:
    """The mean loss of each network on its rows, shape (S,)."""
    if y.dtype != torch.int64:
        return (predicted - y).square().flatten(1).mean(1)
    return F.cross_entropy(predicted.transpose(1, 2), y, reduction="none").mean(1)


def share_right(predicted: Tensor, y: Tensor) -> Tensor:
    """The share of each network's rows that it puts into the right class, shape (S,); NaN without classes."""
    if y.dtype != torch.int64:
        return torch.full((len(y),), torch.nan, device=y.device)
    return (predicted.argmax(2) == y).double().mean(1)


def label_of(name: str) -> Text:
    """What a world is called."""
    return OWN_WORLD if name == OWN else WORLDS[name].label


def lowest_is_best(result: Result) -> Finding:
    """Whether the loss on new rows, where the training loss is lowest, is still what it was at the stop."""
    worlds, numbers = [], dict[str, float]()
    for name, found in result.worlds.items():
        course = found.courses["relu"]
        worlds.append(keeps(label_of(name), "loss", course.rise, inside=found.enough))
        numbers[f"{name} train"] = float(course.train[:, -1].mean())
        numbers[f"{name} test"] = float(course.test[:, -1].mean())
    return Finding(worlds, numbers)


def lower_is_righter(result: Result) -> Finding:
    """Right answers on new rows, at the lower loss less at the higher: first epoch to stop, stop to the end."""
    worlds: list[World] = []
    numbers: dict[str, float] = {}
    for name, found in result.worlds.items():
        course = found.courses["relu"]
        if course.right.isnan().any():
            continue
        stop = course.at(course.right, course.held)
        if name == "few moons":
            numbers = {"rise": float(course.rise.mean().exp()), "lost": float((stop - course.right[:, -1]).mean())}
        for when, other, inside in (("until", 0, True), ("after", -1, False)):
            if inside or not found.enough:
                label = Text(*(WHEN[when].say(lang, data=label_of(name).say(lang)) for lang in ("en", "zh")))
                worlds.append(compare(label, "accuracy", stop - course.right[:, other]))
    noted = bool(numbers) and numbers["rise"] > 2 and numbers["lost"] < 0.05
    return Finding(worlds, numbers, noted)


def relu_overfits_less(result: Result) -> Finding:
    """How much farther than ReLU's the loss on new rows rises with another activation, after the same updates."""
    worlds = []
    for name, found in result.worlds.items():
        for side, course in found.courses.items():
            if side != "relu":
                label = Text(*(OVER.say(lang, data=label_of(name).say(lang), side=side) for lang in ("en", "zh")))
                worlds.append(compare(label, "loss", course.rise - found.courses["relu"].rise))
    return Finding(worlds, {}, {"holds", "opposite"} <= {each.outcome for each in worlds})


WHEN = {
    "until": Text("{data}: the stop over the first epoch", "{data}：应停之时与第一轮相比"),
    "after": Text("{data}: the stop over the end", "{data}：应停之时与最后相比"),
}
OVER = Text("{data}, over {side}", "{data}，与 {side} 相比")

CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="loss-goal",
        section=8,
        kind="measured",
        statement=Text("The goal is the lowest value of the loss.", "模型的目标就是最小化损失函数的值。"),
        judge=lowest_is_best,
        evidence=Text(
            "loss on new data where the training loss is lowest, over that where held-back rows would have stopped",
            "新数据上的损失：训练损失最低时，与按留出数据应停时之比",
        ),
        condition=Text(
            "It is the loss on new data that counts. With ten training rows for each parameter the lowest training "
            "loss is as good; with fewer, training may go on to fit the noise.",
            "要看的是新数据上的损失。每个参数有十行训练数据时，训练损失最低处同样好；数据更少时，训练下去可能只是在拟合噪声。",
        ),
        source="Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, 7.2 and 7.4",
    ),
    Claim(
        id="loss-evaluates",
        section=8,
        kind="measured",
        statement=Text(
            "The loss tells how well a model does: the lower it is on new data, the more answers are right.",
            "损失反映模型的性能：新数据上的损失越低，答对的越多。",
        ),
        judge=lower_is_righter,
        evidence=Text(
            "share of right answers on new data, at the lower loss minus at the higher",
            "新数据上的正确率，损失较低时减去较高时",
        ),
        remark=Text(
            "On few rows the loss on new data rose to {rise:.1f} times its lowest, while the right answers fell by "
            "less than 5 points: a loss also counts how sure the wrong answers are.",
            "数据少时，新数据上的损失升到最低值的 {rise:.1f} 倍，正确率却只降了不到 5 个百分点："
            "损失还计入了答错时有多自信。",
        ),
        source="Guo, Pleiss, Sun & Weinberger (2017), On Calibration of Modern Neural Networks, "
        "https://arxiv.org/abs/1706.04599",
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
        remark=Text(
            "On some data ReLU overfits less, on others more. What is used against overfitting is weight decay, "
            "dropout and more data.",
            "在有的数据上 ReLU 过拟合更轻，在有的上更重。对付过拟合用的是权重衰减、dropout 和更多的数据。",
        ),
        source="Glorot, Bordes & Bengio (2011), Deep sparse rectifier neural networks, which claims other benefits, "
        "https://proceedings.mlr.press/v15/glorot11a.html",
    ),
)

TITLES = {
    "holds": Text(
        "The lowest training loss comes with the lowest loss on new data", "训练损失最低时，新数据上的损失也最低"
    ),
    "holds if": Text(
        "With few rows, training loss falls on while loss on new data rises",
        "数据少时，训练损失还在降，新数据的损失却在升",
    ),
    "wrong": Text(
        "The training loss falls on while the loss on new data rises", "训练损失还在降，新数据上的损失却在升"
    ),
    "not supported": Text(
        "A lower training loss was not seen to mean a better network", "训练损失更低，不见得网络就更好"
    ),
    "open": Text(
        "It is not clear that the lowest training loss means the best network", "训练损失最低时网络是否最好，还不清楚"
    ),
}
EPOCH, LOSS = Text("epoch", "训练轮次 epoch"), Text("loss", "损失")
NAMES = {"train": Text("training rows", "训练数据"), "test": Text("new rows", "新数据")}
STYLES = {"train": COLORS["identity"], "test": COLORS["gradient"]}


def plot_overfitting(course: Course, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the loss on the rows that are learned from, and on new ones, by epoch.

    Args:
        course: One training.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for both lines.

    Returns:
        The axes.
    """
    language, ax = resolve_language(lang), new_axes(ax)
    with page_style():
        shown = {"train": course.train, "test": course.test}
        ends = {side: float(values[:, -1].median()) for side, values in shown.items()}
        for side, values in shown.items():
            style = {"color": STYLES[side], **own(line_kwargs)}
            plot_band(course.epochs, values, ax=ax, lang=language, **style)
            at, higher = (float(course.epochs[-1]), ends[side]), ends[side] == max(ends.values())
            place: dict[str, Any] = {"va": "bottom" if higher else "center", "textcoords": "offset points"}
            ax.annotate(NAMES[side].say(language), at, (8, 4 * higher), color=STYLES[side], **place)
        ticks = course.epochs.tolist()
        ax.set_xscale("log")
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        ax.set_xticks([], minor=True)
        ax.set(ylim=(0, None), xlim=(ticks[0], ticks[-1]))
        set_labels(ax, EPOCH.say(language), LOSS.say(language))
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The loss by epoch in the first world."""
    figure, course = new_figure(), result.first.courses["relu"]
    with page_style():
        plot_overfitting(course, ax=figure.add_axes((0.09, 0.19, 0.74, 0.66)), lang=lang)
        set_title(figure, title(TITLES, verdicts["loss-goal"], lang))
        figure.text(0.98, 0.02, band_text(len(course.train), lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
