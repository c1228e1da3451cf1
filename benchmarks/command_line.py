"""Whole commands against bare scripts that do as much by hand: `make bench`.

Each pair runs in turn, A B A B ..., in processes of their own with warm file caches; what is printed is the median
of the ratios, so that a machine which speeds up or slows down in between does not show.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
RUNS = int(os.environ.get("RUNS", "9"))


# The warm-up may write bytecode, as pip does when it installs: what is timed is running, not compiling.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=ENVIRONMENT)
    return time.perf_counter() - start


def compare(ours: list[str], bare: list[str]) -> tuple[float, float, float]:
    """Median seconds of both, and the median of their ratios run by run, after a run of each that is not counted."""
    seconds(ours), seconds(bare)
    pairs = [(seconds(ours), seconds(bare)) for _ in range(RUNS)]
    times = [statistics.median(column) for column in zip(*pairs, strict=True)]
    return times[0], times[1], statistics.median(a / b for a, b in pairs)


def counts() -> dict[str, tuple[float, int, list[tuple]]]:
    """What the figures hold, for the bare script: of each its height, its texts, and what each of its axes holds."""
    from matplotlib.text import Annotation

    import nnbasics

    found = {}
    for name in nnbasics.FIGURES:
        figure, axes = nnbasics.draw_figure(name, lang="en", device="cpu"), []
        for ax in figure.axes:
            arrows = sum(isinstance(t, Annotation) and t.arrow_patch is not None for t in ax.texts)
            formulas = sum("$" in t.get_text() for t in ax.texts)
            points = [len(line.get_xdata()) for line in ax.lines]
            segments = [[max(2, len(path.vertices)) for path in c.get_paths()] for c in ax.collections]
            plain = max(0, len(ax.texts) - formulas - arrows)
            axes.append((ax.axison, points, plain, formulas, arrows, len(ax.patches), segments))
        found[name] = (figure.get_size_inches()[1], len(figure.texts), axes)
    return found


def main() -> None:
    held = counts()
    command = str(Path(sys.executable).with_name("nnbasics"))
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "counts.json"
        table.write_text(json.dumps(held))
        ours, bare = [command], [sys.executable, str(HERE / "bare_help.py")]
        rows = [
            ("`nnbasics --help`", 1.3, [*ours, "--help"], [*bare, "--help"]),
            ("`nnbasics figures --list`", 1.3, [*ours, "figures", "--list"], [*bare, "figures", "--list"]),
            (
                f"`nnbasics figures` ({len(held)} figures)",
                1.15,
                [*ours, "figures", "--lang", "en", "--out", f"{folder}/a"],
                [sys.executable, str(HERE / "bare_figures.py"), f"{folder}/b", str(table)],
            ),
        ]
        print("| command | seconds | bare script | ratio | goal |\n|---|---|---|---|---|")
        for label, goal, a, b in rows:
            mine, yardstick, ratio = compare(a, b)
            print(f"| {label} | {mine:.3f} | {yardstick:.3f} | {ratio:.2f} | at most {goal} |", flush=True)


if __name__ == "__main__":
    main()
