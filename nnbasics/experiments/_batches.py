"""Descent with several batch sizes: what each costs, how it jolts the loss, how far its gradient strays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn, optim
from torch.func import functional_call, grad, vmap
from torch.nn import functional as F

from .._setup import one_thread, resolve_loss
from ..data import Data
from ..ensemble import Ensemble, train_many
from ..fair import best_lr
from ..training import seeded_model
from .race import SEARCHED, seeds_apart

FINEST = torch.finfo(torch.float32).eps  # no smaller relative change can be told


@dataclass(frozen=True, eq=False)
class BatchSize:
    """SGD with K batch sizes, each at its own best learning rate for so many passes and for so many updates.

    A loss is that of the batches before their update, averaged over an epoch, or over a stretch of updates.

    Attributes:
        sizes: B, the rows of an update, ascending, shape (K,), torch.int64; the last one is all rows, N.
        losses: The mean loss of each epoch, shape (K, S, E).
        updates: The middle of each stretch of updates, shape (K, T); NaN after the last one of that batch size.
        losses_by_update: The mean loss of each stretch, shape (K, S, T); NaN likewise.
        lr: The learning rate with the lowest mean loss of the whole training, shape (K,).
        cost: "passes", "updates" -> the mean loss over as many of them, at the best learning rate for just that many,
            shape (K, S).
        jolts: How unlike each other updates are: the standard deviation of the change that one makes to the logarithm
            of the loss of all rows, shape (K, S). They differ in their rows only: the start, the learning rate (the
            first size's) and the number of updates are the same, of which the second half is looked at.
        noise: The standard deviation of the batch's gradient at the start, as a multiple of the length of the
            gradient of all rows, shape (K, S); measured in the first world only, as sigma is.
        sigma: Such a multiple for one row drawn at random, shape (S,).
    """

    sizes: Tensor
    losses: Tensor
    updates: Tensor
    losses_by_update: Tensor
    lr: Tensor
    cost: dict[str, Tensor]
    jolts: Tensor
    noise: Tensor
    sigma: Tensor

    @property
    def rows(self) -> int:
        """N."""
        return int(self.sizes[-1])


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


def compared(trial: Trial, sizes: Sequence[int | None], passes: int, updates: int, draws: int) -> BatchSize:
    """All batch sizes in one world."""
    rows = len(trial.rows(trial.seeds[0])[0])
    counts = [size or rows for size in sizes]
    lr, jolts, losses, stretches, cost = [], [], [], [], {"passes": list[Tensor](), "updates": list[Tensor]()}
    for size, of_update in zip(sizes, counts, strict=True):
        lr.append(trial.best(size, passes))
        run = trial.run(size, passes, lr[-1])
        each = run.losses.double().cpu()
        losses.append(each.reshape(len(trial.seeds), passes, -1).mean(2))
        stretches.append(in_stretches(each))
        cost["passes"].append(mean_cost(run))
        epochs = -(-updates // -(-rows // of_update))
        jolts.append(trial.jolts(size, epochs, updates, lr[0]))
        run = trial.run(size, epochs, trial.best(size, epochs, updates))
        cost["updates"].append(mean_cost(run, updates))
    length = max(len(middles) for middles, _ in stretches)
    noise, sigma = noise_at_the_start(trial, counts if draws else [], draws)
    return BatchSize(
        sizes=torch.tensor(counts, dtype=torch.int64, device="cpu"),
        losses=torch.stack(losses),
        updates=torch.stack([padded(middles, length) for middles, _ in stretches]),
        losses_by_update=torch.stack([padded(means, length) for _, means in stretches]),
        lr=torch.tensor(lr, dtype=torch.float64, device="cpu"),
        cost={by: torch.stack(each) for by, each in cost.items()},
        jolts=torch.stack(jolts),
        noise=noise,
        sigma=sigma,
    )


def in_stretches(losses: Tensor) -> tuple[Tensor, Tensor]:
    """Means of losses of shape (S, U) over stretches that grow by the factor sqrt(2), and the stretches' middles."""
    end = losses.shape[1] + 1
    starts = sorted({start for k in range(64) if (start := round(2 ** (k / 2))) < 0.85 * end} | {1})  # no stump at last
    cuts = list(zip(starts, [*starts[1:], end], strict=True))
    means = torch.stack([losses[:, a - 1 : b - 1].mean(1) for a, b in cuts], dim=1)
    return torch.tensor([(a + b - 1) / 2 for a, b in cuts], dtype=torch.float64, device="cpu"), means


def padded(values: Tensor, length: int) -> Tensor:
    """The values, NaN after the last one."""
    return F.pad(values, (0, length - values.shape[-1]), value=torch.nan)


def noise_at_the_start(trial: Trial, counts: Sequence[int], draws: int) -> tuple[Tensor, Tensor]:
    """The measured noise of the gradient, shape (K, S), and sigma, shape (S,), both over the gradient's length.

    The gradient of a batch is the mean of its rows' gradients g_i; sigma^2 is the mean over all rows of |g_i - g|^2.
    """
    noise = torch.empty(len(counts), len(trial.seeds), dtype=torch.float64, device="cpu")
    sigma = torch.empty(len(trial.seeds) if counts else 0, dtype=torch.float64, device="cpu")
    with torch.inference_mode(False), one_thread():
        for s, seed in enumerate(trial.seeds if counts else []):
            x, y = (part.clone() for part in trial.rows(seed))  # made in inference mode, autograd could not use them
            generator = torch.Generator(device="cpu").manual_seed(seed)
            each = row_gradients(seeded_model(trial.make, seed), x, y, trial.loss_fn).double()
            whole = each.mean(0)
            sigma[s] = (each - whole).square().sum(1).mean().sqrt() / whole.norm()
            keys = torch.rand(draws, len(x), generator=generator, dtype=torch.float64, device="cpu")
            order = keys.argsort(1).to(x.device)
            for k, count in enumerate(counts):
                of_batch = F.embedding_bag(order[:, :count], each, mode="mean")  # a mean of rows for each draw
                noise[k, s] = (of_batch - whole).square().sum(1).mean().sqrt() / whole.norm()
    return noise, sigma


def noise_of_batch(sigma: Tensor, count: int, rows: int) -> Tensor:
    """Standard deviation of a mean of B numbers: sigma / sqrt(B) * sqrt((N - B) / (N - 1)).

    The second factor is that of a draw without replacement, which all N rows end: then nothing is left to chance.

    Args:
        sigma: The standard deviation of one of the N numbers, any shape.
        count: B, how many are drawn, 1 to N.
        rows: N, how many there are, at least 2.

    Example:
        >>> noise_of_batch(torch.tensor(3.0), 4, 10), noise_of_batch(torch.tensor(3.0), 10, 10)
        (tensor(1.2247), tensor(0.))

    Source:
        Cochran (1977), Sampling Techniques, section 2.5.
    """
    return sigma * math.sqrt((rows - count) / (count * (rows - 1)))


def row_gradients(model: nn.Module, x: Tensor, y: Tensor, loss_fn: str = "cross_entropy") -> Tensor:
    """The gradient of the loss of every row by itself, shape (N, parameters)."""
    params, of = {name: p.detach() for name, p in model.named_parameters()}, resolve_loss(loss_fn)

    def loss(weights: dict[str, Tensor], row: Tensor, target: Tensor) -> Tensor:
        value: Tensor = of(functional_call(model, weights, (row[None],)), target[None])
        return value

    each = vmap(grad(loss), (None, 0, 0))(params, x, y)
    return torch.cat([part.flatten(1) for part in each.values()], dim=1)
