"""What holds for every test: no call of ours leaves a trace in anybody's global state."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # models this small are slower on two threads, much so beside a busy core

import random
import sys

import matplotlib
import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, settings

# On a machine that is busy with something else everything takes long; that is no failure.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def global_state() -> dict[str, object]:
    """Everything that a caller may have set, in a form that compares."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    name, keys, *rest = np.random.get_state()
    return {
        "torch RNG": torch.get_rng_state().tolist(),
        "NumPy RNG": (name, keys.tolist(), *rest),
        "Python RNG": random.getstate(),
        "rcParams": {key: str(value) for key, value in matplotlib.rcParams.copy().items()},
        "default dtype": torch.get_default_dtype(),
        "default device": torch.get_default_device(),
        "grad mode": torch.is_grad_enabled(),
        "inference mode": torch.is_inference_mode_enabled(),
        "threads": torch.get_num_threads(),
        "pyplot figures": pyplot.get_fignums() if pyplot else [],
    }


@pytest.fixture(autouse=True)
def _leaves_no_trace(request):
    if request.node.get_closest_marker("hypothesis") or "doctest" in type(request.node).__name__.lower():
        yield  # hypothesis seeds and restores the generators itself
        return
    before = global_state()
    yield
    after = global_state()
    changed = [key for key in before if before[key] != after[key]]
    assert not changed, f"the test left other {', '.join(changed)} behind than it found"


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    """The machine that runs the tests may be set to either language."""
    monkeypatch.setenv("NNBASICS_LANG", "en")


@pytest.fixture
def own_stream():
    """For tests whose own models come from the global stream; what the package leaves of it, they check themselves."""
    with torch.random.fork_rng(devices=[]):
        yield


LONG = (
    "experiments/",
    "test_experiments",
    "test_figures",
    "test_cli",
    "test_notebooks",
    "test_grading",
    "test_wrong",
    "test_theory",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what takes long, by file; the notebooks come last: they run beside all other tests, each in its process.

    Where two processes share the tests, each takes a file at a time, which measures once; but what measures the whole
    ledger is three minutes by itself.
    """
    for item in items:
        alone = "the_same_verdict_from_other_seeds" in item.nodeid
        item.add_marker(pytest.mark.xdist_group(item.nodeid if alone else str(item.path)))
        if any(part in item.nodeid for part in LONG):
            item.add_marker(pytest.mark.long)
    items.sort(key=lambda item: "executed" in getattr(item, "fixturenames", ()))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start them as soon as it is known which tests are to run; of several processes, the one whose turn they are."""
    notebooks = [item for item in session.items if "executed" in getattr(item, "fixturenames", ())]
    if notebooks and not session.config.option.collectonly and not hasattr(session.config, "workerinput"):
        notebooks[0].module.start(notebooks)
