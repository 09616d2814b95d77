"""A journalist with the CSV files alone: every column of money adds up, and the sums are those of the book and of the pages."""

import csv
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import beanquery
import pytest

import ledgers
from ledgers.book import read
from ledgers.tables.tables import Tables
from reports.publish.making import Request
from reports.publish.publish import publish
from reports.publish.received import received
from samples.county import write
from tests.books import few
from tests.publish.county import county, write_county

DAY = date(2022, 12, 31)
REPEATED = {"settled", "promised", "left", "year", "all"}  # columns that are no parts of a total


def rows(site: Path, name: str) -> list[dict[str, str]]:
    with (site / f"data/{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def fen(text: str) -> int:
    return int(Decimal(text) * 100) if text not in ("", "*") else 0


def column(site: Path, name: str, field: str) -> int:
    return sum(fen(row[field]) for row in rows(site, name))


def booked(tables: Tables, kinds: list[str]) -> int:
    table = tables.postings
    return int(table[table["kind"].isin(kinds)]["amount"].sum())


@pytest.fixture(params=few(range(4)))
def made(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Tables, Path]:
    book = read(write_county(tmp_path / "book", county(request.param)), DAY)
    result = publish(book, {tmp_path / "web": Request(2022, date(2023, 1, 5), date(2023, 1, 16), papers=False)})[0]
    assert result.leaks == []
    return book.tables, tmp_path / "web"


def test_every_table_adds_up_to_the_book(made: tuple[Tables, Path]) -> None:
    tables, site = made
    summary = {row["name"]: row for row in rows(site, "summary")}
    arrived, spent = booked(tables, ["quota"]) + booked(tables, ["allocated"]), booked(tables, ["expense"])
    assert fen(summary["到账"]["all"]) == 100_000_000 == arrived + spent
    assert fen(summary["安排到项目"]["all"]) == column(site, "allocations", "amount") == 50_000_000
    if summary["支出"]["year"] != "*":
        assert fen(summary["支出"]["year"]) == spent == column(site, "spending", "paid")
        assert fen(summary["结余"]["all"]) == arrived
        assert (
            spent
            == column(site, "by_source", "spent")
            == column(site, "by_use", "spent")
            == column(site, "by_town", "spent")
        )
    for name in ("by_source", "by_use", "by_town", "by_year"):
        assert column(site, name, "allocated") == 50_000_000, name
    for field in ("arrived", "amount"):
        assert column(site, "funds", field) == column(site, "by_source", "arrived") == 100_000_000
    assert column(site, "funds", "allocated") == 50_000_000


def test_what_households_got_adds_up_to_the_book_where_it_is_published(made: tuple[Tables, Path]) -> None:
    tables, site = made
    table, lines = tables.postings, tables.payments
    paid: dict[str, int] = defaultdict(int)
    for posting, amount in zip(lines["posting"], lines["amount"], strict=True):
        row = table[table["index"] == posting].iloc[0] if "index" in table else table.iloc[posting]
        paid["income" if row["kind"] == "distribution" else "wages" if row["labour"] else "subsidies"] += int(amount)
    columns = {"wages": "paid", "subsidies": "amount", "income": "to_households"}
    for name, field in columns.items():
        found = rows(site, name)
        if any(row[field] not in ("", "*") for row in found):
            assert column(site, name, field) == paid[name], name


def test_a_withheld_cell_always_has_a_row_of_others_beside_it(made: tuple[Tables, Path]) -> None:
    _, site = made
    for resource in json.loads((site / "datapackage.json").read_text("utf-8"))["resources"]:
        if not resource["path"].endswith(".csv"):
            continue
        found = rows(site, resource["name"])
        for field in (one["name"] for one in resource["schema"]["fields"]):
            if any(row[field] == "*" for row in found) and field not in REPEATED and not field.startswith("use_"):
                others = [row for row in found if "其他（合并公开）" in row.values()]
                assert len(others) == 1, (resource["name"], field)
                assert others[0][field] not in ("", "*"), (resource["name"], field)


def added(site: Path) -> dict[tuple[str, str], int]:
    """What the data dictionary says may be added up, added up: the sum of each column of each file, in 分."""
    with (site / "data/dictionary.csv").open(encoding="utf-8-sig", newline="") as stream:
        described = list(csv.DictReader(stream))
    described = [one for one in described if one["文件"].startswith("data/")]
    names = [(one["文件"].removeprefix("data/").removesuffix(".csv"), one["列"], one["相加"]) for one in described]
    return {(name, field): column(site, name, field) for name, field, sums in names if sums == "各行相加就是合计"}


def of_book(folder: Path) -> dict[tuple[str, int], int]:
    """到账 and 支出 by year as a query of the book says them, in 分."""
    book = beanquery.connect(f"beancount:{folder / 'main.beancount'}")
    sums: dict[tuple[str, int], int] = defaultdict(int)
    for account, year, amount in book.execute("SELECT account, year, number").fetchall():
        kind = account.split(":")[0], account.split(":")[1][:2]
        if kind in (("Income", "40"), ("Income", "46")) or ":3104" in account:
            sums["到账", year] -= int(amount * 100)
        elif kind == ("Expenses", "21") or (account.startswith("Liabilities:2103") and amount < 0):  # given back
            sums["支出", year] += int(amount * 100)
    return sums


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "clean"), [(2022, False), (11, False), (23, True), (31, False)])
def test_the_files_of_whole_counties_add_up_to_the_book(seed: int, clean: bool, tmp_path: Path) -> None:
    """Every year of a county: by source, use, town, project and year the same four figures, and those of the book."""
    write(tmp_path / "book", seed=seed, clean=clean)
    booked = of_book(tmp_path / "book")
    for year in (2021, 2022, 2023):
        site = tmp_path / f"web{year}"
        book = read(tmp_path / "book", date(year, 12, 31))
        request = Request(year, date(year + 1, 1, 5), date(year + 1, 1, 16), papers=False)
        assert publish(book, {site: request})[0].leaks == []
        _agree(site, year, booked)


def _agree(site: Path, year: int, booked: dict[tuple[str, int], int]) -> None:
    sums, summary = added(site), {row["name"]: row for row in rows(site, "summary")}
    arrived, spent = ({at: booked[what, at] for at in range(2021, year + 1)} for what in ("到账", "支出"))
    named = {"arrived": "到账", "allocated": "安排到项目", "spent": "支出"}
    for table in ("by_source", "by_use", "by_town"):
        for field, what in named.items():
            if table == "by_source" or field != "arrived":
                assert sums[table, field] == fen(summary[what]["year"]), (table, field)
                assert sums[table, f"all_{field}"] == fen(summary[what]["all"]), (table, field)
                assert sums["by_year", field] == fen(summary[what]["all"]), field
    assert fen(summary["到账"]["year"]) == arrived[year] == sums["funds", "arrived"]
    assert fen(summary["支出"]["year"]) == spent[year] == sums["spending", "paid"]
    assert fen(summary["到账"]["all"]) == sum(arrived.values())
    assert fen(summary["支出"]["all"]) == sum(spent.values())
    assert fen(summary["结余"]["all"]) == sum(arrived.values()) - sum(spent.values()) == sums["by_source", "left"]
    assert fen(summary["安排到项目"]["year"]) == sums["allocations", "year"] == sums["funds", "allocated"]
    parts = (sums["allocations", field] for field in ("central", "municipal", "county", "other"))
    assert fen(summary["安排到项目"]["all"]) == sums["allocations", "amount"] == sum(parts)
    assert sums["spending", "wages"] == sums["wages", "paid"]
    for row in rows(site, "by_year"):
        assert (fen(row["arrived"]), fen(row["spent"])) == (arrived[int(row["name"])], spent[int(row["name"])])
    for past in range(2021, year):
        assert sums[f"{past}/funds", "arrived"] == arrived[past]
        assert sums[f"{past}/spending", "paid"] == spent[past]
        assert sums[f"{past}/spending", "wages"] == sums[f"{past}/wages", "paid"]


def test_income_of_no_asset_is_income_too() -> None:
    """Dividends belong to a grant, not to an asset: what was given out of them stands beside what came in."""
    tables = read(ledgers.XIUSHAN, date(2023, 12, 31)).tables
    table = tables.postings[tables.postings["kind"] == "asset income"]
    years = [year or day.year for year, day in zip(table["income_year"], table["date"], strict=True)]
    came_in = -int(table["amount"][[year == 2023 for year in years]].sum())
    dividends = -int(table["amount"][[year == 2023 for year in years] & (table["asset"].astype(str) == "").to_numpy()].sum())
    got = received(tables, 2023, 3)
    assert sum(got.earned.values()) == came_in
    assert got.earned["县级", "", ""] == dividends > 0


def test_a_year_in_which_no_money_moved_has_its_row(tmp_path: Path) -> None:
    """Money that the higher levels sent in advance: the published year shows nought, the year before has it."""
    book = read(write_county(tmp_path / "book", county(1), ("year: 2022", "year: 2023")), date(2023, 12, 31))
    request = Request(2023, date(2024, 1, 5), date(2024, 1, 16), papers=False)
    assert publish(book, {tmp_path / "web": request})[0].leaks == []
    found = {row["name"]: row for row in rows(tmp_path / "web", "by_year")}
    assert set(found) == {"2022", "2023"}
    assert fen(found["2023"]["arrived"]) == 0
    assert fen(found["2022"]["arrived"]) == 100_000_000
    assert column(tmp_path / "web", "funds", "arrived") == 0
    assert column(tmp_path / "web", "funds", "amount") == 100_000_000
