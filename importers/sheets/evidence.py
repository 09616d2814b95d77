"""附件清单: which file proves which voucher; the files, beside the sheet, are taken into evidence/ with their digest."""

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from importers.draft.entries import Directive, Voucher
from importers.draft.versions import Record
from importers.finding.job import Job
from importers.reading.cells import squeezed
from importers.reading.sheet import Sheet
from ledgers.files.safely import FILE_LIMIT

FOLDER = "evidence"


def ready(sheet: Sheet, folder: Path) -> None:
    """Look for the files in the sheet's folder (or below it)."""
    taken_from(sheet, folder, "file")


def taken_from(sheet: Sheet, folder: Path, name: str) -> None:
    """Give each row the digest of the file that a column names; a file that is not there is a fault."""
    rows, contents = [], {}
    for row in sheet.rows:
        if not getattr(row, name):
            rows.append(row)
        elif (content := _content(sheet, row, folder, name)) is not None:
            digest = hashlib.sha256(content).hexdigest()
            contents[digest] = content
            rows.append(row._replace(sha256=digest))
    sheet.rows, sheet.contents = rows, contents


def _content(sheet: Sheet, row: Any, folder: Path, name: str) -> bytes | None:
    """The bytes of a row's file; None after a fault."""
    written = getattr(row, name)
    path: Path = (folder / written.strip().replace("\\", "/")).resolve()
    if not path.is_relative_to(folder.resolve()):
        sheet.fault(row.line, name, "附件须放在清单所在的文件夹里")
    elif not path.is_file():
        sheet.fault(row.line, name, f"找不到附件“{written}”：应放在清单所在的文件夹里")
    elif not 0 < path.stat().st_size <= FILE_LIMIT:
        sheet.fault(row.line, name, f"附件“{written}”是空的，或超过 {FILE_LIMIT // 2**20} MB")
    else:
        return path.read_bytes()
    return None


def derive(job: Job) -> Record:
    """Attach every row's file to its voucher."""
    uses: dict[str, list[Any]] = {}
    for row in job.sheet.rows:
        uses.setdefault(row.sha256, []).append(row)
    for digest, rows in uses.items():
        if len(rows) > 1 and not all(row.shared for row in rows):
            lines = "、".join(str(row.line + 1) for row in rows)
            job.draft.warn(f"{job.sheet.label}：第 {lines} 行是同一份附件，没有都写明共用")
        for row in rows:
            if voucher := _voucher(job, row):
                _attach(job, row, voucher, digest)
    return Record()


def _voucher(job: Job, row: Any) -> Voucher | None:
    """The voucher of a row: by its number in the book, else by the treasury's. None after a fault."""
    written, draft = squeezed(row.voucher), job.draft
    if written in draft.vouchers:
        return draft.vouchers[written]
    paid = [v for v in draft.vouchers.values() if str(v.get("payment-no")) == written and not v.get("reverses")]
    standing = [v for v in paid if v.number not in draft.reversed] or paid
    if not standing:
        job.fault(row, "voucher", f"账簿里没有凭证“{row.voucher}”：应为账簿的凭证号，或国库的支付凭证号")
        return None
    number = job.choose(row, "voucher", f"支付凭证号“{written}”有 {len(standing)} 张凭证", [(v.number, v.number) for v in standing])
    return draft.vouchers[number] if number else None


def _attach(job: Job, row: Any, voucher: Voucher, digest: str) -> None:
    draft = job.draft
    name = _place(job, digest, row.file, voucher.day)
    said = {"evidence": name, "evidence-sha256": digest, **({"shared-with": row.shared} if row.shared else {})}
    held = dict(voucher.meta)
    if all(held.get(key) == value for key, value in said.items()):
        return
    if not draft.is_open(voucher.day):
        _attach_late(job, row, voucher, digest, said)
        return
    keep(job, digest, row.file, voucher.day)
    draft.replace_voucher(replace(voucher, meta=tuple((held | said).items())))
    verb = "更正" if "evidence" in held else "新增"
    draft.note(verb, "附件", f"凭证 {voucher.number}：{name}")


def _attach_late(job: Job, row: Any, voucher: Voucher, digest: str, said: dict[str, str]) -> None:
    """What is sealed stays: evidence that it lacks is a line of the first open day."""
    key = "attachment", voucher.number
    held = [dict(one.meta) for one in job.draft.directives.get(key, ())]
    if said in held:
        return
    if held or voucher.get("evidence"):
        job.fault(row, "voucher", f"凭证 {voucher.number} 已封账，并且已有附件，不能换成另一份：另一份请存档备查")
        return
    keep(job, digest, row.file, voucher.day)
    job.draft.add_directive(Directive(*key, voucher.day, (), tuple(said.items())))
    job.draft.note("新增", "附件", f"凭证 {voucher.number}（已封账，记为补交）：{said['evidence']}")


def keep(job: Job, digest: str, written: str, day: date) -> str:
    """Take a file of the sheet into the book, and where it lies there."""
    name = _place(job, digest, written, day)
    job.draft.attached[name] = job.sheet.contents[digest]
    return name


def _place(job: Job, digest: str, written: str, day: date) -> str:
    """Where a file lies in the book: by its digest, for a file's own name may be somebody's."""
    held = [str(v.get("evidence")) for v in job.draft.vouchers.values() if v.get("evidence-sha256") == digest]
    known = [name for name in (*held, *job.draft.attached) if digest[:12] in name]
    suffix = Path(written).suffix.lower()
    ending = suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= 6 else ""
    return known[0] if known else f"{FOLDER}/{day:%Y/%m}/{digest[:12]}{ending}"
