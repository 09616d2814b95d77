"""The audit in the form that was asked for."""

from importlib import import_module
from pathlib import Path

from reports.checked import Checked

# Form -> the function that makes its bytes; loaded only when asked for.
FORMS = {
    "table": "reports.table:as_table",
    "json": "reports.checked:as_json",
}


def render(checked: Checked, form: str, baseline: Path | None) -> bytes:
    """The audit as bytes."""
    module, name = FORMS[form].split(":")
    content: bytes = getattr(import_module(module), name)(checked)
    return content
