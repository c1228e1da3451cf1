"""What a student hands in."""

import torch


def softmax(x, dim):
    exponentials = torch.exp(x - x.amax(dim, keepdim=True))
    return exponentials / exponentials.sum(dim, keepdim=True)


def relu(x):
    return x.clamp(min=0), (x > 0).to(x.dtype)
