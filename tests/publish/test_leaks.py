"""The gate against generated leaks and near misses."""

import pytest

from reports.publish.leaks import ACCOUNT, ADDRESS, LANDLINE, Allowed, find, is_credit_code, luhn
from tests.publish import corpus

ALLOWED = Allowed(frozenset({"12317", "12345", corpus.PHONE_OF_OFFICE}), frozenset({"中和街道渝秀大道1号县乡村振兴局"}))


@pytest.mark.parametrize("seed", range(2))
def test_every_leak_is_caught(seed: int) -> None:
    missed = [(kind, text) for kind, text in corpus.leaks(seed, 3000) if not find(text, "", ALLOWED)]
    assert not missed, missed[:20]


@pytest.mark.parametrize("seed", range(2))
def test_at_most_one_near_miss_in_a_hundred_is_called_a_leak(seed: int) -> None:
    alarms = [text for text in corpus.near_misses(seed, 3000) if find(text, "", ALLOWED)]
    assert len(alarms) <= 30, alarms[:20]


@pytest.mark.parametrize(
    ("label", "text", "kind"),
    [
        ("银行账号", "80210012345", ACCOUNT),
        ("一卡通号", "3100 1234 5678 9", ACCOUNT),
        ("身份证号", "1990010112", ACCOUNT),
        ("联系电话", "76661234", LANDLINE),
        ("家庭住址", "青溪三组", ADDRESS),
        ("", "存折账号：80210012345", ACCOUNT),
        ("", "联系人石甲 76661234", LANDLINE),
    ],
)
def test_under_a_heading_much_less_is_a_leak(label: str, text: str, kind: str) -> None:
    assert kind in find(text, label, ALLOWED)


@pytest.mark.parametrize("text", ["80210012345", "76661234", "青溪三组的路"])
def test_without_a_heading_the_same_digits_are_none(text: str) -> None:
    assert not find(text, "", ALLOWED)


def test_telephones_of_the_office_may_stand_in_public_and_no_others() -> None:
    assert not find("监督电话 023-76660000，（023）76660000，12317", "监督电话", ALLOWED)
    assert find("监督电话 023-76660001", "监督电话", ALLOWED)
    assert not find("地址：中和街道渝秀大道1号县乡村振兴局", "", ALLOWED)


def test_check_digits() -> None:
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")
    assert is_credit_code("91350100M000100Y43")
    assert not is_credit_code("91350100M000100Y44")
