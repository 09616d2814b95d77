"""What the bank says of pay lists, what is paid again, 惠农补贴 without a month, who imported and whose sheet it was."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from importers.reading.given import Given
from ledgers.book import read
from ledgers.facts.returned import returned
from tests.importers.county import TODAY, benefits, labour, treasury
from tests.importers.dirty import Paper
from tests.importers.helpers import Desk
from tests.importers.test_refused import edited


def with_column(paper: Paper, name: str, *cells: str) -> Paper:
    return replace(paper, header=[*paper.header, name], rows=[[*row, cell] for row, cell in zip(paper.rows, cells, strict=True)])


def paid(number: str, day: date, amount: str, use: str = "8月劳务报酬") -> Paper:
    return replace(treasury(), rows=[edited(treasury(), 0, 支付凭证号=number, 付款日期=day, 金额=Decimal(amount), 用途=use).rows[0]])


def test_results_of_the_bank_stand_in_the_list_without_booking_anything(county: Desk) -> None:
    vouchers = county.text().count("voucher:")
    county.take(with_column(labour(), "发放结果", "成功", "失败", "已到账"))
    cells = [line.split(",")[7] for line in county.lines("rolls/2022/09.csv")]
    assert cells == ["result", "成功", "退票", "成功"]
    assert county.text().count("voucher:") == vouchers


def test_a_sheet_of_the_returned_alone_marks_them(county: Desk) -> None:
    whole = with_column(labour(), "发放结果", "", "退票", "")
    county.take(replace(whole, rows=whole.rows[1:2]))
    assert [line.split(",")[7] for line in county.lines("rolls/2022/09.csv")] == ["result", "", "退票", ""]


def test_what_came_back_and_was_paid_again(county: Desk) -> None:
    county.take(with_column(labour(), "发放结果", "成功", "退票", "成功"))
    back = edited(paid("ZF0009", date(2022, 9, 20), "10000.00"), 0, 金额=Decimal("-10000.00"), 用途="退回")
    county.take(back)
    again = replace(labour(), rows=labour().rows[1:2], above=[["以工代赈项目劳务报酬补发表"], ["项目名称：美翠村产业路　　发放期间：2022年8月"]])
    county.take(again, paid("ZF0010", date(2022, 10, 8), "10000.00", "补发8月劳务报酬"))
    assert [line.rsplit(",", 1)[0] for line in county.lines("rolls/2022/09.csv")][-1].endswith(",H106001-001,2,-10000.00,-50,,,退票,,2022-08")
    assert county.lines("rolls/2022/10.csv")[1].startswith("2022-")
    assert "补发" not in county.text("rolls/2022/09.csv")
    tables = read(county.book, TODAY).tables
    assert not tables.problems
    (one,) = returned(tables)
    assert one.reversal
    assert one.mended == date(2022, 9, 20)
    assert one.again
    assert one.again[1].date == date(2022, 10, 8)


def test_a_column_says_which_rows_pay_again_and_for_which_month(county: Desk) -> None:
    rows = [*labour().rows, edited(labour(), 1, 出勤天数=Decimal(10), 应发金额=Decimal("2000.00"), 实发金额=Decimal("2000.00")).rows[1]]
    paper = with_column(replace(labour(), rows=rows), "补发", "否", "", "", "2022年7月")
    county.take(replace(paper, above=[["劳务报酬发放表"], ["项目名称：美翠村产业路　　发放期间：2022年9月"]]))
    said = [line.split(",")[7:] for line in county.lines("pending/lists.csv")[1:]]
    assert [(cells[-4], cells[-2]) for cells in said] == [("", "2022-09")] * 3 + [("补发", "2022-07")]


def test_a_subsidy_list_without_a_month_belongs_to_its_year(county: Desk) -> None:
    named = [["龙池镇2022年耕地地力保护补贴发放清册"], ["项目名称：白水村到户产业补助"]]
    paper = edited(replace(benefits(), above=named), 0, **{"应发金额(元)": Decimal("60.00"), "实发金额(元)": Decimal("60.00")})
    drop = [paper.header.index(name) for name in ("按户按人补助标识", "发放月份")]
    rows = [[cell for n, cell in enumerate(row) if n not in drop] for row in paper.rows]
    header = [name for n, name in enumerate(paper.header) if n not in drop]
    accounts = [f"62284800000000{n:05d}" for n in range(len(rows))]
    county.take(with_column(replace(paper, header=header, rows=rows, texts=("证件号码", "开户账号")), "开户账号", *accounts))
    lists = county.lines("pending/lists.csv")
    assert {line.split(",")[0] for line in lists[1:]} == {"一卡通:P2022-0003:2022-01至2022-12:0"}
    assert {line.split(",")[-2] for line in lists[1:]} == {"2022"}
    assert not any(account in county.text("**/*") for account in accounts)


def test_who_imported_and_whose_sheet_it_was(county: Desk) -> None:
    paper = edited(treasury(), 0, 用途="劳务费")
    county.take(replace(paper, below=[["填报单位（盖章）：县财政局　　填报日期：2022年12月5日"]]), given=Given(by="王会计"))
    row = county.lines("imports.csv")[-1].split(",")
    assert ("王会计" in row)
    assert ("县财政局" in row)


