"""Rows with a fault in one cell: whether the others name what the book knows, and nothing twice, so that one run tells all."""

from collections.abc import Iterator
from typing import Any

from importers.finding.job import Job
from importers.finding.registers import Funds, Projects
from importers.reading.kinds import Kind
from importers.reading.sheet import FAULTY
from importers.sheets import work_of


def look(job: Job) -> None:
    """Fault what faulty rows refer to in vain, and what stands in the sheet twice."""
    sheet = job.sheet
    for line, first, name in _twice(sheet.kind, [*sheet.rows, *sheet.broken], {row.line for row in sheet.broken}):
        sheet.fault(line, name, f"与第 {first + 1} 行重复")
    work = work_of(sheet.kind)
    for row in sheet.broken if hasattr(work, "look") else ():
        work.look(job, row)


def _twice(kind: Kind, rows: list[Any], broken: set[int]) -> Iterator[tuple[int, int, str]]:
    """(row, the earlier one, field) of rows that are one and the same, where at least one of them is faulty."""
    names = kind.once
    seen: dict[tuple[Any, ...], int] = {}
    for row in sorted(rows, key=lambda row: row.line) if names else ():
        key = tuple(getattr(row, name) for name in names)
        if FAULTY in key or not key[0] or (kind.id == "treasury" and not _pays(row)):
            continue
        first = seen.setdefault(key, row.line)
        if first != row.line and broken & {first, row.line}:
            yield row.line, first, names[-1] if kind.id == "treasury" else names[0]


def _pays(row: Any) -> bool:
    return isinstance(row.amount, int) and row.amount > 0


def funded(job: Job, row: Any) -> None:
    """A document and a project: treasury lines, allocations."""
    funds, projects = Funds(job.draft), Projects(job.draft)
    known = funds.by_document.get(row.document, []) if row.document is not FAULTY else []
    if not known and row.document is not FAULTY:
        job.fault(row, "document", f"文号“{row.document}”不在账簿里：请先导入下达它的资金指标表")
    if FAULTY not in (row.code, row.name):
        projects.find(job, row, row.code, row.name, funds.year(known[0]) if known else None)


def household(job: Job, row: Any) -> None:
    """A 户编号: shares, distributions."""
    if row.household is not FAULTY and row.household and job.draft.households.get(row.household) is None:
        job.fault(row, "household", "账簿里没有这个户编号：请先导入它所在的名单")


def project_by_name(job: Job, row: Any) -> str | None:
    """The project that a row names by code or name, whatever its year; None after a fault."""
    return Projects(job.draft).find(job, row, row.code, row.name, None)
