import random

import numpy as np
import pytest
import torch
from plain_loop import build, equal, net, toy
from torch import nn, optim
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

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


# What we answer: what torch would let pass in silence, or answer with something that misleads

OURS = [
    ({"model": net}, TypeError, "model must be a torch.nn.Module, got <function net"),
    (
        {"model": nn.Linear},
        TypeError,
        r"model must be called first, Linear\(\), got class Linear",
    ),
    ({"model": nn.ReLU()}, ValueError, "model must have a parameter with requires_grad=True, got ReLU"),
    ({"x": X.tolist()}, TypeError, "x must be a torch.Tensor or a NumPy array, got list"),
    ({"x": X[:0]}, ValueError, r"\(x, y\) must have the same number of rows .* got \(0, 3\), \(20,\)"),
    ({"x": X[:0], "y": Y[:0]}, ValueError, r"rows in x and y, at least one, got \(0, 3\), \(0,\)"),
    ({"x": X / 0}, ValueError, "x must be finite, got"),
    ({"x": X[:10]}, ValueError, r"\(x, y\) must have the same number of rows .* got \(10, 3\), \(20,\)"),
    ({"y": Y.tolist()}, TypeError, "y must be a torch.Tensor or a NumPy array, got list"),
    ({"y": Y * torch.nan}, ValueError, "y must be finite, got nan"),
    ({"y": Y + 1}, ValueError, "y must hold classes from 0 to 1, as the model scores 2, got 2"),
    ({"y": Y - 1}, ValueError, "y must hold classes from 0 to 1, as the model scores 2, got -1"),
    ({"y": Y.double(), "loss_fn": "mse"}, ValueError, r"here \(20, 2\): mse_loss would broadcast it, got \(20,\)"),
    ({"y": X[:, :1], "loss_fn": nn.HuberLoss(delta=2)}, ValueError, "HuberLoss would broadcast"),
    ({"loss_fn": "cross_entrop"}, ValueError, "Unknown loss_fn 'cross_entrop'. Did you mean 'cross_entropy'"),
    ({"loss_fn": nn.MSELoss}, TypeError, r"loss_fn must be called first, MSELoss\(\), got class MSELoss"),
    ({"optimizer": "adm"}, ValueError, "Unknown optimizer 'adm'. Did you mean 'adam'"),
    ({"optimizer": optim.SGD([torch.ones(1)], lr=1)}, TypeError, r"callable \(parameters, lr=...\) .* got SGD"),
    ({"optimizer": optim.LBFGS}, ValueError, "optimizer must be one whose step needs no closure, got LBFGS"),
    ({"lr": 0}, ValueError, "lr must be a finite number > 0, got 0"),
    ({"lr": float("nan")}, ValueError, "lr must be a finite number > 0, got nan"),
    ({"lr": "0.1"}, TypeError, "lr must be a number, got '0.1'"),
    ({"num_epochs": 0}, ValueError, "num_epochs must be an integer >= 1, got 0"),
    ({"num_epochs": 2.0}, TypeError, "num_epochs must be an integer, got 2.0"),
    ({"batch_size": 21}, ValueError, "batch_size must be None or an integer from 1 to 20, the rows of x, got 21"),
    ({"batch_size": 0}, ValueError, "batch_size must be an integer >= 1, got 0"),
    ({"scheduler": "step"}, TypeError, "scheduler must be a callable such as lambda .* got 'step'"),
    ({"seed": -1}, ValueError, "seed must be an integer >= 0, got -1"),
    ({"seed": 2**64}, ValueError, r"seed must be an integer from 0 to 2\*\*64 - 1"),
    ({"seed": None}, TypeError, "seed must be an integer, got None"),
    ({"val": X}, TypeError, "val must be .* got Tensor"),
    ({"val": (X, Y[:3])}, ValueError, r"val must have the same number of rows .* got \(20, 3\), \(3,\)"),
    ({"val": (X * torch.nan, Y)}, ValueError, "val's x must be finite, got nan"),
    ({"y": None}, TypeError, "x, where y is None, must be a pair .* got Tensor"),
    (
        {"x": DataLoader(TensorDataset(X, Y)), "y": None, "batch_size": 5},
        ValueError,
        "batch_size must be None where x is a D",
    ),
    ({"x": DataLoader(TensorDataset(X, Y))}, ValueError, "y must be None where x is a DataLoader, which has its own"),
]

# What torch answers, in words that are as good

TORCHS = [
    ({"model": with_inference_parameters}, "Inference tensors cannot be saved for backward"),
    ({"model": nn.Linear(4, 2).double()}, r"mat1 and mat2 shapes cannot be multiplied \(20x3 and 4x2\)"),
    ({"model": nn.Linear(3, 2)}, "mat1 and mat2 must have the same dtype, but got Double and Float"),
    ({"model": nn.LSTM(3, 2).double()}, "argument 'input' .* must be Tensor, not tuple"),
    ({"model": net().to("meta")}, "device meta is not on the expected device cpu|Tensor on device cpu is not on"),
    ({"x": X.long()}, "mat1 and mat2 must have the same dtype, but got Long and Double"),
    ({"y": Y.to("meta")}, "Tensor on device cpu is not on the expected device meta|same device"),
    ({"y": Y.double()}, "expected (target dtype to be Long|scalar type Long)"),
    ({"y": X[:, :2], "loss_fn": "bce"}, "all elements of (input|target) should be between 0 and 1"),
    ({"loss_fn": nn.CrossEntropyLoss(reduction="none")}, "grad can be implicitly created only for scalar outputs"),
    ({"loss_fn": lambda pred, y: 1.0}, "'float' object has no attribute 'backward'"),
    ({"loss_fn": lambda pred, y: (pred.argmax(1) == y).double().mean()}, "does not require grad and does not have a"),
    ({"optimizer": lambda p, lr: lr}, "optimizer must return a torch.optim.Optimizer, got float"),
    ({"scheduler": lambda opt: opt}, "scheduler must return a .*LRScheduler, got SGD"),
]


def called(changes):
    arguments = {"model": net(), "x": X, "y": Y, **GOOD, **changes}
    if arguments["model"] is with_inference_parameters:
        arguments["model"] = with_inference_parameters()
    return train(arguments.pop("model"), arguments.pop("x"), arguments.pop("y"), **arguments)


@pytest.mark.parametrize(("changes", "error", "message"), OURS)
def test_bad_input_is_answered_in_one_line(changes, error, message):
    with pytest.raises(error, match=message) as caught:
        called(changes)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("changes", "message"), TORCHS)
def test_torch_answers_in_its_own_words(changes, message):
    with pytest.raises((RuntimeError, TypeError, ValueError, AttributeError), match=message):
        called(changes)


@pytest.mark.parametrize(
    "changes", [changes for changes, _, _ in OURS if changes.keys() & {"x", "y", "batch_size", "seed"}]
)
def test_our_answers_are_chinese_where_the_reader_is(changes, monkeypatch):
    monkeypatch.setenv("NNBASICS_LANG", "zh")
    with pytest.raises((TypeError, ValueError), match=r"[一-鿿]"):
        called(changes)


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
