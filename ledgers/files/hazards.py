"""What brings Beancount's parser down, and the process with it, instead of being an error; and keys that it loses.

What is text, a comment, an ignored line or an amount is for Beancount's own lexer to say. It would take longer than all
the rest, so it is asked only for files in which a quick look, which may err on the safe side alone, finds something.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core import data
from beancount.parser import lexer

from ledgers.files.problems import Problem

LINE_LIMIT = 20_000  # bytes outside strings: longer ones are no voucher, and nested ones exhaust the parser
DIGITS_LIMIT = 40
# Outside strings: a divisor that may be nothing, and too many digits.
_DIVISOR = re.compile(rb"/[-+ \t\r]*[(0.,]")
_DIGITS = bytes(0x30 if byte in b"0123456789,." else 0x20 for byte in range(256))  # every digit, point and comma is a 0
# What the lexer surely takes for an ignored line, a comment or a string: the latter two behind a blank, as anything else
# before them may be a token that it does not know, which goes on to the next blank.
_SURELY_QUIET = re.compile(
    rb"^(?:[*:!&?%%]|#(?![%b]))[^\n]+|(?<![^ \t\r\n]);[^\n]*|(?<![^ \t\r\n])\"(?:[^\"\\]|\\[^\n])*+\""
    % rb"A-Za-z0-9\-_/.",
    re.MULTILINE,
)
_KEY = re.compile(rb"^[ \t]+[a-z][A-Za-z0-9_-]+:", re.MULTILINE)
_QUOTE = b'"'


class _Token(NamedTuple):
    kind: str
    line: int
    text: bytes


def hazards(name: str, content: bytes) -> Iterator[Problem]:
    """Divisions by nothing, lines and numbers that are too long."""
    if not _is_suspect(content):
        return
    quiet = _SURELY_QUIET.sub(b"", content)
    if _QUOTE not in quiet and b";" not in quiet and not _is_suspect(quiet):
        return
    for line in _lines(content):
        if sum(len(token.text) for token in line if token.kind != "STRING") > LINE_LIMIT:
            yield Problem(name, line[0].line, f"这一行超过 {LINE_LIMIT} 个字节")
            continue
        for place, token in enumerate(line):
            if token.kind == "SLASH" and _is_nothing(line[place + 1 :]):
                yield Problem(name, token.line, "除数应为不等于零的数字")
            elif token.kind in ("NUMBER", "DATE", "error") and _digits(token.text) > DIGITS_LIMIT:
                yield Problem(name, token.line, f"数字超过 {DIGITS_LIMIT} 位")


def repeated_keys(name: str, content: bytes, entries: Iterable[Any]) -> Iterator[Problem]:
    """A metadata key given twice for a directive: Beancount says so of transactions and postings only.

    A file is looked through where it has more lines that look like keys than its entries have keys.
    """
    if len(_KEY.findall(content)) <= sum(map(_keys, entries)) and b"pushmeta" not in content:
        return
    seen: set[bytes] = set()
    among: bool = False  # the keys of a directive that is no transaction
    for line in _lines(content):
        kinds = [token.kind for token in line[:2]]
        if kinds[:1] == ["DATE"]:
            seen, among = set(), kinds[1:] not in (["TXN"], ["FLAG"], ["ASTERISK"], ["HASH"], ["CAPITAL"])
        elif kinds == ["INDENT", "KEY"] and among:
            key = line[1].text
            if key in seen:
                yield Problem(name, line[1].line, f"属性 {key.decode()} 在同一处写了两次")
            seen.add(key)


def _keys(entry: Any) -> int:
    """How many keys an entry was given, its postings' included: not its place, nor what Beancount adds to it."""
    postings = entry.postings if isinstance(entry, data.Transaction) else ()
    metas = (entry.meta, *(posting.meta for posting in postings if posting.meta))
    return sum(len(meta) - 2 - sum(key.startswith("__") for key in meta) for meta in metas)


def _is_suspect(content: bytes) -> bool:
    many = b"0" * (DIGITS_LIMIT + 1)
    return bool(_DIVISOR.search(content)) or many in content.translate(_DIGITS) or _has_long_line(content)


def _has_long_line(content: bytes) -> bool:
    start = 0
    while len(content) - start > LINE_LIMIT:
        start = content.rfind(b"\n", start, start + LINE_LIMIT + 1) + 1
        if not start:
            return True
    return False


def _lines(content: bytes) -> Iterator[list[_Token]]:
    """The tokens of every line that has any."""
    line: list[_Token] = []
    for kind, number, text, _ in lexer.lex_iter_string(content):  # type: ignore[no-untyped-call]
        if kind != "EOL":
            line.append(_Token(kind, number, text))
        elif line:
            yield line
            line = []
    if line:
        yield line


def _digits(text: bytes) -> int:
    return sum(map(text.count, (b"%d" % digit for digit in range(10))))


def _is_nothing(tokens: list[_Token]) -> bool:
    """Whether what stands behind a slash is zero, or cannot be computed; what is no number is an error of the parser."""
    try:
        return not _Arithmetic(tokens).factor()
    except (ArithmeticError, RecursionError):
        return True
    except (LookupError, ValueError):
        return False


class _Arithmetic:
    """Beancount's own arithmetic: sums, products and signs of decimals, from the left."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = iter(tokens)
        self.next = next(self.tokens, None)

    def _take(self, *kinds: str) -> _Token | None:
        token = self.next
        if token is None or token.kind not in kinds:
            return None
        self.next = next(self.tokens, None)
        return token

    def sum(self) -> Decimal:
        value = self.product()
        while sign := self._take("PLUS", "MINUS"):
            value = value + self.product() if sign.kind == "PLUS" else value - self.product()
        return value

    def product(self) -> Decimal:
        value = self.factor()
        while sign := self._take("ASTERISK", "SLASH"):
            value = value * self.factor() if sign.kind == "ASTERISK" else value / self.factor()
        return value

    def factor(self) -> Decimal:
        """A number, an expression in brackets, or one of them with signs. LookupError where there is none."""
        if sign := self._take("PLUS", "MINUS"):
            return self.factor() if sign.kind == "PLUS" else -self.factor()
        if number := self._take("NUMBER"):
            return Decimal(number.text.replace(b",", b"").decode())
        if not self._take("LPAREN"):
            raise LookupError
        value = self.sum()
        if not self._take("RPAREN"):
            raise LookupError
        return value
