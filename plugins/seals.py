"""封账：已封账的期间没有改动；之后的冲减注明所冲销的凭证（封账约定）。"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import zip_longest
from typing import Any, NamedTuple

import pandas as pd

from ledgers.seals.said import Change
from ledgers.seals.seal import Seal, verified
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, Finding, Subject
from plugins.rule import rule

_SHOWN = 5


@rule(
    "sealed-period",
    title="封账期间没有改动",
    judges="每次封账",
    formula="账簿现有内容与封账清单逐条相同，清单的摘要等于封账的根，各次封账首尾相接；封账后的冲减注明所冲销的凭证",
    basis="封账约定；会计基础工作规范",
    always=True,
    rolls=False,
    waivable=False,
    advice=("已封账期间有改动", "查明改动人和原因，以冲销方式更正"),
    tasks=(70,),
)
def sealed_period(tables: Tables) -> Iterator[Finding]:
    """Nothing inside a sealed period changed; a correction after it is a reversal that names the voucher it reverses."""
    seals = verified(tables)
    for seal, following in zip_longest(seals, seals[1:]):
        until = following.end if following else tables.as_of
        changes = [*seal.changes, *_unnamed_corrections(tables, seal.end, until)]
        yield Finding(
            Subject("seal", str(seal.end), f"{seal.end:%Y年%m月}封账"),
            FAIL if changes else PASS,
            _message(seal, changes),
            source=(changes[0].file, changes[0].line) if changes else (seal.file, seal.line),
            lines=tuple(dict.fromkeys((change.file, change.line) for change in changes)),
        )


def _message(seal: Seal, changes: list[Change]) -> str:
    if not changes:
        return f"{seal.after or '建账'}之后至 {seal.end} 的内容与封账时一致，根 {seal.root[:16]}…"
    more = f"；等共 {len(changes)} 处（xianjie verify 列出全部）" if len(changes) > _SHOWN else ""
    return "；".join(change.message for change in changes[:_SHOWN]) + more


class _Leg(NamedTuple):
    transaction: int
    voucher: str
    account: str
    commodity: str
    fund: str
    project: str
    amount: int
    file: str
    entry_line: int


def _unnamed_corrections(tables: Tables, after: date, until: date) -> Iterator[Change]:
    """Vouchers of the days after a seal that undo a sealed one to the 分 without naming it."""
    table = tables.postings[[*_Leg._fields, "date", "kind", "reverses"]]
    backwards = table["amount"].where(table["kind"].isin(_SPENDS), -table["amount"]) < 0
    undoing = table.loc[backwards & table["kind"].isin(_SPENDS + _EARNS) & (table["date"] > after), "transaction"]
    later = _by_legs(table[table["transaction"].isin(undoing) & (table["date"] <= until)], -1)
    sealed = _by_legs(table[table["date"] <= after], 1) if later else {}
    for legs, rows in later.items():
        for row in rows if legs in sealed else ():
            text = f"凭证 {row.voucher} 与已封账的凭证 {sealed[legs][0].voucher} 正好相反，没有注明所冲销的凭证（reverses）"
            yield Change(row.file, row.entry_line, text)


def _by_legs(table: pd.DataFrame, sign: int) -> dict[Any, list[_Leg]]:
    """Transactions that earn or spend and reverse nothing, by what they move (times `sign`)."""
    wanted = table[table["reverses"] == ""]
    wanted = wanted[wanted["transaction"].isin(wanted.loc[wanted["kind"].isin(_SPENDS + _EARNS), "transaction"])]
    found: dict[int, list[_Leg]] = defaultdict(list)
    for row in records(_Leg, wanted):
        found[row.transaction].append(row)
    result: dict[Any, list[_Leg]] = defaultdict(list)
    for rows in found.values():
        legs = sorted((row.account, row.commodity, row.fund, row.project, row.amount * sign) for row in rows)
        result[tuple(legs)].append(rows[0])
    return result


_SPENDS = ["expense", "distribution"]
_EARNS = ["fiscal income", "asset income"]


__plugins__ = ("check",)
check = plugin(__name__)
