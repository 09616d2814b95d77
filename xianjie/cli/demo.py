"""`xianjie demo`: the main job on the sample county, start to end, in a folder of its own."""

import shutil
from datetime import date
from pathlib import Path

import click

from xianjie.cli.chinese import Command
from xianjie.cli.init import make_beside

AS_OF = date(2023, 12, 31)
MARK = ".xianjie-demo"  # in a folder that a demo made, and that the next one may replace
DONE = """
已在 {folder} 做好样例县（虚构）的全套材料：
  {book}                账簿：Beancount 文本，凭证在各年月，清册在 rolls/
  {table}        检查结果全文
  {papers}        审计底稿：逐条规则的对象、公式、依据、取证单
  {planted}     有意安排的问题，可与检查结果逐条对照
接下来可以：
  xianjie check {book} --as-of {day} --rule labour-share     只看一条规则
  xianjie rules labour-share                                    规则全文、公式、参数沿革
  fava {main}                           在浏览器里看账
  xianjie init 我县 --county 我县                               给自己的县建账
"""


@click.command(cls=Command)
@click.argument("folder", metavar="[文件夹]", type=click.Path(path_type=Path), default="xianjie-demo")
def demo(folder: Path) -> None:
    """在样例县上走一遍：账簿、检查、底稿，最后说明各在哪里、接下来做什么。

    文件夹应不存在、为空，或是上一次演示留下的（会重新生成）；默认 xianjie-demo。
    """
    target = _free(folder)
    make_beside(target, _fill)
    click.echo((target / "检查结果.txt").read_text("utf-8").split("\n\n")[0])
    click.echo(
        DONE.format(
            folder=folder,
            book=folder / "book",
            main=folder / "book" / "main.beancount",
            table=folder / "检查结果.txt",
            papers=folder / "审计底稿.xlsx",
            planted=folder / "book" / "PLANTED.md",
            day=AS_OF,
        )
    )


def _free(folder: Path) -> Path:
    """The folder as an absolute path; what an earlier demo left there is removed."""
    target = folder.resolve()
    if (target / MARK).is_file():
        shutil.rmtree(target)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise click.ClickException(f"{folder} 已有内容，应为不存在或空的文件夹，或上一次演示留下的文件夹。没有改动任何文件。")
    if not target.parent.is_dir():
        raise click.ClickException(f"上级文件夹 {target.parent} 不存在。没有改动任何文件。")
    return target


def _fill(folder: Path) -> None:
    """Make everything in an empty folder."""
    import ledgers

    (folder / MARK).touch()
    click.echo("一、生成样例县的账簿 …")
    shutil.copytree(ledgers.XIUSHAN, folder / "book")
    click.echo("二、检查账簿，编制底稿 …")
    _check(folder)


def _check(folder: Path) -> None:
    """Judge the book; the whole table and the workpapers."""
    from plugins import catalogue
    from reports.checked import Checked
    from reports.render import render
    from xianjie.audit import audit
    from xianjie.book import collector_off, read

    rules = catalogue()
    with collector_off():
        book = read(folder / "book", AS_OF)
        result = audit(book.tables, rules.values())
    checked = Checked(book, result, rules)
    (folder / "检查结果.txt").write_bytes(render(checked, "table", None))
    (folder / "审计底稿.xlsx").write_bytes(render(checked, "xlsx", None))
