"""Running the rules over a book's tables: broken rolls, waivers and crashes are dealt with here, once for all rules."""

from collections.abc import Callable, Iterable

from xianjie.findings import FAIL, NA, STATUSES, UNDETERMINED, WAIVED, Audit, Crash, Finding, Place
from xianjie.money import yuan_cn
from xianjie.problems import Problem
from xianjie.rule import Rule
from xianjie.schema import records
from xianjie.tables import Tables


def audit(tables: Tables, rules: Iterable[Rule], only: Callable[[Finding], bool] | None = None) -> Audit:
    """Judge the tables by the rules; `only` chooses which findings are kept. A crash is kept, never passed over."""
    result = Audit(untrusted=_broken(tables))
    order = sorted(rules, key=lambda rule: rule.follows)
    for rule in order:
        try:
            if rule.follows:
                found = list(rule.judge(tables, tuple(result.findings)))  # type: ignore[call-arg]
            else:
                found = list(rule.judge(tables))  # type: ignore[call-arg]
        except Exception as error:
            result.crashes.append(Crash(rule.id, f"{type(error).__name__}: {error}"))
            continue
        result.findings += [_settled(tables, rule, finding) for finding in found]
    _waive(tables, result, {rule.id: rule for rule in order})
    if only:
        result.findings = [finding for finding in result.findings if only(finding)]
    rank = {status: number for number, status in enumerate(STATUSES)}
    result.findings.sort(key=lambda finding: (rank[finding.status], finding.key))
    return result


def _broken(tables: Tables) -> list[Problem]:
    rows = tables.postings.iloc[sorted(tables.broken)]
    return [
        Problem(file, line, f"凭证 {voucher}：{tables.broken[index]}")
        for index, file, line, voucher in zip(rows.index, rows["file"], rows["line"], rows["voucher"], strict=True)
    ]


def _settled(tables: Tables, rule: Rule, finding: Finding) -> Finding:
    """The finding with its rule's name on it; undetermined where its evidence is a roll that cannot be believed."""
    finding.rule, finding.severity = rule.id, rule.severity
    if not finding.source[1]:
        finding.source = _first_place(tables, finding)
    if not (tables.broken and rule.rolls) or finding.status in (NA, UNDETERMINED):
        return finding
    reasons = [tables.broken[row] for row in finding.evidence if row in tables.broken]
    if reasons:
        finding.status, finding.shortfall = UNDETERMINED, None
        finding.message = f"无法判定：{reasons[0]}"
    return finding


def _first_place(tables: Tables, finding: Finding) -> tuple[str, int]:
    """Where to look when the subject, such as a year, has no line of its own."""
    if finding.lines:
        return finding.lines[0]
    if finding.evidence:
        row = tables.postings.iloc[finding.evidence[0]]
        return str(row["file"]), int(row["line"])
    return finding.source


def _waive(tables: Tables, result: Audit, rules: dict[str, Rule]) -> None:
    """Failures that a waiver in force accepts; a shortfall above its limit is a new finding and stays a failure."""
    waivers = [row for row in records(tables.waivers) if row.until and row.until >= tables.as_of]
    if not waivers:
        return
    for finding in result.findings:
        if finding.status != FAIL or not rules[finding.rule].waivable:
            continue
        for waiver in waivers:
            if (waiver.rule, waiver.subject) != (finding.rule, finding.subject.id):
                continue
            if waiver.part not in ("", finding.part) or waiver.period not in ("", finding.period):
                continue
            if waiver.limit is not None and finding.shortfall is not None and finding.shortfall > waiver.limit:
                continue
            limit = f"，限额 {yuan_cn(waiver.limit)} 元" if waiver.limit is not None else ""
            text = f"{waiver.reason}（{waiver.by}，至 {waiver.until}{limit}）"
            finding.status, finding.waiver = WAIVED, text
            break


def places(tables: Tables, finding: Finding) -> list[Place]:
    """The lines of the book that the finding's numbers come from."""
    rows = tables.postings.iloc[list(finding.evidence)]
    found = [Place(file, line) for file, line in zip(rows["file"].tolist(), rows["line"].tolist(), strict=True)]
    return list(dict.fromkeys([*found, *(Place(file, line) for file, line in finding.lines)]))
