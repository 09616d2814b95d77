"""What was agreed and decided, as offices keep it: contracts of projects and of assets, minutes with their list."""

from collections.abc import Iterator
from pathlib import Path

from samples.county.model import County, Directive
from samples.county.payments import builder_of
from samples.county.table import Table, write_workbook, yuan

UNIT = ("单位：元",)


def tables(county: County) -> Iterator[Table]:
    """合同台账 and 经营合同台账."""
    firsts = [(p, next(county.directives("project", p.id))) for p in county.projects.values()]
    header = ["项目编号", "合同编号", "承包方", "合同金额", "签订日期"]
    rows = [
        (p.id, f"示合〔{p.year}〕{p.id[-4:]}号", builder_of(p), yuan(one.meta["contract"].fen), f"{p.day_of('年度计划')}")
        for p, one in firsts
        if "contract" in one.meta
    ]
    yield Table("合同", "合同台账", header, rows, UNIT)
    let = [one for one in county.registry["assets"] if "contract" in one.meta]
    header = ["资产编号", "合同编号", "经营方", "起", "止", "年租金", "付租日", "本金", "本金到期日"]
    yield Table("合同", "经营合同台账", header, list(map(_lease, let)), UNIT)


def _lease(one: Directive) -> tuple[object, ...]:
    meta = one.meta
    money = {key: yuan(meta[key].fen) if key in meta else None for key in ("rent", "principal")}
    days = (f"{meta['from']}", f"{meta['to']}")
    due = f"{meta['principal-due']}" if "principal-due" in meta else None
    return (one.values[0], meta["contract"], meta["party"], *days, money["rent"], meta.get("rent-due"), money["principal"], due)


def write_decisions(county: County, folder: Path) -> Path:
    """The list of decisions with their minutes beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for one in county.registry["contracts"]:
        if one.type == "resolution":
            file = f"{one.values[0]}.txt"
            (folder / file).write_text(county.papers[one.meta["evidence"]], "utf-8", newline="\n")
            rows.append((one.values[0], one.values[1], f"{one.day}", file))
    table = Table("决议", "会议决议登记表", ["项目编号", "类别", "日期", "附件"], rows)
    return write_workbook(folder / "25-会议决议登记表.xlsx", [table])
