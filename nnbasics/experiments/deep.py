"""Deep random networks: what goes through them layer by layer, what mean-field theory says of it, and its picture.

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
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor
from torch.nn import functional as F

from .._setup import one_thread
from ..activations import ACTIVATIONS, derivative
from ..data import digits
from ..initializers import INITIALIZERS
from ..plotting.bands import band_text, plot_band
from ..plotting.style import PageFigure, color_of, new_axes, new_figure, own, page_style
from ..plotting.theme import now
from ..text import NOTHING, Text

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
DRAWN = ("large", "kaiming", "xavier", "default", "small")  # in the pictures
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
        square: The mean square of what goes in.
        label: The world in words.
    """

    signal: dict[Case, Tensor]
    apart: dict[Case, Tensor]
    gradient: dict[Case, Tensor]
    width: int
    depth: int
    square: float
    label: Text

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
        device: Where torch computes.
    """
    if inputs == "digits" and width != 64:
        raise ValueError(f"width must be 64 where the digits go in, which have 64 pixels, got {width}.")
    found: dict[str, dict[Case, list[Tensor]]] = {"signal": {}, "apart": {}, "gradient": {}}
    groups = [seeds[i : i + AT_ONCE] for i in range(0, len(seeds), AT_ONCE)]
    with torch.inference_mode(False), torch.enable_grad(), one_thread():
        for initialization, activations in cases.items():
            for group in groups:
                generators = [torch.Generator(device="cpu").manual_seed(seed) for seed in group]
                x = draw_rows(generators, inputs, networks, width).to(device)
                layers = [w.to(device) for w in draw_layers(generators, initialization, depth, width, networks)]
                sent = draw_rows(generators, "normal", networks, width).to(device)
                for activation in activations:
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
                        found[name].setdefault((activation, initialization), []).append(typical)
    whole = {name: {case: torch.cat(parts) for case, parts in of.items()} for name, of in found.items()}
    square = float(digits()[0].square().mean()) if inputs == "digits" else 1.0
    of = Text(", digits", "，手写数字") if inputs == "digits" else NOTHING
    label = Text(f"{width} units, {depth} layers{of.en}", f"每层 {width} 个单元，{depth} 层{of.zh}")
    return Passage(**whole, width=width, depth=depth, square=square, label=label)


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


def weight_variance(initialization: str, width: int) -> float:
    """sigma_w^2 = n Var[w] of one of `DRAWN`, for layers from n units to n.

    Example:
        >>> weight_variance("kaiming", 64), weight_variance("large", 64)
        (2.0, 64.0)
    """
    return {"large": 1.0 * width, "kaiming": 2.0, "xavier": 1.0, "default": 1 / 3, "small": 1e-4 * width}[
        initialization
    ]


def gaussian_mean(function: Function, q: float) -> float:
    """E[g(sqrt(q) u)] with u from N(0, 1), by the midpoint rule on [-10, 10], whose points avoid ReLU's kink at 0.

    Example:
        >>> round(gaussian_mean(torch.square, 3.0), 9), round(gaussian_mean(lambda z: (z > 0).double(), 3.0), 9)
        (3.0, 0.5)
    """
    count = 4000
    u = (torch.arange(count, dtype=torch.float64, device="cpu") + 0.5) * (20 / count) - 10
    weight = torch.exp(-u.square() / 2)
    return float((weight * function(math.sqrt(q) * u)).sum() / weight.sum())


def mean_field(activation: str, sigma_w2: float, depth: int, square: float = 1.0) -> tuple[Tensor, Tensor]:
    """What theory says of L = `depth` layers, wide ones, where E[x^2] = `square` goes in.

    Returns:
        E[f(z)^2] - E[f(z)]^2 of each layer, the variance of a, and the mean square of dL/dz of each layer over that
        of the last one; each of shape (L,), torch.float64.

    Example:
        >>> mean_field("identity", 0.5, 3)
        (tensor([0.5000, 0.2500, 0.1250], dtype=torch.float64), tensor([0.2500, 0.5000, 1.0000], dtype=torch.float64))
    """
    function, q = FUNCTIONS[activation], sigma_w2 * square
    variance, chi = [], []
    for _ in range(depth):
        moment = gaussian_mean(lambda z: function(z).square(), q)
        variance.append(moment - gaussian_mean(function, q) ** 2)
        chi.append(sigma_w2 * gaussian_mean(lambda z: derivative(function, z).square(), q))
        q = sigma_w2 * moment
    chi[-1] = 1.0  # at the last z stands what is sent back
    factors = torch.tensor(chi, dtype=torch.float64, device="cpu")
    return torch.tensor(variance, dtype=torch.float64, device="cpu"), factors.flip(0).cumprod(0).flip(0)


SPAN = 20  # powers of ten to both sides of 1; what goes further leaves the picture
MARKS = {"large": "^", "kaiming": "o", "xavier": "s", "default": "D", "small": "v"}
LEFT = Text("{name}: {share:.2g} left", "{name}：剩 {share:.2g}")
THEORY = Text("{band}    dashed: theory", "{band}    虚线：理论值")


def plot_by_depth(values: Sequence[Tensor], theory: Sequence[Tensor], ax: Axes | None, lang: str, line: Any) -> Axes:
    """Draw values (S, L) and, dashed, theory (L,) over the layers, for each initialization of `DRAWN`."""
    ax = new_axes(ax)
    depth = values[0].shape[1]
    layers = torch.arange(1.0, 1 + depth, dtype=torch.float64, device="cpu")
    with page_style():
        for name, runs, exact in zip(DRAWN, values, theory, strict=True):
            style = {"color": color_of(name), "marker": MARKS[name], "markersize": 5, "markevery": max(1, depth // 4)}
            plot_band(layers, runs.clamp(1e-300, 1e300), ax=ax, lang=lang, **{**style, **own(line)})
            ax.plot(layers, exact, color=now().ink, linestyle=(0, (4, 6)), linewidth=1, antialiased=False)
        ax.set(yscale="log", ylim=(10.0**-SPAN, 10.0**SPAN), xlim=(1, depth))
        ax.set_yticks([10.0**power for power in (-20, -10, 0, 10, 20)])
        ax.minorticks_off()
        ax.set_xticks([1, round(depth / 2), depth] if depth > 2 else range(1, depth + 1))
    return ax


def name_lines(ax: Axes, ends: Sequence[float], lang: str) -> None:
    """Write each initialization beside the end of its theory, clear of one another."""
    powers = [min(max(math.log10(end), -SPAN + 1), SPAN - 1) for end in ends]
    free = -math.inf
    for i in sorted(range(len(ends)), key=lambda i: ends[i]):
        free = max(powers[i], free)
        y, name = 10.0**free, DRAWN[i]
        mark: dict[str, Any] = {"color": color_of(name), "markersize": 5, "clip_on": False}
        ax.plot(1.05, y, MARKS[name], transform=ax.get_yaxis_transform(), **mark)
        place: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "center"}
        ax.annotate(
            INITIALIZATIONS[name][0].say(lang), (1.05, y), (6, 0), color=color_of(name), annotation_clip=False, **place
        )
        free += 3.4


def draw_panels(found: Passage, panels: Mapping[str, float], plot: Callable[..., Axes], lang: str) -> PageFigure:
    """A panel for each activation, drawn by `plot`, with what the initialization made for it leaves in the median."""
    figure, last, width = new_figure(), len(panels) - 1, 0.71 / len(panels)
    with page_style():
        for i, (activation, share) in enumerate(panels.items()):
            ax = figure.add_axes((0.1 + i * width, 0.18, width - 0.03, 0.57))
            plot(found, activation=activation, ax=ax, lang=lang, with_names=i == last)
            left = LEFT.say(lang, name="Kaiming" if activation == "relu" else "Xavier", share=share)
            name = f"{SAID.get(activation, activation)}\n{left}"
            ax.set_title(name, loc="left", fontsize=10.5, color=now().ink, linespacing=1.3)
            if i:
                ax.set_ylabel("")
                ax.set_yticklabels([])
            if last == 2 and i != 1:
                ax.set_xlabel("")
        band = band_text(len(next(iter(found.signal.values()))), lang)
        figure.text(0.98, 0.02, THEORY.say(lang, band=band), ha="right", fontsize=9.5, color=now().quiet)
    return figure
