"""`xianjie mend`: a book whose seal was once broken is sealed as it was, and what was changed counts from the first open day on."""

import sys
from pathlib import Path

import click

from ledgers.files.confined import will
from xianjie.chinese import Command
from xianjie.options import BOOK


@click.command(cls=Command)
@BOOK
@click.option("--dry-run", is_flag=True, help="只显示会改什么，不写入")
@click.option("--yes", is_flag=True, help="不再询问，直接写入")
def mend(book: str, dry_run: bool, yes: bool) -> None:
    """修复封账：已封账的内容曾被导入或手工改动的，按封账清单改回；改动的内容改记在封账后的第一天（凭证冲销后重记）。

    封账清单须完好（与封账的根相符）。清册、附件只留有摘要，不能由此恢复，会列出来，请从备份恢复。先显示会改什么，确认后一次写入。

    退出状态：0 已修复，或没有要修复的，或只是显示；2 有不能修复的，或没有写入。
    """
    from importers import mending
    from ledgers.book import main_file
    from ledgers.files import writing
    from ledgers.people import Unusable
    from xianjie.import_ import confirmed, login

    shown: list[bool] = []
    folder = main_file(book).parent
    writing.will_lock(folder)
    will(writing.settle, folder)

    def confirm(found: mending.Mend) -> bool:
        for line in found.said:
            click.echo(line)
        for name, content in sorted(found.files.items()):
            click.echo(f"{'删去' if content is None else '改写'} {name}")
        shown.append(True)
        return not dry_run and (yes or (sys.stdin.isatty() and confirmed("按以上修复吗？")))

    try:
        found = mending.mend(Path(book), confirm=confirm, by=login())
    except Unusable as error:
        raise click.ClickException(f"{error}。没有写入任何东西") from None
    for line in found.left:
        click.echo(f"不能修复  {line}")
    nothing = "没有可以自动修复的。" if found.left else "封账没有改动，没有什么要修复的。"
    done = f"已修复（记为第 {found.number} 次，可以 xianjie undo 撤销），请用 xianjie verify 核对。"
    click.echo(done if found.files else "没有写入。" if shown else nothing)
    raise click.exceptions.Exit(2 if found.left or (shown and not found.files and not dry_run) else 0)
