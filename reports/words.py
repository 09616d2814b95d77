"""Thresholds and parameters in words, the same on every face."""

from plugins.judging import OP_NAMES
from xianjie.money import decimal, percent
from xianjie.policy import SCOPES, Parameter

COMPARED = {**OP_NAMES, "=": "等于"}
SIGNS = {">=": "≥", ">": "＞", "<=": "≤", "=": "＝"}
SCOPE_NAMES = dict(zip(SCOPES, ("级次", "任务", "来源", "主体类型"), strict=True))


def worded(parameter: Parameter) -> str:
    """A parameter's value: 不低于 0.15（15%）."""
    if parameter.value is None:
        return "不再有效"
    ratio = f"（{percent(parameter.value)}）" if 0 < parameter.value < 1 else ""
    return f"{COMPARED.get(parameter.op, '为')} {decimal(parameter.value)}{ratio}"
