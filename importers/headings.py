"""What a county's offices call their columns: registry/headings.csv of the book, added to when a question was answered.

One heading a line: the layout that it was met in ("" for every one), the kind of sheet, the heading, and what it is
called in this program's own forms ("" where the column is not used).
"""

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterable
from pathlib import Path

from importers.reading.cells import squeezed
from importers.reading.given import Heading
from importers.reading.kinds import KINDS, aliases, header_of
from importers.reading.layout import kind_named
from ledgers.files.csvs import Row, rows_of
from ledgers.files.problems import Problem, Untrusted
from ledgers.files.safely import Refused, read_bytes

FILE = "registry/headings.csv"
COLUMNS = ("layout", "kind", "heading", "field")


def read(root: Path) -> tuple[Heading, ...]:
    """The headings that a book remembers. Raises Untrusted for a line that says nothing that is known."""
    if not (root / FILE).exists():
        return ()
    try:
        rows = rows_of(read_bytes(root, FILE).removeprefix(BOM_UTF8), COLUMNS, missing=None)
    except Refused as error:
        raise Untrusted([Problem(FILE, 0, str(error))]) from None
    return tuple(_heading(row, line) for line, row in rows)


def _heading(row: Row, line: int) -> Heading:
    kind = kind_named(row.get("kind") or "")
    field = squeezed(row.get("field") or "")
    known = aliases(kind.id) if kind else {}
    if set(row) != set(COLUMNS) or None in row.values() or kind is None or (field and field not in known):
        wanted = "、".join(one.title for one in KINDS.values())
        raise Untrusted([Problem(FILE, line, f"应为 layout,kind,heading,field：kind 是表名（{wanted}），field 是该表的标准表头")])
    return Heading(row["layout"].strip(), kind.id, squeezed(row["heading"]), known[field][0] if field else "")


def written(headings: Iterable[Heading]) -> bytes:
    """The file's content, each heading once."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in dict.fromkeys(headings):
        name = header_of(one.kind, one.field) if one.field else ""
        writer.writerow((one.layout, KINDS[one.kind].title, one.heading, name))
    return stream.getvalue().encode()
