"""`xianjie policy`: the policy sets of a book against those that ship, and bringing them up to date."""

import sys
from datetime import date
from typing import Any

import click

from ledgers.files.writing import locked, write
from xianjie.chinese import Command, Context, Group
from xianjie.options import AS_OF, BOOK


class _OrBook(Group):
    """A group whose first word may be a book: then it shows that book's policy."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        return super().resolve_command(ctx, args if args[0] in self.commands else ["show", *args])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options before the book are those of showing it."""
        first = next((word for word in args if not word.startswith("-")), "")
        helping = any(word in ctx.help_option_names for word in args)
        return super().parse_args(ctx, args if not args or helping or first in self.commands else ["show", *args])

    context_class: Any = Context


@click.group(cls=_OrBook, invoke_without_command=True, subcommand_metavar="[账簿 | update 账簿]")
@click.pass_context
def policy(ctx: click.Context) -> None:
    """政策参数：账簿所带的与随产品的有哪些不同，换成随产品的会改变哪些结论；update 更新。

    不写账簿时列出随产品的各套政策和版次。
    """
    if ctx.invoked_subcommand is None:
        from reports.rulebook import editions

        click.echo("\n".join(editions.sets()))


@policy.command(cls=Command)
@BOOK
@AS_OF
@click.option("--verdicts", "judged", is_flag=True, help="再列出换成随产品的版次后会改变的结论（不写入）")
def show(book: str, as_of: date | None, judged: bool) -> None:
    """账簿所带的与随产品的有哪些不同。只看，不写入。"""
    from ledgers.book import read, within
    from reports.rulebook import editions

    loaded = within(read(book, as_of))
    click.echo("\n".join(editions.lines(loaded)))
    if judged:
        found = editions.update(loaded)
        _changed(list(editions.verdicts(loaded, found.files)) if found else [])


@policy.command(cls=Command)
@BOOK
@AS_OF
@click.option("--yes", is_flag=True, help="不再询问，直接写入")
def update(book: str, as_of: date | None, yes: bool) -> None:
    """把账簿所带的政策文件更新到随产品的版次：先显示不同和会改变的结论，确认后写入。

    已封账的期间仍按原来的条文判定（保留在 policy/sealed-版次.beancount），此后的按新版。更新本身登记为 custom "edition"。
    """
    from ledgers.book import main_file, read, within
    from reports.rulebook import editions
    from xianjie.import_ import confirmed

    main = main_file(book)
    with locked(main.parent, "xianjie policy update"):
        loaded = within(read(main, as_of))
        try:
            found = editions.update(loaded)
        except editions.NotUpdatedError as error:
            raise click.ClickException(f"{error}。没有改动任何文件。") from None
        if found is None:
            known = editions.included(loaded)
            click.echo("账簿所带的政策文件与随产品的相同。" if known else "账簿没有引用随产品的政策文件，没有什么可以更新。")
            return
        click.echo("\n".join(editions.lines(loaded)))
        _changed(list(editions.verdicts(loaded, found.files)))
        if not yes and not (sys.stdin.isatty() and confirmed("写入账簿吗？")):
            raise click.ClickException("没有写入。要写入，请回答“是”，或加 --yes")
        write(main.parent, found.files)
    earlier = f"；以前的仍按 {'、'.join(found.kept)}" if found.kept else ""
    click.echo(f"已更新：{'、'.join(sorted(found.files))}。新版自 {found.day} 起判定{earlier}。")


def _changed(verdicts: list[str]) -> None:
    click.echo(f"换成随产品的版次，结论改变的有 {len(verdicts)} 项" + ("：" if verdicts else "。"))
    click.echo("\n".join(verdicts), nl=bool(verdicts))
