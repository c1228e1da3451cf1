"""Bad calls, and word for word what is said to the one who made them: the argument, the value, what is allowed."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from nnbasics import (
    ThreeLayerNet,
    compare_losses,
    count_parameters,
    derivative,
    descend,
    ends_in_softmax,
    explain_broadcast,
    init_weights,
    loss_curve,
    neuron,
    plot_activation,
    quadratic,
    summary,
    trace_forward,
    trace_lr,
    warn_double_softmax,
)

T = torch.tensor
LAYER = nn.utils.skip_init(nn.Linear, 3, 2)
NET = ThreeLayerNet()
X, W, B = T([1.0, 2.0]), T([0.5, 0.5]), T(0.0)
ROWS, CLASSES = T([[0.5, -1.0, 2.0], [3.0, 0.0, 1.0]]), T([0, 2])
PROBABILITIES = T([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]])
TWO, LABELS = T([0.3, 0.8]), T([0.0, 1.0])
INITIALIZERS = (
    "zeros, ones, constant, uniform, normal, xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal, "
    "orthogonal, default"
)
LOSSES = "mae, mse, smooth_l1, huber, bce, bce_with_logits, cross_entropy, nll"
GENERATOR = "generator must be a torch.Generator such as torch.Generator().manual_seed(0), or None, got"
INPUT_SIZE = "input_size must be a tuple of sizes without the batch, such as (3,), or a list of such tuples, got"
COUNT_INSTEAD = "count_parameters(model) counts any model."


@pytest.fixture(autouse=True)
def _own_stream():
    """`nn.LSTM` draws from the global stream; no test here may move it for others."""
    with torch.random.fork_rng(devices=[]):
        yield


class Scored(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.utils.skip_init(nn.Linear, 3, 2)

    def forward(self, x):
        return {"scores": self.layer(x)}


class Idle(Scored):
    def forward(self, x):
        return x


BAD_CALLS = [  # a text that ends in … is the beginning: an address, or a sentence of torch's that may change, follows
    # init_weights
    (lambda: init_weights(LAYER, "xavier"), ValueError, f"Unknown initializer 'xavier'. Did you mean 'xavier_normal'? Expected one of: {INITIALIZERS}."),
    (lambda: init_weights(LAYER, "Kaiming_Normal"), ValueError, f"Unknown initializer 'Kaiming_Normal'. Did you mean 'kaiming_normal'? Expected one of: {INITIALIZERS}."),
    (lambda: init_weights(LAYER, nn.init.zeros_), TypeError, "initializer must be a name (str), got <function zeros_ at …"),
    (lambda: init_weights("linear", "zeros"), TypeError, "module must be a torch.nn.Module, got 'linear' (str)."),
    (lambda: init_weights(nn.Linear, "zeros"), TypeError, "module must be a torch.nn.Module, got the class Linear: did you mean Linear()?"),
    (lambda: init_weights(LAYER.weight.tolist(), "zeros"), TypeError, "module must be a torch.nn.Module, got [[…"),
    (lambda: init_weights(nn.ReLU(), "zeros"), ValueError, "module must hold at least one nn.Linear or nn.Conv layer, got ReLU."),
    (lambda: init_weights(nn.LazyLinear(2), "zeros"), ValueError, "module must know its sizes: 'module' is lazy, so run the module on one batch first."),
    (lambda: init_weights(nn.utils.parametrizations.weight_norm(nn.utils.skip_init(nn.Linear, 3, 2)), "zeros"), ValueError, "module must hold plain parameters, but module.weight is computed from others."),
    (lambda: init_weights(LAYER, "zeros", bias="0"), TypeError, "bias must be a number, or None for torch's own law, got '0' (str)."),
    (lambda: init_weights(LAYER, "zeros", bias=True), TypeError, "bias must be a number, or None for torch's own law, got True (bool)."),
    (lambda: init_weights(LAYER, "zeros", bias=math.inf), ValueError, "bias must be a finite number, or None for torch's own law, got inf."),
    (lambda: init_weights(LAYER, "zeros", bias=1e39), ValueError, "bias must fit into torch.float32, got 1e+39."),
    (lambda: init_weights(LAYER, "normal", generator=0), TypeError, f"{GENERATOR} 0 (int)."),
    (lambda: init_weights(LAYER, "normal", generator=np.random.default_rng), TypeError, f"{GENERATOR} <…"),
    (lambda: init_weights(LAYER, "constant"), TypeError, "initializer 'constant' needs 'val': init_weights(module, 'constant', val=...)."),
    (lambda: init_weights(LAYER, "constant", val=math.nan), ValueError, "initializer 'constant' must give finite weights, but with {'val': nan} it does not."),
    (lambda: init_weights(LAYER, "xavier_normal", std=1), TypeError, "initializer 'xavier_normal' takes no 'std'. Expected one of: gain."),
    (lambda: init_weights(LAYER, "zeros", val=1), TypeError, "initializer 'zeros' takes no 'val'. Expected one of: none."),
    (lambda: init_weights(LAYER, "normal", std=-1), ValueError, "initializer 'normal' was refused by torch: normal expects std >= 0.0, but found std -1."),
    (lambda: init_weights(LAYER, "kaiming_normal", mode="fan"), ValueError, "initializer 'kaiming_normal' was refused by torch: Mode fan not supported, please use one of ['fan_in', 'fan_out']."),
    (lambda: init_weights(LAYER, "kaiming_normal", nonlinearity="gelu"), ValueError, "initializer 'kaiming_normal' was refused by torch: Unsupported nonlinearity gelu."),
    # ThreeLayerNet
    (lambda: ThreeLayerNet(0), ValueError, "in_features must be an integer >= 1, got 0."),
    (lambda: ThreeLayerNet(3.0), TypeError, "in_features must be an integer, got 3.0 (float)."),
    (lambda: ThreeLayerNet(3, (3,)), ValueError, "hidden_features must be two sizes such as (3, 2), got (3,)."),
    (lambda: ThreeLayerNet(3, 5), ValueError, "hidden_features must be two sizes such as (3, 2), got 5."),
    (lambda: ThreeLayerNet(3, (3, -2)), ValueError, "hidden_features must be an integer >= 1, got -2."),
    (lambda: ThreeLayerNet(out_features="2"), TypeError, "out_features must be an integer, got '2' (str)."),
    (lambda: ThreeLayerNet(output="logit"), ValueError, "Unknown output 'logit'. Did you mean 'logits'? Expected one of: softmax, logits."),
    (lambda: ThreeLayerNet(output=None), TypeError, "output must be a name (str), got None (NoneType)."),
    (lambda: ThreeLayerNet(generator=42), TypeError, f"{GENERATOR} 42 (int)."),
    # count_parameters and summary
    (lambda: count_parameters(ThreeLayerNet), TypeError, "model must be a torch.nn.Module, got the class ThreeLayerNet: did you mean ThreeLayerNet()?"),
    (lambda: count_parameters(None), TypeError, "model must be a torch.nn.Module, got None (NoneType)."),
    (lambda: count_parameters(nn.Sequential(nn.LazyLinear(2))), ValueError, "model must know its sizes: '0.weight' is lazy, so run the model on one batch first."),
    (lambda: summary("net", (3,)), TypeError, "model must be a torch.nn.Module, got 'net' (str)."),
    (lambda: summary(NET, 3), TypeError, f"{INPUT_SIZE} 3 (int)."),
    (lambda: summary(NET, [3]), TypeError, f"{INPUT_SIZE} [3] (list)."),
    (lambda: summary(NET, ()), ValueError, "torchsummary cannot serve ThreeLayerNet with input_size=(): …"),
    (lambda: summary(NET, (0,)), ValueError, "input_size must be an integer >= 1, got 0."),
    (lambda: summary(NET, (3.0,)), TypeError, "input_size must be an integer, got 3.0 (float)."),
    (lambda: summary(NET, (4,)), ValueError, f"torchsummary cannot serve ThreeLayerNet with input_size=(4,): mat1 and mat2 shapes cannot be multiplied (2x4 and 3x3). {COUNT_INSTEAD}"),
    (lambda: summary(nn.Sequential(nn.LSTM(3, 2)), (4, 3)), ValueError, f"torchsummary cannot serve Sequential with input_size=(4, 3): 'tuple' object has no attribute 'size'. {COUNT_INSTEAD}"),
    (lambda: summary(nn.ReLU(), (3,)), ValueError, "model must have parameters for torchsummary to count, got ReLU."),
    (lambda: summary(nn.Sequential(LAYER, nn.utils.skip_init(nn.Linear, 2, 3), LAYER), (3,)), ValueError, f"torchsummary counts 25 parameters in Sequential, which has 17: it counts a layer as often as it is used, and only weights and biases. {COUNT_INSTEAD}"),
    # the double softmax
    (lambda: ends_in_softmax(nn.Softmax), TypeError, "model must be a torch.nn.Module, got the class Softmax: did you mean Softmax()?"),
    (lambda: ends_in_softmax(nn.Softmax(dim=-1)), ValueError, "x must be given: Softmax has no nn.Linear that says what it takes."),
    (lambda: ends_in_softmax(nn.Sequential(nn.utils.skip_init(nn.Conv2d, 1, 1, 3), LAYER)), ValueError, "x must be given: Sequential does not take inputs of shape (32, 3), which its first nn.Linear asks for."),
    (lambda: ends_in_softmax(NET, [1.0, 2.0, 3.0]), TypeError, "x must be a torch.Tensor, got list."),
    (lambda: warn_double_softmax(NET, "cross_entropy", lang="fr"), ValueError, "Unknown language 'fr'. Expected one of: en, zh."),
    # trace_forward and neuron
    (lambda: trace_forward(lambda x: x, X), TypeError, "model must be a torch.nn.Module, got <function <lambda>…"),
    (lambda: trace_forward(nn.Tanh(), X), ValueError, "model must hold at least one nn.Linear or nn.Conv layer, got Tanh."),
    (lambda: trace_forward(NET, [1.0, 2.0, 3.0]), TypeError, "x must be a torch.Tensor, got list."),
    (lambda: trace_forward(NET, T([1, 2, 3])), TypeError, "x must have a floating-point dtype such as torch.float32, got torch.int64."),
    (lambda: trace_forward(NET, T([1.0, 2.0, math.nan])), ValueError, "x must be finite, got nan among its 3 number(s)."),
    (lambda: trace_forward(NET, torch.ones(5, 4)), ValueError, "x of shape (5, 4) does not fit model: layer 'linear1' takes a last dimension of 3, got shape (5, 4)."),
    (lambda: trace_forward(NET, torch.tensor(1.0)), ValueError, "x of shape () does not fit model: layer 'linear1' takes a last dimension of 3, got shape ()."),
    (lambda: trace_forward(NET, torch.ones(3, dtype=torch.float64)), TypeError, "x must have the dtype and device of model, torch.float32 on cpu in layer 'linear1', got torch.float64 on cpu."),
    (lambda: trace_forward(Scored(), torch.ones(3)), ValueError, "model must return one tensor to be traced, got dict."),
    (lambda: trace_forward(Idle(), torch.ones(3)), ValueError, "model must call its layers to be traced: Idle called none of them."),
    (lambda: neuron(X, T([0.5, 0.5, 0.5]), B, "relu"), ValueError, "x must have a last dimension of 3, got shape (2,)."),
    (lambda: neuron(X, W[None], B, "relu"), ValueError, "weight must have 1 dimension(s), got shape (1, 2)."),
    (lambda: neuron(X, W, T([0.0]), "relu"), ValueError, "bias must be one number, shape (), got shape (1,)."),
    (lambda: neuron(X, W.double(), B, "relu"), TypeError, "weight must have the dtype and device of x, torch.float32 on cpu, got torch.float64 on cpu."),
    (lambda: neuron(X, W, 0.0, "relu"), TypeError, "bias must be a torch.Tensor, got float."),
    (lambda: neuron(X, W, B, nn.ReLU), TypeError, "activation must be a name or a callable, got the class ReLU: did you mean ReLU()?"),
    # explain_broadcast
    (lambda: explain_broadcast((2, -1)), ValueError, "shapes[0] must hold sizes >= 0, got -1 in (2, -1)."),
    (lambda: explain_broadcast((2, 3), "(3,)"), TypeError, "shapes[1] must be a tuple of integers such as (2, 3), got str."),
    (lambda: explain_broadcast((2, 3.0)), TypeError, "shapes[0] must be a tuple of integers such as (2, 3), got 3.0 in (2, 3.0)."),
    (lambda: explain_broadcast((2, True)), TypeError, "shapes[0] must be a tuple of integers such as (2, 3), got True in (2, True)."),
    (lambda: explain_broadcast(torch.ones(2)), TypeError, "shapes[0] must be a tuple of integers such as (2, 3), got Tensor: did you mean its .shape?"),
    (lambda: explain_broadcast(None), TypeError, "shapes[0] must be a tuple of integers such as (2, 3), got NoneType."),
    (lambda: explain_broadcast((2,), lang="cn"), ValueError, "Unknown language 'cn'. Expected one of: en, zh."),
    # compare_losses
    (lambda: compare_losses([0.3, 0.8], LABELS), TypeError, "pred must be a torch.Tensor, got list."),
    (lambda: compare_losses(T([1, 2]), LABELS), TypeError, "pred must have a floating-point dtype such as torch.float32, got torch.int64."),
    (lambda: compare_losses(T([0.3, math.inf]), LABELS), ValueError, "pred must be finite, got inf among its 2 number(s)."),
    (lambda: compare_losses(TWO, [0.0, 1.0]), TypeError, "target must be a torch.Tensor, got list."),
    (lambda: compare_losses(TWO, LABELS, "mse"), TypeError, "names must be a sequence of names such as ['mse', 'mae'], or None, got 'mse'."),
    (lambda: compare_losses(TWO, LABELS, []), ValueError, f"names must hold at least one name, got none. Expected some of: {LOSSES}."),
    (lambda: compare_losses(TWO, LABELS, ["l2"]), ValueError, f"Unknown loss 'l2'. Expected one of: {LOSSES}."),
    (lambda: compare_losses(TWO, LABELS, [nn.MSELoss()]), TypeError, "loss must be a name (str), got MSELoss() (MSELoss)."),
    (lambda: compare_losses(TWO, LABELS[:, None], ["mse"]), ValueError, "target must have the shape of pred for loss 'mse', (2,), got (2, 1)."),
    (lambda: compare_losses(TWO, LABELS.double(), ["mae"]), TypeError, "target must have the dtype of pred for loss 'mae', torch.float32, got torch.float64."),
    (lambda: compare_losses(TWO, LABELS.long(), ["bce"]), TypeError, "target must have a floating-point dtype such as torch.float32, got torch.int64."),
    (lambda: compare_losses(T([2.5, -1.0]), LABELS, ["bce"]), ValueError, "pred must hold probabilities from 0 to 1 for loss 'bce', got 2.5, which looks like a logit: hand over torch.sigmoid(pred), or take 'bce_with_logits'."),
    (lambda: compare_losses(TWO, T([0.0, 2.0]), ["bce"]), ValueError, "target must hold probabilities from 0 to 1 for loss 'bce', got 2."),
    (lambda: compare_losses(TWO, T([-1.0, 1.0]), ["bce_with_logits"]), ValueError, "target must hold probabilities from 0 to 1 for loss 'bce_with_logits', got -1."),
    (lambda: compare_losses(PROBABILITIES, CLASSES, ["cross_entropy"]), ValueError, "pred must hold logits for loss 'cross_entropy', got probabilities (each sum over the classes is 1): hand over what went into the softmax, or torch.log(pred) to 'nll'."),
    (lambda: compare_losses(ROWS, CLASSES, ["nll"]), ValueError, "pred must hold log-probabilities for loss 'nll', whose exp sums to 1 over the classes, got what looks like logits: torch.log_softmax(pred, dim=1) turns them into log-probabilities."),
    (lambda: compare_losses(PROBABILITIES, CLASSES, ["nll"]), ValueError, "pred must hold log-probabilities for loss 'nll', whose exp sums to 1 over the classes, got what looks like probabilities: torch.log(pred) turns them into log-probabilities."),
    (lambda: compare_losses(ROWS, CLASSES.float(), ["cross_entropy"]), TypeError, "target must hold class indices of torch.int64 for loss 'cross_entropy', got torch.float32: target.long() gives them."),
    (lambda: compare_losses(ROWS, CLASSES.int(), ["nll"]), TypeError, "target must hold class indices of torch.int64 for loss 'nll', got torch.int32: target.long() gives them."),
    (lambda: compare_losses(ROWS, PROBABILITIES, ["cross_entropy"]), TypeError, "target must hold class indices of torch.int64 for loss 'cross_entropy', got torch.float32: target.argmax(dim=1) gives them."),
    (lambda: compare_losses(ROWS, T([0, 3]), ["cross_entropy"]), ValueError, "target must hold class indices from 0 to 2 for loss 'cross_entropy', got 3."),
    (lambda: compare_losses(ROWS, T([-100, 1]), ["cross_entropy"]), ValueError, "target must hold class indices from 0 to 2 for loss 'cross_entropy', got -100."),
    (lambda: compare_losses(ROWS, T([0]), ["cross_entropy"]), ValueError, "target must have shape (2,) for loss 'cross_entropy', one class index for each prediction of pred (2, 3), got (1,)."),
    (lambda: compare_losses(T(0.5), T(0), ["cross_entropy"]), ValueError, "pred must have a dimension of classes for loss 'cross_entropy', got shape ()."),
    (lambda: compare_losses(PROBABILITIES, CLASSES), ValueError, "No loss fits pred of shape (2, 3) and torch.float32 with target of shape (2,) and torch.int64: name one to see why."),
    # derivative, loss_curve, trace_lr, descend, quadratic, plots
    (lambda: derivative("relux", X), ValueError, "Unknown activation 'relux'. Did you mean 'relu'? Expected one of: identity, sigmoid, tanh, relu, leaky_relu, elu, gelu, silu, softplus, softmax."),
    (lambda: derivative("relu", X[:0]), ValueError, "x must not be empty, got shape (0,)."),
    (lambda: derivative(3, X), TypeError, "activation must be a name or a callable, got 3 (int). Names: identity, sigmoid…"),
    (lambda: loss_curve("mse", TWO, T([1.0, 2.0, 3.0])), ValueError, "target must have the shape of pred, (2,), or (), got (3,)."),
    (lambda: loss_curve("cross_entropy", TWO, LABELS), ValueError, "loss_fn 'cross_entropy' judges a row of scores, one for each class, not one number."),
    (lambda: trace_lr(3, lr=0.1, num_steps=5), TypeError, "make_scheduler must be a callable such as lambda optimizer: StepLR(optimizer, step_size=50), got 3."),
    (lambda: trace_lr(lambda opt: opt, lr=0.0, num_steps=5), ValueError, "lr must be a finite number > 0, got 0.0."),
    (lambda: trace_lr(lambda opt: opt, lr=0.1, num_steps=0), ValueError, "num_steps must be an integer >= 1, got 0."),
    (lambda: descend("bowl", X, torch.optim.SGD, num_steps=1), TypeError, "surface must be a callable from points to heights, got 'bowl'."),
    (lambda: descend(quadratic(1.0), X, lambda p: p, num_steps=1), TypeError, "make_optimizer must return a torch.optim.Optimizer, as lambda parameters: torch.optim.SGD(parameters, lr=0.1) does, got list."),
    (lambda: quadratic(), ValueError, "curvatures must hold at least one number, got none."),
    (lambda: plot_activation("relu", lang="de"), ValueError, "Unknown language 'de'. Expected one of: en, zh."),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "text"), BAD_CALLS, ids=[text[:60] for *_, text in BAD_CALLS])
def test_bad_call(call, error, text):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    said = str(caught.value)
    assert said.startswith(text[:-1]) if text.endswith("…") else said == text
    assert type(caught.value) is error
    assert "\n" not in said


def test_the_table_is_long():
    assert len(BAD_CALLS) >= 60


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_devices_that_differ():
    with pytest.raises(ValueError, match=r"generator must be on the CPU.*got one on cuda"):
        init_weights(LAYER, "normal", generator=torch.Generator("cuda"))
    with pytest.raises(TypeError, match=r"x must have the dtype and device of model, torch.float32 on cpu.*cuda:0"):
        trace_forward(NET, torch.ones(3, device="cuda"))
    with pytest.raises(TypeError, match=r"target must be on the device of pred, cpu, got cuda:0"):
        compare_losses(TWO, LABELS.cuda())
