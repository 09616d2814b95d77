"""The same tables as CSV for spreadsheets and programs, described by a Frictionless data package."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from reports.formulas import is_formula
from reports.publish.edition import Source
from reports.publish.fiscal import FISCAL, fiscal_file, fiscal_package
from reports.publish.reading import read_csv
from reports.publish.tables import COUNT, COUNTY, DATE, DAYS, MONEY, TEXT, WITHHELD, Field, Table, plain

TYPES = {TEXT: "string", MONEY: "number", COUNT: "integer", DAYS: "number", DATE: "date"}
NOTE = (
    "金额单位为元。每列金额相加就是合计；“*”表示不足规定户数、已并入“其他（合并公开）”一行；空白表示没有。"
    "以 = + - @（全角的也算）开头的文字前加了单引号，以免被电子表格当作公式。"
)


def csv_file(table: Table) -> bytes:
    """A table for Excel: UTF-8 with BOM, header, the rows of the county; added up they are the total."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([one.name for one in table.fields])
    for row in table.shown(COUNTY).every:
        writer.writerow([plain(value, one.kind) for value, one in zip(row, table.fields, strict=True)])
    return out.getvalue().encode("utf-8-sig")


def data_files(tables: list[Table], source: Source, past: dict[int, list[Table]]) -> Iterator[tuple[str, bytes]]:
    """The CSV of every table, of earlier years too, what describes them, and everything in one zip."""
    resources, files, described = list[Any](), dict[str, bytes](), dict[str, Table]()
    for year, found in {source.year: tables, **past}.items():
        for table in found:
            content = csv_file(table)
            prove_csv(table, content)
            folder = "data" if year == source.year else f"data/{year}"
            name = f"{folder}/{table.name}.csv"
            resources.append(
                _resource(table, content, name, table.name if year == source.year else f"{table.name}-{year}")
            )
            files[name], described[name] = content, table
    files["datapackage.json"] = _json(
        {
            "profile": "tabular-data-package",
            "name": f"xianjie-{source.year}",
            "title": f"{source.title} {source.year}年度公开数据",
            "description": NOTE,
            "created": f"{source.notice_from}T00:00:00Z",
            "sources": [{"title": source.origin, "path": "manifest.json"}],
            "licenses": [{"name": "CC-BY-4.0", "title": "可以自由使用，注明来源"}],
            "resources": resources,
        }
    )
    files["fiscal/datapackage.json"] = _json(fiscal_package({table.name: table for table in tables}, source))
    for name in FISCAL:
        files[f"fiscal/{name}.csv"] = fiscal_file(next(table for table in tables if table.name == name))
        described[f"fiscal/{name}.csv"] = next(table for table in tables if table.name == name)
    files["data/dictionary.csv"] = _dictionary(described)
    yield from files.items()
    yield "data.zip", _zip(files)


def _json(package: dict[str, Any]) -> bytes:
    return json.dumps(package, ensure_ascii=False, indent=1).encode() + b"\n"


def _dictionary(described: dict[str, Table]) -> bytes:
    """What every column of every file means, and whether its rows may be added up."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["文件", "表", "列", "含义", "类型", "相加", "说明", "表的说明"])
    kinds = {TEXT: "文字", MONEY: "金额（元，两位小数）", COUNT: "整数", DAYS: "数", DATE: "日期（年-月-日）"}
    for name, table in described.items():
        for one in table.fields:
            sums = "" if one.kind != MONEY else "各行相加就是合计" if one.summed else "各行不能相加"
            writer.writerow([name, table.title, one.name, one.title, kinds[one.kind], sums, one.note, table.about])
    return out.getvalue().encode("utf-8-sig")


def _zip(files: dict[str, bytes]) -> bytes:
    """The files in one archive, the same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _resource(table: Table, content: bytes, path: str, name: str) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": path,
        "title": table.title,
        "description": table.about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "fields": [_field(one) for one in table.fields],
            "missingValues": ["", "*"],
        },
    }


def _field(one: Field) -> dict[str, Any]:
    more = ({"description": one.note} if one.note else {}) | ({"format": "%Y-%m-%d"} if one.kind == DATE else {})
    return {"name": one.name, "title": one.title, "type": TYPES[one.kind], **more}


def prove_csv(table: Table, content: bytes) -> None:
    """Read a finished CSV again: every cell means what the table says, and none is a formula. Raises ValueError."""
    header, *rows = read_csv(content)
    expected = table.shown(COUNTY).every
    if header != [one.name for one in table.fields] or len(rows) != len(expected):
        raise ValueError(f"{table.name}.csv 写出后与内容不符")
    for row, line in zip(rows, expected, strict=True):
        for text, value, one in zip(row, line, table.fields, strict=True):
            if one.kind == TEXT and is_formula(text):
                raise ValueError(f"{table.name}.csv 中有可能被当作公式的文字")
            if one.kind == MONEY and text not in ("", "*") and Decimal(text) * 100 != value:
                raise ValueError(f"{table.name}.csv 中的金额与内容不符")
            if (text == "*") != (value == WITHHELD):
                raise ValueError(f"{table.name}.csv 中的不单列标记与内容不符")
