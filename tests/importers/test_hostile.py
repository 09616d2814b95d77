"""Files that are not what they pretend to be, and files made to choke a reader: refused in little time and memory."""

import io
import json
import os
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.importers.county import TODAY, funds, villages
from tests.importers.dirty import to_xls, to_xlsx
from tests.importers.helpers import faults_of

MEGABYTE = 2**20


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, content: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def workbook(folder: Path, **changed: bytes) -> Path:
    """The clean funds sheet with some parts of the workbook replaced (by the last piece of their names)."""
    good = parts(to_xlsx(folder / "good.xlsx", funds()))
    for name in list(good):
        key = name.rpartition("/")[2].partition(".")[0]
        if key in changed:
            good[name] = changed[key]
    return pack(folder / "表.xlsx", good)


def big_sheet(size: int) -> bytes:
    """A sheet of a given size that shrinks to nearly nothing."""
    row = b'<row r="1"><c r="A1"><v>1</v></c></row>'
    return b"<worksheet><sheetData>" + row * (size // len(row)) + b"</sheetData></worksheet>"


def lying(path: Path) -> Path:
    """A zip whose directory declares a small part and whose stream goes on: same start, same checksum of that start."""
    good = parts(path)
    name = "xl/worksheets/sheet1.xml"
    start = good[name]
    engine = zlib.compressobj(1, zlib.DEFLATED, -15)
    stream = engine.compress(start) + b"".join(engine.compress(b" " * MEGABYTE) for _ in range(40)) + engine.flush()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in good.items():
            archive.writestr(part, b"X" * 8 if part == name else data)
    data = bytearray(out.getvalue())
    packed = zlib.compress(b"X" * 8, 6, -15)
    where = data.index(packed)
    local, entry = data.rindex(b"PK\x03\x04", 0, where), data.index(b"PK\x01\x02")
    while data[entry + 46 : entry + 46 + len(name)] != name.encode():
        entry = data.index(b"PK\x01\x02", entry + 4)
    sizes = struct.pack("<III", zlib.crc32(start), len(stream), len(start))
    data[local + 14 : local + 26] = sizes
    data[entry + 16 : entry + 28] = sizes
    grown = len(stream) - len(packed)
    data[where : where + len(packed)] = stream
    fixed = zipfile_directory_moved(bytes(data), where, grown)
    path.write_bytes(fixed)
    return path


def zipfile_directory_moved(data: bytes, where: int, grown: int) -> bytes:
    """The directory's offsets after a part has grown."""
    out = bytearray(data)
    end = out.rindex(b"PK\x05\x06")
    start = struct.unpack("<I", out[end + 16 : end + 20])[0] + grown
    out[end + 16 : end + 20] = struct.pack("<I", start)
    entry = start
    while out[entry : entry + 4] == b"PK\x01\x02":
        offset = struct.unpack("<I", out[entry + 42 : entry + 46])[0]
        if offset > where:
            out[entry + 42 : entry + 46] = struct.pack("<I", offset + grown)
        entry += 46 + sum(struct.unpack("<HHH", out[entry + 28 : entry + 34]))
    return bytes(out)


def far_cell(folder: Path, cell: str) -> Path:
    number = int("".join(c for c in cell if c.isdigit()))
    sheet = f'<row r="{number}"><c r="{cell}"><v>1</v></c></row></sheetData>'
    good = parts(to_xlsx(folder / "good.xlsx", funds()))["xl/worksheets/sheet1.xml"]
    return workbook(folder, sheet1=good.replace(b"</sheetData>", sheet.encode()))


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'

HOSTILE: dict[str, tuple[Callable[[Path], Path], str]] = {
    "zip bomb": (lambda folder: workbook(folder, sheet1=big_sheet(40 * MEGABYTE)), "压缩炸弹"),
    "zip bomb in another part": (lambda folder: workbook(folder, styles=b" " * (40 * MEGABYTE)), "压缩炸弹"),
    "zip bomb that lies": (lambda folder: lying(to_xlsx(folder / "表.xlsx", funds())), "大小与目录不符"),
    "billion laughs": (lambda folder: workbook(folder, sheet1=LAUGHS), "实体炸弹"),
    "billion laughs in the strings": (lambda folder: workbook(folder, workbook=LAUGHS), "实体炸弹"),
    "a cell at the end of the world": (lambda folder: far_cell(folder, "A1048576"), "大得不正常"),
    "a cell at the far right": (lambda folder: far_cell(folder, "XFD9"), "大得不正常"),
    "xml in utf-16": (lambda folder: workbook(folder, sheet1="<worksheet/>".encode("utf-16")), "不是 UTF-8"),
    "half a file": (lambda folder: cut(to_xlsx(folder / "表.xlsx", funds())), "不是完整的 .xlsx"),
    "a zip of something else": (lambda folder: pack(folder / "表.xlsx", {"a.txt": b"x"}), "不是 Excel 工作簿"),
    "noise named xlsx": (lambda folder: written(folder / "表.xlsx", b"\0\1\2\3" * 100), "内容却不是 Excel 工作簿"),
    "cells that say no place": (lambda folder: workbook(folder, sheet1=wide_above_long()), "超出了内存或时间的限度"),
    "a row far away before a near one": (lambda folder: workbook(folder, sheet1=far_before_near()), "超出了内存或时间的限度"),
    "a pipe": (lambda folder: pipe(folder / "表.xlsx"), "不是普通文件"),
    "a folder": (lambda folder: make_folder(folder / "表.xlsx"), "不是普通文件"),
    "web page named xls": (lambda folder: written(folder / "表.xls", b"<html><table></table></html>"), "其实是网页"),
    "xml named xls": (lambda folder: written(folder / "表.xls", b'<?xml version="1.0"?><Workbook/>'), "其实是 XML"),
    "picture named csv": (lambda folder: written(folder / "表.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "内容却不是文本"),
    "workbook named csv": (lambda folder: to_xlsx(folder / "a.xlsx", funds()).rename(folder / "表.csv"), "请改用正确的扩展名 .xlsx"),
    "broken xls": (lambda folder: cut(to_xls(folder / "表.xls", funds())), "损坏"),
    "nothing": (lambda folder: written(folder / "表.xlsx", b""), "空的"),
    "no text": (lambda folder: written(folder / "表.csv", "文号".encode("gb18030") + b"\xff\xff\x80"), "第 1 行第 1 列有一个认不出的字节（0xFF"),
}


def wide_above_long() -> bytes:
    """Cells that do not say where they are: one row of sixteen thousand above eighty thousand of one."""
    cell = b"<c><v>1</v></c>"
    rows = b"<row>" + cell * 16_000 + b"</row>" + (b"<row>" + cell + b"</row>") * 80_000
    return b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + rows + b"</sheetData></worksheet>"


def far_before_near() -> bytes:
    rows = b'<row r="999999999"><c r="A999999999"><v>1</v></c></row><row r="2"><c r="B2"><v>1</v></c></row>'
    return b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + rows + b"</sheetData></worksheet>"


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def make_folder(path: Path) -> Path:
    path.mkdir()
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def cut(path: Path) -> Path:
    return written(path, path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("name", HOSTILE)
def test_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    make, message = HOSTILE[name]
    path = make(tmp_path)
    faults = faults_of(path)
    assert len(faults) == 1, faults
    assert faults[0].startswith(path.name)
    assert message in faults[0]


MEASURE = """
import json, resource, sys
from datetime import date
from pathlib import Path
from importers.reading.sheet import read_path
sheets, faults, _ = read_path(Path(sys.argv[1]), date(2023, 6, 30))
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))  # ru_maxrss keeps the parent's
usage, child = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
seconds = usage.ru_utime + usage.ru_stime + child.ru_utime + child.ru_stime
print(json.dumps([len(faults), seconds, max(peak, child.ru_maxrss) / 1024]))
"""


@pytest.mark.parametrize(
    "name", ["zip bomb", "zip bomb that lies", "billion laughs", "a cell at the end of the world", "noise named xlsx", "a row far away before a near one", "cells that say no place", "a pipe", "ten gigabytes"]
)
def test_refused_within_two_seconds_and_200_megabytes(tmp_path: Path, name: str) -> None:
    path = ten_gigabytes(tmp_path) if name == "ten gigabytes" else HOSTILE[name][0](tmp_path)
    run = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    faults, seconds, megabytes = json.loads(run.stdout)
    assert faults == 1
    assert seconds < 2
    assert megabytes < 200


def ten_gigabytes(folder: Path) -> Path:
    """A sheet that says it unpacks to ten gigabytes."""
    path = workbook(folder)
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    while b"sheet1.xml" not in data[entry + 46 : entry + 80]:
        entry = data.index(b"PK\x01\x02", entry + 4)
    data[entry + 24 : entry + 28] = struct.pack("<I", 0xFFFFFFF0)
    return written(path, bytes(data))


def test_a_lying_zip_is_really_longer(tmp_path: Path) -> None:
    """The test's own bomb is one: its stream unpacks to more than it declares."""
    path = HOSTILE["zip bomb that lies"][0](tmp_path)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
        assert archive.read(info)
    raw = path.read_bytes()[info.header_offset + 30 + len(info.filename) :][: info.compress_size]
    assert len(zlib.decompressobj(-15).decompress(raw, 10 * MEGABYTE)) == 10 * MEGABYTE > info.file_size


def test_password(tmp_path: Path) -> None:
    path = to_xlsx(tmp_path / "表.xlsx", funds())
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.index(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 4)
    assert "密码" in faults_of(written(path, bytes(data)))[0]


def test_styles_far_below_the_table_do_not_matter(tmp_path: Path) -> None:
    import openpyxl
    from openpyxl.styles import PatternFill

    path = to_xlsx(tmp_path / "表.xlsx", funds())
    book = openpyxl.load_workbook(path)
    book.active["Z900000"].fill = PatternFill("solid", fgColor="FFFF00")
    book.save(path)
    assert faults_of(path, TODAY) == []


def test_a_csv_of_two_hundred_thousand_columns(tmp_path: Path) -> None:
    (fault,) = faults_of(written(tmp_path / "w.csv", b"a," * 200_000 + b"\n"))
    assert "200001 列，大得不正常" in fault


@pytest.mark.parametrize("value", ["NaN", "1E400", "-1E400"])
def test_a_cell_that_is_no_number_of_anything(tmp_path: Path, value: str) -> None:
    path = to_xlsx(tmp_path / "a.xlsx", villages())
    content = parts(path)
    sheet = "xl/worksheets/sheet1.xml"
    content[sheet] = re.sub(rb'(<c r="[A-Z]+\d+"[^>]*?(?: t="n")?)><v>\d+(?:\.\d+)?</v>', rb"\1><v>" + value.encode() + b"</v>", content[sheet])
    faults = faults_of(pack(tmp_path / "b.xlsx", content))
    assert faults
    assert all(fault.startswith("b.xlsx") for fault in faults)
