"""Money and projects as a Fiscal Data Package (specs.frictionlessdata.io/fiscal-data-package): amounts with their dimensions."""

import csv
import io
from datetime import date
from typing import Any

from reports.publish.edition import Source
from reports.publish.tables import COUNTY, DATE, MONEY, WITHHELD, Table, plain

FISCAL = ("allocations", "spending", "funds")
# Measure -> table and column, in or out, and how far the money has come.
_MEASURES = {
    "issued": ("funds", "amount", "revenue", "approved"),
    "received": ("funds", "arrived", "revenue", "executed"),
    "allocated": ("allocations", "year", "expenditure", "approved"),
    "spent": ("spending", "paid", "expenditure", "executed"),
}
_TYPES = {MONEY: "number", DATE: "date"}


def fiscal_file(table: Table) -> bytes:
    """The table as plain UTF-8 without withheld cells, rows of others included."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([one.name for one in table.fields])
    for row in table.shown(COUNTY).every:
        cells = (
            "" if value == WITHHELD else plain(value, one.kind) for value, one in zip(row, table.fields, strict=True)
        )
        writer.writerow(list(cells))
    return out.getvalue().encode()


def fiscal_package(tables: dict[str, Table], source: Source) -> dict[str, Any]:
    """The descriptor: three resources, their measures and dimensions."""
    return {
        "profile": "tabular-data-package",  # as the schema of fiscal packages wants it
        "name": f"xianjie-{source.year}-fiscal",
        "title": f"{source.title} {source.year}年度资金与项目",
        "countryCode": "CN",
        "granularity": "transactional",
        "fiscalPeriod": {"start": date(source.year, 1, 1).isoformat(), "end": date(source.year, 12, 31).isoformat()},
        "resources": [_resource(tables[name]) for name in FISCAL],
        "model": {
            "measures": {name: _measure(*one) for name, one in _MEASURES.items()},
            "dimensions": {
                "fund": _dimension("funds", "activity", fund="fund", doc="doc", name="name", level="level"),
                "project": _dimension("allocations", "activity", project="project", name="name", unit="unit"),
                "place": _dimension("allocations", "location", town="town", village="village"),
                "spending_project": _dimension("spending", "activity", project="project", name="name"),
            },
        },
    }


def _measure(table: str, column: str, direction: str, phase: str) -> dict[str, Any]:
    return {"resource": table, "source": column, "currency": "CNY", "direction": direction, "phase": phase}


def _dimension(table: str, kind: str, **attributes: str) -> dict[str, Any]:
    return {
        "dimensionType": kind,
        "primaryKey": [next(iter(attributes))],
        "attributes": {name: {"resource": table, "source": column} for name, column in attributes.items()},
    }


def _resource(table: Table) -> dict[str, Any]:
    fields = [{"name": one.name, "title": one.title, "type": _TYPES.get(one.kind, "string")} for one in table.fields]
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": table.title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {"fields": fields, "missingValues": [""]},
    }
