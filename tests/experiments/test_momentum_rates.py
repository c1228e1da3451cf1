"""Measured factors against the eigenvalues of the step, in NumPy."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

import nnbasics as nb
from nnbasics.experiments.momentum_rates import steps_per_e


@cache
def result():
    return nb.run_experiment("momentum-rates", seeds=range(4), conditions=(1.0, 4.0, 25.0, 900.0), num_lrs=24)


def radius(lr, beta, curvatures):
    matrices = [[[1 - lr * c, -lr * beta], [c, beta]] for c in curvatures]
    return np.abs(np.linalg.eigvals(matrices)).max()


def test_the_factors_are_those_of_theory_at_the_settings_of_theory():
    # (k - 1)/(k + 1) and (root - 1)/(root + 1) by hand, for roots 1, 2, 5, 30
    plain, heavy = [0, 3 / 5, 24 / 26, 899 / 901], [0, 1 / 3, 4 / 6, 29 / 31]
    np.testing.assert_allclose(result().theory.numpy(), [plain, heavy], rtol=1e-12)
    # 1e-3 of the steps: what is left of the double root's first term after 50 times as many.
    steps = steps_per_e(result().rates)[:, 1:].numpy()
    wanted = -1 / np.log(np.array([plain, heavy])[:, 1:, None])
    np.testing.assert_allclose(steps, np.broadcast_to(wanted, steps.shape), rtol=1e-3)
    assert float(result().rates[:, 0].max()) == 0.0


def test_the_searched_factors_are_the_largest_eigenvalues():
    wanted = np.array(
        [[radius(lr, beta, (1, 100)) for lr in result().lrs.tolist()] for beta in result().betas.tolist()]
    )
    found = result().found.numpy()
    converges = wanted < 0.99  # slower ones are not done with their first steps
    assert converges.mean() > 0.5
    np.testing.assert_allclose(found[converges], wanted[converges], rtol=0.02)
    assert (found[wanted > 1.01] > 1).all()


def test_the_best_of_the_search_is_theorys_to_a_step_of_the_grid():
    (beta, lr), (best_beta, best_lr) = result().predicted.tolist(), result().best.tolist()
    assert (beta, lr) == pytest.approx(((9 / 11) ** 2, (2 / 11) ** 2))
    assert abs(best_beta - beta) <= float(result().betas[1] - result().betas[0])
    assert abs(np.log(best_lr / lr)) <= np.log(float(result().lrs[1] / result().lrs[0]))
    assert float(result().found.min()) == pytest.approx(9 / 11, rel=0.05)


def test_the_best_factor_for_each_momentum_is_the_smallest_eigenvalue_over_fine_rates():
    rates = np.geomspace(1e-3, 0.08, 2000)
    for beta, told in zip(result().betas.tolist(), result().theory_by_beta.tolist(), strict=True):
        assert told == pytest.approx(min(radius(lr, beta, (1, 100)) for lr in rates), rel=3e-3)


def test_the_sentence_is_true():
    """About kappa/2 and sqrt(kappa)/2 steps for a factor e."""
    slow, fast = steps_per_e(result().rates.median(dim=2).values)[:, -1].tolist()
    assert slow == pytest.approx(450, rel=0.01)
    assert fast == pytest.approx(15, rel=0.01)


@pytest.mark.parametrize("conditions", [(), (0.5, 2.0), (4.0, 2.0)])
def test_conditions_are_checked(conditions):
    with pytest.raises(ValueError, match=r"conditions must be ascending numbers >= 1, got"):
        nb.run_experiment("momentum-rates", conditions=conditions)


def test_steps_for_a_factor_e():
    rates = torch.tensor([np.exp(-1.0), np.exp(-0.1)], dtype=torch.float64)
    np.testing.assert_allclose(steps_per_e(rates).numpy(), [1.0, 10.0])
