"""How each office of the sample county fills in its sheets: the same content in as many habits as a bureau meets.

A habit is a change of a clean table; what the table says stays the same.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from samples.county.table import Table, total_row

Habit = Callable[[Table], Table]
_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789,."}
_EPOCH = dt.date(1899, 12, 30)


def plain(table: Table) -> Table:
    return table


def each(*habits: Habit) -> Habit:
    """Several habits of one office."""

    def all_of(table: Table) -> Table:
        for habit in habits:
            table = habit(table)
        return table

    return all_of


def rewritten(table: Table, names: Iterable[str], write: Callable[[Any], Any]) -> Table:
    """The cells of some columns written in another way, where there are any."""
    columns = {table.header.index(name) for name in names if name in table.header}
    rows = [
        [write(cell) if n in columns and cell not in (None, "") else cell for n, cell in enumerate(row)]
        for row in table.rows
    ]
    return replace(table, rows=rows)


def in_wan(*names: str) -> Habit:
    """Amounts in 万元: the unit line says so."""

    def habit(table: Table) -> Table:
        head = [line.replace("单位：元", "单位：万元") for line in table.head]
        return replace(rewritten(table, names, lambda yuan: float(Decimal(str(yuan)) / 10_000)), head=head)

    return habit


def wan_in_header(name: str) -> Habit:
    """One column in 万元, whatever the unit line says."""

    def habit(table: Table) -> Table:
        table = rewritten(table, [name], lambda yuan: float(Decimal(str(yuan)) / 10_000))
        return called(**{name: f"{name}\n（万元）"})(table)

    return habit


def called(**names: str) -> Habit:
    """Columns under the names that this office has for them."""

    def habit(table: Table) -> Table:
        header = [names.get(name, name) for name in table.header]
        summed = [names.get(name, name) for name in table.summed]
        return replace(table, header=header, summed=summed)

    return habit


def separated(*names: str) -> Habit:
    return lambda table: _texts(table, names, lambda yuan: f"{yuan:,.2f}")


def with_yuan(*names: str) -> Habit:
    return lambda table: _texts(table, names, lambda yuan: f"{yuan:,.2f}元")


def full_width(*names: str) -> Habit:
    return lambda table: _texts(table, names, lambda yuan: f"{yuan:,.2f}".translate(_WIDE))


def _texts(table: Table, names: Iterable[str], write: Callable[[float], str]) -> Table:
    """Amounts as text; their total is written by hand, so it comes among the rows."""
    rows = [*table.rows, *([total_row(table, table.rows)] if table.summed else [])]
    return rewritten(replace(table, rows=rows, summed=()), names, write)


def dotted(*names: str) -> Habit:
    return lambda table: _days(table, names, lambda day: f"{day.year}.{day.month}.{day.day}")


def stroked(*names: str) -> Habit:
    return lambda table: _days(table, names, lambda day: f"{day:%Y/%m/%d}")


def dates(*names: str) -> Habit:
    """Real dates of the spreadsheet."""
    return lambda table: _days(table, names, lambda day: day)


def serials(*names: str) -> Habit:
    """Days as the spreadsheet counts them, where somebody lost the cell's format."""
    return lambda table: _days(table, names, lambda day: (day - _EPOCH).days)


def _days(table: Table, names: Iterable[str], write: Callable[[dt.date], Any]) -> Table:
    return rewritten(table, names, lambda cell: write(dt.date(*map(int, _DAY.fullmatch(cell).groups()))))  # type: ignore[union-attr]


def spanned(text: str, *names: str) -> Habit:
    return lambda table: replace(table, over={text: [name for name in names if name in table.header]})


def merged(*names: str) -> Habit:
    return lambda table: replace(table, down=names)


def total_first(table: Table) -> Table:
    return replace(table, total_first=True)


def summed(*names: str) -> Habit:
    return lambda table: replace(table, summed=names)


def subtotals(name: str) -> Habit:
    """小计 behind every run of rows that agree in a column, 合计 at the end."""

    def habit(table: Table) -> Table:
        column = table.header.index(name)
        rows: list[Any] = []
        for _, run in groupby(table.rows, key=lambda row: row[column]):
            part = list(run)
            rows += [*part, total_row(table, part, "小计")]
        return replace(table, rows=[*rows, total_row(table, table.rows)], summed=())

    return habit


def printed(rows: int) -> Habit:
    return lambda table: replace(table, page=rows)


def spaced(table: Table) -> Table:
    """A blank line before every fifth row."""
    empty = [None] * len(table.header)
    rows = [line for n, row in enumerate(table.rows) for line in ([empty, row] if n and n % 5 == 0 else [row])]
    return replace(table, rows=rows)


def noted(*lines: str) -> Habit:
    return lambda table: replace(table, notes=[*table.notes, *lines])


def without(name: str, label: str) -> Habit:
    """What is the same in every row stands above the table instead."""

    def habit(table: Table) -> Table:
        column = table.header.index(name)
        (value,) = {row[column] for row in table.rows}
        rows = [[cell for n, cell in enumerate(row) if n != column] for row in table.rows]
        header = [one for one in table.header if one != name]
        return replace(table, header=header, rows=rows, head=[*table.head, f"{label}：{value}"])

    return habit


def typed_by_hand(table: Table) -> Table:
    """ID numbers as people type them: in groups, with a small x."""
    return rewritten(
        table, ["身份证号", "证件号码"], lambda number: f"{number[:6]} {number[6:14]} {number[14:].lower()}"
    )


def as_formula_text(*names: str) -> Habit:
    """Exports keep a long number's digits as ="…"."""
    return lambda table: rewritten(table, names, lambda number: f'="{number}"')


def explained(*lines: str) -> Table:
    """A hidden sheet of instructions."""
    return Table("填表说明", "填表说明", ["说明"], [[line] for line in lines], hidden=True)


PAID, GRANTED = ("应发金额", "实发金额"), ("应发金额(元)", "实发金额(元)")
HABITS: dict[str, tuple[Habit, ...]] = {
    "villages": (each(merged("乡镇"), summed("总户数"), noted("填表人：　　　　联系电话：")),),
    "funds": (
        each(in_wan("指标金额"), total_first, dotted("发文时间")),
        each(separated("指标金额"), dates("发文时间"), called(任务="资金任务", 发文时间="发文\n时间")),
        each(full_width("指标金额"), serials("发文时间")),
    ),
    "plan": (
        each(
            spanned("资金来源", "中央衔接资金", "市级衔接资金", "县级资金", "其他资金"),
            total_first,
            dates("开工", "完工", "验收"),
        ),
        each(printed(20), dotted("入库", "开工"), noted("注：本表不含上年结转项目。")),
    ),
    "allocation": (
        each(wan_in_header("分配金额"), merged("批次", "文号"), dates("分配日期")),
        each(subtotals("文号"), called(项目名称="项 目 名 称"), stroked("分配日期")),
        each(in_wan("分配金额"), total_first, spaced),
    ),
    "treasury": (separated("金额"), as_formula_text("收款方账号", "支付凭证号"), plain),
    "roster": (each(dotted("风险识别时间", "申报时间"), as_formula_text("户编号", "人编号", "证件号码")),),
    "labour": (
        plain,
        each(called(身份证号="公民身份号码"), total_first),
        each(with_yuan(*PAID), noted("注：应发、实发相同。")),
        each(printed(10), summed("出勤天数", *PAID)),
        each(typed_by_hand, full_width(*PAID)),
    ),
    "benefits": (
        plain,
        each(separated(*GRANTED), called(证件号码="身份证号码", 村名称="行政村")),
        each(without("发放月份", "发放月份"), total_first),
        each(printed(25), merged("乡镇名称", "村名称")),
        each(typed_by_hand, noted("制表：　　　　复核：　　　　主管领导：")),
    ),
    "assets": (each(in_wan("原值"), dates("登记日期"), dotted("状态日期"), printed(30)),),
    "equity": (
        each(
            summed("股数", "股额"),
            merged("项目名称", "实施主体", "财政补助总额", "量化金额"),
            without("量化日期", "量化日期"),
        ),
        each(
            summed("股数", "股额"), without("项目名称", "项目名称"), without("实施主体", "实施主体"), dotted("量化日期")
        ),
    ),
    "distribution": (
        each(merged("村", "资产编号", "年度收益"), dotted("分配日期")),
        each(subtotals("资产编号"), stroked("分配日期")),
        each(without("年度", "年度"), with_yuan("分配金额")),
    ),
    "bank": (
        plain,
        each(separated("借方金额", "贷方金额", "余额"), noted("以上明细仅供核对，以银行记录为准。")),
        printed(15),
    ),
}


def as_sent(kind: str, tables: Iterable[Table]) -> Iterator[Table]:
    """The tables of a kind, each by the habits of another office."""
    habits = HABITS[kind]
    for number, table in enumerate(tables):
        yield habits[number % len(habits)](table)
