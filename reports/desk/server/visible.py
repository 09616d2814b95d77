"""What leaves the server is text that shows itself: control characters by their code point, households to auditors alone.

A book is input. Its texts may hold characters that move the cursor, turn the writing around or are not seen at all; a
page or a file that is saved from one shows `‹U+202E›` instead. Who may not see rolls gets no household's id either,
wherever it stands: in a message, a link, the answer to a query.
"""

import re
from collections.abc import Collection

HOUSEHOLD = "某户"
# Controls but tab and line ends, soft hyphen, zero widths, marks and overrides of direction, byte order mark.
_RAW = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_ESCAPED = re.compile(r"\\\\|\\[bf]|\\u([0-9a-fA-F]{4})")
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")
SHORTEST = 4  # shorter ids would be found in every number


def visible(text: str) -> str:
    """The text with what cannot be seen as code points; the same object when there is nothing of the kind."""
    return _RAW.sub(lambda match: _code(match[0]), text) if _RAW.search(text) else text


def visible_json(text: str) -> str:
    """The same for JSON, in which such a character may stand as an escape."""
    return _ESCAPED.sub(_unescaped, visible(text)) if "\\" in text else visible(text)


def without(text: str, ids: Collection[str]) -> str:
    """The text without these ids: whole words of it are compared, the longest run of letters, digits and hyphens first."""
    return _TOKEN.sub(lambda match: _masked(match[0], ids), text) if ids else text


def _masked(token: str, ids: Collection[str]) -> str:
    if token in ids and len(token) >= SHORTEST:
        return HOUSEHOLD
    if "-" not in token and "_" not in token:
        return token
    for known in _parts(token):  # an id with something joined to it, as in H106003-001-2
        if known in ids and len(known) >= SHORTEST:
            return token.replace(known, HOUSEHOLD)
    return token


def _parts(token: str) -> list[str]:
    ends = [match.start() for match in re.finditer("[-_]", token)] + [len(token)]
    starts = [0, *(match.end() for match in re.finditer("[-_]", token))]
    return sorted((token[first:last] for first in starts for last in ends if first < last), key=len, reverse=True)


def _code(character: str) -> str:
    return f"‹U+{ord(character):04X}›"


def _unescaped(match: re.Match[str]) -> str:
    if match[0] in ("\\b", "\\f"):
        return _code("\b" if match[0] == "\\b" else "\f")
    if match[1] and _RAW.match(character := chr(int(match[1], 16))):
        return _code(character)
    return match[0]
