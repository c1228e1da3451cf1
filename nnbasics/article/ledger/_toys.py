"""What the checks of the ledger share: seeded draws, deep random networks, fair races, an interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from time import perf_counter
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from ...ensemble import train_many
from ...experiments.deep import pass_on
from ...initializers import init_weights
from ._trials import interval, normal

Function = Callable[[Tensor], Tensor]

ROUNDING = 1e-12  # float64 keeps sixteen digits of numbers near 1; a wrong formula is off in the first ones
FAR = 100.0  # a rate that suits the last layer is a hundred times off for the first one: it stands still, or leaps


def uniform(generator: torch.Generator, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Numbers from U(0, 1), on the CPU."""
    return torch.rand(shape, generator=generator, dtype=dtype, device="cpu")


def grid(low: float, high: float, count: int) -> Tensor:
    """Evenly spaced numbers in float64, on the CPU."""
    return torch.linspace(low, high, count, dtype=torch.float64, device="cpu")


def linear(in_features: int, out_features: int, generator: torch.Generator) -> nn.Module:
    """`nn.Linear` in torch's default law, in float64 on the CPU, drawn from the generator."""
    layer: nn.Module = skip_init(nn.Linear, in_features, out_features, dtype=torch.float64, device="cpu")
    init_weights(layer, "default", bias=None, generator=generator)
    return layer


def times(calls: Sequence[Callable[[], object]], repeats: int = 101) -> list[float]:
    """Seconds that each call takes, without a graph: the quickest of repeats that take turns.

    What else the machine does can only add to a time, so the least is the nearest to the call's own.
    """
    seconds: list[list[float]] = [[] for _ in calls]
    with torch.no_grad():
        for _ in range(repeats):
            for call, taken in zip(calls, seconds, strict=True):
                start = perf_counter()
                call()
                taken.append(perf_counter() - start)
    return [min(taken) for taken in seconds]


class Signals(NamedTuple):
    """What goes through a stack of layers, layer by layer, each of shape (depth,)."""

    moment: Tensor  # mean of a squared: what a layer hands on
    spread: Tensor  # variance of a from row to row of the data, mean over units
    gradient: Tensor  # root mean square of dL/dz: what comes back


def propagate(
    seed: int,
    function: Function,
    draw: Callable[..., Tensor],
    *,
    offset: float = 0.0,
    depth: int = 10,
    width: int = 64,
    nets: int = 32,
) -> Signals:
    """Send 64 rows of N(0, 1) through random networks z = W a + b, a = f(z), and a random gradient back.

    Means over `nets` networks; every b is +offset or -offset, by the toss of a coin.
    """
    generator = torch.Generator().manual_seed(seed)
    empty = partial(torch.empty, width, width, dtype=torch.float32, device="cpu")
    x = normal(generator, nets, width, 64, dtype=torch.float32)

    def layers() -> Iterator[tuple[Tensor, Tensor]]:
        for _ in range(depth):
            weight = torch.stack([draw(empty(), generator=generator) for _ in range(nets)])
            yield weight, offset * normal(generator, nets, width, 1, dtype=torch.float32).sign()

    sums, outputs = zip(*pass_on(x, layers(), function), strict=True)
    sent = normal(generator, nets, width, 64, dtype=torch.float32)
    gradients = torch.autograd.grad(outputs[-1], sums, sent)
    outputs = tuple(a.detach() for a in outputs)
    return Signals(
        torch.stack([a.square().mean() for a in outputs]),
        torch.stack([a.var(dim=2).mean() for a in outputs]),
        torch.stack([g.square().mean().sqrt() for g in gradients]),
    )


def mlp(*sizes: int, activation: Callable[[], nn.Module]) -> nn.Sequential:
    """Linear layers in torch's default initialization with an activation between them, in float32 on the CPU."""
    layers: list[nn.Module] = []
    for m, n in pairwise(sizes):
        layers += [nn.Linear(m, n, device="cpu", dtype=torch.float32), activation()]
    return nn.Sequential(*layers[:-1])


class Run(NamedTuple):
    """S models, each trained on its own data by full-batch descent."""

    losses: Tensor  # (S, updates), each taken before its update
    rate: float  # the one that all of them were trained at, or NaN
    x: Tensor  # (S, N, features)
    y: Tensor
    params: dict[str, Tensor]
    predict: Callable[[Tensor], Tensor]  # (S, N, features) -> (S, N, outputs)


def train_each(
    make_model: Callable[[], nn.Module],
    x: Tensor,
    y: Tensor,
    *,
    seeds: Sequence[int],
    rates: Sequence[float],
    updates: int,
    loss_fn: str = "bce_with_logits",
    optimizer: str = "momentum",
) -> Run:
    """Train a model for each seed, each on its own data (S, N, ...) and at its own rate, by full-batch descent."""
    run = train_many(
        make_model,
        x,
        y,
        seeds=seeds,
        loss_fn=loss_fn,
        optimizer=optimizer,
        lr=rates,
        num_epochs=updates,
        own_data=True,
    )
    rate = rates[0] if len(set(rates)) == 1 else torch.nan
    return Run(run.losses, rate, x, y, run.params, partial(run.predict, own_data=True))


def best_run(
    make_model: Callable[[], nn.Module],
    make_data: Callable[[torch.Generator, int], tuple[Tensor, Tensor]],
    score: Callable[[Run], Tensor],
    *,
    seed: int,
    rates: Sequence[float],
    updates: int,
    models: int = 32,
    **settings: str,
) -> Run:
    """Train 32 models at the best of the rates: that with the lowest mean score of 8 other models on other data.

    Whoever is compared passes the same seed, rates and score, and so gets the same data and the same search.
    """
    generator = torch.Generator().manual_seed(seed)
    others = range(1000 * seed + 500, 1000 * seed + 508)
    x, y = (t.repeat(len(rates), *[1] * (t.ndim - 1)) for t in make_data(generator, len(others)))
    own = [rate for rate in rates for _ in others]
    search = train_each(make_model, x, y, seeds=[*others] * len(rates), rates=own, updates=updates, **settings)
    means = score(search).nan_to_num(torch.inf).reshape(len(rates), -1).mean(1)
    best = rates[int(means.argmin())]
    x, y = make_data(generator, models)
    seeds = range(1000 * seed, 1000 * seed + models)
    return train_each(make_model, x, y, seeds=seeds, rates=[best] * models, updates=updates, **settings)


def updates_needed(run: Run, target: float = 0.1) -> Tensor:
    """Updates until the loss first is below the target, shape (S,); all of them and one more where it never is."""
    reached = run.losses < target
    never = run.losses.shape[1] + 1.0
    return torch.where(reached.any(1), reached.int().argmax(1).to(run.losses.dtype), never)


def moons(generator: torch.Generator, count: int, rows: int = 64) -> tuple[Tensor, Tensor]:
    """Two half circles that reach into each other, `count` times: x (S, N, 2) and classes 0.0 or 1.0 (S, N, 1)."""
    angle = torch.pi * uniform(generator, count, rows, dtype=torch.float32)
    upper = (torch.arange(rows, device="cpu") % 2 == 0).expand(count, rows)
    corner = torch.stack([angle.cos() - 0.5, angle.sin() - 0.25], dim=2)
    x = torch.where(upper[..., None], corner, -corner)
    return x + 0.2 * normal(generator, count, rows, 2, dtype=torch.float32), (~upper[..., None]).float()


RATES = (0.03, 0.1, 0.3, 1, 3, 10, 30)  # half a decade apart, wide enough that the best of each side lies inside


def speed(seed: int, activation: Callable[[], nn.Module], hidden: Sequence[int], updates: int = 300) -> Run:
    """Moons learned by 32 networks at the rate that brings the loss below 0.1 in the fewest updates."""
    make = partial(mlp, 2, *hidden, 1, activation=activation)
    return best_run(make, moons, updates_needed, seed=seed, rates=RATES, updates=updates)


def race(seed: int, slow: Run, fast: Run) -> dict[str, float]:
    """Mean updates of both, and an interval of the ratio slow/fast: the mean of logarithms, over pairs of models."""
    a, b = updates_needed(slow), updates_needed(fast)
    low, high = interval((a / b).log(), seed)
    bounds = torch.tensor([low, high], dtype=torch.float64, device="cpu").exp().tolist()
    return {"slow": float(a.mean()), "fast": float(b.mean()), "low": bounds[0], "high": bounds[1]}
