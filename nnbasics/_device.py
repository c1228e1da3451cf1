"""Which device a name means on this machine."""

from __future__ import annotations

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
        TypeError: `device` is neither a string nor a `torch.device`.

    Example:
        >>> resolve_device("cpu")
        device(type='cpu')
    """
    import torch  # here, so that the command line can list the names without it

    if not isinstance(device, (str, torch.device)):
        raise TypeError(f"device must be a str or a torch.device, got {device!r} ({type(device).__name__}).")
    allowed = f"Expected one of: {', '.join(DEVICES)}."
    if device == "auto":
        kind = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        return torch.device(kind)
    try:
        found = torch.device(device)
    except RuntimeError:
        raise ValueError(f"Unknown device {device!r}. {allowed}") from None
    if found.type not in DEVICES:
        raise ValueError(f"Unknown device {str(device)!r}. {allowed}")
    if found.type == "cuda" and (found.index or 0) >= torch.cuda.device_count():
        have = torch.cuda.device_count()
        raise ValueError(f"device {str(device)!r} is not available: torch sees {have} CUDA device(s) here.")
    if found.type == "mps" and not torch.backends.mps.is_available():
        raise ValueError(f"device {str(device)!r} is not available: torch sees no MPS device here.")
    return found
