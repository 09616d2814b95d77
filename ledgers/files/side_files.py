"""Files that imports write beside the Beancount text: bank statements, pay lists that wait for money, the log of sheets.

Each has one row class, one reader and one writer here. Money is in 分. A file that is not as imports write it raises
Untrusted, with its name and line.
"""

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from ledgers.files.csvs import Row, rows_of
from ledgers.files.problems import Problem, Untrusted
from ledgers.files.safely import Refused, read_bytes
from ledgers.money import exact, fen, yuan

BANK = "bank"
WAITING = "pending/lists.csv"
LOG = "imports.csv"
BANK_COLUMNS = ("date", "debit", "credit", "balance", "summary", "other")
WAITING_COLUMNS = (
    *("list", "kind", "project", "benefit", "start", "end", "contractor"),
    *("household", "person", "amount", "days", "quantity", "note"),
)
WAITING_MORE = ("result", "for", "account")  # since lists carry the bank's results
LOG_COLUMNS = ("kind", "key", "part", "digest", "records")
LOG_MORE = ("number", "day", "by", "provider", "file", "rows", "sum", "sha256")  # since imports are numbered
_One = TypeVar("_One")


@dataclass(frozen=True)
class BankLine:
    """A line of a village's bank statement: money in 分; `other` is an office's name or ＊＊＊, never a person's."""

    day: date
    debit: int
    credit: int
    balance: int
    summary: str = ""
    other: str = ""
    line: int = field(default=0, compare=False)  # of the file, 0 before it is written


@dataclass(frozen=True)
class PayLine:
    """A line of a pay list: money in 分, `person` "" where it is the household's, `days` whole or half."""

    household: str
    person: str
    amount: int
    days: Decimal | None = None
    quantity: Decimal | None = None
    paid_on: str = ""
    result: str = ""
    note: str = ""
    for_: str = ""  # the months or the year that it pays for
    account: str = ""  # a keyed token

    @property
    def total(self) -> int:
        """分."""
        return self.amount


@dataclass(frozen=True)
class Waiting:
    """A pay list whose money has not arrived: what it needs to find it."""

    id: str  # its import id
    kind: str  # labour or benefits
    project: str
    benefit: str
    start: date
    end: date
    contractor: bool
    lines: tuple[PayLine, ...]

    @property
    def total(self) -> int:
        """分 of all its lines."""
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True)
class Imported:
    """A sheet that was imported: what it is, its digest, and the records by which a corrected version is known."""

    kind: str
    key: str
    part: int
    digest: str
    records: tuple[str, ...] = ()
    number: int = 0  # of the import, 0 where it was not numbered yet
    day: str = ""
    by: str = ""
    provider: str = ""
    file: str = ""
    rows: int = 0
    sum: str = ""  # yuan
    sha256: str = ""  # of the file


def statement_file(village: str) -> str:
    """The name of a village's statement within the book."""
    return f"{BANK}/{village}.csv"


def villages(root: Path) -> list[str]:
    """The ids of the villages whose statements the book holds."""
    return sorted(path.stem for path in (root / BANK).glob("*.csv"))


def statement(root: Path, village: str) -> tuple[BankLine, ...]:
    """A village's statement, in the order of the bank. Raises Untrusted."""
    return tuple(_read(root, statement_file(village), BANK_COLUMNS, (), _bank_line))


def statement_bytes(lines: Iterable[BankLine]) -> bytes:
    """A statement as its file holds it."""
    return _table(BANK_COLUMNS, map(_bank_cells, lines))


def waiting(root: Path) -> list[Waiting]:
    """Every pay list that waits for its money, in the order of the file. Raises Untrusted."""
    lists: dict[str, list[Waiting]] = {}
    for one in _read(root, WAITING, WAITING_COLUMNS, WAITING_MORE, _waiting):
        lists.setdefault(one.id, []).append(one)
    return [replace(parts[0], lines=tuple(line for part in parts for line in part.lines)) for parts in lists.values()]


def waiting_bytes(lists: Iterable[Waiting]) -> bytes:
    """The lists as their file holds them, a line of the file for each of their lines."""
    return _table((*WAITING_COLUMNS, *WAITING_MORE), (cells for one in lists for cells in _waiting_cells(one)))


def log(root: Path) -> list[Imported]:
    """Every sheet that was imported, in the order of the imports. Raises Untrusted."""
    return list(_read(root, LOG, LOG_COLUMNS, LOG_MORE, _imported))


def log_of(content: bytes) -> list[Imported]:
    """The same, from the content that the file would have."""
    return list(_rows(LOG, content, LOG_COLUMNS, LOG_MORE, _imported))


def log_bytes(sheets: Iterable[Imported]) -> bytes:
    """The log as its file holds it."""
    return _table((*LOG_COLUMNS, *LOG_MORE), map(_log_cells, sheets))


def pay_line(row: Row) -> PayLine:
    """A line of a pay list from its cells by column, whichever file it stands in. Raises ValueError, ArithmeticError."""
    days, quantity = (Decimal(row[name]) if row.get(name) else None for name in ("days", "quantity"))
    texts = (row.get(name) or "" for name in ("paid_on", "result", "note", "for", "account"))
    return PayLine(row["household"], row.get("person") or "", fen(row["amount"]), days, quantity, *texts)


def _read(
    root: Path, name: str, columns: tuple[str, ...], more: tuple[str, ...], of: Callable[[Row, int], _One]
) -> Iterator[_One]:
    """The rows of a file, none where there is no such file; every row has the columns, and `more` all or none."""
    if not os.path.lexists(root / name):
        return
    try:
        content = read_bytes(root, name)
    except Refused as error:
        raise Untrusted([Problem(name, 0, str(error))]) from None
    yield from _rows(name, content, columns, more, of)


def _rows(
    name: str, content: bytes, columns: tuple[str, ...], more: tuple[str, ...], of: Callable[[Row, int], _One]
) -> Iterator[_One]:
    number = 0
    try:
        for number, row in rows_of(content, columns, missing=None):
            if set(row) not in (set(columns), {*columns, *more}) or None in row.values():
                raise ValueError("各行的列数不一")
            yield of(row, number)
    except (Refused, ValueError, ArithmeticError) as error:
        raise Untrusted([Problem(name, number, f"不是导入程序写下的格式（{error}）")]) from None


def _bank_line(row: Row, line: int) -> BankLine:
    debit, credit, balance = (fen(row[name]) for name in ("debit", "credit", "balance"))
    return BankLine(date.fromisoformat(row["date"]), debit, credit, balance, row["summary"], row["other"], line)


def _bank_cells(line: BankLine) -> tuple[str, ...]:
    return (line.day.isoformat(), yuan(line.debit), yuan(line.credit), yuan(line.balance), line.summary, line.other)


def _waiting(row: Row, line: int) -> Waiting:
    period = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
    about = row["list"], row["kind"], row["project"], row["benefit"], *period, row["contractor"] == "TRUE"
    return Waiting(*about, (pay_line(row),))


def _waiting_cells(one: Waiting) -> Iterator[tuple[str, ...]]:
    days = one.start.isoformat(), one.end.isoformat()
    common = (one.id, one.kind, one.project, one.benefit, *days, "TRUE" if one.contractor else "FALSE")
    for line in one.lines:
        amounts = yuan(line.amount), *("" if number is None else exact(number) for number in (line.days, line.quantity))
        yield (*common, line.household, line.person, *amounts, line.note, line.result, line.for_, line.account)


def _imported(row: Row, line: int) -> Imported:
    about = row["kind"], row["key"], int(row["part"]), row["digest"], tuple(row["records"].split())
    said = {name: row.get(name, "") for name in LOG_MORE}
    return Imported(*about, **said | {"number": int(said["number"] or 0), "rows": int(said["rows"] or 0)})


def _log_cells(one: Imported) -> tuple[str, ...]:
    about = one.kind, one.key, str(one.part), one.digest, " ".join(one.records)
    rows = str(one.rows) if one.number else ""
    return (*about, str(one.number or ""), one.day, one.by, one.provider, one.file, rows, one.sum, one.sha256)


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue().encode()
