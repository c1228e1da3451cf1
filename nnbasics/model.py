"""The article's three-layer model, and what it is made of, counted."""

from __future__ import annotations

import io
import re
from contextlib import nullcontext, redirect_stdout
from copy import deepcopy
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ._checks import check, check_count, first_line
from ._layers import check_module
from ._lookup import lookup
from ._rng import check_generator, kept_rng
from ._table import format_table
from .initializers import init_weights
from .text import Text, resolve_language

OUTPUTS = {"softmax": "probabilities, as the article has it", "logits": "scores, as cross-entropy wants them"}


SHAPE = Text("input_size is the shape of one input, such as (3,).", "input_size 是单个输入的形状，例如 (3,)。")
INSTEAD = Text("count_parameters(model) counts any model.", "count_parameters(model) 能数任何模型。")


class ThreeLayerNet(nn.Module):
    """The article's model: a1 = sigmoid(W1 x + b1), a2 = relu(W2 a1 + b2), out = softmax(W3 a2 + b3).

    W1 is drawn from Xavier's normal distribution, W2 from Kaiming's for ReLU; b1 and b2 are 1, `out` is torch's own.
    Parameters: 3×3+3 + 3×2+2 + 2×2+2 = 26 in the default sizes.

    Args:
        in_features: Numbers in an input.
        hidden_features: Units of `linear1` and of `linear2`.
        out_features: Classes.
        output: `"softmax"` gives probabilities; `"logits"` leaves the softmax out, for training with cross-entropy.
        generator: A CPU generator to draw from; None means a new one with seed 0. The global stream stays still, and
            one seed gives the same weights on every device.
        dtype: Of the parameters; None means torch's default.

    Shapes:
        x (..., in_features) -> (..., out_features).

    Raises:
        ValueError: a size is below 1, `hidden_features` does not hold two, or `output` is unknown.
        TypeError: a size is not an integer, `hidden_features` not a pair, or `generator` not a generator.

    Example:
        >>> ThreeLayerNet()(torch.zeros(5, 3)).shape
        torch.Size([5, 2])
    """

    def __init__(
        self,
        in_features: int = 3,
        hidden_features: tuple[int, int] = (3, 2),
        out_features: int = 2,
        *,
        output: str = "softmax",
        generator: torch.Generator | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        lookup(OUTPUTS, output, kind="output")
        self.output = output
        hidden1, hidden2 = hidden_features
        for size, name in ((in_features, "in"), (hidden1, "hidden"), (hidden2, "hidden"), (out_features, "out")):
            check_count(size, f"{name}_features")
        with kept_rng():  # nn.Linear draws from the global stream
            self.linear1 = nn.Linear(in_features, hidden1, dtype=dtype)
            self.linear2 = nn.Linear(hidden1, hidden2, dtype=dtype)
            self.out = nn.Linear(hidden2, out_features, dtype=dtype)
        generator = check_generator(generator)
        init_weights(self.linear1, "xavier_normal", bias=1.0, generator=generator)
        init_weights(self.linear2, "kaiming_normal", bias=1.0, generator=generator, nonlinearity="relu")
        init_weights(self.out, "default", bias=None, generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        """From inputs (..., in_features) to probabilities or logits (..., out_features)."""
        x = torch.sigmoid(self.linear1(x))
        x = torch.relu(self.linear2(x))
        x = self.out(x)
        return torch.softmax(x, dim=-1) if self.output == "softmax" else x

    def extra_repr(self) -> str:
        """What `print(model)` adds."""
        return f"output={self.output!r}"


class LayerCount(NamedTuple):
    """A layer's name, its class, its formula m×n + n in numbers, and what that comes to."""

    name: str
    kind: str
    formula: str
    total: int


class ParameterCount(tuple[LayerCount, ...]):
    """A tuple of `LayerCount` that prints as a table."""

    @property
    def total(self) -> int:
        """All parameters of the model, a shared one once."""
        return sum(layer.total for layer in self)

    def table(self, lang: str | None = None) -> str:
        """A line for each layer, and the total."""
        language = resolve_language(lang)
        rows = [[layer.name, layer.kind, f"{layer.formula} = {layer.total}"] for layer in self]
        return format_table([*rows, [Text("total", "合计").say(language), "", f"{self.total}"]])

    def __repr__(self) -> str:
        return self.table()


def count_parameters(model: nn.Module) -> ParameterCount:
    """Count the parameters of a model layer by layer, with the formula in numbers: m×n + n for a linear layer.

    Each layer's own tensors are counted, each written as the product of its sizes, so the formula holds for any
    layer. A tensor that two layers share is counted where it comes first, and is a 0 in the other's formula.

    Args:
        model: Any module.

    Returns:
        A tuple with a `LayerCount` for each layer that has parameters, and `.total`, which is
        `sum(p.numel() for p in model.parameters())`.

    Raises:
        TypeError: `model` is not an `nn.Module`.
        RuntimeError: from torch, where a layer is lazy and does not know its sizes yet.

    Example:
        >>> print(count_parameters(ThreeLayerNet()).table("en"))
        linear1  Linear  3×3 + 3 = 12
        linear2  Linear  3×2 + 2 = 8
        out      Linear  2×2 + 2 = 6
        total            26
    """
    seen: set[int] = set()
    layers = []
    for path, module in check_module(model, "model").named_modules():
        terms, count = [], 0
        for parameter in module.parameters(recurse=False):
            shared = id(parameter) in seen
            seen.add(id(parameter))
            count += 0 if shared else parameter.numel()
            terms.append("0" if shared else "×".join(map(str, reversed(parameter.shape))) or "1")
        if terms:
            layers.append(LayerCount(path or "model", type(module).__name__, " + ".join(terms), count))
    return ParameterCount(layers)


class Summary(str):
    """A text that Python also echoes as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def summary(model: nn.Module, input_size: tuple[int, ...] | list[tuple[int, ...]]) -> Summary:
    """The table that torchsummary makes of a model, layer by layer, as a text: `print(summary(model, (3,)))`.

    `torchsummary.summary` runs on a copy of the model in eval mode, in float32, on the model's own device, with the
    random state kept: the model stays as it was, hooks included, whatever happens. The total is checked.
    torchsummary lists modules, so a functional activation, such as `torch.relu(...)` in a forward, has no line.

    Args:
        model: Any module whose layers return tensors; torchsummary serves no other.
        input_size: The shape of one input without its batch dimension; a list of them for a model of several inputs.

    Returns:
        The text.

    Raises:
        ValueError: torchsummary cannot run the model on such an input, or miscounts it, as it does a layer that is
            used twice or a parameter that the model holds by itself; `count_parameters` serves there.
        TypeError: `model` is not an `nn.Module`.

    Example:
        >>> "Total params: 26" in summary(ThreeLayerNet(), (3,))
        True

    Source:
        https://pypi.org/project/torchsummary/
    """
    check_module(model, "model")
    total = count_parameters(model).total
    check(total > 0, "model", Text("have parameters to count", "必须有参数可数"), type(model).__name__)
    from torchsummary import summary as torch_summary

    printed = io.StringIO()
    try:
        with kept_rng(model), torch.no_grad(), redirect_stdout(printed):
            copy = deepcopy(model).eval().float()
            device = next(copy.parameters()).device
            if device.type != "cuda":
                copy, device = copy.cpu(), torch.device("cpu")  # torchsummary knows these two
            if not list(copy.children()):
                copy = nn.Sequential(copy)  # it looks inside a model, so a bare layer needs one around it
            with torch.cuda.device(device) if device.type == "cuda" else nullcontext():
                torch_summary(copy, input_size, device=device.type)
    except Exception as error:  # torchsummary and the model may raise anything
        kind, why = type(model).__name__, first_line(error)
        en = f"torchsummary cannot serve {kind} with input_size={input_size!r}: {why}"
        zh = f"torchsummary 处理不了 {kind}（input_size={input_size!r}）：{why}"
        raise ValueError(Text(f"{en}. {SHAPE.en} {INSTEAD.en}", f"{zh}。{SHAPE.zh}{INSTEAD.zh}").here) from error
    text = printed.getvalue()
    text = text[text.index("-" * 64) :].rstrip()  # from its first rule on: a forward may print, too
    found = re.search(r"Total params: ([\d,]+)", text)
    counted = int(found[1].replace(",", "")) if found else 0
    if counted != total:
        en = f"torchsummary counts {counted} parameters in {type(model).__name__}, which has {total}: a layer as often"
        zh = (
            f"torchsummary 在 {type(model).__name__} 里数出 {counted} 个参数，实际 {total} 个：多次使用的层会重复计数。"
        )
        raise ValueError(Text(f"{en} as it is used, and only weights and biases. {INSTEAD.en}", zh + INSTEAD.zh).here)
    return Summary(text)
