"""Build nnbasics/fonts/NNBasicsSans.ttf, byte for byte the same every time.

The source is Noto Sans SC (SIL Open Font License 1.1), as the PyPI package `pylopdf-fonts-zh-cn`
carries it. Matplotlib embeds TrueType outlines more reliably than CFF ones, so the cubic outlines
become quadratic ones. Where a text of ours uses a character that the font lacks, a test says so: add
it to `wanted_characters` and run `make font`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pylopdf_fonts_zh_cn
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

ROOT = Path(__file__).resolve().parent.parent
FAMILY = "NNBasics Sans"
TARGET = ROOT / "nnbasics" / "fonts" / "NNBasicsSans.ttf"
SOURCE = Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSansSC-Regular.otf"
SIDE_BEARING = 55  # in units of the em, on both sides of a narrowed sign
MAX_ERROR = 1.0  # of 1000 units per em: how far a quadratic outline may leave the cubic one


def wanted_characters() -> set[int]:
    """GB2312 level 1, its punctuation, Latin-1, Greek, arrows, mathematics, and what our field has of level 2."""
    rows = [0xA1, 0xA2, 0xA3, *range(0xB0, 0xD8)]  # symbols, full-width forms, level-1 hanzi
    cells = [bytes((row, column)) for row in rows for column in range(0xA1, 0xFF)]
    characters = {ord(c) for cell in cells for c in cell.decode("gb2312", errors="ignore")}
    characters.update(range(0x20, 0x7F), range(0xA0, 0x100), range(0x391, 0x3CA))
    characters.update(map(ord, "–—‘’“”†•…′″−×÷·±≈≠≤≥∝∞∈∑∏√∫∂∇∆⊙⊗←↑→↓↔⇒⋯"))
    characters.update(map(ord, "熵阈髓鞘"))  # of level 2, but of our field: a user's labels will want them
    return characters


def to_truetype(font: TTFont) -> None:
    """Replace the cubic outlines (CFF) of `font` by quadratic ones (glyf), in place."""
    glyphs = font.getGlyphSet()
    outlines = {}
    for name in font.getGlyphOrder():
        pen = TTGlyphPen(glyphs)
        glyphs[name].draw(Cu2QuPen(pen, MAX_ERROR, reverse_direction=True))
        outlines[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = newTable("glyf")
    font["glyf"].glyphOrder = font.getGlyphOrder()
    font["glyf"].glyphs = outlines
    del font["CFF "]
    font["glyf"].compile(font)
    for name, outline in outlines.items():
        font["hmtx"][name] = (font["hmtx"][name][0], getattr(outline, "xMin", 0))
    font["maxp"].tableVersion = 0x00010000
    font["maxp"].maxZones = 1
    for field in ("TwilightPoints", "Storage", "FunctionDefs", "InstructionDefs", "StackElements"):
        setattr(font["maxp"], f"max{field}", 0)
    font["maxp"].maxSizeOfInstructions = font["maxp"].maxComponentElements = 0
    font["post"].formatType = 3.0  # no glyph names: nobody reads them, and they cost 40 KB
    font.sfntVersion = "\000\001\000\000"


def narrow_signs(font: TTFont) -> None:
    """Give signs that a Chinese font draws a whole character wide their own width, as formulas want them."""
    characters, glyf, hmtx = font.getBestCmap(), font["glyf"], font["hmtx"]
    for sign in "×±÷·≈≠≤≥∞√∝∂∇∆○●":
        name = characters[ord(sign)]
        outline = glyf[name]
        outline.coordinates.translate((SIDE_BEARING - outline.xMin, 0))
        outline.recalcBounds(glyf)
        hmtx[name] = (outline.xMax + SIDE_BEARING, outline.xMin)


def rename(font: TTFont) -> None:
    """Give the family its own name, so that it never shadows an installed Noto Sans SC."""
    names = font["name"]
    keep = {0: str(names.getName(0, 3, 1)), 13: str(names.getName(13, 3, 1)), 14: str(names.getName(14, 3, 1))}
    names.names = []
    texts = {1: FAMILY, 2: "Regular", 3: f"{FAMILY} 1", 4: FAMILY, 5: "Version 1.0", 6: "NNBasicsSans-Regular"}
    for name_id, text in sorted({**keep, **texts}.items()):
        names.setName(text, name_id, 3, 1, 0x409)


def build(target: Path = TARGET) -> None:
    font = TTFont(SOURCE, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = ["kern"]
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "DSIG", "GSUB"]
    options.hinting = False
    options.notdef_outline = True
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=wanted_characters())
    chosen.subset(font)
    to_truetype(font)
    narrow_signs(font)
    rename(font)
    font.save(target)


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
