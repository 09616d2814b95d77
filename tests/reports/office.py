"""LibreOffice as a second opinion: workbooks stripped of their stored results, recalculated by it, and read again."""

import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

_CELL = re.compile(rb"<c [^>]*?(?:/>|>.*?</c>)", re.DOTALL)
needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="没有安装 LibreOffice，无法重算工作簿")


def recalculated(folder: Path, workbooks: dict[str, bytes]) -> dict[str, Any]:
    """The workbooks by name as LibreOffice works them out; what our own program stored in formula cells is removed."""
    for name, content in workbooks.items():
        (folder / f"{name}.xlsx").write_bytes(_stripped(content))
    out = folder / "recalculated"
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
    files = [str(folder / f"{name}.xlsx") for name in workbooks]
    done = subprocess.run([*command, *files], capture_output=True, timeout=300, check=False, text=True)
    assert done.returncode == 0, done.stderr
    return {name: openpyxl.load_workbook(out / f"{name}.xlsx", data_only=True) for name in workbooks}


def formulas(content: bytes) -> Iterator[tuple[str, str, str, Any]]:
    """Sheet, cell, formula and stored result of every live formula."""
    words, values = (openpyxl.load_workbook(BytesIO(content), data_only=stored) for stored in (False, True))
    for sheet in words:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield sheet.title, cell.coordinate, cell.value, values[sheet.title][cell.coordinate].value


def _stripped(content: bytes) -> bytes:
    result = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(result, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, _CELL.sub(_without_value, data) if name.startswith("xl/worksheets/") else data)
    return result.getvalue()


def _without_value(match: re.Match[bytes]) -> bytes:
    cell = match.group()
    return re.sub(rb"<v>.*?</v>", b"", cell) if b"<f>" in cell else cell


def same(ours: Any, theirs: Any) -> bool:
    """Equal as shown: a text exactly, an amount to the 分, a ratio to nine places; nothing is an empty text."""
    if isinstance(ours, str) or isinstance(theirs, str) or ours is None or theirs is None:
        return (ours or "") == (theirs or "")
    return abs(ours - theirs) < 1e-9 * max(1, abs(ours))
