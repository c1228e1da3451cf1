"""Dead units against a plain torch loop and their gradients; the chance at the start against NumPy's draws."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from scipy import integrate
from torch import nn
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.data import moons
from nnbasics.training import seeded_model

RATES = (0.3, 3.0, 10.0, 30.0)
BIASES = (-2.0, -0.5, 0.0, 1.0)


@cache
def ask():
    return nb.run_experiment("dead-relu", seeds=range(6), rates=RATES, biases=BIASES, hidden=16, num_updates=60)


@pytest.mark.parametrize(("place", "activation"), [(0, nn.ReLU), (1, nn.LeakyReLU), (2, nn.Tanh)])
def test_dead_is_what_gets_no_gradient_from_any_row(place, activation):
    """One network at a time by `train`, and autograd for each row instead of the derivative of the whole."""
    x, y = moons(64)

    def build() -> nn.Module:
        first = nn.Linear(2, 16)
        nn.init.kaiming_normal_(first.weight)
        nn.init.zeros_(first.bias)
        return nn.Sequential(first, activation(), nn.Linear(16, 2))

    result = ask()
    for column, lr in enumerate(RATES[:3]):
        for seed in range(2):
            model = seeded_model(build, seed)
            optimizer = torch.optim.SGD(model.parameters(), lr=lr)
            for _ in range(60):
                optimizer.zero_grad()
                F.cross_entropy(model(x), y).backward()
                optimizer.step()
            z = model[0](x).detach().requires_grad_()
            (slope,) = torch.autograd.grad(model[1](z).sum(), z)
            dead = float((slope.abs().sum(0) == 0).double().mean())
            # at a rate that throws the weights about, rounding alone moves a unit or two
            assert float(result.dead[place, seed, column]) == pytest.approx(dead, abs=0.13 if lr > 3 else 1e-9)


def test_the_chance_to_start_dead_is_that_of_drawn_weights():
    x = moons(64)[0].double().numpy()
    weights = np.random.default_rng(0).normal(size=(2, 40000))
    highest = (x @ weights).max(0)
    drawn = [float((highest + bias <= 0).mean()) for bias in BIASES]
    # 0.008: three standard errors of a share of 40,000
    assert ask().theory_at_start.tolist() == pytest.approx(drawn, abs=0.008)


def test_the_chance_to_start_dead_is_the_integral_over_directions():
    x = moons(64)[0].double().numpy()

    def alive(angle: float) -> float:
        return np.exp(-(2.0**2) / 2 / (x @ [np.cos(angle), np.sin(angle)]).max() ** 2)

    right = 1 - integrate.quad(alive, 0, 2 * np.pi, limit=200)[0] / (2 * np.pi)
    assert float(ask().theory_at_start[0]) == pytest.approx(right, abs=1e-5)


def test_at_the_start_the_networks_are_as_theory_says():
    result = nb.run_experiment("dead-relu", seeds=range(40), rates=(1.0,), biases=BIASES, num_updates=1, hidden=64)
    # 0.03: three standard errors of a share of 40 * 64 units
    assert result.dead_at_start.mean(0).tolist() == pytest.approx(result.theory_at_start.tolist(), abs=0.03)


def test_none_comes_back_to_life():
    result = ask()
    assert (result.dead_after >= result.dead_at_start).all()


def test_the_numbers_say_what_the_title_says():
    result = nb.run_experiment("dead-relu", seeds=range(16), biases=(-2.0, 0.0))
    relu, leaky, tanh = result.dead.median(1).values
    best = result.rates.tolist().index(float(result.lr[0]))
    assert float(relu[-1]) > 0.5 > float(relu[best])
    assert bool((result.dead[1] == 0).all())
    assert float(leaky[-1]) == 0 < float(tanh[-1])  # float32 rounds tanh to 1
    assert (result.lr > result.rates[0]).all()
    assert (result.lr < result.rates[-1]).all()
    assert float(result.dead_at_start[:, 0].mean()) > 0.5 > float(result.dead_at_start[:, 1].mean()) == 0
    assert (result.diverged[0] == 0).all()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"hidden": 0}, ValueError, "hidden must be an integer >= 1, got 0."),
        ({"biases": []}, ValueError, "biases must hold at least one number, got none."),
        ({"biases": ["a"]}, TypeError, "biases must be a number, got 'a'"),
        ({"rates": [3.0, 1.0]}, ValueError, "rates must be ascending learning rates"),
        ({"num_updates": 0}, ValueError, "num_updates must be an integer >= 1, got 0."),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        nb.run_experiment("dead-relu", **settings)
