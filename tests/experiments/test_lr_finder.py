"""The range test against a plain loop, and its two rules against a curve whose steepest point is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from plain_loop import build
from torch import nn
from torch.nn import functional as F

from nnbasics import run_experiment
from nnbasics.data import split
from nnbasics.experiments.lr_finder import growing_sgd, lr_finder, smoothed, steepest, tenth


@pytest.fixture(scope="module")
def quick():
    return run_experiment("lr-finder", quick=True)


TESTED = torch.logspace(-3, 1, 401, dtype=torch.float64)  # a hundred rates in each power of ten


def curve(steepest_at, blows_up_at):
    """A loss 2 - tanh(3 log10(lr / a)), steepest at a, that grows past its start of 3 at b."""
    u = TESTED.log10()
    return (
        2 - (3 * (u - math.log10(steepest_at))).tanh() + 2 * (100 * (u - math.log10(blows_up_at))).clamp(min=-1).add(1)
    )


@pytest.mark.parametrize(("a", "b"), [(0.01, 0.1), (0.1, 1.0), (0.1, 10.0)])
def test_the_rules_on_a_curve_that_is_known(a, b):
    curves = torch.stack([curve(a, b), curve(0.03, 3.0)])
    assert steepest(TESTED, curves).tolist() == pytest.approx([a, 0.03], rel=0.03)
    assert tenth(TESTED, curves).tolist() == pytest.approx([b / 10, 0.3], rel=0.03)


def test_the_rules_where_the_loss_ends_at_infinity_or_never_comes_back():
    gone = curve(0.1, 1.0)
    gone[TESTED > 1] = torch.inf
    never = 2 - (3 * (TESTED.log10() + 1)).tanh()
    curves = torch.stack([gone, never])
    assert steepest(TESTED, curves).tolist() == pytest.approx([0.1, 0.1], rel=0.03)
    assert tenth(TESTED, curves).tolist() == pytest.approx([0.1, 1.0], rel=0.03)


def test_smoothing_is_the_mean_of_seven():
    losses = np.random.default_rng(0).normal(size=(2, 20))
    padded = np.pad(losses, ((0, 0), (3, 3)), mode="edge")
    expected = np.stack([padded[:, k : k + 7].mean(1) for k in range(20)], axis=1)
    np.testing.assert_allclose(smoothed(torch.tensor(losses)).numpy(), expected, rtol=1e-12)


def test_the_rate_grows_after_every_update():
    weight = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimizer = growing_sgd([weight], lr=0.01, gamma=1.5)
    weight.grad = -torch.ones_like(weight)
    for _ in range(4):
        optimizer.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.01 * 1.5**4, rel=1e-12)
    assert weight.item() == pytest.approx(0.01 * (1 + 1.5 + 1.5**2 + 1.5**3), rel=1e-12)


def test_the_range_test_against_a_plain_loop_on_data_of_ones_own():
    x = torch.randn(40, 3, generator=torch.Generator().manual_seed(1))
    y = (x.sum(1) > 0).long()
    result = lr_finder(
        seeds=[6, 7], data=(x, y), hidden=4, num_updates=20, num_epochs=2, batch_size=8, rates=(0.1, 0.5)
    )
    rows, targets = (part[:24] for part in split((x, y))[0])  # three batches of 8, and no rest
    model = build(lambda: nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)), 7)
    generator, losses = torch.Generator().manual_seed(7), []
    while len(losses) < 20:
        for batch in torch.randperm(len(rows), generator=generator).split(8):
            loss = F.cross_entropy(model(rows[batch]), targets[batch])
            lr = 1e-3 * 1e4 ** (len(losses) / 19)
            assert float(result.tested[len(losses)]) == pytest.approx(lr, rel=1e-9)
            losses.append(loss.item())
            gradients = torch.autograd.grad(loss, list(model.parameters()))
            with torch.no_grad():
                for p, gradient in zip(model.parameters(), gradients, strict=True):
                    p -= lr * gradient
            if len(losses) == 20:
                break
    np.testing.assert_allclose(result.losses[1].numpy(), losses, rtol=1e-3, atol=1e-4)


def test_it_finds_the_scale_of_a_good_rate_but_not_the_rate(quick):
    steep, cautious, best = quick.chosen.quantile(0.5, dim=1).tolist()
    assert 1 / 10 < cautious / best < 1
    assert 1 / 3 < steep / best < 3
    losses = dict(zip(quick.sides, quick.final.quantile(0.5, dim=1).tolist(), strict=True))
    assert losses["search"] < losses["tenth"]
    assert quick.test_updates * 30 < quick.search_updates


def test_the_best_rate_does_not_lie_at_the_edge_of_those_that_were_tried(quick):
    assert quick.rates[0] < quick.chosen[2, 0] < quick.rates[-1]
    assert float(quick.chosen[2, 0]) == float(quick.rates[quick.scores.argmin()])
