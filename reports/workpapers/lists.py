"""The parameters that were used, the waivers and rectifications of the book, and what was resolved since the baseline."""

from collections.abc import Iterator

from ledgers.tables.directives import Rectification
from ledgers.tables.schema import records
from plugins.findings import STATUS_NAMES
from reports.check.baseline import HOW_NAMES
from reports.check.checked import Checked
from reports.check.waivers import Waiver, waivers
from reports.words import SCOPE_NAMES, detail, worded
from reports.workbook import DATE, LONG, MONEY, Column, Row, Workbook
from reports.workpapers.papers import Papers, Used

PARAMETERS = (
    Column("编号", 7),
    Column("参数", 25),
    Column("要求", 18),
    Column("适用范围", 16),
    Column("生效", 11, DATE),
    Column("印发", 11, DATE),
    Column("核实至", 11, DATE),
    Column("依据", 32, LONG),
    Column("怎样得知", 10),
    Column("原文", 30, LONG),
    Column("读法", 22, LONG),
    Column("采用日", 13, LONG),
    Column("使用规则", 24, LONG),
)
WAIVERS = (
    Column("规则", 26),
    Column("对象", 16),
    Column("分项·期间", 14),
    Column("理由", 34, LONG),
    Column("批准", 18, LONG),
    Column("批准日", 11, DATE),
    Column("期限（含）", 11, DATE),
    Column("限额（元）", 14, MONEY),
    Column("效力", 20),
    Column("账簿位置", 28),
)
RECTIFICATIONS = (
    Column("规则", 26),
    Column("对象", 16),
    Column("分项·期间", 14),
    Column("说明", 34, LONG),
    Column("责任单位", 18, LONG),
    Column("日期", 11, DATE),
    Column("整改期限", 11, DATE),
    Column("", 14),
    Column("状态", 20),
    Column("账簿位置", 28),
)
RESOLVED = (
    Column("规则", 26),
    Column("对象编号", 16),
    Column("对象名称", 26),
    Column("分项·期间", 16),
    Column("原结论", 10),
    Column("现结论", 12),
    Column("怎样消除", 12),
    Column("原说明", 60, LONG),
)


def write_parameters(book: Workbook, papers: Papers) -> None:
    """Every parameter that went into a finding, with its words."""
    sheet = book.sheet("参数", [column.width for column in PARAMETERS])
    sheet.title("所用政策参数")
    sheet.note("各表“参数”一栏的编号指向本表。“原文”只在读到文件原文时填写；文件没有数字的，“读法”说明如何理解。")
    sheet.table(PARAMETERS, (_parameter(used) for used in papers.used.values()))


def _parameter(used: Used) -> Row:
    one = used.parameter
    scope = "；".join(f"{SCOPE_NAMES[key]}：{'、'.join(values)}" for key, values in one.scope)
    outside = f"不含{'、'.join(one.exclude_task)}任务" if one.exclude_task else ""
    days = sorted(used.days)
    shown = "、".join(map(str, days[:3])) + (f" 等 {len(days)} 日" if len(days) > 3 else "")
    return Row(
        (
            used.number,
            one.name,
            worded(one),
            "；".join(text for text in (scope, outside) if text) or "全部",
            one.effective if one.effective.year > 1 else None,
            one.issued,
            one.verified_until,
            one.basis,
            one.confidence or "未注明",
            one.quote,
            one.reading,
            shown,
            "、".join(sorted(used.rules)),
        )
    )


def write_waivers(book: Workbook, checked: Checked) -> None:
    """All waivers, those that no longer count too, and all rectifications."""
    sheet = book.sheet("豁免与整改", [column.width for column in WAIVERS])
    sheet.title("豁免与整改")
    sheet.heading("一、豁免")
    sheet.note("豁免须写明理由、批准人和期限；过期的不再有效，差额超过限额的仍为不符合。")
    sheet.table(
        WAIVERS, (_waiver(one) for one in waivers(checked.book.tables, checked.audit, checked.scope)), freeze=False
    )
    sheet.skip()
    sheet.heading("二、整改")
    sheet.table(RECTIFICATIONS, _rectifications(checked), freeze=False)


def _waiver(one: Waiver) -> Row:
    texts = (one.rule, one.subject, one.scope, one.reason, one.by)
    return Row((*texts, one.granted, one.until, one.limit, one.state, one.place))


def _rectifications(checked: Checked) -> Iterator[Row]:
    for row in records(Rectification, checked.book.tables.rectifications):
        texts = (row.rule, row.subject, detail(row.part, row.period), row.note, row.unit or row.by)
        yield Row((*texts, row.date, row.due, "", row.state, f"{row.file}:{row.line}"))


def write_resolved(book: Workbook, checked: Checked) -> None:
    """What was a problem in the earlier run and is none now; no sheet without a baseline."""
    if checked.baseline is None:
        return
    sheet = book.sheet("已消除", [column.width for column in RESOLVED])
    sheet.title("基线中有、现已消除的问题")
    sheet.note(checked.baseline.words)
    sheet.note("“已整改”是同一基数、同一标准下达到了；“事实有变”是判定所用的基数、标准或关键事实与上次不同，应当核实改动；“不再判定”是对象没有了，或不再适用。")
    sheet.table(RESOLVED, _resolved(checked))


def _resolved(checked: Checked) -> Iterator[Row]:
    for one in checked.baseline.resolved if checked.baseline else ():
        before = one.finding
        subject, about = before["subject"], detail(before.get("part"), before.get("period"))
        named = (before["rule"], subject["id"], subject["name"], about)
        yield Row((*named, STATUS_NAMES[before["status"]], one.now_name, HOW_NAMES[one.how], before["message"]))
