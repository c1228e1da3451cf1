"""What does Adam's bias correction do? To the length of a step, and to the learning rate that serves training best.

Without it step t is (1 - beta1^t)/sqrt(1 - beta2^t) times as long: longer for the first thousand steps or so.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import torch
from matplotlib.axes import Axes
from torch import Tensor, optim

from .._checks import check_count
from .._device import resolve_device
from .._setup import check_seeds, one_thread
from ..data import Data, digits, moons, split
from ..ensemble import train_many
from ..fair import best_lr
from ..plotting import style
from ..plotting.bands import band_text, plot_band
from ..plotting.theme import now
from ..text import Text, resolve_language
from ._common import network, track
from .race import mean_loss, whole_batches
from .verdicts import OWN, OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, exactly, title


class Task(NamedTuple):
    """A world: units of the hidden layer (0: none), and how long it is trained."""

    label: Text
    hidden: int
    num_epochs: int
    batch_size: int


WORLDS: dict[str, Task] = {
    "digits": Task(Text("digits, one hidden layer", "手写数字，一个隐藏层"), 32, 5, 64),
    "moons": Task(Text("moons, one hidden layer", "moons，一个隐藏层"), 16, 10, 16),
    "line": Task(Text("linear regression", "线性回归"), 0, 10, 16),
    "sine": Task(Text("regression of a sine, one hidden layer", "拟合正弦曲线，一个隐藏层"), 32, 10, 16),
}
MAKERS: dict[str, Any] = {"corrected": optim.Adam, "uncorrected": lambda p, lr: uncorrected_adam(p, lr)}
SIDES = (*MAKERS, "uncorrected_same_lr")
BETA1, BETA2S, EPS = 0.9, (0.9, 0.99, 0.999), 1e-8
WEIGHTS = 20  # how many weights of a seed get drawn gradients
RATES = tuple(0.001 * 2**place for place in range(10))  # 0.001 to 0.5
QUICK: dict[str, Any] = {"seeds": range(12), "num_steps": 300, "worlds": ["digits"]}


@dataclass(frozen=True, eq=False)
class Steps:
    """What Adam makes of drawn gradients, at lr = 1, for each of B beta2 with beta1 = 0.9; T steps; torch.float64.

    Attributes:
        ratios: How much longer a step is without the correction, as a ratio, the median over a seed's weights,
            shape (B, S, T).
        theory: (1 - beta1^t)/sqrt(1 - beta2^t), shape (B, T).
        off: How far torch's way is from Algorithm 1 by hand, the largest distance: with its corrections, and without.
    """

    ratios: Tensor
    theory: Tensor
    off: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Training:
    """A world: the steps, which are the same in all of them, and the learning rates; E epochs of U updates.

    Attributes:
        steps: Those on drawn gradients.
        losses: Side -> the training loss at each update, shape (S, U), of corrected, uncorrected at the best learning
            rate of each, and uncorrected at the one that is best with the correction.
        lr: Side -> its learning rate.
        best: Corrected, uncorrected -> the learning rate that is best for each seed, shape (S,).
    """

    steps: Steps
    losses: dict[str, Tensor]
    lr: dict[str, float]
    best: dict[str, Tensor]


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    num_steps: int = 1000,
    num_epochs: int | None = None,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Give the same drawn gradients to Adam with and without correction; then find the learning rates that suit each.

    Args:
        seeds: The gradients, from N(0, 1), and the networks. Nothing but the learning rates of these networks is
            judged, so no others search. The first seed draws the data of a world, or splits it.
        data: A pair of tensors (x, classes) or a `Dataset`, which then is the one world.
        worlds: Names of `WORLDS`; None takes all.
        num_steps: T, how many gradients.
        num_epochs: In the place of the world's own.
        rates: The learning rates to choose from: by default each is twice the one before.
        device: Where torch computes.
        progress: Whether to show a bar.

    Source:
        Kingma & Ba (2015), Adam: A Method for Stochastic Optimization, section 3, https://arxiv.org/abs/1412.6980
    """
    names, seeds, where = choose_worlds(WORLDS, worlds, data), check_seeds(seeds), resolve_device(device)
    with torch.no_grad(), one_thread():
        steps = steps_of(seeds, check_count(num_steps, "num_steps"), where)
    found = {}
    for name in track(names, progress, "adam-bias-correction"):
        task = WORLDS.get(name, WORLDS["digits"])
        x, y = (part.to(where) for part in whole_batches(*rows(name, data, seeds[0]), task.batch_size))
        outputs = 1 if y.dtype.is_floating_point else int(y.max()) + 1
        sizes = [x.shape[1], *([task.hidden] if task.hidden else []), outputs]
        settings: dict[str, Any] = {
            "make_model": partial(network, sizes, where), "x": x, "y": y, "seeds": seeds,
            "loss_fn": "mse" if y.dtype.is_floating_point else "cross_entropy",
            "num_epochs": num_epochs or task.num_epochs, "batch_size": task.batch_size,
        }  # fmt: skip
        searches = {
            side: best_lr(rates=rates, score=mean_loss, optimizer=make, **settings) for side, make in MAKERS.items()
        }
        lr = {side: searches[side.removesuffix("_same_lr")].best for side in SIDES}
        lr["uncorrected_same_lr"] = lr["corrected"]
        shown = SIDES if name == names[0] else ()
        losses = {
            side: train_many(lr=lr[side], optimizer=MAKERS[side.removesuffix("_same_lr")], **settings).losses
            for side in shown
        }
        found[name] = Training(
            steps,
            {side: each.double().cpu() for side, each in losses.items()},
            lr,
            {side: search.rates[search.scores.argmin(0)] for side, search in searches.items()},
        )
    return Result("adam-bias-correction", found, here=len(names) == 1)


def rows(name: str, data: Any, seed: int) -> Data:
    """The rows of a world; what is drawn of them is drawn from the seed."""
    generator = torch.Generator().manual_seed(seed)
    if name in (OWN, "digits"):
        return split(digits() if data is None else data, generator=generator)[0]
    if name == "moons":
        return moons(256, generator=generator)
    normal = partial(torch.randn, generator=generator, dtype=torch.float32, device="cpu")
    x = normal(256, 4 if name == "line" else 1)
    y = x @ normal(4, 1) if name == "line" else (2 * x).sin()
    return x, y + 0.3 * normal(256, 1)


def uncorrected_adam(
    parameters: Iterable[Tensor], lr: float, betas: tuple[float, float] = (BETA1, 0.999)
) -> optim.Adam:
    """Build a `torch.optim.Adam` that steps as if it had no bias correction.

    Torch's Adam has no switch for it. Its step t is lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps), so
    lr * (1 - beta1^t)/sqrt(1 - beta2^t) in the place of lr cancels both corrections and leaves
    lr * m / (sqrt(v) + eps * sqrt(1 - beta2^t)): only eps is smaller than in lr * m / (sqrt(v) + eps), for a while.
    Two hooks of the optimizer put that learning rate in before each step, and restore the old one after it.

    Example:
        >>> w = torch.zeros(1)
        >>> optimizer = uncorrected_adam([w], lr=0.1)
        >>> w.grad = torch.ones(1)
        >>> optimizer.step(), w
        (None, tensor([-0.3162]))
    """
    optimizer = optim.Adam(parameters, lr=lr, betas=betas)
    kept: list[float] = []
    step = 0

    def shorten(optimizer: optim.Optimizer, *_: Any) -> None:
        nonlocal step
        step += 1
        kept[:] = [group["lr"] for group in optimizer.param_groups]
        for group in optimizer.param_groups:
            group["lr"] *= (1 - betas[0] ** step) / math.sqrt(1 - betas[1] ** step)

    def restore(optimizer: optim.Optimizer, *_: Any) -> None:
        for group, rate in zip(optimizer.param_groups, kept, strict=True):
            group["lr"] = rate

    optimizer.register_step_pre_hook(shorten)
    optimizer.register_step_post_hook(restore)
    return optimizer


def steps_of(seeds: Sequence[int], num_steps: int, device: torch.device) -> Steps:
    """The steps on gradients from N(0, 1), with the correction and without, and thirty of them by hand."""
    draw = partial(torch.randn, num_steps, WEIGHTS, dtype=torch.float64, device="cpu")
    gradients = torch.stack([draw(generator=torch.Generator().manual_seed(seed)) for seed in seeds], 1).to(device)
    times = torch.arange(1, num_steps + 1, dtype=torch.float64, device="cpu")
    ratios = []
    for beta2 in BETA2S:
        with_it, without = (walk(make, gradients, (BETA1, beta2)) for make in (optim.Adam, uncorrected_adam))
        ratios.append((without / with_it).median(dim=2).values.T.cpu())
    few = gradients[:30]
    by_hand = (walk_by_hand(few, corrected=corrected) for corrected in (True, False))
    real = walk(optim.Adam, few, (BETA1, BETA2S[-1]))
    theory = torch.stack([(1 - BETA1**times) / torch.sqrt(1 - beta2**times) for beta2 in BETA2S])
    off_with, off_without = (float((steps - real).abs().max()) for steps in by_hand)
    return Steps(torch.stack(ratios), theory, (off_with, off_without))


def walk(make: Any, gradients: Tensor, betas: tuple[float, float]) -> Tensor:
    """The steps of an optimizer at lr = 1 on gradients of shape (T, S, weights): where each leads from 0."""
    weight, moves = torch.zeros_like(gradients[0]), torch.empty_like(gradients)
    optimizer = make([weight], lr=1.0, betas=betas)
    for gradient, move in zip(gradients, moves, strict=True):
        weight.grad = gradient
        weight.zero_()
        optimizer.step()
        move.copy_(weight)
    return moves


def walk_by_hand(gradients: Tensor, *, corrected: bool) -> Tensor:
    """Momentum's mean of the gradients over the root of RMSProp's mean of their squares, step by step, lr = 1."""
    beta2 = BETA2S[-1]
    mean, square, moves = torch.zeros_like(gradients[0]), torch.zeros_like(gradients[0]), []
    for step, gradient in enumerate(gradients, start=1):
        mean = BETA1 * mean + (1 - BETA1) * gradient
        square = beta2 * square + (1 - beta2) * gradient**2
        c1, c2 = (1 - BETA1**step, 1 - beta2**step) if corrected else (1.0, 1.0)
        moves.append(-(mean / c1) / ((square / c2).sqrt() + EPS))
    return torch.stack(moves)


def lower(result: Result) -> Finding:
    """The best learning rate of each seed, with the correction over without; and whether the steps are as in theory."""
    worlds = [
        compare(OWN_WORLD if name == OWN else WORLDS[name].label, "learning rate", ratio(each))
        for name, each in result.worlds.items()
    ]
    steps: Steps = result.first.steps
    ratios = steps.ratios[-1].median(dim=0).values
    # 1e-5: eps beside the smallest of the drawn gradients
    noted = bool(((steps.ratios / steps.theory[:, None]).log().abs() < 1e-5).all())
    return Finding(worlds, {"first": float(ratios[0]), "longest": float(ratios.max())}, noted)


def ratio(found: Training) -> Tensor:
    """The logarithm of how many times as large the best learning rate is with the correction, shape (S,)."""
    return (found.best["corrected"] / found.best["uncorrected"]).log()


def parts(result: Result) -> Finding:
    """Torch's thirty steps by hand, from momentum's mean and RMSProp's, with the corrections and without."""
    off = result.first.steps.off
    # 1e-10: the rounding of steps of size 1, one of which divides by a small root
    cases = [
        exactly(Text("with bias correction", "加上偏差修正"), off[0] < 1e-10, inside=True),
        exactly(Text("without it", "不加修正"), off[1] < 1e-10, inside=False),
    ]
    return Finding(cases, {"off": off[0], "other": off[1]})


PAPER = "Kingma & Ba (2015), Adam: A Method for Stochastic Optimization, https://arxiv.org/abs/1412.6980"
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="adam-correction",
        section=10,
        kind="measured",
        statement=Text(
            "Without its bias correction, Adam wants a lower learning rate.", "不做偏差修正，Adam 的最佳学习率更低。"
        ),
        judge=lower,
        evidence=Text("best learning rate, with the correction over without", "最佳学习率之比，修正与不修正"),
        remark=Text(
            "On the same gradients, its first step is {first:.2f} times as long without the correction, and a later "
            "one {longest:.1f} times.",
            "梯度相同，不修正时第一步的步长是 {first:.2f} 倍，之后最长达 {longest:.1f} 倍。",
        ),
        source=PAPER,
        origin="ours",
    ),
    Claim(
        id="adam-parts",
        section=10,
        kind="identity",
        statement=Text("Adam is momentum and RMSProp put together.", "Adam 就是 Momentum 加 RMSProp。"),
        judge=parts,
        evidence=Text(
            "thirty steps at lr = 1 by hand, from the two means: with bias correction at most {off:.0e} from torch's, "
            "without it up to {other:.2g}",
            "取 lr = 1，用两个平均手算三十步：有偏差修正，与 torch 至多相差 {off:.0e}；没有，可达 {other:.2g}",
        ),
        condition=Text(
            "Bias correction comes with it: both means start from zero, and the one of the squares stays too small for "
            "longer.",
            "还要加上偏差修正：两个平均都从零开始，而平方的平均偏小的时间更长。",
        ),
        source=PAPER,
    ),
)
TITLES = {
    "holds": Text(
        "Uncorrected, Adam steps farther at first and wants a lower learning rate",
        "不做偏差修正，Adam 前期步子偏大，最佳学习率更低",
    ),
    "holds if": Text(
        "Uncorrected, Adam first steps farther; it wants a lower learning rate at times",
        "不做偏差修正，Adam 前期步子偏大，最佳学习率视条件而变",
    ),
    "wrong": Text(
        "Uncorrected, Adam steps farther at first, yet wants a higher learning rate",
        "不做偏差修正，Adam 前期步子偏大，最佳学习率反而更高",
    ),
    "not supported": Text(
        "Uncorrected, Adam first steps farther, but no clearly lower learning rate wins",
        "不做偏差修正，Adam 前期步子偏大，最佳学习率未必更低",
    ),
}
STEPS: dict[float, str] = {  # beta2 -> colour
    0.9: style.color_of("momentum"),
    0.99: style.color_of("rmsprop"),
    0.999: style.color_of("sgd"),
}
RUNS: dict[str, tuple[Text, str, Any]] = {
    "corrected": (Text("with", "修正"), style.color_of("adam"), "-"),
    "uncorrected": (Text("without", "不修正"), style.color_of("sgd"), (0, (5, 1.5))),
    "uncorrected_same_lr": (
        Text("without, at the same learning rate", "不修正，学习率不变"), now().quiet, (0, (6, 1.5, 1, 1.5)),
    ),
}  # fmt: skip
STEP, RATIO = Text("step $t$", "第 $t$ 步"), Text("step without / with correction", "不修正与修正的步长之比")
UPDATE, LOSS = Text("update", "更新次数"), Text("training loss", "训练损失")
DASHED = Text("dashed lines: theory", "虚线：理论")


def plot_adam_bias_correction(steps: Steps, *, ax: Axes | None = None, lang: str | None = None, **kwargs: Any) -> Axes:
    """Draw by step how much longer it is without the correction, as a ratio, and dashed the theory."""
    language, ax, count = resolve_language(lang), style.new_axes(ax), steps.theory.shape[1]
    # A log axis: about as many points to each power of ten, so that the file stays small.
    shown = sorted({min(count, round(10 ** (place / 12))) for place in range(12 * 6)})
    x, places = steps.theory.new_tensor(shown), [t - 1 for t in shown]
    with style.page_style():
        for beta2, ratios, theory in zip(BETA2S, steps.ratios, steps.theory, strict=True):
            line: dict[str, Any] = {"color": STEPS[beta2], "linewidth": 3, "alpha": 0.55, **style.own(kwargs)}
            plot_band(x, ratios[:, places], ax=ax, lang=language, **line)
            ax.plot(x.numpy(), theory[places].numpy(), color=now().ink, linestyle=(0, (4, 2)), linewidth=1.3)
            longer = beta2 > BETA1  # with beta2 = beta1 no step is
            top = int(theory.argmax()) if longer else min(20, count) - 1
            place: dict[str, Any] = {"xytext": (6, 5 if longer else -5), "textcoords": "offset points"}
            place["va"] = "bottom" if longer else "top"
            ax.annotate(f"$\\beta_2$ = {beta2:g}", (top + 1, float(theory[top])), color=STEPS[beta2], **place)
        first = float(steps.ratios[-1, :, 0].median())
        ax.plot(1, first, "o", color=now().ink, markersize=5, zorder=4, clip_on=False)
        ax.annotate(f"{first:.2f}", (1, first), (7, -3), textcoords="offset points", va="top", color=now().ink)
        ax.axhline(1, color=now().quiet, linewidth=0.9, linestyle=":")
        ax.set(xscale="log", xlim=(1, count), ylim=(0, 1.18 * float(steps.theory.max())))
        ax.minorticks_off()
        style.set_labels(ax, STEP.say(language), RATIO.say(language))
    return ax


def plot_training(found: Training, *, ax: Axes | None = None, lang: str | None = None, **kwargs: Any) -> Axes:
    """Draw the training loss by update with the correction, without it, and without it at the learning rate of with."""
    language, ax = resolve_language(lang), style.new_axes(ax)
    with style.page_style():
        for side, losses in found.losses.items():
            name, color, dashes = RUNS[side]
            width = max(1, losses.shape[1] // 40)  # updates to a point: their mean
            count = losses.shape[1] // width
            means = losses[:, : count * width].unflatten(1, (count, width)).mean(dim=2)
            line = {
                "color": color,
                "linestyle": dashes,
                "label": f"{name.say(language)}  $\\eta$ = {found.lr[side]:.2g}",
            }
            x = width * torch.arange(count) + (width + 1) / 2
            plot_band(x, means, ax=ax, lang=language, **{**line, **style.own(kwargs)})
        ax.set(yscale="log", xlim=(0, losses.shape[1]))
        ax.minorticks_off()
        style.set_labels(ax, UPDATE.say(language), LOSS.say(language))
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> style.PageFigure:
    """How much longer a step is without the correction, and what that does to the loss."""
    figure, found = style.new_figure(height=4.3), result.first
    with style.page_style():
        left, right = figure.add_axes((0.075, 0.29, 0.4, 0.55)), figure.add_axes((0.59, 0.29, 0.39, 0.55))
        plot_adam_bias_correction(found.steps, ax=left, lang=lang)
        plot_training(found, ax=right, lang=lang)
        place: dict[str, Any] = {"loc": "center", "bbox_to_anchor": (0.5, 0.115), "ncols": 3, "fontsize": 9.5}
        figure.legend(*right.get_legend_handles_labels(), handlelength=3, frameon=False, **place)
        style.set_title(figure, title(TITLES, verdicts["adam-correction"], lang))
        figure.text(0.02, 0.02, DASHED.say(lang), fontsize=9.5, color=now().quiet)
        text = band_text(found.steps.ratios.shape[1], lang)
        figure.text(0.98, 0.02, text, ha="right", fontsize=9.5, color=now().quiet)
    return figure
