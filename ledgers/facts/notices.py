"""Notices: how long each stage of a subject was announced."""

from ledgers.tables.directives import Notice
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables, derived

Line = tuple[tuple[str, int], ...]


@derived
def _longest(tables: Tables) -> dict[tuple[str, str], tuple[int, Line]]:
    best: dict[tuple[str, str], tuple[int, Line]] = {}
    for row in records(Notice, tables.notices):
        days = (row.to - row.from_).days + 1 if row.from_ and row.to else 0
        if days > best.get((row.subject, row.stage), (0, ()))[0]:
            best[row.subject, row.stage] = (days, ((row.file, row.line),))
    return best


def longest_notice(tables: Tables, subject: str, stage: str) -> tuple[int, Line]:
    """Days of the longest notice of a stage, first and last day counted, planned days included, and its line."""
    return _longest(tables).get((subject, stage), (0, ()))
