"""Findings that say again what another check has said better.

promtool is asked about every file, whatever the checks of form have found in it; what
both find is told once, by the check that points at the narrower place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from gonogo.model.finding import Finding, Severity

ARBITER = "promtool"
_OWN = frozenset({ARBITER, "promtool-disagree"})
_OF_FORM = frozenset({"syntax", "template-invalid", "version-feature"})
"""Checks that find what promtool refuses as well."""
_OF_NAMES = _OF_FORM | {"missing-file", "rule-files-empty"}
"""Checks that may say a quoted name of promtool's message in their own."""
_QUOTED = re.compile(r"""(["'])([^"']+)\1""")
_FIELD = re.compile(r"\bfield (\S+) (?:not found|already set)")
"""How promtool names a key without quotes."""


def without_echoes(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Leave out what promtool says where another error stands for it.

    That is an error of form on the same rule or line, any error of form in a file that promtool refuses as a
    whole, and an error in the same file that speaks of the same quoted name.
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
    """Give the words of a message that may be the name of a file, as it writes them and without its folder."""
    words = {word.strip("'\"`:;,()") for word in finding.message.split()}
    return words | {word.rpartition("/")[2] for word in words}
