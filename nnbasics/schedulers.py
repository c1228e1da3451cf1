"""Learning-rate schedulers by name, and the learning rates that a real one sets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim import SGD, Optimizer, lr_scheduler

from ._checks import check_count, check_positive

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
    """Call `make_scheduler(optimizer)` and refuse what is no scheduler of this optimizer.

    Args:
        make_scheduler: What the caller passed.
        optimizer: The optimizer whose learning rate it shall set.
        name: The argument's name, for the message.

    Raises:
        TypeError: `make_scheduler` is not callable, or did not return a scheduler.
        ValueError: the scheduler drives another optimizer.
    """
    example = "lambda optimizer: StepLR(optimizer, step_size=50)"
    if not callable(make_scheduler):
        raise TypeError(f"{name} must be a callable such as {example}, got {make_scheduler!r}.")
    scheduler = make_scheduler(optimizer)
    if not isinstance(scheduler, lr_scheduler.LRScheduler):
        raise TypeError(
            f"{name} must return a torch.optim.lr_scheduler.LRScheduler, "
            f"as {example} does, got {type(scheduler).__name__}."
        )
    if scheduler.optimizer is not optimizer:
        raise ValueError(f"{name} must build its scheduler on the optimizer that it is given.")
    return scheduler


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
            is of the wrong type.
        ValueError: `lr` or `num_steps` is out of range; the scheduler drives another optimizer;
            `metrics` is missing, too short or given to a scheduler that takes none.

    Example:
        >>> trace_lr(lambda opt: SCHEDULERS["step"](opt, step_size=2, gamma=0.5), lr=0.1, num_steps=5)
        tensor([0.1000, 0.1000, 0.0500, 0.0500, 0.0250], dtype=torch.float64)

    Source:
        https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
    """
    lr = check_positive(lr, "lr")
    num_steps = check_count(num_steps, "num_steps")
    with torch.inference_mode(False):
        parameter = torch.zeros(1, dtype=torch.float64, device="cpu", requires_grad=True)
        parameter.grad = torch.zeros_like(parameter)
        optimizer = SGD([parameter], lr=lr)
        scheduler = build_scheduler(make_scheduler, optimizer)
        on_plateau = isinstance(scheduler, lr_scheduler.ReduceLROnPlateau)
        if on_plateau != (metrics is not None):
            wants = "needs metrics, one number a step" if on_plateau else "takes no metrics: leave the argument out"
            raise ValueError(f"{type(scheduler).__name__} {wants}; got metrics={metrics!r}.")
        if metrics is not None and len(metrics) < num_steps - 1:
            raise ValueError(f"metrics must hold num_steps - 1 = {num_steps - 1} numbers or more, got {len(metrics)}.")
        rates = [float(optimizer.param_groups[0]["lr"])]
        for step in range(num_steps - 1):
            optimizer.step()
            if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau) and metrics is not None:
                scheduler.step(metrics[step])
            else:
                scheduler.step()
            rates.append(float(optimizer.param_groups[0]["lr"]))
    return torch.tensor(rates, dtype=torch.float64, device="cpu")
