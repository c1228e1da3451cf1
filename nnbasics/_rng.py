"""Randomness as an argument: a generator to draw from, and the global streams left as they were."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch
from torch import nn


def check_generator(generator: object) -> torch.Generator:
    """Return the generator to draw from; None means a new one with seed 0, never the global stream.

    Raises:
        TypeError: `generator` is not a `torch.Generator`.
        ValueError: it lives on another device than the CPU: numbers are drawn there and then moved, so that
            a seed means the same numbers everywhere.
    """
    if generator is None:
        return torch.Generator(device="cpu").manual_seed(0)
    if not isinstance(generator, torch.Generator):
        raise TypeError(
            "generator must be a torch.Generator such as torch.Generator().manual_seed(0), or None, "
            f"got {generator!r} ({type(generator).__name__})."
        )
    if generator.device.type != "cpu":
        raise ValueError(f"generator must be on the CPU, where the numbers are drawn, got one on {generator.device}.")
    return generator


def kept_rng(module: nn.Module) -> AbstractContextManager[None]:
    """A context after which torch's random state, on the CPU and on the module's devices, is what it was."""
    tensors = [*module.parameters(), *module.buffers()]
    devices = sorted({tensor.device.index or 0 for tensor in tensors if tensor.device.type == "cuda"})
    return torch.random.fork_rng(devices=devices)
