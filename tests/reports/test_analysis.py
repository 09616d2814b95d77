"""For analysts: what the docs show runs; tables, Parquet, BQL and JSON say the same, with declared columns."""

import json
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import ModuleType

import duckdb
import jsonschema
import pytest
from click.testing import CliRunner

import xianjie
from ledgers import XIUSHAN
from ledgers.book import Book
from ledgers.money import fen
from reports.analysis import DECLARED, findings_of, parquet
from reports.check.checked import Checked
from xianjie.commands import COMMANDS, cli

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "docs" / "schemas"


@pytest.fixture(scope="module")
def book() -> Book:
    return xianjie.read(XIUSHAN, date(2023, 12, 31))


def test_what_the_docs_show_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "analysts.md").read_text("utf-8"), re.DOTALL)
    assert len(blocks) >= 5
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)  # our own page
    assert len(names["by_rule"]) > 20  # type: ignore[arg-type]


def test_names_are_lazy() -> None:
    code = "import sys, xianjie; assert not {'pandas', 'duckdb', 'beanquery'} & set(sys.modules); xianjie.read; assert 'pandas' in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
    with pytest.raises(AttributeError):
        xianjie.nothing  # noqa: B018


def test_findings_are_the_audit(sample: Checked) -> None:
    table = findings_of(sample.audit)
    assert len(table) == len(sample.audit.findings)
    assert table["status"].value_counts().to_dict() == {k: v for k, v in sample.audit.summary.items() if v}
    given = {one.fingerprint: one for one in sample.audit.findings}
    for row in table.itertuples():
        finding = given[row.fingerprint]
        if finding.measured and finding.measured.unit == "CNY":
            assert row.numerator == Decimal(int(finding.measured.numerator)) / 100
    assert findings_of(type(sample.audit)()).columns.tolist() == list(DECLARED["findings"])


def test_parquet_holds_the_same_to_the_fen(book: Book, tmp_path: Path) -> None:
    files = dict(parquet(book))
    assert set(files) == {*(f"{name}.parquet" for name in DECLARED if name in xianjie.tables(book) or name == "findings"), "columns.csv"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with duckdb.connect() as connection:
        for table, column in (("postings", "amount"), ("payments", "amount"), ("projects", "planned")):
            kind, total = connection.execute(f"SELECT typeof(any_value({column})), sum({column}) FROM '{tmp_path}/{table}.parquet'").fetchone() or ("", 0)
            assert kind == "DECIMAL(18,2)"
            assert fen(str(total)) == int(xianjie.tables(book)[table][column].sum())
        kinds = {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM '{tmp_path}/payments.parquet'").fetchall()}
    assert (kinds["date"], kinds["labour"], kinds["days"]) == ("DATE", "BOOLEAN", "DOUBLE")


def test_no_command_hides_a_name_of_the_library() -> None:
    for place, _ in COMMANDS.values():
        import_module(place.partition(":")[0])
    assert not [name for name in xianjie.__all__ if isinstance(getattr(xianjie, name), ModuleType)]


def test_bql_over_findings_payments_and_projects(book: Book, sample: Checked) -> None:
    rows = xianjie.query(book, "SELECT status, count(*) FROM #findings GROUP BY status")
    assert dict(rows.itertuples(index=False, name=None)) == {k: v for k, v in sample.audit.summary.items() if v}
    (total,) = xianjie.query(book, "SELECT sum(amount) FROM #payments")["sum(amount)"]
    assert fen(str(total)) == int(book.tables.payments["amount"].sum())
    assert len(xianjie.query(book, "SELECT id, planned FROM #projects WHERE planned > 1000000")) > 10


def test_the_query_command(tmp_path: Path) -> None:
    asked = "SELECT rule, count(*) AS n FROM #findings WHERE status = 'fail' GROUP BY rule"
    done = CliRunner().invoke(cli, ["query", str(XIUSHAN), asked, "--as-of", "2023-12-31", "--format", "csv"])
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0] == "rule,n"
    wrong = CliRunner().invoke(cli, ["query", str(XIUSHAN), "SELECT nothing FROM #findings"])
    assert wrong.exit_code == 1
    assert "查询不能理解" in wrong.output


@pytest.mark.parametrize("command", ["check", "plan", "screen"])
def test_json_fits_its_published_schema(command: str) -> None:
    done = CliRunner().invoke(cli, [command, str(XIUSHAN), "--as-of", "2023-12-31", "--format", "json"])
    schema = json.loads((SCHEMAS / f"{command}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    said = json.loads(done.stdout)
    alike = {(one["rule"], one["status"], *sorted(one)): one for one in said.get("findings", ())}
    if alike:  # one of each kind: thousands of the same prove no more
        said["findings"] = list(alike.values())
    jsonschema.Draft202012Validator(schema).validate(said)


def fits(name: str, document: object) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rules", ["rules", "--format", "json"]),
        *(("rule", ["rules", one, "--format", "json"]) for one in ("labour-share", "asset-yield", "voucher")),
        ("leaks", ["leaks", "--format", "json", str(ROOT / "README.md")]),
    ],
)
def test_json_of_other_commands_fits_its_schema(name: str, words: list[str]) -> None:
    fits(name, json.loads(CliRunner().invoke(cli, words).stdout))


def test_every_schema_is_named_in_the_docs() -> None:
    page = (ROOT / "docs" / "analysts.md").read_text("utf-8")
    assert [path.name for path in sorted(SCHEMAS.iterdir()) if f"schemas/{path.name}" not in page] == []
