"""Surfaces with a known minimum, and the path that a real optimizer takes down them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim import LBFGS

from ._checks import check_count, check_positive, check_tensor, shape_text, tried
from .optimizers import build_optimizer


def quadratic(*curvatures: float) -> Callable[[Tensor], Tensor]:
    """Bowl f(p) = 1/2 * sum_i c_i * p_i^2, whose minimum is 0 at the origin.

    Args:
        curvatures: c_1 ... c_D, each > 0: the eigenvalues of the Hessian. Their greatest ratio is the condition number.

    Returns:
        A surface: from points of shape (..., D) to heights of shape (...).

    Raises:
        ValueError: no curvature is given, or one is not > 0.

    Example:
        >>> quadratic(1.0, 50.0)(torch.tensor([2.0, 1.0]))
        tensor(27.)
    """
    if not curvatures:
        raise ValueError("curvatures must hold at least one number, got none.")
    checked: Sequence[float] = [check_positive(c, "curvatures") for c in curvatures]

    def surface(point: Tensor) -> Tensor:
        if not isinstance(point, Tensor) or not point.dtype.is_floating_point:
            got = point.dtype if isinstance(point, Tensor) else type(point).__name__
            raise TypeError(f"point must be a floating-point torch.Tensor, got {got}.")
        if point.ndim == 0 or point.shape[-1] != len(checked):
            raise ValueError(
                f"point must have a last dimension of {len(checked)}, one coordinate for each curvature, "
                f"got shape {shape_text(point.shape)}."
            )
        scale = torch.tensor(checked, dtype=point.dtype, device=point.device)
        return 0.5 * (scale * point**2).sum(dim=-1)

    return surface


def descend(
    surface: Callable[[Tensor], Tensor],
    start: Tensor,
    make_optimizer: Callable[[list[Tensor]], Any],
    *,
    num_steps: int,
) -> Tensor:
    """Path that a real `torch.optim` optimizer takes down a surface.

    Args:
        surface: From points of shape (..., D) to heights of shape (...), differentiable by autograd.
        start: One start of shape (D,), or a batch of starts of shape (N, D), which do not influence one another
            under any elementwise optimizer (all of `OPTIMIZERS`). Its dtype and device are the path's.
        make_optimizer: A callable of a list of parameters, e.g. `lambda p: torch.optim.SGD(p, lr=0.1)`.
        num_steps: How many updates.

    Returns:
        The points, shape (num_steps + 1, D) or (num_steps + 1, N, D), the first being the start. A path that
        diverges is returned as it is, up to infinity and NaN.

    Raises:
        ValueError: `start` is empty, not finite or has no dimension; the surface does not return one height
            a point, or carries no gradient; a learning rate is negative or NaN; `num_steps` < 1.
        TypeError: `surface` or `make_optimizer` is not callable, or `start` is not a floating-point tensor.

    Example:
        >>> descend(quadratic(1.0), torch.tensor([1.0]), lambda p: torch.optim.SGD(p, lr=0.5), num_steps=2)
        tensor([[1.0000],
                [0.5000],
                [0.2500]])

    Source:
        https://docs.pytorch.org/docs/stable/optim.html#taking-an-optimization-step
    """
    check_tensor(start, "start")
    if start.ndim not in (1, 2):
        raise ValueError(f"start must have shape (D,) or (N, D), got {shape_text(start.shape)}.")
    num_steps = check_count(num_steps, "num_steps")
    with torch.inference_mode(False), torch.enable_grad():
        point = start.detach().clone().requires_grad_()
        optimizer = build_optimizer(make_optimizer, [point])
        if isinstance(optimizer, LBFGS):
            raise ValueError(
                "make_optimizer must not be LBFGS, whose step wants a closure; any other of torch.optim will do."
            )
        path = [point.detach().clone()]
        for _ in range(num_steps):
            optimizer.zero_grad()
            height = heights_at(surface, point)
            if not height.requires_grad:
                raise ValueError("surface must be differentiable by autograd: its heights carry no gradient.")
            height.sum().backward(inputs=[point])  # the surface may have parameters of its own
            optimizer.step()
            path.append(point.detach().clone())
    return torch.stack(path)


def heights_at(surface: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    """What a surface returns for points of shape (..., D), if that has the shape (...).

    Raises:
        ValueError: the surface raises, or returns something else.
        TypeError: `surface` is not callable.
    """
    if not callable(surface):
        raise TypeError(f"surface must be a callable from points to heights, got {surface!r}.")
    problem = f"surface cannot take points of shape {shape_text(points.shape)} and {points.dtype}"
    heights = tried(lambda: surface(points), problem)
    wanted = points.shape[:-1]
    if not isinstance(heights, Tensor) or heights.shape != wanted:
        got = f"shape {shape_text(heights.shape)}" if isinstance(heights, Tensor) else type(heights).__name__
        raise ValueError(
            f"surface must return one height a point: shape {shape_text(wanted)} "
            f"for points of shape {shape_text(points.shape)}, got {got}."
        )
    return heights
