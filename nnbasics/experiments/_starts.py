"""A network trained from each of the article's random starts: what `initialization_race` asks of every world."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import init

from ..data import Data
from ..ensemble import Ensemble
from ..text import Text
from .race import Race, race

ADAM = tuple(0.001 * 4**k for k in range(5))
BATCH = 32
DEEP = 6  # hidden layers
SGD = tuple(0.00001 * 4**k for k in range(10))  # so low for N(0, 1)


class Setting(NamedTuple):
    """A network, what it learns and how: `depth` hidden layers of `width` units."""

    data: Text
    depth: int
    width: int
    activation: type[nn.Module] = nn.ReLU
    optimizer: str = "adam"
    num_epochs: int = 20

    @property
    def label(self) -> Text:
        """In words."""
        kind, how = self.activation.__name__, {"adam": "Adam", "sgd": "SGD"}[self.optimizer]
        layers = f"hidden layer{'s' if self.depth > 1 else ''}"
        return Text(
            f"{self.data.en}: {self.depth} {layers} of {self.width} {kind}, {how}",
            f"{self.data.zh}：{self.depth} 个隐藏层，每层 {self.width} 个 {kind}，{how}",
        )


GAINS = {nn.Tanh: 5 / 3, nn.Sigmoid: 4.0}  # what makes up for their slopes
STARTS: dict[str, Callable[[Tensor], Tensor] | None] = {
    "kaiming": partial(init.kaiming_normal_, nonlinearity="relu"),
    "xavier": init.xavier_normal_,  # as the article calls it: gain 1
    "small": partial(init.normal_, std=0.01),
    "large": partial(init.normal_, std=1.0),
    "default": None,  # torch's own, of the biases too
}


class Starts(NamedTuple):
    """What came of every start in one world.

    Attributes:
        setting: The world's.
        race: The race of the starts, where an epoch that is worse than guessing, or diverged, counts as guessing: a
            large start begins with a loss of millions, which says nothing of what it learns. `gained`, with tanh and
            sigmoid only, is Xavier with the activation's gain.
        guess: ln K, the loss of giving each of the K classes the same probability.
    """

    setting: Setting
    race: Race
    guess: float

    @property
    def own(self) -> str:
        """The start that theory has for the activation."""
        return "gained" if "gained" in self.race.losses else "kaiming"

    @property
    def deep(self) -> bool:
        """Whether what each layer does can add up."""
        return self.setting.depth >= DEEP

    @property
    def unbounded(self) -> bool:
        """Whether the activation is ReLU or a variant, and lets large signals grow."""
        return self.setting.activation not in GAINS

    def learned(self, side: str) -> Tensor:
        """1 for each network that is more than half the way from guessing to all test rows right, shape (S,)."""
        return (self.race.right[side] > (1 + math.exp(-self.guess)) / 2).double()

    def ahead(self, side: str, rivals: Iterable[str]) -> Tensor:
        """The logarithm of the cost of the cheapest rival over that of `side`, shape (S,)."""
        best = min(rivals, key=lambda rival: float(self.race.cost(rival).mean()))
        return self.race.cost_ratio(best, side)


def model(
    inputs: int, classes: int, setting: Setting, device: torch.device, start: Callable[[Tensor], Tensor] | None
) -> nn.Module:
    """A network whose weights are drawn by `start`, biases 0; None leaves them as torch draws them.

    They are drawn on the CPU, and so are the same on every device.
    """
    layers: list[nn.Module] = []
    for n, m in pairwise([inputs, *[setting.width] * setting.depth, classes]):
        layer = nn.Linear(n, m, device="cpu", dtype=torch.float32)
        if start is not None:
            start(layer.weight)
            init.zeros_(layer.bias)
        layers += [layer, setting.activation()]
    return nn.Sequential(*layers[:-1]).to(device)


def no_worse(losses: Tensor, guess: float) -> Tensor:
    """Losses of which those that are worse than guessing, or no numbers, are that of guessing."""
    return losses.nan_to_num(torch.inf, torch.inf).clamp(max=guess)


def race_starts(
    setting: Setting, train: Data, test: Data, *, seeds: Sequence[int], num_epochs: int | None, device: torch.device
) -> Starts:
    """Train classifiers from every start, each at its own best learning rate."""
    epochs = num_epochs or setting.num_epochs
    classes = int(torch.cat([train[1], test[1]]).max()) + 1
    guess = math.log(classes)
    starts = dict(STARTS)
    if setting.activation in GAINS:
        starts["gained"] = partial(init.xavier_normal_, gain=GAINS[setting.activation])
    build = partial(model, train[0].shape[1], classes, setting, device)

    def score(run: Ensemble) -> Tensor:
        return no_worse(run.losses.double().reshape(len(run.seeds), epochs, -1).mean(2), guess).mean(1)

    raced = race(
        {start: {"make_model": partial(build, draw)} for start, draw in starts.items()},
        train,
        test,
        seeds=seeds,
        rates=ADAM if setting.optimizer == "adam" else SGD,
        num_epochs=epochs,
        batch_size=min(BATCH, len(train[0])),
        optimizer=setting.optimizer,
        score=score,
        finer=True,  # four times as much is a long way for a deep network
        device=device,
    )
    losses = {start: no_worse(each, guess) for start, each in raced.losses.items()}
    return Starts(setting, replace(raced, losses=losses), guess)
