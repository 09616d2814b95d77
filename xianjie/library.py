"""What analysts import: reading a book, its tables, its verdicts, and BQL over both."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from ledgers import book as books
from ledgers.book import Book
from plugins.findings import Audit
from reports import analysis


def read(path: str | Path, as_of: date | None = None) -> Book:
    """Read a book as of a day (default: as the command does).

    Raises ledgers.files.problems.Untrusted with everything that is wrong when it cannot be judged.
    """
    return books.read(path, as_of)


def tables(book: Book) -> dict[str, pd.DataFrame]:
    """The book's tables by name; money is 分 (int64). `columns` says what each column is."""
    return analysis.tables_of(book)


def columns() -> pd.DataFrame:
    """table, column, dtype, unit, unit_in_parquet of every column that `tables` and `findings` give."""
    return analysis.columns()


def audit(book: Book, rules: Iterable[str] = ()) -> Audit:
    """The verdicts of all rules, or of some; KeyError for an unknown rule."""
    return analysis.judged(book, rules)


def findings(book: Book, rules: Iterable[str] = ()) -> pd.DataFrame:
    """The same, one verdict a row; numerators in yuan where `unit` is CNY (Decimal), shortfall in 分."""
    return analysis.findings_of(audit(book, rules))


def query(book: Book, text: str) -> pd.DataFrame:
    """A BQL query over Beancount's tables and ours (findings, payments, projects, funds …), money in yuan as Decimal."""
    cursor = analysis.connection(book).execute(text)
    names = [column.name for column in cursor.description]
    rows: list[Any] = cursor.fetchall()
    return pd.DataFrame(
        {name: pd.Series([row[place] for row in rows], dtype=object) for place, name in enumerate(names)}
    )
