"""The writing process: `python -m xianjie.acts FOLDER`, which reads the names of jobs from its standard input.

Jobs are done one after another, each in a child process that reads the book confined and writes through its parent
(`ledgers/files/confined.py`). A child that dies or takes too long is told as such; this process stays.
"""

import json
import logging
import shutil
import signal
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

import click

from ledgers.files import confined
from ledgers.files.problems import Untrusted
from ledgers.files.writing import Busy, NotWritten, put_file, put_files
from ledgers.people import Unusable
from reports.desk.roles import may
from reports.desk.server.writer import RESULT
from xianjie.acts.sheets import with_rows
from xianjie.acts.task import Said, Task
from xianjie.output import visible

log = logging.getLogger("xianjie.acts")
SECONDS = 900  # of one job, on the clock
# Act -> where it is done, and whether it writes much by itself, so that it cannot be confined when it reads.
_ACTS: dict[str, tuple[str, bool]] = {
    "import": ("xianjie.acts.sheets:bring_in", False),
    "undo": ("xianjie.acts.sheets:take_back", False),
    "form": ("xianjie.acts.sheets:blank", True),
    "remark": ("xianjie.acts.review:remark", False),
    "assign": ("xianjie.acts.review:assign", False),
    "close": ("xianjie.acts.review:close", False),
    "request": ("xianjie.acts.review:request", False),
    "grant": ("xianjie.acts.review:grant", False),
    "seal": ("xianjie.acts.closing:seal", False),
    "verify": ("xianjie.acts.closing:verify", False),
    "policy": ("xianjie.acts.closing:policy", False),
    "publish": ("xianjie.acts.closing:publish", True),
    "papers": ("xianjie.acts.papers:papers", False),
    "registers": ("xianjie.acts.papers:registers", False),
    "letter": ("xianjie.acts.papers:letter", False),
}
_LATE = f"用时超过 {SECONDS // 60} 分钟，已中止，没有写入任何东西。请把文件分小些再试"


def main() -> None:
    """Do the jobs that are named, until there are no more."""
    folder = Path(sys.argv[1])
    for module in ("importers.run", "ledgers.book"):  # once, and not in every child
        import_module(module)
    for line in sys.stdin:
        if (folder / line.strip()).is_dir():
            do(folder / line.strip())
    shutil.rmtree(folder, ignore_errors=True)  # the server is gone: what was sent must not stay, however it ended


def do(folder: Path) -> None:
    """One job; whatever goes wrong is told in its folder."""
    try:
        task = Task(folder)
        confined.run(partial(_told, task), writing=_ACTS[task.act][1])
        _complete(task)
        problem = ""
    except Untrusted as error:
        problem = _LATE if "SIGALRM" in str(error) else f"程序中断，没有做完：{error}"
    except Exception as error:
        log.exception("办理时出错（%s）", type(error).__name__)
        problem = f"没有办成（{type(error).__name__}），请把时间告诉管理员"
    if not (folder / RESULT).exists():
        put_file(folder / RESULT, _bytes(Said(problem=problem or "没有办成，原因不明，请把时间告诉管理员")), 0o600)


def _told(task: Task) -> int:
    """In the child: do it, and put what is to be told into the job's folder."""
    confined.will(put_file, task.folder / RESULT)
    confined.will(put_files, task.out)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(SECONDS)
    said = _tried(task)
    put_file(task.folder / RESULT, _bytes(said), 0o600)
    return 0


def _complete(task: Task) -> None:
    """What a child cannot do any more that has opened a book: read a sheet again, for the rows with faults."""
    said = json.loads((task.folder / RESULT).read_text("utf-8"))
    if any("fault" in part for part in said["parts"]):
        with_rows(task, said["parts"])
        put_file(task.folder / RESULT, json.dumps(said, ensure_ascii=False).encode(), 0o600)


def _tried(task: Task) -> Said:
    if not may(task.role, task.act):
        return Said(problem="没有这项权限，没有写入任何东西")
    try:
        return _act(task.act)(task)
    except Untrusted as error:
        listed = "\n".join(map(str, error.problems[:50]))
        return Said(problem=f"账簿不可信，共 {len(error.problems)} 处，没有写入任何东西：\n{listed}")
    except (Busy, NotWritten, Unusable) as error:
        return Said(problem=f"{error}。没有写入任何东西")
    except click.ClickException as error:
        return Said(problem=error.format_message())
    except Exception as error:
        log.exception("办理 %s 时出错（%s）", task.act, type(error).__name__)
        return Said(problem=f"程序出错，没有办成（{type(error).__name__}），没有写入任何东西。请把时间告诉管理员")


def _act(name: str) -> Callable[[Task], Said]:
    module, _, function = _ACTS[name][0].partition(":")
    found: Callable[[Task], Said] = getattr(import_module(module), function)
    return found


def _bytes(said: Said) -> bytes:
    return visible(json.dumps(said.plain(), ensure_ascii=False)).encode("utf-8", "replace")
