"""Axes-level helpers: what they draw for the caller's own objects, and what they refuse."""

from __future__ import annotations

import re
from functools import partial

import matplotlib
import numpy as np
import pytest
import torch
from art import faults
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from pictures import overlaps
from torch import nn

import nnbasics as nb
from nnbasics.plotting.network import linear_layers
from nnbasics.plotting.style import PageFigure, color_of


def linear(*shape, **kwargs):
    """A linear layer, without a draw from the global stream, which the package has to leave alone."""
    with torch.random.fork_rng(devices=[]):
        return nn.Linear(*shape, **kwargs)


RAVINE = nb.quadratic(1.0, 10.0)
PATH = nb.descend(RAVINE, torch.tensor([-2.0, 1.0]), partial(nb.OPTIMIZERS["sgd"], lr=0.1), num_steps=5)
MODEL = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
POINTS = nb.moons(60)
TWO = nb.seeded_model(lambda: nn.Linear(2, 2), 0)
RUN = nb.train(
    nb.seeded_model(lambda: nn.Linear(2, 2), 0), *POINTS, loss_fn="cross_entropy", lr=0.1, num_epochs=4, batch_size=20
)
NEURON = (torch.tensor([1.0, 2.0]), torch.tensor([0.5, -0.25]), torch.tensor(0.5), "relu")

CALLS = {
    "plot_activation": partial(nb.plot_activation, "gelu"),
    "plot_loss": partial(nb.plot_loss, "huber"),
    "plot_lr": partial(nb.plot_lr, [0.1, 0.1, 0.05]),
    "plot_path": partial(nb.plot_path, PATH),
    "plot_surface": partial(nb.plot_surface, RAVINE, xlim=(-2, 2), ylim=(-1, 1)),
    "plot_network": partial(nb.plot_network, MODEL),
    "plot_neuron": partial(nb.plot_neuron, *NEURON),
    "plot_broadcasting": partial(nb.plot_broadcasting, torch.ones(2, 3), torch.ones(3)),
    "plot_biological_neuron": nb.plot_biological_neuron,
    "plot_band": partial(nb.plot_band, torch.arange(3.0), torch.arange(12.0).reshape(4, 3)),
    "plot_training": partial(nb.plot_training, RUN),
    "plot_boundary": partial(nb.plot_boundary, TWO, *POINTS),
    "plot_confusion": partial(nb.plot_confusion, TWO, *POINTS),
}
HELPERS = [name for name in nb.__all__ if name.startswith("plot_")]


@pytest.mark.parametrize("name", HELPERS)
def test_without_axes_a_new_figure_is_made_that_pyplot_does_not_know(name):
    ax = CALLS[name]()
    assert isinstance(ax, Axes)
    assert isinstance(ax.figure, PageFigure)
    assert CALLS[name]().figure is not ax.figure


@pytest.mark.parametrize("name", HELPERS)
def test_given_axes_are_drawn_on_and_returned(name):
    ax = Figure().add_subplot()
    before = len(ax.get_children())
    assert CALLS[name](ax=ax) is ax
    assert len(ax.get_children()) > before


@pytest.mark.parametrize("name", HELPERS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_helper_speaks_both_languages(name, lang):
    ax = CALLS[name](lang=lang)
    texts = " ".join(text.get_text() for text in [*ax.texts, ax.xaxis.label, ax.yaxis.label])
    if name not in ("plot_path", "plot_band"):  # they write no words of their own
        assert bool(re.search("[\u4e00-\u9fff]", texts)) == (lang == "zh")


@pytest.mark.parametrize("name", HELPERS)
def test_bad_axes_and_languages_are_named(name):
    with pytest.raises(TypeError, match=r"ax must be a matplotlib\.axes\.Axes or None, got str\."):
        CALLS[name](ax="axes")
    with pytest.raises(ValueError, match=r"Unknown language 'de'\. Expected one of: en, zh\."):
        CALLS[name](lang="de")


@pytest.mark.parametrize(
    "name", ["plot_activation", "plot_loss", "plot_lr", "plot_path", "plot_training", "plot_boundary"]
)
def test_the_callers_line_keywords_win(name):
    line = CALLS[name](color="red", linewidth=7).lines[0]
    assert (line.get_color(), line.get_linewidth()) == ("red", 7)


def test_the_callers_collection_and_patch_keywords_win():
    assert nb.plot_network(MODEL, linewidths=9).collections[0].get_linewidth()[0] == 9
    assert {cell.get_linewidth() for cell in CALLS["plot_broadcasting"](linewidth=3).patches} == {3}
    mesh = CALLS["plot_confusion"](cmap="viridis", linewidth=3, ec="red").collections[0]
    assert (mesh.get_cmap().name, mesh.get_linewidth()[0]) == ("viridis", 3)
    assert matplotlib.colors.same_color(mesh.get_edgecolor()[0], "red")
    assert nb.plot_surface(RAVINE, xlim=(-1, 1), ylim=(-1, 1), linewidths=4).collections[0].get_linewidth()[0] == 4


def test_a_users_activation_is_evaluated_not_assumed():
    x = torch.linspace(-2, 2, 9)
    ax = nb.plot_activation(lambda v: v**3, x, label="cube")
    curve, slope = ax.lines
    np.testing.assert_allclose(curve.get_ydata(), x.numpy() ** 3)
    np.testing.assert_allclose(slope.get_ydata(), 3 * x.numpy() ** 2)
    assert [text.get_text() for text in ax.texts] == ["cube", "derivative"]


def test_a_step_function_is_drawn_alone():
    ax = nb.plot_activation(lambda v: (v > 0).to(v.dtype), with_derivative=False)
    assert len(ax.lines) == 1
    with pytest.raises(RuntimeError, match="does not require grad"):
        nb.plot_activation(lambda v: (v > 0).to(v.dtype))


def test_a_jump_is_a_gap_not_a_stroke():
    slope = nb.plot_activation("relu").lines[1]
    y = slope.get_ydata()
    gap = np.flatnonzero(np.isnan(y))
    assert len(gap) == 1
    assert (y[gap - 1], y[gap + 1]) == (0.0, 1.0)
    assert not np.isnan(nb.plot_activation("tanh").lines[1].get_ydata()).any()


def test_a_loss_over_probabilities_names_its_target():
    ax = nb.plot_loss("bce", torch.linspace(0.05, 0.95, 10), target=1.0)
    assert ax.get_xlabel() == "prediction (target 1)"
    np.testing.assert_allclose(ax.lines[0].get_ydata(), -np.log(np.linspace(0.05, 0.95, 10)), rtol=1e-5)


@pytest.mark.parametrize(
    "name", ["plot_activation", "plot_loss", "plot_lr", "plot_path", "plot_training", "plot_boundary"]
)
def test_short_names_of_keywords_win_too(name):
    line = CALLS[name](c="red", lw=7).lines[0]
    assert (line.get_color(), line.get_linewidth()) == ("red", 7)


def test_an_in_place_activation_does_not_change_the_sum_that_is_shown():
    z, a = nb.neuron(torch.tensor([-1.0]), torch.ones(1), torch.tensor(0.0), nn.ReLU(inplace=True))
    assert (float(z), float(a)) == (-1.0, 0.0)


def test_two_curves_on_one_axes_keep_their_labels_apart():
    ax = nb.plot_activation("relu")
    nb.plot_activation("silu", ax=ax)
    low, high = ax.get_ylim()
    heights = sorted(text.xy[1] for text in ax.texts)
    assert len(heights) == 4
    assert min(np.diff(heights)) > 0.05 * (high - low)


def test_the_units_of_a_wide_layer_do_not_overlap():
    ax = nb.plot_network(nn.Sequential(linear(784, 10)))
    circles = [patch for patch in ax.patches if isinstance(patch, Circle)]
    centres = sorted({round(circle.center[1], 6) for circle in circles})
    assert min(np.diff(centres)) > 2 * max(circle.radius for circle in circles)


def test_a_layer_that_is_used_twice_is_no_chain():
    layer = linear(3, 3)
    with pytest.raises(ValueError, match=r"model must use each nn\.Linear once to be drawn as a chain"):
        nb.plot_network(nn.Sequential(layer, nn.ReLU(), layer))


def test_a_loss_without_a_gradient_is_drawn_alone():
    wrong = nb.plot_loss(lambda p, t: (p.sign() != t.sign()).float().mean(), target=1.0, with_gradient=False)
    assert set(wrong.lines[0].get_ydata()[~np.isnan(wrong.lines[0].get_ydata())]) == {0.0, 1.0}


def test_cross_entropy_in_disguise_is_not_drawn_as_zero():
    for loss_fn in (
        partial(nn.functional.cross_entropy, label_smoothing=0.1),
        lambda p, t: nn.functional.cross_entropy(p, t),
    ):
        with pytest.raises(ValueError, match="row of scores"):
            nb.plot_loss(loss_fn)


def test_integers_are_written_in_full():
    ax = nb.plot_broadcasting(torch.tensor([1234567]), torch.tensor([1]))
    assert "1234568" in [text.get_text() for text in ax.texts]


def test_labels_at_equal_heights_are_moved_apart():
    ax = nb.plot_activation("identity", torch.linspace(-1, 1, 5))
    heights = sorted(text.xy[1] for text in ax.texts)
    low, high = ax.get_ylim()
    assert heights[1] - heights[0] > 0.05 * (high - low)


def test_a_concept_keeps_its_colour():
    assert nb.plot_activation("tanh").lines[0].get_color() == color_of("tanh")
    for call in (nb.plot_activation("tanh"), nb.plot_loss("mse")):
        assert call.lines[1].get_color() == color_of("gradient")
    assert len({color_of(name) for name in ("sigmoid", "tanh", "relu")}) == 3


@pytest.mark.parametrize(
    ("plot", "given", "label", "concept"),
    [
        (nb.plot_activation, "relu", "ReLU", "relu"),
        (nb.plot_activation, "nn.ReLU", "ReLU", "relu"),
        (nb.plot_activation, nn.ReLU(), "ReLU", "relu"),
        (nb.plot_activation, nn.functional.leaky_relu, "Leaky ReLU", "leaky_relu"),
        (nb.plot_activation, "tanh", "tanh", "tanh"),
        (nb.plot_activation, "sigmoid", "sigmoid", "sigmoid"),
        (nb.plot_loss, "mae", "MAE", "mae"),
        (nb.plot_loss, nn.functional.l1_loss, "MAE", "mae"),
        (nb.plot_loss, "MSELoss", "MSE", "mse"),
        (nb.plot_loss, "smooth_l1", "Smooth L1", "smooth_l1"),
        (nb.plot_loss, nn.HuberLoss(delta=0.5), "Huber", "huber"),
    ],
)
def test_a_curve_is_labelled_with_the_proper_name_in_its_colour(plot, given, label, concept):
    ax = plot(given)
    assert label in [text.get_text() for text in ax.texts]
    assert ax.lines[0].get_color() == color_of(concept)


def test_a_derivative_is_thinner_and_not_dashed():
    for curve, slope in (nb.plot_activation("tanh").lines, nb.plot_loss("mse").lines):
        assert slope.get_linewidth() < curve.get_linewidth()
        assert slope.get_linestyle() == "-"


@pytest.mark.parametrize("theme", nb.THEMES)
@pytest.mark.parametrize("name", ["plot_activation", "plot_loss", "plot_training", "plot_boundary", "plot_confusion"])
def test_the_helpers_can_be_read_in_every_theme(name, theme):
    with nb.theme(theme) as drawn:
        ax = CALLS[name]()
    assert matplotlib.colors.same_color(ax.get_facecolor(), drawn.paper)
    assert faults(ax.figure) == []


def test_a_network_is_drawn_from_its_weights():
    layer = linear(2, 1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[3.0, -1.5]]))
        layer.bias.fill_(-2.0)
    ax = nb.plot_network(nn.Sequential(layer), weights=True)
    lines, cores = (c for c in ax.collections if isinstance(c, LineCollection))
    thick, thin = lines.get_linewidth()
    assert thick == pytest.approx(2 * thin - 0.4)  # twice the weight on a base of 0.4
    colors = [matplotlib.colors.to_hex(c).upper() for c in lines.get_color()]
    assert colors == [color_of("positive").upper(), color_of("negative").upper()]
    assert (cores.get_linewidth()[0], cores.get_linewidth()[1] > 0) == (0, True)  # the negative one is hollow
    (bias,) = (patch for patch in ax.patches if isinstance(patch, Rectangle))
    assert matplotlib.colors.same_color(bias.get_edgecolor(), color_of("negative"))
    assert not matplotlib.colors.same_color(bias.get_facecolor(), bias.get_edgecolor())
    assert any("2×1+1 = 3" in text.get_text() for text in ax.texts)


def test_plain_edges_say_nothing_of_the_weights_and_nothing_is_dashed():
    model = nb.ThreeLayerNet()
    for weights in (False, True):
        collections = nb.plot_network(model, weights=weights).collections
        assert all(style == (0, None) for c in collections for style in c.get_linestyle())
    edges = [c for c in nb.plot_network(model).collections if isinstance(c, LineCollection)]
    assert len({(*color, width) for c in edges for color in c.get_color() for width in c.get_linewidth()}) == 1


def test_every_parameter_of_the_articles_model_is_on_the_picture():
    ax = nb.plot_network(nb.ThreeLayerNet())
    edges = sum(len(c.get_segments()) for c in ax.collections if isinstance(c, LineCollection))
    squares = sum(isinstance(patch, Rectangle) for patch in ax.patches)
    assert (edges, squares) == (9 + 6 + 4, 3 + 2 + 2)
    names = [f"${letter}_{{{i}}}$" for letter, n in (("x", 3), ("h", 3), ("h", 2), ("y", 2)) for i in range(1, n + 1)]
    assert [text.get_text() for text in ax.texts if text.get_text() in names] == names


@pytest.mark.parametrize(
    ("between", "last", "named"),
    [
        (nn.Tanh(), nn.Softmax(-1), ["tanh", "softmax"]),
        (nn.ReLU(), nn.Identity(), ["ReLU"]),
        (nn.Sequential(nn.ReLU(), nn.Tanh()), nn.Sigmoid(), ["sigmoid"]),  # two at once are none of the table's
    ],
)
def test_the_activation_that_a_model_applies_is_named_under_its_layer(between, last, named):
    model = nn.Sequential(linear(3, 4), between, linear(4, 2), last)
    x = torch.cartesian_prod(*3 * [torch.tensor([-20.0, 0.0, 20.0])])
    known = {"tanh", "softmax", "ReLU", "sigmoid", "identity"}
    assert [t.get_text() for t in nb.plot_network(model, x=x).texts if t.get_text() in known] == named
    assert not {t.get_text() for t in nb.plot_network(model).texts} & known


def test_a_network_without_biases_and_a_wide_one():
    ax = nb.plot_network(nn.Sequential(linear(784, 20, bias=False)), max_units=5)
    texts = [text.get_text() for text in ax.texts]
    assert len(ax.patches) == 10
    assert texts.count("...") == 2
    assert {"784 units", "20 units"} <= set(texts)
    assert any("784×20 = 15680" in text for text in texts)


class Conv(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.relu = nn.Conv2d(1, 8, 3), nn.ReLU()
        self.norms = nn.ModuleList([nn.BatchNorm2d(8), nn.BatchNorm2d(8)])
        self.fc = nn.Linear(8, 2)
        self.scale = nn.Parameter(torch.ones(1))


class Lost(nn.Module):
    """Three of its four layers are in plain containers."""

    def __init__(self):
        super().__init__()
        self.hidden, self.by_name = [nn.Linear(2, 2), nn.Linear(2, 2), nn.Tanh()], {"a": nn.Conv1d(1, 1, 1)}
        self.out = nn.Linear(2, 2)
        self.again = [self.out]  # registered already


def test_a_network_says_what_is_not_drawn(own_stream):
    def notes(model, lang):
        return [t.get_text() for t in nb.plot_network(model, lang=lang).texts if re.match("not |未|不", t.get_text())]

    assert notes(Conv(), "en") == ["not drawn: Conv (scale), Conv2d (conv1), 2 BatchNorm2d"]
    assert notes(Conv(), "zh") == ["未画出：Conv (scale)、Conv2d (conv1)、2 BatchNorm2d"]
    assert notes(Lost(), "en")[0].split("\n") == [
        "not in the model, as a plain list is not registered (use nn.ModuleList): hidden (2 Linear)",
        "not in the model, as a plain dict is not registered (use nn.ModuleDict): by_name (1 Conv1d)",
    ]
    assert notes(MODEL, "en") == notes(nn.Sequential(nn.Linear(2, 2), nn.Dropout(), nn.ReLU()), "zh") == []
    for lang in ("en", "zh"):
        assert overlaps(nb.plot_network(Lost(), lang=lang).figure) == []


def test_layers_are_found_at_any_depth():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(linear(3, 5), nn.Tanh())
            self.head = linear(5, 2)

    assert [name for name, _ in linear_layers(Model())] == ["body.0", "head"]


def test_a_neurons_numbers_are_torchs():
    texts = " ".join(text.get_text() for text in nb.plot_neuron(*NEURON).texts)
    assert "$z$ = 0.5 − 0.5 + 0.5 = 0.5" in texts  # 0.5 × 1, −0.25 × 2, and the bias
    assert "$a$ = 0.5" in texts
    assert "$a$ = ReLU($z$) = ReLU(0.5)" in texts


def test_the_curve_in_a_neuron_is_its_activation():
    curve = nb.plot_neuron(*NEURON).lines[-1].get_ydata()
    assert np.ptp(curve[:41]) == 0  # ReLU, left of 0
    np.testing.assert_allclose(np.diff(curve[40:], 2), 0, atol=1e-6)
    assert curve[-1] > curve[40]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_both_neurons_have_their_stations_in_the_same_places(lang):
    axes = [nb.plot_biological_neuron(lang=lang), nb.plot_neuron(*NEURON, lang=lang)]
    assert axes[0].get_position().bounds == axes[1].get_position().bounds
    assert (axes[0].get_xlim(), axes[0].get_ylim()) == (axes[1].get_xlim(), axes[1].get_ylim())
    low, other = ({t.get_position(): t.get_text() for t in ax.texts if t.get_position()[1] < 1} for ax in axes)
    assert low == other
    assert len(low) == 8


@pytest.mark.parametrize("theme", nb.THEMES)
@pytest.mark.parametrize("name", ["plot_network", "plot_neuron", "plot_broadcasting", "plot_biological_neuron"])
def test_the_diagrams_can_be_read_in_every_theme(name, theme):
    with nb.theme(theme):
        assert faults(CALLS[name]().figure) == []


@pytest.mark.parametrize(
    ("a", "b", "sums", "repeated"),
    [
        (torch.tensor([[1, 2, 3], [4, 5, 6]]), torch.tensor([10, 20, 30]), [11, 22, 33, 14, 25, 36], 3),
        (torch.tensor([[1.0], [2.0]]), torch.tensor([10.0, 20.0]), [11, 21, 12, 22], 4),
        (torch.tensor(5), torch.tensor([1, 2]), [6, 7], 1),
        (torch.tensor([1]), torch.tensor([2]), [3], 0),
    ],
)
def test_broadcasting_shows_torchs_sum_and_marks_what_is_repeated(a, b, sums, repeated):
    ax = nb.plot_broadcasting(a, b)
    cells = [text.get_text() for text in ax.texts if text.get_fontsize() == 13]
    assert cells[-len(sums) :] == [str(value) for value in sums]
    arrows = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert len(arrows) == repeated
    assert not [patch for patch in ax.patches if patch.get_linestyle() != "solid"]


def test_shapes_stand_over_one_another_from_the_right():
    """(2, 3) over (3,): both 3s in one column, under the 2 an empty box."""
    ax = nb.plot_broadcasting(torch.zeros(2, 3), torch.zeros(3), lang="en")
    sizes = [(round(t.get_position()[0], 6), t.get_text()) for t in ax.texts if t.get_text() in ("2", "3")]
    (left, _), (right, _) = sizes[:2]
    assert sizes == [(left, "2"), (right, "3"), (right, "3"), (left, "2"), (right, "3")]
    assert left < right


def test_a_batch_of_paths_is_as_many_lines():
    starts = torch.tensor([[-2.0, 1.0], [2.0, 1.0], [0.5, -1.0]])
    paths = nb.descend(RAVINE, starts, partial(nb.OPTIMIZERS["adam"], lr=0.1), num_steps=4)
    ax = nb.plot_path(paths)
    assert len(ax.lines) == 6  # a line and a ring each
    np.testing.assert_allclose(ax.lines[0].get_xydata(), paths[:, 0].numpy())


def test_a_filled_surface_is_paper_in_the_valley_and_deeper_with_height():
    for name in ("light", "dark"):
        with nb.theme(name) as theme:
            bands = nb.plot_surface(RAVINE, xlim=(-2, 2), ylim=(-1, 1), levels=[1, 2, 4], filled=True).collections[0]
        away = [
            np.abs(np.subtract(tint[:3], matplotlib.colors.to_rgb(theme.paper))).sum() for tint in bands.get_facecolor()
        ]
        assert len(away) == 4  # below 1, to 2, to 4, and above
        assert away[0] == 0
        assert away == sorted(set(away))


def test_levels_of_a_filled_surface_by_their_number_and_the_callers_colours():
    """Of a unit square, an eighth lies below w_1 + w_2 = 1/2, a half below 1, and seven eighths below 3/2."""
    ax = nb.plot_surface(lambda w: w.sum(-1), xlim=(0, 1), ylim=(0, 1), levels=7, filled=True, cmap="viridis")
    np.testing.assert_allclose(ax.collections[0].levels[[0, 3, 6]], [0.5, 1, 1.5], atol=0.01)
    assert ax.collections[0].get_cmap().name == "viridis"
    half = nb.plot_surface(lambda w: (w.sum(-1) - 1).relu(), xlim=(0, 1), ylim=(0, 1), levels=7, filled=True)
    assert half.collections[0].levels[0] == 0  # what is level has one level


def test_learning_rates_of_a_users_scheduler():
    rates = nb.trace_lr(lambda opt: torch.optim.lr_scheduler.PolynomialLR(opt, total_iters=4), lr=1.0, num_steps=5)
    np.testing.assert_allclose(nb.plot_lr(rates).lines[0].get_ydata(), [1, 0.75, 0.5, 0.25, 0, 0], atol=1e-12)


with torch.random.fork_rng(devices=[]):
    LSTM = nn.LSTM(2, 2)
DIVERGED = torch.tensor([[1.0, 1.0], [float("inf"), 0.0]])
BAD = [
    (partial(nb.plot_activation, "rleu"), ValueError, "Unknown activation 'rleu'. Did you mean 'relu'?"),
    (partial(nb.plot_activation, "softmax"), ValueError, "must work on each number by itself"),
    (partial(nb.plot_activation, "relu", torch.zeros(2, 2)), ValueError, "x must have 1 dimension(s), got shape (2, 2)."),
    (partial(nb.plot_loss, "cross_entropy"), ValueError, "judges a row of scores"),
    (partial(nb.plot_loss, "bce", torch.tensor([2.0])), RuntimeError, "all elements of input should be between 0 and 1"),
    (partial(nb.plot_lr, []), ValueError, "lrs must not be empty, got shape (0,)."),
    (partial(nb.plot_lr, [0.1, float("nan")]), ValueError, "lrs must be finite, got nan."),
    (partial(nb.plot_lr, None), TypeError, "lrs must be a tensor or a sequence of numbers, got None."),
    (partial(nb.plot_lr, [0.1, -0.2]), ValueError, "lrs must be >= 0, got -0.2 among its 2 number(s)."),
    (partial(nb.plot_loss, "mse", target="a"), TypeError, "target must be a number, got 'a' (str)."),
    (partial(nb.plot_loss, "mse", target=float("nan")), ValueError, "target must be a finite number, got nan."),
    (partial(nb.plot_activation, lambda v: v.sum(), with_derivative=False), ValueError, "must return a tensor of the shape (401,), got ()."),
    (partial(nb.plot_surface, RAVINE, xlim=(1,), ylim=(0, 1)), TypeError, "xlim must be a pair (low, high), got (1,)."),
    (partial(nb.plot_surface, RAVINE, xlim=(1, 1), ylim=(0, 1)), ValueError, "xlim must be a pair (low, high) with low < high, got (1, 1)."),
    (partial(nb.plot_surface, RAVINE, xlim=(0, 1), ylim=(0, 1), device="gpu"), ValueError, "device must be one of auto, cpu, cuda, mps, got 'gpu'."),
    (partial(nb.plot_surface, lambda p: p.log().sum(-1), xlim=(-1, 1), ylim=(0, 1)), ValueError, "surface must be finite over xlim=(-1, 1) and ylim=(0, 1)"),
    (partial(nb.plot_network, nn.Sequential(nn.LazyLinear(3))), ValueError, "model must know its sizes: '0' is lazy, so run the model on one batch first."),
    (partial(nb.plot_neuron, torch.ones(1), torch.ones(1), torch.tensor(0.0), lambda z: z.repeat(2)), ValueError, "must return a tensor of the shape (), got (2,)."),
    (partial(nb.plot_path, torch.zeros(4)), ValueError, "path must have a last dimension of 2, got shape (4,)."),
    (partial(nb.plot_path, torch.zeros(1, 1, 1, 2)), ValueError, "path must have shape (num_points, 2) or (num_points, N, 2)"),
    (partial(nb.plot_path, DIVERGED), ValueError, "it is not from step 1 on: the run diverged. Draw path[:1]."),
    (partial(nb.plot_path, [[0, 0]]), TypeError, "path must be a torch.Tensor, got list."),
    (partial(nb.plot_surface, 3, xlim=(0, 1), ylim=(0, 1)), TypeError, "surface must be a callable"),
    (partial(nb.plot_surface, lambda p: p, xlim=(0, 1), ylim=(0, 1)), ValueError, "surface must return one height a point"),
    (partial(nb.plot_network, [1]), TypeError, "model must be a torch.nn.Module, got [1] (list)."),
    (partial(nb.plot_network, nn.ReLU()), ValueError, "model must hold at least one nn.Linear, got ReLU without any."),
    (
        partial(nb.plot_network, nn.Sequential(nn.Linear(3, 4), nn.Linear(5, 2))),
        ValueError,
        "model must be a chain of nn.Linear layers: '0' gives 4 feature(s), but '1' takes 5.",
    ),
    (partial(nb.plot_network, MODEL, max_units=0), ValueError, "max_units must be an integer >= 1, got 0."),
    (partial(nb.plot_neuron, torch.zeros(5), torch.zeros(5), torch.tensor(0.0), "relu"), ValueError, "x must have at most 4 inputs to be drawn, got 5."),
    (partial(nb.plot_neuron, torch.zeros(3), torch.zeros(2), torch.tensor(0.0), "relu"), ValueError, "x must have a last dimension of 2, got shape (3,)."),
    (partial(nb.plot_broadcasting, torch.zeros(4), torch.zeros(2, 3)), ValueError, "a and b must have shapes that broadcast together, got (4,) and (2, 3):"),
    (partial(nb.plot_broadcasting, torch.zeros(1, 1, 1), torch.zeros(1)), ValueError, "a must have at most 2 dimensions of 1 to 8 cells, got shape (1, 1, 1)."),
    (partial(nb.plot_broadcasting, torch.zeros(9), torch.zeros(9)), ValueError, "a must have at most 2 dimensions of 1 to 8 cells, got shape (9,)."),
    (partial(nb.plot_broadcasting, [1], torch.zeros(1)), TypeError, "a must be a torch.Tensor, got list."),
    (partial(nb.plot_training, RUN, what="acc"), ValueError, "what must be one of 'loss', 'accuracy', got 'acc'."),
    (partial(nb.plot_boundary, TWO, torch.zeros(3, 4), [0, 1, 0]), ValueError, "x must have two columns to be drawn in a plane, shape (N, 2), got (3, 4)."),
    (partial(nb.plot_boundary, TWO, POINTS[0] / 0, POINTS[1]), ValueError, "x must be finite, got"),
    (partial(nb.plot_boundary, TWO, POINTS[0], POINTS[1][:9]), ValueError, "y must hold one class for each of the 60 rows of x, shape (60,), got (9,)."),
    (partial(nb.plot_confusion, TWO, POINTS[0], nn.functional.one_hot(POINTS[1])), ValueError, "y must hold one class for each of the 60 rows of x, shape (60,), got (60, 2)."),
    (partial(nb.plot_confusion, TWO, POINTS[0], POINTS[1] + 1), ValueError, "y must hold classes from 0 to 1, as model scores 2, got 2."),
    (partial(nb.plot_confusion, TWO, POINTS[0], POINTS[1] / 2), ValueError, "y must hold classes from 0 to 1, as model scores 2, got 0.5."),
    (partial(nb.plot_boundary, linear(2, 1), *POINTS), ValueError, "threshold must be given for a model of one output: 0 where it gives logits, 0.5 where it gives probabilities; got None."),
    (partial(nb.plot_boundary, TWO, *POINTS, threshold=0.5), ValueError, "threshold is for a model of one output, and this one scores 2 classes, of which the largest wins; got 0.5."),
    (partial(nb.plot_boundary, linear(2, 11), *POINTS), ValueError, "model must score at most 10 classes to be told apart by colour, got 11."),
    (partial(nb.plot_confusion, nn.Unflatten(1, (2, 1)), *POINTS), ValueError, "model must give a row of scores for each row of x, shape (N, C), (N, 1) or (N,), got (60, 2, 1)."),
    (partial(nb.plot_confusion, LSTM, *POINTS), ValueError, "or (N,), got tuple."),
    (partial(nb.plot_confusion, TWO, *POINTS, class_names=["a"]), ValueError, "class_names must hold 2 names, one for each class, got ['a']."),
    (partial(nb.plot_confusion, "model", *POINTS), TypeError, "model must be a torch.nn.Module, got 'model' (str)."),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_a_weight_that_is_not_finite_is_named_with_its_layer():
    model = nn.Sequential(linear(2, 2))
    with torch.no_grad():
        model[0].weight[0, 0] = float("nan")
    with pytest.raises(ValueError, match=r"0\.weight must be finite, got nan"):
        nb.plot_network(model)
