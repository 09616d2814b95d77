"""账簿本身：登记是否完整、凭证是否连号、冲销是否相符、所用参数是否过期（会计基础工作规范）。"""

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import ledgers
from ledgers.facts import money
from ledgers.facts.vouchers import numbers_later
from ledgers.money import decimal, yuan_cn
from ledgers.policy import Parameter, at_once
from ledgers.tables.directives import (
    DIRECTIVES,
    PolicyLine,
    Project,
    Rectification,
    Remark,
    Village,
    Waiver,
    WaiverRequest,
)
from ledgers.tables.registry import Issue
from ledgers.tables.schema import Payment, combined, records
from ledgers.tables.tables import Tables, derived, latest
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, UNDETERMINED, WARNING, Audit, Finding, Measured, Subject
from plugins.judging import na
from plugins.law import ACCOUNTING
from plugins.rule import CATALOGUE, rule

COUNTY = "县级"  # the town of what is the whole county's
Fault = tuple[str, tuple[str, int]]
_Same = tuple[str, ...]  # what a posting and its reversal have in common
_Line = tuple[str, str, int]  # household, person, 分
Series = tuple[str, str]  # the series and the year of its numbers
_VOUCHER = re.compile(r"(?:([A-Za-z][A-Za-z0-9]*)-)?(\d{4})-(\d{6})", re.ASCII)
_REGISTRIES: dict[str, type[Any]] = {kind: one.row for kind, one in DIRECTIVES.items() if one.folded}


@rule(
    "record",
    title="登记完整",
    judges="每个登记对象；凭证只列出不完整的",
    formula="必填项齐全、取值在规定范围内、科目逐级合规、每张凭证的支出按资金与指标相等",
    basis="账簿约定：登记的必填项、取值和科目",
    always=True,
    rolls=False,
    waivable=False,
    advice=("登记不完整，影响其他判定", "补登缺少的内容"),
    tasks=(70,),
)
def record(tables: Tables) -> Iterator[Finding]:
    """Required keys are present, values in their lists, accounts valid; expenses by fund equal the quota legs by fund."""
    grouped: dict[tuple[str, str], list[Issue]] = defaultdict(list)
    for issue in [
        *tables.issues,
        *_unknown_names(tables),
        *_unknown_towns(tables),
        *_doubled(tables),
        *_posting_issues(tables),
    ]:
        grouped[issue.kind, issue.id].append(issue)
    for kind, registry in _REGISTRIES.items():
        title = DIRECTIVES[kind].title
        for row in latest(tables, registry).values():
            if (kind, row.id) not in grouped:
                subject = Subject(kind, row.id, getattr(row, "name", ""))
                yield Finding(subject, PASS, f"{title}登记完整", source=(row.file, row.line))
    for (kind, name), issues in grouped.items():
        first = issues[0]
        yield Finding(
            Subject(kind, name),
            FAIL,
            "；".join(dict.fromkeys(issue.message for issue in issues)),
            source=(first.file, first.line),
            lines=tuple(dict.fromkeys((issue.file, issue.line) for issue in issues)),
        )


def _unknown_towns(tables: Tables) -> Iterator[Issue]:
    """A project without village stands in a town: one of a registered village, or the county as a whole."""
    towns = {village.town for village in latest(tables, Village).values()} | {COUNTY}
    for row in latest(tables, Project).values():
        if row.town and row.town not in towns:
            yield Issue("project", row.id, row.file, row.line, f"乡镇“{row.town}”不是任何登记村所在的乡镇")


def _doubled(tables: Tables) -> Iterator[Issue]:
    """Two values of one parameter, scope and day: which of them holds would hang on their order."""
    seen: dict[object, Parameter] = {}
    for one in tables.policy.parameters:
        first = seen.setdefault(at_once(one), one)
        if first is not one:
            places = sorted(f"{each.file}:{each.line}" for each in (first, one))
            message = f"同名、同范围、同一天有两个值：{' 和 '.join(places)}"
            message += "，数值不同，两个都不作数" if one.contested else ""
            yield from (Issue("policy", one.name, each.file, each.line, message) for each in (first, one))


def _unknown_names(tables: Tables) -> Iterator[Issue]:
    """A parameter or rule that the catalogue does not know is most likely misspelt, and does nothing."""
    known = {name for one in CATALOGUE.values() for name in one.policy_names}
    for row in records(PolicyLine, tables.policies):
        if row.name not in known and row.judges_to is None:
            yield Issue("policy", row.name, row.file, row.line, f"没有规则使用参数 {row.name}，名称可能写错")
    waivers = list(records(Waiver, tables.waivers))
    about: list[Waiver | WaiverRequest | Rectification | Remark] = [
        *waivers,
        *records(WaiverRequest, tables.waiver_requests),
        *records(Rectification, tables.rectifications),
        *records(Remark, tables.remarks),
    ]
    for one in about:
        if one.rule not in CATALOGUE:
            yield Issue("waiver", one.rule, one.file, one.line, f"没有规则 {one.rule}，名称可能写错")
    for waiver in waivers:
        if waiver.requested_by and waiver.requested_by == waiver.by:
            message = f"申请豁免和批准豁免的是同一个人（{waiver.by}），应由两个人"
            yield Issue("waiver", waiver.subject, waiver.file, waiver.line, message)


class _Leg(NamedTuple):
    transaction: int
    date: dt.date
    voucher: str
    account: str
    commodity: str
    amount: int
    fund: str
    project: str
    asset: str
    equity: str
    benefit: str
    reverses: str
    file: str
    line: int
    entry_line: int


def _posting_issues(tables: Tables) -> Iterator[Issue]:
    table = tables.postings[[*_Leg._fields, "kind", "quota_only"]]
    allocated = table["kind"] == "allocated"
    for leg in records(_Leg, table, allocated & (table["project"] == "")):
        yield Issue("voucher", leg.voucher, leg.file, leg.line, "1已分配 的分录没有注明项目")
    legs = table[money.beside(tables, allocated & ~table["quota_only"])]
    fund_of = combined(legs["transaction"], pd.factorize(legs["fund"])[0])
    uneven = legs[legs["amount"].groupby(fund_of).transform("sum") != 0]
    sums = uneven.groupby(["transaction", "fund"], sort=False)["amount"].sum()
    for leg in records(_Leg, legs[legs["transaction"].isin(uneven["transaction"])].drop_duplicates("transaction")):
        text = "、".join(
            f"{fund or '未注明资金'} 相差 {yuan_cn(abs(gap))} 元" for fund, gap in sums[leg.transaction].items()
        )
        yield Issue("voucher", leg.voucher, leg.file, leg.line, f"支出按资金与指标不相等：{text}")


@derived
def _series(tables: Tables) -> tuple[dict[tuple[str, str], list[tuple[int, int]]], list[int]]:
    """Serial number and first posting of every voucher, by series and year; and of those whose number cannot be read."""
    transactions = tables.postings["transaction"].to_numpy()
    first = np.flatnonzero(np.r_[True, transactions[1:] != transactions[:-1]][: len(transactions)])
    good: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    bad = []
    for row, number in zip(first.tolist(), tables.postings["voucher"].to_numpy()[first].tolist(), strict=True):
        match = _VOUCHER.fullmatch(number)
        if match:
            good[match[1] or "", match[2]].append((int(match[3]), row))
        else:
            bad.append(row)
    return good, bad


@rule(
    "voucher",
    title="凭证连号与冲销",
    judges="每个凭证系列的每一年",
    formula="从 000001 起连续，全簿不缺号、不重号；号的年份与日期相符（次年1月内除外）；冲销与被冲销的凭证方向相反、金额不超过",
    documents=(ACCOUNTING,),
    always=True,
    rolls=False,
    waivable=False,
    advice=("凭证编号或冲销不规范，账簿完整性存疑", "查明缺号、重号原因，更正冲销"),
    tasks=(70,),
)
def voucher(tables: Tables) -> Iterator[Finding]:
    """Every series and year is consecutive, without gap or repeat; a reversal equals what it reverses.

    A voucher is of the year of its date; one dated in January may still bear a number of the year before.
    """
    good, bad = _series(tables)
    faulty = _reversal_faults(tables)
    for row in records(_Leg, tables.postings.loc[bad]):
        text = f"凭证号“{row.voucher}”不合格式（YYYY-NNNNNN）"
        faulty["", str(row.date.year)].append((text, (row.file, row.entry_line)))
    of_date = _by_date(tables, good)
    for key, (_, strange) in of_date.items():
        faulty[key] += strange
    for name, year in sorted({*of_date, *(key for key, found in faulty.items() if found)}):
        found = good.get((name, year), [])
        faults = _number_faults(tables, name, year, found) + faulty.get((name, year), [])
        unread = [] if faults else _unread(tables, name, year)
        serials = {serial for serial, _ in found}
        yield Finding(
            Subject("year", f"{name}-{year}" if name else year, f"{name or '总'}凭证 {year}年"),
            FAIL if faults else UNDETERMINED if unread else PASS,
            "；".join(text for text, _ in faults or unread)
            or (f"{len(found)} 张凭证连号，没有重号" if found else "凭证用的是上一年的号"),
            measured=Measured(len(serials), max(serials, default=0), "voucher"),
            source=faults[0][1] if faults else _place(tables, of_date[name, year][0]),
            lines=tuple(line for _, line in faults or unread),
        )


def _by_date(tables: Tables, numbered: dict[Series, list[tuple[int, int]]]) -> dict[Series, tuple[int, list[Fault]]]:
    """Every series and year in which a voucher is dated: its first, and those whose number is of another year."""
    dates = tables.postings["date"].to_numpy()
    found: dict[Series, tuple[int, list[Fault]]] = {}
    for (name, year), vouchers in numbered.items():
        for serial, row in vouchers:
            day: date = dates[row]
            _, faults = found.setdefault((name, str(day.year)), (row, []))
            if day.year != int(year) and (day.year, day.month) != (int(year) + 1, 1):
                number = f"{name}-{year}-{serial:06d}" if name else f"{year}-{serial:06d}"
                faults.append((f"凭证 {number} 的年份与日期 {day} 不符", _place(tables, row)))
    return found


def _place(tables: Tables, row: int) -> tuple[str, int]:
    """Where the voucher of a posting stands."""
    table: Any = tables.postings
    return str(table.at[row, "file"]), int(table.at[row, "entry_line"])


def _unread(tables: Tables, series: str, year: str) -> list[Fault]:
    """Reversals whose roll, or whose original's, cannot be believed: whether they match is not known."""
    if not tables.broken:
        return []
    broken = set(tables.postings.loc[sorted(tables.broken), "voucher"].tolist())
    reversing = tables.postings[tables.postings["reverses"] != ""]
    concerned = reversing[reversing["voucher"].isin(broken) | reversing["reverses"].isin(broken)]
    found = []
    for row in records(_Leg, concerned.drop_duplicates("voucher")):
        match = _VOUCHER.fullmatch(row.voucher)
        if match and (match[1] or "", match[2]) == (series, year):
            found.append((f"无法判定：冲销凭证 {row.voucher} 的清册不可信", (row.file, row.entry_line)))
    return found


def _number_faults(tables: Tables, series: str, year: str, found: list[tuple[int, int]]) -> list[Fault]:
    """Gaps and repeats among the serial numbers of a series and year, each given with its voucher's first posting.

    A number is missing only where no voucher of the whole book has it, whatever its date.
    """
    counts = Counter(serial for serial, _ in found)
    if max(counts, default=0) == len(counts) == len(found):
        return []
    rows = dict(reversed(found))
    faults: list[Fault] = []
    gaps = [n for n in range(1, max(counts)) if n not in counts]
    gaps = sorted(set(gaps) - _later(tables).get((series, year), set())) if gaps else []
    for start, stop in _ranges(gaps):
        rows.setdefault(stop + 1, rows[min(n for n in counts if n > stop)])
        text = f"缺号 {start:06d}" + (f"—{stop:06d}" if stop > start else "")
        faults.append((text, _place(tables, rows[stop + 1])))
    last = dict(found)
    for serial in sorted(n for n, count in counts.items() if count > 1):
        number = str(tables.postings["voucher"][last[serial]])
        faults.append((f"重号 {number}（{counts[serial]} 张）", _place(tables, last[serial])))
    return faults


@derived
def _later(tables: Tables) -> dict[Series, set[int]]:
    """Serial numbers of vouchers after the as-of date."""
    found: dict[Series, set[int]] = defaultdict(set)
    for number in numbers_later(tables):
        match = _VOUCHER.fullmatch(number)
        if match:
            found[match[1] or "", match[2]].add(int(match[3]))
    return found


def _ranges(numbers: list[int]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges


def _reversal_faults(tables: Tables) -> dict[tuple[str, str], list[Fault]]:
    """By series and year: reversals that are not opposite to, or are larger than, the postings that they reverse.

    Postings match by account, fund, project, asset, grant and benefit; several reversals of one voucher share its
    postings. Roll lines of a reversal must occur in the roll of what it reverses.
    """
    faults: dict[tuple[str, str], list[Fault]] = defaultdict(list)
    table = tables.postings[list(_Leg._fields)]
    reversing = table[table["reverses"] != ""]
    originals = table[table["voucher"].isin(set(reversing["reverses"]))]  # a mistaken reversal may be reversed too
    left: dict[str, dict[_Same, list[int]]] = defaultdict(lambda: defaultdict(list))
    for leg in records(_Leg, originals):
        left[leg.voucher][_same(leg)].append(leg.amount)
    lines = _lines(tables, {*reversing.index, *originals.index})
    available = {name: Counter(lines.get(name, [])) for name in left}
    broken = set(table["voucher"].loc[list(tables.broken)])
    for number, legs in reversing.groupby("voucher", sort=False):
        rows = list(records(_Leg, legs))
        read = not broken & {str(number), rows[0].reverses}  # what cannot be read is left open by `_unread`
        text = _reversed(rows, left, lines.get(str(number), []) if read else [], available)
        match = _VOUCHER.fullmatch(str(number))
        if text:
            key = (match[1] or "", match[2]) if match else ("", str(rows[0].date.year))
            faults[key].append((f"凭证 {number}：{text}", (rows[0].file, rows[0].entry_line)))
    return faults


def _same(leg: _Leg) -> _Same:
    return (leg.account, leg.commodity, leg.fund, leg.project, leg.asset, leg.equity, leg.benefit)


def _reversed(
    rows: list[_Leg],
    left: dict[str, dict[_Same, list[int]]],
    lines: list[_Line],
    available: dict[str, Counter[_Line]],
) -> str:
    original = rows[0].reverses
    if original not in left:
        return f"要冲销的凭证 {original} 不存在"
    fault = ""
    for leg in rows:  # what fits is used up even where another leg does not fit, whatever their order
        rest = left[original][_same(leg)]
        match = next(
            (i for i, amount in enumerate(rest) if amount * leg.amount < 0 and abs(amount) >= abs(leg.amount)), None
        )
        if match is not None:
            rest[match] += leg.amount
        elif not fault:
            fault = f"科目 {leg.account} 的 {yuan_cn(leg.amount)} 元与凭证 {original} 不是方向相反，或超过其金额"
    if fault:
        return fault
    for household, person, amount in lines:
        key = (household, person, -amount)
        if not available.get(original, Counter())[key]:
            return f"清册中户 {household} 的 {yuan_cn(amount)} 元在凭证 {original} 的清册中没有对应的一行"
        available[original][key] -= 1
    return ""


def _lines(tables: Tables, postings: set[int]) -> dict[str, list[_Line]]:
    """Roll lines of some postings by voucher: (household, person, amount)."""
    found: dict[str, list[_Line]] = defaultdict(list)
    numbers = tables.postings["voucher"]
    wanted = tables.payments[tables.payments["posting"].isin(postings)]
    for row in records(Payment, wanted):
        found[numbers[row.posting]].append((row.household, row.person, row.amount))
    return found


@rule(
    "policy-stale",
    title="所用参数已过核实期",
    judges="每个用到的政策参数",
    formula="选用参数的那一天 ≤ 该参数核实有效的最后一天（verified-until）",
    basis="参数须经核实，过期不默默延长",
    always=True,
    severity=WARNING,
    rolls=False,
    follows=True,
    advice=("所用参数已过核实期，可能已有新规定", "核对现行文件，更新参数"),
    tasks=(70,),
)
def policy_stale(tables: Tables, audit: Audit) -> Iterator[Finding]:
    """Each parameter that went into a finding, with the latest day that selected it against its `verified-until`."""
    used = defaultdict(set)
    for finding in audit.stated:
        for applied in finding.threshold.parameters if finding.threshold else ():
            if applied.parameter.verified_until:
                used[applied.parameter.name].add(applied)
    for name, found in sorted(used.items()):
        uses = sorted(found, key=lambda a: (a.parameter.verified_until or a.day, a.parameter.file, a.parameter.line))
        stale = sorted((a for a in uses if a.day > (a.parameter.verified_until or a.day)), key=lambda a: a.day)
        worst = stale[-1] if stale else max(uses, key=lambda a: a.day)
        parameter = worst.parameter
        yield Finding(
            Subject("policy", name),
            FAIL if stale else PASS,
            f"“{parameter.basis}”核实到 {parameter.verified_until}，"
            + (f"{worst.day} 使用时已过期，须重新核实" if stale else f"最晚在 {worst.day} 使用，仍在核实期内"),
            source=(parameter.file, parameter.line),
            lines=tuple(dict.fromkeys((a.parameter.file, a.parameter.line) for a in stale)),
        )


WINDOWS = frozenset({"split-days"})  # days within which acts count together: the more of them, the stricter


@rule(
    "law-lowered",
    title="县里的参数弱于上级",
    judges="账簿自己写的、与所引用的随产品参数同名、同范围的参数",
    formula="不弱于随产品的参数当日的值（不低于的不更低，不高于的不更高）",
    basis="随产品的政策参数；下级规定不得低于上级",
    always=True,
    severity=WARNING,
    rolls=False,
    advice=("县里的规定弱于上级，按上级规定可能不符合", "报原制定机关修改，或引用上级规定的参数"),
    tasks=(70,),
)
def law_lowered(tables: Tables) -> Iterator[Finding]:
    """A parameter of the book's own against what ships of the same name and scope on its day; none includes: na."""
    ships = {name: digest for name, digest in _sets(tables).items() if digest}
    if not ships:
        yield na(Subject("book", "policy", "政策参数"), "账簿没有引用随产品的政策文件")
        return
    own = [one for one in tables.policy.parameters if not _ships(one, ships) and one.value is not None]
    for name in dict.fromkeys(one.name for one in own):
        said = [_lowered(tables, one, ships) for one in own if one.name == name]
        known = [one for one in said if one]
        if known:
            yield min(known, key=lambda one: (FAIL, PASS).index(one.status))


def _ships(one: Parameter, ships: dict[str, str]) -> bool:
    """Whether it stands in a set that ships, or in what is kept of an older edition."""
    return Path(one.file).name in ships or one.last is not None


def _sets(tables: Tables) -> dict[str, str]:
    """Files of the book that are called like a set that ships."""
    files = {one.file for one in tables.policy.parameters}
    return {Path(name).name: name for name in files if Path(name).stem in ledgers.POLICY_TITLES}


def _lowered(tables: Tables, own: Parameter, ships: dict[str, str]) -> Finding | None:
    """Whether one value is weaker than the last one of its scope in what the book includes; None without any."""
    law = [
        one
        for one in tables.policy.history(own.name)
        if _ships(one, ships) and _holds_for(one, own) and one.effective <= own.effective and one.judges(own.effective)
    ]
    above = law[-1] if law else None
    if above is None or above.value is None or own.value is None:
        return None
    weaker = own.value > above.value if above.op == "<=" and own.name not in WINDOWS else own.value < above.value
    said = f"{own.effective} 起 {plain(own)}（{own.basis}），随产品 {plain(above)}（{above.basis}）"
    return Finding(
        Subject("policy", own.name),
        FAIL if weaker else PASS,
        said + ("，弱于上级；判定仍按账簿" if weaker else "，不弱于上级"),
        source=(own.file, own.line),
        lines=((own.file, own.line), (above.file, above.line)),
        act=own.effective,
    )


def _holds_for(law: Parameter, own: Parameter) -> bool:
    """Whether a value that ships is of the same scope: the same keys, and everything that they name here."""
    wide, narrow = dict(law.scope), dict(own.scope)
    return wide.keys() == narrow.keys() and all(set(narrow[key]) <= set(wide[key]) for key in wide)


def plain(one: Parameter) -> str:
    """A value with its comparison, for a message."""
    return f"{one.op} {decimal(one.value)}" if one.value is not None else "终止"


__plugins__ = ("check",)
check = plugin(__name__)
