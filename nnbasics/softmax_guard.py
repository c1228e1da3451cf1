"""A guard against the softmax that is taken twice: by the model, and again by cross-entropy."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ._checks import check, shape_text
from ._layers import check_module
from ._rng import kept_rng
from .losses import LOSSES, sums_to_one
from .text import Text, resolve_language

GIVEN = Text("be given to a model that does not start with an nn.Linear", "对不以 nn.Linear 开头的模型必须给出")


def ends_in_softmax(model: nn.Module, x: Tensor | None = None) -> bool:
    """Whether what comes out of a model is a distribution over the classes already.

    It looks at outputs, not at names, so it sees an `nn.Softmax`, a `torch.softmax` in a forward and one written by
    hand alike: every number >= 0 and every sum over the classes 1. Log-softmax is no such thing, and harmless.

    Args:
        model: Any module that returns scores of shape (..., C) or, as convolutions do, (N, C, ...). A copy in eval
            mode is run.
        x: Inputs to try it on, of the model's dtype and device. None draws 32 normal ones for its first `nn.Linear`.

    Returns:
        True or False; False for a model of a single output, whose one number is no distribution.

    Raises:
        ValueError: `x` is None, and the model has no `nn.Linear` or does not start with one.
        TypeError: `model` is not an `nn.Module`.

    Example:
        >>> ends_in_softmax(nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=-1)))
        True
    """
    check_module(model, "model")
    inputs = _probe(model) if x is None else x
    with kept_rng(model), torch.no_grad():
        try:
            y = deepcopy(model).eval()(inputs)
        except RuntimeError:
            check(x is not None, "x", GIVEN, f"None ({type(model).__name__}, {shape_text(inputs.shape)})")
            raise
    return isinstance(y, Tensor) and y.ndim > 0 and any(sums_to_one(y, dim) for dim in {-1, min(1, y.ndim - 1)})


def _probe(model: nn.Module) -> Tensor:
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Linear)]
    check(bool(layers), "x", GIVEN, f"None ({type(model).__name__})")
    generator = torch.Generator(device="cpu").manual_seed(0)
    drawn = torch.randn(32, layers[0].in_features, generator=generator, dtype=torch.float32, device="cpu")
    return drawn.to(layers[0].weight.device, layers[0].weight.dtype)


def warn_double_softmax(
    model: nn.Module, loss_fn: str | Callable[..., Any], x: Tensor | None = None, *, lang: str | None = None
) -> bool:
    """Warn where a model that ends in softmax meets cross-entropy, which takes the softmax of what it is given.

    For C classes the loss then cannot fall below log(1 + (C - 1) / e), 0.3133 for two, and its gradients are damped.

    Args:
        model: The model that is to be trained.
        loss_fn: `"cross_entropy"`, `F.cross_entropy`, an `nn.CrossEntropyLoss()`; any other loss passes.
        x: As `ends_in_softmax` takes it.
        lang: `"en"` or `"zh"`; None as `nnbasics` resolves it.

    Returns:
        Whether it warned.

    Raises:
        ValueError, TypeError: as `ends_in_softmax` does, where the loss is cross-entropy.

    Example:
        >>> warn_double_softmax(nn.Linear(3, 2), "cross_entropy")
        False
    """
    language = resolve_language(lang)
    if not _is_cross_entropy(loss_fn) or not ends_in_softmax(model, x):
        return False
    _warn(type(model).__name__, language, stacklevel=3)
    return True


def warn_softmax_in(pred: Tensor, name: str, *, stacklevel: int) -> None:
    """The same warning, where what the model `name` returns for a batch is at hand already."""
    if pred.ndim and sums_to_one(pred, min(1, pred.ndim - 1)):
        _warn(name, resolve_language(), stacklevel=stacklevel + 1)


def _warn(name: str, lang: str, *, stacklevel: int) -> None:
    text = Text(
        "{model} ends in a softmax, and cross-entropy takes another one: train on logits "
        '(leave the last softmax out; ThreeLayerNet(output="logits")), and take the softmax for predictions only.',
        "{model} 的末尾已经是 softmax，而 cross-entropy 损失内部还会再做一次：请用 logits 训练"
        '（去掉最后的 softmax，例如 ThreeLayerNet(output="logits")），只在预测时再取 softmax。',
    )
    warnings.warn(text.say(lang, model=name), UserWarning, stacklevel=stacklevel)


def _is_cross_entropy(loss_fn: str | Callable[..., Any]) -> bool:
    inner = loss_fn.func if isinstance(loss_fn, partial) else loss_fn
    function = LOSSES.get(inner) if isinstance(inner, str) else inner
    return function is F.cross_entropy or isinstance(function, nn.CrossEntropyLoss)
