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
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator
from torch import Tensor, optim
from torch.nn import functional as F
from torch.optim.lr_scheduler import ExponentialLR

from .._checks import check_count
from .._device import resolve_device
from .._setup import check_seeds
from ..data import as_tensors, digits, moons, spirals, split
from ..ensemble import train_many
from ..fair import best_lr, final_loss
from ..plotting.bands import BAND, band_text, plot_band
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now
from ..text import Text
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
        rates: The learning rates that the search tried, shape (R,).
        scores: Its mean score at each, shape (R,).
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
    rates: Tensor
    scores: Tensor
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
            rates=search.rates,
            scores=search.scores.mean(1),
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
        "One short run need not find a learning rate as good as a search's",
        "试跑找到的学习率，不总是与搜索到的一样好",
    ),
}
SEEN: dict[str, tuple[str, Any, str]] = {  # side -> its colour, line and marker
    "steepest": (color_of("gradient"), (0, (4, 1.5)), "v"),
    "tenth": (color_of("tanh"), (0, (1, 1.2)), "s"),
    "search": (color_of("positive"), "-", "o"),
}
RATE, AFTER = Text("learning rate $\\eta$", "学习率 $\\eta$"), Text("loss after training", "训练后的损失")
DURING = Text("loss in the range test\n({n} updates)", "范围测试中的损失\n（{n} 次更新）")
GREY = Text("grey below: the search, mean of {n} other seeds", "下图灰线：搜索，另外 {n} 个随机种子的平均")


def _plot_test(found: Found, ax: Axes, lang: str) -> None:
    """The range test's smoothed loss over the learning rate, and upright the median learning rate of each side."""
    plot_band(found.tested, found.smooth, ax=ax, lang=lang, color=now().quiet)
    _upright(ax, found)
    ax.set_ylim(0, 1.6 * float(found.smooth[:, 0].quantile(0.5)))
    set_labels(ax, "", DURING.say(lang, n=found.test_updates))
    ax.tick_params(labelbottom=False)


def _plot_trained(found: Found, ax: Axes, lang: str) -> None:
    """The search's mean loss over the learning rate, and each side's own: their medians and middle 80 %."""
    ax.plot(found.rates, found.scores, color="#9a9a9a", marker=".", linewidth=1.4)
    _upright(ax, found)
    shares = torch.tensor([BAND[0], 0.5, BAND[1]], dtype=torch.float64, device="cpu")
    for side, chosen, final in zip(SIDES, found.chosen, found.final, strict=True):
        color, _, marker = SEEN[side]
        (left, x, right), (low, y, high) = torch.stack([chosen, final]).quantile(shares, dim=1).T.tolist()
        ax.plot([left, right], [y, y], color=color, linewidth=1.4)
        ax.plot([x, x], [low, high], color=color, linewidth=3)
        ax.plot([x], [y], color=color, marker=marker, markersize=8, markeredgecolor="white")
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ax.set_yticks([tick for tick in (0.01, 0.03, 0.1, 0.2, 0.5, 1, 2, 5) if low < tick < high])
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_locator(NullLocator())
    set_labels(ax, RATE.say(lang), AFTER.say(lang))


def _upright(ax: Axes, found: Found) -> None:
    for side, chosen in zip(SIDES, found.chosen, strict=True):
        color, line, _ = SEEN[side]
        ax.axvline(float(chosen.quantile(0.5)), color=color, linestyle=line, linewidth=1.3, zorder=1.8)
    ax.set(xscale="log", xlim=(float(found.tested[0]), float(found.tested[-1])))


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The range test of the first world above, what came of it below."""
    figure, found = new_figure(height=5.4), result.first
    with page_style():
        _plot_test(found, figure.add_axes((0.12, 0.5, 0.85, 0.34)), lang)
        _plot_trained(found, figure.add_axes((0.12, 0.15, 0.85, 0.31)), lang)
        handles = []
        for side in SIDES:
            color, line, marker = SEEN[side]
            handles.append(Line2D([], [], color=color, linestyle=line, linewidth=1.3, marker=marker, markersize=7))
        names = [NAMES[side].say(lang) for side in SIDES]
        figure.legend(handles, names, loc="upper center", ncols=3, bbox_to_anchor=(0.54, 0.92), handlelength=3)
        set_title(figure, title(TITLES, verdicts["lr-finder"], lang))
        figure.text(0.02, 0.012, GREY.say(lang, n=SEARCHED), fontsize=9.5, color=now().quiet)
        figure.text(0.98, 0.012, band_text(len(found.losses), lang), ha="right", fontsize=9.5, color=now().quiet)
    return figure
