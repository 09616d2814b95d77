"""The pages of the desk, declared once: menu, tests, screenshots and addresses all go by this list.

A page is a module with `view(desk, review, args) -> context` and a template of its name. `examples(review)`, where there
is one, names arguments that show its other sides: tests and screenshots visit them too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class Page:
    """One page: its name in the address, what it is called, whether the menu shows it, and whether it shows households.

    A page with an `act` is there only where the server writes, for those who may do that act.
    """

    name: str
    title: str
    menu: bool = True
    auditor: bool = False
    act: str = ""

    def view(self, desk: Any, review: Any, args: Mapping[str, str]) -> dict[str, Any]:
        """What the template of the page is given."""
        found: dict[str, Any] = self._module.view(desk, review, args)
        return found

    def examples(self, review: Any) -> list[dict[str, str]]:
        """Arguments of the page that are worth a visit, the page without any first."""
        more: Iterable[dict[str, str]] = getattr(self._module, "examples", lambda _: ())(review)
        return [*([{}] if getattr(self._module, "ALONE", True) else []), *more]

    @property
    def _module(self) -> Any:
        return import_module(f"reports.desk.{self.name}")


PAGES = {
    page.name: page
    for page in (
        Page("overview", "总览"),
        Page("collect", "收表", act="import"),
        Page("todo", "待办"),
        Page("verdict", "判定"),
        Page("fund", "资金"),
        Page("project", "项目"),
        Page("village", "村"),
        Page("household", "农户", auditor=True),
        Page("asset", "资产"),
        Page("income", "收益与股权"),
        Page("notice", "公示"),
        Page("voucher", "凭证"),
        Page("account", "科目"),
        Page("rules", "规则"),
        Page("mending", "整改与豁免"),
        Page("policy", "政策参数"),
        Page("compare", "对比"),
        Page("screen", "筛查"),
        Page("seal", "封账"),
        Page("imports", "导入记录"),
        Page("publication", "公开", act="publish"),
        Page("papers", "底稿与台账", act="registers"),
        Page("users", "用户与密码", act="password"),
        Page("job", "办理", menu=False, act="form"),
        Page("finding", "判定一条", menu=False),
        Page("entries", "明细", menu=False),
        Page("roll", "清册", menu=False, auditor=True),
        Page("source", "原文", menu=False),
    )
}
