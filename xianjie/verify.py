"""`xianjie verify`: prove that nothing sealed has changed, and that published files are what the book says."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xianjie.chinese import Command
from xianjie.options import BOOK

if TYPE_CHECKING:
    from ledgers.book import Book
    from ledgers.seals.seal import Seal
    from ledgers.tables.tables import Tables


@click.command(cls=Command)
@BOOK
@click.option("--root", metavar="根", help="以前另存或公示的封账的根：证明此后没有重做或删除过封账")
@click.option(
    "--published", type=click.Path(exists=True, file_okay=False), metavar="文件夹", help="公开的文件夹：与账簿核对"
)
def verify(book: str, root: str | None, published: str | None) -> None:
    """核对封账：已封账的内容是否改动过，逐条指出凭证、文件和行；并可核对公开的文件与账簿是否一致。

    不带 --root 只能证明账簿与其中的封账一致；带上以前另存的根，才能发现封账被整个重做或截掉。
    退出状态：0 没有改动；1 有改动，或没有封账可以核对；2 账簿不能用或不可信。
    """
    from ledgers.book import read

    held = root_of(root)
    loaded = read(book, date.max)  # seals stand in the book by the day when they were made
    seals, said, faults = proof(loaded, held, bool(published))
    for line in said:
        click.echo(line)
    if published:
        from reports.publish.verify import verify_published

        click.echo(_of_another_version(Path(published)), nl=False)
        faults += [f"{published}/{problem}" for problem in verify_published(loaded, Path(published))]
    if faults:
        click.echo(f"\n不一致，共 {len(faults)} 处：\n" + "\n".join(f"  {fault}" for fault in faults))
    else:
        click.echo(f"\n{proven(seals, held)}" + (f"\n{published} 中公开的文件没有改动，与账簿一致。" if published else ""))
    raise click.exceptions.Exit(1 if faults else 0)


def proof(loaded: "Book", held: str | None, published: bool = False) -> tuple[list["Seal"], list[str], list[str]]:
    """The seals of a book read to its end; what is to be said of each and of all; and what has changed or does not agree."""
    from ledgers.seals.seal import strays, verified

    seals = verified(loaded.tables, files=True)
    said = [
        f"{'没有改动' if not seal.changes else '有改动　'}  截至 {seal.end}  封账于 {seal.sealed_on}  根 {seal.root}"
        + _policy(loaded, seal.end)
        for seal in seals
    ]
    faults = [str(change) for seal in seals for change in seal.changes]
    faults += [str(problem) for problem in loaded.tables.broken.values()]
    faults += [str(change) for change in strays(loaded.tables)] + _missing(seals, held, published)
    return seals, [*said, *_notes(loaded.tables, seals)], faults


def _policy(book: "Book", end: date) -> str:
    """The editions of the policy sets by which a sealed month is judged."""
    from ledgers import POLICY_TITLES
    from ledgers.files.safely import Refused, read_bytes
    from ledgers.tables.editions import edition_on

    def text(file: str) -> str:
        try:
            return read_bytes(book.tables.root, file).decode("utf-8")
        except (Refused, UnicodeDecodeError):
            return ""

    sets = [Path(name).stem for name in book.files if Path(name).stem in POLICY_TITLES]
    said = [f"{POLICY_TITLES[name]} {edition_on(book.entries, name, end, text) or '没有写版次'}" for name in sets]
    return f"  政策 {'、'.join(said)}" if said else ""


def _notes(tables: "Tables", seals: list["Seal"]) -> Iterator[str]:
    """What is no change of a sealed period, and what a reader of the seals should know of it."""
    from ledgers.seals.canonical import files_later
    from ledgers.seals.later import changed_later
    from ledgers.seals.seal import LEFT_OUT

    for version, what in LEFT_OUT.items():
        ends = [str(seal.end) for seal in seals if seal.version == version]
        if ends and what:
            yield f"说明：第 {version} 版封账（截至 {'、'.join(ends)}）不含{what}，这些有没有改动无从知道"
    for seal in seals:
        if seal.left_out:
            yield f"说明：截至 {seal.end} 封账时缺少的附件，没有封进去：{'、'.join(seal.left_out)}"
    there = set(files_later(tables, date.min))
    if seals and (gone := [name for name in seals[-1].later if name not in there]):
        yield f"说明：截至 {seals[-1].end} 封账时，{'、'.join(gone)} 里有以后日子的内容，现在没有了：可能被删除，请与备份核对"
    if later := changed_later(tables, [seal.end for seal in seals]):
        yield f"说明：封账之后改了已封账期间的登记，共 {len(later)} 处；已封账期间的结论以封账时的登记为准："
        yield from (f"  {change}" for change in later)


def _of_another_version(published: Path) -> str:
    from reports.publish.verify import of_another_version

    with suppress(ValueError):  # said as a fault
        if of_another_version(published):
            return (
                f"说明：{published} 由另一版本的程序或规则公开：只核对了文件本身和封账，数字与账簿是否一致，请用那个版本核对\n"
            )
    return ""


def root_of(text: str | None) -> str | None:
    """A root as someone kept it: blanks, capitals and a prefix do not matter."""
    if text is None:
        return None
    root = "".join(text.split()).lower().removeprefix("sha256:")
    if len(root) != 64 or set(root) - set("0123456789abcdef"):
        raise click.UsageError("根应为 64 位十六进制数字，请核对是否抄录完整")
    return root


def _missing(seals: list["Seal"], held: str | None, published: bool) -> list[str]:
    """What a root that is held outside, or its absence, says against the book's own seals."""
    if held and held not in {seal.root for seal in seals}:
        return ["您持有的根不在账簿的封账之中：那次封账被删除，或账簿改动后重新封了账"]
    if not seals and not published:
        return ["账簿中没有封账，没有什么可以核对（用 xianjie seal 封账）"]
    return []


def proven(seals: list["Seal"], held: str | None, ask: str = "请用 --root 给出另存他处的根") -> str:
    """What seals without a fault prove, with a root that is held outside or without; `ask` says how to give one."""
    if not seals:
        return "账簿中没有封账。"
    text = f"截至 {seals[-1].end} 的内容与封账时一致。"
    if held:
        end = next(seal.end for seal in seals if seal.root == held)
        return text + f"\n您持有的根是截至 {end} 的封账，它在账簿中，内容没有改动。"
    return text + f"\n没有外面的根，看不出封账被整个重做、或最后几次封账连同清单被删除：{ask}。"
