"""Random counties as sheets, and any imported book turned back into its sheets."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from importers.draft.draft import Draft
from importers.draft.entries import ShareLine, Voucher
from ledgers.files.side_files import PayLine
from ledgers.files.text import Yuan
from tests.importers.county import identity
from tests.importers.dirty import Paper

TOWNS = ("甲子镇", "乙丑乡", "丙寅街道")
LEVELS = ("中央", "市级", "县级", "东西部协作", "社会帮扶")
TASKS = ("巩固拓展", "以工代赈", "少数民族发展")
CATEGORIES = ("产业发展", "就业项目", "乡村建设行动", "巩固三保障成果", "其他")
MODES = ("以工代赈", "招标", "以奖代补", "劳务补助")
CLASSES = ("30226 劳务费", "30305 生活补助", "31005 基础设施建设", "31204 费用补贴")
FUNCTIONS = ("2130504 农村基础设施建设", "2130505 生产发展")
SURNAMES = "赵钱孙李周吴郑王"
WORDS = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏"


@dataclass
class Human:
    """Somebody invented: name, ID number, 户编号, 人编号, village (town and name); not listed: known from pay lists only."""

    name: str
    number: str
    household: str
    code: str
    place: tuple[str, str]
    listed: bool


@dataclass
class County:
    """The sheets of a random county, and its people."""

    papers: dict[str, list[Paper]] = field(default_factory=lambda: defaultdict(list))
    people: list[Human] = field(default_factory=list)


def yuan(random: Random, most: int) -> Decimal:
    """An amount of at least one 分."""
    return Decimal(random.randint(1, most)).scaleb(-2)


def day(random: Random, first: date, span: int) -> date:
    return first + timedelta(random.randrange(span))


def make(random: Random) -> County:
    """A county of a few villages, funds, projects, households, with payments, lists, assets, shares, income."""
    county = County()
    places = [(random.choice(TOWNS), f"{word}水村") for word in random.sample(WORDS, random.randint(1, 3))]
    _villages(random, county, places)
    _people(random, county, places)
    funds = _funds(random, county)
    projects = _projects(random, county, places)
    given = _allocation(random, county, funds, projects)
    _payments(random, county, funds, projects, given)
    assets = _assets(random, county, places)
    if projects:
        _equity(random, county, projects)
    _income(random, county, assets)
    return county


def _villages(random: Random, county: County, places: list[tuple[str, str]]) -> None:
    rows = [[*place, random.choice(("脱贫村", "一般村")), random.randint(20, 900), random.choice("是否"), random.choice("是否"), ""] for place in places]
    header = ["乡镇", "行政村", "村类型", "总户数", "集体经济薄弱村", "巩固任务重", "主导产业"]
    county.papers["villages"].append(Paper(header, rows, above=[["2022年行政村基本情况表"]]))


ROSTER = [
    *("乡(镇)", "行政村", "户编号", "人编号", "姓名", "证件号码", "与户主关系", "人数", "户类型", "监测对象类型", "风险是否消除"),
    *("风险识别时间", "风险消除时间", "首次识别时间", "申报时间", "公示开始时间", "公示结束时间", "帮扶落实时间", "一户一策时间"),
]
ROSTER_DATES = ("风险识别时间", "风险消除时间", "首次识别时间", "申报时间", "公示开始时间", "公示结束时间", "帮扶落实时间", "一户一策时间")


def _people(random: Random, county: County, places: list[tuple[str, str]]) -> None:
    rows: list[list[object]] = []
    number = 0
    for household in range(random.randint(2, 5)):
        place = random.choice(places)
        code = f"50024200{household:08d}"
        found = day(random, date(2022, 3, 1), 200)
        watched = random.random() < 0.5
        gone = random.random() < 0.5
        monitor: list[object] = ["", "", "", ""]
        if watched:
            monitor = [random.choice(("脱贫不稳定户", "突发严重困难户")), "是" if gone else "否", found, found + timedelta(100) if gone else ""]
        dates: list[object] = [found - timedelta(20), found - timedelta(10), found - timedelta(4), found + timedelta(8), found + timedelta(9)]
        first = date(2014, 5, 1) if random.random() < 0.5 else ""
        kind = random.choice(("脱贫户", "一般户"))
        size = random.randint(1, 3)
        for member in range(size):
            number += 1
            name = random.choice(SURNAMES) + random.choice(WORDS) + chr(0x4E00 + 37 * number)
            human = Human(name, identity(number, "19700203"), code, f"{code}{member:02d}", place, True)
            county.people.append(human)
            relation = "户主" if member == 0 else "家人"
            rows.append([*place, code, human.code, name, human.number, relation, size, kind, *monitor, first, *(dates if watched else [""] * 5)])
    for _ in range(random.randint(0, 2)):
        number += 1
        name = random.choice(SURNAMES) + random.choice(WORDS) + chr(0x4E00 + 37 * number)
        county.people.append(Human(name, identity(number, "19810304"), "", "", random.choice(places), False))
    county.papers["roster"].append(Paper(ROSTER, rows, dates=ROSTER_DATES, texts=("户编号", "人编号", "证件号码")))


FUNDS = ["预算年度", "本级指标文号", "指标文标题", "发文时间", "预算级次", "任务", "指标金额", "是否直达资金"]


def _funds(random: Random, county: County) -> list[tuple[str, str, str, date, int]]:
    """(document, level, task, day, 分) of each fund."""
    funds = []
    for number in range(random.randint(1, 3)):
        document = f"示财农〔2022〕{random.randint(1, 2) if number else 1}号"
        level, task = random.choice(LEVELS), random.choice(TASKS)
        if any((document, level, task) == fund[:3] for fund in funds):
            continue
        funds.append((document, level, task, day(random, date(2022, 1, 5), 60), random.randint(100_000, 50_000_000)))
    rows = [[2022, d, f"2022年{lv}{t}资金", when, lv, t, Decimal(a).scaleb(-2), random.choice("是否")] for d, lv, t, when, a in funds]
    county.papers["funds"].append(Paper(FUNDS, rows, amounts=("指标金额",), dates=("发文时间",)))
    return funds


PLAN = [
    *("乡镇", "村", "项目名称", "项目类别", "计划投入资金", "责任单位", "实施方式", "项目编号", "承诺劳务报酬", "预期绩效目标"),
    *("联农带农利益联结机制", "开工", "完工"),
]


def _projects(random: Random, county: County, places: list[tuple[str, str]]) -> list[tuple[str, tuple[str, str]]]:
    projects, rows = [], []
    for number in range(random.randint(1, 4)):
        place = random.choice([*places, ("—", "—")])
        name = f"{place[1] if place[1] != '—' else '县级'}第{number + 1}项目"
        code = f"XM-{number + 1:03d}" if random.random() < 0.7 else ""
        started = day(random, date(2022, 4, 1), 90)
        states = [started if random.random() < 0.6 else "", started + timedelta(60) if random.random() < 0.3 else ""]
        texts = [random.choice(("", "建成投产")), random.choice(("", "务工、分红"))]
        promised = yuan(random, 1_000_000) if random.random() < 0.4 else ""
        rows.append([*place, name, random.choice(CATEGORIES), yuan(random, 90_000_000), "县农业农村委", random.choice(MODES), code, promised, *texts, *states])
        projects.append((name, place))
    county.papers["plan"].append(
        Paper(PLAN, rows, amounts=("计划投入资金", "承诺劳务报酬"), dates=("开工", "完工"), above=[["2022年项目计划表"], ["编制日期：2022年3月1日"]])
    )
    return projects


ALLOCATION = ["批次", "文号", "预算级次", "任务", "项目名称", "实施单位", "分配金额", "分配日期"]


def _allocation(
    random: Random, county: County, funds: list[tuple[str, str, str, date, int]], projects: list[tuple[str, tuple[str, str]]]
) -> dict[tuple[int, int], int]:
    """What each fund gave to each project, 分."""
    given: dict[tuple[int, int], int] = {}
    rows = []
    for number, (document, level, task, issued, amount) in enumerate(funds):
        left = amount
        for project in random.sample(range(len(projects)), random.randint(1, len(projects))):
            part = random.randint(1, max(left // 2, 1))
            left -= part
            given[number, project] = part
            rows.append(["第一批", document, level, task, projects[project][0], "县农业农村委", Decimal(part).scaleb(-2), issued + timedelta(70)])
    county.papers["allocation"].append(Paper(ALLOCATION, rows, amounts=("分配金额",), dates=("分配日期",)))
    return given


TREASURY = [
    *("指标文号", "预算级次", "任务", "支付凭证号", "项目名称", "金额", "用途", "收款方账户名称", "收款方账号", "付款日期"),
    *("支出功能科目", "部门支出经济分类"),
]
LABOUR = ["姓名", "身份证号", "家庭住址", "出勤天数", "实发金额", "银行账号"]
BENEFITS = ["街道(乡镇)名称", "村名称", "姓名", "证件号码", "按户按人补助标识", "实发金额", "发放月份"]


def _payments(
    random: Random,
    county: County,
    funds: list[tuple[str, str, str, date, int]],
    projects: list[tuple[str, tuple[str, str]]],
    given: dict[tuple[int, int], int],
) -> None:
    rows: list[list[object]] = []
    months: dict[tuple[int, str], int] = defaultdict(int)
    for (fund, project), amount in given.items():
        left = amount
        for _ in range(random.randint(0, 3)):
            if left < 100:
                break
            part = random.randint(100, left)
            left -= part
            economic = random.choice(CLASSES)
            when = day(random, date(2022, 6, 1), 200)
            document, level, task, _, _ = funds[fund]
            payee, purpose = "示例建设有限公司", "工程款"
            kind = "labour" if economic.startswith("30226") else "benefits" if economic.startswith("303") else ""
            if kind:
                payee, purpose = "示例县农商行代发专户", "劳务报酬" if kind == "labour" else "补助"
            number = f"ZF{len(rows) + 1:05d}"
            account = f"621700000000000{len(rows):04d}"
            function = random.choice(FUNCTIONS)
            name = projects[project][0]
            rows.append([document, level, task, number, name, Decimal(part).scaleb(-2), purpose, payee, account, when, function, economic])
            if kind and random.random() < 0.7:
                months[project, kind] += 1
                _list(random, county, kind, name, date(2022, months[project, kind], 1), part)
    county.papers["treasury"].append(
        Paper(TREASURY, rows, amounts=("金额",), dates=("付款日期",), texts=("支付凭证号", "收款方账号"))
    )


def _list(random: Random, county: County, kind: str, project: str, month: date, total: int) -> None:
    """A pay list of a month with exactly this total; every month of a project and kind is another list."""
    people = random.sample(county.people, random.randint(1, min(3, len(county.people))))
    cuts = sorted(random.randint(0, total) for _ in people[1:])
    amounts = [end - start for start, end in zip([0, *cuts], [*cuts, total], strict=True)]
    title = f"项目名称：{project}　　发放期间：{month.year}年{month.month}月"
    rows: list[list[object]] = []
    for human, amount in zip(people, amounts, strict=True):
        if kind == "labour":
            days = Decimal(random.randint(1, 60)) / 2
            address = f"{human.place[0]}{human.place[1]}3组"
            rows.append([human.name, human.number, address, days, Decimal(amount).scaleb(-2), f"6217000000000{random.randint(0, 999999):06d}"])
        else:
            heads = [one for one in people if one.household == human.household and one.code <= human.code]
            per = random.choice(("按户", "按人")) if len(heads) == 1 else "按人"
            rows.append([*human.place, human.name, human.number, per, Decimal(amount).scaleb(-2), f"{month:%Y-%m}"])
    texts = ("身份证号", "证件号码", "银行账号")
    header = LABOUR if kind == "labour" else BENEFITS
    county.papers[kind].append(Paper(header, rows, amounts=("实发金额",), texts=texts, above=[["发放表"], [title]]))


ASSETS = ["资产编号", "资产名称", "资产类别", "来源项目", "原值", "所有权人", "经营主体", "乡镇", "所在村", "管护责任人", "状态", "登记日期"]


def _assets(random: Random, county: County, places: list[tuple[str, str]]) -> list[tuple[str, tuple[str, str]]]:
    """(资产编号, village) of each asset."""
    assets, rows = [], []
    for number in range(random.randint(0, 2)):
        place = random.choice(places)
        homes: dict[str, set[str]] = defaultdict(set)
        for human in county.people:
            if human.listed and human.place == place:
                homes[human.name].add(human.household)
        caretaker = random.choice(["", *sorted(homes)])
        code = f"ZC-{number + 1}"
        owner = f"{place[0]}{place[1]}股份经济合作联合社"
        operator = random.choice(("", f"第{number + 1}经营有限公司"))
        state = random.choice(("登记", "运营", "闲置"))
        kind = random.choice(("公益性", "经营性"))
        when = day(random, date(2022, 3, 1), 250)
        rows.append([code, f"第{number + 1}号冷库", kind, "", yuan(random, 90_000_000), owner, operator, *place, caretaker, state, when])
        assets.append((code, place))
    if rows:
        county.papers["assets"].append(Paper(ASSETS, rows, amounts=("原值",), dates=("登记日期",)))
    return assets


EQUITY = ["项目名称", "实施主体", "主体类型", "财政补助总额", "量化金额", "持股主体", "户编号", "股数", "股额", "分红率", "起止年", "量化日期"]


def _equity(random: Random, county: County, projects: list[tuple[str, tuple[str, str]]]) -> None:
    homed = [name for name, place in projects if place[1] != "—"]
    households = sorted({human.household for human in county.people if human.listed})
    if not homed or random.random() < 0.4:
        return
    project, price = random.choice(homed), random.choice((1, 100, 250))
    holders = ["", *random.sample(households, random.randint(1, len(households)))]
    shares = [random.randint(1, 5000) for _ in holders]
    total = Decimal(sum(shares) * price).scaleb(-2)
    common = [project, "示例农业开发有限公司", "农业企业", total * 2, total]
    rest = [Decimal("0.05"), "2023-2027", date(2022, 12, 1)]
    rows = [
        [*common, "农户" if code else "村集体经济组织", code, count, Decimal(count * price).scaleb(-2), *rest]
        for code, count in zip(holders, shares, strict=True)
    ]
    county.papers["equity"].append(
        Paper(EQUITY, rows, amounts=("财政补助总额", "量化金额", "股额"), dates=("量化日期",), texts=("户编号",))
    )


DISTRIBUTION = ["乡镇", "村", "资产编号", "年度收益", "用途", "户编号", "分配金额", "分配日期", "年度"]
BANK = ["交易日期", "摘要", "借方金额", "贷方金额", "余额", "对方户名"]


def _income(random: Random, county: County, assets: list[tuple[str, tuple[str, str]]]) -> None:
    households = sorted({human.household for human in county.people if human.listed})
    rows: list[list[object]] = []
    for code, place in assets:
        if random.random() < 0.5:
            continue
        holders = random.sample(households, random.randint(1, len(households)))
        amounts = {household: yuan(random, 1_000_000) for household in holders}
        kept = yuan(random, 100_000)
        total = sum(amounts.values(), kept)
        when = date(2022, 12, 20)
        rows.append([*place, code, total, "公积公益金", "", kept, when, 2022])
        rows += [[*place, code, total, "入户分配", household, amount, when, 2022] for household, amount in amounts.items()]
    if rows:
        county.papers["distribution"].append(
            Paper(DISTRIBUTION, rows, amounts=("年度收益", "分配金额"), dates=("分配日期",), texts=("户编号",))
        )
    for town, name in sorted({place for _, place in assets}):
        balance = yuan(random, 5_000_000)
        lines: list[list[object]] = []
        for number in range(random.randint(1, 4)):
            credit = yuan(random, 5_000_000)
            balance += credit
            payer = random.choice(("第1经营有限公司", "第2经营有限公司", "路人公司", ""))
            lines.append([date(2022, 9, 3) + timedelta(20 * number), f"收款{number}", "", credit, balance, payer])
        county.papers["bank"].append(
            Paper(BANK, lines, amounts=("借方金额", "贷方金额", "余额"), dates=("交易日期",), above=[["流水"], [f"户名：{town}{name}股份经济合作联合社"]])
        )


# -- and back ------------------------------------------------------------------------------------------------------------


class Export:
    """An imported book as sheets again; people's numbers come from whoever invented them."""

    def __init__(self, draft: Draft, people: list[Human]) -> None:
        self.draft = draft
        store = draft.load_people()
        by_token = {store.token(human.number): human for human in people}
        self.humans = {(p.household, str(p.person)): by_token[token] for token, p in store.people.items()}
        self.heads = {household: human for (household, person), human in self.humans.items() if person == "1"}

    def papers(self) -> dict[str, list[Paper]]:
        found = {
            "villages": [self.villages()],
            "funds": [self.funds()],
            "plan": [self.plan()],
            "roster": [self.roster()],
            "allocation": [self.allocation()],
            "treasury": [self.treasury()],
            **self.lists(),
            "assets": [self.assets()],
            "equity": [self.equity()],
            "distribution": [self.distribution()],
            "bank": self.bank(),
        }
        return {kind: [paper for paper in papers if paper.rows] for kind, papers in found.items()}

    def place(self, village: object) -> tuple[str, str]:
        facts = self.draft.facts("village", str(village))
        return str(facts["town"]), str(facts["name"])

    def villages(self) -> Paper:
        rows = []
        for id in sorted(self.draft.ids("village")):
            facts = self.draft.facts("village", id)
            flags = ["是" if facts[key] else "否" for key in ("weak-collective", "priority-area")]
            rows.append([facts["town"], facts["name"], facts["kind"], int(facts["households"]), *flags, ""])
        header = ["乡镇", "行政村", "村类型", "总户数", "集体经济薄弱村", "巩固任务重", "主导产业"]
        return Paper(header, rows, above=[["2022年行政村基本情况表"]])

    def funds(self) -> Paper:
        rows = []
        for id in sorted(self.draft.ids("fund")):
            facts, first = self.draft.facts("fund", id), self.draft.directives["fund", id][0]
            direct = "是" if facts["direct"] else "否"
            amount = Decimal(first.args[0].fen).scaleb(-2)
            rows.append([2022, facts["doc-no"], facts["name"], first.date, facts["level"], facts["task"], amount, direct])
        return Paper(FUNDS, rows, amounts=("指标金额",), dates=("发文时间",))

    def plan(self) -> Paper:
        rows = []
        for id in sorted(self.draft.ids("project")):
            facts = self.draft.facts("project", id)
            place = self.place(facts["village"]) if "village" in facts else ("—", "—")
            states = {mention.state: mention.date for mention in self.draft.directives["project", id]}
            promised = Decimal(facts["labour-promised"].fen).scaleb(-2) if "labour-promised" in facts else ""
            planned = facts["planned"]
            assert isinstance(planned, Yuan)
            texts = [facts.get("goal", ""), facts.get("linkage", "")]
            row = [*place, facts["name"], facts["category"], Decimal(planned.fen).scaleb(-2), facts["unit"], facts["mode"], facts.get("code", ""), promised]
            rows.append([*row, *texts, states.get("开工", ""), states.get("完工", "")])
        return Paper(PLAN, rows, amounts=("计划投入资金", "承诺劳务报酬"), dates=("开工", "完工"), above=[["2022年项目计划表"], ["编制日期：2022年3月1日"]])

    def roster(self) -> Paper:
        rows = []
        for (household, _), human in sorted(self.humans.items()):
            if not human.listed:
                continue
            states = self.draft.states[household]
            base = next(state for state in states if state.state in ("脱贫户", "一般户"))
            watch = next((state for state in states if state.state == "监测户"), None)
            gone = next((state.date for state in states if state.state == "风险消除"), "")
            first = "" if base.date == "2021-01-01" else base.date
            monitor = [watch.monitor, "是" if gone else "否", watch.date, gone] if watch else [""] * 4
            days = [watch.reported, watch.notice_from, watch.notice_to, watch.helper_assigned, watch.plan_made] if watch else [""] * 5
            place = self.place(base.village)
            rows.append([*place, human.household, human.code, human.name, human.number, "", int(base.people), base.state, *monitor, first, *days])
        days_of = {ROSTER.index(name) for name in ROSTER_DATES}
        rows = [[date.fromisoformat(c) if n in days_of and c else c for n, c in enumerate(row)] for row in rows]
        return Paper(ROSTER, rows, dates=ROSTER_DATES, texts=("户编号", "人编号", "证件号码"))

    def vouchers(self, prefix: str) -> list[Voucher]:
        return [self.draft.vouchers[number] for id, number in self.draft.imported.items() if id.startswith(prefix) and number]

    def allocation(self) -> Paper:
        rows = []
        for voucher in self.vouchers("分配:"):
            for leg in voucher.legs:
                if leg.number > 0:
                    fund = self.draft.facts("fund", leg.account.split(":")[2])
                    name = self.draft.facts("project", str(leg.get("project")))["name"]
                    rows.append(["第一批", fund["doc-no"], fund["level"], fund["task"], name, "", leg.number, voucher.day])
        return Paper(ALLOCATION, rows, amounts=("分配金额",), dates=("分配日期",))

    def treasury(self) -> Paper:
        rows = []
        for voucher in self.vouchers("支付:"):
            fund = self.draft.facts("fund", str(voucher.get("fund")))
            name = self.draft.facts("project", str(voucher.get("project")))["name"]
            leg = voucher.legs[0]
            _, function, economic = leg.account.split(":")[:3]
            row = [fund["doc-no"], fund["level"], fund["task"], voucher.get("payment-no"), name, leg.number, voucher.narration, voucher.payee, ""]
            rows.append([*row, voucher.day, function, economic])
        return Paper(TREASURY, rows, amounts=("金额",), dates=("付款日期",), texts=("支付凭证号", "收款方账号"))

    def lists(self) -> dict[str, list[Paper]]:
        found: dict[str, list[Paper]] = {"labour": [], "benefits": []}
        carried = {
            str(leg.get("pay-list")): tuple(self.draft.lines(voucher, leg) or ())
            for voucher in self.vouchers("支付:")
            for leg in voucher.legs
            if leg.get("pay-list")
        }
        carried |= {name: tuple(waiting.lines) for name, waiting in self.draft.waiting.items() if waiting}
        for name, lines in sorted(carried.items()):
            kind, project, month, _ = name.split(":")
            title = f"项目名称：{self.draft.facts('project', project)['name']}　　发放期间：{month}"
            rows = [self._line(kind, line, month) for line in lines if isinstance(line, PayLine)]
            header = LABOUR if kind == "劳务" else BENEFITS
            paper = Paper(header, rows, amounts=("实发金额",), texts=("身份证号", "证件号码"), above=[["发放表"], [title]])
            found["labour" if kind == "劳务" else "benefits"].append(paper)
        return found

    def _line(self, kind: str, line: PayLine, month: str) -> list[object]:
        human = self.humans[line.household, line.person] if line.person else self.heads[line.household]
        town, village = human.place
        amount = Decimal(line.amount).scaleb(-2)
        if kind == "劳务":
            return [human.name, human.number, f"{town}{village}", line.days, amount, ""]
        return [town, village, human.name, human.number, "按人" if line.person else "按户", amount, month]

    def assets(self) -> Paper:
        rows = []
        for id in sorted(self.draft.ids("asset")):
            facts = self.draft.facts("asset", id)
            mentions = self.draft.directives["asset", id]
            voucher = self.vouchers(f"资产:{id}")[0]
            caretaker = self.heads[str(facts["caretaker"])].name if facts.get("caretaker") else ""
            row = [facts["code"], facts["name"], facts["class"], "", voucher.legs[0].cost, facts["owner"], facts.get("operator", "")]
            rows.append([*row, *self.place(facts["village"]), caretaker, mentions[-1].state, mentions[0].date])
        return Paper(ASSETS, rows, amounts=("原值",), dates=("登记日期",))

    def equity(self) -> Paper:
        rows = []
        for id in sorted(self.draft.ids("equity")):
            facts = self.draft.facts("equity", id)
            voucher = self.vouchers(f"股权:{id}")[0]
            leg = voucher.legs[0]
            project = self.draft.facts("project", str(facts["project"]))["name"]
            money = [Decimal(facts[key].fen).scaleb(-2) for key in ("subsidy", "quantified")]
            common = [project, facts["operator"], facts["operator-kind"], *money]
            for line in self.draft.lines(voucher, leg) or ():
                assert isinstance(line, ShareLine)
                assert leg.cost is not None
                code = self.draft.codes.get(line.household, "")
                holder = "农户" if line.household else "村集体"
                rows.append([*common, holder, code, line.shares, line.shares * leg.cost, facts["dividend-rate"], "2023-2027", voucher.day])
        return Paper(EQUITY, rows, amounts=("财政补助总额", "量化金额", "股额"), dates=("量化日期",), texts=("户编号",))

    def distribution(self) -> Paper:
        rows: list[list[object]] = []
        for voucher in self.vouchers("收益分配:"):
            asset = self.draft.facts("asset", str(voucher.get("asset")))
            total = sum((leg.number for leg in voucher.legs if leg.number > 0), Decimal(0))
            for leg in voucher.legs:
                if leg.number > 0:
                    use = leg.account.split(":")[2][1:]
                    common = [*self.place(asset["village"]), asset["code"], total, use]
                    parts = [(self.draft.codes.get(line.household, ""), Decimal(line.total).scaleb(-2)) for line in self.draft.lines(voucher, leg) or ()]
                    rows += [[*common, code, amount, voucher.day, 2022] for code, amount in parts or [("", leg.number)]]
        return Paper(DISTRIBUTION, rows, amounts=("年度收益", "分配金额"), dates=("分配日期",), texts=("户编号",))

    def bank(self) -> list[Paper]:
        papers = []
        for village, lines in self.draft.bank.items():
            town, name = self.place(village)
            rows: list[list[object]] = []
            for line in lines:
                debit, credit = (Decimal(amount).scaleb(-2) if amount else "" for amount in (line.debit, line.credit))
                rows.append([line.day, line.summary, debit, credit, Decimal(line.balance).scaleb(-2), line.other])
            papers.append(
                Paper(BANK, rows, amounts=("借方金额", "贷方金额", "余额"), dates=("交易日期",), above=[[f"户名：{town}{name}股份经济合作联合社"]])
            )
        return papers
