"""Paths and counts of steps against plain loops, one start at a time."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
import torch

import nnbasics as nb
from nnbasics.experiments.optimizer_paths import (
    GROUNDS,
    NAMES,
    TITLES,
    WORLDS,
    OptimizerPaths,
    arrival,
    heights,
    measure,
    turned_back,
    turned_ravine,
)
from nnbasics.experiments.table import draw_experiment, judge_experiment
from nnbasics.experiments.verdicts import HERE, Result

BELOW = 1e-3


@cache
def result():
    return measure(worlds=["near"], num_steps=200)


def test_the_paths_are_plain_loops_at_the_chosen_rates():
    found = result().first
    for g, ground in enumerate(GROUNDS.values()):
        for o, name in enumerate(NAMES):
            point = torch.tensor(ground.start, dtype=torch.float64, requires_grad=True)
            optimizer = nb.OPTIMIZERS[name]([point], lr=float(found.lr[g, o]))
            for _ in range(12):
                optimizer.zero_grad()
                ground.surface(point).backward()
                optimizer.step()
            np.testing.assert_allclose(found.paths[g, o, 12].numpy(), point.detach().numpy(), rtol=1e-6, atol=1e-6)


def test_steps_are_counted_until_the_height_stays_below():
    made = torch.tensor([[9.0, 9, 9], [0.5, 9, 9], [2, 9, 0.1], [0.5, float("inf"), 0.1]])[None]
    assert arrival(made, torch.tensor(1.0)).tolist() == [[3, 4, 2]]
    starts = torch.tensor([ground.start for ground in GROUNDS.values()], dtype=torch.float64)
    np.testing.assert_allclose(result().first.targets.numpy(), (BELOW * heights(starts)).numpy())


def test_each_optimizer_has_the_rate_of_the_fewest_steps_and_not_at_the_edge_where_it_arrives():
    found = result().first
    place = (found.rates == found.lr[..., None]).int().argmax(2)
    arrives = found.scores.amin(2) < math.log(201)
    assert torch.equal(place[arrives], found.scores.argmin(2)[arrives])
    assert bool(((place > 0) & (place < len(found.rates) - 1))[arrives].all())


def test_no_optimizer_is_the_fastest_everywhere():
    judged = judge_experiment("optimizer-paths", result())["no-fastest"]
    assert judged.verdict == "holds"
    assert judged.here
    medians = result().first.steps.median(dim=2).values
    assert not bool((medians == medians.min(dim=1, keepdim=True).values).all(dim=0).any())


@pytest.mark.slow
def test_the_verdict_in_all_worlds():
    judged = judge_experiment("optimizer-paths", measure())["no-fastest"]
    assert (judged.verdict, len(judged.worlds), judged.here) == ("holds", len(WORLDS), False)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_one_that_is_nowhere_beaten_turns_title_and_verdict(lang):
    found = result().first
    steps = found.steps.clone()
    steps[:, NAMES.index("nesterov")] = 1.0
    turned = OptimizerPaths(found.paths, found.targets, steps, found.rates, found.scores, found.lr)
    for made, verdict in ((found, "holds"), (turned, "wrong")):
        one = Result("optimizer-paths", {"near": made}, here=True)
        figure = draw_experiment("optimizer-paths", one, lang=lang)
        assert judge_experiment("optimizer-paths", one)["no-fastest"].verdict == verdict
        assert HERE.say(lang) + TITLES[verdict].say(lang) in [text.get_text() for text in figure.texts]


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="nowhere"):
        measure(worlds=["nowhere"])
    with pytest.raises(ValueError, match="num_steps"):
        measure(num_steps=0)


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
