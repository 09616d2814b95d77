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
        "reading": None,
        "by-task": False,
        "unit": None,
    }


DEFAULTS = {
    "labour-share-work-relief": [
        default("0.15", since="2020-01-01", level="中央"),
        default("0.30", since="2023-03-01", level="中央", task="以工代赈"),
        default("0.30", since="2023-06-12", level="中央", source="中央预算内投资"),
        default("0.40", since="2025-07-08", level="中央", source="中央预算内投资"),
    ],
    "notice-days-labour": [default(7)],
    "industry-share": [
        default("0.55", since="2022-01-01", until="2022-12-31"),
        default("0.60", since="2023-01-01", until="2026-02-02"),
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
    "management-fee": [default("0.01", op="<=", level="中央")],
    "allocation-days": [default(30, op="<=")],
    "spending-progress": [default(1)],
    "premium-subsidy": [default("0.05", op="=")],
    "notice-days": [default(10)],
    "notice-due-days": [default(20, op="<=")],
    "performance-review-days": [default(180, op="<=")],
    "evidence-above": [default(50000, op=">")],
    "monitoring-listed-days": [default(15, op="<=", since="2022-05-20")],
    "monitoring-notice-days": [default(5, since="2022-05-20")],
    "monitoring-helper-days": [default(10, op="<=", since="2022-05-20")],
    "monitoring-plan-days": [default(10, op="<=", since="2022-05-20")],
    "returned-days": [default(60, op="<=")],
    "recovered-held-days": [default(60, op="<=")],
    "advance-open-days": [default(180, op="<=")],
    "arrears-days": [default(90, op="<=")],
    "arrears-wages-days": [default(30, op="<=")],
    "leftover-days": [default(90, op="<=")],
    "acceptance-days": [default(90, op="<=")],
    "idle-months": [default(12, op="<=")],
    "split-days": [default(30, op="<=")],
    "prepayment": [default("0.30", op="<=")],
    "unit-cost-factor": [default("1.5", op="<=")],
    "income-distributed-by": [default(630, op="<=")],
}
NO_DEFAULT = {
    "labour-share": ">=", "income-use": ">=", "caretaker-priority": ">=", "industry-share-municipal": ">=",
    "before-acceptance": "<=", "tender-limit": "<=", "retention": ">=", "retention-months": ">=",
    "resolution-from": ">=", "equity-from": ">=", "operator-once": "<=", "asset-yield": ">=",
}  # fmt: skip
# The earliest day on which a document of the rule's catalogue line was issued; a rule that is missing here is always
# judged, or rests on its parameters alone (BY_PARAMETER).
FIVE, NINETEEN, FIFTY_ONE = dt.date(2022, 5, 20), dt.date(2021, 3, 26), dt.date(2021, 5, 22)
DOCUMENTS = dict.fromkeys(
    ["labour-share", "labour-share-work-relief", "labour-share-year", "labour-notice", "industry-share",
     "industry-rising", "household-industry", "leading-industry", "weak-collective", "interest-linkage", "input-stable",
     "equity-tilt", "equity-area-tilt", "equity-register", "income-tilt", "monitored-tilt", "monitored-included",
     "income-use", "asset-upkeep", "caretaker-priority", "idle-in-village", "fund-task", "payment-mode",
     "subsidy-standard", "recipient-eligible", "post-scale", "premium-subsidy", "monitoring-deadline",
     "project-library", "notices", "inspection", "performance-review"],
    FIVE,
) | {
    "industry-share-municipal": dt.date(2021, 11, 24),
    "spending-progress": dt.date(2021, 11, 24),
    "equity-ratio": dt.date(2016, 6, 30),
    "asset-register": FIFTY_ONE,
    "asset-disposal": FIFTY_ONE,
    "asset-idle": FIFTY_ONE,
    "asset-yield": FIFTY_ONE,
    "income-undistributed": FIFTY_ONE,
    "income-flat": FIFTY_ONE,
    "management-fee": NINETEEN,
    "negative-list": NINETEEN,
    "notices": dt.date(2018, 12, 31),
}  # fmt: skip
BY_PARAMETER = {"acceptance-due", "retention", "leftover", "recovered-held", "advance-open", "arrears", "paid-ahead",
                "split-contract", "equity-missing", "operator-once", "unit-cost", "resolution"}  # fmt: skip
ENDED_WITH_READING = {"industry-share"}
OPS = NO_DEFAULT | {name: rows[0]["op"] for name, rows in DEFAULTS.items()}


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
            ended = row["value"] is None or row.get("until", dt.date.max) < day
            if ended and not self.contested(name, row):
                continue  # ended: a less specific one may still hold
            if best is None or (len(row["scope"]), row["effective"]) >= (len(best["scope"]), best["effective"]):
                best = row
        if best is not None and self.contested(name, best):
            return None
        if best is not None:
            self.asked.add((name, str(best["effective"]), best["verified"], day))
        return best

    def ask(self, rule, name, day, **scope):
        """(the parameter, None), or (None, the status of what cannot be judged without it).

        na: nothing of the kind had been issued, the parameter ended and its reading says how, or it speaks of other
        levels alone; everything else is undetermined.
        """
        before = set(self.asked)
        found = self.get(name, day, **scope)
        if found is not None and (name in self.mentioned or rule in BY_PARAMETER or self.issued(rule, day)):
            return found, None
        self.asked = before  # a default stands for the rule's own documents
        if not self.issued(rule, day) or self.silent(name, day, scope.get("level")):
            return None, "na"
        return None, "undetermined"

    def issued(self, rule, day):
        """Had a document of the rule's own line been issued on a day?"""
        if rule in BY_PARAMETER:
            return False
        return rule not in DOCUMENTS or DOCUMENTS[rule] <= day

    def silent(self, name, day, level):
        """Did the law say with a reading that nothing is asked any more, or does it speak of other levels alone?"""
        rows = list(latest_of_each_scope([row for row in self._candidates(name) if row["effective"] <= day]))
        if any(self.contested(name, row) for row in rows):
            return False
        if any(row["value"] is None and row["reading"] for row in rows):
            return True
        if any(row.get("until", dt.date.max) < day and name in ENDED_WITH_READING for row in rows):
            return True
        standing = [row for row in rows if row["value"] is not None]
        return bool(standing and level) and all(level not in row["scope"].get("level", [level]) for row in standing)

    def contested(self, name, row):
        """Does the book give another value for the same scope and day?"""
        asked = ["value", "op", "exclude", "by-task", "unit"]
        return any(
            other["scope"] == row["scope"]
            and other["effective"] == row["effective"]
            and any(other[key] != row[key] for key in asked)
            for other in self.rows.get(name, [])
        )

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
                "reading": meta.get("reading"),
                "by-task": meta.get("by-task") is True,
                "unit": meta.get("unit"),
                "file": meta.get("@file"),
            }
        )
    return law


def holds(left, op, right):
    return {">=": left >= right, ">": left > right, "<=": left <= right, "=": left == right}[op]
