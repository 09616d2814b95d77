"""`xianjie import`: sheets become vouchers, registries and rolls; shown first, written all or nothing."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xianjie.chinese import Command

if TYPE_CHECKING:
    from importers.run import ChangeSet

SHOWN = 12  # lines of each kind of change; the counts say how many there are
FAULTS_SHOWN = 200


@click.command("import", cls=Command)
@click.argument("book", type=click.Path(), metavar="账簿")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="文件…")
@click.option("--dry-run", is_flag=True, help="只显示会有哪些变化，不写入")
@click.option("--yes", is_flag=True, help="不再询问，直接写入；需要选择的地方一律拒绝")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="表上没有写日期时采用的日期")
def import_(book: str, files: tuple[Path, ...], dry_run: bool, yes: bool, day: datetime | None) -> None:
    """把各单位报来的表格导入账簿：按表头认表，先显示变化，确认后一次写入。

    认得十二种表：行政村基本情况表、资金指标表、项目计划表、资金分配表、国库集中支付导出、惠企利民发放表、劳务报酬发放表、
    监测对象名单、扶贫项目资产台账、股权量化清单、收益分配表、农商行流水；可以是 xlsx、xls 或 CSV，几个文件可以一起导入。

    同一张表再导一次不产生任何变化；更正过的表显示差异并替换（已封账的冲销重记）。一个文件要么全部写入，要么全不写入。

    退出状态：0 全部导入；2 有文件被拒绝（列明文件、工作表、行、列），其余文件照常写入。
    """
    from importers.run import import_files
    from ledgers.people import Unusable

    _files(files)
    answering = sys.stdin.isatty() and not yes
    shown: list[bool] = []

    def confirm(changes: "ChangeSet") -> bool:
        show(changes)
        shown.append(True)
        if dry_run or yes:
            return yes and not dry_run
        return answering and click.confirm("写入账簿吗？", default=False)

    try:
        with _progress(sys.stderr.isatty()) as tick:
            changes = import_files(
                book,
                files,
                day=day.date() if day else None,
                confirm=confirm,
                ask=_ask if answering else _nobody,
                tick=tick,
            )
    except Unusable as error:
        raise click.ClickException(f"{error}。没有写入任何东西") from None
    if not shown:
        show(changes)
    _conclude(changes, bool(shown), dry_run, answering or yes)


def _files(files: Sequence[Path]) -> None:
    """Refuse what is no file, naming it."""
    for path in files:
        if path.is_dir():
            raise click.ClickException(f"{path} 是文件夹：请写出其中的文件，如 {path}/*.xlsx。没有写入任何东西")
        if not path.exists():
            raise click.ClickException(f"找不到文件 {path}。没有写入任何东西")


def show(changes: "ChangeSet") -> None:
    """The change set in Chinese: what was read, what is refused, what is added and corrected, what waits."""
    for line in changes.read:
        click.echo(line)
    for fault in changes.faults[:FAULTS_SHOWN]:
        click.echo(f"不能导入  {fault}")
    if len(changes.faults) > FAULTS_SHOWN:
        click.echo(f"……另有 {len(changes.faults) - FAULTS_SHOWN} 处")
    for name, reason in changes.stopped.items():
        click.echo(f"未处理    {name}：它依据的 {reason} 没有导入")
    for (verb, what), count in changes.summary.items():
        click.echo(f"{verb}{what} {count} 项")
        texts = [text for v, w, text in changes.changes if (v, w) == (verb, what)]
        for text in texts[:SHOWN]:
            click.echo(f"    {text}")
        if len(texts) > SHOWN:
            click.echo(f"    ……共 {len(texts)} 项")
    _list("待核对", changes.waiting)
    _list("提醒", changes.warnings)
    _list("说明", changes.remarks)


def _list(title: str, lines: Sequence[str]) -> None:
    for line in lines[:SHOWN]:
        click.echo(f"{title}  {line}")
    if len(lines) > SHOWN:
        click.echo(f"{title}  ……共 {len(lines)} 项")


def _conclude(changes: "ChangeSet", asked: bool, dry_run: bool, answered: bool) -> None:
    if changes.files:
        click.echo(f"已写入 {len(changes.files)} 个文件。")
    elif dry_run and asked:
        click.echo("以上是将有的变化，没有写入（--dry-run）。")
    elif asked and not answered:
        raise click.ClickException("没有写入：不在终端上，无法确认。请先用 --dry-run 查看，再加 --yes 写入")
    elif asked:
        click.echo("没有写入。")
    elif changes.refused:
        click.echo("没有写入任何东西：请按上面的说明改正后再导入。")
    else:
        click.echo("账簿没有变化。")
    raise click.exceptions.Exit(2 if changes.refused else 0)


def _ask(question: str, candidates: Sequence[str]) -> int | None:
    """Let the person at the terminal choose; an empty answer leaves the file out."""
    click.echo(question)
    for number, text in enumerate(candidates, 1):
        click.echo(f"  {number}. {text}")
    answer = click.prompt("选哪一个（回车：都不选，拒绝这个文件）", default="", show_default=False)
    chosen = int(answer) if answer.strip().isdigit() else 0
    return chosen - 1 if 1 <= chosen <= len(candidates) else None


def _nobody(question: str, candidates: Sequence[str]) -> int | None:
    return None


@contextmanager
def _progress(terminal: bool) -> Iterator[Any]:
    """A bar on a terminal, nothing in a pipe."""
    if not terminal:
        yield lambda text, part=0.0: None
        return
    width = 30

    def tick(text: str, part: float = 0.0) -> None:
        done = int(part * width)
        click.echo(f"\r\033[K[{'#' * done}{'-' * (width - done)}] {part:4.0%} {text}", nl=False, err=True)

    try:
        yield tick
    finally:
        click.echo("\r\033[K", nl=False, err=True)
