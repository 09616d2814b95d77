"""The command line in Chinese: help pages and what is said when a command is given wrongly."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import click

_HEADINGS = {"Options": "选项", "Commands": "命令"}


class Formatter(click.HelpFormatter):
    """Help with Chinese headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix="用法：" if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl(
            [(left, right.replace("[required]", "（必填）")) for left, right in rows], col_max, col_spacing
        )


class Context(click.Context):
    formatter_class = Formatter


class Command(click.Command):
    """A command whose help and errors are Chinese."""

    context_class = Context

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("options_metavar", "[选项]")
        super().__init__(*args, **kwargs)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示本说明"
        return option


class Group(click.Group, Command):
    """A group of such commands."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("subcommand_metavar", "命令 [参数]…")
        super().__init__(*args, **kwargs)


Group.group_class = Group


def explain(error: click.ClickException) -> str:
    """A usage error in Chinese."""
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}{_meant(error.option_name, error.possibilities or ())}"
    if isinstance(error, click.MissingParameter):
        name = error.param.make_metavar(error.ctx) if error.param and error.ctx else ""
        return f"缺少参数 {name}"
    if isinstance(error, click.BadParameter):
        name = error.param.opts[0] if error.param and error.param.opts else ""
        return f"参数 {name} 的值不对：{_bad_value(error.message)}"
    message = error.format_message()
    if message.startswith("No such command"):
        written = message.split(chr(39))[1]
        known = error.ctx.command.list_commands(error.ctx) if error.ctx and isinstance(error.ctx.command, click.Group) else ()  # type: ignore[attr-defined]
        return f"没有命令 {written}{_meant(written, known)}，用 xianjie --help 查看全部命令"
    if message.startswith("Got unexpected extra argument"):
        return f"多出参数 {message[message.find('(') + 1 : -1]}"
    return message


def _meant(written: str, known: Iterable[str]) -> str:
    """What was probably meant, "" when nothing known is like it."""
    near = get_close_matches(written, list(known), 2, 0.5)
    return f"（是不是 {' 或 '.join(near)}？）" if near else ""


def _bad_value(message: str) -> str:
    for english, chinese in (
        ("does not match the formats", "应为日期，如 2022-12-31"),
        ("is not one of", "应为以下之一："),
        ("does not exist", "文件或文件夹不存在"),
        ("is not a valid integer", "应为整数"),
    ):
        if english in message:
            tail = message.split(english)[1].strip(" .") if english == "is not one of" else ""
            return f"{chinese}{tail}"
    return message
