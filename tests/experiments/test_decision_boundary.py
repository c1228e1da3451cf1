"""Boundaries against plain models of torch and a straight line; fits against NumPy's least squares."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from torch import nn

from nnbasics.data import moons, split
from nnbasics.experiments import decision_boundary as experiment
from nnbasics.experiments._fits import TARGETS, Fit, variance_left, zigzag
from nnbasics.experiments.table import draw_experiment, judge_experiment, run_experiment
from nnbasics.experiments.verdicts import Result
from nnbasics.text import NOTHING
from nnbasics.training import seeded_model, train

NAME = "decision-boundary"
EXPECTED = {"hidden-bend": "holds", "any-function": "holds if"}
FITS = [name for name, world in experiment.WORLDS.items() if isinstance(world, Fit)]


@cache
def full() -> Result:
    return run_experiment(NAME)


@cache
def quick() -> Result:
    return run_experiment(NAME, quick=True)


def verdicts(result: Result) -> dict[str, str]:
    return {name: judgement.verdict for name, judgement in judge_experiment(NAME, result).items()}


@pytest.mark.slow
def test_the_verdicts():
    assert verdicts(full()) == EXPECTED


def test_the_verdict_on_fits_comes_out_without_training():
    found = run_experiment(NAME, worlds=FITS)
    assert verdicts(found)["any-function"] == "holds if"
    unable = {name: left for name, left in found.worlds.items() if name in ("few", "square")}
    assert verdicts(Result(NAME, unable))["any-function"] == "wrong"


def test_without_hidden_units_the_boundary_is_a_straight_line():
    """Logits of a linear model are a plane over the grid; those of 16 units are none."""
    found = quick().first
    rows = np.stack([*np.meshgrid(found.grid, found.grid), np.ones((31, 31))], axis=-1).reshape(-1, 3)
    rest = []
    for h in (0, -1):
        logits = found.logits[h].double().flatten().numpy()
        plane = rows @ np.linalg.lstsq(rows, logits, rcond=None)[0]
        rest.append(np.abs(plane - logits).max() / np.abs(logits).max())
    assert rest[0] < 1e-5
    assert rest[1] > 0.1


def test_more_hidden_units_fit_better():
    losses = quick().first.losses.median(1).values
    assert bool((losses[1:] < losses[:-1]).all())


def test_the_networks_are_those_of_a_plain_training():
    seeds, epochs = range(3), 20
    found = run_experiment(
        NAME, data=moons(128), seeds=seeds, hidden=(0, 2), num_epochs=epochs, rates=(0.05, 0.1), points=9
    ).first
    generator = torch.Generator().manual_seed(0)
    (x, y), (test_x, test_y) = split(moons(128), share=0.5, generator=generator)
    grid = torch.tensor([[a, b] for b in found.grid.tolist() for a in found.grid.tolist()])
    logits, losses, right = [], [], []
    for seed in seeds:
        model = seeded_model(lambda: nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1)), seed)
        settings = {"loss_fn": "bce_with_logits", "optimizer": "adam", "num_epochs": epochs, "seed": seed}
        run = train(model, x, y[:, None].float(), lr=float(found.lr[1]), **settings)
        with torch.no_grad():
            logits.append(model(grid).reshape(9, 9))
            right.append(float(((model(test_x)[:, 0] > 0) == (test_y == 1)).double().mean()))
        losses.append(float(run.losses[-2:].mean()))
    torch.testing.assert_close(found.losses[1], torch.tensor(losses, dtype=torch.float64), rtol=1e-4, atol=1e-5)
    assert found.right[1].tolist() == pytest.approx(right)
    middle = sorted(range(3), key=lambda s: losses[s])[1]
    torch.testing.assert_close(found.logits[1], logits[middle], rtol=1e-3, atol=1e-4)


def test_what_is_left_of_a_function_is_what_numpy_leaves():
    fit, seed = Fit(NOTHING, torch.tanh, 32, "waves", True), 3
    generator = torch.Generator().manual_seed(seed)
    drawn = {"generator": generator, "dtype": torch.float64}
    x = torch.linspace(-1, 1, 1601, dtype=torch.float64)[:, None]
    y = TARGETS["waves"](x, drawn)
    slope, place = 10 * torch.randn(1, 32, **drawn), 2 * torch.rand(1, 32, **drawn) - 1
    hidden = np.c_[np.tanh((slope * (x - place)).numpy()), np.ones(1601)]
    y = y.numpy()
    weights = np.linalg.lstsq(hidden[::2], y[::2], rcond=None)[0]
    left = ((hidden @ weights - y) ** 2).mean() / y.var()
    assert float(variance_left(fit, seed)) == pytest.approx(left, rel=1e-4)


def test_a_line_leaves_what_a_line_leaves():
    """One linear hidden unit is linear regression, and leaves 1 - r^2."""
    fit, seed = Fit(NOTHING, lambda z: z, 1, "zigzag", False), 0
    x = torch.linspace(-1, 1, 1601, dtype=torch.float64)[:, None]
    y = zigzag(x, {"generator": torch.Generator().manual_seed(seed), "dtype": torch.float64})
    r = np.corrcoef(x[:, 0], y[:, 0])[0, 1]
    assert float(variance_left(fit, seed)) == pytest.approx(1 - r * r, rel=0.02)


def test_a_zigzag_is_straight_between_its_nine_points():
    x = torch.linspace(-1, 1, 81, dtype=torch.float64)[:, None]
    y = zigzag(x, {"generator": torch.Generator().manual_seed(5), "dtype": torch.float64}).squeeze(1)
    np.testing.assert_allclose(y, np.interp(x[:, 0], np.linspace(-1, 1, 9), y[::10]), atol=1e-12)


def test_a_world_turned_round_turns_the_verdict_and_the_title():
    found = quick().first
    turned, even = replace(found, right=found.right.flip(0)), replace(found, right=found.right[:1].expand(4, -1))
    for boundary, verdict, said in (
        (found, "holds", "Here: More hidden units bend the boundary further round the data"),
        (turned, "wrong", "Here: More hidden units do not find a better boundary, but a worse one"),
        (even, "not supported", "Here: More hidden units find no better boundary than a few"),
    ):
        result = Result(NAME, {"one": boundary}, here=True)
        assert verdicts(result)["hidden-bend"] == verdict
        assert draw_experiment(NAME, result, lang="en").page_title == said


def test_all_training_points_are_drawn_and_the_share_that_is_right():
    found = quick().first
    for ax, right in zip(draw_experiment(NAME, quick(), lang="en").axes, found.right, strict=True):
        points = [tuple(xy) for line in ax.lines if line.get_linestyle() == "None" for xy in line.get_xydata().tolist()]
        assert sorted(points) == sorted(map(tuple, found.x.tolist()))
        assert [text.get_text() for text in ax.texts] == [f"{float(right.median()):.0%}"]


def test_data_of_ones_own_are_drawn_too():
    found = run_experiment(NAME, data=moons(40), seeds=[0], num_epochs=5, points=9)
    assert list(found.worlds) == ["own data"]
    assert len(draw_experiment(NAME, found, lang="zh").axes) == 4


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match=r"data must hold points of two numbers each, shape \(N, 2\), got \(4, 3\)"):
        run_experiment(NAME, data=(torch.zeros(8, 3), torch.arange(8) % 2))
    with pytest.raises(ValueError, match=r"Unknown world 'moon'\. Did you mean 'moons'"):
        run_experiment(NAME, worlds=("moon",))
    with pytest.raises(ValueError, match=r"hidden must be two ascending numbers or more, got \(4, 2\)"):
        run_experiment(NAME, hidden=(4, 2))
