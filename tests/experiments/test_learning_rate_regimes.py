"""The regimes of the learning rate against the closed form, the whole Hessian and a plain loop."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from measured import quick as look
from plain_loop import build, plain_loop
from torch import nn
from torch.nn import functional as F

import nnbasics as nb
from nnbasics.experiments.curvature import top_curvature
from nnbasics.experiments.learning_rate_regimes import REGIMES, plot_regime


@pytest.fixture(scope="module")
def quick():
    return look("learning-rate-regimes").first


def judged(**settings):
    result = nb.run_experiment("learning-rate-regimes", **settings)
    return result, nb.judge_experiment("learning-rate-regimes", result)["step-lowers"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_the_verdict_in_all_worlds(seed):
    _, judgement = judged(seeds=range(32 * seed, 32 * seed + 32))
    assert judgement.verdict == "holds if"
    assert all(world.outcome == "holds" for world in judgement.worlds if world.inside)
    assert sum(world.outcome == "opposite" for world in judgement.worlds if not world.inside) >= 5


def test_a_limit_that_is_put_elsewhere_turns_the_verdict(monkeypatch):
    """At 2.5/lambda the bowl's steps climb: were the limit 3/lambda, the statement would not hold below it."""
    monkeypatch.setattr("nnbasics.experiments.learning_rate_regimes.TRIED_ON_BOWL", (0.5, 1.5, 1.9))
    monkeypatch.setattr("nnbasics.experiments.learning_rate_regimes.TRIED", (0.25, 0.5, 1.0))
    result, judgement = judged(quick=True, seeds=range(4), num_epochs=20)
    assert judgement.verdict == "holds"  # nothing above the limit was tried
    figure = nb.draw_experiment("learning-rate-regimes", result, lang="en")
    assert figure.texts[0].get_text() == "Here: A step lowers the loss at every learning rate that was tried"


def test_the_share_of_steps_that_raise_the_loss_on_the_bowl(quick):
    shares = {multiple: share.tolist() for multiple, share in quick.raising_on_bowl.items()}
    assert shares == {0.5: [0.0] * 8, 1.5: [0.0] * 8, 2.5: [1.0] * 8, 4.0: [1.0] * 8}


def numbers(dtype=torch.float32, rows=24):
    x = torch.randn(rows, 3, generator=torch.Generator().manual_seed(1), dtype=dtype)
    return x, (x[:, :1] * x[:, 1:2]).tanh()


def net(inputs=3):
    return nn.Sequential(nn.Linear(inputs, 5), nn.Tanh(), nn.Linear(5, 1))


@pytest.mark.parametrize("seed", range(4))
def test_the_curvature_is_the_greatest_eigenvalue_of_the_whole_hessian(seed):
    x, y = numbers(torch.float64)
    model = build(lambda: net().double(), seed)
    shapes = [p.shape for p in model.parameters()]
    names = [name for name, _ in model.named_parameters()]
    flat = torch.cat([p.detach().flatten() for p in model.parameters()])

    def loss(weights):
        parts = [
            part.view(shape) for part, shape in zip(weights.split([s.numel() for s in shapes]), shapes, strict=True)
        ]
        return F.mse_loss(torch.func.functional_call(model, dict(zip(names, parts, strict=True)), (x,)), y)

    eigenvalues = torch.linalg.eigvalsh(torch.autograd.functional.hessian(loss, flat))
    assert eigenvalues[-1] > -eigenvalues[0]
    assert top_curvature(model, x, y) == pytest.approx(float(eigenvalues[-1]), rel=1e-3)


def test_networks_against_a_plain_loop_on_data_of_ones_own():
    x, y = numbers()
    result = nb.run_experiment("learning-rate-regimes", seeds=[2, 5], data=(x, y), hidden=5, num_epochs=30).first
    for s, seed in enumerate((2, 5)):
        for multiple, share in result.raising.items():
            lr = multiple / float(result.curvature[s])
            model = build(net, seed)
            losses, _ = plain_loop(model, x, y, F.mse_loss, lambda p, lr=lr: torch.optim.SGD(p, lr=lr), num_epochs=30)
            losses = losses.nan_to_num(torch.inf)
            rises = (losses[1:] > losses[:-1]) | losses[1:].isinf()
            near = 1e-9 if multiple < 2 else 0.1  # beyond the limit a rounding grows, and decides single steps
            assert float(share[s]) == pytest.approx(float(rises.double().mean()), abs=near)


def test_networks_descend_steadily_to_half_of_the_limit_and_not_at_twice_of_it(quick):
    assert float(torch.stack([quick.raising[0.5], quick.raising[1.0]]).max()) == 0
    assert bool((quick.raising[4.0] > 0.5).all())


@pytest.mark.parametrize("share", REGIMES)
def test_the_bowls_say_what_theory_does(share):
    """A step multiplies the distance by 1 - 2 share, the loss by its square; the sides change past half of the limit."""
    ax = plot_regime(share, lang="en")
    path = ax.lines[1].get_xdata()
    np.testing.assert_allclose(np.ravel(path), -((1 - 2 * share) ** np.arange(6.0)), rtol=1e-12)
    assert f"{(1 - 2 * share) ** 10:.2g}" in ax.texts[-1].get_text()
