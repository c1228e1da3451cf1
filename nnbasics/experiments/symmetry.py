"""What becomes of hidden units that start with equal weights.

Units with equal weights get equal gradients, so they stay equal: sum_h v s(w.x + b) + c = H v s(w.x + b) + c is what
one unit with the outgoing weight H v computes. With tanh and ReLU zeros are worse: s(0) = 0 and v = 0, so that no
weight ever has a gradient. A network of a single unit is trained beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn
from torch.nn import init

from .._device import resolve_device
from .._setup import check_seeds
from ..data import as_tensors, circles, moons, spirals
from ..ensemble import train_many
from ..fair import best_lr
from ..plotting.style import PageFigure, color_of, new_axes, new_figure, own, page_style, set_title
from ..plotting.theme import now
from ..text import Text, resolve_language
from ..training import seeded_model
from ._common import track
from .race import SEARCHED, seeds_apart
from .verdicts import OWN, OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, title
from .worlds import World

Setting = tuple[Text, type[nn.Module], int, str, Callable[..., Any]]
WORLDS: dict[str, Setting] = {  # its name in words, the activation, H, the optimizer, the data
    "sigmoid": (Text("8 sigmoid units, Adam, moons", "8 个 sigmoid 单元，Adam，moons"), nn.Sigmoid, 8, "adam", moons),
    "tanh": (Text("8 tanh units, SGD, circles", "8 个 tanh 单元，SGD，同心圆"), nn.Tanh, 8, "sgd", circles),
    "relu": (Text("16 ReLU units, Adam, spirals", "16 个 ReLU 单元，Adam，双螺旋"), nn.ReLU, 16, "adam", spirals),
    "relu by sgd": (Text("4 ReLU units, SGD, moons", "4 个 ReLU 单元，SGD，moons"), nn.ReLU, 4, "sgd", moons),
}
RATES = {"adam": (0.01, 0.03, 0.1, 0.3, 1.0), "sgd": (0.1, 0.3, 1.0, 3.0, 10.0)}
START: dict[str, Callable[[Tensor], Any]] = {  # side -> what draws its weights; all biases start at 0
    "zeros": init.zeros_,
    "ones": init.ones_,
    "random": lambda weight: weight,  # as nn.Linear draws them: uniform
    "normal": partial(init.normal_, std=0.1),
    "one unit": lambda weight: weight,
}
QUICK: dict[str, Any] = {"seeds": range(8), "worlds": ["sigmoid"]}
ALIKE = 1e-3  # rounding may tell equal units apart by a last digit, and training makes more of it


@dataclass(frozen=True, eq=False)
class Symmetry:
    """Networks with one hidden layer, trained in one world from each start; S seeds, E epochs.

    Attributes:
        label: The world in words.
        units: Side -> the hidden units, each by its incoming weights, its bias and its outgoing weight, before training
            and after it, shape (S, 2, H, m + 2).
        losses: Side -> the mean training loss of each epoch, shape (S, E).
        moved: The share of the weights that training changed from zeros, shape (S,).
        lr: Side -> its best learning rate.
    """

    label: Text
    units: dict[str, Tensor]
    losses: dict[str, Tensor]
    moved: Tensor
    lr: dict[str, float]

    def distance(self, side: str) -> Tensor:
        """The largest distance between two hidden units of a network after training, shape (S,)."""
        units = self.units[side][:, 1]
        return torch.cdist(units, units, compute_mode="donot_use_mm_for_euclid_dist").amax((1, 2))


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    num_epochs: int = 25,
    batch_size: int = 16,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Train from each start, at its own best learning rate, and keep the hidden units.

    Args:
        seeds: The models: their random weights and the order of their batches; 8 others search the learning rates.
        data: A pair of tensors (x, classes 0 or 1) or a `Dataset`, for 8 sigmoid units and Adam; None takes those of
            each world, drawn anew for other seeds.
        worlds: Names of `WORLDS`; None takes all. The first is drawn.
        num_epochs, batch_size, device: As in `train`, and where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        A `Result` whose worlds are `Symmetry`, all tensors on the CPU.
    """
    seeds, names, where = check_seeds(seeds), choose_worlds(WORLDS, worlds, data), resolve_device(device)
    settings: dict[str, Any] = {"loss_fn": "bce_with_logits", "num_epochs": num_epochs, "batch_size": batch_size}
    found = {}
    for name in track(names, progress, "symmetry"):
        label, kind, hidden, optimizer, draw_data = WORLDS.get(name, WORLDS["sigmoid"])
        drawn = draw_data(128, generator=torch.Generator(device="cpu").manual_seed(seeds[0])) if data is None else data
        x, y = as_tensors(drawn)
        x, y = x.to(where, torch.float32), y[:, None].to(where, torch.float32)
        units, losses, lr, moved = {}, {}, {}, torch.empty(0)
        for side, start in START.items():
            make = partial(model, x.shape[1], 1 if side == "one unit" else hidden, kind, start, where)
            search: dict[str, Any] = {
                "rates": RATES[optimizer],
                "seeds": seeds_apart(seeds, SEARCHED),
                "optimizer": optimizer,
            }
            lr[side] = best_lr(make, x, y, **search, **settings).best
            run = train_many(make, x, y, seeds=seeds, lr=lr[side], optimizer=optimizer, **settings)
            starts = [seeded_model(make, seed).state_dict() for seed in seeds]
            before = {name: torch.stack([start[name] for start in starts]) for name in starts[0]}
            units[side] = torch.stack([units_of(before), units_of(run.params)], dim=1).cpu()
            losses[side] = run.losses.reshape(len(seeds), num_epochs, -1).double().mean(2).cpu()
            if side == "zeros":
                weights = [run.params[name].flatten(1) for name in ("0.weight", "2.weight")]
                moved = (torch.cat(weights, dim=1) != 0).double().mean(1).cpu()
        found[name] = Symmetry(OWN_WORLD if name == OWN else label, units, losses, moved, lr)
    return Result("symmetry", found, here=len(names) == 1)


def units_of(params: Mapping[str, Tensor]) -> Tensor:
    """Each hidden unit as a point: (S, H, m), (S, H) and (S, 1, H) give (S, H, m + 2)."""
    weight, out = params["0.weight"], params["2.weight"]
    bias = params["0.bias"].reshape(*weight.shape[:2], 1)
    return torch.cat([weight, bias, out.mT], dim=2).detach().double()


def model(
    inputs: int, hidden: int, kind: type[nn.Module], start: Callable[[Tensor], Any], device: torch.device
) -> nn.Module:
    """A network m-H-1 whose biases start at 0; drawn on the CPU: the same weights everywhere."""
    first, last = (nn.Linear(*size, device="cpu", dtype=torch.float32) for size in ((inputs, hidden), (hidden, 1)))
    for layer in (first, last):
        start(layer.weight)
        init.zeros_(layer.bias)
    return nn.Sequential(first, kind(), last).to(device)


def alike(result: Result, side: str) -> list[World]:
    """In every world, the networks whose units are alike at the end."""
    return [compare(each.label, "share", (each.distance(side) < ALIKE).double()) for each in result.worlds.values()]


def ends(result: Result) -> dict[str, float]:
    """The median loss of the last epoch in the first world, for sentences."""
    return {side.replace(" ", "_"): float(result.first.losses[side][:, -1].median()) for side in START}


def zeros_symmetric(result: Result) -> Finding:
    """Units stay alike, and a random start ends lower; whether a weight moves at all depends on the activation."""
    worlds = alike(result, "zeros")
    for each in result.worlds.values():
        loss = (each.losses["zeros"][:, -1] / each.losses["random"][:, -1]).log()
        worlds.append(compare(Text(each.label.en + LOSS.en, each.label.zh + LOSS.zh), "loss", loss))
    moves = {name: float(name in ("sigmoid", OWN)) for name in result.worlds}
    return Finding(worlds, ends(result), all(bool((result.worlds[name].moved == moves[name]).all()) for name in moves))


def ones_symmetric(result: Result) -> Finding:
    """Units stay alike from ones."""
    return Finding(alike(result, "ones"), ends(result))


def chance_breaks(result: Result) -> Finding:
    """That units differ at the end, from uniform weights and from N(0, 0.1^2)."""
    worlds = []
    for each in result.worlds.values():
        for side, of in (("random", Text("uniform", "均匀分布")), ("normal", Text("N(0, 0.1²)", "N(0, 0.1²)"))):
            label = Text(f"{each.label.en}, {of.en}", f"{each.label.zh}，{of.zh}")
            worlds.append(compare(label, "share", (each.distance(side) >= ALIKE).double()))
    return Finding(worlds, ends(result))


LOSS = Text(": the loss, over a random start's", "：损失与随机初始化之比")
ENDS = Text(
    ". In the first of these worlds the loss ends at {%s:.2f}, that of a single unit at {one_unit:.2f}, from a random "
    "start at {random:.2f}",
    "。在第一种情形中，损失降到 {%s:.2f}；只有一个单元时 {one_unit:.2f}，随机初始化 {random:.2f}",
)
claim = partial(Claim, section=5, kind="measured", source="Goodfellow et al. (2016), Deep Learning, section 8.4")
CLAIMS: tuple[Claim, ...] = (
    claim(
        id="zeros-symmetric",
        statement=Text(
            "With all weights zero, units stay alike (symmetry), which makes the network useless.",
            "权重全为 0 时，各单元始终相同（对称问题），网络不可用。",
        ),
        judge=zeros_symmetric,
        evidence=Text(
            "networks whose units are alike at the end, and how much higher their loss ends" + ENDS.en % "zeros",
            "训练后各单元仍相同的网络，以及它们的损失高出多少倍" + ENDS.zh % "zeros",
        ),
        remark=Text(
            "With tanh and ReLU not even a weight moves: the units hand on 0, so no weight gets a gradient, and only "
            "the last bias learns. With sigmoid they move, all units alike.",
            "用 tanh 和 ReLU 时，权重一个都不动：单元输出 0，权重得不到梯度，只有最后的偏置在学。"
            "用 sigmoid 时权重会变，但各单元变得一样。",
        ),
    ),
    claim(
        id="ones-symmetric",
        statement=Text("With all weights one, units stay alike, too.", "权重全为 1 时也有对称问题：各单元始终相同。"),
        judge=ones_symmetric,
        evidence=Text("networks whose units stay alike" + ENDS.en % "ones", "各单元始终相同的网络" + ENDS.zh % "ones"),
    ),
    claim(
        id="chance-breaks-symmetry",
        statement=Text(
            "Small random weights, uniform or normal, do without the symmetry problem.",
            "小范围的随机初始化（均匀或正态）没有对称问题。",
        ),
        judge=chance_breaks,
        evidence=Text("networks whose units differ at the end", "训练后各单元不再相同的网络"),
    ),
)
STAY = Text(
    "Hidden units that start alike stay alike and do the work of one", "起点相同的单元始终相同，合起来只顶一个用"
)
PART = Text("Hidden units that start alike do not stay alike", "起点相同的隐藏单元没有保持相同")
UNCLEAR = Text("Hidden units that start alike may do as well as random ones", "起点相同的隐藏单元，未必学得更差")
TITLES = {"holds": STAY, "holds if": STAY, "wrong": PART, "not supported": UNCLEAR, "opposite": PART}
NAMES = {"zeros": Text("all weights 0", "权重全为 0"), "random": Text("random weights", "随机权重")}
WHEN = Text("before training", "训练前"), Text("after training", "训练后")
SHOWN, ALONE = Text("loss {loss:.2f}", "损失 {loss:.2f}"), Text("a single unit: {loss:.2f}", "只有一个单元：{loss:.2f}")
TOGETHER = Text("{n} units", "{n} 个单元")
NOTE = Text(
    "a line: two weights of a hidden unit, each panel in its own scale    loss: median of {n} seeds",
    "一条线：一个隐藏单元的两个权重，每格比例不同    损失：{n} 个随机种子的中位数",
)


def plot_units(units: Tensor, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the hidden units (H, m + 2) of a network as lines from 0 to the first two numbers of each.

    Where all are alike, their number stands beside the one line; `line_kwargs` are of `Axes.plot`, for the lines.
    """
    language, ax = resolve_language(lang), new_axes(ax)
    tip = {"marker": "o", "markersize": 5.5, "markevery": [1]}
    style: dict[str, Any] = {"color": now().ink, "linewidth": 1.8, **tip, **own(line_kwargs)}
    with page_style():
        for x, y in units[:, :2].tolist():
            ax.plot([0, x], [0, y], **style)
        if float((units - units[0]).abs().max()) < ALIKE:
            steep = abs(y) >= abs(x)  # beside the middle of a steep line, above that of a flat one
            clear = (9, 8) if steep else (0, 12 + 30 * abs(y / x))
            place: dict[str, Any] = {"ha": "left" if steep else "center", "va": "center", "color": style["color"]}
            name = TOGETHER.say(language, n=len(units))
            ax.annotate(name, (x / 2, y / 2), clear, textcoords="offset points", **place)
        reach = 1.3 * float(units[:, :2].abs().max()) or 1.0
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach), xticks=[0], yticks=[0], xticklabels=[], yticklabels=[])
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The hidden units before and after, from equal weights and from random ones, in the first world."""
    found: Symmetry = result.first
    figure, end = new_figure(height=3.3), {side: losses[:, -1] for side, losses in found.losses.items()}
    with page_style():
        for k, (side, name) in enumerate(NAMES.items()):
            color = color_of(side)
            style: dict[str, Any] = {"ha": "center", "va": "top", "fontsize": 12}
            figure.text(0.25 + 0.5 * k, 0.845, name.say(lang), color=color, **style)
            median = found.units[side][end[side].argsort()[(len(end[side]) - 1) // 2]]
            for when, units in enumerate(median):
                place = (0.02 + 0.5 * k + 0.24 * when, 0.24, 0.22, 0.22 * 7 / 3.3)
                ax = plot_units(units, ax=figure.add_axes(place), lang=lang, color=color)
                ax.set_title(WHEN[when].say(lang), fontsize=10.5, color=now().quiet, y=0.97)
            said = SHOWN.say(lang, loss=float(end[side].median()))
            ax.text(0.5, 0.02, said, transform=ax.transAxes, color=color, **style)
            if side == "zeros":
                alone = ALONE.say(lang, loss=float(end["one unit"].median()))
                ax.text(0.5, -0.11, alone, transform=ax.transAxes, ha="center", va="top", color=now().quiet)
        set_title(figure, title(TITLES, verdicts["zeros-symmetric"], lang))
        note = NOTE.say(lang, n=len(end["zeros"]))
        figure.text(0.98, 0.025, note, ha="right", fontsize=9.5, color=now().quiet)
    return figure
