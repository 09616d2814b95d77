"""Opening a book: what is refused, what is reported, and what a broken roll leaves standing."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from ledgers.book import read, unjudged
from ledgers.files.problems import Untrusted
from plugins import catalogue
from plugins.audit import audit
from tests.books import HEAD, write_book
from tests.core.test_example import EXAMPLE
from xianjie.commands import cli

AS_OF = date(2022, 12, 31)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLE, tmp_path / "book")
    return tmp_path / "book"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def problems_of(book: Path) -> str:
    with pytest.raises(Untrusted) as refused:
        read(book, AS_OF)
    return str(refused.value)


DAMAGE: list[tuple[str, Callable[[Path], object], str]] = [
    ("未知项目", lambda b: edit(b / "2022/08.beancount", "XS2022-0001", "XS2022-0009"), "2022/08.beancount:5：项目“XS2022-0009”没有登记"),
    ("未知资金", lambda b: edit(b / "2022/08.beancount", "YG2022-01", "YG2022-09"), "资金“YG2022-09”没有登记"),
    ("未知村", lambda b: edit(b / "registry/households.csv", "V106003,4", "V106009,4"), "registry/households.csv:2"),
    ("未知户", lambda b: edit(b / "registry/registry.beancount", "H106003-002", "H106003-999"), "管护责任人“H106003-999”"),
    ("未知项目的公示", lambda b: append(b / "2022/08.beancount", '2022-03-02 custom "notice" "XS9" "完工公示"\n'), "“XS9”没有登记"),
    ("GBK 编码", lambda b: (b / "2022/03.beancount").write_bytes((b / "2022/03.beancount").read_text("utf-8").encode("gbk")), "2022/03.beancount:1：文件不是 UTF-8 编码"),
    ("名册的日期", lambda b: edit(b / "registry/households.csv", "2022-06-10", "2022/6/10"), "registry/households.csv:3：农户名册这一行无法读取（date 的值“2022/6/10”应为日期"),
    ("没有这一天", lambda b: append(b / "2022/08.beancount", '2022-02-30 * "x"\n  voucher: "2022-000099"\n'), "2022/08.beancount:9：这一行的日期不存在"),
    ("BOM", lambda b: (b / "2022/03.beancount").write_text((b / "2022/03.beancount").read_text("utf-8"), "utf-8-sig"), "BOM"),
    ("全角数字", lambda b: edit(b / "2022/11.beancount", "340100.00", "34０100.00"), "有全角字符“０”"),
    ("借贷不平", lambda b: append(b / "2022/08.beancount", '2022-08-31 * "x"\n  voucher: "2022-000099"\n  Income:4001财政拨款收入:1中央  1 CNY\n  Equity:3000期初余额  -2 CNY\n'), "凭证借贷不平"),
    ("科目没有开设", lambda b: append(b / "2022/08.beancount", '2022-08-31 * "x"\n  voucher: "2022-000099"\n  Income:4001财政拨款收入:9无  1 CNY\n  Equity:3000期初余额\n'), "没有开设"),
    ("余额不符", lambda b: edit(b / "2022/12.beancount", "36000.00 CNY\n\n2022-12-28", "36000.01 CNY\n\n2022-12-28"), "余额不符"),
    ("借贷差一分", lambda b: append(b / "2022/08.beancount", '2022-08-31 * "x"\n  voucher: "2022-000099"\n  Income:4001财政拨款收入:1中央  10.5 CNY\n  Equity:3000期初余额  -10.51 CNY\n'), "借贷相差 0.01 元"),
    ("余额写了容差", lambda b: edit(b / "2022/12.beancount", "36000.00 CNY\n\n2022-12-28", "36000.01 ~ 1.00 CNY\n\n2022-12-28"), "余额不符"),
    ("金额不足一分", lambda b: append(b / "2022/08.beancount", '2022-08-31 * "x"\n  voucher: "2022-000099"\n  Income:4001财政拨款收入:1中央  0.001 CNY\n  Equity:3000期初余额\n'), "不足一分"),
    ("属性写了两次", lambda b: edit(b / "2022/03.beancount", '  voucher: "2022-000004"', '  voucher: "2022-000004"\n  voucher: "2022-000004"'), "2022/03.beancount:1：属性 voucher 在同一处写了两次"),
    ("登记的属性写了两次", lambda b: edit(b / "registry/registry.beancount", '  town: "龙池镇"', '  town: "龙池镇"\n  town: "石堤镇"'), "registry/registry.beancount:3：属性 town 在同一处写了两次"),
    ("参数没有依据", lambda b: edit(b / "policy.beancount", '  basis: "发改振兴〔2020〕1675号"\n', ""), "缺少 basis"),
    ("参数不是数字", lambda b: edit(b / "policy.beancount", '"labour-share" 0.10', '"labour-share" "百分之十"'), "应为数字"),
    ("参数的级次写错", lambda b: edit(b / "policy.beancount", 'level: "中央"', 'level: "中央级"'), "level 的值“中央级”应为 中央、省级"),
    ("参数的任务写错", lambda b: edit(b / "policy.beancount", 'level: "中央"', 'task: "以工代赈任务"'), "task 的值“以工代赈任务”应为 巩固拓展"),
    ("参数的 op 写错", lambda b: edit(b / "policy.beancount", 'op: ">="', 'op: "=>"'), "应为 >="),
    ("include 没有文件", lambda b: append(b / "main.beancount", 'include "2099/*.beancount"\n'), "main.beancount:9：include “2099/*.beancount”没有找到任何文件"),
    ("include 转圈", lambda b: append(b / "policy.beancount", 'include "main.beancount"\n'), "policy.beancount:54：同一个文件被 include 了两次"),
    ("外来插件", lambda b: append(b / "main.beancount", 'plugin "os"\n'), "main.beancount:9：账簿不得引用外来插件“os”"),
    ("自带程序", lambda b: append(b / "main.beancount", 'option "insert_pythonpath" "TRUE"\n'), "main.beancount:9：账簿不得使用 insert_pythonpath"),
    ("被包含的文件自带程序", lambda b: append(b / "policy.beancount", 'option "insert_pythonpath" "TRUE"\n'), "policy.beancount:54：账簿不得使用 insert_pythonpath"),
    ("跳过核对", lambda b: append(b / "main.beancount", 'option "plugin_processing_mode" "raw"\n'), "plugin_processing_mode"),
    ("外来 Fava 扩展", lambda b: append(b / "2022/08.beancount", '2022-01-01 custom "fava-extension" "evil"\n'), "Fava 扩展“evil”"),
    ("include 出了文件夹", lambda b: append(b / "main.beancount", 'include "../other.beancount"\n'), "账簿文件夹之外"),
    ("include 绝对路径", lambda b: append(b / "main.beancount", 'include "/etc/passwd"\n'), "账簿文件夹之外"),
    ("符号链接", lambda b: os.symlink("/etc/hostname", b / "2022/99.beancount"), "账簿文件夹之外"),
    ("读不下去的文件", lambda b: append(b / "2022/08.beancount", "pushmeta day: 2022-01-01\n"), "2022/08.beancount：Beancount 无法读取"),
    ("出错的插件", lambda b: append(b / "main.beancount", 'plugin "beancount.plugins.nosuch"\n'), "外来插件“beancount.plugins.nosuch”"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "says"), [pytest.param(damage, says, id=name) for name, damage, says in DAMAGE])
def test_a_damaged_book_is_not_judged(book: Path, damage: Callable[[Path], object], says: str) -> None:
    damage(book)
    assert says in problems_of(book)
    result = CliRunner().invoke(cli, ["check", str(book)])
    assert isinstance(result.exception, Untrusted)  # main() makes exit status 2 of it


def test_a_list_of_households_that_cannot_be_read_is_said_once(book: Path) -> None:
    people = book / "registry/households.csv"
    people.write_bytes(people.read_text("utf-8").encode("gbk"))
    assert problems_of(book) == "registry/households.csv：农户名册不是 UTF-8 编码（可能是 GBK），应另存为 UTF-8"


def test_postings_of_a_txn_may_each_have_the_same_key(book: Path) -> None:
    edit(book / "2022/03.beancount", '2022-03-05 * "县财政局"', '2022-03-05 txn "县财政局"')
    assert read(book, AS_OF).tables.postings["project"].tolist().count("XS2022-0002")


def test_everything_wrong_is_said_at_once(book: Path) -> None:
    edit(book / "2022/08.beancount", "XS2022-0001", "XS2022-0009")
    edit(book / "2022/11.beancount", "340100.00", "34０100.00")
    edit(book / "registry/households.csv", "2022-06-10", "2022-06-31")
    text = problems_of(book)
    assert text.count("\n") >= 2
    assert all(name in text for name in ("2022/08.beancount:5", "2022/11.beancount:5", "households.csv:3"))


def test_hostile_code_never_runs(book: Path) -> None:
    """A book's own plugins/all.py is refused before Python looks at it."""
    marker = book / "ran"
    (book / "plugins").mkdir()
    (book / "plugins/all.py").write_text(f"open({str(marker)!r}, 'w')\n__plugins__ = ()\n", "utf-8")
    append(book / "main.beancount", 'option "insert_pythonpath" "TRUE"\nplugin "plugins.all"\n')
    assert "insert_pythonpath" in problems_of(book)
    assert not marker.exists()


ROLL = "rolls/2022/08.csv"
BREAK: list[tuple[str, Callable[[Path], object], str]] = [
    ("改了金额", lambda b: edit(b / ROLL, "29900.00", "29900.01"), "被改动过"),
    ("删了文件", lambda b: (b / ROLL).unlink(), "不存在"),
    ("GBK", lambda b: (b / ROLL).write_bytes("roll,household,amount,note\n2022-000005-1,H106003-001,1.00,备注\n".encode("gbk")), "UTF-8"),
    ("缺列", lambda b: edit(b / ROLL, "household", "who"), "缺少列 household"),
    ("没有这份清册", lambda b: edit(b / ROLL, "2022-000005-1", "2022-000005-2"), "被改动过"),
    ("空文件", lambda b: (b / ROLL).write_text("", "utf-8"), "不是规整的表格"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "says"), [pytest.param(damage, says, id=name) for name, damage, says in BREAK])
def test_a_broken_roll_leaves_what_does_not_need_it(book: Path, damage: Callable[[Path], object], says: str) -> None:
    whole = audit(read(book, AS_OF).tables, catalogue().values())
    damage(book)
    result = audit(read(book, AS_OF).tables, catalogue().values())
    assert [str(problem) for problem in result.untrusted if "凭证 2022-000005" in problem.message]
    assert says in result.untrusted[0].message
    assert result.exit_status == 2
    before = {one.key: one.status for one in whole.findings}
    changed = {one.key[:3:2]: one.status for one in result.findings if before.get(one.key) != one.status}
    assert changed == {
        ("labour-promised", "XS2022-0001"): "undetermined",
        ("labour-roster", "2022-000005"): "undetermined",
        ("labour-share", "XS2022-0001"): "undetermined",
        ("labour-share-work-relief", "XS2022-0001"): "undetermined",
    } | ({("record", "2022-000005-2"): "fail"} if ("record", "2022-000005-2") in changed else {})


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("2022-000005-1,H106003-009,1,59900.00,1", "H106003-009"),
        ("2022-000005-1,H106003-001,1,59899.99,1", "合计 59899.99 元，凭证为 59900.00 元"),
        ("2022-000005-1,H106003-001,1,59900.001,1", "amount"),
        ("2022-000005-1,H106003-001,1,５９９００,1", "amount"),
        ("2022-000005-1,H106003-001,1,59900.00,1.3", "days"),
    ],
)
def test_a_roll_is_checked_line_by_line(tmp_path: Path, line: str, says: str) -> None:
    text = "".join((EXAMPLE / name).read_text("utf-8") for name in ("registry/registry.beancount", "2022/08.beancount"))
    start = text.index('    roll-sha256: "') + len('    roll-sha256: "')
    text = text[:start] + "@2022-000005-1" + text[start + 64 :]
    files = {
        ROLL: f"roll,household,person,amount,days\n{line}\n",
        "registry/households.csv": (EXAMPLE / "registry/households.csv").read_text("utf-8"),
    }
    tables = read(write_book(tmp_path / "book", text, files), AS_OF).tables
    assert [says in message for message in tables.broken.values()] == [True]


def test_json_of_an_untrusted_roll_names_the_voucher(book: Path) -> None:
    (book / ROLL).unlink()
    result = CliRunner().invoke(cli, ["check", str(book), "--as-of", "2022-12-31", "--format", "json"])
    assert result.exit_code == 2
    untrusted = json.loads(result.output)["untrusted"]
    assert [one["file"] for one in untrusted] == ["2022/08.beancount"]
    assert "2022-000005" in untrusted[0]["message"]


def test_json_of_a_book_that_is_not_judged_says_why(book: Path) -> None:
    edit(book / "2022/08.beancount", "XS2022-0001", "XS2022-0009")
    result = CliRunner().invoke(cli, ["check", str(book), "--format", "json"])
    document = json.loads(result.stdout)
    assert isinstance(result.exception, Untrusted)
    assert document["untrusted"] == [{"file": "2022/08.beancount", "line": 5, "message": "项目“XS2022-0009”没有登记"}]
    assert document["findings"] == []
    assert set(document["summary"].values()) == {0}


@pytest.mark.parametrize("form", ["json", "sarif", "table"])
def test_earlier_verdicts_do_not_stay_where_a_book_is_not_judged(book: Path, tmp_path: Path, form: str) -> None:
    edit(book / "2022/08.beancount", "XS2022-0001", "XS2022-0009")
    kept = tmp_path / "result"
    kept.write_text("OLD", "utf-8")
    result = CliRunner().invoke(cli, ["check", str(book), "--format", form, "--output", str(kept)])
    assert isinstance(result.exception, Untrusted)
    assert "项目“XS2022-0009”没有登记" in kept.read_text("utf-8")


@pytest.mark.parametrize("command", [["check"], ["plan"], ["screen"], ["trace", "XS2022-0001"]], ids=lambda one: one[0])
def test_a_workbook_says_that_the_book_is_not_judged(book: Path, tmp_path: Path, command: list[str]) -> None:
    edit(book / "2022/08.beancount", "XS2022-0001", "XS2022-0009")
    kept = tmp_path / "paper.xlsx"
    kept.write_text("OLD", "utf-8")
    name, *more = command
    CliRunner().invoke(cli, [name, str(book), *more, "--format", "xlsx", "--output", str(kept)])
    cells = [[cell.value for cell in row] for row in load_workbook(kept).active.iter_rows()]
    assert "账簿不可信，未作判定" in cells[0]
    assert ["2022/08.beancount", 5, "项目“XS2022-0009”没有登记"] in cells


def test_a_rule_that_crashes_is_no_silent_pass(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import plugins.labour

    def broken(*_: object) -> object:
        raise ZeroDivisionError

    catalogue()
    monkeypatch.setattr(plugins.labour, "judge_labour", broken)
    result = CliRunner().invoke(cli, ["check", str(book), "--as-of", "2022-12-31"])
    assert result.exit_code == 2
    assert "规则 labour-share 运行出错" in result.output


def test_a_posting_that_comes_to_nothing_is_not_lost_with_what_it_says(tmp_path: Path) -> None:
    main = tmp_path / "main.beancount"
    text = """2020-01-01 open Assets:1甲
2020-01-01 open Assets:2乙
2020-01-02 * "x"
  Assets:1甲  1.00 CNY
  Assets:1甲  -1.00 CNY
  Assets:2乙
    roll: "2020-000001-1"
"""
    main.write_text(text, "utf-8")
    with pytest.raises(Untrusted, match=r"main\.beancount:6：.*补出来恰好是零"):
        unjudged(main)
    main.write_text(text.replace('    roll: "2020-000001-1"\n', ""), "utf-8")
    unjudged(main)


def test_plugins_of_beancount_on_a_book_whose_directives_differ_in_their_keys_alone(tmp_path: Path) -> None:
    """noduplicates looks at no key: what a key tells apart is not the same; what is written twice is."""
    one = '2022-01-01 custom "policy" "notice-days" 10\n  level: "中央"\n  issued: 2022-01-01\n  basis: "甲"\n'
    other = one.replace("中央", "县级")
    head = HEAD + 'plugin "beancount.plugins.noduplicates"\n'
    read(write_book(tmp_path / "book", one + other, head=head), date(2022, 1, 1))
    with pytest.raises(Untrusted, match="同样的内容记了两次"):
        read(write_book(tmp_path / "book", one + one, head=head), date(2022, 1, 1))
