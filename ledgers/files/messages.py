"""Beancount's own error messages in words that an official understands."""

import re
from pathlib import Path
from typing import Any

from ledgers.files.problems import Problem

# Pattern of Beancount's message -> what it means. Groups are inserted; the original stays behind it.
_MEANINGS = (
    (r"syntax error", "这一行不合语法：{hint}"),
    (r"Invalid token", "这一行有不能识别的字符：{hint}"),
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
    (r"Invalid currency (.*) for account '(.*)'", "科目 {1} 不能记 {0}"),
    (r"Invalid account name: (.*)", "科目名称 {0} 不合规：每一级都应以大写字母或数字开头"),
    (r"File glob \"(.*)\" does not match any files", "include “{0}”没有找到任何文件"),
    (r"File \"(.*)\" does not exist", "include 的文件不存在"),
    (r"Duplicate filename parsed", "同一个文件被 include 了两次"),
    (r"Error (?:applying plugin|importing) \"(.*?)\"", "插件 {0} 运行出错，账簿未经检查"),
    (r"^Duplicate (?:posting )?metadata field.*key='([^']+)'", "属性 {0} 在同一处写了两次"),
    (r"is out of range|month must be in", "这一行的日期不存在"),
    (r"Too many missing numbers", "一笔凭证里有两个以上的金额空缺"),
    (r"No position matches|Not enough lots to reduce|Ambiguous matches", "减少的资产或股权与账上的数量、单价对不上"),
    (r"Invalid option", "option 写法不对"),
    (r"Duplicate entry: (\w+)\(", "同样的内容记了两次（插件 noduplicates 指出的）"),
    (
        r"More than one currency in account '(.*)'",
        "科目 {0} 里有几样资产，本账簿就是这样记的：插件 onecommodity（pedantic 也含有它）不适用，请删去那一行 plugin",
    ),
    (
        r"Unused account '(.*)'",
        "科目 {0} 开设了没有用过，本账簿允许这样：插件 nounused（pedantic 也含有它）不适用，请删去那一行 plugin",
    ),
)
_FULL_WIDTH = re.compile("[０-９ａ-ｚＡ-Ｚ，．：；“”‘’（）－　]")


def explain(error: Any, root: Path, relative: dict[str, str]) -> Problem:
    """An error of Beancount as a problem: where in the book, what it means, the original in brackets."""
    source = error.source or {}
    filename = str(source.get("filename", ""))
    name = relative.get(filename, filename if not filename.startswith(("<", "/")) else "main.beancount")
    line = int(source.get("lineno") or 0)
    original = " ".join(_without_traceback(str(error.message)).split())
    for pattern, meaning in _MEANINGS:
        if match := re.search(pattern, original, re.IGNORECASE):
            text = meaning.format(
                *match.groups(), hint=_hint(root / name, line), tolerance=_tolerance(root / name, line)
            )
            return Problem(name, line, f"{text}（{_shortened(original, root)}）")
    return Problem(name, line, f"Beancount 报告：{_shortened(original, root)}")


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


def _outside_texts(path: Path, line: int) -> str:
    """A line without its texts and its comment; "" where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8").split("\n")[line - 1]
    except (OSError, UnicodeDecodeError, IndexError):
        return ""
    return re.sub('"[^"]*"', "", text.split(";")[0])


def _shortened(message: str, root: Path) -> str:
    return message.replace(f"{root}/", "")[:300]
