"""Optimizers by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor, optim

OPTIMIZERS: dict[str, Callable[..., optim.Optimizer]] = {
    "sgd": optim.SGD,
    "momentum": partial(optim.SGD, momentum=0.9),
    "nesterov": partial(optim.SGD, momentum=0.9, nesterov=True),
    "adagrad": optim.Adagrad,
    "rmsprop": optim.RMSprop,
    "adam": optim.Adam,
    "adamw": optim.AdamW,
}
"""Name -> the torch class itself, called as `OPTIMIZERS["adam"](model.parameters(), lr=1e-3)`.

`momentum` and `nesterov` are SGD with momentum=0.9; torch's own defaults otherwise.
"""


def build_optimizer(
    make_optimizer: Callable[[list[Tensor]], Any], parameters: list[Tensor], name: str = "make_optimizer"
) -> optim.Optimizer:
    """Call `make_optimizer(parameters)` and refuse what is no optimizer or has no usable learning rate.

    Args:
        make_optimizer: What the caller passed.
        parameters: The tensors that the optimizer shall move.
        name: The argument's name, for the message.

    Raises:
        TypeError: `make_optimizer` is not callable, or did not return a `torch.optim.Optimizer`.
        ValueError: a learning rate is negative, NaN or infinite, or torch refused another setting.
    """
    example = "lambda parameters: torch.optim.SGD(parameters, lr=0.1)"
    if not callable(make_optimizer):
        raise TypeError(f"{name} must be a callable such as {example}, got {make_optimizer!r}.")
    try:
        optimizer = make_optimizer(parameters)
    except ValueError as error:
        raise ValueError(f"{name} was refused by torch: {error}. lr must be a finite number >= 0.") from error
    if not isinstance(optimizer, optim.Optimizer):
        raise TypeError(
            f"{name} must return a torch.optim.Optimizer, as {example} does, got {type(optimizer).__name__}."
        )
    for group in optimizer.param_groups:
        lr = float(group["lr"])
        if not (math.isfinite(lr) and lr >= 0):
            raise ValueError(f"{name} set lr={lr}: lr must be a finite number >= 0.")
    return optimizer
