"""The rules, one module per family. Naming a module in a book's `plugin` line makes Beancount judge by its rules."""

import pkgutil
from functools import cache
from importlib import import_module

from plugins.rule import CATALOGUE, Rule

_SHARED = ("all", "audit", "beancount", "findings", "judging", "law", "rule", "subjects")


def catalogue() -> dict[str, Rule]:
    """All rules by id, in that order."""
    _load()
    return dict(sorted(CATALOGUE.items()))  # whichever module was imported first


@cache
def _load() -> None:
    """Every family module of this package enters its rules when it is imported."""
    for module in pkgutil.iter_modules(__path__):
        if module.name not in _SHARED:
            import_module(f"{__name__}.{module.name}")
