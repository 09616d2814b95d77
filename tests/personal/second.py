"""A second corpus, thought of apart from the first: how people really write numbers, and what offices write that is none.

The first corpus takes a list of forms and tries each; this one draws groupings, signs and numerals freely and puts them
into sentences, rows and pages.
"""

import html
import random
from collections.abc import Callable, Iterator

from tests.personal.corpus import (
    GIVEN,
    SURNAMES,
    TOWNS,
    VILLAGES,
    Case,
    card,
    credit_code,
    disability,
    identity,
    landline,
    mobile,
    old_identity,
)

_NUMERALS = ("〇一二三四五六七八九", "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "〇幺二三四五六七八九", "０１２３４５６７８９", "⓪①②③④⑤⑥⑦⑧⑨", "０１2３4５6７8９")
_SIGNS = (" ", "-", "－", ".", "·", "  ", " - ", "_", "/", "—", "\u00a0", "\u2009", "~", "‐", "‑", "－", "　")
_ALIKE = {"0": "OoО", "1": "lI|", "2": "Zz", "5": "Ss", "8": "B"}


def pieces(length: int, r: random.Random) -> list[int]:
    """A length cut anyhow, into pieces of one to five."""
    found: list[int] = []
    while length:
        found.append(min(length, r.choice((1, 2, 2, 3, 3, 4, 4, 5))))
        length -= found[-1]
    return found


def cut(number: str, r: random.Random, sign: str) -> str:
    parts, at = [], 0
    for length in pieces(len(number), r):
        parts.append(number[at : at + length])
        at += length
    return sign.join(parts)


def _said(number: str, r: random.Random) -> str:
    """Numerals of another kind for all digits, or for a part in the middle or at the end."""
    first = r.choice((0, 0, 3, len(number) - 4))
    last = r.choice((len(number), len(number), 7)) if first != 7 else len(number)
    signs = r.choice(_NUMERALS)
    return "".join(signs[int(one)] if one.isdigit() and first <= place < last else one for place, one in enumerate(number))


def _letters(number: str, r: random.Random) -> str:
    places = [place for place, one in enumerate(number) if one in _ALIKE]
    chosen = r.sample(places, min(len(places), r.randint(1, 2)))
    return "".join(r.choice(_ALIKE[one]) if place in chosen else one for place, one in enumerate(number))


def _inline(number: str, r: random.Random) -> str:
    """The number as the source of a page: tags, comments and entities between the digits."""
    between = r.choice(("<b></b>", "<!-- -->", "<wbr>", "&#8203;", "&nbsp;", "&zwj;", "</span><span>", "<i>", "&ensp;"))
    at = r.randint(2, len(number) - 2)
    return html.unescape(f"<span>{number[:at]}{between}{number[at:]}</span>") if "&" in between else f"<span>{number[:at]}{between}{number[at:]}</span>"


Form = Callable[[str, random.Random], str]
FORMS: dict[str, Form] = {
    "as it is": lambda number, r: number,
    "cut anyhow": lambda number, r: cut(number, r, r.choice(_SIGNS)),
    "cut anyhow by blanks": lambda number, r: cut(number, r, " "),
    "cut with changing signs": lambda number, r: "".join(one + r.choice((" ", "-")) if r.random() < 0.3 else one for one in number[:-1]) + number[-1],
    "other numerals": _said,
    "other numerals, cut": lambda number, r: cut(_said(number, r), r, r.choice((" ", "-", "、"))),
    "letters": _letters,
    "letters, cut": lambda number, r: cut(_letters(number, r), r, r.choice((" ", "-"))),
    "within a page": _inline,
    "every digit apart": lambda number, r: r.choice((" ", "-", "，", "、", "\n", " - ", "/")).join(number),
    "on two lines": lambda number, r: f"{number[: len(number) // 2]}\n{number[len(number) // 2 :]}",
    "in brackets": lambda number, r: f"（{number[:3]}）{number[3:]}" if r.random() < 0.5 else f"[{number[:3]}][{number[3:7]}][{number[7:]}]",
    "with a country": lambda number, r: f"{r.choice(('+86', '（+86）', '0086 ', '86-', '+86-'))}{number}",
}  # fmt: skip
_KINDS: dict[str, tuple[Callable[[random.Random], str], tuple[str, ...]]] = {
    "mobile": (mobile, tuple(FORMS)),
    "identity": (identity, tuple(name for name in FORMS if name not in ("with a country", "in brackets"))),
    "card": (card, ("as it is", "cut anyhow", "cut anyhow by blanks", "other numerals", "within a page", "every digit apart", "on two lines")),
    "landline": (landline, ("as it is", "other numerals")),
    "disability": (disability, ("as it is", "cut anyhow", "other numerals", "within a page")),
    "old": (old_identity, ("as it is", "other numerals", "within a page")),
}  # fmt: skip


def _sentence(text: str, r: random.Random) -> str:
    name = r.choice(SURNAMES) + r.choice(GIVEN)
    return r.choice(
        (
            text,
            f"{name} {text}",
            f"{name}，{r.choice(('男', '女'))}，{text}",
            f"请与{name}联系（{text}）",
            f"{text}（本人）",
            f"备注:{text};已核对",
            f"{r.choice(VILLAGES)}{name}{text}领取3000元",
            f"Tel:{text}",
            f"尾款打到{text}",
            f"{text}、{r.choice(TOWNS)}",
        )
    )


def leaks(seed: int, each: int = 12) -> Iterator[Case]:
    r = random.Random(seed)
    for kind, (make, forms) in _KINDS.items():
        for form in forms:
            for _ in range(each):
                yield Case(f"{kind}/{form}", _sentence(FORMS[form](make(r), r), r))


def harmless(seed: int, each: int = 25) -> Iterator[Case]:
    r = random.Random(seed)

    def n(digits: int) -> str:
        return f"{r.randint(0, 10**digits - 1):0{digits}d}"

    def many(low: int, high: int) -> int:
        return r.randint(low, high)

    village, town = lambda: r.choice(VILLAGES), lambda: r.choice(TOWNS)
    texts: dict[str, Callable[[], str]] = {
        "document": lambda: f"{r.choice(('渝农发', '秀府发', '秀委农组', '渝财农'))}〔{many(2016, 2026)}〕{many(1, 1399)}号",
        "documents": lambda: f"依据{many(2016, 2026)}年第{many(1, 99)}号文、第{many(1, 99)}号文和{many(2016, 2026)}年{many(1, 12)}月会议纪要第{many(1, 30)}期",
        "range of amounts": lambda: f"{many(10, 99)}000-{many(100, 999)}000元",
        "range of amounts with signs": lambda: f"{many(1000, 9999)}～{many(10000, 99999)} 元／户",
        "range of days": lambda: f"{many(2018, 2025)}.{many(1, 12)}.{many(1, 28)}-{many(2018, 2026)}.{many(1, 12)}.{many(1, 28)}",
        "range of old days": lambda: f"19{many(60, 99)}-{many(1, 12):02d}-{many(1, 28):02d}至19{many(60, 99)}-{many(1, 12):02d}-{many(1, 28):02d}建成",
        "hours": lambda: f"上午{many(8, 9)}:{many(0, 59):02d}-{many(11, 12)}:{many(0, 59):02d}，下午{many(13, 14)}:00-{many(16, 18)}:30",
        "stamp": lambda: f"{many(2019, 2026)}-{many(1, 12):02d}-{many(1, 28):02d} {many(0, 23):02d}:{many(0, 59):02d}:{many(0, 59):02d}.{n(3)}",
        "credit code": lambda: f"统一社会信用代码{credit_code(r)}",
        "place on the map": lambda: f"N{many(28, 29)}°{many(0, 59)}'{many(0, 59)}.{n(2)}\" E{many(108, 109)}°{many(0, 59)}'{many(0, 59)}.{n(2)}\"",
        "place in decimals": lambda: f"{many(108, 109)}.{n(6)},{many(28, 29)}.{n(6)}",
        "net": lambda: f"192.168.{many(0, 255)}.{many(1, 254)}",
        "page of the net": lambda: f"http://www.cqxs.gov.cn/bm/{n(3)}/zwgk_{n(5)}/t{many(2019, 2026)}{many(1, 12):02d}{many(1, 28):02d}_{n(8)}.html",
        "extension": lambda: f"办公室内线{n(4)}，值班室分机{n(3)}",
        "lamp post": lambda: f"{village()}{many(1, 12)}组{many(1, 300)}号{r.choice(('路灯', '电杆', '灯杆', '水表', '井盖', '闸阀'))}",
        "posts": lambda: f"{many(1, 9)}号至{many(10, 40)}号桩，K{many(0, 12)}+{n(3)}-K{many(13, 30)}+{n(3)}",
        "group": lambda: f"{village()}{many(1, 12)}组、{many(1, 12)}组、{many(1, 12)}组",
        "row of counts": lambda: " ".join(str(many(1, 10 ** many(1, 5))) for _ in range(many(2, 9))),
        "row of a table": lambda: f"{many(1, 60)} {village()} {many(10, 400)} {many(100, 1500)} {many(1000, 99999)} {many(1, 99)}.{n(2)}",
        "sums": lambda: f"{many(1, 999)},{n(3)},{n(3)}.{n(2)}元，其中中央{many(1, 999)},{n(3)}.{n(2)}元",
        "share": lambda: f"{many(1, 99)}.{n(4)}%（{many(100, 9999)}/{many(10000, 99999)}）",
        "voucher": lambda: f"记账凭证{many(2019, 2026)}年{many(1, 12)}月第{n(4)}号，附件{many(1, 20)}张",
        "vouchers": lambda: f"{many(2019, 2026)}-{n(6)}、{many(2019, 2026)}-{n(6)}",
        "serial": lambda: f"{r.choice(('流水号', '订单号', '设备编号', '合同编号', '交易序号', '发票代码'))}：{n(many(8, 16))}",
        "serial with letters": lambda: f"{r.choice(('XS', 'CQ', 'NY', 'GD'))}{many(2019, 2026)}{n(8)}",
        "bid": lambda: f"招标编号：{r.choice('ABCD')}{n(3)}-{many(2019, 2026)}-{n(5)}",
        "model": lambda: f"4Y-{n(3)}型微耕机，功率{many(3, 9)}.{n(1)}kW，{n(4)}×{n(4)}×{n(4)}mm",
        "size": lambda: f"{many(1000, 9999)}*{many(100, 999)}*{many(10, 99)}",
        "stock": lambda: f"鸡苗{many(1000, 90000)}羽、仔猪{many(10, 900)}头、黄牛{many(1, 90)}头，共{many(10, 300)}户{many(300, 1500)}人",
        "law": lambda: f"第{many(1, 60)}条第{many(1, 5)}款、第{many(61, 99)}条",
        "masked": lambda: f"{r.choice(SURNAMES)}**，身份证号5002**********{n(4)}，电话1{many(30, 99)}****{n(4)}",
        "hot lines": lambda: r.choice(("12345政务热线、12317乡村振兴监督电话", "农业服务热线12316", "火警119、急救120")),
        "budget": lambda: f"2130{n(3)} 3{n(4)} {many(100, 9999)}.{n(2)}",
        "year and money": lambda: f"{many(2019, 2026)}年{many(100, 99999)}元，{many(2019, 2026)}年{many(100, 99999)}元，{many(2019, 2026)}年{many(100, 99999)}元",
        "size of a file": lambda: f"{many(1, 999)},{n(3)},{n(3)}字节 CRC {n(8)}",
        "isbn": lambda: f"ISBN 978-7-{n(4)}-{n(4)}-{n(1)}",
        "post code": lambda: f"邮编409{n(3)}",
        "shares": lambda: f"折股{many(1000, 99999)}股，每股{many(1, 99)}.{n(2)}元，持股{many(1, 99)}.{n(2)}%",
        "firm": lambda: f"{town()}{r.choice(('金田', '高山', '方圆'))}农业开发有限公司（注册地：{town()}工业大道{many(1, 200)}号）",
        "seats": lambda: f"会议室{many(1, 9)}楼{n(3)}室，{many(10, 99)}个座位",
        "list of villages": lambda: "、".join(f"{one}{many(1, 99)}户" for one in VILLAGES[:4]),
    }  # fmt: skip
    for name, make in texts.items():
        for _ in range(each):
            yield Case(name, make())
