"""What is left of the gradient where a prediction is wrong and sure of it, and whether training gets out of there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from .._checks import check_count, check_number, check_positive
from .._device import resolve_device
from .._setup import one_thread
from ..data import moons
from ._common import check_seeds, seeds_apart, track

LOSSES: dict[str, Callable[..., Tensor]] = {
    "bce_with_logits": F.binary_cross_entropy_with_logits,
    "bce": lambda z, target, **how: F.binary_cross_entropy(torch.sigmoid(z), target, **how),
    "mse": lambda z, target, **how: F.mse_loss(torch.sigmoid(z), target, **how),
}
"""Each of a logit z and a target of 0 or 1; the last two take the sigmoid's probability."""

RIGHT = 0.8  # of the rows: a line can put almost nine in ten of the moons into their class
RATES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10000.0)
STARTS = tuple(range(-40, 41, 4))
QUICK: dict[str, Any] = {"seeds": range(8), "starts": range(-40, 41, 8), "num_updates": 100}


@dataclass(frozen=True, eq=False)
class BceSaturation:
    """Three losses after a sigmoid, where the logit is large and has the wrong sign.

    Attributes:
        losses: Names of the losses, L of them.
        logits: z, shape (Z,); the target is 1 where z < 0, else 0, so that each prediction is wrong.
        gradient: dL/dz by autograd in float32, shape (L, Z).
        theory_gradient: The same in exact arithmetic, shape (L, Z): sigma(z) - t, and 2 (sigma(z) - t) sigma'(z).
        one_from, zero_until: From where on float32's sigmoid is exactly 1, and until where it is exactly 0.
        starts: The biases that training starts from, shape (B,).
        rates: The learning rates that were tried, shape (R,).
        lr: The one that was best for each loss and start, shape (L, B); NaN where no model recovered at any.
        updates: After how many updates four fifths of the rows are right for good, shape (L, S, B); infinite: never.
        num_updates: How many updates there were.
    """

    losses: tuple[str, ...]
    logits: Tensor
    gradient: Tensor
    theory_gradient: Tensor
    one_from: float
    zero_until: float
    starts: Tensor
    rates: Tensor
    lr: Tensor
    updates: Tensor
    num_updates: int


def bce_saturation(
    *,
    seeds: Sequence[int] = range(32),
    starts: Sequence[float] = STARTS,
    rates: Sequence[float] = RATES,
    num_updates: int = 300,
    num_rows: int = 64,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> BceSaturation:
    """Differentiate the losses at wrong logits, then train sigma(w.x + b) from where it is wrong on half its rows.

    Of the product (p - t) / (p (1 - p)) * p (1 - p) that autograd forms for BCE after a sigmoid, float32 loses the
    right side first: 1 - p is 0 from z = 24 ln 2 on. On the left p goes on getting smaller, but torch divides by no
    less than 1e-12, so that the gradient fades as 1e12 exp(z) from z = -27.6 on.

    With a bias b far from 0 every row is put into one class, and half of them belong to the other. Gradient descent on
    all rows, for each loss and each start at the rate of `rates` that recovers in the fewest updates, searched with 8
    other seeds: where a loss does not recover, it does not at any of these rates. MSE, whose gradient fades as
    exp(-|z|), would take ever larger ones to get away, and with those it leaps to where it is flat again.

    Args:
        seeds: Each draws its two moons and its weights w from N(0, 1/4).
        starts: The biases b to start from.
        rates: The learning rates to choose from.
        num_updates: How many updates each model gets.
        num_rows: The rows of a model's data.
        device: Where torch computes, in float32.
        progress: Whether to show a bar with the time left.

    Returns:
        `BceSaturation`, all tensors on the CPU.

    Source:
        https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    updates, rows = check_count(num_updates, "num_updates"), check_count(num_rows, "num_rows", minimum=2)
    biases = [check_number(start, "starts") for start in starts]
    tried = [check_positive(rate, "rates") for rate in rates]
    if not biases or not tried:
        raise ValueError(f"starts and rates must hold at least one number, got {starts!r} and {rates!r}.")
    logits = torch.linspace(-40, 40, 321, dtype=torch.float32, device="cpu")
    own, needed = [], []
    with torch.inference_mode(False), torch.enable_grad(), one_thread():
        gradient = torch.stack([_gradient(loss, logits.to(where)) for loss in LOSSES.values()]).cpu()
        others, data = _data(seeds_apart(seeds, 8), rows, where), _data(seeds, rows, where)
        for loss in track([*LOSSES.values()], progress, "bce-saturation"):
            pairs = torch.cartesian_prod(_floats(tried), _floats(biases))
            search = _updates(loss, others, pairs.to(where), updates).reshape(len(tried), len(biases), -1)
            best = _floats(tried)[search.clamp(max=updates + 1).mean(2).argmin(0)]
            needed.append(_updates(loss, data, torch.stack([best, _floats(biases)], 1).to(where), updates).T)
            own.append(best.masked_fill(search.isinf().all(2).all(0), torch.nan))
    return BceSaturation(
        losses=tuple(LOSSES),
        logits=logits,
        gradient=gradient,
        theory_gradient=_theory(logits.double()),
        one_from=_edge(lambda z: float(torch.sigmoid(_floats([z]).to(where))) == 1, 0.0, 40.0),
        zero_until=-_edge(lambda z: float(torch.sigmoid(_floats([-z]).to(where))) == 0, 0.0, 200.0),
        starts=_floats(biases),
        rates=_floats(tried),
        lr=torch.stack(own),
        updates=torch.stack(needed),
        num_updates=updates,
    )


def _floats(values: Sequence[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float32, device="cpu")


def _gradient(loss: Callable[..., Tensor], z: Tensor) -> Tensor:
    z = z.clone().requires_grad_()
    (slope,) = torch.autograd.grad(loss(z, (z < 0).float(), reduction="sum"), z)
    return slope


def _theory(z: Tensor) -> Tensor:
    """dL/dz of each loss, from float64: sigma(z) - 1 is -sigma(-z), which loses no digits."""
    off = torch.where(z < 0, -torch.sigmoid(-z), torch.sigmoid(z))
    return torch.stack([off, off, 2 * off * torch.sigmoid(z) * torch.sigmoid(-z)])


def _edge(reached: Callable[[float], bool], low: float, high: float) -> float:
    """The least number at which `reached` holds, by halving the interval."""
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _data(seeds: Sequence[int], rows: int, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """Each seed's rows (S, N, 2), targets (S, N) and first weights (S, 2, 1)."""
    drawn = []
    for seed in seeds:
        generator = torch.Generator(device="cpu").manual_seed(seed)
        x, y = moons(rows, generator=generator)
        drawn.append((x, y.float(), torch.randn(2, 1, generator=generator, dtype=torch.float32, device="cpu") / 2))
    x, y, w = (torch.stack(parts).to(device) for parts in zip(*drawn, strict=True))
    return x, y, w


def _updates(
    loss: Callable[..., Tensor], data: tuple[Tensor, Tensor, Tensor], pairs: Tensor, num_updates: int
) -> Tensor:
    """How many updates each of P pairs (rate, start) takes for each seed's data, shape (P, S); infinite: too many.

    All P * S models at once: the gradient of the sum of their losses is each one's own.
    """
    copies = len(pairs)
    x, y, w = (part.repeat(copies, *[1] * (part.ndim - 1)) for part in data)
    rate, b = pairs.repeat_interleave(len(data[0]), dim=0).split(1, dim=1)
    w, b = w.requires_grad_(), b.clone().requires_grad_()
    needed = torch.zeros(len(x), dtype=torch.float32, device=x.device)
    for done in range(num_updates + 1):
        z = torch.bmm(x, w).squeeze(2) + b
        wrong = ((z > 0) == (y > 0)).float().mean(1) < RIGHT
        needed[wrong] = done + 1.0
        to_w, to_b = torch.autograd.grad(loss(z, y, reduction="none").mean(1).sum(), (w, b))
        with torch.no_grad():
            w -= rate[:, :, None] * to_w
            b -= rate * to_b
    return needed.masked_fill(needed > num_updates, torch.inf).reshape(copies, -1).cpu()
