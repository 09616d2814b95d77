"""`xianjie form`: an empty form of a kind of sheet, with its headings, lists to choose from and an example."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xianjie.chinese import Command

if TYPE_CHECKING:
    from importers.reading.kinds import Field, Kind

ROWS = 500  # of the form that lists to choose from cover
EXAMPLES = {
    "amount": "10000.00", "count": "10", "number": "1", "days": "10", "rate": "5%", "flag": "是", "year": "2022", "years": "2022-2026",
    "date": "2022-03-05", "deadline": "2022-12-31", "period": "2022年8月", "document": "示财农〔2022〕9号", "code": "001",
}  # fmt: skip


@click.command("form", cls=Command)
@click.argument("kind", metavar="表名", required=False)
@click.option("--output", type=click.Path(path_type=Path), metavar="文件", help="写到哪个文件（不写：当前文件夹的 表名.xlsx）")
def form(kind: str | None, output: Path | None) -> None:
    """写出一种表的空白表样（xlsx）：标准表头、可选的词、示例行、单位行，表头受保护。不写表名则列出各种表。

    填好后用 xianjie import 导入；写着“（示例）”的一行不会读入。
    """
    from importers.reading.kinds import KINDS
    from importers.reading.layout import kind_named

    if not kind:
        for one in KINDS.values():
            click.echo(f"{one.id:16}{one.title}")
        return
    found = kind_named(kind)
    if found is None:
        titles = "、".join(one.title for one in KINDS.values())
        raise click.BadParameter(f"没有“{kind}”这种表，或有几种都像：{titles}", param_hint="表名")
    path = output or Path(f"{found.title}.xlsx")
    if path.exists():
        raise click.ClickException(f"{path} 已经存在：请用 --output 写到别处")
    path.write_bytes(workbook(found))
    click.echo(f"已写出 {path}。")


def workbook(kind: "Kind") -> bytes:
    """The form of a kind of sheet, as xlsx."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, Protection
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    from importers.reading.kinds import closed_list, header_of

    fields = [field for field in kind.fields if field.type != "secret"]
    book = Workbook()
    sheet = book.active
    sheet.title = kind.title
    sheet.append([kind.title])
    sheet.append(["单位：元" if any(field.type == "amount" for field in fields) else "带*的必须填写"])
    sheet.append(["序号", *(header_of(kind.id, field.name) + ("*" if field.filled else "") for field in fields)])
    sheet["A4"] = "（示例）"
    for row in range(4, ROWS):
        sheet[f"A{row}"].protection = Protection(locked=False)
    for number, field in enumerate(fields, 2):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = 18
        sheet[f"{letter}3"].font = Font(bold=True)
        for row in range(4, ROWS):
            sheet[f"{letter}{row}"].protection = Protection(locked=False)
            sheet[f"{letter}{row}"].number_format = "0.00" if field.type == "amount" else "@"
        if field.type.startswith("term:"):
            words = ",".join(closed_list(field.type.removeprefix("term:")))
            if len(words) < 250:
                choice = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True)
                sheet.add_data_validation(choice)
                choice.add(f"{letter}4:{letter}{ROWS}")
        sheet[f"{letter}4"] = _example(field)
    sheet.freeze_panes = "A4"
    sheet.protection.sheet = True
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _example(field: "Field") -> str:
    from importers.reading.kinds import closed_list

    if field.type.startswith("term:"):
        return closed_list(field.type.removeprefix("term:"))[0]
    return EXAMPLES.get(field.type, "示例" if field.filled else "")
