"""The list of all checks, and the function that runs them over an estate."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module

from gonogo.lint import checks as home
from gonogo.lint.core.check import Check
from gonogo.lint.core.estate import Estate
from gonogo.model.finding import Finding


@cache
def checks() -> Mapping[str, Check]:
    """Return every check by its id. Each module of ``gonogo.lint.checks`` has one, named ``CHECK``.

    Raises:
        ValueError: two checks have one id.
    """
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(home.__path__):
        check: Check = import_module(f"{home.__name__}.{module.name}").CHECK
        if check.id in found:
            raise ValueError(f"two checks have the id {check.id!r}")
        found[check.id] = check
    return found


def findings(estate: Estate, chosen: Iterable[Check] | None = None) -> tuple[Finding, ...]:
    """Run the chosen checks (default: all) and return their findings, sorted by file, line and column."""
    found = [
        Finding(check.id, hit.severity or check.severity, hit.where, hit.message, hit.rule)
        for check in (checks().values() if chosen is None else chosen)
        if check.fits(estate)
        for hit in check.find(estate)
    ]
    return ordered(found)


def ordered(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings by file, line and column, and remove doubles."""
    return tuple(sorted(set(found), key=_order))


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    start = finding.where.start
    return (start.path, start.line, start.column, finding.check, finding.message)
