"""审核 as the writing process does it: every act a directive with who and when, two persons for a waiver, no people in texts."""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledgers import clock
from ledgers.book import read
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import FAIL, WAIVED
from reports.desk import dealt
from reports.desk.roles import AUDITOR, CHIEF, CLERK, REVIEWER
from tests.desk.acting import Work
from tests.desk.conftest import copied

TODAY = date(2023, 3, 1)
ABOUT = {"rule": "labour-share-work-relief", "subject": "XS2022-0001"}


@pytest.fixture(autouse=True)
def in_march() -> Any:
    with clock.at(TODAY):
        yield


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(copied(tmp_path / "book"), tmp_path / "jobs")


def text(work: Work, name: str) -> str:
    path = work.main.parent / "registry" / f"{name}.beancount"
    return path.read_text("utf-8") if path.exists() else ""


def done(told: Mapping[str, Any]) -> str:
    assert told["done"], told
    return str(told["done"])


def history(work: Work) -> list[dealt.Event]:
    return dealt.of(read(work.main).tables, (ABOUT["rule"], ABOUT["subject"], "", ""))


def test_a_remark_is_a_line_of_the_book(work: Work) -> None:
    assert done(work.do("remark", {**ABOUT, "text": "请核对 8月 的\n劳务报酬"}, by="审阅甲", role=REVIEWER)) == "意见已记入账簿"
    assert text(work, "remarks").strip() == (
        '2023-03-01 custom "remark" "labour-share-work-relief" "XS2022-0001" "请核对 8月 的 劳务报酬"\n  by: "审阅甲"'
    )
    (event,) = history(work)
    assert (event.title, event.text, event.by, event.day) == ("意见", "请核对 8月 的 劳务报酬", "审阅甲", TODAY)


@pytest.mark.parametrize("said", ["电话13812345678", "身份证 500241197001010014", "脱贫户王大明家没有领到"])
def test_no_people_in_texts(work: Work, said: str) -> None:
    for act, more in (("remark", {}), ("assign", {"unit": "交通局", "due": "2023-04-01"}), ("request", {"until": "2023-12-31"})):
        told = work.do(act, {**ABOUT, "text": said, **more}, role=REVIEWER)
        assert "个人信息" in told["problem"], (act, told)
        assert said not in str(told)
    assert history(work) == []


def test_no_people_in_what_a_form_hides(work: Work) -> None:
    for name in ("subject", "part", "period"):
        assert "个人信息" in work.do("remark", {**ABOUT, "text": "x", name: "13812345678"}, role=CLERK)["problem"]
    assert text(work, "remarks") == ""


def test_mended_from_the_order_to_the_proof(work: Work, tmp_path: Path) -> None:
    assigned = work.do("assign", {**ABOUT, "unit": "县交通局", "due": "2023-04-30", "text": "补发"}, by="审阅甲", role=REVIEWER)
    assert done(assigned) == "已交办县交通局，限 2023-04-30"
    proof = tmp_path / "补发凭证.pdf"
    proof.write_bytes(b"%PDF-1.4 proof")
    assert "须附一个佐证" in work.do("close", {**ABOUT, "text": "已补发"}, role=REVIEWER)["problem"]
    assert done(work.do("close", {**ABOUT, "text": "已补发"}, [proof], by="审阅甲", role=REVIEWER)) == "已销号"
    first, last = history(work)
    digest = hashlib.sha256(proof.read_bytes()).hexdigest()
    assert (first.state, first.unit, first.due, first.text) == ("整改中", "县交通局", date(2023, 4, 30), "补发")
    assert (last.state, last.digest, last.text) == ("销号", digest, "已补发")
    assert (work.main.parent / last.evidence).read_bytes() == proof.read_bytes()


def test_a_waiver_takes_two_persons(work: Work) -> None:
    asked = {**ABOUT, "text": "县领导小组批复", "until": "2023-12-31"}
    assert "没有等着批准的申请" in work.do("grant", asked, by="负责丁", role=CHIEF)["problem"]
    done(work.do("request", asked, by="负责丁", role=CLERK))  # who was a clerk then
    assert "须是两个人" in work.do("grant", asked, by="负责丁", role=CHIEF)["problem"]
    assert text(work, "waivers") == ""
    assert done(work.do("grant", {**asked, "limit": "200"}, by="负责戊", role=CHIEF)) == "已批准豁免"
    waiver = text(work, "waivers")
    for line in ('reason: "县领导小组批复"', 'by: "负责戊"', 'requested-by: "负责丁"', "limit: 200.00 CNY", "until: 2023-12-31"):
        assert line in waiver
    assert "没有等着批准的申请" in work.do("grant", asked, by="负责己", role=CHIEF)["problem"]
    tables = read(work.main, TODAY).tables
    found = audit(tables, [catalogue()[ABOUT["rule"]]]).findings
    assert [one.status for one in found if one.subject.id == ABOUT["subject"]] == [WAIVED]


def test_a_request_is_refused_and_made_again(work: Work) -> None:
    asked = {**ABOUT, "text": "请予豁免", "until": "2023-12-31"}
    done(work.do("request", asked, by="经办甲"))
    assert done(work.do("grant", {**ABOUT, "refuse": "1", "text": "依据不足"}, by="负责丁", role=CHIEF)) == "已驳回豁免申请"
    assert dealt.open_request(history(work)) is None
    done(work.do("request", asked, by="经办甲"))
    open_ = dealt.open_request(history(work))
    assert open_
    assert open_.text == "请予豁免"


def test_one_person_as_both_fails_record(work: Work) -> None:
    (work.main.parent / "registry" / "waivers.beancount").write_text(
        '2023-02-01 custom "waiver" "labour-share" "XS2022-0001"\n'
        '  reason: "x"\n  by: "甲"\n  requested-by: "甲"\n  until: 2023-12-31\n',
        "utf-8",
    )
    tables = read(work.main, TODAY).tables
    found = audit(tables, [catalogue()["record"]]).findings
    assert any(one.status == FAIL and "应由两个人" in one.message for one in found)


@pytest.mark.parametrize(
    ("act", "args", "words"),
    [
        ("remark", {"text": ""}, "应写 1 到 500 字"),
        ("remark", {"text": "字" * 501}, "应写 1 到 500 字"),
        ("remark", {"text": "x", "rule": "nothing"}, "没有写明是哪一条"),
        ("remark", {"text": "x", "subject": ""}, "没有写明是哪一条"),
        ("remark", {"text": "x", "subject": "H106003-001"}, "由可看清册的人办理"),
        ("assign", {"unit": "", "due": "2023-04-01"}, "责任单位应写"),
        ("assign", {"unit": "县交通局", "due": "2023-02-28"}, "不在今天到"),
        ("assign", {"unit": "县交通局", "due": "昨天"}, "期限应为日期"),
        ("request", {"text": "x", "until": "2123-01-01"}, "不在今天到"),
        ("request", {"text": "x", "until": "2023-12-31", "rule": "voucher"}, "不能豁免"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(work: Work, act: str, args: dict[str, str], words: str) -> None:
    told = work.do(act, {**ABOUT, **args}, role=REVIEWER)
    assert words in told["problem"]
    assert "没有写入任何东西" in told["problem"]
    assert not (text(work, "remarks"))
    assert not (text(work, "rectifications"))
    assert not (text(work, "waiver_requests"))


def test_an_auditor_only_reads(work: Work) -> None:
    for act in ("remark", "assign", "close", "request", "grant", "seal", "publish", "import", "undo"):
        assert "没有这项权限" in work.do(act, {**ABOUT, "text": "x"}, role=AUDITOR)["problem"]
