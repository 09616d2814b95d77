"""The detector against generated leaks and harmless texts, the third that was never looked at while tuning included."""

from collections.abc import Callable

import pytest

from ledgers.personal.checks import is_landline, is_mobile, luhn
from ledgers.personal.find import ADDRESS, Allowed, find, without_numbers
from ledgers.personal.names import Known, may_be_person
from ledgers.personal.numbers import ACCOUNT, LANDLINE
from tests.personal import corpus, second

ALLOWED = Allowed(frozenset({"12317", "12345", corpus.PHONE_OF_OFFICE}), frozenset({corpus.ADDRESS_OF_OFFICE}))
SEEN: Callable[[int], bool] = lambda number: not corpus.unseen(number)  # noqa: E731


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize("part", [SEEN, corpus.unseen], ids=["seen", "unseen"])
def test_leaks_are_caught(seed: int, part: Callable[[int], bool]) -> None:
    cases = [one for number, one in enumerate(corpus.leaks(seed)) if part(number)]
    missed = [one for one in cases if not find(one.text, "", ALLOWED)]
    assert len(cases) > 700
    assert len(missed) <= len(cases) // 100, missed[:20]


def test_two_thousand_leaks_of_many_forms() -> None:
    cases = list(corpus.leaks(1))
    assert len(cases) >= 2000
    assert len({one.what for one in cases}) > 300


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize("part", [SEEN, corpus.unseen], ids=["seen", "unseen"])
def test_at_most_one_harmless_text_in_a_hundred_is_called_a_leak(seed: int, part: Callable[[int], bool]) -> None:
    cases = [one for number, one in enumerate(corpus.harmless(seed, 1500)) if part(number)]
    alarms = [one for one in cases if find(one.text, "", ALLOWED)]
    assert len(alarms) <= len(cases) // 100, alarms[:20]


@pytest.mark.parametrize(
    ("label", "text", "kind"),
    [
        ("银行账号", "80210012345", ACCOUNT),
        ("一卡通号", "3100 1234 5678 9", ACCOUNT),
        ("身份证号", "1990010112", ACCOUNT),
        ("联系电话", "76661234", LANDLINE),
        ("家庭住址", "青溪三组", ADDRESS),
        ("姓名", "石小甲", "未脱敏的姓名"),
        ("", "存折账号：80210012345", ACCOUNT),
        ("", "联系人石甲 76661234", LANDLINE),
    ],
)
def test_under_a_heading_much_less_is_a_leak(label: str, text: str, kind: str) -> None:
    assert kind in find(text, label, ALLOWED)


@pytest.mark.parametrize(
    "text", ["80210012345", "76661234", "青溪三组的路", "石小甲", "石*甲", "合计", "周边农户", "周围农户", "万元户"]
)
def test_without_a_heading_the_same_is_none(text: str) -> None:
    assert not find(text, "", ALLOWED)


@pytest.mark.parametrize(
    ("label", "text"), [("姓名", "石*甲"), ("姓名", "合计"), ("项目地址", "青溪三组"), ("账号", "12,345.00")]
)
def test_what_may_stand_under_a_heading(label: str, text: str) -> None:
    assert not find(text, label, ALLOWED)


def test_telephones_of_the_office_may_stand_in_public_and_no_others() -> None:
    assert not find("监督电话 023-76660000，（023）76660000，12317", "监督电话", ALLOWED)
    assert find("县交通局 023-76660001", "", ALLOWED)
    assert find("监督电话 13912345678", "", ALLOWED)
    assert find("监督电话 13912345678", "监督电话", Allowed())
    assert not find(f"地址：{corpus.ADDRESS_OF_OFFICE}", "", ALLOWED)


@pytest.mark.parametrize(
    ("cells", "leak"),
    [
        ("500241\t199001011239", True),
        ("5\t0\t0\t2\t4\t1\t1\t9\t9\t0\t0\t1\t0\t1\t1\t2\t3\t9", True),
        ("139\t12345678", True),
        ("产业路\t139\t123456.78\t45", False),
        ("2022\t3521\t4410\t5120\t6033", False),
    ],
)
def test_a_number_in_two_cells(cells: str, leak: bool) -> None:
    assert bool(find(cells, "", ALLOWED, True)) == leak


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("转石甲13912345678补助", "转石甲＊＊＊补助"),
        ("卡（６２２８４８００００００００００００３）", "卡（＊＊＊）"),
        ("电话一三九一二三四五六七八。", "电话＊＊＊。"),
        ("项目 P2022-0001 支付 1,234,567.89 元", "项目 P2022-0001 支付 1,234,567.89 元"),
        ("账 80210012345678", "账 ＊＊＊"),
    ],
)
def test_numbers_are_masked_where_they_stand(text: str, masked: str) -> None:
    assert without_numbers(text) == masked


ROLES = (
    "脱贫户{}",
    "户主：{}",
    "务工人员{} 20工日",
    "残疾人{}护理补贴",
    "低保户{}，补助1200元",
    "户主姓名 {}",
    "帮扶联系人：{}",
    "{}同志",
    "{}等3户",
)


@pytest.mark.parametrize(
    "surname", ["瞿", "鄢", "宓", "阚", "璩", "禤", "邝", "苟", "佘", "晏", "漆雕", "司徒", "令狐", "覃", "庹"]
)
def test_a_rare_surname_is_one_too(surname: str) -> None:
    missed = [one for role in ROLES for given in ("秀英", "伟") if not find(one := role.format(surname + given))]
    assert not missed


@pytest.mark.parametrize(
    "text",
    ["农户水池", "农户平均增收", "脱贫户和监测户", "农户自筹5万元", "村民代表", "村民广场", "村民小组", "残疾人家庭", "农户田间道", "社员大会", "护林员工资",
     "务工人员管理", "农户应得补助", "管护责任人已落实", "农户红薯种植", "受益人口300人", "低保户全部纳入", "农户林地流转", "村民步道"],
)  # fmt: skip
def test_a_word_that_begins_like_a_surname_is_none(text: str) -> None:
    assert not find(text)


@pytest.mark.parametrize(
    "name",
    [
        "瞿秀英",
        "庹伟",
        "漆雕明",
        "张爱民",
        "王学会",
        "水清",
        "张王秀英",
        "买买提·吐尔逊",
        "阿依古丽",
        "陈登科",
        "刘建社",
    ],
)
def test_two_to_four_characters_that_are_no_unit_may_be_a_person(name: str) -> None:
    assert may_be_person(name)


@pytest.mark.parametrize(
    "name",
    ["村集体", "县林业局", "村委会", "农户", "各农户", "供销社", "国家电网", "中国移动", "王家村", "县水务站", "全县农户", "待定", "自建", "镇政府", "茶叶协会",
     "东西部协作", "村民小组", "石材厂", "甲坪茶业有限公司", "供电公司", "务工人员", "产业园", ""],
)  # fmt: skip
def test_units_and_nobody_in_general_are_no_person(name: str) -> None:
    assert not may_be_person(name)


KNOWN = Known({"冉戊己", "壬丑二", "石田", "张三"}, {"石田村", "冉戊己小学"})


@pytest.mark.parametrize(
    "text",
    [
        "冉戊己家",
        "冉戊己等3户",
        "冉戊己同志",
        "为冉戊己户建房",
        "“冉戊己”",
        "《冉戊己》",
        "冉戊己。",
        "冉戊己1200",
        "冉戊己家庭农场",
        "冉 戊 己",
        "冉·戊己",
        "张三",
        "户主张三",
        "为张三家",
    ],
)
def test_a_known_name_is_found_wherever_it_stands(text: str) -> None:
    assert KNOWN.within(text)


@pytest.mark.parametrize("text", ["石田村产业路", "冉戊己小学", "冉*己", "张三丰收", "扩张三条路", "", "abc"])
def test_places_masked_names_and_longer_words_are_no_names(text: str) -> None:
    assert not KNOWN.within(text)


def test_check_digits() -> None:
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")
    assert is_mobile("13912345678")
    assert not is_mobile("15000000000")
    assert is_landline("02376660001")
    assert not is_landline("02312345678")


def test_a_long_text_is_looked_at_in_bounded_time() -> None:
    assert find("1 2 " * 5_000 + "13912345678") == ("手机号码",)
    assert find("一" * 9_000 + "。一三九一二三四五六七八") == ("手机号码",)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_second_corpus_that_was_thought_of_apart(seed: int) -> None:
    leaks, harmless = list(second.leaks(seed)), list(second.harmless(seed))
    missed = [one for one in leaks if not find(one.text, "", ALLOWED)]
    alarms = [one for one in harmless if find(one.text, "", ALLOWED)]
    assert len(leaks) > 400
    assert len(harmless) > 1000
    assert len(missed) <= len(leaks) * 0.04, missed[:20]
    assert len(alarms) <= len(harmless) * 0.01, alarms[:20]


@pytest.mark.parametrize(
    "text",
    ["139 12 34 56 78", "1 39 1234 5678", "13 91 23 45 678", "139.12.34.56.78", "139_12_34_56_78", "+861 39 1234 5678",
     "139-I2345-678", "(139) 12 34 56 78", "一三九、一二、三四、五六、七八", "139 12345 678", "护照 E12345678"],
)  # fmt: skip
def test_however_it_is_cut(text: str) -> None:
    assert find(text, "", ALLOWED)


@pytest.mark.parametrize(
    "text",
    ["192.168.46.230", "14000-493000元", "36 示例村 130 553 32830 98.52", "0612×2539×0110mm", "订单号：041076726100",
     "1990-12-01-001", "12317 12345 12333", "15-2022-001", "139 户 1234 人 5678 元"],
)  # fmt: skip
def test_what_only_looks_cut(text: str) -> None:
    assert not find(text, "", ALLOWED)
