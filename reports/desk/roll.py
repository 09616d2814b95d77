"""清册: who received or holds how much, behind one posting; only to who may see it."""

from collections.abc import Mapping
from typing import Any

from fava.helpers import FavaAPIError

from ledgers.tables.schema import records
from reports.desk import kit
from reports.desk.paging import Paging
from reports.desk.review import Review


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """The lines of one posting's roll."""
    if not kit.sees_rolls():
        raise FavaAPIError("清册只有审计员可以查看")
    table, text = review.tables.postings, args.get("posting", "")
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) < len(table)):
        raise FavaAPIError("没有这份清册")
    index = int(text)
    posting = next(records(table.iloc[[index]]))
    shares = posting.kind == "shares"
    lines = review.tables.shares if shares else review.tables.payments
    found = list(records(lines[lines["posting"] == index]))
    return {
        "posting": posting,
        "shares": shares,
        "broken": review.tables.broken.get(index, ""),
        "paging": Paging(found, args, size=500),
        "sum": sum(line.amount for line in found),
    }
