"""`xianjie serve`: the books in the browser, with a login: to be looked at, and with --desk to be worked on."""

import logging
import signal
import sys
from pathlib import Path

import click

from xianjie.chinese import Command

FILE = click.Path(dir_okay=False, path_type=Path)
WRITING = (sys.executable, "-P", "-m", "xianjie.acts")  # -P: what lies in the folder of the start is no part of the program
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command(cls=Command)
@click.argument("books", nargs=-1, required=True, type=click.Path(), metavar="账簿…")
@click.option("--users", required=True, type=FILE, metavar="文件", help="用户文件，由 xianjie user add 写成")
@click.option("--host", default="127.0.0.1", metavar="地址", help="在哪个地址上等待访问，默认 127.0.0.1")
@click.option("--port", default=5000, type=click.IntRange(1, 65535), metavar="端口", help="端口，默认 5000")
@click.option(
    "--allow-host", "hosts", multiple=True, metavar="主机名", help="网址里允许的主机名（可重复），本机的总是允许"
)
@click.option("--desk", is_flag=True, help="可以办理：收表、审核、封账、公开，按角色；不加则只能看")
def serve(books: tuple[str, ...], users: Path, host: str, port: int, hosts: tuple[str, ...], desk: bool) -> None:
    """供单位用浏览器查看账簿：登录后只能看；加 --desk，按角色收表、审核、封账、公开。

    外面应有一层 TLS（nginx、caddy），见 docs/serve.md。
    """
    from reports.desk.server.app import make_app
    from reports.desk.server.listening import make_server
    from reports.desk.server.shelf import Shelf
    from reports.desk.server.users import UsersError
    from reports.desk.server.writer import Writer

    _log_to_screen()
    shelf = Shelf(books)
    writer = Writer(WRITING) if desk else None
    try:
        app = make_app(shelf, users, {*LOOPBACK, host, *hosts}, writer)
        server = make_server(app, host, port)
    except UsersError as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"无法在 {host}:{port} 上等待访问（{error.strerror}）") from None
    shelf.watch()
    for slug, ledger in shelf.items():
        click.echo(f"《{ledger.options['title']}》 http://{host}:{port}/{slug}/")
    if host not in LOOPBACK:
        click.echo("注意：没有 TLS，密码会在网上明文传送。请在外面加一层 nginx 或 caddy，见 docs/serve.md。", err=True)
    click.echo(f"{'可以办理' if desk else '只能看'}。按 Ctrl-C 结束。")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # a service manager ends it as Ctrl-C does
    try:
        server.run()
    finally:
        if writer:
            writer.close()


def _log_to_screen() -> None:
    """The access log to standard output, all else to standard error: what a service manager expects."""
    for name, stream in (("xianjie.access", sys.stdout), ("xianjie", sys.stderr)):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger = logging.getLogger(name)
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
