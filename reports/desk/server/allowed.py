"""What may be asked of Fava and of our pages: a list. What is not on it is refused, whatever Fava adds one day."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from fava.util.date import parse_date
from werkzeug.datastructures import MultiDict

REPORTS = frozenset({"balance_sheet", "errors", "income_statement", "journal", "query", "trial_balance"})
API = (
    *("account_report", "balance_sheet", "changed", "context", "errors", "income_statement", "journal_page"),
    *("ledger_data", "query", "trial_balance"),
)
DESK = "Desk"
DESK_ENDPOINTS = frozenset({"desk.css", "save", "attachment"})
QUERIES = frozenset({"json_api.get_query", "download_query"})
OWN = frozenset({"extension_report", "extension_endpoint"})
POLLING = frozenset({"json_api.get_changed", "json_api.get_errors"})
QUICK = frozenset(
    {"static", "index", "account", "report", "extension_report", "extension_js_module", "extension_endpoint"}
    | {"json_api.get_changed", "json_api.get_errors", "json_api.get_ledger_data"}
)
LONGEST = {"query_string": 4000, "time": 60}
LONG = 300  # characters of any other parameter
MOST = 30  # parameters
YEARS = range(1990, 2101)
DAYS = {"day": 1, "week": 7, "month": 28, "quarter": 90, "year": 365}  # of an interval, at least
INTERVALS = 400  # that one answer may hold
_CONVERSION = re.compile(r"at_cost|at_value|units|[A-Z][A-Z0-9'._-]{0,23}")
_VERB = re.compile(r"\s*(select|balances|journal|print)\b", re.IGNORECASE)

Values = Mapping[str, Any]


def _any(_: Values) -> bool:
    return True


# Flask endpoint -> whether these values of its path may be asked for.
ENDPOINTS: dict[str, Callable[[Values], bool]] = {
    "static": _any,
    "index": _any,
    "account": _any,
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


def instead(endpoint: str, values: Values, args: Mapping[str, str]) -> str:
    """Where a page of Fava's that we do not have leads: its editor to our lines, its whole journal to our vouchers."""
    if endpoint != "report":
        return ""
    desk = f"/{quote(values['bfile'])}/extension/Desk/?page="
    if values["report_name"] == "editor":
        file, line = args.get("file_path", "").strip("<>"), args.get("line", "1")
        return f"{desk}source&file={quote(file)}&line={quote(line)}"
    if values["report_name"] == "journal" and not any(args.get(name) for name in ("time", "account", "filter")):
        return f"{desk}voucher"
    return ""


def fault(endpoint: str, args: MultiDict[str, str]) -> str:
    """What is wrong with the parameters, in Chinese; "" when nothing is."""
    if len(args) > MOST:
        return f"参数过多（最多 {MOST} 个）"
    for name, values in args.lists():
        longest = LONGEST.get(name, LONG)
        if len(values) > 1:
            return f"参数 {name[:40]} 重复"
        if len(values[0]) > longest:
            return f"参数 {name[:40]} 过长（最多 {longest} 个字符）"
        if "\0" in values[0]:
            return "参数里有不能识别的字符"
    if endpoint in QUERIES and not _VERB.match(args.get("query_string", "")):
        return "只能用 SELECT、BALANCES、JOURNAL、PRINT 查询"
    if (conversion := args.get("conversion", "")) and not _CONVERSION.fullmatch(conversion):
        return "参数 conversion 应为 at_cost、at_value、units 或一种货币"
    if (interval := args.get("interval", "month")) not in DAYS:
        return f"参数 interval 应为 {'、'.join(DAYS)}"
    return _time_fault(args.get("time", ""), interval if endpoint not in QUICK else "year")


def _time_fault(text: str, interval: str) -> str:
    """A range of many years, day by day, is a question without end."""
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
    if (end - begin).days > INTERVALS * DAYS[interval]:
        return f"时间“{text}”按这个间隔超过 {INTERVALS} 段：请缩小时间或放宽间隔"
    return ""


def confined(endpoint: str) -> bool:
    """Whether the question goes through the whole book, or holds a pattern: it could run for ever."""
    return endpoint not in QUICK
