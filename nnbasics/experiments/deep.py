"""Deep random networks: what goes through them layer by layer, what comes back, and how units spread.

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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor
from torch.nn import functional as F

from .._setup import one_thread
from ..activations import ACTIVATIONS
from ..data import digits
from ..initializers import INITIALIZERS
from ..plotting.style import new_axes, own, page_style
from ..plotting.theme import now
from ..text import NOTHING, Text, resolve_language

Function = Callable[[Tensor], Tensor]
Case = tuple[str, str]

NORMAL, XAVIER, KAIMING = (INITIALIZERS[name] for name in ("normal", "xavier_normal", "kaiming_normal"))
INITIALIZATIONS: dict[str, tuple[Text, Callable[..., Tensor]]] = {
    "large": (Text("N(0, 1)", "N(0, 1)"), partial(NORMAL, std=1.0)),
    "kaiming": (Text("Kaiming", "Kaiming"), partial(KAIMING, nonlinearity="relu")),
    "xavier": (Text("Xavier", "Xavier"), XAVIER),
    "default": (Text("torch's default", "torch 默认"), INITIALIZERS["default"]),  # of `nn.Linear`, without its biases
    "small": (Text("N(0, 0.01²)", "N(0, 0.01²)"), partial(NORMAL, std=0.01)),
    "huge": (Text("N(0, 4²)", "N(0, 4²)"), partial(NORMAL, std=4.0)),
    "tanh's": (Text("Xavier with gain 5/3", "Xavier（gain 5/3）"), partial(XAVIER, gain=5 / 3)),
    "sigmoid's": (Text("Xavier with gain 4", "Xavier（gain 4）"), partial(XAVIER, gain=4.0)),  # its slope is 1/4
    "leaky": (Text("Kaiming for slope 0.2", "Kaiming（斜率 0.2）"), partial(KAIMING, nonlinearity="leaky_relu", a=0.2)),
}
STEEP = "leaky_relu, slope 0.2"
FUNCTIONS: dict[str, Function] = {**ACTIVATIONS, STEEP: partial(F.leaky_relu, negative_slope=0.2)}
SAID = {"relu": "ReLU", "leaky_relu": "Leaky ReLU", STEEP: "Leaky ReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU"}
ROWS = 8  # that go into each network
AT_ONCE = 8  # seeds whose weights autograd holds at the same time


@dataclass(frozen=True, eq=False)
class Passage:
    """What goes through the random networks of one world, layer by layer; S seeds, L layers.

    A case is an activation and an initialization. Each number is the geometric mean over the networks of a seed: the
    typical network, where an arithmetic mean is that of the few largest.

    Attributes:
        signal: Case -> the variance of a over units and rows, shape (S, L): what a layer hands on.
        apart: Case -> the variance of a from row to row, mean over units, shape (S, L): what tells the rows apart.
        gradient: Case -> the root mean square of dL/dz, shape (S, L): what comes back.
        width: n, the units of each layer.
        depth: L.
        label: The world in words.
        units: Case -> z in some layers of the first network of each seed for one row, shape (S, K, n): what is drawn.
    """

    signal: dict[Case, Tensor]
    apart: dict[Case, Tensor]
    gradient: dict[Case, Tensor]
    width: int
    depth: int
    label: Text
    units: dict[Case, Tensor] = field(default_factory=dict)

    def world(self, activation: str, initialization: str) -> Text:
        """A case of this world in words."""
        name, function = INITIALIZATIONS[initialization][0], SAID.get(activation, activation)
        return Text(f"{function}, {name.en}, {self.label.en}", f"{function}，{name.zh}，{self.label.zh}")


def growth(values: Tensor) -> Tensor:
    """The logarithm of the factor from the first layer to the last, for ten layers: (S, L) gives (S,)."""
    return (values[:, -1] / values[:, 0]).log() * (10 / max(1, values.shape[1] - 1))


def passage(
    seeds: Sequence[int],
    cases: Mapping[str, Sequence[str]],
    *,
    width: int,
    depth: int,
    networks: int = 1,
    inputs: str = "normal",
    shown: Mapping[Case, Sequence[int]] = MappingProxyType({}),
    device: str | torch.device = "cpu",
) -> Passage:
    """Send rows through random networks without biases, and a gradient of N(0, 1) at the last z back.

    It computes in float64, which alone holds what many layers of small or large weights make of 1.

    Args:
        seeds: Each stands for `networks` networks, which all activations share, and for their rows.
        cases: Initialization -> the activations to try with it.
        width, depth: The units of each layer, and the layers.
        networks: Networks of a seed: the narrower the layers, the more one network differs from the next.
        inputs: `"normal"`, rows of N(0, 1), or `"digits"`, rows of the handwritten digits, which fix the width at 64.
        shown: Case -> the layers, counted from 0, whose units are to be seen.
        device: Where torch computes.
    """
    if inputs == "digits" and width != 64:
        raise ValueError(f"width must be 64 where the digits go in, which have 64 pixels, got {width}.")
    found: dict[str, dict[Case, list[Tensor]]] = {"signal": {}, "apart": {}, "gradient": {}, "units": {}}
    groups = [seeds[i : i + AT_ONCE] for i in range(0, len(seeds), AT_ONCE)]
    with torch.inference_mode(False), torch.enable_grad(), one_thread():
        for initialization, activations in cases.items():
            for group in groups:
                generators = [torch.Generator(device="cpu").manual_seed(seed) for seed in group]
                x = draw_rows(generators, inputs, networks, width).to(device)
                layers = [w.to(device) for w in draw_layers(generators, initialization, depth, width, networks)]
                sent = draw_rows(generators, "normal", networks, width).to(device)
                for activation in activations:
                    case = (activation, initialization)
                    sums, outputs = zip(*pass_on(x, ((w, None) for w in layers), FUNCTIONS[activation]), strict=True)
                    back = torch.autograd.grad(sums[-1], sums, sent)
                    spreads = [variances(a.detach()) for a in outputs]
                    each = {
                        "signal": [whole for whole, _ in spreads],
                        "apart": [apart for _, apart in spreads],
                        "gradient": [g.square().mean((1, 2)).sqrt() for g in back],
                    }
                    for name, by_layer in each.items():
                        logs = torch.stack(by_layer, dim=1).clamp(min=1e-300).log()  # of a network that died: not -inf
                        typical = logs.unflatten(0, (len(group), networks)).mean(1).exp().cpu()
                        found[name].setdefault(case, []).append(typical)
                    if case in shown:
                        seen = [sums[layer].detach()[::networks, :, 0] for layer in shown[case]]
                        found["units"].setdefault(case, []).append(torch.stack(seen, dim=1).cpu())
    whole = {name: {case: torch.cat(parts) for case, parts in of.items()} for name, of in found.items()}
    of = Text(", digits", "，手写数字") if inputs == "digits" else NOTHING
    label = Text(f"{width} units, {depth} layers{of.en}", f"每层 {width} 个单元，{depth} 层{of.zh}")
    return Passage(**whole, width=width, depth=depth, label=label)


def variances(a: Tensor) -> tuple[Tensor, Tensor]:
    """Of (S, n, rows): the variance over units and rows, and that from row to row in the mean of the units; (S,) each.

    The second is a part of the first, and may be 1e-13 of it: no difference of squares would find it.
    """
    middle = a.mean(2, keepdim=True)
    apart = (a - middle).square().mean((1, 2))
    return apart + middle.var((1, 2), correction=0), apart


def draw_rows(generators: Sequence[torch.Generator], inputs: str, networks: int, width: int) -> Tensor:
    """Rows for each network of each seed, shape (S * networks, n, rows), torch.float64, drawn on the CPU."""
    every = [g for g in generators for _ in range(networks)]
    if inputs == "digits":
        x = digits()[0]
        return torch.stack([x[torch.randint(len(x), (ROWS,), generator=g)].T for g in every]).double()
    return torch.stack(
        [torch.randn(width, ROWS, generator=g, dtype=torch.float32, device="cpu") for g in every]
    ).double()


def draw_layers(
    generators: Sequence[torch.Generator], initialization: str, depth: int, width: int, networks: int = 1
) -> Iterator[Tensor]:
    """The weights of one layer after the other, shape (S * networks, n, n), torch.float64, drawn on the CPU.

    The initializers draw float32, as for a layer of torch.
    """
    draw = INITIALIZATIONS[initialization][1]
    for _ in range(depth):
        empty = partial(torch.empty, width, width, dtype=torch.float32, device="cpu")
        yield torch.stack([draw(empty(), generator=g) for g in generators for _ in range(networks)]).double()


def pass_on(
    a: Tensor, layers: Iterable[tuple[Tensor, Tensor | None]], function: Function
) -> Iterator[tuple[Tensor, Tensor]]:
    """Send inputs a (S, n, rows) through many networks at once, layer by layer.

    `layers` are weights (S, n, n) and biases (S, n, 1) or None; f is `function`. Yields z and a = f(z) of each layer.
    """
    for weight, bias in layers:
        z = torch.bmm(weight, a) if bias is None else torch.baddbmm(bias, weight, a)
        if torch.is_grad_enabled():
            z.requires_grad_()
        a = function(z)
        yield z, a


def layers_of(depth: int) -> list[int]:
    """The layers that are drawn, counted from 0: the first, one after a quarter of the way, the last."""
    return sorted({0, max(1, depth // 4) - 1, depth - 1})


APART = 1.35  # from one layer's foot to the next one's, where each is 1 high
REACH = 3.2  # standard deviations of the first layer, to both sides, that are drawn


def plot_layers(values: Tensor, *, ax: Axes | None = None, lang: str | None = None, **line_kwargs: Any) -> Axes:
    """Draw how values (S, K, n) of K layers are spread, one below the other, in the first one's standard deviations.

    Each is as high as the others, however narrow it is or wide; `line_kwargs` are of `Axes.plot`, for the outlines.
    """
    resolve_language(lang)
    ax, style = new_axes(ax), {"color": now().ink, "linewidth": 1.3, **own(line_kwargs)}
    relative = values / values[:, :1].std(2, keepdim=True)
    count = 2 * round(values[:, 0].numel() ** (1 / 3)) + 1  # Rice's rule; an odd number has one in the middle
    bounds = torch.linspace(-5, 5, count + 1, dtype=torch.float64, device="cpu")
    places = torch.cat([bounds[:1], (bounds[1:] + bounds[:-1]) / 2, bounds[-1:]])
    with page_style():
        for k, scale in enumerate(relative.std(2).median(0).values):
            counts = torch.histogram((relative[:, k] / scale).flatten().clamp(-5, 5), bounds).hist
            heights = F.pad(counts / counts.max(), (1, 1)) - APART * k
            ax.fill_between(places * scale, -APART * k, heights, color=style["color"], alpha=0.25, linewidth=0)
            ax.plot(places * scale, heights, **style)
        ax.set(xlim=(-REACH, REACH), ylim=(-APART * k - 0.06, 1.1), xticks=[], yticks=[])
        ax.grid(False)
        ax.spines[:].set_visible(False)
    return ax


def times(ratio: float) -> str:
    """How many times, and by a power of ten where it is far from 1."""
    power = round(math.log10(ratio)) if ratio else 0
    return f"×{ratio:.2g}" if abs(power) < 3 else f"×$10^{{{power}}}$"
