"""Work in several processes, or wherever joblib is told to: the same numbers, each as soon as it is there."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
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
    with warnings.catch_warnings(), ExitStack() as stack:
        # joblib's: that it replaced a worker grown large, and what an interrupt left undone
        warnings.filterwarnings("ignore", module=r"joblib\.")
        with deaf():
            running = stack.enter_context(closing(parallel(delayed(alone)(call, item) for item in items)))
        yield from running


@contextmanager
def deaf() -> Iterator[None]:
    """A context whose new processes never hear Ctrl-C: this one hears it right after, and ends them without a word."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # its start unblocks the signal in some Pythons
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def alone(call: Callable[[Item], Found], item: Item) -> Found:
    """`call(item)` while no other thread of the process does such a thing: a seed sets torch's one random state."""
    with TURNS:
        return call(item)
