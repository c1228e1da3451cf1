"""Work in several processes: the same numbers, errors as they are, and nobody left behind."""

from __future__ import annotations

import os
import time
import warnings
from collections import Counter

import pytest
import torch
from joblib import parallel_config
from test_imports import modules_after

from nnbasics import _jobs
from nnbasics._jobs import in_jobs
from nnbasics.article.claims import strict
from nnbasics.experiments.table import EXPERIMENTS, LONGEST, longest_first
from nnbasics.fair import EdgeWarning


def square(item: int) -> tuple[int, int]:
    return item * item, os.getpid()


def refuse(item: int) -> None:
    raise KeyError(f"no {item}")


def at_an_edge(item: int) -> None:
    with strict():
        warnings.warn(f"{item} lies at the end", EdgeWarning, stacklevel=1)


def threads(item: int) -> int:
    with strict():
        return torch.get_num_threads()


def endless(item: int) -> int:
    if item:
        time.sleep(1000)
    return os.getpid()


KEPT: list[bytes] = []


def grow(item: int) -> int:
    KEPT.append(b"x" * 320_000_000 if KEPT else b"")
    time.sleep(1.1)
    return item


def running(pid: int) -> bool:
    """Whether that process does something; one that has ended and waits to be counted does not."""
    try:
        with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_one_job_works_here_when_it_is_asked_and_without_joblib():
    assert [*in_jobs(square, [1, 2, 3], 1)] == [(1, os.getpid()), (4, os.getpid()), (9, os.getpid())]
    results = in_jobs(refuse, [1, 2], 1)
    with pytest.raises(KeyError, match="no 1"):
        next(results)
    assert "joblib" not in modules_after("from nnbasics._jobs import in_jobs; [*in_jobs(str, [1, 2], 1)]")


@pytest.mark.parametrize("jobs", [2, 4])
def test_several_find_the_same_elsewhere(jobs):
    found = [*in_jobs(square, range(8), jobs)]
    assert sorted(number for number, _ in found) == [n * n for n in range(8)]
    assert os.getpid() not in {pid for _, pid in found}


def test_a_single_item_needs_no_other_process():
    assert [*in_jobs(square, [3], 2)] == [(9, os.getpid())]
    assert [*in_jobs(square, [], 2)] == []


def test_a_worker_has_one_thread():
    assert set(in_jobs(threads, [1, 2, 3], 2)) == {1}


def test_what_a_worker_raises_arrives_as_itself():
    with pytest.raises(KeyError, match=r"no [12]"):
        list(in_jobs(refuse, [1, 2], 2))


def test_a_search_that_ends_at_an_edge_is_an_error_in_a_worker_too():
    with pytest.raises(EdgeWarning, match="lies at the end"):
        list(in_jobs(at_an_edge, [1, 2], 2))


def test_who_stops_early_leaves_nobody_behind_and_hears_no_advice():
    if not os.path.isdir("/proc/self"):  # noqa: PTH112
        pytest.skip("looks for processes in /proc")
    results = in_jobs(endless, [0, 1], 2)
    worker = next(results)
    assert running(worker)
    results.close()
    assert not running(worker)


def test_a_worker_that_grew_is_replaced_in_silence():
    """Joblib does so where psutil is there, and warns: as an error, which warnings are here, that would hang."""
    assert sorted(in_jobs(grow, range(6), 2)) == [*range(6)]


def test_threads_take_turns(monkeypatch):
    """As those of a Dask worker with several: torch has one random state a process."""
    inside: Counter[str] = Counter()

    def count(item: int) -> int:
        inside["now"] += 1
        time.sleep(0.02)
        inside["most"] = max(inside["most"], inside["now"])
        inside["now"] -= 1
        return item

    with parallel_config(backend="threading"):
        assert sorted(in_jobs(count, range(6), 3)) == [*range(6)]
    assert inside["most"] == 1
    assert not _jobs.TURNS.locked()


def test_what_takes_long_begins_first():
    assert set(LONGEST) < set(EXPERIMENTS)
    order = longest_first(EXPERIMENTS)
    assert sorted(order) == sorted(EXPERIMENTS)
    assert tuple(order[: len(LONGEST)]) == LONGEST
    assert longest_first(["outliers", "batch-size"]) == ["batch-size", "outliers"]
