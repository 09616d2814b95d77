"""收表 as the writing process does it: read, shown, asked, agreed to, taken back; nothing without agreement."""

import subprocess
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledgers.book import main_file, read
from ledgers.files import writing
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import STATUS_NAMES
from tests.desk.acting import Work, words
from tests.importers.county import ALL, allocation, funds, new_book, plan, treasury, villages
from tests.importers.dirty import to_xlsx
from tests.importers.helpers import Desk
from xianjie.acts import process
from xianjie.serve import WRITING


@pytest.fixture
def county(tmp_path: Path) -> Desk:
    return Desk(new_book(tmp_path))


@pytest.fixture
def work(county: Desk, tmp_path: Path) -> Work:
    return Work(county.book, tmp_path / "jobs")


def sheets(county: Desk) -> list[Path]:
    made = {"村.xlsx": villages(), "指标.xlsx": funds(), "计划.xlsx": plan()}
    return [to_xlsx(county.folder / name, paper) for name, paper in made.items()]


def test_shown_first_then_written_with_who_and_from_where(county: Desk, work: Work) -> None:
    before = county.state()
    told = work.do("import", {"provider": "农业股"}, sheets(county))
    assert county.state() == before
    parts = {part["title"]: part for part in told["parts"]}
    assert ["新增", "资金", "3"] in parts["将有的变化"]["rows"]
    assert ["指标.xlsx", "资金指标表", "3", "1,700,000.50"] in parts["各表合计"]["rows"]
    (columns,) = [part for title, part in parts.items() if title.startswith("各列认作什么　指标.xlsx")]
    assert columns["heads"] == ["列", "表头", "认作"]
    assert columns["rows"][0][0] == "A"
    assert any(line.startswith("+ ") and "F2022-01" in line for line in parts["改动的行　registry/funds.beancount"]["lines"])
    done = work.agree(told)
    assert done["done"] == "已写入账簿，是第 1 次导入"
    register = county.read("imports.csv")
    assert "经办甲" in register
    assert "农业股" in register


def test_verdicts_that_would_be_others_are_told_before_and_come_about(county: Desk, work: Work) -> None:
    county.take(villages(), funds(), plan(), allocation())
    told = work.do("import", {}, [to_xlsx(county.folder / "支付.xlsx", treasury())])
    (worse,) = [part for part in told["parts"] if part["title"].startswith("会变坏的结论")]
    assert any(part["title"] == "还能付多少" for part in told["parts"])
    work.agree(told)
    rules = catalogue()
    found = audit(read(county.book).tables, rules.values()).stated
    now = {(STATUS_NAMES[one.status], rules[one.rule].title, one.message) for one in found}
    assert worse["rows"]
    assert {(row[0].partition(" → ")[2], row[1], row[3]) for row in worse["rows"]} <= now


def test_of_a_large_book_verdicts_are_foretold_when_asked(county: Desk, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xianjie.acts.sheets.LARGE", 1)
    told = work.do("import", {}, sheets(county))
    assert [part["title"] for part in told["parts"] if part["kind"] == "later"] == ["写入以后的结论"]
    asked = work.again(told, foretell="1")
    assert asked["agreed"] == told["agreed"]
    assert not [part for part in asked["parts"] if part["kind"] == "later"]
    work.agree(asked)


def test_the_first_import_of_people_is_agreed_to_once(county: Desk, work: Work) -> None:
    """A book that knows nobody has no key yet, and tokens are others every time: what was shown is the same."""
    files = [to_xlsx(county.folder / f"{name}.xlsx", make()) for name, make in ALL.items()]
    told = work.do("import", {}, files)
    assert any("account" in line for part in told["parts"] for line in part.get("lines", ()))
    assert work.agree(told)["done"] == "已写入账簿，是第 1 次导入"
    assert not read(county.book).tables.broken


def test_what_was_not_shown_is_not_written(county: Desk, work: Work) -> None:
    told = work.do("import", {}, sheets(county)[:1])
    before = county.state()
    assert not work.again(told, agreed="0" * 64)["done"]
    assert county.state() == before
    county.take(villages())  # meanwhile somebody else was quicker
    before = county.state()
    again = work.again(told, agreed=told["agreed"])
    assert not again["done"]
    assert county.state() == before


def test_a_zip_and_a_refused_row_is_shown_as_it_stands(county: Desk, work: Work, tmp_path: Path) -> None:
    paper = funds()
    paper.rows[1][-2] = "五百万"
    packed = tmp_path / "各单位.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(to_xlsx(tmp_path / "x.xlsx", villages()), "乡镇/村.xlsx")
        archive.write(to_xlsx(tmp_path / "y.xlsx", paper), "指标.xlsx")
        archive.writestr("说明.docx", b"no sheet")
    told = work.do("import", {}, [packed])
    (fault,) = [part for part in told["parts"] if part["title"] == "不能导入"]
    assert "指标.xlsx" in fault["lines"][0]
    assert any(cell.startswith("▶ ") for cell in fault["rows"][0])
    assert "fault" not in fault
    done = work.agree(told)  # the other one goes in
    assert "村" in words(done)
    assert "美翠村" in county.read("registry/villages.beancount")
    assert "以工代赈资金" not in county.read("registry/funds.beancount")


def test_who_has_no_terminal_is_not_told_of_options(county: Desk, work: Work) -> None:
    paper = allocation()
    without = replace(paper, header=paper.header[:-1], rows=[row[:-1] for row in paper.rows], dates=())
    undated = to_xlsx(county.folder / "分配.xlsx", without)
    county.take(villages(), funds(), plan())
    told = work.do("import", {}, [undated])
    assert "在下面“补充”里填日期" in words(told)
    assert "--date" not in words(told)
    assert work.again(told, day="2022-03-20")["agreed"]


def test_questions_are_asked_and_answered(county: Desk, work: Work) -> None:
    paper = funds()
    for row in paper.rows:
        row[-2] = Decimal("40.00")
    told = work.do("import", {}, [to_xlsx(county.folder / "指标.xlsx", paper)])
    (question,) = told["questions"]
    assert "单位" in question["question"]
    assert not told["agreed"]
    answered = work.again(told, **{question["key"]: "1"})
    assert answered["agreed"]
    assert work.agree(answered)["done"]
    assert "400000.00 CNY" in county.read("registry/funds.beancount")


@pytest.mark.parametrize(
    ("args", "words_"),
    [({"year": "22"}, "年度应如"), ({"kind": "没有这种"}, "没有“没有这种”这种表"), ({"values": "乱写"}, "应为 表头=值"), ({"day": "昨天"}, "昨天")],
)
def test_what_is_said_wrongly_is_refused(county: Desk, work: Work, args: dict[str, str], words_: str) -> None:
    told = work.do("import", args, sheets(county)[:1])
    assert words_ in told["problem"]
    assert not told["agreed"]


def test_what_is_no_sheet_is_refused(county: Desk, work: Work, tmp_path: Path) -> None:
    (tmp_path / "文件.exe").write_bytes(b"MZ")
    (tmp_path / "坏.zip").write_bytes(b"PK nothing")
    assert "不是表格" in work.do("import", {}, [tmp_path / "文件.exe"])["problem"]
    assert "打不开" in work.do("import", {}, [tmp_path / "坏.zip"])["problem"]
    assert "没有可以读的表格" in work.do("import")["problem"]


def test_an_import_is_taken_back_after_it_was_shown(county: Desk, work: Work) -> None:
    before = county.text("registry/*.beancount")
    work.agree(work.do("import", {}, sheets(county)))
    told = work.do("undo", {"number": "1"})
    assert told["agreed"]
    assert "撤销第 1 次导入" in told["consent"]
    assert work.agree(told)["done"] == "已撤销第 1 次导入"
    assert county.text("registry/*.beancount") == before
    assert "没有第 1 次导入" in words(work.do("undo", {"number": "1"}))


def test_a_form_is_made(work: Work) -> None:
    told = work.do("form", {"kind": "资金指标表"})
    assert work.out(told, "资金指标表.xlsx").startswith(b"PK")
    assert "没有这种表" in work.do("form", {"kind": "x"})["problem"]


def test_a_book_that_somebody_else_writes_to_is_busy(county: Desk, work: Work) -> None:
    told = work.do("import", {}, sheets(county)[:1])
    with writing.locked(main_file(county.book).parent, "另一个程序"):
        again = work.again(told, agreed=told["agreed"])
    assert "正被另一个程序写入" in again["problem"]


def test_a_role_that_may_not_is_refused_again_behind_the_door(work: Work, county: Desk) -> None:
    told = work.do("import", {}, sheets(county)[:1], role="reviewer")
    assert "没有这项权限" in told["problem"]


def test_a_child_that_dies_or_takes_too_long_is_told(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import signal
    import time

    def dies(_task: Any) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(process, "_act", lambda _name: dies)
    assert "程序中断，没有做完" in work.do("undo")["problem"]
    monkeypatch.setattr(process, "SECONDS", 1)
    monkeypatch.setattr(process, "_act", lambda _name: lambda _task: time.sleep(20))
    assert "已中止，没有写入任何东西" in work.do("undo")["problem"]


def test_money_that_is_missing_is_shown_at_the_desk(county: Desk) -> None:
    from ledgers.files.side_files import waiting

    assert waiting(county.book) == []
    county.take(villages(), funds(), plan(), treasury())
    assert waiting(county.book) == []


@pytest.mark.slow
def test_what_was_sent_goes_with_the_server_however_it_ended(tmp_path: Path) -> None:
    folder = tmp_path / "jobs"
    (folder / "1" / "files").mkdir(parents=True)
    (folder / "1" / "files" / "名单.xlsx").write_bytes(b"people")
    ended = subprocess.run([*WRITING, str(folder)], stdin=subprocess.DEVNULL, timeout=60, check=False)
    assert ended.returncode == 0
    assert not folder.exists()
