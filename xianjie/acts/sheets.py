"""收表: sheets are read and shown, questions answered, the change set agreed to; 撤销 likewise; blank forms."""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from importers import history
from importers.draft.records import record
from importers.draft.render import Files
from importers.reading.confined import read_confined
from importers.reading.container import Refused, column_letters
from importers.reading.faults import Fault
from importers.reading.given import Given
from importers.reading.kinds import title_of
from importers.run import ChangeSet, import_files, prepare
from importers.supposing import Supposed
from ledgers.book import collector_off
from ledgers.files import writing
from ledgers.files.confined import will
from ledgers.files.problems import Untrusted
from ledgers.files.side_files import LOG, log_of
from ledgers.files.writing import put_files
from ledgers.money import fen, yuan_cn
from ledgers.personal.find import without_numbers
from plugins import catalogue
from reports import foreseen
from xianjie.acts.task import Said, Task
from xianjie.form import content
from xianjie.import_ import SUFFIXES, day_of, given_of

MEMBERS, UNPACKED = 200, 256 * 2**20  # of a zip
ROWS_SHOWN, CELLS_SHOWN = 20, 30
AGREE = "写入账簿"
LARGE = 16 * 2**20  # bytes of a book and what would come into it: up to there verdicts are foretold unasked
LATER = "账簿很大，推算哪些结论会变要多等一会儿：需要时按下面的“推算结论”"
FORETOLD = ("结论", "规则", "对象", "说明", "问谁", "此后须办")
# What the terminal says of its options, as the desk says it; in this order.
_MORE = "在下面“补充”里"
_AT_THE_DESK = (
    (re.compile(r"（如 --date [^）]*）"), ""),
    (re.compile(r"用 --date 给出"), f"{_MORE}填日期"),
    (re.compile(r"用 --unit 给出"), f"{_MORE}选金额单位"),
    (re.compile(r"用 --kind 写明是哪一种表（[^）]*）"), f"{_MORE}选是哪一种表；“收表”页可以生成空白表样"),
    (re.compile(r"加 --kind (\S+)"), rf"{_MORE}选“\1”"),
    (re.compile(r"，如 --set "), f"，{_MORE}写 "),
    (re.compile(r"或 --set "), "或 "),
    (re.compile(r"请用 xianjie undo 撤销"), "请在“导入记录”里撤销"),
    (re.compile(r"（xianjie imports [^）]*）"), "（见“导入记录”）"),
)


def _at_the_desk(told: Iterable[object]) -> list[str]:
    """Lines of the importers for who has no terminal."""
    lines = []
    for line in map(str, told):
        for wanted, instead in _AT_THE_DESK:
            line = wanted.sub(instead, line)
        lines.append(line)
    return lines


def bring_in(task: Task) -> Said:
    """Read what was sent, tell what it would change, and write it where exactly that was agreed to."""
    paths = _unpacked(task)
    if not paths:
        return Said(problem=f"没有可以读的表格：请选 {'、'.join(SUFFIXES)}，或装着它们的 zip")
    asked: dict[str, dict[str, Any]] = {}

    def ask(question: str, candidates: Sequence[str]) -> int | None:
        key = "q-" + hashlib.sha256(json.dumps([question, *candidates]).encode()).hexdigest()[:16]
        answer = task.arg(key)
        asked[key] = {"key": key, "question": question, "choices": list(candidates), "answer": answer}
        return int(answer) if answer.isdigit() and int(answer) < len(candidates) else None

    given, day = _given(task), day_of(task.arg("day") or None)
    if not task.arg("agreed"):
        will(writing.write, task.main.parent)
        will(writing.settle, task.main.parent)
        changes = prepare(task.main, paths, day=day, ask=ask, tick=task.tick, given=given)
        told = _shown(task, changes, asked)
        if told.agreed and (task.arg("foretell") or _small(task.main.parent, changes)):
            _foretold(task, changes, told)
        elif told.agreed:
            told.add("写入以后的结论", [LATER], "later")
        return told
    shown: list[Said] = []

    def agreed(changes: ChangeSet) -> bool:
        shown.append(_shown(task, changes, asked))
        return task.agrees(shown[-1])

    changes = import_files(task.main, paths, day=day, confirm=agreed, ask=ask, tick=task.tick, given=given)
    if not changes.files:
        found = shown[-1] if shown else _shown(task, changes, asked)
        found.add("请再看一遍", ["账簿在这之间有了变化，下面是现在将有的变化"] if shown else [], "warning")
        return found
    said = Said("收表", f"已写入账簿，是第 {changes.number} 次导入", back={"page": "imports"})
    said.add("写入的", [f"{verb}{what} {count} 项" for (verb, what), count in changes.summary.items()])
    said.add("没有导入的", [*_at_the_desk(changes.faults), *_stopped(changes)], "fault")
    said.add("待核对", changes.waiting)
    said.add("提醒", changes.warnings)
    return said


def _given(task: Task) -> Given:
    values = [line for line in task.arg("values").splitlines() if line.strip()]
    year = task.arg("year")
    if year and not (year.isdigit() and 2000 <= int(year) < 2200):
        raise click.ClickException(f"年度应如 2022，实为“{year}”")
    given = given_of(task.arg("kind"), task.arg("unit"), int(year or 0), values)
    given.by, given.provider = task.by, without_numbers(task.arg("provider"))
    return given


def _unpacked(task: Task) -> list[Path]:
    """The sheets that were sent; those of a zip are laid beside it."""
    paths: list[Path] = []
    for name, path in task.files:
        if path.suffix.lower() == ".zip":
            paths += _members(path, task.folder / "unpacked")
        elif path.suffix.lower() in SUFFIXES:
            paths.append(path)
        else:
            raise click.ClickException(f"{name} 不是表格：可以是 {'、'.join(SUFFIXES)}，或装着它们的 zip。没有写入任何东西")
    return paths


def _members(path: Path, folder: Path) -> Iterator[Path]:
    """The sheets in a zip; one that holds too much, or what it does not say, is refused."""
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        with zipfile.ZipFile(path) as archive:
            wanted = [one for one in archive.infolist() if _is_sheet(_name_of(one))]
            if len(wanted) > MEMBERS or sum(one.file_size for one in wanted) > UNPACKED:
                raise click.ClickException(f"{path.name} 里的表格太多或太大（最多 {MEMBERS} 个、共 {UNPACKED // 2**20} MB）")
            left = UNPACKED
            for one in wanted:
                with archive.open(one) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise click.ClickException(f"{path.name} 里的表格比它自己说的大，不予读取")
                target = folder / _name_of(one).replace("\\", "/").rpartition("/")[2]
                if target.exists() and target.read_bytes() != content:  # of the same name in another folder of the zip
                    target = target.with_stem(f"{target.stem}（{one.header_offset}）")
                target.write_bytes(content)
                yield target
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError):
        raise click.ClickException(f"{path.name} 打不开：不是正常的 zip，或加了密码。没有写入任何东西") from None


def _name_of(one: zipfile.ZipInfo) -> str:
    """The name of a part of a zip; Windows writes Chinese ones in GBK without saying so."""
    if one.flag_bits & 0x800:
        return one.filename
    try:
        return one.filename.encode("cp437").decode("gbk")
    except UnicodeError:
        return one.filename


def _is_sheet(name: str) -> bool:
    last = name.replace("\\", "/").rpartition("/")[2]
    return last.lower().endswith(SUFFIXES) and not last.startswith(("~$", ".")) and "__MACOSX" not in name and last.isprintable()


# -- what is told of a change set -------------------------------------------------------------------------------------------


def _shown(task: Task, changes: ChangeSet, asked: dict[str, dict[str, Any]]) -> Said:
    open_ = [one for one in asked.values() if one["answer"] == ""]
    said = Said("收表", questions=list(asked.values()))
    if open_:
        return said
    for fault in changes.faults[:ROWS_SHOWN]:
        said.add("不能导入", _at_the_desk([fault]), "fault")
        heads = {letters: heading for letters, heading, _ in _columns_of(changes, fault)}
        said.parts[-1] |= {"fault": [fault.file, fault.sheet, fault.row, fault.column], "named": heads}
    said.add("不能导入的其余各处", _at_the_desk(changes.faults[ROWS_SHOWN:]), "fault")
    said.add("没有处理", _stopped(changes), "fault")
    said.add("读到的", _at_the_desk([*changes.read, *([] if changes.read else changes.taken)]))
    said.table("将有的变化", ("做什么", "什么", "几项"), [(verb, what, str(count)) for (verb, what), count in changes.summary.items()])
    said.table("各表合计", ("文件", "种类", "行数", "合计（元）"), _sums(changes))
    for label, columns in changes.columns.items():
        rows = [(letters, heading, name or "没有用到") for letters, heading, name in columns]
        said.table(f"各列认作什么　{label}", ("列", "表头", "认作"), rows, kind="folded")
    for (verb, what), count in changes.summary.items():
        texts = [text for v, w, text in changes.changes if (v, w) == (verb, what)]
        said.add(f"{verb}{what} {count} 项", texts, "change")
    said.add("待核对（等着找到对应的支付）", changes.waiting)
    said.add("提醒", changes.warnings, "warning")
    said.add("说明", changes.remarks)
    if changes.files:
        _lines(said, task.main.parent, changes.number, changes.files)
        said.agreed, said.consent = said.digest(), AGREE
    elif not changes.refused:
        said.add("结果", ["账簿没有变化：这些内容账簿里已有"])
    return said


def _small(root: Path, changes: ChangeSet) -> bool:
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    return size + sum(len(content or b"") for content in changes.files.values()) <= LARGE


def _foretold(task: Task, changes: ChangeSet, said: Said) -> None:
    """Which verdicts would be others with exactly this in the book; told beside what is agreed to, no part of it."""
    task.tick("推算哪些结论会变", 0.7)
    try:
        with collector_off():
            found = foreseen.foresee(Supposed(task.main, changes, changes.files), dict(catalogue()))
    except Untrusted as error:
        said.add("没有推算结论会怎样变", map(str, error.problems), "warning")
        return
    said.add("写入以后的结论", [foreseen.verdict(found) if found.changes else "没有一条结论会变"], "warning" if found.worse else "")
    for title, turned, heads in (("会变坏的结论", found.worse, FORETOLD), ("会变好的结论", found.better, FORETOLD[:4])):
        rows = [foreseen.told_of(found, one)[: len(heads)] for one in turned]
        said.table(f"{title}（{len(rows)}）", heads, rows, "foreseen")
    said.add("还能付多少", foreseen.rooms_told(found))


def _columns_of(changes: ChangeSet, fault: Fault) -> list[tuple[str, str, str]]:
    label = f"{fault.file}〔{fault.sheet}〕" if fault.sheet else fault.file
    return next((columns for name, columns in changes.columns.items() if name.startswith(f"{label}：")), [])


def _stopped(changes: ChangeSet) -> list[str]:
    return [f"{name}：它依据的 {reason} 没有导入" for name, reason in changes.stopped.items()]


def _sums(changes: ChangeSet) -> Iterator[tuple[str, ...]]:
    """What the register of imports would say of each sheet."""
    content = changes.files.get(LOG)
    for one in log_of(content) if content else ():
        if one.number == changes.number:
            yield one.file, title_of(one.kind), str(one.rows), yuan_cn(fen(one.sum)) if one.sum else ""


def _lines(said: Said, root: Path, number: int, files: Files) -> None:
    """The lines of the book that would be others, file by file."""
    for name, change in json.loads(record(root, number, files))["files"].items():
        hunks = change["hunks"] if name != LOG and not name.startswith("imports/") else []
        both = [(mark, line) for _, before, after in hunks for mark, lines in (("-", before), ("+", after)) for line in lines]
        said.add(f"改动的行　{name}", [f"{mark} {line}" for mark, line in both if line.strip()], "lines")


def with_rows(task: Task, parts: list[dict[str, Any]]) -> None:
    """Show with every fault the row that it is in, as the sheet has it; numbers of people are masked.

    The sheets are read once more, each in a confined process of its own: a process that has opened a book starts none.
    """
    wanted = [part for part in parts if part.get("fault")]
    paths = dict(_all_files(task))
    for file in {part["fault"][0] for part in wanted} & paths.keys():
        try:
            grids = {grid.sheet: grid.rows for grid in read_confined(paths[file], file).grids}
        except Refused:
            continue
        for part in wanted:
            name, sheet, row, column = part["fault"]
            if name == file and 0 <= row < len(grids.get(sheet, ())):
                part |= _row(grids[sheet][row], row, column, part["named"])
    for part in wanted:
        part.pop("fault")
        part.pop("named")


def _row(cells: Sequence[Any], row: int, column: int, named: Mapping[str, str]) -> dict[str, Any]:
    texts = [without_numbers("" if cell is None else str(cell)) for cell in cells[:CELLS_SHOWN]]
    marked = [f"▶ {text or '（空）'}" if n == column else text for n, text in enumerate(texts)]
    heads = [f"{letters} {named.get(letters, '')}".strip() for letters in map(column_letters, range(len(texts)))]
    return {"heads": ["行", *heads], "rows": [[str(row + 1), *marked]]}


def _all_files(task: Task) -> Iterator[tuple[str, Path]]:
    yield from task.files
    folder = task.folder / "unpacked"
    if folder.is_dir():
        yield from ((path.name, path) for path in sorted(folder.iterdir()))


# -- 撤销, 空白表样 -----------------------------------------------------------------------------------------------------------


def take_back(task: Task) -> Said:
    """Take an import back: told first, done where exactly that was agreed to."""
    if not task.arg("number").isdigit():
        raise click.ClickException("没有写明要撤销第几次导入")
    number = int(task.arg("number"))
    will(writing.write, task.main.parent)
    told: list[Said] = []

    def agreed(found: history.Undo) -> bool:
        told.append(_undone(found))
        _lines(told[-1], task.main.parent, number, found.files)
        return task.agrees(told[-1])

    task.tick("读取账簿")
    found = history.undo(task.main, number, confirm=agreed)
    if found.files:
        return Said("撤销导入", f"已撤销第 {number} 次导入", parts=told[-1].parts, back={"page": "imports"})
    said = told[-1] if told else _undone(found)
    if told:
        said.agreed, said.consent = said.digest(), f"撤销第 {number} 次导入"
    elif not found.refused:
        said.add("结果", ["没有什么可撤销的"])
    return said


def _undone(found: history.Undo) -> Said:
    said = Said(f"撤销第 {found.number} 次导入", back={"page": "imports"})
    said.add("不能撤销", _at_the_desk(found.refused), "fault")
    said.add("将有的变化", found.said, "change")
    return said


def blank(task: Task) -> Said:
    """An empty form of a kind of sheet, with what the book has to choose from."""
    from importers.reading.layout import kind_named

    kind = kind_named(task.arg("kind"))
    if kind is None:
        raise click.ClickException("没有这种表")
    name = f"{kind.title}.xlsx"
    put_files(task.out, {name: content(kind, task.main)})
    return Said("空白表样", f"已生成《{kind.title}》的表样", files=[{"name": name, "label": name}], back={"page": "collect"})

