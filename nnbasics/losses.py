"""Losses by name, and losses side by side on one prediction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from ._checks import check_tensor, shape_text
from ._lookup import lookup
from ._table import format_table
from .text import Text, resolve_language

LOSSES: dict[str, Callable[..., Tensor]] = {
    "mae": F.l1_loss,
    "mse": F.mse_loss,
    "smooth_l1": F.smooth_l1_loss,
    "huber": F.huber_loss,
    "bce": F.binary_cross_entropy,
    "bce_with_logits": F.binary_cross_entropy_with_logits,
    "cross_entropy": F.cross_entropy,
    "nll": F.nll_loss,
}
"""Name -> the torch function itself, called as `LOSSES["mse"](pred, target)`, with torch's own defaults."""

LOSS_INPUTS: dict[str, tuple[str, str]] = {
    "mae": ("numbers", "numbers"),
    "mse": ("numbers", "numbers"),
    "smooth_l1": ("numbers", "numbers"),
    "huber": ("numbers", "numbers"),
    "bce": ("probabilities", "probabilities"),
    "bce_with_logits": ("logits", "probabilities"),
    "cross_entropy": ("logits", "class indices"),
    "nll": ("log-probabilities", "class indices"),
}
"""Name -> what the loss wants as the prediction, and as the target."""

NEAR_ONE = 1e-3  # how far a sum of probabilities that were typed in with four digits may be from 1


class LossRow(NamedTuple):
    """A loss's name, its value on the whole prediction, and the gradient dL/dpred."""

    name: str
    value: Tensor
    gradient: Tensor


class LossComparison(tuple[LossRow, ...]):
    """A tuple of `LossRow` that prints as a table."""

    def table(self, lang: str | None = None) -> str:
        """A line for each loss: what it wants, its value, its gradient or, of more than 6 numbers, the norm."""
        language = resolve_language(lang)
        wants = {
            "numbers": Text("numbers", "任意实数").say(language),
            "probabilities": Text("probabilities", "概率").say(language),
            "log-probabilities": Text("log-probabilities", "对数概率").say(language),
            "logits": "logits",
            "class indices": Text("class indices", "类别索引").say(language),
        }
        heads = (
            Text("loss", "损失"),
            Text("prediction", "预测值"),
            Text("target", "真实值"),
            Text("value", "数值"),
            Text("gradient", "梯度"),
        )
        rows = [[head.say(language) for head in heads]]
        for name, value, gradient in self:
            numbers = ", ".join(f"{number:.4f}" for number in gradient.flatten().tolist())
            if gradient.numel() > 6:
                numbers = Text("norm {norm:.4f}", "范数 {norm:.4f}").say(language, norm=float(gradient.norm()))
            rows.append([name, *(wants[kind] for kind in LOSS_INPUTS[name]), f"{float(value):.4f}", numbers])
        return format_table(rows)

    def __repr__(self) -> str:
        return self.table()


def compare_losses(pred: Tensor, target: Tensor, names: Sequence[str] | None = None) -> LossComparison:
    """Value L(pred, target) and gradient dL/dpred of several losses on one prediction, side by side.

    `LOSS_INPUTS` says what each wants; one that is handed something else is refused by name. That cannot be seen
    of logits that all happen to lie between 0 and 1: they pass as probabilities, and as logits.

    Args:
        pred: The prediction, floating-point, of any shape; for `cross_entropy` and `nll` (C,), (N, C) or (N, C, ...).
        target: The target on the same device: pred's shape and dtype, or class indices (torch.int64), one for each
            prediction, so without the dimension C.
        names: Names of `LOSSES`; None takes all that fit, and of the two BCEs the one that does.

    Returns:
        A tuple of `(name, value, gradient)`, in the order of the names, without a graph.

    Raises:
        ValueError: a name is unknown; a shape, a range or a sum is not what the loss wants; no loss fits.
        TypeError: an argument is not a tensor of a dtype that the loss takes, or `names` not a sequence of names.

    Example:
        >>> rows = compare_losses(torch.tensor([2.0, 2.5, 5.0]), torch.tensor([1.0, 2.0, 3.0]))
        >>> {row.name: round(float(row.value), 4) for row in rows}
        {'mae': 1.1667, 'mse': 1.75, 'smooth_l1': 0.7083, 'huber': 0.7083}

    Source:
        https://docs.pytorch.org/docs/stable/nn.html#loss-functions
    """
    check_tensor(pred, "pred")
    if not isinstance(target, Tensor):
        raise TypeError(f"target must be a torch.Tensor, got {type(target).__name__}.")
    if target.device != pred.device:
        raise TypeError(f"target must be on the device of pred, {pred.device}, got {target.device}.")
    if names is None:
        chosen = [name for name in LOSSES if _fits(name, pred, target)]
        if "bce" in chosen:
            chosen.remove("bce_with_logits")
        if not chosen:
            raise ValueError(
                f"No loss fits pred of shape {shape_text(pred.shape)} and {pred.dtype} with target of shape "
                f"{shape_text(target.shape)} and {target.dtype}: name one to see why."
            )
    else:
        if isinstance(names, str) or not isinstance(names, Sequence):
            raise TypeError(f"names must be a sequence of names such as ['mse', 'mae'], or None, got {names!r}.")
        if not names:
            raise ValueError(f"names must hold at least one name, got none. Expected some of: {', '.join(LOSSES)}.")
        chosen = list(names)
        for name in chosen:
            lookup(LOSSES, name, kind="loss")
            _check_fit(name, pred, target)
    rows = []
    with torch.inference_mode(False), torch.enable_grad():
        for name in chosen:
            leaf = pred.detach().clone().requires_grad_()
            value = LOSSES[name](leaf, target.detach().clone())
            (gradient,) = torch.autograd.grad(value, leaf)
            rows.append(LossRow(name, value.detach(), gradient))
    return LossComparison(rows)


def sums_to_one(values: Tensor, dim: int) -> bool:
    """Whether `values` are probabilities of more than one class along `dim`: none below 0, every sum 1."""
    if values.numel() == 0 or values.shape[dim] < 2 or not values.dtype.is_floating_point:
        return False
    sums = values.detach().to("cpu", torch.float64).sum(dim)
    near = max(NEAR_ONE, 4 * torch.finfo(values.dtype).eps)  # bfloat16 is coarser than four digits
    return bool((values >= 0).all()) and bool(((sums - 1).abs() < near).all())


def _fits(name: str, pred: Tensor, target: Tensor) -> bool:
    try:
        _check_fit(name, pred, target)
    except (TypeError, ValueError):
        return False
    return True


def _check_fit(name: str, pred: Tensor, target: Tensor) -> None:
    """Refuse a prediction or a target that is not what the loss wants."""
    wants_pred, wants_target = LOSS_INPUTS[name]
    if wants_target == "class indices":
        _check_class_indices(name, pred, target)
        dim = min(1, pred.ndim - 1)
        is_probability, is_log = sums_to_one(pred, dim), sums_to_one(pred.exp(), dim)
        if wants_pred == "logits" and is_probability:
            raise ValueError(
                f"pred must hold logits for loss {name!r}, got probabilities (each sum over the classes is 1): hand "
                "over what went into the softmax, or torch.log(pred) to 'nll'."
            )
        if wants_pred == "log-probabilities" and not is_log:
            kind = "probabilities: torch.log(pred)" if is_probability else "logits: torch.log_softmax(pred, dim=1)"
            raise ValueError(
                f"pred must hold log-probabilities for loss {name!r}, whose exp sums to 1 over the classes, "
                f"got what looks like {kind} turns them into log-probabilities."
            )
        return
    check_tensor(target, "target")
    if target.dtype != pred.dtype:
        raise TypeError(f"target must have the dtype of pred for loss {name!r}, {pred.dtype}, got {target.dtype}.")
    if target.shape != pred.shape:
        raise ValueError(
            f"target must have the shape of pred for loss {name!r}, {shape_text(pred.shape)}, "
            f"got {shape_text(target.shape)}."
        )
    if wants_pred == "probabilities" and (bad := _outside_unit(pred)) is not None:
        raise ValueError(
            f"pred must hold probabilities from 0 to 1 for loss {name!r}, got {bad:g}, which looks like a logit: "
            "hand over torch.sigmoid(pred), or take 'bce_with_logits'."
        )
    if wants_target == "probabilities" and (bad := _outside_unit(target)) is not None:
        raise ValueError(f"target must hold probabilities from 0 to 1 for loss {name!r}, got {bad:g}.")


def _check_class_indices(name: str, pred: Tensor, target: Tensor) -> None:
    if pred.ndim == 0:
        raise ValueError(f"pred must have a dimension of classes for loss {name!r}, got shape ().")
    if target.dtype != torch.int64:
        raise TypeError(
            f"target must hold class indices of torch.int64 for loss {name!r}, got {target.dtype}: "
            + ("target.argmax(dim=1) gives them." if target.shape == pred.shape else "target.long() gives them.")
        )
    wanted = (*pred.shape[:1], *pred.shape[2:]) if pred.ndim > 1 else ()
    if tuple(target.shape) != wanted:
        raise ValueError(
            f"target must have shape {shape_text(wanted)} for loss {name!r}, one class index for each prediction of "
            f"pred {shape_text(pred.shape)}, got {shape_text(target.shape)}."
        )
    classes = pred.shape[min(1, pred.ndim - 1)]
    bad = target[(target < 0) | (target >= classes)].flatten()
    if len(bad):
        raise ValueError(
            f"target must hold class indices from 0 to {classes - 1} for loss {name!r}, got {int(bad[0])}."
        )


def _outside_unit(values: Tensor) -> float | None:
    """The first number below 0 or above 1."""
    bad = values[(values < 0) | (values > 1)].flatten()
    return float(bad[0]) if len(bad) else None
