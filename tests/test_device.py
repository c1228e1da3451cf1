import re

import pytest
import torch

from nnbasics._device import DEVICES, resolve_device


def test_auto_takes_the_best_there_is(monkeypatch):
    for cuda, mps, expected in ((True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda cuda=cuda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda mps=mps: mps)
        assert resolve_device("auto").type == expected


def test_a_device_object_is_taken_as_it_is():
    assert resolve_device(torch.device("cpu")) == torch.device("cpu")
    assert resolve_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize(
    ("device", "error", "message"),
    [
        ("gpu", ValueError, f"device must be one of {', '.join(DEVICES)}, got 'gpu'."),
        ("xpu", ValueError, "device must be one of auto, cpu, cuda, mps, got 'xpu'."),
        ("", ValueError, "device must be one of auto, cpu, cuda, mps, got ''."),
        (None, ValueError, "device must be one of auto, cpu, cuda, mps, got None."),
        ("cuda:99", ValueError, "device must be one that torch sees here ("),
    ],
)
def test_bad_devices_are_named(device, error, message):
    with pytest.raises(error, match=re.escape(message)):
        resolve_device(device)


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_there(monkeypatch, device):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ValueError, match=rf"device must be one that torch sees here \(0 of {device}\), got '{device}'"):
        resolve_device(device)
