"""`xianjie check`: the audit of a book on a day, as a table, JSON, SARIF or workpapers."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledgers import clock
from ledgers.files.writing import will_put
from xianjie import options
from xianjie.chinese import Command
from xianjie.options import AS_OF, BOOK, OUTPUT
from xianjie.output import answering, deliver

if TYPE_CHECKING:
    from ledgers.tables.tables import Tables
    from reports.workpapers.workbook import Asked



@click.command(cls=Command)
@BOOK
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
@AS_OF
@click.option("--rule", "rule_ids", multiple=True, metavar="规则", help="只看这些规则（可重复）")
@click.option(
    "--subject",
    "subjects",
    multiple=True,
    metavar="编号或名称",
    help="只看这些对象和挂在它们上面的资金、凭证、农户、资产（可重复）",
)
@options.form("table", "json", "sarif", "xlsx")
@OUTPUT
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
def check(book: str, as_of: date | None, **asked: Any) -> None:
    """检查一本账簿（含有 main.beancount 的文件夹，或主文件）。

    退出状态：0 没有不符合；1 有必须符合而不符合或无法判定的；2 账簿不能用或不可信。

    预审（--with）的退出状态只看这些表带来的变化：0 不会违反必须符合的规定；1 会违反，或有清册无法判到；2 表格不能导入，或账簿不可信。
    """
    _refuse_misuse(asked)
    until = as_of
    raise click.exceptions.Exit(_foresee(book, until, asked) if asked["planned"] else _judge(book, until, asked))


def _refuse_misuse(asked: dict[str, Any]) -> None:
    """UsageError (exit 2) for options that do not go together, and rules that nobody knows."""
    from plugins import catalogue

    further, planned, form = asked["further"], asked["planned"], asked["form"]
    narrowed = any(asked[name] for name in ("rule_ids", "subjects", "baseline"))
    of_papers = bool(asked["sample"] or asked["previous"])
    unknown = [name for name in asked["rule_ids"] if name not in catalogue()]
    wrong = (
        (further and not planned, f"多了“{''.join(further[:1])}”：预审的表格写在 --with 后面"),
        (asked["day"] and not planned, "--date 只用于预审（--with）"),
        (
            planned and (narrowed or of_papers or form not in ("table", "json")),
            "预审（--with）只与 --as-of、--date、--format table 或 json、--output 同用",
        ),
        (unknown and not planned, f"没有规则 {''.join(unknown[:1])}，用 xianjie rules 查看全部规则"),
        (
            form != "xlsx" and not planned and (of_papers or asked["sheets"] != "all"),
            "--sheets、--sample、--previous 只用于底稿（--format xlsx）",
        ),
        (form == "xlsx" and not asked["output"], "底稿是工作簿，请用 --output 指定文件"),
    )
    for misused, said in wrong:
        if misused:
            raise click.UsageError(said)


def _judge(book: str, until: date | None, asked: dict[str, Any]) -> int:
    """The exit status of an audit, which is delivered."""
    from ledgers.book import collector_off, within
    from ledgers.kept import books
    from plugins import catalogue
    from plugins.audit import audit
    from plugins.subjects import hanging
    from reports.check.baseline import Scope
    from reports.check.checked import Checked
    from reports.check.render import pieces

    rule_ids, subjects, form, output = (asked[name] for name in ("rule_ids", "subjects", "form", "output"))
    known = catalogue()
    with collector_off(), answering(book, form, output, until):  # the command ends soon: nothing is worth collecting
        loaded, began = books.read(book, until)
        within(loaded)
        wanted = tuple(sorted(hanging(loaded.tables, subjects)))
        books.keep(loaded, until, began)  # before anything else takes memory
        result = audit(loaded.tables, known.values(), rule_ids, wanted)
        _check_known(loaded.tables, subjects, {one.subject.id for one in result.stated})
        scope = Scope(rule_ids, wanted, subjects)
        papers = (asked[name] for name in ("sheets", "sample", "seed", "previous"))
        more = [_asked(*papers)] if form == "xlsx" else []
        baseline = Path(asked["baseline"]) if asked["baseline"] else None
        content = pieces(Checked(loaded, result, known, scope), form, baseline, *more)
        deliver(content, output)
    return result.exit_status


def _foresee(book: str, until: date | None, asked: dict[str, Any]) -> int:
    """The exit status of a judgement beforehand, which is delivered."""
    from importers.supposing import suppose
    from ledgers.book import main_file
    from ledgers.files.problems import Untrusted
    from ledgers.people import Unusable
    from plugins import catalogue
    from reports import foreseen
    from reports.check.render import refusal
    from xianjie.import_ import day_of, show

    form, output = asked["form"], asked["output"]
    if output:
        will_put(Path(output))
    main, paths = main_file(book), map(Path, (*asked["planned"], *asked["further"]))
    try:
        supposed = suppose(main, paths, until, day_of(asked["day"]))
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
