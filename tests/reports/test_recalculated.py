"""LibreOffice works every formula out again and comes to what we stored."""

from dataclasses import replace
from pathlib import Path

import pytest

from plugins.findings import Audit
from reports.check.checked import Checked
from reports.registers.all import workbooks
from reports.trace import show, trace
from reports.workpapers.workbook import as_xlsx
from tests.reports.office import formulas, needs_office, recalculated, same

FEW = ("labour-share-work-relief", "equity-ratio", "income-tilt", "fund-trace", "labour-notice", "industry-share")


def agree(folder: Path, given: dict[str, bytes]) -> int:
    """How many formulas there were; fails with those that came to something else."""
    theirs = recalculated(folder, given)
    number = 0
    for name, content in given.items():
        values = {sheet.title: {c.coordinate: c.value for row in sheet for c in row} for sheet in theirs[name]}
        found = list(formulas(content))
        assert [one for one in found if not same(one[3], values[one[0]].get(one[1]))] == []
        number += len(found)
    return number


@needs_office
def test_workpapers_registers_and_traces(example: Checked, tmp_path: Path) -> None:
    tables = example.book.tables
    few = Audit([one for one in example.audit.findings if one.rule in FEW])
    paper = as_xlsx(replace(example, audit=few))
    given = {"paper": paper, "trace": show.as_xlsx(tables, "甲", trace(tables, "XS2022-0001"))}
    given |= {str(number): content for number, (_, content) in enumerate(workbooks(tables))}
    assert agree(tmp_path, given) > 100


@needs_office
@pytest.mark.slow
def test_the_sample_county(sample: Checked, tmp_path: Path) -> None:
    given = {
        "paper": as_xlsx(sample),
        **{str(n): content for n, (_, content) in enumerate(workbooks(sample.book.tables))},
    }
    assert agree(tmp_path, given) > 1000
