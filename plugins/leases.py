"""资产合同：租金按期收取、本金到期收回、收益由约定的付款方支付。

What a contract says binds whatever was issued on the day. Rent is taken by the income year that the voucher names; what
names none pays the oldest rent first. Each due year is judged by itself.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from ledgers.facts import assets, registered
from ledgers.facts.assets import Rent
from ledgers.money import yuan_cn
from ledgers.policy import default
from ledgers.tables.directives import Asset
from ledgers.tables.schema import Posting
from ledgers.tables.tables import Tables, on
from plugins.beancount import plugin
from plugins.findings import FAIL, PASS, PENDING, WARNING, Finding, More, Subject
from plugins.judging import Ratio, absent, judge_ratio, na, undetermined
from plugins.rule import rule

RENT = (default("asset-income-due", ">=", "1"),)
PRINCIPAL = (default("principal-due", ">=", "1"),)


def _subject(asset: Asset) -> Subject:
    return Subject("asset", asset.id, asset.name)


@rule(
    "asset-income-due",
    title="资产租金按期足额收取",
    judges="每项登记了租金的资产的每个应收年度",
    formula="按收益年度收到的合同方或经营方的钱 ÷ 当年应收租金（先四舍五入到分）；合同只覆盖一部分的年度按日折算",
    basis="资产租赁、承包合同",
    always=True,
    defaults=RENT,
    rolls=False,
    advice=("资产租金没有按合同足额收取，集体收益流失", "催收欠付的租金，必要时依合同追究"),
    act="催收租金（承包费）{gap} 元",
    tasks=(72,),
)
def asset_income_due(tables: Tables) -> Iterator[Finding]:
    """What the party or operator of an asset paid by income year ÷ the rent due; open until the due day is over."""
    for asset in registered.assets(tables).values():
        due = assets.rents(tables, asset.id)
        received = _received(tables, asset.id, due)
        for rent in due:
            finding = _rent(tables, asset, rent, *received[rent.year])
            yield _with_others(tables, finding, asset.id, rent.year)


def _with_others(tables: Tables, finding: Finding, asset: str, year: int) -> Finding:
    """What came from somebody else for a year in which rent is missing is named: it pays no rent."""
    legs = [leg for leg in assets.receipts(tables, asset) if leg.income_year == year and not _is_owed_by(tables, leg)]
    if not legs or finding.status not in (FAIL, PENDING):
        return finding
    payers = "、".join(dict.fromkeys(leg.payer for leg in legs))
    said = f"；另有 {yuan_cn(-sum(leg.amount for leg in legs))} 元由 {payers} 支付，不算租金"
    evidence = (*finding.evidence, *(leg.row for leg in legs))
    return replace(finding, message=finding.message + said, evidence=evidence)


def _received(tables: Tables, asset: str, due: list[Rent]) -> dict[int, tuple[int, list[Posting]]]:
    """分 received for each due year and the postings: those that name it, then of the others what it still lacks."""
    owed = [leg for leg in assets.receipts(tables, asset) if _is_owed_by(tables, leg)]
    unnamed = [leg for leg in owed if not leg.income_year_said]
    pool = -sum(leg.amount for leg in unnamed)
    found = {}
    for rent in due:
        named = [leg for leg in owed if leg.income_year_said and leg.income_year == rent.year]
        got = -sum(leg.amount for leg in named)
        taken = max(0, min(pool, rent.amount - got))
        pool -= taken
        found[rent.year] = (got + taken, named + unnamed if taken else named)
    return found


def _is_owed_by(tables: Tables, leg: Posting) -> bool:
    """Whether a receipt came from who owes it; one that names no payer is believed to."""
    return not leg.payer or leg.payer in _payers(tables, leg)


def _payers(tables: Tables, leg: Posting) -> set[str]:
    """Who should pay what an asset earns, as registered on the day of the receipt."""
    asset = on(tables, Asset, leg.date).get(leg.asset) or registered.assets(tables).get(leg.asset)
    return {name for name in (asset.operator, asset.party) if name} if asset else set()


def _rent(tables: Tables, asset: Asset, rent: Rent, got: int, legs: list[Posting]) -> Finding:
    more: More = {
        "period": str(rent.year),
        "source": (rent.row.file, rent.row.line),
        "evidence": tuple(leg.row for leg in legs),
    }
    parameter = tables.policy.in_force("asset-income-due", rent.day, RENT)
    if parameter is None:
        return absent(tables, _subject(asset), "asset-income-due", rent.day, RENT, **more)
    ratio = Ratio(got, rent.amount, rent.amount * parameter.value, parameter.op, (parameter,))
    until = str(rent.day) if tables.as_of <= rent.day else ""
    what = ("收到租金", f"{rent.year}年应收租金")
    return judge_ratio(_subject(asset), ratio, open_until=until, what=what, due=rent.day, **more)


@rule(
    "principal-due",
    title="投入的本金到期收回",
    judges="每项登记了本金到期日的资产",
    formula="处置收入中收回的本金 ÷ 应收回的本金",
    basis="投资、入股协议",
    always=True,
    defaults=PRINCIPAL,
    rolls=False,
    advice=("投入的本金到期没有收回，集体资产有损失风险", "催收本金，依协议追究；确需展期的另行签订"),
    act="收回本金 {gap} 元",
    tasks=(72,),
)
def principal_due(tables: Tables) -> Iterator[Finding]:
    """Principal that came back ÷ principal, from the calendar year in which it is due; open until the due day is over."""
    for name, told in assets.rows(tables).items():
        agreed = _agreed(told)
        if agreed and agreed.principal_due and agreed.principal_due.year <= tables.as_of.year:
            yield _principal(tables, name, agreed, agreed.principal_due)


def _agreed(told: list[Asset]) -> Asset | None:
    """What was agreed of the principal; what is put off after the due day was put off too late."""
    agreed: Asset | None = None
    for row in told:
        if agreed is None or agreed.principal_due is None or row.date <= agreed.principal_due:
            agreed = row
    return agreed


def _principal(tables: Tables, name: str, agreed: Asset, day: date) -> Finding:
    back = assets.proceeds(tables, name)
    got = -sum(leg.amount for leg in back)
    more: More = {"source": (agreed.file, agreed.line), "evidence": tuple(leg.row for leg in back)}
    if agreed.principal is None:
        return undetermined(_subject(agreed), "没有登记本金（principal）", **more)
    if not agreed.principal:
        return na(_subject(agreed), "本金为零", **more)
    parameter = tables.policy.in_force("principal-due", day, PRINCIPAL)
    if parameter is None:
        return absent(tables, _subject(agreed), "principal-due", day, PRINCIPAL, **more)
    required = agreed.principal * parameter.value
    ratio = Ratio(got, agreed.principal, required, parameter.op, (parameter,))
    until = str(day) if tables.as_of <= day else ""
    what = ("收回本金", f"{day}到期的本金")
    return judge_ratio(_subject(agreed), ratio, open_until=until, what=what, due=day, **more)


@rule(
    "income-payer",
    title="资产收益由约定的付款方支付",
    judges="每张收到资产收益的凭证（登记了经营方或合同方的资产）",
    formula="付款方（payer）是资产的经营方（operator）或合同方（party）",
    basis="资产租赁、承包合同",
    always=True,
    severity=WARNING,
    rolls=False,
    advice=("收益不是由经营方支付，项目是否真实经营存疑", "核实资金来源和经营情况，查明垫付的原因"),
    tasks=(72,),
)
def income_payer(tables: Tables) -> Iterator[Finding]:
    """What an asset earns comes from its operator or party; a voucher is judged by its worst posting."""
    by_voucher: dict[str, list[Posting]] = defaultdict(list)
    for name in registered.assets(tables):
        for leg in assets.receipts(tables, name):
            if leg.amount < 0 and not leg.reverses:
                by_voucher[leg.voucher].append(leg)
    for voucher, legs in by_voucher.items():
        yield _paid_by(tables, voucher, legs)


def _paid_by(tables: Tables, voucher: str, legs: list[Posting]) -> Finding:
    subject = Subject("voucher", voucher, legs[0].narration)
    more: More = {"source": (legs[0].file, legs[0].line), "evidence": tuple(leg.row for leg in legs)}
    known = [leg for leg in legs if _payers(tables, leg)]
    if not known:
        return na(subject, "资产没有登记经营方和合同方", **more)
    other = [leg for leg in known if leg.payer and leg.payer not in _payers(tables, leg)]
    if other:
        expected = "、".join(sorted(_payers(tables, other[0])))
        return Finding(
            subject, FAIL, f"资产 {other[0].asset} 的收益由 {other[0].payer} 支付，应由 {expected} 支付", **more
        )
    if any(not leg.payer for leg in known):
        return undetermined(subject, "没有写明付款方（payer）", **more)
    return Finding(subject, PASS, f"付款方是 {'、'.join(sorted({leg.payer for leg in known}))}", **more)


__plugins__ = ("check",)
check = plugin(__name__)
