"""Every picture, in both languages, every theme and size: no text on a line, none too small, too pale or too long."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from art import alike, as_seen, crowded, faults, pale, small, struck, wordy
from matplotlib.patches import Rectangle
from measured import quick

import nnbasics as nb
from nnbasics.plotting.style import new_figure, page_style, set_title

LANGUAGES = ("en", "zh")
PICTURES = [*nb.FIGURES, *nb.EXPERIMENTS]
COLOURED = [name for name in nb.THEMES if name not in ("light", "slide")]  # a slide has the colours of `dark`


def draw(id: str, lang: str, theme: str | nb.Theme = "light"):
    if id in nb.FIGURES:
        return nb.draw_figure(id, lang=lang, device="cpu", theme=theme)
    return nb.draw_experiment(id, quick(id), lang=lang, theme=theme)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("id", PICTURES)
def test_nothing_is_wrong_with_a_picture(id, lang):
    assert faults(draw(id, lang)) == []


@pytest.mark.parametrize("theme", COLOURED)
@pytest.mark.parametrize("id", PICTURES)
def test_it_can_be_read_in_other_colours(id, theme):
    figure = draw(id, "en", theme)
    assert faults(figure) == []


TURNS = [  # a scale by turns: that it changes nothing but the size is tested with the themes
    ("light", "en", 2.0),
    ("light", "zh", 0.7),
    ("dark", "en", 0.7),
    ("dark", "zh", 1.5),
    ("slide", "en", 1.5),
    ("slide", "zh", 2.0),
    ("print", "en", 2.0),
    ("print", "zh", 1.0),
]


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "lang", "scale"), TURNS)
@pytest.mark.parametrize("id", nb.FIGURES)
def test_nothing_is_wrong_in_any_theme_at_any_scale(id, lang, theme, scale):
    figure = draw(id, lang, replace(nb.THEMES[theme], scale=scale))
    figure.set_dpi(100 * scale)  # as it is saved
    assert faults(figure) == []


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "lang"), [("dark", "en"), ("print", "zh")])
@pytest.mark.parametrize("id", nb.EXPERIMENTS)
def test_nothing_is_wrong_without_a_title_in_other_colours(id, lang, theme):
    assert faults(draw(id, lang, replace(nb.THEMES[theme], title=False))) == []


def panel(draw_on=None, title: str = "Short", **at):
    """A figure with one axes from 0 to 1 and a word in its middle."""
    figure = new_figure()
    with page_style():
        ax = figure.add_axes((0.1, 0.15, 0.6, 0.6))
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.text(0.5, 0.5, "word", **{"ha": "center", "va": "center", **at})
        if draw_on:
            draw_on(ax)
        set_title(figure, title)
    return figure


x = np.linspace(0, 1, 50)
BAD = {
    # a fault planted in a sound picture: what draws it, and who must find it
    "a line": (struck, lambda ax: ax.plot(x, x)),
    "a marker": (struck, lambda ax: ax.plot([0.52], [0.5], "o", markersize=6)),
    "points": (struck, lambda ax: ax.scatter([0.5], [0.5])),
    "a contour": (struck, lambda ax: ax.contour(x, x, x[:, None] + 0 * x, [0.5])),
    "an edge": (struck, lambda ax: ax.add_patch(Rectangle((0.5, 0.2), 0.4, 0.6, fill=False))),
    "an arrow": (struck, lambda ax: ax.annotate("", (0.1, 0.5), (0.9, 0.5), arrowprops={"arrowstyle": "->"})),
    "a spine": (struck, lambda ax: ax.text(0, 0.3, "word", ha="center")),
    "a fraction of fractions": (small, lambda ax: ax.text(0.1, 0.8, "$x^{y^{z}}$", fontsize=9)),
    "small type": (small, lambda ax: ax.text(0.1, 0.8, "word", fontsize=6)),
    "grey on white": (pale, lambda ax: ax.text(0.1, 0.8, "word", color="#999999")),
    "ink on a dark fill": (pale, lambda ax: ax.axvspan(0.3, 0.7, color="#333333")),
    "red and green": (alike, lambda ax: (ax.plot(x, x, color="#a05000"), ax.plot(x, 1 - x, color="#7a6000"))),
    "five curves": (crowded, lambda ax: [ax.plot(x, x**k, color=f"C{k}") for k in range(1, 6)]),
    "five panels": (crowded, lambda ax: [ax.figure.add_axes((0.1 * k, 0, 0.05, 0.05)) for k in range(4)]),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_planted_fault_is_found(fault):
    look, plant = BAD[fault]
    sound, bad = panel(), panel(plant)
    assert faults(sound) == []
    faults(bad)  # draws it
    assert look(bad) != []


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Depth helps", 0),
        ("one two three four five six seven eight nine ten eleven twelve thirteen fourteen", 0),
        ("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen", 1),
        ("学习率" * 7, 0),
        ("学习率" * 8, 1),
        ("3 layers of 24 units", 1),
        ("Smooth L1 fades to 0, and 95.5% is all", 0),
        ("It is 0.25 at most beyond ±6", 1),
    ],
)
def test_the_length_of_a_title(title, found):
    assert len(wordy(panel(title=title))) == found


def test_what_a_deuteranope_sees_by_the_published_numbers():
    """Machado et al. (2009): white and grey stay, and pure red and a dark yellow come close."""
    np.testing.assert_allclose(as_seen("white"), [100, 0, 0], atol=0.6)
    assert np.linalg.norm(as_seen("#d55e00") - as_seen("#0072b2")) > 60
    assert np.linalg.norm(as_seen("#a05000") - as_seen("#7a6000")) < 15
