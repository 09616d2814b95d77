"""A small invented county as a book, random by seed: few households, so that privacy is at stake everywhere."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from tests.books import write_book

VILLAGES = {"V1": ("龙池镇", "美翠村"), "V2": ("龙池镇", "示例村"), "V3": ("海洋乡", "大坪村")}
PROJECTS = {"P1": "V1", "P2": "V1", "P3": "V2", "P4": "V3", "P5": ""}
NAMES = {
    "P1": "美翠村产业路",
    "P2": "美翠村水渠",
    "P3": "示例村产业路",
    "P4": "大坪村到户补助",
    "P5": "全县公益岗位补助",
}
ASSETS = {"A1": "V1", "A2": "V2", "A3": "V3"}
WAGES, AID, OTHER = "30226劳务费", "30399其他对个人和家庭的补助", "31005基础设施建设"

Atom = tuple[str, str, str]  # what (wages, aid, other, use …), project or asset, household ("" for public money)


@dataclass
class County:
    """The text of the book, its rolls, and every amount in 分 by atom."""

    text: list[str] = field(default_factory=list)
    rolls: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    atoms: dict[Atom, int] = field(default_factory=lambda: defaultdict(int))
    vouchers: int = 0

    def pay(
        self,
        account: str,
        project: str,
        lines: list[tuple[str, int, int]],
        what: str,
        contra: str,
        more: str = "",
        year: int = 2022,
    ) -> None:
        """A voucher with a roll of (household, 分, days)."""
        self.vouchers += 1
        voucher = f"{year}-{self.vouchers:06d}"
        total = sum(amount for _, amount, _ in lines)
        for household, amount, days in lines:
            self.rolls[f"rolls/{year}/06.csv"].append(
                f"{voucher}-1,{household},1,{amount // 100}.{amount % 100:02d},{days or ''}"
            )
            self.atoms[what, project, household] += amount
        self.text.append(
            f'{year}-06-15 * "单位" "发放"\n  voucher: "{voucher}"\n{more}'
            f'  {account}  {total // 100}.{total % 100:02d} CNY\n    roll: "{voucher}-1"\n    roll-sha256: "@{voucher}-1"\n  {contra}\n'
        )

    def spend(self, account: str, project: str, amount: int, what: str, contra: str, more: str = "") -> None:
        self.vouchers += 1
        self.atoms[what, project, ""] += amount
        self.text.append(
            f'2022-07-01 * "示例公司" "支出"\n  voucher: "2022-{self.vouchers:06d}"\n{more}'
            f"  {account}  {amount // 100}.{amount % 100:02d} CNY\n  {contra}\n"
        )


def county(seed: int) -> County:
    """Every kind of money, some of it received by one or two households."""
    r = random.Random(seed)
    made = County()
    homes = {f"H{n}": r.choice(list(VILLAGES)) for n in range(1, 9)}
    made.rolls["registry/households.csv"] = [
        f"{home},2021-01-01,脱贫户,{village},3,,,,,," for home, village in homes.items()
    ]
    for name, (town, village) in VILLAGES.items():
        made.text.append(
            f'2021-01-01 custom "village" "{name}"\n  town: "{town}"\n  name: "{village}"\n  kind: "脱贫村"\n  households: 120\n'
        )
    made.text.append(
        '2022-01-01 custom "fund" "F1" 1000000.00 CNY\n  name: "2022年中央衔接资金"\n  level: "中央"\n  task: "以工代赈"\n  year: 2022\n  doc-no: "示财农〔2021〕1号"\n'
        '2022-01-02 * "市财政局" "下达"\n  voucher: "2022-900001"\n  Assets:9001指标:F1:0待分配  1000000.00 CNY\n  Income:4001财政拨款收入:1中央\n'
    )
    for project, village in PROJECTS.items():
        place = f'village: "{village}"' if village else 'town: "县级"'
        made.text.append(
            f'2021-12-01 custom "project" "{project}" "入库"\n  name: "{NAMES[project]}"\n  category: "乡村建设行动"\n  mode: "以工代赈"\n  {place}\n'
            f'  unit: "县交通局"\n  planned: 100000.00 CNY\n  goal: "硬化道路2公里"\n2022-02-01 custom "project" "{project}" "年度计划"\n'
            f'2022-02-03 * "县财政局" "分配"\n  Assets:9001指标:F1:1已分配  100000.00 CNY\n    project: "{project}"\n  Assets:9001指标:F1:0待分配\n'
        )
        _spend(made, r, project, list(homes))
    for asset, village in ASSETS.items():
        made.text.append(
            f'2021-01-01 custom "asset" "{asset}" "登记"\n  name: "{VILLAGES[village][1]}冷库"\n  class: "经营性"\n  origin: "历史"\n'
            f'  owner: "{VILLAGES[village][1]}合作社"\n  owner-kind: "村集体"\n  village: "{village}"\n'
        )
        _distribute(made, r, asset, village, list(homes))
    return made


def _lines(r: random.Random, homes: list[str], days: bool) -> list[tuple[str, int, int]]:
    chosen = r.sample(homes, r.choice((1, 1, 2, 3, 4, 6)))
    return [(home, r.randint(1, 500_000), r.randint(1, 60) if days else 0) for home in sorted(chosen)]


def _spend(made: County, r: random.Random, project: str, homes: list[str]) -> None:
    more = f'  fund: "F1"\n  project: "{project}"\n'
    quota = "Assets:9001指标:F1:1已分配"
    if r.random() < 0.8:
        made.pay(f"Expenses:2130504农村基础设施建设:{WAGES}", project, _lines(r, homes, True), "wages", quota, more)
    if r.random() < 0.6:
        made.pay(f"Expenses:2130504农村基础设施建设:{AID}", project, _lines(r, homes, False), "aid", quota, more)
    if r.random() < 0.6:
        made.spend(
            f"Expenses:2130504农村基础设施建设:{OTHER}", project, r.randint(100, 9_000_000), "other", quota, more
        )


def _distribute(made: County, r: random.Random, asset: str, village: str, homes: list[str]) -> None:
    more = f'  asset: "{asset}"\n  income-year: 2022\n'
    bank = f"Assets:1002银行存款:{village}{VILLAGES[village][1]}"
    before = sum(amount for (what, subject, _), amount in made.atoms.items() if subject == asset)
    if r.random() < 0.7:
        made.pay("Expenses:9501收益分配:4入户分配", asset, _lines(r, homes, False), "use_4", bank, more)
    if r.random() < 0.5:
        made.pay("Expenses:9501收益分配:1公益岗位", asset, _lines(r, homes, False), "use_1", bank, more)
    if r.random() < 0.5:
        made.spend("Expenses:9501收益分配:2小型公益事业", asset, r.randint(100, 900_000), "use_2", bank, more)
    used = sum(amount for (what, subject, _), amount in made.atoms.items() if subject == asset) - before
    if used:
        made.vouchers += 1
        made.text.append(
            f'2022-05-01 * "承租人" "租金"\n  voucher: "2022-{made.vouchers:06d}"\n{more}'
            f"  {bank}  {used // 100}.{used % 100:02d} CNY\n  Income:9401资产收益:1租金\n"
        )


def write_county(folder: Path, made: County, change: tuple[str, str] = ("", "")) -> Path:
    """The book as a folder; `change` replaces a text everywhere in it."""
    heads = {
        "registry/households.csv": "household,date,state,village,people,monitor,reported,notice_from,notice_to,helper_assigned,plan_made",
        **{name: "roll,household,person,amount,days" for name in made.rolls if name.startswith("rolls/")},
    }
    files = {name: "\n".join([heads[name], *lines]) + "\n" for name, lines in made.rolls.items()}
    write_book(folder, "\n".join(made.text), files)
    if change[0]:
        main = folder / "main.beancount"
        before = main.read_text("utf-8")
        assert change[0] in before
        main.write_text(before.replace(*change), "utf-8")
    return folder
