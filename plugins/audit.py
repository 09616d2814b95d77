"""Running the rules over a book's tables: broken rolls, waivers and crashes are dealt with here, once for all rules."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial

from ledgers.book import collector_off
from ledgers.files.problems import Problem
from ledgers.money import yuan_cn
from ledgers.tables.directives import Waiver
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables, derived
from plugins.findings import FAIL, NA, UNDETERMINED, WAIVED, Audit, Crash, Finding, Passes, Place, interest
from plugins.law import NOT_YET, bound, cited
from plugins.rule import Rule


def audit(tables: Tables, rules: Iterable[Rule], ids: Collection[str] = (), subjects: Collection[str] = ()) -> Audit:
    """Judge the tables by the rules; of some ids and subjects only, where given. A crash is kept, never passed over.

    A rule that judges what the others found needs them all.
    """
    result = Audit(untrusted=_broken(tables))
    wanted = [rule for rule in rules if not ids or rule.id in ids]
    needed = rules if any(rule.follows for rule in wanted) else wanted
    with collector_off():
        for rule in sorted(needed, key=lambda rule: rule.follows):
            try:
                _judge(tables, rule, result)
            except Exception as error:
                result.crashes.append(Crash(rule.id, f"{type(error).__name__}: {error}"))
    if ids:
        result.stated = [finding for finding in result.stated if finding.rule in ids]
        result.passes = {name: passes for name, passes in result.passes.items() if name in ids}
    if subjects:
        result = replace(result, stated=[one for one in result.findings if one.subject.id in subjects], passes={})
    result.stated.sort(key=interest)
    return result


def _judge(tables: Tables, rule: Rule, result: Audit) -> None:
    """Add what one rule finds to the result; nothing of it when it crashes."""
    stated: list[Finding] = []
    passes: list[Passes] = []
    given = (tables, result) if rule.follows else (tables,)
    for found in rule.judge(*given):
        if isinstance(found, Passes):
            passes.append(replace(found, make=partial(_made, tables, rule, found)))
        elif not _beyond(tables, found):
            stated.append(_settled(tables, rule, found))
    result.stated += _waived(tables, stated) if rule.waivable else stated
    if passes:
        result.passes[rule.id] = tuple(passes)


def _beyond(tables: Tables, finding: Finding) -> bool:
    """Whether it is of a year that begins after the book ends, or after the as-of date: nothing is known of it."""
    year = finding.subject.id[-4:] if finding.subject.kind == "year" else finding.period or ""
    return len(year) == 4 and year.isdigit() and int(year) > min(tables.span.through, tables.as_of).year


def _made(tables: Tables, rule: Rule, passes: Passes) -> Iterator[Finding]:
    return (_settled(tables, rule, finding) for finding in passes.make())


def _broken(tables: Tables) -> list[Problem]:
    rows = tables.postings.iloc[sorted(tables.broken)]
    return [
        Problem(file, line, f"凭证 {voucher}：{tables.broken[index]}")
        for index, file, line, voucher in zip(rows.index, rows["file"], rows["line"], rows["voucher"], strict=True)
    ]


def _settled(tables: Tables, rule: Rule, finding: Finding) -> Finding:
    """The finding with its rule's name on it, and what it may cite.

    It is undetermined where its evidence is a roll that cannot be believed, and not applicable where nothing that had been
    issued on the day of the act asks for it.
    """
    parameters = finding.threshold.parameters if finding.threshold else ()
    act = finding.act or tables.as_of
    finding = replace(
        finding,
        rule=rule.id,
        severity=rule.severity,
        source=finding.source if finding.source[1] else _first_place(tables, finding),
        cites=cited(rule, act, parameters),
    )
    if finding.status == NA:
        return finding
    if not bound(tables, rule, act, parameters):
        return replace(finding, status=NA, shortfall=None, message=f"不适用：{NOT_YET}（{act}）", threshold=None)
    if not (tables.broken and rule.rolls) or finding.status == UNDETERMINED:
        return finding
    reasons = [tables.broken[row] for row in finding.evidence if row in tables.broken]
    if not reasons:
        return finding
    return replace(finding, status=UNDETERMINED, shortfall=None, message=f"无法判定：{reasons[0]}")


def _first_place(tables: Tables, finding: Finding) -> tuple[str, int]:
    """Where to look when the subject, such as a year, has no line of its own."""
    if finding.lines:
        return finding.lines[0]
    if finding.evidence:
        row = tables.postings.iloc[finding.evidence[0]]
        return str(row["file"]), int(row["line"])
    return finding.source


def _waived(tables: Tables, findings: list[Finding]) -> list[Finding]:
    """Failures that a waiver in force accepts; a shortfall above its limit is a new finding and stays a failure."""
    waivers = [row for row in records(Waiver, tables.waivers) if row.until and row.until >= tables.as_of]
    return [_accepted(waivers, finding) for finding in findings] if waivers else findings


def _accepted(waivers: list[Waiver], finding: Finding) -> Finding:
    waiver = next((one for one in waivers if finding.status == FAIL and _covers(one, finding)), None)
    if waiver is None:
        return finding
    limit = f"，限额 {yuan_cn(waiver.limit)} 元" if waiver.limit is not None else ""
    return replace(finding, status=WAIVED, waiver=f"{waiver.reason}（{waiver.by}，至 {waiver.until}{limit}）")


def _covers(waiver: Waiver, finding: Finding) -> bool:
    """A waiver that names no part or period covers them all."""
    return (
        (waiver.rule, waiver.subject) == (finding.rule, finding.subject.id)
        and waiver.part in ("", finding.part)
        and waiver.period in ("", finding.period)
        and (waiver.limit is None or finding.shortfall is None or finding.shortfall <= waiver.limit)
    )


@derived
def _where(tables: Tables) -> tuple[list[str], list[int]]:
    """File and line of every posting, as lists: a frame is slow to ask row by row."""
    return tables.postings["file"].tolist(), tables.postings["line"].tolist()


def places(tables: Tables, finding: Finding) -> list[Place]:
    """The lines of the book that the finding's numbers come from."""
    files, lines = _where(tables)
    found = [Place(files[row], lines[row]) for row in finding.evidence]
    return list(dict.fromkeys([*found, *(Place(file, line) for file, line in finding.lines)]))
