"""封账, 公开 and the law's newer edition: told and looked at first, done where exactly that was agreed to."""

import hashlib
import io
import json
import zipfile
from datetime import date, timedelta
from pathlib import Path

import click

from ledgers import clock
from ledgers.book import Book, main_file, read, within
from ledgers.files import writing
from ledgers.files.confined import in_thread
from ledgers.files.text import directive_text
from ledgers.files.writing import put_files
from ledgers.seals.seal import missing_in
from reports.publish import making
from reports.publish.edition import Source
from reports.publish.policy import read_policy
from reports.publish.publish import Published
from reports.publish.record import Change, proposed, record
from reports.rulebook import editions
from xianjie.acts.task import Said, Task
from xianjie.publish import published
from xianjie.seal import end_of, sealed
from xianjie.verify import proof, proven, root_of

WEB, BOARD = "site", "board"
REMARKS = "registry/remarks.beancount"


def seal(task: Task) -> Said:
    """Close a month for good; who did it stands beside the seal."""
    end = end_of(task.arg("month"))
    with writing.locked(task.main.parent, "xianjie serve --desk"):
        task.tick("核对账簿")
        made, content, files = sealed(task.main, end)
        said, count = Said(f"封账：截至 {end}", back={"page": "seal"}), content.count(b"\n") - 1
        said.add("封账的根", [made.root], "root")
        said.add("封进去的", [f"截至 {end} 的 {count} 条内容，此后不再接受新增和改动，更正在以后的期间冲销"])
        said.add("现在缺少、没有封进去的附件", missing_in(content), "warning")
        if not task.agrees(said):
            said.agreed, said.consent = said.digest(), f"封账到 {end}"
            return said
        writing.write(task.main.parent, {**files, **_by_whom(task, files, end, made.root)})
    said.done = f"已封账到 {end}。请把上面的根另存他处，或打印存档、随公示公布：它证明本期间此后没有改动"
    return said


def verify(task: Task) -> Said:
    """Whether anything sealed has changed since, by the book's own seals and by a root that somebody kept outside."""
    held = root_of(task.arg("root") or None)
    task.tick("读取账簿")
    loaded = read(task.main, date.max)
    task.tick("核对封账", 0.5)
    seals, told, faults = proof(loaded, held)
    said = Said("核对封账", back={"page": "seal"})
    if not faults:
        said.done = proven(seals, held, "请填上另存他处的根再核对").replace("\n", "").rstrip("。")
    said.add(f"不一致，共 {len(faults)} 处", faults, "fault")
    said.add("各次封账", told)
    return said


def _by_whom(task: Task, files: dict[str, bytes], end: date, root: str) -> dict[str, bytes]:
    """A remark of who sealed, and when: the seal itself says nothing but what it covers."""
    said = ("sealed-period", end.isoformat(), f"封账，根 {root}")
    by = directive_text(clock.today(), "remark", said, [("by", task.by)])
    main = task.main.name
    return {main: files[main].rstrip(b"\n") + b"\n\n" + by.encode()}


def policy(task: Task) -> Said:
    """Bring the book's part of the shipped law up to date: differences and verdicts that change are told first."""
    with writing.locked(task.main.parent, "xianjie serve --desk"):
        task.tick("读取账簿")
        loaded = within(read(task.main))
        said = Said("更新政策参数", back={"page": "policy"})
        try:
            found = editions.update(loaded)
        except editions.NotUpdatedError as error:
            raise click.ClickException(f"{error}。没有写入任何东西") from None
        if found is None:
            said.add("结果", ["账簿所带的政策参数与随软件的相同，不需要更新"])
            return said
        task.tick("推算哪些结论会变", 0.4)
        said.add("账簿所带的与随软件的不同", editions.lines(loaded))
        said.add("新版从哪天起判定", [f"自 {found.day} 起；已封账的期间仍按原来的条文"], "")
        changed = list(editions.turned(loaded, found.files))
        said.add("会变的结论", [] if changed else ["没有一条结论会变"])
        said.table(f"会变的结论（{len(changed)}）", ("结论", "规则", "对象", "说明"), changed, "foreseen")
        if not task.agrees(said):
            said.agreed, said.consent = said.digest(), "更新政策参数"
            return said
        writing.write(task.main.parent, found.files)
    said.done = f"政策参数已更新，新版自 {found.day} 起判定"
    return said


# -- 公开 ------------------------------------------------------------------------------------------------------------------


def publish(task: Task) -> Said:
    """Make the disclosure of a year, look for leaks in it, show it; record it and hand it out when agreed to."""
    year = _year(task)
    task.tick("读取账簿")
    loaded = in_thread(lambda: read(main_file(task.main), making.last_day(year, clock.today())))
    requests = _requests(task, loaded, year)
    if task.arg("agreed") and all((folder / making.MANIFEST).is_file() for folder in requests):
        results = [_as_made(loaded, folder, request) for folder, request in requests.items()]
        said, change = _told(task, loaded, results)
        if task.agrees(said):
            return _handed_out(task, loaded, said, change)
    task.tick("生成并检查有无个人信息")
    task.out.mkdir(mode=0o700, exist_ok=True)
    results = published(loaded, requests)
    said, _ = _told(task, loaded, results)
    said.agreed, said.consent = said.digest(), "公开并记入账簿"
    said.add("没有 PDF", [one.without_pdf for one in results[:1] if one.without_pdf], "warning")
    return said


def _year(task: Task) -> int:
    try:
        return making.period(task.arg("year"))
    except ValueError as error:
        raise click.ClickException(f"{error}。没有公开任何文件") from None


def _requests(task: Task, loaded: Book, year: int) -> dict[Path, making.Request]:
    try:
        first = date.fromisoformat(task.arg("first")) if task.arg("first") else clock.today()
    except ValueError:
        raise click.ClickException("公示起始日应为日期，如 2026-03-05。没有公开任何文件") from None
    end = making.notice_days(loaded.tables, read_policy(loaded.tables.root), first)
    if days := task.arg("days"):
        if not days.isdigit() or not 0 < int(days) <= 3650 or first + timedelta(int(days) - 1) < end:
            raise click.ClickException(f"公示天数不够或不对：从 {first} 起至少公示到 {end}。没有公开任何文件")
        end = first + timedelta(int(days) - 1)
    pdf = bool(task.arg("pdf"))
    found = {task.out / WEB: making.Request(year, first, end, papers=pdf)}
    if task.arg("board"):
        found[task.out / BOARD] = making.Request(year, first, end, board=True, papers=pdf)
    return found


def _as_made(loaded: Book, folder: Path, request: making.Request) -> Published:
    """What was made and looked at before, of the book as it is now: the files themselves stay as they were looked at."""
    return Published([], making.make(loaded, request), (folder / making.MANIFEST).read_bytes())


def _told(task: Task, loaded: Book, results: list[Published]) -> tuple[Said, Change]:
    source, manifest = results[0].made.source, json.loads(results[0].manifest)
    change = proposed(loaded, results, task.by)
    said = Said(f"公开 {source.year} 年度", back={"page": "publication"})
    said.add("内容", [
        f"公示期 {source.notice_from} 至 {source.notice_to}；收支为 {source.year} 年度，状态截至 {source.as_of}",
        f"网上公开 {len(manifest['files'])} 个文件，逐个检查过，没有发现个人信息",
        *(["另有村务公开栏版：含名单，只供张贴，不得上网"] if len(results) > 1 else []),
    ])  # fmt: skip
    said.add("提醒", _warnings(source), "warning")
    said.add(f"记入账簿的公示 {change.count} 条", [one for one in change.text.splitlines() if one[:1].isdigit()], "change")
    said.add("账簿与文件的摘要", [loaded.digest, f"sha256:{hashlib.sha256(results[0].manifest).hexdigest()}"], "folded")
    said.files = [{"name": f"{WEB}/index.html", "label": "看一遍将要公开的网页（新窗口）"}]
    return said, change


def _warnings(source: Source) -> list[str]:
    if source.as_of >= date(source.year, 12, 31):
        return []
    return ["本年度尚未结束：以后再公开同一年度时，两次数字相减可能看出个别户，请尽量在年终后公开"]


def _handed_out(task: Task, loaded: Book, said: Said, change: Change) -> Said:
    year = task.arg("year")
    names = {WEB: f"网上公开{year}.zip", BOARD: f"村务公开栏{year}（含名单，不得上网）.zip"}
    packed = {name: _zip(task.out / folder) for folder, name in names.items() if folder == WEB or task.arg("board")}
    put_files(task.out, packed)
    if change.count:
        record(loaded, change)
    said.done = f"已记入账簿 {change.count} 条公示，文件可以下载" if change.count else "文件可以下载；账簿中已有这些公示的记录"
    said.files = [{"name": f"{WEB}/index.html", "label": "公开的网页（新窗口）"}, *({"name": one, "label": one} for one in packed)]
    return said


def _zip(folder: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            archive.write(path, path.relative_to(folder).as_posix())
    return stream.getvalue()


