"""Addresses of homes in a folded text: a group and a house number, a street and a number, a building, a door."""

import re

ADDRESS = "村以下住址"
_N = "0-9一二三四五六七八九十百〇零壹贰叁肆伍陆柒捌玖拾"
_HAN = "\u4e00-\u9fff"
# What is numbered without anybody living in it.
_THINGS = (
    "冷库|蓄水池|水池|水井|机井|井|公路|路灯|电线杆|电杆|桥|路|机耕道|便道|步道|沟|渠|堰|闸|涵|泵|大棚|棚|厂房|车间|线|点|地|山坪塘|塘|公厕|厕|标段|标|项目|工程|基地|圈|机组"
    "|电站|站|仓库|库|文件|文|公告|通知|令|批|桩|楼梯|煤|灯|杆|塔|变压器|变|台区|垃圾|窖|洞|隧道|图斑|样|监测|监控|摄像|探头|取水|水源|管|阀|地块|宗|水表|电表|气表|井盖|消火栓|消防栓|检查井|充电桩|宣传栏|垃圾桶|岗亭|林|园|区|牌|院坝|坝"
    "|(?:至|到|-|~|、|和|及|与)[^。；;]{0,8}(?:路|桥|渠|沟|线|段)"
)
_NOT_THING = rf"(?!\s*(?:{_THINGS}))"
_OFFICE = (
    "局|政府|委员会|办公|办事|中心|服务|银行|信用社|支行|公司|学校|小学|中学|幼儿园|医院|卫生|大厅|大楼|政务|合作社|企业|工厂"
    "|门市|超市|商行|农场|广场|法院|检察|派出所|联社|协会|党群|图书|文化|敬老|机关|大院|邮政"
)
_HOUSE = re.compile(
    rf"[{_N}]{{1,6}}\s*(?:村民小组|组|社|队|屯|寨)\s*[{_HAN}]{{0,10}}?\s*(?:附\s*)?[{_N}]{{1,6}}\s*号{_NOT_THING}"
    rf"|(?:村|社区|居委会|组)\s*[{_HAN}]{{0,8}}?(?:[湾坝坪坡岭冲垭塝寨屯庄堡塆坎盖岗]|院子|大院|院落|村|社区)\s*[{_N}]{{1,6}}\s*号{_NOT_THING}"
    rf"|(?:村|社区)[{_HAN}]{{1,8}}组\s*[{_N}]{{1,6}}\s*号{_NOT_THING}"
    rf"|(?:场镇|集镇|老街|街上|场上)\s*[{_N}]{{1,6}}\s*号{_NOT_THING}"
    rf"|门牌号?\s*[:：]?\s*[{_N}]{{1,6}}"
    rf"|(?<![{_N}])[{_N}]{{1,6}}\s?(?:栋|幢|号楼|座)\s?(?:[{_N}]{{1,6}}单元)?\s?(?:[{_N}]{{1,6}}(?:室|号|单元)|\d{{1,3}}-\d{{1,4}}(?![-\d])|\d{{3,4}}(?![\d.]))"
    rf"|[{_N}]{{1,6}}\s?单元\s?[{_N}]{{1,6}}(?:-[{_N}]{{1,6}})?(?:室|号|楼|$|(?=[^\d.]))"
    rf"|(?:小区|花园|家园|公寓|佳苑|苑|新城|新村|安置房|安置点|廉租房|公租房|宿舍)\s?[A-Z]?\d{{1,2}}\s?[-#栋幢]\s?\d{{1,2}}\s?-\s?\d{{1,4}}(?!\d)"
)
_STREET = re.compile(
    rf"[{_HAN}]{{2,}}(?:路|街|巷|弄|大道|胡同|坊)(?:[东西南北中]?段)?\s*[{_N}]{{1,6}}\s*(?:号|弄|巷)(?:附\s*[{_N}]{{1,6}}\s*号)?(?:[{_N}]{{1,6}}号)?{_NOT_THING}"
)
_LIVING = re.compile(
    rf"(?:家住|现住|住在|居住于|居住在|居住地|住址|家庭地址|户籍地|户籍所在地|户口所在地|住所|地址)[^0-9。；;]{{0,24}}?[{_N}]{{1,6}}\s*(?:村民小组|组|社|队|号|室)"
)
_BUSINESS = re.compile(rf"(?:{_OFFICE}|受理|单位|建设|项目|实施|经营|注册|公示|施工|监督)[^。；;，,]{{0,12}}?$")
_UNDER = re.compile(rf"[{_N}]{{1,6}}\s*(?:组|社|队|号|室|栋|幢)")
LABEL = re.compile("住址|地址|住所|户籍|居住地|户口")
_NO_LABEL = re.compile("项目|建设|实施|单位|办公|受理|经营|注册|公示|网址|网站|公司|企业|机构|资产")


def is_home(text: str, label: str = "") -> bool:
    """Whether a folded text, below the heading `label`, tells where somebody lives."""
    if _HOUSE.search(text):
        return True
    if LABEL.search(label) and not _NO_LABEL.search(label) and _UNDER.search(text):
        return not _has_office(text, 0)
    return any(not _is_business(text, match) for pattern in (_STREET, _LIVING) for match in pattern.finditer(text))


def _is_business(text: str, match: re.Match[str]) -> bool:
    """Whether an address is that of an office or a firm: one stands right before or behind it."""
    before = text[max(0, match.start() - 16) : match.start()]
    return _has_office(text, match.end()) or bool(_BUSINESS.search(before) or re.search(_OFFICE, match.group()))


def _has_office(text: str, start: int) -> bool:
    return bool(re.match(rf"[^。；;，,\d]{{0,16}}?(?:{_OFFICE})", text[start:]))
