import random

import numpy as np
import pytest
import torch
from plain_loop import build, equal, net, toy
from torch import nn, optim
from torch.nn import functional as F

import nnbasics
from nnbasics import seeded_model, train

pytestmark = pytest.mark.usefixtures("own_stream")

# State that is not ours


def test_it_leaves_the_global_state_alone():
    x, y = toy()
    x.requires_grad_()
    before_x, before_y = x.detach().clone(), y.clone()
    model = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 2)).double()
    states = torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate()
    threads = torch.get_num_threads()
    seen = []

    def loss_fn(pred, target):
        seen.append(torch.get_num_threads())
        return F.cross_entropy(pred, target)

    train(model, x, y, loss_fn=loss_fn, lr=0.1, num_epochs=2, batch_size=8)
    assert seen[-1] == 1
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), states[0])
    assert (np.random.get_state()[1] == states[1]).all()
    assert random.getstate() == states[2]
    assert torch.is_grad_enabled()
    assert x.grad is None
    assert torch.equal(x, before_x)
    assert torch.equal(y, before_y)


def test_the_seed_decides_batches_and_dropout():
    x, y = toy()

    def run(seed):
        torch.rand(1)  # whatever the global stream is at
        model = seeded_model(lambda: nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 2)).double(), 0)
        return train(model, x, y, loss_fn="cross_entropy", lr=0.1, num_epochs=3, batch_size=8, seed=seed).losses

    assert torch.equal(run(1), run(1))
    assert not torch.equal(run(1), run(2))


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode])
def test_it_works_where_gradients_are_off(context):
    x, y = toy()
    model, expected = build(net, 1), build(net, 1)
    train(expected, x, y, loss_fn="cross_entropy", lr=0.1, num_epochs=3)
    with context():
        train(model, x.clone(), y.clone(), loss_fn="cross_entropy", lr=0.1, num_epochs=3)
        assert not torch.is_grad_enabled()
    assert equal(model, expected)


def test_trying_the_model_does_not_train_it():
    x, y = toy()
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 2)).double().eval()
    train(model, x, y, loss_fn="cross_entropy", lr=0.1, num_epochs=3, batch_size=10)
    assert model[0].num_batches_tracked == 6
    assert model.training


def test_an_interrupt_passes_through_and_restores():
    x, y = toy()
    calls = []

    def interrupted(pred, target):
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return F.cross_entropy(pred, target)

    threads, state = torch.get_num_threads(), torch.get_rng_state()
    with pytest.raises(KeyboardInterrupt):
        train(seeded_model(net, 1), x, y, loss_fn=interrupted, lr=0.1, num_epochs=9)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("progress", [False, True])
def test_the_bar_is_on_stderr_and_only_when_asked_for(progress, capsys):
    x, y = toy()
    train(build(net, 1), x, y, loss_fn="cross_entropy", lr=0.1, num_epochs=3, progress=progress)
    out, err = capsys.readouterr()
    assert out == ""
    assert ("3/3" in err) == progress


# Bad input

X, Y = toy()
GOOD = {"loss_fn": "cross_entropy", "lr": 0.1, "num_epochs": 2}


def with_inference_parameters():
    with torch.inference_mode():
        return net()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"model": net}, TypeError, "model must be a torch.nn.Module, got <function net"),
        ({"model": nn.Linear}, TypeError, "model must be a torch.nn.Module, got the class Linear"),
        ({"model": nn.ReLU()}, ValueError, "model must have a parameter with requires_grad=True, got ReLU"),
        ({"model": nn.LazyLinear(2)}, ValueError, "model must know its sizes: 'weight' is lazy"),
        ({"model": with_inference_parameters}, ValueError, "must be made outside torch.inference_mode"),
        (
            {"model": nn.Linear(4, 2).double()},
            ValueError,
            r"model cannot take x of shape \(20, 3\), torch.float64: mat1",
        ),
        ({"model": nn.Linear(3, 2)}, ValueError, r"model cannot take x of shape \(20, 3\), torch.float64: .*dtype"),
        ({"model": nn.LSTM(3, 2).double()}, TypeError, "model must return a torch.Tensor, got tuple"),
        ({"model": net().to("meta")}, ValueError, "model must be on the device of x, cpu, got meta"),
        ({"x": X.numpy()}, TypeError, "x must be a torch.Tensor, got ndarray"),
        ({"x": X.long()}, TypeError, "x must have a floating-point dtype .* got torch.int64"),
        ({"x": X[:0]}, ValueError, r"x must not be empty, got shape \(0, 3\)"),
        ({"x": X / 0}, ValueError, "x must be finite, got"),
        ({"x": X[:10]}, ValueError, r"x and y must have as many rows, got x of shape \(10, 3\) and y of shape \(20,\)"),
        ({"y": Y.tolist()}, TypeError, "y must be a torch.Tensor, got list"),
        ({"y": Y * torch.nan}, ValueError, "y must be finite, got nan"),
        ({"y": Y.to("meta")}, ValueError, "y must be on the device of x, cpu, got meta"),
        ({"y": Y + 1}, ValueError, "y must hold classes from 0 to 1, as model scores 2, got 2"),
        ({"y": Y - 1}, ValueError, "y must hold classes from 0 to 1, as model scores 2, got -1"),
        ({"y": Y.double()}, ValueError, r"loss_fn 'cross_entropy' cannot compare what model returns, shape \(N, 2\)"),
        ({"y": Y.double(), "loss_fn": "mse"}, ValueError, r"with y of shape \(20,\) and torch.float64: Using a target"),
        ({"y": X[:, :2], "loss_fn": "bce"}, ValueError, "loss_fn 'bce' cannot compare"),
        ({"loss_fn": "cross_entrop"}, ValueError, "Unknown loss_fn 'cross_entrop'. Did you mean 'cross_entropy'"),
        ({"loss_fn": nn.MSELoss}, TypeError, r"loss_fn must be called first, MSELoss\(\), got class MSELoss"),
        (
            {"loss_fn": nn.CrossEntropyLoss(reduction="none")},
            ValueError,
            r"must return one number, .* got shape \(2,\)",
        ),
        ({"loss_fn": lambda pred, y: 1.0}, ValueError, "must return one number, .* got float"),
        (
            {"loss_fn": lambda pred, y: (pred.argmax(1) == y).double().mean()},
            ValueError,
            "carries no gradient to model",
        ),
        ({"optimizer": "adm"}, ValueError, "Unknown optimizer 'adm'. Did you mean 'adam'"),
        ({"optimizer": optim.SGD([torch.ones(1)], lr=1)}, TypeError, r"callable \(parameters, lr=...\) .* got SGD"),
        ({"optimizer": optim.LBFGS}, ValueError, "optimizer LBFGS cannot be used here: it wants a closure"),
        ({"optimizer": lambda p, lr: lr}, TypeError, "optimizer must return a torch.optim.Optimizer, got float"),
        ({"lr": 0}, ValueError, "lr must be a finite number > 0, got 0"),
        ({"lr": float("nan")}, ValueError, "lr must be a finite number > 0, got nan"),
        ({"lr": "0.1"}, TypeError, "lr must be a number, got '0.1'"),
        ({"num_epochs": 0}, ValueError, "num_epochs must be an integer >= 1, got 0"),
        ({"num_epochs": 2.0}, TypeError, "num_epochs must be an integer, got 2.0"),
        ({"batch_size": 21}, ValueError, "batch_size must be None or an integer from 1 to 20, the rows of x, got 21"),
        ({"batch_size": 0}, ValueError, "batch_size must be an integer >= 1, got 0"),
        ({"scheduler": "step"}, TypeError, "scheduler must be a callable such as lambda .* got 'step'"),
        ({"scheduler": lambda opt: opt}, TypeError, "scheduler must return a .*LRScheduler, got SGD"),
        ({"seed": -1}, ValueError, "seed must be an integer >= 0, got -1"),
        ({"seed": 2**64}, ValueError, r"seed must be an integer from 0 to 2\*\*64 - 1"),
        ({"seed": None}, TypeError, "seed must be an integer, got None"),
    ],
)
def test_bad_input_is_answered_in_one_line(changes, error, message):
    arguments = {"model": net(), "x": X, "y": Y, **GOOD, **changes}
    if arguments["model"] is with_inference_parameters:
        arguments["model"] = with_inference_parameters()
    with pytest.raises(error, match=message) as caught:
        train(arguments.pop("model"), arguments.pop("x"), arguments.pop("y"), **arguments)
    assert "\n" not in str(caught.value)


def test_seeded_model_is_what_manual_seed_gives_and_leaves_the_stream():
    torch.manual_seed(11)
    expected, state = net(), None
    torch.manual_seed(99)
    state = torch.get_rng_state()
    with torch.inference_mode():
        model = seeded_model(net, 11)
    assert equal(model, expected)
    assert torch.equal(torch.get_rng_state(), state)
    assert not any(p.is_inference() for p in model.parameters())
    with pytest.raises(TypeError, match=r"make_model must be a callable such as .* got Sequential"):
        seeded_model(net(), 0)
    with pytest.raises(TypeError, match=r"make_model\(\) must be a torch.nn.Module, got 3"):
        seeded_model(lambda: 3, 0)


def test_the_contents_page_knows_them():
    assert {"train", "seeded_model", "DivergedError", "Training"} <= set(dir(nnbasics))
