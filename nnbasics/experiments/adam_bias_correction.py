"""What does Adam's bias correction do? To the length of a step, and to the learning rate that serves training best.

Without it step t is (1 - beta1^t)/sqrt(1 - beta2^t) times as long: longer for the first thousand steps or so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from ..fair import best_lr
from ..plotting import style
from ..plotting.bands import band_text, plot_band
from ..plotting.theme import now
from ..text import Text, resolve_language
from ._adam import BETA1, BETA2S, Steps, steps_of, uncorrected_adam
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
MAKERS: dict[str, Any] = {"corrected": optim.Adam, "uncorrected": uncorrected_adam}
RATES = tuple(0.001 * 2**place for place in range(10))  # 0.001 to 0.5
QUICK: dict[str, Any] = {"seeds": range(12), "num_steps": 300, "worlds": ["digits"]}


@dataclass(frozen=True, eq=False)
class Training:
    """A world: the steps, which are the same in all of them, and the learning rates.

    Attributes:
        steps: Those on drawn gradients.
        best: Corrected, uncorrected -> the learning rate that is best for each seed, shape (S,).
    """

    steps: Steps
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
        best = {side: search.rates[search.scores.argmin(0)] for side, search in searches.items()}
        found[name] = Training(steps, best)
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
        "不修正偏差，Adam 前期步子偏大，最佳学习率更低",
    ),
    "holds if": Text(
        "Uncorrected, Adam first steps farther; it wants a lower learning rate at times",
        "不修正偏差，Adam 前期步子偏大，最佳学习率看条件",
    ),
    "wrong": Text(
        "Uncorrected, Adam steps farther at first, yet wants a higher learning rate",
        "不修正偏差，Adam 前期步子偏大，最佳学习率反而更高",
    ),
    "not supported": Text(
        "Uncorrected, Adam first steps farther, but no clearly lower learning rate wins",
        "不修正偏差，Adam 前期步子偏大，最佳学习率未必更低",
    ),
}
STEP, RATIO = (
    Text("step", "步数"),
    Text("length without correction\nover length with it", "不修正的步长是\n修正后的几倍"),
)
USUAL, OTHER = (
    Text("usual: $\\beta_2$ = {beta2:g}", "常用：$\\beta_2$ = {beta2:g}"),
    Text("$\\beta_2$ = {beta2:g}", "$\\beta_2$ = {beta2:g}"),
)
TIMES, DASHED = Text("{times:.1f} times", "{times:.1f} 倍"), Text("dashed: theory", "虚线：理论")


def plot_steps(steps: Steps, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw by step how many times as long it is without the correction, and dashed the theory; Adam's own in colour."""
    language, ax, count = resolve_language(lang), style.new_axes(ax), steps.theory.shape[1]
    # A log axis: about as many points to each power of ten, so that the file stays small.
    shown = sorted({min(count, round(10 ** (place / 12))) for place in range(12 * 6)})
    x, places = steps.theory.new_tensor(shown), [t - 1 for t in shown]
    beside: dict[str, Any] = {"textcoords": "offset points"}
    with style.page_style():
        for beta2, ratios, theory in zip(BETA2S, steps.ratios, steps.theory, strict=True):
            own = beta2 == BETA2S[-1]
            color = style.color_of("adam") if own else now().quiet
            line = {"color": color, "linewidth": 4 if own else 2, "alpha": 0.6, **style.own(line_kwargs)}
            plot_band(x, ratios[:, places], ax=ax, lang=language, **line)
            ax.plot(x, theory[places], color=now().ink, linestyle=(0, (4, 2)), linewidth=1.2)
            longer = beta2 > BETA1  # with beta2 = beta1 no step is
            top = int(theory.argmax()) if longer else min(20, count) - 1
            at, name = (top + 1, float(theory[top])), (USUAL if own else OTHER).say(language, beta2=beta2)
            if own:
                later = min(count, 5 * (top + 1)) - 1
                ax.annotate(name, (later + 1, float(theory[later])), (12, 6), color=color, fontsize=11, **beside)
                ax.annotate(
                    TIMES.say(language, times=at[1]), at, (0, 9), ha="center", color=color, fontsize=13, **beside
                )
            else:
                ax.annotate(name, at, (10, 6 if longer else -18), color=color, **beside)
        first = float(steps.ratios[-1, :, 0].median())
        ax.plot(1, first, "o", color=style.color_of("adam"), markersize=8, zorder=4, clip_on=False)
        ax.annotate(
            TIMES.say(language, times=first), (1, first), (10, -6), color=style.color_of("adam"), fontsize=13, **beside
        )
        ax.axhline(1, color=now().faint, linewidth=1)
        ax.set(xscale="log", xlim=(1, count), ylim=(0, 1.2 * float(steps.theory.max())))
        ax.minorticks_off()
        ax.xaxis.set_major_formatter("{x:,.0f}")
        style.set_labels(ax, STEP.say(language), RATIO.say(language))
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> style.PageFigure:
    """How many times as long a step is without the correction."""
    figure, found = style.new_figure(height=3.9), result.first
    with style.page_style():
        plot_steps(found.steps, ax=figure.add_axes((0.12, 0.225, 0.85, 0.65)), lang=lang)
        style.set_title(figure, title(TITLES, verdicts["adam-correction"], lang))
        figure.text(0.02, 0.02, DASHED.say(lang), fontsize=9.5, color=now().quiet)
        text = band_text(found.steps.ratios.shape[1], lang)
        figure.text(0.98, 0.02, text, ha="right", fontsize=9.5, color=now().quiet)
    return figure
