"""`xianjie policy`: the policy sets of a book against those that ship."""

from datetime import datetime

import click

from xianjie.chinese import Command


@click.command(cls=Command)
@click.argument("book", type=click.Path(), metavar="账簿")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="日期", help="截至哪一天，默认到账簿止日（不晚于今天）")
@click.option("--verdicts", "judged", is_flag=True, help="再列出换成随产品的版次后会改变的结论（不写入）")
def policy(book: str, as_of: datetime | None, judged: bool) -> None:
    """政策参数：账簿所带的与随产品的有哪些不同，换成随产品的会改变哪些结论。只看，不写入。"""
    from ledgers.book import read, within
    from reports.rulebook import editions

    loaded = within(read(book, as_of.date() if as_of else None))
    click.echo("\n".join(editions.lines(loaded)))
    if judged:
        changed = list(editions.verdicts(loaded))
        click.echo(f"换成随产品的版次，结论改变的有 {len(changed)} 项" + ("：" if changed else "。"))
        click.echo("\n".join(changed), nl=bool(changed))
