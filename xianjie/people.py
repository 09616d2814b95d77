"""`xianjie people`: who a household id of the book is, for whoever may read the identities store."""

import unicodedata

import click

from xianjie.chinese import Command
from xianjie.options import BOOK

HEADER = ("户", "人", "姓名", "名单户编号", "名单人编号")


@click.command(cls=Command)
@BOOK
@click.argument("ids", nargs=-1, metavar="[户编号…]")
def people(book: str, ids: tuple[str, ...]) -> None:
    """查户编号（如 H106003-012）对应的是谁；不写户编号则列出全部。

    姓名存放在账簿文件夹旁边的身份库中，只有身份库的所有者可以查看；身份证号只存不可还原的摘要，查不出来。
    """
    from ledgers.book import main_file
    from ledgers.people import Unusable, find, open_identities

    folder = main_file(book).parent
    try:
        store = open_identities(folder)
    except Unusable as error:
        raise click.ClickException(str(error)) from None
    if not store.stored:
        raise click.ClickException(f"这本账簿还没有身份库（{folder.name}.identities.sqlite）：导入名单后才有")
    rows = [HEADER]
    unknown = []
    for household, members in find(store, [id.strip() for id in ids]):
        code = store.codes.get(household, "（不在名单中）")
        rows += [(household, str(person.person), person.name, code, person.code) for person in members]
        if not members:
            unknown.append(household)
    for row in rows if len(rows) > 1 else ():
        click.echo("  ".join(_padded(cell, column) for column, cell in enumerate(row)).rstrip())
    if unknown:
        raise click.ClickException(f"身份库里没有 {'、'.join(unknown)}")


def _padded(text: str, column: int) -> str:
    """Columns that stand in line, Chinese characters counting double."""
    width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
    return text + " " * ((14, 4, 12, 20, 20)[column] - width)
