"""What rules share when they judge: holding a measure against its threshold, and the words of a verdict."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Unpack

from ledgers.money import ceil_fen, percent, yuan_cn
from ledgers.policy import Applied, Parameter
from ledgers.tables.tables import Tables
from plugins.findings import FAIL, NA, PASS, PENDING, SHARE, UNDETERMINED, Finding, Measured, More, Subject, Threshold

OP_NAMES = {">=": "不低于", ">": "高于", "<=": "不高于"}


def meets(value: Fraction | int, op: str, threshold: Fraction | int) -> bool:
    """Exactly at a `>=` or `<=` threshold passes; at a `>` it does not."""
    return {">=": value >= threshold, ">": value > threshold, "<=": value <= threshold}[op]


def shortfall(value: Fraction | int, op: str, required: Fraction | int) -> int:
    """The smallest amount in 分 that makes the measure meet the requirement (for `<=` the excess); 0 where it does."""
    if meets(value, op, required):
        return 0
    gap = Fraction(required) - Fraction(value)
    if op == "<=":
        return ceil_fen(-gap)
    return ceil_fen(gap) if op == ">=" else gap.numerator // gap.denominator + 1


def na(subject: Subject, reason: str, **more: Unpack[More]) -> Finding:
    """A finding that the rule does not apply to the subject, and why."""
    return Finding(subject, NA, f"不适用：{reason}", **more)


def undetermined(subject: Subject, reason: str, threshold: Threshold | None = None, **more: Unpack[More]) -> Finding:
    """A finding that nobody can tell from the book, and why; with the mark where at least that is known."""
    return Finding(subject, UNDETERMINED, f"无法判定：{reason}", threshold=threshold, **more)


def absent(
    tables: Tables,
    subject: Subject,
    name: str,
    day: date,
    defaults: tuple[Parameter, ...] = (),
    scope: dict[str, str] | None = None,
    **more: Unpack[More],
) -> Finding:
    """The finding of a subject for which no parameter is in force on a day: na where the law says so, else undetermined."""
    silence = tables.policy.silence(name, day, defaults, **(scope or {}))
    return na(subject, silence, **more) if silence else undetermined(subject, no_parameter(tables, name, day), **more)


LIMITS = {">=": "应不少于", ">": "应多于", "<=": "应不超过"}


def count(
    subject: Subject,
    number: int,
    parameter: Applied,
    message: str,
    *,
    unit: str = "day",
    of: int = 1,
    still_open: bool = False,
    done: bool = True,
    due: date | None = None,
    **more: Unpack[More],
) -> Finding:
    """Judge a count (days, persons …), or its share of another, against a parameter.

    A miss that may still be mended (`still_open`) is pending, as is what is within its limit and not `done` yet.
    """
    measured = Measured(number, of, unit)
    good = meets(measured.ratio or 0, parameter.op, parameter.value)
    return Finding(
        subject,
        (PASS if done else PENDING) if good else PENDING if still_open else FAIL,
        message,
        measured=measured,
        threshold=Threshold(parameter.op, parameter.value, (parameter,)),
        due=due,
        **more,
    )


def limit(parameter: Applied, unit: str = "天") -> str:
    """What a count is asked to be, as a message says it: 应不少于 7 天."""
    return f"{LIMITS[parameter.op]} {plain_number(parameter.value)} {unit}"


def no_parameter(tables: Tables, name: str, day: date) -> str:
    """Why a parameter is not known on a day."""
    places = sorted(f"{one.file}:{one.line}" for one in tables.policy.contested(name, day))
    if places:
        return f"参数 {name} 同名、同范围、同一天有不同的值：{' 和 '.join(places)}"
    return f"{day} 没有有效的参数 {name}"


def end_of(year: int, as_of: date) -> date:
    """The day that selects a yearly rule's parameter: 31 December, or the as-of date when earlier."""
    return min(date(year, 12, 31), as_of)


@dataclass(frozen=True)
class Ratio:
    """A money ratio to be judged: amounts in 分, the threshold as what the numerator must reach."""

    numerator: int
    denominator: int | Fraction  # a fraction of a 分 where the amount due is none
    required: Fraction
    op: str
    parameters: tuple[Applied, ...]

    @property
    def measured(self) -> Measured:
        """The ratio as a finding shows it."""
        return Measured(self.numerator, self.denominator)

    @property
    def threshold(self) -> Threshold:
        """The mark as a finding shows it: as a ratio, and in 分 (for a cap rounded down, else up)."""
        amount = self.required.numerator // self.required.denominator if self.op == "<=" else ceil_fen(self.required)
        return Threshold(self.op, self.required / self.denominator, self.parameters, amount)


def compared(value: Fraction, op: str, target: Fraction) -> tuple[str, str]:
    """A share and what it is held against as percentages, cut so that a miss never looks met, nor what is met missed."""
    most = op == "<="
    return percent(value, most), percent(target, meets(value, op, target) == most)


def judge_ratio(
    subject: Subject,
    ratio: Ratio,
    *,
    open_until: str,
    what: tuple[str, str],
    due: date | None = None,
    **more: Unpack[More],
) -> Finding:
    """Judge a money ratio; `open_until` says until when a miss can still become a pass ("" when it cannot).

    `what` names numerator and denominator for the message.
    """
    missing = shortfall(ratio.numerator, ratio.op, ratio.required)
    status = PASS if not missing else PENDING if open_until and ratio.op != "<=" else FAIL
    value = Fraction(ratio.numerator) / ratio.denominator
    shown, asked = compared(value, ratio.op, ratio.threshold.value or Fraction(0))
    message = (
        f"{what[0]} {yuan_cn(ratio.numerator)} 元 ÷ {what[1]} {yuan_cn(ceil_fen(Fraction(ratio.denominator)))} 元"
        f" = {shown}，应{OP_NAMES[ratio.op]} {asked}"
    )
    if missing:
        message += f"，{'超出' if ratio.op == '<=' else '还差'} {yuan_cn(missing)} 元"
        message += f"（{open_until}前仍可补足）" if status == PENDING else ""
    return Finding(
        subject,
        status,
        message,
        measured=ratio.measured,
        threshold=ratio.threshold,
        shortfall=missing,
        due=due,
        **more,
    )


def tilt(
    tables: Tables,
    subject: Subject,
    favoured: tuple[int, int],
    households: tuple[int, int | None],
    parameter: Applied | None,
    name: str,
    day: date,
    unread: str = "",
    who: str = "优先户",
    listed: int = 0,
    **more: Unpack[More],
) -> Finding:
    """Judge a tilt: the favoured share of money ÷ the favoured share of households, from exact fractions.

    `favoured` is (money to the favoured, all money) in 分; `households` is (favoured, all, None where not registered);
    `unread` says why the money cannot be told, `who` what the favoured are called, `listed` how many of `all` the
    roster knows.
    """
    if not favoured[1] and not unread:
        return na(subject, "没有分配", **more)
    if not households[0]:
        return na(subject, f"没有{who}，无从比较倾斜", **more)
    bar = Threshold(parameter.op, parameter.value, (parameter,)) if parameter is not None else None
    if households[1] is None:
        return undetermined(subject, "没有登记总户数", threshold=bar, **more)
    if max(listed, households[0]) > households[1]:
        reason = f"登记 {households[1]} 户，农户名册中有 {max(listed, households[0])} 户"
        return undetermined(subject, reason, threshold=bar, **more)
    if households[0] == households[1]:
        return na(subject, f"全部是{who}，无从比较倾斜", **more)
    if unread:
        return undetermined(subject, unread, threshold=bar, **more)
    if parameter is None:
        return undetermined(subject, no_parameter(tables, name, day), **more)
    money, people = Fraction(*favoured), Fraction(*households)
    value = money / people
    op, target = parameter.op, parameter.value
    status = PASS if meets(value, op, target) else FAIL
    message = (
        f"{who}分得 {yuan_cn(favoured[0])} 元，占 {percent(money)}；户数占 {percent(people)}"
        f"（{households[0]}/{households[1]} 户）；倾斜度 {plain_number(value)}，应{OP_NAMES[op]} {plain_number(target)}"
    )
    return Finding(
        subject,
        status,
        message,
        measured=Measured(money, people, SHARE, value),
        threshold=bar,
        **more,
    )


def plain_number(value: Fraction) -> str:
    """A plain number for a message, cut after four places so that a miss never reads like a hit."""
    cut = value.numerator * 10**4 // value.denominator
    return f"{cut // 10**4}.{cut % 10**4:04d}".rstrip("0").rstrip(".")


def distinct(parameters: Iterable[Applied]) -> tuple[Applied, ...]:
    """Parameters, each with the days that selected it, in the order of their first use."""
    return tuple(dict.fromkeys(parameters))


def year_subject(year: int) -> Subject:
    """A calendar year as what is judged."""
    return Subject("year", str(year), f"{year}年度")


def not_falling(
    tables: Tables, years: dict[int, tuple[int, int]], unit: str, what: str, evidence: dict[int, list[int]]
) -> Iterator[Finding]:
    """Judge a yearly share that must not fall below the preceding year's, both as of the same date.

    `years` maps a year to (numerator, denominator). Subject and numbers are the later year's; a year that is not over
    can still rise: pending.
    """
    for year, (numerator, denominator) in sorted(years.items()):
        before = years.get(year - 1)
        if not denominator or before is None or not before[1]:
            reason = "本年没有可比的基数" if not denominator else "上一年没有可比的数字"
            yield na(year_subject(year), reason, evidence=tuple(evidence.get(year, ())), act=end_of(year, tables.as_of))
            continue
        now, then = Fraction(numerator, denominator), Fraction(*before)
        this, last = compared(now, ">=", then)
        status = PASS if now >= then else PENDING if tables.as_of < date(year, 12, 31) else FAIL
        yield Finding(
            year_subject(year),
            status,
            f"{what} {this}，上一年 {last}，{'没有下降' if now >= then else '低于上一年'}",
            measured=Measured(numerator, denominator, unit),
            threshold=Threshold(">=", then),
            act=end_of(year, tables.as_of),
            due=date(year, 12, 31),
            evidence=(*evidence.get(year, ()), *evidence.get(year - 1, ())),
        )
