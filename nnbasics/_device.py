"""Which device a name means on this machine."""

from __future__ import annotations

from ._checks import check
from .text import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import torch

DEVICES = ("auto", "cpu", "cuda", "mps")


def resolve_device(device: str | torch.device = "auto") -> torch.device:
    """Turn a device argument into a `torch.device` that can be used here.

    Args:
        device: `"auto"` takes CUDA, else MPS, else the CPU; `"cpu"`, `"cuda"` (also `"cuda:1"`), `"mps"`,
            or a `torch.device`.

    Raises:
        ValueError: the name is unknown, or this machine has no such device.

    Example:
        >>> resolve_device("cpu")
        device(type='cpu')
    """
    import torch  # here, so that the command line can list the names without it

    kind, _, number = str(device).partition(":")
    names = ", ".join(DEVICES)
    check(kind in DEVICES, "device", Text(f"be one of {names}", f"必须是下列之一：{names}"), repr(device))
    if kind == "auto":
        kind = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        return torch.device(kind)
    there = {"cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available())}.get(kind, 1)
    allowed = Text(f"be one that torch sees here ({there} of {kind})", f"必须是此处可用的设备（{kind} 有 {there} 个）")
    check((number or "0") in map(str, range(there)), "device", allowed, repr(str(device)))
    return torch.device(device)
