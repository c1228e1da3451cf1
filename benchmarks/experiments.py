"""What the ledger and the experiments cost: `python benchmarks/experiments.py` prints seconds and peak memory.

Whole processes, one after the other, each on one thread: seconds of the processor, which on a quiet machine are those
of the clock. The memory is the peak that the operating system counts. Two jobs are held against one by the clock,
which wants two cores with nothing else to do.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from time import perf_counter

ONE_WORLD = """
from nnbasics.experiments.table import EXPERIMENTS, draw_experiment, module_of, run_experiment
for name in EXPERIMENTS:
    draw_experiment(name, run_experiment(name, worlds=[next(iter(module_of(name).WORLDS))]), lang="en")
"""
RUNS = {  # name -> arguments of Python, seconds, MB
    "`nnbasics experiments --quick`, drawn": (["-m", "nnbasics", "experiments", "--quick"], 40, 1500),
    "all experiments in one world each, drawn": (["-c", ONE_WORLD], 150, 1500),
    "`nnbasics claims`, all worlds": (["-m", "nnbasics", "claims"], 190, 1500),
}
TWO_JOBS = {"`nnbasics experiments --quick`, drawn": 0.625, "`nnbasics claims`, all worlds": 0.625}


def measure(arguments: list[str]) -> tuple[float, float, float]:
    """Seconds of the processor, MB and seconds of the clock."""
    import os
    import resource
    import subprocess

    with tempfile.TemporaryDirectory() as folder:
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
        command = [sys.executable, *arguments]
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, env=environment)
    after, clock = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter() - start
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = after.ru_maxrss  # of the largest child so far
    return seconds, peak / (1024 if sys.platform == "linux" else 1024**2), clock


def main() -> int:
    argparse.ArgumentParser(description="What the ledger and the experiments cost.").parse_args()
    if sys.platform == "win32":
        print("Windows has no resource module to read the peak memory with.", file=sys.stderr)
        return 1
    print("| on one core | seconds | goal | peak memory, MB | goal |\n|---|---:|---:|---:|---:|")
    alone = {}
    for name, (arguments, most, room) in RUNS.items():
        seconds, megabytes, alone[name] = measure(arguments)
        print(f"| {name} | {seconds:.0f} | <= {most} | {megabytes:.0f} | <= {room} |")
    print("\n| with `--jobs 2`, by the clock | times one job | goal |\n|---|---:|---:|")
    for name, most in TWO_JOBS.items():
        *_, clock = measure([*RUNS[name][0], "--jobs", "2"])
        print(f"| {name} | {clock / alone[name]:.2f} | <= {most} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
