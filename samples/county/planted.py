"""The list of what is wrong on purpose, for machines and for people."""

from pathlib import Path

from samples.county.files import write_text
from samples.county.model import County, Planted, Voucher

STATUSES = {"fail": "不符合", "waived": "已豁免", "undetermined": "无法判定"}


def write_planted(county: County, folder: Path) -> None:
    """planted.csv and PLANTED.md. Vouchers must be numbered."""
    rows = ["rule,subject,part,period,status"]
    text = "# 样例县里有意安排的问题\n\n截至 2023-12-31 查核，除下列各条外，其余全部符合、不适用或尚未到期。\n"
    rule = ""
    for one in sorted(county.planted, key=lambda p: (p.rule, p.period)):
        subject = _subject(one)
        rows.append(f"{one.rule},{subject},{one.part},{one.period},{one.status}")
        if one.rule != rule:
            text += f"\n## {one.rule}\n\n"
            rule = one.rule
        where = "，".join(filter(None, (subject, one.part, one.period)))
        text += f"- {where}：{one.why}（{STATUSES[one.status]}）。\n"
    write_text(folder / "planted.csv", "".join(f"{row}\n" for row in rows))
    write_text(folder / "PLANTED.md", text)


def _subject(one: Planted) -> str:
    return one.subject.number if isinstance(one.subject, Voucher) else one.subject
