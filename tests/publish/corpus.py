"""Generated leaks and near misses: what must never get through the gate, and what must not stop a publication."""

import random
from collections.abc import Callable, Iterator

from reports.publish.leaks import luhn

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FULL = str.maketrans("0123456789X-", "０１２３４５６７８９Ｘ－")
VILLAGES = ("美翠村", "示例村", "青溪社区", "大坪村", "红光村")
TOWNS = ("龙池镇", "示范镇", "中和街道", "海洋乡")
SURNAMES, GIVEN = "张王李刘陈杨石田", "甲乙丙丁戊己庚辛"
PHONE_OF_OFFICE = "02376660000"


def identity(r: random.Random) -> str:
    """An invented 18-character ID number."""
    region = r.choice(("500241", "513522", "110105", "500101", "430124"))
    body = f"{region}{r.randint(1930, 2015)}{r.randint(1, 12):02d}{r.randint(1, 28):02d}{r.randint(0, 999):03d}"
    return body + "10X98765432"[sum(w * int(d) for w, d in zip(_WEIGHTS, body, strict=True)) % 11]


def wrong_identity(r: random.Random) -> str:
    number = identity(r)
    return number[:17] + r.choice([c for c in "0123456789X" if c != number[17]])


def old_identity(r: random.Random) -> str:
    number = identity(r)
    return number[:6] + f"{r.randint(30, 85)}" + number[10:17]


def disability(r: random.Random) -> str:
    return f"{identity(r)}{r.randint(1, 7)}{r.randint(1, 4)}"


def card(r: random.Random) -> str:
    start = r.choice(("622848", "621700", "623058", "955880", "436742", "622202"))
    length = r.choice((16, 17, 18, 19)) if start.startswith("62") else r.choice((16, 19))
    body = start + "".join(r.choice("0123456789") for _ in range(length - 7))
    return next(body + d for d in "0123456789" if luhn(body + d))


def mobile(r: random.Random) -> str:
    return f"1{r.randint(3, 9)}{r.randint(0, 10**9 - 1):09d}"


def landline(r: random.Random) -> str:
    return r.choice(("023-7", "0856-", "0743-")) + f"{r.randint(2000000, 8999999)}"


def spaced(number: str) -> list[str]:
    if len(number) == 11:
        cuts = ((3, 7),)
    elif len(number) in (18, 20):
        cuts = ((6, 14), (6, 10, 14))
    elif len(number) == 15:
        cuts = ((6, 12),)
    else:
        cuts = (tuple(range(4, len(number), 4)),)
    found = []
    for cut in cuts:
        for sign in (" ", "-", "\u3000", "－", "\u00a0"):
            found.append(sign.join(number[a:b] for a, b in zip((0, *cut), (*cut, None), strict=True)))
    return found


def dressed(number: str, r: random.Random) -> str:
    """A number as people write it."""
    forms = [number, number, number.translate(_FULL), r.choice(spaced(number)), number[:5] + "\u200b" + number[5:]]
    if number[-1] == "X":
        forms.append(number.lower())
    return r.choice(forms)


def addresses(r: random.Random) -> str:
    village, town, n = r.choice(VILLAGES), r.choice(TOWNS), r.randint(1, 60)
    return r.choice(
        (
            f"{town}{village}{n % 9 + 1}组{n}号",
            f"秀山县{town}{village}{'一二三四五六七八九'[n % 9]}组{n}号",
            f"{village}{n % 9 + 1}组",
            f"{town}{village}第{'一二三四五六'[n % 6]}村民小组",
            f"{town}渝秀大道{n}号",
            f"安置点{n}栋2单元50{n % 9}室",
            f"家住{village}{n % 9 + 1}组",
            f"{village}{n}号",
            f"住址：{town}{village}{n % 9 + 1}组",
        )
    )


def around(text: str, r: random.Random) -> str:
    """A leak in its surroundings."""
    name = r.choice(SURNAMES) + r.choice(GIVEN) + r.choice(GIVEN)
    return r.choice(
        (
            text,
            f"{name}{text}",
            f"户主{name}（{text}）",
            f"备注：{text}，已核",
            f"{text}号",
            f"3 {name} {text} 2022-08-31 1,200.00",
            f"No.{text}",
        )
    )


def leaks(seed: int, count: int) -> Iterator[tuple[str, str]]:
    """(kind, text) of leaks."""
    r = random.Random(seed)
    makers: tuple[Callable[[random.Random], str], ...] = (
        identity,
        wrong_identity,
        old_identity,
        disability,
        card,
        mobile,
    )
    for _ in range(count):
        maker = r.choice((*makers, landline, addresses))
        if maker is addresses:
            yield "address", addresses(r)
        elif maker is landline:
            yield "landline", around(landline(r), r).replace("号", "")
        elif maker is old_identity:
            yield "old_identity", around(r.choice((old_identity(r), *spaced(old_identity(r)))), r)
        else:
            yield maker.__name__, around(dressed(maker(r), r), r)


def credit_code(r: random.Random) -> str:
    body = r.choice(("91", "93", "12", "54")) + "500241" + "".join(r.choice(_CREDIT) for _ in range(9))
    total = sum(_CREDIT.index(one) * pow(3, place, 31) for place, one in enumerate(body))
    return body + _CREDIT[(31 - total % 31) % 31]


def money(r: random.Random) -> str:
    amount = r.randint(1, 10 ** r.randint(4, 13))
    return r.choice(
        (
            f"{amount // 100}.{amount % 100:02d}",
            f"{amount // 100:,}.{amount % 100:02d}",
            f"{amount // 100:,}.{amount % 100:02d} 元",
        )
    )


def near_misses(seed: int, count: int) -> Iterator[str]:
    """Texts of a disclosure that look like leaks and are none."""
    r = random.Random(seed)

    def n(digits: int) -> str:
        return f"{r.randint(0, 10**digits - 1):0{digits}d}"

    def day() -> str:
        return f"20{r.randint(18, 26)}-{r.randint(1, 12):02d}-{r.randint(1, 28):02d}"

    for _ in range(count):
        yield r.choice(
            (
                lambda: f"500241{r.randint(18, 26)}Z{n(12)}",
                lambda: f"项目代码500241{r.randint(18, 26)}Y{n(12)}（衔接资金）",
                lambda: f"500000{n(10)}",
                lambda: f"2{n(3)}-500241-{n(2)}-{n(2)}-{n(6)}",
                lambda: f"渝财农〔{r.randint(2018, 2026)}〕{r.randint(1, 199)}号",
                lambda: f"秀委农组〔2022〕{r.randint(1, 99)}号第{r.randint(1, 60)}条",
                lambda: money(r),
                lambda: f"合计 {money(r)}，其中中央 {money(r)}",
                day,
                lambda: f"{day()} 至 {day()}",
                lambda: f"{day()}/{day()}",
                lambda: f"{r.randint(2018, 2026)}年{r.randint(1, 12)}月{r.randint(1, 28)}日",
                lambda: f"P2022-{n(4)}",
                lambda: f"V106{n(3)}、V107{n(3)}",
                lambda: f"H106003-{n(3)}",
                lambda: f"凭证 2022-{n(6)}-{r.randint(1, 3)}",
                lambda: "".join(r.choice("0123456789abcdef") for _ in range(62)) + "af",
                lambda: credit_code(r),
                lambda: f"{r.choice(VILLAGES)}{r.randint(1, 9)}组至{r.randint(1, 9)}组产业路",
                lambda: f"{r.choice(VILLAGES)}{r.randint(1, 9)}组机耕道硬化{r.randint(1, 9)}.{r.randint(1, 9)}公里",
                lambda: f"{r.choice(TOWNS)}{r.choice(VILLAGES)}{r.randint(1, 9)}号冷库",
                lambda: f"在{r.choice(VILLAGES)}{r.randint(1, 9)}组、{r.randint(1, 9)}组新建蓄水池{r.randint(1, 60)}口",
                lambda: f"{r.randint(1, 60)}号公路桥维修",
                lambda: "监督电话：12317、12345、023-76660000",
                lambda: f"务工 {n(4)} 工日，发放 {money(r)}",
                lambda: f"{r.randint(1, 500)} 户 {r.randint(500, 2000)} 人，占 {r.randint(0, 99)}.{n(4)}%",
                lambda: f"张*三 {r.randint(1, 300)} {money(r)} {day()}",
                lambda: f"villages/V106{n(3)}.html",
                lambda: f"第 {r.randint(1, 99)} 页，共 {r.randint(1, 99)} 页",
                lambda: f"资产编号 A{r.randint(2018, 2026)}-{n(4)}，原值 {money(r)}",
                lambda: f"功能科目 2130{n(3)}，经济科目 3{n(4)}",
                lambda: f"21305{n(2)}农村基础设施建设:31005基础设施建设",
            )
        )()
