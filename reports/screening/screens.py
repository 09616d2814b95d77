"""Where an auditor should look first: each screening names its method, population, n, figure and lines. None is a verdict."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
from chinese_calendar import is_workday

from ledgers.money import yuan_cn
from ledgers.tables.schema import combined
from ledgers.tables.tables import Tables, derived
from reports.screening import firms, statistics
from reports.screening.population import Population, listed, numbered, ordinals, payments, village_names
from reports.screening.screen import Bar, Screen
from reports.screening.statistics import BENFORD, RARE

RARE_SIDE = 0.003  # chance, for one of several limits, below which more payments under it than above are said
RUSH = 0.20  # share of December in a year's payments from which it is said
SEVERAL_ROLLS = 3
ALIKE = 20  # lines of labour of one amount
# Limits that payments are split below differ by county and year, so the usual ones are all looked at (分).
LIMITS = (50_000_00, 100_000_00, 300_000_00, 500_000_00, 1_000_000_00, 2_000_000_00, 4_000_000_00)


def _percent(share: float) -> str:
    return f"{share:.1%}"


def first_digits(rows: Population) -> Screen:
    counts = statistics.first_digits(rows.amounts)
    n = int(counts.sum())
    about = (
        "first-digits",
        "首位数字",
        "各金额首位数字的分布与本福特定律比较，平均绝对偏差（MAD）按 Nigrini 的界限分档",
    )
    if n < statistics.LEAST_DIGITS:
        return Screen(*about, rows.name, n, f"只有 {n} 笔，不足 {statistics.LEAST_DIGITS} 笔，不作比较", None)
    mad = statistics.deviation(counts)
    notable = statistics.band(mad) == "不吻合" and statistics.unlike(counts, BENFORD)
    bars = tuple(Bar(str(digit + 1), counts[digit] / n, float(BENFORD[digit])) for digit in range(9))
    most = int(np.argmax(counts / n - BENFORD)) + 1
    begin = (
        rows.table["amount"].astype(str).str.startswith(str(most)).to_numpy()
        if notable
        else np.zeros(len(rows.table), bool)
    )
    figure = f"MAD {mad:.4f}（{statistics.band(mad)}；界限 0.006、0.012、0.015），偏多的首位数字是 {most}"
    return Screen(
        *about, rows.name, n, figure, notable, bars, rows.lines(begin), "Nigrini, Benford's Law, 2012"
    )


def last_digits(rows: Population) -> Screen:
    counts = statistics.last_digits(rows.amounts)
    n = int(counts.sum())
    about = (
        "last-digits",
        "末两位数字",
        "一千元以上、不是整百元的金额，元位末两位应当大致均匀；同一尾数反复出现的先看",
    )
    if n < statistics.LEAST_DIGITS:
        return Screen(*about, rows.name, n, f"只有 {n} 笔，不足 {statistics.LEAST_DIGITS} 笔，不作比较", None)
    common = np.argsort(counts, kind="stable")[::-1][:5]
    even = np.full(99, 1 / 99)
    notable = statistics.unlike(counts, even) and statistics.chance(int(counts[common[0]]), n, 1 / 99) < RARE / 99
    bars = tuple(Bar(f"{place + 1:02d}", counts[place] / n, 1 / 99) for place in range(99))
    ending = statistics.is_odd(rows.amounts) & (rows.amounts // 100 % 100 == common[0] + 1) & notable
    figure = "最多的尾数：" + "、".join(f"{place + 1:02d}（{counts[place]} 笔）" for place in common.tolist())
    return Screen(*about, rows.name, n, figure, notable, bars, rows.lines(ending))


def round_sums(rows: Population) -> Screen:
    large = rows.amounts >= 10_000_00
    rounds = statistics.is_round(rows.amounts)
    n, count = int(large.sum()), int(rounds.sum())
    about = ("round-sums", "整数金额", "一万元以上的金额中，除前两位外全是零的占多少；超过一成、且不像偶然的先看")
    if n < 20:
        return Screen(*about, rows.name, n, f"只有 {n} 笔，不作比较", None)
    notable = statistics.chance(count, n, 0.10) < RARE
    return Screen(
        *about, rows.name, n, f"{count} 笔，占 {_percent(count / n)}", notable, (), rows.lines(rounds)
    )


def below_limits(rows: Population, limits: Iterable[int] = LIMITS) -> Screen:
    about = (
        "below-limits",
        "贴近限额",
        "刚好低于常见限额（5% 以内）的笔数，与刚好达到或高于限额的笔数比较；低处明显多的先看",
    )
    found, said, bars = np.zeros(len(rows.table), dtype=bool), [], []
    n = 0
    for limit in limits:
        under, over = statistics.below(rows.amounts, limit)
        count = int(under.sum())
        n += count + over
        bars.append(Bar(f"{limit // 1_000_000} 万元", count, over))
        if count + over >= 8 and statistics.chance(count, count + over, 0.5) < RARE_SIDE:
            found |= under
            said.append(f"{yuan_cn(limit)} 元：低处 {count} 笔，高处 {over} 笔")
    figure = "；".join(said) or "各限额两侧没有明显差别"
    return Screen(*about, rows.name, n, figure, bool(said) if n >= 8 else None, tuple(bars), rows.lines(found))


@cache
def _works(day: date) -> bool | None:
    try:
        return bool(is_workday(day))
    except NotImplementedError:  # a year that the official calendar does not know yet
        return None


def off_days(rows: Population) -> Screen:
    works = [_works(day) for day in rows.table["date"]]
    off = np.array([one is False for one in works], dtype=bool)
    n, unknown = sum(one is not None for one in works), sum(one is None for one in works)
    about = ("off-days", "周末和法定节假日", "按国务院办公厅公布的放假和调休安排，在休息日付款的凭证")
    if not n:
        return Screen(*about, rows.name, 0, "没有可以比较的日期（日历还没有这些年份的安排）", None)
    count = int(off.sum())
    figure = f"{count} 笔，占 {_percent(count / n)}" + (f"；另有 {unknown} 笔所在年份没有放假安排" if unknown else "")
    return Screen(*about, rows.name, n, figure, statistics.chance(count, n, 0.01) < RARE, (), rows.lines(off))


def december(rows: Population) -> Screen:
    days = rows.table["date"]
    about = ("december", "年底突击付款", "各年度付款笔数中十二月所占比重（平均每月 8.3%），和最后一周的金额")
    said, bars, wanted, small = [], [], np.zeros(len(rows.table), dtype=bool), True
    for year in sorted({day.year for day in days}):
        of_year = np.array([day.year == year for day in days])
        last = of_year & np.array([day.month == 12 for day in days])
        n, count = int(of_year.sum()), int(last.sum())
        bars.append(Bar(str(year), count / n, 1 / 12))
        small &= n < 24
        if n >= 24 and count / n >= RUSH and statistics.chance(count, n, 1 / 12) < RARE:
            week = last & np.array([day.day >= 25 for day in days])
            wanted |= week
            late = yuan_cn(int(rows.amounts[week].sum()))
            said.append(f"{year} 年十二月 {count}/{n} 笔（{_percent(count / n)}），25 日以后 {late} 元")
    figure = "；".join(said) or "没有明显集中"
    return Screen(
        *about, rows.name, len(days), figure, None if small else bool(said), tuple(bars), rows.lines(wanted)
    )


def payees(rows: Population) -> Screen:
    sums = rows.table.groupby("payee")["amount"].sum().sort_values(ascending=False, kind="stable")
    about = ("payees", "收款方集中度", "付款按收款方合计的赫芬达尔指数（HHI，0 至 10000），2500 以上为高度集中")
    if len(sums) < 5:
        return Screen(*about, rows.name, len(sums), f"只有 {len(sums)} 个收款方，不作比较", None)
    index = statistics.concentration(sums.tolist())
    total = int(sums.sum())
    bars = tuple(Bar(str(name) or "（未写）", amount / total) for name, amount in sums.head(10).items())
    first = (rows.table["payee"] == sums.index[0]).to_numpy()
    figure = f"HHI {index}，最大的收款方“{sums.index[0]}”占 {_percent(sums.iloc[0] / total)}"
    notable = index > statistics.CONCENTRATED
    return Screen(*about, rows.name, len(sums), figure, notable, bars, rows.lines(first) if notable else ())


def villages(rows: Population, names: dict[str, str]) -> Screen:
    sums = rows.table[rows.table["village"] != ""].groupby("village", observed=True)["amount"].sum()
    heads = rows.table.groupby("village", observed=True)["household"].nunique().reindex(sums.index)
    about = ("villages", "与同类村相差悬殊", "各村户均领取金额（取对数）的修正 z 值，绝对值 4.5 以上的村先看")
    if len(sums) < 8:
        return Screen(*about, rows.name, len(sums), f"只有 {len(sums)} 个村，不作比较", None)
    each = (sums / heads).to_numpy(dtype="float64")
    far = np.abs(statistics.standing_out(each)) > statistics.OUTLYING
    apart = [(id, value) for id, value, out in zip(sums.index, each, far, strict=True) if out]
    said = "、".join(f"{names.get(id, id)}（户均 {yuan_cn(round(value))} 元）" for id, value in apart[:10])
    usual = float(np.median(each)) / 100
    bars = tuple(Bar(names.get(id, id), value / 100, usual) for id, value in zip(sums.index, each, strict=True))
    wanted = rows.table["village"].isin([id for id, _ in apart]).to_numpy()
    figure = f"{len(apart)} 个村：{said}" if apart else "没有相差悬殊的村"
    return Screen(*about, rows.name, len(sums), figure, bool(apart), bars, rows.lines(wanted))


def same_amount(rows: Population) -> Screen:
    labour = rows.table[rows.table["labour"]]
    about = ("same-amount", "同一金额发给多人", "劳务报酬按工日结算，金额本应各不相同；同一清册中同一金额占多数的先看")
    found = []
    for roll, lines in labour.groupby("roll", observed=True) if len(labour) else ():
        amount, count = Counter(lines["amount"].tolist()).most_common(1)[0]
        if roll and count >= ALIKE and count > len(lines) / 2:
            found.append((count, len(lines), amount, lines.index[lines["amount"] == amount]))
    if len(labour) < ALIKE:
        return Screen(*about, rows.name, len(labour), f"只有 {len(labour)} 行，不作比较", None)
    found.sort(key=lambda one: -one[0])
    said = "；".join(f"{yuan_cn(amount)} 元 {count}/{size} 行" for count, size, amount, _ in found[:5])
    wanted = rows.table.index.isin(np.concatenate([lines for *_, lines in found]) if found else [])
    figure = f"{len(found)} 份清册：{said}" if found else "没有"
    return Screen(*about, rows.name, len(labour), figure, bool(found), (), rows.lines(wanted))


def daily_wages(rows: Population) -> Screen:
    table = rows.table
    paid = table["labour"].to_numpy() & (table["days"].fillna(0).to_numpy() > 0)
    about = ("daily-wages", "日工资异常", "劳务报酬每工日金额（取对数）的修正 z 值，绝对值 4.5 以上的先看")
    n = int(paid.sum())
    if n < 30:
        return Screen(*about, rows.name, n, f"只有 {n} 行，不作比较", None)
    daily = table["amount"].to_numpy()[paid] / table["days"].to_numpy()[paid]
    far = np.flatnonzero(paid)[np.abs(statistics.standing_out(daily)) > statistics.OUTLYING]
    figure = f"中位数每工日 {yuan_cn(round(float(np.median(daily))))} 元；{len(far)} 行相差悬殊"
    return Screen(*about, rows.name, n, figure, len(far) > 0, (), rows.lines(far))


def several_rolls(rows: Population) -> Screen:
    table = rows.table
    days = pd.Categorical(table["date"])
    months = pd.factorize(np.array([day.year * 12 + day.month for day in days.categories]))[0].astype("int32")
    who = combined(*(pd.Categorical(table[name]).codes for name in ("household", "person")), months[days.codes])
    on_roll = (table["roll"] != "").to_numpy()
    _, first = np.unique(combined(who, pd.Categorical(table["roll"]).codes)[on_roll], return_index=True)
    people, rolls = np.unique(who[on_roll][first], return_counts=True)
    many = people[rolls >= SEVERAL_ROLLS]
    about = ("several-rolls", "一月之内出现在多份清册", f"同一人同一月在 {SEVERAL_ROLLS} 份以上清册领款")
    wanted = np.isin(who, many) & on_roll
    return Screen(*about, rows.name, len(people), f"{len(many)} 人次", len(many) > 0, (), rows.lines(wanted))


def out_of_step(rows: Population) -> Screen:
    about = (
        "out-of-step",
        "凭证号与日期不协调",
        "凭证日期与前后各三张凭证的日期（中位数）都相差 30 天以上，而前后彼此接近",
    )
    far = statistics.out_of_step(ordinals(rows.table["date"]))
    return Screen(*about, rows.name, len(rows.table), f"{len(far)} 张", len(far) > 0, (), rows.lines(far))


@derived
def screens(tables: Tables) -> tuple[Screen, ...]:
    """All screenings of a book as of its day."""
    return (*_of_payments(tables), *_of_people(tables), out_of_step(numbered(tables)))


def _of_payments(tables: Tables) -> tuple[Screen, ...]:
    paid = payments(tables)
    several: tuple[Callable[[Population], Screen], ...] = (
        first_digits, last_digits, round_sums, below_limits, off_days, december, payees,
    )  # fmt: skip
    return (*(one(paid) for one in several), firms.one_firm(tables, paid), firms.related_firms(tables, paid))


def _of_people(tables: Tables) -> tuple[Screen, ...]:
    people = listed(tables)
    several: tuple[Callable[[Population], Screen], ...] = (same_amount, daily_wages, several_rolls)
    return (villages(people, village_names(tables)), *(one(people) for one in several))
