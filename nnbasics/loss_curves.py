"""The curve of a loss and its gradient over the prediction."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ._checks import check, check_tensor, shape_text
from ._lookup import lookup_callable, name_of
from .losses import LOSSES
from .text import Text

LossFunction = Callable[[Tensor, Tensor], Tensor]


def loss_curve(loss_fn: str | LossFunction, pred: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Loss L(p, t) and gradient dL/dp of single predictions, by autograd.

    Each prediction is handed to the loss by itself, as a tensor of shape (1,), so that a mean over
    the batch hides nothing and any loss of one number works: torch's, a module or the caller's own.

    Args:
        loss_fn: A name of `LOSSES`, or any callable of (prediction, target), such as `nn.HuberLoss()`.
        pred: The predictions p, shape (N,), floating-point, on any device.
        target: The targets t: shape (N,) or a single number of shape (), floating-point, on the device of `pred`.

    Returns:
        `(losses, gradients)`, both of shape (N,), without a graph.

    Raises:
        ValueError: a shape is wrong, a number is not finite, or the loss cannot judge one number by itself,
            as `cross_entropy` and `nll`, which need a score for each class.
        TypeError: an argument is not a floating-point tensor, or `loss_fn` is not callable.
        RuntimeError: from torch, where the loss cannot take the numbers or carries no gradient.

    Example:
        >>> loss_curve("mse", torch.tensor([2.0, 5.0]), torch.tensor([1.0, 3.0]))
        (tensor([1., 4.]), tensor([2., 4.]))
    """
    with torch.inference_mode(False):
        leaf = check_tensor(pred, "pred", ndim=1).detach().clone().requires_grad_()
        losses = loss_values(loss_fn, leaf, target)
        (gradients,) = torch.autograd.grad(losses.sum(), leaf)
    _check_judges_numbers(name_of(loss_fn), bool(losses.any() or gradients.any() or (pred == target).all()))
    return losses.detach(), gradients


def loss_values(loss_fn: str | LossFunction, pred: Tensor, target: Tensor) -> Tensor:
    """The losses of `loss_curve` alone, for a loss that has no gradient."""
    function, name = lookup_callable(LOSSES, loss_fn, kind="loss_fn"), name_of(loss_fn)
    _check_judges_numbers(name, not is_one_of(function, (F.cross_entropy, F.nll_loss, nn.CrossEntropyLoss, nn.NLLLoss)))
    check_tensor(target, "target")
    losses = []
    with torch.inference_mode(False):
        targets = target.detach().clone().expand_as(check_tensor(pred, "pred", ndim=1))
        for p, t in zip(pred.clone(), targets, strict=True):
            loss = function(p[None].clone(), t[None].clone())
            got = shape_text(loss.shape) if isinstance(loss, Tensor) else type(loss).__name__
            single = isinstance(loss, Tensor) and loss.numel() == 1
            check(single, f"loss_fn {name!r}", Text("return one number a prediction", "必须给每个预测值一个数"), got)
            losses.append(loss.reshape(()))
        return torch.stack(losses)


def is_one_of(function: Callable[..., object], losses: tuple[Callable[..., object], ...]) -> bool:
    """Whether a callable is one of these functions or modules, be it with some arguments fixed by `partial`."""
    while isinstance(function, partial):
        function = function.func
    return any(isinstance(function, loss) if isinstance(loss, type) else function is loss for loss in losses)


def _check_judges_numbers(name: str, fits: bool) -> None:
    """A loss of rows of scores is 0 for every single number, right or wrong."""
    allowed = Text("judge one number by itself", "必须能单独评判一个数")
    check(fits, f"loss_fn {name!r}", allowed, Text("one that judges a row of scores", "评判一行分数的损失"))
