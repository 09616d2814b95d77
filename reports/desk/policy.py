"""政策参数: every value by date and scope with its words of the law, and which rules use it."""

from collections.abc import Mapping
from typing import Any

from ledgers.policy import Parameter
from reports.desk import links
from reports.desk.listing import DATE, LONG, PLACE, Column, Listing
from reports.desk.review import Review
from reports.rulebook import editions
from reports.words import worded


def examples(_review: Review) -> list[dict[str, str]]:
    return [{"state": "现行"}]


def view(desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    return {"listing": Listing("政策参数", _columns(review), parameters(review), args), "newer": editions.newer(desk.root)}


def parameters(review: Review) -> list[tuple[str, str, Parameter, str]]:
    """Rule id and title, parameter, and whether it is in force on the day: each value once, under the first rule that uses it."""
    found: dict[int, tuple[str, str, Parameter, str]] = {}
    for rule in review.rules.values():
        for name in rule.policy_names:
            history = list(review.tables.policy.history(name, rule.defaults))
            for one in history:
                later = any(
                    other.effective <= review.as_of and other.effective > one.effective and other.scope == one.scope
                    for other in history
                )
                state = "未生效" if one.effective > review.as_of else "已被替代" if later else "现行"
                found.setdefault(id(one), (rule.id, rule.title, one, state))
    return list(found.values())


def _columns(review: Review) -> list[Column]:
    return [
        Column("rule", "规则", lambda one: one[1], link=lambda one: links.to("rules", rule=one[0]), facet=True),
        Column("from", "起", lambda one: one[2].effective if one[2].effective.year > 1 else None, DATE),
        Column("state", "状态", lambda one: one[3], facet=True),
        Column("value", "要求", lambda one: worded(one[2])),
        Column("scope", "范围", lambda one: "；".join("、".join(values) for _, values in one[2].scope)),
        Column("basis", "依据", lambda one: one[2].basis, LONG),
        Column("quote", "原文", lambda one: one[2].quote, LONG, small=True),
        Column("reading", "读法", lambda one: one[2].reading, extra=True),
        Column("confidence", "把握", lambda one: one[2].confidence, facet=True, small=True),
        Column("until", "核实至", lambda one: one[2].verified_until, DATE, extra=True),
        Column(
            "line",
            "出处",
            lambda one: f"{one[2].file}:{one[2].line}" if one[2].file else "随程序",
            PLACE,
            link=lambda one: links.line(one[2].file, one[2].line) if one[2].file else "",
            small=True,
        ),
    ]
