"""Fits among outliers against the mean, the median and SciPy's minimum; theory against root finding in SciPy."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, stats

import nnbasics as nb

SHARES = (0.0, 0.1, 0.3, 0.45)
NAMES = ("mae", "mse", "smooth_l1", "huber")


@cache
def ask(distance: float = 10.0):
    return nb.run_experiment("outliers", seeds=range(6), shares=SHARES, num_rows=101, distance=distance)


def data(seed: int, share: float, distance: float = 10.0) -> np.ndarray:
    rows = torch.randn(101, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).numpy()
    rows[: round(share * 101)] += distance
    return rows


def huber(e: np.ndarray) -> np.ndarray:
    return np.where(np.abs(e) < 1, e**2 / 2, np.abs(e) - 0.5)


INDEPENDENT = {
    "mae": np.median,
    "mse": np.mean,
    "smooth_l1": lambda rows: optimize.minimize_scalar(lambda m: huber(rows - m).sum(), tol=1e-10).x,
}


@pytest.mark.parametrize("distance", [10.0, -50.0])
@pytest.mark.parametrize("name", INDEPENDENT)
def test_the_fits_are_mean_median_and_scipys_minimum(name, distance):
    result = ask(distance)
    for seed in range(6):
        right = [INDEPENDENT[name](data(seed, share, distance)) for share in SHARES]
        assert result.off[NAMES.index(name), seed].tolist() == pytest.approx(right, abs=1e-5)


def test_huber_and_smooth_l1_are_one_where_delta_and_beta_are_1():
    result = ask()
    assert torch.equal(result.off[2], result.off[3])
    assert torch.equal(result.pull[2], result.pull[3])


@pytest.mark.parametrize("place", range(len(SHARES)))
def test_theory_is_mean_median_and_huber_point_of_the_contaminated_law(place):
    result = ask()
    share = round(SHARES[place] * 101) / 101
    assert float(result.shares[place]) == pytest.approx(share)
    clean, moved = stats.norm(0, 1), stats.norm(10, 1)

    def median(m):
        return (1 - share) * clean.cdf(m) + share * moved.cdf(m) - 0.5

    def balance(m):
        def pull(x):
            return np.clip(m - x, -1, 1) * ((1 - share) * clean.pdf(x) + share * moved.pdf(x))

        return integrate.quad(pull, -9, 19, points=(m - 1, m + 1, 0, 10), limit=200)[0]

    right = [optimize.brentq(median, -1, 9), 10 * share, optimize.brentq(balance, -1, 9)]
    assert result.theory[:3, place].tolist() == pytest.approx(right, abs=1e-6)
    assert torch.equal(result.theory[2], result.theory[3])


def test_many_points_come_near_to_theory():
    result = nb.run_experiment("outliers", seeds=range(2), shares=(0.2, 0.4), num_rows=20001)
    # 0.03: two to three standard errors of the median of 12,000 points, of which the middle ones are thin
    assert float((result.off.mean(1) - result.theory).abs().max()) < 0.03


def test_the_pull_is_what_the_losses_say():
    result = ask()
    e = result.errors.numpy()
    for found, right in zip(result.pull, [np.sign(e), 2 * e, np.clip(e, -1, 1)], strict=False):
        assert np.allclose(found, right)


def test_the_numbers_say_what_the_title_says():
    mae, mse, smooth, _ = nb.run_experiment("outliers").off.median(1).values
    assert (mae[1:] < smooth[1:]).all()
    assert (smooth[1:] < mse[1:]).all()
    result, far = ask(), ask(1000.0)
    assert torch.allclose(result.off[0], far.off[0], atol=1e-5)  # the median does not care how far out they lie
    assert (far.off[1, :, 1:] > 90).all()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"num_rows": 100}, ValueError, "num_rows must be odd, so that there is one median, got 100."),
        ({"shares": [0.5]}, ValueError, "shares must be numbers from 0 to below 0.5"),
        ({"shares": []}, ValueError, "shares must be numbers from 0 to below 0.5"),
        ({"distance": "far"}, TypeError, "distance must be a number, got 'far'"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        nb.run_experiment("outliers", **settings)
