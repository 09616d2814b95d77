"""整改通知 as a document (docx), set as official letters are (GB/T 9704): A4, 小标宋 of 22 points, 仿宋 of 16, lines of 28."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

TITLE, BODY, HEAD = "方正小标宋简体", "仿宋_GB2312", "黑体"
_DIGITS = "〇一二三四五六七八九"


@dataclass(frozen=True)
class Letter:
    """To whom, what is said first, the items with their lines (what it is, text), and what is said last."""

    title: str
    to: str
    opening: str
    items: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    closing: Sequence[str]
    day: date


def as_docx(letter: Letter) -> bytes:
    """The letter, to be signed and sealed; no author stands in it."""
    document = Document()
    _without_picture(document)
    _page(document)
    _line(document, letter.title, TITLE, 22, centred=True)
    _line(document, f"{letter.to}：", indented=False)
    _line(document, letter.opening)
    for number, (head, lines) in enumerate(letter.items, 1):
        _line(document, f"{chinese(number)}、{head}", HEAD, kept=True)
        for label, text in lines:
            _line(document, f"{label}：{text}")
    for text in letter.closing:
        _line(document, text)
    for text in ("发文单位（盖章）　　　　", "年　　月　　日　　　"):
        _line(document, text, right=True)
    said = document.core_properties
    said.title, said.author, said.comments = letter.title, "", ""
    said.created = said.modified = datetime.combine(letter.day, datetime.min.time())
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def chinese(number: int) -> str:
    """1 to 999 as items are counted: 一, 十二, 一百零三."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")


def _without_picture(document: Any) -> None:
    """The template's own little picture of itself would be a picture of nothing here."""
    links = document.part.package.rels
    for name in [name for name, link in links.items() if link.reltype.endswith("/thumbnail")]:
        del links[name]


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = map(Cm, (3.7, 3.5, 2.8, 2.6))


def _line(
    document: Any, text: str, font: str = BODY, size: int = 16, *, centred: bool = False, right: bool = False,
    indented: bool = True, kept: bool = False,
) -> None:  # fmt: skip
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.line_spacing, form.space_after, form.keep_with_next = Pt(28 if size < 22 else 36), Pt(0), kept
    if centred or right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.RIGHT
    elif indented:
        form.first_line_indent = Pt(2 * size)
    run = paragraph.add_run(text)
    run.font.size, run.font.name = Pt(size), font
    run._element.rPr.rFonts.set(qn("w:eastAsia"), font)
