"""`xianjie report`: the bureau's workbooks, written all or none."""

from datetime import date
from pathlib import Path

import click

from ledgers.files.confined import will
from ledgers.files.writing import put_files
from xianjie.chinese import Command
from xianjie.options import AS_OF, BOOK
from xianjie.output import reason


@click.command(cls=Command)
@BOOK
@click.option(
    "-o", "--output", required=True, type=click.Path(file_okay=False), metavar="文件夹", help="写到哪个文件夹"
)
@AS_OF
def report(book: str, output: str, as_of: date | None) -> None:
    """出具六本业务台账：资金支出进度、项目明细、劳务报酬、股权登记、扶贫项目资产、资产收益分配。

    文件夹里同名的工作簿会被替换，其他文件不动。
    """
    from ledgers.book import read, within
    from reports.registers.all import workbooks

    folder = Path(output)
    will(put_files, folder)
    tables = within(read(book, as_of)).tables
    contents = dict(workbooks(tables))
    try:
        put_files(folder, contents)
    except OSError as error:
        raise click.ClickException(f"无法写入 {folder}（{reason(error)}），没有改动任何文件") from None
    for name in contents:
        click.echo(f"已写入 {folder / name}")
    if tables.broken:
        click.echo(
            f"注意：有 {len(tables.broken)} 份清册不可信，其户数、人数和金额没有计入，详见 xianjie check。", err=True
        )
