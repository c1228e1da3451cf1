"""What all experiments cost: `python benchmarks/experiments.py` prints a table of seconds and peak memory.

Whole processes, one after the other, drawing both languages; the memory is the peak that the operating system counts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from time import perf_counter

GOALS = {"default seeds": (300, 1500), "--quick": (60, 1500)}  # seconds, MB


def measure(*options: str) -> tuple[float, float]:
    import resource
    import subprocess

    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "nnbasics", "experiments", "--lang", "all", "--out", folder, *options]
        start = perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # of the largest child so far
    return seconds, peak / (1024 if sys.platform == "linux" else 1024**2)


def main() -> int:
    argparse.ArgumentParser(description="What all experiments cost.").parse_args()
    if sys.platform == "win32":
        print("Windows has no resource module to read the peak memory with.", file=sys.stderr)
        return 1
    print("| `nnbasics experiments` | seconds | goal | peak memory, MB | goal |\n|---|---:|---:|---:|---:|")
    for name, options in (("--quick", ["--quick"]), ("default seeds", [])):
        seconds, megabytes = measure(*options)
        most, room = GOALS[name]
        print(f"| {name} | {seconds:.0f} | <= {most} | {megabytes:.0f} | <= {room} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
