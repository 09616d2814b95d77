"""The four figures of the year and since the start, each one number, and what they are the sums of: source, use, town, year."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from ledgers.facts import money, registered
from ledgers.tables.directives import LEVELS
from ledgers.tables.tables import Tables, derived
from reports.publish.received import NOWHERE, Received, project_place
from reports.publish.tables import COUNTY, MONEY, OTHERS, TEXT, WITHHELD, Field, Line, Table, add_totals

ARRIVED, ALLOCATED, SPENT, LEFT = "到账", "安排到项目", "支出", "结余"
MEANING = {
    ARRIVED: "各级下达本县并登记入账的资金，减去收回的",
    ALLOCATED: "到账资金中分配到具体项目的数额，减去调回的",
    SPENT: "项目已经付出去、列入支出的数额，减去退回的",
    LEFT: "期末还没有支出的到账资金：累计到账减累计支出，含已安排未支付的和还没有安排的",
}
UNASSIGNED = "未对应项目"


@dataclass(frozen=True)
class Move:
    """An amount in 分 that arrived, was allocated or was spent (negative: it was taken back)."""

    what: str
    year: int
    level: str
    project: str
    amount: int


@derived
def moves(tables: Tables) -> list[Move]:
    """Everything that the four figures are the sums of."""
    levels = {name: row.level or "其他" for name, row in registered.funds(tables).items()}
    legs = (
        (ARRIVED, money.arrival_legs(tables)),
        (ALLOCATED, money.allocation_legs(tables)),
        (SPENT, money.spending_legs(tables)),
    )
    return [
        Move(what, leg.date.year, levels.get(leg.fund, "其他"), leg.project or "", leg.amount)
        for what, found in legs
        for leg in found
    ]


def total(found: Iterable[Move], what: str, year: int = 0) -> int:
    """The sum of one figure, of one year or (0) since the start."""
    return sum(one.amount for one in found if one.what == what and year in (0, one.year))


def summary_tables(tables: Tables, year: int, got: Received) -> list[Table]:
    """The figures, then by source, use, town and year."""
    return [
        figures_table(tables, year, got),
        by_source(tables, year, got),
        _by_project(
            tables, year, got, "by_use", "按用途", "钱安排到哪一类项目、用了多少。", "类别",
            lambda project: (row.category or "其他") if (row := registered.projects(tables).get(project)) else UNASSIGNED,
        ),
        _by_project(
            tables, year, got, "by_town", "按乡镇", "钱安排到哪个乡镇的项目、用了多少；不属于一个乡镇的写作县级。", "乡镇",
            lambda project: project_place(tables, project)[0],
        ),
        by_year(tables, year, got),
    ]  # fmt: skip


def _spent(got: Received, amount: int) -> Any:
    """A sum of all that was spent, unless what is withheld could be told from it."""
    return amount if () in got.paid_shown or not got.paid else WITHHELD


def figures_table(tables: Tables, year: int, got: Received) -> Table:
    """到账, 安排, 支出, 结余: what each means, of the year and since the start."""
    fields = (
        Field("name", "项目", TEXT, 12),
        Field("meaning", "怎样算", TEXT, 44),
        Field("year", f"{year} 年（元）", MONEY, 18, summed=False),
        Field("all", "建账以来累计（元）", MONEY, 18, summed=False),
    )
    table = Table("summary", "收支总表", "全县这一年和建账以来的四个数。", ("fund-trace", "notices"), fields)
    found = moves(tables)
    for what in (ARRIVED, ALLOCATED, SPENT):
        sums = [total(found, what, year), total(found, what)]
        shown = [_spent(got, one) for one in sums] if what == SPENT else sums
        table.lines.append(Line((NOWHERE, ""), (what, MEANING[what], *shown)))
    left = [_spent(got, total(found, ARRIVED, one) - total(found, SPENT, one)) for one in (year, 0)]
    table.lines.append(Line((NOWHERE, ""), ("本年到账减支出", "本年结余的变化，负数表示用了往年的钱", left[0], None)))
    table.lines.append(Line((NOWHERE, ""), (LEFT, MEANING[LEFT], None, left[1])))
    return table


def by_source(tables: Tables, year: int, got: Received) -> Table:
    """Each level that money came from."""
    columns = [(what, one) for one in (year, 0) for what in (ARRIVED, ALLOCATED, SPENT)]
    names = ("arrived", "allocated", "spent", "all_arrived", "all_allocated", "all_spent")
    fields = (
        Field("name", "来源", TEXT, 12),
        *(
            Field(name, f"{'累计' if not one else '本年'}{what}（元）", MONEY, 16)
            for name, (what, one) in zip(names, columns, strict=True)
        ),
        Field("left", "结余（元）", MONEY, 16),
    )
    table = Table(
        "by_source", "按来源", "钱从哪一级来，安排和支出了多少，还剩多少。", ("fund-trace", "industry-share"), fields
    )
    groups: dict[str, list[Move]] = defaultdict(list)
    for one in moves(tables):
        groups[one.level].append(one)
    order = [*LEVELS, *sorted(set(groups) - set(LEVELS))]
    for level in (one for one in order if one in groups):
        sums = [total(groups[level], what, one) for what, one in columns]
        shown = [
            _spent(got, amount) if what == SPENT else amount for amount, (what, _) in zip(sums, columns, strict=True)
        ]
        table.lines.append(Line((NOWHERE, ""), (level, *shown, _spent(got, sums[3] - sums[5]))))
    add_totals(table)
    return table


def _by_project(
    tables: Tables,
    year: int,
    got: Received,
    name: str,
    title: str,
    about: str,
    what: str,
    key: Callable[[str], Hashable],
) -> Table:
    """Sums by a property of the projects: of what is shown of single projects, and one row of all that is not."""
    fields = (
        Field("name", what, TEXT, 20),
        Field("allocated", "本年安排（元）", MONEY, 16),
        Field("spent", "本年支出（元）", MONEY, 16),
        Field("all_allocated", "累计安排（元）", MONEY, 16),
    )
    table = Table(name, title, about, ("fund-trace", "notices"), fields)
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in moves(tables):
        column = {ALLOCATED: 0, SPENT: 1}.get(one.what, 9)
        path = (*project_place(tables, one.project), one.project)
        shown = not one.project or path in (got.amounts_shown if column == 0 else got.paid_shown)
        group = key(one.project) if shown else OTHERS
        if column < 2 and one.year == year:
            sums[group][column] += one.amount
        if column == 0:
            sums[group][2] += one.amount
    for group in sorted(
        sums, key=lambda one: (one == OTHERS, one in (UNASSIGNED, NOWHERE), -sums[one][1], -sums[one][2], one)
    ):
        allocated, spent, every = sums[group]
        table.lines.append(Line((NOWHERE, ""), (group, allocated, _spent(got, spent), every)))
    add_totals(table)
    return table


def by_year(tables: Tables, year: int, got: Received) -> Table:
    """Every year of the book up to the one that is published."""
    fields = (
        Field("name", "年度", TEXT, 10),
        Field("arrived", "到账（元）", MONEY, 16),
        Field("allocated", "安排到项目（元）", MONEY, 16),
        Field("spent", "支出（元）", MONEY, 16),
        Field("left", "年末结余（元）", MONEY, 16, summed=False),
    )
    table = Table("by_year", "按年度", "建账以来每一年的四个数。", ("fund-trace", "notices"), fields)
    found, left = moves(tables), 0
    for one in sorted({move.year for move in found if move.year <= year}):
        arrived, allocated, spent = (total(found, what, one) for what in (ARRIVED, ALLOCATED, SPENT))
        left += arrived - spent
        table.lines.append(Line((NOWHERE, ""), (f"{one}", arrived, allocated, _spent(got, spent), _spent(got, left))))
    add_totals(table)
    return table


def figures(table: Table) -> dict[str, tuple[Any, Any]]:
    """The four figures of the first table by name: of the year, since the start."""
    return {line.values[0]: (line.values[2], line.values[3]) for line in table.of(COUNTY)}
