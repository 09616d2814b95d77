"""What imports leave beside the ledger: pay lists whose money is not there yet, bank statements, the log of sheets.

These files are written by imports only. One that cannot be read is named on the sheet, it does not stop the audit.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledgers.files.safely import Refused, read_bytes
from ledgers.money import fen
from ledgers.tables.tables import Tables

WAITING = "pending/lists.csv"
BANK = "bank"
LOG = "imports.csv"
SHEETS = {
    "villages": "行政村基本情况表",
    "funds": "资金指标表",
    "plan": "项目计划表",
    "allocation": "资金分配表",
    "treasury": "国库集中支付导出",
    "benefits": "惠企利民发放表",
    "labour": "劳务报酬发放表",
    "roster": "监测对象名单",
    "assets": "扶贫项目资产台账",
    "equity": "股权量化清单",
    "distribution": "收益分配表",
    "bank": "农商行流水",
}


class UnreadableError(Exception):
    """A side file that is not as imports write it; the message names it."""


@dataclass(frozen=True)
class Waiting:
    """A pay list that waits for its money (待核对)."""

    id: str
    kind: str
    project: str
    benefit: str
    start: date
    end: date
    lines: int
    amount: int

    @property
    def about(self) -> str:
        kind = "劳务报酬" if self.kind == "labour" else "一卡通发放"
        return f"{kind} {self.project}{self.benefit} {self.start} 至 {self.end}"


@dataclass(frozen=True)
class Statement:
    """A village's bank statement as far as it was imported, in 分; `opening` is the balance before its first line."""

    village: str
    first: date
    last: date
    lines: int
    opening: int
    debit: int
    credit: int
    closing: int


def waiting(tables: Tables) -> list[Waiting]:
    """Lists of periods that had begun by the as-of date, in the order of the file."""
    lists: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in _rows(tables, WAITING):
        lists[row["list"]].append(row)
    with _Reading(WAITING):
        found = [_waiting(name, rows) for name, rows in lists.items()]
    return [one for one in found if one.start <= tables.as_of]


def _waiting(name: str, rows: list[dict[str, str]]) -> Waiting:
    first = rows[0]
    period = date.fromisoformat(first["start"]), date.fromisoformat(first["end"])
    about = first["kind"], first["project"], first["benefit"]
    return Waiting(name, *about, *period, len(rows), sum(fen(row["amount"]) for row in rows))


def statements(tables: Tables) -> Iterator[Statement]:
    """Every village's statement up to the as-of date."""
    for path in sorted((tables.root / BANK).glob("*.csv")):
        name = f"{BANK}/{path.name}"
        with _Reading(name):
            rows = [row for row in _rows(tables, name) if date.fromisoformat(row["date"]) <= tables.as_of]
            if rows:
                yield _statement(path.stem, rows)


def _statement(village: str, rows: list[dict[str, str]]) -> Statement:
    debit, credit = (sum(fen(row[name]) for row in rows) for name in ("debit", "credit"))
    first, last = rows[0], rows[-1]
    opening = fen(first["balance"]) - fen(first["credit"]) + fen(first["debit"])
    days = date.fromisoformat(first["date"]), date.fromisoformat(last["date"])
    return Statement(village, *days, len(rows), opening, debit, credit, fen(last["balance"]))


def imported(tables: Tables) -> dict[str, tuple[int, int]]:
    """Kind of sheet -> how many were imported, and how many records they gave."""
    found: dict[str, tuple[int, int]] = {}
    with _Reading(LOG):
        for row in _rows(tables, LOG):
            sheets, records = found.get(row["kind"], (0, 0))
            found[row["kind"]] = sheets + 1, records + len(row["records"].split())
    return found


def _rows(tables: Tables, name: str) -> list[dict[str, Any]]:
    if not (tables.root / name).exists():
        return []
    with _Reading(name):
        text = read_bytes(tables.root, name).decode("utf-8")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        if any(None in row or None in row.values() for row in rows):
            raise ValueError("各行的列数不一")
        return rows


class _Reading:
    """Turns whatever goes wrong with a side file into an UnreadableError that names it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, (Refused, OSError, ValueError, KeyError, csv.Error)):
            raise UnreadableError(f"{self.name} 不是导入程序写下的格式，未能核对（{error}）") from None
