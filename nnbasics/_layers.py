"""The layers of a module that hold a weight: what is initialized, traced and counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from torch import nn

from ._checks import check, told
from .text import Text

WeightedLayer: TypeAlias = nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d


def check_module(value: Any, name: str) -> nn.Module:
    """Return `value` if it is an `nn.Module`; a class that wants to be called first is told so."""
    allowed = Text("be a torch.nn.Module", "必须是 torch.nn.Module")
    if isinstance(value, type):
        allowed = Text(f"be called first, {value.__name__}()", f"要先调用：{value.__name__}()")
    check(isinstance(value, nn.Module), name, allowed, told(value), TypeError)
    module: nn.Module = value
    return module


def weighted_layers(value: object, name: str) -> list[tuple[str, WeightedLayer]]:
    """The linear and convolutional layers of a module with their paths, in the order of registration.

    TypeError: `value` is not an `nn.Module`; ValueError: it holds no such layer, as where a plain list hides them
    (an `nn.ModuleList` shows them). `name` is the argument's name, for the message.
    """
    module = check_module(value, name)
    layers = [(path or name, layer) for path, layer in module.named_modules() if isinstance(layer, WeightedLayer)]
    allowed = Text("hold at least one nn.Linear or nn.Conv layer", "必须至少含有一个 nn.Linear 或 nn.Conv 层")
    check(bool(layers), name, allowed, type(module).__name__)
    return layers


def unregistered(model: nn.Module) -> Iterator[tuple[str, Any, list[nn.Module]]]:
    """Where a module holds others with parameters in a plain list, tuple or dict, of which torch does not know.

    Yields the attribute's path, the container, and those modules.
    """
    known = set(model.modules())
    for path, owner in model.named_modules():
        for name, held in vars(owner).items():
            items = held.values() if isinstance(held, dict) else held if isinstance(held, (list, tuple)) else ()
            lost = [part for part in items if isinstance(part, nn.Module) and part not in known]
            lost = [part for part in lost if next(part.parameters(), None) is not None]
            if lost:
                yield f"{path}.{name}" if path else name, held, lost
