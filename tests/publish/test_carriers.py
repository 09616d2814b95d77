"""Leaks carried by files that were not made here, wherever a file can carry a text; and clean files of every kind."""

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from reportlab.pdfgen.canvas import Canvas

from ledgers.personal.find import Allowed
from reports.publish.gate import look, under
from tests.personal import corpus
from xianjie.commands import cli

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
Carrier = Callable[[Path, str], None]


def page(body: str) -> Carrier:
    """A page whose body is made from the number; {} is the number, {a} and {b} its halves."""

    def carry(folder: Path, number: str) -> None:
        half = len(number) // 2
        said = body.replace("{a}", number[:half]).replace("{b}", number[half:]).replace("{}", number)
        (folder / "a.html").write_text(f"<!DOCTYPE html><html><body>{said}</body></html>", "utf-8")

    return carry


def text(name: str, form: str, encoding: str = "utf-8") -> Carrier:
    return lambda folder, number: (folder / name).write_text(form.replace("{}", number), encoding) and None


def workbook(plant: Callable[[openpyxl.Workbook, str], None]) -> Carrier:
    def carry(folder: Path, number: str) -> None:
        book = openpyxl.Workbook()
        book.active.append(["项目", "金额（元）"])
        book.active.append(["产业路", 400000.00])
        plant(book, number)
        book.save(folder / "a.xlsx")

    return carry


def patched(part: str, old: str, new: str) -> Carrier:
    """A workbook with a text of one of its parts replaced."""

    def carry(folder: Path, number: str) -> None:
        workbook(lambda book, _: None)(folder, number)
        with zipfile.ZipFile(folder / "a.xlsx") as source:
            parts = {name: source.read(name).decode() for name in source.namelist()}
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new.replace("{}", number), 1)
        with zipfile.ZipFile(folder / "a.xlsx", "w") as target:
            for name, content in parts.items():
                target.writestr(name, content)

    return carry


def document(body: str, part: str = "word/document.xml") -> Carrier:
    def carry(folder: Path, number: str) -> None:
        half = len(number) // 2
        said = body.replace("{a}", number[:half]).replace("{b}", number[half:]).replace("{}", number)
        with zipfile.ZipFile(folder / "a.docx", "w") as target:
            target.writestr(
                "word/document.xml",
                f"<w:document {W}><w:body><w:p><w:r><w:t>公示</w:t></w:r></w:p></w:body></w:document>",
            )
            target.writestr(part, f"<w:document {W}><w:body>{said}</w:body></w:document>")

    return carry


def paper(draw: Callable[[Canvas, str], None]) -> Carrier:
    def carry(folder: Path, number: str) -> None:
        canvas = Canvas(str(folder / "a.pdf"))
        canvas.drawString(50, 600, "notice")
        draw(canvas, number)
        canvas.save()

    return carry


def packed(carrier: Carrier) -> Carrier:
    """The file of another carrier in a zip in a zip."""

    def carry(folder: Path, number: str) -> None:
        inner = folder / "inner"
        inner.mkdir()
        carrier(inner, number)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as target:
            for path in inner.iterdir():
                target.write(path, path.name)
                path.unlink()
        inner.rmdir()
        with zipfile.ZipFile(folder / "a.zip", "w") as target:
            target.writestr("里面.zip", buffer.getvalue())

    return carry


def _row(book: openpyxl.Workbook, *cells: object) -> None:
    book.active.append(list(cells))


CARRIERS: dict[str, Carrier] = {
    "p": page("<p>{}</p>"),
    "br": page("<p>{a}<br>{b}</p>"),
    "wbr": page("<p>{a}<wbr>{b}</p>"),
    "font": page('<p>{a}<font color="red">{b}</font></p>'),
    "code": page("<code>{a}</code>{b}"),
    "custom element": page("<p>{a}<x-y>{b}</x-y></p>"),
    "two cells": page("<table><tr><td>{a}</td><td>{b}</td></tr></table>"),
    "cells below each other": page("<table><tr><td>{a}</td></tr><tr><td>{b}</td></tr></table>"),
    "attribute": page('<a title="{}">x</a>'),
    "data attribute": page('<i data-n="{}"></i>'),
    "address": page('<a href="x.html?n={}">x</a>'),
    "comment": page("<p>x</p><!-- {} -->"),
    "script": page("<script>var n = '{a}' + '{b}';</script>"),
    "escaped in script": page("<script>var n = '\\x31\\x33\\x39{}';</script>"),
    "style": page("<style>p::after { content: '{}' }</style>"),
    "textarea": page("<textarea>{}</textarea>"),
    "option": page("<select><option>{}</option></select>"),
    "meta": page('<meta name="author" content="{}">'),
    "svg": page("<svg><text>{a}<tspan>{b}</tspan></text><desc>x</desc></svg>"),
    "unclosed table": page("<table><tr><td>{}"),
    "txt": text("a.txt", "联系 {} 。\n"),
    "txt in gbk": text("a.txt", "联系人 {} 。\n", "gb18030"),
    "txt in utf-16": text("a.txt", "联系人 {} 。\n", "utf-16"),
    "csv": text("a.csv", "项目,备注\n产业路,{}\n"),
    "csv in gbk": text("a.csv", "项目,备注\n产业路,{}\n", "gb18030"),
    "csv quoted": text("a.csv", '项目,备注\n产业路,"第一\n{}"\n'),
    "tsv": text("a.tsv", "项目\t备注\n产业路\t{}\n"),
    "json": text("a.json", '{"号": "{}"}'),
    "json number": text("a.json", '[{"n": {}}]'),
    "css": text("a.css", "p::after { content: '{}' }"),
    "js": text("a.js", "var n = ['{}'];"),
    "cell": workbook(lambda book, n: _row(book, "备注", n)),
    "two cells of a sheet": workbook(lambda book, n: _row(book, n[: len(n) // 2], n[len(n) // 2 :])),
    "rich text": workbook(lambda book, n: _row(book, CellRichText(n[:5], TextBlock(InlineFont(b=True), n[5:])))),
    "hidden sheet": workbook(lambda book, n: book.create_sheet("底表").append([n])),
    "note": workbook(lambda book, n: setattr(book.active["A1"], "comment", Comment(f"核对 {n}", "录入员"))),
    "property": workbook(lambda book, n: setattr(book.properties, "keywords", n)),
    "footer": workbook(lambda book, n: setattr(book.active.oddFooter.center, "text", n)),
    "sheet name": workbook(lambda book, n: book.create_sheet(n) and None),
    "formula": workbook(lambda book, n: _row(book, f'="{n}"')),
    "number format": workbook(lambda book, n: setattr(book.active["B2"], "number_format", f'"{n}"0')),
    "xml comment": patched("xl/worksheets/sheet1.xml", "<sheetData>", "<!-- {} --><sheetData>"),
    "attribute of a row": patched("xl/worksheets/sheet1.xml", '<row r="1"', '<row r="1" spans="{}"'),
    "attribute of a cell": patched("xl/worksheets/sheet1.xml", '<c r="A1"', '<c r="A1" ph="{}"'),
    "link": patched("xl/worksheets/_rels/sheet1.xml.rels", "Target", "Target")
    if False
    else workbook(lambda book, n: setattr(book.active["A1"], "hyperlink", f"https://example.com/{n}")),
    "paragraph": document("<w:p><w:r><w:t>{a}</w:t></w:r><w:r><w:t>{b}</w:t></w:r></w:p>"),
    "table of a document": document(
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>{a}</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>{b}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    ),
    "deleted text": document("<w:p><w:del><w:r><w:delText>{}</w:delText></w:r></w:del></w:p>"),
    "header": document("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "word/header1.xml"),
    "comment of a document": document("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "word/comments.xml"),
    "alternative text": document('<w:p><w:r><w:docPr descr="{}"/></w:r></w:p>'),
    "xml comment of a document": document("<!-- {} -->"),
    "pdf": paper(lambda canvas, n: canvas.drawString(50, 500, n)),
    "pdf in pieces": paper(
        lambda canvas, n: [canvas.drawString(50 + 7 * i, 500, one) for i, one in enumerate(n)] and None
    ),
    "pdf on two lines": paper(
        lambda canvas, n: [canvas.drawString(50, 500 - 12 * i, part) for i, part in enumerate((n[:9], n[9:]))] and None
    ),
    "pdf title": paper(lambda canvas, n: canvas.setTitle(n)),
    "pdf note": paper(lambda canvas, n: canvas.textAnnotation(n, Rect=[0, 0, 20, 20])),
    "file name": lambda folder, number: (folder / f"{number}.txt").write_text("x", "utf-8") and None,
}
CARRIERS |= {
    f"packed {name}": packed(CARRIERS[name]) for name in ("p", "txt in gbk", "cell", "paragraph", "pdf", "csv")
}

def _natural(number: str) -> tuple[str, str, str]:
    """A number as people cut it."""
    return (number[:3], number[3:7], number[7:]) if len(number) == 11 else (number[:6], number[6:14], number[14:])


def made_of(make: Callable[[str], str]) -> Carrier:
    """A page whose body is made from the number."""
    return lambda folder, number: (folder / "a.html").write_text(f"<html><body>{make(number)}</body></html>", "utf-8") and None


def lines(name: str, form: str) -> Carrier:
    """A file with a number in three pieces."""
    return lambda folder, number: (folder / name).write_text(form % _natural(number), "utf-8") and None


# The number in pieces that stand side by side, one after another or below each other, and places that are seldom thought of.
PIECES: dict[str, Carrier] = {
    "items": made_of(lambda n: f"<ul><li>{n[:5]}</li><li>{n[5:]}</li></ul>"),
    "blocks": made_of(lambda n: f"<div>{n[:3]}</div><div>{n[3:]}</div>"),
    "three paragraphs": made_of(lambda n: "<p>{}</p><p>{}</p><p>{}</p>".format(*_natural(n))),
    "three cells": made_of(lambda n: "<table><tr><td>{}</td><td>{}</td><td>{}</td></tr></table>".format(*_natural(n))),
    "three rows": made_of(lambda n: "<table><tr><td>{}</td></tr><tr><td>{}</td></tr><tr><td>{}</td></tr></table>".format(*_natural(n))),
    "a cell for each digit": made_of(lambda n: f"<table><tr>{''.join(f'<td>{one}</td>' for one in n)}</tr></table>"),
    "a row for each digit": made_of(lambda n: f"<table>{''.join(f'<tr><td>{one}</td></tr>' for one in n)}</table>"),
    "a block for each digit": made_of(lambda n: "".join(f"<div>{one}</div>" for one in n)),
    "drawn digit by digit": made_of(lambda n: f"<svg>{''.join(f'<text>{one}</text>' for one in n)}</svg>"),
    "two attributes": made_of(lambda n: f'<i data-a="{n[:3]}" data-b="{n[3:]}"></i>'),
    "two comments": made_of(lambda n: f"<!-- {n[:4]} --><!-- {n[4:]} -->"),
    "a comment between": made_of(lambda n: f"<p>{n[:4]}<!-- x -->{n[4:]}</p>"),
    "term and description": made_of(lambda n: f"<dl><dt>{n[:7]}</dt><dd>{n[7:]}</dd></dl>"),
    "alternative text of a page": made_of(lambda n: f'<img alt="{n}">'),
    "noscript": made_of(lambda n: f"<noscript>{n}</noscript>"),
    "template": made_of(lambda n: f"<template><b>{n}</b></template>"),
    "ruby": made_of(lambda n: f"<ruby>{n[:4]}<rp>(</rp><rt>{n[4:]}</rt></ruby>"),
    "concatenated by a script": made_of(lambda n: "<script>var a = '{}' + '{}' + '{}'</script>".format(*_natural(n))),
    "values side by side": lines("a.json", '{"a": "%s", "b": "%s", "c": "%s"}'),
    "three cells of a csv": lines("a.csv", "x,y,z\n%s,%s,%s\n"),
    "three quoted cells": lines("a.csv", 'x,y,z\n"%s","%s","%s"\n'),
    "three rows of a csv": lines("a.csv", "x\n%s\n%s\n%s\n"),
    "lines of a cell": lines("a.csv", 'x,y\n1,"%s\n%s\n%s"\n'),
    "three lines": lines("a.txt", "电话\n%s\n%s\n%s\n男\n"),
    "three columns": lines("a.txt", "张三\t%s\t%s\t%s\t男\n"),
    "text of a csv": text("a.csv", 'x,y\n1,"=""{}"""\n'),
    "three cells of a sheet": workbook(lambda book, n: _row(book, *_natural(n))),
    "three rows of a sheet": workbook(lambda book, n: [_row(book, one) for one in _natural(n)] and None),
    "two paragraphs": document("<w:p><w:r><w:t>{a}</w:t></w:r></w:p><w:p><w:r><w:t>{b}</w:t></w:r></w:p>"),
    "text box": document("<w:p><w:r><w:txbxContent><w:p><w:r><w:t>{a}</w:t></w:r><w:r><w:t>{b}</w:t></w:r></w:p></w:txbxContent></w:r></w:p>"),
    "field": document('<w:p><w:r><w:instrText>HYPERLINK "tel:{}"</w:instrText></w:r></w:p>'),
    "footnote": document("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "word/footnotes.xml"),
    "soft hyphen": document("<w:p><w:r><w:t>{a}</w:t><w:softHyphen/><w:t>{b}</w:t></w:r></w:p>"),
    "pdf in three columns": paper(lambda canvas, n: [canvas.drawString(50 + 100 * i, 500, one) for i, one in enumerate(_natural(n))] and None),
    "pdf in three lines": paper(lambda canvas, n: [canvas.drawString(50, 500 - 14 * i, one) for i, one in enumerate(_natural(n))] and None),
    "pdf link": paper(lambda canvas, n: canvas.linkURL(f"tel:{n}", (0, 0, 9, 9))),
}  # fmt: skip


@pytest.mark.parametrize("name", PIECES)
def test_a_number_in_pieces_is_found(name: str, tmp_path: Path) -> None:
    r = random.Random(name)
    for number, make in enumerate((corpus.identity, corpus.mobile)):
        folder = tmp_path / str(number)
        folder.mkdir()
        PIECES[name](folder, make(r))
        assert look(under([folder]), Allowed()).leaks, make


@pytest.mark.parametrize("columns", [1, 2, 4])
def test_columns_of_counts_are_no_numbers_of_people(columns: int, tmp_path: Path) -> None:
    r = random.Random(columns)
    alarms = 0
    for number in range(200):
        rows = ["\t".join(str(r.randint(0, 10 ** r.randint(1, 5))) for _ in range(columns)) for _ in range(r.randint(2, 12))]
        path = tmp_path / f"{number}.{r.choice(('tsv', 'txt'))}"
        path.write_text("甲\n" + "\n".join(rows), "utf-8")
        alarms += bool(look(under([path]), Allowed()).leaks)
    assert alarms <= 4  # of 200



@pytest.mark.parametrize("name", CARRIERS)
def test_a_leak_is_found_wherever_a_file_carries_it(name: str, tmp_path: Path) -> None:
    r = random.Random(name)
    made = (
        (corpus.identity, corpus.card, corpus.mobile)
        if "two" not in name and "below" not in name
        else (corpus.identity,)
    )
    for number, make in enumerate(made):
        folder = tmp_path / str(number)
        folder.mkdir()
        planted = make(r)
        if name == "escaped in script":
            planted = corpus.mobile(r)[3:]
        if name in ("json number", "sheet name") or make is corpus.identity:
            planted = planted.replace("X", "0") if name == "json number" else planted
        CARRIERS[name](folder, planted)
        looked = look(under([folder]), Allowed())
        assert looked.leaks, (planted, make)
        assert planted not in str(looked).replace(str(folder), ""), "what was found is never repeated"


@pytest.mark.parametrize("stored", ["number", "exponent"])
def test_a_number_stored_as_a_number(stored: str, tmp_path: Path) -> None:
    workbook(lambda book, n: _row(book, "备注", 13912345678))(tmp_path, "")
    if stored == "exponent":
        with zipfile.ZipFile(tmp_path / "a.xlsx") as source:
            parts = {
                name: source.read(name).replace(b"<v>13912345678</v>", b"<v>1.3912345678E10</v>")
                for name in source.namelist()
            }
        assert b"E10" in parts["xl/worksheets/sheet1.xml"]
        with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as target:
            for name, content in parts.items():
                target.writestr(name, content)
    assert [leak.kind for leak in look(under([tmp_path]), Allowed()).leaks] == ["手机号码"]


def clean(folder: Path, seed: int) -> None:
    """One file of each kind with harmless texts alone."""
    texts = [
        one.text
        for one in corpus.harmless(seed, 120)
        if one.what not in ("office", "lines of the office", "serial with area", "masked")
    ]
    (folder / "a.txt").write_text("\n".join(texts), "utf-8")
    with (folder / "a.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(
            [
                ["项目", "备注", "户数", "金额（元）"],
                *([f"P2022-{i:04d}", one, i, i * 1000] for i, one in enumerate(texts)),
            ]
        )
    (folder / "a.html").write_text(
        "<table>" + "".join(f"<tr><td>{i}</td><td>{one}</td></tr>" for i, one in enumerate(texts)) + "</table>", "utf-8"
    )
    (folder / "a.json").write_text(json.dumps(texts), "utf-8")
    book = openpyxl.Workbook()
    for i, one in enumerate(texts):
        book.active.append([f"P2022-{i:04d}", one, i, i * 1234.5])
    book.save(folder / "a.xlsx")
    document("".join(f"<w:p><w:r><w:t>{one.replace('&', '')}</w:t></w:r></w:p>" for one in texts))(folder, "")


@pytest.mark.parametrize("seed", range(4))
def test_clean_files_of_every_kind_pass(seed: int, tmp_path: Path) -> None:
    clean(tmp_path, seed)
    looked = look(under([tmp_path]), Allowed())
    assert not looked.unreadable
    assert not looked.leaks


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["leaks", *arguments])
    return result.exit_code, result.output


def test_the_command_names_file_place_and_kind(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("项目,备注\n产业路,13912345678\n", "utf-8")
    (tmp_path / "b.txt").write_text("产业路\n", "utf-8")
    status, said = run(str(tmp_path), "--format", "json")
    assert status == 1
    assert json.loads(said)["leaks"] == [{"file": f"{tmp_path}/a.csv", "place": "第 2 行第 2 列", "kind": "手机号码"}]
    assert run(str(tmp_path / "b.txt")) == (0, "没有发现个人信息。\n")


def test_what_cannot_be_looked_into_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.ofd").write_bytes(b"x")
    (tmp_path / "a.xlsx").write_bytes(b"not a workbook")
    status, said = run(str(tmp_path))
    assert status == 2
    assert "a.ofd" in said
    assert "a.xlsx" in said
    assert run(str(tmp_path / "none.txt"))[0] == 2
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as target:
        target.writestr("图.png", b"x")
    status, said = run(str(tmp_path / "b.zip"), "--format", "json")
    assert status == 0
    assert json.loads(said)["unseen"][0]["file"].endswith("b.zip/图.png")


def _zip(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            target.writestr(name.replace("_", "."), content)
    return packed.getvalue()


BROKEN = {
    "open.csv": '项目,备注\n甲,"没有闭合\n乙,丙\n'.encode(),
    "empty.xls": b"",
    "cut.xls": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
    "cut.docx": _zip(a_xml=b"<a>" + b"x" * 5000)[:-40],
    "strange.docx": _zip(a_xml=b"<a>"),
    "cut.pdf": b"%PDF-1.4\n1 0 obj\n<<",
    "sheet.ods": _zip(content_xml=b"<a>"),
    "cut.zip": _zip(a_txt=b"x" * 5000)[:-40],
    "damaged.zip": _zip(a_txt=bytes(range(200))).replace(bytes(range(50, 60)), bytes(10)),
    "inside.zip": _zip(a_pdf=b"none"),
    "bomb.zip": _zip(a_txt=bytes(2**25)),
}  # fmt: skip


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_looked_at(tmp_path: Path) -> None:
    for name, content in BROKEN.items():
        (tmp_path / name).write_bytes(content)
    status, said = run(str(tmp_path))
    assert status == 2, said
    assert f"其中 {len(BROKEN)} 个文件不能检查" in said
    assert all(f"{name}" in said for name in BROKEN)
    (tmp_path / "long.csv").write_text(f'甲,"{"字" * 200_000}"\n乙,13912345678\n', "utf-8")
    (tmp_path / "open.csv").write_bytes(BROKEN["open.csv"] + b"13912345678\n")
    status, said = run(str(tmp_path), "--format", "json")
    told = json.loads(said)
    assert (status, len(told["unseen"])) == (1, len(BROKEN))
    assert [one["file"].rpartition("/")[2] for one in told["leaks"]] == ["long.csv", "open.csv"]


def test_what_is_packed_in_layers_is_bounded_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.publish.reading.UNPACKED_LIMIT", 2**20)
    layer = _zip(a_txt=b"x" * 300_000)
    (tmp_path / "a.zip").write_bytes(_zip(**{f"a{number}_zip": layer for number in range(5)}))
    status, said = run(str(tmp_path / "a.zip"))
    assert status == 2
    assert said.count("解压后超过 1 MB") == 2
