"""人员变动表, 村级支出表, 附件清单: what each becomes, what is refused, and that each is taken back whole."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from importers.history import undo
from ledgers.book import read
from ledgers.facts.persons import persons
from tests.importers.county import CENTRAL, PEOPLE, TODAY, identity, treasury
from tests.importers.dirty import Paper
from tests.importers.helpers import Desk
from tests.importers.test_refused import edited
from tests.importers.test_undo import last, state
from tests.importers.test_year import broken, sealed

HEADER = ["户编号", "人编号", "姓名", "证件号码", "变动", "日期", "新户编号"]
FIRST, BABY = PEOPLE["甲大山"][1], identity(88, "20230102")


def changes(*rows: tuple[str, ...]) -> Paper:
    return Paper(HEADER, [list(row) for row in rows], texts=("证件号码",))


def members(desk: Desk) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(desk.read("registry/members.csv"))))


def test_birth_and_death_and_who_moves_stay_one_person_each(county: Desk) -> None:
    county.take(
        changes(
            (FIRST, "", "甲新", BABY, "新生儿", "2023年1月2日", ""),
            (FIRST, "", "甲小山", PEOPLE["甲小山"][0], "分户", "2023.2.1", "5002410000000099"),
            (FIRST, "", "甲大山", "", "死亡", "2023-3-5", ""),
        )
    )
    said = [(row["who"], row["household"], row["from"], row["to"], row["reason"]) for row in members(county)]
    home, new = "H106001-001", next(row["household"] for row in members(county) if row["household"] != "H106001-001")
    assert sorted(said) == sorted([
        (f"{home}-3", home, "2023-01-02", "", "出生"),
        (f"{home}-2", home, "", "2023-01-31", "分户"),
        (f"{home}-2", new, "2023-02-01", "", "分户"),
        (f"{home}-1", home, "", "2023-03-05", "死亡"),
    ])
    assert any(line.startswith(f"{new},2023-02-01,脱贫户,V106001,1") for line in county.lines("registry/households.csv"))
    tables = read(county.book, TODAY).tables
    assert not tables.problems
    known = persons(tables)
    assert known.gone(home, "1", date(2023, 4, 1))
    assert not known.gone(home, "2", date(2023, 4, 1))
    before = county.state()
    county.take(changes((FIRST, "", "甲大山", "", "死亡", "2023-3-5", "")))
    assert [row for row in county.state().items() if "imports" not in row[0]] == [row for row in before.items() if "imports" not in row[0]]


def test_nobody_left_ends_the_household_and_the_import_is_taken_back(county: Desk) -> None:
    before = state(county)
    code = PEOPLE["乙秀英"][1]
    people = [name for name, about in PEOPLE.items() if about[1] == code]
    county.take(changes(*((code, "", name, PEOPLE[name][0], "死亡", "2023-01-10", "") for name in people)))
    assert "销户" in county.read("registry/households.csv")
    assert not undo(county.book, last(county), TODAY).refused
    assert state(county) == before


def test_an_id_number_is_corrected_and_the_person_stays(county: Desk) -> None:
    county.take(changes((FIRST, PEOPLE["甲小山"][2], "甲小山", identity(77, "19990203"), "更正", "2023-01-10", "")))
    assert not (county.book / "registry/members.csv").exists()
    county.take(changes((FIRST, "", "甲小山", identity(77, "19990203"), "迁出", "2023-02-10", "")))
    assert [row["who"] for row in members(county)] == ["H106001-001-2"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("5002410000007777", "", "甲大山", "", "死亡", "2023-01-10", ""), "没有这个户编号"),
        ((FIRST, "", "无此人", "", "死亡", "2023-01-10", ""), "没有这个人"),
        ((FIRST, "", "甲新", "", "出生", "2023-01-10", ""), "须写证件号码"),
        ((FIRST, "", "甲小山", "", "分户", "2023-01-10", ""), "须写新户编号"),
        ((FIRST, "", "甲小山", "", "走了", "2023-01-10", ""), "之一"),
    ],
)
def test_changes_that_cannot_be_are_refused(county: Desk, row: tuple[str, ...], words: str) -> None:
    assert words in county.refuse(changes(row))


# -- 村级支出 --------------------------------------------------------------------------------------------------------------

SPENT = ["乡镇", "村", "日期", "项目或资产", "用途", "金额", "收款方", "支出功能科目", "部门支出经济分类"]


def spent(*rows: tuple[object, ...]) -> Paper:
    return Paper(SPENT, [list(row) for row in rows], amounts=("金额",), above=[["2022年村级支出表"], ["单位：元"]])


def handed(desk: Desk) -> None:
    """The treasury pays the village's own money to its collective first."""
    row = edited(treasury(), 2, 支付凭证号="ZF0033", 金额=Decimal("50000.00"), 收款方账户名称="龙池镇美翠村股份经济合作联合社", 付款日期=date(2022, 12, 5)).rows[2]
    paper = edited(replace(treasury(), rows=[row]), 0, 指标文号=CENTRAL)
    desk.take(paper)


def test_a_village_spends_a_projects_money_by_fund_and_an_assets_by_use(county: Desk) -> None:
    handed(county)
    place = ("龙池镇", "美翠村")
    paper = spent(
        (*place, "2022-12-08", "美翠村茶叶加工厂", "材料款", Decimal("30000.00"), "示例建材经营部", "2130505", "31204"),
        (*place, "2022-12-09", "A2022-0001", "管护费用", Decimal("500.00"), "甲大山", "", ""),
    )
    before = state(county)
    county.take(paper)
    text = county.text("2022/12.beancount")
    assert '2022-12-08 * "示例建材经营部" "材料款"' in text
    assert "Assets:1002银行存款:V106001美翠村  -30000.00 CNY" in text
    assert 'household: "H106001-001"' in text
    assert "甲大山" not in text
    assert not county.bring(paper).files
    assert not read(county.book, TODAY).tables.problems
    assert not undo(county.book, last(county), TODAY).refused
    assert state(county) == before


def test_more_than_the_village_has_and_classes_that_nobody_names_are_refused(county: Desk) -> None:
    place = ("龙池镇", "美翠村", "2022-12-08", "美翠村茶叶加工厂", "材料款")
    assert "只有 0.00 元可用" in county.refuse(spent((*place, Decimal("1.00"), "", "2130505", "31204")))
    handed(county)
    assert "少 1.00 元" in county.refuse(spent((*place, Decimal("50001.00"), "", "2130505", "31204")))
    assert "项目" in county.refuse(spent(("龙池镇", "美翠村", "2022-12-08", "没有的项目", "款", Decimal("1.00"), "", "2130505", "31204")))


# -- 附件清单 --------------------------------------------------------------------------------------------------------------


def test_files_are_taken_into_the_book_with_their_digest(county: Desk) -> None:
    (county.folder / "发票甲大山.pdf").write_bytes(b"%PDF invoice \xff")
    paper = Paper(["凭证号", "文件名", "共用"], [["ZF0002", "发票甲大山.pdf", ""]])
    before = state(county)
    county.take(paper)
    (taken,) = county.book.glob("evidence/2022/11/*.pdf")
    assert taken.read_bytes() == b"%PDF invoice \xff"
    assert "甲" not in taken.name
    assert f'evidence: "evidence/2022/11/{taken.name}"' in county.text()
    assert not county.bring(paper).files
    county.take(edited(treasury(), 1, 用途="尾款"))
    assert taken.name in county.text("2022/11.beancount")
    numbers = sorted(int(path.stem) for path in (county.book / "imports").glob("*.json"))
    for number in numbers[-2:][::-1]:
        assert not undo(county.book, number, TODAY).refused
    assert state(county) == before


def test_a_file_that_is_not_there_and_a_voucher_that_is_none_are_refused(county: Desk) -> None:
    (county.folder / "a.pdf").write_bytes(b"x")
    said = county.refuse(Paper(["凭证号", "文件名"], [["ZF0002", "没有.pdf"], ["ZF0002", "../../x.pdf"]]))
    assert "找不到附件" in said
    assert "清单所在的文件夹" in said
    assert "没有凭证" in county.refuse(Paper(["凭证号", "文件名"], [["ZF9999", "a.pdf"]]))


def test_one_file_under_two_vouchers_is_said(county: Desk) -> None:
    (county.folder / "b.pdf").write_bytes(b"both")
    rows = [["ZF0002", "b.pdf", ""], ["ZF0003", "b.pdf", ""]]
    assert any("没有都写明共用" in line for line in county.take(Paper(["凭证号", "文件名", "共用"], rows)).warnings)
    county.take(Paper(["凭证号", "文件名", "共用"], [[*row[:2], "同一份合同"] for row in rows]))
    assert county.text().count('shared-with: "同一份合同"') == 2
    assert len(list(county.book.glob("evidence/*/*/*.pdf"))) == 1


def test_evidence_after_a_seal_is_a_later_line(county: Desk) -> None:
    (county.folder / "c.pdf").write_bytes(b"late")
    (county.folder / "d.pdf").write_bytes(b"another")
    paper = Paper(["凭证号", "文件名"], [["ZF0002", "c.pdf"]])
    sealed(county, date(2022, 12, 31))
    before, sealed_text = state(county), county.text("2022/*.beancount")
    county.take(paper)
    assert not broken(county)
    assert county.text("2022/*.beancount") == sealed_text
    assert '2023-01-01 custom "attachment"' in county.text("registry/attachments.beancount")
    assert not county.bring(paper).files, "again changes nothing"
    assert "不能换成另一份" in county.refuse(Paper(["凭证号", "文件名"], [["ZF0002", "d.pdf"]]))

    def handed_in(as_of: date) -> set[str]:
        postings = read(county.book, as_of).tables.postings
        return {name for name in postings["evidence"][postings["payment_no"] == "ZF0002"] if name}

    assert handed_in(date(2022, 12, 31)) == set()
    assert len(handed_in(TODAY)) == 1
    assert not undo(county.book, last(county), TODAY).refused
    assert state(county) == before


def test_evidence_for_a_voucher_that_is_none_is_an_issue(county: Desk) -> None:
    path = county.book / "registry/attachments.beancount"
    path.write_text('2023-01-01 custom "attachment" "2022-999999"\n  evidence: "evidence/x.pdf"\n  evidence-sha256: "00"\n', "utf-8")
    assert any("没有对应的凭证" in issue.message for issue in read(county.book, TODAY).tables.issues)


def test_after_a_seal_who_left_is_told_from_the_first_open_day_on(county: Desk) -> None:
    sealed(county, date(2022, 12, 31))
    county.take(
        changes(
            (FIRST, "", "甲大山", "", "死亡", "2022-12-5", ""),
            (FIRST, "", "甲小山", PEOPLE["甲小山"][0], "分户", "2022-12-20", "5002410000000099"),
        )
    )
    said = [(row["person"], row["from"], row["to"]) for row in members(county) if row["household"] == "H106001-001"]
    assert sorted(said) == [("1", "2023-01-01", "2023-01-01"), ("2", "2023-01-01", "2023-01-01")]
    assert not broken(county)
    assert not read(county.book, TODAY).tables.problems
