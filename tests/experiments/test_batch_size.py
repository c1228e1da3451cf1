"""Batch sizes against a plain loop, autograd, and every subset that can be drawn."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import combinations

import numpy as np
import pytest
import torch
from measured import quick as look
from plain_loop import build, plain_loop, toy
from torch import nn
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.experiments._batches import Trial, noise_of_batch, row_gradients
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
        (9.0, 3.0, 0.3, "holds if", "Here: All rows at once: steadier; slower by passes, but not by updates"),
        (9.0, 3.0, 3.0, "holds", "Here: All rows at once: steadier, but slower, however it is counted"),
        (0.3, 0.3, 0.3, "wrong", "Here: All rows at once: less steady, but faster"),
        (0.3, 3.0, 0.3, "not supported", "Here: That all rows at once are steady, but slow, is not shown"),
    ],
)
def test_verdict_and_title_follow_the_numbers(quick, steady, passes, updates, verdict, title):
    result = made(quick, steady=steady, passes=passes, updates=updates)
    assert judged(result)["batch-full"] == verdict
    assert nb.draw_experiment("batch-size", result, lang="en").texts[0].get_text() == title


@pytest.mark.parametrize("count", range(1, 7))
def test_noise_against_every_subset(count):
    numbers = np.random.default_rng(0).normal(size=(6, 3))
    means = np.array([numbers[list(rows)].mean(0) for rows in combinations(range(6), count)])
    expected = np.sqrt(((means - numbers.mean(0)) ** 2).sum(1).mean())
    sigma = torch.tensor(np.sqrt(((numbers - numbers.mean(0)) ** 2).sum(1).mean()))
    assert float(noise_of_batch(sigma, count, 6)) == pytest.approx(expected, abs=1e-12)


def test_a_batchs_gradient_is_the_mean_of_its_rows_gradients():
    x, y = toy()
    model = build(lambda: nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).double(), 3)
    gradients = torch.autograd.grad(F.cross_entropy(model(x[5:12]), y[5:12]), list(model.parameters()))
    expected = torch.cat([g.flatten() for g in gradients])
    torch.testing.assert_close(row_gradients(model, x, y)[5:12].mean(0), expected, rtol=0, atol=1e-14)


def test_losses_and_noise_against_a_plain_loop_on_data_of_ones_own():
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
            torch.testing.assert_close(result.losses[k, s], losses.reshape(4, -1).mean(1), rtol=1e-4, atol=1e-6)
            if size == 1:
                continue
            by_hand = {  # 16 updates: single ones, pairs, three, ...; of all rows only 4: each by itself
                6: [losses[0], losses[1], losses[2], losses[3:5].mean(), losses[5:7].mean(), losses[7:10].mean(), losses[10:].mean()],
                None: [*losses[:3], losses[3]],
            }[size]  # fmt: skip
            row = result.losses_by_update[k, s]
            torch.testing.assert_close(row[row.isfinite()], torch.stack(by_hand), rtol=1e-4, atol=1e-6)
    assert result.updates[1][:7].tolist() == [1, 2, 3, 4.5, 6.5, 9, 13.5]
    assert result.sizes.tolist() == [1, 6, 20]
    assert result.noise[2].max() < 1e-6  # all rows: nothing is left to chance


def test_the_noise_falls_as_theory_says(quick):
    some = quick.sizes < quick.rows
    theory = [noise_of_batch(quick.sigma.quantile(0.5), count, quick.rows) for count in quick.sizes[some].tolist()]
    ratio = quick.noise[some].quantile(0.5, dim=1) / torch.stack(theory)
    assert ratio.tolist() == pytest.approx([1.0] * len(ratio), abs=0.1)


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
