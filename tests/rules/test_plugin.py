"""The rules as Beancount plugins: families, severities, and what cannot be trusted is said once."""

import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from beancount import loader

from plugins.rule import CATALOGUE
from tests.core.test_example import AS_OF, EXAMPLE

CONFIG = f"{{'as_of': '{AS_OF}'}}"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "book"))


def errors(book: Path, *plugins: tuple[str, str]) -> list[Any]:
    main = book / "main.beancount"
    text = "".join(f'plugin "{name}" "{config}"\n' for name, config in plugins) + main.read_text("utf-8")
    (book / "tried.beancount").write_text(text, "utf-8")
    return list(loader.load_file(str(book / "tried.beancount"))[1])


def named(found: list[Any]) -> list[str]:
    return sorted(type(error).__name__ for error in found)


def test_families_give_together_what_all_give(book: Path) -> None:
    every = named(errors(book, ("plugins.all", CONFIG)))
    families = sorted({rule.family for rule in CATALOGUE.values()})
    assert named(errors(book, *((f"plugins.{family}", CONFIG) for family in families))) == every
    assert named(errors(book, ("plugins.labour", CONFIG))) == ["LabourPromised", "LabourShareWorkRelief"]


def test_warnings_only_when_asked_for(book: Path) -> None:
    few = named(errors(book, ("plugins.notices", CONFIG), ("plugins.labour", CONFIG)))
    more = named(errors(book, ("plugins.labour", CONFIG[:-1] + ", 'severity': 'warning'}")))
    assert "LabourNotice" not in few
    assert "LabourNotice" in more


def test_what_cannot_be_trusted_is_said_once(book: Path) -> None:
    path = book / "rolls/2022/08.csv"
    path.write_text(path.read_text("utf-8").replace("20000.00", "20001.00"), "utf-8")
    plugins = [("plugins.labour", CONFIG), ("plugins.payments", CONFIG)]
    assert named(errors(book, *plugins)).count("UntrustedBook") == 1
    (book / "registry/households.csv").write_text("household\n", "utf-8")
    found = errors(book, *plugins)
    assert "UntrustedBook" in named(found)
    assert len({(error.source["filename"], error.source["lineno"], error.message) for error in found}) == len(found)
    assert not {"LabourPromised", "LabourShareWorkRelief"} & set(named(found)), "judged though it cannot be trusted"


def test_a_rule_that_crashes_is_an_error(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plugins.labour.subject_of", None)
    found = errors(book, ("plugins.labour", CONFIG))
    assert any("规则 labour-share 运行出错，未得出结论" in error.message for error in found)


@pytest.mark.parametrize(
    ("config", "said"),
    [("{'as_of': 20221231}", "as_of 应为日期"), ("{'as_of': '2022-02-30'}", "as_of 应为日期"), ("{[]: 1}", "不是形如"),
     ("[" * 3000, "不是形如"), ("[]", "只认识 as_of、severity"), ("{'severity': []}", "severity 应为"), ("1 +", "不是形如")],
)  # fmt: skip
def test_a_wrong_config_is_said(book: Path, config: str, said: str) -> None:
    found = errors(book, ("plugins.labour", config))
    assert named(found) == ["ConfigError"]
    assert said in found[0].message


def test_a_family_and_all_say_a_failure_once(book: Path) -> None:
    every = named(errors(book, ("plugins.all", CONFIG)))
    assert named(errors(book, ("plugins.all", CONFIG), ("plugins.labour", CONFIG))) == every
    assert named(errors(book, ("plugins.labour", CONFIG), ("plugins.all", CONFIG))) == every


@pytest.mark.parametrize("written", ["36000.01 CNY\n", "40000.00 ~ 5000.00 CNY\n"])
def test_a_balance_within_a_tolerance_is_not_judged(book: Path, written: str) -> None:
    path = book / "2022/12.beancount"
    text = path.read_text("utf-8")
    assert "balance Assets:1002银行存款:V106003美翠村  36000.00 CNY\n" in text
    path.write_text(text.replace("balance Assets:1002银行存款:V106003美翠村  36000.00 CNY\n", f"balance Assets:1002银行存款:V106003美翠村  {written}", 1), "utf-8")
    found = errors(book, ("plugins.all", CONFIG), ("plugins.labour", CONFIG))
    assert named(found) == ["UntrustedBook"]
    assert "余额不符" in found[0].message
    assert found[0].source["filename"].endswith("2022/12.beancount")


def test_a_wrong_balance_is_said_once_by_beancount_and_nothing_is_judged(book: Path) -> None:
    path = book / "2022/12.beancount"
    path.write_text(path.read_text("utf-8").replace("balance Assets:1002银行存款:V106003美翠村  36000.00 CNY\n", "balance Assets:1002银行存款:V106003美翠村  3.00 CNY\n", 1), "utf-8")
    assert named(errors(book, ("plugins.all", CONFIG))) == ["BalanceError"]


@pytest.mark.parametrize(
    ("added", "said"),
    [('  result: "甲"\n  result: "乙"\n', "result 在同一处写了两次"), ('  lineno: 7\n  filename: "x"\n', "lineno")],
)
def test_keys_that_beancount_loses_are_said(book: Path, added: str, said: str) -> None:
    with (book / "registry/registry.beancount").open("a", encoding="utf-8") as file:
        file.write(f'\n2022-12-05 custom "inspection" "XS2022-0001"\n{added}')
    found = errors(book, ("plugins.all", CONFIG))
    assert set(named(found)) == {"UntrustedBook"}
    assert any(said in error.message for error in found)


def test_what_was_judged_today_is_not_kept(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beancount keeps what it read until a file changes: today's verdict must not be shown tomorrow."""
    monkeypatch.delitem(sys.modules, "fava", raising=False)  # as in bean-check: Fava has no such cache
    (book / "judged.beancount").write_text('plugin "plugins.labour"\ninclude "main.beancount"\n', "utf-8")
    options = loader.load_file(str(book / "judged.beancount"))[2]
    assert not loader.needs_refresh(options), "in the same process nothing changed"
    script = "import sys, pickle; from beancount import loader; print(loader.needs_refresh(pickle.load(sys.stdin.buffer)))"
    out = subprocess.run([sys.executable, "-c", script], input=pickle.dumps(options), capture_output=True, check=True)
    assert out.stdout == b"True\n"
    (book / "judged.beancount").write_text(f'plugin "plugins.labour" "{CONFIG}"\ninclude "main.beancount"\n', "utf-8")
    options = loader.load_file(str(book / "judged.beancount"))[2]
    out = subprocess.run([sys.executable, "-c", script], input=pickle.dumps(options), capture_output=True, check=True)
    assert out.stdout == b"False\n", "with a day the verdict stays"
