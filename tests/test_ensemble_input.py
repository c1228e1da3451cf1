import numpy as np
import pytest
import torch
from plain_loop import net, toy
from torch import nn, optim

import nnbasics
from nnbasics import seeded_model, train_many

pytestmark = pytest.mark.usefixtures("own_stream")

X, Y = toy()
GOOD = {"make_model": net, "x": X, "y": Y, "seeds": range(3), "loss_fn": "cross_entropy", "lr": 0.1, "num_epochs": 2}


def run(**changes):
    arguments = {**GOOD, **changes}
    return train_many(arguments.pop("make_model"), arguments.pop("x"), arguments.pop("y"), **arguments)


def chain(*layers):
    return lambda: nn.Sequential(nn.Linear(3, 4), *layers, nn.Linear(4, 2)).double()


def growing():
    sizes = iter(range(4, 10))

    def make_model():
        size = next(sizes)
        return nn.Sequential(nn.Linear(3, size), nn.Linear(size, 2)).double()

    return make_model


class Noisy(nn.Linear):
    def forward(self, x):
        return super().forward(nn.functional.dropout(x))


ONE = net()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"make_model": net()}, TypeError, r"make_model must be a callable such as lambda: .* got Sequential"),
        ({"make_model": None}, TypeError, r"make_model must be a callable such as lambda: .* got NoneType"),
        ({"make_model": lambda: 3}, TypeError, r"make_model\(\) must be a torch.nn.Module, got 3 \(int\)"),
        ({"make_model": lambda: nn.ReLU()}, ValueError, r"make_model\(\) must have a parameter"),
        ({"make_model": lambda: ONE}, ValueError, "must build a new model at each call, got the same one"),
        ({"make_model": growing()}, ValueError, "same layers for every seed, .*out_features=5.* for seed 1"),
        (
            {"make_model": chain(nn.BatchNorm1d(4))},
            ValueError,
            r"no layers with buffers .* got BatchNorm1d '1' \(running_mean, ",
        ),
        ({"make_model": chain(nn.Dropout())}, ValueError, "no random layers .* got Dropout '1'"),
        ({"make_model": chain(nn.AlphaDropout())}, ValueError, "no random layers .* got AlphaDropout '1'"),
        (
            {"make_model": chain(nn.RReLU())},
            ValueError,
            "cannot stack this model and loss_fn; use train: vmap: .*rrelu",
        ),
        ({"make_model": lambda: Noisy(3, 2).double()}, ValueError, "cannot stack this .*; use train: vmap: .*random"),
        ({"make_model": chain(nn.Linear(5, 4))}, RuntimeError, r"cannot be multiplied \(20x4 and 5x4\)"),
        (
            {"make_model": lambda: net(torch.float32)},
            RuntimeError,
            "must have the same dtype, but got Double and Float",
        ),
        (
            {"loss_fn": lambda pred, y: pred.sum() * pred.sum().item()},
            ValueError,
            "cannot stack this model and loss_fn",
        ),
        (
            {"loss_fn": nn.MSELoss()},
            ValueError,
            r"y must have the shape .* \(20, 2\): mse_loss would broadcast it, got \(20,\)",
        ),
        ({"y": Y + 1}, ValueError, r"y must hold classes from 0 to 1, as the model scores 2, got 2"),
        ({"y": Y[:3]}, ValueError, "must have the same number of rows"),
        ({"x": X / 0}, ValueError, "x must be finite"),
        ({"optimizer": optim.Adafactor}, ValueError, "to train stacked models, as one of SGD, .* got Adafactor"),
        ({"optimizer": optim.LBFGS}, ValueError, "needs no closure, got LBFGS"),
        ({"optimizer": "adm"}, ValueError, "Unknown optimizer 'adm'. Did you mean 'adam'"),
        ({"optimizer": optim.ASGD, "lr": (1, 1, 2)}, ValueError, "proportional to lr .* got ASGD"),
        ({"optimizer": optim.Rprop, "lr": (1, 1, 2)}, ValueError, "proportional to lr .* got Rprop"),
        ({"scheduler": "step"}, TypeError, "scheduler must be a callable"),
        (
            {"scheduler": optim.lr_scheduler.ReduceLROnPlateau},
            ValueError,
            "models can share .* got ReduceLROnPlateau",
        ),
        ({"seeds": 3}, TypeError, "seeds must be a sequence of integers .* got 3"),
        ({"seeds": "012"}, TypeError, "seeds must be a sequence of integers"),
        ({"seeds": []}, ValueError, "seeds must hold at least one integer, got none"),
        ({"seeds": [0, -1]}, ValueError, "seeds must be an integer >= 0, got -1"),
        ({"seeds": [0, 1.5]}, TypeError, "seeds must be an integer, got 1.5"),
        ({"lr": 0}, ValueError, "lr must be a finite number > 0, got 0"),
        ({"lr": "fast"}, TypeError, "lr must be a number, got 'fast'"),
        ({"lr": (0.1, 0.2)}, ValueError, "lr must be one number or one for each of the 3 seeds, got 2 numbers"),
        ({"lr": (0.1, 0.2, -1)}, ValueError, "lr must be a finite number > 0, got -1"),
        ({"lr": torch.ones(3, 1)}, TypeError, r"lr must be a number, got \[1.0\]"),
        ({"num_epochs": 0}, ValueError, "num_epochs must be an integer >= 1"),
        ({"batch_size": 21}, ValueError, "batch_size must be None or an integer from 1 to 20"),
    ],
)
def test_bad_input_is_answered_in_one_line(changes, error, message):
    with pytest.raises(error, match=message) as caught:
        run(**changes)
    assert "\n" not in str(caught.value)


def test_a_model_comes_back_as_a_module_of_its_own():
    many = run()
    model = many.model(2)
    assert isinstance(model, nn.Sequential)
    before = many.params["0.weight"].clone()
    with torch.no_grad():
        model[0].weight.zero_()
    assert torch.equal(many.params["0.weight"], before)
    assert torch.equal(many.model(np.int64(2))[0].weight, before[2])
    with pytest.raises(RuntimeError, match=r"\[3, 3\] but got: \[3, 2\]"):
        many.predict(X[:, :2])
    for wrong in (3, -1):
        with pytest.raises(ValueError, match="s must be an integer"):
            many.model(wrong)


def test_the_parameters_have_the_shapes_of_stack_module_state():
    many = run()
    expected, _ = torch.func.stack_module_state([net() for _ in range(3)])
    assert {name: p.shape for name, p in many.params.items()} == {name: p.shape for name, p in expected.items()}
    assert not any(p.requires_grad for p in many.params.values())
    assert not many.predict(X).requires_grad
    assert many.predict(X[:5]).shape == (3, 5, 2)


@pytest.mark.parametrize("context", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_it_leaves_the_global_state_alone(context):
    seen = []

    def make_model():
        seen.append(torch.rand(()).item())
        return net()

    def loss_fn(pred, target):
        seen.append(torch.get_num_threads())
        return torch.nn.functional.cross_entropy(pred, target)

    state, threads, mode = torch.get_rng_state(), torch.get_num_threads(), torch.is_grad_enabled()
    numpy_state = np.random.get_state()[1].copy()
    with context():
        inside = torch.is_grad_enabled()
        many = run(make_model=make_model, loss_fn=loss_fn, x=X.clone(), y=Y.clone(), batch_size=8)
        assert torch.is_grad_enabled() == inside
        many.model(0), many.predict(X)
    assert torch.is_grad_enabled() == mode
    assert torch.equal(torch.get_rng_state(), state)
    assert (np.random.get_state()[1] == numpy_state).all()
    assert torch.get_num_threads() == threads
    assert seen[-1] == 1
    assert len(set(seen[:3])) == 3
    assert torch.equal(many.params["0.weight"], run(batch_size=8).params["0.weight"]) is False  # rand moved the stream
    for s in range(3):
        start = seeded_model(make_model, s)
        assert (many.params["0.weight"][s] - start[0].weight).abs().max() < 0.2


@pytest.mark.parametrize("progress", [False, True])
def test_the_bar_shows_the_time_left_on_stderr(progress, capsys):
    run(progress=progress)
    out, err = capsys.readouterr()
    assert out == ""
    assert ("train 3 models" in err and "2/2" in err and "<" in err) == progress


def test_the_contents_page_knows_them():
    assert {"Ensemble", "train_many"} <= set(dir(nnbasics))
