"""Equal units against a plain training of one unit that stands for all of them."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from measured import quick as look
from torch import nn
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.experiments import symmetry as question

EXPECTED = {"zeros-symmetric": "holds", "ones-symmetric": "holds", "chance-breaks-symmetry": "holds"}


@cache
def quick():
    return look("symmetry")


@cache
def whole():
    return nb.run_experiment("symmetry")


@pytest.mark.slow
@pytest.mark.parametrize("id", EXPECTED)
def test_verdicts(id):
    judged = nb.judge_experiment("symmetry", whole())[id]
    assert judged.verdict == EXPECTED[id]
    assert judged.noted


def test_verdicts_of_the_quick_look():
    judged = nb.judge_experiment("symmetry", quick())
    assert {id: judged[id].verdict for id in EXPECTED} == EXPECTED
    assert all(each.here for each in judged.values())


def test_equal_units_do_no_better_than_a_single_one():
    last = {side: float(losses[:, -1].median()) for side, losses in quick().first.losses.items()}
    assert last["zeros"] == pytest.approx(last["one unit"], rel=0.1)
    assert last["ones"] == pytest.approx(last["one unit"], rel=0.1)
    assert last["random"] < last["one unit"] / 2


@pytest.mark.parametrize("start", ["zeros", "ones"])
def test_eight_equal_units_are_one_unit_trained_by_hand(start):
    """f = H v s(w.x + b) + c, with gradients of v, w and b as each of the H units has them, by autograd and Adam."""
    x, y = nb.moons(33)  # one more of class 0: with as many of each, zeros give the first step a gradient of 0
    found = nb.run_experiment("symmetry", data=(x, y), seeds=[0], num_epochs=6, batch_size=33).first
    weight = {"zeros": 0.0, "ones": 1.0}[start]
    w = torch.full((2,), weight, dtype=torch.float64, requires_grad=True)
    v = torch.tensor(weight, dtype=torch.float64, requires_grad=True)
    b, c = (torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in range(2))
    adam, losses = torch.optim.Adam([w, b, v, c], lr=found.lr[start]), []
    for _ in range(6):
        adam.zero_grad()
        logits = 8 * v * torch.sigmoid(x.double() @ w + b) + c
        loss = F.binary_cross_entropy_with_logits(logits, y.double())
        loss.backward()
        for part in (w, b, v):
            part.grad /= 8  # of the sum of 8 equal units each has its share
        adam.step()
        losses.append(loss.item())
    assert found.losses[start][0].tolist() == pytest.approx(losses, rel=1e-3)


@pytest.mark.parametrize("world", ["tanh", "relu"])
def test_from_zeros_tanh_and_relu_learn_a_constant_only(world):
    """s(0) = 0 and v = 0: no weight has a gradient. The best constant for equal classes has a loss of ln 2."""
    result = nb.run_experiment("symmetry", worlds=[world], seeds=range(4), num_epochs=10)
    found = result.first
    assert float(found.losses["zeros"][:, -5:].mean()) == pytest.approx(0.6931, abs=0.01)
    assert not found.units["zeros"].any()
    assert found.distance("zeros").tolist() == [0.0] * 4
    assert found.moved.tolist() == [0.0] * 4
    assert nb.judge_experiment("symmetry", result)["zeros-symmetric"].noted


def test_the_units_are_those_of_a_plain_training_and_the_distance_that_of_the_largest_pair():
    x, y = nb.moons(32)
    found = nb.run_experiment("symmetry", data=(x, y), seeds=[4], num_epochs=1, batch_size=32).first
    model = nb.seeded_model(lambda: nn.Sequential(nn.Linear(2, 8), nn.Sigmoid(), nn.Linear(8, 1)), 4)
    for layer in (model[0], model[2]):
        nn.init.zeros_(layer.bias)
    adam, seen = torch.optim.Adam(model.parameters(), lr=found.lr["random"]), []
    for step in range(2):
        parts = (model[0].weight, model[0].bias[:, None], model[2].weight.T)
        seen.append(torch.cat(parts, dim=1).detach().double())
        if step == 0:
            F.binary_cross_entropy_with_logits(model(x).squeeze(1), y.float()).backward()
            adam.step()
    torch.testing.assert_close(found.units["random"][0], torch.stack(seen), rtol=1e-5, atol=1e-6)
    pairs = [float((seen[1][i] - seen[1][j]).square().sum().sqrt()) for i in range(8) for j in range(i)]
    assert float(found.distance("random")[0]) == pytest.approx(max(pairs), rel=1e-5)


def test_equal_units_are_drawn_as_one_line_and_their_number_beside_it():
    zeros, random = nb.draw_experiment("symmetry", quick(), lang="en").axes[1::2]
    tips = [tuple(line.get_xydata()[1].round(3)) for line in zeros.lines]
    assert (len(tips), len(set(tips))) == (8, 1)
    assert "8 units" in [text.get_text() for text in zeros.texts]
    assert len({tuple(line.get_xydata()[1].round(3)) for line in random.lines}) == 8
    assert "8 units" not in [text.get_text() for text in random.texts]


def test_where_one_unit_suffices_equal_units_do_as_well():
    """Two classes apart from one another: symmetric units stay alike, but the network is not useless."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(96, 2, generator=generator)
    y = (x[:, 0] + 0.4 * torch.randn(96, generator=generator) > 0).long()
    result = nb.run_experiment("symmetry", data=(x, y), seeds=range(8), num_epochs=8)
    judged = nb.judge_experiment("symmetry", result)
    alike, loss = judged["zeros-symmetric"].worlds
    assert (alike.outcome, judged["ones-symmetric"].verdict) == ("holds", "holds")
    assert loss.outcome != "holds"
    assert judged["zeros-symmetric"].verdict == "not supported"
    figure = nb.draw_experiment("symmetry", result, lang="en")
    assert figure.page_title.startswith("Here: Hidden units that start alike may do as ")


def test_units_that_part_turn_the_verdict(monkeypatch):
    """The reverse of an ordinary neighbour: `zeros` that are not quite zero, and a `random` start all alike."""
    swapped = {**question.START, "zeros": question.START["normal"], "random": nn.init.ones_, "normal": nn.init.ones_}
    monkeypatch.setattr(question, "START", swapped)
    result = nb.run_experiment("symmetry", worlds=["sigmoid"], seeds=range(4), num_epochs=4)
    judged = nb.judge_experiment("symmetry", result)
    assert judged["zeros-symmetric"].verdict != "holds"
    assert judged["chance-breaks-symmetry"].verdict != "holds"
    title = nb.draw_experiment("symmetry", result, lang="en").page_title
    assert title != "Here: Hidden units that start alike stay alike and do the work of one"


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match="Unknown world 'gelu'"):
        nb.run_experiment("symmetry", worlds=["gelu"])
