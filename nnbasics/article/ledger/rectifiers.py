"""Section 4: what rectifiers do in training: overfit, die, leak."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from ...activations import derivative
from ...training import seeded_model
from ..claims import Claim, Outcome, Text
from ._toys import Run, best_run, mlp, moons, speed, train_each
from ._trials import interval, normal

Module = Callable[[], nn.Module]


def noisy(generator: torch.Generator, count: int, rows: int = 232) -> tuple[Tensor, Tensor]:
    """A smooth function of two inputs with noise of 0.5 on it: 32 rows to learn from, 200 to test on."""
    x = 2 * normal(generator, count, rows, 2, dtype=torch.float32)
    y = x[..., :1].sin() + x[..., 1:] / 2
    return x, y + 0.5 * normal(generator, count, rows, 1, dtype=torch.float32)


def train_loss(run: Run) -> Tensor:
    """The mean loss of the last 50 updates, shape (S,)."""
    return run.losses[:, -50:].mean(1)


def relu_overfitting(
    seed: int, *, activation: Module = nn.ReLU, others: Sequence[Module] = (nn.LeakyReLU, nn.Tanh)
) -> Outcome:
    """Test loss minus training loss after 300 updates of Adam: ReLU against Leaky ReLU, which has no zeros, and tanh.

    64 networks 2-32-32-1, each on 32 noisy rows of its own; for each side the rate with the lowest training loss, found
    in the same way on the same other seeds; intervals over pairs of networks.
    """

    def gap(activation: Module) -> Tensor:
        test: list[Tensor] = []

        def make_data(generator: torch.Generator, count: int) -> tuple[Tensor, Tensor]:
            x, y = noisy(generator, count)
            test[:] = [x[:, 32:], y[:, 32:]]
            return x[:, :32], y[:, :32]

        run = best_run(
            lambda: mlp(2, 32, 32, 1, activation=activation),
            make_data,
            train_loss,
            seed=seed,
            rates=(0.003, 0.01, 0.03, 0.1),
            updates=300,
            models=64,
            loss_fn="mse",
            optimizer="adam",
        )
        x, y = test
        losses = [(run.predict(x) - y).square().mean((1, 2)) for x, y in ((x, y), (run.x, run.y))]
        return losses[0] - losses[1]

    mine = gap(activation)
    numbers = {"relu": float(mine.mean())}
    for name, other in zip(("dense", "tanh"), map(gap, others), strict=True):
        numbers[name] = float(other.mean())
        numbers[f"{name}_low"], numbers[f"{name}_high"] = interval(other - mine, seed)
    return Outcome(numbers["dense_low"] > 0 and numbers["tanh_low"] > 0, False, numbers)


def silent(seed: int, activation: Module, factor: float = 1.0) -> tuple[Tensor, Tensor, Tensor]:
    """Shares of 32 hidden units, in each of 32 networks 2-32-1 on moons after 200 updates, shape (32,).

    Units without any gradient on their 64 rows, the same before training, and units whose sums are all negative. The
    rate is `factor` times the one at which networks with ReLU learn fastest.
    """
    rate = factor * speed(seed, nn.ReLU, (32,), 200).rate
    seeds = range(1000 * seed, 1000 * seed + 32)
    x, y = moons(torch.Generator().manual_seed(seed), 32)
    f = activation()
    make = partial(mlp, 2, 32, 1, activation=activation)
    run = train_each(make, x, y, seeds=seeds, rates=[rate] * 32, updates=200)
    fresh = [seeded_model(make, seed).state_dict() for seed in seeds]
    start = {name: torch.stack([state[name] for state in fresh]) for name in fresh[0]}

    def sums(params: dict[str, Tensor]) -> Tensor:
        return x @ params["0.weight"].transpose(1, 2) + params["0.bias"][:, None]

    z = sums(run.params)
    # A network that diverged has NaN for sums: none of its units counts as silent.
    gone, before = ((derivative(f, z.nan_to_num(1.0)) == 0).all(1).double().mean(1) for z in (z, sums(start)))
    return gone, before, (z <= 0).all(1).double().mean(1)


def relu_dies(seed: int, *, activation: Module = nn.ReLU) -> Outcome:
    """The share of hidden units without any gradient on the data, after training against before it.

    32 networks at the rate at which they learn fastest and at ten times that; an interval of the difference.
    """
    dead, before, _ = silent(seed, activation)
    many, _, _ = silent(seed, activation, 10)
    low, high = interval(dead - before, seed)
    numbers = {"before": float(before.mean()), "dead": float(dead.mean()), "many": float(many.mean())}
    return Outcome(low > 0, False, {**numbers, "low": low, "high": high})


def leaky_lives(seed: int, *, activation: Module = nn.LeakyReLU) -> Outcome:
    """Leaky ReLU against ReLU, same data, seeds and rate: units without gradient, units with negative sums only.

    32 networks; the interval is of the share of the latter, Leaky ReLU's over ReLU's.
    """
    (dead, _, _), (gone, _, stuck) = silent(seed, nn.ReLU), silent(seed, activation)
    low, high = interval(stuck / dead.mean(), seed)
    numbers = {"dead": float(dead.mean()), "gone": float(gone.mean()), "stuck": float(stuck.mean())}
    # To prevent it is at least to halve it.
    return Outcome(numbers["gone"] == 0 and high < 0.5, numbers["gone"] == 0, {**numbers, "low": low, "high": high})


CLAIMS: list[Claim] = [
    Claim(
        id="relu-overfitting",
        section=4,
        statement=Text("ReLU reduces overfitting, because it is sparse.", "ReLU 引入稀疏性，从而减少过拟合。"),
        check=relu_overfitting,
        evidence=Text(
            "test loss minus training loss: ReLU {relu:.2f}; Leaky ReLU {dense:.2f}, more by {dense_low:.2f} to "
            "{dense_high:.2f}; tanh {tanh:.2f}, more by {tanh_low:.2f} to {tanh_high:.2f} (95 %, 64 networks)",
            "测试损失减训练损失：ReLU 为 {relu:.2f}；Leaky ReLU 为 {dense:.2f}，"
            "多出 {dense_low:.2f} 到 {dense_high:.2f}；"
            "tanh 为 {tanh:.2f}，多出 {tanh_low:.2f} 到 {tanh_high:.2f}（95 %，64 个网络）",
        ),
        correction=Text(
            "No effect found: Leaky ReLU, which has no zeros, overfits no more, nor does tanh. What is used "
            "against overfitting is weight decay, dropout and more data.",
            "没有测到这种作用：没有零输出的 Leaky ReLU 和 tanh 并不更容易过拟合。"
            "对付过拟合用的是权重衰减、dropout 和更多的数据。",
        ),
        source="Glorot, Bordes & Bengio (2011), Deep sparse rectifier neural networks, which claims other benefits",
    ),
    Claim(
        id="relu-dies",
        section=4,
        statement=Text(
            "A ReLU unit can die: it then gives 0 on all data, and learns no more.",
            "ReLU 神经元可能“死亡”：对所有数据都输出 0，不再学习。",
        ),
        check=relu_dies,
        evidence=Text(
            "units without any gradient: {before:.0%} before training, {dead:.0%} after it at the best learning rate "
            "(more by {low:.2f} to {high:.2f}, 95 %, 32 networks), {many:.0%} at ten times that rate",
            "没有任何梯度的单元：训练前 {before:.0%}；以最佳学习率训练后 {dead:.0%}"
            "（多出 {low:.2f} 到 {high:.2f}，95 %，32 个网络）；学习率为其十倍时 {many:.0%}",
        ),
    ),
    Claim(
        id="leaky-relu-lives",
        section=4,
        statement=Text("Leaky ReLU keeps units from dying.", "Leaky ReLU 可以防止神经元死亡。"),
        check=leaky_lives,
        evidence=Text(
            "units without any gradient: ReLU {dead:.0%}, Leaky ReLU {gone:.0%}; but {stuck:.0%} of the leaky units "
            "have negative sums only, {low:.2f} to {high:.2f} times as many as are dead with ReLU (95 %, 32 networks)",
            "没有任何梯度的单元：ReLU {dead:.0%}，Leaky ReLU {gone:.0%}；但后者有 {stuck:.0%} 的单元加权和全为负，"
            "是 ReLU 死亡单元的 {low:.2f} 到 {high:.2f} 倍（95 %，32 个网络）",
        ),
        condition=Text(
            "It keeps the gradient from being 0; with torch's slope of 0.01, units are driven to the "
            "flat side as often.",
            "它只保证梯度不为 0；按 torch 默认的斜率 0.01，被推到负半边的单元并不更少。",
        ),
        source="Maas, Hannun & Ng (2013), Rectifier nonlinearities improve neural network acoustic models",
    ),
]
