"""Seals of every version verify as their version says; what a version leaves out is said."""

import shutil
from pathlib import Path

import pytest

from tests.books import few
from tests.seals import stranger
from tests.seals.books import edit, make, run, sealed

SECOND = Path(__file__).parent / "kept" / "2" / "book"  # sealed in the second version
KEPT = Path(__file__).parent / "kept" / "0.1.0"  # made by that version: a sealed book, what was published, its JSON
OLD_ROOT = "00542e5b0ce33955c29c33e0daaf74f424d944a9e0818a00e9798c132eeff077"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    shutil.copytree(KEPT, tmp_path / "0.1.0")
    return tmp_path / "0.1.0" / "book"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make(tmp_path / "book")


def test_a_book_of_0_1_0_verifies(old: Path) -> None:
    result = run("verify", old, "--root", OLD_ROOT, "--published", old.parent / "public")
    assert result.exit_code == 0, result.output
    assert "由另一版本的程序或规则公开：只核对了文件本身和封账" in result.output
    assert "说明：第 1 版封账（截至 2022-03-31、2022-08-31、2022-09-30）不含封账日、家庭成员名册、身份库密钥的校验值" in result.output


def test_what_0_1_0_published_and_was_changed_is_found(old: Path) -> None:
    page = next((old.parent / "public").glob("*.html"))
    page.write_bytes(page.read_bytes() + b" ")
    result = run("verify", old, "--published", old.parent / "public")
    assert result.exit_code == 1
    assert f"{page.name}：文件与公开时不同，已被改动" in result.output


def test_json_of_0_1_0_is_a_baseline(old: Path) -> None:
    result = run("check", old, "--as-of", "2022-12-31", "--baseline", old.parent / "check.json")
    assert result.exit_code in (0, 1), result.output


def test_a_change_in_a_book_of_0_1_0_is_found(old: Path) -> None:
    edit(old / "2022/08.beancount", "2022-08", "2022-09")
    assert run("verify", old).exit_code == 1


def test_a_new_seal_follows_old_ones(old: Path) -> None:
    (root,) = sealed(old, "2022-10")
    assert 'version: "3"' in (old / "main.beancount").read_text("utf-8")
    result = run("verify", old, "--root", root)
    assert result.exit_code == 0, result.output
    edit(old / "main.beancount", 'version: "3"', 'version: "1"')
    assert "首行与封账不符" in run("verify", old).output


def test_the_day_of_a_seal_is_under_its_root(book: Path) -> None:
    sealed(book, "2022-10")
    text = (book / "main.beancount").read_text("utf-8")
    day = text.split(' custom "seal"')[0].split("\n")[-1]
    edit(book / "main.beancount", f'{day} custom "seal"', '2022-11-05 custom "seal"')
    result = run("verify", book)
    assert result.exit_code == 1
    assert "首行与封账不符（期止、封账日" in result.output


def test_a_seal_that_says_more_than_it_did(book: Path) -> None:
    sealed(book, "2022-10")
    edit(book / "main.beancount", '  version: "3"', '  by: "某人"\n  version: "3"')
    result = run("verify", book)
    assert result.exit_code == 1
    assert "封账指令有封账时没有的属性 by" in result.output


def test_the_key_of_the_identities_is_sealed(book: Path) -> None:
    (book / "registry/identities.check").write_text("0123456789abcdef\n")
    sealed(book, "2022-10")
    assert run("verify", book).exit_code == 0
    (book / "registry/identities.check").write_text("fedcba9876543210\n")
    assert "身份库密钥的校验值  被改动：内容由“0123456789abcdef”改为“fedcba9876543210”" in run("verify", book).output
    (book / "registry/identities.check").unlink()
    assert "身份库密钥的校验值  被删除" in run("verify", book).output


def test_identities_that_come_later_are_no_change(book: Path) -> None:
    sealed(book, "2022-10")
    (book / "registry/identities.check").write_text("0123456789abcdef\n")
    assert run("verify", book).exit_code == 0


def test_evidence_of_any_size_is_sealed(book: Path) -> None:
    with (book / "evidence/handover.txt").open("r+b") as file:
        file.truncate(257 * 2**20)
    sealed(book, "2022-10")
    assert run("verify", book).exit_code == 0
    with (book / "evidence/handover.txt").open("r+b") as file:
        file.seek(200 * 2**20)
        file.write(b"x")
    assert "附件 evidence/handover.txt 被改动" in run("verify", book).output


def test_evidence_that_is_not_there_is_said(book: Path) -> None:
    (book / "evidence/handover.txt").unlink()
    result = run("seal", book, "2022-10")
    assert "1 个附件现在缺少，没有封进去：evidence/handover.txt" in result.output
    result = run("verify", book)
    assert result.exit_code == 0
    assert "截至 2022-10-31 封账时缺少的附件，没有封进去：evidence/handover.txt" in result.output
    (book / "evidence/handover.txt").write_text("came later")
    assert run("verify", book).exit_code == 0


LATER = [
    ('2022-11-05 custom "fund" "ZY2022-01"\n  level: "县级"\n', "资金 ZY2022-01 的 level 由“中央”改为“县级”"),
    ('2022-11-05 custom "project" "XS2022-0001"\n  mode: "招标"\n', "项目 XS2022-0001 的 mode 由“以工代赈”改为“招标”"),
    ('2022-11-05 custom "village" "V106003"\n  households: 5\n', "行政村 V106003 的 households 由"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LATER)
def test_what_is_registered_later_instead_is_named(book: Path, text: str, expected: str) -> None:
    sealed(book, "2022-10")
    with (book / "registry/registry.beancount").open("a", encoding="utf-8") as file:
        file.write(f"\n{text}")
    result = run("verify", book)
    assert result.exit_code == 0, result.output
    assert expected in result.output
    assert "registry/registry.beancount:" in result.output


def test_a_project_that_goes_on_is_no_change_of_it(book: Path) -> None:
    sealed(book, "2022-10")
    with (book / "registry/registry.beancount").open("a", encoding="utf-8") as file:
        file.write('\n2022-11-05 custom "project" "XS2022-0001" "归档"\n  code: "新"\n')
    assert "封账之后改了" not in run("verify", book).output


def test_what_cannot_be_known_without_a_root_is_said(book: Path) -> None:
    (root,) = sealed(book, "2022-10")
    assert "没有外面的根，看不出封账被整个重做、或最后几次封账连同清单被删除" in run("verify", book).output
    assert "没有外面的根" not in run("verify", book, "--root", root).output


@pytest.mark.parametrize("text", few(["八月", "", "2022-08", "2022"]))
def test_a_seal_that_is_no_date_is_the_same_to_all(book: Path, tmp_path: Path, text: str) -> None:
    sealed(book, "2022-08")
    with (book / "main.beancount").open("a", encoding="utf-8") as file:
        file.write(f'\n2026-01-01 custom "seal" "{text or "x"}" "{"a" * 64}"\n  version: "3"\n  previous: ""\n')
    for arguments in (
        ("check", book, "--as-of", "2022-12-31"),
        ("verify", book),
        ("publish", book, "-o", tmp_path / "public", "--period", "2022", "--no-pdf"),
        ("import", book, book / "rolls/2022/08.csv", "--dry-run"),
    ):
        result = run(*arguments)
        assert isinstance(result.exception, SystemExit | None), (arguments, result.exception)


MEMBERS = """who,household,person,from,to,reason
W1,H106003-001,1,2021-03-01,,出生
W2,H106003-002,1,2022-05-01,2022-09-15,死亡
W3,H106003-003,1,,,出生
W4,H106003-003,2,2022-09-30,2022-11-20,迁出
"""


def test_a_book_of_the_second_version_verifies_and_what_it_leaves_out_is_said(tmp_path: Path) -> None:
    book = Path(shutil.copytree(SECOND, tmp_path / "book"))
    edit(book / "registry/members.csv", "2021-03-01", "2021-04-01")
    result = run("verify", book)
    assert result.exit_code == 0, result.output
    assert "第 2 版封账（截至 2022-03-31、2022-08-31、2022-10-31）不含家庭成员名册" in result.output
    edit(book / "2022/08.beancount", "县交通局", "县水利局")
    assert run("verify", book).exit_code == 1


TAMPERED_MEMBERS = [
    ("W1,H106003-001,1,2021-03-01", "W1,H106003-001,1,2021-04-01", "家庭成员 W1 H106003-001 1 被改动：内容由“2021-03-01”改为“2021-04-01”"),
    ("2022-09-15,死亡", "2022-09-25,死亡", "家庭成员的离开 W2 H106003-002 1 被改动：内容由“2022-09-15 死亡”改为“2022-09-25 死亡”"),
    ("2022-09-15,死亡", ",", "家庭成员的离开 W2 H106003-002 1 被删除"),
    ("W1,H106003-001,1", "W9,H106003-001,1", "家庭成员 W9 H106003-001 1 是封账后增加的"),
    ("W3,H106003-003,1,,,出生\n", "", "家庭成员 W3 H106003-003 1 被删除"),
    ("W4,", "W5,H106003-002,2,2022-09-01,,婚入\nW4,", "家庭成员 W5 H106003-002 2 是封账后增加的"),
]  # fmt: skip


@pytest.mark.parametrize("change", few(TAMPERED_MEMBERS, 3))
def test_members_are_sealed(book: Path, change: tuple[str, str, str]) -> None:
    old, new, expected = change
    (book / "registry/members.csv").write_text(MEMBERS, "utf-8")
    sealed(book, "2022-08", "2022-10")
    assert run("verify", book).exit_code == 0
    edit(book / "registry/members.csv", old, new)
    result = run("verify", book)
    assert result.exit_code == 1
    assert expected in result.output


def test_a_stranger_seals_the_same_members(book: Path) -> None:
    (book / "registry/members.csv").write_text(MEMBERS, "utf-8")
    roots = sealed(book, "2022-08", "2022-10")
    assert [root for _, root, _ in stranger.roots(str(book))] == roots


def test_who_comes_and_goes_after_a_seal_is_no_change(book: Path) -> None:
    path = book / "registry/members.csv"
    path.write_text(MEMBERS.replace("2022-11-20,迁出", ",出生"), "utf-8")
    sealed(book, "2022-08", "2022-10")
    path.write_text(MEMBERS + "W7,H106003-003,4,2022-11-01,,出生\n", "utf-8")
    assert run("verify", book).exit_code == 0


def test_a_list_of_members_that_comes_later_is_no_change(book: Path) -> None:
    sealed(book, "2022-10")
    (book / "registry/members.csv").write_text(MEMBERS, "utf-8")
    assert run("verify", book).exit_code == 0


def test_a_blank_line_in_a_file_of_rolls_is_nothing(book: Path) -> None:
    path = book / "rolls/2022/08.csv"
    sealed(book, "2022-08")
    for more in ("\n", "\n\n  \n", ",,,,\n", "\r\n"):
        text = path.read_text("utf-8")
        path.write_bytes((text + more).encode())
        result = run("verify", book)
        assert result.exit_code == 0, result.output
        path.write_text(text, "utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.write(",H106003-001,1,1.00,1\n")
    assert "是封账后增加的" in run("verify", book).output


def test_months_that_went_after_a_seal_are_named(book: Path) -> None:
    (book / "2022/13.beancount").write_text('2023-01-05 note Equity:3000期初余额 "年初"\n', "utf-8")
    (root,) = sealed(book, "2022-10")
    assert 'later: "2022/11.beancount、2022/13.beancount' in (book / "main.beancount").read_text("utf-8")
    assert "可能被删除" not in run("verify", book).output
    (book / "2022/13.beancount").unlink()
    result = run("verify", book, "--root", root)
    assert "2022/13.beancount 里有以后日子的内容，现在没有了：可能被删除" in result.output
    assert result.exit_code == 0
