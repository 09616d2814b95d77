"""A sealed book is tampered with: every change is found and named, and what changes nothing stays valid."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from ledgers.book import read
from plugins import catalogue
from plugins.audit import audit
from plugins.findings import plain
from tests.core.test_example import EXAMPLE
from tests.seals import stranger
from tests.seals.books import edit, make, run, sealed

MONTHS = ("2022-03", "2022-08", "2022-09")
AUGUST, SEPTEMBER = "2022/08.beancount", "2022/09.beancount"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    book = make(tmp_path_factory.mktemp("sealed") / "book")
    return book, sealed(book, *MONTHS)


@pytest.fixture
def book(original: tuple[Path, list[str]], tmp_path: Path) -> Path:
    shutil.copytree(original[0], tmp_path / "book")
    return tmp_path / "book"


@pytest.fixture
def roots(original: tuple[Path, list[str]]) -> list[str]:
    return original[1]


def replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda book: edit(book / name, old, new)


def append(name: str, text: str) -> Callable[[Path], None]:
    def act(book: Path) -> None:
        with (book / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return act


def cut(text: str, start: str, stop: str) -> tuple[str, str]:
    """A part of a text, and the text without it."""
    begin = text.index(start)
    end = text.index(stop, begin)
    return text[begin:end], text[:begin] + text[end:]


def move(book: Path, name: str, start: str, stop: str, target: str) -> None:
    part, rest = cut((book / name).read_text("utf-8"), start, stop)
    (book / name).write_text(rest, "utf-8")
    append(target, "\n" + part)(book)


def swap(book: Path, name: str, start: str, middle: str, stop: str) -> None:
    text = (book / name).read_text("utf-8")
    a, b, c = text.index(start), text.index(middle), text.index(stop)
    (book / name).write_text(text[:a] + text[b:c] + text[a:b] + text[c:], "utf-8")


FORGED = '2022-08-15 * "县交通局" "补记"\n  voucher: "2022-000099"\n  Income:4001财政拨款收入:1中央  -1.00 CNY\n  Equity:3000期初余额  1.00 CNY\n'
NEW_PARAMETER = '2022-08-01 custom "policy" "labour-share" 0.05\n  basis: "县文件"\n  issued: 2022-08-01\n'

# What is done -> what verify must say of it, as a pattern.
TAMPERED: list[tuple[str, Callable[[Path], object], str]] = [
    ("金额", lambda b: (edit(b / "2022/03.beancount", "600000.00", "600001.00"), edit(b / "2022/03.beancount", "-600000.00", "-600001.00")), r"2022/03\.beancount:1：凭证 2022-000004 被改动：分录 3 金额或数量由“600000 CNY”改为“600001 CNY”；分录 4"),
    ("收款人", replace(AUGUST, "县交通局", "县水利局"), r"2022/08\.beancount:1：凭证 2022-000005 被改动：收款人由“县交通局”改为“县水利局”"),
    ("摘要", replace(AUGUST, "8月劳务报酬", "八月劳务报酬"), "摘要由"),
    ("旗标", replace(AUGUST, '2022-08-31 *', '2022-08-31 !'), r"凭证 2022-000005 被改动：标记由“\*”改为“!”"),
    ("日期在期间内", replace(AUGUST, "2022-08-31", "2022-08-30"), "凭证 2022-000005 被改动：日期由“2022-08-31”改为“2022-08-30”"),
    ("日期移出期间", replace(SEPTEMBER, '2022-09-05 * "冷库移交"', '2022-10-06 * "冷库移交"'), r"2022-09\.jsonl:\d+：凭证 2022-000008 被删除，或移出本期间，现在 2022/09\.beancount:\d+，日期 2022-10-06"),
    ("项目", replace(AUGUST, "XS2022-0001", "XS2022-0002"), "属性 project由“XS2022-0001”改为“XS2022-0002”"),
    ("属性类型", replace(SEPTEMBER, "received: 2022-09-04", 'received: "2022-09-04"'), "属性 received"),
    ("新增属性", replace(AUGUST, '  voucher: "2022-000005"', '  voucher: "2022-000005"\n  benefit-note: "x"'), "属性 benefit-note由“无”改为“x”"),
    ("凭证号", replace(AUGUST, 'voucher: "2022-000005"', 'voucher: "2022-000055"'), "凭证 2022-000005 被删除(.|\n)*凭证 2022-000055 是封账后增加的"),
    ("分录的属性", replace(SEPTEMBER, "count: 3", "count: 4"), "分录 1 属性 count由“3”改为“4”"),
    ("标签", lambda b: (edit(b / SEPTEMBER, "pushtag #september", "pushtag #autumn"), edit(b / SEPTEMBER, "poptag #september", "poptag #autumn")), "标签由“september”改为“autumn”"),
    ("标签没有了", lambda b: (edit(b / SEPTEMBER, "pushtag #september\n", ""), edit(b / SEPTEMBER, "poptag #september\n", "")), "标签由“september”改为“”"),
    ("压入的属性", replace(SEPTEMBER, 'pushmeta source: "纸质凭证"', 'pushmeta source: "电子凭证"'), "属性 source"),
    ("关联", replace(SEPTEMBER, "^zj-2022-09", "^zj-2022-10"), "关联由"),
    ("算式", replace(SEPTEMBER, "2 * 25.50", "2 * 25.60"), "分录 1 金额或数量由“151 CNY”改为“151.2 CNY”"),
    ("分录次序", lambda b: swap(b, "2022/03.beancount", "  Assets:9001指标:YG2022-01:1", "  Assets:9001指标:YG2022-01:0", "  Assets:9001指标:ZY2022-01:1"), "凭证 2022-000004 被改动：分录 1"),
    ("删除一张凭证", lambda b: move(b, SEPTEMBER, '2022-09-05 ! "县财政局"', '2022-09-05 * "冷库移交"', "gone.txt"), r"2022-09\.jsonl:\d+：凭证 2022-000007 被删除"),
    ("删除一个月", lambda b: (b / AUGUST).unlink(), "凭证 2022-000005 被删除"),
    ("插入凭证", append("2022/11.beancount", FORGED), r"2022/11\.beancount:\d+：凭证 2022-000099 是封账后增加的"),
    ("重复凭证", lambda b: append("2022/11.beancount", "\n" + (b / "2022/03.beancount").read_text("utf-8"))(b), "凭证 2022-000004 是封账后增加的"),
    ("插入政策", append("policy.beancount", NEW_PARAMETER), "登记 2022-08-01 policy labour-share 是封账后增加的"),
    ("改政策的值", replace("policy.beancount", '"labour-share" 0.10', '"labour-share" 0.09'), "登记 2020-11-17 policy labour-share 被改动：值由"),
    ("改政策的依据", replace("policy.beancount", 'quote: "原则上不低于市级', 'quote: "不低于市级'), "属性 quote"),
    ("登记", replace("registry/registry.beancount", "planned: 400000.00", "planned: 400001.00"), "登记 2021-11-20 project XS2022-0001 被改动：属性 planned由“400000 CNY”"),
    ("项目状态", replace("registry/registry.beancount", '2022-04-01 custom "project" "XS2022-0001" "开工"', '2022-04-01 custom "project" "XS2022-0001" "调整"'), "值由“XS2022-0001 开工”改为“XS2022-0001 调整”"),
    ("村户数", replace("registry/registry.beancount", "households: 120", "households: 121"), "属性 households由“120”改为“121”"),
    ("同日凭证次序", lambda b: swap(b, SEPTEMBER, '2022-09-05 ! "县财政局"', '2022-09-05 * "冷库移交"', "2022-09-06 commodity"), r"凭证 2022-000008 与凭证 2022-000007 在 2022-09-05 当天的先后次序被改动"),
    ("同日状态次序", lambda b: swap(b, SEPTEMBER, '2022-09-06 custom "rectification" "evidence" "2022-000008" "发现"', '2022-09-06 custom "rectification" "evidence" "2022-000008" "整改中"', "2022-09-07 custom"), "在 2022-09-06 当天的先后次序被改动"),
    ("余额核对", replace(SEPTEMBER, "balance Assets:1002银行存款:V106003美翠村  0.00 ~ 0.01 CNY", "note Assets:1002银行存款:V106003美翠村 \"无\""), "余额核对 2022-09-06 Assets:1002银行存款:V106003美翠村 被删除"),
    ("备注", replace(SEPTEMBER, "对账单已收", "对账单未收"), "备注"),
    ("事件", replace(SEPTEMBER, "县审计局进点", "县审计局离点"), "事件 2022-09-06 检查 被改动"),
    ("价格", replace(SEPTEMBER, "SPARE 2.50 CNY", "SPARE 2.51 CNY"), "价格 2022-09-06 SPARE 被改动：金额由“2.5 CNY”改为“2.51 CNY”"),
    ("查询", replace(SEPTEMBER, '"SELECT account"', '"SELECT date"'), "查询 2022-09-06 余额"),
    ("品种", replace(SEPTEMBER, 'name: "备件"', 'name: "零件"'), "品种 2022-09-06 SPARE"),
    ("科目开设", replace("registry/accounts.beancount", "open Equity:3000期初余额", "open Equity:3000期初余额 CNY,A2019-0001"), "科目开设 2021-01-01 Equity:3000期初余额 被改动"),
    ("自定说明里的科目", replace(SEPTEMBER, '"说明" "科目" Assets:1002银行存款:V106003美翠村', '"说明" "科目" "Assets:1002银行存款:V106003美翠村"'), "登记 2022-09-07 说明 科目 被改动"),
    ("科目关闭", replace(SEPTEMBER, "2022-09-09 close", "2022-09-10 close"), "科目关闭 2022-09-09"),
    ("附件", lambda b: (b / "evidence/handover.txt").write_text("forged", "utf-8"), "附件 evidence/handover.txt 被改动"),
    ("单据", lambda b: (b / "evidence/statement.txt").write_text("forged", "utf-8"), "附件 evidence/statement.txt 被改动"),
    ("删附件", lambda b: (b / "evidence/handover.txt").unlink(), "附件 evidence/handover.txt 被删除"),
    ("清册表头", replace("rolls/2022/08.csv", "person,amount,days", "days,amount,person"), "清册表头 rolls/2022/08.csv 被改动"),
    ("清册与摘要同改", lambda b: _forge_roll(b), "清册 rolls/2022/08.csv 2022-000005-1 被改动(.|\n)*|roll-sha256"),
    ("清册多出一份", append("rolls/2022/08.csv", "2022-000005-2,H106003-001,1,1.00,1\n"), "清册 rolls/2022/08.csv 2022-000005-2 是封账后增加的"),
    ("清册文件被删", lambda b: (b / "rolls/2022/08.csv").unlink(), "清册 rolls/2022/08.csv 2022-000005-1 被删除"),
    ("农户状态", replace("registry/households.csv", "H106003-003,2021-01-01,一般户", "H106003-003,2021-01-01,脱贫户"), "农户状态 2021-01-01 H106003-003 被改动：state由“一般户”改为“脱贫户”"),
    ("农户人数", replace("registry/households.csv", "脱贫户,V106003,3", "脱贫户,V106003,4"), "people由“3”改为“4”"),
    ("倒填帮扶日期", replace("registry/households.csv", "2022-06-20", "2022-06-12"), "农户日期 2022-06-10 H106003-001 plan_made 被改动：内容由“2022-06-20”改为“2022-06-12”"),
    ("插入农户", append("registry/households.csv", "H106003-009,2022-07-01,脱贫户,V106003,2,,,,,,\n"), "农户状态 2022-07-01 H106003-009 是封账后增加的"),
    ("删农户日期", replace("registry/households.csv", ",2022-06-20", ","), "农户日期 2022-06-10 H106003-001 plan_made 被删除"),
    ("清单被改", lambda b: edit(b / "seals/2022-08.jsonl", "8月劳务报酬", "8月劳务费用"), "封账清单与封账的根不符"),
    ("清单被毁", lambda b: (b / "seals/2022-08.jsonl").write_text("[]\n{", "utf-8"), "封账清单不可用（内容被损坏）；账簿内容与封账的根一致"),
    ("清单首行被换", lambda b: edit(b / "seals/2022-08.jsonl", '"2022-08-31"', '"2022-07-31"'), "首行与封账不符"),
    ("清单被删", lambda b: (b / "seals/2022-08.jsonl").unlink(), "封账清单不可用（文件不存在）；账簿内容与封账的根一致"),
    ("清单与内容都没了", lambda b: ((b / "seals/2022-08.jsonl").unlink(), edit(b / AUGUST, "县交通局", "县水利局")), "账簿内容也与封账的根不符"),
    ("根被改", lambda b: _other_root(b, 1), "封账清单与封账的根不符(.|\n)*与账簿中上一次封账不符"),
    ("封账期止被改", replace("main.beancount", '"seal" "2022-08-31"', '"seal" "2022-07-31"'), "封账清单不可用"),
    ("封账期止不是日期", replace("main.beancount", '"seal" "2022-08-31"', '"seal" "八月"'), "封账期止“八月”不是月末日期"),
    ("格式号被改", replace("main.beancount", 'version: "3"', 'version: "9"'), "封账格式“9”不认识"),
    ("中间一次封账被删", lambda b: _remove_seal(b, "2022-08-31"), "有封账被删除、插入或重做过(.|\n)*seals/2022-08.jsonl：有封账清单而没有这次封账"),
    ("尾巴被截", lambda b: _remove_seal(b, "2022-09-30"), "seals/2022-09.jsonl：有封账清单而没有这次封账"),
    ("封账倒退", lambda b: _append_seal(b, "2022-06-30"), "封账期止 2022-06-30 不晚于上一次的 2022-09-30：封账不得倒退"),
    ("封尚未结束的期间", lambda b: _append_seal(b, "2099-12-31"), "时期间尚未结束"),
    ("分录标记", replace(AUGUST, "  Expenses:2130504", "  ! Expenses:2130504"), "凭证 2022-000005 被改动：分录 1 标记由“”改为“!”"),
    ("分录价格", replace("2022/03.beancount", "400000.00 CNY\n    project", "400000.00 CNY @ 1 CNY\n    project"), "凭证 2022-000004 被改动：分录 1 价格由“空”改为“1 CNY”"),
    ("批次标签", replace("2022/01.beancount", "{400000.00 CNY}", '{400000.00 CNY, "x"}'), "凭证 2022-000001 被改动：分录 1 单价由“400000 CNY 2022-01-01”改为“400000 CNY 2022-01-01 x”"),
    ("拆成两条分录", replace("2022/03.beancount", ":0待分配 -600000.00 CNY", ":0待分配 -1.00 CNY\n  Assets:9001指标:ZY2022-01:0待分配 -599999.00 CNY"), "分录由 4 条改为 5 条，少了 Assets:9001指标:ZY2022-01:0待分配 -600000 CNY，多了 Assets:9001指标:ZY2022-01:0待分配 -1 CNY、"),
    ("加一条零元分录", replace(AUGUST, "  Expenses:2130504", "  Equity:3000期初余额  0.00 CNY\n  Expenses:2130504"), "分录由 2 条改为 3 条，多了 Equity:3000期初余额 0 CNY"),
    ("分录的属性移到凭证", lambda b: (edit(b / "2022/03.beancount", '    project: "XS2022-0001"\n', ""), edit(b / "2022/03.beancount", '"2022-000004"\n', '"2022-000004"\n  project: "XS2022-0001"\n')), "属性 project由“无”改为“XS2022-0001”；分录 1 属性 project由“XS2022-0001”改为“无”"),
    ("加一个空属性", replace(AUGUST, '  fund: "YG', '  extra:\n  fund: "YG'), "凭证 2022-000005 被改动：属性 extra由“无”改为“空”"),
    ("数改成文字", replace("registry/registry.beancount", "  year: 2022\n", '  year: "2022"\n'), r"registry/registry\.beancount:\d+：登记 2022-01-05 fund ZY2022-01 被改动：属性 year由“2022（数）”改为“2022（文字）”"),
    ("长文字的中间", replace(SEPTEMBER, "甲", "乙"), "内容由“…长+甲长+…”改为“…长+乙长+…”"),
    ("形似的字符", replace(SEPTEMBER, "对账单已收", "对账单\u2f00\u200b已收"), "内容由“对账单已收”改为“对账单⼀〔U\\+2F00〕〔U\\+200B〕已收”"),
    ("尾部的空格", replace(AUGUST, "8月劳务报酬", "8月劳务报酬 "), "摘要由“8月劳务报酬”改为“8月劳务报酬 ”"),
    ("备注的标签", replace(SEPTEMBER, "#bank", "#banks"), "备注 2022-09-07 Assets:1002银行存款:V106003美翠村 被改动：标签由“bank”改为“banks”"),
    ("备注的关联", replace(SEPTEMBER, "^dz-9", "^dz-8"), "关联由“dz-9”改为“dz-8”"),
    ("收款人与摘要互换", replace(AUGUST, '"县交通局" "8月劳务报酬"', '"8月劳务报酬" "县交通局"'), "摘要由“8月劳务报酬”改为“县交通局”；收款人由“县交通局”改为“8月劳务报酬”"),
    ("注释掉凭证", lambda b: (b / AUGUST).write_text("".join(f"; {line}\n" for line in (b / AUGUST).read_text("utf-8").splitlines()), "utf-8"), "凭证 2022-000005 被删除"),
    ("文件改名出通配符", lambda b: (b / AUGUST).rename(b / "2022/08.txt"), "凭证 2022-000005 被删除"),
    ("不再引用政策", replace("main.beancount", 'include "policy.beancount"\n', ""), r"seals/2022-03\.jsonl:\d+：登记 2020-11-17 policy labour-share 被删除"),
    ("同文件重复凭证", lambda b: append(AUGUST, "\n" + (b / AUGUST).read_text("utf-8"))(b), "凭证 2022-000005 是封账后增加的"),
    ("两张凭证互换编号", lambda b: [edit(b / "2022/01.beancount", *pair) for pair in (("2022-000002", "@"), ("2022-000003", "2022-000002"), ("@", "2022-000003"))], r"2022/01\.beancount:12：凭证 2022-000002 被改动：摘要由"),
    ("倒填日期", append("2022/11.beancount", FORGED.replace("2022-08-15", "2022-09-30")), r"2022/11\.beancount:\d+：凭证 2022-000099 是封账后增加的"),
    ("插件造出科目", lambda b: (append("main.beancount", '\nplugin "beancount.plugins.auto_accounts"\n')(b), edit(b / "registry/accounts.beancount", "2021-01-01 open Equity:3000期初余额\n", "")), r"<auto_accounts>:\d+：科目开设 2022-01-01 Equity:3000期初余额 是封账后增加的"),
    ("单据文件夹", lambda b: _documents(b), r"单据 2022-09-01 Assets:1002银行存款:V106003美翠村 是封账后增加的"),
    ("补记过去的状态", append("registry/households.csv", "H106003-002,2022-02-01,监测户,V106003,3,突发严重困难户,,,,,\n"), r"registry/households\.csv:6：农户状态 2022-02-01 H106003-002 是封账后增加的"),
    ("户的状态写两遍", append("registry/households.csv", "H106003-003,2021-01-01,一般户,V106003,5,,,,,,\n"), r"registry/households\.csv:6：农户状态 2021-01-01 H106003-003 是封账后增加的"),
    ("补登过去的公示", append("registry/registry.beancount", '\n2022-04-01 custom "notice" "XS2022-0002" "年度计划公示"\n  place: "x"\n  from: 2022-03-02\n  to: 2022-03-20\n'), r"registry/registry\.beancount:\d+：登记 2022-04-01 notice XS2022-0002 是封账后增加的"),
    ("补登过去的豁免", append("policy.beancount", '\n2022-04-01 custom "waiver" "labour-share" "XS2022-0001"\n  reason: "x"\n  by: "y"\n  until: 2030-01-01\n'), "登记 2022-04-01 waiver labour-share 是封账后增加的"),
    ("终止政策", append("policy.beancount", '\n2022-06-01 custom "policy" "labour-share" "终止"\n  basis: "x"\n  issued: 2022-06-01\n'), "登记 2022-06-01 policy labour-share 是封账后增加的"),
    ("政策移到以后", replace("policy.beancount", '2022-05-20 custom "policy" "labour-share" 0.10', '2022-10-20 custom "policy" "labour-share" 0.10'), "登记 2022-05-20 policy labour-share 被删除，或移出本期间"),
    ("登记改成显示设置", replace(SEPTEMBER, 'custom "说明" "科目"', 'custom "fava-说明" "科目"'), "登记 2022-09-07 说明 科目 被删除"),
    ("删余额核对", replace(SEPTEMBER, "2022-09-06 balance Assets:1002银行存款:V106003美翠村  0.00 ~ 0.01 CNY\n", ""), r"seals/2022-09\.jsonl:\d+：余额核对 2022-09-06"),
    ("以后的余额核对补齐过去", append("2022/11.beancount", "\n2022-09-13 pad Assets:1002银行存款:V106003美翠村 Equity:3000期初余额\n2022-10-01 balance Assets:1002银行存款:V106003美翠村 200 CNY\n"), "余额补齐 2022-09-13 Assets:1002银行存款:V106003美翠村 是封账后增加的"),
    ("科目的币种", replace("registry/accounts.beancount", "open Equity:9301资产基金", "open Equity:9301资产基金 CNY"), "科目开设 2021-01-01 Equity:9301资产基金 被改动：币种由“”改为“CNY”"),
    ("科目的记账法", replace("registry/accounts.beancount", "9102经营性资产:V106003美翠村", '9102经营性资产:V106003美翠村 "FIFO"'), "记账法由“”改为“FIFO”"),
    ("清册的行次", lambda b: swap(b, "rolls/2022/08.csv", "2022-000005-1,H106003-001,1", "2022-000005-1,H106003-001,2", "2022-000005-1,H106003-003"), "清册 rolls/2022/08.csv 2022-000005-1 被改动：摘要由 [0-9a-f]{16}… 改为 [0-9a-f]{16}…"),
    ("清册换月份", lambda b: (b / "rolls/2022/08.csv").rename(b / "rolls/2022/07.csv"), "清册 rolls/2022/08.csv 2022-000005-1 被删除"),
    ("附件换成外面的链接", lambda b: ((b / "evidence/handover.txt").rename(b.parent / "h.txt"), (b / "evidence/handover.txt").symlink_to(b.parent / "h.txt")), "附件 evidence/handover.txt 被删除"),
    ("附件与凭证同时改名", lambda b: ((b / "evidence/handover.txt").rename(b / "evidence/new.txt"), edit(b / SEPTEMBER, "evidence/handover.txt", "evidence/new.txt")), "属性 evidence由“evidence/handover.txt”改为“evidence/new.txt”"),
    ("封账写两遍", lambda b: append("main.beancount", "\n" + _seals(b)[-1])(b), "封账期止 2022-09-30 不晚于上一次的 2022-09-30"),
    ("封账换次序", lambda b: _swap_seals(b), "与上一次封账在文件中的先后次序被改动"),
    ("上一次的根被清空", lambda b: edit(b / "main.beancount", re.findall("previous: .*", _seals(b)[1])[0], 'previous: ""'), "所记上一次封账的根与账簿中上一次封账不符"),
    ("封账日期被提前", lambda b: edit(b / "main.beancount", _seals(b)[0], "2022-05-01" + _seals(b)[0][10:]), "登记 2022-05-01 seal 2022-03-31 是封账后增加的"),
    ("清单另排次序", lambda b: _reorder_manifest(b), "在 2022-04-01 当天的先后次序被改动"),
    ("清单多出一份", lambda b: shutil.copy(b / "seals/2022-08.jsonl", b / "seals/2022-10.jsonl"), "seals/2022-10.jsonl：有封账清单而没有这次封账"),
    ("清单换成链接", lambda b: ((b / "seals/2022-08.jsonl").rename(b.parent / "m"), (b / "seals/2022-08.jsonl").symlink_to(b.parent / "m")), "封账清单不可用（文件指到账簿文件夹之外，不予读取）"),
    ("清单里没有的种类", lambda b: _strange_manifest(b, '["voucher","2022-08-31",{}]'), "封账清单不可用（内容被损坏）"),
    ("清单里不成样的凭证", lambda b: _strange_manifest(b, '["transaction","2022-08-31",{"meta":{},"narration":"x","postings":[5]}]'), "封账清单不可用（内容被损坏）"),
]  # fmt: skip


def _forge_roll(book: Path) -> None:
    """Move money between two people of a roll, and put the new digest into the voucher."""
    from ledgers.tables.rolls import digest

    edit(book / "rolls/2022/08.csv", "1,20000.00", "1,10000.00")
    edit(book / "rolls/2022/08.csv", "2,10000.00", "2,20000.00")
    lines = (book / "rolls/2022/08.csv").read_text("utf-8").splitlines()[1:]
    old = re.search('roll-sha256: "(.*)"', (book / AUGUST).read_text("utf-8"))
    assert old
    edit(book / AUGUST, old[1], digest(lines))


def _seals(book: Path) -> list[str]:
    return re.findall(r'\d{4}-\d\d-\d\d custom "seal" .*\n(?:  .*\n)+', (book / "main.beancount").read_text("utf-8"))


def _remove_seal(book: Path, end: str) -> None:
    text = next(seal for seal in _seals(book) if f'"{end}"' in seal)
    edit(book / "main.beancount", text, "")


def _append_seal(book: Path, end: str) -> None:
    last = re.search('"seal" "[^"]*" "(.*)"', _seals(book)[-1])
    assert last
    later = date.fromisoformat(_seals(book)[-1][:10]) + timedelta(days=1)
    append("main.beancount", f'\n{later} custom "seal" "{end}" "{"a" * 64}"\n  version: "1"\n  previous: "{last[1]}"\n')(book)


def _documents(book: Path) -> None:
    folder = book / "papers/Assets/1002银行存款/V106003美翠村"
    folder.mkdir(parents=True)
    (folder / "2022-09-01.对账单.pdf").write_text("x")
    append("main.beancount", '\noption "documents" "papers"\n')(book)


def _swap_seals(book: Path) -> None:
    first, second, _ = _seals(book)
    edit(book / "main.beancount", first + "\n" + second, second + "\n" + first)


def _reorder_manifest(book: Path) -> None:
    head, *lines = (book / "seals/2022-08.jsonl").read_text("utf-8").splitlines(keepends=True)
    (book / "seals/2022-08.jsonl").write_text("".join([head, *reversed(lines)]), "utf-8")


def _strange_manifest(book: Path, line: str) -> None:
    """JSON, one item a line, and the root of it in the book: only what an item looks like is wrong."""
    head = (book / "seals/2022-08.jsonl").read_text("utf-8").splitlines()[0]
    content = f"{head}\n{line}\n"
    old = hashlib.sha256((book / "seals/2022-08.jsonl").read_bytes()).hexdigest()
    (book / "seals/2022-08.jsonl").write_text(content, "utf-8")
    edit(book / "main.beancount", old, hashlib.sha256(content.encode()).hexdigest())


def _other_root(book: Path, number: int) -> None:
    seal = _seals(book)[number]
    root = re.search('"seal" "[^"]*" "(.*)"', seal)
    assert root
    edit(book / "main.beancount", seal, seal.replace(root[1], "0" * 64))


@pytest.mark.parametrize(("act", "expected"), [case[1:] for case in TAMPERED], ids=[case[0] for case in TAMPERED])
def test_what_was_done_is_named(book: Path, act: Callable[[Path], object], expected: str) -> None:
    act(book)
    result = run("verify", book)
    assert result.exit_code == 1, result.output or result.exception
    assert re.search(expected, result.output), result.output
    assert "Traceback" not in result.output


HARMLESS: list[tuple[str, Callable[[Path], object]]] = [
    ("什么也没做", lambda b: None),
    ("移到另一个文件", lambda b: move(b, SEPTEMBER, '2022-09-05 * "冷库移交"', "2022-09-06 commodity", "2022/11.beancount")),
    ("拆成两个文件", lambda b: move(b, SEPTEMBER, '2022-09-05 ! "县财政局"', '2022-09-05 * "冷库移交"', "2022/10.beancount")),
    ("文件改名", lambda b: (b / AUGUST).rename(b / "2022/august.beancount")),
    ("加注释和空行", replace(AUGUST, "2022-08-31", ";; 八月\n\n\n2022-08-31")),
    ("数字的写法", lambda b: (edit(b / "2022/03.beancount", "600000.00", "600,000"), edit(b / "2022/03.beancount", "-400000.00", "-400000.0000"))),
    ("以后期间的新凭证", append("2022/11.beancount", FORGED.replace("2022-08-15", "2022-10-15"))),
    ("Fava 的显示设置", replace(SEPTEMBER, '"language" "zh_CN"', '"language" "en"')),
    ("换行改为 CRLF", lambda b: (b / "rolls/2022/08.csv").write_bytes((b / "rolls/2022/08.csv").read_bytes().replace(b"\n", b"\r\n"))),
    ("农户名册另排次序", lambda b: _sort_rows(b / "registry/households.csv")),
    ("事后补来的附件", lambda b: (b / "evidence/late.txt").write_text("late", "utf-8")),
    ("日期和种类的写法", replace(AUGUST, "2022-08-31 *", "2022/08/31 txn")),
    ("补出省略的金额", replace(AUGUST, "  Assets:9001指标:YG2022-01:1已分配", "  Assets:9001指标:YG2022-01:1已分配  -59900.00 CNY")),
    ("省略补得出的金额", replace("2022/03.beancount", ":0待分配 -600000.00 CNY", ":0待分配")),
    ("单价写成总价", replace("2022/01.beancount", "{400000.00 CNY}", "{{400000.00 CNY}}")),
    ("属性的次序", replace(AUGUST, '  fund: "YG2022-01"\n  project: "XS2022-0001"\n', '  project: "XS2022-0001"\n  fund: "YG2022-01"\n')),
    ("账簿换行改为 CRLF", lambda b: [path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")) for path in b.rglob("*.beancount")]),
    ("标题行和制表符", lambda b: (b / AUGUST).write_text("* 八月\n" + (b / AUGUST).read_text("utf-8").replace("  ", "\t"), "utf-8")),
    ("引用的次序", lambda b: (edit(b / "main.beancount", 'include "policy.beancount"\n', ""), append("2022/11.beancount", '\ninclude "../policy.beancount"\n')(b))),
    ("政策换文件", lambda b: ((b / "policy.beancount").rename(b / "law.beancount"), edit(b / "main.beancount", "policy.beancount", "law.beancount"))),
    ("以后生效的政策", replace("policy.beancount", '"industry-share" 0.60', '"industry-share" 0.61')),
    ("账簿名称和设置", lambda b: (edit(b / "main.beancount", "示例县", "样例县"), append("main.beancount", '\noption "booking_method" "FIFO"\nplugin "plugins.all"\n')(b))),
    ("余额核对的容差", replace(SEPTEMBER, " ~ 0.01", "")),
    ("名册加列和引号", lambda b: (b / "registry/households.csv").write_text("".join(line + (",memo\n" if i == 0 else ",\n") for i, line in enumerate((b / "registry/households.csv").read_text("utf-8").replace("一般户", '"一般户"').splitlines())), "utf-8")),
    ("以后的户状态", append("registry/households.csv", "H106003-002,2022-11-01,监测户,V106003,3,突发严重困难户,2022-11-01,,,,\n")),
    ("清册末尾没有换行", lambda b: (b / "rolls/2022/08.csv").write_bytes((b / "rolls/2022/08.csv").read_bytes().rstrip(b"\n"))),
    ("附件换成里面的链接", lambda b: ((b / "evidence/handover.txt").rename(b / "evidence/h.txt"), (b / "evidence/handover.txt").symlink_to("h.txt"))),
    ("单据路径的写法", replace(SEPTEMBER, "../evidence/statement.txt", "../2022/../evidence/statement.txt")),
    ("封账移到别的文件", lambda b: _move_seal(b)),
]  # fmt: skip


def _move_seal(book: Path) -> None:
    seal = _seals(book)[1]
    edit(book / "main.beancount", seal, "")
    append("registry/a.beancount", seal)(book)


def _sort_rows(path: Path) -> None:
    head, *rows = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([head, *sorted(rows, reverse=True)]) + "\n", "utf-8")


@pytest.mark.parametrize("act", [case[1] for case in HARMLESS], ids=[case[0] for case in HARMLESS])
def test_what_changes_nothing_stays_valid(book: Path, roots: list[str], act: Callable[[Path], object]) -> None:
    act(book)
    result = run("verify", book, "--root", roots[-1])
    assert result.exit_code == 0, result.output or result.exception
    assert "您持有的根是截至 2022-09-30 的封账，它在账簿中，内容没有改动" in result.output


@pytest.mark.slow
def test_what_changes_nothing_changes_no_verdict(original: tuple[Path, list[str]], tmp_path: Path) -> None:
    """What a seal lets pass must not be a way to another verdict on the sealed period."""

    def verdicts(book: Path) -> list[object]:
        result = audit(read(book, date(2022, 9, 30)).tables, catalogue().values())
        return sorted(json.dumps(plain(one, []) | {"source": None}, sort_keys=True) for one in result.findings)

    before = verdicts(original[0])
    for name, act in HARMLESS:
        shutil.rmtree(tmp_path / "book", ignore_errors=True)
        act(shutil.copytree(original[0], tmp_path / "book"))
        assert verdicts(tmp_path / "book") == before, name


def test_bean_format_is_harmless(book: Path) -> None:
    before = {path: path.read_text("utf-8") for path in book.rglob("*.beancount")}
    for path in before:
        formatted = subprocess.run([Path(sys.executable).with_name("bean-format"), path], capture_output=True, check=True)
        path.write_bytes(formatted.stdout)
    assert any(path.read_text("utf-8") != text for path, text in before.items()), "bean-format changed nothing: no test"
    assert run("verify", book).exit_code == 0


def test_everything_sealed_anew_is_found_with_an_earlier_root(book: Path, roots: list[str]) -> None:
    """The chain's own consistency proves nothing against someone who owns the whole chain: the root outside does."""
    for end in ("2022-03-31", "2022-08-31", "2022-09-30"):
        _remove_seal(book, end)
    shutil.rmtree(book / "seals")
    edit(book / AUGUST, "县交通局", "县水利局")
    again = sealed(book, *MONTHS)
    assert again[0] == roots[0]
    assert run("verify", book).exit_code == 0
    assert run("verify", book, "--root", roots[0]).exit_code == 0
    for held in roots[1:]:
        result = run("verify", book, "--root", held)
        assert result.exit_code == 1
        assert "您持有的根不在账簿的封账之中" in result.output


def test_tail_cut_with_its_manifest_is_found_with_an_earlier_root(book: Path, roots: list[str]) -> None:
    _remove_seal(book, "2022-09-30")
    (book / "seals/2022-09.jsonl").unlink()
    assert run("verify", book, "--root", roots[1]).exit_code == 0
    assert run("verify", book, "--root", roots[2]).exit_code == 1


def test_no_seal_left(book: Path, roots: list[str]) -> None:
    for end in ("2022-03-31", "2022-08-31", "2022-09-30"):
        _remove_seal(book, end)
    shutil.rmtree(book / "seals")
    assert "没有什么可以核对" in run("verify", book).output
    result = run("verify", book, "--root", roots[0])
    assert result.exit_code == 1
    assert "您持有的根不在账簿的封账之中" in result.output


def test_a_root_may_be_copied_as_people_copy(book: Path, roots: list[str]) -> None:
    spaced = " ".join(re.findall("....", roots[1].upper()))
    assert run("verify", book, "--root", f"sha256:{spaced}").exit_code == 0
    assert run("verify", book, "--root", "1" * 64).exit_code == 1
    for wrong in (roots[1][:-1], "g" * 64, ""):
        result = run("verify", book, "--root", wrong)
        assert "64 位十六进制" in result.output
        assert result.exit_code != 0


def test_a_book_that_does_not_load_gets_no_verdict(book: Path) -> None:
    edit(book / AUGUST, "59900.00 CNY", "59900.00 元")
    result = run("verify", book)
    assert result.exit_code == 1
    assert result.exception.__class__.__name__ == "Untrusted"
    assert "没有改动" not in result.output


def test_a_plugin_that_adds_entries_is_found(book: Path) -> None:
    edit(book / "main.beancount", "include", 'plugin "beancount.plugins.implicit_prices"\ninclude')
    assert "价格 2022-12-01" not in run("verify", book).output
    append("2022/11.beancount", '2022-09-20 price A2019-0001 400000.00 CNY\n')(book)
    assert "价格 2022-09-20 A2019-0001 是封账后增加的" in run("verify", book).output


def test_stranger_gets_the_same_roots(book: Path, roots: list[str]) -> None:
    assert [root for _, root, _ in stranger.roots(str(book))] == roots
    assert len(Path(stranger.__file__).read_text("utf-8").splitlines()) < 110
    edit(book / AUGUST, "县交通局", "县水利局")
    assert [root for _, root, _ in stranger.roots(str(book))][1] != roots[1]


def test_stranger_needs_nothing_but_python(book: Path, roots: list[str]) -> None:
    command = [sys.executable, "-I", "-S", stranger.__file__, str(book)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1"})
    assert done.stdout.split() == [part for pair in zip(("2022-03-31", "2022-08-31", "2022-09-30"), roots, strict=True) for part in pair]


def test_a_manifest_is_its_root(book: Path, roots: list[str]) -> None:
    assert [hashlib.sha256((book / f"seals/{month}.jsonl").read_bytes()).hexdigest() for month in MONTHS] == roots


def test_published_files_are_held_against_the_book(book: Path, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "open")
    out = tmp_path / "published"
    assert run("publish", tmp_path / "open", "-o", out, "--period", "2022", "--no-pdf").exit_code == 0
    result = run("verify", tmp_path / "open", "--published", out)
    assert (result.exit_code, "公开的文件没有改动，与账簿一致" in result.output) == (0, True)
    (out / "index.html").write_text("别的", "utf-8")
    result = run("verify", tmp_path / "open", "--published", out)
    assert result.exit_code == 1
    assert f"{out}/index.html：文件与公开时不同，已被改动" in result.output
