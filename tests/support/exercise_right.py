"""Right solutions in two more styles: loops over plain numbers, and a round trip through NumPy (or torch's own)."""

from __future__ import annotations

import bisect
import itertools
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


def flat(f, *tensors):
    """Apply a function of plain numbers, element by element."""
    lists = [t.flatten().tolist() for t in tensors]
    return torch.tensor([f(*row) for row in zip(*lists, strict=True)], dtype=tensors[0].dtype).reshape(tensors[0].shape)


def neuron_loop(x, weight, bias):
    z = bias.item()
    for i in range(len(x)):
        z += x[i].item() * weight[i].item()
    return z, 1 / (1 + math.exp(-z)) if z > -700 else 0.0


def neuron_numpy(x, weight, bias):
    z = np.dot(weight.numpy(), x.numpy()) + bias.numpy()
    return z, np.exp(-np.logaddexp(0, -z))


def linear_loop(x, weight, bias):
    out = torch.zeros(len(x), len(weight), dtype=x.dtype)
    for n in range(len(x)):
        for j in range(len(weight)):
            out[n, j] = bias[j]
            for i in range(x.shape[1]):
                out[n, j] += weight[j, i] * x[n, i]
    return out


def sigmoid_float(v):
    return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))


def softmax_numpy(x, dim):
    x = x.numpy()
    e = np.exp(x - x.max(axis=dim, keepdims=True))
    return e / e.sum(axis=dim, keepdims=True)


def softmax_loop(x, dim):
    out = torch.empty_like(x)
    rows, outs = x.movedim(dim, -1).reshape(-1, x.shape[dim]), []
    for row in rows.tolist():
        top = max(row)
        e = [math.exp(v - top) for v in row]
        outs.append([v / sum(e) for v in e])
    moved = torch.tensor(outs, dtype=x.dtype).reshape(x.movedim(dim, -1).shape)
    out.copy_(moved.movedim(-1, dim))
    return out


def collapse_loop(weight1, bias1, weight2, bias2):
    bias = [
        sum(w * b for w, b in zip(row, bias1.tolist(), strict=True)) + c
        for row, c in zip(weight2.tolist(), bias2.tolist(), strict=True)
    ]
    columns = weight1.T.tolist()
    weight = [[sum(w * v for w, v in zip(row, column, strict=True)) for column in columns] for row in weight2.tolist()]
    return weight, bias


def count_loop(sizes):
    total = 0
    for i in range(1, len(sizes)):
        total += (sizes[i - 1] + 1) * sizes[i]
    return total


def shape_loop(a, b):
    out = []
    for i in range(1, max(len(a), len(b)) + 1):
        m = a[-i] if i <= len(a) else 1
        n = b[-i] if i <= len(b) else 1
        if m != n and m != 1 and n != 1:
            return None
        out.insert(0, n if m == 1 else m)
    return out


def shape_numpy(a, b):
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        return None


def cross_entropy_loop(logits, target):
    total = 0.0
    for row, k in zip(logits.tolist(), target.tolist(), strict=True):
        top = max(row)
        total += top + math.log(sum(math.exp(v - top) for v in row)) - row[k]
    return total / len(logits)


def cross_entropy_numpy(logits, target):
    x = logits.numpy()
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(x)), target.numpy()])


def bce_loop(logits, target):
    values = [
        max(x, 0) - x * y + math.log1p(math.exp(-abs(x)))
        for x, y in zip(logits.flatten().tolist(), target.flatten().tolist(), strict=True)
    ]
    return sum(values) / len(values)


def bce_torch(logits, target):
    return -(target * F.logsigmoid(logits) + (1 - target) * F.logsigmoid(-logits)).mean()


def by_autograd(loss):
    def both(pred, *rest):
        pred = pred.clone().requires_grad_()
        value = loss(pred, *rest)
        value.backward()
        return value, pred.grad

    return both


def mae_numpy(pred, target):
    e = (pred - target).numpy()
    return np.abs(e).mean(), np.sign(e) / e.size


def mse_loop(pred, target):
    e = (pred - target).flatten().tolist()
    return sum(v * v for v in e) / len(e), flat(lambda p, t: 2 * (p - t) / len(e), pred, target)


def smooth_loop(pred, target, beta):
    n = pred.numel()
    loss = flat(lambda p, t: (p - t) ** 2 / (2 * beta) if abs(p - t) < beta else abs(p - t) - beta / 2, pred, target)
    slope = flat(lambda p, t: (p - t) / beta / n if abs(p - t) < beta else math.copysign(1, p - t) / n, pred, target)
    return loss.mean(), slope


def gradient_loop(logits, target):
    out = []
    for row, k in zip(logits.tolist(), target.tolist(), strict=True):
        e = [math.exp(v - max(row)) for v in row]
        out.append([(v / sum(e) - (1.0 if j == k else 0.0)) / len(logits) for j, v in enumerate(e)])
    return out


def gradient_hot(logits, target):
    return (logits.softmax(1) - F.one_hot(target, logits.shape[1])) / len(logits)


def backward_numpy(x, target, weight1, bias1, weight2, bias2):
    x, t, w1, b1, w2, b2 = (a.numpy() for a in (x, target, weight1, bias1, weight2, bias2))
    h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
    delta = 2 * (h @ w2.T + b2 - t) / t.size
    back = (delta @ w2) * h * (1 - h)
    return back.T @ x, back.sum(axis=0), delta.T @ h, delta.sum(axis=0)


def backward_rows(x, target, weight1, bias1, weight2, bias2):
    sums = [torch.zeros_like(p) for p in (weight1, bias1, weight2, bias2)]
    for row, t in zip(x, target, strict=True):
        h = torch.sigmoid(weight1 @ row + bias1)
        delta = 2 * (weight2 @ h + bias2 - t) / target.numel()
        back = weight2.T @ delta * h * (1 - h)
        for total, g in zip(sums, (torch.outer(back, row), back, torch.outer(delta, h), delta), strict=True):
            total += g
    return tuple(sums)


def momentum_numpy(param, grad, buf, lr, momentum):
    p, g, b = param.numpy().copy(), grad.numpy(), buf.numpy().copy()
    b *= momentum
    b += g
    p -= lr * b
    return p, b


def rmsprop_loop(param, grad, square_avg, lr, alpha, eps):
    average = flat(lambda s, g: alpha * s + (1 - alpha) * g * g, square_avg, grad)
    return flat(lambda p, g, s: p - lr * g / (math.sqrt(s) + eps), param, grad, average), average


def rmsprop_copy(param, grad, square_avg, lr, alpha, eps):
    average = square_avg.clone().mul_(alpha).addcmul_(grad, grad, value=1 - alpha)
    return torch.addcdiv(param, grad, average.sqrt().add_(eps), value=-lr), [*average] if average.ndim == 1 else average


def adam_numpy(param, grad, exp_avg, exp_avg_sq, step, lr, beta1, beta2, eps):
    p, g, m, v = (t.numpy() for t in (param, grad, exp_avg, exp_avg_sq))
    m = m + (1 - beta1) * (g - m)
    v = v + (1 - beta2) * (g * g - v)
    return p - lr * (m / (1 - beta1**step)) / (np.sqrt(v / (1 - beta2**step)) + eps), m, v


def adam_scaled(param, grad, exp_avg, exp_avg_sq, step, lr, beta1, beta2, eps):
    m = torch.lerp(grad, exp_avg, beta1)
    v = torch.lerp(grad**2, exp_avg_sq, beta2)
    below = v.sqrt() / math.sqrt(1 - beta2**step) + eps
    return param - lr / (1 - beta1**step) * m / below, m, v


def falling(lr, epoch, drops, gamma):
    for e in range(1, epoch + 1):
        if drops(e):
            lr *= gamma
    return lr


def training_late(model, loss_fn, optimizer, x, y):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.detach()


def training_by_parameter(model, loss_fn, optimizer, x, y):
    for parameter in model.parameters():
        parameter.grad = None
    before = loss_fn(model(x), y)
    before.backward()
    optimizer.step()
    return float(before)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(2, 32), nn.Linear(32, 2)

    def forward(self, x):
        return self.last(torch.tanh(self.first(x)))


def train_batches(x, y):
    model, optimizer = Net(), None
    optimizer = torch.optim.SGD(model.parameters(), lr=0.3, momentum=0.9)
    for _ in range(60):
        for rows in torch.randperm(len(x)).split(50):
            optimizer.zero_grad()
            F.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return model


def train_by_hand(x, y):
    """Without nn or an optimizer: a callable is enough."""
    g = torch.Generator().manual_seed(0)
    w1, w2 = torch.randn(2, 32, generator=g, dtype=x.dtype), 0.1 * torch.randn(32, 2, generator=g, dtype=x.dtype)
    b1, b2 = torch.zeros(32, dtype=x.dtype), torch.zeros(2, dtype=x.dtype)
    weights = [w.requires_grad_() for w in (w1, b1, w2, b2)]

    def model(points):
        return torch.relu(points @ w1 + b1) @ w2 + b2

    for _ in range(300):
        grads = torch.autograd.grad(F.cross_entropy(model(x), y), weights)
        with torch.no_grad():
            for w, grad in zip(weights, grads, strict=True):
                w -= 0.5 * grad
    return model


RIGHT = {
    "neuron": [neuron_loop, neuron_numpy],
    "linear-layer": [linear_loop, lambda x, weight, bias: np.einsum("ni,oi->no", x.numpy(), weight.numpy()) + bias.numpy()],
    "sigmoid": [lambda x: flat(sigmoid_float, x), lambda x: np.exp(-np.logaddexp(0, -x.numpy()))],
    "sigmoid-gradient": [
        lambda x: flat(lambda v: sigmoid_float(v) * sigmoid_float(-v), x),
        lambda x: np.exp(-np.abs(x.numpy())) / (1 + np.exp(-np.abs(x.numpy()))) ** 2,
    ],
    "softmax": [softmax_numpy, softmax_loop],
    "relu": [
        lambda x: (flat(lambda v: v if v > 0 else 0.0, x), flat(lambda v: 1.0 if v > 0 else 0.0, x)),
        lambda x: (np.maximum(x.numpy(), 0), (x.numpy() > 0).astype(np.float64)),
    ],
    "leaky-relu": [
        lambda x, s: (torch.maximum(x, s * x), torch.where(x > 0, torch.ones_like(x), torch.full_like(x, s))),
        lambda x, s: (flat(lambda v: v if v > 0 else s * v, x), np.where(x.numpy() > 0, 1.0, s)),
    ],
    "linear-collapse": [
        collapse_loop,
        lambda w1, b1, w2, b2: (np.dot(w2.numpy(), w1.numpy()), np.dot(w2.numpy(), b1.numpy()) + b2.numpy()),
    ],
    "xavier-std": [
        lambda i, o, gain: gain * torch.sqrt(torch.tensor(2.0) / (i + o)),
        lambda i, o, gain: np.sqrt(gain**2 / np.mean([i, o])),
    ],
    "kaiming-std": [
        lambda i, slope: nn.init.calculate_gain("leaky_relu", slope) * i**-0.5,
        lambda i, slope: np.float64(2 / (1 + slope * slope) / i) ** 0.5,
    ],
    "count-parameters": [
        count_loop,
        lambda sizes: sum(p.numel() for m, n in itertools.pairwise(sizes) for p in nn.Linear(m, n).parameters()),
    ],
    "broadcast-shape": [shape_loop, shape_numpy],
    "cross-entropy": [cross_entropy_loop, cross_entropy_numpy],
    "bce-with-logits": [bce_loop, bce_torch],
    "mae": [mae_numpy, by_autograd(lambda p, t: (p - t).abs().mean())],
    "mse": [mse_loop, by_autograd(lambda p, t: ((p - t) ** 2).mean())],
    "smooth-l1": [smooth_loop, by_autograd(lambda p, t, beta: F.huber_loss(p, t, delta=beta) / beta)],
    "cross-entropy-gradient": [gradient_loop, gradient_hot],
    "backward": [backward_numpy, backward_rows],
    "sgd-step": [
        lambda param, grad, lr: flat(lambda p, g: p - lr * g, param, grad),
        lambda param, grad, lr: param.numpy() - lr * grad.numpy(),
    ],
    "momentum-step": [momentum_numpy, lambda p, g, b, lr, mu: (torch.sub(p, b * mu + g, alpha=lr), b.mul(mu).add(g))],
    "rmsprop-step": [rmsprop_loop, rmsprop_copy],
    "adam-step": [adam_numpy, adam_scaled],
    "step-lr": [
        lambda lr, epoch, size, gamma: falling(lr, epoch, lambda e: e % size == 0, gamma),
        lambda lr, epoch, size, gamma: lr * np.power(gamma, np.floor_divide(epoch, size)),
    ],
    "multistep-lr": [
        lambda lr, epoch, stones, gamma: falling(lr, epoch, lambda e: e in stones, gamma),
        lambda lr, epoch, stones, gamma: lr * gamma ** bisect.bisect_right(stones, epoch),
    ],
    "exponential-lr": [
        lambda lr, epoch, gamma: falling(lr, epoch, lambda e: True, gamma),
        lambda lr, epoch, gamma: torch.tensor(lr) * torch.tensor(gamma) ** epoch,
    ],
    "cosine-lr": [
        lambda lr, epoch, t_max, low: low + (lr - low) * math.cos(math.pi * epoch / t_max / 2) ** 2,
        lambda lr, epoch, t_max, low: (lr + low) / 2 + (lr - low) / 2 * np.cos(np.pi * epoch / t_max),
    ],
    "training-step": [training_late, training_by_parameter],
    "train-model": [train_batches, train_by_hand],
}  # fmt: skip
