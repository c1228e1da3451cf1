"""The yardstick for `nnbasics figures`: figures with as many axes and artists, by hand, without the package.

It imports torch and matplotlib, builds one optimizer, and draws what `benchmarks/command_line.py` counted on the real
figures: of each its height, its texts, and of each of its axes whether it has ticks, the points of each line, plain
texts, texts with mathematics, arrows, patches, and the points of each line of its collections.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: F401  (imported where savefig would)
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle


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
            lines = [[(-0.9 + 1.8 * i / n, 0.01 * place) for i in range(n)] for place, n in enumerate(segments)]
            ax.add_collection(LineCollection(lines))
        if ticks:
            ax.set_xticks([-1, -0.5, 0, 0.5, 1], labels=None)
            ax.set_yticks([-1, -0.5, 0, 0.5, 1], labels=None)
            ax.set_xlabel("a label below")
            ax.set_ylabel("a label at the side")
            ax.grid(True)
        else:
            ax.set_axis_off()
    return figure


def main(out: Path, table: Path) -> None:
    parameter = torch.zeros(2, requires_grad=True)
    torch.optim.SGD([parameter], lr=0.1)
    out.mkdir(parents=True, exist_ok=True)
    for name, (height, num_texts, axes) in json.loads(table.read_text()).items():
        path = out / f"{name}.png"
        draw(height, num_texts, axes).savefig(path, dpi=150)
        print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
