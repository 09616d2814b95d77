"""What many commands are asked in the same words: the book, the day, the form of the answer, the file that it goes to."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar

import click

Asked = TypeVar("Asked", bound=Callable[..., Any])


def _day(_ctx: click.Context, _param: click.Parameter, value: datetime | None) -> date | None:
    return value.date() if value else None


def as_of(help: str = "截至哪一天，默认到账簿止日（不晚于今天）") -> Callable[[Asked], Asked]:
    """`--as-of`, a date or None."""
    return click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), callback=_day, metavar="日期", help=help)


def form(*names: str) -> Callable[[Asked], Asked]:
    """`--format`, one of these names; the first where none is given."""
    said = f"{'、'.join(names[:-1])} 或 {names[-1]}"
    return click.option("--format", "form", type=click.Choice(names), default=names[0], metavar="格式", help=said)


BOOK = click.argument("book", type=click.Path(), metavar="账簿")
AS_OF = as_of()
OUTPUT = click.option("--output", type=click.Path(dir_okay=False), metavar="文件", help="写到文件，默认显示在屏幕上")


def file_for(form: str, output: str | None) -> None:
    """A workbook goes to a file: UsageError where none is named."""
    if form == "xlsx" and not output:
        raise click.UsageError("工作簿请用 --output 指定文件")
