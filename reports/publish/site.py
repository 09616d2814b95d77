"""The site: one static folder that works without script and from a USB stick; no page asks for anything outside it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ledgers.money import decimal, yuan_cn
from reports.publish.edition import Edition, View
from reports.publish.edition import page_name as page_of
from reports.publish.subjects import Subject
from reports.publish.summary import ALLOCATED, ARRIVED, LEFT, MEANING, SPENT, figures
from reports.publish.tables import COUNT, COUNTY, DAYS, MONEY, WITHHELD, Table, shown

TEMPLATES = Path(__file__).parent / "templates"
ASSETS = ("style.css", "search.js")
LISTED = ("wages", "subsidies", "income")  # tables whose lists of names hang on the village's board
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


def _dial(phone: str) -> str:
    """The address that a telephone dials."""
    return "tel:" + "".join(one for one in phone if one.isdigit() or one == "+")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.globals |= {"shown": shown, "numeric": (MONEY, COUNT, DAYS), "page_of": page_of, "dial": _dial}
    return environment


def _render(template: str, edition: Edition, name: str, **values: Any) -> File:
    root = "../" * name.count("/")
    page = _environment().get_template(template)
    common = {
        "edition": edition,
        "source": edition.source,
        "root": root,
        "trail": (),
        "tiles": (),
        "lists": False,
        "years": (),
    }
    return name, page.render({**common, **values}).encode()


def assets() -> Iterator[File]:
    for name in ASSETS:
        yield name, (TEMPLATES / name).read_bytes()


def place_page(edition: Edition, links: Links, below: list[Edition], past: dict[int, list[Table]]) -> File:
    """The page of a town or a village; `past` are the tables of earlier years, of which a village shows its own rows."""
    town, village = edition.place
    trail = [("首页", "index.html"), (town, links.page((town, "")))][: 1 if not village else 2]
    return _render(
        "page.html",
        edition,
        links.page(edition.place),
        heading=edition.heading,
        trail=[*trail, (edition.name.removeprefix(town) if village else town, "")],
        views=edition.views,
        tiles=[(title, _big(amount)) for title, amount in edition.tiles],
        years=[(year, _earlier(edition, year, past[year]) if village else []) for year in sorted(past, reverse=True)],
        lists=village and any(view.table.name in LISTED for view in edition.views),
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


def _earlier(edition: Edition, year: int, tables: list[Table]) -> list[View]:
    """What happened in a place in an earlier year."""
    return replace(edition, tables=tables, source=replace(edition.source, year=year)).views


def year_page(edition: Edition, year: int, tables: list[Table]) -> File:
    """What happened in an earlier year."""
    views = _earlier(edition, year, tables)
    return _render(
        "page.html",
        edition,
        f"years/{year}.html",
        heading=f"{edition.name}{year}年度资金使用情况",
        trail=[("首页", "index.html"), (f"{year} 年", "")],
        views=views,
        files=[(f"{view.table.title}（CSV）", f"data/{year}/{view.table.name}.csv") for view in views],
        below=[],
        below_title="",
    )


def subject_page(edition: Edition, subject: Subject) -> File:
    """The page of a project, a fund or an asset."""
    return _render("subject.html", edition, subject.page, heading=subject.heading, trail=subject.trail, subject=subject)


def index_page(edition: Edition, links: Links, towns: list[Edition], villages: list[Edition], years: list[int]) -> File:
    """The front page: the year in one picture, search, everything else."""
    tables = {table.name: table for table in edition.tables}
    projects = list(_projects(tables, links))
    return _render(
        "index.html",
        edition,
        "index.html",
        heading=edition.heading,
        figures=_figures(tables["summary"]),
        meanings=MEANING,
        picture=_picture(tables),
        towns=[_town(one, links, villages) for one in towns],
        projects=projects,
        choices={
            "year": sorted({one["year"] for one in projects if one["year"]}, reverse=True),
            "town": list(dict.fromkeys(one["town"] for one in projects)),
            "kind": sorted({one["category"] for one in projects if one["category"]}),
        },
        by_year=_bars(tables["by_year"], "spent"),
        years=years,
        county=[(view.table.title, f"county/{view.table.name}.html") for view in edition.views],
        files=[("全部数据（zip）", "data.zip"), *links.files(edition)],
    )


def _town(edition: Edition, links: Links, villages: list[Edition]) -> dict[str, Any]:
    mine = [one for one in villages if one.place[0] == edition.place[0]]
    names = [(one.name.removeprefix(edition.name), links.page(one.place)) for one in mine]
    return {"name": edition.name, "link": links.page(edition.place), "villages": names}


def _cell(table: Table, values: tuple[Any, ...], name: str) -> Any:
    return values[[one.name for one in table.fields].index(name)]


def _figures(table: Table) -> list[tuple[str, str, str]]:
    """Name, amount of the year and amount since the start of the four figures, in words a reader can take in."""
    found = figures(table)
    rows = [(f"本年{name}", found[name][0], found[name][1]) for name in (ARRIVED, ALLOCATED, SPENT)]
    return [*((title, _big(year), _big(every)) for title, year, every in rows), ("期末结余", _big(found[LEFT][1]), "")]


def _big(amount: Any) -> str:
    """An amount to the 分, in 万元 as county tables speak, in 元 where it is smaller."""
    if not isinstance(amount, int):
        return WITHHELD
    if 0 < abs(amount) < 1_000_000:
        return f"{yuan_cn(amount)} 元"
    text = f"{Decimal(amount) / 1_000_000:,.6f}".rstrip("0").rstrip(".")
    return f"{text} 万元"


def _picture(tables: dict[str, Table]) -> list[dict[str, Any]]:
    """From where, to what, what was built, what is left: each a few bars."""
    return [
        {"title": "钱从哪里来（本年到账）", "bars": _bars(tables["by_source"], "arrived"), "remark": ""},
        {"title": "用到哪里去（本年支出）", "bars": _bars(tables["by_use"], "spent"), "remark": ""},
        {"title": "做成了什么（所有年度的项目）", "bars": _built(tables["progress"]), "remark": ""},
        {
            "title": "还剩多少（结余）",
            "bars": _bars(tables["by_source"], "left"),
            "remark": tables["by_source"].remark,
        },
    ]


def _bars(table: Table, column: str) -> list[dict[str, str]]:
    """The rows of a table that have an amount in the column, as bars on one scale."""
    amounts = [(str(row[0]), _cell(table, row, column)) for row in table.shown(COUNTY).every]
    amounts = [(name, amount) for name, amount in amounts if isinstance(amount, int) and amount]
    most = max((abs(amount) for _, amount in amounts), default=1)
    return [
        {"name": name, "text": _big(amount), "width": decimal(Fraction(max(amount, 0) * 100, most), 2)}
        for name, amount in amounts
    ]


REACHED = {"验收": "已验收", "移交": "已验收", "绩效自评": "已验收", "完工": "已完工，待验收", "开工": "正在实施"}


def _built(progress: Table) -> list[dict[str, str]]:
    """How many projects have come how far."""
    counts = Counter(REACHED.get(_cell(progress, line.values, "state"), "尚未开工") for line in progress.lines)
    most = max(counts.values(), default=1)
    found = ((name, f"{count} 个项目", Fraction(count * 100, most)) for name, count in counts.most_common())
    return [{"name": name, "text": text, "width": decimal(width, 2)} for name, text, width in found]


def _projects(tables: dict[str, Table], links: Links) -> Iterator[dict[str, str]]:
    given = {line.values[0]: line for line in tables["allocations"].lines}
    for line in tables["plan"].lines:
        values = {one.name: value for one, value in zip(tables["plan"].fields, line.values, strict=True)}
        amount = (
            _cell(tables["allocations"], given[values["project"]].values, "amount")
            if values["project"] in given
            else None
        )
        first = min((day for day in (values["in_plan"], values["listed"]) if day), default=None)
        yield {
            "id": values["project"],
            "name": values["name"],
            "town": values["town"],
            "village": values["village"],
            "category": values["category"],
            "year": str((values["in_plan"] or first).year) if first else "",
            "amount": shown(amount, MONEY) or "—",
            "link": page_of("projects", values["project"]),
            "place": links.page(line.place),
        }
