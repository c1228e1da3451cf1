"""What a student hands in."""

import torch


def softmax(x, dim):
    exponentials = torch.exp(x - x.amax(dim, keepdim=True))
    return exponentials / exponentials.sum(dim, keepdim=True)


def sgd_step(param, grad, lr):
    return param - lr * grad
