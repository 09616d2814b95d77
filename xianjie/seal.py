"""`xianjie seal`: close a period for good and print its root."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledgers import clock
from ledgers.files.writing import locked, write
from xianjie.chinese import Command
from xianjie.options import BOOK

if TYPE_CHECKING:
    from ledgers.book import Book
    from ledgers.seals.seal import Seal

REQUIRED = ("record", "voucher", "fund-trace")  # a book that fails these has nothing worth sealing


@click.command(cls=Command)
@BOOK
@click.argument("month", metavar="月份")
def seal(book: str, month: str) -> None:
    """封账：封住截至某月（如 2022-06）的全部内容，并显示封账的根。

    封账后本期间不再接受新增和改动，更正须在以后的期间冲销。请把根另存他处或公示：日后用 xianjie verify --root 核对。
    比例不达标不妨碍封账；账簿不可信、登记不全、凭证断号、资金对不上、银行流水未核对，则不能封账。
    """
    from ledgers.book import main_file
    from ledgers.seals.seal import missing_in

    end, main = end_of(month), main_file(book)
    with locked(main.parent, "xianjie seal"):
        seal, content, files = sealed(main, end)
        write(main.parent, files)
    count = content.count(b"\n") - 1
    click.echo(f"已封账：截至 {end}，共 {count} 条内容。\n封账的根：{seal.root}")
    click.echo("请把根另存他处，或随公示公布；它证明本期间此后没有改动。")
    if missing := missing_in(content):
        click.echo(f"注意：{len(missing)} 个附件现在缺少，没有封进去：{'、'.join(missing)}", err=True)


def end_of(month: str) -> date:
    """The last day of a month that can be sealed; UsageError where it is none, or not over yet."""
    from ledgers.seals.seal import month_end

    try:
        end = month_end(month)
    except ValueError:
        raise click.UsageError(f"月份应写作 2022-06 的样子，收到的是“{month}”") from None
    if end >= clock.today():
        raise click.UsageError(f"{month} 尚未结束（今天是 {clock.today()}），不能封账")
    return end


def sealed(main: Path, end: date) -> tuple["Seal", bytes, dict[str, bytes]]:
    """The seal of a locked book, its manifest, and the files that must be written together; nothing is written here.

    Raises ClickException with everything that stands in the way.
    """
    from ledgers.book import read
    from ledgers.seals import seal as seals
    from ledgers.seals.canonical import files_later

    book = read(main, date.max)  # seals stand in the book by the day when they were made
    before = seals.verified(book.tables, files=True)
    last = before[-1] if before else None
    if last and end <= last.end:
        raise click.ClickException(f"账簿已封账到 {last.end}，封账不能倒退，也不能重做。没有改动任何文件。")
    faults = [str(change) for done in before for change in done.changes] + _faults(
        book, last.end if last else None, end
    )
    if faults:
        listed = "\n".join(f"  {fault}" for fault in faults)
        raise click.ClickException(f"不能封账，有 {len(faults)} 处须先处理：\n{listed}\n没有改动任何文件。")
    day = max([clock.today(), *(done.sealed_on for done in before)])  # a clock that was set back must not reorder seals
    later = tuple(name for name in files_later(book.tables, end) if name != main.name)
    seal = seals.Seal(end, "", last.root if last else "", last.end if last else None, day, main.name, 0, later=later)
    content = seals.manifest(book.tables, seal)
    seal = replace(seal, root=seals.root_of(content))
    text = main.read_bytes().rstrip(b"\n") + b"\n\n" + seals.directive(seal).encode()
    return seal, content, {seals.manifest_file(end): content, main.name: text}


def _faults(book: "Book", after: date | None, end: date) -> list[str]:
    """Why the period cannot be sealed: what cannot be trusted, is incomplete, or does not agree with the bank."""
    from ledgers.seals.bank import unreconciled
    from ledgers.tables.tables import tables
    from plugins import catalogue
    from plugins.audit import audit
    from reports.check.checked import crashed

    found = tables(book.entries, book.options, end)
    result = audit(found, [catalogue()[name] for name in REQUIRED])
    problems = [*found.problems, *result.untrusted, *unreconciled(found, after, end)]
    return (
        [str(problem) for problem in problems]
        + [crashed(crash.rule, crash.error) for crash in result.crashes]
        + [f"{f.source[0]}:{f.source[1]}：{f.subject.id} {f.message}（{f.rule}）" for f in result.stated if f.blocking]
    )
