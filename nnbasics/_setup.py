"""What `train` and `train_many` do before and around the loop: checks, one thread, a seeded random state."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

import torch
from torch import Tensor, nn, optim
from torch.nn import functional as F

from ._checks import check_count, check_tensor, shape_text, tried
from ._lookup import lookup, lookup_callable, name_of
from .losses import LOSSES
from .optimizers import OPTIMIZERS, build_optimizer
from .softmax_guard import warn_double_softmax

LossFunction = Callable[..., Tensor]
CLASS_LOSSES = (F.cross_entropy, F.nll_loss)
MODULES: dict[type[nn.Module], str] = {
    nn.L1Loss: "mae",
    nn.MSELoss: "mse",
    nn.SmoothL1Loss: "smooth_l1",
    nn.HuberLoss: "huber",
    nn.BCELoss: "bce",
    nn.BCEWithLogitsLoss: "bce_with_logits",
    nn.CrossEntropyLoss: "cross_entropy",
    nn.NLLLoss: "nll",
}
"""The modules that, made without arguments, are the function of that name in `LOSSES`."""


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


def check_seed(value: object, name: str) -> int:
    """Return `value` if it is an integer that torch takes as a seed."""
    seed = check_count(value, name, minimum=0)
    if seed >= 2**64:
        raise ValueError(f"{name} must be an integer from 0 to 2**64 - 1, got {seed}.")
    return seed


def check_seeds(seeds: object) -> tuple[int, ...]:
    """Return the seeds as a tuple, if they are a sequence of at least one."""
    if not isinstance(seeds, Sequence) or isinstance(seeds, str):
        raise TypeError(f"seeds must be a sequence of integers such as range(32), got {seeds!r}.")
    if len(seeds) == 0:
        raise ValueError("seeds must hold at least one integer, got none.")
    return tuple(check_seed(seed, "seeds") for seed in seeds)


def check_batch_size(value: object, num_rows: int) -> int | None:
    """Return `value` if it is None or an integer from 1 to the number of rows."""
    if value is None:
        return None
    size = check_count(value, "batch_size")
    if size > num_rows:
        raise ValueError(f"batch_size must be None or an integer from 1 to {num_rows}, the rows of x, got {size}.")
    return size


def check_model(value: object, name: str) -> nn.Module:
    """Return `value` if it is an `nn.Module` with parameters that can be trained here and now."""
    if not isinstance(value, nn.Module):
        got = f"the class {value.__name__}" if isinstance(value, type) else f"{value!r} ({type(value).__name__})"
        raise TypeError(f"{name} must be a torch.nn.Module, got {got}.")
    parameters = dict(value.named_parameters())
    if not any(parameter.requires_grad for parameter in parameters.values()):
        raise ValueError(f"{name} must have a parameter with requires_grad=True, got {type(value).__name__} with none.")
    for path, parameter in parameters.items():
        if nn.parameter.is_lazy(parameter):
            raise ValueError(f"{name} must know its sizes: {path!r} is lazy, so run the module on one batch first.")
        if parameter.is_inference():
            raise ValueError(f"{name} must be made outside torch.inference_mode() to be trained: {path!r} was not.")
    return value


def check_data(x: object, y: object) -> tuple[Tensor, Tensor]:
    """Return `(x, y)` without a graph, as many rows each, ready for autograd; checks both."""
    checked = check_tensor(x, "x")
    if not isinstance(y, Tensor):
        raise TypeError(f"y must be a torch.Tensor, got {type(y).__name__}.")
    if y.dtype.is_floating_point:
        check_tensor(y, "y")
    if y.ndim == 0 or checked.ndim == 0 or len(y) != len(checked):
        raise ValueError(
            f"x and y must have as many rows, got x of shape {shape_text(checked.shape)} "
            f"and y of shape {shape_text(y.shape)}."
        )
    if y.device != checked.device:
        raise ValueError(f"y must be on the device of x, {checked.device}, got {y.device}.")
    # A tensor that was made in inference mode can take part in training only as a copy.
    rows, targets = (t.clone() if t.is_inference() else t.detach() for t in (checked, y))
    return rows, targets


def resolve_loss(loss_fn: str | LossFunction) -> LossFunction:
    """The function that a `loss_fn` argument means: one of `LOSSES`, or the caller's own.

    A loss module without arguments, such as `nn.MSELoss()`, is the function of the table. `bce` answers a NaN
    with NaN, where torch raises an error that names neither the model nor the learning rate.
    """
    if isinstance(loss_fn, nn.Module) and type(loss_fn) in MODULES and repr(vars(loss_fn)) == _default(type(loss_fn)):
        loss_fn = MODULES[type(loss_fn)]
    function = lookup_callable(LOSSES, loss_fn, kind="loss_fn")
    return bce if function is F.binary_cross_entropy else function


def _default(kind: type[nn.Module]) -> str:
    return repr(vars(kind()))


def bce(pred: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """`F.binary_cross_entropy` that is NaN for a prediction of NaN, instead of an error for the whole batch."""
    broken = pred.isnan()
    losses = F.binary_cross_entropy(pred.masked_fill(broken, 0.5), target, reduction="none")
    losses = losses.masked_fill(broken, torch.nan)
    return losses if reduction == "none" else losses.mean()


def check_fit(model: nn.Module, x: Tensor, y: Tensor, loss_fn: str | LossFunction, name: str) -> None:
    """Try model and loss on two rows: a misfit is told here, in terms of the arguments.

    The model is tried in eval mode, so that nothing in it moves, and left in training mode.
    """
    devices = {p.device for p in model.parameters()} - {x.device}
    if devices:
        raise ValueError(f"{name} must be on the device of x, {x.device}, got {devices.pop()}.")
    model.eval()
    try:
        pred = tried(lambda: model(x[:2]), f"{name} cannot take x of shape {shape_text(x.shape)}, {x.dtype}")
    finally:
        model.train()
    if not isinstance(pred, Tensor):
        raise TypeError(f"{name} must return a torch.Tensor, got {type(pred).__name__}.")
    warn_double_softmax(model, loss_fn, x[:32])
    function, label = resolve_loss(loss_fn), name_of(loss_fn)
    if function in CLASS_LOSSES and y.dtype == torch.int64 and pred.ndim > 1 and y.numel() > 0:
        low, high = int(y.min()), int(y.max())
        if low < 0 or high >= pred.shape[1]:
            wrong = low if low < 0 else high
            raise ValueError(
                f"y must hold classes from 0 to {pred.shape[1] - 1}, as {name} scores {pred.shape[1]}, got {wrong}."
            )
    problem = (
        f"loss_fn {label!r} cannot compare what {name} returns, shape ({', '.join(['N', *map(str, pred.shape[1:])])}) "
        f"and {pred.dtype}, with y of shape {shape_text(y.shape)} and {y.dtype}"
    )
    with warnings.catch_warnings():  # torch only warns of sizes that broadcast, and then trains something else
        warnings.filterwarnings("error", message="Using a target size")
        loss = tried(lambda: function(pred, y[:2]), problem)
    if not isinstance(loss, Tensor) or loss.ndim != 0:
        got = f"shape {shape_text(loss.shape)}" if isinstance(loss, Tensor) else type(loss).__name__
        raise ValueError(f"loss_fn {label!r} must return one number, shape (), for a batch, got {got}.")
    if not loss.requires_grad:
        raise ValueError(f"loss_fn {label!r} must be differentiable: its result carries no gradient to {name}.")


def make_optimizer(optimizer: object, parameters: list[Tensor], lr: float) -> optim.Optimizer:
    """Build the optimizer that an `optimizer` argument means: a name of `OPTIMIZERS`, or `(parameters, lr=...)`."""
    make = lookup(OPTIMIZERS, optimizer, kind="optimizer") if isinstance(optimizer, str) else optimizer
    if not callable(make):
        raise TypeError(
            f"optimizer must be a name or a callable (parameters, lr=...) such as torch.optim.Adam, "
            f"got {type(optimizer).__name__}. Names: {', '.join(OPTIMIZERS)}."
        )
    built = build_optimizer(lambda tensors: make(tensors, lr=lr), parameters, "optimizer")
    if isinstance(built, optim.LBFGS):
        raise ValueError("optimizer LBFGS cannot be used here: it wants a closure and evaluates a batch many times.")
    return built
