"""Losses by name, and the curve of a loss and its gradient over the prediction."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ._checks import check_tensor, shape_text
from ._lookup import lookup_callable, name_of

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


def loss_curve(
    loss_fn: str | Callable[[Tensor, Tensor], Tensor], pred: Tensor, target: Tensor
) -> tuple[Tensor, Tensor]:
    """Loss L(p, t) and gradient dL/dp of single predictions, by autograd.

    Each prediction is handed to the loss by itself, as a tensor of shape (1,), so that a mean over
    the batch hides nothing and any loss of one number works: torch's, a module or the caller's own.

    Args:
        loss_fn: A name of `LOSSES`, or any callable of (prediction, target), such as `nn.HuberLoss()`.
        pred: The predictions p, shape (N,), floating-point, on any device.
        target: The targets t: shape (N,) or a single number of shape (), dtype and device of `pred`.

    Returns:
        `(losses, gradients)`, both of shape (N,), without a graph.

    Raises:
        ValueError: a shape is wrong, a number is not finite, or the loss cannot judge one number by itself,
            as `cross_entropy` and `nll`, which need a score for each class.
        TypeError: an argument is not a floating-point tensor, or `loss_fn` is not callable.

    Example:
        >>> loss_curve("mse", torch.tensor([2.0, 5.0]), torch.tensor([1.0, 3.0]))
        (tensor([1., 4.]), tensor([2., 4.]))
    """
    function = lookup_callable(LOSSES, loss_fn, kind="loss_fn")
    if function in (F.cross_entropy, F.nll_loss) or isinstance(function, (nn.CrossEntropyLoss, nn.NLLLoss)):
        raise ValueError(f"loss_fn {name_of(loss_fn)!r} judges a row of scores, one for each class, not one number.")
    check_tensor(pred, "pred", ndim=1)
    check_tensor(target, "target")
    if target.shape not in (torch.Size(), pred.shape):
        raise ValueError(
            f"target must have the shape of pred, {shape_text(pred.shape)}, or (), got {shape_text(target.shape)}."
        )
    with torch.inference_mode(False), torch.enable_grad():
        leaf = pred.detach().clone().requires_grad_()
        targets = target.detach().clone().expand_as(leaf)
        losses = [
            _one_loss(function, p, t, name_of(loss_fn)) for p, t in zip(leaf.split(1), targets.split(1), strict=True)
        ]
        stacked = torch.stack(losses)
        if not stacked.requires_grad:
            raise ValueError(f"loss_fn {name_of(loss_fn)!r} must be differentiable: its result carries no gradient.")
        (gradients,) = torch.autograd.grad(stacked.sum(), leaf)
    return stacked.detach(), gradients


def _one_loss(function: Callable[[Tensor, Tensor], Tensor], pred: Tensor, target: Tensor, name: str) -> Tensor:
    try:
        loss = function(pred, target)
    except (RuntimeError, IndexError) as error:
        raise ValueError(
            f"loss_fn {name!r} cannot judge one prediction, pred of shape (1,) and {pred.dtype}, by itself: {error}"
        ) from error
    if not isinstance(loss, Tensor) or loss.numel() != 1:
        got = f"shape {shape_text(loss.shape)}" if isinstance(loss, Tensor) else type(loss).__name__
        raise ValueError(f"loss_fn {name!r} must return one number for one prediction, got {got}.")
    return loss.reshape(())
