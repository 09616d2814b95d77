"""A county in which nothing is wrong: no rule of severity error fires in it, and warnings are few."""

from datetime import date
from pathlib import Path

import pytest

from ledgers.book import read
from plugins import catalogue
from plugins.audit import audit
from samples.__main__ import main
from samples.county import SEED, write
from tests.books import few

AS_OF = date(2023, 12, 31)
WARNINGS = 8  # of more than three thousand findings; four of them that the shares of 2016 were verified until 2019


def troubles(folder: Path, as_of: date = AS_OF) -> tuple[list[str], list[str]]:
    """What fails or stays open with severity error, and what warns."""
    result = audit(read(folder, as_of).tables, list(catalogue().values()))
    assert not result.crashes
    assert result.summary["pass"] > 1000
    bad = [one for one in result.findings if one.status in ("fail", "undetermined")]
    said = {one: f"{one.rule} {one.subject.id} {one.part or ''} {one.period or ''}: {one.message}" for one in bad}
    return [said[one] for one in bad if one.severity == "error"], [said[one] for one in bad if one.severity != "error"]


def _stays_clean(folder: Path, seed: int) -> None:
    write(folder, seed=seed, clean=True)
    errors, warnings = troubles(folder)
    assert errors == []
    assert len(warnings) <= WARNINGS, warnings


@pytest.mark.parametrize("seed", few([SEED, 1], 1))
def test_a_clean_county_stays_clean(seed: int, tmp_path: Path) -> None:
    _stays_clean(tmp_path, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 20))
def test_twenty_clean_counties_stay_clean(seed: int, tmp_path: Path) -> None:
    _stays_clean(tmp_path, seed)


def test_the_command_writes_a_clean_county_and_plants_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["samples", "--clean", "--seed", "3", str(tmp_path / "county")])
    main()
    assert (tmp_path / "county" / "planted.csv").read_text("utf-8").splitlines() == ["rule,subject,part,period,status"]
    monkeypatch.setattr("sys.argv", ["samples", "--clean"])
    with pytest.raises(SystemExit):
        main()
