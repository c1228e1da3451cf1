"""What the two pictures of deep random networks share: a line for each initializer, and theory over it."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from torch import Tensor

from .._text import tr
from ..plotting.bands import plot_band
from ..plotting.style import COLORS, INK, new_axes, own, page_style

SPAN = 20  # powers of ten to both sides of 1; what goes further leaves the picture
MARKS = {"large": "^", "kaiming": "o", "xavier": "s", "default": "D", "small": "v"}


def plot_by_depth(
    layers: Tensor, values: Tensor, theory: Tensor, laws: tuple[str, ...], ax: Axes | None, lang: str, line: Any
) -> Axes:
    """Draw values (I, S, L) and theory (I, L) over layers (L,), one line for each law of `LAWS`."""
    ax = new_axes(ax)
    every = max(1, len(layers) // 4)
    with page_style():
        for law, runs, exact in zip(laws, values, theory, strict=True):
            style = {"color": COLORS[law], "marker": MARKS[law], "markersize": 5, "markevery": every}
            plot_band(layers, runs.clamp(1e-300, 1e300), ax=ax, lang=lang, **{**style, **own(line)})
            ax.plot(layers, exact, color=INK, linestyle=(0, (4, 6)), linewidth=1, antialiased=False)
        ax.set(yscale="log", ylim=(10.0**-SPAN, 10.0**SPAN), xlim=(1, float(layers[-1])))
        ax.set_yticks([10.0**power for power in (-20, -10, 0, 10, 20)])
        ax.minorticks_off()
        ax.set_xticks([1, round(len(layers) / 2), len(layers)] if len(layers) > 2 else range(1, len(layers) + 1))
    return ax


def name_laws(ax: Axes, theory: Tensor, laws: tuple[str, ...], lang: str) -> None:
    """Write each law beside the end of its theory (I,), the lower ones above one another where they would collide."""
    names = {
        "large": tr("large: N(0, 1)", lang),
        "kaiming": "Kaiming",
        "xavier": "Xavier",
        "default": tr("torch's default", lang),
        "small": tr("small: N(0, 0.01²)", lang),
    }
    powers = theory.log10().clamp(-SPAN + 1, SPAN - 1).tolist()
    free = -float("inf")
    for i in theory.argsort().tolist():
        free = max(powers[i], free)
        y, color = 10.0**free, COLORS[laws[i]]
        ax.plot(1.05, y, MARKS[laws[i]], color=color, markersize=5, clip_on=False, transform=ax.get_yaxis_transform())
        place: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "center"}
        ax.annotate(names[laws[i]], (1.05, y), (6, 0), color=color, annotation_clip=False, **place)
        free += 3.0


def name_panel(ax: Axes, activation: str, kept: Tensor, laws: tuple[str, ...], lang: str) -> None:
    """Name the activation over its panel, and the median share (I,) that the law made for it keeps."""
    law = "kaiming" if "relu" in activation else "xavier"
    text = tr("{law} keeps {share:.2g}", lang).format(law=law.capitalize(), share=float(kept[laws.index(law)]))
    ax.set_title(f"{activation}\n{text}", loc="left", fontsize=10.5, color=INK, linespacing=1.3)
