"""Reading a file that anyone may have made, in a process of its own: bounded memory, bounded time, nothing to write to.

Whatever the file says of itself, whoever reads it too long or too much is ended, and the one who imports goes on. What
comes back is JSON, some rows a line: nothing that could be run.
"""

import faulthandler
import hashlib
import io
import json
import os
import resource
import stat
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any, BinaryIO

from importers.reading.container import Refused, Scan, Unreadable
from importers.reading.converting import converted
from importers.reading.grid import File, Grid, read_file
from ledgers.files.confined import call
from ledgers.files.problems import Untrusted

FILE_LIMIT = 200 * 2**20
MEMORY = 2**30  # bytes that reading may take beyond what the process has when it begins
SECONDS = 120
TOGETHER = 1000  # rows in one line of what comes back
_TOO_MUCH = "读取时超出了内存或时间的限度（文件大得不正常，或已损坏）：请删去表外的内容，用 Excel 或 WPS 另存为 .xlsx 后再导入"


def read_confined(path: Path, name: str) -> File:
    """The sheets of a file, read by a process that may do nothing else. Raises Refused with a message in Chinese."""
    data, suffix = _content(path), path.suffix.lower()
    try:
        file = _read(data, name, suffix)
    except Unreadable:
        other = converted(data, suffix)
        if not other:
            raise
        file = _read(other, name, ".xlsx")
        file.remarks.append(f"{name}：不是通常的格式，经 LibreOffice 转换后读取，请核对")
    file.sha256 = hashlib.sha256(data).hexdigest()
    return file


def _read(data: bytes, name: str, suffix: str) -> File:
    try:
        said = call(lambda: _told(data, name, suffix), seconds=SECONDS, first=_limit)
    except (Untrusted, RuntimeError):
        raise Refused(_TOO_MUCH) from None
    return _received(_lines(said), name)


def _content(path: Path) -> bytes:
    """The bytes of a plain file; a pipe or a device is refused without waiting for it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise Refused(f"文件无法读取（{_reason(error)}）") from None
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        os.close(handle)
        raise Refused("不是普通文件（是文件夹、管道或设备），不予读取")
    with open(handle, "rb") as stream:
        if about.st_size > FILE_LIMIT:
            raise Refused(f"文件有 {about.st_size // 2**20} MB，超过 {FILE_LIMIT // 2**20} MB，不予读取")
        return stream.read(FILE_LIMIT)


def _reason(error: Exception) -> str:
    return {2: "找不到", 13: "没有权限"}.get(getattr(error, "errno", 0) or 0, "文件名或磁盘有问题")


# -- in the child --------------------------------------------------------------------------------------------------------


def _told(data: bytes, name: str, suffix: str) -> bytes:
    """What a file says, line by line, or why it is refused."""
    stream = io.BytesIO()
    try:
        _tell(read_file(data, name, suffix), stream)
    except Refused as error:
        _line(stream, {"refused": str(error), "unreadable": isinstance(error, Unreadable)})
    except MemoryError:
        _line(stream, {"refused": _TOO_MUCH})
    return stream.getvalue()


def _limit() -> None:
    """No more memory than reading takes, no file to grow, no word on the terminal of what ends the reader."""
    faulthandler.disable()
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for kind, limit in ((resource.RLIMIT_AS, taken + MEMORY), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(kind, (limit, limit))
    silent = os.open(os.devnull, os.O_RDONLY)
    for handle in (0, 1, 2):
        os.dup2(silent, handle)


def _tell(file: File, stream: BinaryIO) -> None:
    for grid in file.grids:
        scan = {name: sorted(value) if isinstance(value, set) else value for name, value in asdict(grid.scan).items()}
        _line(stream, {"sheet": grid.sheet, "merged": grid.merged, "scan": scan, "date1904": grid.date1904})
        for start in range(0, len(grid.rows), TOGETHER):
            _line(stream, grid.rows[start : start + TOGETHER])
    _line(stream, {"hidden": file.hidden})


def _line(stream: BinaryIO, said: Any) -> None:
    stream.write(_SAYING.encode(said).encode("utf-8", "replace") + b"\n")


def _day(cell: Any) -> Any:
    """Dates as JSON knows none; a time of day or a duration as the part of a day that Excel holds."""
    if isinstance(cell, datetime):
        return {"t": cell.isoformat()}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    if isinstance(cell, clock_time):
        return (cell.hour * 3600 + cell.minute * 60 + cell.second) / 86400
    return cell.total_seconds() / 86400 if isinstance(cell, timedelta) else str(cell)


_SAYING = json.JSONEncoder(ensure_ascii=False, default=_day, separators=(",", ":"))


# -- in the parent -------------------------------------------------------------------------------------------------------


def _lines(said: bytes) -> Iterator[Any]:
    decode = json.JSONDecoder(object_hook=_undated).decode
    return (decode(line.decode()) for line in io.BytesIO(said))


def _undated(said: dict[str, Any]) -> Any:
    if len(said) == 1 and "d" in said:
        return date.fromisoformat(said["d"])
    return datetime.fromisoformat(said["t"]) if len(said) == 1 and "t" in said else said


def _received(lines: Iterator[Any], name: str) -> File:
    grids: list[Grid] = []
    for said in lines:
        if isinstance(said, list):
            grids[-1].rows += said
        elif "refused" in said:
            raise (Unreadable if said.get("unreadable") else Refused)(str(said["refused"]))
        elif "hidden" in said:
            return File(name, grids, said["hidden"])
        else:
            uncached, errors = ({(row, column) for row, column in said["scan"][name]} for name in ("uncached", "errors"))
            scan = Scan(said["scan"]["hidden"], uncached, errors, set(said["scan"]["hidden_columns"]))
            grids.append(Grid(name, said["sheet"], [], [tuple(m) for m in said["merged"]], scan, said["date1904"]))
    raise Refused(_TOO_MUCH)
