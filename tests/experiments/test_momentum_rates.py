"""Measured factors against the eigenvalues of the step, in NumPy; the verdicts, and numbers that turn them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch

from nnbasics.experiments.momentum_rates import TITLES, Valley, heavy_ball, measure, steps_to_a_tenth
from nnbasics.experiments.table import draw_experiment, judge_experiment
from nnbasics.experiments.verdicts import HERE, Result

EXPECTED = {"momentum-faster": "not supported", "momentum-damps": "not supported"}
RAVINES = ["100", "3", "10", "1000"]


@cache
def result():
    return measure(seeds=range(8), worlds=RAVINES)


def test_the_factors_are_those_of_theory_at_the_settings_of_theory():
    for name, valley in result().worlds.items():
        kappa = float(name)
        wanted = [(kappa - 1) / (kappa + 1), (kappa**0.5 - 1) / (kappa**0.5 + 1)]
        steps = -1 / np.log10(np.array(wanted))[:, None]
        # 2e-3 of the steps: what is left of the double root's first term after 50 times as many.
        measured = steps_to_a_tenth(valley.factors).numpy()
        np.testing.assert_allclose(measured, np.broadcast_to(steps, measured.shape), rtol=2e-3)


def test_the_way_across_is_kappa_times_the_start_at_the_best_settings_of_both():
    """Plain: (1 + r)/(1 - r) = kappa for r = (kappa - 1)/(kappa + 1); the heavy ball's series comes to kappa, too."""
    for name, valley in result().worlds.items():
        np.testing.assert_allclose(valley.ways["best"].numpy(), float(name), rtol=2e-3)


def test_the_way_across_at_one_learning_rate_against_the_recurrence():
    for high, beta in ((1.0, 0.5), (1.9, 0.9)):
        for place, momentum in enumerate((0.0, beta)):
            x, velocity, way = 1.0, 0.0, 0.0
            for _ in range(400):
                velocity = momentum * velocity + x
                way, x = way + abs(high * velocity), x - high * velocity
            ways = result().first.ways[f"{high:g}/L, {beta:g}"]
            np.testing.assert_allclose(ways[place].numpy(), way, rtol=1e-9)


def test_steps_are_counted_until_the_distance_stays_below_a_thousandth():
    lr, beta = heavy_ball(10.0)
    start = torch.randn(2, generator=torch.Generator().manual_seed(3), dtype=torch.float64).numpy()
    for place, (rate, momentum) in enumerate(((2 / 11, 0.0), (lr, beta))):
        x, velocity, last = start.copy(), np.zeros(2), 0
        for step in range(200):
            if np.linalg.norm(x) > 1e-3 * np.linalg.norm(start):
                last = step + 1
            velocity = momentum * velocity + np.array([1.0, 10.0]) * x
            x = x - rate * velocity
        assert float(result().worlds["10"].steps[place, 3]) == last


def test_the_best_settings_of_the_heavy_ball():
    assert heavy_ball(100.0) == pytest.approx(((2 / 11) ** 2, (9 / 11) ** 2))


def test_in_ravines_alone_momentum_is_faster_and_does_not_damp():
    judged = judge_experiment("momentum-rates", result())
    assert judged["momentum-faster"].verdict == "holds"
    assert judged["momentum-damps"].verdict == "not supported"
    assert judged["momentum-damps"].noted
    assert {world.outcome for world in judged["momentum-damps"].worlds} == {"holds", "opposite", "no effect"}


@pytest.mark.parametrize(("change", "told"), [(1.0, "holds"), (0.0, "no effect"), (-1.0, "wrong")])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_other_steps_turn_the_title(change, told, lang):
    valley = result().first
    plain, heavy = valley.steps
    steps = torch.stack([plain, plain * (heavy / plain) ** change])
    made = Valley(valley.kappa, steps, valley.factors, valley.ways)
    one = Result("momentum-rates", {"100": made}, here=True)
    texts = [text.get_text() for text in draw_experiment("momentum-rates", one, lang=lang).texts]
    assert HERE.say(lang) + TITLES[told].say(lang) in texts


@pytest.mark.slow
def test_the_verdicts_in_all_worlds():
    judged = judge_experiment("momentum-rates", measure())
    assert {name: each.verdict for name, each in judged.items()} == EXPECTED
    assert all(each.noted for each in judged.values())


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="nowhere"):
        measure(worlds=["nowhere"])


def test_steps_to_a_tenth():
    rates = torch.tensor([0.1, 0.1**0.1], dtype=torch.float64)
    np.testing.assert_allclose(steps_to_a_tenth(rates).numpy(), [1.0, 10.0])
