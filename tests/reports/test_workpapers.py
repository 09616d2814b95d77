"""Workpapers: every finding with its numbers, formulas that come to the same, and what cannot be trusted up front."""

import json
import re
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from ledgers import clock
from ledgers.files.problems import Problem, Untrusted
from ledgers.money import fen
from plugins.findings import FAIL, STATUS_NAMES, YUAN, Audit, Crash, Finding
from reports.check.baseline import WHOLE, Scope, compare
from reports.check.checked import Checked, as_json, crashed
from reports.workbook import Workbook
from reports.workpapers import evidence, forms, reconciliation
from reports.workpapers.papers import TOOL_RULES, papers_of
from reports.workpapers.rule_sheets import MET, MISSED
from reports.workpapers.sampling import Plan, Sample, _row, _systematic, _Voucher, draw
from reports.workpapers.workbook import FAILURES, Asked, as_xlsx
from tests.reports.conftest import EXAMPLE, EXAMPLE_DAY, judged
from xianjie.commands import cli

OURS = ("IF(", "MAX(", "ROUND(", "SUM(")
FIRST_RULE = 5  # place of the first rule's sheet
Rows = list[list[Any]]


@pytest.fixture(scope="module")
def paper(sample: Checked) -> bytes:
    return as_xlsx(sample)


@pytest.fixture(scope="module")
def opened(paper: bytes) -> dict[str, Rows]:
    """The values of every sheet."""
    book = CalamineWorkbook.from_filelike(BytesIO(paper))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


@pytest.fixture(scope="module")
def earlier(sample: Checked) -> Checked:
    """The sample county as it was judged a year before."""
    return judged(sample.book.main, date(2022, 12, 31))


def small(checked: Checked) -> Any:
    return openpyxl.load_workbook(BytesIO(as_xlsx(checked)))


def text_of(rows: Iterable[Iterable[Any]]) -> str:
    return "\n".join(str(value) for row in rows for value in row if value not in (None, ""))


def rows_of(rows: Rows, first: str) -> list[dict[str, Any]]:
    """The rows below the header whose first cell reads so."""
    top = next(number for number, row in enumerate(rows) if row[0] == first)
    return [dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 :] if row[0] != ""]


def test_the_same_book_gives_the_same_bytes(example: Checked) -> None:
    assert as_xlsx(example) == as_xlsx(example)


def test_sheets_stand_in_order(sample: Checked, opened: dict[str, Rows]) -> None:
    names = list(opened)
    groups = papers_of(sample).groups
    assert names[:5] == ["封面", "问题汇总表", "审计取证单", "审计程序", "规则汇总"]
    assert len(names) == FIRST_RULE + len(groups) + 8
    assert names[-8:] == ["证据·凭证", "证据·清册", "参数", "豁免与整改", "对账", "筛查", "筛查图", "筛查所指"]


def test_every_finding_is_there_with_its_numbers(sample: Checked, opened: dict[str, Rows]) -> None:
    for number, group in enumerate(papers_of(sample).groups):
        rows = rows_of(opened[list(opened)[FIRST_RULE + number]], "索引号")
        assert [row["索引号"] for row in rows] == [paper.index for paper in group.papers]
        for row, paper in zip(rows, group.papers, strict=True):
            check_row(row, paper.finding)


def check_row(row: dict[str, Any], finding: Finding) -> None:
    assert (row["对象编号"], row["结论"]) == (finding.subject.id, STATUS_NAMES[finding.status])
    assert row["说明"] == finding.message
    if finding.shortfall is not None:
        assert fen(f"{row['差额（元）']:.2f}") == finding.shortfall
    measured = finding.measured
    if measured is None:
        assert row["分子"] == ""
        return
    scale = 100 if measured.unit == YUAN else 1
    assert row["分子"] == pytest.approx(float(Fraction(measured.numerator) / scale), abs=1e-9)
    if measured.ratio is not None:
        assert row["比值"] == pytest.approx(float(measured.ratio), abs=1e-12)


def test_the_recomputed_verdict_agrees_with_ours(sample: Checked, opened: dict[str, Rows]) -> None:
    seen = set()
    for number, group in enumerate(papers_of(sample).groups):
        for row, paper in zip(rows_of(opened[list(opened)[FIRST_RULE + number]], "索引号"), group.papers, strict=True):
            if row["复算"]:
                seen.add((row["复算"], paper.finding.status))
                if paper.finding.status in ("pass", "fail", "waived"):
                    assert (row["复算"] == MET) == (paper.finding.status == "pass"), (group.rule.id, row)
    assert {(MET, "pass"), (MISSED, "fail"), (MISSED, "waived")} <= seen


def test_no_live_formula_comes_from_data(paper: bytes) -> None:
    found = re.findall(rb"<f>(.*?)</f><v>(.*?)</v>", b"".join(sheets_of(paper)))
    assert len(found) > 500
    assert all(words.decode().startswith(OURS) for words, _ in found)
    assert len(found) == sum(part.count(b"<f") for part in sheets_of(paper))


def sheets_of(content: bytes) -> list[bytes]:
    with zipfile.ZipFile(BytesIO(content)) as parts:
        return [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]


def test_every_number_has_its_vouchers(sample: Checked, opened: dict[str, Rows]) -> None:
    given: dict[str, list[Any]] = {}
    for row in rows_of(opened["证据·凭证"], "索引号"):
        given.setdefault(row["索引号"], []).append(row)
    vouchers = sample.book.tables.postings["voucher"].tolist()
    for group in papers_of(sample).groups:
        for paper in group.papers:
            rows = given.get(paper.index, [])
            assert rows, paper.index
            named = [row["凭证号"] for row in rows if row["凭证号"]]
            assert named == [vouchers[row] for row in dict.fromkeys(paper.finding.evidence)]


def test_evidence_beyond_the_limit_is_announced(sample: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "LIMIT", 50)
    papers = papers_of(sample)
    proofs = evidence.Proofs(papers)
    proofs.problems, proofs._total = [], 0
    for group in papers.groups:
        proofs.add(group.papers)
    assert proofs.left > 3000
    assert 0 < sum(len(one.evidence) + len(one.places) for one in proofs.others) <= 50


def test_roll_lines_of_failures_are_listed(sample: Checked, opened: dict[str, Rows]) -> None:
    failed = {row for one in sample.audit.findings if one.status in evidence.FIRST for row in one.evidence}
    payments = sample.book.tables.payments
    expected = payments[payments["posting"].isin(failed)]
    rows = rows_of(opened["证据·清册"], "凭证号")
    assert len(rows) == len(expected) > 100
    assert sum(fen(f"{row['金额（元）']:.2f}") for row in rows) == expected["amount"].sum()


def test_parameters_are_listed_with_basis_quotation_and_reading(sample: Checked, opened: dict[str, Rows]) -> None:
    rows = {row["编号"]: row for row in rows_of(opened["参数"], "编号")}
    papers = papers_of(sample)
    for group in papers.groups:
        papers.of_rule(paper for paper in group.failed if paper.has_form)
    for group in papers.groups:
        papers.of_rule(group.papers)
    used = papers.used
    assert len(rows) == len(used) > 20
    for one in used.values():
        row = rows[one.number]
        assert (row["参数"], row["依据"]) == (one.parameter.name, one.parameter.basis)
        assert (row["原文"], row["读法"]) == (one.parameter.quote, one.parameter.reading)
    assert any(row["原文"] for row in rows.values())
    assert any(row["读法"] for row in rows.values())


def test_waivers_and_rectifications_are_listed_with_their_effect(sample: Checked, opened: dict[str, Rows]) -> None:
    text = text_of(opened["豁免与整改"])
    assert "已过期，不再有效" in text
    assert "有效，覆盖 1 项" in text
    assert "销号" in text
    assert len(sample.book.tables.waivers) == 2


def test_a_form_for_every_failure_with_room_to_sign(sample: Checked, opened: dict[str, Rows]) -> None:
    rows = opened["审计取证单"]
    labels = [row[0] for row in rows]
    failures = sum(paper.has_form for group in papers_of(sample).groups for paper in group.papers)
    assert failures > 40
    for label in ("标准", "事实", "附件", "编制人", "复核人"):
        assert labels.count(label) == failures
    assert not {"后果", "建议"} & set(labels), "advice is not for the page that the unit seals"
    assert "违法" not in text_of(rows)
    assert "劳务报酬 298,200.00 元 ÷ 市级及以上以工代赈专项资金 2,000,000.00 元 = 14.91%" in text_of(rows)


def test_every_form_is_a_page_of_its_own(example: Checked) -> None:
    sheet = small(example)["审计取证单"]
    failures = sum(paper.has_form for group in papers_of(example).groups for paper in group.papers)
    assert (len(sheet.row_breaks.brk), sheet.page_setup.orientation) == (failures - 1, "portrait")


def test_more_failures_than_forms_is_announced(example: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "LIMIT", 2)
    rows = list(small(example)["审计取证单"].values)
    assert [row[0] for row in rows].count("标准") == 2
    assert "以下只列前 2 项" in text_of(rows)


def test_the_reconciliation_adds_up(sample: Checked, opened: dict[str, Rows]) -> None:
    rows = opened["对账"]
    funds = [row for row in rows if row[0] in set(sample.book.tables.funds["id"])]
    total = next(row for row in rows if row[0] == "合计")
    assert len(funds) == sample.book.tables.funds["id"].nunique()
    for column in range(2, 10):
        assert total[column] == pytest.approx(sum(row[column] for row in funds), abs=0.001)
    assert all(row[2] - row[3] - row[4] == pytest.approx(-row[5], abs=0.001) for row in funds)
    assert "Assets:1002银行存款:V003001壬禾村" in text_of(rows)


def test_what_cannot_be_trusted_stands_on_the_cover(example: Checked) -> None:
    audit = Audit(
        example.audit.findings, [Crash("notices", "ValueError: x")], [Problem("rolls/2022/08.csv", 2, "金额不符")]
    )
    text = text_of(small(replace(example, audit=audit))["封面"].values)
    assert "不能全部采信，共 3 处" in text  # the two, and what stayed undetermined
    assert crashed("notices", "ValueError: x") in text
    assert "rolls/2022/08.csv:2：金额不符" in text
    assert "因缺少内容无法判定" in text
    clean = replace(example, audit=Audit([one for one in example.audit.findings if one.status != "undetermined"]))
    assert "全部规则都得出了结论" in text_of(small(clean)["封面"].values)


def test_the_cover_counts_the_rules_without_subjects_and_the_procedure_lists_them(example: Checked) -> None:
    sheets = small(example)
    listed = text_of(sheets["审计程序"].values).count("没有对象")
    assert listed > 20
    assert f"另有 {listed} 条规则没有判定对象" in text_of(sheets["封面"].values)


def test_a_broken_roll_stands_on_the_cover(tmp_path: Path) -> None:
    book = tmp_path / "book"
    shutil.copytree(EXAMPLE, book)
    roll = book / "rolls" / "2022" / "08.csv"
    roll.write_text(roll.read_text("utf-8").replace("29900.00", "29800.00"), "utf-8")
    assert "不能全部采信" in text_of(small(judged(book, EXAMPLE_DAY))["封面"].values)


def test_the_cover_says_what_was_judged(sample: Checked, opened: dict[str, Rows]) -> None:
    text = text_of(opened["封面"])
    assert sample.book.digest in text
    assert "2023-12-31" in text
    assert "全部规则、全部对象" in text


def test_the_cover_gives_the_last_seal_and_what_came_into_it_later(example: Checked, tmp_path: Path) -> None:
    assert "尚未封账" in text_of(small(example)["封面"].values)
    book = tmp_path / "book"
    shutil.copytree(EXAMPLE, book)
    sealed = CliRunner().invoke(cli, ["seal", str(book), "2022-08"])
    assert sealed.exit_code in (0, 1), sealed.output
    checked = judged(book, clock.today())  # the seal stands in the book from today on
    (root,) = checked.book.tables.seals["root"]
    text = text_of(small(checked)["封面"].values)
    assert f"最近一次封账至 2022-08-31，根 {root}" in text
    assert "封账以来没有改动" in text
    with (book / "2022" / "08.beancount").open("a", encoding="utf-8") as month:
        month.write('\n2022-08-31 * "县交通局" "补记"\n  voucher: "2022-000012"\n')
        month.write("  Equity:9301资产基金  1.00 CNY\n  Equity:3000期初余额\n")
    text = text_of(small(judged(book, clock.today()))["封面"].values)
    assert "凭证 2022-000012 是封账后增加的" in text


def test_what_imports_left_beside_the_ledger_is_reconciled(tmp_path: Path) -> None:
    book = tmp_path / "book"
    shutil.copytree(EXAMPLE, book)
    (book / "pending").mkdir()
    (book / "bank").mkdir()
    head = "list,kind,project,benefit,start,end,contractor,household,person,amount,days,quantity,note\n"
    lines = "L1,labour,XS2022-0001,,2022-09-01,2022-09-30,,H106003-00{},1,{}.01,20,,\n"
    later = "L2,labour,XS2022-0001,,2023-01-01,2023-01-31,,H106003-001,1,9999.99,20,,\n"
    (book / "pending" / "lists.csv").write_text(head + lines.format(1, 100) + lines.format(2, 200) + later, "utf-8")
    bank = "date,debit,credit,balance,summary,other\n2022-12-20,0.00,36000.00,36000.00,租金,\n"
    bank += "2022-12-28,24000.00,0.00,11000.00,分配,\n2023-01-05,1.00,0.00,11999.00,手续费,\n"
    (book / "bank" / "V106003.csv").write_text(bank, "utf-8")
    names = "kind,key,part,digest,records,number,day,by,provider,file,rows,sum,sha256\n"
    sheets = "allocation,甲,0,ab,a,1,2022-03-02,某,财政局,分配.xlsx,2,9.00,aa\nallocation,甲,0,ac,a,2,2022-03-09,某,财政局,分配更正.xlsx,2,10.00,bb\n"
    (book / "imports.csv").write_text(names + sheets + "treasury,,0,ad,,3,2022-04-01,某,财政局,国库.csv,3,900.01,cc\n", "utf-8")
    with (book / "2022" / "12.beancount").open("a", encoding="utf-8") as month:
        month.write('\n2022-12-30 * "县财政局" "分配"\n  voucher: "2022-000098"\n  import-id: "分配:甲:0:YG2022-01:1"\n')
        month.write("  Assets:9001指标:YG2022-01:1已分配  10.00 CNY\n    project: \"XS2022-0001\"\n")
        month.write("  Assets:9001指标:YG2022-01:0待分配  -10.00 CNY\n")
    rows = list(small(judged(book, EXAMPLE_DAY))["对账"].values)
    waiting = next(row for row in rows if row[0] == "L1")
    assert (waiting[1], waiting[2], waiting[3]) == ("劳务报酬 XS2022-0001 2022-09-01 至 2022-09-30", 300.02, 2)
    assert not [row for row in rows if row[0] == "L2"]
    statement = next(row for row in rows if str(row[1]).startswith("V106003 美翠村 2022-12-20 起，2 笔"))
    assert [statement[place] for place in (2, 4, 5, 7, 8)] == [0, 36000, 24000, 11000, 12000]
    assert next(row for row in rows if row[1] == "国库.csv")[2:7] == (900.01, 3, "国库集中支付导出", "2022-04-01", "财政局")
    assert next(row for row in rows if row[0] == "资金分配表")[2:5] == (10, 1, 10), "the corrected sheet alone counts"
    assert next(row for row in rows if row[0] == "国库集中支付导出")[2:5] == (900.01, 1, 0)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pending/lists.csv", b"list,kind\nL1\n"),
        ("pending/lists.csv", "list,kind,start\nL1,labour,元旦\n".encode()),
        ("bank/V106003.csv", b"date,debit\n\xff\xff\n"),
        ("imports.csv", b"other\n1\n"),
    ],
    ids=["没有起止的清册", "不是日期", "不是文字", "不是登记册"],
)
def test_a_damaged_side_file_is_named_and_stops_nothing(tmp_path: Path, name: str, content: bytes) -> None:
    book = tmp_path / "book"
    shutil.copytree(EXAMPLE, book)
    (book / name).parent.mkdir(exist_ok=True)
    (book / name).write_bytes(content)
    found = workbook_of(judged(book, EXAMPLE_DAY))
    assert f"{name}：不是导入程序写下的格式（" in found or f"{name}:2：不是导入程序写下的格式（" in found
    assert found.count("，未能核对") == 1


def workbook_of(checked: Checked) -> str:
    """The text of the reconciliation alone."""
    book = Workbook("测试", EXAMPLE_DAY)
    reconciliation.write(book, checked)
    return text_of(openpyxl.load_workbook(BytesIO(book.content())).active.values)


def test_more_roll_lines_than_fit_is_announced(example: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "LIMIT", 2)
    rows = list(small(example)["证据·清册"].values)
    assert "另有" in text_of(rows[:4])
    assert "行未列" in text_of(rows[:4])
    assert sum(str(row[2]).startswith("H106003") for row in rows) == 2


def test_against_a_baseline_new_and_resolved_are_marked(example: Checked, tmp_path: Path) -> None:
    before = json.loads(as_json(example))
    for one in before["findings"]:
        if (one["rule"], one["subject"]["id"]) == ("labour-share", "XS2022-0001"):
            one["status"] = "fail"
        if one["rule"] == "labour-promised":
            one["status"] = "pass"
    path = tmp_path / "before.json"
    path.write_text(json.dumps(before), "utf-8")
    baseline = compare(example.audit, WHOLE, example.book.tables.title, path)
    book = small(replace(example, baseline=baseline))
    assert "新增 1" in text_of(book["封面"].values)
    assert "labour-share" in text_of(book["已消除"].values)
    promised = next(sheet for sheet in book if sheet.title.endswith("承诺的劳务报酬"))
    assert "新增" in text_of(promised.values)
    assert "已消除" not in small(example).sheetnames


def test_a_paper_of_some_rules_says_so_and_lists_their_waivers_only(sample: Checked) -> None:
    wanted = [one for one in sample.audit.findings if one.rule == "notices"]
    asked = replace(sample, audit=Audit(wanted), scope=Scope(("notices",)))
    book = small(asked)
    assert "仅规则 notices" in text_of(book["封面"].values)
    assert "labour-share" not in text_of(book["豁免与整改"].values).partition("二、整改")[0]


def test_index_numbers_are_the_same_on_another_day(sample: Checked, earlier: Checked) -> None:
    then = {paper.finding.key: paper.index for group in papers_of(earlier).groups for paper in group.papers}
    now = {paper.finding.key: paper.index for group in papers_of(sample).groups for paper in group.papers}
    both = then.keys() & now.keys()
    assert len(both) > 500
    assert all(then[key] == now[key] for key in both)
    assert len(set(now.values())) == len(now), "two findings with one index number"


def test_the_last_workpaper_is_followed_up(sample: Checked, earlier: Checked, tmp_path: Path) -> None:
    last = tmp_path / "上次.xlsx"
    last.write_bytes(as_xlsx(earlier, Asked(FAILURES)))
    book = openpyxl.load_workbook(BytesIO(as_xlsx(sample, Asked(FAILURES, None, last))))
    assert book.sheetnames == ["封面", "问题汇总表", "上次问题跟踪", "审计取证单", "审计程序"]
    rows = rows_of([list(row) for row in book["上次问题跟踪"].values], "索引号")
    failed = sum(one.status == FAIL for one in earlier.audit.findings)
    assert len(rows) == failed
    assert "不符合" in {row["现结论"] for row in rows}
    last.write_bytes(b"no workbook")
    with pytest.raises(Untrusted, match="以前用 xianjie check --format xlsx 出具的底稿"):
        as_xlsx(sample, Asked(FAILURES, None, last))


def test_a_warning_and_what_concerns_the_book_get_a_line_and_no_form(sample: Checked, opened: dict[str, Rows]) -> None:
    rows = [row for row in rows_of(opened["问题汇总表"], "索引号") if row["取证"]]
    failed = [one for one in sample.audit.findings if one.status == FAIL]
    assert len(rows) == len(failed)
    listed = {row["索引号"] for row in rows if row["取证"] == "列"}
    assert listed == {
        paper.index
        for group in papers_of(sample).groups
        for paper in group.papers
        if paper.finding.status == FAIL and (group.rule.severity == "warning" or group.rule.id in TOOL_RULES)
    }
    assert all(row["责任单位"] for row in rows)


def test_sampling_by_money_and_at_random() -> None:
    amounts = [100_00] * 50 + [9_000_00] + [1_00] * 9
    plan = Plan("mus", 10, 1)
    drawn = draw(amounts, plan)
    assert drawn == draw(amounts, plan)
    assert drawn != draw(amounts, replace(plan, seed=2))
    assert 50 in drawn.places, "what is larger than the interval is drawn for certain"
    assert (drawn.total, drawn.population, drawn.interval) == (sum(amounts), 60, Fraction(sum(amounts), 10))
    assert len(set(drawn.places)) == len(drawn.places) <= 10
    assert len(draw(amounts, Plan("random", 10, 1)).places) == 10
    assert len(draw(amounts, Plan("random", 100, 1)).places) == 60
    with pytest.raises(ValueError, match="没有可抽样"):
        draw([], plan)


def test_the_textbook_example_of_monetary_units() -> None:
    """Ten accounts of together 6,576 yuan, a sample of four: every 1,644th yuan from the 822nd on."""
    accounts = [357, 1281, 60, 573, 691, 143, 1425, 278, 942, 826]
    interval = Fraction(sum(accounts), 4)
    assert interval == 1644
    # Cumulated 357, 1638, 1698, 2271, 2962, 3105, 4530, 4808, 5750, 6576: yuan 822, 2466, 4110 and 5754.
    assert list(_systematic(accounts, interval, Fraction(822))) == [1, 4, 6, 9]


def test_errors_are_projected_by_their_share_of_the_voucher() -> None:
    """600 found of 1,000 yuan taints 40 % of an interval of 10,000: 4,000; of what is larger, the error as it is."""
    drawn = Sample((0,), 1, 1, Fraction(10_000_00))
    small, large = (
        _row(1, _Voucher("V1", date(2023, 1, 1), "甲", "乙", amount, "a", 1), drawn).values[8].text
        for amount in (1_000_00, 20_000_00)
    )
    assert small == "=ROUND(IF(F{row}=0,0,H{row}/F{row}*10000.00),2)"  # H: 1,000 - 600 = 400
    assert round(Decimal(400) / 1000 * 10000, 2) == 4000
    assert large == "=H{row}"


def test_a_point_at_the_edge_belongs_to_the_next_amount() -> None:
    assert list(_systematic([100, 100], Fraction(200), Fraction(100))) == [1]
    assert list(_systematic([100, 100], Fraction(200), Fraction(99))) == [0]


def test_every_yuan_has_the_same_chance() -> None:
    """Of 1,000 draws of one item each, an item of 30 % of the money comes in 30 % of them."""
    drawn = [draw([300, 700], Plan("mus", 1, seed)).places for seed in range(1000)]
    assert 250 < drawn.count((0,)) < 350


def test_the_sample_stands_on_its_sheet_with_room_for_what_is_found(sample: Checked) -> None:
    book = openpyxl.load_workbook(BytesIO(as_xlsx(sample, Asked(FAILURES, Plan("mus", 25, 3)))))
    rows = rows_of([list(row) for row in book["抽样"].values], "样本号")
    assert 20 <= len([row for row in rows if row["样本号"].startswith("S")]) <= 25
    assert all(row["审定金额（元）"] is None for row in rows)
    assert "抽样间隔" in text_of(book["抽样"].values)
