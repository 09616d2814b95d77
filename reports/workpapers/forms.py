"""An 审计取证单 for every failure that a unit must answer for: standard, fact, and space to sign.

The page that the unit seals holds fact, proof and standard alone; consequence and advice stand on the 问题汇总表.
"""

from collections.abc import Iterator
from fractions import Fraction

from ledgers.facts import registered
from ledgers.money import decimal, percent, yuan_cn
from ledgers.tables.schema import Payment, Posting, records
from ledgers.tables.tables import Tables
from plugins.audit import places
from plugins.findings import YUAN, Finding
from plugins.judging import compared
from reports.check.checked import Checked
from reports.remedies import comparable, unit_of
from reports.words import COMPARED, UNIT_NAMES, worded
from reports.workbook import Sheet, Workbook
from reports.workpapers.papers import Group, Paper, Papers

WIDTHS = (14, 36, 14, 36)
LIMIT = 1000  # forms in one workbook
VOUCHERS = 8  # named in a form; the others stand on the sheet of evidence


def write(book: Workbook, checked: Checked, papers: Papers) -> None:
    """All forms on one sheet, one a printed page, in the order of the rules."""
    wanted = [(group, paper) for group in papers.groups for paper in group.failed if paper.has_form]
    sheet = book.sheet("审计取证单", WIDTHS, portrait=True)
    if not wanted:
        sheet.title("审计取证单")
        sheet.note("没有须由被审计单位确认的不符合结论。提示和账簿本身的事项见“问题汇总表”。")
    if len(wanted) > LIMIT:
        sheet.note(f"须取证共 {len(wanted)} 项，以下只列前 {LIMIT} 项；用 --rule 或 --subject 可单独出具其余各项。")
    for number, (group, paper) in enumerate(wanted[:LIMIT]):
        if number:
            sheet.page_break()
        _form(sheet, checked, papers, group, paper)


def _form(sheet: Sheet, checked: Checked, papers: Papers, group: Group, paper: Paper) -> None:
    finding, tables = paper.finding, checked.book.tables
    sheet.title("审 计 取 证 单")
    sheet.right("本单共 1 页，第 1 页")
    sheet.pairs(("索引号", paper.index), ("截至日期", tables.as_of.isoformat()))
    sheet.pairs(("审计项目", ""), ("账簿", tables.title))
    sheet.form("被审计单位", unit_of(tables, finding))
    detail = f"（{paper.detail}）" if paper.detail else ""
    sheet.form("审计事项", f"{group.rule.title}\n{finding.subject.id} {finding.subject.name}{detail}")
    standard, fact = list(_standard(papers, group, finding)), list(_fact(checked, finding))
    sheet.form("标准", "\n".join(standard), len(standard) + 2)  # two lines of room: not every font is as narrow
    sheet.form("事实", "\n".join(fact), max(8, len(fact) + 2))
    sheet.form("附件", f"凭证复印件　　张（账簿记有 {_attachments(tables, finding)} 份附件），清册　　页", 1)
    sheet.form("被审计单位\n意见", "\n\n\n　　　　　　　　负责人（签章）：　　　　　　　　　　年　　月　　日", 5)
    sheet.pairs(("编制人", ""), ("日期", ""), lines=2)
    sheet.pairs(("复核人", ""), ("日期", ""), lines=2)


def _standard(papers: Papers, group: Group, finding: Finding) -> Iterator[str]:
    """The article, what it demands here, and each parameter with how it is known."""
    rule, threshold = group.rule, finding.threshold
    parameters = {one.parameter: one.number for one in papers.uses(finding)}
    yield f"{rule.basis}：{rule.formula}。"
    if rule.quote and not any(one.quote and one.quote != rule.quote for one in parameters):
        yield f"原文：“{rule.quote}”"
    if threshold and threshold.value is not None and comparable(finding):
        value = _asked(finding, threshold.op, threshold.value)
        required = f"，即 {yuan_cn(threshold.required)} 元" if threshold.required is not None else ""
        yield f"应{COMPARED[threshold.op]} {value}{required}。"
    for one, number in parameters.items():
        known = f"（{one.confidence}）" if one.confidence else ""
        yield f"{number}　{one.name} {worded(one)}，{one.basis}{known}"
        yield from ([f"　　原文：“{one.quote}”"] if one.quote else [f"　　读法：{one.reading}"] if one.reading else [])


def _asked(finding: Finding, op: str, value: Fraction) -> str:
    """What a finding is held against, in its unit, as its message says it."""
    unit, ratio = (finding.measured.unit, finding.measured.ratio) if finding.measured else (YUAN, None)
    if unit != YUAN:
        return f"{decimal(value)}{UNIT_NAMES.get(unit, '')}"
    return compared(ratio, op, value)[1] if ratio is not None and op in COMPARED else percent(value)


def _fact(checked: Checked, finding: Finding) -> Iterator[str]:
    tables = checked.book.tables
    yield finding.message
    for leg in records(Posting, tables.postings.iloc[list(finding.evidence[:VOUCHERS])]):
        yield "，".join(text for text in _leg(tables, leg) if text)
    if len(finding.evidence) > VOUCHERS:
        yield f"等 {len(finding.evidence)} 笔，详见“证据·凭证”。"
    yield from _roll_lines(tables, finding)
    source = f"{finding.source[0]}:{finding.source[1]}" if finding.source[1] else finding.source[0]
    lines = [f"{place.file}:{place.line}" for place in places(tables, finding)][: VOUCHERS // 2]
    yield "账簿位置：" + "、".join(dict.fromkeys([source, *lines]))


def _leg(tables: Tables, leg: Posting) -> Iterator[str]:
    """A posting as a reader follows it on paper: voucher, day, project, payee, what for, amount."""
    project = registered.projects(tables).get(leg.project)
    yield f"凭证 {leg.voucher}" if leg.voucher else ""
    yield str(leg.date)
    yield f"项目 {leg.project} {project.name if project else ''}".rstrip() if leg.project else ""
    yield f"收款方 {leg.payee}" if leg.payee else ""
    yield leg.narration
    yield f"{'借' if leg.amount >= 0 else '贷'} {leg.account.split(':')[1]} {yuan_cn(abs(leg.amount))} 元"


def _roll_lines(tables: Tables, finding: Finding) -> Iterator[str]:
    """The lines of pay lists that a finding names: whose, how much, how many days."""
    places = [place for place in finding.lines if place[0].startswith("rolls/")]
    files = {file for file, _ in places[:VOUCHERS]}
    lines = tables.payments[tables.payments["file"].isin(list(files)).to_numpy()] if files else tables.payments[:0]
    known = {(line.file, line.line): line for line in records(Payment, lines)}
    for place in places[:VOUCHERS]:
        line = known.get(place)
        yield f"清册 {place[0]} 第 {place[1]} 行" + (f"：{_paid(line)}" if line else "")
    if len(places) > VOUCHERS:
        yield f"等 {len(places)} 行，详见“证据·清册”。"


def _paid(line: Payment) -> str:
    whose = f"户 {line.household}" + (f" 的 {line.person} 号" if line.person else "")
    days = f"，{line.days:g} 天" if line.days is not None else ""
    return f"{whose}，{yuan_cn(line.amount)} 元{days}" + (f"，{line.result}" if line.result else "")


def _attachments(tables: Tables, finding: Finding) -> int:
    return len({text for text in tables.postings["evidence"].iloc[list(finding.evidence)] if text})
