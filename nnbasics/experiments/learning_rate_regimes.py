"""What the learning rate decides, on a bowl and on small networks: to creep, to arrive, to swing, to diverge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .._checks import check_count, shape_text
from .._device import resolve_device
from .._setup import one_thread
from ..data import as_tensors, moons
from ..ensemble import train_many
from ..optimizers import OPTIMIZERS
from ..surfaces import descend_all, quadratic
from ..training import seeded_model
from ._common import check_seeds, track

QUICK: dict[str, Any] = {"seeds": range(8), "num_points": 15, "num_epochs": 100}
LOWEST, HIGHEST = 0.01, 16.0  # the learning rates, as multiples of 1/lambda
POWER_STEPS = 60


@dataclass(frozen=True, eq=False)
class LearningRateRegimes:
    """Gradient descent at learning rates eta, as multiples eta * lambda of the curvature's inverse.

    Attributes:
        multiples: eta * lambda, ascending, shape (R,): the same for the bowl and for every network.
        factors: What a step multiplies the distance to the bowl's minimum by, from each start, shape (S, R).
        swings: Whether the bowl's path changes sides at every step, shape (S, R), torch.bool.
        theory_factors: |1 - eta * lambda|, shape (R,).
        steps: How many steps the path on the bowl takes.
        creeps_below: The multiple below which more than half of the way is left after them: 1 - 2^(-1/steps).
        curvature: The greatest eigenvalue lambda of the Hessian of each network's loss at the start, shape (S,).
        start_loss: The loss of each network at the start, shape (S,).
        final_loss: Its loss at the last update, infinite where it diverged, shape (S, R).
        rose: Whether its loss rose at any update, shape (S, R), torch.bool.
        diverged: Whether it ended above its start, or at no finite number, shape (S, R), torch.bool.
        updates: How many updates the networks make.
    """

    multiples: Tensor
    factors: Tensor
    swings: Tensor
    theory_factors: Tensor
    steps: int
    creeps_below: float
    curvature: Tensor
    start_loss: Tensor
    final_loss: Tensor
    rose: Tensor
    diverged: Tensor
    updates: int


def learning_rate_regimes(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    num_points: int = 33,
    num_steps: int = 20,
    hidden: int = 16,
    num_epochs: int = 200,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> LearningRateRegimes:
    """Descend a bowl from random starts, and train networks on all rows at once, at the same multiples of 1/lambda.

    On f(w) = lambda w^2 / 2 a step is w <- (1 - eta lambda) w: it creeps at tiny rates, comes straight to the minimum
    below 1/lambda, swings across it below 2/lambda, and runs away beyond. A network has a curvature for each
    direction, which changes on the way; here lambda is the greatest at its start.

    Args:
        seeds: The bowl's starts, and the networks.
        data: A pair of tensors (x, y) with y of shape (N, 1), for the mean squared error, or a `Dataset`; None takes
            128 points of `moons` with targets -1 and 1.
        num_points: R, how many learning rates from 0.01/lambda to 16/lambda, in equal ratios.
        num_steps: The steps on the bowl.
        hidden: Units of the network's hidden layer, with tanh.
        num_epochs: The network's updates, each on all rows.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `LearningRateRegimes`, all tensors on the CPU.

    Source:
        LeCun, Bottou, Orr & Mueller (1998), Efficient BackProp, section 4.6: 1/lambda is best, 2/lambda the most.
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    points, num_steps = check_count(num_points, "num_points", minimum=2), check_count(num_steps, "num_steps")
    x, y = (t.to(where) for t in (_signed_moons() if data is None else as_tensors(data)))
    if y.ndim != 2 or not y.is_floating_point():
        raise ValueError(f"data must hold numbers y of shape (N, 1), got shape {shape_text(y.shape)} and {y.dtype}.")
    real = partial(torch.tensor, dtype=torch.float64, device="cpu")
    multiples = torch.logspace(math.log10(LOWEST), math.log10(HIGHEST), points, dtype=torch.float64, device="cpu")
    path = _paths(seeds, multiples.tolist(), num_steps)

    make = partial(_model, x.shape[1], hidden, y.shape[1], where)
    curvature = []
    for seed in track(list(seeds), progress, "learning-rate-regimes"):
        curvature.append(top_curvature(seeded_model(make, seed), x, y, seed=seed))
    lam = real(curvature)
    rates = (multiples / lam[:, None]).flatten()
    run = train_many(
        make, x, y, seeds=[s for s in seeds for _ in multiples], lr=rates, loss_fn="mse", num_epochs=num_epochs
    )
    losses = run.losses.double().cpu().nan_to_num(torch.inf, torch.inf).reshape(len(seeds), points, -1)
    final, start = losses[:, :, -1], losses[:, :, :1]
    return LearningRateRegimes(
        multiples=multiples,
        factors=(path[:, :, -1] / path[:, :, 0]).abs() ** (1 / num_steps),
        swings=(path[:, :, 1:] * path[:, :, :-1] < 0).all(2),
        theory_factors=(1 - multiples).abs(),
        steps=num_steps,
        creeps_below=1 - 0.5 ** (1 / num_steps),
        curvature=lam,
        start_loss=start[:, 0, 0].clone(),
        final_loss=final.clone(),
        rose=(losses[:, :, 1:] > losses[:, :, :-1]).any(2) | final.isinf(),
        diverged=final > start[:, :, 0],
        updates=losses.shape[2],
    )


def _signed_moons() -> tuple[Tensor, Tensor]:
    x, y = moons(128)
    return x, (2 * y - 1).to(torch.float32)[:, None]


def _model(inputs: int, hidden: int, outputs: int, device: torch.device) -> nn.Module:
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)  # drawn on the CPU: the same weights everywhere
    return nn.Sequential(linear(inputs, hidden), nn.Tanh(), linear(hidden, outputs)).to(device)


def _paths(seeds: Sequence[int], rates: Sequence[float], num_steps: int) -> Tensor:
    """The paths on w^2/2, from a start for each seed, by a real SGD for each rate: shape (S, R, num_steps + 1)."""
    starts = [
        torch.randn(1, generator=torch.Generator(device="cpu").manual_seed(seed), dtype=torch.float64, device="cpu")
        for seed in seeds
    ]
    makers = {str(k): partial(OPTIMIZERS["sgd"], lr=rate) for k, rate in enumerate(rates)}
    with one_thread():
        found = descend_all(quadratic(1.0), torch.stack(starts), makers, num_steps=num_steps)
    return torch.stack([path[:, :, 0].T for path in found.values()], dim=1)


def top_curvature(model: nn.Module, x: Tensor, y: Tensor, *, seed: int = 0, num_steps: int = POWER_STEPS) -> float:
    """The Hessian eigenvalue of the mean squared error that is greatest in size, by power iteration.

    v <- H v / |H v|, where H v is the gradient of (gradient . v): a second backward, and never the whole H.

    Args:
        model: A network with differentiable activations.
        x, y: All rows.
        seed: Decides the vector to start with.
        num_steps: How many products H v; at 60 the last one is the eigenvalue to three digits.
    """
    with torch.inference_mode(False), torch.enable_grad(), one_thread():
        x, y = x.clone(), y.clone()  # made in inference mode, autograd could not use them
        params = list(model.parameters())
        slopes = torch.autograd.grad(F.mse_loss(model(x), y), params, create_graph=True)
        slope = torch.cat([part.flatten() for part in slopes])
        generator = torch.Generator(device="cpu").manual_seed(seed)
        v = torch.randn(len(slope), generator=generator, dtype=torch.float32, device="cpu").to(slope)
        size = slope.new_zeros(())
        for _ in range(num_steps):
            v = v / v.norm()
            product = torch.autograd.grad(slope @ v, params, retain_graph=True)
            image = torch.cat([part.flatten() for part in product])
            size, v = image @ v, image
    return float(size)
