"""`xianjie user`: who may log in to `xianjie serve`."""

import sys
from pathlib import Path

import click

from xianjie.chinese import Command, Group

FILE = click.Path(dir_okay=False, path_type=Path)
ROLES = ("clerk", "reviewer", "auditor", "chief")
ROLE_HELP = "reviewer 审阅员（默认）；clerk 经办，收表；auditor 审计员，可看清册；chief 负责人，封账、公开、批豁免、管用户"


@click.group(cls=Group)
def user() -> None:
    """管理可以登录审阅网页的人。"""


@user.command(cls=Command)
@click.argument("name", metavar="用户名")
@click.option("--users", required=True, type=FILE, metavar="文件", help="用户文件，没有就新建")
@click.option("--role", type=click.Choice(ROLES), default="reviewer", metavar="角色", help=ROLE_HELP)
def add(name: str, users: Path, role: str) -> None:
    """添加一个用户，或给已有的用户换密码和角色。密码从标准输入读一行。"""
    from reports.desk.server.users import UsersError, add_user

    try:
        known = add_user(users, name, role, _password())
    except UsersError as error:
        raise click.ClickException(f"{error}。没有改动用户文件") from None
    click.echo(f"{'已更新' if known else '已添加'}用户 {name}（{role}）")


@user.command(cls=Command)
@click.argument("name", metavar="用户名")
@click.option("--users", required=True, type=FILE, metavar="文件", help="用户文件")
def remove(name: str, users: Path) -> None:
    """删除一个用户，已登录的立即失效。"""
    from reports.desk.server.users import UsersError, remove_user

    try:
        remove_user(users, name)
    except UsersError as error:
        raise click.ClickException(f"{error}。没有改动用户文件") from None
    click.echo(f"已删除用户 {name}")


@user.command("list", cls=Command)
@click.option("--users", required=True, type=FILE, metavar="文件", help="用户文件")
def list_(users: Path) -> None:
    """列出用户和角色。"""
    from reports.desk.roles import ROLES as TITLES
    from reports.desk.server.users import UsersError, read_users

    try:
        found = read_users(users)
    except UsersError as error:
        raise click.ClickException(str(error)) from None
    for one in found.values():
        click.echo(f"{one.name}  {one.role}（{TITLES[one.role]}）")


def _password() -> str:
    """One line of standard input; on a terminal it is asked for twice and not shown."""
    if sys.stdin.isatty():
        return str(click.prompt("密码", hide_input=True, confirmation_prompt="再输一次"))
    return sys.stdin.readline().rstrip("\r\n")
