"""The `plugin` lines of a book: which are harmless, and with which configuration.

Beancount imports whatever a line names and hands it the text behind it; some of its own plugins give that text to `eval`.
So a line is admitted only when its plugin was read and found to do nothing but look at directives or make new ones, and
its configuration is a plain literal of the shape that this plugin expects. Everything else is refused before it is imported.
"""

import ast
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import ledgers
from ledgers.files.problems import Problem

_OURS = "plugins."
_BEANCOUNT = "beancount.plugins."
_HOME = Path(ledgers.__file__).parents[1] / "plugins"
_CONFIG_LIMIT = 2000  # characters
_OPTION = re.compile(rb'^option[ \t]+"([^"\n]{1,60})"', re.MULTILINE)
_ANYWHERE = frozenset({"operating_currency", "display_precision"})  # options that count in every file; name_* while it is parsed


def _texts(value: Any) -> bool:
    """{'name': 'text', …}, as our own plugins take it."""
    return isinstance(value, dict) and all(isinstance(one, str) for pair in value.items() for one in pair)


def _choices(value: Any) -> bool:
    """{'attribute': ['value', …] or None, …}."""
    return isinstance(value, dict) and all(
        isinstance(name, str) and (choices is None or _is_list_of_texts(choices)) for name, choices in value.items()
    )


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _share(value: Any) -> bool:
    return isinstance(value, float) and 0 <= Decimal(value) <= 1


# Beancount 3.2.3, read one by one: name -> the shape of a configuration that it may have; None: it must have none. Not
# among them: currency_accounts (books postings of its own) and every regular expression as configuration (it can be made
# to run for ever).
_ADMITTED: dict[str, Callable[[Any], bool] | None] = {
    "auto": None,
    "auto_accounts": None,
    "check_average_cost": _share,
    "check_closing": None,
    "check_commodity": None,
    "check_drained": None,
    "close_tree": None,
    "coherent_cost": None,
    "commodity_attr": _choices,
    "implicit_prices": None,
    "leafonly": None,
    "noduplicates": None,
    "nounused": None,
    "onecommodity": None,
    "pedantic": None,
    "sellgains": None,
    "unique_prices": None,
}
ADMITTED = tuple(f"{_BEANCOUNT}{name}" for name in _ADMITTED)


def refused(name: str, content: bytes, options: dict[str, Any]) -> Iterator[Problem]:
    """What a file's options and plugin lines, as Beancount parsed them, would run or switch off."""
    if options.get("insert_pythonpath"):
        line = line_of(content, b"option", b"insert_pythonpath")
        yield Problem(name, line, "账簿不得使用 insert_pythonpath：账簿是数据，不得自带程序")
    if options.get("plugin_processing_mode") != "default":
        line = line_of(content, b"option", b"plugin_processing_mode")
        yield Problem(name, line, '账簿不得使用 plugin_processing_mode "raw"：那会跳过记账核对')
    for plugin, config in options["plugin"]:
        if reason := _reason(plugin, config):
            yield Problem(name, line_of(content, b"plugin", plugin.encode()), reason)


def idle(name: str, content: bytes, options: dict[str, Any]) -> Iterator[Problem]:
    """Plugin lines and options of an included file that Beancount does not look at."""
    for plugin, _ in options["plugin"]:
        text = f"plugin “{plugin}”写在被 include 的文件里，不起作用，应写在主文件"
        yield Problem(name, line_of(content, b"plugin", plugin.encode()), text)


    for match in _OPTION.finditer(content):
        option = match.group(1).decode("utf-8", "replace")
        if option not in _ANYWHERE and not option.startswith("name_"):
            text = f"option “{option}”写在被 include 的文件里，不起作用，应写在主文件"
            yield Problem(name, content.count(b"\n", 0, match.start()) + 1, text)


def line_of(content: bytes, word: bytes, name: bytes) -> int:
    """The line of an option or plugin, as far as it is written plainly (0: it is not); Beancount does not say."""
    match = re.search(rb'^%b[ \t]+"%b"' % (word, re.escape(name)), content, re.MULTILINE)
    return content.count(b"\n", 0, match.start()) + 1 if match else 0


def _reason(plugin: str, config: str | None) -> str:
    """Why a plugin line is refused; "" when it is admitted."""
    if plugin.startswith(_OURS):
        shape: Callable[[Any], bool] | None = _texts
        if not re.fullmatch(r"plugins\.[a-z]+", plugin) or not (_HOME / f"{plugin.removeprefix(_OURS)}.py").is_file():
            return f"没有插件“{plugin}”，账簿不得引用"
    elif plugin in ADMITTED:
        shape = _ADMITTED[plugin.removeprefix(_BEANCOUNT)]
    else:
        return f"账簿不得引用外来插件“{plugin}”：只允许 plugins.* 和审阅过的 beancount.plugins.*（见 docs/security.md）"
    if config and not _has_shape(config, shape):
        return f"插件“{plugin}”的参数不得写作“{config[:60]}”：只允许它所要的常量"
    return ""


def _has_shape(config: str, shape: Callable[[Any], bool] | None) -> bool:
    if shape is None or len(config) > _CONFIG_LIMIT:
        return False
    try:
        return shape(ast.literal_eval(config))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError, ArithmeticError):
        return False
