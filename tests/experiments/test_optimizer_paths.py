"""Paths and counts of steps against plain loops, one start at a time."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
import torch

import nnbasics as nb
from nnbasics.experiments.optimizer_paths import BELOW, GROUNDS, arrival, turned_back, turned_ravine


@cache
def result():
    return nb.run_experiment("optimizer-paths", quick=True)


def test_the_paths_are_plain_loops_at_the_chosen_rates():
    found = result()
    for g, surface in enumerate(found.surfaces):
        ground = GROUNDS[surface]
        for o, name in enumerate(found.names):
            point = torch.tensor(ground.start, dtype=torch.float64, requires_grad=True)
            optimizer = nb.OPTIMIZERS[name]([point], lr=float(found.lr[g, o]))
            for _ in range(12):
                optimizer.zero_grad()
                ground.surface(point).backward()
                optimizer.step()
            np.testing.assert_allclose(found.paths[g, o, 12].numpy(), point.detach().numpy(), rtol=1e-9, atol=1e-9)


def test_steps_are_counted_until_the_height_stays_below():
    heights = torch.tensor([[9.0, 9, 9], [0.5, 9, 9], [2, 9, 0.1], [0.5, float("inf"), 0.1]])[None]
    assert arrival(heights, torch.tensor(1.0)).tolist() == [[3, 4, 2]]
    found = result()
    for g, surface in enumerate(found.surfaces):
        ground = GROUNDS[surface]
        above = float(ground.surface(torch.tensor(ground.start, dtype=torch.float64))) - ground.lowest
        assert float(found.targets[g]) == pytest.approx(BELOW * above)
        for o in range(len(found.names)):
            for s, steps in enumerate(found.steps[g, o].tolist()):
                late = np.flatnonzero(found.heights[g, o, s].numpy() > float(found.targets[g]))
                assert steps == late.max() + 1


def test_each_optimizer_has_the_rate_of_the_fewest_steps_and_not_at_the_edge_where_it_arrives():
    found = result()
    last = found.heights.shape[3]
    for g, surface in enumerate(found.surfaces):
        for o, name in enumerate(found.names):
            place = int((found.rates == found.lr[g, o]).nonzero())
            assert float(found.scores[g, o, place]) == float(found.scores[g, o].min())
            if float(found.scores[g, o].min()) < last:
                assert 0 < place < len(found.rates) - 1, (surface, name)


def test_the_sentence_is_true_no_optimizer_needs_the_fewest_steps_everywhere():
    medians = result().steps.median(dim=2).values
    assert not bool((medians == medians.min(dim=1, keepdim=True).values).all(dim=0).any())
    assert bool((medians.min(dim=1).values < result().heights.shape[3]).all())


def test_the_ravine_is_turned_by_thirty_degrees():
    along = torch.tensor([math.cos(math.pi / 6), 0.5], dtype=torch.float64)
    across = torch.tensor([-0.5, math.cos(math.pi / 6)], dtype=torch.float64)
    assert float(turned_ravine(2 * along)) == pytest.approx(0.5 * 4)
    assert float(turned_ravine(2 * across)) == pytest.approx(0.5 * 40 * 4)
    np.testing.assert_allclose(turned_back(torch.stack([along, across])).numpy(), np.eye(2), atol=1e-15)
    hessian = torch.autograd.functional.hessian(turned_ravine, along)
    np.testing.assert_allclose(np.linalg.eigvalsh(hessian.numpy()), [1.0, 40.0], rtol=1e-12)


def test_along_an_axis_a_rate_for_each_coordinate_undoes_the_ravine():
    """Why it is turned: the same bowl, start and rates, along an axis, are three steps for Adagrad."""
    start = turned_back(torch.tensor(GROUNDS["ravine"].start, dtype=torch.float64))
    makers = {str(lr): (lambda p, lr=lr: torch.optim.Adagrad(p, lr=lr)) for lr in (6.8, 8.0, 10.0, 12.0)}
    straight = nb.descend_all(nb.quadratic(1.0, 40.0), start, makers, num_steps=60)
    back = torch.tensor(GROUNDS["ravine"].start, dtype=torch.float64)
    turned = nb.descend_all(turned_ravine, back, makers, num_steps=60)
    target = BELOW * turned_ravine(back)
    fewest = [
        min(int(arrival(surface(path)[:, None], target)) for path in paths.values())
        for surface, paths in ((nb.quadratic(1.0, 40.0), straight), (turned_ravine, turned))
    ]
    assert fewest[0] <= 4
    assert fewest[1] > 20


def test_other_starts_lie_near_the_drawn_one():
    found = result()
    first = found.heights[:, 0, :, 0]
    assert len(first[0].unique()) == first.shape[1]
    above = found.targets / BELOW
    assert bool(((first / above[:, None]).log().abs() < math.log(10)).all())
