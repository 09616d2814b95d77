"""`xianjie init`: an empty book with the chart of accounts and the policy that ships."""

import shlex
import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click

import ledgers
from ledgers import chart, clock
from ledgers.files.writing import put_in_place
from xianjie.chinese import Command
from xianjie.output import called

OPENED = "2021-01-01"  # the transition period begins
HINT = (
    "已建立空账簿：{folder}\n"
    "  适用政策：{policy}（在 policy/ 中，账簿自带一份）\n"
    "接下来：\n"
    "  导入表格  {called} import {quoted} 指标表.xlsx 项目计划表.xlsx …\n"
    "  检查      {called} check {quoted}\n"
    "  浏览      {called} user add 用户名 --users users.json，再 {called} serve {quoted} --users users.json"
)


@click.command(cls=Command)
@click.argument("folder", metavar="文件夹", type=click.Path(path_type=Path))
@click.option("--county", required=True, metavar="县名", help="写进账簿标题，如“示例县”")
@click.option(
    "--policy",
    type=click.Choice(list(ledgers.POLICY_SETS)),
    default="national",
    metavar="政策",
    help="自带的政策参数：national 全国（默认），chongqing 再加重庆市，xiushan 再加秀山自治县",
)
def init(folder: Path, county: str, policy: str) -> None:
    """新建一本空账簿：科目、登记簿、政策参数和清册文件夹。

    文件夹应不存在或为空；否则什么也不改。
    """
    title = _title(county)
    target = _free(folder)
    make_beside(target, lambda beside: blank_book(beside, title, policy))
    names = "、".join(ledgers.POLICY_TITLES[part] for part in ledgers.POLICY_SETS[policy])
    click.echo(HINT.format(folder=folder, quoted=shlex.quote(str(folder)), called=called(), policy=names))


def blank_book(folder: Path, title: str, policy: str, month: date | None = None) -> None:
    """Write an empty book into an empty folder, with a month (default: this one) for the vouchers to come."""
    month = month or clock.today()
    shutil.copytree(ledgers.BLANK, folder, dirs_exist_ok=True)
    main = folder / "main.beancount"
    main.write_text(main.read_text("utf-8").replace("@TITLE@", title), "utf-8")
    (folder / "policy").mkdir()
    with (folder / "policy.beancount").open("a", encoding="utf-8") as own:
        for source in ledgers.policy_files(policy):
            shutil.copyfile(source, folder / "policy" / source.name)
            own.write(f'include "policy/{source.name}"\n')
    opens = [chart.open_line(OPENED, *account) for account in chart.standing()]
    text = ";; 科目：不随资金和行政村变化的部分；资金、行政村的科目登记时另加。\n" + "".join(
        f"{line}\n" for line in opens
    )
    (folder / "registry" / "accounts.beancount").write_text(text, "utf-8")
    (folder / "rolls").mkdir()
    first = folder / f"{month:%Y}" / f"{month:%m}.beancount"
    first.parent.mkdir()
    first.write_text(f";; {month:%Y年%m月}的凭证\n", "utf-8")


def make_beside(target: Path, fill: Callable[[Path], None]) -> None:
    """Fill a new folder beside the target and rename it there: the target is complete or untouched."""
    try:
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError:
        raise _refused(f"无法在 {target.parent} 中新建文件夹，请检查写入权限和磁盘空间") from None
    try:
        fill(beside)
        beside.chmod(0o755)
        put_in_place(beside, target)
    except OSError:
        raise _refused(f"无法写入 {target}，请检查写入权限和磁盘空间") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _free(folder: Path) -> Path:
    """The folder as an absolute path, when a book may be made there."""
    target = folder.resolve()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise _refused(f"{folder} 已有内容，应为不存在或空的文件夹")
    if target == Path.cwd():
        raise _refused("不能建在当前所在的文件夹，请给出一个新的文件夹名，如 xianjie init 示例县 --county 示例县")
    if not target.parent.is_dir():
        raise _refused(f"上级文件夹 {target.parent} 不存在")
    return target


def _title(county: str) -> str:
    if not county.strip() or any(c in county for c in '"\\') or not county.isprintable():
        raise _refused(f"县名应为一行文字，不含引号和反斜杠，收到的是“{county}”")
    return f"{county.strip()}衔接资金与资产台账"


def _refused(message: str) -> click.ClickException:
    return click.ClickException(f"{message}。没有改动任何文件。")
