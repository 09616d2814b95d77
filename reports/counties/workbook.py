"""The consolidated report as a workbook: one sheet a question, worst first."""

from datetime import date
from functools import cache
from typing import Any

from plugins import catalogue
from plugins.findings import SEVERITY_NAMES, STATUS_NAMES
from plugins.judging import OP_NAMES
from reports.counties.joins import STATUSES
from reports.workbook import COUNT, LONG, MONEY, NUMBER, TEXT, Column, Row, Workbook

STATES = {"judged": "已判定", "untrusted": "账簿不可信，未纳入汇总"}
NOTE = "比例按县从差到好排列；差距为正即优于标准。各县的逐条结论见 counties 文件夹，底稿由各县用 xianjie check --format xlsx 生成。"

# A column of the tables -> heading, width, kind. A status or state is shown in words.
COLUMNS = {
    key: Column(title, width, kind)
    for key, title, width, kind in (
        ("county", "县", 16, TEXT),
        ("title", "账簿", 34, TEXT),
        ("state", "状态", 24, TEXT),
        ("as_of", "截至", 12, TEXT),
        *((status, STATUS_NAMES[status], 9, COUNT) for status in STATUSES),
        ("untrusted", "不可信处", 9, COUNT),
        ("file", "文件", 30, TEXT),
        ("line", "行", 8, COUNT),
        ("message", "问题", 80, LONG),
        ("rule", "规则", 40, TEXT),
        ("year", "年度", 8, TEXT),
        ("part", "级次或任务", 14, TEXT),
        ("status", "结论", 10, TEXT),
        ("numerator", "分子", 18, TEXT),
        ("denominator", "分母", 18, TEXT),
        ("value", "比例", 12, NUMBER),
        ("op", "应", 9, TEXT),
        ("threshold", "标准", 12, NUMBER),
        ("margin", "差距", 12, NUMBER),
        ("change", "比上年", 12, NUMBER),
        ("severity", "程度", 8, TEXT),
        ("counties", "不符合的县", 11, COUNT),
        ("level", "级次", 12, TEXT),
        ("registered", "登记", 18, MONEY),
        ("arrived", "到账", 18, MONEY),
        ("allocated", "分配", 18, MONEY),
        ("paid", "支付", 18, MONEY),
        ("labour", "其中劳务报酬", 18, MONEY),
        ("number", "序号", 8, COUNT),
        ("purpose", "补助", 18, TEXT),
        ("period", "期间", 10, TEXT),
        ("household", "户编号", 20, TEXT),
        ("amount", "金额", 14, MONEY),
        ("vouchers", "凭证", 36, TEXT),
        ("days", "天数", 8, TEXT),
        ("together", "各县合计", 10, NUMBER),
        ("long", "当月天数", 10, COUNT),
        ("firm", "企业", 34, TEXT),
        ("grants", "股权数", 9, COUNT),
        ("ids", "编号", 26, TEXT),
        ("subsidy", "财政补助", 18, MONEY),
        ("quantified", "量化金额", 18, MONEY),
        ("doc_no", "文号", 28, TEXT),
        ("task", "任务", 16, TEXT),
        ("sent", "上级下达", 18, MONEY),
        ("booked", "县级入账", 18, MONEY),
        ("result", "核对", 24, TEXT),
    )
}
# Sheet -> the query whose rows it shows, and the columns that it shows of them.
SHEETS = {
    "各县": (
        "counties",
        ["county", "title", "state", "as_of", "fail", "undetermined", "pending", "waived", "pass", "na", "untrusted"],
    ),
    "未纳入与不可信": ("problems", ["county", "file", "line", "message"]),
    "比例": (
        "league",
        ["rule", "year", "county", "part", "status", "numerator", "denominator", "value", "op", "threshold", "margin", "change"],
    ),
    "规则": ("rules", ["rule", "severity", "counties", "fail", "undetermined", "pending", "waived", "pass", "na"]),
    "资金": ("funds", ["county", "year", "level", "registered", "arrived", "allocated", "paid", "labour"]),
    "跨县重复领取": ("twice", ["number", "county", "purpose", "period", "household", "amount", "vouchers"]),
    "跨县务工": ("overlaps", ["number", "county", "period", "household", "days", "together", "long", "vouchers"]),
    "多县持股企业": ("firms", ["firm", "county", "grants", "ids", "subsidy", "quantified"]),
    "指标核对": ("reconciled", ["county", "doc_no", "level", "task", "sent", "booked", "result"]),
}
HEADINGS = {
    "跨县重复领取": "以带密钥的摘要比对，只列两县都有的人；是谁，由两县凭户编号各自查明。",
    "跨县务工": "清册记每人当月天数，不记日期：合计超过当月天数的，必有同日；不超过的，是否同日无法判定。",
    "指标核对": "上级下达以所附的下达清单为准；没有附清单时本表为空。",
    "多县持股企业": "同名企业在两县以上持有股权量化，供核对，本身不是问题。",
}


@cache
def titles() -> dict[str, str]:
    """The title of each rule."""
    return {name: rule.title for name, rule in catalogue().items()}


def content(rows: dict[str, list[dict[str, Any]]], as_of: date) -> bytes:
    """The workbook's bytes."""
    book = Workbook("衔接资金汇总", as_of)
    for name, (query, keys) in SHEETS.items():
        columns = [COLUMNS[key] for key in keys]
        sheet = book.sheet(name, [column.width for column in columns])
        sheet.title(f"{name}（截至 {as_of}）")
        sheet.note(HEADINGS.get(name, NOTE))
        sheet.table(columns, [Row(tuple(said(key, row[key]) for key in keys)) for row in rows[query]])
        if not rows[query]:
            sheet.note("没有。")
    return book.content()


def said(key: str, value: Any) -> Any:
    """A code in words; everything else as it is."""
    if key == "rule" and value in titles():
        return f"{titles()[value]}（{value}）"
    words = {"status": STATUS_NAMES, "state": STATES, "severity": SEVERITY_NAMES, "op": OP_NAMES}.get(key)
    return words[value] if words else value
