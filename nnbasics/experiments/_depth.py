"""Deep random networks: what goes through them layer by layer, and what mean-field theory says of it.

A network is z_l = W_l a_{l-1}, a_l = f(z_l), all layers of n units, the entries of W_l drawn with mean 0 and variance
sigma_w^2 / n. In the limit of wide layers each z is normal; let q_l be its mean square. Then
q_1 = sigma_w^2 E[x^2], q_{l+1} = sigma_w^2 E[f(sqrt(q_l) u)^2] with u from N(0, 1), and on the way back the mean square
of dL/dz grows from layer l+1 to layer l by the factor chi_l = sigma_w^2 E[f'(sqrt(q_l) u)^2].

Source:
    Schoenholz, Gilmer, Ganguli & Sohl-Dickstein (2017), Deep information propagation, arXiv:1611.01232;
    He et al. (2015), arXiv:1502.01852, for ReLU
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from .._lookup import lookup
from ..activations import ACTIVATIONS, derivative
from ..initializers import INITIALIZERS

Function = Callable[[Tensor], Tensor]

LAWS: dict[str, Callable[..., Tensor]] = {
    "large": partial(INITIALIZERS["normal"], std=1.0),
    "kaiming": partial(INITIALIZERS["kaiming_normal"], nonlinearity="relu"),
    "xavier": INITIALIZERS["xavier_normal"],
    "default": INITIALIZERS["default"],
    "small": partial(INITIALIZERS["normal"], std=0.01),
}
"""Name -> the initializer; `default` is `nn.Linear`'s own, whose biases are left out here."""


def weight_variance(law: str, width: int) -> float:
    """sigma_w^2 = n Var[w] of a law of `LAWS`, for layers from n units to n.

    Example:
        >>> weight_variance("kaiming", 64), weight_variance("xavier", 64), weight_variance("large", 64)
        (2.0, 1.0, 64.0)
    """
    return {"large": float(width), "kaiming": 2.0, "xavier": 1.0, "default": 1 / 3, "small": width * 0.01**2}[law]


def elementwise(names: Sequence[str]) -> dict[str, Function]:
    """The activations of these names; `softmax`, which mixes its inputs, is refused."""
    if isinstance(names, str) or not isinstance(names, Sequence) or len(names) == 0:
        raise TypeError(f"activations must be a sequence of names such as ('tanh', 'relu'), got {names!r}.")
    table = {name: function for name, function in ACTIVATIONS.items() if name != "softmax"}
    return {name: lookup(table, name, kind="activation") for name in names}


def normal_numbers(generators: Sequence[torch.Generator], *shape: int) -> Tensor:
    """Numbers from N(0, 1) for each network, shape (S, ...), torch.float64, drawn on the CPU."""
    drawn = [torch.randn(*shape, generator=g, dtype=torch.float32, device="cpu") for g in generators]
    return torch.stack(drawn).double()


def draw_layers(generators: Sequence[torch.Generator], law: str, depth: int, width: int) -> Iterator[Tensor]:
    """The weights of one layer after the other, each of shape (S, n, n), torch.float64, drawn on the CPU.

    The initializers draw float32, as for a layer of torch; what is computed with it must hold 1e-100 and 1e+100.
    """
    for _ in range(depth):
        empty = (torch.empty(width, width, dtype=torch.float32, device="cpu") for _ in generators)
        drawn = [LAWS[law](each, generator=g) for each, g in zip(empty, generators, strict=True)]
        yield torch.stack(drawn).double()


def pass_on(
    a: Tensor, layers: Iterable[tuple[Tensor, Tensor | None]], function: Function
) -> Iterator[tuple[Tensor, Tensor]]:
    """Send inputs through many networks at once, layer by layer.

    Args:
        a: What goes in, shape (S, n, rows).
        layers: Weights (S, n, n) and biases (S, n, 1) or None, one pair a layer.
        function: f.

    Yields:
        z and a = f(z) of each layer, shape (S, n, rows) each. Under autograd z carries a gradient.
    """
    for weight, bias in layers:
        z = torch.bmm(weight, a) if bias is None else torch.baddbmm(bias, weight, a)
        if torch.is_grad_enabled():
            z.requires_grad_()
        a = function(z)
        yield z, a


def root_mean_square(values: Sequence[Tensor]) -> Tensor:
    """The root mean square over units and rows: (S, n, rows) for each layer gives (S, L), on the CPU."""
    return torch.stack([value.square().mean((1, 2)).sqrt() for value in values], dim=1).detach().cpu()


def gaussian_mean(function: Function, q: float) -> float:
    """E[g(sqrt(q) u)] with u from N(0, 1), by the midpoint rule on [-10, 10].

    For a smooth g its error falls exponentially with the number of points, as that of Gauss-Hermite quadrature does;
    unlike that it also serves where sqrt(q) is large and tanh looks like a step, and its points avoid the kink at 0.

    Example:
        >>> round(gaussian_mean(torch.square, 3.0), 9), round(gaussian_mean(lambda z: (z > 0).double(), 3.0), 9)
        (3.0, 0.5)
    """
    count = 4000
    u = (torch.arange(count, dtype=torch.float64, device="cpu") + 0.5) * (20 / count) - 10
    weight = torch.exp(-u.square() / 2)
    return float((weight * function(math.sqrt(q) * u)).sum() / weight.sum())


def mean_field(activation: str, sigma_w2: float, depth: int) -> tuple[Tensor, Tensor]:
    """What theory says of wide layers for an input with a mean square of 1.

    Args:
        activation: A name of `ACTIVATIONS` that works number by number.
        sigma_w2: n times the variance of the weights.
        depth: The number of layers, L.

    Returns:
        q_l, the mean square of z, and chi_l, the factor of the mean square of dL/dz from layer l+1 to l; each of
        shape (L,), torch.float64.

    Example:
        >>> q, chi = mean_field("relu", 1.0, 3)
        >>> q, chi
        (tensor([1.0000, 0.5000, 0.2500], dtype=torch.float64), tensor([0.5000, 0.5000, 0.5000], dtype=torch.float64))
    """
    function = ACTIVATIONS[activation]
    q, chi = [sigma_w2], []
    for _ in range(depth):
        chi.append(sigma_w2 * gaussian_mean(lambda z: derivative(function, z).square(), q[-1]))
        q.append(sigma_w2 * gaussian_mean(lambda z: function(z).square(), q[-1]))
    return (
        torch.tensor(q[:-1], dtype=torch.float64, device="cpu"),
        torch.tensor(chi, dtype=torch.float64, device="cpu"),
    )
