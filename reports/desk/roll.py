"""清册: who received or holds how much, behind one posting; only to who may see it."""

from collections.abc import Mapping
from typing import Any, TypeVar

import pandas as pd
from fava.helpers import FavaAPIError

from ledgers.tables.schema import Holding, Payment, Posting, records
from reports.desk import kit
from reports.desk.paging import Paging
from reports.desk.review import Review

Line = TypeVar("Line")


def _lines(kind: type[Line], table: pd.DataFrame, posting: int) -> list[Line]:
    return list(records(kind, table[table["posting"] == posting]))


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """The lines of one posting's roll."""
    if not kit.sees_rolls():
        raise FavaAPIError("清册只有审计员可以查看")
    table, text = review.tables.postings, args.get("posting", "")
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) < len(table)):
        raise FavaAPIError("没有这份清册")
    index = int(text)
    posting = next(records(Posting, table.iloc[[index]]))
    shares = posting.kind == "shares"
    found = _lines(Holding, review.tables.shares, index) if shares else _lines(Payment, review.tables.payments, index)
    return {
        "posting": posting,
        "shares": shares,
        "broken": review.tables.broken.get(index, ""),
        "paging": Paging(found, args, size=500),
        "sum": sum(line.amount for line in found),
    }
