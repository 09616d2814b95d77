"""`xianjie imports` lists what was imported; `xianjie undo` takes an import back."""

import sys
from pathlib import Path

import click

from ledgers.files.confined import will
from ledgers.people import Unusable
from xianjie.chinese import Command
from xianjie.options import BOOK


@click.command("imports", cls=Command)
@BOOK
def imports(book: str) -> None:
    """列出每一次导入：第几次、哪天、谁导入、哪个单位的表、文件、种类、行数、合计、文件的 SHA-256。

    撤销某一次：xianjie undo 账簿 次数。
    """
    from importers.reading.kinds import title_of
    from ledgers.book import main_file
    from ledgers.files import side_files

    log = side_files.log(main_file(book).parent)
    if not log:
        click.echo("还没有导入过表格。")
    for entry in sorted(log, key=lambda entry: entry.number):
        title = title_of(entry.kind)
        if not entry.number:
            click.echo(f"（以前版本导入，没有次数）  {title}")
            continue
        who = "　".join(part for part in (entry.by, entry.provider) if part)
        total = f"，合计 {entry.sum} 元" if entry.sum else ""
        what = f"{entry.file}：{title}，{entry.rows} 行{total}  {entry.sha256[:12]}" if entry.file else f"{title}，{entry.rows} 处"
        click.echo(f"第 {entry.number} 次  {entry.day}  {who}  {what}")


@click.command("undo", cls=Command)
@BOOK
@click.argument("number", type=click.IntRange(1), metavar="次数")
@click.option("--dry-run", is_flag=True, help="只显示会改什么，不写入")
@click.option("--yes", is_flag=True, help="不再询问，直接撤销")
def undo(book: str, number: int, dry_run: bool, yes: bool) -> None:
    """撤销一次导入：先显示会改回什么，确认后一次写入。

    后来又导入过别的表也可以撤销；后来的导入改过同一处的，须先撤销后来的。凭证号后面已有凭证的、所在月份已封账的凭证不删去，而是冲销；
    已封账的登记保留。

    退出状态：0 已撤销，或只是显示；2 不能撤销（说明为什么）。
    """
    from importers import history
    from ledgers.book import main_file
    from ledgers.files import writing
    from xianjie.import_ import confirmed

    shown: list[bool] = []
    will(writing.write, main_file(book).parent)

    def confirm(found: history.Undo) -> bool:
        for line in found.said:
            click.echo(line)
        shown.append(True)
        return not dry_run and (yes or (sys.stdin.isatty() and confirmed(f"撤销第 {number} 次导入吗？")))

    try:
        found = history.undo(Path(book), number, confirm=confirm)
    except Unusable as error:
        raise click.ClickException(f"{error}。没有写入任何东西") from None
    for line in found.refused:
        click.echo(f"不能撤销  {line}")
    if found.refused:
        raise click.exceptions.Exit(2)
    click.echo(f"已撤销第 {number} 次导入。" if found.files else "没有写入。" if shown else "没有什么可撤销的。")
