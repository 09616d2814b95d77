"""Holds small books of what really happens to verdicts that were computed by hand.

A file of `books/`, and of `life/` (rule by rule, each at its edge), is one book: `why` (the computation in a sentence), `book` (Beancount text; with `shared_policy` under the
policy sets in `policy/`, the edition by which the verdicts were computed; with `shipped` under those of the product, as they
are now), `files` beside it, and `expect`: findings by rule
and, where they are given, subject, part and period, as of `as_of` (their own or the book's). A status is one of the rules', or
`absent` (no such finding), `not-fail` (none of them fails), `exit 2` (the book is not judged on that day).
"""

import json
import tomllib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from ledgers.files.problems import Untrusted
from plugins import catalogue
from tests.books import HEAD, write_book
from xianjie.check import check

HERE = Path(__file__).parent
SHIPPED = HERE.parents[1] / "ledgers" / "policies"
BOOKS = sorted((HERE / "books").glob("*.toml"))
PUBLISHED = sorted((HERE / "published").glob("*.toml"))
LIFE = sorted((HERE / "life").glob("*.toml"))
NUMBERS = ("numerator", "denominator", "value", "shortfall", "required")
Finding = dict[str, Any]


def lay(folder: Path, case: dict[str, Any]) -> Path:
    """Write the book of a case into a folder."""
    paths = sorted((HERE / "policy").iterdir()) if case.get("shared_policy") else []
    paths += [SHIPPED / f"{name}.beancount" for name in case.get("shipped", [])]
    sets = {f"policy/{path.name}": path.read_text("utf-8") for path in paths}
    head = HEAD + "".join(f'include "{name}"\n' for name in sets)
    return write_book(folder, case["book"], case["files"] | sets, head=head)


def wrong(folder: Path, case: dict[str, Any]) -> list[str]:
    """Each expectation that does not hold, and why; `folder` is where the book may be written."""
    book = lay(folder, case)
    wanted = [{"as_of": case["as_of"], **one} for one in case["expect"]]
    lines = []
    for day in sorted({one["as_of"] for one in wanted}):
        today = [one for one in wanted if one["as_of"] == day]
        lines += [f"{_label(one)}; {why}" for one, why in _held(today, *_judged(book, day)) if why]
    return lines


def _judged(book: Path, day: str) -> tuple[int, list[Finding]]:
    done = CliRunner().invoke(check, [str(book), "--as-of", day, "--format", "json"])
    assert done.stdout.startswith("{"), done.output
    code = 2 if isinstance(done.exception, Untrusted) else done.exit_code  # as the command line does
    return code, [_flat(one) for one in json.loads(done.stdout)["findings"]]


def _flat(found: Finding) -> Finding:
    required = (found["threshold"] or {}).get("required")
    return found | (found["measured"] or {}) | {"required": required, "subject": found["subject"]["id"]}


def _held(wanted: list[Finding], code: int, findings: list[Finding]) -> Iterator[tuple[Finding, str]]:
    failing = {one["rule"] for one in wanted if one["status"] == "fail"}
    for one in wanted:
        if one["status"] == "exit 2":
            yield one, "" if (code, findings) == (2, []) else f"exit {code} with {len(findings)} findings"
        else:
            yield one, _judged_at_all(one["rule"], code, findings) or _why(one, findings, one["rule"] in failing)


def _judged_at_all(rule: str, code: int, findings: list[Finding]) -> str:
    """Why nothing can hold, not even that nothing is found: a rule that does not exist, a book that is not judged."""
    if not findings:
        return f"not judged: exit {code}"
    return "" if rule in catalogue() else "no such rule"


def _why(want: Finding, findings: list[Finding], may_fail: bool) -> str:
    """Why an expectation does not hold, "" when it does; what is not expected to fail must not fail besides either."""
    hits = [one for one in findings if _matches(want, one)]
    fails = [one["message"] for one in hits if one["status"] == "fail"]
    if want["status"] == "absent":
        return f"judged: {hits[0]['status']}: {hits[0]['message']}" if hits else ""
    if want["status"] == "not-fail":
        return f"fails: {fails[0]}" if fails else ""
    if not hits:
        return "nothing of the kind is judged"
    differences = [_difference(want, one) for one in hits]
    if all(differences):
        return min(differences, key=len)
    return f"fails besides: {fails[0]}" if fails and want["status"] != "fail" and not may_fail else ""


def _matches(want: Finding, found: Finding) -> bool:
    keys = [key for key in ("part", "period") if key in want]
    same = all((found[key] or "") == want[key] for key in keys)
    return same and found["rule"] == want["rule"] and want.get("subject", found["subject"]) == found["subject"]


def _difference(want: Finding, found: Finding) -> str:
    differ = [] if found["status"] == want["status"] else [f"status {found['status']}"]
    differ += [f"{name} {found.get(name)}" for name in NUMBERS if name in want and not _equal(name, want, found)]
    return ", ".join([*differ, found["message"]]) if differ else ""


def _equal(name: str, want: Finding, found: Finding) -> bool:
    """The same number; a value to six places."""
    try:
        expected, seen = Decimal(want[name]), Decimal(str(found.get(name)))
    except InvalidOperation:
        return False
    return expected == (seen.quantize(Decimal("0.000001")) if name == "value" else seen)


def _label(want: Finding) -> str:
    numbers = [f"{name} {want[name]}" for name in NUMBERS if name in want]
    keys = [want[key] for key in ("subject", "part", "period") if want.get(key)]
    return " ".join([want["rule"], *keys, "@" + want["as_of"], "expected", want["status"], *numbers])


def read(path: Path) -> dict[str, Any]:
    """A case from its file."""
    return {"files": {}} | tomllib.loads(path.read_text("utf-8"))
