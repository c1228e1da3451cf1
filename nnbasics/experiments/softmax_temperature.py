"""What a temperature does to softmax: from all for the largest score to the same for each.

p_k = exp(z_k/T) / sum_j exp(z_j/T). For T -> 0 the largest score takes all, and equal ones share it; for T -> infinity
p_k = 1/K; between them the entropy H = -sum_k p_k ln p_k only grows. Beside it: where the formula, computed as it is
written, is right in float32.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from matplotlib.axes import Axes
from torch import Tensor

from .._checks import check_count, check_positive, check_tensor
from .._device import resolve_device
from .._setup import check_seeds
from ..plotting.style import PageFigure, color_of, new_figure, page_style, set_labels, set_title
from ..plotting.theme import now
from ..text import Text
from .verdicts import Claim, Finding, Judgement, Result, choose_worlds, exactly, title

EXAMPLE = (0.2, 1.3, 3.75)  # the article's
TEMPERATURES = tuple(10 ** (place / 20 - 1) for place in range(41))
COLD, WARM = 1 / 20, 1000.0  # times the gap between the two largest scores, times the range of all; exp(-20) is 2e-9
WORLDS: dict[str, dict[str, Any]] = {"scores": {"label": Text("drawn scores", "随机得分")}}
QUICK: dict[str, Any] = {"seeds": range(8)}
SHOWN = (0.5, 1.0, 2.0, 5.0)  # the temperatures of the picture


@dataclass(frozen=True, eq=False)
class SoftmaxTemperature:
    """Softmax of z/T: an example at a few temperatures, and the entropy of many drawn scores.

    Attributes:
        example: The example's scores, shape (K,).
        shown: The T at which the example is shown, P of them.
        probabilities: softmax(z/T) of the example, shape (P, K).
        temperatures: T, ascending, shape (T,).
        drawn: The drawn scores, shape (S, K).
        entropy: H of each seed's scores, shape (S, T).
    """

    example: Tensor
    shown: Tensor
    probabilities: Tensor
    temperatures: Tensor
    drawn: Tensor
    entropy: Tensor


def measure(
    *,
    seeds: Sequence[int] = range(32),
    worlds: Sequence[str] | None = None,
    logits: Sequence[float] = EXAMPLE,
    shown: Sequence[float] = SHOWN,
    classes: int = 10,
    spread: float = 2.0,
    temperatures: Sequence[float] = TEMPERATURES,
    device: str | torch.device = "cpu",
    progress: bool = False,
) -> Result:
    """Divide scores by a temperature before softmax, and measure how far the probabilities are spread out.

    Args:
        seeds: Each draws `classes` scores from N(0, spread^2).
        worlds: There is one, "scores".
        logits: The example; by default the article's.
        shown: The temperatures of the picture, four at most.
        classes: K of the drawn scores, at least 2.
        spread: Their standard deviation.
        temperatures: T, each > 0.
        device: Where torch computes, in float32.
        progress: Taken as everywhere; nothing here takes long enough for a bar.

    Returns:
        A `Result` with a `SoftmaxTemperature`.

    Source:
        Hinton, Vinyals & Dean (2015), Distilling the knowledge in a neural network, https://arxiv.org/abs/1503.02531
    """
    (name,) = choose_worlds(WORLDS, worlds)
    seeds, where = check_seeds(seeds), resolve_device(device)
    size, scale = check_count(classes, "classes", minimum=2), check_positive(spread, "spread")
    example = check_tensor(torch.tensor([*logits], dtype=torch.float32, device="cpu"), "logits", ndim=1)
    if not 0 < len(shown) <= len(SHOWN):
        raise ValueError(f"shown must hold from 1 to {len(SHOWN)} temperatures, got {len(shown)}.")
    t, few = (_degrees(values, name).to(where) for values, name in ((temperatures, "temperatures"), (shown, "shown")))
    generators = (torch.Generator(device="cpu").manual_seed(seed) for seed in seeds)
    drawn = [torch.randn(size, generator=g, dtype=torch.float32, device="cpu") for g in generators]
    z = scale * torch.stack(drawn).to(where)
    p = torch.softmax(z[:, None, :] / t[:, None], dim=2)
    found = SoftmaxTemperature(
        example=example,
        shown=few.cpu(),
        probabilities=torch.softmax(example.to(where) / few[:, None], dim=1).cpu(),
        temperatures=t.cpu(),
        drawn=z.cpu(),
        entropy=torch.special.entr(p).sum(2).cpu(),  # entr(p) = -p ln p, and 0 at p = 0
    )
    return Result("softmax-temperature", {name: found})  # what it says holds of all scores, not of these only


def _degrees(values: Sequence[float], name: str) -> Tensor:
    ascending = sorted(check_positive(value, name) for value in values)
    return check_tensor(torch.tensor(ascending, dtype=torch.float32, device="cpu"), name)


def evens_out(result: Result) -> Finding:
    """Softmax of the example and of the drawn scores, cold, warm, and at every temperature between."""
    found: SoftmaxTemperature = result.first
    colds, warms = [], []
    for z in (found.example.double(), *found.drawn.double()):
        apart = z.unique()
        gap, reach = (1.0, 1.0) if len(apart) == 1 else (float(apart[-1] - apart[-2]), float(apart[-1] - apart[0]))
        largest = z == z.max()
        colds.append(float(torch.softmax(z / (COLD * gap), 0)[largest].sum()))
        warms.append(float((len(z) * torch.softmax(z / (WARM * reach), 0) - 1).abs().max()))
    grows = bool((found.entropy.diff(dim=1) >= -1e-5).all())  # float32 rounds an entropy near ln K by 1e-6
    worlds = [
        exactly(
            Text("cold: a twentieth of the gap between the two largest", "低温：最大两个得分之差的二十分之一"),
            min(colds) > 1 - 1e-6,
        ),
        exactly(
            Text("warm: a thousand times the range of the scores", "高温：最大与最小得分之差的一千倍"),
            max(warms) < 1e-2,
        ),
        exactly(Text("between: the warmer, the more even", "中间：温度越高越均匀"), grows),
    ]
    return Finding(worlds, {"cold": min(colds), "warm": max(warms)})


def quotient(scores: Tensor) -> Tensor:
    """The formula as it is written: exp(x_i) over the sum of exp(x_j)."""
    return scores.exp() / scores.exp().sum(-1, keepdim=True)


CASES: tuple[tuple[Text, list[float]], ...] = (
    (Text("the article's scores 0.2, 1.3, 3.75", "文中的得分 0.2、1.3、3.75"), [*EXAMPLE]),
    (Text("five scores, the largest 80", "五个得分，最大 80"), [80.0, 79.0, 60.0, 0.0, -1000.0]),
    (Text("five scores of 86", "五个得分都是 86"), [86.0] * 5),
    (Text("three scores, the largest -80", "三个得分，最大 -80"), [-80.0, -81.0, -82.0]),
    (Text("a thousand scores of 80", "一千个得分都是 80"), [80.0] * 1000),
    (Text("three scores, the largest 89", "三个得分，最大 89"), [89.0, 1.0, 0.0]),
    (Text("five scores of 87.5", "五个得分都是 87.5"), [87.5] * 5),
    (Text("a thousand scores of 82.5", "一千个得分都是 82.5"), [82.5] * 1000),
    (Text("three scores, the largest -110", "三个得分，最大 -110"), [-110.0, -111.0, -112.0]),
    (Text("three scores, the largest 1000", "三个得分，最大 1000"), [1000.0, 999.0, 0.0]),
)


def fits(scores: Sequence[float]) -> bool:
    """Whether in float32 no exp(x) overflows, nor their sum, nor all of them vanish: the largest decides."""
    return -87 <= max(scores) <= 88 - math.log(len(scores))


def as_written(result: Result, *, formula: Callable[[Tensor], Tensor] = quotient) -> Finding:
    """The formula in float32 against softmax in float64, on cases inside the bounds and outside."""
    worlds = []
    for label, case in CASES:
        scores = torch.tensor(case, dtype=torch.float64, device="cpu")
        off = float((formula(scores.float()).double() - torch.softmax(scores, 0)).abs().max())
        worlds.append(exactly(label, off < 1e-4 / len(case), inside=fits(case)))  # of 1/K; NaN is below nothing
    right = [each.outcome == "holds" for each in worlds]
    numbers = {"right": float(sum(right)), "cases": float(len(right))}
    return Finding(worlds, numbers, all(each.inside == well for each, well in zip(worlds, right, strict=True)))


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="softmax-temperature",
        section=4,
        kind="identity",
        statement=Text(
            "Divided by a low temperature, softmax gives all to the largest score; a high one evens the scores out.",
            "得分先除以温度：温度低，softmax 把概率全给最大的得分；温度高，各类趋于相等。",
        ),
        judge=evens_out,
        evidence=Text(
            "cold, the largest score has a probability of at least {cold:.6f}; warm, each is within {warm:.1e} of 1/K, "
            "as a share of it; between them the entropy grows with every temperature",
            "低温时最大得分的概率至少为 {cold:.6f}；高温时各概率与 1/K 的相对差"
            "至多 {warm:.1e}；两者之间，温度每升高一步，熵都增大",
        ),
        source="Hinton, Vinyals & Dean (2015), Distilling the knowledge in a neural network, "
        "https://arxiv.org/abs/1503.02531",
        origin="ours",
    ),
    Claim(
        id="softmax-formula",
        section=4,
        kind="identity",
        statement=Text(
            "Softmax is exp(x_i) divided by the sum of all exp(x_j).", "Softmax 就是 exp(x_i) 除以所有 exp(x_j) 之和。"
        ),
        judge=as_written,
        evidence=Text(
            "computed as it is written, in float32, it is right in {right:.0f} of {cases:.0f} cases",
            "在 float32 中照公式计算，{cases:.0f} 种情况里有 {right:.0f} 种算对",
        ),
        condition=Text(
            "In float32 the largest of K scores must lie between about -87 and 88 - ln K, or all exponentials vanish, "
            "or their sum overflows; torch subtracts the largest first.",
            "在 float32 中，K 个得分里最大的要在大约 -87 到 88 - ln K 之间，否则指数全变成 0，或者和溢出；"
            "torch 会先减去最大的得分。",
        ),
        source="Blanchard, Higham & Higham (2021), Accurately computing the log-sum-exp and softmax functions, "
        "https://doi.org/10.1093/imanum/draa038",
    ),
)

TITLES = {
    "holds": Text(
        "A low temperature favours the largest score; a high one evens scores out",
        "温度低，概率全归最大的得分；温度高，趋于相等",
    ),
    "holds if": Text("What a temperature does to softmax depends on the scores", "温度对 softmax 的作用，要看得分"),
    "wrong": Text("The temperature does not even out what softmax gives", "温度并没有使 softmax 的结果趋于相等"),
    "not supported": Text(
        "The temperature does not even out what softmax gives", "温度并没有使 softmax 的结果趋于相等"
    ),
}
HEAD, SCORE = Text("temperature $T$ = ", "温度 $T$ = "), Text("score z", "得分 z")
PLAIN = Text(": as it is", "：不变")
PROBABILITY = Text("probability: softmax of z / T", "概率：z / T 的 softmax")


def plot_probabilities(ax: Axes, scores: Tensor, p: Tensor) -> None:
    """A bar for each class, with its probability on it; the largest score in colour."""
    largest, numbers = scores == scores.max(), p.tolist()
    colors = [color_of("probabilities") if top else now().faint for top in largest]
    ax.bar(range(len(numbers)), numbers, color=colors, width=0.72)
    for k, share in enumerate(numbers):
        if len(numbers) <= 4 or largest[k]:  # of many there is no room for more
            ax.text(k, share + 0.02, f"{share:.2f}", ha="center", fontsize=9.5, color=now().ink)
    ax.set(ylim=(0, 1.1), xlim=(-0.6, len(numbers) - 0.4), yticks=(0, 0.5, 1))
    ax.set_xticks(range(len(numbers)), [f"{score:.4g}" for score in scores.tolist()])
    ax.tick_params(axis="x", length=0)
    ax.grid(visible=False, axis="x")


def draw(result: Result, verdicts: Mapping[str, Judgement], lang: str) -> PageFigure:
    """The probabilities of the example as bars, a panel for each temperature."""
    figure, found = new_figure(), result.first
    width = 0.9 / len(found.shown)
    with page_style():
        set_title(figure, title(TITLES, verdicts["softmax-temperature"], lang))
        for place, (t, p) in enumerate(zip(found.shown.tolist(), found.probabilities, strict=True)):
            ax = figure.add_axes((0.09 + place * width, 0.16, width - 0.02, 0.62))
            plot_probabilities(ax, found.example, p)
            if place:
                ax.set_yticklabels([])
                ax.tick_params(axis="y", length=0)
            set_labels(ax, "", "" if place else PROBABILITY.say(lang))
            head = ("$T$ = " if place else HEAD.say(lang)) + f"{t:g}" + (PLAIN.say(lang) if t == 1 else "")
            ax.text(0.5, 1.04, head, transform=ax.transAxes, ha="center", fontsize=11, color=now().ink)
        figure.text(0.53, 0.035, SCORE.say(lang), ha="center", color=now().ink)
    return figure
