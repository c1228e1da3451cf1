"""Bad calls, and word for word what is said to the one who made them: the argument, the value, what is allowed."""

import math
import re

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
OURS, TORCH = "ours", "torch's or Python's own"


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


BAD_CALLS = [
    # The call, who answers, with which error, and what is said. A text that ends in … is the beginning: an address,
    # further lines of detail, or a sentence that may change, follow.
    # init_weights
    (lambda: init_weights(LAYER, "xavier"), OURS, ValueError, f"Unknown initializer 'xavier'. Did you mean 'xavier_normal'? Expected one of: {INITIALIZERS}."),
    (lambda: init_weights(LAYER, "kaiming_norml"), OURS, ValueError, f"Unknown initializer 'kaiming_norml'. Did you mean 'kaiming_normal'? Expected one of: {INITIALIZERS}."),
    (lambda: init_weights(LAYER, nn.init.zeros_), OURS, TypeError, "initializer must be a name (str), got <function zeros_ at …"),
    (lambda: init_weights("linear", "zeros"), OURS, TypeError, "module must be a torch.nn.Module, got 'linear' (str)."),
    (lambda: init_weights(nn.Linear, "zeros"), OURS, TypeError, "module must be called first, Linear(), got class Linear."),
    (lambda: init_weights(LAYER.weight.tolist(), "zeros"), OURS, TypeError, "module must be a torch.nn.Module, got [[…"),
    (lambda: init_weights(nn.ReLU(), "zeros"), OURS, ValueError, "module must hold at least one nn.Linear or nn.Conv layer, got ReLU."),
    (lambda: init_weights(nn.LazyLinear(2), "zeros"), TORCH, RuntimeError, "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when trying to load an uninitialized parameter into an initialized one. Call `forward` to initialize the parameters before accessing their attributes."),
    (lambda: init_weights(nn.utils.parametrizations.weight_norm(nn.utils.skip_init(nn.Linear, 3, 2)), "zeros"), OURS, ValueError, "module must hold plain parameters, got computed ones in ParametrizedLinear."),
    (lambda: init_weights(LAYER, "zeros", bias="0"), OURS, TypeError, "bias must be a number, got '0' (str)."),
    (lambda: init_weights(LAYER, "zeros", bias=True), OURS, TypeError, "bias must be a number, got True (bool)."),
    (lambda: init_weights(LAYER, "zeros", bias=math.inf), OURS, ValueError, "bias must be a finite number, got inf."),
    (lambda: init_weights(LAYER, "zeros", bias=1e39), TORCH, RuntimeError, "value cannot be converted to type float without overflow"),
    (lambda: init_weights(LAYER, "normal", generator=0), OURS, TypeError, f"{GENERATOR} 0 (int)."),
    (lambda: init_weights(LAYER, "normal", generator=np.random.default_rng), OURS, TypeError, f"{GENERATOR} <…"),
    (lambda: init_weights(LAYER, "constant"), TORCH, TypeError, "constant_() missing 1 required positional argument: 'val'"),
    (lambda: init_weights(LAYER, "constant", val=math.nan), OURS, ValueError, "initializer 'constant' must give finite numbers, got nan."),
    (lambda: init_weights(LAYER, "xavier_normal", std=1), TORCH, TypeError, "xavier_normal_() got an unexpected keyword argument 'std'"),
    (lambda: init_weights(LAYER, "zeros", val=1), TORCH, TypeError, "zeros_() got an unexpected keyword argument 'val'"),
    (lambda: init_weights(LAYER, "normal", std=-1), TORCH, RuntimeError, "normal expects std >= 0.0, but found std -1"),
    (lambda: init_weights(LAYER, "kaiming_normal", mode="fan"), TORCH, ValueError, "Mode fan not supported, please use one of ['fan_in', 'fan_out']"),
    (lambda: init_weights(LAYER, "kaiming_normal", nonlinearity="gelu"), TORCH, ValueError, "Unsupported nonlinearity gelu"),
    # ThreeLayerNet
    (lambda: ThreeLayerNet(0), OURS, ValueError, "in_features must be an integer >= 1, got 0."),
    (lambda: ThreeLayerNet(3.0), OURS, TypeError, "in_features must be an integer, got 3.0 (float)."),
    (lambda: ThreeLayerNet(3, (3,)), TORCH, ValueError, "not enough values to unpack (expected 2, got 1)"),
    (lambda: ThreeLayerNet(3, 5), TORCH, TypeError, "cannot unpack non-iterable int object"),
    (lambda: ThreeLayerNet(3, (3, -2)), OURS, ValueError, "hidden_features must be an integer >= 1, got -2."),
    (lambda: ThreeLayerNet(out_features="2"), OURS, TypeError, "out_features must be an integer, got '2' (str)."),
    (lambda: ThreeLayerNet(output="logit"), OURS, ValueError, "Unknown output 'logit'. Did you mean 'logits'? Expected one of: softmax, logits."),
    (lambda: ThreeLayerNet(output=None), OURS, TypeError, "output must be a name (str), got None (NoneType)."),
    (lambda: ThreeLayerNet(generator=42), OURS, TypeError, f"{GENERATOR} 42 (int)."),
    # count_parameters and summary
    (lambda: count_parameters(ThreeLayerNet), OURS, TypeError, "model must be called first, ThreeLayerNet(), got class ThreeLayerNet."),
    (lambda: count_parameters(None), OURS, TypeError, "model must be a torch.nn.Module, got None (NoneType)."),
    (lambda: count_parameters(nn.Sequential(nn.LazyLinear(2))), TORCH, ValueError, "Attempted to use an uninitialized parameter in <method 'numel' of 'torch._C.TensorBase' objects>. This error happens when you are using a `LazyModule` or explicitly manipulating `torch.nn.parameter.UninitializedParameter` objects. When using LazyModules Call `forward` with a dummy batch to initialize the parameters before calling torch functions"),
    (lambda: summary("net", (3,)), OURS, TypeError, "model must be a torch.nn.Module, got 'net' (str)."),
    (lambda: summary(NET, 3), OURS, ValueError, "torchsummary cannot serve ThreeLayerNet with input_size=3: 'int' object is not iterable. input_size is the shape of one input, such as (3,). count_parameters(model) counts any model."),
    (lambda: summary(NET, [3]), OURS, ValueError, "torchsummary cannot serve ThreeLayerNet with input_size=[3]: Value after * must be an iterable, not int. input_size is the shape of one input, such as (3,). count_parameters(model) counts any model."),
    (lambda: summary(NET, ()), OURS, ValueError, "torchsummary cannot serve ThreeLayerNet with input_size=(): …"),
    (lambda: summary(NET, (0,)), OURS, ValueError, "torchsummary cannot serve ThreeLayerNet with input_size=(0,): mat1 and mat2 shapes cannot be multiplied (2x0 and 3x3). input_size is the shape of one input, such as (3,). count_parameters(model) counts any model."),
    (lambda: summary(NET, (3.0,)), OURS, ValueError, "torchsummary cannot serve ThreeLayerNet with input_size=(3.0,): rand(): argument 'size' failed to unpack the object at pos 2 with error \"type must be tuple of ints,but got float\". input_size is the shape of one input, such as (3,). count_parameters(model) counts any model."),
    (lambda: summary(NET, (4,)), OURS, ValueError, "torchsummary cannot serve ThreeLayerNet with input_size=(4,): mat1 and mat2 shapes cannot be multiplied (2x4 and 3x3). input_size is the shape of one input, such as (3,). count_parameters(model) counts any model."),
    (lambda: summary(nn.Sequential(nn.LSTM(3, 2)), (4, 3)), OURS, ValueError, "torchsummary cannot serve Sequential with input_size=(4, 3): 'tuple' object has no attribute 'size'. input_size is the shape of one input, such as (3,). count_parameters(model) counts any model."),
    (lambda: summary(nn.ReLU(), (3,)), OURS, ValueError, "model must have parameters to count, got ReLU."),
    (lambda: summary(nn.Sequential(LAYER, nn.utils.skip_init(nn.Linear, 2, 3), LAYER), (3,)), OURS, ValueError, "torchsummary counts 25 parameters in Sequential, which has 17: a layer as often as it is used, and only weights and biases. count_parameters(model) counts any model."),
    # the double softmax
    (lambda: ends_in_softmax(nn.Softmax), OURS, TypeError, "model must be called first, Softmax(), got class Softmax."),
    (lambda: ends_in_softmax(nn.Softmax(dim=-1)), OURS, ValueError, "x must be given to a model that does not start with an nn.Linear, got None (Softmax)."),
    (lambda: ends_in_softmax(nn.Sequential(nn.utils.skip_init(nn.Conv2d, 1, 1, 3), LAYER)), OURS, ValueError, "x must be given to a model that does not start with an nn.Linear, got None (Sequential, (32, 3))."),
    (lambda: ends_in_softmax(NET, [1.0, 2.0, 3.0]), TORCH, TypeError, "linear(): argument 'input' (position 1) must be Tensor, not list"),
    (lambda: warn_double_softmax(NET, "cross_entropy", lang="fr"), OURS, ValueError, "Unknown language 'fr'. Expected one of: en, zh."),
    # trace_forward and neuron
    (lambda: trace_forward(lambda x: x, X), OURS, TypeError, "model must be a torch.nn.Module, got <function <lambda>…"),
    (lambda: trace_forward(nn.Tanh(), X), OURS, ValueError, "model must hold at least one nn.Linear or nn.Conv layer, got Tanh."),
    (lambda: trace_forward(NET, [1.0, 2.0, 3.0]), OURS, TypeError, "x must be a torch.Tensor, got list."),
    (lambda: trace_forward(NET, T([1, 2, 3])), OURS, TypeError, "x must have a floating-point dtype such as torch.float32, got torch.int64."),
    (lambda: trace_forward(NET, T([1.0, 2.0, math.nan])), OURS, ValueError, "x must be finite, got nan."),
    (lambda: trace_forward(NET, torch.ones(5, 4)), OURS, ValueError, "x must fit layer 'linear1', with a last dimension of 3, got shape (5, 4)."),
    (lambda: trace_forward(NET, torch.tensor(1.0)), OURS, ValueError, "x must fit layer 'linear1', with a last dimension of 3, got shape ()."),
    (lambda: trace_forward(NET, torch.ones(3, dtype=torch.float64)), TORCH, RuntimeError, "mat1 and mat2 must have the same dtype, but got Double and Float"),
    (lambda: trace_forward(Scored(), torch.ones(3)), OURS, ValueError, "model must return one tensor to be traced, got dict."),
    (lambda: trace_forward(Idle(), torch.ones(3)), OURS, ValueError, "model must call its layers to be traced, got Idle."),
    (lambda: neuron(X, T([0.5, 0.5, 0.5]), B, "relu"), OURS, ValueError, "x must have a last dimension of 3, got shape (2,)."),
    (lambda: neuron(X, W[None], B, "relu"), OURS, ValueError, "weight must have 1 dimension(s), got shape (1, 2)."),
    (lambda: neuron(X, W, T([0.0]), "relu"), OURS, ValueError, "bias must have 0 dimension(s), got shape (1,)."),
    (lambda: neuron(X, W.double(), B, "relu"), TORCH, RuntimeError, "self and mat2 must have the same dtype, but got Float and Double"),
    (lambda: neuron(X, W, 0.0, "relu"), OURS, TypeError, "bias must be a torch.Tensor, got float."),
    (lambda: neuron(X, W, B, nn.ReLU), OURS, TypeError, "activation must be called first, ReLU(), got class ReLU."),
    # explain_broadcast
    (lambda: explain_broadcast((2, -1)), OURS, ValueError, "shapes[0] must hold sizes >= 0, got (2, -1)."),
    (lambda: explain_broadcast((2, 3), "(3,)"), OURS, TypeError, "shapes[1] must be a tuple of integers, such as tensor.shape, got '(3,)' (str)."),
    (lambda: explain_broadcast((2, 3.0)), OURS, TypeError, "shapes[0] must be a tuple of integers, such as tensor.shape, got (2, 3.0) (tuple)."),
    (lambda: explain_broadcast((2, True)), OURS, TypeError, "shapes[0] must be a tuple of integers, such as tensor.shape, got (2, True) (tuple)."),
    (lambda: explain_broadcast(torch.ones(2)), OURS, TypeError, "shapes[0] must be a tuple of integers, such as tensor.shape, got tensor([1., 1.]) (Tensor)."),
    (lambda: explain_broadcast(None), OURS, TypeError, "shapes[0] must be a tuple of integers, such as tensor.shape, got None (NoneType)."),
    (lambda: explain_broadcast((2,), lang="cn"), OURS, ValueError, "Unknown language 'cn'. Expected one of: en, zh."),
    # compare_losses
    (lambda: compare_losses([0.3, 0.8], LABELS), OURS, TypeError, "pred must be a torch.Tensor, got list."),
    (lambda: compare_losses(T([1, 2]), LABELS), OURS, TypeError, "pred must have a floating-point dtype such as torch.float32, got torch.int64."),
    (lambda: compare_losses(T([0.3, math.inf]), LABELS), OURS, ValueError, "pred must be finite, got inf."),
    (lambda: compare_losses(TWO, [0.0, 1.0]), OURS, TypeError, "target must be a torch.Tensor, got list."),
    (lambda: compare_losses(TWO, LABELS, "mse"), OURS, ValueError, "names must list names such as ['mse'], got 'mse'."),
    (lambda: compare_losses(TWO, LABELS, []), OURS, ValueError, "names must list names such as ['mse'], got []."),
    (lambda: compare_losses(TWO, LABELS, ["l2"]), OURS, ValueError, f"Unknown loss 'l2'. Expected one of: {LOSSES}."),
    (lambda: compare_losses(TWO, LABELS, [nn.MSELoss()]), OURS, TypeError, "loss must be a name (str), got MSELoss() (MSELoss)."),
    (lambda: compare_losses(TWO, LABELS[:, None], ["mse"]), OURS, ValueError, "target must have pred's shape and dtype, (2,) torch.float32, got (2, 1) torch.float32."),
    (lambda: compare_losses(TWO, LABELS.double(), ["mae"]), OURS, ValueError, "target must have pred's shape and dtype, (2,) torch.float32, got (2,) torch.float64."),
    (lambda: compare_losses(TWO, LABELS.long(), ["bce"]), OURS, ValueError, "target must have pred's shape and dtype, (2,) torch.float32, got (2,) torch.int64."),
    (lambda: compare_losses(T([2.5, -1.0]), LABELS, ["bce"]), OURS, ValueError, "pred must hold probabilities for loss 'bce', such as torch.sigmoid(logits), got torch.float32 from -1 to 2.5."),
    (lambda: compare_losses(TWO, T([0.0, 2.0]), ["bce"]), OURS, ValueError, "target must hold probabilities for loss 'bce', such as torch.sigmoid(logits), got torch.float32 from 0 to 2."),
    (lambda: compare_losses(TWO, T([-1.0, 1.0]), ["bce_with_logits"]), OURS, ValueError, "target must hold probabilities for loss 'bce_with_logits', such as torch.sigmoid(logits), got torch.float32 from -1 to 1."),
    (lambda: compare_losses(PROBABILITIES, CLASSES, ["cross_entropy"]), OURS, ValueError, "pred must hold logits for loss 'cross_entropy', such as torch.log(probabilities), got torch.float32 from 0.1 to 0.8."),
    (lambda: compare_losses(ROWS, CLASSES, ["nll"]), OURS, ValueError, "pred must hold log-probabilities for loss 'nll', such as torch.log_softmax(logits, dim=1), got torch.float32 from -1 to 3."),
    (lambda: compare_losses(PROBABILITIES, CLASSES, ["nll"]), OURS, ValueError, "pred must hold log-probabilities for loss 'nll', such as torch.log_softmax(logits, dim=1), got torch.float32 from 0.1 to 0.8."),
    (lambda: compare_losses(ROWS, CLASSES.float(), ["cross_entropy"]), OURS, ValueError, "target must hold class indices for loss 'cross_entropy', such as target.argmax(dim=1), got torch.float32 from 0 to 2."),
    (lambda: compare_losses(ROWS, CLASSES.int(), ["nll"]), OURS, ValueError, "pred must hold log-probabilities for loss 'nll', such as torch.log_softmax(logits, dim=1), got torch.float32 from -1 to 3."),
    (lambda: compare_losses(ROWS, PROBABILITIES, ["cross_entropy"]), OURS, ValueError, "target must hold class indices for loss 'cross_entropy', such as target.argmax(dim=1), got torch.float32 from 0.1 to 0.8."),
    (lambda: compare_losses(ROWS, T([0, 3]), ["cross_entropy"]), TORCH, IndexError, "Target 3 is out of bounds."),
    (lambda: compare_losses(ROWS, T([-100, 1]), ["cross_entropy"]), OURS, ValueError, "target must hold class indices for loss 'cross_entropy', such as target.argmax(dim=1), got torch.int64 from -100 to 1."),
    (lambda: compare_losses(ROWS, T([0]), ["cross_entropy"]), TORCH, ValueError, "Expected input batch_size (2) to match target batch_size (1)."),
    (lambda: compare_losses(T(0.5), T(0), ["cross_entropy"]), TORCH, RuntimeError, "Expected floating point type for target with class probabilities, got Long"),
    (lambda: compare_losses(PROBABILITIES, CLASSES), OURS, ValueError, "pred, target must fit a loss (name one to see why), got torch.float32 (2, 3), torch.int64 (2,)."),
    # derivative, loss_curve, trace_lr, descend, quadratic, plots
    (lambda: derivative("relux", X), OURS, ValueError, "Unknown activation 'relux'. Did you mean 'relu'? Expected one of: identity, sigmoid, tanh, relu, leaky_relu, elu, gelu, silu, softplus, softmax."),
    (lambda: derivative("relu", X[:0]), OURS, ValueError, "x must not be empty, got shape (0,)."),
    (lambda: derivative(3, X), OURS, TypeError, "activation must be a callable or a name: identity, sigmoid, tanh, relu, leaky_relu, elu, gelu, silu, softplus, softmax, got 3 (int)."),
    (lambda: loss_curve("mse", TWO, T([1.0, 2.0, 3.0])), TORCH, RuntimeError, "The expanded size of the tensor (2) must match the existing size (3) at non-singleton dimension 0.  Target sizes: [2].  Tensor sizes: [3]"),
    (lambda: loss_curve("cross_entropy", TWO, LABELS), OURS, ValueError, "loss_fn 'cross_entropy' must judge one number by itself, got one that judges a row of scores."),
    (lambda: trace_lr(3, lr=0.1, num_steps=5), OURS, TypeError, "make_scheduler must be a callable such as lambda optimizer: StepLR(optimizer, step_size=50), got 3 (int)."),
    (lambda: trace_lr(lambda opt: opt, lr=0.0, num_steps=5), OURS, ValueError, "lr must be a finite number > 0, got 0.0."),
    (lambda: trace_lr(lambda opt: opt, lr=0.1, num_steps=0), OURS, TypeError, "make_scheduler must return a torch.optim.lr_scheduler.LRScheduler, got SGD."),
    (lambda: descend("bowl", X, torch.optim.SGD, num_steps=1), OURS, TypeError, "surface must be a callable from points to heights, got bowl."),
    (lambda: descend(quadratic(1.0), X, lambda p: p, num_steps=1), OURS, TypeError, "make_optimizer must return a torch.optim.Optimizer, got list."),
    (lambda: quadratic(), OURS, ValueError, "curvatures must hold at least one number, got ()."),
    (lambda: plot_activation("relu", lang="de"), OURS, ValueError, "Unknown language 'de'. Expected one of: en, zh."),
]  # fmt: skip


@pytest.mark.parametrize(("call", "who", "error", "text"), BAD_CALLS, ids=[text[:60] for *_, text in BAD_CALLS])
def test_bad_call(call, who, error, text):
    with pytest.raises(error) as caught:
        call()
    said = str(caught.value)
    assert said.startswith(text[:-1]) if text.endswith("…") else said == text
    assert type(caught.value) is error
    raised_by_us = caught.traceback[-1].statement.lines[0].lstrip().startswith("raise ") and "nnbasics" in str(
        caught.traceback[-1].path
    )
    assert raised_by_us == (who == OURS)
    assert "\n" not in said or who == TORCH


# Where the language itself is unknown, English has to do.
SAID_IN_CHINESE = [row for row in BAD_CALLS if row[1] == OURS and not row[-1].startswith("Unknown language")]


@pytest.mark.parametrize(("call", "error", "text"), [(c, e, t) for c, _, e, t in SAID_IN_CHINESE])
def test_our_answers_in_chinese(call, error, text, monkeypatch):
    """The same argument and the same value, in a sentence of Chinese without English words between."""
    monkeypatch.setenv("NNBASICS_LANG", "zh")
    with pytest.raises(error) as caught:
        call()
    said = str(caught.value)
    assert re.search(r"[\u4e00-\u9fff]", said)
    quotes = "torchsummary" in text  # and the error that it hides
    assert quotes or not re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}|\b(must|got|Unknown|Expected)\b", said)
    argument = re.match(r"(?:Unknown )?([\w\[\]]+)", text)[1]
    assert argument in said


def test_the_table_is_long():
    assert len(BAD_CALLS) >= 60


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_devices_that_differ():
    with pytest.raises(RuntimeError, match=r"Expected a 'cpu' device type for generator"):
        init_weights(LAYER, "normal", generator=torch.Generator("cuda"))
    with pytest.raises(RuntimeError, match="on the same device"):
        trace_forward(NET, torch.ones(3, device="cuda"))
    with pytest.raises(RuntimeError, match="on the same device"):
        compare_losses(TWO, LABELS.cuda())
