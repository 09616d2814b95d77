"""The disclosure: CPU time and memory of `xianjie publish`, web and village boards together, PDFs included."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import ledgers
from benchmarks.measure import BIN, Cost, Result, run
from samples.county import write

PAYMENTS = 500_000


def results(folder: Path, payments: int = PAYMENTS) -> Iterator[Result]:
    """Every value; `folder` takes what is made."""
    yield Result("sample county, xianjie publish", publish(ledgers.XIUSHAN, folder / "sample").seconds, 20, " s")
    write(folder / "large", payments=payments)
    cost = publish(folder / "large", folder / "published")
    yield Result("large county, xianjie publish", cost.seconds, 300, " s", f"{payments} payments in the book")
    yield Result("large county, peak memory of xianjie publish", cost.megabytes, 500, " MB")


def publish(book: Path, target: Path) -> Cost:
    """The cost of publishing the last year, for the web and the boards."""
    board = target.with_name(f"{target.name}-board")
    command: list[str | Path] = [BIN / "xianjie", "publish", book, "-o", target, "--board", board, "--period", "2023"]
    return run(command)[0]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        for result in results(Path(made)):
            sys.stdout.write(f"{result}\n")
