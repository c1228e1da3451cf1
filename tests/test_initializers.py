"""Initializers: the laws they draw from, and what `init_weights` does and leaves alone.

False alarms: a right initializer fails a statistical test here with probability below 1e-7 for a random seed; the
seeds are fixed, so a test that passes once passes always.
"""

import math

import numpy as np
import pytest
import torch
from rng_state import global_rng_state
from scipy import stats
from torch import nn

from nnbasics import INITIALIZERS, init_weights

ALPHA = 1e-7
Z = stats.norm.isf(ALPHA / 2)
FAN_IN, FAN_OUT = 200, 300

# What each draws for a weight of 300 units with 200 inputs each, worked out by hand from the papers' formulas.
LAWS = {
    "uniform": stats.uniform(0, 1),
    "normal": stats.norm(0, 1),
    "xavier_uniform": stats.uniform(-0.10954451150103322, 2 * 0.10954451150103322),  # sqrt(6 / 500)
    "xavier_normal": stats.norm(0, 0.06324555320336759),  # sqrt(2 / 500)
    "kaiming_uniform": stats.uniform(-0.17320508075688773, 2 * 0.17320508075688773),  # sqrt(6 / 200)
    "kaiming_normal": stats.norm(0, 0.1),  # sqrt(2 / 200)
    "default": stats.uniform(-0.07071067811865475, 2 * 0.07071067811865475),  # 1 / sqrt(200)
}
EXACT = {"zeros": ({}, 0.0), "ones": ({}, 1.0), "constant": ({"val": 0.25}, 0.25)}
KEYWORDS = {name: EXACT[name][0] if name in EXACT else {} for name in INITIALIZERS}


@pytest.fixture(autouse=True)
def _own_stream():
    """`nn.Linear` draws from the global stream; no test here may move it for others."""
    with torch.random.fork_rng(devices=[]):
        yield


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def draw(name, seed=0, **kwargs):
    layer = nn.Linear(FAN_IN, FAN_OUT, dtype=torch.float64)
    init_weights(layer, name, generator=seeded(seed), **{**KEYWORDS[name], **kwargs})
    return layer.weight.detach().numpy()


def fits(sample, law):
    """Mean, variance, bounds and the whole distribution against a law, each at the false-alarm rate above."""
    x = np.ravel(sample)
    n, sd = x.size, law.std()
    excess = float(law.stats(moments="k"))
    low, high = law.support()
    return {
        "mean": abs(x.mean() - law.mean()) < Z * sd / math.sqrt(n),
        "variance": abs(x.var() / sd**2 - 1) < Z * math.sqrt((excess + 2) / n),
        "bounds": low <= x.min() and x.max() <= high,
        "distribution": stats.kstest(x, law.cdf).pvalue > ALPHA,
    }


@pytest.mark.parametrize("name", INITIALIZERS)
def test_law(name):
    weight = draw(name)
    if name in EXACT:
        assert (weight == EXACT[name][1]).all()
    elif name == "orthogonal":
        np.testing.assert_allclose(weight.T @ weight, np.eye(FAN_IN), atol=1e-12)
    else:
        assert fits(weight, LAWS[name]) == dict.fromkeys(("mean", "variance", "bounds", "distribution"), True)


def test_the_statistics_can_tell_a_wrong_law():
    swapped_fans = stats.norm(0, math.sqrt(2 / FAN_OUT))
    assert not fits(draw("kaiming_normal"), swapped_fans)["variance"]
    assert not fits(draw("normal", mean=0.05), LAWS["normal"])["mean"]
    assert not fits(draw("xavier_uniform"), LAWS["xavier_normal"])["distribution"]
    assert not fits(draw("xavier_uniform", gain=1.01), LAWS["xavier_uniform"])["bounds"]


@pytest.mark.parametrize(
    ("name", "kwargs", "law"),
    [
        ("xavier_normal", {"gain": 5 / 3}, stats.norm(0, 0.10540925533894598)),
        ("kaiming_normal", {"mode": "fan_out"}, stats.norm(0, 0.08164965809277261)),
        ("kaiming_normal", {"nonlinearity": "linear"}, stats.norm(0, 0.07071067811865475)),
        ("kaiming_uniform", {"a": 1.0}, stats.uniform(-0.1224744871391589, 2 * 0.1224744871391589)),
        ("uniform", {"a": -2.0, "b": 3.0}, stats.uniform(-2, 5)),
        ("normal", {"mean": 4.0, "std": 0.5}, stats.norm(4, 0.5)),
    ],
)
def test_keywords_reach_torch(name, kwargs, law):
    assert all(fits(draw(name, **kwargs), law).values())


def test_orthogonal_gain_and_wide_weights():
    layer = init_weights(nn.Linear(7, 4, dtype=torch.float64), "orthogonal", gain=3.0)
    weight = layer.weight.detach().numpy()
    np.testing.assert_allclose(weight @ weight.T, 9 * np.eye(4), atol=1e-12)


@pytest.mark.parametrize(("name", "std"), [("xavier_normal", 0.5), ("kaiming_normal", 0.6324555320336759)])
def test_the_articles_linear_of_5_and_3(name, std):
    layer, generator = nn.Linear(5, 3), seeded(5)
    kwargs = {"nonlinearity": "relu"} if name == "kaiming_normal" else {}
    drawn = [
        init_weights(layer, name, generator=generator, **kwargs).weight.detach().clone().numpy() for _ in range(400)
    ]
    assert all(fits(np.stack(drawn).astype(float), stats.norm(0, std)).values())
    assert layer.bias.tolist() == [0.0, 0.0, 0.0]


LAYERS = {
    "linear": lambda: nn.Linear(12, 8),
    "conv1d": lambda: nn.Conv1d(3, 4, 5),
    "conv2d": lambda: nn.Conv2d(3, 4, 3),
    "conv3d": lambda: nn.Conv3d(2, 3, 2),
    "grouped": lambda: nn.Conv2d(4, 8, 3, groups=2),
}


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_default_is_what_torch_does_itself(make):
    ours = init_weights(make(), "default", bias=None, generator=seeded(3))
    with torch.random.fork_rng():
        torch.manual_seed(3)
        theirs = make()
    torch.testing.assert_close(ours.state_dict(), theirs.state_dict(), rtol=0, atol=0)


def test_default_bias_law():
    layer = init_weights(nn.Linear(25, 20000), "zeros", bias=None, generator=seeded(1))
    assert all(fits(layer.bias.detach().numpy().astype(float), stats.uniform(-0.2, 0.4)).values())


def network():
    return nn.Sequential(
        nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 4, bias=False), nn.Linear(4, 3)
    )


@pytest.mark.parametrize("name", INITIALIZERS)
def test_same_generator_same_weights_and_global_rng_untouched(name):
    model = network()
    before = global_rng_state()
    states = []
    for generator in (seeded(11), seeded(11), None, seeded(0)):
        assert init_weights(model, name, generator=generator, bias=None, **KEYWORDS[name]) is model
        states.append({key: value.clone() for key, value in model.state_dict().items()})
    assert global_rng_state() == before
    torch.testing.assert_close(states[0], states[1], rtol=0, atol=0)
    torch.testing.assert_close(states[2], states[3], rtol=0, atol=0)  # None means seed 0
    assert not torch.equal(states[0]["4.bias"], states[2]["4.bias"])


@pytest.mark.parametrize("name", [name for name in INITIALIZERS if name not in EXACT])
def test_a_generator_moves_on(name):
    generator = seeded(0)
    first, second = (init_weights(nn.Linear(9, 9), name, generator=generator).weight for _ in range(2))
    assert not torch.equal(first, second)


def test_only_weights_and_biases_of_layers_change():
    model = network()
    with torch.no_grad():
        model[1].weight.fill_(7.0)
    init_weights(model, "zeros", bias=0.5)
    assert model[1].weight.tolist() == [7.0, 7.0]
    assert model[3].bias is None
    assert model[0].bias.tolist() == [0.5, 0.5]
    assert model[4].weight.requires_grad
    assert model[4].weight.is_leaf


def test_a_refused_call_leaves_the_module_alone():
    model = nn.Sequential(nn.Linear(2, 2), nn.utils.parametrizations.weight_norm(nn.Linear(2, 2)))
    before = model[0].weight.detach().clone()
    with pytest.raises(ValueError, match="plain parameters"):
        init_weights(model, "ones")
    with pytest.raises(ValueError, match="finite"):
        init_weights(model[0], "constant", val=math.inf)
    torch.testing.assert_close(model[0].weight.detach(), before, rtol=0, atol=0)


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_16_bit_weights_are_the_rounded_32_bit_ones(name, dtype):
    narrow = init_weights(nn.Linear(6, 5, dtype=dtype), name, **KEYWORDS[name]).weight
    wide = init_weights(nn.Linear(6, 5), name, **KEYWORDS[name]).weight
    assert narrow.dtype == dtype
    assert torch.equal(narrow, wide.to(dtype))


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_under_no_grad_and_inference_mode(mode):
    outside = init_weights(nn.Linear(4, 3), "normal", bias=None)
    made_inside, made_outside = None, nn.Linear(4, 3)
    with mode():
        made_inside = init_weights(nn.Linear(4, 3), "normal", bias=None)
        init_weights(made_outside, "normal", bias=None)
    for layer in (made_outside, made_inside, init_weights(made_inside, "normal", bias=None)):
        assert torch.equal(layer.weight, outside.weight)
        assert torch.equal(layer.bias, outside.bias)
    made_outside(torch.ones(1, 4)).sum().backward()


def test_the_default_dtype_has_no_say():
    expected = init_weights(nn.Linear(4, 3), "xavier_normal").weight
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        found = init_weights(nn.Linear(4, 3, dtype=torch.float32), "xavier_normal").weight
    finally:
        torch.set_default_dtype(before)
    assert torch.equal(found, expected)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", INITIALIZERS)
def test_same_weights_on_cuda(name):
    cpu = init_weights(nn.Linear(20, 10), name, bias=None, generator=seeded(4), **KEYWORDS[name])
    cuda = init_weights(nn.Linear(20, 10).cuda(), name, bias=None, generator=seeded(4), **KEYWORDS[name])
    assert torch.equal(cuda.weight.cpu(), cpu.weight)
    assert torch.equal(cuda.bias.cpu(), cpu.bias)


def test_a_refused_call_leaves_every_layer_as_it_was():
    model = nn.Sequential(nn.utils.skip_init(nn.Linear, 3, 4), nn.utils.skip_init(nn.Linear, 4, 2).half())
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(0.5)
    with pytest.raises(ValueError, match=r"initializer 'normal' must give finite numbers, got -?inf"):
        init_weights(model, "normal", std=1e30)  # finite in the first layer's float32, not in the second's float16
    assert all(bool((parameter == 0.5).all()) for parameter in model.parameters())
