"""Publishing a small county from the book to the folder, and proving afterwards that it still matches."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from ledgers.book import read
from ledgers.files.problems import Untrusted
from ledgers.people import Identities, Person
from reports.publish.data import csv_file
from reports.publish.making import Request
from reports.publish.publish import NotFree, Published, publish
from reports.publish.reading import read_csv
from reports.publish.tables import COUNTY, Field, Line, Table
from reports.publish.verify import verify_published
from tests.books import few
from tests.publish.county import County, county, write_county
from xianjie.commands import cli

DAY = date(2022, 12, 31)
NOTICE = (date(2023, 1, 5), date(2023, 1, 16))
LEAK = "500241199001011234"


def go(folder: Path, target: Path, *, board: bool = False, papers: bool = False) -> Published:
    request = Request(2022, *NOTICE, board=board, papers=papers)
    return publish(read(folder, DAY), {target: request})[0]


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made() -> County:
    return county(3)


@pytest.fixture(scope="module")
def book(made: County, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_county(tmp_path_factory.mktemp("county") / "book", made)


@pytest.fixture(scope="module")
def site(book: Path) -> Path:
    target = book.parent / "web"
    assert go(book, target).leaks == []
    return target


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.targets.append(value)
            if name == "id" and value:
                self.ids.add(value)


def pages(site: Path) -> Iterator[tuple[Path, str, _Links]]:
    for path in sorted(site.rglob("*.html")):
        text = path.read_text("utf-8")
        links = _Links()
        links.feed(text)
        yield path, text, links


def test_every_link_leads_to_a_file_of_the_folder_and_none_outside(site: Path) -> None:
    ids = {path.resolve(): links.ids for path, _, links in pages(site)}
    for path, text, links in pages(site):
        assert not re.search(r"(?:https?:)?//[a-z]", text), path
        for target in (one for one in links.targets if not one.startswith("tel:")):
            file, _, mark = target.partition("#")
            found = (path.parent / file).resolve() if file else path.resolve()
            assert found.is_file(), (path, target)
            assert not mark or mark in ids[found], (path, target)
    assert not re.search(r"url\(|@import|https?:", (site / "style.css").read_text("utf-8"))


def test_the_money_of_a_village_is_there_and_right(site: Path, made: County) -> None:
    header, *rows = read_csv((site / "data/allocations.csv").read_bytes())
    given = {row[header.index("project")]: row[header.index("amount")] for row in rows}
    assert set(given) <= {"P1", "P2", "P3", "P4", "P5", ""}
    assert sum(Decimal(amount) for amount in given.values()) == 500_000
    assert all(amount == "100000.00" for project, amount in given.items() if project)
    header, *rows = read_csv((site / "data/wages.csv").read_bytes())
    paid = {row[0]: row[header.index("paid")] for row in rows}
    for project, shown in paid.items():
        real = sum(v for (what, owner, _), v in made.atoms.items() if (what, owner) == ("wages", project))
        few = len({h for (what, owner, h) in made.atoms if (what, owner) == ("wages", project)}) < 3
        assert not (few and real and project)  # the row of others has no id
        assert not project or shown == f"{real // 100}.{real % 100:02d}"
    page = (site / "villages/V1.html").read_text("utf-8")
    assert all(text in page for text in ("美翠村产业路", "劳务报酬", "12317", "第20条", "账簿摘要 sha256:"))


def test_no_household_is_named_on_the_web(site: Path) -> None:
    for path in site.rglob("*"):
        if path.suffix in (".html", ".csv", ".json"):
            assert not re.search(r"\bH[1-8]\b", path.read_text("utf-8")), path


def test_the_same_input_gives_the_same_bytes(book: Path, site: Path, tmp_path: Path) -> None:
    go(book, tmp_path / "again")
    assert digests(tmp_path / "again") == digests(site)


def test_the_manifest_names_every_file_and_the_package_every_table(site: Path) -> None:
    manifest = json.loads((site / "manifest.json").read_text("utf-8"))
    found = digests(site)
    del found["manifest.json"]
    assert {name: one["sha256"] for name, one in manifest["files"].items()} == found
    assert manifest["book"]["digest"].startswith("sha256:")
    assert manifest["rule_versions"]["labour-share"]
    package = json.loads((site / "datapackage.json").read_text("utf-8"))
    for resource in package["resources"]:
        content = (site / resource["path"]).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert [one["name"] for one in resource["schema"]["fields"]] == read_csv(content)[0]
        assert re.fullmatch(r"[a-z0-9._-]+", resource["name"])


def test_the_workbook_holds_numbers_as_numbers_and_nothing_that_runs(site: Path) -> None:
    sheet = openpyxl.load_workbook(site / "notices/V1.xlsx")["公示"]
    values = [cell.value for row in sheet for cell in row if cell.value is not None]
    assert any(isinstance(value, int | float) and value >= 1000 for value in values)
    assert "P1" in values
    assert not any(str(value).startswith("=") for value in values)
    assert any("公章" in str(value) for value in values)


def test_the_board_lists_masked_names_and_only_the_lists_that_the_rule_demands(
    book: Path, made: County, tmp_path: Path
) -> None:
    folder = tmp_path / "book"
    write_county(folder, made)
    identities = Identities(b"k" * 32)
    for n in range(1, 8):  # H8 is not known to the store
        identities.people[f"token{n}"] = Person(f"H{n}", 1, f"石小{'甲乙丙丁戊己庚'[n - 1]}")
    for name, content in identities.files(folder).items():
        if content is not None:
            (folder / name).write_bytes(content)
    result = go(folder, tmp_path / "board", board=True)
    assert result.leaks == []
    text = ""
    for path in (tmp_path / "board").glob("V*.xlsx"):
        for sheet in openpyxl.load_workbook(path):
            text += " ".join(str(cell.value) for row in sheet for cell in row if cell.value is not None)
    assert "石**" in text  # 石*甲 would be one person of the village alone
    assert "石小" not in text
    assert "劳务报酬名单：美翠村产业路" in text
    assert not list((tmp_path / "board").glob("*.html"))
    assert json.loads((tmp_path / "board/manifest.json").read_text("utf-8"))["names"] == "masked"


PLANTED = {
    "fund name": ('name: "2022年中央衔接资金"', f'name: "2022年资金{LEAK}"'),
    "document": ('doc-no: "示财农〔2021〕1号"', 'doc-no: "6222021234567890123"'),
    "project name": ('name: "美翠村产业路"', 'name: "产业路 139-1234-5678"'),
    "goal": ('goal: "硬化道路2公里"', f'goal: "联系人{LEAK}"'),
    "unit": ('unit: "县交通局"', 'unit: "县交通局 023-76661111"'),
    "linkage": ('goal: "硬化道路2公里"', 'linkage: "带动美翠村3组12号务工"'),
    "beneficiaries": ('goal: "硬化道路2公里"', 'beneficiaries: "石甲 ５００２４１ １９９００１０１ １２３４"'),
    "operator": ('goal: "硬化道路2公里"', f'operator: "{LEAK}"'),
    "asset name": ('name: "美翠村冷库"', f'name: "冷库{LEAK}"'),
    "asset owner": ('owner: "美翠村合作社"', f'owner: "石甲{LEAK}"'),
    "village name": ('name: "大坪村"', 'name: "大坪村13912345678"'),
    "town": ('town: "海洋乡"', f'town: "海洋乡{LEAK}"'),
    "title": ('option "title" "测试账簿"', f'option "title" "测试账簿{LEAK}"'),
}


@pytest.mark.parametrize("field", few(PLANTED, 2))
def test_a_leak_in_a_published_field_stops_everything(field: str, made: County, tmp_path: Path) -> None:
    result = go(write_county(tmp_path / "book", made, PLANTED[field]), tmp_path / "web")
    assert result.leaks
    assert not (tmp_path / "web").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book"]


UNSEEN = {
    "payee": ('* "示例公司"', f'* "石甲{LEAK}"'),
    "narration": ('"发放"', f'"发放{LEAK}"'),
    "filed by": ('goal: "硬化道路2公里"', f'filed-by: "石甲{LEAK}"'),
    "informants": ("households: 120", f'households: 120\n  informants: "石甲{LEAK}"'),
}


@pytest.mark.parametrize("field", few(UNSEEN))
def test_what_is_not_published_does_not_stop_it_and_is_in_no_file(field: str, made: County, tmp_path: Path) -> None:
    result = go(write_county(tmp_path / "book", made, UNSEEN[field]), tmp_path / "web")
    assert result.leaks == []
    assert not any(LEAK.encode() in path.read_bytes() for path in (tmp_path / "web").rglob("*") if path.is_file())


def test_text_that_a_spreadsheet_would_run_is_defused() -> None:
    table = Table(
        "t", "表", "", (), (Field("a", "甲"),), [Line(COUNTY, (text,)) for text in ("=1+1", "@x", "-1", "甲")]
    )
    assert read_csv(csv_file(table)) == [["a"], ["'=1+1"], ["'@x"], ["'-1"], ["甲"]]


def test_a_published_folder_matches_its_book(book: Path, site: Path) -> None:
    assert verify_published(read(book, date(2026, 1, 1)), site) == []


def test_a_later_voucher_changes_nothing_and_a_changed_amount_is_named(made: County, tmp_path: Path) -> None:
    folder = write_county(tmp_path / "book", made)
    go(folder, tmp_path / "web")
    with (folder / "main.beancount").open("a", encoding="utf-8") as stream:
        stream.write('\n2023-03-01 custom "project" "P1" "开工"\n')
    assert verify_published(read(folder, DAY), tmp_path / "web") == []
    main = (folder / "main.beancount").read_text("utf-8").replace("planned: 100000.00", "planned: 100001.00")
    (folder / "main.beancount").write_text(main, "utf-8")
    problems = {problem.file: problem.message for problem in verify_published(read(folder, DAY), tmp_path / "web")}
    assert "planned 公开的是“100000.00”，账簿是“100001.00”" in problems["data/plan.csv"]


def test_files_that_were_changed_added_or_removed_are_named(book: Path, site: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(site, copy)
    (copy / "style.css").write_bytes(b"x")
    (copy / "more.html").write_bytes(b"x")
    (copy / "towns/1.html").unlink()
    words = {problem.file: problem.message for problem in verify_published(read(book, DAY), copy)}
    assert words == {
        "style.css": "文件与公开时不同，已被改动",
        "more.html": "公开时没有这个文件，是后来加进来的",
        "towns/1.html": "公开过的文件不见了",
    }
    (copy / "manifest.json").write_text("{}", "utf-8")
    assert len(verify_published(read(book, DAY), copy)) == 1


def test_a_folder_with_other_files_is_not_touched_and_an_earlier_publication_is_replaced(
    book: Path, site: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other/mine.txt").write_text("x", "utf-8")
    with pytest.raises(NotFree):
        go(book, tmp_path / "other")
    target = tmp_path / "web"
    go(book, target)
    (target / "stray.html").write_text("x", "utf-8")
    go(book, target)
    assert digests(target) == digests(site)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "web"]


def test_a_broken_roll_and_an_unknown_year_are_not_published(made: County, tmp_path: Path) -> None:
    folder = write_county(tmp_path / "book", made)
    with pytest.raises(Untrusted):
        publish(read(folder, date(2030, 12, 31)), {tmp_path / "web": Request(2030, *NOTICE, papers=False)})
    roll = folder / "rolls/2022/06.csv"
    roll.write_text(roll.read_text("utf-8").replace(",1,", ",2,", 1), "utf-8")
    with pytest.raises(Untrusted):
        go(folder, tmp_path / "web")


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["publish", *map(str, arguments)])
    return result.exit_code, result.output + (str(result.exception) if result.exception else "")


def test_the_command_publishes_records_and_does_not_record_twice(made: County, tmp_path: Path) -> None:
    folder = write_county(tmp_path / "book", made)
    options = (
        folder,
        "-o",
        tmp_path / "web",
        "--board",
        tmp_path / "board",
        "--period",
        "2022",
        "--no-pdf",
        "--from",
        "2023-01-05",
    )
    status, output = run(*options, "--record", "--yes")
    assert status == 0, output
    assert "没有身份库" in output
    notices = read(folder, date(2023, 1, 5)).tables.notices
    assert ("P1", "年度计划公示") in set(zip(notices["subject"], notices["stage"], strict=True))
    assert set(notices["to"]) == {date(2023, 1, 14)}
    assert set(notices["digest"]) == {
        f"sha256:{hashlib.sha256((tmp_path / 'web/manifest.json').read_bytes()).hexdigest()}"
    }
    before = digests(folder)
    status, output = run(*options, "--record", "--yes")
    assert "没有新的要写" in output
    assert digests(folder) == before
    assert verify_published(read(folder, DAY), tmp_path / "web") == []
    assert verify_published(read(folder, DAY), tmp_path / "board") == []


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--period", "22"), "四位年份"),
        (("--period", "2022", "--days", "3", "--from", "2023-01-05"), "公示天数不够"),
        (("--period", "2022", "--board", "WEB"), "同一个文件夹"),
        (("--period", "2021"), "没有 2021 年"),
    ],
)
def test_the_command_refuses_and_says_why(options: tuple[str, ...], word: str, book: Path, tmp_path: Path) -> None:
    options = tuple(str(tmp_path / "web") if one == "WEB" else one for one in options)
    status, output = run(book, "-o", tmp_path / "web", "--no-pdf", *options)
    assert status != 0
    assert word in output
    assert not (tmp_path / "web").exists()


def test_the_command_names_the_leak_and_not_the_number(made: County, tmp_path: Path) -> None:
    folder = write_county(tmp_path / "book", made, PLANTED["goal"])
    status, output = run(folder, "-o", tmp_path / "web", "--period", "2022", "--no-pdf")
    assert status != 0
    assert "身份证号码" in output
    assert LEAK not in output
    assert run(folder, "-o", folder / "web", "--period", "2022")[1].count("账簿文件夹里面") == 1


def test_publish_toml_is_read_and_checked(made: County, tmp_path: Path) -> None:
    folder = write_county(tmp_path / "book", made)
    (folder / "publish.toml").write_text('[office]\nphone = "023-76660000"\nname = "示例县财政局"\n', "utf-8")
    assert go(folder, tmp_path / "web").leaks == []
    page = (tmp_path / "web/villages/V1.html").read_text("utf-8")
    assert '<a href="tel:12317">12317</a>' in page
    assert '<a href="tel:02376660000">023-76660000</a>' in page
    assert "受理地址、受理时间" in page  # what is missing is said
    for wrong in ("[web]\nleast_households = 2\n", "[web]\nleast = 3\n", "[x]\n", "[office]\nphone = 1\n", "x"):
        (folder / "publish.toml").write_text(wrong, "utf-8")
        with pytest.raises(Untrusted):
            go(folder, tmp_path / "web")
