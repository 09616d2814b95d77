"""What is handed out on paper: 审计底稿, 业务台账, and to a unit what it has to mend."""

from datetime import date

import click

from ledgers.book import Book, collector_off, read, within
from ledgers.files.writing import put_files
from ledgers.money import yuan_cn
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import FAIL
from reports.check.checked import Checked
from reports.desk import dealt
from reports.desk.review import PERSONAL
from reports.desk.roles import SEES_ROLLS
from reports.desk.server.visible import without
from reports.letter import Letter, as_docx
from reports.plan import TOGETHER, tasks
from reports.plan import Task as Act
from reports.registers.all import workbooks
from reports.workbook import DATE, LONG, MONEY, Column, Row, Workbook
from reports.workpapers.workbook import as_xlsx
from xianjie.acts.task import Said, Task

COLUMNS = (
    Column("序号", 6),
    Column("问题", 16, LONG),
    Column("对象", 22, LONG),
    Column("现状", 36, LONG),
    Column("怎样整改", 28, LONG),
    Column("金额（元）", 14, MONEY),
    Column("期限", 11, DATE),
    Column("依据", 30, LONG),
)
NO_JUDGEMENT = "符合或不符合是对照所列条款的数字结论，不是对人的认定。"
PAPERS = {"page": "papers"}


def papers(task: Task) -> Said:
    """The workpapers of the book as of a day."""
    checked = _checked(task)
    task.tick("写底稿")
    name = f"审计底稿{checked.book.tables.as_of}.xlsx"
    put_files(task.out, {name: as_xlsx(checked)})
    return Said("审计底稿", f"截至 {checked.book.tables.as_of} 的底稿已生成", files=[_file(name)], back=PAPERS)


def registers(task: Task) -> Said:
    """The bureau's registers as of a day."""
    book = _book(task)
    task.tick("写台账")
    contents = dict(workbooks(book.tables))
    put_files(task.out, contents)
    said = Said("业务台账", f"截至 {book.tables.as_of} 的台账已生成", files=[_file(name) for name in contents], back=PAPERS)
    if book.tables.broken:
        said.add("提醒", [f"有 {len(book.tables.broken)} 份清册不可信，其户数、人数和金额没有计入"], "warning")
    return said


def letter(task: Task) -> Said:
    """What a unit has to mend, by when, and on what basis."""
    checked, unit = _checked(task), task.arg("unit")
    found = [one for one in tasks(checked) if _concerns(checked, one, unit, task.role in SEES_ROLLS)]
    if not found:
        raise click.ClickException(f"按现在的账簿，{unit[:60]} 没有不符合或尚可补足的，不需要整改通知")
    day = checked.book.tables.as_of
    hidden = frozenset[str]() if task.role in SEES_ROLLS else checked.book.tables.known["household"]
    rows = [_row(checked, number, one, hidden) for number, one in enumerate(found, 1)]
    name, opening = f"整改通知{unit[:40].replace('/', '')}{day}", _opening(checked, len(found))
    made = {f"{name}.docx": _document(unit, opening, rows, day), f"{name}.xlsx": _sheet(unit, opening, rows, day)}
    put_files(task.out, made)
    told = f"给{unit}的整改通知已生成，共 {len(found)} 项：docx 供发文，xlsx 供填报"
    return Said("整改通知", told, files=[_file(one) for one in made], back={"page": "mending"})


def _concerns(checked: Checked, one: Act, unit: str, people: bool) -> bool:
    """Whether an act is the unit's: by its project, or because it was handed to it."""
    return (people or one.finding.subject.kind not in PERSONAL) and unit in (one.unit, _ordered(checked, one)[1])


def _ordered(checked: Checked, one: Act) -> tuple[date | None, str]:
    """By when and by whom, where the finding was handed to somebody, or one that the same act mends."""
    rule, subject, part, period = dealt.key_of(one.finding)
    rules = next((group for _, group in TOGETHER if rule in group), (rule,))
    keys = [*((each, subject, part, period) for each in rules), *map(dealt.key_of, one.within)]
    return dealt.ordered([event for key in keys for event in dealt.of(checked.book.tables, key)])


def _opening(checked: Checked, count: int) -> str:
    tables = checked.book.tables
    return (
        f"核对《{tables.title}》截至 {tables.as_of} 的账目，你单位有下列 {count} 项须整改或补足。"
        "请在期限前办结，并报送佐证材料；认为情况不实的，请书面说明。"
    )


def _document(unit: str, opening: str, rows: list[Row], day: date) -> bytes:
    """The letter itself: every row as an item, its cells as lines."""
    items = []
    for row in rows:
        said = dict(zip((column.title for column in COLUMNS), row.values, strict=True))
        amount = yuan_cn(int(said["金额（元）"])) if said["金额（元）"] is not None else ""
        lines = {**{name: str(said[name] or "") for name in ("对象", "现状", "怎样整改")}, "金额（元）": amount}
        lines |= {"期限": str(said["期限"] or ""), "依据": str(said["依据"])}
        items.append((str(said["问题"]), [(name, text) for name, text in lines.items() if text]))
    return as_docx(Letter("整改通知", unit, opening, items, [NO_JUDGEMENT], day))


def _sheet(unit: str, opening: str, rows: list[Row], day: date) -> bytes:
    book = Workbook("整改通知", day)
    sheet = book.sheet("整改通知", [column.width for column in COLUMNS])
    sheet.title("整改通知")
    sheet.note(f"{unit}：{opening}")
    sheet.table(COLUMNS, rows)
    sheet.note(NO_JUDGEMENT)
    sheet.note("发文单位（盖章）：　　　　　　　　　　　　　　　　年　　月　　日")
    return book.content()


def _row(checked: Checked, number: int, one: Act, hidden: frozenset[str]) -> Row:
    finding, due = one.finding, _ordered(checked, one)[0] or one.due
    basis = "；".join(dict.fromkeys(str(document.title) for document in finding.cites))
    status = "不符合" if finding.status == FAIL else "尚可补足"
    subject = f"{finding.subject.name} {finding.subject.id}".strip()
    state = "；".join([f"{status}：{finding.message}", *(f"不符合：{each.message}" for each in one.within)])
    texts = (checked.rule_of(finding).title, subject, state, one.text)
    return Row((str(number), *(without(text, hidden) for text in texts), one.amount, due, basis))


def _book(task: Task) -> Book:
    task.tick("读取账簿")
    with collector_off():
        return within(read(task.main, _day(task)))


def _day(task: Task) -> date | None:
    try:
        return date.fromisoformat(task.arg("day")) if task.arg("day") else None
    except ValueError:
        raise click.ClickException("截至日应为日期，如 2026-03-05") from None


def _checked(task: Task) -> Checked:
    book = _book(task)
    task.tick("判定", 0.3)
    known = catalogue()
    with collector_off():
        return Checked(book, audit(book.tables, known.values()), dict(known))


def _file(name: str) -> dict[str, str]:
    return {"name": name, "label": name}
