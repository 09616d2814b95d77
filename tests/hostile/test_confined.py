"""A hole in what looks at books is no breach: the process that reads may not write, connect, start or look into others."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import click
import pytest

from importers.reading.kinds import KINDS
from ledgers.files import confined, writing
from ledgers.files.problems import Problem, Untrusted
from reports.counties import county
from reports.desk.server import shelf
from reports.desk.server.writer import JOB
from tests.books import few
from tests.importers.county import ALL, new_book
from tests.importers.dirty import to_xlsx
from tests.seals.books import make
from tests.seals.books import run as run_here
from xianjie import demo, form
from xianjie.acts import closing
from xianjie.acts.task import Task
from xianjie.commands import CONFINED, cli

needs_filter = pytest.mark.skipif(bool(confined.missing()), reason="no filter of system calls here")
# A command whose look at plugin lines overlooks everything.
HOLE = """
import sys
from ledgers.files import plugin_lines
plugin_lines.refused = lambda *given: []
from xianjie.commands import main
main()
"""
BREACHES = {
    "写文件": "open('PWNED', 'w').write('x')",
    "改账簿": "open('main.beancount', 'a').write(';')",
    "截短": "__import__('os').truncate('main.beancount', 0)",
    "删除": "__import__('os').unlink('main.beancount')",
    "改名": "__import__('os').rename('main.beancount', 'x')",
    "建文件夹": "__import__('os').mkdir('PWNED')",
    "链接": "__import__('os').symlink('/etc', 'PWNED')",
    "改权限": "__import__('os').chmod('main.beancount', 0o777)",
    "执行": "__import__('os').execv('/bin/touch', ['touch', 'PWNED'])",
    "分出进程": "__import__('os').fork()",
    "系统命令": "__import__('subprocess').run(['touch', 'PWNED'])",
    "联网": "__import__('socket').socket()",
    "杀主进程": "__import__('os').kill(__import__('os').getppid(), 9)",
    "放宽限制": "__import__('resource').prlimit(__import__('os').getppid(), 7, (3, 3))",
    "让主进程写": "__import__('ledgers.files.writing', fromlist=['x']).put_file(__import__('pathlib').Path('PWNED'), b'x')",
    "让主进程改账簿": "__import__('ledgers.files.writing', fromlist=['x']).write(__import__('pathlib').Path('.'), {'PWNED': b'x'})",
}


def tried(book: Path, breach: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command on a book whose plugin line does what it must not, and says how that ended."""
    code = f"__import__('sys').stderr.write('TRIED') and {breach} and {{}} or {{}}"
    with (book / "main.beancount").open("a", encoding="utf-8") as file:
        file.write(f'\nplugin "beancount.plugins.commodity_attr" "{code}"\n')
    return subprocess.run(
        [sys.executable, "-c", HOLE, *arguments], capture_output=True, text=True, timeout=60, cwd=book,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# Tried against the command in the fast suite too: what would reach the process that runs the tests, and what is asked of a parent.
OUTWARD = ("杀主进程", "放宽限制", "让主进程写")


@needs_filter
@pytest.mark.parametrize("name", sorted({*BREACHES} - {*OUTWARD}))
def test_what_is_tried_in_a_confined_child_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    book = make(tmp_path / "book")
    monkeypatch.chdir(book)
    before = contents(tmp_path)
    with pytest.raises(RuntimeError, match=r"PermissionError|Operation not permitted"):
        confined.call(lambda: eval(BREACHES[name]) and b"")
    assert contents(tmp_path) == before


@needs_filter
@pytest.mark.parametrize(
    "breach",
    [
        pytest.param(breach, id=name, marks=() if name in ("写文件", *OUTWARD) else pytest.mark.slow)
        for name, breach in BREACHES.items()
    ],
)
def test_what_a_book_tries_is_refused(tmp_path: Path, breach: str) -> None:
    book = make(tmp_path / "book")
    before = contents(tmp_path)
    done = tried(book, breach, "check", ".", "--as-of", "2022-12-31")
    assert "TRIED" in done.stderr
    assert "运行出错（PermissionError）" in done.stderr, done.stderr
    after = contents(tmp_path)
    assert {name: content for name, content in after.items() if not name.endswith("main.beancount")} == {
        name: content for name, content in before.items() if not name.endswith("main.beancount")
    }
    assert after[str(book / "main.beancount")].startswith(before[str(book / "main.beancount")])
    assert not list(tmp_path.rglob("PWNED"))


@needs_filter
def test_a_reader_that_was_taken_over_writes_no_other_names(tmp_path: Path) -> None:
    """Even where the parent was told of a folder: it looks at the names itself."""
    book = make(tmp_path / "book")
    place = "__import__('ledgers.kept.cache', fromlist=['x'])"
    breach = f"{place}._put({place}._place('check', '{book / 'main.beancount'}'), 'k', {{'../../../PWNED': b'x'}})"
    done = tried(book, breach, "check", str(book), "--as-of", "2022-12-31")
    assert "运行出错（" in done.stderr, done.stderr
    out = tmp_path / "papers"
    breach = f"__import__('ledgers.files.writing', fromlist=['x']).put_files(__import__('pathlib').Path('{out}'), {{'../PWNED': b'x'}})"
    done = tried(make(tmp_path / "other"), breach, "report", str(tmp_path / "other"), "-o", str(out))
    assert "运行出错（" in done.stderr, done.stderr
    assert not list(tmp_path.rglob("PWNED"))


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    code = "from xianjie.commands import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=60
    )


def test_commands_still_write_what_they_are_asked_for(tmp_path: Path) -> None:
    book = make(tmp_path / "book")
    assert "已封账" in run("seal", book, "2022-10").stdout
    assert (book / "seals/2022-10.jsonl").is_file()
    (book / "seals/2022-10.jsonl").unlink()
    assert "已恢复封账清单" in run("doctor", book, "--restore").stdout
    assert run("verify", book).returncode == 0
    assert (
        run("check", book, "--as-of", "2022-12-31", "--format", "json", "--output", tmp_path / "out.json").returncode
        == 1
    )
    assert (tmp_path / "out.json").read_bytes().startswith(b"{")
    assert run("report", book, "-o", tmp_path / "papers").returncode == 0
    assert len(list((tmp_path / "papers").glob("*.xlsx"))) == 6
    assert run("check", book, "--output", tmp_path / "nowhere/x").returncode == 2
    assert not [path for path in tmp_path.rglob(".*") if "xianjie" in path.name]


def test_what_a_check_keeps_is_kept_by_its_parent(tmp_path: Path) -> None:
    code = HOLE.replace(
        "plugin_lines.refused =", "from ledgers.kept import books; books.LARGE, books._MARGIN = 0, -60\nx ="
    )
    book = make(tmp_path / "book")
    command = [sys.executable, "-c", code, "check", str(book), "--as-of", "2022-12-31"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    first, again = (
        subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment) for _ in range(2)
    )
    assert (first.returncode, first.stderr) == (1, "")
    assert list((tmp_path / "cache").rglob("tables.bin"))
    assert again.stdout == first.stdout


def test_an_import_writes_what_was_confirmed(tmp_path: Path) -> None:
    book = new_book(tmp_path)
    files = [to_xlsx(tmp_path / f"{kind}.xlsx", make_()) for kind, make_ in list(ALL.items())[:3]]
    done = run("import", book, *files, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "已写入" in done.stdout
    assert run("check", book).returncode in (0, 1)


def test_the_doctor_says_that_nothing_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = make(tmp_path / "book")
    assert "libseccomp2" not in run_here("doctor", book).output
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    assert "安装 libseccomp2" in run_here("doctor", book).output


@pytest.mark.parametrize("command", few([["check"], ["publish", "-o", "public", "--period", "2022"], ["verify"]]))
def test_a_reader_that_dies_is_one_message_with_the_file(tmp_path: Path, command: list[str]) -> None:
    book = make(tmp_path / "book")
    code = HOLE.replace(
        "plugin_lines.refused =", "from ledgers.files import parsing; parsing.hazards = lambda *given: []\nx ="
    )
    (book / "2022/11.beancount").write_text("2022-11-01 price A 1/0 CNY\n", "utf-8")
    done = subprocess.run([sys.executable, "-c", code, "check", str(book)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert (
        done.stderr
        == "账簿不可信，未作判定，共 1 处：\n2022/11.beancount：读取时程序中断（SIGSEGV）：请检查这个文件里的算式、数字和引号\n"
    )


@pytest.mark.parametrize(
    ("command", "form"),
    [
        (["check"], "json"),
        *(
            pytest.param(command, form, marks=pytest.mark.slow)
            for command, form in (
                *((["check"], form) for form in ("table", "sarif", "xlsx")),
                *(([name], "json") for name in ("plan", "screen")),
                (["trace", "XS2022-0001"], "table"),
            )
        ),
    ],
)
def test_a_reader_that_dies_leaves_no_earlier_answer(tmp_path: Path, command: list[str], form: str) -> None:
    book = make(tmp_path / "book")
    code = HOLE.replace(
        "plugin_lines.refused =", "from ledgers.files import parsing; parsing.hazards = lambda *given: []\nx ="
    )
    (book / "2022/11.beancount").write_text("2022-11-01 price A 1/0 CNY\n", "utf-8")
    kept = tmp_path / "answer"
    kept.write_text("OLD", "utf-8")
    name, *more = command
    arguments = [name, str(book), *more, "--format", form, "--output", str(kept)]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "读取时程序中断（SIGSEGV）" in done.stderr
    assert b"OLD" not in kept.read_bytes()
    if form != "xlsx":
        assert "读取时程序中断（SIGSEGV）" in kept.read_text("utf-8")
    if form == "sarif":
        assert json.loads(kept.read_text("utf-8"))["runs"][0]["invocations"][0]["executionSuccessful"] is False


def _answers() -> list[list[str]]:
    """Every command that answers into a file or folder, with what it needs; of those that read a book confined."""
    more = {"trace": ["XS2022-0001"]}
    context = click.Context(cli)
    commands = {
        name: cli.get_command(context, name) for name in sorted({"export", *CONFINED} - {"reconcile", "publish"})
    }
    answering = [
        name for name, one in commands.items() if one and any("--output" in option.opts for option in one.params)
    ]
    return [[name, *more.get(name, [])] for name in answering]


@pytest.mark.parametrize("command", few(_answers(), 2), ids=lambda one: one[0])
def test_every_command_that_answers_into_a_file_does(tmp_path: Path, command: list[str]) -> None:
    book = make(tmp_path / "book")
    name, *more = command
    done = run(name, book, *more, "--output", tmp_path / "answer")
    assert done.returncode in (0, 1), done.stderr
    assert (tmp_path / "answer").exists()


@pytest.mark.parametrize("output", ["device", "pipe", "stream"])
def test_an_answer_takes_the_place_of_no_device_or_pipe(tmp_path: Path, output: str) -> None:
    """As root it could: /dev/null would be an ordinary file from then on, for everybody."""
    place = tmp_path / "place"
    if output == "stream":
        place.symlink_to("/proc/self/fd/1")
    elif output == "pipe" or os.geteuid():
        os.mkfifo(place)
    else:
        os.mknod(place, stat.S_IFCHR | 0o600, os.makedev(1, 3))
    before = os.lstat(place)
    done = run("check", make(tmp_path / "book"), "--output", place)
    assert (done.returncode, "不是普通文件" in done.stderr) == (2, True)
    assert os.lstat(place).st_ino == before.st_ino


def test_without_a_filter_commands_still_work(tmp_path: Path) -> None:
    book = make(tmp_path / "book")
    code = HOLE.replace("plugin_lines.refused =", "sys.modules['pyseccomp'] = None\nx =")
    done = subprocess.run(
        [sys.executable, "-c", code, "check", str(book), "--as-of", "2022-12-31"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "共判定" in done.stdout


def test_call_gives_back_bytes_or_what_is_wrong() -> None:
    def untrusted() -> bytes:
        raise Untrusted([Problem("a.beancount", 3, "坏了")])

    def killed() -> bytes:
        confined.reading("b.beancount")
        os.kill(os.getpid(), signal.SIGSEGV)
        return b""

    def sleeping() -> bytes:
        time.sleep(60)
        return b""

    assert confined.call(lambda: b"x" * 3_000_000) == b"x" * 3_000_000
    with pytest.raises(Untrusted, match=r"a\.beancount:3：坏了"):
        confined.call(untrusted)
    with pytest.raises(Untrusted, match=r"b\.beancount：读取时程序中断（SIGSEGV）"):
        confined.call(killed)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        confined.call(lambda: bytes(1 // 0))
    with pytest.raises(Untrusted, match="超过 1 秒"):
        confined.call(sleeping, seconds=1)


@needs_filter
def test_call_may_not_write(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="PermissionError"):
        confined.call(lambda: (tmp_path / "x").write_bytes(b"x") and b"")
    assert not (tmp_path / "x").exists()


def test_a_parent_that_is_killed_takes_its_child_along(tmp_path: Path) -> None:
    code = f"""
import os, time
from ledgers.files import confined
def command():
    open({str(tmp_path / "pid")!r}, "w").write(str(os.getpid()))
    confined.confine()
    time.sleep(60)
confined.run(command)
"""
    parent = subprocess.Popen([sys.executable, "-c", code])
    until = time.monotonic() + 20
    while time.monotonic() < until and not ((tmp_path / "pid").exists() and (tmp_path / "pid").read_text()):
        time.sleep(0.05)
    child = int((tmp_path / "pid").read_text())
    parent.kill()
    parent.wait()
    while (
        time.monotonic() < until and (state := Path(f"/proc/{child}/stat")).exists() and " Z " not in state.read_text()
    ):
        time.sleep(0.05)
    assert not Path(f"/proc/{child}/stat").exists() or " Z " in Path(f"/proc/{child}/stat").read_text()


def test_a_lock_taken_before_reading_is_given_back(tmp_path: Path) -> None:
    book = make(tmp_path / "book")
    assert run("seal", book, "2022-10").returncode == 0
    assert run("seal", book, "2022-10").returncode == 2  # refused after it was read
    assert not (book / writing.LOCK).exists()


def test_a_child_that_waits_for_a_lock_shut_at_the_fork_is_put_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "_STUCK", 0.5)
    lock, shut = threading.Lock(), threading.Event()

    def hold() -> None:
        with lock:
            shut.set()
            time.sleep(0.3)

    def work() -> bytes:
        with lock:
            return b"done"

    other = threading.Thread(target=hold)
    other.start()
    shut.wait()
    assert confined.call(work, seconds=20) == b"done"
    other.join()


@needs_filter
@pytest.mark.parametrize("breach", few(["让主进程写", "写文件", "执行", "联网"], 1))
def test_what_a_book_tries_is_refused_while_it_is_published(tmp_path: Path, breach: str) -> None:
    book = make(tmp_path / "book")
    done = tried(book, BREACHES[breach], "publish", ".", "-o", str(tmp_path / "web"), "--period", "2022", "--no-pdf")
    assert "TRIED" in done.stderr
    assert "运行出错（PermissionError）" in done.stderr, done.stderr
    assert not list(tmp_path.rglob("PWNED"))
    assert not list(tmp_path.glob(".web-*"))


@needs_filter
@pytest.mark.parametrize("breach", ["写文件", "执行", "联网"])
def test_what_a_book_tries_is_refused_while_counties_are_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breach: str
) -> None:
    """In this process, as a worker of the pool would: the book itself is read in a child."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("ledgers.files.plugin_lines.refused", lambda *_: [])
    monkeypatch.chdir(tmp_path)
    book = make(tmp_path / "book")
    code = f"{BREACHES[breach]} and {{}} or {{}}"
    with (book / "main.beancount").open("a", encoding="utf-8") as file:
        file.write(f'\nplugin "beancount.plugins.commodity_attr" "{code}"\n')
    handed = county.judged(county.Job("甲县", str(book), date(2022, 12, 31)))
    assert b'"untrusted"' in handed.files["meta.json"]
    assert not list(tmp_path.rglob("PWNED"))


@needs_filter
@pytest.mark.parametrize("breach", ["写文件", "执行", "联网", "分出进程"])
def test_what_a_book_tries_is_refused_while_the_server_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breach: str
) -> None:
    """Where it knew that it is being tried in a child, and waits until it is read for good."""
    monkeypatch.setattr("ledgers.files.plugin_lines.refused", lambda *_: [])
    monkeypatch.setattr(shelf, "_tried", lambda _path: b"")
    monkeypatch.chdir(tmp_path)
    book = make(tmp_path / "book")
    with (book / "main.beancount").open("a", encoding="utf-8") as file:
        file.write(f'\nplugin "beancount.plugins.commodity_attr" "{BREACHES[breach]} and {{}} or {{}}"\n')
    with pytest.raises(Untrusted, match="commodity_attr 运行出错"):
        shelf.Shelf([book])
    assert not list(tmp_path.rglob("PWNED"))


@needs_filter
def test_a_thread_is_confined_and_its_process_is_not(tmp_path: Path) -> None:
    refused: list[BaseException] = []

    def deeper() -> None:
        try:
            (tmp_path / "inner").touch()
        except OSError as error:
            refused.append(error)

    def work() -> int:
        thread = threading.Thread(target=deeper)
        thread.start()
        thread.join()
        return os.open(tmp_path / "outer", os.O_WRONLY | os.O_CREAT)

    with pytest.raises(PermissionError):
        confined.in_thread(work)
    assert [type(one) for one in refused] == [PermissionError]
    assert confined.in_thread(lambda: 7) == 7
    (tmp_path / "outer").touch()
    assert subprocess.run(["true"], check=False).returncode == 0


def _task(folder: Path, book: Path) -> Task:
    said = {
        "act": "publish",
        "by": "u",
        "role": "publisher",
        "args": {"year": "2022"},
        "book": str(book / "main.beancount"),
        "names": [],
    }
    (folder / JOB).write_text(json.dumps(said), "utf-8")
    return Task(folder)


@needs_filter
@pytest.mark.parametrize("what", ["demo", "form", "desk"])
def test_those_that_write_much_read_in_such_a_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    book = make(tmp_path / "book")
    tried: list[str] = []

    def breach(*_: object, **_more: object) -> None:
        tried.append(what)
        (tmp_path / "PWNED").touch()

    monkeypatch.setattr("ledgers.files.parsing.hazards", breach)
    acts = {
        "demo": lambda: demo._check(tmp_path),
        "form": lambda: form.content(KINDS["plan"], book),
        "desk": lambda: closing.publish(_task(tmp_path, book)),
    }
    with pytest.raises(PermissionError):
        acts[what]()
    assert tried
    assert not (tmp_path / "PWNED").exists()
