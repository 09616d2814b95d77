"""How a county discloses: the shipped policy.toml, and what the book's own publish.toml changes of it."""

import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ledgers.files.problems import Problem, Untrusted
from ledgers.files.safely import Refused, read_bytes
from ledgers.personal.find import ADDRESS, Allowed, find
from ledgers.personal.numbers import NATIONAL_PHONES
from ledgers.personal.reading import folded

FILE = "publish.toml"
_LIMIT = 1024 * 1024  # bytes of a publish.toml
_PHONE = re.compile(r"(?:\(?0\d{2,3}\)?[- ]?)?[2-8]\d{6,7}(?:-\d{1,5})?|[1-9]\d{2,4}|[48]00-?\d{3}-?\d{4}|1[3-9]\d{9}")
_NAMES = {str: "文字", int: "整数", list: "文字的列表"}


@dataclass(frozen=True)
class Disclosure:
    """The policy of disclosure; sections and keys as in policy.toml."""

    values: dict[str, dict[str, Any]]

    def __getitem__(self, key: str) -> Any:
        section, name = key.split(".")
        return self.values[section][name]

    @property
    def least(self) -> int:
        return int(self["web.least_households"])

    @property
    def phones(self) -> tuple[str, ...]:
        """The telephones printed on notices: the national one, and the county's own."""
        return tuple(phone for phone in ("12317", str(self["office.phone"])) if phone)

    @property
    def allowed(self) -> Allowed:
        """What the leak check lets pass."""
        digits = ("".join(c for c in folded(phone) if c.isdigit()) for phone in (*NATIONAL_PHONES, *self.phones))
        return Allowed(frozenset(digits), frozenset({self["office.address"]} - {""}))

    def listed(self, kind: str, name: str) -> bool:
        """Whether a list of names belongs on the village board: its kind is listed, its name points to nothing private."""
        bare = re.sub(r"[\s·•.、，,_-]", "", folded(name))
        return kind in self["board.lists"] and not any(word in bare for word in (*sensitive(), *self["board.unlisted"]))

    @property
    def missing(self) -> list[str]:
        """What a reader would look for and the county has not written into publish.toml."""
        wanted = {"name": "单位名称", "phone": "监督电话", "address": "受理地址", "hours": "受理时间"}
        return [said for key, said in wanted.items() if not self[f"office.{key}"]]


def shipped() -> dict[str, dict[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "policy.toml").read_text("utf-8"))


@cache
def sensitive() -> tuple[str, ...]:
    """Words that tell of illness, disability, childhood, plight: see sensitive.toml."""
    groups = tomllib.loads((Path(__file__).parent / "sensitive.toml").read_text("utf-8"))["group"]
    return tuple(word for group in groups for word in group["words"])


def read_policy(root: Path) -> Disclosure:
    """The policy of a book. Raises Untrusted for a publish.toml that does not fit."""
    values = shipped()
    own = _own(root)
    problems = [problem for section, keys in own.items() for problem in _merge(values, section, keys)]
    policy = Disclosure(values)
    problems = problems or [Problem(FILE, 0, said) for said in _wrong(policy)]
    if problems:
        raise Untrusted(problems)
    return policy


def _own(root: Path) -> dict[str, Any]:
    """The book's publish.toml, {} where it has none; read as every file of a book is."""
    if not os.path.lexists(root / FILE):
        return {}
    try:
        return tomllib.loads(read_bytes(root, FILE, _LIMIT).decode("utf-8-sig"))
    except Refused as error:
        raise Untrusted([Problem(FILE, 0, str(error))]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Untrusted(
            [Problem(FILE, 0, f"不是正确的 TOML（UTF-8）文件{_where(error)}：每行应为 名称 = 值，文字加引号")]
        ) from None


def _where(error: Exception) -> str:
    """The line, where the library tells it."""
    match = re.search(r"at line (\d+)", str(error))
    return f"，第 {match[1]} 行" if match else ""


def _wrong(policy: Disclosure) -> Iterator[str]:
    """What stands in publish.toml and cannot be meant."""
    if not 3 <= policy.least <= 1000:
        yield f"web.least_households 应为 3 至 1000，实为 {policy.least}"
    if not 1 <= policy["notice.days"] <= 3650:
        yield f"notice.days 应为 1 至 3650 天，实为 {policy['notice.days']}"
    phone = str(policy["office.phone"])
    if phone and not _PHONE.fullmatch(folded(phone)):
        yield "office.phone 应为一个电话，如 023-76660000"
    if re.search(r"[{}]", str(policy["notice.board_place"]).replace("{town}", "").replace("{village}", "")):
        yield "notice.board_place 只能用 {town} 和 {village} 两个位置"
    for name in (
        "office.name",
        "office.address",
        "office.hours",
        "office.site",
        "notice.web_place",
        "notice.board_place",
    ):
        said = str(policy[name])
        if len(said) > 200 or not said.isprintable():
            yield f"{name} 太长，或含有不可见的字符"
        elif kinds := [kind for kind in find(said, "", Allowed()) if kind != ADDRESS]:
            yield f"{name} 中有{'、'.join(kinds)}，不能公开"


def _merge(values: dict[str, dict[str, Any]], section: str, keys: Any) -> list[Problem]:
    if section not in values or not isinstance(keys, dict):
        return [Problem(FILE, 0, f"不认识的一节 [{section}]，应为 {'、'.join(values)} 之一")]
    problems = []
    for key, value in keys.items():
        known = values[section].get(key)
        if known is None:
            problems.append(Problem(FILE, 0, f"[{section}] 中不认识 {key}，应为 {'、'.join(values[section])} 之一"))
        elif type(value) is not type(known) or (isinstance(value, list) and not all(isinstance(v, str) for v in value)):
            problems.append(
                Problem(FILE, 0, f"[{section}] 的 {key} 应为{_NAMES[type(known)]}，实为“{str(value)[:40]}”")
            )
        else:
            values[section][key] = value
    return problems
