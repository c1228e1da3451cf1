"""Optimizers by name."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor, optim

from ._checks import check, told
from .text import Text

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
    """Call `make_optimizer(parameters)` and make sure that it is an optimizer of them, with a usable learning rate.

    `name` is what the caller calls the argument, for the message: TypeError if it returns no optimizer, ValueError for
    one of other parameters or with a learning rate that is NaN or infinite; torch itself refuses one below 0.
    """
    example = "lambda parameters: torch.optim.SGD(parameters, lr=0.1)"
    allowed = Text(f"be a callable such as {example}", f"必须可调用，例如 {example}")
    check(callable(make_optimizer), name, allowed, told(make_optimizer), TypeError)
    optimizer = make_optimizer(parameters)
    allowed = Text("return a torch.optim.Optimizer", "必须返回 torch.optim.Optimizer")
    check(isinstance(optimizer, optim.Optimizer), name, allowed, type(optimizer).__name__, TypeError)
    held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    allowed = Text("use the parameters that it is given", "必须使用传给它的参数")
    check(not held.isdisjoint(map(id, parameters)), name, allowed, Text("an optimizer of others", "别的参数"))
    rates = [float(group["lr"]) for group in optimizer.param_groups]  # torch refuses a rate below 0, not NaN
    check(all(map(math.isfinite, rates)), name, Text("set a finite lr", "的 lr 必须是有限的数"), rates)
    built: optim.Optimizer = optimizer
    return built
