"""What Fava and its query language say of a question that they cannot answer, in Chinese."""

import json
import re

# Pattern of their message -> what it means; groups are inserted.
_MEANINGS = (
    (r"syntax error", "查询写法不对：请检查关键字、括号和引号"),
    (r'column "(.*)" not found in table "(.*)"', "表 {1} 里没有“{0}”这一列"),
    (r'table "(.*)" not found', "没有“{0}”这个表"),
    (r'no function matches "(.*)" name', "没有这样的函数：{0}"),
    (r'operator "(.*)" not supported', "不能这样运算：{0}"),
    (r"Query \w+ error", "查询不能执行：请检查列名、函数、分组和括号"),
    (r"Failed to parse filter: (.*)", "筛选“{0}”写法不对：应如 any(project:\"XS2022-0001\")、#标签 或摘要里的字"),
    (r"Illegal character (.*?) in filter", "筛选里有不能用的字符 {0}"),
    (r"Failed to parse date: (.*)", "时间“{0}”无法识别：应如 2022、2022-08"),
    (r"No entry found for hash", "账簿里没有这一条：可能已经改动，请回到列表重新打开"),
)
_CHINESE = re.compile("[\u4e00-\u9fff]")


def in_chinese(document: str) -> str:
    """An error of the API, as JSON, with a message that an official understands."""
    try:
        said = json.loads(document)["error"]
    except (ValueError, KeyError, TypeError):
        return document
    return json.dumps({"error": meaning(str(said))}, ensure_ascii=False)


def meaning(said: str) -> str:
    """One message; what none of them says and holds Chinese words is ours already."""
    for pattern, meant in _MEANINGS:
        if match := re.search(pattern, said, re.DOTALL):
            return meant.format(*match.groups())
    return said if _CHINESE.search(said) else "没有能够显示：请检查查询、筛选和时间的写法"
