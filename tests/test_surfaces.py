"""Paths of real optimizers against recurrences worked out by hand, in float64."""

from __future__ import annotations

import re
from functools import partial

import numpy as np
import pytest
import torch

from nnbasics import OPTIMIZERS, descend, quadratic
from nnbasics.surfaces import descend_all, himmelblau, rosenbrock, saddle

START = torch.tensor([2.0, -1.5], dtype=torch.float64)
CURVATURES = np.array([1.0, 8.0])
LR, STEPS = 0.05, 30


def by_hand(name):
    """The textbook recurrence of each optimizer on f(p) = 1/2 sum c p^2, with torch's default settings."""
    point, path = START.numpy().copy(), [START.numpy().copy()]
    velocity, second = np.zeros(2), np.zeros(2)
    for t in range(1, STEPS + 1):
        grad = CURVATURES * point
        if name == "sgd":
            step = LR * grad
        elif name == "momentum":
            velocity = 0.9 * velocity + grad
            step = LR * velocity
        elif name == "nesterov":
            velocity = 0.9 * velocity + grad
            step = LR * (grad + 0.9 * velocity)
        elif name == "adagrad":
            second = second + grad**2
            step = LR * grad / (np.sqrt(second) + 1e-10)
        elif name == "rmsprop":
            second = 0.99 * second + 0.01 * grad**2
            step = LR * grad / (np.sqrt(second) + 1e-8)
        else:
            decay = LR * 0.01 * point if name == "adamw" else 0.0
            velocity, second = 0.9 * velocity + 0.1 * grad, 0.999 * second + 0.001 * grad**2
            step = decay + LR * (velocity / (1 - 0.9**t)) / (np.sqrt(second / (1 - 0.999**t)) + 1e-8)
        point = point - step
        path.append(point.copy())
    return np.array(path)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_path_is_the_recurrence(name):
    path = descend(quadratic(*CURVATURES), START, partial(OPTIMIZERS[name], lr=LR), num_steps=STEPS)
    assert (path.shape, path.dtype) == ((STEPS + 1, 2), torch.float64)
    np.testing.assert_allclose(path.numpy(), by_hand(name), rtol=1e-9, atol=1e-12)


def test_gradient_descent_shrinks_each_coordinate_by_a_power():
    path = descend(quadratic(*CURVATURES), START, partial(OPTIMIZERS["sgd"], lr=LR), num_steps=STEPS)
    t = np.arange(STEPS + 1)[:, None]
    np.testing.assert_allclose(path.numpy(), START.numpy() * (1 - LR * CURVATURES) ** t, rtol=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_batch_of_starts_is_each_start_by_itself(name):
    starts = torch.tensor([[2.0, -1.5], [0.1, 3.0], [-4.0, 0.7]], dtype=torch.float64)
    surface, make = quadratic(*CURVATURES), partial(OPTIMIZERS[name], lr=LR)
    together = descend(surface, starts, make, num_steps=20)
    assert together.shape == (21, 3, 2)
    for i, start in enumerate(starts):
        assert torch.equal(together[:, i], descend(surface, start, make, num_steps=20))


def test_the_first_point_is_the_start_and_the_start_is_left_alone():
    start = START.clone().requires_grad_()
    path = descend(quadratic(1.0, 2.0), start, partial(OPTIMIZERS["sgd"], lr=0.1), num_steps=1)
    assert torch.equal(path[0], START)
    assert torch.equal(start.detach(), START)
    assert start.grad is None
    assert not path.requires_grad


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("dimensions", [1, 2, 5])
def test_dtype_and_dimensions_are_the_starts(dtype, dimensions):
    start = torch.ones(dimensions, dtype=dtype)
    path = descend(lambda p: (p**4).sum(-1), start, partial(OPTIMIZERS["adam"], lr=0.1), num_steps=3)
    assert (path.dtype, path.shape) == (dtype, (4, dimensions))


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_it_descends_even_where_gradients_are_off(mode):
    with mode():
        path = descend(quadratic(1.0), torch.tensor([1.0]), partial(OPTIMIZERS["sgd"], lr=0.5), num_steps=1)
    assert path.tolist() == [[1.0], [0.5]]


def test_a_path_that_diverges_is_returned_as_it_is():
    path = descend(quadratic(1.0), torch.tensor([1.0]), partial(OPTIMIZERS["sgd"], lr=1e20), num_steps=4)
    assert not torch.isfinite(path[-1]).all()


def test_the_heights_of_a_bowl():
    points = torch.tensor([[[1.0, 2.0], [0.0, 0.0]]])
    assert quadratic(2.0, 3.0)(points).tolist() == [[7.0, 0.0]]


SGD = partial(OPTIMIZERS["sgd"], lr=0.1)
BAD = [
    ({"surface": 3}, TypeError, "surface must be a callable from points to heights, got 3."),
    ({"surface": lambda p: p}, ValueError, "surface must return one height a point, shape (), got shape (2,)."),
    ({"surface": lambda p: 1.0}, ValueError, "got float."),
    ({"surface": lambda p: p.detach().sum(-1)}, RuntimeError, "does not require grad"),
    ({"start": [1.0, 2.0]}, TypeError, "start must be a torch.Tensor, got list."),
    ({"start": torch.tensor([1, 2])}, TypeError, "start must have a floating-point dtype such as torch.float32, got torch.int64."),
    ({"start": torch.tensor(1.0)}, ValueError, "start must have shape (D,) or (N, D), got ()."),
    ({"start": torch.zeros(2, 2, 2)}, ValueError, "start must have shape (D,) or (N, D), got (2, 2, 2)."),
    ({"start": torch.zeros(0)}, ValueError, "start must not be empty, got shape (0,)."),
    ({"start": torch.tensor([1.0, float("nan")])}, ValueError, "start must be finite, got nan."),
    ({"make_optimizer": "sgd"}, TypeError, "make_optimizer must be a callable such as lambda parameters: torch.optim.SGD(parameters, lr=0.1), got 'sgd' (str)."),
    ({"make_optimizer": lambda p: torch.optim.SGD([torch.zeros(2)], lr=0.1)}, ValueError, "make_optimizer must use the parameters that it is given, got an optimizer of others."),
    ({"make_optimizer": torch.optim.LBFGS}, TypeError, "LBFGS.step() missing 1 required positional argument: 'closure'"),
    ({"make_optimizer": partial(torch.optim.SGD, lr=0.1, momentum=-1)}, ValueError, "Invalid momentum value: -1"),
    ({"make_optimizer": partial(torch.optim.SGD, lr="a")}, TypeError, "'<' not supported between instances of 'str' and 'float'"),
    ({"surface": lambda p: p[..., 7]}, IndexError, "index 7 is out of bounds"),
    ({"surface": quadratic(1.0)}, ValueError, "point must have a last dimension of 1, got shape (2,)."),
    ({"make_optimizer": lambda p: None}, TypeError, "make_optimizer must return a torch.optim.Optimizer"),
    ({"make_optimizer": partial(torch.optim.SGD, lr=-1)}, ValueError, "Invalid learning rate: -1"),
    ({"make_optimizer": partial(torch.optim.SGD, lr=float("nan"))}, ValueError, "make_optimizer must set a finite lr, got [nan]."),
    ({"make_optimizer": partial(torch.optim.Adam, lr=float("inf"))}, ValueError, "make_optimizer must set a finite lr, got [inf]."),
    ({"num_steps": 0}, ValueError, "num_steps must be an integer >= 1, got 0."),
    ({"num_steps": "5"}, TypeError, "num_steps must be an integer, got '5' (str)."),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "error", "message"), BAD)
def test_bad_input_is_named(changes, error, message):
    arguments = {"surface": quadratic(1.0, 2.0), "start": START, "make_optimizer": SGD, "num_steps": 5, **changes}
    with pytest.raises(error, match=re.escape(message)):
        descend(**arguments)


@pytest.mark.parametrize(
    ("curvatures", "message"),
    [
        ((), "curvatures must hold at least one number, got ()."),
        ((1.0, -2.0), "curvatures must be a finite number > 0, got -2.0."),
        ((float("nan"),), "curvatures must be a finite number > 0, got nan."),
    ],
)
def test_bad_curvatures_are_named(curvatures, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        quadratic(*curvatures)


SIX = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")
STARTS = torch.tensor([[2.0, -1.5], [0.1, 1.3], [-1.4, 0.7]])


def by_torch_alone(surface, start, make, num_steps):
    """One optimizer's path, in bare torch calls."""
    point = start.clone().requires_grad_()
    optimizer, path = make([point]), [start.clone()]
    for _ in range(num_steps):
        optimizer.zero_grad()
        surface(point).sum().backward()
        optimizer.step()
        path.append(point.detach().clone())
    return torch.stack(path)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("start", [STARTS, STARTS[0]], ids=["batch", "one"])
@pytest.mark.parametrize("surface", [rosenbrock, saddle, himmelblau, quadratic(1.0, 40.0)])
def test_together_each_optimizer_goes_bit_for_bit_the_way_that_it_goes_alone(surface, start, dtype):
    makers = {name: partial(OPTIMIZERS[name], lr=1e-4) for name in SIX}  # a rate that all of them bear
    paths = descend_all(surface, start.to(dtype), makers, num_steps=40)
    assert list(paths) == list(SIX)
    for name, make in makers.items():
        assert paths[name].dtype == dtype
        assert torch.equal(paths[name], descend(surface, start.to(dtype), make, num_steps=40))
        assert torch.equal(paths[name], by_torch_alone(surface, start.to(dtype), make, 40))


def test_an_optimizer_that_diverges_does_not_touch_the_others():
    makers = {"lost": partial(torch.optim.SGD, lr=1e3), "calm": partial(torch.optim.SGD, lr=1e-4)}
    paths = descend_all(rosenbrock, STARTS, makers, num_steps=20)
    assert not torch.isfinite(paths["lost"][-1]).any()
    assert torch.equal(paths["calm"], descend(rosenbrock, STARTS, makers["calm"], num_steps=20))


@pytest.mark.parametrize("count", [1, 3])
def test_the_surface_is_asked_once_a_step(count):
    """Whatever the surface keeps, such as a place in the data, moves on by one a step."""
    asked = []

    def surface(points):
        asked.append(tuple(points.shape))
        return (points**2).sum(-1)

    descend_all(surface, STARTS, {str(k): SGD for k in range(count)}, num_steps=5)
    assert asked == [(3, 2) if count == 1 else (count, 3, 2)] * 5


def test_parameters_of_the_surface_itself_are_left_alone():
    weight = torch.tensor([1.0, 2.0], requires_grad=True)
    descend_all(lambda p: (weight * p**2).sum(-1), STARTS, {"a": SGD, "b": SGD}, num_steps=3)
    assert weight.grad is None
    with pytest.raises(
        RuntimeError, match="not have been used in the graph"
    ):  # none of the points', though one of weight
        descend(lambda p: weight.sum().expand(p.shape[:-1]), STARTS, SGD, num_steps=1)


def test_no_optimizer_at_all_is_refused():
    with pytest.raises(RuntimeError, match="non-empty TensorList"):
        descend_all(rosenbrock, STARTS, {}, num_steps=1)


MINIMA = {
    # function: (its height there, the points); Himmelblau's from his equations a^2 + b = 11, a + b^2 = 7
    rosenbrock: (0.0, [(1.0, 1.0)]),
    saddle: (-0.25, [(0.0, 1.0), (0.0, -1.0)]),
    himmelblau: (
        0.0,
        [
            (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573),
            (-3.779310253377747, -3.283185991286170),
            (3.584428340330492, -1.848126526964404),
        ],
    ),
}


@pytest.mark.parametrize("surface", MINIMA)
def test_the_minima_are_where_they_are_said_to_be(surface):
    height, places = MINIMA[surface]
    points = torch.tensor(places, dtype=torch.float64, requires_grad=True)
    heights = surface(points)
    np.testing.assert_allclose(heights.detach().numpy(), height, atol=1e-20)
    (gradient,) = torch.autograd.grad(heights.sum(), points)
    np.testing.assert_allclose(gradient.numpy(), 0.0, atol=1e-12)
    for point in points.detach():
        hessian = torch.autograd.functional.hessian(surface, point)
        assert torch.linalg.eigvalsh(hessian).min() > 0.3  # a bowl there, no saddle


def test_the_saddle_point_is_level_and_bends_both_ways():
    origin = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(saddle(origin), origin)
    assert gradient.tolist() == [0.0, 0.0]
    assert torch.autograd.functional.hessian(saddle, origin.detach()).tolist() == [[1.0, 0.0], [0.0, -1.0]]


@pytest.mark.parametrize("surface", MINIMA)
@pytest.mark.parametrize(
    ("point", "error", "message"),
    [
        (torch.zeros(3), ValueError, "point must have a last dimension of 2, got shape (3,)."),
        (torch.zeros(2, 4, 1), ValueError, "point must have a last dimension of 2, got shape (2, 4, 1)."),
        (torch.tensor(1.0), ValueError, "point must have a last dimension of 2, got shape ()."),
        (
            torch.tensor([1, 2]),
            TypeError,
            "point must have a floating-point dtype such as torch.float32, got torch.int64.",
        ),
        ([1.0, 2.0], TypeError, "point must be a torch.Tensor, got list."),
    ],
)
def test_points_of_another_shape_are_named(surface, point, error, message):
    with pytest.raises(error, match=re.escape(message)):
        surface(point)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_cuda_agrees_with_the_cpu(name):
    start = START.to(torch.float32)
    make = partial(OPTIMIZERS[name], lr=LR)
    there = descend(quadratic(1.0, 8.0), start.cuda(), make, num_steps=STEPS).cpu()
    torch.testing.assert_close(there, descend(quadratic(1.0, 8.0), start, make, num_steps=STEPS), rtol=1e-5, atol=1e-5)
