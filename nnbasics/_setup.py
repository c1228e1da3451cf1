"""What `train` and `train_many` do before and around the loop: checks, one thread, a seeded random state."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F

from ._checks import check, check_count, check_tensor, shape_text, told
from ._layers import check_module, unregistered
from ._lookup import key_of, lookup, lookup_callable, name_of
from .data import as_tensors
from .loss_curves import is_one_of
from .losses import LOSSES
from .optimizers import OPTIMIZERS, build_optimizer
from .softmax_guard import warn_softmax_in
from .text import Text

LossFunction = Callable[..., Tensor]
LOSS_MODULES: tuple[type[nn.Module], ...] = (
    nn.L1Loss,
    nn.MSELoss,
    nn.SmoothL1Loss,
    nn.HuberLoss,
    nn.BCELoss,
    nn.BCEWithLogitsLoss,
    nn.CrossEntropyLoss,
    nn.NLLLoss,
)
"""The modules that, made without arguments, are the function of `LOSSES` that has their name."""
SAME_SHAPE: tuple[Callable[..., object], ...] = (
    F.l1_loss,
    F.mse_loss,
    F.smooth_l1_loss,
    F.huber_loss,
    *LOSS_MODULES[:4],
)
"""Losses that only warn of a target whose shape differs, and then train on what broadcasting makes of the two."""
CLASS_LOSSES = (F.cross_entropy, F.nll_loss, nn.CrossEntropyLoss, nn.NLLLoss)


@contextmanager
def one_thread() -> Iterator[None]:
    """A context in which torch computes on one thread: for models this small, a second one only gets in the way."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """A context with torch's global random state seeded, on the CPU and CUDA; afterwards it is what it was."""
    cuda = torch.cuda.is_initialized()
    with torch.random.fork_rng(devices=range(torch.cuda.device_count()) if cuda else []):
        torch.default_generator.manual_seed(seed)
        if cuda:
            torch.cuda.manual_seed_all(seed)
        yield


def seconds_since(start: float, device: torch.device) -> float:
    """Seconds since `perf_counter()` was `start`, the work that a GPU still has queued included."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return perf_counter() - start


def count_epochs(num_epochs: int, progress: bool, title: str) -> Iterable[int]:
    """`range(num_epochs)`, with a bar that shows the time left when `progress` is true."""
    if not progress:
        return range(num_epochs)
    from tqdm import tqdm  # an import that only the bar needs

    return tqdm(range(num_epochs), desc=title, unit="epoch")


def check_seed(value: object, name: str = "seed") -> int:
    """Return `value` if it is an integer that torch takes as a seed; of one too large it says only "overflow"."""
    seed = check_count(value, name, minimum=0)
    check(seed < 2**64, name, Text("be an integer from 0 to 2**64 - 1", "必须是 0 到 2**64 - 1 的整数"), seed)
    return seed


def check_seeds(seeds: Any) -> tuple[int, ...]:
    """Return the seeds as a tuple, if they are a sequence of at least one."""
    allowed = Text("be a sequence of integers such as range(32)", "必须是整数序列，例如 range(32)")
    check(isinstance(seeds, Sequence) and not isinstance(seeds, str), "seeds", allowed, repr(seeds), TypeError)
    check(len(seeds) > 0, "seeds", Text("hold at least one integer", "至少要有一个整数"), Text("none", "一个也没有"))
    return tuple(check_seed(seed, "seeds") for seed in seeds)


def check_batch_size(value: object, num_rows: int) -> int | None:
    """Return `value` if it is None or an integer from 1 to the number of rows."""
    size = None if value is None else check_count(value, "batch_size")
    allowed = Text(
        f"be None or an integer from 1 to {num_rows}, the rows of x",
        f"必须是 None 或 1 到 {num_rows}（x 的行数）的整数",
    )
    check(size is None or size <= num_rows, "batch_size", allowed, size)
    return size


def check_model(value: object, name: str) -> nn.Module:
    """Return `value` if it is an `nn.Module` with parameters that can be trained; for the rest torch speaks."""
    model = check_module(value, name)
    allowed = Text("have a parameter with requires_grad=True", "至少要有一个 requires_grad=True 的参数")
    trainable = any(parameter.requires_grad for parameter in model.parameters())
    check(trainable, name, allowed, Text(f"{type(model).__name__} with none", f" {type(model).__name__}，一个也没有"))
    return model


def check_rows(x: Any, y: Any, *, of: str = "") -> tuple[Tensor, Tensor]:
    """`(x, y)` as tensors without a graph, ready for autograd, if all of their numbers are finite.

    Of NaN torch says nothing, and a model that has met it is lost.
    """
    allowed = Text("be a torch.Tensor or a NumPy array", "必须是 torch.Tensor 或 NumPy 数组")
    for name, values in (("x", x), ("y", y)):
        check(isinstance(values, Tensor | np.ndarray), of + name, allowed, type(values).__name__, TypeError)
    found = as_tensors((x, y), "(x, y)")
    for name, values in zip(("x", "y"), found, strict=True):
        if values.is_floating_point():
            check_tensor(values, of + name)
    # A tensor that was made in inference mode can take part in training only as a copy.
    rows, targets = (t.clone() if t.is_inference() else t.detach() for t in found)
    return rows, targets


def resolve_loss(loss_fn: str | LossFunction) -> LossFunction:
    """The function that a `loss_fn` argument means: one of `LOSSES`, or the caller's own.

    A loss module without arguments, such as `nn.MSELoss()`, is the function of the table. `bce` answers a NaN
    with NaN, where torch raises an error that names neither the model nor the learning rate.
    """
    kind = type(loss_fn)
    if kind in LOSS_MODULES and repr(vars(loss_fn)) == repr(vars(kind())):
        loss_fn = kind.__name__
    function = lookup_callable(LOSSES, loss_fn, kind="loss_fn")
    return bce if function is F.binary_cross_entropy else function


def bce(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """`F.binary_cross_entropy` that is NaN for a prediction of NaN, instead of an error for the whole batch."""
    broken = pred.isnan()
    losses = F.binary_cross_entropy(pred.masked_fill(broken, 0.5), target, reduction="none")
    losses = losses.masked_fill(broken, torch.nan)
    return losses if reduction == "none" else losses.mean()


PROBABILITY, LOGIT = (bce, nn.BCELoss), (F.binary_cross_entropy_with_logits, nn.BCEWithLogitsLoss)


def check_first_batch(model: nn.Module, loss_fn: LossFunction, pred: Tensor, target: Tensor, data: Any = None) -> None:
    """Refuse, or warn of, what torch would let pass in silence, or answer on a GPU with an error that ends the program.

    Args:
        model: What made the prediction, for the warning.
        loss_fn: The loss, as `resolve_loss` gives it.
        pred, target: The prediction for a batch, and its targets.
        data: All rows and targets in a list of one batch, where they are known.
    """
    for where, held, _ in unregistered(model):
        kind = type(held).__name__
        text = Text(
            f"model.{where} is a plain {kind}: torch does not know of the layers in it, and they will not be trained. "
            "nn.ModuleList or nn.ModuleDict registers them.",
            f"model.{where} 是普通的 {kind}：torch 不知道其中的层，它们不会被训练。"
            "请用 nn.ModuleList 或 nn.ModuleDict。",
        )
        warnings.warn(text.here, UserWarning, stacklevel=3)
    if not isinstance(pred, Tensor) or pred.device != target.device:
        return  # torch says so itself
    if is_one_of(loss_fn, SAME_SHAPE):
        shape, loss = shape_text(pred.shape), name_of(loss_fn)
        allowed = Text(
            f"have the shape of what the model returns, here {shape}: {loss} would broadcast it",
            f"的形状必须和模型的输出相同，这里是 {shape}，否则 {loss} 会做广播",
        )
        check(pred.shape == target.shape, "y", allowed, shape_text(target.shape))
    if not is_one_of(loss_fn, CLASS_LOSSES):
        return
    every = data[0][1] if isinstance(data, list) else target
    if every.dtype == torch.int64 and pred.ndim > 1:
        classes, ignored = pred.shape[1], getattr(loss_fn, "ignore_index", -100)
        wrong = every[((every < 0) | (every >= classes)) & (every != ignored)][:1].tolist()
        allowed = Text(
            f"hold classes from 0 to {classes - 1}, as the model scores {classes}",
            f"必须是 0 到 {classes - 1} 的类别（模型给 {classes} 类打分）",
        )
        check(not wrong, "y", allowed, wrong and wrong[0])
    if is_one_of(loss_fn, (F.cross_entropy, nn.CrossEntropyLoss)):
        warn_softmax_in(pred, type(model).__name__, stacklevel=4)


def right_rows(pred: Tensor, target: Tensor, loss_fn: LossFunction) -> Tensor | None:
    """Which rows of a prediction are put into the right class, shape (N,); None where they have no classes.

    The class is that of the highest score or, with the two binary cross-entropies, whether the probability is above
    1/2, which is a logit above 0.
    """
    if target.dtype == torch.int64 and pred.ndim == target.ndim + 1 > 1 and pred.shape[1] > 1:
        return pred.argmax(1) == target
    if is_one_of(loss_fn, PROBABILITY + LOGIT):
        return (pred > (0.5 if is_one_of(loss_fn, PROBABILITY) else 0)) == (target > 0.5)
    return None


def make_optimizer(optimizer: Any, parameters: list[Tensor], lr: float) -> optim.Optimizer:
    """Build the optimizer that an `optimizer` argument means: a name of `OPTIMIZERS`, or `(parameters, lr=...)`."""
    if isinstance(optimizer, str):
        optimizer = lookup(OPTIMIZERS, key_of(OPTIMIZERS, optimizer), kind="optimizer")
    allowed = Text(
        "be a name or a callable (parameters, lr=...) such as torch.optim.Adam",
        "必须是名字或可调用对象 (parameters, lr=...)，例如 torch.optim.Adam",
    )
    check(callable(optimizer), "optimizer", allowed, told(optimizer), TypeError)
    built = build_optimizer(lambda tensors: optimizer(tensors, lr=lr), parameters, "optimizer")
    allowed = Text("be one whose step needs no closure", "必须是更新时不需要闭包（closure）的")
    check(not isinstance(built, optim.LBFGS), "optimizer", allowed, "LBFGS")
    return built
