"""Figures that move: files that are small and sharp, and a page that plays, pauses and steps without a network."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.animation import FuncAnimation
from PIL import Image

from .._files import replace_file
from ..text import Text
from .style import PageFigure, page_style
from .theme import theme

PLAYER = Path(__file__).with_name("player.html")
PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{caption}</title><style>body {{ margin: 0; background: {paper} }}</style></head>
<body>
{player}</body></html>
"""
WORDS = {
    "play": Text("Play", "播放"),
    "pause": Text("Pause", "暂停"),
    "back": Text("One frame back", "上一帧"),
    "on": Text("One frame on", "下一帧"),
    "frame": Text("Frame", "第几帧"),
}
COLORS, EXACT = 128, 32  # of a gif; the most frequent are kept as they are
HOLE = 64  # of 255: fainter than this is a hole; with half of 255, thin letters have gaps
LOSSLESS: dict[str, Any] = {"lossless": True, "quality": 50, "method": 3}  # of a webp: what it costs to pack


class Motion(FuncAnimation):
    """A figure, and what it shows at each moment: `motion.save("momentum.gif")`, or .webp, or .html.

    These are the same bytes every time. A gif and a webp begin with the last moment, for whoever sees a still, and a
    page begins at the beginning. Anything else that matplotlib's animations can do, this one can.

    Attributes:
        figure: Where it happens.
        show: Makes the figure that of a moment, counted from 0.
        durations: How long each moment lasts, in milliseconds; matplotlib's own writers take the shortest for all.
    """

    def __init__(
        self, figure: PageFigure, draw: Callable[[int], None], durations: Sequence[int], *, lang: str, caption: str
    ) -> None:
        def show(k: int) -> tuple[()]:
            with theme(figure.theme), page_style():
                draw(k)
            return ()

        super().__init__(figure, show, range(len(durations)), interval=min(durations), cache_frame_data=False)
        self._draw_was_started = True  # or matplotlib warns of one that is made and never saved
        self.figure, self.show, self.durations = figure, show, list(durations)
        self.lang, self.caption = lang, caption
        show(0)

    def images(self, moments: Iterable[int], *, dpi: float = 100) -> Iterator[Image.Image]:
        """The pictures of some moments, one after another, each drawn as it is asked for."""
        for k in moments:
            self.show(k)
            buffer = io.BytesIO()
            self.figure.savefig(buffer, format="png", dpi=dpi, pil_kwargs={"compress_level": 1})
            yield Image.open(buffer).convert("RGBA")

    def in_few_colors(self, moments: Iterable[int], *, dpi: float = 100) -> Iterator[Image.Image]:
        """The same, all of them in the palette of five."""
        last = len(self.durations) - 1
        keys = list(self.images(sorted({0, last // 4, last // 2, 3 * last // 4, last}), dpi=dpi))
        return in_few_colors(self.images(moments, dpi=dpi), keys, self.figure.theme.paper)

    def save(  # type: ignore[override]  # the rest of matplotlib's arguments by name
        self, filename: Any, writer: Any = None, fps: Any = None, dpi: Any = None, **kwargs: Any
    ) -> None:
        """Write a gif, a webp or an html; a path holds the old file or the new one.

        Args:
            filename: A path, whose suffix gives the format.
            writer, fps, kwargs: Those of `matplotlib.animation.Animation.save`, which writes it if one of them is
                given or the suffix is another.
            dpi: Dots per inch; None means 100, which is 700 pixels.
        """
        path = Path(filename)
        kind = path.suffix[1:].lower()
        if kind not in ("gif", "webp", "html") or writer or fps or kwargs:
            super().save(filename, writer, fps, dpi, **kwargs)
        else:
            replace_file(path, self._page(dpi or 100) if kind == "html" else self._film(kind, dpi or 100))

    def _film(self, kind: str, dpi: float) -> bytes:
        last = len(self.durations) - 1
        order = [last, *range(last)]
        settings: dict[str, Any] = {"duration": [self.durations[k] for k in order], "loop": 0, "save_all": True}
        if kind == "gif":  # `optimize`: what stays as it is takes no bytes; `disposal`: a hole is to be seen through
            images = self.in_few_colors(order, dpi=dpi)
            settings |= {"optimize": True, "disposal": 2 if self.figure.theme.transparent else 0}
        else:
            images = self.images(order, dpi=dpi)
            settings |= LOSSLESS
        buffer, first = io.BytesIO(), next(images)
        first.save(buffer, kind, append_images=images, **settings)
        return buffer.getvalue()

    def _page(self, dpi: float) -> bytes:
        look, caption = self.figure.theme, escape(self.caption)
        paper = "none" if look.transparent else look.paper
        return PAGE.format(lang=self.lang, caption=caption, paper=paper, player=self.to_jshtml(dpi=dpi)).encode()

    def to_jshtml(self, *args: Any, dpi: float = 100, **kwargs: Any) -> str:
        """A player for a page or a notebook; matplotlib's own fetches its icons, and is named by chance."""
        frames, moments = [], range(len(self.durations))
        drawn = self.images if self.figure.theme.transparent else self.in_few_colors  # a third of the bytes less
        for image in drawn(moments, dpi=dpi):
            buffer = io.BytesIO()
            image.save(buffer, "webp", **LOSSLESS)
            frames.append(f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}")
        values = {name: word.say(self.lang) for name, word in WORDS.items()}
        values |= {"lang": self.lang, "caption": escape(self.caption), "last": str(len(frames) - 1)}
        values |= {"width": f"{100 * self.figure.theme.scale * self.figure.get_size_inches()[0]:.0f}"}
        values |= {"durations": str(self.durations), "still": frames[-1]}
        values |= {"frames": ",\n".join(f'"{frame}"' for frame in frames)}
        player = PLAYER.read_text(encoding="utf-8")
        for name, value in values.items():
            player = player.replace(f"@{name}@", value)
        return player

    _repr_html_ = to_jshtml


def in_few_colors(
    images: Iterable[Image.Image], keys: Sequence[Image.Image], paper: str, *, colors: int = COLORS
) -> Iterator[Image.Image]:
    """Pictures in one palette, for a gif: sharp, without dithering, and what is alike in two of them stays alike.

    Args:
        images: RGBA; what is almost transparent becomes a hole, the rest is laid on paper.
        keys: Some of them, from which the palette is taken.
        paper: The colour of the page.
        colors: How many at most.
    """

    def codes_of(image: Image.Image) -> Any:
        flat = Image.new("RGB", image.size, paper)
        flat.paste(image, mask=image.getchannel("A"))
        return np.asarray(flat).astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32)

    found, counts = np.unique(np.concatenate([codes_of(key).ravel() for key in keys]), return_counts=True)
    found = found[np.argsort(-counts, kind="stable")]
    exact, rest = rgb_of(found[:EXACT]), rgb_of(found[EXACT:])
    if len(rest) > colors - EXACT:
        strip = Image.fromarray(rest[None].astype(np.uint8))
        few = strip.quantize(colors - EXACT, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        rest = np.array(few.getpalette()).reshape(-1, 3)[: colors - EXACT]
    palette = np.concatenate([exact, rest])
    nearest = np.full(1 << 24, -1, np.int16)  # of every colour: its place in the palette, once it is asked for
    for image in images:
        codes = codes_of(image)
        new = np.unique(codes[nearest[codes] < 0])
        nearest[new] = ((rgb_of(new)[:, None] - palette) ** 2).sum(axis=2).argmin(axis=1)
        indexed = Image.fromarray(nearest[codes].astype(np.uint8))
        indexed.putpalette(palette.astype(np.uint8).tobytes())
        holes = image.getchannel("A").point([255 * (alpha < HOLE) for alpha in range(256)])
        if holes.getbbox():
            indexed.paste(len(palette), mask=holes)
            indexed.info["transparency"] = len(palette)
        yield indexed


def rgb_of(codes: Any) -> Any:
    """Colours of one number each as three numbers each."""
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=1).astype(np.int64)
