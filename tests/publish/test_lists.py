"""Names on village boards: masked, and masked more where the mask would leave one person of the village."""

from datetime import date
from pathlib import Path

import pytest

from ledgers.book import read
from reports.publish.lists import Names, blurred
from tests.publish.county import county, write_county


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["张*三", "张*三", "张*三"], ["张*三", "张*三", "张*三"]),
        (["张*三", "张*四", "张*三"], ["张*三", "***", "张*三"]),
        (["张*三", "张*四", "李*"], ["张**", "张**", "***"]),
        (["张*三", "李*四", "王*"], ["***", "***", "***"]),
    ],
)
def test_a_mask_that_fits_one_person_of_the_village_is_a_name(
    names: list[str], expected: list[str], tmp_path: Path
) -> None:
    made = county(1)
    homes = [line.split(",") for line in made.rolls["registry/households.csv"]]
    made.rolls["registry/households.csv"] = [",".join([*one[:3], "V1", *one[4:]]) for one in homes]
    tables = read(write_county(tmp_path / "book", made), date(2022, 12, 31)).tables
    given = Names({(f"H{number}", "1"): name for number, name in enumerate(names, 1)}, frozenset())
    assert list(blurred(given, tables, "*").shown.values()) == expected
