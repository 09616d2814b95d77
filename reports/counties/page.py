"""The consolidated report as pages: one for all counties, one for each. No script, nothing from elsewhere."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from ledgers.money import yuan_cn
from plugins.findings import STATUS_NAMES
from plugins.judging import OP_NAMES
from reports.counties.workbook import COLUMNS, HEADINGS, SHEETS, said, titles
from reports.words import detail

SHOWN = 40  # counties of a chart, rows of a table: the workbook has all
WIDTH = 420  # of a chart's bars


def pages(rows: dict[str, list[dict[str, Any]]], database: Any, as_of: date) -> Iterator[tuple[str, str]]:
    """Name and text of every page."""
    templates = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
    templates.globals |= {"detail": detail, "said": said, "yuan": _yuan, "ratio": _ratio, "statuses": STATUS_NAMES}
    files = {row["county"]: f"counties/{number:04d}.html" for number, row in enumerate(_by_name(rows["counties"]), 1)}
    judged = sum(row["state"] == "judged" for row in rows["counties"])
    told = {"rows": rows, "as_of": as_of, "files": files, "charts": list(charts(rows["league"])), "judged": judged}
    told |= {
        "sheets": SHEETS,
        "columns": COLUMNS,
        "headings": HEADINGS,
        "most": SHOWN,
        "width": WIDTH,
        "matched": matched(rows["counties"]),
    }
    yield "index.html", templates.get_template("index.html").render(told)
    template = templates.get_template("county.html")
    found = _findings(database)
    problems = defaultdict(list)
    for problem in rows["problems"]:
        problems[problem["county"]].append(problem)
    for row in rows["counties"]:
        own = {"county": row, "findings": found.get(row["county"], []), "problems": problems[row["county"]]}
        yield files[row["county"]], template.render(own | {"as_of": as_of})


def _by_name(counties: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(counties, key=lambda row: str(row["county"]))


def _findings(database: Any) -> dict[str, list[Any]]:
    """The findings of every county that are no passes, in the order in which the county gave them."""
    columns = "county, rule, status, subject, name, period, part, message, file, line"
    grouped = defaultdict(list)
    for county, *finding in database.execute(
        f"SELECT {columns} FROM findings WHERE status NOT IN ('pass', 'na')"
    ).fetchall():
        grouped[county].append(finding)
    return grouped


def matched(counties: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Counties by how they took part in matching people: those under the common key, under another, under none."""
    judged = [row for row in counties if row["state"] == "judged"]
    checks = [row["identities"] for row in judged if row["identities"]]
    common = max(sorted(set(checks)), key=checks.count, default="")
    groups: dict[str, list[str]] = {"common": [], "other": [], "none": []}
    for row in _by_name(judged):
        groups["common" if row["identities"] == common and common else "other" if row["identities"] else "none"].append(
            row["county"]
        )
    return groups


def charts(league: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """For each yearly ratio the latest year as bars, worst first, each with its own threshold."""
    for rule, found in groupby(league, key=lambda row: row["rule"]):
        ordered = list(found)
        latest = [row for row in ordered if row["year"] == ordered[0]["year"]]
        shown = latest[:SHOWN]
        sides = [Decimal(0), *(row["value"] for row in shown), *(row["threshold"] for row in shown)]
        low, high = min(sides), max(sides)
        scale = Decimal(WIDTH) / ((high - low) or 1)
        bars = [_bar(row, low, scale) for row in shown]
        yield {
            "rule": rule,
            "title": titles().get(rule, rule),
            "year": ordered[0]["year"],
            "bars": bars,
            "more": len(latest) - len(shown),
            "table": ordered[: SHOWN * 3],
        }


def _bar(row: dict[str, Any], low: Decimal, scale: Decimal) -> dict[str, Any]:
    start, end = sorted((Decimal(0), row["value"]))
    return {
        "county": row["county"] + (f"·{detail(row['part'], '')}" if row["part"] else ""),
        "x": f"{(start - low) * scale:.1f}",
        "width": f"{max((end - start) * scale, Decimal(1)):.1f}",
        "mark": f"{(row['threshold'] - low) * scale:.1f}",
        "good": row["status"] == "pass",
        "text": f"{_ratio(row['value'], row['unit'])}（应{OP_NAMES[row['op']]} {_ratio(row['threshold'], row['unit'])}）",
    }


def _ratio(value: Decimal | None, unit: str) -> str:
    """A ratio as a percentage with at most two places; a number of days or months as it is."""
    if value is None:
        return "—"
    if unit in ("day", "month"):
        return f"{value.normalize():f}"
    return f"{(value * 100).quantize(Decimal('0.01')).normalize():f}%"


def _yuan(value: Any) -> str:
    return yuan_cn(int(value)) if value is not None else "—"
