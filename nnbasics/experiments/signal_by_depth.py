"""What is left of the signal after many layers.

The signal is the variance of what a layer hands on, a, over its units and all rows. Xavier's derivation asks that it
stay, and that the mean square of dL/dz stay on the way back; Kaiming's asks one of the two, which for layers of equal
width is the same. So an initialization keeps the variance if ten layers change neither by a factor of 2.
For ReLU a layer multiplies the signal by sigma_w^2 / 2 in the mean: 1 for Kaiming's initialization, 1/2 for Xavier's.
The typical network loses more than the mean: for one input 25/n in the logarithm every ten layers (Hanin & Nica).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from .._checks import check_count
from .._device import resolve_device
from .._setup import check_seeds
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_title
from ..plotting.theme import now
from ..text import NOTHING, Text
from ._common import track
from .deep import APART, INITIALIZATIONS, STEEP, Passage, growth, layers_of, passage, plot_layers, times
from .verdicts import Claim, Finding, Judgement, Result, choose_worlds, keeps, title
from .worlds import World

WORLDS: dict[str, dict[str, Any]] = {  # the narrower, the more networks a seed stands for
    "deep": {"width": 128, "depth": 41},
    "medium": {"width": 64, "depth": 11, "networks": 8},
    "wide": {"width": 256, "depth": 11},
    "digits": {"width": 64, "depth": 11, "networks": 12, "inputs": "digits"},
    "narrow": {"width": 16, "depth": 11, "networks": 16},
}
VARIANTS = {"leaky_relu": "kaiming", STEEP: "leaky"}  # a slope of 0.01 is nearly ReLU's 0
OTHERS = ("elu", "gelu", "silu")
CASES: dict[str, tuple[str, ...]] = {  # initialization -> activations
    "kaiming": ("relu", "leaky_relu", *OTHERS),
    "leaky": (STEEP,),
    "xavier": ("tanh", "relu", "sigmoid"),
    "tanh's": ("tanh",),
    "sigmoid's": ("sigmoid",),
}
DRAWN = ("small", "kaiming", "large")  # with ReLU, in the first world
QUICK: dict[str, Any] = {"seeds": range(8), "worlds": ["deep"], "width": 256, "depth": 21}
WIDE = 36  # 25 / n is the logarithm of 2 at n = 36


def measure(
    *,
    seeds: Sequence[int] = range(32),
    worlds: Sequence[str] | None = None,
    width: int | None = None,
    depth: int | None = None,
    device: str | Any = "cpu",
    progress: bool = False,
) -> Result:
    """Send rows through networks of random weights, and measure what each layer hands on and what comes back.

    Args:
        seeds: The networks; those of one seed see the same rows under every initialization.
        worlds: Names of `WORLDS`; None takes all. The first is drawn.
        width, depth: The units of each layer, and the layers; None takes those of each world.
        device: Where torch computes.
        progress: Whether to show a bar with the time left.

    Returns:
        A `Result` whose worlds are `Passage`s, all tensors on the CPU.

    Example:
        >>> found = measure(seeds=range(4), worlds=["wide"], width=50, depth=3).first
        >>> found.signal["relu", "kaiming"].shape
        torch.Size([4, 3])
    """
    seeds, names, where = check_seeds(seeds), choose_worlds(WORLDS, worlds), resolve_device(device)
    sizes = {"width": width, "depth": depth}
    given = {name: check_count(value, name, minimum=2) for name, value in sizes.items() if value is not None}
    found: dict[str, Passage] = {}
    for name in track(names, progress, "signal-by-depth"):
        world = {**WORLDS[name], **given}
        if not found:
            world["shown"] = {("relu", start): layers_of(world["depth"]) for start in DRAWN}
        cases = CASES if found else {**dict.fromkeys(DRAWN, ("relu",)), **CASES}
        found[name] = passage(seeds, cases, device=where, **world)
    return Result("signal-by-depth", found, here=len(names) == 1)


def changes(found: Passage, activation: str, initialization: str) -> dict[str, Tensor]:
    """The logarithm of what ten layers leave, shape (S,): of the variance of a, of the mean square of dL/dz on its way
    back, and of the variance of a from row to row.
    """
    case = (activation, initialization)
    forward, back = growth(found.signal[case]), -2 * growth(found.gradient[case])
    return {"forward": forward, "back": back, "apart": growth(found.apart[case])}


def kept(found: Passage, activation: str, initialization: str, inside: bool | None = None) -> World:
    """Whether both directions are kept: the one that changes more decides."""
    change = changes(found, activation, initialization)
    worse = max(change["forward"], change["back"], key=lambda values: abs(float(values.mean())))
    return keeps(found.world(activation, initialization), "keeping", worse, inside=inside)


def numbers(result: Result, **cases: tuple[str, str]) -> dict[str, float]:
    """What ten layers leave in the wide world, or in the only one, for sentences: `one_forward`, ..."""
    found: Passage = result.worlds.get("wide", result.first)
    of = {f"{name}_{way}": v for name, case in cases.items() for way, v in changes(found, *case).items()}
    return {"width": float(found.width), **{name: float(values.mean().exp()) for name, values in of.items()}}


def kaiming_relu(result: Result) -> Finding:
    """ReLU from Kaiming's initialization, in wide layers and in narrow ones."""
    worlds = [kept(found, "relu", "kaiming", found.width > WIDE) for found in result.worlds.values()]
    return Finding(worlds, numbers(result, kaiming=("relu", "kaiming"), xavier=("relu", "xavier")))


def kaiming_variants(result: Result) -> Finding:
    """Leaky ReLU with the gain for its slope; the others with ReLU's, as they have none."""
    worlds = []
    for found in result.worlds.values():
        worlds += [kept(found, *case, found.width > WIDE) for case in VARIANTS.items()]
        worlds += [kept(found, other, "kaiming", False) for other in OTHERS]
    return Finding(worlds, numbers(result, **{other: (other, "kaiming") for other in OTHERS}))


def xavier(result: Result, activation: str) -> Finding:
    """Xavier's initialization as it is, gain 1, and with the activation's own gain."""
    cases = {"one": (activation, "xavier"), "own": (activation, f"{activation}'s")}
    worlds = [kept(found, *case) for found in result.worlds.values() for case in cases.values()]
    return Finding(worlds, numbers(result, **cases))


def xavier_tanh(result: Result) -> Finding:
    """The correction: gain 5/3 keeps what goes forward, in each world, and lets gradients grow; 1 lets both shrink."""
    finding = xavier(result, "tanh")
    forward = [changes(found, "tanh", "tanh's")["forward"] for found in result.worlds.values()]
    half = all(keeps(NOTHING, "keeping", each).outcome == "holds" for each in forward)
    one, back = max(finding.numbers["one_forward"], finding.numbers["one_back"]), finding.numbers["own_back"]
    return finding._replace(noted=half and one < 0.5 and back > 2)


def xavier_sigmoid(result: Result) -> Finding:
    """The correction: gradients vanish with either gain, and the rows end up at one point."""
    finding = xavier(result, "sigmoid")
    lost = [finding.numbers[f"{gain}_{way}"] for gain in ("one", "own") for way in ("back", "apart")]
    return finding._replace(noted=max(lost) < 0.01)


EFFECT = Text(
    "what ten layers leave of the variance of a, or of the mean square of dL/dz on the way back, "
    "whichever changes more; kept is from 0.5 to 2 times",
    "每过十层，输出 a 的方差（往回则是 dL/dz 的均方）变为原来的多少倍，取变化较大的一个；0.5 至 2 倍之间算保持",
)


def evidence(en: str, zh: str) -> Text:
    """The effect, and what it is in a wide network of eleven layers."""
    return Text(f"{EFFECT.en}. At {{width:.0f}} units {en}", f"{EFFECT.zh}。每层 {{width:.0f}} 个单元时，{zh}")


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="kaiming-relu",
        section=5,
        kind="measured",
        statement=Text(
            "Kaiming's initialization is made for ReLU: it keeps the signal's size.",
            "Kaiming 初始化专为 ReLU 设计，使信号大小不变。",
        ),
        judge=kaiming_relu,
        evidence=evidence(
            "Kaiming's leaves {kaiming_forward:.2f} of the variance, Xavier's {xavier_forward:.1e}; of "
            "what tells the inputs apart, the variance from row to row, {kaiming_apart:.2f} is left",
            "Kaiming 留下方差的 {kaiming_forward:.2f}，Xavier 只留下 {xavier_forward:.1e}；"
            "区分不同输入的那部分（各行之间的方差）还剩 {kaiming_apart:.2f}",
        ),
        condition=Text(
            "In layers of 64 units and more. In the mean over many networks the signal stays at any width, but the "
            "typical narrow network loses it.",
            "每层要有 64 个以上的单元。对许多网络取平均，多窄都不变；但单看一个窄的网络，信号通常越来越小。",
        ),
        source="He et al. (2015), arXiv:1502.01852; Hanin & Nica (2020), Products of many large random matrices and "
        "gradients in deep neural networks, arXiv:1812.05994",
    ),
    Claim(
        id="kaiming-variants",
        section=5,
        kind="measured",
        statement=Text(
            "Kaiming's initialization suits the variants of ReLU too.", "Kaiming 初始化也适合 ReLU 的变体。"
        ),
        judge=kaiming_variants,
        evidence=evidence(
            "ReLU's gain leaves {elu_forward:.2f} with ELU, {gelu_forward:.2f} with GELU, {silu_forward:.2g} with SiLU",
            "用 ReLU 的 gain：ELU 变为 {elu_forward:.2f} 倍，GELU {gelu_forward:.2f} 倍，SiLU {silu_forward:.2g} 倍",
        ),
        condition=Text(
            "For Leaky ReLU, its slope given as `a`, and layers of 64 units and more; calculate_gain has nothing for "
            "ELU, GELU and SiLU.",
            "适合 Leaky ReLU，斜率要传给参数 a，且每层有 64 个以上的单元；"
            "对 ELU、GELU、SiLU，calculate_gain 没有给出 gain。",
        ),
        source="https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_normal_; He et al. (2015)",
    ),
    Claim(
        id="xavier-tanh",
        section=5,
        kind="measured",
        statement=Text(
            "Xavier's initialization keeps the variance from layer to layer with tanh.",
            "配合 tanh 时，Xavier 初始化使各层方差保持一致。",
        ),
        judge=xavier_tanh,
        evidence=evidence(
            "gain 1 leaves {one_forward:.2f} forward and {one_back:.2f} back, gain 5/3 {own_forward:.2f} and "
            "{own_back:.2f}",
            "gain 为 1 时前向变为 {one_forward:.2f} 倍，往回 {one_back:.2f} 倍；"
            "gain 为 5/3 时是 {own_forward:.2f} 倍和 {own_back:.2f} 倍",
        ),
        correction=Text(
            "It keeps half of it: with the gain 5/3 of calculate_gain('tanh') the variance stays on the way forward, "
            "but gradients grow on the way back; with gain 1, the default of xavier_normal_, both shrink.",
            "只保住一半：用 calculate_gain('tanh') 的 gain 5/3，前向的方差不变，往回的梯度却逐层增大；"
            "用 xavier_normal_ 默认的 1，两者都逐层减小。",
        ),
        source="Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural networks; "
        "https://docs.pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain",
    ),
    Claim(
        id="xavier-sigmoid",
        section=5,
        kind="measured",
        statement=Text(
            "Xavier's initialization keeps the variance from layer to layer with sigmoid.",
            "配合 sigmoid 时，Xavier 初始化使各层方差保持一致。",
        ),
        judge=xavier_sigmoid,
        evidence=evidence(
            "gain 1 leaves {one_forward:.2f} forward and {one_back:.0e} back, gain 4 {own_forward:.2f} "
            "and {own_back:.0e}; of what tells the inputs apart, the variance from row to row, {one_apart:.0e} and "
            "{own_apart:.0e} are left",
            "gain 为 1 时前向变为 {one_forward:.2f} 倍，往回 {one_back:.0e} 倍；gain 为 4 时是 {own_forward:.2f} 倍和 "
            "{own_back:.0e} 倍；区分不同输入的那部分（各行之间的方差）只剩 {one_apart:.0e} 和 {own_apart:.0e}",
        ),
        correction=Text(
            "It was derived for functions through 0 with slope 1. With sigmoid, whose slope is at most 1/4 and whose "
            "output is around 1/2, gradients vanish and all inputs end up at one point; a gain of 4 does not mend it.",
            "它的推导要求函数过 0 点且斜率为 1。Sigmoid 的斜率至多 1/4，输出在 1/2 附近：梯度消失，"
            "所有输入最后挤到一点；gain 取 4 也不行。",
        ),
        source="Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural networks",
    ),
)
KEEPS = Text("Kaiming's initialization keeps ReLU's signal through the layers", "Kaiming 初始化保住了 ReLU 的信号")
LOSES = Text("Kaiming's initialization does not keep ReLU's signal", "Kaiming 初始化没有保住 ReLU 的信号")
UNCLEAR = Text(
    "It is unclear whether Kaiming's initialization keeps ReLU's signal", "Kaiming 能否保住 ReLU 的信号，尚无定论"
)
WIDE_ONLY = Text("Kaiming's initialization keeps ReLU's signal in wide layers", "层够宽，Kaiming 才保得住 ReLU 的信号")
TITLES = {"holds": KEEPS, "holds if": WIDE_ONLY, "wrong": LOSES, "not supported": UNCLEAR, "opposite": LOSES}
LAYER = Text("layer {n}", "第 {n} 层")
NOTE = Text(
    "ReLU, z of {width} units, {n} seeds    each panel as wide as its layer 1    ×: last layer over first, median",
    "ReLU，每层 {width} 个单元的 z，{n} 个随机种子    每格以第 1 层的宽度为准    ×：末层与首层之比的中位数",
)
FATES = {
    "lost": Text("vanishes", "消失"),
    "kept": Text("infinitely wide layers: ×1", "层无限宽时：×1"),
    "grown": Text("explodes", "爆炸"),
}


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """How the z of three layers are spread, from weights too small, Kaiming's, and too large, in the first world."""
    found: Passage = result.first
    figure = new_figure(height=3.9)
    with page_style():
        for k, start in enumerate(DRAWN):
            values, color = found.units["relu", start], color_of("kaiming") if start == "kaiming" else now().quiet
            ax = plot_layers(values, ax=figure.add_axes((0.11 + 0.3 * k, 0.3, 0.27, 0.52)), lang=lang, color=color)
            ax.set_title(INITIALIZATIONS[start][0].say(lang), fontsize=11, color=now().ink)
            ratio = float((values[:, -1].std(1) / values[:, 0].std(1)).median())
            style: dict[str, Any] = {"transform": ax.transAxes, "ha": "center", "va": "top"}
            ax.text(0.5, -0.05, times(ratio), fontsize=15, color=color, **style)
            fate = "lost" if ratio < 1e-3 else "grown" if ratio > 1e3 else "kept" if start == "kaiming" else ""
            if fate:
                ax.text(0.5, -0.24, FATES[fate].say(lang), color=now().quiet, **style)
            if k == 0:
                for n, layer in enumerate(layers_of(found.depth)):
                    place = (-0.04, 0.3 - APART * n)
                    ax.text(*place, LAYER.say(lang, n=layer + 1), ha="right", transform=ax.get_yaxis_transform())
        set_title(figure, title(TITLES, verdicts["kaiming-relu"], lang))
        note = NOTE.say(lang, width=found.width, n=len(values))
        figure.text(0.98, 0.02, note, ha="right", fontsize=9.5, color=now().quiet)
    return figure
