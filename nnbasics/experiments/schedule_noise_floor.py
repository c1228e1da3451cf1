"""What a learning rate that decays is good for under noisy gradients: the floor that a constant one stays on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import LambdaLR

from .._checks import check_count, check_positive
from .._device import resolve_device
from .._setup import one_thread
from ..data import moons
from ..ensemble import train_many
from ..fair import search_lr
from ..optimizers import OPTIMIZERS
from ..schedulers import SCHEDULERS, trace_lr
from ._common import check_seeds, seeds_apart, track

SIDES = ("constant", "step", "exponential", "cosine")
START = 10.0  # where every copy of the bowl's descent begins
COPIES = 256  # of the bowl's descent for each seed: their mean square is the error
QUICK: dict[str, Any] = {"seeds": range(8), "num_steps": 200, "num_epochs": 12}


@dataclass(frozen=True, eq=False)
class ScheduleNoiseFloor:
    """A constant learning rate against three that decay: on a noisy bowl, and for networks on two data sets.

    Attributes:
        sides: The constant rate, then the schedules by their names in `SCHEDULERS`.
        steps: The steps of the bowl at which the error is taken, shape (T,).
        errors: The mean of w^2 over 256 copies of the descent, shape (4, S, T).
        theory_errors: Its expectation, shape (4, T).
        theory_floor: Where it comes to rest at a constant rate.
        bowl_lr: The rate that all sides begin with on the bowl.
        noises: The noise of each data set, shape (2,).
        epochs: The epoch at whose end each loss stands, shape (E,).
        losses: The mean loss of the batches of each epoch, shape (2, 4, S, E).
        final: The loss on all rows of the trained networks, shape (2, 4, S).
        rates: The first learning rates that were tried, shape (R,).
        scores: The mean score of the search at each of them, shape (2, 4, R).
        lr: The best of them for each side, shape (2, 4).
    """

    sides: tuple[str, ...]
    steps: Tensor
    errors: Tensor
    theory_errors: Tensor
    theory_floor: float
    bowl_lr: float
    noises: Tensor
    epochs: Tensor
    losses: Tensor
    final: Tensor
    rates: Tensor
    scores: Tensor
    lr: Tensor


def schedule_noise_floor(
    *,
    seeds: Sequence[int] = range(32),
    bowl_lr: float = 0.2,
    num_steps: int = 400,
    noises: tuple[float, float] = (0.3, 0.1),
    hidden: int = 16,
    num_epochs: int = 40,
    batch_size: int = 8,
    rates: Sequence[float] = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4),
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> ScheduleNoiseFloor:
    """Descend a bowl whose gradient carries noise, and train networks on mini-batches, with and without decay.

    On the bowl the gradient is lambda w + sigma xi, xi from N(0, 1), here with lambda = sigma = 1. A step at the rate
    eta makes of the error v = E[w^2] the error (1 - eta lambda)^2 v + eta^2 sigma^2. At a constant rate that comes to
    rest where both are equal, at eta sigma^2 / (lambda (2 - eta lambda)); the floor sinks with eta. A step halves the
    rate and more four times, the exponential takes it to a fiftieth, the cosine to 0.

    Args:
        seeds: The bowl's noise, and the networks; the search takes 4 others.
        bowl_lr: eta, the rate that all sides begin with on the bowl, below 2.
        num_steps: The steps on the bowl.
        noises: The noise of `moons`, for each data set: at 0.3 the classes overlap, at 0.1 they do not.
        hidden: Units of the networks' hidden layer.
        num_epochs, batch_size: As in `train`.
        rates: The rates to begin with that the search chooses from, for each side by itself.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        `ScheduleNoiseFloor`, all tensors on the CPU.

    Raises:
        ValueError: `bowl_lr` is 2 or more, where the bowl has no floor; other settings are out of range.
    """
    seeds, where = check_seeds(seeds), resolve_device(device)
    num_steps, epochs = check_count(num_steps, "num_steps", minimum=10), check_count(num_epochs, "num_epochs")
    if check_positive(bowl_lr, "bowl_lr") >= 2:
        raise ValueError(f"bowl_lr must be below 2, where descent on the bowl diverges, got {bowl_lr!r}.")
    if len(noises) != 2:
        raise ValueError(f"noises must hold two numbers, one for each data set, got {noises!r}.")
    marks = torch.linspace(0, num_steps, 41, dtype=torch.float64, device="cpu").round().long().unique()
    errors = _noisy_descent(seeds, bowl_lr, num_steps)[:, :, marks]
    theory = torch.stack(
        [expected_errors(trace_lr(make, lr=bowl_lr, num_steps=num_steps)) for make in _makers(num_steps)]
    )

    losses, final, scores, lr = [], [], [], []
    for noise, make_scheduler in track(
        [(n, s) for n in noises for s in _makers(epochs)], progress, "schedule-noise-floor"
    ):
        x, y = (t.to(where) for t in moons(256, noise=noise))
        make = partial(_model, hidden, where)
        settings: dict[str, Any] = {
            "loss_fn": "cross_entropy", "num_epochs": epochs, "batch_size": batch_size, "scheduler": make_scheduler
        }  # fmt: skip
        found = search_lr(make, x, y, rates=rates, seeds=seeds_apart(seeds, 4), shared_batches=True, **settings)
        run = train_many(make, x, y, seeds=seeds, lr=found.best, **settings)
        losses.append(run.losses.reshape(len(seeds), epochs, -1).double().mean(2).cpu())
        scored = run.predict(x).transpose(1, 2)  # classes in dimension 1
        each = F.cross_entropy(scored, y.expand(len(seeds), -1), reduction="none")
        final.append(each.double().mean(1).cpu())
        scores.append(found.scores.mean(1))
        lr.append(found.best)
    sizes = (len(noises), len(SIDES), -1)
    real = partial(torch.tensor, dtype=torch.float64, device="cpu")
    return ScheduleNoiseFloor(
        sides=SIDES,
        steps=marks.double(),
        errors=errors,
        theory_errors=theory[:, marks],
        theory_floor=bowl_lr / (2 - bowl_lr),
        bowl_lr=bowl_lr,
        noises=real([*noises]),
        epochs=torch.arange(1, epochs + 1, dtype=torch.float64, device="cpu"),
        losses=torch.stack(losses).reshape(*sizes[:2], len(seeds), epochs),
        final=torch.stack(final).reshape(sizes),
        rates=real([*rates]),
        scores=torch.stack(scores).reshape(sizes),
        lr=real(lr).reshape(sizes[:2]),
    )


def _makers(length: int) -> list[Callable[[Any], Any]]:
    """The schedulers of the sides, for a run of so many steps or epochs."""
    return [
        partial(LambdaLR, lr_lambda=lambda _: 1.0),
        partial(SCHEDULERS["step"], step_size=max(1, length // 5), gamma=0.4),
        partial(SCHEDULERS["exponential"], gamma=0.02 ** (1 / length)),
        partial(SCHEDULERS["cosine"], T_max=length),
    ]


def _noisy_descent(seeds: Sequence[int], lr: float, num_steps: int) -> Tensor:
    """The mean of w^2 over the copies, at the start and after each step, shape (4, S, num_steps + 1)."""
    with torch.inference_mode(False), torch.enable_grad(), one_thread():
        generators = [torch.Generator(device="cpu").manual_seed(seed) for seed in seeds]
        real: dict[str, Any] = {"dtype": torch.float64, "device": "cpu"}
        noise = torch.stack([torch.randn(num_steps, COPIES, generator=g, **real) for g in generators], dim=1)
        points = [torch.full((len(seeds), COPIES), START, requires_grad=True, **real) for _ in SIDES]
        optimizers = [OPTIMIZERS["sgd"]([point], lr=lr) for point in points]
        schedulers = [make(optimizer) for make, optimizer in zip(_makers(num_steps), optimizers, strict=True)]
        errors = [torch.stack(points).detach().square().mean(2)]
        for xi in noise:
            for point, optimizer, scheduler in zip(points, optimizers, schedulers, strict=True):
                optimizer.zero_grad()
                (point.square() / 2 + xi * point).sum().backward()  # the gradient is w + xi
                optimizer.step()
                scheduler.step()
            errors.append(torch.stack(points).detach().square().mean(2))
    return torch.stack(errors, dim=2)


def expected_errors(lrs: Tensor) -> Tensor:
    """E[w^2] at the start and after each step at the rates `lrs`: v <- (1 - eta)^2 v + eta^2, shape (steps + 1,)."""
    errors = [START**2]
    for lr in lrs.tolist():
        errors.append((1 - lr) ** 2 * errors[-1] + lr**2)
    return torch.tensor(errors, dtype=torch.float64, device="cpu")


def _model(hidden: int, device: torch.device) -> nn.Module:
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)  # drawn on the CPU: the same weights everywhere
    return nn.Sequential(linear(2, hidden), nn.ReLU(), linear(hidden, 2)).to(device)
