"""`xianjie doctor`: what is wrong with a book that was damaged, and how to mend it."""

import fcntl
import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledgers import clock
from ledgers.files import confined, writing
from xianjie.chinese import Command
from xianjie.options import BOOK

if TYPE_CHECKING:
    from ledgers.book import Book
    from ledgers.tables.registry import Issue

# What a complaint says -> how to mend it. The first that fits is given; the last fits everything.
_REMEDIES = (
    ("重复键|写了两次", "删去重复的一行，只留正确的一个"),
    ("GBK|BOM|UTF-8", "用编辑器另存为不带 BOM 的 UTF-8"),
    ("账簿文件夹之外|符号链接", "把该文件的真实内容放进账簿文件夹，去掉链接或越界的路径"),
    ("insert_pythonpath|外来|plugin_processing_mode", "删去这一行：账簿是数据，不得自带程序"),
    ("全角", "把这些全角字符改成半角"),
    ("清册.*(摘要|改动过|合计)", "从备份恢复该月清册；若清册确有错误，冲销原凭证后以新凭证和新清册重记"),
    ("清册.*(不存在|无法读取)|清册文件", "从备份恢复该月清册文件"),
    ("没有登记|不在农户名册", "在 registry/ 中补登记，或改正编号"),
    ("借贷不平|余额不符", "对照原始凭证和对账单改正金额；已封账的期间须在以后的期间冲销"),
    ("没有开设|尚未开设", "在 registry/accounts.beancount 中补 open，或改正科目名称"),
    ("插件.*出错", "核对 plugin 行的写法；确认程序安装完整（pip check）"),
    ("没有账簿", "确认路径；账簿文件夹中应有 main.beancount"),
    ("include", "恢复缺失的文件，或改正 include 的路径"),
    ("封账", "从备份或版本库恢复封账时的内容"),
    ("", "从备份或版本库恢复该文件，或按提示改正该行"),
)
_UNSEALED = "从备份或版本库恢复封账时的内容；确需更正的，在未封账的期间冲销重记"


@click.command(cls=Command)
@BOOK
@click.option("--restore", is_flag=True, help="恢复缺失或损坏的封账清单（只在账簿内容与封账的根一致时）")
def doctor(book: str, restore: bool) -> None:
    """诊断账簿：写入是否中断、锁、权限、时钟、文件是否损坏、清册与封账，逐条说明怎样修复。

    不带 --restore 时不改动任何文件。退出状态：0 完好；1 有问题；2 账簿不能用或不可信。
    """
    from ledgers.book import main_file
    from ledgers.files.problems import Untrusted

    try:
        main = main_file(book)
    except Untrusted as error:
        _say([str(problem) for problem in error.problems])
        raise click.exceptions.Exit(2) from None
    unfiltered = confined.missing()
    if restore:
        writing.will_lock(main.parent)
    faults = [*_left_behind(main.parent), *_permissions(main.parent), *_hiding(main.parent)]
    status = 2
    if not (main.parent / writing.JOURNAL).exists():
        try:
            faults += _contents(main, restore)
            status = 1
        except Untrusted as error:
            faults += [str(problem) for problem in error.problems]
    _say(faults)
    if unfiltered:
        click.echo(
            f"说明：{unfiltered}，读账簿的进程没有被限制写入和联网。安装 libseccomp2（apt install libseccomp2）即可。"
        )
    raise click.exceptions.Exit(status if faults else 0)


def _say(faults: list[str]) -> None:
    """Every fault with its remedy; remedies that a fault brings itself stand after its arrow."""
    if not faults:
        click.echo("账簿完好：没有中断的写入，能够读取，清册与凭证相符，封账没有改动。")
    for number, fault in enumerate(faults, start=1):
        text, _, own = fault.partition("→")
        remedy = own.strip() or next(mend for pattern, mend in _REMEDIES if re.search(pattern, text))
        click.echo(f"{number}. {text.strip()}\n   处理：{remedy}")


def _left_behind(folder: Path) -> Iterator[str]:
    """What an interrupted or a running writer left in the book's folder."""
    if (folder / writing.JOURNAL).exists():
        yield f"{writing.JOURNAL}：上一次写入在改名途中中断，新内容已完整写在磁盘上 → 运行 xianjie check 即自动完成；不要手工删除"
    elif left := sorted(path.name for path in folder.rglob(f".*{writing.SUFFIX}")):
        yield f"{'、'.join(left)}：上一次写入在生效之前中断，账簿仍是旧的 → 下一次写入时自动清除，也可以直接删除"
    holder = _lock_holder(folder)
    if holder is not None:
        yield f"{writing.LOCK}：账簿正被写入（{holder}）→ 等它结束；若该进程已不存在，锁会自动失效"


def _lock_holder(folder: Path) -> str | None:
    """Who holds the lock now; None where nobody does, a lock that a dead process left included."""
    try:
        handle = os.open(folder / writing.LOCK, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(handle, 300).decode("utf-8", "replace")
    finally:
        os.close(handle)
    return None


def _permissions(folder: Path) -> Iterator[str]:
    for path in (folder, *sorted(folder.rglob("*"))):
        name = path.relative_to(folder).as_posix()
        needed = os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)
        if not path.is_symlink() and not os.access(path, needed):
            yield f"{name}：本用户没有读写权限 → 由文件的主人或管理员授予本用户读写权限（chmod u+rw）"


def _hiding(folder: Path) -> Iterator[str]:
    """Folders beside the book's main file that bean-check and Fava may take for the program's own."""
    for name in ("plugins", "importers", "reports", "ledgers"):
        if any((folder / name).glob("*.py")):
            yield f"{name}/：账簿文件夹里有同名的程序，在这里运行 bean-check、fava 时可能顶替本程序 → 改名或移走"


def _contents(main: Path, restore: bool) -> Iterator[str]:
    """What is wrong with a book that loads: rolls, seals, the clock. Raises Untrusted for one that does not."""
    from ledgers.book import read
    from ledgers.seals.seal import strays, verified

    book = read(main, date.max)
    yield from (f"{reason}" for reason in book.tables.broken.values())
    yield from (_idle(issue) for issue in book.tables.issues if issue.kind == "file")
    seals = verified(book.tables, files=True)
    restored = _restore(book) if restore else set()
    yield from (f"{c} → {_UNSEALED}" for seal in seals for c in seal.changes if c.file not in restored)
    yield from (str(change) for change in strays(book.tables))
    latest = max((seal.sealed_on for seal in seals), default=date.min)
    if latest > clock.today():
        yield f"系统日期 {clock.today()} 早于最后一次封账日 {latest} → 校正系统时钟后再记账、封账"


def _idle(issue: "Issue") -> str:
    """A line that Beancount does not look at where it stands, or a file that holds nothing or is gone."""
    where = f"{issue.file}:{issue.line}" if issue.line else issue.file
    remedy = "要它起作用就移到主文件，否则删去" if "不起作用" in issue.message else "从备份或版本库恢复"
    return f"{where}：{issue.message} → {remedy}"


def _restore(book: "Book") -> set[str]:
    """Write the manifests that are gone or damaged, where the book itself proves them; their names."""
    from ledgers.seals.seal import restorable

    files = restorable(book.tables)
    if files:
        with writing.locked(book.main.parent, "xianjie doctor"):
            writing.write(book.main.parent, dict(files))
        click.echo(f"已恢复封账清单：{'、'.join(files)}")
    return set(files)
