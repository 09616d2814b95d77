"""The kinds of sheets, each declared once: what it is called, its columns, which of them make it that sheet, and its rest.

What the columns are called in one office or another is data (headers.csv: one line, one alias; the first is the name
that messages use). A field may stand in a column or in the head above the table (`项目名称：…`).
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from importers.reading.cells import squeezed
from ledgers.tables import directives

HERE = Path(__file__).parent
_APART = re.compile(r"\(.*?\)|[、,/“”\"·]")
_ENDING = re.compile(r"(?:等|项目|建设|工程|类)+$")


@dataclass(frozen=True)
class Field:
    """A column or head entry. `type` names a parser of cells.py, or `term:<list>` for a closed list.

    `filled`: every row must say it. `summed`: totals of the table add it up. `head`: may stand above or below the table.
    `free`: whoever takes it over takes names and numbers of people out, and counts them.
    """

    name: str
    type: str = "text"
    filled: bool = False
    summed: bool = False
    head: bool = False
    free: bool = False


@dataclass(frozen=True)
class Kind:
    """A sheet: `needs` are the fields without which it is not this sheet (alternatives joined by |).

    Kinds are imported in the order in which they stand here. `module` of importers.sheets has `derive(job)`, what the
    sheet becomes, and may have `look(job, row)`, what a faulty row refers to in vain.
    """

    id: str
    title: str
    needs: tuple[str, ...]
    fields: tuple[Field, ...]
    module: str
    account: str  # where its documents belong
    depends: tuple[str, ...] = ()  # kinds of the same command that it takes something from
    once: tuple[str, ...] = ()  # fields that no two rows may share
    amounts: tuple[str, ...] = ()  # fields of which no two columns may be taken for each other
    worded_amounts: bool = False  # other columns with words for money may be meant as well
    large: bool = False  # sums of at least ten thousand yuan: a smaller one has no unit written
    passed_over: str = ""  # rows with such a text say what other rows say already
    unlike: str = ""  # words in headings or title that make it another table
    negative: tuple[str, ...] = ()  # amounts that may be below zero
    negative_if: str = ""  # words in the title with which any amount may
    public: bool = False  # no people in it

    def field(self, name: str) -> Field:
        return next(field for field in self.fields if field.name == name)


def _fields(type: str, names: str, **marks: bool) -> tuple[Field, ...]:
    return tuple(Field(name, type, **marks) for name in names.split())


def _filled(type: str, names: str, **marks: bool) -> tuple[Field, ...]:
    return _fields(type, names, filled=True, **marks)


MENDED = "mend"  # what the list of imports has besides sheets: a broken seal that was mended
_registered = partial(Kind, module="registered", account="Assets:9001指标", public=True)  # each row is a directive
_PROJECT = (Field("code", "code"), Field("name"))

KINDS: dict[str, Kind] = {
    kind.id: kind
    for kind in (
        Kind(
            "villages",
            "行政村基本情况表",
            ("town|place", "name|place", "kind", "households"),
            (
                *_filled("text", "town name"),
                Field("kind", "term:village kind", filled=True),
                Field("households", "count", filled=True, summed=True),
                *_fields("flag", "weak priority"),
                *_fields("text", "industry"),
                Field("informants", "count"),
                *_fields("code", "town_code code"),
                Field("date", "date", head=True),
                Field("place"),
            ),
            module="villages",
            account="Assets:1002银行存款",
            public=True,
        ),
        Kind(
            "funds",
            "资金指标表",
            ("document", "title", "date", "level", "task", "amount"),
            (
                Field("year", "year", head=True),
                Field("document", "document", filled=True),
                Field("title", filled=True),
                Field("date", "date", filled=True),
                Field("level", "term:level", filled=True),
                Field("task", "term:task", filled=True),
                *_fields("text", "function source"),
                Field("amount", "amount", summed=True),
                Field("reduced", "amount", summed=True),
                Field("direct", "flag"),
                Field("original", "document"),
                Field("labour_share", "rate"),
                Field("labour_basis"),
            ),
            module="funds",
            amounts=("amount",),
            large=True,
            unlike="支付凭证|收款|已支出|支出进度|支付进度|结余",
            account="Assets:9001指标",
            negative=("amount",),  # 调减
            public=True,
        ),
        Kind(
            "plan",
            "项目计划表",
            ("name", "planned", "category|subtype", "unit|department", "town|village|place"),
            (
                Field("code", "code"),
                *_fields("text", "unit department town village place"),
                Field("name", filled=True),
                *_fields("text", "category subtype content"),
                Field("planned", "amount", filled=True, summed=True),
                *_fields("amount", "central central_other provincial provincial_other municipal county other", summed=True),
                *_fields("text", "term goal linkage beneficiaries operator responsible note filed_by"),
                Field("mode", "term:mode"),
                *_fields("amount", "promised settled", summed=True),
                Field("household_level", "flag"),
                Field("planned_on", "date", head=True),
                *_fields("date", "listed_on started_on finished_on accepted_on"),
                Field("quantity", "number"),
                Field("competitive", "flag"),
                Field("no_asset", "amount"),
                Field("approved"),
            ),
            module="plan",
            amounts=("planned",),
            worded_amounts=True,
            large=True,
            unlike="已支出|已支付|已拨付|支出进度|支付进度|拨付进度|结余资金|结余金额",
            account="Assets:9001指标",
            depends=("villages",),
            once=("code",),
            public=True,
        ),
        _registered(
            "policy",
            "政策参数表",
            ("name", "value", "date", "issued", "basis"),
            (
                Field("name", filled=True),
                Field("value", "parameter"),
                Field("op", "term:op"),
                Field("date", "deadline", filled=True),
                Field("issued", "date", filled=True),
                Field("basis", filled=True),
                *_fields("text", "confidence level task source exclude_task operator_kind quote reading retroactive"),
                Field("by_task", "flag"),
                Field("verified", "deadline"),
            ),
        ),
        _registered(
            "negatives",
            "负面清单表",
            ("item", "date", "issued", "basis"),
            (
                *_filled("text", "item"),
                Field("date", "date", filled=True, head=True),
                Field("issued", "date", filled=True, head=True),
                Field("basis", filled=True, head=True),
                *_fields("text", "level except_ quote confidence"),
            ),
        ),
        _registered("through", "账簿截止日表", ("until", "by"), (Field("until", "date", filled=True), Field("by", filled=True))),
        _registered(
            "standards",
            "补助标准表",
            ("name", "states", "date"),
            (
                *_filled("text", "name states"),
                Field("date", "date", filled=True, head=True),
                Field("standard", "number"),
                Field("cap", "amount"),
                *_fields("text", "per excludes"),
                Field("repeat", "flag"),
                Field("forbidden"),
            ),
            account="Expenses:2130505生产发展:30310个人农业生产补贴",
        ),
        Kind(
            "roster",
            "监测对象名单",
            ("village", "household", "name", "identity", "type"),
            (
                *_fields("text", "town"),
                Field("village", filled=True),
                Field("household", "code", filled=True),
                Field("person", "code"),
                Field("name", "name", filled=True),
                Field("identity", "identity", filled=True),
                Field("relation"),
                Field("people", "count"),
                Field("type", "term:base state", filled=True),
                Field("monitor", "term:monitor"),
                Field("eliminated", "flag"),
                *_fields("date", "identified_on eliminated_on first_on reported_on"),
                Field("notice", "text"),
                *_fields("date", "notice_from notice_to helped_on planned_on"),
                Field("phone", "secret"),
                Field("note"),
            ),
            module="roster",
            account="Assets:1002银行存款",
            depends=("villages",),
            once=("identity",),
        ),
        Kind(
            "members",
            "人员变动表",
            ("household", "name", "change", "date"),
            (
                Field("household", "code", filled=True),
                Field("person", "code"),
                Field("name", "name", filled=True),
                Field("identity", "identity"),
                Field("change", "term:member reason", filled=True),
                Field("date", "date", filled=True),
                Field("new_household", "code"),
                Field("type", "term:base state"),
            ),
            module="members",
            account="Assets:1002银行存款",
            depends=("roster",),
        ),
        Kind(
            "allocation",
            "资金分配表",
            ("document", "name|code", "amount"),
            (
                Field("batch", head=True),
                Field("document", "document", filled=True),
                Field("fund_name"),
                Field("level", "term:level"),
                Field("task", "term:task"),
                Field("code", "code"),
                *_fields("text", "name town village place unit"),
                Field("amount", "amount", filled=True, summed=True),
                Field("date", "date", head=True),
            ),
            module="allocation",
            amounts=("amount",),
            worded_amounts=True,
            unlike="已支|已拨|支出进度|支付进度|拨付进度|拨付台账|拨付日期|支付日期|付款|收款|支付凭证|结余|未支出|收回|支出率",
            account="Assets:9001指标",
            depends=("funds", "plan"),
            negative_if="调整|调剂|调减|收回",
            public=True,
        ),
        Kind(
            "treasury",
            "国库集中支付导出",
            ("document", "payment_no", "name|code", "amount", "payee", "date", "function", "economic"),
            (
                Field("year", "year"),
                Field("document", "document", filled=True),
                Field("payment_no", "code", filled=True),
                Field("fund_name"),
                Field("task", "term:task"),
                Field("level", "term:level"),
                *_fields("text", "unit"),
                *_PROJECT,
                Field("amount", "amount", filled=True, summed=True),
                Field("direct_amount", "amount", summed=True),
                Field("purpose", free=True),
                Field("payer"),
                Field("payer_account", "secret"),
                Field("payee", "name", filled=True),
                Field("account", "secret"),
                Field("date", "date", filled=True),
                *_filled("text", "function economic"),
                Field("status", "term:payment status"),
            ),
            module="treasury",
            amounts=("amount",),
            account="Expenses:2130505生产发展",
            depends=("allocation", "roster"),
            once=("document", "payment_no"),
            negative=("amount", "direct_amount"),  # 退回
        ),
        Kind(
            "labour",
            "劳务报酬发放表",
            ("name", "identity", "days", "paid"),
            (
                Field("project", head=True),
                Field("project_code", "code", head=True),
                Field("period", "period", head=True),
                Field("contractor", head=True),
                Field("name", "name", filled=True),
                Field("identity", "identity", filled=True),
                *_fields("text", "address town village"),
                *_fields("text", "type work"),
                Field("days", "days", filled=True, summed=True),
                Field("daily", "wage"),
                *_fields("amount", "due deducted", summed=True),
                Field("paid", "amount", filled=True, summed=True),
                Field("bank"),
                Field("account", "account"),
                Field("phone", "secret"),
                Field("result", "term:result"),
                *_fields("text", "again note"),
            ),
            module="paylists",
            amounts=("paid",),
            account="Expenses:2130504农村基础设施建设:30226劳务费",
            depends=("plan", "roster"),
            once=("identity", "period"),
        ),
        Kind(
            "benefits",
            "惠企利民发放表",
            ("village", "name", "identity", "paid", "period|per|subsidy|account|standard"),
            (
                *_fields("text", "project subsidy", head=True),
                Field("project_code", "code", head=True),
                Field("town", head=True),
                Field("town_code", "code"),
                Field("village", filled=True, head=True),
                Field("village_code", "code"),
                Field("name", "name", filled=True),
                Field("identity", "identity", filled=True),
                Field("per", "term:per"),
                Field("due", "amount", summed=True),
                Field("paid", "amount", filled=True, summed=True),
                *_fields("number", "quantity standard"),
                Field("period", "period", head=True),
                Field("account", "account"),
                Field("phone", "secret"),
                Field("result", "term:result"),
                *_fields("text", "again note"),
            ),
            module="paylists",
            amounts=("paid",),
            account="Expenses:2130505生产发展:30310个人农业生产补贴",
            depends=("standards", "plan", "roster"),
            once=("identity", "period"),
        ),
        Kind(
            "assets",
            "扶贫项目资产台账",
            ("code", "name", "asset_class", "cost", "owner", "village"),
            (
                Field("code", "code", filled=True),
                Field("name", filled=True),
                Field("asset_class", "term:asset class", filled=True),
                *_fields("text", "project"),
                Field("project_code", "code"),
                Field("cost", "amount", filled=True, summed=True),
                Field("owner", filled=True),
                *_fields("text", "operator town"),
                Field("village", filled=True),
                Field("caretaker", "text"),
                Field("state", "term:asset state"),
                Field("reason"),
                Field("plan", free=True),
                *_fields("date", "date state_date", head=True),
                Field("note"),
            ),
            module="assets",
            amounts=("cost",),
            account="Assets:9102经营性资产",
            depends=("plan", "roster"),
            once=("code",),
        ),
        Kind(
            "equity",
            "股权量化清单",
            ("name|code", "operator", "subsidy", "quantified", "holder", "shares", "amount"),
            (
                Field("code", "code", head=True),
                *_fields("text", "name operator", head=True),
                Field("operator_kind", "term:operator kind", head=True),
                *_fields("amount", "subsidy quantified", head=True),
                Field("holder", "name"),
                Field("household", "code"),
                Field("identity", "identity"),
                Field("type"),
                Field("shares", "number", filled=True, summed=True),
                Field("amount", "amount", filled=True, summed=True),
                Field("rate", "rate", head=True),
                Field("span", "years", head=True),
                Field("date", "date", head=True),
                Field("base", "count", head=True),
            ),
            module="equity",
            account="Assets:9104股权",
            depends=("plan", "roster"),
        ),
        Kind(
            "distribution",
            "收益分配表",
            ("village", "asset", "income", "use", "amount"),
            (
                Field("town", head=True),
                Field("village", filled=True, head=True),
                Field("asset", "code", filled=True, head=True),
                Field("asset_name"),
                Field("income", "amount", filled=True, head=True),
                Field("use", "term:use", filled=True),
                Field("household", "code"),
                Field("holder", "name"),
                Field("amount", "amount", filled=True, summed=True),
                Field("date", "date", head=True),
                Field("year", "year", head=True),
                Field("note"),
            ),
            module="distribution",
            amounts=("amount",),
            account="Expenses:9501收益分配",
            depends=("assets",),
        ),
        Kind(
            "vouchers",
            "手工凭证表",
            ("number", "date", "summary", "account", "debit", "credit"),
            (
                Field("number", "code", filled=True),
                Field("date", "date", filled=True),
                Field("summary", filled=True, free=True),
                Field("payee", "name"),
                *_fields("text", "account"),
                *_fields("amount", "debit credit", summed=True),
                Field("document", "document"),
                Field("level", "term:level"),
                Field("task", "term:task"),
                Field("code", "code"),
                *_fields("text", "name town village"),
                *_fields("code", "asset equity"),
                *_fields("text", "function economic"),
                *_fields("code", "household person"),
                Field("days", "days"),
                *_fields("text", "benefit for_"),
                Field("quantity", "number"),
                Field("year", "year"),
                *_fields("code", "payment_no reverses"),
                Field("payer", "name"),
                Field("result", "term:result"),
                Field("bank", "account"),
                Field("note", free=True),
            ),
            module="vouchers",
            negative=("debit", "credit", "days"),  # 红字
            account="Assets:1214预付账款",
            depends=("treasury", "assets", "equity"),
        ),
        Kind(
            "bank",
            "农商行流水",
            ("date", "debit|amount", "credit|amount", "balance"),
            (
                Field("holder", "name", head=True),
                Field("account", "secret", head=True),
                Field("date", "date", filled=True),
                Field("summary", free=True),
                *_fields("amount", "debit credit amount", summed=True),
                Field("mark"),
                Field("balance", "amount", filled=True),
                Field("other", "name"),
                Field("other_account", "secret"),
            ),
            module="bank",
            passed_over="承前页|过次页|承上页|转下页|(?:本[日月年页]|当[日月页]|页|本期)?(?:合计|小计|累计)|期初余额|上年结转|(?:上期|上月|上页)(?:余额|结余|结转)",
            negative=("debit", "credit", "amount", "balance"),  # 红字冲正
            account="Assets:1002银行存款",
            depends=("assets",),
        ),
        Kind(
            "spending",
            "村级支出表",
            ("village", "date", "subject", "use", "amount"),
            (
                Field("town"),
                Field("village", filled=True, head=True),
                Field("date", "date", filled=True),
                Field("subject", filled=True),
                Field("use", filled=True, free=True),
                Field("amount", "amount", filled=True, summed=True),
                Field("payee", "name"),
                Field("year", "year"),
                *_fields("text", "function economic"),
                Field("note", free=True),
            ),
            module="spending",
            amounts=("amount",),
            account="Expenses:9501收益分配",
            depends=("treasury", "assets"),
        ),
        Kind(
            "evidence",
            "附件清单",
            ("voucher", "file"),
            (Field("voucher", "code", filled=True), Field("file", filled=True), Field("shared"), Field("sha256", "secret")),
            module="evidence",
            account="Assets:9001指标",
            depends=("treasury", "spending"),
            public=True,
        ),
        _registered(
            "progress",
            "项目进度表",
            ("code|name", "state|finished_on|accepted_on|handed_on|reviewed_on", "date|finished_on|accepted_on|handed_on|reviewed_on"),
            (
                *_PROJECT,
                Field("state", "term:project state"),
                Field("date", "date", head=True),
                *_fields("date", "listed_on started_on finished_on accepted_on handed_on reviewed_on filed_on"),
                Field("score"),
            ),
            depends=("plan",),
        ),
        _registered(
            "notices",
            "公告公示登记表",
            ("subject", "stage", "place", "from_|span"),
            (
                Field("subject", filled=True),
                Field("stage", "term:notice stage", filled=True),
                Field("place", filled=True),
                Field("place_kind", "term:place kind"),
                Field("from_", "date", filled=True),
                Field("to", "deadline"),
                *_fields("text", "span url"),
            ),
            depends=("funds", "plan", "assets"),
        ),
        _registered(
            "inspections",
            "项目检查记录表",
            ("code|name", "date", "by", "result"),
            (
                *_PROJECT,
                Field("date", "date", filled=True, head=True),
                Field("by", filled=True, head=True),
                Field("result", filled=True),
            ),
            depends=("plan",),
        ),
        _registered(
            "rectifications",
            "整改台账",
            ("rule", "subject", "state", "date", "unit"),
            (
                *_filled("text", "rule subject"),
                Field("state", "term:rectification state", filled=True),
                Field("date", "date", filled=True),
                Field("unit", filled=True),
                Field("due", "deadline"),
                *_fields("text", "by part period note"),
            ),
            depends=("funds", "plan", "assets"),
        ),
        _registered(
            "waivers",
            "豁免审批表",
            ("rule", "subject", "reason", "by", "date", "until"),
            (
                *_filled("text", "rule subject reason by"),
                Field("date", "date", filled=True),
                Field("until", "deadline", filled=True),
                Field("limit", "amount"),
                *_fields("text", "part period"),
            ),
            depends=("funds", "plan", "assets"),
        ),
        _registered(
            "contracts",
            "合同台账",
            ("code|name", "amount", "number", "party"),
            (
                *_PROJECT,
                Field("number", "code", filled=True),
                Field("party", filled=True),
                Field("amount", "amount", filled=True, summed=True),
                Field("date", "date", filled=True),
                Field("uscc", "uscc"),
                Field("retention", "rate"),
                Field("retention_months", "months"),
            ),
            depends=("plan",),
        ),
        _registered(
            "leases",
            "经营合同台账",
            ("asset", "number", "party", "from_|span", "to|span"),
            (
                Field("asset", "code", filled=True),
                Field("number", "code", filled=True),
                Field("party", filled=True),
                Field("from_", "date", filled=True),
                Field("to", "deadline", filled=True),
                Field("span"),
                Field("rent", "amount"),
                Field("rent_due", "month_day"),
                Field("principal", "amount"),
                Field("principal_due", "deadline"),
            ),
            account="Assets:9102经营性资产",
            depends=("assets",),
        ),
        _registered(
            "firms",
            "单位登记表",
            ("name", "uscc"),
            (
                Field("name", filled=True),
                Field("uscc", "uscc", filled=True),
                Field("legal", "name"),
                Field("account", "code"),
                Field("date", "date", filled=True, head=True),
            ),
            account="Expenses:2130504农村基础设施建设",
            once=("name",),
            public=False,
        ),
        _registered(
            "places",
            "行政村变动表",
            ("town", "village", "state", "date", "other"),
            (
                *_filled("text", "town village"),
                Field("state", "term:village state", filled=True),
                Field("date", "date", filled=True),
                Field("other", filled=True),
                Field("document", "document"),
            ),
            account="Assets:1002银行存款",
            depends=("villages",),
        ),
        _registered(
            "stocktake",
            "资产盘点表",
            ("asset", "counted", "by", "date"),
            (
                Field("asset", "code", filled=True),
                Field("counted", "number", filled=True),
                Field("by", filled=True, head=True),
                Field("date", "date", filled=True, head=True),
            ),
            account="Assets:9102经营性资产",
            depends=("assets",),
        ),
        _registered(
            "resolutions",
            "会议决议登记表",
            ("code|name", "kind", "date"),
            (
                *_PROJECT,
                Field("kind", "term:resolution", filled=True),
                Field("date", "date", filled=True),
                Field("evidence"),
                Field("sha256", "secret"),
            ),
            depends=("plan",),
        ),
    )
}


def title_of(kind: str) -> str:
    """What a kind of sheet is called; one that an older book names, and nobody knows any more, by its id."""
    return KINDS[kind].title if kind in KINDS else "修复封账" if kind == MENDED else kind


def _rows(name: str) -> Iterator[list[str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        next(reader)
        yield from reader


@cache
def aliases(kind: str) -> dict[str, tuple[str, int]]:
    """Header as it is compared -> (field, rank): where two columns fit a field, the earlier alias wins."""
    found: dict[str, tuple[str, int]] = {}
    for rank, (of_kind, field, alias) in enumerate(_rows("headers.csv")):
        if of_kind == kind:
            found.setdefault(squeezed(alias), (field, rank))
    return found


@cache
def header_of(kind: str, field: str) -> str:
    """What messages call the field: its first alias."""
    return next((alias for of_kind, name, alias in _rows("headers.csv") if (of_kind, name) == (kind, field)), field)


_CLOSED = {
    "level": directives.LEVELS,
    "task": directives.TASKS,
    "category": directives.CATEGORIES,
    "mode": directives.MODES,
    "village kind": directives.VILLAGE_KINDS,
    "base state": directives.BASE_STATES,
    "monitor": directives.MONITOR_KINDS,
    "worker": ("脱贫户", "监测户", "一般户"),
    "asset class": directives.ASSET_CLASSES,
    "asset state": directives.ASSET_STATES,
    "operator kind": directives.OPERATOR_KINDS,
    "use": ("公益岗位", "小型公益事业", "奖励补助", "入户分配", "管护费用", "公积公益金", "其他"),
    "per": ("户", "人"),
    "project state": directives.PROJECT_STATES,
    "notice stage": directives.NOTICE_STAGES,
    "place kind": directives.PLACE_KINDS,
    "rectification state": directives.RECTIFICATION_STATES,
    "village state": directives.VILLAGE_STATES,
    "resolution": directives.RESOLUTIONS,
    "op": directives.OPS,
    "result": ("成功", "退票"),
    "payment status": ("已支付", "未支付", "退回"),
    "member reason": directives.MEMBER_REASONS,
}


@cache
def terms(name: str) -> dict[str, str]:
    """Text as it is compared -> the term of the closed list (terms.csv: one line, one synonym)."""
    found = {squeezed(term): term for term in _CLOSED.get(name, ())}
    for of_list, term, alias in _rows("terms.csv"):
        if of_list == name:
            found.setdefault(squeezed(alias), term)
    return found


def closed_list(name: str) -> tuple[str, ...]:
    return _CLOSED[name]


@cache
def subtypes() -> dict[str, tuple[str, str]]:
    """Text as it is compared -> (category, subtype): the tree of the project library (subtypes.csv)."""
    return {squeezed(subtype): (category, subtype) for category, subtype in _rows("subtypes.csv")}


def subtype_of(text: str) -> tuple[str, str] | None:
    """(category, subtype) of a text as it is compared, also where it ends with 建设 or 项目 or lists with strokes."""
    return subtypes().get(text) or _cores().get(_core(text))


@cache
def _cores() -> dict[str, tuple[str, str]]:
    return {_core(text): found for text, found in reversed(subtypes().items()) if _core(text)}


def _core(text: str) -> str:
    return _ENDING.sub("", _APART.sub("", text))
