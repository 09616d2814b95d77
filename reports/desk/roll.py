"""清册: who received or holds how much, behind one posting; only to who may see it."""

from collections.abc import Mapping
from typing import Any, TypeVar

import pandas as pd

from ledgers.tables.schema import Holding, Payment, Posting, records
from reports.desk.kit import PageError
from reports.desk.paging import Paging
from reports.desk.review import Review

Line = TypeVar("Line")


def _lines(kind: type[Line], table: pd.DataFrame, posting: int) -> list[Line]:
    return list(records(kind, table[table["posting"] == posting]))


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """The lines of one posting's roll."""
    index = _posting(review, args)
    table = review.tables.postings
    posting = next(records(Posting, table.iloc[[index]]))
    shares = posting.kind == "shares"
    found = _lines(Holding, review.tables.shares, index) if shares else _lines(Payment, review.tables.payments, index)
    return {
        "posting": posting,
        "shares": shares,
        "broken": review.tables.broken.get(index, ""),
        "paging": Paging(found, _at(found, args), size=500),
        "wanted": _number(args.get("line", "")),
        "sum": sum(line.amount for line in found),
    }


def examples(review: Review) -> list[dict[str, str]]:
    lines = review.tables.payments[["file", "line"]].values.tolist()[:1]
    found = [{"posting": str(one)} for one in _rolled(review)[:1]]
    return found + [{"file": str(file), "line": str(line)} for file, line in lines]


ALONE = False  # there is no page without a roll


def _rolled(review: Review) -> list[int]:
    table = review.tables.postings
    rows: list[int] = table.index[table["roll"] != ""].tolist()
    return rows


def _posting(review: Review, args: Mapping[str, str]) -> int:
    """The posting that is asked for, by its row or by a line of its roll; PageError when there is none."""
    tables, file = review.tables, args.get("file", "")
    if file:
        for lines in (tables.payments, tables.shares):
            found = lines["posting"][(lines["file"] == file) & (lines["line"] == _number(args.get("line", "")))]
            if len(found):
                return int(found.iloc[0])
        raise PageError(404, f"{file[:80]} 的这一行不在读入的清册里，请看原文")
    row = _number(args.get("posting", ""))
    if row not in tables.postings.index:
        raise PageError(404, "没有这份清册")
    return row


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _at(lines: list[Any], args: Mapping[str, str]) -> Mapping[str, str]:
    """From the page of the list on which the wanted line stands."""
    place = next((number for number, one in enumerate(lines) if one.line == _number(args.get("line", ""))), 0)
    return args if args.get("start") else {"start": str(place)}
