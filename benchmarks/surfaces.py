"""What paths on a surface cost, as ratios within one run: `python benchmarks/surfaces.py` prints a table.

Six optimizers go 500 steps down Rosenbrock's valley: in six loops of bare torch calls, one after the other, and
together with `descend_all`; then from 100 starts at once. The three run in turn, again and again; a ratio is the
median of the ratios within a round. Everything is on one thread.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable
from functools import partial
from time import perf_counter

import torch
from torch import Tensor

from nnbasics import OPTIMIZERS
from nnbasics.surfaces import descend_all, rosenbrock

STEPS = 500
MAKERS = {
    name: partial(OPTIMIZERS[name], lr=1e-3) for name in ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")
}


def bare_loop(surface: Callable[[Tensor], Tensor], start: Tensor, make: Callable[..., torch.optim.Optimizer]) -> Tensor:
    """The path of one optimizer, as anybody would write it."""
    point = start.clone().requires_grad_()
    optimizer = make([point])
    path = [start]
    for _ in range(STEPS):
        optimizer.zero_grad()
        surface(point).backward()
        optimizer.step()
        path.append(point.detach().clone())
    return torch.stack(path)


def bare_rosenbrock(point: Tensor) -> Tensor:
    """Without a check of the argument."""
    a, b = point
    return (1 - a) ** 2 + 100 * (b - a**2) ** 2


def measure(rounds: int) -> dict[str, list[float]]:
    """Seconds of each contestant in each round, after one to warm up."""
    start = torch.tensor([-1.2, 1.0])
    starts = start + 0.1 * torch.randn(100, 2, generator=torch.Generator().manual_seed(0))
    contestants: dict[str, Callable[[], object]] = {
        "six bare loops, one start": lambda: [bare_loop(bare_rosenbrock, start, make) for make in MAKERS.values()],
        "`descend_all`, one start": lambda: descend_all(rosenbrock, start, MAKERS, num_steps=STEPS),
        "`descend_all`, 100 starts": lambda: descend_all(rosenbrock, starts, MAKERS, num_steps=STEPS),
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, run in contestants.items():
            begin = perf_counter()
            run()
            if number:
                times[name].append(perf_counter() - begin)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description="What paths cost, together and apart.")
    parser.add_argument("--rounds", type=int, default=9, help="how often each is run (default: 9)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    times = measure(arguments.rounds)
    bare, one, many = times
    print(f"Six optimizers, {STEPS} steps each\n\n| what | ms | ratio | goal |\n|---|---:|---:|---:|")
    print(f"| {bare} | {1000 * statistics.median(times[bare]):.0f} | | |")
    for name, base, of, goal in ((one, bare, "the bare loops", 0.45), (many, one, "one start", 1.2)):
        ratio = statistics.median(t / b for t, b in zip(times[name], times[base], strict=True))
        print(f"| {name} | {1000 * statistics.median(times[name]):.0f} | {ratio:.2f} of {of} | <= {goal:g} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
