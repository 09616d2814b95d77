"""The consolidated report: findings line by line, Parquet tables, a workbook and pages, written to a folder at once."""

import hashlib
import io
import json
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ledgers.files.writing import put_in_place
from ledgers.kept import cache
from ledgers.money import yuan_cn
from plugins.findings import ERROR, FAIL, UNDETERMINED, WARNING
from reports.counties import joins
from reports.counties.run import Consolidated

MANIFEST = "manifest.json"
FINDINGS = "findings.jsonl"
AGREED = "一致"
REPORTS = "reports"  # in the cache
_INSIDE = "report/"  # apart from the cache's own manifest
_FOLDERS = ("tables", "counties")
Rows = dict[str, list[dict[str, Any]]]


class Occupied(Exception):  # noqa: N818
    """The folder holds something that is not ours to replace."""


def write(consolidated: Consolidated, out: Path) -> int:
    """Write the report into a folder, replacing an earlier one, and return the exit status."""
    out = out.absolute()
    _free(out)
    if (status := _written(consolidated, out)) is not None:
        return status
    kept = cache.kept(REPORTS, "", consolidated.key, lambda: dict(_files(consolidated)))
    beside = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        beside.chmod(0o755)
        for name in _FOLDERS:
            (beside / name).mkdir()
        for name, path in kept.items():
            shutil.copyfile(path, beside / name.removeprefix(_INSIDE))
        put_in_place(beside, out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return int(_manifest(out)["exit"])


def left_out(out: Path) -> list[str]:
    """The counties of a report whose books could not be trusted."""
    return list(_manifest(out).get("left_out", ()))


def exit_status(rows: Rows) -> int:
    """2 when a book, or part of one, could not be trusted; 1 when something of severity error failed; else 0."""
    if rows["problems"]:
        return 2
    failed = any(county["blocking"] for county in rows["counties"])
    return int(failed or any(row["result"] != AGREED for row in rows["reconciled"]))


def across(rows: Rows) -> Iterator[dict[str, Any]]:
    """What only the counties together show, as findings."""
    for number, found in _by_number(rows["twice"]).items():
        told = "；".join(f"{row['county']} {row['household']} {yuan_cn(row['amount'])} 元" for row in found)
        message = f"同一人在两县以上领取同一补助：{found[0]['purpose']}（{found[0]['period']}）：{told}"
        yield _finding("across-duplicate-payment", FAIL, WARNING, f"R{number}", found, message)
    for number, found in _by_number(rows["overlaps"]).items():
        sure = found[0]["together"] > found[0]["long"]
        told = "；".join(f"{row['county']} {row['household']} {row['days']} 天" for row in found)
        verdict = f"合计超过当月 {found[0]['long']} 天，必有同日" if sure else "清册只有天数，是否同日无法判定"
        message = f"同一人 {found[0]['period']} 在两县以上务工：{told}，{verdict}"
        yield _finding("across-work", FAIL if sure else UNDETERMINED, WARNING, f"R{number}", found, message)
    for row in rows["reconciled"]:
        if row["result"] != AGREED:
            sides = "，".join(
                f"{name} {yuan_cn(row[side])} 元"
                for name, side in (("下达", "sent"), ("入账", "booked"))
                if row[side] is not None
            )
            message = f"{row['doc_no']} {row['level']} {row['task']}：{row['result']}（{sides}）"
            yield _finding("across-quota", FAIL, ERROR, row["doc_no"], [row], message)


def _by_number(found: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    grouped = defaultdict(list)
    for row in found:
        grouped[row["number"]].append(row)
    return grouped


def _finding(
    rule: str, status: str, severity: str, subject: str, found: list[dict[str, Any]], message: str
) -> dict[str, Any]:
    return {
        "county": None,
        "rule": rule,
        "status": status,
        "severity": severity,
        "subject": {"kind": "across", "id": subject, "name": ""},
        "counties": sorted({row["county"] for row in found}),
        "message": message,
    }


def _files(consolidated: Consolidated) -> Iterator[tuple[str, bytes]]:
    """Every file of the report, as the cache keeps it: by its name inside the report's folder; the manifest last."""
    with joins.database(consolidated.tables) as database:
        rows = {name: joins.rows(database, query) for name, query in joins.QUERIES.items()}
        digests = {}
        for name, content in _contents(consolidated, rows, database):
            digests[name] = hashlib.sha256(content).hexdigest()
            yield _INSIDE + name, content
    manifest = {
        "xianjie": "consolidate",
        "key": consolidated.key,
        "as_of": _day(consolidated, rows).isoformat(),
        "exit": exit_status(rows),
        "left_out": [row["county"] for row in rows["counties"] if row["state"] != "judged"],
        "files": dict(sorted(digests.items())),
    }
    yield _INSIDE + MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode()


def _contents(consolidated: Consolidated, rows: Rows, database: Any) -> Iterator[tuple[str, bytes]]:
    from reports.counties import page, workbook

    for name, source in consolidated.tables.items():
        yield f"tables/{name}", source.read_bytes()
    yield FINDINGS, _lines(rows, database)
    day = _day(consolidated, rows)
    yield "汇总.xlsx", workbook.content(rows, day)
    for name, text in page.pages(rows, database, day):
        yield name, text.encode()


def _day(consolidated: Consolidated, rows: Rows) -> date:
    """The latest day as of which a county was judged."""
    days = [date.fromisoformat(row["as_of"]) for row in rows["counties"] if row["as_of"]]
    return max(days, default=consolidated.as_of)


def _lines(rows: Rows, database: Any) -> bytes:
    """Every finding as a line of JSON: those across counties, then each county's as it wrote them."""
    lines = io.BytesIO()
    for finding in across(rows):
        lines.write(json.dumps(finding, ensure_ascii=False).encode() + b"\n")
    found = database.execute("SELECT county, document FROM findings")
    while batch := found.fetchmany(10_000):
        for county, document in batch:
            lines.write(f'{{"county": {json.dumps(county, ensure_ascii=False)}, {document[1:]}\n'.encode())
    return lines.getvalue()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _manifest(out: Path) -> dict[str, Any]:
    try:
        found = json.loads((out / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and found.get("xianjie") == "consolidate" else {}


def _written(consolidated: Consolidated, out: Path) -> int | None:
    """The exit status of the report where the folder holds exactly this one already."""
    found = _manifest(out)
    if found.get("key") != consolidated.key:
        return None
    whole = all((out / name).is_file() and _sha256(out / name) == digest for name, digest in found["files"].items())
    return int(found["exit"]) if whole else None


def _free(out: Path) -> None:
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not _manifest(out))):
        raise Occupied(f"{out} 已有别的内容，应为不存在、空的或以前的汇总文件夹，没有改动")
    if not out.parent.is_dir():
        raise Occupied(f"上级文件夹 {out.parent} 不存在")
