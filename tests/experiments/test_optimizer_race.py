"""One network of the race against a plain loop, the verdict, and the title on numbers that turn it."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.experiments._common import network
from nnbasics.experiments.optimizer_race import TITLES, measure
from nnbasics.experiments.race import Race
from nnbasics.experiments.table import draw_experiment, judge_experiment
from nnbasics.experiments.verdicts import HERE, Result

TOY = nb.circles(120)
SETTINGS = {"data": TOY, "num_epochs": 4, "batch_size": 30, "hidden": 8, "rates": (0.01, 0.1, 1.0)}


@cache
def own():
    return measure(seeds=[5, 6], **SETTINGS)


def test_a_network_of_it_is_trained_as_by_a_plain_loop(own_stream):
    found = own().first
    assert tuple(found.lr) == tuple(nb.OPTIMIZERS)
    (x, y), (test_x, test_y) = nb.split(TOY, generator=torch.Generator().manual_seed(5))
    for name, lr in found.lr.items():
        torch.manual_seed(5)
        model = network([2, 8, 2], torch.device("cpu"))
        optimizer = nb.OPTIMIZERS[name](model.parameters(), lr=lr)
        generator = torch.Generator().manual_seed(5)
        for epoch in range(4):
            losses = []
            for rows in torch.randperm(len(x), generator=generator).split(30):
                optimizer.zero_grad()
                loss = F.cross_entropy(model(x[rows]), y[rows])
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            assert float(found.losses[name][0, epoch]) == pytest.approx(sum(losses) / len(losses), rel=2e-3), name
        right = (model(test_x).argmax(1) == test_y).double().mean()
        assert float(found.right[name][0]) == pytest.approx(float(right), abs=0.034)  # a row of thirty


def made(cost, right):
    """A race in which every optimizer but plain SGD has so many times its cost, and is so much more often right."""
    jitter = torch.linspace(0.999, 1.001, 32, dtype=torch.float64)
    losses = {name: (jitter * (1.0 if name == "sgd" else cost))[:, None].expand(32, 4) for name in nb.OPTIMIZERS}
    rights = {name: 0.9 + (0 if name == "sgd" else right) + 0 * jitter for name in nb.OPTIMIZERS}
    rates = {name: torch.tensor([0.1, 1.0, 2.0], dtype=torch.float64) for name in nb.OPTIMIZERS}
    scores = {name: torch.tensor([[2.0, 1.0, 2.0]] * 8, dtype=torch.float64) for name in nb.OPTIMIZERS}
    return Race(losses, losses, rights, rates, scores, dict.fromkeys(nb.OPTIMIZERS, 1.0))


@pytest.mark.parametrize(
    ("cost", "right", "verdict", "told"),
    [
        (0.5, 0.05, "holds", "holds"),
        (0.5, 0.0, "not supported", "not supported"),
        (1.0, 0.0, "not supported", "no effect"),
        (2.0, -0.05, "wrong", "wrong"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_title_says_what_came_out(cost, right, verdict, told, lang):
    one = Result("optimizer-race", {"own data": made(cost, right)}, here=True)
    assert judge_experiment("optimizer-race", one)["optimizer-first"].verdict == verdict
    texts = [text.get_text() for text in draw_experiment("optimizer-race", one, lang=lang).texts]
    assert HERE.say(lang) + TITLES[told].say(lang) in texts


def test_what_is_recommended_must_win_by_both_and_in_every_world():
    every = {"short": made(0.5, 0.05), "long": made(0.5, 0.0), "moons": made(0.97, 0.0)}
    judged = judge_experiment("optimizer-race", Result("optimizer-race", every))["optimizer-first"]
    assert (judged.verdict, judged.noted) == ("not supported", False)  # 0.05 is a gain: the remark would be untrue
    every["short"] = made(0.5, 0.0)
    judged = judge_experiment("optimizer-race", Result("optimizer-race", every))["optimizer-first"]
    assert (judged.verdict, judged.noted) == ("not supported", True)


@pytest.mark.slow
def test_the_verdict_in_all_worlds():
    judged = judge_experiment("optimizer-race", measure())["optimizer-first"]
    assert (judged.verdict, judged.noted, judged.here) == ("not supported", True, False)


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="nowhere"):
        measure(worlds=["nowhere"])
