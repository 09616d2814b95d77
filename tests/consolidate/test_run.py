"""The same books give the same report whatever works it out, whatever dies on the way, and however often it is run."""

import json
import os
import random
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from ledgers.kept import cache
from reports.counties import county, engines, joins, report, run
from reports.counties.county import Job
from xianjie.consolidate import consolidate as command

from .conftest import CITY, DAY

NAMES = ("甲县", "乙县", "丙县")


def books_of(folder):
    return [str(folder / name) for name in NAMES]


def with_changed(shared_books, changed):
    """The counties' books, 乙县's being a copy that a test changes."""
    return [str(shared_books / "甲县"), str(changed), str(shared_books / "丙县")]


def written(out):
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def consolidated(books, out, engine=None, sent=()):
    todo = run.jobs(books, DAY, CITY)
    status = report.write(run.consolidate(todo, engine or engines.local(1), list(sent), here=True), out)
    return status, written(out)


def findings(files, *, leave_out=()):
    lines = [json.loads(line) for line in files["findings.jsonl"].splitlines()]
    return [line for line in lines if line["county"] is not None and line["county"] not in leave_out]


@pytest.fixture(scope="module")
def expected(shared_books, tmp_path_factory):
    """What one process makes of the three counties."""
    place = tmp_path_factory.mktemp("expected")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(place / "cache"))
        return consolidated(books_of(shared_books), place / "out")


@pytest.fixture
def changed(shared_books, tmp_path):
    """A copy of one county's book, with its identities, that a test may change."""
    for path in shared_books.glob("乙县.identities.*"):
        shutil.copy(path, tmp_path)
    return shutil.copytree(shared_books / "乙县", tmp_path / "乙县")


def test_a_pool_makes_what_one_process_makes(shared_books, tmp_path, expected, nothing_judged):
    assert consolidated(books_of(shared_books), tmp_path / "out", engines.local(2)) == expected


def test_the_order_and_the_repetition_of_books_change_nothing(shared_books, tmp_path, expected):
    books = books_of(shared_books)
    assert consolidated([books[2], books[0], books[1], books[0]], tmp_path / "out") == expected


def test_a_second_run_judges_nothing_and_writes_nothing(shared_books, tmp_path, expected, monkeypatch):
    consolidated(books_of(shared_books), tmp_path / "out")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    monkeypatch.setattr(county, "_made", lambda job: pytest.fail("judged again"))
    monkeypatch.setattr(run, "_joined", lambda *_: pytest.fail("joined again"))
    monkeypatch.setattr(report, "_contents", lambda *_: pytest.fail("laid out again"))
    assert consolidated(books_of(shared_books), tmp_path / "out") == expected
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == times
    assert consolidated(books_of(shared_books), tmp_path / "elsewhere") == expected


def test_only_the_county_that_changed_is_judged_again(shared_books, changed, tmp_path, monkeypatch):
    consolidated(with_changed(shared_books, changed), tmp_path / "out")
    with (changed / "registry" / "registry.beancount").open("a") as file:
        file.write(
            '2023-01-01 custom "village" "V001002"\n  town: "示例镇"\n  name: "新村"\n  kind: "一般村"\n  households: 9\n'
        )
    judged, made = [], county._made
    monkeypatch.setattr(county, "_made", lambda job: judged.append(job.county) or made(job))
    incremental = consolidated(with_changed(shared_books, changed), tmp_path / "out")
    assert judged == ["乙县"]
    shutil.rmtree(cache.folder())
    assert consolidated(with_changed(shared_books, changed), tmp_path / "again") == incremental
    assert sorted(judged[1:]) == sorted(NAMES)


def test_an_interrupted_run_continues(shared_books, tmp_path, expected, monkeypatch, nothing_judged):
    judged, made = [], county._made

    def interrupted(job):
        if len(judged) == 2:
            raise KeyboardInterrupt
        judged.append(job.county)
        return made(job)

    monkeypatch.setattr(county, "_made", interrupted)
    with pytest.raises(KeyboardInterrupt):
        consolidated(books_of(shared_books), tmp_path / "out")
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(county, "_made", lambda job: judged.append(job.county) or made(job))
    assert consolidated(books_of(shared_books), tmp_path / "out") == expected
    assert sorted(judged) == sorted(NAMES)


def test_a_damaged_cache_is_worked_out_again(shared_books, tmp_path, expected):
    consolidated(books_of(shared_books), tmp_path / "out")
    for path in cache.folder().rglob("*.parquet"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert consolidated(books_of(shared_books), tmp_path / "again") == expected


def test_an_untrusted_book_is_reported_and_left_out(shared_books, changed, tmp_path, expected):
    (changed / "2022" / "01.beancount").write_bytes("县".encode("gbk"))
    status, files = consolidated(with_changed(shared_books, changed), tmp_path / "out")
    assert status == 2
    assert findings(files) == findings(expected[1], leave_out={"乙县"})
    rows = joins.rows(_tables(tmp_path / "out"), joins.QUERIES["counties"])
    assert [(row["county"], row["state"]) for row in rows if row["state"] != "judged"] == [("乙县", "untrusted")]
    page = files["index.html"].decode()
    assert "账簿不可信，未纳入汇总" in page
    assert "共 3 县：已判定 2，未纳入 1" in page
    assert "不是 UTF-8 编码" in page


def _tables(out):
    return joins.database({path.name: path for path in (out / "tables").iterdir()})


def test_where_no_book_can_be_trusted_nothing_is_added_up(changed, tmp_path):
    (changed / "main.beancount").unlink()
    status, files = consolidated([str(changed)], tmp_path / "out")
    assert status == 2
    assert files["findings.jsonl"] == b""
    for table in ("counts", "findings", "funds", "equity"):
        assert joins.rows(_tables(tmp_path / "out"), f"SELECT * FROM {table}") == []
    assert "共 1 县：已判定 0，未纳入 1" in files["index.html"].decode()


def test_a_place_without_a_book_is_reported(shared_books, tmp_path):
    status, files = consolidated([*books_of(shared_books), str(tmp_path / "丁县")], tmp_path / "out")
    assert status == 2
    assert "这里没有账簿" in files["index.html"].decode()


def test_a_book_with_a_link_inside_is_judged_like_any_other(shared_books, changed, tmp_path, expected):
    (changed / "附件.pdf").symlink_to("main.beancount")
    status, files = consolidated(with_changed(shared_books, changed), tmp_path / "out")
    assert status == expected[0]
    assert files["findings.jsonl"] == expected[1]["findings.jsonl"]  # those across counties included


def test_a_folder_that_may_not_be_looked_into_is_reported(shared_books, changed, tmp_path, expected, monkeypatch):
    scandir = os.scandir

    def refused(path):
        if "乙县/rolls" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    status, files = consolidated(with_changed(shared_books, changed), tmp_path / "out")
    assert status == 2
    assert "rolls 无法读取（Permission denied）" in files["index.html"].decode()
    assert findings(files) == findings(expected[1], leave_out={"乙县"})


def test_a_folder_whose_name_is_no_text_harms_no_other(shared_books, changed, tmp_path, expected):
    foreign = changed.rename(os.fsdecode(os.fsencode(tmp_path) + b"/" + "乙县".encode("gbk")))
    _, files = consolidated(with_changed(shared_books, foreign), tmp_path / "out")
    shown = "\\udcd2\\udcd2\\udccf\\udcd8"
    assert findings(files, leave_out={shown}) == findings(expected[1], leave_out={"乙县"})
    assert f">{shown}</a>" in files["index.html"].decode()


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("乙县.identities.sqlite", "huge"),
        ("乙县.identities.sqlite", "removed"),
        ("乙县.identities.key", "pipe"),
        ("乙县/registry/identities.check", "huge"),
    ],
)
def test_damaged_identities_keep_a_county_out_of_the_matching_alone(shared_books, changed, tmp_path, name, damage):
    path = tmp_path / name
    path.unlink()
    if damage == "pipe":
        os.mkfifo(path)
    elif damage == "huge":
        with path.open("wb") as file:
            file.truncate(2**40)
    _, files = consolidated(with_changed(shared_books, changed), tmp_path / "out")
    [row] = joins.rows(_tables(tmp_path / "out"), "SELECT * FROM counties WHERE county = '乙县'")
    assert (row["state"], row["identities"]) == ("judged", "")
    assert "没有参加跨县比对" in files["index.html"].decode()


def test_nothing_to_consolidate_is_said_so(tmp_path):
    result = _run(tmp_path / "甲县.identities.key", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "没有账簿可以汇总" in result.output


def test_a_county_that_does_not_answer_stops_the_matching_with_a_word(shared_books, monkeypatch):
    def dying(function, tasks):
        for number, task in enumerate(tasks):
            yield number, engines.WorkerDied("判定进程多次异常退出") if function is county.revealed else function(*task)

    todo = run.jobs(books_of(shared_books), DAY, CITY)
    with pytest.raises(run.Incomplete, match="乙县 没有答复跨县比对：判定进程多次异常退出，请重新汇总"):
        run.consolidate(todo, dying, [], here=True)


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 60))])
def test_a_county_damaged_at_random_harms_no_other(shared_books, changed, tmp_path, expected, seed):
    damage(changed, random.Random(seed))
    _, files = consolidated(with_changed(shared_books, changed), tmp_path / "out")
    assert findings(files, leave_out={"乙县"}) == findings(expected[1], leave_out={"乙县"})
    [state] = [
        row for row in joins.rows(_tables(tmp_path / "out"), "SELECT * FROM counties") if row["county"] == "乙县"
    ]
    own = [line for line in findings(files) if line["county"] == "乙县"]
    assert (state["state"] == "judged") == bool(own)
    assert own or state["untrusted"]


def damage(book, rng):
    """Cut, garble, empty or remove one of the files that a book is read from."""
    path = rng.choice(sorted(p for p in book.rglob("*") if p.suffix in (".beancount", ".csv")))
    content = path.read_bytes()
    at = rng.randrange(len(content))
    kind = rng.choice(["cut", "garble", "empty", "remove", "flip"])
    if kind == "remove":
        path.unlink()
        return
    changed = {
        "cut": content[:at],
        "garble": content[:at] + rng.randbytes(20) + content[at:],
        "empty": b"",
        "flip": content[:at] + bytes([content[at] ^ (1 << rng.randrange(8))]) + content[at + 1 :],
    }
    path.write_bytes(changed[kind])


def die_once(flag, number):
    """A task whose worker dies the first time that it is tried."""
    if number == 1 and not Path(flag).exists():
        Path(flag).touch()
        os._exit(9)
    return number * 10


def die_always(number):
    if number == 1:
        os._exit(9)
    return number * 10


def fail(number):
    if number == 1:
        raise ValueError("one")
    return number * 10


def test_work_of_a_dead_worker_is_done_again_and_once(tmp_path):
    outcomes = list(engines.local(2)(die_once, [(str(tmp_path / "flag"), n) for n in range(5)]))
    assert sorted(outcomes) == [(n, n * 10) for n in range(5)]


def test_work_that_kills_its_worker_every_time_is_given_up_and_holds_up_nothing():
    outcomes = dict(engines.local(2)(die_always, [(n,) for n in range(4)]))
    assert isinstance(outcomes.pop(1), engines.WorkerDied)
    assert outcomes == {0: 0, 2: 20, 3: 30}


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_belongs_to_its_own_task(processes):
    outcomes = dict(engines.local(processes)(fail, [(n,) for n in range(3)]))
    assert repr(outcomes.pop(1)) == "ValueError('one')"
    assert outcomes == {0: 0, 2: 20}


def test_a_county_judged_by_another_version_is_told_of(shared_books, tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "program", lambda: "of this machine")
    todo = run.jobs(books_of(shared_books), DAY, CITY)

    def elsewhere(function, tasks):
        with monkeypatch.context() as patch:
            patch.setattr(cache, "program", lambda: "of another")
            yield from engines.local(1)(function, tasks)

    status = report.write(run.consolidate(todo, elsewhere, [], here=False), tmp_path / "other")
    assert status == 2
    assert "版本与汇总机不同" in (tmp_path / "other" / "index.html").read_text()


def test_a_county_whose_worker_died_is_reported_and_tried_again_next_time(shared_books, tmp_path, expected):
    def dying(function, tasks):
        for number, task in enumerate(tasks):
            died = function is county.judged and task[0].county == "甲县"
            yield number, engines.WorkerDied("判定进程连续 3 次异常退出") if died else function(*task)

    status, files = consolidated(books_of(shared_books), tmp_path / "out", dying)
    assert status == 2
    assert "判定进程连续 3 次异常退出" in files["index.html"].decode()
    assert findings(files) == findings(expected[1], leave_out={"甲县"})
    assert consolidated(books_of(shared_books), tmp_path / "out") == expected


def test_a_book_that_changes_while_it_is_judged_is_judged_as_it_became(changed, monkeypatch):
    made, times = county._made, []

    def edited(job):
        files = made(job)
        if not times:
            (changed / "note.txt").write_text("saved meanwhile")
        times.append(1)
        return files

    monkeypatch.setattr(county, "_made", edited)
    job = Job("乙县", str(changed), DAY)
    part = county.judged(job)
    assert len(times) == 2
    assert part.key == county.key(job)


def test_the_day_the_book_the_keys_and_the_program_all_count(changed, monkeypatch):
    job = Job("乙县", str(changed), DAY)
    keys = [
        county.key(job),
        county.key(Job("乙县", job.book, date(2023, 12, 30))),
        county.key(Job("乙县", job.book, DAY, CITY)),
    ]
    changed.with_name("乙县.identities.sqlite").write_bytes(b"other")
    keys.append(county.key(job))
    monkeypatch.setattr(cache, "program", lambda: "other rules")
    keys.append(county.key(job))
    assert len(set(keys)) == 5


def _run(*arguments):
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_the_command_writes_the_report_and_tells_where(shared_books, tmp_path):
    result = _run(*books_of(shared_books), "-o", tmp_path / "out", "--as-of", "2023-12-31", "--processes", "1")
    assert result.exit_code == 1
    assert "3 县" in result.output
    assert (tmp_path / "out" / "汇总.xlsx").stat().st_size > 10_000


def test_each_county_is_judged_as_of_the_end_of_its_own_book(shared_books, changed, tmp_path):
    with (changed / "main.beancount").open("a") as file:
        file.write('\n2024-02-29 custom "through" 2024-02-29\n')
    _run(shared_books / "甲县", changed, "-o", tmp_path / "out", "--processes", "1")
    pages = [path.read_text() for path in sorted((tmp_path / "out" / "counties").glob("*.html"))]
    assert ["截至 2024-02-29" in page for page in pages].count(True) == 1
    assert all("截至 2023-" in page or "截至 2024-02-29" in page for page in pages)
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["as_of"] == "2024-02-29"


def test_a_folder_with_other_things_is_not_touched(shared_books, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    result = _run(shared_books / "甲县", "-o", tmp_path / "out", "--as-of", "2023-12-31")
    assert result.exit_code == 2
    assert "已有别的内容" in result.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_dask_needs_a_scheduler(shared_books, tmp_path):
    result = _run(shared_books / "甲县", "-o", tmp_path / "out", "--engine", "dask")
    assert result.exit_code == 2
    assert "--scheduler" in result.output
