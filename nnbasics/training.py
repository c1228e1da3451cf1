"""The training loop, in torch's own words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from time import perf_counter
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn, optim
from torch.optim import lr_scheduler
from torch.utils.data import DataLoader

from ._checks import check, check_count, check_positive, told
from ._rng import kept_rng
from ._setup import (
    LossFunction,
    check_batch_size,
    check_first_batch,
    check_model,
    check_rows,
    check_seed,
    count_epochs,
    make_optimizer,
    one_thread,
    resolve_loss,
    right_rows,
    seconds_since,
    seeded,
)
from .data import as_tensors
from .schedulers import build_scheduler
from .text import Text

CHECK_EVERY = 50  # updates between two looks at the losses: each look makes the processor wait for them
Batch = tuple[Tensor, Tensor]


class _Three(NamedTuple):
    losses: Tensor
    lrs: Tensor
    seconds: Tensor


class Training(_Three):
    """What one training run leaves behind, besides the model: `losses, lrs, seconds = train(...)`, and three more.

    Attributes:
        losses: The loss of each update, taken before it, shape (updates,), dtype and device of the loss.
        lrs: The learning rate of each epoch, shape (num_epochs,), torch.float64, on the CPU.
        seconds: What the updates of each epoch took, shape (num_epochs,), torch.float64, on the CPU.
        val_losses: The mean loss of the rows of `val` after each epoch, shape (num_epochs,), torch.float64, on the
            CPU; None without `val`.
        val_accuracy: The share of these rows that is put into the right class, likewise; None, too, where targets are
            no classes: neither class indices, nor what the two binary cross-entropies take.
        accuracy: The same of the rows that are learned from, likewise: after the epoch and in evaluation mode.
    """

    accuracy: Tensor | None = None
    val_losses: Tensor | None = None
    val_accuracy: Tensor | None = None


class DivergedError(ValueError):
    """A loss became NaN or infinite: the learning rate is too large, or the model or the data are unsuitable.

    Attributes:
        update: The update with that loss, counted from 1.
        epoch: The epoch it is in, counted from 1.
        lr: The learning rate of that epoch.
    """

    def __init__(self, loss: float, update: int, epoch: int, num_epochs: int, lr: float) -> None:
        message = Text(
            f"The loss became {loss} at update {update}, in epoch {epoch} of {num_epochs}, "
            f"at learning rate {lr:g}: try a smaller lr.",
            f"第 {update} 次更新（第 {epoch}/{num_epochs} 轮，学习率 {lr:g}）时损失变成了 {loss}：请把 lr 调小。",
        )
        super().__init__(message.here)
        self.update, self.epoch, self.lr = update, epoch, lr


def train(
    model: nn.Module,
    x: Any,
    y: Any = None,
    *,
    loss_fn: str | LossFunction,
    optimizer: str | Callable[..., optim.Optimizer] = "sgd",
    lr: float,
    num_epochs: int,
    batch_size: int | None = None,
    scheduler: Callable[[optim.Optimizer], Any] | None = None,
    val: Any = None,
    seed: int = 0,
    progress: bool = False,
) -> Training:
    """Train a model in place: w <- w - lr * dL/dw, or what another optimizer makes of the gradient.

    The CPU works on one thread, which is the fastest for models this small. An interrupt (Ctrl-C) passes
    through; the model keeps the weights that it has then. Afterwards the model is in training mode.

    Args:
        model: Any `nn.Module`, on the device of `x`.
        x: The inputs, shape (N, ...): floating-point, or integers for an Embedding; NumPy arrays will do. Or, with no
            `y`, a `Dataset`, or a `DataLoader`, whose batches are taken as they come, on the device of the model.
        y: The targets, N rows, on the device of `x`.
        loss_fn: A name of `LOSSES`, or a callable of (prediction, target) that returns one number, such as
            `nn.CrossEntropyLoss()`.
        optimizer: A name of `OPTIMIZERS` or a callable (parameters, lr=...) such as `torch.optim.NAdam`.
        lr: The learning rate, > 0.
        num_epochs: Passes over the data.
        batch_size: None for batch descent (all rows in each update), k for mini-batches, 1 for stochastic
            descent. Batches are shuffled anew in each epoch; the last one may be smaller.
        scheduler: A callable of the optimizer, e.g. `lambda opt: StepLR(opt, step_size=50)`, stepped once an
            epoch. ReduceLROnPlateau is given the validation loss or, without `val`, the epoch's mean loss.
        val: What the model shall not learn from, but be judged by after each epoch, in evaluation mode: `(x, y)`,
            a `Dataset` or a `DataLoader`. With it the accuracy on both is kept.
        seed: Decides the batches, and what a layer such as dropout draws.
        progress: Whether to show a bar with the time left.

    Returns:
        A `Training`, which unpacks into `losses, lrs, seconds`.

    Raises:
        DivergedError: a loss became NaN or infinite; found at the end of an epoch. It is a ValueError.
        ValueError: arguments do not fit together in a way that torch would not tell, or a number is out of range.
        TypeError: an argument is of the wrong type.
        RuntimeError, IndexError: torch's own words where shapes, dtypes or classes do not fit.

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
    lr, num_epochs, seed = check_positive(lr, "lr"), check_count(num_epochs, "num_epochs"), check_seed(seed)
    loss_function = resolve_loss(loss_fn)
    with torch.inference_mode(False), torch.enable_grad(), one_thread(), seeded(seed):
        data, learned = batches_of(model, x, y, batch_size, seed)
        held_out = None if val is None else _held_out(model, val)
        opt = make_optimizer(optimizer, list(model.parameters()), lr)
        schedule = None if scheduler is None else build_scheduler(scheduler, opt, "scheduler")

        losses: list[Tensor] = []
        lrs, seconds, judged, looked_at = [], [], [], 0
        model.train()
        for epoch in count_epochs(num_epochs, progress, "train"):
            start, first = perf_counter(), len(losses)
            lrs.append(float(opt.param_groups[0]["lr"]))
            for rows, targets in data():
                opt.zero_grad()
                pred = model(rows)
                if not losses:
                    check_first_batch(model, loss_function, pred, targets, learned)
                loss = loss_function(pred, targets)
                loss.backward()
                opt.step()
                losses.append(loss.detach())
            seconds.append(seconds_since(start, loss.device))
            if len(losses) - looked_at >= CHECK_EVERY or epoch == num_epochs - 1:
                _stop_if_diverged(losses, looked_at, lrs, num_epochs)
                looked_at = len(losses)
            if held_out is not None:
                judged.append((*_judge(model, held_out, loss_function), _judge(model, learned, loss_function)[1]))
            if isinstance(schedule, lr_scheduler.ReduceLROnPlateau):
                schedule.step(judged[-1][0] if judged else float(torch.stack(losses[first:]).mean()))
            elif schedule is not None:
                schedule.step()
    found = Training(torch.stack(losses), _column(lrs), _column(seconds))
    if judged:
        found.val_losses, *shares = map(_column, zip(*judged, strict=True))
        found.val_accuracy, found.accuracy = (None if share.isnan().any() else share for share in shares)
    return found


def batches(num_rows: int, batch_size: int | None, generator: torch.Generator, device: torch.device) -> Iterable[Any]:
    """The rows of one epoch, batch by batch: all of them as they are, or shuffled and cut into pieces."""
    if batch_size is None:
        return [slice(None)]
    order = torch.randperm(num_rows, generator=generator, device="cpu").to(device)
    pieces: tuple[Tensor, ...] = order.split(batch_size)
    return pieces


def batches_of(
    model: nn.Module, x: Any, y: Any, batch_size: int | None, seed: int
) -> tuple[Callable[[], Iterable[Batch]], Iterable[Batch]]:
    """What gives the batches of an epoch whenever it is called, and all rows as they are, in one batch or several.

    The generator is one for all epochs, so each epoch is shuffled anew.
    """
    if isinstance(x, DataLoader):
        allowed = Text("be None where x is a DataLoader, which has its own", "必须是 None：由 DataLoader 自己决定")
        check(y is None, "y", allowed, told(y))
        check(batch_size is None, "batch_size", allowed, batch_size)
        return lambda: loaded, (loaded := _Loaded(x, model))
    x, y = check_rows(*(as_tensors(x, "x, where y is None,") if y is None else (x, y)))
    batch_size = check_batch_size(batch_size, len(x))
    generator = torch.Generator(device="cpu").manual_seed(seed)
    return lambda: ((x[rows], y[rows]) for rows in batches(len(x), batch_size, generator, x.device)), [(x, y)]


def _held_out(model: nn.Module, val: Any) -> Iterable[Batch]:
    return _Loaded(val, model) if isinstance(val, DataLoader) else [check_rows(*as_tensors(val, "val"), of="val's ")]


class _Loaded:
    """The batches of a `DataLoader`, on the device of the model."""

    def __init__(self, loader: Iterable[Batch], model: nn.Module) -> None:
        self.loader, self.device = loader, next(model.parameters()).device

    def __iter__(self) -> Iterator[Batch]:
        for rows, targets in self.loader:
            yield rows.to(self.device), targets.to(self.device)


def _judge(model: nn.Module, data: Iterable[Batch], loss_fn: LossFunction) -> tuple[float, float]:
    """The mean loss of rows in evaluation mode, and the share that is put into the right class, or NaN."""
    model.eval()
    with kept_rng(model), torch.no_grad():  # a DataLoader, too, draws from the global stream
        seen = [(model(rows), targets) for rows, targets in data]
        total = sum(float(loss_fn(pred, targets)) * len(targets) for pred, targets in seen)
        right = [rows for pair in seen if (rows := right_rows(*pair, loss_fn)) is not None]
    model.train()
    share = float(torch.cat(right).double().mean()) if right else math.nan
    return total / sum(len(targets) for _, targets in seen), share


def _column(numbers: Sequence[Any]) -> Tensor:
    """One number an epoch."""
    return torch.tensor(numbers, dtype=torch.float64, device="cpu")


def _stop_if_diverged(losses: list[Tensor], start: int, lrs: list[float], num_epochs: int) -> None:
    bad = (~torch.stack(losses[start:]).isfinite()).nonzero()
    if len(bad):
        update = start + int(bad[0])
        epoch = update * len(lrs) // len(losses)  # every epoch has as many updates
        raise DivergedError(float(losses[update]), update + 1, epoch + 1, num_epochs, lrs[epoch])


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
    seed = check_seed(seed)
    allowed = Text("be a callable such as lambda: nn.Linear(2, 1)", "必须可调用，例如 lambda: nn.Linear(2, 1)")
    called_already = isinstance(make_model, nn.Module)
    check(callable(make_model) and not called_already, "make_model", allowed, type(make_model).__name__, TypeError)
    with torch.inference_mode(False), torch.enable_grad(), seeded(seed):
        return check_model(make_model(), "make_model()")
