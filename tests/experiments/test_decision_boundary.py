"""Boundaries against plain models of torch, and against what a straight line can do."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import nnbasics as nb
from nnbasics.experiments.decision_boundary import QUICK
from nnbasics.gallery.decision_boundary import plot_decision_boundary


@pytest.fixture(scope="module")
def found():
    return nb.run_experiment("decision-boundary", **QUICK)


def test_without_hidden_units_the_boundary_is_a_straight_line(found):
    """Logits of a linear model are a plane over the grid; those of 16 units are none."""
    for d, axis in enumerate(found.grid):
        rows = np.stack([*np.meshgrid(axis, axis), np.ones((len(axis), len(axis)))], axis=-1).reshape(-1, 3)
        rest = []
        for h in (0, -1):
            logits = found.median[d, h].double().flatten().numpy()
            plane = rows @ np.linalg.lstsq(rows, logits, rcond=None)[0]
            rest.append(np.abs(plane - logits).max() / np.abs(logits).max())
        assert rest[0] < 1e-5
        assert rest[1] > 0.1


def test_more_hidden_units_fit_better(found):
    losses = found.losses.median(2).values
    assert bool((losses[:, 1:] < losses[:, :-1]).all())
    right = found.accuracy.median(2).values
    assert bool((right[:, -1] > right[:, 0] + 0.2).all())


def test_share_and_median_are_those_of_single_models():
    """The same training with `train` on one model after another."""
    seeds, epochs = range(3), 20
    settings = {"hidden": (2,), "datasets": ("moons",), "rates": (0.1,), "points": 9}
    found = nb.run_experiment("decision-boundary", seeds=seeds, num_epochs=epochs, **settings)
    (x, y), (test_x, test_y) = nb.split(nb.moons(256), share=0.5)
    grid = torch.tensor([[a, b] for b in found.grid[0].tolist() for a in found.grid[0].tolist()])
    logits, losses, right = [], [], []
    for seed in seeds:
        model = nb.seeded_model(lambda: nn.Sequential(nn.Linear(2, 2), nn.Tanh(), nn.Linear(2, 1)), seed)
        run = nb.train(
            model,
            x,
            y[:, None].float(),
            loss_fn="bce_with_logits",
            optimizer="adam",
            lr=0.1,
            num_epochs=epochs,
            seed=seed,
        )
        with torch.no_grad():
            logits.append(model(grid).reshape(9, 9))
            right.append(float(((model(test_x)[:, 0] > 0) == (test_y == 1)).double().mean()))
        losses.append(float(run.losses[-2:].mean()))
    torch.testing.assert_close(found.losses[0, 0], torch.tensor(losses, dtype=torch.float64), rtol=1e-4, atol=1e-5)
    assert found.accuracy[0, 0].tolist() == pytest.approx(right)
    torch.testing.assert_close(found.share[0, 0], (torch.stack(logits) > 0).double().mean(0))
    middle = sorted(range(3), key=lambda s: losses[s])[1]
    torch.testing.assert_close(found.median[0, 0], logits[middle], rtol=1e-3, atol=1e-4)


def test_bad_settings_are_named(found):
    with pytest.raises(ValueError, match=r"data must hold points of two numbers each, shape \(N, 2\), got \(4, 3\)"):
        nb.run_experiment("decision-boundary", data=(torch.zeros(8, 3), torch.arange(8) % 2))
    with pytest.raises(ValueError, match=r"Unknown dataset 'moon'\. Did you mean 'moons'"):
        nb.run_experiment("decision-boundary", datasets=("moon",))
    with pytest.raises(ValueError, match="hidden must be one of 0, 2, 4, 16, got 3"):
        plot_decision_boundary(found, hidden=3)
    with pytest.raises(ValueError, match="dataset must be one of circles, spirals, got 'moons'"):
        plot_decision_boundary(found, dataset="moons")


def test_data_of_ones_own_are_drawn_too():
    data = nb.moons(40)
    found = nb.run_experiment("decision-boundary", data=data, seeds=[0], num_epochs=5, rates=(0.1,), points=9)
    assert found.datasets == ("data",)
    assert len(nb.draw_experiment("decision-boundary", found, lang="en").axes) == 4
