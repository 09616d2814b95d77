"""What is published at the edges: as many payees as are enough, a seal of the very day, shares, leases, towns, small sums."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ledgers.book import read
from ledgers.personal.names import Known
from ledgers.tables.tables import Tables
from reports.publish import making, site
from reports.publish.content import equity_table
from reports.publish.data import prove_csv
from reports.publish.feed import feed
from reports.publish.payees import UNNAMED, Payment, few_persons
from reports.publish.received import received
from reports.publish.subjects import Subject, Years, _notices, assets, funds, units
from reports.publish.tables import MONEY, WITHHELD, Field, Line, Table
from tests.publish.county import county, write_county
from tests.reports.conftest import EXAMPLE

DAY = dt.date(2022, 12, 31)
NOBODY = Known(())


def payment(payee: str, people: str = "") -> Payment:
    return Payment(DAY, 100, people, payee, back=False)


@pytest.mark.parametrize(
    ("payees", "few"),
    [(["石小甲", "石小乙"], True), (["石小甲", "石小乙", "石小丙"], False), (["示例公司", "石小乙"], True), (["示例公司", "样板公司"], False)],
)
def test_as_many_payees_as_are_enough_are_not_few(payees: list[str], few: bool) -> None:
    names = Known({"石小甲", "石小乙", "石小丙"})
    assert few_persons([payment(one) for one in payees], 3, names) is few


def test_people_who_were_paid_are_few_whatever_they_are_called() -> None:
    assert few_persons([payment("示例公司", people="农户（补助）")], 3, NOBODY)


def test_units_are_named_those_that_got_most_first(monkeypatch: pytest.MonkeyPatch) -> None:
    paid = [payment("乙公司"), payment("甲公司"), payment("丙公司"), payment("丙公司"), payment("丁合作社", people="农户（补助）")]
    paid.append(Payment(DAY, 900, "", "退款公司", back=True))
    monkeypatch.setattr("reports.publish.subjects.payments", lambda tables: {"P1": paid})
    assert units(SimpleNamespace(), "P1", NOBODY) == ["丙公司", "乙公司", "甲公司"]  # type: ignore[arg-type]


@pytest.mark.parametrize(("day", "root"), [("2022-06-29", "a"), ("2022-06-30", "b"), ("2022-07-01", "b"), ("2022-05-30", None)])
def test_the_last_seal_is_of_a_period_that_ended_by_the_day(monkeypatch: pytest.MonkeyPatch, day: str, root: str | None) -> None:
    periods = [(dt.date(2022, 6, 30), "b"), (dt.date(2022, 5, 31), "a"), (dt.date(2022, 12, 31), "c")]
    monkeypatch.setattr(making, "sealed_periods", lambda entries: periods)
    found = making.last_seal(SimpleNamespace(entries=[]), dt.date.fromisoformat(day))  # type: ignore[arg-type]
    assert (found and found[1]) == root


@pytest.mark.parametrize(
    ("ids", "slugs"),
    [(["V106003", "V115001"], ["V106", "V115"]), (["V106003", "V106001"], ["1", "2"]), (["V106", "V115001"], ["1", "V115"]), (["村一二三四", "V115001"], ["1", "V115"])],
)  # fmt: skip
def test_the_page_of_a_town_is_called_by_the_ids_of_its_villages(ids: list[str], slugs: list[str]) -> None:
    towns = [SimpleNamespace(name=f"{number}镇") for number in range(len(ids))]
    villages = [SimpleNamespace(place=(town.name, id)) for town, id in zip(towns, ids, strict=True)]
    made: Any = SimpleNamespace(towns=towns, villages=villages)
    assert [slug for _, slug in making._slugs(made)] == slugs


@pytest.mark.parametrize(
    ("amount", "said"),
    [(0, "0 万元"), (999_999, "9,999.99 元"), (1_000_000, "1 万元"), (-999_999, "-9,999.99 元"), (-1_234_567, "-1.234567 万元"), (WITHHELD, WITHHELD)],
)  # fmt: skip
def test_amounts_are_said_in_ten_thousands_from_ten_thousand_on(amount: Any, said: str) -> None:
    assert site._big(amount) == said


@pytest.fixture(scope="module")
def example() -> Tables:
    return read(EXAMPLE, DAY).tables


@pytest.mark.parametrize("least", [0, 3])
def test_shares_are_published_in_the_year_of_their_day(example: Tables, least: int) -> None:
    (line,) = equity_table(example, 2022, received(example, 2022, least)).lines
    id, operator, town, village, subsidy, quantified, collective, held, heads, day = line.values
    assert (id, operator, day) == ("GQ2022-0001", "美翠茶业有限公司", dt.date(2022, 12, 1))
    assert (subsidy, town, village) == (60_000_000, "龙池镇", "美翠村")
    if least == 0:
        assert quantified == 30_000_000 == collective + held
        assert collective > 0
        assert heads > 0
    for year in (2021, 2023):
        assert equity_table(example, year, received(example, year, least)).lines == []


def test_shares_of_few_households_are_withheld_with_what_tells_them(example: Tables) -> None:
    (line,) = equity_table(example, 2022, received(example, 2022, 1000)).lines
    assert list(line.values[5:8]) == [WITHHELD] * 3
    assert line.values[4] == 60_000_000


OWNED = '  owner-kind: "村集体"\n'


def let(folder: Path, party: str) -> Subject:
    lease = f'{OWNED}  operator: "{party}"\n  party: "{party}"\n  rent: 3600.00 CNY\n  from: 2022-01-01\n  to: 2024-12-31\n  caretaker: "H1"\n'
    tables = read(write_county(folder / "book", county(3), (OWNED, lease)), DAY).tables
    places = {row.id: ("龙池镇", "V1") for row in [SimpleNamespace(id=id) for id in ("A1", "A2", "A3")]}
    found = assets(tables, Years({2022: received(tables, 2022, 0)}), {}, places, NOBODY)
    return next(one for one in found if one.id == "A1")


@pytest.mark.parametrize(("party", "said"), [("示例物流有限公司", "示例物流有限公司"), ("石小甲", UNNAMED)])
def test_a_lease_is_published_its_tenant_only_where_it_is_a_unit(tmp_path: Path, party: str, said: str) -> None:
    facts = {label: text for label, (text, _) in let(tmp_path, party).facts}
    assert facts["承租（承包）方"] == said
    assert facts["年租金"] == "3,600.00 元"
    assert facts["合同期"] == "2022-01-01 至 2024-12-31"
    assert facts["管护责任"] == "已落实"


def test_the_page_of_a_fund_lists_the_projects_that_got_of_it_and_their_sum(tmp_path: Path) -> None:
    other = 'level: "中央"\n  task: "以工代赈"\n  year: 2022\n  doc-no: "示财农〔2021〕1号"\n'
    more = f'{other}2022-01-01 custom "fund" "F2" 5.00 CNY\n  name: "没有安排的资金"\n  {other}'
    tables = read(write_county(tmp_path / "book", county(3), (other, more)), DAY).tables
    found = {one.id: one for one in funds(tables, received(tables, 2022, 0))}
    (grid,) = [grid for grid in found["F1"].grids if grid.title == "安排到的项目"]
    amounts = [row[1][0] for row in grid.rows]
    assert amounts == ["100,000.00"] * 5 + ["500,000.00"]
    assert not any(grid.title == "安排到的项目" for grid in found.get("F2", found["F1"]).grids if "F2" in found)


def test_a_page_has_the_notices_of_its_own_subject(example: Tables) -> None:
    (grid,) = _notices(example, "XS2022-0001")
    assert len(grid.rows) == len(example.notices[example.notices["subject"] == "XS2022-0001"])
    assert [text for text, _ in grid.rows[0]] == ["年度计划公示", "龙池镇公示栏、美翠村村务公开栏", "2022-03-02", "2022-03-14"]
    assert list(_notices(example, "XS2022-0009")) == []


def test_the_feed_has_the_notices_of_what_has_a_page_the_newest_first(example: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    fund, asset = example.funds["id"].iloc[0], example.assets["id"].iloc[0]
    subjects = {"2022-03-02": "XS2022-0001", "2022-05-01": fund, "2022-04-01": asset, "2022-06-01": "村规民约", "2023-06-01": fund}
    rows = [SimpleNamespace(date=dt.date.fromisoformat(day), subject=subject, stage="公示") for day, subject in subjects.items()]
    monkeypatch.setattr("reports.publish.feed.records", lambda of, table: rows)
    source = SimpleNamespace(notice_from=DAY, as_of=DAY, title="示例县", year=2022)
    edition: Any = SimpleNamespace(source=source, heading="公开", office="县委", policy={"office.site": ""})
    entries = feed(example, edition).decode().split("<entry>")[2:]
    links = ["funds", "funds", "assets", "projects"]
    assert [link in entry.partition("href=")[2] for link, entry in zip(links, entries, strict=True)] == [True] * 4
    assert [entry.partition("<updated>")[2][:10] for entry in entries] == ["2022-12-31", "2022-05-01", "2022-04-01", "2022-03-02"]


FIELDS = (Field("name", "名称"), Field("amount", "金额", MONEY))


def csv_of(*lines: str) -> bytes:
    return ("\ufeff" + "\r\n".join(["name,amount", *lines]) + "\r\n").encode()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["甲,1.00", "乙,2.00"], ""),
        (["甲,1.00", "乙,2.01"], "金额"),
        (["甲,1.00", "乙,*"], "不单列"),
        (["甲,1.00"], "写出后与内容不符"),
    ],
)
def test_a_csv_is_read_again_before_it_goes_out(lines: list[str], said: str) -> None:
    place = ("龙池镇", "V1")
    table = Table("t", "表", "", (), FIELDS, [Line(place, ("甲", 100)), Line(place, ("乙", 200))])
    if said:
        with pytest.raises(ValueError, match=said):
            prove_csv(table, csv_of(*lines))
    else:
        prove_csv(table, csv_of(*lines))


def test_a_csv_with_a_formula_does_not_go_out() -> None:
    table = Table("t", "表", "", (), FIELDS, [Line(("龙池镇", "V1"), ("=1+1", 100))])
    with pytest.raises(ValueError, match="公式"):
        prove_csv(table, csv_of("=1+1,1.00"))


def test_bars_are_on_one_scale_and_a_negative_amount_has_none() -> None:
    place = ("龙池镇", "V1")
    table = Table("t", "表", "", (), FIELDS, [Line(place, (name, amount)) for name, amount in (("甲", 100), ("乙", -400), ("丙", 0), ("丁", 200))])
    bars = [(one["name"], Decimal(one["width"])) for one in site._bars(table, "amount")]
    assert bars == [("甲", 25), ("乙", 0), ("丁", 50)]
