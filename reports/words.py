"""Thresholds and parameters in words, the same on every face."""

from fractions import Fraction
from functools import cache

from ledgers.money import decimal, percent
from ledgers.policy import SCOPES, Parameter
from ledgers.tables.directives import KEY_TITLES
from ledgers.workdays import WORKING_DAY
from plugins import catalogue
from plugins.equity import PART_NAMES
from plugins.judging import OP_NAMES

# Parts that rules name in English for their parameters, as an official reads them; other parts are Chinese or ids.
_PARTS = {**PART_NAMES, "listed": "认定", "notice": "公示", "helper": "帮扶责任人", "plan": "帮扶措施"}
ROOT_NAMES = {"Assets": "资产", "Liabilities": "负债", "Equity": "净资产", "Income": "收入", "Expenses": "支出"}
COMPARED = {**OP_NAMES, "=": "等于"}
SIGNS = {">=": "≥", ">": "＞", "<=": "≤", "=": "＝"}
SCOPE_NAMES = dict(zip(SCOPES, ("级次", "任务", "来源", "主体类型"), strict=True))


# What numerators are counted in, where they are no money.
UNIT_NAMES = {"day": "天", "household": "户", "person": "人", "village": "个村", "voucher": "张", "month": "个月"}


# What is in the name of a parameter -> what its value is counted in; every other is a share.
_COUNTED = {
    "days": "天",
    "-months": "个月",
    "-from": "元",
    "-above": "元",
    "-limit": "元",
    "-tilt": "倍",
    "-factor": "倍",
    "-once": "次",
}


def worded(parameter: Parameter) -> str:
    """A parameter's value with what it counts: 不低于 0.15（15%）, 不高于 90 天, 不晚于 6月30日."""
    if parameter.value is None:
        return "不再有效"
    if parameter.name.endswith("-by"):  # month and day as one number
        month, day = divmod(int(parameter.value), 100)
        return f"不晚于 {month}月{day}日"
    return f"{COMPARED.get(parameter.op, '为')} {_counted(parameter, parameter.value)}"


def _counted(parameter: Parameter, value: Fraction) -> str:
    unit = parameter.unit or next((unit for part, unit in _COUNTED.items() if part in parameter.name), "")
    if unit == "元" and value.denominator == 1:
        return f"{value.numerator:,} 元"
    if unit:
        return f"{decimal(value)} {'个' if unit == WORKING_DAY else ''}{unit}"
    return decimal(value) + (f"（{percent(value)}）" if 0 < value <= 1 else "")


def without_root(account: str) -> str:
    """An account without its English root; any other text as it is."""
    root, _, rest = account.partition(":")
    return rest if root in ROOT_NAMES else account


def detail(part: str | None, period: str | None) -> str:
    """Part and period of a finding, in words; "" where it has neither."""
    return "·".join(text for text in (_part(part or ""), period) if text)


@cache
def _part(part: str) -> str:
    """What a rule names in English: a part of a grant, a rule that is being mended, a key that was changed."""
    rule = catalogue().get(part)
    return _PARTS.get(part) or (rule.title if rule else "") or KEY_TITLES.get(part) or without_root(part)
