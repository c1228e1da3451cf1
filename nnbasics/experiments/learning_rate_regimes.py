"""What the learning rate decides, on a bowl and on small networks: to creep, to arrive, to swing, to diverge.

On f(w) = lambda w^2 / 2 a step is w <- (1 - eta lambda) w: it creeps at tiny learning rates, comes straight to the
minimum below 1/lambda, swings across it below 2/lambda, and runs away beyond. A network has a curvature for each
direction, which changes on the way; here lambda is the greatest at its start.

Source:
    LeCun, Bottou, Orr & Mueller (1998), Efficient BackProp, section 4.6: 1/lambda is best, 2/lambda the most.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter, PercentFormatter
from torch import Tensor, nn
from torch.nn import functional as F

from .._checks import check_count, shape_text
from .._device import resolve_device
from .._setup import check_seeds, one_thread
from ..data import Data, as_tensors, digits, moons
from ..ensemble import train_many
from ..optimizers import OPTIMIZERS
from ..plotting.bands import band_text, plot_band
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now
from ..surfaces import descend_all, quadratic
from ..text import Text
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
QUICK: dict[str, Any] = {"seeds": range(8), "num_points": 15, "num_epochs": 100, "worlds": ["moons"]}
LIMIT = 2.0
LOWEST, HIGHEST = 0.01, 16.0  # the learning rates of the picture, as multiples of 1/lambda
TRIED = (0.5, 1.0, 1.5, 4.0)  # of the networks, whose curvature grows on the way: half of the limit is what is safe
TRIED_ON_BOWL = (0.5, 1.5, 2.5, 4.0)  # at 1/lambda a step would end in the minimum itself


@dataclass(frozen=True, eq=False)
class Regimes:
    """Gradient descent at learning rates eta, as multiples eta * lambda of the curvature's inverse.

    Attributes:
        label: The world of the networks in words.
        multiples: eta * lambda, ascending, shape (R,): the same for the bowl and for every network.
        factors: What a step multiplies the distance to the bowl's minimum by, from each start, shape (S, R).
        swings: Whether the bowl's path changes sides at every step, shape (S, R), torch.bool.
        steps: How many steps the path on the bowl takes.
        curvature: The greatest eigenvalue lambda of the Hessian of each network's loss at the start, shape (S,).
        start_loss: The loss of each network at the start, shape (S,).
        final_loss: Its loss at the last update, infinite where it diverged, shape (S, R).
        rose: Whether its loss rose at any update, shape (S, R), torch.bool.
        diverged: Whether it ended above its start, or at no finite number, shape (S, R), torch.bool.
        updates: How many updates the networks make.
        raising: eta * lambda -> the share of a network's updates that raise its loss, shape (S,).
        raising_on_bowl: The same of the bowl's steps.
    """

    label: Text
    multiples: Tensor
    factors: Tensor
    swings: Tensor
    steps: int
    curvature: Tensor
    start_loss: Tensor
    final_loss: Tensor
    rose: Tensor
    diverged: Tensor
    updates: int
    raising: dict[float, Tensor]
    raising_on_bowl: dict[float, Tensor]

    @property
    def creeps_below(self) -> float:
        """The multiple below which more than half of the way is left after the bowl's steps: 1 - 2^(-1/steps)."""
        return 1 - float(0.5 ** (1 / self.steps))


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    num_points: int = 33,
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
        worlds: Names of `WORLDS`; None takes all. The first is drawn.
        num_points: R, how many learning rates from 0.01/lambda to 16/lambda, in equal ratios, for the picture.
        num_steps: The steps on the bowl.
        hidden: Units of the network's hidden layer, with tanh; None takes those of each world, 16 for data.
        num_epochs: The network's updates, each on all rows.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.
    """
    seeds, names, where = check_seeds(seeds), choose_worlds(WORLDS, worlds, data), resolve_device(device)
    points, num_steps = check_count(num_points, "num_points", minimum=2), check_count(num_steps, "num_steps")
    found: dict[str, Regimes] = {}
    for name in track(names, progress, "learning-rate-regimes"):
        label, make_data, width = WORLDS.get(name, (OWN_WORLD, None, 16))
        x, y = (t.to(where) for t in (as_tensors(data) if make_data is None else make_data()))
        if y.ndim != 2 or not y.is_floating_point():
            got = f"got shape {shape_text(y.shape)} and {y.dtype}"
            raise ValueError(f"data must hold numbers y of shape (N, 1), {got}.")
        grid = torch.logspace(math.log10(LOWEST), math.log10(HIGHEST), points, dtype=torch.float64, device="cpu")
        units = check_count(width if hidden is None else hidden, "hidden")
        found[name] = _regimes(label, seeds, (x, y), units, grid if not found else grid[:0], num_steps, num_epochs)
    return Result("learning-rate-regimes", found, here=len(names) == 1)


def _regimes(
    label: Text, seeds: Sequence[int], data: Data, hidden: int, grid: Tensor, num_steps: int, num_epochs: int
) -> Regimes:
    """One world: the learning rates of the grid, for the picture, and those that are judged."""
    x, y = data
    make = partial(_model, x.shape[1], hidden, y.shape[1], x.device)
    curvature = [top_curvature(seeded_model(make, seed), x, y, seed=seed) for seed in seeds]
    lam = torch.tensor(curvature, dtype=torch.float64, device="cpu")
    every = torch.cat([grid, torch.tensor(TRIED, dtype=torch.float64, device="cpu")])
    rates, own = (every / lam[:, None]).flatten(), [seed for seed in seeds for _ in every]
    run = train_many(make, x, y, seeds=own, lr=rates, loss_fn="mse", num_epochs=num_epochs)
    losses = run.losses.double().cpu().nan_to_num(torch.inf, torch.inf).reshape(len(seeds), len(every), -1)
    rises = (losses[:, :, 1:] > losses[:, :, :-1]) | losses[:, :, 1:].isinf()
    count = len(grid)
    path = _paths(seeds, [*grid.tolist(), *TRIED_ON_BOWL], num_steps)
    heights = path.square()
    climbs = heights[:, :, 1:] > heights[:, :, :-1]
    shares = (climbs[:, count:].double().mean(2).T, rises[:, count:].double().mean(2).T)
    final, start = losses[:, :count, -1], losses[:, :1, 0]
    return Regimes(
        label=label,
        multiples=grid,
        factors=(path[:, :count, -1] / path[:, :count, 0]).abs() ** (1 / num_steps),
        swings=(path[:, :count, 1:] * path[:, :count, :-1] < 0).all(2),
        steps=num_steps,
        curvature=lam,
        start_loss=start[:, 0].clone(),
        final_loss=final.clone(),
        rose=rises[:, :count].any(2),
        diverged=final > start,
        updates=losses.shape[2],
        raising=dict(zip(TRIED, shares[1], strict=True)),
        raising_on_bowl=dict(zip(TRIED_ON_BOWL, shares[0], strict=True)),
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
    "holds": Text("A step lowers the loss, at small and at large learning rates", "学习率无论大小，每一步都使损失下降"),
    "holds if": Text(
        "A step lowers the loss if the learning rate fits the curvature", "学习率与曲率相称，损失才会下降"
    ),
    "wrong": Text("Steps raise the loss at every learning rate", "无论学习率多大，损失都会上升"),
    "not supported": Text(
        "Whether a step lowers the loss depends on more than the learning rate", "损失是否下降，不只取决于学习率"
    ),
}
CREEPS, ARRIVES, SWINGS, DIVERGES = (
    Text("creeps", "缓慢"),
    Text("arrives", "到达"),
    Text("swings", "摆动"),
    Text("diverges", "发散"),
)
THEORY = Text("theory: $|1 - \\eta\\lambda|$", "理论：$|1 - \\eta\\lambda|$")
LEFT = Text("distance left\nafter a step", "每步之后\n剩下的距离")
LOSS = Text("loss of a network\nafter {n} updates", "网络更新\n{n} 次后的损失")
SHARE = Text("share of\nnetworks", "网络的\n比例")
ROSE, DIVERGED = Text("loss rose\nat some update", "损失曾经上升"), Text("diverged", "发散")
AXIS = Text("learning rate times curvature $\\eta\\lambda$", "学习率 × 曲率 $\\eta\\lambda$")
MOST = 0.5  # of the networks


def _plot_bowl(found: Regimes, ax: Axes, lang: str) -> None:
    """What a step on the bowl leaves of the distance, over eta * lambda; the theory is dashed."""
    style: dict[str, Any] = {"color": color_of("sgd"), "linestyle": "none", "marker": "o", "markersize": 4.5}
    plot_band(found.multiples, found.factors, ax=ax, lang=lang, **style)
    ax.plot(
        found.multiples, (1 - found.multiples).abs(), color=now().ink, linestyle=(0, (4, 2)), linewidth=1.3, zorder=1.5
    )
    edges = [float(found.multiples[0]), found.creeps_below, 1.0, 2.0, float(found.multiples[-1])]
    for low, high, name in zip(edges[:-1], edges[1:], (CREEPS, ARRIVES, SWINGS, DIVERGES), strict=True):
        ax.text((low * high) ** 0.5, 2.58, name.say(lang), ha="center", va="bottom", color=now().ink)
    ax.text(0.14, 1.28, THEORY.say(lang), ha="center", color=now().ink)
    ax.axhline(1, color=now().quiet, linewidth=0.8)
    ax.set(ylim=(0, 2.5), yticks=[0, 1, 2])
    set_labels(ax, "", LEFT.say(lang))


def _plot_losses(found: Regimes, ax: Axes, lang: str) -> None:
    """The networks' loss at the end over eta * lambda, to where most of them diverge."""
    plot_band(found.multiples, found.final_loss, ax=ax, lang=lang, color=color_of("mse"))
    ax.set(ylim=(0, float(found.start_loss.quantile(0.5))))
    set_labels(ax, "", LOSS.say(lang, n=found.updates))


def _plot_shares(found: Regimes, ax: Axes, lang: str) -> None:
    """The shares of networks whose loss rose at some update, and which diverged."""
    for color, hit in (("momentum", found.rose), ("gradient", found.diverged)):
        ax.plot(found.multiples, hit.double().mean(0), color=color_of(color))
    rose, diverged = first_multiple(found, found.rose), first_multiple(found, found.diverged)
    before = found.multiples[found.multiples < rose]  # the line climbs from here to `rose`
    start = float(before[-1]) if len(before) else rose
    beside: dict[str, Any] = {"textcoords": "offset points", "va": "center"}
    if math.isfinite(start):
        ax.annotate(ROSE.say(lang), (start, MOST), (-8, 0), ha="right", color=color_of("momentum"), **beside)
    if math.isfinite(diverged):
        ax.annotate(DIVERGED.say(lang), (diverged, MOST), (10, 0), color=color_of("gradient"), **beside)
    ax.set(ylim=(-0.03, 1.05), yticks=[0, 0.5, 1])
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    set_labels(ax, AXIS.say(lang), SHARE.say(lang))


def first_multiple(found: Regimes, hit: Tensor) -> float:
    """The lowest eta * lambda from which on at least half of the networks are hit; infinite if there is none."""
    places = (hit.double().mean(0) >= MOST).nonzero()
    return float(found.multiples[places[0, 0]]) if len(places) else math.inf


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The bowl above, the networks of the first world below, over the same learning rates."""
    figure, found = new_figure(height=6.0), result.first
    with page_style():
        plots = (_plot_bowl, _plot_losses, _plot_shares)
        for plot, (bottom, height) in zip(plots, ((0.64, 0.235), (0.365, 0.245), (0.135, 0.2)), strict=True):
            ax = figure.add_axes((0.13, bottom, 0.84, height))
            plot(found, ax, lang)
            low, high = float(found.multiples[0]), float(found.multiples[-1])
            for start, end in ((low, found.creeps_below), (1.0, 2.0)):
                ax.axvspan(start, end, color=now().shade, linewidth=0, zorder=0.4)
            ax.set(xscale="log", xlim=(low, high), xticks=[0.01, 0.1, 1, 2], xticklabels=["0.01", "0.1", "1", "2"])
            ax.xaxis.set_minor_formatter(NullFormatter())
            ax.tick_params(labelbottom=plot is _plot_shares)
        set_title(figure, title(TITLES, verdicts["step-lowers"], lang))
        figure.text(0.98, 0.012, band_text(len(found.factors), lang), ha="right", fontsize=9.5, color=now().quiet)
    return figure
