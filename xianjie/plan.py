"""`xianjie plan`: what must still be done, by whom and by when; and what would be, were planned vouchers in the book."""

from contextlib import ExitStack
from datetime import date
from pathlib import Path

import click

from xianjie import options
from xianjie.chinese import Command
from xianjie.import_ import show
from xianjie.options import AS_OF, BOOK, OUTPUT
from xianjie.output import answering, deliver


@click.command(cls=Command)
@BOOK
@AS_OF
@click.option(
    "--with",
    "planned",
    type=click.Path(exists=True, dir_okay=False),
    multiple=True,
    metavar="文件",
    help="假设：打算做的凭证和登记，Beancount 文件或各种表格（可重复）；只推算，不写入",
)
@options.form("table", "json", "xlsx")
@OUTPUT
def plan(book: str, as_of: date | None, planned: tuple[str, ...], form: str, output: str | None) -> None:
    """待办：每个尚可补足或不符合的对象，最少要做什么、多少钱、由谁、最迟哪天；还须支付的劳务报酬合计是一个数。"""
    from importers.supposing import suppose
    from ledgers.book import main_file, read, within
    from ledgers.people import Unusable
    from plugins import catalogue
    from plugins.audit import audit
    from reports import plan as tasks
    from reports.check.checked import Checked

    options.file_for(form, output)
    known, main, day = catalogue(), main_file(book), as_of
    with answering(book, form, output, day), ExitStack() as stack:
        if planned:
            try:
                supposed = suppose(main, map(Path, planned), day)
            except Unusable as error:
                raise click.ClickException(f"{error}。没有写入任何东西") from None
            if supposed.changes.refused:
                show(supposed.changes)
                raise click.ClickException("假设的表格不能导入，没有推算")
            stack.enter_context(supposed.reading())
        loaded = within(read(main, day))
        checked = Checked(loaded, audit(loaded.tables, known.values()), known)
        made = {"table": tasks.as_text, "json": tasks.as_json, "xlsx": tasks.as_xlsx}
        content = made[form](checked)
    deliver(content, output)
