"""整改与豁免: what is being mended, by whom and by when; what was asked for, and what is accepted, why and until when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.desk import dealt, links
from reports.desk.dealt import Event
from reports.desk.listing import DATE, LONG, PLACE, Column, Listing
from reports.desk.review import Review


@dataclass(frozen=True)
class Step:
    """A rectification, a request or a waiver as it stands on the page's day, or when something was done after it."""

    row: Event
    state: str
    due: date | None
    unit: str = ""


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    found = [step for history in dealt.events(review.tables).values() for step in _steps(history, review.as_of)]
    return {"listing": Listing("整改与豁免", _columns(review), found, args, sort="due"), "units": _units(found)}


def _steps(history: list[Event], as_of: date) -> Iterator[Step]:
    """The latest state of the rectification, every waiver, and the request that is open."""
    day = dealt.standing(history, as_of)
    if row := dealt.rectified(history):
        due, unit = dealt.ordered(history)
        yield Step(row, "逾期" if dealt.overdue(history, day) else row.state, due, unit)
    if asked := dealt.open_request(history):
        yield Step(asked, "待批", asked.due)
    for one in history:
        if one.kind == "waiver":
            yield Step(one, "有效" if one.due and one.due >= day else "已过期", one.due)


def _units(steps: list[Step]) -> list[str]:
    """The units that have something to mend."""
    return sorted({step.unit for step in steps if step.unit and step.state in ("发现", "整改中", "逾期")})


def _columns(review: Review) -> list[Column]:
    names = {
        (name, one.subject.id): one.subject.name
        for name in {key[0] for key in dealt.events(review.tables)}
        for one in review.by_rule.get(name, ())
    }

    def rule(one: Step) -> str:
        return review.rules[one.row.key[0]].title if one.row.key[0] in review.rules else one.row.key[0]

    def subject(one: Step) -> str:
        detail = " ".join(text for text in one.row.key[2:] if text)
        name = names.get(one.row.key[:2], "")
        return f"{name} {one.row.key[1]}".strip() + (f"（{detail}）" if detail else "")

    def page(one: Step) -> str:
        name, subject, part, period = one.row.key
        return links.to("finding", rule=name, id=subject, part=part, period=period)

    return [
        Column("kind", "种类", lambda one: one.row.title, facet=True),
        Column("state", "状态", lambda one: one.state, facet=True),
        Column("rule", "规则", rule, link=lambda one: links.to("rules", rule=one.row.key[0]), facet=True),
        Column("subject", "对象", subject, link=page),
        Column("unit", "责任单位", lambda one: one.unit, facet=True),
        Column("by", "经手", lambda one: one.row.by, facet=True, small=True),
        Column("day", "登记日期", lambda one: one.row.day, DATE, small=True),
        Column("due", "期限", lambda one: one.due, DATE),
        Column("text", "说明", lambda one: one.row.text, LONG),
        Column(
            "line",
            "出处",
            lambda one: f"{one.row.file}:{one.row.line}",
            PLACE,
            link=lambda one: links.line(one.row.file, one.row.line),
            small=True,
        ),
    ]
