"""What is wrong with a book's accounts: their names, two for one thing, and money left in one that is closed."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd
from beancount.core.account import is_valid
from beancount.core.data import Close, Custom, Open

from ledgers.chart import account, place
from ledgers.money import yuan_cn
from ledgers.tables.registry import Issue

_BALANCES = ("Assets:", "Liabilities:", "Equity:")  # which hold something; of the others a year's sum is no balance
_OF_VILLAGES = ("bank", "asset", "depreciation", "shares")
_PLACED = 3  # components of an account of a village or town
_CODE = re.compile(r"[A-Za-z0-9-]*")
_TOWN = re.compile(r"T\d", re.ASCII)
Place = tuple[str, int]


def faults(
    entries: Sequence[Any], postings: pd.DataFrame, as_of: date, used: dict[str, Place], relative: dict[str, str]
) -> Iterator[Issue]:
    """Of the accounts that a book opens; `used` says where each is first used, for those that a plugin opens."""
    opened: dict[str, Place] = {}
    closed: list[Close] = []
    names: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        if isinstance(entry, Open):
            written = str(entry.meta["filename"])
            here = (relative.get(written, written), int(entry.meta["lineno"]))
            opened.setdefault(entry.account, here if written in relative else used.get(entry.account, here))
        elif isinstance(entry, Close) and entry.date <= as_of:
            closed.append(entry)
        elif isinstance(entry, Custom) and entry.type == "village" and entry.values:
            names[str(entry.values[0].value)].add(str(entry.meta.get("name") or ""))
    for name, (file, line) in opened.items():
        if reason := _misnamed(name, names):
            yield Issue("account", name, file, line, reason)
    for name, other in _alike(opened):
        yield Issue("account", name, *opened[name], f"与科目 {other} 编码相同、名称不同，是同一个还是写错了")
    for entry in closed:
        if left := _left(postings, entry):
            path = str(entry.meta["filename"])
            said = f"{entry.date} 关闭时还有余额 {left}"
            yield Issue("account", entry.account, relative.get(path, path), entry.meta["lineno"], said)


def _misnamed(name: str, villages: dict[str, set[str]]) -> str:
    """Why an account's name cannot be; Beancount's parser checks only the first component below the root."""
    if not is_valid(name):
        return "科目名称不合规：每一级都应以大写字母或数字开头"
    parts = name.split(":")
    if len(parts) < _PLACED or account(name).kind not in _OF_VILLAGES or _TOWN.match(parts[2]):
        return ""
    village = account(name).village
    if village not in villages:
        return f"看不出是哪个村的：“{parts[2]}”应以登记过的村的编号开头"
    known = {place(village, one) for one in villages[village] if one}
    if known and parts[2] not in known:
        return f"“{parts[2]}”不是村 {village} 的名称，应为 {'、'.join(sorted(known))}"
    return ""


def _alike(opened: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Accounts that another one stands beside under the same code and another name (what villages are called apart)."""
    first: dict[tuple[str, str], tuple[str, str]] = {}
    for name in opened:
        parts = name.split(":")
        for depth in range(1, len(parts)):
            code = _CODE.match(parts[depth])
            if not code or not code[0] or (depth + 1 == _PLACED and account(name).kind in _OF_VILLAGES):
                continue
            written, other = first.setdefault((":".join(parts[:depth]), code[0]), (parts[depth], name))
            if written != parts[depth]:
                yield name, other
                break


def _left(postings: pd.DataFrame, close: Close) -> str:
    """What an account still holds when it is closed, "" where it is empty or of a kind that is never emptied."""
    if not close.account.startswith(_BALANCES):
        return ""
    rows = postings[(postings["account"] == close.account) & (postings["date"] <= close.date)]
    amounts = rows[rows["commodity"] == "CNY"]["amount"].sum()
    units = rows[rows["commodity"] != "CNY"].groupby("commodity", observed=True)["units"].sum()
    left = [f"{yuan_cn(int(amounts))} 元"] if amounts else []
    return "、".join([*left, *(f"{number} {commodity}" for commodity, number in units.items() if number)])
