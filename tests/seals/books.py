"""The book that the tests of seals tamper with: the example, and a month with one of every kind of directive."""

import shutil
from pathlib import Path

from click.testing import CliRunner, Result

from tests.core.test_example import EXAMPLE
from xianjie.commands import cli

SEPTEMBER = """
pushtag #september
pushmeta source: "纸质凭证"
2022-09-05 * "县财政局" "追加指标" ^zj-2022-09
  voucher: "2022-000006"
  checked: TRUE
  received: 2022-09-04
  Assets:9001指标:ZY2022-01:0待分配  (100.00 + 2 * 25.50) CNY
    note: 12.50 CNY
    count: 3
  Income:4001财政拨款收入:1中央
popmeta source:
poptag #september
2022-09-05 ! "县财政局" "指标退回"
  voucher: "2022-000007"
  reverses: "2022-000006"
  Assets:9001指标:ZY2022-01:0待分配  -151 CNY
  Income:4001财政拨款收入:1中央
2022-09-05 * "冷库移交"
  voucher: "2022-000008"
  asset: "A2019-0001"
  evidence: "evidence/handover.txt"
  Equity:9301资产基金  400000.00 CNY
  Assets:9102经营性资产:V106003美翠村  -1 A2019-0001 {400000.00 CNY}
2022-09-06 commodity SPARE
  name: "备件"
2022-09-06 balance Assets:1002银行存款:V106003美翠村  0.00 ~ 0.01 CNY
2022-09-06 note Assets:1002银行存款:V106003美翠村 "对账单已收"
2022-09-06 document Assets:1002银行存款:V106003美翠村 "../evidence/statement.txt"
2022-09-06 event "检查" "县审计局进点"
2022-09-06 price SPARE 2.50 CNY
2022-09-06 query "余额" "SELECT account"
2022-09-06 custom "rectification" "evidence" "2022-000008" "发现"
  by: "县财政局"
2022-09-06 custom "rectification" "evidence" "2022-000008" "整改中"
  by: "县财政局"
2022-09-07 custom "说明" "科目" Assets:1002银行存款:V106003美翠村 2022-09-01 TRUE 1.50 2.00 CNY
2022-09-07 custom "fava-option" "language" "zh_CN"
2022-09-07 note Assets:1002银行存款:V106003美翠村 "〈长〉甲〈长〉" #bank ^dz-9
2022-09-08 open Assets:1002银行存款:T1镇财政所 CNY,SPARE "FIFO"
2022-09-09 close Assets:1002银行存款:T1镇财政所
""".replace("〈长〉", "长" * 80)
RENUMBERED = {"2022/11.beancount": {"000006": "000009", "000007": "000010"}, "2022/12.beancount": {}}


def make(folder: Path) -> Path:
    """A book without gaps in its vouchers up to November."""
    shutil.copytree(EXAMPLE, folder)
    for name, numbers in RENUMBERED.items():
        text = (folder / name).read_text("utf-8")
        for old, new in numbers.items():
            text = text.replace(f"2022-{old}", f"2022-{new}")
        (folder / name).write_text(text, "utf-8")
    (folder / "2022/12.beancount").write_text(";; 12月\n", "utf-8")
    (folder / "2022/09.beancount").write_text(SEPTEMBER, "utf-8")
    (folder / "evidence").mkdir()
    for name in ("handover", "statement"):
        (folder / f"evidence/{name}.txt").write_text(name, "utf-8")
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def sealed(book: Path, *months: str) -> list[str]:
    """Seal months; their roots."""
    roots = []
    for month in months:
        result = run("seal", book, month)
        assert result.exit_code == 0, result.output or result.exception
        roots.append(result.output.split("封账的根：")[1].split()[0])
    return roots


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), "utf-8")
