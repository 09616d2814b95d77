"""A sheet per rule: every subject judged, with live formulas for ratio, shortfall and verdict; and their summary."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from ledgers.money import ceil_fen
from plugins.findings import FAIL, SEVERITY_NAMES, STATUS_NAMES, STATUSES, WAIVED, YUAN, Finding
from plugins.judging import OP_NAMES, meets
from reports.check.baseline import STATE_NAMES
from reports.check.checked import Checked
from reports.remedies import comparable
from reports.words import SIGNS, worded
from reports.workbook import BAD, COUNT, EXACT, LONG, MONEY, NUMBER, PLAIN, Cell, Column, Formula, Row, Workbook
from reports.workpapers.papers import Group, Paper, Papers

COLUMNS = (
    Column("索引号", 13),
    Column("对象编号", 15),
    Column("对象名称", 20),
    Column("分项·期间", 12),
    Column("结论", 9),
    Column("分子", 15, NUMBER),
    Column("分母", 15, NUMBER),
    Column("比值", 11, NUMBER),
    Column("应", 5),
    Column("标准", 10, NUMBER),
    Column("差额（元）", 13, MONEY),
    Column("复算", 8),
    Column("说明", 40, LONG),
    Column("参数", 8),
)
WAIVER = Column("豁免", 24, LONG)
STATE = Column("与基线比较", 9)
_AT = {column.title: f"{xl_col_to_name(number)}{{row}}" for number, column in enumerate(COLUMNS)}
_EXCESS = "{分子}-{标准}*{分母}".format(**_AT)  # above or below what is required, in the unit of the numerator
MET, MISSED = "达到", "未达到"
SUMMARY = (
    Column("序号", 6, COUNT),
    Column("规则", 38),
    Column("编号", 26),
    Column("程度", 8),
    *(Column(STATUS_NAMES[status], 10, COUNT) for status in STATUSES),
    Column("依据", 50, LONG),
)


def write_summary(book: Workbook, papers: Papers) -> None:
    """All rules with their counts."""
    sheet = book.sheet("规则汇总", [column.width for column in SUMMARY])
    sheet.title("各条规则判定结果汇总")
    sheet.table(SUMMARY, (_summed(group) for group in papers.groups))


def _summed(group: Group) -> Row:
    counts = [group.counts[status] for status in STATUSES]
    rule = group.rule
    return Row((group.number, rule.title, rule.id, SEVERITY_NAMES[rule.severity], *counts, rule.basis))


def write(book: Workbook, checked: Checked, papers: Papers, group: Group, found: list[Paper]) -> None:
    """The sheet of one rule, with all its findings."""
    waived = group.counts[WAIVED] > 0
    columns = [*COLUMNS, *([WAIVER] if waived else []), *([STATE] if checked.baseline else [])]
    sheet = book.sheet(group.sheet, [column.width for column in columns])
    sheet.title(f"{group.rule.title}（{group.rule.id}）")
    for text in _terms(papers, group, found):
        sheet.note(text)
    sheet.table(columns, (_row(checked, papers, paper, waived) for paper in found))


def _terms(papers: Papers, group: Group, found: list[Paper]) -> Iterator[str]:
    rule = group.rule
    yield f"判定对象：{rule.judges}　　程度：{SEVERITY_NAMES[rule.severity]}　　公式：{rule.formula}"
    yield f"依据：{rule.basis}" + (f"　　原文：“{rule.quote}”" if rule.quote else "")
    for used in papers.of_rule(found):
        parameter = used.parameter
        reading = f"　　读法：{parameter.reading}" if parameter.reading else ""
        known = f"（{parameter.confidence}）" if parameter.confidence else ""
        yield f"{used.number}　{parameter.name} {worded(parameter)}　　依据：{parameter.basis}{known}{reading}"


def _row(checked: Checked, papers: Papers, paper: Paper, waived: bool) -> Row:
    finding = paper.finding
    more = ([finding.waiver] if waived else []) + (
        [STATE_NAMES.get(checked.state_of(finding), "")] if checked.baseline else []
    )
    return Row(
        (
            paper.index,
            finding.subject.id,
            finding.subject.name,
            paper.detail,
            STATUS_NAMES[finding.status],
            *_numbers(finding),
            finding.message,
            "、".join(papers.numbers(finding)),
            *more,
        ),
        BAD if finding.status == FAIL else PLAIN,
    )


def _numbers(finding: Finding) -> tuple[Any, ...]:
    """分子、分母、比值、应、标准、差额、复算."""
    measured, threshold = finding.measured, finding.threshold
    if measured is None:
        return (None, None, None, "", None, finding.shortfall, "")
    side, share = (MONEY, EXACT) if measured.unit == YUAN else (NUMBER, NUMBER)
    numbers = (Cell(measured.numerator, side), Cell(measured.denominator, side))
    ratio = _ratio(finding)
    if threshold is None or not comparable(finding):
        op = SIGNS[threshold.op] if threshold and threshold.value is None else ""
        return (*numbers, Cell(ratio, share), op, None, finding.shortfall, "")
    standard = Cell(threshold.value, share)
    return (*numbers, Cell(ratio, share), SIGNS[threshold.op], standard, _shortfall(finding), _verdict(finding))


def _ratio(finding: Finding) -> Any:
    """numerator ÷ denominator, live; as a number where the value is not that quotient."""
    measured = finding.measured
    if measured is None or not measured.denominator:
        return None
    exact = Fraction(measured.numerator) / Fraction(measured.denominator)
    if measured.ratio != exact:
        return measured.ratio
    return Formula('=IF({分母}=0,"",{分子}/{分母})'.format(**_AT), exact)


def _shortfall(finding: Finding) -> Any:
    """What is missing or too much, live where it follows from numerator, denominator and standard alone."""
    measured, threshold = finding.measured, finding.threshold
    if finding.shortfall is None or measured is None or threshold is None or threshold.value is None:
        return finding.shortfall
    excess = Fraction(measured.numerator) - threshold.value * measured.denominator
    signs = {">=": ("-1", -1), "<=": ("1", 1)}
    if measured.unit != YUAN or threshold.op not in signs:
        return finding.shortfall
    word, sign = signs[threshold.op]
    if max(0, ceil_fen(sign * excess)) != finding.shortfall:
        return finding.shortfall
    return Formula(f"=MAX(0,ROUNDUP(ROUND({word}*({_EXCESS}),6),2))", finding.shortfall)


def _verdict(finding: Finding) -> Any:
    """Whether the measure meets the standard, worked out again by the sheet; differences below a millionth are none."""
    measured, threshold = finding.measured, finding.threshold
    if measured is None or threshold is None or threshold.value is None or not measured.denominator:
        return ""
    if threshold.op not in OP_NAMES or not comparable(finding):
        return ""
    excess = Fraction(measured.numerator) - threshold.value * Fraction(measured.denominator)
    words = f'=IF(ROUND({_EXCESS},6){threshold.op}0,"{MET}","{MISSED}")'
    return Formula(words, MET if meets(excess, threshold.op, 0) else MISSED)
