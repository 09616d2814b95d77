"""项目: the list; or one project, from its first state to the vouchers, notices, assets and findings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fava.helpers import FavaAPIError
from markupsafe import Markup

from ledgers.facts import registered
from ledgers.money import yuan_cn
from ledgers.tables.directives import Notice
from ledgers.tables.schema import Posting, records
from ledgers.tables.tables import Tables
from plugins.findings import FAIL, NA, PENDING, Finding
from reports import figures
from reports.desk import charts, links
from reports.desk.paging import Paging
from reports.desk.review import Review

LABOUR = ("labour-share-work-relief", "labour-share", "labour-promised")
NO_MONEY = figures.Money(0, 0, 0, 0, 0, 0)


@dataclass
class Voucher:
    """One transaction as far as it carries the project."""

    row: Any
    postings: list[Any] = field(default_factory=list)

    @property
    def href(self) -> str:
        """The journal with this voucher alone."""
        return links.voucher(self.row.date, self.row.voucher)

    def sum_of(self, kind: str) -> int:
        return sum(posting.amount for posting in self.postings if posting.kind == kind)

    @property
    def allocated(self) -> int:
        return sum(one.amount for one in self.postings if one.kind == "allocated" and one.quota_only)

    @property
    def labour(self) -> int:
        return sum(posting.amount for posting in self.postings if posting.labour)


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """One project, or all of them with their money and how many findings failed."""
    name = args.get("id", "")
    if not name:
        return {"project": None, **listing(review, args)}
    project = registered.projects(review.tables).get(name)
    if project is None:
        raise FavaAPIError(f"截至 {review.as_of}，账簿里没有项目 {name[:60]}")
    tables = review.tables
    findings = review.of_project(name)
    vouchers = vouchers_of(tables, review.postings(project=name))
    return {
        "project": project,
        "village": registered.villages(tables).get(project.village),
        "timeline": _timeline(review, name),
        "stages": registered.project_states(tables).get(name, []),
        "money": figures.by_project_and_fund(tables).get(name, {}),
        "total": figures.by_project(tables).get(name, NO_MONEY),
        "funds": registered.funds(tables),
        "gauges": [_gauge(review, finding) for finding in _labour(findings)],
        "paging": Paging(vouchers, args),
        "all_vouchers": links.vouchers("project", name, [one.row.date for one in vouchers]),
        "notices": [row for row in records(Notice, tables.notices) if row.subject == name],
        "assets": [registered.assets(tables)[one] for one in review.assets_of(name)],
        "grants": [one for one in figures.shares_by_grant(tables).values() if one.row.project == name],
        "findings": findings,
    }


def listing(review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """All projects, those with failures first; `q` looks in id, name, village and unit."""
    words, tables = args.get("q", "").strip()[:60], review.tables
    villages, money = registered.villages(tables), figures.by_project(tables)
    rows = []
    for one in registered.projects(tables).values():
        village = villages.get(one.village)
        text = f"{one.id} {one.name} {village.name if village else ''} {one.town} {one.unit} {one.mode}"
        if words.lower() in text.lower():
            found = review.of("project", one.id)
            failed = sum(finding.status == FAIL for finding in found)
            pending = sum(finding.status == PENDING for finding in found)
            states = registered.project_states(tables).get(one.id, [])
            state = states[-1].state if states else ""
            rows.append((one, village, state, money.get(one.id, NO_MONEY), failed, pending))
    rows.sort(key=lambda row: (-row[4], -row[5], -row[3].amount, row[0].id))
    return {"paging": Paging(rows, args), "words": words}


def vouchers_of(tables: Tables, postings: Any) -> list[Voucher]:
    """Postings by transaction, in the order of the book."""
    found: dict[int, Voucher] = {}
    for row in records(Posting, postings):
        if row.transaction not in found:
            found[row.transaction] = Voucher(row)
        found[row.transaction].postings.append(row)
    return list(found.values())


def _timeline(review: Review, name: str) -> Markup:
    stages = registered.project_states(review.tables).get(name, [])
    events = [charts.Event(stage.date, stage.state, links.line(stage.file, stage.line)) for stage in stages]
    title = "项目状态：" + "，".join(f"{event.day} {event.name}" for event in events)
    return charts.timeline(events, max([review.as_of, *(event.day for event in events)]), title)


def _labour(findings: list[Finding]) -> list[Finding]:
    return [one for one in findings if one.rule in LABOUR and one.status != NA and one.measured and one.threshold]


def _gauge(review: Review, finding: Finding) -> tuple[str, Finding, Markup]:
    """A labour ratio as a gauge, with the yuan still missing beside it."""
    title, measured = review.rules[finding.rule].title, finding.measured
    assert measured is not None
    required = (finding.threshold.required if finding.threshold else None) or 0
    numbers = int(measured.numerator), required, int(measured.denominator)
    text = f"{title}：已发 {yuan_cn(numbers[0])} 元，应发 {yuan_cn(required)} 元"
    return title, finding, charts.gauge(*numbers, text)
