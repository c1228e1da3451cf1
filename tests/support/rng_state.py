"""The three global random states, to hold one moment against another."""

import random

import numpy as np
import torch


def global_rng_state():
    cuda = [state.tolist() for state in torch.cuda.get_rng_state_all()] if torch.cuda.is_initialized() else []
    return torch.get_rng_state().tolist(), str(np.random.get_state()), random.getstate(), cuda
