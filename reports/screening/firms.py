"""Firms as the book names them: one under several names, and several that share a legal person or an account."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from ledgers.facts import registered
from ledgers.tables.directives import Equity, Firm
from ledgers.tables.tables import Tables, latest
from reports.screening.population import LINES, Line, Population
from reports.screening.screen import Screen

_FORM = re.compile(r"(股份)?(有限)?(责任)?公司$|有限合伙$|[\W_]+")
_NOBODY = frozenset({"", "农户", "个人", "代发清册"})


def names(tables: Tables, paid: Population) -> list[str]:
    """Every firm that is paid, operates, owes rent or is registered, by name."""
    found = {str(name) for name in paid.table["payee"].unique()}
    found |= {row.operator for row in registered.projects(tables).values()}
    found |= {text for row in registered.assets(tables).values() for text in (row.operator, row.party)}
    found |= {row.operator for row in latest(tables, Equity).values()} | set(latest(tables, Firm))
    households = tables.known["household"]
    return sorted(name for name in found if name not in _NOBODY and name not in households)


def one_firm(tables: Tables, paid: Population) -> Screen:
    """Names with one 统一社会信用代码, or that differ only in brackets, spaces and the legal form."""
    known = names(tables, paid)
    codes = {name: row.uscc for name, row in latest(tables, Firm).items() if row.uscc}
    groups = [*_shared(codes).values(), *_shared({name: _core(name) for name in known}).values()]
    about = (
        "one-firm",
        "一个单位几个名称",
        "统一社会信用代码相同，或名称只差括号、空格、“有限公司”等字样的付款对象和经营主体",
    )
    return _screen(about, tables, paid, known, groups)


def related_firms(tables: Tables, paid: Population) -> Screen:
    """Firms of several 统一社会信用代码 with one legal person, or paid into one account."""
    rows = latest(tables, Firm)
    groups = []
    for column in ("legal_person", "account"):
        shared = _shared({name: getattr(row, column) for name, row in rows.items()})
        groups += [group for group in shared.values() if len({rows[name].uscc for name in group}) > 1]
    about = (
        "related-firms",
        "几个单位一个法定代表人或账号",
        "登记的单位（信用代码不同）中，法定代表人或收款账号相同的",
    )
    if not rows:
        return Screen(*about, "登记的单位", 0, "没有登记单位（单位登记表），不作比较", None)
    return _screen(about, tables, paid, list(rows), groups)


def _shared(values: Mapping[str, str]) -> dict[str, list[str]]:
    """What several names have in common -> those names."""
    found = defaultdict(list)
    for name, value in values.items():
        if value:
            found[value].append(name)
    return {value: several for value, several in found.items() if len(several) > 1}


def _core(name: str) -> str:
    """What is left of a name without its form: 示例建筑（集团）有限公司 -> 示例建筑集团."""
    return _FORM.sub("", unicodedata.normalize("NFKC", re.sub(r"\s", "", name))).replace("(", "").replace(")", "")


def _screen(
    about: tuple[str, str, str], tables: Tables, paid: Population, known: list[str], groups: Iterable[list[str]]
) -> Screen:
    several = sorted({tuple(sorted(group)) for group in groups})
    figure = "；".join("、".join(group) for group in several[:10]) if several else "没有"
    more = f"……共 {len(several)} 组" if len(several) > 10 else ""
    everyone = {name for group in several for name in group}
    wanted = np.array(paid.table["payee"].isin(list(everyone)), dtype=bool)
    said = (*_registered(tables, everyone), *paid.lines(wanted))
    return Screen(*about, "付款对象、经营主体和登记的单位", len(known), figure + more, bool(several), (), said[:LINES])


def _registered(tables: Tables, wanted: set[str]) -> Iterable[Line]:
    for name, row in latest(tables, Firm).items():
        if name in wanted:
            yield Line(f"登记　{name}　{row.uscc}", row.file, row.line)
