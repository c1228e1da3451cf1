"""One model of the race against a plain loop, and the figure's sentences against the numbers."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import nnbasics as nb

TOY = nb.circles(120)
SETTINGS = {"data": TOY, "num_epochs": 4, "batch_size": 30, "hidden": 8, "rates": (0.01, 0.1, 1.0)}


@cache
def quick():
    return nb.run_experiment("optimizer-race", quick=True)


def test_a_model_of_it_is_trained_as_by_a_plain_loop(own_stream):
    found = nb.run_experiment("optimizer-race", seeds=[5, 6], **SETTINGS)
    assert found.names == tuple(nb.OPTIMIZERS)
    (x, y), (test_x, test_y) = nb.split(TOY)
    for o, name in enumerate(found.names):
        torch.manual_seed(5)
        model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2))
        optimizer = nb.OPTIMIZERS[name](model.parameters(), lr=float(found.lr[o]))
        generator = torch.Generator().manual_seed(5)
        for epoch in range(4):
            losses = []
            for rows in torch.randperm(len(x), generator=generator).split(30):
                optimizer.zero_grad()
                loss = F.cross_entropy(model(x[rows]), y[rows])
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            mean = sum(losses) / len(losses)
            assert float(found.losses[o, 0, epoch]) == pytest.approx(mean, rel=2e-3), (name, epoch)
        right = (model(test_x).argmax(1) == test_y).double().mean()
        assert float(found.accuracy[o, 0]) == pytest.approx(float(right), abs=0.034)  # a row of thirty


def test_every_optimizer_has_its_own_best_rate_inside_the_grid():
    found = quick()
    means = found.scores.mean(dim=2)
    assert found.scores.shape == (7, len(found.rates), 8)
    for o, name in enumerate(found.names):
        place = int(means[o].argmin())
        assert float(found.lr[o]) == float(found.rates[place])
        assert 0 < place < len(found.rates) - 1, name


def test_the_sentences_are_true():
    found = quick()
    ends = dict(zip(found.names, found.losses[:, :, -1].median(dim=1).values.tolist(), strict=True))
    assert max(ends["momentum"], ends["adam"]) < ends["sgd"]
    assert float(found.lr.max() / found.lr.min()) > 10
    scores = found.scores.mean(dim=2)  # at the best rate of SGD, Adam would be last; at Adam's, SGD
    sgd, adam = (found.names.index(name) for name in ("sgd", "adam"))
    best = {o: int(scores[o].argmin()) for o in (sgd, adam)}
    assert scores[adam, best[sgd]] > scores[sgd, best[sgd]]
    assert scores[sgd, best[adam]] > scores[adam, best[adam]]
