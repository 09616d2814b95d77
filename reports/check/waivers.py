"""Every waiver of a book and what it covers; an expired one is shown, and counts no more."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from ledgers.money import yuan, yuan_cn
from ledgers.tables.directives import Waiver as WaiverLine
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables
from plugins.findings import WAIVED, Audit, Finding
from reports.check.baseline import Scope
from reports.words import detail


@dataclass(frozen=True)
class Waiver:
    """A waiver as the book has it, whether it is in force, and the findings that it accepts today."""

    rule: str
    subject: str
    part: str
    period: str
    reason: str
    by: str
    granted: date
    until: date | None
    limit: int | None
    in_force: bool
    covers: tuple[Finding, ...]
    place: str

    @property
    def state(self) -> str:
        if not self.in_force:
            return "已过期，不再有效"
        return f"有效，覆盖 {len(self.covers)} 项" if self.covers else "有效，没有可覆盖的结论"

    @property
    def scope(self) -> str:
        return detail(self.part, self.period) or "全部"

    @property
    def words(self) -> str:
        limit = f"，限额 {yuan_cn(self.limit)} 元" if self.limit is not None else ""
        return f"{self.rule} {self.subject}（{self.scope}）：{self.reason}，{self.by}，至 {self.until}{limit}；{self.state}"


def waivers(tables: Tables, audit: Audit, scope: Scope) -> list[Waiver]:
    """All waivers given by the as-of date for what was asked for, in the order of the book."""
    return [
        Waiver(
            row.rule,
            row.subject,
            row.part,
            row.period,
            row.reason,
            row.by,
            row.date,
            row.until,
            row.limit,
            bool(row.until and row.until >= tables.as_of),
            tuple(one for one in audit.stated if one.status == WAIVED and _accepts(row, one)),
            f"{row.file}:{row.line}",
        )
        for row in records(WaiverLine, tables.waivers)
        if scope.holds(row.rule, row.subject)
    ]


def plain_waiver(one: Waiver) -> dict[str, Any]:
    """A waiver for JSON: what it names, until when, whether it counts, and the fingerprints that it covers."""
    texts = {name: getattr(one, name) for name in ("rule", "subject", "part", "period", "reason", "by")}
    return texts | {
        "until": one.until.isoformat() if one.until else None,
        "limit": yuan(one.limit) if one.limit is not None else None,
        "in_force": one.in_force,
        "covers": [finding.fingerprint for finding in one.covers],
    }


def _accepts(row: object, finding: Finding) -> bool:
    given = {name: getattr(row, name) for name in ("rule", "subject", "part", "period", "reason", "by", "until")}
    return (
        (given["rule"], given["subject"]) == (finding.rule, finding.subject.id)
        and given["part"] in ("", None, finding.part)
        and given["period"] in ("", None, finding.period)
        and finding.waiver.startswith(f"{given['reason']}（{given['by']}，至 {given['until']}")
    )
