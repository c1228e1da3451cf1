"""Many small networks at once, each on data of its own, trained by any optimizer of torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, optim
from torch.nn import functional as F

from ...surfaces import descend
from ._trials import moons, normal, numbers

ROWS = 128
MakeOptimizer = Callable[[list[Tensor]], optim.Optimizer]


class Networks:
    """Networks with one output, a row of parameters each, and for each its own points of two moons; in float32.

    Attributes:
        x: The points, shape (S, 2, rows), as `torch.baddbmm` wants them.
        y: Their classes, 0 or 1, shape (S, rows).
        start: The first parameters, shape (S, D), layer by layer weight and bias; drawn from the seeds, small enough
            for the sizes 2-8-1. Whoever wants other ones sets them.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        loss_fn: Callable[..., Tensor] = F.binary_cross_entropy_with_logits,
        *,
        sizes: Sequence[int] = (2, 8, 1),
        activation: Callable[[Tensor], Tensor] = torch.tanh,
        rows: int = ROWS,
    ) -> None:
        data = [moons(seed, rows) for seed in seeds]
        self.x = torch.stack([x.T for x, _ in data])
        self.y = torch.stack([y.float() for _, y in data])
        self.loss_fn, self.activation = loss_fn, activation
        self.shapes = [shape for n, m in pairwise(sizes) for shape in ((m, n), (m, 1))]
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        length = sum(m * n for m, n in self.shapes)
        self.start = torch.stack([0.7 * normal(g, length, dtype=torch.float32) for g in self.generators])

    def logits(self, points: Tensor, x: Tensor) -> Tensor:
        """What networks of these parameters make of the points x (S, 2, B): a logit for each, (S, B)."""
        parts = points.split([m * n for m, n in self.shapes], dim=1)
        weights = [part.unflatten(1, shape) for part, shape in zip(parts, self.shapes, strict=True)]
        for weight, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
            x = self.activation(torch.baddbmm(bias, weight, x))
        return torch.baddbmm(weights[-1], weights[-2], x).squeeze(1)

    def losses(self, points: Tensor, rows: Tensor | None = None) -> Tensor:
        """Each network's mean loss, on all of its data or on rows (S, B)."""
        x, y = self.x, self.y
        if rows is not None:
            x, y = x.gather(2, rows[:, None].expand(-1, 2, -1)), y.gather(1, rows)
        return self.loss_fn(self.logits(points, x), y, reduction="none").mean(1)

    def accuracy(self, points: Tensor) -> Tensor:
        """The share of each network's data that it puts into the right class."""
        return ((self.logits(points, self.x) > 0) == (self.y > 0.5)).float().mean(1)

    def descend(
        self, rates: Sequence[float], batch_size: int, num_updates: int, make_optimizer: MakeOptimizer | None = None
    ) -> Tensor:
        """The parameters on the way (updates + 1, S, D), each network with its own order of the data.

        Each network's loss is multiplied by its rate: for SGD at lr = 1, the default, that is a rate of its own.
        """
        order: list[Tensor] = []
        scale, count = numbers(*rates).float(), self.y.shape[1]

        def surface(points: Tensor) -> Tensor:
            if not order:  # a new pass over the data
                rows = torch.stack([torch.randperm(count, generator=g, device="cpu") for g in self.generators])
                order.extend(rows.split(batch_size, dim=1))
            return scale * self.losses(points, order.pop() if batch_size < count else None)

        return descend(surface, self.start, make_optimizer or partial(optim.SGD, lr=1.0), num_steps=num_updates)
