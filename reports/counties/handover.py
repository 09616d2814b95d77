"""What leaves a county: verdicts, funds and grants in rows without people; everything else stays where the book lies.

Left behind are payees and narrations, pay lists, registers of households, and verdicts on single households, which are
handed over as counts alone; so are the passes of single vouchers, which are many and say nothing. What is handed over
passes a mask: known names, household ids and anything that looks like an ID, a phone or an account number.
"""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any

from ledgers.facts import labour
from ledgers.facts.money import Flow, flows
from ledgers.facts.registered import funds
from ledgers.files.problems import Problem
from ledgers.personal.find import without_numbers
from ledgers.tables.directives import Equity
from ledgers.tables.tables import Tables, latest
from plugins.audit import places
from plugins.findings import NA, PASS, UNDETERMINED, Audit, Finding, plain

Mask = Callable[[str], str]
PERSONAL = frozenset({"household", "person", "account"})  # kinds of subjects that are people
_WORDS = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*", re.ASCII)
_HOUSEHOLD = re.compile(r"H[0-9]{6}-[0-9]{3,}", re.ASCII)  # where the book's own list cannot be read
_TEXTS = ("period", "part", "message", "waiver")  # of a verdict, besides its subject and places
_QUOTING = frozenset({"record", "evidence"})  # rules that quote what they find
_QUOTED = re.compile("“[^”]*”")


def mask(households: Iterable[str], names: Iterable[str]) -> Mask:
    """A function that takes out of a text what names or identifies a person."""
    ids = frozenset(households)
    known = sorted({name for name in names if len(name) > 1}, key=lambda name: (-len(name), name))
    pattern = re.compile("|".join(map(re.escape, known))) if known else None

    @lru_cache(maxsize=4096)  # files are named again and again
    def masked(text: str) -> str:
        text = text.encode("utf-8", "backslashreplace").decode()  # names of files need not be text
        text = without_numbers(text, "［号码略］")
        text = _WORDS.sub(lambda word: "［某户］" if word[0] in ids or _HOUSEHOLD.fullmatch(word[0]) else word[0], text)
        return pattern.sub("［某人］", text) if pattern else text

    return masked


def problems(found: Iterable[Problem], masked: Mask) -> list[dict[str, Any]]:
    """What makes a book untrusted: what the messages quote from the book stays in the county."""
    return [
        {
            "file": masked(one.file.rpartition("/")[2] if one.file.startswith("/") else one.file),
            "line": one.line,
            "message": masked(_QUOTED.sub("“…”", one.message)),
        }
        for one in found
    ]


def counts(found: Iterable[Finding]) -> list[dict[str, Any]]:
    """How many verdicts of each kind every rule came to, those included that are not handed over one by one."""
    numbers = Counter((finding.rule, finding.severity, finding.status) for finding in found)
    names = ("rule", "severity", "status")
    return [dict(zip(names, key, strict=True)) | {"findings": number} for key, number in sorted(numbers.items())]


def findings(tables: Tables, audit: Audit, masked: Mask) -> Iterator[dict[str, Any]]:
    """The verdicts that are handed over, in the order of the audit."""
    for finding in audit.findings:
        if finding.subject.kind in PERSONAL or (finding.subject.kind == "voucher" and finding.status in (PASS, NA)):
            continue
        yield _row(_masked(plain(finding, places(tables, finding)), masked))


def _masked(whole: dict[str, Any], masked: Mask) -> dict[str, Any]:
    """The verdict without people: nor what it quotes of a line that is wrong, where anything may stand, even a name."""
    subject = whole["subject"]
    if subject["kind"] == "voucher":
        subject["name"] = ""
    if whole["rule"] in _QUOTING or whole["status"] == UNDETERMINED:
        whole["message"] = _QUOTED.sub("“…”", whole["message"])
    subject |= _all_masked(subject, masked)
    for place in (whole["source"], *whole["evidence"]):
        place["file"] = masked(place["file"])
    return whole | _all_masked({name: whole[name] for name in _TEXTS if name in whole}, masked)


def _all_masked(row: dict[str, Any], masked: Mask) -> dict[str, Any]:
    return {name: masked(value) if isinstance(value, str) else value for name, value in row.items()}


def _row(whole: dict[str, Any]) -> dict[str, Any]:
    measured, threshold = whole["measured"] or {}, whole["threshold"] or {}
    return {
        "rule": whole["rule"],
        "status": whole["status"],
        "severity": whole["severity"],
        "kind": whole["subject"]["kind"],
        "subject": whole["subject"]["id"],
        "name": whole["subject"]["name"],
        "period": whole["period"] or "",
        "part": whole["part"] or "",
        "value": measured.get("value"),
        "op": threshold.get("op"),
        "threshold": threshold.get("value"),
        "numerator": measured.get("numerator"),
        "denominator": measured.get("denominator"),
        "unit": measured.get("unit"),
        "shortfall": whole["shortfall"],
        "message": whole["message"],
        "file": whole["source"]["file"],
        "line": whole["source"]["line"],
        "document": json.dumps(whole, ensure_ascii=False),
    }


def fund_rows(tables: Tables, masked: Mask) -> Iterator[dict[str, Any]]:
    """Each fund: what was registered, and what arrived (net of what was taken back), was allocated and was paid, in 分."""
    wages: dict[str, int] = defaultdict(int)
    for leg in labour.paid(tables):
        wages[leg.fund] += leg.amount
    by_fund, _ = flows(tables)
    for fund in funds(tables).values():
        flow = by_fund.get(fund.id, Flow())
        row = {
            "fund": fund.id,
            "name": fund.name,
            "level": fund.level,
            "task": fund.task,
            "year": fund.year,
            "doc_no": fund.doc_no,
            "registered": fund.amount,
            "arrived": flow.arrived,
            "allocated": flow.allocated,
            "paid": flow.paid,
            "labour": wages[fund.id],
        }
        yield _all_masked(row, masked)


def equity_rows(tables: Tables, masked: Mask) -> Iterator[dict[str, Any]]:
    """Each equity grant as of the date."""
    for grant in latest(tables, Equity).values():
        row = {
            "grant": grant.id,
            "firm": "".join(unicodedata.normalize("NFKC", grant.operator).split()),
            "firm_kind": grant.operator_kind,
            "state": grant.state,
            "project": grant.project,
            "subsidy": grant.subsidy,
            "quantified": grant.quantified,
        }
        yield _all_masked(row, masked)
