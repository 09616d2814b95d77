"""The catalogue of rules as a table and as JSON."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from sys import modules
from typing import Any

from ledgers.money import decimal
from ledgers.policy import Parameter
from plugins.findings import SEVERITY_NAMES
from plugins.rule import Rule
from reports.rulebook.pages import PLACES, shipped, stored_examples
from reports.width import pad


def as_table(rules: Iterable[Rule]) -> str:
    """All rules by family, one a line."""
    return "\n".join(_lines(list(rules)))


def _lines(rules: list[Rule]) -> Iterator[str]:
    yield f"共 {len(rules)} 条规则。用 xianjie rules 规则 查看一条的全文、公式、参数沿革和实例。"
    for _, group in groupby(rules, key=lambda rule: rule.family):
        members = list(group)
        yield f"\n■ {_family(members[0])}"
        for rule in members:
            names = "、".join(rule.policy_names)
            yield f"  {pad(rule.id, 26)}{pad(SEVERITY_NAMES[rule.severity], 6)}{rule.title}"
            yield f"  {'':32}依据：{rule.basis}" + (f"　参数：{names}" if names else "")


def _family(rule: Rule) -> str:
    """What the family's module says it is for, in its first line."""
    return (modules[rule.judge.__module__].__doc__ or rule.family).split("\n")[0].rstrip("。")


def entry(rule: Rule, *, whole: bool = False) -> dict[str, Any]:
    """A rule as JSON; `whole` adds text, formula, defaults, history, example and changes."""
    short = {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity,
        "basis": rule.basis,
        "parameters": list(rule.policy_names),
    }
    if not whole:
        return short
    return short | {
        "judges": rule.judges,
        "formula": rule.formula,
        "quote": rule.quote,
        "waivable": rule.waivable,
        "defaults": [_plain(one) for one in rule.defaults],
        "history": [
            {"place": PLACES[place], **_plain(one)}
            for place, found in shipped().items()
            for one in found
            if one.name in rule.policy_names
        ],
        "example": stored_examples().get(rule.id),
        "changes": [{"version": version, "text": text} for version, text in rule.changes],
    }


def _plain(one: Parameter) -> dict[str, Any]:
    texts = {"basis": one.basis, "quote": one.quote, "reading": one.reading, "confidence": one.confidence}
    dates = {"effective": one.effective, "issued": one.issued, "verified_until": one.verified_until}
    return {
        "policy": one.name,
        "op": one.op,
        "value": decimal(one.value) if one.value is not None else None,
        **{key: day.isoformat() for key, day in dates.items() if day and day.year > 1},
        **{key: text for key, text in texts.items() if text},
        "scope": {key: list(values) for key, values in one.scope},
        "exclude_task": list(one.exclude_task),
    }
