"""An attacker who knows nothing of the program: every number of every file of every edition, added and subtracted.

What one or two people got of a project in a year, or handed back, may stand nowhere, nor come out of two numbers.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from ledgers.book import read
from ledgers.tables.tables import Tables
from reports.publish.content import content
from reports.publish.making import Request
from reports.publish.publish import publish
from reports.publish.reading import Text, texts
from reports.publish.received import project_place, received
from reports.publish.summary import by_source
from reports.publish.tables import COUNTY, FOLDED, MONEY
from tests.publish.county import County, county, write_county

QUOTA = "Assets:9001指标:F1:1已分配"
WAGES, WORKS = "Expenses:2130504农村基础设施建设:30226劳务费", "Expenses:2130504农村基础设施建设:31005基础设施建设"
AMOUNT = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})*\.\d\d(?!\d)|(?<![\d.,])\d+\.\d\d(?![\d])")
RECOVERED, PERSON, BESIDE, FIRM = (
    1_234_567,
    2_345_679,
    3_456_791,
    44_455_581,
)  # 分 that one household or person stands for
SOURCE, LATER = 4_567_913, 5_679_137  # 分 that one household got of a level, and of a year
SECRETS = (RECOVERED, PERSON, BESIDE, SOURCE, LATER)


def project(name: str, more: str = "") -> str:
    return (
        f'2021-12-01 custom "project" "{name}" "入库"\n  name: "{name}的路"\n  mode: "以工代赈"\n  village: "V1"\n'
        f'  planned: 777777.77 CNY\n{more}2022-02-03 * "县财政局" "分配"\n  {QUOTA}  2.00 CNY\n    project: "{name}"\n'
        "  Assets:9001指标:F1:0待分配\n"
    )


def paid(name: str, payee: str, amount: int, account: str = WORKS) -> str:
    return (
        f'2022-07-01 * "{payee}" "支出"\n  voucher: "2022-{abs(amount) % 1_000_000:06d}"\n  fund: "F1"\n  project: "{name}"\n'
        f"  {account}  {amount / 100:.2f} CNY\n  {QUOTA}\n"
    )


def handed_back(name: str, payee: str, amount: int) -> str:
    return (
        f'2022-09-01 * "{payee}" "追回"\n  voucher: "2022-{amount % 1_000_000:06d}"\n  fund: "F1"\n  project: "{name}"\n'
        f"  Assets:1002银行存款:V1美翠村  {amount / 100:.2f} CNY\n  Liabilities:2103应缴财政款\n"
    )


def people(made: County, name: str) -> None:
    """Wages of four households: a figure that may stand."""
    lines = [(f"H{n}", 100_003 * n + 17, n) for n in range(1, 5)]
    made.pay(WAGES, name, lines, "wages", QUOTA, f'  fund: "F1"\n  project: "{name}"\n')


def hard(seed: int) -> County:
    """A random county with a household that hands money back, a person who is all the other money of a project, and one
    beside a firm whose contract says what the firm got.
    """
    made = county(seed)
    made.text += [project("PR"), project("PP"), project("PB", f"  contract: {FIRM / 100:.2f} CNY\n")]
    for name in ("PR", "PP", "PB"):
        people(made, name)
    made.text += [
        handed_back("PR", "瞿秀英", RECOVERED),
        paid("PP", "禤国强", PERSON),
        paid("PB", "示例建设有限公司", FIRM),
        paid("PB", "宓大全", BESIDE),
    ]
    return made


def sources(made: County) -> None:
    """A project that a firm and four households got money of; one household alone got all of its county money, of its
    central money in the next year all that was given then.
    """
    made.text += [
        '2022-01-03 custom "fund" "F2" 100000.00 CNY\n  name: "2022年县级衔接资金"\n  level: "县级"\n  year: 2022\n',
        project("PF"),
        paid("PF", "示例建设有限公司", FIRM),
        paid("P1", "示例水利有限公司", 8_123_457),
        paid("P1", "示例水利有限公司", 9_234_571).replace('fund: "F1"', 'fund: "F2"').replace(":F1:", ":F2:"),
    ]
    lines = [(f"H{n}", 200_087 * n + 19, n) for n in range(2, 6)]
    made.pay(WAGES, "PF", lines, "wages", QUOTA, '  fund: "F1"\n  project: "PF"\n')
    for fund, year, amount in (("F2", 2022, SOURCE), ("F1", 2023, LATER)):
        quota = f"Assets:9001指标:{fund}:1已分配"
        made.text += [
            f'{year}-02-03 * "县财政局" "分配"\n  {quota}  {given / 100:.2f} CNY\n    project: "{name}"\n'
            f"  Assets:9001指标:{fund}:0待分配\n"
            for name, given in (("PF", amount), ("P1", 6_000_011), ("P3", 7_000_013))
        ]
        made.pay(WAGES, "PF", [("H1", amount, 9)], "", quota, f'  fund: "{fund}"\n  project: "PF"\n', year)


def numbers(site: Path) -> set[int]:
    """Every amount in 分 in any text of any file."""
    found = set()
    for path in sorted(site.rglob("*")):
        for one in texts(path) if path.is_file() else ():
            if isinstance(one, Text):
                found |= {int(text.replace(",", "").replace(".", "")) for text in AMOUNT.findall(one.text)}
    return found


def groups(made: County) -> Iterator[int]:
    """What each household, and each two of those of one project, got of it."""
    by_project: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for (what, owner, household), amount in made.atoms.items():
        if household:
            by_project[what, owner][household] = amount
    for got in by_project.values():
        yield from got.values()
        yield from (one + other for one, other in combinations(got.values(), 2))


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow)])
def test_nothing_of_one_or_two_people_comes_out_of_all_editions(seed: int, tmp_path: Path) -> None:
    made = hard(seed)
    sources(made)
    book = write_county(tmp_path / "book", made)
    every: set[int] = set()
    for year, least in ((2022, 3), (2022, 5), (2023, 3)):
        (book / "publish.toml").write_text(f"[web]\nleast_households = {least}\n", "utf-8")
        site = tmp_path / f"web-{year}-{least}"
        request = Request(year, date(year + 1, 1, 5), date(year + 1, 1, 16), papers=(year, least) == (2022, 3))
        assert publish(read(book, date(year, 12, 31)), {site: request})[0].leaks == []
        every |= numbers(site)
    assert len(every) > 40
    forbidden = {*SECRETS, *(one for one in groups(made) if one > 1_000)}
    told = {
        (one, other)
        for one in every
        for other in ({0} | every)
        if abs(one - other) in forbidden or (other and one + other in forbidden)
    }
    assert not told


@pytest.mark.parametrize(
    ("people", "unspent", "beside"),
    [(0, 0, 0), (1, 0, 0), (1, 777, 0), (2, 777, 0), (2, 0, 888), (2, 777, 888), (3, 0, 888), (3, 777, 0)],
)
def test_a_level_of_fewer_than_three_households_stands_with_the_smallest_other(
    people: int, unspent: int, beside: int, tmp_path: Path
) -> None:
    """Whether all that was spent of it went to them, or all that was given was for them."""
    made = county(1)
    given = {"F2": ("县级", LATER), "F3": ("自筹", 12_345_678), "F4": ("社会帮扶", 23_456_789)}
    for fund, (level, amount) in given.items():
        quota = f"Assets:9001指标:{fund}:1已分配"
        made.text += [
            f'2022-01-03 custom "fund" "{fund}" 900000.00 CNY\n  name: "{level}资金"\n  level: "{level}"\n  year: 2022\n',
            project(f"P{fund}"),
            f'2022-02-03 * "县财政局" "分配"\n  {quota}  {amount / 100:.2f} CNY\n    project: "P{fund}"\n'
            f"  Assets:9001指标:{fund}:0待分配\n",
        ]
    for fund in ("F3", "F4"):
        made.text.append(paid(f"P{fund}", "示例建设有限公司", given[fund][1]).replace('"F1"', f'"{fund}"').replace(":F1:", f":{fund}:"))
    if beside:  # paid to a firm that nothing was given for
        made.text.append(paid("PF3", "示例建设有限公司", beside).replace('"F1"', '"F2"').replace(":F1:", ":F2:"))
    made.text.append(
        f'2022-02-04 * "县财政局" "分配"\n  Assets:9001指标:F2:1已分配  {unspent / 100:.2f} CNY\n    project: "PF3"\n'
        "  Assets:9001指标:F2:0待分配\n"
        if unspent
        else ""
    )
    if people:
        lines = [(f"H{n}", LATER // people + (n == 1) * (LATER % people), 9) for n in range(1, people + 1)]
        made.pay(WAGES, "PF2", lines, "", "Assets:9001指标:F2:1已分配", '  fund: "F2"\n  project: "PF2"\n', 2022)
    book = read(write_county(tmp_path / "book", made), date(2022, 12, 31))
    found = {least: sums_by_source(book.tables, least) for least in (0, 3)}
    assert found[0]["县级"] == (LATER + unspent, LATER * bool(people) + beside)
    merged = {"县级", "自筹"} if people in (1, 2) and not (unspent and beside) else set()
    assert found[0].keys() - found[3].keys() == merged
    assert not merged or found[3]["其他（合并公开）"] == (LATER + 12_345_678 + unspent, LATER + 12_345_678 + beside)


def sums_by_source(tables: Tables, least: int) -> dict[str, tuple[int, int]]:
    """What was given and spent since the start by row of the table of sources."""
    shown = by_source(tables, {2022: received(tables, 2022, least)}).shown(COUNTY)
    return {str(row[0]): (row[5], row[6]) for row in shown.every}


def test_what_stands_beside_one_person_is_withheld_and_no_more(tmp_path: Path) -> None:
    tables = read(write_county(tmp_path / "book", hard(1)), date(2022, 12, 31)).tables
    got = received(tables, 2022, 3)
    path = {name: (*project_place(tables, name), name) for name in ("PR", "PP", "PB")}
    assert {name for name, one in path.items() if one in got.alone} == {"PR", "PP"}
    assert {name for name, one in path.items() if one in got.few} == {"PR", "PP", "PB"}
    assert path["PB"] in got.paid_shown
    assert not {path["PR"], path["PP"]} & got.paid_shown
    assert () in got.paid_shown
    assert not received(tables, 2022, 0).few


def test_earlier_years_stand_on_the_village_s_own_page_and_a_reason_beside_each_failure(tmp_path: Path) -> None:
    """Also: a balance below nothing is explained where it stands, on the front page, in the table and on paper."""
    made = hard(1)
    made.text += [
        '2023-01-02 * "市财政局" "下达"\n  voucher: "2023-900001"\n  Assets:9001指标:F1:0待分配  10.00 CNY\n'
        "  Income:4001财政拨款收入:1中央\n",
        paid("PB", "示例建设有限公司", 123_456_789_00).replace("2022-07-01", "2023-07-01").replace('"2022-', '"2023-'),
    ]
    book = write_county(tmp_path / "book", made)
    site = tmp_path / "web"
    request = Request(2023, date(2024, 1, 5), date(2024, 1, 16), papers=False)
    assert publish(read(book, date(2023, 12, 31)), {site: request})[0].leaks == []
    village = (site / "villages/V1.html").read_text("utf-8")
    assert "2022 年这里的资金" in village
    assert 'id="spending-2022"' in village
    for page in ("index.html", "county/by_source.html"):
        assert "中央的结余是负数：账上记在“2022年中央衔接资金”名下的支出" in (site / page).read_text("utf-8")
    verdicts = (site / "projects/PB.html").read_text("utf-8").partition("按规定核对")[2]
    assert re.search(r"没有[^<]{2,30}公[示告]，应不少于 \d+ 天", verdicts)


def test_the_county_s_paper_puts_projects_of_earlier_years_together_and_still_adds_up(tmp_path: Path) -> None:
    made = hard(1)
    made.text.append(
        '2023-03-01 * "县财政局" "分配"\n  Assets:9001指标:F1:1已分配  5.00 CNY\n    project: "P1"\n  Assets:9001指标:F1:0待分配\n'
    )
    tables = read(write_county(tmp_path / "book", made), date(2023, 12, 31)).tables
    years = {year: received(tables, year, 0) for year in (2022, 2023)}
    table = next(one for one in content(tables, years) if one.name == "allocations")
    folded, whole = table.shown(COUNTY, folded=True), table.shown(COUNTY)
    assert [row[1] for row in folded.rows if not row[0]] == [FOLDED.format(7)]
    assert {row[0] for row in folded.rows} == {None, "P1"}
    assert folded.total == whole.total
    sums = [sum(row[at] or 0 for row in folded.rows) for at, one in enumerate(table.fields) if one.kind == MONEY]
    assert sums == [folded.total[at] for at, one in enumerate(table.fields) if one.kind == MONEY]  # type: ignore[index]
