"""The list of all checks, and the function that runs them over an estate."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module

from gonogo.lint import checks as home
from gonogo.lint.core.check import Check
from gonogo.lint.core.estate import Estate
from gonogo.model.finding import Finding, Severity


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
        Finding(check.id, hit.severity or check.severity, hit.where, hit.message, hit.rule, hit.group)
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


ARBITER = "promtool"
_OWN = frozenset({ARBITER, "promtool-disagree"})
_OF_FORM = frozenset({"syntax", "template-invalid", "version-feature"})
"""Checks whose errors promtool reports as well."""
_OF_NAMES = _OF_FORM | {"missing-file", "rule-files-empty"}
"""Checks whose message may contain a name that promtool's message has in quotes."""
_QUOTED = re.compile(r"""(["'])([^"']+)\1""")
_FIELD = re.compile(r"\bfield (\S+) (?:not found|already set)")
"""A key that promtool's message names without quotes."""


def without_echoes(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Remove findings of promtool that repeat another error.

    An error is repeated if it is an error of form on the same rule or line, if any error of form is in a file that
    promtool refuses as a whole, or if an error in the same file has the same quoted name in its message.
    """
    everything = tuple(findings)
    errors = [one for one in everything if one.severity is Severity.ERROR and one.check not in _OWN]
    said = {key for one in errors for key in _keys(one)}
    return tuple(one for one in everything if one.check != ARBITER or said.isdisjoint(_echoed(one)))


def _keys(finding: Finding) -> set[tuple[object, ...]]:
    start = finding.where.start
    keys: set[tuple[object, ...]] = set()
    if finding.check in _OF_NAMES:
        keys |= {(start.path, "name", name) for name in _names(finding)}
    if finding.check in _OF_FORM:
        keys |= {(start.path,), (start.path, "line", start.line)}
        keys |= {(start.path, "rule", finding.rule)} if finding.rule else set()
    return keys


def _echoed(finding: Finding) -> set[tuple[object, ...]]:
    start = finding.where.start
    whole = not finding.rule and (start.line, start.column) == (1, 1)
    keys: set[tuple[object, ...]] = {(start.path, "line", start.line)}
    keys |= {(start.path, "rule", finding.rule)} if finding.rule else set()
    keys |= {(start.path, "name", name) for _, name in _QUOTED.findall(finding.message)}
    keys |= {(start.path, "name", name) for name in _FIELD.findall(finding.message)}
    return keys | ({(start.path,)} if whole else set())


def _names(finding: Finding) -> set[str]:
    """Return the words of a message that may be a file name, with and without their folder."""
    words = {word.strip("'\"`:;,()") for word in finding.message.split()}
    return words | {word.rpartition("/")[2] for word in words}
