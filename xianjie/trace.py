"""`xianjie trace`: where the money of a fund, project, household, asset, grant, village, voucher or payee came from and went."""

from datetime import datetime

import click

from xianjie.chinese import Command
from xianjie.output import answering, deliver


@click.command(cls=Command)
@click.argument("book", type=click.Path(), metavar="账簿")
@click.argument("name", metavar="编号")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="截至哪一天，默认到账簿止日（不晚于今天）")
@click.option(
    "--format", "form", type=click.Choice(["table", "xlsx"]), default="table", metavar="格式", help="table 或 xlsx"
)
@click.option("--output", type=click.Path(dir_okay=False), metavar="文件", help="写到文件，默认显示在屏幕上")
def trace(book: str, name: str, as_of: datetime | None, form: str, output: str | None) -> None:
    """追溯一笔资金、一个项目、一户、一项资产、一项股权、一个村、一张凭证或一个收款方的钱从哪里来、到哪里去，逐级相加到分。

    “─”各行相加等于上一级；“→”引出资金形成的资产、收益等，另行计算。
    """
    from ledgers.book import read, within
    from reports.trace import show
    from reports.trace import trace as nodes_of

    if form == "xlsx" and not output:
        raise click.UsageError("工作簿请用 --output 指定文件")
    day = as_of.date() if as_of else None
    with answering(book, form, output, day):
        tables = within(read(book, day)).tables
    roots = nodes_of(tables, name)
    if not roots:
        kinds = "资金、项目、户、资产、股权、村、凭证"
        raise click.ClickException(f"截至 {tables.as_of}，账簿中没有编号为 {name} 的{kinds}，也没有这个收款方")
    content = show.as_xlsx(tables, name, roots) if form == "xlsx" else show.as_text(roots).encode()
    deliver(content, output)
