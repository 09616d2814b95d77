"""A book as tables: what plugins, Fava, reports and the command line share.

`tables` reads the entries that Beancount loaded, the households and the rolls beside them, into typed frames
(`schema.py`), up to an as-of date. What makes the book untrustworthy is in `problems`, what makes it incomplete in
`issues`, and rolls that cannot be believed in `broken`; the rules are plain functions of the rest.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
import pandas as pd

from ledgers.files.problems import Problem
from ledgers.money import yuan
from ledgers.policy import SCOPES, Parameter, Policy
from ledgers.tables import accounts, reversals, rolls
from ledgers.tables.directives import PolicyLine, Village
from ledgers.tables.households import Households, read_households
from ledgers.tables.members import FILE as MEMBERS
from ledgers.tables.members import read_members
from ledgers.tables.plausible import misdated
from ledgers.tables.postings import Postings
from ledgers.tables.registry import Issue, Registries, read_directives
from ledgers.tables.schema import SCHEMAS, TABLE_OF, array, category, frame, frame_of_rows, records, united
from ledgers.tables.span import Span, span_of


@dataclass(frozen=True, eq=False)
class Tables:
    """The tables of one book as of one day; columns as `schema.SCHEMAS` declares them."""

    title: str
    root: Path
    as_of: date
    span: Span
    postings: pd.DataFrame
    payments: pd.DataFrame
    shares: pd.DataFrame
    households: pd.DataFrame
    members: pd.DataFrame
    funds: pd.DataFrame
    projects: pd.DataFrame
    villages: pd.DataFrame
    assets: pd.DataFrame
    equity: pd.DataFrame
    benefits: pd.DataFrame
    stocktakes: pd.DataFrame
    firms: pd.DataFrame
    notices: pd.DataFrame
    inspections: pd.DataFrame
    resolutions: pd.DataFrame
    waivers: pd.DataFrame
    waiver_requests: pd.DataFrame
    remarks: pd.DataFrame
    rectifications: pd.DataFrame
    seals: pd.DataFrame
    attachments: pd.DataFrame
    throughs: pd.DataFrame
    editions: pd.DataFrame
    negatives: pd.DataFrame
    policies: pd.DataFrame
    policy: Policy
    problems: tuple[Problem, ...]
    issues: tuple[Issue, ...]
    known: dict[str, frozenset[str]]  # ids that the registries know at any date, by kind
    broken: dict[int, str]  # row of `postings` -> why its roll cannot be believed
    files: tuple[str, ...]  # side files that were read, relative to the book
    entries: Sequence[Any] = field(repr=False)  # Beancount's own, at any date: what seals are taken over
    derived: dict[str, Any] = field(default_factory=dict, repr=False)  # what functions marked `derived` have computed


T = TypeVar("T")


def derived(function: Callable[[Tables], T]) -> Callable[[Tables], T]:
    """A function of the tables that is computed once per tables, however many rules ask."""

    @wraps(function)
    def cached(tables: Tables) -> T:
        key = derived_name(function)
        if key not in tables.derived:
            tables.derived[key] = function(tables)
        result: T = tables.derived[key]
        return result

    return cached


def derived_name(function: Callable[..., Any]) -> str:
    """The key of `Tables.derived` under which what a function has computed is kept."""
    return f"{function.__module__}.{function.__qualname__}"


@derived
def households(tables: Tables) -> Households:
    """States, villages and members of households on any day."""
    return Households(tables.households, mergers(tables))


@derived
def mergers(tables: Tables) -> dict[str, tuple[date, str]]:
    """The day on which each village ceased (撤并), and of which it became a part."""
    return {row.id: (row.date, row.into) for row in mentions(tables, Village) if row.state == "撤并" and row.into}


class Registered(Protocol):
    """A row of a registry: what a directive says of something with an id."""

    @property
    def id(self) -> str: ...

    @property
    def date(self) -> dt.date: ...


Entry = TypeVar("Entry", bound=Registered)


def mentions(tables: Tables, kind: type[Entry]) -> list[Entry]:
    """Every row of a registry up to the as-of date, in the order of the book; read once."""
    key = f"rows.{TABLE_OF[kind]}"
    if key not in tables.derived:
        tables.derived[key] = list(records(kind, getattr(tables, TABLE_OF[kind])))
    rows: list[Entry] = tables.derived[key]
    return rows


def on(tables: Tables, kind: type[Entry], day: date) -> dict[str, Entry]:
    """Each id of a registry as it was on a day: its state and everything it says; read once for each day asked for."""
    days: dict[date, dict[str, Entry]] = tables.derived.setdefault(f"on.{TABLE_OF[kind]}", {})
    if day not in days:
        days[day] = {row.id: row for row in mentions(tables, kind) if row.date <= day}
    return days[day]


def latest(tables: Tables, kind: type[Entry]) -> dict[str, Entry]:
    """Each id of a registry as of the date."""
    return on(tables, kind, tables.as_of)


def tables(entries: Sequence[Any], options: dict[str, Any], as_of: date, sealed_by: date | None = None) -> Tables:
    """Read the entries of a book into tables as of a day (seals: up to `sealed_by`). Never raises for what is wrong in it."""
    main = Path(options["filename"])
    relative = relative_names(main, options)
    directives = read_directives(entries, as_of, relative, sealed_by or as_of)
    people, known, people_problems, people_issues = read_households(main.parent, as_of, directives.ids["village"])
    members, member_problems, member_issues = read_members(main.parent, as_of, known)
    postings = Postings(as_of, relative)
    postings.read(entries)
    table = _with_attachments(frame("postings", postings.columns), directives.rows["attachments"])
    postings.rows.clear()  # a fifth of the memory of a county's book
    listed = rolls.read(main.parent, claims_of(table), frozenset(known), frozenset(postings.rolls))
    registry: dict[str, Any] = {name: frame_of_rows(name, rows) for name, rows in directives.rows.items()}
    unread = any(not problem.line for problem in people_problems)  # such a list knows nobody: say it once
    problems = [
        *directives.problems,
        *people_problems,
        *([] if unread else member_problems),
        *postings.problems,
        *_unbalanced(table, postings.unmeasured),
        *unknown(postings, directives.ids | {"household": set(postings.named["household"]) if unread else known}),
        *([] if unread else _unknown_caretakers(directives, known)),
    ]
    issues = [
        *directives.issues,
        *people_issues,
        *member_issues,
        *postings.issues,
        *accounts.faults(entries, table, as_of, postings.accounts, relative),
    ]
    issues += _nowhere(directives.rows["attachments"], postings.days)
    issues += _too_many(directives.rows["villages"], people, as_of)
    issues += [
        Issue("voucher", str(one.meta.get("voucher", "")), relative.get(one.meta["filename"], ""), one.meta["lineno"], why)
        for one, why in misdated(entries)
    ]
    issues += [Issue("roll", roll, file, line, "清册没有凭证引用") for file, line, roll in listed.unclaimed]
    issues += [Issue("file", idle.file, idle.file, idle.line, idle.message) for idle in options.get("idle", ())]
    return Tables(
        title=options["title"],
        root=main.parent,
        as_of=as_of,
        span=span_of(entries),
        postings=table,
        payments=_payments(listed, postings, table),
        shares=_shares(listed, postings),
        households=people,
        members=members,
        policy=Policy(map(parameter_of, records(PolicyLine, registry["policies"])), directives.ids["policy"]),
        problems=tuple(sorted(set(problems))),
        issues=tuple(issues),
        known={kind: frozenset(ids) for kind, ids in (directives.ids | {"household": known}).items()},
        broken=listed.broken,
        files=tuple(listed.files)
        + (("registry/households.csv",) if len(people) else ())
        + ((MEMBERS,) if len(members) else ()),
        entries=entries,
        **registry,
    )


def _with_attachments(postings: pd.DataFrame, lines: list[dict[str, Any]]) -> pd.DataFrame:
    """Postings of vouchers without evidence, with what was handed in for them after they were sealed."""
    named = {line["voucher"]: line for line in reversed(lines)}  # the first one counts
    late = postings["voucher"].isin(list(named)) & (postings["evidence"] == "") if named else None
    if late is None or not late.any():
        return postings
    for column in ("evidence", "evidence_sha256", "shared_with"):
        texts = postings[column].astype(object)
        texts[late] = [named[voucher].get(column, "") or "" for voucher in postings["voucher"][late]]
        postings[column] = category(texts.tolist())
    return postings


def _nowhere(lines: list[dict[str, Any]], vouchers: Collection[str]) -> Iterator[Issue]:
    """Evidence that was handed in for a voucher which the book does not have."""
    for line in lines:
        if line["voucher"] not in vouchers:
            yield Issue("voucher", line["voucher"], line["file"], line["line"], "补交的附件没有对应的凭证")


def parameter_of(row: PolicyLine) -> Parameter:
    """A row of the table `policies` as a parameter: never in force before it was issued, unless its text says so."""
    issued = row.issued or row.date
    return Parameter(
        name=row.name,
        value=Fraction(row.value) if row.value is not None else None,
        effective=row.date if row.retroactive else max(row.date, issued),
        op=row.op,
        basis=row.basis,
        issued=issued,
        quote=row.quote,
        reading=row.reading,
        confidence=row.confidence,
        scope=tuple((key, getattr(row, key)) for key in SCOPES if getattr(row, key)),
        exclude_task=row.exclude_task,
        by_task=bool(row.by_task),
        unit=row.unit,
        verified_until=row.verified_until,
        first=row.judges_from,
        last=row.judges_to,
        file=row.file,
        line=row.line,
    )


def relative_names(main: Path, options: dict[str, Any]) -> dict[str, str]:
    """File names of a book as Beancount gives them -> paths relative to its folder, with forward slashes."""
    names = {str(main), *options.get("include", ())}
    return {
        name: Path(name).relative_to(main.parent).as_posix() for name in names if name.startswith(f"{main.parent}/")
    }


class _Claim(NamedTuple):
    row: int
    roll: str
    voucher: str
    roll_sha256: str
    units: Decimal
    kind: str
    amount: int
    date: dt.date
    unit_cost: Decimal | None


def claims_of(postings: pd.DataFrame) -> list[rolls.Claim]:
    """The rolls that postings name, each with what its lines must add up to."""
    return [
        rolls.Claim(
            posting=row.row,
            roll=row.roll,
            voucher=row.voucher,
            sha256=row.roll_sha256,
            total=row.units if row.kind == "shares" else row.amount,
            file=rolls.month_file(row.date, row.kind == "shares"),
            shares=row.kind == "shares",
            unit_cost=row.unit_cost or Decimal(0),
        )
        for row in records(_Claim, postings[postings["roll"] != ""])
    ]


def _payments(listed: rolls.Rolls, postings: Postings, table: pd.DataFrame) -> pd.DataFrame:
    """Lines of trusted pay lists, a line without its own day or period taking its voucher's, and postings that name a household."""
    places = {household: place for place, household in enumerate(listed.households)}
    inline = [row | {"household": places.get(row["household"], -1)} for row in postings.inline]
    columns = _joined("payments", listed.payments, inline, {"household": "int32"})
    columns["household"] = pd.Categorical.from_codes(columns["household"], pd.Index(listed.households, dtype="str"))
    columns["date"] = _own_or(columns["date"], table["counts_on"], columns["posting"])
    columns["for_"] = _own_or(columns["for_"], table["for_"], columns["posting"])
    back = reversals.taken_back(columns, table)
    for name in ("date", "for_") if back else ():
        codes = columns[name].codes.copy()
        codes[list(back)] = codes[list(back.values())]
        columns[name] = pd.Categorical.from_codes(codes, columns[name].categories)
    return frame("payments", columns)


def _own_or(own: pd.Categorical, of_posting: "pd.Series[Any]", posting: Any) -> pd.Categorical:
    """What lines say themselves, else what their posting says."""
    both = united([category(of_posting.tolist()), own])
    given, mine = both.codes[: len(of_posting)], both.codes[len(of_posting) :]
    return pd.Categorical.from_codes(np.where(mine < 0, given[posting], mine), both.categories)


def _shares(listed: rolls.Rolls, postings: Postings) -> pd.DataFrame:
    return frame("shares", _joined("shares", listed.shares, postings.inline_shares, {}))


def _joined(table: str, files: list[Any], inline: list[dict[str, Any]], types: dict[str, str]) -> dict[str, Any]:
    """The lines of all files and of the postings one below the other, column by column, without what is read twice."""
    plain = {"money": "int64", "int": "int64", "half": "float64"}
    joined: dict[str, Any] = {}
    for name, kind in SCHEMAS[table].items():
        pieces = [piece.pop(name) for piece in files]  # used up, which halves the memory
        values = [row[name] for row in inline]
        if kind == "category" and name not in types:
            joined[name] = united([*pieces, category(values)])
        else:
            dtype = types.get(name, plain.get(kind, "object"))
            joined[name] = np.concatenate([array(piece, dtype) for piece in [*pieces, values]])
    return joined


class _Entry(NamedTuple):
    transaction: int
    voucher: str
    file: str
    entry_line: int


def _unbalanced(postings: pd.DataFrame, unmeasured: Collection[int]) -> list[Problem]:
    """Transactions that do not balance to the 分: Beancount's tolerance grows with the coarsest amount."""
    gaps = postings.groupby("transaction", sort=False)["amount"].sum()
    gaps = gaps[(gaps != 0) & ~gaps.index.isin(list(unmeasured))]
    first = postings[postings["transaction"].isin(gaps.index)].drop_duplicates("transaction")
    return [
        Problem(row.file, row.entry_line, f"凭证 {row.voucher} 借贷相差 {yuan(abs(int(gaps[row.transaction])))} 元")
        for row in records(_Entry, first)
    ]


def unknown(postings: Postings, known: Mapping[str, Collection[str]]) -> list[Problem]:
    """Ids, and commodities of assets and grants, that no registry knows: the book cannot be trusted."""
    titles = {
        "fund": "资金",
        "project": "项目",
        "household": "户",
        "asset": "资产",
        "equity": "股权",
        "benefit": "补助种类",
    }
    problems = [
        Problem(*place, f"{titles[kind]}“{name}”没有登记")
        for kind, names in postings.named.items()
        for name, place in names.items()
        if name not in known[kind]
    ]
    units = {*known["asset"], *known["equity"]}
    return problems + [
        Problem(*place, f"“{name}”既不是人民币，也不是登记过的资产或股权")
        for name, place in postings.commodities.items()
        if name not in units
    ]


def _unknown_caretakers(directives: Registries, households: set[str]) -> list[Problem]:
    return [
        Problem(row["file"], row["line"], f"资产 {row['id']} 的管护责任人“{name}”不在农户名册中")
        for row in directives.rows["assets"]
        for name in row.get("caretaker") or ()
        if name not in households
    ]


def _too_many(villages: list[dict[str, Any]], people: pd.DataFrame, as_of: date) -> Iterator[Issue]:
    """Villages of which the roster knows more households on the as-of date than are registered."""
    known = Households(people)
    for row in {row["id"]: row for row in villages}.values():
        listed, registered = len(known.of_village(row["id"], as_of)), row.get("households")
        if registered is not None and listed > registered:
            message = f"登记 {registered} 户，农户名册中有 {listed} 户"
            yield Issue("village", row["id"], row["file"], row["line"], message)
