import pytest
import torch
from plain_loop import RUN, SEEDS, X, Y, close, net, on_one_thread, plain
from torch import nn, optim
from torch.nn import functional as F

from nnbasics import LOSSES, OPTIMIZERS, train_many
from nnbasics._stack import ELEMENTWISE

__all__ = ["on_one_thread"]  # a fixture that every test here uses

# Losses and layers


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_of_the_table(name, shared):
    last = {"bce": nn.Sigmoid, "nll": lambda: nn.LogSoftmax(dim=1)}.get(name, nn.Identity)

    def make_model():
        return nn.Sequential(net(), last())

    target = Y if name in ("cross_entropy", "nll") else F.one_hot(Y, 2).double()
    settings = {"num_epochs": 5, "batch_size": None if shared else 6}
    many = train_many(make_model, X, target, seeds=SEEDS, loss_fn=name, lr=0.1, **settings)
    models, losses = plain(
        lambda p: optim.SGD(p, lr=0.1), loss=LOSSES[name], y=target, make_model=make_model, **settings
    )
    close(many, models)
    torch.testing.assert_close(many.losses, losses, rtol=0, atol=1e-11)


@pytest.mark.parametrize(
    "loss_fn",
    [
        nn.CrossEntropyLoss(),
        nn.CrossEntropyLoss(label_smoothing=0.1),
        lambda pred, y: (pred.sum(1) - y).square().mean(),
    ],
)
@pytest.mark.parametrize("batch_size", [None, 6])
def test_other_losses_are_taken_model_by_model(loss_fn, batch_size):
    settings = {"num_epochs": 5, "batch_size": batch_size}
    many = train_many(net, X, Y, seeds=SEEDS, loss_fn=loss_fn, lr=0.1, **settings)
    close(many, plain(lambda p: optim.SGD(p, lr=0.1), loss=loss_fn, **settings)[0])


def test_cross_entropy_takes_class_probabilities():
    target = F.one_hot(Y, 2).double() * 0.8 + 0.1
    many = train_many(net, X, target, seeds=SEEDS, loss_fn="cross_entropy", lr=0.1, **RUN)
    close(many, plain(lambda p: optim.SGD(p, lr=0.1), y=target)[0])


class Forked(nn.Module):
    """Not a chain: its layers are not all that its forward pass does."""

    def __init__(self):
        super().__init__()
        self.first, self.out, self.scale = nn.Linear(3, 4), nn.Linear(4, 2), nn.Parameter(torch.tensor(0.5))

    def forward(self, x):
        h = torch.sigmoid(self.first(x))
        return self.out(h) * self.scale + h[:, :2]


class Doubled(nn.Sequential):
    def forward(self, x):
        return 2 * super().forward(x)


def tied():
    first, second = nn.Linear(3, 3), nn.Linear(3, 3)
    second.weight = first.weight
    return nn.Sequential(first, nn.Tanh(), second, nn.Tanh(), second)


def frozen():
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    model[0].bias.requires_grad_(False)
    return model


def hooked():
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    model[0].register_forward_hook(lambda layer, inputs, output: 2 * output)
    return model


def parametrized():
    layer = nn.Linear(3, 4)
    nn.utils.parametrize.register_parametrization(layer, "weight", nn.Tanh())
    return nn.Sequential(layer, nn.Tanh(), nn.Linear(4, 2))


MODELS = {
    **{
        kind.__name__: lambda kind=kind: nn.Sequential(nn.Linear(3, 4), kind(), nn.Linear(4, 2)) for kind in ELEMENTWISE
    },
    "in place": lambda: nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True), nn.Linear(4, 2)),
    "softmax inside": lambda: nn.Sequential(nn.Linear(3, 4), nn.Softmax(dim=-1), nn.Linear(4, 2)),
    "softmax over the batch": lambda: nn.Sequential(nn.Linear(3, 4), nn.Softmax(dim=0), nn.Linear(4, 2)),
    "activation first": lambda: nn.Sequential(nn.Tanh(), nn.Linear(3, 2)),
    "one layer": lambda: nn.Linear(3, 2),
    "no bias": lambda: nn.Sequential(nn.Linear(3, 4, bias=False), nn.Tanh(), nn.Linear(4, 2, bias=False)),
    "nested": lambda: nn.Sequential(nn.Sequential(nn.Linear(3, 4), nn.Tanh()), nn.Linear(4, 2)),
    "tied": tied,
    "hooked": hooked,
    "parametrized": parametrized,
    "frozen": frozen,
    "own forward": Forked,
    "own sequential": lambda: Doubled(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)),
    "layer norm": lambda: nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.PReLU(), nn.Linear(4, 2)),
}


@pytest.mark.parametrize("batch_size", [None, 6])
@pytest.mark.parametrize("name", MODELS)
def test_every_kind_of_model(name, batch_size):
    def make_model():
        return MODELS[name]().double()

    settings = {"num_epochs": 5, "batch_size": batch_size}
    for lr in (0.1, (0.1, 0.2, 0.05)):
        many = train_many(
            make_model, X, Y, seeds=SEEDS, loss_fn="cross_entropy", optimizer="momentum", lr=lr, **settings
        )
        lrs = lr if isinstance(lr, tuple) else (lr,) * 3
        models, losses = plain(OPTIMIZERS["momentum"], lrs=lrs, make_model=make_model, **settings)
        close(many, models)
        torch.testing.assert_close(many.losses, losses, rtol=0, atol=1e-11)
        for s, model in enumerate(models):
            torch.testing.assert_close(many.predict(X)[s], model(X).detach(), rtol=0, atol=1e-11)
            torch.testing.assert_close(many.model(s)(X), model(X), rtol=0, atol=1e-11)


def test_images_and_convolutions_go_through_vmap():
    images = X.reshape(20, 1, 3, 1).expand(20, 1, 3, 4).contiguous()

    def make_model():
        return nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(24, 2)).double()

    many = train_many(make_model, images, Y, seeds=SEEDS, loss_fn="cross_entropy", lr=0.1, num_epochs=5, batch_size=6)
    close(many, plain(lambda p: optim.SGD(p, lr=0.1), x=images, make_model=make_model, num_epochs=5)[0])


# Divergence and interrupts


class Probabilities(nn.Module):
    """A forward pass of its own, so that it goes through vmap."""

    def __init__(self):
        super().__init__()
        self.first, self.out = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x):
        return torch.sigmoid(self.out(self.first(x)))


@pytest.mark.parametrize("loss_fn", ["mse", "bce", lambda pred, target: (pred - target).square().mean()])
@pytest.mark.parametrize("make", [Probabilities, lambda: nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2), nn.Sigmoid())])
def test_a_diverging_model_does_not_touch_its_neighbours(make, loss_fn):
    target = F.one_hot(Y, 2).double()
    settings = {"seeds": SEEDS, "loss_fn": loss_fn, "optimizer": "momentum", "num_epochs": 40, "batch_size": 6}
    calm = train_many(lambda: make().double(), X, target, lr=0.01, **settings)
    wild = train_many(lambda: make().double(), X, target, lr=(0.01, 1e300, 0.01), **settings)
    assert calm.diverged.tolist() == [False] * 3
    assert wild.diverged.tolist() == [False, True, False]
    assert wild.losses[1].isnan().any()
    for name in calm.params:
        torch.testing.assert_close(wild.params[name][[0, 2]], calm.params[name][[0, 2]], rtol=0, atol=1e-12)
