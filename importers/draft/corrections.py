"""What a correction changes, in words that a clerk understands: entries of a registry, postings, lines of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ledgers.money import yuan_cn

if TYPE_CHECKING:
    from importers.draft.entries import Leg, Line, Voucher
    from ledgers.files.side_files import PayLine

MOST = 5  # of what differs that a message names
NAMES = {
    "base-households": "基数户数",
    "beneficiaries": "受益对象",
    "caretaker": "管护责任人",
    "category": "项目类别",
    "class": "资产类别",
    "code": "单位编号",
    "contract": "合同",
    "direct": "是否直达资金",
    "dividend-rate": "分红率",
    "doc-no": "文号",
    "filed-by": "备案部门",
    "from": "起",
    "first-due": "首次分红日",
    "goal": "绩效目标",
    "approved": "调整批准文件",
    "competitive": "竞争立项",
    "labour-basis": "劳务报酬比例依据",
    "labour-share": "劳务报酬比例",
    "no-asset": "不形成资产",
    "plan": "盘活计划",
    "quantity": "建设数量",
    "household-level": "是否到户项目",
    "households": "总户数",
    "kind": "村类型",
    "labour-promised": "承诺劳务报酬",
    "leading-industry": "主导产业",
    "level": "预算级次",
    "linkage": "利益联结机制",
    "mode": "实施方式",
    "name": "名称",
    "operator": "经营或实施主体",
    "operator-kind": "主体类型",
    "origin": "来源",
    "owner": "所有权人",
    "owner-kind": "所有权人类别",
    "party": "合同对方",
    "planned": "计划投入资金",
    "principal": "本金",
    "principal-due": "本金到期日",
    "priority-area": "巩固任务重",
    "project": "来源项目",
    "quantified": "量化金额",
    "reason": "原因",
    "rent": "年租金",
    "rent-due": "付租日",
    "score": "得分",
    "settled": "决算金额",
    "source": "资金来源",
    "subsidy": "财政补助总额",
    "subtype": "项目子类型",
    "task": "任务",
    "to": "止",
    "town": "乡镇",
    "unit": "责任单位",
    "village": "村",
    "weak-collective": "集体经济薄弱村",
    "year": "年度",
    "years": "分红年数",
}  # what an official calls the keys of the registry


def of_facts(before: dict[str, Any], after: dict[str, Any], keys: Iterable[str]) -> str:
    """What keys of a registry entry said and say: 总户数 “120” → “118”; what is new is only named."""
    keys = list(keys)
    said = [f"{NAMES.get(key, key)} {_value(before[key])} → {_value(after[key])}" for key in keys if key in before]
    added = [NAMES.get(key, key) for key in keys if key not in before]
    return "，".join(said + (["补记 " + "、".join(added)] if added else []))


def _value(value: Any) -> str:
    fen = getattr(value, "fen", None)
    if fen is not None:
        return f"{yuan_cn(fen)} 元"
    return "是" if value is True else "否" if value is False else f"“{value}”"


def of_vouchers(old: Voucher, new: Voucher, before: Sequence[Line], after: Sequence[Line]) -> str:
    """What a corrected voucher says otherwise: its day, its texts, its postings, the lines of its lists."""
    said = []
    if old.true_day != new.day:
        said.append(f"日期 {old.true_day} → {new.day}")
    said += [f"{name} “{a}” → “{b}”" for name, a, b in _texts(old, new) if a != b]
    totals = [sum(leg.fen for leg in voucher.legs if leg.number > 0) for voucher in (old, new)]
    if totals[0] != totals[1]:
        said.append(f"金额 {yuan_cn(totals[0])} → {yuan_cn(totals[1])}")
    if len(old.legs) > 2 or len(new.legs) > 2 or totals[0] == totals[1]:
        said += _changed(_postings(old), _postings(new))
    return "，".join(said + _changed(_lines(before), _lines(after))) or "科目或项目有变动"


def _texts(old: Voucher, new: Voucher) -> Iterable[tuple[str, str, str]]:
    yield "对方", old.payee, new.payee
    yield "摘要", old.narration, new.narration


def of_lists(before: Sequence[PayLine], after: Sequence[PayLine]) -> str:
    """Whose lines differ, by household ids."""
    return "，".join(_changed(_lines(before), _lines(after)))


def _postings(voucher: Voucher) -> dict[str, str]:
    """Account (and project) -> amount, of what a voucher debits."""
    sums: dict[str, int] = {}
    for leg in voucher.legs:
        if leg.number > 0:
            sums[_place(voucher, leg)] = sums.get(_place(voucher, leg), 0) + leg.fen
    return {place: yuan_cn(amount) for place, amount in sums.items()}


def _place(voucher: Voucher, leg: Leg) -> str:
    project = leg.get("project")
    return re.sub(r"^\d+(?=\D)", "", leg.account.rpartition(":")[2]) + (f" {project}" if project else "")


def _lines(lines: Sequence[Line]) -> dict[str, str]:
    """Whose line -> what it gives."""
    found = {}
    for line in lines:
        person, shares = getattr(line, "person", ""), getattr(line, "shares", None)
        who = line.household + (f" 第 {person} 人" if person else "") + (f" {line.note}" if line.note else "")
        if isinstance(shares, Decimal):
            found[f"{who}{getattr(line, 'holder', '')}"] = f"{shares:f} 股"
        else:
            days = getattr(line, "days", None)
            result = getattr(line, "result", "")
            found[who] = yuan_cn(line.amount) + ("" if days is None else f"（{days:f} 天）") + result  # type: ignore[union-attr]
    return found


def _changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    said = [f"{key} {before.get(key, '（无）')} → {after.get(key, '（无）')}" for key in keys[:MOST]]
    return said + ([f"等 {len(keys)} 处"] if len(keys) > MOST else [])
