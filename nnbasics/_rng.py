"""Randomness as an argument: a generator to draw from, and the global streams left as they were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from ._checks import check, told
from .text import Text


def check_generator(generator: torch.Generator | None) -> torch.Generator:
    """Return the generator to draw from; None means a new one with seed 0, never the global stream.

    Numbers are drawn on the CPU and then moved, so that a seed means the same numbers everywhere; torch refuses
    a generator of another device.
    """
    if generator is None:
        return torch.Generator(device="cpu").manual_seed(0)
    made = "torch.Generator().manual_seed(0)"
    allowed = Text(f"be a torch.Generator such as {made}, or None", f"必须是 torch.Generator（如 {made}）或 None")
    check(isinstance(generator, torch.Generator), "generator", allowed, told(generator), TypeError)
    return generator


@contextmanager
def kept_rng(module: nn.Module | None = None) -> Iterator[None]:
    """A context after which torch's random state, on the CPU and on the module's devices, is what it was.

    None stands for a module that is still to be made, on the default device. Inside, inference mode is off.
    """
    tensors = [torch.empty(0)] if module is None else [*module.parameters(), *module.buffers()]
    devices = sorted({tensor.device.index or 0 for tensor in tensors if tensor.device.type == "cuda"})
    grad = torch.is_grad_enabled() or torch.is_inference_mode_enabled()  # leaving inference mode would turn it on
    with torch.inference_mode(False), torch.set_grad_enabled(grad), torch.random.fork_rng(devices=devices):
        yield
