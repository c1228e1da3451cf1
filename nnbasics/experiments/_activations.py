"""Networks with one activation throughout, each from the start that its own theory asks for; their worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import init

from ..ensemble import train_many
from ..fair import best_lr
from ..text import Text
from .race import mean_loss, seeds_apart


class Centred(nn.Module):
    """Sigmoid minus 1/2: the same slope everywhere, but outputs around zero."""

    def forward(self, z: Tensor) -> Tensor:
        """What the units hand on."""
        return torch.sigmoid(z) - 0.5


class Side(NamedTuple):
    """An activation, and how its weights are drawn."""

    activation: type[nn.Module]
    draw: Callable[[Tensor], Tensor]


SIDES = {
    "sigmoid": Side(nn.Sigmoid, partial(init.xavier_normal_, gain=4)),
    "centred": Side(Centred, partial(init.xavier_normal_, gain=4)),
    "tanh": Side(nn.Tanh, partial(init.xavier_normal_, gain=5 / 3)),
    "relu": Side(nn.ReLU, init.kaiming_normal_),
}
COARSE = (1.6, 3.2, 6.4)  # `best_lr` goes on where the best is at an end
USUAL = Side(nn.Sigmoid, init.xavier_normal_)  # without the gain that sigmoid's own theory asks for
LONG = {"usual": USUAL, **{side: SIDES[side] for side in ("sigmoid", "tanh", "relu")}}  # for the picture


class Setting(NamedTuple):
    """Data, and a network: how many hidden layers, of how many units each."""

    label: Text
    data: str
    depth: int
    hidden: int = 24


WORLDS = {
    "digits, 1 layer": Setting(Text("digits, 1 hidden layer", "手写数字，1 个隐藏层"), "digits", 1),
    "digits, 4 layers": Setting(Text("digits, 4 hidden layers", "手写数字，4 个隐藏层"), "digits", 4),
    "digits, 4 wide layers": Setting(
        Text("digits, 4 layers twice as wide", "手写数字，4 个隐藏层，宽一倍"), "digits", 4, 48
    ),
    "moons, 1 layer": Setting(Text("moons, 1 hidden layer", "moons，1 个隐藏层"), "moons", 1),
    "moons, 4 layers": Setting(Text("moons, 4 hidden layers", "moons，4 个隐藏层"), "moons", 4),
}


def network(sizes: Sequence[int], side: Side, device: torch.device) -> nn.Module:
    """A classifier with one activation throughout; the last layer is torch's own, and hidden biases start at 0.

    Sigmoid minus 1/2 is another way to write the same network: with half the sum of its weights added to each bias
    of the layer above, it starts as the very function that sigmoid starts as.
    """
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(sizes):
        layer = nn.Linear(fan_in, fan_out, device="cpu", dtype=torch.float32)  # the same weights on every device
        if len(layers) < 2 * len(sizes) - 4:
            side.draw(layer.weight)
            init.zeros_(layer.bias)
        if side.activation is Centred and layers:
            layer.bias.data += layer.weight.data.sum(1) / 2
        layers += [layer, side.activation()]
    return nn.Sequential(*layers[:-1]).to(device)


def train_long(
    sizes: Sequence[int], x: Tensor, y: Tensor, *, seeds: Sequence[int], lr: Mapping[str, float], **settings: Any
) -> dict[str, Tensor]:
    """The training loss of each epoch for each of `LONG`, shape (8, E), with the first 8 seeds.

    `lr` are the rates of a shorter race, in which sigmoid from the usual start learns nothing at any: its own is
    searched here.
    """
    make = {side: partial(network, sizes, how, x.device) for side, how in LONG.items()}
    shared: dict[str, Any] = {"x": x, "y": y, "loss_fn": "cross_entropy", **settings}
    search = best_lr(make["usual"], rates=COARSE, seeds=seeds_apart(seeds, 4), score=mean_loss, **shared)
    rates, found = {**lr, "usual": search.best}, dict[str, Tensor]()
    for side, each in make.items():
        losses = train_many(each, seeds=seeds[:8], lr=rates[side], **shared).losses
        found[side] = losses.reshape(len(losses), settings["num_epochs"], -1).double().mean(2).cpu()
    return found
