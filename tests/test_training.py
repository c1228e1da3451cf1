import copy
import pickle
import warnings

import numpy as np
import pytest
import torch
from plain_loop import SCHEDULER_ARGUMENTS, Weights, build, equal, net, on_one_thread, plain_loop, toy
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from nnbasics import LOSSES, OPTIMIZERS, SCHEDULERS, DivergedError, ThreeLayerNet, train
from nnbasics._setup import resolve_loss

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
    model = build(lambda: nn.Sequential(nn.Linear(1, 1), nn.Linear(1, 1), nn.Linear(1, 1), nn.Sigmoid()), 0)
    x[0] = 1e30
    for loss_fn in ("bce", nn.BCELoss()):
        with pytest.raises(DivergedError, match="became nan"):
            train(model, x, torch.ones(4, 1), loss_fn=loss_fn, lr=1e30, num_epochs=60)


@pytest.mark.parametrize(("output", "warns"), [("softmax", True), ("logits", False)])
def test_a_softmax_that_would_be_taken_twice_is_said(output, warns):
    model = ThreeLayerNet(output=output)
    x = torch.randn(8, 3, generator=torch.Generator().manual_seed(0))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        train(model, x, torch.zeros(8, dtype=torch.int64), loss_fn="cross_entropy", lr=0.1, num_epochs=1)
    assert [("softmax" in str(w.message)) for w in caught] == ([True] if warns else [])


# What it is judged by


def by_hand(model, x, y):
    """Mean loss and share of right rows, in evaluation mode."""
    model.eval()
    with torch.no_grad():
        pred = model(x)
    model.train()
    return float(F.cross_entropy(pred, y)), float((pred.argmax(1) == y).double().mean())


def as_dataset(x, y):
    return TensorDataset(x, y)


def as_loader(x, y):
    return DataLoader(TensorDataset(x, y), batch_size=7)


@pytest.mark.parametrize("given", [lambda x, y: (x, y), as_dataset, as_loader])
def test_validation_is_the_model_after_each_epoch_in_evaluation_mode(given):
    x, y = toy()
    val = toy(rows=50)[0][20:], toy(rows=50)[1][20:]

    def make():
        return nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.Linear(8, 2)).double()

    settings = {"loss_fn": "cross_entropy", "lr": 0.3, "batch_size": 5, "seed": 2}
    model = build(make, 1)
    result = train(model, x, y, num_epochs=6, val=given(*val), **settings)
    assert model.training
    for epochs in range(1, 7):
        shorter = build(make, 1)
        train(shorter, x, y, num_epochs=epochs, **settings)
        loss, right = by_hand(shorter, *val)
        assert float(result.val_losses[epochs - 1]) == pytest.approx(loss, abs=1e-12)
        assert float(result.val_accuracy[epochs - 1]) == right
        assert float(result.accuracy[epochs - 1]) == by_hand(shorter, x, y)[1]
    losses, lrs, seconds = result
    assert (len(losses), len(lrs), len(seconds)) == (24, 6, 6)
    assert torch.equal(losses, train(build(make, 1), x, y, num_epochs=6, **settings).losses)


def test_without_rows_to_judge_by_nothing_is_judged():
    x, y = toy()
    result = train(build(net, 1), x, y, loss_fn="cross_entropy", lr=0.1, num_epochs=2)
    assert result.val_losses is result.val_accuracy is result.accuracy is None


@pytest.mark.parametrize(("loss_fn", "last"), [("bce", nn.Sigmoid()), ("bce_with_logits", nn.Identity())])
def test_accuracy_with_one_output(loss_fn, last):
    x, y = toy()
    target = y.double()[:, None]
    model = build(lambda: nn.Sequential(net(), nn.Linear(2, 1).double(), last), 1)
    result = train(model, x, target, loss_fn=loss_fn, optimizer="adam", lr=0.05, num_epochs=60, val=(x, target))
    with torch.no_grad():
        right = (model(x) > (0.5 if loss_fn == "bce" else 0.0)) == (target > 0.5)
    assert float(result.val_accuracy[-1]) == float(result.accuracy[-1]) == float(right.double().mean()) > 0.9


def test_where_there_are_no_classes_there_is_no_accuracy():
    x, _ = toy()
    result = train(build(net, 1), x, x[:, :2], loss_fn="mse", lr=0.1, num_epochs=3, val=(x, x[:, :2]))
    assert result.accuracy is result.val_accuracy is None
    assert result.val_losses.shape == (3,)
    assert float(result.val_losses[0]) == pytest.approx(float(result.losses[1]), rel=1e-12)


def test_a_plateau_is_one_of_the_validation_loss():
    x, y = toy()

    def scheduler(optimizer):
        return optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, factor=0.5)

    wrong = toy()[0], 1 - y  # learning the opposite of what is judged: every epoch is worse
    result = train(build(net, 1), x, y, loss_fn="cross_entropy", lr=0.4, num_epochs=5, scheduler=scheduler, val=wrong)
    assert result.lrs.tolist() == [0.4, 0.4, 0.2, 0.1, 0.05]


# Where the rows come from


@pytest.mark.parametrize("given", [as_dataset, lambda x, y: (x.numpy(), y.numpy())])
def test_a_data_set_or_arrays_give_what_tensors_give(given):
    x, y = toy(torch.float32)
    settings = {"loss_fn": "cross_entropy", "lr": 0.1, "num_epochs": 3, "batch_size": 6}
    data = given(x, y)
    args = data if isinstance(data, tuple) else (data,)
    expected = train(build(lambda: net(torch.float32), 1), x, y, **settings).losses
    assert torch.equal(train(build(lambda: net(torch.float32), 1), *args, **settings).losses, expected)


def test_arrays_of_float64_become_what_weights_are():
    x, y = toy()
    model = build(lambda: net(torch.float32), 1)
    assert (
        train(model, x.numpy(), y.numpy(), loss_fn="cross_entropy", lr=0.1, num_epochs=2).losses.dtype == torch.float32
    )


def test_judging_a_loader_does_not_shuffle_it_otherwise():
    x, y = toy()
    loader = DataLoader(TensorDataset(x, y), batch_size=7, shuffle=True)
    settings = {"loss_fn": "cross_entropy", "lr": 0.1, "num_epochs": 4}
    model, other = build(net, 1), build(net, 1)
    result = train(model, loader, val=(x, y), **settings)
    assert torch.equal(train(other, loader, **settings).losses, result.losses)
    torch.testing.assert_close(result.accuracy, result.val_accuracy, rtol=0, atol=1e-15)


def test_a_loader_gives_its_own_batches_and_the_seed_shuffles_them():
    x, y = toy()
    loader = DataLoader(TensorDataset(x, y), batch_size=7)
    model, expected = build(net, 1), build(net, 1)
    losses = train(model, loader, loss_fn="cross_entropy", lr=0.1, num_epochs=2).losses
    optimizer, by_hand = optim.SGD(expected.parameters(), lr=0.1), []
    for _ in range(2):
        for rows in torch.arange(20).split(7):
            optimizer.zero_grad()
            loss = F.cross_entropy(expected(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            by_hand.append(loss.detach())
    assert torch.equal(losses, torch.stack(by_hand))
    assert equal(model, expected)
    shuffled = DataLoader(TensorDataset(x, y), batch_size=7, shuffle=True)
    runs = [
        train(build(net, 1), shuffled, loss_fn="cross_entropy", lr=0.1, num_epochs=2, seed=seed).losses
        for seed in (0, 0, 1)
    ]
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])


def test_integers_for_an_embedding():
    words = torch.tensor([[0, 1], [2, 3], [4, 0], [1, 3]])
    model = build(lambda: nn.Sequential(nn.Embedding(5, 4), nn.Flatten(), nn.Linear(8, 2)), 0)
    classes = torch.tensor([0, 1, 1, 0])
    result = train(model, words, classes, loss_fn="cross_entropy", lr=0.5, num_epochs=80, val=(words, classes))
    assert float(result.accuracy[-1]) == 1


def test_a_result_survives_pickle_and_copy():
    x, y = toy()
    result = train(build(net, 1), x, y, loss_fn="cross_entropy", lr=0.1, num_epochs=2, val=(x, y))
    for other in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result)):
        assert torch.equal(other.losses, result.losses)
        assert torch.equal(other.val_accuracy, result.val_accuracy)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Adam", "adam"),
        ("torch.optim.AdamW", "adamw"),
        ("RMSprop", "rmsprop"),
        ("SGD", "sgd"),
        (optim.Adagrad, "adagrad"),
    ],
)
def test_optimizers_are_known_by_torchs_names(given, name):
    x, y = toy()
    settings = {"loss_fn": "cross_entropy", "lr": 0.01, "num_epochs": 3}
    losses = train(build(net, 1), x, y, optimizer=given, **settings).losses
    assert torch.equal(losses, train(build(net, 1), x, y, optimizer=name, **settings).losses)


TORCHS_LOSSES = {
    "mae": nn.L1Loss,
    "mse": nn.MSELoss,
    "smooth_l1": nn.SmoothL1Loss,
    "huber": nn.HuberLoss,
    "bce": nn.BCELoss,
    "bce_with_logits": nn.BCEWithLogitsLoss,
    "cross_entropy": nn.CrossEntropyLoss,
    "nll": nn.NLLLoss,
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses_are_known_by_torchs_names(name):
    kind = TORCHS_LOSSES[name]
    for given in (kind.__name__, f"nn.{kind.__name__}", kind(), LOSSES[name]):
        assert resolve_loss(given) is resolve_loss(name)
    if name != "nll":  # its settings are those of cross_entropy
        other = kind(reduction="sum")
        assert resolve_loss(other) is other


class Listed(nn.Module):
    """The beginner's mistake: torch does not see the layers of a plain list."""

    def __init__(self, container=list):
        super().__init__()
        self.hidden = container([nn.Linear(3, 3).double(), nn.Linear(3, 3).double()])
        self.out = nn.Linear(3, 2).double()

    def forward(self, x):
        for layer in self.hidden:
            x = torch.relu(layer(x))
        return self.out(x)


@pytest.mark.parametrize("container", [list, tuple, nn.ModuleList])
def test_layers_in_a_plain_list_are_warned_of(container):
    x, y = toy()
    model = build(lambda: Listed(container), 0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        train(model, x, y, loss_fn="cross_entropy", lr=0.1, num_epochs=2)
    told = f"model.hidden is a plain {container.__name__}: torch does not know of the layers in it"
    assert [str(warning.message).startswith(told) for warning in caught] == [True] * (container is not nn.ModuleList)
