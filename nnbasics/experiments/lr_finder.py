"""Whether one short run with a growing learning rate finds a good one: the range test against a search.

The learning rate grows by the same factor at each update. `"steepest"` takes the one at which the smoothed loss falls
fastest, per factor of the learning rate; `"tenth"` a tenth of the one at which it is back above its start.

Source:
    L. N. Smith, Cyclical Learning Rates for Training Neural Networks, 2017, section 3.3,
    https://arxiv.org/abs/1506.01186; the learning rates grow there in equal steps, here in equal ratios.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import torch
from matplotlib.axes import Axes
from torch import Tensor, optim
from torch.nn import functional as F
from torch.optim.lr_scheduler import ExponentialLR

from .._checks import check_count
from .._device import resolve_device
from .._setup import check_seeds
from ..data import as_tensors, digits, moons, spirals, split
from ..ensemble import train_many
from ..fair import best_lr, final_loss
from ..plotting.bands import band_text, plot_band
from ..plotting.style import PageFigure, color_of, new_axes, new_figure, own, page_style, set_labels, set_title
from ..plotting.theme import mixed, now
from ..text import Text, resolve_language
from ._common import classifier, track
from .race import SEARCHED, seeds_apart, whole_batches
from .verdicts import OWN, OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, keeps, title


class Setting(NamedTuple):
    """A world: what is learned, by how many hidden units of ReLU."""

    label: Text
    make_data: Any
    hidden: int = 32


WORLDS: dict[str, Setting] = {
    "digits": Setting(Text("digits, 32 units", "手写数字，32 个单元"), digits),
    "digits, wide": Setting(Text("digits, 128 units", "手写数字，128 个单元"), digits, 128),
    "moons": Setting(Text("moons, 32 units", "moons，32 个单元"), partial(moons, 1024)),
    "spirals": Setting(Text("spirals, 32 units", "spirals，32 个单元"), partial(spirals, 1024)),
}
RULES = ("steepest", "tenth")
SIDES = (*RULES, "search")
NAMES = {
    "steepest": Text("steepest point", "下降最陡处"),
    "tenth": Text("a tenth of the blow-up", "发散处的十分之一"),
    "search": Text("best of the search", "搜索到的最佳值"),
}
LOWEST, HIGHEST = 1e-3, 10.0  # the learning rates of the range test
RATES = tuple(0.02 * 2**k for k in range(9))
WIDTH = 7  # the updates that a smoothed loss is the mean of
QUICK: dict[str, Any] = {"seeds": range(8), "num_epochs": 5, "worlds": ["digits"]}


@dataclass(frozen=True, eq=False)
class Found:
    """The range test of each seed, what two rules read off it, and what training at those learning rates gives.

    Attributes:
        label: The world in words.
        tested: The learning rate of each update of the range test, ascending, shape (U,).
        losses: The loss of each update's batch, before it, shape (S, U); infinite where it was no number.
        smooth: The mean of 7 such losses around each update, shape (S, U).
        chosen: The learning rate that each of `SIDES` trains each seed at, shape (3, S); of the search one for all.
        final: The loss of each seed at the end of its training, shape (3, S); infinite where it diverged.
        guess: The loss of giving each class the same probability.
        test_updates: The updates that a range test took, U.
        search_updates: Those that the search took, of all its models.
    """

    label: Text
    tested: Tensor
    losses: Tensor
    smooth: Tensor
    chosen: Tensor
    final: Tensor
    guess: float
    test_updates: int
    search_updates: int

    def loss_ratio(self, rule: str) -> Tensor:
        """The logarithm of the loss at the rule's learning rate over that at the search's; guessing is the worst."""
        ends = self.final.clamp(max=self.guess)
        return (ends[SIDES.index(rule)] / ends[SIDES.index("search")]).log()


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    hidden: int | None = None,
    num_updates: int = 100,
    num_epochs: int = 8,
    batch_size: int = 64,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Run the range test, take a learning rate from it by two rules, and train at each beside the best of a search.

    Args:
        seeds: The models; the search takes others.
        data: A pair of tensors (x, classes) or a `Dataset`.
        worlds: Names of `WORLDS`; None takes all. The first is drawn.
        hidden: Units of the hidden layer; None takes those of each world, 32 for data.
        num_updates: U, the length of the range test, from the learning rate 0.001 to 10.
        num_epochs, batch_size: As in `train`, for the trainings.
        rates: The learning rates that the search tries.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.
    """
    seeds, names, where = check_seeds(seeds), choose_worlds(WORLDS, worlds, data), resolve_device(device)
    updates = check_count(num_updates, "num_updates", minimum=2 * WIDTH)
    growth, others = (HIGHEST / LOWEST) ** (1 / (updates - 1)), seeds_apart(seeds, SEARCHED)
    found: dict[str, Found] = {}
    for name in track(names, progress, "lr-finder"):
        world = Setting(OWN_WORLD, partial(as_tensors, data)) if name == OWN else WORLDS[name]
        (x, y), _ = split(world.make_data())
        x, y = (part.to(where) for part in whole_batches(x, y, batch_size))
        classes, width = int(y.max()) + 1, check_count(world.hidden if hidden is None else hidden, "hidden")
        make = partial(classifier, x.shape[1], width, classes, where)
        settings: dict[str, Any] = {"loss_fn": "cross_entropy", "batch_size": batch_size}

        epochs = -(-updates // -(-len(x) // batch_size))
        growing = partial(growing_sgd, gamma=growth)
        test = train_many(make, x, y, seeds=seeds, optimizer=growing, lr=LOWEST, num_epochs=epochs, **settings)
        tested = LOWEST * growth ** torch.arange(updates, dtype=torch.float64, device="cpu")
        losses = test.losses[:, :updates].double().cpu().nan_to_num(torch.inf, torch.inf)
        smooth = smoothed(losses)

        settings["num_epochs"] = num_epochs
        search = best_lr(make, x, y, rates=rates, seeds=others, **settings)
        best = torch.full((len(seeds),), search.best, dtype=torch.float64, device="cpu")
        chosen = torch.stack([steepest(tested, smooth), tenth(tested, smooth), best])
        runs = [train_many(make, x, y, seeds=seeds, lr=lr, **settings) for lr in chosen]
        found[name] = Found(
            label=world.label,
            tested=tested,
            losses=losses,
            smooth=smooth,
            chosen=chosen,
            final=torch.stack([final_loss(run) for run in runs]),
            guess=math.log(classes),
            test_updates=updates,
            search_updates=len(search.rates) * len(others) * runs[0].losses.shape[1],
        )
    return Result("lr-finder", found, here=len(names) == 1)


def growing_sgd(parameters: Any, lr: float, *, gamma: float) -> optim.Optimizer:
    """SGD whose learning rate a real ExponentialLR multiplies by gamma after every update, instead of every epoch."""
    optimizer = optim.SGD(parameters, lr=lr)
    schedule = ExponentialLR(optimizer, gamma)
    optimizer.register_step_post_hook(lambda *_: schedule.step())
    return optimizer


def smoothed(losses: Tensor) -> Tensor:
    """The mean of 7 losses around each, shape (S, U); at the ends the outermost one is repeated.

    A running mean of the past would lag behind, and so move every rate that is read off it upwards.
    """
    padded = F.pad(losses[:, None], (WIDTH // 2, WIDTH // 2), mode="replicate")[:, 0]
    return padded.unfold(1, WIDTH, 1).mean(2)


def steepest(tested: Tensor, smooth: Tensor) -> Tensor:
    """The rate, for each seed, at which the loss falls fastest on the way to its minimum, shape (S,)."""
    slope = torch.gradient(smooth.clamp(max=1e6), dim=1)[0]  # of equal ratios of the rate
    slope = slope.where(torch.arange(len(tested), device="cpu") < smooth.argmin(1, keepdim=True), torch.inf)
    return tested[slope.argmin(1)]


def tenth(tested: Tensor, smooth: Tensor) -> Tensor:
    """A tenth of the rate at which the loss, past its minimum, is back above its start, or of the last rate."""
    above = (smooth > smooth[:, :1]) & (torch.arange(len(tested), device="cpu") > smooth.argmin(1, keepdim=True))
    above[:, -1] = True
    return tested[above.int().argmax(1)] / 10


BY = Text("{world}, {rule}", "{world}，{rule}")


def finds(result: Result) -> Finding:
    """Whether training at what each rule reads off ends as low as at the best of the search, in each world."""
    worlds = []
    for found in result.worlds.values():
        for rule in RULES:
            words = Text(*(BY.say(a, world=found.label.say(a), rule=NAMES[rule].say(a)) for a in ("en", "zh")))
            worlds.append(keeps(words, "loss", found.loss_ratio(rule)))
    first = result.first
    return Finding(worlds, {"test": first.test_updates, "search": first.search_updates})


CLAIMS = (
    Claim(
        id="lr-finder",
        section=10,
        kind="measured",
        statement=Text(
            "One short run with a growing learning rate finds one that trains as well as the best of a search.",
            "让学习率一路增大，试跑一小段，找到的学习率训练效果与搜索到的最佳值一样好。",
        ),
        judge=finds,
        evidence=Text(
            "loss after training at the learning rate that a rule reads off a run of {test:.0f} updates, over that at "
            "the best of a search of {search:.0f} updates in the first world; within a tenth is as well",
            "先试跑 {test:.0f} 次更新，按规则读出学习率，训练后的损失与用搜索（第一种情形共 {search:.0f} 次更新）"
            "得到的最佳学习率之比；相差不到一成算一样好",
        ),
        correction=Text("It trains worse than the best of a search.", "训练效果不如搜索到的最佳值。"),
        source="Smith (2017), Cyclical Learning Rates for Training Neural Networks, https://arxiv.org/abs/1506.01186",
        origin="ours",
    ),
)
TITLES = {
    "holds": Text(
        "One short run finds a learning rate as good as a search's", "试跑一小段，找到的学习率与搜索的一样好"
    ),
    "holds if": Text("One short run can find a learning rate as good as a search's", "试跑一小段，有时与搜索的一样好"),
    "wrong": Text(
        "One short run finds a learning rate that trains worse than a search's", "试跑找到的学习率不如搜索到的"
    ),
    "not supported": Text(
        "A short run's learning rate need not be as good as a search's",
        "试跑找到的学习率，不总是与搜索到的一样好",
    ),
}
ZONES = (  # of the range test's learning rates: too small to matter, falling, and past where it is back above its start
    (Text("too small", "太小"), "grey"),
    (Text("good", "合适"), "blue"),
    (Text("blows up", "发散"), "vermilion"),
)
RATE = Text("learning rate $\\eta$, raised at each of {n} updates", "学习率 $\\eta$，{n} 次更新中逐次增大")
DURING = Text("loss of the batch", "每批的损失")
BEST = Text("best of a full search: {lr:.2g}", "完整搜索的最佳值：{lr:.2g}")


def zones(found: Found) -> list[int]:
    """The updates where the zones begin and end: the first, a tenth of the way down, back above the start, the last."""
    middle = found.smooth.median(dim=0).values
    start, low = middle[0], int(middle.argmin())
    falls = int((middle <= start - 0.1 * (start - middle[low])).int().argmax())
    above = middle > start
    above[:low], above[-1] = False, True
    return [0, falls, int(above.int().argmax()), len(middle) - 1]


def plot_range_test(found: Found, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the range test's smoothed loss over the learning rate in its zones, and where a search found the best."""
    language, ax, ends = resolve_language(lang), new_axes(ax), zones(found)
    middle, start = found.smooth.median(dim=0).values, float(found.smooth[:, 0].median())
    low, high = float(middle.min()), 1.5 * start
    with page_style():
        plot_band(found.tested, found.smooth, ax=ax, lang=language, color=now().quiet, linewidth=0)
        for (name, hue), first, last in zip(ZONES, ends[:-1], ends[1:], strict=True):
            if first == last:
                continue
            color, (left, right) = color_of(hue), found.tested[[first, last]].tolist()
            ax.axvspan(left, right, color=mixed(now().paper, color, 0.1), linewidth=0, zorder=0.3)
            line = {"color": color, "linewidth": 3, **own(line_kwargs)}
            ax.plot(found.tested[first : last + 1], middle[first : last + 1].clamp(max=1e6), **line)
            ax.text((left * right) ** 0.5, 1.02 * high, name.say(language), ha="center", color=color, fontsize=12)
        best = float(found.chosen[-1, 0])
        there = min(float(middle[(found.tested - best).abs().argmin()]), high)
        arrow = {"arrowstyle": "-|>", "color": now().ink, "linewidth": 1.5, "shrinkA": 3, "shrinkB": 5}
        style: dict[str, Any] = {"ha": "center", "va": "top", "color": now().ink, "arrowprops": arrow}
        ax.annotate(BEST.say(language, lr=best), (best, there), (best, 0.35 * low), **style)
        ax.set(xscale="log", xlim=(float(found.tested[0]), float(found.tested[-1])), ylim=(0, high))
        ax.xaxis.set_major_formatter("{x:g}")
        ax.minorticks_off()
        set_labels(ax, RATE.say(language, n=found.test_updates), DURING.say(language))
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The range test of the first world."""
    figure, found = new_figure(height=3.9), result.first
    with page_style():
        plot_range_test(found, ax=figure.add_axes((0.095, 0.225, 0.885, 0.605)), lang=lang)
        set_title(figure, title(TITLES, verdicts["lr-finder"], lang))
        figure.text(0.98, 0.02, band_text(len(found.losses), lang), ha="right", fontsize=9.5, color=now().quiet)
    return figure
