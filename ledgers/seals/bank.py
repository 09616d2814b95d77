"""Holding imported bank statements (`bank/VILLAGE.csv`) against the book: what of a statement the book does not show."""

import datetime as dt
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import NamedTuple

from ledgers.files.problems import Problem
from ledgers.files.side_files import statement, statement_file, villages
from ledgers.money import yuan_cn
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables

Days = dict[date, int]  # 分 by day, money in positive


def unreconciled(tables: Tables, after: date | None, end: date) -> list[Problem]:
    """Days of a period (after `after`, up to `end`) whose statement lines do not sum to what the book moved that day.

    A village without an imported statement is not compared. Raises Untrusted for a statement that cannot be read.
    """
    problems = []
    for village in villages(tables.root):
        booked = _booked(tables, village)
        for day, (line, amount) in _statement(tables.root, village).items():
            found = booked.get(day, 0)
            if day <= end and (after is None or day > after) and found != amount:
                text = f"村 {village} 在 {day} 的银行流水净额 {yuan_cn(amount)} 元，账上 {yuan_cn(found)} 元，尚未核对一致"
                problems.append(Problem(statement_file(village), line, text))
    return problems


class _Moved(NamedTuple):
    date: dt.date
    amount: int


def _booked(tables: Tables, village: str) -> Days:
    """What the book moves on a village's bank account, openings left out: the bank shows them as a balance."""
    table = tables.postings
    openings = table.loc[table["kind"] == "opening", "transaction"]
    legs = table[(table["kind"] == "bank") & (table["village"] == village) & ~table["transaction"].isin(openings)]
    total: Days = defaultdict(int)
    for row in records(_Moved, legs):
        total[row.date] += row.amount
    return total


def _statement(root: Path, village: str) -> dict[date, tuple[int, int]]:
    """A statement by day: the first line that it has there, and money in less money out."""
    total: dict[date, tuple[int, int]] = {}
    for one in statement(root, village):
        line, before = total.get(one.day, (one.line, 0))
        total[one.day] = line, before + one.credit - one.debit
    return total
