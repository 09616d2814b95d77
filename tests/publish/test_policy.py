"""publish.toml is read as every file of a book is; sensitive benefits are never listed by name, however they are worded."""

import os
from pathlib import Path

import pytest

from ledgers.files.problems import Untrusted
from reports.publish.policy import FILE, read_policy, sensitive

TRIED = (
    *(
        "孤儿基本生活费",
        "特困供养",
        "重度精神病人看护",
        "艾滋病",
        "戒毒康复",
        "刑满释放",
        "失独",
        "孕产妇",
        "寄宿生",
        "两后生",
        "住院",
        "康复",
        "护理",
        "重残",
    ),
    *(
        "雨露计划",
        "大病医疗",
        "事实无人抚养儿童补助",
        "留守儿童之家",
        "失能老人照护",
        "残疾人两项补贴",
        "低保户电费",
        "拘留人员家属慰问",
        "社区矫正对象帮扶",
        "HIV感染者补助",
    ),
    *(
        "独生子女伤残家庭",
        "尘肺病农民工",
        "高中生助学金",
        "幼儿园营养餐",
        "监测户临时补助",
        "丧葬补贴",
        "家庭暴力受害人",
        "血液透析交通费",
        "精 神 障碍",
        "盲人辅具",
        "五保老人",
    ),
)
LISTED = (
    "公益性岗位",
    "跨区域务工交通补助·跨省交通",
    "美翠村产业路",
    "生产奖补·种植",
    "冷库分红",
    "村道硬化务工",
    "以工代赈道路",
)


@pytest.mark.parametrize("name", TRIED)
def test_what_tells_of_a_plight_is_not_listed(name: str, tmp_path: Path) -> None:
    assert not read_policy(tmp_path).listed("补助", name)


@pytest.mark.parametrize("name", LISTED)
def test_what_the_rules_want_listed_is_listed(name: str, tmp_path: Path) -> None:
    assert read_policy(tmp_path).listed("补助", name)


def test_a_county_can_add_words_and_take_none_away(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[board]\nunlisted = ["跨省"]\n', "utf-8")
    policy = read_policy(tmp_path)
    assert not policy.listed("补助", "跨省交通")
    assert not policy.listed("补助", "孤儿补助")
    assert len(sensitive()) == len(set(sensitive())) > 100


@pytest.mark.parametrize(
    "text",
    [
        "[notice]\ndays = -5\n",
        "[notice]\ndays = 0\n",
        "[notice]\ndays = 99999\n",
        '[notice]\nboard_place = "{town.__class__.__mro__}"\n',
        '[notice]\nboard_place = "{town:>2000000000}"\n',
        '[office]\nphone = "500241199001011239"\n',
        '[office]\nphone = "12317 500241199001011239"\n',
        '[office]\naddress = "石甲 13912345678"\n',
        '[office]\nname = "a\\u202eb"\n',
        "[web]\nleast_households = 2\n",
        "[web]\nleast_households = true\n",
        "x = [" * 2000,
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")
    with pytest.raises(Untrusted):
        read_policy(tmp_path)


def test_a_pipe_and_a_link_outside_are_refused(tmp_path: Path) -> None:
    book, outside = tmp_path / "book", tmp_path / "outside.toml"
    book.mkdir()
    outside.write_text('[office]\nname = "别处"\n', "utf-8")
    (book / FILE).symlink_to(outside)
    with pytest.raises(Untrusted, match="文件夹之外"):
        read_policy(book)
    (book / FILE).unlink()
    os.mkfifo(book / FILE)
    with pytest.raises(Untrusted, match="不是普通文件"):
        read_policy(book)


def test_a_good_one_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        '[office]\nname = "示例县财政局"\nphone = "023-76660000"\naddress = "渝秀大道1号"\nhours = "工作日"\n', "utf-8"
    )
    policy = read_policy(tmp_path)
    assert policy.phones == ("12317", "023-76660000")
    assert policy.missing == []
