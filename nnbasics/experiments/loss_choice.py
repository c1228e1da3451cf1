"""Whether cross-entropy is the loss for classes, or a squared error serves as well.

Its rivals are two squared errors: that of softmax's probabilities, whose gradient vanishes where they are sure, and
that of the logits themselves, without a softmax. What counts is how many new rows are put into the right class, each
loss at the learning rate that does best by that on rows which are held back for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor
from torch.nn import functional as F

from .._device import resolve_device
from .._setup import check_seeds
from ..data import digits, moons, spirals, split
from ..ensemble import Ensemble
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_title
from ..plotting.theme import mixed, now
from ..text import Text
from ._common import kaiming_first, track
from .race import Race, race
from .verdicts import OWN, OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, title

WORLDS: dict[str, dict[str, Any]] = {
    "digits": {"label": Text("digits", "手写数字"), "data": lambda generator: digits()},
    "moons": {"label": Text("moons", "moons"), "data": partial(moons, 2048), "num_epochs": 20},
    "spirals": {"label": Text("two spirals", "两条螺旋线"), "data": partial(spirals, 2048), "num_epochs": 40},
}
"""A quarter of the rows to train on; of the rest one half to choose the learning rate by, one to judge by. Toy data are
drawn anew for other seeds."""

RATES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
QUICK: dict[str, Any] = {"seeds": range(8), "worlds": ["digits"], "num_epochs": 20, "rates": (0.3, 1.0, 3.0)}


def squared(scores: Tensor, target: Tensor) -> Tensor:
    """The mean squared error against 1 for the right class and 0 for the others."""
    return F.mse_loss(scores, F.one_hot(target, scores.shape[1]).to(scores.dtype))


LOSSES: dict[str, Any] = {
    "cross_entropy": "cross_entropy",
    "probabilities": lambda z, target: squared(z.softmax(1), target),
    "logits": squared,
}
"""Each of logits and classes."""

RIVALS = {
    "probabilities": Text("{data}, over the squared error of probabilities", "{data}，与概率的平方误差相比"),
    "logits": Text("{data}, over the squared error of logits", "{data}，与 logits 的平方误差相比"),
}


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    hidden: int = 16,
    num_epochs: int | None = None,
    batch_size: int = 32,
    rates: Sequence[float] = RATES,
    losses: Mapping[str, Any] = LOSSES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Train networks by mini-batch SGD with each loss, and count what they get right on new rows.

    Args:
        seeds: The networks; the learning rate is searched with 8 others.
        data: A pair of tensors (x, classes) or a `Dataset`, which then is the only world.
        worlds: Names of `WORLDS`; None takes all.
        hidden: Units of the hidden layer, ReLU.
        num_epochs: Passes over the data; None takes the world's own, or 30.
        batch_size: As in `train`.
        rates: The learning rates to choose from.
        losses: Those of `LOSSES`, or others under the same names.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        A `Result` with a `Race` for each world.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds, data), check_seeds(seeds), resolve_device(device)
    found: dict[str, Race] = {}
    for name in track(names, progress, "loss-choice"):
        world = WORLDS.get(name, {})
        generator = torch.Generator(device="cpu").manual_seed(min(seeds))
        rows = world["data"](generator=generator) if world else data
        train, rest = split(rows, share=0.75 if world else 0.5, generator=generator)
        (held_x, held_y), test = split(rest, share=0.5, generator=generator)
        classes = int(torch.cat([train[1], held_y, test[1]]).max()) + 1
        held_x, held_y = held_x.to(where), held_y.to(where)

        def wrong(run: Ensemble, held_x: Tensor = held_x, held_y: Tensor = held_y) -> Tensor:
            share = (run.predict(held_x).argmax(2) != held_y).double().mean(1)
            return share.masked_fill(run.diverged, torch.inf)

        found[name] = race(
            {side: {"loss_fn": loss_fn} for side, loss_fn in losses.items()},
            train,
            test,
            seeds=seeds,
            rates=rates,
            score=wrong,
            make_model=partial(kaiming_first, train[0].shape[1], hidden, classes, where),
            num_epochs=world.get("num_epochs", 30) if num_epochs is None else num_epochs,
            batch_size=batch_size,
            device=where,
        )
    return Result("loss-choice", found, here=len(names) == 1)


def more_accurate(result: Result) -> Finding:
    """The share of new rows that cross-entropy gets right, less that of each squared error."""
    worlds, numbers = [], dict[str, float]()
    for name, found in result.worlds.items():
        data = OWN_WORLD if name == OWN else WORLDS[name]["label"]
        for rival, text in RIVALS.items():
            label = Text(*(text.say(lang, data=data.say(lang)) for lang in ("en", "zh")))
            worlds.append(compare(label, "accuracy", found.right["cross_entropy"] - found.right[rival]))
        numbers |= {f"{name} {side}": float(right.mean()) for side, right in found.right.items()}
    outcomes = [[each.outcome for each in worlds[place :: len(RIVALS)]] for place in range(len(RIVALS))]
    return Finding(worlds, numbers, not result.here and "holds" not in outcomes[0] and "holds" in outcomes[1])


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="cross-entropy-first",
        section=11,
        kind="recommendation",
        statement=Text("Cross-entropy is the loss for classification.", "分类任务用交叉熵损失。"),
        judge=more_accurate,
        evidence=Text(
            "share of right answers on new data, cross-entropy minus squared error",
            "新数据上的正确率，交叉熵减去平方误差",
        ),
        remark=Text(
            "Beside the squared error of probabilities no advantage was found on any of the data; "
            "beside that of the logits there was one on some.",
            "与概率的平方误差相比，在哪个数据集上都没有测到优势；与 logits 的平方误差相比，在部分数据集上有。",
        ),
        source="Hui & Belkin (2021), Evaluation of Neural Architectures Trained with Square Loss vs Cross-Entropy in "
        "Classification Tasks, https://arxiv.org/abs/2006.07322, which finds the squared error of logits as good in "
        "large networks",
    ),
)

TITLES = {
    "holds": Text(
        "Cross-entropy puts more new rows right than the squared error of probabilities",
        "用交叉熵训练，比用概率的平方误差答对更多",
    ),
    "holds if": Text(
        "Whether cross-entropy beats a squared error depends on the data", "交叉熵是否胜过平方误差，要看数据"
    ),
    "wrong": Text(
        "The squared error of probabilities puts more new rows right than cross-entropy",
        "用概率的平方误差训练，比用交叉熵答对更多",
    ),
    "not supported": Text(
        "Cross-entropy was not seen to beat both squared errors on all data", "交叉熵并没有在所有数据上胜过两种平方误差"
    ),
    "no effect": Text(
        "Cross-entropy and the squared error of probabilities put as many rows right",
        "交叉熵与概率的平方误差，答对的一样多",
    ),
    "open": Text(
        "Cross-entropy and the squared error of probabilities: no clear difference",
        "交叉熵与概率的平方误差，分不出高下",
    ),
}
TITLES["opposite"] = TITLES["wrong"]  # on one's own data: against the first rival, whatever comes of the second
NAMES = {
    "cross_entropy": Text("cross-entropy", "交叉熵"),
    "probabilities": Text("squared error\nof probabilities", "概率的\n平方误差"),
    "logits": Text("squared error\nof logits", "logits 的\n平方误差"),
}
WRONG = Text("wrong answers on new data, %", "新数据上答错的比例（%）")
SHOWN = Text("bar: mean of {n} seeds    line: the middle 80%", "条：{n} 个随机种子的平均    线：中间 80%")


def plot_wrong(ax: Axes, race: Race) -> None:
    """A bar for each loss, as long as the share of new rows that it gets wrong, and the middle 80% of the seeds."""
    for place, right in enumerate(race.right.values()):
        wrong = 100 * (1 - right)
        low, high = torch.quantile(wrong, torch.tensor([0.1, 0.9], dtype=wrong.dtype, device="cpu")).tolist()
        mean = float(wrong.mean())
        color = now().faint if place else mixed(color_of("blue"), now().paper, 0.2)  # cross-entropy comes first
        ax.barh(place, mean, height=0.6, color=color)
        ax.plot([low, high], [place, place], color=now().ink, linewidth=1.6)
        text: dict[str, Any] = {"textcoords": "offset points", "va": "center", "color": now().ink}
        ax.annotate(f"{mean:.1f}", (max(high, mean), place), (6, 0), **text)
    ax.set_yticks(range(len(race.right)), [])
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    ax.invert_yaxis()


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """What each loss gets wrong, in every world."""
    figure, worlds = new_figure(), result.worlds
    width = 0.79 / len(worlds)
    with page_style():
        for place, (name, found) in enumerate(worlds.items()):
            ax = figure.add_axes((0.19 + place * width, 0.2, width - 0.03, 0.59))
            plot_wrong(ax, found)
            most = 100 * max(float((1 - right).quantile(0.9)) for right in found.right.values())
            ax.set_xlim(0, max(most, 1) * (1 + 0.1 * len(worlds)))  # room for the number
            label = OWN_WORLD if name == OWN else WORLDS[name]["label"]
            ax.text(0, 1.05, label.say(lang), transform=ax.transAxes, fontsize=11.5, color=now().ink)
            if place == 0:
                ax.set_yticks(range(len(found.right)), [NAMES[side].say(lang) for side in found.right])
        figure.text(0.585, 0.075, WRONG.say(lang), ha="center", color=now().ink)
        set_title(figure, title(TITLES, verdicts["cross-entropy-first"], lang))
        text = SHOWN.say(lang, n=len(result.first.right["cross_entropy"]))
        figure.text(0.98, 0.02, text, ha="right", fontsize=9.5, color=now().quiet)
    return figure
