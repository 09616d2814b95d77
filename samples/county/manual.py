"""The vouchers of no other sheet, as the sheet of manual vouchers that a clerk fills in: one row a posting, or a line of its roll."""

from collections.abc import Iterator
from typing import Any

from ledgers.chart import account as described
from samples.county import lists
from samples.county.model import County, Household, Leg, Line, Village, Voucher
from samples.county.table import Table, yuan
from samples.county.text import narration, payment_number, pays_quota

HEADER = [
    *("凭证号", "日期", "摘要", "对方", "科目", "借方金额", "贷方金额", "资金文号", "项目编号"),
    *("乡镇", "村", "资产编号", "股权编号", "缴款方", "户编号", "人编号", "出勤天数", "数量"),
    *("补贴名称", "所属期", "收益年度", "支付凭证号", "冲销凭证号", "发放结果", "银行账号", "备注"),
]


def table(county: County) -> Table:
    """Every voucher that a clerk enters, but for those that only a hand could have written."""
    people = {household.id: household for household in county.households}
    villages = {village.id: village for village in county.villages}
    borne = sorted((v for v in county.vouchers if not v.sheet and is_borne(v)), key=lambda v: v.number)
    rows = [[row.get(name) for name in HEADER] for voucher in borne for row in _rows(voucher, people, villages)]
    return Table("凭证", "手工凭证表", HEADER, rows, ("单位：元",))


def is_borne(voucher: Voucher) -> bool:
    """Whether the sheet can say a voucher: registers of shares come with the list of the grant."""
    shares = any(described(leg.account).kind in ("shares", "equity fund") for leg in voucher.legs)
    return not shares and "evidence" not in voucher.meta


def _rows(voucher: Voucher, people: dict[str, Household], villages: dict[str, Village]) -> Iterator[dict[str, Any]]:
    meta = voucher.meta
    head = {
        "凭证号": voucher.number,
        "日期": f"{voucher.day}",
        "摘要": narration(voucher),
        "对方": voucher.payee,
        "收益年度": meta.get("income-year"),
        "股权编号": meta.get("equity"),
        "缴款方": meta.get("payer"),
        "支付凭证号": meta.get("payment-no", payment_number(voucher) if pays_quota(voucher) else None) or None,
        "冲销凭证号": voucher.reverses.number if voucher.reverses else None,
    }
    for leg in voucher.legs:
        about = {**head, **_about(leg, voucher, villages)}
        for line in leg.roll or ():
            yield {**about, **_money(line.amount), **_line(line, people[line.household])}
        if not leg.roll:
            yield {**about, **_money(_fen(leg), red=voucher.reverses is not None)}


def _fen(leg: Leg) -> int:
    return leg.units[0] * leg.units[2] if leg.units else leg.amount or 0


def _money(fen: int, red: bool = False) -> dict[str, Any]:
    """On the side of its sign; what a reversal takes back is red on the other one."""
    side = "借方金额" if (fen > 0) != red else "贷方金额"
    return {side: yuan(fen if side == "借方金额" else -fen)}


def _about(leg: Leg, voucher: Voucher, villages: dict[str, Village]) -> dict[str, Any]:
    of = described(leg.account)
    found = {key: leg.meta.get(key, voucher.meta.get(key)) for key in ("fund", "project", "asset")}
    village = villages.get(of.village)
    return {
        "科目": _name(leg.account),
        "资金文号": of.fund or found["fund"],
        "项目编号": found["project"],
        "资产编号": leg.units[1] if leg.units else found["asset"],
        "乡镇": village.town if village else None,
        "村": village.name if village else None,
        "补贴名称": leg.meta.get("benefit"),
    }


def _name(account: str) -> str:
    """An account as a clerk writes it: those of a village or fund by their leaf, all others by all their names."""
    parts = account.split(":")[1:]
    if described(account).fund:
        return f"指标-{parts[-1].lstrip('01')}"
    if described(account).village:
        return "".join(character for character in parts[0] if not character.isdigit())
    return "-".join(parts)


def _line(line: Line, household: Household) -> dict[str, Any]:
    person = household.people[int(line.person) - 1] if line.person else None
    return {
        "户编号": lists.code_of(household),
        "人编号": lists.code_of(household, person) if person else None,
        "出勤天数": float(abs(line.days)) if line.days is not None else None,
        "数量": float(abs(line.quantity)) if line.quantity is not None else None,
        "所属期": line.for_ or None,
        "发放结果": line.result or None,
        "银行账号": line.account or None,
        "备注": line.note or None,
    }

