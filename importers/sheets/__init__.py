"""What each kind of sheet becomes in the book."""

from importlib import import_module
from typing import Any

from importers.reading.kinds import Kind


def work_of(kind: Kind) -> Any:
    """The module that makes something of a kind's sheets: `derive(job)`, and for some `look(job, row)`."""
    return import_module(f"importers.sheets.{kind.module}")
