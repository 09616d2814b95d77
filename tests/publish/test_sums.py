"""A journalist with the CSV files alone: every column of money adds up, and the sums are those of the book and of the pages."""

import csv
import json
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ledgers.book import read
from ledgers.tables.tables import Tables
from reports.publish.making import Request
from reports.publish.publish import publish
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


@pytest.fixture(params=range(4))
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
    assert column(site, "by_source", "arrived") == column(site, "funds", "amount") == 100_000_000


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
