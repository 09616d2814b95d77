"""The sheets from which the sample county's book is imported.

They bear what offices, the treasury and the bank know; what only a clerk knows is in `byhand`.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from ledgers import chart
from samples.county import agreed, evidence, lists, manual, registered
from samples.county.files import by_month
from samples.county.funds import batch_of
from samples.county.habits import as_sent, explained
from samples.county.model import YEARS, County, Fund, Household, Project, Voucher
from samples.county.places import towns
from samples.county.projects import PLANNED
from samples.county.table import HEADERS, Table, wan, write_csv, write_workbook, yuan
from samples.county.text import payment_number

YUAN, WAN = "单位：元", "单位：万元"
BY_LEVEL = {"中央": "中央衔接资金", "市级": "市级衔接资金", "县级": "县级资金"}


def write_sheets(county: County, folder: Path) -> list[Path]:
    """Write every sheet as its office fills it in; the paths in the order of sending. Vouchers must be numbered."""
    books = {
        "07-劳务报酬发放表": as_sent("labour", lists.labour(county)),
        "08-惠企利民发放表": as_sent("benefits", lists.benefits(county)),
        "09-扶贫项目资产台账": as_sent("assets", [_assets(county)]),
        "10-股权量化清单": as_sent("equity", _grants(county)),
        "11-收益分配表": as_sent("distribution", (_distributions(county, year) for year in YEARS)),
        "12-农商行流水": as_sent("bank", _statements(county)),
    }
    made = [write_workbook(folder / f"{name}.xlsx", tables) for name, tables in books.items()]
    exports = as_sent("treasury", (_treasury(county, year) for year in YEARS))
    for year, table, encoding in zip(YEARS, exports, ("utf-8-sig", "gb18030", "utf-8"), strict=True):
        made.append(write_csv(folder / f"05-国库集中支付导出-{year}.csv", table, encoding))
    made += [
        write_csv(folder / "06-监测对象名单.csv", table, "gb18030") for table in as_sent("roster", [_roster(county)])
    ]
    made.append(write_workbook(folder / "21-村级支出表.xlsx", [_spending(county)]))
    made.append(write_workbook(folder / "22-手工凭证表.xlsx", [manual.table(county)]))
    made += [write_workbook(folder / f"{number}-{one.title}.xlsx", [one]) for number, one in enumerate(agreed.tables(county), 23)]
    made.append(agreed.write_decisions(county, folder / "决议"))
    made += [write_workbook(folder / f"{number}-{one.title}.xlsx", [one]) for number, one in enumerate(registered.tables(county), 13)]
    return sorted([*write_plan_sheets(county, folder), *made])


def write_evidence(county: County, folder: Path) -> Path:
    """The list of attachments with the files beside it, in the order of vouchers. Vouchers must be numbered."""
    known = evidence.proofs(by_month(county.vouchers))
    home = folder / "附件"
    home.mkdir(parents=True, exist_ok=True)
    for proof in known.values():
        (home / proof.file).write_bytes(proof.content)
    rows = [(n, voucher.number, proof.file, proof.shared or None) for n, (voucher, proof) in enumerate(known.items(), 1)]
    return write_workbook(home / "26-附件清单.xlsx", [Table("附件", "附件清单", ["序号", "凭证号", "文件名", "共用"], rows)])


def write_plan_sheets(county: County, folder: Path) -> list[Path]:
    """The four kinds of sheets that have no people in them: villages, quota, plan, allocation."""
    books = {
        "01-行政村基本情况表": as_sent("villages", [_villages(county)]),
        "02-资金指标表": as_sent("funds", (_funds(county, year) for year in YEARS)),
        "03-项目计划表": [*as_sent("plan", _plans(county)), explained("一个项目一行；金额以万元计，保留六位小数。")],
        "04-资金分配表": as_sent("allocation", (_allocations(county, year) for year in YEARS)),
    }
    return [write_workbook(folder / f"{name}.xlsx", tables) for name, tables in books.items()]


def cn(day: dt.date | None) -> str:
    """A day as offices write it: 2022年5月20日."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def borne(county: County, sheet: str) -> list[Voucher]:
    """The vouchers of a kind of sheet, in the order of its rows."""
    return sorted((v for v in county.vouchers if v.sheet == sheet), key=lambda v: (v.day.year, v.number))


def _villages(county: County) -> Table:
    codes = {name: f"500241{digits}" for digits, name in towns()}
    header = HEADERS["villages"]
    rows = [
        (n, codes[v.town], v.town, v.name, v.kind, v.households, _flag(v.weak), _flag(v.priority), v.industry)
        for n, v in enumerate(county.villages, 1)
    ]
    return Table("行政村", "行政村基本情况表", header, rows, ("填表日期：2021年1月1日",))


def _flag(given: bool) -> str:
    return "是" if given else "否"


def _funds(county: County, year: int) -> Table:
    header = HEADERS["funds"]
    rows: list[tuple[object, ...]] = []
    for fund in (f for f in county.funds.values() if f.year == year):
        arrival = next(v for v in borne(county, "funds") if v.legs[0].account == chart.quota(fund.id))
        rows.append(_fund_row(fund, fund.name, arrival.day, fund.amount))
    for voucher in (v for v in borne(county, "funds") if v.day.year == year and v.legs[0].account == chart.TAKEN_BACK):
        fund = next(f for f in county.funds.values() if chart.quota(f.id) == voucher.legs[1].account)
        rows.append(_fund_row(fund, voucher.narration, voucher.day, voucher.legs[1].amount or 0))
    return Table(f"{year}", f"{year}年资金指标表", header, rows, (YUAN,), ("指标金额",))


def _fund_row(fund: Fund, title: str, day: dt.date, amount: int) -> tuple[object, ...]:
    function = f"{fund.function}{chart.FUNCTIONS[fund.function]}"
    direct = "是" if fund.level == "中央" else ""
    return (
        fund.year,
        fund.doc_no,
        title,
        cn(day),
        fund.level,
        fund.task,
        function,
        yuan(amount),
        direct,
        fund.source or None,
    )


def _plans(county: County) -> Iterator[Table]:
    """The plan of each year; projects whose plan came later stand in a second one."""
    for year in YEARS:
        groups: dict[dt.date, list[Project]] = {}
        for project in (p for p in county.projects.values() if p.year == year):
            groups.setdefault(project.day_of("年度计划"), []).append(project)
        for day, projects in sorted(groups.items()):
            extra = "" if (day.month, day.day) == PLANNED else "补充"
            yield _plan(county, f"{year}年度{extra}项目计划表", f"{year}{extra}", day, projects)


def _plan(county: County, title: str, name: str, day: dt.date, projects: list[Project]) -> Table:
    header = HEADERS["plan"]
    rows = [(n, *_plan_row(county, project)) for n, project in enumerate(projects, 1)]
    head = (f"{WAN}　编制日期：{cn(day)}",)
    return Table(name, title, header, rows, head, ("计划投入资金", *BY_LEVEL.values(), "其他资金"))


def _plan_row(county: County, project: Project) -> Iterator[object]:
    meta = next(county.directives("project", project.id)).meta
    planned = meta["planned"].fen
    by_level = [sum(a for _, f, a in project.allocations if f.level == level) for level in BY_LEVEL]
    yield from (project.town, project.village.name) if project.village else ("—", "—")
    yield from (project.name, project.kind.category, project.kind.subtype or None, project.kind.goal, wan(planned))
    yield from (wan(amount) or None for amount in (*by_level, planned - sum(by_level)))
    yield from (meta.get(key) for key in ("goal", "linkage", "beneficiaries", "operator", "unit", "filed-by", "mode"))
    yield "是" if meta.get("household-level") else None
    yield wan(meta["labour-promised"].fen) if "labour-promised" in meta else None
    yield float(meta["quantity"]) if "quantity" in meta else None
    yield "是" if meta.get("competitive") else None
    yield from (
        cn(project.day_of(state)) if project.reached(state) else None for state in ("入库", "开工", "完工", "验收")
    )


def _allocations(county: County, year: int) -> Table:
    header = HEADERS["allocation"]
    projects = {p.id: p for p in county.projects.values()}
    funds = {chart.allocated(f.id): f for f in county.funds.values()}
    rows = []
    for voucher in (v for v in borne(county, "allocation") if v.day.year == year):
        for leg in voucher.legs[:-1]:
            fund, project = funds[leg.account], projects[leg.meta["project"]]
            about = (batch_of(voucher.day), fund.doc_no, fund.name, fund.level, fund.task, project.name)
            rows.append((*about, project.meta.get("unit"), yuan(leg.amount or 0), cn(voucher.day)))
    return Table(f"{year}", f"{year}年衔接资金分配表", header, rows, (YUAN,), ("分配金额",))


def _treasury(county: County, year: int) -> Table:
    header = HEADERS["treasury"]
    projects = {p.id: p for p in county.projects.values()}
    funds = {f.id: f for f in county.funds.values()}
    rows = []
    for n, voucher in enumerate((v for v in borne(county, "treasury") if v.day.year == year), 1):
        fund, project = funds[voucher.meta["fund"]], projects[voucher.project]
        spent, quota = voucher.legs
        parts = spent.account.split(":")[1:3] if spent.account.startswith("Expenses:") else _classes(project)
        about = (fund.year, fund.doc_no, payment_number(voucher), fund.name, project.meta.get("unit"), project.name)
        text = "退回" if voucher.reverses else voucher.narration
        account = f"5002410099{n:09d}"
        rows.append((*about, yuan(-(quota.amount or 0)), text, voucher.payee, account, f"{voucher.day}", *parts))
    return Table(f"{year}", f"{year}年国库集中支付明细", header, rows, (YUAN,), ("金额",))


def _classes(project: Project) -> tuple[str, str]:
    kind = project.kind
    return f"{kind.function}{chart.FUNCTIONS[kind.function]}", f"{kind.economic}{chart.ECONOMIC_CLASSES[kind.economic]}"


def _roster(county: County) -> Table:
    header = HEADERS["roster"]
    rows = [row for household in county.households for row in _members(household)]
    return Table("名单", "防止返贫监测对象和脱贫户名单", header, rows, ("数据日期：2023年12月31日",))


def _members(household: Household) -> Iterator[tuple[object, ...]]:
    base = household.states[0].state
    listed = next((s for s in household.states if s.state == "监测户"), None)
    over = next((s for s in household.states if s.state == "风险消除"), None)
    said: tuple[object, ...] = (None,) * 8
    if listed:
        notice = f"{cn(listed.notice[0])}至{cn(listed.notice[1])}" if listed.notice else None
        days = (listed.day, over.day if over else None, listed.reported)
        ended = _flag(over is not None)
        said = (
            listed.monitor,
            ended,
            *(cn(d) or None for d in days),
            notice,
            cn(listed.helper) or None,
            cn(listed.plan) or None,
        )
    for person in household.people:
        relation = "户主" if person.number == 1 else "家庭成员"
        about = (
            household.village.town,
            household.village.name,
            lists.code_of(household),
            lists.code_of(household, person),
        )
        yield (*about, person.name, person.id_number, relation, len(household.people), base, *said)


def _assets(county: County) -> Table:
    header = HEADERS["assets"]
    heads = {h.id: h.people[0].name for h in county.households}
    names = {p.id: p.name for p in county.projects.values()}
    villages = {v.id: v for v in county.villages}
    rows = []
    for voucher in borne(county, "assets"):
        name = voucher.meta["asset"]
        mentions = [d for d in county.registry["assets"] if d.values[0] == name]
        meta = mentions[0].meta
        caretakers = "、".join(heads[h] for h in str(meta.get("caretaker", "")).split(",") if h)
        village = villages[meta["village"]]
        about = (
            name,
            meta["name"],
            meta["class"],
            names.get(meta.get("project", "")),
            yuan(-(voucher.legs[1].amount or 0)),
        )
        place = (meta["owner"], meta.get("operator"), village.town, village.name, caretakers or None)
        rows.append((*about, *place, mentions[-1].values[1], cn(mentions[-1].day), cn(voucher.day)))
    return Table("台账", "扶贫项目资产台账", header, rows, (YUAN,), ("原值",))


def _grants(county: County) -> Iterator[Table]:
    header = HEADERS["equity"]
    names = {p.id: p.name for p in county.projects.values()}
    people = {h.id: h for h in county.households}
    for number, voucher in enumerate(borne(county, "equity"), 1):
        (grant,) = [d for d in county.registry["equity"] if d.values[0] == voucher.meta["equity"]]
        meta = grant.meta
        about = (
            names[meta["project"]],
            meta["operator"],
            meta["operator-kind"],
            yuan(meta["subsidy"].fen),
            yuan(meta["quantified"].fen),
        )
        span = f"{meta['first-due'].year}-{meta['first-due'].year + meta['years'] - 1}"
        rows = []
        for line in voucher.legs[0].register or ():
            household = people.get(line.household)
            holder = line.holder if line.holder != "集体" else "村集体"
            kind = lists.kind_of(household, voucher.day) if household else None
            code = lists.code_of(household) if household else None
            rows.append(
                (*about, holder or "农户", code, kind, line.shares, float(line.shares), "5%", span, cn(voucher.day))
            )
        yield Table(f"第{number}份", "农业项目财政补助资金股权量化清单", header, rows, (YUAN,))


def _distributions(county: County, year: int) -> Table:
    header = HEADERS["distribution"]
    people = {h.id: h for h in county.households}
    villages = {chart.bank(v.id, v.name): v for v in county.villages}
    rows: list[tuple[object, ...]] = []
    for voucher in (v for v in borne(county, "distribution") if v.day.year == year):
        *uses, _, bank = voucher.legs
        income = sum(leg.amount or 0 for leg in uses)
        about = (villages[bank.account].name, voucher.meta["asset"], yuan(income))
        day = (cn(voucher.day), year)
        for leg in uses:
            use = next(name for name, account in chart.USES.items() if account == leg.account)
            if not leg.roll:
                rows.append((*about, use, None, None, yuan(leg.amount or 0), *day))
            for line in leg.roll or ():
                household = people[line.household]
                who = (lists.code_of(household), household.people[0].name)
                rows.append((*about, use, *who, yuan(line.amount), *day))
    return Table(f"{year}", f"{year}年扶贫项目资产收益分配表", header, rows, (YUAN,), ("分配金额",))


def _spending(county: County) -> Table:
    """What villages spend, of projects' money and of what assets earned."""
    header = ["乡镇", "村", "日期", "项目或资产", "用途", "金额", "收款方", "年度", "支出功能科目", "部门支出经济分类", "摘要"]
    villages = {chart.bank(v.id, v.name): v for v in county.villages}
    uses = {account: use for use, account in chart.USES.items()}
    rows = []
    for voucher in sorted(borne(county, "spending"), key=lambda v: v.day):
        spent, bank = voucher.legs
        place, use = villages[bank.account], uses.get(spent.account)
        classes = (None, None) if use else tuple(spent.account.split(":")[1:3])
        about = (voucher.meta.get("asset") or voucher.project, use or "材料设备款", yuan(spent.amount or 0), voucher.payee)
        rows.append((place.town, place.name, cn(voucher.day), *about, voucher.meta.get("income-year"), *classes, voucher.narration))
    return Table("支出", "村级支出表", header, rows, (YUAN,), ("金额",))


def _statements(county: County) -> Iterator[Table]:
    """The statement of every account that the bank's lines bear something of: all its lines, in the order of days."""
    accounts = dict.fromkeys(v.legs[0].account for v in sorted(borne(county, "bank"), key=lambda v: _rank(county, v)))
    villages = {chart.bank(v.id, v.name): v for v in county.villages}
    header = HEADERS["bank"]
    for account in accounts:
        village = villages[account]
        head = (YUAN, f"户名：{village.collective}　账号：5002410088{village.id[1:]:0>9}")
        yield Table(village.id, "农村商业银行账户交易明细", header, list(_lines(county, account)), head)


def _rank(county: County, voucher: Voucher) -> tuple[dt.date, str]:
    account = voucher.legs[0].account
    return min(v.day for v in county.vouchers if any(leg.account == account for leg in v.legs)), account


def _lines(county: County, account: str) -> Iterator[tuple[object, ...]]:
    balance = 0
    for voucher in sorted(county.vouchers, key=lambda v: v.day):
        for leg in (one for one in voucher.legs if one.account == account):
            amount = leg.amount or 0
            balance += amount
            cells = (yuan(-amount) if amount < 0 else None, yuan(amount) if amount > 0 else None, yuan(balance))
            other = "县财政国库支付中心" if voucher.sheet == "treasury" else voucher.payee
            yield (f"{voucher.day:%Y.%m.%d}", voucher.narration, *cells, other)
