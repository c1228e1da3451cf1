"""What depth brings without an activation, and what with one.

W_L (... (W_2 (W_1 x + b_1) + b_2) ...) + b_L = W x + b with W = W_L ... W_1: whatever a stack of linear layers gives,
one layer gives too, and so no stack has a lower loss than the best single layer, which is logistic regression.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .._checks import check_count
from .._device import resolve_device
from .._setup import check_seeds
from ..data import Data, circles, digits, moons, split
from ..ensemble import Ensemble, train_many
from ..fair import best_lr, final_loss
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_title
from ..plotting.theme import now
from ..text import Text
from ._common import track
from ._planes import draw_planes, grid_of, median_logits
from .race import SEARCHED, seeds_apart
from .verdicts import OWN, OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, keeps, title


def even_digits(num_rows: int, *, generator: torch.Generator) -> Data:
    """Some of the handwritten digits, class 1 the even ones, each pixel standardized.

    As they come, a single layer is still on its way after 120 passes, and a deeper stack nearer to the same bottom.
    """
    x, y = digits()
    rows = torch.randperm(len(x), generator=generator, device="cpu")[:num_rows]
    x = x[rows]
    return (x - x.mean(0)) / x.std(0).clamp_min(0.05), 1 - y[rows] % 2


def xor(num_rows: int, *, generator: torch.Generator) -> Data:
    """Points about the corners (+-1, +-1): class 1 where the signs differ."""
    signs = 2 * torch.randint(2, (num_rows, 2), generator=generator, device="cpu") - 1
    noise = torch.randn(num_rows, 2, generator=generator, dtype=torch.float32, device="cpu")
    return signs + 0.3 * noise, (signs[:, 0] != signs[:, 1]).long()


WORLDS: dict[str, tuple[Text, Callable[..., Data], int]] = {  # in words, the data, rows
    "moons": (Text("moons", "moons"), moons, 256),
    "circles": (Text("circles", "circles"), circles, 256),
    "xor": (Text("four clouds, XOR", "四团点（异或）"), xor, 256),
    "digits": (Text("digits, even or odd", "手写数字，奇偶"), even_digits, 1024),
}
QUICK: dict[str, Any] = {"seeds": range(8), "worlds": ("moons",), "depths": (1, 2, 4), "num_epochs": 100}
RATES = (0.004, 0.016, 0.064, 0.256, 1.024)
TINY = 1e-12  # where rounding leaves nothing of a loss
SIDES: dict[str, type[nn.Module]] = {"identity": nn.Identity, "relu": nn.ReLU}


class Plane(NamedTuple):
    """The training points, shape (N, 2), their classes, and boundaries among them.

    Attributes:
        grid: The coordinates of a square grid, along both axes, shape (G,).
        x, y: The points and their classes.
        logits: On the grid, of the network of median loss: a single layer, the deepest stack without activation, and
            with ReLU, shape (3, G, G).
    """

    grid: Tensor
    x: Tensor
    y: Tensor
    logits: Tensor


@dataclass(frozen=True, eq=False)
class Stacks:
    """Stacks of linear layers in one world, with nothing between them (`identity`) and with ReLU between them (`relu`).

    Attributes:
        label: The world, in words.
        depths: The numbers of linear layers, ascending.
        losses: side -> the mean training loss of the last tenth of the updates, shape (D, S).
        right: side -> the share of the test rows put into the right class, shape (D, S).
        lr: side -> the best learning rate, shape (D,).
        floor: The least loss that any linear layer can have on the training rows: logistic regression's.
        off: The largest difference between what a stack without activation makes of the test rows and what the one
            layer with the product of its matrices makes of them, in torch.float64, shape (D, S).
        plane: What is drawn, where there are two inputs.
    """

    label: Text
    depths: tuple[int, ...]
    losses: dict[str, Tensor]
    right: dict[str, Tensor]
    lr: dict[str, Tensor]
    floor: float
    off: Tensor
    plane: Plane | None


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    depths: Sequence[int] = (1, 2, 4),
    hidden: int = 16,
    num_epochs: int = 120,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Train stacks of `nn.Linear` of several depths by Adam, each at its own best learning rate, on all rows at once.

    Args:
        seeds: The networks that are judged; the toys and the rows of the digits are drawn anew for other seeds.
        data: A pair of tensors (x, classes 0 or 1) or a `Dataset`; half of it is kept for the test.
        worlds: Names of `WORLDS`; None takes all.
        depths: How many linear layers, ascending; two numbers or more.
        hidden: Units between two of them.
        num_epochs: As in `train`.
        rates: The learning rates to choose from.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds, data), check_seeds(seeds), resolve_device(device)
    depths = tuple(check_count(depth, "depths") for depth in depths)
    if len(depths) < 2 or sorted(set(depths)) != [*depths]:
        raise ValueError(f"depths must be two ascending numbers or more, got {depths}.")
    settings: dict[str, Any] = {"loss_fn": "bce_with_logits", "optimizer": "adam", "num_epochs": num_epochs}
    found = {}
    for name in track(names, progress, "linear-collapse"):
        generator = torch.Generator(device="cpu").manual_seed(min(seeds))
        label, draw_rows, count = (OWN_WORLD, None, 0) if name == OWN else WORLDS[name]
        rows = data if draw_rows is None else draw_rows(count, generator=generator)
        (x, y), (test_x, test_y) = split(rows, share=0.5, generator=generator)
        x, test_x = (part.to(where, torch.float32) for part in (x, test_x))
        y, test_y = y[:, None].to(where, torch.float32), test_y.to(where)
        drawn: list[Tensor] = []
        axis, places = grid_of(x, 61)
        losses, right, lr, off = (cast("dict[str, list[Any]]", {side: [] for side in SIDES}) for _ in range(4))
        for side in SIDES:
            for depth in depths:
                if depth == 1 and side != "identity":  # nothing stands between: the same networks
                    for each in (losses, right, lr):
                        each[side].append(each["identity"][0])
                    continue
                make = partial(model, [x.shape[1], *[hidden] * (depth - 1), 1], side, where)
                others = seeds_apart(seeds, SEARCHED)
                rate = best_lr(make, x, y, rates=rates, seeds=others, **settings).best
                run = train_many(make, x, y, seeds=seeds, lr=rate, **settings)
                losses[side].append(final_loss(run))
                if x.shape[1] == 2 and (depth == depths[-1] or (side, depth) == ("identity", depths[0])):
                    drawn.append(median_logits(run, losses[side][-1], places))
                right[side].append(((run.predict(test_x).squeeze(2) > 0) == (test_y > 0)).double().mean(1).cpu())
                lr[side].append(rate)
                off[side].append(distance_from_product(run, test_x))
        found[name] = Stacks(
            label,
            depths,
            {side: torch.stack(each) for side, each in losses.items()},
            {side: torch.stack(each) for side, each in right.items()},
            {side: torch.tensor(each, dtype=torch.float64, device="cpu") for side, each in lr.items()},
            logistic_regression(x, y),
            torch.stack(off["identity"]),
            Plane(axis, x.cpu(), y.cpu().squeeze(1), torch.stack(drawn)) if drawn else None,
        )
    return Result("linear-collapse", found, here=len(names) == 1)


def model(sizes: Sequence[int], side: str, device: torch.device) -> nn.Module:
    """Linear layers of these sizes; drawn on the CPU, and so the same weights on every device."""
    layers: list[nn.Module] = []
    for n, m in pairwise(sizes):
        layers += [nn.Linear(n, m, device="cpu", dtype=torch.float32), SIDES[side]()]
    return nn.Sequential(*layers[:-1]).to(device)


def distance_from_product(run: Ensemble, x: Tensor) -> Tensor:
    """How far each stack is from the one layer that its matrices multiply to, shape (S,)."""
    leaves = [leaf.double() for leaf in run.params.values()]
    rows = x.double()
    step = rows.expand(len(run.seeds), *rows.shape)
    weight = torch.eye(x.shape[1], dtype=torch.float64, device=x.device)
    bias = torch.zeros(x.shape[1], 1, dtype=torch.float64, device=x.device)
    for w, b in zip(leaves[::2], leaves[1::2], strict=True):
        step = step @ w.mT + b[:, None]
        weight, bias = w @ weight, w @ bias + b[:, :, None]
    return (step - (rows @ weight.mT + bias.mT)).abs().amax((1, 2)).cpu()


def logistic_regression(x: Tensor, y: Tensor) -> float:
    """The least mean cross-entropy of sigmoid(w.x + b), by Newton's method in float64 on the CPU."""
    rows, target = F.pad(x.double().cpu(), (0, 1), value=1.0), y.double().cpu()
    w = torch.zeros(rows.shape[1], 1, dtype=torch.float64, device="cpu")
    for _ in range(50):
        p = torch.sigmoid(rows @ w)
        # A touch of the identity, for data that a line separates: there the optimum lies at infinity.
        curvature = rows.T @ (p * (1 - p) * rows) + 1e-9 * torch.eye(len(w), dtype=torch.float64, device="cpu")
        w = w - torch.linalg.solve(curvature, rows.T @ (p - target))
    return float(F.binary_cross_entropy_with_logits(rows @ w, target))


def layers(result: Result) -> dict[str, float]:
    """How many layers the compared stacks have, for sentences."""
    depths = result.first.depths
    return {"first": depths[0], "second": depths[1], "last": depths[-1]}


def brings_nothing(result: Result) -> Finding:
    """The loss of the deepest stack without activation against that of the single layer: it stays as it is."""
    logs = [(each.label, each.losses["identity"].clamp_min(TINY).log()) for each in result.worlds.values()]
    return Finding([keeps(label, "loss", log[-1] - log[0]) for label, log in logs], layers(result))


def learns_more(result: Result) -> Finding:
    """Two layers with ReLU between them against two with nothing: the share of test rows that are right."""
    tried = result.worlds.values()
    return Finding(
        [compare(each.label, "accuracy", each.right["relu"][1] - each.right["identity"][1]) for each in tried],
        layers(result),
    )


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="linear-depth",
        section=4,
        kind="measured",
        statement=Text(
            "Without an activation, more layers bring nothing: the network stays a linear model.",
            "没有激活函数，层数再多也没有用：网络仍是线性模型。",
        ),
        judge=brings_nothing,
        evidence=Text(
            "training loss of {last} linear layers over that of {first}, each at its own best learning rate",
            "训练损失：{last} 个线性层与 {first} 个之比，学习率各取最佳",
        ),
    ),
    Claim(
        id="xor",
        section=4,
        kind="measured",
        statement=Text(
            "A nonlinear activation lets a network learn what no linear one can, such as XOR.",
            "非线性激活使网络学会线性模型学不会的东西，例如异或。",
        ),
        judge=learns_more,
        evidence=Text(
            "right on test data: {second} layers with ReLU between them, less {second} with nothing between them",
            "测试正确率之差：{second} 层之间有 ReLU，减去 {second} 层之间什么也没有",
        ),
        origin="ours",
    ),
)
TITLES = {
    "holds": Text("Without an activation, more layers bring nothing", "没有激活函数，层数再多也没用"),
    "holds if": Text("On some data, more layers without activation bring nothing", "在有些数据上，不加激活的层没有用"),
    "wrong": Text(
        "Layers without an activation end at another loss than one does", "没有激活函数的多层与单层，损失不同"
    ),
    "not supported": Text("Not all linear stacks end where a single layer does", "没有激活函数的多层，不都与单层相同"),
    "open": Text("These networks do not settle whether depth brings anything", "这些网络还看不出线性层叠起来有没有用"),
}
LINEAR = (Text("{n} linear layer", "{n} 个线性层"), Text("{n} linear layers", "{n} 个线性层"))
BENT = Text("{n} layers with ReLU", "{n} 层，层间有 ReLU")
RIGHT = Text("right on test data, median of {n} seeds", "测试正确率，{n} 个随机种子的中位数")


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The boundaries of one layer, of the deepest stack, and of that with ReLU, in the first world of two inputs."""
    found = next((each for each in result.worlds.values() if each.plane), result.first)
    said, ends = title(TITLES, verdicts["linear-depth"], lang), (found.depths[0], found.depths[-1])
    heads = [LINEAR[n > 1].say(lang, n=n) for n in ends] + [BENT.say(lang, n=ends[1])]
    right = [found.right["identity"][0], found.right["identity"][-1], found.right["relu"][-1]]
    if plane := found.plane:
        panels = list(zip(heads, plane.logits, right, strict=True))
        return draw_planes(said, panels, plane.grid, plane.x, plane.y, found.label, lang)
    figure = new_figure(height=2.4)
    with page_style():  # rows of many numbers have no plane to draw a line in
        ax = figure.add_axes((0.27, 0.2, 0.6, 0.6))
        middles = [float(shares.median()) for shares in right]
        bars = ax.barh(heads, middles, color=[now().faint, now().faint, color_of("relu")])
        ax.bar_label(bars, [f"{share:.0%}" for share in middles], padding=5, fontsize=13)
        ax.set(xlim=(0, 1), xticks=[])
        ax.invert_yaxis()
        ax.grid(False)
        ax.spines[:].set_visible(False)
        set_title(figure, said)
        note = f"{found.label.say(lang)}    {RIGHT.say(lang, n=len(right[0]))}"
        figure.text(0.98, 0.03, note, ha="right", fontsize=9.5, color=now().quiet)
    return figure
