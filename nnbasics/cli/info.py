"""`nnbasics info`: versions, device, fonts and language."""

from __future__ import annotations

import argparse

from .. import __version__
from ..text import resolve_language


def _language_or_why_not() -> str:
    try:
        return resolve_language()
    except ValueError as error:
        return str(error)


def run(args: argparse.Namespace) -> int:
    """Print them."""
    import json
    import platform

    import matplotlib
    import torch

    from .._device import resolve_device
    from ..plotting.fonts import font_families

    device = resolve_device("auto")
    facts: dict[str, object] = {
        "nnbasics": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "matplotlib": matplotlib.__version__,
        "device": str(device),
        "device_name": torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine(),
        "language": _language_or_why_not(),
        "fonts": list(font_families()),
    }
    if args.json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        for key, value in facts.items():
            print(f"{key:<12} {', '.join(value) if isinstance(value, list) else value}")
    return 0
