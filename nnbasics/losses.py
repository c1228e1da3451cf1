"""Losses by name, and losses side by side on one prediction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from ._checks import check, check_tensor, shape_text
from ._lookup import key_of, lookup
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

KINDS: dict[str, Text] = {
    "numbers": Text("numbers", "任意实数"),
    "probabilities": Text("probabilities", "概率"),
    "logits": Text("logits", "logits"),
    "log-probabilities": Text("log-probabilities", "对数概率"),
    "class indices": Text("class indices", "类别索引"),
}
EXAMPLES: dict[str, str] = {
    "numbers": "tensor([-1., 2.])",
    "probabilities": "torch.sigmoid(logits)",
    "logits": "torch.log(probabilities)",
    "log-probabilities": "torch.log_softmax(logits, dim=1)",
    "class indices": "target.argmax(dim=1)",
}
FITS: dict[str, Callable[[Tensor], bool]] = {
    "numbers": lambda values: True,
    "probabilities": lambda values: bool(((values >= 0) & (values <= 1)).all()),
    "logits": lambda values: not sums_to_one(values, min(1, values.ndim - 1)),
    "log-probabilities": lambda values: sums_to_one(values.exp(), min(1, values.ndim - 1)),
    "class indices": lambda values: values.dtype == torch.int64 and bool((values >= 0).all()),
}
"""Kind -> whether values are of that kind, as far as can be seen of them."""

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
            kinds = [KINDS[kind].say(language) for kind in LOSS_INPUTS[name]]
            rows.append([name, *kinds, f"{float(value):.4f}", numbers])
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
        IndexError, RuntimeError: from torch, where a class index is out of bounds, or a dtype or device differs.

    Example:
        >>> rows = compare_losses(torch.tensor([2.0, 2.5, 5.0]), torch.tensor([1.0, 2.0, 3.0]))
        >>> {row.name: round(float(row.value), 4) for row in rows}
        {'mae': 1.1667, 'mse': 1.75, 'smooth_l1': 0.7083, 'huber': 0.7083}

    Source:
        https://docs.pytorch.org/docs/stable/nn.html#loss-functions
    """
    check_tensor(pred, "pred")
    check_tensor(target.double() if isinstance(target, Tensor) else target, "target")
    if names is not None:
        listed = bool(names) and not isinstance(names, str)
        check(listed, "names", Text("list names such as ['mse']", "必须列出名字，例如 ['mse']"), repr(names))
        return LossComparison(_row(key_of(LOSSES, name), pred, target) for name in names)
    rows: list[LossRow] = []
    for name in LOSSES:
        if name != "bce_with_logits" or "bce" not in [row.name for row in rows]:
            with suppress(TypeError, ValueError, RuntimeError, IndexError):  # it does not fit
                rows.append(_row(name, pred, target))
    got = f"{pred.dtype} {shape_text(pred.shape)}, {target.dtype} {shape_text(target.shape)}"
    allowed = Text("fit a loss (name one to see why)", "必须适合某个损失（指定一个损失可看原因）")
    check(bool(rows), "pred, target", allowed, got)
    return LossComparison(rows)


def _row(name: str, pred: Tensor, target: Tensor) -> LossRow:
    loss_fn = lookup(LOSSES, name, kind="loss")
    _check_kinds(name, pred, target)
    with torch.inference_mode(False):
        leaf = pred.detach().clone().requires_grad_()
        value = loss_fn(leaf, target.detach().clone())
        (gradient,) = torch.autograd.grad(value, leaf)
    return LossRow(name, value.detach(), gradient)


def sums_to_one(values: Tensor, dim: int) -> bool:
    """Whether `values` are probabilities of more than one class along `dim`: none below 0, every sum 1."""
    if values.numel() < 2 or values.shape[dim] < 2 or not values.dtype.is_floating_point:
        return False
    sums = values.detach().to("cpu", torch.float64).sum(dim)
    near = max(NEAR_ONE, 4 * torch.finfo(values.dtype).eps)  # bfloat16 is coarser than four digits
    return bool((values >= 0).all()) and bool(((sums - 1).abs() < near).all())


def _check_kinds(name: str, pred: Tensor, target: Tensor) -> None:
    """Refuse what torch takes in silence: numbers of another kind than the loss wants, and a target that broadcasts."""
    wants_pred, wants_target = LOSS_INPUTS[name]
    by_class = wants_target == "class indices"
    for argument, values, kind in (("pred", pred, wants_pred), ("target", target, wants_target)):
        low, high = f"{values.min().item():g}", f"{values.max().item():g}"
        got = Text(f"{values.dtype} from {low} to {high}", f" {values.dtype}，从 {low} 到 {high}")
        allowed = Text(
            f"hold {kind} for loss {name!r}, such as {EXAMPLES[kind]}",
            f"对损失 {name!r} 必须是“{KINDS[kind].zh}”，例如 {EXAMPLES[kind]}",
        )
        check((kind == "logits" and not by_class) or FITS[kind](values), argument, allowed, got)
    shape = f"{shape_text(pred.shape)} {pred.dtype}"
    allowed = Text(f"have pred's shape and dtype, {shape}", f"必须与 pred 的形状和类型相同，即 {shape}")
    alike = by_class or (target.shape, target.dtype) == (pred.shape, pred.dtype)
    check(alike, "target", allowed, f"{shape_text(target.shape)} {target.dtype}")
