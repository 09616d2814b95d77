"""筛查: where an auditor should look first; never a verdict."""

from collections.abc import Mapping
from typing import Any

from reports.desk import charts, kit, links
from reports.desk.kit import NotYetError, PageError
from reports.desk.listing import LONG, PLACE, Column, Listing
from reports.desk.review import Review
from reports.screening.screens import screens
from reports.screening.show import NOTE, mark

USUAL = {
    "first-digits": "本福特定律下的比重", "last-digits": "均匀时的比重", "below-limits": "刚好达到或高于限额的笔数",
    "december": "平均每月的比重", "villages": "各村的中位数（元）",
}  # fmt: skip
SHARES = ("first-digits", "last-digits", "december", "payees")  # whose bars are shares; of the others counts or yuan
WAIT = 0.5  # seconds: who waits holds a place that others need


def examples(review: Review) -> list[dict[str, str]]:
    found = screens(review.tables)
    return [{"id": one.id} for one in (*[one for one in found if one.notable][:1], *[one for one in found if one.bars][:2])]


def view(desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """All screenings, or the lines of one."""
    found, name = _screens(desk, review), args.get("id", "")
    if not name:
        return {"screen": None, "screens": found, "mark": mark, "note": NOTE}
    screen = next((one for one in found if one.id == name), None)
    if screen is None:
        raise PageError(404, f"没有这种筛查：{name[:40]}")
    words = f"{screen.title}：{screen.figure}"
    chart = charts.compared(screen.bars, words, screen.id in SHARES) if screen.bars else ""
    listing = Listing("筛查", _columns(), screen.lines, args)
    return {"screen": screen, "mark": mark, "note": NOTE, "listing": listing, "chart": chart, "usual": USUAL.get(screen.id, "")}


def _screens(desk: Any, review: Review) -> Any:
    """All screenings of the day, worked out once and behind the readers' backs: a large county takes its time."""
    try:
        return desk.later(review.tables, "screens", lambda: screens(review.tables)).result(timeout=WAIT)
    except TimeoutError:
        raise NotYetError("正在筛查") from None


def _columns() -> list[Column]:
    def line(one: Any) -> str:
        return "" if one.file.endswith(".csv") and not kit.sees_rolls() else links.line(one.file, one.line)

    return [
        Column("text", "先看这里", lambda one: one.text, LONG),
        Column("line", "出处", lambda one: f"{one.file}:{one.line}", PLACE, link=line),
    ]
