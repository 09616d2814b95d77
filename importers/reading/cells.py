"""What one cell says: text, codes, amounts, dates, days, terms; or what was expected and what was found instead."""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from stdnum.cn import uscc as uscc_number

from ledgers.money import FEN_MAX
from ledgers.people import IdentityError, identity_number

EXACT = 10**15  # Excel keeps fifteen digits; what is longer was rounded when it was stored as a number
EARLIEST, LATEST = 1949, 2199  # years that a date may be in
LARGEST = 10**10  # households, shares, hectares: more is a mistake
MOST_DAYS = 10_000
MOST_MONTHS = 600
NOTHING = {"", "-", "--", "—", "——", "/", "\\", "无", "*", "－"}
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+")
_AMOUNT = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)?(\.\d*)?(万|亿)?元?整?")
_A_DAY = re.compile(r"/?(?:每?[天日]|工日|人)\Z")
_CAPITAL_DIGITS, _CAPITAL_UNITS = "零壹贰叁肆伍陆柒捌玖", {"拾": 10, "佰": 100, "仟": 1000}
_IN_CAPITALS = re.compile(
    rf"(?<![{_CAPITAL_DIGITS}])([{_CAPITAL_DIGITS}拾][{_CAPITAL_DIGITS}拾佰仟万亿]*)[元圆]"
    rf"(?:零?([{_CAPITAL_DIGITS}])角)?(?:零?([{_CAPITAL_DIGITS}])分)?"
)
_MONTH_DAY = re.compile(r"(?:每年的?)?(\d{1,2})[月/-](\d{1,2})[日号]?(?:之?前|以前)?")
_MONTHS = re.compile(r"(\d+)(个?月|年)?")
ENDED = {"终止", "废止", "停止执行", "不再执行"}
_SPACES = re.compile(r"\s+")
# What nobody sees: control characters, joiners, soft hyphens, marks of direction (copied from chats and web pages).
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]"
)
# A time of day behind a date: set off by a space, a T, or the 日 before it; else day and hour could run together.
_TIME = re.compile(
    r"(?:\s+|(?<=[日号])|(?<=\d)T(?=\d))(?:周[一二三四五六日天]|\(?星期[一二三四五六日天]\)?)?\s*(?:[上下]午|[AaPp][Mm])?\s*"
    r"(?:\d{6}|\d{1,2}[:时点]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?)?[分秒]?)\s*(?:[AaPp][Mm])?(?:Z|[+-]\d\d:?\d\d)?\Z"
)
_DATE = re.compile(r"(\d{4})([-./,、—–\\])(\d{1,2})(?:\2(\d{1,2}))?")
_CHARACTERS = re.compile(r"(\d{4})年(\d{1,2})月(?:(\d{1,2})[日号]?)?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(0[1-9]|1[0-2])(?:(0[1-9]|[12]\d|3[01])(?:[01]\d[0-5]\d[0-5]\d|2[0-3][0-5]\d[0-5]\d)?)?")
_SPAN = re.compile(r"至|到|~|—+|–|-(?=\d{4})|-(?=\d{1,2}[月日])|(?<=[月日])-")
_QUARTER = re.compile(r"(?:(\d{4})年)?第?([一二三四1-4])季度")
_WHOLE_YEAR = re.compile(r"(\d{4})年?(?:度|全年)?")
_END = re.compile(r"(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})(?:月|\Z))?(?:(?P<day>\d{1,2})[日号])?")
_CHINESE = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_CHINESE_DATE = re.compile(
    r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月(?:([一二三四五六七八九十]{1,3})日)?"
)
_DOCUMENT = re.compile(r"[\[(【〔〈<{]((?:19|20)\d\d)[\])】〕〉>}]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
TICKS = {"√", "✓", "☑", "✔", "●"}  # where a column has nothing else, an empty cell says no
_YES = {"是", "已", "已消除", "消除", "y", "yes", "true", "1", "有", "对"} | TICKS
_NO = {"否", "未", "未消除", "×", "n", "no", "false", "0", "无", "不是", "x", "非", "☐"}


class Wrong(Exception):  # noqa: N818
    """A cell that cannot be what its column promises: what was expected, what was found (never a personal number)."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"应为{expected}，实为{found}")


class Month(date):
    """A day that stands for its month: the sheet names no day."""


@dataclass(frozen=True, repr=False)
class Period:
    """First and last day of what a list pays for."""

    start: date
    end: date

    def __repr__(self) -> str:
        return f"{self.start.toordinal()}-{self.end.toordinal()}"  # of every row of a list, for its digest: short and quick

    def __str__(self) -> str:
        if self.start.day == 1 and (self.end + timedelta(1)).day == 1:
            first, last = f"{self.start:%Y-%m}", f"{self.end:%Y-%m}"
            return first if first == last else f"{first}至{last}"
        return f"{self.start}至{self.end}"


def squeezed(value: object) -> str:
    """Text as it is compared: full-width forms folded, no spaces."""
    return _SPACES.sub("", _CONTROL.sub("", unicodedata.normalize("NFKC", str(value))))


def plain(cell: Any) -> str:
    """Text as it is kept: one line, no control characters, a whole number without its .0."""
    if isinstance(cell, str):
        if cell.isalnum():
            return cell
        return _SPACES.sub(" ", _CONTROL.sub("", cell.replace("\n", " ").replace("\t", " "))).strip()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell)


def shown(cell: Any) -> str:
    """The cell as a message quotes it."""
    text = plain(cell)
    return f"“{text[:30]}…”" if len(text) > 30 else f"“{text}”"


def text(cell: Any) -> str:
    return plain(cell)


def name(cell: Any) -> str:
    """A person's or an office's name: no spaces, full-width letters folded."""
    if isinstance(cell, str) and cell.isalnum() and unicodedata.is_normalized("NFKC", cell):
        return cell
    return squeezed(cell) if isinstance(cell, str) else plain(cell)


def code(cell: Any) -> str:
    """An id or code, kept as text. What Excel has rounded is refused, for no one can tell what it was."""
    if isinstance(cell, str) and cell.isascii() and cell.isalnum():
        return cell
    if isinstance(cell, float) and (abs(cell) >= EXACT or not cell.is_integer()):
        raise Wrong("以文本保存的编号", "被 Excel 改写过的数字（位数已丢失），请从原系统重新导出，该列设为文本")
    result = squeezed(plain(cell)).lstrip("'‘’`")
    if _SCIENTIFIC.fullmatch(result):
        raise Wrong("以文本保存的编号", "科学计数法的数字（位数已丢失），请从原系统重新导出，该列设为文本")
    return result


def document(cell: Any) -> str:
    """A document's number, its brackets and spaces made alike: 渝财农〔2022〕9号."""
    return _DOCUMENT.sub(r"〔\1〕", squeezed(plain(cell)))


def identity(cell: Any) -> str:
    """An 18-digit ID number, however it was typed; never quoted in a message."""
    number = cell if isinstance(cell, str) and cell.isascii() else squeezed(cell) if isinstance(cell, str) else code(cell)
    try:
        return identity_number(number)
    except IdentityError as error:
        if _SCIENTIFIC.fullmatch(squeezed(number)):
            code(number)
        raise Wrong(" 18 位身份证号", f" {error}" if str(error)[0].isdigit() else str(error)) from None


def uscc(cell: Any) -> str:
    """A 统一社会信用代码 of a firm, with the right check digit."""
    written = code(cell)
    try:
        return str(uscc_number.validate(squeezed(written)))
    except ValueError:
        raise Wrong("18 位、校验位相符的统一社会信用代码", shown(cell)) from None


def secret(cell: Any) -> None:
    """An account or phone: looked at only for rounding, then dropped."""
    code(cell)


def account(cell: Any) -> str:
    """A payee's account, its digits alone: only its keyed token is kept."""
    found = code(cell)
    return found if found.isalnum() else re.sub(r"[-.]", "", found)


def amount(cell: Any, unit: int = 1) -> int:
    """An amount in 分; `unit` is yuan per unit of the sheet (10000 for 万元). Text, separators and signs as people type."""
    number = _number(cell)
    if number is None:
        raise Wrong("金额", shown(cell))
    factor, value = number
    scaled = value * (factor or unit) * 100
    if scaled != scaled.to_integral_value():
        raise Wrong("最多两位小数的金额（以元计）", shown(cell))
    if abs(scaled) > FEN_MAX:
        raise Wrong("合理的金额", shown(cell))
    return int(scaled)


def _number(cell: Any) -> tuple[int, Decimal] | None:
    """(factor that the cell itself names, number); Excel's own fifteen digits decide what a float is."""
    if isinstance(cell, bool | date):
        return None
    if isinstance(cell, int | float):
        return (0, Decimal(f"{cell:.15g}")) if math.isfinite(cell) else None
    written = (
        squeezed(cell).replace("¥", "").replace("￥", "").replace("圆", "元").replace("−", "-").replace("人民币", "")
    )
    negative = written.startswith("(") and written.endswith(")")
    match = _AMOUNT.fullmatch(written.strip("()") if negative else written)
    if not match or not (match.group(2) or (match.group(3) or ".") != "."):
        return None
    digits = (match.group(2) or "0").replace(",", "") + (match.group(3) or "").rstrip(".")
    value = Decimal(digits)
    return {"万": 10_000, "亿": 100_000_000}.get(match.group(4), 0), -value if negative or match.group(
        1
    ) == "-" else value


def wage(cell: Any, unit: int = 1) -> int:
    """A wage a day, in 分: 150, 150元, 150元/天."""
    return amount(_A_DAY.sub("", squeezed(cell)) if isinstance(cell, str) else cell, unit)


def capitals(written: str) -> int | None:
    """The first amount in capital numerals (壹仟伍佰元整) of a text as it is compared, in 分; None where none stands."""
    match = _IN_CAPITALS.search(written)
    if not match:
        return None
    whole, jiao, fen = match.groups(default="")
    return _whole(whole) * 100 + 10 * _CAPITAL_DIGITS.index(jiao or "零") + _CAPITAL_DIGITS.index(fen or "零")


def _whole(written: str) -> int:
    """壹万贰仟零伍 -> 12005."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        above, found, below = written.rpartition(unit)
        if found:
            return _whole(above) * size + _whole(below)
    total, digit = 0, 0
    for character in written:
        if character in _CAPITAL_UNITS:
            total, digit = total + (digit or 1) * _CAPITAL_UNITS[character], 0
        else:
            digit = _CAPITAL_DIGITS.index(character)
    return total + digit


def number(cell: Any) -> Decimal:
    parsed = _number(cell)
    if parsed is None or parsed[0] or abs(parsed[1]) >= LARGEST or parsed[1] * 10**6 % 1:
        raise Wrong("合理的数字（最多六位小数）", shown(cell))
    return parsed[1]


def parameter(cell: Any) -> Decimal | str:
    """The value of a parameter of policy, a share also as 10%; 终止 ends it."""
    written = squeezed(plain(cell))
    if written in ENDED:
        return "终止"
    if written.endswith("%"):
        return (number(written.removesuffix("%")) / 100).normalize()
    return number(cell)


def months(cell: Any) -> Decimal:
    """A length of time in whole months: 24, 24个月, 2年, 一年."""
    match = _MONTHS.fullmatch(squeezed(plain(cell)).translate(_CHINESE))
    if not match or not 0 < int(match.group(1)) <= MOST_MONTHS:
        raise Wrong("月数（如 24、24个月、2年）", shown(cell))
    return Decimal(match.group(1)) * (12 if match.group(2) == "年" else 1)


def month_day(cell: Any) -> str:
    """A day of every year as the book writes it: 12-31, 12月31日, 每年12月31日前."""
    match = _MONTH_DAY.fullmatch(squeezed(plain(cell)))
    try:
        found = date(2000, int(match.group(1)), int(match.group(2))) if match else None  # a leap year
    except ValueError:
        found = None
    if found is None:
        raise Wrong("每年的哪一天（如 12-31、12月31日）", shown(cell))
    return f"{found:%m-%d}"


def count(cell: Any) -> int:
    """A whole number that is not negative, with or without its counter (120户)."""
    written = squeezed(cell).rstrip("户人个股") if isinstance(cell, str) else cell
    parsed = _number(written)
    if parsed is None or parsed[0] or not 0 <= parsed[1] < LARGEST or parsed[1] != int(parsed[1]):
        raise Wrong("不小于零的整数", shown(cell))
    return int(parsed[1])


def days(cell: Any) -> Decimal:
    """Days of work: whole or half."""
    parsed = _number(squeezed(cell).rstrip("天日工个") if isinstance(cell, str) else cell)
    if parsed is None or parsed[0] or not 0 <= parsed[1] < MOST_DAYS or parsed[1] * 2 != int(parsed[1] * 2):
        raise Wrong("整天或半天的天数", shown(cell))
    return parsed[1]


def rate(cell: Any) -> Decimal:
    """A rate as a ratio: 5%, 5 or 0.05 are all five in a hundred."""
    written = squeezed(cell) if isinstance(cell, str) else cell
    percent = isinstance(written, str) and written.endswith("%")
    value = number(str(written).rstrip("%") if percent else written)
    value = value / 100 if percent or value >= 1 else value
    if not 0 <= value <= 1:
        raise Wrong("0 到 100% 的比率", shown(cell))
    return value.normalize()


def flag(cell: Any) -> bool:
    if isinstance(cell, bool):
        return cell
    written = squeezed(plain(cell)).lower()
    if written in _YES or written in _NO:
        return written in _YES
    raise Wrong("“是”或“否”", shown(cell))


def year(cell: Any) -> int:
    found = _YEAR.findall(squeezed(plain(cell)))
    if len(found) != 1:
        raise Wrong("年份（如 2022）", shown(cell))
    return int(found[0])


def years(cell: Any) -> tuple[int, int]:
    """First and last year of a span: 2023-2027."""
    found = [int(year) for year in _YEAR.findall(squeezed(plain(cell)))]
    if not 1 <= len(found) <= 2 or found[0] > found[-1]:
        raise Wrong("起止年（如 2023-2027）", shown(cell))
    return found[0], found[-1]


def day(cell: Any, date1904: bool = False) -> date:
    """A date in any of the ways it is written; a Month where no day is named."""
    found = cell.date() if isinstance(cell, datetime) else cell if isinstance(cell, date) else None
    if found is None:
        found = _written_day(_without_time(cell)) if isinstance(cell, str) else _serial(cell, date1904)
    if found is None or not EARLIEST <= found.year <= LATEST:
        raise Wrong("日期（如 2022-05-20）", shown(cell))
    return found


def _without_time(cell: str) -> str:
    """A date without the time of day behind it, squeezed."""
    return squeezed(_TIME.sub("", unicodedata.normalize("NFKC", cell).strip()))


@lru_cache(maxsize=10_000)
def _written_day(written: str) -> date | None:
    if match := _CHINESE_DATE.fullmatch(written):
        year, month, day = match.groups()
        return _make(year.translate(_CHINESE), _chinese_number(month) or "", _chinese_number(day))
    if match := _DATE.fullmatch(written):
        return _make(match.group(1), match.group(3), match.group(4))
    if match := _CHARACTERS.fullmatch(written) or _COMPACT.fullmatch(written):
        return _make(*match.groups())
    return _serial(float(written), False) if re.fullmatch(r"\d{5}(\.\d+)?", written) else None


def _make(year: str, month: str, day: str | None) -> date | None:
    try:
        found = date(int(year), int(month), int(day)) if day else Month(int(year), int(month), 1)
    except ValueError:
        return None
    return found if EARLIEST <= found.year <= LATEST else None


def _chinese_number(written: str | None) -> str | None:
    """二十一 -> 21."""
    if not written:
        return None
    tens, ten, units = written.rpartition("十")
    if not ten:
        return units.translate(_CHINESE)
    return str(int((tens or "1").translate(_CHINESE)) * 10 + int((units or "0").translate(_CHINESE)))


def _serial(cell: Any, date1904: bool) -> date | None:
    """An Excel day number between 1954 and 2118; 20220520 as a number is a date that someone typed."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    if 20_000 <= cell < 80_000:
        return date(1904, 1, 1) + timedelta(int(cell)) if date1904 else date(1899, 12, 30) + timedelta(int(cell))
    compact = 190_000 < cell < 21_000_000 or 19 * 10**12 < cell < 21 * 10**12  # 202205, 20220520, 20220520103000
    return _written_day(str(int(cell))) if float(cell).is_integer() and compact else None


def period(cell: Any, title_year: int | None = None) -> Period:
    """What a list pays for: 2022年8月, 2022-08, 2022.8.1-2022.8.31, 2022年1-3月, 8月 (in the title's year)."""
    if isinstance(cell, float | int) and not isinstance(cell, bool) and EARLIEST <= cell <= LATEST:
        return _months(int(cell), 1, 12, cell)
    if isinstance(cell, datetime | date | float | int) and not isinstance(cell, bool):
        found = day(cell)
        return Period(date(found.year, found.month, 1), _month_end(found))
    written = _without_time(plain(cell)).replace("份", "")
    if whole := _written_day(written):
        first = date(whole.year, whole.month, whole.day)
        return Period(first, _month_end(whole) if isinstance(whole, Month) else first)
    if match := _QUARTER.fullmatch(written):
        return _months(
            int(match.group(1) or title_year or 0), 3 * "一二三四1234".index(match.group(2)) % 12 + 1, 3, cell
        )
    if match := _WHOLE_YEAR.fullmatch(written):
        return _months(int(match.group(1)), 1, 12, cell)
    parts = [part for part in _SPAN.split(written) if part]
    bounds: list[date] = []
    for part in parts:
        if len(parts) > 2 or (bound := _bound(part, bounds[0] if bounds else None, title_year)) is None:
            raise Wrong("发放月份或期间（如 2022年8月）", shown(cell))
        bounds.append(bound)
    last = _month_end(bounds[-1]) if bounds and isinstance(bounds[-1], Month) else bounds[-1] if bounds else date.min
    if not bounds or bounds[0] > last:
        raise Wrong("发放月份或期间（如 2022年8月）", shown(cell))
    return Period(date(bounds[0].year, bounds[0].month, bounds[0].day), last)


def _months(year: int, month: int, length: int, cell: Any) -> Period:
    if not year:
        raise Wrong("带年份的期间（如 2022年第三季度）", shown(cell))
    return Period(date(year, month, 1), _month_end(date(year, month + length - 1, 1)))


def _bound(part: str, first: date | None, title_year: int | None) -> date | None:
    """One end of a period; the year and month that it leaves out are the first end's, or the year the title's."""
    match = _END.fullmatch(part)
    if found := _written_day(part):
        return found
    year = first.year if first else title_year
    if not match or not (match.group("year") or year):
        return None
    day = match.group("day")
    month = match.group("month") or (str(first.month) if first and day else None)
    return _make(match.group("year") or str(year), month, day) if month else None


def _month_end(day: date) -> date:
    following = (day.replace(day=1) + timedelta(32)).replace(day=1)
    end = following - timedelta(1)
    return date(end.year, end.month, end.day)


Parser = Callable[[Any], Any]
PARSERS: dict[str, Parser] = {
    "text": text,
    "name": name,
    "code": code,
    "document": document,
    "identity": identity,
    "uscc": uscc,
    "secret": secret,
    "account": account,
    "amount": amount,
    "number": number,
    "parameter": parameter,
    "months": months,
    "month_day": month_day,
    "count": count,
    "days": days,
    "rate": rate,
    "flag": flag,
    "year": year,
    "years": years,
    "date": day,
    "deadline": day,  # may lie ahead
    "period": period,
}
