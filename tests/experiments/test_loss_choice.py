"""Cross-entropy against squared errors: the losses by hand, a plain loop, the verdict, and what the title says."""

from functools import partial

import pytest
import torch
from plain_loop import build, on_one_thread, plain_loop
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.experiments import loss_choice as experiment
from nnbasics.experiments._common import kaiming_first
from nnbasics.experiments.race import Race
from nnbasics.experiments.table import draw_experiment, judge_experiment, run_experiment
from nnbasics.experiments.verdicts import Result

__all__ = ["on_one_thread"]
NAME, ID = "loss-choice", "cross-entropy-first"
EXPECTED = {ID: "not supported"}


@pytest.mark.slow
def test_the_verdict():
    verdicts = judge_experiment(NAME, run_experiment(NAME))
    assert {name: each.verdict for name, each in verdicts.items()} == EXPECTED
    assert verdicts[ID].noted


def made(here=False, **advantage):
    """A result of 32 seeds in which cross-entropy gets so much more right than each rival, in every world."""
    wobble = torch.linspace(-0.002, 0.002, 32).double()
    rights = {"cross_entropy": torch.full((32,), 0.9).double()}
    rights |= {rival: 0.9 - more + wobble for rival, more in advantage.items()}
    race = Race({}, {}, rights, {}, {}, {})
    return Result(NAME, dict.fromkeys(["own data"] if here else experiment.WORLDS, race), here=here)


@pytest.mark.parametrize(
    ("probabilities", "logits", "verdict"),
    [(0.05, 0.05, "holds"), (-0.05, -0.05, "wrong"), (0.0, 0.05, "not supported"), (0.0, 0.0, "not supported")],
)
def test_the_verdict_follows_from_the_right_answers(probabilities, logits, verdict):
    judgement = judge_experiment(NAME, made(probabilities=probabilities, logits=logits))[ID]
    assert judgement.verdict == verdict
    assert bool(judgement.note.en) == (judgement.verdict == "not supported" and logits > 0)


@pytest.mark.parametrize(
    ("probabilities", "logits", "said"),
    [
        (0.05, 0.05, "Here: Cross-entropy puts more new rows right than the squared error of probabilities"),
        (0.05, -0.05, "Here: Cross-entropy was not seen to beat both squared errors"),
        (-0.05, 0.05, "Here: The squared error of probabilities puts more"),
        (0.0, 0.05, "Here: Cross-entropy and the squared error of probabilities put as many"),
    ],
)
def test_on_ones_own_data_the_title_says_what_came_out_there(probabilities, logits, said):
    found = made(here=True, probabilities=probabilities, logits=logits)
    assert any(said in t.get_text() for t in draw_experiment(NAME, found, lang="en").texts)


def test_a_bar_is_as_long_as_what_a_loss_gets_wrong():
    figure = draw_experiment(NAME, made(probabilities=0.05, logits=0.0), lang="en")
    assert [ax.texts[-1].get_text() for ax in figure.axes] == ["digits", "moons", "two spirals"]
    for ax in figure.axes:
        assert [bar.get_width() for bar in ax.patches] == pytest.approx([10, 15, 10])
        assert [text.get_text() for text in ax.texts[:3]] == ["10.0", "15.0", "10.0"]


def test_the_squared_error_is_that_of_one_hot_targets():
    z = torch.tensor([[1.0, 0.0, -1.0], [0.0, 2.0, 0.0]])
    by_hand = ((1 - 1) ** 2 + 0 + 1 + 0 + (2 - 0) ** 2 + (0 - 1) ** 2) / 6
    assert float(experiment.squared(z, torch.tensor([0, 2]))) == pytest.approx(by_hand)
    p = z.softmax(1)
    expected = F.mse_loss(p, torch.eye(3)[[0, 2]])
    assert float(experiment.LOSSES["probabilities"](z, torch.tensor([0, 2]))) == pytest.approx(float(expected))


@pytest.mark.parametrize("side", ["cross_entropy", "probabilities", "logits"])
def test_the_losses_are_those_of_a_plain_loop(side):
    found = run_experiment(NAME, worlds=["moons"], seeds=range(3), num_epochs=2, rates=(0.3, 1.0)).first
    generator = torch.Generator().manual_seed(0)
    (x, y), _ = nb.split(nb.moons(2048, generator=generator), share=0.75, generator=generator)
    loss_fn = F.cross_entropy if side == "cross_entropy" else experiment.LOSSES[side]
    model = build(partial(kaiming_first, 2, 16, 2, torch.device("cpu")), 2)
    lr = found.lr[side]
    losses, _ = plain_loop(
        model, x, y, loss_fn, lambda p: torch.optim.SGD(p, lr=lr), num_epochs=2, batch_size=32, seed=2
    )
    torch.testing.assert_close(found.losses[side][2], losses.double().reshape(2, 16).mean(1), rtol=1e-4, atol=0)


def test_a_rival_that_learns_nothing_turns_the_verdict():
    frozen = dict.fromkeys(experiment.RIVALS, lambda z, target: 0 * z.sum())
    losses = {"cross_entropy": "cross_entropy", **frozen}
    found = run_experiment(NAME, worlds=["moons"], seeds=range(8), losses=losses, rates=(0.3, 1.0, 3.0))
    assert judge_experiment(NAME, found)[ID].verdict == "holds"


@pytest.mark.parametrize(
    ("settings", "message"), [({"worlds": ["nowhere"]}, "world"), ({"rates": []}, "rates must be ascending")]
)
def test_settings_that_make_no_sense_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        run_experiment(NAME, **{"worlds": ["moons"], "seeds": range(2), **settings})
