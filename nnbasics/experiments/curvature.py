"""The greatest curvature of a network's loss, which says how large a learning rate it bears."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .._setup import one_thread

POWER_STEPS = 60


def top_curvature(model: nn.Module, x: Tensor, y: Tensor, *, seed: int = 0, num_steps: int = POWER_STEPS) -> float:
    """The Hessian eigenvalue of the mean squared error that is greatest in size, by power iteration.

    v <- H v / |H v|, where H v is the gradient of (gradient . v): a second backward, and never the whole H.

    Args:
        model: A network with differentiable activations.
        x, y: All rows.
        seed: Decides the vector to start with.
        num_steps: How many products H v; at 60 the last one is the eigenvalue to three digits.
    """
    with torch.inference_mode(False), torch.enable_grad(), one_thread():
        x, y = x.clone(), y.clone()  # made in inference mode, autograd could not use them
        params = list(model.parameters())
        slopes = torch.autograd.grad(F.mse_loss(model(x), y), params, create_graph=True)
        slope = torch.cat([part.flatten() for part in slopes])
        generator = torch.Generator(device="cpu").manual_seed(seed)
        v = torch.randn(len(slope), generator=generator, dtype=torch.float32, device="cpu").to(slope)
        size = slope.new_zeros(())
        for _ in range(num_steps):
            v = v / v.norm()
            product = torch.autograd.grad(slope @ v, params, retain_graph=True)
            image = torch.cat([part.flatten() for part in product])
            size, v = image @ v, image
    return float(size)
