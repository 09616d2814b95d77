"""Who stands behind a household id: the identities store, beside the book and never inside it.

`<book>.identities.sqlite` holds, per person, a household id and a number in it, the name for lists that must show one,
and the ID number as HMAC-SHA256 under the key in `<book>.identities.key`: an unkeyed hash of an ID can be enumerated.
Both files are 0600. The book itself keeps a check value of the key alone, so that a foreign pair is recognised.
"""

import hashlib
import hmac
import re
import secrets
import sqlite3
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from operator import mul
from pathlib import Path
from typing import Any

from ledgers import clock
from ledgers.files.writing import identity_names

CHECK = "registry/identities.check"
_PREFIX = "xianjie-key-1:"
_LIMIT = 2**30  # bytes of a file
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ZEROS = sum(_WEIGHTS) * ord("0")  # what the bytes of digits add to their sum
_CHECK_DIGITS = "10X98765432"
_LETTERS = str.maketrans("0123456789", "ghijklmnop")  # no token looks like a number of anybody
_NOISE = re.compile(r"[\s'‘’`\u200b-\u200f\u2060\ufeff]+")
_COMPUTED = re.compile(r"\b(virtual|generated|as)\b", re.IGNORECASE)
_SCHEMA = """
create table meta (name text primary key, value text not null);
create table households (household text primary key, code text unique);
create table people (household text not null, person integer not null, token text not null, name text not null,
                     code text not null, current integer not null, primary key (household, person)) without rowid;
"""
_INDEX = "create unique index people_token on people (token) where current"  # made last: quicker than kept up


class IdentityError(ValueError):
    """A text is no ID number; the message says why and never quotes it."""


class Unusable(Exception):  # noqa: N818
    """The store or its key is missing, foreign or damaged; the message says what to do."""


@dataclass(frozen=True)
class Person:
    """A member of a household: `person` numbers the members from 1; `code` is the 人编号, "" where none is known."""

    household: str
    person: int
    name: str = ""
    code: str = ""


def keyed_hash(key: bytes) -> Callable[[bytes], bytes]:
    """HMAC-SHA256 under a key whose two blocks are hashed once: twice as quick for texts as short as numbers of people."""
    block = (key if len(key) <= 64 else hashlib.sha256(key).digest()).ljust(64, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))

    def digest(text: bytes) -> bytes:
        one, two = inner.copy(), outer.copy()
        one.update(text)
        two.update(one.digest())
        return two.digest()

    return digest


@dataclass
class Identities:
    """The store in memory. `people` by token (keyed hash of the ID number), `codes` 户编号 by household, `former` the
    places of people who have moved to another household.
    """

    key: bytes
    people: dict[str, Person] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    former: list[tuple[str, Person]] = field(default_factory=list)
    stored: bool = False  # whether there was a store on disk

    def token(self, number: str) -> str:
        """The keyed hash of a normalised ID number."""
        return self._keyed(number.encode()).hex()

    def account(self, number: str) -> str:
        """The keyed token of a payee's account, letters alone: under a key of its own, so that no ID number has one."""
        return self._keyed_accounts(number.encode())[:8].hex().translate(_LETTERS)

    @cached_property
    def _keyed(self) -> Callable[[bytes], bytes]:
        return keyed_hash(self.key)

    @cached_property
    def _keyed_accounts(self) -> Callable[[bytes], bytes]:
        return keyed_hash(hmac.digest(self.key, b"xianjie accounts", "sha256"))

    @property
    def check(self) -> str:
        """The check value of the key, by which stores under one key are told from others."""
        return _check(self.key)

    def members(self, household: str) -> list[Person]:
        """The members of a household, by their numbers."""
        everyone = (*self.people.values(), *(person for _, person in self.former))
        return sorted((p for p in everyone if p.household == household), key=lambda p: p.person)

    def files(self, folder: Path) -> dict[str, bytes | None]:
        """The store, its key and its check value as files for `change.write`."""
        database, key = identity_names(folder)
        return {
            database: self._database(),
            key: f"{_PREFIX}{self.key.hex()}\n".encode(),
            CHECK: f"{self.check}\n".encode(),
        }

    def _database(self) -> bytes:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("pragma temp_store = memory")  # a confined process has no files to sort in
            connection.executescript(_SCHEMA)
            connection.execute("insert into meta values ('check', ?)", (_check(self.key),))
            connection.executemany("insert into households values (?, ?)", sorted(self.codes.items()))
            rows = [(t, p, 1) for t, p in self.people.items()] + [(t, p, 0) for t, p in self.former]
            connection.executemany(
                "insert into people values (?, ?, ?, ?, ?, ?)",
                sorted((p.household, p.person, t, p.name, p.code, current) for t, p, current in rows),
            )
            connection.execute(_INDEX)
            connection.commit()
            return bytes(connection.serialize())


def open_identities(folder: Path) -> Identities:
    """The store of a book; an empty one with a new key where the book never had any. Raises Unusable."""
    database, key_file = (folder.parent / name.removeprefix("../") for name in identity_names(folder))
    noted = _read(folder / CHECK).strip() if (folder / CHECK).exists() else ""
    if not key_file.exists():
        if database.exists() or noted:
            raise Unusable(
                f"缺少身份库的密钥 {key_file.name}：没有它认不出名单上的人。请从备份恢复到账簿所在的文件夹，不要另建"
            )
        return Identities(secrets.token_bytes(32))
    key = _key(key_file)
    if noted and noted != _check(key):
        raise Unusable(f"密钥 {key_file.name} 不属于这本账簿：请换回本账簿的密钥（从备份恢复）")
    if not database.exists():
        if noted:
            raise Unusable(f"缺少身份库 {database.name}：请从备份恢复到账簿所在的文件夹")
        return Identities(key)
    return _load(database, key)


def _load(database: Path, key: bytes) -> Identities:
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(_bytes(database))
            _only_tables(connection)
            stored = connection.execute("select value from meta where name = 'check'").fetchone()
            if stored != (_check(key),):
                raise Unusable(f"密钥与身份库 {database.name} 不符：请换回与它同时备份的密钥")
            codes = dict(connection.execute("select household, code from households"))
            rows = connection.execute("select token, household, person, name, code, current from people").fetchall()
        _check_types(codes, rows)
    except PermissionError:
        raise Unusable(f"没有读取身份库 {database.name} 的权限：只有它的所有者可以查看") from None
    except (sqlite3.Error, OSError, _ForeignError) as error:
        raise Unusable(f"身份库 {database.name} 损坏或无法读取（{error}），请从备份恢复") from None
    people = {token: Person(*person) for token, *person, current in rows if current}
    former = [(token, Person(*person)) for token, *person, current in rows if not current]
    return Identities(key, people, codes, former, stored=True)


class _ForeignError(Exception):
    """The database is none of ours; the message says why."""


def _only_tables(connection: sqlite3.Connection) -> None:
    """A view may compute for ever when it is read; ours has nothing that computes."""
    for kind, sql in connection.execute("select type, sql from sqlite_master"):
        if kind not in ("table", "index") or _COMPUTED.search(str(sql)):
            raise _ForeignError("内容不是本系统写的")


def _check_types(codes: Mapping[Any, Any], rows: Iterable[tuple[Any, ...]]) -> None:
    """SQLite keeps values of any type in any column."""
    if not all(isinstance(one, str) and (code is None or isinstance(code, str)) for one, code in codes.items()):
        raise _ForeignError("户编号不是文字")
    for token, household, person, name, code, current in rows:
        texts = all(isinstance(one, str) for one in (token, household, name, code))
        if not texts or type(person) is not int or current not in (0, 1):
            raise _ForeignError("有一行的内容不是本系统写的")


def _key(path: Path) -> bytes:
    written = _read(path).strip()
    try:
        key = bytes.fromhex(written.removeprefix(_PREFIX))
    except ValueError:
        key = b""
    if not written.startswith(_PREFIX) or len(key) != 32:
        raise Unusable(f"{path.name} 不是身份库的密钥，或已损坏：请从备份恢复")
    return key


def _read(path: Path) -> str:
    try:
        return _bytes(path).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Unusable(f"无法读取 {path.name}：请检查文件权限，或从备份恢复") from None


def _bytes(path: Path) -> bytes:
    """The content of a plain file of bounded size: a pipe would be waited for, and a sparse file fill the memory."""
    if not path.is_file() or path.stat().st_size > _LIMIT:
        raise OSError("不是普通文件，或过大")
    return path.read_bytes()


def _check(key: bytes) -> str:
    return hmac.digest(key, b"xianjie identities", "sha256").hex()[:16]


def find(identities: Identities, ids: Iterable[str]) -> Iterator[tuple[str, list[Person]]]:
    """The members of each household asked for, or of all; an id that the store does not know has none."""
    wanted = list(ids)
    if wanted:
        yield from ((household, identities.members(household)) for household in wanted)
        return
    households: dict[str, list[Person]] = {}
    for person in (*identities.people.values(), *(person for _, person in identities.former)):
        households.setdefault(person.household, []).append(person)
    for household in sorted(households):
        yield household, sorted(households[household], key=lambda person: person.person)


def identity_number(text: str) -> str:
    """An ID number as 18 characters: spaces and full-width forms removed, x as X, 15 digits as the 18-digit person.

    Raises IdentityError, without quoting a digit, for other lengths, a wrong check digit and an impossible birthday.
    """
    if len(text) != 18 or not text.isascii() or not text.isalnum():
        text = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    number = text.upper()
    if len(number) == 15 and number.isascii() and number.isdigit():
        number = f"{number[:6]}19{number[6:]}"
        number += _check_digit(number)
    if len(number) != 18:
        raise IdentityError(f"{len(number)} 位" if number else "空白")
    if not (number.isascii() and number[:17].isdigit() and (number[17].isdigit() or number[17] == "X")):
        raise IdentityError("含有不该有的字符")
    if not _birthday(number[6:14]):
        raise IdentityError("出生日期不存在或在今天之后的号码")
    if _check_digit(number) != number[17]:
        raise IdentityError("校验位不符的号码（录入有误）")
    return number


def _check_digit(number: str) -> str:
    return _CHECK_DIGITS[(sum(map(mul, _WEIGHTS, number.encode())) - _ZEROS) % 11]


@lru_cache(maxsize=50_000)
def _birthday(digits: str) -> bool:
    try:
        return date(1880, 1, 1) <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) <= clock.today()
    except ValueError:
        return False
