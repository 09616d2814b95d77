"""The page of a project: who was paid, what was agreed, and no sum that a household's could be told from."""

import re
from datetime import date
from pathlib import Path

import pytest

from ledgers.book import read
from ledgers.personal.names import Known
from reports.publish.content import content
from reports.publish.payees import OTHER_PAYEES, PEOPLE, UNNAMED, in_public, is_unit
from reports.publish.received import WAGES, agreed_shown, open_parts, project_place, received
from reports.publish.subjects import Subject, Years, projects
from reports.publish.tables import WITHHELD
from tests.publish.county import county, write_county

DAY = date(2022, 12, 31)
AMOUNT = 3  # the column of the amount in 钱付给了谁


def rows(subject: Subject, title: str) -> list[tuple[str, ...]]:
    return [tuple(text for text, _ in row) for grid in subject.grids if grid.title == title for row in grid.rows]


@pytest.mark.parametrize("seed", range(6))
def test_sums_of_payees_add_up_or_are_withheld_with_those_of_households(seed: int, tmp_path: Path) -> None:
    tables = read(write_county(tmp_path / "book", county(seed)), DAY).tables
    got = received(tables, 2022, 3)
    seen = 0
    for subject in projects(tables, Years({2022: got}), {}):
        paid, path = rows(subject, "钱付给了谁"), (*project_place(tables, subject.id), subject.id)
        if not paid:
            continue
        seen += 1
        sums = [row[AMOUNT] for row in paid]
        if path in got.paid_shown and open_parts(got, path):
            assert "＊" not in sums
            *parts, whole = [int(text.replace(",", "").replace(".", "")) for text in sums]
            assert whole == got.paid[path]
            assert not parts or sum(parts) == whole
            labour = [row[AMOUNT] for row in paid if row[0] == PEOPLE[0]]
            assert bool(labour) == (got.figure(WAGES, path) is not None)
        else:
            assert set(sums) == {"＊"}, (subject.id, paid)
    assert seen


def test_a_contract_its_contractor_and_what_the_rule_asks_stand_on_the_page(tmp_path: Path) -> None:
    folder = write_county(
        tmp_path / "book", county(3), ("  planned: 100000.00 CNY", "  planned: 100000.00 CNY\n  contract: 98765.43 CNY")
    )
    tables = read(folder, DAY).tables
    found = {one.id: one for one in projects(tables, Years({2022: received(tables, 2022, 0)}), {})}
    facts = {label: text for label, (text, _) in found["P1"].facts}
    assert facts["合同金额"] == "98,765.43 元"
    builders = [one for one in found.values() if "承包、供应单位" in dict(one.facts)]
    assert builders
    assert all(dict(one.facts)["承包、供应单位"][0] == "示例公司" for one in builders)
    labour = [row for one in found.values() for row in rows(one, "劳务报酬")]
    assert any(row[0] == "占中央资金" and "中央资金 100,000.00 元" in row[1] for row in labour)


def test_whoever_may_be_a_person_is_not_named(tmp_path: Path) -> None:
    tables = read(write_county(tmp_path / "book", county(3), ('"示例公司" "支出"', '"石小甲" "支出"')), DAY).tables
    for known in (Known(()), Known({"石小甲"})):
        for subject in projects(tables, Years({2022: received(tables, 2022, 0)}), {}, known):
            assert "石小甲" not in str(subject)
    assert not is_unit("石小甲")
    assert not is_unit("H001001-001")
    assert is_unit("示例建材经营部")
    assert is_unit("示例甲建筑工程有限公司（联合体）")


AGREED = (
    "  planned: 100000.00 CNY",
    "  planned: 100000.00 CNY\n  contract: 98765.43 CNY\n  settled: 98765.44 CNY\n  labour-promised: 98765.45 CNY",
)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("last", [2022, 2023])
def test_what_was_agreed_stands_nowhere_beside_what_is_withheld(seed: int, last: int, tmp_path: Path) -> None:
    """Spent less the contract is what one household got; a share of the money times the money too, in a later year yet."""
    tables = read(write_county(tmp_path / "book", county(seed), AGREED), date(last, 12, 31)).tables
    years = {year: received(tables, year, 3) for year in range(2022, last + 1)}
    shown = {}
    for subject in projects(tables, Years(years), {}):
        path = (*project_place(tables, subject.id), subject.id)
        shown[subject.id] = agreed_shown(years.values(), path)
        if not shown[subject.id]:
            assert "98,765.4" not in str((subject.facts, subject.grids))
            assert not any(row[1][0].isdigit() for row in rows(subject, "劳务报酬") if row[0] != "已经发放")
            assert not any(re.search("元|%", row[2]) for row in rows(subject, "按规定核对"))
        assert shown[subject.id] <= all(open_parts(got, path) for got in years.values())
    assert False in shown.values()
    cells = {("spending", "settled"): 9876544, ("wages", "promised"): 9876545}
    for table in content(tables, years):
        for at, one in enumerate(table.fields):
            if (table.name, one.name) in cells:
                for line in table.lines:
                    assert (line.values[at] == cells[table.name, one.name]) == shown[line.values[0]]


@pytest.mark.parametrize(
    "name",
    ["石小甲", "欧阳小甲", "王学会", "张小甲百货店", "李小甲经营部", "县城关镇王小甲农资门市部", "种植大户石小甲", "H001001-001"],
)
def test_a_person_is_no_unit_whatever_the_name_ends_with(name: str) -> None:
    assert not is_unit(name)
    assert in_public(f"{name}、示例茶业有限公司") == f"{'农户' if name[0] == 'H' else UNNAMED}、示例茶业有限公司"


@pytest.mark.parametrize(
    "name",
    ["县林业局", "林业站", "龙池镇", "石堤镇茶叶加工厂", "农户", "村集体", "示例石料经营部", "高坪村股份经济合作联合社", ""],
)
def test_units_and_places_keep_their_name(name: str) -> None:
    assert in_public(name) == name


def test_who_runs_a_project_is_not_named_where_it_may_be_a_person(tmp_path: Path) -> None:
    change = ("  planned: 100000.00 CNY", '  planned: 100000.00 CNY\n  operator: "石小甲养殖场"')
    tables = read(write_county(tmp_path / "book", county(3), change), DAY).tables
    years = {2022: received(tables, 2022, 3)}
    assert "石小甲" not in str([*projects(tables, Years(years), {}), *content(tables, years)])


@pytest.mark.parametrize(("payee", "told"), [("石小甲", False), ("李小甲经营部", False), ("示例农机维修部", True)])
def test_the_only_other_payee_is_no_single_person(payee: str, told: bool, tmp_path: Path) -> None:
    """What one person was paid for land stands in no row of its own, named or not."""
    made = county(3)
    quota, more = "Assets:9001指标:F1:1已分配", '  fund: "F1"\n  project: "P4"\n'
    made.spend("Expenses:2130504农村基础设施建设:31005基础设施建设", "P4", 345_678, "other", quota, more)
    made.text[-1] = made.text[-1].replace("示例公司", payee)
    tables = read(write_county(tmp_path / "book", made), DAY).tables
    got = received(tables, 2022, 3)
    path = (*project_place(tables, "P4"), "P4")
    found = {one.id: one for one in projects(tables, Years({2022: got}), {})}
    others = [row[AMOUNT] for row in rows(found["P4"], "钱付给了谁") if row[0] == OTHER_PAYEES]
    assert path in got.paid_shown
    assert open_parts(got, path)
    assert others == ["3,456.78" if told else "＊"]


def test_a_long_name_that_the_book_knows_is_a_person_s(tmp_path: Path) -> None:
    """Five characters without a dot look like no name; the identities of the book say that they are one."""
    made = county(3)
    quota, more = "Assets:9001指标:F1:1已分配", '  fund: "F1"\n  project: "P4"\n'
    made.spend("Expenses:2130504农村基础设施建设:31005基础设施建设", "P4", 345_678, "other", quota, more)
    made.text[-1] = made.text[-1].replace("示例公司", "阿依古丽买买提")
    tables = read(write_county(tmp_path / "book", made), DAY).tables
    path = (*project_place(tables, "P4"), "P4")
    assert path not in received(tables, 2022, 3).few
    assert path in received(tables, 2022, 3, names=Known({"阿依古丽买买提"})).few


@pytest.mark.parametrize("seed", range(3))
def test_what_was_given_is_withheld_where_what_was_spent_of_it_is(seed: int, tmp_path: Path) -> None:
    """Both may be the same sum: a town's allocation beside the county's wages told what one household got elsewhere."""
    tables = read(write_county(tmp_path / "book", county(seed)), DAY).tables
    got = received(tables, 2022, 3)
    withheld = {path[:depth] for path in got.paid for depth in (1, 2, 3)} - got.paid_shown
    assert withheld
    assert not withheld & got.amounts_shown
    given = next(one for one in content(tables, {2022: got}) if one.name == "allocations")
    year = [one.name for one in given.fields].index("year")
    for place, total in given.totals.items():
        path = tuple(part for part in place if part)
        assert total[year] == WITHHELD or path not in withheld
