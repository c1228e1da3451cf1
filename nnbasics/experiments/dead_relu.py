"""How many hidden units end up without any gradient on the data, by learning rate and by initial bias."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from .._checks import check_count, check_number
from .._device import resolve_device
from ..activations import derivative
from ..data import moons
from ..ensemble import train_many
from ..fair import search_lr
from ..training import seeded_model
from ._common import check_seeds, seeds_apart, track

SIDES: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "tanh": nn.Tanh}
RATES = (0.03, 0.1, 0.3, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 20.0, 30.0)
QUICK: dict[str, Any] = {
    "seeds": range(8),
    "num_updates": 100,
    "rates": (0.1, 0.3, 1.0, 3.0, 5.0, 10.0, 30.0),
    "biases": (-3.0, -1.5, 0.0, 1.0),
}


@dataclass(frozen=True, eq=False)
class DeadRelu:
    """Shares of dead hidden units: the activation's derivative is exactly 0 there for every row of the data.

    Attributes:
        activations: Names of the activations, A of them.
        rates: The learning rates, shape (R,).
        dead: The share in each network after training at each of them, all biases 0 at first, shape (A, S, R).
        diverged: The share of networks whose loss became NaN or infinite, shape (A, R); their NaN counts as alive.
        lr: The rate with the lowest final loss for each activation, shape (A,).
        biases: The initial biases, shape (B,).
        bias_lr: The best rate of ReLU from each of them, shape (B,).
        dead_at_start: The share of dead ReLU units before training, shape (S, B).
        dead_after: The same after training at `bias_lr`, shape (S, B).
        theory_at_start: The chance that a ReLU unit is dead before training, shape (B,).
        num_updates: How many updates each network got.
    """

    activations: tuple[str, ...]
    rates: Tensor
    dead: Tensor
    diverged: Tensor
    lr: Tensor
    biases: Tensor
    bias_lr: Tensor
    dead_at_start: Tensor
    dead_after: Tensor
    theory_at_start: Tensor
    num_updates: int


def dead_relu(
    *,
    seeds: Sequence[int] = range(32),
    rates: Sequence[float] = RATES,
    biases: Sequence[float] = (-4.0, -3.0, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0),
    hidden: int = 32,
    num_rows: int = 64,
    num_updates: int = 150,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> DeadRelu:
    """Train networks 2-hidden-2 on two moons by full-batch SGD, and count the units that no row reaches any more.

    A dead ReLU unit gets no gradient, so that it stays as it is: in a network of one hidden layer none comes back to
    life. Tanh has its own way to die: far out float32 rounds it to 1, and its derivative to 0.

    Weights are drawn as Kaiming's normal law says, w = r (cos a, sin a) of N(0, 1) each. A unit with bias b < 0 is
    dead before training if r h(a) <= -b, where h(a) = max_i (x_i1 cos a + x_i2 sin a) says how far the data reach in
    direction a. So the chance is 1 - exp(-b^2 / (2 h(a)^2)), averaged over a; with b >= 0 it is 0, as the moons
    lie all around the origin.

    Args:
        seeds: The networks; best rates are searched with 8 others, by the mean loss of the last updates.
        rates: The learning rates of the first comparison, and those to choose the best from.
        biases: The initial biases of the hidden units in the second.
        hidden: Units of the hidden layer.
        num_rows: Rows of data.
        num_updates: Updates of each network.
        device: Where torch computes, in float32.
        progress: Whether to show a bar with the time left.

    Returns:
        `DeadRelu`, all tensors on the CPU.

    Source:
        He et al. (2015), Delving deep into rectifiers, https://arxiv.org/abs/1502.01852 (the weights);
        Maas, Hannun & Ng (2013), Rectifier nonlinearities improve neural network acoustic models (leaky ReLU)
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    count, updates = check_count(hidden, "hidden"), check_count(num_updates, "num_updates")
    offsets = [check_number(bias, "biases") for bias in biases]
    if not offsets:
        raise ValueError("biases must hold at least one number, got none.")
    x, y = (part.to(where) for part in moons(num_rows))
    others = seeds_apart(seeds, 8)
    settings: dict[str, Any] = {"loss_fn": "cross_entropy", "num_epochs": updates}
    dead, diverged, lr = [], [], []
    for activation in track([*SIDES.values()], progress, "dead-relu"):
        make = partial(_model, count, activation, 0.0, where)
        lr.append(search_lr(make, x, y, rates=rates, seeds=others, **settings).best)
        own = [rate for rate in rates for _ in seeds]
        run = train_many(make, x, y, seeds=[*seeds] * len(rates), lr=own, **settings)
        dead.append(_dead(run.params, x, activation).reshape(len(rates), -1).T)
        diverged.append(run.diverged.cpu().double().reshape(len(rates), -1).mean(1))
    before, after, bias_lr = [], [], []
    for bias in track(offsets, progress, "dead-relu"):
        make = partial(_model, count, nn.ReLU, bias, where)
        bias_lr.append(search_lr(make, x, y, rates=rates, seeds=others, **settings).best)
        run = train_many(make, x, y, seeds=seeds, lr=bias_lr[-1], **settings)
        before.append(_dead(_fresh(make, seeds), x, nn.ReLU))
        after.append(_dead(run.params, x, nn.ReLU))
    table = torch.tensor(offsets, dtype=torch.float64, device="cpu")
    return DeadRelu(
        activations=tuple(SIDES),
        rates=torch.tensor([*rates], dtype=torch.float64, device="cpu"),
        dead=torch.stack(dead),
        diverged=torch.stack(diverged),
        lr=torch.tensor(lr, dtype=torch.float64, device="cpu"),
        biases=table,
        bias_lr=torch.tensor(bias_lr, dtype=torch.float64, device="cpu"),
        dead_at_start=torch.stack(before, 1),
        dead_after=torch.stack(after, 1),
        theory_at_start=_chance(table, x.cpu().double()),
        num_updates=updates,
    )


def _model(hidden: int, activation: type[nn.Module], bias: float, device: torch.device) -> nn.Module:
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)  # drawn on the CPU: the same weights everywhere
    first = linear(2, hidden)
    nn.init.kaiming_normal_(first.weight)
    nn.init.constant_(first.bias, bias)
    return nn.Sequential(first, activation(), linear(hidden, 2)).to(device)


def _fresh(make: Callable[[], nn.Module], seeds: Sequence[int]) -> dict[str, Tensor]:
    """The parameters that training starts from, stacked as those it ends with."""
    models = [seeded_model(make, seed) for seed in seeds]
    return {name: torch.stack([model.state_dict()[name] for model in models]) for name in models[0].state_dict()}


def _dead(params: dict[str, Tensor], x: Tensor, activation: type[nn.Module]) -> Tensor:
    """The share of hidden units whose derivative is 0 for every row, shape (S,)."""
    z = x @ params["0.weight"].transpose(1, 2) + params["0.bias"][:, None]
    return (derivative(activation(), z.nan_to_num(1.0)) == 0).all(1).double().mean(1).cpu()


def _chance(bias: Tensor, x: Tensor) -> Tensor:
    """The chance that a ReLU unit with this bias and weights from N(0, 1) is dead on the rows, shape (B,)."""
    angle = torch.arange(720, dtype=torch.float64, device="cpu") * (2 * torch.pi / 720)
    reach = (x @ torch.stack([angle.cos(), angle.sin()])).max(0).values
    return (1 - (-(bias.clamp(max=0)[:, None] ** 2) / (2 * reach**2)).exp()).mean(1)
