"""`xianjie demo`: the main job on the sample county, start to end: sheets, book, audit, workpapers, disclosure."""

import secrets
import shlex
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xianjie.chinese import Command
from xianjie.init import blank_book, make_beside
from xianjie.output import called

if TYPE_CHECKING:
    from ledgers.book import Book

AS_OF = date(2023, 12, 31)
DISCLOSED = date(2024, 1, 15)  # first day of the notices that the demo makes
MARK = ".xianjie-demo"  # in a folder that a demo made, and that the next one may replace
TABLE, PAPERS = "检查结果.txt", "审计底稿.xlsx"
DONE = """\

已在 {folder} 做好样例县（虚构）的全套材料：
  {folder}/sheets        各单位报来的表格和附件
  {folder}/book          由表格导入的账簿：凭证在各年月，清册在 rolls/；其中有意安排的问题见 PLANTED.md
  {folder}/{table}  逐条规则的判定：不符合的在前，写明差多少、依据什么、看哪里
  {folder}/{papers} 审计底稿：每条规则一页，公式可在表里重算，附取证单
  {folder}/registers     业务台账：资金进度、项目、劳务、股权、资产、收益分配
  {folder}/public        2023 年度公开：网站（打开 index.html）、各村公告、数据
接下来可以：
  看一条规则的判定    {called} check {quoted}/book --as-of {day} --rule labour-share
  看规则的全文和依据  {called} rules labour-share
  追一个项目的钱      {called} trace {quoted}/book P2022-0016
  在浏览器里审阅      {called} demo {quoted} --serve
  给自己的县建账      {called} init 我县 --county 我县"""
PERSONS = {"clerk": "经办", "reviewer": "审阅", "auditor": "审计", "chief": "负责人"}  # role -> name of the demo's user
SERVED = """
用户名 {names}，密码都是 {password}（只在这次演示中有效）
  经办收表、撤销；审阅写意见、交办整改、销号；审计看全部、下载底稿；负责人封账、公开、批准豁免、管用户
  办的事写进 {folder}/book，重新运行 {called} demo {quoted} 就恢复原样
  这本账簿里有意改坏了一次封账，所以封账会被拒绝并说明原因；要一直做到封账，请用 {called} init 另建一本空账簿"""


@click.command(cls=Command)
@click.argument("folder", metavar="[文件夹]", type=click.Path(path_type=Path), default="xianjie-demo")
@click.option("--serve", is_flag=True, help="最后打开审阅和办理的网页；文件夹里已有演示时直接打开")
@click.option("--port", default=5000, type=click.IntRange(1, 65535), metavar="端口", help="网页的端口，默认 5000")
@click.pass_context
def demo(ctx: click.Context, folder: Path, serve: bool, port: int) -> None:
    """在样例县上走一遍：报表、建账导入、检查、底稿、台账、公开，最后说明各在哪里、接下来做什么。

    文件夹应不存在、为空，或是上一次演示留下的（会重新生成）；默认 xianjie-demo。
    """
    target = folder.resolve()
    if not (serve and (target / MARK).is_file()):
        _free(folder, target)
        make_beside(target, _fill)
        quoted = shlex.quote(str(folder))
        click.echo(DONE.format(folder=folder, quoted=quoted, called=called(), table=TABLE, papers=PAPERS, day=AS_OF))
    if serve:
        _serve(ctx, folder, target, port)


def _free(folder: Path, target: Path) -> None:
    """Refuse a folder with content, unless an earlier demo left it, which is removed."""
    if not target.parent.is_dir():
        raise click.ClickException(f"上级文件夹 {target.parent} 不存在。没有改动任何文件。")
    if (target / MARK).is_file():
        shutil.rmtree(target)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise click.ClickException(f"{folder} 已有内容，应为不存在或空的文件夹，或上一次演示留下的。没有改动任何文件。")


def _fill(folder: Path) -> None:
    """Make everything in an empty folder, step by step."""
    (folder / MARK).touch()
    make_book(folder)
    click.echo("四、检查账簿，编制审计底稿 …")
    book = _check(folder)
    click.echo("五、出具业务台账 …")
    _registers(folder, book)
    click.echo("六、生成 2023 年度公开材料，逐个文件检查有无个人信息 …")
    _publish(folder, book)


def make_book(folder: Path) -> None:
    """The sample county's sheets in `sheets`, and the book that is imported from them in `book`."""
    from ledgers.files import writing
    from ledgers.people import Identities
    from samples import county
    from samples.county import byhand, evidence, sheets, writer
    from samples.county.files import by_month
    from samples.county.model import KEY

    click.echo("一、生成各单位报来的表格 …")
    sample = county.build()
    writer.number(sample.vouchers)
    files = sheets.write_sheets(sample, folder / "sheets")
    click.echo(f"二、建立空账簿，导入 {len(files)} 个文件 …")
    book = folder / "book"
    book.mkdir()
    blank_book(book, writer.TITLE, "xiushan", date(2021, 1, 1))
    writing.write(book, Identities(KEY).files(book))
    (book / "main.beancount").write_text(writer.MAIN, "utf-8")
    _import(book, files)
    click.echo("三、收进付款凭证的附件 …")
    _import(book, [sheets.write_evidence(sample, folder / "sheets")])
    click.echo("    改动账簿，放进只有改动才会有的问题（封账后的改动、丢失的附件、没有姓名的股东等，见 book/PLANTED.md）")
    byhand.write_after(sample, book, imported=True)
    evidence.tamper(book, evidence.proofs(by_month(sample.vouchers)))


def _import(book: Path, files: list[Path]) -> None:
    """Take sheets in, all of them."""
    from importers.run import import_files

    changes = import_files(book, files)
    if changes.refused:
        raise click.ClickException("样例县的表格没有全部导入：\n" + "\n".join(map(str, changes.faults[:20])))
    for (verb, what), count in changes.summary.items():
        click.echo(f"    {verb}{what} {count} 项")


def _check(folder: Path) -> "Book":
    """Judge the book; the whole table, and the workpapers."""
    from ledgers.book import collector_off, read
    from ledgers.files.confined import in_thread
    from plugins import catalogue
    from plugins.audit import audit
    from reports.check.checked import Checked
    from reports.check.render import render

    rules = catalogue()
    with collector_off():
        book = in_thread(lambda: read(folder / "book", AS_OF))
        result = audit(book.tables, rules.values())
    checked = Checked(book, result, rules)
    table = render(checked, "table", None)
    (folder / TABLE).write_bytes(table)
    (folder / PAPERS).write_bytes(render(checked, "xlsx", None))
    for line in table.decode().split("\n\n")[0].splitlines()[:2]:
        click.echo(f"    {line}")
    return book


def _registers(folder: Path, book: "Book") -> None:
    from reports.registers.all import workbooks

    (folder / "registers").mkdir()
    for name, content in dict(workbooks(book.tables)).items():
        (folder / "registers" / name).write_bytes(content)


def _publish(folder: Path, book: "Book") -> None:
    """The disclosure of the last year, without PDFs: they need a font that not every machine has."""
    from reports.publish.making import Request, notice_days
    from reports.publish.policy import read_policy
    from reports.publish.publish import publish

    last = notice_days(book.tables, read_policy(book.tables.root), DISCLOSED)
    (result,) = publish(book, {folder / "public": Request(AS_OF.year, DISCLOSED, last, papers=False)})
    if result.leaks:
        raise click.ClickException("公开材料里有个人信息：\n" + "\n".join(map(str, result.leaks[:20])))


def _serve(ctx: click.Context, shown: Path, folder: Path, port: int) -> None:
    """Open the desk on the demo's book, for a user of every role who exists for this demo only."""
    from reports.desk.server.users import add_user
    from xianjie.serve import serve

    users, password = folder / "users.json", secrets.token_urlsafe(9)
    users.unlink(missing_ok=True)
    for role, name in PERSONS.items():
        add_user(users, name, role, password)
    names = "、".join(PERSONS.values())
    click.echo(SERVED.format(names=names, password=password, folder=shown, called=called(), quoted=shlex.quote(str(shown))))
    ctx.invoke(serve, books=(str(folder / "book"),), users=users, host="127.0.0.1", port=port, hosts=(), desk=True)
