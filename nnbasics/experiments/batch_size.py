"""What the batch size decides: how steady descent is, and how fast, by passes over the data and by updates.

The gradient of B rows strays from that of all of them by sigma / sqrt(B): small batches jolt, and ask for a smaller
learning rate. But a pass over N rows is N / B updates. So which one is fast depends on what is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from matplotlib.axes import Axes

from .._checks import check_count
from .._device import resolve_device
from .._setup import check_seeds
from ..data import Data, as_tensors, moons
from ..plotting.style import PageFigure, color_of, new_axes, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now, readable
from ..text import Text, resolve_language
from ._batches import Trial, compared, descent, few_digits, line, loss_surface
from ._common import network, track
from ._landscape import highest, plot_landscape, plot_way
from .verdicts import HERE, OWN, OWN_WORLD, Claim, Finding, Judgement, Result, choose_worlds, compare, verdict
from .worlds import World


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
"""The data are drawn anew for each seed."""

RATES = tuple(0.02 * 2**k for k in range(9))  # to 5.12
QUICK: dict[str, Any] = {"seeds": range(8), "num_epochs": 6, "num_updates": 40, "worlds": ["digits"]}


def measure(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    worlds: Sequence[str] | None = None,
    sizes: Sequence[int | None] = (1, 16, None),
    hidden: int | None = None,
    num_epochs: int = 16,
    num_updates: int = 100,
    rates: Sequence[float] = RATES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Train with each batch size, for as many passes over the data and for as many updates.

    Args:
        seeds: The models, and what rows they learn; the learning rates are searched with 8 others.
        data: A pair of tensors (x, classes) or a `Dataset`, which then is the one world.
        worlds: Names of `WORLDS`; None takes all.
        sizes: 1, at least one size more, ascending, and None for all rows. The middle one is judged as the mini-batch.
        hidden: Units of the hidden layer, in the place of the world's own.
        num_epochs: Passes over the data: the same for every batch size, so small batches make more updates.
        num_updates: The other budget: the same for every batch size, so large batches see more rows.
        rates: The learning rates to choose from.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        A `Result` with a `BatchSize` for each world.

    Raises:
        ValueError: `sizes` are none of that kind; whatever `train_many` refuses.
    """
    names, seeds, where = choose_worlds(WORLDS, worlds, data), check_seeds(seeds), resolve_device(device)
    counted, passes = (
        check_count(num_updates, "num_updates", minimum=4),
        check_count(num_epochs, "num_epochs", minimum=2),
    )
    wanted = list(sizes)
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
        found[name] = compared(trial, wanted, passes, counted)
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
        evidence=Text("all rows beside one; " + HEAD[0], "全部样本与单个样本相比；" + HEAD[1]),
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
        evidence=Text("one row beside {rows}; " + HEAD[0], "单个样本与 {rows} 个样本相比；" + HEAD[1]),
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
    "holds": Text("Full batch: steadier steps, but slower, however it is counted", "全批量每步更稳，但怎么算都更慢"),
    "holds if": Text("Full batch: steadier steps, but only one in each epoch", "全批量每步更稳，但一轮只走一步"),
    "wrong": Text("Full batch: less steady, but faster, unlike on this line", "全批量更不稳但更快，与图中相反"),
    "not supported": Text(
        "Full batch: steady on this line; “steady, but slow” is not shown everywhere",
        "全批量在图中更稳；“稳定但慢”未处处得到证实",
    ),
}
"""Of one world, too, the verdict decides: it has the two parts and both ways of counting."""

ROWS, UPDATES, LR, START = 128, 40, 0.1, (-1.6, -0.2)  # of the picture: (slope, intercept) to start from
PATHS: dict[int, tuple[Text, str, float, tuple[float, float]]] = {
    # rows of an update -> the way's name, hue, width, and where it is named: the picture is the same each time
    1: (Text("single rows", "单个样本"), "grey", 1.2, (-1.3, 1.0)),
    16: (Text("mini-batch", "小批量"), "orange", 1.7, (-0.77, 0.49)),
    ROWS: (Text("full batch", "全批量"), "blue", 2.6, (-0.35, 0.05)),
}
SLOPE, INTERCEPT, MINIMUM = Text("slope $w$", "斜率 $w$"), Text("intercept $b$", "截距 $b$"), Text("minimum", "最低点")
NOTE = Text(
    "a line through {rows} points, mini-batches of {mini}\nthe same learning rate, {updates} updates each",
    "用直线拟合 {rows} 个点，小批量每次 {mini} 个\n学习率相同，各更新 {updates} 次",
)
EPOCH = Text("one epoch of each, cut into its updates", "各走一轮，分成几次更新")


def plot_descents(*, ax: Axes | None = None, lang: str | None = None) -> Axes:
    """Draw the ways down the loss of a line through 128 points, by full batch, mini-batches and single rows."""
    language, ax = resolve_language(lang), new_axes(ax)
    x, y = (part.double() for part in line(ROWS, generator=torch.Generator(device="cpu").manual_seed(0)))
    best = torch.linalg.lstsq(torch.cat([x, torch.ones_like(x)], dim=1), y).solution[:, 0].tolist()
    with page_style():
        plot_landscape(loss_surface(x, y), best, ax=ax, xlim=(-2.1, 3.1), ylim=(-0.5, 1.75))
        for size, (name, hue, width, place) in PATHS.items():
            color = readable(color_of(hue), highest())
            plot_way(descent(x, y, size, START, lr=LR, updates=UPDATES), ax=ax, color=color, linewidth=width)
            ax.text(*place, name.say(language), color=color)
        ax.annotate(MINIMUM.say(language), best, (4, -24), textcoords="offset points", color=now().ink)
        note = NOTE.say(language, rows=ROWS, mini=sorted(PATHS)[1], updates=UPDATES)
        ax.text(0.985, 0.04, note, transform=ax.transAxes, ha="right", fontsize=9.5, linespacing=1.35, color=now().ink)
        set_labels(ax, SLOPE.say(language), INTERCEPT.say(language))
    return ax


def plot_epoch(*, ax: Axes | None = None, lang: str | None = None) -> Axes:
    """Draw an epoch as a bar for each way, cut into its updates, with their number."""
    language, ax = resolve_language(lang), new_axes(ax)
    with page_style():
        for row, (size, (name, hue, *_)) in enumerate(PATHS.items()):
            starts, color = range(0, ROWS, size), color_of(hue)
            ax.barh([row] * len(starts), size - 1 / 3, left=[*starts], height=0.6, color=color, linewidth=0)
            ax.text(-3, row, name.say(language), ha="right", va="center", color=color)
            ax.text(ROWS + 3, row, str(len(starts)), va="center", color=color, fontsize=12.5)
        ax.text(0, len(PATHS) - 0.25, EPOCH.say(language), va="center", color=now().ink)
        ax.set(xlim=(0, ROWS), ylim=(-0.5, len(PATHS)))
        ax.axis("off")
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """Three ways down one surface, and beneath them how many updates each makes of an epoch."""
    figure, judged = new_figure(height=5.0), verdicts["batch-full"]
    with page_style():
        plot_descents(ax=figure.add_axes((0.06, 0.36, 0.92, 0.535)), lang=lang)
        plot_epoch(ax=figure.add_axes((0.25, 0.02, 384 / 700, 0.24)), lang=lang)  # a row is three pixels wide
        set_title(figure, (HERE.say(lang) if judged.here else "") + TITLES[judged.verdict].say(lang))
    return figure
