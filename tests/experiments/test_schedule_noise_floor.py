"""Schedules under noise against NumPy's recurrence, the closed form of the floor, and a plain loop."""

from __future__ import annotations

from functools import cache, partial

import numpy as np
import pytest
import torch
from plain_loop import build, plain_loop
from torch.nn import functional as F
from torch.optim.lr_scheduler import CosineAnnealingLR

from nnbasics import moons
from nnbasics.experiments.race import Race
from nnbasics.experiments.schedule_noise_floor import (
    TITLES,
    WORLDS,
    Decay,
    expected_errors,
    measure,
    model,
)
from nnbasics.experiments.table import draw_experiment, judge_experiment
from nnbasics.experiments.verdicts import HERE, Result

LENGTH = 200
RATES = {  # the share of the first rate at step t of 200, by hand
    "constant": lambda t: 1.0,
    "step": lambda t: 0.4 ** (t // 40),
}


@cache
def quick():
    return measure(seeds=range(8), num_steps=LENGTH, num_epochs=1, worlds=["batches"])


@pytest.mark.parametrize("lr", [0.05, 0.2, 1.0, 1.8])
def test_the_expected_error_comes_to_rest_at_the_closed_form(lr):
    """eta sigma^2 / (lambda (2 - eta lambda)), with lambda = sigma = 1; the way there is a geometric series."""
    errors = expected_errors(torch.full((60,), lr, dtype=torch.float64)).numpy()
    floor, t = lr / (2 - lr), np.arange(61)
    np.testing.assert_allclose(errors, floor + (1 - lr) ** (2 * t) * (100 - floor), rtol=1e-12)


@pytest.mark.parametrize("side", ["constant", "step"])
def test_the_bowl_against_theory_by_hand(side):
    bowl, errors = quick().first.bowl, [100.0]
    for t in range(LENGTH):
        lr = 0.2 * RATES[side](t)
        errors.append((1 - lr) ** 2 * errors[-1] + lr**2)
    expected = np.array(errors)[bowl.steps.long()]
    np.testing.assert_allclose(bowl.theory[side].numpy(), expected, rtol=1e-9)
    # 8 x 256 copies: the mean of that many squares is off by 3 % (one standard deviation) at most
    np.testing.assert_allclose(bowl.errors[side].mean(0).numpy(), expected, rtol=0.15)


def test_a_descent_on_the_bowl_is_the_recurrence():
    """One seed of the constant side again, by NumPy, from the same draws."""
    noise = torch.randn(LENGTH, 256, generator=torch.Generator().manual_seed(3), dtype=torch.float64).numpy()
    w, errors, bowl = np.full(256, 10.0), [100.0], quick().first.bowl
    for xi in noise:
        w = w - 0.2 * (w + xi)
        errors.append((w**2).mean())
    np.testing.assert_allclose(bowl.errors["constant"][3].numpy(), np.array(errors)[bowl.steps.long()], rtol=1e-9)


def test_with_decay_the_error_sinks_below_the_floor_and_without_it_does_not():
    bowl = quick().first.bowl
    assert bowl.floor == pytest.approx(0.2 / 1.8)
    assert float(bowl.errors["constant"][:, -8:].mean() / bowl.floor) == pytest.approx(1.0, abs=0.1)
    assert float(bowl.errors["step"][:, -1].amax()) < 0.3 * bowl.floor


def test_networks_against_a_plain_loop():
    found = measure(seeds=[5], num_steps=10, hidden=4, num_epochs=3, worlds=["batches"]).first
    x, y = moons(256, noise=0.3, generator=torch.Generator().manual_seed(5))
    trained = build(lambda: model("moons", 4, torch.device("cpu")), 5)
    lr, cosine = found.race.lr["cosine"], partial(CosineAnnealingLR, T_max=3)
    losses, _ = plain_loop(
        trained, x, y, F.cross_entropy, lambda p: torch.optim.SGD(p, lr=lr), make_scheduler=cosine, seed=5,
        num_epochs=3, batch_size=32,
    )  # fmt: skip
    wanted = losses.reshape(3, 8).mean(1).double()
    torch.testing.assert_close(found.race.losses["cosine"][0].double(), wanted, rtol=1e-4, atol=1e-6)
    with torch.no_grad():
        assert float(found.end("cosine")) == pytest.approx(float(F.cross_entropy(trained(x), y)), rel=1e-4)


def made(ratio):
    """A world in which the constant learning rate ends so many times as high as any that decays."""
    race, jitter = quick().first.race, torch.linspace(0.99, 1.01, 32, dtype=torch.float64)
    ends = {side: 0.1 * jitter * (ratio if side == "constant" else 1) for side in race.losses}
    return Decay(quick().first.bowl, Race(race.losses, ends, race.right, race.rates, race.scores, race.lr))


@pytest.mark.parametrize(("ratio", "told"), [(1.5, "holds"), (1.0, "no effect"), (0.5, "wrong")])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_other_ends_turn_the_title(ratio, told, lang):
    one = Result("schedule-noise-floor", {"moons": made(ratio)}, here=True)
    texts = [text.get_text() for text in draw_experiment("schedule-noise-floor", one, lang=lang).texts]
    assert HERE.say(lang) + TITLES[told].say(lang) in texts


def test_it_holds_if_noise_is_left_where_it_helps_in_every_noisy_world_and_in_no_other():
    worlds = {name: made(1.5 if world.noise_left else 1.0) for name, world in WORLDS.items()}
    assert (
        judge_experiment("schedule-noise-floor", Result("schedule-noise-floor", worlds))["decay-calms"].verdict
        == "holds if"
    )
    worlds["line"] = made(1.0)
    judged = judge_experiment("schedule-noise-floor", Result("schedule-noise-floor", worlds))["decay-calms"]
    assert (judged.verdict, judged.noted) == ("not supported", True)
    worlds["batches"] = made(0.9)  # a noisy network that ends higher with decay: the remark would be untrue
    judged = judge_experiment("schedule-noise-floor", Result("schedule-noise-floor", worlds))["decay-calms"]
    assert (judged.verdict, judged.noted) == ("not supported", False)


def test_a_fitted_loss_is_not_compared_by_its_rounding():
    worlds = {name: made(1e-9) for name in WORLDS}
    for each in worlds.values():
        each.race.test_losses.update(
            {side: 1e-13 * torch.rand(32, generator=torch.Generator()) for side in each.race.losses}
        )
    judged = judge_experiment("schedule-noise-floor", Result("schedule-noise-floor", worlds))["decay-calms"]
    assert {world.outcome for world in judged.worlds} == {"no effect"}


@pytest.mark.slow
def test_the_verdict_in_all_worlds():
    judged = judge_experiment("schedule-noise-floor", measure())["decay-calms"]
    assert (judged.verdict, judged.noted, len(judged.worlds)) == ("not supported", True, len(WORLDS))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"bowl_lr": 2.0}, "bowl_lr must be below 2, where descent on the bowl diverges, got 2.0."),
        ({"worlds": ["nowhere"]}, "nowhere"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(ValueError, match=message):
        measure(**settings)
