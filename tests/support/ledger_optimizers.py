"""Momentum, Adam and schedules: the verdicts, and for each that is computed a world in which it is another."""

from torch import optim
from torch.optim.lr_scheduler import ExponentialLR, StepLR

EXPECTED = {
    "momentum-average": "holds if",
    "adam-adaptive": "holds",
    "adam-popular": "not judged",
    "adam-lr": "holds",
    "step-lr": "holds",
    "multi-step-lr": "holds if",
    "exponential-lr": "holds",
}
WORLDS = {
    "momentum-average": {"dampening": 0.9},
    "adam-adaptive": {"optimizer": optim.SGD},
    "adam-lr": {"optimizer": optim.RMSprop},
    "step-lr": {"scheduler": lambda optimizer, step_size, gamma: ExponentialLR(optimizer, gamma ** (1 / step_size))},
    "multi-step-lr": {
        "scheduler": lambda optimizer, milestones, gamma: StepLR(optimizer, step_size=milestones[0], gamma=gamma)
    },
    "exponential-lr": {"scheduler": lambda optimizer, gamma: StepLR(optimizer, step_size=10, gamma=gamma**10)},
}
