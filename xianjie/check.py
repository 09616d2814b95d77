"""`xianjie check`: the audit of a book on a day, as a table, JSON, SARIF or workpapers."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ledgers import clock
from ledgers.files.writing import will_put
from xianjie.chinese import Command
from xianjie.output import answering, deliver

if TYPE_CHECKING:
    from ledgers.tables.tables import Tables
    from reports.workpapers.workbook import Asked

FORMATS = ("table", "json", "sarif", "xlsx")


@click.command(cls=Command)
@click.argument("book", type=click.Path(), metavar="账簿")
@click.argument("further", type=click.Path(exists=True, dir_okay=False), nargs=-1, metavar="[表格…]")
@click.option(
    "--with",
    "planned",
    type=click.Path(exists=True, dir_okay=False),
    multiple=True,
    metavar="表格…",
    help="预审：假定这些付款、分配、清册的表（或 Beancount 文件）已经记账，哪些结论会变、还能付多少；什么也不写入",
)
@click.option("--date", "day", metavar="日期", help="预审：表上没有写日期时采用的日期")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="截至哪一天，默认到账簿止日（不晚于今天）"
)
@click.option("--rule", "rule_ids", multiple=True, metavar="规则", help="只看这些规则（可重复）")
@click.option(
    "--subject",
    "subjects",
    multiple=True,
    metavar="编号或名称",
    help="只看这些对象和挂在它们上面的资金、凭证、农户、资产（可重复）",
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="table", metavar="格式", help="table、json、sarif 或 xlsx"
)
@click.option("--output", type=click.Path(dir_okay=False), metavar="文件", help="写到文件，默认显示在屏幕上")
@click.option(
    "--baseline",
    type=click.Path(exists=True, dir_okay=False),
    metavar="文件",
    help="与以前的 json 结果比较：新增、未变、已消除（已整改、事实有变、不再判定）",
)
@click.option(
    "--sheets",
    type=click.Choice(["all", "failures"]),
    default="all",
    metavar="范围",
    help="底稿：all 全部，failures 归档用",
)
@click.option(
    "--sample",
    type=(click.Choice(["mus", "random"]), click.IntRange(1, 10_000)),
    metavar="方法 张数",
    help="底稿：抽样，mus 货币单元或 random 随机",
)
@click.option("--seed", type=int, default=1, metavar="种子", help="抽样的种子，默认 1；同一种子抽出相同样本")
@click.option(
    "--previous",
    type=click.Path(exists=True, dir_okay=False),
    metavar="文件",
    help="底稿：上次的底稿，跟踪其中问题的现状",
)
def check(
    book: str,
    further: tuple[str, ...],
    planned: tuple[str, ...],
    day: str | None,
    as_of: datetime | None,
    rule_ids: tuple[str, ...],
    subjects: tuple[str, ...],
    form: str,
    output: str | None,
    baseline: str | None,
    sheets: str,
    sample: tuple[str, int] | None,
    seed: int,
    previous: str | None,
) -> None:
    """检查一本账簿（含有 main.beancount 的文件夹，或主文件）。

    退出状态：0 没有不符合；1 有必须符合而不符合或无法判定的；2 账簿不能用或不可信。

    预审（--with）的退出状态只看这些表带来的变化：0 不会违反必须符合的规定；1 会违反，或有清册无法判到；2 表格不能导入，或账簿不可信。
    """
    from ledgers.book import collector_off, within
    from ledgers.kept import books
    from plugins import catalogue
    from plugins.audit import audit
    from plugins.subjects import hanging
    from reports.check.baseline import Scope
    from reports.check.checked import Checked
    from reports.check.render import pieces

    known = catalogue()
    if further and not planned:
        raise click.UsageError(f"多了“{further[0]}”：预审的表格写在 --with 后面")
    if day and not planned:
        raise click.UsageError("--date 只用于预审（--with）")
    if planned:
        if rule_ids or subjects or baseline or sample or previous or form not in ("table", "json"):
            raise click.UsageError("预审（--with）只与 --as-of、--date、--format table 或 json、--output 同用")
        raise click.exceptions.Exit(_foresee(book, (*planned, *further), as_of, day, form, output))
    for name in rule_ids:
        if name not in known:
            raise click.UsageError(f"没有规则 {name}，用 xianjie rules 查看全部规则")
    if form != "xlsx" and (sample or previous or sheets != "all"):
        raise click.UsageError("--sheets、--sample、--previous 只用于底稿（--format xlsx）")
    if form == "xlsx" and not output:
        raise click.UsageError("底稿是工作簿，请用 --output 指定文件")
    until = as_of.date() if as_of else None
    with collector_off(), answering(book, form, output, until):  # the command ends soon: nothing is worth collecting
        loaded, began = books.read(book, until)
        within(loaded)
        wanted = tuple(sorted(hanging(loaded.tables, subjects)))
        result = audit(loaded.tables, known.values(), rule_ids, wanted)
        _check_known(loaded.tables, subjects, {one.subject.id for one in result.stated})
        scope = Scope(rule_ids, wanted, subjects)
        more = [_asked(sheets, sample, seed, previous)] if form == "xlsx" else []
        content = pieces(Checked(loaded, result, known, scope), form, Path(baseline) if baseline else None, *more)
        deliver(content, output)
        books.keep(loaded, until, began)
    raise click.exceptions.Exit(result.exit_status)


def _foresee(
    book: str, paths: tuple[str, ...], as_of: datetime | None, day: str | None, form: str, output: str | None
) -> int:
    """The exit status of a judgement beforehand, which is delivered."""
    from importers.supposing import suppose
    from ledgers.book import main_file
    from ledgers.files.problems import Untrusted
    from ledgers.people import Unusable
    from plugins import catalogue
    from reports import foreseen
    from reports.check.render import refusal
    from xianjie.import_ import day_of, show

    if output:
        will_put(Path(output))
    main, until = main_file(book), as_of.date() if as_of else None
    try:
        supposed = suppose(main, map(Path, paths), until, day_of(day))
        if supposed.changes.refused:
            if form == "json":
                deliver(foreseen.refused_json(main.name, supposed.changes.faults, supposed.changes.stopped), output)
            else:
                show(supposed.changes)
                click.echo("没有判定：请按上面的说明改正表格。")
                if output:  # an earlier answer must not stay there
                    deliver("没有判定：表格不能导入，账簿照原样。\n".encode(), output)
            return 2
        found = foreseen.foresee(supposed, catalogue(), until)
    except Unusable as error:
        raise click.ClickException(f"{error}。没有写入任何东西") from None
    except Untrusted as error:
        if form == "json":
            deliver(foreseen.refused_json(main.name, (), {}, error.problems), output)
        elif output:
            deliver(refusal(form, main.name, until or clock.today(), error.problems), output)
        raise
    deliver({"table": foreseen.as_text, "json": foreseen.as_json}[form](found), output)
    return found.exit_status


def _check_known(tables: "Tables", subjects: tuple[str, ...], judged: set[str]) -> None:
    """UsageError (exit 2) for what nobody is called by, with what is called most like it."""
    from plugins.subjects import names, nearest

    for text in subjects:
        if text not in names(tables) and text not in judged:
            like = "、".join(nearest(tables, text))
            raise click.UsageError(f"截至 {tables.as_of}，账簿中没有“{text}”" + (f"，相近的有：{like}" if like else ""))


def _asked(sheets: str, sample: tuple[str, int] | None, seed: int, previous: str | None) -> "Asked":
    """What is asked of the workpapers."""
    from reports.workpapers.sampling import Plan
    from reports.workpapers.workbook import Asked

    return Asked(sheets, Plan(*sample, seed) if sample else None, Path(previous) if previous else None)
