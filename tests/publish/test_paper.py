"""The printed notice: real characters, numbered pages, repeated headers, the same bytes; a missing glyph is an error."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from ledgers.book import read
from reports.publish import making
from reports.publish.fonts import MissingGlyphs, NoFont, embeddable
from reports.publish.gate import scan
from reports.publish.making import Request
from reports.publish.paper import paper
from reports.publish.tables import TEXT, Field, Line, Table
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
    assert all(word in whole for word in ("美翠村产业路", "100,000.00", "12317", "（公章）", "劳务报酬名单"))
    for number, page in enumerate(pages, 1):
        assert f"第 {number} 页，共 {len(pages)} 页" in page
    assert content == paper(edition, lists)
    (tmp_path / "a.pdf").write_bytes(content)
    assert scan(tmp_path, made.policy.allowed) == []


def test_a_long_table_repeats_its_header(made: making.Made) -> None:
    from reports.publish.paper import use_font

    assert made.font
    use_font(made.font)
    edition = made.villages[0]
    first = edition.tables[0]
    long = Table("long", first.title, "", first.rules, (Field("a", "项目编号", TEXT, 20),))
    long.lines = [Line(edition.place, (f"P{n}",)) for n in range(200)]
    long.totals[edition.place] = ("合计",)
    pages = text_of(paper(replace(edition, tables=[]), [long]))
    listed = [page for page in pages if "P1" in page or "P99" in page or "P199" in page]
    assert len(listed) >= 3
    assert all("项目编号" in page for page in listed)


def test_a_missing_glyph_is_an_error_that_names_it() -> None:
    with pytest.raises((MissingGlyphs, NoFont), match=r"U\+10FFFD|没有找到"):
        embeddable({"县", "\U0010fffd"}, "")
    with pytest.raises(NoFont, match="无法读取"):
        embeddable({"县"}, "/no/such/font.ttf")
