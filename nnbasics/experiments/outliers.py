"""How far outliers pull a fit, by the loss that is fitted with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from .._checks import check_count, check_number
from .._device import resolve_device
from .._setup import one_thread
from ..loss_curves import loss_curve
from ..losses import LOSSES
from ._common import check_seeds, track

FITTED = ("mae", "mse", "smooth_l1", "huber")
SHARES = tuple(place / 20 for place in range(10))
STEPS, SMALLEST = 150, 1e-9
QUICK: dict[str, Any] = {"seeds": range(8), "shares": (0.0, 0.15, 0.3, 0.45)}


@dataclass(frozen=True, eq=False)
class Outliers:
    """A number fitted to data of which a share are outliers.

    Attributes:
        losses: Names of `LOSSES`.
        shares: The shares of outliers, shape (R,).
        off: The fitted number less the true one, 0, for each loss, seed and share, shape (L, S, R).
        theory: The same for infinitely many points, shape (L, R).
        errors: e of the further point, shape (E,).
        pull: How hard it pulls, psi(e) = dL/de by autograd, shape (L, E).
        distance: How far the outliers were moved.
    """

    losses: tuple[str, ...]
    shares: Tensor
    off: Tensor
    theory: Tensor
    errors: Tensor
    pull: Tensor
    distance: float


def outliers(
    *,
    seeds: Sequence[int] = range(32),
    num_rows: int = 201,
    distance: float = 10.0,
    shares: Sequence[float] = SHARES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Outliers:
    """Fit one number to N(0, 1) data of which a share was moved by `distance`, by descent on the mean loss.

    The fit m is where the pulls are in balance: sum_i psi(m - x_i) = 0, which is the mean for MSE and the median for
    MAE. Each fit takes 150 steps of Rprop from the mean, and all arrive: no loss has the better rate.

    Args:
        seeds: Each draws the data; the same data for every loss, and for a larger share the same points and more.
        num_rows: Points, odd, so that the median is one of them.
        distance: How far an outlier is moved.
        shares: The shares of outliers, from 0 to below one half.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `Outliers`, all tensors on the CPU.

    Source:
        Huber (1964), Robust Estimation of a Location Parameter, https://doi.org/10.1214/aoms/1177703732
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    count, far = check_count(num_rows, "num_rows"), check_number(distance, "distance")
    if count % 2 == 0:
        raise ValueError(f"num_rows must be odd, so that there is one median, got {num_rows!r}.")
    parts = [check_number(share, "shares") for share in shares]
    if not parts or not all(0 <= share < 0.5 for share in parts):
        raise ValueError(f"shares must be numbers from 0 to below 0.5, got {shares!r}.")
    generators = (torch.Generator(device="cpu").manual_seed(seed) for seed in seeds)
    # float64: a step at the end of the descent is smaller than float32 can tell of numbers near 10
    clean = torch.stack([torch.randn(count, generator=g, dtype=torch.float64, device="cpu") for g in generators])
    moved = torch.stack([torch.arange(count, device="cpu") < round(share * count) for share in parts])
    data = (clean[:, None, :] + far * moved).to(where)  # (S, R, N)
    errors = torch.linspace(-4, 4, 81, dtype=torch.float64, device="cpu")
    zero = torch.zeros((), dtype=torch.float64, device="cpu")
    exact = moved.double().mean(1)
    with one_thread():
        off = [_fit(name, data).cpu() for name in track(FITTED, progress, "outliers")]
        theory = [_theory(name, exact, far) for name in FITTED]
        pull = [loss_curve(name, errors, zero)[1] for name in FITTED]
    return Outliers(FITTED, exact, torch.stack(off), torch.stack(theory), errors, torch.stack(pull), far)


def _fit(name: str, data: Tensor) -> Tensor:
    """The number m that minimizes the mean loss of each row of data (..., N), shape (...).

    Rprop goes by the gradient's sign alone and halves its step where that turns: in one dimension it closes in on the
    minimum of any of these losses, also of MAE, whose gradient does not fade.
    """
    with torch.inference_mode(False), torch.enable_grad():
        data = data.clone()
        m = data.mean(-1).requires_grad_()
        descent = torch.optim.Rprop([m], lr=0.1, step_sizes=(SMALLEST, 10.0))
        for _ in range(STEPS):
            descent.zero_grad()
            each = LOSSES[name](m[..., None].expand_as(data), data, reduction="none").mean(-1)
            each.backward(torch.ones_like(each))
            descent.step()
        return m.detach()


def _theory(name: str, share: Tensor, distance: float) -> Tensor:
    """The m with E psi(m - x) = 0 for x from (1 - share) N(0, 1) + share N(distance, 1), by bisection."""
    low, high = torch.full_like(share, min(0.0, distance)), torch.full_like(share, max(0.0, distance))
    for _ in range(60):
        m = (low + high) / 2
        above = (1 - share) * _mean_pull(name, m) + share * _mean_pull(name, m - distance) > 0
        low, high = torch.where(above, low, m), torch.where(above, m, high)
    return (low + high) / 2


def _mean_pull(name: str, m: Tensor) -> Tensor:
    """E psi(m - x) for x from N(0, 1), where Phi is its distribution and G(u) = u Phi(u) + phi(u) the integral of it.

    psi(e) is 2e for MSE, the sign for MAE, and for the others e cut off at -1 and 1.
    """
    if name == "mse":
        return 2 * m
    if name == "mae":
        pull: Tensor = 2 * torch.special.ndtr(m) - 1
        return pull
    return _integral(m + 1) - _integral(m - 1) - 1


def _integral(u: Tensor) -> Tensor:
    density = (-u.square() / 2).exp() / math.sqrt(2 * math.pi)
    integral: Tensor = u * torch.special.ndtr(u) + density
    return integral
