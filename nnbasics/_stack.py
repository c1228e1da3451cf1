"""Many models as one: their parameters stacked, one forward pass, one loss each.

Parameters have shape (S, out, in), as `torch.func.stack_module_state` gives them, and activations
(S, features, batch), so that a layer is one `torch.baddbmm`. What is no chain of linear layers and
elementwise activations goes through `torch.func.vmap`, which is right for any module, and slower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn, optim
from torch.func import functional_call, stack_module_state, vmap

from ._checks import check
from ._setup import CLASS_LOSSES, LossFunction, bce
from .losses import LOSSES
from .text import Text

Params = dict[str, Tensor]
Layer = tuple[str, str | None] | Callable[[Tensor], Tensor]

ELEMENTWISE = (
    nn.Identity,
    nn.Sigmoid,
    nn.Tanh,
    nn.ReLU,
    nn.ReLU6,
    nn.LeakyReLU,
    nn.ELU,
    nn.SELU,
    nn.CELU,
    nn.GELU,
    nn.SiLU,
    nn.Mish,
    nn.Softplus,
    nn.Softsign,
    nn.Hardtanh,
    nn.Hardsigmoid,
    nn.Hardswish,
    nn.LogSigmoid,
)
"""Layers that work number by number, so that they do not mind how the numbers are laid out."""

STACKABLE = (
    optim.SGD,
    optim.Adagrad,
    optim.RMSprop,
    optim.Adam,
    optim.AdamW,
    optim.NAdam,
    optim.RAdam,
    optim.Adamax,
    optim.Adadelta,
    optim.ASGD,
    optim.Rprop,
)
"""Optimizers that move each number by its own gradient alone."""

NOT_LINEAR_IN_LR = (optim.ASGD, optim.Rprop)
"""Those of them whose step is not lr times something that lr has no part in."""


def check_stackable(models: Sequence[nn.Module], seeds: Sequence[int]) -> None:
    """Refuse, by name, models that cannot be trained as one."""
    first, name = models[0], "make_model"
    allowed = Text("build a new model at each call", "每次调用都必须构建新的模型")
    check(len(set(map(id, models))) == len(models), name, allowed, Text("the same one again", "同一个模型"))
    random = Text("build no random layers such as dropout (use train)", "不能含随机层；请改用 train")
    buffers = Text("build no layers with buffers (use train)", "不能含带缓冲区的层；请改用 train")
    for path, layer in first.named_modules():
        label = f"{type(layer).__name__} {path!r}" if path else type(layer).__name__
        check(not isinstance(layer, nn.modules.dropout._DropoutNd), name, random, label)
        held = ", ".join(name for name, _ in layer.named_buffers(recurse=False))
        check(not held, name, buffers, f"{label} ({held})")
    same = Text("build the same layers for every seed, of classes defined outside it", "必须为每个种子构建相同的层")
    for model, seed in zip(models, seeds, strict=True):
        alike = type(model) is type(first) and repr(model) == repr(first) and _sizes(model) == _sizes(first)
        got = f"{_line(first)} for seed {seeds[0]} and {_line(model)} for seed {seed}"
        check(alike, name, same, got)


def _sizes(model: nn.Module) -> list[tuple[object, ...]]:
    return [(name, p.shape, p.dtype, p.device, p.requires_grad) for name, p in model.named_parameters()]


def _line(model: nn.Module) -> str:
    return " ".join(repr(model).split())


def check_optimizer(optimizer: optim.Optimizer, *, own_rates: bool) -> None:
    """Refuse, by name, an optimizer that would let one model see another, or whose rate cannot differ by model."""
    name, known = type(optimizer).__name__, ", ".join(kind.__name__ for kind in STACKABLE)
    allowed = Text(
        f"move each number by its own gradient alone to train stacked models, as one of {known}",
        f"必须只按各个数自己的梯度更新，才能把模型合在一起训练，可选：{known}",
    )
    check(isinstance(optimizer, STACKABLE), "optimizer", allowed, name)
    allowed = Text(
        "take steps proportional to lr where each model has its own", "的步长必须与 lr 成正比，各模型才能各用各的 lr"
    )
    check(not own_rates or not isinstance(optimizer, NOT_LINEAR_IN_LR), "optimizer", allowed, name)


class Stack:
    """S models with stacked parameters: their forward pass and their losses.

    Attributes:
        params: The stacked parameters by name, leaves for an optimizer. In a chain, a bias has the shape
            (S, out, 1), so that it can be added to (S, out, batch) as it is.
    """

    def __init__(self, models: Sequence[nn.Module], x: Tensor, y: Tensor, loss_fn: LossFunction) -> None:
        self.model, self.count, self.loss_fn = models[0], len(models), loss_fn
        self.chain = _chain(self.model) if x.ndim == 2 else None
        stacked: Params = stack_module_state(list(models))[0]
        self._columns = {bias for layer in self.chain or () if isinstance(layer, tuple) and (bias := layer[1])}
        self.params = {
            name: leaf.detach().requires_grad_(leaf.requires_grad) for name, leaf in self._arranged(stacked).items()
        }
        # Class numbers have one dimension; any other target of a loss in the table has the shape of the prediction.
        self._classes = loss_fn in CLASS_LOSSES and not y.is_floating_point()
        self._in_table = (loss_fn is bce or loss_fn in LOSSES.values()) and y.ndim == (1 if self._classes else 2)

    def losses(self, x: Tensor, y: Tensor, *, shared: bool) -> Tensor:
        """The losses, shape (S, ...): the mean of what belongs to a model is its loss.

        Args:
            x: A batch for each model, shape (S, B, ...), or one for all of them, shape (B, ...).
            y: The targets likewise.
            shared: Whether the batch is one for all.
        """
        own = None if shared else 0
        if self.chain is None:
            return self._by_vmap(x, y, own)
        h = x.transpose(-1, -2)
        pred = self._forward(self.params, h.expand(self.count, -1, -1) if shared else h)
        if not self._in_table:
            each: Tensor = vmap(self.loss_fn, (0, own))(pred.transpose(1, 2), y)
            return each
        if not self._classes:
            y = y.transpose(-1, -2)
        if shared:
            y = y.expand(self.count, *y.shape)
        return self.loss_fn(pred, y, reduction="none")

    def _by_vmap(self, x: Tensor, y: Tensor, own: int | None) -> Tensor:
        def loss(params: Params, rows: Tensor, targets: Tensor) -> Tensor:
            return self.loss_fn(functional_call(self.model, params, (rows,)), targets)

        each: Tensor = vmap(loss, (0, own, own))(self.params, x, y)
        return each

    def predict(self, params: Params, x: Tensor, *, own: bool = False) -> Tensor:
        """What the S models make of the rows x, (N, ...) or, where each has its own, (S, N, ...).

        `params` as `snapshot` gives them; the result has the shape (S, N, ...).
        """
        if self.chain is None or x.ndim != (3 if own else 2):
            pred: Tensor = vmap(lambda p, rows: functional_call(self.model, p, (rows,)), (0, 0 if own else None))(
                params, x
            )
            return pred
        h = x.transpose(-1, -2)
        return self._forward(self._arranged(params), h if own else h.expand(self.count, -1, -1)).transpose(1, 2)

    def snapshot(self) -> Params:
        """Copies of the parameters as they are now, in the shapes that `torch.func.stack_module_state` gives."""
        copies = {name: leaf.detach().clone() for name, leaf in self.params.items()}
        return {name: copy.squeeze(-1) if name in self._columns else copy for name, copy in copies.items()}

    def _arranged(self, params: Params) -> Params:
        return {name: leaf[:, :, None] if name in self._columns else leaf for name, leaf in params.items()}

    def _forward(self, params: Params, h: Tensor) -> Tensor:
        assert self.chain is not None
        for layer in self.chain:
            if not isinstance(layer, tuple):
                h = layer(h)
            elif layer[1] is None:
                h = torch.bmm(params[layer[0]], h)
            else:
                h = torch.baddbmm(params[layer[1]], params[layer[0]], h)
        return h


def _chain(model: nn.Module) -> list[Layer] | None:
    """The layers in the order of the forward pass, if that order is all there is to it; else None.

    A linear layer is the names of its weight and bias; another layer is a callable for (S, features, batch).
    """
    if any(_hooks(part) for part in model.modules()):
        return None
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    chain: list[Layer] = []
    for layer in _flatten(model):
        if type(layer) is nn.Linear:
            chain.append((names[id(layer.weight)], None if layer.bias is None else names[id(layer.bias)]))
        elif type(layer) in (nn.Softmax, nn.LogSoftmax) and layer.dim in (1, -1):
            chain.append(type(layer)(dim=-2))
        elif type(layer) in ELEMENTWISE:
            chain.append(layer)
        else:
            return None
    return chain


def _hooks(part: nn.Module) -> bool:
    return any((part._forward_hooks, part._forward_pre_hooks, part._backward_hooks, part._backward_pre_hooks))


def _flatten(model: nn.Module) -> Iterator[nn.Module]:
    if isinstance(model, nn.Sequential) and type(model).forward is nn.Sequential.forward:
        for part in model:
            yield from _flatten(part)
    else:
        yield model
