"""One sheet being turned into changes of the draft: its faults, its dates, and questions where two things fit."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from importers.draft.draft import Draft
from importers.reading.cells import Month
from importers.reading.given import Ask
from importers.reading.sheet import Sheet

Tick = Callable[..., None]  # what is being done, and which part of it is done


@dataclass
class Job:
    """A sheet, the draft that it changes, the day of --date, and whoever can answer questions."""

    draft: Draft
    sheet: Sheet
    given_day: date | None
    ask: Ask
    tick: Callable[[float], None] = lambda part: None

    def fault(self, row: Any, field: str, message: str) -> None:
        """Something is wrong with a field of a row; row None: with the sheet."""
        self.sheet.fault(row.line if row is not None else -1, field, message)

    def day(self, row: Any, field: str, fallback: date | None = None) -> date | None:
        """The date of a row: its column or the head, else --date, else the fallback; a fault when there is none."""
        found: date | None = getattr(row, field) or self.sheet.head.get(field) or self.given_day or fallback
        if found is None:
            header = self.sheet.layout.header(field)
            self.sheet_fault(field, f"表里没有{header}：请在表上注明，或用 --date 给出（如 --date 2022-03-05）")
        return found

    def sheet_fault(self, field: str, message: str) -> None:
        """A fault of the whole sheet, said once."""
        before = {fault.message for fault in self.sheet.faults}
        unread = field in self.sheet.layout.head and field not in self.sheet.head  # said where it was read
        if message not in before and not unread:
            self.fault(None, field, message)

    def choose(self, row: Any, field: str, question: str, candidates: Sequence[tuple[str, str]]) -> str | None:
        """One of several (id, description) that fit: the only one, or the one that is chosen; else a fault naming all."""
        if len(candidates) == 1:
            return candidates[0][0]
        answer = self.ask(f"{self.sheet.label} 第 {row.line + 1} 行：{question}", [text for _, text in candidates])
        if answer is not None:
            return candidates[answer][0]
        self.fault(row, field, f"{question}，无法确定是哪一个：{'；'.join(text for _, text in candidates)}")
        return None

    def alike(self, rows: Sequence[Any], fields: Sequence[str], whose: str) -> dict[str, Any] | None:
        """What several rows say together: every cell that is filled must agree; None after a fault, which says whose rows."""
        said: dict[str, Any] = {}
        for name in fields:
            values = {value for row in rows if (value := getattr(row, name)) not in (None, "")}
            if len(values) > 1:
                row = next(row for row in rows[1:] if getattr(row, name) not in (None, "", getattr(rows[0], name)))
                self.fault(row, name, f"{whose}的几行写得不一样")
                return None
            said[name] = values.pop() if values else None
        return said


def not_before(day: date, bound: date) -> date | None:
    """The day when it is not before the bound; the bound itself for a month that it falls into; None when it is before."""
    if day >= bound:
        return day
    if isinstance(day, Month) and (day.year, day.month) == (bound.year, bound.month):
        return bound
    return None


def plain_day(day: date) -> date:
    """A Month as the ordinary first day that it stands for."""
    return date(day.year, day.month, day.day) if isinstance(day, Month) else day


def plain_id(code: str, pattern: str) -> bool:
    """Whether an office's code is already an id of our own form."""
    return bool(re.fullmatch(pattern, code))
