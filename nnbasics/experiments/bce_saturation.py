"""What is left of the gradient where a prediction is wrong and sure of it, and whether training gets out of there.

In exact arithmetic BCE's gradient is sigma(z) - t, and never vanishes where the prediction is wrong. Of the product
(p - t) / (p (1 - p)) * p (1 - p) that autograd forms for BCE after a sigmoid, float32 loses the right side first:
1 - p is 0 from z = 24 ln 2 = 16.6 on. On the left p goes on getting smaller, but torch divides by no less than 1e-12,
so that the gradient fades as 1e12 exp(z) from z = -27.6 on. `BCEWithLogitsLoss` never forms p.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor
from torch.nn import functional as F

from .._checks import check_count, check_number, check_positive
from .._device import resolve_device
from .._setup import check_seeds, one_thread
from .._text import resolve_language
from ..data import moons
from ..plotting.bands import band_text, plot_band
from ..plotting.style import (
    COLORS,
    INK,
    QUIET,
    PageFigure,
    new_axes,
    new_figure,
    own,
    page_style,
    set_labels,
    set_title,
)
from ..text import Text
from ._common import track
from .race import seeds_apart
from .verdicts import Claim, Finding, Judgement, Result, choose_worlds, exactly, title

WORLDS: dict[str, dict[str, Any]] = {"moons": {"label": Text("two moons", "两个半月")}}
LOSSES: dict[str, Callable[..., Tensor]] = {
    "bce_with_logits": F.binary_cross_entropy_with_logits,
    "bce": lambda z, target, **how: F.binary_cross_entropy(torch.sigmoid(z), target, **how),
    "mse": lambda z, target, **how: F.mse_loss(torch.sigmoid(z), target, **how),
}
"""Each of a logit z and a target of 0 or 1; the last two take the sigmoid's probability."""

RIGHT = 0.8  # of the rows: a line can put almost nine in ten of the moons into their class
RATES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)
STARTS = tuple(range(-40, 41, 8))
QUICK: dict[str, Any] = {"seeds": range(8), "num_updates": 100}
THEORY: dict[str, Any] = {"color": INK, "linestyle": (0, (4, 2)), "linewidth": 1.3}


@dataclass(frozen=True, eq=False)
class BceSaturation:
    """Three losses after a sigmoid, where the logit is large and has the wrong sign.

    Attributes:
        losses: Names of the losses, L of them.
        logits: z, shape (Z,); the target is 1 where z < 0, else 0, so that each prediction is wrong.
        gradient: dL/dz by autograd in float32, shape (L, Z).
        theory_gradient: The same in exact arithmetic, shape (L, Z): sigma(z) - t, and 2 (sigma(z) - t) sigma'(z).
        one_from, zero_until: From where on float32's sigmoid is exactly 1, and until where it is exactly 0.
        starts: The biases that training starts from, shape (B,).
        rates: The learning rates that were tried, shape (R,).
        lr: The one that was best for each loss and start, shape (L, B); NaN where no model recovered at any.
        updates: After how many updates four fifths of the rows are right for good, shape (L, S, B); infinite: never.
        num_updates: How many updates there were.
    """

    losses: tuple[str, ...]
    logits: Tensor
    gradient: Tensor
    theory_gradient: Tensor
    one_from: float
    zero_until: float
    starts: Tensor
    rates: Tensor
    lr: Tensor
    updates: Tensor
    num_updates: int


def measure(
    *,
    seeds: Sequence[int] = range(32),
    worlds: Sequence[str] | None = None,
    starts: Sequence[float] = STARTS,
    rates: Sequence[float] = RATES,
    num_updates: int = 200,
    num_rows: int = 64,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Differentiate the losses at wrong logits, then train sigma(w.x + b) from where it is wrong on half its rows.

    With a bias b far from 0 every row is put into one class, and half of them belong to the other. Gradient descent on
    all rows, for each loss and each start at the rate of `rates` that recovers in the fewest updates, searched with 8
    other seeds: where a loss does not recover, it does not at any of these rates. MSE, whose gradient fades as
    exp(-|z|), would take ever larger ones to get away, and with those it leaps to where it is flat again.

    Args:
        seeds: Each draws its two moons and its weights w from N(0, 1/4).
        worlds: There is one, "moons".
        starts: The biases b to start from.
        rates: The learning rates to choose from.
        num_updates: How many updates each model gets.
        num_rows: The rows of a model's data.
        device: Where torch computes, in float32.
        progress: Whether to show a bar with the time left.

    Returns:
        A `Result` with a `BceSaturation`.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
    """
    (name,) = choose_worlds(WORLDS, worlds)
    seeds, where = check_seeds(seeds), resolve_device(device)
    updates, rows = check_count(num_updates, "num_updates"), check_count(num_rows, "num_rows", minimum=2)
    biases = [check_number(start, "starts") for start in starts]
    tried = [check_positive(rate, "rates") for rate in rates]
    if not biases or not tried:
        raise ValueError(f"starts and rates must hold at least one number, got {starts!r} and {rates!r}.")
    logits = torch.linspace(-40, 40, 321, dtype=torch.float32, device="cpu")
    own, needed = [], []
    with torch.inference_mode(False), torch.enable_grad(), one_thread():
        gradient = torch.stack([slope_of(loss, logits.to(where)) for loss in LOSSES.values()]).cpu()
        others, data = _data(seeds_apart(seeds, 8), rows, where), _data(seeds, rows, where)
        for loss in track([*LOSSES.values()], progress, "bce-saturation"):
            pairs = torch.cartesian_prod(_floats(tried), _floats(biases))
            search = _updates(loss, others, pairs.to(where), updates).reshape(len(tried), len(biases), -1)
            best = _floats(tried)[search.clamp(max=updates + 1).mean(2).argmin(0)]
            needed.append(_updates(loss, data, torch.stack([best, _floats(biases)], 1).to(where), updates).T)
            own.append(best.masked_fill(search.isinf().all(2).all(0), torch.nan))
    found = BceSaturation(
        losses=tuple(LOSSES),
        logits=logits,
        gradient=gradient,
        theory_gradient=exact_slopes(logits.double()),
        one_from=_edge(lambda z: float(torch.sigmoid(_floats([z]).to(where))) == 1, 0.0, 40.0),
        zero_until=-_edge(lambda z: float(torch.sigmoid(_floats([-z]).to(where))) == 0, 0.0, 200.0),
        starts=_floats(biases),
        rates=_floats(tried),
        lr=torch.stack(own),
        updates=torch.stack(needed),
        num_updates=updates,
    )
    return Result("bce-saturation", {name: found})  # what it says is of torch's losses, not of these data only


def _floats(values: Sequence[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float32, device="cpu")


def slope_of(loss: Callable[..., Tensor], z: Tensor) -> Tensor:
    z = z.clone().requires_grad_()
    (slope,) = torch.autograd.grad(loss(z, (z < 0).float(), reduction="sum"), z)
    return slope


def exact_slopes(z: Tensor) -> Tensor:
    """dL/dz of each loss, from float64: sigma(z) - 1 is -sigma(-z), which loses no digits."""
    off = torch.where(z < 0, -torch.sigmoid(-z), torch.sigmoid(z))
    return torch.stack([off, off, 2 * off * torch.sigmoid(z) * torch.sigmoid(-z)])


def _edge(reached: Callable[[float], bool], low: float, high: float) -> float:
    """The least number at which `reached` holds, by halving the interval."""
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _data(seeds: Sequence[int], rows: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Each seed's rows (S, N, 2), targets (S, N) and first weights (S, 2, 1)."""
    drawn = []
    for seed in seeds:
        generator = torch.Generator(device="cpu").manual_seed(seed)
        x, y = moons(rows, generator=generator)
        drawn.append((x, y.float(), torch.randn(2, 1, generator=generator, dtype=torch.float32, device="cpu") / 2))
    x, y, w = (torch.stack(parts).to(device) for parts in zip(*drawn, strict=True))
    return x, y, w


def _updates(
    loss: Callable[..., Tensor], data: tuple[Tensor, Tensor, Tensor], pairs: Tensor, num_updates: int
) -> Tensor:
    """How many updates each of P pairs (rate, start) takes for each seed's data, shape (P, S); infinite: too many.

    All P * S models at once: the gradient of the sum of their losses is each one's own.
    """
    copies = len(pairs)
    x, y, w = (part.repeat(copies, *[1] * (part.ndim - 1)) for part in data)
    rate, b = pairs.repeat_interleave(len(data[0]), dim=0).split(1, dim=1)
    w, b = w.requires_grad_(), b.clone().requires_grad_()
    needed = torch.zeros(len(x), dtype=torch.float32, device=x.device)
    for done in range(num_updates + 1):
        z = torch.bmm(x, w).squeeze(2) + b
        wrong = ((z > 0) == (y > 0)).float().mean(1) < RIGHT
        needed[wrong] = done + 1.0
        to_w, to_b = torch.autograd.grad(loss(z, y, reduction="none").mean(1).sum(), (w, b))
        with torch.no_grad():
            w -= rate[:, :, None] * to_w
            b -= rate * to_b
    return needed.masked_fill(needed > num_updates, torch.inf).reshape(copies, -1).cpu()


BOUNDS = {8.0: True, 16.0: True, 20.0: False, 40.0: False, 100.0: False, 200.0: False}
"""Cases: how large the logits may be -> whether 1 - sigmoid(z) is still more than 0 there in float32."""
NEAR = 0.05  # at 16 only two of float32's steps lie between sigmoid(z) and 1


def error(loss: Callable[..., Tensor], bound: float) -> float:
    """How far loss and gradient are from exact, in float32, at logits from -bound to bound that are wrong.

    The exact ones are log(1 + exp(|z|)) and sigma(z) - t; the loss's error is a share of 1 + itself.
    """
    z = torch.linspace(-bound, bound, 321, dtype=torch.float32, device="cpu")
    with torch.inference_mode(False), torch.enable_grad():
        lost, slope = loss(z, (z < 0).float(), reduction="none").double(), slope_of(loss, z).double()
    right, steep = F.softplus(z.double().abs()), exact_slopes(z.double())[0]
    return float(torch.maximum((lost - right).abs() / (1 + right), (slope - steep).abs()).max())


def saturated(result: Result, *, loss: Callable[..., Tensor] = LOSSES["bce"]) -> Finding:
    """The sigmoid and BCE against exact arithmetic, case by case; BCEWithLogitsLoss beside it. A fact of torch."""
    label = Text("logits up to {bound:g}", "logit 绝对值不超过 {bound:g}")
    worlds = []
    for bound, inside in BOUNDS.items():
        text = Text(*(label.say(lang, bound=bound) for lang in ("en", "zh")))
        worlds.append(exactly(text, error(loss, bound) < NEAR, inside=inside))
    z = torch.full((1,), 20.0, dtype=torch.float32, device="cpu")
    with torch.inference_mode(False), torch.enable_grad():
        numbers = {"loss": float(loss(z, torch.zeros_like(z))), "slope": float(slope_of(loss, z))}
    noted = error(LOSSES["bce_with_logits"], max(BOUNDS)) < 1e-5 and not numbers["slope"]
    return Finding(worlds, {**numbers, "edge": result.first.one_from}, noted)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="bce-saturated",
        section=8,
        kind="identity",
        statement=Text(
            "For two classes, a sigmoid followed by binary cross-entropy is the loss.",
            "二分类的损失用 Sigmoid 加二分类交叉熵。",
        ),
        judge=saturated,
        evidence=Text(
            "a logit of 20 for the wrong class has a loss of {loss:.2f} instead of 20 and a gradient of {slope:.2f} "
            "instead of 1; sigmoid is 1 in float32 from {edge:.1f} on",
            "logit 为 20 而类别判错时，损失为 {loss:.2f}，应为 20；梯度为 {slope:.2f}，应为 1；"
            "在 float32 中，logit 从 {edge:.1f} 起 sigmoid 就等于 1",
        ),
        condition=Text(
            "The sigmoid is not saturated. Past a logit of about 17 float32 rounds it to 1, torch cuts the logarithm "
            "off at -100, and no gradient is left; BCEWithLogitsLoss takes the logits and stays right.",
            "Sigmoid 没有饱和。logit 超过约 17，float32 就把它舍入成 1，torch 把对数截断在 -100，梯度也随之消失；"
            "改用 BCEWithLogitsLoss，直接接收 logits，就没有这个问题。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
    ),
)

TITLES = {
    "holds": Text("BCE keeps its gradient, however sure the wrong prediction", "无论错得多自信，BCE 都保有梯度"),
    "holds if": Text(
        "Sure and wrong, BCE after a sigmoid loses its gradient; on logits it keeps it",
        "错得自信时，sigmoid 后的 BCE 失去梯度，用 logits 则不会",
    ),
    "wrong": Text("BCE after a sigmoid is off at all logits", "sigmoid 后的 BCE 在任何 logit 处都有偏差"),
    "not supported": Text("BCE after a sigmoid is off at some logits", "sigmoid 后的 BCE 在有些 logit 处有偏差"),
}
EDGE = Text("float32:\n$\\sigma(z)$ = 1\nfrom z = {edge:.1f}", "float32：\nz ≥ {edge:.1f} 时\n$\\sigma(z)$ = 1")
LOGIT, SLOPE = (
    Text("logit z of a wrong prediction", "错误预测的 logit z"),
    Text("size of the gradient |dL/dz|", "梯度大小 |dL/dz|"),
)
BIAS, UPDATES = (
    Text("bias that training starts from", "训练开始时的偏置"),
    Text("updates to recover", "恢复所需的更新次数"),
)
NEVER = Text(
    "×: at least half the seeds never recover\n({n} updates, learning rates up to {rate:g})",
    "×：半数以上的种子始终没有恢复\n（更新 {n} 次，学习率最大试到 {rate:g}）",
)
STYLES: dict[str, dict[str, Any]] = {
    "bce_with_logits": {"label": "BCEWithLogits", "color": COLORS["logits"], "linestyle": "-"},
    "bce": {"label": "sigmoid + BCE", "color": COLORS["probabilities"], "linestyle": "-."},
    "mse": {"label": "sigmoid + MSE", "color": COLORS["mse"], "linestyle": (0, (1, 1.5))},
}


def plot_bce_saturation(
    result: BceSaturation, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw the size of the gradient at a wrong logit for each loss, and dashed what exact arithmetic gives.

    Args:
        result: What was measured.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.plot`, for every line but theory's.

    Returns:
        The axes.
    """
    language, ax = resolve_language(lang), new_axes(ax)
    z = result.logits.tolist()
    with page_style():
        for name, slope in zip(result.losses, result.gradient.abs().tolist(), strict=True):
            ax.plot(z, slope, **{**STYLES[name], **own(line_kwargs)})
        for slope in result.theory_gradient[1:].abs().tolist():  # the first two losses are one
            ax.plot(z, slope, **{**THEORY, "linewidth": 1})
        ax.plot([], [], **THEORY, label=Text("theory", "理论").say(language))
        ax.legend(loc="upper center", ncols=2, fontsize=9.5, columnspacing=1, handlelength=1.8)
        text = EDGE.say(language, edge=result.one_from)
        ax.text(z[-1], 0.5, text, color=INK, ha="right", va="center", fontsize=9.5, linespacing=1.35)
        ax.set_ylim(0, 1.5)
        ax.set_yticks([0, 0.5, 1])
        set_labels(ax, LOGIT.say(language), SLOPE.say(language))
    return ax


def plot_recovery(
    result: BceSaturation, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any
) -> Axes:
    """Draw how many updates each loss takes to recover by the bias that it starts from, a cross where it never does.

    Arguments and result as those of `plot_bce_saturation`.
    """
    language, ax = resolve_language(lang), new_axes(ax)
    with page_style():
        ax.set_yscale("log")
        middle = result.updates.sort(dim=1).values[:, result.updates.shape[1] // 2]
        for row, (name, updates) in enumerate(zip(result.losses, result.updates, strict=True)):
            style = {**STYLES[name], **own(line_kwargs)}
            plot_band(result.starts, updates, ax=ax, lang=language, **style)
            never = result.starts[middle[row].isinf()].tolist()
            height = result.num_updates * 1.7**row
            ax.plot(never, [height] * len(never), "x", color=style["color"], markersize=6)
        text = NEVER.say(language, n=result.num_updates, rate=float(result.rates[-1]))
        place: dict[str, Any] = {"transform": ax.transAxes, "ha": "center", "va": "top", "linespacing": 1.35}
        ax.text(0.5, 0.99, text, color=INK, fontsize=9.5, **place)
        ax.set_ylim(0.8, result.num_updates * 25)
        ticks = [n for n in (1, 10, 100, 1000) if n <= result.num_updates]
        ax.set_yticks(ticks, [str(n) for n in ticks])
        ax.set_yticks([], minor=True)
        set_labels(ax, BIAS.say(language), UPDATES.say(language))
    return ax


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The gradient by logit, and the updates to recover by the bias that training starts from."""
    figure, found = new_figure(), result.first
    with page_style():
        plot_bce_saturation(found, ax=figure.add_axes((0.085, 0.2, 0.4, 0.65)), lang=lang)
        plot_recovery(found, ax=figure.add_axes((0.575, 0.2, 0.4, 0.65)), lang=lang)
        set_title(figure, title(TITLES, verdicts["bce-saturated"], lang))
        figure.text(0.98, 0.02, band_text(found.updates.shape[1], lang), ha="right", fontsize=9.5, color=QUIET)
    return figure
