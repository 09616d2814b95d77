"""The audit in the form that was asked for."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from reports.check.baseline import compare
from reports.check.checked import Checked

# Form -> the function that makes its bytes; loaded only when asked for.
FORMS = {
    "table": "reports.check.table:as_table",
    "json": "reports.check.checked:as_json",
    "xlsx": "reports.workpapers.workbook:as_xlsx",
    "sarif": "reports.check.sarif:as_sarif",
}


def render(checked: Checked, form: str, baseline: Path | None, *more: Any) -> bytes:
    """The audit as bytes, compared with the JSON of an earlier run when one is given; `more` is for that form alone."""
    if baseline:
        title = checked.book.tables.title
        checked = replace(checked, baseline=compare(checked.audit, checked.scope, title, baseline))
    module, name = FORMS[form].split(":")
    content: bytes = getattr(import_module(module), name)(checked, *more)
    return content
