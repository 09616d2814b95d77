"""The same tables as CSV for spreadsheets and programs, described by a Frictionless data package."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from reports.publish.edition import Source
from reports.publish.reading import read_csv
from reports.publish.tables import COUNT, DATE, DAYS, MONEY, TEXT, WITHHELD, Table, plain

TYPES = {TEXT: "string", MONEY: "number", COUNT: "integer", DAYS: "number", DATE: "date"}
NOTE = (
    "金额单位为元。“*”表示不足规定户数、依隐私规则不单列；空白表示没有。"
    "以 = + - @ 开头的文字前加了单引号，以免被电子表格当作公式。"
)


def csv_file(table: Table) -> bytes:
    """A table for Excel: UTF-8 with BOM, header, one line a row, totals left to the reader."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([one.name for one in table.fields])
    for line in table.lines:
        writer.writerow([plain(value, one.kind) for value, one in zip(line.values, table.fields, strict=True)])
    return out.getvalue().encode("utf-8-sig")


def data_files(tables: list[Table], source: Source) -> Iterator[tuple[str, bytes]]:
    """The CSV of every table, and the package that describes them."""
    resources = []
    for table in tables:
        content = csv_file(table)
        prove_csv(table, content)
        resources.append(_resource(table, content))
        yield f"data/{table.name}.csv", content
    package = {
        "profile": "tabular-data-package",
        "name": f"xianjie-{source.year}",
        "title": f"{source.title} {source.year}年度公开数据",
        "description": NOTE,
        "created": f"{source.notice_from}T00:00:00Z",
        "sources": [{"title": source.origin}],
        "resources": resources,
    }
    yield "datapackage.json", json.dumps(package, ensure_ascii=False, indent=1).encode() + b"\n"


def _resource(table: Table, content: bytes) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"data/{table.name}.csv",
        "title": table.title,
        "description": table.about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "fields": [_field(one.name, one.title, one.kind) for one in table.fields],
            "missingValues": ["", "*"],
        },
    }


def _field(name: str, title: str, kind: str) -> dict[str, Any]:
    more = {"format": "%Y-%m-%d"} if kind == DATE else {}
    return {"name": name, "title": title, "type": TYPES[kind], **more}


def prove_csv(table: Table, content: bytes) -> None:
    """Read a finished CSV again: every cell means what the table says, and none is a formula. Raises ValueError."""
    header, *rows = read_csv(content)
    if header != [one.name for one in table.fields] or len(rows) != len(table.lines):
        raise ValueError(f"{table.name}.csv 写出后与内容不符")
    for row, line in zip(rows, table.lines, strict=True):
        for text, value, one in zip(row, line.values, table.fields, strict=True):
            if one.kind == TEXT and text[:1] in ("=", "+", "-", "@", "\t", "\r"):
                raise ValueError(f"{table.name}.csv 中有可能被当作公式的文字")
            if one.kind == MONEY and text not in ("", "*") and Decimal(text) * 100 != value:
                raise ValueError(f"{table.name}.csv 中的金额与内容不符")
            if (text == "*") != (value == WITHHELD):
                raise ValueError(f"{table.name}.csv 中的不单列标记与内容不符")
