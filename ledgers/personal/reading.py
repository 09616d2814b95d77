"""A text as its reader takes it: every sign that stands for a digit as that digit, nothing invisible, escapes undone."""

import base64
import html
import re
import unicodedata
from binascii import Error
from collections.abc import Iterator
from urllib.parse import unquote

# Letters and blanks that are drawn as nothing, though Unicode calls them letters or symbols.
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_ALIKE = {
    "О": "O",
    "о": "o",
    "Ο": "O",
    "ο": "o",
    "Օ": "O",
    "І": "I",
    "і": "i",
    "Ι": "I",
    "Ӏ": "l",
    "ӏ": "l",
    "ǀ": "|",
    "∣": "|",
}
SPOKEN = "〇○◯零洞一二三四五六七八九壹贰貳叁參肆伍陆陸柒捌玖幺两拐弌弍弎壱弐"
_SPOKEN_DIGITS = str.maketrans(SPOKEN, "00000123456789122334566789" + "127" + "12312")
LETTERS = "OoQDlIiZzSsBbGgq"
_LETTER_DIGITS = str.maketrans(LETTERS, "0000111225588" + "699")
_ESCAPE = re.compile(r"\\u\{?([0-9a-fA-F]{2,6})\}?|\\x([0-9a-fA-F]{2})|\\0{0,4}([0-9a-fA-F]{2})(?:\s|(?![0-9a-fA-F]))")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{14,}={0,2}")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|<!--.{0,200}?-->", re.DOTALL)


class _Folded(dict[int, str | None]):
    """What a character is read as, worked out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        self[code] = found = _folded(chr(code))
        return found


def _folded(one: str) -> str | None:
    kind = unicodedata.category(one)
    if one in "\n\t\r" or one.isascii():
        return one
    if kind in ("Cf", "Mn", "Me", "Cc") or one in _BLANK:
        return None
    if kind in ("Zs", "Zl", "Zp"):
        return " " if kind == "Zs" else "\n"
    if kind == "Pd":
        return "-"
    digit = unicodedata.digit(one, None)
    if digit is not None:
        return str(digit)
    if kind in ("No", "Nl") and one not in SPOKEN and 0 <= (value := unicodedata.numeric(one, -1.0)) <= 50:
        return str(int(value)) if value == int(value) else one
    return _ALIKE.get(one) or unicodedata.normalize("NFKC", one)


_TABLE = _Folded()


def folded(text: str) -> str:
    """Full-width, circled and foreign digits as ASCII, no invisible characters, one kind of dash and of blank."""
    return text if text.isascii() else text.translate(_TABLE)


def placed(text: str) -> tuple[str, list[int]]:
    """The folded text and, for each of its characters, the place of the one that it came from."""
    found, places = [], []
    for place, one in enumerate(text):
        for read in folded(one):
            found.append(read)
            places.append(place)
    return "".join(found), places


def spoken(text: str) -> str:
    """The folded text with 一三九, 壹叁玖, 幺三九 as digits: one character for one."""
    return text.translate(_SPOKEN_DIGITS)


def lettered(text: str) -> str:
    """The folded text with O, l, S and the like as the digits that they resemble: one character for one."""
    return text.translate(_LETTER_DIGITS)


def decoded(text: str) -> Iterator[str]:
    """The text, and what is seen of it once escapes of addresses, pages and programs are undone, tags taken out."""
    yield text
    if "%" in text and (plain := unquote(text)) != text:
        yield plain
    if "&" in text and (plain := html.unescape(html.unescape(text))) != text:
        yield plain
    if "\\" in text and (plain := _ESCAPE.sub(_character, text)) != text:
        yield plain
    if "<" in text and (plain := _TAG.sub("", text)) != text:
        yield html.unescape(plain)
    for match in _BASE64.finditer(text) if len(text) < 1_000_000 else ():
        if plain := _from_base64(match.group()):
            yield plain


def _character(match: re.Match[str]) -> str:
    code = int(next(filter(None, match.groups())), 16)
    return chr(code) if code < 0x110000 else ""


def _from_base64(token: str) -> str:
    """What a token says if it is base64 of a text with a number in it, else ""."""
    try:
        said = base64.b64decode(token + "=" * (-len(token) % 4), validate=True).decode("utf-8")
    except (Error, ValueError, UnicodeDecodeError):
        return ""
    return said if said.isprintable() and sum(map(str.isdigit, said)) >= 11 else ""
