"""A learning rate for each side of a comparison."""

from __future__ import annotations

import math

import pytest
import torch
from plain_loop import RUN, SEEDS, net, on_one_thread, toy
from torch import nn

from nnbasics import search_lr, seeded_model, train, train_many
from nnbasics.fair import EdgeWarning, best_lr, final_loss

__all__ = ["on_one_thread"]


def test_the_search_scores_what_train_gives_and_names_the_lowest_mean():
    x, y = toy()
    rates = (0.01, 0.1, 1.0, 1e8)
    found = search_lr(net, x, y, rates=rates, seeds=SEEDS, loss_fn="cross_entropy", **RUN)
    for r, rate in enumerate(rates[:3]):
        for s, seed in enumerate(SEEDS):
            losses = train(seeded_model(net, seed), x, y, loss_fn="cross_entropy", lr=rate, seed=seed, **RUN).losses
            tail = losses[-round(len(losses) / 10) :]
            torch.testing.assert_close(found.scores[r, s], tail.mean(), rtol=0, atol=1e-9)
    assert found.best == rates[int(found.scores.mean(1).argmin())]
    assert found.rates.tolist() == list(rates)
    assert not found.at_edge


def test_a_rate_that_diverges_scores_infinity():
    x = torch.tensor([[1.0], [2.0]])
    settings = {"seeds": [0, 1], "loss_fn": "mse", "num_epochs": 200}
    found = search_lr(lambda: nn.Linear(1, 1), x, 3 * x, rates=[0.1, 1e4], **settings)
    assert found.scores[1].isinf().all()
    assert found.best == 0.1
    assert found.at_edge
    run = train_many(lambda: nn.Linear(1, 1), x, 3 * x, lr=[0.1, 1e4], **settings)
    assert final_loss(run).isinf().tolist() == [False, True]


@pytest.mark.parametrize("rates", [[], [0.1, 0.01], [0.1, 0.1]])
def test_rates_must_ascend(rates):
    x, y = toy()
    with pytest.raises(ValueError, match="rates must be ascending learning rates"):
        search_lr(net, x, y, rates=rates, seeds=SEEDS, loss_fn="cross_entropy", **RUN)


def score_by(table):
    """A score that is read off a table: rate -> score of each of its models."""
    return lambda run: torch.tensor([table[float(rate)] for rate in run.lrs[:, 0]], dtype=torch.float64)


def line():
    """The loss of w on one row x = 1, y = 0 is w**2: a step at lr makes (1 - 2 lr) w of it, and 1/2 is the best."""
    return nn.Linear(1, 1, bias=False, dtype=torch.float64)


ONE, ZERO = torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64)
LINE = {"seeds": [0, 1, 2], "loss_fn": "mse"}


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        ([2, 1, 1, 1, 3], 3.0),
        ([1, 1, 1, 1, 1], 3.0),
        ([2, 1, 1, 2, 3], 2.0),  # the lower one of two
        ([1, 1, 1, 2, 3], 2.0),
        ([3, 1, 1, 1, 1 - 1e-9], 5.0),  # not a tie
        ([1, 2, 1, 2, 1], 3.0),
        ([math.inf] * 5, 1.0),  # not a tie: below it there may be one that does not diverge
    ],
)
def test_of_several_best_rates_the_middle_one(scores, best):
    rates = [1.0, 2.0, 3.0, 4.0, 5.0]
    table = dict(zip(rates, scores, strict=True))
    found = search_lr(line, ONE, ZERO, rates=rates, score=score_by(table), num_epochs=1, **LINE)
    assert found.best == best


@pytest.mark.parametrize(
    ("rates", "tried"),
    [
        ([0.25, 0.5, 1.0], [0.25, 0.5, 1.0]),  # nothing to add
        ([1 / 32, 1 / 16], [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1]),
        ([1, 2], [1 / 4, 1 / 2, 1, 2]),
        ([1 / 8, 1 / 4, 1 / 3, 4 / 9], [1 / 8, 1 / 4, 1 / 3, 4 / 9, 16 / 27]),  # the ratio of the last two
    ],
)
def test_the_grid_grows_beyond_an_end_until_the_best_lies_inside(rates, tried):
    trained = []

    def score(run):
        trained.extend(run.lrs[:, 0].tolist())
        return final_loss(run)

    found = best_lr(line, ONE, ZERO, rates=rates, score=score, num_epochs=10, **LINE)
    assert found.rates.tolist() == pytest.approx(tried, rel=1e-11)
    assert sorted(trained) == pytest.approx([rate for rate in tried for _ in range(3)], rel=1e-11)  # each once
    starts = torch.stack([seeded_model(line, seed).weight.detach()[0, 0] for seed in (0, 1, 2)])
    expected = torch.stack([(starts * (1 - 2 * rate) ** 9) ** 2 for rate in tried])  # the loss before the 10th step
    torch.testing.assert_close(found.scores, expected, rtol=1e-9, atol=1e-12)
    assert found.best == min(found.rates.tolist(), key=lambda rate: abs(rate - 0.5))
    assert not found.at_edge


def test_a_new_rate_is_written_as_a_person_would():
    table = {0.001: 4.0, 0.01: 1.0, 0.1: 2.0, 1.0: 3.0}
    found = best_lr(line, ONE, ZERO, rates=[0.1, 1.0], score=score_by(table), num_epochs=1, **LINE)
    assert found.rates.tolist() == [0.001, 0.01, 0.1, 1.0]
    assert found.best == 0.01


@pytest.mark.parametrize(
    ("rates", "listed"),
    [
        ([1 / 128, 1 / 64], "0.25, lies at an end of those tried: 0.0078125, 0.015625, 0.03125, 0.0625, 0.125, 0.25."),
        ([8, 16, 32, 64], "0.5, lies at an end of those tried: 0.5, 1, 2, 4, 8, 16, 32, 64."),
    ],
)
def test_a_best_rate_that_stays_at_an_end_is_told(rates, listed):
    with pytest.warns(EdgeWarning, match="the best learning rate, ") as caught:
        found = best_lr(line, ONE, ZERO, rates=rates, num_epochs=10, **LINE)
    assert str(caught[0].message) == f"the best learning rate, {listed}"
    assert found.at_edge


def test_all_that_diverge_look_for_lower_rates():
    found = best_lr(line, ONE, ZERO, rates=[1e2, 1e3], num_epochs=200, **LINE, score=lambda run: run.losses[:, -1])
    assert found.rates.tolist() == [0.01, 0.1, 1.0, 10.0, 100.0, 1e3]
    assert found.scores[3:].isinf().all()
    assert found.best == 0.1


def test_what_learns_nothing_at_any_rate_has_no_edge():
    found = best_lr(line, ZERO, ONE, rates=[0.1, 1.0, 10.0], num_epochs=10, **LINE)  # x = 0: no gradient
    assert found.rates.tolist() == [0.1, 1.0, 10.0]
    assert found.best == 1.0


@pytest.mark.parametrize(
    ("scores", "best"), [([1, 1.0009, 1.0009, 2], 2.0), ([9, 1, 1.0011, 2], 2.0), ([9, 1, 1, 1.0009], 3.0)]
)
def test_rates_within_a_thousandth_of_the_best_are_tied(scores, best):
    table = dict(zip([1.0, 2.0, 3.0, 4.0], scores, strict=True))
    found = best_lr(line, ONE, ZERO, rates=list(table), score=score_by(table), num_epochs=1, **LINE)
    assert found.best == best


def test_new_rates_get_the_rows_of_their_own_models():
    x = torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64).reshape(3, 1, 1)
    rates = [1 / 32, 1 / 16]
    settings = {"own_data": True, "num_epochs": 10, **LINE}
    found = best_lr(line, x.repeat(2, 1, 1), 0 * x.repeat(2, 1, 1), rates=rates, **settings)
    every = found.rates.tolist()
    assert len(every) > 2
    again = search_lr(line, x.repeat(len(every), 1, 1), 0 * x.repeat(len(every), 1, 1), rates=every, **settings)
    torch.testing.assert_close(found.scores, again.scores, rtol=1e-12, atol=0)


def test_one_rate_is_taken_as_it_is():
    assert best_lr(line, ONE, ZERO, rates=[0.1], num_epochs=1, **LINE).rates.tolist() == [0.1]


@pytest.mark.parametrize(
    ("scores", "tried", "best"),
    [
        ({1: 3, 4: 1, 16: 2, 2: 2, 8: 0.5}, [1, 2, 4, 8, 16], 8.0),
        ({1: 3, 4: 1, 16: 2, 2: 2, 8: 2}, [1, 2, 4, 8, 16], 4.0),
        ({1: 1, 4: 2, 0.25: 2, 0.5: 3, 2: 0.5}, [0.25, 0.5, 1, 2, 4], 2.0),  # after the grid has grown
    ],
)
def test_a_coarse_grid_is_made_finer_about_its_best_rate(scores, tried, best):
    table = {float(rate): score for rate, score in scores.items()}
    settings = {"rates": [rate for rate in (1.0, 4.0, 16.0) if rate in table], "num_epochs": 1, **LINE}
    found = best_lr(line, ONE, ZERO, score=score_by(table), finer=True, **settings)
    assert found.rates.tolist() == tried
    assert found.scores.mean(1).tolist() == [table[rate] for rate in tried]
    assert found.best == best
