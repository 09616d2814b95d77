"""The audit as workpapers that an auditor can defend: every number with its formula, its basis and its vouchers."""

from reports.check.checked import Checked
from reports.workbook import Workbook
from reports.workpapers import cover, evidence, forms, lists, reconciliation, ruled
from reports.workpapers.papers import papers_of


def as_xlsx(checked: Checked) -> bytes:
    """The workbook: cover, summary, a sheet per rule, evidence, parameters, waivers, reconciliation, 取证单."""
    book = Workbook(f"{checked.book.tables.title}审计工作底稿", checked.book.tables.as_of)
    papers = papers_of(checked)
    cover.write(book, checked, papers)
    ruled.write_summary(book, papers)
    for group in papers.groups:
        ruled.write(book, checked, papers, group)
    evidence.write(book, checked, papers)
    lists.write_parameters(book, papers)
    lists.write_waivers(book, checked)
    lists.write_resolved(book, checked)
    reconciliation.write(book, checked)
    forms.write(book, checked, papers)
    return book.content()
