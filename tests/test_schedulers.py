"""Learning rates against literal tables and closed forms."""

from __future__ import annotations

import math
import re
from functools import partial

import pytest
import torch
from torch.optim import lr_scheduler

from nnbasics import SCHEDULERS, trace_lr

COSINE = [0.05 * (1 + math.cos(math.pi * t / 4)) for t in range(5)]
CASES = {
    # name: (settings, lr, rates written out by hand from torch's documentation, metrics)
    "step": ({"step_size": 2, "gamma": 0.5}, 0.8, [0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 0.1], None),
    "multi_step": ({"milestones": [1, 4], "gamma": 0.1}, 1.0, [1.0, 0.1, 0.1, 0.1, 0.01, 0.01], None),
    "exponential": ({"gamma": 0.5}, 0.16, [0.16, 0.08, 0.04, 0.02, 0.01], None),
    "cosine": ({"T_max": 4}, 0.1, COSINE, None),
    "linear_warmup": ({}, 0.3, [0.1, 0.14, 0.18, 0.22, 0.26, 0.3, 0.3], None),
    "one_cycle": (
        {"max_lr": 1.0, "total_steps": 5, "pct_start": 0.4, "anneal_strategy": "linear", "div_factor": 10.0},
        0.5,
        [0.1, 1.0, 0.1 + 0.9 * 2 / 3, 0.1 + 0.9 / 3, 1e-5],  # down to max_lr / div_factor / final_div_factor
        None,
    ),
    "reduce_on_plateau": (
        {"patience": 1, "factor": 0.1},
        1.0,
        [1.0, 1.0, 1.0, 0.1, 0.1],
        [5.0, 5.0, 5.0, 1.0],  # two epochs without progress are one more than the patience
    ),
}


@pytest.mark.parametrize("name", SCHEDULERS)
def test_rates_against_the_table(name):
    settings, lr, expected, metrics = CASES[name]
    if name == "one_cycle":  # its second phase starts at the peak and falls to 1e-5 in equal steps
        expected = [0.1, 1.0, *(1.0 + (1e-5 - 1.0) * k / 3 for k in (1, 2, 3))]
    rates = trace_lr(partial(SCHEDULERS[name], **settings), lr=lr, num_steps=len(expected), metrics=metrics)
    assert (rates.dtype, rates.shape) == (torch.float64, (len(expected),))
    assert rates.tolist() == pytest.approx(expected, rel=1e-9)


def test_the_articles_schedule_halves_every_fifty_epochs():
    rates = trace_lr(lambda opt: lr_scheduler.StepLR(opt, step_size=50, gamma=0.5), lr=0.1, num_steps=151)
    assert [float(rates[t]) for t in (0, 49, 50, 99, 100, 150)] == pytest.approx([0.1, 0.1, 0.05, 0.05, 0.025, 0.0125])


def test_a_scheduler_of_the_callers_own_and_a_chain_work():
    rates = trace_lr(lambda opt: lr_scheduler.LambdaLR(opt, lambda t: 1 / (1 + t)), lr=1.0, num_steps=4)
    assert rates.tolist() == pytest.approx([1, 1 / 2, 1 / 3, 1 / 4])

    def chain(opt):
        warm, cool = lr_scheduler.LinearLR(opt, total_iters=2), lr_scheduler.ExponentialLR(opt, gamma=0.5)
        return lr_scheduler.SequentialLR(opt, [warm, cool], milestones=[2])

    assert float(trace_lr(chain, lr=0.3, num_steps=4)[-1]) == pytest.approx(0.15)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_it_works_where_gradients_are_off(mode):
    with mode():
        assert trace_lr(partial(SCHEDULERS["exponential"], gamma=0.5), lr=1.0, num_steps=2).tolist() == [1.0, 0.5]


def foreign(_):
    return lr_scheduler.StepLR(torch.optim.SGD([torch.zeros(1)], lr=1.0), 2)


STEP = partial(SCHEDULERS["step"], step_size=2)
PLATEAU = SCHEDULERS["reduce_on_plateau"]
BAD = [
    ({"lr": -1}, ValueError, "lr must be a finite number > 0, got -1."),
    ({"lr": 0}, ValueError, "lr must be a finite number > 0, got 0."),
    ({"lr": float("nan")}, ValueError, "lr must be a finite number > 0, got nan."),
    ({"lr": math.inf}, ValueError, "lr must be a finite number > 0, got inf."),
    ({"lr": "0.1"}, TypeError, "lr must be a number, got '0.1' (str)."),
    ({"lr": True}, TypeError, "lr must be a number, got True (bool)."),
    ({"num_steps": 0}, ValueError, "num_steps must be an integer >= 1, got 0."),
    ({"num_steps": 2.5}, TypeError, "num_steps must be an integer, got 2.5 (float)."),
    (
        {"make_scheduler": "step"},
        TypeError,
        "make_scheduler must be a callable such as lambda optimizer: StepLR(optimizer, step_size=50), got 'step' (str).",
    ),
    ({"make_scheduler": lambda opt: opt}, TypeError, "must return a torch.optim.lr_scheduler.LRScheduler"),
    (
        {"make_scheduler": lambda opt: 0.1},
        TypeError,
        "must return a torch.optim.lr_scheduler.LRScheduler, got float.",
    ),
    (
        {"make_scheduler": foreign},
        ValueError,
        "make_scheduler must use the optimizer that it is given, got a scheduler of another one.",
    ),
    (
        {"metrics": [1.0] * 9},
        ValueError,
        "metrics must be left out, except for ReduceLROnPlateau, got some for StepLR.",
    ),
    ({"make_scheduler": PLATEAU}, TypeError, "missing 1 required positional argument: 'metrics'"),
    (
        {"make_scheduler": PLATEAU, "metrics": [1.0]},
        IndexError,
        "list index out of range",
    ),
]


@pytest.mark.parametrize(("changes", "error", "message"), BAD)
def test_bad_input_is_named(changes, error, message):
    with pytest.raises(error, match=re.escape(message)):
        trace_lr(**{"make_scheduler": STEP, "lr": 0.1, "num_steps": 5, **changes})
