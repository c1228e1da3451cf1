"""The yardstick for `nnbasics figures`: 13 figures with as many axes and artists, by hand, without the package.

It imports torch and matplotlib, builds one optimizer, and draws. `benchmarks/command_line.py` checks
that the counts below are those of the real figures.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: F401  (imported where savefig would)
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle

# Of each figure: its height, its texts, and of each of its axes: whether it has ticks, the points of each line,
# plain texts, texts with mathematics, arrows, patches, and the segments of each collection.
FIGURES = {
    "biological-neuron": (3.9, 1, [(False, [2], 6, 3, 5, 11, [105, 5])]),
    "artificial-neuron": (3.9, 1, [(False, [], 5, 12, 6, 5, [])]),
    "network": (3.9, 2, [(False, [], 11, 0, 0, 10, [9, 6, 4])]),
    "sigmoid": (3.9, 1, [(True, [401, 401, 1, 1], 4, 0, 2, 2, [])]),
    "tanh": (3.9, 1, [(True, [2, 2, 401, 401, 1, 1, 1], 2, 0, 3, 0, [])]),
    "relu": (3.9, 1, [(True, [401, 402, 1, 1], 3, 0, 2, 1, [])]),
    "broadcasting": (2.9, 1, [(False, [], 26, 0, 0, 18, [])]),
    "mae": (3.9, 1, [(True, [301, 302, 3, 1, 1], 3, 0, 2, 0, [])]),
    "mse": (3.9, 1, [(True, [301, 301, 3, 1, 1, 2], 3, 0, 2, 0, [])]),
    "smooth-l1": (3.9, 1, [(True, [301, 301, 3, 1], 3, 2, 1, 1, [])]),
    "gradient-descent": (3.6, 1, [(True, [121, 11, 1], 2, 1, 0, 0, []), (True, [121, 11, 1], 1, 2, 0, 0, []),
                                  (True, [121, 11, 1], 2, 1, 0, 0, [])]),
    "momentum": (3.75, 1, [(True, [16, 1, 16, 1, 1], 1, 0, 0, 0, [3]), (True, [101, 1, 101, 1, 2], 2, 0, 0, 0, [])]),
    "learning-rate": (3.9, 1, [(True, [201, 201, 201], 0, 0, 0, 0, [])]),
}  # fmt: skip


def draw(height: float, num_texts: int, axes: list[tuple]) -> Figure:
    figure = Figure(figsize=(7, height))
    for i in range(num_texts):
        figure.text(0.02, 0.97 - 0.1 * i, "A sentence over the figure, about as long as ours", fontsize=12.5)
    for column, (ticks, lines, plain, formulas, arrows, patches, collections) in enumerate(axes):
        width = 0.85 / len(axes)
        ax = figure.add_axes((0.1 + column * width, 0.15, width * 0.9, 0.7))
        ax.set(xlim=(-1, 1), ylim=(-1, 1))
        for points in lines:
            xs = torch.linspace(-0.9, 0.9, points)
            ax.plot(xs.numpy(), torch.sin(3 * xs).numpy(), "o" if points == 1 else "-")
        for i in range(plain):
            ax.text(-0.9 + 0.05 * i, 0.9 - 0.05 * i, "a plain label")
        for i in range(formulas):
            ax.text(-0.9 + 0.05 * i, -0.9 + 0.05 * i, f"label $w_{{{i}}}$")
        for i in range(arrows):
            ax.annotate("a remark", (0, 0), (0.1 * i, 0.3), arrowprops={"arrowstyle": "-|>"})
        for i in range(patches):
            ax.add_patch(Circle((-0.9 + 0.1 * i, 0), 0.05))
        for segments in collections:
            ax.add_collection(LineCollection([[(-0.9, 0.01 * i), (0.9, 0.02 * i)] for i in range(segments)]))
        if ticks:
            ax.set_xticks([-1, -0.5, 0, 0.5, 1], labels=None)
            ax.set_yticks([-1, -0.5, 0, 0.5, 1], labels=None)
            ax.set_xlabel("a label below")
            ax.set_ylabel("a label at the side")
            ax.grid(True)
        else:
            ax.set_axis_off()
    return figure


def main(out: Path) -> None:
    parameter = torch.zeros(2, requires_grad=True)
    torch.optim.SGD([parameter], lr=0.1)
    out.mkdir(parents=True, exist_ok=True)
    for name, (height, num_texts, axes) in FIGURES.items():
        path = out / f"{name}.png"
        draw(height, num_texts, axes).savefig(path, dpi=150)
        print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
