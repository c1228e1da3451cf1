"""Seeded toy data and real digits; a data set of one's own as two tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ._checks import check, check_count, check_positive, shape_text
from ._rng import check_generator
from .text import Text

Data = tuple[Tensor, Tensor]


def moons(num_rows: int = 128, *, noise: float = 0.2, generator: torch.Generator | None = None) -> Data:
    """Two half circles that reach into each other; the rows alternate between class 0 and 1.

    Class 0 is (cos t - 1/2, sin t - 1/4) with t from U(0, pi), class 1 its mirror image through the origin;
    then N(0, noise^2) is added to each coordinate.

    Args:
        num_rows: N, how many points.
        noise: The standard deviation of what is added, >= 0.
        generator: What is drawn from, on the CPU; None means a new one with seed 0.

    Returns:
        `(x, y)`: points of shape (N, 2) in torch.float32, classes of shape (N,) in torch.int64, on the CPU.

    Raises:
        ValueError: a number is out of range.
        TypeError: an argument is of the wrong type.

    Example:
        >>> x, y = moons(100)
        >>> x.shape, y.bincount()
        (torch.Size([100, 2]), tensor([50, 50]))
    """
    generator, rows = check_generator(generator), check_count(num_rows, "num_rows")
    angle = torch.pi * _uniform(generator, rows)
    y = torch.arange(rows, device="cpu") % 2
    upper = torch.stack([angle.cos() - 0.5, angle.sin() - 0.25], dim=1)
    x = torch.where(y[:, None] == 0, upper, -upper)
    return x + _noise(generator, rows, noise), y


def circles(num_rows: int = 128, *, noise: float = 0.1, generator: torch.Generator | None = None) -> Data:
    """A circle of radius 1 (class 0) around one of radius 1/2 (class 1); arguments and result as those of `moons`.

    Example:
        >>> x, y = circles(100, noise=0.0)
        >>> x.norm(dim=1)[:2]
        tensor([1.0000, 0.5000])
    """
    generator, rows = check_generator(generator), check_count(num_rows, "num_rows")
    angle = 2 * torch.pi * _uniform(generator, rows)
    y = torch.arange(rows, device="cpu") % 2
    x = torch.stack([angle.cos(), angle.sin()], dim=1) * (1 - 0.5 * y[:, None].float())
    return x + _noise(generator, rows, noise), y


def spirals(
    num_rows: int = 128, *, noise: float = 0.05, turns: float = 1.25, generator: torch.Generator | None = None
) -> Data:
    """Two spirals, one the other turned by half a circle; `turns` is how far they wind, the rest as in `moons`.

    At the share s of its length, s from U(0, 1), class 0 is at radius 0.1 + 0.9 s and angle 2 pi turns s.

    Example:
        >>> x, y = spirals(100, noise=0.0)
        >>> bool((x.norm(dim=1) <= 1).all())
        True
    """
    generator, rows = check_generator(generator), check_count(num_rows, "num_rows")
    share = _uniform(generator, rows)
    y = torch.arange(rows, device="cpu") % 2
    angle = 2 * torch.pi * check_positive(turns, "turns") * share + torch.pi * y.float()
    x = torch.stack([angle.cos(), angle.sin()], dim=1) * (0.1 + 0.9 * share)[:, None]
    return x + _noise(generator, rows, noise), y


TOYS: dict[str, Callable[..., Data]] = {"moons": moons, "circles": circles, "spirals": spirals}


def digits() -> Data:
    """Scikit-learn's 1,797 handwritten digits of 8 x 8 pixels; they come with it, without a network.

    Returns:
        `(x, y)`: pixels from 0 to 1, shape (1797, 64), torch.float32; classes 0 to 9, shape (1797,), torch.int64.

    Example:
        >>> x, y = digits()
        >>> x.shape, y[:3]
        (torch.Size([1797, 64]), tensor([0, 1, 2]))

    Source:
        https://scikit-learn.org/stable/modules/generated/sklearn.datasets.load_digits.html
    """
    from sklearn.datasets import load_digits  # a slow import that only the digits need

    found: Any = load_digits()
    x = torch.tensor(found.data, dtype=torch.float32, device="cpu") / 16
    return x, torch.tensor(found.target, dtype=torch.int64, device="cpu")


def as_tensors(data: Any, name: str = "data") -> Data:
    """`(x, y)` from a pair of tensors or NumPy arrays, or from a map-style `Dataset` of such rows, all of it in memory.

    Args:
        data: `(x, y)`, as many rows each, or anything with `len` whose items are pairs of a tensor, array or number
            each. Of NumPy arrays, floating-point numbers become torch's default dtype, and integers torch.int64, as
            a model's weights and class indices are.
        name: The argument's name, for the message.

    Raises:
        ValueError: there are not as many rows of x as of y, or a row is no pair.
        TypeError: it is neither.
        RuntimeError: from torch, where it is empty or its rows do not have one shape.

    Example:
        >>> from torch.utils.data import TensorDataset
        >>> as_tensors(TensorDataset(torch.zeros(3, 2), torch.tensor([0, 1, 0])))[1]
        tensor([0, 1, 0])
    """
    pair = isinstance(data, (tuple, list)) and len(data) == 2
    if pair and all(isinstance(t, (Tensor, np.ndarray)) for t in data):
        x, y = map(_as_tensor, data)
    else:
        rows = (
            hasattr(data, "__getitem__")
            and hasattr(data, "__len__")
            and not isinstance(data, (str, Tensor, np.ndarray))
        )
        allowed = Text("be a pair of tensors (x, y) or a Dataset", "必须是一对张量 (x, y) 或 Dataset")
        check(rows, name, allowed, type(data).__name__, TypeError)
        items = [data[i] for i in range(len(data))]
        x, y = torch.stack([_as_tensor(x) for x, _ in items]), torch.stack([_as_tensor(y) for _, y in items])
    allowed = Text("have the same number of rows in x and y, at least one", "中 x 和 y 的行数必须相同，且至少一行")
    check(x.shape[:1] == y.shape[:1] > (0,), name, allowed, f"{shape_text(x.shape)}, {shape_text(y.shape)}")
    return x, y


def _as_tensor(value: Any) -> Tensor:
    """A tensor as it is; NumPy's numbers in the dtype that torch would have made them in."""
    tensor = torch.as_tensor(value)
    if isinstance(value, Tensor) or not isinstance(value, np.ndarray | np.generic):
        return tensor
    return tensor.to(torch.get_default_dtype() if tensor.is_floating_point() else torch.int64)


def split(data: Any, *, share: float = 0.25, generator: torch.Generator | None = None) -> tuple[Data, Data]:
    """Rows to train on and rows to test on, drawn without replacement.

    Args:
        data: What `as_tensors` takes.
        share: The share of the rows that is kept for the test, between 0 and 1.
        generator: What is drawn from, on the CPU; None means a new one with seed 0.

    Returns:
        `((x, y), (test_x, test_y))`.

    Raises:
        ValueError: `share` leaves no row on one of the sides.
        TypeError: an argument is of the wrong type.

    Example:
        >>> (x, y), (test_x, test_y) = split(moons(100), share=0.2)
        >>> len(x), len(test_x)
        (80, 20)
    """
    x, y = as_tensors(data)
    count = round(share * len(x))
    allowed = Text("leave rows on both sides", "必须让两边都有行")
    check(0 < count < len(x), "share", allowed, Text(f"{share!r} of {len(x)} rows", f" {len(x)} 行的 {share!r}"))
    order = torch.randperm(len(x), generator=check_generator(generator), device="cpu").to(x.device)
    kept, held = order[count:], order[:count]
    return (x[kept], y[kept]), (x[held], y[held])


def _uniform(generator: torch.Generator, rows: int) -> Tensor:
    return torch.rand(rows, generator=generator, dtype=torch.float32, device="cpu")


def _noise(generator: torch.Generator, rows: int, noise: float) -> Tensor:
    check(0 <= noise < torch.inf, "noise", Text("be a number >= 0", "必须是不小于 0 的数"), noise)
    return noise * torch.randn(rows, 2, generator=generator, dtype=torch.float32, device="cpu")
