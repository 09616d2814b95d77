"""Traces add up at every level to the 分, forwards and backwards, and miss nothing."""

import shutil
from collections import Counter
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from ledgers.facts import registered
from ledgers.facts.grants import grants
from reports.check.checked import Checked
from reports.trace import show, trace
from reports.trace.nodes import Node
from tests.reports.conftest import EXAMPLE, EXAMPLE_DAY, judged
from xianjie.commands import cli

RESTS = ("其余", "同一凭证的其他分录", "未能说明去向", "没有分配", "没有支付")


def adds_up(node: Node) -> bool:
    return all(sum(part.amount for part in one.parts) == one.amount for one in node.walk() if one.parts)


@pytest.fixture(scope="module")
def trees(sample: Checked) -> dict[str, list[Node]]:
    """Every fund, project and asset, and every twentieth household, of the sample county."""
    tables = sample.book.tables
    people = list(dict.fromkeys(tables.households["household"]))[::20]
    ids = [*registered.funds(tables), *registered.projects(tables), *registered.assets(tables), *people]
    return {name: trace(tables, name) for name in ids}


def test_a_funds_money_is_accounted_for_by_name(trees: dict[str, list[Node]], sample: Checked) -> None:
    """What was taken back is not also waiting for its arrival: nothing is left to be called the rest."""
    roots = [trees[name][0] for name in registered.funds(sample.book.tables)]
    assert any(part.text == "上级收回" for root in roots for part in root.parts)
    assert [root.text for root in roots if any(part.text == "其余" for part in root.parts)] == []


def test_every_level_adds_up(trees: dict[str, list[Node]]) -> None:
    assert len(trees) > 300
    assert [name for name, roots in trees.items() if not all(map(adds_up, roots))] == []


def test_nothing_is_left_unexplained_but_what_was_badly_booked(sample: Checked, trees: dict[str, list[Node]]) -> None:
    rests = Counter(
        name
        for name, roots in trees.items()
        for root in roots
        for node in root.walk()
        if node.text in RESTS and node.amount
    )
    uneven = {
        one.subject.id
        for one in sample.audit.findings
        if one.rule == "record" and one.status == "fail" and "不相等" in one.message
    }
    table = sample.book.tables.postings
    legs = table[table["voucher"].isin(uneven)]
    assert uneven
    assert set(rests) == {*legs["project"], *legs["fund"]} - {""}


def test_what_funds_paid_is_what_the_book_says(sample: Checked, trees: dict[str, list[Node]]) -> None:
    table = sample.book.tables.postings
    legs = table[(table["kind"] == "allocated") & ~table["quota_only"]]
    for fund in registered.funds(sample.book.tables):
        (root,) = trees[fund]
        paid = [node for node in root.walk() if node.text.startswith("支付 ") or node.text == "支付"]
        assert sum(node.amount for node in paid) == -legs.loc[legs["fund"] == fund, "amount"].sum()
        assert root.amount == registered.funds(sample.book.tables)[fund].amount


def test_a_project_got_what_it_gave(sample: Checked, trees: dict[str, list[Node]]) -> None:
    for project in registered.projects(sample.book.tables):
        came, went = trees[project]
        assert came.amount == went.amount


def test_roll_lines_reach_every_household(sample: Checked, trees: dict[str, list[Node]]) -> None:
    payments = sample.book.tables.payments
    sums = payments.groupby("household", observed=True)["amount"].sum()
    people = [name for name in trees if name.startswith("H")]
    assert len(people) > 100
    for name in people:
        assert trees[name][0].amount == sums.get(name, 0)
        assert trees[name][0].text == f"户 {name}：收到"


def test_an_asset_shows_income_and_every_use_of_it(sample: Checked, trees: dict[str, list[Node]]) -> None:
    table = sample.book.tables.postings
    for kind, sign, word in (("asset income", -1, "年收益"), ("distribution", 1, "年收益的使用")):
        legs = table[table["kind"] == kind]
        for asset in registered.assets(sample.book.tables):
            years = [link for link in trees[asset][-1].links if link.text.endswith(word)]
            parts = [part for year in years for part in year.parts if part.voucher]
            assert sum(part.amount for part in parts) == sign * legs.loc[legs["asset"] == asset, "amount"].sum()


def test_a_project_leads_on_to_its_shares_and_their_dividends(sample: Checked, trees: dict[str, list[Node]]) -> None:
    table, seen = sample.book.tables.postings, 0
    for grant in grants(sample.book.tables):
        (node,) = [link for link in trees[grant.row.project][1].links if link.text.startswith(f"股权 {grant.row.id} ")]
        assert node.amount == sum(line.amount for line in grant.lines)
        dividends = table[(table["kind"] == "asset income") & (table["equity"] == grant.row.id)]
        years = [link for link in node.links if link.text.endswith("年收益")]
        assert sum(year.amount for year in years) == -dividends["amount"].sum()
        seen += len(years)
    assert seen > 3


def test_a_project_leads_on_to_its_assets_and_an_asset_back_to_its_projects(
    sample: Checked, trees: dict[str, list[Node]]
) -> None:
    for asset in registered.assets(sample.book.tables).values():
        for project in asset.project or ():
            assert any(link.text.startswith(f"资产 {asset.id} ") for link in trees[project][1].links)
            assert any(f"来源：项目 {project} " in root.text for root in trees[asset.id])


def test_the_terminal_shows_the_way_down_to_the_household() -> None:
    output = CliRunner().invoke(cli, ["trace", str(EXAMPLE), "YG2022-01", "--as-of", "2022-12-31"]).output
    lines = [line.split() for line in output.splitlines()]
    assert lines[0][-1] == "400,000.00"
    assert [line[-1] for line in lines if "H106003-001-1" in line] == ["20,000.00"]
    assert any("支付" in line and "340,100.00" in line for line in (" ".join(words) for words in lines))
    assert "→" not in output


def test_a_long_roll_is_one_line_in_the_terminal_and_whole_in_the_workbook(
    sample: Checked, trees: dict[str, list[Node]]
) -> None:
    roots = next(found for found in trees.values() if any(len(node.parts) > 20 and node.roll for node in walk(found)))
    long = next(node for node in walk(roots) if len(node.parts) > 20 and node.roll)
    text = show.as_text(roots)
    assert f"清册 {long.roll} 共 {len(long.parts)} 行（逐行见工作簿）" in text
    assert long.parts[0].text not in text
    sheet = openpyxl.load_workbook(BytesIO(show.as_xlsx(sample.book.tables, "甲", roots))).active
    assert sheet.max_row - 5 == sum(1 for _ in walk(roots))  # title, how far the book goes, heads


def walk(roots: list[Node]) -> list[Node]:
    return [node for root in roots for node in root.walk()]


def test_only_what_was_known_on_the_day(tmp_path: Path) -> None:
    run = CliRunner().invoke(cli, ["trace", str(EXAMPLE), "YG2022-01", "--as-of", "2022-06-30"])
    assert "已分配未支付" in run.output
    assert "2022-08-31" not in run.output


def test_grants_villages_vouchers_and_payees_add_up_to_what_the_book_says(sample: Checked) -> None:
    tables = sample.book.tables
    grant = grants(tables)[0]
    held, received = trace(tables, grant.row.id)
    assert (held.amount, adds_up(held), adds_up(received)) == (grant.booked, True, True)
    assert received.amount > 0
    table = tables.postings
    bank = table[(table["kind"] == "bank")]
    for village in sorted(set(bank["village"]) & set(registered.villages(tables)))[:5]:
        (root,) = trace(tables, village)
        assert root.amount == bank.loc[bank["village"] == village, "amount"].sum()
        assert adds_up(root)
    reversing = table[table["reverses"] != ""].iloc[0]
    (voucher,) = trace(tables, str(reversing["reverses"]))
    assert (voucher.amount, adds_up(voucher)) == (0, True)
    assert f"被冲销于凭证 {reversing['voucher']}" in voucher.links[0].text
    payee = str(table.loc[table["kind"] == "advance", "payee"].iloc[0])
    (paid,) = trace(tables, payee)
    cash = table[(table["payee"] == payee) & table["kind"].isin(["allocated", "bank"]) & ~table["quota_only"]]
    assert (paid.amount, adds_up(paid)) == (-cash["amount"].sum(), True)


def test_what_a_project_got_back_is_shown_until_it_is_handed_in(tmp_path: Path) -> None:
    book = tmp_path / "book"
    shutil.copytree(EXAMPLE, book)
    with (book / "2022" / "12.beancount").open("a", encoding="utf-8") as month:
        month.write(
            '\n2022-12-28 open Liabilities:2103应缴财政款\n2022-12-28 * "示例公司" "退回多付的工程款"\n  voucher: "2022-900001"\n  project: "XS2022-0001"\n'
            "  Assets:1002银行存款:V106003美翠村  500.00 CNY\n  Liabilities:2103应缴财政款  -500.00 CNY\n"
        )
    roots = trace(judged(book, EXAMPLE_DAY).book.tables, "XS2022-0001")
    (link,) = [link for root in roots for link in root.links if link.text.startswith("收回待上缴的钱")]
    assert (link.amount, [part.voucher for part in link.parts]) == (50_000, ["2022-900001"])


def test_a_project_shows_what_it_paid_ahead_and_holds_back(sample: Checked) -> None:
    table = sample.book.tables.postings
    for kind, title in (("advance", "预付账款"), ("retention", "质保金")):
        legs = table[(table["kind"] == kind) & (table["project"] != "")]
        name = str(legs["project"].iloc[0])
        mine = legs[legs["project"] == name]
        links = [link for root in trace(sample.book.tables, name) for link in root.links if link.text.startswith(title)]
        assert sum(len(link.parts) for link in links) == len(mine)
        assert sum(link.amount for link in links) == mine["amount"].sum() * (1 if kind == "advance" else -1)


def test_a_broken_roll_is_named(tmp_path: Path) -> None:
    book = tmp_path / "book"
    shutil.copytree(EXAMPLE, book)
    roll = book / "rolls" / "2022" / "08.csv"
    roll.write_text(roll.read_text("utf-8").replace("29900.00", "29800.00"), "utf-8")
    roots = trace(judged(book, EXAMPLE_DAY).book.tables, "XS2022-0001")
    assert all(map(adds_up, roots))
    assert "清册不可信" in show.as_text(roots)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["X-1"], "没有编号为 X-1 的资金、项目、户、资产、股权、村、凭证，也没有这个收款方"),
        (["YG2022-01", "--format", "xlsx"], "工作簿请用 --output 指定文件"),
        (["YG2022-01", "--output", "/no/such/folder/x"], "（文件夹不存在），没有改动任何文件"),
    ],
)
def test_what_is_refused(arguments: list[str], message: str) -> None:
    run = CliRunner().invoke(cli, ["trace", str(EXAMPLE), *arguments, "--as-of", "2022-12-31"], standalone_mode=False)
    assert message in str(run.exception)
