"""Differences between a book and the manifest of a seal, in words, by voucher and line."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ledgers.seals.canonical import Item, canonical, item_of
from ledgers.tables.tables import Tables

Key = tuple[str, str]
_LONG = 64  # characters of a value that a message shows
_UNUSUAL = re.compile(r"[^ -~一-鿿\u3001-\u303f！-～·—‘’“”…]")
_ABSENT = object()
_META, _LEGS = "属性", "分录"


@dataclass(frozen=True)
class Change:
    """Something that is not as it was sealed: the place to look at, and what happened there."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}：{self.message}" if self.line else f"{self.file}：{self.message}"


def differences(tables: Tables, name: str, sealed: list[str], items: list[Item]) -> Iterator[Change]:
    """Items gone, new and changed, paired by what they are about; `name` is the manifest that `sealed` is read from."""
    left = Counter(sealed)
    new: dict[Key, list[Item]] = defaultdict(list)
    for item in items:
        if left[item.text]:
            left[item.text] -= 1
        else:
            new[key_of(item.text)].append(item)
    gone = []
    for number, text in enumerate(sealed, start=2):  # line 1 is the head
        if left[text]:
            left[text] -= 1
            gone.append((number, text))
    where = _where(tables) if gone else {}
    for number, text in gone:
        key = key_of(text)
        if new[key]:
            item = new[key].pop(0)
            yield Change(item.file, item.line, f"{_named(key)}被改动：{_told(text, item.text)}")
        else:
            yield Change(name, number, f"{_named(key)}被删除，或移出本期间{where.get(key, '')}")
    for key, rest in new.items():
        yield from (Change(item.file, item.line, f"{_named(key)}是封账后增加的") for item in rest)


def disorder(sealed: list[str], items: list[Item]) -> Iterator[Change]:
    """Neighbours in a sequence that stand the other way round than they were sealed."""
    places: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(sealed):
        places[text].append(number)
    last: dict[tuple[str, ...], tuple[int, Item]] = {}
    for item in items:
        if not places[item.text]:
            continue
        number = places[item.text].pop(0)
        before = [last[sequence] for sequence in item.sequences if sequence in last]
        if wrong := [other for earlier, other in before if earlier > number]:
            names = f"{_named(key_of(wrong[0].text))}与{_named(key_of(item.text))}"
            yield Change(item.file, item.line, f"{names}在 {item.day} 当天的先后次序被改动")
        last |= dict.fromkeys(item.sequences, (number, item))


def _where(tables: Tables) -> dict[Key, str]:
    """Where in the whole book each directive stands now."""
    items = (item_of(tables.root, entry) for entry in tables.entries)
    return {key_of(item.text): f"，现在 {item.file}:{item.line}，日期 {item.day}" for item in items}


_KINDS = {
    "transaction": "凭证",
    "custom": "登记",
    "open": "科目开设",
    "close": "科目关闭",
    "commodity": "品种",
    "balance": "余额核对",
    "pad": "余额补齐",
    "note": "备注",
    "document": "单据",
    "event": "事件",
    "price": "价格",
    "query": "查询",
    "household": "农户状态",
    "household-date": "农户日期",
    "roll": "清册",
    "roll-header": "清册表头",
    "file": "附件",
    "member": "家庭成员",
    "member-left": "家庭成员的离开",
    "identities": "身份库密钥的校验值",
}
_TYPED = {"number": "数", "amount": "金额", "date": "日期", "account": "科目"}
_NAMES = ("account", "currency", "name")  # what tells directives of one kind and day from each other


def key_of(text: str) -> Key:
    """What an item is about: its kind, and the voucher, id, account or file that tells it from others.

    Raises ValueError, LookupError, TypeError or AttributeError for a text that is no item.
    """
    kind, *rest = json.loads(text)
    if kind not in _KINDS:
        raise ValueError(kind)
    if kind in ("household", "household-date", "member", "member-left", "roll", "roll-header", "file", "identities"):
        return kind, " ".join(rest[:-1])
    day, about = rest
    if kind == "transaction":
        if not all(isinstance(leg, dict) for leg in about["postings"]):
            raise TypeError(kind)
        return kind, str(about["meta"].get("voucher") or f"{day} {about['narration']}")
    if kind == "custom":
        return kind, " ".join([day, about["type"], *map(_short, about["values"][:1])])
    return kind, " ".join([day, *(about[name] for name in _NAMES if name in about)])


def _named(key: Key) -> str:
    return f"{_KINDS[key[0]]} {_visible(key[1])} "


def _told(before: str, now: str) -> str:
    """What differs between two items of one key."""
    one, other = json.loads(before), json.loads(now)
    if one[0] in ("roll", "file"):
        return f"摘要由 {_short(one[-1])[:16]}… 改为 {other[-1][:16]}…"
    gaps = list(_gaps((), _sides(one), _sides(other)))
    return "；".join(gaps[:5]) + (f"等 {len(gaps)} 处" if len(gaps) > 5 else "")


def _sides(item: list[Any]) -> Any:
    return {"date": item[1], **item[2]} if isinstance(item[-1], dict) and len(item) == 3 else item[-1]


_WORDS = {
    "date": "日期",
    "payee": "收款人",
    "narration": "摘要",
    "flag": "标记",
    "tags": "标签",
    "links": "关联",
    "meta": _META,
    "postings": _LEGS,
    "account": "科目",
    "currencies": "币种",
    "booking": "记账法",
    "comment": "内容",
    "description": "内容",
    "units": "金额或数量",
    "cost": "单价",
    "price": "价格",
    "values": "值",
    "amount": "金额",
}


def _gaps(path: tuple[str, ...], before: Any, now: Any) -> Iterator[str]:
    """Every place where two values differ: the path in words, what was there, what is there."""
    if isinstance(before, dict) and isinstance(now, dict) and not (_typed(before) and _typed(now)):
        for name in sorted({*before, *now}):
            word = name if path[-1:] == (_META,) else _WORDS.get(name, name)
            yield from _gaps((*path, word), before.get(name, _ABSENT), now.get(name, _ABSENT))
    elif path[-1:] == (_LEGS,) and len(before) == len(now):
        for number, (one, other) in enumerate(zip(before, now, strict=True), start=1):
            yield from _gaps((*path, str(number)), one, other)
    elif path[-1:] == (_LEGS,):
        yield f"分录由 {len(before)} 条改为 {len(now)} 条" + _legs("少了", before, now) + _legs("多了", now, before)
    elif before != now:
        one, other = _apart(before, now)
        yield f"{' '.join(path) or '内容'}由“{one}”改为“{other}”"


def _legs(word: str, some: list[Any], others: list[Any]) -> str:
    """Postings that only one side has, by account and amount."""
    only = [f"{_short(leg.get('account'))} {_short(leg.get('units'))}" for leg in some if leg not in others]
    return f"，{word} {'、'.join(only)}" if only else ""


def _apart(before: Any, now: Any) -> tuple[str, str]:
    """Two different values for a message, in which a reader sees them differ: the place, the type, the character."""
    one, other = _whole(before), _whole(now)
    if one == other:
        return f"{one}（{_kind(before)}）", f"{other}（{_kind(now)}）"
    if max(len(one), len(other)) > _LONG:
        common = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
        start = max(common - _LONG // 4, 0)
        one, other = (f"{'…' if start else ''}{text[start:]}" for text in (one, other))
    return _short(one), _short(other)


def _visible(text: str) -> str:
    """Characters that could be taken for another, or not be seen at all, with their code."""
    return _UNUSUAL.sub(lambda match: f"{match[0] if match[0].isprintable() else ''}〔U+{ord(match[0]):04X}〕", text)


def _typed(value: Any) -> bool:
    """A single value that names its type, as the canonical form writes numbers, amounts, dates and accounts."""
    return isinstance(value, dict) and len(value) == 1 and not _TYPED.keys().isdisjoint(value)


def _kind(value: Any) -> str:
    return _TYPED[next(iter(value))] if _typed(value) else "文字" if isinstance(value, str) else "特殊值"


def _whole(value: Any) -> str:
    """A value in words: amounts and numbers plainly."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return " ".join(part for part in value if part)
    if _typed(value):
        return _whole(next(iter(value.values())))
    if value is None or value is _ABSENT:
        return "空" if value is None else "无"
    return value if isinstance(value, str) else canonical(value)


def _short(value: Any) -> str:
    text = _whole(value)
    return _visible(text if len(text) <= _LONG else f"{text[: _LONG - 1]}…")
