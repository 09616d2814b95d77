"""The site: one static folder that works without script and from a USB stick; no page asks for anything outside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ledgers.money import decimal, yuan_cn
from reports.publish.edition import Edition
from reports.publish.tables import COUNT, DAYS, MONEY, WITHHELD, Table, shown

TEMPLATES = Path(__file__).parent / "templates"
ASSETS = ("style.css", "search.js")
File = tuple[str, bytes]  # name in the folder, content


@dataclass(frozen=True)
class Links:
    """Where the pages and files of each edition lie."""

    towns: dict[str, str]  # town -> page
    papers: bool  # whether PDFs were made

    def page(self, place: tuple[str, str]) -> str:
        return f"villages/{place[1]}.html" if place[1] else self.towns.get(place[0], "county/allocations.html")

    def files(self, edition: Edition) -> list[tuple[str, str]]:
        """Notices to download: villages and the county have one."""
        name = notice_name(edition)
        kinds = [("公告表格（xlsx）", ".xlsx"), ("公告打印稿（PDF）", ".pdf")][: 2 if self.papers else 1]
        return [(text, f"notices/{name}{suffix}") for text, suffix in kinds] if name else []


def notice_name(edition: Edition) -> str:
    """The file name of an edition's notice without suffix, "" for towns, which have none."""
    return edition.place[1] or ("" if edition.place[0] else "county")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals |= {"shown": shown, "numeric": (MONEY, COUNT, DAYS)}
    return environment


def _render(template: str, edition: Edition, name: str, **values: Any) -> File:
    root = "../" * name.count("/")
    page = _environment().get_template(template)
    common = {"edition": edition, "source": edition.source, "root": root, "trail": ()}
    return name, page.render({**common, **values}).encode()


def assets() -> Iterator[File]:
    for name in ASSETS:
        yield name, (TEMPLATES / name).read_bytes()


def place_page(edition: Edition, links: Links, below: list[Edition]) -> File:
    """The page of a town or a village."""
    town, village = edition.place
    trail = [("首页", "index.html"), (town, links.page((town, "")))][: 1 if not village else 2]
    return _render(
        "page.html",
        edition,
        links.page(edition.place),
        heading=edition.heading,
        trail=[*trail, (edition.name.removeprefix(town) if village else town, "")],
        views=edition.views,
        files=links.files(edition),
        below=[(one.name.removeprefix(town), links.page(one.place)) for one in below],
        below_title="各村" if below else "",
    )


def county_pages(edition: Edition) -> Iterator[File]:
    """One page for each table of the county."""
    for view in edition.views:
        yield _render(
            "page.html",
            edition,
            f"county/{view.table.name}.html",
            heading=f"{edition.name}{edition.source.year}年度{view.table.title}",
            trail=[("首页", "index.html"), (view.table.title, "")],
            views=[view],
            files=[("本表数据（CSV）", f"data/{view.table.name}.csv")],
            below=[],
            below_title="",
        )


def index_page(edition: Edition, links: Links, towns: list[Edition], villages: list[Edition]) -> File:
    """The front page: key figures, search, charts, links to everything."""
    tables = {table.name: table for table in edition.tables}
    return _render(
        "index.html",
        edition,
        "index.html",
        heading=edition.heading,
        figures=_figures(tables),
        towns=[_town(one, links, villages) for one in towns],
        projects=list(_projects(tables["plan"], links)),
        charts=_charts(tables),
        county=[(view.table.title, f"county/{view.table.name}.html") for view in edition.views],
        files=[*links.files(edition), ("全部数据（datapackage.json）", "datapackage.json")],
    )


def _town(edition: Edition, links: Links, villages: list[Edition]) -> dict[str, Any]:
    mine = [one for one in villages if one.place[0] == edition.place[0]]
    names = [(one.name.removeprefix(edition.name), links.page(one.place)) for one in mine]
    return {"name": edition.name, "link": links.page(edition.place), "villages": names}


def _cell(table: Table, values: tuple[Any, ...], name: str) -> Any:
    return values[[one.name for one in table.fields].index(name)]


def _figures(tables: dict[str, Table]) -> list[tuple[str, str]]:
    wanted = (
        ("funds", "amount", "下达资金"),
        ("allocations", "amount", "安排到项目（累计）"),
        ("spending", "paid", "本年支出"),
        ("wages", "paid", "本年劳务报酬"),
        ("income", "income", "资产收益"),
    )
    found = []
    for name, column, title in wanted:
        total = tables[name].totals.get(("", ""))
        amount = _cell(tables[name], total, column) if total else 0
        found.append((title, f"{shown(amount or 0, MONEY)}{'' if amount == WITHHELD else ' 元'}"))
    return found


def _projects(plan: Table, links: Links) -> Iterator[dict[str, str]]:
    for line in plan.lines:
        values = {one.name: value for one, value in zip(plan.fields, line.values, strict=True)}
        yield {
            "id": values["project"],
            "name": values["name"],
            "town": values["town"],
            "village": values["village"],
            "unit": values["unit"],
            "planned": shown(values["planned"], MONEY),
            "link": links.page(line.place) + ("#plan" if line.place[1] or line.place[0] in links.towns else ""),
        }


def _charts(tables: dict[str, Table]) -> list[dict[str, Any]]:
    """Where the money comes from and goes: allocations, which are public money and exact."""
    given, plan = tables["allocations"], tables["plan"]
    category = {line.values[0]: _cell(plan, line.values, "category") for line in plan.lines}
    by_level = {
        one.title.removesuffix("（元）"): sum(line.values[i] for line in given.lines)
        for i, one in enumerate(given.fields)
        if one.name in ("central", "municipal", "county", "other")
    }
    by_category, by_town = dict[str, int](), dict[str, int]()
    for line in given.lines:
        amount = _cell(given, line.values, "amount")
        kind = category.get(line.values[0], "") or "其他"
        by_category[kind] = by_category.get(kind, 0) + amount
        by_town[line.place[0]] = by_town.get(line.place[0], 0) + amount
    return [
        _chart("资金来源", "来源", by_level),
        _chart("按项目类别", "类别", by_category),
        _chart("按乡镇", "乡镇", by_town),
    ]


def _chart(title: str, what: str, amounts: dict[str, int]) -> dict[str, Any]:
    whole = sum(amounts.values())
    most = max(amounts.values(), default=0)
    bars = [
        {
            "name": name,
            "amount": yuan_cn(amount),
            "share": f"{decimal(Fraction(amount * 100, whole), 1)}%",
            "width": decimal(Fraction(max(amount, 0) * 100, most), 2),
        }
        for name, amount in sorted(amounts.items(), key=lambda item: (-item[1], item[0]))
        if amount and whole > 0
    ]
    return {"title": title, "what": what, "bars": bars}
