"""What the experiments share: a bar and four small networks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import pairwise
from typing import TypeVar

import torch
from torch import nn

T = TypeVar("T")


def track(items: Sequence[T], progress: bool, title: str) -> Iterable[T]:
    """The items, with a bar on stderr that shows the time left when `progress` is true and a terminal sees it."""
    if not progress:
        return items
    from tqdm import tqdm  # an import that only the bar needs

    return tqdm(items, desc=title, leave=False, disable=None)


def classifier(inputs: int, hidden: int, classes: int, device: torch.device) -> nn.Sequential:
    """A network with one hidden layer of ReLU units that returns logits, in float32."""
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)  # drawn on the CPU: the same weights everywhere
    return nn.Sequential(linear(inputs, hidden), nn.ReLU(), linear(hidden, classes)).to(device)


def kaiming_first(inputs: int, hidden: int, classes: int, device: torch.device) -> nn.Sequential:
    """A network with one hidden layer of ReLU units in Kaiming's initialization, and torch's default behind it."""
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)  # drawn on the CPU: the same weights everywhere
    first = linear(inputs, hidden)
    nn.init.kaiming_normal_(first.weight, nonlinearity="relu")
    nn.init.zeros_(first.bias)
    return nn.Sequential(first, nn.ReLU(), linear(hidden, classes)).to(device)


def moons_network(hidden: int, device: torch.device) -> nn.Sequential:
    """Two inputs, hidden units of ReLU, two logits: Kaiming's initialization in both layers, drawn on the CPU."""
    linear = partial(nn.Linear, device="cpu", dtype=torch.float32)
    layers = [linear(2, hidden), linear(hidden, 2)]
    for layer in layers:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    return nn.Sequential(layers[0], nn.ReLU(), layers[1]).to(device)


def network(sizes: Sequence[int], device: torch.device) -> nn.Sequential:
    """Linear layers with ReLU between them, in Kaiming's initialization, drawn on the CPU."""
    layers: list[nn.Module] = []
    for n, m in pairwise(sizes):
        layer = nn.Linear(n, m, device="cpu", dtype=torch.float32)
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1]).to(device)
