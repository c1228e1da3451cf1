"""Hidden units that start alike stay alike, and do the work of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn, optim

from .._checks import check_count
from .._device import resolve_device
from .._lookup import lookup
from .._rng import check_generator
from ..data import as_tensors, moons
from ..ensemble import train_many
from ..fair import search_lr
from ._common import check_seeds, seeds_apart, track

SIDES = ("zeros", "ones", "random", "one unit")
ACTIVATIONS: dict[str, type[nn.Module]] = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU}
QUICK: dict[str, Any] = {"seeds": range(8), "num_epochs": 40}


@dataclass(frozen=True, eq=False)
class Symmetry:
    """Networks 2-H-1 from weights that are all equal and from random ones.

    Attributes:
        sides: `zeros` and `ones`, which all weights start at; `random`, torch's default law; `one unit`, that law for
            a network with a single hidden unit. All biases start at 0.
        epochs: The epoch at whose end each number stands, shape (E + 1,); 0 is the start.
        distance: The largest distance between two hidden units of a network, as points with two incoming weights, a
            bias and an outgoing weight, shape (3, S, E + 1): there is none for one unit.
        losses: The mean training loss of each epoch, shape (4, S, E).
        rates: The learning rates that were tried, shape (R,).
        scores: The mean score of the search at each of them, shape (4, R).
        lr: The best rate of each side, shape (4,).
        hidden: H.
        activation: What the hidden units do.
    """

    sides: tuple[str, ...]
    epochs: Tensor
    distance: Tensor
    losses: Tensor
    rates: Tensor
    scores: Tensor
    lr: Tensor
    hidden: int
    activation: str


def symmetry(
    *,
    seeds: Sequence[int] = range(32),
    data: Any = None,
    activation: str = "sigmoid",
    hidden: int = 8,
    num_epochs: int = 100,
    batch_size: int = 16,
    rates: Sequence[float] = (0.01, 0.03, 0.1, 0.3, 1.0),
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Symmetry:
    """Train from each start by Adam on mini-batches, at its own best rate, and watch the distance of the hidden units.

    Units with equal weights get equal gradients, so they stay equal: the network sum_h v s(w.x + b) + c = H v s(w.x +
    b) + c computes what one unit with the outgoing weight H v does. With tanh and ReLU zeros are worse: s(0) = 0 and
    v = 0, so that no weight ever has a gradient.

    Args:
        seeds: The models: their random weights and the order of their batches; each rate is searched with 8 others.
        data: A pair of tensors (x, classes 0 or 1) or a `Dataset`; None takes two moons.
        activation: `sigmoid`, `tanh` or `relu`.
        hidden: H, at least 2.
        num_epochs, batch_size: As in `train`.
        rates: The learning rates to choose from.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `Symmetry`, all tensors on the CPU.
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    kind, hidden = lookup(ACTIVATIONS, activation, kind="activation"), check_count(hidden, "hidden", minimum=2)
    x, y = as_tensors(moons(generator=check_generator(None)) if data is None else data)
    x, y = x.to(where, torch.float32), y[:, None].to(where, torch.float32)
    settings: dict[str, Any] = {"loss_fn": "bce_with_logits", "num_epochs": num_epochs, "batch_size": batch_size}
    distance, losses, scores, lr = [], [], [], []
    for side in track(SIDES, progress, "symmetry"):
        make = partial(_model, x.shape[1], 1 if side == "one unit" else hidden, kind, side, where)
        others = seeds_apart(seeds, 8)
        found = search_lr(make, x, y, rates=rates, seeds=others, shared_batches=True, optimizer="adam", **settings)
        watch = _Watch(every=-(-len(x) // batch_size))
        run = train_many(make, x, y, seeds=seeds, lr=found.best, optimizer=watch, **settings)
        if side != "one unit":
            distance.append(torch.stack(watch.seen, dim=1).cpu())
        losses.append(run.losses.reshape(len(seeds), num_epochs, -1).double().mean(2).cpu())
        scores.append(found.scores.mean(1))
        lr.append(found.best)
    return Symmetry(
        sides=SIDES,
        epochs=torch.arange(num_epochs + 1, dtype=torch.float64, device="cpu"),
        distance=torch.stack(distance),
        losses=torch.stack(losses),
        rates=torch.tensor([*rates], dtype=torch.float64, device="cpu"),
        scores=torch.stack(scores),
        lr=torch.tensor(lr, dtype=torch.float64, device="cpu"),
        hidden=hidden,
        activation=activation,
    )


class _Watch:
    """Adam that notes the distance of the hidden units at the start and after every so many steps."""

    def __init__(self, every: int) -> None:
        self.every, self.steps, self.seen = every, 0, list[Tensor]()

    def __call__(self, parameters: list[Tensor], lr: float) -> optim.Optimizer:
        descent = optim.Adam(parameters, lr=lr)

        def note(*_: Any) -> None:
            if self.steps % self.every == 0:
                self.seen.append(_distance(*parameters[:3]))
            self.steps += 1

        note()
        descent.register_step_post_hook(note)
        return descent


def _distance(weight: Tensor, bias: Tensor, out: Tensor) -> Tensor:
    """The largest distance between two units: (S, H, 2), (S, H, 1) and (S, 1, H) give (S,)."""
    units = torch.cat([weight.detach(), bias.detach(), out.detach().mT], dim=2).double()
    return torch.cdist(units, units, compute_mode="donot_use_mm_for_euclid_dist").amax((1, 2))


def _model(inputs: int, hidden: int, kind: type[nn.Module], side: str, device: torch.device) -> nn.Module:
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)  # drawn on the CPU: the same weights everywhere
    model = nn.Sequential(linear(inputs, hidden), kind(), linear(hidden, 1))
    for name, parameter in model.named_parameters():
        if name.endswith("bias"):
            nn.init.zeros_(parameter)
        elif side in ("zeros", "ones"):
            nn.init.constant_(parameter, float(side == "ones"))
    return model.to(device)
