"""What the checks of the ledger share: seeded draws, deep random networks, fair races, an interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..._stack import Stack
from ...losses import LOSSES
from ...training import seeded_model

Function = Callable[[Tensor], Tensor]
Data = tuple[Tensor, Tensor]


def normal(generator: torch.Generator, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Numbers from N(0, 1), on the CPU."""
    return torch.randn(shape, generator=generator, dtype=dtype, device="cpu")


def uniform(generator: torch.Generator, *shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """Numbers from U(0, 1), on the CPU."""
    return torch.rand(shape, generator=generator, dtype=dtype, device="cpu")


def grid(low: float, high: float, count: int) -> Tensor:
    """Evenly spaced numbers in float64, on the CPU."""
    return torch.linspace(low, high, count, dtype=torch.float64, device="cpu")


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
    a = normal(generator, nets, width, 64, dtype=torch.float32)
    sums, outputs = [], []
    for _ in range(depth):
        weight = torch.stack([draw(empty(), generator=generator) for _ in range(nets)])
        bias = offset * normal(generator, nets, width, 1, dtype=torch.float32).sign()
        sums.append(torch.baddbmm(bias, weight, a).requires_grad_())
        a = function(sums[-1])
        outputs.append(a.detach())
    loss = (a * normal(generator, nets, width, 64, dtype=torch.float32)).sum()
    gradients = torch.autograd.grad(loss, sums)
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
    """S models, each trained on its own data."""

    losses: Tensor  # (S, updates)
    stack: Stack

    def predict(self, x: Tensor) -> Tensor:
        """What each model makes of its own rows: (S, N, features) -> (S, N, outputs)."""
        with torch.no_grad():
            return self.stack._forward(self.stack.params, x.transpose(1, 2)).transpose(1, 2)


def train_each(
    make_model: Callable[[], nn.Module],
    x: Tensor,
    y: Tensor,
    *,
    seeds: Sequence[int],
    loss_fn: str,
    rates: Sequence[float],
    updates: int,
    momentum: float = 0.9,
) -> Run:
    """Train a model for each seed by full-batch SGD with momentum, each on its own data (S, N, ...) at its own rate.

    The loss of each is weighted by its rate and the rate of the optimizer is 1, which for SGD is the same.
    """
    stack = Stack([seeded_model(make_model, seed) for seed in seeds], x[0], y[0], LOSSES[loss_fn])
    optimizer = torch.optim.SGD(stack.params.values(), lr=1.0, momentum=momentum)
    weights = torch.tensor(rates, dtype=x.dtype, device="cpu")
    losses = []
    for _ in range(updates):
        optimizer.zero_grad()
        each = stack.losses(x, y, shared=False)
        each.backward(weights)
        optimizer.step()
        losses.append(each.detach())
    return Run(torch.stack(losses, 1), stack)
