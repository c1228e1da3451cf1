"""What training costs, as ratios within one run: `python benchmarks/training.py` prints a table.

Every row compares with a loop of bare torch calls for one model. All of a row's contestants run in turn,
again and again; the ratio is the median of the ratios within a round. Everything is on one thread, and
making the models counts.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable
from time import perf_counter

import torch
from sklearn.datasets import load_digits
from torch import Tensor, nn
from torch.nn import functional as F

from nnbasics import OPTIMIZERS, seeded_model, train, train_many

EPOCHS = 20  # 580 updates on the digits; of the small model 640 in batches of 16, 160 in batches of 64


def digits() -> tuple[Tensor, Tensor]:
    data = load_digits()
    return torch.tensor(data.data, dtype=torch.float32) / 16, torch.tensor(data.target)


def digits_model() -> nn.Module:
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def article_model() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 3), nn.Sigmoid(), nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 2))


def bare_loop(
    make_model: Callable[[], nn.Module], x: Tensor, y: Tensor, batch_size: int, make_optimizer: Callable[..., object]
) -> None:
    """The loop as anybody would write it, without a DataLoader."""
    model = seeded_model(make_model, 0)
    optimizer = make_optimizer(model.parameters())
    generator = torch.Generator().manual_seed(0)
    losses = []
    for _ in range(EPOCHS):
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())


def medians(contestants: dict[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Seconds of each contestant, and their ratio to the first one in the same round: the medians of both."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds + 1):
        for name, run in contestants.items():
            start = perf_counter()
            run()
            if number:  # the first round warms up
                times[name].append(perf_counter() - start)
    first = next(iter(times.values()))
    return {
        name: (statistics.median(column), statistics.median(t / base for t, base in zip(column, first, strict=True)))
        for name, column in times.items()
    }


def measure(optimizer: str, rounds: int) -> list[tuple[str, float, float, float | None]]:
    """Rows of (what, milliseconds, ratio to the bare loop, goal)."""
    lr = 0.1 if optimizer == "sgd" else 1e-3
    x, y = digits()
    generator = torch.Generator().manual_seed(0)
    points = torch.randn(512, 3, generator=generator)
    labels = (points.sum(1) > 0).long()
    rows = []
    for title, make_model, data, target, size, goals in (
        ("64-32-10 on digits, batch 64", digits_model, x, y, 64, {1: 1.2, 16: 2.5, 64: 3.3, 256: 10.0}),
        ("3-3-2-2, batch 16", article_model, points, labels, 16, {1: 1.2, 256: 4.5}),
        ("3-3-2-2, batch 64", article_model, points, labels, 64, {1: 1.2, 256: 4.5}),
    ):
        settings = {
            "loss_fn": "cross_entropy",
            "optimizer": optimizer,
            "lr": lr,
            "num_epochs": EPOCHS,
            "batch_size": size,
        }

        def plain(make_model=make_model, data=data, target=target, size=size):
            bare_loop(make_model, data, target, size, lambda p: OPTIMIZERS[optimizer](p, lr=lr))

        def ours(make_model=make_model, data=data, target=target, settings=settings):
            train(seeded_model(make_model, 0), data, target, **settings)

        def many(seeds, make_model=make_model, data=data, target=target, settings=settings):
            train_many(make_model, data, target, seeds=range(seeds), **settings)

        runs = {"bare loop": plain, "`train`": ours}
        runs |= {f"`train_many`, {n} seed(s)": lambda n=n, many=many: many(n) for n in goals}
        wanted = dict(zip(runs, [None, 1.05, *goals.values()], strict=True))
        rows += [
            (f"{title}, {optimizer}: {name}", 1000 * seconds, ratio, wanted[name])
            for name, (seconds, ratio) in medians(runs, rounds).items()
        ]
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description="What training costs, against a loop of bare torch calls.")
    parser.add_argument("--rounds", type=int, default=9, help="how often each is run (default: 9)")
    parser.add_argument("--optimizer", nargs="+", default=["sgd"], help="names of OPTIMIZERS (default: sgd)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print("| what | ms | times the bare loop | goal |\n|---|---:|---:|---:|")
    for optimizer in arguments.optimizer:
        for what, milliseconds, ratio, goal in measure(optimizer, arguments.rounds):
            goal_text = "" if goal is None else f"<= {goal:g}"
            print(f"| {what} | {milliseconds:.1f} | {ratio:.2f} | {goal_text} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
