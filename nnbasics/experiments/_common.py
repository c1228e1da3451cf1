"""What the experiments share: their seeds, a bar, a warning that is meant not to be seen."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from torch import Tensor

from .._setup import check_seed

T = TypeVar("T")


def check_seeds(seeds: object) -> tuple[int, ...]:
    """The seeds as a tuple, if they are a sequence of at least one."""
    if not isinstance(seeds, Sequence) or isinstance(seeds, str):
        raise TypeError(f"seeds must be a sequence of integers such as range(32), got {seeds!r}.")
    if len(seeds) == 0:
        raise ValueError("seeds must hold at least one integer, got none.")
    return tuple(check_seed(seed, "seeds") for seed in seeds)


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


@contextmanager
def quiet_double_softmax() -> Iterator[None]:
    """A context for the one experiment that does the double softmax on purpose."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="(?s).*(softmax|cross-entropy)")
        yield
