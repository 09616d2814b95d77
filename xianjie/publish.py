"""`xianjie publish`: the public disclosure of a year, refused where a leak is found."""

import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledgers import clock
from xianjie.chinese import Command
from xianjie.options import BOOK

if TYPE_CHECKING:
    from ledgers.book import Book
    from reports.publish.making import Request
    from reports.publish.publish import Published

DAY = click.DateTime(["%Y-%m-%d"])
SHOWN_LEAKS = 40


@click.command(cls=Command)
@BOOK
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="文件夹",
    help="网上公开的文件放在这里（新的、空的或以前公开过的）",
)
@click.option("--period", required=True, metavar="年度", help="公开哪一年，如 2022")
@click.option(
    "--board",
    type=click.Path(path_type=Path),
    metavar="文件夹",
    help="同时生成村务公开栏版（含名单，不得上网）",
)
@click.option("--from", "first", type=DAY, metavar="日期", help="公示从哪天起，默认今天")
@click.option("--days", type=click.IntRange(1, 3650), metavar="天数", help="公示多少天，首尾都算；默认按规定的最少天数")
@click.option("--no-pdf", is_flag=True, help="不生成 PDF")
@click.option("--record", is_flag=True, help="把这次公示记进账簿（notice 指令），先列出，确认后写入")
@click.option("--yes", is_flag=True, help="与 --record 同用：不再询问")
def publish(
    book: str,
    output: Path,
    period: str,
    board: Path | None,
    first: datetime | None,
    days: int | None,
    no_pdf: bool,
    record: bool,
    yes: bool,
) -> None:
    """公开一本账簿一个年度的资金、项目、劳务报酬、资产和收益：网站、A4 公告、数据。

    写出之前逐个检查成品文件（工作簿的隐藏表、批注、属性，网页、PDF、文件名）有无身份证号、银行卡、电话、住址和未脱敏的姓名；
    只要发现一处，什么都不公开，并指出在哪里。账簿文件夹中的 publish.toml 可写县里的电话、地点和隐私口径。

    退出状态：0 已公开；2 没有公开（有泄露、账簿不可信或文件夹不能用）。
    """
    from ledgers.book import main_file, read
    from ledgers.files.folders import will_make
    from ledgers.files.writing import will_lock
    from reports.publish import making
    from reports.publish.fonts import listed
    from reports.publish.policy import read_policy

    try:
        year = making.period(period)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if board and board.resolve() == output.resolve():
        raise click.UsageError("村务公开栏版含有名单，不能与网上公开的文件放在同一个文件夹")
    start = first.date() if first else clock.today()
    will_make(*(folder.absolute() for folder in (output, board) if folder))
    if record:
        will_lock(main_file(book).parent)
    if not no_pdf:
        listed()  # starts a program, which is refused later
    loaded = read(main_file(book), making.last_day(year, clock.today()))
    _outside(loaded, [output, *([board] if board else [])])
    least = making.notice_days(loaded.tables, read_policy(loaded.tables.root), start)
    end = start + timedelta(days=days - 1) if days else least
    if end < least:
        raise click.UsageError(f"公示天数不够：从 {start} 起至少公示到 {least}")
    requests = {output.absolute(): making.Request(year, start, end, papers=not no_pdf)}
    if board:
        requests[board.absolute()] = making.Request(year, start, end, board=True, papers=not no_pdf)
    results = published(loaded, requests)
    _say(results, requests)
    if record:
        _record(loaded, results, yes)


def _outside(loaded: "Book", targets: list[Path]) -> None:
    for target in targets:
        if target.resolve().is_relative_to(loaded.main.parent.resolve()):
            raise click.UsageError("公开的文件不能放在账簿文件夹里面")


def published(loaded: "Book", requests: dict[Path, "Request"]) -> list["Published"]:
    """Publish into each folder, all or none; ClickException with the reason, also where there is a leak."""
    from ledgers.people import Unusable
    from reports.publish.fonts import MissingGlyphs
    from reports.publish.publish import NotFree, publish

    try:
        results = publish(loaded, requests, _step)
    except MissingGlyphs as error:
        raise _refused(
            f"{error}。印出来会是空白。请在 publish.toml 的 [pdf] font 指定字更全的字体，或用 --no-pdf"
        ) from None
    except (NotFree, Unusable) as error:
        raise _refused(str(error)) from None
    leaks = [leak for result in results for leak in result.leaks]
    if leaks:
        listed = "\n".join(f"  {leak}" for leak in leaks[:SHOWN_LEAKS])
        more = f"\n  …… 另有 {len(leaks) - SHOWN_LEAKS} 处" if len(leaks) > SHOWN_LEAKS else ""
        raise _refused(f"成品文件中有不能公开的内容，共 {len(leaks)} 处：\n{listed}{more}\n请在账簿中改正后再公开")
    return results


def _refused(message: str) -> click.ClickException:
    return click.ClickException(f"{message}。没有公开任何文件。")


def _step(name: str) -> Callable[[int, int], None]:
    """A progress bar on a terminal, nothing in a pipe."""
    bar = click.progressbar(length=1, label=name, show_pos=True, file=sys.stderr, hidden=not sys.stderr.isatty())

    def report(done: int, total: int) -> None:
        bar.length = total
        bar.update(done - bar.pos)
        if done == total:
            bar.render_finish()

    return report


def _say(results: list["Published"], requests: dict[Path, "Request"]) -> None:
    for result, (folder, request) in zip(results, requests.items(), strict=True):
        what = "村务公开栏版（含名单，只供张贴，不得上网）" if request.board else "网上公开"
        click.echo(f"{what}：{folder}")
        if request.board and not result.made.names.shown:
            click.echo("  没有身份库，名单上没有姓名，只有金额")
        if result.without_pdf:
            click.echo(
                f"  没有生成 PDF：{result.without_pdf}。请从 xlsx 打印，或在 publish.toml 的 [pdf] font 指定中文字体"
            )
    source = results[0].made.source
    click.echo(f"公示期 {source.notice_from} 至 {source.notice_to}；收支为 {source.year} 年度，状态截至 {source.as_of}")
    if source.as_of < date(source.year, 12, 31):
        click.echo("本年度尚未结束：以后再公开同一年度时，两次数字相减可能看出个别户，请尽量在年终后公开")


def _record(loaded: "Book", results: list["Published"], yes: bool) -> None:
    from ledgers.files.writing import Busy, NotWritten
    from reports.publish.record import proposed, record

    change = proposed(loaded, results)
    if not change.count:
        click.echo("账簿中已有这些公示的记录，没有新的要写")
        return
    click.echo(f"将在 {change.file} 末尾写入 {change.count} 条公示记录：\n")
    click.echo(
        change.text
        if change.count <= 6
        else "\n\n".join(change.text.split("\n\n")[:6]) + f"\n\n…… 共 {change.count} 条"
    )
    if not yes and not (sys.stdin.isatty() and click.confirm("写入吗？", default=False)):
        raise click.ClickException("没有写入公示记录（公开的文件已经生成）。确认要写请加 --yes")
    try:
        record(loaded, change)
    except (Busy, NotWritten) as error:
        raise click.ClickException(f"公示记录没有写入：{error}") from None
    click.echo(f"已写入 {change.count} 条公示记录")
