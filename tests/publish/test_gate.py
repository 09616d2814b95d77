"""Leaks planted everywhere in finished files."""

import csv
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from reportlab.pdfgen.canvas import Canvas

from ledgers.personal.find import Allowed
from ledgers.personal.names import Known
from reports.publish.gate import scan

LEAK = "500241199001011234"
PLAIN = Allowed()


def workbook(path: Path, plant: Callable[[openpyxl.Workbook], None] = lambda book: None) -> None:
    book = openpyxl.Workbook()
    book.active.append(["项目", "金额（元）"])
    book.active.append(["产业路", 400000.00])
    plant(book)
    book.save(path)


def hidden_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("底表")["A1"] = LEAK
    book["底表"].sheet_state = "veryHidden"


def number_cell(book: openpyxl.Workbook) -> None:
    book.active["C9"] = 13912345678


def labelled_column(book: openpyxl.Workbook) -> None:
    book.active["D1"], book.active["D2"] = "银行账号", "80210012345"


def comment(book: openpyxl.Workbook) -> None:
    book.active["A1"].comment = Comment(f"核对 {LEAK}", "录入员")


def author(book: openpyxl.Workbook) -> None:
    book.properties.creator = "石甲 13912345678"


def keywords(book: openpyxl.Workbook) -> None:
    book.properties.keywords = LEAK


def footer(book: openpyxl.Workbook) -> None:
    book.active.oddFooter.center.text = f"联系 {LEAK}"


def defined_name(book: openpyxl.Workbook) -> None:
    book.defined_names["x"] = DefinedName("x", attr_text=f'"{LEAK}"')


def sheet_name(book: openpyxl.Workbook) -> None:
    book.create_sheet("13912345678")


def link(book: openpyxl.Workbook) -> None:
    book.active["A1"].hyperlink = "https://example.com/"


def formula(book: openpyxl.Workbook) -> None:
    book.active["A9"] = "=1+1"


PLANTS = (
    hidden_sheet,
    number_cell,
    labelled_column,
    comment,
    author,
    keywords,
    footer,
    defined_name,
    sheet_name,
    link,
    formula,
)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_leak_in_a_workbook_is_found(plant: Callable[[openpyxl.Workbook], None], tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", plant)
    found = scan(tmp_path, PLAIN)
    assert found
    assert not any(LEAK in str(leak) or "13912345678" in str(leak) for leak in found)


def test_a_clean_workbook_passes(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx")
    assert scan(tmp_path, PLAIN) == []


def test_a_macro_and_an_unknown_part_do_not_pass(tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx")
    workbook(tmp_path / "b.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx", "a") as parts:
        parts.writestr("xl/vbaProject.bin", b"x")
    with zipfile.ZipFile(tmp_path / "b.xlsx", "a") as parts:
        parts.writestr("xl/other.bin", b"x")
    assert {leak.file for leak in scan(tmp_path, PLAIN)} == {"a.xlsx", "b.xlsx"}


@pytest.mark.parametrize(
    "page",
    [
        f"<p>{LEAK}</p>",
        "<p>5002<b>41</b>1990<span>0101</span>1234</p>",
        f'<a title="{LEAK}">x</a>',
        '<a href="x.html?id=%35%30%30%32%34%31199001011234">x</a>',
        f"<!-- {LEAK} -->",
        f'<meta name="author" content="{LEAK}">',
        f"<script>var x = '{LEAK}'</script>",
        "<p>&#53;00241199001011234</p>",
        "<table><tr><th>银行账号</th></tr><tr><td>80210012345</td></tr></table>",
        f"<title>{LEAK}</title>",
    ],
)
def test_a_leak_in_a_page_is_found(page: str, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(f"<!DOCTYPE html><html><body>{page}</body></html>", "utf-8")
    assert scan(tmp_path, PLAIN)


def pdf(path: Path, text: str = "x", title: str = "x", subject: str = "x", keywords: str = "x") -> None:
    canvas = Canvas(str(path), invariant=1)
    canvas.setTitle(title)
    canvas.setSubject(subject)
    canvas.setKeywords(keywords)
    canvas.drawString(50, 500, text)
    canvas.save()


@pytest.mark.parametrize("where", ["text", "title", "subject", "keywords"])
def test_a_leak_in_a_pdf_is_found(where: str, tmp_path: Path) -> None:
    pdf(tmp_path / "a.pdf", **{where: f"No {LEAK}"})
    assert scan(tmp_path, PLAIN)
    pdf(tmp_path / "a.pdf")
    assert not scan(tmp_path, PLAIN)


def test_amounts_beside_each_other_in_a_workbook_are_no_telephone(tmp_path: Path) -> None:
    """144,123.00 and 70,456.00 are stored as 144123 and 70456; counts in the same cells would be looked at together."""
    for form, found in (("#,##0.00", 0), ("0", 1)):
        book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), {"in_memory": True})
        sheet, money = book.add_worksheet(), book.add_format({"num_format": form})
        sheet.write_number(0, 0, 144123, money)
        sheet.write_number(0, 1, 70456, money)
        book.close()
        assert len(scan(tmp_path, PLAIN)) == found, form


def test_a_bookmark_and_an_annotation_in_a_pdf_are_seen(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.drawString(50, 500, "x")
    canvas.bookmarkPage("a")
    canvas.addOutlineEntry(LEAK, "a")
    canvas.save()
    canvas = Canvas(str(tmp_path / "b.pdf"))
    canvas.drawString(50, 500, "x")
    canvas.linkURL("https://example.com/", (0, 0, 20, 20))
    canvas.save()
    assert {leak.file for leak in scan(tmp_path, PLAIN)} == {"a.pdf", "b.pdf"}


def test_file_names_csv_and_unknown_files(tmp_path: Path) -> None:
    (tmp_path / f"{LEAK}.txt").write_text("x", "utf-8")
    (tmp_path / "folder 13912345678").mkdir()
    (tmp_path / "folder 13912345678" / "a.txt").write_text("x", "utf-8")
    with (tmp_path / "a.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([["存折账号"], ["80210012345"]])
    (tmp_path / "a.docx").write_bytes(b"x")
    found = scan(tmp_path, PLAIN)
    assert len({leak.file for leak in found}) == 4
    assert not any(LEAK in str(leak) or "13912345678" in str(leak) for leak in found)


def test_full_names_are_found_and_masked_ones_are_not(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("姓名\n石*甲\n", "utf-8-sig")
    assert scan(tmp_path, PLAIN, Known({"石小甲"})) == []
    (tmp_path / "a.csv").write_text("经营主体\n石小甲\n", "utf-8-sig")
    assert [leak.kind for leak in scan(tmp_path, PLAIN, Known({"石小甲"}))] == ["未脱敏的姓名"]
