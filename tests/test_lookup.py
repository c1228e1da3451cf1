import pytest
import torch
from torch import nn

from nnbasics._lookup import lookup, lookup_callable, name_of

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
