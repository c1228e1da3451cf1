"""Section 4: activations."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ...activations import derivative
from ..claims import Claim, Outcome, Text


def sigmoid_slope(seed: int, *, function: Callable[[Tensor], Tensor] = torch.sigmoid) -> Outcome:
    """The largest derivative by autograd on a fine grid and at 1,000 random points, in float64, against 1/4."""
    generator = torch.Generator().manual_seed(seed)
    grid = torch.linspace(-20, 20, 4001, dtype=torch.float64)
    drawn = 5 * torch.randn(1000, generator=generator, dtype=torch.float64)
    slopes = derivative(function, torch.cat([grid, drawn]))
    # 1e-12: float64 rounds a quarter, and what leads to it, in the sixteenth digit.
    return Outcome(abs(float(slopes.max()) - 0.25) < 1e-12, False, {"peak": float(slopes.max())})


def softmax_printed(
    seed: int, *, scores: tuple[float, ...] = (0.2, 1.3, 3.75), printed: tuple[float, ...] = (0.0212, 0.0638, 0.7392)
) -> Outcome:
    """The printed numbers against torch's softmax of the printed scores, to the four digits that were printed."""
    right = torch.softmax(torch.tensor(scores, dtype=torch.float64), dim=0)
    off = float((right - torch.tensor(printed, dtype=torch.float64)).abs().max())
    numbers = {f"p{i}": float(p) for i, p in enumerate(right)}
    # 5e-5: half a unit of the last digit printed.
    return Outcome(off <= 5e-5, False, {**numbers, "sum": sum(printed)})


CLAIMS: list[Claim] = [
    Claim(
        id="sigmoid-slope",
        section=4,
        statement=Text("The derivative of sigmoid is at most 0.25.", "Sigmoid 的导数最大为 0.25。"),
        check=sigmoid_slope,
        evidence=Text("largest derivative found: {peak:.4f}", "找到的最大导数：{peak:.4f}"),
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
]
