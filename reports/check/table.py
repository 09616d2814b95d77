"""The audit as an auditor reads it in a terminal: failures first, each with its numbers, basis and where to look."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from ledgers.files.problems import Problem
from ledgers.tables.span import said_of
from plugins.audit import places
from plugins.findings import FAIL, NA, PASS, PENDING, SEVERITY_NAMES, STATUS_NAMES, UNDETERMINED, WAIVED, Finding
from reports.check.baseline import HOW_NAMES, NEW, STATE_NAMES, Baseline
from reports.check.checked import Checked, about, crashed
from reports.check.waivers import waivers
from reports.width import pad
from reports.words import detail

SHOWN = (FAIL, UNDETERMINED, PENDING, WAIVED)
COLUMNS = (FAIL, UNDETERMINED, PENDING, WAIVED, PASS, NA)
PLACES = 4


def as_table(checked: Checked) -> bytes:
    """The whole report as UTF-8 text."""
    parts = [_head(checked), *_untrusted(checked)]
    if checked.baseline:
        parts.append("\n".join(_compared(checked.baseline)))
    for status in SHOWN:
        found = [finding for finding in checked.audit.stated if finding.status == status]
        if found:
            parts.append("\n".join(_section(checked, status, found)))
    parts += _waivers(checked)
    parts.append("\n".join(_summary(checked)))
    return ("\n\n".join(parts) + "\n").encode()


def _head(checked: Checked) -> str:
    facts = about(checked.book)
    summary = checked.audit.summary
    counts = "　".join(f"{STATUS_NAMES[status]} {summary[status]}" for status in COLUMNS)
    return (
        f"{facts['title']}　截至 {facts['as_of']}　{said_of(checked.book.tables.as_of, checked.book.tables.span)}\n"
        f"共判定 {sum(summary.values())} 项：{counts}\n"
        f"账簿摘要 {facts['digest'][:23]}…　规则摘要 {facts['rules'][:23]}…　版本 {facts['version']}"
    )


def _untrusted(checked: Checked) -> Iterator[str]:
    problems = [str(problem) for problem in checked.audit.untrusted]
    problems += [crashed(crash.rule, crash.error) for crash in checked.audit.crashes]
    if problems:
        yield "\n".join([f"■ 不可信（{len(problems)}）", *(f"  {problem}" for problem in problems)])


def _compared(baseline: Baseline) -> Iterator[str]:
    yield f"■ {baseline.words}"
    for one in baseline.resolved:
        before = one.finding
        about_part = detail(before.get("part"), before.get("period"))
        subject = f"{before['subject']['id']} {before['subject']['name']}".rstrip() + (
            f"（{about_part}）" if about_part else ""
        )
        yield f"  {HOW_NAMES[one.how]}　{before['rule']}　{subject}　原{STATUS_NAMES[before['status']]}，现{one.now_name}"


def _section(checked: Checked, status: str, found: list[Finding]) -> Iterator[str]:
    yield f"■ {STATUS_NAMES[status]}（{len(found)}）"
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        by_rule[finding.rule].append(finding)
    for name, findings in sorted(by_rule.items(), key=lambda item: (item[1][0].severity, item[0])):
        rule = checked.rules[name]
        yield f"\n  {rule.title}　{name}　〔{SEVERITY_NAMES[rule.severity]}〕　依据：{rule.basis}"
        for finding in findings:
            yield from _lines(checked, finding)


def _lines(checked: Checked, finding: Finding) -> Iterator[str]:
    about_part = detail(finding.part, finding.period)
    mark = f"　〔{STATE_NAMES[NEW]}〕" if checked.state_of(finding) == NEW else ""
    yield (
        f"    {finding.subject.id} {finding.subject.name}".rstrip() + (f"（{about_part}）" if about_part else "") + mark
    )
    yield f"      {finding.message}"
    if finding.waiver:
        yield f"      豁免：{finding.waiver}"
    found = [f"{place.file}:{place.line}" for place in places(checked.book.tables, finding)]
    source = f"{finding.source[0]}:{finding.source[1]}"
    others = [place for place in dict.fromkeys(found) if place != source]
    more = f" 等 {len(others)} 处" if len(others) > PLACES else ""
    yield "      查看 " + "、".join([source, *others[:PLACES]]) + more


def _waivers(checked: Checked) -> Iterator[str]:
    """Every waiver with what it covers, the expired ones too."""
    found = waivers(checked.book.tables, checked.audit, checked.scope)
    if found:
        yield "\n".join([f"■ 豁免登记（{len(found)}）", *(f"  {one.words}" for one in found)])


def _summary(checked: Checked) -> Iterator[str]:
    yield "■ 各条规则"
    counts = checked.audit.counts
    yield (
        "  "
        + pad("规则", 28)
        + pad("名称", 36)
        + "".join(pad(STATUS_NAMES[status], 10, right=True) for status in COLUMNS)
    )
    for name in sorted(counts, key=lambda name: (-counts[name][FAIL], name)):
        numbers = "".join(pad(str(counts[name][status] or "·"), 10, right=True) for status in COLUMNS)
        yield "  " + pad(name, 28) + pad(checked.rules[name].title, 36) + numbers


def unjudged_table(main: str, as_of: date, problems: Iterable[Problem]) -> bytes:
    """Why a book could not be judged, as text."""
    lines = [f"账簿不可信，未作判定：{main}　截至 {as_of}", *map(str, problems)]
    return "".join(f"{line}\n" for line in lines).encode()


def unjudged_xlsx(main: str, as_of: date, problems: Iterable[Problem]) -> bytes:
    """The same as a workbook of one sheet."""
    from reports.workbook import COUNT, Column, Row, Workbook

    columns = (Column("文件", 32), Column("行", 8, COUNT), Column("问题", 80))
    workbook = Workbook("账簿不可信，未作判定", as_of)
    sheet = workbook.sheet("账簿不可信", [column.width for column in columns])
    sheet.title("账簿不可信，未作判定")
    sheet.note(f"{main}　截至 {as_of}　这里没有任何结论；以前写在这个文件里的已经不作数。")
    sheet.table(columns, [Row((one.file, one.line or None, one.message)) for one in problems])
    return workbook.content()
