"""xianjie (衔接账): the command line, and the names that analysts import.

    import xianjie
    book = xianjie.read("我县", date(2023, 12, 31))
    xianjie.findings(book)          # a DataFrame, one verdict a row
    xianjie.tables(book)["postings"]

Names below are stable: a later edition may add columns and arguments, and says so in the changelog; it takes none away.
"""

from typing import TYPE_CHECKING, Any

from ledgers import __version__ as __version__

if TYPE_CHECKING:
    from xianjie.library import audit as audit
    from xianjie.library import columns as columns
    from xianjie.library import findings as findings
    from xianjie.library import query as query
    from xianjie.library import read as read
    from xianjie.library import tables as tables

__all__ = ["__version__", "audit", "columns", "findings", "query", "read", "tables"]


def __getattr__(name: str) -> Any:
    """Loaded when asked for: the command line does not pay for what analysts use."""
    if name in __all__:
        from xianjie.system import unsupported

        if said := unsupported():
            raise ImportError(said)
        from xianjie import library

        return getattr(library, name)
    raise AttributeError(f"module 'xianjie' has no attribute {name!r}")
