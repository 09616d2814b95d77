"""Rolls (发放清册, 股权登记): reading the month's lists and holding each against the posting that names it.

A roll is trusted only whole: its digest is the recorded one, its total is the posting's to the 分, every line can be
read and every household is known. Anything else makes the roll broken, and with it what depends on it, but no more.
"""

import hashlib
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise, repeat
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ledgers.files.safely import Refused, read_bytes
from ledgers.money import fen, yuan
from ledgers.tables import times
from ledgers.tables.plausible import LONGEST, day_out_of_range
from ledgers.tables.schema import category

_AMOUNT = re.compile(r"(-?)(\d{1,15})(?:\.(\d{1,2}))?", re.ASCII)
_TWO_DECIMALS = re.compile(r"(?:-?\d{1,15}\.\d\d(?:\n|\Z))+", re.ASCII)
_DAYS = re.compile(r"-?\d{1,4}(\.[05]0?)?", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,12})?", re.ASCII)
Lines = dict[str, Any]  # arrays by column
_NAMES = {"paid_on": "date", "for": "for_"}
_TYPES = {"amount": "int64", "days": "float64", "shares": "object"}  # of columns that are not kept by distinct value
PAY_LIST = ("roll", "household", "amount")
SHARE_REGISTER = ("roll", "household", "holder", "shares")


class RollError(Exception):
    """Why a roll, or a whole file of rolls, cannot be trusted."""


@dataclass(frozen=True)
class Claim:
    """A posting that names a roll: what the roll must be to be believed."""

    posting: int
    roll: str
    voucher: str
    sha256: str
    total: Decimal | int  # 分 for a pay list, units for a share register
    file: str  # of the roll, relative to the book
    shares: bool
    unit_cost: Decimal = Decimal(0)  # yuan per share


@dataclass
class Rolls:
    """What the rolls say: the lines of trusted ones by column, and why the others are broken."""

    households: list[str]  # sorted; column `household` of the payments holds places in this list
    payments: list[Lines] = field(default_factory=list)  # of each file
    shares: list[Lines] = field(default_factory=list)
    broken: dict[int, str] = field(default_factory=dict)  # posting -> why
    unclaimed: list[tuple[str, int, str]] = field(default_factory=list)  # file, line, roll
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class RollFile:
    """One month's file, cut into rolls: first and last row, digest, and the text of every column."""

    columns: dict[str, Any]  # arrays of texts
    spans: dict[str, tuple[int, int]]
    digests: dict[str, str]
    torn: frozenset[str]  # rolls whose rows do not stand together


def read_file(root: Path, name: str, shares: bool) -> RollFile:
    """Cut a month's file into rolls; RollError when it is missing, not UTF-8, or not the table it should be."""
    try:
        data = read_bytes(root, name)
    except Refused as error:
        raise RollError(f"清册{error}") from None
    if data.startswith(b"\xef\xbb\xbf"):
        raise RollError("清册文件带有 BOM 标记，应为不带 BOM 的 UTF-8")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise RollError("清册文件不是 UTF-8 编码（可能是 GBK），应另存为 UTF-8") from None
    lines = data.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n")
    table = _parse(data, len(lines) - 1, SHARE_REGISTER if shares else PAY_LIST)
    columns = {str(name): table[name].to_numpy() for name in table.columns}
    spans, torn = _spans(columns["roll"])
    spans = {roll: span for roll, span in spans.items() if roll.strip() or not _blank(lines[1:], columns["roll"], roll)}
    digests = {
        roll: hashlib.sha256(b"\n".join(lines[start + 1 : stop + 1]) + b"\n").hexdigest()
        for roll, (start, stop) in spans.items()
    }
    return RollFile(columns, spans, digests, torn)


def _parse(data: bytes, rows: int, required: tuple[str, ...]) -> pd.DataFrame:
    try:
        table = pd.read_csv(
            io.BytesIO(data),
            dtype=object,
            keep_default_na=False,
            na_filter=False,
            skip_blank_lines=False,
        )
    except (ValueError, pd.errors.ParserError) as error:
        raise RollError(f"清册文件不是规整的表格（{error}）") from None
    if not isinstance(table.index, pd.RangeIndex):  # pandas takes what is too much at the left for names of rows
        raise RollError("清册文件有的行比表头多出字段")
    missing = [name for name in required if name not in table.columns]
    if missing:
        raise RollError(f"清册文件缺少列 {'、'.join(missing)}，现有列：{'、'.join(map(str, table.columns))}")
    if len(table) != rows:
        raise RollError("清册文件的字段里有换行或多余的引号")
    return table


def _spans(rolls: Any) -> tuple[dict[str, tuple[int, int]], frozenset[str]]:
    """First and last row of each roll, and the rolls whose rows do not stand together."""
    starts = [0, *(np.flatnonzero(rolls[1:] != rolls[:-1]) + 1).tolist(), len(rolls)] if len(rolls) else [0]
    spans: dict[str, tuple[int, int]] = {}
    torn = set()
    for start, stop in pairwise(starts):
        if rolls[start] in spans:
            torn.add(rolls[start])
        spans[rolls[start]] = (start, stop)
    return spans, frozenset(torn)


def _blank(lines: list[bytes], rolls: Any, roll: str) -> bool:
    """Whether what would be a roll without a number are blank lines: they are none, wherever they stand."""
    return not any(lines[row].strip(b" \t,") for row in np.flatnonzero(rolls == roll).tolist())


def read(root: Path, claims: Iterable[Claim], known: frozenset[str], claimed: frozenset[str]) -> Rolls:
    """Hold every claimed roll against its posting.

    `known` are the household ids of the book; `claimed` the rolls that any posting of the book names, whatever its date.
    """
    result = Rolls(sorted(known))
    codes = {household: code for code, household in enumerate(result.households)}
    files: dict[str, list[Claim]] = {}
    for claim in claims:
        files.setdefault(claim.file, []).append(claim)
    for name, wanted in sorted(files.items()):
        result.files.append(name)
        try:
            content = read_file(root, name, wanted[0].shares)
        except RollError as error:
            result.broken.update({claim.posting: f"{name}：{error}" for claim in wanted})
            continue
        _claim_all(result, content, wanted, codes)
        result.unclaimed += [(name, span[0] + 2, roll) for roll, span in content.spans.items() if roll not in claimed]
    return result


def _claim_all(result: Rolls, content: RollFile, wanted: list[Claim], known: dict[str, int]) -> None:
    """Move the lines of every roll of one file that can be trusted into the result."""
    shares = wanted[0].shares
    lines, errors = _lines(content, SHARE_COLUMNS if shares else PAY_COLUMNS, known)
    running = [0, *lines["shares" if shares else "amount"].cumsum().tolist()]
    kept: list[tuple[Claim, int, int]] = []
    seen: set[str] = set()
    for claim in wanted:
        try:
            if claim.roll in seen:
                raise RollError("同一份清册被两笔凭证引用")
            seen.add(claim.roll)
            _check_identity(content, claim)
            start, stop = content.spans[claim.roll]
            if bad := [row for row in errors if start <= row < stop]:
                raise RollError(errors[min(bad)])
            if shares:
                lines["amount"][start:stop] = _share_amounts(lines["shares"][start:stop], claim.unit_cost)
            _check_total(running[stop] - running[start], claim)
            kept.append((claim, start, stop))
        except RollError as error:
            result.broken[claim.posting] = f"{claim.file} 清册 {claim.roll}：{error}"
    if kept:
        (result.shares if shares else result.payments).append(_kept(lines, kept))


def _kept(lines: dict[str, list[Any]], kept: list[tuple[Claim, int, int]]) -> Lines:
    """The lines of the rolls that are believed, as arrays, each with its posting, file and line."""
    starts, sizes = np.array([start for _, start, _ in kept]), np.array([stop - start for _, start, stop in kept])
    rows = np.arange(sizes.sum()) + np.repeat(starts - (sizes.cumsum() - sizes), sizes)
    columns = {_NAMES.get(name, name): values[rows] for name, values in lines.items()}
    columns["posting"] = np.repeat([claim.posting for claim, _, _ in kept], sizes)
    columns["file"] = category([kept[0][0].file])[np.zeros(len(rows), dtype="int64")]
    columns["line"] = rows + 2  # the header is line 1
    return columns


def _lines(
    content: RollFile, columns: dict[str, Callable[[str], Any]], known: dict[str, int]
) -> tuple[Lines, dict[int, str]]:
    """All lines of a file, converted column by column, and what is wrong with which row."""
    errors: dict[int, str] = {}
    size = len(content.columns["roll"])
    lines: Lines = {}
    for name, convert in columns.items():
        texts = content.columns.get(name)
        if texts is None:
            texts = np.full(size, "", dtype=object)
        amounts = _plain_amounts(texts) if name == "amount" else None
        lines[name] = _converted(name, convert, texts, errors) if amounts is None else amounts
    households = content.columns["household"]
    places = np.fromiter(map(known.get, households, repeat(-1)), "int32", size)
    for row in np.flatnonzero(places < 0).tolist():
        if households[row] or "holder" not in columns:
            errors.setdefault(row, f"第 {row + 2} 行的户编号“{households[row]}”不在农户名册中")
    if "holder" in columns:
        lines["household"] = category(households)
        lines["amount"] = np.zeros(size, dtype="int64")  # of shares; filled in at their cost
    else:
        lines["household"] = places
    return lines, errors


def _converted(name: str, convert: Callable[[str], Any], texts: Any, errors: dict[int, str]) -> Any:
    """The texts of a column as values, each distinct text read once; what cannot be read is said of its row.

    Most columns have few distinct values and are kept by them, an unknown value being none.
    """
    codes, distinct = pd.factorize(texts)
    values = []
    for code, text in enumerate(distinct):
        try:
            values.append(convert(text))
        except ValueError:
            values.append(0 if name in ("amount", "shares") else None)
            for row in np.flatnonzero(codes == code).tolist():
                errors.setdefault(row, f"第 {row + 2} 行的 {name} 无法读取：“{text}”")
    if name in _TYPES:
        return np.array(values, dtype=object)[codes].astype(_TYPES[name])
    return category(values)[codes] if values else category([])


def _plain_amounts(texts: Any) -> Any:
    """Amounts that are all written with two decimals, as 分 at once; None where one is written another way."""
    joined = "\n".join(texts)
    if not _TWO_DECIMALS.fullmatch(joined):
        return None
    return np.fromstring(joined.replace(".", ""), dtype="int64", sep="\n")


def _check_identity(content: RollFile, claim: Claim) -> None:
    voucher, _, number = claim.roll.rpartition("-")
    if voucher != claim.voucher or not (number.isascii() and number.isdigit()):
        raise RollError(f"清册编号应为凭证号加序号（{claim.voucher}-1）")
    if claim.roll not in content.spans:
        raise RollError("文件中没有这份清册")
    if claim.roll in content.torn:
        raise RollError("清册的行没有排在一起")
    if content.digests[claim.roll] != claim.sha256:
        raise RollError("清册内容与凭证记录的摘要（roll-sha256）不符，清册被改动过")


def _check_total(found: Any, claim: Claim) -> None:
    if found != claim.total and claim.shares:
        raise RollError(f"登记簿合计 {found} 股，凭证为 {claim.total} 股")
    if found != claim.total:
        raise RollError(f"清册合计 {yuan(int(found))} 元，凭证为 {yuan(int(claim.total))} 元")


def _share_amounts(shares: Any, unit_cost: Decimal) -> list[int]:
    try:
        return [fen(count * unit_cost) for count in shares]
    except ValueError as error:
        raise RollError(str(error)) from None


def amount(text: str) -> int:
    """Text of yuan to 分; ValueError where it is no plain amount of at most two decimals."""
    match = _AMOUNT.fullmatch(text)
    if not match:
        raise ValueError(text)
    sign, whole, cents = match.groups()
    value = int(whole) * 100 + (int(cents.ljust(2, "0")) if cents else 0)
    return -value if sign else value


@cache
def _half(text: str) -> float | None:
    days = float(text) if _DAYS.fullmatch(text) else None
    if (text and days is None) or (days and abs(days) > LONGEST):
        raise ValueError(text)
    return days


@cache
def _quantity(text: str) -> Decimal | None:
    return _number(text) if text else None


@cache
def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _day(text: str) -> date | None:
    day = times.day(text) if text else None
    if day and day_out_of_range(day):
        raise ValueError(text)
    return day


def _period(text: str) -> str | None:
    return times.period(text) if text else None


PAY_COLUMNS: dict[str, Callable[[str], Any]] = {
    "person": str,
    "paid_on": _day,
    "amount": amount,
    "days": _half,
    "quantity": _quantity,
    "result": str,
    "note": str,
    "for": _period,
    "account": str,
}
SHARE_COLUMNS: dict[str, Callable[[str], Any]] = {"holder": str, "shares": _number, "note": str}


def month_file(day: date, shares: bool) -> str:
    """Where the rolls of a day's vouchers lie, relative to the book."""
    return f"rolls/{day.year:04d}/{day.month:02d}{'-shares' if shares else ''}.csv"


def digest(lines: Iterable[str]) -> str:
    """The `roll-sha256` of a roll's lines as written, without line ends."""
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
