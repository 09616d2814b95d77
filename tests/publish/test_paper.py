"""The printed notice: real characters, numbered pages, repeated headers, the same bytes; a missing glyph is an error."""

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pypdfium2
import pytest

from ledgers.book import read
from ledgers.personal.names import Known
from reports.publish import making
from reports.publish.fonts import MissingGlyphs, NoFont, embeddable
from reports.publish.gate import scan
from reports.publish.making import Request
from reports.publish.notices import notice
from reports.publish.paper import paper
from reports.publish.tables import COUNT, DATE, MONEY, TEXT, Field, Line, Table, shown
from tests.publish.county import county, write_county

DAY = date(2022, 12, 31)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> making.Made:
    folder = write_county(tmp_path_factory.mktemp("paper") / "book", county(3))
    found = making.make(read(folder, DAY), Request(2022, date(2023, 1, 5), date(2023, 1, 16), board=True))
    try:
        return making.with_font([found])[0]
    except NoFont as error:
        pytest.skip(f"没有中文字体：{error}")


def text_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_range() for page in document]


def test_the_paper_says_what_the_tables_say(made: making.Made, tmp_path: Path) -> None:
    from reports.publish.paper import use_font

    assert made.font
    use_font(made.font)
    edition = made.villages[0]
    lists = made.lists[edition.place]
    content = paper(edition, lists)
    pages = text_of(content)
    whole = "".join(pages)
    assert edition.heading in whole
    assert all(word in whole for word in ("美翠村产业路", "12317", "（公章）", "劳务报酬名单"))
    for number, page in enumerate(pages, 1):
        assert f"第 {number} 页，共 {len(pages)} 页" in page
    assert content == paper(edition, lists)
    (tmp_path / "a.pdf").write_bytes(content)
    assert scan(tmp_path, made.policy.allowed) == []


def test_no_money_is_the_same_dash_in_the_workbook(made: making.Made) -> None:
    """The cell is the number 0 still; only what it shows is what the paper shows."""
    book = openpyxl.load_workbook(BytesIO(notice(made.county, [])))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.number_format.startswith("#,##0.00")]
    assert any(cell.value == 0 for cell in cells)
    assert {cell.number_format for cell in cells} == {'#,##0.00_ ;-#,##0.00_ ;"—"'}


@pytest.mark.parametrize("number", range(3))
def test_a_village_prints_upright_and_no_unit_is_parted_from_its_bracket(made: making.Made, number: int) -> None:
    edition = made.villages[number]
    for sheet in openpyxl.load_workbook(BytesIO(notice(edition, made.lists.get(edition.place, [])))):
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "portrait")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        for cell in (cell for row in sheet.iter_rows() for cell in row if str(cell.value).endswith("（元）")):
            assert "\n（元）" in cell.value or 2 * len(cell.value) < width_of(sheet, cell.column), cell.value


def width_of(sheet: Any, column: int) -> float:
    """openpyxl keeps one width for neighbours of the same."""
    return next(float(one.width) for one in sheet.column_dimensions.values() if one.min <= column <= one.max)


def test_a_list_stands_in_several_columns_of_entries_read_across(made: making.Made) -> None:
    edition = made.villages[0]
    table = Table("long", "名单：甲", "", (), (Field("a", "序号", COUNT, 6), Field("b", "金额（元）", MONEY, 20)))
    table.lines = [Line(edition.place, (n, n * 100)) for n in range(1, 72)]
    table.totals[edition.place] = ("合计", 255_600)
    sheet = openpyxl.load_workbook(BytesIO(notice(edition, [table])))["·甲"]
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(min_row=4, values_only=True)]
    assert rows[0] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert rows[17:19] == [[69, 69, 70, 70, 71, 71], ["合计", 2556]]
    assert sheet.print_title_rows == "$3:$3"


def test_a_long_table_repeats_its_header(made: making.Made) -> None:
    from reports.publish.paper import use_font

    assert made.font
    use_font(made.font)
    edition = made.villages[0]
    first = edition.tables[0]
    long = Table("long", first.title, "", first.rules, (Field("a", "项目编号", TEXT, 20),))
    long.lines = [Line(edition.place, (f"P{n}",)) for n in range(400)]
    long.totals[edition.place] = ("合计",)
    pages = text_of(paper(replace(edition, tables=[]), [long]))
    listed = [page for page in pages if re.search(r"\bP\d", page)]
    assert len(listed) >= 2
    assert all("项目编号" in page for page in listed)


def test_a_missing_glyph_is_an_error_that_names_it() -> None:
    with pytest.raises((MissingGlyphs, NoFont), match=r"U\+10FFFD|没有找到"):
        embeddable({"县", "\U0010fffd"}, "")
    with pytest.raises(NoFont, match="无法读取"):
        embeddable({"县"}, "/no/such/font.ttf")


def laid(made: making.Made, number: int) -> Any:
    from reports.publish.paper import laid_out, use_font

    assert made.font
    use_font(made.font)
    edition = made.villages[number]
    return edition, laid_out(edition, made.lists.get(edition.place, []))


@pytest.mark.parametrize("number", range(3))
def test_a_paper_can_be_read_on_a_wall_and_nothing_is_broken(made: making.Made, number: int) -> None:
    """Ten and a half points at least; every date and amount in one piece; no page with the seal alone."""
    edition, layout = laid(made, number)
    assert all(size >= 10.5 for page in layout.pages for _, _, size, _ in page.texts)
    drawn = [text for page in layout.pages for _, _, _, text in page.texts]
    cells = [
        shown(value, one.kind)
        for view in edition.printed
        for row in view.rows
        for value, one in zip(row, view.fields, strict=True)
        if one.kind in (MONEY, DATE) and value != 0
    ]
    assert cells
    assert "0.00" not in drawn
    assert not set(filter(None, cells)) - set(drawn)
    assert layout.pages[-1].lines
    assert any("公章" in text for _, _, _, text in layout.pages[-1].texts)
    assert not any("sha256" in text for text in drawn)


def test_the_seal_takes_rows_with_it(made: making.Made) -> None:
    """Whatever the number of rows, the page with the seal has the last rows of the table and its head."""
    from reports.publish.paper import laid_out, use_font

    assert made.font
    use_font(made.font)
    edition = made.villages[0]
    table = Table("long", "名单", "", (), (Field("a", "项目编号", TEXT, 20), Field("b", "金额（元）", MONEY, 20)))
    table.totals[edition.place] = ("合计", 1)
    for rows in range(20, 75):
        table.lines = [Line(edition.place, (f"P{n}", n)) for n in range(rows)]
        layout = laid_out(replace(edition, tables=[table]), [])
        last = [text for _, _, _, text in layout.pages[-1].texts]
        assert any("公章" in text for text in last)
        assert "项目编号" in last, rows
        assert f"P{rows - 1}" in last, rows


def test_words_and_numbers_stay_whole(made: making.Made) -> None:
    from reports.publish.paper import use_font, wrapped

    assert made.font
    use_font(made.font)
    assert any("1,234,567.89" in line for line in wrapped("计划投入1,234,567.89元", 10, 80))
    assert any("2022-02-22" in line for line in wrapped("列入2022-02-22计划", 10, 60))
    assert not any(line[:1] in "，。；" for line in wrapped("一二三四，五六七八。九十", 10, 40))


def papers_of(made: making.Made, cells: tuple[str, ...], tmp_path: Path) -> list[str]:
    """What the gate says of a paper with one row of a table."""
    from reports.publish.paper import use_font

    edition = made.villages[0]
    fields = tuple(Field(f"c{n}", "说明", TEXT, 14) for n in range(len(cells)))
    row = Table("row", "名单", "", (), fields, [Line(edition.place, cells)], {edition.place: ("合计", *cells[1:])})
    font = making.with_font([replace(made, lists={edition.place: [row]})])[0].font
    assert font
    use_font(font)
    (tmp_path / "a.pdf").write_bytes(paper(replace(edition, tables=[row]), []))
    return [leak.kind for leak in scan(tmp_path, made.policy.allowed, Known({"石小甲"}))]


def test_a_row_is_no_sentence_and_a_cell_of_two_lines_is_one_text(made: making.Made, tmp_path: Path) -> None:
    """Cells beside each other make no address; lines of a cell make no name of their own, and hide none."""
    harmless = (
        "保护修缮特色民居80栋",
        "2021-11-08",
        "脱贫户、监测户、村集体经济组织成员及周边农户",
        "九个字以上才会折成两行的话",
    )
    assert papers_of(made, harmless, tmp_path) == []
    assert papers_of(made, ("这一格里的话很长折行的地方正好是石小甲的名字", *harmless[1:]), tmp_path) == [
        "未脱敏的姓名"
    ]


LONG = "美翠村至示例村产业路硬化排水沟挡土墙及安全防护栏附属设施改造提升工程项目二期"


@pytest.fixture(scope="module")
def stressed(tmp_path_factory: pytest.TempPathFactory) -> making.Made:
    """Project names of forty characters, amounts of nine digits and more."""
    assert len(LONG) >= 38
    county_ = county(3)
    text = "\n".join(county_.text).replace("美翠村产业路", LONG).replace("planned: 100000.00", "planned: 987654321.09")
    county_.text = [text.replace("1000000.00", "12345678901.00").replace("  100000.00", "  1987654321.00")]
    folder = write_county(tmp_path_factory.mktemp("stress") / "book", county_)
    found = making.make(read(folder, DAY), Request(2022, date(2023, 1, 5), date(2023, 1, 16), board=True))
    try:
        return making.with_font([found])[0]
    except NoFont as error:
        pytest.skip(f"没有中文字体：{error}")


@pytest.mark.parametrize("number", range(4))
def test_nothing_lies_on_anything_else_or_beside_the_paper(stressed: making.Made, number: int) -> None:
    from reports.publish.paper import MARGIN, _width, laid_out, use_font

    assert stressed.font
    use_font(stressed.font)
    edition = [*stressed.villages, stressed.county][number]
    layout = laid_out(edition, stressed.lists.get(edition.place, []))
    drawn = "".join(text for page in layout.pages for _, _, _, text in page.texts)
    assert "987,654,321.09" in drawn
    for page in layout.pages:
        on_line: dict[float, list[tuple[float, float, str]]] = {}
        for x, y, size, text in page.texts:
            assert MARGIN - 0.1 <= x <= page.size[0] - MARGIN - _width(text, size) + 1, text
            on_line.setdefault(round(y, 1), []).append((x, x + _width(text, size), text))
        for line in on_line.values():
            for (_, end, text), (start, _, after) in pairwise(sorted(line)):
                assert end <= start + 0.1, (text, after)


def test_a_short_list_is_not_broken_and_has_its_total(made: making.Made) -> None:
    """However far down the page it begins."""
    from reports.publish.paper import laid_out, use_font

    assert made.font
    use_font(made.font)
    edition = made.villages[0]
    short = Table("short", "名单二", "", (), (Field("a", "项目编号", TEXT, 20), Field("b", "金额（元）", MONEY, 20)))
    short.lines, short.totals[edition.place] = [Line(edition.place, (f"Q{n}", n)) for n in range(5)], ("合计", 8_765)
    for rows in range(5, 40):
        first = replace(short, name="first", lines=[Line(edition.place, (f"P{n}", n)) for n in range(rows)])
        first.totals = {edition.place: ("合计", 1)}
        layout = laid_out(replace(edition, tables=[first, short]), [])
        (page,) = [page for page in layout.pages if any(text == "Q0" for _, _, _, text in page.texts)]
        said = [text for _, _, _, text in page.texts]
        assert {"名单二", "Q0", "Q4", "87.65"} <= set(said), rows
