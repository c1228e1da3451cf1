"""What a drawing of a model's linear layers leaves out, in words."""

from __future__ import annotations

from torch import nn

from .._layers import unregistered
from ..text import Text

NOT_DRAWN = Text("not drawn: {parts}", "未画出：{parts}")
UNREGISTERED = Text(
    "not in the model, as a plain {kind} is not registered (use {container}): {parts}",
    "不在模型里，因为普通的 {kind} 不会被注册（请用 {container}）：{parts}",
)
COMMA = Text(", ", "、")


def left_out(model: nn.Module, language: str) -> list[str]:
    """Sentences that name the modules with parameters which a drawing of the linear layers lacks; none where none does.

    Besides those that are no `nn.Linear`, they are layers in a plain list, tuple or dict, which torch doesn't know of.
    """
    other = [
        (path or ", ".join(name for name, _ in part.named_parameters(recurse=False)), part)
        for path, part in model.named_modules()
        if not isinstance(part, nn.Linear) and next(part.parameters(recurse=False), None) is not None
    ]
    told = [NOT_DRAWN.say(language, parts=_listed(other, language))] if other else []
    for where, held, lost in unregistered(model):
        parts = f"{where} ({_listed([('', part) for part in lost], language)})"
        kind, container = type(held).__name__, "nn.ModuleDict" if isinstance(held, dict) else "nn.ModuleList"
        told.append(UNREGISTERED.say(language, kind=kind, container=container, parts=parts))
    return told


def _listed(parts: list[tuple[str, nn.Module]], language: str) -> str:
    """`Conv2d (conv1), 3 BatchNorm1d`: each kind of module once, and where it is if it is the only one."""
    kinds: dict[str, list[str]] = {}
    for path, part in parts:
        kinds.setdefault(type(part).__name__, []).append(path)
    each = [f"{kind} ({short(at[0])})" if at[1:] == [] and at[0] else f"{len(at)} {kind}" for kind, at in kinds.items()]
    return COMMA.say(language).join(each)


def short(name: str) -> str:
    """A layer's name, or the end of a long path."""
    return name if len(name) <= 16 else "…" + name[-15:]


def width_of(text: str) -> float:
    """How many Latin letters wide a text is."""
    return sum(1.0 if letter.isascii() else 1.9 for letter in text)
