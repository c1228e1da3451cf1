"""How many steps a ravine costs with and without momentum, against the rates that theory calls best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor

from .._checks import check_number
from .._device import resolve_device
from .._setup import one_thread
from ..optimizers import OPTIMIZERS
from ..surfaces import descend_all, quadratic
from ._common import check_seeds, track

SIDES = ("sgd", "momentum")
QUICK: dict[str, Any] = {"seeds": range(8), "conditions": (1.0, 10.0, 100.0, 1000.0), "num_lrs": 20, "num_betas": 10}


@dataclass(frozen=True, eq=False)
class MomentumRates:
    """The factor by which a step shortens the distance to the minimum of a quadratic, in the long run.

    Attributes:
        sides: Names of `OPTIMIZERS`: gradient descent, and the heavy ball.
        conditions: The condition numbers kappa, ascending, shape (K,).
        rates: The measured factor at the settings that theory calls best, from each seed's start, shape (2, K, S).
        theory: (kappa - 1)/(kappa + 1), and (sqrt(kappa) - 1)/(sqrt(kappa) + 1), shape (2, K).
        condition: The condition number of the search.
        betas, lrs: What was searched, shapes (B,) and (R,): equal differences, and equal ratios.
        found: The measured factor at each of them, its median over the starts, shape (B, R).
        theory_by_beta: The factor at the best learning rate that there is for each momentum, shape (B,).
        best: Momentum and learning rate of the smallest factor found, shape (2,).
        predicted: Those that theory calls best, shape (2,).
    """

    sides: tuple[str, ...]
    conditions: Tensor
    rates: Tensor
    theory: Tensor
    condition: float
    betas: Tensor
    lrs: Tensor
    found: Tensor
    theory_by_beta: Tensor
    best: Tensor
    predicted: Tensor


def momentum_rates(
    *,
    seeds: Sequence[int] = range(32),
    conditions: Sequence[float] = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0),
    condition: float = 100.0,
    num_betas: int = 20,
    num_lrs: int = 40,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> MomentumRates:
    """Step torch's SGD without and with momentum down `quadratic(1, kappa)` and measure how fast the distance falls.

    For curvatures m <= L and kappa = L/m, gradient descent is fastest at lr = 2/(m + L), the heavy ball at
    lr = (2/(sqrt(m) + sqrt(L)))^2 with momentum beta = ((sqrt(kappa) - 1)/(sqrt(kappa) + 1))^2. There the recurrence
    of the heavy ball has a double root r = sqrt(beta): the distance falls as t * r^t, not as r^t. So its factor is
    measured from distance / t, between 50 and 100 times as many steps as the distance needs for a factor 1/e; that
    of gradient descent from the distance. All of it in torch.float64.

    A second measurement searches momentum and learning rate together: the factor there is that between the largest
    distances of two stretches, since a distance that oscillates may be small at one step by chance.

    Args:
        seeds: A start each, drawn from N(0, 1).
        conditions: The condition numbers, ascending, each >= 1.
        condition: That of the search, > 1.
        num_betas, num_lrs: How many to search, >= 2.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `MomentumRates`, all tensors on the CPU.

    Source:
        B. T. Polyak, Some methods of speeding up the convergence of iteration methods, 1964;
        https://distill.pub/2017/momentum/
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    kappas = [check_number(kappa, "conditions") for kappa in conditions]
    if not kappas or kappas[0] < 1 or sorted(set(kappas)) != kappas:
        raise ValueError(f"conditions must be ascending numbers >= 1, got {conditions!r}.")
    with torch.inference_mode(False), one_thread():  # the search's surface holds tensors of ours
        starts = torch.stack([_start(seed) for seed in seeds]).to(where)
        measured = [_rates(kappa, starts) for kappa in track(kappas, progress, "momentum-rates")]
        betas, lrs = _grid(check_number(condition, "condition"), num_betas, num_lrs)
        found = _search(condition, betas, lrs, starts)
    row, column = divmod(int(found.argmin()), found.shape[1])
    return MomentumRates(
        sides=SIDES,
        conditions=_numbers(kappas),
        rates=torch.stack(measured, dim=1).cpu(),
        theory=_numbers([[(k - 1) / (k + 1) for k in kappas], [_heavy(k)[2] for k in kappas]]),
        condition=float(condition),
        betas=betas,
        lrs=lrs,
        found=found,
        theory_by_beta=_numbers([_best_factor(condition, beta) for beta in betas.tolist()]),
        best=torch.stack([betas[row], lrs[column]]),
        predicted=_numbers(_heavy(condition)[1::-1]),
    )


def steps_per_e(rates: Tensor) -> Tensor:
    """The steps that a distance needs to fall by the factor e where each step multiplies it by `rates`: -1/ln(rate)."""
    return -1 / rates.log()


def _heavy(kappa: float) -> tuple[float, float, float]:
    """The best lr and momentum of the heavy ball for curvatures 1 and kappa, and the factor that they give."""
    root = math.sqrt(kappa)
    factor = (root - 1) / (root + 1)
    return (2 / (1 + root)) ** 2, factor**2, factor


def _rates(kappa: float, starts: Tensor) -> Tensor:
    """The measured factors of both sides at their best settings, shape (2, S)."""
    lr, beta, _ = _heavy(kappa)
    makers = {
        "sgd": partial(OPTIMIZERS["sgd"], lr=2 / (1 + kappa)),
        "momentum": partial(OPTIMIZERS["momentum"], lr=lr, momentum=beta),
    }
    unit = max(1.0, math.sqrt(kappa) / 2)  # steps for a factor 1/e, about
    early, late = math.ceil(50 * unit), math.ceil(100 * unit)
    paths = descend_all(quadratic(1.0, kappa), starts, makers, num_steps=late)
    result = []
    for side, path in paths.items():
        first, last = path[early].norm(dim=-1), path[late].norm(dim=-1)
        if side == "momentum":
            first, last = first / early, last / late
        ratio = torch.where(last == 0, 0.0, last / first)  # a start may arrive, as every one does at kappa = 1
        result.append(ratio ** (1 / (late - early)))
    return torch.stack(result)


def _grid(condition: float, num_betas: int, num_lrs: int) -> tuple[Tensor, Tensor]:
    """Momentum from 0 to 0.95, and rates from 1/4 to the largest that any momentum bears, 4/L, of theory's best."""
    lr, _, _ = _heavy(condition)
    betas = torch.linspace(0.0, 0.95, num_betas, dtype=torch.float64, device="cpu")
    share = torch.linspace(0.0, 1.0, num_lrs, dtype=torch.float64, device="cpu")
    low, high = lr / 4, 4 / condition
    return betas, low * (high / low) ** share


def _search(condition: float, betas: Tensor, lrs: Tensor, starts: Tensor) -> Tensor:
    """The measured factors over the grid, shape (B, R): a batch of all starts at all rates for each momentum.

    Multiplying the surface by the rate and stepping at lr = 1 is SGD at that rate.
    """
    scale = lrs.to(starts).repeat_interleave(len(starts))
    bowl = quadratic(1.0, condition)
    makers = {f"{beta:g}": partial(OPTIMIZERS["momentum"], lr=1.0, momentum=beta) for beta in betas.tolist()}
    steps, stretch = 400, 100
    paths = descend_all(lambda p: scale * bowl(p), starts.repeat(len(lrs), 1), makers, num_steps=steps)
    rows = []
    for path in paths.values():
        distance = path.norm(dim=-1)
        first, last = (distance[end - stretch : end].max(dim=0).values for end in (steps // 2, steps))
        factor = (last / first) ** (2 / steps)
        rows.append(factor.reshape(len(lrs), -1).nan_to_num(torch.inf).median(dim=1).values)
    return torch.stack(rows).cpu()


def _best_factor(kappa: float, beta: float) -> float:
    """The larger root of z^2 - (1 + beta - lr) z + beta at lr = 2 (1 + beta)/(1 + kappa), the best for this momentum.

    Both curvatures then have roots of one size: real ones for little momentum, else complex ones, of size sqrt(beta).
    """
    middle = (1 + beta) * (kappa - 1) / (kappa + 1)
    return (middle + math.sqrt(max(middle**2 - 4 * beta, 0.0))) / 2 if middle**2 > 4 * beta else math.sqrt(beta)


def _start(seed: int) -> Tensor:
    generator = torch.Generator(device="cpu").manual_seed(seed)
    return torch.randn(2, generator=generator, dtype=torch.float64, device="cpu")


def _numbers(values: Sequence[Any]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64, device="cpu")
