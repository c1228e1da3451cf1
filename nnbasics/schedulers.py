"""Learning-rate schedulers by name, and the learning rates that a real one sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim import SGD, Optimizer, lr_scheduler

from ._checks import check, check_count, check_positive, told
from .text import Text

SCHEDULERS: dict[str, Callable[..., lr_scheduler.LRScheduler]] = {
    "step": lr_scheduler.StepLR,
    "multi_step": lr_scheduler.MultiStepLR,
    "exponential": lr_scheduler.ExponentialLR,
    "cosine": lr_scheduler.CosineAnnealingLR,
    "linear_warmup": lr_scheduler.LinearLR,
    "one_cycle": lr_scheduler.OneCycleLR,
    "reduce_on_plateau": lr_scheduler.ReduceLROnPlateau,
}
"""Name -> the torch class itself, called as `SCHEDULERS["step"](optimizer, step_size=50, gamma=0.5)`.

`linear_warmup` is LinearLR, whose defaults raise the rate from a third to the whole over 5 steps.
"""


def build_scheduler(
    make_scheduler: Callable[[Optimizer], Any], optimizer: Optimizer, name: str = "make_scheduler"
) -> lr_scheduler.LRScheduler:
    """Call `make_scheduler(optimizer)` and make sure that it is a scheduler of this optimizer.

    `name` is what the caller calls the argument, for the message: TypeError for what is no scheduler, ValueError for
    one that drives another optimizer.
    """
    example = "lambda optimizer: StepLR(optimizer, step_size=50)"
    allowed = Text(f"be a callable such as {example}", f"必须可调用，例如 {example}")
    check(callable(make_scheduler), name, allowed, told(make_scheduler), TypeError)
    scheduler = make_scheduler(optimizer)
    allowed = Text("return a torch.optim.lr_scheduler.LRScheduler", "必须返回 torch.optim.lr_scheduler.LRScheduler")
    check(isinstance(scheduler, lr_scheduler.LRScheduler), name, allowed, type(scheduler).__name__, TypeError)
    allowed = Text("use the optimizer that it is given", "必须使用传给它的优化器")
    check(scheduler.optimizer is optimizer, name, allowed, Text("a scheduler of another one", "另一个优化器"))
    built: lr_scheduler.LRScheduler = scheduler
    return built


def trace_lr(
    make_scheduler: Callable[[Optimizer], Any],
    *,
    lr: float,
    num_steps: int,
    metrics: Sequence[float] | None = None,
) -> Tensor:
    """Learning rate that a real scheduler gives a real optimizer, step by step.

    A one-parameter `torch.optim.SGD` is stepped, then the scheduler, in the order that torch asks for.
    Entry t is the rate that update t uses, so entry 0 is the first that the scheduler sets.

    Args:
        make_scheduler: A callable of the optimizer, e.g. `lambda opt: StepLR(opt, step_size=50, gamma=0.5)`.
        lr: The learning rate that the optimizer is made with, > 0.
        num_steps: How many rates to record; the scheduler is stepped `num_steps - 1` times.
        metrics: For `ReduceLROnPlateau` only: the metric that each step is given, `num_steps - 1` or more.

    Returns:
        The learning rates, shape (num_steps,), torch.float64, on the CPU.

    Raises:
        TypeError: `make_scheduler` is not callable or does not return a scheduler; `lr` or `num_steps`
            is of the wrong type; `metrics` is missing.
        ValueError: `lr` or `num_steps` is out of range; the scheduler drives another optimizer;
            `metrics` is given to a scheduler that takes none.
        IndexError: `metrics` is too short.

    Example:
        >>> trace_lr(lambda opt: SCHEDULERS["step"](opt, step_size=2, gamma=0.5), lr=0.1, num_steps=5)
        tensor([0.1000, 0.1000, 0.0500, 0.0500, 0.0250], dtype=torch.float64)

    Source:
        https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
    """
    rates = []
    with torch.inference_mode(False):
        parameter = torch.zeros(1, dtype=torch.float64, device="cpu", requires_grad=True)
        parameter.grad = torch.zeros_like(parameter)
        optimizer = SGD([parameter], lr=check_positive(lr, "lr"))
        scheduler = build_scheduler(make_scheduler, optimizer)
        # Other schedulers would take a metric for the number of an epoch.
        plateau = isinstance(scheduler, lr_scheduler.ReduceLROnPlateau)
        allowed = Text("be left out, except for ReduceLROnPlateau", "只能用于 ReduceLROnPlateau")
        kind = type(scheduler).__name__
        check(metrics is None or plateau, "metrics", allowed, Text(f"some for {kind}", f" {kind}"))
        step_it: Callable[..., None] = scheduler.step
        for step in range(check_count(num_steps, "num_steps")):
            if step > 0:
                optimizer.step()
                step_it() if metrics is None else step_it(metrics[step - 1])
            rates.append(float(optimizer.param_groups[0]["lr"]))
    return torch.tensor(rates, dtype=torch.float64, device="cpu")
