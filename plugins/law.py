"""The documents that rules rest on, each with the day of its issue: an act is judged by what had been issued by then.

How a family uses it. `@rule(…, documents=(FIVE("第20条"),))` lists what a rule rests on. A finding says with `act=` the
day of what it judges (a payment, an allocation, 验收, the day a notice becomes due to begin); without it that is the as-of
date, which is right only for what is a state now. Parameters are those of the same day: `tables.policy.in_force(name, act,
…)`, and where there is none the finding is `judging.absent(…, act=act)`. The audit does the rest (`bound`): where none of
the documents, nor of the parameters that the book gives the rule, had been issued on the day of the act, the finding
becomes `na` (当时尚无此项规定), and every finding cites only those that had been. Where several acts make one finding, ask `bound`
for each of them and leave out those that nothing bound.

A rule without documents rests on its parameters alone: before the first of them it is `na` in the same way. One with
`always=True` is judged whatever had been issued (what a book, a contract or the law of accounts ask of every day).
"""

from datetime import date

from ledgers.policy import Applied, Document
from ledgers.tables.tables import Tables
from plugins.rule import Rule

NOT_YET = "当时尚无此项规定"


FIVE_ISSUED = date(2022, 5, 20)


def FIVE(articles: str) -> Document:  # noqa: N802  it is the name of a document
    """秀委农组〔2022〕5号, with the articles or tasks that are meant."""
    return Document(f"秀委农组〔2022〕5号 {articles}", FIVE_ISSUED)


def BUDGET_LAW(article: str) -> Document:  # noqa: N802
    """The budget law as amended in 2014, whose articles are numbered as cited."""
    return Document(f"预算法 {article}", date(2014, 8, 31))


FUND_RULES = Document("财农〔2021〕19号", date(2021, 3, 26))
SCORING = Document("衔接推进乡村振兴补助资金绩效评价及考核办法", date(2021, 11, 24))
ASSET_RULES = Document("国办函〔2021〕51号", date(2021, 5, 22))
EQUITY_RULES = Document("渝农改办〔2016〕1号", date(2016, 6, 30))
NOTICE_RULES = Document("国开办发〔2018〕11号", date(2018, 12, 31))  # the day of issue was not found
WORK_RELIEF = Document("国家以工代赈管理办法（国家发展改革委令第57号）", date(2023, 1, 10))
ACCOUNTING = Document("会计基础工作规范", date(1996, 6, 17))


def cited(rule: Rule, act: date, parameters: tuple[Applied, ...] = ()) -> tuple[Document, ...]:
    """What had been issued on the day of an act: documents of the rule, and parameters that the book writes."""
    written = (one.parameter for one in parameters if one.parameter.written)
    own = [Document(one.basis, one.issued or one.effective) for one in written]
    return tuple(dict.fromkeys([*(one for one in rule.documents if one.issued <= act), *own]))


def bound(tables: Tables, rule: Rule, act: date, parameters: tuple[Applied, ...] = ()) -> bool:
    """Whether anything that had been issued on the day of an act binds it: a document, or what the book says of a parameter.

    A default of the catalogue stands for the documents of its rule; where there are none, it binds by itself.
    """
    if rule.always or cited(rule, act, parameters):
        return True
    if rule.documents:
        return any(tables.policy.written(name, act) for name in rule.policy_names)
    return any(tables.policy.spoken(name, act, rule.defaults) for name in rule.policy_names)
