"""How a county discloses: the shipped policy.toml, and what the book's own publish.toml changes of it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledgers.files.problems import Problem, Untrusted
from ledgers.personal.find import Allowed
from ledgers.personal.numbers import NATIONAL_PHONES
from ledgers.personal.reading import folded

FILE = "publish.toml"
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
        return kind in self["board.lists"] and not any(word in name for word in self["board.unlisted"])


def shipped() -> dict[str, dict[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "policy.toml").read_text("utf-8"))


def read_policy(root: Path) -> Disclosure:
    """The policy of a book. Raises Untrusted for a publish.toml that does not fit."""
    values, path = shipped(), root / FILE
    if path.exists():
        try:
            own = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Untrusted([Problem(FILE, 0, f"不是正确的 TOML（UTF-8）文件：{error}")]) from None
        problems = [problem for section, keys in own.items() for problem in _merge(values, section, keys)]
        if problems:
            raise Untrusted(problems)
    policy = Disclosure(values)
    if policy.least < 3:
        raise Untrusted([Problem(FILE, 0, f"web.least_households 应不小于 3，实为 {policy.least}")])
    return policy


def _merge(values: dict[str, dict[str, Any]], section: str, keys: Any) -> list[Problem]:
    if section not in values or not isinstance(keys, dict):
        return [Problem(FILE, 0, f"不认识的一节 [{section}]，应为 {'、'.join(values)} 之一")]
    problems = []
    for key, value in keys.items():
        known = values[section].get(key)
        if known is None:
            problems.append(Problem(FILE, 0, f"[{section}] 中不认识 {key}，应为 {'、'.join(values[section])} 之一"))
        elif type(value) is not type(known) or (isinstance(value, list) and not all(isinstance(v, str) for v in value)):
            problems.append(Problem(FILE, 0, f"[{section}] 的 {key} 应为{_NAMES[type(known)]}，实为“{value}”"))
        else:
            values[section][key] = value
    return problems
