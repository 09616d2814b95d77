"""A book that is read again after an edit is the book that is read in full: the same verdicts, byte for byte."""

import random
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

import ledgers
from ledgers.book import Book
from ledgers.book import read as in_full
from ledgers.files.problems import Untrusted
from ledgers.kept import cache, reread
from plugins import catalogue
from plugins.audit import audit
from reports.check.baseline import Scope
from reports.check.checked import Checked
from reports.check.render import render

DAY = date(2023, 12, 31)
MAY = "2022/05.beancount"
Edit = Callable[[str], str]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The sample county, as it was kept."""
    folder = tmp_path_factory.mktemp("again")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setattr(reread, "LARGE", 0)
        book = folder / "book"
        shutil.copytree(ledgers.XIUSHAN, book)
        found = reread.read(book, DAY)
        audit(found.tables, catalogue().values())
        reread.keep(found)
        assert is_quick(reread.read(book, DAY))
        yield book


def is_quick(found: Book) -> bool:
    return isinstance(found.entries, reread._Entries)


def said(read: Callable[[Path, date], Book], book: Path) -> tuple[str | bytes, bool]:
    """Everything that an audit says of a book, or why it cannot be judged; whether it was read quickly."""
    try:
        found = read(book, DAY)
    except Untrusted as error:
        return "\n".join(map(str, error.problems)), False
    known = catalogue()
    result = audit(found.tables, known.values())
    text = render(Checked(found, result, known, Scope((), ())), "json", None)
    assert result.crashes == []
    return text, is_quick(found)


@contextmanager
def edited(book: Path, changes: dict[str, Edit]) -> Iterator[None]:
    """Files of the book edited meanwhile."""
    before = {name: (book / name).read_text("utf-8") for name in changes}
    try:
        for name, change in changes.items():
            (book / name).write_text(change(before[name]), "utf-8")
        yield
    finally:
        for name, text in before.items():
            (book / name).write_text(text, "utf-8")


def agree(book: Path, changes: dict[str, Edit]) -> bool:
    """Whether files edited so were read quickly; what is said must be the same."""
    with edited(book, changes):
        quickly, quick = said(reread.read, book)
        fully, _ = said(in_full, book)
    assert quickly == fully
    return quick


def replaced(old: str, new: str, count: int = 1) -> Edit:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, count)

    return change


NEW = """
2022-05-12 * "示例丁商贸有限公司" "新增的一笔"
  voucher: "2022-900001"
  fund: "F2022-09"
  project: "P2022-0012"
  Expenses:2130505生产发展:31005基础设施建设  60000.01 CNY
  Assets:9001指标:F2022-09:1已分配  -60000.01 CNY

2022-05-12 * "某户" "发给一户"
  voucher: "2022-900002"
  fund: "F2022-09"
  project: "P2022-0012"
  Expenses:2130505生产发展:31204费用补贴  700.00 CNY
    household: "H001001-001"
  Assets:9001指标:F2022-09:1已分配  -700.00 CNY
"""
QUICK: dict[str, Edit] = {
    "nothing": lambda text: text,
    "a line above": lambda text: "; 说明\n\n" + text,
    "a narration": replaced("鲁渝协作现代农业设施首期工程款", "改过的摘要"),
    "both legs": lambda text: text.replace("6000000.00 CNY", "6000000.01 CNY"),
    "a fund": lambda text: text.replace('fund: "F2022-09"', 'fund: "F2022-01"').replace("F2022-09:1已分配  -6", "F2022-01:1已分配  -6"),
    "evidence": replaced('  evidence: "evidence/2022/05.csv"\n', ""),
    "new vouchers": lambda text: text + NEW,
    "a voucher's number": replaced('voucher: "2022-000044"', 'voucher: "2022-900044"'),
    "one more in front": lambda text: NEW + text,
    "a voucher less": lambda text: re.sub(r'2022-05-13 \* .*?\n\n', "", text, count=1, flags=re.DOTALL),
    "a reversal": lambda text: text
    + """
2022-05-20 * "示例丙建筑工程有限公司" "冲回首期"
  voucher: "2022-900003"
  reverses: "2022-000044"
  fund: "F2022-09"
  project: "P2022-0012"
  Expenses:2130505生产发展:31005基础设施建设  -6000000.00 CNY
  Assets:9001指标:F2022-09:1已分配  6000000.00 CNY
""",
}  # fmt: skip
FULL: dict[str, dict[str, Edit]] = {
    "unbalanced": {MAY: replaced("6000000.00 CNY", "6000000.01 CNY")},
    "a roll's amount": {MAY: lambda text: text.replace("73200.00", "73200.01")},
    "no number": {MAY: replaced('  voucher: "2022-000044"\n', "")},
    "a number twice": {MAY: replaced('voucher: "2022-000044"', 'voucher: "2021-000001"')},
    "a voucher of an asset": {"2021/10.beancount": replaced("{", "{1.00 CNY, ")},
    "a balance": {
        "2022/01.beancount": lambda text: re.sub(r"( balance .*?)(\d+)\.00 CNY", r"\g<1>1\g<2>.00 CNY", text, count=1)
    },
    "an unknown project": {MAY: replaced('project: "P2022-0012"', 'project: "P2022-9999"')},
    "an account that is not open": {MAY: replaced("31005基础设施建设", "31098没有开设")},
    "a key twice": {
        MAY: replaced('  voucher: "2022-000044"\n', '  voucher: "2022-000044"\n  voucher: "2022-000044"\n')
    },
    "a directive among them": {MAY: lambda text: text + '\n2022-05-20 custom "waiver" "voucher" "2022" "原因"\n'},
    "an option": {MAY: lambda text: 'option "title" "别的"\n' + text},
    "after the day": {MAY: lambda text: text + NEW.replace("2022-05-12", "2024-05-12")},
    "a roll": {"rolls/2022/05.csv": replaced(",", ",,")},
    "a household": {"registry/households.csv": replaced("脱贫户", "一般户")},
    "the policy": {"policy.beancount": lambda text: text + "\n; 说明\n"},
    "a registry": {"registry/funds.beancount": replaced("中央", "县级")},
    "an include less": {"main.beancount": replaced('include "20*/*.beancount"', 'include "2022/*.beancount"')},
}


@pytest.mark.parametrize("name", QUICK)
def test_an_edited_month_is_read_quickly_and_says_the_same(kept: Path, name: str) -> None:
    assert agree(kept, {MAY: QUICK[name]})


@pytest.mark.parametrize("month", ["2021/01.beancount", "2021/10.beancount", "2022/01.beancount", "2023/12.beancount"])
def test_assets_and_balances_may_move_to_another_line(kept: Path, month: str) -> None:
    assert agree(kept, {month: lambda text: "; 说明\n\n" + text})


@pytest.mark.parametrize("name", FULL)
def test_what_could_change_more_is_read_in_full(kept: Path, name: str) -> None:
    with edited(kept, FULL[name]):
        try:
            quick = is_quick(reread.read(kept, DAY))
        except Untrusted:
            quick = False
    assert not quick


def test_a_file_more_or_less_is_read_in_full(kept: Path) -> None:
    more = kept / "2022" / "zz.beancount"
    more.write_text(NEW, "utf-8")
    text, quick = said(reread.read, kept)
    assert not quick
    assert text == said(in_full, kept)[0]
    assert "2022-900001" in str(text)
    more.unlink()
    roll = kept / "rolls/2022/05.csv"
    roll.rename(kept.parent / "05.csv")
    text, quick = said(reread.read, kept)
    assert not quick
    assert text == said(in_full, kept)[0]
    (kept.parent / "05.csv").rename(roll)


def test_another_day_another_program_and_no_cache_are_read_in_full(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_quick(reread.read(kept, DAY))
    assert not is_quick(reread.read(kept, date(2023, 12, 30)))
    with monkeypatch.context() as patch:
        patch.setattr(cache, "program", lambda: "another")
        assert not is_quick(reread.read(kept, DAY))
    with monkeypatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(kept / "cache"))  # inside the book: not to be used
        assert not is_quick(reread.read(kept, DAY))


def test_what_was_kept_and_is_damaged_is_not_read(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(kept.parent / "cache", tmp_path / "cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert is_quick(reread.read(kept, DAY))
    (file,) = tmp_path.rglob(reread._FILE)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert not is_quick(reread.read(kept, DAY))
    assert list(tmp_path.rglob(reread._FILE)) == []


def test_entries_are_there_for_who_asks(kept: Path) -> None:
    quick, full = reread.read(kept, DAY), in_full(kept, DAY)
    assert list(quick.entries) == full.entries
    assert quick.digest == full.digest


def test_a_book_that_is_not_large_is_not_kept(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(reread, "LARGE", 100_000)
    reread.keep(in_full(kept, DAY))
    assert list(tmp_path.rglob("*")) == []


def test_a_book_whose_plugins_change_vouchers_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(reread, "LARGE", 0)
    shutil.copytree(ledgers.XIUSHAN, tmp_path / "book")
    main = tmp_path / "book" / "main.beancount"
    main.write_text('plugin "beancount.plugins.auto_accounts"\n' + main.read_text("utf-8"), "utf-8")
    reread.keep(in_full(main, DAY))
    assert not (tmp_path / "cache").exists()


def _random_edit(chance: random.Random, text: str) -> str:
    """One of the things that a clerk does to a month's file."""
    vouchers = list(re.finditer(r"^\d{4}-\d\d-\d\d \* .*?(?=^\d{4}-|\Z)", text, re.MULTILINE | re.DOTALL))
    if not vouchers:
        return text
    one = chance.choice(vouchers)
    body = one.group()
    amount = re.search(r"  (\d+\.\d\d) CNY", body)
    new = chance.choice(
        [
            lambda: body.replace('"\n', '（改）"\n', 1),
            lambda: body.replace(amount[1], f"{chance.randrange(1, 10**9) / 100:.2f}") if amount else body,
            lambda: body.replace(amount[1], amount[1][:-1] + "7", 1) if amount else body,
            lambda: re.sub(r"^  (evidence|fund|project|benefit): .*\n", "", body, count=1, flags=re.MULTILINE),
            lambda: re.sub(r"^(  voucher: .*\n)", r'\1  note: "补记"\n', body, count=1, flags=re.MULTILINE),
            lambda: "",
            lambda: body + re.sub(r'voucher: "\d{4}-\d', 'voucher: "2029-9', body),
            lambda: body[:8] + f"{chance.randrange(1, 29):02d}" + body[10:],
            lambda: re.sub(r'household: "[^"]*"', 'household: "H001001-001"', body),
            lambda: re.sub(r'reverses: "[^"]*"\n', 'reverses: "2022-000012"\n', body),
            lambda: body + "; 一行说明\n",
        ]
    )()
    return text[: one.start()] + new + text[one.end() :]


def _compare_random_edits(book: Path, seed: int, rounds: int) -> int:
    chance = random.Random(seed)
    months = sorted(path.relative_to(book).as_posix() for path in book.glob("20*/*.beancount"))
    quick = 0
    for _ in range(rounds):
        names = chance.sample(months, chance.choice([1, 1, 1, 2]))
        quick += agree(book, {name: lambda text: _random_edit(chance, text) for name in names})
    return quick


def test_random_edits(kept: Path) -> None:
    assert _compare_random_edits(kept, 2022, 12) >= 3


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_many_random_edits(kept: Path, seed: int) -> None:
    assert _compare_random_edits(kept, seed, 60) >= 20
