"""Loss of power: what a command says it has written is on the disk, and a cut after any step leaves the old or the new.

`strace` shows that a file is synced before it is renamed into place, and its folder afterwards. The replay keeps, beside
what the system shows, what a disk would still hold: the content of a file as of its last sync, the names in a folder as of
the folder's.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledgers import clock
from ledgers.files import writing
from reports.desk.server.users import add_user
from tests.desk.acting import Work
from tests.importers.county import ALL, new_book
from tests.importers.dirty import to_xlsx
from tests.seals.books import make, run
from xianjie.init import blank_book

COMMAND = "from xianjie.commands import main; main()"
_CALL = re.compile(r"^\d+ +(fsync|write|renameat2|renameat|rename)\((.*)\) += (\d+)")
_OPEN_FILE = re.compile(r"^\d+<(.*?)>")
_NAMES = re.compile(r'(?:(?:AT_FDCWD<(?P<here>.*?)>|\d+<(?P<folder>.*?)>), )?"(?P<name>(?:[^"\\]|\\.)*)"')


def traced(folder: Path, *arguments: object, code: str = COMMAND, said: str = "") -> list[tuple[str, list[str]]]:
    """Every sync, write and rename of a command, with the paths; or of a piece of code."""
    log = folder.parent / "strace.log"
    calls = "fsync,write,rename,renameat,renameat2"
    command = [
        "strace",
        "-f",
        "-y",
        "-xx",
        "-s",
        "4096",
        "-e",
        f"trace={calls}",
        "-o",
        str(log),
        sys.executable,
        "-c",
        code,
    ]
    done = subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, timeout=120, input=said,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return list(_events(log.read_text("ascii")))


def _events(text: str) -> Iterator[tuple[str, list[str]]]:
    for line in _joined(text):
        if not (match := _CALL.match(line)):
            continue
        call, rest = match[1][:6], match[2]
        if call == "rename":
            named = [(one["folder"] or one["here"] or "", _plain(one["name"])) for one in _NAMES.finditer(rest)]
            yield call, [os.path.join(_plain(folder), name) for folder, name in named]
        elif opened := _OPEN_FILE.match(rest):
            yield call, [_plain(opened[1])]


def _joined(text: str) -> Iterator[str]:
    """Calls of one process that another interrupted, as one line."""
    begun: dict[str, str] = {}
    for line in text.splitlines():
        process = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[process] = line.removesuffix("<unfinished ...>")
        elif "resumed>" in line and process in begun:
            yield begun.pop(process) + line.split("resumed>", 1)[1]
        else:
            yield line


def _plain(text: str) -> str:
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), text.encode()).decode("utf-8", "replace")


def prepared(folder: Path, what: str) -> list[object]:
    book = make(folder / "book")
    out = folder / "out"
    if what == "import":
        paper = to_xlsx(folder / "x.xlsx", next(iter(ALL.values()))())
        return ["import", new_book(folder / "county"), paper, "--yes"]
    if what == "publish anew":
        assert run("publish", book, "-o", out, "--period", "2022", "--no-pdf").exit_code == 0
    return {
        "seal": ["seal", book, "2022-10"],
        "check": ["check", book, "--as-of", "2022-12-31", "--format", "json", "--output", folder / "out.json"],
        "report": ["report", book, "-o", out],
        "publish": ["publish", book, "-o", out, "--period", "2022", "--no-pdf"],
        "publish anew": ["publish", book, "-o", out, "--period", "2022", "--no-pdf"],
        "consolidate": ["consolidate", book, "-o", out, "--as-of", "2022-12-31"],
        "export": ["export", book, "-o", out],
        "init": ["init", out, "--county", "示例县"],
    }[what]


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize(
    "what",
    [
        *("seal", "publish"),
        *(
            pytest.param(what, marks=pytest.mark.slow)
            for what in ("import", "check", "report", "publish anew", "consolidate", "init", "export")
        ),
    ],
)
def test_no_name_before_its_file_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "county").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    arguments = prepared(folder, what)
    _in_order(folder, traced(folder, *arguments))


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize(
    "what", ["mend", *(pytest.param(one, marks=pytest.mark.slow) for one in ("undo", "policy", "users", "user"))]
)
def test_what_is_taken_back_and_mended_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    folder = tmp_path / "work"
    (folder / "county").mkdir(parents=True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    arguments, said = _again(folder, what)
    _in_order(folder, traced(folder, *arguments, said=said))


def _again(folder: Path, what: str) -> tuple[list[object], str]:
    """A command on what is there already, and what is said to it."""
    users = folder / "users.json"
    if what in ("users", "user"):
        add_user(users, "mia", "reviewer", "quite-good-word")
        return [
            "user",
            *(("add", "noa") if what == "users" else ("remove", "mia")),
            "--users",
            users,
        ], "quite-good-word\n"
    if what == "undo":
        book = new_book(folder / "county")
        assert run("import", book, to_xlsx(folder / "x.xlsx", next(iter(ALL.values()))()), "--yes").exit_code == 0
        return ["undo", book, "1", "--yes"], ""
    if what == "policy":
        return ["policy", "update", old_law(folder / "county"), "--yes"], ""
    book = make(folder / "book")
    assert run("seal", book, "2022-10").exit_code == 0
    registry = book / "registry/registry.beancount"
    registry.write_text(registry.read_text("utf-8").replace("美翠村产业路", "美翠村生产路", 1), "utf-8")
    return ["mend", book, "--yes"], ""


ACT = """
import sys
from pathlib import Path
from tests.desk.acting import Work
book, jobs, act, role, *rest = sys.argv[1:]
told = Work(Path(book), Path(jobs)).do(act, dict(one.split("=", 1) for one in rest if "=" in one), [Path(one) for one in rest if "=" not in one], by="u", role=role)
assert not told["problem"], told
if told["agreed"]:
    Work(Path(book), Path(jobs)).agree(told)
"""
ABOUT = ["rule=labour-share-work-relief", "subject=XS2022-0001", "text=x"]
ACTS: dict[str, tuple[str, list[str]]] = {
    "remark": ("reviewer", ABOUT),
    "assign": ("reviewer", [*ABOUT, "unit=县交通局", f"due={clock.today() + timedelta(30)}"]),
    "request": ("clerk", [*ABOUT, f"until={clock.today() + timedelta(300)}"]),
    "seal": ("chief", ["month=2022-06"]),
    "publish": ("chief", ["year=2022"]),
    "import": ("clerk", []),
    "undo": ("clerk", ["number=1"]),
    "policy": ("chief", []),
    "close": ("reviewer", ABOUT),
    "grant": ("chief", [*ABOUT, f"until={clock.today() + timedelta(300)}"]),
}


def ready(folder: Path, jobs: Path, act: str) -> tuple[Path, list[str]]:
    """A book at which an act of the desk can be done, and the files that are sent with it."""
    if act in ("import", "undo"):
        (folder / "county").mkdir()
        paper = to_xlsx(jobs.parent / "x.xlsx", next(iter(ALL.values()))())
        book = new_book(folder / "county")
        if act == "import":
            return book, [str(paper)]
        assert run("import", book, paper, "--yes").exit_code == 0
        return book, []
    if act == "policy":
        return old_law(folder / "county"), []
    book, proof = make(folder / "book"), jobs.parent / "proof.pdf"
    proof.write_bytes(b"%PDF-1.4 proof")
    if act == "grant":
        asked = {"rule": "labour-share-work-relief", "subject": "XS2022-0001", "text": "x"}
        asked["until"] = f"{clock.today() + timedelta(300)}"
        assert not Work(book, jobs).do("request", asked, by="v")["problem"]
    return book, [str(proof)] if act == "close" else []


def old_law(book: Path) -> Path:
    """A new book with an older edition of the law that ships."""
    blank_book(book, "示例县", "xiushan", date(2021, 1, 1))
    law = book / "policy/national.beancount"
    law.write_bytes(law.read_bytes().replace("版次：".encode(), "版次：旧-".encode(), 1))
    return book


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize("act", ["remark", *(pytest.param(act, marks=pytest.mark.slow) for act in list(ACTS)[1:])])
def test_what_the_desk_writes_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    """Of the book; what lies in a job's folder goes with the server."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    role, more = ACTS[act]
    book, files = ready(folder, tmp_path / "jobs", act)
    _in_order(folder, traced(folder, book, tmp_path / "jobs", act, role, *more, *files, code=ACT))


def _in_order(folder: Path, events: list[tuple[str, list[str]]]) -> None:
    """No rename in the folder before its file's sync, and the folder's sync after it."""
    renames = 0
    synced: set[str] = set()
    open_folders: set[str] = set()
    for call, paths in events:
        if not paths or not all(path.startswith(str(folder)) for path in paths):
            continue
        if call == "fsync":
            synced.add(paths[0])
            open_folders.discard(paths[0])
        elif call == "write":
            synced.discard(paths[0])
        elif call == "rename" and not paths[1].endswith(".old"):
            renames += 1
            assert paths[0] in synced, f"{paths[0]} was not on the disk when it was renamed"
            open_folders.add(os.path.dirname(paths[1]))
    assert renames
    assert not open_folders, "the folders of new names are on the disk"


class Disk:
    """What would be left if the power went now: the least, and with all names that the system had."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.contents = {path.stat().st_ino: path.read_bytes() for path in root.rglob("*") if path.is_file()}
        self.names = {
            folder.stat().st_ino: self._listed(folder) for folder in [root, *filter(Path.is_dir, root.rglob("*"))]
        }

    @staticmethod
    def _listed(folder: Path) -> dict[str, tuple[int, bool]]:
        return {path.name: (path.lstat().st_ino, path.is_dir()) for path in folder.iterdir()}

    def synced(self, path: Path) -> None:
        if path.is_dir():
            self.names[path.stat().st_ino] = self._listed(path)
        else:
            self.contents[path.stat().st_ino] = path.read_bytes()

    def left(self, target: Path, least: bool) -> None:
        self._copy(self.root, self.root.stat().st_ino, target, least)

    def _copy(self, folder: Path, inode: int, target: Path, least: bool) -> None:
        target.mkdir()
        names = self.names.get(inode, {}) if least else self._listed(folder)
        for name, (inside, is_folder) in names.items():
            if is_folder:
                self._copy(folder / name, inside, target / name, least)
            else:
                (target / name).write_bytes(self.contents.get(inside, b""))


def books(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != writing.LOCK
    }


def test_a_cut_after_each_step_leaves_the_old_book_or_the_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "disk"
    root.mkdir()
    book = root / "book"
    book.mkdir()
    (book / "main.beancount").write_bytes(b"old main")
    (book / "gone.csv").write_bytes(b"old roll")
    old = books(book)
    changes = {
        "main.beancount": b"new main",
        "2022/12.beancount": b"new month",
        "gone.csv": None,
        "seals/2022-12.jsonl": b"seal",
    }
    new = {name: content for name, content in changes.items() if content is not None}
    disk, cuts = Disk(root), 0

    def cut() -> None:
        nonlocal cuts
        for least in (True, False):
            cuts += 1
            copy = tmp_path / f"cut{cuts}"
            with monkeypatch.context() as patch:
                patch.setattr(os, "fsync", real["fsync"])
                patch.setattr(os, "rename", real["rename"])
                patch.setattr(os, "unlink", real["unlink"])
                disk.left(copy, least)
                with writing.locked(copy / "book", "next"):
                    pass
                assert books(copy / "book") in (old, new), f"cut {cuts}"
                shutil.rmtree(copy)

    def after(act: Callable[..., Any], note: bool) -> Callable[..., Any]:
        def done(what: Any, *rest: Any, **named: Any) -> Any:
            result = act(what, *rest, **named)
            if note:
                disk.synced(Path(os.readlink(f"/proc/self/fd/{what}")))
            cut()
            return result

        return done

    real = {name: getattr(os, name) for name in ("fsync", "rename", "unlink")}
    with writing.locked(book, "test"):
        for name, act in real.items():
            monkeypatch.setattr(os, name, after(act, name == "fsync"))
        writing.write(book, changes)
        monkeypatch.undo()
    assert books(book) == new
    assert cuts > 20


def test_what_was_written_stays(tmp_path: Path) -> None:
    """After the last step the least that a disk holds is the new book."""
    root = tmp_path / "disk"
    book = root / "book"
    book.mkdir(parents=True)
    (book / "a").write_bytes(b"old")
    disk = Disk(root)
    fsync = os.fsync

    def noted(handle: int) -> None:
        fsync(handle)
        disk.synced(Path(os.readlink(f"/proc/self/fd/{handle}")))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", noted)
        with writing.locked(book, "test"):
            writing.write(book, {"a": b"new", "b/c": b"new"})
        writing.put_file(book / "d", b"new")
        writing.put_files(book / "e" / "f", {"g": b"new"})
        (root / "made").mkdir()
        (root / "made/h").write_bytes(b"new")
        writing.put_in_place(root / "made", book / "i")
    disk.left(tmp_path / "left", least=True)
    found = books(tmp_path / "left/book")
    assert {name: content for name, content in found.items() if content} == dict.fromkeys(
        ("a", "b/c", "d", "e/f/g", "i/h"), b"new"
    )
