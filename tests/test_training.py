import numpy as np
import pytest
import torch
from plain_loop import SCHEDULER_ARGUMENTS, Weights, build, equal, net, on_one_thread, plain_loop, toy
from torch import nn, optim
from torch.nn import functional as F

from nnbasics import LOSSES, OPTIMIZERS, SCHEDULERS, DivergedError, train

__all__ = ["on_one_thread"]  # a fixture that every test here uses
REFUSED = {}  # optimizer name -> what the refusal says


# The loop is the plain loop


@pytest.mark.parametrize("batch_size", [None, 7, 1])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_it_is_the_plain_loop_bit_for_bit(name, batch_size):
    x, y = toy()
    settings = {"num_epochs": 4, "batch_size": batch_size, "seed": 3}
    model, expected = build(net, 1), build(net, 1)
    if name in REFUSED:
        with pytest.raises(ValueError, match=REFUSED[name]):
            train(model, x, y, loss_fn="cross_entropy", optimizer=name, lr=0.01, **settings)
        return
    result = train(model, x, y, loss_fn="cross_entropy", optimizer=name, lr=0.01, **settings)
    losses, lrs = plain_loop(expected, x, y, F.cross_entropy, lambda p: OPTIMIZERS[name](p, lr=0.01), **settings)
    assert equal(model, expected)
    assert torch.equal(result.losses, losses)
    assert torch.equal(result.lrs, lrs)
    assert result.seconds.shape == (4,)
    assert (result.seconds > 0).all()


@pytest.mark.parametrize("name", SCHEDULERS)
def test_every_scheduler_is_stepped_once_an_epoch(name):
    x, y = toy()

    def scheduler(optimizer):
        return SCHEDULERS[name](optimizer, **SCHEDULER_ARGUMENTS[name])

    settings = {"num_epochs": 50, "batch_size": 8, "seed": 3}
    model, expected = build(net, 1), build(net, 1)
    result = train(model, x, y, loss_fn="cross_entropy", optimizer="momentum", lr=0.02, scheduler=scheduler, **settings)
    _, lrs = plain_loop(
        expected,
        x,
        y,
        F.cross_entropy,
        lambda p: optim.SGD(p, lr=0.02, momentum=0.9),
        make_scheduler=scheduler,
        **settings,
    )
    assert equal(model, expected)
    torch.testing.assert_close(result.lrs, lrs, rtol=1e-15, atol=0)
    assert len(result.lrs.unique()) > 1


def test_losses_come_back_over_many_epochs_in_order():
    x, y = toy(rows=6)
    result = train(build(net, 1), x, y, loss_fn="cross_entropy", lr=0.01, num_epochs=130, batch_size=4)
    losses, _ = plain_loop(
        build(net, 1), x, y, F.cross_entropy, lambda p: optim.SGD(p, lr=0.01), num_epochs=130, batch_size=4
    )
    assert torch.equal(result.losses, losses)


@pytest.mark.parametrize("loss_fn", [nn.MSELoss(), F.mse_loss, lambda pred, target: ((pred - target) ** 2).mean()])
def test_a_loss_may_be_a_module_or_any_callable(loss_fn):
    x = toy()[0]
    model, named = build(net, 1), build(net, 1)
    given = train(model, x, x[:, :2], loss_fn=loss_fn, lr=0.1, num_epochs=5)
    assert torch.equal(given.losses, train(named, x, x[:, :2], loss_fn="mse", lr=0.1, num_epochs=5).losses)
    assert equal(model, named)


def test_a_loss_module_with_settings_keeps_them():
    x, y = toy()
    weighted = nn.CrossEntropyLoss(weight=torch.tensor([1.0, 5.0], dtype=torch.float64))
    losses, _ = plain_loop(build(net, 1), x, y, weighted, lambda p: optim.SGD(p, lr=0.1), num_epochs=5)
    assert torch.equal(train(build(net, 1), x, y, loss_fn=weighted, lr=0.1, num_epochs=5).losses, losses)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_of_the_table_trains(name):
    x, y = toy()
    outputs = {"bce": nn.Sigmoid(), "nll": nn.LogSoftmax(1)}.get(name, nn.Identity())
    target = y if name in ("cross_entropy", "nll") else F.one_hot(y, 2).double()
    losses = train(nn.Sequential(build(net, 1), outputs), x, target, loss_fn=name, lr=0.1, num_epochs=30).losses
    assert losses[-1] < losses[0]


# Theory


def test_gradient_descent_on_a_quadratic_is_a_power():
    curvatures, start, lr = torch.tensor([0.5, 3.0, 12.0], dtype=torch.float64), [1.0, -2.0, 0.5], 0.1
    model = Weights(start)
    losses = train(
        model,
        torch.ones(1, 1),
        torch.zeros(1),
        loss_fn=lambda w, _: 0.5 * (curvatures * w**2).sum(),
        lr=lr,
        num_epochs=60,
    ).losses
    path = (
        torch.tensor(start, dtype=torch.float64)
        * (1 - lr * curvatures) ** torch.arange(61.0, dtype=torch.float64)[:, None]
    )
    torch.testing.assert_close(model.w.detach(), path[-1], rtol=0, atol=1e-12)
    torch.testing.assert_close(losses, 0.5 * (curvatures * path[:-1] ** 2).sum(1), rtol=0, atol=1e-12)


def test_momentum_is_the_heavy_ball():
    curvature, lr, beta = 4.0, 0.03, 0.9
    model = Weights([1.0])
    train(
        model,
        torch.ones(1, 1),
        torch.zeros(1),
        loss_fn=lambda w, _: 0.5 * curvature * w.square().sum(),
        optimizer="momentum",
        lr=lr,
        num_epochs=80,
    )
    # w(t+1) = (1 + beta - lr c) w(t) - beta w(t-1), started at w(1) = (1 - lr c) w(0)
    step = np.array([[1 + beta - lr * curvature, -beta], [1.0, 0.0]])
    expected = np.linalg.matrix_power(step, 79) @ np.array([1 - lr * curvature, 1.0])
    assert abs(model.w.item() - expected[0]) < 1e-12


def test_the_first_step_of_adam_is_lr_times_the_sign():
    model, slopes = Weights([1.0, 1.0, 1.0]), torch.tensor([2e-3, -7.0, 400.0], dtype=torch.float64)
    train(
        model,
        torch.ones(1, 1),
        torch.zeros(1),
        loss_fn=lambda w, _: (slopes * w).sum(),
        optimizer="adam",
        lr=0.01,
        num_epochs=1,
    )
    torch.testing.assert_close(model.w.detach(), 1 - 0.01 * slopes.sign(), rtol=0, atol=1e-7)


def test_schedules_follow_their_formulas():
    x, y = toy()
    t = torch.arange(50.0, dtype=torch.float64)
    formulas = {
        "step": 0.02 * 0.5 ** (t // 7),
        "multi_step": 0.02 * 0.3 ** ((t >= 5).double() + (t >= 20).double() + (t >= 30).double()),
        "exponential": 0.02 * 0.95**t,
        "cosine": 1e-3 + (0.02 - 1e-3) * (1 + torch.cos(torch.pi * t / 50)) / 2,
        "linear_warmup": 0.02 * (1 / 3 + (2 / 3) * t.clamp(max=5) / 5),
        "one_cycle": torch.where(
            t <= 14,
            0.002 + (0.05 - 0.002) * (1 - torch.cos(torch.pi * t / 14)) / 2,
            0.002e-4 + (0.05 - 0.002e-4) * (1 + torch.cos(torch.pi * (t - 14) / 35)) / 2,
        ),
    }
    for name, formula in formulas.items():
        lrs = train(
            build(net, 1),
            x,
            y,
            loss_fn="cross_entropy",
            lr=0.02,
            num_epochs=50,
            scheduler=lambda opt, name=name: SCHEDULERS[name](opt, **SCHEDULER_ARGUMENTS[name]),
        ).lrs
        torch.testing.assert_close(lrs, formula, rtol=1e-10, atol=1e-12, msg=lambda text, name=name: f"{name}: {text}")


# Divergence


def test_a_diverging_loss_says_when_and_at_which_rate():
    x = torch.linspace(1, 2, 8)[:, None]
    losses, _ = plain_loop(
        build(lambda: nn.Linear(1, 1), 0),
        x,
        x,
        F.mse_loss,
        lambda p: optim.SGD(p, lr=9.0),
        num_epochs=200,
        batch_size=4,
    )
    first = int((~losses.isfinite()).nonzero()[0])
    with pytest.raises(
        DivergedError,
        match=rf"became (inf|nan) at update {first + 1}, in epoch {first // 2 + 1} of 200, at learning rate 9: try",
    ) as caught:
        train(build(lambda: nn.Linear(1, 1), 0), x, x, loss_fn="mse", lr=9.0, num_epochs=200, batch_size=4)
    assert (caught.value.update, caught.value.epoch, caught.value.lr) == (first + 1, first // 2 + 1, 9.0)
    assert isinstance(caught.value, ValueError)


def test_the_rate_named_is_that_of_the_epoch():
    with pytest.raises(DivergedError, match=r"epoch 7 of 70, at learning rate 1e\+200") as caught:
        train(
            Weights([1.0]),
            torch.ones(1, 1),
            torch.zeros(1),
            loss_fn=lambda w, _: w.square().sum(),
            lr=0.1,
            num_epochs=70,
            scheduler=lambda opt: optim.lr_scheduler.LambdaLR(opt, lambda epoch: 1.0 if epoch < 5 else 1e201),
        )
    assert caught.value.epoch == 7


def test_probabilities_of_nan_are_a_divergence_too():
    x = torch.ones(4, 1)
    model = nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1), nn.Linear(1, 1), nn.Sigmoid())
    x[0] = 1e30
    for loss_fn in ("bce", nn.BCELoss()):
        with pytest.raises(DivergedError, match="became nan"):
            train(model, x, torch.ones(4, 1), loss_fn=loss_fn, lr=1e30, num_epochs=60)
