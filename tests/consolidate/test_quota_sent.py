"""Quotas that the level above sent, against what the counties booked."""

import pytest

from reports.counties import joins, parquet, quota_sent, run
from reports.counties.engines import local

from .conftest import DAY

HEAD = "县,文号,级次,任务,金额\n"


@pytest.fixture
def reconciled(shared_books, tmp_path):
    def reconcile(text):
        path = tmp_path / "sent.csv"
        path.write_text(HEAD + text, "utf-8-sig")
        todo = run.jobs([str(shared_books / name) for name in ("甲县", "乙县")], DAY, b"")
        merged = run.consolidate(todo, local(1), quota_sent.read(path), here=True)
        rows = joins.rows(joins.database(merged.tables), joins.QUERIES["reconciled"])
        return {
            (row["county"], row["doc_no"], row["level"], row["task"]): (row["sent"], row["booked"], row["result"])
            for row in rows
        }

    return reconcile


DOC = "市财农〔2022〕1号"


def test_the_same_amount_agrees_and_one_fen_more_does_not(reconciled):
    found = reconciled(f"甲县,{DOC},中央,以工代赈,3000000.00\n乙县,{DOC},中央,以工代赈,3000000.99\n")
    assert found["甲县", DOC, "中央", "以工代赈"] == (300000000, 300000000, "一致")
    assert found["乙县", DOC, "中央", "以工代赈"] == (300000099, 300000100, "金额不符")


def test_what_was_sent_in_parts_is_summed(reconciled):
    found = reconciled(f'甲县,{DOC},中央,以工代赈,"2,000,000"\n甲县,{DOC},中央,以工代赈,1000000.00\n')
    assert found["甲县", DOC, "中央", "以工代赈"] == (300000000, 300000000, "一致")


def test_another_level_another_task_nothing_booked_and_nothing_sent_are_told_apart(reconciled):
    found = reconciled(
        f"甲县,{DOC},市级,以工代赈,3000000\n乙县,{DOC},中央,巩固拓展,3000001\n乙县,市财农〔2022〕9号,中央,以工代赈,5\n"
    )
    assert found["甲县", DOC, "市级", "以工代赈"] == (300000000, None, "级次不符")
    assert found["甲县", DOC, "中央", "以工代赈"] == (None, 300000000, "县级记成这一级次、任务")
    assert found["乙县", DOC, "中央", "巩固拓展"] == (300000100, None, "任务不符")
    assert found["乙县", "市财农〔2022〕9号", "中央", "以工代赈"] == (500, None, "县级没有入账")
    assert found["乙县", "市财农〔2021〕1号", "中央", "以工代赈"] == (None, 200000000000, "上级没有下达记录")


def test_a_county_that_takes_no_part_is_said_to_take_none(reconciled):
    found = reconciled(f"甲县,{DOC},中央,以工代赈,3000000\n戊县,{DOC},中央,以工代赈,1\n")
    assert found["戊县", DOC, "中央", "以工代赈"][2] == "该县未纳入汇总"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("县,文号\n", "缺少列 级次、任务、金额"),
        (HEAD + "甲县,x,中央,以工代赈,1.005\n", "第 2 行"),
        (HEAD + "甲县,x,中央,以工代赈,一万\n", "第 2 行"),
        (HEAD + "甲县,,中央,以工代赈,1\n", "文号 为空"),
        (HEAD + "甲县,x,中央\n", "任务、金额 为空"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_with_its_rows(tmp_path, text, message):
    path = tmp_path / "sent.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(quota_sent.BadList, match=message):
        quota_sent.read(path)


def test_a_list_in_gb18030_is_read(tmp_path):
    path = tmp_path / "sent.csv"
    path.write_text(HEAD + "甲县,x,中央,以工代赈,1.05\n", "gb18030")
    assert quota_sent.read(path) == [{"county": "甲县", "doc_no": "x", "level": "中央", "task": "以工代赈", "amount": 105}]


def test_identical_rows_give_identical_parquet():
    rows = [{"county": "甲县", "doc_no": "'x'", "level": "中央", "task": '"\n', "amount": 10**16}]
    assert parquet.write(parquet.SENT, rows) == parquet.write(parquet.SENT, rows)
