"""监测对象：认定、公示、帮扶责任人和“一户一策”的时限（5号第17条，任务49、50）。

The deadlines are fixed by the document: 15 days, 5 days of notice, 10 working days. Working days follow the official
calendar; a year that it does not know yet leaves the verdict open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from chinese_calendar import is_workday

from ledgers.tables.schema import HouseholdState, records
from ledgers.tables.tables import Tables
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, PENDING, Finding, Measured, Subject
from plugins.judging import undetermined
from plugins.law import FIVE
from plugins.rule import rule

LISTED_DAYS = 15
NOTICE_DAYS = 5
WORKING_DAYS = 10
_DATES = ("reported", "notice_from", "notice_to", "helper_assigned", "plan_made")
PARTS = {"helper": ("helper_assigned", "帮扶责任人"), "plan": ("plan_made", "“一户一策”帮扶措施")}


@dataclass
class Episode:
    """One time of being monitored: from the day of listing until 风险消除, with what became known of it."""

    row: HouseholdState
    first: bool

    @property
    def listed(self) -> date:
        day: date = self.row.date
        return day

    def add(self, row: HouseholdState) -> None:
        """What a further row gives and the first did not; nothing where it speaks of another application."""
        another = row.reported and (row.reported > self.listed or self.row.reported not in (None, row.reported))
        if not another:
            self.row = self.row._replace(**{name: getattr(self.row, name) or getattr(row, name) for name in _DATES})


def episodes(tables: Tables) -> list[Episode]:
    """Every listing as 监测户. A further row of a household still monitored adds what it says of the same listing."""
    running: dict[str, Episode] = {}
    seen: set[str] = set()
    found = []
    for row in records(HouseholdState, tables.households):
        if row.state == "风险消除":
            running.pop(row.household, None)
        elif row.state == "监测户" and row.household in running:
            running[row.household].add(row)
        elif row.state == "监测户":
            episode = Episode(row, row.household not in seen)
            seen.add(row.household)
            running[row.household] = episode
            found.append(episode)
    return found


@rule(
    "monitoring-deadline",
    title="监测对象认定和帮扶时限",
    judges="每个监测户的每次纳入，分项判定",
    formula="申报至纳入 ≤ 15 天；村内公示 ≥ 5 天；纳入后 10 个工作日内明确帮扶责任人和帮扶措施",
    documents=(FIVE("第17条、任务49、任务50"),),
    quote="监测对象的认定，原则上不超过15天，村内公示不少于5天。纳入监测对象10个工作日内，明确帮扶责任人和“一户一策”精准帮扶措施",
    rolls=False,
)
def monitoring_deadline(tables: Tables) -> Iterator[Finding]:
    """Each listing by part: listed, notice, helper, plan. The period names later listings of the same household."""
    for episode in episodes(tables):
        more: dict[str, Any] = {
            "source": (episode.row.file, episode.row.line),
            "period": None if episode.first else episode.listed.isoformat(),
        }
        subject = Subject("household", episode.row.household)
        yield _listed(subject, episode, more)
        yield _noticed(subject, episode, more)
        for part, (column, what) in PARTS.items():
            yield _within(tables, subject, episode, part, getattr(episode.row, column), what, more)


def _listed(subject: Subject, episode: Episode, more: dict[str, Any]) -> Finding:
    if episode.row.reported is None:
        return undetermined(subject, "没有申报日期", part="listed", **more)
    days = (episode.listed - episode.row.reported).days
    return Finding(
        subject,
        PASS if days <= LISTED_DAYS else FAIL,
        f"{episode.row.reported} 申报，{episode.listed} 纳入，用 {days} 天，应不超过 {LISTED_DAYS} 天",
        measured=Measured(days, 1, "day"),
        part="listed",
        **more,
    )


def _noticed(subject: Subject, episode: Episode, more: dict[str, Any]) -> Finding:
    start, end = episode.row.notice_from, episode.row.notice_to
    days = (end - start).days + 1 if start and end else 0
    return Finding(
        subject,
        PASS if days >= NOTICE_DAYS else FAIL,
        f"村内公示 {days} 天，应不少于 {NOTICE_DAYS} 天" if days else "没有村内公示",
        measured=Measured(days, 1, "day"),
        part="notice",
        **more,
    )


def _within(
    tables: Tables, subject: Subject, episode: Episode, part: str, done: date | None, what: str, more: dict[str, Any]
) -> Finding:
    try:
        last_day = working_day(episode.listed, WORKING_DAYS)
    except NotImplementedError:
        return undetermined(subject, f"节假日历还没有 {episode.listed.year} 年前后的安排", part=part, **more)
    if done is None:
        status = PENDING if tables.as_of <= last_day else FAIL
        said = f"尚未明确{what}"
    else:
        status = PASS if done <= last_day else FAIL
        said = f"{done} 明确{what}"
    return Finding(subject, status, f"{said}，应在 {last_day} 前（纳入后 {WORKING_DAYS} 个工作日）", part=part, **more)


@cache
def working_day(start: date, count: int) -> date:
    """The day on which the count of working days after `start` ends; NotImplementedError for an unknown year."""
    day = start
    while count:
        day += timedelta(days=1)
        count -= _works(day)
    return day


_works = cache(is_workday)  # the library looks through all the years that it knows, every time


__plugins__ = ("check",)
check = plugin(__name__)
