"""One finding: its numbers and lines, what was said and done about it, and what can be done next."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ledgers import clock
from plugins.findings import FAIL, UNDETERMINED, Finding
from reports.desk import dealt, kit
from reports.desk.kit import PageError
from reports.desk.review import PERSONAL, Review
from reports.desk.where import where

ALONE = False  # there is no such page without a finding
DAYS = 30  # for mending, unless somebody says otherwise


def examples(review: Review) -> list[dict[str, str]]:
    """The first failure, and one that was dealt with."""
    found = [one for one in review.to_do if one.subject.kind not in PERSONAL]
    handled = [one for one in found if dealt.of_finding(review.tables, one)]
    return [_args(one) for one in (*found[:1], *handled[:1])]


def view(desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    key = (args.get("rule", ""), args.get("id", ""), args.get("part", ""), args.get("period", ""))
    finding = next((one for one in review.by_rule.get(key[0], ()) if dealt.key_of(one) == key), None)
    history = dealt.of(review.tables, key)
    if finding is None and not history:
        raise PageError(404, "没有这条判定：按现在的账簿已不再判定它，也没有办过什么")
    if finding is None and not kit.sees_rolls() and _personal(desk, review, key):
        raise PageError(403, "涉及农户的判定只有可看清册的人（经办、审计员、负责人）可以查看")
    today = clock.today()
    return {
        "finding": finding,
        "key": key,
        "rule": review.rules.get(key[0]),
        "history": history,
        "asked": dealt.open_request(history),
        "rectified": dealt.rectified(history),
        "waiver": dealt.in_force(history, dealt.standing(history, review.as_of)),
        "late": dealt.overdue(history, dealt.standing(history, review.as_of)),
        "unit": where(review.tables, finding).unit if finding else "",
        "bad": finding is not None and finding.status in (FAIL, UNDETERMINED),
        "today": today,
        "due": today + timedelta(DAYS),
        "hidden": dict(zip(("rule", "subject", "part", "period"), key, strict=True)),
    }


def _personal(desk: Any, review: Review, key: dealt.Key) -> bool:
    """Whether a finding that is not told concerns a household or a person."""
    whole = desk.review(review.as_of).result().by_rule.get(key[0], ())
    return key[1] in review.tables.known["household"] or any(
        one.subject.kind in PERSONAL and one.subject.id == key[1] for one in whole
    )


def _args(finding: Finding) -> dict[str, str]:
    rule, subject, part, period = dealt.key_of(finding)
    said = {"rule": rule, "id": subject, "part": part, "period": period}
    return {name: value for name, value in said.items() if value}
