"""Surfaces with known minima, and the paths that real optimizers take down them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from ._checks import check, check_count, check_positive, check_tensor, shape_text
from .optimizers import build_optimizer
from .text import Text


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
    check(len(curvatures) > 0, "curvatures", Text("hold at least one number", "必须至少有一个数"), curvatures)
    checked = [check_positive(c, "curvatures") for c in curvatures]

    def surface(point: Tensor) -> Tensor:
        check_tensor(point, "point", last=len(checked), finite=False)
        scale = torch.tensor(checked, dtype=point.dtype, device=point.device)
        return 0.5 * (scale * point**2).sum(dim=-1)

    return surface


def rosenbrock(point: Tensor) -> Tensor:
    """Curved valley f(a, b) = (1 - a)^2 + 100 (b - a^2)^2; its one minimum is 0 at (1, 1).

    Args:
        point: Points (a, b), shape (..., 2), floating-point.

    Returns:
        Heights, shape (...).

    Raises:
        ValueError, TypeError: `point` is of another shape or no floating-point tensor.

    Example:
        >>> rosenbrock(torch.tensor([[1.0, 1.0], [0.0, 0.0]]))
        tensor([0., 1.])

    Source:
        H. H. Rosenbrock, An automatic method for finding the greatest or least value of a function, 1960.
    """
    a, b = check_tensor(point, "point", last=2, finite=False).unbind(-1)
    return (1 - a) ** 2 + 100 * (b - a**2) ** 2


def saddle(point: Tensor) -> Tensor:
    """Saddle f(a, b) = a^2/2 - b^2/2 + b^4/4, level at the origin; its minima are -1/4 at (0, 1) and (0, -1).

    Arguments, result and errors are those of `rosenbrock`.

    Example:
        >>> saddle(torch.tensor([[0.0, 0.0], [0.0, 1.0]]))
        tensor([ 0.0000, -0.2500])
    """
    a, b = check_tensor(point, "point", last=2, finite=False).unbind(-1)
    return a**2 / 2 - b**2 / 2 + b**4 / 4


def himmelblau(point: Tensor) -> Tensor:
    """Four minima of height 0 in f(a, b) = (a^2 + b - 11)^2 + (a + b^2 - 7)^2; one of them is at (3, 2).

    Arguments, result and errors are those of `rosenbrock`.

    Example:
        >>> himmelblau(torch.tensor([[3.0, 2.0], [0.0, 0.0]]))
        tensor([  0., 170.])

    Source:
        D. M. Himmelblau, Applied Nonlinear Programming, 1972.
    """
    a, b = check_tensor(point, "point", last=2, finite=False).unbind(-1)
    return (a**2 + b - 11) ** 2 + (a + b**2 - 7) ** 2


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
        ValueError: `start` is empty, not finite or of another shape; the surface does not return one height
            a point; a learning rate is negative or NaN; the optimizer moves other parameters; `num_steps` < 1.
        TypeError: `surface` or `make_optimizer` is not callable, `start` is not a floating-point tensor, or the
            optimizer wants a closure, as LBFGS does.
        RuntimeError: from torch, where the surface cannot take a point or carries no gradient.

    Example:
        >>> descend(quadratic(1.0), torch.tensor([1.0]), lambda p: torch.optim.SGD(p, lr=0.5), num_steps=2)
        tensor([[1.0000],
                [0.5000],
                [0.2500]])

    Source:
        https://docs.pytorch.org/docs/stable/optim.html#taking-an-optimization-step
    """
    return descend_all(surface, start, {"make_optimizer": make_optimizer}, num_steps=num_steps)["make_optimizer"]


def descend_all(
    surface: Callable[[Tensor], Tensor],
    start: Tensor,
    make_optimizers: Mapping[str, Callable[[list[Tensor]], Any]],
    *,
    num_steps: int,
) -> dict[str, Tensor]:
    """Paths that several optimizers take down one surface, step by step together: one backward serves all of them.

    Args:
        surface, start, num_steps: As in `descend`. With K > 1 optimizers the surface is asked for the heights of
            all of them at once: points of shape (K, D) or (K, N, D).
        make_optimizers: What `descend` takes as `make_optimizer`, by name.

    Returns:
        name -> the path that `descend` gives for that optimizer, bit for bit.

    Raises:
        ValueError, TypeError: as `descend` does.

    Example:
        >>> makers = {"sgd": lambda p: torch.optim.SGD(p, lr=0.5), "adam": lambda p: torch.optim.Adam(p, lr=0.5)}
        >>> {name: path[-1] for name, path in
        ...  descend_all(quadratic(1.0), torch.tensor([1.0]), makers, num_steps=1).items()}
        {'sgd': tensor([0.5000]), 'adam': tensor([0.5000])}
    """
    ends = Text("have shape (D,) or (N, D)", "的形状必须是 (D,) 或 (N, D)")
    check(check_tensor(start, "start").ndim in (1, 2), "start", ends, shape_text(start.shape))
    with torch.inference_mode(False):
        points = [start.detach().clone().requires_grad_() for _ in make_optimizers]
        makers = zip(make_optimizers.values(), points, strict=True)
        optimizers = [build_optimizer(make, [point]) for make, point in makers]
        steps = []
        for _ in range(check_count(num_steps, "num_steps")):
            stacked = torch.stack(points).detach().requires_grad_()
            steps.append(stacked.detach())
            height = heights_at(surface, stacked if len(points) > 1 else stacked[0])  # one alone: in its own shape
            (gradient,) = torch.autograd.grad(height.sum(), stacked)
            for point, optimizer, part in zip(points, optimizers, gradient, strict=True):
                point.grad = part
                optimizer.step()
        steps.append(torch.stack(points).detach())
    return dict(zip(make_optimizers, torch.stack(steps, 1).unbind(), strict=True))


def heights_at(surface: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    """What a surface returns for points of shape (..., D), if that has the shape (...); else ValueError."""
    check(callable(surface), "surface", Text("be a callable from points to heights", "必须可调用"), surface, TypeError)
    heights = surface(points)
    wanted, got = points.shape[:-1], getattr(heights, "shape", None)
    shape = shape_text(wanted)
    allowed = Text(f"return one height a point, shape {shape}", f"必须给每个点返回一个高度，形状 {shape}")
    check(got == wanted, "surface", allowed, type(heights).__name__ if got is None else f"shape {tuple(got)}")
    return heights
