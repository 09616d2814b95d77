"""One page per rule, made from the rule itself: text, formula, parameter history, worked example, changes.

`python -m reports.rulebook.pages` writes docs/rules and the worked examples, which are verdicts on the sample county;
`xianjie rules ID` shows the same page.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from beancount.parser import parser

import ledgers
from ledgers.money import decimal
from ledgers.policy import Parameter
from ledgers.tables.directives import PolicyLine
from ledgers.tables.registry import read_directives
from ledgers.tables.schema import frame_of_rows, records
from ledgers.tables.tables import parameter_of
from plugins import catalogue
from plugins.findings import (
    FAIL,
    NA,
    PASS,
    PENDING,
    SEVERITY_NAMES,
    STATUS_NAMES,
    UNDETERMINED,
    WAIVED,
    Finding,
    plain,
)
from plugins.rule import Rule
from reports.words import COMPARED, SCOPE_NAMES, detail, worded

EXAMPLES = Path(__file__).with_name("examples.json")
DOCS = Path(__file__).parents[2] / "docs" / "rules"
SAMPLE_DAY = date(2023, 12, 31)
TELLING = (FAIL, PASS, PENDING, WAIVED, UNDETERMINED, NA)  # an example that says most comes first
POLICY_PAGE, COVERAGE_PAGE = DOCS.parent / "policy.md", DOCS.parent / "coverage.md"
_TASK = re.compile(r"^(\| (\d+) \| .+? \| )(.+?)( \| .+? \|)$", re.MULTILINE)
_COUNT = re.compile(r"合计：\d+ 项由账簿服务，\d+ 项不入账。")
OUTSIDE = "不入账"
TABLES = "## 全部自带的参数\n"  # what follows on that page is made here
PLACES = ledgers.POLICY_TITLES


@cache
def shipped() -> dict[str, tuple[Parameter, ...]]:
    """The parameters that ship with the product, by place, in the order of their dates."""
    found = {}
    for place in PLACES:
        path = ledgers.POLICY / f"{place}.beancount"
        entries, _, _ = parser.parse_file(str(path))
        rows = read_directives(entries, date.max, {str(path): path.name}).rows["policies"]
        parameters = map(parameter_of, records(PolicyLine, frame_of_rows("policies", rows)))
        found[place] = tuple(sorted(parameters, key=lambda one: one.effective))
    return found


def page(rule: Rule) -> str:
    """The page of a rule as Markdown."""
    parts = [_head(rule), _parameters(rule), _example(rule), _changes(rule)]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _head(rule: Rule) -> Iterator[str]:
    yield f"# {rule.title}（{rule.id}）\n"
    yield f"- 判定对象：{rule.judges}"
    yield f"- 公式：{rule.formula}"
    yield f"- 程度：{SEVERITY_NAMES[rule.severity]}"
    yield f"- 依据：{rule.basis}"
    if rule.quote:
        yield f"- 原文：“{rule.quote}”"
    yield f"- 豁免：{'可以豁免，须写明理由、批准人和期限' if rule.waivable else '不得豁免'}"
    yield "- 不符合的后果和建议：" + "；".join(rule.advice)
    yield f"- 服务于：5号文件任务 {'、'.join(map(str, rule.tasks))}"
    yield "- 清册：" + ("所依据的清册缺失或不符时无法判定" if rule.rolls else "结论不依赖清册")


def _parameters(rule: Rule) -> Iterator[str]:
    yield "## 参数"
    if not rule.policy_names:
        yield "\n本规则没有参数。"
    for name in rule.policy_names:
        yield f"\n### {name}\n"
        defaults = [one for one in rule.defaults if one.name == name]
        yield "账簿从未写过这个参数时，按以下默认值：\n" if defaults else "没有默认值：账簿未写明时无法判定。"
        yield from (f"- {_value(one, since=one.effective.year > 1)}" for one in defaults)
        histories = {place: [one for one in found if one.name == name] for place, found in shipped().items()}
        yield "\n随软件提供的沿革：\n" if any(histories.values()) else "\n随软件提供的政策没有写这个参数，由各县自定。"
        for place, found in histories.items():
            for parameter in found:
                yield from _dated(place, parameter)


def _value(parameter: Parameter, *, since: bool) -> str:
    """In words: from when on, for what, at least or at most how much."""
    start = f"{parameter.effective} 起，" if since else ""
    scope = "、".join(f"{SCOPE_NAMES[key]}为{'或'.join(values)}的" for key, values in parameter.scope)
    outside = f"（不含{'、'.join(parameter.exclude_task)}任务的资金）" if parameter.exclude_task else ""
    return f"{start}{scope}{worded(parameter)}{outside}"


def _dated(place: str, parameter: Parameter) -> Iterator[str]:
    until = f"，核实至 {parameter.verified_until}" if parameter.verified_until else ""
    yield f"- {PLACES[place]}：{_value(parameter, since=True)}"
    yield f"  - 依据：{parameter.basis}（{parameter.issued} 印发{until}）"
    for name, text in (("原文", parameter.quote), ("读法", parameter.reading), ("怎样得知", parameter.confidence)):
        if text:
            yield f"  - {name}：{text}"


def _example(rule: Rule) -> Iterator[str]:
    yield "## 实例\n"
    found = stored_examples().get(rule.id)
    if not found:
        yield "样例县没有这条规则判定的对象。"
        return
    subject = found["subject"]
    about = detail(found["part"], found["period"])
    yield f"取自样例县（虚构的数字），截至 {SAMPLE_DAY}。\n"
    yield f"- 对象：{subject['id']} {subject['name']}".rstrip() + (f"（{about}）" if about else "")
    yield f"- 结论：{STATUS_NAMES[found['status']]}"
    yield f"- 说明：{found['message']}"
    if measured := found["measured"]:
        yield f"- 算式：{measured['numerator']} ÷ {measured['denominator']} = {measured['value']}"
    threshold = found["threshold"]
    if threshold and threshold["value"] is not None:
        yield f"- 标准：{COMPARED[threshold['op']]} {threshold['value']}"
    if threshold:
        yield from (f"- 参数：{one['policy']} = {one['value']}，{one['basis']}" for one in threshold["parameters"])


def _changes(rule: Rule) -> Iterator[str]:
    yield "## 变更\n"
    if not rule.changes:
        yield "列入目录以来，判定没有变更。"
    yield from (f"- {version}：{text}" for version, text in rule.changes)


def as_text(markdown: str) -> str:
    """A page for the terminal: headings by signs that read well there."""
    marks = {"# ": "", "## ": "■ ", "### ": "● "}
    lines = []
    for line in markdown.split("\n"):
        mark = next((mark for mark in marks if line.startswith(mark)), "")
        lines.append(marks[mark] + line[len(mark) :] if mark else line)
    return "\n".join(lines)


@cache
def stored_examples() -> dict[str, Any]:
    """The worked examples by rule: findings as interfaces promise them, without lines of evidence."""
    found: dict[str, Any] = json.loads(EXAMPLES.read_text("utf-8"))
    return found


def examples(findings: Iterable[Finding]) -> dict[str, Any]:
    """For every rule the finding that says most: a failure with numbers before a pass, the first subject of these."""
    best: dict[str, Finding] = {}
    for finding in sorted(findings, key=_worth):
        best.setdefault(finding.rule, finding)
    return {name: _short(best[name]) for name in sorted(best)}


def _worth(finding: Finding) -> tuple[Any, ...]:
    return (TELLING.index(finding.status), finding.measured is None, finding.key)


def _short(finding: Finding) -> dict[str, Any]:
    whole = plain(finding, [])
    return {key: whole[key] for key in ("subject", "part", "period", "status", "message", "measured", "threshold")}


def sample_examples() -> dict[str, Any]:
    """The examples anew, by judging the sample county."""
    from ledgers.book import read
    from plugins.audit import audit

    return examples(audit(read(ledgers.XIUSHAN, SAMPLE_DAY).tables, catalogue().values()).findings)


def index() -> str:
    """The list of all pages as Markdown."""
    rows = [
        f"| [{one.id}]({one.id}.md) | {one.title} | {SEVERITY_NAMES[one.severity]} | {one.basis} |" for one in ordered()
    ]
    return "\n".join(["# 规则目录\n", "| 编号 | 名称 | 程度 | 依据 |", "|---|---|---|---|", *rows]) + "\n"


def ordered() -> list[Rule]:
    """All rules, families together."""
    return sorted(catalogue().values(), key=lambda rule: (rule.family, rule.id))


def pages() -> dict[str, str]:
    """Every file of docs/rules by name."""
    return {"README.md": index(), **{f"{rule.id}.md": page(rule) for rule in ordered()}}


def policy_tables() -> str:
    """Every parameter that ships, as tables by place, for the page on policy."""
    return TABLES + "".join(f"\n{part}\n" for place in PLACES for part in _place(place))


def _place(place: str) -> Iterator[str]:
    yield f"### {PLACES[place]}（`{place}.beancount`）"
    head = "| 参数 | 值 | 生效 | 适用范围 | 核实到 | 依据 | 怎么知道的 |\n|---|---|---|---|---|---|---|"
    yield "\n".join([head, *(_policy_row(one) for one in shipped()[place])])


def _policy_row(one: Parameter) -> str:
    value = decimal(one.value) if one.value is not None else "终止"
    scope = "；".join(f"{SCOPE_NAMES[key]} {'、'.join(values)}" for key, values in one.scope)
    cells = (
        f"{one.op} {value}".strip(),
        one.effective,
        scope or "—",
        one.verified_until or "—",
        one.basis,
        one.confidence,
    )
    return f"| `{one.name}` | " + " | ".join(map(str, cells)) + " |"


def coverage(text: str) -> str:
    """The page on the 77 tasks with the rules of each as the catalogue has them; all else on it is written by hand."""
    served = _TASK.sub(lambda row: f"{row[1]}{_served(int(row[2]), row[3])}{row[4]}", text)
    parts = [row[3] for row in _TASK.finditer(served)]
    outside = parts.count(OUTSIDE)
    return _COUNT.sub(f"合计：{len(parts) - outside} 项由账簿服务，{outside} 项不入账。", served)


def _served(task: int, by: str) -> str:
    rules = "、".join(f"[`{rule.id}`](rules/{rule.id}.md)" for rule in ordered() if task in rule.tasks)
    others = [part for part in by.split("；") if part != OUTSIDE and not part.startswith("规则 ")]
    return "；".join([*([f"规则 {rules}"] if rules else []), *others]) or OUTSIDE


def write() -> None:
    """Write the examples and all pages; a page whose rule is gone is removed."""
    text = json.dumps(sample_examples(), ensure_ascii=False, indent=1)
    EXAMPLES.write_text(f"{text}\n", "utf-8")
    stored_examples.cache_clear()
    DOCS.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in DOCS.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, content in made.items():
        (DOCS / name).write_text(content, "utf-8")
    page_ = POLICY_PAGE.read_text("utf-8")
    POLICY_PAGE.write_text(page_[: page_.index(TABLES)] + policy_tables(), "utf-8")
    COVERAGE_PAGE.write_text(coverage(COVERAGE_PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    write()
