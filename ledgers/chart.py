"""The chart of accounts: the names that a book, its importers and the generator share.

Below a root each component is a code and its Chinese name. Codes below 9000 are the standard ones (政府会计制度,
政府收支分类科目), 9xxx are this ledger's own.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

FUNCTIONS = {
    "2130504": "农村基础设施建设",
    "2130505": "生产发展",
    "2130506": "社会发展",
    "2130507": "贷款奖补和贴息",
    "2130599": "其他巩固脱贫攻坚成果衔接乡村振兴支出",
    "2130701": "对村级公益事业建设的补助",
    "2130706": "对村集体经济组织的补助",
}
ECONOMIC_CLASSES = {
    "30216": "培训费",
    "30226": "劳务费",
    "30227": "委托业务费",
    "30299": "其他商品和服务支出",
    "30305": "生活补助",
    "30306": "救济费",
    "30307": "医疗费补助",
    "30308": "助学金",
    "30309": "奖励金",
    "30310": "个人农业生产补贴",
    "30311": "代缴社会保险费",
    "30399": "其他对个人和家庭的补助",
    "30901": "房屋建筑物购建",
    "30905": "基础设施建设",
    "30906": "大型修缮",
    "30999": "其他基本建设支出",
    "31001": "房屋建筑物购建",
    "31003": "专用设备购置",
    "31005": "基础设施建设",
    "31006": "大型修缮",
    "31099": "其他资本性支出",
    "31204": "费用补贴",
    "31205": "利息补贴",
    "31299": "其他对企业补助",
    "39999": "其他支出",
}
# Classes of building work, out of whose price a contractor may pay labour remuneration.
BUILDING = ("30901", "30905", "30906", "30999", "31001", "31005", "31006", "31099")
FISCAL_INCOME = {
    "中央": "Income:4001财政拨款收入:1中央",
    "省级": "Income:4001财政拨款收入:2省级",
    "市级": "Income:4001财政拨款收入:3市级",
    "县级": "Income:4001财政拨款收入:4县级",
    "东西部协作": "Income:4601非同级财政拨款收入:5东西部协作",
    "社会帮扶": "Income:4603捐赠收入:6社会帮扶",
    "自筹": "Income:4609其他收入:7自筹",
    "定点帮扶": "Income:4603捐赠收入:8定点帮扶",
}
EARNINGS = {
    "租金": "Income:9401资产收益:1租金",
    "分红": "Income:9401资产收益:2分红",
    "经营": "Income:9401资产收益:3经营",
    "处置": "Income:9401资产收益:4处置",
}
USES = {
    "公益岗位": "Expenses:9501收益分配:1公益岗位",
    "小型公益事业": "Expenses:9501收益分配:2小型公益事业",
    "奖励补助": "Expenses:9501收益分配:3奖励补助",
    "入户分配": "Expenses:9501收益分配:4入户分配",
    "管护费用": "Expenses:9501收益分配:5管护费用",
    "公积公益金": "Expenses:9501收益分配:6公积公益金",
    "其他": "Expenses:9501收益分配:9其他",
}
ASSET_CLASSES = {"公益性": "9101公益性资产", "经营性": "9102经营性资产", "到户类": "9103到户类资产"}
PREPAID = "Assets:1214预付账款"
RETENTION = "Liabilities:2302应付账款:1质保金"
RECOVERED = "Liabilities:2103应缴财政款"
OPENING = "Equity:3000期初余额"
TAKEN_BACK = "Equity:3104上缴收回"
ASSET_FUND = "Equity:9301资产基金"
EQUITY_FUND = "Equity:9302股权量化"
RESERVE = "Equity:9303公积公益金"
_MONEY = (PREPAID, RETENTION, RECOVERED, OPENING, TAKEN_BACK, RESERVE)
_UNITS = (ASSET_FUND, EQUITY_FUND)  # hold the contra of units at cost


def quota(fund: str) -> str:
    """A fund's quota that is not yet allocated."""
    return f"Assets:9001指标:{fund}:0待分配"


def allocated(fund: str) -> str:
    """A fund's quota that is allocated to projects and not yet paid."""
    return f"Assets:9001指标:{fund}:1已分配"


def expense(function: str, economic: str, labour: bool = False) -> str:
    """Spending by function and economic class; with `labour`, the leaf for labour paid out of a contract's price."""
    name = f"Expenses:{function}{FUNCTIONS[function]}:{economic}{ECONOMIC_CLASSES[economic]}"
    return f"{name}:1劳务报酬" if labour else name


def place(code: str, name: str) -> str:
    """The component of a village or town: its id and its name, without the characters that Beancount refuses there."""
    return code + "".join(c for c in name if unicodedata.category(c) in ("Lu", "Ll", "Lo", "Nd") or c == "-")


def bank(code: str, name: str) -> str:
    """Money in the hands of a village collective or town."""
    return f"Assets:1002银行存款:{place(code, name)}"


def asset(asset_class: str, code: str, name: str) -> str:
    """Where a village's assets of a class stand, one unit each."""
    return f"Assets:{ASSET_CLASSES[asset_class]}:{place(code, name)}"


def depreciation(code: str, name: str) -> str:
    """Depreciation of a village's assets."""
    return f"Assets:9109累计折旧:{place(code, name)}"


def shares(code: str, name: str) -> str:
    """Where shares quantified in a village stand, in units of the grant's commodity."""
    return f"Assets:9104股权:{place(code, name)}"


def standing() -> Iterator[tuple[str, str]]:
    """Every account that depends on no fund and no village, with its currency ("" where units are held at cost)."""
    for name in (*_MONEY, *FISCAL_INCOME.values(), *EARNINGS.values(), *USES.values()):
        yield name, "CNY"
    for name in _UNITS:
        yield name, ""
    for function in FUNCTIONS:
        for economic in ECONOMIC_CLASSES:
            yield expense(function, economic), "CNY"
            if economic in BUILDING:
                yield expense(function, economic, labour=True), "CNY"


def fund_accounts(fund: str) -> Iterator[tuple[str, str]]:
    """Every account of one fund, with its currency."""
    yield quota(fund), "CNY"
    yield allocated(fund), "CNY"


def village_accounts(code: str, name: str) -> Iterator[tuple[str, str]]:
    """Every account of one village, with its currency."""
    yield bank(code, name), "CNY"
    for asset_class in ASSET_CLASSES:
        yield asset(asset_class, code, name), ""
    yield depreciation(code, name), "CNY"
    yield shares(code, name), ""


def open_line(day: str, account: str, currency: str) -> str:
    """The line that opens an account from a day on (YYYY-MM-DD), without a line end."""
    return f"{day} open {account} {currency}".rstrip()


# -- names read ---------------------------------------------------------------------------------------------------------

# Prefix of the account -> kind. The longest prefix that fits wins.
_KINDS = {
    "Assets:1002": "bank",
    "Assets:1214": "advance",
    "Assets:9101": "asset",
    "Assets:9102": "asset",
    "Assets:9103": "asset",
    "Assets:9109": "depreciation",
    "Assets:9104": "shares",
    "Liabilities:2302": "payable",
    "Liabilities:2302应付账款:1质保金": "retention",
    "Liabilities:2103": "recovered",
    "Income:9401": "asset income",
    "Income:": "fiscal income",
    "Equity:3104": "taken back",
    "Equity:9303": "reserve",
    "Equity:3000": "opening",
    "Equity:9301": "asset fund",
    "Equity:9302": "equity fund",
    "Expenses:9501": "distribution",
    "Expenses:": "expense",
}
_ID = re.compile(r"[A-Za-z0-9-]*")
_CODE = re.compile(r"\d*")


@dataclass(frozen=True)
class Account:
    """One account: its kind, and the fund, village, classes or use that its name carries ("" where none)."""

    kind: str
    fund: str = ""
    village: str = ""
    function: str = ""
    economic: str = ""
    use: str = ""  # code of the leaf below 9501 and 9401, e.g. "4" for 4入户分配
    labour: bool = False


@cache
def account(name: str) -> Account:
    """Read an account's name; the kind is "other" where the chart gives it no meaning of its own."""
    parts = name.split(":")
    if name.startswith("Assets:9001") and len(parts) == 4:
        return Account({"0": "quota", "1": "allocated"}.get(parts[3][:1], "other"), fund=parts[2])
    kind = max((p for p in _KINDS if name.startswith(p)), key=len, default="")
    if kind in ("Expenses:9501", "Income:9401"):
        return Account(_KINDS[kind], use=_code(parts[2]) if len(parts) > 2 else "")
    if kind == "Expenses:":
        return Account(
            "expense",
            function=_code(parts[1]),
            economic=_code(parts[2]) if len(parts) > 2 else "",
            labour=parts[-1] == "1劳务报酬" or any(part.startswith("30226") for part in parts[2:]),
        )
    village = _id(parts[2]) if name.startswith(("Assets:1002", "Assets:91")) and len(parts) > 2 else ""
    return Account(_KINDS.get(kind, "other"), village=village)


def _code(component: str) -> str:
    match = _CODE.match(component)
    return match.group() if match else ""


def _id(component: str) -> str:
    match = _ID.match(component)
    return match.group() if match else ""
