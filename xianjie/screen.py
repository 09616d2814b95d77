"""`xianjie screen`: where an auditor should look first. Figures and lines, never verdicts."""

from datetime import datetime

import click

from xianjie.chinese import Command
from xianjie.output import answering, deliver

FORMATS = ("table", "json", "xlsx")


@click.command(cls=Command)
@click.argument("book", type=click.Path(), metavar="账簿")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="截至哪一天，默认到账簿止日（不晚于今天）")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", metavar="格式", help="table、json 或 xlsx"
)
@click.option("--output", type=click.Path(dir_okay=False), metavar="文件", help="写到文件，默认显示在屏幕上")
def screen(book: str, as_of: datetime | None, form: str, output: str | None) -> None:
    """筛查：首位数字、整数金额、贴近限额、休息日付款、年底突击、收款集中、异常日工资等，指出应当先看哪里。

    筛查不是判定：退出状态总是 0（账簿不能用时为 2）。
    """
    from ledgers.book import read, within
    from reports.screening import show

    if form == "xlsx" and not output:
        raise click.UsageError("工作簿请用 --output 指定文件")
    day = as_of.date() if as_of else None
    with answering(book, form, output, day):
        tables = within(read(book, day)).tables
    made = {"table": show.as_text, "json": show.as_json, "xlsx": show.as_xlsx}
    deliver(made[form](tables), output)
