"""`xianjie query`: BQL over a book, its tables and its verdicts; not named `query`, as analysts call `xianjie.query`."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from xianjie.chinese import Command
from xianjie.options import AS_OF, BOOK
from xianjie.output import deliver

if TYPE_CHECKING:
    from ledgers.book import Book

_TYPES = {int: "integer", bool: "boolean", Decimal: "decimal", date: "date"}


@click.command(cls=Command)
@BOOK
@click.argument("text", metavar="查询")
@AS_OF
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    metavar="格式",
    help="table、csv 或 json",
)
def query(book: str, text: str, as_of: date | None, form: str) -> None:
    """用 BQL 查询：除 Beancount 自己的表外，还有 findings、payments、projects、funds 等表，金额是元。

    例：xianjie query 我县 "SELECT rule, count(*) FROM #findings WHERE status = 'fail' GROUP BY rule"
    """
    from beanquery import Error, ParseError

    from ledgers.book import read, within
    from reports.analysis import connection

    loaded = within(read(book, as_of))
    try:
        cursor = connection(loaded).execute(text)
    except (Error, ParseError) as error:
        raise click.ClickException(f"查询不能理解：{error}") from None
    names = [column.name for column in cursor.description]
    if form == "json":
        deliver(as_json(loaded, cursor), None)
        return
    rows = [["" if value is None else str(value) for value in row] for row in cursor.fetchall()]
    click.echo(_csv(names, rows) if form == "csv" else _table(names, rows), nl=False)


def as_json(book: "Book", cursor: Any) -> bytes:
    """The rows of a query for programs; decimals are strings, days are ISO, what is unknown is null."""
    from reports.check.checked import about

    columns = [{"name": column.name, "type": _TYPES.get(column.datatype, "string")} for column in cursor.description]
    rows = [[_plain(value) for value in row] for row in cursor.fetchall()]
    head = json.dumps({"schema": 1, "book": about(book), "columns": columns}, ensure_ascii=False, indent=1)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{head[:-2]},\n "rows": [\n{lines}\n]}}\n'.encode()


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _csv(names: list[str], rows: list[list[str]]) -> str:
    from reports.formulas import defused

    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([names, *([defused(cell) for cell in row] for row in rows)])
    return out.getvalue()


def _table(names: list[str], rows: list[list[str]]) -> str:
    from reports.width import pad, width

    widths = [max(map(width, column)) for column in zip(names, *rows, strict=True)]
    lines = ("  ".join(map(pad, row, widths)).rstrip() for row in [names, *rows])
    return "".join(f"{line}\n" for line in lines)
