"""Writes the county as a book: Beancount text, rolls, the register of households, evidence."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import ledgers
from ledgers import chart
from ledgers.county.model import (
    AS_OF,
    BY_HAND,
    FIRST_DAY,
    County,
    Directive,
    Household,
    Leg,
    Line,
    Money,
    ShareLine,
    Voucher,
)
from xianjie.money import yuan

TITLE = "秀山自治县（样例）衔接资金与资产台账"
EVIDENCE_ABOVE = 50_000_00
PAY_HEADER = "roll,household,person,amount,days,quantity,result,note"
SHARE_HEADER = "roll,household,holder,shares,note"
HOUSEHOLD_HEADER = (
    "household,date,state,village,people,monitor,reported,notice_from,notice_to,helper_assigned,plan_made"
)
MAIN = f"""\
;; 样例县：真实的二十七个乡镇，虚构的行政村、农户、项目、企业和文号。由 ledgers.county 按固定种子生成，请勿手改。
;; 其中有意安排的问题见 PLANTED.md。
option "title" "{TITLE}"
option "operating_currency" "CNY"

plugin "plugins.all" "{{'as_of': '{AS_OF}'}}"

2021-01-01 custom "fava-option" "language" "zh_CN"
2021-01-01 custom "fava-option" "locale" "zh_CN"
2021-01-01 custom "fava-option" "currency-column" "80"

include "policy.beancount"
include "registry/*.beancount"
include "20*/*.beancount"
"""
# Kinds of sheets in the order in which they are imported; "" is what is entered by hand.
SHEETS = ("funds", "allocation", "treasury", "labour", "assets", "equity", "distribution", "bank", "")
STATEMENTS = (dt.date(2022, 1, 1), dt.date(2023, 1, 1), AS_OF)
STATUSES = {"fail": "不符合", "waived": "已豁免", "undetermined": "无法判定"}
TITLES = {
    "funds": "资金",
    "projects": "项目及其状态",
    "villages": "行政村",
    "assets": "扶贫项目资产",
    "equity": "股权量化",
    "notices": "公告公示",
    "benefits": "补助种类",
    "inspections": "检查",
    "waivers": "豁免",
    "rectifications": "整改",
    "seals": "封账",
    "supplements": "手工补记",
}


def write_book(county: County, folder: Path, postings: bool = False) -> None:
    """Write the whole book into an empty folder; with `postings`, one posting for each line of a pay list."""
    number(county.vouchers)
    evidence = _write_evidence(county, folder)
    _text(folder / "main.beancount", MAIN)
    _write_policy(county, folder)
    for name, title in TITLES.items():
        directives = sorted(county.registry.get(name, []), key=lambda d: d.day)
        _text(folder / "registry" / f"{name}.beancount", f";; {title}\n" + "\n".join(map(directive, directives)))
    _text(folder / "registry" / "accounts.beancount", _accounts(county))
    rows = [HOUSEHOLD_HEADER, *(row for household in county.households for row in _states(household))]
    _text(folder / "registry" / "households.csv", "".join(f"{row}\n" for row in rows))
    months = by_month(county.vouchers)
    statements = bank_statements(county.vouchers)
    for month in sorted({*months, *statements}):
        _write_month(folder, month, months.get(month, []), statements.get(month, ""), evidence, postings)
    write_planted(county, folder)


def number(vouchers: list[Voucher]) -> None:
    """Number the vouchers of each series and year: sheet by sheet as they are imported, by hand as the days go."""
    vouchers.sort(key=lambda v: v.day)
    last: dict[str, int] = defaultdict(int)
    for voucher in sorted(vouchers, key=_entered):
        prefix = str(voucher.day.year) if voucher.sheet else f"{BY_HAND}-{voucher.day.year}"
        last[prefix] += 1 + voucher.skipped
        voucher.number = f"{prefix}-{last[prefix]:06d}"


def _entered(voucher: Voucher) -> tuple[int, bool]:
    """Kind of sheet; in the treasury's export, returns come after payments."""
    return SHEETS.index(voucher.sheet), voucher.reverses is not None


def by_month(vouchers: Iterable[Voucher]) -> dict[str, list[Voucher]]:
    months: dict[str, list[Voucher]] = defaultdict(list)
    for voucher in vouchers:
        months[f"{voucher.day:%Y/%m}"].append(voucher)
    return months


def _write_policy(county: County, folder: Path) -> None:
    lines = [";; 适用的政策参数：全国、重庆市、秀山自治县，和样例县自定的参数（数字是虚构的）。"]
    for source in ledgers.policy_files("xiushan"):
        _text(folder / "policy" / source.name, source.read_text("utf-8"))
        lines.append(f'include "policy/{source.name}"')
    own = [directive(d) for d in county.registry.get("policy", [])]
    _text(folder / "policy.beancount", "\n".join([*lines, "", *own]))


def _accounts(county: County) -> str:
    """Accounts of the chart, of every fund and village, and what else the vouchers use."""
    wanted = dict(chart.standing())
    for fund in county.funds.values():
        wanted |= dict(chart.fund_accounts(fund.id))
    for village in county.villages:
        wanted |= dict(chart.village_accounts(village.id, village.name))
    for voucher in county.vouchers:
        wanted |= {leg.account: "CNY" for leg in voucher.legs if leg.account not in wanted}
    lines = [chart.open_line(f"{FIRST_DAY}", name, currency) for name, currency in wanted.items()]
    return ";; 科目\n" + "".join(f"{line}\n" for line in lines)


def directive(one: Directive) -> str:
    """A `custom` directive as text."""
    head = " ".join([f"{one.day}", f'custom "{one.type}"', *(value(v) for v in one.values)])
    return "".join([head + "\n", *(f"  {key}: {value(v)}\n" for key, v in one.meta.items())])


def value(given: Any) -> str:
    """A value of a directive or of metadata as Beancount writes it."""
    if isinstance(given, bool):
        return "TRUE" if given else "FALSE"
    if isinstance(given, Money):
        return f"{yuan(given)} CNY"
    if isinstance(given, Fraction):
        return str(Decimal(given.numerator) / Decimal(given.denominator))
    if isinstance(given, int | Decimal | dt.date):
        return str(given)
    return f'"{given}"'


def _states(household: Household) -> Iterator[str]:
    for state in household.states:
        cells = (
            household.id,
            state.day,
            state.state,
            household.village.id,
            state.people,
            state.monitor,
            state.reported,
            *(state.notice or (None, None)),
            state.helper,
            state.plan,
        )
        yield ",".join("" if cell is None else str(cell) for cell in cells)


def bank_statements(vouchers: list[Voucher]) -> dict[str, str]:
    """By month: what the statements of the villages' accounts say at the turn of each year and on the last day."""
    texts: dict[str, str] = {}
    for day in STATEMENTS:
        balances: dict[str, int] = defaultdict(int)
        for voucher in (v for v in vouchers if v.day < day):
            for leg in voucher.legs:
                if leg.account.startswith("Assets:1002"):
                    balances[leg.account] += leg.amount or 0
        lines = [f"{day} balance {name}  {yuan(amount)} CNY\n" for name, amount in sorted(balances.items())]
        texts[f"{day:%Y/%m}"] = ";; 农商行对账单余额\n" + "".join(lines) + "\n"
    return texts


def write_planted(county: County, folder: Path) -> None:
    """What is wrong on purpose, for machines and for people."""
    rows = ["rule,subject,part,period,status"]
    text = "# 样例县里有意安排的问题\n\n截至 2023-12-31 查核，除下列各条外，其余全部符合、不适用或尚未到期。\n"
    rule = ""
    for one in sorted(county.planted, key=lambda p: (p.rule, p.period)):
        subject = one.subject.number if isinstance(one.subject, Voucher) else one.subject
        rows.append(f"{one.rule},{subject},{one.part},{one.period},{one.status}")
        if one.rule != rule:
            text += f"\n## {one.rule}\n\n"
            rule = one.rule
        where = "，".join(filter(None, (subject, one.part, one.period)))
        text += f"- {where}：{one.why}（{STATUSES[one.status]}）。\n"
    _text(folder / "planted.csv", "".join(f"{row}\n" for row in rows))
    _text(folder / "PLANTED.md", text)


def _write_month(
    folder: Path, month: str, vouchers: list[Voucher], statement: str, evidence: dict[str, str], postings: bool
) -> None:
    texts, pay, shares = [statement] if statement else [], [PAY_HEADER], [SHARE_HEADER]
    for voucher in vouchers:
        rolls: list[list[str]] = []
        texts.append(_voucher(voucher, month, evidence, rolls, postings))
        target = shares if any(leg.register for leg in voucher.legs) else pay
        target += [line for roll in rolls for line in roll]
    _text(folder / f"{month}.beancount", "\n".join(texts).replace("\n\n\n", "\n\n"))
    for rows, name in ((pay, f"rolls/{month}.csv"), (shares, f"rolls/{month}-shares.csv")):
        if len(rows) > 1:
            _text(folder / name, "".join(f"{row}\n" for row in rows))


def _voucher(voucher: Voucher, month: str, evidence: dict[str, str], rolls: list[list[str]], postings: bool) -> str:
    meta: dict[str, Any] = {"voucher": voucher.number}
    if voucher.reverses:
        meta["reverses"] = voucher.reverses.number
    meta |= voucher.meta
    if voucher.evidence != "none" and voucher.expenses > EVIDENCE_ABOVE:
        meta |= _evidence(voucher, month, evidence[month])
    lines = [f'{voucher.day} * "{voucher.payee}" "{voucher.narration}"']
    lines += [f"  {key}: {value(given)}" for key, given in meta.items()]
    for leg in voucher.legs:
        lines += _leg(leg, voucher, rolls, postings)
    return "".join(f"{line}\n" for line in lines)


def _evidence(voucher: Voucher, month: str, sha256: str) -> dict[str, str]:
    name = f"evidence/{month}.csv" if voucher.evidence != "lost" else f"evidence/{voucher.number}.pdf"
    return {"evidence": name, "evidence-sha256": sha256 if voucher.evidence != "changed" else digest([voucher.number])}


def _leg(leg: Leg, voucher: Voucher, rolls: list[list[str]], postings: bool) -> Iterator[str]:
    if postings and leg.roll:
        yield from _inline(leg)
        return
    yield _posting(leg.account, _amount(leg))
    yield from (f"    {key}: {value(given)}" for key, given in leg.meta.items())
    if leg.roll is not None or leg.register is not None:
        roll = f"{voucher.number}-{len(rolls) + 1}"
        lines = [pay_line(roll, line) for line in leg.roll or ()] + [
            share_line(roll, line) for line in leg.register or ()
        ]
        rolls.append(lines)
        yield f'    roll: "{roll}"'
        yield f'    roll-sha256: "{digest(lines)}"'


def _posting(account: str, amount: str) -> str:
    return f"  {account}  {amount}"


def _amount(leg: Leg) -> str:
    if leg.units:
        count, commodity, cost = leg.units
        return f"{count} {commodity} {{{yuan(cost)} CNY}}"
    return f"{yuan(leg.amount or 0)} CNY"


def _inline(leg: Leg) -> Iterator[str]:
    """A leg with a roll as one posting for each of its lines."""
    for line in leg.roll or ():
        yield _posting(leg.account, f"{yuan(line.amount)} CNY")
        own = {"household": line.household, "person": line.person, "days": line.days, "quantity": line.quantity}
        yield from _metadata({**leg.meta, **own})


def _metadata(meta: dict[str, Any]) -> Iterator[str]:
    return (f"    {key}: {value(given)}" for key, given in meta.items() if given not in (None, ""))


def pay_line(roll: str, line: Line) -> str:
    days = "" if line.days is None else f"{line.days.normalize():f}"
    quantity = "" if line.quantity is None else f"{line.quantity.normalize():f}"
    return ",".join((roll, line.household, line.person, yuan(line.amount), days, quantity, line.result, line.note))


def share_line(roll: str, line: ShareLine) -> str:
    return ",".join((roll, line.household, line.holder, str(line.shares), line.note))


def digest(lines: Iterable[str]) -> str:
    """The `roll-sha256` of a roll's lines, each ended by one LF."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def _write_evidence(county: County, folder: Path) -> dict[str, str]:
    """A month's bundle of payment certificates, as a table of them; its digest by month."""
    digests = {}
    for month, vouchers in by_month(county.vouchers).items():
        rows = ["凭证号,日期,收款方,摘要,金额"]
        rows += [
            f"{v.number},{v.day},{v.payee},{v.narration},{yuan(v.expenses)}"
            for v in vouchers
            if v.evidence == "bundle" and v.expenses > EVIDENCE_ABOVE
        ]
        if len(rows) > 1:
            text = "".join(f"{row}\n" for row in rows)
            _text(folder / f"evidence/{month}.csv", text)
            digests[month] = hashlib.sha256(text.encode()).hexdigest()
    return digests


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")
