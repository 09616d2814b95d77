"""用户与密码: everybody changes the own password; a chief adds, changes and removes users."""

from collections.abc import Mapping
from typing import Any

from reports.desk import kit
from reports.desk.review import Review
from reports.desk.roles import ROLES
from reports.desk.server.users import LONGEST, SHORTEST, read_users

_SAID = {"changed": "密码已换，其他地方的登录已退出。", "removed": "已删除，那个人的登录随即失效。", "put": "已保存，立即生效。"}


def view(_desk: Any, _review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    users = read_users(kit.users_file()).values() if kit.may("users") else ()
    return {
        "users": sorted(users, key=lambda one: (list(ROLES).index(one.role), one.name)),
        "roles": ROLES,
        "said_of_users": _SAID.get(args.get("said", ""), ""),
        "shortest": SHORTEST,
        "longest": LONGEST,
    }
