"""`xianjie import`: sheets become vouchers, registries and rolls; shown first, written all or nothing."""

import getpass
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xianjie.chinese import Command
from xianjie.options import BOOK

if TYPE_CHECKING:
    from importers.reading.given import Given
    from importers.run import ChangeSet

SHOWN = 12  # lines of each kind of change; the counts say how many there are
FAULTS_SHOWN = 200
UNITS = ["元", "百元", "千元", "万元", "亿元"]
SUFFIXES = (".xlsx", ".xls", ".csv", ".ods", ".xlsb", ".et", ".xlsm", ".txt")


@click.command("import", cls=Command)
@BOOK
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="文件或文件夹…")
@click.option("--dry-run", is_flag=True, help="只显示会有哪些变化，不写入")
@click.option("--yes", is_flag=True, help="不再询问，直接写入；需要选择的地方一律拒绝")
@click.option("--date", "day", metavar="日期", help="表上没有写日期时采用的日期（2022-03-05、2022.3.5、2022年3月5日）")
@click.option("--kind", metavar="表名", help="写明是哪一种表，如 资金分配表（表头认不出或认错时用）")
@click.option("--unit", metavar="单位", type=click.Choice(UNITS), help="金额单位")
@click.option("--year", metavar="年度", type=click.IntRange(2000, 2199), help="表上没有写年度时采用的年度，如 2022")
@click.option("--by", metavar="谁", help="由谁导入，记入导入记录（不写：登录名）")
@click.option(
    "--set", "values", metavar="表头=值", multiple=True, help="表上没有的一项，或哪一列才是：文号=示财农〔2022〕9号"
)
def import_(
    book: str,
    files: tuple[Path, ...],
    dry_run: bool,
    yes: bool,
    day: str | None,
    kind: str | None,
    unit: str | None,
    year: int | None,
    by: str | None,
    values: tuple[str, ...],
) -> None:
    """把各单位报来的表格导入账簿：按表头认表，先显示每张表、每一列认作什么和会有哪些变化，确认后一次写入。

    认得的表见 docs/sheets.md，可以是 xlsx、xls、ods、xlsb 或 CSV，几个文件、整个文件夹都可以一起导入。本县特有的表头在终端上问一次，
    记在账簿的 registry/headings.csv 里，以后不再问。

    同一张表再导一次不产生任何变化；更正过的表显示差异并替换（已封账的冲销重记）。一个文件要么全部写入，要么全不写入。

    退出状态：0 全部导入；2 有文件被拒绝（列明文件、工作表、行、列），其余文件照常写入。
    """
    from importers.reading.given import nobody
    from importers.run import import_files
    from ledgers.people import Unusable

    files = tuple(_files(files))
    given = replace(given_of(kind or "", unit or "", year or 0, values), by=by or login())
    answering = sys.stdin.isatty() and not yes
    shown: list[bool] = []

    bar = _Bar()

    def confirm(changes: "ChangeSet") -> bool:
        bar.end()
        show(changes)
        shown.append(True)
        if dry_run or yes:
            return yes and not dry_run
        return answering and confirmed("写入账簿吗？")

    try:
        changes = import_files(
            book,
            files,
            day=day_of(day),
            confirm=confirm,
            ask=_ask if answering else nobody,
            tick=bar.tick,
            given=given,
        )
    except Unusable as error:
        raise click.ClickException(f"{error}。没有写入任何东西") from None
    finally:
        bar.end()
    if not shown:
        show(changes)
    _conclude(changes, bool(shown), dry_run, answering or yes)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files, those of a folder by name. Refuse what is none, naming it."""
    for path in paths:
        if path.is_dir():
            found = sorted(
                one for one in path.iterdir() if one.suffix.lower() in SUFFIXES and not one.name.startswith(("~$", "."))
            )
            if not found:
                raise click.ClickException(f"文件夹 {path} 里没有表格（{'、'.join(SUFFIXES)}）。没有写入任何东西")
            yield from found
        elif path.exists():
            yield path
        else:
            raise click.ClickException(f"找不到文件 {path}{_near(path)}。没有写入任何东西")


def login() -> str:
    """The name under which whoever imports is logged in, "" where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def _near(path: Path) -> str:
    names = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
    near = get_close_matches(path.name, names, 1, 0.5)
    return f"（是不是 {near[0]}？）" if near else ""


def day_of(written: str | None) -> date | None:
    """A day as people write it."""
    from importers.reading.cells import Month as WholeMonth
    from importers.reading.cells import Wrong, day

    if not written:
        return None
    try:
        found = day(written)
    except Wrong as error:
        raise click.BadParameter(str(error), param_hint="--date") from None
    if isinstance(found, WholeMonth):
        raise click.BadParameter(f"应为具体到日的日期（如 2022-03-05），实为“{written}”", param_hint="--date")
    return found


def given_of(kind: str, unit: str, year: int, values: Sequence[str]) -> "Given":
    """What was said on the command line of the sheets. Refuses a kind or a heading that no sheet has."""
    from importers.reading.cells import squeezed
    from importers.reading.given import Given
    from importers.reading.kinds import KINDS, aliases
    from importers.reading.layout import FACTORS, kind_named

    if kind and kind_named(kind) is None:
        titles = "、".join(one.title for one in KINDS.values())
        raise click.BadParameter(f"没有“{kind}”这种表，或有几种都像：{titles}", param_hint="--kind")
    said = {}
    for value in values:
        label, mark, text = value.replace("＝", "=").partition("=")
        if not mark or not any(squeezed(label) in aliases(one) for one in KINDS):
            raise click.BadParameter(f"应为 表头=值（如 文号=示财农〔2022〕9号），实为“{value}”", param_hint="--set")
        said[label.strip()] = text.strip()
    return Given(said, FACTORS.get(unit, 0), kind, year)


def confirmed(question: str) -> bool:
    """Whether the person at the terminal says yes: 是, y, yes; anything else, an empty line too, is no."""
    answer = click.prompt(f"{question}（是/否）", default="否", show_default=False)
    return answer.strip().lower() in ("是", "y", "yes", "对", "好", "shi")


def show(changes: "ChangeSet") -> None:
    """The change set in Chinese: what was read, what is refused, what is added and corrected, what waits."""
    for line in changes.read:
        click.echo(line)
    for line in changes.taken:
        click.echo(f"认作  {line}")
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
    click.echo(f"\n{question}")
    for number, text in enumerate(candidates, 1):
        click.echo(f"  {number}. {text}")
    answer = click.prompt("选哪一个（回车：都不选，拒绝这个文件）", default="", show_default=False)
    chosen = int(answer) if answer.strip().isdigit() else 0
    return chosen - 1 if 1 <= chosen <= len(candidates) else None


class _Bar:
    """How far an import is, on a terminal; nothing in a pipe."""

    def __init__(self) -> None:
        self._bar = click.progressbar(
            length=100,
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
            show_eta=False,
            item_show_func=lambda text: text,
        )

    def tick(self, text: str, part: float = 0.0) -> None:
        self._bar.pos, self._bar.current_item = int(100 * part), text
        self._bar.render_progress()

    def end(self) -> None:
        """What is said next starts on a line of its own."""
        self._bar.render_finish()
