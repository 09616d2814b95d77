"""规则: the catalogue; or one rule, its text and basis, and every subject that it judged with the numbers."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from sys import modules
from typing import Any

from ledgers.policy import Parameter
from plugins.findings import STATUSES, Finding
from plugins.rule import Rule
from reports.desk.kit import PageError
from reports.desk.paging import Paging
from reports.desk.review import Review, at_risk

SORTS: dict[str, Callable[[Finding], Any]] = {
    "status": lambda one: (STATUSES.index(one.status), -(at_risk(one) or 0), one.key),
    "subject": lambda one: one.key,
    "value": lambda one: (_value(one) is None, _value(one) or 0, one.key),
    "shortfall": lambda one: (-(at_risk(one) or 0), one.key),
    "period": lambda one: (one.period or "", one.key),
}


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """The list of rules, or one of them with its findings filtered and sorted as asked."""
    name = args.get("rule", "")
    if not name:
        groups: dict[str, list[Rule]] = {}
        for rule in review.rules.values():
            groups.setdefault(family(rule), []).append(rule)
        return {"rule": None, "groups": groups, "statuses_order": STATUSES}
    if name not in review.rules:
        raise PageError(404, f"没有规则 {name[:60]}")
    rule = review.rules[name]
    status, words, sort = args.get("status", ""), args.get("q", "").strip()[:60], args.get("sort", "status")
    findings = [one for one in review.by_rule.get(name, ()) if _wanted(one, status, words)]
    findings.sort(key=SORTS.get(sort, SORTS["status"]))
    return {
        "rule": rule,
        "parameters": parameters(review, rule),
        "paging": Paging(findings, args),
        "status_wanted": status,
        "words": words,
        "sort": sort,
        "statuses": STATUSES,
    }


def examples(review: Review) -> list[dict[str, str]]:
    worst = max(review.rules, key=lambda name: review.counts[name]["fail"])
    return [{"rule": worst}, {"rule": "labour-share", "status": "fail"}]


def parameters(review: Review, rule: Rule) -> list[tuple[Parameter, bool]]:
    """Every value of the rule's parameters in this book by date, and whether it was in force by the as-of date."""
    found = [one for name in rule.policy_names for one in review.tables.policy.history(name, rule.defaults)]
    return [(one, one.effective <= review.as_of) for one in found]


def family(rule: Rule) -> str:
    """What the family's module says it is for."""
    return (modules[rule.judge.__module__].__doc__ or rule.family).split("\n")[0].rstrip("。")


def _wanted(finding: Finding, status: str, words: str) -> bool:
    text = f"{finding.subject.id} {finding.subject.name} {finding.part or ''} {finding.period or ''} {finding.message}"
    return (not status or finding.status == status) and words.lower() in text.lower()


def _value(finding: Finding) -> Fraction | None:
    return finding.measured.ratio if finding.measured else None
