"""Worlds: settings that a reader might well be in, and what came of a statement in each.

In a world an effect is measured over many seeds. Its 99.9 % interval lies beyond the smallest effect that counts, on
the statement's side (it holds) or on the other (the opposite holds), or within it (no effect), or across it (open).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from scipy.special import stdtrit
from torch import Tensor

from ..text import NOTHING, Text

OUTCOMES = ("holds", "opposite", "no effect", "open")
SEEDS = 32  # for seed N of the ledger: those from 32 N to 32 N + 31; searches take others
CONFIDENCE = 0.999


class Measure(NamedTuple):
    """How an effect is measured, and the smallest one that counts: one a notion, set before its numbers were seen.

    A ratio's effects are natural logarithms, a share's are differences of shares.
    """

    unit: str
    smallest: float


MEASURES = {
    "cost": Measure("ratio", math.log(1.1)),  # what a training costs: its mean loss, or updates to a goal
    "loss": Measure("ratio", math.log(1.1)),  # where a training or a fit ends
    "accuracy": Measure("share", 0.01),  # one row in a hundred
    # The best learning rate: twice as large, a step of an ordinary grid. Set after a first look, at 8 seeds.
    "learning rate": Measure("ratio", math.log(2)),
    "swing": Measure("ratio", math.log(1.1)),  # the way across a valley
    "share": Measure("share", 0.05),  # of units, networks, steps, ...
    # What ten layers do to a gradient: of two 100 times apart, a learning rate fits one only.
    "vanishing": Measure("ratio", math.log(100)),
    "keeping": Measure("ratio", math.log(2)),  # what ten layers may do to a signal that is called kept: 7 % a layer
}
SAID = {
    "ratio": Text("{effect:.3g} times ({low:.3g} to {high:.3g})", "{effect:.3g} 倍（{low:.3g} 至 {high:.3g}）"),
    "share": Text(
        "{effect:+.1f} points ({low:+.1f} to {high:+.1f})", "{effect:+.1f} 个百分点（{low:+.1f} 至 {high:+.1f}）"
    ),
}


class World(NamedTuple):
    """What came of a claim in one world.

    Attributes:
        world: Which one, in words.
        inside: Whether the claim's condition is met there; None where the claim has no condition.
        outcome: One of `OUTCOMES`.
        effect, low, high: The effect, positive on the statement's side, and its 99.9 % interval; None where the case
            is an exact one.
        smallest: The smallest effect that counts.
        said: The effect and its interval as a reader wants them: a ratio as a ratio.
    """

    world: Text
    inside: bool | None
    outcome: str
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    smallest: float | None = None
    said: Text = NOTHING


def interval(values: Tensor) -> tuple[float, float, float]:
    """The mean over seeds and its 99.9 % interval by Student's t; of a single value it knows no bounds.

    Example:
        >>> import torch
        >>> interval(torch.tensor([1.0, 1.0, 1.0]))
        (1.0, 1.0, 1.0)
    """
    values = values.detach().double().flatten().cpu()
    mean = float(values.mean())
    if len(values) < 2:
        return mean, -math.inf, math.inf
    reach = float(stdtrit(len(values) - 1, (1 + CONFIDENCE) / 2)) * float(values.std()) / math.sqrt(len(values))
    return mean, mean - reach, mean + reach


def compare(world: Text, measure: str, values: Tensor, *, inside: bool | None = None) -> World:
    """A world in which an effect was measured.

    Args:
        world: Which one, in words.
        measure: A key of `MEASURES`.
        values: The effect for each seed, shape (S,), positive where it speaks for the statement: of a ratio its
            natural logarithm.
        inside: Whether the claim's condition is met there.
    """
    unit, smallest = MEASURES[measure]
    effect, low, high = interval(values)
    if low > smallest:
        outcome = "holds"
    elif high < -smallest:
        outcome = "opposite"
    else:
        outcome = "no effect" if low >= -smallest and high <= smallest else "open"
    return World(world, inside, outcome, effect, low, high, smallest, effect_text(unit, effect, low, high))


def keeps(world: Text, measure: str, values: Tensor, *, inside: bool | None = None) -> World:
    """A world in which the statement says that something stays as it is; arguments as those of `compare`.

    It holds where the whole interval is within the smallest effect, and the opposite where all of it is beyond. The
    effect is the distance that is left to the smallest one, which then is 0.
    """
    unit, smallest = MEASURES[measure]
    effect, low, high = interval(values)
    least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    most = max(abs(low), abs(high))
    outcome = "holds" if most <= smallest else "opposite" if least > smallest else "open"
    said = effect_text(unit, effect, low, high)
    return World(world, inside, outcome, smallest - abs(effect), smallest - most, smallest - least, 0.0, said)


def exactly(world: Text, true: bool, *, inside: bool | None = None) -> World:
    """A case that is true or false, with no chance in it."""
    return World(world, inside, "holds" if true else "opposite")


def effect_text(unit: str, effect: float, low: float, high: float) -> Text:
    """The effect and its interval, in the unit that a reader wants."""
    change: Callable[[float], float] = {"ratio": _exp, "share": lambda v: 100 * v}[unit]
    shown = {"effect": change(effect), "low": change(low), "high": change(high)}
    return Text(SAID[unit].say("en", **shown), SAID[unit].say("zh", **shown))


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf
