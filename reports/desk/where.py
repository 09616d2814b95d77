"""Where a finding belongs: the unit that has to act, town, year and level, from what its subject is registered as."""

from collections.abc import Callable
from dataclasses import dataclass

from ledgers.facts import registered
from ledgers.tables.directives import LEVELS
from ledgers.tables.tables import Tables, derived, households
from plugins.findings import Finding
from reports import figures
from reports.remedies import unit_of

BUREAU = "全县"  # what belongs to no single unit: funds, years, the county's ratios


@dataclass(frozen=True)
class Where:
    """Texts for filters; "" where something does not apply."""

    unit: str = ""
    town: str = ""
    year: str = ""
    level: str = ""


def where(tables: Tables, finding: Finding) -> Where:
    """Unit, town, year and level of a finding; its own part and period come first."""
    found = _OF.get(finding.subject.kind, _of_nothing)(tables, finding.subject.id)
    known = found.unit if finding.subject.kind == "voucher" else ""  # vouchers are many, and their project is known
    period, unit = (finding.period or "")[:4], known or unit_of(tables, finding)
    return Where(
        BUREAU if unit == tables.title else unit,
        found.town,
        period if period.isdigit() else found.year,
        finding.part if finding.part in LEVELS else found.level,
    )


def town_of(tables: Tables, village: str) -> str:
    row = registered.villages(tables).get(village)
    return row.town if row else ""


@derived
def _known(_tables: Tables) -> dict[str, Where]:
    return {}


def project_where(tables: Tables, project: str) -> Where:
    """Where a project belongs; worked out once."""
    known = _known(tables)
    if project not in known:
        known[project] = _project_where(tables, project)
    return known[project]


def _project_where(tables: Tables, project: str) -> Where:
    """A project's unit and town, the year of its first state in a yearly plan or else its first mention, and the level of
    most of its money."""
    row = registered.projects(tables).get(project)
    if row is None:
        return Where()
    town = row.town or town_of(tables, row.village)
    return Where(row.unit, town, project_year(tables, project), _main_level(tables).get(project, ""))


def project_year(tables: Tables, project: str) -> str:
    day = registered.reached(tables, project, "年度计划")
    stages = registered.project_states(tables).get(project, [])
    day = day or (stages[0].date if stages else None)
    return str(day.year) if day else ""


@derived
def _main_level(tables: Tables) -> dict[str, str]:
    funds, found = registered.funds(tables), {}
    for project, parts in figures.by_project_and_fund(tables).items():
        known = [(one.allocated, funds[fund].level) for fund, one in parts.items() if fund in funds]
        found[project] = max(known)[1] if known else ""
    return found


def _of_fund(tables: Tables, name: str) -> Where:
    row = registered.funds(tables).get(name)
    return Where("", "", str(row.year or ""), row.level) if row else Where()


def _of_village(tables: Tables, name: str) -> Where:
    return Where("", town_of(tables, name))


def _of_asset(tables: Tables, name: str) -> Where:
    row = registered.assets(tables).get(name)
    return Where("", town_of(tables, row.village)) if row else Where()


def _of_grant(tables: Tables, name: str) -> Where:
    shares = figures.shares_by_grant(tables).get(name)
    return project_where(tables, shares.row.project) if shares else Where()


@derived
def _of_vouchers(tables: Tables) -> dict[str, tuple[str, str]]:
    """Project and day of each voucher."""
    table = tables.postings
    found: dict[str, tuple[str, str]] = {}
    for number, project, day in zip(
        table["voucher"].tolist(), table["project"].tolist(), table["date"].tolist(), strict=True
    ):
        if number not in found or not found[number][0]:
            found[number] = (project or "", str(day.year))
    return found


def _of_voucher(tables: Tables, number: str) -> Where:
    project, year = _of_vouchers(tables).get(number, ("", ""))
    found = project_where(tables, project)
    return Where(found.unit, found.town, year, found.level)


def _of_household(tables: Tables, name: str) -> Where:
    village = households(tables).village(name, tables.as_of)
    return Where("", town_of(tables, village) if village else "")


def _of_year(_tables: Tables, name: str) -> Where:
    return Where(year=name)


def _of_nothing(_tables: Tables, _name: str) -> Where:
    return Where()


_OF: dict[str, Callable[[Tables, str], Where]] = {
    "project": project_where,
    "fund": _of_fund,
    "village": _of_village,
    "asset": _of_asset,
    "equity": _of_grant,
    "voucher": _of_voucher,
    "household": _of_household,
    "year": _of_year,
}
