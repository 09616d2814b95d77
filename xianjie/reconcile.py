"""`xianjie reconcile`: the treasury's export against the book, line by line, both ways."""

from pathlib import Path

import click

from ledgers import clock
from xianjie import options
from xianjie.chinese import Command
from xianjie.options import BOOK, OUTPUT
from xianjie.output import answering, deliver


@click.command(cls=Command)
@BOOK
@click.argument("exports", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False), metavar="导出…")
@options.form("table", "json", "xlsx")
@OUTPUT
def reconcile(book: str, exports: tuple[str, ...], form: str, output: str | None) -> None:
    """把预算管理一体化导出的国库集中支付与账簿逐笔核对：两边都有、不同、只在导出、只在账簿。

    按文号和支付凭证号对，比金额和日期；对不上的再看是不是号码写法不同（丢了开头的零、大小写）、文号或号码不同、没有号码。
    范围是导出中最早到最晚的日期。退出状态：0 全部一致，1 有不一致，2 账簿或导出不能读。
    """
    from ledgers.book import read
    from ledgers.files.problems import Untrusted
    from reports import reconcile as lines

    options.file_for(form, output)
    try:
        with answering(book, form, output, None):
            exported = lines.read_exports([Path(name) for name in exports])  # before the book: its reading confines the process
    except Untrusted as error:
        click.echo(f"导出不能读，没有核对，共 {len(error.problems)} 处：\n{error}", err=True)
        raise click.exceptions.Exit(2) from None
    with answering(book, form, output, None):
        loaded = read(book, clock.today())
    found = lines.matches(loaded, exported)
    made = {"table": lines.as_text, "json": lines.as_json, "xlsx": lines.as_xlsx}
    deliver(made[form](loaded, found), output)
    raise click.exceptions.Exit(int(any(one.outcome != lines.BOTH for one in found)))
