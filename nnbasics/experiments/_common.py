"""What the experiments share: their seeds, whole batches, a bar, a small network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TypeVar

import torch
from torch import Tensor, nn

from .._setup import check_seeds as check_seeds

T = TypeVar("T")


def seeds_apart(seeds: Sequence[int], count: int) -> range:
    """`count` seeds that are not among `seeds`, to search a rate with: they must not be judged by their own luck."""
    first = max(seeds) + 1000
    return range(first, first + count)


def whole_batches(x: Tensor, y: Tensor, batch_size: int) -> tuple[Tensor, Tensor]:
    """The rows without those that would make a smaller last batch, where there are as many as a batch.

    At the high rates that mini-batches of 64 allow, a step on a last batch of 4 disturbs the model, and what is
    measured at the end of an epoch is measured right after it.
    """
    rows = len(x) // batch_size * batch_size or len(x)
    return x[:rows], y[:rows]


def track(items: Sequence[T], progress: bool, title: str) -> Iterable[T]:
    """The items, with a bar on stderr that shows the time left when `progress` is true and a terminal sees it."""
    if not progress:
        return items
    from tqdm import tqdm  # an import that only the bar needs

    return tqdm(items, desc=title, leave=False, disable=None)


def classifier(inputs: int, hidden: int, classes: int, device: torch.device) -> nn.Sequential:
    """A network with one hidden layer of ReLU units that returns logits, in float32."""
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)  # drawn on the CPU: the same weights everywhere
    return nn.Sequential(linear(inputs, hidden), nn.ReLU(), linear(hidden, classes)).to(device)
