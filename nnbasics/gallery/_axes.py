"""What several of the gallery's pictures share: how theory looks, and an axis of powers in plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from ..plotting.style import INK

THEORY: dict[str, Any] = {"color": INK, "linestyle": (0, (4, 2)), "linewidth": 1.3}
"""Theory's line: dashed, dark and thin beside what was measured."""


def log_x(ax: Axes, values: Sequence[float]) -> None:
    """A logarithmic x axis over the values, with a tick at each power of ten among them, as a plain number."""
    ax.set_xscale("log")
    powers = [10.0**n for n in range(-9, 10) if values[0] * 0.999 <= 10.0**n <= values[-1] * 1.001]
    ax.set_xticks(powers, [f"{power:g}" for power in powers])
    ax.set_xticks([], minor=True)
    ax.set_xlim(min([values[0], *powers]), max([values[-1], *powers]))  # a float32 0.1 is a little more than 0.1
