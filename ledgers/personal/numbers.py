"""Numbers of people in a folded text: ID numbers, certificates, cards, telephones, household ids, each with its place.

Digits are looked at as runs and as neighbouring runs with signs between them. What has a check digit (ID numbers, cards)
is believed however it is cut; what has none (telephones) only in cuts that people make, so that a row of counts is none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from ledgers.personal import checks
from ledgers.personal.reading import LETTERS, SPOKEN, lettered, spoken

ID, DISABILITY, CARD, MOBILE, LANDLINE, ACCOUNT, HOUSEHOLD = (
    "身份证号码",
    "残疾人证号码",
    "银行卡号",
    "手机号码",
    "电话号码",
    "账号或证件号码",
    "户编号",
)
NATIONAL_PHONES = ("12317", "12345", "12333")
_TAKEN = "囗"  # stands for what is harmless: no digit, no sign
_HARMLESS = re.compile(
    r"(?<![0-9A-Za-z])(?=[0-9a-f]*[a-f])[0-9a-f]{40,128}(?![0-9A-Za-z])"  # digests
    r"|(?<![0-9A-Za-z])[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}(?![0-9A-Za-z])"  # ids of programs
    r"|(?<![0-9A-Za-z])\d{8}[A-Z]\d{12}(?![0-9A-Za-z])"  # project code of 21 characters
    r"|(?<![0-9A-Za-z])[A-Z]{1,3}20\d\d-\d{2,6}(?![\d-])"  # ids of projects, funds, assets
    r"|(?<![\d-])\d{4}-\d{6}-\d{2}-\d{2}-\d{6}(?![\d-])"  # code of the investment platform
    r"|(?<![\d,.])\d{1,3}(?:,\d{3}){1,2}(?:\.\d+)?(?![\d,])|(?<![\d,.])\d{1,3}(?:,\d{3}){3}\.\d+(?![\d,])"  # amounts
    r"|(?<![\d.])\d{1,12}\.\d{1,2}(?![\d.])"  # amounts in yuan
    rf"|(?<![\d{SPOKEN}-])[48]00[- ]?(?:\d{{3}}[- ]?\d{{4}}|\d{{4}}[- ]?\d{{3}})(?![\d-])"  # hot lines
    r"|(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])(?=\s*(?:$|[^\d\s.]))"  # addresses of a net
    r"|\*{2,}"  # what is masked
    r"|(?<![\d./-])(?<!(?<!\d)\d{6}\W)20\d\d-[01]\d-[0-3]\d(?![\d./-])"  # days
)
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d[-/.]?(?:0[1-9]|1[0-2]|[1-9](?=[-/.]))[-/.]?(?:0[1-9]|[12]\d|3[01]|[1-9])(?!\d)"
)
_SIGN = r"(?:[\W_]|[横杠丨ー])"
_SIGNS = rf"{_SIGN}{{1,6}}"
_SEQUENCE = re.compile(rf"\d+(?:{_SIGNS}\d+)*(?:{_SIGN}{{0,3}}[Xx](?![A-Za-z0-9]))?")
_GROUP = re.compile(r"\d+|[Xx]")
_UNIT = re.compile(r"\s*(?:元|万|亿|亩|户|人|米|公里|千米|平方|吨|公斤|斤|株|头|只|羽|套|台|件|个|股|天|工日|%|kg|km|mm|m\b)")
_BESIDE = re.compile(r"[ \t]{0,3}[囗¥￥]")  # an amount or a day right behind: a row of a table
_BETWEEN = frozenset(" \u3000-.·/_()（）[]—~'\"")  # signs between the pieces of one number, also where they change
_SPOKEN_LEAST = 4
_SHORT = 6
_COMMAS = str.maketrans("、，,", "---")
_BLANK, _ROW = " \u3000", " ,\t、"
_MIXED_SPOKEN = re.compile(rf"[0-9{SPOKEN}](?:{_SIGN}{{0,3}}[0-9{SPOKEN}Xx])+")
_MIXED_LETTERS = re.compile(rf"(?<![A-Za-z0-9])[0-9{LETTERS}](?:[\W_]{{0,3}}[0-9{LETTERS}Xx])+(?![A-Za-z0-9])")
_SERIAL = re.compile(
    r"(?:流水号?|订单号?|单号|编号|编码|代码|序号|序列号|批次号?|发票号码?|合同号|档案号|注册号|许可证号|票号|回单号?|业务号|交易号|凭证号?"
    r"|文号|指标号)\W{0,3}$"
)
_HOUSEHOLD = re.compile(r"(?<![0-9A-Za-z])H\d{6}-\d{3,4}(?![0-9A-Za-z])")
_OFFICE = r"(?:监督|举报|投诉|咨询|服务|值班|办公|受理|信访|反映|政策)(?:举报|咨询|服务|投诉|室)?(?:联系)?(?:电话|热线)"
_OFFICE_PHONE = re.compile(
    rf"(?:{_OFFICE})\W{{0,3}}(?:囗\W{{1,3}})?(?:\(?0\d{{2,3}}\)?[- ]?)?[2-8]\d{{2,3}}[- ]?\d{{4}}(?!\d)"
)
_ACCOUNT_WORDS = "账号|帐号|账户|卡号|银行卡|存折|一卡通|社保卡|惠农卡|证件号|身份证|公民身份|残疾证|残疾人证|护照"
_PHONE_WORDS = r"电话|手机|联系方式|联系人|[Tt]el\b|[Pp]hone|微信|QQ"
LABELS = {ACCOUNT: re.compile(_ACCOUNT_WORDS), LANDLINE: re.compile(_PHONE_WORDS)}
_LABELLED = {
    ACCOUNT: re.compile(
        rf"(?:{_ACCOUNT_WORDS})[^0-9囗]{{0,10}}?((?:\d[ -]?){{10,}}|(?<=号)\W{{0,3}}(?:\d[ -]?){{8,}})"
    ),
    LANDLINE: re.compile(rf"(?:{_PHONE_WORDS})[^0-9囗]{{0,8}}((?:\d[ -]?){{7,}})"),
}
_SPOKEN_RUN = re.compile(rf"[{SPOKEN}]{{7,}}")
_PAPERS = re.compile(r"(?:护照|通行证|台胞证|军官证|士官证|证件)\W{0,4}(?:号码?)?\W{0,4}[A-Z]{1,2}\d{7,10}(?!\d)")
_UNDER = re.compile(r"(?:\d[ -]?){7,}")
_PHONE_CUTS = {
    *(
        (3, 4, 4),
        (3, 8),
        (7, 4),
        (3, 3, 5),
        (4, 4, 3),
        (4, 3, 4),
        (3, 5, 3),
        (5, 6),
        (6, 5),
        (4, 7),
        (8, 3),
        (3, 3, 3, 2),
    ),
    *((3, 2, 2, 2, 2), (3, 4, 2, 2), (3, 2, 3, 3), (2, 3, 3, 3), (1, 2, 2, 2, 2, 2), (2, 2, 2, 2, 2, 1), (1,) * 11),
    *(
        (1, 3, 3, 4),
        (2, 3, 2, 4),
        (3, 4, 1, 3),
        (2, 9),
        (9, 2),
        (1, 10),
        (10, 1),
        (3, 3, 2, 3),
        (5, 3, 3),
        (3, 3, 1, 4),
    ),
}
_PLAIN_CUTS = {(3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (3, 3, 5), (1,) * 11}
_NATURAL = {(3, 4, 4), (3, 8), (7, 4), (11,), (2, 3, 4, 4), (2, 11), (4, 11), (4, 3, 4, 4), (1,) * 11}
_ID_CUTS = {
    *((6, 8, 4), (6, 4, 4, 4), (6, 4, 2, 2, 4), (6, 12), (14, 4), (6, 8, 3, 1), (4, 4, 4, 4, 2), (3, 3, 3, 3, 3, 3), (1,) * 18),
    *((2, 2, 2, 8, 4), (2, 2, 2, 4, 4, 4), (2, 2, 2, 4, 2, 2, 4), (10, 8), (9, 9), (8, 10), (3, 3, 4, 4, 4), (6, 6, 6), (17, 1)),
    *((6, 9), (6, 6, 3), (5, 5, 5), (3, 3, 3, 3, 3), (12, 3), (6, 2, 2, 2, 3), (1,) * 15),
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """A number of a person in a text: what kind, from which character to which."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class _Group:
    digits: str
    start: int
    end: int


def spans(text: str, label: str = "", phones: frozenset[str] = frozenset(), *, joined: bool = False) -> Iterator[Span]:
    """Every number of a person in a folded text below the heading `label`; `phones` of offices may stand there.

    `joined`: the text is a row of cells, where only what has a check digit or one sign throughout is believed.
    """
    for match in _HOUSEHOLD.finditer(text):
        yield Span(HOUSEHOLD, *match.span())
    if _digits(text) < 7:
        return
    plain = _without(text, phones)
    yield from _of_text(plain, joined)
    yield from _beyond_doubt(_without_phones(text, phones))
    if not joined:
        yield from _labelled(plain, label)
    for pattern, read, strict in ((_MIXED_SPOKEN, spoken, False), (_MIXED_LETTERS, lettered, True)):
        for match in pattern.finditer(plain):
            said = match.group()
            if _digits(read(said)) >= 10 and (7 if strict else 0) <= sum("0" <= c <= "9" for c in said) < _digits(
                read(said)
            ):
                yield from _moved(_of_text(_apart(read(said), said), joined), match.start())


def _apart(read: str, said: str) -> str:
    """What was read of numerals in words: commas between them are no commas between counts."""
    in_words = sum(one in SPOKEN for one in said) >= _SPOKEN_LEAST
    return read.translate(_COMMAS) if in_words else read


def _moved(found: Iterable[Span], by: int) -> Iterator[Span]:
    return (Span(one.kind, one.start + by, one.end + by) for one in found)


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text)) + sum(one in SPOKEN for one in text)


def _without(text: str, phones: frozenset[str]) -> str:
    """The text without the telephones that may stand in it and without what is harmless, its length the same."""
    return _OFFICE_PHONE.sub(_taken, _HARMLESS.sub(_taken, _without_phones(text, phones)))


def _without_phones(text: str, phones: frozenset[str]) -> str:
    for phone in phones:
        if len(phone) > _SHORT:
            text = re.sub(rf"(?<!\d)\(?{'[-) ]{0,2}'.join(phone)}(?!\d)", _taken, text)
        else:  # a piece of a longer number is no telephone of an office
            text = re.sub(rf"(?<!\d)(?<!\d[- ]){phone}(?![- ]?\d)", _taken, text)
    return text


def _taken(match: re.Match[str]) -> str:
    return _TAKEN * len(match.group())


def _labelled(text: str, label: str) -> Iterator[Span]:
    """What a heading or the words before it make a number of a person, though it has no form of its own."""
    bare = _SPOKEN_RUN.sub(lambda match: spoken(match.group()), _DATE.sub(_taken, text))
    for match in _PAPERS.finditer(bare):
        yield Span(ACCOUNT, *match.span())
    for kind, pattern in _LABELLED.items():
        for match in pattern.finditer(bare):
            yield Span(kind, *match.span(1))
        if LABELS[kind].search(label):
            for match in _UNDER.finditer(bare):
                yield Span(kind, *match.span())


def _beyond_doubt(text: str) -> Iterator[Span]:
    """What a check digit tells, though pieces of it look like amounts or days, or a stroke stands for a 1."""
    for said in dict.fromkeys((text, text.replace("|", "1"))):
        for match in _SEQUENCE.finditer(said):
            groups = [_Group(one.group().upper(), *one.span()) for one in _GROUP.finditer(said, *match.span())]
            if len(groups) > 1 or said is not text:
                yield from _certain(groups)


def _of_text(text: str, joined: bool) -> Iterator[Span]:
    for match in _SEQUENCE.finditer(text):
        groups = [_Group(one.group().upper(), *one.span()) for one in _GROUP.finditer(text, *match.span())]
        serial = bool(_SERIAL.search(text[max(0, match.start() - 12) : match.start()]))
        if not joined:
            yield from _runs(groups, serial)
        if len(groups) > 1:
            yield from _certain(groups)
            signs = [text[a.end : b.start] for a, b in pairwise(groups)]
            behind = text[match.end() : match.end() + 4]
            counts = bool(_UNIT.match(behind) or _BESIDE.match(behind))
            cuts = _cuts(groups, signs, serial or joined, joined, not (serial or joined or counts))
            natural = (one for one in cuts if not counts or one.kind != MOBILE or _is_natural(groups, one))
            yield from (one for one in natural if not joined or one.kind != LANDLINE)


def _runs(groups: list[_Group], serial: bool) -> Iterator[Span]:
    for place, one in enumerate(groups):
        run, end = one.digits, one.end
        if len(run) == 17 and place + 1 < len(groups) and groups[place + 1].digits == "X":
            run, end = run + "X", groups[place + 1].end
        if kind := _of_run(run, serial):
            yield Span(kind, one.start, end)


def _of_run(run: str, serial: bool) -> str:
    """What a run of digits without signs is, "" for nothing of a person."""
    mobile = re.fullmatch(r"(?:0{0,2}86|0)?(1\d{10})", run)
    if mobile and checks.is_mobile(mobile[1]):
        return MOBILE
    if checks.is_landline(run) and not serial:
        return LANDLINE
    if checks.checked(run) or (checks.mistyped(run) and not serial):
        return ID
    if len(run) == 15 and checks.is_identity(run) and not serial:
        return ID
    if checks.is_disability(run):
        return DISABILITY
    if checks.is_card(run) or (not serial and checks.may_be_card(run)):
        return CARD
    return _of_long(run) if len(run) > 18 else ""


def _of_long(run: str) -> str:
    """Numbers that are written without anything between them, or with other digits around them."""
    for start in range(len(run) - 17):
        if checks.checked(run[start : start + 18]) and "1920" <= run[start + 6 : start + 10] <= "2030":
            return ID
    return MOBILE if len(run) >= 22 and _all_numbers(run, 0) else ""


def _all_numbers(run: str, start: int, depth: int = 0) -> bool:
    """Whether the rest of a run is a row of whole telephones and cards."""
    if start == len(run):
        return depth > 1
    return any(
        test(run[start : start + length])
        and len(run) >= start + length
        and _all_numbers(run, start + length, depth + 1)
        for length, test in (
            (11, checks.is_mobile),
            (16, checks.is_card),
            (19, checks.is_card),
            (12, checks.is_landline),
        )
    )


def _certain(groups: list[_Group]) -> Iterator[Span]:
    """What a check digit tells, however it is cut and whatever stands around it."""
    for first in range(len(groups)):
        together = ""
        for last in range(first, min(len(groups), first + 20)):
            together += groups[last].digits
            if len(together) > 20:
                break
            if (last > first or len(groups) == 1) and checks.checked(together):
                yield Span(ID, groups[first].start, groups[last].end)
            elif last > first and checks.is_disability(together) and checks.checked(together[:18]):
                yield Span(DISABILITY, groups[first].start, groups[last].end)


def _cuts(groups: list[_Group], signs: list[str], serial: bool, joined: bool, loose: bool) -> Iterator[Span]:
    """What the way of cutting tells: stretches with one sign throughout, and the whole.

    `loose`: nothing speaks for a row of counts, so that a telephone may be cut anyhow.
    """
    first = 0
    while first < len(signs):
        last = next((i for i in range(first, len(signs)) if signs[i] != signs[first]), len(signs))
        yield from _stretch(groups[first : last + 1], signs[first], serial, loose and last - first == len(signs))
        first = last
    if len(set(signs)) > 1 and not joined:
        yield from _whole(groups, loose and all(set(sign) <= _BETWEEN for sign in signs))


def _is_natural(groups: list[_Group], found: Span) -> bool:
    """Whether a telephone is cut as nearly everybody does."""
    return tuple(len(one.digits) for one in groups if found.start <= one.start < found.end) in _NATURAL


def _stretch(groups: list[_Group], sign: str, serial: bool, loose: bool) -> Iterator[Span]:
    digits = "".join(one.digits for one in groups)
    lengths = tuple(len(one.digits) for one in groups)
    start, end = groups[0].start, groups[-1].end
    if (lengths in _ID_CUTS or (loose and not _is_row(sign, lengths))) and (
        checks.mistyped(digits) or (len(digits) == 15 and checks.is_identity(digits) and not serial)
    ):
        yield Span(ID, start, end)
    elif checks.is_card(digits) or (_is_typed(digits, lengths) and not serial):
        yield Span(CARD, start, end)
    elif kind := _phone(digits, lengths, sign, loose):
        yield Span(kind, start, end)
    elif len(digits) > 20 or (len(digits) > 11 and not serial):
        yield from _windows(groups, sign)


def _whole(groups: list[_Group], loose: bool) -> Iterator[Span]:
    digits = "".join(one.digits for one in groups)
    lengths = tuple(len(one.digits) for one in groups)
    if kind := _phone(digits, lengths, "-", loose):
        yield Span(kind, groups[0].start, groups[-1].end)
    elif loose and checks.is_card(digits):
        yield Span(CARD, groups[0].start, groups[-1].end)


def _is_row(sign: str, lengths: tuple[int, ...]) -> bool:
    """Whether numbers side by side are as likely counts in a row as pieces of one number."""
    return sign.strip(_ROW + "\n|;×*") == "" and not (sign.strip(_BLANK) == "" and len(lengths) > 1)


def _are_sums(digits: str, lengths: tuple[int, ...]) -> bool:
    """Whether two groups are round sums with a sign between them: 150000-30000."""
    return len(lengths) == 2 and digits[: lengths[0]].endswith("000") and digits.endswith("000")


def _phone(digits: str, lengths: tuple[int, ...], sign: str, loose: bool) -> str:
    """The kind of telephone that groups of digits are together, "" for none; `loose`: it may be cut anyhow."""
    for before in ("0086", "086", "86", "0"):
        size = len(before)
        if (
            digits.startswith(before)
            and checks.is_mobile(digits[size:])
            and (loose or lengths[0] in (size, size + 3, size + 11))
            and lengths[0] >= size
        ):
            digits, lengths = digits[size:], lengths[1:] if lengths[0] == size else (lengths[0] - size, *lengths[1:])
    if checks.is_mobile(digits) and not _are_sums(digits, lengths):
        in_row = sign.strip(_ROW) == "" and lengths not in _PLAIN_CUTS | {(11,), (4, 3, 4), (5, 6), (6, 5)}
        if (lengths in _PHONE_CUTS or lengths == (11,)) and not in_row:
            return MOBILE
        if loose and not _is_row(sign, lengths) and not (lengths[0] == 4 and digits[:2] == "19"):  # a year first
            return MOBILE
    if set(sign) & set("×*xX"):  # the size of a thing
        return ""
    for before in ("0086", "86"):
        if digits.startswith(before) and lengths[0] == len(before) and digits[len(before)] != "0":
            digits, lengths = "0" + digits[len(before) :], (lengths[1] + 1, *lengths[2:])
    if lengths[0] in (3, 4) and checks.is_landline(digits) and lengths[1:] in {(7,), (8,), (3, 4), (4, 4), (4, 3)}:
        return LANDLINE
    if lengths[0] in (6, 7, 8) and lengths[1:] == (4,) and checks.is_landline(digits):
        return LANDLINE
    return ""


def _windows(groups: list[_Group], sign: str) -> Iterator[Span]:
    """Plain cuts within a longer row. Between blanks and commas stand counts: there only single digits are believed, or
    a row that is nothing but telephones.
    """
    row = sign.strip(" ,\t、\n|;") == ""
    if row and (only := _only_phones(groups)):
        yield only
    for first in range(len(groups)):
        for size in (2, 3, 4, 5, 11, 16, 17, 18, 19):
            some = groups[first : first + size]
            digits, cut = "".join(one.digits for one in some), tuple(len(one.digits) for one in some)
            if row and set(cut) != {1}:
                continue
            if cut in _PLAIN_CUTS and checks.is_mobile(digits):
                yield Span(MOBILE, some[0].start, some[-1].end)
            elif size > 3 and _card_cut(cut) and checks.is_card(digits):
                yield Span(CARD, some[0].start, some[-1].end)


def _only_phones(groups: list[_Group]) -> Span | None:
    lengths = tuple(len(one.digits) for one in groups)
    for cut in ((3, 4, 4), (3, 8), (7, 4)):
        size = len(cut)
        some = ["".join(one.digits for one in groups[at : at + size]) for at in range(0, len(groups), size)]
        if lengths == cut * (len(groups) // size) and all(map(checks.is_mobile, some)):
            return Span(MOBILE, groups[0].start, groups[-1].end)
    return None


def _card_cut(lengths: tuple[int, ...]) -> bool:
    return (all(length >= 4 for length in lengths[:-1]) and sum(lengths) >= 16) or set(lengths) == {1}


def _is_typed(digits: str, lengths: tuple[int, ...]) -> bool:
    """Whether digits in fours are a card of UnionPay, whatever the check digit."""
    return digits.startswith("62") and 16 <= len(digits) <= 19 and set(lengths[:-1]) <= {4, 6}
