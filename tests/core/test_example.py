"""The book in miniature: every finding that it must give, by the command and by the plugin alike."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from click.testing import CliRunner

from ledgers.book import read
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import plain
from xianjie.commands import cli

EXAMPLE = Path(__file__).parent.parent / "example"
EXPECTED = json.loads((EXAMPLE / "expected.json").read_text("utf-8"))
AS_OF = date.fromisoformat(EXPECTED["as_of"])


@pytest.fixture(scope="module")
def findings() -> dict[Any, dict[str, Any]]:
    result = CliRunner().invoke(cli, ["check", str(EXAMPLE), "--as-of", EXPECTED["as_of"], "--format", "json"])
    assert result.exit_code == 1, result.output
    document = json.loads(result.output)
    assert document["untrusted"] == []
    assert sum(document["summary"].values()) == len(document["findings"])
    return {(one["rule"], one["subject"]["id"], one["part"], one["period"]): one for one in document["findings"]}


@pytest.mark.parametrize(
    "expected", EXPECTED["findings"], ids=lambda one: f"{one['rule']} {one['subject']} {one.get('part', '')}"
)
def test_expected(findings: dict[Any, dict[str, Any]], expected: dict[str, Any]) -> None:
    found = findings[expected["rule"], expected["subject"], expected.get("part"), expected.get("period")]
    flat = found | (found["measured"] or {})
    for name in ("status", "numerator", "denominator", "value", "shortfall"):
        if name in expected:
            assert flat[name] == expected[name], name


def test_a_finding_names_its_law_and_its_lines(findings: dict[Any, dict[str, Any]]) -> None:
    found = findings["labour-share-work-relief", "XS2022-0001", None, None]
    assert found["threshold"]["required"] == "60000.00"
    assert found["threshold"]["parameters"][0]["applied_on"] == "2022-03-05"
    assert found["source"] == {"file": "registry/registry.beancount", "line": 34}
    assert {"file": "2022/08.beancount", "line": 5} in found["evidence"]


def test_plugin_and_command_report_the_same_failures(tmp_path: Path) -> None:
    book = tmp_path / "book"
    shutil.copytree(EXAMPLE, book)
    main = book / "main.beancount"
    text = main.read_text("utf-8")
    main.write_text(f"plugin \"plugins.all\" \"{{'as_of': '{AS_OF}'}}\"\n{text}", "utf-8")
    _, errors, options = loader.load_file(str(main))
    said = {(type(error).__name__, error.source["filename"], error.source["lineno"]) for error in errors}
    result = audit(read(book, AS_OF).tables, catalogue().values())
    failures = {
        ("".join(part.capitalize() for part in one.rule.split("-")), str(book / one.source[0]), one.source[1])
        for one in result.findings
        if one.status == "fail" and one.severity == "error"
    }
    assert said == failures
    assert all(line > 0 for _, _, line in said)
    assert str(book / "rolls/2022/08.csv") in options["include"]


def test_a_wrong_plugin_config_is_an_error(tmp_path: Path) -> None:
    for config in ("{'asof': '2022-12-31'}", "{'severity': 'bad'}", "{'as_of': '2022-13-01'}", "__import__('os')"):
        main = tmp_path / "main.beancount"
        main.write_text(f'plugin "plugins.labour" "{config}"\n', "utf-8")
        _, errors, _ = loader.load_file(str(main))
        assert [type(error).__name__ for error in errors] == ["ConfigError"], config


def test_later_directives_never_change_an_earlier_verdict(tmp_path: Path) -> None:
    """Judge each month end with the whole book, and with a book from which everything later was cut."""
    book = tmp_path / "book"
    for day in (date(2022, 3, 31), date(2022, 8, 31), date(2022, 11, 30)):
        shutil.rmtree(book, ignore_errors=True)
        shutil.copytree(EXAMPLE, book)
        for path in book.glob("2022/*.beancount"):
            if int(path.stem) > day.month:
                path.write_text(";; cut\n", "utf-8")
        whole, cut = (audit(read(folder, day).tables, catalogue().values()) for folder in (EXAMPLE, book))
        # The numbers of vouchers alone are looked for in the whole book.
        said = ([plain(one, []) for one in each.findings if one.rule != "voucher"] for each in (whole, cut))
        assert next(said) == next(said)
