"""Who may do what at the desk: one table, by which the pages, the door and the writing process go alike."""

from dataclasses import dataclass

CLERK, REVIEWER, AUDITOR, CHIEF = "clerk", "reviewer", "auditor", "chief"
ROLES = {CLERK: "经办", REVIEWER: "审阅员", AUDITOR: "审计员（可看清册）", CHIEF: "负责人"}
SEES_ROLLS = frozenset({CLERK, AUDITOR, CHIEF})
EVERYBODY = frozenset(ROLES)


@dataclass(frozen=True)
class Act:
    """Something that is done at the desk, by whom, and whether the book can be another afterwards."""

    title: str
    roles: frozenset[str]
    writes: bool = True


ACTS = {
    "import": Act("收表", frozenset({CLERK})),
    "undo": Act("撤销导入", frozenset({CLERK})),
    "form": Act("空白表样", EVERYBODY, writes=False),
    "remark": Act("写意见", frozenset({CLERK, REVIEWER, CHIEF})),
    "assign": Act("交办整改", frozenset({REVIEWER, CHIEF})),
    "close": Act("销号", frozenset({REVIEWER, CHIEF})),
    "request": Act("申请豁免", frozenset({CLERK, REVIEWER})),
    "grant": Act("批准或驳回豁免", frozenset({CHIEF})),
    "seal": Act("封账", frozenset({CHIEF})),
    "verify": Act("核对封账", EVERYBODY, writes=False),
    "policy": Act("更新政策参数", frozenset({CHIEF})),
    "publish": Act("公开", frozenset({CHIEF})),
    "papers": Act("审计底稿", frozenset({AUDITOR, CHIEF}), writes=False),
    "registers": Act("业务台账", SEES_ROLLS, writes=False),
    "letter": Act("整改通知", frozenset({REVIEWER, AUDITOR, CHIEF}), writes=False),
}
# What concerns the file of users and no book: done at the door itself.
PASSWORD, USERS = "password", "users"
OWN = {PASSWORD: Act("换密码", EVERYBODY), USERS: Act("管理用户", frozenset({CHIEF}))}


def may(role: str, act: str) -> bool:
    """Whether a role may do an act; nobody may do what is not in the table."""
    known = ACTS.get(act) or OWN.get(act)
    return known is not None and role in known.roles
