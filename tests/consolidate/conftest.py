import shutil
from datetime import date

import pytest

from ledgers.kept import cache
from reports.counties.county import Job, judged

from .books import County, write_county
from .ids import id_number

DAY = date(2023, 12, 31)
COMMON = b"k" * 32
CITY = b"c" * 32


@pytest.fixture(scope="session")
def shared_books(tmp_path_factory):
    """Three counties that no test changes. Persons 0 to 4 live in 甲县 and in 乙县; 丙县 has another key."""
    folder = tmp_path_factory.mktemp("counties")
    for number, name in enumerate(("甲县", "乙县", "丙县")):
        people = {n: id_number(n if n < 5 and number < 2 else 100 * number + n) for n in range(20)}
        county = County(name, seed=number, sent=3_000_000_00 + number * 100, industry=f"0.5{number * 4}", people=people)
        county.days = {0: "20", 1: "11", 7: "20"} if number else {0: "12", 1: "20", 8: "22"}
        county.firm = "联县茶业有限公司" if number == 0 else "联县茶业　有限公司" if number == 1 else "丙县茶业有限公司"
        write_county(folder / name, county, COMMON if number < 2 else b"z" * 32)
    return folder


@pytest.fixture(scope="session")
def judged_once(shared_books, tmp_path_factory):
    """A cache in which these three are judged already."""
    folder = tmp_path_factory.mktemp("judged")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        for book in sorted(shared_books.glob("*县")):
            for key in (CITY, b""):
                judged(Job(book.name, str(book), DAY, key))
    return folder


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch, judged_once):
    """Every test has a cache of its own, in which the books that no test changes are judged."""
    shutil.copytree(judged_once, tmp_path / "cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def nothing_judged(own_cache):
    """The cache deleted."""
    shutil.rmtree(cache.folder())
