"""Files as programs write them, which Excel, WPS and LibreOffice open: read, or refused in words that help."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.importers.county import treasury
from tests.importers.dirty import Paper, to_csv, to_xls, to_xlsx
from tests.importers.helpers import faults_of, rows_of, sheet_of
from tests.importers.test_hostile import pack, parts, written


def renamed(folder: Path, change: Callable[[str], str], inside: tuple[bytes, bytes] = (b"", b"")) -> Path:
    """The clean export with its parts under other names, and a word in them changed."""
    good = parts(to_xlsx(folder / "good.xlsx", treasury()))
    return pack(folder / "表.xlsx", {change(name): data.replace(*inside) if inside[0] else data for name, data in good.items()})


def with_dimension(folder: Path, said: bytes) -> Path:
    good = parts(to_xlsx(folder / "good.xlsx", treasury()))
    name = "xl/worksheets/sheet1.xml"
    start, _, rest = good[name].partition(b'<dimension ref="')
    good[name] = start + b'<dimension ref="' + said + b'"' + rest.partition(b'"')[2]
    return pack(folder / "表.xlsx", good)


def text(folder: Path, name: str, encoding: str, delimiter: str) -> Path:
    """The export as text of a kind, under any name."""
    lines = to_csv(folder / "a.csv", treasury(), encoding="utf-8").read_text("utf-8").splitlines()
    return written(folder / name, "\r\n".join(line.replace(",", delimiter) for line in lines).encode(encoding))


def long_chain(folder: Path) -> Path:
    """An old workbook whose chain of sectors goes on behind the size that its directory gives."""
    path = to_xls(folder / "表.xls", treasury())
    data = bytearray(path.read_bytes())
    entry = data.index("Workbook".encode("utf-16-le"))
    start, size = struct.unpack("<II", data[entry + 116 : entry + 124])
    table, directory = (512 + struct.unpack("<I", data[where : where + 4])[0] * 512 for where in (76, 48))
    last = table + 4 * (start + size // 512 - 1)
    data[last : last + 4] = struct.pack("<I", (directory - 512) // 512)
    return written(path, bytes(data))


def ods(folder: Path) -> Path:
    """What LibreOffice keeps by default."""

    def cell(value: object) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    paper = treasury()
    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in paper.grid())
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    table = f'<table:table table:name="Sheet1">{rows}</table:table>'
    content = f"<office:document-content{spaces}><office:body><office:spreadsheet>{table}</office:spreadsheet></office:body></office:document-content>"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", content)
    return written(folder / "表.ods", stream.getvalue())


READ: dict[str, Callable[[Path], Path]] = {
    "a new workbook under the old name": lambda folder: to_xlsx(folder / "a.xlsx", treasury()).rename(folder / "表.xls"),
    "a new workbook under the name of WPS": lambda folder: to_xlsx(folder / "a.xlsx", treasury()).rename(folder / "表.et"),
    "an old workbook under the new name": lambda folder: to_xls(folder / "a.xls", treasury()).rename(folder / "表.xlsx"),
    "an old workbook whose chain runs on": long_chain,
    "parts with backslashes": lambda folder: renamed(folder, lambda name: name.replace("/", "\\")),
    "parts in capitals": lambda folder: renamed(folder, lambda name: name.replace("xl/", "XL/").replace("sheet1", "SHEET1")),
    "a workbook under another name": lambda folder: renamed(
        folder, lambda name: name.replace("workbook.xml", "workbook22.xml"), (b"workbook.xml", b"workbook22.xml")
    ),
    "a workbook in another folder": lambda folder: renamed(folder, lambda name: name.replace("xl/", "data/"), (b"xl/", b"data/")),
    "a dimension that is one cell": lambda folder: with_dimension(folder, b"A1"),
    "a dimension that is the world": lambda folder: with_dimension(folder, b"A1:XFD1048576"),
    "a dimension that is empty": lambda folder: with_dimension(folder, b""),
    "a dimension that is none": lambda folder: with_dimension(folder, b"A1:A"),
    "an open document": ods,
    "tabs in UTF-16 under the name of a workbook": lambda folder: text(folder, "表.xlsx", "utf-16", "\t"),
    "tabs in GBK under the old name": lambda folder: text(folder, "表.xls", "gb18030", "\t"),
    "semicolons": lambda folder: text(folder, "表.csv", "utf-8-sig", ";"),
    "commas, a tab behind every field": lambda folder: text(folder, "表.csv", "gb18030", "\t,"),
    "commas, a tab before every field": lambda folder: text(folder, "表.csv", "gb18030", ",\t"),
}


def same(paper: Path) -> list[tuple[object, ...]]:
    return [tuple("" if cell is None else cell for cell in row) for row in rows_of(paper)]


@pytest.mark.parametrize("name", READ)
def test_what_others_open_is_read(tmp_path: Path, name: str) -> None:
    clean = same(to_xlsx(tmp_path / "clean.xlsx", treasury()))
    assert same(READ[name](tmp_path)) == clean


def test_tabs_between_quotes_and_commas(tmp_path: Path) -> None:
    header = ["指标文号", "支付凭证号", "项目名称", "金额", "收款方账户名称", "付款日期", "支出功能科目", "部门支出经济分类"]
    row = ["示财农〔2022〕8号", "0000201", "美翠村产业路", "1000.00", "某公司", "2022-06-02", "2130505生产发展", "31005基础设施建设"]
    lines = [",".join(f'"{cell}\t"' for cell in line) for line in (header, row)]
    path = written(tmp_path / "表.csv", "\r\n".join(lines).encode("gb18030"))
    assert sheet_of(path).rows[0].payment_no == "0000201"


@pytest.mark.parametrize(
    ("place", "byte", "said"),
    [
        ("项目名称", b"\x80", "第 1 行第 3 列有一个认不出的字节（0x80"),
        ("某公司", b"\x80", "第 3 行第 5 列有一个认不出的字节（0x80"),
        ("某公司", b"\xda", "第 3 行第 5 列有一个认不出的字节（0xDA"),
    ],
)
def test_a_byte_that_is_no_letter_is_named_by_its_place(tmp_path: Path, place: str, byte: bytes, said: str) -> None:
    lines = ["文号,支付凭证号,项目名称,金额,收款方账户名称", "甲,1,乙,1,丁公司", "甲,2,乙,1,某公司"]
    data = "\r\n".join(lines).encode("gb18030")
    path = written(tmp_path / "表.csv", data.replace(place.encode("gb18030"), place.encode("gb18030") + byte + b" "))
    assert said in faults_of(path)[0]


INVISIBLE = ["\u202d{}\u202c", "\u2066{}\u2069", "\u200e{}", "{}\xad", "\ufeff{}", "\u061c{}", "{}\u00a0", "\u200b{}"]


@pytest.mark.parametrize("around", INVISIBLE)
def test_marks_that_nobody_sees_are_no_part_of_a_number(tmp_path: Path, around: str) -> None:
    from tests.importers.county import labour

    paper = labour()
    column = paper.header.index("身份证号")
    rows = [[around.format(cell) if n == column else cell for n, cell in enumerate(row)] for row in paper.rows]
    dirty = Paper(paper.header, rows, above=paper.above, amounts=paper.amounts)
    assert same(to_xlsx(tmp_path / "a.xlsx", dirty)) == same(to_xlsx(tmp_path / "b.xlsx", paper))


TIMES = {
    "2022/6/2 10:30:00": "2022-06-02",
    "2022-7-3 12:00": "2022-07-03",
    "2022/10/1 15:20:33": "2022-10-01",
    "2022-06-02T10:30:00+08:00": "2022-06-02",
    "2022年6月2日10时30分": "2022-06-02",
    "2022.6.2 下午 3:05": "2022-06-02",
    "20221002103000": "2022-10-02",
    "2022/6/2\n0:00:00": "2022-06-02",
}


@pytest.mark.parametrize("written_day", TIMES)
def test_a_time_behind_a_date_is_no_part_of_the_day(written_day: str) -> None:
    from importers.reading.cells import day

    assert str(day(written_day)) == TIMES[written_day]


@pytest.mark.parametrize("run_together", ["2022/6/210:30:00", "2022-6-311:00", "2022-13-01 10:00"])
def test_a_day_that_runs_into_its_hour_is_refused(run_together: str) -> None:
    from importers.reading.cells import Wrong, day

    with pytest.raises(Wrong):
        day(run_together)
