"""扶贫项目资产台账：每项资产值多少、归谁、谁经营、谁管护、处在什么状态、历年收益多少。"""

from dataclasses import dataclass
from datetime import date

from ledgers.facts import registered
from ledgers.tables.directives import ASSET_CLASSES, Asset
from ledgers.tables.tables import Tables, mentions
from reports.figures import AssetFigures, by_asset
from reports.registers.grouping import Chart, Field, Gathered, Page, Table, gathered
from reports.registers.places import Place, place_of
from reports.workbook import COUNT, DATE, LONG, MONEY, Column, Workbook

TITLE = "扶贫项目资产台账"


@dataclass(frozen=True)
class Line:
    """An asset, where it is, when it was registered, and its figures."""

    place: Place
    row: Asset
    registered: date
    figures: AssetFigures


ASSETS: Page[Line] = Page(
    "资产台账",
    TITLE,
    Table(
        (
            Field("town", Column("乡镇", 11), lambda one: one.place.town),
            Field("village", Column("村", 10), lambda one: one.place.village),
            Field("id", Column("资产编号", 12), lambda one: one.row.id),
            Field("name", Column("资产名称", 26, LONG), lambda one: one.row.name),
            Field("class", Column("类别", 9), lambda one: one.row.class_),
            Field("source", Column("来源项目", 14, LONG), lambda one: "、".join(one.row.project) or one.row.origin),
            Field("registered", Column("登记日期", 11, DATE), lambda one: one.registered),
            Field("cost", Column("原值", 15, MONEY), lambda one: one.figures.cost),
            Field("earned", Column("累计收益", 14, MONEY), lambda one: one.figures.income),
            Field("used", Column("累计使用", 14, MONEY), lambda one: one.figures.used),
            Field("owner", Column("所有权人", 22, LONG), lambda one: one.row.owner),
            Field("ownership", Column("权属", 9), lambda one: one.row.owner_kind or "村集体"),
            Field("operator", Column("经营主体", 22, LONG), lambda one: one.row.operator),
            Field("caretaker", Column("管护责任人", 26, LONG), lambda one: "、".join(one.row.caretaker)),
            Field("state", Column("状态", 8), lambda one: one.row.state),
        )
    ),
    "原值为账面价值，已处置的为零；管护责任人是户编号。",
)


def _class(name: str) -> Field[Gathered[Line]]:
    def cost(town: Gathered[Line]) -> int:
        return town.sum(lambda one: one.figures.cost if one.row.class_ == name else 0)

    return Field(name, Column(f"{name}资产", 18, MONEY), cost)


TOWNS: Page[Gathered[Line]] = Page(
    "各乡镇资产图",
    "各乡镇扶贫项目资产原值",
    Table(
        (
            Field("town", Column("乡镇", 16), lambda town: town.name),
            *map(_class, ASSET_CLASSES),
            Field("number", Column("件数", 10, COUNT), lambda town: len(town.lines)),
        ),
        groups=0,
    ),
    chart=Chart("各乡镇扶贫项目资产原值（元）", ASSET_CLASSES, stacked=True),
)


def workbook(tables: Tables) -> bytes:
    """By town and village; a chart by town and class."""
    book, first = Workbook(TITLE, tables.as_of), {row.id: row.date for row in reversed(mentions(tables, Asset))}
    lines = [
        Line(place_of(tables, row.village), row, first[row.id], by_asset(tables).get(row.id, AssetFigures()))
        for row in registered.assets(tables).values()
    ]
    lines.sort(key=lambda one: (one.place, one.row.id))
    ASSETS.write(book, tables, lines)
    TOWNS.write(book, tables, gathered(lines, lambda one: one.place.town))
    return book.content()
