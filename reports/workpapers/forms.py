"""An 审计取证单 for every failure: standard, fact, cause, consequence, suggestion, and space to sign."""

from collections.abc import Iterator
from typing import Any

from ledgers.facts import registered
from ledgers.money import decimal, percent, yuan_cn
from ledgers.tables.schema import records
from plugins.audit import places
from plugins.findings import FAIL, YUAN, Finding
from reports.check.checked import Checked
from reports.rulebook.advice import advice
from reports.words import COMPARED, worded
from reports.workbook import Sheet, Workbook
from reports.workpapers.papers import Group, Paper, Papers

WIDTHS = (14, 36, 14, 36)
LIMIT = 1000  # forms in one workbook
VOUCHERS = 8  # named in a form; the others stand on the sheet of evidence


def write(book: Workbook, checked: Checked, papers: Papers) -> None:
    """All forms on one sheet, one a printed page, in the order of the index numbers."""
    failed = [(group, paper) for group in papers.groups for paper in group.papers if paper.finding.status == FAIL]
    sheet = book.sheet("审计取证单", WIDTHS, portrait=True)
    if not failed:
        sheet.title("审计取证单")
        sheet.note("没有不符合的结论。")
    if len(failed) > LIMIT:
        sheet.note(f"不符合共 {len(failed)} 项，以下只列前 {LIMIT} 项；用 --rule 或 --subject 可单独出具其余各项。")
    for number, (group, paper) in enumerate(failed[:LIMIT]):
        if number:
            sheet.page_break()
        _form(sheet, checked, papers, group, paper)


def _form(sheet: Sheet, checked: Checked, papers: Papers, group: Group, paper: Paper) -> None:
    finding = paper.finding
    consequence, suggestion = advice(group.rule.id)
    sheet.title("审 计 取 证 单")
    sheet.pairs(("索引号", paper.index), ("截至日期", checked.book.tables.as_of.isoformat()))
    sheet.form("账簿", checked.book.tables.title)
    sheet.form("被审计单位", _unit(checked, finding))
    detail = f"（{paper.detail}）" if paper.detail else ""
    sheet.form(
        "审计事项", f"{group.rule.title}（{group.rule.id}）\n{finding.subject.id} {finding.subject.name}{detail}"
    )
    sheet.form("标准", "\n".join(_standard(papers, group, finding)), 3)
    sheet.form("事实", "\n".join(_fact(checked, finding)), 6)
    sheet.form("原因", "（由审计人员查明后填写）", 4)
    sheet.form("后果", consequence + _amount(finding), 2)
    sheet.form("建议", suggestion, 2)
    sheet.form("被审计单位\n意见", "\n\n\n　　　　　　　　负责人（签章）：　　　　　　　　　　年　　月　　日", 5)
    sheet.pairs(("编制人", ""), ("日期", ""), lines=2)
    sheet.pairs(("复核人", ""), ("日期", ""), lines=2)


def _unit(checked: Checked, finding: Finding) -> str:
    """Who answers for the subject, as far as the registry says; else left to be filled in."""
    tables, name = checked.book.tables, finding.subject.id
    if finding.subject.kind == "project" and name in registered.projects(tables):
        return registered.projects(tables)[name].unit or ""
    if finding.subject.kind == "asset" and name in registered.assets(tables):
        return registered.assets(tables)[name].owner or ""
    village = registered.villages(tables).get(name) if finding.subject.kind == "village" else None
    return f"{village.town}{village.name}" if village else ""


def _standard(papers: Papers, group: Group, finding: Finding) -> Iterator[str]:
    rule, threshold = group.rule, finding.threshold
    yield f"{rule.basis}：{rule.formula}。"
    if rule.quote:
        yield f"原文：“{rule.quote}”"
    if threshold and threshold.value is not None:
        money = finding.measured is not None and finding.measured.unit == YUAN
        value = percent(threshold.value) if money else decimal(threshold.value)
        required = f"，即 {yuan_cn(threshold.required)} 元" if threshold.required is not None else ""
        yield f"应{COMPARED[threshold.op]} {value}{required}。"
    for parameter in dict.fromkeys(one.parameter for one in threshold.parameters) if threshold else ():
        yield f"{papers.used[parameter].number}　{parameter.name} {worded(parameter)}，{parameter.basis}"


def _fact(checked: Checked, finding: Finding) -> Iterator[str]:
    tables = checked.book.tables
    yield finding.message
    legs: list[Any] = list(records(tables.postings.iloc[list(finding.evidence[:VOUCHERS])]))
    for leg in legs:
        yield f"凭证 {leg.voucher}，{leg.date}，{leg.narration}，{yuan_cn(leg.amount)} 元"
    if len(finding.evidence) > VOUCHERS:
        yield f"等 {len(finding.evidence)} 笔，详见“证据·凭证”。"
    source = f"{finding.source[0]}:{finding.source[1]}" if finding.source[1] else finding.source[0]
    lines = [f"{place.file}:{place.line}" for place in places(tables, finding)][: VOUCHERS // 2]
    yield "账簿位置：" + "、".join(dict.fromkeys([source, *lines]))


def _amount(finding: Finding) -> str:
    return f"；按标准计算的差额为 {yuan_cn(finding.shortfall)} 元" if finding.shortfall else ""
