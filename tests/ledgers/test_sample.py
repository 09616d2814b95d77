"""The sample county: these bytes come from the generator, and what fails in it is what was planted, and nothing else."""

import csv
import filecmp
import re
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

import ledgers
from ledgers.book import Book, read
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import Audit, plain
from samples.county import NATURAL, build, write
from samples.county.model import PLANTED, Leg, Voucher
from samples.county.writer import number

AS_OF = date(2023, 12, 31)
Key = tuple[str, str, str, str, str]


def judged(folder: Path) -> tuple[Book, Audit]:
    book = read(folder, AS_OF)
    return book, audit(book.tables, list(catalogue().values()))


def troubles(result: Audit) -> set[Key]:
    """Findings that did not simply pass."""
    return {
        (f.rule, f.subject.id, f.part or "", f.period or "", f.status)
        for f in result.findings
        if f.status in ("fail", "waived", "undetermined")
    }


def planted(folder: Path) -> set[Key]:
    with (folder / "planted.csv").open(encoding="utf-8") as lines:
        return {(r["rule"], r["subject"], r["part"], r["period"], r["status"]) for r in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def sample() -> tuple[Book, Audit]:
    return judged(ledgers.XIUSHAN)


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_committed_book_is_what_the_generator_makes(tmp_path: Path) -> None:
    write(tmp_path)
    assert files(tmp_path) == files(ledgers.XIUSHAN)
    _, differing, unreadable = filecmp.cmpfiles(tmp_path, ledgers.XIUSHAN, files(tmp_path), shallow=False)
    assert (differing, unreadable) == ([], [])


def test_another_seed_makes_another_county(tmp_path: Path) -> None:
    write(tmp_path, seed=1)
    assert (tmp_path / "registry/households.csv").read_bytes() != (
        ledgers.XIUSHAN / "registry/households.csv"
    ).read_bytes()


def test_what_fails_is_what_was_planted(sample: tuple[Book, Audit]) -> None:
    _, result = sample
    assert not result.crashes
    assert not result.untrusted
    assert troubles(result) == planted(ledgers.XIUSHAN)


def test_messages_say_the_numbers_of_the_json(sample: tuple[Book, Audit]) -> None:
    """Numerator, denominator, shortfall and percentages of a message are those of the finding, cut towards failing."""
    pattern = re.compile(r"([-\d,.]+) 元 ÷ .*? ([-\d,.]+) 元 = ([-\d.]+)%，应(不低于|高于|不高于) ([-\d.]+)%(?:，(?:还差|超出) ([\d,.]+) 元)?")
    seen: Counter[str] = Counter()
    for one in sample[1].findings:
        said, told = pattern.search(one.message), plain(one, [])
        if said is None or told["measured"] is None:
            continue
        seen[one.rule] += 1
        numerator, denominator, missing = (Fraction((said[n] or "0").replace(",", "")) for n in (1, 2, 6))
        measured, shown, asked = told["measured"], Fraction(said[3]) / 100, Fraction(said[5]) / 100
        assert (numerator, denominator) == (Fraction(measured["numerator"]), Fraction(measured["denominator"])), one.message
        assert missing == Fraction(told["shortfall"] or 0), one.message
        assert 0 <= (numerator / denominator - shown) * (-1 if said[4] == "不高于" else 1) < Fraction(1, 10_000), one.message
        met = {"不低于": shown >= asked, "高于": shown > asked, "不高于": shown <= asked}[said[4]]
        assert met is (one.status == "pass"), one.message
    assert len(seen) > 9
    assert sum(seen.values()) > 200


def test_every_rule_has_a_planted_failure(sample: tuple[Book, Audit]) -> None:
    assert {key[0] for key in planted(ledgers.XIUSHAN) if key[4] == "fail"} == set(catalogue())


def test_every_rule_that_reports_passes_has_one(sample: tuple[Book, Audit]) -> None:
    """duplicate-payment reports failures only; idle-in-village, sealed-period, split-contract have nothing else to judge."""
    passing = {f.rule for f in sample[1].findings if f.status == "pass"}
    assert set(catalogue()) - passing == {"duplicate-payment", "idle-in-village", "sealed-period", "split-contract"}


def test_what_is_pending_or_does_not_apply_says_why(sample: tuple[Book, Audit]) -> None:
    stated = [f.message for f in sample[1].findings if f.status in ("pending", "na")]
    assert stated
    assert all(stated)


def test_planted_list_for_people_names_every_row() -> None:
    text = (ledgers.XIUSHAN / "PLANTED.md").read_text("utf-8")
    rows = planted(ledgers.XIUSHAN)
    assert len([line for line in text.splitlines() if line.startswith("- ")]) == len(rows)
    assert all(subject in text and f"## {rule}\n" in text for rule, subject, *_ in rows)


def test_the_county_is_as_large_and_varied_as_it_should_be(sample: tuple[Book, Audit]) -> None:
    tables = sample[0].tables
    assert tables.villages["town"].nunique() == 27
    assert tables.villages["id"].nunique() == 100
    assert tables.households["household"].nunique() == 3000
    assert tables.projects["id"].nunique() == 80
    assert tables.projects["category"].replace("", None).dropna().nunique() == 8
    assert tables.projects["mode"].replace("", None).dropna().nunique() == 8
    assert set(tables.funds["level"]) == {"中央", "市级", "县级", "东西部协作", "定点帮扶", "社会帮扶", "自筹"}
    assert tables.funds["task"].nunique() == 6
    assert set(tables.assets["class_"].replace("", None).dropna()) == {"公益性", "经营性", "到户类"}
    yearly = tables.funds.groupby("year")["amount"].sum() / 10**10
    assert yearly.between(1.8, 2.2).all()
    assert len(tables.payments) == NATURAL
    assert tables.payments["days"].notna().sum() > 2500


def test_no_name_of_a_person_and_no_number_of_theirs_is_in_the_book() -> None:
    county = build()
    text = "".join(path.read_text("utf-8") for path in sorted(ledgers.XIUSHAN.rglob("*.[bc]*")))
    people = [person for household in county.households for person in household.people]
    assert len(people) > 9000
    numbers = {person.id_number for person in people}
    assert {len(one) for one in numbers} == {18}
    assert not numbers & set(re.findall(r"(?=(\d{17}[\dX]))", text))
    assert not {person.name for person in people} & set(text.replace(",", "\n").split())


def test_one_more_planted_voucher_leaves_all_other_numbers_alone() -> None:
    counties = [build(), build()]
    for month in (9, 3):
        counties[1].book(date(2022, month, 1), "某单位", "某事", Leg("Assets:1002", 1), series=PLANTED)
    for county in counties:
        number(county.vouchers)
    first, second = (county.vouchers for county in counties)
    planted = max(voucher.number for voucher in first if voucher.number.startswith("YY-2022-"))
    added = [int(voucher.number[-6:]) - int(planted[-6:]) for voucher in second if voucher.narration == "某事"]
    assert added == [2, 1]
    assert [v.number for v in second if v.narration != "某事"] == [v.number for v in first]


def test_a_larger_county_has_the_same_failures(tmp_path: Path) -> None:
    write(tmp_path, payments=NATURAL + 4_005)
    book, result = judged(tmp_path)
    assert len(book.tables.payments) == NATURAL + 4_005
    assert troubles(result) == planted(tmp_path)


def test_the_book_with_a_posting_for_each_payment_is_judged_alike(tmp_path: Path) -> None:
    """But for the person who stands twice in one roll: there is no roll, but those that name accounts."""
    county = write(tmp_path, postings=True)
    book, result = judged(tmp_path)
    assert len(book.tables.payments) == NATURAL
    rolls = book.tables.postings["roll"][book.tables.postings["kind"] != "shares"]
    assert {roll[:2] for roll in rolls if roll} == {PLANTED}
    twice = next(one.subject for one in county.planted if one.rule == "labour-roster" and "两次" in one.why)
    assert isinstance(twice, Voucher)
    assert troubles(result) == planted(tmp_path) - {("labour-roster", twice.number, "", "", "fail")}


@pytest.mark.parametrize("payments", [0, NATURAL - 1, 10**8])
def test_a_number_of_payments_that_cannot_be_is_refused(tmp_path: Path, payments: int) -> None:
    with pytest.raises(ValueError, match="笔"):
        write(tmp_path, payments=payments)
    assert not list(tmp_path.iterdir())
