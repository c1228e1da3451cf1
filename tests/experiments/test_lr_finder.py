"""The range test against a plain loop, and its two rules against a curve whose steepest point is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from measured import quick as look
from plain_loop import build
from torch import nn
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.data import split
from nnbasics.experiments.lr_finder import Found, growing_sgd, smoothed, steepest, tenth, zones
from nnbasics.experiments.verdicts import Result
from nnbasics.text import Text


@pytest.fixture(scope="module")
def quick():
    return look("lr-finder").first


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
    settings = {"hidden": 4, "num_updates": 20, "num_epochs": 2, "batch_size": 8, "rates": (0.01, 0.1, 0.5, 2.5)}
    result = nb.run_experiment("lr-finder", seeds=[6, 7], data=(x, y), **settings).first
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


def judged(steep: float, cautious: float) -> tuple[str, str]:
    """The verdict and the title where training ends at so many times the loss of the search."""
    one, spread = torch.ones(32, dtype=torch.float64), torch.linspace(0.99, 1.01, 32, dtype=torch.float64)
    rates = torch.tensor([0.1, 1.0], dtype=torch.float64)
    final = torch.stack([steep * spread, cautious * spread, one])
    tested = [torch.ones(32, 2, dtype=torch.float64)] * 2
    found = Found(Text("here", "这里"), rates, *tested, final, final, 9.0, 100, 1000)
    result = Result("lr-finder", {"x": found}, here=True)
    judgement = nb.judge_experiment("lr-finder", result)["lr-finder"]
    return judgement.verdict, nb.draw_experiment("lr-finder", result, lang="en").texts[0].get_text()


@pytest.mark.parametrize(
    ("steep", "cautious", "verdict", "title"),
    [
        (1.02, 1.03, "holds", "Here: One short run finds a learning rate as good as a search's"),
        (1.5, 2.0, "wrong", "Here: One short run finds a learning rate that trains worse than a search's"),
        (1.0, 2.0, "not supported", "Here: A short run's learning rate need not be as good as a search's"),
    ],
)
def test_verdict_and_title_follow_the_losses(steep, cautious, verdict, title):
    assert judged(steep, cautious) == (verdict, title)


def test_the_search_takes_ten_times_as_many_updates(quick):
    assert quick.test_updates * 10 < quick.search_updates


def test_the_zones_of_a_curve_that_is_known():
    """It is a tenth of its way down, from 3 to 1, where 2 - tanh(3 u) = 2.8: at u = atanh(-0.8)/3."""
    smooth = torch.stack([curve(0.1, 2.0)] * 3)
    found = Found(Text("here", "这里"), TESTED, smooth, smooth, smooth, smooth, 9.0, 400, 1000)
    first, falls, blows, last = zones(found)
    assert (first, last) == (0, 400)
    assert float(TESTED[falls]) == pytest.approx(0.1 * 10 ** (math.atanh(-0.8) / 3), rel=0.05)
    assert float(TESTED[blows]) == pytest.approx(2.0, rel=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_the_verdict_in_all_worlds(seed):
    result = nb.run_experiment("lr-finder", seeds=range(32 * seed, 32 * seed + 32))
    assert nb.judge_experiment("lr-finder", result)["lr-finder"].verdict == "not supported"
