"""A Chinese font for the PDF: found on this machine or named in publish.toml, cut down to the characters used, embedded.

A page with a character that the font lacks would show a blank: such a font is passed over, and where none has them all
the publication fails, naming the characters. CFF outlines (Noto, Source Han) become TrueType, which the PDF library
embeds.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts", "C:/Windows/Fonts",
           "/System/Library/Fonts", "/Library/Fonts")  # fmt: skip
# Parts of file names that make a font better or worse for a printed notice.
GOOD = ("simsun", "notoserifcjk-regular", "sourcehanserif", "notosanscjk-regular", "simfang", "wqy", "song")
BAD = ("bold", "black", "light", "thin", "mono", "fallback")
WANTED = "县公开第页"  # a font without these is no Chinese font
SUFFIXES = (".ttf", ".ttc", ".otf", ".otc")


class NoFont(Exception):  # noqa: N818
    """There is no Chinese font on this machine."""


class MissingGlyphs(Exception):  # noqa: N818
    """No font has all the characters; the message names font and characters."""


def embeddable(characters: set[str], configured: str) -> bytes:
    """A TrueType font with exactly these characters. Raises NoFont, MissingGlyphs."""
    fewest: tuple[int, Path, set[str]] | None = None
    for path in [Path(configured)] if configured else _candidates():
        font = _open(path)
        if font is None:
            if configured:
                raise NoFont(f"publish.toml 指定的字体 {configured} 无法读取")
            continue
        known = font.getBestCmap()
        missing = {one for one in characters if ord(one) not in known}
        if not missing:
            return _cut(font, characters)
        if fewest is None or len(missing) < fewest[0]:
            fewest = (len(missing), path, missing)
    if fewest is None:
        raise NoFont("本机没有找到中文字体")
    _, path, missing = fewest
    listed = "、".join(f"{one}（U+{ord(one):04X}）" for one in sorted(missing)[:10])
    raise MissingGlyphs(f"字体 {path.name} 缺少 {len(missing)} 个字：{listed}")


def _candidates() -> list[Path]:
    """Font files of this machine that may be Chinese, the most fitting first."""
    return sorted(set(listed() if shutil.which("fc-list") else _walked()), key=_rank)


def _rank(path: Path) -> tuple[int, int, str]:
    name = path.name.lower().replace("-", "").replace("_", "")
    good = next((i for i, part in enumerate(GOOD) if part.replace("-", "") in name), len(GOOD))
    return sum(part in name for part in BAD), good, str(path)


@cache
def listed() -> tuple[Path, ...]:
    """The font files that fontconfig knows for Chinese; asked once, as a confined process starts no program."""
    try:
        found = subprocess.run(["fc-list", ":lang=zh", "file"], capture_output=True, text=True, check=False, timeout=60)
    except OSError:  # it is not installed
        return ()
    paths = (Path(line.strip().removesuffix(":").strip()) for line in found.stdout.splitlines())
    return tuple(path for path in paths if path.suffix.lower() in SUFFIXES)


def _walked() -> Iterator[Path]:
    for folder in FOLDERS:
        for place, _, names in os.walk(os.path.expanduser(folder)):
            yield from (Path(place) / name for name in names if name.lower().endswith(SUFFIXES))


def _open(path: Path) -> Any:
    """The Chinese face of a font file, None where there is none."""
    from fontTools.ttLib import TTFont, TTLibError
    from fontTools.ttLib.ttCollection import TTCollection

    try:
        faces = (
            TTCollection(path, lazy=True).fonts
            if path.suffix.lower() in (".ttc", ".otc")
            else [TTFont(path, lazy=True)]
        )
        simplified = [face for face in faces if "SC" in str(face["name"].getDebugName(4) or "").split()]
        wanted = {ord(one) for one in WANTED}
        return next((face for face in simplified or faces if wanted <= set(face.getBestCmap() or ())), None)
    except (OSError, TTLibError, KeyError, AssertionError):
        return None


def _cut(font: Any, characters: Iterable[str]) -> bytes:
    """A new TrueType font with the outlines of these characters, curves within a thousandth of an em of the original."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.recordingPen import DecomposingRecordingPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    cmap, outlines, units = font.getBestCmap(), font.getGlyphSet(), font["head"].unitsPerEm
    mapping = {ord(one): cmap[ord(one)] for one in sorted(characters)}
    order = [".notdef", *dict.fromkeys(name for name in mapping.values() if name != ".notdef")]
    cubic = "glyf" not in font
    glyphs, metrics = {}, {}
    for name in order:
        record, pen = DecomposingRecordingPen(outlines), TTGlyphPen(None)
        outlines[name].draw(record)
        record.replay(Cu2QuPen(pen, units / 1000, reverse_direction=True) if cubic else pen)
        glyphs[name] = pen.glyph()
        metrics[name] = (round(outlines[name].width), 0)
    built = FontBuilder(units, isTTF=True)
    built.updateHead(created=0, modified=0)
    built.setupGlyphOrder(order)
    built.setupCharacterMap(mapping)
    built.setupGlyf(glyphs)
    built.setupHorizontalMetrics(
        {name: (width, getattr(glyphs[name], "xMin", 0)) for name, (width, _) in metrics.items()}
    )
    built.setupHorizontalHeader(ascent=font["hhea"].ascent, descent=font["hhea"].descent)
    built.setupNameTable({"familyName": "Notice", "styleName": "Regular", "psName": "Notice-Regular"})
    built.setupOS2(sTypoAscender=font["hhea"].ascent, sTypoDescender=font["hhea"].descent)
    built.setupPost(keepGlyphNames=False)
    built.font.recalcTimestamp = False
    out = BytesIO()
    built.save(out)
    return out.getvalue()
