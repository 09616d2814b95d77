"""Books from anyone: what they must not make our commands read, run, follow or fall over."""

import os
import re
import resource
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from ledgers import people
from ledgers.book import read
from ledgers.files import plugin_lines, writing
from ledgers.files.problems import Untrusted
from reports.publish.policy import read_policy
from tests.seals.books import make

COMMAND = [sys.executable, "-c", "from xianjie.commands import main; main()"]
SECRET = "2020-01-01 open Assets:7绝密\n"


def command(*arguments: object, memory: int = 0, seconds: int = 60) -> subprocess.CompletedProcess[str]:
    """Run xianjie as its user does, with at most `memory` bytes above what it needs to start."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, timeout=seconds, preexec_fn=limit if memory else None
    )


def book_of(folder: Path, text: str | bytes, files: Mapping[str, str] = {}) -> Path:
    book = folder / "book"
    book.mkdir()
    (folder / "outside.beancount").write_text(SECRET, "utf-8")
    (book / "main.beancount").write_bytes(text if isinstance(text, bytes) else text.encode())
    for name, content in files.items():
        (book / name).parent.mkdir(parents=True, exist_ok=True)
        (book / name).write_text(content, "utf-8")
    return book


OUTSIDE = "指到账簿文件夹之外"
REFUSED: list[tuple[str, str | bytes, str]] = [
    ("越界的 include", 'include "../outside.beancount"\n', OUTSIDE),
    ("绝对路径", 'include "/etc/passwd"\n', OUTSIDE),
    ("转义藏住的越界", 'include "\\../outside.beancount"\n', OUTSIDE),
    ("转义藏在中间", 'include ".\\./outside.beancount"\n', OUTSIDE),
    ("紧挨着引号", 'include"../outside.beancount"\n', OUTSIDE),
    ("在别的指令之后", 'option "title" "x" include "../outside.beancount"\n', OUTSIDE),
    ("绕一圈出去", 'include "registry/../../outside.beancount"\n', OUTSIDE),
    ("通配出去", 'include "../*.beancount"\n', OUTSIDE),
    ("加密文件", 'include "x.beancount.gpg"\n', "是加密文件"),
    ("多重 **", 'include "**/**/**/*.beancount"\n', "不止一个"),
    ("外面的单据文件夹", 'option "documents" "/etc"\n', OUTSIDE),
    ("上级的单据文件夹", 'option "documents" "../.."\n', OUTSIDE),
    ("外面的单据", '2020-01-01 open Assets:A\n2020-01-02 document Assets:A "/etc/passwd"\n', "在账簿文件夹之外"),
    ("自带程序", 'option "insert_pythonpath" "TRUE"\n', "不得自带程序"),
    ("跳过核对", 'option "plugin_processing_mode" "raw"\n', "跳过记账核对"),
    ("外来插件", 'plugin "os"\n', "外来插件“os”"),
    ("像我们的插件", 'plugin "pluginsx.all"\n', "外来插件"),
    ("不存在的插件", 'plugin "plugins.nothere"\n', "没有插件“plugins.nothere”"),
    ("参数是程序", 'plugin "beancount.plugins.commodity_attr" "open(\'PWNED\', \'w\') and {}"\n', "只允许它所要的常量"),
    ("藏在字典里的程序", """plugin "beancount.plugins.commodity_attr" "{'a': [open('PWNED', 'w')]}"\n""", "只允许它所要的常量"),
    ("商品检查的参数", """plugin "beancount.plugins.check_commodity" "{'(a+)+$': 'B'}"\n""", "只允许它所要的常量"),
    ("平均成本的参数", 'plugin "beancount.plugins.check_average_cost" "exit()"\n', "只允许它所要的常量"),
    ("数不在范围", 'plugin "beancount.plugins.check_average_cost" "1e999"\n', "只允许它所要的常量"),
    ("极深的参数", f'plugin "beancount.plugins.commodity_attr" "{"[" * 1000}"\n', "只允许它所要的常量"),
    ("正则参数", 'plugin "beancount.plugins.onecommodity" "(a+)+$"\n', "只允许它所要的常量"),
    ("没有列出的插件", 'plugin "beancount.plugins.currency_accounts" "Equity:X"\n', "外来插件"),
    ("它的测试", 'plugin "beancount.plugins.auto_test"\n', "外来插件"),
    ("我们的下一级", 'plugin "plugins.all.x"\n', "没有插件"),
    ("我们的插件的参数", """plugin "plugins.all" "__import__('os')"\n""", "只允许它所要的常量"),
    ("外来扩展", '2020-01-01 custom "fava-extension" "evil"\n', "外来的 Fava 扩展"),
    ("除以零", "2020-01-01 price A 1/0 CNY\n", "除数应为不等于零的数字"),
    ("除以零点零", "2020-01-01 price A 1 / -0.000 CNY\n", "除数应为不等于零的数字"),
    ("除以算式", "2020-01-01 price A 1/(2-2) CNY\n", "除数应为不等于零的数字"),
    ("极长的数", f"2020-01-01 price A {'9' * 5000} CNY\n", "数字超过 40 位"),
    ("极长的小数", f"2020-01-01 price A 0.{'1' * 5000} CNY\n", "数字超过 40 位"),
    ("极深的括号", f"2020-01-01 price A {'(' * 50000}1{')' * 50000} CNY\n", "这一行超过"),
    ("极多的负号", f"2020-01-01 price A {'-' * 100000}1 CNY\n", "这一行超过"),
    ("冒充行号的属性", '2020-01-01 event "a" "b"\n  lineno: 7\n', "属性名 lineno 由 Beancount 记录位置专用"),
    ("冒充文件名的属性", '2020-01-01 event "a" "b"\n  filename: "x"\n', "main.beancount:2：属性名 filename"),
    ("压入的文件名", 'option "title" "x"\npushmeta filename: "x"\n2020-01-01 * "a"\n  Assets:A  0 CNY\npopmeta filename:\n', "属性名 filename"),
    ("没有值的 custom", '2020-01-01 custom "seal"\n', "custom “seal”没有写值"),
    ("空字符", b"2020-01-01 open Assets:A\n\0\n", "空字符"),
    ("GBK", "2020-01-01 open Assets:1银行\n".encode("gbk"), "不是 UTF-8"),
    ("BOM", "2020-01-01 open Assets:A\n".encode("utf-8-sig"), "BOM"),
    ("UTF-16", "2020-01-01 open Assets:A\n".encode("utf-16"), "不是 UTF-8"),
    ("二进制", bytes(range(256)) * 50, "空字符"),
    ("代理字符", b'2020-01-01 event "a" "\xed\xa0\x80"\n', "不是 UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(
    "text", ['plugin "os"', 'option "insert_pythonpath" "TRUE"', 'plugin "beancount.plugins.commodity_attr" "print(1)"']
)
def test_an_included_file_is_looked_at_like_the_main_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(Untrusted, match=r"x\.beancount:2：") as refused:
        read(book_of(tmp_path, 'include "x.beancount"\n', {"x.beancount": f";; a comment\n{text}\n"}))
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize("name", plugin_lines.ADMITTED)
def test_admitted_plugins_run_without_harm(tmp_path: Path, name: str) -> None:
    config = {"commodity_attr": """ "{'name': ['甲', '乙'], 'code': None}" """, "check_average_cost": ' "0.01"'}
    text = f'plugin "{name}"{config.get(name.rpartition(".")[2], "")}\n2020-01-01 commodity CNY\n  name: "甲"\n  code: "1"\n'
    assert read(book_of(tmp_path, text)).entries


@pytest.mark.parametrize("line", ['plugin "plugins.all"', 'option "title" "另一个"', 'option\t"booking_method" "FIFO"'])
def test_a_plugin_or_option_line_that_does_nothing_is_said(tmp_path: Path, line: str) -> None:
    book = make(tmp_path / "book")
    path = book / "registry/registry.beancount"
    path.write_text(f'option "operating_currency" "CNY"\n{line}\n' + path.read_text("utf-8"), "utf-8")
    issues = [issue for issue in read(book, date(2022, 12, 31)).tables.issues if issue.kind == "file"]
    assert [(issue.file, issue.line) for issue in issues] == [("registry/registry.beancount", 2)]
    assert "写在被 include 的文件里，不起作用" in issues[0].message


@pytest.mark.parametrize("content", [b"", b"\n \t\n"])
def test_a_month_that_was_emptied_is_noticed(tmp_path: Path, content: bytes) -> None:
    book = make(tmp_path / "book")
    (book / "2022/12.beancount").write_bytes(content)
    issues = [issue for issue in read(book, date(2022, 12, 31)).tables.issues if issue.kind == "file"]
    assert [(issue.file, issue.message[:5]) for issue in issues] == [("2022/12.beancount", "文件是空的")]


@pytest.mark.parametrize(("text", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refused_before_anything_is_read_or_run(tmp_path: Path, text: str | bytes, expected: str) -> None:
    with pytest.raises(Untrusted, match=expected) as refused:
        read(book_of(tmp_path, text))
    assert "Traceback" not in str(refused.value)
    assert "绝密" not in str(refused.value)
    assert "/site-packages/" not in str(refused.value)


LINKS: list[tuple[str, Callable[[Path], object], str]] = [
    ("文件是指到外面的链接", lambda b: (b / "registry/x.beancount").symlink_to(b.parent / "outside.beancount"), OUTSIDE),
    ("文件夹是指到外面的链接", lambda b: (b / "2099").symlink_to(b.parent), "符号链接"),
    ("链接成环", lambda b: [(b / "registry" / name).symlink_to(".") for name in "abc"], "符号链接"),
    ("管道", lambda b: os.mkfifo(b / "registry/x.beancount"), "不是普通文件"),
    ("文件夹冒充文件", lambda b: (b / "registry/x.beancount").mkdir(), "不是普通文件"),
    ("农户名册是管道", lambda b: ((b / "registry/households.csv").unlink(), os.mkfifo(b / "registry/households.csv")), "不是普通文件"),
    ("农户名册指到外面", lambda b: ((b / "registry/households.csv").unlink(), (b / "registry/households.csv").symlink_to("/etc/passwd")), OUTSIDE),
    ("悬空的链接", lambda b: (b / "registry/x.beancount").symlink_to("nowhere"), "文件不存在|没有找到|does not exist"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "expected"), [case[1:] for case in LINKS], ids=[case[0] for case in LINKS])
def test_links_and_pipes(tmp_path: Path, act: Callable[[Path], object], expected: str) -> None:
    book = make(tmp_path / "book")
    (tmp_path / "outside.beancount").write_text(SECRET, "utf-8")
    act(book)
    with pytest.raises(Untrusted, match=expected):
        read(book)


@pytest.mark.parametrize("target", ["/etc/passwd", "pipe", "folder"])
def test_a_roll_that_is_no_file_is_broken_and_nothing_waits(tmp_path: Path, target: str) -> None:
    book = make(tmp_path / "book")
    roll = book / "rolls/2022/08.csv"
    roll.unlink()
    {"pipe": lambda: os.mkfifo(roll), "folder": roll.mkdir}.get(target, lambda: roll.symlink_to(target))()
    broken = read(book, date(2022, 12, 31)).tables.broken
    assert len(broken) == 1
    assert "清册" in next(iter(broken.values()))


@pytest.mark.parametrize("rows", [[0], [0, 1, 2], [1], [2]])
def test_a_roll_with_more_fields_than_its_header_is_broken(tmp_path: Path, rows: list[int]) -> None:
    """Whatever rows they are in: nothing of a roll is dropped, and no library warns an official in English."""
    book = make(tmp_path / "book")
    path = book / "rolls/2022/08.csv"
    head, *lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([head, *(f"{line},9" if n in rows else line for n, line in enumerate(lines))]) + "\n", "utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        broken = read(book, date(2022, 12, 31)).tables.broken
    assert "清册文件" in next(iter(broken.values()))


def test_a_chain_of_includes_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledgers.files.parsing.FILES_LIMIT", 30)
    files = {f"{number}.beancount": f'include "{number + 1}.beancount"\n' for number in range(60)}
    with pytest.raises(Untrusted, match="超过 30 个"):
        read(book_of(tmp_path, 'include "0.beancount"\n', files))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    book = book_of(tmp_path, 'include "x.beancount"\n')
    with (book / "x.beancount").open("wb") as file:
        file.truncate(300 * 2**20)
    with pytest.raises(Untrusted, match="超过 256 MB"):
        read(book)


def test_two_machines_read_the_same_order(tmp_path: Path) -> None:
    names = ["b", "a", "d", "c"]
    book = book_of(tmp_path, 'include "*/x.beancount"\n', {f"{n}/x.beancount": f"2020-01-01 open Assets:X{n}\n" for n in names})
    assert [entry.account for entry in read(book).entries] == [f"Assets:X{name}" for name in sorted(names)]


def test_a_book_that_kills_the_parser_does_not_kill_the_command(tmp_path: Path) -> None:
    done = command("check", book_of(tmp_path, "2020-01-01 price A 1/0 CNY\n"))
    assert done.returncode == 2
    assert "除数" in done.stderr


def test_a_lock_that_is_a_link_empties_nothing(tmp_path: Path) -> None:
    book = make(tmp_path / "book")
    (tmp_path / "victim").write_text("mine")
    (book / writing.LOCK).symlink_to(tmp_path / "victim")
    with pytest.raises(writing.NotWritten), writing.locked(book, "x"):
        pass
    assert (tmp_path / "victim").read_text() == "mine"


@pytest.mark.parametrize(
    "journal",
    ['{"../book.identities.sqlite": false}', '{"2022": false}', '{"a\\u0000b": true}', "[" * 100_000, '{"x": {}}'],
    ids=["删身份库", "删文件夹", "空字符", "极深", "不是布尔"],
)
def test_a_journal_from_elsewhere(tmp_path: Path, journal: str) -> None:
    book = make(tmp_path / "book")
    (tmp_path / "book.identities.sqlite").write_text("people")
    (book / writing.JOURNAL).write_text(journal)
    before = {path for path in tmp_path.rglob("*") if path.name not in (writing.LOCK, writing.JOURNAL)}
    try:
        writing.settle(book)
    except writing.NotWritten as error:
        assert "不是本程序写下的" in str(error) or "不在账簿文件夹之内" in str(error)  # noqa: PT017
    after = {path for path in tmp_path.rglob("*") if path.name not in (writing.LOCK, writing.JOURNAL)}
    assert after == before


def test_a_journal_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    book = make(tmp_path / "book")
    os.mkfifo(book / writing.JOURNAL)
    with pytest.raises(writing.NotWritten):
        read(book)


def test_a_leftover_that_is_linked_elsewhere_is_not_written_through(tmp_path: Path) -> None:
    book = make(tmp_path / "book")
    (tmp_path / "victim").write_text("mine")
    os.link(tmp_path / "victim", book / f".main.beancount{writing.SUFFIX}")
    with writing.locked(book, "x"):
        os.link(tmp_path / "victim", book / f".new.txt{writing.SUFFIX}")
        writing.write(book, {"new.txt": b"theirs"})
    assert (tmp_path / "victim").read_text() == "mine"


def test_a_reader_completes_what_a_killed_writer_left(tmp_path: Path) -> None:
    book = make(tmp_path / "book")
    (book / f"2022/.12.beancount{writing.SUFFIX}").write_text("2022-12-31 open Assets:1新科目\n", "utf-8")
    (book / writing.JOURNAL).write_text('{"2022/12.beancount": true}')
    assert "Assets:1新科目" in {getattr(entry, "account", "") for entry in read(book).entries}
    assert not (book / writing.JOURNAL).exists()


@pytest.mark.parametrize("arguments", [["check"], ["verify"], ["doctor"], ["seal", "2022-06"], ["trace", "X"], ["report", "-o", "x"]])
@pytest.mark.parametrize("target", ["nowhere", "/dev/null", "", "\udcff", "a" * 5000])
def test_no_book(tmp_path: Path, arguments: list[str], target: str) -> None:
    from tests.seals.books import run

    result = run(arguments[0], target, *arguments[1:])
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit | Untrusted), repr(result.exception)


def test_a_folder_that_hides_the_program_is_said(tmp_path: Path) -> None:
    book = make(tmp_path / "book")
    (book / "plugins").mkdir()
    (book / "plugins/__init__.py").touch()
    (book / "plugins/all.py").write_text("__plugins__ = ()\n")
    done = subprocess.run([*COMMAND, "check", "."], capture_output=True, text=True, timeout=60, cwd=book)
    assert done.returncode == 2
    assert "plugins 不是本程序自带的" in done.stderr
    assert "plugins/：账簿文件夹里有同名的程序" in command("doctor", book).stdout


HOSTILE_STORES = {
    "没有尽头的视图": "drop table people; create view people as with recursive r(n) as (select 1 union all select n+1 from r) "
    "select 'H' household, n person, 't' token, '' name, '' code, 1 current from r;",
    "触发器": "create trigger t after insert on people begin delete from people; end;",
    "算出来的列": "drop table households; create table households (household text, code text generated always as (household));",
    "空的记号": "drop table people; create table people (household, person, token, name, code, current); insert into people values ('H', 1, null, '', '', 1);",
    "二进制": "drop table people; create table people (household, person, token, name, code, current); insert into people values ('H', x'00', 't', '', '', 1);",
    "缺表": "drop table people;",
}


@pytest.mark.parametrize("script", HOSTILE_STORES.values(), ids=HOSTILE_STORES)
def test_identities_from_elsewhere(tmp_path: Path, script: str) -> None:
    book = make(tmp_path / "book")
    own = people.open_identities(book)
    for name, content in own.files(book).items():
        path = book / name
        path.write_bytes(content or b"")
    store = tmp_path / "book.identities.sqlite"
    people.open_identities(book)
    with closing(sqlite3.connect(store)) as connection:
        connection.executescript(script)
        connection.commit()
    with pytest.raises(people.Unusable, match="损坏或无法读取"):
        people.open_identities(book)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (lambda p: os.mkfifo(p), "不是普通文件"),
        (lambda p: p.symlink_to("/etc/passwd"), OUTSIDE),
        (lambda p: p.symlink_to("nowhere"), "文件不存在"),
        (lambda p: p.write_text("x = " + "[" * 100_000), "TOML"),
        (lambda p: p.write_text("[notice]\ndays = -5\n"), "notice.days 应为 1 至 3650"),
        (lambda p: p.write_text("[notice]\ndays = 9999999\n"), "notice.days 应为 1 至 3650"),
        (lambda p: p.write_text('[notice]\nboard_place = "{town.__class__.__mro__}"\n'), "两个位置"),
        (lambda p: p.write_text('[notice]\nboard_place = "{town:>2000000000}"\n'), "两个位置"),
        (lambda p: p.write_text('[notice]\nboard_place = "{town"\n'), "两个位置"),
    ],
)
def test_a_publish_toml_from_elsewhere(tmp_path: Path, act: Callable[[Path], object], expected: str) -> None:
    act(tmp_path / "publish.toml")
    with pytest.raises(Untrusted, match=expected):
        read_policy(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("registry/members.csv", 'who,household,person,from,to,reason\n"' + "x\n" * 100_000, "不是正确的 CSV：请检查引号是否成对"),
        ("publish.toml", "a b\n", "不是正确的 TOML（UTF-8）文件，第 1 行：每行应为 名称 = 值，文字加引号"),
        ("publish.toml", "[" * 50_000, "不是正确的 TOML（UTF-8）文件"),
    ],
)
def test_a_side_file_that_cannot_be_read_is_told_in_chinese(tmp_path: Path, name: str, text: str, says: str) -> None:
    book = make(tmp_path / "book")
    (book / name).write_text(text, "utf-8")
    with pytest.raises(Untrusted, match=re.escape(says)) as refused:
        read_policy(read(book, date(2022, 12, 31)).tables.root)
    assert not re.search("[a-z]+ [a-z]+ [a-z]+", str(refused.value))
