"""`xianjie screen`: where an auditor should look first. Figures and lines, never verdicts."""

from datetime import date

import click

from xianjie import options
from xianjie.chinese import Command
from xianjie.options import AS_OF, BOOK, OUTPUT
from xianjie.output import answering, deliver


@click.command(cls=Command)
@BOOK
@AS_OF
@options.form("table", "json", "xlsx")
@OUTPUT
def screen(book: str, as_of: date | None, form: str, output: str | None) -> None:
    """筛查：首位数字、整数金额、贴近限额、休息日付款、年底突击、收款集中、异常日工资等，指出应当先看哪里。

    筛查不是判定：退出状态总是 0（账簿不能用时为 2）。
    """
    from ledgers.book import read, within
    from reports.screening import show

    options.file_for(form, output)
    day = as_of
    with answering(book, form, output, day):
        tables = within(read(book, day)).tables
    made = {"table": show.as_text, "json": show.as_json, "xlsx": show.as_xlsx}
    deliver(made[form](tables), output)
