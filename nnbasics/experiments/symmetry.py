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
from torch import Tensor, nn, optim
from torch.nn import init

from .._device import resolve_device
from .._setup import check_seeds
from ..data import as_tensors, circles, moons, spirals
from ..ensemble import train_many
from ..fair import best_lr
from ..optimizers import OPTIMIZERS
from ..plotting.bands import band_text, plot_band
from ..plotting.functions import label_ends
from ..plotting.style import (
    PageFigure,
    color_of,
    new_axes,
    new_figure,
    own,
    page_style,
    set_labels as name_axes,
    set_title as write_title,
)
from ..plotting.theme import now
from ..text import Text, resolve_language
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
        distance: Side -> the largest distance between two hidden units of a network, as points with the incoming
            weights, a bias and an outgoing weight, at the start and after each epoch, shape (S, E + 1).
        losses: Side -> the mean training loss of each epoch, shape (S, E).
        moved: The share of the weights that training changed from zeros, shape (S,).
        lr: Side -> its best learning rate.
    """

    label: Text
    distance: dict[str, Tensor]
    losses: dict[str, Tensor]
    moved: Tensor
    lr: dict[str, float]


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
    """Train from each start, at its own best learning rate, and watch the distance of the hidden units.

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
        distance, losses, lr, moved = {}, {}, {}, torch.empty(0)
        for side, start in START.items():
            make = partial(model, x.shape[1], 1 if side == "one unit" else hidden, kind, start, where)
            search: dict[str, Any] = {
                "rates": RATES[optimizer],
                "seeds": seeds_apart(seeds, SEARCHED),
                "optimizer": optimizer,
            }
            lr[side] = best_lr(make, x, y, **search, **settings).best
            watch = Watch(optimizer, every=-(-len(x) // batch_size))
            run = train_many(make, x, y, seeds=seeds, lr=lr[side], optimizer=watch, **settings)
            distance[side] = torch.stack(watch.distances, dim=1).cpu()
            losses[side] = run.losses.reshape(len(seeds), num_epochs, -1).double().mean(2).cpu()
            if side == "zeros":
                weights = [run.params[name].flatten(1) for name in ("0.weight", "2.weight")]
                moved = (torch.cat(weights, dim=1) != 0).double().mean(1).cpu()
        found[name] = Symmetry(OWN_WORLD if name == OWN else label, distance, losses, moved, lr)
    return Result("symmetry", found, here=len(names) == 1)


class Watch:
    """An optimizer that notes the distance of the hidden units at the start and after every so many steps."""

    def __init__(self, optimizer: str, every: int) -> None:
        self.optimizer, self.every, self.steps, self.distances = optimizer, every, 0, list[Tensor]()

    def __call__(self, parameters: list[Tensor], lr: float) -> optim.Optimizer:
        """What `train_many` calls."""
        descent: optim.Optimizer = OPTIMIZERS[self.optimizer](parameters, lr=lr)

        def note(*_: Any) -> None:
            if self.steps % self.every == 0:
                self.distances.append(farthest(*parameters[:3]))
            self.steps += 1

        note()
        descent.register_step_post_hook(note)
        return descent


def farthest(weight: Tensor, bias: Tensor, out: Tensor) -> Tensor:
    """The largest distance between two units: (S, H, m), (S, H, 1) and (S, 1, H) give (S,)."""
    units = torch.cat([weight.detach(), bias.detach(), out.detach().mT], dim=2).double()
    return torch.cdist(units, units, compute_mode="donot_use_mm_for_euclid_dist").amax((1, 2))


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
    ends = [(each.label, each.distance[side][:, -1]) for each in result.worlds.values()]
    return [compare(label, "share", (distance < ALIKE).double()) for label, distance in ends]


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
            worlds.append(compare(label, "share", (each.distance[side][:, -1] >= ALIKE).double()))
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
NAMES = {"zeros": Text("all zeros", "全为 0"), "ones": Text("all ones", "全为 1")}
NAMES |= {"random": Text("random start", "随机初始化"), "one unit": Text("a single unit", "只有一个单元")}
LINES: dict[str, Any] = {"zeros": "-", "ones": (0, (1, 1.5)), "random": "-", "one unit": "-."}
EPOCH, NAMED = Text("epoch", "训练轮次 epoch"), Text("{name}: {loss:.2f}", "{name}：{loss:.2f}")
DISTANCE = Text("largest distance of two hidden units", "两个隐藏单元的最大距离")
FITTED, EQUAL = Text("cross-entropy, training data", "训练集上的交叉熵"), Text("all zeros, all ones", "全为 0、全为 1")


def plot_symmetry(found: Symmetry, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the largest distance between two hidden units by epoch, for a world of what `measure` returned."""
    language, ax = resolve_language(lang), new_axes(ax)
    middle = found.distance["random"].median(0).values
    epochs = torch.arange(len(middle), dtype=torch.float64, device="cpu")
    with page_style():
        for side in ("zeros", "ones", "random"):  # one unit has no distance
            style = {"color": color_of(side), "linestyle": LINES[side], **own(line_kwargs)}
            plot_band(epochs, found.distance[side], ax=ax, lang=language, **style)
        last, top = float(epochs[-1]), float(middle.max()) or 1.0
        ax.set(ylim=(-0.06 * top, 1.25 * top), xlim=(0, last))
        name_axes(ax, EPOCH.say(language), DISTANCE.say(language))
        place: dict[str, Any] = {"textcoords": "offset points", "ha": "right", "color": color_of("random")}
        ax.annotate(NAMES["random"].say(language), (last / 2, float(middle[len(middle) // 2])), (0, 22), **place)
        ax.text(last, 0.03 * top, EQUAL.say(language), ha="right", va="bottom", color=now().ink)
    return ax


def plot_loss_by_start(found: Symmetry, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the training loss by epoch, that of a single hidden unit beside it; as `plot_symmetry`."""
    language, ax = resolve_language(lang), new_axes(ax)
    epochs = torch.arange(1.0, 1 + found.losses["random"].shape[1], dtype=torch.float64, device="cpu")
    with page_style():
        named = []
        for side, line in LINES.items():
            style = {"color": color_of(side), "linestyle": line, **own(line_kwargs)}
            plot_band(epochs, found.losses[side], ax=ax, lang=language, **style)
            end = float(found.losses[side][:, -1].median())
            named.append((end, NAMED.say(language, name=NAMES[side].say(language), loss=end), color_of(side)))
        ax.set(ylim=(0, 0.8), xlim=(1, float(epochs[-1])))
        label_ends(ax, named)
        name_axes(ax, EPOCH.say(language), FITTED.say(language))
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The distance of the units at the left, the loss at the right, in the first world."""
    figure = new_figure()
    with page_style():
        plot_symmetry(result.first, ax=figure.add_axes((0.08, 0.2, 0.31, 0.63)), lang=lang)
        plot_loss_by_start(result.first, ax=figure.add_axes((0.48, 0.2, 0.31, 0.63)), lang=lang)
        write_title(figure, title(TITLES, verdicts["zeros-symmetric"], lang))
        band = band_text(len(result.first.losses["zeros"]), lang)
        figure.text(0.98, 0.02, band, ha="right", fontsize=9.5, color=now().quiet)
    return figure
