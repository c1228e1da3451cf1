"""Model solutions of the exercises, in bare torch. `nnbasics.exercise("softmax")` shows a task."""

import itertools
import math

import torch
from torch import nn
from torch.nn import functional as F


def neuron(x, weight, bias):
    z = (weight * x).sum() + bias
    return z, 1 / (1 + torch.exp(-z))


def linear_layer(x, weight, bias):
    return x @ weight.T + bias


def sigmoid(x):
    return 1 / (1 + torch.exp(-x))


def sigmoid_gradient(x):
    s = sigmoid(x)
    return s * (1 - s)


def softmax(x, dim):
    exponentials = torch.exp(x - x.amax(dim, keepdim=True))
    return exponentials / exponentials.sum(dim, keepdim=True)


def relu(x):
    return x.clamp(min=0), (x > 0).to(x.dtype)


def leaky_relu(x, negative_slope):
    gradient = torch.ones_like(x)
    gradient[x <= 0] = negative_slope
    return gradient * x, gradient


def linear_collapse(weight1, bias1, weight2, bias2):
    return weight2 @ weight1, weight2 @ bias1 + bias2


def xavier_std(fan_in, fan_out, gain):
    return gain * math.sqrt(2 / (fan_in + fan_out))


def kaiming_std(fan_in, negative_slope):
    return math.sqrt(2 / ((1 + negative_slope**2) * fan_in))


def count_parameters(sizes):
    return sum(m * n + n for m, n in itertools.pairwise(sizes))


def broadcast_shape(a, b):
    length = max(len(a), len(b))
    a = (1,) * (length - len(a)) + tuple(a)
    b = (1,) * (length - len(b)) + tuple(b)
    if any(m != n and 1 not in (m, n) for m, n in zip(a, b, strict=True)):
        return None
    return tuple(max(m, n) for m, n in zip(a, b, strict=True))


def cross_entropy(logits, target):
    right = logits[torch.arange(len(logits)), target]
    return (torch.logsumexp(logits, dim=1) - right).mean()


def bce_with_logits(logits, target):
    return (logits.clamp(min=0) - logits * target + torch.log1p(torch.exp(-logits.abs()))).mean()


def mae(pred, target):
    error = pred - target
    return error.abs().mean(), error.sign() / error.numel()


def mse(pred, target):
    error = pred - target
    return (error**2).mean(), 2 * error / error.numel()


def smooth_l1(pred, target, beta):
    error = pred - target
    small = error.abs() < beta
    loss = torch.where(small, error**2 / (2 * beta), error.abs() - beta / 2)
    gradient = torch.where(small, error / beta, error.sign())
    return loss.mean(), gradient / error.numel()


def cross_entropy_gradient(logits, target):
    gradient = softmax(logits, 1)
    gradient[torch.arange(len(logits)), target] -= 1
    return gradient / len(logits)


def backward(x, target, weight1, bias1, weight2, bias2):
    h = sigmoid(x @ weight1.T + bias1)
    pred = h @ weight2.T + bias2
    d_pred = 2 * (pred - target) / pred.numel()
    d_z = d_pred @ weight2 * h * (1 - h)
    return d_z.T @ x, d_z.sum(0), d_pred.T @ h, d_pred.sum(0)


def sgd_step(param, grad, lr):
    return param - lr * grad


def momentum_step(param, grad, buf, lr, momentum):
    buf = momentum * buf + grad
    return param - lr * buf, buf


def rmsprop_step(param, grad, square_avg, lr, alpha, eps):
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return param - lr * grad / (square_avg.sqrt() + eps), square_avg


def adam_step(param, grad, exp_avg, exp_avg_sq, step, lr, beta1, beta2, eps):
    exp_avg = beta1 * exp_avg + (1 - beta1) * grad
    exp_avg_sq = beta2 * exp_avg_sq + (1 - beta2) * grad**2
    m = exp_avg / (1 - beta1**step)
    v = exp_avg_sq / (1 - beta2**step)
    return param - lr * m / (v.sqrt() + eps), exp_avg, exp_avg_sq


def step_lr(lr, epoch, step_size, gamma):
    return lr * gamma ** (epoch // step_size)


def multistep_lr(lr, epoch, milestones, gamma):
    return lr * gamma ** sum(milestone <= epoch for milestone in milestones)


def exponential_lr(lr, epoch, gamma):
    return lr * gamma**epoch


def cosine_lr(lr, epoch, t_max, eta_min):
    return eta_min + (lr - eta_min) * (1 + math.cos(math.pi * epoch / t_max)) / 2


def training_step(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


def train_model(x, y):
    model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(200):
        training_step(model, F.cross_entropy, optimizer, x, y)
    return model
