"""Fits among outliers against the mean, the median and SciPy's minimum; theory against root finding in SciPy."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, stats

import nnbasics as nb
import nnbasics.experiments.outliers as experiment
from nnbasics.experiments._robust import Setting, draw_rows, fit, in_theory, settle
from nnbasics.text import NOTHING

SHARES = (0.0, 0.1, 0.3, 0.45)
NAMES = ("mae", "mse", "smooth_l1", "huber")
EXPECTED = dict.fromkeys(("mae-outliers", "mse-outliers", "smooth-l1-both", "smooth-l1-first"), "holds if")


@cache
def full(seed: int):
    return nb.run_experiment("outliers", seeds=range(32 * seed, 32 * seed + 32))


def verdicts(result) -> dict[str, str]:
    return {id: judgement.verdict for id, judgement in nb.judge_experiment("outliers", result).items()}


def rows_of(distance: float, line: bool = False):
    setting = Setting(NOTHING, line=line, distance=distance)
    return draw_rows(setting, range(6), 101, SHARES)


def huber(e: np.ndarray) -> np.ndarray:
    return np.where(np.abs(e) < 1, e**2 / 2, np.abs(e) - 0.5)


INDEPENDENT = {
    "mae": np.median,
    "mse": np.mean,
    "smooth_l1": lambda rows: optimize.minimize_scalar(lambda m: huber(rows - m).sum(), tol=1e-10).x,
}


@pytest.mark.parametrize("distance", [10.0, -50.0])
@pytest.mark.parametrize("name", INDEPENDENT)
def test_a_fitted_number_is_mean_median_or_scipys_minimum(name, distance):
    x, y, _ = rows_of(distance)
    found = fit(name, x, y, line=False)[..., 0]
    for seed in range(6):
        right = [INDEPENDENT[name](rows.numpy()) for rows in y[seed]]
        assert found[seed].tolist() == pytest.approx(right, abs=1e-5)


@pytest.mark.parametrize("name", ["mae", "mse", "smooth_l1"])
def test_a_fitted_line_is_numpys_or_scipys(name):
    x, y, _ = rows_of(10.0, line=True)
    found = fit(name, x, y, line=True)
    for seed in range(3):
        a, b = x[seed, 2].numpy(), y[seed, 2].numpy()
        if name == "mse":
            right = np.polyfit(a, b, 1)[::-1]
        elif name == "mae":  # a linear programme: b = intercept + slope a + over - under
            count, one = len(a), np.ones(len(a))
            eye = np.eye(count)
            costs = np.concatenate([[0, 0], np.ones(2 * count)])
            bounds = [(None, None)] * 2 + [(0, None)] * (2 * count)
            equal = np.column_stack([one, a, eye, -eye])
            right = optimize.linprog(costs, A_eq=equal, b_eq=b, bounds=bounds).x[:2]
        else:
            right = optimize.minimize(lambda p, a=a, b=b: huber(p[0] + p[1] * a - b).sum(), [0, 1], tol=1e-12).x
        assert found[seed, 2].tolist() == pytest.approx(list(right), abs=1e-4)


@pytest.mark.parametrize("place", range(len(SHARES)))
def test_theory_is_mean_median_and_huber_point_of_the_contaminated_distribution(place):
    share = round(SHARES[place] * 101) / 101
    theory = [
        float(in_theory(n, torch.tensor([share], dtype=torch.float64), Setting(NOTHING, line=False))) for n in NAMES
    ]
    clean, moved = stats.norm(0, 1), stats.norm(10, 1)

    def median(m):
        return (1 - share) * clean.cdf(m) + share * moved.cdf(m) - 0.5

    def balance(m):
        def pull(x):
            return np.clip(m - x, -1, 1) * ((1 - share) * clean.pdf(x) + share * moved.pdf(x))

        return integrate.quad(pull, -9, 19, points=(m - 1, m + 1, 0, 10), limit=200)[0]

    right = [optimize.brentq(median, -1, 9), 10 * share, optimize.brentq(balance, -1, 9)]
    assert theory[:3] == pytest.approx(right, abs=1e-6)
    assert theory[2] == theory[3]


def test_many_points_come_near_to_theory():
    found = nb.run_experiment("outliers", seeds=range(2), worlds=["number"], shares=(0.2, 0.4), num_rows=20001).first
    # 0.03: two to three standard errors of the median of 12,000 points, of which the middle ones are thin
    assert float((found.off.mean(1) - found.theory).abs()[:, 1:].max()) < 0.03


def test_descent_settles_where_the_gradient_fades():
    x = rows_of(10.0, line=True)[0][:, 0]
    ends = {name: float(settle(name, x).max()) for name in NAMES}
    assert max(ends["mse"], ends["smooth_l1"], ends["huber"]) < 1e-3
    assert ends["mae"] > 0.01


@pytest.mark.parametrize("seed", [0, 1, 101, 202])
def test_the_verdicts(seed):
    assert verdicts(full(seed)) == EXPECTED


TURNED = [
    ("mae-outliers", {"where": "x"}),
    ("mae-outliers", {"share": 0.3}),
    ("mse-outliers", {"share": 0.01}),
    ("smooth-l1-first", {"noise": 0.05, "distance": 0.5}),
]


@pytest.mark.parametrize(("id", "settings"), TURNED)
def test_a_neighbour_turns_the_verdict(id, settings, monkeypatch):
    plain = {"here": Setting(NOTHING, **settings)}
    monkeypatch.setattr(experiment, "WORLDS", plain)
    result = nb.run_experiment("outliers", worlds=["here"])
    assert verdicts(result)[id] in ("wrong", "not supported")


def test_the_title_follows(monkeypatch):
    monkeypatch.setattr(experiment, "WORLDS", {"here": Setting(NOTHING, where="x")})
    figure = nb.draw_experiment("outliers", nb.run_experiment("outliers", worlds=["here"]), lang="en")
    assert figure.texts[0].get_text() == "Here: Outliers move a fit by MAE, too"


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"num_rows": 2}, ValueError, "num_rows must be an integer >= 3, got 2."),
        ({"shares": [0.5]}, ValueError, "shares must be numbers from 0 to below 0.5"),
        ({"shares": []}, ValueError, "shares must be numbers from 0 to below 0.5"),
        ({"shares": ["few"]}, TypeError, "shares must be a number, got 'few'"),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, error, message):
    with pytest.raises(error, match=message):
        nb.run_experiment("outliers", **settings)
