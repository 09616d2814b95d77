"""What is wrong with a sheet: where, what was expected, what was found. Never a name, an ID, a phone or an account."""

from dataclasses import dataclass

from importers.reading.container import column_letters
from ledgers.personal.find import without_numbers


@dataclass(frozen=True, order=True)
class Fault:
    """One reason to refuse a file. Rows and columns count from 0; -1 where the fault is not in one."""

    file: str
    sheet: str
    row: int
    column: int
    header: str
    message: str

    def __post_init__(self) -> None:
        """A number in a column that it does not belong to is a number still."""
        for name in ("header", "message"):
            object.__setattr__(self, name, without_numbers(getattr(self, name)))

    def __str__(self) -> str:
        place = self.file + (f"〔{self.sheet}〕" if self.sheet else "")
        place += f" 第 {self.row + 1} 行" if self.row >= 0 else ""
        place += f" {column_letters(self.column)} 列" if self.column >= 0 else ""
        return f"{place}{f'“{self.header}”' if self.header else ''}：{self.message}"
