"""Beancount's own error messages in words that an official understands."""

import re
from pathlib import Path
from typing import Any

from ledgers.files.problems import Problem

# Pattern of Beancount's message -> what it means. Groups are inserted. tests/core/test_messages.py holds that none of
# those that Beancount can utter is missing.
_MEANINGS = (
    (r"syntax error(?:, unexpected (\w+))?", "这一行不合语法{unexpected}：{hint}"),
    (r"Invalid token: '(.*)'", "这一行有不能识别的字符“{0}”：{hint}"),
    (r"Transaction does not balance: \((.*)\)", "凭证借贷不平，差额 {0}"),
    (
        r"Balance failed for '(.*)': expected (.*) != accumulated (.*) \((.*) too little\)",
        "科目 {0} 余额不符：对账单 {1}，账上 {2}，少 {3}{tolerance}",
    ),
    (
        r"Balance failed for '(.*)': expected (.*) != accumulated (.*) \((.*) too much\)",
        "科目 {0} 余额不符：对账单 {1}，账上 {2}，多 {3}{tolerance}",
    ),
    (r"Invalid reference to unknown account '(.*)'", "科目 {0} 没有开设（缺少 open）"),
    (r"Invalid reference to inactive account '(.*)'", "科目 {0} 在该日期尚未开设或已经关闭"),
    (r"Duplicate open directive for (.*)", "科目 {0} 重复开设"),
    (r"Duplicate close directive for (.*)", "科目 {0} 重复关闭"),
    (r"Unopened account (.*) is being closed", "科目 {0} 没有开设就关闭"),
    (r"closing date for (.*) appears before opening date", "科目 {0} 的关闭日期早于开设日期"),
    (r"Duplicate balance assertion with different amounts", "同一科目同一天有两个不同的余额"),
    (r"Duplicate commodity directives for '(.*)'", "{0} 的 commodity 写了两次"),
    (r"Invalid currency (.*) for account '(.*)'", "科目 {1} 不能记 {0}"),
    (r"Invalid currency '(.*)' for Balance directive", "这个科目不记 {0}，不能写它的余额"),
    (r"Invalid account name: (.*)", "科目名称 {0} 不合规：每一级都应以大写字母或数字开头"),
    (r"Invalid booking method: (.*)", "开设科目时的记账方法“{0}”不存在"),
    (r"Invalid number format: '(.*)'", "数字“{0}”写法不对：千分位逗号应每三位一个，或不写"),
    (r"Invalid relative path for entry", "单据的路径不能用"),
    (r"Invalid data types", "这一行的内容类型不对：请检查日期、科目、金额和引号"),
    (r"Invalid string", "这一行的文字不能识别：请检查引号"),
    (r"File glob \"(.*)\" does not match any files", "include “{0}”没有找到任何文件"),
    (r"File \"(.*)\" does not exist", "include 的文件不存在"),
    (r"File does not exist: \"(.*)\"", "单据文件“{0}”不存在"),
    (r"Document root '(.*)' does not exist", "单据文件夹“{0}”不存在"),
    (r"Invalid date on document file '(.*?)'", "单据“{0}”文件名里的日期不存在"),
    (r"Document '(.*)' found in (?:child|parent) account (.*)", "单据“{0}”放在了科目 {1} 的文件夹里"),
    (r"Duplicate filename parsed", "同一个文件被 include 了两次"),
    (r"Error (?:applying plugin|importing) \"(.*?)\"(?:: ([\w.]+))?", "插件 {0} 运行出错（{1}），账簿未经检查"),
    (r"Invalid configuration for (\w+)|Invalid regexp", "插件 {0} 的参数写法不对"),
    (r"^Duplicate (?:posting )?metadata field.*key='([^']+)'", "属性 {0} 在同一处写了两次"),
    (r"^Duplicate (?:posting )?metadata field", "同一个属性写了两次"),
    (r"Tags or links not allowed", "标签和链接应写在凭证的第一行，不能写在分录之后"),
    (r"is out of range|month must be in|day must be in", "这一行的日期不存在"),
    (r"Too many missing numbers|more than one auto-posting", "一笔凭证里有两个以上的金额空缺"),
    (r"Transaction has incomplete elements|Could not resolve|Failed to categorize posting", "这笔凭证的金额或币种不全，补不出来"),
    (r"Cannot infer per-unit cost only from total|Cannot infer price", "这一条分录的单价补不出来：请写明金额"),
    (
        r"No position matches|Not enough lots to reduce|Ambiguous matches|Self-reduction is not allowed"
        r"|Reducing position results in|Position held at cost goes negative",
        "减少的资产或股权与账上的数量、单价对不上",
    ),
    (r"AVERAGE method is not supported", "记账方法 AVERAGE 不能用"),
    (r"Cannot merge positions|Explicit cost reductions|Cost merging is not supported|Duplicate merge-cost", "单价里的 * 不能用"),
    (r"Cost syntax not supported", "单价写法不能用"),
    (r"Amount is zero: \"(.*)\"", "有单价的分录数量不能为零：{0}"),
    (r"Cost is negative", "单价不能为负"),
    (r"Negative prices are not allowed: (\S+ \S+)", "价格不能为负：{0}"),
    (r"Total price on a posting without units", "写了总价（@@）的分录应写明数量"),
    (r"Cost and price currencies must match: (.*) != (.*)", "单价的币种 {0} 与价格的币种 {1} 不同"),
    (r"Duplicate (?:cost|date|label): ", "{{…}} 里的单价、日期、批次各只能写一个"),
    (r"Per-unit cost may not be specified", "{{{{…}}}} 里是总价，不能再写单价"),
    (r"Attempt to pad an entry with cost", "pad 不能用于有单价的科目"),
    (r"Unused Pad entry", "pad 没有用上：它与下一个余额之间本来就没有差额"),
    (r"Unbalanced pushed tag: '(.*)'", "pushtag {0} 没有对应的 poptag"),
    (r"Attempting to pop absent tag: '(.*)'", "poptag {0} 没有对应的 pushtag"),
    (r"Unbalanced metadata key '(.*?)'", "pushmeta {0} 没有对应的 popmeta"),
    (r"Attempting to pop absent metadata key: '(.*)'", "popmeta {0} 没有对应的 pushmeta"),
    (r"Pipe symbol is deprecated", "收款方和摘要之间不能写 |"),
    (r"Too many strings on transaction", "凭证的第一行至多写收款方、摘要两段文字"),
    (r"Invalid option: '(.*)'", "没有 option “{0}”"),
    (r"Option '(.*)' may not be set", "option “{0}”不能在账簿里写"),
    (r"Error for option '(.*?)'", "option “{0}”的值不能用"),
    (r"Allowing pipe separator|Allowing None for tags|Renamed to|deprecated", "这个 option 已经停用，请删去这一行"),
    (r"Impossible to create Decimal|Invalid value '|Invalid (?:root|leaf) account name", "option 的值不能用"),
    (r"Duplicate entry: (\w+)\(", "同样的内容记了两次（插件 noduplicates 指出的）"),
    (
        r"More than one (?:cost )?currency in account '(.*?)'",
        "科目 {0} 里有几样资产，本账簿就是这样记的：插件 onecommodity（pedantic 也含有它）不适用，请删去那一行 plugin",
    ),
    (
        r"Unused account '(.*)'",
        "科目 {0} 开设了没有用过，本账簿允许这样：插件 nounused（pedantic 也含有它）不适用，请删去那一行 plugin",
    ),
    (
        r"Non-leaf account '(.*)' has postings",
        "科目 {0} 下面还有科目，它自己又记了账，本账簿就是这样记的：插件 leafonly（pedantic 也含有它）不适用，请删去那一行 plugin",
    ),
    (r"Missing Commodity directive for '(.*)' in", "{0} 没有 commodity（插件 check_commodity 指出的）"),
    (r"Missing attribute '(.*)' for Commodity directive (.*)", "{1} 的 commodity 缺少属性 {0}（插件 commodity_attr 指出的）"),
    (r"Invalid value '(.*)' for attribute (.*), Commodity", "commodity 的属性 {1} 不能是“{0}”（插件 commodity_attr 指出的）"),
    (r"Currency '(.*)' is used both with and without cost", "{0} 有的写单价，有的没有写（插件 coherent_cost 指出的）"),
    (r"Cost basis on reducing posting", "减少时的单价离平均单价太远（插件 check_average_cost 指出的）"),
    (r"Invalid price vs. proceeds/gains", "处置的价格与收入对不上（插件 sellgains 指出的）"),
    (r"Disagreeing price entries", "同一天有两个不同的价格（插件 unique_prices 指出的）"),
    (r"^\w+(?:Error|Exception|Operation|ByZero|Undefined)\b", "这一行读不成：{hint}"),  # Python's own
)
# What Beancount's grammar calls what it did not expect.
_TOKENS = {
    "INDENT": "行首的空格", "PIPE": "|", "ATAT": "@@", "AT": "@", "LCURLCURL": "{{", "RCURLCURL": "}}",
    "LCURL": "{", "RCURL": "}", "COMMA": ",", "TILDE": "~", "HASH": "#", "ASTERISK": "*", "SLASH": "/", "COLON": ":",
    "PLUS": "+", "MINUS": "-", "LPAREN": "(", "RPAREN": ")", "FLAG": "标志", "CAPITAL": "单个大写字母", "NONE": "NULL",
    "BOOL": "TRUE、FALSE", "DATE": "日期", "ACCOUNT": "科目", "CURRENCY": "币种", "STRING": "引号里的文字", "NUMBER": "数字",
    "TAG": "标签", "LINK": "链接", "KEY": "属性名",
}  # fmt: skip
_FULL_WIDTH = re.compile("[０-９ａ-ｚＡ-Ｚ，．：；“”‘’（）－　]")


def explain(error: Any, root: Path, relative: dict[str, str]) -> Problem:
    """An error of Beancount as a problem: where in the book, and what it means."""
    source = error.source or {}
    filename = str(source.get("filename", ""))
    name = relative.get(filename, filename if filename and not filename.startswith(("<", "/")) else "main.beancount")
    line = int(source.get("lineno") or 0)
    original = " ".join(_without_traceback(str(error.message)).split())
    for pattern, meaning in _MEANINGS:
        if match := re.search(pattern, original, re.IGNORECASE):
            groups = [_shortened(group or "", root) for group in match.groups()]
            about = {what: tell(root / name, line) for what, tell in _TOLD.items() if f"{{{what}}}" in meaning}
            return Problem(name, line, meaning.format(*groups, unexpected=_unexpected(match), **about))
    return Problem(name, line, f"Beancount 报告了一处错误，本程序没有它的中文说法：{_shortened(original, root)}")


def _unexpected(match: re.Match[str]) -> str:
    """What stands there that a syntax error is about."""
    token = (match.groups() or ("",))[0]
    if token in ("EOL", "end"):
        return "，没有写完"
    return f"，多了或写错了“{_TOKENS.get(token, token.lower())}”" if token else ""


def _without_traceback(message: str) -> str:
    head, traceback, rest = message.partition("Traceback")
    return head + rest.strip().splitlines()[-1].strip() if traceback else message


def _hint(path: Path, line: int) -> str:
    """What on the line is most likely wrong: full-width characters look right and are not."""
    text = _outside_texts(path, line)
    if not text:
        return "请检查该行"
    if found := _FULL_WIDTH.findall(text):
        return f"有全角字符“{''.join(dict.fromkeys(found))}”，应改为半角"
    return "请检查该行的日期、科目、金额和引号"


def _tolerance(path: Path, line: int) -> str:
    """That a balance is held to the 分 whatever tolerance is written."""
    return "；行中 ~ 后面的容差不作数，余额应当分毫不差" if "~" in _outside_texts(path, line) else ""


_TOLD = {"hint": _hint, "tolerance": _tolerance}


def _outside_texts(path: Path, line: int) -> str:
    """A line without its texts and its comment; "" where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8").split("\n")[line - 1]
    except (OSError, UnicodeDecodeError, IndexError):
        return ""
    return re.sub('"[^"]*"', "", text.split(";")[0])


def _shortened(message: str, root: Path) -> str:
    return message.replace(f"{root}/", "")[:300]
