"""One way to look up a name in a table, and one message when it is not there."""

from __future__ import annotations

TYPE_CHECKING = False  # the command line looks names up before it imports anything slow
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    T = TypeVar("T")


def lookup(table: Mapping[str, T], name: object, *, kind: str) -> T:
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
    if not isinstance(name, str):
        raise TypeError(f"{kind} must be a name (str), got {name!r} ({type(name).__name__}).")
    if name in table:
        return table[name]
    from difflib import get_close_matches  # a slow import that only a mistake needs

    near = get_close_matches(name.lower(), table, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"Unknown {kind} {name!r}.{hint} Expected one of: {', '.join(table)}.")


def lookup_callable(table: Mapping[str, Callable[..., Any]], value: object, *, kind: str) -> Callable[..., Any]:
    """Return a callable as it is, and look a name up: what every `activation=` argument takes.

    Raises:
        ValueError: `value` is a name that is not in `table`.
        TypeError: `value` is neither a name nor a callable, or it is a class that wants to be called first.
    """
    if isinstance(value, type):
        raise TypeError(
            f"{kind} must be a name or a callable, got the class {value.__name__}: did you mean {value.__name__}()?"
        )
    if callable(value):
        return value
    if isinstance(value, str):
        return lookup(table, key_of(table, value), kind=kind)
    raise TypeError(
        f"{kind} must be a name or a callable, got {value!r} ({type(value).__name__}). Names: {', '.join(table)}."
    )


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


def name_of(value: object) -> str:
    """The name that a picture gives a callable: its table name, its own name, or its class's."""
    if isinstance(value, str):
        return value
    inner = getattr(value, "func", value)  # functools.partial has no name of its own
    return str(getattr(inner, "__name__", type(inner).__name__))
