"""`xianjie form`: an empty form of a kind of sheet, with its headings, lists to choose from and an example."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledgers.files.confined import in_thread, will
from ledgers.files.writing import put_file
from xianjie.chinese import Command

if TYPE_CHECKING:
    from importers.reading.kinds import Kind


@click.command("form", cls=Command)
@click.argument("kind", metavar="表名", required=False)
@click.option("--book", metavar="账簿", type=click.Path(), help="从这本账簿取可选的项目、村、文号、资产等")
@click.option("--output", type=click.Path(path_type=Path), metavar="文件", help="写到哪个文件（不写：当前文件夹的 表名.xlsx）")
def form(kind: str | None, book: str | None, output: Path | None) -> None:
    """写出一种表的空白表样（xlsx）：标准表头、可选的词、示例行、单位行，表头受保护。不写表名则列出各种表。

    写明 --book 的，项目、村、文号、资产、补助、规则各列可以从账簿里已有的中挑选。填好后用 xianjie import 导入；
    写着“（示例）”的一行不会读入。
    """
    from importers.reading.kinds import KINDS
    from importers.reading.layout import kind_named

    if not kind:
        for one in KINDS.values():
            click.echo(f"{one.id:16}{one.title}")
        return
    found = kind_named(kind)
    if found is None:
        titles = "、".join(one.title for one in KINDS.values())
        raise click.BadParameter(f"没有“{kind}”这种表，或有几种都像：{titles}", param_hint="表名")
    path = output or Path(f"{found.title}.xlsx")
    if path.exists():
        raise click.ClickException(f"{path} 已经存在：请用 --output 写到别处")
    will(put_file, path)
    put_file(path, content(found, book))
    click.echo(f"已写出 {path}。")


def content(kind: "Kind", book: str | Path | None) -> bytes:
    """The form of a kind, as xlsx, with what a book has to choose from."""
    from importers.draft.opening import open_book
    from importers.forms import written
    from ledgers import clock
    from ledgers.book import main_file
    from plugins import catalogue

    rules = sorted(catalogue()) if any(field.name == "rule" for field in kind.fields) else []
    opened = in_thread(lambda: open_book(main_file(book), clock.today())[0]) if book else None
    return written(kind, opened, rules)
