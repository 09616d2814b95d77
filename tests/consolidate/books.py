"""Small counties' books for the tests, and large ones for the benchmarks: money in vouchers, people in rolls."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import ledgers
from ledgers.files.writing import identity_names
from ledgers.people import Identities, Person
from ledgers.tables.rolls import digest

FIRM = "联县茶业有限公司"
POST = "公益岗位"
PAY_HEADER = "roll,household,person,amount,days,result,note"
HOUSEHOLDS = "household,date,state,village,people,monitor,reported,notice_from,notice_to,helper_assigned,plan_made"
YEARS = (2021, 2022, 2023)


@dataclass
class County:
    """What a book is to hold. `paid` and `worked` name the payees of a month: (household number, amount or days)."""

    name: str
    households: int = 20
    payments: int = 240
    per_voucher: int = 20
    doc: str = "市财农〔2022〕1号"
    sent: int = 3_000_000_00  # 分, the fund of 2022
    industry: str = "0.62"
    firm: str = "本县茶业有限公司"
    seed: int = 1
    people: dict[int, str] = field(default_factory=dict)  # household number -> ID number of its first member
    days: dict[int, str] = field(default_factory=dict)  # household number -> days worked in March 2022


def household(number: int) -> str:
    return f"H{number // 1000 + 1:03d}001-{number % 1000:03d}"


def write_county(folder: Path, county: County, key: bytes = b"k" * 32) -> Path:
    """Write the book, and the identities of its people beside it; the same county gives the same bytes."""
    months: dict[tuple[int, int], list[str]] = defaultdict(list)
    rolls: dict[tuple[int, int], list[str]] = defaultdict(list)
    number: dict[int, int] = defaultdict(int)
    rng = random.Random(county.seed)
    for year in YEARS:
        _fund_year(county, year, months, number)
    dates = sorted(_payment_days(county, rng))
    for index, day in enumerate(dates):
        _pay(county, index, day, months, rolls, number)
    if county.days:
        _wages(county, months, rolls, number)
    _write(folder / "main.beancount", _main(county))
    _write(
        folder / "policy.beancount", "".join(f'include "policy/{p.name}"\n' for p in ledgers.policy_files("national"))
    )
    for path in ledgers.policy_files("national"):
        _write(folder / "policy" / path.name, path.read_text("utf-8"))
    _write(folder / "registry" / "registry.beancount", _registry(county))
    rows = [f"{household(n)},2021-01-01,脱贫户,V001001,3,,,,,," for n in range(county.households)]
    rows.append(f"{household(county.households - 1)},2022-05-01,监测户,V001001,3,突发严重困难户,2022-04-01,,,,")
    _write(folder / "registry" / "households.csv", "\n".join([HOUSEHOLDS, *rows]) + "\n")
    for (year, month), texts in months.items():
        _write(folder / f"{year}" / f"{month:02d}.beancount", "\n".join(texts))
    for (year, month), lines in rolls.items():
        _write(folder / "rolls" / f"{year}" / f"{month:02d}.csv", "\n".join([PAY_HEADER, *lines]) + "\n")
    _identities(folder, county, key)
    return folder


def _identities(folder: Path, county: County, key: bytes) -> None:
    store = Identities(key)
    for number, id_number in county.people.items():
        store.people[store.token(id_number)] = Person(household(number), 1, f"测试人{number}")
    for name, content in store.files(folder).items():
        if content is not None and (county.people or name not in identity_names(folder)):
            (folder / name).write_bytes(content)


def _main(county: County) -> str:
    includes = "".join(
        f'include "{name}"\n' for name in ("policy.beancount", "registry/*.beancount", "20*/*.beancount")
    )
    return f'option "title" "{county.name}衔接资金与资产台账"\noption "operating_currency" "CNY"\nplugin "plugins.all"\n{includes}'


def _registry(county: County) -> str:
    text = """\
2021-01-01 custom "village" "V001001"
  town: "示例镇"
  name: "示例村"
  kind: "脱贫村"
  weak-collective: TRUE
  priority-area: TRUE
  households: 400
2021-01-01 custom "benefit" "公益岗位"
  states: "脱贫户,监测户"
  per: "人·月"
"""
    for year in YEARS:
        text += f"""\
{year}-01-05 custom "fund" "F{year}-01" {_sent(county, year) // 100}.{_sent(county, year) % 100:02d} CNY
  name: "{year}年中央财政衔接推进乡村振兴补助资金"
  level: "中央"
  task: "以工代赈"
  year: {year}
  doc-no: "{_doc(county, year)}"
"""
        for kind, category in (("1", "产业发展"), ("2", "乡村建设行动")):
            text += f"""\
{year - 1}-11-20 custom "project" "P{year}-{kind}" "入库"
  name: "{year}年{category}项目"
  category: "{category}"
  mode: "以工代赈"
  village: "V001001"
  unit: "县农业农村委"
  planned: 1000000.00 CNY
  operator: "{county.firm}"
  goal: "增收"
{year}-01-10 custom "project" "P{year}-{kind}" "年度计划"
"""
        text += f"""\
2018-01-01 open Assets:9001指标:F{year}-01:0待分配
2018-01-01 open Assets:9001指标:F{year}-01:1已分配
"""
    return (
        text
        + f"""\
2022-12-01 custom "equity" "GQ2022-0001" "量化"
  project: "P2022-1"
  operator: "{county.firm}"
  operator-kind: "农业企业"
  subsidy: 600000.00 CNY
  quantified: 300000.00 CNY
2018-01-01 open Assets:9104股权:V001001示例村
2018-01-01 open Equity:9302股权量化
2018-01-01 open Income:4001财政拨款收入:1中央
2018-01-01 open Expenses:2130505生产发展:31204费用补贴
2018-01-01 open Expenses:2130504农村基础设施建设:30226劳务费
"""
    )


def _sent(county: County, year: int) -> int:
    return county.sent if year == 2022 else 2_000_000_000_00


def _doc(county: County, year: int) -> str:
    return county.doc if year == 2022 else f"市财农〔{year}〕1号"


def _fund_year(county: County, year: int, months: dict, number: dict[int, int]) -> None:
    fund, whole = f"F{year}-01", _sent(county, year)
    industry = round(whole * float(county.industry))
    quota = f"Assets:9001指标:{fund}"
    legs = f"  {quota}:0待分配  {_yuan(whole)} CNY\n  Income:4001财政拨款收入:1中央"
    _voucher(months, number, date(year, 1, 5), f"收到{year}年指标", "", legs)
    for kind, amount in (("1", industry), ("2", whole - industry)):
        legs = f'  {quota}:1已分配  {_yuan(amount)} CNY\n    project: "P{year}-{kind}"\n  {quota}:0待分配'
        _voucher(months, number, date(year, 1, 20), "分配", "", legs)


def _payment_days(county: County, rng: random.Random) -> list[date]:
    vouchers = -(-county.payments // county.per_voucher)
    return [date(2021, 3, 1) + timedelta(days=rng.randrange(1000)) for _ in range(vouchers)]


def _pay(county: County, index: int, day: date, months: dict, rolls: dict, number: dict[int, int]) -> None:
    """One voucher of 公益岗位 paid to the next households in turn."""
    first = index * county.per_voucher
    count = min(county.per_voucher, county.payments - first)
    payees = [(household((first + n) % county.households), 10000 + (first + n) % 977) for n in range(count)]
    lines = [f"{name},1,{_yuan(amount)},,成功," for name, amount in payees]
    _roll_voucher(
        months, rolls, number, day, ("1", "2130505生产发展:31204费用补贴"), lines, sum(a for _, a in payees), POST
    )


def _wages(county: County, months: dict, rolls: dict, number: dict[int, int]) -> None:
    lines = [f"{household(n)},1,3000.00,{days},成功," for n, days in county.days.items()]
    expense = ("2", "2130504农村基础设施建设:30226劳务费")
    _roll_voucher(months, rolls, number, date(2022, 3, 31), expense, lines, 300000 * len(lines), "")


def _roll_voucher(months: dict, rolls: dict, number: dict[int, int], day: date, expense: tuple[str, str],
                  lines: Sequence[str], total: int, benefit: str) -> None:  # fmt: skip
    year = day.year
    roll = f"{year}-{number[year] + 1:06d}-1"
    own = [f"{roll},{line}" for line in lines]
    rolls[year, day.month] += own
    meta = f'  fund: "F{year}-01"\n  project: "P{year}-{expense[0]}"\n' + (
        f'  benefit: "{benefit}"\n' if benefit else ""
    )
    legs = f'  Expenses:{expense[1]}  {_yuan(total)} CNY\n    roll: "{roll}"\n    roll-sha256: "{digest(own)}"\n'
    _voucher(months, number, day, "发放 联系人王小明", meta, f"{legs}  Assets:9001指标:F{year}-01:1已分配")


def _voucher(months: dict, number: dict[int, int], day: date, narration: str, meta: str, legs: str) -> None:
    number[day.year] += 1
    head = f'{day} * "收款人李大明" "{narration}"\n  voucher: "{day.year}-{number[day.year]:06d}"\n'
    months[day.year, day.month].append(f"{head}{meta}{legs}\n")


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
