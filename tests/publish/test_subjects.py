"""The page of a project: who was paid, what was agreed, and no sum that a household's could be told from."""

from datetime import date
from pathlib import Path

import pytest

from ledgers.book import read
from ledgers.personal.names import Known
from reports.publish.received import WAGES, open_parts, project_place, received
from reports.publish.subjects import PEOPLE, Subject, Years, is_unit, projects
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
