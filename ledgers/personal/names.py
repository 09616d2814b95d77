"""Names of people in a text: those that are known, wherever they stand, and what can only be a name by the words around it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from ledgers.personal.reading import folded

NAME = "未脱敏的姓名"
# Surnames that most people of the country bear, two characters first.
_DOUBLE = ["欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "慕容", "司徒", "夏侯", "端木"]
_SINGLE = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊"
    "秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤冉壬舒滕吉阳鲁岑申祝符左游辛管欧耿关兰焦俞柴蒙鲍华喻祁蒲房安庞詹代甘洪翟倪季谷齐柳骆温葛翁简"
)
_SURNAME = rf"(?:{'|'.join(_DOUBLE)}|[{_SINGLE}])"
_GIVEN = "[\u4e00-\u9fff]{1,2}"
# As _SINGLE and _GIVEN, without what is also a common word: after 脱贫户 may stand 向, 管护, 享受.
_CLEAR = f"(?:{'|'.join(_DOUBLE)}|[{''.join(one for one in _SINGLE if one not in '向管任于方安白付关段温高常时成代')}])"
_UNLIKELY = "户家人员村组的和及或与等在为向护理享受工务发放领取是有个从由到也应可要会对"
_HAN = re.compile("[\u4e00-\u9fff]")
LABEL = re.compile("姓名|户主|领款人|受益人姓名|收款人姓名|务工人员姓名")
_NO_NAME = re.compile(
    "公司|合作社|农场|委员会|政府|局$|办$|中心|村$|社区|合计|小计|[县镇乡]$|银行|学校|[组户项表]$|姓名|人员|未|无|不|集体|单位|项目"
)
_WORDS = "周边|周围|万元|石榴|金银花"  # what begins like a surname: 周边农户, 万元户
_ROLE = "脱贫户|贫困户|监测户|监测对象|低保户|特困户|五保户|农户|户主|村民|社员|残疾人|困难群众|受益人|领款人"  # who a name belongs to
_PERSON = re.compile(
    rf"(?:{_ROLE})[:： “\"'《]?{_CLEAR}(?:(?![{_UNLIKELY}])[\u4e00-\u9fff]){{1,2}}"
    r"(?=[\W\d]|家|户|等|的|同志|[一二三四五六七八九十]人|领取|发放|$)"
    rf"|(?<![\u4e00-\u9fff])(?!{_WORDS}){_CLEAR}{_GIVEN}"
    r"(?:等\s*[\d一二三四五六七八九十]+\s*[户人]|家(?=[\W\d]|危房|厕|房|门前|至|到|的|$)|同志|户(?=[\W]|建房|危房|改厕|的|$))"
)
# Who trades under a name of their own, 张三百货店, also with the place before it; what begins with a place is none.
_TRADER = re.compile(
    rf"(?:.*(?:[省市县区镇乡村组]|街道))?(?!{_WORDS}|.{{1,3}}[县镇乡村组]|.{{1,3}}(?:街道|社区)){_SURNAME}{_GIVEN}.{{0,6}}?"
    r"(?:经营部|商行|门市部|[店铺摊坊]|超市|服务部|维修部|加工厂|养殖场|种植场|农场|工作室)$"
)
_SO_CALLED = re.compile(rf"(?:大户|业主|经营户|个体户|承包人|负责人|老板|能人)[:： ]?{_SURNAME}{_GIVEN}$")
_MASKED = re.compile(r"[*＊×xX某○]")
# What may stand left and right of a name of two characters, which may also be part of a word.
_BEFORE = re.compile("(?:^|[^\u4e00-\u9fff]|[为给由向与和及至到]|户主|[户员民农]|姓名|人|同志|家住)$")
_AFTER = re.compile("^(?:$|[^\u4e00-\u9fff]|家|户|等|同志|的|先生|女士|[领务住]|建房|一[人家户])")


def is_named(text: str, label: str = "") -> bool:
    """Whether a folded text names somebody by the words around the name, or stands below a heading of names."""
    bare = text.strip()
    if LABEL.search(label) and 2 <= len(bare) <= 4 and not _MASKED.search(bare) and not _NO_NAME.search(bare):
        return bool(re.fullmatch(rf"{_SURNAME}{_GIVEN}", bare))
    return bool(_PERSON.search(text))


def may_be_person(name: str) -> bool:
    """Whether who is paid or runs something may be a person: a name alone, or one who trades under the own name."""
    bare = re.sub(r"[（(].*", "", _bare(name)).strip()
    if re.match("林业|石料|石材", bare):  # no surname and given name
        return False
    return is_named(bare, "姓名") or bool(_TRADER.match(bare) or _SO_CALLED.search(bare))


class Known:
    """Names that no text may hold. `common` are names that are also places or units: these are no names."""

    def __init__(self, names: Iterable[str], common: Iterable[str] = ()) -> None:
        harmless = set(common)
        self._by_start: dict[str, set[str]] = defaultdict(set)
        for name in map(_bare, names):
            if len(name) > 1 and name not in harmless and not _MASKED.search(name):
                self._by_start[name[:2]].add(name)
        self._common = sorted((one for one in harmless if len(one) > 2), key=len, reverse=True)

    def __bool__(self) -> bool:
        return bool(self._by_start)

    def within(self, text: str) -> bool:
        """Whether a text names one of them, alone or inside a phrase, with blanks or signs within the name or not."""
        if not self._by_start or not _HAN.search(text):
            return False
        plain = _bare(text)
        return any(not self._is_word(plain, *one) for one in self._found(plain))

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        for start in range(len(text) - 1):
            for name in self._by_start.get(text[start : start + 2], ()):
                if text.startswith(name, start):
                    yield start, start + len(name)

    def _is_word(self, text: str, start: int, end: int) -> bool:
        """Whether what looks like a name is part of a place, a unit, or (two characters) of a longer word."""
        for word in self._common:
            at = text.find(word)
            while at >= 0:
                if at <= start and end <= at + len(word):
                    return True
                at = text.find(word, at + 1)
        return end - start == 2 and not (_BEFORE.search(text[:start]) and _AFTER.search(text[end:]))


def _bare(text: str) -> str:
    """A text without the blanks and dots within names."""
    return re.sub(r"(?<=[\u4e00-\u9fff])[\s·•.]+(?=[\u4e00-\u9fff])", "", folded(text))


NOBODY = Known(())  # where no names are known
