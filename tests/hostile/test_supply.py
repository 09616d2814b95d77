"""What a deployment installs: every dependency pinned and hashed, and a wheel that holds every file of the packages."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
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


def test_nothing_large_comes_along_unasked() -> None:
    """The product without test tools stays small: no scipy, no pyarrow."""
    locked = {name.lower() for name, _, _ in LOCKED.findall((HERE / "requirements.lock").read_text("utf-8"))}
    assert not locked & {"scipy", "pyarrow", "matplotlib", "polars", "playwright", "dask"}


@pytest.mark.parametrize("script", ["install.sh", "xianjie-backup", "bundle.sh"])
def test_the_scripts_of_an_installation_are_plain_shell(script: str) -> None:
    done = subprocess.run(["sh", "-n", str(HERE / "deploy" / script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def _books(tmp_path: Path) -> tuple[Path, Path]:
    books, place = tmp_path / "books", tmp_path / "backups"
    for name in ("county", "我县"):
        (books / name).mkdir(parents=True)
        (books / name / "main.beancount").write_text("", "utf-8")
        (books / f"{name}.identities.key").write_text("secret", "utf-8")
    place.mkdir()
    return books, place


def _names(path: Path) -> list[str]:
    with tarfile.open(path) as archive:
        return sorted(archive.getnames())


def test_a_backup_holds_every_book_and_apart_from_it_the_people(tmp_path: Path) -> None:
    books, place = _books(tmp_path)
    environment = {**os.environ, "XIANJIE_BOOKS": str(books), "XIANJIE_BACKUPS": str(place), "XIANJIE_KEEP": "1"}
    old = place / "county-20200101-000000.tar.gz"
    old.write_bytes(b"")
    done = subprocess.run(["sh", str(HERE / "deploy/xianjie-backup")], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    held = [_names(path) for path in sorted(place.iterdir())]
    assert ["county.identities.key"] in held
    assert ["我县.identities.key"] in held
    assert any("county/main.beancount" in names and "county.identities.key" not in names for names in held)
    assert any("我县/main.beancount" in names for names in held)
    assert not old.exists()
    assert all(path.stat().st_mode & 0o077 == 0 for path in place.iterdir())


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
