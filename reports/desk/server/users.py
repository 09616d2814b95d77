"""The file of users: name, role and argon2 hash of the password; never the password."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from ledgers.files.writing import put_file
from reports.desk.roles import CHIEF, ROLES

SHORTEST = 10
LONGEST = 200
_hasher = PasswordHasher()
_one_at_a_time = threading.Lock()  # a hash takes 64 MB: guesses must not add up
_changing = threading.Lock()
_NOBODY = _hasher.hash("nobody has this password")


class UsersError(Exception):
    """What is wrong with the file of users, or with what should go into it; in Chinese."""


@dataclass(frozen=True)
class User:
    name: str
    role: str
    hash: str


def read_users(path: Path) -> dict[str, User]:
    """The users of a file; UsersError when it is not readable by its owner alone, or is no such file."""
    try:
        mode = path.stat().st_mode
        content = json.loads(path.read_text("utf-8"))
        users = {name: User(name, str(about["role"]), str(about["hash"])) for name, about in content["users"].items()}
    except FileNotFoundError:
        raise UsersError(f"用户文件 {path} 不存在，请先用 xianjie user add 添加用户") from None
    except OSError as error:
        raise UsersError(f"用户文件 {path} 无法读取（{error.strerror}）") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsersError(f"用户文件 {path} 的内容不对：应为 xianjie user add 写成的文件") from None
    if mode & 0o077:
        raise UsersError(f"用户文件 {path} 其他人可以读写（权限 {mode & 0o777:o}），应为 600：chmod 600 {path}")
    if strange := [user.role for user in users.values() if user.role not in ROLES]:
        raise UsersError(f"用户文件 {path} 里有不认识的角色 {strange[0]}，应为 {'、'.join(ROLES)}")
    return users


def add_user(path: Path, name: str, role: str, password: str) -> bool:
    """Add a user, or give one a new password and role; whether the name was there before. The file is never half written."""
    users = read_users(path) if path.exists() else {}
    _check_name(name)
    _check_password(name, password)
    known = name in users
    users[name] = User(name, role, _hasher.hash(password))
    _write(path, users)
    return known


def change_password(path: Path, name: str, old: str, new: str) -> None:
    """Give a user another password; UsersError where the old one is not right or the new one will not do."""
    with _changing:
        users = read_users(path)
        if verified(users, name, old) is None:
            raise UsersError("原来的密码不对")
        _check_password(name, new)
        users[name] = User(name, users[name].role, _hasher.hash(new))
        _write(path, users)


def put_user(path: Path, name: str, role: str, password: str, by: str) -> bool:
    """What a chief does: add a user, or give one another password and role; nobody can take the own role away."""
    if role not in ROLES:
        raise UsersError(f"角色应为 {'、'.join(ROLES.values())} 之一")
    if name == by and role != CHIEF:
        raise UsersError("不能改自己的角色：请由另一位负责人来改")
    with _changing:
        return add_user(path, name, role, password)


def remove_user(path: Path, name: str, by: str = "") -> None:
    """Take a user out: who is logged in under the name is out at once. UsersError for the own name and unknown ones."""
    with _changing:
        users = read_users(path)
        if name not in users:
            raise UsersError(f"没有用户“{name}”")
        if name == by:
            raise UsersError("不能删除自己")
        del users[name]
        _write(path, users)


def verified(users: Mapping[str, User], name: str, password: str) -> User | None:
    """The user whose password this is. An unknown name takes as long as a wrong password."""
    user = users.get(name)
    with _one_at_a_time:
        try:
            _hasher.verify(user.hash if user else _NOBODY, password[: LONGEST + 1])
        except (VerifyMismatchError, InvalidHashError):
            return None
    return user


def _check_name(name: str) -> None:
    if not (0 < len(name) <= 40) or not name.isprintable() or name != name.strip():
        raise UsersError("用户名应为 1 到 40 个字，首尾没有空格")


def _check_password(name: str, password: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsersError(f"密码应为 {SHORTEST} 到 {LONGEST} 个字符，收到 {len(password)} 个")
    if name in password or len(set(password)) < 5:
        raise UsersError("密码太容易猜：不能含用户名，不同的字符至少 5 个")


def _write(path: Path, users: Mapping[str, User]) -> None:
    content = {"users": {name: {"role": user.role, "hash": user.hash} for name, user in sorted(users.items())}}
    try:
        put_file(path, json.dumps(content, ensure_ascii=False, indent=1).encode(), 0o600)
    except OSError as error:
        raise UsersError(f"无法写入 {path}（{error.strerror}）") from None
