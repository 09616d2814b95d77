"""`xianjie report`: the bureau's workbooks, written all or none."""

import os
import tempfile
from datetime import datetime
from pathlib import Path

import click

from ledgers import clock
from xianjie.chinese import Command
from xianjie.output import reason


@click.command(cls=Command)
@click.argument("book", type=click.Path(), metavar="账簿")
@click.option(
    "-o", "--output", required=True, type=click.Path(file_okay=False), metavar="文件夹", help="写到哪个文件夹"
)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="截至哪一天，默认今天")
def report(book: str, output: str, as_of: datetime | None) -> None:
    """出具六本业务台账：资金支出进度、项目明细、劳务报酬、股权登记、扶贫项目资产、资产收益分配。

    文件夹里同名的工作簿会被替换，其他文件不动。
    """
    from ledgers.book import read
    from reports.registers.all import workbooks

    tables = read(book, as_of.date() if as_of else clock.today()).tables
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder, dict(workbooks(tables)))
    except OSError as error:
        raise click.ClickException(f"无法写入 {folder}（{reason(error)}），没有改动任何文件") from None
    if tables.broken:
        click.echo(
            f"注意：有 {len(tables.broken)} 份清册不可信，其户数、人数和金额没有计入，详见 xianjie check。", err=True
        )


def _write(folder: Path, contents: dict[str, bytes]) -> None:
    """Write everything beside the target first, so that a full disk leaves the old files as they were."""
    with tempfile.TemporaryDirectory(prefix=".xianjie-", dir=folder) as beside:
        for name, content in contents.items():
            (Path(beside) / name).write_bytes(content)
        for name in contents:
            os.replace(Path(beside) / name, folder / name)
            click.echo(f"已写入 {folder / name}")
