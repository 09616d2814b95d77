"""The audit in the form that was asked for."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from ledgers.files.problems import Problem
from reports.check.baseline import compare
from reports.check.checked import Checked

# Form -> the function that makes its bytes, whole or in pieces; loaded only when asked for.
FORMS = {
    "table": "reports.check.table:as_table",
    "json": "reports.check.checked:json_pieces",
    "xlsx": "reports.workpapers.workbook:xlsx_pieces",
    "sarif": "reports.check.sarif:sarif_pieces",
}


# How each says that a book could not be judged.
UNJUDGED = {
    "table": "reports.check.table:unjudged_table",
    "json": "reports.check.checked:unjudged_json",
    "sarif": "reports.check.sarif:unjudged_sarif",
    "xlsx": "reports.check.table:unjudged_xlsx",
}


def refusal(form: str, main: str, as_of: date, problems: Iterable[Problem]) -> bytes:
    """Why a book could not be judged, as bytes."""
    content: bytes = _named(UNJUDGED[form])(main, as_of, problems)
    return content


def _named(place: str) -> Any:
    module, name = place.split(":")
    return getattr(import_module(module), name)


def render(checked: Checked, form: str, baseline: Path | None, *more: Any) -> bytes:
    """The audit as bytes, compared with the JSON of an earlier run when one is given; `more` is for that form alone."""
    return b"".join(pieces(checked, form, baseline, *more))


def pieces(checked: Checked, form: str, baseline: Path | None, *more: Any) -> Iterable[bytes]:
    """The same piece by piece, where the form can be so large that it should not be in memory whole."""
    if baseline:
        title = checked.book.tables.title
        checked = replace(checked, baseline=compare(checked.audit, checked.scope, title, baseline))
    content: bytes | Iterable[bytes] = _named(FORMS[form])(checked, *more)
    return [content] if isinstance(content, bytes) else content
