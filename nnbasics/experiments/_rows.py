"""Data of which every seed draws rows of its own: to learn from, to stop by, and to judge by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch

from ..data import Data, digits
from ..text import Text

NEW = 400  # rows held back to stop by, and as many to judge by


def waves(num_rows: int, *, noise: float = 0.5, generator: torch.Generator) -> Data:
    """A wave: y = sin x1 + x2/2 + noise, where x is from N(0, 4)."""
    draw = partial(torch.randn, generator=generator, dtype=torch.float32, device="cpu")
    x = 2 * draw(num_rows, 2)
    return x, x[:, :1].sin() + x[:, 1:] / 2 + noise * draw(num_rows, 1)


def all_digits(**_: Any) -> Data:
    """The handwritten digits, however many rows are asked for."""
    return digits()


class Rows(NamedTuple):
    """A world: how it is called, what draws its rows, how many are learned from, with which activations."""

    label: Text
    draw: Callable[..., Data]
    rows: int
    sides: Sequence[str] = ("relu",)


def rows_of(world: Rows, seeds: Sequence[int], device: torch.device) -> list[Data]:
    """For each seed rows to learn from, (S, N, ...), to stop by and to judge by."""
    drawn: list[list[Data]] = [[], [], []]
    for seed in seeds:
        generator = torch.Generator(device="cpu").manual_seed(seed)
        x, y = world.draw(num_rows=world.rows + 2 * NEW, generator=generator)
        y = y[:, None] if y.is_floating_point() and y.ndim == 1 else y
        order = torch.randperm(len(x), generator=generator, device="cpu").to(x.device)
        for part, place in zip(drawn, (order[: world.rows], *order[world.rows :].chunk(2)), strict=True):
            part.append((x[place].to(device), y[place].to(device)))
    return [(torch.stack([x for x, _ in part]), torch.stack([y for _, y in part])) for part in drawn]
