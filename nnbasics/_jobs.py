"""Work in several processes, or wherever joblib is told to: the same numbers, each as soon as it is there."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")
TURNS = Lock()


def in_jobs(call: Callable[[Item], Found], items: Sequence[Item], jobs: int) -> Iterator[Found]:
    """`call(item)` of every item: one after the other in this process, or by joblib as soon as each is done.

    Args:
        call: What to do. Processes take it by pickle.
        items: To do it with, the longest first.
        jobs: How many processes; 1 works in this one. A backend that a surrounding `joblib.parallel_config` chose, such
            as "dask", takes the place of the processes, and its workers that of their number.
    """
    if jobs == 1 or len(items) < 2:
        yield from map(call, items)
        return
    from joblib import Parallel, delayed  # takes longer to import than most commands

    parallel = Parallel(n_jobs=min(jobs, len(items)), return_as="generator_unordered")
    running = parallel(delayed(alone)(call, item) for item in items)
    try:
        for found in running:  # noqa: UP028  (`yield from` would close it first, outside of what follows)
            yield found
    finally:  # an interrupt, or an error of who takes the results: the workers end, and joblib's advice helps nobody
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            running.close()


def alone(call: Callable[[Item], Found], item: Item) -> Found:
    """`call(item)` while no other thread of the process does such a thing: a seed sets torch's one random state."""
    with TURNS:
        return call(item)
