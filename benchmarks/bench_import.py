"""Importing large lists: a 监测对象名单 and a 惠企利民发放表 of 100,000 rows each, against reading the file alone.

At most 3 times the time python-calamine takes to read the file plus 30 µs a row, and at most 400 MB. Hostile files are
refused within 2 s and 200 MB. Run by `python -m benchmarks.bench_import [ROWS]`.
"""

import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import openpyxl

from benchmarks.measure import BIN, Cost, Result, run
from samples.county.names import with_check_digit
from xianjie.init import blank_book

PER_ROW = 30e-6
TIMES = 3
MEGABYTES = 400
VILLAGES = 250
SIZE = 3  # members of a household
_READ = """
import sys
from python_calamine import CalamineWorkbook
with CalamineWorkbook.from_path(sys.argv[1]) as book:
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()
"""


def identity(number: int) -> str:
    """The ID number of nobody, a different one for each number."""
    born = date(1940 + number % 60, 1 + number // 60 % 12, 1 + number // 720 % 28)
    return with_check_digit(f"50024{number // 20160 % 10}{born:%Y%m%d}{number // 201600 % 1000:03d}")


def person(number: int) -> str:
    """A name that nobody has."""
    return "甲乙丙丁戊己庚辛"[number % 8] + chr(0x4E00 + number // 8 % 2000) + chr(0x5E00 + number // 16000 % 2000)


def village(number: int) -> tuple[str, str]:
    household = number // SIZE
    return f"第{household % VILLAGES // 10 + 1}镇", f"第{household % VILLAGES + 1}村"


def roster(rows: int) -> Iterator[list[object]]:
    yield [
        *("乡(镇)", "行政村", "户编号", "人编号", "姓名", "证件号码", "与户主关系", "人数", "户类型", "监测对象类型", "风险是否消除"),
        *("风险识别时间", "风险消除时间", "首次识别时间", "申报时间", "公示起止", "帮扶落实时间", "户联系电话"),
    ]
    for number in range(rows):
        household = number // SIZE
        watched = household % 10 == 0
        monitored: list[object] = [""] * 3
        if watched:
            monitored = ["突发严重困难户", "否", date(2022, 6, 10)]
        days: list[object] = [date(2022, 5, 30), "2022.6.2-2022.6.8", date(2022, 6, 16)] if watched else [""] * 3
        kind = "脱贫户" if household % 3 else "一般农户"
        yield [
            *village(number), f"50024100{household:08d}", f"50024100{number:010d}", person(number), identity(number),
            "户主" if number % SIZE == 0 else "家人", min(SIZE, rows - household * SIZE), kind, *monitored, "", date(2014, 5, 1),
            *days, f"139{number:08d}",
        ]


def benefits(rows: int) -> Iterator[list[object]]:
    yield ["惠企利民补贴发放表"]
    yield ["项目名称：耕地补贴"]
    yield [
        *("街道(乡镇)名称", "村名称", "姓名", "证件号码", "按户按人补助标识", "应发金额(元)", "实发金额(元)"),
        *("发放月份", "银行账号", "备注"),
    ]
    for number in range(rows):
        amount = 100 + number % 500
        yield [*village(number), person(number), identity(number), "按人", amount, amount, "2022-11", f"62170000{number:011d}", ""]


def plan() -> Iterator[list[object]]:
    yield ["2022年项目计划表"]
    yield ["编制日期：2022年3月1日"]
    yield ["项目名称", "乡镇", "项目类别", "计划投入资金", "责任单位", "实施方式"]
    yield ["耕地补贴", "—", "产业发展", 100_000_000, "县农业农村委", "以奖代补"]


def write(path: Path, rows: Iterator[list[object]]) -> Path:
    """A workbook of plain rows, written in a stream."""
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Sheet1")
    for row in rows:
        sheet.append([value if value != "" else None for value in row])
    workbook.save(path)
    return path


def results(folder: Path, rows: int = 100_000) -> Iterator[Result]:
    """Every measure; the papers are made in the folder."""
    book = folder / "book"
    book.mkdir()
    blank_book(book, "示例县", "national")
    small = _paper(folder, "plan", 0)
    run([BIN / "xianjie", "import", book, small, "--yes"])
    for name, make in (("监测对象名单", "roster"), ("惠企利民发放表", "benefits")):
        paper = _paper(folder, make, rows)
        alone = run([sys.executable, "-c", _READ, paper])[0]
        cost = run([BIN / "xianjie", "import", book, paper, "--yes"])[0]
        limit = TIMES * alone.seconds + PER_ROW * rows
        note = f"（{rows} 行：导入 {cost.seconds:.1f} 秒，只读文件 {alone.seconds:.1f} 秒）"
        yield Result(f"导入{name}", cost.seconds / limit, 1.0, "", note)
        yield Result(f"导入{name}的内存", cost.megabytes, MEGABYTES, " MB")
    yield from _hostile(folder, book)


def _paper(folder: Path, make: str, rows: int) -> Path:
    """A paper made by a process of its own: what this process has held would count as its children's memory."""
    path = folder / f"{make}.xlsx"
    run([sys.executable, "-m", "benchmarks.bench_import", "--make", make, str(rows), path])
    return path


def bomb(path: Path) -> None:
    """A workbook whose sheet unpacks to 500 MB."""
    _rewritten(path, "sheet1.xml", lambda sheet: (sheet, *[b" " * 1_000_000] * 500))


def laughs(path: Path) -> None:
    """A workbook whose sheet declares entities that grow to a billion words."""
    grown = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    entities = f'<!DOCTYPE worksheet [<!ENTITY a0 "ha">{grown}]>'.encode()
    _rewritten(path, "sheet1.xml", lambda sheet: (entities, sheet.replace(b"<sheetData>", b"<sheetData><!-- &a9; -->")))


def corner(path: Path) -> None:
    """A workbook with a cell in the last corner that a sheet has: seventeen thousand million cells."""
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    _rewritten(path, "sheet1.xml", lambda sheet: (sheet.replace(b"</sheetData>", far),))


def fake(path: Path) -> None:
    """A web page under the name of a workbook."""
    path.write_bytes(b"<html><table><tr><td>1</td></tr></table></html>" * 100_000)


def _rewritten(path: Path, name: str, change: Callable[[bytes], Iterable[bytes]]) -> None:
    """A good workbook with one part in other words, written in pieces."""
    good_path = write(path.with_suffix(".good"), plan())
    with zipfile.ZipFile(good_path) as good, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in good.namelist():
            with archive.open(part, "w") as target:
                for piece in change(good.read(part)) if part.endswith(name) else [good.read(part)]:
                    target.write(piece)


HOSTILE = {"压缩炸弹": bomb, "实体炸弹": laughs, "写到最后一格的表": corner, "假的工作簿": fake}


def _hostile(folder: Path, book: Path) -> Iterator[Result]:
    for name, make in HOSTILE.items():
        cost: Cost = run([BIN / "xianjie", "import", book, _paper(folder, make.__name__, 0), "--yes"], allowed=(2,))[0]
        yield Result(f"拒绝{name}", cost.seconds, 2.0, " 秒")
        yield Result(f"拒绝{name}的内存", cost.megabytes, 200, " MB")


def make(kind: str, rows: int, path: Path) -> None:
    hostile = {make.__name__: make for make in HOSTILE.values()}
    if kind in hostile:
        hostile[kind](path)
    else:
        write(path, {"roster": roster, "benefits": benefits}[kind](rows) if kind != "plan" else plan())


if __name__ == "__main__" and "--make" in sys.argv:
    make(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
elif __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for result in results(Path(place), int(sys.argv[1]) if len(sys.argv) > 1 else 100_000):
            print(result, flush=True)
