"""Linear stacks against logistic regression as SciPy finds it, and against a plain product of matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

import nnbasics as nb
from nnbasics.experiments.linear_collapse import QUICK


@pytest.fixture(scope="module")
def found():
    return nb.run_experiment("linear-collapse", **QUICK)


def least_loss(x: np.ndarray, y: np.ndarray) -> float:
    rows, sign = np.c_[x, np.ones(len(x))], 2 * y - 1
    return minimize(lambda w: np.logaddexp(0, -sign * (rows @ w)).mean(), np.zeros(3), tol=1e-12).fun


def test_the_floor_is_the_optimum_of_logistic_regression(found):
    (x, y), _ = nb.split(nb.moons(256), share=0.5)
    assert found.floor == pytest.approx(least_loss(x.double().numpy(), y.double().numpy()), abs=1e-8)


def test_the_floor_of_separable_data_is_zero():
    y = torch.arange(40) % 2
    x = torch.stack([2.0 * y - 1, torch.linspace(-1, 1, 40)], dim=1)
    found = nb.run_experiment(
        "linear-collapse", data=(x, y), seeds=[0], depths=(1, 2), num_epochs=5, rates=(0.1,), hidden=4
    )
    assert found.floor == pytest.approx(0, abs=1e-6)


def test_linear_stacks_reach_the_floor_at_every_depth_and_never_pass_it(found):
    linear, relu = found.losses
    assert bool((linear >= found.floor - 1e-6).all())
    assert linear.median(1).values.tolist() == pytest.approx([found.floor] * len(found.depths), rel=0.01)
    assert float(relu[1:].max()) < found.floor / 4
    assert torch.equal(linear[0], relu[0])  # one layer has nothing between


def test_a_stack_is_the_product_of_its_matrices(found):
    assert found.off.shape == (len(found.depths), 8)
    assert float(found.off.max()) < 1e-12


def test_the_test_data_say_the_same(found):
    linear, relu = found.accuracy.median(2).values
    assert float(linear.max()) < float(relu[1:].min())


def test_the_best_rates_lie_inside_the_grid(found):
    """A single layer is convex, and its loss the same to four digits at the fastest rates: there an edge means little."""
    best = found.lr[:, 1:]
    assert float(best.min()) > float(found.rates[0])
    assert float(best.max()) < float(found.rates[-1])
