"""`xianjie leaks`: the leak gate for any file, also one that was not made here."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xianjie.chinese import Command

if TYPE_CHECKING:
    from ledgers.personal.find import Allowed
    from ledgers.personal.names import Known
    from reports.publish.gate import Leak, Looked


@click.command(cls=Command)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="文件…")
@click.option(
    "--book",
    type=click.Path(path_type=Path),
    metavar="账簿",
    help="放过这本账簿 publish.toml 里的电话、地址，并查身份库里的姓名",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="text 或 json")
def leaks(paths: tuple[Path, ...], book: Path | None, form: str) -> None:
    """检查要公开的文件里有没有个人信息：身份证号、残疾证、银行卡、手机、座机、住址、姓名、户编号。

    可以是文件、文件夹或 zip；认得 csv、txt、html、xlsx、xls、docx、pptx、pdf、json。只说在哪个文件、哪一处、是哪一类，从不重复号码。
    图片里的字看不见，会逐一说明。

    退出状态：0 没有发现；1 有发现；2 没有发现，但有文件不能检查。
    """
    from reports.publish.gate import look, under

    allowed, known = _of(book)
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise click.UsageError(f"没有这个文件：{missing[0]}")
    looked = look(under(paths), allowed, known)
    click.echo(_json(looked) if form == "json" else _text(looked))
    raise click.exceptions.Exit(1 if looked.leaks else 2 if looked.unreadable else 0)


def _of(book: Path | None) -> "tuple[Allowed, Known]":
    """What a book lets stand in public, and the names that it knows."""
    from ledgers.personal.find import Allowed
    from ledgers.personal.names import NOBODY, Known

    if book is None:
        return Allowed(), NOBODY
    from ledgers.book import main_file
    from ledgers.people import Unusable, open_identities
    from reports.publish.lists import names_of
    from reports.publish.policy import read_policy

    root = main_file(str(book)).parent
    try:
        names = names_of(open_identities(root), "*").full
    except Unusable as error:
        raise click.ClickException(str(error)) from None
    return read_policy(root).allowed, Known(names)


def _json(looked: "Looked") -> str:
    def rows(found: "list[Leak]", kind: str) -> list[dict[str, str]]:
        return [{"file": one.file, "place": one.place, kind: one.kind} for one in found]

    said = {"leaks": rows(looked.leaks, "kind"), "unseen": rows([*looked.unreadable, *looked.unseen], "what")}
    return json.dumps(said, ensure_ascii=False, indent=1)


def _text(looked: "Looked") -> str:
    clean = "能检查的内容里没有发现个人信息。" if looked.unreadable else "没有发现个人信息。"
    lines = [f"有个人信息，共 {len(looked.leaks)} 处：" if looked.leaks else clean]
    lines += [f"  {leak}" for leak in looked.leaks]
    if looked.unreadable or looked.unseen:
        failed = f"（其中 {len(looked.unreadable)} 个文件不能检查）" if looked.unreadable else ""
        lines.append(f"下列内容没有检查{failed}，请自己看一遍：")
        lines += [f"  {one}" for one in (*looked.unreadable, *looked.unseen)]
    return "\n".join(lines)
