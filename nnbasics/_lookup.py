"""One way to look up a name in a table, and one message when it is not there."""

from __future__ import annotations

from ._checks import check, told
from .text import Text

TYPE_CHECKING = False  # the command line looks names up before it imports anything slow
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    T = TypeVar("T")


def lookup(table: Mapping[str, T], name: Any, *, kind: str) -> T:
    """Return `table[name]`; a name that is not there is answered with the nearest one.

    Args:
        table: The names and what they stand for.
        name: The name asked for.
        kind: What the table holds, in the singular, for the message: `"optimizer"`.

    Raises:
        ValueError: `name` is not in `table`.
        TypeError: `name` is not a string.

    Example:
        >>> lookup({"adam": 1, "sgd": 2}, "adm", kind="optimizer")
        Traceback (most recent call last):
        ValueError: Unknown optimizer 'adm'. Did you mean 'adam'? Expected one of: adam, sgd.
    """
    if isinstance(name, str) and name in table:
        return table[name]
    check(isinstance(name, str), kind, Text("be a name (str)", "必须是名字（str）"), told(name), TypeError)
    from difflib import get_close_matches  # a slow import that only a mistake needs

    names, near = ", ".join(table), get_close_matches(name.lower(), table, n=1)
    hint = Text(f" Did you mean {near[0]!r}?", f"你是不是想写 {near[0]!r}？") if near else Text("", "")
    en = f"Unknown {kind} {name!r}.{hint.en} Expected one of: {names}."
    raise ValueError(Text(en, f"没有名为 {name!r} 的 {kind}。{hint.zh}可选：{names}。").here)


def lookup_callable(table: Mapping[str, Callable[..., Any]], value: Any, *, kind: str) -> Callable[..., Any]:
    """Return a callable as it is, and look a name up: what every `activation=` argument takes.

    ValueError: the name is unknown; TypeError: it is neither, or a class that wants to be called first.
    """
    if isinstance(value, str):
        return lookup(table, key_of(table, value), kind=kind)
    allowed = Text(f"be a callable or a name: {', '.join(table)}", f"必须是可调用对象或名字：{', '.join(table)}")
    if isinstance(value, type):
        allowed = Text(f"be called first, {value.__name__}()", f"要先调用：{value.__name__}()")
    check(callable(value) and not isinstance(value, type), kind, allowed, told(value), TypeError)
    function: Callable[..., Any] = value
    return function


def key_of(table: Mapping[str, Callable[..., Any]], name: str) -> str:
    """The key that torch's own name of what the table holds stands for; any other name as it is.

    Example:
        >>> from nnbasics import LOSSES, OPTIMIZERS
        >>> key_of(OPTIMIZERS, "torch.optim.Adam"), key_of(LOSSES, "CrossEntropyLoss"), key_of(LOSSES, "L1Loss")
        ('adam', 'cross_entropy', 'mae')
    """
    if isinstance(name, str) and name not in table:
        for key, value in table.items():
            if _plain(name) in (_plain(key), _plain(name_of(value))):
                return key
    return name


def _plain(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower().replace("_", "").removesuffix("loss")


PROPER_NAMES: dict[str, str] = {
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "mae": "MAE",
    "mse": "MSE",
    "smooth_l1": "Smooth L1",
    "huber": "Huber",
    "bce": "BCE",
    "bce_with_logits": "BCE with logits",
}
"""Key of a table -> how it is written in a sentence and on a picture; a key that is missing is written as it is."""


def name_of(value: object) -> str:
    """The name that a picture gives a callable: its table name, its own name, or its class's."""
    if isinstance(value, str):
        return value
    inner = getattr(value, "func", value)  # functools.partial has no name of its own
    return str(getattr(inner, "__name__", type(inner).__name__))
