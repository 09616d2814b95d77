"""The cover: which book, on which day, judged by what, with which result, and whether it can be trusted."""

from collections import Counter
from collections.abc import Iterator

from ledgers.seals.seal import verified
from ledgers.tables.span import said_of
from plugins.findings import ERROR, SEVERITY_NAMES, STATUS_NAMES, STATUSES, UNDETERMINED, WARNING
from reports.check.checked import Checked, about, crashed
from reports.workbook import COUNT, TOTAL, Column, Row, Workbook
from reports.workpapers.papers import Papers

WIDTHS = (24, 18, 18, 18, 18, 18, 18)
COLUMNS = (
    Column("程度", 24),
    *(Column(STATUS_NAMES[status], 18, COUNT) for status in STATUSES),
)


def write(book: Workbook, checked: Checked, papers: Papers) -> None:
    """The first sheet."""
    facts, tables = about(checked.book), checked.book.tables
    sheet = book.sheet("封面", WIDTHS)
    sheet.title("审 计 工 作 底 稿")
    sheet.skip()
    for label, text in (
        ("审计项目", ""),
        ("审计组", ""),
        ("账簿", facts["title"]),
        ("截至日期", facts["as_of"]),
        ("账簿止日", said_of(tables.as_of, tables.span)),
        ("账簿摘要", facts["digest"]),
        ("规则摘要", facts["rules"]),
        ("软件版本", facts["version"]),
        ("判定范围", _asked(checked)),
        ("能否采信", _trust(checked)),
        ("封账", _sealed(checked)),
        *([("与基线比较", checked.baseline.words)] if checked.baseline else []),
    ):
        sheet.form(label, text)
    sheet.skip()
    sheet.heading("结论汇总")
    sheet.table(COLUMNS, _counts(checked, papers), freeze=False)
    sheet.skip()
    sheet.note(
        "结论只说“符合”或“不符合”所列条款，不作违法与否的认定。索引号由规则、对象、分项和期间得出，同一事项每次出具都相同，各表和各次底稿以它互相参照。"
        "比值、差额和复算结论是活公式，改动分子、分母或标准即可重算；文字和编号取自账簿，不是公式。"
    )
    if papers.silent:
        sheet.note(f"另有 {len(papers.silent)} 条规则没有判定对象，逐条列在“审计程序”。")
    sheet.skip()
    for label in ("编制人、日期", "复核人、日期", "复核意见及处理"):
        sheet.form(label, "", 2)


def _asked(checked: Checked) -> str:
    scope = checked.scope
    parts = [f"规则 {'、'.join(scope.rules)}"] if scope.rules else []
    parts += [f"对象 {'、'.join(scope.asked or scope.subjects)}"] if scope.subjects else []
    return "仅" + "；".join(parts) if parts else "全部规则、全部对象"


def _trust(checked: Checked) -> str:
    """Broken rolls, crashed rules, what could not be judged and what was changed after a seal stand where nobody overlooks them."""
    problems = [crashed(crash.rule, crash.error) for crash in checked.audit.crashes]
    problems += [str(problem) for problem in checked.audit.untrusted]
    changes = sum(len(seal.changes) for seal in verified(checked.book.tables))
    problems += [f"已封账的期间有 {changes} 处改动，见“封账”"] if changes else []
    open_ones = checked.audit.summary[UNDETERMINED]
    problems += [f"有 {open_ones} 项因缺少内容无法判定，见各规则的表"] if open_ones else []
    if not problems:
        return "清册齐全、与凭证相符；全部规则都得出了结论；封账的期间没有改动"
    return "\n".join([f"不能全部采信，共 {len(problems)} 处：", *problems])


def _sealed(checked: Checked) -> str:
    """The last seal's root, and what of the sealed periods is not as it was sealed, later vouchers among it."""
    seals = verified(checked.book.tables)
    if not seals:
        return "尚未封账"
    last = seals[-1]
    changes = [str(change) for seal in seals for change in seal.changes]
    found = ["封账以来没有改动，也没有补入的凭证"] if not changes else [f"封账后有 {len(changes)} 处改动：", *changes]
    return "\n".join([f"最近一次封账至 {last.end}，根 {last.root}（{last.sealed_on} 封）", *found])


def _counts(checked: Checked, papers: Papers) -> Iterator[Row]:
    for severity in (ERROR, WARNING):
        found = sum((one.counts for one in papers.groups if one.rule.severity == severity), Counter[str]())
        yield Row((SEVERITY_NAMES[severity], *(found[status] for status in STATUSES)))
    summary = checked.audit.summary
    yield Row(("合计", *(summary[status] for status in STATUSES)), TOTAL)
