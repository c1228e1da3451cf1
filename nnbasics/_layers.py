"""The layers of a module that hold a weight: what is initialized, traced and counted."""

from __future__ import annotations

from typing import TypeAlias

from torch import nn

WeightedLayer: TypeAlias = nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d


def check_module(value: object, name: str) -> nn.Module:
    """Return `value` if it is an `nn.Module`; a class that wants to be called first is told so."""
    if isinstance(value, type) and issubclass(value, nn.Module):
        raise TypeError(
            f"{name} must be a torch.nn.Module, got the class {value.__name__}: did you mean {value.__name__}()?"
        )
    if not isinstance(value, nn.Module):
        raise TypeError(f"{name} must be a torch.nn.Module, got {value!r} ({type(value).__name__}).")
    return value


def weighted_layers(value: object, name: str) -> list[tuple[str, WeightedLayer]]:
    """The linear and convolutional layers of a module with their paths, in the order of registration.

    Args:
        value: What the caller passed as the module.
        name: The argument's name, for the message.

    Raises:
        TypeError: `value` is not an `nn.Module`.
        ValueError: it holds no such layer, or one whose parameters do not exist yet or are computed.
    """
    module = check_module(value, name)
    layers = [(path or name, layer) for path, layer in module.named_modules() if isinstance(layer, WeightedLayer)]
    if not layers:
        raise ValueError(f"{name} must hold at least one nn.Linear or nn.Conv layer, got {type(module).__name__}.")
    for path, layer in layers:
        if nn.parameter.is_lazy(layer.weight):
            raise ValueError(f"{name} must know its sizes: {path!r} is lazy, so run the module on one batch first.")
    return layers
