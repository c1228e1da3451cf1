"""Schedules under noise against NumPy's recurrence, the closed form of the floor, and a plain loop."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import torch
from plain_loop import build, plain_loop
from torch import nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import CosineAnnealingLR

from nnbasics import moons, run_experiment
from nnbasics.experiments.schedule_noise_floor import SIDES, expected_errors, schedule_noise_floor

LENGTH = 200
RATES = {  # the share of the first rate at step t of 200, by hand
    "constant": lambda t: 1.0,
    "step": lambda t: 0.4 ** (t // 40),
    "exponential": lambda t: 0.02 ** (t / LENGTH),
    "cosine": lambda t: (1 + math.cos(math.pi * t / LENGTH)) / 2,
}


@pytest.fixture(scope="module")
def quick():
    return run_experiment("schedule-noise-floor", quick=True)


@pytest.mark.parametrize("lr", [0.05, 0.2, 1.0, 1.8])
def test_the_expected_error_comes_to_rest_at_the_closed_form(lr):
    """eta sigma^2 / (lambda (2 - eta lambda)), with lambda = sigma = 1; the way there is a geometric series."""
    errors = expected_errors(torch.full((60,), lr, dtype=torch.float64)).numpy()
    floor, t = lr / (2 - lr), np.arange(61)
    np.testing.assert_allclose(errors, floor + (1 - lr) ** (2 * t) * (100 - floor), rtol=1e-12)


@pytest.mark.parametrize("side", SIDES)
def test_the_bowl_against_theory_by_hand(quick, side):
    k = quick.sides.index(side)
    errors = [100.0]
    for t in range(LENGTH):
        lr = 0.2 * RATES[side](t)
        errors.append((1 - lr) ** 2 * errors[-1] + lr**2)
    expected = np.array(errors)[quick.steps.long()]
    np.testing.assert_allclose(quick.theory_errors[k].numpy(), expected, rtol=1e-9)
    measured = quick.errors[k].mean(0).numpy()
    # 8 x 256 copies: the mean of that many squares is off by 3 % (one standard deviation) at most
    np.testing.assert_allclose(measured, expected, rtol=0.15)


def test_a_descent_on_the_bowl_is_the_recurrence(quick):
    """One seed of the constant side again, by NumPy, from the same draws."""
    noise = torch.randn(LENGTH, 256, generator=torch.Generator().manual_seed(3), dtype=torch.float64).numpy()
    w, errors = np.full(256, 10.0), [100.0]
    for xi in noise:
        w = w - 0.2 * (w + xi)
        errors.append((w**2).mean())
    np.testing.assert_allclose(quick.errors[0, 3].numpy(), np.array(errors)[quick.steps.long()], rtol=1e-9)


def test_with_decay_the_error_sinks_below_the_floor_and_without_it_does_not(quick):
    assert quick.theory_floor == pytest.approx(0.2 / 1.8)
    late = quick.errors[:, :, -8:].mean(2).quantile(0.5, dim=1) / quick.theory_floor
    assert float(late[0]) == pytest.approx(1.0, abs=0.1)
    assert bool((quick.errors[1:, :, -1].amax(1) < 0.3 * quick.theory_floor).all())


def test_decay_helps_networks_where_noise_remains_and_not_where_the_data_can_be_fitted(quick):
    overlapping, apart = quick.final.quantile(0.5, dim=2)
    assert overlapping[3] < overlapping[0]
    assert apart[3] > apart[0]


def test_no_best_rate_lies_at_the_edge_of_those_that_were_tried(quick):
    assert bool(((quick.lr > quick.rates[0]) & (quick.lr < quick.rates[-1])).all())


def test_networks_against_a_plain_loop():
    settings = {"num_epochs": 3, "batch_size": 64}
    result = schedule_noise_floor(seeds=[5], num_steps=10, noises=(0.2, 0.0), hidden=4, rates=(0.1, 0.4), **settings)
    x, y = moons(256, noise=0.0)
    model = build(lambda: nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 2)), 5)
    lr = float(result.lr[1, 3])
    cosine = partial(CosineAnnealingLR, T_max=3)
    losses, _ = plain_loop(
        model, x, y, F.cross_entropy, lambda p: torch.optim.SGD(p, lr=lr), make_scheduler=cosine, seed=5, **settings
    )
    torch.testing.assert_close(result.losses[1, 3, 0], losses.reshape(3, 4).mean(1), rtol=1e-4, atol=1e-6)
    with torch.no_grad():
        assert float(result.final[1, 3, 0]) == pytest.approx(float(F.cross_entropy(model(x), y)), rel=1e-4)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bowl_lr": 2.0}, "bowl_lr must be below 2, where descent on the bowl diverges, got 2.0."),
        ({"noises": (0.1,)}, "noises must hold two numbers, one for each data set"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        schedule_noise_floor(**settings)
