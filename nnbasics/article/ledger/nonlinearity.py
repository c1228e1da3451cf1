"""Section 4: what nonlinearity brings; softmax, and the choice of an output."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ...activations import ACTIVATIONS
from ..claims import Claim, Outcome, Text
from ._toys import ROUNDING, Function, best_run, grid, linear, mlp, uniform
from ._trials import interval, normal


def linear_stack(seed: int, *, function: Function = ACTIVATIONS["identity"]) -> Outcome:
    """Five layers, f between them, against the one layer that gives the same on 0 and the unit vectors."""
    generator = torch.Generator().manual_seed(seed)
    layers, x = [linear(8, 8, generator) for _ in range(5)], normal(generator, 100, 8)
    with torch.no_grad():

        def stack(a: Tensor) -> Tensor:
            for layer in layers[:-1]:
                a = function(layer(a))
            result: Tensor = layers[-1](a)
            return result

        bias = stack(torch.zeros_like(x[:1]))
        weight = stack(torch.eye(8, dtype=x.dtype, device="cpu")) - bias
        off = float((stack(x) - (x @ weight + bias)).abs().max())
    return Outcome(off < ROUNDING, False, {"off": off})


def xor(seed: int, *, activation: Callable[[], nn.Module] = nn.Tanh, labels: Sequence[float] = (0, 1, 1, 0)) -> Outcome:
    """The four rows of XOR learned by 32 networks 2-8-1 with an activation, and by 32 without; rates from one grid.

    The share that gets all four right, and an interval of the difference.
    """
    rows = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=torch.float32, device="cpu")
    target = torch.tensor(labels, dtype=torch.float32, device="cpu")[:, None]

    def solved(make: Callable[[], nn.Module]) -> Tensor:
        run = best_run(
            lambda: mlp(2, 8, 1, activation=make),
            lambda _, count: (rows.expand(count, 4, 2), target.expand(count, 4, 1)),
            lambda run: run.losses[:, -1],
            seed=seed,
            rates=(0.03, 0.1, 0.3, 1),
            updates=200,
        )
        return ((run.predict(run.x) > 0) == (run.y > 0.5)).all(1).flatten().double()

    bent, straight = solved(activation), solved(nn.Identity)
    low, high = interval(bent - straight, seed)
    numbers = {"bent": float(bent.mean()), "straight": float(straight.mean()), "low": low, "high": high}
    return Outcome(low > 0, False, numbers)


def any_function(seed: int, *, function: Function = torch.tanh, widths: tuple[int, int] = (4, 256)) -> Outcome:
    """How near one hidden layer comes to a sum of eight random waves on [-1, 1], in units of its standard deviation.

    Hidden units are drawn, the output layer is fitted by least squares to every other of 401 points and measured on
    all; of the small layer the best of 100 draws counts.
    """
    generator = torch.Generator().manual_seed(seed)
    x, k = grid(-1, 1, 401)[:, None], grid(1, 8, 8)
    waves = torch.sin(torch.pi * (k * x + 2 * uniform(generator, 8)))
    y = (normal(generator, 8) * waves).sum(1, keepdim=True)
    y = (y - y.mean()) / y.std()
    errors = []
    for width, draws in zip(widths, (100, 1), strict=True):
        slope, place = 10 * normal(generator, draws, 1, width), 2 * uniform(generator, draws, 1, width) - 1
        hidden = F.pad(function(slope * (x - place)), (0, 1), value=1.0)
        found = torch.linalg.lstsq(hidden[:, ::2], y[::2].expand(draws, -1, -1), driver="gelsd").solution
        errors.append(float((hidden @ found - y).square().mean((1, 2)).sqrt().min()))
    # 1 % of the standard deviation: in a picture the two curves are one.
    return Outcome(max(errors) < 0.01, errors[1] < 0.01, {"small": errors[0], "large": errors[1]})


def softmax_distribution(seed: int, *, function: Function = ACTIVATIONS["softmax"]) -> Outcome:
    """The least output, and the largest distance of a sum from 1, for 1,000 rows of random scores in float32."""
    p = function(10 * normal(torch.Generator().manual_seed(seed), 1000, 10, dtype=torch.float32))
    off, least = float((p.double().sum(1) - 1).abs().max()), float(p.min())
    # 1e-6: ten outputs, each rounded in the eighth digit.
    return Outcome(least >= 0 and off < 1e-6, False, {"least": least, "off": off})


def softmax_printed(
    seed: int, *, scores: tuple[float, ...] = (0.2, 1.3, 3.75), printed: tuple[float, ...] = (0.0212, 0.0638, 0.7392)
) -> Outcome:
    """The printed numbers against torch's softmax of the printed scores, to the four digits that were printed."""
    right = torch.softmax(torch.tensor(scores, dtype=torch.float64, device="cpu"), dim=0)
    off = float((right - torch.tensor(printed, dtype=torch.float64, device="cpu")).abs().max())
    numbers = {f"p{i}": float(p) for i, p in enumerate(right)}
    # 5e-5: half a unit of the last digit printed.
    return Outcome(off <= 5e-5, False, {**numbers, "sum": sum(printed)})


def quotient(scores: Tensor) -> Tensor:
    """The formula as it is written: exp(x_i) over the sum of exp(x_j)."""
    return scores.exp() / scores.exp().sum(-1, keepdim=True)


def softmax_formula(seed: int, *, formula: Function = quotient) -> Outcome:
    """The formula against torch.softmax in float32: scores up to 1,000, and up to 80, where exp still is finite."""
    generator = torch.Generator().manual_seed(seed)
    drawn = 2 * uniform(generator, 1000, 5, dtype=torch.float32) - 1
    failed = {}
    for bound in (80, 1000):
        scores = bound * drawn
        near = torch.isclose(formula(scores), torch.softmax(scores, -1), rtol=1e-4, atol=1e-6)
        failed[bound] = 1 - float(near.all(1).double().mean())
    return Outcome(not any(failed.values()), failed[80] == 0, {"large": failed[1000], "small": failed[80]})


def output_two(seed: int, *, function: Function = torch.sigmoid) -> Outcome:
    """The output f(z) for two classes against the softmax of the scores (0, z), for 1,000 random z."""
    z = 5 * normal(torch.Generator().manual_seed(seed), 1000, 1)
    off = float((function(z) - torch.softmax(F.pad(z, (1, 0)), 1)[:, 1:]).abs().max())
    return Outcome(off < ROUNDING, False, {"off": off})


def output_regression(seed: int, *, low: float = -3.0, high: float = 3.0) -> Outcome:
    """The share of 1,000 targets from U(low, high) that an output can reach at all: the identity, and the best other.

    The range of an f is measured on z from -50 to 50.
    """
    targets = low + (high - low) * uniform(torch.Generator().manual_seed(seed), 1000)
    z = grid(-50, 50, 10_001)
    reach = {}
    for name in ("identity", "sigmoid", "tanh", "relu"):
        y = ACTIVATIONS[name](z)
        reach[name] = float(((targets >= y.min()) & (targets <= y.max())).double().mean())
    own, best = reach.pop("identity"), max(reach.values())
    return Outcome(own == 1 and best < 1, False, {"identity": own, "best": best})


CLAIMS: list[Claim] = [
    Claim(
        id="linear-stack",
        section=4,
        statement=Text(
            "Without activations, many layers still make one linear layer.",
            "没有激活函数时，再多层也只相当于一个线性层。",
        ),
        check=linear_stack,
        evidence=Text(
            "five linear layers against a single one: largest difference {off:.1e}",
            "五个线性层与单独一层的最大差：{off:.1e}",
        ),
    ),
    Claim(
        id="xor",
        section=4,
        statement=Text(
            "A nonlinear activation lets a network learn what no linear one can, such as XOR.",
            "非线性激活使网络学会线性模型学不会的东西，例如异或。",
        ),
        check=xor,
        evidence=Text(
            "networks with all four rows right: {bent:.0%} of 32 with the activation, {straight:.0%} without; "
            "difference {low:.2f} to {high:.2f} (95 %)",
            "四行全对的网络：有激活函数时占 32 个中的 {bent:.0%}，没有时占 {straight:.0%}；"
            "相差 {low:.2f} 到 {high:.2f}（95 %）",
        ),
    ),
    Claim(
        id="any-function",
        section=4,
        statement=Text(
            "With a nonlinear activation a network can fit functions as complicated as you like.",
            "有了非线性激活，网络可以拟合任意复杂的函数。",
        ),
        check=any_function,
        evidence=Text(
            "error on a sum of eight waves: {small:.2f} standard deviations with 4 tanh units, {large:.1e} with 256",
            "拟合八个波之和的误差（以标准差计）：4 个 tanh 单元为 {small:.2f}，256 个为 {large:.1e}",
        ),
        condition=Text(
            "There must be hidden units enough for the function, and its inputs must stay within bounds.",
            "隐藏单元要足够多，输入要在有界的范围内。",
        ),
        source="Leshno, Lin, Pinkus & Schocken (1993), Multilayer feedforward networks with a nonpolynomial activation",
    ),
    Claim(
        id="softmax-distribution",
        section=4,
        statement=Text(
            "Softmax turns scores into a probability distribution: none negative, sum 1.",
            "Softmax 把得分变成概率分布：都不为负，和为 1。",
        ),
        check=softmax_distribution,
        evidence=Text(
            "least of 10,000 outputs: {least:.1e}; largest distance of a sum from 1: {off:.1e}",
            "10000 个输出中最小的：{least:.1e}；和与 1 的最大差：{off:.1e}",
        ),
    ),
    Claim(
        id="softmax-printed",
        section=4,
        statement=Text(
            "The softmax of [0.2, 1.3, 3.75] prints [0.0212, 0.0638, 0.7392].",
            "[0.2, 1.3, 3.75] 的 softmax 输出 [0.0212, 0.0638, 0.7392]。",
        ),
        check=softmax_printed,
        evidence=Text(
            "torch gives [{p0:.4f}, {p1:.4f}, {p2:.4f}]; the printed numbers sum to {sum:.4f}",
            "torch 算出 [{p0:.4f}, {p1:.4f}, {p2:.4f}]；文中数字之和为 {sum:.4f}",
        ),
        correction=Text(
            "A softmax sums to 1; the printed numbers belong to a longer input.",
            "softmax 之和必为 1；文中的数字属于另一个更长的输入。",
        ),
        source="https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html",
    ),
    Claim(
        id="softmax-formula",
        section=4,
        statement=Text(
            "Softmax is exp(x_i) divided by the sum of all exp(x_j).", "Softmax 就是 exp(x_i) 除以所有 exp(x_j) 之和。"
        ),
        check=softmax_formula,
        evidence=Text(
            "computed as written in float32, it fails on {large:.0%} of the rows with scores up to 1000, "
            "on {small:.0%} of those with scores up to 80",
            "在 float32 中照公式计算：得分达到 1000 时，{large:.0%} 的行出错；得分不超过 80 时为 {small:.0%}",
        ),
        condition=Text(
            "On a computer, scores must stay below 88, where exp overflows in float32; "
            "torch first subtracts the largest.",
            "在计算机上，得分要小于 88，否则 float32 的 exp 会溢出；torch 会先减去最大的得分。",
        ),
        source="Blanchard, Higham & Higham (2021), Accurately computing the log-sum-exp and softmax functions",
    ),
    Claim(
        id="output-two-classes",
        section=4,
        statement=Text(
            "For two classes, one sigmoid output is the probability of one of them.",
            "二分类的输出层用 sigmoid：一个输出就是其中一类的概率。",
        ),
        check=output_two,
        evidence=Text(
            "largest difference from the softmax of the scores (0, z): {off:.1e}",
            "与得分 (0, z) 的 softmax 的最大差：{off:.1e}",
        ),
    ),
    Claim(
        id="output-regression",
        section=4,
        statement=Text(
            "The output layer of a regression takes no activation (the identity).", "回归的输出层不加激活（恒等函数）。"
        ),
        check=output_regression,
        evidence=Text(
            "targets from -3 to 3 within reach: {identity:.0%} with the identity, at most {best:.0%} with another "
            "activation",
            "目标在 -3 到 3 之间时，能够取到的目标：恒等函数 {identity:.0%}，其他激活函数至多 {best:.0%}",
        ),
    ),
]
