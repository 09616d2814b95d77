"""`xianjie trace`: where the money of a fund, project, household, asset, grant, village, voucher or payee came from and went."""

from datetime import date

import click

from xianjie import options
from xianjie.chinese import Command
from xianjie.options import AS_OF, BOOK, OUTPUT
from xianjie.output import answering, deliver


@click.command(cls=Command)
@BOOK
@click.argument("name", metavar="编号")
@AS_OF
@options.form("table", "xlsx")
@OUTPUT
def trace(book: str, name: str, as_of: date | None, form: str, output: str | None) -> None:
    """追溯一笔资金、一个项目、一户、一项资产、一项股权、一个村、一张凭证或一个收款方的钱从哪里来、到哪里去，逐级相加到分。

    “─”各行相加等于上一级；“→”引出资金形成的资产、收益等，另行计算。
    """
    from ledgers.book import read, within
    from reports.trace import show
    from reports.trace import trace as nodes_of

    options.file_for(form, output)
    day = as_of
    with answering(book, form, output, day):
        tables = within(read(book, day)).tables
    roots = nodes_of(tables, name)
    if not roots:
        kinds = "资金、项目、户、资产、股权、村、凭证"
        raise click.ClickException(f"截至 {tables.as_of}，账簿中没有编号为 {name} 的{kinds}，也没有这个收款方")
    content = show.as_xlsx(tables, name, roots) if form == "xlsx" else show.as_text(roots).encode()
    deliver(content, output)
