"""Pictures of one's own model: the course of its training, its regions, its mistakes."""

from __future__ import annotations

import io
from types import SimpleNamespace

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from pictures import overlaps, saved, texts_of
from PIL import Image
from sklearn.metrics import confusion_matrix
from torch import nn

import nnbasics as nb
from nnbasics.plotting.boundary import CLASSES, class_color
from nnbasics.plotting.theme import contrast, readable


def run(**found) -> SimpleNamespace:
    """What `train` returns for three epochs of two updates each."""
    losses, lrs = torch.tensor([4.0, 2.0, 2.0, 1.0, 1.0, 0.0]), torch.full((3,), 0.1)
    return SimpleNamespace(losses=losses, lrs=lrs, **found)


VAL = {"val_losses": torch.tensor([2.5, 1.5, 2.0]), "accuracy": torch.tensor([0.5, 0.7, 0.9])}
VAL["val_accuracy"] = torch.tensor([0.4, 0.6, 0.8])


def fixed(weight, bias) -> nn.Linear:
    layer = nn.utils.skip_init(nn.Linear, len(weight[0]), len(weight))
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(weight))
        layer.bias.copy_(torch.tensor(bias))
    return layer


def names(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_a_loss_is_the_mean_of_each_epochs_updates():
    for ax in (nb.plot_training(run()), nb.plot_training(run(val_losses=None, accuracy=None, val_accuracy=None))):
        (line,) = ax.lines
        np.testing.assert_array_equal(line.get_xydata(), [[1, 3], [2, 1.5], [3, 0.5]])
        assert names(ax) == ["training"]


def test_validation_stands_beside_training():
    ax = nb.plot_training(run(**VAL))
    np.testing.assert_array_equal(ax.lines[1].get_xydata(), [[1, 2.5], [2, 1.5], [3, 2]])
    assert sorted(names(ax)) == ["training", "validation"]
    ax = nb.plot_training(run(**VAL), what="accuracy", lang="zh")
    np.testing.assert_allclose([line.get_ydata() for line in ax.lines], [[0.5, 0.7, 0.9], [0.4, 0.6, 0.8]])
    assert sorted(names(ax)) == ["训练", "验证"]
    assert ax.get_ylabel() == "正确率"
    assert ax.yaxis.get_major_formatter()(0.975) == "97.5%"


def test_a_real_run_is_drawn_as_it_went():
    x, y = nb.moons(50)
    model = nb.seeded_model(lambda: nn.Linear(2, 2), 0)
    result = nb.train(model, x, y, loss_fn="cross_entropy", lr=0.1, num_epochs=3, batch_size=20)
    means = [float(result.losses[3 * k : 3 * k + 3].mean()) for k in range(3)]
    assert nb.plot_training(result).lines[0].get_ydata().tolist() == pytest.approx(means, rel=1e-6)


def test_runs_side_by_side_are_told_apart():
    ax = nb.plot_training(run(**VAL), label="adam")
    nb.plot_training(run(), label="sgd", ax=ax, color="blue")
    assert sorted(names(ax)) == ["adam, training", "adam, validation", "sgd"]
    assert overlaps(ax.figure) == []


def test_one_epoch_is_a_point_and_a_lost_validation_is_a_gap():
    short = SimpleNamespace(losses=torch.tensor([2.0, 1.0]), lrs=torch.tensor([0.1]))
    assert nb.plot_training(short).lines[0].get_marker() == "o"
    ax = nb.plot_training(run(val_losses=torch.tensor([1.0, 2.0, float("nan")])))
    assert len(saved(ax.figure)) > 3000
    assert sorted(text.xy[1] for text in ax.texts)[-1] == 2.0
    assert names(nb.plot_training(run(val_losses=torch.full((3,), float("nan"))))) == ["training"]


def test_labels_stand_apart_on_a_logarithmic_axis():
    ax = Figure().add_subplot(yscale="log")
    nb.plot_training(SimpleNamespace(losses=torch.tensor([1.0, 1e-4]), lrs=torch.ones(2), val_losses=torch.tensor([1.0, 1.1e-4])), ax=ax)  # fmt: skip
    heights = np.log10(sorted(text.xy[1] for text in ax.texts))
    assert heights[1] - heights[0] > 0.07 * np.ptp(np.log10(ax.get_ylim()))


def test_a_run_without_accuracy_and_several_runs_are_refused():
    with pytest.raises(ValueError, match='result must have accuracy to draw what="accuracy", and has None'):
        nb.plot_training(run(accuracy=None), what="accuracy")
    many = nb.train_many(lambda: nn.Linear(2, 1), torch.ones(4, 2), torch.ones(4, 1), seeds=[0, 1], loss_fn="mse", lr=0.1, num_epochs=2)  # fmt: skip
    with pytest.raises(ValueError, match=r"result\.losses must have 1 dimension"):
        nb.plot_training(many)


def test_the_boundary_of_a_linear_model_lies_where_its_scores_are_equal():
    """w.x + b = 0 for one output; for two, where their difference is 0; the threshold moves it."""
    x, y = nb.moons(80)
    one = fixed([[1.0, -2.0]], [0.25])
    two = fixed([[0.5, 1.0], [1.5, -1.0]], [1.0, 1.25])
    for model, threshold in ((one, 0.0), (two, None), (nn.Sequential(one, nn.Sigmoid()), 0.5)):
        line = nb.plot_boundary(model, x, y, threshold=threshold).lines[0]
        assert np.abs(line.get_xydata() @ [1.0, -2.0] + 0.25).max() < (
            2e-3 if isinstance(model, nn.Sequential) else 1e-6
        )
    moved = nb.plot_boundary(one, x, y[:, None].float(), threshold=1.0).lines[0]
    assert np.abs(moved.get_xydata() @ [1.0, -2.0] + 0.25 - 1.0).max() < 1e-6


def test_each_place_has_the_colour_of_its_class():
    """Three classes by angle: the shade at a place is the pale colour of what torch's argmax says there."""
    model = fixed([[1.0, 0.0], [-0.5, 0.8], [-0.5, -0.8]], [0.0, 0.0, 0.0])
    x = torch.tensor([[1.0, 0.1], [-0.9, 1.0], [-1.0, -0.8], [0.6, -0.7]])
    ax = nb.plot_boundary(model, x, model(x).argmax(1), linewidth=0)
    for line in ax.lines:
        line.set_visible(False)
    image = np.asarray(Image.open(io.BytesIO(saved(ax.figure))).convert("RGB")) / 255
    for place in torch.cartesian_prod(torch.linspace(-0.8, 0.8, 7), torch.linspace(-0.7, 0.9, 7)):
        scores = model(place).sort().values
        if scores[-1] - scores[-2] < 0.05:
            continue
        column, row = ax.transData.transform(place.numpy())
        shade = image[image.shape[0] - 1 - int(row), int(column)]
        color = np.array(matplotlib.colors.to_rgb(class_color(int(model(place).argmax()))))
        np.testing.assert_allclose(shade, 0.82 + 0.18 * color, atol=0.01)


def test_points_are_those_of_the_data_by_colour_and_marker():
    x, y = nb.moons(30)
    ax = nb.plot_boundary(fixed([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0]), x, y, class_names=["up", "down"])
    for k, dots in enumerate(ax.lines[-2:]):
        np.testing.assert_allclose(dots.get_xydata(), x[y == k].numpy())
        assert (dots.get_color(), dots.get_marker()) == (class_color(k), CLASSES[k][2])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["up", "down"]
    assert len({marker for *_, marker in CLASSES}) == len({class_color(k) for k in range(10)}) == 10


def test_a_model_that_sees_one_class_everywhere_draws_no_line():
    x, y = nb.moons(30)
    for bias in ([0.0, 5.0], [0.0, 0.0]):  # and one that cannot tell them apart
        ax = nb.plot_boundary(fixed([[0.0, 0.0], [0.0, 0.0]], bias), x, y)
        assert len(ax.lines) == 2  # the points
    ax = nb.plot_boundary(fixed([[0.0, 1.0]], [0.0]), torch.ones(3, 2), [0, 1, 1], threshold=0)
    assert ax.get_xlim() == (0.0, 2.0)


class Noisy(nn.Module):
    """Counts, draws and normalizes: everything in it that can move, moves."""

    def __init__(self):
        super().__init__()
        self.norm, self.fc, self.drop = nn.BatchNorm1d(2), fixed([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0]), nn.Dropout(0.5)
        self.register_buffer("calls", torch.zeros(()))
        self.drop.eval()

    def forward(self, x):
        self.calls += 1
        return self.fc(self.norm(x)) + 0 * torch.rand(())


@pytest.mark.parametrize("plot", [nb.plot_boundary, nb.plot_confusion])
def test_the_model_is_left_as_it_was(plot):
    model = Noisy()
    modes = {name: part.training for name, part in model.named_modules()}
    before = {name: value.clone() for name, value in model.state_dict().items()}
    plot(model, *nb.moons(40))  # and the global stream, by the fixture of every test
    assert {name: part.training for name, part in model.named_modules()} == modes
    assert set(modes.values()) == {True, False}
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_model_in_float64_and_arrays_of_numpy_are_drawn():
    x, y = nb.moons(20)
    ax = nb.plot_confusion(fixed([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0]).double(), x.numpy(), y.numpy())
    assert sum(map(int, names(ax))) == 20
    assert len(nb.plot_boundary(fixed([[1.0, 0.0]], [0.0]).double(), x.numpy(), y.numpy(), threshold=0).lines) == 3


def test_counts_are_those_by_hand_true_classes_in_rows():
    scores = torch.eye(3)[torch.tensor([0, 0, 1, 2, 2, 2])]
    ax = nb.plot_confusion(nn.Identity(), scores, torch.tensor([0, 1, 1, 2, 2, 0]))
    assert names(ax) == ["1", "0", "1", "1", "1", "0", "0", "0", "2"]
    assert [(text.get_position()) for text in ax.texts][2] == (2.5, 0.5)  # true 0, predicted 2
    assert ax.get_ylim() == (3.0, 0.0)  # the first row on top
    np.testing.assert_array_equal(ax.collections[0].get_array(), [[1, 0, 1], [1, 1, 0], [0, 0, 2]])


def test_counts_of_digits_are_scikit_learns(own_stream):
    x, y = nb.digits()
    model = nn.Linear(64, 10)
    with torch.no_grad():
        expected = confusion_matrix(y, model(x).argmax(1), labels=range(10))
    assert list(map(int, names(nb.plot_confusion(model, x, y)))) == expected.flatten().tolist()


def test_one_output_and_tokens_are_counted_too():
    ax = nb.plot_confusion(nn.Flatten(0), torch.tensor([[0.2], [0.8], [0.6]]), [[0], [1], [0]], threshold=0.5)
    assert names(ax) == ["1", "1", "0", "1"]
    embedding = nn.Embedding.from_pretrained(torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
    assert names(nb.plot_confusion(embedding, torch.tensor([0, 1, 1]), torch.tensor([0, 1, 1]))) == ["1", "0", "0", "2"]


@pytest.mark.parametrize("cmap", [None, "viridis", "Greys", "coolwarm", "hot"])
def test_numbers_can_be_read_on_any_cell(cmap):
    y = torch.arange(10).repeat_interleave(torch.arange(1, 11))
    scores = torch.eye(10)[(y * y) % 10]
    ax = nb.plot_confusion(nn.Identity(), scores, y, **({"cmap": cmap} if cmap else {}))
    mesh = ax.collections[0]
    for text, count in zip(ax.texts, mesh.get_array().flatten(), strict=True):
        assert contrast(text.get_color(), mesh.to_rgba(count)) >= 4.5
        assert text.get_fontsize() >= 6.5


def test_cells_too_small_for_numbers_are_colour_alone():
    eye = torch.eye(40)
    ax = nb.plot_confusion(nn.Identity(), eye, torch.arange(40))
    assert names(ax) == []
    assert [text.get_text() for text in ax.get_xticklabels()][:3] == ["0", "2", "4"]


LONG = ["a melanoma, superficially spreading", "良性的色素斑点", "seborrhoeic keratosis"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_lies_on_anything_else(lang):
    eye, y = torch.eye(3)[torch.arange(30) % 3], torch.arange(30) % 3
    model = fixed([[1.0, 0.0], [-0.5, 0.8], [-0.5, -0.8]], [0.0, 0.0, 0.0])
    ten, z = torch.eye(10)[torch.arange(30) % 10], torch.arange(30) % 10
    for ax in (
        nb.plot_training(run(**VAL), lang=lang),
        nb.plot_training(run(**VAL), what="accuracy", lang=lang),
        nb.plot_boundary(model, nb.moons(30)[0], y, class_names=LONG, lang=lang),
        nb.plot_boundary(fixed([[k, k * k] for k in range(10)], [0.0] * 10), nb.moons(30)[0], z, lang=lang),
        nb.plot_confusion(nn.Identity(), eye, y, lang=lang),
        nb.plot_confusion(nn.Identity(), ten, z, lang=lang),
        nb.plot_confusion(nn.Identity(), eye, y, class_names=["one", "二", "three and four"], lang=lang),
    ):
        assert overlaps(ax.figure) == []
        saved(ax.figure)  # a missing glyph is a warning, and that an error here


def test_on_dark_axes_words_and_lines_can_be_read():
    with plt.style.context("dark_background"):
        figure = Figure()
        axes = figure.subplots(1, 2)
    nb.plot_training(run(**VAL), ax=axes[0])
    nb.plot_boundary(fixed([[1.0, 0.0]], [0.0]), *nb.moons(20), ax=axes[1], threshold=0)
    assert all(contrast(line.get_color(), "black") >= 4.5 for line in axes[0].lines)
    assert all(contrast(text.get_color(), "black") >= 4.5 for text in axes[0].texts)
    frame = axes[1].get_legend().get_frame().get_facecolor()
    assert all(contrast(text.get_color(), frame) >= 4.5 for text in axes[1].get_legend().get_texts())
    assert readable("#222222", "white") == "#222222"


def test_errors_speak_chinese_too(monkeypatch):
    monkeypatch.setenv("NNBASICS_LANG", "zh")
    with pytest.raises(ValueError, match="x 必须有两列才能画在平面上"):
        nb.plot_boundary(fixed([[1.0, 0.0]], [0.0]), torch.zeros(2, 3), [0, 1])
    assert "真实类别" in texts_of(nb.plot_confusion(nn.Identity(), torch.eye(2), [0, 1]).figure)
