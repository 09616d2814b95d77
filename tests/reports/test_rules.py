"""The catalogue on show: the command, one page per rule that is current, and the 77 tasks."""

import json
import re
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ledgers.policy import Parameter
from ledgers.tables.directives import DIRECTIVES
from plugins import catalogue
from reports.check.checked import Checked
from reports.rulebook import pages
from reports.words import worded
from xianjie.commands import COMMANDS, cli

ROOT = Path(__file__).parents[2]
COVERAGE = (ROOT / "docs" / "coverage.md").read_text("utf-8")
REGISTERS = (
    "资金支出进度表",
    "项目明细台账",
    "以工代赈劳务报酬台账",
    "股权登记簿",
    "扶贫项目资产台账",
    "资产收益分配表",
)


def shown(*arguments: str) -> str:
    run = CliRunner().invoke(cli, ["rules", *arguments])
    assert run.exit_code == 0, run.output
    return run.output


def test_the_table_names_every_rule() -> None:
    output = shown()
    assert f"共 {len(catalogue())} 条规则" in output
    for rule in catalogue().values():
        assert re.search(rf"^  {rule.id} .*{re.escape(rule.title)}$", output, re.MULTILINE)


def test_the_json_is_what_interfaces_promise() -> None:
    found = {one["id"]: one for one in json.loads(shown("--format", "json"))}
    assert set(found) == set(catalogue())
    for name, one in found.items():
        assert list(one) == ["id", "title", "severity", "basis", "parameters"]
        rule = catalogue()[name]
        assert one["parameters"] == list(rule.policy_names)
        assert (one["title"], one["severity"], one["basis"]) == (rule.title, rule.severity, rule.basis)


def test_one_rule_has_its_history_with_basis_and_quotation() -> None:
    output = shown("labour-share-work-relief")
    assert "已发劳务报酬 ÷ 分配到项目的市级及以上以工代赈专项资金" in output
    assert "全国：2020-01-01 起，级次为中央的不低于 0.15（15%）" in output
    assert "全国：2025-07-08 起，级次为中央的、来源为中央预算内投资的不低于 0.4（40%）" in output
    assert "依据：国家以工代赈管理办法（国家发展改革委令第57号）（2023-01-10 印发，核实至 2025-12-31）" in output
    assert "原文：其中使用市级及以上以工代赈专项资金的项目劳务报酬发放比例不低于该专项补助资金的15%" in output


def test_one_rule_as_json_has_the_same(sample: Checked) -> None:
    one = json.loads(shown("equity-ratio", "--format", "json"))
    assert {default["value"] for default in one["defaults"]} == {"0.5", "0.1", "0.4", "0.3", "0.6"}
    assert {entry["policy"] for entry in one["history"]} == set(one["parameters"])
    assert all(entry["basis"] and entry["issued"] for entry in one["history"])


def test_an_unknown_rule_is_refused() -> None:
    run = CliRunner().invoke(cli, ["rules", "no-such"], standalone_mode=False)
    assert "没有规则 no-such" in str(run.exception)


def test_every_shipped_parameter_is_on_the_page_of_some_rule() -> None:
    names = {parameter.name for found in pages.shipped().values() for parameter in found}
    assert names <= {name for rule in catalogue().values() for name in rule.policy_names}


def test_pages_and_examples_are_current(sample: Checked) -> None:
    """When this fails: python -m reports.rulebook.pages."""
    assert pages.stored_examples() == pages.examples(sample.audit.findings)
    written = {path.name: path.read_text("utf-8") for path in pages.DOCS.glob("*.md")}
    assert written == pages.pages()


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_a_page_has_all_its_parts(name: str) -> None:
    page = pages.page(catalogue()[name])
    for part in ("判定对象：", "公式：", "依据：", "## 参数", "## 实例", "## 变更"):
        assert part in page
    assert "- 结论：" in page or "样例县没有" in page


def test_an_example_prefers_a_failure(sample: Checked) -> None:
    failed = {one.rule for one in sample.audit.findings if one.status == "fail"}
    stored = pages.stored_examples()
    assert len(failed) > 40
    assert all(stored[rule]["status"] == "fail" for rule in failed)


def test_every_rule_has_its_own_advice() -> None:
    told = [rule.advice for rule in catalogue().values()]
    assert all(len(part) > 3 for pair in told for part in pair)
    assert len({means for means, _ in told}) == len(told)


def test_the_coverage_table_is_that_of_the_catalogue() -> None:
    assert pages.coverage(COVERAGE) == COVERAGE


def test_a_rule_enters_and_leaves_the_coverage_table_by_itself() -> None:
    table = "| 1 | 甲 | 不入账 | 说明 |\n| 65 | 乙 | 规则 [`gone`](rules/gone.md)；登记 `project` | 说明 |\n\n合计：9 项由账簿服务，9 项不入账。\n"
    made = pages.coverage(table)
    assert "gone" not in made
    assert "| 1 | 甲 | 不入账 |" in made
    assert "[`labour-days`](rules/labour-days.md)" in made
    assert made.rstrip().endswith("；登记 `project` | 说明 |\n\n合计：1 项由账簿服务，1 项不入账。")


def coverage() -> dict[int, tuple[str, str, str]]:
    rows = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|$", COVERAGE, re.MULTILINE)
    return {int(number): (words, served, note) for number, words, served, note in rows}


def test_all_77_tasks_are_covered_once() -> None:
    numbers = [int(number) for number in re.findall(r"^\| (\d+) \|", COVERAGE, re.MULTILINE)]
    assert numbers == list(range(1, 78))
    assert list(coverage()) == numbers


def named(served: str, kind: str) -> list[str]:
    part = next((part for part in served.split("；") if part.startswith(kind)), "")
    return re.findall(r"`([^`]+)`", part)


@pytest.mark.parametrize("task", range(1, 78))
def test_what_serves_a_task_exists(task: int) -> None:
    _, served, note = coverage()[task]
    if served == "不入账":
        assert len(note) > 4
        return
    assert all(part.startswith(("规则 ", "登记 ", "报表 ", "命令 ")) for part in served.split("；"))
    for rule in named(served, "规则"):
        assert rule in catalogue()
        assert f"[`{rule}`](rules/{rule}.md)" in served
        assert (ROOT / "docs" / "rules" / f"{rule}.md").is_file()
    assert set(named(served, "登记")) <= {*DIRECTIVES, "household"}
    assert {name.removeprefix("xianjie ") for name in named(served, "命令")} <= set(COMMANDS)
    assert set(re.findall(r"《(.+?)》", served)) <= set(REGISTERS)


def tasks_of(rule: Any) -> set[int]:
    """The tasks that a rule's basis names: 任务16、19、38至41."""
    found: set[int] = set()
    for text in re.findall(r"任务([\d、至任务]+)", rule.basis):
        for part in text.replace("任务", "").split("、"):
            ends = [int(number) for number in part.split("至") if number]
            found |= set(range(ends[0], ends[-1] + 1)) if ends else set()
    return found


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_a_rule_serves_the_tasks_that_its_basis_names(name: str) -> None:
    for task in tasks_of(catalogue()[name]):
        assert name in named(coverage()[task][1], "规则"), task


def test_every_rule_of_the_catalogue_serves_some_task() -> None:
    served = {rule for _, text, _ in coverage().values() for rule in named(text, "规则")}
    assert served == set(catalogue())


def test_the_count_below_the_table_is_true() -> None:
    outside = sum(served == "不入账" for _, served, _ in coverage().values())
    assert f"合计：{77 - outside} 项由账簿服务，{outside} 项不入账。" in COVERAGE


@pytest.mark.parametrize(
    ("name", "op", "value", "unit", "said"),
    [
        ("acceptance-days", "<=", "90", "", "不高于 90 天"),
        ("notice-days-labour", ">=", "7", "", "不低于 7 天"),
        ("monitoring-plan-days", "<=", "10", "工作日", "不高于 10 个工作日"),
        ("idle-months", "<=", "12", "", "不高于 12 个月"),
        ("equity-from", ">=", "300000", "", "不低于 300,000 元"),
        ("income-distributed-by", "<=", "0630", "", "不晚于 6月30日"),
        ("income-tilt", ">", "1", "", "高于 1 倍"),
        ("labour-share", ">=", "0.15", "", "不低于 0.15（15%）"),
        ("spending-progress", ">=", "1", "", "不低于 1（100%）"),
        ("labour-share", "", None, "", "不再有效"),
    ],
)
def test_a_parameter_is_said_with_what_it_counts(name: str, op: str, value: str | None, unit: str, said: str) -> None:
    assert worded(Parameter(name, Fraction(value) if value else None, date(2020, 1, 1), op, unit=unit)) == said
