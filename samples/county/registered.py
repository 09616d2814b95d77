"""The registries that offices keep as sheets of their own: notices, progress, checks, mending, waivers, standards, parameters."""

from collections.abc import Iterator
from decimal import Decimal

from ledgers.files.text import Yuan
from samples.county.model import County, Directive
from samples.county.table import Table

# Registry file (and type, where it has several) -> title of the sheet, which value or key of a directive stands in which column.
_SHEETS: dict[str, tuple[str, dict[str, str]]] = {
    "policy": (
        "政策参数表",
        {
            **{"参数": "0", "数值": "1", "比较": "op", "生效日期": "day", "印发日期": "issued", "依据": "basis"},
            **{"怎样得知": "confidence", "级次": "level", "来源": "source", "核实至": "verified-until"},
        },
    ),
    "benefits": (
        "补助标准表",
        {
            **{"补助名称": "0", "适用户类型": "states", "起日": "day", "标准": "standard", "限额": "cap", "限额口径": "per"},
            **{"不得兼领": "excludes", "可重复领取": "repeat", "不得使用的资金": "levels-forbidden"},
        },
    ),
    "progress": ("项目进度表", {"项目编号": "0", "状态": "1", "日期": "day", "得分": "score"}),
    "notices": ("公告公示登记表", {"对象": "0", "环节": "1", "地点": "place", "起": "from", "止": "to"}),
    "inspections": ("项目检查记录表", {"项目编号": "0", "日期": "day", "检查单位": "by", "结果": "result"}),
    "rectifications": (
        "整改台账", {"规则": "0", "对象": "1", "状态": "2", "日期": "day", "责任单位": "unit", "登记单位": "by", "期限": "due",
        "部分": "part"},
    ),
    "waivers": (
        "豁免审批表",
        {"规则": "0", "对象": "1", "理由": "reason", "批准人": "by", "批准日期": "day", "截止": "until", "限额": "limit"},
    ),
    "contracts stocktake": ("资产盘点表", {"资产编号": "0", "盘点数": "counted", "盘点人": "by", "日期": "day"}),
}  # fmt: skip


def tables(county: County) -> Iterator[Table]:
    """Each sheet with the directives that it can bear, in the order of days."""
    for name, (title, columns) in _SHEETS.items():
        file, _, type = name.partition(" ")
        held = (one for one in county.registry.get(file, []) if type in ("", one.type) and is_borne(file, one))
        borne = sorted(held, key=lambda one: one.day)
        rows = [[_cell(one, place) for place in columns.values()] for one in borne]
        yield Table(title, title, list(columns), rows, ("单位：元",))


def is_borne(name: str, one: Directive) -> bool:
    """Whether a sheet can say all that a directive says; what was planted otherwise is typed by hand."""
    if one.type == "resolution":
        return True  # by a list beside its minutes
    of_type = _SHEETS.get(f"{name} {one.type}") or _SHEETS.get(name)
    known = set(of_type[1].values()) if of_type else set()
    return set(one.meta) <= known and bool(known) and (name != "inspections" or "result" in one.meta)


def _cell(one: Directive, place: str) -> object:
    value = one.day if place == "day" else one.values[int(place)] if place.isdigit() else one.meta.get(place)
    if isinstance(value, Yuan):
        return float(Decimal(value.fen) / 100)
    if isinstance(value, bool):
        return "是" if value else "否"
    return value if value is None or isinstance(value, str) else str(value)
