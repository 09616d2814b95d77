"""Whatever a cell holds, an import ends with a change set: faults or rows, never a crash, and a refused file changes nothing."""

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.importers.county import ALL, identity
from tests.importers.dirty import Formula, Paper
from tests.importers.helpers import Desk

JUNK: list[Any] = [
    "", None, " ", "-", "—", "0", 0, 1, -1, 1e300, -0.0, 12345678901234567890, 0.1 + 0.2, True, False, "合计", "小计", "注：", "同上", "〃",
    date(1900, 1, 1), date(2022, 2, 28), date(9999, 12, 31), datetime(2022, 5, 20, 1, 2), time(3, 4), timedelta(hours=30), "2022年13月", "44701",
    "1.5E+10", "１２３．４５元", "(5)", "=1+1", "'x", "\"引号\" \\ 反斜杠", "换\n行\t字", "a" * 300, "\u200b", "\u202e", "😀", "王小二", identity(5),
    identity(6)[:-1], "5.00241E+17", "无", "第一批", "2022-05", "2022年8月1日至8月31日", Decimal("0.001"), Formula("=1/0"), Formula("=A1", 5), "V106001",
    "H106001-001", "P2022-0001", "A2022-0001", "XS-001", "—", "县级", "龙池镇", "白水村", "美翠村、白水村", "是", "否", "%", "5%", "0.5", "㎡", "Ⅷ", "①",
]  # fmt: skip


def junked(chance: random.Random, paper: Paper) -> Paper:
    """A paper with a few cells, rows or headers replaced by whatever."""
    rows = [list(row) for row in paper.rows]
    for _ in range(chance.randint(1, 4)):
        row = chance.choice(rows)
        row[chance.randrange(len(row))] = chance.choice(JUNK)
    if chance.random() < 0.2:
        rows.insert(chance.randrange(len(rows) + 1), [chance.choice(JUNK) for _ in paper.header])
    if chance.random() < 0.1:
        rows.append(list(chance.choice(rows)))
    header = list(paper.header)
    if chance.random() < 0.1:
        header[chance.randrange(len(header))] = chance.choice(JUNK) or ""
    above = [[chance.choice(JUNK)], *paper.above] if chance.random() < 0.2 else paper.above
    merges = []
    if chance.random() < 0.2:
        top, left = chance.randrange(len(rows)), chance.randrange(len(header) - 1)
        merges = [(top, left, min(top + chance.randint(0, 2), len(rows) - 1), left + chance.randint(0, 1))]
        merges = [merge for merge in merges if merge[:2] != merge[2:]]
    return replace(paper, header=[str(text) for text in header], rows=rows, above=above, merges=merges, amounts=(), dates=())


def fuzz(county: Desk, seed: int) -> None:
    chance = random.Random(seed)
    kinds = chance.sample(list(ALL), chance.randint(1, 3))
    before = county.state()
    changes = county.bring(*(junked(chance, ALL[kind]()) for kind in kinds), confirm=lambda changes: False)
    assert county.state() == before
    assert len(changes.read) + len(changes.stopped) + len({fault.file for fault in changes.faults}) >= len(kinds)
    said = repr((changes.faults, changes.warnings, changes.changes))
    assert identity(5) not in said
    assert identity(6)[:-1] not in said


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**9))
def test_junk(county: Desk, seed: int) -> None:
    fuzz(county, seed)


@pytest.mark.slow
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**9))
def test_much_junk(county: Desk, seed: int) -> None:
    fuzz(county, seed)
