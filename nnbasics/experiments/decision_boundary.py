"""How hidden units bend the boundary between two classes, and what one layer of them can fit at all.

Without a hidden layer the boundary is where w.x + b = 0: a straight line. Each hidden unit is one such line made soft,
and the network adds up what lies on which side of each. Theory says that enough of them come as near as you like to any
continuous function on a bounded region, unless the activation is a polynomial.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from .._checks import check_count, shape_text
from .._device import resolve_device
from .._setup import check_seeds
from ..data import TOYS, split
from ..ensemble import train_many
from ..fair import best_lr, final_loss
from ..plotting.style import PageFigure
from ..text import Text
from ._common import track
from ._fits import Fit, variance_left
from ._planes import draw_planes, grid_of, median_logits
from .race import SEARCHED, seeds_apart
from .verdicts import OWN, OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, title

WORLDS: dict[str, Text | Fit] = {
    "spirals": Text("spirals", "spirals"),
    "circles": Text("circles", "circles"),
    "moons": Text("moons", "moons"),
    "tanh": Fit(Text("waves, 256 tanh units", "波，256 个 tanh 单元"), torch.tanh, 256, "waves", True),
    "sigmoid": Fit(Text("waves, 256 sigmoid units", "波，256 个 sigmoid 单元"), torch.sigmoid, 256, "waves", True),
    "relu": Fit(Text("waves, 256 ReLU units", "波，256 个 ReLU 单元"), torch.relu, 256, "waves", True),
    "zigzag": Fit(Text("zigzag, 256 tanh units", "折线，256 个 tanh 单元"), torch.tanh, 256, "zigzag", True),
    "zigzag-relu": Fit(Text("zigzag, 256 ReLU units", "折线，256 个 ReLU 单元"), torch.relu, 256, "zigzag", True),
    "few": Fit(Text("waves, 4 tanh units", "波，4 个 tanh 单元"), torch.tanh, 4, "waves", False),
    "square": Fit(Text("waves, 256 units of z²", "波，256 个 z² 单元"), torch.square, 256, "waves", False),
}
QUICK: dict[str, Any] = {"seeds": range(8), "worlds": ("spirals",), "num_epochs": 150, "points": 31}
LEFT = 0.01  # of the variance: in a picture the two curves are one


@dataclass(frozen=True, eq=False)
class Boundary:
    """Where networks with one hidden layer draw the line between two classes; H sizes, S seeds, N points.

    Attributes:
        label: The data, in words.
        hidden: The numbers of hidden units; 0 is a single linear layer.
        x, y: The training points, shape (N, 2), and their classes, shape (N,).
        grid: The coordinates of a square grid that holds them, along both axes, shape (G,).
        logits: On the grid, those of the network whose training loss is the median, shape (H, G, G), rows along the
            second coordinate: its boundary is where they are 0.
        losses: The mean training loss over the last tenth of the updates, shape (H, S).
        right: The share of test points put into the right class, shape (H, S).
        lr: The best learning rate, shape (H,).
    """

    label: Text
    hidden: tuple[int, ...]
    x: Tensor
    y: Tensor
    grid: Tensor
    logits: Tensor
    losses: Tensor
    right: Tensor
    lr: Tensor


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    hidden: Sequence[int] = (0, 2, 4, 16),
    num_rows: int = 256,
    num_epochs: int = 300,
    rates: Sequence[float] = (0.004, 0.016, 0.064, 0.256, 1.024),
    points: int = 61,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Train networks 2-h-1 with tanh by Adam, each size at its own best learning rate; fit random functions.

    The result is a `Boundary` for each set of points, and for each fit the share of the variance it leaves, (S,).

    Args:
        seeds: The networks that are judged; the toys are drawn anew for other seeds, a function is for each seed.
        data: A pair of tensors (x (N, 2), classes 0 or 1) or a `Dataset`; half of it is kept for the test.
        worlds: Names of `WORLDS`; None takes all.
        hidden: The numbers of hidden units, ascending, two or more.
        num_rows: The rows of each toy; half of them are kept for the test.
        num_epochs: As in `train`.
        rates: The learning rates to choose from.
        points: G, the points of the grid along each axis.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds, data), check_seeds(seeds), resolve_device(device)
    hidden = tuple(check_count(units, "hidden", minimum=0) for units in hidden)
    if len(hidden) < 2 or sorted(set(hidden)) != [*hidden]:
        raise ValueError(f"hidden must be two ascending numbers or more, got {hidden}.")
    points, num_rows = check_count(points, "points", minimum=2), check_count(num_rows, "num_rows", minimum=4)
    settings: dict[str, Any] = {"loss_fn": "bce_with_logits", "optimizer": "adam", "num_epochs": num_epochs}
    found: dict[str, Boundary | Tensor] = {}
    for name in track(names, progress, "decision-boundary"):
        fit = OWN_WORLD if name == OWN else WORLDS[name]
        if isinstance(fit, Fit):
            found[name] = torch.stack([variance_left(fit, seed) for seed in seeds])
            continue
        generator = torch.Generator(device="cpu").manual_seed(min(seeds))
        rows = TOYS[name](num_rows, generator=generator) if data is None else data
        (x, y), (test_x, test_y) = split(rows, share=0.5, generator=generator)
        if x.ndim != 2 or x.shape[1] != 2:
            raise ValueError(f"data must hold points of two numbers each, shape (N, 2), got {shape_text(x.shape)}.")
        x, test_x = (part.to(where, torch.float32) for part in (x, test_x))
        axis, places = grid_of(x, points)
        target, test_y = y[:, None].to(where, torch.float32), test_y.to(where)
        each: list[tuple[Tensor, ...]] = []
        for units in hidden:
            make = partial(model, units, where)
            rate = best_lr(make, x, target, rates=rates, seeds=seeds_apart(seeds, SEARCHED), **settings).best
            run = train_many(make, x, target, seeds=seeds, lr=rate, **settings)
            loss = final_loss(run)
            right = ((run.predict(test_x).squeeze(2) > 0) == (test_y > 0)).double().mean(1).cpu()
            best = torch.tensor(rate, dtype=torch.float64, device="cpu")
            each.append((median_logits(run, loss, places), loss, right, best))
        parts = [torch.stack(part) for part in zip(*each, strict=True)]
        found[name] = Boundary(fit, hidden, x.cpu(), y.cpu(), axis, *parts)
    return Result("decision-boundary", found, here=len(names) == 1)


def model(units: int, device: torch.device) -> nn.Module:
    """A network 2-h-1, or 2-1 without hidden units; drawn on the CPU, and so the same weights on every device."""
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)
    layers = [linear(2, units), nn.Tanh(), linear(units, 1)] if units else [linear(2, 1)]
    return nn.Sequential(*layers).to(device)


def bends(result: Result) -> Finding:
    """The share of test points that are right with the most hidden units, less that with the fewest."""
    tried = [each for each in result.worlds.values() if isinstance(each, Boundary)]
    fewest = [int(each.hidden[0] == 0 and len(each.hidden) > 2) for each in tried]
    gains = [each.right[-1] - each.right[few] for each, few in zip(tried, fewest, strict=True)]
    sizes = {"few": tried[0].hidden[fewest[0]], "many": tried[0].hidden[-1]} if tried else {}
    return Finding([compare(each.label, "accuracy", gain) for each, gain in zip(tried, gains, strict=True)], sizes)


def fits(result: Result) -> Finding:
    """A hundredth of the variance over what is left of it."""
    worlds = []
    for name, left in result.worlds.items():
        if isinstance(left, Tensor) and isinstance(fit := WORLDS[name], Fit):
            worlds.append(compare(fit.label, "loss", (LEFT / left).log(), inside=fit.able))
    return Finding(worlds)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="hidden-bend",
        section=4,
        kind="measured",
        statement=Text(
            "More hidden units bend the boundary between the classes further round the data.",
            "隐藏单元越多，两类之间的边界越能弯曲，越贴合数据。",
        ),
        judge=bends,
        evidence=Text(
            "right on test data: {many} hidden units less {few}, each at its own best learning rate",
            "测试正确率之差：{many} 个隐藏单元减去 {few} 个，学习率各取最佳",
        ),
        origin="ours",
    ),
    Claim(
        id="any-function",
        section=4,
        kind="measured",
        statement=Text(
            "With a nonlinear activation a network can fit functions as complicated as you like.",
            "引入非线性因素，神经网络就能拟合任意复杂的函数。",
        ),
        judge=fits,
        evidence=Text(
            "one hundredth of a random function's variance, over the share that the best output layer leaves",
            "随机函数方差的百分之一，除以最佳输出层拟合后剩下的方差",
        ),
        condition=Text(
            "There are hidden units enough, the activation is not a polynomial, and the inputs stay within bounds.",
            "隐藏单元要足够多，激活函数不能是多项式，输入要在有界的范围内。",
        ),
        source="Leshno, Lin, Pinkus & Schocken (1993), Multilayer feedforward networks with a nonpolynomial activation",
    ),
)
TITLES = {
    "holds": Text("More hidden units bend the boundary further round the data", "隐藏单元越多，边界越能弯着贴合数据"),
    "holds if": Text("On some data more hidden units find a better boundary", "在有些数据上，隐藏单元越多，边界越准"),
    "wrong": Text("More hidden units do not find a better boundary, but a worse one", "隐藏单元更多，边界反而更差"),
    "not supported": Text(
        "More hidden units do not find a better boundary on all data", "并非在所有数据上，隐藏单元越多边界越准"
    ),
    "no effect": Text("More hidden units find no better boundary than a few", "隐藏单元更多，边界并不更准"),
    "open": Text(
        "These networks do not settle whether more hidden units help", "这些网络还看不出更多的隐藏单元有没有用"
    ),
}
NONE, UNITS = Text("no hidden layer", "没有隐藏层"), Text("{n} hidden units", "{n} 个隐藏单元")


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The boundaries in the first world that has any, from no hidden unit to many."""
    found = next(each for each in result.worlds.values() if isinstance(each, Boundary))
    heads = [UNITS.say(lang, n=units) if units else NONE.say(lang) for units in found.hidden]
    panels = list(zip(heads, found.logits, found.right, strict=True))
    said = title(TITLES, verdicts["hidden-bend"], lang)
    return draw_planes(said, panels, found.grid, found.x, found.y, found.label, lang)
