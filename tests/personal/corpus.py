"""Generated leaks (number × form × surroundings) and harmless texts, by seed; a third of each stays unseen while tuning."""

import html
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

from ledgers.personal.checks import check_digit, luhn

_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VILLAGES = ("美翠村", "示例村", "青溪社区", "大坪村", "红光村", "丁坪村", "石门居委会")
TOWNS = ("龙池镇", "示范镇", "中和街道", "海洋乡")
SURNAMES, GIVEN = "张王李刘陈杨冉壬石田", "甲乙丙丁戊己庚辛"
PHONE_OF_OFFICE = "02376660000"
ADDRESS_OF_OFFICE = "中和街道渝秀大道1号县乡村振兴局"
Make = Callable[[random.Random], str]
Dress = Callable[[str, random.Random], str]


# ---- numbers, all invented


def identity(r: random.Random) -> str:
    region = r.choice(("500241", "513522", "110105", "500101", "430124", "522227", "330106", "650102"))
    body = f"{region}{r.randint(1930, 2018)}{r.randint(1, 12):02d}{r.randint(1, 28):02d}{r.randint(0, 999):03d}"
    return body + check_digit(body)


def mistyped_identity(r: random.Random) -> str:
    while not "1930" <= (number := identity(r))[6:10] <= "2010":
        pass
    return number[:17] + r.choice([c for c in "0123456789X" if c != number[17]])


def old_identity(r: random.Random) -> str:
    number = identity(r)
    return number[:6] + f"{r.randint(30, 85)}" + number[10:17]


def disability(r: random.Random) -> str:
    while (number := identity(r)).endswith("X"):
        pass
    return f"{number}{r.randint(1, 7)}{r.randint(1, 4)}"


def card(r: random.Random) -> str:
    start = r.choice(("622848", "621700", "623058", "955880", "436742", "622202", "621226", "601382", "621098"))
    length = r.choice((16, 17, 18, 19)) if start.startswith("62") else r.choice((16, 19))
    body = start + "".join(r.choice("0123456789") for _ in range(length - 7))
    return next(body + d for d in "0123456789" if luhn(body + d))


def mobile(r: random.Random) -> str:
    return f"1{r.choice('3456789')}{r.randint(0, 10**9 - 1):09d}"


def landline(r: random.Random) -> str:
    code = r.choice(("023", "0856", "0743", "010", "028"))
    return (
        f"{code}{r.randint(2, 8)}{r.randint(0, 10**7 - 1):07d}"
        if len(code) == 3
        else f"{code}{r.randint(2, 8)}{r.randint(0, 10**6 - 1):06d}"
    )


NUMBERS: dict[str, Make] = {
    one.__name__: one for one in (identity, mistyped_identity, old_identity, disability, card, mobile, landline)
}

# ---- forms


def _digits(signs: str) -> Dress:
    table = str.maketrans("0123456789", signs)
    return lambda number, r: number.translate(table)


def _somewhere(sign: str) -> Dress:
    def dress(number: str, r: random.Random) -> str:
        at = r.randint(2, len(number) - 2)
        return number[:at] + sign + number[at:]

    return dress


def _between_all(sign: str) -> Dress:
    return lambda number, r: sign.join(number)


def natural_cuts(number: str) -> list[tuple[int, ...]]:
    """How people cut a number of this length, as lengths."""
    return {
        11: [(3, 4, 4), (3, 8), (3, 4, 4)] if number[0] == "1" else [(3, 8), (4, 7), (3, 4, 4)],
        12: [(4, 8)],
        15: [(6, 6, 3), (6, 9)],
        18: [(6, 8, 4), (6, 4, 4, 4)],
        20: [(6, 8, 4, 2), (6, 8, 6)],
    }.get(len(number), [(*(4,) * (len(number) // 4), *((len(number) % 4,) if len(number) % 4 else ()))])


def _cut(number: str, lengths: tuple[int, ...], sign: str) -> str:
    pieces, at = [], 0
    for length in lengths:
        pieces.append(number[at : at + length])
        at += length
    return sign.join(pieces)


def _natural(sign: str) -> Dress:
    def dress(number: str, r: random.Random) -> str:
        cuts = natural_cuts(number)
        if number[0] == "0":
            code = 3 if number[1] in "12" else 4
            cuts = [(code, len(number) - code), (code, len(number) - code - 4, 4)]
        return _cut(number, r.choice(cuts), sign)

    return dress


def _odd(*lengths: int) -> Dress:
    return lambda number, r: _cut(number, lengths, r.choice("-. "))


def _letters(number: str, r: random.Random) -> str:
    """One or two digits as letters that look like them."""
    alike = {"0": "Oo", "1": "lI", "2": "Zz", "5": "S", "8": "B"}
    places = [i for i, one in enumerate(number) if one in alike]
    chosen = r.sample(places, min(len(places), 2))
    return "".join(r.choice(alike[one]) if i in chosen else one for i, one in enumerate(number))


def _keycap(number: str, r: random.Random) -> str:
    return "".join(f"{one}\ufe0f\u20e3" if one.isdigit() else one for one in number)


def _tags(tag: str) -> Dress:
    def dress(number: str, r: random.Random) -> str:
        at = r.randint(2, len(number) - 3)
        return f"{number[:at]}<{tag}>{number[at : at + 2]}</{tag}>{number[at + 2 :]}"

    return dress


ANYWHERE: dict[str, Dress] = {
    "plain": lambda number, r: number,
    "full width": _digits("０１２３４５６７８９"),
    "spoken": _digits("〇一二三四五六七八九"),
    "spoken zero": _digits("零一二三四五六七八九"),
    "capital": _digits("零壹贰叁肆伍陆柒捌玖"),
    "radio": _digits("〇幺二三四五六七八九"),
    "circled": _digits("⓪①②③④⑤⑥⑦⑧⑨"),
    "black": _digits("⓿❶❷❸❹❺❻❼❽❾"),
    "in brackets": _digits("0⑴⑵⑶⑷⑸⑹⑺⑻⑼"),
    "dotted": _digits("0⒈⒉⒊⒋⒌⒍⒎⒏⒐"),
    "arabic": _digits("٠١٢٣٤٥٦٧٨٩"),
    "bold": _digits("𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"),
    "raised": _digits("⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "keycap": _keycap,
    "letters": _letters,
    "mixed": lambda number, r: (
        number[:3] + number[3:7].translate(str.maketrans("0123456789", "〇一二三四五六七八九")) + number[7:]
    ),
    **{
        f"hidden {ord(one):04X}": _somewhere(one)
        for one in "\u200b\u00ad\u2060\ufeff\u034f\u3164\u115f\ufe0f\u202e\u180e"
    },
    **{f"all {sign!r}": _between_all(sign) for sign in (" ", "-", "、", ".", "\u3000", "，")},
    **{
        f"sign {sign!r}": _natural(sign)
        for sign in (
            *(
                " ",
                "-",
                "—",
                "–",
                "－",
                "\u00a0",
                "\u3000",
                "\t",
                "|",
                ":",
                "：",
                "~",
                "～",
                "*",
                "+",
                "、",
                "。",
                "(",
                "=",
            ),
            *(
                "#",
                "\\",
                "/",
                "・",
                "·",
                "   ",
                "\u2028",
                "\u2800",
                "_",
                ";",
                "．",
                " - ",
                "--",
                "\n",
                "'",
                "，",
                "……",
                "^",
                "@",
            ),
        )
    },
    **{f"tag {tag}": _tags(tag) for tag in ("b", "span", "font", "code", "wbr")},
    "entities": lambda number, r: "".join(f"&#{ord(one)};" for one in number),
    "percent": lambda number, r: "".join(f"%{ord(one):02X}" for one in number),
    "percent of text": lambda number, r: quote(f"号{number}"),
    "escapes": lambda number, r: "".join(f"\\u{ord(one):04x}" for one in number),
    "json": lambda number, r: json.dumps({"号": number}),
    "double entities": lambda number, r: html.escape("".join(f"&#x{ord(one):x};" for one in number)),
}
MOBILE: dict[str, Dress] = {
    **{f"cut {cut}": _odd(*cut) for cut in ((6, 5), (5, 6), (4, 3, 4), (4, 4, 3), (3, 3, 5), (7, 4))},
    "brackets": lambda number, r: f"({number[:3]}){number[3:]}",
    "wide brackets": lambda number, r: f"（{number[:3]}）{number[3:7]}-{number[7:]}",
    "+86": lambda number, r: f"+86{r.choice((' ', '-', ''))}{number}",
    "86": lambda number, r: f"86{number}",
    "0086": lambda number, r: f"0086-{number[:3]}-{number[3:7]}-{number[7:]}",
    "0": lambda number, r: f"0{number}",
    "glued": lambda number, r: number + mobile(r),
    "two": lambda number, r: f"{number}/{mobile(r)}",
    "two cut": lambda number, r: f"{_cut(number, (3, 4, 4), '-')}/{_cut(mobile(r), (3, 4, 4), '-')}",
}
LANDLINE: dict[str, Dress] = {
    "hyphen": lambda number, r: _fixed(number, "{}-{}"),
    "brackets": lambda number, r: _fixed(number, "({}){}"),
    "wide brackets": lambda number, r: _fixed(number, "（{}）{}"),
    "dash": lambda number, r: _fixed(number, "{}—{}"),
    "slash": lambda number, r: _fixed(number, "{}/{}"),
    "blank": lambda number, r: _fixed(number, "{} {}"),
    "+86": lambda number, r: "+86 " + _fixed(number, "{} {}")[1:],
    "extension": lambda number, r: _fixed(number, "{}-{}转12"),
}
IDENTITY: dict[str, Dress] = {
    "with telephone": lambda number, r: number + mobile(r),
    "telephone first": lambda number, r: mobile(r) + number,
    "broken": lambda number, r: f"{number[:10]}\n{number[10:]}",
    "odd cut": lambda number, r: _cut(number, (5, 7, 6), " "),
    "lower x": lambda number, r: number.lower(),
    "dotted birthday": lambda number, r: f"{number[:6]} {number[6:10]}.{number[10:12]}.{number[12:14]} {number[14:]}",
}


def _fixed(number: str, form: str) -> str:
    code = 3 if number[1] in "12" else 4
    return form.format(number[:code], number[code:])


FORMS: dict[str, dict[str, Dress]] = {
    "mobile": ANYWHERE | MOBILE,
    "landline": LANDLINE
    | {name: dress for name, dress in ANYWHERE.items() if name.startswith(("plain", "full", "sign '-'", "sign '—'"))},
    "identity": ANYWHERE | IDENTITY,
}
# What cannot be told from other things in these forms, and is not promised: see docs/leaks.md.
UNSURE = {
    "mistyped_identity": ("letters", "tag", "all", "sign"),
    "old_identity": ("letters", "sign '\\t'", "sign '、'", "sign '，'"),
    "disability": ("letters",),
    "card": ("letters",),
}


def _around(text: str, r: random.Random) -> str:
    """A leak in its surroundings."""
    name = r.choice(SURNAMES) + r.choice(GIVEN) + r.choice(GIVEN)
    return r.choice(
        (
            text,
            text,
            f"{name}{text}",
            f"户主{name}（{text}）",
            f"备注：{text}，已核",
            f"3 {name} {text} 2022-08-31 1,200.00",
            f"联系{text}。",
            f"“{text}”",
        )
    )


@dataclass(frozen=True)
class Case:
    """A text and what it is made of."""

    what: str
    text: str


def leaks(seed: int) -> Iterator[Case]:
    """Every number in every form, and addresses, names and labelled numbers."""
    r = random.Random(seed)
    for kind, make in NUMBERS.items():
        for form, dress in FORMS.get(kind, ANYWHERE).items():
            if not form.startswith(UNSURE.get(kind, ())) or kind not in UNSURE:
                for _ in range(4):
                    yield Case(f"{kind}/{form}", _around(dress(make(r), r), r))
    for _ in range(200):
        yield Case("address", address(r))
    for _ in range(60):
        yield Case("labelled", labelled(r))
    for _ in range(60):
        yield Case("name", named(r))
    for _ in range(40):
        yield Case("household", f"H{r.randint(100000, 115999)}-{r.randint(1, 999):03d}")


def address(r: random.Random) -> str:
    village, town, n, m = r.choice(VILLAGES), r.choice(TOWNS), r.randint(1, 9), r.randint(1, 60)
    spoken, place = "一二三四五六七八九"[n - 1], r.choice(("张家湾", "大坪", "老院子", "石板坡", "李家寨", "田坝"))
    return r.choice(
        (
            f"{town}{village}{n}组{m}号",
            f"秀山县{town}{village}{spoken}组{m}号",
            f"{spoken}组{place}{m}号",
            f"{village}{n}组{place}{m}号附2号",
            f"{town}{village}{place}{m}号",
            f"家住{village}{n}组",
            f"住址：{town}{village}{n}组",
            f"户籍地为{town}{village}第{spoken}村民小组",
            f"{town}渝秀大道{m}号{n}单元502",
            f"花灯街{m}号附{n}号",
            f"安置点{n}栋2单元50{n}室",
            f"幸福小区{n}-2-50{n}",
            f"{n}栋{n}单元{n}0{n}",
            f"{village}{spoken}组门牌{m}号",
            f"{town}{village}{n}队{m}号",
        )
    )


def labelled(r: random.Random) -> str:
    account = "".join(r.choice("0123456789") for _ in range(r.choice((11, 12, 14, 16))))
    return r.choice(
        (
            f"账号：8{account}",
            f"一卡通{r.choice(('', '号', '：', ' 账号 '))}81{account[:14]}",
            f"存折账号 {account}",
            f"开户银行卡号为 9{account}",
            f"联系电话：7{account[:7]}",
            f"手机 7666{account[:4]}",
        )
    )


def named(r: random.Random) -> str:
    name = r.choice(SURNAMES) + r.choice(GIVEN) + r.choice(GIVEN)
    return r.choice(
        (
            f"户主{name}",
            f"脱贫户{name}家",
            f"{name}等3户",
            f"{name}同志",
            f"村民{name}领取",
            f"{name}家危房改造",
            f"{name}户建房补助",
        )
    )


# ---- what must not stop a publication


def credit_code(r: random.Random) -> str:
    """A unified social credit code with a right check character."""
    body = r.choice(("91", "93", "12", "54")) + "500241" + "".join(r.choice(_CREDIT) for _ in range(9))
    total = sum(_CREDIT.index(one) * pow(3, place, 31) for place, one in enumerate(body))
    return body + _CREDIT[(31 - total % 31) % 31]


def money(r: random.Random) -> str:
    amount = r.randint(1, 10 ** r.randint(4, 12))
    return r.choice(
        (
            f"{amount // 100}.{amount % 100:02d}",
            f"{amount // 100:,}.{amount % 100:02d}",
            f"{amount // 100:,}.{amount % 100:02d} 元",
        )
    )


def harmless(seed: int, count: int) -> Iterator[Case]:
    """Texts of a disclosure that look like leaks and are none."""
    r = random.Random(seed)

    def n(digits: int) -> str:
        return f"{r.randint(0, 10**digits - 1):0{digits}d}"

    def day() -> str:
        return f"20{r.randint(18, 26)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"

    def moment() -> str:
        return f"20{r.randint(18, 26)}{r.randint(1, 12):02d}{r.randint(1, 28):02d}{r.randint(0, 23):02d}{r.randint(0, 59):02d}{r.randint(0, 59):02d}"

    def row(size: int, digits: int) -> str:
        return r.choice(" \t,|").join(str(r.randint(10 ** (digits - 1), 10**digits - 1)) for _ in range(size))

    village, town = lambda: r.choice(VILLAGES), lambda: r.choice(TOWNS)
    makers: dict[str, Callable[[], str]] = {
        "project code": lambda: f"500241{r.randint(18, 26)}Z{n(12)}",
        "project code in text": lambda: f"项目代码500241{r.randint(18, 26)}Y{n(12)}（衔接资金）",
        "system id": lambda: f"500000{n(10)}",
        "platform code": lambda: f"2{n(3)}-500241-{n(2)}-{n(2)}-{n(6)}",
        "document": lambda: f"渝财农〔{r.randint(2018, 2026)}〕{r.randint(1, 199)}号",
        "article": lambda: f"秀委农组〔2022〕{r.randint(1, 99)}号第{r.randint(1, 60)}条",
        "money": lambda: money(r),
        "sums": lambda: f"合计 {money(r)}，其中中央 {money(r)}",
        "day": day,
        "span": lambda: f"{day()} 至 {day()}",
        "two days": lambda: f"{day()}/{day()}",
        "moment 17": lambda: moment() + n(3),
        "moment 18": lambda: moment() + n(4),
        "moment 19": lambda: moment() + n(5),
        "serial": lambda: f"流水号 {moment()}{n(r.randint(0, 8))}",
        "serial with area": lambda: (
            f"500241{moment()[:8]}{n(4)}" if r.random() < 0.9 else f"编号 500241{moment()[:8]}{n(6)}"
        ),
        "milliseconds": lambda: f"16{n(11)}",
        "invoice": lambda: f"发票号码 {r.randint(22, 26)}50200000{n(10)}",
        "invoice of eight": lambda: f"发票 {n(8)}、{n(8)}",
        "chinese day": lambda: f"{r.randint(2018, 2026)}年{r.randint(1, 12)}月{r.randint(1, 28)}日",
        "project": lambda: f"P2022-{n(4)}",
        "villages": lambda: f"V106{n(3)}、V107{n(3)}",
        "voucher": lambda: f"凭证 2022-{n(6)}-{r.randint(1, 3)}",
        "digest": lambda: "".join(r.choice("0123456789abcdef") for _ in range(62)) + "af",
        "credit code": lambda: credit_code(r),
        "group": lambda: f"{village()}{r.randint(1, 9)}组",
        "group of a town": lambda: f"{town()}{village()}第{r.choice('一二三四')}村民小组",
        "road of groups": lambda: f"{village()}{r.randint(1, 9)}组至{r.randint(1, 9)}组产业路",
        "road": lambda: f"{village()}{r.randint(1, 9)}组机耕道硬化{r.randint(1, 9)}.{r.randint(1, 9)}公里",
        "cold store": lambda: f"{town()}{village()}{r.randint(1, 9)}号冷库",
        "ponds": lambda: f"在{village()}{r.randint(1, 9)}组、{r.randint(1, 9)}组新建蓄水池{r.randint(1, 60)}口",
        "bridge": lambda: f"{r.randint(1, 60)}号公路桥维修",
        "lamp post": lambda: f"渝秀大道{r.randint(1, 99)}号{r.choice(('灯杆', '路灯', '电杆', '变压器'))}",
        "point": lambda: (
            f"{village()}{r.randint(1, 9)}组{r.randint(1, 30)}号{r.choice(('点位', '地块', '泵站', '蓄水池', '图斑', '大棚'))}"
        ),
        "office": lambda: f"受理地址：{ADDRESS_OF_OFFICE}",
        "another office": lambda: (
            f"{r.choice(('地址：', '办公地点：', ''))}{town()}花灯街{r.randint(1, 99)}号{town()}人民政府"
        ),
        "firm": lambda: f"某某建设有限公司，注册地址：{town()}工业路{r.randint(1, 99)}号",
        "lines of the office": lambda: "监督电话：12317、12345、023-76660000",
        "hot line": lambda: f"服务热线 400-{n(3)}-{n(4)}",
        "labour": lambda: f"务工 {n(4)} 工日，发放 {money(r)}",
        "people": lambda: f"{r.randint(1, 500)} 户 {r.randint(500, 2000)} 人，占 {r.randint(0, 99)}.{n(4)}%",
        "masked": lambda: f"{r.choice(SURNAMES)}*{r.choice(GIVEN)} {r.randint(1, 300)} {money(r)} {day()}",
        "masked number": lambda: f"500241********{n(4)}，139****{n(4)}",
        "page": lambda: f"villages/V106{n(3)}.html",
        "pages": lambda: f"第 {r.randint(1, 99)} 页，共 {r.randint(1, 99)} 页",
        "asset": lambda: f"资产编号 A{r.randint(2018, 2026)}-{n(4)}，原值 {money(r)}",
        "subjects": lambda: f"功能科目 2130{n(3)}，经济科目 3{n(4)}",
        "account of the chart": lambda: f"21305{n(2)}农村基础设施建设:31005基础设施建设",
        "counts of four": lambda: row(r.randint(2, 8), 4),
        "counts of three": lambda: row(r.randint(3, 8), 3),
        "counts": lambda: row(r.randint(2, 6), r.randint(5, 6)),
        "amounts in whole yuan": lambda: f"{r.randint(10**4, 10**7)} 元，{r.randint(10**4, 10**7)} 元",
        "years": lambda: "、".join(str(year) for year in range(2018, r.randint(2020, 2027))),
        "list": lambda: "、".join(str(one) for one in range(1, r.randint(9, 20))),
        "place on the map": lambda: f"东经 {r.randint(105, 110)}.{n(6)}，北纬 {r.randint(28, 32)}.{n(6)}",
        "times": lambda: f"{r.randint(8, 12)}:00-{r.randint(13, 18)}:30",
        "family farm": lambda: f"{r.choice(('高山', '金田', '方圆'))}家庭农场{r.randint(1, 9)}号大棚",
        "households": lambda: f"{village()}脱贫户{r.randint(1, 99)}户",
        "words": lambda: r.choice(
            (
                "农户增收明显",
                "监测户帮扶措施落实",
                "村民委员会",
                "脱贫户同等享受",
                "户主姓名",
                "张贴公示",
                "石家坝产业路",
                "方家湾蓄水池",
            )
        ),
        "heading": lambda: r.choice(
            ("一、二、三产业融合", "第一批、第二批、第三批", "十二届三次会议", "二〇二二年十一月三十日")
        ),
        "version": lambda: f"程序版本 0.{r.randint(1, 9)}.{r.randint(0, 20)}",
    }
    names = list(makers)
    for number in range(count):
        name = names[number % len(names)]
        yield Case(name, makers[name]())


def unseen(number: int) -> bool:
    """Whether the case of that number belongs to the third that tuning never looks at."""
    return number % 3 == 2
