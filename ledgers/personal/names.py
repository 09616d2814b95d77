"""Names of people in a text: those that are known, wherever they stand, and what can only be a name by the words around it."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from ledgers.personal.reading import folded

NAME = "未脱敏的姓名"
_DATA = tomllib.loads((Path(__file__).parent / "surnames.toml").read_text("utf-8"))
_WORD = set("".join(_DATA["words"]["single"].split())) | set(_DATA["words"]["double"].split())


def _surnames(*, clear: bool) -> str:
    """A pattern of one surname, those of two characters first; `clear`: of those that are no common words."""
    double = dict.fromkeys(name for group in _DATA["group"] for name in group["double"].split())
    single = dict.fromkeys("".join("".join(group["single"].split()) for group in _DATA["group"]))
    known = [[name for name in names if not (clear and name in _WORD)] for names in (double, single)]
    return rf"(?:{'|'.join(known[0])}|[{''.join(known[1])}])"


_SURNAME, _CLEAR = _surnames(clear=False), _surnames(clear=True)
_GIVEN = "[\u4e00-\u9fff]{1,2}"
_UNLIKELY = "户家人员村组的和及或与等在为向护理享受工务发放领取是有个从由到也应可要会对"
_HAN = re.compile("[\u4e00-\u9fff]")
LABEL = re.compile("姓名|户主|领款人|受益人姓名|收款人姓名|务工人员姓名")
_NO_NAME = re.compile(
    "公司|合作社|农场|委员会|政府|局$|办$|中心|村$|社区|合计|小计|[县镇乡]$|银行|学校|[组户项表]$|姓名|人员|未|无|不|集体|单位|项目"
)
_WORDS = (  # what begins like a surname: 周边农户, 万元户
    "周[边围]|万元|石[榴漠材]|金银花|田[间块土坎]|黄[牛花桷连精]|马铃薯|杨梅|李子|江边|胡[豆椒萝]|姜黄|毛[竹猪路]|叶菜|柏树|杜仲|施[工肥策]|范围|方案|苗[圃木]"
    "|严[格重禁]|庞大|章程|陈[旧列]|许可|夏[季粮]|连[片续]|雷[电击]|孔[眼径]|董事|龙[头潭井]|高[山粱]|汤圆|谢绝|余[额下粮]|蓝莓|葛[根藤]"
)
_ROLE = (  # who a name belongs to
    "脱贫户|贫困户|监测户|监测对象|低保户|特困户|五保户|易致贫户|困难户|建档立卡户|建卡户|农户|户主|村民|社员|务工人员|务工群众|残疾人|困难群众|五保老人"
    "|受益人|领款人|收款人|申请人|帮扶联系人|帮扶责任人|管护责任人|管护人|信息员|护林员|保洁员|护路员|护河员"
)
_BEHIND = r"[\W\d]|家|户|等|的|同志|[一二三四五六七八九十]人|领取|发放|护理|补助|补贴|享受|务工|参加|申请|危房|建房|住房|因|患|$"
_GIVEN_CLEAR = rf"(?:(?![{_UNLIKELY}])[\u4e00-\u9fff]){{1,2}}"
_PERSON = re.compile(
    rf"(?:{_ROLE})(?:姓名|名字)?[:： “\"'《]?(?!{_WORDS})(?:{_CLEAR}|(?<=[:：]){_SURNAME}){_GIVEN_CLEAR}(?={_BEHIND})"
    rf"|(?<![\u4e00-\u9fff])(?!{_WORDS}){_CLEAR}{_GIVEN}"
    r"(?:等\s*[\d一二三四五六七八九十]+\s*[户人]|家(?=[\W\d]|危房|厕|房|门前|至|到|的|$)|同志|户(?=[\W]|建房|危房|改厕|的|$)"
    r"|(?:领取|领到|实领|务工)\s*\d)"
)
# Who trades under a name of their own, 张三百货店, also with the place before it; what begins with a place is none.
_TRADER = re.compile(
    rf"(?:.*(?:[省市县区镇乡村组]|街道))?(?!{_WORDS}|.{{1,3}}[县镇乡村组]|.{{1,3}}(?:街道|社区)){_SURNAME}{_GIVEN}.{{0,6}}?"
    r"(?:经营部|商行|门市部|[店铺摊坊]|超市|服务部|维修部|加工厂|养殖场|种植场|农场|工作室)$"
)
_SO_CALLED = re.compile(rf"(?:大户|业主|经营户|个体户|承包人|负责人|老板|能人)[:： ]?{_SURNAME}{_GIVEN}$")
_DOTTED = re.compile("[\u4e00-\u9fff]{1,8}(?:[·•.][\u4e00-\u9fff]{1,8})+")  # 买买提·吐尔逊
# What a unit, an office or nobody in general is called, which is nobody's name.
_NOBODY = re.compile(
    "公司|[厂站所院局办处队校县乡镇村组委库矿户员]$|(?:合作|联合|供销|信用|旅行)社$|(?:委|工|商)会$|(?<=..)[协学]会$|(?<=...)[园科]$|公园|产业园"
    "|中心|街道|社区|政府|财政|银行|信用|农商|移动|电信|联通|铁塔|供电|电网|电力|水务|自来水|燃气|烟草|邮政|保险|学校|幼儿|林场|农场|牧场"
    "|基地|集体|集团|基金|平台|单位|部门|项目|[农村居移灾]民$|群众|个人|自[建营筹用管]|待[定聘]|未[定明知]|不详|^无$|^其他|^[各全]|本[县乡镇村]|上级|东西部"
    "|帮扶|协作|^(?:大|中|小|在校)?学生$|对象$"
)
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
    """Whether who is paid or runs something may be a person: a name alone, or one who trades under the own name.

    Two to four characters that are no unit, no office and nobody in general are a name, whatever the surname.
    """
    said = re.sub(r"[（(].*", "", folded(name)).strip()
    bare = _bare(said)
    if re.match("林业|石料|石材", bare):  # no surname and given name
        return False
    alone = bool(re.fullmatch("[\u4e00-\u9fff]{2,4}", bare)) or bool(_DOTTED.fullmatch(said))
    return (alone and not _NOBODY.search(bare)) or bool(_TRADER.match(bare) or _SO_CALLED.search(bare))


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
