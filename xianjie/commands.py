"""The command line `xianjie`: stands on top of everything, and loads only what the command at hand needs."""

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NoReturn

import click

from ledgers.files import confined
from ledgers.files.problems import Untrusted
from ledgers.files.writing import Busy, NotWritten
from xianjie import __version__
from xianjie.chinese import Group, explain
from xianjie.output import shown, speakable, visible

# Name -> where the command is, and what it does in a line.
COMMANDS = {
    "demo": ("xianjie.demo:demo", "在样例县上走一遍：表格、账簿、检查、底稿"),
    "init": ("xianjie.init:init", "新建一本空账簿"),
    "import": ("xianjie.import_:import_", "把各单位报来的表格导入账簿"),
    "form": ("xianjie.form:form", "写出一种表的空白表样"),
    "imports": ("xianjie.imports:imports", "列出每一次导入"),
    "undo": ("xianjie.imports:undo", "撤销一次导入，先显示再写入"),
    "mend": ("xianjie.mend:mend", "修复曾被改动的封账，先显示再写入"),
    "check": ("xianjie.check:check", "检查账簿：逐条规则判定，给出数字和依据"),
    "query": ("xianjie.query_:query", "用 BQL 查询账簿、数据表和判定结果"),
    "export": ("xianjie.export:export", "全部数据表和判定结果写成 Parquet"),
    "reconcile": ("xianjie.reconcile:reconcile", "把国库集中支付导出与账簿逐笔核对"),
    "plan": ("xianjie.plan:plan", "待办：还要做什么、多少钱、最迟哪天；假设做了会怎样"),
    "screen": ("xianjie.screen:screen", "筛查：指出应当先看哪里，不是判定"),
    "rules": ("xianjie.rules:rules", "规则目录；或一条规则的全文、公式、参数沿革"),
    "policy": ("xianjie.policy:policy", "账簿的政策参数与随产品的有哪些不同；update 换成新版"),
    "trace": ("xianjie.trace:trace", "追溯资金、项目、户、资产、股权、村、凭证、收款方的钱从哪里来、到哪里去"),
    "report": ("xianjie.report:report", "出具业务台账：进度、项目、劳务、股权、资产、收益分配"),
    "publish": ("xianjie.publish:publish", "公开：网站、A4 公告和数据，有个人信息则拒绝"),
    "leaks": ("xianjie.leaks:leaks", "检查任何要公开的文件里有没有个人信息"),
    "seal": ("xianjie.seal:seal", "封账：封住截至某月的内容，显示封账的根"),
    "verify": ("xianjie.verify:verify", "核对封账以来有无改动，公示文件与账簿是否一致"),
    "doctor": ("xianjie.doctor:doctor", "诊断损坏的账簿，说明怎样修复"),
    "consolidate": ("xianjie.consolidate:consolidate", "汇总多个县：各县检查、排名、跨县核对"),
    "people": ("xianjie.people:people", "经授权查询户编号对应的人"),
    "serve": ("xianjie.serve:serve", "供审阅人员用浏览器查看账簿（登录、只读）"),
    "api": ("xianjie.api:api", "供本机的其他程序以 JSON 查询和预审（令牌、只读）"),
    "user": ("xianjie.user:user", "管理可以登录审阅网页的人"),
}


# Those that read a book in a process that may not write, connect or start anything (ledgers/files/confined.py).
CONFINED = frozenset(
    {"check", "plan", "policy", "query", "reconcile", "screen", "trace", "report", "seal", "verify", "doctor"}
    | {"import", "imports", "undo", "mend", "publish"}
)

# Those that read books and write much by themselves: in a process of their own too, but not confined.
WRITING = frozenset({"consolidate", "demo", "form"})

# Those that answer into a file, where an earlier answer must not stay when the process that reads the book dies.
ANSWERING = frozenset({"check", "plan", "screen", "trace", "reconcile"})


class _Commands(Group):
    """Commands that are imported only when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name][0].split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what it prints of a book obeys no terminal."""
        with shown():
            return super().invoke(ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.group(cls=_Commands)
@click.version_option(__version__, message="xianjie %(version)s", help="显示版本")
def cli() -> None:
    """衔接账：财政衔接资金、以工代赈、股权量化与扶贫资产的账与查。"""


def main() -> NoReturn:
    """Run a command; whatever goes wrong is said in Chinese, with exit status 2."""
    speakable()
    if hidden := _hidden():
        sys.exit(_say(f"错误：{'、'.join(hidden)} 不是本程序自带的：当前文件夹或 PYTHONPATH 中有同名的文件夹，请换一个文件夹再运行。"))
    name = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    sys.exit(_apart(name) if name in CONFINED | WRITING else _status())


def _hidden() -> list[str]:
    """The program's packages that others of the same name hide, such as a user's own plugins/ beside the book."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    found = {name: find_spec(name) for name in ("ledgers", "plugins", "importers", "reports", "samples")}
    places = {name: list(spec.submodule_search_locations or [str(spec.origin)]) for name, spec in found.items() if spec}
    return [name for name, there in places.items() if os.path.realpath(there[0]) != os.path.realpath(f"{root}/{name}")]


def _apart(name: str) -> int:
    """Run the command in a process of its own, which a book may take down without taking the message along."""
    try:
        return confined.run(_status, writing=name in WRITING)
    except Untrusted as error:
        if name not in ANSWERING:
            return _untrusted(error)
        confined.refuse(error.problems)
        return _status()


def _status() -> int:
    try:
        status = cli.main(standalone_mode=False)
    except click.exceptions.Exit as error:
        status = error.exit_code
    except click.Abort:
        status = _say("已中止，没有写入任何东西。")
    except click.ClickException as error:
        status = _say(f"错误：{explain(error)}")
    except Untrusted as error:
        status = _untrusted(error)
    except (Busy, NotWritten) as error:
        status = _say(f"错误：{error}。")
    except BrokenPipeError:
        sys.stdout = open(os.devnull)  # noqa: SIM115  nobody reads what is left: it must not be flushed at the end
        status = 0
    except Exception as error:
        if os.environ.get("XIANJIE_DEBUG"):
            raise
        status = _say(f"程序出错，没有得出结论（{type(error).__name__}：{error}）。设置 XIANJIE_DEBUG=1 可看详情。")
    return status if isinstance(status, int) else 0


def _untrusted(error: Untrusted) -> int:
    return _say(f"账簿不可信，未作判定，共 {len(error.problems)} 处：\n{error}")


def _say(message: str) -> int:
    click.echo(visible(message), err=True)
    return 2
