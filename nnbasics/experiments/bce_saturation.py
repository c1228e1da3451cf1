"""What is left of the gradient where a prediction is wrong and sure of it, and whether training gets out of there.

In exact arithmetic BCE's gradient is sigma(z) - t, and never vanishes where the prediction is wrong. Of the product
(p - t) / (p (1 - p)) * p (1 - p) that autograd forms for BCE after a sigmoid, float32 loses the right side first:
1 - p is 0 from z = 24 ln 2 = 16.6 on. On the left torch divides by no less than 1e-12, so that the gradient fades as
1e12 exp(z) from z = -27.6 on. `BCEWithLogitsLoss` never forms p.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor
from torch.nn import functional as F

from .._checks import check_count, check_number, check_positive
from .._device import resolve_device
from .._setup import check_seeds, one_thread
from ..data import moons
from ..plotting.bands import band_text, plot_band
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now
from ..text import Text
from ._common import track
from .race import seeds_apart
from .verdicts import Claim, Finding, Judgement, Result, choose_worlds, exactly, title

WORLDS: dict[str, dict[str, Any]] = {"moons": {"label": Text("moons", "moons")}}
Loss = Callable[..., Tensor]
LOSSES: dict[str, Loss] = {
    "bce_with_logits": F.binary_cross_entropy_with_logits,
    "bce": lambda z, target, **how: F.binary_cross_entropy(torch.sigmoid(z), target, **how),
    "mse": lambda z, target, **how: F.mse_loss(torch.sigmoid(z), target, **how),
}
"""Each of a logit z and a target of 0 or 1; the last two take the sigmoid's probability."""

_floats = partial(torch.tensor, dtype=torch.float32, device="cpu")
RIGHT = 0.8  # of the rows: a line can put almost nine in ten of the moons into their class
RATES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)
STARTS = tuple(range(-40, 41, 8))
QUICK: dict[str, Any] = {"seeds": range(8), "num_updates": 100}
THEORY: dict[str, Any] = {"color": now().ink, "linestyle": (0, (4, 2)), "linewidth": 1.3}


@dataclass(frozen=True, eq=False)
class BceSaturation:
    """The L losses of `LOSSES`, where the logit is large and has the wrong sign.

    Attributes:
        logits: z, shape (Z,); the target is 1 where z < 0, else 0, so that each prediction is wrong.
        gradient: dL/dz by autograd in float32, shape (L, Z).
        one_from: From where on float32's sigmoid is exactly 1.
        starts, rates: The biases that training starts from, shape (B,), and the learning rates tried, shape (R,).
        lr: The best for each loss and start, shape (L, B); NaN where no model recovered at any.
        updates: After how many updates four fifths of the rows are right for good, shape (L, S, B); infinite: never.
        num_updates: How many updates there were.
    """

    logits: Tensor
    gradient: Tensor
    one_from: float
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

    Gradient descent on all rows, for each loss and each start at the learning rate of `rates` that recovers in the
    fewest updates, searched with 8 other seeds: where a loss does not recover, it does not at any of these.

    Args:
        seeds: Each draws its two moons and its weights w from N(0, 1/4).
        worlds: There is one, "moons".
        starts, rates: The biases b to start from; the learning rates to choose from.
        num_updates, num_rows: How many updates each model gets; how many rows.
        device, progress: Where torch computes, in float32; whether to show a bar with the time left.

    Returns:
        A `Result` with a `BceSaturation`.
    """
    (name,) = choose_worlds(WORLDS, worlds)
    seeds, where = check_seeds(seeds), resolve_device(device)
    updates, rows = check_count(num_updates, "num_updates"), check_count(num_rows, "num_rows", minimum=2)
    biases = [check_number(start, "starts") for start in starts]
    tried = [check_positive(rate, "rates") for rate in rates]
    if not biases or not tried:
        raise ValueError(f"starts and rates must hold at least one number, got {starts!r} and {rates!r}.")
    logits = torch.linspace(-40, 40, 321, dtype=torch.float32, device="cpu")
    fine = torch.linspace(16, 18, 2001, dtype=torch.float32, device=where)
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
    found = BceSaturation(  # what it says is of torch's losses, not of these data only
        logits=logits,
        gradient=gradient,
        one_from=float(fine[torch.sigmoid(fine) == 1][0]),
        starts=_floats(biases),
        rates=_floats(tried),
        lr=torch.stack(own),
        updates=torch.stack(needed),
        num_updates=updates,
    )
    return Result("bce-saturation", {name: found})


def slope_of(loss: Loss, z: Tensor) -> Tensor:
    """dL/dz at logits that are wrong, by autograd."""
    z = z.clone().requires_grad_()
    (slope,) = torch.autograd.grad(loss(z, (z < 0).float(), reduction="sum"), z)
    return slope


def exact_slopes(z: Tensor) -> Tensor:
    """dL/dz of each loss, from float64: sigma(z) - 1 is -sigma(-z), which loses no digits."""
    off = torch.where(z < 0, -torch.sigmoid(-z), torch.sigmoid(z))
    return torch.stack([off, off, 2 * off * torch.sigmoid(z) * torch.sigmoid(-z)])


def _data(seeds: Sequence[int], rows: int, device: torch.device) -> list[Tensor]:
    """Each seed's rows (S, N, 2), targets (S, N) and first weights (S, 2, 1)."""
    drawn = []
    for seed in seeds:
        generator = torch.Generator(device="cpu").manual_seed(seed)
        x, y = moons(rows, generator=generator)
        drawn.append((x, y.float(), torch.randn(2, 1, generator=generator, dtype=torch.float32, device="cpu") / 2))
    return [torch.stack(parts).to(device) for parts in zip(*drawn, strict=True)]


def _updates(loss: Loss, data: Sequence[Tensor], pairs: Tensor, num_updates: int) -> Tensor:
    """How many updates each of P pairs (rate, start) takes for each seed's data, shape (P, S); infinite: too many."""
    copies = len(pairs)
    x, y, w = (part.repeat(copies, *[1] * (part.ndim - 1)) for part in data)
    rate, b = pairs.repeat_interleave(len(data[0]), dim=0).split(1, dim=1)
    w, b = (
        w.requires_grad_(),
        b.clone().requires_grad_(),
    )  # all P * S at once: the sum of losses has each one's gradient
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
"""How large the logits may be -> whether 1 - sigmoid(z) is still more than 0 there in float32."""
NEAR = 0.05  # at 16 only two of float32's steps lie between sigmoid(z) and 1


def error(loss: Loss, bound: float) -> float:
    """How far loss (as a share of 1 + itself) and gradient are from exact at wrong logits from -bound to bound."""
    z = torch.linspace(-bound, bound, 321, dtype=torch.float32, device="cpu")
    with torch.inference_mode(False), torch.enable_grad():
        lost, slope = loss(z, (z < 0).float(), reduction="none").double(), slope_of(loss, z).double()
    right, steep = F.softplus(z.double().abs()), exact_slopes(z.double())[0]
    return float(torch.maximum((lost - right).abs() / (1 + right), (slope - steep).abs()).max())


def saturated(result: Result, *, loss: Loss = LOSSES["bce"]) -> Finding:
    """The sigmoid and BCE against exact arithmetic, case by case; BCEWithLogitsLoss beside it. A fact of torch."""
    worlds = []
    for bound, inside in BOUNDS.items():
        label = Text(f"logits up to {bound:g}", f"logit 绝对值不超过 {bound:g}")
        worlds.append(exactly(label, error(loss, bound) < NEAR, inside=inside))
    z = torch.full((1,), 20.0, dtype=torch.float32, device="cpu")
    with torch.inference_mode(False), torch.enable_grad():
        numbers = {"loss": float(loss(z, torch.zeros_like(z))), "slope": float(slope_of(loss, z))}
    noted = error(LOSSES["bce_with_logits"], max(BOUNDS)) < 1e-5 and not numbers["slope"]
    return Finding(worlds, numbers, noted)


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
            "a wrong logit of 20 has a loss of {loss:.0f} instead of 20, and a gradient of {slope:.0f} instead of 1",
            "logit 为 20 而判错时，损失为 {loss:.0f}，应为 20；梯度为 {slope:.0f}，应为 1",
        ),
        condition=Text(
            "The logits stay below about 17, where float32 rounds the sigmoid to 1; BCEWithLogitsLoss stays right.",
            "logit 小于约 17；再大，float32 就把 sigmoid 舍入成 1。改用 BCEWithLogitsLoss 就没有这个问题。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html",
    ),
)

TITLES = {
    "holds": Text("BCE keeps its gradient, however sure the wrong prediction", "无论错得多自信，BCE 都保有梯度"),
    "holds if": Text(
        "Sure and wrong, BCE after a sigmoid loses its gradient; on logits not",
        "错得自信时，sigmoid 后的 BCE 失去梯度，用 logits 则不会",
    ),
    "wrong": Text("BCE after a sigmoid is off at some logits", "sigmoid 后的 BCE 在有些 logit 处有偏差"),
    "not supported": Text("BCE after a sigmoid is off at some logits", "sigmoid 后的 BCE 在有些 logit 处有偏差"),
}
EDGE = Text("float32:\n$\\sigma(z)$ = 1\nfrom z = {edge:.1f}", "float32：\nz ≥ {edge:.1f} 时\n$\\sigma(z)$ = 1")
LOGIT = Text("logit z of a wrong prediction", "错误预测的 logit z")
SLOPE = Text("size of the gradient |dL/dz|", "梯度大小 |dL/dz|")
BIAS, UPDATES = (
    Text("bias that training starts from", "训练开始时的偏置"),
    Text("updates to recover", "恢复所需更新次数"),
)
NEVER = Text(
    "×: at least half the seeds never recover\n({n} updates, learning rates up to {rate:g})",
    "×：半数以上的种子始终没有恢复\n（更新 {n} 次，学习率最大试到 {rate:g}）",
)
STYLES: dict[str, dict[str, Any]] = {
    "bce_with_logits": {"label": "BCEWithLogits", "color": color_of("logits"), "linestyle": "-"},
    "bce": {"label": "sigmoid + BCE", "color": color_of("probabilities"), "linestyle": "-."},
    "mse": {"label": "sigmoid + MSE", "color": color_of("mse"), "linestyle": (0, (1, 1.5))},
}


def plot_gradient(ax: Axes, found: BceSaturation, lang: str) -> None:
    """The size of the gradient at a wrong logit for each loss, and dashed what exact arithmetic gives."""
    z = found.logits.tolist()
    for name, slope in zip(LOSSES, found.gradient.abs().tolist(), strict=True):
        ax.plot(z, slope, **STYLES[name])
    for slope in exact_slopes(found.logits.double())[1:].abs().tolist():  # the first two losses are one
        ax.plot(z, slope, **{**THEORY, "linewidth": 1})
    ax.plot([], [], **THEORY, label=Text("theory", "理论").say(lang))
    ax.legend(loc="upper center", ncols=2, fontsize=9.5, columnspacing=1, handlelength=1.8)
    ax.text(
        z[-1],
        0.5,
        EDGE.say(lang, edge=found.one_from),
        color=now().ink,
        ha="right",
        va="center",
        fontsize=9.5,
        linespacing=1.35,
    )
    ax.set(ylim=(0, 1.5), yticks=(0, 0.5, 1))
    set_labels(ax, LOGIT.say(lang), SLOPE.say(lang))


def plot_recovery(ax: Axes, found: BceSaturation, lang: str) -> None:
    """How many updates each loss takes to recover by the bias it starts from, a cross where it never does."""
    ax.set_yscale("log")
    middle = found.updates.sort(dim=1).values[:, found.updates.shape[1] // 2]
    for row, (name, updates) in enumerate(zip(LOSSES, found.updates, strict=True)):
        plot_band(found.starts, updates, ax=ax, lang=lang, **STYLES[name])
        never = found.starts[middle[row].isinf()].tolist()
        height = [found.num_updates * 1.7**row] * len(never)
        ax.plot(never, height, "x", color=STYLES[name]["color"], markersize=6)
    text = NEVER.say(lang, n=found.num_updates, rate=float(found.rates.max()))
    place: dict[str, Any] = {"transform": ax.transAxes, "ha": "center", "va": "top", "linespacing": 1.35}
    ax.text(0.5, 0.99, text, color=now().ink, fontsize=9.5, **place)
    ax.set_ylim(0.8, found.num_updates * 25)
    ax.set_yticks([1, 10, 100], ["1", "10", "100"])
    ax.set_yticks([], minor=True)
    set_labels(ax, BIAS.say(lang), UPDATES.say(lang))


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The gradient by logit, and the updates to recover by the bias that training starts from."""
    figure, found = new_figure(), result.first
    with page_style():
        plot_gradient(figure.add_axes((0.085, 0.2, 0.4, 0.65)), found, lang)
        plot_recovery(figure.add_axes((0.575, 0.2, 0.4, 0.65)), found, lang)
        set_title(figure, title(TITLES, verdicts["bce-saturated"], lang))
        figure.text(0.98, 0.02, band_text(found.updates.shape[1], lang), ha="right", fontsize=9.5, color=now().quiet)
    return figure
