"""Fits among outliers against the mean, the median and SciPy's minimum; the verdicts; the picture."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import optimize

import nnbasics as nb
import nnbasics.experiments.outliers as experiment
from nnbasics.experiments._robust import Setting, draw_rows, fit, settle
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


def test_the_picture_shows_the_median_data_set_with_its_outliers_and_fits():
    found = nb.run_experiment("outliers", seeds=range(9), worlds=["number", "line"]).worlds["line"]
    sample = found.sample
    assert float(sample.off[1]) == float(found.off[1, :, 1].median())
    assert (len(sample.x), int(sample.outlier.sum())) == (101, 10)
    assert sample.lines[1].tolist() == pytest.approx(np.polyfit(sample.x, sample.y, 1)[::-1].tolist())
    assert float((sample.y - sample.x)[sample.outlier > 0].min()) > 5


def test_the_line_is_drawn_and_a_number_where_there_is_no_line():
    for worlds, truth in ((["number", "line"], "x"), (["number"], "0")):
        found = nb.run_experiment("outliers", seeds=range(4), worlds=worlds)
        (ax,) = nb.draw_experiment("outliers", found, lang="en").axes
        assert f"theory: y = {truth}" in [text.get_text() for text in ax.texts]
        rising = [np.ptp(line.get_ydata()) > 1 for line in ax.lines[2:]]
        assert rising == [truth == "x"] * 4


def test_settings_that_make_no_sense_are_named():
    with pytest.raises(ValueError, match="num_rows must be an integer >= 3, got 2"):
        nb.run_experiment("outliers", num_rows=2)
