"""Books with what audits typically find: each finding is named by its rule, with the lines that an auditor must see.

A line of a book ends with `; ! RULE SUBJECT [PART or PERIOD] [FILE:LINE …]` for each rule that must fail there: the line
and the places that follow are among those that the finding names.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from ledgers.book import read
from plugins import catalogue
from plugins.audit import audit, places
from plugins.findings import FAIL, Finding
from tests.books import HEAD, write_book

HERE = Path(__file__).parent / "planted"
SHIPPED = Path(__file__).parents[2] / "ledgers" / "policies"
SETS = ("national", "xiushan")
AS_OF = date(2025, 12, 31)
_PLACE = re.compile(r"[\w./-]+:\d+")


@dataclass(frozen=True)
class Mark:
    """What must be found at a place of the book."""

    rule: str
    subject: str
    about: frozenset[str]  # part and period, as far as they are given
    places: frozenset[str]

    def fits(self, finding: Finding) -> bool:
        said = {finding.part or "", finding.period or ""}
        return (finding.rule, finding.subject.id) == (self.rule, self.subject) and self.about <= said


def marks(text: str, first: int) -> list[Mark]:
    """The marks of a book's text, whose first line is that of its file."""
    found = []
    for number, line in enumerate(text.splitlines(), start=first):
        for words in line.split("; ! ")[1:]:
            rule, subject, *rest = words.split(";")[0].split()
            named = {word for word in rest if _PLACE.fullmatch(word)}
            found.append(Mark(rule, subject, frozenset({*rest} - named), frozenset({f"main.beancount:{number}", *named})))
    return found


def lay(folder: Path, name: str) -> list[Mark]:
    """Write a book, and say what must be found in it."""
    text = (HERE / f"{name}.beancount").read_text("utf-8")
    files = {str(path.relative_to(HERE / name)): path.read_text("utf-8") for path in (HERE / name).rglob("*.*")}
    sets = {f"policy/{one}.beancount": (SHIPPED / f"{one}.beancount").read_text("utf-8") for one in SETS}
    head = HEAD + "".join(f'include "{path}"\n' for path in sets)
    write_book(folder, text, files | sets, head=head)
    written = (folder / "main.beancount").read_text("utf-8").splitlines()
    return marks("\n".join(written[len(head.splitlines()) :]), len(head.splitlines()) + 1)


@pytest.mark.parametrize("name", sorted(path.stem for path in HERE.glob("*.beancount")))
def test_what_an_audit_would_find_is_named_with_its_lines(tmp_path: Path, name: str) -> None:
    wanted = lay(tmp_path, name)
    tables = read(tmp_path, AS_OF).tables
    result = audit(tables, list(catalogue().values()))
    assert not result.crashes
    assert not result.untrusted
    failing = [one for one in result.findings if one.status == FAIL]
    missed = []
    for mark in wanted:
        fitting = [one for one in failing if mark.fits(one)]
        seen = {place for one in fitting for place in _named(tables, one)}
        if not fitting:
            missed.append(f"{mark.rule} {mark.subject} {' '.join(mark.about)}: not found")
        elif mark.places - seen:
            missed.append(f"{mark.rule} {mark.subject}: does not name {sorted(mark.places - seen)}, but {sorted(seen)}")
    assert not missed, "\n".join(missed)


def _named(tables: object, finding: Finding) -> set[str]:
    shown = [finding.source, *((place.file, place.line) for place in places(tables, finding)), *finding.lines]
    return {f"{file}:{line}" for file, line in shown}
