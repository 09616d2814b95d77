"""The `custom` directives of a book, declared once, each as the class of the rows that it makes.

A field of a row class is a value or a metadata key of the directive: its type, whether it must be there, its closed list.
The values come first, in their order. `schema.records` gives rows of these classes.
"""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

LEVELS = ("中央", "省级", "市级", "县级", "东西部协作", "定点帮扶", "社会帮扶", "自筹")
LEVEL_GROUPS = {"市级及以上": ("中央", "省级", "市级")}  # what the documents call several levels at once
TASKS_TO_2025 = ("巩固拓展", "以工代赈", "少数民族发展", "欠发达国有农场", "欠发达国有林场")
TASKS = (*TASKS_TO_2025, "开发式帮扶", "安全饮水", "新型农村集体经济", "其他")
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
REQUEST_STATES = ("申请", "驳回")
VILLAGE_STATES = ("更名", "撤并")
PLACE_KINDS = ("网站", "公开栏", "其他")
UNITS = ("日", "工作日")
VILLAGE_KINDS = ("脱贫村", "一般村")
BASE_STATES = ("脱贫户", "一般户", "五无户", "销户")  # 销户 ends the household
MONITORING_STATES = ("监测户", "风险消除")
MEMBER_REASONS = ("出生", "婚入", "迁入", "分户", "迁出", "死亡", "更正")
MONITOR_KINDS = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
HOLDERS = ("集体", "理事长", "成员")
RESOLUTIONS = ("四议两公开", "尽职调查")
OPS = (">=", ">", "<=")


Text = str  # "" where it is missing
Words = tuple[str, ...]  # comma separated in the book, () where it is missing
Day = dt.date | None
Number = Decimal | None
Int = int | None
Bool = bool | None
MonthDay = Annotated[str, "month and day"]  # MM-DD
Money = Annotated[int | None, "money"]  # 分; in the book an Amount or a number of yuan


@dataclass(frozen=True)
class Key:
    """What a value of a directive must be: whether it must be there, its closed list, and the registry of its ids.

    `name` and `type` (text, list, date, month and day, money, number, int, bool) come from the row class that declares it.
    """

    required: bool = False
    one_of: tuple[str, ...] = ()
    refers: str = ""
    own: bool = False  # said of its directive alone: a later one does not inherit it
    column: str = ""
    type: str = "text"

    @property
    def name(self) -> str:
        """The key as the book writes it: a column has no hyphen, and is no word that Python keeps for itself."""
        return self.column.rstrip("_").replace("_", "-")


REQUIRED = Key(required=True)


def one_of(*values: str) -> Key:
    """A required value out of a closed list."""
    return Key(required=True, one_of=values)


class Fund(NamedTuple):
    """What a directive says of a batch of money (资金)."""

    row: int
    date: dt.date
    id: Text
    amount: Annotated[int, "money"]
    name: Annotated[Text, REQUIRED]
    level: Annotated[Text, one_of(*LEVELS)]
    task: Annotated[Text, one_of(*TASKS)]
    year: Annotated[Int, REQUIRED]
    doc_no: Annotated[Text, REQUIRED]
    source: Text
    code: Text
    direct: Bool
    labour_share: Number  # what the document of the batch asks of labour, from 0 to 1
    labour_basis: Text  # that document
    file: str
    line: int


class Project(NamedTuple):
    """What a directive says of a project."""

    row: int
    date: dt.date
    id: Text
    state: Annotated[Text, Key(one_of=PROJECT_STATES)]
    name: Annotated[Text, REQUIRED]
    category: Annotated[Text, one_of(*CATEGORIES)]
    mode: Annotated[Text, one_of(*MODES)]
    village: Annotated[Text, Key(refers="village")]
    unit: Annotated[Text, REQUIRED]
    planned: Annotated[Money, REQUIRED]
    town: Text
    subtype: Text
    operator: Text
    linkage: Text
    beneficiaries: Text
    goal: Text
    filed_by: Text
    code: Text
    score: Text
    labour_promised: Money
    household_level: Bool
    settled: Money
    no_asset: Money
    contract: Money
    retention: Number  # share of the price that the contract keeps back, from 0 to 1
    retention_months: Int  # how long after 验收
    quantity: Number  # units of its subtype that were built, for comparing costs
    competitive: Bool  # chosen by competition (竞争立项)
    approved: Annotated[Text, Key(own=True)]  # the document that approved what this directive changes
    said: Words  # the columns that this directive gives itself: the others are what earlier ones say
    file: str
    line: int


class ResolutionLine(NamedTuple):
    """A decision about a project before it was planned (四议两公开、尽职调查)."""

    row: int
    date: dt.date
    project: Annotated[Text, Key(refers="project")]
    kind: Annotated[Text, Key(one_of=RESOLUTIONS)]
    evidence: Text
    evidence_sha256: Text
    file: str
    line: int


class InspectionLine(NamedTuple):
    """A check of a project."""

    row: int
    date: dt.date
    project: Annotated[Text, Key(refers="project")]
    by: Annotated[Text, REQUIRED]
    result: Annotated[Text, REQUIRED]
    file: str
    line: int


class Village(NamedTuple):
    """What a directive says of a village."""

    row: int
    date: dt.date
    id: Text
    state: Annotated[Text, Key(one_of=VILLAGE_STATES, own=True)]
    town: Annotated[Text, REQUIRED]
    name: Annotated[Text, REQUIRED]
    kind: Annotated[Text, one_of(*VILLAGE_KINDS)]
    households: Annotated[Int, REQUIRED]
    weak_collective: Bool
    priority_area: Bool
    leading_industry: Text
    informants: Text
    code: Text
    into: Annotated[Text, Key(refers="village")]  # of which it became a part (撤并)
    file: str
    line: int


class Asset(NamedTuple):
    """What a directive says of an asset."""

    row: int
    date: dt.date
    id: Text
    state: Annotated[Text, Key(one_of=ASSET_STATES)]
    name: Annotated[Text, REQUIRED]
    class_: Annotated[Text, one_of(*ASSET_CLASSES)]
    owner: Annotated[Text, REQUIRED]
    village: Annotated[Text, Key(required=True, refers="village")]
    project: Annotated[Words, Key(refers="project")]
    origin: Annotated[Text, Key(one_of=("历史",))]
    owner_kind: Annotated[Text, Key(one_of=OWNER_KINDS)]
    operator: Text
    caretaker: Annotated[Words, Key(refers="household")]
    code: Text
    reason: Text
    plan: Text  # how an idle asset is to be used again
    party: Text  # with whom the contract is
    contract: Text  # its number
    from_: Day
    to: Day
    rent: Money  # a year
    rent_due: MonthDay
    principal: Money
    principal_due: Day
    file: str
    line: int


class Equity(NamedTuple):
    """What a directive says of a grant of shares."""

    row: int
    date: dt.date
    id: Text
    state: Annotated[Text, Key(one_of=EQUITY_STATES)]
    project: Annotated[Text, Key(required=True, refers="project")]
    operator: Annotated[Text, REQUIRED]
    operator_kind: Annotated[Text, one_of(*OPERATOR_KINDS)]
    subsidy: Annotated[Money, REQUIRED]
    quantified: Annotated[Money, REQUIRED]
    dividend_rate: Number
    first_due: Day
    years: Int
    base_households: Int
    said: Words  # the columns that this directive gives itself
    file: str
    line: int


class Firm(NamedTuple):
    """What a directive says of a firm or cooperative, under the name by which payees and operators are called."""

    row: int
    date: dt.date
    id: Text
    uscc: Annotated[Text, REQUIRED, "uscc"]  # 统一社会信用代码 (GB 32100)
    legal_person: Text  # a keyed token, never a name
    account: Text  # a keyed token of where it is paid
    file: str
    line: int


class Notice(NamedTuple):
    """An announcement or disclosure (公告公示)."""

    row: int
    date: dt.date
    subject: Annotated[Text, Key(refers="fund project asset village")]
    stage: Annotated[Text, Key(one_of=NOTICE_STAGES)]
    place: Annotated[Text, REQUIRED]
    from_: Annotated[Day, REQUIRED]
    to: Day  # None: a portal's notice that stands for ever (长期公开)
    place_kind: Annotated[Text, Key(one_of=PLACE_KINDS)]
    url: Text
    digest: Text
    by: Text  # who published it
    file: str
    line: int


class Benefit(NamedTuple):
    """A kind of payment to households."""

    row: int
    date: dt.date
    id: Text
    states: Annotated[Words, REQUIRED]
    cap: Money
    per: Text
    levels_forbidden: Annotated[Words, Key(one_of=LEVELS)]
    standard: Number
    repeat: Bool
    excludes: Words  # kinds of payment that nobody may have in the same month
    file: str
    line: int


class StocktakeLine(NamedTuple):
    """A count of an asset's units (盘点)."""

    row: int
    date: dt.date
    asset: Annotated[Text, Key(refers="asset")]
    counted: Annotated[Number, REQUIRED]
    by: Annotated[Text, REQUIRED]
    file: str
    line: int


class PolicyLine(NamedTuple):
    """A value of a parameter from a day on; no value ends it (终止)."""

    row: int
    date: dt.date
    name: Text
    value: Number
    basis: Annotated[Text, REQUIRED]
    issued: Annotated[Day, REQUIRED]
    op: Annotated[Text, Key(one_of=OPS)]
    quote: Text
    reading: Text
    confidence: Text
    retroactive: Text
    level: Annotated[Words, Key(one_of=LEVELS)]
    task: Annotated[Words, Key(one_of=TASKS)]
    source: Words
    operator_kind: Annotated[Words, Key(one_of=OPERATOR_KINDS)]
    exclude_task: Annotated[Words, Key(one_of=TASKS)]
    by_task: Bool  # each task is judged by itself
    unit: Annotated[Text, Key(one_of=UNITS)]
    verified_until: Day
    judges_from: Day  # its file judges no earlier day, and no later one: editions.py
    judges_to: Day
    file: str
    line: int


class Negative(NamedTuple):
    """An item of the negative list."""

    row: int
    date: dt.date
    code: Text
    basis: Annotated[Text, REQUIRED]
    issued: Annotated[Day, REQUIRED]
    level: Annotated[Words, Key(one_of=LEVELS)]
    except_: Words  # words of a narration or subtype that are excepted
    quote: Text
    confidence: Text
    judges_from: Day
    judges_to: Day
    file: str
    line: int


class Waiver(NamedTuple):
    """A finding that somebody accepts until a day."""

    row: int
    date: dt.date
    rule: Text
    subject: Text
    reason: Annotated[Text, REQUIRED]
    by: Annotated[Text, REQUIRED]
    until: Annotated[Day, REQUIRED]
    part: Text
    period: Text
    limit: Money
    requested_by: Text  # who asked for it: another person than `by`, who grants it
    file: str
    line: int


class WaiverRequest(NamedTuple):
    """That somebody asks for a waiver, or that it was not granted; a grant is the waiver itself."""

    row: int
    date: dt.date
    rule: Text
    subject: Text
    state: Annotated[Text, Key(one_of=REQUEST_STATES)]
    reason: Annotated[Text, REQUIRED]
    by: Annotated[Text, REQUIRED]
    until: Day
    part: Text
    period: Text
    file: str
    line: int


class Remark(NamedTuple):
    """What somebody says of a finding."""

    row: int
    date: dt.date
    rule: Text
    subject: Text
    text: Text
    by: Annotated[Text, REQUIRED]
    part: Text
    period: Text
    file: str
    line: int


class Rectification(NamedTuple):
    """A state of the mending of a finding."""

    row: int
    date: dt.date
    rule: Text
    subject: Text
    state: Annotated[Text, Key(one_of=RECTIFICATION_STATES)]
    by: Annotated[Text, REQUIRED]
    due: Day
    part: Text
    period: Text
    note: Text
    unit: Text  # who has to mend it
    evidence: Text  # what proves that it is mended
    evidence_sha256: Text
    file: str
    line: int


class AttachmentLine(NamedTuple):
    """Evidence of a voucher that came when the voucher was sealed."""

    row: int
    date: dt.date
    voucher: Text
    evidence: Annotated[Text, REQUIRED]
    evidence_sha256: Annotated[Text, REQUIRED]
    shared_with: Text
    file: str
    line: int


class ThroughLine(NamedTuple):
    """Until when nothing more happened than the book shows."""

    row: int
    date: dt.date
    until: Annotated[Day, REQUIRED]
    by: Text  # who says so
    file: str
    line: int


class EditionLine(NamedTuple):
    """Another edition of a policy set that ships came into the book."""

    row: int
    date: dt.date
    name: Text
    edition: Text
    before: Text  # digest of the file as it was
    after: Text
    sealed: Text  # the file that keeps the lines of sealed periods
    file: str
    line: int


class SealLine(NamedTuple):
    """The root over a period that was sealed."""

    row: int
    date: dt.date
    period_end: Text
    root: Text
    version: Text
    previous: Text
    later: Words  # files that held something of later days when it was made
    file: str
    line: int


_WHERE = ("row", "date", "said", "judges_from", "judges_to", "file", "line")  # what rows have besides what their directive says
_TYPES: dict[Any, str] = {
    Text: "text",
    Words: "list",
    Day: "date",
    Number: "number",
    Int: "int",
    Bool: "bool",
}


def _keys(row: type) -> tuple[Key, ...]:
    """The values that a row class declares, in its order."""
    hints = {name: hint for name, hint in get_type_hints(row, include_extras=True).items() if name not in _WHERE}
    return tuple(_key(column, hint) for column, hint in hints.items())


def _key(column: str, hint: Any) -> Key:
    plain, *notes = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    key = next((note for note in notes if isinstance(note, Key)), Key())
    return replace(key, column=column, type=next((note for note in notes if isinstance(note, str)), None) or _TYPES[plain])


@dataclass(frozen=True)
class Directive:
    """A kind of `custom` directive: the table that its rows make, its row class, and how many values it is given.

    A folded directive is a registry: a later mention of the same id overrides what it gives and keeps the rest.
    """

    title: str
    table: str
    row: type
    values: int = 1
    folded: bool = False
    optional_args: int = 0  # how many of the values may be absent
    either: tuple[str, ...] = ()  # keys of which one at least must be there
    about: tuple[str, ...] = ()  # columns: two of one day that are alike in these must not differ in others

    @cached_property
    def alike(self) -> tuple[str, ...]:
        """The columns that say what a directive is about; of a registry its id; () where several may stand side by side."""
        return (self.columns[0].column,) if self.folded else self.about

    @cached_property
    def columns(self) -> tuple[Key, ...]:
        return _keys(self.row)

    @property
    def args(self) -> tuple[Key, ...]:
        return self.columns[: self.values]

    @property
    def keys(self) -> tuple[Key, ...]:
        return self.columns[self.values :]


DIRECTIVES: dict[str, Directive] = {
    "fund": Directive("资金", "funds", Fund, 2, folded=True, optional_args=1),
    "project": Directive("项目", "projects", Project, 2, folded=True, optional_args=1, either=("village", "town")),
    "resolution": Directive("决议", "resolutions", ResolutionLine, 2),
    "inspection": Directive("检查", "inspections", InspectionLine, about=("project", "by")),
    "village": Directive("行政村", "villages", Village, 2, folded=True, optional_args=1),
    "asset": Directive("资产", "assets", Asset, 2, folded=True, optional_args=1, either=("project", "origin")),
    "equity": Directive("股权", "equity", Equity, 2, folded=True, optional_args=1),
    "firm": Directive("单位", "firms", Firm, folded=True),
    "notice": Directive("公告公示", "notices", Notice, 2, about=("subject", "stage", "place")),
    "stocktake": Directive("盘点", "stocktakes", StocktakeLine, about=("asset",)),
    "benefit": Directive("补助种类", "benefits", Benefit, folded=True),
    "policy": Directive("政策参数", "policies", PolicyLine, 2),
    "negative": Directive("负面清单", "negatives", Negative),
    "waiver": Directive("豁免", "waivers", Waiver, 2, about=("rule", "subject", "part", "period")),
    "waiver-request": Directive("豁免申请", "waiver_requests", WaiverRequest, 3, about=("rule", "subject", "part", "period", "state")),
    "remark": Directive("意见", "remarks", Remark, 3),
    "rectification": Directive("整改", "rectifications", Rectification, 3, about=("rule", "subject", "part", "period", "state", "by")),
    "seal": Directive("封账", "seals", SealLine, 2),
    "attachment": Directive("补交的附件", "attachments", AttachmentLine),
    "through": Directive("账簿截止日", "throughs", ThroughLine),
    "edition": Directive("政策版本", "editions", EditionLine, 2),
}

# What officials call the keys that must be there, or that decide a verdict.
KEY_TITLES = {
    "name": "名称", "level": "级次", "task": "任务", "source": "来源", "year": "资金年度", "doc-no": "文号",
    "category": "项目类别", "mode": "实施方式", "unit": "责任单位", "planned": "计划投资", "goal": "绩效目标",
    "filed-by": "联合备案部门", "labour-promised": "承诺的劳务报酬", "settled": "决算数", "household-level": "到户项目",
    "town": "乡镇", "village": "村", "kind": "村的类别", "households": "户数", "class": "资产类别", "owner": "所有者",
    "project": "项目", "operator": "经营主体", "operator-kind": "主体类型", "subsidy": "财政补助", "quantified": "量化金额",
    "place": "公示地点", "from": "起日", "states": "对象", "counted": "盘点数", "by": "经办单位", "result": "检查结果",
    "basis": "依据", "issued": "印发日期", "reason": "理由", "until": "期限",
}  # fmt: skip


def key_title(name: str) -> str:
    """A key as an official reads it, with its name in the book."""
    return f"{KEY_TITLES[name]}（{name}）" if name in KEY_TITLES else name


# Dimensions of a transaction or posting, and the registry that knows their ids.
DIMENSIONS = {
    "fund": "fund",
    "project": "project",
    "household": "household",
    "asset": "asset",
    "equity": "equity",
    "benefit": "benefit",
}
