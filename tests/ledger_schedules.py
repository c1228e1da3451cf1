"""Section 10, schedules: the verdicts, and a world for each in which it is another."""

from torch.optim.lr_scheduler import ExponentialLR, StepLR

EXPECTED = {
    "step-lr": "holds",
    "multi-step-lr": "holds if",
    "exponential-lr": "holds",
    "decay-calms": "holds",
}
WORLDS = {
    "step-lr": {"scheduler": lambda optimizer, step_size, gamma: ExponentialLR(optimizer, gamma ** (1 / step_size))},
    "multi-step-lr": {
        "scheduler": lambda optimizer, milestones, gamma: StepLR(optimizer, step_size=milestones[0], gamma=gamma)
    },
    "exponential-lr": {"scheduler": lambda optimizer, gamma: StepLR(optimizer, step_size=10, gamma=gamma**10)},
    "decay-calms": {"gamma": 1.0},
}
