"""Web pages named .xls are read as the tables that they are; what no reader here takes goes through LibreOffice."""

import html
import re
from base64 import b64encode
from pathlib import Path

import pytest

from importers.reading import converting
from importers.reading.sheet import read_path
from tests.importers.county import TODAY, labour, treasury
from tests.importers.dirty import to_xlsx
from tests.importers.helpers import faults_of, rows_of, sheet_of
from tests.importers.test_hostile import written

HEAD = '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="gb2312"><style>td{}</style></head><body>'


def page(rows: list[list[object]], before: str = "", after: str = "", cell: str = "<td>{}</td>") -> str:
    lines = ("".join(cell.format(html.escape(str(one))) for one in row) for row in rows)
    return f"{HEAD}{before}<table border=1>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>{after}</body></html>"


@pytest.fixture
def clean(tmp_path: Path) -> list[tuple[object, ...]]:
    return rows_of(to_xlsx(tmp_path / "good.xlsx", treasury()))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_page_is_read_as_its_table(tmp_path: Path, clean: list[tuple[object, ...]], encoding: str) -> None:
    path = written(tmp_path / "支付.xls", page(treasury().grid(), "<p>支付明细</p><p>单位：元</p>").encode(encoding))
    assert rows_of(path) == clean
    assert sheet_of(path).title == "支付明细\n单位：元"


def test_merged_cells_breaks_hidden_rows_and_numbers_that_are_only_shown_short(tmp_path: Path) -> None:
    body = (
        "<tr><td colspan=4>2022年资金分配表（第二批）</td></tr><tr><td colspan=4>单位：万元　分配日期：2022年6月10日</td></tr>"
        "<tr><th>文号</th><th>项目<br>名称</th><th>分配金额</th><th>备注</th></tr>"
        "<tr><td rowspan=2>示财农〔2022〕8号</td><td>甲&nbsp;</td><td x:num='12.345678'>12.35</td><td></td></tr>"
        "<tr style='display:none'><td>乙</td><td>20</td></tr><tr><td>合计</td><td></td><td>32.345678</td><td></td></tr>"
    )
    sheet = sheet_of(written(tmp_path / "分配.xls", f"{HEAD}<table>{body}</table>".encode()))
    assert not sheet.faults
    assert [(row.document, row.name, row.amount) for row in sheet.rows] == [
        ("示财农〔2022〕8号", "甲", 12_345_678), ("示财农〔2022〕8号", "乙", 20_000_000),
    ]  # fmt: skip
    assert any("隐藏的行" in remark for remark in sheet.remarks)


def test_a_page_in_an_archive(tmp_path: Path, clean: list[tuple[object, ...]]) -> None:
    inner = b64encode(page(treasury().grid()).encode()).decode()
    archive = f"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=XX\n\n--XX\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{inner}\n--XX--\n"
    assert rows_of(written(tmp_path / "支付.xls", archive.encode())) == clean


def test_tables_for_looks_and_scripts_are_nothing(tmp_path: Path, clean: list[tuple[object, ...]]) -> None:
    inner = re.sub("</?(html|body)[^>]*>|<head>.*</head>", "", page(treasury().grid()))
    outer = f"{HEAD}<script>document.write('<table>')</script><table><tr><td>导航</td><td>{inner}</td></tr></table>"
    assert rows_of(written(tmp_path / "支付.xls", outer.encode())) == clean


def test_two_tables_on_one_page_are_two_sheets(tmp_path: Path) -> None:
    second = page(labour().grid()).partition("<body>")[2]
    sheets, faults, _ = read_path(written(tmp_path / "两张.xls", page(treasury().grid(), after=second).encode()), TODAY)
    assert not faults
    assert [sheet.kind.id for sheet in sheets] == ["treasury", "labour"]


@pytest.mark.parametrize("content", ["<html><p>请登录</p></html>", "<html><table></table></html>", "<table><tr></tr></table>"])
def test_a_page_without_a_table_is_said_to_be_one(tmp_path: Path, content: str) -> None:
    (said,) = faults_of(written(tmp_path / "表.xls", content.encode()))
    assert "其实是网页（HTML），里面没有表格" in said


def spreadsheet_2003(rows: list[list[object]]) -> bytes:
    lines = ("".join(f'<Cell><Data ss:Type="String">{html.escape(str(one))}</Data></Cell>' for one in row) for row in rows)
    table = "".join(f"<Row>{line}</Row>" for line in lines)
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    start = f'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="{name}" xmlns:ss="{name}">'
    return f'{start}<Worksheet ss:Name="表"><Table>{table}</Table></Worksheet></Workbook>'.encode()


@pytest.mark.slow
@pytest.mark.skipif(not converting.program(), reason="LibreOffice is not installed")
def test_libreoffice_converts_what_no_reader_takes(tmp_path: Path, clean: list[tuple[object, ...]]) -> None:
    path = written(tmp_path / "支付.xls", spreadsheet_2003(treasury().grid()))
    assert rows_of(path) == clean
    assert any("LibreOffice" in remark for remark in read_path(path, TODAY)[2])


def test_without_it_the_file_is_refused_in_words_that_help(tmp_path: Path) -> None:
    (said,) = faults_of(written(tmp_path / "支付.xls", spreadsheet_2003(treasury().grid())))
    assert "请用 Excel 或 WPS 打开，另存为 .xlsx" in said
