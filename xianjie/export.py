"""`xianjie export`: every table of a book, and its verdicts, as Parquet."""

from datetime import date
from pathlib import Path

import click

from ledgers.files.writing import put_files, settle
from xianjie.chinese import Command
from xianjie.options import AS_OF, BOOK
from xianjie.output import reason

SECONDS = 3600


@click.command(cls=Command)
@BOOK
@click.option(
    "-o", "--output", required=True, type=click.Path(file_okay=False), metavar="文件夹", help="写到哪个文件夹"
)
@AS_OF
def export(book: str, output: str, as_of: date | None) -> None:
    """把账簿的全部数据表和判定结果写成 Parquet，供分析使用；金额是元，精确到分；columns.csv 说明每一列。

    户编号是代号，没有个人信息，但仍不应公开。
    """
    from ledgers.book import main_file, read, within
    from ledgers.files.confined import call
    from reports.analysis import handed_over, received, written

    folder, main, day = Path(output), main_file(book), as_of
    settle(main.parent)
    handed = call(lambda: handed_over(within(read(main, day))), seconds=SECONDS)
    contents = dict(written(received(handed)))
    try:
        put_files(folder, contents)
    except OSError as error:
        raise click.ClickException(f"无法写入 {folder}（{reason(error)}），没有改动任何文件") from None
    click.echo(f"已写入 {folder}，共 {len(contents)} 个文件")
