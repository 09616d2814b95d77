"""项目: the list; or one project, from its first state to the vouchers, notices, assets and findings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from ledgers.facts import registered
from ledgers.money import yuan_cn
from ledgers.tables.directives import Notice
from ledgers.tables.schema import Posting, records
from ledgers.tables.tables import Tables
from plugins.findings import FAIL, NA, Finding
from reports import figures
from reports.desk import charts, findings, links
from reports.desk.kit import PageError
from reports.desk.listing import MONEY, Column, Listing
from reports.desk.paging import Paging
from reports.desk.review import TO_DO, Review
from reports.desk.where import project_where, project_year, town_of

LABOUR = ("labour-share-work-relief", "labour-share", "labour-promised")
VOUCHERS = 30  # on one page
NO_MONEY = figures.Money(0, 0, 0, 0, 0, 0)


@dataclass
class Voucher:
    """One transaction as far as it carries the project."""

    row: Any
    postings: list[Any] = field(default_factory=list)

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
        rows = registered.projects(review.tables).values()
        return {
            "project": None,
            "listing": Listing("项目", _columns(review), rows, args, sort="-failed", memory=review.lists),
        }
    project = registered.projects(review.tables).get(name)
    if project is None:
        raise PageError(404, f"截至 {review.as_of}，账簿里没有项目 {name[:60]}")
    tables = review.tables
    about = review.of_project(name)
    vouchers = vouchers_of(tables, review.postings(project=name))
    return {
        "project": project,
        "village": registered.villages(tables).get(project.village),
        "timeline": _timeline(review, name),
        "stages": registered.project_states(tables).get(name, []),
        "money": figures.by_project_and_fund(tables).get(name, {}),
        "total": figures.by_project(tables).get(name, NO_MONEY),
        "funds": registered.funds(tables),
        "gauges": [_gauge(review, finding) for finding in _labour(about)],
        "paging": Paging(vouchers, args, VOUCHERS),
        "notices": [row for row in records(Notice, tables.notices) if row.subject == name],
        "assets": [registered.assets(tables)[one] for one in review.assets_of(name)],
        "grants": [one for one in figures.shares_by_grant(tables).values() if one.row.project == name],
        "findings": about,
        "of_funds": [
            one
            for fund in figures.by_project_and_fund(tables).get(name, {})
            for one in review.of("fund", fund)
            if one.status in TO_DO
        ],
    }


def examples(review: Review) -> list[dict[str, str]]:
    failed = [one.subject.id for one in review.to_do if one.subject.kind == "project"]
    return [{"id": name} for name in [*failed[:1], *registered.projects(review.tables)][:1]]


def _columns(review: Review) -> list[Column]:
    tables = review.tables
    villages, money = registered.villages(tables), figures.by_project(tables)
    labour = figures.labour_by_project(tables)

    def of(one: Any) -> figures.Money:
        return money.get(one.id, NO_MONEY)

    def entries(what: str) -> Callable[[Any], str]:
        return lambda one: links.entries(what, project=one.id)

    return [
        Column("name", "项目", lambda one: one.name, link=lambda one: links.to("project", id=one.id)),
        Column("number", "编号", lambda one: one.id, small=True),
        Column("year", "年度", lambda one: project_year(tables, one.id), facet=True, extra=True),
        Column("unit", "实施单位", lambda one: one.unit, facet=True, small=True),
        Column("town", "乡镇", lambda one: one.town or town_of(tables, one.village), facet=True, small=True),
        Column(
            "village",
            "村",
            lambda one: villages[one.village].name if one.village in villages else "",
            link=lambda one: links.to("village", id=one.village),
        ),
        Column("mode", "方式", lambda one: one.mode, facet=True, small=True),
        Column("category", "类别", lambda one: one.category, facet=True, extra=True),
        Column("level", "主要级次", lambda one: project_where(tables, one.id).level, facet=True, extra=True),
        Column("state", "状态", lambda one: state_of(review, one.id), facet=True, small=True),
        Column("allocated", "分配", lambda one: of(one).allocated, MONEY, entries("allocated"), total=True),
        Column("paid", "支付", lambda one: of(one).paid, MONEY, entries("paid"), total=True),
        Column("unpaid", "未支付", lambda one: of(one).unpaid, MONEY, total=True, small=True),
        Column(
            "labour", "劳务报酬", lambda one: labour.get(one.id, 0), MONEY, entries("labour"), total=True, small=True
        ),
        Column("over", "超支", lambda one: "超支" if of(one).unpaid < 0 else "", facet=True, extra=True),
        *findings.count_columns(lambda one: review.of_project(one.id)),
    ]


def state_of(review: Review, project: str) -> str:
    """The project's latest state; "" where it has none."""
    stages = registered.project_states(review.tables).get(project, [])
    return stages[-1].state if stages else ""


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
    kind = finding.status if finding.status in TO_DO and finding.status != FAIL else ""
    return title, finding, charts.gauge(*numbers, text, kind)
