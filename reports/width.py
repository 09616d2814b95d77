"""Text in columns where a Chinese character is two cells wide."""

from unicodedata import east_asian_width


def width(text: str) -> int:
    """Cells of a terminal that the text takes."""
    return len(text) if text.isascii() else sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """The text filled with spaces to a number of cells, on its left side when `right`."""
    fill = " " * (cells - width(text))
    return fill + text if right else text + fill
