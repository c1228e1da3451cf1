"""Batch sizes against a plain loop; the ways of the picture against NumPy."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from measured import quick as look
from plain_loop import build, plain_loop, toy
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.experiments._batches import Trial, descent, line, loss_surface
from nnbasics.experiments._common import network
from nnbasics.experiments.verdicts import Result

EXPECTED = {"batch-full": "holds if", "batch-single": "not supported", "batch-mini": "holds if"}


@pytest.fixture(scope="module")
def quick():
    return look("batch-size").first


def judged(result) -> dict[str, str]:
    return {id: judgement.verdict for id, judgement in nb.judge_experiment("batch-size", result).items()}


@pytest.mark.slow
def test_the_verdicts_in_all_worlds():
    assert judged(nb.run_experiment("batch-size")) == EXPECTED


def made(found, *, steady: float, passes: float, updates: float) -> Result:
    """A world in which all rows are so many times steadier than others, and cost so many times as much."""
    count = len(found.sizes)
    noise = 0.001 * torch.arange(found.jolts.shape[1], dtype=torch.float64)
    jolts = torch.stack([1 + noise] * (count - 1) + [1 / steady + noise])
    cost = {
        by: torch.stack([1 + noise] * (count - 1) + [by_all + noise])
        for by, by_all in (("passes", passes), ("updates", updates))
    }
    return Result("batch-size", {"digits": replace(found, jolts=jolts, cost=cost)}, here=True)


@pytest.mark.parametrize(
    ("steady", "passes", "updates", "verdict", "title"),
    [
        (9.0, 3.0, 0.3, "holds if", "Here: Full batch: steadier steps, but only one in each epoch"),
        (9.0, 3.0, 3.0, "holds", "Here: Full batch: steadier steps, but slower, however it is counted"),
        (0.3, 0.3, 0.3, "wrong", "Here: Full batch: less steady, but faster, unlike on this line"),
        (
            0.3,
            3.0,
            0.3,
            "not supported",
            "Here: Full batch: steady on this line; “steady, but slow” is not shown everywhere",
        ),
    ],
)
def test_verdict_and_title_follow_the_numbers(quick, steady, passes, updates, verdict, title):
    result = made(quick, steady=steady, passes=passes, updates=updates)
    assert judged(result)["batch-full"] == verdict
    assert nb.draw_experiment("batch-size", result, lang="en").texts[0].get_text() == title


@pytest.mark.parametrize("size", [1, 16, 128])
def test_the_drawn_ways_against_numpy(size):
    """The rows of each update by the same generator; the gradient of the mean of (w x + b - y)^2 by hand."""
    x, y = (part.double() for part in line(128, generator=torch.Generator().manual_seed(0)))
    generator, point, way = torch.Generator().manual_seed(0), np.array([-1.6, -0.2]), []
    while len(way) < 20:
        for rows in torch.randperm(128, generator=generator).split(size):
            a, b = x[rows, 0].numpy(), y[rows, 0].numpy()
            off = point[0] * a + point[1] - b
            point = point - 0.1 * 2 * np.array([(off * a).mean(), off.mean()])
            way.append(point)
    np.testing.assert_allclose(descent(x, y, size, (-1.6, -0.2), lr=0.1, updates=20)[1:], way[:20], rtol=1e-10)


def test_the_surface_is_the_mean_squared_error():
    x, y = line(16, generator=torch.Generator().manual_seed(1))
    place = torch.tensor([[0.5, -1.0], [2.0, 1.0]])
    expected = [float(F.mse_loss(w * x + b, y)) for w, b in place.tolist()]
    np.testing.assert_allclose(loss_surface(x, y)(place), expected, rtol=1e-6)


def test_losses_against_a_plain_loop_on_data_of_ones_own():
    x, y = toy(torch.float32)
    settings = {"sizes": (1, 6, None), "hidden": 5, "num_epochs": 4, "rates": (0.05, 0.1, 0.2, 0.4), "num_updates": 8}
    result = nb.run_experiment("batch-size", seeds=[4, 9], data=(x, y), **settings).first
    for k, size in enumerate((1, 6, None)):
        for s, seed in enumerate((4, 9)):
            model = build(lambda: network([3, 5, 2], torch.device("cpu")), seed)
            lr = float(result.lr[k])
            losses, _ = plain_loop(
                model, x, y, F.cross_entropy, lambda p, lr=lr: torch.optim.SGD(p, lr=lr), num_epochs=4, batch_size=size, seed=seed
            )  # fmt: skip
            assert float(result.cost["passes"][k, s]) == pytest.approx(float(losses.mean()), rel=1e-4)
    assert result.sizes.tolist() == [1, 6, 20]


def test_jolts_against_a_plain_loop():
    x, y = toy(torch.float32)
    trial = Trial(partial(network, [3, 5, 2], torch.device("cpu")), lambda _: (x, y), [4, 9], "cross_entropy", (0.1,))
    found = trial.jolts(6, 4, 13, 0.2)  # 16 updates of 6, 6, 6 and 2 rows, of which the 6th to the 13th are looked at
    for s, seed in enumerate(trial.seeds):
        model, losses = build(trial.make, seed), []
        generator = torch.Generator().manual_seed(seed)
        for _ in range(4):
            for rows in torch.randperm(20, generator=generator).split(6):
                loss = F.cross_entropy(model(x[rows]), y[rows])
                with torch.no_grad():
                    for parameter, gradient in zip(
                        model.parameters(), torch.autograd.grad(loss, list(model.parameters())), strict=True
                    ):
                        parameter -= 0.2 * gradient
                    losses.append(float(F.cross_entropy(model(x), y)))
        expected = np.std(np.diff(np.log(losses[5:13])), ddof=1)
        assert float(found[s]) == pytest.approx(expected, rel=1e-3)


def test_updates_of_all_rows_are_the_most_alike(quick):
    assert quick.jolts.shape == (3, 8)
    assert bool((quick.jolts[2] < quick.jolts[1]).all())
    assert bool((quick.jolts[1] < quick.jolts[0]).all())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sizes": (1, None)}, "sizes must be 1, larger ones in ascending order, and None for all rows"),
        ({"sizes": (2, 4, None)}, "sizes must be 1, larger ones"),
        ({"num_epochs": 1}, "num_epochs must be an integer >= 2, got 1."),
        ({"num_updates": 3}, "num_updates must be an integer >= 4, got 3."),
    ],
)
def test_settings_that_make_no_sense_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        nb.run_experiment("batch-size", **settings)
