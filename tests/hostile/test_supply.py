"""What a deployment installs: every dependency pinned and hashed, and a wheel that holds every file of the packages."""

import re
import shutil
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

HERE = Path(__file__).parents[2]
PACKAGES = ("importers", "ledgers", "plugins", "reports", "samples", "xianjie")
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ]+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)


def test_every_dependency_is_locked_with_a_hash() -> None:
    text = (HERE / "requirements.lock").read_text("utf-8")
    assert not LOCKED.sub("", text).strip(), "a line that is no pinned and hashed requirement"
    locked = {name.lower().replace("_", "-"): version for name, version, _ in LOCKED.findall(text)}
    setup = ConfigParser()
    setup.read(HERE / "setup.cfg", "utf-8")
    for line in setup["options"]["install_requires"].split("\n"):
        if line.strip():
            name, version = re.split(r"\s*==\s*", line.strip())
            assert locked.get(name.lower().replace("_", "-")) == version, f"{name}: make lock"


def test_every_dependency_runs_on_the_oldest_python_that_is_promised() -> None:
    """Debian 12 has 3.11.2: a pin that asks for a later 3.11 could not be installed there."""
    setup = ConfigParser()
    setup.read(HERE / "setup.cfg", "utf-8")
    oldest = Version(setup["options"]["python_requires"].removeprefix(">="))
    asked = {one.metadata["Name"]: one.metadata.get("Requires-Python") or "" for one in distributions()}
    assert len(asked) > 30
    assert {name: wants for name, wants in asked.items() if oldest not in SpecifierSet(wants)} == {}


@pytest.mark.slow
def test_the_wheel_holds_every_file(tmp_path: Path) -> None:
    """An office installs the wheel: what is beside the code in a checkout must be in it too."""
    if not shutil.which("git") or not (HERE / ".git").exists():
        pytest.skip("not a checkout")
    source = tmp_path / "source"
    listed = subprocess.run(["git", "ls-files"], cwd=HERE, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in filter(None, listed):
        if (HERE / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(HERE / name, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    held = set(zipfile.ZipFile(next(tmp_path.glob("xianjie-*.whl"))).namelist())
    wanted = {path.relative_to(source).as_posix() for name in PACKAGES for path in (source / name).rglob("*") if path.is_file()}
    assert wanted - held == set()
