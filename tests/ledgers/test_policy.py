"""The policy that ships: loads, is complete in time, and quotes only what was read."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from beancount import loader
from beancount.core.data import Custom

import ledgers
from ledgers.book import read
from ledgers.policy import Policy
from plugins import catalogue
from tests.books import write_book

LAST = date(2025, 12, 31)  # the transition period ends
# The day from which a parameter is continuously in force and verified, where it is not the beginning of 2021.
SINCE = {
    "management-fee": date(2021, 3, 26),
    "asset-register-days": date(2021, 5, 22),
    "idle-months": date(2021, 5, 22),
    "income-distributed-by": date(2021, 5, 22),
    "equity-from": date(2022, 7, 14),
    "operator-once": date(2022, 7, 14),
    "performance-review-days": date(2021, 11, 24),
    "industry-rising": date(2022, 1, 1),
    "income-tilt": date(2022, 5, 20),
    "equity-tilt": date(2022, 5, 20),
    "equity-area-tilt": date(2022, 5, 20),
    "premium-subsidy": date(2022, 5, 20),
    "industry-share-municipal": date(2025, 6, 11),
}
# (set, parameter, day, scope) -> value, part of its basis
IN_FORCE = [
    ("xiushan", "labour-share", "2022-05-19", {}, "0.10", "1675号"),
    ("xiushan", "labour-share", "2022-05-20", {}, "0.10", "5号"),
    ("national", "labour-share", "2022-05-20", {}, "0.10", "1675号"),
    ("xiushan", "labour-share-work-relief", "2022-05-19", {"level": "市级"}, "0.15", "原规定"),
    ("xiushan", "labour-share-work-relief", "2022-05-20", {"level": "市级"}, "0.15", "5号"),
    ("xiushan", "labour-share-work-relief", "2023-02-28", {"level": "中央"}, "0.15", "5号"),
    ("xiushan", "labour-share-work-relief", "2023-03-01", {"level": "中央"}, "0.30", "57号"),
    ("xiushan", "labour-share-work-relief", "2023-03-01", {"level": "市级"}, "0.15", "5号"),
    ("xiushan", "labour-share-work-relief", "2022-07-17", {"level": "中央", "source": "中央预算内投资"}, "0.15", "5号"),
    (
        "xiushan",
        "labour-share-work-relief",
        "2022-07-18",
        {"level": "中央", "source": "中央预算内投资"},
        "0.30",
        "7月18日",
    ),
    ("national", "industry-share", "2021-12-31", {}, "0.50", "2021"),
    ("national", "industry-share", "2022-12-31", {}, "0.55", "2022"),
    ("national", "industry-share", "2023-02-12", {}, "0.55", "2022"),
    ("national", "industry-share", "2023-02-13", {}, "0.60", "2023"),
    ("national", "industry-share", "2024-12-31", {}, "0.60", "2024"),
    ("national", "industry-rising", "2023-12-31", {}, "0", "19号"),
    ("xiushan", "industry-rising", "2023-12-31", {}, "0", "5号"),
    ("xiushan", "industry-rising", "2024-12-31", {}, "-0.05", "2024"),
    ("chongqing", "equity-quantified", "2022-06-01", {"operator_kind": "农业企业"}, "0.50", "2016"),
    ("chongqing", "equity-collective", "2022-06-01", {"operator_kind": "农业企业"}, "0.10", "2016"),
    ("chongqing", "equity-farmers", "2022-06-01", {"operator_kind": "农业企业"}, "0.40", "2016"),
    ("chongqing", "equity-collective", "2022-06-01", {"operator_kind": "农民合作社"}, "0.10", "2016"),
    ("chongqing", "equity-leader", "2022-06-01", {"operator_kind": "农民合作社"}, "0.30", "2016"),
    ("chongqing", "equity-farmers", "2022-06-01", {"operator_kind": "农民合作社"}, "0.60", "2016"),
    ("chongqing", "industry-share-municipal", "2025-12-31", {}, "0.70", "2025"),
    ("xiushan", "equity-tilt", "2022-05-20", {}, "1", "5号"),
    ("xiushan", "income-tilt", "2022-12-31", {}, "1", "5号"),
    ("xiushan", "equity-area-tilt", "2022-12-31", {}, "1", "5号"),
    ("xiushan", "premium-subsidy", "2023-12-31", {}, "0.05", "5号 第16条"),
    ("national", "management-fee", "2021-12-31", {}, "0.01", "19号"),
    ("national", "allocation-days", "2021-01-01", {}, "30", "预算法"),
    ("national", "notice-days", "2021-01-01", {}, "10", "11号"),
    ("xiushan", "notice-days", "2022-12-31", {}, "10", "5号"),
    ("national", "notice-days-labour", "2021-06-01", {}, "7", "自定"),
    ("national", "notice-due-days", "2021-06-01", {}, "20", "自定"),
    ("national", "asset-register-days", "2021-12-31", {}, "90", "51号"),
    ("national", "idle-months", "2021-05-22", {}, "12", "51号"),
    ("national", "income-distributed-by", "2021-12-31", {}, "630", "51号"),
    ("xiushan", "equity-from", "2022-07-14", {}, "300000", "100号"),
    ("xiushan", "operator-once", "2022-12-31", {}, "1", "100号"),
    ("national", "performance-review-days", "2022-12-31", {}, "180", "绩效评价"),
    ("national", "idle-days", "2022-12-31", {}, "180", "自定"),
    ("national", "input-stable", "2021-12-31", {}, "1", "过渡期"),
    ("national", "spending-progress", "2021-02-08", {}, "1", "序时进度"),
    ("national", "evidence-above", "2021-02-08", {}, "50000", "会计基础工作规范"),
]
NOT_IN_FORCE = [
    ("national", "idle-months", "2021-05-21", {}),
    ("xiushan", "equity-from", "2022-07-13", {}),
    ("xiushan", "operator-once", "2022-07-13", {}),
    ("xiushan", "income-tilt", "2022-05-19", {}),
    ("xiushan", "equity-tilt", "2022-05-19", {}),
    ("chongqing", "industry-share-municipal", "2024-12-31", {}),
    ("national", "industry-share", "2020-12-31", {}),
    ("chongqing", "equity-leader", "2022-06-01", {"operator_kind": "农业企业"}),
]


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Policy]:
    found = {}
    for name in ledgers.POLICY_SETS:
        folder = tmp_path_factory.mktemp(name)
        text = ""
        for source in ledgers.policy_files(name):
            (folder / source.name).write_text(source.read_text("utf-8"), "utf-8")
            text += f'include "{source.name}"\n'
        found[name] = read(write_book(folder, text), date(2030, 1, 1)).tables.policy
    return found


@pytest.mark.parametrize(("name", "parameter", "day", "scope", "value", "basis"), IN_FORCE)
def test_value_in_force(
    policies: dict[str, Policy], name: str, parameter: str, day: str, scope: dict[str, str], value: str, basis: str
) -> None:
    found = policies[name].in_force(parameter, date.fromisoformat(day), **scope)
    assert found is not None
    assert (found.value, basis in found.parameter.basis) == (Fraction(value), True), found.parameter.basis


@pytest.mark.parametrize(("name", "parameter", "day", "scope"), NOT_IN_FORCE)
def test_no_value_in_force(
    policies: dict[str, Policy], name: str, parameter: str, day: str, scope: dict[str, str]
) -> None:
    assert policies[name].in_force(parameter, date.fromisoformat(day), **scope) is None


def test_every_tested_parameter_is_all_that_ships(policies: dict[str, Policy]) -> None:
    shipped = {name for policy in policies.values() for name in policy.mentioned}
    assert shipped == {row[1] for row in IN_FORCE}
    assert shipped <= {name for rule in catalogue().values() for name in rule.policy_names}


def test_history_is_complete_and_verified_to_the_end_of_the_transition_period(policies: dict[str, Policy]) -> None:
    policy = policies["xiushan"]
    for name in policy.mentioned:
        scopes = {tuple((key, values[0]) for key, values in p.scope) for p in policy.history(name) if p.scope} or {()}
        for scope in scopes:
            day = SINCE.get(name, date(2021, 1, 1))
            while day <= LAST:
                found = policy.in_force(name, day, **dict(scope))
                assert found is not None, (name, scope, day)
                until = found.parameter.verified_until
                stale = until is None or until < day
                # The share of 2022 is out of date in the weeks before that of 2023 was published.
                assert not stale or (name, day.year) == ("industry-share", 2023), (name, scope, day)
                day += timedelta(days=1)
    assert all(p.verified_until and p.verified_until <= LAST for p in policy.parameters)


def test_files_load_together_and_repeat_nothing() -> None:
    text = "".join(f'include "{path}"\n' for path in ledgers.policy_files("xiushan"))
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    customs = [entry for entry in entries if isinstance(entry, Custom)]
    keys = [
        (e.type, e.values[0].value, e.date, *(e.meta.get(k) for k in ("level", "task", "source", "operator-kind")))
        for e in customs
    ]
    assert len(keys) == len(set(keys)) > 40


def test_only_what_was_read_is_quoted_and_every_reading_is_shown() -> None:
    text = "".join(f'include "{path}"\n' for path in ledgers.policy_files("xiushan"))
    for entry in loader.load_string(text)[0]:
        meta = entry.meta
        assert meta["basis"]
        assert meta["issued"] <= entry.date
        assert meta["confidence"] in ("原文", "公开材料", "通行知识", "推定")
        assert "quote" not in meta or "5号" in meta["basis"], "only 5号 itself was read"
        assert meta["confidence"] != "原文" or meta["quote"]
        assert meta["confidence"] != "推定" or meta["reading"]


def test_the_page_on_policy_lists_every_parameter_that_ships() -> None:
    page = (ledgers.POLICY.parents[1] / "docs/policy.md").read_text("utf-8")
    for name in ledgers.POLICY_SETS["xiushan"]:
        section = page.split(f"（`{name}.beancount`）")[1].split("###")[0]
        shipped = [e for e in loader.load_file(str(ledgers.POLICY / f"{name}.beancount"))[0] if e.type == "policy"]
        assert section.count("\n| `") == len(shipped)
        for e in shipped:
            number = f"{e.meta.get('op', '')} {e.values[1].value}".strip()
            assert f"| `{e.values[0].value}` | {number} | {e.date} |" in section
