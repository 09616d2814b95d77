"""Drawing vouchers for tests of details, by money or at random, from a seed; with the sheet on which errors are projected.

Monetary-unit sampling steps through the cumulated amounts by an interval from a random start: every 分 has the same chance,
and whatever is as large as the interval is drawn for certain. Projection: an error of a smaller voucher counts as its share
of the voucher times the interval, of a larger one as it is; of a random sample, errors ÷ amounts drawn × population.
"""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from ledgers.money import yuan, yuan_cn
from ledgers.tables.schema import records
from ledgers.tables.tables import Tables
from reports.screening.population import payments
from reports.workbook import DATE, LONG, MONEY, TOTAL, Column, Formula, Row, Workbook

MUS, RANDOM = "mus", "random"
COLUMNS = (
    Column("样本号", 8),
    Column("凭证号", 16),
    Column("日期", 11, DATE),
    Column("收款方", 26, LONG),
    Column("摘要", 30, LONG),
    Column("账面金额（元）", 16, MONEY),
    Column("审定金额（元）", 16, MONEY),
    Column("差错（元）", 14, MONEY),
    Column("推断差错（元）", 16, MONEY),
    Column("账簿位置", 24),
    Column("检查情况", 24, LONG),
)


@dataclass(frozen=True)
class Plan:
    """What to draw: method, how many, and the seed that makes it the same again."""

    method: str
    size: int
    seed: int


@dataclass(frozen=True)
class Sample:
    """Places of the drawn vouchers in the population, its size and total (分), and the interval (分; None at random)."""

    places: tuple[int, ...]
    population: int
    total: int
    interval: Fraction | None


def draw(amounts: list[int], plan: Plan) -> Sample:
    """Draw from amounts in 分 (in the order of the vouchers), the same for the same seed. ValueError for an empty population."""
    if not amounts:
        raise ValueError("没有可抽样的付款凭证")
    total, rng = sum(amounts), random.Random(plan.seed)
    if plan.method == RANDOM:
        places = sorted(rng.sample(range(len(amounts)), min(plan.size, len(amounts))))
        return Sample(tuple(places), len(amounts), total, None)
    interval = Fraction(total, plan.size)
    start = Fraction(rng.randrange(10**9), 10**9) * interval
    return Sample(tuple(_systematic(amounts, interval, start)), len(amounts), total, interval)


def _systematic(amounts: list[int], interval: Fraction, start: Fraction) -> Iterator[int]:
    """Places of the amounts in which a point start, start + interval, … falls; each once."""
    passed, point = 0, start
    for place, amount in enumerate(amounts):
        passed += amount
        if point < passed:
            yield place
            point += interval * (-(-(passed - point) // interval))


def write(book: Workbook, tables: Tables, plan: Plan | None) -> None:
    """The sheet of the sample; none where none is asked for."""
    if plan is None:
        return
    rows = payments(tables)
    sample = draw(rows.amounts.tolist(), plan)
    sheet = book.sheet("抽样", [column.width for column in COLUMNS])
    sheet.title("细节测试抽样")
    sheet.form("方法", "货币单元抽样（等距，随机起点）" if plan.method == MUS else "简单随机抽样")
    sheet.form("总体", _about(sample, rows.name))
    sheet.form(
        "样本", f"要求 {plan.size} 张，抽出 {len(sample.places)} 张；种子 {plan.seed}，同一账簿、同一种子抽出相同样本"
    )
    sheet.note("在“审定金额”栏填入检查后认定的金额，差错和推断差错自动算出；没有填写的不计。")
    drawn = list(records(_Voucher, rows.table.iloc[list(sample.places)]))
    area = sheet.table(COLUMNS, (_row(number, one, sample) for number, one in enumerate(drawn, start=1)))
    booked, projected = sum(one.amount for one in drawn), area.range(8)
    words = f"=ROUND(SUM({projected}),2)"
    if sample.interval is None:
        words = f"=ROUND(IF(SUM({area.range(5)})=0,0,SUM({area.range(7)})/SUM({area.range(5)})*{yuan(sample.total)}),2)"
    total = ("合计", "", None, "", "", booked, None, Formula(f"=SUM({area.range(7)})", 0), Formula(words, 0), "", "")
    sheet.rows(COLUMNS, [Row(total, TOTAL)])


class _Voucher(NamedTuple):
    """A voucher of the population."""

    voucher: str
    date: dt.date
    payee: str
    narration: str
    amount: int
    file: str
    line: int


def _about(sample: Sample, name: str) -> str:
    step = f"；抽样间隔 {yuan_cn(round(sample.interval))} 元" if sample.interval is not None else ""
    return f"{name}，{sample.population:,} 张，合计 {yuan_cn(sample.total)} 元{step}"


def _row(number: int, one: _Voucher, sample: Sample) -> Row:
    error = Formula('=IF(G{row}="",0,ROUND(F{row}-G{row},2))', 0)
    projected: Any = None
    if sample.interval is not None and one.amount < sample.interval:
        projected = Formula(f"=ROUND(IF(F{{row}}=0,0,H{{row}}/F{{row}}*{yuan(round(sample.interval))}),2)", 0)
    elif sample.interval is not None:
        projected = Formula("=H{row}", 0)
    place = f"{one.file}:{one.line}"
    return Row(
        (
            f"S{number:03d}",
            one.voucher,
            one.date,
            one.payee,
            one.narration,
            one.amount,
            None,
            error,
            projected,
            place,
            "",
        )
    )
