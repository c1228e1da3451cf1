"""Many runs in one picture: their median, and a band that says what it holds."""

from __future__ import annotations

from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor

from .._checks import check_tensor, shape_text
from ..text import Text, resolve_language
from .style import new_axes, own, page_style

BAND = (0.1, 0.9)


def plot_band(
    x: Tensor,
    values: Tensor,
    *,
    ax: Axes | None = None,
    lang: str | None = None,
    label: str | None = None,
    **line_kwargs: Any,
) -> Axes:
    """Draw the median of S runs over x and, shaded, the middle 80% of them; `band_text` says so in words.

    Args:
        x: Where the values stand, shape (T,).
        values: The runs, shape (S, T). Where a value is NaN or infinite it counts as larger than every other one,
            and what of the line or the band is not finite is left out.
        ax: The axes to draw on; None makes a new figure.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.
        label: The line's label for a legend.
        line_kwargs: Of `Axes.plot`, for the line; the band has its colour.

    Returns:
        The axes.

    Raises:
        ValueError: the shapes do not fit.
        TypeError: an argument is no floating-point tensor.

    Example:
        >>> len(plot_band(torch.arange(3.0), torch.rand(8, 3, generator=torch.Generator())).collections)
        1
    """
    resolve_language(lang)
    check_tensor(x, "x", ndim=1)
    if not isinstance(values, Tensor) or not values.dtype.is_floating_point:
        raise TypeError("values must be a floating-point torch.Tensor of shape (S, T).")
    if values.ndim != 2 or values.shape[1] != len(x) or len(values) == 0:
        raise ValueError(f"values must have shape (S, {len(x)}), as many columns as x, got {shape_text(values.shape)}.")
    runs = values.detach().to("cpu", torch.float64).nan_to_num(torch.inf, torch.inf, -torch.inf)
    ranked = runs.sort(dim=0).values
    low, middle, high = (_quantile(ranked, share) for share in (BAND[0], 0.5, BAND[1]))
    xs = x.detach().to("cpu", torch.float64).numpy()
    ax = new_axes(ax)
    with page_style():
        (line,) = ax.plot(xs, middle.numpy(), **{"label": label, **own(line_kwargs)})
        seen: dict[str, Any] = {"color": line.get_color(), "zorder": line.get_zorder() - 0.5}
        finite = (low.isfinite() & high.isfinite()).numpy()
        ax.fill_between(xs, low.numpy(), high.numpy(), where=finite, alpha=0.18, linewidth=0, **seen)
    return ax


def _quantile(ranked: Tensor, share: float) -> Tensor:
    """The quantile of each column of sorted numbers, between neighbours in a straight line; NaN beside infinity."""
    position = share * (len(ranked) - 1)
    below = int(position)
    above = min(below + 1, len(ranked) - 1)
    found = torch.lerp(ranked[below], ranked[above], position - below)
    return found.masked_fill(~found.isfinite(), torch.nan)


def band_text(num_runs: int, lang: str) -> str:
    """What line and band mean, for the figure."""
    return Text("line: median of {n} seeds    band: the middle 80%", "线：{n} 个随机种子的中位数    带：中间 80%").say(
        lang, n=num_runs
    )
