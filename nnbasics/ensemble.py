"""The training loop for many seeds at once, on stacked parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.optim import lr_scheduler

from ._checks import check, check_count, check_positive, first_line, shape_text
from ._setup import (
    LossFunction,
    check_batch_size,
    check_first_batch,
    check_rows,
    check_seeds,
    count_epochs,
    make_optimizer,
    one_thread,
    resolve_loss,
    seconds_since,
)
from ._stack import Stack, check_optimizer, check_stackable
from .schedulers import build_scheduler, trace_lr
from .text import Text
from .training import batches, seeded_model


@dataclass(frozen=True, eq=False)
class Ensemble:
    """S models that were trained together.

    Attributes:
        seeds: The seed of each model.
        losses: The loss of each model at each update, taken before it, shape (S, updates).
        lrs: The learning rate of each model in each epoch, shape (S, epochs), torch.float64, on the CPU.
        seconds: What each epoch cost, for all models, shape (epochs,), torch.float64, on the CPU.
        diverged: Whether a loss of the model became NaN or infinite, shape (S,), torch.bool.
        params: The trained parameters by name, each of shape (S, ...), without a graph.
    """

    seeds: tuple[int, ...]
    losses: Tensor
    lrs: Tensor
    seconds: Tensor
    diverged: Tensor
    params: dict[str, Tensor] = field(repr=False)
    _stack: Stack = field(repr=False)

    def model(self, s: int) -> nn.Module:
        """Model number s, counted from 0, as an `nn.Module` of its own."""
        last = len(self.seeds) - 1
        allowed = Text(f"be an integer from 0 to {last}", f"必须是 0 到 {last} 的整数")
        check(check_count(s, "s", minimum=0) <= last, "s", allowed, s)
        with torch.inference_mode(False):
            model = deepcopy(self._stack.model)
            model.load_state_dict({name: stacked[s] for name, stacked in self.params.items()}, strict=False)
        return model

    def predict(self, x: Tensor, *, own_data: bool = False) -> Tensor:
        """What every model makes of the rows x, shape (S, N, ...), in training mode and without a graph.

        With `own_data` the rows have one more dimension in front, shape (S, N, ...): model s gets x[s].
        """
        count = len(self.seeds)
        allowed = Text(f"hold rows for each of the {count} models", f"必须为 {count} 个模型各备一份数据")
        check(not own_data or len(x) == count, "x", allowed, shape_text(x.shape))
        with torch.no_grad(), one_thread():
            return self._stack.predict(self.params, x, own=own_data)


def train_many(
    make_model: Callable[[], nn.Module],
    x: Tensor,
    y: Tensor,
    *,
    seeds: Sequence[int],
    loss_fn: str | LossFunction,
    optimizer: str | Callable[..., optim.Optimizer] = "sgd",
    lr: float | Sequence[float] | Tensor,
    num_epochs: int,
    batch_size: int | None = None,
    scheduler: Callable[[optim.Optimizer], Any] | None = None,
    shared_batches: bool = False,
    own_data: bool = False,
    progress: bool = False,
) -> Ensemble:
    """Train a model for each seed, all at once: model s is the one that `train` gives for that seed.

    The sum of the S losses has the gradient of each loss in each model's own part of the stacked parameters,
    so one backward and one step of an unmodified `torch.optim` optimizer move them all. A model whose loss
    becomes NaN stays NaN and does not touch the others. An interrupt (Ctrl-C) passes through: no comparison is
    made of models that are half trained.

    Args:
        make_model: A callable without arguments; called once for each seed as `seeded_model` calls it. Fast for
            an `nn.Sequential` of linear layers and activations, right for whatever `torch.func.vmap` can do.
        x: The inputs, shape (N, ...), floating-point.
        y: The targets, N rows, on the device of `x`.
        seeds: One for each model: decides its initial weights and its batches.
        loss_fn: As in `train`; the fastest are the names of `LOSSES`.
        optimizer: As in `train`; not one that mixes numbers, such as Adafactor or Muon.
        lr: One learning rate, > 0, or one for each model, shape (S,).
        num_epochs: Passes over the data.
        batch_size: None for all rows in each update, or the rows of a batch.
        scheduler: As in `train`, except ReduceLROnPlateau: each model would want its own.
        shared_batches: Whether all models get the batches of the first seed, instead of each its own.
        own_data: Whether `x` and `y` have one more dimension in front, shape (S, N, ...): model s gets x[s] and y[s].
        progress: Whether to show a bar with the time left.

    Returns:
        An `Ensemble`.

    Raises:
        ValueError: arguments do not fit together, or what is asked for cannot be stacked.
        TypeError: an argument is of the wrong type.

    Example:
        >>> x = torch.tensor([[1.0], [2.0]])
        >>> many = train_many(lambda: nn.Linear(1, 1), x, 3 * x, seeds=range(8), loss_fn="mse", lr=0.1, num_epochs=200)
        >>> many.losses.shape, bool((many.losses[:, -1] < 1e-2).all()), many.model(0)
        (torch.Size([8, 200]), True, Linear(in_features=1, out_features=1, bias=True))

    Source:
        https://docs.pytorch.org/tutorials/intermediate/ensembling.html
    """
    numbers, num_epochs = check_seeds(seeds), check_count(num_epochs, "num_epochs")
    rates = _check_rates(lr, len(numbers))
    models = [seeded_model(make_model, seed) for seed in numbers]
    check_stackable(models, numbers)
    with torch.inference_mode(False), torch.enable_grad(), one_thread():
        x, y = check_rows(x, y)
        if own_data:
            _check_own_data(x, y, len(numbers), shared_batches)
        first = (x[0], y[0]) if own_data else (x, y)
        num_rows = len(first[0])
        batch_size = check_batch_size(batch_size, num_rows)
        loss_function = resolve_loss(loss_fn)
        with torch.no_grad():
            check_first_batch(models[0], loss_function, models[0](first[0]), first[1])
        stack = Stack(models, *first, loss_function)
        leaves = list(stack.params.values())
        descent = make_optimizer(optimizer, leaves, 1.0 if isinstance(rates, list) else rates)
        check_optimizer(descent, own_rates=isinstance(rates, list))
        schedule = None if scheduler is None else build_scheduler(scheduler, descent, "scheduler")
        allowed = Text("be one that models can share (use train)", "必须是各模型能共用的；请改用 train")
        check(not isinstance(schedule, lr_scheduler.ReduceLROnPlateau), "scheduler", allowed, "ReduceLROnPlateau")
        table = _rate_table(rates, scheduler, num_epochs) if isinstance(rates, list) else None
        columns = (
            [] if table is None else [_along_models(table.T.to(leaf.dtype).to(leaf.device), leaf) for leaf in leaves]
        )
        shared = not own_data and (shared_batches or batch_size is None or len(numbers) == 1)
        generators = [torch.Generator(device="cpu").manual_seed(seed) for seed in numbers[: 1 if shared else None]]

        gather = _gatherer(), _gatherer()
        losses: list[Tensor] = []
        lrs: list[float] = []
        seconds: list[float] = []
        for epoch in count_epochs(num_epochs, progress, f"train {len(numbers)} models"):
            start = perf_counter()
            lrs.append(float(descent.param_groups[0]["lr"]))
            for rows, targets in _stacked_batches(x, y, batch_size, generators, shared, own_data, gather):
                descent.zero_grad()
                compute = stack.losses if losses else partial(_first_losses, stack)
                each = compute(rows, targets, shared=shared)
                # The S losses are means over `each`; this is the backward of their sum.
                each.backward(torch.full_like(each, len(numbers) / each.numel()))
                if table is None:
                    descent.step()
                else:
                    _step_at_own_rates(descent, leaves, [column[epoch] for column in columns])
                losses.append(each.detach().reshape(len(numbers), -1).mean(1))
            if schedule is not None:
                schedule.step()
            seconds.append(seconds_since(start, x.device))
        history = torch.stack(losses, 1)
        if table is None:
            table = torch.tensor(lrs, dtype=torch.float64, device="cpu").expand(len(numbers), -1)
        return Ensemble(
            seeds=numbers,
            losses=history,
            lrs=table.clone(),
            seconds=torch.tensor(seconds, dtype=torch.float64, device="cpu"),
            diverged=~history.isfinite().all(1),
            params=stack.snapshot(),
            _stack=stack,
        )


def _first_losses(stack: Stack, rows: Tensor, targets: Tensor, *, shared: bool) -> Tensor:
    """The losses of the first batch, where a model or a loss that cannot be stacked is found out."""
    try:
        return stack.losses(rows, targets, shared=shared)
    except Exception as error:  # the model and the loss are the caller's code: they may raise anything
        text = Text(
            "train_many cannot stack this model and loss_fn; use train",
            "train_many 无法把这样的模型和 loss_fn 合在一起训练，请改用 train",
        )
        raise ValueError(f"{text.here}: {first_line(error)}.") from error


def _check_rates(lr: object, count: int) -> float | list[float]:
    if isinstance(lr, Tensor):
        lr = lr.tolist()
    if not isinstance(lr, Sequence) or isinstance(lr, str):
        return check_positive(lr, "lr")
    allowed = Text(f"be one number or one for each of the {count} seeds", f"必须是一个数，或给 {count} 个种子各一个")
    check(len(lr) == count, "lr", allowed, Text(f"{len(lr)} numbers", f" {len(lr)} 个"))
    return [check_positive(rate, "lr") for rate in lr]


def _rate_table(rates: list[float], scheduler: Callable[[optim.Optimizer], Any] | None, num_epochs: int) -> Tensor:
    """The learning rate of each model in each epoch, shape (S, num_epochs): the real scheduler, once for each rate."""
    if scheduler is None:
        return torch.tensor(rates, dtype=torch.float64, device="cpu")[:, None].expand(-1, num_epochs)
    traces = {rate: trace_lr(scheduler, lr=rate, num_steps=num_epochs) for rate in set(rates)}
    return torch.stack([traces[rate] for rate in rates])


def _along_models(table: Tensor, leaf: Tensor) -> Tensor:
    """A table of shape (epochs, S) with dimensions of size 1 behind, to multiply a leaf of shape (S, ...) by."""
    return table.reshape(*table.shape, *[1] * (leaf.ndim - 1))


def _step_at_own_rates(descent: optim.Optimizer, leaves: list[Tensor], rates: list[Tensor]) -> None:
    """One step at lr = 1, of which each model then goes its own share: w <- w + lr_s * (step(w) - w)."""
    for group in descent.param_groups:
        group["lr"] = 1.0  # a scheduler may have set it; its rates are in the table
    before = [leaf.detach().clone() for leaf in leaves]
    descent.step()
    with torch.no_grad():
        for leaf, old, rate in zip(leaves, before, rates, strict=True):
            leaf.copy_(old.lerp_(leaf, rate))


def _stacked_batches(
    x: Tensor,
    y: Tensor,
    batch_size: int | None,
    generators: list[torch.Generator],
    shared: bool,
    own_data: bool,
    gather: tuple[Callable[[Tensor, Tensor], Tensor], Callable[[Tensor, Tensor], Tensor]],
) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches of one epoch: one for all models, (B, ...), or one for each, (S, B, ...)."""
    if shared:
        for rows in batches(len(x), batch_size, generators[0], x.device):
            yield x[rows], y[rows]
        return
    if own_data and batch_size is None:
        yield x, y
        return
    num_rows = x.shape[1] if own_data else len(x)
    orders = torch.empty(len(generators), num_rows, dtype=torch.int64, device="cpu")
    for order, generator in zip(orders, generators, strict=True):
        torch.randperm(num_rows, generator=generator, out=order, device="cpu")
    if own_data:  # model s finds its rows behind those of the models before it
        orders += num_rows * torch.arange(len(generators), device="cpu")[:, None]
        x, y = x.flatten(0, 1), y.flatten(0, 1)
    for rows in orders.to(x.device).split(batch_size or num_rows, dim=1):
        yield gather[0](x, rows), gather[1](y, rows)


def _gatherer() -> Callable[[Tensor, Tensor], Tensor]:
    """A function for `values[rows]` that writes over its last result: fresh memory would cost more than the copying."""
    kept: dict[torch.Size, Tensor] = {}

    def gather(values: Tensor, rows: Tensor) -> Tensor:
        if rows.shape not in kept:
            kept[rows.shape] = values.new_empty(rows.numel(), *values.shape[1:])
        torch.index_select(values, 0, rows.flatten(), out=kept[rows.shape])
        return kept[rows.shape].view(*rows.shape, *values.shape[1:])

    return gather


def _check_own_data(x: Tensor, y: Tensor, count: int, shared_batches: bool) -> None:
    allowed = Text("be False with own_data", "在 own_data 为 True 时必须是 False")
    check(not shared_batches, "shared_batches", allowed, shared_batches)
    fits = x.ndim > 1 and y.ndim > 1 and len(x) == count and x.shape[:2] == y.shape[:2]
    allowed = Text(
        f"have shapes (S, N, ...) with S = {count} seeds where own_data is True",
        f"在 own_data 为 True 时形状必须是 (S, N, ...)，S = {count} 为种子数",
    )
    check(fits, "(x, y)", allowed, f"{shape_text(x.shape)}, {shape_text(y.shape)}")
