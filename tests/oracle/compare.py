"""Holds the product's `xianjie check --format json` against the oracle's judgement of the same book.

python -m tests.oracle.compare FIRST LAST        (random books of these seeds, differences by rule)
python -m tests.oracle.compare BOOK YYYY-MM-DD   (one book)
"""

import collections
import datetime as dt
import json
import sys
import tempfile
from fractions import Fraction
from pathlib import Path

from click.testing import CliRunner

from .judge import UNJUDGED, judge

# Rules in which product and definitions are known to differ; whoever mends one takes it off the list.
OPEN = frozenset((Path(__file__).parent / "open.txt").read_text("utf-8").split())
# Rules that say of whom they judge only where it is wrong: who passes may be named or not.
FEW_WORDS = {
    "overpaid", "paid-ahead", "acceptance-due", "leftover", "recovered-held", "advance-open", "arrears",
    "split-contract", "equity-missing", "operator-once", "resolution", "payment-number", "changed-after",
    "labour-days", "benefit-exclusive", "same-account", "recipient-alive", "returned-payment", "evidence-reused",
    "asset-income-due", "principal-due", "income-payer", "income-undistributed", "income-covered", "income-flat",
    "stocktake", "asset-yield",
}  # fmt: skip
NO_PROJECT = "未注明项目"  # the product names quota legs without a project; they are a matter of `record`
NUMBERS = ("numerator", "denominator", "value", "shortfall", "required")


def product(folder, as_of):
    """The product's findings, through its command."""
    from xianjie.check import check

    arguments = [str(folder), "--as-of", str(as_of), "--format", "json"]
    result = CliRunner().invoke(check, arguments)
    if not result.stdout.startswith("{"):
        raise AssertionError(f"exit {result.exit_code}: {result.output[:2000]} {result.exception!r}")
    said = json.loads(result.stdout)
    crashed = [one["message"] for one in said["untrusted"] if "运行出错" in one["message"]]
    assert not crashed, crashed
    return [flat(finding) for finding in said["findings"]]


def rules_of_the_product():
    """Ids of the rules that the product has."""
    from plugins.rule import CATALOGUE

    return set(CATALOGUE)


def flat(finding):
    measured = finding.get("measured") or {}
    return {
        "rule": finding["rule"],
        "subject": finding["subject"]["id"],
        "part": finding["part"],
        "period": finding["period"],
        "status": finding["status"],
        "numerator": measured.get("numerator"),
        "denominator": measured.get("denominator"),
        "value": measured.get("value"),
        "shortfall": finding.get("shortfall"),
        "required": (finding.get("threshold") or {}).get("required"),
    }


def by_key(findings):
    result = {}
    for finding in findings:
        if finding["rule"] not in UNJUDGED and finding["part"] != NO_PROJECT:
            names = ["rule", "subject", "part", "period"]
            if finding["rule"] == "monitoring-deadline":
                names.remove("period")  # rules.md does not say how several episodes of a household are told apart
            key = tuple(str(finding[name] or "") for name in names)
            result.setdefault(key, []).append(finding)
    return result


def differences(book_dir, as_of):
    """Lines that say where product and oracle disagree; empty when they do not."""
    mine, theirs = by_key(judge(book_dir, as_of)), by_key(product(book_dir, as_of))
    known = rules_of_the_product()
    lines = []
    for key in sorted(set(mine) | set(theirs)):
        if key[0] not in known or key[0] in OPEN:
            continue
        if any(finding["status"] == "either" for finding in mine.get(key, [])):
            continue
        name = " ".join(part or "-" for part in key)
        if key[0] in FEW_WORDS and len(mine.get(key, [])) != len(theirs.get(key, [])):
            for side in (mine, theirs):  # several persons of one household, of whom one side names only who fails
                side[key] = [f for f in side.get(key, []) if f["status"] not in ("pass", "na")]
            if not mine[key] and not theirs[key]:
                continue
            mine, theirs = ({k: v for k, v in side.items() if v or k != key} for side in (mine, theirs))
        if key not in theirs or key not in mine:
            quiet = {"na", "pass"} if key[0] in FEW_WORDS else {"na"}
            if all(f["status"] in quiet for f in mine.get(key, []) + theirs.get(key, [])):
                continue  # to say that something does not apply, or to say nothing, is the same verdict
            who, there = ("product", mine) if key in mine else ("oracle", theirs)
            lines.append(f"{name}: {who} says nothing, the other {brief(there[key][0])}")
        elif len(mine[key]) != len(theirs[key]):
            lines.append(f"{name}: oracle has {len(mine[key])} findings, product {len(theirs[key])}")
        else:
            for left, right in zip(sorted(mine[key], key=rank), sorted(theirs[key], key=rank), strict=True):
                lines += [f"{name}: {text}" for text in unlike(left, right)]
    return lines


def unlike(mine, theirs):
    """The fields in which two findings differ; numbers are compared as numbers, and only where both have a verdict."""
    if mine["status"] != theirs["status"]:
        return [f"status oracle {brief(mine)} product {brief(theirs)}"]
    if mine["status"] in ("na", "undetermined"):
        return []
    fields = [name for name in NUMBERS if mine[name] is not None or name == "shortfall"]
    if mine["unit"] == "count" and "required" in fields:
        fields.remove("required")  # a count has no amount that is required
    return [
        f"{field} oracle {mine[field]} product {theirs[field]} ({brief(mine)} / {brief(theirs)})"
        for field in fields
        if number(mine, field) != number(theirs, field)
    ]


def rank(finding):
    """An order in which several findings of one key can be held against each other."""
    return finding["status"], *(number(finding, name) or 0 for name in NUMBERS)


def number(finding, field):
    """A number as a fraction; a pass lacks nothing, whether it says so or not."""
    if finding[field] is None:
        return Fraction(0) if field == "shortfall" and finding["status"] == "pass" else None
    return Fraction(finding[field])


def brief(finding):
    shown = [finding["status"]] + [f"{name[:3]}={finding[name]}" for name in NUMBERS if finding[name] is not None]
    return "[" + " ".join(shown) + "]"


def random_books(first, last, folder):
    """(seed, book, as-of, differences) for the random books of these seeds."""
    from .books import write_book

    for seed in range(first, last):
        place = Path(folder) / str(seed)
        for day in write_book(place, seed, size=1 + seed % 3):
            yield seed, place, day, differences(place, day)


def main(arguments):
    if not arguments[0].isdigit():
        print("\n".join(differences(arguments[0], dt.date.fromisoformat(arguments[1]))))
        return
    counts, shown = collections.Counter(), collections.Counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments[2] if len(arguments) > 2 else scratch
        for seed, _, day, lines in random_books(int(arguments[0]), int(arguments[1]), folder):
            for line in lines:
                rule = line.split()[0]
                counts[rule] += 1
                shown[rule] += 1
                if shown[rule] <= 60:
                    print(seed, day, line)
    print("\n".join(f"{count:6} {rule}" for rule, count in counts.most_common()))


if __name__ == "__main__":
    main(sys.argv[1:])
