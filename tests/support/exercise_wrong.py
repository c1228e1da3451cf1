"""Wrong solutions as students write them, each with a piece of the hint that it must get.

They are written apart from the mistakes that the package knows, in a student's words, so that a match says something.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

ONES = torch.ones_like
IN_PLACE, DTYPE, SHAPE, NONE, RAISED = (
    "changed in place",
    "wrong dtype",
    "wrong shape",
    "returned None",
    "Your code raised",
)
TUPLE, FINITE, GRAPH = "as a tuple", "nan or inf", "loss.item()"


def softmax_naive(x, dim):
    e = torch.exp(x)
    return e / torch.sum(e, dim=dim, keepdim=True)


def softmax_always_last(x, dim):
    e = torch.exp(x - torch.max(x, dim=-1, keepdim=True).values)
    return e / e.sum(dim=-1, keepdim=True)


def softmax_no_keepdim(x, dim):
    e = torch.exp(x - x.max())
    return e / e.sum(dim)


def softmax_in_place(x, dim):
    x -= x.max(dim, keepdim=True).values
    return torch.exp(x) / torch.exp(x).sum(dim, keepdim=True)


def softmax_prints(x, dim):
    result = torch.softmax(x, dim)
    str(result)


def softmax_python(x, dim):
    return [math.exp(v) / sum(math.exp(w) for w in x) for v in x]


def sigmoid_loop(x):
    out = torch.zeros_like(x)
    for i, v in enumerate(x.flatten()):
        out.view(-1)[i] = 1 / (1 + math.exp(-v))
    return out


def sigmoid_positive_form(x):
    top = torch.exp(x)
    return top / (top + 1)


def neuron_bias_each(x, weight, bias):
    z = 0
    for i in range(len(x)):
        z = z + x[i] * weight[i] + bias
    return z, torch.sigmoid(z)


def relu_in_place(x):
    x[x < 0] = 0
    return x, (x > 0).to(x.dtype)


def leaky_in_place(x, slope):
    g = torch.where(x > 0, ONES(x), slope * ONES(x))
    x[x < 0] *= slope
    return x, g


def count_without_last_bias(sizes):
    total = 0
    for i in range(len(sizes) - 1):
        total += sizes[i] * sizes[i + 1]
    return total


def count_with_input_bias(sizes):
    total = 0
    for i in range(len(sizes) - 1):
        total += sizes[i] * sizes[i + 1] + sizes[i]
    return total


def count_one_too_few(sizes):
    total = 0
    for i in range(len(sizes) - 2):
        total += (sizes[i] + 1) * sizes[i + 1]
    return total


def shape_left(a, b):
    n = max(len(a), len(b))
    a, b = list(a) + [1] * (n - len(a)), list(b) + [1] * (n - len(b))
    for i in range(n):
        if a[i] != b[i] and a[i] != 1 and b[i] != 1:
            return None
    return tuple(max(a[i], b[i]) for i in range(n))


def shape_no_check(a, b):
    n = max(len(a), len(b))
    a, b = [1] * (n - len(a)) + list(a), [1] * (n - len(b)) + list(b)
    return tuple(max(p) for p in zip(a, b, strict=True))


def shape_zip(a, b):
    out = []
    for m, n in zip(reversed(a), reversed(b), strict=False):
        if m != n and 1 not in (m, n):
            return None
        out.append(max(m, n))
    return tuple(reversed(out))


def shape_backwards(a, b):
    out = []
    for i in range(max(len(a), len(b))):
        m = a[::-1][i] if i < len(a) else 1
        n = b[::-1][i] if i < len(b) else 1
        if m != n and 1 not in (m, n):
            return None
        out.append(max(m, n))
    return tuple(out)


def shape_same_length(a, b):
    if len(a) != len(b):
        return None
    return shape_zip(a, b)


def ce_naive(logits, target):
    p = torch.exp(logits) / torch.exp(logits).sum(dim=1, keepdim=True)
    return -torch.log(p[range(len(target)), target]).mean()


def ce_eps(logits, target):
    p = F.softmax(logits, dim=1)
    return -torch.log(p[torch.arange(len(p)), target] + 1e-9).mean()


def ce_sum(logits, target):
    log_p = logits - logits.logsumexp(1, keepdim=True)
    return -sum(log_p[i, t] for i, t in enumerate(target))


def ce_dim0(logits, target):
    log_p = F.log_softmax(logits, dim=0)
    return -log_p[torch.arange(len(target)), target].mean()


def ce_twice(logits, target):
    return F.cross_entropy(F.softmax(logits, dim=-1), target)


def ce_sign(logits, target):
    return F.log_softmax(logits, dim=1)[torch.arange(len(target)), target].mean()


def bce_naive(logits, target):
    p = 1 / (1 + torch.exp(-logits))
    return torch.mean(-target * torch.log(p) - (1 - target) * torch.log(1 - p))


def bce_eps(logits, target):
    p = torch.sigmoid(logits)
    return -(target * torch.log(p + 1e-8) + (1 - target) * torch.log(1 - p + 1e-8)).mean()


def bce_half(logits, target):
    return -torch.mean(target * F.logsigmoid(logits))


def smooth_no_beta(pred, target, beta):
    e = pred - target
    loss = torch.where(e.abs() < 1, 0.5 * e * e, e.abs() - 0.5).mean()
    return loss, torch.where(e.abs() < 1, e, e.sign()) / e.numel()


def smooth_huber(pred, target, beta):
    e = pred - target
    loss = torch.where(e.abs() < beta, 0.5 * e * e, beta * (e.abs() - 0.5 * beta)).mean()
    return loss, torch.where(e.abs() < beta, e, beta * e.sign()) / e.numel()


def smooth_gap(pred, target, beta):
    e = pred - target
    loss = torch.where(e.abs() < beta, 0.5 * e * e / beta, e.abs()).mean()
    return loss, torch.where(e.abs() < beta, e / beta, e.sign()) / e.numel()


def smooth_unhalved(pred, target, beta):
    e = pred - target
    loss = torch.where(e.abs() < beta, e * e / beta, e.abs() - 0.5 * beta).mean()
    return loss, torch.where(e.abs() < beta, e / beta, e.sign()) / e.numel()


def smooth_sum(pred, target, beta):
    e = pred - target
    loss = torch.where(e.abs() < beta, 0.5 * e * e / beta, e.abs() - 0.5 * beta).sum()
    return loss, torch.where(e.abs() < beta, e / beta, e.sign())


def net(x, target, w1, b1, w2, b2):
    h = torch.sigmoid(x @ w1.T + b1)
    return h, h @ w2.T + b2 - target


def backward_without_slope(x, target, w1, b1, w2, b2):
    h, e = net(x, target, w1, b1, w2, b2)
    d2 = 2 * e / e.numel()
    d1 = d2 @ w2
    return d1.T @ x, d1.sum(0), d2.T @ h, d2.sum(0)


def backward_without_two(x, target, w1, b1, w2, b2):
    h, e = net(x, target, w1, b1, w2, b2)
    d2 = e / e.numel()
    d1 = d2 @ w2 * h * (1 - h)
    return d1.T @ x, d1.sum(0), d2.T @ h, d2.sum(0)


def backward_mean_bias(x, target, w1, b1, w2, b2):
    h, e = net(x, target, w1, b1, w2, b2)
    d2 = 2 * e / e.numel()
    d1 = d2 @ w2 * h * (1 - h)
    return d1.T @ x, d1.mean(dim=0), d2.T @ h, d2.mean(dim=0)


def backward_by_rows(x, target, w1, b1, w2, b2):
    h, e = net(x, target, w1, b1, w2, b2)
    d2 = 2 * e / len(x)
    d1 = d2 @ w2 * h * (1 - h)
    return d1.T @ x, d1.sum(0), d2.T @ h, d2.sum(0)


def backward_sign(x, target, w1, b1, w2, b2):
    h, e = net(x, target, w1, b1, w2, b2)
    d2 = -2 * e / e.numel()
    d1 = d2 @ w2 * h * (1 - h)
    return d1.T @ x, d1.sum(0), d2.T @ h, d2.sum(0)


def backward_transposed(x, target, w1, b1, w2, b2):
    h, e = net(x, target, w1, b1, w2, b2)
    d2 = 2 * e / e.numel()
    d1 = d2 @ w2 * h * (1 - h)
    return x.T @ d1, d1.sum(0), h.T @ d2, d2.sum(0)


def momentum_average(p, g, buf, lr, mu):
    buf = mu * buf + (1 - mu) * g
    return p - lr * buf, buf


def momentum_in_place(p, g, buf, lr, mu):
    buf.mul_(mu).add_(g)
    return p - lr * buf, buf


def momentum_old(p, g, buf, lr, mu):
    p = p - lr * buf
    buf = mu * buf + g
    return p, buf


def rms(p, g, s, lr, alpha, eps, below):
    s = alpha * s + (1 - alpha) * g * g
    return p - lr * g / below(s, eps), s


def adam_uncorrected(p, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return p - lr * m / (torch.sqrt(v) + eps), m, v


def adam_from_zero(p, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return p - lr * (m / (1 - b1 ** (t + 1))) / ((v / (1 - b2 ** (t + 1))) ** 0.5 + eps), m, v


def adam_keeps_corrected(p, g, m, v, t, lr, b1, b2, eps):
    m = (b1 * m + (1 - b1) * g) / (1 - b1**t)
    v = (b2 * v + (1 - b2) * g**2) / (1 - b2**t)
    return p - lr * m / (v**0.5 + eps), m, v


def adam_eps_inside(p, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return p - lr * (m / (1 - b1**t)) / torch.sqrt(v / (1 - b2**t) + eps), m, v


def adam_unsquared(p, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g
    return p - lr * (m / (1 - b1**t)) / ((v / (1 - b2**t)) ** 0.5 + eps), m, v


def adam_no_root(p, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return p - lr * (m / (1 - b1**t)) / (v / (1 - b2**t) + eps), m, v


def adam_only_first(p, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return p - lr * (m / (1 - b1**t)) / (v.sqrt() + eps), m, v


def step_no_zero(model, loss_fn, optimizer, x, y):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


def step_too_early(model, loss_fn, optimizer, x, y):
    loss = loss_fn(model(x), y)
    optimizer.step()
    optimizer.zero_grad()
    loss.backward()
    return loss.item()


def step_zero_between(model, loss_fn, optimizer, x, y):
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()


def step_forgotten(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    return loss.item()


def step_with_graph(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y)
    loss.backward()
    optimizer.step()
    return loss


def step_nothing(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss_fn(model(x), y).backward()
    optimizer.step()


def step_after(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss_fn(model(x), y).backward()
    optimizer.step()
    return loss_fn(model(x), y).item()


def step_detached(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x).detach(), y)
    loss.backward()
    optimizer.step()
    return loss.item()


def step_item_first(model, loss_fn, optimizer, x, y):
    optimizer.zero_grad()
    loss = loss_fn(model(x), y).item()
    loss.backward()
    optimizer.step()
    return loss


def trainer(
    *,
    hidden=16,
    epochs=150,
    lr=0.05,
    head=None,
    out=2,
    step=True,
    backward=True,
    optimizer=torch.optim.Adam,
    result=None,
):
    def make_and_train(x, y):
        layers = (
            [nn.Linear(2, hidden), nn.ReLU(), nn.Linear(hidden, out)]
            if hidden
            else [nn.Linear(2, 8), nn.Linear(8, out)]
        )
        model = nn.Sequential(*layers, *([head] if head else []))
        opt = optimizer(model.parameters(), lr=lr)
        for _ in range(epochs):
            opt.zero_grad()
            loss = (
                F.cross_entropy(model(x), y)
                if out == 2
                else F.binary_cross_entropy_with_logits(model(x)[:, 0], y.to(x.dtype))
            )
            if backward:
                loss.backward()
            if step:
                opt.step()
        return result(model, x) if result else model

    return make_and_train


WRONG = {
    "neuron": [
        (lambda x, w, b: (torch.dot(x, w), torch.sigmoid(torch.dot(x, w))), "bias is missing"),
        (neuron_bias_each, "not to every product"),
        (lambda x, w, b: (torch.mean(x * w) + b, torch.sigmoid(torch.mean(x * w) + b)), "not a mean"),
        (lambda x, w, b: (torch.sigmoid(torch.sum(x * w) + b), torch.sum(x * w) + b), "order is (z, a)"),
        (lambda x, w, b: (torch.sum(x * w) + b, torch.sum(x * w) + b), "activation is missing"),
        (lambda x, w, b: (x @ w + b, 1 / (1 + torch.exp(x @ w + b))), "is the sigmoid"),
        (lambda x, w, b: torch.sigmoid(x @ w + b), TUPLE),
        (lambda x, w, b: (x * w + b, torch.sigmoid(x * w + b)), "not summed"),
    ],
    "linear-layer": [
        (lambda x, w, b: torch.matmul(x, w) + b, "x @ weight.T"),
        (lambda x, w, b: torch.matmul(x, w.t()), "bias is missing"),
        (lambda x, w, b: torch.matmul(w, x.t()) + b.unsqueeze(1), "transposed"),
        (lambda x, w, b: torch.einsum("ni,oi->no", x, w) - b, "plus sign"),
        (lambda x, w, b: torch.relu(x @ w.T + b), "no activation"),
        (lambda x, w, b: (x @ w.T + b).float(), DTYPE),
    ],
    "sigmoid": [
        (sigmoid_positive_form, "exp overflows"),
        (sigmoid_loop, "exp overflows"),
        (lambda x: 1 / (1 + torch.exp(x)), "sign in exp"),
        (lambda x: 1 / torch.exp(-x), "1 in the denominator"),
        (lambda x: (torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x)), "This is tanh"),
        (lambda x: torch.sigmoid(x) * (1 - torch.sigmoid(x)), "This is the derivative"),
        (lambda x: torch.round(torch.sigmoid(x)), "rounds"),
        (lambda x: torch.sigmoid(x.to(torch.float32)), DTYPE),
    ],
    "sigmoid-gradient": [
        (lambda x: x * (1 - x), "x is the input"),
        (lambda x: torch.exp(-x) / torch.square(1 + torch.exp(-x)), "exp overflows"),
        (lambda x: 1 / (1 + torch.exp(-x)), "not its derivative"),
        (lambda x: torch.sigmoid(x) * (1 + torch.sigmoid(x)), "minus sign"),
        (lambda x: 1 - torch.tanh(x).pow(2), "derivative of tanh"),
        (lambda x: (torch.sigmoid(x) * (1 - torch.sigmoid(x))).sum(), SHAPE),
    ],
    "softmax": [
        (softmax_naive, "exp overflows"),
        (softmax_always_last, "wrong dimension"),
        (lambda x, dim: torch.softmax(x, dim=0), "wrong dimension"),
        (lambda x, dim: torch.exp(x - x.max()) / torch.exp(x - x.max()).sum(), "wrong dimension"),
        (softmax_no_keepdim, "keepdim=True"),
        (lambda x, dim: torch.exp(x - x.max()) / torch.exp(x - x.max()).sum(dim, keepdim=True), "not that of all numbers"),
        (softmax_in_place, IN_PLACE),
        (softmax_prints, NONE),
        (softmax_python, RAISED),
        (lambda x, dim: torch.log_softmax(x, dim), "logarithms"),
        (lambda x, dim: x / x.sum(dim, keepdim=True), "exp is missing"),
        (lambda x, dim: torch.exp(x), "sum to 1"),
        (lambda x, dim: torch.softmax(x.float(), dim), DTYPE),
    ],
    "relu": [
        (lambda x: (torch.maximum(x, torch.zeros_like(x)), (x >= 0).double()), "At x = 0"),
        (lambda x: (x * (x > 0), x * (x > 0)), "not x itself"),
        (lambda x: (x.clamp(min=0), ONES(x)), "gradient 0"),
        (lambda x: (torch.min(x, torch.zeros_like(x)), (x > 0).double()), "keep the larger"),
        (lambda x: (torch.relu(x), x > 0), "mask is bool"),
        (relu_in_place, IN_PLACE),
        (lambda x: torch.relu(x), TUPLE),
        (lambda x: (torch.relu(x), (x > 0).float()), DTYPE),
    ],
    "leaky-relu": [
        (lambda x, s: (torch.maximum(x, s * x), torch.where(x < 0, s * ONES(x), ONES(x))), "At x = 0"),
        (lambda x, s: (torch.maximum(x, s * x), (x > 0).double()), "not 0"),
        (lambda x, s: (torch.maximum(x, s * x), torch.maximum(x, s * x)), "do not multiply it by x"),
        (lambda x, s: (torch.where(x > 0, x, -s * x), torch.where(x > 0, ONES(x), -s * ONES(x))), "keeps its sign"),
        (lambda x, s: (F.leaky_relu(x), torch.where(x > 0, ONES(x), 0.01 * ONES(x))), "not always 0.01"),
        (leaky_in_place, IN_PLACE),
        (lambda x, s: (torch.maximum(x, s * x), torch.where(x > 0, 1.0, s)), DTYPE),
        (lambda x, s: (torch.where(x > 0, x, x - s), torch.where(x > 0, ONES(x), s * ONES(x))), "multiplied by negative_slope"),
    ],
    "linear-collapse": [
        (lambda w, b, v, c: (torch.mm(w, v), torch.mv(v, b) + c), "on the left"),
        (lambda w, b, v, c: (torch.mm(v, w), b + c), "first bias passes through"),
        (lambda w, b, v, c: (torch.mm(v, w), c), "first bias passes through"),
        (lambda w, b, v, c: (torch.mm(v, w), torch.mv(v, b)), "second bias is missing"),
        (lambda w, b, v, c: (torch.mm(v, w).t(), torch.mv(v, b) + c), "transposed"),
        (lambda w, b, v, c: (v * w, b * c), "matrix product"),
        (lambda w, b, v, c: v @ w, TUPLE),
    ],
    "xavier-std": [
        (lambda i, o, gain: gain * 2 / (i + o), "variance"),
        (lambda i, o, gain: gain * (6 / (i + o)) ** 0.5, "uniform"),
        (lambda i, o, gain: gain * (2 / i) ** 0.5, "both fans"),
        (lambda i, o, gain: gain * (1 / (i + o)) ** 0.5, "numerator is 2"),
        (lambda i, o, gain: (2 / (i + o)) ** 0.5, "gain multiplies"),
        (lambda i, o, gain: (gain * 2 / (i + o)) ** 0.5, "gain multiplies"),
        (lambda i, o, gain: gain * math.sqrt(2 / i + o), "both fans"),
    ],
    "kaiming-std": [
        (lambda i, slope: 2 / ((1 + slope**2) * i), "variance"),
        (lambda i, slope: np.sqrt(6 / ((1 + slope**2) * i)), "uniform"),
        (lambda i, slope: np.sqrt(2 / i), "slope is missing"),
        (lambda i, slope: np.sqrt(2 / ((1 + slope) * i)), "squared"),
        (lambda i, slope: np.sqrt(1 / i / (1 + slope**2)), "half of the signal"),
        (lambda i, slope: np.sqrt(2 / (1 + slope**2)) / i, "under the root as well"),
        (lambda i, slope: np.sqrt(2 / (1 + slope**2) * i), "whole bracket"),
    ],
    "count-parameters": [
        (count_without_last_bias, "biases are missing"),
        (count_with_input_bias, "not m, not 1"),
        (count_one_too_few, "layer is missing"),
        (lambda sizes: sum(sizes), "not the parameters"),
        (lambda sizes: int(np.prod(sizes)), "neighbouring layers"),
        (lambda sizes: float(sum((m + 1) * n for m, n in itertools.pairwise(sizes))), "integer (int)"),
        (lambda sizes: sum(sizes[i] * sizes[i + 1] + sizes[i + 1] for i in range(len(sizes))), RAISED),
    ],
    "broadcast-shape": [
        (shape_left, "aligned at the right"),
        (shape_no_check, "otherwise return None"),
        (shape_zip, "zip stops"),
        (shape_backwards, "reverse order"),
        (shape_same_length, "not be equally long"),
        (lambda a, b: torch.broadcast_shapes(a, b), RAISED),
        (lambda a, b: a if a == b else None, "stretched"),
        (lambda a, b: str(np.broadcast_shapes(a, b)) if shape_no_check(a, b) else "", TUPLE),
    ],
    "cross-entropy": [
        (ce_naive, "exp overflows"),
        (ce_eps, "small number added"),
        (ce_sum, "This is the sum"),
        (ce_dim0, "along the classes"),
        (ce_twice, "Softmax is taken twice"),
        (ce_sign, "minus sign"),
        (lambda logits, target: -logits[torch.arange(len(target)), target].mean(), "log(sum exp) is missing"),
        (lambda logits, target: -torch.log_softmax(logits, 1)[torch.arange(len(target)), target], "one number"),
        (lambda logits, target: F.cross_entropy(logits, target) / math.log(2), "natural logarithm"),
        (lambda logits, target: F.cross_entropy(logits, target).float(), DTYPE),
    ],
    "bce-with-logits": [
        (bce_naive, "A log of 0"),
        (lambda x, y: F.binary_cross_entropy(torch.sigmoid(x), y), "A log of 0"),
        (bce_eps, "small number added"),
        (bce_half, "other class is missing"),
        (lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction="sum"), "This is the sum"),
        (lambda x, y: (y * F.logsigmoid(x) + (1 - y) * F.logsigmoid(-x)).mean(), "minus sign"),
        (lambda x, y: -(y * torch.log(x) + (1 - y) * torch.log(1 - x)).mean(), "sigmoid is missing"),
        (lambda x, y: (x.clamp(min=0) - x * (1 - y) + torch.log1p(torch.exp(-x.abs()))).mean(), "swapped"),
        (lambda x, y: x.clamp(min=0) - x * y + torch.log1p(torch.exp(-x.abs())), "one number"),
    ],
    "mae": [
        (lambda p, t: ((p - t).abs().sum(), (p - t).sign()), "This is the sum"),
        (lambda p, t: ((p - t).abs().mean(), (p - t).sign()), "gradient of a mean"),
        (lambda p, t: ((t - p).abs().mean(), (t - p).sign() / len(p.flatten())), "wrong sign"),
        (lambda p, t: ((p - t).mean(), (p - t).sign() / p.numel()), "absolute value is missing"),
        (lambda p, t: ((p - t).abs().mean(), (p - t) / (p - t).abs() / p.numel()), "0 / 0"),
        (lambda p, t: ((p - t).abs().mean(), torch.where(p >= t, ONES(p), -ONES(p)) / p.numel()), "gradient is 0"),
        (lambda p, t: ((p - t).pow(2).mean(), 2 * (p - t) / p.numel()), "squares the errors"),
        (lambda p, t: (p - t).abs().mean(), TUPLE),
    ],
    "mse": [
        (lambda p, t: (torch.sum((p - t) ** 2), 2 * (p - t)), "This is the sum"),
        (lambda p, t: (torch.mean((p - t) ** 2), 2 * (p - t)), "gradient of a mean"),
        (lambda p, t: (torch.mean((p - t) ** 2), (p - t) / p.numel()), "factor 2 is missing"),
        (lambda p, t: (torch.mean((p - t) ** 2), 2 * (t - p) / p.numel()), "wrong sign"),
        (lambda p, t: (0.5 * torch.mean((p - t) ** 2), (p - t) / p.numel()), "no factor 1/2"),
        (lambda p, t: (torch.sqrt(torch.mean((p - t) ** 2)), 2 * (p - t) / p.numel()), "RMSE"),
        (lambda p, t: (torch.mean(p - t) ** 2, 2 * (p - t) / p.numel()), "Square each error first"),
        (lambda p, t: ((p - t) ** 2, 2 * (p - t) / p.numel()), "one number"),
    ],
    "smooth-l1": [
        (smooth_no_beta, "taken as 1"),
        (smooth_huber, "Huber"),
        (smooth_gap, "do not meet"),
        (smooth_unhalved, "halved"),
        (smooth_sum, "This is the sum"),
        (lambda p, t, beta: (F.smooth_l1_loss(p, t, beta=beta), (t - p).div(beta).clamp(-1, 1) / p.numel()), "wrong sign"),
        (lambda p, t, beta: (F.smooth_l1_loss(p, t, beta=beta), (p - t).clamp(-1, 1) / p.numel()), "divided by beta"),
    ],
    "cross-entropy-gradient": [
        (lambda x, y: torch.softmax(x, 1) - torch.eye(x.shape[1], dtype=x.dtype)[y], "divide by N"),
        (lambda x, y: torch.softmax(x, 1) / len(y), "right class is missing"),
        (lambda x, y: (torch.eye(x.shape[1], dtype=x.dtype)[y] - torch.softmax(x, 1)) / len(y), "sign is wrong"),
        (lambda x, y: (torch.softmax(x, 0) - torch.eye(x.shape[1], dtype=x.dtype)[y]) / len(y), "dim=1"),
        (lambda x, y: (x.exp() / x.exp().sum(1)[:, None] - torch.eye(x.shape[1], dtype=x.dtype)[y]) / len(y), "exp overflows"),
        (lambda x, y: (torch.softmax(x, 1) - torch.eye(x.shape[1], dtype=x.dtype)[y]).mean(0), SHAPE),
        (lambda x, y: (x - torch.eye(x.shape[1], dtype=x.dtype)[y]) / len(y), "softmax is missing"),
        (lambda x, y: (torch.softmax(x, 1) - torch.eye(x.shape[1])[y]).float() / len(y), DTYPE),
    ],
    "backward": [
        (backward_without_slope, "derivative is missing"),
        (backward_without_two, "factor 2"),
        (backward_mean_bias, "not the mean"),
        (backward_by_rows, "N * out"),
        (backward_sign, "sign is wrong"),
        (backward_transposed, "transposed"),
    ],
    "sgd-step": [
        (lambda param, grad, lr: param + lr * grad, "uphill"),
        (lambda param, grad, lr: param - grad, "learning rate is missing"),
        (lambda param, grad, lr: -lr * grad, "only how far"),
        (lambda param, grad, lr: param.sub_(lr * grad), IN_PLACE),
        (lambda param, grad, lr: param - lr * torch.sign(grad), "do not normalize"),
        (lambda param, grad, lr: param - grad / lr, "do not divide"),
        (lambda param, grad, lr: lr * (param - grad), "lr scales"),
        (lambda param, grad, lr: (param - lr * grad).mean(), SHAPE),
        (lambda param, lr: param - lr, "by position"),
    ],
    "momentum-step": [
        (momentum_average, "no average"),
        (momentum_in_place, IN_PLACE),
        (momentum_old, "buffer first"),
        (lambda p, g, b, lr, mu: (p - lr * (mu * b + g), b), "not the old one"),
        (lambda p, g, b, lr, mu: (p - (mu * b + lr * g), mu * b + lr * g), "not into the buffer"),
        (lambda p, g, b, lr, mu: (p + lr * (mu * b + g), mu * b + g), "uphill"),
        (lambda p, g, b, lr, mu: (p - lr * (b + mu * g), b + mu * g), "not the gradient"),
        (lambda p, g, b, lr, mu: p - lr * (mu * b + g), TUPLE),
    ],
    "rmsprop-step": [
        (lambda *case: rms(*case, below=lambda s, eps: torch.sqrt(s + eps)), "outside the root"),
        (lambda *case: rms(*case, below=lambda s, eps: s + eps), "square root"),
        (lambda *case: rms(*case, below=lambda s, eps: torch.sqrt(s)), "eps is missing"),
        (lambda p, g, s, lr, a, eps: rms(p, g, s, lr, 1 - a, eps, lambda s, eps: s**0.5 + eps), "swapped"),
        (lambda p, g, s, lr, a, eps: (p - lr * g / ((s + g * g) ** 0.5 + eps), s + g * g), "Adagrad"),
        (lambda p, g, s, lr, a, eps: (p - lr * g / (s**0.5 + eps), a * s + (1 - a) * g * g), "average first"),
        (lambda p, g, s, lr, a, eps: (p - lr * g / ((a * s + (1 - a) * g) ** 0.5 + eps), a * s + (1 - a) * g), "squared gradients"),
        (lambda p, g, s, lr, a, eps: rms(p, g, s.mul_(1), -lr, a, eps, lambda s, eps: s**0.5 + eps), "uphill"),
    ],
    "adam-step": [
        (adam_uncorrected, "bias correction is missing"),
        (adam_only_first, "Both averages"),
        (adam_from_zero, "wrong step"),
        (adam_keeps_corrected, "uncorrected"),
        (adam_eps_inside, "outside the root"),
        (adam_unsquared, "squared gradients"),
        (adam_no_root, "square root"),
    ],
    "step-lr": [
        (lambda lr, epoch, size, gamma: lr * gamma ** (epoch / size), "integer division"),
        (lambda lr, epoch, size, gamma: lr * gamma ** ((epoch + 1) // size), "one epoch too early or too late"),
        (lambda lr, epoch, size, gamma: lr * gamma * (epoch // size), "raised to the power"),
        (lambda lr, epoch, size, gamma: lr * (gamma if epoch >= size else 1), "at each drop"),
        (lambda lr, epoch, size, gamma: lr * gamma if epoch > 0 and epoch % size == 0 else lr, "only in the epoch of the drop"),
        (lambda lr, epoch, size, gamma: lr * gamma**epoch, "not every epoch"),
        (lambda lr, epoch, size, gamma: gamma ** int(epoch / size), "multiply lr by it"),
    ],
    "multistep-lr": [
        (lambda lr, epoch, stones, gamma: lr * gamma ** len([s for s in stones if s < epoch]), "in the epoch of a milestone itself".capitalize()),
        (lambda lr, epoch, stones, gamma: lr * gamma if epoch >= stones[0] else lr, "at each drop"),
        (lambda lr, epoch, stones, gamma: lr * gamma if epoch in stones else lr, "only in the epoch of a milestone"),
        (lambda lr, epoch, stones, gamma: lr * gamma * len([s for s in stones if s <= epoch]), "raised to the power"),
        (lambda lr, epoch, stones, gamma: lr * gamma ** len(stones), "not all of them"),
        (lambda lr, epoch, stones, gamma: gamma ** sum(1 for s in stones if epoch >= s), "multiply lr by it"),
        (lambda lr, epoch, stones, gamma: lr * gamma ** len([stones.remove(s) for s in list(stones) if s <= epoch]), IN_PLACE),
    ],
    "exponential-lr": [
        (lambda lr, epoch, gamma: lr * pow(gamma, epoch + 1), "one epoch too early or too late"),
        (lambda lr, epoch, gamma: lr * gamma * epoch, "raised to the power"),
        (lambda lr, epoch, gamma: pow(lr * gamma, epoch), "not lr"),
        (lambda lr, epoch, gamma: lr * np.exp(-gamma * epoch), "base is gamma"),
        (lambda lr, epoch, gamma: lr * gamma, "at each drop"),
        (lambda lr, epoch, gamma: pow(gamma, epoch), "multiply lr by it"),
        (lambda lr, epoch, gamma: lr - gamma * epoch, "not lowered by it"),
        (lambda lr, epoch, gamma: [lr * gamma**e for e in range(epoch + 1)], SHAPE),
    ],
    "cosine-lr": [
        (lambda lr, e, n, low: lr * (1 + np.cos(np.pi * e / n)) / 2, "end at eta_min"),
        (lambda lr, e, n, low: low + lr * (1 + np.cos(np.pi * e / n)) / 2, "end at eta_min"),
        (lambda lr, e, n, low: low + (lr - low) * (1 + np.cos(np.pi * e / n)), "1/2 is missing"),
        (lambda lr, e, n, low: low + (lr - low) * (1 + np.cos(e / n)) / 2, "half a turn"),
        (lambda lr, e, n, low: low + (lr - low) * (1 + np.cos(2 * np.pi * e / n)) / 2, "half a turn"),
        (lambda lr, e, n, low: low + (lr - low) * (1 - np.cos(np.pi * e / n)) / 2, "not 1 - cos"),
        (lambda lr, e, n, low: low + (lr - low) * np.cos(np.pi * e / n), "from 1 to -1"),
        (lambda lr, e, n, low: lr - (lr - low) * e / n, "straight line"),
    ],
    "training-step": [
        (step_no_zero, "zero_grad() is missing"),
        (step_too_early, "came before backward()"),
        (step_zero_between, "did not move"),
        (step_forgotten, "did not move"),
        (step_with_graph, GRAPH),
        (step_nothing, NONE),
        (step_after, "before the step"),
        (step_detached, "no graph to go back"),
        (step_item_first, "AttributeError"),
    ],
    "train-model": [
        (trainer(hidden=0), "linear"),
        (trainer(head=nn.Softmax(dim=1)), "probabilities"),
        (trainer(step=False), "No optimizer took a step"),
        (trainer(backward=False), "had no gradients"),
        (trainer(epochs=5, lr=0.001), "learns too little"),
        (trainer(lr=1e9, optimizer=torch.optim.SGD), "diverged"),
        (trainer(out=1), "shape (N, 2)"),
        (trainer(result=lambda model, x: model(x)), "Return the trained model"),
        (trainer(result=lambda model, x: None), "Return the trained model"),
    ],
}  # fmt: skip
