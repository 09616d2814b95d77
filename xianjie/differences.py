"""What of a sealed period is not as it was sealed: the book held against a manifest, in words, by voucher and line."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xianjie.canonical import Item, canonical, item_of
from xianjie.tables import Tables

Key = tuple[str, str]


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
}
_TYPED = frozenset({"number", "amount", "date", "account"})
_NAMES = ("account", "currency", "name")  # what tells directives of one kind and day from each other


def key_of(text: str) -> Key:
    """What an item is about: its kind, and the voucher, id, account or file that tells it from others.

    Raises ValueError, LookupError, TypeError or AttributeError for a text that is no item.
    """
    kind, *rest = json.loads(text)
    if kind in ("household", "household-date", "roll", "roll-header", "file"):
        return kind, " ".join(rest[:-1])
    day, about = rest
    if kind == "transaction":
        return kind, str(about["meta"].get("voucher") or f"{day} {about['narration']}")
    if kind == "custom":
        return kind, " ".join([day, about["type"], *map(_short, about["values"][:1])])
    return kind, " ".join([day, *(about[name] for name in _NAMES if name in about)])


def _named(key: Key) -> str:
    return f"{_KINDS.get(key[0], key[0])} {key[1]} "


def _told(before: str, now: str) -> str:
    """What differs between two items of one key."""
    one, other = (_sides(json.loads(text)) for text in (before, now))
    gaps = list(_gaps((), one, other))
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
    "meta": "属性",
    "postings": "分录",
    "account": "科目",
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
            yield from _gaps((*path, _WORDS.get(name, name)), before.get(name), now.get(name))
    elif path[-1:] == ("分录",) and len(before) == len(now):
        for number, (one, other) in enumerate(zip(before, now, strict=True), start=1):
            yield from _gaps((*path, str(number)), one, other)
    elif before != now:
        yield f"{' '.join(path) or '内容'}由“{_short(before)}”改为“{_short(now)}”"


def _typed(value: Any) -> bool:
    """A single value that names its type, as the canonical form writes numbers, amounts, dates and accounts."""
    return isinstance(value, dict) and len(value) == 1 and not _TYPED.isdisjoint(value)


def _short(value: Any) -> str:
    """A value for a message: amounts and numbers plainly, long texts cut."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        text = " ".join(value)
    elif _typed(value):
        return _short(next(iter(value.values())))
    else:
        text = "无" if value is None else value if isinstance(value, str) else canonical(value)
    return text if len(text) <= 64 else f"{text[:63]}…"
