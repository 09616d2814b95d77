"""What may be asked of Fava and of our pages: a list. What is not on it is refused, whatever Fava adds one day."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from fava.util.date import parse_date

REPORTS = frozenset(
    {"balance_sheet", "commodities", "errors", "events", "holdings", "income_statement", "journal", "query"}
    | {"statistics", "trial_balance"}
)
API = (
    *("account_report", "balance_sheet", "changed", "commodities", "context", "errors", "events", "help"),
    *("income_statement", "journal_page", "ledger_data", "query", "statistics", "trial_balance"),
)
DESK = "Desk"
DESK_ENDPOINTS = frozenset({"desk.css"})
QUERIES = frozenset({"json_api.get_query", "download_query"})
POLLING = frozenset({"json_api.get_changed", "json_api.get_errors"})
LONGEST = {"query_string": 4000, "filter": 300, "account": 300, "time": 60}
YEARS = range(1990, 2101)
_VERB = re.compile(r"\s*(select|balances|journal|print)\b", re.IGNORECASE)
_REPEATED = re.compile(r"[*+?{]")

Values = Mapping[str, Any]


def _any(_: Values) -> bool:
    return True


# Flask endpoint -> whether these values of its path may be asked for.
ENDPOINTS: dict[str, Callable[[Values], bool]] = {
    "static": _any,
    "index": _any,
    "account": _any,
    "help_page": _any,
    "report": lambda values: values["report_name"] in REPORTS,
    "extension_report": lambda values: values["extension_name"] == DESK,
    "extension_js_module": lambda values: values["extension_name"] == DESK,
    "extension_endpoint": lambda values: values["extension_name"] == DESK and values["endpoint"] in DESK_ENDPOINTS,
    "download_query": lambda values: values["result_format"] == "csv",
    **{f"json_api.get_{name}": _any for name in API},
}


def may_ask(endpoint: str, values: Values) -> bool:
    """Whether this endpoint, with these parts of its path, is on the list."""
    known = ENDPOINTS.get(endpoint)
    return known is not None and known(values)


def fault(endpoint: str, args: Mapping[str, str]) -> str:
    """What is wrong with the parameters, in Chinese; "" when nothing is."""
    for name, longest in LONGEST.items():
        if len(args.get(name, "")) > longest:
            return f"参数 {name} 过长（最多 {longest} 个字符）"
    if any("\0" in value for value in args.values()):
        return "参数里有不能识别的字符"
    if endpoint in QUERIES and not _VERB.match(args.get("query_string", "")):
        return "只能用 SELECT、BALANCES、JOURNAL、PRINT 查询"
    return _time_fault(args.get("time", ""))


def _time_fault(text: str) -> str:
    """A range of thousands of years, day by day, is a question without end."""
    if not text:
        return ""
    try:
        begin, end = parse_date(text)
    except (ValueError, OverflowError):
        begin = end = None
    if begin is None or end is None:
        return f"时间“{text}”无法识别：应如 2022、2022-08、2022-Q3 或 2021 - 2022"
    if begin.year not in YEARS or end.year not in YEARS or begin >= end:
        return f"时间“{text}”超出范围"
    return ""


def confined(endpoint: str, args: Mapping[str, str]) -> bool:
    """Whether the question holds what could run for ever: a query, or a pattern that repeats."""
    return endpoint in QUERIES or any(_REPEATED.search(args.get(name, "")) for name in ("filter", "account"))
