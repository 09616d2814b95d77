"""An edition: the tables of one place, and everything a notice says besides them."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from reports.publish.policy import Disclosure
from reports.publish.tables import COUNTY, TEXT, Field, Place, Table, edition

HIDDEN_HERE = ("town", "village")
PAGES = {"project": "projects", "item": "projects", "fund": "funds", "asset": "assets"}  # first column -> its pages


def page_name(kind: str, name: str) -> str:
    """The address of a page: it stays the same in every edition."""
    return f"{kind}/{''.join(one if one.isalnum() or one in '-_.' else '_' for one in name)}.html"


def county_name(title: str) -> str:
    """The county that a book's title begins with."""
    return title.removesuffix("衔接资金与资产台账") or title


@dataclass(frozen=True)
class Source:
    """Where every figure comes from: the book, its last seal, the rules, and what was asked for."""

    title: str
    year: int
    as_of: date
    digest: str
    seal: str  # root of the last seal up to the day, "" where there is none
    sealed: date | None
    rules: str
    version: str
    notice_from: date
    notice_to: date
    board: bool
    bases: dict[str, tuple[str, str]]  # rule id -> title and article

    @property
    def origin(self) -> str:
        """Book and seal in a line."""
        sealed = f"最近封账至 {self.sealed}，根 {self.seal}" if self.seal else "尚未封账"
        return f"账簿摘要 {self.digest}；{sealed}"

    def basis(self, rules: tuple[str, ...]) -> str:
        """The articles that a table answers, each once, in words."""
        found = (
            one.strip()
            for name in rules
            if name in self.bases
            for one in self.bases[name][1].replace(";", "；").split("；")
        )
        return "；".join(dict.fromkeys(one for one in found if one))


def _says(value: object, one: Field) -> bool:
    """Whether a cell is worth a column: a part that is nought everywhere (其中市级 0.00) is not."""
    return value not in (None, "") and not (value == 0 and (one.title.startswith("其中") or not one.summed))


@dataclass(frozen=True)
class View:
    """A table as one edition shows it."""

    table: Table
    fields: tuple[Field, ...]
    rows: list[tuple[object, ...]]
    total: tuple[object, ...] | None

    @property
    def placed(self) -> "View":
        """With town and village in one column: paper is narrow."""
        names = [one.name for one in self.fields]
        if "town" not in names or "village" not in names:
            return self
        at, gone = names.index("town"), names.index("village")

        def joined(row: tuple[object, ...]) -> tuple[object, ...]:
            place = f"{row[at] or ''}{row[gone] or ''}"
            return tuple(place if i == at else value for i, value in enumerate(row) if i != gone)

        fields = tuple(
            Field("town", "乡镇、村", TEXT, 14) if i == at else one for i, one in enumerate(self.fields) if i != gone
        )
        return View(self.table, fields, [joined(row) for row in self.rows], joined(self.total) if self.total else None)

    @property
    def aside(self) -> list[tuple[Field, list[object]]]:
        """On its side: each column with its cells, those of the total last."""
        columns = [*self.rows, *([self.total] if self.total else [])]
        return [(one, [column[i] for column in columns]) for i, one in enumerate(self.fields)]

    def page(self, row: tuple[object, ...]) -> str:
        """The page of the project, fund or asset that a row is about, "" where there is none."""
        kind = PAGES.get(self.fields[0].name, "")
        return page_name(kind, str(row[0])) if kind and row[0] else ""


FEW = 3  # rows of a table that may stand on its side
TILES = (
    ("allocations", "year", "本年安排"),
    ("spending", "paid", "本年支出"),
    ("wages", "paid", "其中劳务报酬"),
    ("subsidies", "amount", "发到农户的补助"),
)


@dataclass(frozen=True)
class Edition:
    """What one place publishes: `name` is the county's, the town's or the village's."""

    place: Place
    name: str
    source: Source
    policy: Disclosure
    tables: list[Table]

    @property
    def kind(self) -> str:
        return edition(self.place)

    @property
    def heading(self) -> str:
        what = "公告" if self.place == COUNTY else "公示"  # 县级以上公告，乡村公示
        return f"{self.name}{self.source.year}年度衔接资金和项目资产{what}"

    @property
    def office(self) -> str:
        return str(self.policy["office.name"]) or county_name(self.source.title)

    @property
    def where(self) -> str:
        """Where the notice is put up."""
        if not self.source.board:
            return str(self.policy["notice.web_place"])
        town = self.place[0]
        form = str(self.policy["notice.board_place"])
        return form.replace("{town}", town).replace("{village}", self.name.removeprefix(town))

    @property
    def when(self) -> str:
        long = "" if self.source.board else "（网上长期公开）"
        return f"{self.source.notice_from} 至 {self.source.notice_to}{long}"

    @property
    def phones(self) -> str:
        return "、".join(self.policy.phones)

    @cached_property
    def views(self) -> list[View]:
        """The tables that say something here, without columns that only repeat the place or are empty."""
        return [view for table in self.tables if (view := self._view(table)).rows]

    @cached_property
    def printed(self) -> list[View]:
        """The same on paper: the county's lists of projects put those of earlier years together."""
        if self.place != COUNTY:
            return self.views
        return [view for table in self.tables if (view := self._view(table, folded=True)).rows]

    @property
    def tiles(self) -> list[tuple[str, int]]:
        """What a place's year comes to, in 分: the totals of its tables that may be shown."""
        found = []
        for name, column, title in TILES:
            table = next(one for one in self.tables if one.name == name)
            at = [one.name for one in table.fields].index(column)
            total = table.shown(self.place).total
            if total and isinstance(total[at], int):
                found.append((title, total[at]))
        return found

    def _view(self, table: Table, *, folded: bool = False) -> View:
        hidden = HIDDEN_HERE[: sum(1 for part in self.place if part)]
        shown = table.shown(self.place, folded=folded)
        said = [any(_says(row[i], one) for row in shown.every) for i, one in enumerate(table.fields)]
        keep = [
            i for i, one in enumerate(table.fields) if one.name not in hidden and said[i] and i not in shown.dropped
        ]
        total = shown.total if len(shown.every) > 1 else None
        return View(
            table,
            tuple(table.fields[i] for i in keep),
            [tuple(row[i] for i in keep) for row in shown.every],
            tuple(total[i] for i in keep) if total else None,
        )
