"""`xianjie consolidate`: many counties' books judged where they lie, totals and checks across them."""

import sys
from datetime import date
from pathlib import Path

import click

from ledgers import clock
from xianjie import options
from xianjie.chinese import Command

ENGINES = ("local", "dask")


@click.command(cls=Command)
@click.argument("books", nargs=-1, required=True, type=click.Path(readable=False), metavar="账簿…")
@click.option(
    "-o", "--output", "out", required=True, type=click.Path(path_type=Path), metavar="文件夹", help="报告写到哪里"
)
@options.as_of("截至哪一天，默认到各县账簿的止日（不晚于今天）")
@click.option(
    "--engine", type=click.Choice(ENGINES), default="local", metavar="方式", help="local（本机，默认）或 dask（集群）"
)
@click.option("--scheduler", metavar="地址", help="Dask 调度器的地址，如 tcp://10.0.0.1:8786")
@click.option("--processes", type=click.IntRange(1), metavar="数目", help="本机用几个进程，默认与处理器数相同")
@click.option(
    "--sent",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="文件",
    help="下达清单 CSV：县、文号、级次、任务、金额",
)
@click.option(
    "--city-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="文件",
    help="市级密钥：跨县比对人员时使用",
)
def consolidate(
    books: tuple[str, ...],
    out: Path,
    as_of: date | None,
    engine: str,
    scheduler: str | None,
    processes: int | None,
    sent: Path | None,
    city_key: Path | None,
) -> None:
    """汇总多个县的账簿：各县逐一检查，再作合计、排名和跨县核对。

    没有改动的账簿不再重算。退出状态：0 没有不符合；1 有必须符合而不符合或无法判定的；2 有账簿不能用或不可信。
    """
    from ledgers.kept.cache import Unsafe
    from reports.counties import citykey, engines, report, run
    from reports.counties import quota_sent as lists

    if (engine == "dask") != (scheduler is not None):
        raise click.UsageError("--engine dask 与 --scheduler 要同时给出")
    day = as_of or clock.today()
    try:
        todo = run.jobs(books, day, citykey.city_key(city_key) if city_key else b"", ends=as_of is None)
        funds = lists.read(sent) if sent else []
        way = engines.dask(scheduler) if scheduler else engines.local(processes or engines.processes())
        with click.progressbar(length=len(todo), label="各县", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            consolidated = run.consolidate(todo, engines.counted(way, bar.update), funds, here=scheduler is None)
        status = report.write(consolidated, out)
    except (Unsafe, run.Incomplete, lists.BadList, citykey.BadKey, report.Occupied, engines.NoCluster) as error:
        raise click.UsageError(str(error)) from None
    click.echo(f"已写入 {out}：{len(todo)} 县，打开 {out / 'index.html'} 查看")
    if missing := report.left_out(out):
        click.echo(f"账簿不可信、没有纳入汇总的县：{'、'.join(missing)}")
    raise click.exceptions.Exit(status)
