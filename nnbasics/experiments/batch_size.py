"""What the batch size decides: how steady descent is, and how fast, by passes over the data and by updates.

The gradient of B rows strays from that of all of them by sigma / sqrt(B): small batches jolt, and ask for a smaller
learning rate. But a pass over N rows is N / B updates. So which one is fast depends on what is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullFormatter

from .._checks import check_count
from .._device import resolve_device
from .._lookup import lookup
from .._setup import check_seeds
from ..data import Data, as_tensors, digits, moons, split
from ..plotting.bands import band_text, plot_band
from ..plotting.style import PageFigure, new_axes, new_figure, own, page_style, set_labels, set_title
from ..plotting.theme import now
from ..text import Text, resolve_language
from ._batches import BatchSize, Trial, compared, noise_of_batch
from ._common import network, track
from .verdicts import HERE, OWN, OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, verdict
from .worlds import World


def few_digits(*, generator: torch.Generator) -> Data:
    """256 rows: descent on all of them makes one update where descent on single rows makes 256."""
    (x, y), _ = split(digits(), generator=generator)
    return x[:256], y[:256]


def line(num_rows: int = 128, *, generator: torch.Generator) -> Data:
    """Points around the line y = 1 + 2 x, at a distance of N(0, 1/4)."""
    x, noise = torch.randn(2, num_rows, 1, generator=generator, dtype=torch.float32, device="cpu")
    return x, 1 + 2 * x + noise / 2


class Task(NamedTuple):
    """A world: its data, the loss, and the units of the one hidden layer, 0 for a linear model."""

    label: Text
    data: Callable[..., Data]
    loss_fn: str = "cross_entropy"
    hidden: int = 16


WORLDS: dict[str, Task] = {
    "digits": Task(Text("digits", "手写数字"), few_digits),
    "moons": Task(Text("moons", "moons"), moons),
    "line": Task(Text("regression line", "回归直线"), line, "mse", 0),
}
"""The data are drawn anew for each seed; the worlds that the picture does not show have three batch sizes."""

RATES = tuple(0.02 * 2**k for k in range(9))  # to 5.12
QUICK: dict[str, Any] = {"seeds": range(8), "num_epochs": 6, "num_updates": 40, "sizes": (1, 16, None), "num_draws": 50,
                         "worlds": ["digits"]}  # fmt: skip


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    sizes: Sequence[int | None] = (1, 4, 16, 64, None),
    hidden: int | None = None,
    num_epochs: int = 16,
    num_updates: int = 100,
    rates: Sequence[float] = RATES,
    num_draws: int = 100,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Train with each batch size, and measure how far the gradient of a batch strays.

    Args:
        seeds: The models, and what rows they learn; the learning rates are searched with 8 others.
        data: A pair of tensors (x, classes) or a `Dataset`, which then is the one world.
        worlds: Names of `WORLDS`; None takes all.
        sizes: 1, at least one size more, ascending, and None for all rows. The middle one is judged as the mini-batch.
        hidden: Units of the hidden layer, in the place of the world's own.
        num_epochs: Passes over the data: the same for every batch size, so small batches make more updates.
        num_updates: The other budget: the same for every batch size, so large batches see more rows.
        rates: The learning rates to choose from.
        num_draws: How many batches of each size the gradient's noise is measured with, for each model.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        A `Result` with a `BatchSize` for each world.

    Raises:
        ValueError: `sizes` are none of that kind; whatever `train_many` refuses.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds, data), check_seeds(seeds), resolve_device(device)
    draws, counted = check_count(num_draws, "num_draws"), check_count(num_updates, "num_updates", minimum=4)
    passes, wanted = check_count(num_epochs, "num_epochs", minimum=2), list(sizes)
    some = [size for size in wanted[:-1] if size is not None]
    if len(wanted) < 3 or wanted[-1] is not None or some != sorted({1, *some}) or len(some) < len(wanted) - 1:
        raise ValueError(f"sizes must be 1, larger ones in ascending order, and None for all rows, got {sizes!r}.")
    found = {}
    for name in track(names, progress, "batch-size"):
        task = WORLDS.get(name, WORLDS["digits"])
        own_rows = None if data is None else as_tensors(data)

        def rows(seed: int, task: Task = task, own_rows: Data | None = own_rows) -> Data:
            drawn = own_rows or task.data(generator=torch.Generator(device="cpu").manual_seed(seed))
            return drawn[0].to(where), drawn[1].to(where)

        x, y = rows(seeds[0])
        units = task.hidden if hidden is None or task.hidden == 0 else hidden
        widths = [x.shape[1], *[units][: units > 0], int(y.max()) + 1 if y.dtype == torch.int64 else y.shape[1]]
        trial = Trial(partial(network, widths, where), rows, seeds, task.loss_fn, rates)
        chosen = wanted if name == names[0] else [1, wanted[len(wanted) // 2], None]
        found[name] = compared(trial, chosen, passes, counted, draws if name == names[0] else 0)
    return Result("batch-size", found, here=len(names) == 1)


BY = {
    "passes": Text("by passes over the data", "按轮数算"),
    "updates": Text("by updates", "按更新次数算"),
}
STEADINESS = Text("steadiness", "稳定性")


def two_parts(result: Result, side: int, *, steady: tuple[int, int], slow: tuple[int, int]) -> list[World]:
    """How steady one batch size is beside another, and how slow, in each world.

    Args:
        result: What was measured.
        side: Its place among the sizes: 0 one row, -1 all rows, 1 the mini-batch.
        steady, slow: The other's place, and 1 where it is to be less steady, or faster, or -1 where the reverse.
    """
    worlds = []
    for name, found in result.worlds.items():
        label, place = OWN_WORLD if name == OWN else WORLDS[name].label, {0: 0, 1: len(found.sizes) // 2, -1: -1}
        (calm, calm_sign), (fast, fast_sign) = steady, slow
        jolts = found.jolts.log()
        parts = {STEADINESS: ("swing", calm_sign * (jolts[place[calm]] - jolts[place[side]]))}
        for by, said in BY.items():
            cost = found.cost[by].log()
            parts[said] = ("cost", fast_sign * (cost[place[side]] - cost[place[fast]]))
        for said, (notion, values) in parts.items():
            world = Text(f"{label.en}, {said.en}", f"{label.zh}，{said.zh}")
            worlds.append(compare(world, notion, values, inside=said is not BY["updates"]))
    return worlds


def full(result: Result) -> Finding:
    """Steadier than one row, and slower; noted: by updates nowhere."""
    worlds = two_parts(result, -1, steady=(0, 1), slow=(0, 1))
    return Finding(worlds, {}, not any(holding(worlds, BY["updates"])))


def single(result: Result) -> Finding:
    """Less steady than a mini-batch, and faster; noted: the first everywhere, the second not, and what all rows do."""
    worlds = two_parts(result, 0, steady=(1, -1), slow=(1, -1))
    beside_all = verdict("measured", two_parts(result, 0, steady=(-1, -1), slow=(-1, -1)))
    restless, faster = holding(worlds, STEADINESS), holding(worlds, BY["passes"])
    return Finding(worlds, mini_rows(result), beside_all == "holds if" and all(restless) and not all(faster))


def mini(result: Result) -> Finding:
    """Steadier than one row, and faster than all rows; noted: by updates nowhere."""
    worlds = two_parts(result, 1, steady=(0, 1), slow=(-1, -1))
    return Finding(worlds, mini_rows(result), not any(holding(worlds, BY["updates"])))


def mini_rows(result: Result) -> dict[str, float]:
    """The rows of the mini-batch, for sentences."""
    sizes = result.first.sizes
    return {"rows": int(sizes[len(sizes) // 2])}


def holding(worlds: Sequence[World], part: Text) -> list[bool]:
    """Whether one part of a statement holds, for each world."""
    return [each.outcome == "holds" for each in worlds if each.world.en.endswith(f", {part.en}")]


PAPER = "Bottou, Curtis & Nocedal (2018), Optimization Methods for Large-Scale Machine Learning, arXiv:1606.04838"
HEAD = (
    "steadiness is how unlike each other updates are: the standard deviation of what one does to the loss of all rows, "
    "in parts of it, at the same learning rate and after as many updates (ratio); speed is the mean training loss, "
    "each at its best learning rate (ratio)",
    "稳定性看各次更新是否均匀：一次更新使全体样本的损失变动几分之几，取其标准差，学习率和更新次数相同（比值）；"
    "速度看各自最佳学习率下训练全程的平均损失（比值）",
)
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="batch-full",
        section=9,
        kind="measured",
        statement=Text("Descent on the whole data set is steady, but slow.", "用整个数据集做梯度下降，稳定但慢。"),
        judge=full,
        evidence=Text(
            "all rows beside one; " + HEAD[0],
            "全部样本与单个样本相比；" + HEAD[1],
        ),
        condition=Text(
            "It is slow by passes over the data. By updates it is not, and a machine can compute the rows of an update "
            "all at once.",
            "慢是按遍历数据的轮数算。按更新次数算并不慢，而且一次更新中的各个样本可以并行计算。",
        ),
        source=PAPER,
    ),
    Claim(
        id="batch-single",
        section=9,
        kind="measured",
        statement=Text(
            "Descent on one sample at a time is fast, but restless.", "每次只用一个样本做梯度下降，快但震荡。"
        ),
        judge=single,
        evidence=Text(
            "one row beside {rows}; " + HEAD[0],
            "单个样本与 {rows} 个样本相比；" + HEAD[1],
        ),
        condition=Text(
            "It is fast by passes over the data; by updates it is not.", "快是按遍历数据的轮数算；按更新次数算并不快。"
        ),
        remark=Text(
            "Beside all rows at once it is both, by passes over the data. Beside batches of {rows} rows it is more "
            "restless everywhere, but not everywhere shown to be faster.",
            "与全部样本相比，按轮数算，确实快但震荡。与 {rows} 个样本的小批量相比，处处更震荡，但没有测到它处处更快。",
        ),
        source=PAPER,
    ),
    Claim(
        id="batch-mini",
        section=9,
        kind="measured",
        statement=Text("Mini-batches balance speed against steadiness.", "小批量在速度与稳定之间取得平衡。"),
        judge=mini,
        evidence=Text(
            "{rows} rows: steadier than one, faster than all; " + HEAD[0],
            "{rows} 个样本：比单个稳定，比全部快；" + HEAD[1],
        ),
        condition=Text(
            "Speed is counted by passes over the data; by updates all rows at once are no slower.",
            "速度是按遍历数据的轮数算；按更新次数算，用全部样本并不更慢。",
        ),
        source=PAPER,
    ),
)
TITLES = {
    "holds": Text(
        "All rows at once: steadier, but slower, however it is counted", "用全部样本：更稳定，但怎么算都更慢"
    ),
    "holds if": Text(
        "All rows at once: steadier; slower by passes, but not by updates",
        "用全部样本更稳定；按轮数更慢，按更新次数不慢",
    ),
    "wrong": Text("All rows at once: less steady, but faster", "用全部样本：更不稳定，但更快"),
    "not supported": Text(
        "That all rows at once are steady, but slow, is not shown", "用全部样本“稳定但慢”，没有得到证实"
    ),
}
"""Of one world, too, the verdict decides: it has the two parts and both ways of counting."""

STYLES = ((0, (1, 1.2)), (0, (5, 1.5, 1, 1.5)), (0, (4, 1.5)), (0, (10, 1.5)), "-")
EPOCH, UPDATES = Text("epoch", "训练轮次 epoch"), Text("updates", "更新次数")
LOSS = Text("loss, training data", "训练集上的损失")
SIZE = Text("batch size $B$", "批量大小 $B$")
JOLTS = Text("how unlike each\nother updates are", "各次更新对损失的\n影响相差多少")
NOISE, THEORY = Text("noise / gradient", "噪声与梯度之比"), Text("theory:", "理论：")
NOTE = Text("B: rows of an update    ", "B：每次更新的样本数    ")


def plot_batch_size(
    result: BatchSize, *, by: str = "epochs", ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the training loss of each batch size.

    Args:
        result: What was measured in one world.
        by: Over what: `"epochs"`, or `"updates"` on a logarithmic axis.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for every line.

    Raises:
        ValueError: `by` is neither.
    """
    language, label = resolve_language(lang), lookup({"epochs": EPOCH, "updates": UPDATES}, by, kind="by")
    ax = new_axes(ax)
    with page_style():
        for k in range(len(result.sizes)):
            values = result.losses[k] if by == "epochs" else result.losses_by_update[k]
            x = torch.arange(1.0, 1 + values.shape[1]) if by == "epochs" else result.updates[k]
            made = x.isfinite()
            plot_band(x[made], values[:, made], ax=ax, lang=language, **{**line_style(result, k), **own(line_kwargs)})
        ax.set_yscale("log")
        ax.yaxis.set_minor_formatter(NullFormatter())
        if by == "epochs":
            ax.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        else:
            ax.set_xscale("log")
        set_labels(ax, label.say(language), LOSS.say(language))
    return ax


def plot_jolts(result: BatchSize, ax: Axes, lang: str) -> None:
    """How unlike each other updates are, over the batch size."""
    with page_style():
        style: dict[str, Any] = {"color": "#0072B2", "linestyle": "none", "marker": "o", "markersize": 5}
        plot_band(result.sizes.double(), result.jolts.T, ax=ax, lang=lang, **style)
        ax.set(xscale="log", yscale="log")
        set_labels(ax, f"{SIZE.say(lang)}  ($\\eta$ = {float(result.lr[0]):g})", JOLTS.say(lang))


def plot_batch_noise(result: BatchSize, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw the noise of the gradient over the batch size and, dashed, what theory says; arguments as above."""
    language, ax = resolve_language(lang), new_axes(ax)
    with page_style():
        some = result.sizes < result.rows  # all rows have no noise, and no place on a logarithmic axis
        style = {"color": "#0072B2", "linestyle": "none", "marker": "o", "markersize": 5, **own(line_kwargs)}
        plot_band(result.sizes[some].double(), result.noise[some].T, ax=ax, lang=language, **style)
        counts = (result.rows * torch.linspace(0, 0.98, 80, dtype=torch.float64, device="cpu") ** 3).clamp(min=1)
        curve = [float(noise_of_batch(result.sigma.quantile(0.5), count, result.rows)) for count in counts.tolist()]
        ax.plot(counts, curve, color=now().ink, linestyle=(0, (4, 2)), linewidth=1.3)
        text = THEORY.say(language) + "\n" + r"$\frac{\sigma}{\sqrt{B}}\sqrt{\frac{N-B}{N-1}}$"
        ax.text(0.04, 0.06, text, transform=ax.transAxes, color=now().ink, va="bottom", fontsize=10)
        ax.set(xscale="log", yscale="log")
        set_labels(ax, SIZE.say(language), NOISE.say(language))
    return ax


def line_style(result: BatchSize, k: int) -> dict[str, Any]:
    """One colour and dash for each batch size."""
    share = k / (len(result.sizes) - 1)
    return {"color": colormaps["plasma"](0.75 * (1 - share)), "linestyle": STYLES[k % len(STYLES)], "linewidth": 1.9}


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The loss by epochs and by updates, how unlike each other updates are, and the noise of the gradient."""
    figure, found, judged = new_figure(height=6.1), result.first, verdicts["batch-full"]
    with page_style():
        for by, left in {"epochs": 0.125, "updates": 0.61}.items():
            plot_batch_size(found, by=by, ax=figure.add_axes((left, 0.51, 0.365, 0.265)), lang=lang)
        plot_jolts(found, figure.add_axes((0.125, 0.125, 0.365, 0.265)), lang)
        plot_batch_noise(found, ax=figure.add_axes((0.61, 0.125, 0.365, 0.265)), lang=lang)
        handles = [Line2D([], [], **line_style(found, k)) for k in range(len(found.sizes))]
        names = [f"B = {size}\nη = {lr:g}" for size, lr in zip(found.sizes.tolist(), found.lr.tolist(), strict=True)]
        figure.legend(
            handles, names, loc="upper center", ncols=len(names), bbox_to_anchor=(0.53, 0.89), handlelength=2.8
        )
        set_title(figure, (HERE.say(lang) if judged.here else "") + TITLES[judged.verdict].say(lang))
        note = NOTE.say(lang) + band_text(found.losses.shape[1], lang)
        figure.text(0.98, 0.012, note, ha="right", fontsize=9.5, color=now().quiet)
    return figure
