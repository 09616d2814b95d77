"""The audit as workpapers that an auditor can defend: every number with its formula, its basis and its vouchers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reports.check.checked import Checked
from reports.screening import show as screening
from reports.screening.screens import screens
from reports.workbook import Workbook
from reports.workpapers import cover, evidence, forms, lists, problems, procedure, reconciliation, rule_sheets, sampling
from reports.workpapers.papers import Papers, papers_of

ALL, FAILURES = "all", "failures"


@dataclass(frozen=True)
class Asked:
    """Which sheets are wanted, a sample to draw, and the last workpaper to follow up."""

    sheets: str = ALL
    sample: sampling.Plan | None = None
    previous: Path | None = None


def as_xlsx(checked: Checked, asked: Asked = Asked()) -> bytes:
    """The workbook whole."""
    return b"".join(xlsx_pieces(checked, asked))


def xlsx_pieces(checked: Checked, asked: Asked = Asked()) -> Iterator[bytes]:
    """The workbook: what is signed first (cover, problems, forms), then rules, evidence, parameters and reconciliation.

    With FAILURES only what goes into the paper file. Raises Untrusted where `previous` is no workpaper.
    """
    tables = checked.book.tables
    if asked.sheets == ALL:
        screens(tables)  # kept; what they are made from is large, and given back before the rest is made
    book, papers = Workbook(f"{tables.title}审计工作底稿", tables.as_of), papers_of(checked)
    cover.write(book, checked, papers)
    problems.write(book, checked, papers)
    problems.write_followed(book, papers, asked.previous)
    forms.write(book, checked, papers)
    procedure.write(book, checked, papers, asked.sample)
    sampling.write(book, tables, asked.sample)
    if asked.sheets == ALL:
        _add_rest(book, checked, papers)
    return book.pieces()


def _add_rest(book: Workbook, checked: Checked, papers: Papers) -> None:
    """What is read on a screen."""
    rule_sheets.write_summary(book, papers)
    evidence.write(book, checked, _judged(book, checked, papers))
    lists.write_parameters(book, papers)
    lists.write_waivers(book, checked)
    lists.write_resolved(book, checked)
    reconciliation.write(book, checked)
    screening.add_sheets(book, checked.book.tables)


def _judged(book: Workbook, checked: Checked, papers: Papers) -> evidence.Proofs:
    """Write a sheet a rule; what stands behind its findings."""
    proofs = evidence.Proofs(papers)
    for group in papers.groups:
        found = group.papers
        rule_sheets.write(book, checked, papers, group, found)
        proofs.add(found)
    return proofs
