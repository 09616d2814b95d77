"""What leaves a county identifies nobody; and two counties' payments to one person are found all the same."""

import hmac
import io
import json
import pickle
import re
import shutil
import zipfile
from fractions import Fraction

import duckdb
import pytest

from ledgers.files.problems import Problem
from ledgers.kept import cache
from ledgers.people import open_identities
from ledgers.tables.rolls import digest
from reports.counties import citykey, handover, joins, report, run
from reports.counties.county import KEPT, KIND, Job, judged, revealed
from reports.counties.engines import local

from .books import household
from .conftest import CITY, COMMON, DAY
from .ids import id_number

SECRET_TEXTS = ("测试人", "王小明", "李大明", "收款人")  # names of the store, of narrations and payees
ID = re.compile(r"(?<!\d)\d{17}[\dX](?!\d)")


def handed(book, city_key=CITY):
    return judged(Job(book.name, str(book), DAY, city_key))


def everything_in(files):
    """All that files hold, as text: Parquet row by row, workbooks unpacked."""
    texts = []
    for name, content in files.items():
        if name.endswith(".parquet"):
            texts.append(repr(_rows(content)))
        elif name.endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(content)) as book:
                texts += [book.read(member).decode("utf-8") for member in book.namelist()]
        else:
            texts.append(content.decode("utf-8"))
    return "\n".join(texts)


def _rows(content, query="SELECT * FROM rows"):
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".parquet") as file, duckdb.connect() as database:
        file.write(content)
        file.flush()
        return database.execute(query.replace("rows", f"'{file.name}'")).fetchall()


def test_nothing_that_a_county_hands_over_identifies_a_person(shared_books):
    book = shared_books / "甲县"
    part = handed(book)
    assert KEPT not in part.files
    text = everything_in(part.files) + pickle.dumps(part).decode("latin-1")
    store = open_identities(book)
    for secret in (*SECRET_TEXTS, CITY.hex(), COMMON.hex(), *store.people):
        assert secret not in text
    assert not [word for word in ID.findall(text) if word in {id_number(n) for n in range(300)}]
    assert not re.search(r"H\d{3}001-\d{3}", text)
    assert CITY not in pickle.dumps(part)


def test_the_kept_file_is_the_users_alone_and_has_the_households(shared_books):
    part = handed(shared_books / "甲县")
    kept = cache.get(KIND, str(shared_books / "甲县"), part.key)[KEPT]
    assert household(3) in repr(_rows(kept.read_bytes()))
    assert kept.parent.stat().st_mode & 0o077 == 0


def test_tokens_are_sorted_single_and_nothing_stands_beside_them(shared_books):
    content = handed(shared_books / "甲县").files["tokens.parquet"]
    rows = _rows(content)
    assert len(rows[0]) == 1
    assert [row[0] for row in rows] == sorted({row[0] for row in rows}, key=lambda token: token.hex)
    assert len(rows) > 100


def test_a_token_is_the_hmac_of_person_purpose_and_period_under_the_city_key(shared_books):
    book = shared_books / "甲县"
    store = open_identities(book).token(id_number(0))
    bound = f"务工\n务工\n2022-03\n{store}".encode()
    expected = hmac.digest(CITY, bound, "sha256").hex()[:32]
    assert expected in {row[0].hex for row in _rows(handed(book).files["tokens.parquet"])}
    other = {row[0].hex for row in _rows(handed(book, b"d" * 32).files["tokens.parquet"])}
    assert expected not in other


def test_without_the_citys_key_no_token_is_made(shared_books):
    assert _rows(handed(shared_books / "甲县", b"").files["tokens.parquet"]) == []


def test_only_tokens_that_are_asked_for_are_answered(shared_books):
    book = shared_books / "甲县"
    part = handed(book)
    token = _rows(part.files["tokens.parquet"])[7][0].hex
    job = Job("甲县", str(book), DAY, CITY)
    [row] = revealed(job, part.key, (token,))
    assert row["token"].replace("-", "") == token
    assert revealed(job, part.key, ("0" * 32,)) == []
    shutil.rmtree(cache.folder())  # the cache can be deleted at any time
    assert revealed(job, part.key, (token,)) == [row]


@pytest.fixture
def merged(shared_books):
    todo = run.jobs([str(shared_books / name) for name in ("甲县", "乙县", "丙县")], DAY, CITY)
    return run.consolidate(todo, local(1), [], here=True)


def _query(merged, name):
    return joins.rows(joins.database(merged.tables), joins.QUERIES[name])


def test_people_paid_by_two_counties_are_found_and_nobody_else(merged):
    found = _query(merged, "twice")
    assert found
    both = {household(n) for n in range(5)}
    assert {row["county"] for row in found} == {"甲县", "乙县"}  # 丙县 has another key
    assert {row["household"] for row in found} <= both
    for number in {row["number"] for row in found}:
        pair = [row for row in found if row["number"] == number]
        assert {row["county"] for row in pair} == {"甲县", "乙县"}
        assert len({(row["purpose"], row["period"], row["household"]) for row in pair}) == 1
        assert all(row["amount"] > 0 and row["vouchers"] for row in pair)


def test_what_a_match_says_is_what_the_books_say(merged, shared_books):
    """Against the rolls themselves, read with nothing of the product."""
    paid = {}
    for county in ("甲县", "乙县"):
        for roll in sorted((shared_books / county / "rolls").rglob("*.csv")):
            period = f"{roll.parent.name}-{roll.stem}"
            for line in roll.read_text().splitlines()[1:]:
                _, payee, _person, amount, days, *_ = line.split(",")
                if not days:
                    key = (period, payee, county)
                    paid[key] = paid.get(key, 0) + int(amount.replace(".", ""))
    expected = {
        (period, payee, county): amount
        for (period, payee, county), amount in paid.items()
        if payee in {household(n) for n in range(5)}
        and (period, payee, {"甲县": "乙县", "乙县": "甲县"}[county]) in paid
    }
    found = {(row["period"], row["household"], row["county"]): row["amount"] for row in _query(merged, "twice")}
    assert found == expected
    assert len(expected) >= 4


def test_days_at_work_in_two_counties_overlap_for_certain_only_beyond_the_month(merged):
    found = {(row["household"], row["county"]): (row["together"], row["long"]) for row in _query(merged, "overlaps")}
    assert found == {
        (household(0), "甲县"): (32, 31),
        (household(0), "乙县"): (32, 31),
        (household(1), "甲县"): (31, 31),
        (household(1), "乙县"): (31, 31),
    }
    rows = {name: _query(merged, name) for name in joins.QUERIES}
    told = {row["message"]: row["status"] for row in report.across(rows) if row["rule"] == "across-work"}
    assert sorted(told.values()) == ["fail", "undetermined"]
    assert all(("必有同日" in message) == (status == "fail") for message, status in told.items())


def test_a_firm_with_grants_in_two_counties_is_named_however_it_is_spaced(merged):
    assert [(row["firm"], row["county"], row["subsidy"]) for row in _query(merged, "firms")] == [
        ("联县茶业有限公司", "乙县", 60000000),
        ("联县茶业有限公司", "甲县", 60000000),
    ]


def test_the_report_identifies_nobody(merged, tmp_path):
    report.write(merged, tmp_path / "out")
    files = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes()
        for path in sorted((tmp_path / "out").rglob("*"))
        if path.is_file()
    }
    text = everything_in(files)
    for secret in (*SECRET_TEXTS, CITY.hex(), COMMON.hex()):
        assert secret not in text
    assert not set(ID.findall(text)) & {id_number(n) for n in range(300)}
    matched = {household(n) for n in range(5)}
    assert set(re.findall(r"H\d{3}001-\d{3}", text)) <= matched


def test_the_mask_takes_out_numbers_names_and_households():
    masked = handover.mask(["H001001-007"], ["王小明", "王小"])
    number = id_number(3)
    text = f"付王小明（{number}，电话13912345678，卡6222020000000000001）H001001-007的工资 2022-000001"
    assert masked(text) == "付［某人］（［号码略］，电话［号码略］，卡［号码略］）［某户］的工资 2022-000001"
    assert masked("共 1234567890123.45 元，项目 P2022-0001") == "共 1234567890123.45 元，项目 P2022-0001"


def test_no_text_of_a_verdict_names_a_person_and_what_is_wrong_is_not_quoted():
    whole = {
        "rule": "record",
        "status": "fail",
        "subject": {"kind": "voucher", "id": "2022-000001", "name": "付王小明工资"},
        "source": {"file": "2022/王小明.beancount", "line": 3},
        "evidence": [{"file": "rolls/H001001-007.csv", "line": 4}],
        "message": "days 的值“赵某三天”应为整天或半天，收款人王小明",
        "part": "王小明",
        "period": None,
        "waiver": "王小明同意",
        "fingerprint": "1234567890123456",
    }
    masked = handover.mask(["H001001-007"], ["王小明"])
    assert handover._masked(whole, masked) == {
        "rule": "record",
        "status": "fail",
        "subject": {"kind": "voucher", "id": "2022-000001", "name": ""},
        "source": {"file": "2022/［某人］.beancount", "line": 3},
        "evidence": [{"file": "rolls/［某户］.csv", "line": 4}],
        "message": "days 的值“…”应为整天或半天，收款人［某人］",
        "part": "［某人］",
        "period": None,
        "waiver": "［某人］同意",
        "fingerprint": "1234567890123456",
    }


def test_a_name_in_a_pay_list_where_a_household_should_stand_stays_in_the_county(shared_books, tmp_path):
    book = shutil.copytree(shared_books / "甲县", tmp_path / "甲县")
    pay = next(path for path in sorted((book / "rolls" / "2022").iterdir()) if "H001001-002" in path.read_text())
    lines = pay.read_text().splitlines()
    number = next(line for line in lines if "H001001-002" in line).split(",")[0]
    before = [line for line in lines if line.startswith(f"{number},")]
    after = [line.replace("H001001-002", "赵无名") for line in before]
    pay.write_text(pay.read_text().replace("\n".join(before), "\n".join(after)))
    month = book / "2022" / f"{pay.stem}.beancount"
    month.write_text(month.read_text().replace(digest(before), digest(after)))
    files = handed(book).files
    assert _rows(files["findings.parquet"], "SELECT * FROM rows WHERE status = 'undetermined'")
    assert "赵无名" not in everything_in(files)


def test_problems_of_a_book_do_not_quote_it():
    rows = handover.problems([Problem("2022/03.csv", 4, f"户编号“{id_number(1)}”不在名册中")], handover.mask((), ()))
    assert rows == [{"file": "2022/03.csv", "line": 4, "message": "户编号“…”不在名册中"}]


def test_verdicts_on_households_and_passes_of_vouchers_are_counted_not_listed(shared_books):
    files = handed(shared_books / "甲县").files
    kinds = {(row[0], row[1]) for row in _rows(files["findings.parquet"], "SELECT kind, status FROM rows")}
    assert not [kind for kind, _ in kinds if kind in handover.PERSONAL]
    rules = {
        name: {row[0] for row in _rows(files[f"{name}.parquet"], "SELECT rule FROM rows")}
        for name in ("counts", "findings")
    }
    assert "monitoring-deadline" in rules["counts"] - rules["findings"]
    assert ("voucher", "pass") not in kinds
    counted = sum(row[0] for row in _rows(files["counts.parquet"], "SELECT findings FROM rows"))
    assert counted == sum(json.loads(files["meta.json"])["summary"].values())


def test_money_of_funds_is_what_the_book_says(shared_books):
    rows = _rows(
        handed(shared_books / "乙县").files["funds.parquet"], "SELECT year, arrived, allocated, paid FROM rows"
    )
    paid = {}
    for roll in (shared_books / "乙县" / "rolls").rglob("*.csv"):
        amounts = [Fraction(line.split(",")[3]) for line in roll.read_text().splitlines()[1:]]
        paid[int(roll.parent.name)] = paid.get(int(roll.parent.name), 0) + int(sum(amounts) * 100)
    assert sorted(rows) == [
        (2021, 200000000000, 200000000000, paid[2021]),
        (2022, 300000100, 300000100, paid[2022]),
        (2023, 200000000000, 200000000000, paid[2023]),
    ]


def test_a_city_key_that_others_can_read_or_that_is_none_is_refused(tmp_path):
    path = tmp_path / "city.key"
    path.write_text("00" * 32)
    path.chmod(0o644)
    with pytest.raises(citykey.BadKey, match="chmod 600"):
        citykey.city_key(path)
    path.chmod(0o600)
    assert citykey.city_key(path) == bytes(32)
    path.write_text("00" * 31)
    with pytest.raises(citykey.BadKey, match="64 位"):
        citykey.city_key(path)
