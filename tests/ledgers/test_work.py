"""Days, persons and households of labour: one definition for rules, registers, the public site and counties."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ledgers.book import read
from ledgers.facts import work
from ledgers.tables.tables import Tables
from reports.publish.received import WAGES, received
from reports.registers import labour
from tests.books import write_book

BOOK = """
2021-01-01 custom "village" "V101001"
  town: "甲镇"
  name: "子村"
  kind: "脱贫村"
  households: 100
2022-01-05 custom "fund" "F1" 100000.00 CNY
  name: "以工代赈资金"
  level: "中央"
  task: "以工代赈"
  year: 2022
  doc-no: "示〔2022〕1号"
2022-02-01 custom "project" "P1" "年度计划"
  name: "子村产业路"
  category: "乡村建设行动"
  mode: "以工代赈"
  village: "V101001"
  unit: "县交通局"
  planned: 100000.00 CNY
2022-01-10 * "到账"
  voucher: "2022-000001"
  Assets:9001指标:F1:0待分配  100000.00 CNY
  Income:4001财政拨款收入:1中央  -100000.00 CNY
2022-03-01 * "分配"
  voucher: "2022-000002"
  project: "P1"
  Assets:9001指标:F1:1已分配  100000.00 CNY
  Assets:9001指标:F1:0待分配  -100000.00 CNY
2022-08-20 * "劳务报酬"
  voucher: "2022-000003"
  project: "P1"
  fund: "F1"
  Expenses:2130504农村基础设施建设:30226劳务费  60000.00 CNY
    roll: "2022-000003-1"
    roll-sha256: "@2022-000003-1"
  Assets:9001指标:F1:1已分配  -60000.00 CNY
"""
REVERSAL = """
2022-08-25 * "冲销劳务报酬"
  voucher: "2022-000004"
  reverses: "2022-000003"
  project: "P1"
  fund: "F1"
  Expenses:2130504农村基础设施建设:30226劳务费  -60000.00 CNY
    roll: "2022-000004-1"
    roll-sha256: "@2022-000004-1"
  Assets:9001指标:F1:1已分配  60000.00 CNY
"""
PAID = """2022-000003-1,H1,1,30000.00,150
2022-000003-1,H2,1,18000.00,99.5
2022-000003-1,H2,2,12000.00,50.5
"""
PEOPLE = "household,date,state,village\nH1,2021-01-01,脱贫户,V101001\nH2,2021-01-01,一般户,V101001\n"


def tables_of(folder: Path, text: str, lines: str) -> Tables:
    files = {"registry/households.csv": PEOPLE, "rolls/2022/08.csv": f"roll,household,person,amount,days\n{lines}"}
    return read(write_book(folder, text, files), date(2022, 12, 31)).tables


def taken_back(sign: str) -> str:
    rows = [line.split(",") for line in PAID.splitlines()]
    return "".join(f"2022-000004-1,{household},{person},-{amount},{sign}{days}\n" for _, household, person, amount, days in rows)


def register_row(tables: Tables) -> list[object]:
    """Households, persons, days, priority households and their money of P1 in the labour register."""
    sheet = CalamineWorkbook.from_filelike(BytesIO(labour.workbook(tables))).get_sheet_by_index(0)
    row = next(row for row in sheet.to_python(skip_empty_area=False) if row[2] == "P1")
    return row[11:16]


def test_what_is_paid_counts_once(tmp_path: Path) -> None:
    tables = tables_of(tmp_path / "book", BOOK, PAID)
    done = work.by_project(tables)["P1"]
    assert (len(done.households), len(done.persons), done.days, done.priority) == (2, 3, 300.0, 3000000)
    assert register_row(tables) == [2, 3, 300, 1, 30000]


@pytest.mark.parametrize("sign", ["-", ""])
def test_a_reversed_list_takes_its_days_back(tmp_path: Path, sign: str) -> None:
    """Importers write the days of a reversal negative, a hand may leave them as they were: both take them back."""
    tables = tables_of(tmp_path / "book", BOOK + REVERSAL, PAID + taken_back(sign))
    done = work.by_project(tables)["P1"]
    assert (done.households, done.persons, done.days, done.priority) == (frozenset(), frozenset(), 0.0, 0)
    assert register_row(tables) == [0, 0, 0, 0, 0]
    leaves = received(tables, 2022, 0).leaves[WAGES]
    assert [leaf.days for leaf in leaves.values()] == [0.0]
