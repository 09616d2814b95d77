"""The vouchers behind every number, and the lines of the rolls behind the vouchers."""

from collections.abc import Iterator

import pandas as pd

from ledgers.tables.schema import Payment, Posting, records
from plugins.findings import FAIL, PENDING, UNDETERMINED, WAIVED
from reports.check.checked import Checked
from reports.workbook import DATE, LONG, MONEY, NUMBER, Column, Row, Workbook
from reports.workpapers.papers import Paper, Papers

LIMIT = 100_000  # lines of evidence in a workbook that a person still opens
FIRST = (FAIL, UNDETERMINED, PENDING, WAIVED)
COLUMNS = (
    Column("索引号", 13),
    Column("凭证号", 15),
    Column("日期", 11, DATE),
    Column("科目", 44),
    Column("摘要", 30, LONG),
    Column("金额（元）", 16, MONEY),
    Column("资金", 13),
    Column("项目", 13),
    Column("清册", 18),
    Column("账簿位置", 26),
)
LINES = (
    Column("凭证号", 15),
    Column("清册", 18),
    Column("户编号", 18),
    Column("人", 8),
    Column("日期", 11, DATE),
    Column("金额（元）", 14, MONEY),
    Column("天数", 9, NUMBER),
    Column("数量", 11, NUMBER),
    Column("银行结果", 10),
    Column("备注", 20, LONG),
    Column("清册位置", 30),
)


def write(book: Workbook, checked: Checked, papers: Papers) -> None:
    """Two sheets: vouchers by finding, problems first, and the roll lines of what did not pass."""
    every = [paper for group in papers.groups for paper in group.papers]
    every.sort(key=lambda paper: paper.finding.status not in FIRST)
    kept, left = _within(every, LIMIT)
    sheet = book.sheet("证据·凭证", [column.width for column in COLUMNS])
    sheet.title("证据：凭证")
    sheet.note("一个数字的全部凭证列在其索引号下，不符合的在前。没有凭证的结论取自登记，见“账簿位置”。")
    if left:
        sheet.note(
            f"为便于打开，另有 {left} 项符合或不适用的结论未列凭证；用 --rule 或 --subject 可单独出具它们的底稿。"
        )
    sheet.table(COLUMNS, _vouchers(checked, kept))
    lines = book.sheet("证据·清册", [column.width for column in LINES])
    lines.title("证据：发放清册")
    lines.note("未符合的结论所依据的凭证，其发放清册的每一行；户编号是代号，本底稿没有任何个人信息。")
    shown, more = _roll_lines(checked, [paper for paper in kept if paper.finding.status in FIRST])
    if more:
        lines.note(f"为便于打开，另有 {more} 行未列；用 --rule 或 --subject 可单独出具其余各项的底稿。")
    lines.table(LINES, _lines(checked, shown))


def _within(papers: list[Paper], limit: int) -> tuple[list[Paper], int]:
    """As many findings as have at most so many lines of evidence, and how many are left."""
    total = 0
    for number, paper in enumerate(papers):
        total += len(paper.finding.evidence) + len(paper.finding.lines) + 1
        if total > limit and paper.finding.status not in FIRST:
            return papers[:number], len(papers) - number
    return papers, 0


def _vouchers(checked: Checked, papers: list[Paper]) -> Iterator[Row]:
    wanted = sorted({row for paper in papers for row in paper.finding.evidence})
    legs = dict(zip(wanted, records(Posting, checked.book.tables.postings.iloc[wanted]), strict=True))
    for paper in papers:
        for row in dict.fromkeys(paper.finding.evidence):
            leg = legs[row]
            texts = (leg.fund, leg.project, leg.roll, f"{leg.file}:{leg.line}")
            narration = f"{leg.payee} {leg.narration}".strip()
            yield Row((paper.index, leg.voucher, leg.date, leg.account, narration, leg.amount, *texts))
        for file, line in paper.finding.lines or (() if paper.finding.evidence else (paper.finding.source,)):
            yield Row((paper.index, "", None, "", "", None, "", "", "", f"{file}:{line}" if line else file))


def _roll_lines(checked: Checked, papers: list[Paper]) -> tuple[pd.DataFrame, int]:
    """The roll lines behind findings, as many as fit, and how many are left."""
    payments = checked.book.tables.payments
    wanted = {row for paper in papers for row in paper.finding.evidence}
    lines = payments[payments["posting"].isin(wanted)]
    return lines.head(LIMIT), max(0, len(lines) - LIMIT)


def _lines(checked: Checked, lines: pd.DataFrame) -> Iterator[Row]:
    tables = checked.book.tables
    vouchers, rolls = tables.postings["voucher"].tolist(), tables.postings["roll"].tolist()
    for line in records(Payment, lines):
        place = f"{line.file}:{line.line}"
        yield Row(
            (
                vouchers[line.posting],
                rolls[line.posting],
                line.household,
                line.person,
                line.date,
                line.amount,
                line.days,
                line.quantity,
                line.result,
                line.note,
                place,
            )
        )
