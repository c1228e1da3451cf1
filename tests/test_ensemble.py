import pytest
import torch
from plain_loop import (
    RUN,
    SCHEDULER_ARGUMENTS,
    SEEDS,
    X,
    Y,
    build,
    close,
    net,
    on_one_thread,
    params_of,
    plain,
    toy,
    vmap_loop,
)
from torch import optim
from torch.nn import functional as F

from nnbasics import OPTIMIZERS, SCHEDULERS, seeded_model, train, train_many
from nnbasics._stack import NOT_LINEAR_IN_LR, STACKABLE

__all__ = ["on_one_thread"]  # a fixture that every test here uses
RATES = (0.002, 0.01, 0.03)
REFUSED_OPTIMIZERS = {}  # name -> what the refusal says
REFUSED_SCHEDULERS = {"reduce_on_plateau": "scheduler must be one that models can share .* got ReduceLROnPlateau"}


# Model s of S is the model of its seed


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_gives_what_train_and_the_plain_loop_give(name):
    if name in REFUSED_OPTIMIZERS:
        with pytest.raises(ValueError, match=REFUSED_OPTIMIZERS[name]):
            train_many(net, X, Y, seeds=SEEDS, loss_fn="cross_entropy", optimizer=name, lr=0.01, **RUN)
        return
    many = train_many(net, X, Y, seeds=SEEDS, loss_fn="cross_entropy", optimizer=name, lr=0.01, **RUN)
    models, losses = plain(lambda p: OPTIMIZERS[name](p, lr=0.01))
    close(many, models)
    torch.testing.assert_close(many.losses, losses, rtol=0, atol=1e-11)
    one = seeded_model(net, SEEDS[1])
    result = train(one, X, Y, loss_fn="cross_entropy", optimizer=name, lr=0.01, seed=SEEDS[1], **RUN)
    for expected, got in zip(one.parameters(), many.model(1).parameters(), strict=True):
        torch.testing.assert_close(got, expected, rtol=0, atol=1e-11)
    torch.testing.assert_close(many.lrs, result.lrs.expand(3, -1), rtol=0, atol=0)
    assert many.losses.shape == (3, 200)
    assert not many.diverged.any()


@pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name not in REFUSED_OPTIMIZERS])
def test_vmap_says_the_same(name):
    many = train_many(net, X, Y, seeds=SEEDS, loss_fn="cross_entropy", optimizer=name, lr=0.01, **RUN)
    models = [build(net, seed) for seed in SEEDS]
    expected = vmap_loop(models, X, Y, F.cross_entropy, lambda p: OPTIMIZERS[name](p, lr=0.01), seeds=SEEDS, **RUN)
    assert many.params.keys() == expected.keys()
    for name, stacked in expected.items():
        torch.testing.assert_close(many.params[name], stacked, rtol=0, atol=1e-11)


@pytest.mark.parametrize("lr", [0.02, RATES])
@pytest.mark.parametrize("name", SCHEDULERS)
def test_every_scheduler(name, lr):
    def scheduler(optimizer):
        return SCHEDULERS[name](optimizer, **SCHEDULER_ARGUMENTS[name])

    settings = {"loss_fn": "cross_entropy", "optimizer": "momentum", "lr": lr, "scheduler": scheduler}
    if name in REFUSED_SCHEDULERS:
        with pytest.raises(ValueError, match=REFUSED_SCHEDULERS[name]):
            train_many(net, X, Y, seeds=SEEDS, **settings, **RUN)
        return
    many = train_many(net, X, Y, seeds=SEEDS, **settings, **RUN)
    lrs = RATES if lr is RATES else (lr,) * 3
    models, _ = plain(OPTIMIZERS["momentum"], lrs=lrs, make_scheduler=scheduler)
    close(many, models)
    for s, rate in enumerate(lrs):
        alone = train(build(net, s), X, Y, loss_fn="cross_entropy", lr=rate, scheduler=scheduler, num_epochs=50)
        torch.testing.assert_close(many.lrs[s], alone.lrs, rtol=1e-15, atol=0)


@pytest.mark.parametrize("kind", [*OPTIMIZERS, *STACKABLE])
def test_a_rate_for_each_model(kind):
    make = OPTIMIZERS.get(kind, kind)
    settings = {"loss_fn": "cross_entropy", "optimizer": kind, "lr": RATES, **RUN}
    if kind in NOT_LINEAR_IN_LR:
        with pytest.raises(ValueError, match=f"optimizer must take steps proportional to lr .* got {kind.__name__}"):
            train_many(net, X, Y, seeds=SEEDS, **settings)
        return
    close(train_many(net, X, Y, seeds=SEEDS, **settings), plain(make, lrs=RATES)[0])


@pytest.mark.parametrize("kind", NOT_LINEAR_IN_LR)
def test_one_rate_where_it_cannot_differ(kind):
    many = train_many(net, X, Y, seeds=SEEDS, loss_fn="cross_entropy", optimizer=kind, lr=0.01, **RUN)
    close(many, plain(lambda p: kind(p, lr=0.01))[0])


@pytest.mark.parametrize("name", ["one_cycle", "cosine"])
def test_a_rate_for_each_model_with_a_schedule_that_moves_betas_too(name):
    def scheduler(optimizer):
        return SCHEDULERS[name](optimizer, **SCHEDULER_ARGUMENTS[name])

    settings = {"loss_fn": "cross_entropy", "optimizer": "adamw", "lr": torch.tensor(RATES, dtype=torch.float64)}
    many = train_many(net, X, Y, seeds=SEEDS, scheduler=scheduler, **settings, **RUN)
    close(many, plain(optim.AdamW, lrs=RATES, make_scheduler=scheduler)[0])


def test_weight_decay_and_other_settings_reach_the_optimizer():
    def make(parameters, lr):
        return optim.SGD(parameters, lr=lr, momentum=0.8, dampening=0.2, weight_decay=0.1)

    for lr in (0.01, RATES):
        many = train_many(net, X, Y, seeds=SEEDS, loss_fn="cross_entropy", optimizer=make, lr=lr, **RUN)
        close(many, plain(make, lrs=RATES if lr is RATES else (lr,) * 3)[0])


@pytest.mark.parametrize("name", ["sgd", "momentum"])
def test_losses_in_single_precision(name):
    x, y = toy(torch.float32)
    settings = {"loss_fn": "cross_entropy", "optimizer": name, "lr": 0.05, **RUN}
    many = train_many(lambda: net(torch.float32), x, y, seeds=SEEDS, **settings)
    for s, seed in enumerate(SEEDS):
        losses = train(seeded_model(lambda: net(torch.float32), seed), x, y, seed=seed, **settings).losses
        torch.testing.assert_close(many.losses[s], losses, rtol=0, atol=1e-6)


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("batch_size", [None, 1, 20])
def test_batch_sizes(batch_size, count):
    settings = {"num_epochs": 5, "batch_size": batch_size}
    many = train_many(net, X, Y, seeds=SEEDS[:count], loss_fn="cross_entropy", lr=0.1, **settings)
    models, losses = plain(lambda p: optim.SGD(p, lr=0.1), **settings)
    close(many, models[:count])
    torch.testing.assert_close(many.losses, losses[:count], rtol=0, atol=1e-11)


def test_shared_batches_are_those_of_the_first_seed():
    many = train_many(net, X, Y, seeds=SEEDS, loss_fn="cross_entropy", lr=0.1, shared_batches=True, **RUN)
    for s, seed in enumerate(SEEDS):
        model = seeded_model(net, seed)
        train(model, X, Y, loss_fn="cross_entropy", lr=0.1, seed=SEEDS[0], **RUN)
        for name, expected in params_of(model).items():
            torch.testing.assert_close(many.params[name][s], expected, rtol=0, atol=1e-11)


# Interrupts


@pytest.mark.parametrize("at", [2, 11])
def test_an_interrupt_passes_through_and_restores(at):
    calls = []

    def interrupted(pred, target):
        calls.append(1)
        if len(calls) == 1 + at:  # the first call tries the loss
            raise KeyboardInterrupt
        return F.cross_entropy(pred, target)

    threads, state = torch.get_num_threads(), torch.get_rng_state()
    with pytest.raises(KeyboardInterrupt):
        train_many(net, X, Y, seeds=SEEDS, lr=RATES, batch_size=6, loss_fn=interrupted, num_epochs=9)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)
