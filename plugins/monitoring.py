"""监测对象：认定、公示、帮扶责任人和“一户一策”的时限（5号第17条，任务49、50）。

The days are those of the document, as parameters. Working days follow the official calendar; a year that it does not know
yet leaves the verdict open.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from ledgers.policy import Applied, default
from ledgers.tables.schema import HouseholdState, records
from ledgers.tables.tables import Tables
from ledgers.workdays import WORKING_DAY, UnknownYearError, last_day
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, PENDING, Finding, More, Subject, Threshold
from plugins.judging import absent, count, limit, undetermined
from plugins.law import FIVE
from plugins.rule import rule

ISSUED = "2022-05-20"
DAYS = (
    default("monitoring-listed-days", "<=", "15", ISSUED),
    default("monitoring-notice-days", ">=", "5", ISSUED),
    default("monitoring-helper-days", "<=", "10", ISSUED, unit=WORKING_DAY),
    default("monitoring-plan-days", "<=", "10", ISSUED, unit=WORKING_DAY),
)
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
    formula="申报至纳入 ≤ 15 天；村内公示 ≥ 5 天，不晚于纳入；纳入后 10 个工作日内明确帮扶责任人和帮扶措施",
    documents=(FIVE("第17条、任务49、任务50"),),
    quote="监测对象的认定，原则上不超过15天，村内公示不少于5天。纳入监测对象10个工作日内，明确帮扶责任人和“一户一策”精准帮扶措施",
    defaults=DAYS,
    rolls=False,
    changes=(
        (
            "0.2.0",
            "天数成为参数；以各项起算那天的规定为准，2022年5月20日以前起算的不适用；先后颠倒的日期无法判定，纳入后才结束的公示不符合",
        ),
    ),
    advice=("监测帮扶没有按时限到位", "查明延误环节，完善流程"),
    tasks=(49, 50),
)
def monitoring_deadline(tables: Tables) -> Iterator[Finding]:
    """Each listing by part: listed, notice, helper, plan. The period names later listings of the same household."""
    for episode in episodes(tables):
        more: More = {
            "source": (episode.row.file, episode.row.line),
            "period": None if episode.first else episode.listed.isoformat(),
        }
        subject = Subject("household", episode.row.household)
        yield _listed(tables, subject, episode, more)
        yield _noticed(tables, subject, episode, more)
        for part, (column, what) in PARTS.items():
            yield _within(tables, subject, episode, part, getattr(episode.row, column), what, more)


def _listed(tables: Tables, subject: Subject, episode: Episode, more: More) -> Finding:
    """From the day of application to the listing: the act is the application."""
    reported = episode.row.reported
    more = {**more, "part": "listed", "act": reported or episode.listed}
    if reported is None:
        return undetermined(subject, "没有申报日期", **more)
    if reported > episode.listed:
        return undetermined(subject, f"申报日期 {reported} 晚于纳入日期 {episode.listed}", **more)
    parameter = tables.policy.in_force("monitoring-listed-days", reported, DAYS)
    if parameter is None:
        return absent(tables, subject, "monitoring-listed-days", reported, DAYS, **more)
    days = (episode.listed - reported).days
    message = f"{reported} 申报，{episode.listed} 纳入，用 {days} 天，{limit(parameter)}"
    return count(subject, days, parameter, message, **more)


def _noticed(tables: Tables, subject: Subject, episode: Episode, more: More) -> Finding:
    """The village's notice, which belongs to the listing: it is over by then."""
    start, end = episode.row.notice_from, episode.row.notice_to
    act = start or episode.listed
    more = {**more, "part": "notice", "act": act}
    if start and end and end < start:
        return undetermined(subject, f"公示止日 {end} 早于起日 {start}", **more)
    parameter = tables.policy.in_force("monitoring-notice-days", act, DAYS)
    if parameter is None:
        return absent(tables, subject, "monitoring-notice-days", act, DAYS, **more)
    days = (end - start).days + 1 if start and end else 0
    said = f"村内公示 {days} 天，{limit(parameter)}" if days else "没有村内公示"
    found = count(subject, days, parameter, said, **more)
    if end and end > episode.listed:
        return replace(found, status=FAIL, message=f"{said}；公示到 {end}，晚于纳入日期 {episode.listed}")
    return found


def _within(
    tables: Tables, subject: Subject, episode: Episode, part: str, done: date | None, what: str, more: More
) -> Finding:
    name, more = f"monitoring-{part}-days", {**more, "part": part, "act": episode.listed}
    found = tables.policy.in_force(name, episode.listed, DAYS)
    if found is None:
        return absent(tables, subject, name, episode.listed, DAYS, **more)
    parameter = _in_working_days(found)
    try:
        last = last_day(episode.listed, parameter)
    except UnknownYearError as error:
        return undetermined(subject, str(error), **more)
    if done is None:
        status, said = (PENDING if tables.as_of <= last else FAIL), f"尚未明确{what}"
    else:
        status, said = (PASS if done <= last else FAIL), f"{done} 明确{what}"
    return Finding(
        subject,
        status,
        f"{said}，应在 {last} 前（纳入后 {int(parameter.value)} 个工作日）",
        threshold=Threshold(parameter.op, None, (parameter,)),
        due=last,
        **more,
    )


def _in_working_days(applied: Applied) -> Applied:
    """The document counts working days, whatever unit a book leaves out."""
    return replace(applied, parameter=replace(applied.parameter, unit=applied.parameter.unit or WORKING_DAY))


__plugins__ = ("check",)
check = plugin(__name__)
