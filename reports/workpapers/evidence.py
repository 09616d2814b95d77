"""The vouchers behind every number, and the lines of the rolls behind the vouchers."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from ledgers.tables.schema import Payment, records
from plugins.findings import FAIL, PENDING, UNDETERMINED, WAIVED
from reports.check.checked import Checked
from reports.workbook import DATE, LONG, MONEY, NUMBER, Column, Row, Workbook
from reports.workpapers.papers import Paper, Papers

LIMIT = 100_000  # lines of evidence in a workbook that a person still opens
TOGETHER = 500  # findings or lines that are looked up at once
FIRST = (FAIL, UNDETERMINED, PENDING, WAIVED)
COLUMNS = (
    Column("索引号", 13),
    Column("凭证号", 15),
    Column("日期", 11, DATE),
    Column("科目", 44),
    Column("摘要", 30, LONG),
    Column("金额（元）", 16, MONEY),
    Column("资金", 13),
    Column("项目", 13),
    Column("清册", 18),
    Column("账簿位置", 26),
)
LINES = (
    Column("凭证号", 15),
    Column("清册", 18),
    Column("户编号", 18),
    Column("人", 8),
    Column("日期", 11, DATE),
    Column("金额（元）", 14, MONEY),
    Column("天数", 9, NUMBER),
    Column("数量", 11, NUMBER),
    Column("银行结果", 10),
    Column("备注", 20, LONG),
    Column("清册位置", 30),
)


class Leg(NamedTuple):
    """Of a posting what stands on the sheet."""

    voucher: str
    date: dt.date
    account: str
    payee: str
    narration: str
    amount: int
    fund: str
    project: str
    roll: str
    file: str
    line: int


class Proof(NamedTuple):
    """What stands behind a finding: its rows of the table `postings`, and other places (file, line)."""

    paper: str  # its index number
    evidence: tuple[int, ...]
    places: tuple[tuple[str, int], ...]


class Proofs:
    """The evidence of findings: of all problems, and of as many others as fit below the limit."""

    def __init__(self, papers: Papers) -> None:
        self.problems = [
            _proof(paper) for group in papers.groups for paper in group.stated if paper.finding.status in FIRST
        ]
        self.others: list[Proof] = []
        self.left = 0  # findings that did not fit
        self._total = sum(map(_length, self.problems))

    def add(self, found: Iterable[Paper]) -> None:
        """The findings of one rule."""
        for paper in found:
            if paper.finding.status not in FIRST:
                self._add(_proof(paper))

    def _add(self, proof: Proof) -> None:
        self._total += _length(proof)
        if self._total <= LIMIT:
            self.others.append(proof)
        else:
            self.left += 1


def _proof(paper: Paper) -> Proof:
    finding = paper.finding
    return Proof(
        paper.index, finding.evidence, finding.lines or (() if finding.evidence else (finding.source,))
    )


def _length(proof: Proof) -> int:
    return len(proof.evidence) + len(proof.places)


def write(book: Workbook, checked: Checked, proofs: Proofs) -> None:
    """Two sheets: vouchers by finding, problems first, and the roll lines of what did not pass."""
    sheet = book.sheet("证据·凭证", [column.width for column in COLUMNS])
    sheet.title("证据：凭证")
    sheet.note("一个数字的全部凭证列在其索引号下，不符合的在前。没有凭证的结论取自登记，见“账簿位置”。")
    if proofs.left:
        sheet.note(
            f"为便于打开，另有 {proofs.left} 项符合或不适用的结论未列凭证；用 --rule 或 --subject 可单独出具它们的底稿。"
        )
    sheet.table(COLUMNS, _vouchers(checked, [*proofs.problems, *proofs.others]))
    lines = book.sheet("证据·清册", [column.width for column in LINES])
    lines.title("证据：发放清册")
    lines.note("未符合的结论所依据的凭证，其发放清册的每一行；户编号是代号，本底稿没有任何个人信息。")
    shown, more = _roll_lines(checked, proofs.problems)
    if more:
        lines.note(f"为便于打开，另有 {more} 行未列；用 --rule 或 --subject 可单独出具其余各项的底稿。")
    lines.table(LINES, _lines(checked, shown))


def _vouchers(checked: Checked, proofs: list[Proof]) -> Iterator[Row]:
    postings = checked.book.tables.postings[list(Leg._fields)]
    for start in range(0, len(proofs), TOGETHER):
        some = proofs[start : start + TOGETHER]
        wanted = sorted({row for proof in some for row in proof.evidence})
        legs = dict(zip(wanted, records(Leg, postings.iloc[wanted]), strict=True))
        for proof in some:
            yield from _rows(proof, legs)


def _rows(proof: Proof, legs: dict[int, Leg]) -> Iterator[Row]:
    for row in dict.fromkeys(proof.evidence):
        leg = legs[row]
        texts = (leg.fund, leg.project, leg.roll, f"{leg.file}:{leg.line}")
        narration = f"{leg.payee} {leg.narration}".strip()
        yield Row((proof.paper, leg.voucher, leg.date, leg.account, narration, leg.amount, *texts))
    for file, line in proof.places:
        yield Row((proof.paper, "", None, "", "", None, "", "", "", f"{file}:{line}" if line else file))


def _roll_lines(checked: Checked, proofs: list[Proof]) -> tuple[pd.DataFrame, int]:
    """The roll lines behind findings, as many as fit, and how many are left."""
    payments = checked.book.tables.payments
    wanted = np.zeros(len(checked.book.tables.postings), dtype=bool)
    for proof in proofs:
        wanted[list(proof.evidence)] = True
    places = np.flatnonzero(wanted[payments["posting"].to_numpy()])
    return payments.iloc[places[:LIMIT]], max(0, len(places) - LIMIT)


def _lines(checked: Checked, lines: pd.DataFrame) -> Iterator[Row]:
    tables = checked.book.tables
    vouchers, rolls = tables.postings["voucher"].tolist(), tables.postings["roll"].tolist()
    for start in range(0, len(lines), TOGETHER):
        for line in records(Payment, lines.iloc[start : start + TOGETHER]):
            named = (vouchers[line.posting], rolls[line.posting], line.household, line.person, line.date)
            known = (line.amount, line.days, line.quantity, line.result, line.note)
            yield Row((*named, *known, f"{line.file}:{line.line}"))
