"""Findings as a list: what every page that shows many of them uses."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from plugins.findings import FAIL, NA, PENDING, SEVERITY_NAMES, STATUSES, Finding
from reports.desk import dealt, kit, links
from reports.desk.listing import COUNT, LONG, PLACE, STATUS, YUAN, Column, Listing
from reports.desk.review import Review, at_risk, shown
from reports.desk.where import Where, where


def listing(review: Review, findings: Iterable[Finding], args: Mapping[str, str], name: str = "判定") -> Listing:
    """Findings with filters by verdict, rule, unit, town, year and level; most yuan at risk first."""
    return Listing(name, columns(review), findings, args, keep=("rule", "id"), memory=review.lists)


def columns(review: Review) -> list[Column]:
    """What a finding says, column by column."""
    cached: dict[int, Where] = {}

    def of(name: str) -> Callable[[Finding], str]:
        def get(finding: Finding) -> str:
            if id(finding) not in cached:
                cached[id(finding)] = where(review.tables, finding)
            return str(getattr(cached[id(finding)], name))

        return get

    def number(name: str) -> Callable[[Finding], str]:
        return lambda finding: str(getattr(shown(finding), name))

    return [
        Column("status", "结论", lambda one: one.status, STATUS, link=dealt.link, facet=True),
        Column("severity", "性质", lambda one: SEVERITY_NAMES[one.severity], facet=True, small=True),
        Column("title", "规则", lambda one: review.rules[one.rule].title, link=_rule, facet=True),
        Column("subject", "对象", _subject, link=lambda one: kit.subject_link(review, one)),
        Column("unit", "责任单位", of("unit"), facet=True, small=True),
        Column("town", "乡镇", of("town"), facet=True, extra=True),
        Column("year", "年度", of("year"), facet=True, small=True),
        Column("level", "级次", of("level"), facet=True, extra=True),
        Column("value", "数值", number("value"), extra=True),
        Column("threshold", "要求", number("threshold"), extra=True),
        Column("missing", "还差（元）", at_risk, YUAN),
        Column("message", "说明", lambda one: one.message, LONG),
        Column(
            "place", "出处", lambda one: _place(review, one), PLACE, link=lambda one: _line(review, one), small=True
        ),
    ]


def _rule(finding: Finding) -> str:
    return links.to("rules", rule=finding.rule)


def _subject(finding: Finding) -> str:
    name = finding.subject.name or finding.subject.id
    number = f" {finding.subject.id}" if finding.subject.name and finding.subject.kind not in ("year", "level") else ""
    detail = kit.part_name(finding)
    return f"{name}{number}{f'（{detail}）' if detail else ''}"


def _place(review: Review, finding: Finding) -> str:
    found = kit.places(review, finding)
    return f"{found[0].file}:{found[0].line}" if found else ""


def _line(review: Review, finding: Finding) -> str:
    found = kit.places(review, finding)
    if not found or (found[0].file.endswith(".csv") and not kit.sees_rolls()):
        return ""
    return links.line(found[0].file, found[0].line)


def count_columns(get: Callable[[Any], list[Finding]]) -> list[Column]:
    """How many of a row's findings failed, and how many can still be mended; as many as its own page shows."""
    return [
        Column("failed", "不符合", lambda row: sum(one.status == FAIL for one in get(row)), COUNT, total=True),
        Column(
            "pending",
            "尚可补足",
            lambda row: sum(one.status == PENDING for one in get(row)),
            COUNT,
            total=True,
            small=True,
        ),
        Column("worst", "结论", lambda row: worst(get(row)), STATUS, facet=True),
    ]


def worst(findings: list[Finding]) -> str:
    """The verdict that matters most among findings; "" when nothing was judged."""
    found = [one.status for one in findings if one.status != NA]
    return min(found, key=STATUSES.index) if found else ""
