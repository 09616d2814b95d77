"""What the templates use: words and links for values, and who is asking."""

from flask import has_request_context, request

from ledgers.facts import registered
from ledgers.money import decimal, yuan_cn
from plugins.equity import PART_NAMES
from plugins.findings import Finding, Place
from plugins.rule import CATALOGUE
from reports import figures
from reports.desk import links
from reports.desk.review import Review, severity_name, shown, status_name

__all__ = ["decimal", "links", "severity_name", "shown", "status_name", "yuan_cn"]

ROLE, USER = "xianjie.role", "xianjie.user"  # in the WSGI environment, set by the server
MAY_SEE_ROLLS = "auditor"
TABS = (
    ("overview", "总览"),
    ("rules", "规则"),
    ("project", "项目"),
    ("fund", "资金"),
    ("income", "收益与股权"),
    ("village", "村"),
)
USES = figures.USES
PLACES = 4
_PARTS = {**PART_NAMES, "listed": "列入", "notice": "村内公示", "helper": "帮扶责任人", "plan": "帮扶计划"}
to = links.to


def served() -> bool:
    """Whether our own server asks, with its login."""
    return ROLE in request.environ


def reader() -> str:
    """The name of who asks; "" in plain Fava, which knows no names."""
    return str(request.environ.get(USER, "")) if has_request_context() else ""


def sees_rolls() -> bool:
    """Whether who asks may see households; never without a request, or without our server's login."""
    return has_request_context() and request.environ.get(ROLE) == MAY_SEE_ROLLS


def part_name(finding: Finding) -> str:
    """Part and period of a finding, as a reader knows them."""
    part = CATALOGUE[finding.part].title if finding.part in CATALOGUE else _PARTS.get(finding.part or "", finding.part)
    return "·".join(text for text in (part, finding.period) if text)


def account_name(account: str) -> str:
    """An account without its English root."""
    return account.partition(":")[2]


def subject_link(review: Review, finding: Finding) -> str:
    """The page of what was judged; "" where it has none."""
    kind, name, tables = finding.subject.kind, finding.subject.id, review.tables
    if kind in ("project", "fund", "village"):
        return to(kind, id=name)
    if kind == "equity":
        grant = figures.shares_by_grant(tables).get(name)
        return to("project", id=grant.row.project) if grant else ""
    if kind == "asset":
        asset = registered.assets(tables).get(name)
        projects = (asset.project or ()) if asset else ()
        return to("project", id=projects[0]) if projects else to("village", id=asset.village) if asset else ""
    if kind == "voucher":
        day = review.day_of_voucher.get(name)
        return links.voucher(day, name) if day else ""
    return ""


def places(review: Review, finding: Finding) -> list[Place]:
    """Where to look: the finding's own line first, then the first lines of its evidence."""
    found = dict.fromkeys([Place(*finding.source), *review.places(finding)])
    return [place for place in found if place.line][:PLACES]
