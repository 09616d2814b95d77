"""封账, 公开 and papers as the writing process does them: shown first, agreed to, recorded with who."""

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from ledgers import clock
from ledgers.book import read
from ledgers.seals.seal import verified
from reports.desk.roles import AUDITOR, CHIEF, CLERK, REVIEWER
from tests.desk.acting import Work, words
from tests.desk.conftest import copied
from xianjie.init import blank_book


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(copied(tmp_path / "book"), tmp_path / "jobs")


def texts(content: bytes) -> str:
    """Every text of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None)


def state(work: Work) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in work.main.parent.rglob("*") if path.is_file()}


def test_a_month_is_sealed_after_its_root_was_shown(work: Work) -> None:
    before = state(work)
    told = work.do("seal", {"month": "2022-06"}, by="负责丁", role=CHIEF)
    if told["problem"]:
        pytest.fail(told["problem"])
    assert state(work) == before
    (root,) = told["parts"][0]["lines"]
    assert "已封账到 2022-06-30" in work.agree(told)["done"]
    main = work.main.read_text("utf-8")
    assert f'custom "seal" "2022-06-30" "{root}"' in main
    assert f'custom "remark" "sealed-period" "2022-06-30" "封账，根 {root}"\n  by: "负责丁"' in main
    (seal,) = verified(read(work.main).tables, files=True)
    assert (seal.root, seal.changes) == (root, ())
    assert "不能倒退" in work.do("seal", {"month": "2022-06"}, role=CHIEF)["problem"]


@pytest.mark.parametrize(("month", "said"), [("", "月份应写作"), ("2022-13", "月份应写作"), ("2099-01", "尚未结束")])
def test_what_is_no_month_that_is_over_is_refused(work: Work, month: str, said: str) -> None:
    before = state(work)
    assert said in work.do("seal", {"month": month}, role=CHIEF)["problem"]
    assert state(work) == before


def test_a_book_that_fails_is_not_sealed(work: Work) -> None:
    path = work.main.parent / "registry" / "registry.beancount"
    path.write_text(path.read_text("utf-8").replace('  kind: "脱贫村"\n', "", 1), "utf-8")
    told = work.do("seal", {"month": "2022-06"}, role=CHIEF)
    assert "不能封账" in told["problem"]
    assert not told["agreed"]


@pytest.mark.slow
def test_published_only_what_was_looked_at(work: Work) -> None:
    before = state(work)
    told = work.do("publish", {"year": "2022"}, by="负责丁", role=CHIEF)
    assert told["agreed"], told["problem"]
    assert state(work) == before
    site = Path(told["job"]) / "out" / "site"
    assert (site / "index.html").is_file()
    looked_at = {path.name: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    main = work.main.read_text("utf-8")
    work.main.write_text(main + "\n; 之后有改动\n", "utf-8")
    again = work.again(told, agreed=told["agreed"])  # the book is another now: shown anew
    assert not again["done"]
    assert again["agreed"] != told["agreed"]
    done = work.agree(again)
    assert not read(work.main).tables.problems
    notices = work.main.parent.rglob("*.beancount")
    assert any('by: "负责丁"' in path.read_text("utf-8") and "公告" in path.read_text("utf-8") for path in notices)
    with zipfile.ZipFile(io.BytesIO(work.out(done, "网上公开2022.zip"))) as archive:
        assert {Path(name).name for name in archive.namelist()} == set(looked_at)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"year": "二〇二二"}, "没有公开任何文件"),
        ({"year": "2022", "first": "昨天"}, "公示起始日应为日期"),
        ({"year": "2022", "days": "1"}, "公示天数不够"),
        ({"year": "1999"}, "没有"),
    ],
)
def test_what_cannot_be_published_is_said(work: Work, args: dict[str, str], said: str) -> None:
    told = work.do("publish", args, role=CHIEF)
    assert said in told["problem"]
    assert not told["agreed"]


def test_a_seal_is_proven_and_a_root_that_is_held_outside_with_it(work: Work) -> None:
    assert "没有封账" in words(work.do("verify", {}, role=REVIEWER))
    told = work.do("seal", {"month": "2022-06"}, by="负责丁", role=CHIEF)
    (root,) = told["parts"][0]["lines"]
    work.agree(told)
    assert "没有外面的根" in work.do("verify", {}, role=REVIEWER)["done"]
    assert "它在账簿中，内容没有改动" in work.do("verify", {"root": f"SHA256:{root.upper()}"}, role=AUDITOR)["done"]
    assert "那次封账被删除" in words(work.do("verify", {"root": "0" * 64}, role=AUDITOR))
    assert "64 位" in work.do("verify", {"root": "abc"}, role=AUDITOR)["problem"]
    registry = work.main.parent / "registry/registry.beancount"
    registry.write_text(registry.read_text("utf-8").replace("美翠村产业路", "美翠村产业道", 1), "utf-8")
    told = work.do("verify", {"root": root}, role=AUDITOR)
    assert not told["done"]
    assert "registry/registry.beancount" in words(told)
    assert "--root" not in words(told)


def test_the_law_is_brought_up_to_date_after_what_changes_was_told(tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.mkdir()
    blank_book(book, "示例县", "national", date(2022, 1, 1))
    law = book / "policy/national.beancount"
    ships = law.read_bytes()
    law.write_bytes(ships.replace("版次：".encode(), "版次：旧-".encode(), 1))
    work = Work(book, tmp_path / "jobs")
    assert "没有这项权限" in work.do("policy", {}, role=CLERK)["problem"]
    told = work.do("policy", {}, by="负责丁", role=CHIEF)
    assert "旧-" in words(told)
    assert law.read_bytes() != ships
    work.agree(told)
    assert law.read_bytes() == ships
    assert "相同，不需要更新" in words(work.do("policy", {}, by="负责丁", role=CHIEF))


def test_papers_and_registers(work: Work) -> None:
    told = work.do("papers", {"day": "2022-12-31"}, role=AUDITOR)
    assert "审计" in texts(work.out(told, "审计底稿2022-12-31.xlsx"))
    told = work.do("registers", {}, role=AUDITOR)
    assert len(told["files"]) == 6
    assert "应为日期" in work.do("papers", {"day": "x"}, role=AUDITOR)["problem"]
    assert "没有这项权限" in work.do("papers", {}, role=REVIEWER)["problem"]


def test_a_units_letter_holds_what_it_has_to_mend_and_nobody_else(work: Work) -> None:
    about = {"rule": "labour-share-work-relief", "subject": "XS2022-0001", "unit": "县水利局"}
    due = (clock.today() + timedelta(30)).isoformat()
    assert work.do("assign", {**about, "due": due}, role=CHIEF)["done"]
    for unit in (_unit(work), "县水利局"):  # the project's own, and to which it was handed
        told = work.do("letter", {"unit": unit}, by="审阅甲", role=REVIEWER)
        document, sheet = (work.out(told, file["name"]) for file in told["files"])
        for content in (texts(sheet), "\n".join(one.text for one in Document(io.BytesIO(document)).paragraphs)):
            for said in ("整改通知", unit, "XS2022-0001", due):
                assert said in content
            assert "H106003-001" not in content
    assert "不需要整改通知" in work.do("letter", {"unit": "没有的单位"}, role=REVIEWER)["problem"]
    assert "H106003-001" not in words(told)


def _unit(work: Work) -> str:
    from ledgers.facts import registered

    return registered.projects(read(work.main).tables)["XS2022-0001"].unit
