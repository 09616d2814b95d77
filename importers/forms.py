"""Empty forms of the kinds of sheets: headings that stay, lists to choose from, an example that is no data.

What there is to choose from are the closed lists, and of a book its projects, villages, documents, assets and benefits.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from importers.draft.draft import Draft
from importers.reading.kinds import Field, Kind, closed_list, header_of
from importers.reading.sheet import OPTIONS
from ledgers import chart

ROWS = 500  # of the form that lists to choose from cover
LONGEST = 5_000  # entries of a list
EXAMPLES = {
    "wage": "150.00",
    "amount": "10000.00", "count": "10", "number": "1", "days": "10", "rate": "5%", "flag": "是", "year": "2022", "years": "2022-2026",
    "date": "2022-03-05", "deadline": "2022-12-31", "period": "2022年8月", "document": "示财农〔2022〕9号", "code": "001",
}  # fmt: skip
_PROMPTS = {
    "amount": "金额，以元计，最多两位小数",
    "wage": "每天的工资，以元计",
    "date": "日期，如 2022-03-05",
    "deadline": "日期，如 2022-12-31，可以在今天以后",
    "identity": "18 位身份证号（本列已设为文本）",
    "code": "编号（本列已设为文本，前面的零不会丢）",
    "flag": "是 或 否",
    "days": "天数，可以是半天",
    "period": "月份或期间，如 2022年8月、2022年6-8月",
    "account": "收款账号（本列已设为文本），账簿里只存加密后的代码",
}


def _facts(type: str, key: str) -> Callable[[Draft], list[str]]:
    return lambda draft: [str(value) for id in draft.ids(type) if (value := draft.facts(type, id).get(key))]


def _ids(type: str) -> Callable[[Draft], list[str]]:
    return lambda draft: list(draft.ids(type))


def _codes(type: str) -> Callable[[Draft], list[str]]:
    """What offices call something: their own code where there is one, else the book's."""
    return lambda draft: [str(draft.facts(type, id).get("code") or id) for id in draft.ids(type)]


def _households(draft: Draft) -> list[str]:
    draft.load_people()
    return [code for code in draft.codes.values() if code]


_PROJECTS, _VILLAGES, _ASSETS = _facts("project", "name"), _facts("village", "name"), _codes("asset")
_DOCUMENTS, _TOWNS = _facts("fund", "doc-no"), _facts("village", "town")


def _subjects(draft: Draft) -> list[str]:
    return [*_PROJECTS(draft), *_DOCUMENTS(draft), *_ASSETS(draft), *_VILLAGES(draft)]


def _spent(draft: Draft) -> list[str]:
    return [*_PROJECTS(draft), *_ASSETS(draft)]


# Where a column's words may be chosen from, by field; where fields of kinds differ, by kind and field.
_ACCOUNTS = (
    "已分配", "待分配", "支出", "劳务报酬", "预付账款", "应付账款", "质保金", "应缴财政款", "上缴收回", "银行存款", "经营性资产",
    "公益性资产", "累计折旧", "资产基金", *chart.EARNINGS, *(f"收益分配-{use}" for use in chart.USES),
)  # fmt: skip
_OF_PROJECTS = ("vouchers", "allocation", "treasury", "equity", "progress", "inspections", "contracts", "resolutions")
_CHOICES: dict[str, Callable[[Draft], list[str]]] = {
    "village": _VILLAGES,
    "town": _TOWNS,
    "document": _DOCUMENTS,
    "asset": _ASSETS,
    "project": _PROJECTS,
    "project_code": _codes("project"),
    "household": _households,
    "subsidy": _ids("benefit"),
    "subject": _subjects,
    "subject@spending": _spent,
    "account@vouchers": lambda draft: list(_ACCOUNTS),
    "benefit": _ids("benefit"),
    "name@standards": _ids("benefit"),
    "name@policy": _ids("policy"),
    **{f"name@{kind}": _PROJECTS for kind in _OF_PROJECTS},
    **{f"code@{kind}": _codes("project") for kind in _OF_PROJECTS},
}
# What a sheet says for the first time, and cannot be chosen.
_NEW = {("villages", "town"), ("villages", "name"), ("funds", "document"), ("roster", "household"), ("roster", "village")}


def written(kind: Kind, draft: Draft | None = None, rules: Sequence[str] = ()) -> bytes:
    """The form of a kind as an xlsx workbook, with the lists of a book where one is given; `rules` are ids of rules."""
    from openpyxl import Workbook

    fields = [field for field in kind.fields if field.type != "secret"]
    book = Workbook()
    sheet = book.active
    sheet.title = kind.title
    sheet.append([kind.title])
    sheet.append(["单位：元　带*的必须填写" if any(field.type == "amount" for field in fields) else "带*的必须填写"])
    sheet.append(["序号", *(header_of(kind.id, field.name) + ("*" if field.filled else "") for field in fields)])
    sheet["A4"] = "（示例）"
    options = book.create_sheet(OPTIONS)
    options.sheet_state = "hidden"
    _column(sheet, 1, None, [], options)
    for number, field in enumerate(fields, 2):
        choices = list(rules) if field.name == "rule" else _choices(field, kind, draft)
        _column(sheet, number, field, choices, options)
    sheet.freeze_panes = "B4"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight = True, 0
    sheet.print_title_rows = "1:3"
    for name in ("formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"):
        setattr(sheet.protection, name, False)  # False: not forbidden
    sheet.protection.sheet = True
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _column(sheet: Any, number: int, field: Field | None, choices: list[str], options: Any) -> None:
    """A column: its heading, cells that may be written in, what may be chosen, its example."""
    from openpyxl.styles import Alignment, Font, PatternFill, Protection
    from openpyxl.utils import get_column_letter

    letter = get_column_letter(number)
    heading = sheet[f"{letter}3"]
    heading.font, heading.fill = Font(bold=True), PatternFill("solid", fgColor="FFE8EEF7")
    heading.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.column_dimensions[letter].width = 8 if field is None else 20
    for row in range(4, ROWS):
        sheet[f"{letter}{row}"].protection = Protection(locked=False)
        if field is not None:
            sheet[f"{letter}{row}"].number_format = "0.00" if field.type in ("amount", "wage") else "@"
    if field is not None:
        _validated(sheet, letter, field, choices, options)
        sheet[f"{letter}4"] = _example(field, choices)
    sheet[f"{letter}4"].font = Font(italic=True, color="FF808080")


def _choices(field: Field, kind: Kind, draft: Draft | None) -> list[str]:
    if field.type.startswith("term:"):
        return list(closed_list(field.type.removeprefix("term:")))
    if draft is None or (kind.id, field.name) in _NEW:
        return []
    found = _CHOICES.get(f"{field.name}@{kind.id}") or _CHOICES.get(field.name)
    return list(dict.fromkeys(found(draft)))[:LONGEST] if found else []


def _validated(sheet: Any, letter: str, field: Field, choices: Iterable[str], options: Any) -> None:
    """The list of a column, kept on the hidden sheet; words that are in no closed list may be written all the same."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    choices, prompt = list(choices), _PROMPTS.get(field.type, "")
    if not choices and not prompt:
        return
    rule = DataValidation(allow_blank=True)
    if choices:
        column = options.max_column + (options["A1"].value is not None)
        for row, text in enumerate(choices, 1):
            options.cell(row, column, text).data_type = "s"
        place = get_column_letter(column)
        rule = DataValidation(type="list", formula1=f"{OPTIONS}!${place}$1:${place}${len(choices)}", allow_blank=True)
        rule.errorStyle = "stop" if field.type.startswith("term:") else "warning"
        rule.errorTitle = "不在可选的词里"
        rule.error = "请从下拉列表中选" if rule.errorStyle == "stop" else "账簿里没有，确定要这样写吗"
        rule.showErrorMessage = True
    rule.prompt, rule.showInputMessage = prompt or "可从下拉列表中选", True
    sheet.add_data_validation(rule)
    rule.add(f"{letter}4:{letter}{ROWS}")


def _example(field: Field, choices: list[str]) -> str:
    if choices:
        return choices[0]
    return EXAMPLES.get(field.type, "示例" if field.filled else "")
