"""How the program starts: little is loaded for a page of help, and a system that is none of ours is told in one sentence."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from xianjie.output import called

HEAVY = {"numpy", "pandas", "beancount", "duckdb", "fava", "flask", "reportlab", "xlsxwriter", "jinja2", "stdnum", "beanquery"}
# What Windows does not have.
POSIX = ("fcntl", "resource", "termios", "tty", "pty", "pwd", "grp", "posix", "readline", "curses", "syslog", "pyseccomp")


def run(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"], ["api", "--help"], ["nonsense"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    done = run(
        f"import sys; sys.argv = ['xianjie', *{arguments}]\n"
        "from xianjie.__main__ import main\n"
        "try: main()\n"
        "finally: print('LOADED', *sorted(sys.modules))"
    )
    loaded = {name.partition(".")[0] for name in done.stdout.partition("LOADED")[2].split()}
    assert "click" in loaded, done.stderr
    assert not HEAVY & loaded


@pytest.mark.parametrize("arguments", [["--help"], ["check", "."], ["serve", "."], []])
def test_without_the_modules_of_posix_one_sentence(arguments: list[str]) -> None:
    done = run(
        f"import sys; sys.argv = ['xianjie', *{arguments}]; sys.modules.update(dict.fromkeys({POSIX}))\n"
        "from xianjie.__main__ import main\nmain()"
    )
    assert (done.returncode, done.stdout) == (2, "")
    (said,) = done.stderr.splitlines()
    assert "Linux" in said
    assert "浏览器" in said


def test_an_analyst_is_told_so_too() -> None:
    done = run(f"import sys; sys.modules.update(dict.fromkeys({POSIX}))\nimport xianjie\nprint(xianjie.__version__)\nxianjie.read('.')")
    assert done.stdout.strip()
    assert done.stderr.splitlines()[-1].startswith("ImportError: 衔接账只能在 Linux 上运行")


def test_commands_are_printed_as_they_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After `make demo` nothing of the program is on the PATH: what it prints works all the same."""
    program = tmp_path / "a b" / "xianjie"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(program)])
    monkeypatch.setenv("PATH", "/nowhere")
    assert called() == f"'{program}'"
    monkeypatch.setenv("PATH", str(program.parent))
    assert called() == "xianjie"
    other = tmp_path / "xianjie"
    other.write_text("#!/bin/sh\n", "utf-8")
    monkeypatch.setattr(sys, "argv", [str(other)])
    assert called() == str(other), "another one of the name is first on the PATH"
    monkeypatch.setattr(sys, "argv", ["-c"])
    assert called() == f"{shlex.quote(sys.executable)} -m xianjie"
    assert subprocess.run([sys.executable, "-m", "xianjie", "--version"], capture_output=True, check=True).stdout
