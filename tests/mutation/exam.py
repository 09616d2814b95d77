"""The quick examination of a mutant: all cases, the example and random books, read once and judged by its rules.

Reading a book needs none of the rules, so it is done before any of them is loaded; every mutant is then examined in a
fork that has all tables at hand.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from ledgers.book import read
from ledgers.tables.tables import Tables
from plugins.audit import audit
from plugins.findings import plain
from tests.oracle import compare
from tests.oracle.books import write_book
from tests.oracle.judge import judge
from tests.rules.test_cases import cases, judge_case, read_case

EXAMPLE = Path(__file__).parents[1] / "example"
# A name, the rule that is asked ("" for all), and what raises where the answer is wrong.
Question = tuple[str, str, Callable[..., None]]


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


def _agrees(tables: Tables, mine: list[dict[str, Any]], ids: set[str] | None = None) -> None:
    """AssertionError where some rules (default: all) and the independent program do not say the same."""
    from plugins import catalogue

    ids = set(catalogue()) if ids is None else ids
    result = audit(tables, catalogue().values(), ids)
    assert not result.crashes
    theirs = [compare.flat(plain(finding, [])) for finding in result.findings]
    own = {"judge": lambda *_: mine, "product": lambda *_: theirs, "rules_of_the_product": lambda: ids}
    with mock.patch.multiple(compare, **own):
        assert compare.differences("", "") == []


def wrong(asked: Iterable[Question]) -> Iterator[str]:
    """The questions that are answered wrongly."""
    for name, _, answer in asked:
        try:
            answer()
        except Exception:
            yield name


def concerning(asked: list[Question], module: Path) -> list[Question]:
    """The questions about rules that a module's change can reach, its own first, random books last."""
    from plugins import catalogue

    families = _reached(module)
    rules = {rule.id: rule.family for rule in catalogue().values() if rule.family in families}
    cases = [question for question in asked if question[1] in rules]
    books = [(name, "", partial(answer, set(rules))) for name, rule, answer in asked if not rule]
    return [*sorted(cases, key=lambda question: rules[question[1]] != module.stem), *books]


def _reached(module: Path) -> set[str]:
    """The modules of rules that import a module, directly or through others, and itself."""
    texts = {path.stem: path.read_text("utf-8") for path in Path("plugins").glob("*.py")}
    found, before = {module.stem}, set[str]()
    while found != before:
        before = set(found)
        imports = re.compile(rf"^(?:from|import) (?:plugins|xianjie)(?:\.| import .*\b)(?:{'|'.join(before)})\b", re.MULTILINE)
        found |= {stem for stem, text in texts.items() if imports.search(text)}
    return found
