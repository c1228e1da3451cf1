"""The curve of a loss and its gradient over the prediction."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ._checks import check_tensor, shape_text, tried
from ._lookup import lookup_callable, name_of
from .losses import LOSSES

LossFunction = Callable[[Tensor, Tensor], Tensor]


def loss_curve(loss_fn: str | LossFunction, pred: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
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
    name = name_of(loss_fn)
    with torch.inference_mode(False), torch.enable_grad():
        losses, leaf = _each(loss_fn, pred, target)
        if not losses.requires_grad:
            raise ValueError(f"loss_fn {name!r} must be differentiable: its result carries no gradient.")
        (gradients,) = torch.autograd.grad(losses.sum(), leaf)
    if not losses.any() and not gradients.any() and bool((pred != target).any()):
        raise ValueError(
            f"loss_fn {name!r} is 0 for every single prediction, right or wrong: does it judge a row of scores?"
        )
    return losses.detach(), gradients


def loss_values(loss_fn: str | LossFunction, pred: Tensor, target: Tensor) -> Tensor:
    """The losses of `loss_curve` alone, for a loss that has no gradient."""
    with torch.inference_mode(False), torch.enable_grad():
        return _each(loss_fn, pred, target)[0].detach()


def is_one_of(function: Callable[..., object], losses: tuple[Callable[..., object], ...]) -> bool:
    """Whether a callable is one of these functions or modules, be it with some arguments fixed by `partial`."""
    while isinstance(function, partial):
        function = function.func
    return any(isinstance(function, loss) if isinstance(loss, type) else function is loss for loss in losses)


def _each(loss_fn: str | LossFunction, pred: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The loss of each prediction by itself, with its graph, and the leaf that the graph starts from."""
    function = lookup_callable(LOSSES, loss_fn, kind="loss_fn")
    name = name_of(loss_fn)
    if is_one_of(function, (F.cross_entropy, F.nll_loss, nn.CrossEntropyLoss, nn.NLLLoss)):
        raise ValueError(f"loss_fn {name!r} judges a row of scores, one for each class, not one number.")
    check_tensor(pred, "pred", ndim=1)
    check_tensor(target, "target")
    if target.shape not in (torch.Size(), pred.shape):
        raise ValueError(
            f"target must have the shape of pred, {shape_text(pred.shape)}, or (), got {shape_text(target.shape)}."
        )
    if (target.dtype, target.device) != (pred.dtype, pred.device):
        raise TypeError(
            f"target must have the dtype and device of pred, {pred.dtype} on {pred.device}, "
            f"got {target.dtype} on {target.device}."
        )
    leaf = pred.detach().clone().requires_grad_()
    targets = target.detach().clone().expand_as(leaf)
    problem = f"loss_fn {name!r} cannot judge one prediction, pred of shape (1,) and {pred.dtype}, by itself"
    losses = []
    for p, t in zip(leaf.clone().unbind(), targets.unbind(), strict=True):
        loss = tried(partial(function, p[None].clone(), t[None].clone()), problem)
        if not isinstance(loss, Tensor) or loss.numel() != 1:
            got = f"shape {shape_text(loss.shape)}" if isinstance(loss, Tensor) else type(loss).__name__
            raise ValueError(f"loss_fn {name!r} must return one number for one prediction, got {got}.")
        losses.append(loss.reshape(()))
    return torch.stack(losses), leaf
