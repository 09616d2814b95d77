"""The quick examination of a mutant: all cases, the example and random books, read once and judged by its rules.

Reading a book needs none of the rules, so it is done before any of them is loaded; every mutant is then examined in a
fork that has all tables at hand.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from tests.oracle import compare
from tests.oracle.books import write_book
from tests.oracle.judge import judge
from tests.rules.test_cases import cases, judge_case, read_case
from xianjie.audit import audit
from xianjie.book import read
from xianjie.findings import plain
from xianjie.tables import Tables

EXAMPLE = Path(__file__).parents[1] / "example"
# A name, the rule that is asked ("" for all), and what raises where the answer is wrong.
Question = tuple[str, str, Callable[[], None]]


def questions(folder: Path, seeds: range) -> list[Question]:
    """What a mutant is asked: every case, and the verdicts of an independent program on the example and random books."""
    found: list[Question] = []
    for number, (name, content, case) in enumerate(cases()):
        tables = read_case(folder / f"case{number}", content, case)
        found.append((name, case.get("rule", content["rule"]), partial(judge_case, tables, content, case)))
    books = [(EXAMPLE, dt.date.fromisoformat(json.loads((EXAMPLE / "expected.json").read_text("utf-8"))["as_of"]))]
    for seed in seeds:
        place = folder / f"book{seed}"
        books += [(place, day) for day in write_book(place, seed, size=1 + seed % 3)]
    for book, day in books:
        found.append((f"{book.name} {day}", "", partial(_agrees, read(book, day).tables, judge(book, day))))
    return found


def _agrees(tables: Tables, mine: list[dict[str, Any]]) -> None:
    from plugins import catalogue

    result = audit(tables, catalogue().values())
    assert not result.crashes
    theirs = [compare.flat(plain(finding, [])) for finding in result.findings]
    with mock.patch.multiple(compare, judge=lambda *_: mine, product=lambda *_: theirs):
        assert compare.differences("", "") == []


def wrong(asked: Iterable[Question]) -> Iterator[str]:
    """The questions that are answered wrongly."""
    for name, _, answer in asked:
        try:
            answer()
        except Exception:
            yield name


def own_first(asked: list[Question], module: Path) -> list[Question]:
    """The questions about a module's own rules before the others."""
    from plugins import catalogue

    own = {rule.id for rule in catalogue().values() if rule.family == module.stem}
    return sorted(asked, key=lambda question: question[1] not in own)
