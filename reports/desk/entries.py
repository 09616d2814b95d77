"""明细: the postings behind one number, each with its voucher; their sum is the number."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from ledgers.facts import income, labour, money, registered
from ledgers.tables.schema import Posting, records
from ledgers.tables.tables import Tables, households
from reports import figures
from reports.desk import kit, links
from reports.desk.kit import PageError
from reports.desk.listing import DATE, YUAN, Column, Listing
from reports.desk.review import Review

Legs = list[tuple[int, int]]  # row of `postings`, 分 as it counts
ALONE = True


def _flow(name: str) -> Callable[[Tables], Legs]:
    return lambda tables: money.legs_of(tables, name)


def _of_kind(kind: str, sign: int) -> Callable[[Tables], Legs]:
    def legs(tables: Tables) -> Legs:
        table = tables.postings["amount"][tables.postings["kind"] == kind]
        return [(row, sign * amount) for row, amount in zip(table.index.tolist(), table.tolist(), strict=True)]

    return legs


def _spent(tables: Tables) -> Legs:
    less = [*money.legs_of(tables, "held"), *money.legs_of(tables, "recovered")]
    return [*money.legs_of(tables, "paid"), *((row, -amount) for row, amount in less)]


def _labour(tables: Tables) -> Legs:
    return list(labour.paid_by_posting(tables).items())


def _to_households(tables: Tables) -> Legs:
    return [(leg.row, leg.amount) for part in income.to_households(tables) for leg in part.postings]


def _to_priority(tables: Tables) -> Legs:
    """Of each distribution, what its roll says of households that were 脱贫户 or 监测户 on the day."""
    people = households(tables)
    return [
        (line.posting, line.amount)
        for part in income.to_households(tables)
        for line in part.lines
        if people.priority(line.household, line.date)
    ]


def _held(who: str) -> Callable[[Tables], Legs]:
    """Of each booking of shares, what its register says of these holders, as `figures.Shares` adds it up."""
    return lambda tables: [
        (line.posting, line.amount) for name, lines in figures.lines_by_grant(tables).items() for line in lines[who]
    ]


# Name in the address -> what the number is called, and the postings that it adds up.
FIGURES: dict[str, tuple[str, Callable[[Tables], Legs]]] = {
    "arrived": ("到账", _flow("arrived")),
    "allocated": ("分配", _flow("allocated")),
    "paid": ("支付", _flow("paid")),
    "held": ("在村（镇）账户", _flow("held")),
    "recovered": ("收回", _flow("recovered")),
    "spent": ("支付，不含在村（镇）账户和收回的", _spent),
    "labour": ("劳务报酬", _labour),
    "income": ("资产收益", _of_kind("asset income", -1)),
    "used": ("收益使用", _of_kind("distribution", 1)),
    "households": ("入户分配", _to_households),
    "priority": ("入户分配中优先户得到", _to_priority),
    "shares": ("股权登记", _of_kind("shares", 1)),
    "collective": ("股权登记中集体持有", _held("collective")),
    "farmers": ("股权登记中农户（成员）持有", _held("farmers")),
    "favoured": ("股权登记中优先户持有", _held("priority")),
    "cost": ("资产原值", _of_kind("asset", 1)),
    "bank": ("账户余额", _of_kind("bank", 1)),
    "all": ("全部", lambda tables: list(enumerate(tables.postings["amount"].tolist()))),
}
LONGEST = 50_000  # postings on a page
NARROWED = ("fund", "project", "asset", "grant", "village", "income_year", "year", "level")


def examples(review: Review) -> list[dict[str, str]]:
    return [{"what": name} for name in FIGURES]


def view(_desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """The postings, narrowed by what the number belongs to."""
    what = args.get("what", "all")
    if what not in FIGURES:
        raise PageError(404, f"没有这种明细：{what[:40]}")
    tables, (title, legs) = review.tables, FIGURES[what]
    amounts = Counter[int]()
    for row, amount in legs(tables):
        amounts[row] += amount
    wanted = {key: args[key] for key in NARROWED if args.get(key)}
    table = tables.postings.loc[list(amounts)]
    for key, value in wanted.items():
        table = table[_belongs(tables, what, table, key, value)]
    if len(table) > LONGEST:
        raise PageError(413, f"有 {len(table):,} 笔，超过 {LONGEST:,} 笔：请从资金、项目或凭证进入")
    rows = [row._replace(amount=amounts[row.row]) for row in records(Posting, table)]
    listing = Listing("明细", _columns(tables), rows, args, keep=("what", *NARROWED), sort="date")
    return {"listing": listing, "what": title, "about": [_name(tables, key, value) for key, value in wanted.items()]}


def _belongs(tables: Tables, what: str, table: Any, key: str, value: str) -> Any:
    """Of each posting, whether it belongs to what is asked; an asset's cost is that of its commodity, its village its
    registered one."""
    if key in ("year", "level"):
        funds = registered.funds(tables).values()
        return table["fund"].isin([one.id for one in funds if str(one.year if key == "year" else one.level) == value])
    if key == "grant":
        return table["commodity"] == value
    if key == "asset":
        return (table["commodity"] if what == "cost" else table["asset"]) == value
    if key == "village" and what in ("allocated", "paid"):
        return table["project"].isin([one.id for one in registered.projects(tables).values() if one.village == value])
    if key == "village" and what in ("income", "used", "households", "priority"):
        there = [one.id for one in registered.assets(tables).values() if one.village == value]
        return table["asset"].isin(there)
    return table[key].astype(str) == value


def _name(tables: Tables, key: str, value: str) -> tuple[str, str]:
    """What the page calls that which the number belongs to, and where it leads."""
    known: dict[str, Callable[[Tables], dict[str, Any]]] = {
        "fund": registered.funds,
        "project": registered.projects,
        "asset": registered.assets,
        "village": registered.villages,
    }
    if key in known:
        row = known[key](tables).get(value)
        return (row.name if row else value), links.to(key, id=value)
    return {"grant": f"股权 {value}", "income_year": f"{value}年收益", "year": f"{value}年度资金", "level": value}[
        key
    ], ""


def _columns(tables: Tables) -> list[Column]:
    projects = registered.projects(tables)

    def project(one: Any) -> str:
        return projects[one.project].name if one.project in projects else one.project or ""

    return [
        Column("date", "日期", lambda one: one.date, DATE),
        Column("number", "凭证号", lambda one: one.voucher, link=lambda one: links.voucher(one.voucher)),
        Column("payee", "对方", lambda one: one.payee),
        Column("narration", "摘要", lambda one: one.narration),
        Column(
            "account",
            "科目",
            lambda one: kit.account_name(one.account),
            link=lambda one: links.to("account", id=one.account),
            small=True,
        ),
        Column("project_name", "项目", project, link=lambda one: links.to("project", id=one.project), small=True),
        Column("amount", "金额（元）", lambda one: one.amount, YUAN, total=True),
        Column("month", "月份", lambda one: f"{one.date:%Y-%m}", facet=True, extra=True),
        Column("to", "收款方", lambda one: one.payee, facet=True, extra=True),
    ]
