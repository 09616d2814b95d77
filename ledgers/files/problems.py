"""What is wrong with a book: where, and in words that an official understands."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong: the file (relative to the book), its line (0: the whole file), and what was found."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}：{self.message}" if self.line else f"{self.file}：{self.message}"


class Untrusted(Exception):  # noqa: N818  the field's word for it
    """The book cannot be judged at all; carries every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
