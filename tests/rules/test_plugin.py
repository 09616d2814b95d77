"""The rules as Beancount plugins: families, severities, and what cannot be trusted is said once."""

import shutil
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
