"""What is left of the gradient on its way back through many layers.

The gradient is the root mean square of dL/dz of a layer. It vanishes, or explodes, where ten layers change it by a
factor of 100: then a learning rate that suits the last layer fits no other. From layer l+1 to layer l its mean square
grows by chi = sigma_w^2 E[f'(z)^2]: for ReLU sigma_w^2 / 2, which is 1 for Kaiming's initialization, 1/2 for Xavier's
and 1/6 for torch's default; for tanh at most sigma_w^2, for sigmoid at most sigma_w^2 / 16.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from .._checks import check_count
from .._device import resolve_device
from .._setup import check_seeds
from ..plotting.bands import band_text, plot_band
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now
from ..text import Text
from ._common import track
from .deep import Passage, growth, passage, times
from .verdicts import Claim, Finding, Judgement, Result, choose_worlds, compare, keeps, title
from .worlds import World

WORLDS: dict[str, dict[str, Any]] = {
    "deep": {"width": 64, "depth": 51},
    "medium": {"width": 128, "depth": 11},
    "wide": {"width": 256, "depth": 11},
    "digits": {"width": 64, "depth": 11, "inputs": "digits"},
}
ACTIVATIONS = ("sigmoid", "tanh", "relu")
CASES: dict[str, tuple[str, ...]] = {  # each activation with the gain that is its own, too
    **dict.fromkeys(("large", "kaiming", "xavier", "default", "small"), ACTIVATIONS),
    "sigmoid's": ("sigmoid",),
    "tanh's": ("tanh",),
    "huge": ("sigmoid",),
}
BOTTOM = -7  # the power of ten where the picture ends
QUICK: dict[str, Any] = {"seeds": range(8), "worlds": ["medium"]}


def measure(
    *,
    seeds: Sequence[int] = range(32),
    worlds: Sequence[str] | None = None,
    width: int | None = None,
    depth: int | None = None,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Send rows through networks of random weights, and a gradient of N(0, 1) at the last z back.

    Args:
        seeds: The networks; those of one seed see the same rows under every initialization.
        worlds: Names of `WORLDS`; None takes all. `"medium"` is drawn, or the first.
        width, depth: The units of each layer, and the layers, at least 2; None takes those of each world.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        A `Result` whose worlds are `Passage`s, all tensors on the CPU.
    """
    seeds, names, where = check_seeds(seeds), choose_worlds(WORLDS, worlds), resolve_device(device)
    given = {"width": width, "depth": depth}
    own = {name: check_count(value, name, minimum=2) for name, value in given.items() if value is not None}
    every = track(names, progress, "gradient-by-depth")
    found = {name: passage(seeds, CASES, device=where, **{**WORLDS[name], **own}) for name in every}
    return Result("gradient-by-depth", found, here=len(names) == 1)


def grown(found: Passage, activation: str, initialization: str) -> Tensor:
    """The logarithm of what ten layers make of the gradient on its way back, shape (S,)."""
    return -growth(found.gradient[activation, initialization])


Met = Mapping[tuple[str, str], bool | None]


def worlds_of(result: Result, sign: int, cases: Met) -> list[World]:
    """Cases in every world, with whether the condition is met in them; `sign` is -1 for vanishing, 1 for exploding."""
    return [
        compare(found.world(*case), "vanishing", sign * grown(found, *case), inside=met)
        for found in result.worlds.values()
        for case, met in cases.items()
    ]


def numbers(result: Result, **cases: tuple[str, str]) -> dict[str, float]:
    """What ten layers make of the gradient in the wide world, or in the only one, for sentences."""
    found: Passage = result.worlds.get("wide", result.first)
    shares = {name: float(grown(found, *case).mean().exp()) for name, case in cases.items()}
    return {"width": float(found.width), **shares}


def sigmoid_vanishes(result: Result) -> Finding:
    """A slope of 1/4 makes chi at most sigma_w^2 / 16: so the gradient vanishes wherever sigma_w^2 is below 6.4."""
    names = ("xavier", "default", "kaiming", "sigmoid's", "large")
    worlds = worlds_of(result, -1, {("sigmoid", name): name in ("xavier", "default", "kaiming") for name in names})
    found = numbers(result, xavier=("sigmoid", "xavier"), own=("sigmoid", "sigmoid's"))
    return Finding(worlds, found, noted=0.003 < found["own"] < 0.03)


def tanh_vanishes(result: Result) -> Finding:
    """A slope of 1 makes chi at most sigma_w^2: the gradient vanishes below 0.4, and torch's default has 1/3."""
    names = ("default", "small", "xavier", "tanh's", "large")
    worlds = worlds_of(result, -1, {("tanh", name): name in ("default", "small") for name in names})
    return Finding(worlds, numbers(result, default=("tanh", "default"), xavier=("tanh", "xavier")))


def relu_relieves(result: Result) -> Finding:
    """Whether ReLU's gradient neither vanishes nor explodes; the others beside it, each with the gain made for it."""
    cases = {("relu", name): name == "kaiming" for name in ("kaiming", "xavier", "default", "large")}
    worlds = [
        keeps(found.world(*case), "vanishing", grown(found, *case), inside=met)
        for found in result.worlds.values()
        for case, met in cases.items()
    ]
    others = {"sigmoid": ("sigmoid", "sigmoid's"), "tanh": ("tanh", "tanh's")}
    found = numbers(result, kaiming=("relu", "kaiming"), default=("relu", "default"), **others)
    return Finding(worlds, found, noted=found["default"] < 0.01 and found["sigmoid"] < 0.1 < found["tanh"])


def small_vanish(result: Result) -> Finding:
    """N(0, 0.01^2), and torch's default, with each activation."""
    cases: Met = {(f, name): None for name in ("small", "default") for f in ACTIVATIONS}
    return Finding(worlds_of(result, -1, cases), numbers(result, **{f: (f, "small") for f in ACTIVATIONS}))


def large_explode(result: Result) -> Finding:
    """N(0, 1), eight times Xavier's and more; and N(0, 4^2) for sigmoid, whose slope is a fourth of tanh's."""
    cases: Met = {("relu", "large"): True, ("tanh", "large"): True, ("sigmoid", "large"): False}
    found = {**{f: (f, "large") for f in ACTIVATIONS}, "huge": ("sigmoid", "huge")}
    left = numbers(result, **found)
    return Finding(worlds_of(result, 1, {**cases, ("sigmoid", "huge"): False}), left, noted=left["huge"] > 100)


SMALLER = Text(
    "how many times smaller ten layers make the gradient on its way back; it vanishes from 100 times on. At "
    "{width:.0f} units it shrinks to",
    "梯度往回每过十层，缩小到几分之一；缩小 100 倍以上算消失。每层 {width:.0f} 个单元时，",
)
GLOROT = "Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural networks"
PASCANU = "Pascanu, Mikolov & Bengio (2013), On the difficulty of training recurrent neural networks"
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="sigmoid-vanishes",
        section=4,
        kind="measured",
        statement=Text("With sigmoid, gradients vanish easily.", "使用 sigmoid 容易出现梯度消失。"),
        judge=sigmoid_vanishes,
        evidence=Text(
            SMALLER.en + " {xavier:.0e} from Xavier's initialization, to {own:.2g} with sigmoid's gain of 4",
            SMALLER.zh + "用 Xavier 初始化，梯度只剩 {xavier:.0e}；换成 sigmoid 的 gain 4，剩 {own:.2g}",
        ),
        condition=Text(
            "From torch's default, Xavier's or Kaiming's initialization. Sigmoid's own gain of 4 brings the gradient "
            "to the edge of vanishing; from N(0, 1) it does not vanish.",
            "用 torch 默认、Xavier 或 Kaiming 初始化时如此。用 sigmoid 的 gain 4，正在消失的边缘；用 N(0, 1) 不消失。",
        ),
        source=GLOROT,
    ),
    Claim(
        id="tanh-vanishes",
        section=4,
        kind="measured",
        statement=Text("Gradients vanish with tanh too.", "Tanh 仍有梯度消失的问题。"),
        judge=tanh_vanishes,
        evidence=Text(
            SMALLER.en + " {default:.1g} from torch's default, to {xavier:.2f} from Xavier's",
            SMALLER.zh + "用 torch 默认的初始化，梯度只剩 {default:.1g}；用 Xavier，剩 {xavier:.2f}",
        ),
        condition=Text(
            "From weights much smaller than Xavier's, and those of nn.Linear itself are: their variance is a third of "
            "it. From Xavier's initialization gradients do not vanish.",
            "权重要比 Xavier 小得多；nn.Linear 自己的初始化就是这样，方差只有 Xavier 的三分之一。"
            "用 Xavier 初始化，梯度不会消失。",
        ),
        source=GLOROT,
    ),
    Claim(
        id="relu-relieves-vanishing",
        section=4,
        kind="measured",
        statement=Text("ReLU relieves vanishing gradients.", "ReLU 能缓解梯度消失。"),
        judge=relu_relieves,
        evidence=Text(
            "what ten layers leave of ReLU's gradient on its way back; from 1/100 to 100 times is neither vanishing "
            "nor exploding. At {width:.0f} units Kaiming's initialization leaves {kaiming:.2f}, torch's default "
            "{default:.0e}; sigmoid with its gain of 4 leaves {sigmoid:.2g}, tanh with its gain of 5/3 {tanh:.2g}",
            "用 ReLU 时，梯度往回每过十层变为几倍；百分之一到 100 倍之间，既不算消失也不算爆炸。"
            "每层 {width:.0f} 个单元时，Kaiming 初始化留下 {kaiming:.2f}，torch 默认留下 {default:.0e}；"
            "sigmoid 用自己的 gain 4 留下 {sigmoid:.2g}，tanh 用自己的 gain 5/3 则变为 {tanh:.2g} 倍",
        ),
        condition=Text(
            "From Kaiming's initialization. From torch's default ReLU's gradient vanishes as well; and what it "
            "relieves is sigmoid's, for tanh's does not vanish from its own initialization.",
            "要用 Kaiming 初始化；用 torch 默认的，ReLU 的梯度同样消失。缓解是相对 sigmoid 说的："
            "tanh 用合适的初始化，梯度也不消失。",
        ),
        source="He et al. (2015), Delving deep into rectifiers; Glorot, Bordes & Bengio (2011)",
    ),
    Claim(
        id="small-weights-vanish",
        section=5,
        kind="measured",
        statement=Text("With weights too small, gradients vanish.", "权重太小，梯度会消失。"),
        judge=small_vanish,
        evidence=Text(
            SMALLER.en
            + " {relu:.0e} with ReLU from N(0, 0.01²), to {tanh:.0e} with tanh, to {sigmoid:.0e} with sigmoid",
            SMALLER.zh + "权重服从 N(0, 0.01²)，ReLU 的梯度只剩 {relu:.0e}，tanh {tanh:.0e}，sigmoid {sigmoid:.0e}",
        ),
        source=PASCANU,
    ),
    Claim(
        id="large-weights-explode",
        section=5,
        kind="measured",
        statement=Text("With weights too large, gradients explode.", "权重太大，梯度会爆炸。"),
        judge=large_explode,
        evidence=Text(
            "how many times larger ten layers make the gradient on its way back; it explodes from 100 times on. At "
            "{width:.0f} units N(0, 1) makes it {relu:.0e} times as large with ReLU, {tanh:.0e} with tanh, "
            "{sigmoid:.2g} with sigmoid, and N(0, 4²) {huge:.0e} with sigmoid",
            "梯度往回每过十层，增大为几倍；100 倍以上算爆炸。每层 {width:.0f} 个单元、权重服从 N(0, 1) 时，ReLU 为 "
            "{relu:.0e} 倍，tanh {tanh:.0e} 倍，sigmoid {sigmoid:.2g} 倍；权重服从 N(0, 4²) 时，sigmoid 为 "
            "{huge:.0e} 倍",
        ),
        condition=Text(
            "With ReLU and tanh. With sigmoid, whose slope is at most 1/4, it takes far larger weights: N(0, 1) is not "
            "enough, N(0, 4²) in wide layers is.",
            "ReLU 和 tanh 如此。Sigmoid 的斜率至多 1/4，要大得多的权重才会：N(0, 1) 还不够，层很宽时 N(0, 4²) 就够了。",
        ),
        source=PASCANU,
    ),
)
VANISHES = Text("With sigmoid the gradient vanishes on its way back", "用 sigmoid，梯度往回传会消失")
STAYS = Text("With sigmoid the gradient does not vanish on its way back", "用 sigmoid，梯度往回传没有消失")
UNCLEAR = Text("It is unclear whether sigmoid's gradient vanishes on its way back", "sigmoid 的梯度是否消失，尚无定论")
USUAL = Text(
    "From the usual initializations, sigmoid's gradient vanishes on its way back",
    "用常见的初始化，sigmoid 的梯度会消失",
)
TITLES = {
    "holds": VANISHES,
    "holds if": USUAL,
    "wrong": STAYS,
    "not supported": UNCLEAR,
    "opposite": STAYS,
    "no effect": STAYS,
    "open": UNCLEAR,
}
DRAWN = {  # the first is what the picture is about, the others stand back
    ("sigmoid", "xavier"): Text("sigmoid, Xavier", "sigmoid，Xavier"),
    ("tanh", "xavier"): Text("tanh, Xavier", "tanh，Xavier"),
    ("relu", "kaiming"): Text("ReLU, Kaiming", "ReLU，Kaiming"),
    ("sigmoid", "large"): Text("sigmoid, N(0, 1)", "sigmoid，N(0, 1)"),
}
LAYER, GRADIENT, BACK = Text("layer", "层"), Text("size of the gradient", "梯度的大小"), Text("the way back", "往回传")
NOTE = Text(
    "N(0, 1) is not recommended: it saturates sigmoid    {band}", "N(0, 1) 并不可取：sigmoid 单元会饱和    {band}"
)


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The gradient by layer, each case named where its way back ends, in eleven layers or in the first world."""
    figure, found = new_figure(), result.worlds.get("medium", result.first)
    layers = torch.arange(1.0, 1 + found.depth, dtype=torch.float64, device="cpu")
    ends = {case: float(found.gradient[case][:, 0].quantile(0.5).clamp(1e-300)) for case in DRAWN}
    with page_style():
        ax, free = figure.add_axes((0.2, 0.2, 0.69, 0.66)), BOTTOM + 0.6  # where a name may stand, clear of others
        for case in sorted(DRAWN, key=ends.__getitem__):
            first = case == next(iter(DRAWN))
            color, name = (color_of("sigmoid") if first else now().quiet), DRAWN[case].say(lang)
            plot_band(layers, found.gradient[case], ax=ax, color=color, linewidth=2.4 if first else 1.4)
            place = max(math.log10(ends[case]), free)
            free = place + (1 if first else 0.65)
            style: dict[str, Any] = {"ha": "right", "va": "center", "linespacing": 1.35, "annotation_clip": False}
            label = f"{name}\n{times(ends[case])}" if first else name
            ax.annotate(label, (1, 10**place), (-7, 0), textcoords="offset points", color=color, **style)
        ax.set(yscale="log", ylim=(10**BOTTOM, 1e2), yticks=[1e-6, 1e-4, 1e-2, 1, 1e2], xlim=(1, found.depth))
        ax.minorticks_off()
        ax.yaxis.tick_right()  # where the way back starts
        ax.yaxis.set_label_position("right")
        ax.spines[["left", "right"]].set_visible(False)
        ax.set_xticks(sorted({1, (1 + found.depth) // 2, found.depth}))
        set_labels(ax, LAYER.say(lang), GRADIENT.say(lang))
        arrow: dict[str, Any] = {"arrowprops": {"arrowstyle": "->", "color": now().quiet}, "color": now().quiet}
        ax.annotate(BACK.say(lang), (0.3, 0.95), (0.65, 0.95), "axes fraction", va="center", **arrow)
        set_title(figure, title(TITLES, verdicts["sigmoid-vanishes"], lang))
        note = NOTE.say(lang, band=band_text(len(found.gradient["relu", "kaiming"]), lang))
        figure.text(0.98, 0.02, note, ha="right", fontsize=9.5, color=now().quiet)
    return figure
