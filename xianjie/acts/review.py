"""审核: remarks, rectifications, requests for waivers and waivers, each a directive of the book with who and when."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from importers.draft.draft import Draft
from importers.draft.entries import Directive
from importers.draft.opening import open_book
from importers.draft.render import render
from importers.run import prove
from ledgers import clock
from ledgers.files import writing
from ledgers.files.text import Yuan
from ledgers.money import fen
from ledgers.people import Unusable
from ledgers.personal.find import Allowed, find
from ledgers.personal.names import Known
from plugins import catalogue
from plugins.rule import Rule
from reports.desk.roles import SEES_ROLLS
from xianjie.acts.task import Said, Task

LONGEST = 500  # characters of a text
EVIDENCE = 32 * 2**20
SUFFIXES = (".pdf", ".png", ".jpg", ".jpeg", ".docx", ".xlsx", ".doc", ".xls", ".wps", ".et", ".ofd", ".txt", ".csv")
FOLDER = "evidence/rectifications"


def remark(task: Task) -> Said:
    """Say something of a finding."""
    return _write(task, "remark", (_text(task),), {}, "意见已记入账簿")


def assign(task: Task) -> Said:
    """Have a unit mend a finding by a day."""
    unit, due = _words(task, "unit", "责任单位"), _coming(task, "due", "期限")
    meta = {"due": due, "unit": unit, "note": _text(task, required=False)}
    return _write(task, "rectification", ("整改中",), meta, f"已交办{unit}，限 {due}")


def close(task: Task) -> Said:
    """A finding was mended; the proof of it goes into the book."""
    if len(task.files) != 1:
        raise click.ClickException("销号须附一个佐证文件。没有写入任何东西")
    name, path = task.files[0]
    if path.suffix.lower() not in SUFFIXES:
        raise click.ClickException(f"佐证应为 {'、'.join(SUFFIXES)}，收到 {name}。没有写入任何东西")
    content = path.read_bytes()
    if not 0 < len(content) <= EVIDENCE:
        raise click.ClickException(f"佐证应为 1 字节到 {EVIDENCE // 2**20} MB，收到 {len(content)} 字节。没有写入任何东西")
    digest = hashlib.sha256(content).hexdigest()
    file = f"{FOLDER}/{digest[:16]}{path.suffix.lower()}"
    meta = {"note": _text(task), "evidence": file, "evidence-sha256": digest}
    return _write(task, "rectification", ("销号",), meta, "已销号", {file: content})


def request(task: Task) -> Said:
    """Ask for a waiver; somebody else grants it."""
    meta = {"reason": _text(task), "until": _coming(task, "until", "到期日")}
    return _write(task, "waiver-request", ("申请",), meta, "已申请豁免，等负责人批准")


def grant(task: Task) -> Said:
    """Grant the waiver that somebody else has asked for, or refuse it."""
    if task.arg("refuse"):
        return _write(task, "waiver-request", ("驳回",), {"reason": _text(task)}, "已驳回豁免申请")
    limit = task.arg("limit").replace(",", "")
    if limit and not re.fullmatch(r"\d{1,12}(\.\d{1,2})?", limit):
        raise click.ClickException(f"限额应为元，如 1200.00，实为“{limit}”。没有写入任何东西")
    meta = {"until": _coming(task, "until", "到期日"), "limit": Yuan(fen(limit)) if limit else None}
    return _write(task, "waiver", (), meta, "已批准豁免")


# -- writing ---------------------------------------------------------------------------------------------------------------


def _write(task: Task, type: str, args: tuple[Any, ...], meta: dict[str, Any], done: str, files: Mapping[str, bytes] = {}) -> Said:
    """One directive about the finding that was sent, of today, by who is logged in; all or nothing."""
    rule, subject = _about(task)
    with writing.locked(task.main.parent, "xianjie serve --desk"):
        task.tick("读取账簿")
        draft, source = open_book(task.main, clock.today())
        _check(task, draft, rule, subject, type, args, meta)
        about = {"part": task.arg("part"), "period": task.arg("period")}
        kept = {key: value for key, value in {**meta, "by": task.by, **about}.items() if value not in (None, "")}
        draft.add_directive(Directive(type, rule.id, clock.today(), (subject, *args), tuple(kept.items())))
        changed = render(draft, source)
        prove(source, changed)
        task.tick("写入")
        writing.write(task.main.parent, {**changed, **files})
    where = {"page": "finding", "rule": rule.id, "id": subject, **{key: value for key, value in about.items() if value}}
    return Said(done=done, back=where)


def _about(task: Task) -> tuple[Rule, str]:
    rule, subject = catalogue().get(task.arg("rule")), task.arg("subject")
    if rule is None or not subject or len(subject) > 100 or not subject.isprintable():
        raise click.ClickException("没有写明是哪一条判定。没有写入任何东西")
    return rule, subject


def _check(task: Task, draft: Draft, rule: Rule, subject: str, type: str, args: tuple[Any, ...], meta: dict[str, Any]) -> None:
    """Who may say what of whom, in view of the book."""
    if task.role not in SEES_ROLLS and subject in draft.states:
        raise click.ClickException("涉及农户的判定由可看清册的人办理。没有写入任何东西")
    said = meta.get("reason") or meta.get("note") or (args[0] if type == "remark" else "")
    for text in (said, subject, task.arg("part"), task.arg("period")):
        _gate(draft, text)
    if type.startswith("waiver") and not rule.waivable:
        raise click.ClickException(f"“{rule.title}”不能豁免。没有写入任何东西")
    if type == "waiver" or args == ("驳回",):
        asked = _open_request(draft, rule.id, subject, task.arg("part"), task.arg("period"))
        if asked is None:
            raise click.ClickException("没有等着批准的申请：可能刚由别人批准或驳回。没有写入任何东西")
        if type == "waiver" and asked["by"] == task.by:
            raise click.ClickException("申请和批准须是两个人。没有写入任何东西")
        if type == "waiver":
            meta |= {"reason": asked["reason"], "requested-by": asked["by"]}


def _open_request(draft: Draft, rule: str, subject: str, part: str, period: str) -> dict[str, Any] | None:
    """The request that nobody has answered yet, as it was made."""
    wanted = (subject, part, period)
    found: dict[str, Any] | None = None
    mentions = [*draft.directives.get(("waiver-request", rule), ()), *draft.directives.get(("waiver", rule), ())]
    for one in sorted(mentions, key=lambda one: (one.date, one.type == "waiver")):
        meta = dict(one.meta)
        if (str(one.args[0]), meta.get("part", ""), meta.get("period", "")) == wanted:
            found = meta if one.args[1:] == ("申请",) else None
    return found


def _gate(draft: Draft, text: str) -> None:
    """Nothing of a person goes into the book by a text: household ids stand for people there."""
    kinds = find(text, "", Allowed(households=True))
    try:
        known = Known(person.name for person in draft.load_people().people.values())
    except Unusable:
        known = Known(())
    if kinds or known.within(text):
        what = "、".join(dict.fromkeys([*kinds, *(["姓名"] if known.within(text) else [])]))
        raise click.ClickException(f"文字里有个人信息（{what}）：请改用户编号。没有写入任何东西")


# -- what was sent ---------------------------------------------------------------------------------------------------------


def _text(task: Task, required: bool = True) -> str:
    text = " ".join(task.arg("text").split())
    if (required and not text) or len(text) > LONGEST:
        raise click.ClickException(f"应写 1 到 {LONGEST} 字，实有 {len(text)} 字。没有写入任何东西")
    return text


def _words(task: Task, name: str, title: str) -> str:
    found = " ".join(task.arg(name).split())
    if not 0 < len(found) <= 60:
        raise click.ClickException(f"{title}应写 1 到 60 字。没有写入任何东西")
    if find(found):
        raise click.ClickException(f"{title}里有个人信息，请写单位。没有写入任何东西")
    return found


def _coming(task: Task, name: str, title: str) -> date:
    try:
        day = date.fromisoformat(task.arg(name))
    except ValueError:
        raise click.ClickException(f"{title}应为日期，如 2026-03-05，实为“{task.arg(name)[:20]}”。没有写入任何东西") from None
    if not clock.today() <= day <= date(clock.today().year + 10, 12, 31):
        raise click.ClickException(f"{title} {day} 不在今天到今后十年之间。没有写入任何东西")
    return day
