"""Which parameter is in force: the oracle's reading of 'Law in force' and 'Defaults' in rules.md."""

import datetime as dt
from dataclasses import dataclass, field
from fractions import Fraction

from .book import comma

SCOPES = ["level", "task", "source", "operator-kind"]
UPPER = ["中央", "省级", "市级"]  # 市级及以上
FISCAL = ["中央", "省级", "市级", "县级"]


def default(value, op=">=", since=None, until=None, **scope):
    return {
        "value": Fraction(str(value)),
        "op": op,
        "effective": dt.date.fromisoformat(since) if since else dt.date.min,
        "until": dt.date.fromisoformat(until) if until else dt.date.max,
        "scope": {key.replace("_", "-"): [text] for key, text in scope.items()},
        "exclude": [],
        "verified": None,
    }


DEFAULTS = {
    "labour-share": [default("0.10")],
    "labour-share-work-relief": [
        default("0.15"),
        default("0.30", since="2023-03-01", level="中央"),
        default("0.30", since="2022-07-18", source="中央预算内投资"),
    ],
    "notice-days-labour": [default(7)],
    "industry-share": [
        default("0.55", since="2022-01-01", until="2022-12-31"),
        default("0.60", since="2023-01-01"),
    ],
    "industry-rising": [default(0, since="2022-01-01", until="2023-12-31")],
    "input-stable": [default(1)],
    "equity-quantified": [default("0.50", operator_kind="农业企业")],
    "equity-collective": [
        default("0.10", operator_kind="农业企业"),
        default("0.10", operator_kind="农民合作社"),
    ],
    "equity-farmers": [
        default("0.40", operator_kind="农业企业"),
        default("0.60", operator_kind="农民合作社"),
    ],
    "equity-leader": [default("0.30", op="<=", operator_kind="农民合作社")],
    "equity-tilt": [default(1, op=">")],
    "equity-area-tilt": [default(1, op=">")],
    "income-tilt": [default(1, op=">")],
    "asset-register-days": [default(90, op="<=")],
    "idle-days": [default(180, op="<=")],
    "management-fee": [default("0.01", op="<=")],
    "allocation-days": [default(30, op="<=")],
    "spending-progress": [default(1)],
    "premium-subsidy": [default("0.05", op="=")],
    "notice-days": [default(10)],
    "notice-due-days": [default(20, op="<=")],
    "performance-review-days": [default(180, op="<=")],
    "evidence-above": [default(50000, op=">")],
}
OPS = {name: rows[0]["op"] for name, rows in DEFAULTS.items()}


@dataclass
class Law:
    """The parameters of one book, and which of them were used on which day (for policy-stale)."""

    rows: dict = field(default_factory=dict)
    mentioned: set = field(default_factory=set)
    asked: set = field(default_factory=set)
    used: set = field(default_factory=set)
    unsure: set = field(default_factory=set)  # asked for a finding that stayed undetermined

    def get(self, name, day, **scope):
        """The parameter in force for a name, day and scope; None when there is none."""
        wanted = {key.replace("_", "-"): value for key, value in scope.items() if value}
        fits = [row for row in self._candidates(name) if row["effective"] <= day and covers(row["scope"], wanted)]
        best = None
        for row in latest_of_each_scope(fits):
            if row["value"] is None or row.get("until", dt.date.max) < day:
                continue  # ended: a less specific one may still hold
            if best is None or (len(row["scope"]), row["effective"]) >= (len(best["scope"]), best["effective"]):
                best = row
        if best is not None:
            self.asked.add((name, str(best["effective"]), best["verified"], day))
        return best

    def _candidates(self, name):
        return self.rows.get(name, []) if name in self.mentioned else DEFAULTS.get(name, [])


def covers(scope, wanted):
    return all(wanted.get(key) in values for key, values in scope.items())


def latest_of_each_scope(rows):
    """For each scope the row that took effect last (rows stand in the book's order)."""
    latest = {}
    for row in rows:
        key = str(sorted(row["scope"].items()))
        if key not in latest or row["effective"] >= latest[key]["effective"]:
            latest[key] = row
    return latest.values()


def read_law(book):
    """The book's own parameters, as of its as-of date."""
    law = Law(mentioned=book.mentioned)
    for date, values, meta in book.customs.get("policy", []):
        name, value = values[0], values[1]
        issued = meta.get("issued")
        effective = date if "retroactive" in meta or issued is None else max(date, issued)
        law.rows.setdefault(name, []).append(
            {
                "value": None if value == "终止" else Fraction(value),
                "op": meta.get("op") or OPS.get(name, ">="),
                "effective": effective,
                "scope": {key: comma(meta[key]) for key in SCOPES if key in meta},
                "exclude": comma(meta.get("exclude-task")),
                "verified": meta.get("verified-until"),
            }
        )
    return law


def holds(left, op, right):
    return {">=": left >= right, ">": left > right, "<=": left <= right, "=": left == right}[op]
