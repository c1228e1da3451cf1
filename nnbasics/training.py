"""The training loop, in torch's own words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn, optim
from torch.optim import lr_scheduler

from ._checks import check_count, check_positive
from ._setup import (
    LossFunction,
    check_batch_size,
    check_data,
    check_fit,
    check_model,
    check_seed,
    count_epochs,
    make_optimizer,
    one_thread,
    resolve_loss,
    seconds_since,
    seeded,
)
from .schedulers import build_scheduler

CHECK_EVERY = 50  # updates between two looks at the losses: each look makes the processor wait for them


class Training(NamedTuple):
    """What one training run leaves behind, besides the model.

    Attributes:
        losses: The loss of each update, taken before it, shape (updates,), dtype and device of the loss.
        lrs: The learning rate of each epoch, shape (num_epochs,), torch.float64, on the CPU.
        seconds: What each epoch cost, shape (num_epochs,), torch.float64, on the CPU.
    """

    losses: Tensor
    lrs: Tensor
    seconds: Tensor


class DivergedError(ValueError):
    """A loss became NaN or infinite: the learning rate, or what is trained on, does not do.

    Attributes:
        update: The update with that loss, counted from 1.
        epoch: The epoch it is in, counted from 1.
        lr: The learning rate of that epoch.
    """

    def __init__(self, loss: float, update: int, epoch: int, num_epochs: int, lr: float) -> None:
        super().__init__(
            f"The loss became {loss} at update {update}, in epoch {epoch} of {num_epochs}, "
            f"at learning rate {lr:g}: try a smaller lr."
        )
        self.update, self.epoch, self.lr = update, epoch, lr


def train(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    *,
    loss_fn: str | LossFunction,
    optimizer: str | Callable[..., optim.Optimizer] = "sgd",
    lr: float,
    num_epochs: int,
    batch_size: int | None = None,
    scheduler: Callable[[optim.Optimizer], Any] | None = None,
    seed: int = 0,
    progress: bool = False,
) -> Training:
    """Train a model in place: w <- w - lr * dL/dw, or what another optimizer makes of the gradient.

    The CPU works on one thread, which is the fastest for models this small. An interrupt (Ctrl-C) passes
    through; the model keeps the weights that it has then. Afterwards the model is in training mode.

    Args:
        model: Any `nn.Module`, on the device of `x`.
        x: The inputs, shape (N, ...), floating-point.
        y: The targets, N rows, on the device of `x`.
        loss_fn: A name of `LOSSES` or a callable of (prediction, target) that returns one number.
        optimizer: A name of `OPTIMIZERS` or a callable (parameters, lr=...) such as `torch.optim.NAdam`.
        lr: The learning rate, > 0.
        num_epochs: How often all of the data is gone through.
        batch_size: None for batch descent (all rows in each update), k for mini-batches, 1 for stochastic
            descent. Batches are shuffled anew in each epoch; the last one may be smaller.
        scheduler: A callable of the optimizer, e.g. `lambda opt: StepLR(opt, step_size=50)`, stepped once an
            epoch. ReduceLROnPlateau is given the epoch's mean loss.
        seed: Decides the batches, and what a layer such as dropout draws.
        progress: Whether to show a bar with the time left.

    Returns:
        `Training(losses, lrs, seconds)`.

    Raises:
        DivergedError: a loss became NaN or infinite; found at the end of an epoch. It is a ValueError.
        ValueError: arguments do not fit together, or a number is out of range.
        TypeError: an argument is of the wrong type.

    Example:
        >>> x = torch.tensor([[1.0], [2.0]])
        >>> model = seeded_model(lambda: nn.Linear(1, 1), seed=0)
        >>> losses, lrs, seconds = train(model, x, 3 * x, loss_fn="mse", lr=0.1, num_epochs=500)
        >>> bool(losses[-1] < 1e-3), lrs[-1].item()
        (True, 0.1)

    Source:
        https://docs.pytorch.org/tutorials/beginner/basics/optimization_tutorial.html
    """
    check_model(model, "model")
    lr, num_epochs, seed = check_positive(lr, "lr"), check_count(num_epochs, "num_epochs"), check_seed(seed, "seed")
    with torch.inference_mode(False), torch.enable_grad(), one_thread(), seeded(seed):
        x, y = check_data(x, y)
        batch_size = check_batch_size(batch_size, len(x))
        loss_function = resolve_loss(loss_fn)
        check_fit(model, x, y, loss_fn, "model")
        descent = make_optimizer(optimizer, list(model.parameters()), lr)
        schedule = None if scheduler is None else build_scheduler(scheduler, descent, "scheduler")
        generator = torch.Generator(device="cpu").manual_seed(seed)

        history: list[Tensor] = []
        lrs: list[float] = []
        seconds: list[float] = []
        losses: list[Tensor] = []
        for epoch in count_epochs(num_epochs, progress, "train"):
            start = perf_counter()
            lrs.append(float(descent.param_groups[0]["lr"]))
            for rows in batches(len(x), batch_size, generator, x.device):
                descent.zero_grad()
                loss = loss_function(model(x[rows]), y[rows])
                loss.backward()
                descent.step()
                losses.append(loss.detach())
            if isinstance(schedule, lr_scheduler.ReduceLROnPlateau):
                schedule.step(float(torch.stack(losses[-math.ceil(len(x) / (batch_size or len(x))) :]).mean()))
            elif schedule is not None:
                schedule.step()
            if len(losses) >= CHECK_EVERY or epoch == num_epochs - 1:
                history.append(torch.stack(losses))
                _stop_if_diverged(history, lrs, num_epochs)
                losses.clear()
            seconds.append(seconds_since(start, x.device))
    times = (torch.tensor(column, dtype=torch.float64, device="cpu") for column in (lrs, seconds))
    return Training(torch.cat(history), *times)


def batches(num_rows: int, batch_size: int | None, generator: torch.Generator, device: torch.device) -> Iterable[Any]:
    """The rows of one epoch, batch by batch: all of them as they are, or shuffled and cut into pieces."""
    if batch_size is None:
        return [slice(None)]
    order = torch.randperm(num_rows, generator=generator, device="cpu").to(device)
    pieces: tuple[Tensor, ...] = order.split(batch_size)
    return pieces


def _stop_if_diverged(history: list[Tensor], lrs: list[float], num_epochs: int) -> None:
    bad = (~history[-1].isfinite()).nonzero()
    if len(bad) == 0:
        return
    position = int(bad[0])
    update = sum(map(len, history[:-1])) + position
    epoch = update * len(lrs) // sum(map(len, history))  # every epoch has as many updates
    raise DivergedError(float(history[-1][position]), update + 1, epoch + 1, num_epochs, lrs[epoch])


def seeded_model(make_model: Callable[[], nn.Module], seed: int) -> nn.Module:
    """The model that `make_model()` builds when torch's global random state is seeded with `seed`.

    The random state is what it was afterwards. `train_many` builds its models so.

    Args:
        make_model: A callable without arguments that returns a new `nn.Module`.
        seed: An integer from 0 to 2**64 - 1.

    Raises:
        TypeError: `make_model` is not callable or does not return an `nn.Module`; `seed` is no integer.
        ValueError: the module has nothing to train; `seed` is out of range.

    Example:
        >>> model = seeded_model(lambda: nn.Linear(2, 1), seed=3)
        >>> torch.equal(model.weight, seeded_model(lambda: nn.Linear(2, 1), seed=3).weight)
        True
    """
    seed = check_seed(seed, "seed")
    if isinstance(make_model, nn.Module) or not callable(make_model):
        example = "lambda: nn.Linear(2, 1)"
        raise TypeError(f"make_model must be a callable such as {example}, got {type(make_model).__name__}.")
    with torch.inference_mode(False), torch.enable_grad(), seeded(seed):
        return check_model(make_model(), "make_model()")
