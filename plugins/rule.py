"""The registry of rules: what a rule is called, judges and rests on, beside the function that judges.

A rule is added by one decorated function in a module of `plugins`: nothing else has to change. The function takes the
tables of a book and yields a finding for every subject that it judged, whatever the verdict.
"""

import sys
from collections import namedtuple
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ledgers.policy import Document, Parameter
from ledgers.tables.tables import Tables
from plugins.findings import ERROR, Audit, Finding, Passes

Judge = Callable[[Tables], Iterable[Finding | Passes]]
Follow = Callable[[Tables, Audit], Iterable[Finding]]
Moves = Callable[[Tables, Finding], int | None]


@dataclass(frozen=True)
class Rule:
    """A rule of the catalogue. Texts are Chinese: they are what an auditor reads."""

    id: str
    title: str
    judges: str  # what is judged
    formula: str
    judge: Judge | Follow
    advice: tuple[str, str]  # what a failure means, and what to do about it
    tasks: tuple[int, ...]  # of 秀委农组〔2022〕5号, that it serves
    act: str = ""  # the smallest act that mends a failure, {gap} standing for the amount missing or too much
    part_acts: tuple[tuple[str, str], ...] = ()  # the same for a part that asks for another
    moves: Moves | None = None  # 分 that the act has to move, where it is not the gap: 0 where it has been done since
    anew: bool = False  # whether a change is judged on its own day (period): the act that mends is of the last one
    basis: str = ""  # of what no dated document asks: the book itself, a contract, an approval
    documents: tuple[Document, ...] = ()  # what it rests on; none: on its parameters alone
    always: bool = False  # judged whatever had been issued on the day of the act
    severity: str = ERROR
    quote: str = ""  # the words of the article
    defaults: tuple[Parameter, ...] = ()  # parameters and their values where a book never mentions them
    parameters: tuple[str, ...] = ()  # further parameters that it uses
    rolls: bool = True  # whether its verdict depends on the rolls of its evidence
    waivable: bool = True
    follows: bool = False  # judges what the other rules found
    changes: tuple[tuple[str, str], ...] = ()  # (version, what changed in the verdicts)
    error: Any = None

    @property
    def policy_names(self) -> tuple[str, ...]:
        """Names of the parameters that the rule uses, each once."""
        return tuple(dict.fromkeys([p.name for p in self.defaults] + list(self.parameters)))

    @property
    def family(self) -> str:
        """The module that the rule stands in."""
        return self.judge.__module__.rpartition(".")[2]


CATALOGUE: dict[str, Rule] = {}


def rule(id: str, **about: Any) -> Callable[[Any], Any]:
    """Enter the decorated function into the catalogue, and its Beancount error class into its module.

    The class is named after the rule (labour-share: LabourShare) and belongs to the module, as a class made while a
    ledger loads could not be pickled and would ruin Beancount's cache.
    """

    def enter(judge: Any) -> Any:
        if id in CATALOGUE:
            raise ValueError(f"rule {id} is entered twice")
        name = "".join(part.capitalize() for part in id.split("-"))
        error = namedtuple(name, ("source", "message", "entry"), module=judge.__module__)  # type: ignore[misc]
        module = sys.modules[judge.__module__]
        if hasattr(module, name):
            raise ValueError(f"{judge.__module__} has a {name} already, which is the name of the rule's error")
        setattr(module, name, error)
        basis = about.pop("basis", "") or "；".join(one.title for one in about.get("documents", ()))
        CATALOGUE[id] = Rule(id=id, judge=judge, error=error, basis=basis, **about)
        return judge

    return enter
