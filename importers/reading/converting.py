"""Files that no reader here understands, converted by LibreOffice where it is installed: what it opens is read.

It runs on a copy in a folder of its own, with a profile of its own (no macros run there), and a limit of time.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

SECONDS = 90
_FILTER = "xlsx:Calc MS Excel 2007 XML"


def program() -> str:
    """LibreOffice's command, "" where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


def converted(data: bytes, suffix: str) -> bytes:
    """A workbook as .xlsx, b"" where LibreOffice is not there or does not take it for a table."""
    command = program()
    if not command:
        return b""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        source = home / f"table{suffix if suffix[1:].isalnum() and suffix.isascii() else '.xls'}"
        source.write_bytes(data)
        profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
        arguments = [profile, "--headless", "--norestore", "--convert-to", _FILTER, "--outdir", str(home / "out"), str(source)]
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "LANG": "C.UTF-8"}
        try:
            subprocess.run(
                [command, *arguments], env=environment, cwd=folder, timeout=SECONDS, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired):
            return b""
        made = sorted((home / "out").glob("*.xlsx"))
        return made[0].read_bytes() if made else b""
