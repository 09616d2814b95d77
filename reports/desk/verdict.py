"""判定: every verdict that needs attention; or, when asked, all of them."""

from collections.abc import Mapping
from typing import Any

from reports.desk import findings
from reports.desk.review import Review

LONGEST = 10_000  # findings of one list; a rule's own page has no such bound


def examples(_review: Review) -> list[dict[str, str]]:
    return [{"all": "1"}, {"status": "fail", "sort": "-missing"}, {"q": "没有这样的"}]


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    every = bool(args.get("all"))
    found = review.audit.findings if every else review.to_do
    listing = findings.listing(review, found[:LONGEST], args, "全部判定" if every else "判定")
    listing.kept |= {"all": "1"} if every else {}
    return {"listing": listing, "every": every, "left": max(0, len(found) - LONGEST)}
