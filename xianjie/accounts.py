"""What an account of the book holds, told from its name (codes of the chart of accounts)."""

import re
from dataclasses import dataclass
from functools import cache

# Prefix of the account -> kind. The longest prefix that fits wins.
_KINDS = {
    "Assets:1002": "bank",
    "Assets:9101": "asset",
    "Assets:9102": "asset",
    "Assets:9103": "asset",
    "Assets:9109": "depreciation",
    "Assets:9104": "shares",
    "Liabilities:2302应付账款:1质保金": "retention",
    "Liabilities:2103": "recovered",
    "Income:9401": "asset income",
    "Income:": "fiscal income",
    "Equity:3104": "taken back",
    "Equity:9303": "reserve",
    "Equity:3000": "opening",
    "Equity:9301": "asset fund",
    "Equity:9302": "equity fund",
    "Expenses:9501": "distribution",
    "Expenses:": "expense",
}
_ID = re.compile(r"[A-Za-z0-9-]*")
_CODE = re.compile(r"\d*")


@dataclass(frozen=True)
class Account:
    """One account: its kind, and the fund, village, classes or use that its name carries ("" where none)."""

    kind: str
    fund: str = ""
    village: str = ""
    function: str = ""
    economic: str = ""
    use: str = ""  # code of the leaf below 9501 and 9401, e.g. "4" for 4入户分配
    labour: bool = False


@cache
def account(name: str) -> Account:
    """Read an account's name; the kind is "other" where the chart gives it no meaning of its own."""
    parts = name.split(":")
    if name.startswith("Assets:9001") and len(parts) == 4:
        return Account({"0": "quota", "1": "allocated"}.get(parts[3][:1], "other"), fund=parts[2])
    kind = max((p for p in _KINDS if name.startswith(p)), key=len, default="")
    if kind in ("Expenses:9501", "Income:9401"):
        return Account(_KINDS[kind], use=_code(parts[2]) if len(parts) > 2 else "")
    if kind == "Expenses:":
        return Account(
            "expense",
            function=_code(parts[1]),
            economic=_code(parts[2]) if len(parts) > 2 else "",
            labour=parts[-1] == "1劳务报酬" or any(part.startswith("30226") for part in parts[2:]),
        )
    village = _id(parts[2]) if name.startswith(("Assets:1002", "Assets:91")) and len(parts) > 2 else ""
    return Account(_KINDS.get(kind, "other"), village=village)


def _code(component: str) -> str:
    match = _CODE.match(component)
    return match.group() if match else ""


def _id(component: str) -> str:
    match = _ID.match(component)
    return match.group() if match else ""
