"""项目管理：项目库、检查验收、绩效自评、整改（5号第19、21条，任务57、59、67、70、71）。"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from ledgers.facts import money, registered
from ledgers.policy import default
from ledgers.tables.directives import DIRECTIVES, InspectionLine, Project, Rectification, key_title
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, PENDING, WARNING, Audit, Finding, Measured, Subject, Threshold
from plugins.judging import absent, meets
from plugins.law import FIVE
from plugins.rule import rule

REVIEW_DAYS = (default("performance-review-days", "<=", "180"),)
REQUIRED = (*(key for key in DIRECTIVES["project"].keys if key.required), *(
    key for key in DIRECTIVES["project"].keys if key.name in ("goal", "filed-by")
))  # fmt: skip


def _subject(project: Project) -> Subject:
    return Subject("project", project.id, project.name)


@rule(
    "project-library",
    title="项目库入库管理",
    judges="每个有资金的项目",
    formula="要素齐全（含绩效目标和备案部门）；入库不晚于列入年度计划",
    documents=(FIVE("第21条、任务67"),),
    quote="实行县级部门联合备案审查入库制度",
    rolls=False,
    advice=("项目入库资料不全或程序倒置", "补齐资料，规范入库审查"),
    tasks=(67,),
)
def project_library(tables: Tables) -> Iterator[Finding]:
    """Required elements are present, filed by departments, and 入库 is stated on or before 年度计划."""
    for project in registered.projects(tables).values():
        if project.id not in money.with_money(tables):
            continue
        faults = [f"缺少{key_title(key.name)}" for key in REQUIRED if getattr(project, key.column) in (None, "")]
        faults += [] if project.village or project.town else ["缺少村（village）或乡镇（town）"]
        stored = [stage.date for stage in registered.project_states(tables)[project.id] if stage.state == "入库"]
        planned = registered.reached(tables, project.id, "年度计划")
        if not stored:
            faults.append("没有入库")
        elif planned and min(stored) > planned:
            faults.append(f"{min(stored)} 才入库，晚于 {planned} 列入年度计划")
        yield Finding(
            _subject(project),
            FAIL if faults else PASS,
            "；".join(faults) or "要素齐全，入库在列入年度计划之前",
            source=(project.file, project.line),
            lines=tuple(
                (stage.file, stage.line)
                for stage in registered.project_states(tables)[project.id]
                if faults and stage.state in ("入库", "年度计划")
            ),
            act=planned,
        )


@rule(
    "inspection",
    title="验收项目有检查记录",
    judges="每个到达验收的项目",
    formula="有检查记录（inspection）",
    documents=(FIVE("第21条、任务70"),),
    quote="全流程跟踪检查核查",
    severity=WARNING,
    rolls=False,
    advice=("验收缺少检查记录", "补充检查，登记结果"),
    tasks=(70,),
)
def inspection(tables: Tables) -> Iterator[Finding]:
    """An inspection is recorded of each project that reached 验收."""
    lines = {row.project: (row.file, row.line) for row in records(InspectionLine, tables.inspections)}
    for project in registered.projects(tables).values():
        accepted = registered.reached(tables, project.id, "验收")
        if accepted:
            found = project.id in lines
            yield Finding(
                _subject(project),
                PASS if found else FAIL,
                "有检查记录" if found else "已验收，没有检查记录",
                source=(project.file, project.line),
                lines=(lines[project.id],) if found else (),
                act=accepted,
            )


@rule(
    "performance-review",
    title="绩效自评",
    judges="每个到达验收的项目",
    formula="验收后规定天数内完成绩效自评，并有得分",
    documents=(FIVE("第21条、任务71"),),
    quote="继续实施最严格的资金绩效评价",
    severity=WARNING,
    defaults=REVIEW_DAYS,
    rolls=False,
    advice=("没有按时作绩效自评", "补作自评并登记得分"),
    tasks=(71,),
)
def performance_review(tables: Tables) -> Iterator[Finding]:
    """绩效自评 within the days after 验收, with a score; what is missing is pending until then."""
    for project in registered.projects(tables).values():
        accepted = registered.reached(tables, project.id, "验收")
        if accepted:
            yield _reviewed(tables, project, accepted)


def _reviewed(tables: Tables, project: Project, accepted: date) -> Finding:
    subject, source = _subject(project), (project.file, project.line)
    parameter = tables.policy.in_force("performance-review-days", accepted, REVIEW_DAYS)
    if parameter is None:
        return absent(tables, subject, "performance-review-days", accepted, REVIEW_DAYS, source=source, act=accepted)
    reviewed = registered.reached(tables, project.id, "绩效自评")
    days = ((reviewed or tables.as_of) - accepted).days
    in_time = meets(days, parameter.op, parameter.value)
    last_day = accepted + timedelta(days=int(parameter.value))
    missing = [] if reviewed else ["没有绩效自评"]
    missing += ["没有得分"] if reviewed and not project.score else []
    if not missing:
        status, said = (PASS if in_time else FAIL), f"验收后 {days} 天完成绩效自评"
    else:
        status, said = (PENDING if in_time and tables.as_of <= last_day else FAIL), "、".join(missing)
    return Finding(
        subject,
        status,
        f"{said}，应在 {last_day} 前完成",
        measured=Measured(days, 1, "day") if "没有得分" not in missing else None,  # in time, yet not done
        threshold=Threshold(parameter.op, parameter.value, (parameter,)),
        source=source,
        act=accepted,
        due=last_day,
    )


@rule(
    "rectification-due",
    title="整改到位",
    judges="每项整改（分项为所整改的规则）",
    formula="未逾期；已销号的，其规则不再判为不符合",
    documents=(FIVE("第19条、任务57、任务59"),),
    quote="对虚假整改、敷衍整改、整改不力的严肃问责",
    rolls=False,
    follows=True,
    advice=("问题没有整改到位", "按期完成整改；已经逾期、销号后仍不符合的，重新打开并查明责任"),
    tasks=(57, 59),
)
def rectification_due(tables: Tables, audit: Audit) -> Iterator[Finding]:
    """A rectification is not overdue, and not 销号 while its rule still fails (虚假整改)."""
    last: dict[tuple[str, str, str, str], Rectification] = {}
    for row in records(Rectification, tables.rectifications):
        key = (row.rule, row.subject, row.part, row.period)
        last[key] = row._replace(due=row.due or (last[key].due if key in last else None))
    judged: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in audit.of_rules({row.rule for row in last.values()}):
        judged[finding.rule, finding.subject.id].append(finding)
    for row in last.values():
        concerned = [finding for finding in judged[row.rule, row.subject] if _concerns(row, finding)]
        status, message = _rectified(tables, row, [one for one in concerned if one.status == FAIL])
        kind, name = (concerned[0].subject.kind, concerned[0].subject.name) if concerned else ("subject", "")
        yield Finding(
            Subject(kind, row.subject, name),
            status,
            message,
            part=row.rule,
            period=row.period or None,
            source=(row.file, row.line),
            lines=tuple(one.source for one in concerned),
            due=row.due,
        )


def _concerns(row: Rectification, finding: Finding) -> bool:
    return row.part in ("", finding.part) and row.period in ("", finding.period)


def _rectified(tables: Tables, row: Rectification, failing: list[Finding]) -> tuple[str, str]:
    if row.state == "销号":
        return (FAIL, f"已销号，但仍不符合：{failing[0].message}") if failing else (PASS, "已销号，规则不再判为不符合")
    if row.due is None or row.due >= tables.as_of:
        return PENDING, f"{row.state or '整改中'}，" + (f"限 {row.due} 前完成" if row.due else "没有规定期限")
    return FAIL, f"{row.state or '整改中'}，已超过期限 {row.due}"


__plugins__ = ("check",)
check = plugin(__name__)
