"""Descent with several batch sizes: what each costs, and how it jolts the loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn, optim
from torch.func import vmap

from .._setup import one_thread, resolve_loss
from ..data import Data, digits, split
from ..ensemble import Ensemble, train_many
from ..fair import best_lr
from ..optimizers import OPTIMIZERS
from ..training import batches
from .race import SEARCHED, seeds_apart

FINEST = torch.finfo(torch.float32).eps  # no smaller relative change can be told


@dataclass(frozen=True, eq=False)
class BatchSize:
    """SGD with K batch sizes, each at its own best learning rate for so many passes and for so many updates.

    A loss is that of the batches before their update.

    Attributes:
        sizes: B, the rows of an update, ascending, shape (K,), torch.int64; the last one is all rows, N.
        lr: The learning rate with the lowest mean loss of the whole training, shape (K,).
        cost: "passes", "updates" -> the mean loss over as many of them, at the best learning rate for just that many,
            shape (K, S).
        jolts: How unlike each other updates are: the standard deviation of the change that one makes to the logarithm
            of the loss of all rows, shape (K, S). They differ in their rows only: the start, the learning rate (the
            first size's) and the number of updates are the same, of which the second half is looked at.
    """

    sizes: Tensor
    lr: Tensor
    cost: dict[str, Tensor]
    jolts: Tensor


class Trial(NamedTuple):
    """What is trained, on rows that are each seed's own, and the learning rates to choose from."""

    make: Callable[[], nn.Module]
    rows: Callable[[int], Data]
    seeds: Sequence[int]
    loss_fn: str
    rates: Sequence[float]

    def data(self, seeds: Sequence[int]) -> Data:
        """The rows of each of these seeds, (S, N, ...)."""
        x, y = zip(*[self.rows(seed) for seed in seeds], strict=True)
        return torch.stack(x), torch.stack(y)

    def best(self, size: int | None, epochs: int, updates: int | None = None) -> float:
        """The learning rate with the lowest mean loss over so many passes, or over the first updates of them."""
        others = seeds_apart(self.seeds, SEARCHED)
        x, y = self.data([*others] * len(self.rates))
        score, settings = partial(mean_cost, updates=updates), self.settings(size, epochs)
        return best_lr(self.make, x, y, rates=self.rates, seeds=others, score=score, **settings).best

    def settings(self, size: int | None, epochs: int) -> dict[str, Any]:
        """Of `train_many`."""
        return {"loss_fn": self.loss_fn, "num_epochs": epochs, "batch_size": size, "own_data": True}

    def run(self, size: int | None, epochs: int, lr: float, optimizer: Any = "sgd") -> Ensemble:
        """The training."""
        x, y = self.data(self.seeds)
        return train_many(self.make, x, y, seeds=self.seeds, optimizer=optimizer, lr=lr, **self.settings(size, epochs))

    def jolts(self, size: int | None, epochs: int, updates: int, lr: float) -> Tensor:
        """How unlike each other the updates of each seed are, in the second half of so many, shape (S,)."""
        path, steps = list[list[Tensor]](), count(1)

        def sgd(parameters: Any, lr: float) -> optim.Optimizer:
            leaves = list(parameters)
            optimizer = optim.SGD(leaves, lr=lr)

            def keep(*_: Any) -> None:
                if updates // 2 <= next(steps) <= updates:
                    path.append([leaf.detach().clone() for leaf in leaves])

            optimizer.register_step_post_hook(keep)
            return optimizer

        run, (x, y) = self.run(size, epochs, lr, sgd), self.data(self.seeds)
        y = y if y.dtype == torch.int64 else y.double()
        models = [replace(run, params=shaped(leaves, run)) for leaves in path]
        of_each = vmap(resolve_loss(self.loss_fn))
        losses = torch.stack([of_each(model.predict(x, own_data=True).double(), y) for model in models])
        return losses.log().diff(dim=0).std(0).clamp(min=FINEST).cpu()


def shaped(leaves: Sequence[Tensor], run: Ensemble) -> dict[str, Tensor]:
    """What the optimizer saw of the models, as their parameters."""
    return {name: leaf.reshape(last.shape) for leaf, (name, last) in zip(leaves, run.params.items(), strict=True)}


def mean_cost(run: Ensemble, updates: int | None = None) -> Tensor:
    """The mean loss of the first updates, shape (S,); infinite where it diverged."""
    losses = run.losses[:, :updates].double()
    return losses.mean(1).masked_fill(~losses.isfinite().all(1), torch.inf).cpu()


def compared(trial: Trial, sizes: Sequence[int | None], passes: int, updates: int) -> BatchSize:
    """All batch sizes in one world."""
    rows = len(trial.rows(trial.seeds[0])[0])
    counts = [size or rows for size in sizes]
    lr, jolts, cost = [], [], {"passes": list[Tensor](), "updates": list[Tensor]()}
    for size, of_update in zip(sizes, counts, strict=True):
        lr.append(trial.best(size, passes))
        cost["passes"].append(mean_cost(trial.run(size, passes, lr[-1])))
        epochs = -(-updates // -(-rows // of_update))
        jolts.append(trial.jolts(size, epochs, updates, lr[0]))
        run = trial.run(size, epochs, trial.best(size, epochs, updates))
        cost["updates"].append(mean_cost(run, updates))
    return BatchSize(
        sizes=torch.tensor(counts, dtype=torch.int64, device="cpu"),
        lr=torch.tensor(lr, dtype=torch.float64, device="cpu"),
        cost={by: torch.stack(each) for by, each in cost.items()},
        jolts=torch.stack(jolts),
    )


def few_digits(*, generator: torch.Generator) -> Data:
    """256 rows: descent on all of them makes one update where descent on single rows makes 256."""
    (x, y), _ = split(digits(), generator=generator)
    return x[:256], y[:256]


def line(num_rows: int = 128, *, generator: torch.Generator) -> Data:
    """Points around the line y = 1 + 2 x, at a distance of N(0, 1/4)."""
    x, noise = torch.randn(2, num_rows, 1, generator=generator, dtype=torch.float32, device="cpu")
    return x, 1 + 2 * x + noise / 2


def loss_surface(x: Tensor, y: Tensor) -> Callable[[Tensor], Tensor]:
    """The mean squared error that a line makes in these rows, at (slope, intercept)."""
    return lambda p: (p[..., :1] * x[:, 0] + p[..., 1:] - y[:, 0]).square().mean(-1)


def descent(x: Tensor, y: Tensor, size: int, start: Sequence[float], *, lr: float, updates: int) -> Tensor:
    """The way of a real SGD down that surface, so many rows at a time, epoch after epoch; shape (updates + 1, 2)."""
    generator = torch.Generator(device="cpu").manual_seed(0)
    with torch.inference_mode(False), torch.enable_grad(), one_thread():
        x, y = x.clone(), y.clone()  # made in inference mode, autograd could not use them
        point = torch.tensor([*start], dtype=x.dtype, device="cpu", requires_grad=True)
        optimizer, path = OPTIMIZERS["sgd"]([point], lr=lr), [point.detach().clone()]
        while len(path) <= updates:
            for rows in batches(len(x), size, generator, x.device):
                optimizer.zero_grad()
                loss_surface(x[rows], y[rows])(point).backward()
                optimizer.step()
                path.append(point.detach().clone())
    return torch.stack(path[: updates + 1])
