"""Sealing: what it refuses, that it survives being killed at every write, and what the doctor says afterwards."""

import errno
import os
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from unittest import mock

import pytest

from ledgers import clock
from ledgers.book import read
from ledgers.files import writing
from ledgers.seals.canonical import sealed_until
from ledgers.seals.seal import month_end
from plugins import catalogue
from plugins.audit import audit
from tests.seals.books import SEPTEMBER, edit, make, run, sealed

ROOT = re.compile("[0-9a-f]{64}")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make(tmp_path / "book")


def contents(book: Path) -> dict[str, bytes]:
    return {path.relative_to(book).as_posix(): path.read_bytes() for path in sorted(book.rglob("*")) if path.is_file()}


def test_sealing_writes_a_manifest_and_a_directive_and_nothing_else(book: Path) -> None:
    before = contents(book)
    root = sealed(book, "2022-08")[0]
    after = contents(book)
    assert {name for name in after if after[name] != before.get(name)} == {"main.beancount", "seals/2022-08.jsonl"}
    assert after["main.beancount"].startswith(before["main.beancount"].rstrip(b"\n"))
    assert f'{clock.today()} custom "seal" "2022-08-31" "{root}"' in after["main.beancount"].decode()
    assert read(book).tables.seals["root"].tolist() == [root]
    assert sealed_until(read(book, date(2022, 1, 31)).tables) == date(2022, 8, 31)


def test_sealing_is_repeatable_on_a_copy(book: Path, tmp_path: Path) -> None:
    shutil.copytree(book, tmp_path / "copy")
    assert sealed(book, "2022-03", "2022-09") == sealed(tmp_path / "copy", "2022-03", "2022-09")


STATEMENT = "date,debit,credit,balance,summary,other\n2022-09-20,0.00,500.00,500.00,租金,美翠茶业\n"
RENT = (
    '\n2022-09-20 * "租金"\n  voucher: "2022-000009"\n  asset: "A2019-0001"\n'
    "  Assets:1002银行存款:V106003美翠村  {} CNY\n  Income:9401资产收益:1租金\n"
)


def statement(book: Path, text: str = STATEMENT) -> None:
    (book / "bank").mkdir()
    (book / "bank/V106003.csv").write_text(text, "utf-8")


REFUSED: list[tuple[str, Callable[[Path], object], str, str]] = [
    ("月份写错", lambda b: None, "2022-9", "月份应写作 2022-06 的样子"),
    ("不是月份", lambda b: None, "2022-13", "月份应写作"),
    ("不是月份一", lambda b: None, "2022-09-30", "月份应写作"),
    ("没有结束", lambda b: None, "2099-01", "尚未结束"),
    ("倒退", lambda b: sealed(b, "2022-08"), "2022-03", "账簿已封账到 2022-08-31，封账不能倒退，也不能重做"),
    ("重做", lambda b: sealed(b, "2022-08"), "2022-08", "不能重做"),
    ("缺号", lambda b: edit(b / "2022/08.beancount", "2022-000005", "2022-000050"), "2022-09", "缺号"),
    ("登记不全", lambda b: edit(b / "registry/registry.beancount", '  unit: "县交通局"\n', ""), "2022-09", "缺少责任单位（unit）（record）"),
    ("超付", lambda b: edit(b / "2022/08.beancount", "XS2022-0001", "XS2022-0002"), "2022-09", "（fund-trace）"),
    ("不起作用的行", lambda b: (b / "2022/08.beancount").write_text('plugin "plugins.all"\n' + (b / "2022/08.beancount").read_text("utf-8"), "utf-8"), "2022-09", "plugin “plugins.all”写在被 include 的文件里，不起作用"),
    ("清册被改", lambda b: edit(b / "rolls/2022/08.csv", "20000.00", "20001.00"), "2022-09", "清册"),
    ("以前的封账被改", lambda b: (sealed(b, "2022-08"), edit(b / "2022/08.beancount", "县交通局", "县水利局")), "2022-09", "收款人由“县交通局”改为“县水利局”"),
    ("流水未核对", lambda b: statement(b), "2022-09", "bank/V106003.csv:2：村 V106003 在 2022-09-20 的银行流水净额 500.00 元，账上 0.00 元"),
    ("流水读不了", lambda b: statement(b, "date\n2022-09-20\n"), "2022-09", "不是导入程序写下的格式（缺少列 debit"),
    ("流水差一分", lambda b: (statement(b), (b / "2022/10.beancount").write_text(RENT.format("499.99"), "utf-8")), "2022-09", "账上 499.99 元"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "month", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_sealing_is_refused_and_changes_nothing(book: Path, act: Callable[[Path], object], month: str, expected: str) -> None:
    act(book)
    before = contents(book)
    result = run("seal", book, month)
    assert result.exit_code != 0
    assert expected in (result.output or str(result.exception))
    assert contents(book) == before


def test_a_statement_that_agrees_lets_the_period_be_sealed(book: Path) -> None:
    statement(book)
    edit(book / "2022/11.beancount", "000009", "000010")
    edit(book / "2022/11.beancount", "000010\"\n  fund: \"ZY", "000011\"\n  fund: \"ZY")
    (book / "2022/10.beancount").write_text(RENT.format("500.00"), "utf-8")
    sealed(book, "2022-09")


def test_bank_lines_of_another_period_do_not_matter(book: Path) -> None:
    statement(book)
    sealed(book, "2022-08")
    assert run("seal", book, "2022-09").exit_code != 0


def test_a_missed_ratio_is_sealed_like_any_other_fact(book: Path) -> None:
    tables = read(book, date(2022, 11, 30)).tables
    assert any(f.status == "fail" for f in audit(tables, catalogue().values(), ["labour-share-work-relief"]).findings)
    sealed(book, "2022-11")


def killed_at(book: Path, step: int) -> bool:
    """Seal in a child that dies before its n-th file operation; False when there was no n-th."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    count = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def act(*arguments: object, **named: object) -> object:
            nonlocal count
            count += 1
            if count == step:
                os._exit(9)
            return real(*arguments, **named)

        return act

    try:
        names = ("rename", "fsync", "fchmod", "pwrite", "truncate", "mkdir")
        with mock.patch.multiple("os", **{name: counted(getattr(os, name)) for name in names}), \
             mock.patch.object(Path, "unlink", counted(Path.unlink)):  # fmt: skip
            run("seal", book, "2022-08")
    finally:
        os._exit(0)


@pytest.mark.parametrize("stride", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_at_every_write_the_book_is_the_old_or_the_new(tmp_path: Path, book: Path, stride: int) -> None:
    new = shutil.copytree(book, tmp_path / "new")
    sealed(new, "2022-08")
    old, whole = contents(book), contents(new)
    outcomes = []
    for step in range(1, 60, stride):
        copy = shutil.copytree(book, tmp_path / "killed")
        died = killed_at(copy, step)
        read(copy)
        with writing.locked(copy, "下一个"):
            pass
        found = contents(copy)
        assert found in (old, whole), step
        outcomes.append(found == whole)
        shutil.rmtree(copy)
        if not died:
            break
    assert len(outcomes) > 12 // stride
    assert outcomes == sorted(outcomes)
    assert outcomes[-1]


@pytest.mark.parametrize(("number", "said"), [(errno.ENOSPC, "磁盘已满"), (errno.EROFS, "Read-only"), (errno.EACCES, "denied")])
def test_what_the_disk_refuses_changes_nothing(book: Path, number: int, said: str) -> None:
    before = contents(book)
    with mock.patch("os.fsync", side_effect=OSError(number, os.strerror(number))):
        result = run("seal", book, "2022-08")
    assert isinstance(result.exception, writing.NotWritten)
    assert said in str(result.exception)
    assert "没有任何改动" in str(result.exception)
    assert contents(book) == before


def test_a_clock_that_was_set_back_does_not_reorder_seals(book: Path) -> None:
    sealed(book, "2022-03")
    with clock.at(date(2022, 9, 2)):
        sealed(book, "2022-08")
    assert run("verify", book).exit_code == 0
    days = read(book, date.max).tables.seals["date"].tolist()
    assert days == [clock.today()] * 2


def test_a_seal_from_the_future_is_diagnosed(book: Path) -> None:
    sealed(book, "2022-03")
    with clock.at(date(2022, 9, 2)):
        result = run("doctor", book)
    assert "校正系统时钟" in result.output
    assert result.exit_code == 1


# --- the rule


def findings(book: Path, day: date | None = None) -> dict[str, tuple[str, str]]:
    result = audit(read(book, day).tables, [catalogue()["sealed-period"]])
    assert not result.crashes
    return {found.subject.id: (found.status, found.message) for found in result.findings}


def test_rule_judges_each_seal_from_the_day_it_was_made(book: Path) -> None:
    assert findings(book) == {}
    sealed(book, "2022-03", "2022-08")
    assert {end: status for end, (status, _) in findings(book).items()} == {"2022-03-31": "pass", "2022-08-31": "pass"}
    assert findings(book, date(2022, 12, 31)) == {}
    edit(book / "2022/08.beancount", "县交通局", "县水利局")
    assert findings(book)["2022-03-31"][0] == "pass"
    assert findings(book)["2022-08-31"] == ("fail", "凭证 2022-000005 被改动：收款人由“县交通局”改为“县水利局”")


UNDONE = (
    '\n2022-09-20 * "冲回"\n  voucher: "2022-000009"\n{}  fund: "YG2022-01"\n  project: "XS2022-0001"\n'
    "  Expenses:2130504农村基础设施建设:30226劳务费  -59900.00 CNY\n  Assets:9001指标:YG2022-01:1已分配  {} CNY\n"
)


@pytest.mark.parametrize(
    ("names", "back", "status"),
    [("", "59900.00", "fail"), ('  reverses: "2022-000005"\n', "59900.00", "pass"), ("", None, "pass")],
    ids=["不注明", "注明", "只退一部分"],
)
def test_a_correction_names_what_it_reverses(book: Path, names: str, back: str | None, status: str) -> None:
    sealed(book, "2022-08")
    text = UNDONE.format(names, back or "59800.00")
    (book / "2022/10.beancount").write_text(text if back else text.replace("-59900", "-59800"), "utf-8")
    found = findings(book)["2022-08-31"]
    assert found[0] == status
    assert status == "pass" or found[1] == "凭证 2022-000009 与已封账的凭证 2022-000005 正好相反，没有注明所冲销的凭证（reverses）"


def test_a_correction_is_held_against_the_seal_before_it(book: Path) -> None:
    """What a second seal covers as well is said once, of the second."""
    sealed(book, "2022-03", "2022-08")
    text = (
        '\n2022-09-20 * "冲回"\n  voucher: "2022-000009"\n  Assets:9001指标:ZY2022-01:0待分配  -1000000.00 CNY\n'
        "  Income:4001财政拨款收入:1中央  1000000.00 CNY\n"
    )
    (book / "2022/10.beancount").write_text(text, "utf-8")
    assert {end: status for end, (status, _) in findings(book).items()} == {"2022-03-31": "pass", "2022-08-31": "fail"}


def test_what_was_undone_before_the_seal_needs_no_name(book: Path) -> None:
    """Sealed on its last day together with what it undoes: only corrections of what was sealed before must say so."""
    (book / "2022/10.beancount").write_text(UNDONE.format("", "59900.00").replace("2022-09-20", "2022-09-30"), "utf-8")
    sealed(book, "2022-09")
    assert findings(book)["2022-09-30"][0] == "pass"


def test_many_changes_are_counted(book: Path) -> None:
    sealed(book, "2022-09")
    (book / "2022/09.beancount").write_text("", "utf-8")
    status, message = findings(book)["2022-09-30"]
    assert status == "fail"
    assert re.search(r"等共 \d\d 处（xianjie verify 列出全部）", message)


# --- the doctor


def test_doctor_finds_nothing_in_a_sound_book(book: Path) -> None:
    sealed(book, "2022-08")
    before = contents(book)
    result = run("doctor", book)
    assert (result.exit_code, result.output[:4]) == (0, "账簿完好")
    assert contents(book) == before


def leave_journal(book: Path) -> None:
    (book / ".main.beancount.xianjie-new").write_bytes((book / "main.beancount").read_bytes())
    (book / writing.JOURNAL).write_text('{"main.beancount": true}', "utf-8")


DAMAGED: list[tuple[str, Callable[[Path], object], int, str]] = [
    ("没有主文件", lambda b: (b / "main.beancount").unlink(), 2, "这里没有账簿(.|\n)*应有 main.beancount"),
    ("写入中断在改名途中", leave_journal, 2, "新内容已完整写在磁盘上(.|\n)*自动完成"),
    ("写入中断在生效之前", lambda b: (b / ".x.xianjie-new").write_text("x"), 1, "账簿仍是旧的"),
    ("语法", lambda b: edit(b / "2022/08.beancount", "59900.00 CNY", "59900.00元"), 2, r"2022/08.beancount:\d(.|\n)*处理"),
    ("GBK", lambda b: (b / "2022/03.beancount").write_bytes(SEPTEMBER.encode("gbk")), 2, "另存为不带 BOM 的 UTF-8"),
    ("清册被改", lambda b: edit(b / "rolls/2022/08.csv", "20000.00", "20001.00"), 1, "从备份恢复该月清册"),
    ("清册丢失", lambda b: (b / "rolls/2022/08.csv").unlink(), 1, "从备份恢复该月清册文件"),
    ("封账内容被改", lambda b: (sealed(b, "2022-08"), edit(b / "2022/08.beancount", "县交通局", "县水利局")), 1, "在未封账的期间冲销重记"),
    ("封账尾巴被截", lambda b: (sealed(b, "2022-08"), edit(b / "main.beancount", 'custom "seal"', 'custom "former-seal"')), 1, "从备份或版本库恢复封账时的内容"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "status", "expected"), [case[1:] for case in DAMAGED], ids=[case[0] for case in DAMAGED])
def test_doctor_says_what_is_wrong_and_how_to_mend_it(book: Path, act: Callable[[Path], object], status: int, expected: str) -> None:
    act(book)
    before = contents(book)
    result = run("doctor", book)
    assert result.exit_code == status, result.output or result.exception
    assert re.search(expected, result.output), result.output
    assert contents(book) == before


def test_doctor_restores_a_manifest_that_the_book_proves(book: Path) -> None:
    sealed(book, "2022-03", "2022-08")
    manifest = (book / "seals/2022-08.jsonl").read_bytes()
    (book / "seals/2022-08.jsonl").unlink()
    assert run("doctor", book).exit_code == 1
    result = run("doctor", book, "--restore")
    assert (result.exit_code, "已恢复封账清单：seals/2022-08.jsonl" in result.output) == (0, True)
    assert (book / "seals/2022-08.jsonl").read_bytes() == manifest
    assert run("verify", book).exit_code == 0


def test_doctor_restores_nothing_that_it_cannot_prove(book: Path) -> None:
    sealed(book, "2022-08")
    (book / "seals/2022-08.jsonl").unlink()
    edit(book / "2022/08.beancount", "县交通局", "县水利局")
    assert run("doctor", book, "--restore").exit_code == 1
    assert not (book / "seals/2022-08.jsonl").exists()


def test_doctor_names_who_is_writing(book: Path) -> None:
    with writing.locked(book, "xianjie import"):
        result = run("doctor", book)
    assert f"账簿正被写入（xianjie import，进程 {os.getpid()}" in result.output
    (book / writing.LOCK).write_text("死去的进程")
    assert run("doctor", book).exit_code == 0


def test_doctor_names_what_cannot_be_written(book: Path) -> None:
    with mock.patch("os.access", lambda path, _: "2022" not in Path(path).parts):
        result = run("doctor", book)
    assert "2022/08.beancount：本用户没有读写权限" in result.output


@pytest.mark.parametrize("text", ["2022-00", "22-06", "2022-6", "2022-060", "", "２０２２-06", "2022-06 "])
def test_no_month(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        month_end(text)


def test_month_ends() -> None:
    assert [month_end(text).day for text in ("2022-02", "2024-02", "2022-12", "2022-06")] == [28, 29, 31, 30]
