"""Many models, each on rows of its own: model s is the one that `train` gives for its seed and its rows."""

import pytest
import torch
from plain_loop import RUN, SEEDS, net, on_one_thread, params_of, toy
from torch import nn

from nnbasics import seeded_model, train, train_many

__all__ = ["on_one_thread"]
ROWS = [toy(rows=20), *((x + 0.3 * k, y.roll(k)) for k, (x, y) in enumerate([toy(), toy()], start=1))]
X, Y = torch.stack([x for x, _ in ROWS]), torch.stack([y for _, y in ROWS])


class SlowNet(nn.Module):
    """A forward pass that no chain of layers holds, so that `vmap` runs it."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 2, dtype=torch.float64)

    def forward(self, x):
        return torch.tanh(self.layer(x))


def a_new_class_each_time():
    class Local(SlowNet):
        pass

    return Local()


def test_a_class_defined_inside_make_model_is_named():
    with pytest.raises(
        ValueError, match=r"of classes defined outside it, got Local.* for seed 3 and Local.* for seed 4"
    ):
        train_many(a_new_class_each_time, X[0], Y[0], seeds=[3, 4], loss_fn="cross_entropy", lr=0.1, **RUN)


@pytest.mark.parametrize("make_model", [net, SlowNet])
@pytest.mark.parametrize("batch_size", [None, 6, 1])
def test_each_model_is_the_one_that_train_gives_for_its_rows(make_model, batch_size):
    settings = {"loss_fn": "cross_entropy", "optimizer": "momentum", "num_epochs": 5, "batch_size": batch_size}
    many = train_many(make_model, X, Y, seeds=SEEDS, lr=[0.01, 0.02, 0.03], own_data=True, **settings)
    for s, (seed, lr) in enumerate(zip(SEEDS, [0.01, 0.02, 0.03], strict=True)):
        model = seeded_model(make_model, seed)
        losses = train(model, X[s], Y[s], lr=lr, seed=seed, **settings).losses
        torch.testing.assert_close(many.losses[s], losses, rtol=0, atol=1e-11)
        for name, expected in params_of(model).items():
            torch.testing.assert_close(many.params[name][s], expected, rtol=0, atol=1e-11)
        with torch.no_grad():
            expected = model(X[s])
        torch.testing.assert_close(many.predict(X, own_data=True)[s], expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize(
    ("x", "y", "settings", "message"),
    [
        (X[:2], Y[:2], {}, r"must have shapes \(S, N, ...\) with S = 3 seeds where own_data is True, got \(2, 20, 3\)"),
        (X, Y[:, :5], {}, r"got \(3, 20, 3\), \(3, 5\)"),
        (X, Y[:, 0], {}, r"got \(3, 20, 3\), \(3,\)"),
        (X, Y, {"shared_batches": True}, "shared_batches must be False with own_data"),
        (X, Y, {"batch_size": 21}, "batch_size must be None or an integer from 1 to 20, the rows of x, got 21"),
    ],
)
def test_what_does_not_fit_is_named(x, y, settings, message):
    with pytest.raises(ValueError, match=message):
        train_many(net, x, y, seeds=SEEDS, loss_fn="cross_entropy", lr=0.1, own_data=True, **{**RUN, **settings})


def test_rows_for_another_number_of_models_are_named():
    many = train_many(net, X, Y, seeds=SEEDS, loss_fn="cross_entropy", lr=0.1, own_data=True, **RUN)
    with pytest.raises(ValueError, match=r"x must hold rows for each of the 3 models, got \(2, 20, 3\)"):
        many.predict(X[:2], own_data=True)
