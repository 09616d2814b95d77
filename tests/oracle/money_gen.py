"""Random money: arrivals, allocations, moves, returns, payments, villages, labour, reversals, in order of dates."""

import datetime as dt
import hashlib
import itertools

from .law import UPPER
from .world import DAY
from .writing import Leg

D = dt.date
END = D(2025, 5, 31)
INCOME = {
    "中央": "Income:4001财政拨款收入:1中央",
    "省级": "Income:4001财政拨款收入:2省级",
    "市级": "Income:4001财政拨款收入:3市级",
    "县级": "Income:4001财政拨款收入:4县级",
    "东西部协作": "Income:4601非同级财政拨款收入:5东西部协作",
    "社会帮扶": "Income:4603捐赠收入:6社会帮扶",
    "定点帮扶": "Income:4603捐赠收入:8定点帮扶",
    "自筹": "Income:4609其他收入:7自筹",
}
WORKS = "Expenses:2130504农村基础设施建设:31005基础设施建设"
WORKS_LABOUR = WORKS + ":1劳务报酬"
LABOUR = "Expenses:2130504农村基础设施建设:30226劳务费"
SUBSIDY = "Expenses:2130505生产发展:31204费用补贴"
HOUSEHOLD = "Expenses:2130505生产发展:30310个人农业生产补贴"
TURNS = [D(2022, 5, 20), D(2022, 7, 18), D(2023, 1, 1), D(2023, 3, 1)]


def cut(rng, amount):
    """A part of an amount: all of it, a round part, or anything."""
    kind = rng.random()
    if amount <= 1 or kind < 0.3:
        return amount
    if kind < 0.6:
        return max(amount // rng.choice([2, 3, 4, 5]), 1)
    return rng.randint(1, amount)


class MoneyEvents:
    """Plans events on days, then plays them in order against what money there is."""

    def __init__(self, world):
        self.world, self.rng, self.pen = world, world.rng, world.pen
        self.events = []

    def run(self):
        for fund in self.world.funds.values():
            self.plan_fund(fund)
        for project in self.world.projects.values():
            self.plan_project(project)
        self.plan_years()
        for _, _, play, *arguments in sorted(self.events, key=lambda event: event[:2]):
            play(*arguments)

    def plan(self, day, play, *arguments):
        if day <= END:
            self.events.append((day, len(self.events), play, day, *arguments))

    def plan_fund(self, fund):
        rng, day = self.rng, fund.first + self.rng.choice([0, 0, 5, 20]) * DAY
        parts = [fund.amount]
        if self.world.chance(0.25):
            first = cut(rng, fund.amount)
            parts = [first, fund.amount - first]
        if self.world.chance(0.05):
            parts[-1] -= 100
        for part in parts:
            if part > 0:
                self.plan(day, self.arrive, fund, part)
                day = day + rng.choice([10, 29, 30, 31, 90]) * DAY
        for _ in range(rng.choice([2, 3, 4, 5])):
            self.plan(self.allocation_day(fund), self.allocate, fund)
        if self.world.chance(0.5):
            self.plan(day + self.rng.choice([5, 29, 30, 31]) * DAY, self.allocate_rest, fund)
            self.world.edge(fund.first + 30 * DAY, fund.first + 31 * DAY)
        if self.world.chance(0.4):
            self.plan(
                self.world.day(fund.first + 40 * DAY, D(fund.meta["year"], 12, 31)),
                self.aim_industry,
                fund.meta["year"],
            )
        if self.world.chance(0.2):
            self.plan(self.world.day(fund.first + 100 * DAY, fund.first + 600 * DAY), self.take_back, fund)
        self.world.edge(D(fund.meta["year"] + 1, 12, 31), D(fund.meta["year"] + 1, 12, 30))

    def plan_years(self):
        """Aims at yearly marks, and a voucher that allocates many funds at once."""
        for year in sorted({fund.meta["year"] for fund in self.world.funds.values()}):
            if self.world.chance(0.4):
                self.plan(self.world.day(D(year, 7, 1), D(year, 12, 31)), self.aim_fee, year)
            if self.world.chance(0.4):
                self.plan(self.world.day(D(year, 7, 1), D(year, 12, 31)), self.allocate_many)
            month = self.rng.randint(1, 11)
            self.world.edge(D(year, month + 1, 1), D(year, month + 1, 1) - DAY)

    def aim_fee(self, day, year):
        """Bring 项目管理费 of a level and year exactly to one percent, or one 分 above."""
        fees = [p for p in self.world.known(day) if p.meta["category"] == "项目管理费"]
        level = self.rng.choice(["中央", "市级"])
        funds = [f for f in self.world.funds.values() if f.meta["year"] == year and f.meta["level"] == level]
        if not fees or not funds:
            return
        given = sum(amount for p in fees for _, f, amount in p.lots if f in funds)
        missing = sum(f.amount for f in funds) // 100 - given + self.rng.choice([0, 0, 1])
        for fund in funds:
            if 0 < missing <= fund.free:
                self.allocate(day, fund, self.rng.choice(fees), missing)
                return

    def allocate_many(self, day):
        """One voucher, several funds and projects, as an allocation sheet is booked."""
        legs = []
        for fund in self.world.funds.values():
            project = self.choose_project(fund, day)
            if fund.free > 0 and project:
                amount = cut(self.rng, fund.free)
                self.give(project, fund, amount, day)
                legs += [self.quota(fund, "1已分配", amount, project), self.quota(fund, "0待分配", -amount)]
        if legs:
            self.pen.voucher(day, "分配到项目", *legs)

    def allocation_day(self, fund):
        """Often just before, on or after a change of law."""
        near = [turn for turn in TURNS if turn > fund.first]
        if near and self.world.chance(0.5):
            return self.rng.choice(near) + self.rng.choice([-1, 0, 0, 1]) * DAY
        return self.world.day(fund.first + DAY, fund.first + 300 * DAY)

    def plan_project(self, project):
        start, steps = project.plan_day(), [self.pay_contract, self.pay_contract, self.pay_labour, self.pay_labour,
            self.hand_over, self.spend_village, self.spend_village, self.reclassify, self.move, self.return_quota,
            self.pay_households, self.retain, self.pay_retained, self.several_funds, self.expert,
            self.village_returns, self.recover, self.withdraw]  # fmt: skip
        for _ in range(3 + self.rng.randrange(6)):
            self.plan(self.world.day(start, start + 700 * DAY), self.rng.choice(steps), project)
        if project.meta["mode"] == "以工代赈" or self.world.chance(0.4):
            for _ in range(2):
                self.plan(self.world.day(start + 100 * DAY, start + 800 * DAY), self.aim_labour, project)
        if self.world.chance(0.3):
            self.plan(self.world.day(start + 300 * DAY, start + 800 * DAY), self.pay_everything, project)
        if self.world.chance(0.02):
            self.plan(self.world.day(start, start + 300 * DAY), self.pay_without_quota, project)

    # --- quota ---

    def quota(self, fund, part, amount, project=None):
        leg = Leg(f"Assets:9001指标:{fund.id}:{part}", amount)
        if project:
            leg.meta["project"] = project.id
        return leg

    def arrive(self, day, fund, amount):
        fund.free += amount
        self.pen.voucher(day, "下达", self.quota(fund, "0待分配", amount), Leg(INCOME[fund.meta["level"]], -amount))

    def allocate(self, day, fund, project=None, amount=None):
        if fund.free <= 0:
            return
        amount = amount or cut(self.rng, fund.free)
        if self.world.chance(0.01):
            amount = fund.free + 100  # more than arrived
        project = project or self.choose_project(fund, day)
        if project is None:
            return
        self.give(project, fund, amount, day)
        self.pen.voucher(
            day, "分配", self.quota(fund, "1已分配", amount, project), self.quota(fund, "0待分配", -amount)
        )

    def choose_project(self, fund, day):
        projects = self.world.known(day)
        if not projects:
            return None
        planned = [p for p in projects if any(s == "年度计划" and d <= day for d, s in p.states)]
        relief = fund.meta["task"] == "以工代赈"
        fitting = [p for p in planned if not relief or p.meta["mode"] == "以工代赈"]
        pool = (
            fitting
            if fitting and self.world.chance(0.75)
            else planned
            if planned and self.world.chance(0.9)
            else projects
        )
        return self.rng.choice(pool)

    def give(self, project, fund, amount, day):
        fund.free -= amount
        project.quota[fund.id] = project.quota.get(fund.id, 0) + amount
        project.lots.append((day, fund, amount))

    def allocate_rest(self, day, fund):
        if fund.free > 0:
            self.allocate(day, fund, None, fund.free)

    def aim_industry(self, day, year):
        """Bring central industry money of a year exactly to its mark, or one 分 below."""
        central = [f for f in self.world.funds.values() if f.meta["year"] == year and f.meta["level"] == "中央"]
        industry = [p for p in self.world.known(day) if p.meta["category"] == "产业发展"]
        if not central or not industry:
            return
        total = sum(f.amount for f in central)
        given = sum(a for p in industry for _, f, a in p.lots if f in central)
        rate = self.rng.choice([55, 60, 50])
        missing = -(-total * rate // 100) - given - self.rng.choice([0, 0, 1])
        for fund in central:
            if 0 < missing <= fund.free:
                self.allocate(day, fund, self.rng.choice(industry), missing)
                return

    def take_back(self, day, fund):
        if fund.free > 0:
            amount = cut(self.rng, fund.free)
            fund.free -= amount
            self.pen.voucher(day, "收回", Leg("Equity:3104上缴收回", amount), self.quota(fund, "0待分配", -amount))

    def some_quota(self, project):
        """(fund, 分 left) of one of a project's funds; None when it has nothing."""
        left = [(key, amount) for key, amount in project.quota.items() if amount > 0]
        if not left:
            return None, 0
        key, amount = self.rng.choice(left)
        return self.world.funds[key], amount

    def move(self, day, project):
        fund, left = self.some_quota(project)
        other = self.rng.choice(self.world.known(day))
        if fund and other is not project:
            amount = cut(self.rng, left)
            project.quota[fund.id] -= amount
            fund.free += amount
            self.give(other, fund, amount, day)
            self.pen.voucher(
                day, "调整", self.quota(fund, "1已分配", amount, other), self.quota(fund, "1已分配", -amount, project)
            )

    def return_quota(self, day, project):
        fund, left = self.some_quota(project)
        if fund:
            amount = cut(self.rng, left)
            project.quota[fund.id] -= amount
            fund.free += amount
            self.pen.voucher(
                day, "结余退回", self.quota(fund, "0待分配", amount), self.quota(fund, "1已分配", -amount, project)
            )
            if self.world.chance(0.5):
                self.plan_now(day + self.rng.choice([5, 40]) * DAY, fund)

    def plan_now(self, day, fund):
        """A later allocation, played when the rest is: dates stay in order only by luck, which is wanted too."""
        if day <= END and fund.free > 0:
            self.allocate(day, fund)

    # --- payments ---

    def expense(self, account, fund, project, amount, **more):
        return Leg(account, amount, meta={"project": project.id, "fund": fund.id}, **more)

    def pay(self, day, project, account, amount, fund, text="付款", **more):
        project.quota[fund.id] = project.quota.get(fund.id, 0) - amount
        legs = [self.expense(account, fund, project, amount, **more), self.quota(fund, "1已分配", -amount, project)]
        return self.pen.voucher(day, text, *legs, meta=self.evidence(amount))

    def evidence(self, amount):
        """A document for large payments: right, wrong or missing."""
        if amount < 1000000 or self.world.chance(0.4):
            return {}
        path = f"evidence/{len(self.pen.files) + 1:04d}.txt"
        content = f"合同 {amount}".encode()
        if self.world.chance(0.9):
            self.pen.files[path] = content
        digest = hashlib.sha256(content).hexdigest()
        return {"evidence": path, "evidence_sha256": digest if self.world.chance(0.9) else "0" * 64}

    def pay_contract(self, day, project):
        fund, left = self.some_quota(project)
        if not fund:
            return
        amount = cut(self.rng, left)
        amount = self.rng.choice([amount, amount, min(left, 5000000), min(left, 5000001)])
        account = self.rng.choice([WORKS, WORKS, SUBSIDY])
        voucher = self.pay(day, project, account, amount, fund, "工程款")
        project.contracts.append([fund, account, amount])
        if self.world.chance(0.12):
            self.reverse(voucher, day, project)

    def pay_everything(self, day, project):
        for key, left in list(project.quota.items()):
            if left > 0:
                self.pay(day, project, SUBSIDY, left, self.world.funds[key], "结清")

    def pay_without_quota(self, day, project):
        funds = [fund for fund in self.world.funds.values() if fund.first <= day]
        if funds:
            self.pay(day, project, WORKS, 12300, self.rng.choice(funds), "无指标付款")

    def several_funds(self, day, project):
        keys = [key for key, left in project.quota.items() if left > 1][:2]
        if len(keys) < 2:
            return
        legs = []
        for key in keys:
            amount = cut(self.rng, project.quota[key])
            project.quota[key] -= amount
            fund = self.world.funds[key]
            legs += [self.expense(WORKS, fund, project, amount), self.quota(fund, "1已分配", -amount, project)]
        self.pen.voucher(day, "分资金付款", *legs)

    def retain(self, day, project):
        fund, left = self.some_quota(project)
        if fund and left > 100:
            amount, kept = left // 2, left // 20
            project.quota[fund.id] -= amount - kept
            project.retained.append((fund, kept))
            legs = [self.expense(WORKS, fund, project, amount), self.quota(fund, "1已分配", kept - amount, project)]
            legs.append(Leg("Liabilities:2302应付账款:1质保金", -kept, meta={"project": project.id, "fund": fund.id}))
            self.pen.voucher(day, "工程款扣质保金", *legs)

    def pay_retained(self, day, project):
        if project.retained:
            fund, kept = project.retained.pop()
            project.quota[fund.id] -= kept
            debt = Leg("Liabilities:2302应付账款:1质保金", kept, meta={"project": project.id, "fund": fund.id})
            self.pen.voucher(day, "支付质保金", debt, self.quota(fund, "1已分配", -kept, project))

    def expert(self, day, project):
        fund, left = self.some_quota(project)
        if fund:
            self.pay(day, project, LABOUR, min(left, 80000), fund, "专家评审费")

    # --- villages ---

    def hand_over(self, day, project):
        fund, left = self.some_quota(project)
        if not fund:
            return
        amount = cut(self.rng, left)
        project.quota[fund.id] -= amount
        project.village_money[fund.id] = project.village_money.get(fund.id, 0) + amount
        bank = self.bank(project, fund, amount)
        self.pen.voucher(day, "拨付村集体", bank, self.quota(fund, "1已分配", -amount, project))
        self.world.edge(day + 90 * DAY, day + 91 * DAY, day + 180 * DAY, day + 181 * DAY)

    def bank(self, project, fund, amount):
        account = self.world.account("Assets:1002银行存款", self.world.village_of(project))
        return Leg(account, amount, meta={"project": project.id, "fund": fund.id})

    def spend_village(self, day, project):
        for key, left in project.village_money.items():
            if left > 0:
                fund, amount = self.world.funds[key], cut(self.rng, left)
                amount += 7 if self.world.chance(0.03) else 0  # more than it was handed
                project.village_money[key] -= amount
                legs = [self.expense(WORKS, fund, project, amount), self.bank(project, fund, -amount)]
                if self.world.chance(0.5):
                    legs[0] = self.labour_leg(project, fund, amount, LABOUR)
                if self.world.chance(0.04):  # booked on another fund than the money came from
                    legs[0].meta["fund"] = self.rng.choice([f.id for f in self.world.funds.values() if f.first <= day])
                series = "CUN" if self.world.chance(0.3) else ""
                self.pen.voucher(day, "村集体支出", *legs, series=series)
                return

    def village_returns(self, day, project):
        """A village hands unspent money back to the quota."""
        for key, left in project.village_money.items():
            if left > 0:
                amount, fund = cut(self.rng, left), self.world.funds[key]
                project.village_money[key] -= amount
                project.quota[key] = project.quota.get(key, 0) + amount
                legs = [self.quota(fund, "1已分配", amount, project), self.bank(project, fund, -amount)]
                self.pen.voucher(day, "村集体交回", *legs)
                return

    def recover(self, day, project):
        """Money recovered, owed to the treasury: no project's money any more."""
        account = self.world.account("Assets:1002银行存款", self.world.village_of(project))
        self.pen.voucher(day, "追回", Leg(account, 5000), Leg("Liabilities:2103应缴财政款", -5000))

    def withdraw(self, day, project):
        """An allocation voucher reversed under its own number."""
        for voucher in reversed(self.pen.vouchers):
            leg = voucher.legs[0]
            key = leg.account.split(":")[-2]
            mine = voucher.narration == "分配" and leg.meta.get("project") == project.id and voucher.date <= day
            if mine and project.quota.get(key, 0) >= leg.fen:
                project.quota[key] -= leg.fen
                self.world.funds[key].free += leg.fen
                back = [Leg(each.account, -each.fen, meta=dict(each.meta)) for each in voucher.legs]
                self.pen.voucher(day, "冲销分配", *back, reverses=voucher)
                return

    # --- labour and households ---

    def people(self, project, count):
        village = self.world.village_of(project)
        pool = [h for h, home in self.world.households.items() if home == village] or list(self.world.households)
        return [self.rng.choice(pool) for _ in range(count)]

    def roll(self, project, amount, days=True):
        """Lines that sum to an amount, distinct by (household, person); sometimes with a flaw."""
        count = min(self.rng.randint(1, 4), amount)
        parts = self.split(amount, count)
        lines, flaw = [], self.rng.random() if days else 1
        for index, (household, part) in enumerate(zip(self.people(project, count), parts, strict=True)):
            line = {"household": household, "person": index + 1, "amount": part}
            if days:
                line["days"] = self.rng.choice([1, 2, "0.5", "7.5", 20])
            lines.append(line)
        if flaw < 0.06:
            lines[-1].pop("days", None)
        elif flaw < 0.1 and len(lines) > 1:
            lines[1].update(household=lines[0]["household"], person=lines[0]["person"])
        return lines

    def split(self, amount, count):
        cuts = sorted(self.rng.sample(range(1, amount), count - 1)) if amount > count else []
        edges = [0, *cuts, amount]
        parts = [b - a for a, b in itertools.pairwise(edges)]
        return parts + [0] * (count - len(parts))

    def labour_leg(self, project, fund, amount, account):
        """A labour posting with a roll, or household and days on the posting itself."""
        project.labour += amount
        leg = self.expense(account, fund, project, amount)
        if self.world.chance(0.25):
            leg.meta.update(household=self.people(project, 1)[0], person="1", days=self.rng.choice([3, 12]))
        else:
            leg.lines = self.roll(project, amount)
        return leg

    def pay_labour(self, day, project, amount=None):
        fund, left = self.some_quota(project)
        if not fund:
            return
        amount = min(left, amount or max(cut(self.rng, left) // 5, 1))
        project.quota[fund.id] -= amount
        leg = self.labour_leg(project, fund, amount, LABOUR)
        voucher = self.pen.voucher(day, "劳务报酬", leg, self.quota(fund, "1已分配", -amount, project))
        if leg.lines and self.world.chance(0.25):
            self.reverse(voucher, day, project)

    def aim_labour(self, day, project):
        """Bring labour exactly to what the law asks of the project, or one 分 below."""
        name = self.rng.choice(["labour-share", "labour-share-work-relief"])
        need = 0
        for date, fund, amount in project.lots:
            if fund.meta["level"] in UPPER and (name == "labour-share" or fund.meta["task"] == "以工代赈"):
                scope = {key: fund.meta.get(key) for key in ("level", "task", "source")}
                parameter = self.world.law.get(name, date, **scope)
                need += amount * parameter["value"] if parameter else amount // 10
        if "labour_promised" in project.meta and self.world.chance(0.3):
            need = project.meta["labour_promised"][1]
        missing = -(-need // 1) - project.labour - self.rng.choice([0, 0, 1, 100])
        if missing > 0:
            self.pay_labour(day, project, int(missing))

    def reclassify(self, day, project):
        """Labour that a contractor paid out of the price."""
        for contract in project.contracts:
            fund, account, left = contract
            if left > 10 and account == WORKS:
                amount = max(cut(self.rng, left) // 4, 1)
                contract[2] -= amount
                legs = [
                    self.labour_leg(project, fund, amount, WORKS_LABOUR),
                    self.expense(WORKS, fund, project, -amount),
                ]
                self.pen.voucher(day, "承包人支付劳务报酬", *legs)
                return

    def pay_households(self, day, project):
        fund, left = self.some_quota(project)
        if fund:
            amount = min(left, self.rng.choice([10000, 30000, 100001]))
            lines = self.roll(project, amount, days=False)
            voucher = self.pay(day, project, HOUSEHOLD, amount, fund, "到户补助", lines=lines)
            if self.world.chance(0.2):
                self.reverse(voucher, day, project)
            if self.world.chance(0.15) and project.quota[fund.id] >= amount:
                again = [dict(line) for line in lines]
                self.pay(
                    day + self.rng.choice([0, 40]) * DAY, project, HOUSEHOLD, amount, fund, "到户补助", lines=again
                )

    def reverse(self, voucher, day, project):
        """A return of all or of one line, sometimes months later, sometimes wrong."""
        day = day + self.rng.choice([1, 20, 60, 200]) * DAY
        if day > END:
            return
        expense = voucher.legs[0]
        amount, lines = expense.fen, expense.lines
        if lines:
            chosen = lines if self.world.chance(0.5) else [self.rng.choice(lines)]
            lines = [{**line, "amount": -line["amount"]} for line in chosen]
            amount = -sum(line["amount"] for line in lines)
        elif self.world.chance(0.3):
            amount = max(amount // 2, 1)
        fund = self.world.funds[expense.meta["fund"]]
        project.quota[fund.id] = project.quota.get(fund.id, 0) + amount
        project.labour -= amount if "30226" in expense.account else 0
        legs = [Leg(expense.account, -amount, meta=dict(expense.meta), lines=lines),
                self.quota(fund, "1已分配", amount, project)]  # fmt: skip
        origin = voucher if self.world.chance(0.94) else "2021-999999"
        self.pen.voucher(day, "退回", *legs, reverses=origin)
