"""The `custom` directives of a book, declared once: arguments, metadata keys, types, closed lists."""

from dataclasses import dataclass
from keyword import iskeyword

LEVELS = ("中央", "省级", "市级", "县级", "东西部协作", "定点帮扶", "社会帮扶", "自筹")
LEVEL_GROUPS = {"市级及以上": ("中央", "省级", "市级")}  # what the documents call several levels at once
TASKS = ("巩固拓展", "以工代赈", "少数民族发展", "欠发达国有农场", "欠发达国有林场", "其他")
CATEGORIES = (
    "产业发展",
    "就业项目",
    "乡村建设行动",
    "易地搬迁后扶",
    "巩固三保障成果",
    "乡村治理和精神文明建设",
    "项目管理费",
    "其他",
)
MODES = ("以工代赈", "招标", "村民自建", "以奖代补", "事后奖补", "劳务补助", "直接补助", "购买服务")
MAIN_STATES = ("谋划", "入库", "年度计划", "开工", "完工", "验收", "移交", "绩效自评", "归档")
ENDED_STATES = ("退库", "终止")
PROJECT_STATES = (*MAIN_STATES, "调整", *ENDED_STATES)
ASSET_STATES = ("登记", "移交", "运营", "闲置", "处置")
ASSET_CLASSES = ("公益性", "经营性", "到户类")
OWNER_KINDS = ("县", "镇", "村集体", "户")
EQUITY_STATES = ("量化", "变更", "退出", "收回", "期满")
OPERATOR_KINDS = ("农业企业", "农民合作社")
NOTICE_STAGES = ("入库公示", "年度计划公示", "资金分配公告", "劳务报酬公示", "完工公示", "收益分配公示")
RECTIFICATION_STATES = ("发现", "整改中", "销号")
VILLAGE_KINDS = ("脱贫村", "一般村")
BASE_STATES = ("脱贫户", "一般户", "五无户", "销户")  # 销户 ends the household
MONITORING_STATES = ("监测户", "风险消除")
MEMBER_REASONS = ("出生", "婚入", "迁入", "分户", "迁出", "死亡", "更正")
MONITOR_KINDS = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
HOLDERS = ("集体", "理事长", "成员")
OPS = (">=", ">", "<=")


@dataclass(frozen=True)
class Key:
    """A metadata key: its type, whether it must be there, its closed list, and the registry that its ids belong to.

    Types: text, list (comma separated text), date, money (Amount or number of yuan), number, int, bool.
    """

    name: str
    type: str = "text"
    required: bool = False
    one_of: tuple[str, ...] = ()
    refers: str = ""

    @property
    def column(self) -> str:
        """The key as a table's column: no hyphen, and no word that Python keeps for itself."""
        return f"{self.name}_" if iskeyword(self.name) else self.name.replace("-", "_")


@dataclass(frozen=True)
class Directive:
    """A kind of `custom` directive: what its values are called, which may be absent, and its metadata.

    A folded directive is a registry: a later mention of the same id overrides what it gives and keeps the rest.
    """

    title: str
    args: tuple[Key, ...]
    keys: tuple[Key, ...] = ()
    folded: bool = False
    optional_args: int = 0
    either: tuple[str, ...] = ()  # keys of which one at least must be there

    @property
    def columns(self) -> tuple[Key, ...]:
        return (*self.args, *self.keys)


def _text(*names: str) -> tuple[Key, ...]:
    return tuple(Key(name) for name in names)


NAME = Key("name", required=True)
BASIS = Key("basis", required=True)
ISSUED = Key("issued", "date", required=True)
POLICY_SCOPE = {"level": LEVELS, "task": TASKS, "source": (), "operator-kind": OPERATOR_KINDS}  # and their closed lists

DIRECTIVES: dict[str, Directive] = {
    "fund": Directive(
        "资金",
        (Key("id"), Key("amount", "money")),
        (
            NAME,
            Key("level", required=True, one_of=LEVELS),
            Key("task", required=True, one_of=TASKS),
            Key("year", "int", required=True),
            Key("doc-no", required=True),
            *_text("source", "code"),
            Key("direct", "bool"),
        ),
        folded=True,
        optional_args=1,
    ),
    "project": Directive(
        "项目",
        (Key("id"), Key("state", one_of=PROJECT_STATES)),
        (
            NAME,
            Key("category", required=True, one_of=CATEGORIES),
            Key("mode", required=True, one_of=MODES),
            Key("village", refers="village"),
            Key("unit", required=True),
            Key("planned", "money", required=True),
            *_text("town", "subtype", "operator", "linkage", "beneficiaries", "goal", "filed-by", "code", "score"),
            Key("labour-promised", "money"),
            Key("household-level", "bool"),
            Key("settled", "money"),
            Key("no-asset", "money"),
        ),
        folded=True,
        optional_args=1,
        either=("village", "town"),
    ),
    "inspection": Directive(
        "检查", (Key("project", refers="project"),), (Key("by", required=True), Key("result", required=True))
    ),
    "village": Directive(
        "行政村",
        (Key("id"),),
        (
            Key("town", required=True),
            NAME,
            Key("kind", required=True, one_of=VILLAGE_KINDS),
            Key("households", "int", required=True),
            Key("weak-collective", "bool"),
            Key("priority-area", "bool"),
            *_text("leading-industry", "informants", "code"),
        ),
        folded=True,
    ),
    "asset": Directive(
        "资产",
        (Key("id"), Key("state", one_of=ASSET_STATES)),
        (
            NAME,
            Key("class", required=True, one_of=ASSET_CLASSES),
            Key("owner", required=True),
            Key("village", required=True, refers="village"),
            Key("project", "list", refers="project"),
            Key("origin", one_of=("历史",)),
            Key("owner-kind", one_of=OWNER_KINDS),
            Key("operator"),
            Key("caretaker", "list", refers="household"),
            *_text("code", "reason"),
        ),
        folded=True,
        optional_args=1,
        either=("project", "origin"),
    ),
    "equity": Directive(
        "股权",
        (Key("id"), Key("state", one_of=EQUITY_STATES)),
        (
            Key("project", required=True, refers="project"),
            Key("operator", required=True),
            Key("operator-kind", required=True, one_of=OPERATOR_KINDS),
            Key("subsidy", "money", required=True),
            Key("quantified", "money", required=True),
            Key("dividend-rate", "number"),
            Key("first-due", "date"),
            Key("years", "int"),
            Key("base-households", "int"),
        ),
        folded=True,
        optional_args=1,
    ),
    "notice": Directive(
        "公告公示",
        (Key("subject", refers="fund project asset village"), Key("stage", one_of=NOTICE_STAGES)),
        (
            Key("place", required=True),
            Key("from", "date", required=True),
            Key("to", "date", required=True),
            *_text("url", "digest"),
        ),
    ),
    "benefit": Directive(
        "补助种类",
        (Key("id"),),
        (
            Key("states", "list", required=True),
            Key("cap", "money"),
            Key("per"),
            Key("levels-forbidden", "list", one_of=LEVELS),
            Key("standard", "number"),
            Key("repeat", "bool"),
        ),
        folded=True,
    ),
    "policy": Directive(
        "政策参数",
        (Key("name"), Key("value", "number")),
        (
            BASIS,
            ISSUED,
            Key("op", one_of=OPS),
            *_text("quote", "reading", "confidence", "retroactive"),
            *(Key(scope, "list", one_of=values) for scope, values in POLICY_SCOPE.items()),
            Key("exclude-task", "list", one_of=TASKS),
            Key("verified-until", "date"),
        ),
    ),
    "negative": Directive(
        "负面清单", (Key("code"),), (BASIS, ISSUED, Key("level", "list", one_of=LEVELS), *_text("quote", "confidence"))
    ),
    "waiver": Directive(
        "豁免",
        (Key("rule"), Key("subject")),
        (
            Key("reason", required=True),
            Key("by", required=True),
            Key("until", "date", required=True),
            *_text("part", "period"),
            Key("limit", "money"),
        ),
    ),
    "rectification": Directive(
        "整改",
        (Key("rule"), Key("subject"), Key("state", one_of=RECTIFICATION_STATES)),
        (Key("by", required=True), Key("due", "date"), *_text("part", "period", "note")),
    ),
    "seal": Directive("封账", (Key("period_end"), Key("root")), (*_text("version", "previous"),)),
}

# Dimensions of a transaction or posting, and the registry that knows their ids.
DIMENSIONS = {
    "fund": "fund",
    "project": "project",
    "household": "household",
    "asset": "asset",
    "equity": "equity",
    "benefit": "benefit",
}
