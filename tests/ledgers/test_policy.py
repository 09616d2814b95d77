"""The policy that ships: loads, is complete in time, and quotes only what was read."""

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import compare
from beancount.core.data import Custom

import ledgers
from ledgers.book import read
from ledgers.policy import Policy
from plugins import catalogue
from reports.rulebook import pages
from tests.books import write_book

LAST = date(2025, 12, 31)  # the transition period ends
EDITION = date(2026, 12, 31)  # nothing of this edition was looked at later
# The day from which a parameter is continuously in force and verified, where it is not the beginning of 2021.
SINCE = {
    "idle-months": date(2021, 5, 22),
    "income-distributed-by": date(2021, 5, 22),
    "equity-from": date(2022, 7, 14),
    "operator-once": date(2022, 7, 14),
    "management-fee": date(2021, 3, 26),
    "industry-share": date(2021, 3, 26),
    "industry-rising": date(2021, 3, 26),
    "asset-register-days": date(2021, 5, 22),
    "performance-review-days": date(2021, 11, 24),
    **dict.fromkeys(("labour-share", "income-tilt", "equity-tilt", "equity-area-tilt", "premium-subsidy"), date(2022, 5, 20)),
    **dict.fromkeys((f"monitoring-{name}-days" for name in ("listed", "notice", "helper", "plan")), date(2022, 5, 20)),
}
# What was verified for a time only: batches of work relief, equity before the document of 2020, one year of the city's
# share of industry, the county's notice of one year.
FOR_A_TIME = ("labour-share-work-relief", "equity-quantified", "equity-collective", "equity-farmers", "equity-leader",
              "industry-share-municipal")  # fmt: skip
CENTRAL = {"level": "中央", "task": "以工代赈", "source": ""}
BUDGET = {"level": "中央", "task": "其他", "source": "中央预算内投资"}
CITY = {"level": "市级", "task": "以工代赈", "source": ""}
FIRM, COOPERATIVE = {"operator_kind": "农业企业"}, {"operator_kind": "农民合作社"}
# (set, parameter, day, scope) -> value, part of its basis
IN_FORCE = [
    ("national", "idle-months", "2021-05-22", {}, "12", "51号"),
    ("national", "income-distributed-by", "2021-12-31", {}, "630", "51号"),
    ("xiushan", "equity-from", "2022-07-14", {}, "300000", "100号"),
    ("xiushan", "operator-once", "2022-12-31", {}, "1", "100号"),
    ("xiushan", "labour-share", "2022-05-20", {}, "0.10", "5号"),
    ("national", "labour-share-work-relief", "2020-01-01", CENTRAL, "0.15", "原规定"),
    ("national", "labour-share-work-relief", "2023-02-28", CENTRAL, "0.15", "原规定"),
    ("national", "labour-share-work-relief", "2023-03-01", CENTRAL, "0.30", "57号"),
    ("xiushan", "labour-share-work-relief", "2022-05-20", CITY, "0.15", "5号"),
    ("xiushan", "labour-share-work-relief", "2023-03-01", CITY, "0.15", "5号"),
    ("national", "labour-share-work-relief", "2023-06-11", BUDGET, "0.15", "原规定"),
    ("national", "labour-share-work-relief", "2023-06-12", BUDGET, "0.30", "6月12日"),
    ("national", "labour-share-work-relief", "2025-07-07", BUDGET, "0.30", "6月12日"),
    ("national", "labour-share-work-relief", "2025-07-08", BUDGET, "0.40", "7月8日"),
    ("national", "labour-share-work-relief", "2025-07-08", {**BUDGET, "task": "以工代赈"}, "0.40", "7月8日"),
    ("xiushan", "labour-share-work-relief", "2026-11-30", BUDGET, "0.40", "7月8日"),
    ("national", "industry-share", "2021-03-26", {}, "0.50", "33号"),
    ("national", "industry-share", "2021-12-31", {}, "0.50", "33号"),
    ("national", "industry-share", "2022-01-01", {}, "0.55", "2022"),
    ("national", "industry-share", "2023-01-04", {}, "0.55", "2022"),
    ("national", "industry-share", "2023-01-05", {}, "0.60", "2023"),
    ("national", "industry-share", "2024-12-31", {}, "0.60", "2024"),
    ("national", "industry-share", "2026-02-02", {}, "0.60", "2024"),
    ("national", "industry-rising", "2021-03-26", {}, "0", "19号"),
    ("xiushan", "industry-rising", "2023-12-31", {}, "0", "5号"),
    ("xiushan", "industry-rising", "2024-12-31", {}, "-0.05", "2024"),
    ("chongqing", "equity-quantified", "2016-06-30", FIRM, "0.50", "2016"),
    ("chongqing", "equity-collective", "2022-06-01", FIRM, "0.10", "2016"),
    ("chongqing", "equity-farmers", "2022-06-01", FIRM, "0.40", "2016"),
    ("chongqing", "equity-collective", "2022-06-01", COOPERATIVE, "0.10", "2016"),
    ("chongqing", "equity-leader", "2022-06-01", COOPERATIVE, "0.30", "2016"),
    ("chongqing", "equity-farmers", "2022-06-01", COOPERATIVE, "0.60", "2016"),
    ("chongqing", "industry-share-municipal", "2021-08-16", {}, "0.50", "71号"),
    ("chongqing", "industry-share-municipal", "2025-12-31", {}, "0.70", "2025"),
    ("xiushan", "equity-tilt", "2022-05-20", {}, "1", "5号"),
    ("xiushan", "income-tilt", "2022-12-31", {}, "1", "5号"),
    ("xiushan", "equity-area-tilt", "2022-12-31", {}, "1", "5号"),
    ("xiushan", "premium-subsidy", "2023-12-31", {}, "0.05", "5号 第16条"),
    ("xiushan", "monitoring-listed-days", "2022-05-20", {}, "15", "5号 第17条"),
    ("xiushan", "monitoring-notice-days", "2022-05-20", {}, "5", "5号 第17条"),
    ("xiushan", "monitoring-helper-days", "2022-05-20", {}, "10", "5号 第17条"),
    ("xiushan", "monitoring-plan-days", "2022-05-20", {}, "10", "5号 第17条"),
    ("national", "management-fee", "2021-12-31", {"level": "中央"}, "0.01", "19号"),
    ("national", "allocation-days", "2021-01-01", {}, "30", "预算法"),
    ("national", "notice-days", "2021-01-01", {}, "10", "11号"),
    ("xiushan", "notice-days", "2022-12-31", {}, "10", "5号"),
    ("national", "notice-days-labour", "2021-06-01", {}, "7", "自定"),
    ("national", "notice-due-days", "2021-06-01", {}, "20", "20个工作日"),
    ("national", "asset-register-days", "2021-12-31", {}, "90", "51号"),
    ("national", "performance-review-days", "2022-12-31", {}, "180", "绩效评价"),
    ("national", "idle-days", "2022-12-31", {}, "180", "自定"),
    ("national", "input-stable", "2021-12-31", {"level": "县级"}, "1", "过渡期"),
    ("xiushan", "input-stable", "2026-02-03", {"level": "中央"}, "1", "2026"),
    ("xiushan", "input-stable", "2026-02-03", {"level": "市级"}, "1", "2026"),
    ("national", "spending-progress", "2021-02-08", {}, "1", "序时进度"),
    ("national", "evidence-above", "2021-02-08", {}, "50000", "会计基础工作规范"),
    ("national", "recovered-held-days", "2021-01-01", {}, "60", "自定"),
    ("national", "advance-open-days", "2021-01-01", {}, "180", "自定"),
    ("national", "arrears-days", "2021-01-01", {}, "90", "自定"),
    ("national", "arrears-wages-days", "2021-01-01", {}, "30", "自定"),
    ("national", "leftover-days", "2021-01-01", {}, "90", "自定"),
    ("national", "returned-days", "2021-01-01", {}, "60", "自定"),
    ("national", "acceptance-days", "2021-01-01", {}, "90", "自定"),
    ("national", "prepayment", "2021-01-01", {}, "0.30", "自定"),
    ("national", "split-days", "2021-01-01", {}, "30", "自定"),
    ("national", "unit-cost-factor", "2021-01-01", {}, "1.5", "自定"),
]
NOT_IN_FORCE = [
    ("national", "idle-months", "2021-05-21", {}),
    ("xiushan", "equity-from", "2022-07-13", {}),
    ("xiushan", "operator-once", "2022-07-13", {}),
    ("national", "labour-share", "2025-12-31", {}),  # no text of the state asks for 10 %
    ("xiushan", "labour-share", "2022-05-19", {}),
    ("national", "labour-share-work-relief", "2022-07-18", CITY),
    ("xiushan", "income-tilt", "2022-05-19", {}),
    ("xiushan", "equity-tilt", "2022-05-19", {}),
    ("chongqing", "industry-share-municipal", "2021-08-15", {}),
    ("chongqing", "industry-share-municipal", "2026-02-03", {}),
    ("national", "industry-share", "2021-03-25", {}),
    ("national", "industry-share", "2026-02-03", {}),
    ("xiushan", "industry-rising", "2026-02-03", {}),
    ("xiushan", "input-stable", "2026-02-03", {"level": "县级"}),
    ("national", "management-fee", "2022-12-31", {"level": "县级"}),
    ("chongqing", "equity-quantified", "2016-06-29", FIRM),
    ("chongqing", "equity-leader", "2022-06-01", FIRM),
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
    for name in policy.mentioned - set(FOR_A_TIME):
        scopes = {tuple((key, values[0]) for key, values in p.scope) for p in policy.history(name) if p.scope} or {()}
        for scope in scopes:
            day = SINCE.get(name, date(2021, 1, 1))
            while day <= LAST:
                found = policy.in_force(name, day, **dict(scope))
                assert found is not None, (name, scope, day)
                until = found.parameter.verified_until
                # The share of 2022 is out of date in the days before that of 2023 was published.
                stale = until is None or until < day
                assert not stale or (name, day.year) == ("industry-share", 2023), (name, scope, day)
                day += timedelta(days=1)
    assert all(p.verified_until and p.verified_until <= EDITION for p in policy.parameters)


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
        read_in_full = ("秀委农组〔2022〕5号", "渝财农〔2021〕71号")
        assert "quote" not in meta or meta["basis"].startswith(read_in_full), "only these were read"
        assert meta["confidence"] != "原文" or meta["quote"]
        assert meta["confidence"] != "推定" or meta["reading"]


def test_the_page_on_policy_lists_every_parameter_that_ships() -> None:
    """When this fails: make generated."""
    page = pages.POLICY_PAGE.read_text("utf-8")
    assert page.endswith(pages.policy_tables())
    assert page.count("\n| `") >= sum(map(len, pages.shipped().values())) > 50


@pytest.mark.parametrize("name", ledgers.POLICY_TITLES)
def test_no_two_values_that_ship_are_one_for_beancount(name: str) -> None:
    """Its plugin noduplicates, which pedantic brings too, looks at no key."""
    path = Path(ledgers.__file__).parent / "policies" / f"{name}.beancount"
    entries, _, _ = loader.load_file(str(path))
    assert entries
    assert compare.hash_entries(entries, exclude_meta=True)[1] == []
