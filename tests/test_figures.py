"""The article's figures: in both languages, from live numbers, the same every time, with no text on another."""

from __future__ import annotations

import gc
import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from pictures import drawn_texts, overlaps, pixels, saved, texts_of

import nnbasics as nb
from nnbasics.article.figures import FIGURES
from nnbasics.plotting.style import PageFigure

ARTICLE_IDS = [
    "biological-neuron",
    "artificial-neuron",
    "network",
    "sigmoid",
    "tanh",
    "relu",
    "broadcasting",
    "mae",
    "mse",
    "smooth-l1",
    "gradient-descent",
    "momentum",
    "learning-rate",
    "activations",
    "losses",
    "softmax",
    "cross-entropy",
    "training-loop",
    "backprop",
    "adam",
]
BOTH = [(id, lang) for id in FIGURES for lang in ("en", "zh")]
PICTURES = Path(__file__).parent.parent / "figures"


def shown(id: str, **kwargs: str) -> str:
    return "\n".join(texts_of(nb.draw_figure(id, device="cpu", **{"lang": "en", **kwargs})))


def test_the_ids_are_the_articles():
    assert list(nb.FIGURES) == ARTICLE_IDS


@pytest.mark.parametrize(("id", "lang"), BOTH)
def test_each_is_a_figure_with_its_sentence_in_its_language(id, lang):
    figure = nb.draw_figure(id, lang=lang, device="cpu")
    assert isinstance(figure, PageFigure)
    assert figure.get_size_inches()[0] == 7
    assert len(figure.texts[0].get_text()) > 10
    assert any("\u4e00" <= c <= "\u9fff" for c in figure.texts[0].get_text()) == (lang == "zh")


@pytest.mark.parametrize(("id", "lang"), BOTH)
def test_no_text_is_cut_and_none_lies_on_another(id, lang):
    assert overlaps(nb.draw_figure(id, lang=lang, device="cpu")) == []


@pytest.mark.parametrize(("id", "lang"), BOTH)
def test_labels_are_large_enough_to_read_in_a_column(id, lang):
    """At 700 pixels for 7 inches, 9 points are 12.5 pixels."""
    figure = nb.draw_figure(id, lang=lang, device="cpu")
    assert min(t.get_fontsize() for t in drawn_texts(figure)) >= 9


PRINTED = {
    # what must stand on each figure, from a calculator, not from the package
    "artificial-neuron": ["$z$ = 0.8 − 1 − 0.6 + 0.3 = −0.5", "$a$ = 0.3775"],  # 1/(1 + e^0.5)
    "network": ["26 parameters", "3×3+3 = 12", "3×2+2 = 8", "2×2+2 = 6", "sigmoid", "ReLU", "softmax"],
    "sigmoid": ["steepest at 0: slope 0.25", "0.9975", "0.0025"],
    "tanh": ["slope at 0: 1", "sigmoid's slope at 0: 0.25", "4 times", "tanh(0) = 0", "0.0099"],
    "relu": ["output 0, slope 0", "slope 1", "torch's slope at 0: 0"],
    "broadcasting": ["(3,) → (1, 3) → (2, 3)", "11", "36"],
    "mae": ["mean loss 1.1667", "gradient 1", "torch's gradient at 0: 0"],
    "mse": ["mean loss 1.7500", "error 3: loss 9", "error 3: gradient 6", "4 times as much"],
    "smooth-l1": ["mean loss 0.7083", "0.125", "joint at β = 1\nloss 0.5, gradient 1"],
    "activations": ["ReLU: 1", "tanh: 1", "sigmoid: 0.25"],
    "losses": ["MSE: 4", "MAE: 2", "Smooth L1: 1.5", "MAE: 1", "Smooth L1: 1"],  # of an error of 2
    "softmax": ["0.0258", "0.0774", "0.8968", "42.52", "÷ 47.41", "sum 1"],  # e^0.2 + e^1.3 + e^3.75 = 47.41
    "cross-entropy": ["$p$ = 0.95: loss 0.05", "$p$ = 0.5: loss 0.69", "$p$ = 0.05: loss 3.00"],
    "gradient-descent": ["slope 3", "= −0.4 × 3 = −1.2"],
    "momentum": [
        "momentum 0.53",
        "Rate 0.049",
        "diverges above 0.05",
        "at 0.04 momentum swings more",
    ],  # 2/41, 2/40, 80%
    "learning-rate": [
        *("×0.5 every 50 epochs", "0.1 → 0.0125"),  # 0.1 * 0.5^3
        *("×0.3 at epochs 30 and 120", "0.1 → 0.009"),  # 0.1 * 0.3^2
        *("×0.985 every epoch", "0.1 → 0.00494"),  # 0.1 * 0.985^199
    ],
    "adam": ["0.1 a step", "0.0001 a step"],
    # w = 0.5: 2 (w 2 − 4) 2 = −12, one round earlier −20 at −0.5; 0.5 + 0.6 = 1.1, whose loss is (2.2 − 4)²
    "training-loop": ["0.5 × 2 = 1", "(1 − 4)² = 9", "−20 → None", "= −12", "0.05 × (−12) = 1.1", "9 → 3.24"],
    # 2 (0.5 − 1) = −1; 0.5 (1 − 0.5) = 0.25; x = 2
    "backprop": ["$z$ = 0", "$a$ = 0.5", "$L$ = 0.25", "(−1) × 0.25 × 2 = −0.5", "gradient −0.25", "gradient 1"],
}


@pytest.mark.parametrize("id", PRINTED)
def test_the_numbers_on_the_figure(id):
    text = shown(id)
    assert [number for number in PRINTED[id] if number not in text] == []


def heavy_ball(lr: float, beta: float) -> np.ndarray:
    """The path on the momentum figure's ravine, by the recurrence in NumPy."""
    point, velocity, path = np.array([-9.0, 0.5]), np.zeros(2), []
    for _ in range(101):
        path.append(point)
        velocity = beta * velocity + np.array([1.0, 40.0]) * point
        point = point - lr * velocity
    return np.array(path)


def test_the_momentum_figure_by_hand():
    """At 2/41 momentum takes fewer steps and swings less; the note says that at 0.04 it swings more."""
    beta, text = ((np.sqrt(40) - 1) / (np.sqrt(40) + 1)) ** 2, shown("momentum")
    paths = [heavy_ball(2 / 41, 0), heavy_ball(2 / 41, beta)]
    shares = [(path**2 @ [1, 40]) / (path[0] ** 2 @ [1, 40]) for path in paths]
    needed = [int(np.flatnonzero(share >= 1e-3).max()) + 1 for share in shares]
    assert [f"{n} steps" in text for n in needed] == [True, True]
    assert needed[1] < needed[0] / 2
    swings = [np.abs(path[:16, 1]).sum() for path in (*paths, heavy_ball(0.04, 0), heavy_ball(0.04, beta))]
    assert swings[1] < swings[0] / 3
    assert swings[2] < swings[3]
    drawn = [ax.lines[0].get_xydata() for ax in nb.draw_figure("momentum", lang="en", device="cpu").axes]
    for path, points, n in zip(paths, drawn, needed, strict=True):
        np.testing.assert_allclose(points, path[: n + 1], atol=1e-4)


def test_the_balls_of_gradient_descent_by_hand():
    """On w^2/2 the slope is w, so at rate 0.4 each step leaves 0.6 of w; the line at 3 rises by 3."""
    lines = nb.draw_figure("gradient-descent", lang="en", device="cpu").axes[0].lines
    balls = next(line.get_xydata() for line in lines if line.get_marker() == "o")
    w = 3 * 0.6 ** np.arange(6)
    np.testing.assert_allclose(balls, np.stack([w, w**2 / 2], axis=1), rtol=1e-5)
    (x0, y0), (x1, y1) = lines[1].get_xydata()
    np.testing.assert_allclose([(y1 - y0) / (x1 - x0), y0 + 3 * (3 - x0)], [3, 4.5], rtol=1e-6)


def test_the_steps_on_the_adam_figure_by_hand():
    """SGD's are lr g; Adam's are lr m/(√v + ε) after correction of both averages, which cancels where g stays."""
    sgd, adam = (
        np.array([bar.get_width() for bar in ax.patches]).reshape(5, 2)
        for ax in nb.draw_figure("adam", lang="en", device="cpu").axes
    )
    g, m, v = np.array([1.0, 0.001]), np.zeros(2), np.zeros(2)
    for t in range(1, 6):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        np.testing.assert_allclose(sgd[t - 1], 0.1 * g, rtol=1e-3)
        step = 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        np.testing.assert_allclose(adam[t - 1], step, rtol=1e-4)


CHANGES = [
    ("sigmoid", "ACTIVATIONS", "sigmoid", lambda x: torch.sigmoid(2 * x)),
    ("tanh", "ACTIVATIONS", "tanh", lambda x: torch.tanh(x / 2)),
    ("relu", "ACTIVATIONS", "relu", lambda x: torch.relu(x) + 0.1 * x),
    ("artificial-neuron", "ACTIVATIONS", "sigmoid", torch.tanh),
    ("training-loop", "LOSSES", "mse", lambda p, t: (p - t).abs().mean()),
    ("backprop", "ACTIVATIONS", "sigmoid", torch.tanh),
    ("backprop", "LOSSES", "mse", lambda p, t: (p - t).abs().mean()),
    ("mae", "LOSSES", "mae", lambda p, t: 2 * (p - t).abs().mean()),
    ("mse", "LOSSES", "mse", lambda p, t: ((p - t) ** 4).mean()),
    ("smooth-l1", "LOSSES", "smooth_l1", lambda p, t: torch.cosh(p - t).log().mean()),
    ("activations", "ACTIVATIONS", "tanh", lambda x: torch.tanh(x / 2)),
    ("losses", "LOSSES", "mse", lambda p, t: ((p - t) ** 4).mean()),
    ("softmax", "ACTIVATIONS", "softmax", lambda x: torch.softmax(x / 2, dim=-1)),
    (
        "cross-entropy",
        "LOSSES",
        "cross_entropy",
        lambda p, t, **how: 2 * torch.nn.functional.cross_entropy(p, t, **how),
    ),
]


@pytest.mark.parametrize(("id", "table", "name", "other"), CHANGES)
def test_another_formula_in_the_table_is_another_figure(monkeypatch, id, table, name, other):
    before, picture = shown(id), saved(nb.draw_figure(id, lang="en", device="cpu"))
    monkeypatch.setitem(getattr(nb, table), name, other)
    assert shown(id) != before
    assert saved(nb.draw_figure(id, lang="en", device="cpu")) != picture


@pytest.mark.parametrize(
    ("id", "name"),
    [
        ("gradient-descent", "sgd"),
        ("momentum", "momentum"),
        ("momentum", "sgd"),
        ("training-loop", "sgd"),
        ("adam", "adam"),
    ],
)
def test_another_optimizer_in_the_table_is_another_figure(monkeypatch, id, name):
    before = shown(id)
    monkeypatch.setitem(nb.OPTIMIZERS, name, lambda params, lr, **_: torch.optim.SGD(params, lr=lr / 2))
    assert shown(id) != before


def test_another_scheduler_in_the_table_is_another_figure(monkeypatch):
    before = shown("learning-rate")
    other = torch.optim.lr_scheduler.PolynomialLR
    monkeypatch.setitem(nb.SCHEDULERS, "exponential", lambda opt, gamma: other(opt, total_iters=400))
    assert shown("learning-rate") != before


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_two_processes_write_the_same_bytes(kind):
    code = f"""
import hashlib, io, nnbasics
for id in nnbasics.FIGURES:
    buffer = io.BytesIO()
    nnbasics.draw_figure(id, lang="zh", device="cpu").savefig(buffer, format={kind!r})
    print(id, hashlib.sha256(buffer.getvalue()).hexdigest())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    here = [
        f"{id} {hashlib.sha256(saved(nb.draw_figure(id, lang='zh', device='cpu'), kind)).hexdigest()}" for id in FIGURES
    ]
    assert done.stdout.splitlines() == here


@pytest.mark.parametrize("id", FIGURES)
def test_the_callers_modes_change_nothing(id):
    plain = saved(nb.draw_figure(id, lang="en", device="cpu"))
    dtype = torch.get_default_dtype()
    try:
        torch.set_default_dtype(torch.float64)
        with torch.inference_mode():
            other = saved(nb.draw_figure(id, lang="en", device="cpu"))
    finally:
        torch.set_default_dtype(dtype)
    assert other == plain


def test_two_hundred_figures_leave_nothing_behind():
    """Memory after 200 figures against memory after 40, as the operating system counts it."""
    code = """
import gc, resource, sys, nnbasics
from matplotlib.figure import Figure
def draw(n):
    ids = list(nnbasics.FIGURES)
    for i in range(n):
        nnbasics.draw_figure(ids[i % len(ids)], lang="zh", device="cpu")._repr_png_()
    gc.collect()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1024**2)
first = draw(40)
print(draw(160) - first, sum(issubclass(type(o), Figure) for o in gc.get_objects()))
"""
    if sys.platform == "win32":
        pytest.skip("Windows has no resource module")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    grown, alive = map(int, done.stdout.split())
    assert alive == 0
    assert grown <= 8  # MiB; a leak of each figure would be over 100


def test_a_dropped_figure_is_gone():
    nb.draw_figure("sigmoid", device="cpu")
    gc.collect()
    assert not [o for o in gc.get_objects() if type(o) is PageFigure]


@pytest.mark.parametrize(("id", "lang"), BOTH)
def test_the_committed_picture_is_what_the_package_draws(id, lang, tmp_path):
    """Pixel for pixel but for the rounding of another machine: bytes are compared where they were made."""
    path = PICTURES / lang / f"{id}.png"
    assert path.stat().st_size <= 120 * 1024
    nb.draw_figure(id, lang=lang, device="cpu").savefig(tmp_path / "now.png", dpi=200)
    now, committed = pixels(tmp_path / "now.png"), pixels(path)
    assert now.shape == committed.shape
    assert (np.abs(now - committed) > 40).mean() < 0.002


def test_no_other_file_is_among_the_pictures():
    found = sorted(p.relative_to(PICTURES).as_posix() for lang in ("en", "zh") for p in (PICTURES / lang).iterdir())
    assert found == sorted(f"{lang}/{id}.png" for id, lang in BOTH)


@pytest.mark.parametrize(
    ("kwargs", "error", "message"),
    [
        ({"id": "sigmod"}, ValueError, "Unknown figure 'sigmod'. Did you mean 'sigmoid'? Expected one of: biological-"),
        ({"id": "smooth_l1"}, ValueError, "Did you mean 'smooth-l1'?"),
        ({"id": 3}, TypeError, "figure must be a name"),
        ({"id": "sigmoid", "lang": "jp"}, ValueError, "Unknown language 'jp'"),
        ({"id": "sigmoid", "device": "tpu9"}, ValueError, "device must be one of auto, cpu, cuda, mps, got 'tpu9'"),
    ],
)
def test_bad_input_is_named(kwargs, error, message):
    with pytest.raises(error) as caught:
        nb.draw_figure(**kwargs)
    assert message in str(caught.value)


def test_the_language_is_the_environments_where_none_is_given(monkeypatch):
    monkeypatch.setenv("NNBASICS_LANG", "zh")
    assert "梯度" in shown("mse", lang=None)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("id", FIGURES)
def test_cuda_draws_the_same_numbers(id):
    there = nb.draw_figure(id, lang="en", device="cuda")
    assert texts_of(there) == texts_of(nb.draw_figure(id, lang="en", device="cpu"))
