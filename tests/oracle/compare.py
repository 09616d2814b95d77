"""Holds the product's `xianjie check --format json` against the oracle's judgement of the same book.

python -m oracle.compare FIRST LAST        (from tests/: random books of these seeds, differences by rule)
python -m oracle.compare BOOK YYYY-MM-DD   (one book)
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

NUMBERS = ("numerator", "denominator", "value", "shortfall")


def product(folder, as_of):
    """The product's findings, through its command."""
    from xianjie.cli import main

    arguments = ["check", str(folder), "--as-of", str(as_of), "--format", "json"]
    result = CliRunner().invoke(main, arguments)
    if not result.stdout.startswith("{"):
        raise AssertionError(f"exit {result.exit_code}: {result.output[:2000]} {result.exception!r}")
    return [flat(finding) for finding in json.loads(result.stdout)["findings"]]


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
    }


def by_key(findings):
    result = {}
    for finding in findings:
        if finding["rule"] not in UNJUDGED:
            key = tuple(str(finding[name] or "") for name in ("rule", "subject", "part", "period"))
            result.setdefault(key, []).append(finding)
    return result


def differences(book_dir, as_of):
    """Lines that say where product and oracle disagree; empty when they do not."""
    mine, theirs = by_key(judge(book_dir, as_of)), by_key(product(book_dir, as_of))
    lines = []
    for key in sorted(set(mine) | set(theirs)):
        name = " ".join(part or "-" for part in key)
        if key not in theirs or key not in mine:
            who, there = ("product", mine) if key in mine else ("oracle", theirs)
            lines.append(f"{name}: {who} says nothing, the other {brief(there[key][0])}")
        elif len(mine[key]) != len(theirs[key]):
            lines.append(f"{name}: oracle has {len(mine[key])} findings, product {len(theirs[key])}")
        else:
            lines += [f"{name}: {text}" for text in unlike(mine[key][0], theirs[key][0])]
    return lines


def unlike(mine, theirs):
    """The fields in which two findings differ; numbers are compared as numbers, and only where both have a verdict."""
    if mine["status"] != theirs["status"]:
        return [f"status oracle {brief(mine)} product {brief(theirs)}"]
    if mine["status"] in ("na", "undetermined"):
        return []
    return [
        f"{field} oracle {mine[field]} product {theirs[field]} ({brief(mine)} / {brief(theirs)})"
        for field in NUMBERS
        if number(mine[field]) != number(theirs[field])
    ]


def number(text):
    return None if text is None else Fraction(text)


def brief(finding):
    shown = [finding["status"]] + [f"{name[:3]}={finding[name]}" for name in NUMBERS if finding[name] is not None]
    return "[" + " ".join(shown) + "]"


def random_books(first, last, folder):
    """(seed, book, as-of, differences) for the random books of these seeds."""
    from .books import write_book

    for seed in range(first, last):
        place = Path(folder) / str(seed)
        for day in write_book(place, seed):
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
                if shown[rule] <= 6:
                    print(seed, day, line)
    print("\n".join(f"{count:6} {rule}" for rule, count in counts.most_common()))


if __name__ == "__main__":
    main(sys.argv[1:])
