"""Writes the county as a book: what the sheets bear, then what a clerk enters by hand."""

import datetime as dt
from collections import defaultdict
from pathlib import Path

import ledgers
from ledgers import chart
from ledgers.money import yuan
from ledgers.tables.households import COLUMNS
from samples.county import byhand
from samples.county.files import by_month, write_month, write_text
from samples.county.model import AS_OF, FIRST_DAY, PLANTED, County, Voucher
from samples.county.text import directive, household_rows

TITLE = "秀山自治县（样例）衔接资金与资产台账"
MAIN = f"""\
;; 样例县：真实的二十七个乡镇，虚构的行政村、农户、项目、企业和文号。由 samples 按固定种子生成，请勿手改。
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
SHEETS = ("funds", "allocation", "treasury", "labour", "assets", "equity", "distribution", "bank", "spending", "")
STATEMENTS = (dt.date(2022, 1, 1), dt.date(2023, 1, 1), AS_OF)
REGISTRIES = {
    "funds": "资金",
    "projects": "项目及其状态",
    "villages": "行政村",
    "assets": "扶贫项目资产",
    "equity": "股权量化",
}


def write_book(county: County, folder: Path, postings: bool = False) -> None:
    """Write the whole book into an empty folder; with `postings`, one posting for each line of a pay list."""
    number(county.vouchers)
    write_text(folder / "main.beancount", MAIN)
    _write_policy(folder)
    byhand.write_before(county, folder)
    _write_registry(county, folder)
    months = by_month(sorted((v for v in county.vouchers if v.sheet), key=lambda v: (v.day, v.number)))
    statements = bank_statements(county.vouchers)
    for month in sorted({*months, *statements}):
        head = statements.get(month, "")
        write_month(folder, month, months.get(month, []), {}, head, postings)
    byhand.write_after(county, folder, postings)


def number(vouchers: list[Voucher]) -> None:
    """Number the vouchers of each series and year: sheet by sheet as they are imported, by hand as the days go.

    What was planted with a series of its own is numbered as it was planted.
    """
    planted = [voucher for voucher in vouchers if voucher.series == PLANTED]
    vouchers.sort(key=lambda v: v.day)
    first: dict[str, dt.date] = {}
    for voucher in vouchers:
        for leg in voucher.legs:
            first.setdefault(leg.account, voucher.day)
    last: dict[str, int] = defaultdict(int)
    others = [voucher for voucher in vouchers if voucher.series != PLANTED]
    for voucher in [*sorted(others, key=lambda v: _entered(v, first)), *planted]:
        prefix = str(voucher.day.year) if voucher.sheet else f"{voucher.series}-{voucher.day.year}"
        last[prefix] += 1 + voucher.skipped
        voucher.number = f"{prefix}-{last[prefix]:06d}"


def _entered(voucher: Voucher, first: dict[str, dt.date]) -> tuple[int, bool, dt.date, str]:
    """Kind of sheet; in the treasury's export returns come after payments; the bank's come account by account."""
    account = voucher.legs[0].account if voucher.sheet == "bank" else ""
    return SHEETS.index(voucher.sheet), voucher.reverses is not None, first.get(account, dt.date.min), account


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
        texts[f"{day:%Y/%m}"] = ";; 农商行对账单余额\n" + "".join(lines)
    return texts


def _write_policy(folder: Path) -> None:
    lines = [";; 适用的政策参数：全国、重庆市、秀山自治县，和样例县自定的参数。"]
    for source in ledgers.policy_files("xiushan"):
        write_text(folder / "policy" / source.name, source.read_text("utf-8"))
        lines.append(f'include "policy/{source.name}"')
    write_text(folder / "policy.beancount", "".join(f"{line}\n" for line in lines))


def _write_registry(county: County, folder: Path) -> None:
    for name, title in REGISTRIES.items():
        directives = sorted(county.registry.get(name, []), key=lambda d: d.day)
        write_text(folder / f"registry/{name}.beancount", f";; {title}\n" + "\n".join(map(directive, directives)))
    write_text(folder / "registry/accounts.beancount", _accounts(county))
    rows = [",".join(COLUMNS), *(row for household in county.households for row in household_rows(household))]
    write_text(folder / "registry/households.csv", "".join(f"{row}\n" for row in rows))


def _accounts(county: County) -> str:
    """Accounts of the chart, and of every fund and village."""
    wanted = dict(chart.standing())
    for fund in county.funds.values():
        wanted |= dict(chart.fund_accounts(fund.id))
    for village in county.villages:
        wanted |= dict(chart.village_accounts(village.id, village.name))
    lines = [chart.open_line(f"{FIRST_DAY}", name, currency) for name, currency in wanted.items()]
    return ";; 科目\n" + "".join(f"{line}\n" for line in lines)
