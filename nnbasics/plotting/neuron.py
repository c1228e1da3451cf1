"""One artificial neuron in the four stations of the biological one: a picture of one lies on a picture of the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyBboxPatch
from torch import Tensor

from .._checks import check_tensor
from .._lookup import PROPER_NAMES, name_of
from ..activations import evaluate
from ..forward import neuron
from ..text import Text, resolve_language
from .style import color_of, new_axes, page_style
from .theme import mixed, now

STAGE = (0.02, 0.02, 0.96, 0.86)  # of a figure: under its title
GATES, SUM, FIRE, OUT = 2.65, 6.0, 9.3, 12.4  # where the stations stand on it, from left to right
MIDDLE, TOP = 3.95, 6.3
STATIONS = (
    (2.0, Text("dendrites, synapses", "树突、突触"), Text("inputs × weights", "输入 × 权重")),
    (SUM, Text("cell body", "细胞体"), Text("weighted sum + bias", "加权和 + 偏置")),
    (FIRE, Text("axon", "轴突"), Text("activation $f$", "激活函数 $f$")),
    (OUT, Text("axon terminals", "轴突末梢"), Text("output $a$", "输出 $a$")),
)


def lines_of(n: int) -> list[float]:
    """The heights at which so many inputs come in."""
    pitch = min(1.35, 3.3 / max(n - 1, 1))
    return [MIDDLE + pitch * ((n - 1) / 2 - i) for i in range(n)]


def draw_stations(ax: Axes, language: str) -> None:
    """The names under the stations, biological over artificial, and the room for everything."""
    for x, alive, made in STATIONS:
        ax.text(x, 0.75, alive.say(language), ha="center", va="baseline", fontsize=11, color=color_of("purple"))
        ax.text(x, 0.2, made.say(language), ha="center", va="baseline", fontsize=11, color=now().ink)
    ax.set(xlim=(0, 14), ylim=(0, 6.95), aspect="equal")
    ax.set_axis_off()


def plot_neuron(
    x: Tensor,
    weight: Tensor,
    bias: Tensor,
    activation: str | Callable[[Tensor], Tensor],
    *,
    ax: Axes | None = None,
    lang: str | None = None,
    **line_kwargs: Any,
) -> Axes:
    """Draw one artificial neuron with its numbers: inputs times weights, their sum z with the bias, and a = f(z).

    Args:
        x: The inputs, shape (n,), n at most 4.
        weight, bias, activation: As `neuron` takes them; z and a are what it returns.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        line_kwargs: Of `Axes.annotate`'s arrows, for the inputs.

    Returns:
        The axes.

    Raises:
        ValueError, TypeError: as `neuron` does; `x` has more than 4 inputs or is a batch.

    Example:
        >>> ax = plot_neuron(torch.tensor([1.0]), torch.tensor([2.0]), torch.tensor(0.5), "relu")
        >>> any("2.5" in text.get_text() for text in ax.texts)
        True
    """
    language = resolve_language(lang)
    check_tensor(x, "x", ndim=1)
    if len(x) > 4:
        raise ValueError(f"x must have at most 4 inputs to be drawn, got {len(x)}.")
    with torch.no_grad():
        z, a = neuron(x, weight, bias, activation)
        products = (x * weight).tolist()
    ax = new_axes(ax, rect=STAGE)
    with page_style():
        for i, y in enumerate(lines_of(len(x))):
            draw_input(ax, y, i + 1, x[i].item(), weight[i].item(), products[i], line_kwargs)
        node(ax, (SUM, MIDDLE), 0.6, "$\\Sigma$", fontsize=18)
        arrow(ax, (SUM, TOP - 0.15), (SUM, MIDDLE + 0.62))
        name = Text("bias", "偏置").say(language)
        ax.text(SUM, TOP, f"{name} $b$ = {number(bias.item())}", ha="center", va="bottom")
        arrow(ax, (SUM + 0.62, MIDDLE), (FIRE - 0.82, MIDDLE))
        ax.text((SUM + FIRE - 0.2) / 2, MIDDLE + 0.15, f"$z$ = {number(z.item())}", ha="center", va="bottom")
        node(ax, (FIRE, MIDDLE), 0.8, "")
        draw_curve(ax, activation, z, a)
        called = name_of(activation)
        ax.text(FIRE, MIDDLE + 0.98, PROPER_NAMES.get(called, called), ha="center", va="bottom")
        arrow(ax, (FIRE + 0.82, MIDDLE), (OUT - 1.02, MIDDLE))
        pill(ax, (OUT, MIDDLE), 2.0, f"$a$ = {number(a.item())}")
        for rise in (-1.1, 0.0, 1.1):  # to every neuron of the next layer
            start, end = (OUT + 1.02, MIDDLE + 0.15 * rise), (13.95, MIDDLE + rise)
            arrow(ax, start, end, color=now().quiet, linewidth=1.1)
        total = " + ".join(map(number, [*products, bias.item()])).replace("+ −", "− ")
        total += f" = {number(z.item())}"
        size = 10.5 * min(1, 36 / len(total))
        ax.text(SUM - 0.2, 1.75, f"$z$ = {total}", ha="center", va="center", fontsize=size)
        f = {"sigmoid": "$\\sigma$", "<lambda>": "$f$"}.get(called, PROPER_NAMES.get(called, called))
        ax.text(10.95, 1.75, f"$a$ = {f}($z$) = {f}({number(z.item())})", ha="center", va="center")
        draw_stations(ax, language)
    return ax


def draw_input(
    ax: Axes, y: float, i: int, x: float, weight: float, product: float, line_kwargs: dict[str, Any]
) -> None:
    """A wire from an input through its weight to the sum, with the product written over its end."""
    color = color_of("positive" if weight >= 0 else "negative")
    bend = SUM - 1.5
    for left, right in ((1.53, GATES - 0.8), (GATES + 0.8, bend)):
        ax.plot([left, right], [y, y], color=color, linewidth=1.4, snap=False)
    style = {"color": color, "linewidth": 1.4, **line_kwargs}
    arrow(ax, (bend, y), (SUM - 0.6, MIDDLE + 0.16 * (y - MIDDLE)), **style)
    pill(ax, (0.78, y), 1.5, f"$x_{i}$ = {number(x)}")
    pill(ax, (GATES, y), 1.6, f"$w_{i}$ = {number(weight)}", color)
    ax.text(bend - 0.5, y + 0.1, number(product), ha="center", va="bottom")


def draw_curve(ax: Axes, activation: str | Callable[[Tensor], Tensor], z: Tensor, a: Tensor) -> None:
    """The activation itself inside its node, computed around 0, and where on it this z lies."""
    reach = max(4.0, 1.2 * abs(z.item()))
    x = torch.linspace(-reach, reach, 81, dtype=z.dtype, device=z.device)
    with torch.no_grad():
        y = evaluate(activation, x)
    low, high = y.min(), y.max()
    middle, scale = (low + high) / 2, 0.9 / max(float(high - low), 1e-6)
    color = color_of(activation if isinstance(activation, str) else name_of(activation))
    ax.plot(FIRE + 0.62 * x.cpu() / reach, MIDDLE + scale * (y - middle).cpu(), color=color, zorder=4)
    at = (FIRE + 0.62 * z.item() / reach, MIDDLE + scale * (a - middle).item())
    ax.add_patch(Circle(at, 0.11, facecolor=color_of("vermilion"), edgecolor=now().paper, linewidth=1, zorder=5))


def number(value: float) -> str:
    """Four digits and a real minus."""
    return f"{value:.4g}".replace("-", "−")


def node(ax: Axes, at: tuple[float, float], radius: float, text: str, **kwargs: Any) -> None:
    """A circle with words in it."""
    ax.add_patch(Circle(at, radius, facecolor=now().paper, edgecolor=now().ink, linewidth=1.4, zorder=3))
    ax.text(*at, text, **{"ha": "center", "va": "center", "color": now().ink, "zorder": 4, **kwargs})


def pill(ax: Axes, at: tuple[float, float], width: float, text: str, color: str = "") -> None:
    """A rounded box with words in it; of a colour, it is filled with a little of it."""
    corner = (at[0] - width / 2, at[1] - 0.3)
    box = FancyBboxPatch(corner, width, 0.6, boxstyle="round,pad=0,rounding_size=0.25", linewidth=1.3, zorder=3)
    box.set(facecolor=mixed(now().paper, color or now().ink, 0.15 if color else 0), edgecolor=color or now().ink)
    ax.add_patch(box)
    size = 9.5 * min(1, 13 / len(text))  # four digits and a sign are narrower
    ax.text(*at, text, ha="center", va="center", fontsize=size, color=now().ink, zorder=4)


def arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], **kwargs: Any) -> None:
    """An arrow between two points of the drawing."""
    style = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "mutation_scale": 11}
    style |= {"color": now().ink, "linewidth": 1.6, **kwargs}
    ax.annotate("", end, start, arrowprops=style)
