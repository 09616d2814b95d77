"""问题汇总表: every failure by class, with amount, unit, index number and form; and what the last workpaper found."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from ledgers.files.problems import Problem, Untrusted
from plugins.findings import ERROR, FAIL, SEVERITY_NAMES, STATUS_NAMES
from reports.check.checked import Checked
from reports.remedies import act, gap, unit_of
from reports.workbook import LONG, MONEY, SUBTOTAL, TOTAL, Column, Row, Workbook
from reports.workpapers.papers import Group, Paper, Papers, initials

SHEET = "问题汇总表"
COLUMNS = (
    Column("索引号", 12),
    Column("规则", 14, LONG),
    Column("对象编号", 13),
    Column("对象名称", 16, LONG),
    Column("分项·期间", 9, LONG),
    Column("责任单位", 14, LONG),
    Column("差额（元）", 13, MONEY),
    Column("事实", 40, LONG),
    Column("差距", 15, LONG),
    Column("建议", 20, LONG),
    Column("取证", 5),
)
FOLLOWED = (
    Column("索引号", 13),
    Column("规则", 20, LONG),
    Column("对象编号", 15),
    Column("对象名称", 22, LONG),
    Column("上次事实", 48, LONG),
    Column("现结论", 10),
    Column("现事实", 48, LONG),
)
GONE = "不再判定"


def write(book: Workbook, checked: Checked, papers: Papers) -> None:
    """Failures that must be mended first, then warnings and what concerns the book itself, each class with its sum."""
    sheet = book.sheet(SHEET, [column.width for column in COLUMNS])
    sheet.title("问 题 汇 总 表")
    sheet.note(
        "一行一个不符合的结论；“取证”为“单”的另有审计取证单，为“列”的是提示或账簿本身的事项，只列于此。"
        "建议和差距由结论的数字算出，供参考，不在由被审计单位盖章的取证单上。"
    )
    table = sheet.table(COLUMNS, _rows(checked, papers))
    sheet.filter(table, len(COLUMNS))
    sheet.skip()
    for label in ("审计组意见", "编制人、日期", "复核人、日期", "复核意见及处理"):
        sheet.form(label, "", 2)


def _rows(checked: Checked, papers: Papers) -> Iterator[Row]:
    total = 0
    for group in _failing(papers):
        failed = group.failed
        amount = sum(paper.finding.shortfall or 0 for paper in failed)
        total += amount
        about = f"{SEVERITY_NAMES[group.rule.severity]}，{len(failed)} 项"
        yield Row(("", group.rule.title, "", about, "", "", amount or None, group.rule.basis, "", "", ""), SUBTOTAL)
        yield from (_row(checked, group, paper) for paper in failed)
    yield Row(("合计", "", "", "", "", "", total, "", "", "", ""), TOTAL)


def _failing(papers: Papers) -> list[Group]:
    failing = [group for group in papers.groups if group.counts[FAIL]]
    return sorted(failing, key=lambda group: group.rule.severity != ERROR)


def _row(checked: Checked, group: Group, paper: Paper) -> Row:
    finding, tables = paper.finding, checked.book.tables
    named = (paper.index, group.rule.title, finding.subject.id, finding.subject.name, paper.detail)
    mending = act(tables, finding)
    mark = "单" if paper.has_form else "列"
    return Row((*named, unit_of(tables, finding), finding.shortfall, finding.message, gap(finding), mending.text, mark))


def write_followed(book: Workbook, papers: Papers, previous: Path | None) -> None:
    """The last workpaper's failures with their present verdict; no sheet where none is given."""
    if previous is None:
        return
    before = earlier(previous)
    now = _present(papers, {row[0] for row in before})
    sheet = book.sheet("上次问题跟踪", [column.width for column in FOLLOWED])
    sheet.title("上次审计发现的问题及其现状")
    sheet.note(f"上次底稿：{previous.name}，问题 {len(before)} 项。索引号相同的是同一对象、同一事项。")
    sheet.table(FOLLOWED, (_followed(row, now.get(row[0])) for row in before))


def _present(papers: Papers, wanted: set[str]) -> dict[str, Paper]:
    """The present findings of these index numbers."""
    asked = [one for one in papers.groups if any(index.startswith(initials(one.rule.id)) for index in wanted)]
    return {paper.index: paper for group in asked for paper in group.papers if paper.index in wanted}


def _followed(row: tuple[str, ...], paper: Paper | None) -> Row:
    verdict = STATUS_NAMES[paper.finding.status] if paper else GONE
    return Row((*row, verdict, paper.finding.message if paper else ""))


def earlier(previous: Path) -> list[tuple[str, ...]]:
    """Index number, rule, subject, name and fact of each failure of an earlier workpaper; Untrusted where it is none."""
    try:
        rows = CalamineWorkbook.from_filelike(BytesIO(previous.read_bytes())).get_sheet_by_name(SHEET).to_python()
        top = next(number for number, row in enumerate(rows) if row[0] == COLUMNS[0].title)
        places = [rows[top].index(name) for name in ("索引号", "规则", "对象编号", "对象名称", "事实")]
    except (OSError, CalamineError, StopIteration, ValueError) as error:
        message = f"应为以前用 xianjie check --format xlsx 出具的底稿，其中没有可读的“{SHEET}”（{error}）"
        raise Untrusted([Problem(previous.name, 0, message)]) from None
    found = [tuple(str(row[place]) for place in places) for row in rows[top + 1 :] if len(row) > max(places)]
    return [row for row in found if row[0] and row[2]]
