"""`xianjie import` as a clerk uses it: shown first, confirmed, written whole; killed at any step; two at once."""

import io
import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from unittest import mock

import pytest

from importers.run import import_files
from ledgers.files import writing
from tests.importers.county import ALL, PEOPLE, TODAY, funds, new_book, plan, roster, treasury, villages
from tests.importers.dirty import Paper, to_xlsx
from tests.importers.helpers import Desk
from tests.importers.test_change import Counter
from tests.importers.test_refused import edited
from xianjie.commands import main

COMMAND = [sys.executable, "-c", "from xianjie.commands import main; main()", "import"]


@dataclass
class Outcome:
    """How the command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


def run(desk: Desk, *arguments: str | Path) -> Outcome:
    """The command in a pipe, in this process."""
    out, err = io.StringIO(), io.StringIO()
    argv = ["xianjie", "import", str(desk.book), *map(str, arguments)]
    here = mock.patch("xianjie.commands.CONFINED", frozenset())
    patches = mock.patch("sys.argv", argv), mock.patch("sys.stdin", io.StringIO())
    with here, patches[0], patches[1], redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        main()
    return Outcome(int(ended.value.code or 0), out.getvalue(), err.getvalue())


def paper(desk: Desk, name: str, what: Paper) -> Path:
    return to_xlsx(desk.folder / name, what)


def test_dry_run_shows_and_writes_nothing(desk: Desk) -> None:
    before = desk.state()
    result = run(desk, paper(desk, "指标.xlsx", funds()), "--dry-run")
    assert result.returncode == 0
    assert result.stdout.splitlines()[:3] == [
        "指标.xlsx〔Sheet1〕：资金指标表，3 行",
        "认作  指标.xlsx〔Sheet1〕：资金指标表；金额单位：元",
        "新增资金 3 项",
    ]
    assert "没有写入（--dry-run）" in result.stdout
    assert result.stderr == "", "no progress bar in a pipe"
    assert desk.state() == before


def test_a_pipe_needs_yes(desk: Desk) -> None:
    before = desk.state()
    file = paper(desk, "指标.xlsx", funds())
    result = run(desk, file)
    assert result.returncode == 2
    assert "没有写入" in result.stderr
    assert "--yes" in result.stderr
    assert desk.state() == before
    result = run(desk, file, "--yes")
    assert result.returncode == 0
    assert "已写入" in result.stdout
    assert desk.state() != before


def test_a_refused_file_is_exit_2_and_the_others_are_written(desk: Desk) -> None:
    bad = paper(desk, "计划.xlsx", edited(plan(), 0, 计划投入资金="很多"))
    result = run(desk, paper(desk, "指标.xlsx", funds()), bad, "--yes")
    assert result.returncode == 2
    assert "不能导入  计划.xlsx〔Sheet1〕 第 4 行 I 列“计划投入资金”：应为金额，实为“很多”" in result.stdout
    assert 'custom "fund" "F2022-01"' in desk.text("registry/*.beancount")


def test_a_date_on_the_command_line(desk: Desk) -> None:
    file = paper(desk, "计划.xlsx", replace(plan(), above=[["2022年项目计划表"]]))
    assert run(desk, file, "--yes").returncode == 2
    assert run(desk, file, "--yes", "--date", "2022-03-07").returncode == 0
    assert '2022-03-07 custom "project"' in desk.text("registry/*.beancount")


def test_nothing_to_change(desk: Desk) -> None:
    file = paper(desk, "指标.xlsx", funds())
    run(desk, file, "--yes")
    before = desk.state()
    result = run(desk, file, "--yes")
    assert result.returncode == 0
    assert "账簿没有变化" in result.stdout
    assert desk.state() == before


def test_no_book_and_no_file(tmp_path: Path, desk: Desk) -> None:
    nowhere = Desk.__new__(Desk)
    nowhere.book = tmp_path / "nowhere"
    result = run(nowhere, paper(desk, "指标.xlsx", funds()))
    assert result.returncode == 2
    assert "这里没有账簿" in result.stderr
    assert run(desk, tmp_path / "没有.xlsx").returncode == 2


def on_terminal(desk: Desk, file: Path, answer: str) -> tuple[int, str]:
    """Run the command on a terminal and answer its question."""
    screen, side = pty.openpty()
    process = subprocess.Popen([*COMMAND, str(desk.book), str(file)], stdin=side, stdout=side, stderr=side)
    os.close(side)
    output, answered = "", False
    while True:
        try:
            output += os.read(screen, 4096).decode("utf-8", "replace")
        except OSError:
            break
        if "（是/否）" in output and not answered:
            os.write(screen, f"{answer}\n".encode())
            answered = True
    os.close(screen)
    return process.wait(), output


@pytest.mark.parametrize(("answer", "written"), [("是", True), ("y", True), ("否", False), ("", False)])
def test_a_terminal_is_asked_and_sees_progress(desk: Desk, answer: str, written: bool) -> None:
    before = desk.state()
    status, output = on_terminal(desk, paper(desk, "指标.xlsx", funds()), answer)
    assert status == 0
    assert "写入账簿吗？" in output
    assert re.search(r"\[#*-*\]\s+\d+%\s+读取 指标.xlsx", output)
    assert (desk.state() != before) is written


def test_an_untrusted_book_is_not_written_to(desk: Desk) -> None:
    (desk.book / "2023/06.beancount").write_bytes("2023-06-01 * \"财政局\"".encode("gbk"))
    before = desk.state()
    result = run(desk, paper(desk, "指标.xlsx", funds()), "--yes")
    assert result.returncode == 2
    assert "2023/06.beancount" in result.stderr
    assert "UTF-8" in result.stderr
    assert desk.state() == before


def test_two_at_once(desk: Desk) -> None:
    file = paper(desk, "指标.xlsx", funds())
    with writing.locked(desk.book, "xianjie import"):
        result = run(desk, file, "--yes")
    assert result.returncode == 2
    assert re.search(r"账簿正被另一个程序写入（xianjie import，进程 \d+，.* 开始）", result.stderr)
    assert run(desk, file, "--yes").returncode == 0


def test_two_started_together_never_mix(desk: Desk) -> None:
    """Whatever the race, the book holds the whole of one or of both, and both say what became of them."""
    files = [paper(desk, "指标.xlsx", funds()), paper(desk, "村.xlsx", villages())]
    commands = [[*COMMAND, str(desk.book), str(file), "--yes"] for file in files]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for command in commands]
    statuses = [process.wait() for process in running]
    for process in running:
        process.communicate()
    assert 0 in statuses
    text = desk.text("registry/*.beancount")
    for status, mark in zip(statuses, ('custom "fund" "F2022-01"', 'custom "village" "V106001"'), strict=True):
        assert status in (0, 2)
        assert (mark in re.sub(r"^;;.*\n", "", text, flags=re.MULTILINE)) is (status == 0)


def imports(desk: Desk, files: list[Path], at: int, act: Callable[[], None]) -> int:
    """Import with an action before the n-th file operation; how many there were."""
    counter = Counter(at, act)
    system = {name: counter.wrap(getattr(os, name)) for name in ("rename", "fsync", "fchmod")}
    paths = {name: counter.wrap(getattr(Path, name)) for name in ("unlink", "mkdir")}
    with mock.patch.multiple("os", **system), mock.patch.multiple(Path, **paths):
        import_files(desk.book, files, TODAY)
    return counter.count


@pytest.mark.slow
def test_an_import_killed_at_every_step_leaves_the_old_book_or_the_new(tmp_path: Path) -> None:
    """People, vouchers, rolls and registries together: all of them, or none."""
    files = [to_xlsx(tmp_path / f"{kind}.xlsx", make()) for kind, make in ALL.items()]
    first, rest = files[:5], files[5:]

    def fresh(name: str) -> Desk:
        desk = Desk(new_book(tmp_path / name))
        import_files(desk.book, first, TODAY)
        return desk

    def relative(desk: Desk) -> dict[str, bytes]:
        paths = [*desk.book.rglob("*"), *desk.book.parent.glob("*.identities.*")]
        return {os.path.relpath(p, desk.book): p.read_bytes() for p in paths if p.is_file()}

    template = fresh("template")
    import shutil

    old = relative(template)
    whole = template.book.parent.parent / "whole"
    shutil.copytree(template.book.parent, whole)
    total = imports(Desk(whole / "book"), rest, 0, lambda: None)
    new = relative(Desk(whole / "book"))
    assert old != new
    seen = []
    for step in range(1, total + 1):
        place = tmp_path / f"step{step}"
        shutil.copytree(template.book.parent, place)
        desk = Desk(place / "book")
        child = os.fork()
        if child == 0:
            imports(desk, rest, step, lambda: os._exit(9))
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        writing.settle(desk.book)
        with writing.locked(desk.book, "下一个"):
            pass
        found = relative(desk)
        found_new = {name: data for name, data in found.items() if "identities.sqlite" not in name}
        expected_new = {name: data for name, data in new.items() if "identities.sqlite" not in name}
        assert found == old or found_new == expected_new, step
        seen.append(found == old)
        shutil.rmtree(place)
    assert seen == sorted(seen, reverse=True)
    assert {True, False} == set(seen)


@pytest.mark.slow
def test_killed_at_random_moments(tmp_path: Path) -> None:
    """Real processes, killed from outside; the next import completes the work."""
    files = [to_xlsx(tmp_path / f"{kind}.xlsx", make()) for kind, make in ALL.items()]
    done = Desk(new_book(tmp_path, "done"))
    import_files(done.book, files)
    expected = {p.relative_to(done.book): p.read_bytes() for p in done.book.rglob("*") if p.is_file()}
    for number in range(12):
        desk = Desk(new_book(tmp_path / str(number)))
        old = desk.state()
        process = subprocess.Popen([*COMMAND, str(desk.book), *map(str, files), "--yes"], stdout=subprocess.DEVNULL)
        time.sleep(0.3 + 0.25 * number)
        process.kill()
        process.wait()
        writing.settle(desk.book)
        with writing.locked(desk.book, "下一个"):
            pass
        now = {p.relative_to(desk.book): p.read_bytes() for p in desk.book.rglob("*") if p.is_file()}
        assert desk.state() == old or now.keys() >= expected.keys()  # what a book makes with its own key differs
        import_files(desk.book, files)
        assert 'pay-list: "劳务:P2022-0001:2022-08:0"' in desk.text("2022/*.beancount")


def test_nothing_of_anybody_on_the_screen(desk: Desk) -> None:
    files = [paper(desk, f"{kind}.xlsx", make()) for kind, make in ALL.items()]
    wrong = paper(desk, "错.xlsx", edited(roster(), 0, 证件号码="500241197001010013"))
    back = paper(desk, "退.xlsx", edited(replace(treasury(), rows=treasury().rows[:1]), 0, 金额="-5.00", 支付凭证号="X1"))
    result = run(desk, *files, "--yes")
    assert result.returncode == 0
    said = result.stdout + result.stderr + run(desk, wrong, back, "--yes").stdout
    assert not [name for name in PEOPLE if name in said]
    assert not [text for person in PEOPLE.values() for text in person[:3] if text in said]
    assert not re.search(r"(?<![\d.])\d{15,}", said.replace("0" * 15, ""))


def test_a_seal_or_another_writer_uses_the_same_lock(desk: Desk) -> None:
    """The lock is a file of the book's folder and is gone afterwards."""
    with writing.locked(desk.book, "xianjie seal"):
        assert (desk.book / writing.LOCK).exists()
    assert not (desk.book / writing.LOCK).exists()


def test_what_is_no_file_is_named(desk: Desk) -> None:
    missing = run(desk, paper(desk, "指标.xlsx", funds()), desk.folder / "没有.xlsx", "--yes")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "没有.xlsx（是不是 指标.xlsx？）。没有写入任何东西" in missing.stderr
    folder = run(desk, desk.folder, "--yes")
    assert folder.returncode == 0
    assert 'custom "fund" "F2022-01"' in desk.text("registry/*.beancount")
    (desk.folder / "空").mkdir()
    assert "里没有表格" in run(desk, desk.folder / "空", "--yes").stderr
