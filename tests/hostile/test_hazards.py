"""The guard before the parser: it lets through nothing that kills it, and refuses nothing that is valid."""

import random
from pathlib import Path

import pytest
from beancount.parser import parser

from ledgers.book import read
from ledgers.files import confined, hazards
from ledgers.files.problems import Untrusted
from tests.hostile.test_books import book_of

ZERO = "2022-01-01 price A 1/0 CNY"
HIDDEN = [
    *(f'{sign} "x\n{ZERO}\n; "\n' for sign in "*!#:&?%"),
    *(f'{word}"x\n{ZERO}\n; "\n' for word in ("é", "银", "\\", "'", "^", "x", "~银", "open银")),
    f'"a\\\nb" {ZERO}\n',
    f'2022-01-01 event "a" "b"x"\n{ZERO}\n;"\n',
    f"é; {ZERO}\n",
    f'é;"x\n{ZERO}\n;"\n',
    f"#\t; \"\n{ZERO}\n",
    f'*\r"\n{ZERO}\n;"\n',
    "2022-01-01 price A 1/ - + -0.00 CNY\n",
    "2022-01-01 price A 1/(0*(3+4)) CNY\n",
    "2022-01-01 price A 1/(1000000000000000000000000000000+1-1000000000000000000000000000000) CNY\n",
    "2022-01-01 price A 2/(1/(2/0)) CNY\n",
    f"2022-01-01 price A 1/{'(' * 9000}0{')' * 9000} CNY\n",
    '2022-01-01 * "a"\n  Assets:A  1/0.00 CNY\n',
    '2022-01-01 custom "a" 1/0,000\n',
]  # fmt: skip


@pytest.mark.parametrize("text", HIDDEN)
def test_a_division_by_nothing_is_found_wherever_it_hides(tmp_path: Path, text: str) -> None:
    with pytest.raises(Untrusted, match="除数应为不等于零的数字"):
        read(book_of(tmp_path, text))


VALID = [
    "* 第一段 /07 与 1/0\n",
    "**** /tmp/指标/07-表.xlsx\n",
    "! 0/0\n: 1/0\n# 1/0\n& /0\n",
    '; 1/0\n2022-01-01 event "比例" "1/0" ; 1/0\n',
    '2022/01/05 event "a" "b"\n',
    '2022-01-05 * "甲" "乙" ^ht/0 #b/00 ^a/0.5\n  Assets:A  0 CNY\n',
    "2022-01-05 commodity /NQH21\n2022-01-06 price /0A 3 CNY\n",
    "2022-01-05 price A 10/4 CNY\n2022-01-05 price B 10/(1+1) CNY\n2022-01-05 price C 10/-0.5 CNY\n",
    f'2022-01-05 * "甲" "乙" ^{"1" * 60}\n  Assets:A  0 CNY\n',
    f'2022-01-05 event "长" "{"长" * 30_000}"\n',
    f'; {"长" * 30_000}\n* {"长" * 30_000}\n',
    '2022-01-05 event "多行" "第一行\n* 第二行 1/0\n; 第三行"\n',
]  # fmt: skip


@pytest.mark.parametrize("text", VALID)
def test_what_is_valid_is_not_refused(tmp_path: Path, text: str) -> None:
    head = "2020-01-01 open Assets:A\n"
    read(book_of(tmp_path, head + text))


REPEATED = [
    ('2022-1-5 custom "x" "y"\n  by: "甲"\n  by: "乙"\n', 3),
    ('2022/01/05 custom "x" "y"\n  by: "甲"\n\t by: "乙"\n', 3),
    ('2022-01-05 custom "x" "第一行\n第二行"\n  by: "甲"\n; 注\n  by: "乙"\n', 5),
    ('2022-01-05 open Assets:X\n  by: "甲"\n  ; 注\n  by: "乙"\n', 4),
    ('pushmeta to: "丙"\n2022-01-05 custom "x" "y"\n  by: "甲"\n  by: "乙"\npopmeta to:\n', 4),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line"), REPEATED)
def test_a_key_given_twice_is_found_however_it_is_written(tmp_path: Path, text: str, line: int) -> None:
    with pytest.raises(Untrusted, match=f"main.beancount:{line}：属性 by 在同一处写了两次"):
        read(book_of(tmp_path, text))


@pytest.mark.parametrize(
    "text",
    [
        '2022-01-05 custom "x" "见\n  https: 一\n  https: 二"\n  by: "甲"\n',
        '2022-01-05 custom "x" "y"\n  by: "甲"\n2022-01-05 custom "x" "y"\n  by: "甲"\n',
        'pushmeta by: "丙"\n2022-01-05 custom "x" "y"\n  by: "甲"\npopmeta by:\n',
    ],
)
def test_a_key_given_once_is_none(tmp_path: Path, text: str) -> None:
    read(book_of(tmp_path, text))


SCRAPS = [
    '"', '"a"', "\\", "\\\n", "\n", "\n", "\n* ", "\n# ", "\n#a ", "\n: ", "\n;", " ;", ";", " ", "\t", "\r", "é", "银", "x", "'", "^", "#",
    "1", "0", "/", "/", "1/0", "1/2", "(", ")", "-", ",", ".", "A", "CNY", "Assets:A", "open", "price", "2022-01-01 ", "\n2022-01-01 price A ",
    "\n2022-1-1 custom ", "\n  key: ", "{", "}", "@", "~", "|", "TRUE", "0" * 45,
]  # fmt: skip


def soups(seed: int, count: int) -> list[bytes]:
    draw = random.Random(seed)
    return ["".join(draw.choices(SCRAPS, k=draw.randint(1, 30))).encode() for _ in range(count)]


def test_the_quick_look_lets_nothing_through_that_the_lexer_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = [list(hazards.hazards("x", soup)) for soup in soups(1, 20_000)]
    monkeypatch.setattr(hazards, "_is_suspect", lambda content: True)
    assert quick == [list(hazards.hazards("x", soup)) for soup in soups(1, 20_000)]
    assert 1_000 < sum(map(bool, quick)) < 15_000


def test_what_is_let_through_does_not_kill_the_parser() -> None:
    def work() -> bytes:
        parsed = 0
        for soup in soups(2, 3_000):
            if not list(hazards.hazards("x", soup)):
                parser.parse_string(soup)
                parsed += 1
        return str(parsed).encode()

    assert int(confined.call(work)) > 1_000
