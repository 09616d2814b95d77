"""All workbooks of the bureau, by file name."""

from collections.abc import Iterator

from ledgers.tables.tables import Tables
from reports.registers import assets, funds, income, labour, projects, shares


def workbooks(tables: Tables) -> Iterator[tuple[str, bytes]]:
    """File name and content of each, one at a time."""
    for module in (funds, projects, labour, shares, assets, income):
        yield f"{module.TITLE}.xlsx", module.workbook(tables)
