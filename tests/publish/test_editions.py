"""An attacker with everything at hand: two years, two thresholds, every table, page and file of each edition."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledgers.book import read
from reports.publish.content import content
from reports.publish.making import Request
from reports.publish.privacy import household_figures
from reports.publish.publish import publish
from reports.publish.reading import Text, read_csv, texts
from reports.publish.received import LOCAL, SHARES, Received, project_place, received
from reports.publish.tables import MONEY, WITHHELD
from tests.publish.county import County, county, write_county
from tests.publish.test_privacy import had_by_subtraction, shown_sums
from tests.rules.test_cases import CASES, read_case

PATHS = st.tuples(st.sampled_from("tu"), st.sampled_from("vw"), st.sampled_from("xyz"))
LEAVES = st.dictionaries(
    PATHS, st.frozensets(st.sampled_from("abcdefgh"), min_size=1, max_size=5), min_size=1, max_size=7
)


@settings(max_examples=150, deadline=None)
@given(LEAVES)
def test_editions_of_different_thresholds_say_no_more_together(leaves: dict[tuple[str, ...], frozenset[str]]) -> None:
    figures = [one for least in (3, 4, 5, 6, 8) for one in shown_sums(leaves, household_figures(leaves, least), "w")]
    assert not had_by_subtraction([one for one in figures if one], set("abcdefgh"), 2)
    assert household_figures(leaves, 4) <= household_figures(leaves, 3)
    assert household_figures(leaves, 8) <= household_figures(leaves, 3)


FEW = 2_345_678  # 分 that one household got: the only money of its project
PROJECT = """
2021-12-03 custom "project" "PX" "入库"
  name: "美翠村庭院经济"
  category: "产业发展"
  mode: "以奖代补"
  village: "V1"
  unit: "县农业农村委"
  planned: 23456.78 CNY
  operator: "H106001-007"
  household-level: TRUE
2022-02-01 custom "project" "PX" "年度计划"
2022-02-04 * "县财政局" "分配"
  Assets:9001指标:F1:1已分配  23456.78 CNY
    project: "PX"
  Assets:9001指标:F1:0待分配
2022-12-01 custom "project" "PX" "验收"
  settled: 23456.78 CNY
2022-06-01 custom "asset" "AX" "登记"
  name: "庭院圈舍"
  class: "到户类"
  origin: "历史"
  owner: "H106001-007"
  operator: "H106001-007"
  owner-kind: "户"
  village: "V1"
"""
LATER = """
2023-03-01 * "县财政局" "分配"
  Assets:9001指标:F1:1已分配  50000.00 CNY
    project: "P1"
  Assets:9001指标:F1:0待分配
2023-05-01 * "示例公司" "支出"
  voucher: "2023-000001"
  fund: "F1"
  project: "P1"
  Expenses:2130504农村基础设施建设:31005基础设施建设  40000.00 CNY
  Assets:9001指标:F1:1已分配
"""


def small(seed: int) -> County:
    """A county with a project of one household, an asset of one household, and a second year."""
    made = county(seed)
    own = (f"{100_000 + 1_371 * number + number / 7:.2f}" for number in range(len(made.text)))  # no two projects alike
    made.text = [one.replace("100000.00", amount) for one, amount in zip(made.text, own, strict=True)]
    made.text.append(PROJECT)
    made.pay(
        "Expenses:2130505生产发展:30399其他对个人和家庭的补助",
        "PX",
        [("H1", FEW, 0)],
        "aid",
        "Assets:9001指标:F1:1已分配",
        '  fund: "F1"\n  project: "PX"\n',
    )
    made.text.append(LATER)
    return made


@pytest.fixture(scope="module", params=[3, pytest.param(5, marks=pytest.mark.slow)])
def editions(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The sites of 2022 with two thresholds, and of 2023."""
    folder = tmp_path_factory.mktemp("editions")
    book = write_county(folder / "book", small(request.param))
    sites = []
    for year, least in ((2022, 3), (2022, 4), (2023, 3), (2023, 6)):
        (book / "publish.toml").write_text(f"[web]\nleast_households = {least}\n", "utf-8")
        site = folder / f"{year}-{least}"
        request_ = Request(year, date(year + 1, 1, 5), date(year + 1, 1, 16), papers=False)
        assert publish(read(book, date(year, 12, 31)), {site: request_})[0].leaks == []
        sites.append(site)
    return sites


def everything(site: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(site.rglob("*")):
        if path.is_file():
            yield from ((path.relative_to(site).as_posix(), one.text) for one in texts(path) if isinstance(one, Text))


def test_what_one_household_got_stands_in_no_file(editions: list[Path]) -> None:
    """Not as what was paid, planned, allocated or settled, nor as what an asset cost; nor who it was."""
    for site in editions:
        for name, text in everything(site):
            assert not re.search(r"(?<![\d,])23,?456\.78|(?<!\d)2345678(?!\d)", text), (site.name, name, text)
            assert "H106001-007" not in text, (site.name, name)


def amounts(site: Path) -> set[int]:
    """Every amount of every CSV."""
    found = set()
    for path in site.glob("data/**/*.csv"):
        for row in read_csv(path.read_bytes())[1:]:
            found |= {int(Decimal(cell) * 100) for cell in row if re.fullmatch(r"-?\d+\.\d\d", cell)}
    return found


def test_no_two_published_amounts_differ_by_what_one_household_got(editions: list[Path]) -> None:
    """Of any year and threshold, any table."""
    every = set().union(*map(amounts, editions))
    assert len(every) > 20
    assert not {one for one in every if one + FEW in every}
    assert not {one for one in every for other in every if one + other == FEW}


def test_a_change_of_shares_between_years_says_nothing_of_one_household(tmp_path: Path) -> None:
    """Shares are shown as they were quantified, in that year alone: what a later year would add is one household's."""
    content_of = tomllib.loads((CASES / "equity.toml").read_text("utf-8"))
    case = next(one for one in content_of["case"] if one["name"].startswith("变更以后的倾斜"))
    plain = read_case(tmp_path / "before", content_of, {"as_of": "2023-12-31", "files": {}, "expect": []})
    changed = read_case(tmp_path / "after", content_of, case | {"as_of": "2023-12-31"})
    for year in (2022, 2023):
        got = [received(one, year, 3).leaves[SHARES] for one in (plain, changed)]
        assert got[0] == got[1], year
    assert received(changed, 2022, 3).leaves[SHARES]
    assert not received(changed, 2023, 3).leaves[SHARES]
    grants = [[line.values for table in content(one, {2023: received(one, 2023, 3)}) if table.name == "equity" for line in table.lines]
              for one in (plain, changed)]  # fmt: skip
    assert grants[0] == grants[1], "the edition of the later year says nothing of the change"


def test_no_id_of_a_household_stands_on_a_board(tmp_path: Path) -> None:
    """Without names nothing stands for a household: two boards would tell that they speak of the same."""
    book = write_county(tmp_path / "book", county(3))
    request_ = Request(2022, date(2023, 1, 5), date(2023, 1, 16), board=True, papers=False)
    site = tmp_path / "board"
    assert publish(read(book, date(2022, 12, 31)), {site: request_})[0].leaks == []
    ids = set(read(book, date(2022, 12, 31)).tables.households["household"])
    assert ids
    said = [text for _, text in everything(site)]
    assert "（未列名）" in said
    assert not [text for text in said if text.strip() in ids]


@pytest.mark.parametrize("few_first", [True, False])
def test_what_a_project_was_given_in_a_year_tells_not_what_one_household_got_in_it(
    few_first: bool, tmp_path: Path
) -> None:
    """One household in one year, four in the other: neither the year's allocation nor all less the year's is shown."""
    made = county(3)
    made.text.append(PROJECT.replace("23456.78", "99999.99", 1).split("2022-02-01")[0])
    many = [(f"H{n}", 1_000_001 * n, 0) for n in range(2, 6)]
    for year, lines in zip((2022, 2023), ([("H1", FEW, 0)], many) if few_first else (many, [("H1", FEW, 0)]), strict=True):
        amount = Decimal(sum(one for _, one, _ in lines)) / 100
        made.text.append(
            f'{year}-02-04 * "县财政局" "分配"\n  Assets:9001指标:F1:1已分配  {amount} CNY\n    project: "PX"\n'
            "  Assets:9001指标:F1:0待分配\n"
        )
        quota, more = "Assets:9001指标:F1:1已分配", '  fund: "F1"\n  project: "PX"\n'
        made.pay("Expenses:2130505生产发展:30399其他对个人和家庭的补助", "PX", lines, "aid", quota, more, year)
    tables = read(write_county(tmp_path / "book", made), date(2023, 12, 31)).tables
    years: dict[int, Received] = {}
    for year in (2022, 2023):
        years[year] = received(tables, year, 3, [*years.values()])
    path = (*project_place(tables, "PX"), "PX")
    assert sorted(len(years[year].leaves[LOCAL][path].households) for year in years) == [1, 4]
    assert sum(path in got.paid_shown for got in years.values()) <= 1
    table = next(one for one in content(tables, years) if one.name == "allocations")
    row = next(line.values for line in table.lines if line.values[0] == "PX")
    assert {one for one, about in zip(row, table.fields, strict=True) if about.kind == MONEY} == {WITHHELD}
    assert not years[2023].amounts_shown & {path}
