"""Text in columns where a Chinese character is two cells wide."""

from unicodedata import east_asian_width


class _Cells(dict[str, int]):
    """Cells by character, each looked up once."""

    def __missing__(self, character: str) -> int:
        self[character] = 2 if east_asian_width(character) in "WF" else 1
        return self[character]


_cells = _Cells()


def width(text: str) -> int:
    """Cells of a terminal that the text takes."""
    return len(text) if text.isascii() else sum(map(_cells.__getitem__, text))


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """The text filled with spaces to a number of cells, on its left side when `right`."""
    fill = " " * (cells - width(text))
    return fill + text if right else text + fill
