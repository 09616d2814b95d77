"""The audit against Beancount's own check, and the rules against the loading of the book."""

import gc
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

import ledgers
from benchmarks.measure import BIN, Cost, Result, bean_check, run, xianjie_check
from samples.county import write

PAYMENTS = 500_000


def results(folder: Path, payments: int = PAYMENTS) -> Iterator[Result]:
    """Every ratio; `folder` takes the books that are made for it, and what is kept of them."""
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    yield from _sample(folder / "sample")
    rolls, postings = folder / "rolls", folder / "postings"
    write(rolls, payments=payments)
    write(postings, payments=payments, postings=True)
    check = xianjie_check(rolls)
    yield from _large(check, rolls, postings)
    yield from _ten_times(check, folder / "ten times", payments * 10)
    yield from _papers(rolls, folder)
    yield _again(rolls)
    yield _rules(rolls)


def _sample(copy: Path) -> Iterator[Result]:
    """The sample county as it is, whose plugin line makes bean-check judge it too, and without that line."""
    check = xianjie_check(ledgers.XIUSHAN)
    judging = bean_check(ledgers.XIUSHAN / "main.beancount", allowed=(1,))
    note = f"{check.seconds:.2f} s / {judging.seconds:.2f} s"
    yield Result("sample county, xianjie check / bean-check", check.seconds / judging.seconds, 2.5, note=note)
    shutil.copytree(ledgers.XIUSHAN, copy)
    plain = bean_check(without_plugins(copy))
    note = f"{check.seconds:.2f} s / {plain.seconds:.2f} s, for information"
    ratio = check.seconds / plain.seconds
    yield Result("sample county, xianjie check / bean-check without plugins", ratio, float("inf"), note=note)


def _large(check: Cost, rolls: Path, postings: Path) -> Iterator[Result]:
    beancount = bean_check(without_plugins(postings))
    note = f"{check.seconds:.2f} s / {beancount.seconds:.2f} s ({beancount.megabytes:.0f} MB)"
    name = "large book, xianjie check on rolls / bean-check on postings"
    yield Result(name, check.seconds / beancount.seconds, 0.22, note=note)
    yield Result("large book, peak memory of xianjie check", check.megabytes, 300, " MB")
    for form in ("json", "sarif"):
        cost = xianjie_check(rolls, "--format", form)
        note = f"{cost.seconds:.2f} s, {cost.megabytes:.0f} MB"
        yield Result(
            f"large book, memory of the check as {form} / of the check",
            cost.megabytes / check.megabytes,
            1.1,
            note=note,
        )


def _papers(book: Path, folder: Path) -> Iterator[Result]:
    """The workpapers, whole and of the failures alone, and the registers; each reads the book anew."""
    check = _anew(folder, partial(xianjie_check, book))
    for sheets, times in (("all", 4), ("failures", 1.5)):
        to = ("--format", "xlsx", "--sheets", sheets, "--output", str(folder / "papers.xlsx"))
        cost = _anew(folder, partial(xianjie_check, book, *to))
        note = f"{cost.seconds:.2f} s / {check.seconds:.2f} s"
        yield Result(f"large book, workpapers ({sheets}) / check", cost.seconds / check.seconds, times, note=note)
        yield Result(f"large book, peak memory of workpapers ({sheets})", cost.megabytes, 400, " MB")
    command = [BIN / "xianjie", "report", book, "-o", folder / "registers", "--as-of", "2023-12-31"]
    cost = _anew(folder, lambda: run(command, kept=False)[0])
    yield Result("large book, peak memory of the registers", cost.megabytes, 400, " MB", f"{cost.seconds:.2f} s")


def _anew(folder: Path, measured: Callable[[], Cost]) -> Cost:
    """What is measured without anything that was kept before."""
    shutil.rmtree(folder / "cache", ignore_errors=True)
    return measured()


def _ten_times(check: Cost, more: Path, payments: int) -> Iterator[Result]:
    """Ten times the payments, made by a process of its own: what this one has held would count as its children's memory."""
    run([sys.executable, "-m", "benchmarks.bench_check", more, str(payments)])
    large = xianjie_check(more)
    note = f"{large.seconds:.1f} s / {check.seconds:.1f} s"
    yield Result("ten times the payments, xianjie check / of the large book", large.seconds / check.seconds, 11, note=note)
    yield Result("ten times the payments, peak memory of xianjie check", large.megabytes, 1200, " MB")


def _again(book: Path) -> Result:
    """The check was run before, and nothing has changed since."""
    cost = xianjie_check(book)
    note = f"{cost.megabytes:.0f} MB"
    return Result("large book, xianjie check of an unchanged book", cost.seconds, 1.5, " s", note)


def _rules(book: Path) -> Result:
    """In a process of its own: reading the book, then all rules."""
    _, output = run([sys.executable, "-m", "benchmarks.bench_check", book])
    loading, judging = json.loads(output)
    return Result("large book, all rules / loading", judging / loading, 0.5, note=f"{judging:.2f} s / {loading:.2f} s")


def without_plugins(book: Path) -> Path:
    """Take the plugin lines out of a book's main file."""
    main = book / "main.beancount"
    lines = main.read_text("utf-8").splitlines(keepends=True)
    main.write_text("".join(line for line in lines if not line.startswith("plugin ")), "utf-8")
    return main


def rules_alone(book: Path) -> tuple[float, float]:
    """CPU seconds of reading a book, and of judging it by every rule."""
    from ledgers.book import read
    from plugins import catalogue
    from plugins.audit import audit

    known = catalogue()
    gc.disable()  # as the command does
    start = time.process_time()
    tables = read(book, date(2023, 12, 31)).tables
    loaded = time.process_time()
    audit(tables, list(known.values()))
    return loaded - start, time.process_time() - loaded


if __name__ == "__main__" and len(sys.argv) > 2:
    write(Path(sys.argv[1]), payments=int(sys.argv[2]))
elif __name__ == "__main__":
    print(json.dumps(rules_alone(Path(sys.argv[1]))))
