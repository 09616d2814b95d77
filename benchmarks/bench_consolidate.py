"""Many counties: parallel efficiency when nothing is judged yet, and the cost of a run in which nothing has changed.

`python -m benchmarks.bench_consolidate` measures growth with the number of counties as well and draws it for the docs.
"""

import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

from benchmarks.measure import BIN, Cost, Result, run
from samples.county import write

DAY = "2023-12-31"
PAYMENTS = 500_000
CITY, COUNTRY = 38, 2_800
COLD = 8  # counties of a cold run: enough to keep two processes busy
SMALL = 2_000
PLOT = Path(__file__).parents[1] / "docs" / "consolidate-growth.svg"


def results(folder: Path, payments: int = PAYMENTS, city: int = CITY, country: int = COUNTRY) -> Iterator[Result]:
    """Every figure; `folder` takes the books and caches that are made for it."""
    large, small = folder / "large", folder / "small"
    write(large, payments=payments)
    small_book(small)
    yield _efficiency(folder, copies(large, folder / "cold", COLD))
    yield from _warm(folder, f"{city} counties of {payments:,} payments, warm", copies(large, folder / "city", city))
    yield from _warm(
        folder, f"{country} counties of {SMALL:,} payments, warm", copies(small, folder / "country", country)
    )


def small_book(folder: Path) -> None:
    """A county of 2,000 payments: the one of the tests, which the sample county is too large for."""
    from tests.consolidate.books import County, write_county

    write_county(folder, County("小县", households=400, payments=SMALL))


def copies(book: Path, folder: Path, number: int) -> Path:
    """So many counties with the same book, each in a folder of its own; the files are links to one copy."""
    for index in range(number):
        shutil.copytree(book, folder / f"C{index:04d}", copy_function=os.link)
    return folder


def consolidate(counties: Path, cache: Path, processes: int) -> tuple[Cost, float]:
    """Cost and elapsed seconds of the command."""
    os.environ["XDG_CACHE_HOME"] = str(cache)
    command = [BIN / "xianjie", "consolidate", *sorted(counties.iterdir()), "-o", cache / "out", "--as-of", DAY]
    start = time.perf_counter()
    cost, _ = run([*command, "--processes", str(processes)], allowed=(0, 1))
    return cost, time.perf_counter() - start


def _efficiency(folder: Path, counties: Path) -> Result:
    """The time of one process over twice the time of two, as the inverse, which is to stay below 1 / 0.8."""
    _, alone = consolidate(counties, fresh(folder / "cache-1"), 1)
    _, together = consolidate(counties, fresh(folder / "cache-2"), 2)
    note = f"efficiency {alone / 2 / together:.2f}: {alone:.1f} s with one process, {together:.1f} s with two"
    return Result(
        f"cold, {COLD} counties, twice the time of two processes / one", 2 * together / alone, 1.25, note=note
    )


def _warm(folder: Path, name: str, counties: Path) -> Iterator[Result]:
    cache = fresh(folder / "cache-warm")
    judge_once(counties, cache)
    consolidate(counties, cache, 1)
    cost, elapsed = consolidate(counties, cache, 1)
    yield Result(name, cost.seconds, 5, " s", f"{elapsed:.2f} s elapsed")
    yield Result(f"{name}, peak memory", cost.megabytes, 2048, " MB")
    shutil.rmtree(cache / "out")
    cost, elapsed = consolidate(counties, cache, 1)
    yield Result(f"{name}, into another folder", cost.seconds, 5, " s", f"{elapsed:.2f} s elapsed")


def judge_once(counties: Path, cache: Path) -> None:
    """Leave the cache as a cold run of all counties leaves it, by judging one: their books are the same.

    In a process of its own: what this one holds counts as memory of those that it starts.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        pool.submit(_judge_once, counties, cache).result()


def _judge_once(counties: Path, cache: Path) -> None:
    os.environ["XDG_CACHE_HOME"] = str(cache)
    from ledgers.kept import cache as kept
    from reports.counties.county import KIND, Job, judged
    from reports.counties.run import HANDED

    time.sleep(kept.SETTLED)  # so that the times of the new files count
    books = [str(path) for path in sorted(counties.iterdir())]
    part = judged(Job(counties.name, books[0], date.fromisoformat(DAY)))
    found = kept.get(KIND, books[0], part.key) or {}
    for book in books:
        kept.put(KIND, book, part.key, {name: path.read_bytes() for name, path in found.items()})
        kept.put(HANDED, book, part.key, part.files)


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def growth(folder: Path) -> list[tuple[int, float, float, float, float]]:
    """Counties; seconds and MB of joining and reporting what was judged; seconds and MB when nothing changed."""
    book = folder / "book"
    small_book(book)
    points = []
    for number in (50, 200, 800, COUNTRY):
        counties, cache = copies(book, folder / f"g{number}", number), fresh(folder / "cache-growth")
        judge_once(counties, cache)
        joined, _ = consolidate(counties, cache, 1)
        warm, _ = consolidate(counties, cache, 1)
        points.append((number, joined.seconds, joined.megabytes, warm.seconds, warm.megabytes))
        shutil.rmtree(counties)
    return points


def plot(points: list[tuple[int, float, float, float, float]]) -> str:
    """One drawing: CPU seconds on the left axis, MB on the right."""
    most = max(point[0] for point in points)
    seconds, megabytes = max(p[1] for p in points) * 1.1, max(p[2] for p in points) * 1.1
    lines = []
    for column, top, colour, dash in (
        (1, seconds, "#2F5D8A", ""),
        (3, seconds, "#6B8E5A", ""),
        (2, megabytes, "#C58A3A", "5 4"),
    ):
        at = [(60 + 640 * p[0] / most, 310 - 280 * p[column] / top) for p in points]
        drawn = " ".join(f"{x:.0f},{y:.0f}" for x, y in at)
        lines.append(
            f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
        )
        lines += [f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>' for x, y in at]
    for p in points:
        x = 60 + 640 * p[0] / most
        lines.append(f'<text x="{x:.0f}" y="328" text-anchor="middle">{p[0]}</text>')
    for part in (0.25, 0.5, 0.75, 1):
        y = 310 - 280 * part / 1.1
        lines.append(f'<text x="54" y="{y + 4:.0f}" text-anchor="end">{seconds * part / 1.1:.1f} s</text>')
        lines.append(f'<text x="706" y="{y + 4:.0f}">{megabytes * part / 1.1:.0f} MB</text>')
    names = (
        ("#2F5D8A", "汇总（CPU 秒）"),
        ("#6B8E5A", "没有改动时再次汇总（CPU 秒）"),
        ("#C58A3A", "汇总时内存峰值（右轴）"),
    )
    for number, (colour, name) in enumerate(names):
        lines.append(f'<text x="80" y="{40 + 18 * number}" fill="{colour}">{name}</text>')
    frame = '<path d="M60 20V310H700V20" fill="none" stroke="#999"/>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 350" font-family="sans-serif" font-size="12">'
        f'<rect width="780" height="350" fill="#fff"/>{frame}{"".join(lines)}'
        '<text x="380" y="346" text-anchor="middle">县数</text></svg>\n'
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        found = growth(Path(place))
        for point in found:
            print(*(f"{value:g}" for value in point), sep="\t")
        PLOT.write_text(plot(found), "utf-8")
    sys.exit(0)
