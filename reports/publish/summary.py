"""The four figures of the year and since the start, each one number, and what they are the sums of: source, use, town, year."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ledgers.facts import money, registered
from ledgers.tables.directives import LEVELS
from ledgers.tables.tables import Tables, derived
from reports.publish.received import NOWHERE, Received, levels_of_few, project_place
from reports.publish.tables import COUNTY, MONEY, OTHERS, TEXT, UNASSIGNED, WITHHELD, Field, Line, Table, add_totals

ARRIVED, ALLOCATED, SPENT, LEFT = "到账", "安排到项目", "支出", "结余"
MEANING = {
    ARRIVED: "各级下达本县并登记入账的资金，减去收回的",
    ALLOCATED: "到账资金中分配到具体项目的数额，减去调回的",
    SPENT: "项目已经付出去、列入支出的数额，减去退回的",
    LEFT: "期末还没有支出的到账资金：累计到账减累计支出，含已安排未支付的和还没有安排的",
}
NOTES = {  # what the columns of the tables of sums are
    "arrived": f"本年{ARRIVED}：{MEANING[ARRIVED]}",
    "allocated": f"本年{ALLOCATED}：{MEANING[ALLOCATED]}",
    "spent": f"本年{SPENT}：{MEANING[SPENT]}",
    "all_arrived": f"建账以来的{ARRIVED}",
    "all_allocated": f"建账以来的{ALLOCATED}",
    "all_spent": f"建账以来的{SPENT}",
    "left": f"{LEFT}：累计到账减累计支出；负数表示从这个来源支出的比到账的多，是用了别的来源的钱",
}


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


def summary_tables(tables: Tables, years: Mapping[int, Received]) -> list[Table]:
    """The figures, then by source, use, town and year; `years` holds what was received in each, the last is published."""
    return [
        figures_table(tables, years),
        by_source(tables, years),
        _by_project(
            tables, years, "by_use", "按用途", "钱安排到哪一类项目、用了多少。", "类别",
            lambda project: (row.category or "其他") if (row := registered.projects(tables).get(project)) else UNASSIGNED,
        ),
        _by_project(
            tables, years, "by_town", "按乡镇", "钱安排到哪个乡镇的项目、用了多少；不属于一个乡镇的写作县级。", "乡镇",
            lambda project: project_place(tables, project)[0],
        ),
        by_year(tables, years),
    ]  # fmt: skip


def _spent(years: Mapping[int, Received], amount: int, year: int = 0) -> Any:
    """A sum of what was spent in a year, or (0) since the start, unless what is withheld could be told from it."""
    asked = [years[year]] if year in years else years.values()
    return amount if all(() in got.paid_shown or not got.paid for got in asked) else WITHHELD


def figures_table(tables: Tables, years: Mapping[int, Received]) -> Table:
    """到账, 安排, 支出, 结余: what each means, of the year and since the start."""
    year = max(years)
    fields = (
        Field("name", "项目", TEXT, 12),
        Field("meaning", "怎样算", TEXT, 44),
        Field("year", f"{year} 年（元）", MONEY, 18, summed=False, note="本年的数，怎样算见 meaning 列；各行不能相加"),
        Field("all", "建账以来累计（元）", MONEY, 18, summed=False, note="建账以来的数；结余 = 到账 − 支出"),
    )
    table = Table("summary", "收支总表", "全县这一年和建账以来的四个数。", ("fund-trace", "notices"), fields)
    found = moves(tables)
    for what in (ARRIVED, ALLOCATED, SPENT):
        sums: list[Any] = [total(found, what, one) for one in (year, 0)]
        shown = [_spent(years, sums[0], year), _spent(years, sums[1])] if what == SPENT else sums
        table.lines.append(Line((NOWHERE, ""), (what, MEANING[what], *shown)))
    left = [_spent(years, total(found, ARRIVED, one) - total(found, SPENT, one), one) for one in (year, 0)]
    table.lines.append(Line((NOWHERE, ""), ("本年到账减支出", "本年结余的变化，负数表示用了往年的钱", left[0], None)))
    table.lines.append(Line((NOWHERE, ""), (LEFT, MEANING[LEFT], None, left[1])))
    return table


def by_source(tables: Tables, years: Mapping[int, Received]) -> Table:
    """Each level that money came from."""
    year = max(years)
    columns = [(what, one) for one in (year, 0) for what in (ARRIVED, ALLOCATED, SPENT)]
    names = ("arrived", "allocated", "spent", "all_arrived", "all_allocated", "all_spent")
    fields = (
        Field("name", "来源", TEXT, 12),
        *(
            Field(name, f"{'累计' if not one else '本年'}{what}（元）", MONEY, 16, note=NOTES[name])
            for name, (what, one) in zip(names, columns, strict=True)
        ),
        Field("left", "结余（元）", MONEY, 16, note=NOTES["left"]),
    )
    table = Table(
        "by_source", "按来源", "钱从哪一级来，安排和支出了多少，还剩多少。", ("fund-trace", "industry-share"), fields
    )
    groups: dict[str, list[Move]] = defaultdict(list)
    for one in moves(tables):
        groups[one.level].append(one)
    together = _together(tables, groups, years[year].least)
    for level in together:
        groups[OTHERS] += groups.pop(level)
    order = [*LEVELS, *sorted(set(groups) - {*LEVELS, OTHERS}), OTHERS]
    for level in (one for one in order if one in groups):
        sums = [total(groups[level], what, one) for what, one in columns]
        shown = [
            _spent(years, amount, one) if what == SPENT else amount
            for amount, (what, one) in zip(sums, columns, strict=True)
        ]
        table.lines.append(Line((NOWHERE, ""), (level, *shown, _spent(years, sums[3] - sums[5]))))
    add_totals(table)
    rows = table.shown(COUNTY).rows
    table.remark = _overdrawn(tables, [str(row[0]) for row in rows if isinstance(row[-1], int) and row[-1] < 0])
    return table


def _together(tables: Tables, groups: Mapping[str, list[Move]], least: int) -> list[str]:
    """Levels that stand in one row: those whose sums are one or two households', and the next smallest beside them."""
    few = levels_of_few(tables, least)
    if not few or few >= set(groups):
        return []
    others = sorted(set(groups) - few, key=lambda level: (total(groups[level], SPENT), level))
    return [*sorted(few), others[0]]


def _overdrawn(tables: Tables, levels: list[str]) -> str:
    """Why there is less than nothing left of a level, in words, "" where no level is named."""
    if not levels:
        return ""
    left: dict[str, int] = defaultdict(int)
    for legs, sign in ((money.arrival_legs(tables), 1), (money.spending_legs(tables), -1)):
        for leg in legs:
            left[leg.fund] += sign * leg.amount
    known = registered.funds(tables).values()
    names = [row.name or row.id for row in known if (row.level or "其他") in levels and left[row.id] < 0]
    said = f"账上记在{'、'.join(f'“{one}”' for one in names)}名下的支出比这笔资金到账的多，" if names else ""
    return (
        f"{'、'.join(levels)}的结余是负数：{said}多出的部分实际用了其他来源的钱，或者来源记错了，应当查明更正。"
        "各来源相加的结余不受影响。"
    )


def _by_project(
    tables: Tables,
    years: Mapping[int, Received],
    name: str,
    title: str,
    about: str,
    what: str,
    key: Callable[[str], Hashable],
) -> Table:
    """Sums by a property of the projects: of what is shown of single projects, and one row of all that is not."""
    year, names = max(years), ("allocated", "spent", "all_allocated", "all_spent")
    titles = ("本年安排（元）", "本年支出（元）", "累计安排（元）", "累计支出（元）")
    fields = (
        Field("name", what, TEXT, 20),
        *(Field(one, title, MONEY, 16, note=NOTES[one]) for one, title in zip(names, titles, strict=True)),
    )
    table = Table(name, title, about, ("fund-trace", "notices"), fields)
    sums: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for one in moves(tables):
        if one.what == ARRIVED:
            continue
        path, column = (*project_place(tables, one.project), one.project), int(one.what == SPENT)
        if one.year == year:
            sums[key(one.project) if _shown_of(years[year], path, column) else OTHERS][column] += one.amount
        ever = all(_shown_of(got, path, column) for got in years.values())
        sums[key(one.project) if ever else OTHERS][2 + column] += one.amount
    for group in sorted(
        sums, key=lambda one: (one == OTHERS, one in (UNASSIGNED, NOWHERE), -sums[one][1], -sums[one][2], one)
    ):
        allocated, spent, all_allocated, all_spent = sums[group]
        cells = (allocated, _spent(years, spent, year), all_allocated, _spent(years, all_spent))
        table.lines.append(Line((NOWHERE, ""), (group, *cells)))
    add_totals(table)
    return table


def _shown_of(got: Received, path: tuple[str, ...], spent: int) -> bool:
    """Whether what a project spent in a year, or what it was allocated, may be told of it alone."""
    if spent:
        return path in got.paid_shown or path not in got.paid
    return not path[-1] or path in got.amounts_shown


def by_year(tables: Tables, years: Mapping[int, Received]) -> Table:
    """Every year of the book up to the one that is published."""
    fields = (
        Field("name", "年度", TEXT, 10),
        Field("arrived", "到账（元）", MONEY, 16, note=f"这一年的{ARRIVED}；各年相加是累计到账"),
        Field("allocated", "安排到项目（元）", MONEY, 16, note=f"这一年的{ALLOCATED}；各年相加是累计安排"),
        Field("spent", "支出（元）", MONEY, 16, note=f"这一年的{SPENT}；各年相加是累计支出"),
        Field(
            "left", "年末结余（元）", MONEY, 16, summed=False, note="到这一年末为止的到账减支出；是余额，各年不能相加"
        ),
    )
    table = Table("by_year", "按年度", "建账以来每一年的四个数。", ("fund-trace", "notices"), fields)
    found, left = moves(tables), 0
    for one in sorted({move.year for move in found if move.year < max(years)} | {max(years)}):
        arrived, allocated, spent = (total(found, what, one) for what in (ARRIVED, ALLOCATED, SPENT))
        left += arrived - spent
        table.lines.append(
            Line((NOWHERE, ""), (f"{one}", arrived, allocated, _spent(years, spent, one), _spent(years, left)))
        )
    add_totals(table)
    return table


def figures(table: Table) -> dict[str, tuple[Any, Any]]:
    """The four figures of the first table by name: of the year, since the start."""
    return {line.values[0]: (line.values[2], line.values[3]) for line in table.of(COUNTY)}
