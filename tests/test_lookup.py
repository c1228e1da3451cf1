import pytest
import torch
from torch import nn

import nnbasics as nb
from nnbasics._lookup import key_of, lookup, lookup_callable, name_of

TABLE = {"adam": 1, "adamw": 2, "sgd": 3}


def test_a_known_name_gives_its_value():
    assert lookup(TABLE, "adamw", kind="optimizer") == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("adm", "Unknown optimizer 'adm'. Did you mean 'adam'? Expected one of: adam, adamw, sgd."),
        ("SGD", "Unknown optimizer 'SGD'. Did you mean 'sgd'? Expected one of: adam, adamw, sgd."),
        ("zzz", "Unknown optimizer 'zzz'. Expected one of: adam, adamw, sgd."),
        ("", "Unknown optimizer ''. Expected one of: adam, adamw, sgd."),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(name, message):
    with pytest.raises(ValueError, match="Unknown optimizer") as caught:
        lookup(TABLE, name, kind="optimizer")
    assert str(caught.value) == message


@pytest.mark.parametrize("name", [None, 3, ["adam"]])
def test_a_name_must_be_a_string(name):
    with pytest.raises(TypeError, match="optimizer must be a name"):
        lookup(TABLE, name, kind="optimizer")


def test_a_class_where_a_function_belongs_is_explained():
    with pytest.raises(TypeError, match=r"activation must be called first, ReLU\(\), got class ReLU\."):
        lookup_callable({"relu": torch.relu}, nn.ReLU, kind="activation")


def test_neither_name_nor_callable():
    with pytest.raises(TypeError, match=r"activation must be a callable or a name: relu, got 3 \(int\)\."):
        lookup_callable({"relu": torch.relu}, 3, kind="activation")


@pytest.mark.parametrize(
    ("value", "name"), [("relu", "relu"), (torch.tanh, "tanh"), (nn.ELU(), "ELU"), (lambda x: x, "<lambda>")]
)
def test_name_of(value, name):
    assert name_of(value) == name


@pytest.mark.parametrize(
    ("table", "given", "key"),
    [
        (nb.ACTIVATIONS, "ReLU", "relu"),
        (nb.ACTIVATIONS, "nn.LeakyReLU", "leaky_relu"),
        (nb.ACTIVATIONS, "torch.nn.functional.softplus", "softplus"),
        (nb.INITIALIZERS, "kaiming_normal_", "kaiming_normal"),
        (nb.INITIALIZERS, "init.zeros_", "zeros"),
        (nb.LOSSES, "CrossEntropyLoss", "cross_entropy"),
        (nb.LOSSES, "F.binary_cross_entropy_with_logits", "bce_with_logits"),
        (nb.OPTIMIZERS, "AdamW", "adamw"),
        (nb.OPTIMIZERS, "SGD", "sgd"),  # not momentum, which is torch's SGD too
        (nb.SCHEDULERS, "CosineAnnealingLR", "cosine"),
        (nb.OPTIMIZERS, "adm", "adm"),  # an unknown one is left as it is, for the message
    ],
)
def test_torchs_own_names_are_keys(table, given, key):
    assert key_of(table, given) == key


def test_torchs_own_names_are_taken_where_a_name_is():
    pred, target = torch.tensor([2.0, 2.5]), torch.tensor([1.0, 2.0])
    assert [row.name for row in nb.compare_losses(pred, target, ["MSELoss", "nn.L1Loss"])] == ["mse", "mae"]
    layers = [
        nb.init_weights(nn.utils.skip_init(nn.Linear, 3, 2), name).weight
        for name in ("xavier_uniform_", "xavier_uniform")
    ]
    assert torch.equal(*layers)
