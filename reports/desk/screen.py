"""筛查: where an auditor should look first; never a verdict."""

from collections.abc import Mapping
from typing import Any

from reports.desk import kit, links
from reports.desk.kit import NotYetError, PageError
from reports.desk.listing import LONG, PLACE, Column, Listing
from reports.desk.review import Review
from reports.screening.screens import screens
from reports.screening.show import NOTE, mark

WAIT = 0.5  # seconds: who waits holds a place that others need


def examples(review: Review) -> list[dict[str, str]]:
    return [{"id": one.id} for one in screens(review.tables) if one.notable][:1]


def view(desk: Any, review: Review, args: Mapping[str, str]) -> dict[str, Any]:
    """All screenings, or the lines of one."""
    found, name = _screens(desk, review), args.get("id", "")
    if not name:
        return {"screen": None, "screens": found, "mark": mark, "note": NOTE}
    screen = next((one for one in found if one.id == name), None)
    if screen is None:
        raise PageError(404, f"没有这种筛查：{name[:40]}")
    return {"screen": screen, "mark": mark, "note": NOTE, "listing": Listing("筛查", _columns(), screen.lines, args)}


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
