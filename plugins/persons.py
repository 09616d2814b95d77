"""发给谁：已经死亡或离开的人、互相排斥的补助、一个账户收几户的钱。

A person is `who` of registry/members.csv where the book knows one, else a number of a household. A payment is for the
month that it names, else for that of its day; what the bank returned or what was taken back is not paid.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np

from ledgers.facts import money
from ledgers.facts.persons import Persons, only_members, persons
from ledgers.facts.returned import received
from ledgers.money import yuan_cn
from ledgers.tables import times
from ledgers.tables.directives import Benefit
from ledgers.tables.households import Households
from ledgers.tables.schema import Payment, Posting, combined, records
from ledgers.tables.tables import Tables, households, mentions
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, WARNING, Finding, Passes, Subject
from plugins.rule import rule


def first_month(line: Payment) -> date:
    """The first day of the first month that a payment is for."""
    if not line.for_:
        return line.date.replace(day=1)
    month = times.months(line.for_)[0] - 1
    return date(month // 12, month % 12 + 1, 1)


@rule(
    "recipient-alive",
    title="不发给已经死亡、离开的人和销户的户",
    judges="每张发给农户的凭证",
    formula="收款人在所属月份以前没有死亡、迁出，户没有销户（当月仍可发，次月起不可）",
    basis="补助对象应当在世、在册；惠农补贴“一卡通”管理的通行要求",
    always=True,
    advice=("补助发给了已经死亡、离开的人或销户的户", "收回不当发放的资金，核对发放清册"),
    tasks=(41,),
)
def recipient_alive(tables: Tables) -> Iterator[Finding | Passes]:
    """Nobody is paid for a month after that in which they died or left, or their household ended."""
    wrong: dict[int, list[Payment]] = defaultdict(list)
    for line in _of_the_gone(tables):
        wrong[line.posting].append(line)
    vouchers = tables.postings["voucher"].to_numpy()
    judged = dict.fromkeys(vouchers[tables.payments["posting"].unique()].tolist())
    failing: dict[str, list[Posting]] = defaultdict(list)
    for leg in records(Posting, tables.postings.loc[sorted(wrong)]):
        failing[leg.voucher].append(leg)
    for legs in failing.values():
        lines = [line for leg in legs for line in wrong[leg.row]]
        yield Finding(
            Subject("voucher", legs[0].voucher, legs[0].narration),
            FAIL,
            _why(tables, lines[0]) + (f"等 {len(lines)} 行" if len(lines) > 1 else ""),
            source=(legs[0].file, legs[0].line),
            evidence=tuple(leg.row for leg in legs),
            lines=tuple((line.file, line.line) for line in lines),
        )
    rest = [voucher for voucher in judged if voucher not in failing]
    yield Passes(len(rest), lambda: _passing(tables, rest))


def _passing(tables: Tables, vouchers: Iterable[str]) -> Iterator[Finding]:
    table = tables.postings
    first = table[table["voucher"].isin(list(vouchers))].drop_duplicates("voucher")
    for leg in records(Posting, first):
        subject = Subject("voucher", leg.voucher, leg.narration)
        yield Finding(subject, PASS, "收款人没有死亡、离开或销户", source=(leg.file, leg.line), evidence=(leg.row,))


def _of_the_gone(tables: Tables) -> list[Payment]:
    """Lines paid, and not taken back, to whoever was gone or whose household had ended before the month."""
    people, known = households(tables), persons(tables)
    concerned = people.closed | known.left
    if not concerned:
        return []
    lines = tables.payments[tables.payments["household"].isin(list(concerned)).to_numpy()]
    alike = combined(*(lines[name].cat.codes for name in ("household", "person", "date", "for_")))
    _, first, of_line = np.unique(alike, return_index=True, return_inverse=True)
    gone = np.array([_is_gone(people, known, line) for line in records(Payment, lines.iloc[first])], dtype=bool)
    reached, only = received(tables), only_members(tables)
    alone = [line._replace(person=only[line.row]) for line in records(Payment, lines) if line.row in only] if only else []
    found = [line for line in records(Payment, lines[gone[of_line]]) if reached[line.row] and line.row not in only]
    found += [line for line in alone if reached[line.row] and _is_gone(people, known, line)]
    root, net = money.roots(tables), defaultdict[tuple[str, str, str], int](int)
    for line in found:
        net[root[line.posting], line.household, line.person] += line.amount
    return [line for line in found if line.amount > 0 and net[root[line.posting], line.household, line.person] > 0]


def _is_gone(people: Households, known: Persons, line: Payment) -> bool:
    month = first_month(line)
    return _ended(people, line, month) is not None or known.gone(line.household, line.person, month) is not None


def _ended(people: Households, line: Payment, month: date) -> date | None:
    """Since when the household had ended before a month."""
    ended = people.ended(line.household, month)
    return ended if ended and (ended.year, ended.month) < (month.year, month.month) else None


def _why(tables: Tables, line: Payment) -> str:
    month = first_month(line)
    whose = f"户 {line.household}" + (f" 的 {line.person} 号" if line.person else "")
    paid = f"{yuan_cn(line.amount)} 元（{line.for_ or f'{line.date:%Y-%m}'}）"
    ended = _ended(households(tables), line, month)
    if ended:
        return f"户 {line.household} {ended} 销户，仍发 {paid}"
    row = persons(tables).gone(line.household, line.person, month)
    return f"{whose} {row.to if row else ''} {row.left or '离开' if row else ''}，仍发 {paid}"


@rule(
    "same-account",
    title="一个账户不收几户的钱",
    judges="清册中写明的每个收款账户（代码）",
    formula="一个账户只收一户的钱；确需代收的登记豁免并写明理由",
    basis="惠农补贴“一卡通”管理的通行要求",
    always=True,
    severity=WARNING,
    advice=("一个账户收几户的钱，可能代领或冒领", "核实是否本人领取；确需代收的登记豁免并写明理由"),
    tasks=(70,),
)
def same_account(tables: Tables) -> Iterator[Finding | Passes]:
    """An account serves one household; that of a person who moved serves that person alone."""
    lines = tables.payments
    named = (lines["account"] != "").to_numpy() & (lines["amount"] > 0).to_numpy() & received(tables)
    pairs = lines.loc[named, ["account", "household"]].drop_duplicates()
    counts = pairs["account"].astype("object").value_counts()
    several = set(counts[counts > 1].index.tolist())
    by_account: dict[str, list[Payment]] = defaultdict(list)
    for line in records(Payment, lines[named & lines["account"].isin(list(several)).to_numpy()]):
        by_account[line.account].append(line)
    for account, found in sorted(by_account.items()):
        yield _served(tables, account, found)
    single = sorted(set(counts.index.tolist()) - several)
    yield Passes(len(single), lambda: (Finding(Subject("account", one), PASS, "只收一户的钱") for one in single))


def _served(tables: Tables, account: str, lines: list[Payment]) -> Finding:
    known = persons(tables)
    who = {known.who(line.household, line.person, line.date) or f"{line.household} {line.person}" for line in lines}
    served = list(dict.fromkeys(line.household for line in lines))
    return Finding(
        Subject("account", account),
        PASS if len(who) == 1 else FAIL,
        f"收 {'、'.join(served)} 共 {len(served)} 户的钱" + ("，是同一个人" if len(who) == 1 else ""),
        source=(lines[0].file, lines[0].line),
        evidence=tuple(dict.fromkeys(line.posting for line in lines)),
        lines=tuple((line.file, line.line) for line in lines),
    )


@dataclass(frozen=True)
class _Claim:
    """A month's payments of one benefit under one number of a household."""

    household: str
    person: str
    benefit: str
    month: int


@rule(
    "benefit-exclusive",
    title="互相排斥的补助不同时领",
    judges="领取了互斥补助（excludes）之一的每个人、每个月",
    formula="同一人同一月只领其中一种",
    basis="补助种类登记的互斥规定",
    always=True,
    advice=("同一人同时领取互相排斥的补助", "核实后收回其中一种"),
    tasks=(41,),
)
def benefit_exclusive(tables: Tables) -> Iterator[Finding | Passes]:
    """Nobody has two benefits in a month of which one excludes the other; a line without a person is compared with each."""
    pairs = _excluding(tables)
    claims = _claims(tables, {name for pair in pairs for name in pair})
    groups: dict[tuple[str, int], list[_Claim]] = defaultdict(list)
    at_home: dict[tuple[str, int], list[_Claim]] = defaultdict(list)
    for claim in claims:
        groups[_who(tables, claim) or claim.household, claim.month].append(claim)
        at_home[claim.household, claim.month].append(claim)
    passing = []
    for (who, month), own in sorted(groups.items()):
        others = [other for home in dict.fromkeys(one.household for one in own) for other in at_home[home, month]]
        both = [
            (one, other)
            for one, other in product(own, [*own, *others])
            if _excluded(pairs, one, other) and _may_be_one(tables, one, other)
        ]
        if both:
            said = f"同时领取“{both[0][0].benefit}”和“{both[0][1].benefit}”，二者互斥"
            yield _claimed(who, month, [line for claim in both[0] for line in claims[claim]], FAIL, said)
        else:
            passing.append((who, month, [line for one in own for line in claims[one]]))
    yield Passes(len(passing), lambda: (_claimed(*one, PASS, "没有领取互斥的补助") for one in passing))


def _may_be_one(tables: Tables, one: _Claim, other: _Claim) -> bool:
    """Whether two payments reached one person, as far as the book can tell them apart."""
    if one.household == other.household and (one.person == other.person or "" in (one.person, other.person)):
        return True
    return bool(_who(tables, one)) and _who(tables, one) == _who(tables, other)


def _excluding(tables: Tables) -> dict[frozenset[str], date]:
    """Pairs of benefits that exclude each other, whichever of them says so, and since when."""
    found: dict[frozenset[str], date] = {}
    for row in mentions(tables, Benefit):
        for other in row.excludes:
            if other != row.id:
                found.setdefault(frozenset((row.id, other)), row.date)
    return found


def _excluded(pairs: dict[frozenset[str], date], one: _Claim, other: _Claim) -> bool:
    """Whether two benefits excluded each other in the month, be it from a day of it on."""
    since = pairs.get(frozenset((one.benefit, other.benefit)))
    return since is not None and since.year * 12 + since.month <= one.month


def _claims(tables: Tables, names: set[str]) -> dict[_Claim, list[Payment]]:
    """What was paid under some benefits, net, by number of a household and month."""
    table = tables.postings
    under = table.index[
        table["benefit"].isin(list(names)).to_numpy() & table["kind"].isin(["expense", "distribution"]).to_numpy()
    ]
    benefits = dict(zip(under.tolist(), table.loc[under, "benefit"].tolist(), strict=True))
    reached, only = received(tables), only_members(tables)
    found: dict[_Claim, list[Payment]] = defaultdict(list)
    mine = np.zeros(len(table), dtype=bool)
    mine[under] = True
    for line in records(Payment, tables.payments[mine[tables.payments["posting"].to_numpy()]]):
        if reached[line.row]:
            first, last = times.months(line.for_ or f"{line.date:%Y-%m}")
            for month in range(first, last + 1):
                person = only.get(line.row, line.person)
                found[_Claim(line.household, person, benefits[line.posting], month)].append(line)
    return {claim: lines for claim, lines in found.items() if sum(line.amount for line in lines) > 0}


def _who(tables: Tables, claim: _Claim) -> str:
    """The person behind the number in that month, "" where the book does not know."""
    month = claim.month - 1
    return persons(tables).who(claim.household, claim.person, date(month // 12, month % 12 + 1, 28))


def _claimed(who: str, month: int, lines: list[Payment], status: str, said: str) -> Finding:
    first = lines[0]
    number = f"户 {first.household}" + (f" 的 {first.person} 号" if first.person else "")
    return Finding(
        Subject("household" if who == first.household else "person", who),
        status,
        f"{number} {said}",
        period=f"{(month - 1) // 12}-{(month - 1) % 12 + 1:02d}",
        source=(first.file, first.line),
        evidence=tuple(dict.fromkeys(line.posting for line in lines)),
        lines=tuple((line.file, line.line) for line in lines),
    )


__plugins__ = ("check",)
check = plugin(__name__)
