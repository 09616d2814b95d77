"""公告公示：每个阶段的公示是否存在、够不够天数（5号第21条，任务69）。"""

from plugins.beancount import plugin
from xianjie.schema import records
from xianjie.tables import Tables, derived

Line = tuple[tuple[str, int], ...]


@derived
def _longest(tables: Tables) -> dict[tuple[str, str], tuple[int, Line]]:
    best: dict[tuple[str, str], tuple[int, Line]] = {}
    for row in records(tables.notices):
        days = (row.to - row.from_).days + 1 if row.from_ and row.to else 0
        if days > best.get((row.subject, row.stage), (0, ()))[0]:
            best[row.subject, row.stage] = (days, ((row.file, row.line),))
    return best


def longest_notice(tables: Tables, subject: str, stage: str) -> tuple[int, Line]:
    """Days of the longest notice of a stage, first and last day counted, planned days included, and its line."""
    return _longest(tables).get((subject, stage), (0, ()))


__plugins__ = ("check",)
check = plugin(__name__)
