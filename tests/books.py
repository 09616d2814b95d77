"""Small books for tests: text in, a folder out, with roll digests filled in."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ledgers.tables.rolls import digest

HEAD = """option "title" "测试账簿"
option "operating_currency" "CNY"
plugin "beancount.plugins.auto_accounts"
"""
# One project for the management of one fund: a voucher of the arrival and one of the allocation.
FEE = """
2022-01-01 custom "village" "V1"
  town: "甲镇"
  name: "子村"
  kind: "一般村"
  households: 100
2022-01-05 custom "fund" "F1" 1000000.00 CNY
  name: "中央资金"
  level: "中央"
  task: "巩固拓展"
  year: 2022
  doc-no: "示财农〔2022〕1号"
2022-02-01 custom "project" "P1" "年度计划"
  name: "管理费"
  category: "项目管理费"
  mode: "购买服务"
  village: "V1"
  unit: "县农业农村委"
  planned: 15000.00 CNY
2022-01-10 * "到账"
  voucher: "2022-000001"
  Assets:9001指标:F1:0待分配  1000000.00 CNY
  Income:4001财政拨款收入:1中央  -1000000.00 CNY
2022-03-01 * "分配"
  voucher: "2022-000002"
  project: "P1"
  Assets:9001指标:F1:1已分配  15000.00 CNY
  Assets:9001指标:F1:0待分配  -15000.00 CNY
"""
_DIGEST = re.compile(r'"@([^"]+)"')


def write_book(folder: Path, text: str, files: Mapping[str, str] = {}, *, head: str = HEAD) -> Path:
    """Write a book of one file; `"@ROLL"` in its text becomes the digest of that roll in `files` (path -> content)."""
    folder.mkdir(parents=True, exist_ok=True)
    rolls: dict[str, list[str]] = {}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        for line in content.splitlines()[1:] if name.startswith("rolls/") else ():
            rolls.setdefault(line.split(",")[0], []).append(line)
    filled = _DIGEST.sub(lambda match: f'"{digest(rolls[match[1]])}"', text)
    (folder / "main.beancount").write_text(head + filled, "utf-8")
    return folder


def few(cases: Iterable[Any], count: int = 2) -> list[Any]:
    """The first cases are in the fast suite, all others in the slow one."""
    return [one if n < count else pytest.param(one, marks=pytest.mark.slow) for n, one in enumerate(cases)]
