"""The identities store: keyed, private, beside the book; missing and foreign keys; nothing of anybody in the book or in messages."""

import hashlib
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ledgers.files.confined import call
from ledgers.people import Identities, IdentityError, Person, Unusable, identity_number, open_identities
from tests.importers import dirty
from tests.importers.county import ALL, PEOPLE, funds, identity, labour, new_book, roster, villages
from tests.importers.helpers import Desk
from xianjie.people import people


@given(st.integers(0, 999), st.dates(min_value=__import__("datetime").date(1930, 1, 1), max_value=__import__("datetime").date(1999, 12, 31)))
def test_every_spelling_is_the_same_number(order: int, born: object) -> None:
    number = identity(order, f"{born:%Y%m%d}")
    spellings = [number.lower(), f" {number} ", "\u3000".join(number), dirty.wide(number), f"'{number}", number[:6] + number[8:17]]
    assert {identity_number(text) for text in spellings} == {number}


@given(st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_a_wrong_digit_is_found_and_never_quoted(order: int, place: int, shift: int) -> None:
    number = identity(order)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(IdentityError) as error:
        identity_number(wrong)
    assert not re.search(r"\d{3,}", str(error.value))


@pytest.mark.parametrize("text", ["", "12345", "5002411970010100", identity(1)[:-1] + "Y", "A" * 18, identity(1) + "43", "５００"])
def test_other_lengths_and_characters(text: str) -> None:
    with pytest.raises(IdentityError):
        identity_number(text)


def paths(desk: Desk) -> tuple[Path, Path]:
    return desk.book.parent / "book.identities.sqlite", desk.book.parent / "book.identities.key"


def test_store_and_key_lie_beside_the_book_for_their_owner_alone(county: Desk) -> None:
    for path in paths(county):
        assert path.stat().st_mode & 0o777 == 0o600
        assert not path.is_relative_to(county.book)


def test_the_store_holds_names_and_keyed_hashes_and_no_numbers(county: Desk) -> None:
    database, key = paths(county)
    with sqlite3.connect(database) as connection:
        rows = connection.execute("select household, person, token, name, code from people order by 1, 2").fetchall()
    assert [(h, p, name) for h, p, _, name, _ in rows] == [
        ("H106001-001", 1, "甲大山"),
        ("H106001-001", 2, "甲小山"),
        ("H106001-002", 1, "乙秀英"),
        ("H106001-003", 1, "丙文"),
        ("H106001-004", 1, "丁路人"),
    ]
    number = PEOPLE["甲大山"][0]
    assert number not in database.read_bytes().decode("latin-1")
    plain = hashlib.sha256(number.encode()).hexdigest()
    assert all(len(token) == 64 and token != plain for _, _, token, _, _ in rows)
    store = open_identities(county.book)
    assert store.token(number) == rows[0][2]
    assert key.read_text().startswith("xianjie-key-1:")


def test_nothing_is_made_where_nobody_is_named(desk: Desk) -> None:
    desk.take(villages(), funds())
    assert not any(path.exists() for path in paths(desk))
    assert not (desk.book / "registry/identities.check").exists()


def test_a_dry_run_makes_no_key(desk: Desk) -> None:
    before = desk.state()
    desk.bring(villages(), roster(), confirm=lambda changes: False)
    assert desk.state() == before


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda database, key: key.unlink(), "缺少身份库的密钥 book.identities.key"),
        (lambda database, key: database.unlink(), "缺少身份库 book.identities.sqlite"),
        (lambda database, key: (key.unlink(), database.unlink()), "缺少身份库的密钥"),
        (lambda database, key: key.write_text(f"xianjie-key-1:{'ab' * 32}\n"), "不属于这本账簿"),
        (lambda database, key: key.write_text("不是密钥"), "不是身份库的密钥，或已损坏"),
        (lambda database, key: database.write_bytes(b"no database at all"), "损坏或无法读取"),
        (lambda database, key: database.write_bytes(database.read_bytes()[:3000]), "损坏或无法读取"),
    ],
    ids=["no key", "no store", "neither", "foreign key", "no such key", "no database", "half a database"],
)
def test_missing_foreign_or_damaged(county: Desk, damage: object, message: str) -> None:
    damage(*paths(county))  # type: ignore[operator]
    before = county.state()
    with pytest.raises(Unusable, match=message):
        county.bring(replace(labour(), rows=labour().rows[:2]))
    assert county.state() == before


def test_a_foreign_pair_of_store_and_key_is_recognised(county: Desk, tmp_path: Path) -> None:
    other = Desk(new_book(tmp_path / "other"))
    other.take(villages(), roster())
    for mine, theirs in zip(paths(county), paths(other), strict=True):
        mine.write_bytes(theirs.read_bytes())
    with pytest.raises(Unusable, match="不属于这本账簿"):
        county.bring(replace(labour(), rows=labour().rows[:2]))


def test_sheets_without_people_need_no_key(county: Desk) -> None:
    paths(county)[1].unlink()
    county.take(replace(funds(), rows=[[*funds().rows[0][:1], "示文〔2022〕77号", *funds().rows[0][2:]]]))


def test_the_clerk_learns_who_it_is(county: Desk) -> None:
    result = CliRunner().invoke(people, [str(county.book), "H106001-001", "H106001-004"])
    assert result.exit_code == 0
    lines = [line.split() for line in result.output.splitlines()]
    assert lines == [
        ["户", "人", "姓名", "名单户编号", "名单人编号"],
        ["H106001-001", "1", "甲大山", "5002410000000001", "500241000000000101"],
        ["H106001-001", "2", "甲小山", "5002410000000001", "500241000000000102"],
        ["H106001-004", "1", "丁路人", "（不在名单中）"],
    ]
    assert not any(person[0] in result.output for person in PEOPLE.values())


def test_all_of_them(county: Desk) -> None:
    result = CliRunner().invoke(people, [str(county.book / "main.beancount")])
    assert len(result.output.splitlines()) == 6


def test_an_unknown_household(county: Desk) -> None:
    result = CliRunner().invoke(people, [str(county.book), "H999999-001"])
    assert result.exit_code != 0
    assert "身份库里没有 H999999-001" in result.output


def test_without_a_store(desk: Desk) -> None:
    result = CliRunner().invoke(people, [str(desk.book)])
    assert result.exit_code != 0
    assert "还没有身份库" in result.output


def test_no_message_tells_a_name_or_a_number(desk: Desk) -> None:
    """Everything that an import says, whether it goes well or not."""
    outsiders = replace(labour(), rows=[[*row[:8], row[8] + 1, *row[9:]] for row in labour().rows])
    good = desk.take(villages(), funds(), roster())
    bad = desk.bring(outsiders, *(replace(roster(), rows=[*roster().rows, row]) for row in roster().rows[:1]))
    said = repr((good.read, good.changes, good.warnings, good.remarks, bad.faults, bad.warnings, bad.changes))
    assert not [name for name in PEOPLE if name in said]
    assert not [text for person in PEOPLE.values() for text in person[:3] if text in said]
    assert "丁路人" not in said


WORDS = {
    "villages": ["主导产业"],
    "funds": ["指标文标题"],
    "plan": ["部门", "建设内容", "预期绩效目标", "联农带农利益联结机制", "责任单位", "责任人", "备注", "实施期限"],
    "allocation": ["批次", "资金名称", "实施单位"],
    "treasury": ["资金名称", "预算单位", "用途", "收款方账户名称"],
    "roster": ["与户主关系"],
    "labour": ["家庭住址", "工种"],
    "benefits": ["备注"],
    "assets": ["资产名称", "所有权人", "经营主体"],
    "equity": ["实施主体"],
    "distribution": ["户主"],
    "bank": ["摘要", "对方户名"],
}


def test_numbers_of_people_among_any_words_enter_nothing(tmp_path: Path) -> None:
    """Whatever column of words somebody puts a phone, an ID number or an account into: not in the book, not in a message."""
    secrets = ("13899998888", identity(77), "6217998877665544332")
    desk = Desk(new_book(tmp_path))
    said = ""
    for kind, make in ALL.items():
        paper = make().mapped(WORDS[kind], lambda text: f"{text} {' '.join(secrets)}")
        if kind == "equity":
            paper = make().mapped(WORDS[kind], lambda text: f"{text}（{secrets[0]}）")
        changes = desk.take(paper)
        said += repr((changes.changes, changes.warnings, changes.remarks, changes.waiting, changes.read))
    written = "".join(path.read_text("utf-8") for path in sorted(desk.book.rglob("*")) if path.is_file())
    assert "＊＊＊" in written
    assert "责任单位、部门、预期绩效目标" in said
    assert "里有电话、证号或账号，没有写入账簿" in said
    for secret in secrets:
        assert secret not in written
        assert secret not in said


def test_a_county_of_people_is_written_by_a_process_that_has_no_files() -> None:
    """SQLite sorts a large index in a file of its own unless it is told not to; a confined process may not make one."""
    store = Identities(b"k" * 32)
    store.people.update({f"{number:064x}": Person(f"H1-{number:06d}", 1, "甲") for number in range(60_000)})
    assert call(lambda: store.files(Path("book"))["../book.identities.sqlite"] or b"").startswith(b"SQLite format 3")
