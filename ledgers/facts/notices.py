"""Notices: how long each stage of a subject was announced, on a board or on a portal."""

from ledgers.tables.directives import Notice
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables, derived

Line = tuple[tuple[str, int], ...]
PORTAL = "网站"
ON_PORTALS = ("入库公示", "资金分配公告")  # stages that a portal announces as well as a board
FOREVER = 10**6  # days of a notice that stands for ever (长期公开)


@derived
def _longest(tables: Tables) -> dict[tuple[str, str], tuple[int, Line]]:
    best: dict[tuple[str, str], tuple[int, Line]] = {}
    for row in records(Notice, tables.notices):
        if row.place_kind == PORTAL and row.stage not in ON_PORTALS:
            continue
        if days_of(row) > best.get((row.subject, row.stage), (0, ()))[0]:
            best[row.subject, row.stage] = (days_of(row), ((row.file, row.line),))
    return best


def days_of(notice: Notice) -> int:
    """How long a notice stands, first and last day counted, planned days included; 0 where it does not say."""
    if notice.from_ and notice.to:
        return (notice.to - notice.from_).days + 1
    return FOREVER if notice.from_ and notice.place_kind == PORTAL else 0


def longest_notice(tables: Tables, subject: str, stage: str) -> tuple[int, Line]:
    """Days of the longest notice that announces a stage, and its line: on boards, for some stages on portals too."""
    return _longest(tables).get((subject, stage), (0, ()))
