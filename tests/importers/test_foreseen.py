"""Judged before it is sent: what a payment, allocation or pay list would do to the verdicts, and nothing is written."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from ledgers.money import fen, yuan
from tests.importers.county import CITY, RELIEF, allocation, benefits, labour, treasury
from tests.importers.dirty import Paper, to_xlsx
from tests.importers.helpers import Desk
from xianjie.commands import cli

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/foreseen.schema.json").read_text("utf-8"))
ROAD, AID = "美翠村产业路", "白水村到户产业补助"
BUILDER = "示例建筑有限公司"


def payment(*rows: tuple[str, str, str, str, str, str]) -> Paper:
    """A payment file: document, project, yuan, purpose, payee, economic class."""
    paper = treasury()
    paper.rows[:] = [
        [document, f"ZF{number:04d}", "", "县交通局", project, Decimal(amount), purpose, payee, "6217000000000000002",
         date(2023, 3, 1), "2130505 生产发展", economic]
        for number, (document, project, amount, purpose, payee, economic) in enumerate(rows, 100)
    ]
    return paper


def asked(county: Desk, *papers: Paper | Path, status: int, day: str = "2023-03-31") -> dict[str, Any]:
    """What is told of papers; nothing was written, and it fits the published schema."""
    before = county.state()
    files = [
        str(paper if isinstance(paper, Path) else to_xlsx(county.folder / f"预审{number}.xlsx", paper))
        for number, paper in enumerate(papers)
    ]
    done = CliRunner().invoke(
        cli, ["check", str(county.book), "--with", *files, "--as-of", day, "--format", "json"], standalone_mode=False
    )
    assert done.return_value == status, done.output
    assert county.state() == before
    told: dict[str, Any] = json.loads(done.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(told)
    assert told["exit_status"] == status
    return told


def broken(told: dict[str, Any]) -> set[str]:
    return {one["rule"] for one in told["changes"] if one["breaks"]}


def test_a_payment_file_that_breaks_three_rules(county: Desk) -> None:
    told = asked(
        county,
        payment(
            (RELIEF, ROAD, "20000.00", "工程款", BUILDER, "31005"),
            (CITY, AID, "8000.00", "偿还债务", BUILDER, "31005"),
        ),
        status=1,
    )
    assert broken(told) == {"fund-trace", "overpaid", "negative-list"}
    over = next(one for one in told["changes"] if one["rule"] == "overpaid")
    assert (over["before"]["status"], over["after"]["status"], over["after"]["shortfall"]) == ("pass", "fail", "20000.00")
    assert over["ask"] == "县交通局"
    road = next(room for room in told["rooms"] if room["name"] == ROAD)
    assert (road["asked"], road["left"]) == ("20000.00", "-20000.00")


def test_what_may_still_be_paid_breaks_nothing_and_a_fen_more_does(county: Desk) -> None:
    one = (CITY, AID, "1000.00", "种植补助", BUILDER, "31005")
    told = asked(county, payment(one), status=0)
    assert not broken(told)
    (room,) = told["rooms"]
    assert room["left"] == "290000.00"
    rest = fen(room["left"]) + fen(room["asked"])
    told = asked(county, payment((*one[:2], yuan(rest), *one[3:])), status=0)
    assert told["rooms"][0]["left"] == "0.00"
    told = asked(county, payment((*one[:2], yuan(rest + 1), *one[3:])), status=1)
    assert broken(told) == {"fund-trace", "overpaid"}
    assert told["rooms"][0]["left"] == "-0.01"


def test_a_list_is_judged_as_if_it_were_paid(county: Desk) -> None:
    """Wages on a project without notice; nobody of the list is entered anywhere."""
    paper = labour()
    paper.above[-1] = [f"项目名称：{AID}　　发放期间：2023年2月"]
    told = asked(county, paper, status=1)
    assert "labour-notice" in {one["rule"] for one in told["changes"] if one["direction"] == "worse"}
    assert [room["asked"] for room in told["rooms"]] == ["59900.00"]
    assert "推定" in told["supposed"]["remarks"][0]
    assert "丁路人" not in json.dumps(told, ensure_ascii=False)


def test_wages_of_a_contractor_who_was_paid_nothing_cannot_be_judged(county: Desk) -> None:
    paper = labour()
    paper.above[-1] = [f"项目名称：{AID}　　发放期间：2023年2月　　由施工单位支付"]
    assert "工程款" in asked(county, paper, status=1)["supposed"]["unpaid"][0]


def test_an_allocation_above_the_quota(county: Desk) -> None:
    paper = allocation()
    paper.rows[:] = [["第二批", CITY, "", "巩固拓展", "", AID, "县农业农村委", Decimal("500000.00"), date(2023, 3, 5)]]
    told = asked(county, paper, status=1)
    assert "fund-trace" in broken(told)
    asked_of = {one["ask"] for one in told["changes"] if one["subject"]["kind"] == "fund"}
    assert asked_of == {"县农业农村委"}, "the unit of the project that the sheet is about, not the county"
    assert told["rooms"][0]["left"] == "291000.00", "no more than has arrived"


def test_a_sheet_that_cannot_be_imported_is_told_with_its_place(county: Desk) -> None:
    told = asked(county, payment((CITY, "没有的项目", "1.00", "补助", BUILDER, "31005")), status=2)
    assert told["refused"][0]["row"] == 2
    assert not told["changes"]


def test_beancount_and_sheets_together(county: Desk) -> None:
    """A contract that is registered in the same go is the limit of what may be paid."""
    file = county.folder / "合同.beancount"
    file.write_text('2023-02-01 custom "project" "P2022-0003"\n  contract: 10000.00 CNY\n', "utf-8")
    told = asked(county, payment((CITY, AID, "8000.00", "种植补助", BUILDER, "31005")), file, status=1)
    assert "overpaid" in broken(told)
    assert told["rooms"][0]["limited_by"] in ("overpaid", "paid-ahead")


def test_what_is_in_the_book_already_changes_nothing(county: Desk) -> None:
    told = asked(county, treasury(), status=0)
    assert told["changes"] == told["rooms"] == []


@pytest.mark.parametrize("more", [["--rule", "overpaid"], ["--format", "sarif"], ["--baseline", __file__]])
def test_what_does_not_go_together_is_said(county: Desk, more: list[str]) -> None:
    done = CliRunner().invoke(cli, ["check", str(county.book), "--with", __file__, *more])
    assert done.exit_code == 2
    assert "预审" in done.output


def test_a_terminal_is_told_whom_to_ask(county: Desk) -> None:
    file = to_xlsx(county.folder / "付款.xlsx", payment((RELIEF, ROAD, "0.01", "工程款", BUILDER, "31005")))
    done = CliRunner().invoke(cli, ["check", str(county.book), "--with", str(file), "--as-of", "2023-03-31"])
    assert done.exit_code == 1, done.output
    assert "符合 → 不符合" in done.output
    assert "问 县交通局" in done.output
    assert "超出 0.01 元" in done.output


def test_a_plan_takes_sheets_as_well(county: Desk) -> None:
    """What must still be done, were the money paid: less by what the sheet pays."""

    def unspent(*more: str) -> int:
        done = CliRunner().invoke(cli, ["plan", str(county.book), "--as-of", "2023-03-31", "--format", "json", *more])
        assert done.exit_code == 0, done.output
        found = [one for one in json.loads(done.stdout)["tasks"] if one["rule"] in ("carry-over", "spending-progress")]
        return sum(fen(one["amount"]) for one in found if one["subject"]["id"] == "F2022-03")

    file = to_xlsx(county.folder / "付款.xlsx", payment((CITY, AID, "1000.00", "种植补助", BUILDER, "31005")))
    assert unspent() - unspent("--with", str(file)) == 100_000


def test_people_who_may_not_receive_are_named_before_they_are_paid(county: Desk) -> None:
    """An aid for 脱贫户 alone, and a list with a 一般户 on it."""
    standard = county.folder / "补助.beancount"
    standard.write_text('2022-01-01 custom "benefit" "养蜂补助"\n  states: "脱贫户"\n  cap: 3000.00 CNY\n', "utf-8")
    (county.book / "registry/benefits.beancount").write_bytes(standard.read_bytes())
    paper = benefits()
    paper.above[:] = [["惠企利民补贴发放表"], [f"项目名称：{AID}　　补贴名称：养蜂补助"]]
    for row in paper.rows:
        row[paper.column("发放月份")] = "2023-02"
    told = asked(county, paper, status=1)
    assert "recipient-eligible" in broken(told)
    (change,) = [one for one in told["changes"] if one["rule"] == "recipient-eligible"]
    assert "不属于" in change["after"]["message"] or "超过" in change["after"]["message"]
    assert "丙文" not in json.dumps(told, ensure_ascii=False)
