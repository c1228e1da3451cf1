"""The oracles: the training loop written out in bare torch, and torch.func's vmap."""

import pytest
import torch
from torch import nn
from torch.func import functional_call, grad_and_value, stack_module_state, vmap
from torch.nn import functional as F
from torch.optim import lr_scheduler


@pytest.fixture(autouse=True)
def on_one_thread():
    """For the oracles: beside a busy core, models this small take many times as long on two threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def toy(dtype=torch.float64, rows=20):
    generator = torch.Generator().manual_seed(5)
    x = torch.randn(rows, 3, generator=generator, dtype=dtype)
    return x, (x.sum(1) > 0).long()


def net(dtype=torch.float64):
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)).to(dtype)


def equal(model, other):
    return all(torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True))


def build(make_model, seed):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return make_model()


def plain_loop(model, x, y, loss, make_optimizer, *, num_epochs, batch_size=None, make_scheduler=None, seed=0):
    """Train in place; returns the losses of the updates and the learning rates of the epochs."""
    optimizer = make_optimizer(model.parameters())
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    generator = torch.Generator().manual_seed(seed)
    losses, lrs = [], []
    for _ in range(num_epochs):
        lrs.append(optimizer.param_groups[0]["lr"])
        order = torch.arange(len(x)) if batch_size is None else torch.randperm(len(x), generator=generator)
        epoch = []
        for start in range(0, len(x), batch_size or len(x)):
            rows = order[start : start + (batch_size or len(x))]
            optimizer.zero_grad()
            value = loss(model(x[rows]), y[rows])
            value.backward()
            optimizer.step()
            epoch.append(value.item())
        if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau):
            scheduler.step(sum(epoch) / len(epoch))
        elif scheduler is not None:
            scheduler.step()
        losses += epoch
    return torch.tensor(losses, dtype=torch.float64), torch.tensor(lrs, dtype=torch.float64)


def vmap_loop(models, x, y, loss, make_optimizer, *, num_epochs, batch_size, seeds):
    """The same for several models by vmap over per-model gradients; returns the stacked parameters."""
    params, _ = stack_module_state(models)
    skeleton = models[0]
    optimizer = make_optimizer(list(params.values()))
    each = vmap(grad_and_value(lambda p, a, b: loss(functional_call(skeleton, p, a), b)))
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    for _ in range(num_epochs):
        order = torch.stack([torch.randperm(len(x), generator=generator) for generator in generators])
        for start in range(0, len(x), batch_size):
            rows = order[:, start : start + batch_size]
            gradients, _ = each({name: p.detach() for name, p in params.items()}, x[rows], y[rows])
            for name, p in params.items():
                p.grad = gradients[name]
            optimizer.step()
    return {name: p.detach() for name, p in params.items()}


SEEDS = (3, 0, 8)
RUN = {"num_epochs": 50, "batch_size": 6}  # 20 rows: 4 updates an epoch, 200 in all, the last batch smaller
X, Y = toy()


def params_of(model):
    return {name: p.detach() for name, p in model.named_parameters()}


def close(many, models, atol=1e-11):
    for s, model in enumerate(models):
        for name, expected in params_of(model).items():
            torch.testing.assert_close(many.params[name][s], expected, rtol=0, atol=atol)


def plain(make_optimizer, loss=F.cross_entropy, x=X, y=Y, make_model=net, lrs=None, **settings):
    """The plain loop for each seed: models and stacked losses."""
    models, losses = [], []
    for s, seed in enumerate(SEEDS):
        models.append(build(make_model, seed))
        factory = make_optimizer if lrs is None else lambda p, s=s: make_optimizer(p, lr=lrs[s])
        losses.append(plain_loop(models[-1], x, y, loss, factory, seed=seed, **{**RUN, **settings})[0])
    return models, torch.stack(losses)


class Weights(nn.Module):
    """A module whose output is its parameter, so that a loss of it is any function of w."""

    def __init__(self, start):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(start, dtype=torch.float64))

    def forward(self, x):
        return self.w + 0 * x.sum()


SCHEDULER_ARGUMENTS = {
    "step": {"step_size": 7, "gamma": 0.5},
    "multi_step": {"milestones": [5, 20, 30], "gamma": 0.3},
    "exponential": {"gamma": 0.95},
    "cosine": {"T_max": 50, "eta_min": 1e-3},
    "linear_warmup": {},
    "one_cycle": {"max_lr": 0.05, "total_steps": 50},
    "reduce_on_plateau": {"patience": 2, "factor": 0.5, "threshold": 0.05},
}
"""What each scheduler of the table is made with here; a new name has no entry, and fails."""
