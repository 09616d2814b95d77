"""审计程序: what was judged, of which population, all of it or a sample."""

from collections.abc import Iterator

from plugins.findings import NA, SEVERITY_NAMES
from reports.check.checked import Checked
from reports.workbook import COUNT, LONG, Column, Row, Workbook
from reports.workpapers.papers import Group, Papers
from reports.workpapers.sampling import MUS, Plan

COLUMNS = (
    Column("规则", 26, LONG),
    Column("程度", 8),
    Column("判定对象", 34, LONG),
    Column("公式", 44, LONG),
    Column("总体", 9, COUNT),
    Column("判定", 9, COUNT),
    Column("不适用", 9, COUNT),
    Column("方式", 10),
    Column("依据", 40, LONG),
)


def write(book: Workbook, checked: Checked, papers: Papers, sample: Plan | None) -> None:
    """One line a rule, and the sample where one was drawn."""
    sheet = book.sheet("审计程序", [column.width for column in COLUMNS])
    sheet.title("审计程序和范围")
    sheet.note("各规则对截至日账簿中的全部对象逐一判定，不抽样；“不适用”的对象列有理由。")
    if sample:
        method = "货币单元抽样" if sample.method == MUS else "简单随机抽样"
        sheet.note(f"另对付款凭证作细节测试：{method}，要求 {sample.size} 张，种子 {sample.seed}，见“抽样”。")
    sheet.table(COLUMNS, _rows(papers))


def _rows(papers: Papers) -> Iterator[Row]:
    for group in papers.groups:
        yield _row(group)
    for rule in papers.silent:
        yield Row(
            (rule.title, SEVERITY_NAMES[rule.severity], rule.judges, rule.formula, 0, 0, 0, "没有对象", rule.basis)
        )


def _row(group: Group) -> Row:
    rule, outside, total = group.rule, group.counts[NA], group.counts.total()
    counts = (total, total - outside, outside)
    return Row((rule.title, SEVERITY_NAMES[rule.severity], rule.judges, rule.formula, *counts, "全部", rule.basis))
