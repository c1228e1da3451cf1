"""What the batch size decides: the loss by epoch, by update and by the clock, and the noise of the gradient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn import functional as F

from .._checks import check_count
from .._device import resolve_device
from .._setup import one_thread
from ..data import Data, as_tensors, digits, split
from ..ensemble import train_many
from ..fair import search_lr
from ..training import seeded_model, train
from ._common import check_seeds, classifier, seeds_apart, track

QUICK: dict[str, Any] = {"seeds": range(8), "num_epochs": 6, "sizes": (1, 8, 64, None), "num_draws": 100}
TIMED_UPDATES = 300  # so many at least are timed for each batch size


@dataclass(frozen=True, eq=False)
class BatchSize:
    """Mini-batch SGD with K batch sizes, each at its own best learning rate and for as many epochs.

    A loss is that of the batches before their update, averaged over an epoch, or over a stretch of updates.

    Attributes:
        sizes: B, the rows of an update, ascending, shape (K,), torch.int64.
        rows: N, all of them.
        epochs: The epoch at whose end each loss stands, shape (E,).
        losses: The mean loss of each epoch, shape (K, S, E).
        updates: The middle of each stretch of updates, shape (K, T); NaN after the last one of that batch size.
        losses_by_update: The mean loss of each stretch, shape (K, S, T); NaN likewise.
        seconds_per_update: What an update costs with one model in a plain loop: its quickest epoch, shape (K,).
        rates: The learning rates that were tried, shape (R,).
        scores: The mean score of the search at each of them, shape (K, R).
        lr: The best rate of each batch size, shape (K,).
        noise: The standard deviation of the batch's gradient at the start, as a multiple of the length of the
            gradient of all rows, shape (K, S).
        theory_noise: What it should be, by `noise_of_batch`, shape (K, S).
        sigma: Such a multiple for one row drawn at random, shape (S,).
    """

    sizes: Tensor
    rows: int
    epochs: Tensor
    losses: Tensor
    updates: Tensor
    losses_by_update: Tensor
    seconds_per_update: Tensor
    rates: Tensor
    scores: Tensor
    lr: Tensor
    noise: Tensor
    theory_noise: Tensor
    sigma: Tensor


def batch_size(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    sizes: Sequence[int | None] = (1, 4, 16, 64, None),
    hidden: int = 16,
    num_epochs: int = 16,
    rates: Sequence[float] = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2),
    num_draws: int = 400,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> BatchSize:
    """Train a small classifier with each batch size, and measure how far the gradient of a batch strays.

    The gradient of a batch is the mean of its rows' gradients g_i; sigma^2 is the mean over all rows of |g_i - g|^2.

    Args:
        seeds: The models; the rate is searched with 4 others.
        data: A pair of tensors (x, classes) or a `Dataset`; None takes 256 of scikit-learn's digits.
        sizes: The batch sizes, ascending; None means all rows.
        hidden: Units of the hidden layer.
        num_epochs: As in `train`: the same for every batch size, so small batches make more updates.
        rates: The learning rates to choose from.
        num_draws: How many batches of each size the gradient's noise is measured with, for each model.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `BatchSize`, all tensors on the CPU.
    """
    seeds, where, draws = check_seeds(seeds), resolve_device(device), check_count(num_draws, "num_draws")
    x, y = (t.to(where) for t in (_few_digits() if data is None else as_tensors(data)))
    make = partial(classifier, x.shape[1], hidden, int(y.max()) + 1, where)
    losses, stretches, seconds, scores, lr = [], [], [], [], []
    for size in track(list(sizes), progress, "batch-size"):
        settings: dict[str, Any] = {"loss_fn": "cross_entropy", "num_epochs": num_epochs, "batch_size": size}
        found = search_lr(make, x, y, rates=rates, seeds=seeds_apart(seeds, 4), shared_batches=True, **settings)
        run = train_many(make, x, y, seeds=seeds, lr=found.best, **settings)
        each = run.losses.double().cpu()
        losses.append(each.reshape(len(seeds), num_epochs, -1).mean(2))
        stretches.append(_stretches(each))
        seconds.append(_seconds_per_update(make, x, y, size, found.best))
        scores.append(found.scores.mean(1))
        lr.append(found.best)
    length = max(len(middles) for middles, _ in stretches)
    counts = [size or len(x) for size in sizes]
    noise, sigma = _noise(make, x, y, seeds, counts, draws)
    real = partial(torch.tensor, dtype=torch.float64, device="cpu")
    return BatchSize(
        sizes=torch.tensor(counts, dtype=torch.int64, device="cpu"),
        rows=len(x),
        epochs=torch.arange(1, num_epochs + 1, dtype=torch.float64, device="cpu"),
        losses=torch.stack(losses),
        updates=torch.stack([_padded(middles, length) for middles, _ in stretches]),
        losses_by_update=torch.stack([_padded(means, length) for _, means in stretches]),
        seconds_per_update=real(seconds),
        rates=real([*rates]),
        scores=torch.stack(scores),
        lr=real(lr),
        noise=noise,
        theory_noise=torch.stack([noise_of_batch(sigma, count, len(x)) for count in counts]),
        sigma=sigma,
    )


def _few_digits() -> Data:
    """256 rows: batch descent then makes one update where descent on single rows makes 256."""
    (x, y), _ = split(digits())
    return x[:256], y[:256]


def _stretches(losses: Tensor) -> tuple[Tensor, Tensor]:
    """Means of losses of shape (S, U) over stretches that grow by the factor sqrt(2), and the stretches' middles."""
    end = losses.shape[1] + 1
    starts = sorted({start for k in range(64) if (start := round(2 ** (k / 2))) < 0.85 * end} | {1})  # no stump at last
    cuts = list(zip(starts, [*starts[1:], end], strict=True))
    means = torch.stack([losses[:, a - 1 : b - 1].mean(1) for a, b in cuts], dim=1)
    return torch.tensor([(a + b - 1) / 2 for a, b in cuts], dtype=torch.float64, device="cpu"), means


def _padded(values: Tensor, length: int) -> Tensor:
    return F.pad(values, (0, length - values.shape[-1]), value=torch.nan)


def _seconds_per_update(make: Any, x: Tensor, y: Tensor, size: int | None, lr: float) -> float:
    updates = -(-len(x) // (size or len(x)))
    epochs = max(3, -(-TIMED_UPDATES // updates))
    model = seeded_model(make, 0)
    run = train(model, x, y, loss_fn="cross_entropy", lr=lr, num_epochs=epochs, batch_size=size)
    return float(run.seconds.min()) / updates  # the quickest epoch: what else runs can only add to a time


def _noise(
    make: Any, x: Tensor, y: Tensor, seeds: Sequence[int], counts: Sequence[int], draws: int
) -> tuple[Tensor, Tensor]:
    """The measured noise of the gradient, shape (K, S), and sigma, shape (S,), both over the gradient's length."""
    with torch.inference_mode(False), one_thread():
        x, y = x.clone(), y.clone()  # made in inference mode, autograd could not use them
        noise = torch.empty(len(counts), len(seeds), dtype=torch.float64, device="cpu")
        sigma = torch.empty(len(seeds), dtype=torch.float64, device="cpu")
        for s, seed in enumerate(seeds):
            generator = torch.Generator(device="cpu").manual_seed(seed)
            each = row_gradients(seeded_model(make, seed), x, y).double()
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


def row_gradients(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """The gradient of the cross-entropy of every row by itself, shape (N, parameters)."""
    params = {name: p.detach() for name, p in model.named_parameters()}

    def loss(weights: dict[str, Tensor], row: Tensor, target: Tensor) -> Tensor:
        return F.cross_entropy(functional_call(model, weights, (row[None],)), target[None])

    each = vmap(grad(loss), (None, 0, 0))(params, x, y)
    return torch.cat([part.flatten(1) for part in each.values()], dim=1)
