"""What the learning rate decides, on a bowl and on small networks: to creep, to arrive, to swing, to diverge.

On f(w) = lambda w^2 / 2 a step is w <- (1 - eta lambda) w: it creeps at tiny learning rates, comes straight to the
minimum below 1/lambda, swings across it below 2/lambda, and runs away beyond. A network has a curvature for each
direction, which changes on the way; here lambda is the greatest at its start.

Source:
    LeCun, Bottou, Orr & Mueller (1998), Efficient BackProp, section 4.6: 1/lambda is best, 2/lambda the most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn
from torch.nn import functional as F

from .._checks import check_count, shape_text
from .._device import resolve_device
from .._setup import check_seeds, one_thread
from ..data import Data, as_tensors, digits, moons
from ..ensemble import train_many
from ..optimizers import OPTIMIZERS
from ..plotting.style import PageFigure, color_of, new_axes, new_figure, own, page_style, set_title
from ..plotting.theme import now
from ..surfaces import descend, descend_all, quadratic
from ..text import Text, resolve_language
from ..training import seeded_model
from ._common import track
from .curvature import top_curvature
from .verdicts import OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, keeps, title


def _signed_moons() -> Data:
    x, y = moons(128)
    return x, (2 * y - 1).to(torch.float32)[:, None]


def _digits() -> Data:
    x, y = digits()
    return x[:256], F.one_hot(y[:256], 10).to(torch.float32)


WORLDS: dict[str, tuple[Text, Any, int]] = {  # name -> words, data, hidden units
    "moons": (Text("networks of 16 units on moons", "16 个单元的网络，moons"), _signed_moons, 16),
    "moons, wide": (Text("networks of 64 units on moons", "64 个单元的网络，moons"), _signed_moons, 64),
    "digits": (Text("networks of 16 units on digits", "16 个单元的网络，手写数字"), _digits, 16),
}
QUICK: dict[str, Any] = {"seeds": range(8), "num_epochs": 100, "worlds": ["moons"]}
LIMIT = 2.0
TRIED = (0.5, 1.0, 1.5, 4.0)  # of the networks, whose curvature grows on the way: half of the limit is what is safe
TRIED_ON_BOWL = (0.5, 1.5, 2.5, 4.0)  # at 1/lambda a step would end in the minimum itself


@dataclass(frozen=True, eq=False)
class Regimes:
    """Gradient descent at learning rates eta, as multiples eta * lambda of the curvature's inverse.

    Attributes:
        label: The world of the networks in words.
        curvature: The greatest eigenvalue lambda of the Hessian of each network's loss at the start, shape (S,).
        steps: How many steps the path on the bowl takes.
        updates: How many updates the networks make.
        raising: eta * lambda -> the share of a network's updates that raise its loss, shape (S,).
        raising_on_bowl: The same of the bowl's steps.
    """

    label: Text
    curvature: Tensor
    steps: int
    updates: int
    raising: dict[float, Tensor]
    raising_on_bowl: dict[float, Tensor]


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    num_steps: int = 20,
    hidden: int | None = None,
    num_epochs: int = 200,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Descend a bowl from random starts, and train networks on all rows at once, at the same multiples of 1/lambda.

    Args:
        seeds: The bowl's starts, and the networks.
        data: A pair of tensors (x, y) with y of shape (N, 1), for the mean squared error, or a `Dataset`.
        worlds: Names of `WORLDS`; None takes all.
        num_steps: The steps on the bowl.
        hidden: Units of the network's hidden layer, with tanh; None takes those of each world, 16 for data.
        num_epochs: The network's updates, each on all rows.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.
    """
    seeds, names, where = check_seeds(seeds), choose_worlds(WORLDS, worlds, data), resolve_device(device)
    num_steps = check_count(num_steps, "num_steps")
    found: dict[str, Regimes] = {}
    for name in track(names, progress, "learning-rate-regimes"):
        label, make_data, width = WORLDS.get(name, (OWN_WORLD, None, 16))
        x, y = (t.to(where) for t in (as_tensors(data) if make_data is None else make_data()))
        if y.ndim != 2 or not y.is_floating_point():
            got = f"got shape {shape_text(y.shape)} and {y.dtype}"
            raise ValueError(f"data must hold numbers y of shape (N, 1), {got}.")
        units = check_count(width if hidden is None else hidden, "hidden")
        found[name] = _regimes(label, seeds, (x, y), units, num_steps, num_epochs)
    return Result("learning-rate-regimes", found, here=len(names) == 1)


def _regimes(label: Text, seeds: Sequence[int], data: Data, hidden: int, num_steps: int, num_epochs: int) -> Regimes:
    """One world: the learning rates that are judged, on the bowl and for the networks."""
    x, y = data
    make = partial(_model, x.shape[1], hidden, y.shape[1], x.device)
    curvature = [top_curvature(seeded_model(make, seed), x, y, seed=seed) for seed in seeds]
    lam = torch.tensor(curvature, dtype=torch.float64, device="cpu")
    tried = torch.tensor(TRIED, dtype=torch.float64, device="cpu")
    rates, each = (tried / lam[:, None]).flatten(), [seed for seed in seeds for _ in TRIED]
    run = train_many(make, x, y, seeds=each, lr=rates, loss_fn="mse", num_epochs=num_epochs)
    losses = run.losses.double().cpu().nan_to_num(torch.inf, torch.inf).reshape(len(seeds), len(TRIED), -1)
    rises = (losses[:, :, 1:] > losses[:, :, :-1]) | losses[:, :, 1:].isinf()
    heights = _paths(seeds, TRIED_ON_BOWL, num_steps).square()
    climbs = heights[:, :, 1:] > heights[:, :, :-1]
    return Regimes(
        label=label,
        curvature=lam,
        steps=num_steps,
        updates=losses.shape[2],
        raising=dict(zip(TRIED, rises.double().mean(2).T, strict=True)),
        raising_on_bowl=dict(zip(TRIED_ON_BOWL, climbs.double().mean(2).T, strict=True)),
    )


def _model(inputs: int, hidden: int, outputs: int, device: torch.device) -> nn.Module:
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)  # drawn on the CPU: the same weights everywhere
    return nn.Sequential(linear(inputs, hidden), nn.Tanh(), linear(hidden, outputs)).to(device)


def _paths(seeds: Sequence[int], rates: Sequence[float], num_steps: int) -> Tensor:
    """The paths on w^2/2, from a start for each seed, by a real SGD for each rate: shape (S, R, num_steps + 1)."""
    starts = [
        torch.randn(1, generator=torch.Generator(device="cpu").manual_seed(seed), dtype=torch.float64, device="cpu")
        for seed in seeds
    ]
    makers = {str(k): partial(OPTIMIZERS["sgd"], lr=rate) for k, rate in enumerate(rates)}
    with one_thread():
        found = descend_all(quadratic(1.0), torch.stack(starts), makers, num_steps=num_steps)
    return torch.stack([path[:, :, 0].T for path in found.values()], dim=1)


BOWL = Text("a bowl, learning rate {m:g}/λ", "碗形曲面，学习率 {m:g}/λ")
NETWORK = Text("{world}, learning rate {m:g}/λ", "{world}，学习率 {m:g}/λ")


def lowers(result: Result) -> Finding:
    """The share of steps that raise the loss, on the bowl and in each world of networks, below and above 2/λ."""
    worlds = []
    for multiple, share in result.first.raising_on_bowl.items():
        words = Text(*(BOWL.say(lang, m=multiple) for lang in ("en", "zh")))
        worlds.append(keeps(words, "share", share, inside=multiple < LIMIT))
    for found in result.worlds.values():
        for multiple, share in found.raising.items():
            words = Text(*(NETWORK.say(lang, world=found.label.say(lang), m=multiple) for lang in ("en", "zh")))
            worlds.append(keeps(words, "share", share, inside=multiple <= LIMIT / 2))
    return Finding(worlds, {"steps": result.first.steps, "updates": result.first.updates})


CLAIMS = (
    Claim(
        id="step-lowers",
        section=9,
        kind="measured",
        statement=Text("A step against the gradient lowers the loss.", "沿负梯度方向走一步，损失就会下降。"),
        judge=lowers,
        evidence=Text(
            "steps that raise the loss instead, of {steps:.0f} on a bowl and {updates:.0f} of a network, in percentage "
            "points of all; up to 5 count as none",
            "使损失上升的步数占全部步数的比例（碗形曲面 {steps:.0f} 步，网络 {updates:.0f} 步）；"
            "不超过 5 个百分点就算没有",
        ),
        condition=Text(
            "The learning rate is below 2/λ, λ being the greatest curvature: past that the step overshoots. A "
            "network's curvature grows on the way, so that half of it, 1/λ at the start, is what is safe.",
            "学习率小于 2/λ，λ 是最大的曲率；超过这个值，一步就会冲过头。网络的曲率会在训练途中变大，"
            "所以按起点处的曲率，只有不超过一半，即 1/λ，才算稳妥。",
        ),
        source="Nesterov (2004), Introductory Lectures on Convex Optimization, section 1.2.3",
        origin="ours",
    ),
)
TITLES = {
    "holds": Text("A step lowers the loss at every learning rate that was tried", "试过的学习率，每一步都使损失下降"),
    "holds if": Text(
        "A step lowers the loss if the learning rate fits the curvature", "学习率与曲率相称，损失才会下降"
    ),
    "wrong": Text("Steps raise the loss at every learning rate that was tried", "试过的学习率，每一步都使损失上升"),
    "not supported": Text(
        "Whether a step lowers the loss depends on more than the learning rate", "损失是否下降，不只取决于学习率"
    ),
}
REGIMES: dict[float, tuple[Text, str]] = {  # a share of the limit 2/lambda -> what it does on the bowl, and its hue
    0.05: (Text("creeps", "缓慢"), "grey"),
    0.25: (Text("arrives", "到达"), "green"),
    0.9: (Text("swings", "摆动"), "blue"),
    1.05: (Text("diverges", "发散"), "vermilion"),
}
SHOWN = 5  # steps on each bowl
SHARE = Text("{share:.0%} of the limit", "上限的 {share:.0%}")
END = Text("loss × {left:.2g}", "损失 × {left:.2g}")
NOTE = Text(
    "limit: a learning rate of 2/λ, λ being the bowl's curvature; loss: after {n} steps, over the start's",
    "上限：学习率 2/λ（λ 是碗的曲率）；损失：走 {n} 步之后与起点之比",
)


def plot_regime(share: float, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw a few steps of SGD on the bowl w^2/2, at a share of the learning rate 2 that is the limit there."""
    language, ax, (name, hue) = resolve_language(lang), new_axes(ax), REGIMES[share]
    bowl, start = quadratic(1.0), torch.tensor([-1.0], dtype=torch.float64, device="cpu")
    path = descend(bowl, start, partial(OPTIMIZERS["sgd"], lr=share * LIMIT), num_steps=SHOWN)
    ground = torch.linspace(-1.75, 1.75, 121, dtype=torch.float64, device="cpu")[:, None]
    with page_style():
        ax.plot(ground, bowl(ground), color=now().faint, linewidth=2.5)
        line = {"color": color_of(hue), "marker": "o", "markersize": 6, "linewidth": 1.2, **own(line_kwargs)}
        ax.plot(path, bowl(path), **line)
        ax.plot(path[:1], bowl(path[:1]), "o", markersize=10, color=line["color"], markerfacecolor=now().paper)
        says = {"ha": "center", "color": line["color"], "transform": ax.transAxes}
        ax.text(0.5, 1.16, name.say(language), fontsize=13, **says)
        ax.text(0.5, 1.03, SHARE.say(language, share=share), fontsize=10, **says)
        left = float(bowl(path[-1]) / bowl(start))
        ax.text(0.5, -0.04, END.say(language, left=left), va="top", fontsize=11, **says)
        ax.set(xlim=(-1.8, 1.8), ylim=(-0.1, 1.55))
        ax.axis("off")
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """Four balls on the same bowl."""
    figure = new_figure(height=3.2)
    with page_style():
        for column, share in enumerate(REGIMES):
            plot_regime(share, ax=figure.add_axes((0.02 + 0.243 * column, 0.23, 0.231, 0.46)), lang=lang)
        set_title(figure, title(TITLES, verdicts["step-lowers"], lang))
        figure.text(0.5, 0.03, NOTE.say(lang, n=SHOWN), ha="center", fontsize=9.5, color=now().quiet)
    return figure
