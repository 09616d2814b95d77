"""Personal data in a text: ID numbers, disability certificates, bank cards, telephones of people, addresses of homes.

Texts are normalised first (full-width digits, invisible characters, digits written as 一二三), what is known to be
harmless is taken out (project codes, digests, amounts), and what is left is looked at digit run by digit run. `label` is
the heading under which a text stands: below 账号 or 住址 much less is needed to make a leak. A leak is never quoted.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

ID, DISABILITY, CARD, MOBILE, LANDLINE, ADDRESS, ACCOUNT, NAME = (
    "身份证号码",
    "残疾人证号码",
    "银行卡号",
    "手机号码",
    "电话号码",
    "村以下住址",
    "账号或证件号码",
    "未脱敏的姓名",
)
# First two digits of an area code.
_PROVINCES = frozenset(
    str(number)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for number in range(first, last + 1)
)
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPOKEN = re.compile("[〇○零一二三四五六七八九]{11,}")
_SPOKEN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_HARMLESS = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9a-f]*[a-f])[0-9a-f]{40,128}(?![0-9A-Za-z])"  # digests
    r"|(?<![0-9A-Za-z])\d{8}[A-Z]\d{12}(?![0-9A-Za-z])"  # project code of 21 characters
    r"|(?<![\d-])\d{4}-\d{6}-\d{2}-\d{2}-\d{6}(?![\d-])"  # code of the investment platform
    r"|(?<![\d,.])\d{1,3}(?:,\d{3}){1,3}(?:\.\d+)?(?![\d,])"  # amounts with separators
    r"|(?<![\d.])\d{1,12}\.\d{2}(?![\d.])"  # amounts in yuan
)
_DIGITS = re.compile(r"(?<!\d)\d{8,}[Xx]?(?!\d)")
_SEPARATORS = r"[ \-‐-―−_.·•/,]{1,2}"
_JOINED = re.compile(rf"(?<!\d)\d+(?:{_SEPARATORS}\d+)+(?:(?:{_SEPARATORS})?[Xx])?")
_GROUP = re.compile(r"\d+|[Xx]")
_LANDLINE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?\(?(0(?:10|2\d|[3-9]\d{2}))[) -]{1,2}([2-8]\d{6,7})(?!\d)")
_PHONE_GROUPS = {(3, 4, 4), (3, 8), (7, 4), (3, 3, 5), (4, 4, 3), (1,) * 11}
_NUMBER = "0-9一二三四五六七八九十百"
_THINGS = (
    "冷库|蓄水池|水池|水井|井|桥|公路|路|机耕道|便道|沟|渠|泵站|大棚|厂房|车间|线|点位|点|地块|山坪塘|塘|公厕|厕所|标段|项目|工程|基地|圈舍|机组|"
    "电站|仓库|文件|公告|通知|令|批|桩|楼梯|煤"
)
_HOUSE = re.compile(
    rf"(?:组|社|队|屯|寨)\s*[{_NUMBER}]+\s*号(?!(?:{_THINGS}))"
    rf"|(?:村|社区|居委会)\s*[{_NUMBER}]+\s*号(?!(?:{_THINGS}))"
    rf"|(?:路|街|巷|弄|大道)\s*[{_NUMBER}]+\s*号(?!(?:{_THINGS}))"
    rf"|[{_NUMBER}]+\s?(?:栋|幢|号楼)\s?(?:[{_NUMBER}]+单元)?\s?(?:[{_NUMBER}]+(?:室|号|单元)|\d{{1,3}}-\d{{1,4}}(?![-\d]))"
    rf"|[{_NUMBER}]+\s?单元\s?[{_NUMBER}]+(?:-[{_NUMBER}]+)?(?:室|号|$)"
)
_GROUP_ONLY = re.compile(rf"(?:[\u4e00-\u9fff]{{1,20}}(?:村|社区|居委会))\s*第?[{_NUMBER}]+\s*(?:村民小组|组|社|队)")
_LIVING = re.compile(rf"(?:家住|住址|地址|住所|户籍地|居住)[^0-9]{{0,24}}?[{_NUMBER}]+\s*(?:组|社|队|号|室)")
_LABELS = {
    ACCOUNT: re.compile("账号|帐号|账户|卡号|银行卡|存折|一卡通号|证件号|身份证|公民身份|残疾证|残疾人证|护照"),
    LANDLINE: re.compile("电话|手机|联系方式|联系人|[Tt]el|[Pp]hone"),
    ADDRESS: re.compile("住址|地址|住所|户籍"),
}
_LABELLED = {
    ACCOUNT: re.compile(rf"(?:{_LABELS[ACCOUNT].pattern})[^0-9]{{0,8}}((?:\d[ -]?){{8,}})"),
    LANDLINE: re.compile(rf"(?:{_LABELS[LANDLINE].pattern})[^0-9]{{0,8}}((?:\d[ -]?){{7,}})"),
}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Allowed:
    """What may stand in public: telephones of offices, as digits, and texts such as the address of an office."""

    phones: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()


@lru_cache(maxsize=200_000)
def find(text: str, label: str = "", allowed: Allowed = Allowed()) -> tuple[str, ...]:
    """The kinds of leaks in one text (a cell, a paragraph, a property, a file name), each once, in order of finding."""
    text = normal(text)
    for harmless in allowed.texts:
        text = text.replace(normal(harmless), "□")
    kinds = [*_addresses(text, label)]
    if sum(map(str.isdigit, text)) >= 7:
        kinds += _numbers(text, label, allowed)
    return tuple(dict.fromkeys(kinds))


def normal(text: str) -> str:
    """Full-width forms as ASCII, no invisible characters, long runs of 一二三 as digits."""
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return _SPOKEN.sub(lambda match: match.group().translate(_SPOKEN_DIGITS), text)


def heading(text: str) -> str:
    """The text itself where it is a heading that makes what stands below it suspect, else ""."""
    if len(text) > 20 or any(map(str.isdigit, text)):
        return ""
    return text if any(label.search(text) for label in _LABELS.values()) else ""


def _numbers(text: str, label: str, allowed: Allowed) -> Iterator[str]:
    text = _without(text, allowed)
    rest = _HARMLESS.sub("□", text)
    for match in _DIGITS.finditer(rest):
        yield from _of_run(match.group().upper())
    if _LANDLINE.search(rest):
        yield LANDLINE
    for match in _JOINED.finditer(rest):
        yield from _of_groups(_GROUP.findall(match.group().upper()))
    yield from _of_broken_lines(rest)
    for kind, pattern in _LABELLED.items():
        if pattern.search(rest) or (_LABELS[kind].search(label) and re.search(r"(?:\d[ -]?){7,}", rest)):
            yield kind


def _without(text: str, allowed: Allowed) -> str:
    """The text without the telephones that may stand in it."""
    for phone in allowed.phones:
        text = re.sub(rf"(?<!\d)\(?{'[-) ]{0,2}'.join(phone)}(?!\d)", "□", text)
    return text


def _of_run(run: str) -> Iterator[str]:
    """What a run of digits without separators is."""
    digits = run.rstrip("X")
    credit = run.isdigit() and is_credit_code(run) and not is_identity(run)
    if len(run) == 20 and run.isdigit() and is_identity(run[:18]):
        yield DISABILITY
    elif (len(run) == 18 and len(digits) >= 17 and not credit) or (len(digits) == 15 and is_identity(digits)):
        yield ID
    elif len(digits) in (17, 19) or (len(digits) == 16 and _card(digits)):
        yield CARD
    elif re.fullmatch(r"(?:0{0,2}86)?1[3-9]\d{9}", digits):
        yield MOBILE
    elif re.fullmatch(r"0(?:10|2\d|[3-9]\d\d)[2-8]\d{6,7}", digits):
        yield LANDLINE


def _of_groups(groups: list[str]) -> Iterator[str]:
    """What neighbouring groups of digits are together: 500241 19900101 123X, 139-1234-5678, 6222 0000 …"""
    for first in range(len(groups)):
        joined = ""
        for last in range(first, min(len(groups), first + 21)):
            joined += groups[last]
            if len(joined) > 20:
                break
            if last > first:
                yield from _of_joined(joined, tuple(map(len, groups[first : last + 1])))


def _of_joined(joined: str, lengths: tuple[int, ...]) -> Iterator[str]:
    if len(joined) in (15, 18) and is_identity(joined):
        yield ID
    elif len(joined) == 20 and is_identity(joined[:18]) and joined.isdigit():
        yield DISABILITY
    elif 16 <= len(joined) <= 19 and joined.isdigit() and _card(joined) and _card_groups(lengths):
        yield CARD
    elif (lengths in _PHONE_GROUPS and re.fullmatch(r"1[3-9]\d{9}", joined)) or (
        lengths[0] in (2, 4)
        and lengths[1:] in _PHONE_GROUPS | {(11,)}
        and re.fullmatch(r"(?:00)?861[3-9]\d{9}", joined)
    ):
        yield MOBILE


def _of_broken_lines(text: str) -> Iterator[str]:
    """An ID number that a line break cuts in two."""
    if "\n" in text or "\r" in text:
        for match in re.finditer(r"(?<!\d)\d{1,17}\s*[\r\n]\s*\d{1,17}[Xx]?(?!\d)", text):
            joined = re.sub(r"\s", "", match.group()).upper()
            if len(joined) == 18 and is_identity(joined):
                yield ID


def _addresses(text: str, label: str) -> Iterator[str]:
    bare = text.strip(" 。.,，;；")
    under = bool(_LABELS[ADDRESS].search(label)) and bool(re.search(rf"[{_NUMBER}]+\s*(?:组|社|队|号|室)", text))
    if _HOUSE.search(text) or _LIVING.search(text) or under or _GROUP_ONLY.fullmatch(bare):
        yield ADDRESS


def is_identity(number: str) -> bool:
    """Whether 15 or 18 characters have a province and a birthday where an ID number has them; check digit aside."""
    if number[:2] not in _PROVINCES or not number[:-1].isdigit():
        return False
    birthday = number[6:14] if len(number) == 18 else "19" + number[6:12]
    return "1900" <= birthday[:4] <= "2035" and "01" <= birthday[4:6] <= "12" and "01" <= birthday[6:] <= "31"


def is_credit_code(code: str) -> bool:
    """Whether 18 characters are a unified social credit code (GB 32100-2015) with a right check character."""
    if len(code) != 18 or code[0] not in "159ANY" or any(one not in _CREDIT for one in code):
        return False
    total = sum(_CREDIT.index(one) * pow(3, place, 31) for place, one in enumerate(code[:17]))
    return _CREDIT[(31 - total % 31) % 31] == code[17]


def luhn(digits: str) -> bool:
    """The check digit of bank cards."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _card(digits: str) -> bool:
    """Whether 16 to 19 digits are a card: UnionPay whatever the check digit, others with it; no id of a state system."""
    if digits[:2] in _PROVINCES and digits[2:6] == "0000":
        return False
    return digits.startswith("62") or (digits[0] in "3456789" and luhn(digits))


def _card_groups(lengths: tuple[int, ...]) -> bool:
    return all(length >= 3 for length in lengths[:-1]) or set(lengths) == {1}
