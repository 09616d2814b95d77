"""Firms by 统一社会信用代码: a wrong check digit is a fault, who stands behind them is a token, and screening lists who belongs together."""

from pathlib import Path

import pytest

from ledgers.book import read
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import FAIL
from reports.screening.screen import Screen
from reports.screening.screens import screens
from tests.importers.county import TODAY
from tests.importers.dirty import Paper
from tests.importers.helpers import Desk

HEADER = ["单位名称", "统一社会信用代码", "法定代表人", "开户账号", "登记日期"]
CODES = "91500241MA5UABC12U", "91500241MA5UABC344", "93500241MA5UDEF564"
BUILDER, TEA = "示例建筑有限公司", "美翠茶业有限公司"  # whom the mini county pays


def firms(*rows: tuple[str, str, str, str]) -> Paper:
    return Paper(HEADER, [[*row, "2022-01-05"] for row in rows], above=[["单位登记表"]], texts=("开户账号",))


def found(book: Path) -> dict[str, Screen]:
    return {one.id: one for one in screens(read(book, TODAY).tables)}


def test_a_wrong_check_digit_is_refused_with_its_place(county: Desk) -> None:
    said = county.refuse(firms((BUILDER, f"{CODES[0][:-1]}A", "", "")))
    assert "第 3 行" in said
    assert "统一社会信用代码" in said


@pytest.mark.parametrize("code", [f"{CODES[0][:-1]}A", "12345", CODES[0][:-1] + "O"])
def test_a_wrong_check_digit_in_the_book_fails(county: Desk, code: str) -> None:
    path = county.book / "registry/firms.beancount"
    path.write_text(f'2022-01-05 custom "firm" "{BUILDER}"\n  uscc: "{code}"\n', "utf-8")
    tables = read(county.book, TODAY).tables
    told = [one for one in audit(tables, catalogue().values(), ["record"]).stated if one.subject.id == BUILDER]
    assert [one.status for one in told] == [FAIL]
    assert "校验位" in told[0].message


def test_one_firm_under_two_names(county: Desk) -> None:
    assert found(county.book)["one-firm"].notable is False
    county.take(firms((BUILDER, CODES[0], "", ""), ("示例第一建筑有限公司", CODES[0], "", "")))
    told = found(county.book)["one-firm"]
    assert told.notable
    assert BUILDER in told.figure
    assert any("示例第一建筑有限公司" in line.text for line in told.lines)
    assert any("工程款" in line.text for line in told.lines), "and what was paid to it"


def test_a_name_that_differs_in_its_brackets_alone(county: Desk) -> None:
    county.take(firms(("示例建筑（有限责任公司）", CODES[1], "", "")))
    assert not found(county.book)["one-firm"].notable
    county.take(firms(("示例　建筑有限责任公司", CODES[1], "", "")))
    assert BUILDER in found(county.book)["one-firm"].figure


def test_a_name_without_the_word_of_its_limit(county: Desk) -> None:
    county.take(firms(("示例建筑公司", CODES[1], "", "")))
    assert found(county.book)["one-firm"].figure == "示例建筑公司、示例建筑有限公司"


@pytest.mark.parametrize("shared", [("甲负责", ""), ("", "6217000000000009999")])
def test_firms_with_one_legal_person_or_account(county: Desk, shared: tuple[str, str]) -> None:
    assert found(county.book)["related-firms"].notable is None, "nothing is registered: nothing can be said"
    county.take(firms((BUILDER, CODES[0], *shared), (TEA, CODES[1], *shared), ("他人合作社", CODES[2], "乙负责", "1" * 19)))
    told = found(county.book)["related-firms"]
    assert told.notable
    assert {BUILDER, TEA} == set(told.figure.split("、"))
    text = county.text("registry/*.beancount")
    assert not [word for word in (*shared, "乙负责", "1" * 19) if word and word in text], "only tokens are kept"


def test_branches_of_one_code_are_no_relation(county: Desk) -> None:
    county.take(firms((BUILDER, CODES[0], "甲负责", ""), ("示例第一建筑有限公司", CODES[0], "甲负责", "")))
    told = found(county.book)
    assert not told["related-firms"].notable
    assert told["one-firm"].notable
